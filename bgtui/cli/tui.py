"""The terminal program itself: `bgtui` without a command."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from bgtui.bootstrap.heap import hold, set_for_feed
from bgtui.cli.splash import Splash, splash
from bgtui.config.commandline import CommandLine
from bgtui.domain.error import ConfigError, ExitCode

REPAINT_HZ = "120"
"""The toolkit's own repaint timer; its default of 60 makes a key wait twice as long for its paint."""


def run_tui(typed: CommandLine, looks: Mapping[str, Any], record: Path | None = None) -> int:
    """Run the terminal and return the exit code.

    Args:
        typed: The command line.
        looks: The display options.
        record: File for every received frame.

    Raises:
        ConfigError: there is no terminal to draw on, or the recording cannot be made.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigError(
            "the terminal program needs a terminal on stdin and stdout",
            hint="for a script: bgtui show book BTCUSDT --json",
        )
    if (term := os.environ.get("TERM", "")) in ("", "dumb"):
        raise ConfigError(
            f"TERM is {term or 'not set'}, and nothing can be drawn on such a terminal",
            hint="set it to what yours is, such as TERM=xterm-256color, or: bgtui show book BTCUSDT --watch",
        )
    os.environ.setdefault("TEXTUAL_FPS", REPAINT_HZ)
    # No key of ours needs the protocol, and not every link keeps it.
    os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
    with splash() as shown:
        hold()
        from bgtui.cli.later import defer
        from bgtui.cli.running import run_async

        defer()

        return run_async(lambda: _run(typed, looks, record, shown))


async def _run(typed: CommandLine, looks: Mapping[str, Any], record: Path | None, shown: Splash) -> int:
    import asyncio

    from bgtui.cli.early import started_early
    from bgtui.cli.ending import SIGNALS

    async with AsyncExitStack() as stack:
        child = await stack.enter_async_context(started_early(typed))
        # While it starts everything else is loaded.
        from bgtui.cli.later import load_all
        from bgtui.cli.tap import taped
        from bgtui.exchange.clock import SystemClock
        from bgtui.ui.app import BgtuiApp
        from bgtui.ui.display import display_of

        tap = await stack.enter_async_context(taped(record))
        app = BgtuiApp(
            display_of(os.environ, **looks), connection(typed, child, looks, tap), clock=SystemClock()
        )
        loop = asyncio.get_running_loop()
        for signum in SIGNALS:
            loop.add_signal_handler(signum, app.exit, 128 + signum)
        shown.hand_over()
        loading = asyncio.create_task(load_all(app.opened), name="later")
        code = await app.run_async(mouse=bool(looks.get("has_mouse")))
        loading.cancel()
        for reason in (app.failure, app.crash):
            if reason is not None:
                raise reason
        return int(code) if code is not None else int(app.return_code or ExitCode.OK)


def connection(
    typed: CommandLine,
    child: Any,  # noqa: ANN401 - imported later
    looks: Mapping[str, Any] | None = None,
    tap: Any = None,  # noqa: ANN401
) -> Callable[[], AbstractAsyncContextManager[Any]]:
    """Return how the terminal connects: called after its first paint, so nothing heavy is imported before."""
    has_own_pace = bool(looks and (looks.get("fps") or looks.get("is_slow")))

    @asynccontextmanager
    async def connect() -> AsyncIterator[Any]:
        from bgtui.bootstrap.opening import every_product, open_session
        from bgtui.cli.pins import Pins
        from bgtui.cli.saving import Saving
        from bgtui.cli.start import settled, start
        from bgtui.config.paths import find_paths
        from bgtui.config.settings import locate
        from bgtui.session.alerts import AlertOptions
        from bgtui.ui.app import Opened
        from bgtui.ui.workspace import Badge, Identity

        paths = find_paths(os.environ)
        async with (
            settled(start(typed), child) as settings,
            open_session(
                settings,
                journal=paths.journal_file,
                tap=tap,
                products=every_product(settings),
                alerts=AlertOptions(
                    paths.alerts_file, settings.alerts.command, settings.alerts.has_bell, dict(os.environ)
                ),
            ) as session,
        ):
            pins = Pins(paths.pins_file, settings.watch_list)
            identity = Identity(
                badge=Badge[settings.environment.name],
                account=settings.account_label if settings.credentials is not None else "",
                has_key=settings.credentials is not None,
                product_type=settings.product_type,
                watch_list=pins.read(),
                product_types=every_product(settings),
                host=locate(settings).hosts[0],
            )
            set_for_feed()
            yield Opened(
                session,
                identity,
                settings.chords,
                remember=pins.write,
                save=Saving(paths.export_dir),
                fps=None if has_own_pace else settings.fps,
            )

    return connect
