"""Orders, fills and positions' orders, spot and futures (wire notes 4.5, 4.8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import CancelAll, CancelSymbol, OrderRef
from bgtui.domain.order import Order, PlanOrder
from bgtui.simulator import (
    copytrade_guard,
    request_parts,
    requests_order,
    requests_plan,
    routes_tpsl,
    rows_order,
)
from bgtui.simulator.call import Call, Handlers, batch, ids, paged
from bgtui.simulator.engine import NewOrder
from bgtui.simulator.fields import Fields
from bgtui.simulator.history import Window
from bgtui.simulator.reject import Reject
from bgtui.simulator.requests_plan import NewPlan
from bgtui.wire.endpoint import futures_order, spot_order

Ask = Callable[[str, ProductType, InstrumentId | None, Window], list[Order]]

HANDLERS = Handlers()
_answers = HANDLERS.answers


# Placing


@_answers(futures_order.PLACE_ORDER)
def _place_futures(call: Call) -> object:
    call.futures()
    return ids(_place(call, requests_order.futures_order(call.fields, call)))


@_answers(spot_order.PLACE_ORDER)
def _place_spot(call: Call) -> object:
    call.spot()
    return ids(_place(call, requests_order.spot_order(call.fields)))


def _place(call: Call, order: NewOrder | NewPlan) -> Order | PlanOrder:
    engine = call.exchange.engine
    if isinstance(order, NewPlan):
        return engine.place_plan(call.uid, order.intent, order.client_order_id, is_tpsl=True)
    copytrade_guard.check_order(call.exchange.copytrade, call.uid, order.intent)
    return engine.place(call.uid, order.intent, order.client_order_id, stp=order.stp)


@_answers(futures_order.BATCH_PLACE)
def _place_many_futures(call: Call) -> object:
    call.futures()
    _, items = requests_order.futures_orders(call.fields, call)
    return _place_many(call, items)


@_answers(spot_order.BATCH_PLACE)
def _place_many_spot(call: Call) -> object:
    return _place_many(call, requests_order.spot_orders(call.fields))


def _place_many(call: Call, items: Sequence[NewOrder | NewPlan | Reject]) -> object:
    answers: list[Order | PlanOrder | Reject] = []
    for item in items:
        try:
            answers.append(item if isinstance(item, Reject) else _place(call, item))
        except Reject as refusal:
            answers.append(refusal)
    names = [("", "" if isinstance(item, Reject) else item.client_order_id) for item in items]
    return batch(answers, names)


# Changing


@_answers(futures_order.MODIFY_ORDER)
def _amend_futures(call: Call) -> object:
    call.futures()
    change = requests_order.futures_amendment(call.fields, call)
    if isinstance(change, requests_order.PresetChange):
        engine = call.exchange.engine
        return ids(engine.amend_presets(call.uid, change.order, change.take_profit, change.stop_loss))
    return ids(call.exchange.engine.amend(call.uid, change.intent, change.new_client_order_id))


@_answers(spot_order.REPLACE_ORDER)
def _amend_spot(call: Call) -> object:
    return _replaced(call, call.fields)


@_answers(spot_order.BATCH_REPLACE)
def _amend_many_spot(call: Call) -> object:
    rows = call.fields.rows("orderList", request_parts.MAX_BATCH)
    if not rows:
        raise Reject("40019", "orderList")
    return [_replaced(call, row) for row in rows]


def _replaced(call: Call, fields: Fields) -> object:
    """Return what became of one replacement: a refusal of the engine is an answer here, not an error."""
    change = requests_order.spot_amendment(fields)
    try:
        order = call.exchange.engine.amend(call.uid, change.intent, change.new_client_order_id)
    except Reject as refusal:
        ref = change.intent.order
        return {
            "orderId": ref.order_id or None,
            "clientOid": ref.client_order_id or None,
            "success": "failure",
            "msg": refusal.message,
        }
    return {**ids(order), "success": "success", "msg": None}


# Canceling


@_answers(futures_order.CANCEL_ORDER)
def _cancel_futures(call: Call) -> object:
    call.futures()
    return ids(call.exchange.engine.cancel(call.uid, requests_order.cancel_futures(call.fields)))


@_answers(spot_order.CANCEL_ORDER)
def _cancel_spot(call: Call) -> object:
    if requests_plan.is_spot_tpsl(call.fields):
        return ids(routes_tpsl.cancel(call))
    call.spot()
    return ids(call.exchange.engine.cancel(call.uid, requests_order.cancel_spot(call.fields)))


@_answers(futures_order.BATCH_CANCEL)
def _cancel_many_futures(call: Call) -> object:
    engine = call.exchange.engine
    intent = requests_order.cancel_many_futures(call.fields)
    if isinstance(intent, CancelAll):
        return batch(engine.cancel_all(call.uid, intent))
    call.futures()
    if isinstance(intent, CancelSymbol):
        return batch(engine.cancel_symbol(call.uid, intent))
    return batch(engine.cancel_many(call.uid, intent), _names(intent.orders))


@_answers(spot_order.BATCH_CANCEL)
def _cancel_many_spot(call: Call) -> object:
    answers: list[Order | Reject] = []
    names: list[tuple[str, str]] = []
    for intent in requests_order.cancel_many_spot(call.fields):
        names += _names(intent.orders)
        if call.exchange.has(intent.instrument):
            answers += call.exchange.engine.cancel_many(call.uid, intent)
        else:
            answers += [Reject("40034", intent.instrument.symbol) for _ in intent.orders]
    return batch(answers, names)


@_answers(spot_order.CANCEL_SYMBOL)
def _cancel_symbol(call: Call) -> object:
    instrument = call.spot()
    call.exchange.engine.cancel_symbol(call.uid, requests_order.cancel_symbol_spot(call.fields))
    return {"symbol": instrument.symbol}


@_answers(futures_order.CANCEL_ALL)
def _cancel_all(call: Call) -> object:
    return batch(call.exchange.engine.cancel_all(call.uid, requests_order.cancel_all_futures(call.fields)))


def _names(refs: Sequence[OrderRef]) -> list[tuple[str, str]]:
    return [(ref.order_id, ref.client_order_id) for ref in refs]


# Positions


@_answers(futures_order.CLOSE_POSITIONS)
def _close(call: Call) -> object:
    product = call.fields.product()
    call.optional_instrument(product)
    engine = call.exchange.engine
    held = list(dict.fromkeys(leg.instrument for leg in engine.positions(call.uid, product)))
    accepted: list[dict[str, object]] = []
    failed: list[dict[str, object]] = []
    for intent in requests_order.close(call.fields, call, held):
        symbol = intent.instrument.symbol
        try:
            copytrade_guard.check_close(
                call.exchange.copytrade, call.uid, intent.instrument, intent.position_side
            )
            orders = engine.close_position(call.uid, intent)
        except Reject as refusal:
            if "symbol" in call.fields:
                raise
            row = {"orderId": "", "clientOid": "", "symbol": symbol}
            failed.append({**row, "errorMsg": refusal.message, "errorCode": refusal.code})
        else:
            accepted += [{**ids(order), "symbol": symbol} for order in orders]
    return {"successList": accepted, "failureList": failed}


@_answers(futures_order.REVERSE_POSITION)
def _reverse(call: Call) -> object:
    call.futures()
    turn = requests_order.reversal(call.fields, call)
    copytrade_guard.check_close(
        call.exchange.copytrade, call.uid, turn.intent.instrument, turn.intent.position_side
    )
    return ids(call.exchange.engine.reverse(call.uid, turn.intent, turn.client_order_id))


# Asking


@_answers(futures_order.ORDER)
def _futures_order(call: Call) -> object:
    found = call.exchange.engine.find_order(call.uid, request_parts.reference(call.fields, call.futures()))
    if found is None:
        raise Reject("40109")
    return rows_order.futures_order_detail(found)


@_answers(spot_order.ORDER)
def _spot_order(call: Call) -> object:
    order_id, client_id = call.fields.text("orderId"), call.fields.text("clientOid")
    if not order_id and not client_id:
        raise Reject("40924", message="At least one of orderId and clientOid must be passed in")
    engine = call.exchange.engine
    # The route names no symbol.
    for pair in call.exchange.instruments(ProductType.SPOT):
        found = engine.find_order(call.uid, OrderRef(pair.id, order_id, "" if order_id else client_id))
        if found is not None:
            return [rows_order.spot_order(found)]
    return []


@_answers(futures_order.OPEN_ORDERS)
def _futures_open(call: Call) -> object:
    product = call.fields.product()
    status = call.fields.text("status").lower()
    shown = _listed(call, call.exchange.engine.open_orders, product, status)
    rows = [rows_order.futures_order(order) for order in shown]
    return paged(rows, "entrustedList", [order.order_id for order in shown])


@_answers(futures_order.HISTORY_ORDERS)
def _futures_history(call: Call) -> object:
    shown = _listed(call, call.exchange.engine.order_history, call.fields.product())
    rows = [rows_order.futures_history_order(order) for order in shown]
    return paged(rows, "entrustedList", [order.order_id for order in shown])


@_answers(spot_order.OPEN_ORDERS)
def _spot_open(call: Call) -> object:
    engine = call.exchange.engine
    if requests_plan.is_spot_tpsl(call.fields):
        return routes_tpsl.listed(call, engine.open_plans)
    return [
        rows_order.spot_open_order(order) for order in _listed(call, engine.open_orders, ProductType.SPOT)
    ]


@_answers(spot_order.HISTORY_ORDERS)
def _spot_history(call: Call) -> object:
    engine = call.exchange.engine
    if requests_plan.is_spot_tpsl(call.fields):
        return routes_tpsl.listed(call, engine.plan_history)
    return [rows_order.spot_order(order) for order in _listed(call, engine.order_history, ProductType.SPOT)]


def _listed(call: Call, ask: Ask, product: ProductType, status: str = "") -> list[Order]:
    """Return the page of a list that is asked for, or the one order whose id is."""
    window = call.fields.window()
    found = ask(call.uid, product, call.optional_instrument(product), window.unlimited())
    shown = (order for order in found if _is_asked(call, order) and status in ("", order.status.value))
    return list(islice(shown, window.limit))


def _is_asked(call: Call, order: Order) -> bool:
    order_id, client_id = call.fields.text("orderId"), call.fields.text("clientOid")
    return order_id in ("", order.order_id) and client_id in ("", order.client_order_id)


@_answers(futures_order.FILLS)
def _futures_fills(call: Call) -> object:
    return _fills(call, 90)


@_answers(futures_order.HISTORY_FILLS)
def _futures_history_fills(call: Call) -> object:
    return _fills(call, 7)


def _fills(call: Call, most_days: int) -> object:
    product = call.fields.product()
    window = call.fields.window(most_days=most_days)
    named: InstrumentId | None = call.optional_instrument(product)
    order_id = call.fields.text("orderId")
    found = call.exchange.engine.fills(call.uid, product, named, window, order_id)
    rows = [rows_order.futures_fill(fill) for fill in found]
    return paged(rows, "fillList", [fill.trade_id for fill in found])


@_answers(spot_order.FILLS)
def _spot_fills(call: Call) -> object:
    named = call.optional_instrument(ProductType.SPOT)
    order_id = call.fields.text("orderId")
    found = call.exchange.engine.fills(call.uid, ProductType.SPOT, named, call.fields.window(), order_id)
    return [rows_order.spot_fill(fill, call.order_type(fill.instrument, fill.order_id)) for fill in found]
