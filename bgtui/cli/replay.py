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
    default=None,
    help="1 is real time, the default on the screens; 0, the default elsewhere, is as fast as it goes.",
)
@click.option("--tui", "on_screens", is_flag=True, help="Draw it on the screens.")
@click.option("--frames", "as_frames", is_flag=True, help="Print the hash of the frames that are drawn.")
def replay(
    file: Path, *, check: bool, as_json: bool, speed: float | None, on_screens: bool, as_frames: bool
) -> Task:
    """Play FILE, a recording, and count what became of its messages.

    Frames of channels and generations that the program does not read are counted, and break nothing. With
    --tui the screens draw it: space holds it, a period goes one frame further.
    """
    if sum((on_screens, as_frames, check or as_json)) > 1:
        raise click.UsageError("--tui, --frames and --check are three ways to play: choose one")

    def run() -> int:
        if on_screens or as_frames:
            from bgtui.cli.screening import screen

            return screen(file, speed=speed if speed is not None else 1.0, as_frames=as_frames)
        from bgtui.cli.playing import play
        from bgtui.cli.running import run_busy

        return run_busy(lambda: play(file, is_check=check, as_json=as_json, speed=speed or 0.0))

    return run
