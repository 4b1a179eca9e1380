"""Everything that a feed, a poll or a reconciliation can report: past-tense facts, plain data.

The first four are the hot path and therefore unfrozen; nobody changes them after they are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bgtui.domain.account import Balance, ClosedPosition, Fill, Position
from bgtui.domain.alert import Alarm, Alert, AlertKind, Channel, Standing
from bgtui.domain.book import Level
from bgtui.domain.budget import Budget
from bgtui.domain.error import Outage
from bgtui.domain.feed import MarketTopic
from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.domain.market import Candle, CandleInterval, Ticker, Trade
from bgtui.domain.order import Order, PlanOrder
from bgtui.domain.question import Question
from bgtui.domain.submission import Submission
from bgtui.domain.text import Untrusted
from bgtui.domain.value import frozen


class BookDepth(StrEnum):
    """Which book channel: the full one, or a snapshot channel of so many levels."""

    # An enum hashes its name by a call of Python code, which a key of the hot path pays for twice a message.
    __hash__ = str.__hash__

    FULL = "books"
    ONE = "books1"
    FIVE = "books5"
    FIFTEEN = "books15"


@dataclass(slots=True)
class BookReceived:
    """One message of a book channel: a snapshot replaces every level, an update changes some."""

    instrument: InstrumentId
    depth: BookDepth
    is_snapshot: bool
    bids: Sequence[Level]
    asks: Sequence[Level]
    seq: int | None
    pseq: int | None
    checksum: int | None
    time_ms: int
    """Exchange time, milliseconds."""


@dataclass(slots=True)
class TradesPrinted:
    """Public trades, oldest first; a snapshot holds the recent past."""

    instrument: InstrumentId
    is_snapshot: bool
    trades: Sequence[Trade]


@dataclass(slots=True)
class TickerUpdated:
    """New figures of one instrument."""

    ticker: Ticker


@dataclass(slots=True)
class CandlesUpdated:
    """Candles, oldest first; an update changes or adds the last ones, a snapshot replaces the series."""

    instrument: InstrumentId
    interval: CandleInterval
    is_snapshot: bool
    candles: Sequence[Candle]


@frozen
class BookBroken:
    """A book message could not be decoded: whatever it said is missing from the book now."""

    instrument: InstrumentId
    depth: BookDepth


@frozen
class IndexPriceUpdated:
    """Index price of a margin pair."""

    symbol: str
    price: Decimal
    time_ms: int


@frozen
class AuctionUpdated:
    """Opening auction of a spot pair."""

    instrument: InstrumentId
    stage: Untrusted
    stage_end_ms: int | None
    estimated_price: Decimal | None
    matched_volume: Decimal | None
    end_ms: int | None


@frozen
class InstrumentsListed:
    """The complete list of a product type's instruments and their rules."""

    product_type: ProductType
    instruments: tuple[Instrument, ...]


@frozen
class OrderUpdated:
    """One order changed, or was looked up."""

    order: Order


@frozen
class PlanOrderUpdated:
    """One trigger order changed, or was looked up."""

    plan: PlanOrder


@frozen
class FillReported:
    """One trade of the account."""

    fill: Fill


@frozen
class PositionsReported:
    """Every open leg of a product type: what is not in it is closed."""

    product_type: ProductType
    positions: tuple[Position, ...]
    time_ms: int
    """Exchange time of the report, milliseconds."""


@frozen
class PositionClosed:
    """A leg was fully closed."""

    position: ClosedPosition


@frozen
class BalancesReported:
    """Coins of one wallet: the named ones changed; a complete report also says that there are no others."""

    product_type: ProductType
    balances: tuple[Balance, ...]
    is_complete: bool
    time_ms: int


@frozen
class EquityReported:
    """Worth of a futures wallet."""

    product_type: ProductType
    usdt_equity: Decimal
    btc_equity: Decimal | None
    unrealized_pnl: Decimal | None
    time_ms: int


@frozen
class Deleveraged:
    """The exchange reduced a leg of this account by auto-deleveraging."""

    instrument: InstrumentId
    side: Untrusted
    price: Decimal | None
    amount: Decimal | None
    time_ms: int


@frozen
class OpenOrdersListed:
    """Every open order of a product type, asked by REST; ``asked_ms`` is when the question left."""

    product_type: ProductType
    orders: tuple[Order, ...]
    asked_ms: int


@frozen
class OpenPlansListed:
    """Every open trigger order of a product type, asked by REST."""

    product_type: ProductType
    plans: tuple[PlanOrder, ...]
    asked_ms: int


class AccountPart(StrEnum):
    """What REST answers one by one about an account."""

    ORDERS = "orders"
    PLANS = "plans"
    POSITIONS = "positions"
    BALANCES = "balances"
    FILLS = "fills"


Coverage = tuple[ProductType, AccountPart]
"""What one private channel tells about: a part of one product type's account."""


@frozen
class AccountReconciled:
    """REST has answered about a product type since the stream came back: its panes may leave stale."""

    product_type: ProductType
    part: AccountPart | None = None
    """Which part; None means every one."""


@frozen
class WatchChanged:
    """The session listens to exactly these topics from now on: nothing else may be taken for current."""

    topics: frozenset[MarketTopic]


@frozen
class SubmissionChanged:
    """Something was sent, or what became of it is known better now."""

    submission: Submission


