"""Trigger, trailing and TP/SL orders (wire notes 4.5, 4.9)."""

from __future__ import annotations

from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import OrderRef
from bgtui.domain.order import PlanKind, PlanOrder, PlanStatus
from bgtui.simulator import copytrade_guard, requests_plan, routes_tpsl, rows_plan
from bgtui.simulator.call import Call, Handlers, batch, ids, paged
from bgtui.simulator.fields import wrong
from bgtui.simulator.history import EVERYTHING, Window
from bgtui.simulator.reject import Reject
from bgtui.simulator.rows import Row, number
from bgtui.wire.endpoint import futures_order, spot_order

HANDLERS = Handlers()
_answers = HANDLERS.answers
_FAMILIES = {
    "normal_plan": (PlanKind.TRIGGER,),
    "track_plan": (PlanKind.TRAILING,),
    "profit_loss": (
        PlanKind.TAKE_PROFIT,
        PlanKind.STOP_LOSS,
        PlanKind.POSITION_TAKE_PROFIT,
        PlanKind.POSITION_STOP_LOSS,
        PlanKind.TRAILING_STOP,
    ),
}
_STATUSES = {
    "executed": PlanStatus.EXECUTED,
    "fail_execute": PlanStatus.FAILED,
    "cancelled": PlanStatus.CANCELED,
}


@_answers(futures_order.PLACE_PLAN)
def _place_futures(call: Call) -> object:
    call.futures()
    plan = requests_plan.futures_plan(call.fields, call)
    copytrade_guard.check_plan(call.exchange.copytrade, call.uid, plan.intent)
    return ids(call.exchange.engine.place_plan(call.uid, plan.intent, plan.client_order_id))


@_answers(spot_order.PLACE_PLAN)
def _place_spot(call: Call) -> object:
    call.spot()
    plan = requests_plan.spot_plan(call.fields)
    return ids(call.exchange.engine.place_plan(call.uid, plan.intent, plan.client_order_id))


@_answers(futures_order.PLACE_TPSL)
def _place_tpsl(call: Call) -> object:
    call.futures()
    plan = requests_plan.tpsl(call.fields, call)
    copytrade_guard.check_protection(
        call.exchange.copytrade, call.uid, plan.intent.instrument, plan.intent.position_side
    )
    return ids(call.exchange.engine.place_tpsl(call.uid, plan.intent, plan.client_order_id))


@_answers(futures_order.PLACE_POSITION_TPSL)
def _place_position_tpsl(call: Call) -> object:
    call.futures()
    asked = requests_plan.leg_tpsl(call.fields, call)
    engine = call.exchange.engine
    legs = [(part.instrument, part.position_side) for part in asked.parts]
    if asked.whole is not None:
        legs.append((asked.whole.instrument, asked.whole.position_side))
    for instrument, side in legs:
        copytrade_guard.check_protection(call.exchange.copytrade, call.uid, instrument, side)
    placed: list[PlanOrder] = []
    if asked.whole is not None:
        placed = engine.position_tpsl(call.uid, asked.whole, asked.take_profit_id, asked.stop_loss_id)
    for part in asked.parts:
        is_profit = part.kind is PlanKind.TAKE_PROFIT
        client_id = asked.take_profit_id if is_profit else asked.stop_loss_id
        placed.append(engine.place_tpsl(call.uid, part, client_id))
    return [_tpsl_ack(plan, asked) for plan in placed]


def _tpsl_ack(plan: PlanOrder, asked: requests_plan.LegTpsl) -> Row:
    is_profit = plan.kind in (PlanKind.TAKE_PROFIT, PlanKind.POSITION_TAKE_PROFIT)
    return {
        "orderId": plan.order_id,
        "stopSurplusClientOid": asked.take_profit_id if is_profit else "",
        "stopLossClientOid": "" if is_profit else asked.stop_loss_id,
    }


@_answers(futures_order.MODIFY_TPSL)
def _amend_tpsl(call: Call) -> object:
    call.futures()
    return ids(call.exchange.engine.amend_plan(call.uid, requests_plan.amend_tpsl(call.fields, call)))


@_answers(futures_order.MODIFY_PLAN)
def _amend_futures(call: Call) -> object:
    return ids(call.exchange.engine.amend_plan(call.uid, requests_plan.amend_futures_plan(call.fields, call)))


@_answers(spot_order.MODIFY_PLAN)
def _amend_spot(call: Call) -> object:
    return ids(call.exchange.engine.amend_plan(call.uid, requests_plan.amend_spot_plan(call.fields, call)))


