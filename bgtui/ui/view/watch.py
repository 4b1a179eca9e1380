"""The watch list: a line an instrument."""

from __future__ import annotations

from collections.abc import Sequence

from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import deadprice, figure
from bgtui.ui.view.glyph import CURSOR, LOADING, NONE
from bgtui.ui.view.positions import gain
from bgtui.ui.view.span import Row, Span, crop, left, right

_SYMBOL, _PRICE, _CHANGE, _FUNDING = 10, 11, 9, 10


def name(instrument: InstrumentId, rules: Instrument | None = None) -> str:
    """Return the symbol; of a spot pair its coin and the market, to tell it from the contract."""
    if instrument.product_type is not ProductType.SPOT:
        return instrument.symbol
    return f"{rules.base_coin if rules is not None else instrument.symbol} spot"


def watch_rows(
    store: Store, instruments: Sequence[InstrumentId], shown: InstrumentId | None, width: int, height: int
) -> list[Row]:
    """Return header and one line an instrument; funding where there is room."""
    has_funding = width >= 1 + _SYMBOL + _PRICE + _CHANGE + _FUNDING
    head = " " + left("symbol", _SYMBOL) + right("last", _PRICE) + right("24h", _CHANGE)
    head += right("funding", _FUNDING) if has_funding else ""
    lines: list[Row] = [crop((Span(head, Role.MUTED),), width)]
    lines += [
        crop(_line(store, instrument, is_shown=instrument == shown, has_funding=has_funding), width)
        for instrument in instruments[: height - 1]
    ]
    return lines


def _line(store: Store, instrument: InstrumentId, *, is_shown: bool, has_funding: bool) -> Row:
    mark = Span(CURSOR, Role.ACCENT) if is_shown else Span(" ")
    ticker, rules = store.ticker(instrument), store.instrument(instrument)
    symbol = Span(left(name(instrument, rules), _SYMBOL), Role.ACCENT if is_shown else Role.PLAIN)
    if ticker is None or ticker.last is None:
        return (mark, symbol, Span(right(LOADING, _PRICE), Role.MUTED))
    is_stale = deadprice.age_s(store, instrument) is not None
    places = rules.price_places if rules is not None else 0
    spans = [
        mark,
        symbol,
        Span(figure.fitted(figure.price(ticker.last, places), _PRICE)),
        Span(" " + right(figure.signed_percent(ticker.change_24h), _CHANGE - 1), gain(ticker.change_24h)),
    ]
    if has_funding:
        is_futures = instrument.product_type.is_futures
        text = figure.signed_percent(ticker.funding_rate, 4) if is_futures else NONE
        spans.append(Span(right(text, _FUNDING)))
    return tuple(Span(span.text, Role.STALE) for span in spans) if is_stale else tuple(spans)
