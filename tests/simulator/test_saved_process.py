"""`bgtui sim --state` as people run it: killed, started again, and asked by the same key."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.intent import PlaceOrder
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, MarginMode, OrderType, PositionMode, PositionSide
from bgtui.domain.secret import Credentials, Secret
from bgtui.exchange.clock import SystemClock
from bgtui.exchange.reader import ReadClient
from bgtui.exchange.rest import RestClient
from bgtui.exchange.trading import TradingClient

USDT = ProductType.USDT_FUTURES
BTC = instrument_id(USDT, "BTCUSDT")


@asynccontextmanager
async def sim(state: Path, home: Path, *, ends_by: signal.Signals) -> AsyncIterator[dict[str, Any]]:
    """Run `bgtui sim` and yield its line."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bgtui", "sim", "--state", str(state)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "HOME": str(home)},
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            yield json.loads(await process.stdout.readline())
    finally:
        process.send_signal(ends_by)
        await process.wait()


def rest(line: dict[str, Any]) -> RestClient:
    credentials = Credentials(
        api_key=Secret(line["api_key"]),
        passphrase=Secret(line["api_passphrase"]),
        secret=Secret(line["api_secret"]),
    )
    return RestClient(line["rest"], credentials=credentials, clock=SystemClock(), rng=random.Random(1))


async def test_a_killed_simulator_goes_on_where_it_was(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    async with sim(state, tmp_path, ends_by=signal.SIGKILL) as line, rest(line) as client:
        reader, trading = ReadClient(client), TradingClient(client)
        for order_type, name in ((OrderType.MARKET, "taken"), (OrderType.LIMIT, "resting")):
            ticker = await reader.ticker(BTC)
            assert ticker is not None
            price = (Decimal(ticker.last_text) * Decimal("0.97")).quantize(Decimal("0.1"))
            intent = PlaceOrder(
                BTC,
                Side.BUY,
                order_type,
                Decimal("0.01"),
                price=price if order_type is OrderType.LIMIT else None,
                position_side=PositionSide.LONG,
                effect=Effect.OPEN,
                position_mode=PositionMode.ONE_WAY,
                margin_mode=MarginMode.CROSSED,
                margin_coin="USDT",
            )
            await trading.place_order(intent, name)
        [held] = await reader.positions(USDT)
        [order] = await reader.open_orders(USDT)
        # What is answered is on disk within a second.
        await asyncio.sleep(1.6)
    async with sim(state, tmp_path, ends_by=signal.SIGTERM) as again, rest(again) as client:
        assert again["instance"] != line["instance"]
        assert (again["api_key"], again["read_only"]) == (line["api_key"], line["read_only"])
        reader = ReadClient(client)
        [same] = await reader.positions(USDT)
        assert (same.size, same.entry_price, same.position_id) == (
            held.size,
            held.entry_price,
            held.position_id,
        )
        assert [each.order_id for each in await reader.open_orders(USDT)] == [order.order_id]
        assert await reader.order(BTC, client_order_id="taken")
