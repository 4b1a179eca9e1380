"""The dock that ends something between this account and another person: who it is has to be typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bgtui.domain.question import Question
from bgtui.store import topic
from bgtui.store.topic import Topic
from bgtui.ui.modals.line import TypedDock
from bgtui.ui.role import Role
from bgtui.ui.view.dockframe import Body, Section, frame, prose
from bgtui.ui.view.span import Row, Span
from bgtui.ui.workspace import Workspace


class PersonDock(TypedDock[bool]):
    """Answers True once the word matches and `enter` was pressed; the person is looked up at every draw.

    Somebody who has gone meanwhile leaves nothing to do: the dock says so and takes no word any more.
    """

    def __init__(  # noqa: PLR0917 - the parts of a question
        self,
        workspace: Workspace,
        title: str,
        verb: str,
        lines: Callable[[], Sequence[Body | str]],
        asked: tuple[str, str],
        gone: Callable[[], str],
        watched: Question[Any],
    ) -> None:
        """Ask for a word.

        Args:
            workspace: What is shown beside it.
            title: Of the dock.
            verb: What `enter` does.
            lines: Who it is and what follows, as it stands now; texts are broken into lines.
            asked: The prompt, and what has to be typed.
            gone: Why there is nothing to do any more; empty while there is.
            watched: Whose answer tells that they have gone.
        """
        super().__init__(workspace)
        self._title = title
        self._verb = verb
        self._lines = lines
        self._prompt, self._word = asked
        self._gone = gone
        self._watched = watched

    def topics(self) -> Iterable[Topic]:
        """Draw when somebody comes or goes."""
        return (topic.answer(self._watched),)

    @property
    def matches(self) -> bool:
        """Tell whether `enter` would act."""
        return not self._gone() and self.line.text == self._word

    def content(self, width: int, height: int) -> Sequence[Row]:
        """Return the dock."""
        body: list[Body] = []
        for line in self._lines():
            body += prose(line, width - 2) if isinstance(line, str) else [line]
        body.append(Section())
        if reason := self._gone():
            body += prose(reason, width - 2, Role.WARN)
            return frame(self._title, "", body, ("", "esc leave"), width, height)
        body += prose(self._prompt, width - 2)
        body.append((Span(" > ", Role.ACCENT), *self.line.rows(is_focused=True)))
        keys = (f"enter {self._verb}" if self.matches else "", "esc leave")
        return frame(self._title, "", body, keys, width, height, is_double=self.matches)

    def do_word_accept(self) -> None:
        """Answer when the word matches; with nothing left to do, leave."""
        if self.matches:
            self.close(True)  # noqa: FBT003 - the answer itself
        elif self._gone():
            self.close()
