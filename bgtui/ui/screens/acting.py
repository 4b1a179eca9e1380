"""The trading keys of the screens that have a leg or an order under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol, cast

from bgtui.domain.account import Position
from bgtui.domain.instrument import InstrumentId
from bgtui.domain.order import Order, PlanOrder
from bgtui.ui import flows
from bgtui.ui.role import Role
from bgtui.ui.view.request import CancelScope, TicketRequest
from bgtui.ui.workspace import Workspace


class _Host(Protocol):
    workspace: Workspace
    app: Any


_IS_OPEN = "Bitget has not said yet whether it stands: nothing to act on; enter shows more."


class Acting:
    """Mixed into a screen, which says what its cursor is on."""

    def leg_at_cursor(self) -> Position | None:
        """Return the leg that the keys act on."""
        return None

    def orders_at_cursor(self) -> tuple[Sequence[Order], Sequence[PlanOrder]]:
        """Return the orders and plans that the keys act on."""
        return (), ()

    def is_open_at_cursor(self) -> bool:
        """Tell whether there is an order of which the exchange has said nothing yet."""
        return False

    def instrument_at_cursor(self) -> InstrumentId | None:
        """Return the instrument that the keys act on."""
        return cast(_Host, self).workspace.instrument

    @property
    def _stage(self) -> Any:  # noqa: ANN401 - the app, which `flows.Stage` describes
        return cast(_Host, self).app

    def do_ticket_open(self) -> Coroutine[Any, Any, None] | None:
        """Open an empty ticket, or the draft that was left."""
        instrument = self.instrument_at_cursor()
        return None if instrument is None else flows.open_ticket(self._stage, TicketRequest(instrument))

    def do_order_amend(self) -> Coroutine[Any, Any, None] | None:
        """Amend the one order under the cursor, or where there is none the one plan."""
        orders, plans = self.orders_at_cursor()
        if not orders and len(plans) == 1:
            return flows.replan(self._stage, plans[0])
        if not orders and self.is_open_at_cursor():
            self._stage.say(_IS_OPEN, Role.WARN)
            return None
        if len(orders) != 1:
            several = "Several orders stand here; 3 lists them one by one."
            self._stage.say(several if orders or plans else "No order of mine stands here.", Role.MUTED)
            return None
        return flows.amend(self._stage, orders[0])

    def do_order_cancel(self) -> Coroutine[Any, Any, None] | None:
        """Cancel what stands under the cursor."""
        orders, plans = self.orders_at_cursor()
        if not orders and not plans and self.is_open_at_cursor():
            self._stage.say(_IS_OPEN, Role.WARN)
            return None
        return flows.cancel(self._stage, orders, plans)

    def do_cancel_bids(self) -> Coroutine[Any, Any, None]:
        """Cancel my bids."""
        return flows.cancel_scope(self._stage, CancelScope.BIDS)

    def do_cancel_asks(self) -> Coroutine[Any, Any, None]:
        """Cancel my asks."""
        return flows.cancel_scope(self._stage, CancelScope.ASKS)

    def do_cancel_symbol(self) -> Coroutine[Any, Any, None]:
        """Cancel everything of mine on the symbol."""
        return flows.cancel_scope(self._stage, CancelScope.SYMBOL)

    def do_position_close(self) -> Coroutine[Any, Any, None] | None:
        """Close the leg."""
        return self._with_leg(flows.close)

    def do_position_reverse(self) -> Coroutine[Any, Any, None] | None:
        """Reverse the leg."""
        return self._with_leg(flows.reverse)

    def do_position_protect(self) -> Coroutine[Any, Any, None] | None:
        """Protect the leg."""
        return self._with_leg(flows.protect)

    def do_margin_adjust(self) -> Coroutine[Any, Any, None] | None:
        """Move margin of the leg."""
        return self._with_leg(flows.margin)

    def do_leverage_open(self) -> Coroutine[Any, Any, None] | None:
        """Set leverage and margin mode."""
        instrument = self.instrument_at_cursor()
        if instrument is None or not instrument.product_type.is_futures:
            self._stage.say("Spot has no leverage.", Role.MUTED)
            return None
        return flows.leverage(self._stage, instrument)

    def _with_leg(
        self, flow: Callable[[Any, Position], Coroutine[Any, Any, None]]
    ) -> Coroutine[Any, Any, None] | None:
        leg = self.leg_at_cursor()
        if leg is None:
            self._stage.say("No leg here; t opens a ticket.", Role.MUTED)
            return None
        return flow(self._stage, leg)
