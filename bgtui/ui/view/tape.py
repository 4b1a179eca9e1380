"""The tape: a ring of trades that never scrolls; the newest is marked, a line of dashes runs ahead of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import compress, count
from operator import is_not

from bgtui.domain.market import Side, Trade
from bgtui.domain.value import frozen
from bgtui.ui.role import Role
from bgtui.ui.view import figure
from bgtui.ui.view.edge import edge_span, edged_line
from bgtui.ui.view.glyph import CURSOR, DOWN, UP
from bgtui.ui.view.span import EMPTY, Row, Span, blank, exactly, row

RATE_S = 10
"""Seconds over which the rate of trades is told."""
_STEPS = (Decimal(1), Decimal(2), Decimal(5))
_DEFAULT_NOTIONAL = Decimal(1000)
_PRICE_CELLS, _SIZE_CELLS = 8, 8
_PIECES = (1, 9, _PRICE_CELLS + 1 + _SIZE_CELLS)
"""Cells of the mark, the time, and price and size."""


def default_filter(price: Decimal | None, step: Decimal) -> Decimal:
    """Return the 1-2-5 size at or below a thousand of quote currency, at least one size step."""
    if price is None or price <= 0:
        return step
    return max(_at_or_below(_DEFAULT_NOTIONAL / price), step)


def stepped_filter(size: Decimal, steps: int, smallest: Decimal) -> Decimal:
    """Return the next size of the 1-2-5 series, up or down; below the smallest it is zero: all."""
    if steps > 0:
        return smallest if size < smallest else _next(size)
    lower = _at_or_below(size * Decimal("0.999")) if size > 0 else Decimal(0)
    return lower if lower >= smallest else Decimal(0)


def _at_or_below(size: Decimal) -> Decimal:
    unit = Decimal(1).scaleb(size.adjusted())
    return next((unit * step for step in reversed(_STEPS) if unit * step <= size), unit)


def _next(size: Decimal) -> Decimal:
    unit = Decimal(1).scaleb(size.adjusted())
    return next((unit * step for step in _STEPS if unit * step > size), unit * 10)


class Ring:
    """Trades on fixed lines: a new one is written over the line of dashes, which moves on."""

    def __init__(self) -> None:
        """Begin without lines; `lay` gives them."""
        self._lines: list[Trade | None] = []
        self._newest = -1

    def lay(self, trades: Sequence[Trade], height: int) -> None:
        """Begin anew with the latest trades from the top."""
        room = max(height - 1, 0)
        kept = list(trades[-room:]) if room else []
        self._lines = [*kept, *[None] * (height - len(kept))]
        self._newest = len(kept) - 1

    def add(self, trades: Iterable[Trade]) -> None:
        """Write new trades, each on the line after the last."""
        height = len(self._lines)
        if not height:
            return
        for trade in trades:
            self._newest = (self._newest + 1) % height
            self._lines[self._newest] = trade
        if self._newest >= 0:
            self._lines[(self._newest + 1) % height] = None

    @property
    def height(self) -> int:
        """Lines of the ring."""
        return len(self._lines)

    @property
    def newest(self) -> int:
        """Line of the newest trade; -1 before the first."""
        return self._newest

    @property
    def lines(self) -> Sequence[Trade | None]:
        """What stands on each line; None is the line of dashes, or one not used yet."""
        return self._lines


class Rate:
    """How fast trades are printed: counted as they come, since a busy tape soon drops them."""

    def __init__(self) -> None:
        """Begin with none."""
        self._by_second: dict[int, int] = {}

    def take(self, trades: Iterable[Trade]) -> None:
        """Count trades, each once."""
        for trade in trades:
            second = trade.time_ms // 1000
            self._by_second[second] = self._by_second.get(second, 0) + 1

    def per_second(self, now_ms: int) -> int:
        """Return how many a second there were lately, rounded up."""
        before = now_ms // 1000 - RATE_S
        self._by_second = {second: count for second, count in self._by_second.items() if second > before}
        return -(-sum(self._by_second.values()) // RATE_S)


def title(smallest: Decimal, places: int, *, rate: int | None = None, held: int | None = None,
          is_focused: bool = False) -> Row:  # fmt: skip
    """Return the pane's title: the filter, the rate where there is room, what a held tape holds back."""
    word = Span("TAPE", Role.ACCENT, reverse=is_focused)
    sieve = f" ≥ {figure.size(smallest, places)}" if smallest else " all"
    spans = [word, Span(sieve, Role.MUTED)]
    if held is not None:
        spans.append(Span(f" held, {held} new", Role.WARN))
    elif rate is not None:
        spans.append(Span(f"  {rate}/s", Role.MUTED))
    return tuple(spans)


