"""Rows of text with a meaning for every piece; a theme turns meanings into colors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from bgtui.domain.text import ELLIPSIS, cell_width
from bgtui.ui.role import Role


class Span(NamedTuple):
    """A piece of one row: cleaned text and what it means."""

    text: str
    role: Role = Role.PLAIN
    bold: bool = False
    reverse: bool = False


Row = tuple[Span, ...]
"""One line of a pane, left to right; what is missing on the right is blank."""

EMPTY: Row = ()


def row(*spans: Span | str) -> Row:
    """Return a row; a plain string is a span of the plain role."""
    return tuple(Span(span) if isinstance(span, str) else span for span in spans if span)


def width_of(line: Iterable[Span]) -> int:
    """Return how many cells a row takes."""
    total = 0
    for span in line:
        text = span[0]
        total += len(text) if text.isascii() else cells(text)
    return total


@lru_cache(4096)
def is_narrow(text: str) -> bool:
    """Tell whether every letter surely takes one cell, and none is a control."""
    return _NARROW.fullmatch(text) is not None


def cells(text: str) -> int:
    """Return how many cells a text takes."""
    return len(text) if text.isascii() or is_narrow(text) else cell_width(text)


_NARROW = re.compile(r"[\x20-\x7e│─├┤┬┴┼║═█▌▐░▄▀▲▼►◄●○≈≥≤–·×→←↑↓…]*")
"""Text of our own glyphs: one cell each, known without looking every one of them up."""


def left(text: str, width: int) -> str:
    """Return the text at the left of so many cells, cut with an ellipsis where it is too long."""
    missing = width - cells(text)
    return text + " " * missing if missing >= 0 else cut(text, width)


def right(text: str, width: int) -> str:
    """Return the text at the right of so many cells; figures that do not fit become ``####``."""
    missing = width - cells(text)
    return " " * missing + text if missing >= 0 else "#" * width


def cut(text: str, width: int) -> str:
    """Return at most so many cells of a text, the last an ellipsis where something is missing.

    A figure is never cut in its middle, where a smaller one could be read: it goes as a whole.
    """
    if cells(text) <= width:
        return text
    if width <= 0:
        return ""
    kept, total = [], 0
    for char in text:
        size = cells(char)
        if total + size > width - 1:
            break
        kept.append(char)
        total += size
    shown = _without_half_figure(text, "".join(kept))
    return shown + ELLIPSIS + " " * (width - 1 - cells(shown))


_WORD = re.compile(r"\S*")
_FIGURE = re.compile(r"[^\w\s]*\d[\d,.:/–-]*([×h]\d[\d,.]*)?[a-zA-Z%]{0,3}[^\w\s]*")
"""A number with its sign, its unit and the stops around it; longer letters make it a name."""
_ID_DIGITS, _LONGEST_FIGURE = 15, 40
"""From so many digits without comma or point on it is an id; ids and longer words are cut as names are."""


def _without_half_figure(text: str, shown: str) -> str:
    """Return the beginning that is shown without the figure that would end before its last digit."""
    start = len(shown) - len(shown.rsplit(" ", maxsplit=1)[-1])
    found = _WORD.match(text, start)
    word = found.group() if found is not None else ""
    is_halved = any(char.isalnum() or char == "%" for char in word[len(shown) - start :])
    is_name = len(word) > _LONGEST_FIGURE or (word.isdecimal() and len(word) >= _ID_DIGITS)
    if len(shown) == start or not is_halved or is_name:
        return shown
    return shown[:start] if _FIGURE.fullmatch(word) else shown


def crop(line: Row, width: int) -> Row:
    """Return the row cut at so many cells."""
    kept: list[Span] = []
    room = width
    for span in line:
        size = cells(span.text)
        if size > room:
            if room:
                kept.append(span._replace(text=cut(span.text, room)))
            return tuple(kept)
        kept.append(span)
        room -= size
    return tuple(kept)


def fill(line: Row, width: int) -> Row:
    """Return the row exactly so many cells wide: cut, or with blanks at its end."""
    missing = width - width_of(line)
    if missing > 0:
        return (*line, Span(" " * missing))
    return line if missing == 0 else crop(line, width)


@lru_cache(512)
def blank(width: int, role: Role = Role.PLAIN) -> Span:
    """Return so many blanks, always the same object."""
    return Span(" " * width, role)


def exactly(spans: list[Span], width: int) -> Row:
    """Return the row exactly so many cells wide, of spans whose every letter takes one cell."""
    missing = width - sum([len(span[0]) for span in spans])
    if missing < 0:
        return crop(tuple(spans), width)
    if missing:
        spans.append(blank(missing))
    return tuple(spans)


def spread(start: Row, end: Row, width: int) -> Row:
    """Return one row with its parts at both edges; the left one gives way where there is too little room."""
    room = width - width_of(end)
    return (*fill(start, room), *end) if room > 0 else crop(end, width)


def rule(title: Row, width: int, line: str = "─") -> Row:
    """Return a horizontal line that carries a title: ``─ TITLE ────``."""
    used = width_of(title)
    if used == 0:
        return (Span(line * width, Role.MUTED),)
    rest = max(width - used - 3, 0)
    return crop((Span(f"{line} ", Role.MUTED), *title, Span(" " + line * rest, Role.MUTED)), width)


def restyle(line: Row, role: Role) -> Row:
    """Return the row in one role: what is stale is stale as a whole."""
    return tuple(Span(span.text, role) for span in line)
