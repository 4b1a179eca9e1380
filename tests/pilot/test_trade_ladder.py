"""The ladder by keys, on the made-up account: what each key does, and what it must not do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from bgtui.domain.event import (
    BookBroken,
    BookDepth,
    BookReceived,
    Connection,
    ConnectionLost,
    OrderUpdated,
    TradesPrinted,
)
from bgtui.domain.market import Side, Trade
from bgtui.domain.order import OrderStatus, TimeInForce
from bgtui.ui.modals.ticket import TicketDock
from bgtui.ui.screens.trade import TradeScreen
from tests.support import scene
from tests.support.terminal import Terminal, open_terminal

PRODUCT = scene.BTC.product_type
FIRST, LAST = 5, 21
"""Lines of the first and last price at 80x24."""


@asynccontextmanager
async def trade(**options: Any) -> AsyncIterator[Terminal]:
    async with open_terminal(events=scene.events(), identity=scene.IDENTITY, **options) as terminal:
        yield terminal


def screen(terminal: Terminal) -> TradeScreen:
    assert isinstance(terminal.app.screen, TradeScreen)
    return terminal.app.screen


def ladder(terminal: Terminal) -> list[str]:
    """The ladder's part of the screen: header, edge, prices, edge."""
    return [line[:46].rstrip() for line in terminal.rows()[2:22]]


def cursor_line(terminal: Terminal) -> str:
    return next(line for line in ladder(terminal) if line.startswith("►"))


def price(line: str) -> str:
    return line[19:27].strip()


async def test_it_draws_the_mock_up() -> None:
    async with trade() as terminal:
        lines = ladder(terminal)
        assert lines[0] == "   my bid    bid      price       ask my ask"
        assert lines[1].endswith("×10 = 1.0")
        assert " ● 0.0500 6.2517▐█ 67,238.0" in lines
        assert " 2×0.1000 1.2077 ▐ 67,236.0" in lines
        assert " ○ 0.0200 1.8710 ▐ 67,235.0" in lines
        assert "                   67,249.0 █▌ 5.6545 E 0.0100" in lines
        assert "                   67,242.0▲▌  0.8758" in lines
        assert lines[-1] == " ▼ entry 3,311t  SL 12,415t  liq 33,829t"


async def test_the_cursor_moves_by_rows_and_by_tens() -> None:
    async with trade() as terminal:
        start = price(cursor_line(terminal))
        assert start == "67,241.0"
        await terminal.press("j")
        assert price(cursor_line(terminal)) == "67,240.0"
        await terminal.press("k", "k")
        assert price(cursor_line(terminal)) == "67,242.0"
        await terminal.press("down")
        assert price(cursor_line(terminal)) == "67,241.0"
        await terminal.press("up")
        assert price(cursor_line(terminal)) == "67,242.0"
        for down, up in (("}", "{"), ("pgdn", "pgup")):
            await terminal.press(down)
            assert price(cursor_line(terminal)) == "67,232.0"
            await terminal.press(up)
            assert price(cursor_line(terminal)) == "67,242.0"


async def test_moving_the_cursor_changes_the_gutter_and_nothing_else() -> None:
    async with trade() as terminal:
        before = ladder(terminal)
        await terminal.press("j")
        after = ladder(terminal)
        assert [line[1:] for line in before] == [line[1:] for line in after]
        assert sum(a != b for a, b in zip(before, after, strict=True)) == 2


async def test_the_market_moves_and_the_prices_stand_still() -> None:
    async with trade() as terminal:
        before = [price(line) for line in ladder(terminal)[2:-1]]
        await terminal.press("j")
        await terminal.apply(_shift(terminal, "67244"), 1.0)
        assert [price(line) for line in ladder(terminal)[2:-1]] == before
        assert price(cursor_line(terminal)) == "67,240.0"


def _shift(terminal: Terminal, bid: str) -> BookReceived:
    """A new snapshot with its touch elsewhere."""
    seq = (terminal.store.book(scene.BTC).seq or 0) + 1
    ask = f"{float(bid) + 0.5:.1f}"
    return BookReceived(
        scene.BTC, BookDepth.FULL, True, [(bid, "1.0")], [(ask, "2.0")], seq, seq - 1, None,
        terminal.clock.now_ms(),
    )  # fmt: skip


