"""`bgtui picture`: a screen as an SVG file, drawn without a terminal."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from bgtui.cli.options import Figure, Task, display_options, settings_options
from bgtui.config.commandline import CommandLine
from bgtui.domain.error import ConfigError, Stale

SIZE = re.compile(r"([1-9][0-9]{1,2})x([1-9][0-9]{1,2})")
LOOK_S = 0.05
_FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


def _size(_context: click.Context, _option: click.Parameter, text: str) -> tuple[int, int]:
    match = SIZE.fullmatch(text)
    if match is None:
        raise click.BadParameter("columns x rows, as 120x40")
    return int(match[1]), int(match[2])


@click.command()
@settings_options
@display_options
@click.argument("out", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--size", default="120x40", callback=_size, help="Columns x rows.", show_default=True)
@click.option("--keys", default="", help="Chords to press first, separated by blanks: '2 j'.")
@click.option("--after", type=Figure(0, 600), default=5.0, help="Seconds of market first.", show_default=True)
def picture(
    typed: CommandLine,
    *,
    out: Path,
    size: tuple[int, int],
    keys: str,
    after: float,
    trade: bool,
    **looks: Any,  # noqa: ANN401
) -> Task:
    """Draw a screen into FILE, an SVG, once its book is live: needs no terminal."""
    from bgtui.cli.running import run_async

    typed = replace(typed, trade=trade)

    def run() -> int:
        drawn: list[str] = []
        run_async(lambda: _draw(typed, looks, size, keys.split(), after, drawn))
        try:
            out.write_text(_FONT_FACE.sub("", drawn[0]), encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"{out} cannot be written: {error.strerror}") from None
        return 0

    return run


async def _draw(  # noqa: PLR0917 - handed through once
    typed: CommandLine,
    looks: Mapping[str, Any],
    size: tuple[int, int],
    keys: list[str],
    after: float,
    drawn: list[str],
) -> int:
    import asyncio

    from bgtui.cli.early import started_early

    # Without any handler Python would write warnings to stderr, tracebacks and all, until the log is open.
    logging.getLogger().addHandler(logging.NullHandler())
    async with started_early(typed) as child:
        from textual.pilot import Pilot

        from bgtui.cli.tui import connection
        from bgtui.exchange.clock import SystemClock
        from bgtui.ui.app import BgtuiApp
        from bgtui.ui.display import display_of

        app = BgtuiApp(display_of(os.environ, **looks), connection(typed, child), clock=SystemClock())

        async def look(pilot: Pilot[Any]) -> None:
            await _wait_live(app)
            await asyncio.sleep(after)
            for key in keys:
                await pilot.press(key)
                await asyncio.sleep(0.4)  # a review wants a moment without keys
            await pilot.pause()
            drawn.append(app.export_screenshot(title="bgtui"))
            app.exit(0)

        await app.run_async(headless=True, size=size, auto_pilot=look)
        if app.failure is not None:
            raise app.failure
    if not drawn:
        raise Stale("nothing was drawn", hint="bgtui doctor looks at the connection")
    return 0


async def _wait_live(app: Any) -> None:  # noqa: ANN401 - imported above, after the simulator was started
    import asyncio

    workspace = app.workspace
    while not app.opened.is_set():
        if app.failure is not None:
            raise app.failure
        await asyncio.sleep(LOOK_S)
    store, shown = workspace.session.store, workspace.instrument
    try:
        await workspace.session.wait_for(lambda: store.book_status(shown).value == "live", timeout_s=20)
    except TimeoutError:
        raise Stale("no live book within 20 s", hint="bgtui doctor looks at the connection") from None
