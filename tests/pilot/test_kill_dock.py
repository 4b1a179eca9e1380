"""The kill switch by keys, on the made-up account: what is counted, what is sent, and when it is believed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

import pytest

from bgtui.domain.error import OutcomeUnknown
from bgtui.domain.event import Connection, ConnectionLost, SubmissionChanged
from bgtui.domain.intent import CancelAll, CancelPlans, CancelSymbol, ClosePosition
from bgtui.domain.submission import SubmissionState
from bgtui.session.kill import KillRun, KillSwitch
from bgtui.ui.modals.killing import KillDock
from tests.support import scene, scene_account
from tests.support.storereader import StoreReader
from tests.support.terminal import Terminal, open_terminal


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The dock's own clock is the test's; what waits for answers waits for little."""
    monkeypatch.setattr("bgtui.session.kill._PACES_S", {})
    monkeypatch.setattr("bgtui.session.kill._PACE_S", 0.0)
    monkeypatch.setattr("bgtui.session.kill.ASK_EVERY_S", 0.02)
    monkeypatch.setattr("bgtui.session.kill.GONE_WITHIN_S", 0.0)
    monkeypatch.setattr("bgtui.session.kill.ANSWER_WITHIN_S", 0.05)


@asynccontextmanager
async def opened(*keys: str, **given: Any) -> AsyncIterator[Terminal]:
    # The order that is on its way in the picture would be waited for: here it is known to have failed.
    ended = SubmissionChanged(replace(scene_account.on_its_way(), state=SubmissionState.REJECTED))
    events = [*scene.events(), ended]
    async with open_terminal(**{"events": events, "identity": scene.IDENTITY, **given}) as terminal:
        await terminal.press(*keys)
        yield terminal
        if terminal.session.kill is not None:
            await terminal.session.kill.close()


def kill(terminal: Terminal) -> KillSwitch:
    assert terminal.session.kill is not None
    return terminal.session.kill


def run(terminal: Terminal) -> KillRun:
    begun = kill(terminal).run
    assert begun is not None
    return begun


def exchange(terminal: Terminal) -> StoreReader:
    return cast(StoreReader, kill(terminal)._reader)


def sent(terminal: Terminal) -> list[type]:
    assert terminal.gateway is not None
    return [type(intent) for intent in terminal.gateway.intents]


