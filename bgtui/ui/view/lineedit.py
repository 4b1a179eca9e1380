"""One line of text with a caret: what keys and pastes make of it."""

from __future__ import annotations

from bgtui.domain.text import clean_line
from bgtui.domain.value import frozen
from bgtui.ui.role import Role
from bgtui.ui.view.number import ungrouped
from bgtui.ui.view.span import Row, Span

MAX_LENGTH = 60


@frozen
class LineEdit:
    """A text and where the caret stands in it."""

    text: str = ""
    caret: int = 0
    is_offered: bool = False
    """Put there by the program, or just come to: what is typed replaces it, an editing key takes it up."""

    @staticmethod
    def of(text: str) -> LineEdit:
        """Return a line that is offered, the caret at its end."""
        return LineEdit(text, len(text), is_offered=bool(text))

    def insert(self, text: str) -> LineEdit:
        """Return the line with more typed or pasted: line ends and controls dropped, never too long."""
        before, after = ("", "") if self.is_offered else (self.text[: self.caret], self.text[self.caret :])
        room = MAX_LENGTH - len(before) - len(after)
        added = "".join(char for char in clean_line(text, MAX_LENGTH) if char.isprintable())[: max(room, 0)]
        return LineEdit(before + added + after, len(before) + len(added)) if added else self

    def press(self, chord: str) -> LineEdit | None:
        """Return the line after an editing key; None for a key that edits nothing.

        An offered number loses its commas: edited, they would stand in the wrong places.
        """
        text, caret = self.text, self.caret
        if self.is_offered and (bare := ungrouped(text)) != text:
            text, caret = bare, len(bare)
        match chord:
            case "left":
                return LineEdit(text, max(caret - 1, 0))
            case "right":
                return LineEdit(text, min(caret + 1, len(text)))
            case "home" | "ctrl+a":
                return LineEdit(text, 0)
            case "end" | "ctrl+e":
                return LineEdit(text, len(text))
            case _:
                return _shortened(text, caret, chord)

    def rows(self, *, is_focused: bool, role: Role = Role.PLAIN) -> Row:
        """Return the text; with the focus, the cell under the caret or all that is offered is reversed."""
        if not is_focused:
            return (Span(self.text, role),)
        if self.is_offered:
            return (Span(self.text, role, reverse=True), Span(" "))
        under = self.text[self.caret : self.caret + 1] or " "
        return (
            Span(self.text[: self.caret], role),
            Span(under, role, reverse=True),
            Span(self.text[self.caret + 1 :], role),
        )


def _shortened(text: str, caret: int, chord: str) -> LineEdit | None:
    """Return the text without what an editing key takes away; None for a key that takes nothing away."""
    before, after = text[:caret], text[caret:]
    match chord:
        case "backspace":
            before = before[:-1]
        case "delete":
            after = after[1:]
        case "ctrl+u":
            before = ""
        case "ctrl+k":
            after = ""
        case "ctrl+w":  # the last word and the spaces behind it
            before = before[: before.rstrip().rfind(" ") + 1]
        case _:
            return None
    return LineEdit(before + after, len(before))
