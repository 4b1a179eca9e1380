"""Text from outside: the wrapper it travels in and the functions that make it safe to show.

A terminal obeys the bytes it is given, so a nickname or an error message is data only after one of these
functions has looked at it. Identifiers (symbols, coins, ids) are checked once by `is_identifier` when they
are decoded and are plain ``str`` from then on.
"""

from __future__ import annotations

import json
import unicodedata
from typing import NoReturn

from bgtui.domain.value import frozen

ELLIPSIS = "…"
MAX_IDENTIFIER = 40
"""Terminal cells; the longest id the exchange sends is far below."""

_ZERO_WIDTH_JOINER = "\u200d"
_VARIATION_SELECTOR = "\ufe0f"
_MAX_MARKS = 2
"""Combining marks kept after one base character: enough for real scripts, too few to flood a row."""


@frozen
class Untrusted:
    """A string that came from outside and has not been cleaned.

    It is no ``str`` and refuses ``str()`` and formatting, so that it cannot slip into a message by habit.
    """

    raw: str
    """The text as it came; for `clean_cell`, `clean_line`, `escape_json` and nothing else."""

    def __repr__(self) -> str:
        """Show the text escaped to plain ASCII."""
        return f"Untrusted({self.raw!a})"

    def __str__(self) -> NoReturn:
        """Refuse: call a cleaning function instead."""
        raise TypeError("untrusted text: clean it with clean_cell or clean_line first")

    def __format__(self, spec: str) -> NoReturn:
        """Refuse: call a cleaning function instead."""
        raise TypeError("untrusted text: clean it with clean_cell or clean_line first")

    def __bool__(self) -> bool:
        """Tell whether there is any text."""
        return bool(self.raw)


def is_identifier(text: str) -> bool:
    """Tell whether a symbol, coin or id is safe as plain text.

    Printable (which leaves out controls, bidi marks, zero-width characters and blanks), nothing that combines
    or only looks like another letter (full-width forms), at most 40 cells. Letters of any script pass: Bitget
    lists coins with Chinese names.
    """
    if not 0 < len(text) <= MAX_IDENTIFIER or not text.isprintable() or " " in text:
        return False
    return text.isascii() or (
        unicodedata.is_normalized("NFKC", text)
        and all(unicodedata.category(char)[0] != "M" for char in text)
        and cell_width(text) <= MAX_IDENTIFIER
    )


def clean_cell(text: Untrusted | str, width: int) -> str:
    """Return the text safe for one table cell, at most ``width`` cells wide, cut with an ellipsis."""
    return _cut(_sanitize(text), width)


def clean_line(text: Untrusted | str, width: int = 500) -> str:
    """Return the text safe for one line of prose, log or message: a cell with runs of blanks folded."""
    return _cut(" ".join(_sanitize(text).split()), width)


def escape_json(text: Untrusted | str) -> str:
    """Return the text as a quoted JSON string in plain ASCII, nothing lost: for machine-readable output."""
    raw = text.raw if isinstance(text, Untrusted) else text
    return json.dumps(raw, ensure_ascii=True).replace("\x7f", "\\u007f")


def cell_width(text: str) -> int:
    """Return how many terminal cells a cleaned text takes."""
    return sum(_char_width(char) for char in text)


def _sanitize(text: Untrusted | str) -> str:
    raw = text.raw if isinstance(text, Untrusted) else text
    kept: list[str] = []
    marks = 0
    # 4 kB is more than any line shows; a longer text must not cost more than that to look at.
    for char in raw[:4096]:
        category = unicodedata.category(char)
        if category in ("Mn", "Me") or char == _VARIATION_SELECTOR:
            marks += 1
            if marks <= _MAX_MARKS and kept and kept[-1] != " ":
                kept.append(char)
            continue
        marks = 0
        if category[0] == "Z" or char in "\t\r\n\v\f":
            kept.append(" ")
        elif category[0] != "C" or (char == _ZERO_WIDTH_JOINER and kept and _joins(kept[-1])):
            kept.append(char)
        # The rest of category C is dropped: controls, escapes, bidi, zero-width, surrogates, private use.
    while kept and kept[-1] == _ZERO_WIDTH_JOINER:
        kept.pop()
    return "".join(kept)


def _joins(char: str) -> bool:
    """Tell whether an emoji may go on after this character."""
    return unicodedata.category(char) in ("So", "Sk", "Mn")


def _char_width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def _cut(text: str, width: int) -> str:
    if width <= 0:
        return ""
    total = 0
    fits = 0
    for index, char in enumerate(text):
        size = _char_width(char)
        if total + size > width:
            return text[:fits].rstrip(_ZERO_WIDTH_JOINER) + ELLIPSIS
        total += size
        if total <= width - 1:
            fits = index + 1
    return text
