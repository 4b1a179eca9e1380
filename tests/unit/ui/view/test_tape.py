"""The tape's ring and its filter."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgtui.domain.market import Trade
from bgtui.store.tape import TAPE_LENGTH
from bgtui.ui.view.tape import Rate, Ring, default_filter, stepped_filter
from tests.support.build import D, trade


def trades(count: int, first: int = 0) -> list[Trade]:
    return [trade(str(number), number) for number in range(first, first + count)]


def ids(ring: Ring) -> list[str]:
    return [line.trade_id if line is not None else "-" for line in ring.lines]


def test_it_begins_with_the_latest_trades_from_the_top() -> None:
    ring = Ring()
    ring.lay(trades(9), 5)
    assert ids(ring) == ["5", "6", "7", "8", "-"]
    assert ring.newest == 3


def test_a_new_trade_takes_the_line_of_dashes_which_moves_on() -> None:
    ring = Ring()
    ring.lay(trades(4), 5)
    ring.add(trades(1, 4))
    assert ids(ring) == ["-", "1", "2", "3", "4"]
    ring.add(trades(1, 5))
    assert ids(ring) == ["5", "-", "2", "3", "4"]


@given(st.integers(0, 12), st.integers(2, 8), st.lists(st.integers(1, 20), max_size=6))
def test_the_ring_always_holds_the_newest_in_order(start: int, height: int, batches: list[int]) -> None:
    ring, count = Ring(), start
    ring.lay(trades(start), height)
    for batch in batches:
        ring.add(trades(batch, count))
        count += batch
    seen = [*ring.lines[ring.newest + 1 :], *ring.lines[: ring.newest + 1]]
    numbers = [int(line.trade_id) for line in seen if line is not None]
    assert len(ring.lines) == height
    assert numbers == list(range(max(count - len(numbers), 0), count))
    assert len(numbers) == min(count, height - 1)


@pytest.mark.parametrize(
    ("price", "step", "size"),
    [
        ("67241.5", "0.0001", "0.01"),
        ("2633.42", "0.01", "0.2"),
        ("0.5", "1", "2000"),
        ("5E6", "0.01", "0.01"),
    ],
)
def test_the_first_filter_is_worth_about_a_thousand(price: str, step: str, size: str) -> None:
    assert default_filter(D(price), D(step)) == D(size)


def test_the_filter_steps_by_1_2_5_and_ends_at_all() -> None:
    up = [D(0)]
    for _ in range(5):
        up.append(stepped_filter(up[-1], 1, D("0.01")))
    assert up == [0, D("0.01"), D("0.02"), D("0.05"), D("0.1"), D("0.2")]
    down = [D("0.2")]
    for _ in range(5):
        down.append(stepped_filter(down[-1], -1, D("0.01")))
    assert down == list(reversed(up))


@given(st.integers(-8, 8), st.sampled_from([1, 2, 5]))
def test_a_step_up_and_down_comes_back(exponent: int, factor: int) -> None:
    size = Decimal(factor).scaleb(exponent)
    assert stepped_filter(stepped_filter(size, 1, size), -1, size) == size


def test_the_rate_counts_the_last_ten_seconds() -> None:
    rate = Rate()
    rate.take([trade(str(number), 1000 * number) for number in range(60)])
    assert rate.per_second(59_000) == 1
    assert rate.per_second(100_000) == 0


def test_the_rate_of_a_busy_tape_is_not_that_of_what_it_keeps() -> None:
    rate = Rate()
    for second in range(10):
        rate.take([trade(f"{second}-{number}", 1000 * second) for number in range(TAPE_LENGTH)])
    assert rate.per_second(9_000) == TAPE_LENGTH
