"""Values are made in one way; what makes them in another says why by being listed here."""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "bgtui"
BUSY_KEYS = {"MarketTopic", "Topic"}
"""Hashed at every message or frame: methods of their own are worth their start."""
ROUTES = {"Endpoint", "Read", "Write"}
"""One inherits from the other, and their fields are named at every call."""


def frozen_dataclasses() -> Iterator[str]:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                decorators = {ast.unparse(each) for each in node.decorator_list}
                if any(each.startswith("dataclass(") and "frozen=True" in each for each in decorators):
                    yield node.name


def test_values_are_made_in_one_way() -> None:
    assert set(frozen_dataclasses()) == BUSY_KEYS | ROUTES
