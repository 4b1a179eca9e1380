"""A leader's day on the simulated exchange, as a client asks: open, be copied, close, be paid, remove."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bgtui.domain.copytrade import CopySetting
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.intent import ClosePosition
from bgtui.domain.market import Side
from bgtui.domain.order import PositionMode, PositionSide
from bgtui.domain.text import Untrusted
from bgtui.simulator.candles import DAY_MS
from bgtui.simulator.copytrade import LeaderBook
from bgtui.simulator.copytrade_following import follow
from bgtui.simulator.copytrade_relation import Relation
from bgtui.simulator.copytrade_world import LAG_MS
from bgtui.simulator.exchange_accounts import FOLLOWER_ACCOUNT, LEADER_ACCOUNT, PRACTICE_ACCOUNT
from bgtui.simulator.flow import TAKER
from tests.support.simulated import Bench

USDT = ProductType.USDT_FUTURES
LEADER, FOLLOWER, PRACTICE = LEADER_ACCOUNT.uid, FOLLOWER_ACCOUNT.uid, PRACTICE_ACCOUNT.uid
THIRD = "8199999999"
BTC = instrument_id(USDT, "BTCUSDT")
FUTURES = {"productType": "USDT-FUTURES"}
TRADER, COPIER = "/api/v2/copy/mix-trader", "/api/v2/copy/mix-follower"
RULE = {
    "symbol": "BTCUSDT",
    "productType": "USDT-FUTURES",
    "marginType": "trader",
    "leverType": "trader",
    "traceType": "percent",
    "traceValue": "0.5",
}


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench(position_mode=PositionMode.HEDGE)
    made.exchange.engine.open_account(
        THIRD, balances={USDT: {"USDT": Decimal(90)}}, position_mode=PositionMode.HEDGE
    )
    made.exchange.copytrade.names[THIRD] = Untrusted("third")
    yield made
    assert made.simulator.rest.failures == []


def done(answer: Any) -> Any:
    assert answer["code"] == "00000", answer
    return answer["data"]


def leads(bench: Bench) -> LeaderBook:
    book = bench.exchange.copytrade.leading(LEADER, USDT)
    assert book is not None
    return book


def wait(bench: Bench, milliseconds: int) -> None:
    end = bench.clock.now + milliseconds
    while bench.clock.now < end:
        bench.clock.now = min(bench.clock.now + 100, end)
        bench.simulator.step()


def follow_with(bench: Bench, profile: str, **rule: str) -> None:
    done(
        bench.post(
            f"{COPIER}/settings", {"traderId": LEADER, "settings": [{**RULE, **rule}]}, profile=profile
        )
    )


def open_long(bench: Bench, size: str = "0.02", **more: str) -> Any:
    order = {
        **FUTURES,
        "symbol": "BTCUSDT",
        "marginMode": "crossed",
        "marginCoin": "USDT",
        "size": size,
        "side": "buy",
        "tradeSide": "open",
        "orderType": "market",
        **more,
    }
    return bench.post("/api/v2/mix/order/place-order", order, profile="leader")


def tracks(bench: Bench, path: str = f"{TRADER}/order-current-track", profile: str = "leader") -> list[Any]:
    return list(done(bench.get(path, profile=profile, **FUTURES, symbol="BTCUSDT"))["trackingList"])


def copies(bench: Bench, number: str) -> dict[str, Decimal]:
    """By the follower's uid: how much of a leader's order is copied."""
    return {copy.uid: copy.size for copy in leads(bench).tracks.open[number].copies}


def three_follow(bench: Bench) -> None:
    follow_with(bench, "practice")
    follow_with(
        bench,
        "follower",
        traceType="amount",
        traceValue="100",
        leverType="specify",
        longLeverage="10",
        shortLeverage="10",
        maxHoldSize="5000",
    )
    setting = bench.exchange.copytrade.following(PRACTICE, USDT)
    assert setting is not None
    (rule,) = setting.relations[LEADER].settings.values()
    follow(bench.exchange.copytrade, THIRD, USDT, LEADER, [_tenth(rule)], copies_new=False)


def _tenth(rule: CopySetting) -> CopySetting:
    return replace(rule, trace_value=Decimal("0.1"))


def push_up(bench: Bench) -> None:
    """Let the crowd bid half a percent above the market, for far more than anybody here holds."""
    price = (bench.exchange.market.last(BTC) * Decimal("1.005")).quantize(Decimal("0.1"))
    bench.exchange.engine.add_crowd_limit(TAKER, BTC, Side.BUY, price, Decimal(100_000))
    bench.simulator.step()


def relation(bench: Bench, uid: str) -> Relation:
    return leads(bench).relations[uid]


def test_a_day_of_a_leader(bench: Bench) -> None:
    three_follow(bench)
    before = {row["trackingNo"] for row in tracks(bench)}
    done(open_long(bench))
    (track,) = [row for row in tracks(bench) if row["trackingNo"] not in before]
    assert (track["openSize"], track["posSide"], track["followCount"]) == ("0.02", "long", "0")
    number = track["trackingNo"]

    # Each copies by a rule of its own, a moment later, on an account of its own.
    wait(bench, LAG_MS[0] - 1)
    assert copies(bench, number) == {}
    wait(bench, LAG_MS[1])
    sizes = copies(bench, number)
    price = Decimal(track["openPriceAvg"])
    assert sizes[PRACTICE] == Decimal("0.01")
    assert abs(sizes[FOLLOWER] - 1000 / price) <= Decimal("0.0002")
    assert sizes[THIRD] == Decimal("0.002")
    (leg,) = bench.exchange.engine.positions(PRACTICE, USDT)
    assert (leg.size, leg.side, leg.leverage) == (Decimal("0.01"), PositionSide.LONG, Decimal(20))
    copied = [
        row
        for row in tracks(bench, f"{COPIER}/query-current-orders", "follower")
        if row["openLeverage"] == "10"
    ]
    assert Decimal(copied[0]["openSize"]) == sizes[FOLLOWER]
    assert (copied[0]["traderId"], int(tracks(bench)[0]["followCount"]) >= 3) == (LEADER, True)

    # The leader closes it by its number: the copies follow, a second close is told that it is closed.
    push_up(bench)
    (closed,) = done(
        bench.post(f"{TRADER}/order-close-positions", {**FUTURES, "trackingNo": number}, profile="leader")
    )
    assert closed == {"trackingNo": number, "symbol": "BTCUSDT", "productType": "USDT-FUTURES"}
    again = {**FUTURES, "trackingNo": number}
    assert bench.post(f"{TRADER}/order-close-positions", again, profile="leader")["code"] == "40894"
    wait(bench, LAG_MS[1] + 1)
    assert bench.exchange.engine.positions(PRACTICE, USDT) == []
    newest = tracks(bench, f"{TRADER}/order-history-track")[0]
    assert (newest["trackingNo"], newest["closeSize"]) == (number, "0.02")
    assert Decimal(newest["netProfit"]) > 0

    # What they earned is shared when the day ends, and not before.
    due = {uid: relation(bench, uid).due() for uid in (PRACTICE, THIRD)}
    assert all(amount > 0 for amount in due.values())
    assert due[PRACTICE] == (relation(bench, PRACTICE).net / 10).quantize(Decimal("0.0001"), "ROUND_FLOOR")
    waiting = Decimal(_profit(bench)["waitProfit"])
    assert waiting >= sum(due.values())
    paid = Decimal(_profit(bench)["sumProfit"])
    assert _bills(bench, "leader", "tracking_trader_income") == []
    bench.clock.now = (bench.clock.now // DAY_MS + 1) * DAY_MS
    bench.simulator.step()
    summary = _profit(bench)
    assert all(relation(bench, uid).due() == 0 for uid in due)
    settled = Decimal(summary["yesterdayProfit"])
    assert Decimal(summary["sumProfit"]) == paid + settled
    assert settled >= sum(due.values())
    assert [Decimal(row["amount"]) for row in _bills(bench, "practice", "tracking_follow_pay")] == [
        -due[PRACTICE]
    ]
    received = _bills(bench, "leader", "tracking_trader_income")
    assert sum(Decimal(row["amount"]) for row in received) == settled
    shares = done(bench.get(f"{TRADER}/profit-history-details", profile="leader", limit=100))["profitList"]
    assert ("third", due[THIRD]) in {(row["nickName"], Decimal(row["profit"])) for row in shares}

    # To the last digit: what the copies earned, less what was shared, is what the wallet gained.
    (wallet,) = bench.exchange.engine.balances(PRACTICE, USDT)
    person = relation(bench, PRACTICE)
    assert wallet.equity == Decimal(10_000) + person.net - person.paid
    assert person.paid == due[PRACTICE]

    # Who is poor may be removed, who is not may not.
    gone = {"followerUid": THIRD}
    assert (
        bench.post(f"{TRADER}/config-remove-follower", {"followerUid": PRACTICE}, profile="leader")["code"]
        == "43069"
    )
    done(bench.post(f"{TRADER}/config-remove-follower", gone, profile="leader"))
    assert THIRD not in _people(bench)
    assert bench.post(f"{TRADER}/config-remove-follower", gone, profile="leader")["code"] == "43046"
    done(open_long(bench))
    wait(bench, LAG_MS[1] + 1)
    assert THIRD not in copies(bench, tracks(bench)[0]["trackingNo"])


def _profit(bench: Bench) -> Any:
    return done(bench.get(f"{TRADER}/profit-history-summarys", profile="leader"))["profitSummary"]


def _bills(bench: Bench, profile: str, kind: str) -> list[Any]:
    answer = bench.get("/api/v2/mix/account/bill", profile=profile, **FUTURES, businessType=kind, limit=100)
    return done(answer)["bills"] or []


def _people(bench: Bench) -> set[str]:
    rows = done(bench.get(f"{TRADER}/config-query-followers", profile="leader", pageSize=100))
    return {row["followerUid"] for row in rows}


def test_after_a_loss_nothing_is_due_until_it_is_made_up_for() -> None:
    person = Relation(
        LEADER, Untrusted("l"), THIRD, Untrusted("f"), USDT, since_ms=0, share_ratio=Decimal("0.1")
    )
    person.net = Decimal(100)
    assert person.due() == 10
    person.settle(Decimal(10))
    for net, due in ((60, 0), (100, 0), (120, 2)):
        person.net = Decimal(net)
        assert person.due() == due
    person.settle(Decimal(1))
    assert person.due() == 1


def test_a_cap_is_kept_and_what_is_not_copied_has_a_reason(bench: Bench) -> None:
    follow_with(bench, "practice", maxHoldSize="60")
    for _ in range(3):
        done(open_long(bench))
        wait(bench, LAG_MS[1] + 1)
    book = bench.exchange.copytrade.following(PRACTICE, USDT)
    assert book is not None
    held = relation(bench, PRACTICE).held(BTC)
    # 0.01 BTC at 20x is about 46 USDT: the second copy is cut, the third left out.
    assert 55 < held <= 60
    assert len(book.tracks.open) == 2
    assert relation(bench, PRACTICE).missed[-1].reason in ("cap", "minimum")


def test_who_cannot_pay_does_not_copy(bench: Bench) -> None:
    follow_with(bench, "practice", traceType="count", traceValue="5")
    done(open_long(bench))
    wait(bench, LAG_MS[1] + 1)
    assert relation(bench, PRACTICE).missed[-1].reason == "margin"
    assert bench.exchange.engine.positions(PRACTICE, USDT) == []


def test_a_stop_loss_closes_the_order_and_its_copies(bench: Bench) -> None:
    follow_with(bench, "practice")
    done(open_long(bench))
    # Prices are looked at in the middle between two marks of the market's own.
    wait(bench, LAG_MS[1] + 151)
    track = leads(bench).tracks.open[tracks(bench)[0]["trackingNo"]]
    mark = bench.exchange.engine.mark(BTC)
    assert mark is not None
    stop = {**FUTURES, "trackingNo": track.number, "stopLossPrice": format(mark * Decimal("0.99"), ".1f")}
    done(bench.post(f"{TRADER}/order-modify-tpsl", stop, profile="leader"))
    assert bench.post(f"{TRADER}/order-modify-tpsl", stop, profile="leader")["code"] == "43036"
    fallen = mark * Decimal("0.985")
    bench.exchange.engine.set_mark(BTC, fallen, fallen)
    wait(bench, 250)
    ended = tracks(bench, f"{TRADER}/order-history-track")[0]
    assert (ended["trackingNo"], ended["stopType"]) == (track.number, "loss")
    wait(bench, LAG_MS[1] + 1)
    assert bench.exchange.engine.positions(PRACTICE, USDT) == []


def test_a_follower_closes_a_copy_alone(bench: Bench) -> None:
    follow_with(bench, "practice")
    done(open_long(bench))
    wait(bench, LAG_MS[1] + 1)
    (copy,) = tracks(bench, f"{COPIER}/query-current-orders", "practice")
    answer = bench.post(
        f"{COPIER}/close-positions", {**FUTURES, "trackingNo": copy["trackingNo"]}, profile="practice"
    )
    assert len(done(answer)["orderIdList"]) == 1
    assert tracks(bench, f"{COPIER}/query-current-orders", "practice") == []
    assert Decimal(tracks(bench)[0]["openSize"]) == Decimal("0.02")
    (past,) = tracks(bench, f"{COPIER}/query-history-orders", "practice")
    assert past["trackingNo"] == copy["trackingNo"]


def test_who_leaves_keeps_what_is_open_until_it_is_closed(bench: Bench) -> None:
    follow_with(bench, "practice")
    done(open_long(bench))
    wait(bench, LAG_MS[1] + 1)
    done(bench.post(f"{COPIER}/cancel-trader", {"traderId": LEADER}, profile="practice"))
    assert PRACTICE not in _people(bench)
    assert bench.post(f"{COPIER}/cancel-trader", {"traderId": LEADER}, profile="practice")["code"] == "43062"
    number = tracks(bench)[0]["trackingNo"]
    done(open_long(bench))
    wait(bench, LAG_MS[1] + 1)
    assert len(tracks(bench, f"{COPIER}/query-current-orders", "practice")) == 1
    done(bench.post(f"{TRADER}/order-close-positions", {**FUTURES, "trackingNo": number}, profile="leader"))
    wait(bench, LAG_MS[1] + 1)
    assert bench.exchange.engine.positions(PRACTICE, USDT) == []


def test_a_copy_may_lose_only_so_much(bench: Bench) -> None:
    body = {"traderId": LEADER, "copyAmount": "5000", "equityGuardian": "on", "equity": "1"}
    done(bench.post(f"{COPIER}/copy-settings", body, profile="practice"))
    done(open_long(bench, "0.1"))
    wait(bench, LAG_MS[1] + 1)
    (leg,) = bench.exchange.engine.positions(PRACTICE, USDT)
    assert Decimal("0.005") < leg.size < Decimal("0.02")
    for _ in range(300):
        if not bench.exchange.engine.positions(PRACTICE, USDT):
            break
        bench.exchange.engine.take_crowd(TAKER, BTC, Side.SELL, Decimal(20))
        wait(bench, 300)
    assert bench.exchange.engine.positions(PRACTICE, USDT) == []
    assert PRACTICE not in _people(bench)


def test_a_follower_in_one_way_mode_copies_too() -> None:
    bench = Bench()
    follow_with(bench, "practice")
    done(open_long(bench))
    wait(bench, LAG_MS[1] + 1)
    (leg,) = bench.exchange.engine.positions(PRACTICE, USDT)
    assert (leg.position_mode, leg.size) == (PositionMode.ONE_WAY, Decimal("0.01"))
    number = tracks(bench)[0]["trackingNo"]
    done(bench.post(f"{TRADER}/order-close-positions", {**FUTURES, "trackingNo": number}, profile="leader"))
    wait(bench, LAG_MS[1] + 1)
    assert bench.exchange.engine.positions(PRACTICE, USDT) == []


def test_everything_of_an_instrument_or_everything_is_closed(bench: Bench) -> None:
    follow_with(bench, "practice")
    for size in ("0.02", "0.03"):
        done(open_long(bench, size))
    wait(bench, LAG_MS[1] + 1)
    held = [track.number for track in leads(bench).tracks.of_leg(BTC)]
    body = {**FUTURES, "symbol": "BTCUSDT"}
    closed = done(bench.post(f"{TRADER}/order-close-positions", body, profile="leader"))
    assert [row["trackingNo"] for row in closed] == held
    assert tracks(bench) == []
    wait(bench, LAG_MS[1] + 1)
    assert bench.exchange.engine.positions(PRACTICE, USDT) == []
    assert leads(bench).tracks.open
    done(bench.post(f"{TRADER}/order-close-positions", FUTURES, profile="leader"))
    assert not leads(bench).tracks.open
    assert bench.exchange.engine.positions(LEADER, USDT) == []
    assert bench.post(f"{TRADER}/order-close-positions", FUTURES, profile="leader")["code"] == "22002"


def test_a_leg_that_somebody_else_closes_ends_its_orders_and_copies(bench: Bench) -> None:
    follow_with(bench, "practice")
    done(open_long(bench))
    wait(bench, LAG_MS[1] + 1)
    number = tracks(bench)[0]["trackingNo"]
    bench.exchange.engine.close_position(LEADER, ClosePosition(BTC, PositionMode.HEDGE, PositionSide.LONG))
    bench.simulator.step()
    assert number not in leads(bench).tracks.open
    wait(bench, LAG_MS[1] + 1)
    assert bench.exchange.engine.positions(PRACTICE, USDT) == []


def test_presets_of_a_leaders_order_are_those_of_the_tracking_order(bench: Bench) -> None:
    price = bench.last()
    high = format(price * Decimal("1.03"), ".1f")
    done(open_long(bench, presetStopSurplusPrice=high))
    newest = tracks(bench)[0]
    assert newest["presetStopSurplusPrice"] == high
    # No TP/SL order beside it would close the leg of all tracking orders.
    assert bench.exchange.engine.open_plans(LEADER, USDT) == []
