"""The trading states over real sockets: what the exchange itself saw of a live run (I-2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from bgtui.bootstrap.opening import open_session
from bgtui.config.commandline import CommandLine
from bgtui.config.venue import Environment, Venue
from bgtui.domain.error import ClockSkew, Refused
from bgtui.domain.event import AccountPart, Connection, ConnectionLost
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.intent import CancelAll, ClosePosition, Intent, OrderRef, PlaceOrder
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, MarginMode, OrderType, PositionMode, PositionSide
from bgtui.domain.trading import ReadOnlyReason, TradingState, refusal
from bgtui.session.session import Session
from bgtui.simulator.hooks import NoFaults
from bgtui.simulator.server import Served
from tests.support import intents
from tests.support.place import KEY_VARIABLES, Place
from tests.support.simulated import simulated

USDT = ProductType.USDT_FUTURES
BTC = instrument_id(USDT, "BTCUSDT")
PATIENCE_S = 15.0


@asynccontextmanager
async def session_of(
    tmp_path: Path, environment: str, *, trade: bool = False, faults: NoFaults | None = None
) -> AsyncIterator[tuple[Session, Served]]:
    """Run a session of an environment against the simulator: nothing but loopback is ever asked."""
    async with simulated(faults=faults) as served:
        venue = Venue(Environment(environment), served.rest, served.ws_public, served.ws_private)
        typed = CommandLine(environment=environment, trade=trade)
        settings = Place(tmp_path).load(typed, **KEY_VARIABLES)
        moved = settings.moved_to(venue, served.simulator.exchange.keys["practice"].credentials)
        journal = tmp_path / "state" / "journal.sqlite3"
        async with open_session(moved, journal=journal, products=(USDT,)) as session:
            running = asyncio.create_task(session.run())
            try:
                await session.wait_for(
                    lambda: session.store.freshness(USDT, AccountPart.POSITIONS).is_current,
                    timeout_s=PATIENCE_S,
                )
                yield session, served
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)


def market(effect: Effect) -> PlaceOrder:
    return PlaceOrder(
        BTC,
        Side.BUY if effect is Effect.OPEN else Side.SELL,
        OrderType.MARKET,
        Decimal("0.01"),
        position_side=PositionSide.LONG,
        effect=effect,
        position_mode=PositionMode.ONE_WAY,
        margin_mode=MarginMode.CROSSED,
        margin_coin="USDT",
    )


def writes(served: Served) -> int:
    return sum(entry.method == "POST" for entry in served.simulator.rest.log)


async def test_live_without_the_word_has_nothing_that_could_write(tmp_path: Path) -> None:
    async with session_of(tmp_path, "live", trade=False) as (session, served):
        assert (session.desk, session.arming, session.kill) == (None, None, None)
        assert session.read_only_reason is ReadOnlyReason.LIVE
        assert writes(served) == 0


async def test_live_begins_disarmed_and_the_exchange_sees_only_exits_until_it_is_armed(
    tmp_path: Path,
) -> None:
    async with session_of(tmp_path, "live", trade=True) as (session, served):
        desk, arming = session.desk, session.arming
        assert desk is not None
        assert arming is not None
        assert desk.state is TradingState.DISARMED
        refused = [one for one in intents.EVERY if refusal(TradingState.DISARMED, one, _nobody_knows)]
        assert len(refused) > 10
        for intent in refused:
            with pytest.raises(Refused):
                await desk.submit(intent)
        assert writes(served) == 0
        arming.arm()
        guard = session.guard
        assert guard is not None
        opening = market(Effect.OPEN)
        session.show(BTC)
        # Our own rules say yes once they know the day and the market.
        await session.wait_for(lambda: not guard.violations(opening), timeout_s=PATIENCE_S)
        await desk.submit(opening)
        await session.wait_for(lambda: bool(session.store.positions(USDT)), timeout_s=PATIENCE_S)
        arming.disarm()
        with pytest.raises(Refused, match="o arms account"):
            await desk.submit(market(Effect.OPEN))
        assert writes(served) == 1
        await desk.submit(ClosePosition(BTC, PositionMode.ONE_WAY, PositionSide.LONG))
        await session.wait_for(lambda: not session.store.positions(USDT), timeout_s=PATIENCE_S)
        assert writes(served) == 2


def _nobody_knows(_ref: OrderRef) -> None:
    return None


async def test_the_simulator_begins_armed_and_a_lock_holds(tmp_path: Path) -> None:
    async with session_of(tmp_path, "sim", trade=False) as (session, served):
        desk, arming = session.desk, session.arming
        assert desk is not None
        assert arming is not None
        assert desk.state is TradingState.ARMED
        line = "Locked until 00:00 UTC: day loss -503.20 passed -500.00; only exits pass."
        arming.lock(served.simulator.exchange.clock.now_ms() + 3_600_000, line)
        opening: Intent = market(Effect.OPEN)
        with pytest.raises(Refused, match="day loss"):
            await desk.submit(opening)
        assert writes(served) == 0


async def test_a_sleep_disarms_replaces_the_sockets_and_reads_everything_again(tmp_path: Path) -> None:
    async with session_of(tmp_path, "sim", trade=False) as (session, _served):
        slumber, arming = session.slumber, session.arming
        assert slumber is not None
        assert arming is not None
        lost: list[str] = []
        session._observe = lambda event: (
            lost.append(event.name) if isinstance(event, ConnectionLost) else None
        )
        session.show(BTC)
        await session.wait_for(lambda: _is_up(session), timeout_s=PATIENCE_S)
        slumber._parted_s -= 7980  # as if the wall clock had gone on without the other one
        await session.wait_for(lambda: bool(slumber.count), timeout_s=PATIENCE_S)
        assert arming.state is TradingState.DISARMED
        assert slumber.line.startswith("Slept 2h13m: disarmed")
        await session.wait_for(lambda: len(lost) >= 2, timeout_s=PATIENCE_S)
        await session.wait_for(lambda: _is_up(session), timeout_s=PATIENCE_S)
        await session.wait_for(
            lambda: session.store.freshness(USDT, AccountPart.POSITIONS).is_current, timeout_s=PATIENCE_S
        )
        assert any(name.startswith("private") for name in lost)
        assert any(name.startswith("public") for name in lost)
        assert slumber.line.startswith("Slept"), "the exchange's clock says that ours was not set"


def ahead(skew_ms: int) -> NoFaults:
    """The exchange's clock, or ours by as much the other way."""
    faults = NoFaults()
    faults.skew_ms = skew_ms
    return faults


