"""How copy trading says no: each refusal with its own code, futures and spot, and nothing changed by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.text import Untrusted
from bgtui.simulator.copytrade import LeaderBook
from bgtui.simulator.copytrade_following import REMOVED_MINUTES
from bgtui.simulator.copytrade_track import Track
from bgtui.simulator.copytrade_world import LAG_MS
from bgtui.simulator.exchange_accounts import LEADER_ACCOUNT, PRACTICE_ACCOUNT
from bgtui.simulator.reject import MESSAGES
from bgtui.simulator.routes import HANDLERS
from bgtui.simulator.server import Options
from bgtui.wire.code import CODES
from bgtui.wire.endpoint import WRITES
from tests.support.simulated import Bench

USDT, SPOT = ProductType.USDT_FUTURES, ProductType.SPOT
LEADER, PRACTICE = LEADER_ACCOUNT.uid, PRACTICE_ACCOUNT.uid
BTC, SPOT_BTC = instrument_id(USDT, "BTCUSDT"), instrument_id(SPOT, "BTCUSDT")
FUTURES = {"productType": "USDT-FUTURES"}
TRADER, COPIER = "/api/v2/copy/mix-trader", "/api/v2/copy/mix-follower"
SPOT_TRADER, SPOT_COPIER = "/api/v2/copy/spot-trader", "/api/v2/copy/spot-follower"
RULE = {
    **FUTURES,
    "symbol": "BTCUSDT",
    "marginType": "trader",
    "leverType": "trader",
    "traceType": "percent",
    "traceValue": "0.5",
}
SPOT_RULE = {"symbol": "BTCUSDT", "traceType": "amount", "traceValue": "50", "maxHoldSize": "500"}


@pytest.fixture(scope="module")
def shared() -> Bench:
    """One exchange for all that is refused: a refusal changes nothing."""
    return Bench()


@pytest.fixture
def bench(shared: Bench) -> Iterator[Bench]:
    shared.clock.now += 1000
    yield shared
    assert shared.simulator.rest.failures == []


@pytest.fixture
def own() -> Iterator[Bench]:
    """An exchange to change."""
    made = Bench()
    yield made
    assert made.simulator.rest.failures == []


def lead_book(bench: Bench, product: ProductType = USDT) -> LeaderBook:
    book = bench.exchange.copytrade.leading(LEADER, product)
    assert book is not None
    return book


def track_of(bench: Bench, product: ProductType = USDT) -> Track:
    """The leader's oldest order in BTC, long."""
    name = BTC if product is USDT else SPOT_BTC
    return lead_book(bench, product).tracks.of_leg(name)[0]


def code(answer: Mapping[str, Any]) -> str:
    return str(answer["code"])


def setting(**fields: str) -> dict[str, object]:
    return {"settingList": [{**FUTURES, "symbol": "BTCUSDT", "settingType": "update", **fields}]}


def rule(**fields: str) -> dict[str, object]:
    return {"traderId": LEADER, "settings": [{**RULE, **fields}]}


def spot_rule(**fields: str) -> dict[str, object]:
    return {"traderId": LEADER, "settings": [{**SPOT_RULE, **fields}]}


