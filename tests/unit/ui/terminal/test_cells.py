"""Whatever is shown, in whatever order: the terminal ends up as if all were written anew."""

from __future__ import annotations

from typing import Any

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style

from bgtui.ui.pens import Pens
from bgtui.ui.role import Role
from bgtui.ui.terminal.cells import CellScreen, PenBox
from bgtui.ui.theme import ThemeName, palette
from bgtui.ui.view.span import Row, Span

WIDTH, HEIGHT = 30, 6
STYLES = (
    Style(),
    Style(color="color(114)"),
    Style(color="color(210)", bold=True),
    Style(color="red"),
    Style(color="bright_cyan", bold=True),
    Style(reverse=True),
    Style(dim=True),
    Style(color="#87d787"),
)
TEXT = st.text(st.sampled_from("ab0 .█▌►夜é,"), min_size=1, max_size=12)
STRIP = st.lists(st.tuples(TEXT, st.sampled_from(STYLES)), min_size=1, max_size=4)
UPDATE = st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1), STRIP)
FRAMES = st.lists(st.lists(UPDATE, max_size=8), min_size=1, max_size=6)


def emulator() -> tuple[pyte.Screen, pyte.Stream]:
    screen = pyte.Screen(WIDTH, HEIGHT)
    screen.reset_mode(pyte.modes.DECAWM)
    return screen, pyte.Stream(screen)


def looks(screen: pyte.Screen) -> list[list[tuple[object, ...]]]:
    return [
        [
            (cell.data, cell.fg, cell.bg, cell.bold, cell.reverse)
            for cell in (screen.buffer[y][x] for x in range(WIDTH))
        ]
        for y in range(HEIGHT)
    ]


KNOWN: dict[tuple[tuple[str, Style], ...], list[Segment]] = {}


def segments(parts: list[tuple[str, Style]]) -> list[Segment]:
    """The same object for the same parts: the toolkit keeps strips that did not change."""
    return KNOWN.setdefault(tuple(parts), [Segment(text, style) for text, style in parts])


PENS = Pens(palette(ThemeName.DARK, has_color=True, is_low_color=False))
SPAN = st.builds(
    Span,
    st.text(st.sampled_from("ab0 .█▌►夜é"), min_size=1, max_size=6),
    st.sampled_from((Role.PLAIN, Role.BID, Role.MUTED, Role.OWN)),
    st.booleans(),
)
LINE = st.lists(SPAN, min_size=1, max_size=4).map(tuple)
PUT = st.tuples(st.integers(0, 2), st.sampled_from((0, 3)), LINE)
MIXED = st.lists(st.one_of(PUT, st.tuples(st.integers(0, 2), st.integers(0, 9), STRIP)), max_size=24)


def line_segments(line: Row) -> list[Segment]:
    return [Segment(span.text, PENS.style(span.role, bold=span.bold, reverse=span.reverse)) for span in line]


class TestLines:
    """Lines of spans are written without the toolkit's strips, and end on the same screen."""

    @settings(max_examples=150, deadline=None)
    @given(MIXED)
    def test_lines_and_strips_in_any_order_end_on_the_screen_of_strips_alone(
        self, updates: list[tuple[int, int, Any]]
    ) -> None:
        shown, stream = emulator()
        mixed, strips, box = CellScreen(WIDTH, HEIGHT), CellScreen(WIDTH, HEIGHT), PenBox(PENS)
        stream.feed(mixed.update(()))
        strips.update(())
        for y, x, parts in updates:
            if isinstance(parts, list):
                stream.feed(mixed.update([(y, x, segments(parts))]))
                strips.update([(y, x, segments(parts))])
                continue
            out: list[str] = []
            if not mixed.put(y, x, [(0, parts)], box, out):
                out.append(mixed.update([(y, x, line_segments(parts))]))
            stream.feed("".join(out))
            strips.update([(y, x, line_segments(parts))])
        whole, whole_stream = emulator()
        whole_stream.feed(repaint(strips))
        assert looks(shown) == looks(whole)

    def test_only_the_cells_that_differ_are_written(self) -> None:
        diff, box = CellScreen(WIDTH, HEIGHT), PenBox(PENS)
        diff.update(())
        before = (Span("12.5", Role.BID), Span(" " * 9), Span("60,001", Role.PLAIN))
        diff.put(1, 0, [(0, before)], box, [])
        out: list[str] = []
        assert diff.put(0, 0, [(1, (Span("12.7", Role.BID), *before[1:]))], box, out)
        assert "".join(out) == "\x1b[4G\x1b[38;5;114m7"
        assert diff.put(0, 0, [(1, (Span("12.7", Role.BID), *before[1:]))], box, out)
        assert len(out) == 3

    def test_nothing_is_put_on_a_screen_that_nobody_knows(self) -> None:
        diff = CellScreen(WIDTH, HEIGHT)
        assert not diff.put(0, 0, [(0, (Span("abc"),))], PenBox(PENS), [])


