"""Funding that no channel tells of: a program at a whole exchange, in virtual time."""

from __future__ import annotations

import asyncio
import random
from decimal import Decimal

from bgtui.config.venue import Environment
from bgtui.domain.event import AccountPart
from bgtui.domain.intent import PlaceOrder
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, MarginMode, OrderType, PositionSide
from bgtui.domain.question import symbol_settings
from bgtui.session.upkeep import FUNDED_S
from tests.support.storm_life import Life, register
from tests.support.storm_world import BTC, TICK_S, UID, USDT, Place, StormLoop

D = Decimal
SOON_MS = 30_000


async def live(place: Place, seconds: float) -> None:
    """Let the exchange and the program live."""
    for _ in range(round(seconds / TICK_S)):
        place.tick()
        await asyncio.sleep(TICK_S)


async def funded() -> None:
    """Hold a leg over a funding time."""
    place = Place(random.Random(3))
    life = Life(place, random.Random(4), environment=Environment.SIM, is_read_only=False, name="one")
    try:
        await settled(place, life)
    finally:
        life.kill()
        await life.buried()
        place.disk.close()


async def settled(place: Place, life: Life) -> None:
    """Open a leg, let funding be settled, and look."""
    contract = place.exchange.market._places[BTC].contract
    assert contract is not None
    contract.next_funding_ms = place.clock.now_ms() + SOON_MS
    life.start()
    await live(place, 10)
    settings = life.store.answer(symbol_settings(BTC)).value
    assert settings is not None
    order = PlaceOrder(
        BTC, Side.BUY, OrderType.MARKET, D("0.05"), position_side=PositionSide.LONG, effect=Effect.OPEN,
        position_mode=settings.position_mode, margin_mode=MarginMode.CROSSED, margin_coin="USDT",
    )  # fmt: skip
    assert life.shown.desk is not None
    await life.shown.desk.submit(order)
    await live(place, 5)
    (leg,) = life.store.positions(USDT) or ()
    assert not leg.funding_paid

    await live(place, SOON_MS / 1000 - 15 + FUNDED_S[1] + 3)

    (leg,), (there,) = life.store.positions(USDT) or (), place.engine.positions(UID, USDT)
    assert there.funding_paid
    assert leg.funding_paid == there.funding_paid
    assert life.store.freshness(USDT, AccountPart.BALANCES).is_current
    (wallet,), (coin,) = life.store.balances(USDT) or (), place.engine.balances(UID, USDT)
    cash = [(one.equity or D(0)) - (one.unrealized_pnl or D(0)) for one in (wallet, coin)]
    assert cash[0] == cash[1], "what the legs earn aside, which moves with the mark"
    assert life.failures == []


def test_funding_is_in_wallet_and_legs_a_few_seconds_after_it_was_settled() -> None:
    loop = StormLoop()
    loop.limit(120)
    register(loop)
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(funded())
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.run_until_complete(loop.shutdown_asyncgens())
        asyncio.set_event_loop(None)
        loop.close()
