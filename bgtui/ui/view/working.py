"""What I have working on one instrument: the exchange's orders and plans, and what is on its way."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.instrument import InstrumentId
from bgtui.domain.intent import AmendOrder, ClosePosition, PlaceOrder, PlacePlan
from bgtui.domain.market import Side
from bgtui.domain.order import PositionSide
from bgtui.store.store import Store
from bgtui.ui.view.ladder_own import AT_MARKET, Mark, OwnOrder, own_order, own_plan, plan_tag

_NO_PRICE = Decimal(0)


def own_orders(store: Store, shown: InstrumentId) -> list[OwnOrder]:
    """Return every order of mine that has a price on this instrument's ladder."""
    product = shown.product_type
    missing = {order.order_id for order in store.missing_orders(product)}
    found: list[OwnOrder] = []
    transit = in_transit(store, shown)
    for order in store.open_orders(product) or ():
        if order.instrument == shown:
            is_missing = order.order_id in missing
            seen = own_order(
                order,
                mark=transit.get(order.order_id) or transit.get(order.client_order_id),
                is_mine=store.is_ours(order.client_order_id),
                is_missing=is_missing,
            )
            if seen is not None:
                found.append(seen)
    found += _submitted(store, shown, {order.client_order_id for order in found})
    plans = (own_plan(plan) for plan in store.open_plans(product) or () if plan.instrument == shown)
    return [*found, *(plan for plan in plans if plan is not None)]


def _submitted(store: Store, shown: InstrumentId, reported: set[str]) -> list[OwnOrder]:
    """Return the orders that were sent and that the exchange has not reported yet."""
    found = []
    for item in store.submissions(shown.product_type):
        intent = item.intent
        if item.instrument != shown or item.client_order_id in reported:
            continue
        mark = Mark.UNKNOWN if item.state.is_doubtful else Mark.ON_ITS_WAY
        name = item.client_order_id
        if isinstance(intent, PlaceOrder) and intent.price is not None:
            found.append(OwnOrder(intent.side, intent.price, intent.size, mark, client_order_id=name))
        elif isinstance(intent, AmendOrder):
            old = store.order(shown, intent.order.order_id)
            if old is not None:
                price, size = intent.new_price, intent.new_size
                found.append(OwnOrder(old.side, price, size, mark, client_order_id=name))
    return found


def off_ladder(store: Store, shown: InstrumentId) -> list[OwnOrder]:
    """Return what was sent and is not reported yet, and of which the ladder shows nothing."""
    found = []
    for item in store.submissions(shown.product_type):
        if item.instrument != shown:
            continue
        mark = Mark.UNKNOWN if item.state.is_doubtful else Mark.ON_ITS_WAY
        intent, name = item.intent, item.client_order_id
        if isinstance(intent, PlaceOrder) and intent.price is None:
            size = None if intent.size_is_quote else intent.size
            found.append(OwnOrder(intent.side, _NO_PRICE, size, mark, AT_MARKET, client_order_id=name))
        elif isinstance(intent, ClosePosition):
            side = Side.BUY if intent.position_side is PositionSide.SHORT else Side.SELL
            found.append(OwnOrder(side, _NO_PRICE, None, mark, AT_MARKET, client_order_id=name))
        elif isinstance(intent, PlacePlan):
            tag, price = plan_tag(intent.kind), intent.trigger_price
            found.append(OwnOrder(intent.side, price, intent.size, mark, tag, client_order_id=name))
    return found


def in_transit(store: Store, shown: InstrumentId) -> dict[str, Mark]:
    """Return the ids of orders that a cancel or an amend is under way for, or in doubt about."""
    marks: dict[str, Mark] = {}
    for item in store.submissions(shown.product_type):
        if item.instrument == shown:
            for target in item.targets:
                marks[target] = Mark.UNKNOWN if item.state.is_doubtful else Mark.ON_ITS_WAY
    return marks
