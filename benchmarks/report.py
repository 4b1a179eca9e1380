"""How a measurement is written down: one line a figure, its bar, and whether it was met."""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure against its bar."""

    name: str
    figure: float
    limit: float
    unit: str

    @property
    def is_met(self) -> bool:
        """Tell whether the figure is at most its limit."""
        return self.figure <= self.limit

    def line(self) -> str:
        """Return the line of the report."""
        verdict = "met" if self.is_met else "MISSED"
        return f"  {self.name:<44} {self.figure:>10.3f}  at most {self.limit:>8.3f} {self.unit:<10} {verdict}"


def say(line: str = "") -> None:
    """Print a line at once, so that a long run shows where it is."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def conclude(title: str, bars: list[Bar]) -> bool:
    """Print the bars of one measurement; tell whether all were met."""
    say(f"{title}:")
    for bar in bars:
        say(bar.line())
    say()
    return all(bar.is_met for bar in bars)
