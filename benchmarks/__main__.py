"""``python -m benchmarks [NAME …]``: run all measurements, or the named ones; exit 1 if a bar was missed."""

from __future__ import annotations

import importlib
import sys

SUITES = ("feed", "loopback", "simulator", "terminal", "copytrade")


def main(names: list[str]) -> int:
    """Run the suites one after another."""
    met = [importlib.import_module(f"benchmarks.{name}").run() for name in names or SUITES]
    return 0 if all(met) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
