"""Live tables: whatever comes and goes, the cursor stands on its own row while that is there."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bgtui.ui.view import table as tables
from bgtui.ui.view.span import Span, width_of
from bgtui.ui.view.table import Column, Line, State, Table

COLUMNS = (Column("name", "name", 6, is_text=True), Column("value", "value", 8))

_keys = st.lists(st.sampled_from([f"k{number:02}" for number in range(30)]), unique=True, max_size=30)
_values = st.one_of(st.none(), st.integers(-1000, 1000))


def table_of(keys: list[str], values: list[int | None] | None = None) -> Table:
    values = values or [None] * len(keys)
    lines = tuple(
        Line(
            key, (Span(key), Span("--" if value is None else str(value))), (key, value), search=key, item=key
        )
        for key, value in zip(keys, values, strict=False)
    )
    return Table(COLUMNS, lines, "nothing")


@given(_keys, _keys, st.integers(0, 40), st.integers(1, 12))
def test_the_cursor_stays_on_its_row_or_goes_to_a_neighbour(
    before: list[str], after: list[str], steps: int, height: int
) -> None:
    shown = tables.arrange(table_of(before), State(), height)
    state = tables.moved(shown, steps)
    again = tables.arrange(table_of(after), state, height)
    if not after:
        assert again.current is None
        return
    assert again.current is not None
    if state.cursor in after:
        assert again.current.key == state.cursor
    elif before:
        below = [key for key in before[state.index + 1 :] if key in after]
        above = [key for key in reversed(before[: state.index]) if key in after]
        wanted = (*below, *above)
        assert not wanted or again.current.key == wanted[0]


@given(_keys, st.lists(st.integers(-30, 30), max_size=8), st.integers(1, 12))
def test_the_cursor_is_always_in_the_window(keys: list[str], moves: list[int], height: int) -> None:
    state = State()
    for steps in moves:
        shown = tables.arrange(table_of(keys), state, height)
        state = tables.moved(shown, steps)
    shown = tables.arrange(table_of(keys), state, height)
    if keys:
        assert shown.state.top <= shown.state.index < shown.state.top + height
        assert shown.state.top + min(height, len(keys)) <= len(keys)


@given(_keys, st.lists(_values, min_size=30, max_size=30), st.booleans())
def test_sorting_loses_nothing_and_puts_the_unknown_last(
    keys: list[str], values: list[int | None], is_descending: bool
) -> None:
    table = table_of(keys, values)
    shown = tables.arrange(table, State(sort="value", is_descending=is_descending), 10)
    assert sorted(line.key for line in shown.lines) == sorted(keys)
    sorted_by = [line.sort[1] for line in shown.lines]
    known = [value for value in sorted_by if isinstance(value, int)]
    assert sorted_by[len(known) :] == [None] * (len(keys) - len(known))
    assert known == sorted(known, reverse=is_descending)


@given(_keys, st.text(alphabet="k0123", max_size=3))
def test_a_filter_keeps_exactly_what_it_matches(keys: list[str], text: str) -> None:
    shown = tables.arrange(table_of(keys), State(filter=text), 10)
    assert [line.key for line in shown.lines] == [key for key in keys if text in key]
    assert shown.total == len(keys)


@given(_keys, st.sets(st.sampled_from([f"k{number:02}" for number in range(30)])))
def test_marks_are_of_rows_that_are_there(keys: list[str], marks: set[str]) -> None:
    shown = tables.arrange(table_of(keys), State(marks=frozenset(marks)), 10)
    assert shown.state.marks == marks & set(keys)
    assert {line.key for line in shown.marked} == shown.state.marks


@given(
    st.lists(st.decimals(-(10**9), 10**9, places=3), min_size=1, max_size=8),
    st.integers(20, 120),
    st.integers(2, 12),
)
def test_no_figure_is_cut_and_no_row_too_wide(values: list[Decimal], width: int, height: int) -> None:
    lines = tuple(Line(str(at), (Span("row"), Span(f"{value:,f}"))) for at, value in enumerate(values))
    table = Table(COLUMNS, lines)
    shown = tables.arrange(table, State(), tables.window_height(table, height))
    rows = tables.table_rows(table, shown, width, height, screen_width=width)
    assert len(rows) <= height
    for made in rows:
        assert width_of(made) <= width
        assert "#" not in "".join(span.text for span in made)
    widest = max(len(f"{value:,f}") for value in values)
    if 1 + 6 + 1 + max(widest, 8) <= width:
        texts = ["".join(span.text for span in made) for made in rows[1:]]
        for text, line in zip(texts, shown.lines[shown.state.top :], strict=False):
            assert text.endswith(line.cells[1].text)
