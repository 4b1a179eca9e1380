"""The form for a new alert rule; it moves no money, so `enter` keeps it at once."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from bgtui.domain.alert import TRAITS, AlertKind, AlertRule, Crossing, PriceSource
from bgtui.domain.instrument import InstrumentId, ProductType, parse_instrument
from bgtui.domain.market import Ticker
from bgtui.domain.value import frozen
from bgtui.ui.keys import Context
from bgtui.ui.modals.form import Decision, FormDock
from bgtui.ui.view import figure
from bgtui.ui.view.alerts import LOCAL
from bgtui.ui.view.dockframe import Body, Section, labelled, prose
from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.view.number import read_number
from bgtui.ui.view.pricetext import Prices, Read, read_price
from bgtui.ui.view.span import Row
from bgtui.ui.workspace import Workspace

KINDS = (
    AlertKind.PRICE,
    AlertKind.LIQUIDATION,
    AlertKind.MARGIN_RATIO,
    AlertKind.FUNDING_RATE,
    AlertKind.FUNDING_SOON,
    AlertKind.FILL,
    AlertKind.REJECTION,
    AlertKind.FORCED,
    AlertKind.CONNECTION,
    AlertKind.CLOCK,
)
"""What a person may ask for; the rest comes with the program."""
MOST = {"%": Decimal(100), "s": Decimal(3600), "min": Decimal(480)}
"""Largest threshold of a unit."""
_STEPS = {"%": Decimal("0.1"), "s": Decimal(1), "min": Decimal(1)}


@frozen
class _Place:
    instrument: InstrumentId | None
    problem: str = ""


class AlertDock(FormDock):
    """Kind, instrument, threshold, once or again, command or not."""

    contexts: ClassVar[tuple[Context, ...]] = (Context.ALERT,)
    title: ClassVar[str] = "NEW ALERT"
    verbs: ClassVar[tuple[str, str]] = ("enter keep", "esc close")
    free_fields: ClassVar[frozenset[str]] = frozenset({"symbol"})

    def __init__(self, workspace: Workspace, *, has_command: bool) -> None:
        """Begin with the price of what is shown."""
        super().__init__(workspace)
        self._has_command = has_command
        self.kind = AlertKind.PRICE
        self.source = PriceSource.LAST
        self.crossing = Crossing.ABOVE
        self.repeats = False
        self.runs_command = has_command
        self.field = "at"
        shown = workspace.instrument
        self.edits = {"symbol": LineEdit.of(self._spelled(shown)), "at": LineEdit()}

    @staticmethod
    def _spelled(instrument: InstrumentId | None) -> str:
        """Return an instrument as it is typed: bare where that means the same."""
        if instrument is None:
            return ""
        is_plain = instrument.product_type is ProductType.USDT_FUTURES
        return instrument.symbol if is_plain else str(instrument)

    # Fields

    def names(self) -> Sequence[str]:
        """Return the fields of the kind."""
        traits = TRAITS[self.kind]
        found = ["kind"]
        if traits.may_name_instrument:
            found.append("symbol")
        if self.kind is AlertKind.PRICE:
            found += ["price", "when"]
        if traits.unit:
            found.append("at")
        return (*found, "fires", "command")

    def label(self, name: str) -> str:
        """Return a field's name."""
        unit = TRAITS[self.kind].unit
        return (
            name if name != "at" or unit == "price" else {"%": "percent", "s": "seconds"}.get(unit, "minutes")
        )

    def value(self, name: str) -> Row | str:
        """Return what a choice field shows."""
        match name:
            case "kind":
                return TRAITS[self.kind].words
            case "price":
                return self.source.value
            case "when":
                return self.crossing.value
            case "fires":
                return "again" if self.repeats else "once"
            case _:
                if not self._has_command:
                    return "no  (none configured)"
                return "yes" if self.runs_command else "no"

    def hint(self, name: str) -> str:
        """Say what an empty symbol means."""
        if name == "symbol" and not self.edits[name].text:
            return "type one" if TRAITS[self.kind].needs_instrument else "any"
        return ""

    def choose(self, name: str, steps: int) -> None:
        """Take another value."""
        match name:
            case "kind":
                self._turn_kind(KINDS[(KINDS.index(self.kind) + steps) % len(KINDS)])
            case "price":
                self.source = PriceSource.MARK if self.source is PriceSource.LAST else PriceSource.LAST
            case "when":
                self.crossing = Crossing.BELOW if self.crossing is Crossing.ABOVE else Crossing.ABOVE
            case "fires":
                self.repeats = not self.repeats
            case _:
                self.runs_command = self._has_command and not self.runs_command

    def first_letter(self, name: str, letter: str) -> bool:
        """Take the next kind that begins with a letter."""
        if name != "kind":
            return False
        at = KINDS.index(self.kind)
        later = (*KINDS[at + 1 :], *KINDS[: at + 1])
        found = next((kind for kind in later if TRAITS[kind].words.startswith(letter)), None)
        if found is not None:
            self._turn_kind(found)
        return found is not None

    def _turn_kind(self, kind: AlertKind) -> None:
        traits, before = TRAITS[kind], TRAITS[self.kind]
        self.kind = kind
        self.repeats = kind is not AlertKind.PRICE
        self.edits["at"] = LineEdit.of("" if traits.usual is None else format(traits.usual, "f"))
        if before.needs_instrument is not traits.needs_instrument:
            self.edits["symbol"] = LineEdit.of(
                self._spelled(self.workspace.instrument) if traits.needs_instrument else ""
            )

    def step(self, name: str, steps: int) -> None:
        """Move a price by ticks, another threshold by its step."""
        number = self._threshold().value
        unit = TRAITS[self.kind].unit
        if name != "at" or not unit:
            return
        if unit != "price":
            size = _STEPS[unit]
            value = min(max((number or Decimal(0)) + size * steps, size), MOST[unit])
            self.edits["at"] = LineEdit.of(format(value.normalize(), "f"))
            return
        ticker, place = self._ticker(), self._place().instrument
        rules = self.workspace.store.instrument(place) if self.workspace.store and place else None
        start = number if number is not None else self._now(ticker)
        if rules is not None and start is not None:
            self.edits["at"] = LineEdit.of(format(max(start + rules.tick * steps, rules.tick), "f"))

    # What is typed

    def _place(self) -> _Place:
        traits = TRAITS[self.kind]
        text = self.edits["symbol"].text.strip()
        if not traits.may_name_instrument or not text:
            return _Place(
                None, "Name a symbol, as BTCUSDT or spot:BTCUSDT." if traits.needs_instrument else ""
            )
        try:
            place = parse_instrument(text, self.workspace.identity.product_type)
        except ValueError:
            return _Place(None, f"{text[:20]!a} is no symbol; type BTCUSDT or spot:BTCUSDT.")
        return _Place(place, self._doubt(place))

    def _doubt(self, place: InstrumentId) -> str:
        store, session = self.workspace.store, self.workspace.session
        if store is None or session is None:
            return "Not connected yet."
        if store.instruments(place.product_type) is None:
            session.list_instruments(place.product_type)
            return f"The {place.product_type} symbols are being asked; a moment."
        if store.instrument(place) is None:
            return f"Bitget lists no {place}."
        return ""

    def _ticker(self) -> Ticker | None:
        place, store = self._place().instrument, self.workspace.store
        return None if store is None or place is None else store.ticker(place)

    def _now(self, ticker: Ticker | None) -> Decimal | None:
        if ticker is None:
            return None
        return ticker.last if self.source is PriceSource.LAST else ticker.mark_price

    def _threshold(self) -> Read:
        text, unit = self.edits["at"].text, TRAITS[self.kind].unit
        if not unit:
            return Read(None)
        if unit == "price":
            return self._price(text)
        number = read_number(text.strip().removesuffix("%").rstrip())
        if number is None:
            return Read(None, f"{self.label('at')} is a number, as {TRAITS[self.kind].usual}")
        if not 0 < number <= MOST[unit]:
            return Read(None, f"{self.label('at')} is above 0 and at most {MOST[unit]}")
        return Read(number)

    def _price(self, text: str) -> Read:
        place, store = self._place().instrument, self.workspace.store
        rules = store.instrument(place) if store is not None and place is not None else None
        if rules is None:
            return Read(None, "the symbol comes first")
        ticker = self._ticker()
        words = Prices() if ticker is None else Prices(ticker.bid, ticker.ask, ticker.last, ticker.mark_price)
        read = read_price(text, rules, words, base=self._now(ticker))
        if read.value is not None and read.value <= 0:
            return Read(None, "a price is above 0")
        return read if read.value is not None or read.problem else Read(None, "Type a price, or +1%.")

    @property
    def rule(self) -> AlertRule | None:
        """The rule as it stands; None while something is missing."""
        if self.problems():
            return None
        return AlertRule(
            "", self.kind, self._place().instrument, self._threshold().value, self.crossing, self.source,
            self.repeats, self.runs_command,
        )  # fmt: skip

    def problems(self) -> Sequence[str]:
        """Return why it cannot be kept."""
        place = self._place()
        if place.problem:
            return (place.problem,)
        is_spot = place.instrument is not None and not place.instrument.product_type.is_futures
        if is_spot and self.kind not in (AlertKind.PRICE, AlertKind.FILL, AlertKind.REJECTION):
            return (f"Spot has no {TRAITS[self.kind].words.split()[0]}.",)
        if is_spot and self.kind is AlertKind.PRICE and self.source is PriceSource.MARK:
            return ("Spot has no mark price; choose last.",)
        read = self._threshold()
        return (read.problem,) if read.problem else ()

    def decision(self) -> Decision | None:
        """Return that it can be kept; nothing is sent."""
        rule = self.rule
        return None if rule is None else Decision((), rule.words)

    def sentence(self) -> Sequence[str]:
        """Return what is watched."""
        rule = self.rule
        return () if rule is None else (rule.words,)

    def effects(self, width: int) -> Sequence[Body]:
        """Return what it reads now, and where it works."""
        rows: list[Body] = []
        if self.kind is AlertKind.PRICE:
            rows += self._market(width)
        rows += [Section(), *prose(LOCAL + ".", width)]
        return rows

    def _market(self, width: int) -> Sequence[Body]:
        place, store = self._place().instrument, self.workspace.store
        rules = store.instrument(place) if store is not None and place is not None else None
        now = self._now(self._ticker())
        if rules is None:
            return ()
        rows: list[Body] = [labelled("now", figure.price(now, rules.price_places))]
        at = self._threshold().value
        if at is None or now is None:
            return rows
        rows.append(labelled("away", figure.signed_percent((at - now) / now if now else None)))
        is_there = now >= at if self.crossing is Crossing.ABOVE else now <= at
        if is_there:
            rows += prose(
                f"It is {self.crossing} already: this fires when it has gone back and crosses.", width
            )
        return rows

    # Keys

    def do_alert_keep(self) -> None:
        """Keep the rule; one that is not whole says why."""
        decision = self.decision()
        if decision is None:
            self.problem = next(iter(self.problems()), "Something is missing; see the fields.")
            self.draw()
            return
        self.close(decision)

    def alive_contexts(self) -> tuple[Context, ...]:
        """Return whose keys are alive: there is no review, since nothing is sent."""
        return (Context.ALERT,)
