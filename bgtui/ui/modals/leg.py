"""What the forms about one leg share."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bgtui.domain import pnl
from bgtui.domain.account import Position
from bgtui.domain.facts import Facts
from bgtui.domain.order import (
    PositionMode,
)
from bgtui.session.facts import gather
from bgtui.ui.modals.form import FormDock
from bgtui.ui.view import figure
from bgtui.ui.view.glyph import NONE
from bgtui.ui.view.positions import LegView, leg_view
from bgtui.ui.view.span import Row
from bgtui.ui.workspace import Workspace


class LegDock(FormDock):
    """What the forms about a leg share; the leg is looked up anew at every draw."""

    def __init__(self, workspace: Workspace, leg: Position, *, problem: str = "") -> None:
        """Be about this leg."""
        super().__init__(workspace, problem=problem)
        self.first = leg

    @property
    def leg(self) -> Position | None:
        """The leg as it is now; None once it is gone."""
        store = self.workspace.store
        legs = store.positions(self.first.instrument.product_type) if store is not None else None
        return next((leg for leg in legs or () if leg.key == self.first.key), None)

    @property
    def shown(self) -> LegView | None:
        """The leg with the market of this moment."""
        store, leg = self.workspace.store, self.leg
        return None if store is None or leg is None else leg_view(store, leg)

    def facts(self) -> Facts | None:
        """Return what is known around it."""
        store = self.workspace.store
        return None if store is None else gather(store, self.first.instrument)

    def heading(self) -> str:
        """Name the leg."""
        return f"{self.title} {self.first.side.upper()} {self.first.instrument.symbol}"

    def tag(self) -> str:
        """Name the position mode."""
        return "hedge" if self.first.position_mode is PositionMode.HEDGE else "one-way"

    def value(self, name: str) -> Row | str:
        """Return nothing: fields say what they show."""
        return ""

    @property
    def places(self) -> int:
        """Decimal places of a price."""
        return self.shown.places if self.shown is not None else 2

    def px(self, price: Decimal | None) -> str:
        """Return a price as written."""
        return NONE if price is None else figure.price(round(price, self.places), self.places)

    def qty(self, size: Decimal | None) -> str:
        """Return a size as written."""
        return figure.size(size, self.shown.size_places if self.shown is not None else 4)

    def cash(self, amount: Decimal | None) -> str:
        """Return signed money as written."""
        return figure.signed(amount, self.shown.money_places if self.shown is not None else 2)

    def gain_at(self, price: Decimal, size: Decimal | None = None) -> Decimal | None:
        """Return what the leg, or a part of it, earns at a price, margin coin."""
        shown = self.shown
        if shown is None:
            return None
        leg = shown.leg
        is_inverse = shown.rules is not None and shown.rules.is_inverse
        return pnl.unrealized(leg.side, size or leg.size, leg.entry_price, price, is_inverse=is_inverse)

    def gone(self) -> Sequence[str]:
        """Return the reason when the leg is not there any more."""
        if self.leg is None:
            return (f"{self.first.side.capitalize()} {self.first.instrument.symbol} is closed; esc leaves.",)
        return ()
