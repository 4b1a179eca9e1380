"""The dock that turns a leg around."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from bgtui.domain.instrument import InstrumentId
from bgtui.domain.intent import (
    ReversePosition,
)
from bgtui.domain.order import (
    PositionSide,
)
from bgtui.domain.rules import RuleResult, violations
from bgtui.ui.modals import judging
from bgtui.ui.modals.form import Decision
from bgtui.ui.modals.leg import LegDock
from bgtui.ui.role import Role
from bgtui.ui.view import effects, figure, ticket
from bgtui.ui.view.dockframe import Body, Section, labelled, prose
from bgtui.ui.view.glyph import ABOUT, TIMES
from bgtui.ui.view.positions import LegView


class ReverseDock(LegDock):
    """Turn a leg around at market."""

    title: ClassVar[str] = "REVERSE"

    def names(self) -> Sequence[str]:
        """Return no field: all of it, at market."""
        return ()

    def markets(self) -> Collection[InstrumentId]:
        """Return the leg's instrument."""
        return (self.first.instrument,)

    def by_market(self) -> Collection[str]:
        """Return what both fills bring and make of the legs: each goes by the price of now."""
        return ("entry", "liq", "realized", "margin", "fee", "rules")

    def problems(self) -> Sequence[str]:
        """Return why it cannot be sent."""
        leg = self.leg
        if leg is not None and leg.locked:
            held = figure.plain(leg.locked)
            return (f"{held} is held by close orders: cancel those first; w cancels all on the symbol.",)
        return self.gone() or judging.lines(self._results())

    def decision(self) -> Decision | None:
        """Return the reversal."""
        leg, intent = self.leg, self._intent()
        if leg is None or intent is None or leg.locked or violations(self._results()):
            return None
        return Decision((intent,), f"reverse {leg.side.value} {leg.size:f} {leg.instrument.symbol} at market")

    def _intent(self) -> ReversePosition | None:
        leg = self.leg
        if leg is None:
            return None
        return ReversePosition(leg.instrument, leg.side, leg.position_mode, leg.margin_coin, leg.size)

    def _results(self) -> tuple[RuleResult, ...]:
        """Return what the rules say; none without a guard, since the exchange takes any reversal."""
        intent = self._intent()
        return () if intent is None else judging.judge(self.workspace, intent, self.facts())

    def sentence(self) -> Sequence[str]:
        """Return what is sent."""
        other = "SHORT" if self.first.side is PositionSide.LONG else "LONG"
        return (f"REVERSE {self.first.side.upper()} {self.first.instrument.symbol}", f"to {other}, at market")

    def effects(self, width: int) -> Sequence[Body]:
        """Return both legs after it: what closes one earns and what opening the other ties up and costs."""
        shown, facts = self.shown, self.facts()
        if shown is None or facts is None:
            return ()
        leg, turned = shown.leg, ticket.reversal(shown.leg, facts)
        entry = figure.average(leg.entry_price, shown.places)
        return [
            labelled("leg", f"{self.qty(leg.size)} @ {entry}"),
            Section("after the fill"),
            labelled(leg.side.value, f"{self.qty(leg.size)} → 0"),
            labelled(turned.leg_name, f"{self.qty(turned.leg_before)} → {self.qty(turned.leg_after)}"),
            *effects.standing_rows(turned, shown.places),
            labelled("realized", f"{ABOUT}{figure.signed(shown.unrealized, shown.money_places)}"),
            effects.margin_row(turned, facts),
            labelled("fee", f"{ABOUT}{figure.money(turned.fee, shown.money_places)} taker {TIMES}2"),
            *([judging.rules_row(results)] if (results := self._results()) else ()),
            *prose("Open orders stay as they are.", width - 2, Role.MUTED),
            *self._unguarded(shown, turned.leg_name, width),
        ]

    @staticmethod
    def _unguarded(shown: LegView, turned: str, width: int) -> Sequence[Body]:
        """Return that what guards the leg does not guard the other one; nothing when nothing does."""
        guards = [name for name, price in (("TP", shown.take_profit), ("SL", shown.stop_loss)) if price]
        if not guards:
            return ()
        words = f"{' and '.join(guards)} end with the {shown.leg.side.value}; p sets new for the {turned}."
        return prose(words, width - 2, Role.WARN)
