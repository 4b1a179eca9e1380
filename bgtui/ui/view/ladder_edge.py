"""The ladder's first and last line: what lies beyond the screen, in ticks from the last price."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bgtui.ui.role import Role
from bgtui.ui.view import figure
from bgtui.ui.view.ladder_axis import Axis, ticks_between
from bgtui.ui.view.span import Row, Span, cells, fill, spread


@dataclass(frozen=True, slots=True)
class Beacon:
    """Something with a price that the person wants to know the way to."""

    label: str
    """``cursor``, ``touch``, ``TP``, ``entry``, ``liq`` …"""
    price: Decimal
    count: int = 1


def beyond(beacons: Iterable[Beacon], axis: Axis) -> tuple[list[Beacon], list[Beacon]]:
    """Return what lies above and below the screen, nearest to it first."""
    high = axis.price(axis.top)
    low = axis.price(axis.bottom)
    above = sorted((beacon for beacon in beacons if beacon.price > high), key=lambda beacon: beacon.price)
    below = sorted((beacon for beacon in beacons if beacon.price < low), key=lambda beacon: -beacon.price)
    return above, below


def line(  # noqa: PLR0917 - drawn from one place
    arrow: str, beacons: Sequence[Beacon], last: Decimal | None, tick: Decimal, width: int, end: str = ""
) -> Row:
    """Return one edge line: what fits, then how many more there are."""
    tail = (Span(end, Role.MUTED),) if end else ()
    room = width - cells(end) - 1
    if not beacons:
        return spread((), tail, width)
    spans: list[Span] = [Span(f" {arrow}", Role.ACCENT)]
    used = 1 + cells(arrow)
    for index, beacon in enumerate(beacons):
        distance = ticks_between(beacon.price, last, tick) if last is not None else None
        count = f"{beacon.count} " if beacon.count > 1 else ""
        text = f"{'  ' if index else ' '}{count}{beacon.label} {figure.ticks(distance)}"
        rest = len(beacons) - index - 1
        if used + cells(text) + (4 if rest else 0) > room:
            spans.append(Span(f" +{rest + 1}", Role.MUTED))
            break
        spans.append(Span(text, Role.DANGER if beacon.label == "liq" else Role.PLAIN))
        used += cells(text)
    return spread(fill(tuple(spans), width - cells(end)), tail, width)
