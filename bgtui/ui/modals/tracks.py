"""Forms about a tracking order, the leader's or a copy: close it, set its take profit and stop loss."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import ClassVar

from bgtui.domain import question
from bgtui.domain.copyintent import CloseScope, CloseTracks, CopyRole, SetTrackTpsl, StopTracks
from bgtui.domain.copytrade import TrackingOrder
from bgtui.domain.facts import Facts
from bgtui.domain.instrument import InstrumentId, is_on_step
from bgtui.domain.intent import Intent
from bgtui.domain.order import PositionSide
from bgtui.session.facts import gather
from bgtui.store import topic
from bgtui.store.topic import Topic
from bgtui.ui.modals.form import Decision, FormDock
from bgtui.ui.role import Role
from bgtui.ui.view import figure, tracking, triggered
from bgtui.ui.view.dockframe import Body, Section, labelled, prose
from bgtui.ui.view.glyph import ABOUT, NONE, UNKNOWN
from bgtui.ui.view.impact import Impact, impact, margin_of, meant, net_at, tracks
from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.view.pricetext import Prices, Read, read_price, slip
from bgtui.ui.view.privacy import hide
from bgtui.ui.view.span import Row, Span
from bgtui.ui.view.triggered import Outcome
from bgtui.ui.workspace import Workspace

MAX_TRACKS = 50
"""Tracking orders in one request on spot."""
_SCOPES = (CloseScope.TRACKS, CloseScope.INSTRUMENT, CloseScope.ALL)


class TrackDock(FormDock):
    """What both forms share; the order is looked up anew at every draw."""

    def __init__(
        self, workspace: Workspace, role: CopyRole, order: TrackingOrder, *, problem: str = ""
    ) -> None:
        """Be about this order."""
        super().__init__(workspace, problem=problem)
        self.role = role
        self.first = order

    def topics(self) -> Iterable[Topic]:
        """Draw when the orders or the price move."""
        product, is_leader = self.first.instrument.product_type, self.role is CopyRole.LEADER
        asked = question.leader_tracks(product) if is_leader else question.copied_orders(product)
        return (topic.answer(asked), topic.ticker(self.first.instrument))

    @property
    def every(self) -> tuple[TrackingOrder, ...]:
        """Every order that is open now, as far as is known."""
        store = self.workspace.store
        product = self.first.instrument.product_type
        return () if store is None else tracks(store, self.role, product).value or ()

    @property
    def order(self) -> TrackingOrder | None:
        """The order as it is now; None once it is closed."""
        return next((each for each in self.every if each.tracking_no == self.first.tracking_no), None)

    def facts(self) -> Facts | None:
        """Return what is known around the instrument."""
        store = self.workspace.store
        return None if store is None else gather(store, self.first.instrument)

    def markets(self) -> Collection[InstrumentId]:
        """Return the order's instrument."""
        return (self.first.instrument,)

    def heading(self) -> str:
        """Name the order."""
        return f"{self.title} {self.first.instrument.symbol} {self.first.side.value[0].upper()}"

    def tag(self) -> str:
        """Return its number."""
        return tracking.short_number(self.first.tracking_no)

    def closed(self) -> str:
        """Say that the order is not there any more; empty while it is."""
        if self.order is not None:
            return ""
        return f"{tracking.short_number(self.first.tracking_no)} is closed already; nothing to do."

    def before(self, width: int) -> Sequence[Body]:
        """Return the order."""
        return [
            labelled("order", _order_words(self.first, self.facts(), is_private=self.workspace.is_private))
        ]


