"""What an order would do, in the lines of a dock."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bgtui.domain.facts import Facts
from bgtui.ui.role import Role
from bgtui.ui.view import figure
from bgtui.ui.view.dockframe import labelled
from bgtui.ui.view.glyph import ABOUT, NONE
from bgtui.ui.view.span import Row, Span, cells
from bgtui.ui.view.ticket import Preview

NEAR = Decimal("0.05")
_VERY_FAR = Decimal(10)
_VALUE_CELLS = 22
"""Cells behind a label in the narrowest dock."""


def preset_words(texts: Sequence[str], chosen: int, room: int) -> Row:
    """Return size presets, the chosen one in brackets; those far from it give way, none is cut.

    Args:
        texts: The sizes, smallest first.
        chosen: Which one the form has; -1 for none of them.
        room: Cells.
    """
    words = [f"[{text}]" if at == chosen else text for at, text in enumerate(texts)]
    first, last = 0, len(words)
    while last - first > 1 and _line_cells(words, first, last) > room:
        if last - 1 > max(chosen, first) and (last - 1 - chosen >= chosen - first or first == chosen):
            last -= 1
        else:
            first += 1
    spans = [
        Span(words[at], Role.ACCENT if at == chosen else Role.MUTED, bold=at == chosen)
        for at in range(first, last)
    ]
    parts = [Span("… ", Role.MUTED)] if first else []
    for at, span in enumerate(spans):
        parts += [Span(" "), span] if at else [span]
    return (*parts, Span(" …", Role.MUTED)) if last < len(words) else tuple(parts)


def _line_cells(words: Sequence[str], first: int, last: int) -> int:
    cut = (2 if first else 0) + (2 if last < len(words) else 0)
    return sum(len(word) + 1 for word in words[first:last]) - 1 + cut


def effect_rows(preview: Preview, facts: Facts) -> list[Row]:
    """Return leg, entry, liquidation, value, margin, fee and rules."""
    places, size_places = facts.rules.price_places, facts.rules.size_places
    rows: list[Row] = []
    if preview.leg_name:
        before = figure.size(preview.leg_before, size_places)
        after = figure.size(preview.leg_after, size_places)
        rows.append(labelled("leg", f"{preview.leg_name} {before} → {after}"))
        if preview.other_name:
            rows.append(labelled(preview.other_name, f"{figure.size(preview.other, size_places)} untouched"))
        rows += standing_rows(preview, places)
    coin = facts.rules.quote_coin
    rows.append(labelled("value", f"{figure.money(preview.value)} {coin}"))
    money = 8 if facts.rules.is_inverse else 2
    if preview.margin is not None:
        rows.append(margin_row(preview, facts))
    kind = "maker" if preview.is_maker else "taker"
    rows.append(labelled("fee", f"{ABOUT}{figure.money(preview.fee, money)} {kind}"))
    return [*rows, rules_row(preview)]


def standing_rows(preview: Preview, places: int) -> list[Row]:
    """Return where the leg is entered and liquidated afterwards."""
    entry = _change(preview.entry_before, preview.entry_after, places)
    return [labelled("entry", entry), _liquidation(preview, places)]


def margin_row(preview: Preview, facts: Facts) -> Row:
    """Return what is tied up, of how much that is free."""
    money = 8 if facts.rules.is_inverse else 2
    free = figure.money(facts.available, money)
    return labelled("margin", f"{figure.money(preview.margin, money)} of {free}")


def rules_row(preview: Preview) -> Row:
    """Return how many rules pass."""
    total = len(preview.results)
    role = Role.PLAIN if preview.passed == total else Role.DANGER
    return labelled("rules", (Span(f"{preview.passed} of {total} pass", role),))


def _change(before: Decimal | None, after: Decimal | None, places: int) -> str:
    new = figure.price(round(after, places), places) if after is not None else NONE
    if before is None:
        return new
    return f"{figure.price(round(before, places), places)} → {new}"


def _far(distance: Decimal) -> str:
    """Return a distance; beyond ten times the price it is only far."""
    return ">999%" if distance >= _VERY_FAR else figure.percent(distance)


def _liquidation(preview: Preview, places: int) -> Row:
    after = preview.liquidation_after
    if after is None:
        is_none = preview.leg_after == 0 or preview.is_liquidation_known
        return labelled("liq", NONE if is_none else "?")
    about = ABOUT if preview.is_approximate else ""
    text = f"{about}{figure.price(round(after, places), places)}"
    away = "" if preview.distance is None else f" {_far(preview.distance)} away"
    if cells(text + away) > _VALUE_CELLS:
        away = away.removesuffix(" away")
    is_near = preview.distance is not None and preview.distance <= NEAR
    return labelled("liq", (Span(text + away, Role.DANGER if is_near else Role.PLAIN),))
