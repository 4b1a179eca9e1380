"""Wire bodies to intents: the inverse of `wire.encode`, refusing in Bitget's codes (wire notes 4 and 6).

A body alone does not say everything: what a side means depends on the account's position mode, and a few
calls name a trigger order by its id alone. `Account` answers both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import (
    AdjustMargin,
    AmendOrder,
    AmendPlan,
    CancelAll,
    CancelOrder,
    CancelOrders,
    CancelPlans,
    CancelSymbol,
    ClosePosition,
    OrderRef,
    PlaceOrder,
    PlacePlan,
    PlaceTpsl,
    PositionTpsl,
    ReversePosition,
    SetAllLeverage,
    SetAutoMargin,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
)
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
    MarginMode,
    OrderType,
    PlanKind,
    PlanOrder,
    PositionMode,
    PositionSide,
    TimeInForce,
    TriggerType,
)
from bgtui.simulator.engine import NewOrder, Stp
from bgtui.simulator.fields import Fields, words, wrong
from bgtui.simulator.reject import Reject

MAX_BATCH = 50

SIDES = words(list(Side))
LEGS = words(list(PositionSide))
ORDER_TYPES = {"limit": OrderType.LIMIT, "market": OrderType.MARKET}
FORCES = {
    "gtc": TimeInForce.GTC,
    "normal": TimeInForce.GTC,
    "ioc": TimeInForce.IOC,
    "fok": TimeInForce.FOK,
    "post_only": TimeInForce.POST_ONLY,
}
MARGIN_MODES = {
    "crossed": MarginMode.CROSSED,
    "cross": MarginMode.CROSSED,
    "isolated": MarginMode.ISOLATED,
    "fixed": MarginMode.ISOLATED,
}
POSITION_MODES = {"one_way_mode": PositionMode.ONE_WAY, "hedge_mode": PositionMode.HEDGE}
TRIGGERS = {"fill_price": TriggerType.LAST, "mark_price": TriggerType.MARK}
PLAN_KINDS = {
    "normal_plan": PlanKind.TRIGGER,
    "track_plan": PlanKind.TRAILING,
    "profit_plan": PlanKind.TAKE_PROFIT,
    "loss_plan": PlanKind.STOP_LOSS,
    "pos_profit": PlanKind.POSITION_TAKE_PROFIT,
    "pos_loss": PlanKind.POSITION_STOP_LOSS,
    "moving_plan": PlanKind.TRAILING_STOP,
}
TPSL_FAMILY = "profit_loss"
_STPS = words(list(Stp))
_EFFECTS = words(list(Effect))
_WHOLE_LEG = (PlanKind.POSITION_TAKE_PROFIT, PlanKind.POSITION_STOP_LOSS)
_PLACED_PLANS = {name: PLAN_KINDS[name] for name in ("normal_plan", "track_plan")}
_TPSL_KINDS = {name: kind for name, kind in PLAN_KINDS.items() if name not in _PLACED_PLANS}
_LEG_WORDS = {
    PositionMode.HEDGE: LEGS,
    PositionMode.ONE_WAY: {"buy": PositionSide.LONG, "sell": PositionSide.SHORT},
}


class Account(Protocol):
    """What a request leaves unsaid."""

    def mode(self, product_type: ProductType) -> PositionMode:
        """Return the account's position mode."""

    def plan(self, product_type: ProductType, order_id: str, client_order_id: str) -> PlanOrder | None:
        """Return a trigger order by one of its ids."""


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A trigger order with its client id."""

    intent: PlacePlan
    client_order_id: str


@dataclass(frozen=True, slots=True)
class NewTpsl:
    """A TP/SL order with its client id."""

    intent: PlaceTpsl
    client_order_id: str


@dataclass(frozen=True, slots=True)
class LegTpsl:
    """Take profit and stop loss of a leg: for the whole of it, or each for a part."""

    whole: PositionTpsl | None
    parts: tuple[PlaceTpsl, ...]
    take_profit_id: str
    stop_loss_id: str


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change of an order with the id of its successor."""

    intent: AmendOrder
    new_client_order_id: str


@dataclass(frozen=True, slots=True)
class Reversal:
    """A reversal with its client id."""

    intent: ReversePosition
    client_order_id: str


# Orders