def test_every_write_of_copy_trading_is_answered() -> None:
    written = {name for name in WRITES if name.startswith("copy.")}
    assert len(written) == 19
    assert written <= set(HANDLERS)


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (f"{TRADER}/order-close-positions", {**FUTURES, "trackingNo": "1"}, "43065"),
        (f"{TRADER}/order-close-positions", {**FUTURES, "symbol": "LINKUSDT"}, "22002"),
        (f"{TRADER}/order-close-positions", {**FUTURES, "symbol": "NOPEUSDT"}, "40034"),
        (f"{TRADER}/order-close-positions", {"productType": "COIN-FUTURES"}, "40731"),
        (f"{TRADER}/order-close-positions", {}, "40019"),
        (f"{TRADER}/order-modify-tpsl", {**FUTURES, "stopLossPrice": "1"}, "40019"),
        (f"{TRADER}/order-modify-tpsl", {**FUTURES, "trackingNo": "1", "stopLossPrice": "1"}, "43065"),
        (f"{TRADER}/config-setting-symbols", {}, "40019"),
        (f"{TRADER}/config-setting-symbols", setting(), "40019"),
        (f"{TRADER}/config-setting-symbols", setting(settingType="turn"), "40020"),
        (f"{TRADER}/config-setting-symbols", setting(stopSurplusRatio="401"), "43056"),
        (f"{TRADER}/config-setting-symbols", setting(stopLossRatio="401"), "43055"),
        (f"{TRADER}/config-setting-symbols", setting(settingType="ADD", stopLossRatio="0"), "43055"),
        (f"{TRADER}/config-setting-symbols", setting(stopLossRatio="1.5"), "40020"),
        (f"{TRADER}/config-setting-symbols", setting(symbol="NOPEUSDT", stopLossRatio="5"), "40854"),
        (f"{TRADER}/config-setting-symbols", setting(symbol="DOGEUSDT", stopLossRatio="5"), "31052"),
        (f"{TRADER}/config-setting-symbols", setting(productType="COIN-FUTURES", symbol="BTCUSD"), "40731"),
        (f"{TRADER}/config-settings-base", {}, "40019"),
        (f"{TRADER}/config-settings-base", {"enable": "PERHAPS"}, "40020"),
        (f"{TRADER}/config-remove-follower", {"followerUid": "5"}, "43046"),
        (f"{TRADER}/config-remove-follower", {}, "40019"),
        (f"{SPOT_TRADER}/order-close-tracking", {"symbol": "BTCUSDT"}, "40019"),
        (f"{SPOT_TRADER}/order-close-tracking", {"trackingNoList": ["1"], "symbol": "BTCUSDT"}, "31007"),
        (f"{SPOT_TRADER}/order-close-tracking", {"trackingNoList": ["1"] * 2, "symbol": "BTCUSDT"}, "40020"),
        (
            f"{SPOT_TRADER}/order-close-tracking",
            {"trackingNoList": [str(number) for number in range(51)], "symbol": "BTCUSDT"},
            "40912",
        ),
        (f"{SPOT_TRADER}/order-modify-tpsl", {"trackingNo": "1", "stopLossPrice": "1"}, "31007"),
        (f"{SPOT_TRADER}/config-setting-symbols", {"symbolList": ["BTCUSDT"], "settingType": "up"}, "40020"),
        (
            f"{SPOT_TRADER}/config-setting-symbols",
            {"symbolList": ["NOPEUSDT"], "settingType": "add"},
            "31019",
        ),
        (f"{SPOT_TRADER}/config-remove-follower", {"followerUid": "5"}, "31029"),
        (f"{COPIER}/settings", {"traderId": LEADER, "settings": [RULE]}, "43063"),
        (f"{COPIER}/settings", {"traderId": "5", "settings": [RULE]}, "31031"),
    ],
)
def test_a_leader_is_refused(bench: Bench, path: str, body: object, expected: str) -> None:
    before = lead_book(bench).symbols()
    assert code(bench.post(path, body, profile="leader")) == expected
    assert lead_book(bench).symbols() == before


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (f"{TRADER}/order-close-positions", FUTURES, "31001"),
        (f"{TRADER}/config-remove-follower", {"followerUid": "5"}, "31001"),
        (f"{SPOT_TRADER}/config-remove-follower", {"followerUid": "5"}, "31001"),
        (f"{COPIER}/settings", {"traderId": "5", "settings": [RULE]}, "40860"),
        (f"{COPIER}/settings", {"traderId": PRACTICE, "settings": [RULE]}, "43063"),
        (f"{COPIER}/settings", {"traderId": LEADER}, "40019"),
        (f"{COPIER}/settings", {"traderId": LEADER, "settings": [RULE] * 11}, "40912"),
        (f"{COPIER}/settings", rule(traceValue=""), "40019"),
        (f"{COPIER}/settings", rule(traceType="half"), "40020"),
        (f"{COPIER}/settings", rule(traceValue="0.05"), "43054"),
        (f"{COPIER}/settings", rule(traceValue="21"), "43053"),
        (f"{COPIER}/settings", rule(traceType="amount", traceValue="1"), "43052"),
        (f"{COPIER}/settings", rule(traceType="amount", traceValue="1000000"), "43051"),
        (f"{COPIER}/settings", rule(traceType="count", traceValue="0.00001"), "43052"),
        (f"{COPIER}/settings", rule(leverType="specify"), "40019"),
        (f"{COPIER}/settings", rule(leverType="specify", longLeverage="500", shortLeverage="5"), "43050"),
        (f"{COPIER}/settings", rule(stopSurplusRatio="401"), "43056"),
        (f"{COPIER}/settings", rule(stopLossRatio="401"), "43055"),
        (f"{COPIER}/settings", rule(symbol="DOGEUSDT"), "31052"),
        (f"{COPIER}/settings", rule(symbol="NOPEUSDT"), "40854"),
        (f"{COPIER}/settings", rule(productType="USDC-FUTURES"), "40731"),
        (f"{COPIER}/copy-settings", {"traderId": LEADER, "copyAmount": "49"}, "43052"),
        (f"{COPIER}/copy-settings", {"traderId": LEADER, "copyAmount": "60.5"}, "43052"),
        (
            f"{COPIER}/copy-settings",
            {"traderId": LEADER, "copyAmount": "60", "leverage": "fixed_leverage", "multiple": "126"},
            "43050",
        ),
        (
            f"{COPIER}/copy-settings",
            {"traderId": LEADER, "copyAmount": "60", "equityGuardian": "on"},
            "40019",
        ),
        (f"{COPIER}/close-positions", FUTURES, "22002"),
        (f"{COPIER}/close-positions", {**FUTURES, "trackingNo": "5"}, "43065"),
        (f"{COPIER}/setting-tpsl", {**FUTURES, "trackingNo": "5", "stopLossPrice": "1"}, "43065"),
        (f"{COPIER}/cancel-trader", {"traderId": LEADER}, "43062"),
        (f"{SPOT_COPIER}/settings", {"traderId": "5", "settings": [SPOT_RULE]}, "31051"),
        (f"{SPOT_COPIER}/settings", {"traderId": PRACTICE, "settings": [SPOT_RULE]}, "31032"),
        (f"{SPOT_COPIER}/settings", spot_rule(maxHoldSize=""), "40019"),
        (f"{SPOT_COPIER}/settings", spot_rule(traceType="percent", traceValue="0.01"), "31035"),
        (f"{SPOT_COPIER}/settings", spot_rule(traceType="percent", traceValue="50"), "31036"),
        (f"{SPOT_COPIER}/settings", spot_rule(traceValue="1"), "31037"),
        (f"{SPOT_COPIER}/settings", spot_rule(traceValue="100000"), "31038"),
        (f"{SPOT_COPIER}/settings", spot_rule(stopSurplusRatio="500"), "31040"),
        (f"{SPOT_COPIER}/settings", spot_rule(stopLossRatio="500"), "31041"),
        (f"{SPOT_COPIER}/cancel-trader", {"traderId": LEADER}, "31051"),
        (f"{SPOT_COPIER}/stop-order", {"trackingNoList": ["5"]}, "31007"),
        (f"{SPOT_COPIER}/order-close-tracking", {"trackingNoList": ["5"], "symbol": "BTCUSDT"}, "31007"),
        (f"{SPOT_COPIER}/setting-tpsl", {"trackingNo": "5", "stopLossPrice": "1"}, "31007"),
    ],
)
def test_who_follows_nobody_is_refused(bench: Bench, path: str, body: object, expected: str) -> None:
    assert code(bench.post(path, body)) == expected
    assert bench.exchange.copytrade.following(PRACTICE, USDT) is None


