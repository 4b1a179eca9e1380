"""Trigger, trailing and TP/SL orders."""

from __future__ import annotations

from functools import partial

import msgspec

from bgtui.domain.intent import (
    AmendPlan,
    BatchAnswer,
    BatchFailure,
    CancelPlans,
    OrderAck,
    PlacePlan,
    PlaceTpsl,
    PositionTpsl,
)
from bgtui.domain.order import Effect
from bgtui.exchange.trading.writes import Writes
from bgtui.wire import encode
from bgtui.wire.decode import rest_write
from bgtui.wire.endpoint import spot_order


class PlanWrites(Writes):
    """What waits for a price."""

    async def place_plan(self, intent: PlacePlan, client_order_id: str) -> OrderAck:
        """Place a trigger or trailing order."""
        request = encode.place_plan(intent, client_order_id)
        return await self._send(request, rest_write.order_ack, lowers_risk=intent.effect is Effect.CLOSE)

    async def place_tpsl(self, intent: PlaceTpsl, client_order_id: str) -> OrderAck:
        """Protect a leg by one take profit, stop loss or trailing stop."""
        request = encode.place_tpsl(intent, client_order_id)
        return await self._send(request, rest_write.order_ack, lowers_risk=True)

    async def place_position_tpsl(
        self, intent: PositionTpsl, *, take_profit_id: str = "", stop_loss_id: str = ""
    ) -> tuple[OrderAck, ...]:
        """Set take profit and stop loss of a whole leg in one request."""
        request = encode.position_tpsl(intent, take_profit_id=take_profit_id, stop_loss_id=stop_loss_id)
        return await self._send(request, rest_write.position_tpsl_acks, lowers_risk=True)

    async def amend_plan(self, intent: AmendPlan) -> OrderAck:
        """Change a trigger, trailing or TP/SL order."""
        return await self._send(encode.amend_plan(intent), rest_write.order_ack)

    async def cancel_plans(self, intent: CancelPlans) -> BatchAnswer:
        """Cancel trigger orders of one kind; the answer may be empty, so absence is what proves it."""
        request = encode.cancel_plans(intent)
        if request[0] is spot_order.CANCEL_ORDER:
            return BatchAnswer((await self._send(request, rest_write.order_ack),), ())
        if request[0] is spot_order.CANCEL_PLAN:
            ref = intent.orders[0]
            return await self._send(request, partial(_canceled, OrderAck(ref.order_id, ref.client_order_id)))
        return await self._send(request, rest_write.batch_answer)


def _canceled(ack: OrderAck, data: msgspec.Raw) -> BatchAnswer:
    if rest_write.is_canceled(data):
        return BatchAnswer((ack,), ())
    return BatchAnswer((), (BatchFailure(ack.order_id, ack.client_order_id, "", "failure"),))
