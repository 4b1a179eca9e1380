"""Every screen and every dock at three sizes, as pictures of the made-up account.

`pytest tests/snapshot --snapshot-update` accepts what is drawn now; look at the pictures before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from bgtui.session.kill import KillLine, KillRun, KillStage
from bgtui.session.kill_reach import KillChoice, Standing
from bgtui.ui.screens.registry import SCREENS
from bgtui.ui.workspace import Badge
from tests.support import scene
from tests.support.terminal import Prepared, prepare

SIZES = ((80, 24), (120, 40), (200, 50))
DOCKS = {
    # What it is: the screen, and the keys that open it.
    "ticket": ("trade", "b"),
    "ticket-review": ("trade", "n enter"),
    "goto": ("trade", "g"),
    "cancel": ("trade", "w"),
    "leverage": ("trade", "v"),
    "picker": ("trade", "/ e t h"),
    "palette": ("trade", ": c a n"),
    "help": ("trade", "?"),
    "quit": ("trade", "q"),
    "json": ("positions", "e"),
    "close": ("positions", "f"),
    "reverse": ("positions", "r"),
    "protect": ("positions", "p"),
    "margin": ("positions", "i"),
    "amend": ("orders", "j a"),
    "position-mode": ("account", "m"),
    "close-tracks": ("leader", "f right"),
    "track-protect": ("leader", "j p"),
    "lend": ("leader", "v"),
    "leader-switch": ("leader", "l l l l v"),
    "remove-follower": ("followers", "x j a d e"),
    "copy-settings": ("copy", "v"),
    "follow": ("copy", "l l l v"),
    "stop-copying": ("copy", "x"),
    "kill": ("trade", "!"),
    "arm": ("trade", "o o m a i"),
}

Compare = Callable[..., bool]


def scene_of(*, can_trade: bool = True) -> Prepared:
    return prepare(events=scene.events(), identity=scene.IDENTITY, can_trade=can_trade)


def is_same(compare: Compare, prepared: Prepared, size: tuple[int, int], screen: str, keys: str = "") -> bool:
    async def show(pilot: Pilot[Any]) -> None:
        terminal = await prepared.load(pilot, screen)
        await terminal.press(*keys.split())
        assert bool(terminal.app.asking.docks) == bool(keys)

    return compare(prepared.app, terminal_size=size, run_before=show)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
@pytest.mark.parametrize("screen", [screen.name_id for screen in SCREENS])
def test_a_screen_looks_as_it_did(screen: str, size: tuple[int, int], snap_compare: Compare) -> None:
    assert is_same(snap_compare, scene_of(), size, screen)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
@pytest.mark.parametrize("dock", DOCKS)
def test_a_dock_looks_as_it_did(dock: str, size: tuple[int, int], snap_compare: Compare) -> None:
    screen, keys = DOCKS[dock]

    assert is_same(snap_compare, scene_of(), size, screen, keys)


@pytest.mark.parametrize("size", [(60, 15), (52, 12)], ids=lambda size: "{}x{}".format(*size))
def test_a_small_terminal_looks_as_it_did(size: tuple[int, int], snap_compare: Compare) -> None:
    assert is_same(snap_compare, scene_of(), size, "trade")


def test_a_read_only_run_looks_as_it_did(snap_compare: Compare) -> None:
    assert is_same(snap_compare, scene_of(can_trade=False), (80, 24), "trade")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
def test_a_disarmed_live_run_looks_as_it_did(size: tuple[int, int], snap_compare: Compare) -> None:
    live = replace(scene.IDENTITY, badge=Badge.LIVE)
    assert is_same(snap_compare, prepare(events=scene.events(), identity=live, is_armed=False), size, "trade")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
def test_a_kill_switch_that_is_not_verified_looks_as_it_did(
    size: tuple[int, int], snap_compare: Compare
) -> None:
    prepared = scene_of()

    async def show(pilot: Pilot[Any]) -> None:
        terminal = await prepared.load(pilot, "trade")
        kill = terminal.session.kill
        assert kill is not None
        now_ms, reach = terminal.clock.now_ms(), kill.reach()
        left = Standing(now_ms, legs=(terminal.store.positions(scene.BTC.product_type) or ())[:1])
        said = (
            "sent cancel, 15 ids",
            "asked: 0 orders",
            "asked: 0 plans",
            "sent flatten, 5",
            "accepted 4 of 5",
        )
        lines = [KillLine(now_ms - 12_000 + 400 * at, words) for at, words in enumerate(said)]
        lines.append(KillLine(now_ms - 400, "asked: 1 leg left"))
        kill.run = KillRun(
            reach, KillChoice.BOTH, terminal.clock.monotonic() - 12.0, KillStage.ASKING, 1, lines,
            is_overdue=True, standing=left,
        )  # fmt: skip
        await terminal.settle()
        await terminal.press("!")
        assert terminal.app.asking.docks

    assert snap_compare(prepared.app, terminal_size=size, run_before=show)
