"""Followers: who follows the leader, who came and went, and whose share of profit waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Coroutine, Iterable, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from bgtui.domain import question
from bgtui.domain.copytrade import Follower
from bgtui.domain.question import Question
from bgtui.domain.roster import RosterChange, compare
from bgtui.store import topic
from bgtui.store.answers import Answer
from bgtui.store.topic import Kind, Topic
from bgtui.ui import copyflows
from bgtui.ui.keys import Context
from bgtui.ui.role import Role
from bgtui.ui.screens.copying import Asked, ByProduct, paced, product_of, product_words, remember, without
from bgtui.ui.screens.listing import ListScreen
from bgtui.ui.view import figure, following, footer, leading, polled, worded
from bgtui.ui.view.glyph import UNKNOWN
from bgtui.ui.view.privacy import hide
from bgtui.ui.view.span import Row, Span, row
from bgtui.ui.view.table import Line, State, Table
from bgtui.ui.widgets.table import LiveTable, as_of
from bgtui.ui.workspace import Workspace

FOLLOWERS_S, SHARES_S = 30.0, 60.0
AWAY_S = 90.0
"""How often followers are asked once their screen has been left."""
MAX_CHANGES = 500
_NOW, _CHANGES, _WAITING = range(3)
_SHOWN = (
    ("followers", "names are cut and cleaned"),
    ("followers", "found by comparing lists"),
    ("waiting shares", "names are cut and cleaned"),
)
"""What each sub-view shows, as its age is told, and what else is to be known of it."""


def questions(workspace: Workspace, view_index: int = _NOW) -> list[Asked]:
    """Return what the screen has asked; what the sub-view shows the most often."""
    product = product_of(workspace)
    every: list[Asked] = [
        (question.followers(product), FOLLOWERS_S),
        (question.leader_summary(product), SHARES_S),
        (question.paid_shares(product), SHARES_S),
        (question.waiting_shares(product), SHARES_S),
    ]
    waiting = question.waiting_shares(product)
    hidden = () if view_index == _WAITING else (waiting,)
    return paced(every, {each for each, _ in every if each not in hidden})


class FollowersTable(LiveTable):
    """Followers now, changes, shares that wait."""

    def __init__(self, workspace: Workspace, *, id: str | None = None) -> None:  # noqa: A002
        """Begin with nobody known: the first answer changes nothing."""
        super().__init__(workspace, id=id)
        self._changes: dict[Question[Any], list[RosterChange]] = {}
        self._seen: dict[Question[Any], tuple[Follower, ...]] = {}
        self._since: dict[Question[Any], int] = {}
        """As of when the first list was, with which the others are compared, milliseconds."""
        self._made: tuple[tuple[object, ...], Table] | None = None
        self._kept: tuple[object, ...] = ()
        self._equity: tuple[tuple[Follower, ...], str] | None = None

    def topics(self) -> Iterable[Topic]:
        """What was asked, and what was sent."""
        product = product_of(self.workspace)
        found = [topic.answer(asked) for asked, _ in questions(self.workspace)]
        return [*found, topic.account(Kind.SUBMISSIONS, product)]

    def turned(self) -> None:
        """Ask what is seen now more often than what is not."""
        app: Any = self.app
        app.attend()

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
        if self._equity is None or self._equity[0] is not found:
            self._equity = (found, _following(found))
        total = hide(self._equity[1], is_private=self.workspace.is_private)
        every = None if summary is None else summary.total_followers
        counts = Counter(change.move for change in self._of_product())
        since = figure.moment(self._since_ms, self.workspace.now_ms)
        return [row(following.crowd_line(len(found), every, total, counts, since, width))]

    @property
    def _since_ms(self) -> int | None:
        """As of when the list was that is compared with: the first of this run."""
        return self._since.get(question.followers(product_of(self.workspace)))

    def _of_product(self) -> list[RosterChange]:
        return self._changes.get(question.followers(product_of(self.workspace)), [])

    def words(self) -> Sequence[Span | str]:
        """Return how old the rows are when they are not young."""
        store = self.workspace.store
        if store is None:
            return ()
        asked, interval_s = self.asked()
        return [*product_words(self.workspace), *polled.words(store.answer(asked), interval_s)]

    def asked(self) -> Asked:
        """Return the question behind the current sub-view, and how often it is asked."""
        product = product_of(self.workspace)
        if self.view_index == _WAITING:
            return question.waiting_shares(product), SHARES_S
        return question.followers(product), FOLLOWERS_S

    def table(self) -> Table:
        """Return the rows of the sub-view."""
        store, workspace = self.workspace.store, self.workspace
        if store is None or not workspace.identity.has_key:
            return Table(following.FOLLOWER_COLUMNS, (), worded.NO_KEY)
        product, hides, now_ms = product_of(workspace), workspace.is_private, workspace.now_ms
        asked = question.followers(product)
        answer = store.answer(asked)
        self._compare(asked, answer.value, answer.as_of_ms)
        if self.view_index == _NOW:
            return self._now_table(answer)
        if self.view_index == _CHANGES:
            since_ms = self._since_ms
            return following.change_table(self._of_product(), now_ms, is_private=hides, since_ms=since_ms)
        waiting = store.answer(question.waiting_shares(product))
        is_stale = polled.is_stale(waiting, SHARES_S)
        return leading.profit_table(waiting, is_private=hides, is_stale=is_stale)

    def _now_table(self, answer: Answer[tuple[Follower, ...]]) -> Table:
        """Return everybody; the table of thousands is made anew only when something of it has changed."""
        store, workspace = self.workspace.store, self.workspace
        if store is None:
            return Table(following.FOLLOWER_COLUMNS, ())
        product = product_of(workspace)
        shares = store.answer(question.paid_shares(product)).value
        is_stale = polled.is_stale(answer, FOLLOWERS_S)
        marks = following.removal_marks(store, product, answer.as_of_ms)
        day = workspace.now_ms // 86_400_000
        known = (id(answer.value), id(shares), answer.error, marks, day, workspace.is_private, is_stale)
        if self._made is None or self._made[0] != known:
            table = following.follower_table(
                answer, shares, workspace.now_ms,
                is_private=workspace.is_private, is_stale=is_stale, marks=marks,
            )  # fmt: skip
            # What was made from is kept, so that no other answer can come to have its identity.
            self._made, self._kept = (known, table), (answer.value, shares)
        return self._made[1]

    def _compare(
        self, asked: Question[Any], found: tuple[Follower, ...] | None, as_of_ms: int | None
    ) -> None:
        """Note who came and went since the last answer."""
        store, before = self.workspace.store, self._seen.get(asked)
        if found is None or found is before or store is None:
            return
        if before is not None:
            mine = following.removed_by_me(store, product_of(self.workspace))
            changes = self._changes.setdefault(asked, [])
            changes += compare(before, found, as_of_ms or self.workspace.now_ms, mine)
            del changes[:-MAX_CHANGES]
        else:
            self._since[asked] = as_of_ms or self.workspace.now_ms
        self._seen[asked] = found

    def below(self, width: int, line: Line | None) -> Sequence[Row]:
        """Return who the follower under the cursor is."""
        if self.view_index != _NOW or line is None:
            return ()
        store, hides = self.workspace.store, self.workspace.is_private
        if store is None:
            return ()
        product = product_of(self.workspace)
        paid, waiting = (
            store.answer(asked(product)).value for asked in (question.paid_shares, question.waiting_shares)
        )
        shared = following.shared_words(line.item, paid, waiting, self.workspace.now_ms, is_private=hides)
        return following.follower_detail(line.item, width, is_private=hides, shared=shared)


def _following(found: tuple[Follower, ...]) -> str:
    """Return the equity that follows; at least so much where one does not show it."""
    known = [follower.equity for follower in found]
    equity = sum((value for value in known if value is not None), Decimal(0))
    return figure.money(equity) if None not in known else f"≥ {figure.money(equity)}"


class FollowersScreen(ByProduct, ListScreen):
    """Who follows."""

    name_id = "followers"
    contexts: ClassVar[tuple[Context, ...]] = (Context.FOLLOWERS,)
    footers: ClassVar[Sequence[footer.Wanted]] = (
        "list.open", "follower.remove", ("list.tab_left", "list.tab_right"), "list.sort", "app.find",
        "privacy.toggle", "app.refresh", "copy.product",
    )  # fmt: skip
    table_type: ClassVar[type[LiveTable]] = FollowersTable

    @property
    def table(self) -> FollowersTable:
        """The table."""
        return self.query_one(FollowersTable)

    def footer_actions(self) -> Sequence[footer.Wanted]:
        """Return the actions that can act on the sub-view."""
        is_now = self.table.view_index == _NOW
        return self.footers if is_now else without(self.footers, "follower.remove")

    def questions(self) -> list[tuple[Question[Any], float]]:
        """Return what no stream tells."""
        if not self.workspace.identity.has_key:
            return []
        return questions(self.workspace, self.table.view_index if self.query(FollowersTable) else _NOW)

    def shown(self) -> None:
        """Keep comparing after the screen was left."""
        super().shown()
        asked = question.followers(product_of(self.workspace))
        remember(self.workspace, [(asked, AWAY_S)])

    def do_follower_remove(self) -> Coroutine[Any, Any, None] | None:
        """Remove the follower under the cursor, by typed name."""
        stage: Any = self.app
        item = self.table.item
        if not isinstance(item, Follower):
            stage.say("Nobody here who follows now; h shows them.", Role.MUTED)
            return None
        return copyflows.remove_follower(stage, product_of(self.workspace), item)

    def standing(self) -> Row:
        """Return as of when that is which the sub-view shows."""
        store = self.workspace.store
        if store is None or not self.workspace.identity.has_key:
            return ()
        asked, interval_s = self.table.asked()
        what, also = _SHOWN[self.table.view_index]
        return as_of(f"{polled.as_of(store.answer(asked), what, interval_s)} · {also}")
