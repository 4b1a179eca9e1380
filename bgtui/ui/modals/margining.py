"""The form that adds margin to an isolated leg, or takes some away."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from bgtui.domain import pnl
from bgtui.domain.account import Position
from bgtui.domain.intent import (
    AdjustMargin,
)
from bgtui.domain.order import (
    MarginMode,
)
from bgtui.ui.modals import judging
from bgtui.ui.modals.form import Decision
from bgtui.ui.modals.leg import LegDock
from bgtui.ui.view import figure
from bgtui.ui.view.dockframe import Body, Section, labelled
from bgtui.ui.view.glyph import ABOUT, NONE
from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.view.number import read_number
from bgtui.ui.view.span import Row
from bgtui.ui.workspace import Workspace


class MarginDock(LegDock):
    """Add margin to an isolated leg, or take some away."""

    title: ClassVar[str] = "MARGIN"
    kept: ClassVar[tuple[str, ...]] = (*LegDock.kept, "is_adding")

    def __init__(self, workspace: Workspace, leg: Position, *, problem: str = "") -> None:
        """Begin empty."""
        super().__init__(workspace, leg, problem=problem)
        self.is_adding = True
        self.edits = {"amount": LineEdit.of("")}
        self.field = "amount"

    def names(self) -> Sequence[str]:
        """Return the fields."""
        return ("what", "amount")

    def value(self, name: str) -> Row | str:
        """Return add or remove."""
        return "add" if self.is_adding else "remove"

    def before(self, width: int) -> Sequence[Body]:
        """Return what backs the leg."""
        leg = self.leg
        return (
            [labelled("margin", f"{figure.money(leg.margin)} {leg.margin_coin}")] if leg is not None else ()
        )

    def amount(self) -> Decimal | None:
        """Return the amount typed, margin coin."""
        return read_number(self.edits["amount"].text.strip()) or None

    def problems(self) -> Sequence[str]:
        """Return why it cannot be sent."""
        if gone := self.gone():
            return gone
        leg, facts, amount = self.leg, self.facts(), self.amount()
        if leg is not None and leg.margin_mode is not MarginMode.ISOLATED:
            return ("This leg is crossed: the whole account backs it; nothing to move.",)
        if amount is None:
            return ("amount is empty; type it in the margin coin",)
        if self.is_adding and facts is not None and facts.available is not None and amount > facts.available:
            return (f"{amount} is more than the {figure.money(facts.available)} free; lower it",)
        if not self.is_adding and leg is not None and amount >= leg.margin:
            return (f"{amount} is all that backs the leg; less can go",)
        if leg is not None and not self.is_adding:
            return judging.lines(judging.judge(self.workspace, self._intent(leg, amount), facts))
        return ()

    def decision(self) -> Decision | None:
        """Return the change."""
        leg, amount = self.leg, self.amount()
        if leg is None or amount is None or self.problems():
            return None
        intent = self._intent(leg, amount)
        word = "add" if self.is_adding else "remove"
        words = f"{word} {amount:f} {leg.margin_coin} margin, {leg.side.value} {leg.instrument.symbol}"
        return Decision((intent,), words)

    def _intent(self, leg: Position, amount: Decimal) -> AdjustMargin:
        signed = amount if self.is_adding else -amount
        return AdjustMargin(leg.instrument, leg.margin_coin, leg.side, signed)

    def sentence(self) -> Sequence[str]:
        """Return what is sent."""
        word = "ADD" if self.is_adding else "REMOVE"
        return (f"{word} {self.edits['amount'].text} {self.first.margin_coin} MARGIN", self.heading())

    def effects(self, width: int) -> Sequence[Body]:
        """Return margin and liquidation after it."""
        shown, facts, amount = self.shown, self.facts(), self.amount()
        if shown is None or facts is None or amount is None:
            return ()
        after = shown.leg.margin + (amount if self.is_adding else -amount)
        rows: list[Body] = [
            Section("effect"),
            labelled("margin", f"{figure.money(shown.leg.margin)} → {figure.money(after)}"),
        ]
        keep = shown.leg.maintenance_margin_rate or facts.keep_rate
        if keep is not None and after > 0:
            leg = pnl.Leg(shown.leg.side, shown.leg.size, shown.leg.entry_price, after)
            new = pnl.liquidation(
                leg, keep_rate=keep, fee_rate=facts.taker, is_inverse=facts.rules.is_inverse
            )
            old = self.px(shown.leg.liquidation_price or None)
            text = figure.price(round(new.price, shown.places), shown.places) if new is not None else NONE
            rows.append(labelled("liq", f"{old} → {ABOUT}{text}"))
        return rows

    def choose(self, name: str, steps: int) -> None:
        """Add or remove."""
        if name == "what":
            self.is_adding = not self.is_adding

    def step(self, name: str, steps: int) -> None:
        """Move the amount by ones."""
        amount = self.amount() or Decimal(0)
        self.edits["amount"] = LineEdit.of(format(max(amount + steps, Decimal(1)), "f"))
