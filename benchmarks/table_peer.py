"""The same panels on the toolkit's own table: forty rows of book and of tape, changed cell by cell."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.widgets import DataTable

from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.ui.app import Opened
from bgtui.ui.meter import TerminalMeter

ROWS = 40
BTC = instrument_id(ProductType.USDT_FUTURES, "BTCUSDT")
_BOOK = ("bid size", "price", "ask size", "level", "sum")
_TAPE = ("time", "price", "size", "side")


class TableApp(App[None]):
    """Updates only cells that differ, as the table's users are told to."""

    BINDINGS = [("q", "quit", "quit")]  # noqa: RUF012 - the toolkit's way

    def __init__(self, connect: Callable[[], AbstractAsyncContextManager[Opened]], *, fps: int) -> None:
        super().__init__()
        self.meter = TerminalMeter()
        self.crash: BaseException | None = None
        self._connect = connect
        self._fps = fps
        self._opened: Opened | None = None
        self._shown: dict[tuple[str, int, int], str] = {}

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield DataTable[str](id="book")
            yield DataTable[str](id="tape")

    def on_mount(self) -> None:
        for name, columns in (("book", _BOOK), ("tape", _TAPE)):
            table: DataTable[str] = self.query_one(f"#{name}", DataTable)
            for at, column in enumerate(columns):
                table.add_column(column, key=str(at), width=10)
            for row in range(ROWS):
                table.add_row(*("" for _ in columns), key=str(row))
        self._feed = asyncio.create_task(self._run())
        self.ticker = self.set_interval(1 / self._fps, self._frame)

    async def _run(self) -> None:
        async with self._connect() as opened:
            self._opened = opened
            opened.session.show(BTC)
            await opened.session.run()

    async def on_unmount(self) -> None:
        self._feed.cancel()
        await asyncio.gather(self._feed, return_exceptions=True)

    def _frame(self) -> None:
        if self._opened is None:
            return
        store = self._opened.session.store
        view = store.book(BTC, levels=ROWS // 2)
        half = ROWS // 2
        for at, (price, size) in enumerate(reversed(view.asks[:half])):
            self._put("book", at, ("", price, size, str(at), size))
        for at, (price, size) in enumerate(view.bids[:half]):
            self._put("book", half + at, (size, price, "", str(at), size))
        for at, trade in enumerate(reversed(store.trades(BTC, ROWS))):
            self._put("tape", at, (str(trade.time_ms), trade.price_text, trade.size_text, trade.side.value))
        self.meter.frames += 1

    def _put(self, name: str, row: int, texts: tuple[str, ...]) -> None:
        table: DataTable[Any] = self.query_one(f"#{name}", DataTable)
        for column, text in enumerate(texts):
            if self._shown.get((name, row, column)) != text:
                self._shown[name, row, column] = text
                table.update_cell(str(row), str(column), text)
