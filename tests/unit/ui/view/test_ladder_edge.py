"""The ladder's edge lines: what lies beyond the screen, nearest first."""

from bgtui.ui.view.ladder_axis import Axis
from bgtui.ui.view.ladder_edge import CURSOR, Beacon, beyond, line
from bgtui.ui.view.span import width_of
from tests.support.build import D

AXIS = Axis(D("0.1"), 10, top=67_250, height=17)
LAST = D("67241.5")


def text(beacons: list[Beacon], width: int = 46, end: str = "") -> str:
    row = line("▲", beacons, LAST, D("0.1"), width, end, 1)
    assert width_of(row) == width
    return "".join(span.text for span in row)


def test_what_is_on_the_screen_is_not_named() -> None:
    assert beyond([Beacon("entry", D("67240.0"))], AXIS) == ([], [])


def test_the_nearest_comes_first_on_both_sides() -> None:
    found = [
        Beacon("TP", D(68_000)),
        Beacon("entry", D(67_300)),
        Beacon("liq", D(60_000)),
        Beacon("SL", D(66_000)),
    ]
    above, below = beyond(found, AXIS)
    assert [beacon.label for beacon in above] == ["entry", "TP"]
    assert [beacon.label for beacon in below] == ["SL", "liq"]


def test_distances_count_from_the_last_price_in_ticks() -> None:
    assert text([Beacon("TP", D("68000.0"))]).startswith(" ▲ TP 7,585t")


def test_orders_of_one_side_are_counted_at_the_nearest() -> None:
    above, _ = beyond([Beacon("ask", D(67_400)), Beacon("ask", D(67_300))], AXIS)
    assert text(above).startswith(" ▲ 2 asks 585t")


def test_the_cursor_is_named_with_its_price() -> None:
    assert "cursor 67,302.6 611t" in text([Beacon(CURSOR, D("67302.6"))])


def test_what_does_not_fit_is_counted() -> None:
    many = [Beacon(label, D(68_000)) for label in ("entry", "TP", "SL", "TR", "TS", "liq")]
    shown = text(many, end="×10 = 1.0")
    assert shown.endswith("×10 = 1.0")
    left_out = 6 - shown.count("t ") - shown.count("t+")
    assert f"+{left_out}" in shown


def test_a_distance_that_cannot_be_told_is_a_question_mark() -> None:
    row = line("▼", [Beacon("liq", D(60_000))], None, D("0.1"), 46)
    assert "liq ?" in "".join(span.text for span in row)
