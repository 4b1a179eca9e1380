"""The limits under the whole program, against the simulator over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from bgtui.bootstrap.opening import open_session
from bgtui.config.settings import Settings
from bgtui.domain.alert import AlertKind
from bgtui.domain.error import Refused
from bgtui.domain.event import AccountPart, AlarmRaised, Event
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.intent import PlaceOrder
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, MarginMode, OrderType, PositionMode, PositionSide
from bgtui.domain.trading import TradingState
from bgtui.session.session import Session
from bgtui.simulator.server import Served
from tests.support.place import Place
from tests.support.simulated import simulated

USDT = ProductType.USDT_FUTURES
BTC = instrument_id(USDT, "BTCUSDT")
PATIENCE_S = 10.0


def settings_for(served: Served, tmp_path: Path, **limits: str) -> Settings:
    """Return settings as for a simulator that was started apart: what is remembered of it is kept."""
    credentials = served.simulator.exchange.keys["practice"].credentials
    assert credentials.secret is not None
    root = tmp_path / "place"
    place = Place(root) if not root.exists() else _again(root)
    return place.load(
        BGTUI_REST_URL=served.rest,
        BGTUI_WS_PUBLIC_URL=served.ws_public,
        BGTUI_WS_PRIVATE_URL=served.ws_private,
        BGTUI_API_KEY=credentials.api_key.reveal(),
        BGTUI_API_SECRET=credentials.secret.reveal(),
        BGTUI_API_PASSPHRASE=credentials.passphrase.reveal(),
        **{f"BGTUI_LIMITS_{name.upper()}": value for name, value in limits.items()},
    )


def _again(root: Path) -> Place:
    place = Place.__new__(Place)
    place.home, place.folder = root / "home", root / "work"
    place.config, place.environ = place.home / ".config" / "bgtui", {"HOME": str(place.home)}
    return place


@asynccontextmanager
async def running(
    served: Served, tmp_path: Path, limits: Mapping[str, str], observe: Callable[[Event], None] | None = None
) -> AsyncIterator[Session]:
    settings = settings_for(served, tmp_path, **limits)
    journal = tmp_path / "journal.sqlite3"
    async with open_session(settings, journal=journal, products=(USDT,), observe=observe) as session:
        session.show(BTC)
        task = asyncio.create_task(session.run())
        try:
            store = session.store

            def is_told() -> bool:
                ticker = store.ticker(BTC)
                parts = (AccountPart.POSITIONS, AccountPart.ORDERS, AccountPart.PLANS, AccountPart.FILLS)
                return (
                    ticker is not None
                    and bool(ticker.mark_text)
                    and all(store.freshness(USDT, part).is_current for part in parts)
                )

            await session.wait_for(is_told, timeout_s=PATIENCE_S)
            yield session
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def market(size: str, effect: Effect = Effect.OPEN) -> PlaceOrder:
    return PlaceOrder(
        BTC, Side.BUY if effect is Effect.OPEN else Side.SELL, OrderType.MARKET, Decimal(size),
        position_side=PositionSide.LONG, effect=effect, position_mode=PositionMode.ONE_WAY,
        margin_mode=MarginMode.CROSSED, margin_coin="USDT",
    )  # fmt: skip


def writes(served: Served) -> list[str]:
    return [entry.path for entry in served.simulator.rest.log if entry.method == "POST"]


def size_held(session: Session) -> Callable[[], Decimal]:
    return lambda: sum((leg.size for leg in session.store.positions(USDT) or ()), Decimal(0))


async def test_what_is_over_a_limit_never_reaches_the_exchange(tmp_path: Path) -> None:
    async with simulated() as served, running(served, tmp_path, {"max_order_notional": "1500"}) as session:
        assert session.desk is not None
        with pytest.raises(
            Refused, match=r"^Refused here: .* USDT is over order limit 1,500; lower the size"
        ):
            await session.desk.submit(market("0.1"))
        assert writes(served) == []
        await session.desk.submit(market("0.01"))
        held = size_held(session)
        await session.wait_for(lambda: held() == Decimal("0.01"), timeout_s=PATIENCE_S)
        with pytest.raises(Refused, match=r"the same order left \d\.\ds ago, 2s must lie between"):
            await session.desk.submit(market("0.01"))
        assert len(writes(served)) == 1
        await session.desk.submit(market("0.01", Effect.CLOSE))
        await session.wait_for(lambda: held() == 0, timeout_s=PATIENCE_S)


async def test_orders_on_their_way_count_against_the_exposure(tmp_path: Path) -> None:
    limits = {"max_exposure_percent": "10", "duplicate_s": "off"}
    async with simulated() as served, running(served, tmp_path, limits) as session:
        assert session.desk is not None
        first = asyncio.create_task(session.desk.submit(market("0.01")))
        await session.wait_for(lambda: bool(session.store.all_submissions()), timeout_s=PATIENCE_S)
        with pytest.raises(Refused, match=r"exposure [\d.]+% of equity is over 10%"):
            await session.desk.submit(market("0.009"))
        await first


async def test_a_lost_day_locks_survives_a_restart_and_lets_exits_through(tmp_path: Path) -> None:
    async with simulated() as served:
        async with running(served, tmp_path, {"max_daily_loss": "0.5"}) as session:
            assert session.desk is not None
            held = size_held(session)
            await session.desk.submit(market("0.02"))
            await session.wait_for(lambda: held() == Decimal("0.02"), timeout_s=PATIENCE_S)
            # The fee alone is more than the day may lose.
            desk = session.desk
            await session.wait_for(lambda: desk.state is TradingState.LOCKED, timeout_s=PATIENCE_S)
            with pytest.raises(
                Refused, match=r"^Locked until 00:00 UTC: day loss -\d.\d\d passed -0.50; only"
            ):
                await desk.submit(market("0.01"))
            store = session.store
            await session.wait_for(
                lambda: AlertKind.DAY_LOSS in {alarm.kind for alarm in store.alarms()}, timeout_s=PATIENCE_S
            )
        seen = len(writes(served))
        async with running(served, tmp_path, {"max_daily_loss": "5000"}) as session:
            assert session.desk is not None
            assert session.desk.state is TradingState.LOCKED
            with pytest.raises(Refused, match="Locked until 00:00 UTC"):
                await session.desk.submit(market("0.01"))
            assert len(writes(served)) == seen
            held = size_held(session)
            await session.desk.submit(market("0.02", Effect.CLOSE))
            await session.wait_for(lambda: held() == 0, timeout_s=PATIENCE_S)


async def test_a_leg_that_loses_too_much_is_reduced_once(tmp_path: Path) -> None:
    limits = {"alarm_percent": "0.0001", "reduce_percent": "50"}
    seen: list[Event] = []
    async with simulated() as served, running(served, tmp_path, limits, seen.append) as session:
        assert session.desk is not None
        held = size_held(session)
        await session.desk.submit(market("0.02"))
        await session.wait_for(lambda: held() == Decimal("0.01"), timeout_s=PATIENCE_S)

        def says_so() -> bool:
            return any(
                event.alarm.kind is AlertKind.POSITION_RISK and "of it is being closed" in event.alarm.text
                for event in seen
                if isinstance(event, AlarmRaised)
            )

        await session.wait_for(says_so, timeout_s=PATIENCE_S)
        assert len(writes(served)) == 2
