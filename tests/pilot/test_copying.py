"""Leader, Followers and Copy by their keys: each dock, what it sends, and what had happened meanwhile."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bgtui.domain import question
from bgtui.domain.copyintent import (
    CloseScope,
    CloseTracks,
    CopyRole,
    FollowByAmount,
    LeadSwitch,
    LeadSymbolChange,
    RemoveFollower,
    SetCopySettings,
    SetLeadSwitch,
    SetLeadSymbols,
    SetTrackTpsl,
    StopTracks,
    SymbolChange,
    Unfollow,
)
from bgtui.domain.copytrade import Follower, LeadSettings, LeadSymbol, TrackingOrder
from bgtui.domain.error import OutcomeUnknown, Rejected
from bgtui.domain.event import (
    FillReported,
    PositionsReported,
    QuestionAnswered,
    QuestionFailed,
    TickerUpdated,
)
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.order import PositionSide
from bgtui.domain.text import Untrusted, cell_width
from bgtui.ui.role import Role
from tests.support import scene, scene_copy
from tests.support.build import fill
from tests.support.forms import said
from tests.support.scene_copy import HOSTILE
from tests.support.scene_market import BTC, NOW_MS, USDT
from tests.support.terminal import Terminal, open_terminal

D = Decimal
SPOT = ProductType.SPOT
PAIR = instrument_id(SPOT, "BTCUSDT")
TRACKS, FOLLOWERS, TRADERS, SETTINGS = (
    question.leader_tracks(USDT),
    question.followers(USDT),
    question.followed_traders(USDT),
    question.copy_settings(USDT, "8001"),
)
FORBIDDEN = {"\x1b", "\x07", "\x9b", "\u202e", "\ud800"}


def opened(
    screen: str, size: tuple[int, int] = (80, 24), **given: Any
) -> AbstractAsyncContextManager[Terminal]:
    return open_terminal(
        **{"events": scene.events(), "identity": scene.IDENTITY, "screen": screen, "size": size, **given}
    )


def sent(terminal: Terminal) -> list[Any]:
    assert terminal.gateway is not None
    return terminal.gateway.intents


async def confirm(terminal: Terminal) -> None:
    """Review and send: the second key counts only after a calm moment."""
    await terminal.press("enter")
    await terminal.step(0.4)
    await terminal.press("y")
    await terminal.step(0.3)


def text_of(terminal: Terminal) -> str:
    """What is on the screen, its dock read as one text: words that are broken into lines come together."""
    dock = " ".join(row.split("│")[1].strip() for row in terminal.rows() if row.count("│") == 2)
    return f"{terminal.screen_text()}\n{dock}"


async def answer(terminal: Terminal, asked: Any, value: Any) -> None:
    await terminal.apply(QuestionAnswered(asked, value, terminal.clock.now_ms()), 0.3)


def cursor_row(terminal: Terminal) -> str:
    return next((row for row in terminal.rows()[3:] if row.startswith("►")), "")


def tracks(terminal: Terminal) -> tuple[TrackingOrder, ...]:
    return terminal.store.answer(TRACKS).value or ()


# What is closed


@pytest.mark.parametrize(
    ("steps", "scope", "instrument", "numbers", "copies"),
    [
        (0, CloseScope.TRACKS, BTC, ("1221311",), 36),
        (1, CloseScope.INSTRUMENT, BTC, (), 72),
        (2, CloseScope.ALL, None, (), 174),
    ],
)
async def test_f_closes_the_order_its_symbol_or_all_after_saying_whom_it_takes_along(
    steps: int, scope: CloseScope, instrument: Any, numbers: tuple[str, ...], copies: int
) -> None:
    async with opened("leader") as terminal:
        await terminal.press("f", *["right"] * steps)
        assert f"{copies} copies close" in terminal.screen_text()
        assert sent(terminal) == []
        await confirm(terminal)
        assert sent(terminal) == [CloseTracks(CopyRole.LEADER, USDT, scope, instrument, numbers)]


async def test_a_close_is_marked_until_the_list_has_been_read_again() -> None:
    async with opened("leader") as terminal:
        await terminal.press("f")
        await confirm(terminal)
        assert cursor_row(terminal).startswith("►○1221311")
        assert TRACKS in terminal.asker.hurried
        left = tuple(each for each in tracks(terminal) if each.tracking_no != "1221311")
        await terminal.step(0.5)
        await answer(terminal, TRACKS, left)
        assert not any("1221311" in row for row in terminal.rows()[3:-2])
        assert terminal.message == "done: close BTCUSDT 1221311"


async def test_a_copy_is_closed_as_the_followers() -> None:
    async with opened("copy") as terminal:
        await terminal.press("l", "f")
        assert "copies" not in "\n".join(row[46:] for row in terminal.rows())
        await confirm(terminal)
        (intent,) = sent(terminal)
        assert (intent.role, intent.tracking_nos) == (CopyRole.FOLLOWER, ("1230219",))


async def test_f_on_a_trader_closes_the_only_copy_and_asks_to_choose_among_several() -> None:
    async with opened("copy") as terminal:
        await terminal.press("f")
        assert terminal.message == "4 copies of this trader: choose one; l shows them."
        copied = question.copied_orders(USDT)
        first = (terminal.store.answer(copied).value or ())[:1]
        await answer(terminal, copied, first)
        await terminal.press("f")
        await confirm(terminal)
        (intent,) = sent(terminal)
        assert intent.tracking_nos == ("1230150",)


@pytest.mark.parametrize(
    ("screen", "views"),
    [
        ("leader", ("close TP/SL symbol", "symbol", "", "symbol", "symbol")),
        ("followers", ("remove", "", "")),
        ("copy", ("close TP/SL settings stop", "close TP/SL settings stop", "settings stop", "settings")),
    ],
)
async def test_the_footer_names_what_can_act_on_the_sub_view(screen: str, views: tuple[str, ...]) -> None:
    every = ("close", "TP/SL", "symbol", "settings", "remove", "stop")
    async with opened(screen, (120, 40)) as terminal:
        for named in views:
            foot = terminal.row(-1)
            assert [word for word in every if f" {word} " in foot] == named.split()
            await terminal.press("l")
            await terminal.step(0.3)


async def test_a_spot_copy_is_sold_or_let_go() -> None:
    async with opened("copy") as terminal:
        copy = TrackingOrder(PAIR, "991", PositionSide.LONG, "1", D(100), D(1), NOW_MS - 5)
        other = replace(copy, tracking_no="992")
        await terminal.press("m", "m", "m", "l")
        await answer(terminal, question.copied_orders(SPOT), (copy, other))
        await terminal.press("f", "right", "right", "tab", "space")
        assert "keep the coins" in terminal.screen_text()
        await confirm(terminal)
        assert sent(terminal) == [StopTracks(PAIR, ("991", "992"))]


async def test_f29_a_close_of_an_order_that_is_closed_meanwhile_has_nothing_to_do() -> None:
    async with opened("leader", (120, 40)) as terminal:
        await terminal.press("f")
        left = tuple(each for each in tracks(terminal) if each.tracking_no != "1221311")
        await answer(terminal, TRACKS, left)
        assert "1221311 is closed already; nothing to do." in text_of(terminal)
        await confirm(terminal)
        assert sent(terminal) == []


@pytest.mark.parametrize("code", ["31007", "40894", "43065", "45082"])
async def test_f29_a_refusal_that_says_closed_is_one_calm_line(code: str) -> None:
    async with opened("leader") as terminal:
        assert terminal.gateway is not None
        terminal.gateway.endings.append(Rejected("no such order", code=code))
        await terminal.press("f")
        await confirm(terminal)
        assert terminal.message == "1221311 was closed already; nothing to do."
        assert terminal.workspace.message.count == 1
        assert terminal.app.asking.docks == []
        assert len(sent(terminal)) == 1


async def test_any_other_refusal_opens_the_form_again_with_its_reason() -> None:
    async with opened("leader", (120, 40)) as terminal:
        assert terminal.gateway is not None
        terminal.gateway.endings.append(Rejected("the business is restricted", code="31020"))
        await terminal.press("f")
        await confirm(terminal)
        assert "Rejected 31020" in terminal.screen_text()
        assert terminal.app.asking.docks


async def test_no_answer_is_said_to_be_unknown_and_not_sent_again() -> None:
    async with opened("leader") as terminal:
        assert terminal.gateway is not None
        terminal.gateway.endings.append(OutcomeUnknown("no answer in 10 s"))
        await terminal.press("f")
        await confirm(terminal)
        assert "it may be done; asking" in terminal.message
        assert cursor_row(terminal).startswith("►?1221311")
        assert len(sent(terminal)) == 1


# Take profit and stop loss


async def test_p_sends_what_changed_and_nothing_else() -> None:
    async with opened("leader") as terminal:
        await terminal.press("j", "p")
        await terminal.press(*["backspace"] * 8)
        await terminal.type("70000")
        await confirm(terminal)
        assert sent(terminal) == [SetTrackTpsl(CopyRole.LEADER, BTC, "1221307", take_profit=D(70000))]


async def test_an_emptied_field_removes_the_price() -> None:
    async with opened("leader") as terminal:
        await terminal.press("j", "p", "tab", *["backspace"] * 8)
        await confirm(terminal)
        assert sent(terminal) == [SetTrackTpsl(CopyRole.LEADER, BTC, "1221307", stop_loss=D(0))]


async def test_the_form_says_how_far_from_mark_each_price_is_and_what_it_gives() -> None:
    async with opened("leader") as terminal:
        await terminal.press("j", "p")
        text = said(terminal)

        # 0.05 at 66,910.4 and 20x: 167.28; 2.01 paid to open, 0.06 % to close. Mark is 67,238.9.
        assert "TP at 68,000.0 +1.1% SL at 66,000.0 -1.8%" in text
        assert "TP gives ≈+50.43 ROE +30.1% SL gives ≈-49.51 ROE -29.6% reward 1.02 to 1" in text
    async with opened("copy") as terminal:
        await terminal.press("l", "G", "p")

        # 0.011 at 66,998.2 with 73.70 behind it: 55.02 less what opening and closing cost at 0.06 %.
        assert "TP gives ≈+54.10 ROE +73.4%" in said(terminal)
        await terminal.press("escape", "H", "p")
        assert "TP gives" in said(terminal)
        assert "54.10" not in said(terminal)


async def test_the_review_of_a_tracking_order_keeps_to_what_is_sent_as_the_mark_moves() -> None:
    async with opened("leader") as terminal:
        await terminal.press("j", "p", *["backspace"] * 8)
        await terminal.type("mark+1%")
        await terminal.press("enter")
        before = said(terminal)
        old = terminal.store.ticker(BTC)
        assert old is not None
        await terminal.apply(TickerUpdated(replace(old, time_ms=old.time_ms + 1, mark_text="67400")))
        await terminal.step(0.5)
        assert "TP 67,911.3 SL 66,000.0" in before
        assert said(terminal).split("expires")[0] == before.split("expires")[0]
        await terminal.step(0.5)
        await terminal.press("y")
        await terminal.settle()
        assert sent(terminal) == [SetTrackTpsl(CopyRole.LEADER, BTC, "1221307", take_profit=D("67911.3"))]


@pytest.mark.parametrize(
    ("keys", "words"),
    [("60000", "TP must be above"), ("70000.05", "off the tick"), ("abc", "is no price")],
)
async def test_a_price_that_would_fire_or_fit_no_tick_is_not_sent(keys: str, words: str) -> None:
    async with opened("leader", (120, 40)) as terminal:
        await terminal.press("j", "p", *["backspace"] * 8)
        await terminal.type(keys)
        assert words in terminal.screen_text()
        await confirm(terminal)
        assert sent(terminal) == []


async def test_p_on_a_copy_is_the_followers() -> None:
    async with opened("copy") as terminal:
        await terminal.press("l", "G", "p", "up")
        await confirm(terminal)
        (intent,) = sent(terminal)
        assert (intent.role, intent.tracking_no) == (CopyRole.FOLLOWER, "1230150")


# A leader's settings


async def test_v_takes_a_symbol_off_and_changes_its_ratios() -> None:
    async with opened("leader") as terminal:
        await terminal.press("v", "right")
        await confirm(terminal)
        await terminal.press("v", "tab", "up")
        await confirm(terminal)
        off, ratios = sent(terminal)
        assert off == SetLeadSymbols(USDT, (LeadSymbolChange(BTC, SymbolChange.DELETE),))
        change = LeadSymbolChange(BTC, SymbolChange.UPDATE, D(41), D(20))
        assert ratios == SetLeadSymbols(USDT, (change,))


@pytest.mark.parametrize("text", ["0", "401", "1.5", "x", "1_5", "1e2"])
async def test_a_ratio_is_a_whole_percent_that_bitget_takes(text: str) -> None:
    async with opened("leader", (120, 40)) as terminal:
        await terminal.press("v", "tab", "backspace", "backspace")
        await terminal.type(text)
        await confirm(terminal)
        assert "whole percent from 1 to 400" in terminal.screen_text()
        assert sent(terminal) == []


async def test_the_switches_are_turned_and_what_was_set_here_is_known() -> None:
    async with opened("leader") as terminal:
        await terminal.press("l", "l", "l", "l", "j")
        assert "the API does not tell it" in cursor_row(terminal)
        await terminal.press("v")
        await confirm(terminal)
        assert sent(terminal) == [SetLeadSwitch(USDT, LeadSwitch.SHOWS_EQUITY, is_on=False)]
        assert "off" in cursor_row(terminal)
        assert "set 14:03" in cursor_row(terminal)


async def test_an_arrow_key_turns_the_switch_of_the_row_and_takes_no_other() -> None:
    async with opened("leader") as terminal:
        await terminal.press("l", "l", "l", "l", "j", "v", "right")
        await confirm(terminal)
        assert sent(terminal) == [SetLeadSwitch(USDT, LeadSwitch.SHOWS_EQUITY, is_on=True)]


async def test_spot_settings_are_read_and_said_to_be_changed_elsewhere() -> None:
    async with opened("leader") as terminal:
        await terminal.press("m", "m", "m", "l", "l", "l", "l")
        settings = LeadSettings(True, False, True, D(50), (LeadSymbol(PAIR, True, D(1), None, None, None),))
        await answer(terminal, question.lead_settings(), settings)
        text = terminal.screen_text()
        assert "removable below        50 USDT" in text
        assert "total equity shown     off" in text
        await terminal.press("v")
        assert "changed on Bitget's site" in terminal.message


# Followers


async def remove(terminal: Terminal, name: str, typed: str) -> None:
    await terminal.press("/")
    await terminal.type(name)
    await terminal.press("enter", "x")
    await terminal.type(typed)
    await terminal.press("enter")


async def test_x_removes_a_follower_by_typed_name_and_they_leave_as_removed_by_me() -> None:
    async with opened("followers") as terminal:
        await remove(terminal, "mara", "mara.et")
        assert sent(terminal) == []
        await terminal.type("h")
        await terminal.press("enter")
        assert sent(terminal) == [RemoveFollower(USDT, "3390000000002217")]
        await terminal.step(0.3)
        assert "○removing" in cursor_row(terminal)
        gone = {"3390000000002217", "2871000000005506"}
        left = tuple(each for each in scene_copy.followers() if each.follower_uid not in gone)
        await terminal.step(0.5)
        await answer(terminal, FOLLOWERS, left)
        assert terminal.message == "done: remove mara.eth"
        await terminal.press("esc", "l")
        assert any("removed by me" in row and "mara.eth" in row for row in terminal.rows())
        assert any("left" in row and "quiet_river" in row for row in terminal.rows())


@pytest.mark.parametrize(
    ("name", "digits"),
    [("夜航船", "0025"), ("satoshi", "0080"), ("bob", "9314"), ("Björn", "7781")],
)
async def test_a_name_that_is_cut_foreign_or_cleaned_asks_for_the_end_of_the_uid(
    name: str, digits: str
) -> None:
    async with opened("followers", (120, 40)) as terminal:
        await remove(terminal, name, name)
        assert sent(terminal) == []
        assert "type the last 4 characters of the uid" in terminal.screen_text()
        await terminal.press(*["backspace"] * len(name))
        await terminal.type(digits)
        await terminal.press("enter")
        assert len(sent(terminal)) == 1


async def test_a_hidden_name_asks_for_the_end_of_the_uid_and_shows_nothing_else() -> None:
    async with opened("followers", (120, 40)) as terminal:
        await terminal.press("H", "x")
        text = terminal.screen_text()
        assert "…4471" in text
        for hidden in ("jade_moon", "8812…", "24,310.55"):
            assert hidden not in text
        await terminal.type("4471")
        await terminal.press("enter")
        assert sent(terminal) == [RemoveFollower(USDT, "8812000000004471")]


async def test_a_paste_is_no_typing() -> None:
    async with opened("followers") as terminal:
        await terminal.press("x")
        terminal.paste("jade_moon\n")
        await terminal.settle()
        await terminal.press("enter")
        assert sent(terminal) == []


async def test_whoever_is_listed_can_be_told_apart_even_without_a_name() -> None:
    async with opened("followers") as terminal:
        blank = Follower("7189735206", Untrusted("\u200b\u2060"), D(7), True, NOW_MS)
        await answer(terminal, FOLLOWERS, (blank, replace(blank, follower_uid="7189735207")))
        text = terminal.screen_text()
        assert text.count("(no name)") >= 2
        assert "7189…5206" in text
        assert "7189…5207" in text


async def test_who_may_not_be_removed_stays_with_a_reason() -> None:
    async with opened("followers") as terminal:
        await terminal.press("/")
        await terminal.type("click")
        await terminal.press("enter", "x")
        assert terminal.app.asking.docks == []
        assert terminal.message.endswith("stays: Bitget marks this follower not removable; ask its support.")


async def test_f29_a_follower_who_leaves_while_the_dock_is_open_leaves_nothing_to_do() -> None:
    async with opened("followers", (120, 40)) as terminal:
        await terminal.press("x")
        await terminal.type("jade_mo")
        await answer(terminal, FOLLOWERS, scene_copy.followers()[1:])
        assert "jade_moon had already left; nothing to do." in text_of(terminal)
        await terminal.type("on")
        await terminal.press("enter")
        assert sent(terminal) == []
        assert terminal.message == "jade_moon had already left; nothing to do."
        assert terminal.app.asking.docks == []


@pytest.mark.parametrize("code", ["31026", "31029", "43046"])
async def test_f29_a_removal_refused_because_they_are_gone_is_one_calm_line(code: str) -> None:
    async with opened("followers") as terminal:
        assert terminal.gateway is not None
        terminal.gateway.endings.append(Rejected("no such user", code=code))
        await terminal.press("x")
        await terminal.type("jade_moon")
        await terminal.press("enter")
        assert terminal.message == "jade_moon had already left; nothing to do."
        assert terminal.workspace.message.count == 1


async def test_a_removal_that_bitget_refuses_is_said_and_the_row_stays() -> None:
    async with opened("followers") as terminal:
        assert terminal.gateway is not None
        terminal.gateway.endings.append(Rejected("equity is not small", code="43069"))
        await terminal.press("x")
        await terminal.type("jade_moon")
        await terminal.press("enter")
        assert "43069" in terminal.message
        assert cursor_row(terminal).startswith("►jade_moon")
        assert "removing" not in cursor_row(terminal)


async def test_names_of_every_kind_stay_inside_their_cells() -> None:
    async with opened("followers", (120, 40)) as terminal:
        crowd = tuple(
            Follower(f"77{at:014}", Untrusted(name), D(1), True, NOW_MS) for at, name in enumerate(HOSTILE)
        )
        await answer(terminal, FOLLOWERS, crowd)
        for _ in HOSTILE:
            await terminal.press("j", "x")
            text = terminal.screen_text()
            assert not FORBIDDEN & set(text)
            assert [row for row in terminal.rows() if cell_width(row) > 120] == []
            await terminal.press("esc", "enter")
            assert not FORBIDDEN & set(terminal.screen_text())
            await terminal.press("esc")


# A follower's view


async def test_v_checks_a_setting_against_what_bitget_allows() -> None:
    async with opened("copy", (120, 40)) as terminal:
        await terminal.press("v")
        assert "under 0.0010 that Bitget allows" in text_of(terminal)
        await confirm(terminal)
        assert sent(terminal) == []
        await terminal.press("tab", "tab", "backspace", "backspace")
        await terminal.type("100")
        await confirm(terminal)
        (intent,) = sent(terminal)
        assert isinstance(intent, SetCopySettings)
        (setting,) = intent.settings
        assert (intent.trader_id, setting.instrument, setting.trace_value) == ("8001", BTC, D(100))


async def test_a_ratio_is_said_to_be_how_many_times_the_traders_size() -> None:
    # Bitget calls it percent: who takes it so types 20 for a fifth, and copies twenty times the size.
    async with opened("copy", (120, 40)) as terminal:
        held = terminal.store.answer(SETTINGS).value
        assert held is not None
        ratio = replace(held.details[0], trace_type="percent", trace_value=D("0.2"))
        await answer(terminal, SETTINGS, replace(held, details=(ratio,)))
        assert "per order 0.2 x theirs" in terminal.screen_text()
        await terminal.press("v")
        assert "an order 0.2  x theirs" in text_of(terminal)
        await terminal.press("tab", "tab", *["backspace"] * 3)
        await terminal.type("20")
        await terminal.press("enter")
        assert "per order 20 x theirs" in text_of(terminal)


async def test_find_says_what_v2_lacks_and_follows_by_id() -> None:
    async with opened("copy", (120, 40)) as terminal:
        await terminal.press("l", "l", "l")
        assert "brokers only" in terminal.screen_text()
        await terminal.press("v")
        await terminal.type("b0b4f5ab12")
        await terminal.press("tab")
        await terminal.type("49")
        assert "at least 50 USDT" in text_of(terminal)
        await terminal.press("backspace", "backspace")
        await terminal.type("250")
        await confirm(terminal)
        assert sent(terminal) == [FollowByAmount(USDT, "b0b4f5ab12", 250)]


async def test_the_review_of_following_says_everything_that_is_sent() -> None:
    async with opened("copy") as terminal:
        await terminal.press("l", "l", "l", "v")
        await terminal.type("b0b4f5ab12")
        await terminal.press("tab")
        await terminal.type("250")
        await terminal.press("tab")
        await terminal.type("90")
        await terminal.press("tab")
        await terminal.type("7")
        await terminal.press("tab", "right", "tab", "right", "tab", "right", "enter")
        for words in (
            "FOLLOW b0b4f5ab12", "with 250 USDT in all", "ends at a loss of 90 USDT", "leverage 7x",
            "margin crossed", "what is open: copied", "new symbols: left",
        ):  # fmt: skip
            assert f" {words} " in terminal.screen_text()


async def test_a_refused_form_of_copy_trading_opens_again_as_it_was_typed() -> None:
    async with opened("copy", (120, 40)) as terminal:
        assert terminal.gateway is not None
        terminal.gateway.endings.append(Rejected("no such trader", code="40860"))
        await terminal.press("l", "l", "l", "v")
        await terminal.type("b0b4f5ab12")
        await terminal.press("tab")
        await terminal.type("250")
        await terminal.press("tab", "tab", "tab", "right")
        await confirm(terminal)
        text = terminal.screen_text()
        assert "Rejected 40860" in text
        for kept in ("b0b4f5ab12", "250", "crossed"):
            assert kept in text
        await confirm(terminal)
        first, second = sent(terminal)
        assert first == second


async def test_a_small_terminal_shows_copies_and_settings_too_and_enter_shows_all_of_them() -> None:
    async with opened("copy") as terminal:
        held = terminal.store.answer(SETTINGS).value
        assert held is not None
        first = held.details[0]
        many = tuple(
            replace(first, instrument=instrument_id(USDT, f"{coin}USDT"))
            for coin in ("BTC", "ETH", "SOL", "XRP", "DOGE")
        )
        await answer(terminal, SETTINGS, replace(held, details=many))
        copied = question.copied_orders(USDT)
        copies = terminal.store.answer(copied).value or ()
        more = tuple(replace(copies[0], tracking_no=f"12309{at:02}") for at in range(5))
        await answer(terminal, copied, (*copies, *more))
        text = terminal.screen_text()
        assert "copied orders of AlphaDesk 9 · 6 of them, enter shows all" in text
        assert "my settings for AlphaDesk · 1 of 5 symbols, enter shows all" in text
        assert all(name in text for name in ("AlphaDesk", "night.owl", "tidepool"))
        assert "≈+36.08" in next(row for row in terminal.rows() if row.startswith(" total"))
        await terminal.press("enter", *["pgdn"] * 6)
        assert "DOGEUSDT per order" in " ".join(text_of(terminal).split())
        await terminal.press("esc")
        every = tuple(
            replace(trader, trader_id=f"{trader.trader_id}{at}")
            for at in range(5)
            for trader in scene_copy.traders()
        )
        await answer(terminal, TRADERS, every)
        assert "[traders 15]" in terminal.screen_text()
        assert "copied orders of" in terminal.screen_text()
        assert "my settings for" in terminal.screen_text()


async def test_the_settings_of_the_trader_under_the_cursor_are_asked() -> None:
    async with opened("copy") as terminal:
        assert question.copy_settings(USDT, "8001") in terminal.asker.attended
        await terminal.press("j")
        await terminal.step(0.5)
        assert question.copy_settings(USDT, "8002") in terminal.asker.attended


async def test_the_settings_of_the_first_trader_are_asked_once_the_traders_are_known() -> None:
    nobody = [
        event
        for event in scene.events()
        if not (isinstance(event, QuestionAnswered) and event.question in (TRADERS, SETTINGS))
    ]
    async with opened("copy", events=nobody) as terminal:
        assert SETTINGS not in terminal.asker.attended
        await answer(terminal, TRADERS, scene_copy.traders())
        await terminal.step(0.5)
        assert SETTINGS in terminal.asker.attended


async def test_x_stops_copying_by_typed_name() -> None:
    async with opened("copy", (120, 40)) as terminal:
        await terminal.press("x")
        assert "4 copies" in terminal.screen_text()
        # Bitget leaves them open: who takes them for closed would hold them unwatched.
        assert "Open copies stay open" in text_of(terminal)
        await terminal.type("AlphaDesk")
        await terminal.press("enter")
        assert sent(terminal) == [Unfollow(USDT, "8001")]
        await terminal.step(0.5)
        await answer(terminal, TRADERS, (terminal.store.answer(TRADERS).value or ())[1:])
        assert terminal.message == "done: stop copying AlphaDesk"


# What is seen


async def test_profit_is_shown_by_day_and_coin_and_a_day_opens_into_its_shares() -> None:
    async with opened("leader", (120, 40)) as terminal:
        await terminal.press("l", "l")
        assert "2026-11-21 USDT          +358.24" in cursor_row(terminal)
        assert "my own profit, 30 days: +765.00 USDT" in terminal.screen_text()
        await terminal.press("enter")
        assert "+318.2200" in terminal.screen_text()


async def test_e_writes_the_shares_as_csv_that_no_spreadsheet_runs() -> None:
    async with opened("leader") as terminal:
        written: dict[str, str] = {}

        def save(name: str, text: str) -> str:
            written[name] = text
            return f"/exports/{name}"

        terminal.workspace.save = save
        shares = terminal.store.answer(question.paid_shares(USDT)).value or ()
        evil = replace(shares[0], follower_name=Untrusted('=HYPERLINK("x")\x1b[2J'))
        await answer(terminal, question.paid_shares(USDT), (evil, *shares))
        await terminal.press("E")
        (text,) = written.values()
        assert text.splitlines()[0] == "time_ms,coin,amount,follower,ratio,profit_id"
        assert "'=HYPERLINK" in text
        assert "\x1b" not in text
        assert terminal.message.startswith("3 shares: copy-profit-usdt-futures-")
        assert terminal.message.endswith(".csv in /exports")


async def test_h_hides_names_uids_and_money_on_every_view() -> None:
    for screen in ("leader", "followers", "copy"):
        async with opened(screen, (120, 40)) as terminal:
            await terminal.press("H")
            for _ in range(5):
                text = terminal.screen_text()
                for secret in (
                    "jade_moon",
                    "8812",
                    "24,310.55",
                    "AlphaDesk",
                    "+204.55",
                    "1,204.55",
                    "318.22",
                ):
                    assert secret not in text
                await terminal.press("l")


async def test_a_fill_has_the_list_asked_and_a_leg_that_ends_is_seen_at_once() -> None:
    async with opened("leader", (120, 40)) as terminal:
        terminal.asker.hurried.clear()
        await terminal.apply(FillReported(replace(fill("t9"), instrument=BTC, time_ms=NOW_MS)), 0.5)
        assert TRACKS in terminal.asker.hurried
        legs = tuple(leg for leg in terminal.store.positions(USDT) or () if leg.side is PositionSide.LONG)
        report = terminal.store.positions_report(USDT)
        assert report is not None
        await terminal.apply(replace(report, positions=legs, time_ms=terminal.clock.now_ms()), 0.5)
        rows = [row for row in terminal.rows() if "1221311" in row]
        assert "closed" in rows[0]
        assert isinstance(report, PositionsReported)


@pytest.mark.parametrize(("screen", "asked"), [("leader", TRACKS), ("copy", question.copied_orders(USDT))])
async def test_a_size_of_nine_digits_is_a_figure(screen: str, asked: Any) -> None:
    async with opened(screen) as terminal:
        await terminal.press(*(["l"] if screen == "copy" else []))
        found = terminal.store.answer(asked).value
        assert found
        await answer(terminal, asked, (replace(found[0], open_size=D(123064000)),))
        assert "123064000" in cursor_row(terminal)
        assert "#" not in cursor_row(terminal)


@pytest.mark.parametrize(("screen", "pnl"), [("leader", "≈+21.42"), ("copy", "≈+3.75")])
async def test_pnl_moves_with_the_mark_while_nothing_is_asked(screen: str, pnl: str) -> None:
    async with opened(screen) as terminal:
        ticker = terminal.store.ticker(BTC)
        assert ticker is not None
        asked = list(terminal.asker.asked)
        later = replace(ticker, mark_text="67338.9", time_ms=terminal.clock.now_ms())
        await terminal.apply(TickerUpdated(later), 0.5)
        assert any(pnl in row and "BTCUSDT" in row for row in terminal.rows())
        assert terminal.asker.asked == asked


async def test_what_a_leader_may_have_open_is_held_against_what_is() -> None:
    async with opened("leader") as terminal:
        meter = next(row for row in terminal.rows() if row.startswith(" tracking orders "))
        assert "5 of 300" in meter
        assert meter.rstrip().endswith("BTCUSDT 2 of 100")
        assert any("order rate" in row and row.rstrip().endswith("waiting") for row in terminal.rows())
        assert "(asked every 3s)" in terminal.row(-2)
        await terminal.press("l")
        assert "(asked every 60s)" in terminal.row(-2)


async def test_what_is_seen_is_asked_the_most_often_and_goes_on_slowly_elsewhere() -> None:
    async with opened("leader") as terminal:
        assert terminal.asker.attended[TRACKS] == 3
        assert terminal.asker.attended[question.lead_symbols(USDT)] == 1200
        await terminal.press("l", "l", "l")
        assert terminal.asker.attended[TRACKS] == 12
        assert terminal.asker.attended[question.lead_symbols(USDT)] == 300
        await terminal.press("1")
        assert terminal.asker.attended[TRACKS] == 30
        await terminal.apply(QuestionFailed(TRACKS, "no trader", "31001"))
        await terminal.press("2")
        assert TRACKS not in terminal.asker.attended


async def test_m_shows_the_next_product_type_and_asks_about_it() -> None:
    async with opened("leader") as terminal:
        await terminal.press("m")
        assert question.leader_tracks(ProductType.USDC_FUTURES) in terminal.asker.attended
        await terminal.press("m", "m", "5")
        assert question.followers(SPOT) in terminal.asker.attended
        await terminal.press("m")
        assert FOLLOWERS in terminal.asker.attended


async def test_a_disarmed_run_still_closes_and_removes_and_follows_nobody() -> None:
    async with opened("leader", (120, 40), is_armed=False) as terminal:
        await terminal.press("f")
        await confirm(terminal)
        assert len(sent(terminal)) == 1
        await terminal.press("v", "right")
        await confirm(terminal)
        await terminal.press("esc", "esc")
        assert len(sent(terminal)) == 1
        await terminal.press("5", "x")
        await terminal.type("jade_moon")
        await terminal.press("enter")
        assert isinstance(sent(terminal)[-1], RemoveFollower)
        await terminal.press("6", "v", "tab", "tab", "backspace", "backspace")
        await terminal.type("100")
        await confirm(terminal)
        await terminal.press("esc", "esc")
        assert len(sent(terminal)) == 2


READ_ONLY_KEYS = {
    "leader": ("f", "p", "v", "l", "f", "p", "l", "v", "l", "v", "l", "v"),
    "followers": ("x", "l", "x", "l", "x"),
    "copy": ("f", "p", "v", "x", "l", "f", "p", "v", "x", "l", "l", "v"),
}


@pytest.mark.parametrize("screen", READ_ONLY_KEYS)
async def test_a_read_only_run_shows_all_of_it_and_changes_none(screen: str) -> None:
    async with opened(screen, (120, 40)) as trading, opened(screen, (120, 40), can_trade=False) as terminal:
        for key in READ_ONLY_KEYS[screen]:
            if key == "l":
                await trading.press("l")
            await terminal.press(key)
            assert terminal.app.asking.docks == []
            shown = [row for row in terminal.rows()[3:-2] if row.strip()]
            assert shown == [row for row in trading.rows()[3:-2] if row.strip()]
        for word in ("close", "TP/SL", "remove", "stop", "settings"):
            assert f" {word} " not in terminal.row(-1)
        assert terminal.gateway is None


async def test_a_row_with_nothing_more_to_tell_is_opened_with_all_its_cells() -> None:
    async with opened("leader") as terminal:
        await terminal.press("l")
        await terminal.step(0.3)
        await terminal.press("enter")

        text = text_of(terminal)

    assert "LEADER · HISTORY" in text
    assert all(title in text.split("LEADER · HISTORY")[-1] for title in ("symbol", "entry", "exit", "net"))


# What the message line says of the sub-view


LEADER_VIEWS: tuple[tuple[Any, str], ...] = (
    (TRACKS, "tracking orders as of 14:01:01 (asked every 3s) · ≈ PnL from mark, live"),
    (question.leader_history(USDT), "closed tracking orders as of 14:01:02 (asked every 60s)"),
    (question.daily_shares(USDT), "shares of profit as of 14:01:03 (asked every 60s)"),
    (question.lead_symbols(USDT), "symbols as of 14:01:04 (asked every 300s)"),
)
A_MINUTE_AGO = NOW_MS - 147_000
"""14:01:00, before anything of the scene was asked."""


def line(terminal: Terminal) -> str:
    """The message line as it is drawn."""
    return terminal.row(-2).strip()


async def test_each_sub_view_of_a_leader_tells_the_age_of_what_it_shows() -> None:
    async with opened("leader") as terminal:
        for seconds, (asked, _) in enumerate(LEADER_VIEWS, 1):
            value = terminal.store.answer(asked).value
            await terminal.apply(QuestionAnswered(asked, value, A_MINUTE_AGO + seconds * 1000))
        await terminal.press("h", "l")
        for _, words in LEADER_VIEWS:
            assert line(terminal) == words
            await terminal.press("l")
        assert "as of" not in line(terminal)
        assert "v2 has no request that reads it" in line(terminal)


async def test_profit_is_as_old_as_the_older_of_the_two_answers_that_it_is_made_of() -> None:
    paid = question.paid_shares(USDT)
    async with opened("leader") as terminal:
        value = terminal.store.answer(paid).value
        await terminal.apply(QuestionAnswered(paid, value, A_MINUTE_AGO), 0.3)
        await terminal.press("l", "l")
        assert terminal.asker.attended[paid] == 60
        assert line(terminal) == "shares of profit as of 14:01:00 (asked every 60s)"


async def test_settings_that_no_request_reads_are_not_stale_by_the_answer_about_symbols() -> None:
    async with opened("leader") as terminal:
        await terminal.apply(QuestionFailed(question.lead_symbols(USDT), "no route", ""), 0.3)
        await terminal.press("l", "l", "l")
        assert "STALE" in terminal.row(6)
        await terminal.press("l")
        assert "[settings]" in terminal.row(6)
        assert "STALE" not in terminal.row(6)


async def test_spot_settings_tell_their_own_age() -> None:
    async with opened("leader") as terminal:
        terminal.workspace.copy_product = SPOT
        await terminal.press("h")
        assert line(terminal) == "settings as of 14:03:24 (asked every 300s)"


async def test_each_sub_view_of_copy_tells_the_age_of_what_it_shows() -> None:
    async with opened("copy") as terminal:
        await terminal.apply(QuestionAnswered(question.copy_history(USDT), (), A_MINUTE_AGO), 0.3)
        assert line(terminal).startswith("copied orders as of 14:03:24 (asked every 5s)")
        await terminal.press("l", "l")
        assert line(terminal) == "closed copies as of 14:01:00 (asked every 60s)"
        await terminal.press("l")
        assert line(terminal).startswith("v follows a trader by the id")


async def test_each_sub_view_of_followers_tells_the_age_of_what_it_shows() -> None:
    waiting = question.waiting_shares(USDT)
    async with opened("followers") as terminal:
        await terminal.apply(
            QuestionAnswered(waiting, terminal.store.answer(waiting).value, A_MINUTE_AGO), 0.3
        )
        assert line(terminal).startswith("followers as of 14:03:24 (asked every 30s)")
        await terminal.press("l")
        assert line(terminal) == "followers as of 14:03:24 (asked every 30s) · found by comparing lists"
        await terminal.apply(QuestionFailed(waiting, "no route", ""), 0.3)
        await terminal.press("l")
        assert line(terminal).startswith("waiting shares as of 14:01:00 (asked every 60s)")
        assert "STALE" in terminal.screen_text()


async def test_what_was_said_of_a_sub_view_is_left_behind_with_it() -> None:
    async with opened("leader") as terminal:
        await terminal.press("l", "l", "v")
        assert line(terminal).startswith("No symbol here")
        await terminal.press("l")
        assert line(terminal).startswith("symbols as of ")
        await terminal.press("m")
        assert line(terminal).startswith("Copy trading of ")
        await terminal.press("5")
        assert line(terminal).startswith("followers")


async def test_a_warning_is_not_left_behind_with_its_sub_view() -> None:
    async with opened("leader") as terminal:
        terminal.workspace.say("Bitget refused: no", Role.DANGER)
        await terminal.press("l")
        assert line(terminal) == "Bitget refused: no"


async def test_who_came_or_left_is_told_since_when() -> None:
    async with opened("followers") as terminal:
        assert terminal.row(4).rstrip().endswith("· no change since 14:03:24")
        await terminal.press("l")
        assert "first read, 14:03:24." in terminal.screen_text()
        found = terminal.store.answer(FOLLOWERS).value
        assert found
        await answer(terminal, FOLLOWERS, found[2:])
        assert "· 2 left since 14:03:24" in terminal.row(4)


async def test_a_wide_screen_says_in_full_that_nobody_came_or_left() -> None:
    async with opened("followers", size=(120, 40)) as terminal:
        assert terminal.row(4).rstrip().endswith("· none came or left since 14:03:24")


async def test_the_tab_of_symbols_counts_its_rows_and_the_title_those_that_are_lent() -> None:
    async with opened("leader") as terminal:
        await terminal.press("l", "l", "l")
        assert "[symbols 6]" in terminal.row(6)
        assert "· 5 on " in terminal.row(6)
        assert sum(row[1:].split()[1:2] in (["on"], ["off"]) for row in terminal.rows()) == 6


async def test_a_ratio_that_is_not_set_is_none_and_no_bare_percent_sign() -> None:
    async with opened("leader") as terminal:
        asked = question.lead_symbols(USDT)
        symbols = terminal.store.answer(asked).value
        assert symbols
        await answer(terminal, asked, (replace(symbols[0], stop_loss_ratio=None), *symbols[1:]))
        await terminal.press("l", "l", "l", "v")
        dock = [row.split("│")[1] for row in terminal.rows() if row.count("│") == 2]
        assert any(row.split() == ["TP", "ratio", "40", "%"] for row in dock)
        assert any(row.split() == ["SL", "ratio", "none"] for row in dock)
