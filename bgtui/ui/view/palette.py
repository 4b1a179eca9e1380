"""The palette: every action with its key, its tier and its id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from bgtui.ui.keys import Context, Key, KeyTable, Needs
from bgtui.ui.role import Role
from bgtui.ui.view import footer
from bgtui.ui.view.dockframe import Body, Section, frame, labelled, prose, spelled
from bgtui.ui.view.glyph import CURSOR
from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.view.span import Row, Span, cells, left

TIERS = {
    0: "looks, sends nothing",
    1: "acts at once",
    2: "reviewed, then y sends",
    3: "a dock counts it, then y",
    4: "type the word shown",
}
_DOCKS = frozenset({
    Context.DOCK, Context.ALERT, Context.REVIEW, Context.CANCEL, Context.WORD, Context.DETAIL, Context.PICKER,
    Context.PALETTE, Context.HELP, Context.QUIT,
})  # fmt: skip


class Entry(NamedTuple):
    """One action that can be run here, or is named with the place where it can."""

    key: Key
    is_alive: bool
    can_act: bool


def entries(
    table: KeyTable,
    alive: Sequence[Context],
    query: str,
    *,
    can_trade: bool,
    score: Callable[[str, str], float],
) -> list[Entry]:
    """Return the actions that match, those that can be run here first, then best first."""
    found: list[tuple[tuple[bool, float, int], Entry]] = []
    seen: set[str] = set()
    keys = [*table.alive(alive), *(key for key in table.keys if key.context not in _DOCKS)]
    for place, key in enumerate(keys):
        is_alive = key.context in alive
        if key.action in seen:
            continue
        seen.add(key.action)
        points = max(score(query, key.help), score(query, key.action)) if query else 1.0
        if points > 0:
            entry = Entry(key, is_alive, can_trade or key.needs is Needs.NOTHING)
            found.append(((not is_alive, -points, place), entry))
    return [entry for _, entry in sorted(found, key=lambda item: item[0])]


def palette_rows(shown: Sequence[Entry], edit: LineEdit, at: int, width: int, height: int) -> list[Row]:
    """Return the dock: the prompt, the actions around the chosen one, and what that one does."""
    chosen = shown[at] if 0 <= at < len(shown) else None
    detail = _detail(chosen, width)
    room = max(height - 6 - len(detail), 1)
    first = min(max(at - room + 1, 0), max(len(shown) - room, 0))
    count = "1 action" if len(shown) == 1 else f"{len(shown)} actions"
    body: list[Body] = [(Span("> "), *edit.rows(is_focused=True)), Section(count)]
    for place, entry in enumerate(shown[first : first + room], first):
        body.append(_line(entry, width - 2, is_chosen=place == at))
    if not shown:
        body += prose("No action is called that. backspace widens.", width - 2, Role.MUTED)
    body += detail
    return frame("PALETTE", "", body, ("enter run", "esc back"), width, height)


def _line(entry: Entry, width: int, *, is_chosen: bool) -> Row:
    mark = Span(CURSOR if is_chosen else " ", Role.ACCENT, bold=is_chosen)
    chord = footer.chord_text(entry.key.chords[0])
    role = Role.PLAIN if entry.is_alive and entry.can_act else Role.MUTED
    room = width - cells(chord) - 3
    return (mark, Span(left(entry.key.help, room), role), Span(f" {chord} ", Role.ACCENT))


def _detail(chosen: Entry | None, width: int) -> list[Body]:
    if chosen is None:
        return []
    key = chosen.key
    rows: list[Body] = [Section(), *prose(_sentence(chosen), width - 2)]
    rows.append(labelled("id", key.action))
    rows += spelled("tier", f"{key.tier} {TIERS[key.tier]}", width - 2)
    return rows


def _sentence(chosen: Entry) -> str:
    if not chosen.can_act:
        return "Sends orders: this run is read-only."
    if not chosen.is_alive:
        return f"Works in {chosen.key.context.value} only: go there first."
    text = chosen.key.help
    return f"{text[0].upper()}{text[1:]}."
