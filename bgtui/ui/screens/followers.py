"""Followers: who follows the leader, who came and went, and whose share of profit waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from bgtui.domain import question
from bgtui.domain.copytrade import Follower
from bgtui.domain.question import Question
from bgtui.domain.roster import RosterChange, compare
from bgtui.store import topic
from bgtui.store.topic import Topic
from bgtui.ui.keys import Context
from bgtui.ui.screens.leader import product_of
from bgtui.ui.screens.listing import ListScreen
from bgtui.ui.view import figure, following, footer, leading, polled, worded
from bgtui.ui.view.glyph import UNKNOWN
from bgtui.ui.view.privacy import hide
from bgtui.ui.view.span import Row, Span, row
from bgtui.ui.view.table import Line, State, Table
from bgtui.ui.widgets.table import LiveTable, as_of
from bgtui.ui.workspace import Workspace

FOLLOWERS_S, SHARES_S = 30.0, 60.0
MAX_CHANGES = 500
_NOW, _CHANGES, _WAITING = range(3)


def questions(workspace: Workspace) -> list[tuple[Question[Any], float]]:
    """Return what the screen has asked."""
    product = product_of(workspace)
    return [
        (question.followers(product), FOLLOWERS_S),
        (question.leader_summary(product), SHARES_S),
        (question.paid_shares(product), SHARES_S),
        (question.waiting_shares(product), SHARES_S),
    ]


class FollowersTable(LiveTable):
    """Followers now, changes, shares that wait."""

    def __init__(self, workspace: Workspace, *, id: str | None = None) -> None:  # noqa: A002
        """Begin with nobody known: the first answer changes nothing."""
        super().__init__(workspace, id=id)
        self._changes: list[RosterChange] = []
        self._seen: tuple[Follower, ...] | None = None

    def topics(self) -> Iterable[Topic]:
        """What was asked."""
        return [topic.answer(asked) for asked, _ in questions(self.workspace)]

    def names(self) -> Sequence[str]:
        """Return the sub-views."""
        store = self.workspace.store
        found = None if store is None else store.answer(question.followers(product_of(self.workspace))).value
        return (f"now {UNKNOWN if found is None else len(found)}", "joined and left", "waiting share")

    def first_state(self, view_index: int) -> State:
        """Largest first."""
        return State(sort="equity" if view_index == _NOW else "")

    def above(self, width: int) -> Sequence[Row]:
        """Return how many, and with how much."""
        store = self.workspace.store
        if store is None:
            return ()
        product = product_of(self.workspace)
        found = store.answer(question.followers(product)).value
        summary = store.answer(question.leader_summary(product)).value
        if found is None:
            return ()
        known = [follower.equity for follower in found]
        equity = sum((value for value in known if value is not None), Decimal(0))
        text = figure.money(equity) if None not in known else f"≥ {figure.money(equity)}"
        total = hide(text, is_private=self.workspace.is_private)
        every = None if summary is None else summary.total_followers
        ever = "" if every is None else f", {every} ever"
        return [row(f" {len(found)} now{ever} · equity following {total} USDT")]

    def words(self) -> Sequence[Span | str]:
        """Return how old the rows are when they are not young."""
        store = self.workspace.store
        if store is None:
            return ()
        return polled.words(store.answer(question.followers(product_of(self.workspace))), FOLLOWERS_S)

    def table(self) -> Table:
        """Return the rows of the sub-view."""
        store, workspace = self.workspace.store, self.workspace
        if store is None or not workspace.identity.has_key:
            return Table(following.FOLLOWER_COLUMNS, (), worded.NO_KEY)
        product, hides, now_ms = product_of(workspace), workspace.is_private, workspace.now_ms
        answer = store.answer(question.followers(product))
        self._compare(answer.value, answer.as_of_ms)
        if self.view_index == _NOW:
            shares = store.answer(question.paid_shares(product)).value
            is_stale = polled.is_stale(answer, FOLLOWERS_S)
            return following.follower_table(answer, shares, now_ms, is_private=hides, is_stale=is_stale)
        if self.view_index == _CHANGES:
            return following.change_table(self._changes, now_ms, is_private=hides)
        waiting = store.answer(question.waiting_shares(product))
        is_stale = polled.is_stale(waiting, SHARES_S)
        return leading.profit_table(waiting, is_private=hides, is_stale=is_stale)

    def _compare(self, found: tuple[Follower, ...] | None, as_of_ms: int | None) -> None:
        if found is None or found is self._seen:
            return
        if self._seen is not None:
            self._changes += compare(self._seen, found, as_of_ms or self.workspace.now_ms)
            del self._changes[:-MAX_CHANGES]
        self._seen = found

    def below(self, width: int, line: Line | None) -> Sequence[Row]:
        """Return who the follower under the cursor is."""
        if self.view_index != _NOW or line is None:
            return ()
        return following.follower_detail(line.item, width, is_private=self.workspace.is_private)


class FollowersScreen(ListScreen):
    """Who follows."""

    name_id = "followers"
    contexts: ClassVar[tuple[Context, ...]] = (Context.FOLLOWERS,)
    footers: ClassVar[Sequence[footer.Wanted]] = (
        ("list.tab_left", "list.tab_right"), "list.sort", "app.find", "privacy.toggle", "app.refresh",
    )  # fmt: skip
    table_type: ClassVar[type[LiveTable]] = FollowersTable

    def questions(self) -> list[tuple[Question[Any], float]]:
        """Return what no stream tells."""
        return questions(self.workspace) if self.workspace.identity.has_key else []

    def standing(self) -> Row:
        """Return as of when the followers are."""
        store = self.workspace.store
        if store is None or not self.workspace.identity.has_key:
            return ()
        answer = store.answer(question.followers(product_of(self.workspace)))
        return as_of(f"{polled.as_of(answer, 'followers', FOLLOWERS_S)} · names are cut and cleaned")
