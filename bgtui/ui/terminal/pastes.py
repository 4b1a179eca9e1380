"""Tells pastes from keys in what a terminal sends, at once however long they are.

The toolkit's parser looks at a paste letter by letter, which takes seconds for a megabyte, and takes one
without brackets for keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

BURST = 64
"""Characters in one read that nobody has typed, nor held down a key for, unless the program stood still."""
MOST = 100_000
"""Characters of a paste that are kept: no field takes as many."""
_GOES_ON_S = 0.05
"""What follows a burst so soon belongs to it."""
_UNENDED_S = 1.0
"""A paste that goes on with nothing for so long has lost its closing bracket."""
_BEGIN, _END = "\x1b[200~", "\x1b[201~"
_CUT = re.compile(r"\x1b(\[(2(0(1)?)?)?)?$")
"""The beginning of a closing bracket at the end of a read."""


class Pastes:
    """Cuts what was read into keys and pastes.

    Without brackets a burst is a paste. What comes ahead of it in a read of its own is taken for keys: `y`
    counts only in a review, and after a calm.
    """

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._parts: list[str] | None = None
        """What a paste in brackets has brought so far; None outside of one."""
        self._size = 0
        self._held = ""
        self._is_open = False
        """Whether keys ended in what may be the beginning of a sequence."""
        self._burst_until_s = self._read_s = float("-inf")

    def feed(self, text: str, now_s: float) -> Iterator[tuple[bool, str]]:
        """Cut what was read at once; ``now_s`` is a clock of seconds.

        Yields:
            Whether it is a paste, and the text.
        """
        self._read_s = now_s
        text, self._held = self._held + text, ""
        while text:
            if self._parts is None:
                keys, mark, text = text.partition(_BEGIN)
                if keys:
                    yield self._is_burst(keys, now_s), keys
                if mark:
                    self._parts, self._size = [], 0
                continue
            inside, mark, text = text.partition(_END)
            if not mark and (cut := _CUT.search(inside)):
                inside, self._held = inside[: cut.start()], cut.group()
            self._keep(inside)
            if mark:
                yield True, self._finish()

    def tick(self, now_s: float) -> Iterator[tuple[bool, str]]:
        """End a paste whose closing bracket does not come."""
        if self._parts is not None and now_s - self._read_s > _UNENDED_S:
            self._held = ""
            yield True, self._finish()

    def _keep(self, text: str) -> None:
        if self._parts is not None and self._size < MOST:
            self._parts.append(text[: MOST - self._size])
            self._size += len(self._parts[-1])

    def _finish(self) -> str:
        parts, self._parts = self._parts or [], None
        return "".join(parts)

    def _is_burst(self, text: str, now_s: float) -> bool:
        was_open, self._is_open = self._is_open, "\x1b" in text[-3:]
        if was_open or "\x1b" in text:
            return False
        is_burst = len(text) >= BURST or now_s < self._burst_until_s
        if is_burst:
            self._burst_until_s = now_s + _GOES_ON_S
        return is_burst
