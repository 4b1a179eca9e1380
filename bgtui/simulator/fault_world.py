"""Faults of the exchange itself: what happens to symbols, accounts and settings while a client looks on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType

from bgtui.domain.instrument import (
    FUTURES,
    Instrument,
    InstrumentId,
    InstrumentStatus,
    ProductType,
    round_buy_price,
    round_size,
)
from bgtui.domain.intent import ClosePosition, PlaceOrder, SetLeverage, SetPositionMode
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, OrderType, PositionMode, PositionSide
from bgtui.simulator.engine import Engine
from bgtui.simulator.exchange import Exchange
from bgtui.simulator.exchange_accounts import PRACTICE
from bgtui.simulator.fault_spec import Spec
from bgtui.simulator.reject import Reject

Undo = Callable[[], None]
FUNDING = Decimal("0.001")
DELEVERAGED = Decimal("0.5")
_TEN = Decimal(10)
_STATUSES = {
    "delist": InstrumentStatus.OFF,
    "not-open": InstrumentStatus.LISTED,
    "close-only": InstrumentStatus.CLOSE_ONLY,
    "halt": InstrumentStatus.MAINTENANCE,
}


def happen(spec: Spec, exchange: Exchange) -> Undo:
    """Do what a fault of the exchange says; return what ends it.

    Raises:
        Reject: something stands in its way: it may be tried again.
    """
    return _DEEDS[spec.kind.name](spec, exchange)


def check(spec: Spec, exchange: Exchange) -> None:
    """Refuse a fault of a symbol that is not listed.

    Raises:
        ValueError: it is not.
    """
    found = spec.argument
    if isinstance(found, InstrumentId) and not exchange.has(found):
        raise ValueError(f"{found} is not listed")
    leverage = spec.option("to")
    if leverage and not (leverage.isascii() and leverage.isdigit()):
        raise ValueError("to= is a whole number")


def _nothing() -> None:
    """Leave as it is what cannot be undone."""


def _uid(spec: Spec, exchange: Exchange) -> str:
    return exchange.keys[spec.option("profile") or PRACTICE].uid


def _instrument(spec: Spec) -> InstrumentId:
    found = spec.argument
    if not isinstance(found, InstrumentId):
        raise TypeError(spec.text)
    return found


def _change(exchange: Exchange, rules: Instrument) -> Undo:
    before = exchange.rules(rules.id)
    exchange.change_rules(rules)
    return lambda: exchange.change_rules(before)


def _status(spec: Spec, exchange: Exchange) -> Undo:
    rules = exchange.rules(_instrument(spec))
    return _change(exchange, replace(rules, status=_STATUSES[spec.kind.name]))


def _tick(spec: Spec, exchange: Exchange) -> Undo:
    rules = exchange.rules(_instrument(spec))
    # A pair's tick is told by its decimal places alone.
    places = rules.price_places - (not rules.product_type.is_futures)
    return _change(exchange, replace(rules, tick=rules.tick * _TEN, price_places=places))


def _step(spec: Spec, exchange: Exchange) -> Undo:
    rules = exchange.rules(_instrument(spec))
    step = rules.size_step * _TEN
    places = rules.size_places - (not rules.product_type.is_futures)
    least = max(rules.min_size, step) if rules.min_size else rules.min_size
    return _change(exchange, replace(rules, size_step=step, size_places=places, min_size=least))


def _mode(spec: Spec, exchange: Exchange) -> Undo:
    engine, uid = exchange.engine, _uid(spec, exchange)
    before = engine.position_mode(uid, ProductType.USDT_FUTURES)
    other = PositionMode.ONE_WAY if before is PositionMode.HEDGE else PositionMode.HEDGE
    word = str(spec.argument)
    wanted = other if word == "other" else PositionMode(word.replace("-", "_"))
    for product in FUTURES:
        engine.set_position_mode(uid, SetPositionMode(product, wanted))
    return _nothing


def _leverage(spec: Spec, exchange: Exchange) -> Undo:
    rules = exchange.rules(_instrument(spec))
    wanted = Decimal(spec.option("to") or 7)
    exchange.engine.set_leverage(
        _uid(spec, exchange),
        SetLeverage(rules.id, rules.margin_coins[0] if rules.margin_coins else "", wanted),
    )
    return _nothing


def _liquidate(spec: Spec, exchange: Exchange) -> Undo:
    exchange.engine.liquidate(_uid(spec, exchange), _instrument(spec))
    return _nothing


def _deleverage(spec: Spec, exchange: Exchange) -> Undo:
    exchange.engine.deleverage(_uid(spec, exchange), _instrument(spec), DELEVERAGED)
    return _nothing


def _fund(spec: Spec, exchange: Exchange) -> Undo:
    exchange.engine.settle_funding(_instrument(spec), FUNDING)
    return _nothing


def _foreign_order(spec: Spec, exchange: Exchange) -> Undo:
    """Let a buy rest three percent below the market, as if it came from the app."""
    engine, uid, name = exchange.engine, _uid(spec, exchange), _instrument(spec)
    rules, last = exchange.rules(name), exchange.market.last(name)
    price = round_buy_price(rules, last * Decimal("0.97"))
    least = max(rules.min_size, rules.min_notional * 2 / price)
    size = round_size(rules, least) + rules.size_step
    intent = PlaceOrder(name, Side.BUY, OrderType.LIMIT, size, price=price)
    if rules.product_type.is_futures and _is_hedge(engine, uid, rules.product_type):
        intent = replace(intent, position_side=PositionSide.LONG, effect=Effect.OPEN)
    engine.place(uid, intent, source="android")
    return _nothing


def _foreign_close(spec: Spec, exchange: Exchange) -> Undo:
    engine, uid, name = exchange.engine, _uid(spec, exchange), _instrument(spec)
    engine.close_position(uid, ClosePosition(name, engine.position_mode(uid, name.product_type)))
    return _nothing


def _is_hedge(engine: Engine, uid: str, product_type: ProductType) -> bool:
    return engine.position_mode(uid, product_type) is PositionMode.HEDGE


def _remove_follower(_: Spec, exchange: Exchange) -> Undo:
    found = False
    for uid in exchange.accounts:
        for product in ProductType:
            book = exchange.copytrade.leading(uid, product)
            if book is not None and book.relations:
                exchange.copytrade.part(book.everybody()[0])
                found = True
    if not found:
        raise Reject("40109")
    return _nothing


_DEEDS: Mapping[str, Callable[[Spec, Exchange], Undo]] = MappingProxyType(
    {
        **dict.fromkeys(_STATUSES, _status),
        "change-tick": _tick,
        "change-step": _step,
        "mode-change": _mode,
        "leverage-change": _leverage,
        "liquidate": _liquidate,
        "adl": _deleverage,
        "funding": _fund,
        "foreign-order": _foreign_order,
        "foreign-close": _foreign_close,
        "follower-removed": _remove_follower,
    }
)
