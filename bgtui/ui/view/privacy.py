"""What is shown in place of names, ids, sizes and money while somebody else can see the screen."""

from __future__ import annotations

MASK = "***"


def masked(text: str, *, is_private: bool) -> str:
    """Return a word of a sentence, or the mask in its place."""
    return MASK if is_private and text.strip() else text


def hide(text: str, *, is_private: bool) -> str:
    """Return the text, or as many cells of the mask where it must not be read; blanks around it stay."""
    if not is_private or not text.strip():
        return text
    body = text.strip()
    at = text.index(body)
    masked = MASK[: len(body)].ljust(len(body)) if at == 0 else MASK[: len(body)].rjust(len(body))
    return text[:at] + masked + text[at + len(body) :]
