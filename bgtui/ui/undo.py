"""What the last act was, so that its inverse can be offered: never done by itself, always reviewed."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.instrument import InstrumentId
from bgtui.domain.intent import (
    AmendOrder,
    AmendPlan,
    CancelOrder,
    CancelOrders,
    Intent,
    OrderRef,
    PlaceOrder,
    PlacePlan,
    PlaceTpsl,
)
from bgtui.domain.order import Order, PlanOrder
from bgtui.domain.value import frozen
from bgtui.store.store import Store


@frozen
class Placed:
    """An order was placed: the inverse cancels it."""

    instrument: InstrumentId
    client_order_id: str


@frozen
class Canceled:
    """Orders were canceled: the inverse places each anew, at the end of the queue."""

    orders: tuple[Order, ...]


@frozen
class Amended:
    """An order was replaced: the inverse asks for the old price and size."""

    instrument: InstrumentId
    client_order_id: str
    """Of the new order."""
    price: Decimal
    size: Decimal


@frozen
class Replanned:
    """A trigger order was changed: the inverse asks for its old figures."""

    plan: PlanOrder
    """As it was before."""


@frozen
class Final:
    """Something that has no inverse."""

    why: str


Act = Placed | Canceled | Amended | Replanned | Final
_FINAL = Final("A trade, a close or a setting has no inverse; the keys that made it make the opposite.")
DOUBTFUL = Final("What was sent last got no answer: see Orders; nothing to undo from here.")
"""In the place of an act whose outcome nobody knows: what was sent before it is not meant by `z`."""


def act_of(intent: Intent, client_order_id: str, store: Store | None) -> Act:
    """Return what sending an intent will have been; asked before it is sent, while the old order stands."""
    if store is None:
        return _FINAL
    match intent:
        case PlaceOrder() | PlacePlan() | PlaceTpsl():
            return Placed(intent.instrument, client_order_id)
        case AmendOrder():
            old = _order(store, intent.order)
            if old is None or old.price is None:
                return _FINAL
            return Amended(old.instrument, client_order_id, old.price, old.remaining_size)
        case AmendPlan():
            plan = waiting(store, intent.order.instrument, intent.order.order_id)
            return _FINAL if plan is None else Replanned(plan)
        case CancelOrder():
            return _canceled(store, (intent.order,))
        case CancelOrders():
            return _canceled(store, intent.orders)
        case _:
            return _FINAL


def joined(before: Act | None, act: Act, *, is_first: bool) -> Act:
    """Return the last act when one gesture has sent several intents."""
    if not is_first and isinstance(before, Canceled) and isinstance(act, Canceled):
        return Canceled((*before.orders, *act.orders))
    return act


def standing(store: Store, instrument: InstrumentId, client_order_id: str) -> Order | PlanOrder | None:
    """Return the open order or plan of our id."""
    product = instrument.product_type
    orders, plans = store.open_orders(product) or (), store.open_plans(product) or ()
    every: tuple[Order | PlanOrder, ...] = (*orders, *plans)
    return next((item for item in every if item.client_order_id == client_order_id), None)


def waiting(store: Store, instrument: InstrumentId, order_id: str) -> PlanOrder | None:
    """Return the trigger order of the exchange's id while it can still trigger."""
    plans = store.open_plans(instrument.product_type) or ()
    return next((plan for plan in plans if (plan.instrument, plan.order_id) == (instrument, order_id)), None)


def _canceled(store: Store, refs: tuple[OrderRef, ...]) -> Act:
    orders = (_order(store, ref) for ref in refs)
    found = tuple(order for order in orders if order is not None and order.price is not None)
    return Canceled(found) if found else _FINAL


def _order(store: Store, ref: OrderRef) -> Order | None:
    return store.order(ref.instrument, ref.order_id)
