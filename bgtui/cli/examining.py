"""One run of `bgtui doctor`."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from bgtui.bootstrap.child import Child
from bgtui.cli.checks.check import Check, State, exit_code, failed, skipped
from bgtui.cli.checks.local import check_hosts, environment_checks, settings_checks
from bgtui.cli.output import MAX_LINE, complain, stdout_width, write_json, write_line
from bgtui.cli.start import settled, start
from bgtui.cli.table import Table, render
from bgtui.config.commandline import CommandLine
from bgtui.config.paths import find_paths
from bgtui.config.settings import Settings, locate
from bgtui.domain.error import BgtuiError, ConfigError
from bgtui.domain.text import clean_line

_CONNECTIONS = "connections"
_INDENT = 24
"""Cells of state and name."""


async def examine(typed: CommandLine, started: Child | None, *, as_json: bool) -> int:
    """Make every check, print the report and return the exit code.

    Args:
        typed: the command line.
        started: the simulator, where it was started before the settings were read.
        as_json: print it for a program.
    """
    checks = await _all_checks(typed, started)
    code = exit_code(checks)
    if as_json:
        rows = [
            {"name": each.name, "state": each.state.value, "detail": each.detail, "fix": each.fix}
            for each in checks
        ]
        write_json({"checks": rows, "ok": code == 0})
    else:
        _print(checks)
    if broken := [each.name for each in checks if each.state is State.FAIL]:
        complain(f"doctor: failed: {', '.join(broken)}")
    return code


async def _all_checks(typed: CommandLine, started: Child | None) -> Sequence[Check]:
    paths = find_paths(os.environ)
    machine = environment_checks(
        paths, os.environ, is_terminal=sys.stdout is not None and sys.stdout.isatty()
    )
    try:
        settings = start(typed)
    except ConfigError as error:
        return (failed("settings", error), *machine, skipped(_CONNECTIONS, "settings first"))
    try:
        async with settled(settings, started) as found:
            local = (*settings_checks(found, paths, Path.cwd()), *machine)
            return (*local, *await _connection_checks(found))
    except BgtuiError as error:  # the simulator that would have been connected to
        local = (*settings_checks(settings, paths, Path.cwd()), *machine)
        return (*local, failed(_CONNECTIONS, error))


async def _connection_checks(settings: Settings) -> Sequence[Check]:
    from bgtui.cli.checks.network import network_checks

    try:
        venue = locate(settings)
    except ConfigError as error:
        return (failed(_CONNECTIONS, error),)
    return (check_hosts(venue, is_embedded=settings.is_embedded), *await network_checks(settings, venue))


def _print(checks: Sequence[Check]) -> None:
    rows = [(each.state.value, each.name) for each in checks]
    for line, each in zip(render(Table(("", ""), rows))[1:], checks, strict=True):
        _print_beside(line, clean_line(each.detail))
        if each.fix:
            _print_beside("", f"fix: {clean_line(each.fix)}")


def _print_beside(name: str, words: str) -> None:
    """Print words beside a name; on a terminal they stay in their column."""
    width = stdout_width()
    room = MAX_LINE if width is None else max(width - _INDENT - 1, _INDENT)
    for part in textwrap.wrap(words, room, break_on_hyphens=False) or [""]:
        write_line(f"{name:<{_INDENT}} {part}".rstrip())
        name = ""