async def test_it_recentres_by_itself_after_ten_idle_seconds_and_not_before() -> None:
    async with trade() as terminal:
        await terminal.press("j")
        await terminal.apply(_shift(terminal, "67300.0"))
        assert "touch" in ladder(terminal)[1]
        assert "c centres" in ladder(terminal)[1]
        await terminal.apply(9.0, _shift(terminal, "67300.1"))
        assert price(ladder(terminal)[2]) == "67,249.0"
        await terminal.apply(2.0, _shift(terminal, "67300.2"))
        lines = ladder(terminal)
        assert "67,300.0" in [price(line) for line in lines[8:13]]
        assert "cursor 67,240.0" in lines[-1]


async def test_what_ended_while_its_row_was_out_of_view_is_gone_when_it_comes_back() -> None:
    async with trade() as terminal:
        orders = [
            order for order in terminal.store.open_orders(PRODUCT) or () if order.instrument == scene.BTC
        ]
        assert "● 0.0500" in "\n".join(ladder(terminal))
        await terminal.press(*["pgup"] * 4)
        now_ms = terminal.workspace.now_ms
        ended = [replace(order, status=OrderStatus.CANCELED, updated_ms=now_ms) for order in orders]
        await terminal.apply(*(OrderUpdated(order) for order in ended))
        await terminal.press(*["pgdn"] * 5)
        assert "67,238.0" in "\n".join(ladder(terminal))
        assert "●" not in "\n".join(ladder(terminal))


async def test_there_is_one_cursor_wherever_one_has_scrolled() -> None:
    async with trade() as terminal:
        await terminal.press("pgup", "pgup", "pgup", "c", "k", "k", "k", "pgup", "pgup", "pgup")
        assert len([line for line in ladder(terminal) if line.startswith("►")]) == 1


async def test_nothing_moves_under_a_form_however_far_the_market_goes() -> None:
    async with trade() as terminal:
        await terminal.press("t")
        await terminal.apply(_shift(terminal, "67300.0"), 11.0)
        assert price(ladder(terminal)[2]) == "67,249.0"
        await terminal.press("escape")
        await terminal.apply(_shift(terminal, "67300.1"), 0.1)
        assert "67,300.0" in [price(line) for line in ladder(terminal)[8:13]]


async def test_c_centres_on_the_best_bid_and_again_on_the_best_ask() -> None:
    async with trade() as terminal:
        await terminal.press("}", "}", "c")
        assert price(cursor_line(terminal)) == "67,241.0"
        await terminal.press("c")
        assert price(cursor_line(terminal)) == "67,242.0"
        await terminal.press("c")
        assert price(cursor_line(terminal)) == "67,241.0"


async def test_grouping_goes_finer_and_coarser_and_is_kept_for_the_symbol() -> None:
    async with trade() as terminal:
        await terminal.press(">")
        assert ladder(terminal)[1].endswith("×25 = 2.5")
        await terminal.press("<", "<")
        assert ladder(terminal)[1].endswith("×5 = 0.5")
        other = scene.IDENTITY.watch_list[1]
        terminal.app.show_instrument(other)
        await terminal.step()
        assert not ladder(terminal)[1].endswith("×5 = 0.5")
        terminal.app.show_instrument(scene.BTC)
        await terminal.step()
        assert ladder(terminal)[1].endswith("×5 = 0.5")
        await terminal.press(*"<" * 9)
        assert ladder(terminal)[1].endswith("×1 = 0.1")
        await terminal.press(*">" * 9)
        assert ladder(terminal)[1].endswith("×100 = 10.0")


async def test_d_shows_running_sums_and_takes_them_back() -> None:
    async with trade() as terminal:
        plain = ladder(terminal)
        await terminal.press("d")
        summed = ladder(terminal)
        assert "cum bid" in summed[0]
        assert "cum ask" in summed[0]
        assert summed[0].index("cum bid") + 7 == plain[0].index("bid", 12) + 3
        rows = {price(line): line[9:16].strip() for line in summed[2:-1]}
        assert rows["67,240.0"] == "3.4777"  # 1.4314 + 2.0463
        await terminal.press("d")
        assert ladder(terminal) == plain


