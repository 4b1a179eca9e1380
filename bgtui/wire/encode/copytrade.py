"""Copy trading: closes, TP/SL, settings, followers and leaders (bitget-wire 4.11)."""

from __future__ import annotations

import re
from decimal import Decimal

from bgtui.domain.copyintent import (
    CloseScope,
    CloseTracks,
    CopyRole,
    FollowByAmount,
    LeadSymbolChange,
    RemoveFollower,
    SetCopySettings,
    SetLeadSwitch,
    SetLeadSymbols,
    SetTrackTpsl,
    StopTracks,
    SymbolChange,
    Unfollow,
)
from bgtui.domain.copytrade import MAX_LEVERAGE, MAX_RATIO, CopySetting
from bgtui.domain.error import Refused
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.order import MarginMode
from bgtui.wire.encode.body import MAX_BATCH, Body, Request, number, optional, product
from bgtui.wire.endpoint import copytrade

MAX_SETTINGS = 10
"""Instruments in one request of a follower's settings."""
MIN_AMOUNT = 50
"""USDT a leader is followed with at least."""

_NAME = re.compile(r"[0-9A-Za-z_-]{1,40}")
_TRACE_TYPES = {"percent", "amount", "count"}
_LEVERAGE_MODES = {"position", "specify", "trader"}
_MARGIN_MODES = {"trader", "specify"}


def close_tracks(intent: CloseTracks) -> Request:
    """Spell the close of tracking orders or copies: the named ones, those of an instrument, or all.

    Raises:
        Refused: the scope and the names disagree, or spot is asked for more than named orders.
    """
    numbers, instrument = intent.tracking_nos, intent.instrument
    if (intent.scope is CloseScope.TRACKS) is not bool(numbers):
        raise Refused("a close names its tracking orders exactly when it is about some of them")
    if (intent.scope is CloseScope.ALL) is not (instrument is None):
        raise Refused("a close names its instrument unless it is about everything")
    if instrument is not None and instrument.product_type is not intent.product_type:
        raise Refused(f"{instrument} is of another product type than the close")
    if intent.product_type.is_futures:
        return _closed_futures(intent)
    if instrument is None or not numbers:
        raise Refused("spot closes tracking orders by their numbers only")
    is_leader = intent.role is CopyRole.LEADER
    route = copytrade.SPOT_LEADER_CLOSE if is_leader else copytrade.SPOT_FOLLOWER_CLOSE
    return route, {"trackingNoList": tracking_numbers(numbers), "symbol": instrument.symbol}


def stop_tracks(intent: StopTracks) -> Request:
    """Spell the end of copying of spot orders, which sells nothing.

    Raises:
        Refused: futures copies cannot end so.
    """
    if intent.product_type.is_futures:
        raise Refused("a futures copy cannot be let go without closing it")
    return copytrade.SPOT_FOLLOWER_STOP, {"trackingNoList": tracking_numbers(intent.tracking_nos)}


def set_track_tpsl(intent: SetTrackTpsl) -> Request:
    """Spell take profit and stop loss of a tracking order or copy: left out keeps, zero removes.

    Raises:
        Refused: nothing would change, or a price is below zero.
    """
    prices = optional(
        {
            "stopSurplusPrice": _price(intent.take_profit, "take profit"),
            "stopLossPrice": _price(intent.stop_loss, "stop loss"),
        }
    )
    if not prices:
        raise Refused("nothing would change: give a take profit or a stop loss")
    body: Body = {"trackingNo": tracking_number(intent.tracking_no)}
    is_leader = intent.role is CopyRole.LEADER
    if not intent.product_type.is_futures:
        route = copytrade.SPOT_LEADER_MODIFY_TPSL if is_leader else copytrade.SPOT_FOLLOWER_SET_TPSL
        return route, body | prices
    body["productType"] = product(intent.product_type)
    if is_leader:
        return copytrade.LEADER_MODIFY_TPSL, body | prices
    return copytrade.FOLLOWER_SET_TPSL, body | {"symbol": intent.instrument.symbol} | prices


def set_lead_symbols(intent: SetLeadSymbols) -> Request:
    """Spell which instruments a leader lends, with their TP/SL ratios on futures.

    Raises:
        Refused: none or too many, of several product types, or spot asked for ratios.
    """
    changes = intent.changes
    if not changes or len(changes) > MAX_BATCH:
        raise Refused(f"one request changes 1 to {MAX_BATCH} instruments, these are {len(changes)}")
    if any(each.instrument.product_type is not intent.product_type for each in changes):
        raise Refused("these instruments are not all of one product type")
    if intent.product_type.is_futures:
        return copytrade.LEADER_SET_SYMBOLS, {"settingList": [_lead_symbol(each) for each in changes]}
    kinds = {each.change for each in changes}
    if len(kinds) > 1 or SymbolChange.UPDATE in kinds:
        raise Refused("spot adds pairs or takes some away, one of the two in a request; it has no ratios")
    symbols = [each.instrument.symbol for each in changes]
    kind = changes[0].change.value.lower()
    return copytrade.SPOT_LEADER_SET_SYMBOLS, {"symbolList": symbols, "settingType": kind}


