"""The last line while a dock is open: the keys of that dock that act at this moment, and no others."""

from __future__ import annotations

import pytest

from bgtui.ui.view.confirm import EXPIRES_S
from tests.support import scene
from tests.support.forms import keys, opened

ENTRY = ("b buy", "s sell", "1-9 screens", "/ find")


@pytest.mark.parametrize(
    ("screen", "pressed", "line"),
    [
        ("trade", "t", "tab field  ←/→ choose  [/] preset  enter review  esc close  ! kill ? help"),
        ("trade", "b", "tab field  ↑/↓ step  [/] preset  enter review  esc close  ! kill ? help"),
        ("trade", "b enter", "y send  esc edit  ! kill"),
        ("trade", "v", "tab field  ←/→ choose  enter review  esc close  ! kill ? help"),
        ("trade", "w", "←/→ scope  y cancel  esc leave  ! kill"),
        ("trade", "/", "↑/↓ row  enter go  tab market  space pin  esc leave"),
        ("trade", "g", "enter go  esc leave"),
        ("trade", ":", "↑/↓ row  enter run  esc back"),
        ("trade", "q", "y leave  esc stay  ! kill"),
        ("trade", "j j j enter", "j/k scroll  u ask  e json  esc leave  ! kill"),
        ("positions", "r", "enter review  esc close  ! kill ? help"),
        ("positions", "/", "↑/↓ row  enter keep  esc clear"),
        ("account", "m", "esc leave"),
        ("alerts", "n", "tab field  ↑/↓ step  enter keep  esc close  ! kill ? help"),
    ],
)
async def test_a_dock_names_its_own_keys(screen: str, pressed: str, line: str) -> None:
    async with opened(screen=screen) as terminal:
        before = terminal.row(-1)

        await keys(terminal, pressed)

        assert " ".join(terminal.row(-1).split()) == " ".join(line.split())
        assert len(terminal.row(-1)) <= 80
        await keys(terminal, "esc esc" if "enter" in pressed else "esc")
        assert terminal.row(-1) == before


async def test_keys_of_the_screen_come_back_with_it_and_a_persons_own_chord_is_named() -> None:
    async with opened(keys={"dock.next": "pgdn", "dock.less10": "tab"}) as terminal:
        await keys(terminal, "b")
        assert terminal.row(-1).startswith(" pgdn field  ↑/↓ step")
        assert not any(word in terminal.row(-1) for word in ENTRY)


async def test_what_has_expired_is_no_key_any_more() -> None:
    async with opened() as terminal:
        await keys(terminal, "b enter")
        await terminal.step(EXPIRES_S + 1)

        assert terminal.row(-1).strip() == "esc edit  ! kill"


async def test_the_kill_switch_names_what_can_be_chosen_and_sent() -> None:
    async with opened() as terminal:
        await keys(terminal, "!")

        line = terminal.row(-1).strip()

    assert line.startswith("c cancel  f flatten  b both  ←/→ scope  y send  u ask  esc leave")
    assert "! kill" not in line


async def test_a_wide_terminal_has_the_same_keys() -> None:
    async with opened(size=(200, 50), identity=scene.IDENTITY) as terminal:
        await keys(terminal, "t")

        assert terminal.row(-1).split("?")[0].strip() == (
            "tab field  ←/→ choose  [/] preset  enter review  esc close  ! kill"
        )
