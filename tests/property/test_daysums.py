"""What a day's fills come to does not depend on when and how often they are told, nor on how many runs."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from bgtui.domain.daysums import SETTLED_MS, DayFill, DaySums, DayTally
from tests.support.build import D

few = settings(max_examples=150, deadline=None)
MINUTE_MS = 60_000
moments = st.integers(0, 40).map(lambda minutes: minutes * MINUTE_MS)
amounts = st.decimals(D(-50), D(50), places=3)


@st.composite
def days(draw: st.DrawFn) -> list[DayFill]:
    """Fills of one day, in the order in which they happened, many of them in one millisecond."""
    rows = draw(
        st.lists(
            st.tuples(moments, st.sampled_from(["USDT", "BTC"]), amounts, amounts), min_size=1, max_size=30
        )
    )
    return [
        DayFill(f"x {number}", time_ms, coin, realized, (("BGB", fee), (coin, fee)))
        for number, (time_ms, coin, realized, fee) in enumerate(sorted(rows, key=lambda row: row[0]))
    ]


def brought(fills: Sequence[DayFill]) -> tuple[dict[str, object], dict[str, object], int]:
    """Add up, the plain way."""
    realized: dict[str, object] = {}
    fees: dict[str, object] = {}
    for fill in fills:
        realized[fill.coin] = realized.get(fill.coin, D(0)) + fill.realized  # type: ignore[operator]
        for coin, amount in fill.fees:
            fees[coin] = fees.get(coin, D(0)) + amount  # type: ignore[operator]
    return realized, fees, len(fills)


def sums_of(tally: DayTally) -> tuple[dict[str, object], dict[str, object], int]:
    total = tally.total()
    return dict(total.realized), dict(total.fees), total.count


def told(data: st.DataObject, fills: Sequence[DayFill]) -> list[DayFill]:
    """Return fills in any order, some of them more than once."""
    again = data.draw(st.lists(st.sampled_from(fills), max_size=5)) if fills else []
    return data.draw(st.permutations([*fills, *again]))


def run(
    data: st.DataObject,
    recorded: DaySums | None,
    fills: Sequence[DayFill],
    *,
    is_whole: bool,
    happened: int = 0,
) -> DayTally:
    """Start on a record: what happened before is read, what happens from then on is told."""
    tally = DayTally(recorded)
    read = data.draw(st.integers(happened, len(fills)))
    from_ms = 0 if is_whole or recorded is None else recorded.until_ms - SETTLED_MS
    for fill in told(data, [fill for fill in fills[:read] if fill.time_ms >= from_ms]):
        tally.add(fill)
    tally.join(is_whole=is_whole or recorded is None)
    for fill in fills[read:]:
        for each in told(data, [fill]):
            tally.add(each)
        if data.draw(st.booleans()):
            tally.settle()
    return tally


@few
@given(days(), st.data())
def test_any_split_into_runs_comes_to_the_same(day: list[DayFill], data: st.DataObject) -> None:
    recorded: DaySums | None = None
    until = 0
    for _ in range(data.draw(st.integers(1, 4))):
        read_whole = data.draw(st.booleans())
        happened, until = until, data.draw(st.integers(until, len(day)))
        tally = run(data, recorded, day[:until], is_whole=read_whole, happened=happened)
        assert tally.gap_ms == 0
        assert sums_of(tally) == brought(day[:until])
        recorded = tally.settle()


@few
@given(days(), st.data())
def test_what_is_settled_is_the_day_up_to_its_mark(day: list[DayFill], data: st.DataObject) -> None:
    settled = run(data, None, day, is_whole=True).settle()
    first = [fill for fill in day if settled.covers(fill)]
    assert (dict(settled.realized), dict(settled.fees), settled.count) == brought(first)
    assert settled.names == {fill.name for fill in first if fill.time_ms == settled.until_ms}
    assert all(fill.time_ms <= day[-1].time_ms - SETTLED_MS for fill in first)


@few
@given(days(), st.data())
def test_a_list_without_the_record_s_last_fills_is_never_taken_for_the_day(
    day: list[DayFill], data: st.DataObject
) -> None:
    settled = run(data, None, day, is_whole=True).settle()
    tally = DayTally(settled)
    for fill in day:
        if fill.time_ms > settled.until_ms:
            tally.add(fill)
    tally.join(is_whole=data.draw(st.booleans()))
    assert tally.gap_ms == settled.until_ms
    tally.settle()
    assert tally.settled == settled
