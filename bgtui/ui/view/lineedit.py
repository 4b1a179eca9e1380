"""One line of text with a caret: what keys and pastes make of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bgtui.domain.text import clean_line
from bgtui.ui.role import Role
from bgtui.ui.view.span import Row, Span

MAX_LENGTH = 60


@dataclass(frozen=True, slots=True)
class LineEdit:
    """A text and where the caret stands in it."""

    text: str = ""
    caret: int = 0

    @staticmethod
    def of(text: str) -> LineEdit:
        """Return a line with the caret at its end."""
        return LineEdit(text, len(text))

    def insert(self, text: str) -> LineEdit:
        """Return the line with more typed or pasted: line ends and controls dropped, never too long."""
        room = MAX_LENGTH - len(self.text)
        added = "".join(char for char in clean_line(text, MAX_LENGTH) if char.isprintable())[: max(room, 0)]
        return LineEdit(self.text[: self.caret] + added + self.text[self.caret :], self.caret + len(added))

    def press(self, chord: str) -> LineEdit | None:
        """Return the line after an editing key; None for a key that edits nothing."""
        text, caret = self.text, self.caret
        match chord:
            case "backspace":
                return LineEdit(text[: max(caret - 1, 0)] + text[caret:], max(caret - 1, 0))
            case "delete":
                return replace(self, text=text[:caret] + text[caret + 1 :])
            case "left":
                return replace(self, caret=max(caret - 1, 0))
            case "right":
                return replace(self, caret=min(caret + 1, len(text)))
            case "home":
                return replace(self, caret=0)
            case "end":
                return replace(self, caret=len(text))
            case _:
                return None

    def rows(self, *, is_focused: bool, role: Role = Role.PLAIN) -> Row:
        """Return the text; with the focus, the cell under the caret is reversed."""
        if not is_focused:
            return (Span(self.text, role),)
        under = self.text[self.caret : self.caret + 1] or " "
        return (
            Span(self.text[: self.caret], role),
            Span(under, role, reverse=True),
            Span(self.text[self.caret + 1 :], role),
        )
