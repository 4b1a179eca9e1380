"""The form that changes a trigger, trailing or TP/SL order that waits: it stays the same order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import ClassVar

from bgtui.domain.account import Position
from bgtui.domain.facts import Facts
from bgtui.domain.instrument import InstrumentId, is_on_step
from bgtui.domain.intent import AmendPlan, OrderRef
from bgtui.domain.order import PlanKind, PlanOrder, PlanStatus, TriggerType
from bgtui.domain.planrules import STOPS, TAKES, TRAILS, changed, closed_side, watched
from bgtui.domain.risk import Meant
from bgtui.domain.rules import RuleResult, violations
from bgtui.domain.trading import can_only_close
from bgtui.session.facts import gather
from bgtui.ui.modals import judging
from bgtui.ui.modals.form import Decision, FormDock
from bgtui.ui.role import Role
from bgtui.ui.view import figure, planwords
from bgtui.ui.view.dockframe import Body, Section, labelled, prose
from bgtui.ui.view.leg import before_liquidation, gives
from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.view.number import read_number
from bgtui.ui.view.positions import leg_view
from bgtui.ui.view.pricetext import MEANT, Prices, Read, names_market, read_price, slip, typed
from bgtui.ui.view.span import Row
from bgtui.ui.workspace import Workspace

_CALLBACK_STEP = Decimal("0.1")
"""Percent."""


class ReplanDock(FormDock):
    """New figures of one order that waits for a price."""

    title: ClassVar[str] = "AMEND"
    kept: ClassVar[tuple[str, ...]] = (*FormDock.kept, "by", "seen")

    def __init__(
        self, workspace: Workspace, plan: PlanOrder, *, problem: str = "", like: PlanOrder | None = None
    ) -> None:
        """Prefill what the order has, or what another that is like it has: an undo's."""
        super().__init__(workspace, problem=problem)
        self.first = self.seen = plan
        shown = like or plan
        self.by = shown.trigger_type
        texts = self._texts(shown)
        self.edits = {name: LineEdit.of(texts[name]) for name in self.names() if name in texts}

    def _texts(self, plan: PlanOrder) -> dict[str, str]:
        """Return what the fields say of an order."""
        facts = self.facts()
        places = facts.rules.price_places if facts is not None else 2
        return {
            "trigger": figure.price(plan.trigger_price, places) if plan.trigger_price else "",
            "then": figure.price(plan.execute_price, places) if plan.execute_price else "",
            "callback": format(plan.callback_ratio.normalize(), "f") if plan.callback_ratio else "",
            "size": format(plan.size, "f") if plan.size is not None else "",
        }

    def _heed_rules(self) -> None:
        """Take over what was changed elsewhere under the form, so that nothing is set back unasked."""
        super()._heed_rules()
        before, now = self.seen, self.latest
        if planwords.figures(before) == planwords.figures(now):
            return
        old, new = self._texts(before), self._texts(now)
        for name, edit in self.edits.items():
            if edit.text == old[name]:
                self.edits[name] = LineEdit.of(new[name])
        self.by = now.trigger_type if self.by is before.trigger_type else self.by
        self.seen, self.frozen, self.gate = now, None, None
        self.problem = "It was changed meanwhile: look at its figures again."
        self.workspace.say(self.problem, Role.WARN)

    @property
    def plan(self) -> PlanOrder | None:
        """The order as it is now; None once it cannot trigger any more."""
        store = self.workspace.store
        plans = store.open_plans(self.first.instrument.product_type) if store is not None else None
        mine = (plan for plan in plans or () if plan.instrument == self.first.instrument)
        return next((plan for plan in mine if plan.order_id == self.first.order_id), None)

    @property
    def latest(self) -> PlanOrder:
        """The order as it was last told, be it over."""
        return self.plan or self.first

    def facts(self) -> Facts | None:
        """Return what is known around it."""
        store = self.workspace.store
        return None if store is None else gather(store, self.first.instrument)

    def subject(self) -> InstrumentId | None:
        """Return the order's instrument."""
        return self.first.instrument

    def figures(self) -> tuple[Decimal | None, Decimal | None]:
        """Return the price that does not fit, if one does not, and the size."""
        facts, prices = self.facts(), (self._price("trigger"), self._price("then"))
        if facts is None:
            return None, None
        tick, size = facts.rules.tick, None if self.first.size_is_quote else self._amount()
        return next((each for each in prices if each is not None and not is_on_step(each, tick)), None), size

    def markets(self) -> Collection[InstrumentId]:
        """Return the order's instrument."""
        return (self.first.instrument,)

    def by_market(self) -> Collection[str]:
        """Return how far it is from firing, and what the rules say of that."""
        return ("fires", "rules")

    def hints_by_market(self) -> Collection[str]:
        """Return the prices that were typed as words of the market."""
        return tuple(name for name in ("trigger", "then") if names_market(self._text(name)))

    # Fields

    def names(self) -> Sequence[str]:
        """Return what Bitget lets change in an order of this kind."""
        return planwords.fields(self.first)

    def label(self, name: str) -> str:
        """Return a field's name; a spot order that buys for an amount is sized in it."""
        return "amount" if name == "size" and self.first.size_is_quote else name

    def value(self, name: str) -> Row | str:
        """Return which price pulls the trigger."""
        was = self.latest.trigger_type
        return self.by.value if self.by is was else f"{self.by.value}  was {was.value}"

    def hint(self, name: str) -> str:
        """Return what it was before; of a distance or a word, the price that it stands for."""
        facts, plan = self.facts(), self.latest
        if facts is None:
            return ""
        if name == "callback":
            return f"% was {planwords.percent(plan.callback_ratio)}"
        if name == "size":
            return f"was {planwords.size_words(plan, facts.rules)}"
        if (price := self._price(name)) is not None and typed(self._text(name)) is None:
            return f"= {figure.price(price, facts.rules.price_places)}"
        price = plan.trigger_price if name == "trigger" else plan.execute_price
        return f"was {figure.price(price, facts.rules.price_places)}"

    def choose(self, name: str, steps: int) -> None:
        """Mark or last."""
        if name == "by":
            self.by = TriggerType.LAST if self.by is TriggerType.MARK else TriggerType.MARK

    def step(self, name: str, steps: int) -> None:
        """Move prices by ticks, the size by its step, the distance by a tenth of a percent."""
        facts = self.facts()
        if facts is None:
            return
        rules = facts.rules
        if name in ("trigger", "then"):
            start = self._price(name) or facts.reference
            if start is not None:
                moved = max(start + rules.tick * steps, rules.tick)
                self.edits[name] = LineEdit.of(figure.price(moved, rules.price_places))
        elif name == "callback":
            moved = (self._callback() or Decimal(0)) + _CALLBACK_STEP * steps
            self.edits[name] = LineEdit.of(format(max(moved, _CALLBACK_STEP), "f"))
        else:
            by = Decimal(1) if self.first.size_is_quote else rules.size_step
            self.edits[name] = LineEdit.of(format(max((self._amount() or Decimal(0)) + by * steps, by), "f"))

    # What was typed

    def _read(self, name: str) -> Read:
        """Read a price; a bare distance counts from what the price was."""
        facts = self.facts()
        if facts is None or name not in self.edits:
            return Read(None)
        leg, plan = self.leg, self.latest
        words = Prices(facts.bid, facts.ask, facts.last, facts.mark, leg.entry_price if leg else None)
        base = plan.trigger_price if name == "trigger" else plan.execute_price
        return read_price(self.edits[name].text, facts.rules, words, base=base)

    def _price(self, name: str) -> Decimal | None:
        return self._read(name).value

    def _text(self, name: str) -> str:
        return self.edits[name].text.strip() if name in self.edits else ""

    def _amount(self) -> Decimal | None:
        return read_number(self._text("size").removeprefix(MEANT).lstrip())

    def _callback(self) -> Decimal | None:
        return read_number(self._text("callback").removesuffix("%").rstrip())

    def _meant(self) -> Meant:
        """Return which figures are no bare numbers; a size that stays was meant when it was placed."""
        is_size_meant = self._text("size").startswith(MEANT) or self._amount() == self.latest.size
        return Meant(price=not self._read("then").is_bare, size=is_size_meant)

    def _unread(self) -> str:
        """Return what cannot be read, and how it is written; empty when all can."""
        readable = {"trigger": self._price("trigger"), "then": self._price("then"),
                    "callback": self._callback(), "size": self._amount()}  # fmt: skip
        for name in self.edits:
            if readable[name] is not None:
                continue
            if name in ("trigger", "then"):
                return self._read(name).problem or f"No {name} price: type 67238, mark, +5 or -0.1%."
            way = "0.05" if name == "size" else "1 or 0.5, percent"
            return f"{self._text(name)[:16]!a} is no {self.label(name)}; type {way}"
        return ""

    def intent(self) -> AmendPlan | None:
        """Return the change as the form stands, or as it was frozen for the review."""
        if self.frozen is not None:
            return next((each for each in self.frozen.intents if isinstance(each, AmendPlan)), None)
        if self._unread():
            return None
        plan, is_spot = self.latest, self.first.kind is PlanKind.SPOT_TRIGGER
        whole = AmendPlan(
            OrderRef(plan.instrument, plan.order_id, plan.client_order_id, self._margin_coin(plan)),
            plan.kind,
            size=self._amount(),
            trigger_price=self._price("trigger"),
            trigger_type=None if is_spot or self.by is TriggerType.UNKNOWN else self.by,
            execute_price=self._price("then"),
            callback_ratio=self._callback(),
        )
        return planwords.told(whole, plan)

    def _margin_coin(self, plan: PlanOrder) -> str:
        facts = self.facts()
        if plan.margin_coin or facts is None:
            return plan.margin_coin
        return facts.margin_coin or facts.rules.margin_coin

    def _results(self, intent: AmendPlan, facts: Facts) -> tuple[RuleResult, ...]:
        return judging.judge(self.workspace, intent, facts, self._meant(), plan=self.latest)

    # What it says

    def heading(self) -> str:
        """Name the order."""
        return f"AMEND {self.first.instrument.symbol}"

    def tag(self) -> str:
        """Say what kind it is."""
        return planwords.NAMES[self.first.kind]

    def before(self, width: int) -> Sequence[Body]:
        """Return which order it is, and what of it stays as it is."""
        facts, plan = self.facts(), self.latest
        rules = facts.rules if facts is not None else None
        rows = [labelled("does", planwords.heading(plan, rules))]
        if plan.kind is PlanKind.SPOT_TRIGGER:
            rows.append(labelled("by", f"{plan.trigger_type.value}, fixed"))
        if plan.execute_price is None and plan.kind not in TRAILS:
            rows.append(labelled("then", "market"))
        return rows

    def problems(self) -> Sequence[str]:
        """Return why it cannot be sent, and what to mind."""
        plan, facts, intent = self.plan, self.facts(), self.intent()
        if plan is None or plan.status is PlanStatus.EXECUTING:
            return (f"This order is over: {self._ending(plan)}; esc leaves.",)
        if facts is None:
            return ("The instrument's rules are not known yet; a moment.",)
        if intent is None:
            return (self._unread(),)
        if not planwords.is_change(intent, plan):
            return ("Nothing changes yet; up and down move the trigger by a tick.",)
        lines = judging.lines(self._results(intent, facts))
        if not violations(self._results(intent, facts)) and (unusual := self._slip(facts)):
            return (unusual, *lines)
        return lines

    def _ending(self, plan: PlanOrder | None) -> str:
        """Return how it ended, as far as the exchange has said."""
        store, product = self.workspace.store, self.first.instrument.product_type
        ended = (each for each in (store.finished_plans(product) if store is not None else ()))
        found = plan or next((each for each in ended if each.order_id == self.first.order_id), None)
        words = {
            PlanStatus.EXECUTING: "it fires now",
            PlanStatus.EXECUTED: "it fired",
            PlanStatus.FAILED: "it fired, and what it was to place was refused",
            PlanStatus.CANCELED: "it was canceled",
        }
        return "it stands no more" if found is None else words.get(found.status, "it stands no more")

    def _slip(self, facts: Facts) -> str:
        """Return why a price is taken for a slip of the hand; empty when none is."""
        plan, trigger = self.latest, self._read("trigger")
        unusual = slip("trigger", trigger, facts.reference, plan.trigger_price)
        return unusual or slip("limit", self._read("then"), trigger.value, plan.execute_price)

    def decision(self) -> Decision | None:
        """Return the change when every rule lets it pass."""
        plan, facts, intent = self.plan, self.facts(), self.intent()
        if plan is None or plan.status is PlanStatus.EXECUTING or facts is None or intent is None:
            return None
        if not planwords.is_change(intent, plan) or self._slip(facts):
            return None
        if violations(self._results(intent, facts)):
            return None
        news = planwords.news(plan, changed(plan, intent), facts.rules)
        words = f"amend {planwords.NAMES[plan.kind]} {plan.instrument.symbol}: {news}"
        return Decision((intent,), words, targets=(plan.order_id,))

    def sentence(self) -> Sequence[str]:
        """Return old and new side by side."""
        facts, intent, plan = self.facts(), self.intent(), self.latest
        if facts is None or intent is None:
            return ()
        was = planwords.sentences(plan, facts.rules)
        pairs = zip(was, planwords.sentences(changed(plan, intent), facts.rules), strict=True)
        lines = [now if now == before else f"{now}, was {_rest(before, now)}" for before, now in pairs]
        return (f"AMEND {planwords.NAMES[plan.kind].upper()} {plan.instrument.symbol}", *lines)

    def effects(self, width: int) -> Sequence[Body]:
        """Return when it fires now, what that gives or opens, and what the rules say."""
        facts, intent, plan = self.facts(), self.intent(), self.latest
        rows: list[Body] = [Section("what happens")]
        if facts is not None and intent is not None:
            new = changed(plan, intent)
            rows.append(labelled("fires", planwords.away(new, facts)))
            rows += self._closes(new) if can_only_close(new) else self._opens(new, facts)
            rows.append(judging.rules_row(self._results(intent, facts)))
            rows += self._turned(plan, new, facts, width)
        if plan.take_profit is not None or plan.stop_loss is not None:
            rows.append(labelled("TP/SL", "its presets stay"))
        rows += prose("The same order: it keeps its id and goes on waiting.", width - 2, Role.MUTED)
        return rows

    def _opens(self, new: PlanOrder, facts: Facts) -> Sequence[Body]:
        """Return what it is worth when it fires."""
        price = new.execute_price or new.trigger_price
        if new.size is None or price is None or new.size_is_quote:
            return ()
        return (labelled("value", f"{figure.money(new.size * price)} {facts.rules.quote_coin}"),)

    def _closes(self, new: PlanOrder) -> Sequence[Body]:
        """Return what the leg gets when it fires, and whether a stop comes in time."""
        store, leg = self.workspace.store, self.leg
        if store is None or leg is None:
            return ()
        view, least = leg_view(store, leg), planwords.least(new)
        price = least or new.execute_price or new.trigger_price
        rows: list[Body] = []
        if price is not None and new.kind is not PlanKind.TRAILING:
            label = "at least" if least is not None else "gives"
            rows.append(labelled(label, gives(store, view, price, new.size)))
        if new.kind in STOPS and new.trigger_price is not None:
            row = before_liquidation(view, new.trigger_price)
            rows += [row] if row is not None else []
        return rows

    @property
    def leg(self) -> Position | None:
        """The leg that it closes; None for an order that opens, and while there is none."""
        plan, store = self.latest, self.workspace.store
        if store is None or not plan.instrument.product_type.is_futures or not can_only_close(plan):
            return None
        side = closed_side(plan)
        legs = store.positions(plan.instrument.product_type) or ()
        mine = (leg for leg in legs if leg.instrument == plan.instrument)
        return next((leg for leg in mine if leg.side is side), None)

    def _turned(self, old: PlanOrder, new: PlanOrder, facts: Facts, width: int) -> Sequence[Body]:
        """Say that the price has to come from the other side from now on."""
        now = watched(new, facts)
        before, after = old.trigger_price, new.trigger_price
        if new.kind in (*TAKES, *STOPS):
            return ()  # from there it fires at once: a rule says so
        if now is None or before is None or after is None or (before > now) is (after > now):
            return ()
        return prose("The price comes from the other side from now on.", width - 2, Role.WARN)

    def do_dock_review(self) -> None:
        """Review; what is meant is told to the desk."""
        super().do_dock_review()
        if self.frozen is not None:
            judging.vouch(self.workspace, self.frozen.intents[0], self._meant())


def _rest(before: str, now: str) -> str:
    """Return a line about an order without the words that its new one begins with as well."""
    old, new = before.split(), now.split()
    same = next((at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), 0)
    return " ".join(old[same:])
