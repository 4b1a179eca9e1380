"""The `bgtui` command and its subcommands.

Click only parses: a command returns what is to be run, so that signals, closed pipes and errors all end in
one place, with the documented exit code and one line on stderr.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from bgtui import __version__
from bgtui.cli.ending import guarded
from bgtui.cli.options import Task, display_options, settings_options
from bgtui.cli.output import prepare_streams, writing
from bgtui.config.commandline import CommandLine

_EXIT_CODES = """\b
Exit codes:
  0  ok                      6  refused by our own rules
  1  bug                     7  outcome unknown
  2  usage, configuration,   8  network, maintenance
     symbol or file          9  stale, degraded, check failed
  3  authentication          130  interrupted
  4  permission              128+n  ended by signal n
  5  rejected by the exchange
"""


COMMANDS = ("completions", "doctor", "journal", "keys", "picture", "record", "replay", "show", "sim")
"""Each stands in the module of its name."""


class Commands(click.Group):
    """The commands, each loaded when it is asked for: no command waits for what the others need."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return their names, as the help lists them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return one; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"bgtui.cli.{cmd_name}"), cmd_name)
        return command


@click.group(
    name="bgtui",
    cls=Commands,
    epilog=_EXIT_CODES,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@settings_options
@display_options
@click.option(
    "--record",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Record the streams beside the screens; ending in .gz: compressed.",
)
def bgtui(
    typed: CommandLine,
    *,
    trade: bool,
    record: Path | None,
    **looks: Any,  # noqa: ANN401 - the display options
) -> Task | None:
    """Trade on and watch the Bitget exchange from the terminal; without a command the screens open.

    Data goes to stdout, words to stderr. Secrets are never taken from options: see `bgtui keys`.
    """
    context = click.get_current_context()
    context.obj = typed = replace(typed, trade=trade)
    if context.invoked_subcommand is not None:
        return None

    def run() -> int:
        from bgtui.cli.tui import run_tui

        return run_tui(typed, looks, record)

    return run


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    prepare_streams()
    return guarded(lambda: _run(argv))


def _run(argv: Sequence[str] | None) -> int:
    arguments = None if argv is None else list(argv)
    with writing():  # parsing opens nothing: all it may do is print help
        task = bgtui.main(args=arguments, prog_name="bgtui", standalone_mode=False)
    code = task() if callable(task) else task
    if sys.stdout is not None:
        with writing():
            sys.stdout.flush()  # a pipe that broke must show here, not in the interpreter's last breath
    return code if isinstance(code, int) else 0
