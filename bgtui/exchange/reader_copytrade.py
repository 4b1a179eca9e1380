"""Copy trading by REST: what a leader runs and earns, what a follower copies; it has no stream."""

from __future__ import annotations

import msgspec

from bgtui.domain.copytrade import (
    CopyLimit,
    CopySettings,
    FollowedTrader,
    Follower,
    LeaderSummary,
    LeadSettings,
    LeadSymbol,
    ProfitShare,
    ProfitSummary,
    TrackingOrder,
)
from bgtui.domain.instrument import ProductType
from bgtui.exchange.paging import Listing, walk, walk_between, walk_numbered
from bgtui.exchange.reads import Reads
from bgtui.wire.decode import rest_copytrade
from bgtui.wire.endpoint import Read, copytrade
from bgtui.wire.query import product

TRACKS = 50
"""Rows a page of tracking orders takes at most on every route."""


class CopyReads(Reads):
    """Both sides of copy trading, futures and spot."""

    async def leader_tracks(self, product_type: ProductType) -> tuple[TrackingOrder, ...]:
        """Return the leader's open tracking orders."""
        return await self._tracks(product_type, copytrade.LEADER_TRACKS, copytrade.SPOT_LEADER_TRACKS)

    async def leader_history(self, product_type: ProductType, since_ms: int) -> tuple[TrackingOrder, ...]:
        """Return the leader's tracking orders since a time that have ended, newest first."""
        routes = copytrade.LEADER_HISTORY, copytrade.SPOT_LEADER_HISTORY
        return await self._tracks(product_type, *routes, since_ms=since_ms)

    async def follower_tracks(
        self, product_type: ProductType, trader_id: str = ""
    ) -> tuple[TrackingOrder, ...]:
        """Return the follower's open copies, of one leader when an id is given."""
        routes = copytrade.FOLLOWER_TRACKS, copytrade.SPOT_FOLLOWER_TRACKS
        return await self._tracks(product_type, *routes, trader_id=trader_id)

    async def follower_history(
        self, product_type: ProductType, since_ms: int, trader_id: str = ""
    ) -> tuple[TrackingOrder, ...]:
        """Return the follower's copies since a time that have ended, newest first."""
        routes = copytrade.FOLLOWER_HISTORY, copytrade.SPOT_FOLLOWER_HISTORY
        return await self._tracks(product_type, *routes, since_ms=since_ms, trader_id=trader_id)

    async def leader_summary(self, product_type: ProductType) -> LeaderSummary:
        """Return the leader's totals."""
        route = _either(product_type, copytrade.LEADER_TOTALS, copytrade.SPOT_LEADER_TOTALS)
        return rest_copytrade.leader_summary(await self._source.read(route))

    async def profit_summary(self, product_type: ProductType) -> ProfitSummary:
        """Return the leader's profit share in figures."""
        route = _either(product_type, copytrade.LEADER_PROFIT, copytrade.SPOT_LEADER_PROFIT)
        return rest_copytrade.profit_summary(await self._source.read(route))

    async def paid_shares(self, product_type: ProductType) -> tuple[ProfitShare, ...]:
        """Return the shares of profit that were paid, newest first."""
        route = _either(product_type, copytrade.LEADER_PAID_SHARES, copytrade.SPOT_LEADER_PAID_SHARES)
        listing = Listing(route, rest_copytrade.profit_shares, lambda share: share.profit_id or repr(share))
        return tuple(await walk(self._source, listing, {}))

    async def waiting_shares(self, product_type: ProductType) -> tuple[ProfitShare, ...]:
        """Return the shares of profit that wait to be paid."""
        route = _either(product_type, copytrade.LEADER_WAITING_SHARES, copytrade.SPOT_LEADER_WAITING_SHARES)
        return tuple(await walk_numbered(self._source, route, _shares, {}, 50))

    async def daily_shares(self) -> tuple[ProfitShare, ...]:
        """Return a futures leader's profit by coin and day, newest first."""
        return tuple(await walk_numbered(self._source, copytrade.LEADER_DAILY_SHARES, _shares, {}, 50))

    async def lead_symbols(self, product_type: ProductType) -> tuple[LeadSymbol, ...]:
        """Return which contracts a futures leader lends to copying."""
        data = await self._ask_all(product_type, copytrade.LEADER_SYMBOLS, None)
        return rest_copytrade.lead_symbols(data, product_type)

    async def lead_settings(self) -> LeadSettings:
        """Return a spot leader's settings."""
        return rest_copytrade.lead_settings(await self._source.read(copytrade.SPOT_LEADER_SETTINGS))

    async def followers(self, product_type: ProductType) -> tuple[Follower, ...]:
        """Return the leader's followers."""
        route = _either(product_type, copytrade.LEADER_FOLLOWERS, copytrade.SPOT_LEADER_FOLLOWERS)
        return tuple(await walk_numbered(self._source, route, rest_copytrade.followers, {}, 100))

    async def followed_traders(self, product_type: ProductType) -> tuple[FollowedTrader, ...]:
        """Return the leaders whom the account follows."""
        route = _either(product_type, copytrade.FOLLOWER_TRADERS, copytrade.SPOT_FOLLOWER_TRADERS)
        return tuple(await walk_numbered(self._source, route, rest_copytrade.followed_traders, {}, 50))

    async def copy_settings(self, product_type: ProductType, trader_id: str) -> CopySettings:
        """Return how the account copies one leader."""
        route = _either(product_type, copytrade.FOLLOWER_SETTINGS, copytrade.SPOT_FOLLOWER_SETTINGS)
        data = await self._source.read(route, {"traderId": trader_id})
        if product_type.is_futures:
            return rest_copytrade.copy_settings(data, product_type, trader_id)
        return rest_copytrade.spot_copy_settings(data, trader_id)

    async def copy_limits(self, product_type: ProductType) -> tuple[CopyLimit, ...]:
        """Return smallest and largest sizes that a futures follower may copy."""
        data = await self._ask_all(product_type, copytrade.FOLLOWER_LIMITS, None)
        return rest_copytrade.copy_limits(data, product_type)

    async def trader_symbols(self, trader_id: str) -> tuple[str, ...]:
        """Return the spot pairs that a leader trades now."""
        data = await self._source.read(copytrade.SPOT_FOLLOWER_SYMBOLS, {"traderId": trader_id})
        return rest_copytrade.trader_symbols(data)

    async def _tracks(
        self,
        product_type: ProductType,
        futures: Read,
        spot: Read,
        *,
        since_ms: int | None = None,
        trader_id: str = "",
    ) -> tuple[TrackingOrder, ...]:
        listing: Listing[TrackingOrder] = Listing(
            _either(product_type, futures, spot),
            (lambda data: rest_copytrade.futures_tracks(data, product_type))
            if product_type.is_futures
            else rest_copytrade.spot_tracks,
            lambda track: track.tracking_no,
            lambda track: track.open_ms,
            limit=TRACKS,
        )
        params = {"traderId": trader_id} if trader_id else {}
        if product_type.is_futures:
            params["productType"] = product(product_type)
        if since_ms is None:
            return tuple(await walk(self._source, listing, params))
        return tuple(await walk_between(self._source, listing, params, await self._since(since_ms)))


def _shares(data: msgspec.Raw) -> tuple[ProfitShare, ...]:
    return rest_copytrade.profit_shares(data).rows


def _either(product_type: ProductType, futures: Read, spot: Read) -> Read:
    return futures if product_type.is_futures else spot
