"""The text card that stands for every screen on a terminal that is too small for any."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from bgtui.ui.view.card import card_rows, is_too_small
from bgtui.ui.view.span import Row
from bgtui.ui.widgets.canvas import Canvas


class Card(Canvas, can_focus=False):
    """Covers the screen where nothing else fits; updated once a second."""

    DEFAULT_CSS = """
    Card { layer: card; position: absolute; offset: 0 0; width: 100%; height: 100%; display: none; }
    """
    beats: ClassVar[bool] = True
    period_s: ClassVar[float] = 1.0

    def fit(self) -> None:
        """Come up or go, as the terminal's size says."""
        is_needed = is_too_small(*self.screen.size)
        if self.display != is_needed:
            self.display = is_needed
            self.invalidate()

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the lines."""
        return card_rows(self.workspace, width, height)
