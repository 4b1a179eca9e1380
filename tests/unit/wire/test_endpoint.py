"""The table of REST routes against the protocol notes it was written from."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from bgtui.wire.endpoint import EXCLUDED, READS, WRITES, Read, Scope, Write

NOTES = Path(__file__).parents[4] / "shared" / "bitget-wire.md"
needs_notes = pytest.mark.skipif(
    not NOTES.is_file(), reason="the protocol notes are not beside the repository"
)

DEVIATIONS = {
    "/api/v2/mix/order/cancel-all-orders": "10/u on its page, 1 a second in the field (notes 11, row 63)"
}
FAMILY = re.compile(r"^\*\*.*?`(/api/v2/copy/[a-z-]+)/…?`(?: \((\d+)/u\))?")
LIMIT = re.compile(r"(\d+)(?:/(ip|u))?")


class Row(NamedTuple):
    method: str
    path: str
    rate: int | None
    scope: Scope | None


def all_endpoints() -> dict[str, Read | Write]:
    reads: dict[str, Read | Write] = {each.path: each for each in READS.values()}
    return reads | {each.path: each for each in WRITES.values()}


def section(text: str, number: str) -> str:
    return text.split(f"\n## {number} ", 1)[1].split("\n## ", 1)[0].split("\n# ", 1)[0]


def full_path(path: str, before: str) -> str:
    """Complete a second path of a row, which the notes shorten to its last part."""
    return path if path.startswith("/api/") else before.rpartition("/")[0] + "/" + path.lstrip("/")


def table_rows(text: str) -> Iterator[Row]:
    """Yield the routes of the tables of sections 4.1 to 4.9."""
    before = ""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        methods = re.findall(r"GET|POST", cells[0].lstrip("| "))
        if not line.startswith("| ") or not methods or len(cells) < 3:
            continue
        found = LIMIT.match(cells[2])
        for path in re.findall(r"`([^`]+)`", re.sub(r"\(.*?\)", "", cells[1])):
            before = full_path(path, before)
            scope = {"ip": Scope.IP, "u": Scope.UID, None: None}[found[2] if found else None]
            for method in methods:
                yield Row(method, before, int(found[1]) if found else None, scope)


def copy_rows(text: str) -> Iterator[Row]:
    """Yield the routes of section 4.11, whose limits stand in headings or behind the paths."""
    base, default = "", None
    for line in text.splitlines():
        if heading := FAMILY.match(line):
            base, default = heading[1], int(heading[2]) if heading[2] else None
        elif found := re.match(r"\| (GET|POST) \|", line):
            cell = re.sub(r"\(\[X\].*?\)", "", line.split(" | ")[1])
            for path, inside in re.findall(r"`([a-z-]+)` ?(?:\((\d+)[^)]*\))?", cell):
                yield Row(found[1], f"{base}/{path}", int(inside) if inside else default, None)


@needs_notes
@pytest.mark.parametrize("number", [f"4.{each}" for each in range(1, 10)])
def test_every_route_of_the_notes_is_in_the_table_or_left_out_with_a_reason(number: str) -> None:
    known = all_endpoints()
    rows = list(table_rows(section(NOTES.read_text(encoding="utf-8"), number)))
    assert len(rows) >= 4
    for row in rows:
        path = row.path
        if path in EXCLUDED:
            assert path not in known
            continue
        assert path in known, f"{path} is neither in the table nor left out"
        endpoint = known[path]
        assert endpoint.method == row.method
        if path not in DEVIATIONS:
            assert endpoint.limit.count == row.rate, path
            assert endpoint.limit.seconds == 1
        assert row.scope is None or endpoint.limit.scope is row.scope, path


@needs_notes
def test_every_copy_trading_route_of_the_notes_is_in_the_table() -> None:
    known = all_endpoints()
    rows = [
        row
        for row in copy_rows(section(NOTES.read_text(encoding="utf-8"), "4.11"))
        if row.path not in EXCLUDED
    ]
    assert [row.method for row in rows].count("GET") == 27
    assert [row.method for row in rows].count("POST") == 19
    for row in rows:
        assert row.path in known, row.path
        assert known[row.path].method == row.method, row.path
        assert row.rate is None or known[row.path].limit.count == row.rate, row.path


@needs_notes
def test_the_table_holds_nothing_that_the_notes_do_not() -> None:
    text = NOTES.read_text(encoding="utf-8")
    noted = {row.path for each in range(1, 10) for row in table_rows(section(text, f"4.{each}"))}
    noted |= {row.path for row in copy_rows(section(text, "4.11"))}
    assert set(all_endpoints()) <= noted


def test_names_and_paths_are_unique() -> None:
    assert not READS.keys() & WRITES.keys()
    assert len(all_endpoints()) == len(READS) + len(WRITES)
    assert all(name == each.name for table in (READS, WRITES) for name, each in table.items())


def test_nothing_excluded_is_listed_and_each_exclusion_has_a_reason() -> None:
    assert not EXCLUDED.keys() & all_endpoints().keys()
    assert all(reason for reason in EXCLUDED.values())


@pytest.mark.parametrize(
    "word",
    [
        "withdraw",
        "transfer",
        "upgrade",
        "union-c",
        "sub-account",
        "subaccount",
        "/margin/",
        "create-copy-api",
    ],
)
def test_a_dashboard_has_no_route_to(word: str) -> None:
    assert not [path for path in all_endpoints() if word in path]


def test_public_routes_are_unsigned_and_limited_by_address() -> None:
    for each in READS.values():
        if not each.signed:
            assert each.limit.scope is Scope.IP
            assert "/market/" in each.path or "/public/" in each.path
    assert all(each.signed for each in WRITES.values())


def test_only_cancels_and_closes_lower_risk() -> None:
    for each in WRITES.values():
        ends_something = "cancel" in each.path or "close" in each.path
        assert each.lowers_risk is (ends_something and "replace" not in each.path)


def test_lead_traders_place_one_order_a_second() -> None:
    cut = {each.path for each in WRITES.values() if each.elite is not None}
    assert cut == {
        "/api/v2/spot/trade/place-order",
        "/api/v2/spot/trade/batch-orders",
        "/api/v2/mix/order/place-order",
        "/api/v2/mix/order/batch-place-order",
        "/api/v2/mix/order/click-backhand",
    }
    assert {each.elite.count for each in WRITES.values() if each.elite is not None} == {1}


def test_the_verb_follows_from_the_class() -> None:
    assert {each.method for each in READS.values()} == {"GET"}
    assert {each.method for each in WRITES.values()} == {"POST"}
    assert not issubclass(Write, Read)
    assert not issubclass(Read, Write)


def test_fills_of_the_past_are_not_in_demo() -> None:
    assert not READS["futures.history-fills"].in_demo
    assert READS["futures.fills"].in_demo
