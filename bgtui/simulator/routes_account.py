"""The account: key, wallets, ledgers, settings, positions (wire notes 4.1, 4.4, 4.6, 4.7)."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal
from itertools import islice

from bgtui.domain.account import Balance, Bill, Position, SymbolSettings
from bgtui.domain.instrument import FUTURES, InstrumentId, ProductType
from bgtui.domain.market import Side
from bgtui.domain.order import MarginMode, OrderType, PlanKind, PositionSide
from bgtui.simulator import copytrade_guard, request_parts, requests_settings, rows_account, rows_market
from bgtui.simulator.auth import READ_AUTHORITIES
from bgtui.simulator.call import Call, Handlers, paged
from bgtui.simulator.fields import wrong
from bgtui.simulator.history import Window
from bgtui.simulator.money import exact
from bgtui.simulator.reject import Reject
from bgtui.wire.endpoint import common, futures_account, spot_account

HANDLERS = Handlers()
_answers = HANDLERS.answers
_ZERO = Decimal(0)
_PROTECTIONS = {
    PlanKind.POSITION_TAKE_PROFIT: "takeProfitId",
    PlanKind.POSITION_STOP_LOSS: "stopLossId",
}


@_answers(common.TRADE_RATE)
def _trade_rate(call: Call) -> object:
    rates = call.exchange.engine.fee_rates(call.uid, _of_business(call))
    return rows_market.fee_rates(rates, with_symbol=False)


@_answers(common.ALL_TRADE_RATES)
def _all_trade_rates(call: Call) -> object:
    product = _of_business(call).product_type
    engine = call.exchange.engine
    return [
        rows_market.fee_rates(engine.fee_rates(call.uid, each.id), with_symbol=True)
        for each in call.exchange.instruments(product)
    ]


def _of_business(call: Call) -> InstrumentId:
    business = call.fields.required("businessType").lower()
    if business in ("spot", "margin"):
        return call.spot()
    if business != "mix":
        raise wrong("businessType")
    for product in FUTURES:
        found = call.fields.instrument(product)
        if call.exchange.has(found):
            return found
    raise Reject("40034", call.fields.required("symbol")[:40])


@_answers(common.ALL_BALANCES)
def _all_balances(call: Call) -> object:
    engine = call.exchange.engine
    futures = sum(
        (
            balance.usdt_equity or _ZERO
            for product in FUTURES
            for balance in engine.balances(call.uid, product)
        ),
        _ZERO,
    )
    totals = {"spot": _spot_worth(call), "futures": futures}
    totals |= dict.fromkeys(("funding", "earn", "bots", "margin"), _ZERO)
    return [{"accountType": name, "usdtBalance": format(worth, "f")} for name, worth in totals.items()]


def _spot_worth(call: Call) -> Decimal:
    prices = {
        pair.base_coin: call.exchange.market.last(pair.id)
        for pair in call.exchange.instruments(ProductType.SPOT)
        if pair.quote_coin == "USDT"
    }
    total = _ZERO
    for balance in call.exchange.engine.balances(call.uid, ProductType.SPOT):
        price = Decimal(1) if balance.coin == "USDT" else prices.get(balance.coin, _ZERO)
        total += (balance.available + balance.frozen) * price
    return total.quantize(Decimal("0.00000001"))


@_answers(spot_account.KEY_INFO)
def _key_info(call: Call) -> object:
    is_leader = call.exchange.copytrade.is_leader(call.uid)
    return {
        "userId": call.uid,
        "inviterId": "",
        "ips": "",
        "authorities": list(call.key.authorities if call.key is not None else READ_AUTHORITIES),
        "parentId": int(call.uid) if call.uid.isdigit() else 0,
        "traderType": "trader" if is_leader else "not_trader",
        "channelCode": "",
        "channel": "",
        "regisTime": str(call.exchange.born_ms),
    }


@_answers(spot_account.ASSETS)
def _assets(call: Call) -> object:
    wanted = call.fields.text("coin").upper()
    shows_all = call.fields.text("assetType").lower() == "all"
    return [
        rows_account.spot_asset(balance)
        for balance in call.exchange.engine.balances(call.uid, ProductType.SPOT)
        if (wanted in ("", balance.coin)) and (shows_all or wanted or balance.available or balance.frozen)
    ]


@_answers(spot_account.BILLS)
def _spot_bills(call: Call) -> object:
    window = call.fields.window(100, 500)
    wanted = call.fields.text("coin").upper()
    return [rows_account.spot_bill(bill) for bill in _bills(call, ProductType.SPOT, window, wanted)]


@_answers(futures_account.BILLS)
def _futures_bills(call: Call) -> object:
    product = call.fields.product()
    window = call.fields.window(20, 100, most_days=30)
    wanted, kind = call.fields.text("coin").upper(), call.fields.text("businessType").lower()
    if call.fields.text("onlyFunding").lower() == "yes":
        kind = "contract_settle_fee"
    shown = _bills(call, product, window, wanted, kind)
    rows = [rows_account.futures_bill(bill) for bill in shown]
    return paged(rows, "bills", [bill.bill_id for bill in shown])


def _bills(call: Call, product: ProductType, window: Window, coin: str, kind: str = "") -> list[Bill]:
    """Return a page of the lines of one coin and kind, "" for all."""
    found = call.exchange.engine.bills(call.uid, product, window.unlimited())
    shown = (bill for bill in found if coin in ("", bill.coin) and kind in ("", bill.business_type.lower()))
    return list(islice(shown, window.limit))


@_answers(futures_account.ACCOUNT)
def _account(call: Call) -> object:
    instrument = call.futures()
    balance = _margin_balance(call, instrument)
    settings = call.exchange.engine.settings(call.uid, instrument)
    legs = call.exchange.engine.positions(call.uid, instrument.product_type)
    return rows_account.symbol_account(balance, legs, settings, call.btc_price())


def _margin_balance(call: Call, instrument: InstrumentId) -> Balance:
    coin = _margin_coin(call, instrument)
    for balance in call.exchange.engine.balances(call.uid, instrument.product_type):
        if balance.coin == coin:
            return balance
    return Balance(instrument.product_type, coin, _ZERO, _ZERO, equity=_ZERO, usdt_equity=_ZERO)


def _margin_coin(call: Call, instrument: InstrumentId) -> str:
    coin = call.fields.required("marginCoin").upper()
    if coin not in call.exchange.rules(instrument).margin_coins:
        raise Reject("40778", instrument.symbol, coin[:20])
    return coin


@_answers(futures_account.ACCOUNTS)
def _accounts(call: Call) -> object:
    product = call.fields.product()
    price = call.btc_price()
    legs = call.exchange.engine.positions(call.uid, product)
    return [
        rows_account.futures_account_in_list(balance, legs, price)
        for balance in call.exchange.engine.balances(call.uid, product)
    ]


@_answers(futures_account.OPEN_COUNT)
@exact
def _open_count(call: Call) -> object:
    instrument = call.futures()
    _margin_coin(call, instrument)
    amount, price = call.fields.positive("openAmount"), call.fields.positive("openPrice")
    leverage = call.fields.positive_or_none("leverage") or Decimal(20)
    rules = call.exchange.rules(instrument)
    steps = (amount * leverage / price / rules.size_step).to_integral_value(ROUND_FLOOR)
    return {"size": format(steps * rules.size_step, "f")}


@_answers(futures_account.MAX_OPEN)
def _max_open(call: Call) -> object:
    instrument, side, price = _planned(call)
    return {"maxOpen": format(call.exchange.engine.max_open(call.uid, instrument, side, price), "f")}


@_answers(futures_account.LIQUIDATION_PRICE)
def _liquidation_price(call: Call) -> object:
    instrument, side, price = _planned(call)
    size = call.fields.positive("openAmount")
    found = call.exchange.engine.estimate_liquidation(call.uid, instrument, side, size, price)
    return {"liqPrice": "0" if found is None else format(found, "f")}


def _planned(call: Call) -> tuple[InstrumentId, PositionSide, Decimal | None]:
    instrument = call.futures()
    _margin_coin(call, instrument)
    side = call.fields.word("posSide", request_parts.LEGS)
    is_limit = call.fields.word("orderType", request_parts.ORDER_TYPES) is OrderType.LIMIT
    return instrument, side, call.fields.positive("openPrice") if is_limit else None


@_answers(futures_account.ISOLATED_SYMBOLS)
def _isolated_symbols(call: Call) -> object:
    product = call.fields.product()
    engine = call.exchange.engine
    settings = [engine.settings(call.uid, each.id) for each in call.exchange.instruments(product)]
    return [
        {"symbol": each.instrument.symbol, "marginMode": each.margin_mode.value}
        for each in settings
        if each.margin_mode is MarginMode.ISOLATED
    ]


@_answers(futures_account.INTEREST_HISTORY)
def _interest_history(call: Call) -> object:
    call.fields.product()
    return {"nextSettleTime": "", "borrowAmount": "0", "borrowLimit": "0", "interestList": [], "endId": None}


@_answers(futures_account.POSITIONS)
def _positions(call: Call) -> object:
    product = call.fields.product()
    coin = call.fields.text("marginCoin").upper()
    found = call.exchange.engine.positions(call.uid, product)
    return [_position(call, held) for held in found if coin in ("", held.margin_coin)]


@_answers(futures_account.POSITION)
def _one_position(call: Call) -> object:
    instrument = call.futures()
    _margin_coin(call, instrument)
    found = call.exchange.engine.positions(call.uid, instrument.product_type, instrument)
    return [_position(call, held) for held in found]


def _position(call: Call, held: Position) -> object:
    """Return a position with the size that waits to open more of it, and the ids of what protects it."""
    row = rows_account.position(held)
    closes = Side.SELL if held.side is PositionSide.LONG else Side.BUY
    for plan in call.exchange.engine.open_plans(call.uid, held.instrument.product_type, held.instrument):
        if plan.kind in _PROTECTIONS and plan.side is closes:
            row[_PROTECTIONS[plan.kind]] = plan.order_id
    opening = sum(
        (
            order.remaining_size
            for order in call.exchange.engine.open_orders(
                call.uid, held.instrument.product_type, held.instrument
            )
            if not order.reduce_only and (order.side.value == "buy") is (held.side is PositionSide.LONG)
        ),
        _ZERO,
    )
    return {**row, "openDelegateSize": format(opening, "f")}


@_answers(futures_account.HISTORY_POSITIONS)
def _history_positions(call: Call) -> object:
    # Bitget ignores the product type beside a symbol; here a symbol alone is one of USDT futures.
    product = call.fields.product() if "productType" in call.fields else ProductType.USDT_FUTURES
    named = call.optional_instrument(product)
    window = call.fields.window(20, 100, most_days=90)
    found = call.exchange.engine.closed_positions(call.uid, product, named, window)
    mode = call.mode(product)
    rows = [rows_account.closed_position(held, mode) for held in found]
    return paged(rows, "list", [held.position_id for held in found])


@_answers(futures_account.ADL_RANKS)
def _adl_ranks(call: Call) -> object:
    product = call.fields.product()
    found = call.exchange.engine.positions(call.uid, product)
    ranked = sorted(found, key=lambda held: held.unrealized_pnl or _ZERO, reverse=True)
    return [
        {
            "symbol": held.instrument.symbol,
            "marginCoin": held.margin_coin,
            "holdSide": held.side.value,
            "rank": rank,
            "adlRank": rank,
        }
        for place, held in enumerate(ranked, 1)
        for rank in (format(Decimal(place) / (len(ranked) + 1), ".4f"),)
    ]


# Settings


@_answers(futures_account.SET_LEVERAGE)
def _set_leverage(call: Call) -> object:
    instrument = call.futures()
    engine = call.exchange.engine
    before = engine.settings(call.uid, instrument)
    first, *others = requests_settings.leverage(call.fields, call)
    for intent in (first, *others):
        copytrade_guard.check_leverage(call.exchange.copytrade, call.uid, instrument, intent.leverage)
    answer = engine.set_leverage(call.uid, first)
    for intent in others:
        try:
            answer = engine.set_leverage(call.uid, intent)
        except Reject:
            # Both sides or neither.
            engine.set_leverage(call.uid, replace(first, leverage=_leverage(before, first.position_side)))
            raise
    return rows_account.leverage_set(answer)


def _leverage(settings: SymbolSettings, side: PositionSide | None) -> Decimal:
    if settings.margin_mode is MarginMode.CROSSED:
        return settings.crossed_leverage
    is_short = side is PositionSide.SHORT
    return settings.isolated_short_leverage if is_short else settings.isolated_long_leverage


@_answers(futures_account.SET_ALL_LEVERAGE)
def _set_all_leverage(call: Call) -> object:
    intent = requests_settings.all_leverage(call.fields)
    copytrade_guard.check_all_leverage(
        call.exchange.copytrade, call.uid, intent.product_type, intent.leverage
    )
    call.exchange.engine.set_all_leverage(call.uid, intent)
    return "success"


@_answers(futures_account.SET_MARGIN_MODE)
def _set_margin_mode(call: Call) -> object:
    call.futures()
    answer = call.exchange.engine.set_margin_mode(call.uid, requests_settings.margin_mode(call.fields))
    return rows_account.margin_mode_set(answer)


@_answers(futures_account.SET_POSITION_MODE)
def _set_position_mode(call: Call) -> object:
    intent = requests_settings.position_mode(call.fields)
    copytrade_guard.check_position_mode(call.exchange.copytrade, call.uid, intent.position_mode)
    mode = call.exchange.engine.set_position_mode(call.uid, intent)
    return {"posMode": f"{mode.value}_mode"}


@_answers(futures_account.ADJUST_MARGIN)
def _adjust_margin(call: Call) -> object:
    call.futures()
    call.exchange.engine.adjust_margin(call.uid, requests_settings.margin(call.fields))
    return ""


@_answers(futures_account.SET_AUTO_MARGIN)
def _set_auto_margin(call: Call) -> object:
    intent = requests_settings.auto_margin(call.fields)
    call.instrument(intent.instrument.product_type)
    call.exchange.engine.set_auto_margin(call.uid, intent)
    return "success"
