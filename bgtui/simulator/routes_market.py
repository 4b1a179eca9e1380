"""Public routes: the clock, instruments, market data (wire notes 4.1 to 4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TypeVar

from bgtui.domain.instrument import FUTURES, InstrumentId, ProductType
from bgtui.domain.market import CandleInterval
from bgtui.simulator import rows_market as rows
from bgtui.simulator.call import Call, Handlers
from bgtui.simulator.candles import bucket_start
from bgtui.simulator.fields import wrong
from bgtui.simulator.market import Line
from bgtui.simulator.reject import Reject
from bgtui.wire.endpoint import common, futures_market, spot_market

T = TypeVar("T")

HANDLERS = Handlers()
_answers = HANDLERS.answers
_SPOT_DEPTH = 150
_LINES = {"": Line.MARKET, "MARKET": Line.MARKET, "MARK": Line.MARK, "INDEX": Line.INDEX}
_DEPTHS = {"1": 1, "5": 5, "15": 15, "50": 50, "max": 500, "": 100, "100": 100}
_SCALES = {"": 0, "scale0": 0, "scale1": 1, "scale2": 2, "scale3": 3}
_RETIRED = ("SUSDT-FUTURES", "SCOIN-FUTURES", "SUSDC-FUTURES")
"""Demo products that lost their contracts in 2025; clients still ask for them."""
_STEPS = {"": 0, "step0": 0, "step1": 1, "step2": 2, "step3": 3, "step4": 4, "step5": 5}


@_answers(common.SERVER_TIME)
def _server_time(call: Call) -> object:
    return {"serverTime": str(call.now_ms)}


@_answers(common.ANNOUNCEMENTS)
def _announcements(call: Call) -> object:
    call.fields.required("language")
    return []


@_answers(spot_market.COINS)
def _coins(call: Call) -> object:
    wanted = call.fields.text("coin").upper()
    names: dict[str, None] = {}
    for pair in call.exchange.instruments(ProductType.SPOT):
        names |= {pair.base_coin: None, pair.quote_coin: None}
    for product in FUTURES:
        for contract in call.exchange.instruments(product):
            names |= dict.fromkeys(contract.margin_coins)
    return [rows.coin(name, number) for number, name in enumerate(names, 1) if not wanted or name == wanted]


@_answers(spot_market.SYMBOLS)
def _symbols(call: Call) -> object:
    named = call.optional_instrument(ProductType.SPOT)
    return [
        rows.pair(each) for each in call.exchange.instruments(ProductType.SPOT) if named in (None, each.id)
    ]


@_answers(futures_market.CONTRACTS)
def _contracts(call: Call) -> object:
    if call.fields.text("productType").upper() in _RETIRED:
        return []
    product = call.fields.product()
    named = call.optional_instrument(product)
    return [rows.contract(each) for each in call.exchange.instruments(product) if named in (None, each.id)]


@_answers(spot_market.TICKERS)
def _spot_tickers(call: Call) -> object:
    named = call.optional_instrument(ProductType.SPOT)
    if named is not None:
        return [rows.spot_ticker(call.exchange.ticker(named))]
    return [rows.spot_ticker(each) for each in call.exchange.tickers(ProductType.SPOT)]


@_answers(futures_market.TICKER)
def _ticker(call: Call) -> object:
    return [rows.futures_ticker(call.exchange.ticker(call.futures()))]


@_answers(futures_market.TICKERS)
def _tickers(call: Call) -> object:
    return [rows.futures_ticker(each) for each in call.exchange.tickers(call.fields.product())]


@_answers(spot_market.ORDER_BOOK)
def _spot_book(call: Call) -> object:
    instrument = call.spot()
    step = _choice(call, "type", _STEPS)
    depth = call.fields.integer("limit", _SPOT_DEPTH, 1, _SPOT_DEPTH)
    return {**_depth(call, instrument, depth, step), "ts": str(call.now_ms)}


@_answers(spot_market.MERGED_DEPTH)
def _spot_merged_depth(call: Call) -> object:
    return _merged_depth(call, call.spot())


@_answers(futures_market.MERGED_DEPTH)
def _futures_merged_depth(call: Call) -> object:
    return _merged_depth(call, call.futures())


def _merged_depth(call: Call, instrument: InstrumentId) -> object:
    is_futures = instrument.product_type.is_futures
    scale = _choice(call, "precision", _SCALES)
    depth = _choice(call, "limit", _DEPTHS)
    tick = call.exchange.rules(instrument).tick
    return {
        **_depth(call, instrument, depth, scale, as_numbers=is_futures),
        "ts": str(call.now_ms),
        "scale": format(tick.scaleb(scale), "f"),
        "precision": f"scale{scale}",
        "isMaxPrecision": "YES" if scale == 0 else "NO",
    }


def _depth(
    call: Call, instrument: InstrumentId, depth: int, scale: int, *, as_numbers: bool = False
) -> dict[str, object]:
    bids, asks = call.exchange.engine.book(instrument, depth if not scale else None)
    if scale:
        step = call.exchange.rules(instrument).tick.scaleb(scale)
        bids = _merged(bids, step, ROUND_FLOOR)[:depth]
        asks = _merged(asks, step, ROUND_CEILING)[:depth]
    return {
        "asks": rows.levels(asks, as_numbers=as_numbers),
        "bids": rows.levels(bids, as_numbers=as_numbers),
    }


def _merged(
    levels: list[tuple[Decimal, Decimal]], step: Decimal, rounding: str
) -> list[tuple[Decimal, Decimal]]:
    sums: dict[Decimal, Decimal] = {}
    for price, size in levels:
        at = (price / step).to_integral_value(rounding) * step
        sums[at] = sums.get(at, Decimal(0)) + size
    return list(sums.items())


@_answers(spot_market.CANDLES)
def _spot_candles(call: Call) -> object:
    return _candles(call, call.spot(), rows.SPOT_INTERVALS, 1000)


@_answers(spot_market.HISTORY_CANDLES)
def _spot_history_candles(call: Call) -> object:
    instrument = call.spot()
    call.fields.required("endTime")
    return _candles(call, instrument, rows.SPOT_INTERVALS, 200, is_history=True)


@_answers(futures_market.CANDLES)
def _futures_candles(call: Call) -> object:
    line = call.fields.text("kLineType").upper()
    if line not in _LINES:
        raise wrong("kLineType")
    return _candles(call, call.futures(), rows.FUTURES_INTERVALS, 1000, line=_LINES[line])


@_answers(futures_market.HISTORY_CANDLES)
def _history_candles(call: Call) -> object:
    return _candles(call, call.futures(), rows.FUTURES_INTERVALS, 200, is_history=True)


@_answers(futures_market.HISTORY_INDEX_CANDLES)
def _history_index_candles(call: Call) -> object:
    instrument = call.futures()
    return _candles(call, instrument, rows.FUTURES_INTERVALS, 200, line=Line.INDEX, is_history=True)


@_answers(futures_market.HISTORY_MARK_CANDLES)
def _history_mark_candles(call: Call) -> object:
    instrument = call.futures()
    return _candles(call, instrument, rows.FUTURES_INTERVALS, 200, line=Line.MARK, is_history=True)


def _candles(
    call: Call,
    instrument: InstrumentId,
    intervals: Mapping[str, CandleInterval],
    most: int,
    *,
    line: str = Line.MARKET,
    is_history: bool = False,
) -> list[list[str]]:
    """Return candles, oldest first: from ``startTime`` to before ``endTime``; history has no open bar."""
    name = call.fields.required("granularity")
    interval = intervals.get(name)
    if interval is None:
        raise Reject("400172", message="Parameter verification failed")
    start, end = call.fields.moment("startTime"), call.fields.moment("endTime")
    if start is not None and end is not None and start > end:
        raise Reject("40707", message="Start time is greater than end time")
    limit = call.fields.integer("limit", 100, 1, most)
    if is_history:
        open_bar = bucket_start(interval, call.now_ms)
        end = open_bar if end is None else min(end, open_bar)
    found = call.exchange.candles(instrument, interval, None if start is not None else limit, end, line)
    if start is not None:
        found = [bar for bar in found if bar.start_ms >= start]
        found = found[-limit:] if end is not None else found[:limit]
    return [rows.candle(bar, instrument.product_type) for bar in found]


@_answers(spot_market.TRADES)
def _spot_trades(call: Call) -> object:
    return _trades(call, call.spot(), call.fields.integer("limit", 100, 1, 500))


@_answers(futures_market.TRADES)
def _futures_trades(call: Call) -> object:
    return _trades(call, call.futures(), call.fields.integer("limit", 100, 1, 100))


def _trades(call: Call, instrument: InstrumentId, limit: int) -> object:
    found = call.exchange.trades(instrument, limit)
    return [rows.trade(each, instrument.symbol) for each in found]


@_answers(spot_market.HISTORY_TRADES)
def _spot_history_trades(call: Call) -> object:
    return _history_trades(call, call.spot())


@_answers(futures_market.HISTORY_TRADES)
def _futures_history_trades(call: Call) -> object:
    return _history_trades(call, call.futures())


def _history_trades(call: Call, instrument: InstrumentId) -> object:
    window = call.fields.window(500, 1000, most_days=7)
    before = int(window.before_id) if window.before_id else None
    found = [
        trade
        for trade in call.exchange.trades(instrument)
        if (before is None or int(trade.trade_id) < before)
        and (window.since_ms is None or trade.time_ms >= window.since_ms)
        and (window.until_ms is None or trade.time_ms <= window.until_ms)
    ]
    return [rows.trade(each, instrument.symbol, is_capital=True) for each in found[: window.limit]]


@_answers(futures_market.OPEN_INTEREST)
def _open_interest(call: Call) -> object:
    instrument = call.futures()
    found = call.exchange.open_interest(instrument)
    row = {"symbol": instrument.symbol, "size": format(found.size, "f")}
    return {"openInterestList": [row], "ts": str(found.time_ms)}


@_answers(futures_market.OPEN_INTEREST_LIMIT)
def _open_interest_limit(call: Call) -> object:
    product = call.fields.product()
    named = call.optional_instrument(product)
    where = [named] if named is not None else [each.id for each in call.exchange.instruments(product)]
    return [
        {
            "symbol": each.symbol,
            "notionalValue": format(limit.notional or 0, "f"),
            "totalNotionalValue": format(limit.total_notional or 0, "f"),
        }
        for each in where
        for limit in (call.exchange.open_interest_limit(each),)
    ]


@_answers(futures_market.FUNDING_TIME)
def _funding_time(call: Call) -> object:
    return [rows.funding_time(call.exchange.funding_time(call.futures()))]


@_answers(futures_market.FUNDING_RATE)
def _funding_rate(call: Call) -> object:
    product = call.fields.product()
    named = call.optional_instrument(product)
    where = [named] if named is not None else [each.id for each in call.exchange.instruments(product)]
    return [rows.funding_rate(call.exchange.funding(each)) for each in where]


@_answers(futures_market.FUNDING_HISTORY)
def _funding_history(call: Call) -> object:
    instrument = call.futures()
    size = call.fields.integer("pageSize", 20, 1, 100)
    skipped = (call.fields.integer("pageNo", 1, 1, 10_000) - 1) * size
    found = call.exchange.funding_history(instrument)[skipped : skipped + size]
    return [rows.past_funding(each) for each in found]


@_answers(futures_market.SYMBOL_PRICE)
def _symbol_price(call: Call) -> object:
    instrument = call.futures()
    price = call.exchange.symbol_price(instrument)
    return [
        {
            "symbol": instrument.symbol,
            "price": format(price.last or 0, "f"),
            "indexPrice": format(price.index or 0, "f"),
            "markPrice": format(price.mark or 0, "f"),
            "ts": str(price.time_ms),
        }
    ]


@_answers(futures_market.LEVERAGE_TIERS)
def _leverage_tiers(call: Call) -> object:
    instrument = call.futures()
    return [rows.tier(each, instrument.symbol) for each in call.exchange.tiers(instrument)]


@_answers(spot_market.VIP_FEE_RATES)
def _spot_fee_tiers(call: Call) -> object:
    return [
        {**rows.fee_tier(each), "level": each.level} for each in call.exchange.fee_tiers(ProductType.SPOT)
    ]


@_answers(futures_market.VIP_FEE_RATES)
def _futures_fee_tiers(call: Call) -> object:
    return [rows.fee_tier(each) for each in call.exchange.fee_tiers(ProductType.USDT_FUTURES)]


@_answers(futures_market.DISCOUNT_RATES, futures_market.EXCHANGE_RATES, futures_market.UNION_INTEREST_RATES)
def _union(_call: Call) -> object:
    """Answer about the multi-asset mode, which the simulator does not have."""
    return []


@_answers(spot_market.AUCTION)
def _auction(call: Call) -> object:
    call.spot()
    return None


def _choice(call: Call, name: str, allowed: Mapping[str, T]) -> T:
    value = call.fields.text(name)
    if value not in allowed:
        raise wrong(name)
    return allowed[value]
