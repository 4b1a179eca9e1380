"""The pictures of the documents: `python -m tests.support.pictures [NAME …]` takes all or the named anew."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "images"
PAGE = FOLDER / "README.md"
BGTUI = (sys.executable, "-m", "bgtui")
LATE = "timeout-before:60s,route=/api/v2/mix/order/place-order,once"
"""The fault that leaves an order in doubt."""
_HEAD = """# Pictures

Screens as the program draws them, on its own simulator, taken by `python -m tests.support.pictures` with
`bgtui picture FILE` and the options below. Each market is another one, so each picture is too.

| picture | options |
|---|---|
"""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture and what it is taken with."""

    name: str
    size: str
    keys: str
    profile: str = ""
    after: int = 6
    """Seconds of market first."""
    fault: str = ""
    """Of a simulator that stays: an earlier run was ended while this kept its order waiting."""

    @property
    def options(self) -> tuple[str, ...]:
        """Of `bgtui picture`."""
        profile = ("--profile", self.profile) if self.profile else ()
        return ("--size", self.size, "--after", str(self.after), *profile, "--keys", self.keys)


_LEG = "> > k k k k k b enter y"
"""A buy above the best ask: filled at once."""
_BUSY = f"> {_LEG} p + 1 % tab - 1 % enter y c j j j j b enter y k k k k k k k k s enter y k k"
"""A leg with its TP and SL, an order on each side."""
PICTURES = (
    Picture("trade-120", "120x40", _BUSY, after=12),
    Picture("trade-200", "200x50", _BUSY, after=12),
    Picture("ticket-80", "80x24", "> > j j j j b tab tab + 1 % tab - 0 . 5 %"),
    Picture("review-80", "80x24", "> > j j j j b enter"),
    Picture("orders-120", "120x30", f"{_BUSY} 3"),
    Picture("positions-120", "120x30", "2 u", "leader"),
    Picture("leader-80", "80x24", "4", "leader", after=10),
    Picture("followers-120", "120x30", "5", "leader"),
    Picture("copy-120", "120x30", "6 k", "follower"),
    Picture("alerts-120", "120x30", f"{_LEG} 9 n + 1 % enter u"),
    Picture("kill-80", "80x24", f"{_LEG} c j j j j j b enter y !"),
    Picture("arm-80", "80x24", "o o"),
    Picture("doubt-80", "80x24", "3 enter", after=2, fault=LATE),
)


def page() -> str:
    """Return docs/images/README.md."""
    return _HEAD + "".join(f"| `{each.name}.svg` | {_told(each)} |\n" for each in PICTURES)


def _told(picture: Picture) -> str:
    *options, keys = picture.options
    told = f'`{" ".join(options)} "{keys}"`'
    if not picture.fault:
        return told
    return f"{told}, after a run that ended while `bgtui sim --fault {picture.fault}` kept its order waiting"


def take(picture: Picture, folder: Path) -> None:
    """Take one picture, in a home of its own."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("BGTUI_", "XDG_"))}
    environ |= {"HOME": str(folder), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    if picture.fault:
        _take_after(picture, environ)
    else:
        _draw(picture.name, picture.options, environ)


def _draw(name: str, options: Sequence[str], environ: Mapping[str, str]) -> None:
    file = str(FOLDER / f"{name}.svg")
    subprocess.run([*BGTUI, "picture", file, *options], env=dict(environ), check=True, timeout=120)


def _take_after(picture: Picture, environ: Mapping[str, str]) -> None:
    """Send an order that is not answered, end that run, and draw the next one."""
    command = [*BGTUI, "sim", "--fault", picture.fault]
    with subprocess.Popen(command, env=dict(environ), stdout=subprocess.PIPE) as simulator:
        assert simulator.stdout is not None
        try:
            ready = json.loads(simulator.stdout.readline())
            urls = {f"BGTUI_{name.upper()}_URL": ready[name] for name in ("rest", "ws_public", "ws_private")}
            key = {f"BGTUI_{name.upper()}": ready[name] for name in ready if name.startswith("api_")}
            there = {**environ, **urls, **key}
            _draw(picture.name, ("--size", picture.size, "--after", "4", "--keys", "j j b enter y"), there)
            _draw(picture.name, picture.options, there)
        finally:
            simulator.kill()


def main(names: Sequence[str]) -> None:
    """Take the named pictures, or all, and write the page."""
    for picture in PICTURES:
        if not names or picture.name in names:
            with tempfile.TemporaryDirectory() as folder:
                take(picture, Path(folder))
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