@pytest.mark.parametrize("skew_ms", [60_000, -60_000])
async def test_f11_a_clock_that_is_a_minute_off_sends_nothing_and_arms_nothing(
    skew_ms: int, tmp_path: Path
) -> None:
    async with session_of(tmp_path, "sim", faults=ahead(skew_ms)) as (session, served):
        desk, arming = session.desk, session.arming
        assert desk is not None
        assert arming is not None
        with pytest.raises(ClockSkew, match="60s off: sending stopped"):
            await desk.submit(CancelAll(USDT))
        assert writes(served) == 0
        arming.disarm()
        assert arming.problems() == (
            "Clock is 60s off: sending stopped, Bitget would refuse; fix it, then u.",
        )
        with pytest.raises(Refused, match="60s off"):
            arming.arm()


async def test_f11_a_clock_that_is_set_while_running_is_measured_again(tmp_path: Path) -> None:
    faults = ahead(0)
    async with session_of(tmp_path, "sim", faults=faults) as (session, _served):
        slumber = session.slumber
        assert slumber is not None
        # What our clock going forward by a minute looks like from here.
        faults.skew_ms = -60_000
        slumber._parted_s -= 60
        await session.wait_for(lambda: slumber.line.startswith("Clock was set"), timeout_s=PATIENCE_S)
        assert slumber.line.startswith("Clock was set forward 1m00s: disarmed")
        assert abs(session.store.clock_offset_ms + 60_000) < 2_000
        assert session.arming is not None
        assert session.arming.state is TradingState.DISARMED


def _is_up(session: Session) -> bool:
    connections = session.store.health().connections
    kinds = {one.connection for one in connections if one.is_up}
    return kinds == {Connection.PUBLIC, Connection.PRIVATE} and all(one.is_up for one in connections)
