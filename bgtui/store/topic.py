"""What can be watched in the store: a kind of read model, and which instrument or product type of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from bgtui.domain.event import BookDepth
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.market import CandleInterval
from bgtui.domain.question import Question


class Kind(StrEnum):
    """Kinds of read model."""

    __hash__ = str.__hash__  # looked up at every frame: no call of Python code

    BOOK = "book"
    TAPE = "tape"
    TICKER = "ticker"
    CANDLES = "candles"
    AUCTION = "auction"
    INDEX = "index"
    INSTRUMENTS = "instruments"
    ORDERS = "orders"
    PLANS = "plans"
    POSITIONS = "positions"
    CLOSED_POSITIONS = "closed_positions"
    BALANCES = "balances"
    EQUITY = "equity"
    FILLS = "fills"
    SUBMISSIONS = "submissions"
    """What was sent and is not reported yet."""
    FRESHNESS = "freshness"
    """How far the account panes of a product type can be trusted."""
    ANSWER = "answer"
    """The answer to one polled question."""
    HEALTH = "health"
    """Every figure of the run."""
    LINES = "lines"
    """Which connections are up and which sources fail; no figures."""
    LOG = "log"
    ALERTS = "alerts"
    """Rules, what fired, what stands."""


MARKET = frozenset({Kind.BOOK, Kind.TAPE, Kind.TICKER, Kind.CANDLES, Kind.AUCTION, Kind.INDEX})
"""Kinds that a busy market changes many times a second."""


@dataclass(frozen=True, slots=True)  # looked up at every frame: see `frozen`
class Topic:
    """One read model; built by the functions below."""

    kind: Kind
    key: str = ""
    """Instrument id, product type or margin pair, as the kind asks."""
    detail: BookDepth | CandleInterval | Question[Any] | None = None


HEALTH = Topic(Kind.HEALTH)
LINES = Topic(Kind.LINES)
LOG = Topic(Kind.LOG)
ALERTS = Topic(Kind.ALERTS)

_NAMED = 1024
"""Topics kept: panes name theirs at every frame."""


@lru_cache(_NAMED)
def book(instrument: InstrumentId, depth: BookDepth = BookDepth.FULL) -> Topic:
    """Name an instrument's order book."""
    return Topic(Kind.BOOK, instrument, depth)


@lru_cache(_NAMED)
def tape(instrument: InstrumentId) -> Topic:
    """Name an instrument's public trades."""
    return Topic(Kind.TAPE, instrument)


@lru_cache(_NAMED)
def ticker(instrument: InstrumentId) -> Topic:
    """Name an instrument's ticker."""
    return Topic(Kind.TICKER, instrument)


@lru_cache(_NAMED)
def candles(instrument: InstrumentId, interval: CandleInterval) -> Topic:
    """Name one series of candles."""
    return Topic(Kind.CANDLES, instrument, interval)


@lru_cache(_NAMED)
def account(kind: Kind, product_type: ProductType) -> Topic:
    """Name an account pane of a product type: ORDERS, PLANS, POSITIONS, BALANCES, FILLS and their like."""
    return Topic(kind, product_type.value)


def answer(question: Question[Any]) -> Topic:
    """Name the answer to a polled question."""
    return Topic(Kind.ANSWER, question.name, question)