async def until(terminal: Terminal, predicate: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not predicate():  # noqa: ASYNC110 - the dock is looked at, nobody tells
            await asyncio.sleep(0.02)
    await terminal.settle()


async def confirm(terminal: Terminal) -> None:
    await terminal.step(0.5)
    await terminal.press("y")


async def test_the_dock_counts_what_rest_tells_and_sends_nothing() -> None:
    async with opened("!") as terminal:
        text = terminal.screen_text()
        for words in (
            "KILL SWITCH", "[SIM] main", "REST     ok 41ms, asked 0s ago", "orders   8, plans 7",
            "legs     5, value 17,715 USDT", "◄ account ►", "[x]b both: cancel, then flatten",
            "now      ≈+6.29 after fees", "y CANCEL AND FLATTEN", "dead man none in Bitget v2 docs",
        ):  # fmt: skip
            assert words in text
        assert sent(terminal) == []
        assert exchange(terminal).asked > 0
        await terminal.press("esc")
        assert not terminal.app.asking.docks
        assert sent(terminal) == []


async def test_keys_choose_and_turn_the_scope() -> None:
    async with opened("!", "c") as terminal:
        assert "[x]c cancel" in terminal.screen_text()
        assert "y CANCEL " in terminal.screen_text()
        assert "after fees" not in terminal.screen_text()
        await terminal.press("f")
        assert "y FLATTEN" in terminal.screen_text()
        await terminal.press("right")
        await terminal.settle()
        text = terminal.screen_text()
        assert "◄ BTCUSDT ►" in text
        assert "legs     2" in text
        await terminal.press("left", "b")
        assert "◄ account ►" in terminal.screen_text()
        assert sent(terminal) == []


async def test_y_needs_a_calm_moment_and_counts_once() -> None:
    async with opened("!") as terminal:
        await terminal.press("y", "c", "y")
        assert sent(terminal) == []
        await terminal.step(0.5)
        await terminal.press("y", "y", "y")
        await until(terminal, lambda: len(sent(terminal)) >= 7)
        await asyncio.sleep(0.1)
        assert sent(terminal).count(CancelAll) == 1


async def test_it_cancels_flattens_and_is_believed_after_two_answers() -> None:
    async with opened("!") as terminal:
        await confirm(terminal)
        await until(terminal, lambda: sent(terminal).count(ClosePosition) == 5)
        assert sent(terminal).count(CancelAll) == 1
        assert set(sent(terminal)) == {CancelAll, CancelPlans, ClosePosition}
        assert sent(terminal).index(ClosePosition) > sent(terminal).index(CancelPlans)
        await until(terminal, lambda: run(terminal).left == 20)
        assert "KILL 20 LEFT" in terminal.row(1)
        assert terminal.row(1).endswith("14:03:27")
        assert len(terminal.row(1)) == 80
        exchange(terminal).is_gone = True
        await until(terminal, lambda: run(terminal).is_over)
        text = terminal.screen_text()
        assert "FLAT: verified 14:03:27 by" in text
        assert "REST, 2 answers alike" in text
        assert "accepted 5 of 5" in text
        assert "KILL" not in terminal.row(1)
        assert terminal.message.startswith("Kill switch: FLAT, verified")
        count = len(sent(terminal))
        await terminal.press("y", "u")
        assert len(sent(terminal)) == count


async def test_the_alarm_outlives_the_dock_and_a_second_press_sends_what_is_left() -> None:
    async with opened("!") as terminal:
        await confirm(terminal)
        await until(terminal, lambda: run(terminal).left == 20)
        await terminal.press("esc")
        reader = exchange(terminal)
        reader.gone = _all_but_one_leg(terminal)
        terminal.clock.advance(12.0)
        await until(terminal, lambda: run(terminal).is_overdue and run(terminal).left == 1)
        assert "KILL 1 LEFT" in terminal.row(1)
        assert terminal.message == ("Kill switch: 1 left after 12s; asked every second; ! to send it again.")
        await terminal.press("2")
        assert "KILL 1 LEFT" in terminal.row(1)
        before = len(sent(terminal))
        await terminal.press("!")
        assert "y SEND AGAIN" in terminal.screen_text()
        assert len(sent(terminal)) == before
        await confirm(terminal)
        await until(terminal, lambda: len(sent(terminal)) > before)
        await until(terminal, lambda: run(terminal).left == 1)
        assert sent(terminal)[before:] == [ClosePosition]
        reader.is_gone = True
        await until(terminal, lambda: run(terminal).is_over)
        assert "KILL" not in terminal.row(1)


def _all_but_one_leg(terminal: Terminal) -> set[str]:
    gone: set[str] = set()
    for product in scene.IDENTITY.product_types:
        store = terminal.store
        gone |= {order.order_id for order in store.open_orders(product) or ()}
        gone |= {plan.order_id for plan in store.open_plans(product) or ()}
        gone |= {f"{leg.side} {leg.instrument.symbol}" for leg in store.positions(product) or ()}
    return gone - {"long ETHUSDT"}


async def test_quitting_asks_while_it_is_not_verified() -> None:
    async with opened("!") as terminal:
        await confirm(terminal)
        await until(terminal, lambda: run(terminal).left == 20)
        await terminal.press("esc", "q")
        assert "The kill switch is not" in terminal.screen_text()
        assert "y LEAVE" in terminal.screen_text()


async def test_with_the_streams_down_it_works_from_rest_alone() -> None:
    async with opened() as terminal:
        await terminal.apply(
            ConnectionLost(Connection.PUBLIC, "public-0", "no pong", 4000),
            ConnectionLost(Connection.PRIVATE, "private", "no pong", 4000),
            41.0,
        )
        await terminal.press("!")
        assert "public   DOWN 41s" in terminal.screen_text()
        assert "REST     ok" in terminal.screen_text()
        await confirm(terminal)
        exchange(terminal).is_gone = True
        await until(terminal, lambda: run(terminal).is_over)
        assert "streams still DOWN" in terminal.screen_text()


@pytest.mark.parametrize("is_armed", [True, False])
async def test_it_works_disarmed_as_well(is_armed: bool) -> None:
    async with opened("!", "c", is_armed=is_armed) as terminal:
        await confirm(terminal)
        await until(terminal, lambda: CancelAll in sent(terminal))


async def test_one_symbol_alone() -> None:
    async with opened("!", "c", "right") as terminal:
        await confirm(terminal)
        await until(terminal, lambda: CancelSymbol in sent(terminal))
        assert CancelAll not in sent(terminal)


async def test_what_is_not_answered_is_never_called_done() -> None:
    async with opened("!") as terminal:
        assert terminal.gateway is not None
        exchange(terminal).is_silent = True
        terminal.gateway.endings.extend([OutcomeUnknown("no reply")] * 30)
        await confirm(terminal)
        await until(terminal, lambda: any("not answered" in line.text for line in run(terminal).lines))
        terminal.clock.advance(12.0)
        await until(terminal, lambda: run(terminal).is_overdue)
        assert "KILL RUNS" in terminal.row(1)
        assert "? left" in terminal.message
        count = len(sent(terminal))
        await asyncio.sleep(0.2)
        assert len(sent(terminal)) == count, "nothing is sent again by itself"


async def test_nothing_stands_and_nothing_is_sent() -> None:
    async with opened() as terminal:
        exchange(terminal).is_gone = True
        await terminal.press("!")
        assert "nothing stands" in terminal.screen_text()
        await confirm(terminal)
        assert sent(terminal) == []


async def test_a_read_only_run_has_no_kill_switch() -> None:
    async with opened("!", can_trade=False) as terminal:
        assert not terminal.app.asking.docks
        assert terminal.message.startswith("Read-only")


async def test_money_is_hidden_when_names_are() -> None:
    async with opened("H", "!") as terminal:
        text = terminal.screen_text()
        assert "17,715" not in text
        assert "6.29" not in text


async def test_the_card_of_a_small_terminal_still_takes_it() -> None:
    async with opened("!", size=(52, 12)) as terminal:
        text = terminal.screen_text()
        assert "[x]b both" in text
        assert "y CANCEL AND FLATTEN" in text
        await confirm(terminal)
        await until(terminal, lambda: CancelAll in sent(terminal))


@pytest.mark.parametrize("before", [("t",), ("b",), ("b", "enter"), ("f",), ("w",), ("v",), ("enter",)])
async def test_the_kill_switch_opens_from_any_form_and_leads_back_to_it(before: tuple[str, ...]) -> None:
    async with opened(*before) as terminal:
        (under,) = terminal.app.asking.docks
        await terminal.press("!")
        assert [type(dock) for dock in terminal.app.asking.docks] == [type(under), KillDock]
        await terminal.press("!")
        assert len(terminal.app.asking.docks) == 2
        assert "enter review" not in terminal.screen_text()
        await terminal.press("esc")
        assert terminal.app.asking.docks == [under]
        assert under.display
        assert not sent(terminal)


async def test_what_was_reviewed_under_the_kill_switch_has_to_be_reviewed_again() -> None:
    async with opened("b", "enter") as terminal:
        await terminal.step(0.4)
        await terminal.press("!", "esc")
        await terminal.step(0.4)
        await terminal.press("y")
        assert not sent(terminal)


async def test_the_narrow_scope_is_what_the_cursor_is_on() -> None:
    async with opened("2") as terminal:
        table = cast(Any, terminal.app.screen)
        while table.instrument_at_cursor().symbol == "BTCUSDT":
            await terminal.press("j")
        symbol = table.instrument_at_cursor().symbol
        await terminal.press("!", "right")
        await terminal.settle()
        assert f"◄ {symbol} ►" in terminal.screen_text()
