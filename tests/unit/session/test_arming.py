"""The trading state: where it begins, what changes it, and how a lock ends."""

from __future__ import annotations

import pytest

from bgtui.domain.error import Refused
from bgtui.domain.trading import TradingState
from bgtui.session.arming import Arming, Check, Warrant, closes_in
from bgtui.store.store import Store
from tests.support import intents
from tests.support.build import HandClock

DAY_MS = 86_400_000
MIDNIGHT_MS = (1_700_000_000_000 // DAY_MS + 1) * DAY_MS
LINE = "Locked until 00:00 UTC: day loss -503.20 passed -500.00; only exits pass."


class Bench:
    """An arming whose clock and checks the test moves."""

    def __init__(self, *, is_live: bool) -> None:
        self.now_ms = MIDNIGHT_MS - 3_600_000
        self.problem = ""
        self.told: list[tuple[TradingState, str]] = []
        self.arming = Arming(
            Warrant("main"),
            is_armed=not is_live,
            now_ms=lambda: self.now_ms,
            checks=lambda: (Check("clock", self.problem),),
            on_change=lambda state, line: self.told.append((state, line)),
        )

    @property
    def state(self) -> TradingState:
        return self.arming.state


@pytest.fixture
def live() -> Bench:
    return Bench(is_live=True)


@pytest.fixture
def sim() -> Bench:
    return Bench(is_live=False)


def test_live_begins_disarmed_and_everything_else_armed(live: Bench, sim: Bench) -> None:
    assert (live.state, sim.state) == (TradingState.DISARMED, TradingState.ARMED)
    assert live.arming.line == "Disarmed: only what lowers risk is sent from here; o arms account main."
    assert sim.arming.line == ""


def test_armed_and_disarmed_by_a_person(live: Bench) -> None:
    assert "o arms account main" in live.arming.permit(intents.PLACE)
    live.arming.arm()
    assert live.arming.permit(intents.PLACE) == ""
    live.arming.disarm()
    assert live.arming.permit(intents.PLACE)
    assert live.arming.permit(intents.CANCEL) == ""
    assert [state for state, _ in live.told] == [TradingState.ARMED, TradingState.DISARMED]
    assert live.arming.version == 2


def test_a_failed_check_keeps_it_disarmed(live: Bench) -> None:
    live.problem = "Clock is 24s off: sending stopped, Bitget would refuse; fix it, then u."
    with pytest.raises(Refused, match="24s off"):
        live.arming.arm()
    assert live.state is TradingState.DISARMED


def test_a_reason_is_the_line_until_something_else_is(live: Bench, sim: Bench) -> None:
    sim.arming.disarm("Slept 2h13m: disarmed.")
    assert sim.arming.line == "Slept 2h13m: disarmed."
    sim.arming.arm()
    assert sim.arming.line == ""


def test_a_lock_outranks_everything_and_says_why(live: Bench) -> None:
    live.arming.arm()
    live.arming.lock(MIDNIGHT_MS, LINE)
    assert live.state is TradingState.LOCKED
    assert live.arming.line == live.arming.permit(intents.PLACE) == LINE
    assert live.arming.permit(intents.CANCEL) == ""
    with pytest.raises(Refused, match="day loss"):
        live.arming.arm()
    assert live.arming.locked_until_ms == MIDNIGHT_MS


def test_a_lock_ends_at_midnight_disarmed_on_live_and_armed_elsewhere(live: Bench, sim: Bench) -> None:
    for bench, after in ((live, TradingState.DISARMED), (sim, TradingState.ARMED)):
        if bench is live:
            bench.arming.arm()
        bench.arming.lock(MIDNIGHT_MS, LINE)
        bench.now_ms = MIDNIGHT_MS - 1
        assert bench.state is TradingState.LOCKED
        bench.now_ms = MIDNIGHT_MS
        assert bench.state is after
        assert bench.told[-1][0] is after
        assert bench.arming.locked_until_ms == 0


def test_whoever_disarms_under_a_lock_finds_it_disarmed_after(sim: Bench) -> None:
    sim.arming.lock(MIDNIGHT_MS, LINE)
    sim.arming.disarm("Slept 2h13m: disarmed.")
    assert sim.arming.permit(intents.PLACE) == LINE
    sim.now_ms = MIDNIGHT_MS
    assert sim.state is TradingState.DISARMED


def test_a_lock_before_which_it_was_disarmed_does_not_arm(sim: Bench) -> None:
    sim.arming.disarm()
    sim.arming.lock(MIDNIGHT_MS, LINE)
    sim.now_ms = MIDNIGHT_MS
    assert sim.state is TradingState.DISARMED


def test_a_lock_is_renewed_with_its_newer_line_and_told_only_then(sim: Bench) -> None:
    sim.arming.lock(MIDNIGHT_MS, LINE)
    sim.arming.lock(MIDNIGHT_MS, LINE)
    assert len(sim.told) == 1
    sim.arming.lock(MIDNIGHT_MS - 5, "worse")
    assert (sim.arming.line, sim.arming.locked_until_ms) == ("worse", MIDNIGHT_MS)


def test_a_lock_of_yesterday_is_none(sim: Bench) -> None:
    sim.arming.lock(sim.now_ms, LINE)
    assert sim.state is TradingState.ARMED


def test_what_the_store_does_not_hold_is_not_known_to_close() -> None:
    assert closes_in(Store(HandClock()))(intents.REF) is None
