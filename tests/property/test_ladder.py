"""Whatever the book and the grouping: no row crosses, nothing is lost, no line is too long or too short."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bgtui.domain.market import Side
from bgtui.store.book import BookStatus
from bgtui.ui.traded import Flow
from bgtui.ui.view import ladder
from bgtui.ui.view.ladder import Memory
from bgtui.ui.view.ladder_axis import Axis
from bgtui.ui.view.ladder_bars import Stairs
from bgtui.ui.view.ladder_columns import WIDE, Columns
from bgtui.ui.view.ladder_own import Mark, OwnOrder, by_row
from bgtui.ui.view.ladder_row import Rows
from bgtui.ui.view.ladder_scene import Counter, Scene
from bgtui.ui.view.panes import boxes
from bgtui.ui.view.span import Row, width_of
from bgtui.ui.widgets.ladder import CHROME_ROWS
from bgtui.ui.workspace import GROUPS

TICKS = st.sampled_from([Decimal("0.1"), Decimal("0.01"), Decimal(1), Decimal("0.00001")])
SIZES = st.decimals("0.0001", "999999", places=4, allow_nan=False)


@st.composite
def books(draw: st.DrawFn) -> tuple[Decimal, list[tuple[str, str]], list[tuple[str, str]]]:
    tick = draw(TICKS)
    best_bid = draw(st.integers(500, 900_000))
    spread = draw(st.integers(1, 300))
    gaps = st.lists(st.tuples(st.integers(1, 40), SIZES), min_size=1, max_size=30)

    def side(start: int, sign: int) -> list[tuple[str, str]]:
        at, levels = start, []
        for gap, size in draw(gaps):
            levels.append((format(at * tick, "f"), format(size, "f")))
            at += sign * gap
            if at <= 0:
                break
        return levels

    return tick, side(best_bid, -1), side(best_bid + spread, 1)


@given(books(), st.sampled_from(GROUPS), st.integers(5, 60))
def test_a_grouped_book_never_crosses_and_loses_no_size_that_is_visible(
    book: tuple[Decimal, list[tuple[str, str]], list[tuple[str, str]]], group: int, height: int
) -> None:
    tick, bids, asks = book
    axis = Axis(tick, group, 0, height).centred(Axis(tick, group, 0, height).bid_row(Decimal(bids[0][0])))
    counter = Counter()
    bid_rows = counter.rows_of(bids, axis, is_bid=True)
    ask_rows = counter.rows_of(asks, axis, is_bid=False)
    assert not bid_rows or not ask_rows or max(bid_rows) <= min(ask_rows)
    if max(bid_rows, default=0) == min(ask_rows, default=1):
        assert group > 1 or Decimal(bids[0][0]) == Decimal(asks[0][0])
    for levels, rows, to_row in ((bids, bid_rows, axis.bid_row), (asks, ask_rows, axis.ask_row)):
        visible = [Decimal(size) for price, size in levels if axis.is_visible(to_row(Decimal(price)))]
        drawn = [size for number, size in rows.items() if axis.is_visible(number)]
        assert sum(drawn) == sum(visible)


@given(books(), st.sampled_from(GROUPS), st.integers(3, 40), st.booleans(), st.sampled_from(list(BookStatus)))
def test_every_line_is_as_wide_as_the_pane(
    book: tuple[Decimal, list[tuple[str, str]], list[tuple[str, str]]],
    group: int,
    height: int,
    is_wide: bool,
    status: BookStatus,
) -> None:
    tick, bids, asks = book
    axis = Axis(tick, group, 0, height)
    axis = axis.centred(axis.bid_row(Decimal(bids[0][0])))
    counter = Counter()
    own = [OwnOrder(Side.BUY, Decimal(bids[-1][0]), Decimal(bids[-1][1]), mark) for mark in Mark]
    scene = Scene(
        axis,
        status,
        5,
        counter.rows_of(bids, axis, is_bid=True),
        counter.rows_of(asks, axis, is_bid=False),
        by_row(own, axis),
        Decimal(1000),
        cursor=axis.top,
        edge_last=Decimal(bids[0][0]),
        last_row=axis.top - 1,
        last_side=Side.BUY,
        state_word="RESYNC 2s",
        factor=f"{group} = {axis.step}",
        tick=tick,
    )
    width = 76 if is_wide else 46
    lines = ladder.ladder_rows(scene, width, Memory(), is_wide=is_wide)
    assert len(lines) == height + CHROME_ROWS
    assert {width_of(line) for line in lines} == {width}


SCALES = st.sampled_from([Decimal(0), Decimal(1), Decimal(500)])


class Fresh(Rows):
    """Rows that are all made anew, with bars that hold their steps as those of the remembered ones do."""

    def lines(self, scene: Scene, cut: Columns, width: int) -> list[Row]:
        self._drawn.clear()
        return super().lines(scene, cut, width)


@given(books(), st.sampled_from(GROUPS), st.integers(3, 40), st.integers(1, 90), st.data())
def test_remembered_rows_are_those_that_would_be_made_anew(
    book: tuple[Decimal, list[tuple[str, str]], list[tuple[str, str]]],
    group: int,
    height: int,
    width: int,
    data: st.DataObject,
) -> None:
    tick, bids, asks = book
    axis = Axis(tick, group, 0, height)
    axis = axis.centred(axis.bid_row(Decimal(bids[0][0])))
    remembered, fresh, counter, full = Memory(), Memory(), Counter(), data.draw(SCALES)
    fresh.rows = Fresh()

    def part(levels: list[tuple[str, str]], *, is_bid: bool) -> dict[int, Decimal]:
        """Some of the levels, some of them with another size, however large."""
        kept = data.draw(st.lists(st.sampled_from(levels), unique=True))
        sizes = st.one_of(SIZES, st.just(Decimal(10) ** 17))
        moved = [
            (price, str(data.draw(sizes)) if data.draw(st.booleans()) else size)
            for price, size in levels
            if (price, size) in kept
        ]
        return counter.rows_of(moved, axis, is_bid=is_bid)

    for _ in range(4):
        axis = replace(axis, top=axis.top + data.draw(st.sampled_from([0, 0, 1, -2])))
        sold = Flow(Decimal(data.draw(st.integers(1, 3))), Decimal(-1))
        mine = OwnOrder(Side.BUY, Decimal(bids[0][0]), Decimal(1), Mark.LIVE)
        scene = Scene(
            axis, BookStatus.LIVE, 5, part(bids, is_bid=True), part(asks, is_bid=False),
            by_row([mine] if data.draw(st.booleans()) else [], axis), full,
            cursor=data.draw(st.sampled_from([axis.top, axis.top - 1])),
            last_row=data.draw(st.sampled_from([None, axis.top - 1])), last_side=Side.BUY, tick=tick,
            flow={axis.top - 2: sold} if data.draw(st.booleans()) else {},
        )  # fmt: skip
        is_wide = width >= WIDE
        made = ladder.ladder_rows(scene, width, remembered, is_wide=is_wide)
        assert made == ladder.ladder_rows(scene, width, fresh, is_wide=is_wide)
        assert {width_of(line) for line in made} == {width}


@given(SIZES, SIZES, st.integers(1, 4), st.integers(0, 8))
def test_a_bar_that_was_drawn_stays_while_its_size_stays(
    size: Decimal, full: Decimal, cells: int, before: int
) -> None:
    scale = Stairs(full, cells)
    first = scale.steps(size, before)
    assert 1 <= first <= max(cells * 2, before)
    assert scale.steps(size, first) == first


@given(st.integers(1, 400), st.integers(1, 120))
def test_panes_lie_on_the_body_and_never_over_each_other(width: int, height: int) -> None:
    found = boxes(width, height)
    taken: set[tuple[int, int]] = set()
    for box in found.values():
        cells = {(x, y) for x in range(box.x, box.x + box.width) for y in range(box.y, box.y + box.height)}
        assert not cells & taken
        taken |= cells
    assert all(0 <= x < width and 0 <= y < height for x, y in taken)
    assert "ladder" in found
