"""Arming and disarming by keys: the dock, the words, and what the ladder looks like meanwhile."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import pytest

from bgtui.domain.event import ClockMeasured, Connection, ConnectionLost, ConnectionOpened
from bgtui.domain.trading import TradingState
from bgtui.session.arming import Arming, Check
from bgtui.session.slumber import Slumber
from bgtui.ui.workspace import Badge
from tests.support import scene
from tests.support.terminal import Terminal, open_terminal

LIVE = replace(scene.IDENTITY, badge=Badge.LIVE)
LINE = "Disarmed: only what lowers risk is sent from here; o arms account main."
LOCK = "Locked until 00:00 UTC: day loss -503.20 passed -500.00; only exits pass."


def opened(**given: Any) -> AbstractAsyncContextManager[Terminal]:
    return open_terminal(**{"events": scene.events(), "identity": LIVE, "is_armed": False, **given})


def arming(terminal: Terminal) -> Arming:
    assert terminal.session.arming is not None
    return terminal.session.arming


def sends(terminal: Terminal) -> list[Any]:
    assert terminal.gateway is not None
    return terminal.gateway.intents


async def test_live_begins_disarmed_by_word_edge_footer_and_sentence() -> None:
    async with opened() as terminal:
        assert terminal.row(1).startswith("[LIVE] DISARMED   main     hedge")
        assert "DISARMED" in terminal.row(3)
        assert terminal.row(3)[46] == terminal.row(5)[46] == "║"
        assert terminal.message == LINE
        footer = terminal.row(-1)
        assert footer.startswith(" o ARM  x cancel  w all  f close  ! kill  c centre  / find")
        assert "b buy" not in footer


async def test_the_label_arms_and_o_disarms_at_once() -> None:
    async with opened() as terminal:
        await terminal.press("o")
        text = terminal.screen_text()
        for words in ("ARM LIVE TRADING", "[LIVE]", 'key      "desk-01"', "read, futures, spot", "hedge"):
            assert words in text
        await terminal.type("mai")
        assert "enter arm" not in terminal.screen_text()
        await terminal.press("enter")
        assert arming(terminal).state is TradingState.DISARMED
        await terminal.type("n")
        assert "enter arm" in terminal.screen_text()
        await terminal.press("enter")
        assert arming(terminal).state is TradingState.ARMED
        assert terminal.message == "Armed: account main until o, sleep or quit."
        assert (terminal.row(1)[7:15], terminal.row(5)[46]) == ("ARMED   ", "│")
        assert "b buy" in terminal.row(-1)
        await terminal.press("o")
        assert terminal.message == LINE
        assert terminal.row(5)[46] == "║"
        assert sends(terminal) == []


async def test_a_wrong_label_a_paste_and_esc_leave_it_disarmed() -> None:
    async with opened() as terminal:
        await terminal.press("o")
        terminal.paste("main")
        await terminal.settle()
        await terminal.press("enter")
        await terminal.type("Main")
        await terminal.press("enter", "esc")
        assert arming(terminal).state is TradingState.DISARMED
        assert not terminal.app.asking.docks


async def test_a_failed_check_stands_in_place_of_the_prompt() -> None:
    async with opened() as terminal:
        problem = "Clock is 24s off: sending stopped, Bitget would refuse; fix it, then u."
        arming(terminal).checks = lambda: (Check("clock", problem), Check("journal"))
        await terminal.press("o")
        text = terminal.screen_text()
        assert "clock FAILED" in text
        assert "Clock is 24s off" in text
        assert "type the account label" not in text
        await terminal.type("main")
        await terminal.press("enter")
        assert arming(terminal).state is TradingState.DISARMED


async def test_hidden_names_are_not_asked_for() -> None:
    async with opened() as terminal:
        await terminal.press("H", "o")
        text = terminal.screen_text()
        assert "type the last four digits" in text
        assert "main" not in text.replace("remain", "")
        assert "desk-01" not in text
        await terminal.type("4471")
        await terminal.press("enter")
        assert arming(terminal).state is TradingState.ARMED


async def test_a_lock_says_why_and_o_does_not_open_it() -> None:
    async with opened(is_armed=True) as terminal:
        arming(terminal).lock(terminal.clock.now_ms() + 3_600_000, LOCK)
        await terminal.step()
        assert terminal.row(1)[7:13] == "LOCKED"
        assert "LOCKED" in terminal.row(3)
        assert terminal.message == LOCK
        assert not terminal.row(-1).startswith(" o ARM")
        await terminal.press("o")
        assert not terminal.app.asking.docks
        await terminal.step(3601.0)
        assert terminal.row(1)[7:12] == "ARMED"


@pytest.mark.parametrize("key", ["b", "s", "n", "m", "B", "S"])
async def test_entry_keys_of_the_ladder_wait_and_say_so(key: str) -> None:
    async with opened() as terminal:
        await terminal.press("j", key)
        assert not terminal.app.asking.docks
        assert terminal.message == LINE


async def test_what_lowers_risk_passes_and_what_raises_it_is_not_even_reviewed() -> None:
    async with opened(screen="positions") as terminal:
        await terminal.press("f", "enter")
        await terminal.step(0.5)
        await terminal.press("y")
        assert [type(one).__name__ for one in sends(terminal)] in (["PlaceOrder"], ["ClosePosition"])
        await terminal.press("r", "enter")
        assert "y SEND" not in terminal.screen_text()
        assert "a reverse opens the" in terminal.screen_text()
        await terminal.step(0.5)
        await terminal.press("y")
        assert len(sends(terminal)) == 1


async def test_a_sleep_disarms_and_the_banner_says_what_to_do() -> None:
    async with opened(is_armed=True) as terminal:
        dropped: list[str] = []
        slumber = terminal.session.slumber = Slumber(
            terminal.clock,
            disarm=arming(terminal).disarm,
            drop=dropped.append,
            refresh=lambda: None,
            measure=_nothing,
            offset_ms=lambda: 0,
        )
        terminal.clock.wall_ms += 7_980_000
        slumber.look()
        await terminal.step()
        assert terminal.row(1)[7:15] == "DISARMED"
        assert terminal.message == "Slept 2h13m: disarmed, everything asked again; look it over, then o."
        assert len(dropped) == 1
        banner = terminal.message
        await terminal.apply(ConnectionLost(Connection.PUBLIC, "public-0", "the clock jumped", 500))
        await terminal.apply(1.0, ConnectionOpened(Connection.PUBLIC, "public-0", 2), 2.0)
        assert terminal.message == banner, "streams that come back do not cover it"
        await slumber.close()


async def _nothing() -> None:
    return


async def test_a_clock_that_is_far_off_is_told_with_the_way_out() -> None:
    async with opened(is_armed=True) as terminal:
        await terminal.apply(ClockMeasured(-24_000, 40))
        assert terminal.message == "Clock is 24s off: sending stopped, Bitget would refuse; fix it, then u."
        await terminal.apply(ClockMeasured(12, 40))
        assert terminal.message == "Clock is right again: sending goes on."


async def test_a_read_only_run_has_nothing_to_arm() -> None:
    async with opened(can_trade=False) as terminal:
        await terminal.press("o")
        assert not terminal.app.asking.docks
        assert terminal.message.startswith("Read-only")