def set_lead_switch(intent: SetLeadSwitch) -> Request:
    """Spell one of a futures leader's switches.

    Raises:
        Refused: spot has no route for it.
    """
    if not intent.product_type.is_futures:
        raise Refused("spot has no request for this: it is switched on the site")
    return copytrade.LEADER_SET_BASE, {intent.switch.value: "YES" if intent.is_on else "NO"}


def remove_follower(intent: RemoveFollower) -> Request:
    """Spell the removal of a follower."""
    is_futures = intent.product_type.is_futures
    route = copytrade.LEADER_REMOVE_FOLLOWER if is_futures else copytrade.SPOT_LEADER_REMOVE_FOLLOWER
    return route, {"followerUid": _person(intent.follower_uid, "follower")}


def set_copy_settings(intent: SetCopySettings) -> Request:
    """Spell how a leader is copied, instrument by instrument.

    Raises:
        Refused: none or too many instruments, of several product types, or a rule without its figure.
    """
    settings = intent.settings
    if not settings or len(settings) > MAX_SETTINGS:
        raise Refused(f"one request sets 1 to {MAX_SETTINGS} instruments, these are {len(settings)}")
    if any(
        each.instrument.product_type.is_futures is not intent.product_type.is_futures for each in settings
    ):
        raise Refused("these instruments are not all of one kind")
    is_futures = intent.product_type.is_futures
    route = copytrade.FOLLOWER_SET_COPY if is_futures else copytrade.SPOT_FOLLOWER_SET_COPY
    body: Body = {"traderId": _person(intent.trader_id, "trader")}
    if intent.copies_new_symbols is not None:
        body["autoCopy"] = _on_off(is_on=intent.copies_new_symbols)
    body["mode"] = "basic" if intent.is_basic else "advanced"
    spell = _futures_setting if is_futures else _spot_setting
    return route, {**body, "settings": [spell(each) for each in settings]}


def follow_by_amount(intent: FollowByAmount) -> Request:
    """Spell the following of a futures leader by one amount; the misspelt field is the exchange's.

    Raises:
        Refused: spot, an amount below the least, or a leverage beyond the most.
    """
    if not intent.product_type.is_futures:
        raise Refused("spot is followed instrument by instrument")
    if intent.amount < MIN_AMOUNT:
        raise Refused(f"a leader is followed with at least {MIN_AMOUNT} USDT")
    body: Body = {"traderId": _person(intent.trader_id, "trader"), "copyAmount": str(intent.amount)}
    body["copyAllPostions"] = "yes" if intent.copies_open_positions else "no"
    body["autoCopy"] = _on_off(is_on=intent.copies_new_symbols)
    body["equityGuardian"] = _on_off(is_on=intent.loss_limit is not None)
    if intent.loss_limit is not None:
        if intent.loss_limit < 1:
            raise Refused("the loss limit must be above zero")
        body |= {"equityGuardianMode": "amount", "equity": str(intent.loss_limit)}
    margin = {MarginMode.CROSSED: "crossed_margin", MarginMode.ISOLATED: "isolated_margin"}
    body["marginMode"] = "follow_trader" if intent.margin_mode is None else margin[intent.margin_mode]
    if intent.leverage is None:
        return copytrade.FOLLOWER_SET_AMOUNT, {**body, "leverage": "follow_trader"}
    if not 1 <= intent.leverage <= MAX_LEVERAGE:
        raise Refused(f"the leverage must be 1 to {MAX_LEVERAGE}")
    return copytrade.FOLLOWER_SET_AMOUNT, {
        **body,
        "leverage": "fixed_leverage",
        "multiple": str(intent.leverage),
    }


def unfollow(intent: Unfollow) -> Request:
    """Spell the end of copying a leader."""
    is_futures = intent.product_type.is_futures
    route = copytrade.FOLLOWER_UNFOLLOW if is_futures else copytrade.SPOT_FOLLOWER_UNFOLLOW
    return route, {"traderId": _person(intent.trader_id, "trader")}


def tracking_number(value: str) -> str:
    """Check a tracking number: an empty one would mean everything.

    Raises:
        Refused: it is none.
    """
    if not _NAME.fullmatch(value):
        raise Refused("which tracking order is meant: its number is missing or none")
    return value


