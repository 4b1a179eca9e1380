"""Line 2 of Trade: what the market does, in slots that stand still."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.account import Position
from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.domain.market import Side, Ticker
from bgtui.domain.order import PositionSide
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import deadprice, figure, watch
from bgtui.ui.view.fitting import Part, whole
from bgtui.ui.view.glyph import ABOUT, DOWN, LOADING, UNKNOWN, UP
from bgtui.ui.view.positions import gain
from bgtui.ui.view.span import Row, Span, crop, restyle, row, width_of

_MIDDLE, _WIDE = 120, 180
_CHANGE, _MARK, _FUNDING, _COUNTDOWN, _INTEREST, _INDEX, _RANGE, _PAYMENT, _VOLUME = range(1, 10)
"""What is left out where there is too little room, the last of them first."""
_SHORTEST_NAME = 8
"""Cells that a symbol is cut to at most, its blank among them."""


def market_line(store: Store | None, shown: InstrumentId | None, now_ms: int, width: int) -> Row:
    """Return symbol, last, change, mark, funding; from 120 columns index and range; then volume.

    What does not fit is left out whole, the least important first; the age of a silent ticker stays.
    """
    if shown is None:
        return row(" ", Span(LOADING, Role.MUTED))
    rules = store.instrument(shown) if store is not None else None
    name = row(" ", Span(watch.name(shown, rules), Role.ACCENT, bold=True))
    ticker = store.ticker(shown) if store is not None else None
    if store is None or ticker is None:
        return crop((*name, Span(f"  {LOADING}", Role.MUTED)), width)
    places = rules.price_places if rules is not None else 0
    parts = _last(store, ticker, places)
    if shown.product_type.is_futures:
        parts += _futures(ticker, places, now_ms, has_index=width >= _MIDDLE)
    if width >= _MIDDLE:
        parts.append(_range(ticker, places))
    if width >= _WIDE:
        parts.append(_volume(ticker, rules))
        if shown.product_type.is_futures:
            parts.append(_payment(store, ticker, shown))
    age_s = deadprice.age_s(store, shown)
    if age_s is not None:
        parts = [part._replace(spans=restyle(part.spans, Role.STALE)) for part in parts]
        parts.append(Part(row(Span(f"  {figure.age(age_s)} old", Role.WARN))))
    needed = width_of(span for part in parts if not part.rank for span in part.spans)
    room = max(width - needed, _SHORTEST_NAME)
    return whole([Part(name if width_of(name) <= room else crop(name, room)), *parts], width)


def _last(store: Store, ticker: Ticker, places: int) -> list[Part]:
    trades = store.trades(ticker.instrument, 1)
    mark = Span(" ")
    if trades:
        is_buy = trades[-1].side is Side.BUY
        mark = Span(UP if is_buy else DOWN, Role.BID if is_buy else Role.ASK)
    change = Span(f" {figure.signed_percent(ticker.change_24h)}", gain(ticker.change_24h))
    last = row(Span("  "), Span(figure.price(ticker.last, places), bold=True), mark)
    return [Part(last), Part((change,), _CHANGE)]


def _futures(ticker: Ticker, places: int, now_ms: int, *, has_index: bool) -> list[Part]:
    left_ms = ticker.next_funding_ms - now_ms if ticker.next_funding_ms is not None else None
    index = _named("  index ", figure.price(ticker.index_price, places), _INDEX)
    return [
        _named("   mark ", figure.price(ticker.mark_price, places), _MARK),
        _named("  fund ", figure.signed_percent(ticker.funding_rate, 4), _FUNDING),
        Part((Span(f" {figure.countdown(left_ms)}"),), _COUNTDOWN),
        *((index,) if has_index else ()),
        _named("  oi ", figure.short(ticker.open_interest), _INTEREST),
    ]


def _named(word: str, text: str, rank: int) -> Part:
    return Part((Span(word, Role.MUTED), Span(text)), rank)


def _range(ticker: Ticker, places: int) -> Part:
    low, high = (
        figure.price(Decimal(text), places) if text else UNKNOWN
        for text in (ticker.low_24h_text, ticker.high_24h_text)
    )
    return _named("  24h ", f"{low} – {high}", _RANGE)


def _volume(ticker: Ticker, rules: Instrument | None) -> Part:
    volume = Decimal(ticker.base_volume_text) if ticker.base_volume_text else None
    coin = f" {rules.base_coin}" if rules is not None else ""
    return _named("  vol ", f"{figure.short(volume)}{coin}", _VOLUME)


def _payment(store: Store, ticker: Ticker, shown: InstrumentId) -> Part:
    """Return what the coming funding costs or brings, estimated from mark."""
    legs = [leg for leg in store.positions(shown.product_type) or () if leg.instrument == shown]
    mark, rate = ticker.mark_price, ticker.funding_rate
    if not legs or mark is None or rate is None or shown.product_type is ProductType.COIN_FUTURES:
        return Part((), _PAYMENT)
    amount = sum((_paid(leg, mark, rate) for leg in legs), Decimal(0))
    coin = legs[0].margin_coin
    text = f"{ABOUT}{figure.signed(amount)} {coin}"
    return Part((Span("  next funding ", Role.MUTED), Span(text, gain(amount))), _PAYMENT)


def _paid(leg: Position, mark: Decimal, rate: Decimal) -> Decimal:
    value = leg.size * mark * rate
    return -value if leg.side is PositionSide.LONG else value
