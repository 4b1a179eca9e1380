"""The panes of Trade at the sizes of the mock-ups."""

from bgtui.ui.view.panes import Box, boxes


def test_80x24_has_ladder_stack_and_tape() -> None:
    assert boxes(80, 20) == {
        "ladder": Box(0, 0, 46, 20),
        "stack": Box(46, 0, 34, 14),
        "tape": Box(46, 14, 34, 6),
    }


def test_100_columns_widen_the_stack() -> None:
    assert boxes(100, 20)["stack"].width == 54


def test_120x40_puts_chart_and_watch_list_between_and_tables_at_the_foot() -> None:
    found = boxes(120, 36)
    assert found["chart"] == Box(46, 0, 46, 18)
    assert found["watch"] == Box(46, 18, 46, 9)
    assert found["tape"] == Box(92, 0, 28, 27)
    assert found["legs"] == Box(0, 27, 120, 5)
    assert found["orders"] == Box(0, 32, 120, 4)


def test_200x50_widens_the_ladder_and_stands_the_tables_side_by_side() -> None:
    found = boxes(200, 46)
    assert found["ladder"] == Box(0, 0, 76, 33)
    assert found["chart"] == Box(76, 0, 62, 33)
    assert found["tape"] == Box(138, 0, 29, 33)
    assert found["watch"] == Box(167, 0, 33, 33)
    assert found["legs"] == Box(0, 33, 111, 13)
    assert found["orders"] == Box(111, 33, 89, 13)


def test_60x15_has_the_ladder_and_one_leg() -> None:
    assert set(boxes(60, 11)) == {"ladder", "leg"}


def test_a_wide_but_low_terminal_has_the_chart_between_ladder_and_stack() -> None:
    assert set(boxes(140, 24)) == {"ladder", "chart", "stack", "tape"}
