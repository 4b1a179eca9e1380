"""The equity of a wallet over the run, in block glyphs, and what it came to."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bgtui.store.worth import Sample
from bgtui.ui.role import Role
from bgtui.ui.view import figure
from bgtui.ui.view.glyph import ABOUT
from bgtui.ui.view.positions import gain
from bgtui.ui.view.privacy import hide
from bgtui.ui.view.span import Span
from bgtui.ui.view.table import Detail, heading

HEIGHT = 4
_STEPS = 2
"""Steps of one cell: half a block, a whole one."""
_GLYPHS = (" ", "▄", "█")


def worth_detail(
    samples: Sequence[Sample],
    wallet: str,
    width: int,
    *,
    places: int = 2,
    hides_money: bool = False,
    now: Sample | None = None,
) -> Detail:
    """Return the block: the line at the left, now, start, change and worst at the right.

    Args:
        samples: What was told, oldest first.
        wallet: Whose it is.
        width: Cells.
        places: Decimals.
        hides_money: Whether figures are hidden.
        now: The equity of now, worked out here; None where it is the one told last.
    """
    title = f"equity {wallet}, this session"
    if not samples:
        return Detail(heading(title), ((Span(" ? not told yet", Role.MUTED),),))
    about = "" if now is None else ABOUT
    every = samples if now is None else (*samples, now)
    samples = [Sample(each.time_ms, round(each.equity, places)) for each in every]  # as far as it is shown
    values = [sample.equity for sample in samples]
    low, high = min(values), max(values)
    ends = f"  {figure.money(low, places)} – {figure.money(high, places)}"
    columns = max(width // 2, 10)
    bars = bar_rows(levels(samples, columns), HEIGHT)
    words = _words(samples, places, about, hides_money=hides_money)
    lines = [
        (Span(f" {bar} "), Span(f"  {name:<10}", Role.MUTED), value)
        for bar, (name, value) in zip(bars, words, strict=True)
    ]
    return Detail(heading(title, hide(ends, is_private=hides_money)), tuple(lines))


def _words(
    samples: Sequence[Sample], places: int, about: str, *, hides_money: bool
) -> list[tuple[str, Span]]:
    start, now = samples[0].equity, samples[-1].equity
    worst = min(samples, key=lambda sample: sample.equity)
    fell = worst.equity - start
    at = f" at {figure.clock(worst.time_ms)[:5]}" if fell < 0 else ""

    def money(text: str) -> str:
        return hide(text, is_private=hides_money)

    return [
        ("now", Span(money(about + figure.money(now, places)))),
        ("start", Span(money(figure.money(start, places)))),
        ("change", Span(money(about + figure.signed(now - start, places)), gain(now - start))),
        ("worst", Span(money(figure.signed(min(fell, Decimal(0)), places)) + at, gain(fell))),
    ]


def levels(samples: Sequence[Sample], columns: int) -> list[int]:
    """Return a height for each column, 1 to 8 half cells: the last equity told until its time."""
    first_ms, last_ms = samples[0].time_ms, samples[-1].time_ms
    low = min(sample.equity for sample in samples)
    high = max(sample.equity for sample in samples)
    most = HEIGHT * _STEPS
    made: list[int] = []
    at = 0
    for column in range(columns):
        until_ms = first_ms + (last_ms - first_ms) * (column + 1) // columns
        while at + 1 < len(samples) and samples[at + 1].time_ms <= until_ms:
            at += 1
        height_ratio = (samples[at].equity - low) / (high - low) if high > low else Decimal("0.5")
        made.append(1 + round(height_ratio * (most - 1)))
    return made


def bar_rows(heights: Sequence[int], rows: int) -> list[str]:
    """Return the lines of a chart from the top; heights are in half cells."""
    return [
        "".join(_GLYPHS[min(max(height - line * _STEPS, 0), _STEPS)] for height in heights)
        for line in range(rows - 1, -1, -1)
    ]
