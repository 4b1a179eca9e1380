"""The ladder's first and last line: what lies beyond the screen, in ticks from the last price."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from bgtui.domain.value import frozen
from bgtui.ui.role import Role
from bgtui.ui.view import figure
from bgtui.ui.view.ladder_axis import Axis, ticks_between
from bgtui.ui.view.span import Row, Span, cells, fill, spread

CURSOR = "cursor"


@frozen
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
    return merged(above), merged(below)


def line(  # noqa: PLR0917 - drawn from one place
    arrow: str,
    beacons: Sequence[Beacon],
    last: Decimal | None,
    tick: Decimal,
    width: int,
    end: str = "",
    places: int = 0,
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
        text = f"{'  ' if index else ' '}{_name(beacon, places)} {figure.ticks(distance)}"
        rest = len(beacons) - index - 1
        if used + cells(text) + (4 if rest else 0) > room:
            spans.append(Span(f" +{rest + 1}", Role.MUTED))
            break
        spans.append(Span(text, Role.DANGER if beacon.label == "liq" else Role.PLAIN))
        used += cells(text)
    return spread(fill(tuple(spans), width - cells(end)), tail, width)


def _name(beacon: Beacon, places: int) -> str:
    if beacon.label == CURSOR:
        return f"{CURSOR} {figure.price(beacon.price, places)}"
    return f"{beacon.count} {beacon.label}s" if beacon.count > 1 else beacon.label


def merged(beacons: Sequence[Beacon]) -> list[Beacon]:
    """Return the beacons of one side, each label once: the nearest stands for all, with their number."""
    counts = Counter(beacon.label for beacon in beacons)
    found: dict[str, Beacon] = {}
    for beacon in beacons:
        found.setdefault(beacon.label, replace(beacon, count=counts[beacon.label]))
    return list(found.values())
