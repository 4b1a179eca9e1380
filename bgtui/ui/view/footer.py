"""The footer: which keys it names, and how they fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from bgtui.ui.keys import Context, Key, KeyTable
from bgtui.ui.role import Role
from bgtui.ui.view.span import Row, Span, crop, spread, width_of


class Item(NamedTuple):
    """One entry: ``n/m join``."""

    chords: str
    label: str


Wanted = str | tuple[str, ...]
"""An action id, or several that share one entry and the label of the first."""

_SHOWN = {
    "up": "↑", "down": "↓", "left": "←", "right": "→", "space": "space", "enter": "enter", "esc": "esc",
    "shift+tab": "shift+tab", "pgup": "pgup", "pgdn": "pgdn",
}  # fmt: skip


_ARROWS = frozenset({"up", "down", "left", "right"})


def chord_text(chord: str) -> str:
    """Return how a chord is printed."""
    return _SHOWN.get(chord, chord)


def items(
    table: KeyTable, contexts: Sequence[Context], wanted: Sequence[Wanted], *, can_trade: bool
) -> list[Item]:
    """Return the entries whose keys can act here, in the order wanted."""
    made: list[Item] = []
    for entry in wanted:
        actions = (entry,) if isinstance(entry, str) else entry
        keys = [key for action in actions if (key := table.of(action, contexts)) is not None]
        usable = [key for key in keys if can_trade or key.needs.value == "nothing"]
        if usable:
            joint = (
                "" if all(len(key.chords[0]) == 1 for key in usable) and usable[0].chords[0] in "<>" else "/"
            )
            chords = joint.join(chord_text(chord) for key in usable for chord in _named(key))
            label = usable[0].label or usable[0].help
            if usable[0].action == FIND and Context.LIST in contexts:
                label = "filter"
            made.append(Item(chords, label))
    return made


def _named(key: Key) -> Sequence[str]:
    """Return the chords that stand for a key: the first, or all of its arrows."""
    return key.chords if _ARROWS.issuperset(key.chords) else key.chords[:1]


def of_dock(table: KeyTable, contexts: Sequence[Context], is_of_use: Callable[[str], bool]) -> list[Wanted]:
    """Return what a dock's last line names: its keys that have a word, those of one word together."""
    found: dict[str, list[str]] = {}
    for key in table.alive(contexts):
        if key.label and is_of_use(key.action):
            found.setdefault(key.label, []).append(key.action)
    return [tuple(actions) for actions in found.values()]


FIND = "app.find"
REPLAY: tuple[Wanted, ...] = ("replay.pause", "replay.step", ("replay.slower", "replay.faster"))
"""First of all while a recording plays; nowhere else are these alive."""


def with_screens(entries: Sequence[Item], table: KeyTable) -> list[Item]:
    """Return the entries with that of the screens after the one that finds, where their keys are a row."""
    chords = [key.chords[0] for key in table.alive((Context.ANY,)) if key.action.startswith("screen.")]
    wanted = [str(number) for number in range(1, len(chords) + 1)]
    find = table.of(FIND, (Context.ANY,))
    made = []
    for entry in entries:
        made.append(entry)
        if find is not None and entry.chords == chord_text(find.chords[0]) and chords == wanted:
            made.append(Item(f"{chords[0]}-{chords[-1]}", "screens"))
    return made


HELP = "app.help"
KILL = "kill.open"


def line(entries: Sequence[Item], width: int) -> Row:
    """Return the last line: entries from the left, help at the right edge; what does not fit is left out."""
    ends = [entry for entry in entries if entry.label == "help"]
    end = tuple(span for entry in ends for span in _spans(entry))
    room = width - 1 - width_of(end)
    shown: list[Span] = [Span(" ")]
    used = 1
    for entry in entries:
        if entry.label == "help":
            continue
        spans = _spans(entry)
        gap = 2 if used > 1 else 0
        size = width_of(spans) + gap
        if used + size > room:
            break
        shown += [Span(" " * gap), *spans] if gap else list(spans)
        used += size
    return crop(spread(tuple(shown), end, width), width)


def _spans(entry: Item) -> Row:
    return (Span(entry.chords, Role.ACCENT), Span(f" {entry.label}"))