class CloseTracksDock(TrackDock):
    """Close this order, every one of its symbol, or all; what follows from it is said first."""

    title: ClassVar[str] = "CLOSE"
    kept: ClassVar[tuple[str, ...]] = (*TrackDock.kept, "scope", "keeps_coins")

    def __init__(
        self, workspace: Workspace, role: CopyRole, order: TrackingOrder, *, problem: str = ""
    ) -> None:
        """Begin with this order alone."""
        super().__init__(workspace, role, order, problem=problem)
        self.scope = CloseScope.TRACKS
        self.keeps_coins = False

    @property
    def can_keep(self) -> bool:
        """Tell whether copying can end without a sale: of a follower's spot orders."""
        return self.role is CopyRole.FOLLOWER and not self.first.instrument.product_type.is_futures

    def names(self) -> Sequence[str]:
        """Return the fields."""
        return ("scope", "how") if self.can_keep else ("scope",)

    def value(self, name: str) -> Row | str:
        """Return what is chosen."""
        if name == "how":
            return "◄ keep the coins ►" if self.keeps_coins else "◄ sell at market ►"
        words = {
            CloseScope.TRACKS: "this order",
            CloseScope.INSTRUMENT: f"all {self.first.instrument.symbol}",
            CloseScope.ALL: "all",
        }
        return f"◄ {words[self.scope]} ({len(self.chosen())}) ►"

    def choose(self, name: str, steps: int) -> None:
        """Widen or narrow; sell or keep."""
        if name == "how":
            self.keeps_coins = not self.keeps_coins
        else:
            self.scope = _SCOPES[(_SCOPES.index(self.scope) + steps) % len(_SCOPES)]

    def chosen(self) -> tuple[TrackingOrder, ...]:
        """Return the orders that would be closed now."""
        return meant(self.every, self.scope, self.first)

    def markets(self) -> Collection[InstrumentId]:
        """Return the instruments of all that would be closed."""
        return {order.instrument for order in self.chosen()}

    def by_market(self) -> Collection[str]:
        """Return what it brings, which goes by the price of now."""
        return ("PnL", "for you")

    def problems(self) -> Sequence[str]:
        """Return why it cannot be sent."""
        if self.scope is CloseScope.TRACKS and (closed := self.closed()):
            return (closed,)
        return () if self.chosen() else ("No tracking order is open any more; nothing to do.",)

    def decision(self) -> Decision | None:
        """Return the request, or as many as spot needs."""
        if self.problems():
            return None
        numbers = tuple(order.tracking_no for order in self.chosen())
        return Decision(tuple(self._intents()), self._words(), targets=numbers)

    def _intents(self) -> list[Intent]:
        product = self.first.instrument.product_type
        if product.is_futures:
            is_one, is_all = self.scope is CloseScope.TRACKS, self.scope is CloseScope.ALL
            instrument = None if is_all else self.first.instrument
            numbers = (self.first.tracking_no,) if is_one else ()
            return [CloseTracks(self.role, product, self.scope, instrument, numbers)]
        by_pair: dict[InstrumentId, list[str]] = {}
        for order in self.chosen():
            by_pair.setdefault(order.instrument, []).append(order.tracking_no)
        found: list[Intent] = []
        for pair, numbers_of in by_pair.items():
            for at in range(0, len(numbers_of), MAX_TRACKS):
                batch = tuple(numbers_of[at : at + MAX_TRACKS])
                if self.keeps_coins and self.can_keep:
                    found.append(StopTracks(pair, batch))
                else:
                    found.append(CloseTracks(self.role, product, CloseScope.TRACKS, pair, batch))
        return found

    def _words(self) -> str:
        verb = "stop copying" if self.keeps_coins and self.can_keep else "close"
        if self.scope is CloseScope.TRACKS:
            return f"{verb} {self.first.instrument.symbol} {tracking.short_number(self.first.tracking_no)}"
        where = f" on {self.first.instrument.symbol}" if self.scope is CloseScope.INSTRUMENT else ""
        count = len(self.chosen())
        return (
            f"{verb} 1 tracking order{where}" if count == 1 else f"{verb} all {count} tracking orders{where}"
        )

    def sentence(self) -> Sequence[str]:
        """Return what is sent."""
        if self.keeps_coins and self.can_keep:
            return (self._words().upper(), "nothing is sold; the coins stay in the wallet")
        return (self._words().upper(), "at market")

    def effects(self, width: int) -> Sequence[Body]:
        """Return what a close does to me and to those who copy."""
        store = self.workspace.store
        if store is None:
            return ()
        found = impact(store, self.chosen())
        rows: list[Body] = [Section("if sent now")]
        rows.append(labelled("orders", f"{len(found.orders)} of {len(self.every)}"))
        if self.role is CopyRole.LEADER:
            count = UNKNOWN if found.copies is None else str(found.copies)
            rows.append(labelled("also", f"{count} copies close", role=Role.WARN))
        if not (self.keeps_coins and self.can_keep):
            rows += self._money(found)
        if self.scope is not CloseScope.TRACKS and self.first.instrument.product_type.is_futures:
            rows += prose("also what opens before Bitget has it", width - 2, Role.MUTED)
        return rows

    def _money(self, found: Impact) -> list[Row]:
        private = self.workspace.is_private
        places = 8 if self.first.instrument.product_type.value == "coin-futures" else 2
        earned = hide(f"{ABOUT}{figure.signed(found.earned, places)}", is_private=private)
        fees = hide(f"{ABOUT}{figure.signed(found.fees, places)}", is_private=private)
        net = hide(f"{ABOUT}{figure.signed(found.net, places)}", is_private=private)
        return [
            labelled("PnL", f"{earned} fees {fees}"),
            labelled("for you", f"{net} {found.coin}".rstrip()),
        ]


