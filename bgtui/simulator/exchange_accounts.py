"""Who trades on the simulated exchange: the built-in accounts, what they own, and their keys."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal

from bgtui.domain.instrument import ProductType
from bgtui.domain.order import PositionMode
from bgtui.domain.secret import Credentials, Secret
from bgtui.domain.value import frozen

PRACTICE, WATCH, LEADER, FOLLOWER = "practice", "watch", "leader", "follower"
"""Profiles; `watch` is the practice account through a key that may only read."""

_USDT, _USDC, _COIN, _SPOT = (
    ProductType.USDT_FUTURES,
    ProductType.USDC_FUTURES,
    ProductType.COIN_FUTURES,
    ProductType.SPOT,
)


@frozen
class Account:
    """One account and what it owns at the start."""

    uid: str
    balances: Mapping[ProductType, Mapping[str, Decimal]]
    position_mode: PositionMode = PositionMode.ONE_WAY
    is_leader: bool = False


@frozen
class Key:
    """One API key."""

    profile: str
    uid: str
    credentials: Credentials
    is_read_only: bool = False


PRACTICE_ACCOUNT = Account(
    "8100000001",
    {
        _USDT: {"USDT": Decimal(10_000)},
        _USDC: {"USDC": Decimal(1_000)},
        _COIN: {"BTC": Decimal("0.1")},
        _SPOT: {"USDT": Decimal(5_000), "BTC": Decimal("0.05")},
    },
)
LEADER_ACCOUNT = Account(
    "8100000002",
    {
        _USDT: {"USDT": Decimal(50_000)},
        _USDC: {"USDC": Decimal(5_000)},
        _COIN: {"BTC": Decimal("0.2")},
        _SPOT: {"USDT": Decimal(20_000)},
    },
    # Lead accounts are in hedge mode, and so is who copies them.
    PositionMode.HEDGE,
    is_leader=True,
)
FOLLOWER_ACCOUNT = Account(
    "8100000003", {_USDT: {"USDT": Decimal(8_000)}, _SPOT: {"USDT": Decimal(4_000)}}, PositionMode.HEDGE
)


def make_keys(rng: random.Random) -> dict[str, Key]:
    """Make one key for each profile."""
    return {
        profile: Key(profile, uid, _credentials(profile, rng), is_read_only=profile == WATCH)
        for profile, uid in (
            (PRACTICE, PRACTICE_ACCOUNT.uid),
            (WATCH, PRACTICE_ACCOUNT.uid),
            (LEADER, LEADER_ACCOUNT.uid),
            (FOLLOWER, FOLLOWER_ACCOUNT.uid),
        )
    }


def _credentials(profile: str, rng: random.Random) -> Credentials:
    return Credentials(
        api_key=Secret(f"bg_{rng.getrandbits(128):032x}"),
        passphrase=Secret(f"{rng.getrandbits(64):016x}"),
        secret=Secret(f"{rng.getrandbits(256):064x}"),
        label=profile,
    )