@pytest.mark.parametrize(
    ("profit", "ratio", "expected"),
    [
        (True, "0.99", "40830"),
        (False, "1.01", "40834"),
        # 20x: a quarter more than the entry is 500 % of the margin.
        (True, "1.25", "43056"),
        (False, "0.7", "43055"),
    ],
)
def test_tpsl_on_the_wrong_side_or_too_far_is_refused(
    bench: Bench, profit: bool, ratio: str, expected: str
) -> None:
    track = track_of(bench)
    before = track.take_profit, track.stop_loss
    price = bench.exchange.copytrade.floor.trigger_price(BTC)
    name = "stopSurplusPrice" if profit else "stopLossPrice"
    body = {**FUTURES, "trackingNo": track.number, name: format(price * Decimal(ratio), ".1f")}
    assert code(bench.post(f"{TRADER}/order-modify-tpsl", body, profile="leader")) == expected
    assert (track.take_profit, track.stop_loss) == before


def test_blank_keeps_a_price_and_zero_removes_it(own: Bench) -> None:
    track = track_of(own, SPOT)
    high = format(track.price * 2, ".2f")
    for body, expected in (
        ({"stopSurplusPrice": high}, (Decimal(high), track.stop_loss)),
        ({"stopSurplusPrice": "", "stopLossPrice": "0"}, (Decimal(high), None)),
        ({"stopSurplusPrice": "0"}, (None, None)),
    ):
        answer = own.post(
            f"{SPOT_TRADER}/order-modify-tpsl", {"trackingNo": track.number, **body}, profile="leader"
        )
        assert answer["code"] == "00000", answer
        assert (track.take_profit, track.stop_loss) == expected


