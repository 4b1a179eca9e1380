"""What all readers share: the source they ask."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from bgtui.domain.error import Refused
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.exchange.paging import HISTORY_MS, Source
from bgtui.wire.endpoint import Read
from bgtui.wire.query import product, symbol_params

AHEAD_MS = 60_000
"""Added to now where a list wants an end: a row of this very moment must not fall behind it."""


class Reads:
    """Asks one source; the subjects derive from it."""

    def __init__(self, source: Source) -> None:
        """Take the client to ask; only its reads are used."""
        self._source = source

    async def _ask(
        self,
        instrument: InstrumentId,
        futures: Read | None,
        spot: Read | None,
        more: Mapping[str, str] | None = None,
    ) -> msgspec.Raw:
        """Ask about one instrument, on the route of its market.

        Raises:
            Refused: its market has no such route.
        """
        endpoint = futures if instrument.product_type.is_futures else spot
        if endpoint is None:
            raise Refused(f"{instrument.product_type} has nothing of that kind: {instrument}")
        return await self._source.read(endpoint, {**symbol_params(instrument), **(more or {})})

    async def _ask_all(self, product_type: ProductType, futures: Read, spot: Read | None) -> msgspec.Raw:
        """Ask about a whole product type.

        Raises:
            Refused: it has no such route.
        """
        if product_type.is_futures:
            return await self._source.read(futures, {"productType": product(product_type)})
        if spot is None:
            raise Refused(f"{product_type} has nothing of that kind")
        return await self._source.read(spot)

    async def _since(self, since_ms: int) -> tuple[int, int]:
        """Return the span from a time until now, as far back as the exchange keeps lists."""
        now_ms = await self._source.exchange_now_ms()
        return max(since_ms, now_ms - HISTORY_MS), now_ms + AHEAD_MS
