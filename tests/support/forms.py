"""Forms by their keys: what a test of a dock presses, and what it reads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bgtui.domain.intent import Intent
from bgtui.domain.order import PositionMode
from bgtui.ui.modals.dock import Dock
from bgtui.ui.modals.form import FormDock
from tests.support import scene, scene_mode
from tests.support.terminal import Terminal, open_terminal

HEDGE, ONE_WAY = PositionMode.HEDGE, PositionMode.ONE_WAY
CALM_S = 0.4
"""Seconds without a key after which `y` counts."""


@asynccontextmanager
async def opened(
    mode: PositionMode = HEDGE, screen: str = "trade", **options: Any
) -> AsyncIterator[Terminal]:
    """Show a screen of the made-up account in a position mode."""
    given = {"events": scene_mode.events(mode), "identity": scene.IDENTITY, **options}
    async with open_terminal(screen=screen, **given) as terminal:
        yield terminal


def dock(terminal: Terminal) -> Dock[Any]:
    """Return what is open, on top."""
    found: Dock[Any] = terminal.app.asking.docks[-1]
    return found


def form(terminal: Terminal) -> FormDock:
    """Return the form that is open."""
    found = dock(terminal)
    assert isinstance(found, FormDock)
    return found


def said(terminal: Terminal) -> str:
    """Return what the dock shows, its lines put together."""
    lines = ("".join(span.text for span in row).strip("│║ ") for row in dock(terminal).drawn_rows)
    return " ".join(" ".join(lines).split())


def sent(terminal: Terminal) -> list[Intent]:
    """Return what has left, in order."""
    assert terminal.gateway is not None
    return terminal.gateway.intents


async def keys(terminal: Terminal, line: str) -> None:
    """Press what a line says: keys between blanks, ``'67000'`` is typed."""
    for word in line.split():
        if word.startswith("'"):
            await terminal.type(word.strip("'"))
        else:
            await terminal.press(word)


async def go(terminal: Terminal, field: str) -> None:
    """Go to a field by tab."""
    for _ in form(terminal).names():
        if form(terminal).field == field:
            return
        await terminal.press("tab")
    assert form(terminal).field == field, form(terminal).names()


async def fill(terminal: Terminal, **texts: str) -> None:
    """Type into fields, each emptied first."""
    for field, text in texts.items():
        await go(terminal, field)
        await terminal.press(*["backspace"] * len(form(terminal).edits[field].text))
        await terminal.type(text)


async def confirm(terminal: Terminal) -> None:
    """Review and send, as a person would."""
    await terminal.press("enter")
    assert "y SEND" in said(terminal), said(terminal)
    await terminal.step(CALM_S)
    await terminal.press("y")
