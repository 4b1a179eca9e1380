"""What has to be typed to be sure of whom one means: the name, or the end of the uid."""

from __future__ import annotations

from functools import lru_cache

from bgtui.domain.text import Untrusted, clean_cell
from bgtui.ui.view.privacy import hide

NAME_CELLS = 20
DIGITS = 4
_MOST_READ = 4096
_DISPUTED = dict.fromkeys((0x200D, 0x115F, 0x1160, 0x3164, 0xFFA0, *range(0x1F3FB, 0x1F400)))
"""Joiner, blanks of Hangul, skin tones."""
NO_NAME = "(no name)"
"""In place of a nickname of which nothing is left to be seen."""


@lru_cache(20_000)
def cell_name(raw: str) -> str:
    """Return a nickname fit for a cell, as wide as every part of the program takes it to be.

    Emoji that are joined into one are drawn one by one and without skin tones, and blanks that count as
    letters are left out: terminals do not agree how wide they are.
    """
    name = clean_cell(raw[:_MOST_READ].translate(_DISPUTED), NAME_CELLS)
    return name if name.strip() else NO_NAME


def typed_word(name: Untrusted, uid: str, *, is_private: bool) -> tuple[str, str]:
    """Return what to ask for, and what has to be typed.

    A name serves only as it is shown: plain ASCII, not cut, not cleaned, not hidden. Any other could be typed
    by nobody, or belong to somebody else who looks the same.
    """
    raw = name.raw
    is_shown = clean_cell(name, NAME_CELLS) == raw and raw == raw.strip()
    if raw and raw.isascii() and is_shown and not is_private:
        return f"type the name: {raw}", raw
    return f"type the last {DIGITS} characters of the uid", uid[-DIGITS:]


def shown_uid(uid: str, *, is_private: bool) -> str:
    """Return an id as far as it may be seen; its end always, since that is what is typed."""
    if is_private:
        return f"…{uid[-DIGITS:]}"
    return uid if len(uid) <= 11 else f"{uid[:DIGITS]}…{uid[-DIGITS:]}"


def shown_name(name: Untrusted, *, is_private: bool) -> str:
    """Return a nickname fit for a cell; blank ones say so."""
    return hide(cell_name(name.raw).strip(), is_private=is_private)
