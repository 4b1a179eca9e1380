"""Tape, chart, stack and tables of Trade by keys and by what happens, on the made-up account."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bgtui.domain.event import Connection, ConnectionLost, OrderUpdated, TradesPrinted
from bgtui.domain.market import CandleInterval, Side, Trade
from bgtui.ui.widgets.chart import Chart
from bgtui.ui.widgets.ladder import Ladder
from bgtui.ui.widgets.tape import Tape
from tests.support import scene
from tests.support.terminal import Terminal, open_terminal


@asynccontextmanager
async def trade(**options: Any) -> AsyncIterator[Terminal]:
    async with open_terminal(events=scene.events(), identity=scene.IDENTITY, **options) as terminal:
        yield terminal


def printed(terminal: Terminal, number: int, size: str = "0.5000", side: Side = Side.BUY) -> TradesPrinted:
    trade = Trade(f"new{number}", "67241.5", size, side, terminal.clock.now_ms())
    return TradesPrinted(scene.BTC, False, [trade])


def tape(terminal: Terminal) -> list[str]:
    """The tape at 80x24, edge left out, title first."""
    return [line[47:] for line in terminal.rows()[16:22]]


async def focus(terminal: Terminal, pane: type[Any]) -> None:
    for _ in range(3):
        if isinstance(terminal.app.screen.focused, pane):
            return
        await terminal.press("tab")
    assert isinstance(terminal.app.screen.focused, pane)


async def test_a_trade_is_written_over_the_dashes_and_no_line_moves() -> None:
    async with trade() as terminal:
        before = tape(terminal)
        newest = next(at for at, line in enumerate(before) if line.startswith("►"))
        dashes = next(at for at, line in enumerate(before) if line.startswith("---"))
        await terminal.apply(printed(terminal, 1))
        after = tape(terminal)
        assert after[dashes].startswith("►")
        assert after[dashes].endswith("67,241.5▲  0.5000")
        assert after[newest][1:] == before[newest][1:]
        changed = [at for at in range(6) if before[at] != after[at]]
        assert len(changed) == 3


async def test_the_ring_goes_round() -> None:
    async with trade() as terminal:
        for number in range(7):
            await terminal.apply(printed(terminal, number))
        assert sum(line.startswith("►") for line in tape(terminal)) == 1
        assert sum(line.startswith("---") for line in tape(terminal)) == 1


async def test_the_filter_grows_and_shrinks_by_keys() -> None:
    async with trade() as terminal:
        await focus(terminal, Tape)
        assert "≥ 0.0100" in tape(terminal)[0]
        await terminal.press(">")
        assert "≥ 0.0200" in tape(terminal)[0]
        assert not any(line.endswith("0.0150") for line in tape(terminal))
        await terminal.press("<", "<")
        assert "≥ 0.0050" in tape(terminal)[0]
        await terminal.press(*"<" * 9)
        assert " all" in tape(terminal)[0]


async def test_a_trade_below_the_filter_is_left_out() -> None:
    async with trade() as terminal:
        before = tape(terminal)
        await terminal.apply(printed(terminal, 1, "0.0099"))
        assert tape(terminal) == before


async def test_an_empty_tape_says_which_key_lowers_the_filter() -> None:
    async with trade() as terminal:
        await focus(terminal, Tape)
        await terminal.press(*">" * 12)
        assert [line.strip() for line in tape(terminal)[1:3]] == [
            "No trades over 100.0000 yet.",
            "< lowers the filter.",
        ]


async def test_space_holds_the_tape_and_counts_what_it_holds_back() -> None:
    async with trade() as terminal:
        await focus(terminal, Tape)
        before = tape(terminal)[1:]
        await terminal.press("space")
        await terminal.apply(printed(terminal, 1), printed(terminal, 2))
        assert tape(terminal)[1:] == before
        assert "held, 2 new" in tape(terminal)[0]
        await terminal.press("space")
        assert "held" not in tape(terminal)[0]
        assert sum("67,241.5▲  0.5000" in line for line in tape(terminal)) == 2


async def test_tab_goes_round_the_panes_that_are_there() -> None:
    async with trade(size=(120, 40)) as terminal:
        seen = []
        for _ in range(4):
            seen.append(type(terminal.app.screen.focused))
            await terminal.press("tab")
        assert seen == [Ladder, Chart, Tape, Ladder]
        await terminal.press("shift+tab")
        assert isinstance(terminal.app.screen.focused, Ladder)
    async with trade() as terminal:
        await terminal.press("tab")
        assert isinstance(terminal.app.screen.focused, Tape)


async def test_the_footer_follows_the_focus() -> None:
    async with trade(size=(120, 40)) as terminal:
        assert "b buy" in terminal.row(-1)
        await focus(terminal, Tape)
        assert "<> filter" in terminal.row(-1)
        assert "b buy" not in terminal.row(-1)
        await focus(terminal, Chart)
        assert "<> bars" in terminal.row(-1)


async def test_the_chart_goes_through_its_intervals() -> None:
    async with trade(size=(120, 40)) as terminal:
        await focus(terminal, Chart)
        assert "CHART 5m" in terminal.screen_text()
        await terminal.press("<")
        assert "CHART 1m" in terminal.screen_text()
        await terminal.press("<")
        assert terminal.workspace.interval is CandleInterval.M1
        for name in ("5m", "15m", "1H", "4H", "1D", "1D"):
            await terminal.press(">")
            assert f"CHART {name}" in terminal.screen_text()


async def test_the_chart_scrolls_back_asks_for_older_bars_and_returns() -> None:
    async with trade(size=(120, 40)) as terminal:
        await focus(terminal, Chart)
        known = len(terminal.store.candles(scene.BTC, CandleInterval.M5))
        await terminal.press("h")
        assert "bars back" in terminal.screen_text() or terminal.asker.asked
        for _ in range(known):
            await terminal.press("left")
            if terminal.asker.asked:
                break
        question = terminal.asker.asked[-1]
        assert question.name == "candles_before"
        assert question.until_ms == terminal.store.candles(scene.BTC, CandleInterval.M5)[0].start_ms
        await terminal.press("l", "right", "c")
        assert "bars back" not in terminal.screen_text()


async def test_the_stack_names_account_legs_and_orders() -> None:
    async with trade() as terminal:
        lines = [line[47:] for line in terminal.rows()[2:16]]
        assert lines[:7] == [
            "eq ≈12,416.92  free 9,862.74",
            "LONG  0.0500 @ 66,910.4 iso 20x",
            " +16.42 +9.8%  liq 63,858.6 5.0%",
            " TP 68,000.0  SL 66,000.0",
            "SHORT 0.0200 @ 67,310.2 iso 20x",
            " +1.43 +2.1%  liq 70,352.1 4.6%",
            " TP --        SL 67,900.0",
        ]
        assert terminal.row(10)[46:].startswith("├ ORDERS 6 · 1 on its way")
        assert lines[8].startswith("+S E 67,249.0  0.0100")
        assert lines[10] == "+L ● 67,238.0  0.0500 post"


async def test_pnl_follows_the_mark_price() -> None:
    async with trade() as terminal:
        ticker = terminal.store.ticker(scene.BTC)
        assert ticker is not None
        from bgtui.domain.event import TickerUpdated

        later = replace(ticker, mark_text="67338.9", time_ms=terminal.clock.now_ms())
        await terminal.apply(TickerUpdated(later), 1.0)
        assert "+21.42" in terminal.row(5)


async def test_a_lost_account_stream_marks_the_stack_and_keeps_its_figures() -> None:
    async with trade() as terminal:
        await terminal.apply(ConnectionLost(Connection.PRIVATE, "private", "no pong", 4000), 9.0)
        rows = terminal.rows()[2:16]
        assert rows[1][46] == ":"
        assert "LONG  0.0500" in rows[1]
        assert "STALE" in terminal.row(10)


async def test_hidden_money_is_nowhere_on_the_screen() -> None:
    async with trade(size=(200, 50)) as terminal:
        await terminal.press("H")
        if not terminal.workspace.is_private:
            terminal.workspace.is_private = True
            terminal.app.invalidate()
            await terminal.step(1.0)
        text = "\n".join(terminal.rows()[2:])
        assert "12,416.92" not in text
        assert "+16.42" not in text


async def test_small_terminals_keep_the_first_leg() -> None:
    async with trade(size=(60, 15)) as terminal:
        assert "LONG  0.0500 @ 66,910.4 iso 20x" in terminal.screen_text()


async def test_the_tables_at_the_foot_name_every_leg_and_order() -> None:
    async with trade(size=(200, 50)) as terminal:
        text = terminal.screen_text()
        assert "POSITIONS 5 · BTCUSDT first" in text
        assert "┬ ORDERS 9 · 1 on its way · plans 7" in text
        assert "►L BTCUSDT   iso 20x   0.0500" in text
        assert "total" in text
        assert "+16.92" in text


def _moved(terminal: Terminal, price: str) -> OrderUpdated:
    """The first working order of the instrument at another price."""
    orders = terminal.store.open_orders(scene.BTC.product_type) or ()
    order = next(order for order in orders if order.instrument == scene.BTC)
    return OrderUpdated(replace(order, price=Decimal(price), updated_ms=terminal.clock.now_ms()))


async def test_a_table_that_waits_for_its_turn_takes_it_though_only_the_market_moves_meanwhile() -> None:
    async with trade(size=(200, 50)) as terminal:
        await terminal.apply((0.05 - terminal.clock.monotonic()) % 1.0)  # no age moves before the next second

        def table() -> str:
            return "\n".join(terminal.rows()[35:])

        await terminal.apply(0.05, _moved(terminal, "67001.0"))
        await terminal.apply(0.1, _moved(terminal, "67002.0"))
        assert "67,002.0" not in table()  # it moves twice a second
        await terminal.apply(0.6, printed(terminal, 1))
        assert "67,002.0" in table()


async def test_a_pane_that_was_hidden_shows_the_present_when_it_comes_back() -> None:
    async with trade(size=(200, 50)) as terminal:
        await terminal.resize(80, 24)
        await terminal.apply(_moved(terminal, "67003.0"))
        await terminal.resize(200, 50)
        assert "67,003.0" in "\n".join(terminal.rows()[35:])
