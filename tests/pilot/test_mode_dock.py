"""The dock of the position mode: no word helps while the exchange would refuse the change."""

from __future__ import annotations

from dataclasses import replace

from bgtui.domain.event import OrderUpdated, PlanOrderUpdated, PositionsReported
from bgtui.domain.intent import SetPositionMode
from bgtui.domain.order import OrderStatus, PlanStatus, PositionMode
from tests.support.build import USDT
from tests.support.forms import keys, opened, said, sent
from tests.support.terminal import NOON_MS, Terminal


async def empty(terminal: Terminal, *, orders: int = 0) -> None:
    """Have the account stand without legs and plans, with so many orders."""
    store = terminal.store
    await terminal.apply(
        PositionsReported(USDT, (), NOON_MS + 1000),
        *(
            OrderUpdated(replace(each, status=OrderStatus.CANCELED, updated_ms=NOON_MS + 1000))
            for each in (store.open_orders(USDT) or ())[orders:]
        ),
        *(
            PlanOrderUpdated(replace(each, status=PlanStatus.CANCELED, updated_ms=NOON_MS + 1000))
            for each in store.open_plans(USDT) or ()
        ),
    )
    await terminal.step(1.0)


async def test_what_stands_is_counted_and_the_word_is_not_taken() -> None:
    async with opened(screen="account") as terminal:
        await keys(terminal, "m 'one-way' enter")

        assert len(terminal.app.asking.docks) == 1
        assert "Not now: " in said(terminal)
        assert "legs" in said(terminal)
        assert "orders" in said(terminal)
        assert "enter change" not in said(terminal)
        assert terminal.message.startswith("Not now: ")
        assert sent(terminal) == []


async def test_one_order_alone_is_in_the_way() -> None:
    async with opened(screen="account") as terminal:
        await empty(terminal, orders=1)
        await keys(terminal, "m 'one-way' enter")

        assert "Not now: 1 order stands;" in said(terminal)
        assert sent(terminal) == []


async def test_with_nothing_in_its_way_the_word_changes_the_mode() -> None:
    async with opened(screen="account") as terminal:
        await keys(terminal, "m")
        await empty(terminal)
        assert "Not now" not in said(terminal)

        await keys(terminal, "'one-way' enter")

        assert sent(terminal) == [SetPositionMode(USDT, PositionMode.ONE_WAY)]
