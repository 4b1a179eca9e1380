"""Help: the keys that are alive in one place, with a person's own chords, from the one table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bgtui.ui.keys import Context, Key, KeyTable, Needs
from bgtui.ui.role import Role
from bgtui.ui.view import footer
from bgtui.ui.view.glyph import CURSOR
from bgtui.ui.view.palette import TIERS
from bgtui.ui.view.span import EMPTY, Row, Span, cells, crop, fill, left, rule

LEGEND = "● live  ○ on its way  ? unknown  E elsewhere  2× two  SL TP TR plans  : stale"
_CHORDS = 10


class Line(NamedTuple):
    """One line of help: a heading, a key, or a tier."""

    text: str
    chords: str = ""
    key: Key | None = None


def lines(table: KeyTable, contexts: Sequence[Context], query: str, *, can_trade: bool) -> list[Line]:
    """Return the keys of these contexts under their headings; a read-only run has none that send."""
    wanted = query.strip().lower()
    made: list[Line] = []
    for context in contexts:
        keys = [
            key
            for key in table.alive((context,))
            if (can_trade or key.needs is Needs.NOTHING) and wanted in f"{key.help} {key.action}".lower()
        ]
        if keys:
            made.append(Line("EVERYWHERE" if context is Context.ANY else context.value.upper()))
            made += _of_keys(keys)
    if not wanted:
        made.append(Line("TIERS"))
        made += [Line(word, str(tier)) for tier, word in TIERS.items() if tier]
    return made


def _of_keys(keys: Sequence[Key]) -> list[Line]:
    """Return one line a key; the eight screens share one."""
    screens = [key for key in keys if key.action.startswith("screen.")]
    made = []
    for key in keys:
        if key in screens and len(screens) > 2:
            if key is screens[0]:
                chords = f"{screens[0].chords[0]} … {screens[-1].chords[0]}"
                made.append(Line("screens", chords, key))
            continue
        made.append(Line(key.help, " ".join(footer.chord_text(chord) for chord in key.chords), key))
    return made


def columns_of(count: int, width: int, height: int) -> int:
    """Return into how many columns so many lines are broken."""
    return 1 if width < 78 else max(min(-(-count // max(height, 1)), width // 39), 2)


def pages(found: Sequence[Line], width: int, height: int) -> int:
    """Return how many pages the lines take."""
    per_page = max(columns_of(len(found), width, height) * max(height, 1), 1)
    return max(-(-len(found) // per_page), 1)


def help_rows(  # noqa: PLR0917 - what one page is made of
    place: str, found: Sequence[Line], query: str, at: int, width: int, height: int
) -> list[Row]:
    """Return the whole help: a title, the keys in columns, the legend and its own keys.

    Args:
        place: Where the person is.
        found: The lines.
        query: What was typed to search.
        at: The chosen line.
        width: Cells.
        height: Rows.
    """
    room = max(height - 3, 1)
    count = columns_of(len(found), width, room)
    total = pages(found, width, room)
    page = min(at // (count * room), total - 1)
    first = page * count * room
    title = (Span(f"HELP  {place}", Role.ACCENT, bold=True), *((Span(f"  /{query}"),) if query else ()))
    rows = [_titled(title, f"{page + 1} of {total}", width)]
    size = width // count
    for y in range(room):
        spans: list[Span] = []
        for x in range(count):
            number = first + x * room + y
            cell = _cell(found[number], size, is_chosen=number == at) if number < len(found) else EMPTY
            spans += fill(cell, size)
        rows.append(tuple(spans))
    rows.append(crop((Span(f" {LEGEND}", Role.MUTED),), width))
    rows.append(
        crop((Span(" type to search", Role.MUTED), Span("  ↑ ↓ move  enter try it  esc close")), width)
    )
    return rows


def _titled(title: Row, tail: str, width: int) -> Row:
    end = (Span(f" {tail}", Role.MUTED),)
    return (*fill(rule(title, width - cells(tail) - 1), width - cells(tail) - 1), *end)


def _cell(line: Line, width: int, *, is_chosen: bool) -> Row:
    if line.key is None and not line.chords:
        return (Span(f" {line.text}", Role.ACCENT, bold=True),)
    mark = Span(CURSOR if is_chosen else " ", Role.ACCENT, bold=True)
    tier = str(line.key.tier) if line.key is not None and line.key.tier else " "
    text = left(line.text, max(width - _CHORDS - 4, 1))
    return (mark, Span(left(line.chords, _CHORDS), Role.ACCENT), Span(text), Span(f" {tier} ", Role.MUTED))
