"""ccxt as released, pointed at a simulator of this process by URL alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import ccxt.async_support
import ccxt.pro
import pytest
import pytest_asyncio

from tests.conformance.calls import Watched, declared
from tests.conformance.floor import Floor, Setting, connect


@pytest.fixture(scope="module")
def setting() -> Setting:
    """The market of a module; still unless a module says otherwise."""
    return Setting()


@pytest.fixture(scope="module")
def floor(setting: Setting) -> Iterator[Floor]:
    with Floor(setting) as floor:
        yield floor
        assert floor.served.simulator.rest.failures == []


@pytest.fixture
def clean(floor: Floor) -> None:
    """Flat accounts in one-way mode."""
    floor.clear()


@pytest.fixture
def made(request: pytest.FixtureRequest) -> Iterator[set[str]]:
    made: set[str] = set()
    yield made
    assert made == {row.call for row in declared(request.node.iter_markers())}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def practice(floor: Floor) -> AsyncIterator[Any]:
    """The practice account; closing a client takes its time, so a module shares one."""
    client = await connect(ccxt.async_support.bitget, floor)
    yield client
    await client.close()


@pytest.fixture
def rest(practice: Any, made: set[str]) -> Watched:
    """The practice account by REST."""
    return Watched(practice, made)


@pytest_asyncio.fixture(loop_scope="module")
async def pro(floor: Floor, made: set[str]) -> AsyncIterator[Any]:
    """The practice account by REST and WebSocket."""
    client = await connect(ccxt.pro.bitget, floor)
    yield Watched(client, made)
    await client.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def other(floor: Floor) -> AsyncIterator[Any]:
    """Somebody else, in hedge mode, to trade with."""
    client = await connect(ccxt.async_support.bitget, floor, profile="follower")
    yield client
    await client.close()