def tracking_numbers(values: tuple[str, ...]) -> list[str]:
    """Check several tracking numbers.

    Raises:
        Refused: none, too many, or one twice.
    """
    if not values or len(values) > MAX_BATCH or len(set(values)) < len(values):
        raise Refused(f"one request takes 1 to {MAX_BATCH} tracking orders, each once")
    return [tracking_number(each) for each in values]


def _closed_futures(intent: CloseTracks) -> Request:
    body: Body = {"productType": product(intent.product_type)}
    if intent.tracking_nos:
        if len(intent.tracking_nos) > 1:
            raise Refused("futures close one tracking order a request")
        body["trackingNo"] = tracking_number(intent.tracking_nos[0])
    if intent.instrument is not None:
        body["symbol"] = intent.instrument.symbol
    if intent.role is CopyRole.LEADER:
        return copytrade.LEADER_CLOSE, body
    if intent.margin_coin:
        body["marginCoin"] = intent.margin_coin.upper()
    if intent.margin_mode is not None:
        # This page alone says cross where all others say crossed.
        body["marginMode"] = "cross" if intent.margin_mode is MarginMode.CROSSED else "isolated"
    if intent.position_side is not None:
        body["holdSide"] = intent.position_side.value
    return copytrade.FOLLOWER_CLOSE, body


def _lead_symbol(change: LeadSymbolChange) -> Body:
    instrument = change.instrument
    body: Body = {"symbol": instrument.symbol, "productType": product(instrument.product_type)}
    body["settingType"] = change.change.value
    if change.change is SymbolChange.DELETE:
        return body
    return body | optional(
        {
            "stopSurplusRatio": _ratio(change.take_profit_ratio, "take profit ratio"),
            "stopLossRatio": _ratio(change.stop_loss_ratio, "stop loss ratio"),
        }
    )


def _futures_setting(setting: CopySetting) -> Body:
    instrument = setting.instrument
    if setting.leverage_mode not in _LEVERAGE_MODES or setting.margin_mode not in _MARGIN_MODES:
        raise Refused("the rule for leverage or margin mode is not known")
    body: Body = {
        "symbol": instrument.symbol,
        "productType": product(instrument.product_type),
        "marginType": setting.margin_mode,
        "marginCoin": margin_coin(instrument),
        "leverType": setting.leverage_mode,
    }
    if setting.leverage_mode == "specify":
        for key, value in (
            ("longLeverage", setting.long_leverage),
            ("shortLeverage", setting.short_leverage),
        ):
            body[key] = _figure(value, "leverage")
    return body | _rule(setting)


def _spot_setting(setting: CopySetting) -> Body:
    if setting.max_hold is None:
        raise Refused("a spot setting needs the most that may be held")
    return {"symbol": setting.instrument.symbol, **_rule(setting)}


def _rule(setting: CopySetting) -> Body:
    """Spell how much is copied, and when a copy ends."""
    if setting.trace_type not in _TRACE_TYPES:
        raise Refused("how much is copied is not known: percent, amount or count")
    body: Body = {"traceType": setting.trace_type, "traceValue": _figure(setting.trace_value, "copied size")}
    return body | optional(
        {
            "maxHoldSize": None if setting.max_hold is None else _figure(setting.max_hold, "most held"),
            "stopSurplusRatio": _ratio(setting.take_profit_ratio, "take profit ratio"),
            "stopLossRatio": _ratio(setting.stop_loss_ratio, "stop loss ratio"),
        }
    )


def margin_coin(instrument: InstrumentId) -> str:
    """Return the coin in which an instrument's copies are margined."""
    match instrument.product_type:
        case ProductType.USDT_FUTURES:
            return "USDT"
        case ProductType.USDC_FUTURES:
            return "USDC"
        case _:
            return re.split(r"USD", instrument.symbol, maxsplit=1)[0]


def _figure(value: Decimal | None, what: str) -> str:
    if value is None or not value.is_finite() or value <= 0:
        raise Refused(f"the {what} must be above zero")
    return number(value)


def _ratio(value: Decimal | None, what: str) -> str | None:
    if value is None:
        return None
    if not value.is_finite() or value != value.to_integral_value() or not 1 <= value <= MAX_RATIO:
        raise Refused(f"the {what} must be a whole percent from 1 to {MAX_RATIO}")
    return number(value.quantize(Decimal(1)))


def _price(value: Decimal | None, what: str) -> str | None:
    """Write a price, or zero for none."""
    if value is None:
        return None
    if not value.is_finite() or value < 0:
        raise Refused(f"the {what} cannot be below zero")
    return "0" if not value else number(value)


def _person(value: str, what: str) -> str:
    if not _NAME.fullmatch(value):
        raise Refused(f"which {what} is meant: the id is missing or none")
    return value


def _on_off(*, is_on: bool) -> str:
    return "on" if is_on else "off"
