"""Public REST answers: exact values out."""

import json
from decimal import Decimal
from typing import Any

import pytest

from bgtui.domain.error import DecodeError
from bgtui.domain.instrument import InstrumentStatus, ProductType, instrument_id
from bgtui.domain.market import Candle, FundingRate, Side
from bgtui.wire.decode import rest_instrument, rest_market

USDT = ProductType.USDT_FUTURES
PERP = instrument_id(USDT, "BTCUSDT")
CONTRACT = {
    "symbol": "btcusdt",
    "baseCoin": "BTC",
    "quoteCoin": "USDT",
    "buyLimitPriceRatio": "0.05",
    "sellLimitPriceRatio": "0.04",
    "makerFeeRate": "0.0002",
    "takerFeeRate": "0.0006",
    "supportMarginCoins": ["USDT"],
    "minTradeNum": "0.001",
    "priceEndStep": "1",
    "volumePlace": "3",
    "pricePlace": "1",
    "sizeMultiplier": "0.001",
    "symbolType": "perpetual",
    "minTradeUSDT": "5",
    "maxSymbolOrderNum": "200",
    "maxProductOrderNum": "400",
    "symbolStatus": "normal",
    "deliveryTime": "",
    "fundInterval": "8",
    "minLever": "1",
    "maxLever": "125",
    "maxOrderQty": "",
}
PAIR = {
    "symbol": "BTCUSDT",
    "baseCoin": "BTC",
    "quoteCoin": "USDT",
    "minTradeAmount": "0",
    "takerFeeRate": "0.002",
    "makerFeeRate": "0.001",
    "pricePrecision": "2",
    "quantityPrecision": "6",
    "quotePrecision": "8",
    "status": "online",
    "minTradeUSDT": "1",
    "buyLimitPriceRatio": "0.05",
    "sellLimitPriceRatio": "0.05",
    "orderQuantity": "200",
}


def raw(value: Any) -> bytes:
    return json.dumps(value).encode()


def fields(*values: Any) -> tuple[Any, ...]:
    """Compare numbers by value: 20 equals Decimal("20")."""
    return values


def contract(**changes: Any) -> bytes:
    return raw([{**CONTRACT, **changes}])


def test_server_time() -> None:
    assert rest_market.server_time(raw({"serverTime": "1700000000000"})) == 1_700_000_000_000


def test_a_contract() -> None:
    (found,) = rest_instrument.contracts(contract(), USDT)
    assert found.id == PERP
    assert (found.tick, found.size_step, found.min_size) == (
        Decimal("0.1"),
        Decimal("0.001"),
        Decimal("0.001"),
    )
    assert (found.buy_band_ratio, found.sell_band_ratio) == (Decimal("0.05"), Decimal("0.04"))
    assert (found.maker_fee_rate, found.taker_fee_rate) == (Decimal("0.0002"), Decimal("0.0006"))
    assert fields(found.min_leverage, found.max_leverage) == (1, 125)
    assert (found.max_orders, found.max_product_orders, found.funding_interval_hours) == (200, 400, 8)
    assert found.max_limit_size is None
    assert found.max_market_size is None
    assert found.status is InstrumentStatus.NORMAL
    assert not found.is_inverse
    assert not found.is_delivery


@pytest.mark.parametrize(
    ("places", "step", "tick"),
    [
        ("1", "1", "0.1"),
        ("1", "5", "0.5"),
        ("4", "5", "0.0005"),
        ("1", "0.1", "0.1"),
        ("0", "1", "1"),
        ("2", "", "0.01"),
        ("2", None, "0.01"),
        (1, 1, "0.1"),
    ],
)
def test_a_tick_is_a_count_of_last_digits_or_the_step_itself(places: Any, step: Any, tick: str) -> None:
    (found,) = rest_instrument.contracts(contract(pricePlace=places, priceEndStep=step), USDT)
    assert found.tick == Decimal(tick)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("listed", InstrumentStatus.LISTED),
        ("maintain", InstrumentStatus.MAINTENANCE),
        ("limit_open", InstrumentStatus.CLOSE_ONLY),
        ("restrictedAPI", InstrumentStatus.API_RESTRICTED),
        ("off", InstrumentStatus.OFF),
        ("something_new", InstrumentStatus.UNKNOWN),
        (None, InstrumentStatus.UNKNOWN),
    ],
)
def test_the_status_of_a_contract(word: str | None, status: InstrumentStatus) -> None:
    (found,) = rest_instrument.contracts(contract(symbolStatus=word), USDT)
    assert found.status is status


