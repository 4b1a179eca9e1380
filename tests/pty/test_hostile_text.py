"""The raw bytes of the screens that show outside names: our own sequences and plain text, nothing else."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from tests.support.pty import BGTUI, Pty

_SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\)"  # OSC, DCS and their kin
    r"|\x1b[ -/]*[0-~]",
    re.DOTALL,
)
_PARTS = re.compile(r"\x1b\[([<=>?]?)[0-9;:]*([ -/]*[@-~])")

DRAWING = {"CSI m", "CSI H", "CSI C", "CSI G", "CSI K", "CSI X", "CSI ?h", "CSI ?l"}
"""What drawing needs: colors, cursor, blanks to the end, and the marks around a frame. The names that are
drawn here hold clipboard, title, clear-screen and background commands besides."""


def kind_of(sequence: str) -> str:
    """Return a sequence without its figures: every color is one kind, every cursor move another."""
    parts = _PARTS.fullmatch(sequence)
    return f"CSI {parts[1]}{parts[2]}" if parts else sequence


def is_plain(char: str) -> bool:
    """Tell whether a terminal only draws it."""
    return (
        char in "\r\n"
        or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
        or (char == "\u200d")
    )


def test_f19_names_of_followers_and_traders_reach_the_terminal_as_text(tmp_path: Path) -> None:
    command = (*BGTUI, "--profile", "leader")
    environ = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    with Pty(command, size=(120, 40), environ=environ) as terminal:
        terminal.wait_for("BTCUSDT")
        terminal.settle()
        start = len(terminal.raw)
        terminal.press("5")
        terminal.wait_for("[5 Followers]")
        terminal.wait_for("[@click=app.quit]")  # a name that would be markup stands there as it is
        for keys in (("j", "j", "G", "enter"), ("esc",), ("e",), ("esc",), ("l", "h")):
            terminal.press(*keys)
            terminal.pump(0.4)  # an escape alone is a key once nothing has followed it
        terminal.press("4")
        terminal.wait_for("[4 Leader]")
        terminal.press("6")
        terminal.wait_for("[6 Copy]")
        terminal.settle()
        shown = bytes(terminal.raw[start:]).decode("utf-8", "strict")

    found = {match[0] for match in _SEQUENCE.finditer(shown)}
    assert {kind_of(sequence) for sequence in found} <= DRAWING
    assert "\x1b[41m" not in found
    rest = _SEQUENCE.sub("", shown)
    assert {f"U+{ord(char):04X}" for char in rest if not is_plain(char)} == set()
