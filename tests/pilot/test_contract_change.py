"""A contract whose rules change while a form for it is open: told, and nothing rounded behind the back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bgtui.domain.event import InstrumentsListed
from bgtui.domain.instrument import InstrumentStatus
from tests.support.build import D
from tests.support.forms import ONE_WAY, confirm, fill, form, opened, said, sent
from tests.support.scene_market import BTC, USDT
from tests.support.terminal import Terminal

NEWS = "BTCUSDT tick is 0.5 now, was 0.1: 67,000.1 does not fit; choose a price."


async def change(terminal: Terminal, **rules: Any) -> None:
    """Have the exchange list BTCUSDT with other rules; without any, not at all."""
    listed = terminal.store.instruments(USDT) or ()
    others = tuple(each for each in listed if each.id != BTC)
    changed = tuple(replace(each, **rules) for each in listed if each.id == BTC and rules)
    await terminal.apply(InstrumentsListed(USDT, others + changed))
    await terminal.step(1.0)


async def test_a_typed_price_that_does_not_fit_any_more_is_kept_and_named() -> None:
    async with opened(ONE_WAY) as terminal:
        await terminal.press("t")
        await fill(terminal, price="67000.1")
        await change(terminal, tick=D("0.5"))
        assert NEWS in said(terminal)
        assert terminal.message == NEWS
        assert form(terminal).edits["price"].text == "67000.1"
        await terminal.press("enter")
        assert "y SEND" not in said(terminal), "it cannot even be reviewed"
        await fill(terminal, price="67000.5")
        assert NEWS not in said(terminal)
        await confirm(terminal)
        assert [intent.price for intent in sent(terminal)] == [D("67000.5")]  # type: ignore[union-attr]


async def test_a_review_that_went_by_the_old_tick_is_a_form_again() -> None:
    async with opened(ONE_WAY) as terminal:
        await terminal.press("t")
        await fill(terminal, price="67000.1")
        await terminal.press("enter")
        assert "y SEND" in said(terminal)
        await change(terminal, tick=D("0.5"))
        assert "y SEND" not in said(terminal)
        assert NEWS in said(terminal)
        await terminal.step(0.4)
        await terminal.press("y")
        assert sent(terminal) == []


async def test_y_in_the_same_moment_sends_nothing_either() -> None:
    async with opened(ONE_WAY) as terminal:
        await terminal.press("t")
        await fill(terminal, price="67000.1")
        await terminal.press("enter")
        terminal.clock.advance(0.4)
        listed = terminal.store.instruments(USDT) or ()
        changed = tuple(replace(each, tick=D("0.5")) if each.id == BTC else each for each in listed)
        terminal.session.apply(InstrumentsListed(USDT, changed))
        await terminal.press("y")
        assert sent(terminal) == []
        assert NEWS in said(terminal)


async def test_a_price_in_words_is_made_anew_by_the_new_tick_and_that_is_told() -> None:
    async with opened(ONE_WAY) as terminal:
        await terminal.press("t")
        await fill(terminal, price="-1%")
        await change(terminal, tick=D("50"))
        assert "tick is 50 now, was 0.1: look at the figures again." in said(terminal)
        await confirm(terminal)
        (order,) = sent(terminal)
        assert order.price % 50 == 0  # type: ignore[union-attr, operator]


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ({"status": InstrumentStatus.OFF}, "BTCUSDT is removed by Bitget: no order is taken; esc leaves."),
        ({}, "BTCUSDT is not listed any more: no order is taken; esc leaves."),
    ],
)
async def test_a_symbol_that_goes_away_under_a_form_says_so_and_takes_nothing(
    rules: dict[str, Any], says: str
) -> None:
    async with opened(ONE_WAY) as terminal:
        await terminal.press("t")
        await fill(terminal, price="67000.1")
        await change(terminal, **rules)
        assert says in said(terminal)
        await terminal.press("enter")
        await terminal.step(0.4)
        await terminal.press("y")
        assert sent(terminal) == []
        await terminal.press("esc")
        assert "ORDER BTCUSDT" not in terminal.screen_text(), "esc leaves"


async def test_other_forms_of_the_symbol_say_it_too() -> None:
    async with opened() as terminal:
        await terminal.press("f")
        await change(terminal, size_step=D("0.5"))
        assert "size step is 0.5 now" in said(terminal)
    async with opened() as terminal:
        await terminal.press("p")
        await fill(terminal, take="68000.1")
        await change(terminal, tick=D("0.5"))
        assert "68,000.1 does not fit; choose a price." in said(terminal)


async def test_a_rule_that_no_form_goes_by_changes_nothing() -> None:
    async with opened(ONE_WAY) as terminal:
        await terminal.press("t")
        await fill(terminal, price="67000.1")
        await terminal.press("enter")
        await change(terminal, maker_fee_rate=D("0.1"))
        assert "y SEND" in said(terminal)