@frozen
class Look:
    """What all lines of a tape share."""

    width: int
    """Cells of the pane, edge included."""
    edge: str
    price_places: int
    size_places: int
    is_stale: bool = False
    """Whether nothing comes any more."""


class Memory:
    """The rows of the last frame: only the lines that a new trade moved are made anew."""

    def __init__(self) -> None:
        """Begin with none."""
        self._shared: tuple[Look, frozenset[str]] | None = None
        self._trades: list[Trade | None] = []
        self._marked: tuple[int, int] = (-1, -1)
        """The lines of the newest trade and of the dashes."""
        self._rows: list[Row] = []

    def rows(self, ring: Ring, look: Look, own: frozenset[str]) -> list[Row]:
        """Return one row a line of the ring, behind the edge; my trades, ``own`` by id, are bold."""
        trades, newest = ring.lines, ring.newest
        dashes = (newest + 1) % len(trades) if trades and newest >= 0 else -1
        if (look, own) != self._shared or len(trades) != len(self._trades):
            self._shared = (look, own)
            self._rows = [EMPTY] * len(trades)
            stale = set(range(len(trades)))
        else:
            stale = {newest, dashes, *self._marked, *compress(count(), map(is_not, trades, self._trades))}
            stale.discard(-1)
        self._trades, self._marked = list(trades), (newest, dashes)
        for number in stale:
            if number == dashes:
                self._rows[number] = _dashes(look.width, look.edge)
            else:
                self._rows[number] = _line(trades[number], look, own, is_newest=number == newest)
        return self._rows.copy()


@lru_cache(16)
def _dashes(width: int, edge: str) -> Row:
    """Return the line of dashes: in as many pieces as a trade, so that one is written over the other."""
    pieces = [edge_span(edge), *(Span("-" * cells, Role.MUTED) for cells in _PIECES)]
    rest = width - 1 - sum(_PIECES)
    return exactly([*pieces, Span("-" * rest, Role.MUTED)] if rest > 0 else pieces, width)


def _line(trade: Trade | None, look: Look, own: frozenset[str], *, is_newest: bool) -> Row:
    """Return a line of the ring, behind the edge and as wide as the pane."""
    if trade is None:
        return edged_line(EMPTY, look.width, look.edge)
    is_buy = trade.side is Side.BUY
    if look.is_stale:
        role = Role.STALE
    elif trade.trade_id in own:
        role = Role.OWN
    else:
        role = Role.BID if is_buy else Role.ASK
    price = _price(trade.price_text, look.price_places)
    text = f"{price}{UP if is_buy else DOWN}{_size(trade.size_text, look.size_places)}"
    mark, time = _NEWEST if is_newest else _OLDER, _time(trade.time_ms // 1000, is_stale=look.is_stale)
    rest = look.width - 1 - sum(_PIECES)
    if rest > 0 and len(text) == _PIECES[-1]:  # nearly all: as wide as what it is written over
        return edge_span(look.edge), mark, time, Span(text, role), blank(rest)
    return exactly([edge_span(look.edge), mark, time, Span(text, role)], look.width)


_NEWEST, _OLDER = Span(CURSOR, Role.ACCENT), blank(1)


@lru_cache(64)
def _time(seconds: int, *, is_stale: bool) -> Span:
    return Span(figure.clock(seconds * 1000) + " ", Role.STALE if is_stale else Role.MUTED)


@lru_cache(1024)
def _price(text: str, places: int) -> str:
    return figure.price(Decimal(text), places).rjust(_PRICE_CELLS)


@lru_cache(1024)
def _size(text: str, places: int) -> str:
    return figure.fitted_size(Decimal(text), places, _SIZE_CELLS)


def empty_lines(smallest: Decimal, places: int, chord: str) -> list[Row]:
    """Return what an empty tape says."""
    if not smallest:
        return [row(Span(" No trades yet.", Role.MUTED))]
    return [
        row(Span(f" No trades over {figure.size(smallest, places)} yet.", Role.MUTED)),
        row(Span(f" {chord} lowers the filter.", Role.MUTED)),
    ]
