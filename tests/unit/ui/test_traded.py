"""What traded by row: each trade once, whatever is looked at in between."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from bgtui.domain.market import Side, Trade
from bgtui.ui.traded import Flow, Flows
from bgtui.ui.view.ladder_axis import Axis

FINE = Axis(Decimal("0.1"), 1, 1000, 20)
COARSE = Axis(Decimal("0.1"), 10, 100, 20)


def trade(number: int, price: str, size: str, side: Side = Side.BUY) -> Trade:
    return Trade(str(number), price, size, side, number)


def flow(volume: str, delta: str) -> Flow:
    return Flow(Decimal(volume), Decimal(delta))


def rows(flows: Flows, axis: Axis) -> Mapping[int, Flow]:
    return flows.rows(axis.step, axis.bid_row)


FIRST = (trade(1, "99.9", "2"), trade(2, "99.9", "0.5", Side.SELL), trade(3, "99.0", "1", Side.SELL))


def test_buys_and_sells_are_summed_by_row() -> None:
    flows = Flows()
    flows.take(FIRST)
    assert rows(flows, FINE) == {999: flow("2.5", "1.5"), 990: flow("1", "-1")}


def test_what_is_new_is_added_and_the_last_trade_is_known() -> None:
    flows = Flows()
    rows(flows, FINE)
    flows.take(FIRST)
    flows.take(())
    assert flows.last_id == "3"
    flows.take([trade(4, "99.9", "1")])
    assert flows.last_id == "4"
    assert rows(flows, FINE) == {999: flow("3.5", "2.5"), 990: flow("1", "-1")}


def test_another_grouping_adds_up_the_same_trades() -> None:
    flows = Flows()
    flows.take(FIRST)
    rows(flows, FINE)
    assert rows(flows, COARSE) == {99: flow("3.5", "0.5")}
    flows.take([trade(4, "98.2", "4")])
    assert rows(flows, COARSE) == {99: flow("3.5", "0.5"), 98: flow("4", "4")}
    assert rows(flows, FINE)[982] == flow("4", "4")


def test_a_look_costs_as_much_as_is_new_and_not_as_what_the_day_has_seen() -> None:
    asked: list[Decimal] = []

    def row_of(price: Decimal) -> int:
        asked.append(price)
        return FINE.bid_row(price)

    flows = Flows()
    flows.rows(FINE.step, row_of)
    flows.take([trade(number, f"{number}.1", "1") for number in range(1, 300)])
    asked.clear()
    flows.take([trade(300, "99.9", "1")])
    flows.rows(FINE.step, row_of)
    assert asked == [Decimal("99.9")]
