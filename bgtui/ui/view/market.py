"""Line 2 of Trade: what the market does, in slots that stand still."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.account import Position
from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.domain.market import Side, Ticker
from bgtui.domain.order import PositionSide
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import figure, watch
from bgtui.ui.view.glyph import ABOUT, DOWN, LOADING, UNKNOWN, UP
from bgtui.ui.view.positions import gain
from bgtui.ui.view.span import Row, Span, crop, row

_MIDDLE, _WIDE = 120, 180


def market_line(store: Store | None, shown: InstrumentId | None, now_ms: int, width: int) -> Row:
    """Return symbol, last, change, mark, funding; from 120 columns index and range; then volume."""
    if shown is None:
        return row(" ", Span(LOADING, Role.MUTED))
    rules = store.instrument(shown) if store is not None else None
    name = row(" ", Span(watch.name(shown, rules), Role.ACCENT, bold=True))
    ticker = store.ticker(shown) if store is not None else None
    if store is None or ticker is None:
        return crop((*name, Span(f"  {LOADING}", Role.MUTED)), width)
    places = rules.price_places if rules is not None else 0
    spans = [*name, Span("  "), *_last(store, ticker, places)]
    if shown.product_type.is_futures:
        spans += _futures(ticker, places, now_ms, has_index=width >= _MIDDLE)
    if width >= _MIDDLE:
        spans += _range(ticker, places)
    if width >= _WIDE:
        spans += _volume(ticker, rules)
        if shown.product_type.is_futures:
            spans += _payment(store, ticker, shown)
    age_s = store.ticker_age_s(shown)
    if age_s is not None and age_s > watch.STALE_S:
        spans = [*name, *(Span(span.text, Role.STALE) for span in spans[len(name) :])]
        spans.append(Span(f"  {figure.age(age_s)} old", Role.WARN))
    return crop(tuple(spans), width)


def _last(store: Store, ticker: Ticker, places: int) -> list[Span]:
    trades = store.trades(ticker.instrument, 1)
    mark = Span(" ")
    if trades:
        is_buy = trades[-1].side is Side.BUY
        mark = Span(UP if is_buy else DOWN, Role.BID if is_buy else Role.ASK)
    change = Span(f" {figure.signed_percent(ticker.change_24h)}", gain(ticker.change_24h))
    return [Span(figure.price(ticker.last, places), bold=True), mark, change]


def _futures(ticker: Ticker, places: int, now_ms: int, *, has_index: bool) -> list[Span]:
    left_ms = ticker.next_funding_ms - now_ms if ticker.next_funding_ms is not None else None
    spans = [
        Span("   mark ", Role.MUTED),
        Span(figure.price(ticker.mark_price, places)),
        Span("  fund ", Role.MUTED),
        Span(f"{figure.signed_percent(ticker.funding_rate, 4)} {figure.countdown(left_ms)}"),
    ]
    if has_index:
        spans += [Span("  index ", Role.MUTED), Span(figure.price(ticker.index_price, places))]
    return [*spans, Span("  oi ", Role.MUTED), Span(figure.short(ticker.open_interest))]


def _range(ticker: Ticker, places: int) -> list[Span]:
    low, high = (
        figure.price(Decimal(text), places) if text else UNKNOWN
        for text in (ticker.low_24h_text, ticker.high_24h_text)
    )
    return [Span("  24h ", Role.MUTED), Span(f"{low} – {high}")]


def _volume(ticker: Ticker, rules: Instrument | None) -> list[Span]:
    volume = Decimal(ticker.base_volume_text) if ticker.base_volume_text else None
    coin = f" {rules.base_coin}" if rules is not None else ""
    return [Span("  vol ", Role.MUTED), Span(f"{figure.short(volume)}{coin}")]


def _payment(store: Store, ticker: Ticker, shown: InstrumentId) -> list[Span]:
    """Return what the coming funding costs or brings, estimated from mark."""
    legs = [leg for leg in store.positions(shown.product_type) or () if leg.instrument == shown]
    mark, rate = ticker.mark_price, ticker.funding_rate
    if not legs or mark is None or rate is None or shown.product_type is ProductType.COIN_FUTURES:
        return []
    amount = sum((_paid(leg, mark, rate) for leg in legs), Decimal(0))
    coin = legs[0].margin_coin
    return [Span("  next funding ", Role.MUTED), Span(f"{ABOUT}{figure.signed(amount)} {coin}", gain(amount))]


def _paid(leg: Position, mark: Decimal, rate: Decimal) -> Decimal:
    value = leg.size * mark * rate
    return -value if leg.side is PositionSide.LONG else value