@frozen
class InstancesClaimed:
    """Which runs of bgtui placed the orders that count as ours, by the heads of their ids."""

    ours: frozenset[str]
    """This run, and those before it on this account."""
    others: frozenset[str] = frozenset()
    """Runs on this account that are going on beside this one."""


@frozen
class QuestionAsked:
    """A question is on its way."""

    question: Question[Any]


@frozen
class QuestionAnswered:
    """A polled question was answered."""

    question: Question[Any]
    value: Any
    asked_ms: int
    """Exchange time at which the question left, milliseconds."""


@frozen
class QuestionFailed:
    """A polled question was not answered."""

    question: Question[Any]
    message: str
    """Ours, one line."""
    code: str
    """Bitget's, where there was an answer."""


@frozen
class BudgetMeasured:
    """What is left of the exchange's request limits."""

    budget: Budget


class Connection(StrEnum):
    """The two kinds of WebSocket connection."""

    PUBLIC = "public"
    PRIVATE = "private"


@frozen
class ConnectionOpened:
    """A connection is up (and logged in, when private) and its subscriptions were sent."""

    connection: Connection
    name: str
    """Which one, when several share a kind: ``public-0``."""
    attempt: int
    """How many tries it took."""


@frozen
class ConnectionLost:
    """A connection is gone; the line says why, and when it is tried again."""

    connection: Connection
    name: str
    reason: str
    """Cleaned, one line."""
    retry_in_ms: int | None
    """None when it will not be tried again."""


@frozen
class ConnectionMeasured:
    """Once a second: what one connection carried."""

    connection: Connection
    name: str
    messages: int
    """Since it was opened."""
    bytes: int
    round_trip_ms: int | None
    """Last ping to pong."""


@frozen
class SubscriptionAccepted:
    """The exchange acknowledged one channel."""

    name: str
    channel: str
    """``USDT-FUTURES books BTCUSDT``, for people."""
    instrument: InstrumentId | None
    covers: Coverage | None = None
    """What of the account it keeps current; None for everything else."""


@frozen
class SubscriptionRefused:
    """The exchange refused one channel."""

    name: str
    channel: str
    code: str
    message: Untrusted
    instrument: InstrumentId | None
    covers: Coverage | None = None
    """What of the account is not kept current without it."""


@frozen
class FrameRefused:
    """A frame could not be decoded; it is counted and otherwise ignored."""

    name: str
    reason: str
    """Ours, one line."""
    sample: Untrusted
    """The beginning of the frame."""


@frozen
class FrameUnsupported:
    """A frame of a channel or generation that the program does not read; counted."""

    name: str
    channel: Untrusted


@frozen
class FeedFailed:
    """A source ended by an error that nobody expected; it is started again."""

    source: str
    reason: str
    retry_in_ms: int | None
    outage: Outage | None = None
    """Set where the exchange as a whole cannot be reached."""
    code: str = ""
    """Bitget's, where an answer had one."""


@frozen
class FeedRecovered:
    """A source that failed delivers again."""

    source: str


@frozen
class ClockMeasured:
    """How far this machine's clock is from the exchange's."""

    offset_ms: int
    """Add to the local clock to get the exchange's."""
    round_trip_ms: int


GIVEN_UP = "CancelledError"
"""Outcome of a request whose answer nobody waits for any more."""


@frozen
class RequestMeasured:
    """One REST request ended."""

    route: str
    """Path of the endpoint, without query."""
    is_write: bool
    latency_ms: int
    outcome: str
    """``ok``, `GIVEN_UP`, or the error's class name."""
    code: str = ""
    """Bitget's, of a refusal."""


@frozen
class AlertRulesReported:
    """The alert rules as they do now, all of them."""

    standings: tuple[Standing, ...]
    problem: str = ""
    """Why they cannot be kept for the next run, or could not be read; one line."""


@frozen
class AlertFired:
    """An alert fired, or the same one once more."""

    alert: Alert


@frozen
class AlertDelivered:
    """A person was told of an alert, or could not be."""

    alert_id: int
    channel: Channel
    failure: str = ""
    """Why not, one line; empty when it worked."""


@frozen
class AlertsSeen:
    """A person has looked at everything that fired up to this alert."""

    alert_id: int


@frozen
class AlarmRaised:
    """Something is wrong and stays so until it is healed: its rule fires once, its row stands."""

    alarm: Alarm


@frozen
class AlarmHealed:
    """What was wrong is mended."""

    kind: AlertKind
    subject: str


Event = (
    BookReceived
    | TradesPrinted
    | TickerUpdated
    | CandlesUpdated
    | BookBroken
    | IndexPriceUpdated
    | AuctionUpdated
    | InstrumentsListed
    | OrderUpdated
    | PlanOrderUpdated
    | FillReported
    | PositionsReported
    | PositionClosed
    | BalancesReported
    | EquityReported
    | Deleveraged
    | OpenOrdersListed
    | OpenPlansListed
    | AccountReconciled
    | WatchChanged
    | SubmissionChanged
    | InstancesClaimed
    | QuestionAsked
    | QuestionAnswered
    | QuestionFailed
    | BudgetMeasured
    | ConnectionOpened
    | ConnectionLost
    | ConnectionMeasured
    | SubscriptionAccepted
    | SubscriptionRefused
    | FrameRefused
    | FrameUnsupported
    | FeedFailed
    | FeedRecovered
    | ClockMeasured
    | RequestMeasured
    | AlertRulesReported
    | AlertFired
    | AlertDelivered
    | AlertsSeen
    | AlarmRaised
    | AlarmHealed
)
