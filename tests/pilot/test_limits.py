"""The person's limits in the forms: told while one types, refused before the review, kept by the desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from bgtui.domain.event import OpenOrdersListed, OrderUpdated, PositionsReported
from bgtui.domain.intent import AmendOrder, PlaceOrder, SetLeverage
from bgtui.domain.limit import Limits
from bgtui.domain.order import PositionMode
from bgtui.session.guard import Guard
from tests.support import scene_mode
from tests.support.build import USDT, D
from tests.support.forms import confirm, fill, form, keys, opened, said, sent
from tests.support.scene_account import positions
from tests.support.scene_market import NOW_MS
from tests.support.terminal import Terminal

LIMITS = Limits(
    order_value=D(20_000), leverage=D(20), typo_percent=D(5), typo_times=D(10), duplicate_ms=2000,
    exposure_percent=D(1000),
)  # fmt: skip


@asynccontextmanager
async def guarded(limits: Limits = LIMITS, screen: str = "trade", **options: Any) -> AsyncIterator[Terminal]:
    async with opened(PositionMode.HEDGE, screen, **options) as terminal:
        session = terminal.workspace.session
        assert session is not None
        assert session.desk is not None
        session.guard = Guard(session.store, limits, now_ms=session.desk._now_ms)
        session.desk._violations = session.guard.violations
        yield terminal


async def test_a_ticket_over_a_limit_says_so_while_it_is_typed_and_is_not_reviewed() -> None:
    async with guarded() as terminal:
        await terminal.press("t")
        await fill(terminal, price="67000", size="0.5")
        assert "33,500 USDT is over order limit 20,000; lower the size" in said(terminal)
        await terminal.press("enter")
        assert "y SEND" not in said(terminal)
        await fill(terminal, size="0.2")
        assert "over order limit" not in said(terminal)
        await confirm(terminal)
        (order,) = sent(terminal)
        assert isinstance(order, PlaceOrder)
        assert order.size == D("0.2")


async def test_what_was_refused_for_want_of_knowledge_is_not_any_more_once_it_is_known() -> None:
    told = scene_mode.events(PositionMode.HEDGE)
    late = [event for event in told if isinstance(event, OpenOrdersListed)]
    early = [event for event in told if event not in late and not isinstance(event, OrderUpdated)]
    async with guarded(Limits(symbol_orders=200), events=early) as terminal:
        await terminal.press("t")
        await fill(terminal, price="67000")
        await terminal.press("enter")
        assert "how many stand not known" in said(terminal)
        await terminal.apply(*late)
        await terminal.step(1.0)
        assert "not known" not in said(terminal), "the form says what holds now, not what held at the key"
        assert "Nothing is in its way any more: enter reviews." in said(terminal)
        await confirm(terminal)
        assert len(sent(terminal)) == 1


async def test_a_price_far_from_mark_has_to_be_meant() -> None:
    async with guarded() as terminal:
        await terminal.press("t")
        await fill(terminal, price="6723.8", size="0.02")
        assert "6,723.8 is 90.0% off mark, past 5%; type =6723.8 to mean it" in said(terminal)
        await terminal.press("enter")
        assert "y SEND" not in said(terminal)
        await fill(terminal, price="=6723.8")
        await confirm(terminal)
        (order,) = sent(terminal)
        assert isinstance(order, PlaceOrder)
        assert order.price == D("6723.8")


async def test_a_distance_or_an_amount_is_meant_as_it_is() -> None:
    async with guarded() as terminal:
        await terminal.press("t")
        await fill(terminal, price="mark-10%", size="1000u")
        assert "mean it" not in said(terminal)
        await confirm(terminal)
        assert len(sent(terminal)) == 1


async def test_a_size_far_over_the_usual_has_to_be_meant() -> None:
    async with guarded(replace(LIMITS, order_value=None, exposure_percent=None)) as terminal:
        await terminal.press("t")
        await fill(terminal, price="67000", size="1.2")
        assert "times the usual" in said(terminal)
        assert "type =1.2 to mean it" in said(terminal)
        await fill(terminal, size="=1.2")
        assert "times the usual" not in said(terminal)


async def test_the_same_order_twice_is_refused_with_its_age() -> None:
    async with guarded() as terminal:
        for _ in range(2):
            await terminal.press("t")
            await fill(terminal, price="67000", size="0.02")
            if not sent(terminal):
                await confirm(terminal)
        assert "the same order left" in said(terminal)
        assert len(sent(terminal)) == 1
        await terminal.step(2.0)
        await confirm(terminal)
        assert len(sent(terminal)) == 2


async def test_leverage_over_the_limit_is_not_reviewed() -> None:
    async with guarded() as terminal:
        await terminal.press("v")
        await fill(terminal, long="25")
        assert "25x is over leverage limit 20x" in said(terminal)
        await terminal.press("enter")
        assert "y SEND" not in said(terminal)
        await fill(terminal, long="15")
        await confirm(terminal)
        assert [type(intent) for intent in sent(terminal)] == [SetLeverage]


async def test_an_amend_is_held_to_the_limits() -> None:
    async with guarded(screen="orders") as terminal:
        await keys(terminal, "down a")
        await fill(terminal, amount="0.5")
        assert "over order limit 20,000" in said(terminal)
        await terminal.press("enter")
        assert "y SEND" not in said(terminal)
        await fill(terminal, amount="0.06")
        assert "rules" in said(terminal)
        await confirm(terminal)
        assert [type(intent) for intent in sent(terminal)] == [AmendOrder]


async def test_a_reversal_is_held_to_the_limits_and_a_close_is_not() -> None:
    async with guarded(replace(LIMITS, order_value=D(100)), "positions") as terminal:
        free = tuple(replace(leg, available=leg.size, locked=D(0)) for leg in positions())
        await terminal.apply(PositionsReported(USDT, free, NOW_MS + 10_000))
        await terminal.press("r")
        assert form(terminal).title == "REVERSE"
        assert "is over order limit 100" in said(terminal)
        await terminal.press("enter")
        assert "y SEND" not in said(terminal)
        await keys(terminal, "esc f")
        await confirm(terminal)
        (close,) = sent(terminal)
        assert isinstance(close, PlaceOrder)
