"""A leader's desk on the screens, against the simulator over real sockets, with followers of three rules."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bgtui.bootstrap.opening import open_session
from bgtui.domain import question
from bgtui.domain.copyintent import SetCopySettings
from bgtui.domain.copytrade import CopySetting, TrackingOrder
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.intent import PlaceOrder
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, MarginMode, OrderType, PositionMode, PositionSide
from bgtui.domain.question import Question
from bgtui.domain.text import Untrusted
from bgtui.exchange.clock import SystemClock
from bgtui.session.session import Session
from bgtui.simulator.candles import DAY_MS
from bgtui.simulator.copytrade_following import follow
from bgtui.simulator.exchange import Exchange, World
from bgtui.simulator.exchange_accounts import FOLLOWER_ACCOUNT, LEADER_ACCOUNT, PRACTICE_ACCOUNT
from bgtui.simulator.server import Options, Served, serve
from bgtui.ui.app import BgtuiApp, Opened
from bgtui.ui.display import Display
from bgtui.ui.workspace import Badge, Identity
from tests.simulator.test_desk import settings_for
from tests.support.journal import wait_for_disk
from tests.support.terminal import Terminal

USDT = ProductType.USDT_FUTURES
BTC = instrument_id(USDT, "BTCUSDT")
LEADER, THIRD = LEADER_ACCOUNT.uid, "8199999999"
SIZE = Decimal("0.02")
PATIENCE_S = 15.0
RULE = CopySetting(BTC, "trader", "trader", None, None, "percent", Decimal("0.5"), None, None, None)
TRACKS, FOLLOWERS = question.leader_tracks(USDT), question.followers(USDT)
PROFIT = question.profit_summary(USDT)


class MovableClock(SystemClock):
    """The machine's time, moved forward by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead_ms = 0
        self.calm_s = 0.0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms

    def monotonic(self) -> float:
        return super().monotonic() + self.calm_s


@dataclass(slots=True)
class Desk:
    """The leader's screens, and those who follow."""

    terminal: Terminal
    session: Session
    served: Served
    clock: MovableClock

    def value(self, asked: Question[Any]) -> Any:
        return self.session.store.answer(asked).value

    async def until(self, predicate: Callable[[], bool]) -> None:
        await self.session.wait_for(predicate, timeout_s=PATIENCE_S)

    async def confirm(self, *keys: str) -> None:
        """Press keys, the last after the calm that a review wants."""
        await self.terminal.press(*keys[:-1])
        self.clock.calm_s += 1
        await self.terminal.press(keys[-1])


@asynccontextmanager
async def session_of(served: Served, folder: Path, profile: str) -> AsyncIterator[Session]:
    folder.mkdir()
    settings = settings_for(served, folder, profile)
    async with open_session(settings, journal=folder / "journal.sqlite3", products=(USDT,)) as session:
        yield session


@asynccontextmanager
async def leader_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    clock = MovableClock()
    # One time for everybody: the exchange refuses who is off by more than seconds.
    monkeypatch.setattr("bgtui.bootstrap.opening.SystemClock", lambda: clock)
    world = World(seed=7, start_ms=clock.now_ms(), rate=20.0, position_mode=PositionMode.HEDGE)
    exchange = Exchange(world)
    exchange.engine.open_account(
        THIRD, balances={USDT: {"USDT": Decimal(90)}}, position_mode=PositionMode.HEDGE
    )
    exchange.copytrade.names[THIRD] = Untrusted("third_wheel")
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(
            serve(exchange, clock, options=replace(Options(), has_limits=False))
        )
        opened: list[Session] = []

        @asynccontextmanager
        async def connect() -> AsyncIterator[Opened]:
            async with session_of(served, tmp_path / "leader", "leader") as session:
                opened.append(session)
                yield Opened(session, Identity(Badge.SIM, "leader", True, USDT, (BTC,), (USDT,)))

        app = BgtuiApp(Display(is_stepped=True), connect, clock=clock)
        pilot = await stack.enter_async_context(app.run_test(size=(120, 40)))
        await app.opened.wait()
        terminal = Terminal(app, pilot, clock, opened[0], None, None)  # type: ignore[arg-type]
        yield Desk(terminal, opened[0], served, clock)
        assert served.simulator.rest.failures == []


async def set_rule(served: Served, folder: Path, profile: str, rule: CopySetting) -> None:
    """Follow the leader from another account, through its own desk."""
    async with session_of(served, folder, profile) as session:
        assert session.desk is not None
        await session.desk.submit(SetCopySettings(USDT, LEADER, (rule,)))


