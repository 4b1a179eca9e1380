"""What the three copy-trading screens share: whose product type is shown, and how often what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, cast

from bgtui.domain.copytrade import TrackingOrder
from bgtui.domain.instrument import MARKETS, ProductType
from bgtui.domain.question import Question
from bgtui.store import topic
from bgtui.store.topic import Kind, Topic
from bgtui.ui.view import footer, tracking, worded
from bgtui.ui.view.polled import NOT_A_LEADER
from bgtui.ui.workspace import Workspace

_HIDDEN_FACTOR = 4.0
"""How much rarer than the sub-view that is seen the others of its screen are asked."""
AWAY_S = 30.0
"""How often tracking orders and copies are asked once their screen has been left."""

Asked = tuple[Question[Any], float]


def product_of(workspace: Workspace) -> ProductType:
    """Return the product type whose copy trading is shown."""
    return workspace.copy_product or workspace.identity.product_type


def product_words(workspace: Workspace) -> list[str]:
    """Return the product type shown, where it is not the run's own."""
    product = product_of(workspace)
    return [] if product is workspace.identity.product_type else [worded.wallet(product)]


def paced(asked: Sequence[Asked], seen: Iterable[Question[Any]]) -> list[Asked]:
    """Return the questions of a screen: those that are seen as often as they say, the others more rarely."""
    shown = set(seen)
    return [(each, pause if each in shown else pause * _HIDDEN_FACTOR) for each, pause in asked]


def background(workspace: Workspace) -> list[Asked]:
    """Return what stays asked when no copy-trading screen is up: what somebody has looked at in this run."""
    store = workspace.store
    if store is None:
        return []
    return [
        asked
        for asked in sorted(workspace.copy_background.items(), key=lambda item: item[0].name)
        if store.answer(asked[0]).code != NOT_A_LEADER
    ]


def remember(workspace: Workspace, asked: Iterable[Asked]) -> None:
    """Have these asked from now on though their screen may be left, of one product type at a time."""
    product = product_of(workspace)
    workspace.copy_background = {
        each: pause for each, pause in workspace.copy_background.items() if each.product_type is product
    } | dict(asked)


def account_topics(workspace: Workspace) -> list[Topic]:
    """Return what the account stream tells that may end or begin a tracking order."""
    product = product_of(workspace)
    return [topic.account(kind, product) for kind in (Kind.FILLS, Kind.ORDERS, Kind.SUBMISSIONS)]


class Merging:
    """Looks at the account stream: a fill may have opened or ended a tracking order, so the list is asked."""

    def __init__(self, asked: Question[Any]) -> None:
        """Begin with nothing seen."""
        self.asked = asked
        self.seen: set[tracking.Leg] = set()
        """Legs that were held at some time since."""
        self._version = -1

    def look(self, workspace: Workspace) -> None:
        """Have the list asked when there was a fill since the last look."""
        store, session = workspace.store, workspace.session
        product = self.asked.product_type
        if store is None or session is None or session.asker is None or product is None:
            return
        version = store.version(topic.account(Kind.FILLS, product))
        if self._version not in (-1, version):
            session.asker.hurry(self.asked)
        self._version = version
        self.seen |= tracking.held_legs(store, product)


def value(workspace: Workspace, orders: Iterable[TrackingOrder]) -> None:
    """Have the mark prices of what is tracked carried, so that its PnL moves."""
    if workspace.session is not None:
        workspace.session.value(order.instrument for order in orders)


def without(wanted: Sequence[footer.Wanted], *names: str) -> Sequence[footer.Wanted]:
    """Return what a footer names but for actions that cannot act on the sub-view shown."""
    return [each for each in wanted if each not in names]


class _Host(Protocol):
    workspace: Workspace
    app: Any


class ByProduct:
    """Mixed into a copy-trading screen: `m` shows the next product type."""

    def do_copy_product(self) -> None:
        """Show the copy trading of the next product type."""
        host = cast(_Host, self)
        workspace = host.workspace
        at = MARKETS.index(product_of(workspace))
        product = workspace.copy_product = MARKETS[(at + 1) % len(MARKETS)]
        session = workspace.session
        if session is not None and session.store.instruments(product) is None:
            session.list_instruments(product)
        host.app.say(f"Copy trading of {worded.wallet(workspace.copy_product)}; m shows the next.")
        host.app.attend()
        host.app.invalidate()
