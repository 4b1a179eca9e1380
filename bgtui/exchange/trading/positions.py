"""Close and turn positions, and move their margin."""

from __future__ import annotations

from bgtui.domain.intent import (
    AdjustMargin,
    BatchAnswer,
    ClosePosition,
    OrderAck,
    ReversePosition,
    SetAutoMargin,
)
from bgtui.exchange.trading.writes import Writes, nothing
from bgtui.wire import encode
from bgtui.wire.decode import rest_write


class PositionWrites(Writes):
    """Legs that are held."""

    async def close_position(self, intent: ClosePosition) -> BatchAnswer:
        """Close a leg at market, or both legs of an instrument."""
        return await self._send(encode.close_position(intent), rest_write.batch_answer)

    async def reverse_position(self, intent: ReversePosition, client_order_id: str) -> OrderAck:
        """Turn a leg around at market."""
        return await self._send(encode.reverse_position(intent, client_order_id), rest_write.order_ack)

    async def adjust_margin(self, intent: AdjustMargin) -> None:
        """Add margin to an isolated leg, or take some away."""
        await self._send(encode.adjust_margin(intent), nothing, lowers_risk=intent.amount > 0)

    async def set_auto_margin(self, intent: SetAutoMargin) -> None:
        """Let the exchange top up an isolated leg by itself, or not."""
        await self._send(encode.set_auto_margin(intent), nothing)
