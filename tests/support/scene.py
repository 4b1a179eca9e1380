"""The whole made-up account of the mock-ups, as events in the order in which they would come.

A number among the events is so many seconds that pass. Everything ends at 2026-11-21 14:03:27 UTC.
"""

from __future__ import annotations

from bgtui.domain.budget import Budget, EndpointBudget
from bgtui.domain.event import (
    BudgetMeasured,
    ClockMeasured,
    Connection,
    ConnectionMeasured,
    ConnectionOpened,
    Event,
    RequestMeasured,
    SubscriptionAccepted,
)
from bgtui.ui.workspace import Badge, Identity
from tests.support import scene_account, scene_copy, scene_market
from tests.support.scene_market import BTC, COIN, NOW_MS, SPOT, USDC, USDT, WATCH_LIST

__all__ = ["BTC", "IDENTITY", "NOW_MS", "events", "market_events"]

IDENTITY = Identity(
    badge=Badge.SIM, account="main", has_key=True, product_type=USDT, watch_list=WATCH_LIST,
    product_types=(USDT, COIN, USDC, SPOT), host="127.0.0.1",
)  # fmt: skip

_READS_MS = (33, 36, 38, 39, 40, 41, 41, 41, 42, 44, 47, 52, 60, 160)


def _opened() -> list[Event | float]:
    return [
        ConnectionOpened(Connection.PUBLIC, "public-0", 1),
        ConnectionOpened(Connection.PRIVATE, "private", 1),
        SubscriptionAccepted("public-0", "USDT-FUTURES books BTCUSDT", BTC),
        ClockMeasured(12, 38),
        *(RequestMeasured("/api/v2/mix/market/ticker", False, latency, "ok") for latency in _READS_MS),
        RequestMeasured("/api/v2/mix/order/place-order", True, 38, "ok"),
        BudgetMeasured(
            Budget(
                5960, 6000, 60.0, 0, 0.0, 0.0, 0,
                (
                    EndpointBudget("/api/v2/mix/order/place-order", 9, 10, 1.0, 0),
                    EndpointBudget("/api/v2/mix/order/cancel-order", 10, 10, 1.0, 0),
                    EndpointBudget("/api/v2/mix/account/accounts", 7, 10, 1.0, 0),
                ),
            )
        ),
        ConnectionMeasured(Connection.PUBLIC, "public-0", 100, 10_000, 22),
    ]  # fmt: skip


def _measured() -> list[Event | float]:
    return [
        ConnectionMeasured(Connection.PRIVATE, "private", 30, 4_000, 31),
        1.1,
        ConnectionMeasured(Connection.PUBLIC, "public-0", 148, 34_800, 22),
        0.1,
    ]


def market_events() -> list[Event | float]:
    """Return a run without a key: the market alone."""
    return [*_opened(), *scene_market.events(), *_measured()]


def events() -> list[Event | float]:
    """Return everything."""
    return [
        *_opened(),
        *scene_market.events(),
        *scene_account.events(),
        *scene_copy.events(),
        *scene_account.sent(),
        *_measured(),
    ]
