"""The dock for what cannot be undone: the word shown has to be typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bgtui.ui.modals.line import TypedDock
from bgtui.ui.role import Role
from bgtui.ui.view.dockframe import Body, Section, frame, prose
from bgtui.ui.view.span import Row, Span
from bgtui.ui.workspace import Workspace


class WordDock(TypedDock[str]):
    """Answers with the word once it matches and `enter` was pressed."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        title: str,
        lines: Sequence[str],
        word: str,
        verb: str,
        obstacle: Callable[[], str] = str,
    ) -> None:
        """Ask for a word.

        Args:
            workspace: What is shown beside it.
            title: Of the dock.
            lines: What it is about, and what follows from it.
            word: What has to be typed.
            verb: What `enter` does then.
            obstacle: Why it would be refused as things stand now; empty while nothing is in its way.
        """
        super().__init__(workspace)
        self._title = title
        self._lines = lines
        self._word = word
        self._verb = verb
        self._obstacle = obstacle

    @property
    def matches(self) -> bool:
        """Tell whether `enter` would act."""
        return not self._obstacle() and self.line.text == self._word

    def content(self, width: int, height: int) -> Sequence[Row]:
        """Return the dock."""
        body: list[Body] = []
        for line in self._lines:
            body += prose(line, width - 2) if line else [Section()]
        matches, reason = self.matches, self._obstacle()
        if reason:
            body += [Section(), *prose(reason, width - 2, Role.WARN)]
        body += [Section(), (Span(" type the word: "), Span(self._word, Role.WARN, bold=True))]
        body.append((Span(" > ", Role.ACCENT), *self.line.rows(is_focused=True)))
        keys = (f"enter {self._verb}" if matches else "", "esc leave")
        return frame(self._title, "", body, keys, width, height, is_double=matches)

    def do_word_accept(self) -> None:
        """Answer, when the word matches and nothing is in its way."""
        if self.matches:
            self.close(self._word)
        elif reason := self._obstacle():
            self.workspace.say(reason, Role.WARN)
