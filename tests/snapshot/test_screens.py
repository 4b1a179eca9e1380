"""Every screen and each of its sub-views at three sizes, and what goes wrong, of the made-up account.

`pytest tests/snapshot --snapshot-update` accepts what is drawn now; look at the pictures before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from bgtui.domain.alert import AlertKind, AlertRule, Channel, Crossing
from bgtui.domain.event import (
    AlertDelivered,
    BookBroken,
    BookDepth,
    Connection,
    ConnectionLost,
    FillReported,
)
from bgtui.domain.order import Effect, Forced, PositionSide
from bgtui.ui.modals.detail import DetailDock
from bgtui.ui.screens.listing import ListScreen
from bgtui.ui.screens.registry import SCREENS
from bgtui.ui.widgets.table import LiveTable
from bgtui.ui.workspace import Badge
from tests.support import scene, scene_doubt, scene_mode
from tests.support.build import BTC, ETH, fill
from tests.support.forms import ONE_WAY, opened
from tests.support.picture import SIZES, Picture
from tests.support.terminal import Terminal
from tests.support.watching import ticker

Compare = Callable[[Picture, tuple[int, int]], bool]
LIVE = replace(scene.IDENTITY, badge=Badge.LIVE)
VIEWS = {
    "orders": ("open", "plan", "history", "fills"),
    "leader": ("tracking", "history", "profit", "symbols", "settings"),
    "followers": ("now", "joined and left", "waiting share"),
    "copy": ("traders", "copied", "history", "find"),
    "account": ("balances", "fees and funding", "bills", "modes"),
    "health": ("connections", "reads and writes", "limits", "log"),
    "alerts": ("rules", "fired"),
}
"""The sub-views of the screens that have more than one."""


async def happen(terminal: Terminal) -> None:
    """Make alert rules, let things happen, and look."""
    watch = terminal.session.alerts
    assert watch is not None
    watch.add(AlertRule("", AlertKind.PRICE, BTC, Decimal(67_300), repeats=False))
    watch.add(AlertRule("", AlertKind.PRICE, ETH, Decimal(2_500), Crossing.BELOW))
    watch.add(AlertRule("", AlertKind.LIQUIDATION, None, Decimal(5)))
    watch.toggle("r2")
    watch.look()
    first, second = (
        replace(
            fill(f"t{at}", scene.NOW_MS + 1000, order_id=str(at)),
            price=Decimal("67238.0"),
            position_side=PositionSide.LONG,
            effect=Effect.OPEN,
        )
        for at in (1, 2)
    )
    await terminal.apply(
        1.0,
        ticker("67300.5", scene.NOW_MS + 1000),
        FillReported(replace(first, size=Decimal("0.0250"))),
        FillReported(replace(second, size=Decimal("0.0300"), forced=Forced.AUTO_DELEVERAGE)),
        ConnectionLost(Connection.PRIVATE, "private", "no pong", 60_000),
    )
    watch.look()
    terminal.clock.advance(11)
    watch.look()
    await terminal.settle()
    await terminal.apply(AlertDelivered(1, Channel.BELL, "notify-send: exit 1: no session bus"))


async def lose_both(terminal: Terminal) -> None:
    """Lose both streams, seven seconds ago."""
    lost = (ConnectionLost(kind, name, "no pong", 4000) for kind, name in (
        (Connection.PUBLIC, "public-0"), (Connection.PRIVATE, "private")))  # fmt: skip
    await terminal.apply(*lost, 7.0)


async def break_book(terminal: Terminal) -> None:
    """Let the book fail its check, two seconds ago."""
    await terminal.apply(BookBroken(scene.BTC, BookDepth.FULL), 2.0)


async def doubt(terminal: Terminal) -> None:
    """Let an order be in doubt."""
    await scene_doubt.become_doubtful(terminal, scene_doubt.DOUBT)


PICTURES = {
    **{screen.name_id: Picture(screen.name_id) for screen in SCREENS},
    **{
        f"{screen}-{name.replace(' ', '-')}": Picture(screen, " ".join(["l"] * at))
        for screen, names in VIEWS.items()
        for at, name in enumerate(names)
        if at
    },
    "alerts-kept": Picture("alerts", "g", begin=happen),
    "alerts-all-fired": Picture("alerts", "g l", begin=happen),
    "alerts-detail": Picture("alerts", "g enter", DetailDock, begin=happen),
    "trade-one-way": Picture("trade", options={"events": scene_mode.events(ONE_WAY)}),
    "trade-spot": Picture("trade", "/ tab tab tab 'btc' enter"),
    "trade-lost": Picture("trade", begin=lose_both),
    "trade-broken-book": Picture("trade", begin=break_book),
    "trade-doubt": Picture("trade", begin=doubt),
    "trade-disarmed": Picture("trade", options={"identity": LIVE, "is_armed": False}),
    "trade-read-only": Picture("trade", options={"can_trade": False}),
    "trade-without-key": Picture(
        "trade",
        options={
            "events": scene.market_events(),
            "identity": replace(LIVE, account="", has_key=False),
            "can_trade": False,
        },
    ),
    "trade-loading": Picture("trade", options={"events": ()}),
    "positions-loading": Picture("positions", options={"events": ()}),
    "positions-hidden": Picture("positions", "H"),
    "positions-lost": Picture("positions", begin=lose_both),
}
"""What it is, and what leads there."""


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
@pytest.mark.parametrize("screen", PICTURES)
def test_a_screen_looks_as_it_did(screen: str, size: tuple[int, int], looks_as_before: Compare) -> None:
    assert looks_as_before(PICTURES[screen], size)


@pytest.mark.parametrize("size", [(60, 15), (52, 12)], ids=lambda size: "{}x{}".format(*size))
def test_a_small_terminal_looks_as_it_did(size: tuple[int, int], looks_as_before: Compare) -> None:
    assert looks_as_before(PICTURES["trade"], size)


async def test_every_sub_view_has_its_picture() -> None:
    async with opened() as terminal:
        for kind in SCREENS:
            await terminal.app.show_screen(kind.name_id)
            await terminal.settle()
            screen = terminal.app.screen
            names = screen.query_one(LiveTable).names() if isinstance(screen, ListScreen) else ()
            known = VIEWS.get(kind.name_id, ())
            assert len(names) == len(known) or len(names) < 2, kind.name_id
            assert all(name.startswith(word) for name, word in zip(names, known, strict=False)), names
