"""Forms while the feed is down: what goes by the last price is dim and says its age, nothing else is."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from bgtui.domain.event import Connection, ConnectionLost, ConnectionOpened, TickerUpdated
from bgtui.ui.role import Role
from bgtui.ui.screens.base import BaseScreen
from bgtui.ui.view import figure
from bgtui.ui.view.leg import leg_detail
from bgtui.ui.view.positions import leg_view
from bgtui.ui.view.span import Row
from bgtui.ui.widgets.bars import MoneyBar
from bgtui.ui.widgets.canvas import Canvas
from tests.support.build import USDT
from tests.support.forms import dock, fill, keys, opened, said
from tests.support.scene_market import BTC
from tests.support.terminal import Terminal

LOST = ConnectionLost(Connection.PUBLIC, "public-0", "no pong", 4000)


def roles(terminal: Terminal, label: str) -> set[Role]:
    """Return the roles of what stands behind a label."""
    for row in dock(terminal).drawn_rows:
        texts = [span.text.strip(" ►") for span in row]
        if label in texts:
            at = texts.index(label)
            return {span.role for span in row[at + 1 : -1] if span.text.strip()}
    raise AssertionError(f"no {label!r} in {said(terminal)}")


async def lose(terminal: Terminal) -> None:
    await terminal.apply(LOST)
    await terminal.step(7.0)


@pytest.mark.parametrize(
    ("screen", "line", "by_mark", "known"),
    [
        ("positions", "j f", ("realized", "clip", "rules"), ("leg",)),
        ("positions", "j f enter", ("realized", "clip"), ("leg",)),
        ("positions", "j r", ("entry", "liq", "realized", "margin", "fee"), ("leg",)),
        ("trade", "t tab 'm'", ("entry", "liq", "value", "margin", "fee"), ("leg", "action")),
        ("trade", "t tab tab tab '67000'", ("liq",), ("leg", "entry", "value", "margin", "fee")),
        ("trade", "n enter", ("liq",), ("leg", "entry", "value", "margin")),
        ("leader", "f", ("PnL", "for you"), ("orders",)),
    ],
)
async def test_what_goes_by_a_dead_price_is_stale_and_says_its_age(
    screen: str, line: str, by_mark: tuple[str, ...], known: tuple[str, ...]
) -> None:
    async with opened(screen=screen, size=(120, 40)) as terminal:
        await keys(terminal, line)
        assert "STALE" not in said(terminal)
        assert not any(Role.STALE in roles(terminal, label) for label in (*by_mark, *known))

        await lose(terminal)

        assert "market STALE 8s, last seen" in said(terminal)
        assert all(roles(terminal, label) == {Role.STALE} for label in by_mark)
        assert not any(Role.STALE in roles(terminal, label) for label in known)


async def test_how_far_a_trigger_is_from_a_dead_mark_is_stale_and_what_it_gives_is_not() -> None:
    async with opened(screen="positions", size=(120, 40)) as terminal:
        await keys(terminal, "j p")
        await lose(terminal)

        assert "market STALE 8s" in said(terminal)
        assert Role.STALE in roles(terminal, "TP at")
        assert Role.STALE in roles(terminal, "SL at")
        assert Role.STALE not in roles(terminal, "TP gives"), "by the leg's entry and the trigger"


async def test_a_limit_close_at_a_price_of_ones_own_goes_by_no_mark() -> None:
    async with opened(screen="positions", size=(120, 40)) as terminal:
        await keys(terminal, "j f tab right")
        await fill(terminal, price="68000")
        await lose(terminal)

        assert Role.STALE not in roles(terminal, "realized")


async def test_the_age_goes_as_soon_as_the_price_comes_again() -> None:
    async with opened(screen="positions", size=(120, 40)) as terminal:
        await keys(terminal, "j f")
        await lose(terminal)
        assert "STALE" in said(terminal)

        ticker = terminal.store.ticker(BTC)
        assert ticker is not None
        again = replace(ticker, time_ms=ticker.time_ms + 1)
        await terminal.apply(ConnectionOpened(Connection.PUBLIC, "public-0", 2), TickerUpdated(again))
        await terminal.step(1.0)

        assert "STALE" not in said(terminal)
        assert Role.STALE not in roles(terminal, "realized")


async def test_a_price_that_no_longer_comes_is_stale_though_the_stream_is_up() -> None:
    async with opened(screen="positions") as terminal:
        await keys(terminal, "j f")
        await terminal.step(12.0)

        assert "STALE 1" in said(terminal)
        assert roles(terminal, "realized") == {Role.STALE}


async def test_the_detail_of_a_leg_says_how_old_its_mark_is_and_draws_its_gain_as_stale() -> None:
    async with opened(screen="positions") as terminal:
        await terminal.press("j")
        assert "STALE" not in terminal.screen_text()
        leg = next(each for each in terminal.store.positions(USDT) or () if each.instrument == BTC)
        await lose(terminal)

        assert "LONG BTCUSDT  isolated 20x  hedge  mark STALE 8s" in terminal.screen_text()
        made = leg_detail(terminal.store, leg_view(terminal.store, leg), terminal.workspace.now_ms)
        shown = {span.text.split()[0]: span.role for row in made.lines for span in row if span.text.strip()}
        assert shown["+16.42"] is Role.STALE
        assert shown["≈+12.40"] is Role.STALE
        assert shown["63,858.6"] is Role.STALE
        assert shown["66,910.4"] is Role.PLAIN, "the entry is what it was"
        assert shown["≈+50.43"] is Role.BID, "what the take profit gives goes by no mark"


def worded(line: Row) -> str:
    return "".join(span.text for span in line)


def drawn_role(terminal: Terminal, label: str, text: str) -> set[Role]:
    """Return the roles of a figure on the lines that also hold a label, in any pane but the forms."""
    found: set[Role] = set()
    for canvas in terminal.app.screen.query(Canvas):
        for row in canvas.drawn_rows if canvas.display else ():
            if any(label in span.text for span in row):
                found |= {span.role for span in row if text in span.text}
    return found


@pytest.mark.parametrize("screen", ["positions", "trade"])
async def test_a_gain_by_a_dead_mark_is_stale_in_every_table(
    screen: str,
) -> None:
    async with opened(screen=screen, size=(200, 50)) as terminal:
        leg = next(leg for leg in terminal.store.positions(USDT) or () if leg.instrument == BTC)
        view = leg_view(terminal.store, leg)
        gained, entry = figure.signed(view.unrealized), figure.average(leg.entry_price, view.places)
        assert Role.STALE not in drawn_role(terminal, BTC.symbol, gained)
        assert drawn_role(terminal, BTC.symbol, gained)

        await lose(terminal)

        assert drawn_role(terminal, BTC.symbol, gained) == {Role.STALE}
        assert Role.STALE not in drawn_role(terminal, BTC.symbol, entry)
        if screen == "positions":
            total = [row for row in terminal.app.screen.query_one(MoneyBar).drawn_rows[0] if "+" in row.text]
            assert total[0].role is Role.STALE, "the sum in line 2 is no younger"


@pytest.mark.parametrize("screen", ["leader", "copy"])
async def test_what_copied_orders_earn_by_a_dead_mark_is_stale_and_the_line_says_so(screen: str) -> None:
    async with opened(screen=screen, size=(200, 50)) as terminal:
        screen_shown = cast(BaseScreen, terminal.app.screen)
        assert "PnL from mark, live" in worded(screen_shown.standing())
        assert Role.STALE not in drawn_role(terminal, BTC.symbol, "≈")

        await lose(terminal)

        assert "PnL from a stale mark" in worded(screen_shown.standing())
        assert drawn_role(terminal, BTC.symbol, "≈") == {Role.STALE}
        assert drawn_role(terminal, "total", "≈") <= {Role.STALE}
