"""A figure is shown whole or not at all: at no width may a part of it be read as another number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from bgtui.domain.event import (
    AccountPart,
    BalancesReported,
    Event,
    OrderUpdated,
    PositionsReported,
    TickerUpdated,
)
from bgtui.domain.market import Ticker
from bgtui.domain.trading import TradingState
from bgtui.store.store import Store
from bgtui.ui.view import alerts, foot, market, positions, stack, status
from bgtui.ui.view.fitting import Part, whole
from bgtui.ui.view.span import Row, Span, crop, cut, fill, row, width_of
from tests.support import scene, scene_account
from tests.support.build import HandClock, balance
from tests.support.forms import opened
from tests.support.scene_market import BTC, NOW_MS, USDT, WATCH_LIST
from tests.support.watching import Watched

D = Decimal
WIDTHS = range(40, 201)
_FIGURE = re.compile(r"\d[\d,.:]*")
PRICES = ("67241.5", "0.00001234", "123456789.12345678", "1")
SIZES = ("0.0500", "98765432109.87654321")
AGES_S = (0.5, 41.0, 7_980.0, 18_489_600.0)
"""Ages of a silent ticker: fresh, ``41s``, ``2h13m``, ``214d``."""


def figures(lines: Iterable[Row]) -> set[str]:
    """Return every number that can be read, thousands commas apart."""
    text = "\n".join("".join(span.text for span in line) for line in lines)
    return {found.replace(",", "").rstrip(".:") for found in _FIGURE.findall(text)}


def told(price: str, size: str) -> list[Event]:
    """Return a market and an account whose figures are all of this kind."""
    quote = Ticker(
        BTC, NOW_MS, price, change_24h_text="123.4567", funding_rate_text="-0.012345", mark_text=price,
        open_interest_text=size, next_funding_ms=NOW_MS + 39_999_000, index_text=price,
        high_24h_text=price, low_24h_text=price, base_volume_text=size,
    )  # fmt: skip
    legs = tuple(
        replace(leg, entry_price=D(price) * 2, liquidation_price=D(price) / 3, size=D(size), leverage=D(125))
        for leg in scene_account.positions()
    )
    orders = (
        replace(order, price=D(price), size=D(size), updated_ms=NOW_MS)
        for order in scene_account.orders()
        if order.instrument == BTC
    )
    return [
        TickerUpdated(quote),
        PositionsReported(USDT, legs, NOW_MS),
        BalancesReported(USDT, (balance("USDT", size),), is_complete=True, time_ms=NOW_MS),
        *(OrderUpdated(order) for order in orders),
    ]


def loaded(price: str, size: str, age_s: float = 0.0) -> Store:
    """Return a store that has taken it, and heard nothing for so long."""
    clock = HandClock()
    store = Store(clock)
    for event in (*scene.events(), *told(price, size)):
        if isinstance(event, float):
            clock.advance(event)
        else:
            store.apply(event)
    clock.advance(age_s)
    return store


def shows_whole(draw: Callable[[int], Sequence[Row]], widths: Iterable[int], widest: int) -> None:
    known = figures(draw(widest))
    assert known
    for width in widths:
        lines = [fill(line, width) for line in draw(width)]
        assert figures(lines) <= known, (width, figures(lines) - known)


@pytest.mark.parametrize("age_s", AGES_S)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("price", PRICES)
def test_the_market_line_cuts_no_figure(price: str, size: str, age_s: float) -> None:
    store = loaded(price, size, age_s)
    shows_whole(lambda width: [market.market_line(store, BTC, NOW_MS, width)], WIDTHS, 2000)


@pytest.mark.parametrize("age_s", AGES_S[1:])
def test_last_price_and_age_stay_where_the_rest_gives_way(age_s: float) -> None:
    store = loaded("67241.5", "0.0500", age_s)
    for width in WIDTHS:
        text = "".join(span.text for span in market.market_line(store, BTC, NOW_MS, width))
        assert "BTCUSDT" in text
        assert "67,241.5" in text
        assert text.endswith(" old")


def test_the_least_of_the_market_goes_first() -> None:
    store = loaded("67241.5", "0.0500", 41.0)

    def text(width: int) -> str:
        return "".join(span.text for span in market.market_line(store, BTC, NOW_MS, width))

    assert "mark 67,241.5" in text(60)
    assert "fund -1.2345%" in text(80)
    assert " oi " not in text(80)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("price", PRICES)
@pytest.mark.parametrize("is_private", [False, True])
def test_the_stack_cuts_no_figure(price: str, size: str, is_private: bool) -> None:
    store = loaded(price, size)
    rules = store.instrument(BTC)
    assert rules is not None

    def draw(width: int) -> list[Row]:
        return stack.stack_rows(store, rules, NOW_MS, width, 30, hides_money=is_private)

    shows_whole(draw, range(16, 201), 2000)


@pytest.mark.parametrize("size", SIZES)
def test_the_coins_of_a_spot_pair_cut_no_figure(size: str) -> None:
    store = loaded("1", size)
    rules = store.instrument(WATCH_LIST[7])
    assert rules is not None
    shows_whole(lambda width: stack.spot_lines(store, rules, width, hides_money=False), range(12, 201), 2000)


def test_a_leg_keeps_its_liquidation_price_where_the_rest_gives_way() -> None:
    store = loaded("123456789.1", "0.0500")
    lines = stack.leg_lines(store, BTC, 33, hides_money=False)
    assert any("41152263.0" in span.text.replace(",", "") for line in lines for span in line)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("age_s", AGES_S)
async def test_the_lines_of_every_screen_cut_no_figure(size: str, age_s: float) -> None:
    async with opened() as terminal:
        await terminal.apply(*told("67241.5", size), age_s)
        workspace = terminal.workspace
        shows_whole(lambda width: [status.money_line(workspace, width)], WIDTHS, 2000)

        def state(width: int) -> list[Row]:
            """All but the clock, which narrow lines show without its seconds."""
            return [tuple(span for span in status.state_line(workspace, width) if ":" not in span.text)]

        shows_whole(state, WIDTHS, 2000)
        workspace.say("open long 0.0500 BTCUSDT @ 67,238.0 post-only: 123456789.5 of 0.00001234 left, 2h13m")
        shows_whole(lambda width: [status.message_line(workspace, width)], WIDTHS, 2000)


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("liq 63,858.6 5.0%", 12, "liq …       "),
        ("liq 63,858.6 5.0%", 13, "liq 63,858.6…"),
        ("liq 63,858.6 5.0%", 16, "liq 63,858.6 …  "),
        ("≈+16.43", 5, "…    "),
        ("2h13m old", 5, "…    "),
        ("down for 10s; again", 11, "down for … "),
        ("1,234.5k", 7, "…      "),
        ("99.9%", 4, "…   "),
        ("BTCUSDT", 4, "BTC…"),
        ("1000PEPEUSDT", 7, "1000PE…"),
        ("sim1-7Q2M04", 8, "sim1-7Q…"),
        ("1213498861234567890", 8, "1213498…"),
        ("夜航船 trading", 5, "夜航…"),
    ],
)
def test_a_text_is_cut_but_none_of_its_figures(text: str, width: int, shown: str) -> None:
    assert cut(text, width) == shown
    assert width_of(crop((Span(text),), width)) == width


def test_parts_are_left_out_whole_and_the_least_first() -> None:
    parts = [Part(row("last 100")), Part(row(" oi 2k"), 2), Part(row(" mark 99"), 1)]
    texts = ["".join(span.text for span in whole(parts, width)) for width in (22, 21, 16, 15, 7)]
    assert texts == ["last 100 oi 2k mark 99", "last 100 mark 99", "last 100 mark 99", "last 100", "last … "]


def test_a_leverage_of_three_figures_is_whole_in_its_column() -> None:
    store = loaded("67241.5", "0.0500")
    for leg in store.positions(USDT) or ():
        mode = positions.position_line(positions.leg_view(store, leg)).cells[2].text
        assert mode in {"iso125x", "crs125x"}


def test_two_figures_side_by_side_do_not_become_one() -> None:
    store = loaded("67241.5", "123456.789")
    fresh = positions.freshness(store, (USDT,), AccountPart.ORDERS)
    listed = foot.list_orders(store, (USDT,))
    lines = foot.orders_rows(store, listed, fresh, NOW_MS, 120, 12, has_header=False, hides_money=False)
    texts = ["".join(span.text for span in line) for line in lines]
    assert sum("67,241.5  123,456 " in text for text in texts) > 1


def test_why_a_rule_is_not_watched_is_whole_in_a_narrow_column_too() -> None:
    watched = Watched(state=lambda: TradingState.READ_ONLY)
    watched.look()

    def reasons(width: int) -> set[str]:
        table = alerts.rules_table(watched.store, width, NOW_MS)
        at = next(at for at, column in enumerate(table.columns) if column.key == "why")
        return {cut(line.cells[at].text, table.columns[at].width) for line in table.lines}

    assert reasons(80) == {"", "read-only run", "not measured", "not connected"}
    assert max(map(len, reasons(200))) == len("not watched in a read-only run")
