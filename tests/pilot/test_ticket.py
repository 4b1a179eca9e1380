"""The order ticket by keys: every field, and the one order that is sent, in both position modes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bgtui.domain.intent import Intent, PlaceOrder, PlacePlan
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
    MarginMode,
    OrderType,
    PlanKind,
    PositionMode,
    PositionSide,
    TimeInForce,
    TriggerType,
)
from bgtui.ui.modals.ticket import TicketDock
from tests.support import scene
from tests.support.build import D
from tests.support.forms import HEDGE, ONE_WAY, confirm, dock, fill, go, keys, opened, said, sent
from tests.support.scene_market import BTC, SPOT
from tests.support.terminal import Terminal

LONG, SHORT = PositionSide.LONG, PositionSide.SHORT
OPEN, CLOSE = Effect.OPEN, Effect.CLOSE
LIMIT = PlaceOrder(
    BTC, Side.BUY, OrderType.LIMIT, D("0.0100"), TimeInForce.GTC, D("67000"), position_side=LONG, effect=OPEN,
    position_mode=HEDGE, margin_mode=MarginMode.ISOLATED, margin_coin="USDT",
)  # fmt: skip
"""What `t`, a price and the preset size stand for."""
MARKET = replace(LIMIT, order_type=OrderType.MARKET, price=None)
PLAN = PlacePlan(
    BTC, PlanKind.TRIGGER, Side.BUY, OrderType.MARKET, D("0.0100"), D("67500"), TriggerType.MARK,
    position_side=LONG, effect=OPEN, position_mode=HEDGE, margin_mode=MarginMode.ISOLATED, margin_coin="USDT",
)  # fmt: skip


def form(terminal: Terminal) -> TicketDock:
    found = dock(terminal)
    assert isinstance(found, TicketDock)
    return found


# Fields and the way through them


@pytest.mark.parametrize(
    ("mode", "kind", "fields"),
    [
        (HEDGE, "limit", "action kind time price size take_profit stop_loss"),
        (HEDGE, "market", "action kind size take_profit stop_loss"),
        (HEDGE, "trigger limit", "action kind trigger trigger_by price size take_profit stop_loss"),
        (HEDGE, "trigger market", "action kind trigger trigger_by size take_profit stop_loss"),
        (HEDGE, "trailing", "action kind trigger trigger_by callback size"),
        (ONE_WAY, "limit", "action kind time price size take_profit stop_loss reduce"),
        (ONE_WAY, "trailing", "action kind trigger trigger_by callback size reduce"),
    ],
)
async def test_tab_goes_through_the_fields_of_a_kind_and_round(
    mode: PositionMode, kind: str, fields: str
) -> None:
    async with opened(mode) as terminal:
        await terminal.press("t", "tab")
        while form(terminal).ticket.kind.value != kind:
            await terminal.press("right")
        await terminal.press("shift+tab")
        seen = []
        for _ in fields.split():
            seen.append(form(terminal).field)
            assert "►" in terminal.screen_text()
            await terminal.press("tab")
        assert seen == fields.split()
        assert form(terminal).field == "action"
        await terminal.press("shift+tab")
        assert form(terminal).field == seen[-1]


@pytest.mark.parametrize(
    ("mode", "actions"),
    [(HEDGE, ["open long", "close long", "open short", "close short"]), (ONE_WAY, ["buy", "sell"])],
)
@pytest.mark.parametrize("key", ["right", "space", "up"])
async def test_a_choice_goes_forth_and_back(mode: PositionMode, actions: list[str], key: str) -> None:
    async with opened(mode) as terminal:
        await terminal.press("t")
        for action in [*actions, actions[0]]:
            assert form(terminal).ticket.action.value == action
            assert action.upper() in terminal.screen_text()
            await terminal.press(key)
        await terminal.press("left", "down")
        assert form(terminal).ticket.action.value == actions[-1 % len(actions)]


async def test_the_first_letter_chooses() -> None:
    async with opened() as terminal:
        await terminal.press("t", "c")
        assert form(terminal).ticket.action.value == "close long"
        await terminal.press("c")
        assert form(terminal).ticket.action.value == "close short"
        await terminal.press("z")
        assert form(terminal).ticket.action.value == "close short"
        await terminal.press("l")
        assert form(terminal).ticket.action.value == "close long"
        await terminal.press("s")
        assert form(terminal).ticket.action.value == "close short"
        await terminal.press("o", "s")
        assert form(terminal).ticket.action.value == "open short"
        await terminal.press("tab", "t", "t")
        assert form(terminal).ticket.kind.value == "trigger market"
        await terminal.press("l", "tab", "i")
        assert form(terminal).ticket.time is TimeInForce.IOC


async def test_prices_and_sizes_are_stepped_by_one_and_by_ten() -> None:
    async with opened() as terminal:
        await terminal.press("t")
        await fill(terminal, price="67000")
        for key, shown in [
            ("up", "67,000.1"),
            ("pgup", "67,001.1"),
            ("pgdn", "67,000.1"),
            ("down", "67,000.0"),
        ]:
            await terminal.press(key)
            assert form(terminal).edits["price"].text == shown
        await fill(terminal, size="0.01")
        for key, size in [("up", "0.0101"), ("pgup", "0.0111"), ("pgdn", "0.0101"), ("down", "0.0100")]:
            await terminal.press(key)
            assert form(terminal).edits["size"].text == size


async def test_an_empty_price_is_stepped_from_the_market() -> None:
    async with opened() as terminal:
        await terminal.press("t")
        await go(terminal, "price")
        await terminal.press("up")
        assert form(terminal).edits["price"].text.startswith("67,24")


async def test_presets_change_the_size_from_any_field() -> None:
    async with opened() as terminal:
        await terminal.press("t")
        assert form(terminal).edits["size"].text == "0.0100"
        await terminal.press("]")
        assert form(terminal).edits["size"].text == "0.0200"
        await terminal.press("[", "[", "[", "[")
        assert form(terminal).edits["size"].text == "0.0050"
        await fill(terminal, size="0.0333")
        await terminal.press("]")
        assert form(terminal).edits["size"].text == "0.0050"
        await terminal.press("esc", "n")
        assert form(terminal).edits["size"].text == "0.0050"


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("67,000", "67000"), ("bid", "67241.4"), ("ask", "67241.5"), ("last", "67241.5"), ("mark", "67238.9"),
        ("entry", "66910.4"), ("bid+2", "67241.6"), ("bid-2", "67241.2"), ("+5", "67241.9"),
        ("-10", "67240.4"),
        ("-0.1%", "67174.2"), ("mark-1%", "66566.5"), (" BID ", "67241.4"),
    ],
)  # fmt: skip
async def test_a_price_may_be_a_word_or_a_distance(text: str, price: str) -> None:
    async with opened() as terminal:
        await terminal.press("t")
        await fill(terminal, price=text)
        await confirm(terminal)
        assert sent(terminal) == [replace(LIMIT, price=D(price))]


async def test_the_entry_of_the_leg_that_is_closed_is_meant() -> None:
    async with opened() as terminal:
        await terminal.press("t", *["right"] * 3)
        assert form(terminal).ticket.action.value == "close short"
        await fill(terminal, price="entry")
        assert "= 67,310.2" in terminal.screen_text()
    async with opened(ONE_WAY) as terminal:
        await terminal.press("t", "right")
        await fill(terminal, price="entry")
        assert "= 66,910.4" in terminal.screen_text()


@pytest.mark.parametrize(
    ("text", "size"),
    [("0.0123", "0.0123"), ("500u", "0.0074"), ("1%", "0.0290"), ("r1%", "0.1149"), (".02", "0.02")],
)
async def test_a_size_may_be_coins_quote_a_share_or_a_risk(text: str, size: str) -> None:
    async with opened() as terminal:
        await terminal.press("t")
        await fill(terminal, price="67000", stop_loss="66000", size=text)
        await confirm(terminal)
        assert sent(terminal) == [replace(LIMIT, size=D(size), stop_loss=D(66000))]


@pytest.mark.parametrize(
    ("field", "text", "why"),
    [
        ("price", "", "price is empty"),
        ("price", "abc", "is no price"),
        ("price", "67000.05", "off the tick"),
        ("price", "+1.5", "whole ticks"),
        ("price", "99999", "over mark"),
        ("size", "", "size is empty"),
        ("size", "0", "size is 0"),
        ("size", "0.00001", "under the smallest"),
        ("size", "1e5", "is no size"),
        ("size", "r1%", "risk needs a stop"),
        ("size", "9", "margin"),
        ("stop_loss", "68000", "SL"),
        ("take_profit", "66000", "TP"),
    ],
)
async def test_what_cannot_be_sent_says_why_while_typing_and_has_no_review(
    field: str, text: str, why: str
) -> None:
    async with opened() as terminal:
        await terminal.press("t")
        await fill(terminal, price="67000")
        await fill(terminal, **{field: text})
        assert why in said(terminal)
        await terminal.press("enter")
        assert "y SEND" not in terminal.screen_text()
        await terminal.step(1.0)
        await terminal.press("y")
        assert sent(terminal) == []


# What is sent


@pytest.mark.parametrize(
    ("mode", "line", "wanted"),
    [
        (HEDGE, "'o' tab tab tab '67000'", replace(LIMIT, side=Side.SELL, position_side=SHORT)),
        (HEDGE, "tab tab 'p' tab '67000'", replace(LIMIT, time_in_force=TimeInForce.POST_ONLY)),
        (HEDGE, "tab tab 'i' tab '67000'", replace(LIMIT, time_in_force=TimeInForce.IOC)),
        (HEDGE, "tab tab 'f' tab '67000'", replace(LIMIT, time_in_force=TimeInForce.FOK)),
        (HEDGE, "tab 'm'", MARKET),
        (HEDGE, "tab 'm' tab tab '68000' tab '66000'",
         replace(MARKET, take_profit=D(68000), stop_loss=D(66000))),
        (HEDGE, "'c' tab 'm'", replace(MARKET, side=Side.SELL, effect=CLOSE)),
        (HEDGE, "'cc' tab 'm'", replace(MARKET, position_side=SHORT, effect=CLOSE)),
        (HEDGE, "tab 'tt' tab '67500'", PLAN),
        (HEDGE, "tab 'tt' tab '67500' tab 'l'", replace(PLAN, trigger_type=TriggerType.LAST)),
        (HEDGE, "tab 't' tab '67500' tab tab '67510'",
         replace(PLAN, order_type=OrderType.LIMIT, execute_price=D(67510))),
        (HEDGE, "tab 'ttt' tab '67500' tab tab up",
         replace(PLAN, kind=PlanKind.TRAILING, callback_ratio=D("0.6"))),
        (ONE_WAY, "tab tab tab '67000'", replace(LIMIT, position_mode=ONE_WAY)),
        (ONE_WAY, "'s' tab 'm'", replace(MARKET, side=Side.SELL, position_side=SHORT, position_mode=ONE_WAY)),
        (ONE_WAY, "'s' tab 'm' shift+tab shift+tab space",
         replace(MARKET, side=Side.SELL, position_side=LONG, effect=CLOSE, position_mode=ONE_WAY)),
        (ONE_WAY, "tab 'tt' tab '67500'", replace(PLAN, position_mode=ONE_WAY)),
    ],
)  # fmt: skip
async def test_one_order_is_sent_with_exactly_what_the_form_says(
    mode: PositionMode, line: str, wanted: Intent
) -> None:
    async with opened(mode) as terminal:
        await terminal.press("t")
        await keys(terminal, line)
        await confirm(terminal)
        assert sent(terminal) == [wanted]
        assert terminal.gateway is not None
        assert terminal.gateway.sent[0][1] == "sim1-7Q2M05"
        assert terminal.app.asking.docks == []


@pytest.mark.parametrize(
    ("key", "side", "force", "price"),
    [
        ("b", Side.BUY, TimeInForce.GTC, "67240.0"),
        ("s", Side.SELL, TimeInForce.GTC, "67240.0"),
        ("n", Side.BUY, TimeInForce.POST_ONLY, "67241.4"),
        ("m", Side.SELL, TimeInForce.POST_ONLY, "67241.5"),
        ("B", Side.BUY, TimeInForce.IOC, "67241.5"),
        ("S", Side.SELL, TimeInForce.IOC, "67241.4"),
    ],
)
@pytest.mark.parametrize("mode", [HEDGE, ONE_WAY])
async def test_entry_keys_of_the_ladder_send_their_order(
    mode: PositionMode, key: str, side: Side, force: TimeInForce, price: str
) -> None:
    async with opened(mode) as terminal:
        await terminal.press("j", key)
        await confirm(terminal)
        leg = LONG if side is Side.BUY else SHORT
        assert sent(terminal) == [
            replace(
                LIMIT, side=side, position_side=leg, time_in_force=force, price=D(price), position_mode=mode
            )
        ]


async def test_the_ladders_preset_is_the_tickets_size() -> None:
    async with opened() as terminal:
        await terminal.press("l", "l", "h")
        assert "[0.02]" in terminal.message
        await terminal.press("n")
        assert form(terminal).edits["size"].text == "0.0200"


async def test_a_spot_market_buy_counts_in_quote_and_its_size_is_still_stepped_in_coins() -> None:
    async with opened() as terminal:
        spot = next(name for name in scene.IDENTITY.watch_list if name.product_type is SPOT)
        terminal.app.show_instrument(spot)
        await terminal.step()
        await terminal.press("t", "tab", "m")
        await fill(terminal, size="0.02")
        await terminal.press("up")
        assert D(form(terminal).edits["size"].text) == D("0.02001")
        await terminal.press("down", "down")
        assert D(form(terminal).edits["size"].text) == D("0.01999")


# What is reviewed is what is sent


async def test_the_review_says_it_and_does_not_follow_the_market() -> None:
    async with opened() as terminal:
        await terminal.press("t")
        await fill(terminal, price="bid", take_profit="68000", stop_loss="66000")
        await terminal.press("enter")
        before = [row[46:] for row in terminal.rows()[2:7]]
        text = "\n".join(before)
        for line in ("OPEN LONG 0.0100 BTCUSDT", "limit 67,241.4 GTC", "isolated 20x"):
            assert line in text
        assert "TP 68,000.0 · SL 66,000.0" in terminal.screen_text()
        await terminal.apply(_moved(terminal), 1.0)
        assert [row[46:] for row in terminal.rows()[2:7]] == before
        await terminal.press("y")
        (order,) = sent(terminal)
        assert isinstance(order, PlaceOrder)
        assert order.price == D("67241.4")


def _moved(terminal: Terminal) -> Any:
    from bgtui.domain.event import BookDepth, BookReceived

    seq = (terminal.store.book(BTC).seq or 0) + 1
    return BookReceived(
        BTC, BookDepth.FULL, True, [("67244.0", "1.0")], [("67244.5", "2.0")], seq, seq - 1, None,
        terminal.clock.now_ms(),
    )  # fmt: skip


async def test_the_reason_of_a_refusal_is_in_sight_at_every_size() -> None:
    for size in ((60, 15), (80, 24), (200, 50)):
        async with opened(ONE_WAY, size=size) as terminal:
            await terminal.press("t", "tab", "t")
            await fill(terminal, trigger="67500", price="67510", size="0.00001")
            assert "0.00001 is under the smallest size" in said(terminal)
            assert "►size" in said(terminal)


# Drafts


async def test_a_ticket_left_by_esc_comes_back_and_one_that_was_sent_does_not() -> None:
    async with opened() as terminal:
        await terminal.press("t")
        await fill(terminal, price="67000", size="0.0333")
        await terminal.press("esc", "t")
        assert form(terminal).edits["size"].text == "0.0333"
        await confirm(terminal)
        await terminal.press("t")
        assert form(terminal).edits["price"].text == ""


async def test_closing_a_leg_leaves_the_draft_alone() -> None:
    async with opened() as terminal:
        await terminal.press("t")
        await fill(terminal, price="67000", size="0.0333")
        await terminal.press("esc", "f")
        await confirm(terminal)
        await terminal.press("t")
        assert form(terminal).edits["size"].text == "0.0333"


async def test_esc_leads_from_the_review_to_the_form_and_out() -> None:
    async with opened() as terminal:
        await terminal.press("n", "enter", "esc")
        assert "enter review" in terminal.screen_text()
        await terminal.press("esc")
        assert terminal.app.asking.docks == []
        assert sent(terminal) == []


async def test_help_of_the_form_opens_over_it_and_leads_back() -> None:
    async with opened() as terminal:
        await terminal.press("t", "?")
        assert "HELP  form" in terminal.screen_text()
        await terminal.press("?")
        assert "HELP" not in terminal.screen_text()
        assert form(terminal).field == "action"


async def test_typing_into_a_filled_field_replaces_what_stands_there() -> None:
    async with opened() as terminal:
        await keys(terminal, "b '67000' tab '0.05' tab '68000' shift+tab shift+tab '66000'")
        edits = {name: edit.text for name, edit in form(terminal).edits.items()}
    assert (edits["price"], edits["size"], edits["take_profit"]) == ("66000", "0.05", "68000")


@pytest.mark.parametrize(
    ("before", "field", "text"),
    [("p", "stop", "6600"), ("p", "take", "680000"), ("p", "stop", "0"), ("t", "stop_loss", "6600"),
     ("t", "take_profit", "6800000")],
)  # fmt: skip
async def test_a_protection_far_from_the_market_is_asked_about_before_its_review(
    before: str, field: str, text: str
) -> None:
    async with opened(ONE_WAY) as terminal:
        await keys(terminal, before)
        if before == "t":
            await fill(terminal, price="67000")
        await fill(terminal, **{field: text})
        await terminal.press("enter")
        assert "y SEND" not in said(terminal), said(terminal)
        assert "mean it" in said(terminal) or text == "0"


async def test_y_pressed_for_a_review_that_was_refused_leaves_the_figure() -> None:
    async with opened() as terminal:
        await keys(terminal, "b '60000.05' tab enter y")
        assert form(terminal).edits["size"].text == "0.0100"
        await keys(terminal, "shift+tab enter y 'entry'")
        assert form(terminal).edits["price"].text == "entry"
        assert not sent(terminal)


async def test_how_far_an_order_trails_is_named_apart_from_its_figure() -> None:
    async with opened() as terminal:
        await keys(terminal, "t tab left")
        await fill(terminal, callback="1")

        assert "callback 1 %" in said(terminal)
