"""A recorded stream as the market: what was quoted and traded then is quoted and traded again.

How users meet a recording:

- The recorded book is one crowd order at each price. When a message changes a level, the crowd quotes it anew
  with the recorded size, behind users' orders there. A recorded quote that reaches a user's order trades with
  it.
- A recorded trade is traded again in the engine, up to its price and size, so a user's order in its way is
  filled by price and time; what nobody was there for is matched within the crowd. Then the touched levels get
  their recorded sizes back.
- What a user takes from the book is missing until the recording next speaks of that level.

The recording starts over when it has ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bgtui.domain.book import Level, OrderBook, Verdict
from bgtui.domain.event import (
    BookBroken,
    BookDepth,
    BookReceived,
    CandlesUpdated,
    Event,
    FrameUnsupported,
    TickerUpdated,
    TradesPrinted,
)
from bgtui.domain.instrument import Instrument, InstrumentId, InstrumentStatus, ProductType
from bgtui.domain.market import Candle, CandleInterval, Ticker, Trade
from bgtui.simulator import replay_v1
from bgtui.simulator.candles import MINUTE_MS, Bar
from bgtui.simulator.instruments import LISTINGS, Listing, small_tiers
from bgtui.simulator.market_units import Units
from bgtui.wire.capture import Captured
from bgtui.wire.frame import Control, Router

MAX_PLAYED = 2_000_000
"""Events taken from one recording; what comes after them is left out."""

_QUOTES = {
    ProductType.USDT_FUTURES: "USDT",
    ProductType.USDC_FUTURES: "USDC",
    ProductType.COIN_FUTURES: "USD",
    ProductType.SPOT: "USDT",
}


@dataclass(slots=True)
class BookChange:
    """Levels that changed, or the whole book."""

    is_snapshot: bool
    bids: Sequence[Level]
    asks: Sequence[Level]


@dataclass(slots=True)
class Played:
    """One thing that happens in a recording."""

    offset_ms: float
    """Since its first event."""
    instrument: InstrumentId
    what: BookChange | Trade | Ticker


@dataclass(slots=True)
class Recorded:
    """One instrument of a recording, apart from what happens to it."""

    listing: Listing
    opening: BookChange
    """The first whole book."""
    past_trades: list[Trade]
    """Before its first event, oldest first."""
    past_bars: list[Bar]
    """Finished minutes before its first event, oldest first, in the recording's time."""
    price: float
    """Middle of the first book, quote currency."""


@dataclass(slots=True)
class Recording:
    """A recording, ready to be played."""

    instruments: dict[InstrumentId, Recorded]
    events: list[Played]
    start_ms: int
    """When it began."""
    length_ms: float
    is_cut: bool = False
    """It was longer than can be played."""


@dataclass(slots=True)
class _Notes:
    """What is learned about one instrument while a recording is read."""

    book: OrderBook = field(default_factory=OrderBook)
    opening: BookChange | None = None
    past_trades: list[Trade] = field(default_factory=list)
    candles: dict[int, Candle] = field(default_factory=dict)
    price_places: int = 0
    size_places: int = 0
    has_full_book: bool = False


class _Reader:
    """Reads the frames of a recording, once."""

    def __init__(self) -> None:
        self.notes: dict[InstrumentId, _Notes] = {}
        self.events: list[Played] = []
        self.start_ns: int | None = None
        self.now_ms = 0.0
        self._routers: dict[str, Router] = {}

    def take(self, frame: Captured) -> None:
        """Read one frame."""
        if self.start_ns is None:
            self.start_ns = frame.time_ns
        # The clock of the machine that recorded may have been set back.
        self.now_ms = max(self.now_ms, (frame.time_ns - self.start_ns) / 1e6)
        router = self._routers.setdefault(frame.connection, Router(frame.connection))
        for event in router.route(frame.raw):
            found = replay_v1.read(frame.raw) if isinstance(event, FrameUnsupported) else event
            if found is not None:
                self._learn(found)

    def _learn(self, event: Event | Control) -> None:
        match event:
            case BookReceived(depth=BookDepth.FULL | BookDepth.FIFTEEN | BookDepth.FIVE):
                self._learn_book(event)
            case BookBroken(depth=BookDepth.FULL):
                self._of(event.instrument).book.drop()
            case TradesPrinted():
                self._learn_trades(event)
            case TickerUpdated():
                self._add(event.ticker.instrument, event.ticker)
            case CandlesUpdated(interval=CandleInterval.M1):
                notes = self._of(event.instrument)
                notes.candles.update((candle.start_ms, candle) for candle in event.candles)
                for candle in event.candles:
                    _count_places(notes, candle.close_text, candle.base_volume_text)
            case _:
                pass

    def _learn_book(self, event: BookReceived) -> None:
        notes = self._of(event.instrument)
        is_full = event.depth is BookDepth.FULL
        if notes.has_full_book and not is_full:
            return
        notes.has_full_book = notes.has_full_book or is_full
        book = notes.book
        merge = book.replace if event.is_snapshot else book.update
        # A message that does not fit is left out, with all that follow it up to the next whole book.
        if merge(event.bids, event.asks, event.seq, event.pseq, event.checksum) is not Verdict.APPLIED:
            return
        for price, size in (*event.bids, *event.asks):
            _count_places(notes, price, size)
        change = BookChange(event.is_snapshot, event.bids, event.asks)
        if notes.opening is None and event.is_snapshot and event.bids and event.asks:
            notes.opening = change
        self._add(event.instrument, change)

    def _learn_trades(self, event: TradesPrinted) -> None:
        notes = self._of(event.instrument)
        for trade in event.trades:
            _count_places(notes, trade.price_text, trade.size_text)
            if event.is_snapshot:
                notes.past_trades.append(trade)
            else:
                self._add(event.instrument, trade)

    def _add(self, instrument: InstrumentId, what: BookChange | Trade | Ticker) -> None:
        self.events.append(Played(self.now_ms, instrument, what))

    def _of(self, instrument: InstrumentId) -> _Notes:
        return self.notes.setdefault(instrument, _Notes())