class TrackTpslDock(TrackDock):
    """Take profit and stop loss of one order; an empty field removes what is set."""

    title: ClassVar[str] = "TP/SL"

    def __init__(
        self, workspace: Workspace, role: CopyRole, order: TrackingOrder, *, problem: str = ""
    ) -> None:
        """Prefill what is set."""
        super().__init__(workspace, role, order, problem=problem)
        facts = self.facts()
        places = facts.rules.price_places if facts is not None else 2
        self.had = (order.take_profit, order.stop_loss)
        self.edits = {
            "take": LineEdit.of(figure.price(order.take_profit, places) if order.take_profit else ""),
            "stop": LineEdit.of(figure.price(order.stop_loss, places) if order.stop_loss else ""),
        }

    def names(self) -> Sequence[str]:
        """Return the fields."""
        return ("take", "stop")

    def label(self, name: str) -> str:
        """Return a field's name."""
        return {"take": "TP at", "stop": "SL at"}[name]

    def value(self, name: str) -> Row | str:
        """Return nothing: both are text fields."""
        return ""

    def hint(self, name: str) -> str:
        """Return how far from mark it is; on spot, from the last price."""
        facts = self.facts()
        return "" if facts is None else triggered.away(self._price(name), facts.reference)

    def hints_by_market(self) -> Collection[str]:
        """Return both prices: their distance goes by the price of now."""
        return ("take", "stop")

    def _read(self, name: str) -> Read:
        facts = self.facts()
        if facts is None:
            return Read(None)
        entry = self.first.open_price
        words = Prices(facts.bid, facts.ask, facts.last, facts.mark, entry)
        return read_price(self.edits[name].text, facts.rules, words, base=entry)

    def _price(self, name: str) -> Decimal | None:
        return self._read(name).value

    def problems(self) -> Sequence[str]:
        """Return what is wrong with the prices."""
        if closed := self.closed():
            return (closed,)
        facts = self.facts()
        if facts is None:
            return ("The instrument's rules are not known yet; a moment.",)
        sign = 1 if self.first.side is PositionSide.LONG else -1
        lines: list[str] = []
        for (name, label, wanted), had in zip(
            (("take", "TP", sign), ("stop", "SL", -sign)), self.had, strict=True
        ):
            text, read = self.edits[name].text.strip(), self._read(name)
            price = read.value
            if text and price is None:
                lines.append(f"{label}: {text[:16]} is no price; type 68000, +50 or 1%")
            elif price is not None and (price <= 0 or not is_on_step(price, facts.rules.tick)):
                lines.append(f"{label} {price} is off the tick of {facts.rules.tick}")
            elif price is not None and facts.reference and (price - facts.reference) * wanted <= 0:
                side = "above" if wanted > 0 else "below"
                lines.append(f"{label} must be {side} {facts.reference}: it would fire now")
            elif unusual := slip(label, read, facts.reference, had):
                lines.append(unusual)
        if not lines and self._intent() is None:
            lines.append("Nothing changes yet; type a price, or empty a field.")
        return lines

    def _intent(self) -> SetTrackTpsl | None:
        changed = [
            _changed(had, self._price(name)) for had, name in zip(self.had, ("take", "stop"), strict=True)
        ]
        if changed == [None, None]:
            return None
        return SetTrackTpsl(self.role, self.first.instrument, self.first.tracking_no, *changed)

    def decision(self) -> Decision | None:
        """Return what changes; what is as it was is kept by not being sent."""
        intent = self._intent()
        if intent is None or self.problems():
            return None
        return Decision((intent,), self._words(), targets=(self.first.tracking_no,))

    def _words(self) -> str:
        take, stop = (self._said(price) for price in self._both())
        where = f"{self.first.instrument.symbol} {tracking.short_number(self.first.tracking_no)}"
        return f"{where}: TP {take} SL {stop}"

    def _both(self) -> tuple[Decimal | None, Decimal | None]:
        """Return take profit and stop loss as the form stands, or as frozen for the review."""
        frozen = () if self.frozen is None else self.frozen.intents
        for intent in frozen:
            if isinstance(intent, SetTrackTpsl):
                return _after(self.had[0], intent.take_profit), _after(self.had[1], intent.stop_loss)
        return self._price("take"), self._price("stop")

    def _said(self, price: Decimal | None) -> str:
        facts = self.facts()
        return NONE if price is None or facts is None else figure.price(price, facts.rules.price_places)

    def sentence(self) -> Sequence[str]:
        """Return what is sent: prices, whatever was typed for them."""
        take, stop = (self._said(price) for price in self._both())
        side = self.first.side.value.upper()
        return (f"PROTECT {self.first.instrument.symbol} {side}", f"TP {take}", f"SL {stop}")

    def _outcome(self, price: Decimal | None) -> Outcome | None:
        """Return what closing the order at a price gives."""
        store = self.workspace.store
        if price is None or store is None:
            return None
        order = self.order or self.first
        return Outcome(net_at(store, order, price), margin_of(order))

    def _cash(self, amount: Decimal) -> str:
        places = 8 if self.first.instrument.product_type.value == "coin-futures" else 2
        return hide(figure.signed(amount, places), is_private=self.workspace.is_private)

    def effects(self, width: int) -> Sequence[Body]:
        """Return what each would give, and whom it touches."""
        take, stop = self._both()
        gives = triggered.rows(self._outcome(take), self._outcome(stop), self._cash)
        rows: list[Body] = [Section("at the trigger, after fees"), *gives] if gives else []
        rows.append(Section("kept by the exchange"))
        if self.role is CopyRole.LEADER and self.first.follower_count:
            rows.append(labelled("also", f"{self.first.follower_count} copies close", role=Role.WARN))
        rows.append((Span(" an empty field removes it", Role.MUTED),))
        return rows

    def step(self, name: str, steps: int) -> None:
        """Move a price by ticks."""
        facts = self.facts()
        if facts is None:
            return
        start = self._price(name) or facts.reference
        if start is not None:
            moved = max(start + facts.rules.tick * steps, facts.rules.tick)
            self.edits[name] = LineEdit.of(figure.price(moved, facts.rules.price_places))


def _changed(had: Decimal | None, now: Decimal | None) -> Decimal | None:
    """Return what is sent for a price: None keeps it, zero removes it."""
    if now == had:
        return None
    return Decimal(0) if now is None else now


def _after(had: Decimal | None, sent: Decimal | None) -> Decimal | None:
    """Return what a price is once what is sent for it has been taken."""
    return had if sent is None else sent or None


def _order_words(order: TrackingOrder, facts: Facts | None, *, is_private: bool) -> str:
    places = (2, 4) if facts is None else (facts.rules.price_places, facts.rules.size_places)
    size = hide(figure.size(order.open_size, places[1]), is_private=is_private)
    return f"{size} @ {figure.price(order.open_price, places[0])}"
