"""`bgtui doctor`: look at settings, machine, network, key and account, and say what to mend."""

from __future__ import annotations

import click

from bgtui.cli.options import Task, settings_options
from bgtui.config.commandline import CommandLine


@click.command()
@settings_options
@click.option(
    "--json", "as_json", is_flag=True, help='Print {"checks": [{name, state, detail, fix}, …], "ok": …}.'
)
def doctor(typed: CommandLine, *, as_json: bool) -> Task:
    """Check everything that bgtui needs, each with its fix.

    Exit code 0 when nothing failed, otherwise that of the one cause, or 9 when there are several.
    """

    def run() -> int:
        from bgtui.cli.early import started_early
        from bgtui.cli.running import run_async

        async def body() -> int:
            async with started_early(typed) as child:
                from bgtui.cli.examining import examine

                return await examine(typed, child, as_json=as_json)

        return run_async(body)

    return run