def load(frames: Iterable[Captured], catalogue: Iterable[Listing] = LISTINGS) -> Recording:
    """Read a recording; instruments without a whole book in it are left out.

    Args:
        frames: in the order in which they were recorded (`wire.capture.read`).
        catalogue: where the rules of known instruments are; others are guessed from the digits.
    """
    reader = _Reader()
    is_cut = False
    for frame in frames:
        if len(reader.events) >= MAX_PLAYED:
            is_cut = True
            break
        reader.take(frame)
    start_ms = (reader.start_ns or 0) // 1_000_000
    known = {listing.instrument.id: listing for listing in catalogue}
    instruments = {
        name: _recorded(name, notes, notes.opening, known, start_ms)
        for name, notes in reader.notes.items()
        if notes.opening is not None
    }
    events = [event for event in reader.events if event.instrument in instruments]
    length = events[-1].offset_ms if events else 0.0
    return Recording(instruments, events, start_ms, length, is_cut)


def _recorded(
    name: InstrumentId,
    notes: _Notes,
    opening: BookChange,
    known: Mapping[InstrumentId, Listing],
    start_ms: int,
) -> Recorded:
    bid = max(float(price) for price, _ in opening.bids)
    ask = min(float(price) for price, _ in opening.asks)
    price = (bid + ask) / 2
    listing = _listing(name, notes, known.get(name), price)
    units = Units(listing.instrument)
    open_minute = start_ms // MINUTE_MS * MINUTE_MS
    candles = [notes.candles[start] for start in sorted(notes.candles) if start < open_minute]
    return Recorded(
        listing, opening, notes.past_trades[-1000:], [_bar(candle, units) for candle in candles], price
    )


def _listing(name: InstrumentId, notes: _Notes, known: Listing | None, price: float) -> Listing:
    """Return the catalogue's rules when the recorded digits fit them, otherwise rules made of the digits."""
    if known is not None:
        rules = known.instrument
        fits = notes.price_places <= rules.price_places and notes.size_places <= rules.size_places
        is_on_tick = all(
            Decimal(text) % rules.tick == 0
            for book_side in (notes.book.bids(50), notes.book.asks(50))
            for text, _ in book_side
        )
        if fits and is_on_tick:
            return known
    return Listing(
        _rules(name, notes), small_tiers(name.product_type), _base(name), 0.0, 1, 500.0, 1e6 / price, 5e7
    )


def _base(name: InstrumentId) -> str:
    quote = _QUOTES[name.product_type]
    base = name.symbol.removesuffix("PERP").removesuffix(quote)
    return base or name.symbol


def _rules(name: InstrumentId, notes: _Notes) -> Instrument:
    product, base, quote = name.product_type, _base(name), _QUOTES[name.product_type]
    is_futures = product.is_futures
    is_inverse = product is ProductType.COIN_FUTURES
    step = Decimal(1).scaleb(-notes.size_places)
    return Instrument(
        id=name,
        base_coin=base,
        quote_coin=quote,
        margin_coins=((base if is_inverse else quote),) if is_futures else (),
        price_places=notes.price_places,
        tick=Decimal(1).scaleb(-notes.price_places),
        size_places=notes.size_places,
        size_step=step,
        min_size=step if is_futures else Decimal(0),
        min_notional=Decimal(5 if is_futures else 1),
        maker_fee_rate=Decimal("0.0002" if is_futures else "0.001"),
        taker_fee_rate=Decimal("0.0006" if is_futures else "0.001"),
        status=InstrumentStatus.NORMAL,
        is_inverse=is_inverse,
        quote_places=None if is_futures else 8,
        min_leverage=Decimal(1) if is_futures else None,
        max_leverage=Decimal(50) if is_futures else None,
        buy_band_ratio=Decimal("0.1"),
        sell_band_ratio=Decimal("0.1"),
        max_orders=200,
        max_product_orders=400,
        funding_interval_hours=8 if is_futures else None,
    )


def _count_places(notes: _Notes, price: str, size: str) -> None:
    notes.price_places = max(notes.price_places, _places(price))
    notes.size_places = max(notes.size_places, _places(size))


def _places(text: str) -> int:
    return len(text.partition(".")[2].rstrip("0"))


def _bar(candle: Candle, units: Units) -> Bar:
    volume, close = units.size_units(candle.base_volume), units.price_units(candle.close)
    quote = candle.quote_volume
    value = volume * close if quote is None else int(quote.scaleb(units.price_places + units.size_places))
    return Bar(
        candle.start_ms,
        units.price_units(candle.open),
        units.price_units(candle.high),
        units.price_units(candle.low),
        close,
        volume,
        value,
    )


def moved(bars: Sequence[Bar], end_ms: int) -> list[Bar]:
    """Return the bars moved in time, so that the newest ends at a moment, and without holes."""
    if not bars:
        return []
    shift = end_ms - MINUTE_MS - bars[-1].start_ms
    whole: list[Bar] = []
    for bar in bars:
        start = bar.start_ms + shift
        while whole and whole[-1].start_ms + MINUTE_MS < start:
            close = whole[-1].close
            whole.append(Bar(whole[-1].start_ms + MINUTE_MS, close, close, close, close))
        shifted = bar.copy()
        shifted.start_ms = start
        whole.append(shifted)
    return whole
