"""How to draw: what the flags, the environment and the terminal say together."""

from __future__ import annotations

from collections.abc import Mapping

from bgtui.domain.value import frozen
from bgtui.ui.theme import ThemeName

DEFAULT_FPS = 10
SLOW_FPS = 2


@frozen
class Display:
    """Choices that hold for a whole run."""

    fps: int = DEFAULT_FPS
    is_slow: bool = False
    """A bad link: two frames a second, no depth bars."""
    is_ascii: bool = False
    has_color: bool = True
    is_low_color: bool = False
    has_mouse: bool = False
    theme: ThemeName = ThemeName.DARK
    max_kbps: float | None = None
    """Most the terminal is sent, kilobytes a second; None measures the link."""
    has_cell_diff: bool = True
    """Whether only cells that changed are written; without, the toolkit's own writer is used."""
    is_stepped: bool = False
    """No timer: whoever drives the program steps the frames, as tests and replays do."""


def display_of(environ: Mapping[str, str], *, fps: int | None = None, is_slow: bool = False,
               is_ascii: bool = False, is_low_color: bool = False, has_mouse: bool = False,
               theme: str = ThemeName.DARK, max_kbps: float | None = None) -> Display:  # fmt: skip
    """Return the display that flags and environment ask for.

    `NO_COLOR` is honoured; a terminal or a locale that cannot show the glyphs gets ASCII.
    """
    term = environ.get("TERM", "")
    encoding = _locale_of(environ)
    is_utf8 = "utf" in encoding.lower() or not encoding
    return Display(
        fps=SLOW_FPS if is_slow else (fps or DEFAULT_FPS),
        is_slow=is_slow,
        is_ascii=is_ascii or not is_utf8 or term in ("linux", "vt100", "dumb"),
        has_color=not environ.get("NO_COLOR"),
        is_low_color=is_low_color or not _has_256(term, environ.get("COLORTERM", "")),
        has_mouse=has_mouse,
        theme=ThemeName(theme),
        max_kbps=max_kbps,
    )


def _locale_of(environ: Mapping[str, str]) -> str:
    """Return the locale that says what the terminal's letters are; empty when nothing does."""
    given = {name: environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)}
    if given.get("LANG") in ("C", "POSIX") and given.get("LC_CTYPE") == _COERCED:
        del given["LC_CTYPE"]
    return next(iter(given.values()), "")


_COERCED = "C.UTF-8"
"""What Python itself writes into LC_CTYPE when it starts under a C locale (PEP 538): nobody asked for it."""


def _has_256(term: str, colorterm: str) -> bool:
    return "256" in term or "direct" in term or bool(colorterm) or term.startswith(_RICH_TERMS)


_RICH_TERMS = ("alacritty", "foot", "ghostty", "kitty", "wezterm", "tmux")
