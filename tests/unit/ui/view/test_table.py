"""The rows of a live table, exactly."""

from __future__ import annotations

from bgtui.ui.role import Role
from bgtui.ui.view import table as tables
from bgtui.ui.view.span import Row, Span
from bgtui.ui.view.table import Column, Line, State, Table

COLUMNS = (
    Column("name", "name", 6, is_text=True),
    Column("value", "value", 7),
    Column("more", "more", 5, from_width=120),
)


FIRST = State()


def text(line: Row) -> str:
    return "".join(span.text for span in line).rstrip()


def made(*names: str, **more: object) -> Table:
    lines = tuple(
        Line(name, (Span(name), Span(f"{at}.0"), Span("x")), (name, at, None), search=name)
        for at, name in enumerate(names)
    )
    return Table(COLUMNS, lines, "No rows. t makes one.", **more)  # type: ignore[arg-type]


def rows(table: Table, state: State = FIRST, width: int = 80, height: int = 10) -> list[str]:
    shown = tables.arrange(table, state, tables.window_height(table, height))
    return [text(line) for line in tables.table_rows(table, shown, width, height, screen_width=width)]


def test_header_rows_and_total_stand_in_their_columns() -> None:
    table = made("one", "two", total=(Span("total", Role.MUTED), Span("+1.00")))
    assert rows(table) == [" name     value", "►one        0.0", " two        1.0", " total    +1.00"]


def test_columns_join_when_the_terminal_is_wider() -> None:
    assert rows(made("one"), width=120)[1] == "►one        0.0     x"


def test_a_column_widens_rather_than_cut_a_figure() -> None:
    table = Table(COLUMNS, (Line("a", (Span("a"), Span("0.00000981234"))),))
    assert rows(table) == [" name           value", "►a      0.00000981234"]


def test_a_column_without_room_is_left_out_whole() -> None:
    table = Table(COLUMNS, (Line("a", (Span("a"), Span("1234567"), Span("12345"))),))
    shown = tables.arrange(table, State(), 5)
    made_rows = tables.table_rows(table, shown, 18, 5, screen_width=120)
    assert [text(line) for line in made_rows] == [" name     value", "►a      1234567"]


def test_no_rows_is_a_sentence_and_no_match_says_so() -> None:
    assert rows(made()) == [" name     value", " No rows. t makes one."]
    found = rows(made("one", "two"), State(filter="zz"))
    assert found[1] == ' Filter "zz" matches none of 2; esc clears it.'


def test_what_is_not_known_is_no_empty_table() -> None:
    table = Table(COLUMNS, (), "? Legs are not known yet.", is_known=False)
    shown = tables.arrange(table, State(), 5)
    assert tables.table_rows(table, shown, 80, 5, screen_width=80)[1][0].role is Role.WARN


def test_a_stale_table_has_its_edge_and_keeps_its_cursor() -> None:
    table = made("one", "two", is_stale=True)
    assert [line[0] for line in rows(table)[1:]] == ["►", ":"]


def test_marks_show_under_the_cursor_too() -> None:
    shown = tables.arrange(made("one", "two"), State(marks=frozenset({"one", "two"})), 5)
    first, second = tables.table_rows(made("one", "two"), shown, 80, 5, screen_width=80)[1:]
    assert (first[0].text, second[0].text) == ("►", "x")
    assert first[1].reverse
    assert second[1].reverse


def test_the_title_names_views_order_filter_and_window() -> None:
    table = made(*(f"row{number}" for number in range(9)))
    state = State(sort="value", filter="row")
    shown = tables.arrange(table, state, 4)
    words = [tables.sort_words(table, state), tables.filter_words(shown), tables.window_words(shown, 4)]
    line = text(tables.title(("open 9", "plan"), 0, words, 80))
    assert line.startswith('─ [open 9]  plan · sort value ▼ · filter "row" 9 of 9 · 1–4 of 9 ──')


def test_sort_goes_through_the_columns_shown_and_back_to_none() -> None:
    state, seen = State(), []
    for _ in range(3):
        state = tables.next_sort(COLUMNS[:2], state)
        seen.append(state.sort)
    assert seen == ["name", "value", ""]
    assert not tables.turned(State()).is_descending


def test_two_panes_stand_side_by_side() -> None:
    left, right = ((Span("abc"),),), ((Span("─ title"),), (Span("x"),))
    joined = [text(line) for line in tables.beside(left, right, 5, 3)]
    assert joined == ["abc  ├─ title", "     │x", "     │"]
