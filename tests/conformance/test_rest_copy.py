"""ccxt leads and follows: it has no unified calls for copy trading, so its implicit ones, path by path."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import ccxt.async_support
import pytest
import pytest_asyncio
from ccxt.base.errors import ExchangeError

from bgtui.domain.instrument import ProductType
from bgtui.simulator.exchange import Exchange
from bgtui.simulator.exchange_accounts import LEADER_ACCOUNT
from tests.conformance.calls import Watched, exercises
from tests.conformance.floor import Floor, connect

pytestmark = [pytest.mark.xdist_group("conformance-books"), pytest.mark.asyncio(loop_scope="module")]

LEADER = LEADER_ACCOUNT.uid
FUTURES = {"productType": "USDT-FUTURES"}
TRADER, COPIER = "private_copy_{}_v2_copy_mix_trader_", "private_copy_{}_v2_copy_mix_follower_"
SPOT_TRADER, SPOT_COPIER = "private_copy_{}_v2_copy_spot_trader_", "private_copy_{}_v2_copy_spot_follower_"
GET_TRADER, POST_TRADER = TRADER.format("get"), TRADER.format("post")
GET_COPIER, POST_COPIER = COPIER.format("get"), COPIER.format("post")
GET_SPOT, POST_SPOT = SPOT_TRADER.format("get"), SPOT_TRADER.format("post")
POST_SPOT_COPIER = SPOT_COPIER.format("post")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def leading(floor: Floor) -> AsyncIterator[Any]:
    client = await connect(ccxt.async_support.bitget, floor, profile="leader")
    yield client
    await client.close()


@pytest.fixture
def leader(leading: Any, made: set[str]) -> Watched:
    return Watched(leading, made)


@pytest.fixture
def follower(other: Any, made: set[str]) -> Watched:
    return Watched(other, made)


def copied(exchange: Exchange, number: str) -> bool:
    book = exchange.copytrade.leading(LEADER, ProductType.USDT_FUTURES)
    assert book is not None
    return any(copy.uid == exchange.keys["follower"].uid for copy in book.tracks.open[number].copies)


async def ask(client: Any, name: str, **params: object) -> Any:
    answer = await getattr(client, name)(params)
    assert answer["code"] == "00000"
    return answer["data"]


@exercises(GET_TRADER + "order_current_track", "swap", "a leader's order becomes a tracking order")
@exercises(POST_TRADER + "order_modify_tpsl", "swap", "the order shows its stop loss")
@exercises(
    POST_TRADER + "order_close_positions", "swap", "by number: closed; again: the code for closed already"
)
@exercises(GET_TRADER + "order_history_track", "swap", "there it is, with its PnL")
@exercises(GET_TRADER + "order_total_detail", "swap", "one order more")
@exercises(GET_COPIER + "query_current_orders", "swap", "the follower's copy of it")
async def test_a_leaders_order_is_copied_and_closed(leader: Any, follower: Any, floor: Floor) -> None:
    before = await ask(leader, GET_TRADER + "order_total_detail")
    order = {
        **FUTURES,
        "symbol": "BTCUSDT",
        "marginMode": "crossed",
        "marginCoin": "USDT",
        "size": "0.02",
        "side": "buy",
        "tradeSide": "open",
        "orderType": "market",
    }
    placed = await leader.plain.private_mix_post_v2_mix_order_place_order(order)
    found = (await ask(leader, GET_TRADER + "order_current_track", **FUTURES))["trackingList"]
    track = next(row for row in found if row["openOrderId"] == placed["data"]["orderId"])
    number = track["trackingNo"]
    await floor.until(lambda simulator: copied(simulator.exchange, number))
    copies = (await ask(follower, GET_COPIER + "query_current_orders", **FUTURES, traderId=LEADER))[
        "trackingList"
    ]
    assert copies[0]["symbol"] == "BTCUSDT"
    stop = format(float(track["openPriceAvg"]) * 0.98, ".1f")
    await ask(leader, POST_TRADER + "order_modify_tpsl", **FUTURES, trackingNo=number, stopLossPrice=stop)
    found = (await ask(leader, GET_TRADER + "order_current_track", **FUTURES))["trackingList"]
    assert next(row for row in found if row["trackingNo"] == number)["presetStopLossPrice"] == stop
    (closed,) = await ask(leader, POST_TRADER + "order_close_positions", **FUTURES, trackingNo=number)
    assert closed["trackingNo"] == number
    with pytest.raises(ExchangeError, match="40894"):
        await ask(leader, POST_TRADER + "order_close_positions", **FUTURES, trackingNo=number)
    past = (await ask(leader, GET_TRADER + "order_history_track", **FUTURES))["trackingList"]
    assert next(row for row in past if row["trackingNo"] == number)["achievedPL"]
    after = await ask(leader, GET_TRADER + "order_total_detail")
    assert int(after["tradingOrderNum"]) >= int(before["tradingOrderNum"]) + 1


@exercises(GET_TRADER + "config_query_followers", "swap", "a page of people, each with equity and removable")
@exercises(POST_TRADER + "config_remove_follower", "swap", "a rich one: refused; a poor one: gone")
@exercises(GET_TRADER + "profit_history_summarys", "swap", "sums of what was shared")
@exercises(GET_TRADER + "profit_history_details", "swap", "share by share")
@exercises(GET_TRADER + "profit_details", "swap", "what waits for the day's end")
@exercises(GET_TRADER + "profits_group_coin_date", "swap", "by coin and day")
async def test_people_and_profit(leader: Any) -> None:
    people = await ask(leader, GET_TRADER + "config_query_followers", pageSize="100")
    rich = next(row["followerUid"] for row in people if row["isRemove"] == "NO")
    with pytest.raises(ExchangeError, match="43069"):
        await ask(leader, POST_TRADER + "config_remove_follower", followerUid=rich)
    poor = [row["followerUid"] for row in people if row["isRemove"] == "YES"]
    for uid in poor[:1]:
        await ask(leader, POST_TRADER + "config_remove_follower", followerUid=uid)
        left = await ask(leader, GET_TRADER + "config_query_followers", pageSize="100")
        assert uid not in {row["followerUid"] for row in left}
    summary = (await ask(leader, GET_TRADER + "profit_history_summarys"))["profitSummary"]
    waiting = await ask(leader, GET_TRADER + "profit_details", pageSize="100")
    assert float(summary["waitProfit"]) == pytest.approx(sum(float(row["profit"]) for row in waiting))
    shares = (await ask(leader, GET_TRADER + "profit_history_details", limit="100"))["profitList"]
    assert shares[0]["nickName"]
    days = await ask(leader, GET_TRADER + "profits_group_coin_date", pageSize="50")
    assert float(summary["sumProfit"]) == pytest.approx(sum(float(row["profit"]) for row in days))


@exercises(GET_TRADER + "config_query_symbols", "swap", "what is lent, with its ratios")
@exercises(
    POST_TRADER + "config_setting_symbols", "swap", "a new ratio is shown; one out of range is refused"
)
@exercises(GET_COPIER + "query_traders", "swap", "whom the follower follows")
@exercises(GET_COPIER + "query_quantity_limit", "swap", "smallest and largest copy")
@exercises(GET_COPIER + "query_settings", "swap", "the rule that was set")
@exercises(POST_COPIER + "settings", "swap", "a rule for a symbol; one that is not lent is refused")
@exercises(POST_COPIER + "setting_tpsl", "swap", "a copy's own stop loss is taken away")
@exercises(POST_COPIER + "close_positions", "swap", "a copy alone")
@exercises(POST_COPIER + "cancel_trader", "swap", "followed no longer")
async def test_settings_of_both_sides(leader: Any, follower: Any) -> None:
    setting = {**FUTURES, "symbol": "ETHUSDT", "settingType": "UPDATE"}
    await ask(
        leader, POST_TRADER + "config_setting_symbols", settingList=[{**setting, "stopSurplusRatio": "150"}]
    )
    symbols = await ask(leader, GET_TRADER + "config_query_symbols", **FUTURES)
    assert next(row for row in symbols if row["symbol"] == "ETHUSDT")["stopSurplusRatio"] == "150"
    with pytest.raises(ExchangeError, match="43055"):
        await ask(
            leader, POST_TRADER + "config_setting_symbols", settingList=[{**setting, "stopLossRatio": "500"}]
        )
    assert LEADER in {row["traderId"] for row in await ask(follower, GET_COPIER + "query_traders")}
    limits = await ask(follower, GET_COPIER + "query_quantity_limit", **FUTURES, symbol="BTCUSDT")
    assert float(limits[0]["minFollowSize"]) < float(limits[0]["maxFollowSize"])
    rule = {
        **FUTURES,
        "symbol": "ETHUSDT",
        "marginType": "trader",
        "leverType": "trader",
        "traceType": "amount",
        "traceValue": "33",
        "maxHoldSize": "500",
    }
    await ask(follower, POST_COPIER + "settings", traderId=LEADER, settings=[rule])
    with pytest.raises(ExchangeError, match="31052"):
        await ask(
            follower, POST_COPIER + "settings", traderId=LEADER, settings=[{**rule, "symbol": "DOGEUSDT"}]
        )
    details = (await ask(follower, GET_COPIER + "query_settings", traderId=LEADER))["detailList"]
    assert next(row for row in details if row["symbol"] == "ETHUSDT")["traceValue"] == "33"
    copies = (await follower.plain.private_copy_get_v2_copy_mix_follower_query_current_orders(dict(FUTURES)))[
        "data"
    ]["trackingList"]
    copy = next(row for row in copies if row["posSide"] == "long")
    await ask(
        follower,
        POST_COPIER + "setting_tpsl",
        **FUTURES,
        trackingNo=copy["trackingNo"],
        symbol=copy["symbol"],
        stopLossPrice="0",
    )
    closed = await ask(follower, POST_COPIER + "close_positions", **FUTURES, trackingNo=copy["trackingNo"])
    assert len(closed["orderIdList"]) == 1
    await ask(follower, POST_COPIER + "cancel_trader", traderId=LEADER)
    assert LEADER not in {row["traderId"] for row in await ask(follower, GET_COPIER + "query_traders")}


@exercises(GET_SPOT + "order_current_track", "spot", "tracking orders with their unrealized PnL")
@exercises(
    GET_SPOT + "config_query_settings", "spot", "pairs, and below which equity a follower may be removed"
)
@exercises(POST_SPOT + "order_modify_tpsl", "spot", "a take profit; zero takes it away")
@exercises(POST_SPOT + "order_close_tracking", "spot", "all of the list or none of it")
@exercises(POST_SPOT + "config_setting_symbols", "spot", "a pair is lent no longer")
@exercises(POST_SPOT_COPIER + "settings", "spot", "that pair is refused to followers")
@exercises(POST_SPOT_COPIER + "cancel_trader", "spot", "followed no longer")
async def test_spot(leader: Any, follower: Any) -> None:
    settings = await ask(leader, GET_SPOT + "config_query_settings")
    assert settings["removeLimitUsdt"] == "100"
    tracks = (await ask(leader, GET_SPOT + "order_current_track", symbol="BTCUSDT"))["trackingList"]
    number = tracks[0]["trackingNo"]
    assert tracks[0]["unrealizedPL"]
    high = format(float(tracks[0]["buyPrice"]) * 1.5, ".2f")
    await ask(leader, POST_SPOT + "order_modify_tpsl", trackingNo=number, stopSurplusPrice=high)
    await ask(leader, POST_SPOT + "order_modify_tpsl", trackingNo=number, stopSurplusPrice="0")
    with pytest.raises(ExchangeError, match="31007"):
        await ask(leader, POST_SPOT + "order_close_tracking", trackingNoList=[number, "1"], symbol="BTCUSDT")
    await ask(leader, POST_SPOT + "order_close_tracking", trackingNoList=[number], symbol="BTCUSDT")
    left = (await ask(leader, GET_SPOT + "order_current_track", symbol="BTCUSDT"))["trackingList"]
    assert number not in {row["trackingNo"] for row in left}
    await ask(leader, POST_SPOT + "config_setting_symbols", symbolList=["ETHUSDT"], settingType="delete")
    rule = {"symbol": "ETHUSDT", "traceType": "amount", "traceValue": "50", "maxHoldSize": "500"}
    with pytest.raises(ExchangeError, match="31052"):
        await ask(follower, POST_SPOT_COPIER + "settings", traderId=LEADER, settings=[rule])
    await ask(follower, POST_SPOT_COPIER + "cancel_trader", traderId=LEADER)
