"""What became of a copy-trading write that nobody answered: read again, and compared with what was wanted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from bgtui.domain import question
from bgtui.domain.copyintent import (
    CloseScope,
    CloseTracks,
    CopyRole,
    FollowByAmount,
    LeadSymbolChange,
    RemoveFollower,
    SetCopySettings,
    SetLeadSwitch,
    SetLeadSymbols,
    SetTrackTpsl,
    StopTracks,
    SymbolChange,
    Unfollow,
)
from bgtui.domain.copytrade import (
    CopySetting,
    CopySettings,
    FollowedTrader,
    Follower,
    LeadSettings,
    LeadSymbol,
    TrackingOrder,
)
from bgtui.domain.event import Event, QuestionAnswered
from bgtui.domain.instrument import ProductType
from bgtui.domain.question import Question
from bgtui.domain.submission import Submission

Ask = Callable[[Submission, Any], Awaitable[str | None]]
IsLong = Callable[[Submission, int], bool]
"""Tells whether a submission was asked about so often and so long that nothing more comes of it."""


class CopyReader(Protocol):
    """Copy trading by REST, as far as writes are looked up by it."""

    async def leader_tracks(self, product_type: ProductType) -> tuple[TrackingOrder, ...]:
        """Return the leader's open tracking orders."""

    async def follower_tracks(
        self, product_type: ProductType, trader_id: str = ""
    ) -> tuple[TrackingOrder, ...]:
        """Return the follower's open copies."""

    async def lead_symbols(self, product_type: ProductType) -> tuple[LeadSymbol, ...]:
        """Return which contracts a futures leader lends."""

    async def lead_settings(self) -> LeadSettings:
        """Return a spot leader's settings."""

    async def followers(self, product_type: ProductType) -> tuple[Follower, ...]:
        """Return the leader's followers."""

    async def followed_traders(self, product_type: ProductType) -> tuple[FollowedTrader, ...]:
        """Return whom the account follows."""

    async def copy_settings(self, product_type: ProductType, trader_id: str) -> CopySettings:
        """Return how one leader is copied."""


