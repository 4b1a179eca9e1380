"""Copy-trading REST answers: exact values out."""

import json
from decimal import Decimal
from typing import Any

import pytest

from bgtui.domain.copytrade import CoinProfit, DatedAmount
from bgtui.domain.error import DecodeError
from bgtui.domain.instrument import ProductType
from bgtui.domain.order import PositionSide
from bgtui.domain.text import Untrusted
from bgtui.wire.decode import rest_copytrade

USDT = ProductType.USDT_FUTURES


def raw(value: Any) -> bytes:
    return json.dumps(value).encode()


def fields(*values: Any) -> tuple[Any, ...]:
    """Compare numbers by value: 20 equals Decimal("20")."""
    return values


def test_a_leaders_open_track() -> None:
    row = {
        "trackingNo": "1045831025489207298",
        "symbol": "btcusdt",
        "posSide": "short",
        "openOrderId": "7",
        "openLeverage": "20",
        "openPriceAvg": "60000",
        "openTime": "1695371160000",
        "openSize": "0.01",
        "presetStopSurplusPrice": "",
        "presetStopLossPrice": "61000",
        "openFee": "-0.36",
        "followCount": "3",
    }
    page = rest_copytrade.futures_tracks(raw({"trackingList": [row], "endId": "1045"}), USDT)
    (found,) = page.rows
    assert page.cursor == "1045"
    assert fields(found.tracking_no, found.side, found.leverage, found.follower_count) == (
        "1045831025489207298",
        PositionSide.SHORT,
        20,
        3,
    )
    assert fields(found.take_profit, found.stop_loss, found.close_ms) == (None, 61000, None)


@pytest.mark.parametrize("spelling", ["closeAvgPrice", "closePriceAvg"])
def test_a_followers_closed_copy_in_both_spellings(spelling: str) -> None:
    row = {
        "trackingNo": "1",
        "traderId": "t9",
        "traderName": "\x1b[31mking",
        "symbol": "BTCUSDT",
        "posSide": "long",
        "openPriceAvg": "100",
        "openTime": "1695371160000",
        "openSize": "2",
        "openMarginSz": "10",
        spelling: "110",
        "closeTime": "1695371170000",
        "closeSize": "2",
        "netProfit": "19",
        "achievedPL": "20",
        "stopType": "profit",
    }
    (found,) = rest_copytrade.futures_tracks(raw({"trackingList": [row]}), USDT).rows
    assert fields(found.close_price, found.net_pnl, found.realized_pnl, found.margin) == (110, 19, 20, 10)
    assert found.trader_name == Untrusted("\x1b[31mking")
    assert found.is_stopped_by == "profit"


def test_spot_tracks_are_long() -> None:
    opened = {
        "trackingNo": "1",
        "orderId": "2",
        "buyFillSize": "0.5",
        "buyDelegateSize": "20",
        "buyPrice": "40",
        "buyTime": "1695371160000",
        "buyFee": "0.1",
        "unrealizedPL": "1.5",
        "unrealizedPLR": "11.11",
        "symbol": "BGBUSDT",
        "stopSurplusPrice": None,
        "stopLossPrice": "30",
    }
    closed = {
        "trackingNo": "1",
        "fillSize": "0.5",
        "buyPrice": "40",
        "sellPrice": "44",
        "buyTime": "1695371160000",
        "sellTime": "1695371170000",
        "achievedPL": "2",
        "netProfit": "1.9",
        "symbol": "BGBUSDT",
    }
    first, second = rest_copytrade.spot_tracks(raw({"trackingList": [opened, closed], "endId": ""})).rows
    assert fields(first.side, first.open_size, first.unrealized_pnl, first.stop_loss) == (
        PositionSide.LONG,
        Decimal("0.5"),
        Decimal("1.5"),
        30,
    )
    assert fields(second.open_size, second.close_size, second.close_price, second.net_pnl) == (
        Decimal("0.5"),
        Decimal("0.5"),
        44,
        Decimal("1.9"),
    )


def test_a_leaders_totals() -> None:
    row = {
        "roi": "12.5",
        "tradingOrderNum": "10",
        "totalFollowerNum": "20",
        "currentFollowerNum": "4",
        "totalpl": "100",
        "gainNum": "7",
        "lossNum": "3",
        "winRate": "70",
        "totalEquity": "5000",
        "tradingPairsAvailableList": ["BTCUSDT", "ethusdt"],
        "lastWeekRoiList": [{"rate": "1.5", "ctime": "1695371160000"}],
        "lastMonthProfitList": [{"amount": "-2", "ctime": "1695371160000"}],
    }
    found = rest_copytrade.leader_summary(raw(row))
    assert (found.order_count, found.current_followers, found.wins, found.losses) == (10, 4, 7, 3)
    assert found.symbols == ("BTCUSDT", "ETHUSDT")
    assert found.week_roi == (DatedAmount(1_695_371_160_000, Decimal("1.5")),)
    assert found.month_profit == (DatedAmount(1_695_371_160_000, Decimal(-2)),)
    assert found.month_roi == ()


