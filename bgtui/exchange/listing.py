"""Which instruments there are and what their rules are: asked at the start, and again every hour."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from bgtui.domain.event import BudgetMeasured, Event, InstrumentsListed
from bgtui.domain.instrument import ProductType
from bgtui.exchange.reader import ReadClient
from bgtui.exchange.rest import RestClient

PERIOD_S = 3600.0
BUDGET_PERIOD_S = 1.0


class Listing:
    """Implements `bgtui.session.ports.EventSource`."""

    name = "instruments"

    def __init__(self, reader: ReadClient, product_types: Sequence[ProductType]) -> None:
        """List these product types."""
        self._reader = reader
        self._product_types = tuple(product_types)

    async def events(self) -> AsyncIterator[Event]:
        """Report every list, hour by hour."""
        while True:
            for product in self._product_types:
                yield InstrumentsListed(product, await self._reader.instruments(product))
            await asyncio.sleep(PERIOD_S)


class BudgetWatch:
    """Reports once a second what is left of the request limits."""

    name = "budget"

    def __init__(self, rest: RestClient) -> None:
        """Watch this client's limits."""
        self._rest = rest

    async def events(self) -> AsyncIterator[Event]:
        """Report the limits."""
        while True:
            yield BudgetMeasured(self._rest.budget())
            await asyncio.sleep(BUDGET_PERIOD_S)
