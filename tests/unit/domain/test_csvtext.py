"""CSV that no spreadsheet runs and no terminal obeys."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bgtui.domain.csvtext import to_csv
from bgtui.domain.text import Untrusted


def test_every_kind_of_cell_is_written_plainly() -> None:
    text = to_csv(("a", "b", "c", "d", "e"), [(Decimal("1E+3"), -2, True, None, "x,y")])
    assert text == 'a,b,c,d,e\n1000,-2,yes,,"x,y"\n'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\x00="])
def test_a_foreign_text_that_begins_like_a_formula_is_quoted(start: str) -> None:
    text = to_csv(("name",), [(Untrusted(f"{start}cmd|' /C calc'!A0"),)])
    assert text.splitlines()[1].lstrip('"').startswith("'")


def test_a_foreign_text_brings_no_line_and_no_escape() -> None:
    text = to_csv(("name",), [(Untrusted("a\nb\r\x1b[2J\u202ec\x07"),)])
    assert text == "name\na b [2Jc\n"


def test_a_negative_amount_stays_a_number() -> None:
    assert to_csv(("amount",), [(Decimal("-3.20"),)]) == "amount\n-3.20\n"
