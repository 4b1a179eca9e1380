"""From a form to the exchange: nothing is sent but by one calm `y`, and what was refused is not lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bgtui.domain.error import NotSent, OutcomeUnknown, Rejected
from bgtui.domain.event import OrderUpdated
from bgtui.domain.intent import (
    AdjustMargin,
    AmendOrder,
    Intent,
    PlaceOrder,
    PositionTpsl,
    ReversePosition,
    SetLeverage,
)
from bgtui.domain.order import OrderStatus, PositionMode
from bgtui.ui.role import Role
from tests.support import scene_account
from tests.support.build import D
from tests.support.forms import HEDGE, ONE_WAY, confirm, dock, fill, form, keys, opened, said, sent
from tests.support.terminal import Terminal

FORMS = {
    "ticket": ("trade", "t tab 'm'", PlaceOrder),
    "ladder": ("trade", "n", PlaceOrder),
    "close": ("positions", "f", PlaceOrder),
    "reverse": ("positions", "r", ReversePosition),
    "protect": ("positions", "p up", PositionTpsl),
    "leverage": ("positions", "v tab up", SetLeverage),
    "margin": ("positions", "j i '5'", AdjustMargin),
    "amend": ("orders", "j a up", AmendOrder),
}
"""Where each form is, the keys that make it ready, and the kind of its intent."""


@pytest.fixture(params=sorted(FORMS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def ready(terminal: Terminal, name: str) -> None:
    """Show the review of a form."""
    await keys(terminal, FORMS[name][1])
    await terminal.press("enter")
    assert "y SEND" in said(terminal), said(terminal)


def is_sent(terminal: Terminal, name: str) -> bool:
    kinds: list[type[Intent]] = [type(intent) for intent in sent(terminal)]
    return kinds == [FORMS[name][2]]


@pytest.mark.parametrize("mode", [HEDGE, ONE_WAY])
async def test_one_calm_y_sends_one_intent_and_the_form_is_gone(name: str, mode: PositionMode) -> None:
    async with opened(mode, FORMS[name][0]) as terminal:
        await ready(terminal, name)
        await terminal.step(0.31)
        await terminal.press("y")
        assert is_sent(terminal, name)
        assert terminal.app.asking.docks == []
        await terminal.step(1.0)
        await terminal.press("y")
        assert is_sent(terminal, name)
        (mode_sent,) = (getattr(intent, "position_mode", None) for intent in sent(terminal))
        assert mode_sent in (None, mode)


async def test_a_y_too_early_held_or_pasted_sends_nothing(name: str) -> None:
    async with opened(HEDGE, FORMS[name][0]) as terminal:
        await ready(terminal, name)
        await terminal.step(0.25)
        await terminal.press("y")
        assert sent(terminal) == []
        for _ in range(40):  # held: it comes again every 30 ms
            await terminal.step(0.03)
            await terminal.press("y")
        assert sent(terminal) == []
        terminal.paste("y\ny\ry")
        await terminal.settle()
        await terminal.step(0.1)
        await terminal.press("y")
        assert sent(terminal) == []
        await terminal.step(0.4)
        await terminal.press("y")
        assert is_sent(terminal, name)


async def test_two_keys_typed_ahead_send_once(name: str) -> None:
    async with opened(HEDGE, FORMS[name][0]) as terminal:
        await ready(terminal, name)
        await terminal.step(0.4)
        terminal.gateway.hold()  # type: ignore[union-attr]
        await terminal.press("y", "y")
        await terminal.step(0.4)
        await terminal.press("y")
        terminal.gateway.release()  # type: ignore[union-attr]
        await terminal.settle()
        assert is_sent(terminal, name)


async def test_any_other_key_before_y_starts_the_wait_anew(name: str) -> None:
    async with opened(HEDGE, FORMS[name][0]) as terminal:
        await ready(terminal, name)
        await terminal.step(0.4)
        await terminal.press("n", "y")
        assert sent(terminal) == []
        await terminal.step(0.4)
        await terminal.press("y")
        assert is_sent(terminal, name)


async def test_a_review_expires_and_has_to_be_looked_at_again(name: str) -> None:
    async with opened(HEDGE, FORMS[name][0]) as terminal:
        await ready(terminal, name)
        assert "in 20s" in said(terminal)
        await terminal.step(20.1)
        await terminal.press("y")
        assert sent(terminal) == []
        assert "esc, then review again" in said(terminal)
        await terminal.press("esc")
        await confirm(terminal)
        assert is_sent(terminal, name)


async def test_esc_leaves_the_review_then_the_form_and_sends_nothing(name: str) -> None:
    async with opened(HEDGE, FORMS[name][0]) as terminal:
        await ready(terminal, name)
        await terminal.press("esc")
        assert "enter review" in said(terminal)
        await terminal.step(1.0)
        await terminal.press("y")
        await terminal.press("esc")
        assert terminal.app.asking.docks == []
        assert sent(terminal) == []


async def test_what_was_refused_opens_again_as_it_was_with_the_reason(name: str) -> None:
    async with opened(HEDGE, FORMS[name][0]) as terminal:
        assert terminal.gateway is not None
        terminal.gateway.endings.append(Rejected("margin 168.10 needed, 120.00 free", code="43012"))
        await ready(terminal, name)
        before = {field: edit.text for field, edit in form(terminal).edits.items()}
        at, values = form(terminal).field, [form(terminal).value(each) for each in form(terminal).names()]
        await terminal.step(0.4)
        await terminal.press("y")
        assert "43012" in said(terminal)
        assert "43012" in terminal.message
        assert {field: edit.text for field, edit in form(terminal).edits.items()} == before
        assert form(terminal).field == at
        assert [form(terminal).value(each) for each in form(terminal).names()] == values
        await confirm(terminal)
        assert [type(intent) for intent in sent(terminal)] == [FORMS[name][2]] * 2
        assert sent(terminal)[0] == sent(terminal)[1]
        ids = [name for _, name in terminal.gateway.sent if name]
        assert len(set(ids)) == len(ids)


async def test_an_edited_ticket_from_the_ladder_is_kept_when_it_is_refused() -> None:
    async with opened() as terminal:
        assert terminal.gateway is not None
        terminal.gateway.endings.append(Rejected("no", code="40762"))
        await terminal.press("b")
        await fill(terminal, price="67000", size="0.0333", take_profit="68000")
        await confirm(terminal)
        texts = form(terminal).edits
        assert [texts[name].text for name in ("price", "size", "take_profit")] == ["67000", "0.0333", "68000"]


async def test_a_refusal_takes_no_keys_from_the_form_that_is_open_by_then() -> None:
    async with opened() as terminal:
        assert terminal.gateway is not None
        terminal.gateway.hold()
        terminal.gateway.endings.append(Rejected("no", code="40762"))
        await terminal.press("n")
        await confirm(terminal)
        await terminal.press("/")
        first = dock(terminal)
        terminal.gateway.release()
        await terminal.settle()
        assert terminal.app.asking.docks == [first]
        assert "40762" in terminal.message
        await terminal.press("esc", "t")
        assert "67,241.4" in said(terminal)  # what was refused is the draft


async def test_a_doubtful_ending_is_said_and_the_form_does_not_open_again(name: str) -> None:
    async with opened(HEDGE, FORMS[name][0]) as terminal:
        assert terminal.gateway is not None
        terminal.gateway.endings.append(OutcomeUnknown("no reply in 10 s"))
        await ready(terminal, name)
        await terminal.step(0.4)
        await terminal.press("y")
        assert terminal.app.asking.docks == []
        assert "no reply in 10 s" in terminal.message
        assert is_sent(terminal, name)


async def in_doubt(terminal: Terminal) -> OrderUpdated:
    """Send an order whose reply is lost once it is let come; return the report of it."""
    assert terminal.gateway is not None
    terminal.gateway.hold()
    terminal.gateway.endings.append(OutcomeUnknown("no reply in 10 s"))
    await keys(terminal, "t tab tab tab '=67000'")
    await confirm(terminal)
    assert terminal.message.startswith("sent: ")
    first, client_order_id = scene_account.orders()[0], terminal.gateway.sent[0][1]
    return OrderUpdated(
        replace(first, order_id="777", client_order_id=client_order_id, price=D("67000"),
                status=OrderStatus.LIVE)
    )  # fmt: skip


async def test_an_order_that_was_reported_before_its_reply_was_lost_is_said_to_be_live() -> None:
    async with opened() as terminal:
        report = await in_doubt(terminal)
        await terminal.apply(report)
        terminal.gateway.release()  # type: ignore[union-attr]
        await terminal.settle()

        assert terminal.message == "live: open long 0.0100 BTCUSDT @ 67,000.0"
        assert terminal.workspace.message.role is Role.PLAIN


async def test_an_order_that_was_filled_before_its_reply_was_lost_is_said_to_be_filled() -> None:
    async with opened() as terminal:
        order = (await in_doubt(terminal)).order
        filled = replace(order, status=OrderStatus.FILLED, filled_size=order.size, average_price=D("66999.9"))
        await terminal.apply(OrderUpdated(filled))
        terminal.gateway.release()  # type: ignore[union-attr]
        await terminal.settle()

        assert terminal.message == "filled: open long 0.0100 BTCUSDT @ 67,000.0, average 66,999.9"


async def test_an_order_found_before_the_next_frame_is_not_left_in_doubt_by_the_message_line() -> None:
    async with opened() as terminal:
        report = await in_doubt(terminal)
        terminal.gateway.release()  # type: ignore[union-attr]
        asyncio.get_running_loop().call_soon(terminal.session.apply, report)  # right after the doubt
        await terminal.settle()

        assert terminal.message == "live: open long 0.0100 BTCUSDT @ 67,000.0"


async def test_what_never_left_is_said_to_be_not_sent(name: str) -> None:
    async with opened(HEDGE, FORMS[name][0]) as terminal:
        assert terminal.gateway is not None
        terminal.gateway.endings.append(NotSent("/api/v2/mix/some/route: Not sent: no connection"))
        await ready(terminal, name)
        await terminal.step(0.4)
        await terminal.press("y")
        assert "Not sent: no connection" in said(terminal)
        assert terminal.message == "Not sent: no connection"


async def test_words_of_the_exchange_reach_a_form_as_text() -> None:
    async with opened() as terminal:
        assert terminal.gateway is not None
        terminal.gateway.endings.append(Rejected("\x1b]52;c;ZXZpbA==\x07 nope", code="40762"))
        await terminal.press("n")
        await confirm(terminal)
        assert not {"\x1b", "\x07"} & set(terminal.screen_text())
