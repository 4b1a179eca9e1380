"""Index prices of margin pairs and opening auctions: the latest of each."""

from __future__ import annotations

from bgtui.domain.event import AuctionUpdated, IndexPriceUpdated
from bgtui.store.version import NextVersion, Versions

MAX_NAMES = 2000


class References:
    """Two small tables of latest values."""

    def __init__(self, next_version: NextVersion) -> None:
        self._versions: Versions[str] = Versions(next_version)
        self._indexes: dict[str, IndexPriceUpdated] = {}
        self._auctions: dict[str, AuctionUpdated] = {}

    def apply_index(self, event: IndexPriceUpdated) -> bool:
        """Take an index price unless a newer one is known."""
        old = self._indexes.get(event.symbol)
        if (old is None and len(self._indexes) >= MAX_NAMES) or (
            old is not None and (event.time_ms < old.time_ms or event == old)
        ):
            return False
        self._indexes[event.symbol] = event
        self._versions.bump("index:" + event.symbol)
        return True

    def apply_auction(self, event: AuctionUpdated) -> bool:
        """Take an auction's state."""
        old = self._auctions.get(event.instrument)
        if old == event or (old is None and len(self._auctions) >= MAX_NAMES):
            return False
        self._auctions[event.instrument] = event
        self._versions.bump("auction:" + event.instrument)
        return True

    def index(self, symbol: str) -> IndexPriceUpdated | None:
        """Return a margin pair's index price."""
        return self._indexes.get(symbol)

    def auction(self, instrument: str) -> AuctionUpdated | None:
        """Return a spot pair's auction."""
        return self._auctions.get(instrument)

    def version(self, kind: str, name: str) -> int:
        """Return the version of ``index`` or ``auction`` of a name."""
        return self._versions.of(f"{kind}:{name}")
