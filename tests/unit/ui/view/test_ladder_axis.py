"""Where prices stand on the ladder, and when it may move by itself."""

import pytest

from bgtui.ui.view.ladder_axis import Axis, default_group, should_recentre, ticks_between
from bgtui.ui.workspace import GROUPS
from tests.support.build import D

AXIS = Axis(D("0.1"), 10, top=67_250, height=17)


def test_a_bid_joins_the_row_at_or_below_it_and_an_ask_the_row_at_or_above() -> None:
    assert AXIS.price(AXIS.bid_row(D("67238.9"))) == D("67238.0")
    assert AXIS.price(AXIS.ask_row(D("67241.1"))) == D("67242.0")
    assert AXIS.bid_row(D("67238.0")) == AXIS.ask_row(D("67238.0")) == 67_238


def test_it_shows_as_many_rows_as_it_is_high() -> None:
    assert [AXIS.top, AXIS.bottom] == [67_250, 67_234]
    assert AXIS.is_visible(67_250)
    assert AXIS.is_visible(67_234)
    assert not AXIS.is_visible(67_233)


def test_it_moves_as_little_as_needed_to_show_a_row() -> None:
    assert AXIS.moved_to_show(67_240) == AXIS
    assert AXIS.moved_to_show(67_255).top == 67_255
    assert AXIS.moved_to_show(67_230).bottom == 67_230


def test_another_height_keeps_the_middle() -> None:
    middle = AXIS.centred(67_242)
    assert middle.resized(27).top - middle.resized(27).height // 2 == 67_242


@pytest.mark.parametrize(
    ("touch", "idle_s", "is_live", "moves"),
    [
        ((67_242, 67_241), 60, True, False),  # in the middle: nothing to do
        ((67_249, 67_248), 60, True, True),  # within two rows of the upper edge
        ((67_236, 67_235), 60, True, True),  # within two rows of the lower edge
        ((67_300, 67_299), 60, True, True),  # gone
        ((67_300, 67_299), 9, True, False),  # a key was pressed
        ((67_300, 67_299), 60, False, False),  # the book is not the market's
        (None, 60, True, False),
    ],
)
def test_it_recentres_by_itself_only_when_nobody_is_looking_at_a_row(
    touch: tuple[int, int] | None, idle_s: float, is_live: bool, moves: bool
) -> None:
    assert should_recentre(AXIS, touch, idle_s=idle_s, is_live=is_live) is moves


@pytest.mark.parametrize(
    ("tick", "price", "group"),
    [
        ("0.1", "67241.5", 10),
        ("0.01", "2633.42", 5),
        ("0.001", "159.082", 2),
        ("0.00000001", "0.00000981", 1),
    ],
)
def test_a_price_chooses_the_first_grouping(tick: str, price: str, group: int) -> None:
    assert GROUPS[default_group(D(tick), D(price), GROUPS)] == group


def test_distances_are_whole_ticks() -> None:
    assert ticks_between(D("67241.5"), D("68000.0"), D("0.1")) == 7585
