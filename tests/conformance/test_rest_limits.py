"""What ccxt makes of a rate limit."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from ccxt.base.errors import DDoSProtection

from tests.conformance.calls import exercises
from tests.conformance.floor import BTC, Floor, Setting

pytestmark = [pytest.mark.xdist_group("conformance-futures"), pytest.mark.asyncio(loop_scope="module")]

LIMIT = 20
"""Tickers a second from one address."""


@pytest.fixture(scope="module")
def setting() -> Setting:
    return Setting(has_limits=True)


@exercises("fetch_ticker", "swap", "too many at once: DDoSProtection (429) for the rest of the second")
async def test_too_many_requests(rest: Any, floor: Floor) -> None:
    answers = await asyncio.gather(
        *(rest.fetch_ticker(BTC) for _ in range(5 * LIMIT)), return_exceptions=True
    )
    refused = [each for each in answers if isinstance(each, DDoSProtection)]
    assert all("429" in str(each) for each in refused)
    assert len(answers) - len(refused) >= LIMIT
    assert refused
