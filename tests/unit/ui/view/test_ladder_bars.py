"""Depth bars: a scale that does not flicker, and steps that hold."""

import pytest

from bgtui.ui.view.ladder_bars import BarScale, Stairs, full_scale, left_bar, right_bar
from tests.support.build import D


@pytest.mark.parametrize(
    ("largest", "full"),
    [("0.7", "1"), ("1", "1"), ("1.01", "2"), ("4.9", "5"), ("7", "10"), ("16.9", "20"), ("0", "1")],
)
def test_the_scale_is_the_next_1_2_5_step(largest: str, full: str) -> None:
    assert full_scale(D(largest)) == D(full)


def test_the_scale_is_raised_at_once_and_lowered_after_thirty_seconds() -> None:
    scale = BarScale()
    assert scale.update(D(4), 0.0) == 5
    assert scale.update(D(7), 1.0) == 10
    assert scale.update(D(1), 2.0) == 10
    assert scale.update(D(1), 31.9) == 10
    assert scale.update(D(1), 32.0) == 1


def test_a_large_level_in_between_starts_the_wait_anew() -> None:
    scale = BarScale()
    scale.update(D(7), 0.0)
    scale.update(D(1), 1.0)
    scale.update(D(7), 20.0)
    assert scale.update(D(1), 31.0) == 10
    assert scale.update(D(1), 60.9) == 10
    assert scale.update(D(1), 61.0) == 1


def test_a_bar_leaves_its_step_only_a_quarter_beyond_it() -> None:
    assert Stairs(D(10), 2).steps(D("2.5"), None) == 1
    assert Stairs(D(10), 2).steps(D("3.0"), 1) == 1  # 1.2 steps: not beyond 1.25
    assert Stairs(D(10), 2).steps(D("3.2"), 1) == 2
    assert Stairs(D(10), 2).steps(D("2.0"), 2) == 2  # 0.8 steps: not below 0.75
    assert Stairs(D(10), 2).steps(D("1.8"), 2) == 1


def test_the_smallest_level_has_a_bar_and_none_is_longer_than_its_cells() -> None:
    assert Stairs(D(10), 2).steps(D("0.0001"), None) == 1
    assert Stairs(D(10), 2).steps(D(100), None) == 4
    assert Stairs(D(0), 2).steps(D(1), None) == 0
    assert Stairs(D("5e-324"), 2).steps(D("5e-324"), None) == 0  # too small to be drawn


def test_bars_grow_towards_the_price() -> None:
    assert [left_bar(count, 2) for count in range(5)] == ["  ", " ▐", " █", "▐█", "██"]
    assert [right_bar(count, 2) for count in range(5)] == ["  ", "▌ ", "█ ", "█▌", "██"]
