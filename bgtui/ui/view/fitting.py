"""What a line shows where there is too little room for all of it: whole parts, never a piece of a figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bgtui.ui.view.span import Row, crop, width_of


class Part(NamedTuple):
    """Spans that are shown together or not at all: a word and its figure."""

    spans: Row
    rank: int = 0
    """The part of the highest rank is left out first; those of rank 0 always stay."""


def whole(parts: Sequence[Part], width: int) -> Row:
    """Return the parts in their order, without the least important ones where they do not fit."""
    ranks = sorted({part.rank for part in parts}, reverse=True)
    return widest(
        (
            tuple([span for part in parts if part.rank <= rank for span in part.spans if span.text])
            for rank in ranks
        ),
        width,
    )


def widest(lines: Iterable[Row], width: int) -> Row:
    """Return the first line that fits, blanks at its end apart; the last one is cut, where none does."""
    line: Row = ()
    for line in lines:  # a later one is made only where it is needed
        if width_of(line) <= width:
            return line
        if not line[-1].text.endswith(" "):
            continue
        trimmed = (*line[:-1], line[-1]._replace(text=line[-1].text.rstrip()))
        if width_of(trimmed) <= width:
            return trimmed
    return crop(line, width)
