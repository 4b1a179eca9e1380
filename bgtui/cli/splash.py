"""The first frame: drawn before the screens are loaded, so that something stands there at once."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_TAKE = "\x1b[?1049h\x1b[?25l\x1b[2J"
_GIVE_BACK = "\x1b[?25h\x1b[?1049l"


class Splash:
    """A frame that says *connecting*, until the screens take over."""

    def __init__(self) -> None:
        """Nothing is drawn yet."""
        self._is_shown = False

    def show(self) -> None:
        """Take the terminal's other screen and write the frame."""
        _, rows = shutil.get_terminal_size()
        self._write(f"{_TAKE}\x1b[1;1H..\x1b[{max(rows - 1, 1)};2Hconnecting")
        self._is_shown = True

    def hand_over(self) -> None:
        """Take note that the screens draw now, and will give the terminal back."""
        self._is_shown = False

    def give_back(self) -> None:
        """Give the terminal back, unless the screens have it."""
        if self._is_shown:
            self._is_shown = False
            self._write(_GIVE_BACK)

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


@contextmanager
def splash() -> Iterator[Splash]:
    """Show the first frame; whatever ends the block before the screens take over gives the terminal back."""
    shown = Splash()
    shown.show()
    try:
        yield shown
    finally:
        shown.give_back()
