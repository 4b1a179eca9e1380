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
        self._product_types = list(product_types)
        self._wanted = list(product_types)
        self._wake = asyncio.Event()

    def want(self, product_type: ProductType) -> None:
        """List this product type too, from now on."""
        if product_type not in self._product_types:
            self._product_types.append(product_type)
            self._wanted.append(product_type)
            self._wake.set()

    def renew(self, product_type: ProductType) -> None:
        """List this product type again out of turn: its rules may have changed."""
        if product_type not in self._product_types:
            self._product_types.append(product_type)
        if product_type not in self._wanted:
            self._wanted.append(product_type)
            self._wake.set()

    async def events(self) -> AsyncIterator[Event]:
        """Report every list, hour by hour."""
        self._wanted = list(self._product_types)
        while True:
            while self._wanted:
                # Taken off before it is asked: what changes meanwhile is asked again.
                product = self._wanted.pop(0)
                yield InstrumentsListed(product, await self._reader.instruments(product))
            self._wake.clear()
            try:
                async with asyncio.timeout(PERIOD_S):
                    await self._wake.wait()
            except TimeoutError:
                self._wanted = list(self._product_types)


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
