"""A write in doubt: shown with its evidence, asked about by `u`, sent again only once proven absent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bgtui.domain.error import OutcomeUnknown
from bgtui.domain.event import InstancesClaimed, OrderUpdated, SubmissionChanged
from bgtui.domain.intent import ClosePosition, Intent, PlaceOrder, PlacePlan
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
    OrderType,
    PlanKind,
    PositionMode,
    PositionSide,
    TriggerType,
)
from bgtui.domain.submission import SubmissionState
from tests.support import scene_account
from tests.support.build import D
from tests.support.forms import confirm, dock, keys, opened, said
from tests.support.scene_doubt import ABSENT, DOUBT, doubting
from tests.support.scene_market import BTC
from tests.support.terminal import Terminal


def again(terminal: Terminal) -> list[tuple[Any, str]]:
    assert terminal.gateway is not None
    return terminal.gateway.sent


async def test_the_dock_shows_what_is_known_and_asks_at_once() -> None:
    async with opened(screen="orders") as terminal:
        inquiry = await doubting(terminal, DOUBT)
        await terminal.press("enter")
        text = said(terminal)
        assert "? UNKNOWN ORDER" in text
        assert "OPEN LONG 0.0200 @ 67,235.0" in text
        assert "sim1-7Q2M06" in text
        for words in (
            "detail not found ×2",
            "open not listed ×2",
            "fills none ×2",
            "next ask in 4",
            "as if open",
        ):
            assert words in text, words
        assert "not proven" in text
        await terminal.press("u")
        assert inquiry.asked == ["sim1-7Q2M06"]
        await terminal.press("esc")
        assert terminal.app.asking.docks == []


async def test_r_sends_nothing_before_absence_is_proven() -> None:
    async with opened(screen="orders") as terminal:
        await doubting(terminal, DOUBT)
        await terminal.press("r")
        assert "absence is not proven" in terminal.message
        await keys(terminal, "enter r")
        assert "not proven yet" in said(terminal)
        await terminal.press("esc")
        assert again(terminal) == []


async def test_proven_absent_it_goes_out_again_under_its_id_after_a_review() -> None:
    async with opened(screen="orders") as terminal:
        await doubting(terminal, ABSENT)
        assert "Order sim1-7Q2M06 is absent: 4 asks over 30s; r sends the same id again." in terminal.message
        await keys(terminal, "enter r")
        await terminal.settle()
        text = said(terminal)
        assert "SEND AGAIN BTCUSDT" in text
        assert "sim1-7Q2M06" in text
        assert again(terminal) == []
        await terminal.press("y")
        assert again(terminal) == [], "too soon after a key"
        await terminal.step(0.4)
        await terminal.press("y")
        await terminal.settle()
        assert again(terminal) == [(ABSENT.intent, "sim1-7Q2M06")]


async def test_proven_absent_a_person_may_let_it_go() -> None:
    async with opened(screen="orders") as terminal:
        await doubting(terminal, ABSENT)
        await keys(terminal, "enter d")
        assert "Settled" in said(terminal)
        await terminal.press("esc")
        await terminal.settle()
        assert terminal.message == "Order sim1-7Q2M06: let go after 4 asks in vain."
        assert "UNKNOWN" not in terminal.rows()[0]
        assert again(terminal) == []


async def test_what_may_still_be_there_is_not_let_go() -> None:
    async with opened(screen="orders") as terminal:
        await doubting(terminal, DOUBT)
        await keys(terminal, "enter d")
        assert "not proven yet" in said(terminal)
        assert terminal.store.submission(DOUBT.client_order_id) is not None


async def test_leaving_the_review_sends_nothing() -> None:
    async with opened(screen="orders") as terminal:
        await doubting(terminal, ABSENT)
        await terminal.press("r")
        await terminal.settle()
        await terminal.step(0.4)
        await terminal.press("esc")
        await terminal.settle()
        assert terminal.app.asking.docks == []
        assert again(terminal) == []


async def test_found_at_the_last_look_nothing_is_sent() -> None:
    async with opened(screen="orders") as terminal:
        inquiry = await doubting(terminal, ABSENT)
        inquiry.finds = True
        await terminal.press("r")
        await terminal.settle()
        await terminal.step(0.4)
        await terminal.press("y")
        await terminal.settle()
        assert again(terminal) == []
        assert "was found just now" in terminal.message


async def test_an_order_that_is_not_in_doubt_is_not_sent_again() -> None:
    async with opened(screen="orders") as terminal:
        await keys(terminal, "j r")
        assert terminal.message == "Only an order proven absent can be sent again."
        assert again(terminal) == []


async def test_what_an_earlier_run_left_is_told_and_its_end_too() -> None:
    async with opened() as terminal:
        left = replace(DOUBT, is_left_over=True)
        await terminal.apply(SubmissionChanged(left))
        await terminal.step(0.3)
        assert terminal.message == "1 write of an earlier run in doubt: asking, nothing is sent again."
        assert "UNKNOWN 1" in terminal.row(0)
        found = replace(scene_account.orders()[0], order_id="99", client_order_id=left.client_order_id)
        await terminal.apply(OrderUpdated(found))
        await terminal.step(0.3)
        assert "Order sim1-7Q2M06 is live: found by its id after" in terminal.message
        assert terminal.message.endswith("sent only once.")
        assert "UNKNOWN" not in terminal.row(0)


async def test_what_was_recorded_and_never_sent_says_so() -> None:
    async with opened() as terminal:
        left = replace(DOUBT, is_left_over=True, may_have_left=False)
        await terminal.apply(SubmissionChanged(left))
        await terminal.step(0.3)
        gone = replace(left, state=SubmissionState.NOT_SENT, message="recorded, never sent")
        await terminal.apply(SubmissionChanged(gone))
        await terminal.step(0.3)
        assert terminal.message == "Order sim1-7Q2M06 was not sent: recorded, never sent."


async def test_the_dock_says_when_it_was_settled_under_it() -> None:
    async with opened(screen="orders") as terminal:
        await doubting(terminal, DOUBT)
        await terminal.press("enter")
        found = replace(scene_account.orders()[0], order_id="99", client_order_id="sim1-7Q2M06")
        await terminal.apply(OrderUpdated(found))
        await terminal.step(0.5)
        dock(terminal).draw()
        assert "Settled: see Orders" in said(terminal)


async def test_f27_another_bgtui_on_the_account_is_told_and_its_orders_are_foreign() -> None:
    async with opened(screen="orders") as terminal:
        await terminal.apply(InstancesClaimed(frozenset({"simxxx"}), frozenset({"sim1"})))
        await terminal.step(0.3)
        assert terminal.message == "Another bgtui trades this account: its orders show as E, limits apart."
        theirs = [row for row in terminal.rows() if "BTCUSDT" in row and "67,238.0" in row]
        assert theirs
        assert all("E " in row for row in theirs)


MARKET = PlaceOrder(
    BTC, Side.BUY, OrderType.MARKET, D("0.0100"), position_side=PositionSide.LONG, effect=Effect.OPEN,
    position_mode=PositionMode.HEDGE, margin_coin="USDT",
)  # fmt: skip
TRIGGER = PlacePlan(
    BTC, PlanKind.TRIGGER, Side.SELL, OrderType.MARKET, D("0.0100"), D(66000), TriggerType.MARK,
    position_side=PositionSide.SHORT, effect=Effect.OPEN, position_mode=PositionMode.HEDGE,
    margin_coin="USDT",
)  # fmt: skip
CLOSE = ClosePosition(BTC, PositionMode.HEDGE, PositionSide.LONG)


@pytest.mark.parametrize(
    ("intent", "line"), [(MARKET, "+L ?   market"), (TRIGGER, "+S ? 66,000.0"), (CLOSE, "-L ?   market")]
)
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_an_order_without_a_row_on_the_ladder_is_listed_while_it_is_in_doubt(
    intent: Intent, line: str, size: tuple[int, int]
) -> None:
    async with opened(size=size) as terminal:
        await terminal.apply(SubmissionChanged(replace(DOUBT, intent=intent)))
        await terminal.step(0.5)
        assert "1 UNKNOWN" in terminal.screen_text()
        wanted = line if size == (80, 24) else line[:2]
        assert any(wanted in row and "UNKNOWN" in row for row in terminal.screen_text().splitlines())


@pytest.mark.parametrize("is_told", [True, False])
async def test_a_lost_answer_is_worth_a_word_only_while_nothing_else_has_told(is_told: bool) -> None:
    async with opened() as terminal:
        assert terminal.gateway is not None
        terminal.gateway.hold()
        terminal.gateway.endings.append(
            OutcomeUnknown("Sent, but nobody knows whether it was carried out: no answer in 10 s")
        )
        await keys(terminal, "n")
        await confirm(terminal)
        ((_, name),) = terminal.gateway.sent
        if is_told:
            order = replace(scene_account.orders()[0], order_id="99", client_order_id=name)
            await terminal.apply(OrderUpdated(order))
        terminal.gateway.release()
        await terminal.settle()
        words = f"Order {name}: no answer in 10 s; it may stand; u asks."
        assert (terminal.message == words) is not is_told, terminal.message
        assert "nobody knows" not in terminal.message


@pytest.mark.parametrize("key", ["a", "x"])
async def test_an_order_in_doubt_is_not_said_to_be_none(key: str) -> None:
    async with opened(screen="orders") as terminal:
        await terminal.apply(SubmissionChanged(DOUBT))
        await terminal.step(0.5)
        await terminal.press(key)
        assert terminal.message.startswith("Bitget has not said yet whether it stands")
        assert again(terminal) == []


async def test_the_alarm_does_not_run_into_the_clock_of_a_small_terminal() -> None:
    async with opened(size=(60, 15)) as terminal:
        await terminal.apply(SubmissionChanged(DOUBT))
        await terminal.step(0.5)
        assert "UNKNOWN 1 " in terminal.row(0)
