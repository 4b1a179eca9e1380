"""`bgtui record`: write what comes over the streams into a file."""

from __future__ import annotations

from pathlib import Path

import click

from bgtui.cli.options import Figure, Task, settings_options
from bgtui.config.commandline import CommandLine


@click.command()
@settings_options
@click.argument("symbols", nargs=-1, metavar="[SYMBOL]...")
@click.option(
    "--out", required=True, metavar="FILE", type=click.Path(path_type=Path), help="Ending in .gz: compressed."
)
@click.option(
    "--seconds",
    type=Figure(min=0, min_open=True),
    help="Stop after so long; otherwise Ctrl-C stops.",
)
@click.option(
    "--private", "is_private", is_flag=True, help="The account's stream too: orders, positions, balances."
)
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
def record(
    typed: CommandLine,
    *,
    symbols: tuple[str, ...],
    out: Path,
    seconds: float | None,
    is_private: bool,
    force: bool,
) -> Task:
    """Record book, trades, ticker and minute candles of SYMBOLs, by default of the watch list.

    The file is a whole recording at every moment, whatever ends it; `bgtui replay` plays it.
    """

    def run() -> int:
        from bgtui.cli.early import started_early
        from bgtui.cli.running import run_async

        async def tape() -> int:
            async with started_early(typed) as child:
                from bgtui.cli.start import settled, start

                async with settled(start(typed), child) as settings:
                    from bgtui.cli.taping import Taping

                    taping = Taping(settings, symbols, out, is_private=is_private, is_replacing=force)
                    return await taping.run(seconds)

        return run_async(tape)

    return run