class CopyAsks:
    """One question for each kind of intent; what was read goes to the screens as well."""

    def __init__(
        self,
        reader: CopyReader,
        apply: Callable[[Event], object],
        *,
        now_ms: Callable[[], int],
        is_long: IsLong,
    ) -> None:
        """Ask by this reader.

        Args:
            reader: Copy trading by REST.
            apply: Takes what was read.
            now_ms: Exchange time, Unix milliseconds.
            is_long: Whether a submission was asked about often and long enough.
        """
        self._reader = reader
        self._apply = apply
        self._now_ms = now_ms
        self._is_long = is_long

    def by_intent(self) -> dict[type, Ask]:
        """Return what asks about each kind of intent: words that settle it, or None."""
        return {
            CloseTracks: self._closed,
            StopTracks: self._let_go,
            SetTrackTpsl: self._protected,
            SetLeadSymbols: self._lent,
            SetLeadSwitch: self._switched,
            RemoveFollower: self._removed,
            SetCopySettings: self._set,
            FollowByAmount: self._followed,
            Unfollow: self._unfollowed,
        }

    async def _closed(self, submission: Submission, intent: CloseTracks) -> str | None:
        found = await self._tracks(intent.role, intent.product_type)
        left = sum(_is_meant(intent, track, submission.sent_ms) for track in found)
        return self._ended(submission, left, "closed", "open")

    async def _let_go(self, submission: Submission, intent: StopTracks) -> str | None:
        found = await self._tracks(CopyRole.FOLLOWER, intent.product_type)
        left = sum(track.tracking_no in intent.tracking_nos for track in found)
        return self._ended(submission, left, "let go", "copied")

    async def _protected(self, submission: Submission, intent: SetTrackTpsl) -> str | None:
        """The order shows its prices; one that is gone has been closed meanwhile."""
        tracks = await self._tracks(intent.role, intent.product_type)
        track = next((each for each in tracks if each.tracking_no == intent.tracking_no), None)
        if track is None:
            return "the order is closed"
        is_set = _shows(intent.take_profit, track.take_profit) and _shows(intent.stop_loss, track.stop_loss)
        return "set" if is_set else self._overtaken(submission, "see what it says")

    async def _lent(self, submission: Submission, intent: SetLeadSymbols) -> str | None:
        if intent.product_type.is_futures:
            found = await self._reader.lead_symbols(intent.product_type)
        else:
            found = (await self._reader.lead_settings()).symbols
        self._tell(question.lead_symbols(intent.product_type), found)
        by_name = {symbol.instrument: symbol for symbol in found}
        is_set = all(_is_as_wanted(each, by_name.get(each.instrument)) for each in intent.changes)
        return "set" if is_set else self._overtaken(submission, "see what it says")

    async def _switched(self, _submission: Submission, _intent: SetLeadSwitch) -> str | None:
        return "no answer came, and Bitget has no request that reads this switch: look on its site"

    async def _removed(self, submission: Submission, intent: RemoveFollower) -> str | None:
        found = await self._reader.followers(intent.product_type)
        self._tell(question.followers(intent.product_type), found)
        if all(follower.follower_uid != intent.follower_uid for follower in found):
            return "removed"
        return self._given_up(submission, "still follows")

    async def _set(self, submission: Submission, intent: SetCopySettings) -> str | None:
        found = await self._reader.copy_settings(intent.product_type, intent.trader_id)
        self._tell(question.copy_settings(intent.product_type, intent.trader_id), found)
        by_name = {setting.instrument: setting for setting in found.details}
        is_set = all(_agrees(wanted, by_name.get(wanted.instrument)) for wanted in intent.settings)
        return "set" if is_set else self._overtaken(submission, "see what it says")

    async def _followed(self, submission: Submission, intent: FollowByAmount) -> str | None:
        if await self._follows(intent.product_type, intent.trader_id):
            return "following"
        return self._overtaken(submission, "not followed")

    async def _unfollowed(self, submission: Submission, intent: Unfollow) -> str | None:
        if not await self._follows(intent.product_type, intent.trader_id):
            return "not followed any more"
        return self._overtaken(submission, "still followed")

    async def _follows(self, product_type: ProductType, trader_id: str) -> bool:
        found = await self._reader.followed_traders(product_type)
        self._tell(question.followed_traders(product_type), found)
        return any(trader.trader_id == trader_id for trader in found)

    async def _tracks(self, role: CopyRole, product_type: ProductType) -> Sequence[TrackingOrder]:
        if role is CopyRole.LEADER:
            found = await self._reader.leader_tracks(product_type)
            self._tell(question.leader_tracks(product_type), found)
            return found
        found = await self._reader.follower_tracks(product_type)
        self._tell(question.copied_orders(product_type), found)
        return found

    def _tell(self, asked: Question[Any], value: object) -> None:
        self._apply(QuestionAnswered(asked, value, self._now_ms()))

    def _ended(self, submission: Submission, left: int, done: str, not_done: str) -> str | None:
        if not left:
            return done
        return self._given_up(submission, f"{left} still {not_done}")

    def _overtaken(self, submission: Submission, words: str) -> str | None:
        """Return that it is not as wanted, once it was asked long enough.

        No time tells whether it never was: another change may have come after it.
        """
        return f"not in force: {words}" if self._is_long(submission, submission.asks + 1) else None

    def _given_up(self, submission: Submission, words: str) -> str | None:
        """Return that it was not carried out, once it was asked long enough."""
        is_long = self._is_long(submission, submission.asks + 1)
        return f"not carried out: {words}" if is_long else None


def _is_meant(intent: CloseTracks, track: TrackingOrder, sent_ms: int) -> bool:
    """Tell whether a close was about this order; what was opened after it was not."""
    if intent.scope is CloseScope.TRACKS:
        return track.tracking_no in intent.tracking_nos
    if track.open_ms > sent_ms:
        return False
    return intent.scope is CloseScope.ALL or track.instrument == intent.instrument


def _shows(wanted: object, now: object) -> bool:
    """Tell whether a price is as it was wanted: None kept it, zero removed it."""
    if wanted is None:
        return True
    return now is None if wanted == 0 else now == wanted


def _is_as_wanted(change: LeadSymbolChange, symbol: LeadSymbol | None) -> bool:
    if change.change is SymbolChange.DELETE:
        return symbol is None or not symbol.is_enabled
    if symbol is None or not symbol.is_enabled:
        return False
    if change.change is SymbolChange.ADD:
        return True
    return (symbol.take_profit_ratio, symbol.stop_loss_ratio) == (
        change.take_profit_ratio,
        change.stop_loss_ratio,
    )


def _agrees(wanted: CopySetting, now: CopySetting | None) -> bool:
    """Tell whether a setting is in place, by what both kinds of account report."""
    return now is not None and (wanted.trace_type, wanted.trace_value) == (now.trace_type, now.trace_value)