def test_an_inverse_delivery_contract() -> None:
    data = contract(
        symbol="BTCUSDH23",
        quoteCoin="USD",
        supportMarginCoins=["BTC", "ETH"],
        symbolType="delivery",
        deliveryTime="1680249600000",
        sizeMultiplier="",
        maxMarketOrderQty="120",
    )
    (found,) = rest_instrument.contracts(data, ProductType.COIN_FUTURES)
    assert found.is_inverse
    assert found.is_delivery
    assert found.delivery_ms == 1_680_249_600_000
    assert found.size_step == Decimal("0.001")
    assert found.max_market_size == 120


@pytest.mark.parametrize(
    "changes",
    [
        {"pricePlace": None},
        {"pricePlace": "31"},
        {"pricePlace": "-1"},
        {"priceEndStep": "0"},
        {"minLever": "x"},
    ],
)
def test_a_contract_without_its_rules_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(DecodeError, match=r"futures\.contracts"):
        rest_instrument.contracts(contract(**changes), USDT)


def test_a_contract_in_another_script_is_named_as_it_is() -> None:
    data = raw([{**CONTRACT, "symbol": "币安人生USDT", "baseCoin": "币安人生"}])
    assert [each.id for each in rest_instrument.contracts(data, USDT)] == ["usdt-futures:币安人生USDT"]


def test_a_contract_that_cannot_be_named_does_not_hide_the_others() -> None:
    data = raw([{**CONTRACT, "symbol": "BTC\u202eUSDT"}, CONTRACT])
    assert [each.symbol for each in rest_instrument.contracts(data, USDT)] == ["BTCUSDT"]


def test_a_spot_pair() -> None:
    (found,) = rest_instrument.symbols(raw([PAIR]))
    assert found.id == "spot:BTCUSDT"
    assert (found.tick, found.size_step, found.quote_places) == (Decimal("0.01"), Decimal("0.000001"), 8)
    assert fields(found.min_size, found.min_notional, found.margin_coins) == (0, 1, ())
    assert (found.maker_fee_rate, found.taker_fee_rate, found.max_orders) == (
        Decimal("0.001"),
        Decimal("0.002"),
        200,
    )
    assert found.max_limit_notional is None
    (halted,) = rest_instrument.symbols(raw([{**PAIR, "status": "halt", "maxLimitOrderValue": "5000"}]))
    assert fields(halted.status, halted.max_limit_notional) == (InstrumentStatus.MAINTENANCE, 5000)


def test_a_futures_ticker_keeps_its_texts() -> None:
    row = {
        "symbol": "BTCUSDT",
        "lastPr": "60000.10",
        "bidPr": "60000.0",
        "askPr": "",
        "bidSz": "0.50",
        "ts": "1695794098184",
        "open24h": "59000",
        "markPrice": "60001",
        "fundingRate": "-0.0001",
        "holdingAmount": "9488.49",
        "deliveryTime": None,
    }
    (found,) = rest_market.tickers(raw([row]), USDT)
    assert (found.last_text, found.bid_size_text, found.ask_text) == ("60000.10", "0.50", "")
    assert (found.mark_price, found.funding_rate, found.open_interest) == (
        Decimal(60001),
        Decimal("-0.0001"),
        Decimal("9488.49"),
    )
    assert (found.open_24h_text, found.index_price) == ("59000", None)


def test_a_spot_ticker_calls_the_open_otherwise() -> None:
    row = {"symbol": "BTCUSDT", "lastPr": "1", "open": "2", "openUtc": "3", "ts": "1695794098184"}
    (found,) = rest_market.tickers(raw([row]), ProductType.SPOT)
    assert (found.open_24h_text, found.open_utc_text, found.mark_text) == ("2", "3", "")


def test_books_keep_every_digit_of_texts_and_of_numbers() -> None:
    data = b'{"asks":[[26347.50,0.250],[26348.0,1]],"bids":[["26346.10","0.160"]],"ts":"1695870968804"}'
    found = rest_market.depth(data, PERP)
    assert found.asks == (("26347.50", "0.250"), ("26348.0", "1"))
    assert found.bids == (("26346.10", "0.160"),)
    assert found.time_ms == 1_695_870_968_804


@pytest.mark.parametrize("level", [["1"], "1", [None, "1"], ["x", "1"], [True, "1"]])
def test_a_book_with_a_strange_level_is_refused(level: Any) -> None:
    with pytest.raises(DecodeError, match="depth: asks"):
        rest_market.depth(raw({"asks": [level], "bids": [], "ts": "1695870968804"}), PERP)