@_answers(futures_order.CANCEL_PLANS)
def _cancel_futures(call: Call) -> object:
    product = call.fields.product()
    call.optional_instrument(product)
    intents = requests_plan.cancel_futures_plans(call.fields, call, _open_on(call, product))
    answers: list[PlanOrder | Reject] = []
    names: list[tuple[str, str]] = []
    for intent in intents:
        answers += call.exchange.engine.cancel_plans(call.uid, intent)
        names += [(ref.order_id, ref.client_order_id) for ref in intent.orders]
    return batch(answers, names)


@_answers(spot_order.CANCEL_PLAN)
def _cancel_spot(call: Call) -> object:
    answers = call.exchange.engine.cancel_plans(call.uid, requests_plan.cancel_spot_plan(call.fields, call))
    for answer in answers:
        if isinstance(answer, Reject):
            raise answer
    return {"result": "success"}


@_answers(spot_order.BATCH_CANCEL_PLANS)
def _cancel_many_spot(call: Call) -> object:
    answers: list[PlanOrder | Reject] = []
    for intent in requests_plan.cancel_spot_plans(call.fields, _open_on(call, ProductType.SPOT)):
        if not call.exchange.has(intent.instrument):
            raise Reject("40034", intent.instrument.symbol)
        answers += call.exchange.engine.cancel_plans(call.uid, intent)
    return batch(answers)


def _open_on(call: Call, product: ProductType) -> list[InstrumentId]:
    open_plans = call.exchange.engine.open_plans(call.uid, product, None, EVERYTHING)
    return list(dict.fromkeys(plan.instrument for plan in open_plans))


@_answers(futures_order.OPEN_PLANS)
def _futures_open(call: Call) -> object:
    return _futures_list(call, is_history=False)


@_answers(futures_order.HISTORY_PLANS)
def _futures_history(call: Call) -> object:
    return _futures_list(call, is_history=True)


def _futures_list(call: Call, *, is_history: bool) -> object:
    kinds = _FAMILIES.get(call.fields.required("planType").lower())
    if kinds is None:
        raise wrong("planType")
    product = call.fields.product()
    window = call.fields.window()
    named = call.optional_instrument(product)
    engine = call.exchange.engine
    ask = engine.plan_history if is_history else engine.open_plans
    status = _STATUSES.get(call.fields.text("planStatus").lower()) if is_history else None
    order_id, client_id = call.fields.text("orderId"), call.fields.text("clientOid")
    found = [
        plan
        for plan in ask(call.uid, product, named, window.unlimited())
        if plan.kind in kinds
        and (status is None or plan.status is status)
        and order_id in ("", plan.order_id)
        and client_id in ("", plan.client_order_id)
    ][: window.limit]
    rows = [rows_plan.futures_plan(plan) for plan in found]
    return paged(rows, "entrustedList", [plan.order_id for plan in found])


@_answers(spot_order.OPEN_PLANS)
def _spot_open(call: Call) -> object:
    return _spot_list(call, call.exchange.engine.open_plans, call.fields.window(20, 100))


@_answers(spot_order.HISTORY_PLANS)
def _spot_history(call: Call) -> object:
    return _spot_list(call, call.exchange.engine.plan_history, call.fields.window(100, 100))


def _spot_list(call: Call, ask: routes_tpsl.Ask, window: Window) -> Row:
    named = call.optional_instrument(ProductType.SPOT)
    found = ask(call.uid, ProductType.SPOT, named, window.unlimited())
    rows = [plan for plan in found if not plan.is_tpsl]
    shown = rows[: window.limit]
    return {
        "nextFlag": len(rows) > len(shown),
        "idLessThan": shown[-1].order_id if shown else "",
        "orderList": [rows_plan.spot_plan(plan) for plan in shown],
    }


@_answers(futures_order.PLAN_SUB_ORDERS)
def _futures_sub_orders(call: Call) -> object:
    call.fields.required("planType")
    return _sub_orders(call, call.fields.product())


@_answers(spot_order.PLAN_SUB_ORDERS)
def _spot_sub_orders(call: Call) -> object:
    return _sub_orders(call, ProductType.SPOT)


def _sub_orders(call: Call, product: ProductType) -> object:
    plan = call.plan(product, call.fields.required("planOrderId"), "")
    if plan is None:
        raise Reject("43025")
    if not plan.execute_order_id:
        return []
    order = call.exchange.engine.find_order(call.uid, OrderRef(plan.instrument, plan.execute_order_id))
    if order is None:
        return []
    return [
        {
            "orderId": order.order_id,
            "price": number(order.price or order.average_price, ""),
            "type": order.order_type.value,
            "status": "success",
        }
    ]
