"""What the day has brought: every trade of it where the run counts them, else said to be a part."""

from __future__ import annotations

from dataclasses import replace

from bgtui.domain.account import Fill
from bgtui.domain.event import (
    AccountReconciled,
    Connection,
    ConnectionOpened,
    FillReported,
    InstrumentsListed,
    PositionsReported,
)
from bgtui.domain.instrument import ProductType
from bgtui.domain.limit import Limits
from bgtui.domain.order import Fee
from bgtui.session.losses import Losses
from bgtui.store.fills import MAX_FILLS
from bgtui.store.store import Store
from bgtui.ui.view import ledger
from bgtui.ui.view.today import Today, today
from tests.support.build import BTC, USDT, D, HandClock, contract, fill
from tests.support.forms import opened
from tests.support.scene_market import NOW_MS

DAY = NOW_MS - NOW_MS % 86_400_000
HOUR_MS = 3_600_000


def trade(number: int, time_ms: int | None = None) -> Fill:
    """Return one that lost a dollar and cost half a dollar."""
    made = fill(str(number), DAY + number if time_ms is None else time_ms)
    return replace(made, realized_pnl=D(-1), fees=(Fee("USDT", D("0.5"), "-0.5"),))


def heard(count: int, *more: Fill) -> tuple[Store, Losses]:
    """Return an account that has traded so often today, and what counts it."""
    clock = HandClock(wall_ms=NOW_MS)
    store = Store(clock)
    losses = Losses(store, Limits(), (USDT, ProductType.SPOT), now_ms=clock.now_ms)
    store.apply(ConnectionOpened(Connection.PRIVATE, "private", 1))
    store.apply(InstrumentsListed(USDT, (contract(),)))
    for made in (*more, *(trade(number) for number in range(count))):
        store.apply(FillReported(made))
        losses.hear(made)
    store.apply(PositionsReported(USDT, (), NOW_MS))
    store.apply(AccountReconciled(USDT))
    store.apply(AccountReconciled(ProductType.SPOT))
    return store, losses


def day_row(store: Store, losses: Losses | None) -> str:
    """Return the line of the Account screen."""
    row = ledger.today_rows(store, (USDT,), BTC, NOW_MS, losses=losses)[0]
    return "".join(span.text for span in row)


def test_a_busy_day_is_told_as_the_limit_of_the_day_counts_it() -> None:
    store, losses = heard(MAX_FILLS + 100)

    told = today(store, USDT, NOW_MS, losses)

    figures = losses.figures()
    assert told == Today(D(-2100), D(-1050))
    assert told.net == D(-3150)
    assert (told.realized, told.fees) == (figures.realized, figures.fees)


def test_without_a_count_a_busy_day_is_said_to_be_a_part() -> None:
    store, _losses = heard(MAX_FILLS + 100)
    assert today(store, USDT, NOW_MS) == Today(D(-2000), D(-1000), "newest 2,000 trades")


def test_as_many_trades_as_are_kept_are_all_of_the_day() -> None:
    store, losses = heard(MAX_FILLS)
    assert today(store, USDT, NOW_MS) == today(store, USDT, NOW_MS, losses) == Today(D(-2000), D(-1000))


def test_what_was_dropped_of_yesterday_takes_nothing_from_today() -> None:
    store, _losses = heard(MAX_FILLS, trade(-1, DAY - HOUR_MS))
    assert today(store, USDT, NOW_MS) == Today(D(-2000), D(-1000))


def test_one_of_today_that_comes_late_and_is_not_kept_makes_it_a_part() -> None:
    store, _losses = heard(MAX_FILLS)
    store.apply(FillReported(trade(-5, DAY)))
    assert store.dropped_fill_ms(USDT) == DAY
    told = today(store, USDT, NOW_MS)
    assert told is not None
    assert told.part


def test_before_the_exchange_has_named_them_nothing_is_known() -> None:
    clock = HandClock(wall_ms=NOW_MS)
    store = Store(clock)
    losses = Losses(store, Limits(), (USDT,), now_ms=clock.now_ms)
    assert today(store, USDT, NOW_MS) is None
    assert today(store, USDT, NOW_MS, losses) is None


def test_spot_which_nobody_counts_is_told_from_what_is_kept() -> None:
    store, losses = heard(1)
    assert today(store, ProductType.SPOT, NOW_MS, losses) == Today(D(0), D(0))


def test_the_account_screen_tells_the_same_sums() -> None:
    store, losses = heard(MAX_FILLS + 100)
    counted = day_row(store, losses)
    assert "realized -2,100.00   fees -1,050.00" in counted
    assert "trades" not in counted
    kept = day_row(store, None)
    assert "realized -2,000.00   fees -1,000.00" in kept
    assert kept.endswith("newest 2,000 trades")


async def test_every_line_with_the_day_says_that_it_is_a_part() -> None:
    async with opened(screen="orders") as terminal:
        for number in range(MAX_FILLS + 1):
            terminal.session.apply(FillReported(trade(number)))
        await terminal.step(1.0)
        assert terminal.row(2).endswith("today part -2,987.36 risk 0.5%")

        await terminal.resize(120, 40)
        assert terminal.row(1).endswith("today part     14:03:28")
        await terminal.resize(200, 50)
        assert "today part -2,987 " in terminal.row(1)

        terminal.session.losses = losses = Losses(
            terminal.store, Limits(), (USDT,), now_ms=terminal.clock.now_ms
        )
        for made in terminal.store.fills(USDT):
            losses.hear(made)
        await terminal.step(1.0)
        assert "part" not in terminal.row(2)
        assert "today -2,987.36 " in terminal.row(1)
        await terminal.resize(120, 40)
        assert terminal.row(1).endswith("today -2,987   14:03:29")
