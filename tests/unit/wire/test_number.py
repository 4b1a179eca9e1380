"""Scalars of the wire are read strictly."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgtui.domain.error import DecodeError
from bgtui.domain.text import is_identifier
from bgtui.wire import number

NOT_NUMBERS: list[object] = [
    *("", " ", "NaN", "sNaN", "Infinity", "-inf", "1_000", " 1", "1 ", "1\n", "+1", ".5", "5.", "0x10"),
    *("1e400", "1e-400", "1e99", "١٢٣", "½", "1,5", "--1", "9" * 41, None, True, 1.5, [], {}, b"1"),
    *(Decimal("NaN"), Decimal("Infinity")),
]


@pytest.mark.parametrize("value", NOT_NUMBERS)
def test_what_is_no_plain_number_is_refused(value: object) -> None:
    with pytest.raises(DecodeError, match=r"^size: expected a decimal number, got "):
        number.decimal(value, "size")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1", "1"),
        ("-0.5", "-0.5"),
        ("0.0000", "0"),
        ("-0", "0"),
        ("1E-8", "0.00000001"),
        ("2.5e3", "2500"),
        (20, "20"),
    ],
)
def test_plain_numbers_are_exact(value: object, expected: str) -> None:
    assert number.decimal(value, "x") == Decimal(expected)
    assert not number.decimal(value, "x").is_signed() or expected.startswith("-")


def test_thirty_digits_survive() -> None:
    text = "123456789012345.678901234567891"
    assert str(number.decimal(text, "x")) == text


def test_empty_and_missing_are_none() -> None:
    assert number.optional_decimal("", "x") is None
    assert number.optional_decimal(None, "x") is None
    assert number.optional_millis("", "x") is None
    assert number.optional_integer(None, "x") is None
    assert number.optional_identifier("", "x") == ""


def test_integers_beyond_a_float_stay_exact() -> None:
    assert number.integer("1343064377779269632", "seq") == 1343064377779269632
    assert number.integer(1343064377779269633, "seq") == 1343064377779269633


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1695716059516", 1695716059516), (1695716059516, 1695716059516), ("1695716059", 1695716059000), (0, 0)],
)
def test_times_are_milliseconds(value: object, expected: int) -> None:
    assert number.millis(value, "ts") == expected


@pytest.mark.parametrize("value", ["-1", "1649290077582363904", "1e3", "", None, 1.5, "999999999999"])
def test_times_outside_the_calendar_are_refused(value: object) -> None:
    with pytest.raises(DecodeError):
        number.millis(value, "ts")


@pytest.mark.parametrize(
    "value", ["", "a b", "a\x1b[2J", "e\u0301", "x" * 41, "BTC\u202eUSDT", None, -1, True, 1.0]
)
def test_unsafe_identifiers_are_refused(value: object) -> None:
    with pytest.raises(DecodeError) as caught:
        number.identifier(value, "instId")
    assert str(caught.value).replace("…", "").isascii()


def test_a_numeric_id_becomes_text() -> None:
    assert number.identifier(1188739982370652163, "orderId") == "1188739982370652163"


@given(st.one_of(st.text(), st.integers(), st.floats(), st.binary(), st.none(), st.booleans()))
def test_a_value_or_one_safe_line(value: object) -> None:
    for read in (number.decimal, number.integer, number.millis, number.identifier):
        try:
            result = read(value, "field")
        except DecodeError as error:
            line = str(error)
            assert "\n" not in line
            assert line.replace("…", "").isascii()
            assert line.isprintable()
        else:
            assert isinstance(result, Decimal | int) or is_identifier(result)
