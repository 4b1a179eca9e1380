"""Copy trading: what a follower may change (wire notes 4.11)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from bgtui.domain.copytrade import CopySetting
from bgtui.domain.instrument import ProductType
from bgtui.domain.order import MarginMode
from bgtui.simulator import copytrade_following as following
from bgtui.simulator import copytrade_leading as leading
from bgtui.simulator.call import Call, Handlers
from bgtui.simulator.copytrade_relation import ByAmount
from bgtui.simulator.copytrade_track import Track, Tracks
from bgtui.simulator.fields import Fields, wrong
from bgtui.simulator.reject import Reject
from bgtui.simulator.request_parts import LEGS
from bgtui.simulator.routes_copy_leader import DONE, house, numbers, prices
from bgtui.wire.endpoint import copytrade

HANDLERS = Handlers()
_answers = HANDLERS.answers
_USDT, _SPOT = ProductType.USDT_FUTURES, ProductType.SPOT
MAX_SETTINGS = 10
_TRACE_TYPES = ("percent", "amount", "count")
_MARGIN_TYPES = ("trader", "specify")
_LEVERAGE_TYPES = ("trader", "specify", "position")
_MARGIN_MODES: Mapping[str, MarginMode | None] = MappingProxyType(
    {
        "": None,
        "follow_trader": None,
        "crossed_margin": MarginMode.CROSSED,
        "isolated_margin": MarginMode.ISOLATED,
    }
)


# How a leader is copied


@_answers(copytrade.FOLLOWER_SET_COPY)
def _set_copy(call: Call) -> object:
    _follow(call, _USDT)
    return DONE


@_answers(copytrade.SPOT_FOLLOWER_SET_COPY)
def _set_spot_copy(call: Call) -> object:
    _follow(call, _SPOT)
    return ""


def _follow(call: Call, product: ProductType) -> None:
    trader_id = call.fields.required("traderId")
    mode = _word(call.fields, "mode", ("basic", "advanced"), "advanced")
    found = call.fields.rows("settings", MAX_SETTINGS)
    if not found:
        raise Reject("40019", "settings")
    settings = [_setting(row, product) for row in found]
    copies_new = mode == "basic" and _is_on(call.fields, "autoCopy")
    following.follow(house(call), call.uid, product, trader_id, settings, copies_new=copies_new)


def _setting(row: Fields, product: ProductType) -> CopySetting:
    is_futures = product.is_futures
    if is_futures and row.product() is not product:
        raise Reject("40731")
    return CopySetting(
        instrument=row.instrument(product),
        margin_mode=_word(row, "marginType", _MARGIN_TYPES) if is_futures else "trader",
        leverage_mode=_word(row, "leverType", _LEVERAGE_TYPES) if is_futures else "trader",
        long_leverage=row.positive_or_none("longLeverage"),
        short_leverage=row.positive_or_none("shortLeverage"),
        trace_type=_word(row, "traceType", _TRACE_TYPES),
        trace_value=row.positive_or_none("traceValue"),
        max_hold=row.positive_or_none("maxHoldSize") if is_futures else row.positive("maxHoldSize"),
        take_profit_ratio=row.positive_or_none("stopSurplusRatio"),
        stop_loss_ratio=row.positive_or_none("stopLossRatio"),
    )


@_answers(copytrade.FOLLOWER_SET_AMOUNT)
def _set_amount(call: Call) -> object:
    fields = call.fields
    trader_id = fields.required("traderId")
    amount = fields.positive("copyAmount")
    mode = _MARGIN_MODES.get(fields.text("marginMode").lower(), "")
    if isinstance(mode, str):
        raise wrong("marginMode")
    plan = ByAmount(amount, _loss_limit(fields, amount), mode, _multiple(fields))
    following.follow_by_amount(
        house(call),
        call.uid,
        trader_id,
        plan,
        copies_new=_is_on(fields, "autoCopy", is_default=True),
        copies_open=_word(fields, "copyAllPostions", ("yes", "no"), "no") == "yes",
    )
    return DONE


def _loss_limit(fields: Fields, amount: Decimal) -> Decimal | None:
    """Return the loss at which copying ends, USDT; None when the guard is off."""
    if not _is_on(fields, "equityGuardian"):
        return None
    limit = Decimal(fields.integer("equity", 0, 1, 10**9))
    if not limit:
        raise Reject("40019", "equity")
    if _word(fields, "equityGuardianMode", ("amount", "percentage"), "amount") == "amount":
        return limit
    if limit > 100:
        raise wrong("equity")
    return amount * limit / 100


def _multiple(fields: Fields) -> Decimal | None:
    """Return a fixed leverage; None for the leader's."""
    if _word(fields, "leverage", ("follow_trader", "fixed_leverage"), "follow_trader") == "follow_trader":
        return None
    found = fields.positive("multiple")
    if not 1 <= found <= 125 or found != found.to_integral_value():
        raise Reject("43050")
    return found