def test_candles_of_spot_have_the_usdt_volume_before_the_quote_volume() -> None:
    row = ["1695835800000", "1", "4", "0.5", "2", "10", "777", "888"]
    assert rest_market.candles(raw([row]), ProductType.SPOT) == (
        Candle(1_695_835_800_000, "1", "4", "0.5", "2", "10", "888"),
    )


def test_candles_of_futures_have_seven_columns_and_come_out_oldest_first() -> None:
    rows = [[start, "1", "4", "0.5", "2", "10", "20"] for start in ("1695836100000", "1695835800000")]
    found = rest_market.candles(raw(rows), USDT)
    assert [each.start_ms for each in found] == [1_695_835_800_000, 1_695_836_100_000]
    assert found[0].quote_volume_text == "20"
    with pytest.raises(DecodeError, match="columns"):
        rest_market.candles(raw([rows[0][:6]]), USDT)


def test_trades_come_out_oldest_first_and_sides_in_lower_case() -> None:
    rows = [
        {"tradeId": trade_id, "price": "26372.50", "size": "9.25", "side": side, "ts": stamp}
        for trade_id, side, stamp in (
            ("3", "Sell", "1695865151000"),
            ("2", "Buy", "1695865151000"),
            ("1", "buy", "1695865115000"),
        )
    ]
    found = rest_market.trades(raw(rows))
    assert [each.trade_id for each in found] == ["1", "2", "3"]
    assert [each.side for each in found] == [Side.BUY, Side.BUY, Side.SELL]
    assert found[0].price_text == "26372.50"


def test_funding() -> None:
    current = [
        {
            "symbol": "BTCUSDT",
            "fundingRate": "0.0005",
            "fundingRateInterval": "8",
            "nextUpdate": "1695801600000",
        }
    ]
    assert rest_market.funding_rates(raw(current), USDT) == (
        FundingRate(PERP, Decimal("0.0005"), 1_695_801_600_000, 8),
    )
    assert (
        rest_market.funding_rates(raw([{"symbol": "BTCUSDT", "fundingRate": "0"}]), USDT)[0].time_ms is None
    )
    (soon,) = rest_market.funding_times(
        raw([{"symbol": "BTCUSDT", "nextFundingTime": "1695801600000", "ratePeriod": "8"}]), USDT
    )
    assert (soon.next_ms, soon.interval_hours) == (1_695_801_600_000, 8)
    past = [{"symbol": "BTCUSDT", "fundingRate": "0.000013", "fundingTime": "1695715200000"}]
    assert rest_market.funding_history(raw(past), USDT)[0].rate == Decimal("0.000013")


def test_open_interest_price_and_tiers() -> None:
    (interest,) = rest_market.open_interest(
        raw({"openInterestList": [{"symbol": "BTCUSDT", "size": "34278.06"}], "ts": "1695796781616"}), USDT
    )
    assert (interest.size, interest.time_ms) == (Decimal("34278.06"), 1_695_796_781_616)
    price = {
        "symbol": "BTCUSDT",
        "price": "26242",
        "indexPrice": "",
        "markPrice": "25555",
        "ts": "1695793390482",
    }
    (found,) = rest_market.symbol_prices(raw([price]), USDT)
    assert fields(found.last, found.index, found.mark) == (26242, None, 25555)
    tiers = rest_market.leverage_tiers(
        raw(
            [
                {
                    "level": "2",
                    "startUnit": "50000",
                    "endUnit": "200000",
                    "leverage": "100",
                    "keepMarginRate": "0.005",
                },
                {
                    "level": "1",
                    "startUnit": "0",
                    "endUnit": "50000",
                    "leverage": "125",
                    "keepMarginRate": "0.004",
                },
            ]
        )
    )
    assert fields(*[(each.level, each.max_leverage) for each in tiers]) == ((1, 125), (2, 100))
    (limit,) = rest_market.open_interest_limits(raw({"symbol": "BTCUSDT", "notionalValue": "5"}), USDT)
    assert fields(limit.notional, limit.total_notional) == (5, None)


def test_an_auction_or_none() -> None:
    pair = instrument_id(ProductType.SPOT, "NEWUSDT")
    assert rest_market.auction(b"null", pair) is None
    found = rest_market.auction(
        raw({"stage": "stage_1", "stageEndTime": "1695793390482", "estOpeningPrice": "0"}), pair
    )
    assert found is not None
    assert (found.stage.raw, found.stage_end_ms, found.estimated_price) == (
        "stage_1",
        1_695_793_390_482,
        None,
    )
