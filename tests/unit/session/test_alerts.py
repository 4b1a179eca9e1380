"""The watch over the store: what it tells, what it counts instead, and what one failure leaves alone."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bgtui.domain.alert import Alarm, AlertKind, AlertRule, Channel
from bgtui.domain.event import (
    AlarmHealed,
    AlarmRaised,
    BalancesReported,
    ClockMeasured,
    Connection,
    ConnectionLost,
    ConnectionOpened,
    Deleveraged,
    FillReported,
    PositionsReported,
    SubmissionChanged,
)
from bgtui.domain.intent import CancelAll
from bgtui.domain.judgement import Memory, judge
from bgtui.domain.order import Forced, MarginMode
from bgtui.domain.submission import Submission, SubmissionState
from bgtui.domain.text import Untrusted
from bgtui.domain.trading import TradingState
from bgtui.session.alerts import AlertOptions
from bgtui.session.kill import KillRun
from bgtui.session.kill_reach import KillChoice, Reach
from bgtui.store.alerts import MAX_ALERTS
from tests.support.build import BTC, ETH, USDT, balance, fill, position
from tests.support.watching import Watched, price_rule, ticker

D = Decimal


def reported(number: int, *, order: str = "1", at_ms: int | None = None, watched: Watched) -> FillReported:
    return FillReported(
        fill(f"t{number}", watched.clock.now_ms() if at_ms is None else at_ms, order_id=order)
    )


def test_a_price_rule_fires_from_the_ticker() -> None:
    watched = Watched()
    watched.connect()
    assert watched.watch.add(price_rule("100")) == ""
    watched.look()
    assert BTC in watched.carried

    watched.apply(ticker("99", 1))
    assert watched.look() == []
    watched.apply(ticker("100.5", 2))
    assert watched.look() == ["Price: BTCUSDT last 100.5 is above 100."]
    assert watched.look(20) == ["Price: BTCUSDT last 100.5 is above 100."]
    assert watched.row("r1").fired_ms is not None


def test_a_ticker_that_grew_old_cannot_fire() -> None:
    watched = Watched()
    watched.connect()
    watched.watch.add(price_rule("100"))
    watched.apply(ticker("99", 1))
    watched.look()
    watched.apply(ConnectionLost(Connection.PUBLIC, "public-0", "no pong", 1000))
    watched.look(6)

    assert "stale" in watched.row("r1").problem
    assert watched.texts() == []


def test_a_rule_for_once_is_off_after_it_fired_and_can_be_switched_on_again() -> None:
    watched = Watched()
    watched.connect()
    watched.watch.add(price_rule("100", repeats=False))
    for number, price in enumerate(("99", "101", "99", "101"), 1):
        watched.apply(ticker(price, number))
        watched.look(20)

    assert len(watched.texts()) == 1
    assert not watched.row("r1").rule.is_on
    assert watched.watch.toggle("r1") is True
    watched.look()
    assert watched.row("r1").rule.is_on


def test_a_fill_is_told_once_an_order_with_its_average() -> None:
    watched = Watched()
    watched.apply(FillReported(replace(fill("a", watched.clock.now_ms()), price=D("100.0"), size=D(1))))
    watched.apply(FillReported(replace(fill("b", watched.clock.now_ms()), price=D("101.0"), size=D(3))))

    assert watched.look() == ["Filled: buy 4 BTCUSDT @ 100.8"]
    assert watched.store.alerts()[0].count == 2


def test_history_and_repetitions_are_not_told() -> None:
    watched = Watched()
    watched.apply(reported(1, at_ms=watched.clock.now_ms() - 1, watched=watched))
    event = reported(2, watched=watched)
    watched.apply(event)
    watched.look()
    watched.apply(event)

    assert len(watched.look(30)) == 1


def test_forced_trades_are_not_called_fills() -> None:
    watched = Watched()
    now_ms = watched.clock.now_ms()
    watched.apply(FillReported(replace(fill("a", now_ms), forced=Forced.LIQUIDATION)))
    watched.apply(Deleveraged(BTC, Untrusted("\x1b[2Jlong"), D(1), D(1), now_ms))

    texts = watched.look()
    assert len(texts) == 2
    assert any("liquidated" in text for text in texts)
    assert any("ADL" in text for text in texts)
    assert all("\x1b" not in text and "not an order of yours" in text for text in texts)


def sent(state: SubmissionState, message: str = "43012: margin is missing") -> SubmissionChanged:
    return SubmissionChanged(Submission("sim1-1", CancelAll(USDT), USDT, BTC, state, 1, 2, message))


def test_a_rejection_and_an_unknown_outcome_are_told() -> None:
    watched = Watched()
    watched.apply(sent(SubmissionState.SENT))
    watched.apply(sent(SubmissionState.UNKNOWN, "no reply in 10 s"))
    assert watched.look() == ["Unknown: order sim1-1: no reply in 10 s"]
    watched.apply(sent(SubmissionState.REJECTED))
    assert watched.look()[0] == "Rejected: order sim1-1: 43012: margin is missing"


def test_a_lost_connection_and_a_skewed_clock_are_told() -> None:
    watched = Watched()
    watched.connect()
    watched.apply(ClockMeasured(-3100, 20))
    watched.apply(ConnectionLost(Connection.PRIVATE, "private", "no pong", 1000))
    assert [text.partition(":")[0] for text in watched.look()] == ["Clock"]
    assert [text.partition(":")[0] for text in watched.look(11)] == ["Connection", "Clock"]
    watched.apply(ConnectionOpened(Connection.PRIVATE, "private", 2))
    assert len(watched.look(11)) == 2


def test_alarms_of_others_are_told_and_heal() -> None:
    watched = Watched()
    alarm = Alarm(AlertKind.KILL, "account", "Kill switch: 1 leg left after 12s; ! sends it again.")
    watched.apply(AlarmRaised(alarm))
    assert watched.look() == [alarm.text]
    watched.apply(AlarmHealed(AlertKind.KILL, "account"))
    watched.look(20)
    watched.apply(AlarmRaised(alarm))
    assert len(watched.look(20)) == 2


def test_a_locked_desk_is_told_even_where_nobody_raised_it() -> None:
    states = [TradingState.ARMED]
    watched = Watched(state=lambda: states[0])
    assert watched.look() == []
    states[0] = TradingState.LOCKED
    assert watched.look()[0].startswith("Locked")


def test_what_only_a_desk_watches_says_so_in_a_read_only_run() -> None:
    watched = Watched(state=lambda: TradingState.READ_ONLY)
    watched.look()

    problems = {one.rule.rule_id: one.problem for one in watched.store.alert_rules()}
    assert problems["risk"] == problems["day-loss"] == problems["kill"] == "not watched in a read-only run"
    assert problems["fill"] == ""


class FakeKill:
    """session.kill.KillSwitch as far as it is looked at."""

    def __init__(self) -> None:
        self.run: KillRun | None = None


def test_a_kill_switch_is_told_of_once_it_takes_too_long_without_proof() -> None:
    kill = FakeKill()
    watched = Watched(kill=kill)
    kill.run = KillRun(Reach((USDT,)), KillChoice.BOTH, 0.0)
    assert watched.look() == []
    kill.run.is_overdue, kill.run.left = True, 1
    assert watched.look() == ["Kill switch: 1 left; asked every second; ! to send it again."]
    kill.run.is_overdue = False
    assert len(watched.look(20)) == 1


def test_legs_have_their_tickers_carried_where_a_rule_asks_for_legs() -> None:
    watched = Watched()
    watched.connect()
    watched.apply(PositionsReported(USDT, (replace(position(), instrument=ETH),), 5))
    watched.look()
    assert watched.carried == frozenset()
    watched.watch.add(AlertRule("", AlertKind.LIQUIDATION, None, D(5)))
    watched.look()
    assert watched.carried == {ETH}


def test_what_repeats_is_counted_and_told_again_after_a_while() -> None:
    watched = Watched()
    for number in range(8):
        watched.apply(reported(number, watched=watched))
        watched.look(1)
    assert [(alert.count) for alert in watched.store.alerts()] == [8]
    watched.apply(reported(9, watched=watched))
    watched.look(10)
    assert [alert.count for alert in watched.store.alerts()] == [1, 8]


def test_a_thousand_alerts_a_second_stay_few_and_lose_no_count() -> None:
    watched = Watched()
    for number in range(1000):
        watched.apply(reported(number, order=f"o{number}", watched=watched))
        if number % 250 == 249:
            watched.look()
    watched.look()

    alerts = watched.store.alerts()
    assert sum(alert.count for alert in alerts) == 1000
    assert len(alerts) <= 6
    assert watched.row("fill").count == 1000


def test_the_list_is_bounded() -> None:
    watched = Watched()
    for number in range(MAX_ALERTS + 50):
        watched.apply(reported(number, order=f"o{number}", watched=watched))
        watched.look(11)

    assert len(watched.store.alerts()) == MAX_ALERTS
    assert watched.store.alerts()[0].alert_id == MAX_ALERTS + 50


def test_a_rule_that_breaks_says_so_and_stops_no_other() -> None:
    def breaking(rule: AlertRule, memory: Memory, facts: Any) -> Any:
        if rule.kind is AlertKind.FILL:
            raise ArithmeticError("a bug")
        return judge(rule, memory, facts)

    watched = Watched(judge_rule=breaking)
    watched.apply(ClockMeasured(-3100, 20))
    watched.apply(reported(1, watched=watched))

    assert [text.partition(":")[0] for text in watched.look()] == ["Clock"]
    assert watched.row("fill").problem == "cannot be judged: ArithmeticError"


def test_nothing_is_looked_at_while_nothing_moves() -> None:
    looked = []

    def counting(rule: AlertRule, memory: Memory, facts: Any) -> Any:
        looked.append(rule)
        return judge(rule, memory, facts)

    watched = Watched(judge_rule=counting)
    watched.look(1)
    before = len(looked)
    watched.watch.look()
    watched.watch.look()
    assert len(looked) == before


def test_built_in_rules_can_be_switched_off_but_not_deleted() -> None:
    watched = Watched()
    assert not watched.watch.remove("fill")
    assert watched.watch.toggle("fill") is False
    watched.apply(reported(1, watched=watched))
    assert watched.look() == []
    watched.watch.add(price_rule("100"))
    assert watched.watch.remove("r1")
    assert not watched.watch.remove("r1")
    assert watched.watch.toggle("r1") is None


def test_what_is_seen_is_counted_no_more() -> None:
    watched = Watched()
    watched.apply(reported(1, watched=watched))
    watched.look()
    assert len(watched.store.unseen_alerts()) == 1
    watched.watch.see()
    assert watched.store.unseen_alerts() == ()


def test_the_bell_can_be_left_out() -> None:
    def channels(*, has_bell: bool) -> list[Channel]:
        watched = Watched(AlertOptions(has_bell=has_bell))
        watched.apply(reported(1, watched=watched))
        watched.look()
        return [one.channel for one in watched.store.alerts()[0].deliveries]

    assert Channel.BELL in channels(has_bell=True)
    assert Channel.BELL not in channels(has_bell=False)


async def run_shortly(watched: Watched) -> None:
    import asyncio

    task = asyncio.create_task(watched.watch.run())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_rules_last_until_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "state" / "alerts.json"
    first = Watched(AlertOptions(path))
    first.watch.add(price_rule("67,900.5".replace(",", "")))
    first.watch.toggle("clock")
    await run_shortly(first)

    second = Watched(AlertOptions(path))
    assert second.row("r1").rule == price_rule("67900.5")
    assert not second.row("clock").rule.is_on
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text())["version"] == 1


async def test_rules_that_cannot_be_kept_are_told_and_work_all_the_same(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    watched = Watched(AlertOptions(blocked / "alerts.json"))
    watched.watch.add(price_rule("100"))
    await watched.watch._save()

    assert watched.store.alert_problem.startswith("Alert rules cannot be kept (")
    assert "\n" not in watched.store.alert_problem
    assert watched.row("r1").rule.is_on


def risk(ratio: str, time_ms: int) -> BalancesReported:
    coin = replace(balance(), cross_risk_ratio=D(ratio))
    return BalancesReported(USDT, (coin,), is_complete=True, time_ms=time_ms)


def test_the_margin_ratio_fires_between_two_reports_of_the_legs() -> None:
    watched = Watched()
    watched.watch.add(AlertRule("", AlertKind.MARGIN_RATIO, None, D(50)))
    watched.connect()
    leg = replace(position(), margin_mode=MarginMode.ISOLATED, mark_price=D(100), margin_ratio=D("0.1"))
    watched.apply(PositionsReported(USDT, (leg,), 5))
    for number, mark in enumerate(("100", "95", "91"), 1):
        watched.apply(ticker("100", number, mark=mark))
        watched.look(40)
    assert [text[:53] for text in watched.texts()] == [
        "Margin: LONG BTCUSDT has a margin ratio of about 91.0"
    ]
    watched.look(70)
    assert watched.row("r1").problem == "margin ratio of LONG BTCUSDT was told over 60s ago"


def test_the_risk_of_a_wallet_is_judged_for_a_minute_after_it_was_told() -> None:
    watched = Watched()
    watched.watch.add(AlertRule("", AlertKind.MARGIN_RATIO, None, D(50)))
    watched.connect()
    watched.apply(PositionsReported(USDT, (position(),), 5))
    watched.apply(risk("0.2", 1))
    watched.look(59)
    assert (watched.row("r1").reads, watched.row("r1").problem) == ("20.0%", "")
    watched.look(2)
    assert watched.row("r1").problem == "margin ratio of USDT wallet was told over 60s ago"
    watched.apply(risk("0.2", 2))
    watched.look(1)
    assert (watched.row("r1").reads, watched.row("r1").problem) == ("20.0%", "")