def futures_order(fields: Fields, account: Account) -> NewOrder:
    """Read `mix/order/place-order`."""
    product = fields.product()
    instrument = fields.instrument(product)
    return _futures_order(
        fields,
        instrument,
        account.mode(product),
        fields.word("marginMode", MARGIN_MODES),
        fields.required("marginCoin").upper(),
    )


def futures_orders(fields: Fields, account: Account) -> tuple[InstrumentId, list[NewOrder | Reject]]:
    """Read `mix/order/batch-place-order`: each item stands or falls by itself."""
    product = fields.product()
    instrument = fields.instrument(product)
    margin_mode = fields.word("marginMode", MARGIN_MODES)
    coin = fields.required("marginCoin").upper()
    mode = account.mode(product)
    items: list[NewOrder | Reject] = []
    for row in _batch(fields, "orderList"):
        try:
            items.append(_futures_order(row, instrument, mode, margin_mode, coin))
        except Reject as refusal:
            items.append(refusal)
    return instrument, items


def spot_order(fields: Fields, symbol: str = "") -> NewOrder:
    """Read `spot/trade/place-order`, or one item of a batch whose symbol is given."""
    if symbol and "symbol" not in fields:
        fields = Fields({**fields.values, "symbol": symbol})
    instrument = fields.instrument(ProductType.SPOT)
    side = fields.word("side", SIDES)
    order_type = fields.word("orderType", ORDER_TYPES)
    is_market = order_type is OrderType.MARKET
    intent = PlaceOrder(
        instrument=instrument,
        side=side,
        order_type=order_type,
        size=fields.positive("size"),
        time_in_force=TimeInForce.GTC if is_market else fields.word("force", FORCES, TimeInForce.GTC),
        price=None if is_market else fields.positive("price"),
        size_is_quote=is_market and side is Side.BUY,
        take_profit=fields.positive_or_none("presetTakeProfitPrice"),
        take_profit_limit=fields.positive_or_none("executeTakeProfitPrice"),
        stop_loss=fields.positive_or_none("presetStopLossPrice"),
        stop_loss_limit=fields.positive_or_none("executeStopLossPrice"),
    )
    return NewOrder(intent, fields.client_id(), fields.word("stpMode", _STPS, Stp.NONE))


def spot_orders(fields: Fields) -> list[NewOrder | Reject]:
    """Read `spot/trade/batch-orders`."""
    items: list[NewOrder | Reject] = []
    for row in _batch(fields, "orderList"):
        try:
            items.append(spot_order(row, fields.text("symbol")))
        except Reject as refusal:
            items.append(refusal)
    return items


def futures_amendment(fields: Fields, account: Account) -> Amendment:
    """Read `mix/order/modify-order`; price and size go together."""
    product = fields.product()
    instrument = fields.instrument(product)
    ref = reference(fields, instrument)
    if ("newSize" in fields) is not ("newPrice" in fields):
        raise Reject("40925", message="Price and quantity must be passed in simultaneously")
    if "newSize" not in fields:
        raise Reject("40923")
    new_id = fields.client_id("newClientOid")
    if not new_id:
        raise Reject("22003", message="The size and price have changed, please input newClientOid")
    intent = AmendOrder(ref, fields.positive("newPrice"), fields.positive("newSize"), account.mode(product))
    return Amendment(intent, new_id)


def spot_amendment(fields: Fields) -> Amendment:
    """Read `spot/trade/cancel-replace-order`."""
    instrument = fields.instrument(ProductType.SPOT)
    intent = AmendOrder(reference(fields, instrument), fields.positive("price"), fields.positive("size"))
    return Amendment(intent, fields.client_id("newClientOid"))


def cancel_futures(fields: Fields) -> CancelOrder:
    """Read `mix/order/cancel-order`."""
    instrument = fields.instrument(fields.product())
    return CancelOrder(reference(fields, instrument, fields.text("marginCoin").upper()))


def cancel_spot(fields: Fields) -> CancelOrder:
    """Read `spot/trade/cancel-order`."""
    return CancelOrder(reference(fields, fields.instrument(ProductType.SPOT)))