async def test_h_and_l_choose_the_size_of_the_next_ticket() -> None:
    async with trade() as terminal:
        await terminal.press("l")
        assert "[0.02]" in terminal.message
        await terminal.press("left", "h", "h")
        assert "[0.005]" in terminal.message
        await terminal.press("right", "b")
        assert "size     0.0100" in terminal.screen_text()


def _ticket(terminal: Terminal) -> Any:
    dock = screen(terminal).docks[-1]
    assert isinstance(dock, TicketDock)
    return dock


async def test_g_goes_to_a_price_that_is_typed() -> None:
    async with trade() as terminal:
        await terminal.press("g")
        await terminal.type("67,180")
        await terminal.press("enter")
        assert price(cursor_line(terminal)) == "67,180.0"
        await terminal.press("g", "esc")
        assert not screen(terminal).docks
        assert price(cursor_line(terminal)) == "67,180.0"


async def test_g_takes_words_and_distances_and_says_what_is_no_price() -> None:
    async with trade() as terminal:
        await terminal.press("g")
        await terminal.type("mark")
        await terminal.press("enter")
        assert price(cursor_line(terminal)) == "67,238.0"
        await terminal.press("g")
        await terminal.type("nonsense")
        assert "no price" in terminal.screen_text()
        await terminal.press("enter")
        assert screen(terminal).docks


async def test_enter_lists_what_stands_on_the_row_at_its_true_price() -> None:
    async with trade() as terminal:
        await terminal.press("j", "j", "j", "j", "j", "enter")
        text = terminal.screen_text()
        assert "ROW 67,236.0" in text
        assert text.count("+L ● 67,236.0") >= 2
        await terminal.press("esc")
        assert not screen(terminal).docks


@pytest.mark.parametrize(
    ("key", "side", "text", "force"),
    [
        ("b", Side.BUY, "67,240.0", TimeInForce.GTC),
        ("s", Side.SELL, "67,240.0", TimeInForce.GTC),
        ("n", Side.BUY, "67,241.0", TimeInForce.POST_ONLY),
        ("m", Side.SELL, "67,241.5", TimeInForce.POST_ONLY),
        ("B", Side.BUY, "67,241.5", TimeInForce.IOC),
        ("S", Side.SELL, "67,241.0", TimeInForce.IOC),
    ],
)
async def test_entry_keys_ask_with_the_price_as_printed(
    key: str, side: Side, text: str, force: TimeInForce
) -> None:
    async with trade() as terminal:
        best = terminal.store.book(scene.BTC, levels=1)
        await terminal.press("j")
        at = {"n": "bid", "S": "bid", "m": "ask", "B": "ask"}.get(key, "cursor")
        request = screen(terminal).ladder.request(side, at=at, force=force)
        assert request is not None
        assert (request.side, request.time_in_force) == (side, force)
        expected = {"bid": best.best_bid, "ask": best.best_ask}.get(at)
        assert request.price_text == (f"{expected:,}" if expected is not None else text)
        await terminal.press(key)
        assert request.price_text in terminal.screen_text()
        assert _ticket(terminal)
        assert terminal.gateway is not None
        assert not terminal.gateway.sent


async def test_an_entry_key_typed_ahead_of_its_dock_reaches_the_dock() -> None:
    async with trade() as terminal:
        from textual import events

        for name in ("b", "enter"):
            terminal.app.post_message(events.Key(name, name if len(name) == 1 else "\r"))
        await terminal.settle()
        await terminal.settle()
        docks = screen(terminal).docks
        assert len(docks) == 1
        assert isinstance(docks[0], TicketDock)


async def test_a_cursor_that_is_out_of_sight_is_only_scrolled_to() -> None:
    async with trade() as terminal:
        await terminal.press("j")
        await terminal.apply(11.0, _shift(terminal, "67300.0"))
        assert "cursor" in ladder(terminal)[-1]
        await terminal.press("b")
        assert not screen(terminal).docks
        assert price(cursor_line(terminal)) == "67,240.0"
        await terminal.press("b")
        assert screen(terminal).docks


