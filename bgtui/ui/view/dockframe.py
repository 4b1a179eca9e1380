"""The frame of a dock: single while it is edited, double while it can send."""

from __future__ import annotations

from collections.abc import Sequence

from bgtui.domain.value import frozen
from bgtui.ui.role import Role
from bgtui.ui.view.span import Row, Span, cells, cut, fill

_LABEL = 10
"""Cells before the value of a line with a label."""
_SINGLE = ("┌", "─", "┐", "│", "├", "┤", "└", "┘")
_DOUBLE = ("╔", "═", "╗", "║", "╟", "╢", "╚", "╝")


@frozen
class Section:
    """A rule inside a dock, with or without a title."""

    title: str = ""


Body = Row | Section


def frame(  # noqa: PLR0917 - the parts of a frame
    title: str,
    tag: str,
    body: Sequence[Body],
    keys: tuple[str, str],
    width: int,
    height: int,
    *,
    is_double: bool = False,
    tag_role: Role = Role.MUTED,
) -> list[Row]:
    """Return a dock.

    Args:
        title: At the left of the first line.
        tag: At its right: the mode, the environment.
        body: Rows and rules between them; what does not fit is cut at the end.
        keys: The last line, left and right.
        width: Cells, frame included.
        height: Most rows, frame included.
        is_double: Whether it can send.
        tag_role: What the tag means.
    """
    glyphs = _DOUBLE if is_double else _SINGLE
    role = Role.WARN if is_double else Role.ACCENT
    inner = width - 2
    lines = [_top(title, tag, width, glyphs, role, tag_role)]
    room = max(height - 4, 0)
    lines += [
        _section(item, inner, glyphs, role) if isinstance(item, Section) else _row(item, inner, glyphs, role)
        for item in body[:room]
    ]
    lines.append(_section(Section(), inner, glyphs, role))
    lines.append(_row(_keys(keys, inner - 2), inner, glyphs, role))
    lines.append((Span(glyphs[6] + glyphs[1] * inner + glyphs[7], role),))
    return lines


def _top(  # noqa: PLR0917 - the parts of a line
    title: str, tag: str, width: int, glyphs: tuple[str, ...], role: Role, tag_role: Role
) -> Row:
    title = cut(title, width - 6 - cells(tag))
    line = width - 5 - cells(title) - (cells(tag) + 1 if tag else 0)
    spans = [Span(f"{glyphs[0]} ", role), Span(title, role, bold=True)]
    spans.append(Span(" " + glyphs[1] * max(line, 0), role))
    if tag:
        spans += [
            Span(" "),
            Span(tag, tag_role, reverse=tag_role is Role.DANGER),
            Span(f" {glyphs[2]}", role),
        ]
    else:
        spans.append(Span(glyphs[1] + glyphs[2], role))
    return fill(tuple(spans), width)


def _section(section: Section, inner: int, glyphs: tuple[str, ...], role: Role) -> Row:
    line = "─"
    if not section.title:
        return (Span(glyphs[4] + line * inner + glyphs[5], role),)
    title = cut(section.title, inner - 3)
    rest = line * max(inner - cells(title) - 2, 0)
    return (Span(glyphs[4] + " ", role), Span(title, Role.MUTED), Span(f" {rest}{glyphs[5]}", role))


def _row(content: Row, inner: int, glyphs: tuple[str, ...], role: Role) -> Row:
    return (Span(glyphs[3], role), *fill(content, inner), Span(glyphs[3], role))


def _keys(keys: tuple[str, str], width: int) -> Row:
    left, right = keys
    gap = max(width - cells(left) - cells(right), 1)
    return (Span(f" {left}", Role.ACCENT), Span(" " * gap), Span(f"{right} ", Role.MUTED))


def labelled(label: str, value: str | Row, *, is_current: bool = False, role: Role = Role.PLAIN) -> Row:
    """Return one line: a label of eight cells and its value."""
    first = Span("►" if is_current else " ", Role.ACCENT, bold=True)
    content = (Span(value, role),) if isinstance(value, str) else value
    return (first, Span(f"{label:<{_LABEL - 1}}", Role.MUTED if not is_current else Role.ACCENT), *content)


def spelled(label: str, text: str, width: int, role: Role = Role.PLAIN) -> list[Row]:
    """Return a label and its value, broken into lines below one another where it is too long.

    Args:
        label: Of eight cells at most.
        text: What it stands for.
        width: Cells between the edges of the dock.
        role: What the text means.
    """
    lines = _broken(text, max(width - _LABEL, 1)) or [""]
    return [labelled(label if at == 0 else "", line, role=role) for at, line in enumerate(lines)]


def whole(text: str, width: int, *, bold: bool = False) -> list[Row]:
    """Return a line as it is, or broken where it is too long for a dock of this width: never cut."""
    room = width - 3
    lines = [text] if cells(text) <= room else _broken(text, room)
    return [(Span(f" {line}", bold=bold),) for line in lines]


def prose(text: str, width: int, role: Role = Role.PLAIN) -> list[Row]:
    """Return a text broken into lines."""
    return [(Span(f" {line}", role),) for line in _broken(text, width - 3)]


def _broken(text: str, room: int) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in text.split():
        if line and cells(line) + 1 + cells(word) > room:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [*lines, line] if line else lines
