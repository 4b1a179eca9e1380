"""What one frame of the ladder is drawn from: the book by row, and all that stands around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from itertools import accumulate

from bgtui.domain.book import Level
from bgtui.domain.market import Side
from bgtui.domain.value import frozen
from bgtui.store.book import BookStatus
from bgtui.ui.traded import Flow
from bgtui.ui.view import ladder_own
from bgtui.ui.view.ladder_axis import Axis
from bgtui.ui.view.ladder_edge import Beacon

_MAX_KNOWN = 8000
_NOTHING = Decimal(0)


@frozen
class Scene:
    """Everything one frame of the ladder is drawn from."""

    axis: Axis
    status: BookStatus
    places: int
    """Decimal places of a price."""
    bids: Mapping[int, Decimal]
    """Size by row."""
    asks: Mapping[int, Decimal]
    own: ladder_own.Rows
    full: Decimal
    """Size of a full bar; zero draws none."""
    cursor: int | None = None
    """Row of the cursor."""
    edge_last: Decimal | None = None
    """Price that the edge lines count from; it moves once a second."""
    last_row: int | None = None
    last_side: Side | None = None
    state_word: str = ""
    """In the price header: ``STALE 7s``, ``READONLY``."""
    is_focused: bool = True
    is_cumulative: bool = False
    factor: str = ""
    """Group factor and step, at the edge line's right."""
    above: Sequence[Beacon] = ()
    below: Sequence[Beacon] = ()
    tick: Decimal = Decimal(1)
    note_above: str = ""
    """Instead of the beacons above: where the touch went."""
    note_below: str = ""
    flow: Mapping[int, Flow] = field(default_factory=dict)


class Counter:
    """Sums levels by row; which row a price text belongs to is worked out once."""

    def __init__(self) -> None:
        """Know no price yet."""
        self._step: tuple[Decimal, int] | None = None
        self._rows: tuple[dict[str, int], dict[str, int]] = ({}, {})

    def rows_of(self, levels: Iterable[Level], axis: Axis, *, is_bid: bool) -> dict[int, Decimal]:
        """Return the sizes of a side by row, from the touch to the edge of the screen.

        Args:
            levels: Best first.
            axis: Which rows there are.
            is_bid: Whether these are bids.
        """
        known = self._known(axis, is_bid=is_bid)
        to_row = axis.bid_row if is_bid else axis.ask_row
        bottom, top = axis.bottom, axis.top
        found: dict[int, Decimal] = {}
        current, total = None, _NOTHING  # levels of one row follow one another
        for price_text, size_text in levels:
            number = known.get(price_text)
            if number is None:
                number = known[price_text] = to_row(Decimal(price_text))
            if number == current:
                total += Decimal(size_text)
                continue
            if current is not None:
                found[current] = total
            if number < bottom if is_bid else number > top:
                return found
            current, total = number, Decimal(size_text)
        if current is not None:
            found[current] = total
        return found

    def row_of(self, price_text: str, axis: Axis, *, is_bid: bool) -> int:
        """Return the row of one price."""
        known = self._known(axis, is_bid=is_bid)
        number = known.get(price_text)
        if number is None:
            price = Decimal(price_text)
            number = known[price_text] = axis.bid_row(price) if is_bid else axis.ask_row(price)
        return number

    def _known(self, axis: Axis, *, is_bid: bool) -> dict[str, int]:
        step = (axis.tick, axis.group)
        if step != self._step or len(self._rows[is_bid]) > _MAX_KNOWN:
            self._step, self._rows = step, ({}, {})
        return self._rows[is_bid]


def cumulated(sizes: Mapping[int, Decimal], *, is_bid: bool) -> dict[int, Decimal]:
    """Return the running sums from the touch outwards."""
    numbers = sorted(sizes, reverse=is_bid)
    return dict(zip(numbers, accumulate(sizes[number] for number in numbers), strict=True))
