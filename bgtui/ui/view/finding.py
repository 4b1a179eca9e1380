"""The symbol picker: what is offered, in which order, and how a line of it reads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from decimal import Decimal

from bgtui.domain.instrument import Instrument, InstrumentId, InstrumentStatus, ProductType
from bgtui.domain.market import Ticker
from bgtui.domain.value import frozen
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import figure
from bgtui.ui.view.dockframe import Body, Section, frame, labelled, prose
from bgtui.ui.view.glyph import CURSOR, UNKNOWN
from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.view.positions import gain
from bgtui.ui.view.span import Row, Span, left, right

Score = Callable[[str, str], float]
"""How well a candidate matches what was typed; 0 is not at all."""
_CLOSED = frozenset({InstrumentStatus.CLOSE_ONLY, InstrumentStatus.API_RESTRICTED, InstrumentStatus.OFF,
                     InstrumentStatus.MAINTENANCE, InstrumentStatus.LISTED})  # fmt: skip
_WORDS = {InstrumentStatus.API_RESTRICTED: "not by API", InstrumentStatus.LISTED: "not open yet"}


@frozen
class Offer:
    """What one picker shows."""

    product_type: ProductType
    query: str
    found: tuple[Instrument, ...]
    total: int | None
    """Instruments of the product type; None before their list came."""
    pinned: frozenset[InstrumentId] = frozenset()


def offer(
    instruments: Sequence[Instrument] | None,
    product_type: ProductType,
    query: str,
    *,
    pinned: Collection[InstrumentId],
    held: Collection[InstrumentId],
    score: Score,
) -> Offer:
    """Return the matches, best first: what is held and pinned before the others, closed ones last.

    Args:
        instruments: The list of the product type; None before it came.
        product_type: Which market.
        query: What was typed.
        pinned: The watch list.
        held: Instruments with a leg.
        score: Matches a symbol with what was typed.
    """
    wanted = query.strip().upper()
    ranked = []
    for place, instrument in enumerate(instruments or ()):
        points = score(wanted, instrument.symbol) if wanted else 1.0
        if points > 0:
            # Without a query pins and legs come first; with one, a symbol that begins so does.
            is_near = instrument.id in pinned or instrument.id in held
            begins = bool(wanted) and instrument.symbol.startswith(wanted)
            is_open = instrument.status not in _CLOSED
            key = (not is_open, not begins, not is_near, -points, len(instrument.symbol), place)
            ranked.append((key, instrument))
    ranked.sort(key=lambda item: item[0])
    total = None if instruments is None else len(instruments)
    return Offer(product_type, wanted, tuple(item for _, item in ranked), total, frozenset(pinned))


def picker_rows(  # noqa: PLR0917 - what one dock is made of
    offered: Offer, edit: LineEdit, at: int, store: Store, width: int, height: int
) -> list[Row]:
    """Return the dock: the prompt, the matches around the chosen one, and what is known of that."""
    chosen = offered.found[at] if 0 <= at < len(offered.found) else None
    detail = _detail(offered, chosen, store)
    room = max(height - 6 - len(detail), 1)
    first = min(max(at - room + 1, 0), max(len(offered.found) - room, 0))
    body: list[Body] = [(Span("> "), *edit.rows(is_focused=True)), Section(_count(offered))]
    for place, instrument in enumerate(offered.found[first : first + room], first):
        body.append(_line(offered, instrument, store, width - 2, is_chosen=place == at))
    if not offered.found:
        body += prose(_nothing(offered), width - 2, Role.MUTED)
    body += detail
    keys = ("enter go  space pin", "tab type")
    return frame("FIND", offered.product_type.value.upper(), body, keys, width, height)


def _count(offered: Offer) -> str:
    if offered.total is None:
        return "asking for the list"
    return f"{len(offered.found)} of {offered.total}"


def _nothing(offered: Offer) -> str:
    if offered.total is None:
        return f"The list of {offered.product_type.value} has not come yet."
    return f"{offered.query[:20]} matches none of {offered.total}. backspace widens, tab changes the market."


def _line(offered: Offer, instrument: Instrument, store: Store, width: int, *, is_chosen: bool) -> Row:
    mark = Span(CURSOR if is_chosen else " ", Role.ACCENT, bold=is_chosen)
    pin = "*" if instrument.id in offered.pinned else " "
    name = Span(pin + left(instrument.symbol, 12), Role.ACCENT if is_chosen else Role.PLAIN)
    if instrument.status in _CLOSED:
        word = _WORDS.get(instrument.status, instrument.status.value.replace("_", " "))
        return (mark, name, Span(right(word, max(width - 15, 0)), Role.WARN))
    ticker = store.ticker(instrument.id)
    if ticker is None:
        return (mark, name, Span(right(UNKNOWN, 8), Role.MUTED))
    last = right(figure.price(ticker.last, instrument.price_places), 10)
    change = right(figure.signed_percent(ticker.change_24h), 8)
    return (mark, name, Span(last), Span(change, gain(ticker.change_24h)))


def _detail(offered: Offer, chosen: Instrument | None, store: Store) -> list[Body]:
    if chosen is None:
        return []
    ticker = store.ticker(chosen.id)
    volume = _volume(ticker)
    rate = ticker.funding_rate if ticker is not None else None
    every = f" every {chosen.funding_interval_hours}h" if chosen.funding_interval_hours else ""
    rows: list[Body] = [Section()]
    rows.append(labelled("24h vol", f"{figure.short(volume)} {chosen.quote_coin}"))
    if chosen.product_type.is_futures:
        rows.append(labelled("funding", f"{figure.signed_percent(rate, 4)}{every}"))
    rows.append(labelled("step", f"{chosen.tick} · {chosen.size_step} {chosen.base_coin}"))
    rows.append(labelled("watch", "pinned" if chosen.id in offered.pinned else "not pinned"))
    return rows


def _volume(ticker: Ticker | None) -> Decimal | None:
    return Decimal(ticker.quote_volume_text) if ticker is not None and ticker.quote_volume_text else None


def held_in(store: Store, products: Iterable[ProductType]) -> frozenset[InstrumentId]:
    """Return the instruments with a leg."""
    return frozenset(
        leg.instrument for product in products if product.is_futures for leg in store.positions(product) or ()
    )
