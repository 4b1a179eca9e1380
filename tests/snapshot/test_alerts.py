"""Alerts at three sizes: rules with what fired below them, all that fired, and the form.

`pytest tests/snapshot --snapshot-update` accepts what is drawn now; look at the pictures before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from textual.pilot import Pilot

from bgtui.domain.account import Fill
from bgtui.domain.alert import AlertKind, AlertRule, Channel, Crossing
from bgtui.domain.event import AlertDelivered, Connection, ConnectionLost, FillReported
from bgtui.domain.order import Effect, Forced, PositionSide
from tests.support import scene
from tests.support.build import BTC, ETH, fill
from tests.support.terminal import Terminal, prepare
from tests.support.watching import ticker

SIZES = ((80, 24), (120, 40), (200, 50))
VIEWS = {"rules": "", "fired": "l", "new": "n", "detail": "enter"}

Compare = Callable[..., bool]


def trade(number: int, size: str, **changes: Any) -> Fill:
    plain = fill(f"t{number}", scene.NOW_MS + 1000, order_id=str(number))
    leg = {"position_side": PositionSide.LONG, "effect": Effect.OPEN}
    return replace(plain, price=Decimal("67238.0"), size=Decimal(size), **{**leg, **changes})


async def happen(terminal: Terminal) -> None:
    """Make rules, let things happen, and look."""
    watch = terminal.session.alerts
    assert watch is not None
    watch.add(AlertRule("", AlertKind.PRICE, BTC, Decimal(67_300), repeats=False))
    watch.add(AlertRule("", AlertKind.PRICE, ETH, Decimal(2_500), Crossing.BELOW))
    watch.add(AlertRule("", AlertKind.LIQUIDATION, None, Decimal(5)))
    watch.toggle("r2")
    watch.look()
    await terminal.apply(
        1.0,
        ticker("67300.5", scene.NOW_MS + 1000),
        FillReported(trade(1, "0.0250")),
        FillReported(trade(2, "0.0300", forced=Forced.AUTO_DELEVERAGE)),
        ConnectionLost(Connection.PRIVATE, "private", "no pong", 60_000),
    )
    watch.look()
    terminal.clock.advance(11)
    watch.look()
    await terminal.settle()
    await terminal.apply(AlertDelivered(1, Channel.BELL, "notify-send: exit 1: no session bus"))
    await terminal.settle()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
@pytest.mark.parametrize("view", VIEWS)
def test_alerts_look_as_they_did(view: str, size: tuple[int, int], snap_compare: Compare) -> None:
    prepared = prepare(events=scene.events(), identity=scene.IDENTITY)

    async def show(pilot: Pilot[Any]) -> None:
        terminal = await prepared.load(pilot, "alerts")
        await happen(terminal)
        await terminal.press("g", *VIEWS[view].split())

    assert snap_compare(prepared.app, terminal_size=size, run_before=show)
