"""The form that closes a leg, whole or in part."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import ClassVar

from bgtui.domain import pnl
from bgtui.domain.account import Position
from bgtui.domain.instrument import InstrumentId, round_size
from bgtui.domain.intent import (
    PlaceOrder,
)
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
    OrderType,
    PositionSide,
    TimeInForce,
)
from bgtui.domain.rules import check, violations
from bgtui.ui.modals.form import Decision
from bgtui.ui.modals.leg import LegDock
from bgtui.ui.view import figure, ticket
from bgtui.ui.view.dockframe import Body, Section, labelled
from bgtui.ui.view.glyph import ABOUT
from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.view.number import read_number
from bgtui.ui.view.pricetext import Prices, read_price, typed
from bgtui.ui.view.span import Row
from bgtui.ui.workspace import Workspace

PERCENTS = (25, 50, 75, 100)
_CLIP = Decimal("0.02")
"""How far from mark the exchange lets a market order fill (bitget-wire 6.5)."""


class CloseDock(LegDock):
    """Close a leg, whole or in part."""

    title: ClassVar[str] = "CLOSE"
    kept: ClassVar[tuple[str, ...]] = (*LegDock.kept, "is_market")

    def __init__(self, workspace: Workspace, leg: Position, *, problem: str = "") -> None:
        """Prefill all of it, at market."""
        super().__init__(workspace, leg, problem=problem)
        self.is_market = True
        self.edits = {"amount": LineEdit.of("100%"), "price": LineEdit.of("")}

    def names(self) -> Sequence[str]:
        """Return the fields."""
        return ("amount", "how") if self.is_market else ("amount", "how", "price")

    def value(self, name: str) -> Row | str:
        """Return how it is closed."""
        return "market" if self.is_market else "limit GTC, reduce"

    def hint(self, name: str) -> str:
        """Return the size that the amount stands for, where it is not that size itself."""
        size = self.amount()
        is_said = size is None or size == typed(self.edits["amount"].text)
        return f"= {size:f}" if name == "amount" and not is_said else ""

    def before(self, width: int) -> Sequence[Body]:
        """Return the leg, what is free, what is held."""
        shown = self.shown
        if shown is None:
            return ()
        leg = shown.leg
        return [
            labelled(
                "leg",
                f"{figure.size(leg.size, shown.size_places)} @ {figure.price(leg.entry_price, shown.places)}",
            ),
            labelled("free", figure.size(leg.available, shown.size_places)),
            labelled(
                "held", f"{figure.size(leg.locked, shown.size_places)} by closes" if leg.locked else "nothing"
            ),
        ]

    def amount(self) -> Decimal | None:
        """Return how much is closed, base coin, rounded down; a percentage is of the whole leg."""
        leg, facts = self.leg, self.facts()
        text = self.edits["amount"].text.strip()
        is_percent = text.endswith("%")
        number = read_number(text.removesuffix("%").strip())
        if leg is None or facts is None or not number:
            return None
        if not is_percent:
            return number
        wanted = leg.size * min(number, Decimal(100)) / 100
        return round_size(facts.rules, min(wanted, leg.available))

    def subject(self) -> InstrumentId | None:
        """Return the leg's instrument."""
        return self.first.instrument

    def figures(self) -> tuple[Decimal | None, Decimal | None]:
        """Return the price, and the size unless it closes the whole leg."""
        order, leg = self.order(), self.leg
        if order is None or leg is None:
            return None, None
        return order.price, None if order.size >= leg.size else order.size

    def markets(self) -> Collection[InstrumentId]:
        """Return the leg's instrument."""
        return (self.first.instrument,)

    def by_market(self) -> Collection[str]:
        """Return what it brings, unless that goes by a price of one's own."""
        is_own = not self.is_market and typed(self.edits["price"].text) is not None
        return ("rules",) if is_own else ("realized", "clip", "rules")

    def order(self) -> PlaceOrder | None:
        """Return the closing order."""
        leg, size, facts = self.leg, self.amount(), self.facts()
        if leg is None or not size or facts is None:
            return None
        price = None
        if not self.is_market:
            words = Prices(facts.bid, facts.ask, facts.last, facts.mark, leg.entry_price)
            price = read_price(self.edits["price"].text, facts.rules, words, base=facts.last).value
            if price is None:
                return None
        return PlaceOrder(
            leg.instrument,
            Side.SELL if leg.side is PositionSide.LONG else Side.BUY,
            OrderType.MARKET if self.is_market else OrderType.LIMIT,
            size,
            TimeInForce.GTC,
            price=price,
            position_side=leg.side,
            effect=Effect.CLOSE,
            position_mode=facts.position_mode or leg.position_mode,
            margin_mode=leg.margin_mode,
            margin_coin=leg.margin_coin,
        )

    def problems(self) -> Sequence[str]:
        """Return why it cannot be sent."""
        if gone := self.gone():
            return gone
        if self.amount() is None:
            return ("amount is no size; type 50%, or 0.025",)
        if not self.amount():
            return ("nothing of it is free: it is held by close orders; cancel those",)
        order, facts = self.order(), self.facts()
        if order is None or facts is None:
            return ("price is empty; type it, or bid, ask, +5",)
        return [f"{result.rule}: {result.message}" for result in check(order, facts) if result.message]

    def decision(self) -> Decision | None:
        """Return the closing order when every rule lets it pass."""
        order, facts = self.order(), self.facts()
        if order is None or facts is None or self.leg is None or violations(check(order, facts)):
            return None
        size = figure.size(order.size, facts.rules.size_places)
        at = (
            "at market" if order.price is None else f"@ {figure.price(order.price, facts.rules.price_places)}"
        )
        return Decision((order,), f"close {self.first.side.value} {size} {self.first.instrument.symbol} {at}")

    def sentence(self) -> Sequence[str]:
        """Return what is sent."""
        facts, order = self.facts(), self.frozen.intents[0] if self.frozen is not None else self.order()
        if facts is None or not isinstance(order, PlaceOrder):
            return ()
        size = figure.size(order.size, facts.rules.size_places)
        how = (
            "at market"
            if order.price is None
            else f"limit {figure.price(order.price, facts.rules.price_places)}"
        )
        return (f"CLOSE {self.first.side.upper()} {size} {facts.rules.symbol}", how)

    def effects(self, width: int) -> Sequence[Body]:
        """Return the leg after the fill, what is realized, the fee, the clip."""
        shown, facts = self.shown, self.facts()
        order = self.order() if self.frozen is None else self.frozen.intents[0]
        if shown is None or facts is None or not isinstance(order, PlaceOrder):
            return ()
        price = order.price or facts.reference
        left = max(shown.leg.size - order.size, Decimal(0))
        change = f"{self.qty(shown.leg.size)} → {self.qty(left)}"
        rows: list[Body] = [Section("after the fill"), labelled("leg", f"{self.first.side.value} {change}")]
        if price is not None:
            cost = pnl.fee(order.size, price, facts.taker, is_inverse=facts.rules.is_inverse)
            won = self.cash(self.gain_at(price, order.size))
            rows.append(labelled("realized", f"{ABOUT}{won}  fee {ABOUT}{self.cash(-cost)}"))
            if self.is_market and facts.mark is not None:
                sign = -1 if order.side is Side.SELL else 1
                clip = self.px(facts.mark * (1 + sign * _CLIP))
                rows.append(labelled("clip", f"{'≥' if sign < 0 else '≤'} {clip} (mark {sign * 2:+}%)"))
        results = check(order, facts)
        passed = sum(result.passes for result in results)
        rows.append(labelled("rules", f"{passed} of {len(results)} pass"))
        return rows

    def choose(self, name: str, steps: int) -> None:
        """Market or limit."""
        if name == "how":
            self.is_market = not self.is_market

    def step(self, name: str, steps: int) -> None:
        """Move the price by ticks, the amount by its step."""
        facts, size = self.facts(), self.amount()
        if facts is None:
            return
        if name == "amount" and size is not None:
            moved = max(size + facts.rules.size_step * steps, facts.rules.size_step)
            self.edits[name] = LineEdit.of(format(moved, "f"))
        elif name == "price":
            words = ticket.prices(facts)
            start = read_price(self.edits["price"].text, facts.rules, words).value or facts.last
            if start is not None:
                self.edits[name] = LineEdit.of(
                    figure.price(start + facts.rules.tick * steps, facts.rules.price_places)
                )

    def preset(self, steps: int) -> None:
        """25, 50, 75, 100 %."""
        text = self.edits["amount"].text.rstrip("%")
        at = next((at for at, each in enumerate(PERCENTS) if str(each) == text), len(PERCENTS) - 1)
        percent = PERCENTS[min(max(at + steps, 0), len(PERCENTS) - 1)]
        self.edits["amount"] = LineEdit.of(f"{percent}%")
