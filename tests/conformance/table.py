"""Run the conformance tests and print what ccxt was asked and what came of it.

python -m tests.conformance.table >docs/conformance.md
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pytest

from tests.conformance.calls import Row, declared

FOLDER = Path(__file__).parent
MODULES = (
    "test_rest_market",
    "test_rest_futures",
    "test_rest_plans",
    "test_rest_spot",
    "test_rest_copy",
    "test_rest_limits",
    "test_rest_shipped",
    "test_pro_books",
    "test_pro_market",
    "test_pro_account",
)
PASSED, FAILED = "passed", "failed"
_HEAD = """# Conformance

Another client, [ccxt](https://github.com/ccxt/ccxt) {version}, trades on the simulator. It is the released
package, changed in nothing but its addresses: `ccxt.async_support.bitget` by REST and `ccxt.pro.bitget`
by WebSocket, over real sockets, with its own signatures and its own checksum check on. The lines that say
"as shipped" leave its throttle and the simulator's rate limits on, the others turn both off, so that the run
is short. `make test` runs every line of this table (`tests/conformance`), and fails when a
test calls what the table does not name or the table names what no test calls. To write it anew, with the
outcome of a fresh run:

```
python -m tests.conformance.table >docs/conformance.md
```
"""
_PARTS = {
    False: "\n## REST\n\nMarkets are swaps (perpetual contracts) and spot.\n",
    True: "\n## WebSocket\n",
}
_TAIL = """
## What it took

Beside the routes that bgtui itself calls, ccxt needs three answers that the simulator gives for its sake:
`/api/v2/margin/currencies` (no pair can be borrowed for), `/api/v3/account/settings` (`25245`: a classic
account) and empty lists of the demo products of old, `SUSDT-FUTURES` and its kin.

Not asked, since the simulator has none of it: margin loans, conversions, transfers, withdrawals and
deposits, long/short ratios, unified accounts. Bars of two hours (`2h` on swaps), which Bitget's list of
parameters does not have, are refused.
"""


def rows() -> list[Row]:
    """Return what all tests declare, in the order of the files."""
    found = (row for name in MODULES for row in _of(importlib.import_module(f"tests.conformance.{name}")))
    return list(dict.fromkeys(found))


def _of(module: ModuleType) -> Iterator[Row]:
    for name, value in vars(module).items():
        if name.startswith("test_"):
            yield from declared(getattr(value, "pytestmark", ()))


def document(outcomes: Mapping[Row, str]) -> str:
    """Write the page."""
    parts = [_HEAD.format(version=version("ccxt"))]
    for is_stream, title in _PARTS.items():
        lines = _lines(row for row in rows() if row.is_stream is is_stream)
        parts += [title, "\n| Call | Market | What the test sees | Outcome |\n|---|---|---|---|\n"]
        parts += [f"{line} {outcomes.get(row, FAILED)} |\n" for row, line in lines]
    return "".join([*parts, _TAIL])


def _lines(found: Iterable[Row]) -> list[tuple[Row, str]]:
    ordered = sorted(found, key=lambda row: row.call)
    return [(row, f"| `{row.call}` | {row.market} | {row.seen} |") for row in ordered]


class _Outcomes:
    """Notes what became of each declared call."""

    def __init__(self) -> None:
        self.by_row: dict[Row, str] = {}
        self._items: dict[str, list[Row]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            self._items[item.nodeid] = declared(item.iter_markers())

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for row in self._items.get(report.nodeid, ()):
            if not report.passed:
                self.by_row[row] = FAILED
            else:
                self.by_row.setdefault(row, PASSED)


def main() -> int:
    """Run the tests and print the page; words of pytest go to standard error."""
    outcomes = _Outcomes()
    paths = [str(FOLDER / f"{name}.py") for name in MODULES]
    with contextlib.redirect_stdout(sys.stderr):
        status = pytest.main(["-q", "-n", "0", *paths], plugins=[outcomes])
    sys.stdout.write(document(outcomes.by_row))
    return int(status)


if __name__ == "__main__":
    raise SystemExit(main())
