"""Bodies of trigger and TP/SL orders to intents: the inverse of `wire.encode.plan`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import AmendPlan, CancelPlans, OrderRef, PlacePlan, PlaceTpsl, PositionTpsl
from bgtui.domain.market import Side
from bgtui.domain.order import OrderType, PlanKind, PlanOrder, PositionMode, PositionSide, TriggerType
from bgtui.domain.value import frozen
from bgtui.simulator.fields import Fields, wrong
from bgtui.simulator.reject import Reject
from bgtui.simulator.request_parts import (
    LEGS,
    MARGIN_MODES,
    MAX_BATCH,
    ORDER_TYPES,
    SIDES,
    TRIGGERS,
    Account,
    direction,
    reference,
)
from bgtui.simulator.rows import PLAN_WORDS

PLAN_KINDS = {word: kind for kind, word in PLAN_WORDS.items()}
TPSL_FAMILY = "profit_loss"
_WHOLE_LEG = (PlanKind.POSITION_TAKE_PROFIT, PlanKind.POSITION_STOP_LOSS)
_PLACED_PLANS = {name: PLAN_KINDS[name] for name in ("normal_plan", "track_plan")}
_TPSL_KINDS = {name: kind for name, kind in PLAN_KINDS.items() if name not in _PLACED_PLANS}
_LEG_WORDS = {
    PositionMode.HEDGE: LEGS,
    PositionMode.ONE_WAY: {"buy": PositionSide.LONG, "sell": PositionSide.SHORT},
}


@frozen
class NewPlan:
    """A trigger order with its client id."""

    intent: PlacePlan
    client_order_id: str


@frozen
class NewTpsl:
    """A TP/SL order with its client id."""

    intent: PlaceTpsl
    client_order_id: str


@frozen
class LegTpsl:
    """Take profit and stop loss of a leg: for the whole of it, or each for a part."""

    whole: PositionTpsl | None
    parts: tuple[PlaceTpsl, ...]
    take_profit_id: str
    stop_loss_id: str


def futures_plan(fields: Fields, account: Account) -> NewPlan:
    """Read `mix/order/place-plan-order`."""
    product = fields.product()
    kind = fields.word("planType", _PLACED_PLANS)
    instrument = fields.instrument(product)
    mode = account.mode(product)
    margin_mode = fields.word("marginMode", MARGIN_MODES)
    coin = fields.required("marginCoin").upper()
    side, leg, effect = direction(fields, mode)
    order_type = fields.word("orderType", ORDER_TYPES)
    is_trailing = kind is PlanKind.TRAILING
    intent = PlacePlan(
        instrument=instrument,
        kind=kind,
        side=side,
        order_type=OrderType.MARKET if is_trailing else order_type,
        size=fields.positive("size"),
        trigger_price=fields.positive("triggerPrice"),
        trigger_type=fields.word("triggerType", TRIGGERS),
        execute_price=None if is_trailing else _plan_limit(fields, order_type, "price"),
        callback_ratio=fields.positive("callbackRatio") if is_trailing else None,
        position_side=leg,
        effect=effect,
        position_mode=mode,
        margin_mode=margin_mode,
        margin_coin=coin,
        take_profit=None if is_trailing else fields.positive_or_none("stopSurplusTriggerPrice"),
        stop_loss=None if is_trailing else fields.positive_or_none("stopLossTriggerPrice"),
    )
    return NewPlan(intent, fields.client_id())


def spot_plan(fields: Fields) -> NewPlan:
    """Read `spot/trade/place-plan-order`."""
    order_type = fields.word("orderType", ORDER_TYPES)
    unit = fields.text("planType").lower() or "amount"
    if unit not in ("amount", "total"):
        raise wrong("planType")
    intent = PlacePlan(
        instrument=fields.instrument(ProductType.SPOT),
        kind=PlanKind.SPOT_TRIGGER,
        side=fields.word("side", SIDES),
        order_type=order_type,
        size=fields.positive("size"),
        trigger_price=fields.positive("triggerPrice"),
        trigger_type=fields.word("triggerType", TRIGGERS),
        execute_price=_plan_limit(fields, order_type, "executePrice"),
        size_is_quote=unit == "total",
    )
    return NewPlan(intent, fields.client_id())


def is_spot_tpsl(fields: Fields) -> bool:
    """Tell whether a request of spot orders is about TP/SL orders.

    Raises:
        Reject: it names another kind of order.
    """
    kind = fields.text("tpslType").lower()
    if kind not in ("", "normal", "tpsl"):
        raise wrong("tpslType")
    return kind == "tpsl"


def spot_tpsl(fields: Fields) -> NewPlan:
    """Read `spot/trade/place-order` with ``tpslType=tpsl``: an order that waits for a price."""
    side = fields.word("side", SIDES)
    order_type = fields.word("orderType", ORDER_TYPES)
    is_market = order_type is OrderType.MARKET
    intent = PlacePlan(
        instrument=fields.instrument(ProductType.SPOT),
        kind=PlanKind.SPOT_TRIGGER,
        side=side,
        order_type=order_type,
        size=fields.positive("size"),
        trigger_price=fields.positive("triggerPrice"),
        trigger_type=TriggerType.LAST,
        execute_price=_plan_limit(fields, order_type, "price"),
        size_is_quote=is_market and side is Side.BUY,
    )
    return NewPlan(intent, fields.client_id())


def tpsl(fields: Fields, account: Account) -> NewTpsl:
    """Read `mix/order/place-tpsl-order`."""
    product = fields.product()
    mode = account.mode(product)
    kind = fields.word("planType", _TPSL_KINDS)
    is_trailing = kind is PlanKind.TRAILING_STOP
    intent = PlaceTpsl(
        instrument=fields.instrument(product),
        kind=kind,
        position_side=_held_leg(fields, mode),
        position_mode=mode,
        margin_coin=fields.required("marginCoin").upper(),
        trigger_price=fields.positive("triggerPrice"),
        trigger_type=fields.word("triggerType", TRIGGERS, TriggerType.LAST),
        size=None if kind in _WHOLE_LEG else fields.positive("size"),
        execute_price=None if is_trailing else fields.positive_or_none("executePrice"),
        callback_ratio=fields.positive("rangeRate") if is_trailing else None,
    )
    return NewTpsl(intent, fields.client_id())


def leg_tpsl(fields: Fields, account: Account) -> LegTpsl:
    """Read `mix/order/place-pos-tpsl`: without sizes it is for the whole leg."""
    product = fields.product()
    mode = account.mode(product)
    instrument = fields.instrument(product)
    leg = _held_leg(fields, mode)
    coin = fields.required("marginCoin").upper()
    profit = fields.positive_or_none("stopSurplusTriggerPrice")
    loss = fields.positive_or_none("stopLossTriggerPrice")
    if profit is None and loss is None:
        raise Reject("40019", "stopSurplusTriggerPrice")
    profit_by = fields.word("stopSurplusTriggerType", TRIGGERS, TriggerType.LAST)
    loss_by = fields.word("stopLossTriggerType", TRIGGERS, TriggerType.LAST)
    parts: list[PlaceTpsl] = []
    for name, kind, price, trigger in (
        ("stopSurplus", PlanKind.TAKE_PROFIT, profit, profit_by),
        ("stopLoss", PlanKind.STOP_LOSS, loss, loss_by),
    ):
        size = fields.positive_or_none(f"{name}Size")
        if price is not None and size is not None:
            limit = fields.positive_or_none(f"{name}ExecutePrice")
            parts.append(PlaceTpsl(instrument, kind, leg, mode, coin, price, trigger, size, limit))
            profit, loss = (None, loss) if kind is PlanKind.TAKE_PROFIT else (profit, None)
    whole = None
    if profit is not None or loss is not None:
        by = loss_by if profit is None else profit_by
        whole = PositionTpsl(instrument, leg, mode, coin, profit, loss, by)
    profit_id, loss_id = fields.client_id("stopSurplusClientOid"), fields.client_id("stopLossClientOid")
    return LegTpsl(whole, tuple(parts), profit_id, loss_id)


def amend_tpsl(fields: Fields, account: Account) -> AmendPlan:
    """Read `mix/order/modify-tpsl-order`: what is left out is not kept, so the price must be there."""
    product = fields.product()
    instrument = fields.instrument(product)
    fields.required("marginCoin")
    plan = _known_plan(fields, account, product, "43020")
    if plan.kind not in _TPSL_KINDS.values():
        raise Reject("43020")
    by = fields.word("triggerType", TRIGGERS) if "triggerType" in fields else None
    return AmendPlan(
        reference(fields, instrument, fields.text("marginCoin").upper()),
        plan.kind,
        size=None if plan.kind in _WHOLE_LEG else fields.positive("size"),
        trigger_price=fields.positive("triggerPrice"),
        trigger_type=by,
        execute_price=fields.positive_or_none("executePrice"),
        callback_ratio=fields.positive_or_none("rangeRate"),
    )


def amend_futures_plan(fields: Fields, account: Account) -> AmendPlan:
    """Read `mix/order/modify-plan-order`, which names no symbol."""
    product = fields.product()
    plan = _known_plan(fields, account, product, "43025")
    changes = AmendPlan(
        reference(fields, plan.instrument),
        plan.kind,
        size=fields.positive_or_none("newSize"),
        trigger_price=fields.positive_or_none("newTriggerPrice"),
        trigger_type=fields.word("newTriggerType", TRIGGERS) if "newTriggerType" in fields else None,
        execute_price=fields.positive_or_none("newPrice"),
        callback_ratio=fields.positive_or_none("newCallbackRatio"),
    )
    if changes == AmendPlan(changes.order, plan.kind):
        raise Reject("40017", "", message="Parameter verification failed")
    return changes


def amend_spot_plan(fields: Fields, account: Account) -> AmendPlan:
    """Read `spot/trade/modify-plan-order`, which names no symbol."""
    plan = _known_plan(fields, account, ProductType.SPOT, "43025")
    order_type = fields.word("orderType", ORDER_TYPES)
    return AmendPlan(
        reference(fields, plan.instrument),
        PlanKind.SPOT_TRIGGER,
        size=fields.positive("size"),
        trigger_price=fields.positive("triggerPrice"),
        execute_price=_plan_limit(fields, order_type, "executePrice"),
    )


def cancel_futures_plans(
    fields: Fields, account: Account, open_on: Sequence[InstrumentId] = ()
) -> list[CancelPlans]:
    """Read `mix/order/cancel-plan-order`.

    Without a symbol it means the instruments of the named orders, or all of `open_on`; ``profit_loss`` stands
    for all five kinds of TP/SL.
    """
    product = fields.product()
    coin = fields.text("marginCoin").upper()
    word = fields.text("planType").lower() or "normal_plan"
    if word == TPSL_FAMILY:
        kinds = list(_TPSL_KINDS.values())
    elif word in PLAN_KINDS:
        kinds = [PLAN_KINDS[word]]
    else:
        raise wrong("planType")
    rows = fields.rows("orderIdList", MAX_BATCH)
    named = fields.instrument(product) if "symbol" in fields else None
    if not rows:
        where = [named] if named is not None else open_on
        return [CancelPlans(each, kind, (), coin) for each in where for kind in kinds]
    grouped: dict[tuple[InstrumentId, PlanKind], list[OrderRef]] = {}
    for row in rows:
        plan = account.plan(product, row.text("orderId"), row.text("clientOid"))
        instrument = named or (plan.instrument if plan is not None else None)
        if instrument is None:
            raise Reject("43025")
        kind = plan.kind if plan is not None and plan.kind in kinds else kinds[0]
        grouped.setdefault((instrument, kind), []).append(reference(row, instrument, coin))
    return [CancelPlans(each, kind, tuple(refs), coin) for (each, kind), refs in grouped.items()]


def cancel_spot_plan(fields: Fields, account: Account) -> CancelPlans:
    """Read `spot/trade/cancel-plan-order`, which names no symbol."""
    plan = _known_plan(fields, account, ProductType.SPOT, "43025")
    return CancelPlans(plan.instrument, PlanKind.SPOT_TRIGGER, (reference(fields, plan.instrument),))


def cancel_spot_plans(fields: Fields, open_on: Sequence[InstrumentId] = ()) -> list[CancelPlans]:
    """Read `spot/trade/batch-cancel-plan-order`; without symbols it means all."""
    symbols = fields.symbols("symbolList")
    named = [Fields({"symbol": symbol}).instrument(ProductType.SPOT) for symbol in symbols[:MAX_BATCH]]
    return [CancelPlans(each, PlanKind.SPOT_TRIGGER) for each in named or open_on]


# Pieces


def _held_leg(fields: Fields, mode: PositionMode) -> PositionSide:
    """Read `holdSide` of a TP/SL request: one-way mode names the leg by the side that opened it."""
    allowed = _LEG_WORDS[mode]
    word = fields.required("holdSide").lower()
    if word not in allowed:
        # The words of the other mode.
        raise Reject("43011", "holdSide error") if word in (*LEGS, *SIDES) else wrong("holdSide")
    return allowed[word]


def _plan_limit(fields: Fields, order_type: OrderType, name: str) -> Decimal | None:
    return fields.positive(name) if order_type is OrderType.LIMIT else None


def _known_plan(fields: Fields, account: Account, product_type: ProductType, code: str) -> PlanOrder:
    order_id, client_id = fields.text("orderId"), fields.text("clientOid")
    if not order_id and not client_id:
        raise Reject("40924", message="At least one of orderId and clientOid must be passed in")
    plan = account.plan(product_type, order_id, "" if order_id else client_id)
    if plan is None:
        raise Reject(code)
    return plan