class TestDiff:
    @settings(max_examples=60, deadline=None)
    @given(FRAMES)
    def test_ends_on_the_screen_that_a_full_paint_shows(
        self, frames: list[list[tuple[int, int, Any]]]
    ) -> None:
        shown, stream = emulator()
        diff = CellScreen(WIDTH, HEIGHT)
        for frame in frames:
            stream.feed(diff.update((y, x, segments(parts)) for y, x, parts in frame))
        whole, whole_stream = emulator()
        whole_stream.feed(repaint(diff))
        assert looks(shown) == looks(whole)

    @settings(max_examples=60, deadline=None)
    @given(FRAMES)
    def test_writes_nothing_for_what_is_there_already(self, frames: list[list[tuple[int, int, Any]]]) -> None:
        diff = CellScreen(WIDTH, HEIGHT)
        for frame in frames:
            updates = [(y, x, segments(parts)) for y, x, parts in frame]
            diff.update(updates)
        again = [(y, 0, list(row_segments(diff, y))) for y in range(HEIGHT)]
        assert diff.update(again) == ""

    def test_one_changed_cell_costs_a_move_a_color_and_the_cell(self) -> None:
        diff = CellScreen(WIDTH, HEIGHT)
        green = Style(color="color(114)")
        diff.update([(2, 0, [Segment("abcdef", green)])])
        text = diff.update([(2, 0, [Segment("abXdef", green)])])
        assert text == "\x1b[3GX"

    def test_no_control_leaves_a_cell(self) -> None:
        diff = CellScreen(WIDTH, HEIGHT)
        hostile = "a\x1b]52;c;ZXZpbA==\x07b\x9b2Jc\x00\x7f"
        text = diff.update([(0, 0, [Segment(hostile, Style())])])
        body = text.removeprefix("\x1b[m\x1b[2J\x1b[1H")
        assert body == "a]52;c;ZXZpbA==b2Jc"

    def test_begins_with_a_cleared_screen_after_a_resize(self) -> None:
        diff = CellScreen(WIDTH, HEIGHT)
        diff.update([(0, 0, [Segment("abc", Style())])])
        diff.resize(WIDTH, HEIGHT)
        assert diff.update([(0, 0, [Segment("abc", Style())])]).startswith("\x1b[m\x1b[2J")


def row_segments(diff: CellScreen, y: int) -> list[Segment]:
    found = []
    for letter, pen in zip(diff._letters[y], diff._pens[y], strict=True):
        color = None if pen.color == "39" else _color(pen.color)
        if letter:
            style = Style(
                color=color, bold=pen.bold or None, dim=pen.dim or None, reverse=pen.reverse or None
            )
            found.append(Segment(letter, style))
    return found


def _color(sgr: str) -> str:
    if sgr.startswith("38;5;"):
        return f"color({sgr.removeprefix('38;5;')})"
    number = int(sgr)
    return f"color({number - 30})" if number < 90 else f"color({number - 82})"


def repaint(diff: CellScreen) -> str:
    fresh = CellScreen(WIDTH, HEIGHT)
    return fresh.update((y, 0, row_segments(diff, y)) for y in range(HEIGHT))


def test_what_was_painted_for_a_wider_terminal_is_left_out() -> None:
    cells = CellScreen(WIDTH, HEIGHT)
    parts = [Segment("x" * 20, STYLES[0])]
    assert "x" not in cells.update([(0, WIDTH + 5, parts), (HEIGHT, 0, parts)])
    assert cells.update([(0, WIDTH - 5, parts)]).endswith("xxxxx")
