"""A text that the program put into a field: typing replaces it, editing takes it up."""

from __future__ import annotations

import pytest

from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.view.number import read_number
from tests.support.build import D


def press(line: LineEdit, chord: str) -> LineEdit:
    pressed = line.press(chord)
    assert pressed is not None
    return pressed


def test_typing_replaces_what_the_program_put_there_and_then_goes_on() -> None:
    line = LineEdit.of("0.0100").insert("0").insert(".05")

    assert (line.text, line.caret) == ("0.05", 4)


def test_nothing_typed_leaves_what_is_offered() -> None:
    assert LineEdit.of("0.0100").insert("\x1b\n") == LineEdit.of("0.0100")


@pytest.mark.parametrize(
    ("chord", "text"),
    [("backspace", "67238.5"), ("end", "67238.05"), ("home", "567238.0"), ("left", "67238.50")],
)
def test_an_editing_key_takes_up_what_is_offered(chord: str, text: str) -> None:
    assert press(LineEdit.of("67,238.0"), chord).insert("5").text == text


def test_what_is_edited_is_a_price_again_whatever_is_taken_away() -> None:
    line = LineEdit.of("90,599.2")
    for _ in range(3):
        line = press(line, "backspace")
    assert read_number(line.insert("88").text) == D("905988"), "no comma is left in a wrong place"
    assert press(LineEdit.of("1,5 or so"), "end").text == "1,5 or so"


def test_what_typing_replaces_is_reversed_as_a_whole_and_the_caret_keeps_its_cell() -> None:
    offered = LineEdit.of("0.05").rows(is_focused=True)
    taken_up = press(LineEdit.of("0.05"), "end").rows(is_focused=True)

    assert [(span.text, span.reverse) for span in offered] == [("0.05", True), (" ", False)]
    assert "".join(span.text for span in taken_up) == "0.05 "


def test_an_offered_line_as_long_as_can_be_still_gives_way() -> None:
    assert LineEdit.of("9" * 60).insert("1").text == "1"


@pytest.mark.parametrize(
    ("chord", "text"),
    [
        ("ctrl+a", "!two words on"),
        ("ctrl+e", "two words on!"),
        ("ctrl+u", "!s on"),
        ("ctrl+k", "two word!"),
        ("ctrl+w", "two !s on"),
    ],
)
def test_the_usual_keys_of_a_line_edit_it(chord: str, text: str) -> None:
    assert press(LineEdit("two words on", len("two word")), chord).insert("!").text == text


def test_a_word_goes_with_the_spaces_behind_it_and_an_empty_line_stays_empty() -> None:
    assert press(LineEdit("two words  ", 11), "ctrl+w") == LineEdit("two ", 4)
    assert press(LineEdit(), "ctrl+w") == press(LineEdit(), "ctrl+u") == LineEdit()


def test_an_offered_price_is_cleared_at_a_stroke() -> None:
    assert press(LineEdit.of("67,238.0"), "ctrl+u") == LineEdit()
