"""What I have working on one instrument: the exchange's orders and plans, and what is on its way."""

from __future__ import annotations

from bgtui.domain.instrument import InstrumentId
from bgtui.store.store import Store
from bgtui.ui.view.ladder_own import OwnOrder, own_order, own_plan


def own_orders(store: Store, shown: InstrumentId) -> list[OwnOrder]:
    """Return every order of mine that has a price on this instrument's ladder."""
    product = shown.product_type
    missing = {order.order_id for order in store.missing_orders(product)}
    found: list[OwnOrder] = []
    for order in store.open_orders(product) or ():
        if order.instrument == shown:
            is_missing = order.order_id in missing
            seen = own_order(order, is_mine=is_own(order.client_order_id), is_missing=is_missing)
            if seen is not None:
                found.append(seen)
    plans = (own_plan(plan) for plan in store.open_plans(product) or () if plan.instrument == shown)
    return [*found, *(plan for plan in plans if plan is not None)]


def is_own(client_order_id: str) -> bool:
    """Tell whether an order was placed by this program, from the shape of its client id."""
    head, dash, tail = client_order_id.partition("-")
    return bool(dash) and 3 <= len(head) <= 6 and head[:-1].isalpha() and tail.isalnum() and tail.isupper()
