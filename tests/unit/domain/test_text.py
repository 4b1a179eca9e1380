import json
import pickle

import pytest

from bgtui.domain.text import Untrusted, cell_width, clean_cell, clean_line, escape_json, is_identifier

HOSTILE = [
    "\x1b]52;c;aGk=\x07",
    "\x1b[2J",
    "\x9b31m\x85",
    "\x1b]8;;http://x\x1b\\unterminated",
    "\u202etxt\u2066",
    "a\u200bb\ufeff",
    "\ud800lone",
    "e" + "\u0301" * 500,
    "[@click=app.quit]x[/]",
    "tab\tnew\nline\r",
]


def test_outside_text_cannot_be_used_by_habit() -> None:
    text = Untrusted("\x1b[2J")
    for use in (str, lambda value: f"{value}", lambda value: f"{value:>10}"):
        with pytest.raises(TypeError, match="untrusted"):
            use(text)
    assert repr(text) == r"Untrusted('\x1b[2J')"
    assert not issubclass(Untrusted, str)


@pytest.mark.parametrize("raw", HOSTILE)
def test_cleaned_text_holds_nothing_a_terminal_obeys(raw: str) -> None:
    for cleaned in (clean_cell(Untrusted(raw), 20), clean_line(raw)):
        assert all(char.isprintable() or char == " " for char in cleaned), ascii(cleaned)
        assert not set(cleaned) & {"\x1b", "\x9b", "\u202e", "\u2066", "\u200b", "\ufeff"}
        cleaned.encode()
    assert cell_width(clean_cell(raw, 20)) <= 20


def test_cutting_counts_cells_and_marks_the_cut() -> None:
    assert clean_cell("你好世界", 5) == "你好…"
    assert clean_cell("abcdef", 4) == "abc…"
    assert clean_cell("abcd", 4) == "abcd"
    assert clean_cell("abc", 0) == ""


def test_an_emoji_family_survives_and_a_stray_joiner_does_not() -> None:
    family = "👨\u200d👩\u200d👧"
    assert clean_cell(family, 20) == family
    assert clean_cell("a\u200db", 20) == "ab"


def test_a_line_folds_blanks() -> None:
    assert clean_line("  a \t\n b  ") == "a b"


@pytest.mark.parametrize("raw", HOSTILE)
def test_json_loses_nothing_and_stays_ascii(raw: str) -> None:
    escaped = escape_json(Untrusted(raw))
    assert escaped.isascii()
    assert escaped.isprintable()
    assert json.loads(escaped) == raw


def test_a_huge_text_costs_little() -> None:
    assert len(clean_line("x" * 10_000_000, 50)) == 50


@pytest.mark.parametrize(
    "text",
    ["", "a b", "a\n", "e\u0301", "a" * 41, "\x7f", "ＢＴＣ", "x\u200by", "\u202eabc", "币" * 21, "\u3000"],
)
def test_what_is_no_identifier(text: str) -> None:
    assert not is_identifier(text)


@pytest.mark.parametrize("text", ["BTCUSDT", "1234567890123456789", "sim1-7Q2M06", "$ALT", "币安人生USDT"])
def test_what_is_an_identifier(text: str) -> None:
    assert is_identifier(text)


def test_untrusted_survives_a_pickle() -> None:
    assert pickle.loads(pickle.dumps(Untrusted("x"))) == Untrusted("x")  # noqa: S301 - our own bytes
