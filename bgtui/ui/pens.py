"""Meanings made into terminal styles, once per theme."""

from __future__ import annotations

from rich.style import Style

from bgtui.ui.role import Role
from bgtui.ui.theme import Palette


class Pens:
    """The styles of one palette; another theme is another object."""

    def __init__(self, palette: Palette, *, is_ascii: bool = False) -> None:
        """Prepare nothing yet: a screen uses a handful of the combinations."""
        self.is_ascii = is_ascii
        """Whether glyphs are replaced by their ASCII twins."""
        self._palette = palette
        self._styles: dict[tuple[Role, bool, bool], Style] = {}

    def style(self, role: Role, *, bold: bool = False, reverse: bool = False) -> Style:
        """Return the style of a span; always the same object for the same meaning."""
        key = (role, bold, reverse)
        style = self._styles.get(key)
        if style is None:
            style = self._styles[key] = self._make(role, bold=bold, reverse=reverse)
        return style

    def _make(self, role: Role, *, bold: bool, reverse: bool) -> Style:
        reverse = reverse or role is Role.UNKNOWN
        if role is Role.MUTED and self._palette.dims_muted:
            return Style(dim=True, bold=bold or None, reverse=reverse or None)
        if role is Role.STALE:
            return Style(color=self._palette.colors.get(role), dim=None if self._palette.colors else True)
        return Style(
            color=self._palette.colors.get(role),
            bold=bold or role is Role.OWN or None,
            reverse=reverse or None,
        )