@_answers(copytrade.FOLLOWER_UNFOLLOW)
def _unfollow(call: Call) -> object:
    following.unfollow(house(call), call.uid, _USDT, call.fields.required("traderId"))
    return DONE


@_answers(copytrade.SPOT_FOLLOWER_UNFOLLOW)
def _unfollow_spot(call: Call) -> object:
    following.unfollow(house(call), call.uid, _SPOT, call.fields.required("traderId"))
    return ""


# Copies


@_answers(copytrade.FOLLOWER_CLOSE)
def _close(call: Call) -> object:
    product = call.fields.product()
    instrument = call.optional_instrument(product)
    number = call.fields.text("trackingNo")
    named = leading.chosen(_copies(call, product), product, number, instrument)
    found = [track for track in named if _fits(call.fields, track)]
    if not found:
        raise Reject("45082" if number else "22002")
    return {"orderIdList": leading.close(house(call), found)}


def _fits(fields: Fields, track: Track) -> bool:
    """Tell whether a copy is of the coin, margin mode and leg that a close names; unnamed ones fit."""
    coin, mode = fields.text("marginCoin").upper(), fields.text("marginMode").lower()
    if mode not in ("", "isolated", "cross", "crossed"):
        raise wrong("marginMode")
    is_isolated = track.margin_mode is MarginMode.ISOLATED
    side = fields.word("holdSide", LEGS) if "holdSide" in fields else track.side
    return (
        coin in ("", *track.rules.margin_coins)
        and (not mode or (mode == "isolated") is is_isolated)
        and side is track.side
    )


@_answers(copytrade.FOLLOWER_SET_TPSL)
def _set_tpsl(call: Call) -> object:
    product = call.fields.product()
    track = leading.find(_copies(call, product), product, call.fields.required("trackingNo"))
    if call.optional_instrument(product) not in (None, track.instrument):
        raise Reject("45082")
    leading.set_tpsl(house(call), track, *prices(call))
    return DONE


@_answers(copytrade.SPOT_FOLLOWER_SET_TPSL)
def _set_spot_tpsl(call: Call) -> object:
    track = leading.find(_copies(call, _SPOT), _SPOT, call.fields.required("trackingNo"))
    leading.set_tpsl(house(call), track, *prices(call))
    return ""


@_answers(copytrade.SPOT_FOLLOWER_CLOSE)
def _close_spot(call: Call) -> object:
    found = leading.named(_copies(call, _SPOT), numbers(call), call.spot())
    leading.close(house(call), found)
    return ""


@_answers(copytrade.SPOT_FOLLOWER_STOP)
def _stop_spot(call: Call) -> object:
    following.release(house(call), leading.named(_copies(call, _SPOT), numbers(call), None))
    return ""


def _copies(call: Call, product: ProductType) -> Tracks | None:
    book = house(call).following(call.uid, product)
    return book.tracks if book is not None else None


# Words


def _word(fields: Fields, name: str, allowed: tuple[str, ...], default: str = "") -> str:
    found = (fields.text(name) or default).lower()
    if not found:
        raise Reject("40019", name)
    if found not in allowed:
        raise wrong(name)
    return found


def _is_on(fields: Fields, name: str, *, is_default: bool = False) -> bool:
    return _word(fields, name, ("on", "off"), "on" if is_default else "off") == "on"