def test_a_leader_stays_in_hedge_mode_and_closes_through_copy_trading(bench: Bench) -> None:
    def futures(path: str, **more: str) -> str:
        body = {**FUTURES, "symbol": "BTCUSDT", "marginCoin": "USDT", **more}
        return code(bench.post(f"/api/v2/mix/{path}", body, profile="leader"))

    assert futures("account/set-position-mode", posMode="one_way_mode") == "40199"
    assert futures("order/close-positions", holdSide="long") == "40728"
    order = {"marginMode": "crossed", "side": "buy", "orderType": "market"}
    assert futures("order/place-order", **order, tradeSide="close", size="0.01") == "40728"
    assert futures("order/place-order", **order, tradeSide="open", size="0.00001") == "40892"
    assert futures("account/set-leverage", leverage="100") == "40914"
    plan = {**order, "planType": "normal_plan", "triggerType": "mark_price", "triggerPrice": "50000"}
    assert futures("order/place-plan-order", **plan, tradeSide="close", size="0.01") == "43017"
    assert futures("order/place-pos-tpsl", holdSide="long", stopLossTriggerPrice="80000") == "43017"


def test_a_leader_with_next_to_nothing_does_not_lead(own: Bench) -> None:
    book = lead_book(own)
    engine = own.exchange.engine
    engine.transfer(
        LEADER,
        PRACTICE,
        USDT,
        "USDT",
        own.exchange.copytrade.floor.available(LEADER, USDT),
        paid="trans_to_exchange",
        received="trans_from_exchange",
    )
    for track in list(book.tracks.open.values()):
        own.exchange.copytrade.close(track)
    left = own.exchange.copytrade.floor.available(LEADER, USDT) - Decimal(90)
    engine.transfer(LEADER, PRACTICE, USDT, "USDT", left, paid="a", received="b")
    order = {
        **FUTURES,
        "symbol": "BTCUSDT",
        "marginMode": "crossed",
        "marginCoin": "USDT",
        "size": "0.001",
        "side": "buy",
        "tradeSide": "open",
        "orderType": "market",
    }
    assert code(own.post("/api/v2/mix/order/place-order", order, profile="leader")) == "31002"


def test_a_follower_keeps_the_leverage_while_copies_are_open(bench: Bench) -> None:
    body = {**FUTURES, "symbol": "BTCUSDT", "marginCoin": "USDT", "leverage": "3"}
    assert code(bench.post("/api/v2/mix/account/set-leverage", body, profile="follower")) == "45089"


def test_the_leader_turns_instruments_and_switches(own: Bench) -> None:
    def write(body: object, name: str = "config-setting-symbols") -> None:
        answer = own.post(f"{TRADER}/{name}", body, profile="leader")
        assert (answer["code"], answer["data"]) == ("00000", "success")

    def shown(symbol: str) -> Any:
        rows = own.get(f"{TRADER}/config-query-symbols", profile="leader", **FUTURES)["data"]
        return next(row for row in rows if row["symbol"] == symbol)

    write(setting(symbol="DOGEUSDT", settingType="ADD", stopSurplusRatio="120"))
    doge = shown("DOGEUSDT")
    assert (doge["openTrader"], doge["stopSurplusRatio"], doge["stopLossRatio"]) == ("YES", "120", "")
    write(setting(symbol="DOGEUSDT", stopSurplusRatio="0", stopLossRatio="30"))
    doge = shown("DOGEUSDT")
    assert (doge["stopSurplusRatio"], doge["stopLossRatio"]) == ("", "30")
    write(setting(symbol="DOGEUSDT", settingType="DELETE"))
    assert shown("DOGEUSDT")["openTrader"] == "NO"
    write({"enable": "NO"}, "config-settings-base")
    assert code(own.post(f"{COPIER}/settings", rule())) == "40861"
    pair = {"symbolList": ["BTCUSDT"], "settingType": "delete"}
    answer = own.post(f"{SPOT_TRADER}/config-setting-symbols", pair, profile="leader")
    assert (answer["code"], answer["data"]) == ("00000", "")
    assert code(own.post(f"{SPOT_COPIER}/settings", spot_rule())) == "31052"


