"""What a leader may ask for: closes, TP/SL, instruments, switches, removing a follower; with every refusal.

Codes come in two families, of futures and of spot (wire notes 3.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bgtui.domain.copytrade import LeadSymbol
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.order import MarginMode, PositionSide
from bgtui.domain.value import frozen
from bgtui.simulator import rules as order_rules
from bgtui.simulator.copytrade import REMOVABLE_BELOW, LeaderBook
from bgtui.simulator.copytrade_size import least
from bgtui.simulator.copytrade_track import Track, Tracks
from bgtui.simulator.copytrade_world import PRODUCTS, CopyTrading
from bgtui.simulator.money import ONE
from bgtui.simulator.reject import Reject

MAX_RATIO = 400
"""Percent of a take profit and of a stop loss; of the margin on futures, of the price on spot."""
MAX_ISOLATED_LOSS = 100
TPSL_PAUSE_MS = 300
"""Between two changes of one tracking order's TP/SL."""
SWITCHES = ("enable", "showTotalEquity", "showTpsl")

_WRONG_SIDE = {
    # (take profit, long): futures
    (True, PositionSide.LONG): "40830",
    (True, PositionSide.SHORT): "40832",
    (False, PositionSide.LONG): "40834",
    (False, PositionSide.SHORT): "40836",
}


@frozen
class SymbolChange:
    """One row of `config-setting-symbols`."""

    instrument: InstrumentId
    what: str
    """`add`, `delete` or `update`."""
    take_profit: Decimal | None = None
    """Percent; None leaves what is set, zero takes it away."""
    stop_loss: Decimal | None = None


def no(product: ProductType, futures: str, spot: str, *details: object) -> Reject:
    """Return the refusal that a product type has for a thing."""
    return Reject(futures if product.is_futures else spot, *details)


def leader_book(house: CopyTrading, uid: str, product: ProductType) -> LeaderBook:
    """Return an account's book as a leader.

    Raises:
        Reject: it is none, or the product type cannot be copied.
    """
    if not house.is_leader(uid):
        raise Reject("31001")
    book = house.leading(uid, product)
    if book is None:
        raise Reject("40731")
    return book


def find(tracks: Tracks | None, product: ProductType, number: str) -> Track:
    """Return an open tracking order by its number.

    Raises:
        Reject: closed already, or never there.
    """
    track = tracks.open.get(number) if tracks is not None else None
    if track is not None:
        return track
    if tracks is not None and tracks.has_ended(number):
        raise no(product, "40894", "31009")
    raise no(product, "43065", "31007")


def chosen(
    tracks: Tracks | None, product: ProductType, number: str, instrument: InstrumentId | None
) -> list[Track]:
    """Return what a futures close names: one order, those of an instrument, or all.

    Raises:
        Reject: the order is closed or of another instrument, or there is nothing to close.
    """
    if number:
        track = find(tracks, product, number)
        if instrument not in (None, track.instrument):
            raise Reject("45082")
        return [track]
    found = list(tracks.open.values()) if tracks is not None else []
    found = [track for track in found if instrument in (None, track.instrument)]
    if not found:
        raise Reject("22002")
    return found


def named(tracks: Tracks | None, numbers: Sequence[str], instrument: InstrumentId | None) -> list[Track]:
    """Return the spot orders of a list, all of them or none.

    Raises:
        Reject: one is closed, unknown or of another pair, or is being closed.
    """
    found = [find(tracks, ProductType.SPOT, number) for number in numbers]
    for track in found:
        if instrument not in (None, track.instrument):
            raise Reject("31007")
        if track.is_closing:
            raise Reject("31023")
    return found


def close(house: CopyTrading, tracks: Sequence[Track]) -> list[str]:
    """Close tracking orders at market; return the ids of the closing orders.

    Raises:
        Reject: not one of them could be closed.
    """
    order_ids: list[str] = []
    refusal: Reject | None = None
    for track in tracks:
        try:
            order_ids.append(house.close(track))
        except Reject as error:
            refusal = refusal or error
    if refusal is not None and not order_ids:
        raise refusal
    return order_ids


def set_tpsl(
    house: CopyTrading, track: Track, take_profit: Decimal | None, stop_loss: Decimal | None
) -> None:
    """Set the prices of a tracking order or of a copy; None keeps what is set, zero removes it.

    Raises:
        Reject: too soon after the last change, off the tick, on the wrong side, or too far away.
    """
    now = house.now_ms()
    if take_profit is None and stop_loss is None:
        raise Reject("40019", "stopSurplusPrice")
    if track.is_closing:
        raise no(track.instrument.product_type, "40858", "31009")
    if track.rules.product_type.is_futures and now - track.tpsl_changed_ms < TPSL_PAUSE_MS:
        raise Reject("43036")
    for is_profit, price in ((True, take_profit), (False, stop_loss)):
        if price:
            _check_price(house, track, price, is_profit=is_profit)
    track.tpsl_changed_ms = now
    if take_profit is not None:
        track.take_profit = take_profit or None
    if stop_loss is not None:
        track.stop_loss = stop_loss or None
    house.guard(track)


