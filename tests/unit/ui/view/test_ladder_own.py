"""Own orders on the ladder: true prices, counts, and the most doubtful first."""

from dataclasses import replace

from bgtui.domain.market import Side
from bgtui.domain.order import PlanKind
from bgtui.ui.role import Role
from bgtui.ui.view.ladder_axis import Axis
from bgtui.ui.view.ladder_own import Mark, OwnOrder, by_row, cell, own_order, own_plan
from tests.support.build import D, order, plan

AXIS = Axis(D("0.1"), 10, top=67_250, height=17)


def own(
    mark: Mark = Mark.LIVE, size: str = "0.05", price: str = "67238.0", side: Side = Side.BUY
) -> OwnOrder:
    return OwnOrder(side, D(price), D(size), mark)


def test_each_state_has_its_glyph_and_role() -> None:
    assert cell([own()]).text == "● 0.0500"
    assert cell([own(Mark.ELSEWHERE)]).text == "E 0.0500"
    assert cell([own(Mark.ON_ITS_WAY)])[:2] == ("○ 0.0500", Role.PENDING)
    assert cell([own(Mark.UNKNOWN)])[:2] == ("? 0.0500", Role.UNKNOWN)


def test_several_at_one_price_are_counted_and_summed() -> None:
    assert cell([own(), own()]).text == "2×0.1000"


def test_where_kinds_share_a_row_the_most_doubtful_is_shown() -> None:
    everything = [own(mark) for mark in Mark]
    assert cell(everything).role is Role.UNKNOWN
    assert cell(everything).text.startswith("?")
    assert cell([own(), own(Mark.ON_ITS_WAY)]).role is Role.PENDING


def test_every_cell_is_as_wide_as_its_column() -> None:
    for size in ("0.0001", "0.05", "12.3456", "999.99", "12345", "1234567"):
        for mark in Mark:
            assert len(cell([own(mark, size)]).text) == 8
            assert len(cell([own(mark, size), own(mark, size)]).text) == 8


def test_a_plan_stands_at_its_trigger_with_its_letters() -> None:
    shown = own_plan(replace(plan(trigger="90"), kind=PlanKind.POSITION_STOP_LOSS))
    assert shown is not None
    assert shown.price == 90
    assert cell([shown]).text.lstrip().startswith("SL ")


def test_a_plan_of_a_whole_leg_says_so_instead_of_a_size() -> None:
    shown = own_plan(replace(plan(), size=None, kind=PlanKind.POSITION_TAKE_PROFIT))
    assert shown is not None
    assert cell([shown]).text == "TP   leg"


def test_a_partly_filled_order_shows_what_is_left() -> None:
    shown = own_order(order(size="2", filled="0.5"), is_mine=True)
    assert shown is not None
    assert shown.size == D("1.5")


def test_an_order_that_nobody_answers_for_is_in_doubt() -> None:
    shown = own_order(order(), is_mine=True, is_missing=True)
    assert shown is not None
    assert shown.mark is Mark.UNKNOWN


def test_grouping_changes_the_row_and_never_the_price() -> None:
    rows = by_row([own(price="67238.9"), own(price="67241.1", side=Side.SELL)], AXIS)
    assert set(rows) == {(Side.BUY, 67_238), (Side.SELL, 67_242)}
    assert rows[Side.BUY, 67_238][0].price == D("67238.9")
