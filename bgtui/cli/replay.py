"""`bgtui replay`: play a recording through decoder and store, and say what the checks found."""

from __future__ import annotations

from pathlib import Path

import click

from bgtui.cli.options import Figure, Task


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Exit 9 when a book failed a check or a frame could not be read.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--speed",
    type=Figure(min=0, max=1_000_000),
    default=0.0,
    help="1 is real time; 0, the default, is as fast as it goes.",
)
def replay(file: Path, *, check: bool, as_json: bool, speed: float) -> Task:
    """Play FILE, a recording of `bgtui record`, and count what became of its messages.

    Frames of channels and generations that the program does not read are counted, and break nothing.
    """

    def run() -> int:
        from bgtui.cli.playing import play
        from bgtui.cli.running import run_busy

        return run_busy(lambda: play(file, is_check=check, as_json=as_json, speed=speed))

    return run