def test_who_was_removed_must_wait(own: Bench) -> None:
    book = lead_book(own)
    assert code(own.post(f"{COPIER}/settings", rule())) == "00000"
    # Poor enough to be removed.
    rich = own.exchange.copytrade.floor.available(PRACTICE, USDT) - Decimal(50)
    own.exchange.engine.transfer(PRACTICE, LEADER, USDT, "USDT", rich, paid="a", received="b")
    gone = {"followerUid": PRACTICE}
    assert code(own.post(f"{TRADER}/config-remove-follower", gone, profile="leader")) == "00000"
    assert code(own.post(f"{COPIER}/settings", rule())) == "43047"
    own.clock.now += REMOVED_MINUTES * 60_000
    assert code(own.post(f"{COPIER}/settings", rule())) == "00000"
    book.seats = len(book.relations) - 1
    assert code(own.post(f"{COPIER}/cancel-trader", {"traderId": LEADER})) == "00000"
    assert code(own.post(f"{COPIER}/settings", rule())) == "43045"


def test_spot_is_led_copied_let_go_and_sold(own: Bench) -> None:
    assert code(own.post(f"{SPOT_COPIER}/settings", spot_rule())) == "00000"
    own.exchange.copytrade.names[PRACTICE] = Untrusted("me")
    ranges = own.get(f"{SPOT_COPIER}/query-settings", traderId=LEADER)["data"]
    assert ranges["enable"] == "YES"
    assert ranges["tradeSymbolSettingList"][0]["minTraceRation"] == "0.1"
    for _ in range(2):
        order = {"symbol": "BTCUSDT", "side": "buy", "orderType": "market", "size": "500", "force": "gtc"}
        assert code(own.post("/api/v2/spot/trade/place-order", order, profile="leader")) == "00000"
        for _ in range(10):
            own.clock.now += LAG_MS[1] // 9
            own.simulator.step()
    path = f"{SPOT_COPIER}/query-current-orders"
    one, other = own.get(path)["data"]["trackingList"]
    assert abs(Decimal(one["buyFillSize"]) * Decimal(one["buyPrice"]) - 50) < 1
    held = own.exchange.engine.held(PRACTICE, SPOT_BTC, track_of(own, SPOT).side)
    # Let go, the coins stay and nobody sells them with the leader's.
    assert code(own.post(f"{SPOT_COPIER}/stop-order", {"trackingNoList": [one["trackingNo"]]})) == "00000"
    (left,) = own.get(path)["data"]["trackingList"]
    assert left["trackingNo"] == other["trackingNo"]
    both = {"trackingNoList": [one["trackingNo"], other["trackingNo"]], "symbol": "BTCUSDT"}
    assert code(own.post(f"{SPOT_COPIER}/order-close-tracking", both)) == "31007"
    assert own.exchange.engine.held(PRACTICE, SPOT_BTC, track_of(own, SPOT).side) == held
    sold = {"trackingNoList": [other["trackingNo"]], "symbol": "BTCUSDT"}
    assert code(own.post(f"{SPOT_COPIER}/order-close-tracking", sold)) == "00000"
    assert own.exchange.engine.held(PRACTICE, SPOT_BTC, track_of(own, SPOT).side) < held
    (past,) = own.get(f"{SPOT_COPIER}/query-history-orders")["data"]["trackingList"]
    assert (past["trackingNo"], past["traderId"]) == (other["trackingNo"], LEADER)
    assert code(own.post(f"{SPOT_COPIER}/order-close-tracking", sold)) == "31009"


def test_rates_are_those_of_the_pages() -> None:
    bench = Bench(options=replace(Options(), has_limits=True))
    asked = {"trackingNoList": ["1"], "symbol": "BTCUSDT"}
    codes = [code(bench.post(f"{SPOT_TRADER}/order-close-tracking", asked, profile="leader")) for _ in "12"]
    assert codes == ["31007", "429"]
    bench.clock.now += 1000
    body = {**FUTURES, "trackingNo": "1"}
    codes = [code(bench.post(f"{TRADER}/order-close-positions", body, profile="leader")) for _ in "123456"]
    assert codes == ["43065"] * 5 + ["429"]
    assert code(bench.post(f"{COPIER}/copy-settings", {}, profile="practice")) == "40019"
    assert code(bench.post(f"{COPIER}/copy-settings", {}, profile="practice")) == "429"


def test_every_code_is_known_to_the_client() -> None:
    assert not {known for known in MESSAGES if known not in CODES}
