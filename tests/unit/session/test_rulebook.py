"""The file of the rules: whole, private, never lost, and never obeyed where it is broken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bgtui.domain.alert import BUILT_IN, AlertRule
from bgtui.session.rulebook import RuleBook, read_rule
from tests.support.watching import price_rule


def row(**changes: Any) -> dict[str, Any]:
    plain = {
        "id": "r1", "kind": "price", "instrument": "usdt-futures:BTCUSDT", "threshold": "100",
        "crossing": "above", "source": "last", "repeats": True, "command": True, "on": True,
        "built_in": False,
    }  # fmt: skip
    return {**plain, **changes}


def written(path: Path, *rows: Any, version: int = 1) -> RuleBook:
    path.write_text(json.dumps({"version": version, "rules": rows}))
    return RuleBook(path)


def own(rules: tuple[AlertRule, ...]) -> list[AlertRule]:
    return [rule for rule in rules if not rule.is_built_in]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    book = RuleBook(tmp_path / "alerts.json")
    assert book.read() == (BUILT_IN, "")
    rules = (*BUILT_IN, price_rule("0.00000981"))
    assert book.write(rules) == ""
    assert RuleBook(tmp_path / "alerts.json").read() == (rules, "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"version": 1}',
        '{"version": 2, "rules": []}',
        "\xff",
        "[" * 5000,
        '{"rules": 3}',
        "x" * 300_000,
    ],
    ids=["empty", "cut", "list", "no-rules", "later", "latin", "deep", "number", "long"],
)
def test_a_broken_file_is_told_and_kept_aside(tmp_path: Path, text: str) -> None:
    path = tmp_path / "alerts.json"
    path.write_text(text, encoding="latin-1")
    book = RuleBook(path)

    rules, problem = book.read()

    assert rules == BUILT_IN
    assert "kept as alerts.broken-1.json" in problem
    assert "\n" not in problem
    assert book.write(rules) == ""
    assert (tmp_path / "alerts.broken-1.json").read_text(encoding="latin-1") == text


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "moon"}, {"instrument": None}, {"instrument": "x:Y"}, {"instrument": "usdt-futures:\x1b[2J"},
        {"threshold": None}, {"threshold": "NaN"}, {"threshold": "-1"}, {"threshold": "1e400"},
        {"threshold": "lots"}, {"id": "\x1b]52;c;x\x07"}, {"crossing": "sideways"}, {"instrument": 7},
    ],
    ids=str,
)  # fmt: skip
def test_a_broken_rule_leaves_the_others(tmp_path: Path, changes: dict[str, Any]) -> None:
    book = written(tmp_path / "alerts.json", row(**changes), row(id="r2"))

    rules, problem = book.read()

    assert [rule.rule_id for rule in own(rules)] == ["r2"]
    assert "1 of 2 cannot be read" in problem


def test_a_rule_twice_and_rows_that_are_none_are_left_out(tmp_path: Path) -> None:
    rules, problem = written(tmp_path / "alerts.json", row(), row(threshold="7"), 3, None).read()

    assert [str(rule.threshold) for rule in own(rules)] == ["100"]
    assert "3 of 4" in problem


def test_a_file_cannot_make_a_rule_built_in(tmp_path: Path) -> None:
    rules, _ = written(tmp_path / "alerts.json", row(built_in=True), row(id="fill", built_in=True)).read()

    assert rules == BUILT_IN


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.write_text("precious")
    (tmp_path / "alerts.new").symlink_to(target)

    assert RuleBook(tmp_path / "alerts.json").write(BUILT_IN) != ""
    assert target.read_text() == "precious"


def test_an_unreadable_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "alerts.json"
    path.mkdir()

    rules, problem = RuleBook(path).read()

    assert rules == BUILT_IN
    assert "cannot be read" in problem
    assert list(tmp_path.iterdir()) == [path]


def test_a_row_of_a_rule_is_that_rule() -> None:
    assert read_rule(row()) == price_rule("100")
    assert read_rule("x") is None
