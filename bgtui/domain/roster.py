"""Who joined and who left, found by comparing one answer about followers with the next."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum

from bgtui.domain.copytrade import Follower
from bgtui.domain.value import frozen


class Move(StrEnum):
    """What a follower did between two answers."""

    JOINED = "joined"
    LEFT = "left"
    """Went by themselves, or was taken out by the exchange: it does not say which."""
    REMOVED = "removed"
    """By this account, from here."""


@frozen
class RosterChange:
    """One follower who came or went."""

    follower: Follower
    move: Move
    seen_ms: int
    """Exchange time of the answer that showed it, milliseconds."""


def compare(
    before: Iterable[Follower],
    after: Iterable[Follower],
    seen_ms: int,
    removed_by_me: Collection[str] = (),
) -> tuple[RosterChange, ...]:
    """Return who joined and who left between two complete answers, joined first, each by uid.

    Args:
        before: The earlier answer.
        after: The later one.
        seen_ms: Exchange time of the later one, milliseconds.
        removed_by_me: Uids whose removal this account has asked for.
    """
    old = {follower.follower_uid: follower for follower in before}
    new = {follower.follower_uid: follower for follower in after}
    joined = [RosterChange(new[uid], Move.JOINED, seen_ms) for uid in sorted(new.keys() - old.keys())]
    left = [
        RosterChange(old[uid], Move.REMOVED if uid in removed_by_me else Move.LEFT, seen_ms)
        for uid in sorted(old.keys() - new.keys())
    ]
    return (*joined, *left)
