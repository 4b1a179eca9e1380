"""The table in docs/conformance.md names what the tests ask, no more and no less."""

from __future__ import annotations

from pathlib import Path

from tests.conformance.table import FOLDER, MODULES, PASSED, document, rows

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
HOW = "write it anew: python -m tests.conformance.table >docs/conformance.md"


def test_the_table_names_exactly_the_calls_that_are_made() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(dict.fromkeys(rows(), PASSED)), HOW


def test_every_file_of_tests_with_ccxt_is_in_it() -> None:
    assert {path.stem for path in FOLDER.glob("test_rest_*.py")} | {
        path.stem for path in FOLDER.glob("test_pro_*.py")
    } == set(MODULES)
