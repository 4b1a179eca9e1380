"""What a copy-trading leader or follower asks for."""

from __future__ import annotations

import msgspec

from bgtui.domain.copyintent import (
    CloseTracks,
    CopyRole,
    FollowByAmount,
    RemoveFollower,
    SetCopySettings,
    SetLeadSwitch,
    SetLeadSymbols,
    SetTrackTpsl,
    StopTracks,
    Unfollow,
)
from bgtui.domain.error import Rejected
from bgtui.domain.intent import OrderAck
from bgtui.exchange.trading.writes import Writes
from bgtui.wire import encode
from bgtui.wire.decode import rest_write


class CopyWrites(Writes):
    """Both sides of copy trading, futures and spot."""

    async def close_tracks(self, intent: CloseTracks) -> tuple[str, ...] | tuple[OrderAck, ...]:
        """Close tracking orders or copies at market.

        Returns:
            A futures leader's tracking numbers, or the ids of the orders that close a futures follower's
            copies; spot tells nothing.
        """
        request = encode.close_tracks(intent)
        if not intent.product_type.is_futures:
            await self._send(request, _done)
            return ()
        if intent.role is CopyRole.LEADER:
            return await self._send(request, rest_write.closed_tracks)
        return await self._send(request, rest_write.close_order_ids)

    async def stop_tracks(self, intent: StopTracks) -> None:
        """End the copying of spot orders without selling."""
        await self._send(encode.stop_tracks(intent), _done)

    async def set_track_tpsl(self, intent: SetTrackTpsl) -> None:
        """Set take profit and stop loss of a tracking order or copy."""
        await self._send(encode.set_track_tpsl(intent), _done)

    async def set_lead_symbols(self, intent: SetLeadSymbols) -> None:
        """Change which instruments a leader lends."""
        await self._send(encode.set_lead_symbols(intent), _done)

    async def set_lead_switch(self, intent: SetLeadSwitch) -> None:
        """Turn one of a futures leader's switches."""
        await self._send(encode.set_lead_switch(intent), _done)

    async def remove_follower(self, intent: RemoveFollower) -> None:
        """Stop a follower from copying."""
        await self._send(encode.remove_follower(intent), _done)

    async def set_copy_settings(self, intent: SetCopySettings) -> None:
        """Follow a leader, or change how."""
        await self._send(encode.set_copy_settings(intent), _done)

    async def follow_by_amount(self, intent: FollowByAmount) -> None:
        """Follow a futures leader by one amount."""
        await self._send(encode.follow_by_amount(intent), _done)

    async def unfollow(self, intent: Unfollow) -> None:
        """Stop copying a leader."""
        await self._send(encode.unfollow(intent), _done)


def _done(data: msgspec.Raw) -> None:
    """Read an answer that says whether it was done.

    Raises:
        Rejected: it was not, though the envelope says success.
    """
    if not rest_write.is_copy_done(data):
        raise Rejected("The exchange did not carry it out, and gave no reason", code="")
