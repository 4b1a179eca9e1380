"""Small simulated exchanges for tests, and the tape they leave."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.simulator.exchange import Exchange, World
from bgtui.simulator.fact import Fact, LevelChanged, TradePrinted
from bgtui.simulator.instruments import LISTINGS, Listing

START_MS = 1_763_682_000_123
BTC = instrument_id(ProductType.USDT_FUTURES, "BTCUSDT")
ETH = instrument_id(ProductType.USDT_FUTURES, "ETHUSDT")
SPOT_BTC = instrument_id(ProductType.SPOT, "BTCUSDT")
_BY_ID = {listing.instrument.id: listing for listing in LISTINGS}


def listings(*instruments: str) -> tuple[Listing, ...]:
    return tuple(_BY_ID[name] for name in instruments)  # type: ignore[index]


def small(seed: int = 1, rate: float = 40.0, **more: object) -> Exchange:
    """A world of three instruments, cheap to build."""
    return Exchange(World(seed, START_MS, rate=rate, listings=listings(BTC, ETH, SPOT_BTC), **more))  # type: ignore[arg-type]


def run(exchange: Exchange, milliseconds: int, step_ms: int = 1000) -> list[Fact]:
    """Move on in steps and return all facts."""
    facts: list[Fact] = []
    end = exchange.clock.now_ms() + milliseconds
    while exchange.clock.now_ms() < end:
        exchange.advance(min(exchange.clock.now_ms() + step_ms, end))
        facts.extend(exchange.drain())
    return facts


def lines(facts: Iterable[Fact]) -> list[str]:
    """The public tape and the public books as text."""
    told: list[str] = []
    for fact in facts:
        if isinstance(fact, LevelChanged):
            told.append(f"{fact.instrument} {fact.side.value} {fact.price:f} {fact.size:f}")
        elif isinstance(fact, TradePrinted):
            trade = fact.trade
            told.append(
                f"{fact.instrument} {trade.trade_id} {trade.side.value} {trade.price_text} "
                f"{trade.size_text} {trade.time_ms}"
            )
    return told


def digest(facts: Iterable[Fact]) -> str:
    return hashlib.sha256("\n".join(lines(facts)).encode()).hexdigest()