def cancel_many_futures(fields: Fields) -> CancelOrders | CancelSymbol | CancelAll:
    """Read `mix/order/batch-cancel-orders`; without a list it means all of a symbol or product type."""
    product = fields.product()
    coin = fields.text("marginCoin").upper()
    rows = fields.rows("orderIdList", MAX_BATCH)
    if "symbol" not in fields:
        if rows:
            raise Reject("40019", "symbol")
        return CancelAll(product, coin)
    instrument = fields.instrument(product)
    if not rows:
        return CancelSymbol(instrument, coin)
    return CancelOrders(instrument, tuple(reference(row, instrument, coin) for row in rows))


def cancel_many_spot(fields: Fields) -> list[CancelOrders]:
    """Read `spot/trade/batch-cancel-order`; items may name symbols of their own."""
    grouped: dict[InstrumentId, list[OrderRef]] = {}
    for row in _batch(fields, "orderList"):
        named = row if "symbol" in row else Fields({**row.values, "symbol": fields.text("symbol")})
        instrument = named.instrument(ProductType.SPOT)
        grouped.setdefault(instrument, []).append(reference(row, instrument))
    return [CancelOrders(instrument, tuple(refs)) for instrument, refs in grouped.items()]


def cancel_symbol_spot(fields: Fields) -> CancelSymbol:
    """Read `spot/trade/cancel-symbol-order`."""
    return CancelSymbol(fields.instrument(ProductType.SPOT))


def cancel_all_futures(fields: Fields) -> CancelAll:
    """Read `mix/order/cancel-all-orders`."""
    return CancelAll(fields.product(), fields.text("marginCoin").upper())


# Trigger orders


def futures_plan(fields: Fields, account: Account) -> NewPlan:
    """Read `mix/order/place-plan-order`."""
    product = fields.product()
    kind = fields.word("planType", _PLACED_PLANS)
    instrument = fields.instrument(product)
    mode = account.mode(product)
    margin_mode = fields.word("marginMode", MARGIN_MODES)
    coin = fields.required("marginCoin").upper()
    side, leg, effect = _direction(fields, mode)
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


# Positions and settings


def close(fields: Fields, account: Account, held: Sequence[InstrumentId] = ()) -> list[ClosePosition]:
    """Read `mix/order/close-positions`; without a symbol it means every instrument that is held."""
    product = fields.product()
    mode = account.mode(product)
    side = fields.word("holdSide", LEGS) if "holdSide" in fields and mode is PositionMode.HEDGE else None
    where = [fields.instrument(product)] if "symbol" in fields else held
    if not where:
        raise Reject("22002")
    return [ClosePosition(each, mode, side) for each in where]


def reversal(fields: Fields, account: Account) -> Reversal:
    """Read `mix/order/click-backhand`: in hedge mode the side names the leg held, else that of the trade."""
    product = fields.product()
    mode = account.mode(product)
    side = fields.word("side", SIDES)
    if mode is PositionMode.HEDGE and "tradeSide" not in fields:
        raise Reject("40774")
    is_long = (side is Side.BUY) is (mode is PositionMode.HEDGE)
    intent = ReversePosition(
        fields.instrument(product),
        PositionSide.LONG if is_long else PositionSide.SHORT,
        mode,
        fields.required("marginCoin").upper(),
        fields.positive_or_none("size"),
    )
    return Reversal(intent, fields.client_id())


def leverage(fields: Fields, account: Account) -> list[SetLeverage]:
    """Read `mix/account/set-leverage`: one figure, or one for each side, which wins."""
    product = fields.product()
    instrument = fields.instrument(product)
    coin = fields.required("marginCoin").upper()
    sides = {
        side: fields.positive_or_none(name)
        for name, side in (("longLeverage", PositionSide.LONG), ("shortLeverage", PositionSide.SHORT))
    }
    given = [SetLeverage(instrument, coin, value, side) for side, value in sides.items() if value is not None]
    if given:
        return given
    side = fields.word("holdSide", LEGS) if "holdSide" in fields else None
    if account.mode(product) is PositionMode.ONE_WAY:
        side = None
    return [SetLeverage(instrument, coin, fields.positive("leverage"), side)]


def all_leverage(fields: Fields) -> SetAllLeverage:
    """Read `mix/account/set-all-leverage`."""
    return SetAllLeverage(fields.product(), fields.positive("leverage"))


def margin_mode(fields: Fields) -> SetMarginMode:
    """Read `mix/account/set-margin-mode`."""
    instrument = fields.instrument(fields.product())
    coin = fields.required("marginCoin").upper()
    return SetMarginMode(instrument, coin, fields.word("marginMode", MARGIN_MODES))


