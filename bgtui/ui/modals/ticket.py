"""The order ticket."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar, TypeVar

from bgtui.domain import rules
from bgtui.domain.facts import Facts
from bgtui.domain.instrument import InstrumentId, round_size
from bgtui.domain.intent import PlaceOrder, PlacePlan
from bgtui.domain.order import PositionMode, TriggerType
from bgtui.domain.preset import presets
from bgtui.domain.risk import Meant
from bgtui.session.facts import gather
from bgtui.ui.modals import judging
from bgtui.ui.modals.form import Decision, FormDock
from bgtui.ui.role import Role
from bgtui.ui.view import contract, figure, ticket
from bgtui.ui.view.dockframe import Body, Section, labelled
from bgtui.ui.view.effects import effect_rows, preset_words
from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.view.pricetext import typed
from bgtui.ui.view.request import TicketRequest
from bgtui.ui.view.span import Row, Span
from bgtui.ui.view.ticket import Ticket
from bgtui.ui.workspace import Workspace

T = TypeVar("T")
_LABEL_CELLS = 10
_TEXTS = ("price", "trigger", "callback", "size", "take_profit", "stop_loss")
_PROTECTIONS = ("take_profit", "stop_loss")
_NO_RULES = "The instrument's rules are not known yet; a moment."
_LABELS = {"take_profit": "TP", "stop_loss": "SL", "trigger_by": "by"}


class TicketDock(FormDock):
    """Any kind of order on one instrument."""

    title: ClassVar[str] = "ORDER"
    kept: ClassVar[tuple[str, ...]] = (*FormDock.kept, "ticket")

    def __init__(self, workspace: Workspace, request: TicketRequest, *, problem: str = "") -> None:
        """Begin from what the key asked for, or from the draft that was left behind."""
        super().__init__(workspace, problem=problem)
        self.instrument: InstrumentId = request.instrument
        facts = self.facts()
        draft = workspace.drafts.get(self._draft)
        if request.again is not None and facts is not None:
            self.ticket = ticket.again(request.again, facts)
        elif isinstance(draft, Ticket) and not request.price_text:
            self.ticket = draft
        else:
            self.ticket = self._fresh(request, facts)
        self._take_texts()
        self.field = "price" if request.price_text else "action"
        self._new_id = ""

    def _fresh(self, request: TicketRequest, facts: Facts | None) -> Ticket:
        if facts is None:
            return Ticket(ticket.Action.BUY)
        sizes = presets(facts.rules, facts.reference)
        at = min(self.workspace.view(self.instrument).preset_index, len(sizes) - 1)
        return Ticket(
            ticket.action_for(request.side, facts),
            time=request.time_in_force,
            price=request.price_text,
            size=format(sizes[at], "f") if sizes else "",
        )

    def _take_texts(self) -> None:
        self.edits = {name: LineEdit.of(getattr(self.ticket, name)) for name in _TEXTS}

    def facts(self) -> Facts | None:
        """Return what is known now."""
        store = self.workspace.store
        return None if store is None else gather(store, self.instrument)

    def subject(self) -> InstrumentId | None:
        """Return the instrument."""
        return self.instrument

    def figures(self) -> tuple[Decimal | None, Decimal | None]:
        """Return price or trigger, and size."""
        order = self.order()
        if order is None:
            return None, None
        price = order.price if isinstance(order, PlaceOrder) else order.trigger_price
        return price, None if order.size_is_quote else order.size

    # What it says

    def names(self) -> Sequence[str]:
        """Return the fields that this kind of order has."""
        facts = self.facts()
        return ("action",) if facts is None else ticket.fields(self._current(facts), facts)

    def _current(self, facts: Facts) -> Ticket:
        """Return the form with an action that the account's mode knows: it may have changed meanwhile."""
        if self.ticket.action not in ticket.actions(facts):
            self.ticket = replace(self.ticket, action=ticket.action_for(self.ticket.side, facts))
        return self.ticket

    def heading(self) -> str:
        """Name the instrument."""
        return f"ORDER {self.instrument.symbol}"

    def tag(self) -> str:
        """Name the position mode."""
        facts = self.facts()
        if facts is None or not facts.is_futures:
            return "spot" if facts is not None else ""
        if facts.position_mode is None:
            return "mode ?"
        return "hedge" if facts.position_mode is PositionMode.HEDGE else "one-way"

    def label(self, name: str) -> str:
        """Return a field's name."""
        return _LABELS.get(name, name)

    def value(self, name: str) -> Row | str:
        """Return a choice as shown."""
        match name:
            case "action":
                role = Role.BID if self.ticket.side.value == "buy" else Role.ASK
                return (Span(self.ticket.action.value.upper(), role, bold=True),)
            case "kind":
                return self.ticket.kind.value
            case "time":
                return ticket.TIME_WORDS[self.ticket.time]
            case "trigger_by":
                return self.ticket.trigger_by.value
            case _:
                return "yes" if self.ticket.reduce else "no"

    def hint(self, name: str) -> str:
        """Return the figure that a text stands for, where it is not the text itself."""
        facts = self.facts()
        if facts is None:
            return ""
        resolved = ticket.resolve(self.ticket, facts)
        match name:
            case "price" | "trigger" | "take_profit" | "stop_loss":
                value = getattr(resolved, name)
                if value is None:
                    return ""
                shown = figure.price(value, facts.rules.price_places)
                if not _same(self.edits[name].text, value):
                    return f"= {shown}"
                if name in _PROTECTIONS and resolved.expected:
                    return figure.signed_percent(value / resolved.expected - 1, 1)
                return self._away(value, facts)
            case "size":
                return self._size_hint(resolved, facts)
            case "callback":
                return "%"
            case _:
                return ""

    def markets(self) -> Collection[InstrumentId]:
        """Return the instrument."""
        return (self.instrument,)

    def by_market(self) -> Collection[str]:
        """Return what goes by the price of now: of an order at its own price only how far liquidation is."""
        if self._has_own_price():
            return ("liq", "rules")
        return ("entry", "liq", "value", "margin", "fee", "rules")

    def hints_by_market(self) -> Collection[str]:
        """Return the prices, and unless one of them is the order's own all that is worked out from it."""
        prices = ("price", "trigger")
        return prices if self._has_own_price() else (*prices, "size", "take_profit", "stop_loss")

    def _has_own_price(self) -> bool:
        """Tell whether the price it is expected to fill at was typed as a number, not by the market."""
        form = self.ticket
        text = form.price if form.has_limit else form.trigger if form.has_trigger else ""
        return typed(text) is not None

    def _away(self, price: Decimal, facts: Facts) -> str:
        touch = facts.bid if self.ticket.side.value == "buy" else facts.ask
        if touch is None:
            return ""
        ticks = int((price - touch) / facts.rules.tick)
        name = "bid" if self.ticket.side.value == "buy" else "ask"
        return f"{figure.ticks(abs(ticks))} {'>' if ticks > 0 else '<'} {name}" if ticks else f"= {name}"

    def _size_hint(self, resolved: ticket.Resolved, facts: Facts) -> str:
        if resolved.size is None:
            return ""
        coin = facts.rules.quote_coin if resolved.size_is_quote else facts.rules.base_coin
        text = self.edits["size"].text
        shown = "" if _same(text, resolved.size) else f"= {resolved.size:f} "
        if resolved.expected is None or resolved.size_is_quote:
            return f"{shown}{coin}"
        return f"{shown}{coin} = {figure.money(resolved.size * resolved.expected)}"

    def order(self) -> PlaceOrder | PlacePlan | None:
        """Return the intent as the form stands."""
        facts = self.facts()
        if facts is None:
            return None
        current = self._current(facts)
        return ticket.intent(current, facts, ticket.resolve(current, facts))

    def problems(self) -> Sequence[str]:
        """Return what cannot be read, then the rules that refuse or warn."""
        facts = self.facts()
        if facts is None:
            return (self._without_rules(),)
        resolved = ticket.resolve(self._current(facts), facts)
        if resolved.problems:
            return resolved.problems
        order = self.order()
        if order is None:
            return ("Something is missing; see the fields.",)
        lines = judging.lines(judging.judge(self.workspace, order, facts, resolved.meant))[:1]
        if not facts.is_book_live and self._price_age_s() is None:
            lines.append("The book is not live: prices here are the last known ones.")
        return lines

    def _without_rules(self) -> str:
        store = self.workspace.store
        is_listed = store is not None and store.instruments(self.instrument.product_type) is not None
        return contract.gone(self.instrument.symbol) if is_listed else _NO_RULES

    def decision(self) -> Decision | None:
        """Return what would be sent, when every rule lets it pass."""
        facts, order = self.facts(), self.order()
        if facts is None or order is None or rules.violations(self._results(order, facts)):
            return None
        if not self._new_id:
            desk = self.workspace.session.desk if self.workspace.session is not None else None
            self._new_id = desk.new_id() if desk is not None else ""
        price = order.price if isinstance(order, PlaceOrder) else order.trigger_price
        at = f" @ {figure.price(price, facts.rules.price_places)}" if price is not None else " at market"
        size = figure.size(order.size, facts.rules.size_places)
        words = f"{ticket.action_words(order)} {size} {facts.rules.symbol}{at}"
        return Decision((order,), words, self._new_id, draft=self._draft)

    def sentence(self) -> Sequence[str]:
        """Return what will be sent, as frozen."""
        facts = self.facts()
        order = self.frozen.intents[0] if self.frozen is not None else self.order()
        if facts is None or not isinstance(order, PlaceOrder | PlacePlan):
            return ()
        return ticket.sentence(order, facts)

    def effects(self, width: int) -> Sequence[Body]:
        """Return leg, value, margin, fee and rules after the fill."""
        facts = self.facts()
        order = self.frozen.intents[0] if self.frozen is not None else self.order()
        rows: list[Body] = []
        if self.frozen is None and facts is not None:
            rows.append(self._preset_row(facts, width))
        rows.append(Section("after the fill" if self.frozen is None else ""))
        if facts is None or not isinstance(order, PlaceOrder | PlacePlan):
            rows.append(labelled("leg", "?"))
            return rows
        expected = rules.expected_price(order, facts)
        shown = ticket.preview(order, facts, expected, self._results(order, facts))
        return [*rows, *effect_rows(shown, facts)]

    def _results(self, order: PlaceOrder | PlacePlan, facts: Facts) -> tuple[rules.RuleResult, ...]:
        """Return what the rules say about an order of this form."""
        return judging.judge(self.workspace, order, facts, self._meant(facts))

    def _meant(self, facts: Facts) -> Meant:
        return ticket.resolve(self._current(facts), facts).meant

    def _preset_row(self, facts: Facts, width: int) -> Row:
        sizes = presets(facts.rules, facts.reference)
        chosen = next((at for at, size in enumerate(sizes) if _same(self.edits["size"].text, size)), -1)
        texts = [f"{size.normalize():f}" for size in sizes]
        return labelled("preset", preset_words(texts, chosen, width - 2 - _LABEL_CELLS))

    # Keys

    def changed(self, name: str) -> None:
        """Take the edited text into the form."""
        self.ticket = ticket.with_text(self.ticket, name, self.edits[name].text)
        self._keep()

    def _keep(self) -> None:
        self.workspace.drafts[self._draft] = self.ticket

    @property
    def _draft(self) -> str:
        return f"ticket/{self.instrument}"

    def choose(self, name: str, steps: int) -> None:
        """Take the next value of a choice."""
        facts = self.facts()
        if facts is None:
            return
        form = self.ticket
        match name:
            case "action":
                form = replace(form, action=_next(ticket.actions(facts), form.action, steps))
            case "kind":
                form = replace(form, kind=_next(ticket.kinds(facts), form.kind, steps))
            case "time":
                form = replace(form, time=_next(ticket.TIMES, form.time, steps))
            case "trigger_by":
                form = replace(
                    form, trigger_by=_next((TriggerType.MARK, TriggerType.LAST), form.trigger_by, steps)
                )
            case "reduce":
                form = replace(form, reduce=not form.reduce)
            case _:
                return
        self.ticket = form
        self._keep()

    def first_letter(self, name: str, letter: str) -> bool:
        """Choose by first letter; of an action with a leg in it also by the leg's: `s` never opens a long."""
        side, facts = {"l": "long", "s": "short"}.get(letter), self.facts()
        verb, _, leg = self.ticket.action.value.partition(" ")
        if name != "action" or side is None or not leg or facts is None:
            return super().first_letter(name, letter)
        self.ticket = replace(self.ticket, action=ticket.Action(f"{verb} {side}"))
        self._keep()
        return True

    def step(self, name: str, steps: int) -> None:
        """Move a price by ticks, a size by its step."""
        facts = self.facts()
        if facts is None:
            return
        resolved = ticket.resolve(self.ticket, facts)
        if name == "size":
            size = round_size(facts.rules, _base_size(resolved, facts) + facts.rules.size_step * steps)
            self._set(name, format(max(size, Decimal(0)), "f"))
            return
        if name == "callback":
            value = (resolved.callback or Decimal(0)) + Decimal("0.1") * steps
            self._set(name, format(max(value, Decimal("0.1")), "f"))
            return
        start = getattr(resolved, name) or resolved.expected
        if start is not None:
            price = max(start + facts.rules.tick * steps, facts.rules.tick)
            self._set(name, figure.price(price, facts.rules.price_places))

    def _set(self, name: str, text: str) -> None:
        self.edits[name] = LineEdit.of(text)
        self.changed(name)

    def preset(self, steps: int) -> None:
        """Take the next size preset."""
        facts = self.facts()
        if facts is None:
            return
        sizes = presets(facts.rules, facts.reference)
        at = next((at for at, size in enumerate(sizes) if _same(self.edits["size"].text, size)), None)
        view = self.workspace.view(self.instrument)
        wanted = view.preset_index if at is None else at + steps
        view.preset_index = min(max(wanted, 0), len(sizes) - 1)
        self._set("size", format(sizes[view.preset_index], "f"))

    def do_dock_review(self) -> None:
        """Review; an id is used for one try only. Until it was sent the form can be opened again."""
        self._new_id = ""
        self._keep()
        super().do_dock_review()
        facts = self.facts()
        if self.frozen is not None and facts is not None:
            judging.vouch(self.workspace, self.frozen.intents[0], self._meant(facts))


def _base_size(resolved: ticket.Resolved, facts: Facts) -> Decimal:
    """Return the size in base coin: a spot market buy counts in the other one."""
    if resolved.size is None:
        return Decimal(0)
    if not resolved.size_is_quote or not resolved.expected:
        return resolved.size
    steps = (resolved.size / resolved.expected / facts.rules.size_step).to_integral_value(ROUND_HALF_UP)
    return steps * facts.rules.size_step


def _same(text: str, value: Decimal) -> bool:
    return typed(text) == value


def _next(values: Sequence[T], value: T, steps: int) -> T:
    at = values.index(value) if value in values else 0
    return values[(at + steps) % len(values)]
