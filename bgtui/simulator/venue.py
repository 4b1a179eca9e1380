"""What the server needs of the exchange it serves; `simulator.exchange.Exchange` is the one that there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.market import Candle, CandleInterval, FundingRate, FundingTime, OpenInterest, Ticker, Trade
from bgtui.simulator.copytrade import FollowerBook, LeaderBook
from bgtui.simulator.engine import Engine
from bgtui.simulator.fact import Fact
from bgtui.simulator.instruments import Listing


class ContractView(Protocol):
    """Funding and open interest of one contract."""

    @property
    def past(self) -> Sequence[FundingRate]:
        """Fundings of the past, oldest first."""

    def funding(self) -> FundingRate:
        """Return the coming funding."""

    def funding_time(self) -> FundingTime:
        """Return when it is settled."""

    def open_interest(self, time_ms: int) -> OpenInterest:
        """Return open interest, base coin."""


class PlaceView(Protocol):
    """One instrument's market."""

    @property
    def listing(self) -> Listing:
        """Its rules."""

    @property
    def contract(self) -> ContractView | None:
        """None on spot."""


class MarketView(Protocol):
    """Market data; every question raises KeyError for what is not traded here."""

    def instruments(self) -> tuple[InstrumentId, ...]:
        """Return what is traded here."""

    def place(self, instrument: InstrumentId) -> PlaceView:
        """Return one instrument's market."""

    def ticker(self, instrument: InstrumentId) -> Ticker:
        """Return the latest figures."""

    def trades(self, instrument: InstrumentId, limit: int = 1000) -> list[Trade]:
        """Return the last trades, newest first."""

    def candles(
        self,
        instrument: InstrumentId,
        interval: CandleInterval,
        limit: int | None = None,
        before_ms: int | None = None,
        line: str = "market",
    ) -> list[Candle]:
        """Return the newest bars, oldest first, the open one last."""

    def candle(self, instrument: InstrumentId, interval: CandleInterval) -> Candle:
        """Return the open bar."""


class CopyView(Protocol):
    """Books of copy trading."""

    def leading(self, uid: str, product_type: ProductType) -> LeaderBook | None:
        """Return an account's book as a leader; None when it is none."""

    def following(self, uid: str, product_type: ProductType) -> FollowerBook | None:
        """Return an account's book as a follower; None when it follows nobody."""

    def is_leader(self, uid: str) -> bool:
        """Tell whether an account leads."""


class Venue(Protocol):
    """One simulated exchange."""

    @property
    def engine(self) -> Engine:
        """Accounts, orders, books."""

    @property
    def market(self) -> MarketView:
        """Market data."""

    @property
    def copytrade(self) -> CopyView:
        """Copy trading."""

    @property
    def instance_id(self) -> str:
        """What tells this start of the exchange from any other."""

    def now_ms(self) -> int:
        """Return exchange time, milliseconds: how far the exchange has been moved on."""

    def advance(self, to_ms: int) -> None:
        """Let everything happen that is due up to a moment; an earlier moment changes nothing."""

    def drain(self) -> Sequence[Fact]:
        """Return what happened since the last call, in order."""


