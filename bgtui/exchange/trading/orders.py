"""Place, amend and cancel orders."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bgtui.domain.error import DecodeError
from bgtui.domain.intent import (
    AmendOrder,
    BatchAnswer,
    CancelAll,
    CancelOrder,
    CancelOrders,
    CancelSymbol,
    OrderAck,
    PlaceOrder,
)
from bgtui.domain.order import Effect
from bgtui.exchange.trading.writes import Writes, nothing
from bgtui.wire import encode
from bgtui.wire.decode import rest_write


class OrderWrites(Writes):
    """Orders, spot and futures."""

    async def place_order(self, intent: PlaceOrder, client_order_id: str) -> OrderAck:
        """Place one order."""
        request = encode.place_order(intent, client_order_id)
        return await self._send(request, rest_write.order_ack, lowers_risk=_closes(intent))

    async def place_orders(self, orders: Sequence[tuple[PlaceOrder, str]]) -> BatchAnswer:
        """Place several orders of one instrument, each with its client order id.

        An order that the answer names neither as accepted nor as failed is in doubt.
        """
        request = encode.place_orders(orders)
        all_close = all(_closes(intent) for intent, _ in orders)
        return await self._send(request, rest_write.batch_answer, lowers_risk=all_close)

    async def amend_order(self, intent: AmendOrder, new_client_order_id: str) -> OrderAck:
        """Change price and size of a resting order: a new order takes its place.

        Raises:
            OutcomeUnknown: Also when a spot replacement failed: the old order may be gone without a new one.
        """
        request = encode.amend_order(intent, new_client_order_id)
        if intent.order.instrument.product_type.is_futures:
            return await self._send(request, rest_write.order_ack)
        return await self._send(request, _replaced)

    async def amend_orders(self, amendments: Sequence[tuple[AmendOrder, str]]) -> BatchAnswer:
        """Change several spot orders, each with the client order id of its successor."""
        return await self._send(encode.amend_orders(amendments), rest_write.replace_answer)

    async def cancel_order(self, intent: CancelOrder) -> OrderAck:
        """Cancel one order."""
        return await self._send(encode.cancel_order(intent), rest_write.order_ack)

    async def cancel_orders(self, intent: CancelOrders) -> BatchAnswer:
        """Cancel several orders of one instrument."""
        return await self._send(encode.cancel_orders(intent), rest_write.batch_answer)

    async def cancel_symbol(self, intent: CancelSymbol) -> BatchAnswer | None:
        """Cancel every order of one instrument; spot answers nothing and does it later: check by reading."""
        request = encode.cancel_symbol(intent)
        if intent.instrument.product_type.is_futures:
            return await self._send(request, rest_write.batch_answer)
        return await self._send(request, nothing)

    async def cancel_all(self, intent: CancelAll) -> BatchAnswer:
        """Cancel every futures order of a product type."""
        return await self._send(encode.cancel_all(intent), rest_write.batch_answer)


def _closes(intent: PlaceOrder) -> bool:
    return intent.effect is Effect.CLOSE


def _replaced(data: msgspec.Raw) -> OrderAck:
    answer = rest_write.replace_answer(data)
    if len(answer.accepted) == 1 and not answer.failed:
        return answer.accepted[0]
    raise DecodeError(f"replacement failed: {answer.failed[0].message}" if answer.failed else "data: empty")
