"""Every row of the key table, pressed where it is alive: its action is found, and something is changed.

What exactly each does stands in the tests of its screen or dock. This is the net below them: a key that is
added without a place to press it here fails, and so does one that does nothing there.
"""

from __future__ import annotations

from typing import Any

import pytest

from bgtui.ui import app as app_module
from bgtui.ui.keys import KEYS, Context, Key
from tests.support.forms import CALM_S, keys, opened
from tests.support.terminal import Terminal

PLACES: dict[Context, tuple[str, str]] = {
    Context.ANY: ("trade", "2 1"),
    Context.LADDER: ("trade", "j j"),
    Context.TAPE: ("trade", "tab tab"),
    Context.CHART: ("trade", "tab"),
    Context.LIST: ("orders", "g j"),
    Context.ORDERS: ("orders", "g j"),
    Context.POSITIONS: ("positions", "g j"),
    Context.LEADER: ("leader", "g"),
    Context.FOLLOWERS: ("followers", "g"),
    Context.COPY: ("copy", "g"),
    Context.ACCOUNT: ("account", "g"),
    Context.ALERTS: ("alerts", "n '70000' enter g"),
    Context.DOCK: ("trade", "t"),
    Context.ALERT: ("alerts", "n"),
    Context.REVIEW: ("trade", "n enter"),
    Context.CANCEL: ("trade", "w"),
    Context.KILL: ("trade", "!"),
    Context.WORD: ("account", "m"),
    Context.DETAIL: ("positions", "g e"),
    Context.PICKER: ("trade", "/"),
    Context.PALETTE: ("trade", ":"),
    Context.FILTER: ("positions", "/ 'b'"),
    Context.HELP: ("trade", "?"),
    Context.QUIT: ("trade", "q"),
}
"""The screen on which a context is alive, and the keys that lead there."""
MORE: dict[tuple[Context, str], str] = {
    (Context.ANY, "screen.trade"): "2",
    (Context.LADDER, "ladder.inspect"): "j j j",
    (Context.LADDER, "order.amend"): "k k",
    (Context.LADDER, "order.cancel"): "j",
    (Context.CHART, "chart.later"): "h h",
    (Context.CHART, "chart.now"): "h h",
    (Context.LIST, "list.first"): "G",
    (Context.LIST, "list.page_up"): "G",
    (Context.DOCK, "dock.more"): "tab tab tab '67000'",
    (Context.DOCK, "dock.more10"): "tab tab tab '67000'",
    (Context.DOCK, "dock.less"): "tab tab tab '67000'",
    (Context.DOCK, "dock.less10"): "tab tab tab '67000'",
    (Context.DOCK, "dock.review"): "tab 'm'",
    (Context.CANCEL, "cancel.scope_back"): "right",
    (Context.WORD, "word.accept"): "'one-way'",
    (Context.ALERT, "dock.choice_back"): "shift+tab shift+tab",
    (Context.ALERT, "dock.choice"): "shift+tab shift+tab",
    (Context.ALERT, "alert.keep"): "'70000'",
    (Context.KILL, "kill.both"): "c",
    (Context.DETAIL, "detail.up"): "j",
    (Context.DETAIL, "detail.page_up"): "}",
    (Context.PICKER, "picker.up"): "down",
    (Context.PALETTE, "palette.up"): "down",
    (Context.PALETTE, "palette.run"): "'hide'",
    (Context.FILTER, "filter.up"): "down",
    (Context.HELP, "help.up"): "down",
    (Context.HELP, "help.try"): "'hide' down",
}
"""What has to be pressed besides, so that the key has something to do."""
ELSEWHERE = {
    (Context.ANY, "app.suspend"): "it stops the process",
    (Context.ANY, "app.exit"): "it ends the run: tests/pty/test_program.py",
    (Context.QUIT, "quit.leave"): "it ends the run: tests/pilot/test_shell.py",
    (Context.KILL, "app.refresh"): "it asks while a kill runs, which this gateway ends at once",
    (Context.DETAIL, "order.resend"): "alive only over an order that is proven absent",
    (Context.DETAIL, "order.let_go"): "alive only over an order that is proven absent",
}
"""Keys that this net cannot press, and why."""
CALM = {"review.send", "cancel.send", "kill.send"}
CONTEXTS = [context for context in Context if context not in (Context.HEALTH, Context.REPLAY)]
"""Health has no keys of its own; those of a recording are pressed in tests/unit/cli."""


def table(context: Context) -> list[Key]:
    found = [key for key in KEYS if key.context is context and (context, key.action) not in ELSEWHERE]
    return found[::-1] if context is Context.CHART else found  # another interval has no bars here


def seen(terminal: Terminal) -> Any:
    """Return everything that a key may change."""
    asker, workspace = terminal.asker, terminal.workspace
    return (
        terminal.rows(),
        (workspace.message.text, workspace.message.count),
        len(terminal.gateway.sent) if terminal.gateway is not None else 0,
        (asker.asked_all, len(asker.asked)),
        terminal.app.screen.focused,
        len(terminal.app.asking.docks),
        terminal.app.return_code,
    )


async def begin(terminal: Terminal, context: Context, more: str) -> None:
    """Leave whatever is open, and go where the context is alive."""
    screen, way = PLACES[context]
    for _ in range(6):
        if not terminal.app.asking.docks:
            break
        await terminal.press("esc")
    assert terminal.app.asking.docks == []
    await terminal.app.show_screen(screen)
    if screen == "trade":
        terminal.app.screen.query_one("#ladder").focus()
    await terminal.settle()
    await keys(terminal, way)
    await keys(terminal, more)
    assert context in terminal.app.asking.alive()


@pytest.mark.parametrize("context", CONTEXTS)
async def test_every_key_of_a_place_does_something_there(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []
    look_up = app_module._method

    def noted(actors: Any, action: str) -> Any:
        method = look_up(actors, action)
        if method is not None:
            found.append(action)
        return method

    monkeypatch.setattr(app_module, "_method", noted)
    idle: list[str] = []
    size = (80, 24) if context is Context.DETAIL else (120, 40)  # something to scroll
    async with opened(size=size) as terminal:
        for key in table(context):
            await begin(terminal, context, MORE.get((context, key.action), ""))
            if key.action in CALM:
                await terminal.step(CALM_S)
            before = seen(terminal)
            found.clear()
            await terminal.press(key.chords[0])
            if key.action not in found:
                idle.append(f"{key.action}: {key.chords[0]} finds {found or 'nothing'}")
            elif seen(terminal) == before:
                idle.append(f"{key.action}: {key.chords[0]} changes nothing")
    assert not idle, "\n".join(idle)


def test_every_context_has_a_place() -> None:
    assert {context for context in CONTEXTS if context not in PLACES} == set()
