"""ccxt with every option as it is shipped, its throttle on, against the simulator with its limits on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import ccxt.async_support
import pytest
import pytest_asyncio

from tests.conformance.calls import Watched, exercises
from tests.conformance.floor import BTC, Floor, Setting, as_shipped

pytestmark = [pytest.mark.xdist_group("conformance-futures"), pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture(scope="module")
def setting() -> Setting:
    return Setting(has_limits=True)


@pytest_asyncio.fixture(loop_scope="module")
async def shipped(floor: Floor, made: set[str]) -> AsyncIterator[Watched]:
    client = as_shipped(ccxt.async_support.bitget, floor)
    assert client.enableRateLimit
    yield Watched(client, made)
    await client.close()


@exercises("load_markets", "all", "as shipped: every instrument")
@exercises("create_order", "swap", "as shipped: rests with its price and size")
@exercises("fetch_open_orders", "swap", "as shipped: the one that rests")
@exercises("cancel_order", "swap", "as shipped: gone from the open ones")
async def test_an_order_with_every_option_as_shipped(shipped: Any, floor: Floor) -> None:
    markets = await shipped.load_markets()
    assert len(markets) == floor.instrument_count
    book = await shipped.plain.fetch_order_book(BTC, 5)
    price = round(book["bids"][0][0] * 0.97, 1)
    made = await shipped.create_order(BTC, "limit", "buy", 0.01, price)
    (order,) = await shipped.fetch_open_orders(BTC)
    assert (order["id"], order["price"], order["amount"]) == (made["id"], price, 0.01)
    await shipped.cancel_order(made["id"], BTC)
    assert await shipped.fetch_open_orders(BTC) == []
