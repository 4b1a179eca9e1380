"""Nicknames that people could really give themselves, and that a terminal must survive (product F-19)."""

from __future__ import annotations

PLAIN = ("calm_otter", "Zoë Müller", "比特猎人", "grid-n-chill")
HOSTILE = (
    # Writes the clipboard of a terminal that believes it.
    "\x1b]52;c;cm0gLXJmIH4=\x07clip",
    # Clears the screen and paints it red.
    "\x1b[2J\x1b[H\x1b[41mREKT\x1b[0m",
    # The same introducers as single bytes of C1.
    "\x9b31mred\x9b0m \x9d0;title\x9c",
    # An operating-system command that never ends.
    "\x1b]0;the rest of the row is a title",
    "[@click=app.quit]free money[/]",
    "[/x][bold red]not a tag[/bold]",
    # Reads backwards: right-to-left override.
    "\u202egnp.tiforp\u202c",
    "👩‍👩‍👧‍👦👨🏽‍🚀🏳️‍🌈 family",
    # Ten thousand characters.
    "long" * 2500,
    # Zalgo: hundreds of combining marks on three letters.
    "".join(letter + "\u0301\u0323\u0489" * 60 for letter in "zlg"),
    # No Unicode text: halves of a surrogate pair on their own.
    "half\ud83d \udc9bheart",
    "line\nbreak\ttab\rreturn\x00nul\x7fdel",
    "\u200b\u200d\ufeff\u2066invisible\u2069",
    " " * 12,
)
"""Each breaks something else; JSON must escape the lone surrogates, since UTF-8 cannot hold them."""

FOLLOWERS = (PLAIN[0], *HOSTILE[:7], PLAIN[1], *HOSTILE[7:], PLAIN[2])
LEADER = "North Star ✨"
FOLLOWER = "quiet harbor"
"""The account of the profile `follower`."""
OTHER_LEADERS = (PLAIN[3], HOSTILE[1], HOSTILE[7])
