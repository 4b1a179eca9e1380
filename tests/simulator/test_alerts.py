"""Alerts of a whole session against the simulator over real sockets: a price, a fill, a lost stream."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from bgtui.bootstrap.opening import open_session
from bgtui.config.commandline import CommandLine
from bgtui.config.venue import Environment, Venue
from bgtui.domain.alert import Alert, AlertKind, AlertRule, Channel, Crossing, DeliveryState
from bgtui.domain.event import AccountPart
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.intent import PlaceOrder
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, MarginMode, OrderType, PositionMode, PositionSide
from bgtui.exchange.clock import SystemClock
from bgtui.session.alerts import AlertOptions, AlertWatch
from bgtui.session.session import Session
from bgtui.simulator.fault import FaultSet
from bgtui.simulator.server import Served
from tests.support.place import Place
from tests.support.simulated import simulated

USDT = ProductType.USDT_FUTURES
BTC = instrument_id(USDT, "BTCUSDT")
PATIENCE_S = 20.0


@asynccontextmanager
async def running(
    tmp_path: Path, options: AlertOptions, faults: FaultSet | None = None
) -> AsyncIterator[tuple[Session, AlertWatch, Served]]:
    settings = Place(tmp_path).load(CommandLine())
    async with simulated(faults=faults) as served:
        venue = Venue(Environment.SIM, served.rest, served.ws_public, served.ws_private)
        moved = settings.moved_to(venue, served.simulator.exchange.keys["practice"].credentials)
        async with open_session(
            moved, journal=tmp_path / "journal.sqlite3", products=(USDT,), alerts=options
        ) as session:
            task = asyncio.create_task(session.run())
            try:
                await session.wait_for(
                    lambda: session.store.freshness(USDT, AccountPart.POSITIONS).is_current,
                    timeout_s=PATIENCE_S,
                )
                assert session.alerts is not None
                yield session, session.alerts, served
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)


def of_kind(session: Session, kind: AlertKind) -> list[Alert]:
    return [alert for alert in session.store.alerts() if alert.kind is kind]


def order(size: str) -> PlaceOrder:
    return PlaceOrder(
        BTC,
        Side.BUY,
        OrderType.MARKET,
        Decimal(size),
        position_side=PositionSide.LONG,
        effect=Effect.OPEN,
        position_mode=PositionMode.ONE_WAY,
        margin_mode=MarginMode.CROSSED,
        margin_coin="USDT",
    )


async def test_a_price_alert_fires_for_a_symbol_that_is_not_shown(tmp_path: Path) -> None:
    async with running(tmp_path, AlertOptions()) as (session, watch, served):
        last = served.simulator.exchange.market.last(BTC)
        for crossing, step in ((Crossing.ABOVE, 2), (Crossing.BELOW, -2)):
            at = last + step
            watch.add(AlertRule("", AlertKind.PRICE, BTC, at, crossing, repeats=False))
        await session.wait_for(lambda: bool(of_kind(session, AlertKind.PRICE)), timeout_s=PATIENCE_S)

        alert = of_kind(session, AlertKind.PRICE)[-1]
        assert alert.text.startswith("Price: BTCUSDT last ")
        fired = next(one for one in session.store.alert_rules() if one.rule.rule_id == alert.rule_id)
        assert not fired.rule.is_on


async def test_a_fill_is_told_to_the_command_and_history_is_not(tmp_path: Path) -> None:
    path = tmp_path / "told"
    code = "import sys; open(sys.argv[1], 'a').write(sys.argv[2] + '\\n')"
    options = AlertOptions(command=(sys.executable, "-S", "-c", code, str(path), "{text}"))
    async with running(tmp_path, options) as (session, _watch, _served):
        assert session.desk is not None
        assert of_kind(session, AlertKind.FILL) == []
        await session.desk.submit(order("0.01"))

        def is_told() -> bool:
            return any(
                one.channel is Channel.COMMAND and one.state is DeliveryState.DONE
                for alert in of_kind(session, AlertKind.FILL)
                for one in alert.deliveries
            )

        await session.wait_for(is_told, timeout_s=PATIENCE_S)
        said = path.read_text().splitlines()
        assert len(said) == 1
        assert said[0].startswith("Filled: ")
        assert "0.01" in said[0]
        assert "BTCUSDT @ " in said[0]


async def test_a_rejection_is_told(tmp_path: Path) -> None:
    async with running(tmp_path, AlertOptions()) as (session, _watch, served):
        assert session.desk is not None
        session.desk._violations = lambda _intent: ()  # our own rules would not let it out
        outcome = await asyncio.gather(session.desk.submit(order("100")), return_exceptions=True)
        assert isinstance(outcome[0], Exception)
        await session.wait_for(lambda: bool(of_kind(session, AlertKind.REJECTION)), timeout_s=PATIENCE_S)
        assert of_kind(session, AlertKind.REJECTION)[0].text.startswith("Rejected: order ")
        assert of_kind(session, AlertKind.REJECTION)[0].count == 1
        assert served.simulator.rest.failures == []


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [("liquidate:BTCUSDT", "Bitget liquidated"), ("adl:BTCUSDT", "ADL: Bitget reduced")],
)
async def test_f18_what_the_exchange_does_by_itself_is_no_fill_of_mine(
    fault: str, sentence: str, tmp_path: Path
) -> None:
    faults = FaultSet(clock=SystemClock(), rng=random.Random(3))
    async with running(tmp_path, AlertOptions(), faults) as (session, _watch, _served):
        assert session.desk is not None
        await session.desk.submit(order("0.02"))
        await session.wait_for(lambda: bool(session.store.positions(USDT)), timeout_s=PATIENCE_S)
        await session.wait_for(lambda: bool(of_kind(session, AlertKind.FILL)), timeout_s=PATIENCE_S)
        faults.add(fault)
        await session.wait_for(
            lambda: any(
                "@" in alert.text and alert.text.startswith(sentence)
                for alert in of_kind(session, AlertKind.FORCED)
            ),
            timeout_s=PATIENCE_S,
        )
        assert [alert.text.split()[0] for alert in of_kind(session, AlertKind.FILL)] == ["Filled:"]
        assert all(not alert.text.startswith("Filled") for alert in of_kind(session, AlertKind.FORCED))
        assert any(fill.forced is not None for fill in session.store.fills(USDT))
