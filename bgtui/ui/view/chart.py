"""Candles: one column a bar, the price axis at the right, a line at the last price.

Half a row is the finest step: a body that covers half of a cell is drawn when it covers at least that.
Floats are for drawing only.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bgtui.domain.market import Candle, CandleInterval
from bgtui.domain.value import frozen
from bgtui.ui.role import Role
from bgtui.ui.view.span import Row, Span, row

INTERVALS = (
    CandleInterval.M1,
    CandleInterval.M5,
    CandleInterval.M15,
    CandleInterval.H1,
    CandleInterval.H4,
    CandleInterval.D1,
)
"""What the keys go through, shortest first."""

_WICK, _UP, _DOWN, _LINE = "│", "█", "░", "·"
_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
_ROWS_PER_LABEL = 5


@frozen
class Scale:
    """Which price stands on which row."""

    high_ratio: float
    """Price at the upper edge of the first row."""
    low_ratio: float
    """Price at the lower edge of the last row."""
    height: int

    def row_of(self, price: Decimal | float) -> int:
        """Return the row of a price, from the top; it may lie outside."""
        span_ratio = (self.high_ratio - self.low_ratio) or 1.0
        return int((self.high_ratio - float(price)) / span_ratio * self.height // 1)


def title(interval: CandleInterval, back: int) -> Row:
    """Return the pane's title: the interval, and how far it was scrolled."""
    text = interval.value if interval.value[-1] == "m" else interval.value.upper()
    return row(f" CHART {text}", Span(f"  {back} bars back", Role.WARN) if back else "")


def chart_rows(
    candles: Sequence[Candle],
    width: int,
    height: int,
    *,
    places: int,
    last: Decimal | None,
    is_stale: bool = False,
) -> list[Row]:
    """Return the bars of a pane.

    Args:
        candles: Oldest first; the last ones that fit are drawn, the newest at the right.
        width: Cells of the whole pane, axis included.
        height: Rows.
        places: Decimal places of a price.
        last: Last traded price, which has a line of its own; None leaves it out.
        is_stale: Whether the figures are not current.
    """
    axis_width = _axis_width(candles, places)
    room = width - axis_width
    if room < 4 or height < 3:
        return []
    if not candles:
        return [row(Span(" no bars yet", Role.MUTED))]
    shown = candles[-room:]
    scale = _scale(shown, height)
    grid: list[list[tuple[str, Role]]] = [[(" ", Role.PLAIN)] * room for _ in range(height)]
    last_row = scale.row_of(last) if last is not None else -1
    if 0 <= last_row < height:
        grid[last_row] = [(_LINE, Role.MUTED)] * room
    for column, candle in enumerate(shown, room - len(shown)):
        _draw(grid, column, candle, scale)
    labels = _labels(scale, places)
    made = []
    for y, cells in enumerate(grid):
        label = labels.get(y, "")
        if y == last_row and last is not None:
            label = f"►{_price(last, places)}"
        made.append((*_runs(cells, is_stale=is_stale), _axis(label, axis_width, is_last=y == last_row)))
    return made


def _scale(candles: Sequence[Candle], height: int) -> Scale:
    high = max(candle.high for candle in candles)
    low = min(candle.low for candle in candles)
    margin = (high - low) / (2 * height) or abs(high) / 10_000 or Decimal(1)
    return Scale(float(high + margin), float(low - margin), height)


def _draw(grid: list[list[tuple[str, Role]]], column: int, candle: Candle, scale: Scale) -> None:
    is_up = candle.close >= candle.open
    role = Role.BID if is_up else Role.ASK
    top, bottom = scale.row_of(candle.high), scale.row_of(candle.low)
    body_top = scale.row_of(max(candle.open, candle.close))
    body_bottom = scale.row_of(min(candle.open, candle.close))
    for y in range(max(top, 0), min(bottom, scale.height - 1) + 1):
        is_body = body_top <= y <= body_bottom
        grid[y][column] = ((_UP if is_up else _DOWN) if is_body else _WICK, role)


def _labels(scale: Scale, places: int) -> dict[int, str]:
    """Return round prices for some rows."""
    step = _round_step(scale, places)
    price = (Decimal(str(scale.high_ratio)) // step) * step
    labels: dict[int, str] = {}
    while float(price) > scale.low_ratio:
        line = scale.row_of(price)
        if 0 <= line < scale.height:
            labels[line] = _price(price, places)
        price -= step
    return labels


def _round_step(scale: Scale, places: int) -> Decimal:
    rows = max(scale.height / _ROWS_PER_LABEL, 1)
    wanted = Decimal(str((scale.high_ratio - scale.low_ratio) / rows))
    unit = Decimal(1).scaleb(wanted.adjusted() if wanted else 0)
    step = next((unit * factor for factor in _STEPS if unit * factor >= wanted), unit * 10)
    return max(step, Decimal(1).scaleb(-places))


def _axis(label: str, width: int, *, is_last: bool) -> Span:
    return Span(
        label.rjust(width - 1) + " " if not is_last else label.ljust(width),
        Role.PLAIN if is_last else Role.MUTED,
    )


def _axis_width(candles: Sequence[Candle], places: int) -> int:
    return max((len(_price(candle.high, places)) for candle in candles[-1:]), default=8) + 2


def _price(price: Decimal, places: int) -> str:
    return f"{price:,.{places}f}"


def _runs(cells: Sequence[tuple[str, Role]], *, is_stale: bool) -> Row:
    spans: list[Span] = []
    text, role = "", Role.PLAIN
    for char, wanted in cells:
        wanted = Role.STALE if is_stale else wanted  # noqa: PLW2901 - the same cell, seen as stale
        if wanted is not role and char != " " and text:
            spans.append(Span(text, role))
            text = ""
        if char != " ":
            role = wanted
        text += char
    return (*spans, Span(text, role))
