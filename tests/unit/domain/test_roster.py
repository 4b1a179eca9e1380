"""Who came, who left, and whom this account has removed."""

from __future__ import annotations

from bgtui.domain.copytrade import Follower
from bgtui.domain.roster import Move, compare
from bgtui.domain.text import Untrusted


def follower(uid: str) -> Follower:
    return Follower(uid, Untrusted(uid), None, True, None)


def test_who_is_missing_left_or_was_removed_by_me() -> None:
    before, after = [follower(uid) for uid in "abc"], [follower(uid) for uid in "cd"]
    moves = [(each.follower.follower_uid, each.move) for each in compare(before, after, 5, {"b", "x"})]
    assert moves == [("d", Move.JOINED), ("a", Move.LEFT), ("b", Move.REMOVED)]


def test_the_same_people_are_no_change() -> None:
    people = [follower("a")]
    assert compare(people, list(people), 5, {"a"}) == ()
