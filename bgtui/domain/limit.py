"""The limits that a person sets for the account: every one of them may be absent, which is None."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from types import MappingProxyType

from bgtui.domain.instrument import InstrumentId
from bgtui.domain.value import frozen


@frozen
class Group:
    """Instruments that move together, so that their legs count as one risk."""

    name: str
    instruments: frozenset[InstrumentId]


@frozen
class Limits:
    """What an order may not go beyond; what lowers exposure is never held to any of it.

    Percentages are of the equity of the wallet that backs the leg; dollars are USDT, USDC or what a coin is
    worth in them.
    """

    order_sizes: Mapping[InstrumentId, Decimal] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )
    """Largest part of one order that opens, base coin, by instrument."""
    order_value: Decimal | None = None
    """Largest value of what one order opens, dollars."""
    position_percent: Decimal | None = None
    """Value of one leg with everything that rests to open more of it."""
    leverage: Decimal | None = None
    symbol_orders: int | None = None
    """Open orders on one instrument."""
    product_orders: int | None = None
    """Open orders on one product type."""
    band_percent: Decimal | None = None
    """How far beyond mark, on the side that costs, a limit price may lie."""
    exposure_percent: Decimal | None = None
    """Value of all legs of a wallet with everything that rests to open more."""
    groups: tuple[Group, ...] = ()
    group_percent: Decimal | None = None
    """The same for the instruments of one group."""
    day_loss: Decimal | None = None
    """Loss since 00:00 UTC that locks, dollars, above zero."""
    day_loss_percent: Decimal | None = None
    """The same as a share of the equity with which the day was begun."""
    duplicate_ms: int | None = None
    """For how long the same opening order is not sent again."""
    typo_percent: Decimal | None = None
    """How far from mark a price may lie that was typed as a bare number."""
    typo_times: Decimal | None = None
    """How many times the largest usual size a size may be that was typed as a bare number."""
    alarm_percent: Decimal | None = None
    """Unrealized loss of one leg that raises the alarm."""
    reduce_percent: Decimal | None = None
    """Share of the leg that is closed then, once; None closes nothing."""


PRACTICE = Limits(
    symbol_orders=200,
    product_orders=400,
    group_percent=Decimal(500),
    duplicate_ms=2000,
    typo_percent=Decimal(20),
    typo_times=Decimal(10),
    alarm_percent=Decimal(10),
)
"""On the simulator and in demo, where nothing is real: what catches the slip of a hand, and no more."""

LIVE = Limits(
    order_value=Decimal(20_000),
    position_percent=Decimal(500),
    leverage=Decimal(20),
    symbol_orders=200,
    product_orders=400,
    band_percent=Decimal(5),
    exposure_percent=Decimal(1000),
    group_percent=Decimal(500),
    day_loss=Decimal(500),
    duplicate_ms=2000,
    typo_percent=Decimal(5),
    typo_times=Decimal(10),
    alarm_percent=Decimal(10),
)
"""On live, until the settings say otherwise."""


def limit_lines(limits: Limits) -> tuple[str, ...]:
    """Return the limits that matter most, one line each, for a person who is about to arm."""
    found = []
    if limits.order_value is not None:
        found.append(f"order {limits.order_value:,f} USDT")
    if limits.leverage is not None:
        found.append(f"leverage {limits.leverage:f}x")
    if limits.day_loss is not None:
        found.append(f"day loss {-limits.day_loss:,.2f}")
    if limits.day_loss_percent is not None:
        found.append(f"day loss {-limits.day_loss_percent:f}% of equity")
    return tuple(found)