async def test_a_lost_book_keeps_its_levels_dim_with_its_age_and_takes_no_order() -> None:
    async with trade() as terminal:
        await terminal.apply(ConnectionLost(Connection.PUBLIC, "public-0", "no pong", 4000), 7.0)
        await terminal.step(0.1)
        lines = ladder(terminal)
        assert lines[0] == "   my bid    bid   STALE 8s       ask my ask"
        assert terminal.row(17)[46:].startswith("├ TAPE")
        assert {row[46] for row in terminal.rows()[17:22]} == {":"}
        assert all(line.startswith((":", "►")) for line in lines[2:-1])
        assert "5.6545" in "".join(lines)
        assert "b buy" not in terminal.row(-1)
        for key in "bsnmBS":
            await terminal.press(key)
            assert not screen(terminal).docks
            assert "stale" in terminal.message
        await terminal.press("t")
        assert screen(terminal).docks


async def test_a_dropped_book_shows_no_sizes_but_prices_and_own_orders() -> None:
    async with trade() as terminal:
        await terminal.apply(BookBroken(scene.BTC, BookDepth.FULL), 2.0)
        lines = ladder(terminal)
        assert lines[0].startswith("   my bid    bid   RESYNC ")
        assert lines[0].endswith("      ask my ask")
        assert len(lines[0]) == len("   my bid    bid      price       ask my ask")
        assert ":● 0.0500          67,238.0" in lines
        assert "6.2517" not in "".join(lines)
        await terminal.press("b")
        assert not screen(terminal).docks
        assert "dropped" in terminal.message


async def test_read_only_says_so_doubles_the_edge_and_drops_the_entry_keys() -> None:
    async with trade(can_trade=False) as terminal:
        assert "READONLY" in ladder(terminal)[0]
        assert terminal.row(6)[46] == "║"
        assert "buy" not in terminal.row(-1)
        assert "centre" in terminal.row(-1)
        await terminal.press("b")
        assert not screen(terminal).docks
        assert terminal.message.startswith("Read-only")


async def test_slow_terminals_get_no_bars() -> None:
    from bgtui.ui.display import Display

    async with trade(display=Display(is_stepped=True, is_slow=True)) as terminal:
        assert not set("█▌▐") & set("".join(ladder(terminal)))


async def test_ascii_terminals_get_the_same_cells_in_ascii() -> None:
    from bgtui.ui.display import Display

    async with trade(display=Display(is_stepped=True, is_ascii=True)) as terminal:
        text = terminal.screen_text()
        assert text.isascii()
        assert "2x0.1000" in text
        assert "x10 = 1.0" in text


@pytest.mark.parametrize(
    "size", [(60, 15), (79, 23), (80, 24), (100, 30), (120, 40), (160, 45), (200, 50), (240, 70)]
)
async def test_every_size_is_filled_and_nothing_is_wider(size: tuple[int, int]) -> None:
    async with trade(size=size) as terminal:
        rows = terminal.rows()
        assert len(rows) == size[1]
        assert all(len(row) <= size[0] for row in rows)
        assert "67,241.0" in terminal.screen_text()


async def test_a_resize_keeps_the_cursor_on_its_price() -> None:
    async with trade() as terminal:
        await terminal.press("j", "j", "j")
        await terminal.resize(200, 50)
        assert any(row.startswith("►") and "67,238.0" in row for row in terminal.rows())
        await terminal.resize(80, 24)
        assert price(cursor_line(terminal)) == "67,238.0"


async def test_what_trades_while_another_screen_is_up_is_counted_as_well() -> None:
    async with trade(size=(200, 50)) as terminal:
        assert float(traded(terminal, "67,241.0")) < 100
        await terminal.press("3")
        for batch in range(5):  # more than a tape keeps
            new = [
                Trade(f"{batch}-{at}", "67241.0", "1", Side.BUY, scene.NOW_MS + batch) for at in range(200)
            ]
            await terminal.apply(TradesPrinted(scene.BTC, is_snapshot=False, trades=tuple(new)))
            await terminal.step(0.6)
        await terminal.press("1")
        assert 1000 <= float(traded(terminal, "67,241.0")) < 1100


def traded(terminal: Terminal, price_text: str) -> str:
    """Return what the traded column says at a price; nothing is zero."""
    line = next(row for row in terminal.rows() if price_text in row[:40])
    return line[57:66].strip().replace(",", "") or "0"
