"""Orders, trigger orders and fills by REST."""

from __future__ import annotations

import asyncio

from bgtui.domain.account import Fill
from bgtui.domain.error import Refused, Rejected
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.order import Order, PlanKind, PlanOrder, PlanSubOrder
from bgtui.exchange.paging import DAY_MS, Listing, walk, walk_between
from bgtui.exchange.reads import Reads
from bgtui.wire.code import Kind, lookup
from bgtui.wire.decode import rest_order, rest_plan
from bgtui.wire.endpoint import Read, futures_order, spot_order
from bgtui.wire.query import PLAN_FAMILIES, plan_family, product

_SPOT_TPSL = {"tpslType": "tpsl"}
"""Has the routes of spot orders list the TP/SL orders, which they leave out otherwise."""
RECENT_MS = 7 * DAY_MS
"""What the route for recent futures fills is asked for; the route for older ones takes no longer span."""


class OrderReads(Reads):
    """What the account has asked for, and what came of it."""

    async def open_orders(self, product_type: ProductType) -> tuple[Order, ...]:
        """Return every open order."""
        if product_type.is_futures:
            listing = _futures_orders(futures_order.OPEN_ORDERS, product_type)
            return tuple(await walk(self._source, listing, {"productType": product(product_type)}))
        spot = Listing(spot_order.OPEN_ORDERS, rest_order.spot_open_orders, _order_id)
        return tuple(await walk(self._source, spot, {}))

    async def order_history(self, product_type: ProductType, since_ms: int) -> tuple[Order, ...]:
        """Return orders placed since a time that have ended, oldest first."""
        span = await self._since(since_ms)
        if product_type.is_futures:
            listing = _futures_orders(futures_order.HISTORY_ORDERS, product_type)
            found = await walk_between(self._source, listing, {"productType": product(product_type)}, span)
        else:
            spot = Listing(spot_order.HISTORY_ORDERS, rest_order.spot_history_orders, _order_id, _created)
            found = await walk_between(self._source, spot, {}, span)
        return tuple(sorted(found, key=_created))

    async def order(
        self, instrument: InstrumentId, *, order_id: str = "", client_order_id: str = ""
    ) -> Order | None:
        """Look one order up by the exchange's id or ours; None when the exchange does not know it.

        Spot forgets our id two hours after the order ended.
        """
        if not order_id and not client_order_id:
            raise Refused("which order is meant: neither its id nor ours is given")
        asked = {"orderId": order_id} if order_id else {"clientOid": client_order_id}
        try:
            if instrument.product_type.is_futures:
                data = await self._ask(instrument, futures_order.ORDER, None, asked)
                return rest_order.futures_order_detail(data, instrument.product_type)
            return rest_order.spot_order_detail(await self._source.read(spot_order.ORDER, asked))
        except Rejected as error:
            if lookup(error.code).kind is Kind.NOT_FOUND:
                return None
            raise

    async def fills(self, product_type: ProductType, since_ms: int) -> tuple[Fill, ...]:
        """Return fills since then, oldest first."""
        start_ms, end_ms = await self._since(since_ms)
        if product_type.is_futures:
            found = await self._futures_fills(product_type, start_ms, end_ms)
        else:
            listing = Listing(spot_order.FILLS, rest_order.spot_fills, _trade_id, _fill_time)
            found = await walk_between(self._source, listing, {}, (start_ms, end_ms))
        return tuple(sorted(found, key=_fill_time))

    async def open_plans(self, product_type: ProductType) -> tuple[PlanOrder, ...]:
        """Return every open trigger, trailing and TP/SL order."""
        if not product_type.is_futures:
            spot = Listing(spot_order.OPEN_PLANS, rest_plan.spot_plans, _plan_id)
            tpsl = Listing(spot_order.OPEN_ORDERS, rest_plan.spot_tpsl_orders, _plan_id)
            plans, protecting = await asyncio.gather(
                walk(self._source, spot, {}), walk(self._source, tpsl, _SPOT_TPSL)
            )
            return (*plans, *protecting)
        listing = _futures_plans(futures_order.OPEN_PLANS, product_type)
        params = {"productType": product(product_type)}
        families = await asyncio.gather(
            *(walk(self._source, listing, params | {"planType": family}) for family in PLAN_FAMILIES)
        )
        return tuple(plan for family in families for plan in family)

    async def plan_history(self, product_type: ProductType, since_ms: int) -> tuple[PlanOrder, ...]:
        """Return trigger orders that ended since a time, oldest first.

        The exchange asks for times of creation, and a trigger may rest for months before it ends.
        """
        found = await self._plans_between(product_type, await self._since(0))
        return tuple(sorted((plan for plan in found if plan.updated_ms >= since_ms), key=_plan_updated))

    async def _plans_between(self, product_type: ProductType, span: tuple[int, int]) -> list[PlanOrder]:
        if not product_type.is_futures:
            spot = Listing(spot_order.HISTORY_PLANS, rest_plan.spot_plans, _plan_id, _plan_created)
            tpsl = Listing(spot_order.HISTORY_ORDERS, rest_plan.spot_tpsl_orders, _plan_id, _plan_created)
            plans, protecting = await asyncio.gather(
                walk_between(self._source, spot, {}, span),
                walk_between(self._source, tpsl, _SPOT_TPSL, span),
            )
            return [*plans, *protecting]
        listing = _futures_plans(futures_order.HISTORY_PLANS, product_type)
        params = {"productType": product(product_type)}
        families = await asyncio.gather(
            *(
                walk_between(self._source, listing, params | {"planType": family}, span)
                for family in PLAN_FAMILIES
            )
        )
        return [plan for family in families for plan in family]

    async def plan_sub_orders(
        self, product_type: ProductType, kind: PlanKind, order_id: str
    ) -> tuple[PlanSubOrder, ...]:
        """Return the orders that a trigger order of that kind has placed."""
        asked = {"planOrderId": order_id}
        if not product_type.is_futures:
            return rest_plan.plan_sub_orders(await self._source.read(spot_order.PLAN_SUB_ORDERS, asked))
        asked |= {"planType": plan_family(kind), "productType": product(product_type)}
        return rest_plan.plan_sub_orders(await self._source.read(futures_order.PLAN_SUB_ORDERS, asked))

    async def _futures_fills(self, product_type: ProductType, start_ms: int, end_ms: int) -> list[Fill]:
        """Ask the route for recent fills, and the one for older ones; demo trading has only the first."""
        params = {"productType": product(product_type)}
        recent_ms = start_ms if self._source.is_demo else max(start_ms, end_ms - RECENT_MS)
        recent = _futures_fills(futures_order.FILLS, product_type)
        found = await walk_between(self._source, recent, params, (recent_ms, end_ms))
        if start_ms < recent_ms:
            older = _futures_fills(futures_order.HISTORY_FILLS, product_type)
            found += await walk_between(self._source, older, params, (start_ms, recent_ms), RECENT_MS)
        return list({fill.trade_id: fill for fill in found}.values())


def _futures_orders(endpoint: Read, product_type: ProductType) -> Listing[Order]:
    return Listing(endpoint, lambda data: rest_order.futures_orders(data, product_type), _order_id, _created)


def _futures_plans(endpoint: Read, product_type: ProductType) -> Listing[PlanOrder]:
    return Listing(
        endpoint, lambda data: rest_plan.futures_plans(data, product_type), _plan_id, _plan_created
    )


def _futures_fills(endpoint: Read, product_type: ProductType) -> Listing[Fill]:
    return Listing(endpoint, lambda data: rest_order.futures_fills(data, product_type), _trade_id, _fill_time)


def _order_id(order: Order) -> str:
    return order.order_id


def _created(order: Order) -> int:
    return order.created_ms


def _plan_id(plan: PlanOrder) -> str:
    return plan.order_id


def _plan_created(plan: PlanOrder) -> int:
    return plan.created_ms


def _plan_updated(plan: PlanOrder) -> int:
    return plan.updated_ms


def _trade_id(fill: Fill) -> str:
    return fill.trade_id


def _fill_time(fill: Fill) -> int:
    return fill.time_ms