def position_mode(fields: Fields) -> SetPositionMode:
    """Read `mix/account/set-position-mode`."""
    return SetPositionMode(fields.product(), fields.word("posMode", POSITION_MODES))


def margin(fields: Fields) -> AdjustMargin:
    """Read `mix/account/set-margin`."""
    instrument = fields.instrument(fields.product())
    coin = fields.required("marginCoin").upper()
    side = fields.word("holdSide", LEGS)
    fields.required("amount")
    amount = fields.figure("amount")
    if not amount:
        raise wrong("amount")
    return AdjustMargin(instrument, coin, side, amount)


def auto_margin(fields: Fields) -> SetAutoMargin:
    """Read `mix/account/set-auto-margin`: the margin coin says which product type is meant."""
    coin = fields.required("marginCoin").upper()
    product = {"USDT": ProductType.USDT_FUTURES, "USDC": ProductType.USDC_FUTURES}.get(
        coin, ProductType.COIN_FUTURES
    )
    switch = fields.required("autoMargin").lower()
    if switch not in ("on", "off"):
        raise wrong("autoMargin")
    return SetAutoMargin(fields.instrument(product), coin, fields.word("holdSide", LEGS), switch == "on")


# Pieces


def reference(fields: Fields, instrument: InstrumentId, margin_coin: str = "") -> OrderRef:
    """Read which order is meant: the exchange's id wins over the client's.

    Raises:
        Reject: neither is given.
    """
    order_id = fields.text("orderId")
    client_id = "" if order_id else fields.text("clientOid")
    if not order_id and not client_id:
        raise Reject("40924", message="At least one of orderId and clientOid must be passed in")
    return OrderRef(instrument, order_id, client_id, margin_coin)


def _futures_order(
    fields: Fields, instrument: InstrumentId, mode: PositionMode, margin_mode: MarginMode, coin: str
) -> NewOrder:
    side, leg, effect = _direction(fields, mode)
    order_type = fields.word("orderType", ORDER_TYPES)
    is_market = order_type is OrderType.MARKET
    intent = PlaceOrder(
        instrument=instrument,
        side=side,
        order_type=order_type,
        size=fields.positive("size"),
        time_in_force=TimeInForce.GTC if is_market else fields.word("force", FORCES, TimeInForce.GTC),
        price=None if is_market else fields.positive("price"),
        position_side=leg,
        effect=effect,
        position_mode=mode,
        margin_mode=margin_mode,
        margin_coin=coin,
        take_profit=fields.positive_or_none("presetStopSurplusPrice"),
        take_profit_limit=fields.positive_or_none("presetStopSurplusExecutePrice"),
        stop_loss=fields.positive_or_none("presetStopLossPrice"),
        stop_loss_limit=fields.positive_or_none("presetStopLossExecutePrice"),
    )
    return NewOrder(intent, fields.client_id(), fields.word("stpMode", _STPS, Stp.NONE))


def _direction(fields: Fields, mode: PositionMode) -> tuple[Side, PositionSide, Effect]:
    """Read trade direction, leg and effect (wire notes 6.1).

    Raises:
        Reject: the order is spelled for the other position mode.
    """
    side = fields.word("side", SIDES)
    if mode is PositionMode.HEDGE:
        if "tradeSide" not in fields:
            raise Reject("40774")
        effect = fields.word("tradeSide", _EFFECTS)
        leg = PositionSide.LONG if side is Side.BUY else PositionSide.SHORT
        return (side if effect is Effect.OPEN else side.opposite), leg, effect
    if fields.text("tradeSide").lower() == "close":
        raise Reject("40773")
    reduces = fields.text("reduceOnly").lower()
    if reduces not in ("", "yes", "no", "true", "false"):
        raise wrong("reduceOnly")
    effect = Effect.CLOSE if reduces in ("yes", "true") else Effect.OPEN
    leg = PositionSide.LONG if (side is Side.BUY) is (effect is Effect.OPEN) else PositionSide.SHORT
    return side, leg, effect


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


def _batch(fields: Fields, name: str) -> list[Fields]:
    rows = fields.rows(name, MAX_BATCH)
    if not rows:
        raise Reject("40019", name)
    return rows
