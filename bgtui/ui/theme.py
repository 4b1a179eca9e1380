"""The themes: one color for each role, as xterm-256 indexes with their exact color, or of the 16.

Background and plain text are the terminal's own. `NO_COLOR` is a theme too: bold and reverse stay.
"""

from __future__ import annotations

from enum import StrEnum

from bgtui.domain.value import frozen
from bgtui.ui.role import Role


class ThemeName(StrEnum):
    """What a person can choose."""

    DARK = "dark"
    LIGHT = "light"
    COLORBLIND_DARK = "colorblind-dark"
    COLORBLIND_LIGHT = "colorblind-light"
    RED_UP = "redup"
    """Dark, with the colors of gain and loss exchanged."""


@frozen
class Palette:
    """The colors of one theme."""

    colors: dict[Role, str]
    """As rich names them: ``color(114)``, ``green``; a role that is missing has the terminal's own."""
    dims_muted: bool = False
    """Muted text is dimmed instead of colored: the 16 colors have no grey to spare."""
    is_dark: bool = True


def _indexed(*numbers: int) -> dict[Role, str]:
    # In the order of the roles: bid, ask, own, pending, unknown, stale, muted, accent, warn, danger.
    return {role: f"color({number})" for role, number in zip(_COLORED, numbers, strict=True)}


_COLORED = tuple(role for role in Role if role is not Role.PLAIN)

_DARK = _indexed(114, 210, 117, 180, 213, 245, 246, 117, 221, 203)
_PALETTES = {
    ThemeName.DARK: Palette(_DARK),
    ThemeName.LIGHT: Palette(_indexed(28, 124, 25, 94, 127, 242, 241, 25, 130, 160), is_dark=False),
    ThemeName.COLORBLIND_DARK: Palette(_indexed(75, 215, 159, 187, 213, 245, 246, 159, 229, 209)),
    ThemeName.COLORBLIND_LIGHT: Palette(_indexed(25, 130, 23, 94, 127, 242, 241, 23, 94, 160), is_dark=False),
    ThemeName.RED_UP: Palette({**_DARK, Role.BID: _DARK[Role.ASK], Role.ASK: _DARK[Role.BID]}),
}
_SIXTEEN = {
    Role.BID: "green", Role.ASK: "red", Role.OWN: "bright_cyan", Role.PENDING: "yellow",
    Role.UNKNOWN: "bright_magenta", Role.STALE: "bright_black", Role.ACCENT: "cyan",
    Role.WARN: "bright_yellow", Role.DANGER: "red",
}  # fmt: skip
_SIXTEEN_COLORBLIND = {**_SIXTEEN, Role.BID: "bright_blue", Role.ASK: "yellow"}


def palette(name: ThemeName, *, has_color: bool = True, is_low_color: bool = False) -> Palette:
    """Return the colors of a theme on a terminal that shows all, 16 or none of them."""
    full = _PALETTES[name]
    if not has_color:
        return Palette({}, dims_muted=True, is_dark=full.is_dark)
    if not is_low_color:
        return full
    colors = dict(_SIXTEEN_COLORBLIND if "colorblind" in name else _SIXTEEN)
    if name is ThemeName.RED_UP:
        colors[Role.BID], colors[Role.ASK] = colors[Role.ASK], colors[Role.BID]
    return Palette(colors, dims_muted=True, is_dark=full.is_dark)
