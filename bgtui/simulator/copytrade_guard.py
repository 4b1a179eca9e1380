"""What copy trading forbids in ordinary trading: a leader's small orders, closes beside the tracking orders.

A leader closes what is tracked through copy trading alone, at market; neither trigger orders nor TP/SL may do
it, and the account stays in hedge mode. Asked by the routes, since the engine knows nothing of leaders.
"""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import PlaceOrder, PlacePlan
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, PositionMode, PositionSide
from bgtui.simulator.copytrade import LeaderBook
from bgtui.simulator.copytrade_floor import own_leverage
from bgtui.simulator.copytrade_world import MAX_SYMBOL_TRACKS, MAX_TRACKS, CopyTrading
from bgtui.simulator.money import ZERO
from bgtui.simulator.reject import Reject

MIN_EQUITY = Decimal(100)
"""What a lead account must be worth to open anything that is copied, USDT."""


def check_order(house: CopyTrading, uid: str, intent: PlaceOrder) -> None:
    """Refuse an order of a leader that breaks a rule of copy trading.

    Raises:
        Reject: too small, too poor or too much leverage to lead, too many tracking orders, or it would close
            what is tracked.
    """
    book = house.leading(uid, intent.instrument.product_type)
    if book is None:
        return
    side = _leg(intent.side, intent.position_side)
    if _opens(intent):
        _check_opening(house, book, intent, side)
    elif intent.instrument.product_type.is_futures:
        _check_closing(house, book, intent.instrument, side, intent.size)


def check_close(house: CopyTrading, uid: str, instrument: InstrumentId, side: PositionSide | None) -> None:
    """Refuse to close or turn a leg of a leader in which tracking orders are.

    Raises:
        Reject: it has some.
    """
    book = house.leading(uid, instrument.product_type)
    if book is not None and book.tracks.of_leg(instrument, side):
        raise Reject("40728")


def check_plan(house: CopyTrading, uid: str, intent: PlacePlan) -> None:
    """Refuse a trigger order of a leader that would close what is tracked.

    Raises:
        Reject: it would.
    """
    if intent.instrument.product_type.is_futures and intent.effect is Effect.CLOSE:
        check_protection(house, uid, intent.instrument, _leg(intent.side, intent.position_side))


def check_protection(house: CopyTrading, uid: str, instrument: InstrumentId, side: PositionSide) -> None:
    """Refuse a TP/SL order on a leader's leg in which tracking orders are: they have their own.

    Raises:
        Reject: it has some.
    """
    book = house.leading(uid, instrument.product_type)
    if book is not None and book.tracks.of_leg(instrument, side):
        raise Reject("43017")


def check_position_mode(house: CopyTrading, uid: str, mode: PositionMode) -> None:
    """Refuse one-way mode to a leader.

    Raises:
        Reject: lead accounts are in hedge mode only.
    """
    if mode is PositionMode.ONE_WAY and house.is_leader(uid):
        raise Reject("40199")


def check_leverage(house: CopyTrading, uid: str, instrument: InstrumentId, leverage: Decimal) -> None:
    """Refuse a leader more leverage than leaders may use, and a follower any change while copies are open.

    Raises:
        Reject: too much, or locked.
    """
    book = house.leading(uid, instrument.product_type)
    if book is not None:
        _check_lead_leverage(book, instrument, leverage)
    following = house.following(uid, instrument.product_type)
    if following is not None and following.tracks.of_leg(instrument):
        raise Reject("45089")


def check_all_leverage(house: CopyTrading, uid: str, product: ProductType, leverage: Decimal) -> None:
    """Refuse a leverage for all instruments that one of them refuses.

    Raises:
        Reject: as `check_leverage`.
    """
    tracks = house.tracks(uid, product)
    for instrument in {track.instrument: None for track in (tracks.open.values() if tracks else ())}:
        check_leverage(house, uid, instrument, leverage)


def _check_opening(house: CopyTrading, book: LeaderBook, intent: PlaceOrder, side: PositionSide) -> None:
    instrument = intent.instrument
    if not book.is_lent(instrument):
        return
    symbol = book.symbols_by_id[instrument]
    least = symbol.min_open_size or ZERO
    size = intent.size / house.last(instrument) if intent.size_is_quote else intent.size
    if size < least:
        raise Reject("40892", format(least, "f"))
    if book.equity() < MIN_EQUITY:
        raise Reject("31002", f"total equity of {MIN_EQUITY} USDT")
    tracks = book.tracks
    if len(tracks.open) >= MAX_TRACKS or len(tracks.of_leg(instrument)) >= MAX_SYMBOL_TRACKS:
        raise Reject("45091")
    if instrument.product_type.is_futures:
        settings = house.engine.settings(book.uid, instrument)
        _check_lead_leverage(book, instrument, own_leverage(settings, side))


def _check_lead_leverage(book: LeaderBook, instrument: InstrumentId, leverage: Decimal) -> None:
    symbol = book.symbols_by_id.get(instrument)
    if symbol is not None and symbol.is_enabled and symbol.max_leverage and leverage > symbol.max_leverage:
        raise Reject("40914", format(symbol.max_leverage, "f"))


def _check_closing(
    house: CopyTrading, book: LeaderBook, instrument: InstrumentId, side: PositionSide, size: Decimal
) -> None:
    tracked = book.tracks.held(instrument, side)
    free = max(house.engine.held(book.uid, instrument, side) - tracked, ZERO)
    if tracked and size > free:
        raise Reject("40746", format(free, "f")) if free else Reject("40728")


def _opens(intent: PlaceOrder) -> bool:
    if not intent.instrument.product_type.is_futures:
        return intent.side is Side.BUY
    if intent.effect is not None:
        return intent.effect is Effect.OPEN
    return intent.position_side is None or (intent.position_side is PositionSide.LONG) is (
        intent.side is Side.BUY
    )


def _leg(side: Side, leg: PositionSide | None) -> PositionSide:
    if leg is not None:
        return leg
    return PositionSide.LONG if side is Side.BUY else PositionSide.SHORT
