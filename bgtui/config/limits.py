"""The settings of the risk limits: text in, `domain.limit.Limits` out; the rest are the environment's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field
from pydantic_settings import NoDecode

from bgtui.config.venue import Environment
from bgtui.domain.instrument import ProductType, parse_instrument
from bgtui.domain.limit import LIVE, PRACTICE, Group, Limits
from bgtui.domain.text import is_identifier

OFF = "off"
PREFIX = "limits_"
_MOST = Decimal(10) ** 15


def _figure(value: object) -> Decimal | str | None:
    if value is None:
        return None
    text = str(value).strip().lower()
    if text == OFF:
        return OFF
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(0)
    if isinstance(value, bool) or not number.is_finite() or not 0 < number < _MOST:
        raise ValueError("must be a number above zero, or off")
    return number


def _whole(value: object) -> Decimal | str | None:
    number = _figure(value)
    if isinstance(number, Decimal) and number != number.to_integral_value():
        raise ValueError("must be a whole number above zero, or off")
    return number


def _pairs(value: object) -> list[tuple[str, object]]:
    """Read a table, or ``BTCUSDT=0.5, ETHUSDT=10``."""
    if isinstance(value, str):
        parts = [part.partition("=") for part in value.split(",") if part.strip()]
        return [(name.strip(), text.strip()) for name, _, text in parts]
    if isinstance(value, Mapping):
        return [(str(name), each) for name, each in value.items()]
    if isinstance(value, tuple):
        return list(value)
    raise ValueError("must be a table, or text such as BTCUSDT=0.5, ETHUSDT=10")


def _symbol(text: str) -> str:
    try:
        parse_instrument(text, ProductType.USDT_FUTURES)
    except ValueError:
        raise ValueError("names something that is not a symbol such as BTCUSDT or spot:BTCUSDT") from None
    return text


def _sizes(value: object) -> tuple[tuple[str, Decimal], ...]:
    found = []
    for name, each in _pairs(value):
        number = _figure(each)
        if not isinstance(number, Decimal):
            raise ValueError("must give every symbol a number above zero, as BTCUSDT=0.5")  # noqa: TRY004
        found.append((_symbol(name), number))
    return tuple(found)


def _groups(value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found = []
    for name, each in _pairs(value):
        symbols = each.replace("+", " ").split() if isinstance(each, str) else each
        if not is_identifier(name) or not isinstance(symbols, list | tuple) or not symbols:
            raise ValueError(
                "must name groups of symbols, as majors=BTCUSDT+ETHUSDT, memes=DOGEUSDT+SHIBUSDT"
            )
        found.append((name, tuple(_symbol(str(symbol)) for symbol in symbols)))
    return tuple(found)


Figure = Annotated[Decimal | Literal["off"] | None, BeforeValidator(_figure)]
Count = Annotated[Decimal | Literal["off"] | None, BeforeValidator(_whole)]
Sizes = Annotated[tuple[tuple[str, Decimal], ...], NoDecode, BeforeValidator(_sizes)]
Groups = Annotated[tuple[tuple[str, tuple[str, ...]], ...], NoDecode, BeforeValidator(_groups)]


class LimitSettings(BaseModel):
    """The limits as they are set: a figure, ``off``, or nothing for the environment's own default."""

    limits_max_order_size: Sizes = Field(
        default=(), description="Largest order by symbol, base coin, as BTCUSDT=0.5, ETHUSDT=10."
    )
    limits_max_order_notional: Figure = Field(
        default=None, description="Largest value of one order, dollars; live 20000."
    )
    limits_max_position_percent: Figure = Field(
        default=None, description="Largest value of one leg, percent of equity; live 500."
    )
    limits_max_leverage: Figure = Field(default=None, description="Highest leverage; live 20.")
    limits_max_symbol_orders: Count = Field(
        default=None, description="Most open orders on one symbol; 200 everywhere."
    )
    limits_max_product_orders: Count = Field(
        default=None, description="Most open orders on one product type; 400 everywhere."
    )
    limits_price_band_percent: Figure = Field(
        default=None,
        description="How far beyond mark a limit price may lie, percent; live 5.",
    )
    limits_max_exposure_percent: Figure = Field(
        default=None,
        description="Largest value of all legs and opening orders, percent of equity; live 1000.",
    )
    limits_groups: Groups = Field(
        default=(), description="Symbols that move together, as majors=BTCUSDT+ETHUSDT, memes=DOGEUSDT."
    )
    limits_max_group_percent: Figure = Field(
        default=None, description="Largest value of one group's legs and orders, percent of equity; 500."
    )
    limits_max_daily_loss: Figure = Field(
        default=None, description="Loss since 00:00 UTC that locks, dollars; live 500."
    )
    limits_max_daily_loss_percent: Figure = Field(
        default=None, description="The same, percent of the equity that the day began with."
    )
    limits_duplicate_s: Figure = Field(
        default=None, description="Seconds for which the same order is not sent again; 2."
    )
    limits_typo_percent: Figure = Field(
        default=None,
        description="How far from mark a bare number is taken for a price, percent; live 5, elsewhere 20.",
    )
    limits_typo_times: Figure = Field(
        default=None, description="How many times the usual size a bare number is taken for a size; 10."
    )
    limits_alarm_percent: Figure = Field(
        default=None, description="Loss of one leg that raises the alarm, percent of equity; 10."
    )
    limits_reduce_percent: Figure = Field(
        default=None, description="Part of the leg that is closed then, once, percent; off everywhere."
    )


def limits_of(settings: LimitSettings, environment: Environment, default: ProductType) -> Limits:
    """Return the limits in force.

    Args:
        settings: What was set.
        environment: Whose defaults fill what was not.
        default: Product type of bare symbols.
    """
    base = LIVE if environment is Environment.LIVE else PRACTICE
    changes: dict[str, Any] = {}
    for name, field in _FIELDS.items():
        value = getattr(settings, PREFIX + name)
        if value is not None:
            changes[field] = None if value == OFF else _converted(field, value)
    sizes = {parse_instrument(name, default): size for name, size in settings.limits_max_order_size}
    groups = tuple(
        Group(name, frozenset(parse_instrument(symbol, default) for symbol in symbols))
        for name, symbols in settings.limits_groups
    )
    return replace(base, order_sizes=MappingProxyType(sizes), groups=groups, **changes)


def _converted(field: str, value: Decimal) -> Decimal | int:
    if field == "duplicate_ms":
        return int(value * 1000)
    return int(value) if field.endswith("_orders") else value


_FIELDS = {
    "max_order_notional": "order_value",
    "max_position_percent": "position_percent",
    "max_leverage": "leverage",
    "max_symbol_orders": "symbol_orders",
    "max_product_orders": "product_orders",
    "price_band_percent": "band_percent",
    "max_exposure_percent": "exposure_percent",
    "max_group_percent": "group_percent",
    "max_daily_loss": "day_loss",
    "max_daily_loss_percent": "day_loss_percent",
    "duplicate_s": "duplicate_ms",
    "typo_percent": "typo_percent",
    "typo_times": "typo_times",
    "alarm_percent": "alarm_percent",
    "reduce_percent": "reduce_percent",
}
