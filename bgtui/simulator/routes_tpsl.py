"""Spot TP/SL orders: trigger orders that go by the routes of orders, marked `tpslType` (wire notes 4.5)."""

from __future__ import annotations

from collections.abc import Callable

from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import CancelPlans, OrderRef
from bgtui.domain.order import PlanKind, PlanOrder
from bgtui.simulator import rows_plan
from bgtui.simulator.call import Call
from bgtui.simulator.history import Window
from bgtui.simulator.reject import Reject
from bgtui.simulator.rows import Row

Ask = Callable[[str, ProductType, InstrumentId | None, Window], list[PlanOrder]]


def cancel(call: Call) -> PlanOrder:
    """Cancel one by its id alone.

    Raises:
        Reject: there is none, or it is final.
    """
    order_id, client_id = call.fields.text("orderId"), call.fields.text("clientOid")
    found = call.plan(ProductType.SPOT, order_id, "" if order_id else client_id)
    if found is None or not found.is_tpsl:
        raise Reject("43001")
    ref = OrderRef(found.instrument, found.order_id)
    (answer,) = call.exchange.engine.cancel_plans(
        call.uid, CancelPlans(found.instrument, PlanKind.SPOT_TRIGGER, (ref,))
    )
    if isinstance(answer, Reject):
        raise answer
    return answer


def listed(call: Call, ask: Ask) -> list[Row]:
    """Return the rows of those that wait, or of those that have ended."""
    window, named = call.fields.window(), call.optional_instrument(ProductType.SPOT)
    order_id = call.fields.text("orderId")
    found = ask(call.uid, ProductType.SPOT, named, window.unlimited())
    rows = [plan for plan in found if plan.is_tpsl and order_id in ("", plan.order_id)]
    return [rows_plan.spot_tpsl_order(plan) for plan in rows[: window.limit]]
