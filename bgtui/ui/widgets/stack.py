"""The right stack of Trade as panes: legs and orders of the instrument, and on small terminals one leg."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from bgtui.domain.event import AccountPart
from bgtui.domain.instrument import Instrument, InstrumentId
from bgtui.store import topic
from bgtui.store.store import Store
from bgtui.store.topic import Kind, Topic
from bgtui.ui.role import Role
from bgtui.ui.view import edge, positions, stack
from bgtui.ui.view.glyph import LOADING
from bgtui.ui.view.span import Row, Span
from bgtui.ui.widgets.canvas import Canvas

TABLE_PERIOD_S = 0.25
"""Tables move four times a second at most."""
_NO_KEY: tuple[Row, ...] = (
    (Span("No key: market only.", Role.MUTED),),
    (Span("Add one: bgtui keys add", Role.MUTED),),
)
_LOADING: Row = (Span(LOADING, Role.MUTED),)
_KINDS = (Kind.POSITIONS, Kind.ORDERS, Kind.PLANS, Kind.BALANCES, Kind.SUBMISSIONS, Kind.FRESHNESS)


def account_topics(shown: InstrumentId) -> Iterable[Topic]:
    """Name what the account panes of an instrument are drawn from, the mark price among it."""
    return (*(topic.account(kind, shown.product_type) for kind in _KINDS), topic.ticker(shown))


class AccountPane(Canvas):
    """A pane about the account and the instrument shown."""

    period_s: ClassVar[float] = TABLE_PERIOD_S
    beats: ClassVar[bool] = True
    has_edge: ClassVar[bool] = True

    def topics(self) -> Iterable[Topic]:
        """The account, and the mark price."""
        shown = self.workspace.instrument
        return () if shown is None else account_topics(shown)

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the lines behind the edge."""
        store, shown = self.workspace.store, self.workspace.instrument
        rules = store.instrument(shown) if store is not None and shown is not None else None
        lines = [_LOADING]
        if store is not None and rules is not None:
            lines = self.lines(store, rules, width, height)
        if not self.has_edge:
            return lines
        glyph = edge.edge_glyph(is_stale=self.is_stale(), is_locked=self.is_locked())
        return edge.edged(lines, width, height, glyph)

    def lines(self, store: Store, rules: Instrument, width: int, height: int) -> list[Row]:
        """Return what the pane shows."""
        raise NotImplementedError(f"{type(self).__name__} shows nothing")

    def is_stale(self) -> bool:
        """Tell whether the account is no longer followed."""
        store, shown = self.workspace.store, self.workspace.instrument
        if store is None or shown is None or not self.workspace.identity.has_key:
            return False
        return positions.is_stale(store.freshness(shown.product_type, AccountPart.POSITIONS))

    def is_locked(self) -> bool:
        """Tell whether not everything may be sent: the edge is doubled."""
        return self.workspace.is_held


class Stack(AccountPane):
    """Equity, legs and working orders."""

    def lines(self, store: Store, rules: Instrument, width: int, height: int) -> list[Row]:
        """Return the stack."""
        if not self.workspace.identity.has_key:
            return list(_NO_KEY)
        return stack.stack_rows(
            store, rules, self.workspace.now_ms, width, height, hides_money=self.workspace.is_private
        )


class FirstLeg(AccountPane):
    """The first leg, below the ladder of a small terminal."""

    has_edge: ClassVar[bool] = False

    def lines(self, store: Store, rules: Instrument, width: int, height: int) -> list[Row]:
        """Return the leg, or what a spot pair's coins hold."""
        hides = self.workspace.is_private
        if not rules.product_type.is_futures:
            return stack.spot_lines(store, rules, width, hides_money=hides)
        return stack.leg_lines(store, rules.id, width, hides_money=hides)[:height]
