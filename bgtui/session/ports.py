"""What a session needs from outside, as protocols: one adapter per API generation implements each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Protocol

from bgtui.domain.account import Balance, Fill, Position
from bgtui.domain.event import Event
from bgtui.domain.feed import MarketTopic
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.order import Order, PlanOrder


class EventSource(Protocol):
    """Anything that reports events until it is closed."""

    @property
    def name(self) -> str:
        """What messages call it."""

    def events(self) -> AsyncIterator[Event]:
        """Report events as they happen; reconnects by itself, raises only what it cannot mend."""


class MarketFeed(EventSource, Protocol):
    """The public stream: what it carries can be changed while it runs."""

    def watch(self, topics: Iterable[MarketTopic]) -> None:
        """Carry exactly these topics from now on: subscribe what is new, drop what is not wanted any more."""

    def renew(self, topic: MarketTopic) -> None:
        """Unsubscribe and subscribe one topic, which brings a new snapshot."""

    def reconnect(self, topic: MarketTopic, reason: str) -> None:
        """Replace the connection that carries the topic."""


class AccountReader(Protocol):
    """The account by REST: what a stream that was down has missed."""

    async def open_orders(self, product_type: ProductType) -> tuple[Order, ...]:
        """Return every open order."""

    async def open_plans(self, product_type: ProductType) -> tuple[PlanOrder, ...]:
        """Return every open trigger, trailing and TP/SL order."""

    async def order(
        self, instrument: InstrumentId, *, order_id: str = "", client_order_id: str = ""
    ) -> Order | None:
        """Look one order up by the exchange's id or ours; None when the exchange does not know it."""

    async def plan_history(self, product_type: ProductType, since_ms: int) -> tuple[PlanOrder, ...]:
        """Return trigger orders that ended since then."""

    async def positions(self, product_type: ProductType) -> tuple[Position, ...]:
        """Return every open leg; spot has none."""

    async def balances(self, product_type: ProductType) -> tuple[Balance, ...]:
        """Return every coin of the wallet."""

    async def fills(self, product_type: ProductType, since_ms: int) -> tuple[Fill, ...]:
        """Return fills since then, oldest first."""