def _check_price(house: CopyTrading, track: Track, price: Decimal, *, is_profit: bool) -> None:
    name = "stopSurplusPrice" if is_profit else "stopLossPrice"
    order_rules.check_price(track.rules, price, name)
    product, now = track.instrument.product_type, house.floor.trigger_price(track.instrument)
    is_up = is_profit is (track.side is PositionSide.LONG)
    if price == now or (price > now) is not is_up:
        raise no(product, _WRONG_SIDE[is_profit, track.side], "31004" if is_profit else "31005")
    gain = (price / track.price - ONE) * 100 * (track.leverage or ONE)
    if track.side is PositionSide.SHORT:
        gain = -gain
    check_ratio(product, gain if is_profit else -gain, is_profit=is_profit, limit=_most(track, is_profit))


def _most(track: Track, is_profit: bool) -> int:  # noqa: FBT001  # which of the two limits is the question
    if is_profit or track.margin_mode is not MarginMode.ISOLATED:
        return MAX_RATIO
    return MAX_ISOLATED_LOSS


def check_ratio(
    product: ProductType,
    ratio: Decimal,
    *,
    is_profit: bool,
    limit: int = MAX_RATIO,
    minimum: int | None = None,
) -> None:
    """Refuse a take-profit or stop-loss ratio out of range, percent.

    Raises:
        Reject: above the limit, or below the least when there is one.
    """
    if ratio > limit or (minimum is not None and ratio < minimum):
        futures, spot = ("43056", "31040") if is_profit else ("43055", "31041")
        raise no(product, futures, spot, minimum or 1, limit)


def change_symbols(house: CopyTrading, uid: str, changes: Sequence[SymbolChange]) -> None:
    """Lend instruments to copying or no longer, or change their ratios: all of it or nothing.

    Raises:
        Reject: an instrument that cannot be copied or is not lent, or a ratio out of range.
    """
    for change in changes:
        _check_change(house, leader_book(house, uid, change.instrument.product_type), change)
    for change in changes:
        book = leader_book(house, uid, change.instrument.product_type)
        old = book.symbols_by_id.get(change.instrument) or _lead_symbol(house, change.instrument)
        book.symbols_by_id[change.instrument] = _changed(old, change)
        if change.what == "add":
            _lend_to_all(book, change.instrument)


def _check_change(house: CopyTrading, book: LeaderBook, change: SymbolChange) -> None:
    product = change.instrument.product_type
    if change.instrument not in house.rules:
        raise no(product, "40854", "31019")
    if change.what == "delete":
        return
    if change.what == "update":
        if not book.is_lent(change.instrument):
            raise Reject("31052")
        if change.take_profit is None and change.stop_loss is None:
            raise Reject("40019", "stopSurplusRatio")
    for is_profit, ratio in ((True, change.take_profit), (False, change.stop_loss)):
        if ratio is None or (change.what == "update" and not ratio):
            continue
        if ratio != ratio.to_integral_value():
            raise Reject("40020", "stopSurplusRatio" if is_profit else "stopLossRatio")
        check_ratio(product, ratio, is_profit=is_profit, minimum=1)


def _changed(old: LeadSymbol, change: SymbolChange) -> LeadSymbol:
    if change.what == "delete":
        return replace(old, is_enabled=False)
    if change.what == "add":
        old = replace(old, is_enabled=True, take_profit_ratio=None, stop_loss_ratio=None)
    if change.take_profit is not None:
        old = replace(old, take_profit_ratio=change.take_profit or None)
    if change.stop_loss is not None:
        old = replace(old, stop_loss_ratio=change.stop_loss or None)
    return old


def _lead_symbol(house: CopyTrading, instrument: InstrumentId) -> LeadSymbol:
    rules = house.rules[instrument]
    return LeadSymbol(instrument, False, least(rules), rules.max_leverage, None, None)  # noqa: FBT003


def _lend_to_all(book: LeaderBook, instrument: InstrumentId) -> None:
    """Let those who follow whatever is lent copy one more instrument, as they copy their first."""
    for relation in book.relations.values():
        if relation.copies_new and relation.settings and instrument not in relation.settings:
            first = next(iter(relation.settings.values()))
            relation.settings[instrument] = replace(first, instrument=instrument)


def switch(house: CopyTrading, uid: str, name: str, *, is_on: bool) -> None:
    """Turn one of a futures leader's switches.

    Raises:
        Reject: the account leads nobody.
    """
    book = leader_book(house, uid, PRODUCTS[0])
    book.switches[name] = is_on
    if name == "enable":
        book.base = replace(book.base, is_enabled=is_on)
    elif name == "showTotalEquity":
        book.base = replace(book.base, shows_equity=is_on)


def remove(house: CopyTrading, uid: str, product: ProductType, follower_uid: str) -> None:
    """Remove a follower; what is open of the copies goes on until it is closed.

    Raises:
        Reject: nobody of that uid follows, or the account is worth too much to be removed.
    """
    book = leader_book(house, uid, product)
    relation = book.relations.get(follower_uid)
    if relation is None:
        raise no(product, "43046", "31029")
    if not book.follower(relation).is_removable:
        raise Reject("43069", REMOVABLE_BELOW)
    house.part(relation)
    book.removed_ms[follower_uid] = house.now_ms()
