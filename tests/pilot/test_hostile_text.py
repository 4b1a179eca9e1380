"""Outside text on every screen: cells stay aligned and nothing a terminal would obey is among them."""

from __future__ import annotations

import re
import unicodedata

import pytest

from bgtui.domain.text import cell_width
from bgtui.ui.screens.registry import SCREENS
from tests.support import scene
from tests.support.scene_copy import HOSTILE
from tests.support.terminal import Terminal, open_terminal

_HARMFUL = {"Cc", "Cs", "Co", "Zl", "Zp"}


def harmful(text: str) -> set[str]:
    """Return what a terminal would obey, or draw elsewhere."""
    return {
        f"U+{ord(char):04X}"
        for char in text
        if unicodedata.category(char) in _HARMFUL or (unicodedata.category(char) == "Cf" and char != "\u200d")
    }


def check(terminal: Terminal) -> None:
    for strip in terminal.app.screen._compositor.render_strips():
        assert harmful(strip.text) == set()
    for canvas in terminal.app.asking.canvases():
        if canvas.display:
            for row in canvas.drawn_rows:
                assert sum(cell_width(span.text) for span in row) <= canvas.size.width


@pytest.mark.parametrize("name", [screen.name_id for screen in SCREENS])
async def test_f19_a_screen_draws_hostile_names_as_text(name: str) -> None:
    async with open_terminal(
        events=scene.events(), identity=scene.IDENTITY, size=(120, 40), screen=name
    ) as terminal:
        check(terminal)
        await terminal.press("j", "j", "j", "l", "enter")
        check(terminal)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_f19_the_message_line_draws_what_the_exchange_said_as_text(text: str) -> None:
    async with open_terminal(size=(80, 24)) as terminal:
        terminal.app.say(f"Rejected 43012: {text}")
        await terminal.settle()
        check(terminal)
        assert "Rejected 43012" in terminal.row(-2)


async def test_f19_columns_stand_in_line_whatever_names_are_like() -> None:
    async with open_terminal(
        events=scene.events(), identity=scene.IDENTITY, size=(120, 40), screen="followers"
    ) as terminal:
        found = [(row, match) for row in terminal.rows() if (match := re.search(r"\d{4}…\d{4} ", row))]
        assert len(found) > len(HOSTILE)
        assert {cell_width(row[: match.start()]) for row, match in found} == {22}
        assert sum("cleaned" in row for row, _ in found) >= 5, "who hides something is marked"