@pytest.mark.parametrize("head", ["profitSummary", "profitSummarys"])
def test_a_profit_summary_in_both_spellings(head: str) -> None:
    data = {
        head: {
            "yesterdayProfit": "0",
            "yesterdayTime": "1695720000000",
            "sumProfit": "4.5837",
            "waitProfit": "1",
        },
        "profitHistoryList": [
            {"coin": "usdt", "profitCount": "4.58376728", "lastProfitTime": "1695371160000"}
        ],
    }
    found = rest_copytrade.profit_summary(raw(data))
    assert fields(found.yesterday, found.total, found.waiting) == (0, Decimal("4.5837"), 1)
    assert found.coins == (CoinProfit("USDT", Decimal("4.58376728"), 1_695_371_160_000),)


def test_no_profit_yet_is_unknown_and_not_zero() -> None:
    found = rest_copytrade.profit_summary(b"null")
    assert (found.yesterday, found.total, found.waiting, found.coins) == (None, None, None, ())


def test_profit_shares_bare_or_paged() -> None:
    row = {"profitId": "5", "coin": "USDT", "profit": "1.5", "nickName": "a", "profitTime": "1695371160000"}
    page = rest_copytrade.profit_shares(raw({"profitList": [row], "endId": "5"}))
    assert (page.cursor, page.rows[0].follower_name) == ("5", Untrusted("a"))
    bare = rest_copytrade.profit_shares(
        raw([{"coin": "USDT", "profit": "1", "followerName": "b", "distributeRatio": "8"}])
    )
    assert fields(bare.cursor, bare.rows[0].follower_name, bare.rows[0].ratio) == (None, Untrusted("b"), 8)


def test_what_a_futures_leader_lends() -> None:
    row = {
        "symbol": "BTCUSDT",
        "openTrader": "YES",
        "minOpenCount": "0.01",
        "maxLeverage": "50",
        "stopSurplusRatio": "",
        "stopLossRatio": "30",
    }
    found = rest_copytrade.lead_symbols(raw([row, {**row, "openTrader": "NO"}]), USDT)
    assert [each.is_enabled for each in found] == [True, False]
    assert fields(found[0].max_leverage, found[0].take_profit_ratio, found[0].stop_loss_ratio) == (
        50,
        None,
        30,
    )


def test_a_spot_leaders_settings() -> None:
    data = {
        "removeLimitUsdt": "100",
        "spotInfoList": [{"maxQuoteSize": "5000000", "surplusQuoteSize": "1", "symbol": "BTCUSDT"}],
        "labelList": [{"id": "1", "name": "scalper"}, "calm"],
        "enable": "YES",
        "showAssetsMap": "NO",
        "showEquity": "",
        "traceSymbolList": [{"enable": "NO", "symbol": "BGBUSDT", "minOpenCount": "0.0001"}],
    }
    found = rest_copytrade.lead_settings(raw(data))
    assert (found.is_enabled, found.shows_assets, found.shows_equity) == (True, False, None)
    assert found.labels == (Untrusted("scalper"), Untrusted("calm"))
    assert (found.symbols[0].instrument, found.symbols[0].is_enabled) == ("spot:BGBUSDT", False)


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_followers_and_leaders_bare_or_wrapped(is_wrapped: bool) -> None:
    def wrapped(row: dict[str, Any]) -> bytes:
        return raw({"resultList": [row]} if is_wrapped else [row])

    follower = {
        "accountEquity": "10",
        "isRemove": "YES",
        "followerName": "[@click=x]",
        "followerUid": "u1",
        "followerTime": "1695371160000",
    }
    (found,) = rest_copytrade.followers(wrapped(follower))
    assert fields(found.follower_uid, found.name, found.equity, found.is_removable) == (
        "u1",
        Untrusted("[@click=x]"),
        10,
        True,
    )
    trader = {
        "traderId": "t1",
        "traderName": "n",
        "maxFollowLimit": "100",
        "followCount": "5",
        "traceTotalAmount": "50",
        "currentTradingPairs": ["BTCUSDT"],
    }
    (leader,) = rest_copytrade.followed_traders(wrapped(trader))
    assert fields(leader.trader_id, leader.margin, leader.symbols, leader.net_profit) == (
        "t1",
        50,
        ("BTCUSDT",),
        None,
    )


