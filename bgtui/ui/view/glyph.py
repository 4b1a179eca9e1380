"""The glyphs beyond ASCII, what each means, and its twin where only ASCII can be shown.

All of them are in WGL4, which PuTTY, Windows and macOS fonts carry. Views write the glyphs; one translation,
at the canvas, makes them ASCII.
"""

from __future__ import annotations

from bgtui.domain.text import cell_width

LIVE = "●"
ON_ITS_WAY = "○"
DOUBT = "?"
ELSEWHERE = "E"
NONE = "--"
UNKNOWN = "?"
LOADING = ".."
CURSOR = "►"
ABOUT = "≈"
STALE_EDGE = ":"
EDGE = "│"
LOCKED_EDGE = "║"
UP = "▲"
DOWN = "▼"
TIMES = "×"
LESS = "◄"
MORE = "►"

_TWINS = {
    "●": "*", "○": "o", "≈": "~", "►": ">", "◄": "<", "▲": "^", "▼": "v", "…": ".", "█": "#", "▌": "=",
    "▐": "=", "░": ".", "▄": "#", "▀": "#", "─": "-", "│": "|", "┌": "+", "┐": "+", "└": "+", "┘": "+",
    "├": "+", "┤": "+", "┬": "+", "┴": "+", "┼": "+", "═": "=", "║": "#", "╔": "+", "╗": "+", "╚": "+",
    "╝": "+", "╟": "+", "╢": "+", "╠": "+", "╣": "+", "×": "x", "→": ">", "←": "<", "↑": "^", "↓": "v",
    "·": "-", "≥": ">", "≤": "<", "–": "-", "—": "-", "±": "~", "‹": "<", "›": ">", "«": "<", "»": ">",
}  # fmt: skip
_PAIRS = (("≥ ", ">="), ("≤ ", "<="))
"""Two cells where the views leave a blank after the sign."""
_TABLE = str.maketrans(_TWINS)


def to_ascii(text: str) -> str:
    """Return the text in ASCII, each glyph replaced by its twin, as many cells wide as before."""
    if text.isascii():
        return text
    for glyphs, twins in _PAIRS:
        text = text.replace(glyphs, twins)
    text = text.translate(_TABLE)
    return text if text.isascii() else "".join(char if char.isascii() else _dots(char) for char in text)


def _dots(char: str) -> str:
    return "?" * cell_width(char)
