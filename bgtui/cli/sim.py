"""`bgtui sim`: a small Bitget on this machine, for practice and for tests of any client."""

from __future__ import annotations

from pathlib import Path

import click

from bgtui.cli.options import Figure, Task

_MODES = ("one-way", "hedge")
_INTEGRITY = ("checksum", "sequenced", "chained")


@click.command()
@click.option("--host", metavar="ADDRESS", help="Listen there instead of on 127.0.0.1 alone.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="0: one that is free."
)
@click.option("--seed", type=click.IntRange(min=0), help="Make the same market again; otherwise a new one.")
@click.option(
    "--speed",
    type=Figure(min=0, min_open=True, max=1000),
    default=1.0,
    show_default=True,
    help="How many times faster the market lives.",
)
@click.option(
    "--rate",
    type=Figure(min=0, min_open=True, max=100_000),
    help="Book changes a second of each main instrument.",
)
@click.option(
    "--replay", metavar="CAPTURE", type=click.Path(path_type=Path), help="A recording is the market."
)
@click.option(
    "--fault",
    "faults",
    metavar="SPEC",
    multiple=True,
    help="Something that goes wrong; docs/simulator.md lists them. May be given several times.",
)
@click.option(
    "--state",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Keep accounts there; without it each start is fresh.",
)
@click.option(
    "--position-mode",
    type=click.Choice(_MODES),
    default=_MODES[0],
    show_default=True,
    help="Of the practice account.",
)
@click.option(
    "--book-integrity",
    type=click.Choice(_INTEGRITY),
    default=_INTEGRITY[1],
    show_default=True,
    help="What book messages carry: CRC32; seq and CRC32; seq and pseq.",
)
@click.option(
    "--followers", type=click.IntRange(0, 20_000), metavar="N", help="How many follow the lead trader."
)
@click.option(
    "--tracking", type=click.IntRange(0, 2_000), metavar="N", help="Tracking orders it has at the start."
)
@click.option("--child", "is_child", is_flag=True, hidden=True)
def sim(
    *,
    host: str | None,
    port: int,
    seed: int | None,
    speed: float,
    rate: float | None,
    replay: Path | None,
    faults: tuple[str, ...],
    state: Path | None,
    position_mode: str,
    book_integrity: str,
    followers: int | None,
    tracking: int | None,
    is_child: bool,
) -> Task:
    """Run a small Bitget on this machine, REST and WebSocket on one port, until Ctrl-C.

    Prints one JSON line once it can be talked to: its addresses, and the keys of its accounts: a practice
    account, the same through a key that may only read, a leader, a follower.
    """

    def run() -> int:
        from bgtui.bootstrap.heap import hold

        hold()
        from bgtui.cli.running import run_async
        from bgtui.cli.simulating import Wanted, simulate
        from bgtui.domain.order import PositionMode
        from bgtui.simulator.books import Flavour

        wanted = Wanted(
            host,
            port,
            seed,
            speed,
            rate,
            replay,
            faults,
            state,
            PositionMode(position_mode.replace("-", "_")),
            Flavour(book_integrity),
            is_child,
            followers,
            tracking,
        )
        return run_async(lambda: simulate(wanted))

    return run