def test_a_followers_settings_for_a_futures_leader() -> None:
    detail = {
        "symbol": "BTCUSD",
        "productType": "COIN-FUTURES",
        "marginType": "trader",
        "leverType": "specify",
        "longLeverage": "10",
        "shortLeverage": "",
        "traceType": "amount",
        "traceValue": "50",
        "maxHoldSize": "100",
        "stopSurplusRatio": "20",
        "stopLossRatio": "10",
    }
    found = rest_copytrade.copy_settings(raw({"followerEnable": "YES", "detailList": [detail]}), USDT, "t1")
    (row,) = found.details
    assert (found.trader_id, found.is_enabled, row.instrument) == ("t1", True, "coin-futures:BTCUSD")
    assert fields(row.long_leverage, row.short_leverage, row.trace_type, row.max_hold) == (
        10,
        None,
        "amount",
        100,
    )


def test_a_followers_settings_for_a_spot_leader_with_its_own_spelling() -> None:
    data = {
        "enable": "NO",
        "profitRate": "5",
        "settledInDays": "53",
        "tradeSettingList": [
            {
                "maxTraceAmount": "50000",
                "stopLossRation": "10",
                "stopSurplusRation": "20",
                "symbol": "ETHUSDT",
                "traceType": "FIXED_AMOUNT",
            }
        ],
        "tradeSymbolSettingList": [],
        "traderName": "139****0981",
    }
    found = rest_copytrade.spot_copy_settings(raw(data), "t1")
    (row,) = found.details
    assert fields(found.is_enabled, found.profit_ratio, found.settled_in_days) == (False, 5, 53)
    assert fields(row.instrument, row.max_hold, row.take_profit_ratio, row.stop_loss_ratio) == (
        "spot:ETHUSDT",
        50000,
        20,
        10,
    )


def test_limits_and_pairs() -> None:
    (limit,) = rest_copytrade.copy_limits(
        raw([{"maxFollowSize": "9", "minFollowSize": "0.1", "symbol": "BTCUSDT"}]), USDT
    )
    assert fields(limit.min_size, limit.max_size) == (Decimal("0.1"), 9)
    assert rest_copytrade.trader_symbols(raw({"currentTradingList": ["ethusdt"]})) == ("ETHUSDT",)
    assert rest_copytrade.trader_symbols(b"null") == ()


def test_a_track_without_its_number_is_refused() -> None:
    with pytest.raises(DecodeError, match="trackingNo"):
        rest_copytrade.spot_tracks(raw({"trackingList": [{"symbol": "BTCUSDT"}]}))


def test_a_spot_leaders_quotas_and_daily_shares() -> None:
    settings = rest_copytrade.lead_settings(
        raw({"spotInfoList": [{"maxQuoteSize": "1000", "surplusQuoteSize": "900", "symbol": "BTCUSDT"}]})
    )
    (quota,) = settings.quotas
    assert fields(quota.instrument, quota.most, quota.left) == ("spot:BTCUSDT", 1000, 900)
    summary = rest_copytrade.profit_summary(
        raw(
            {
                "profitSummarys": {"sumProfit": "4.5"},
                "profitHistoryList": [
                    {
                        "coin": "USDT",
                        "profitCount": "4.5",
                        "historysByDateList": [{"profit": "2.4", "profitTime": "1695371100000"}],
                    }
                ],
            }
        )
    )
    (day,) = summary.days
    assert fields(day.coin, day.amount, day.time_ms) == ("USDT", Decimal("2.4"), 1695371100000)


def test_what_a_spot_follower_may_set() -> None:
    found = rest_copytrade.spot_copy_settings(
        raw(
            {
                "enable": "YES",
                "tradeSettingList": [
                    {"symbol": "ETHUSDT", "traceType": "FIXED_AMOUNT", "maxTraceAmount": "50000"}
                ],
                "tradeSymbolSettingList": [
                    {
                        "symbol": "BTCUSDT",
                        "minTraceAmount": "10",
                        "maxTraceAmount": "1200",
                        "minTraceSize": "0.001",
                        "maxTraceSize": "500",
                        "minTraceRation": "0.1",
                        "maxTraceRation": "20",
                        "minStopSurplusRation": "0",
                        "maxStopSurplusRation": "500",
                        "minStopLossRation": "",
                        "maxStopLossRation": "90",
                    }
                ],
            }
        ),
        "801",
    )
    assert found.details[0].trace_type == "amount"
    (span,) = found.ranges
    assert fields(span.amount, span.count, span.percent) == (
        (10, 1200),
        (Decimal("0.001"), 500),
        (Decimal("0.1"), 20),
    )
    assert fields(span.take_profit, span.stop_loss) == ((0, 500), (None, 90))
