"""`z`: the inverse of the last act, offered in its own form with what it costs, and never done by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bgtui.domain.order import Order, OrderStatus
from bgtui.ui import flows, undo
from bgtui.ui.actions.host import Host
from bgtui.ui.modals import amending, replanning, ticket
from bgtui.ui.role import Role
from bgtui.ui.view.request import TicketRequest


class Regret:
    """The key that offers the way back."""

    def __init__(self, host: Host) -> None:
        """Act on this app."""
        self._host = host

    async def do_undo_offer(self) -> None:
        """Offer the inverse of what was sent last."""
        match self._host.workspace.last_act:
            case None:
                self._host.say("Nothing was sent from here yet: nothing to undo.", Role.MUTED)
            case undo.Final() as act:
                self._host.say(act.why, Role.MUTED)
            case undo.Placed() as act:
                await self._cancel(act)
            case undo.Amended() as act:
                await self._amend_back(act)
            case undo.Replanned() as act:
                await self._replan_back(act)
            case undo.Canceled() as act:
                await self._place_again(act)

    async def _cancel(self, act: undo.Placed) -> None:
        store = self._host.workspace.store
        found = None if store is None else undo.standing(store, act.instrument, act.client_order_id)
        if found is None:
            self._host.say("What was placed does not rest any more: see Orders.", Role.MUTED)
            return
        self._host.say("Undo: cancels what was just placed; it may fill before.", Role.WARN)
        if isinstance(found, Order):
            await flows.cancel_named(self._host, (found,), ())
        else:
            await flows.cancel_named(self._host, (), (found,))

    async def _amend_back(self, act: undo.Amended) -> None:
        workspace, store = self._host.workspace, self._host.workspace.store
        found = None if store is None else undo.standing(store, act.instrument, act.client_order_id)
        if not isinstance(found, Order):
            self._host.say("The amended order does not rest any more: see Orders.", Role.MUTED)
            return
        order = found
        self._host.say("Undo: price and size as before, its place in the queue is lost.", Role.WARN)
        await flows.run_form(
            self._host,
            lambda problem: amending.AmendDock(
                workspace, order, problem=problem, price=act.price, size=act.size
            ),
        )

    async def _replan_back(self, act: undo.Replanned) -> None:
        workspace, store, old = self._host.workspace, self._host.workspace.store, act.plan
        plan = None if store is None else undo.waiting(store, old.instrument, old.order_id)
        if plan is None:
            self._host.say("The amended trigger order does not wait any more: see Orders.", Role.MUTED)
            return
        self._host.say("Undo: its figures as they were before; it may have fired until then.", Role.WARN)
        await flows.run_form(
            self._host,
            lambda problem: replanning.ReplanDock(workspace, plan, problem=problem, like=old),
        )

    async def _place_again(self, act: undo.Canceled) -> None:
        for number, canceled in enumerate(act.orders, 1):
            order = self._rest(canceled)
            if order is None:
                continue
            which = f"{number} of {len(act.orders)} " if len(act.orders) > 1 else ""
            self._host.say(f"Undo: {which}placed anew, its place in the queue is lost.", Role.WARN)
            request = TicketRequest(order.instrument, order.side, again=order)
            if not await flows.run_form(self._host, self._ticket(request)):
                return

    def _rest(self, canceled: Order) -> Order | None:
        """Return an order with what was filled before its cancel; None, with the reason said, if all was."""
        store = self._host.workspace.store
        now = None if store is None else store.order(canceled.instrument, canceled.order_id)
        if now is None:
            return canceled
        if now.status is OrderStatus.CANCELED:
            return replace(canceled, filled_size=now.filled_size)
        is_filled = now.status is OrderStatus.FILLED
        words = (
            "It was filled before its cancel: nothing to place anew."
            if is_filled
            else "Its end is not reported yet: see Orders, then z again."
        )
        self._host.say(words, Role.WARN)
        return None

    def _ticket(self, request: TicketRequest) -> Callable[[str], ticket.TicketDock]:
        return lambda problem: ticket.TicketDock(self._host.workspace, request, problem=problem)