def sizes_of(exchange: Exchange, number: str) -> dict[str, Decimal]:
    """Who copies an order, and how much of it."""
    book = exchange.copytrade.leading(LEADER, USDT)
    assert book is not None
    return {copy.uid: copy.size for copy in book.tracks.open[number].copies}


async def test_a_leaders_day_on_the_screens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What is tested here is no disk: a busy machine may take its time.
    wait_for_disk(monkeypatch)
    async with leader_desk(tmp_path, monkeypatch) as desk:
        terminal, exchange = desk.terminal, desk.served.simulator.exchange

        # Three follow, each by a rule of its own.
        await set_rule(desk.served, tmp_path / "half", "practice", RULE)
        fixed = replace(
            RULE, trace_type="amount", trace_value=Decimal(100), leverage_mode="specify",
            long_leverage=Decimal(10), short_leverage=Decimal(10), max_hold=Decimal(5000),
        )  # fmt: skip
        await set_rule(desk.served, tmp_path / "fixed", "follower", fixed)
        tenth = replace(RULE, trace_value=Decimal("0.1"))
        follow(exchange.copytrade, THIRD, USDT, LEADER, [tenth], copies_new=False)

        # The leader opens; the desk shows the order, and how many copy it.
        await terminal.press("4")
        await desk.until(lambda: desk.value(TRACKS) is not None)
        before = {track.tracking_no for track in desk.value(TRACKS)}
        assert desk.session.desk is not None
        await desk.session.desk.submit(_market_long())

        def opened() -> TrackingOrder | None:
            return next((each for each in desk.value(TRACKS) if each.tracking_no not in before), None)

        await desk.until(lambda: opened() is not None)
        track = opened()
        assert track is not None
        number = track.tracking_no
        three = {PRACTICE_ACCOUNT.uid, FOLLOWER_ACCOUNT.uid, THIRD}
        await desk.until(lambda: three <= sizes_of(exchange, number).keys())
        sizes = sizes_of(exchange, number)
        assert sizes[PRACTICE_ACCOUNT.uid] == SIZE / 2
        assert sizes[THIRD] == SIZE / 10
        bought = sizes[FOLLOWER_ACCOUNT.uid] * track.open_price
        assert abs(bought - 1000) < 20, "100 USDT of margin at the follower's own leverage of ten"

        # It is closed by its number; the copies are counted before and gone after.
        _push_up(desk)
        await terminal.press("/")
        await terminal.type(number)
        await terminal.press("enter", "f")
        assert "if sent now" in terminal.screen_text()
        await desk.confirm("enter", "y")
        await desk.until(lambda: opened() is None)
        await terminal.settle()
        assert not any(row.startswith("►") and number[:5] in row for row in terminal.rows())

        # The profit is shared when the day ends.
        waiting = desk.value(PROFIT).waiting
        paid = desk.value(PROFIT).total
        desk.clock.ahead_ms += DAY_MS - desk.clock.now_ms() % DAY_MS + 1000
        await terminal.press("u")
        await desk.until(lambda: desk.value(PROFIT).total > paid)
        assert desk.value(PROFIT).waiting < waiting or waiting == 0

        # Who has too little left is removed, by typed name.
        await terminal.press("5")
        await desk.until(lambda: _is_there(desk, THIRD))
        await terminal.press("/")
        await terminal.type("third_wheel")
        await terminal.press("enter", "x")
        await terminal.type("third_wheel")
        await terminal.press("enter")
        await desk.until(lambda: not _is_there(desk, THIRD))
        await terminal.press("esc", "l")
        assert "removed by me" in terminal.screen_text()


def _is_there(desk: Desk, uid: str) -> bool:
    return any(follower.follower_uid == uid for follower in desk.value(FOLLOWERS) or ())


def _market_long() -> PlaceOrder:
    return PlaceOrder(
        BTC, Side.BUY, OrderType.MARKET, SIZE, position_side=PositionSide.LONG, effect=Effect.OPEN,
        position_mode=PositionMode.HEDGE, margin_mode=MarginMode.CROSSED, margin_coin="USDT",
    )  # fmt: skip


def _push_up(desk: Desk) -> None:
    """Let the crowd bid half a percent above the market, for far more than anybody here holds."""
    from bgtui.simulator.flow import TAKER

    exchange = desk.served.simulator.exchange
    price = (exchange.market.last(BTC) * Decimal("1.005")).quantize(Decimal("0.1"))
    exchange.engine.add_crowd_limit(TAKER, BTC, Side.BUY, price, Decimal(100_000))
