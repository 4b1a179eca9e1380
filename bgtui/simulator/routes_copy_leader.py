"""Copy trading: what a leader may change (wire notes 4.11)."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.simulator import copytrade_leading as leading
from bgtui.simulator.call import Call, Handlers
from bgtui.simulator.copytrade_world import CopyTrading
from bgtui.simulator.fields import Fields, wrong
from bgtui.simulator.reject import Reject
from bgtui.simulator.request_parts import MAX_BATCH
from bgtui.simulator.rows import product
from bgtui.wire.endpoint import copytrade

HANDLERS = Handlers()
_answers = HANDLERS.answers
_SPOT = ProductType.SPOT
DONE = "success"
"""What futures routes answer; those of spot answer nothing."""


def house(call: Call) -> CopyTrading:
    """Return where leaders and followers meet."""
    return call.exchange.copytrade


def numbers(call: Call) -> list[str]:
    """Return the tracking numbers of a list.

    Raises:
        Reject: none, too many, or one twice.
    """
    found = call.fields.symbols("trackingNoList")
    if not found:
        raise Reject("40019", "trackingNoList")
    if len(found) > MAX_BATCH:
        raise Reject("40912", message=f"Batch processing orders can only process up to {MAX_BATCH}")
    if len(set(found)) < len(found):
        raise wrong("trackingNoList")
    return found


def prices(call: Call) -> tuple[Decimal | None, Decimal | None]:
    """Return take profit and stop loss: None where the field is left out, zero where it is to go.

    Raises:
        Reject: no number, or below zero.
    """
    found = []
    for name in ("stopSurplusPrice", "stopLossPrice"):
        price = call.fields.figure(name)
        if price is not None and price < 0:
            raise wrong(name)
        found.append(price)
    return found[0], found[1]


# Futures


@_answers(copytrade.LEADER_CLOSE)
def _close(call: Call) -> object:
    asked = call.fields.product()
    book = leading.leader_book(house(call), call.uid, asked)
    instrument = call.optional_instrument(asked)
    found = leading.chosen(book.tracks, asked, call.fields.text("trackingNo"), instrument)
    leading.close(house(call), found)
    return [
        {
            "trackingNo": track.number,
            "symbol": track.instrument.symbol,
            "productType": product(track.instrument),
        }
        for track in found
    ]


@_answers(copytrade.LEADER_MODIFY_TPSL)
def _modify_tpsl(call: Call) -> object:
    asked = call.fields.product()
    book = leading.leader_book(house(call), call.uid, asked)
    track = leading.find(book.tracks, asked, call.fields.required("trackingNo"))
    leading.set_tpsl(house(call), track, *prices(call))
    return DONE


@_answers(copytrade.LEADER_SET_SYMBOLS)
def _set_symbols(call: Call) -> object:
    if not house(call).is_leader(call.uid):
        raise Reject("31001")
    found = call.fields.rows("settingList", MAX_BATCH)
    if not found:
        raise Reject("40019", "settingList")
    leading.change_symbols(house(call), call.uid, [_change(row) for row in found])
    return DONE


def _change(row: Fields) -> leading.SymbolChange:
    what = row.required("settingType").lower()
    if what not in ("add", "delete", "update"):
        raise wrong("settingType")
    instrument = row.instrument(row.product())
    if what == "delete":
        return leading.SymbolChange(instrument, what)
    return leading.SymbolChange(instrument, what, row.figure("stopSurplusRatio"), row.figure("stopLossRatio"))


@_answers(copytrade.LEADER_SET_BASE)
def _set_base(call: Call) -> object:
    given = [name for name in leading.SWITCHES if name in call.fields]
    if not given:
        raise Reject("40019", leading.SWITCHES[0])
    words = {}
    for name in given:
        word = call.fields.text(name).upper()
        if word not in ("YES", "NO"):
            raise wrong(name)
        words[name] = word == "YES"
    for name, is_on in words.items():
        leading.switch(house(call), call.uid, name, is_on=is_on)
    return DONE


@_answers(copytrade.LEADER_REMOVE_FOLLOWER)
def _remove_follower(call: Call) -> object:
    uid = call.fields.required("followerUid")
    leading.remove(house(call), call.uid, ProductType.USDT_FUTURES, uid)
    return DONE


# Spot


@_answers(copytrade.SPOT_LEADER_CLOSE)
def _close_spot(call: Call) -> object:
    book = leading.leader_book(house(call), call.uid, _SPOT)
    found = leading.named(book.tracks, numbers(call), call.spot())
    leading.close(house(call), found)
    return ""


@_answers(copytrade.SPOT_LEADER_MODIFY_TPSL)
def _modify_spot_tpsl(call: Call) -> object:
    book = leading.leader_book(house(call), call.uid, _SPOT)
    track = leading.find(book.tracks, _SPOT, call.fields.required("trackingNo"))
    leading.set_tpsl(house(call), track, *prices(call))
    return ""


@_answers(copytrade.SPOT_LEADER_SET_SYMBOLS)
def _set_spot_symbols(call: Call) -> object:
    leading.leader_book(house(call), call.uid, _SPOT)
    what = call.fields.required("settingType").lower()
    if what not in ("add", "delete"):
        raise wrong("settingType")
    symbols = call.fields.symbols("symbolList")
    if not symbols:
        raise Reject("40019", "symbolList")
    if len(symbols) > MAX_BATCH:
        raise Reject("40912", message=f"Batch processing orders can only process up to {MAX_BATCH}")
    leading.change_symbols(house(call), call.uid, [_pair(symbol, what) for symbol in symbols])
    return ""


def _pair(symbol: str, what: str) -> leading.SymbolChange:
    try:
        return leading.SymbolChange(instrument_id(_SPOT, symbol), what)
    except ValueError:
        raise Reject("31019") from None


@_answers(copytrade.SPOT_LEADER_REMOVE_FOLLOWER)
def _remove_spot_follower(call: Call) -> object:
    leading.remove(house(call), call.uid, _SPOT, call.fields.required("followerUid"))
    return ""
