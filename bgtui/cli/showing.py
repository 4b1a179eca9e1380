"""One run of `bgtui show`."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any

from bgtui.bootstrap.opening import open_access
from bgtui.cli.live import Live, open_live
from bgtui.cli.output import complain, stdout_width, write_json, write_line
from bgtui.cli.present import clock_text
from bgtui.cli.start import announce
from bgtui.cli.subject import SUBJECTS, Following, Query
from bgtui.cli.table import render
from bgtui.cli.taping import named_instruments
from bgtui.config.settings import Settings, locate
from bgtui.domain.csvtext import to_csv
from bgtui.domain.error import ConfigError, DecodeError, ExchangeError, ExitCode, RateLimited, Rejected, Stale
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.market import CandleInterval, Trade
from bgtui.exchange.clock import SystemClock
from bgtui.exchange.reader import ReadClient
from bgtui.store.book import BookView
from bgtui.store.store import Store

_NOTHING = {
    "positions": "no open positions",
    "orders": "no open orders",
    "plans": "no trigger orders that wait",
    "history": "no orders that ended in the last 24 hours",
    "fills": "no fills in the last 24 hours",
    "tracking": "no open tracking orders",
    "followers": "nobody follows this account",
    "traders": "this account follows nobody",
    "copy-profit": "no share of profit was paid yet",
}
_DEFAULT_LIMIT = {
    "book": 15, "contracts": 1000, "tracking": 1000, "traders": 1000,
    "followers": 100_000, "copy-profit": 100_000,
}  # fmt: skip
_USUAL_LIMIT = 100
_SETTLE_S = 2.0
"""How long the first print waits to be current; after that it is printed as stale."""
_CHECK_S = 0.5
"""How often staleness is looked at when nothing comes."""


class Showing:
    """What to show, and how."""

    def __init__(
        self,
        settings: Settings,
        name: str,
        symbol: str | None,
        interval: CandleInterval,
        limit: int | None,
        *,
        as_json: bool,
        timeout_s: float,
        as_csv: bool = False,
        product_type: ProductType | None = None,
    ) -> None:
        """Check what can be checked before connecting.

        Raises:
            ConfigError: the settings lead nowhere, or the symbol cannot be one.
        """
        self._settings = settings
        self._venue = locate(settings)
        self._subject = SUBJECTS[name]
        self._name = name
        self._as_json = as_json
        self._as_csv = as_csv
        self._timeout_s = timeout_s
        self._is_announced = False
        self._current_ms: int | None = None
        """Exchange time at which what is followed was last known to be current."""
        instrument = _instrument(settings, symbol, needed=self._subject.needs_symbol)
        self._query = Query(
            product_type or (instrument.product_type if instrument else settings.product_type),
            instrument,
            interval,
            limit or _DEFAULT_LIMIT.get(name, _USUAL_LIMIT),
            settings.account_label,
        )
        if self._subject.is_account and settings.credentials is None:
            raise ConfigError(
                f"{name} needs an API key and none is set", hint="store one with bgtui keys add"
            )

    async def once(self) -> int:
        """Ask once, print, and return the exit code."""
        if self._subject.fetch is None:
            return await self._book_once()
        async with open_access(self._settings) as access:
            try:
                value = await self._subject.fetch(access, self._query)
            except (Rejected, DecodeError) as error:
                await self._explain(access.reader, error)
                raise
            if not value and self._query.instrument is not None:
                await self._explain(access.reader, None)
            if value is None:
                raise ConfigError(f"the exchange has no {self._name} of {self._query.instrument}")
            self._print(value, self._subject.as_of_ms(value) or access.now_ms(), is_stale=False)
        return ExitCode.OK

    async def follow(self, every_s: float) -> int:
        """Print as it changes, until canceled.

        Raises:
            Stale: nothing came in time.
        """
        following = self._subject.following
        if following is None:
            raise ConfigError(f"no stream carries {self._name}: leave --watch away")
        await self._check_key()
        async with self._live(following) as live:
            await self._follow(live, following, every_s)
        return ExitCode.OK

    async def _book_once(self) -> int:
        following = self._subject.following
        if following is None:
            raise ConfigError(f"{self._name} cannot be shown")
        async with self._live(following) as live:
            store = live.session.store

            def is_verified() -> bool:
                view = store.book(self._query.named, levels=0)
                return view.is_live and view.integrity.is_verified

            if await live.wait_for(is_verified, self._timeout_s):
                self._print_live(store, following)
                return ExitCode.OK
            view = following.read(store, self._query)
            if view.bids or view.asks:
                self._print(view, view.time_ms, is_stale=True)
            complain(f"no verified book of {self._query.named} within {self._timeout_s:g} s ({_state(view)})")
            return ExitCode.DEGRADED

    async def _follow(self, live: Live, following: Following, every_s: float) -> None:
        store = live.session.store
        topic = following.topic(self._query)
        printed: list[tuple[int, bool]] = []

        def current() -> tuple[int, bool]:
            is_stale = following.is_stale(store, self._query)
            if not is_stale:
                self._current_ms = _now_ms(store)
            return store.version(topic), is_stale

        def is_changed() -> bool:
            return [current()] != printed

        def is_ready() -> bool:
            return following.read(store, self._query) is not None and bool(store.version(topic))

        if not await live.wait_for(is_ready, self._timeout_s):
            raise Stale(f"nothing came about {self._name} within {self._timeout_s:g} s")
        # The stream's first words come before REST has confirmed them.
        await live.wait_for(lambda: not following.is_stale(store, self._query), _SETTLE_S)
        fresh = _Fresh()
        while True:
            if not await live.wait_for(is_changed, _CHECK_S):
                continue
            printed[:] = [current()]
            self._print_live(store, following, fresh)
            if every_s:
                await asyncio.sleep(every_s)

    def _print_live(self, store: Store, following: Following, fresh: _Fresh | None = None) -> None:
        value = following.read(store, self._query)
        if value is None:
            return
        if fresh is not None and self._name == "trades" and not (value := fresh.trades(value)):
            return
        now_ms = _now_ms(store)
        as_of_ms = self._subject.as_of_ms(value) or self._current_ms or now_ms
        age_s = max(0, now_ms - as_of_ms) / 1000
        self._print(value, as_of_ms, is_stale=following.is_stale(store, self._query), age_s=age_s)

    def _print(
        self,
        value: Any,  # noqa: ANN401
        as_of_ms: int | None,
        *,
        is_stale: bool,
        age_s: float | None = None,
    ) -> None:
        is_first = not self._is_announced
        if is_first:
            # Not before: a failure is one line, and names what it could not reach.
            announce(self._settings, self._venue)
            self._is_announced = True
        if self._as_json:
            data = self._subject.to_json(value, self._query)
            write_json({"data": data, "as_of_ms": as_of_ms, "stale": is_stale})
            return
        table = self._subject.table(value, self._query)
        if self._as_csv:
            write_line(to_csv(table.columns, table.rows).rstrip("\n"))
            return
        lines = (
            render(table, stdout_width()) if table.rows else [_NOTHING.get(self._name, f"no {self._name}")]
        )
        if is_stale:
            ago = "" if age_s is None else f", {age_s:.1f} s ago"
            lines.append(f"STALE: as of {clock_text(as_of_ms)} UTC{ago}")
        write_line("\n".join(lines if is_first else ["", *lines]))

    async def _check_key(self) -> None:
        """Ask the account once before following it: a refused key has its own exit code that way."""
        if self._subject.is_account:
            async with open_access(self._settings) as access:
                await access.reader.balances(self._query.product_type)

    async def _explain(self, reader: ReadClient, error: Exception | None) -> None:
        """Say that the symbol is unknown, when that is why an answer failed or is empty."""
        instrument = self._query.instrument
        is_about_us = isinstance(error, Rejected) and error.exit_code is not ExitCode.REJECTED
        if instrument is None or is_about_us or isinstance(error, RateLimited):
            return
        try:
            listed = await reader.instruments(instrument.product_type)
        except (ExchangeError, DecodeError):
            return
        if all(each.id != instrument for each in listed):
            raise ConfigError(f"unknown symbol {instrument}", hint="bgtui show contracts lists them")

    def _live(self, following: Following) -> AbstractAsyncContextManager[Live]:
        return open_live(self._settings, following.watch(self._query), has_account=self._subject.is_account)


class _Fresh:
    """Remembers which trades were printed, so that each is printed once."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def trades(self, trades: tuple[Trade, ...]) -> tuple[Trade, ...]:
        new = tuple(each for each in trades if each.trade_id not in self._seen)
        self._seen = {each.trade_id for each in trades}
        return new


def _instrument(settings: Settings, symbol: str | None, *, needed: bool) -> InstrumentId | None:
    if symbol is not None:
        return named_instruments(settings, [symbol])[0]
    return settings.watch_list[0] if needed and settings.watch_list else None


def _now_ms(store: Store) -> int:
    return SystemClock().now_ms() + store.clock_offset_ms


def _state(view: BookView) -> str:
    if view.age_s is None:
        return view.reason or "nothing came"
    return view.reason or f"{view.status.value}, {view.integrity.value}"
