"""What a subscription asks for: its arguments checked as the exchange checks them (wire notes 7.3 to 7.5)."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from bgtui.domain.instrument import InstrumentId, ProductType, instrument_id
from bgtui.domain.market import CandleInterval
from bgtui.domain.value import frozen
from bgtui.simulator.exchange import Exchange
from bgtui.simulator.reject import Reject
from bgtui.simulator.rows_market import FUTURES_INTERVALS
from bgtui.wire.channel import CANDLE, CHANNELS, DEFAULT, Channel, Family

_FAMILIES = {
    "SPOT": (Family.SPOT, ProductType.SPOT),
    "MARGIN": (Family.MARGIN, ProductType.SPOT),
    "USDT-FUTURES": (Family.FUTURES, ProductType.USDT_FUTURES),
    "USDC-FUTURES": (Family.FUTURES, ProductType.USDC_FUTURES),
    "COIN-FUTURES": (Family.FUTURES, ProductType.COIN_FUTURES),
}
_DEFAULT_ONLY = frozenset({"positions", "positions-history", "adl-noti", "orders-algo", "index-price"})
"""Channels that take no single symbol (the last but one does on spot)."""
MAX_TEXT = 64


@frozen
class Topic:
    """One thing to listen to; equal topics share their pushes."""

    arg: str
    """JSON, as acknowledgements and pushes echo it."""
    channel: Channel
    name: str
    """Of the channel on the wire."""
    product_type: ProductType
    instrument: InstrumentId | None
    """None for everything."""
    interval: CandleInterval | None = None
    coin: str = ""
    """A single coin of an `account` channel."""


def read(exchange: Exchange, arg: object) -> Topic:
    """Read one argument.

    Raises:
        Reject: 30016 for something else than an argument, 30001 for what does not exist.
    """
    if not isinstance(arg, Mapping):
        raise Reject("30016", message="Param error")
    texts = {key: arg.get(key) for key in ("instType", "channel", "instId", "coin")}
    for value in texts.values():
        if value is not None and (not isinstance(value, str) or len(value) > MAX_TEXT):
            raise Reject("30016", message="Param error")
    inst_type, name = texts["instType"] or "", texts["channel"] or ""
    known = _FAMILIES.get(inst_type.upper())
    interval = FUTURES_INTERVALS.get(name.removeprefix("candle")) if name.startswith("candle") else None
    if known is None:
        raise _missing(texts)
    family, product = known
    channel = CHANNELS.get((family, CANDLE if interval is not None else name))
    if channel is None or name == CANDLE:
        raise _missing(texts)
    value = texts["coin" if channel.key == "coin" else "instId"] or DEFAULT
    instrument = None
    if channel.key == "instId" and value != DEFAULT:
        instrument = _instrument(exchange, product, value, texts)
    if instrument is None and not channel.private and name != "index-price":
        raise _missing(texts)
    is_spot_plan = name == "orders-algo" and product is ProductType.SPOT
    if instrument is not None and name in _DEFAULT_ONLY and not is_spot_plan:
        raise _missing(texts)
    echoed = {"instType": inst_type, "channel": name, channel.key: value}
    coin = value.upper() if channel.key == "coin" and value != DEFAULT else ""
    arg_text = msgspec.json.encode(echoed).decode()
    return Topic(arg_text, channel, name, product, instrument, interval, coin)


def _instrument(
    exchange: Exchange, product: ProductType, value: str, texts: Mapping[str, str | None]
) -> InstrumentId:
    try:
        found = instrument_id(product, value)
    except ValueError:
        raise _missing(texts) from None
    if not exchange.has(found):
        raise _missing(texts)
    return found


def _missing(texts: Mapping[str, str | None]) -> Reject:
    named = ",".join(f"{key}:{value}" for key, value in texts.items() if value is not None)
    return Reject("30001", message=f"{named} doesn't exist")
