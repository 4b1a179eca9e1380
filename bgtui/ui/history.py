"""Where the person has been: screens and instruments, back and forth."""

from __future__ import annotations

from typing import NamedTuple

from bgtui.domain.instrument import InstrumentId

MAX_VIEWS = 100


class View(NamedTuple):
    """One place: a screen, and what Trade showed then."""

    screen: str
    instrument: InstrumentId | None


class History:
    """A line of views and a place in it; going somewhere new forgets what was ahead."""

    def __init__(self) -> None:
        """Begin nowhere."""
        self._views: list[View] = []
        self._at = -1
        self._last: View | None = None

    @property
    def current(self) -> View | None:
        """Where the person is."""
        return self._views[self._at] if self._views else None

    def visit(self, view: View) -> None:
        """Take note of a new place; a view that only learned its instrument stays the same one."""
        current = self.current
        if view == current:
            return
        if current is not None and current.instrument is None and current.screen == view.screen:
            self._views[self._at] = view
            return
        self._last = current
        del self._views[self._at + 1 :]
        self._views.append(view)
        del self._views[:-MAX_VIEWS]
        self._at = len(self._views) - 1

    def move(self, steps: int) -> View | None:
        """Go back or forth; None where there is nothing."""
        at = self._at + steps
        if not 0 <= at < len(self._views):
            return None
        self._last, self._at = self.current, at
        return self._views[at]

    def last(self) -> View | None:
        """Return the view before this one; asked twice it leads back here."""
        return self._last
