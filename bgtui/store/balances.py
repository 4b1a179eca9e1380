"""Coins of each wallet, and what a futures wallet is worth."""

from __future__ import annotations

from bgtui.domain.account import Balance
from bgtui.domain.clock import Clock
from bgtui.domain.event import BalancesReported, EquityReported
from bgtui.domain.instrument import ProductType
from bgtui.store.version import NextVersion, Versions

MAX_COINS = 5000


class _Wallet:
    __slots__ = ("coins", "is_complete", "removed_ms", "times_ms", "told_s")

    def __init__(self) -> None:
        self.coins: dict[str, Balance] = {}
        self.times_ms: dict[str, int] = {}
        self.told_s: dict[str, float] = {}
        """When each coin was last told, monotonic seconds."""
        self.is_complete = False
        self.removed_ms = 0
        """Time of the last complete report: a coin it did not name is gone for older reports."""


class Balances:
    """Wallets by product type: reports merge by coin, a complete one also removes."""

    def __init__(self, clock: Clock, next_version: NextVersion) -> None:
        self._monotonic = clock.monotonic
        self._versions: Versions[ProductType] = Versions(next_version)
        self._wallets: dict[ProductType, _Wallet] = {product: _Wallet() for product in ProductType}

    def apply(self, event: BalancesReported) -> bool:
        """Take a report; a coin of which something later is known keeps that."""
        wallet = self._wallets[event.product_type]
        is_changed = _merge(wallet, event, self._monotonic())
        if event.is_complete and event.time_ms >= wallet.removed_ms:
            named = {balance.coin for balance in event.balances}
            for coin in wallet.coins.keys() - named:
                if wallet.times_ms[coin] <= event.time_ms:
                    del wallet.coins[coin], wallet.times_ms[coin], wallet.told_s[coin]
                    is_changed = True
            wallet.removed_ms = event.time_ms
            is_changed |= not wallet.is_complete
            wallet.is_complete = True
        if is_changed:
            self._versions.bump(event.product_type)
        return is_changed

    def get(self, product_type: ProductType) -> tuple[Balance, ...] | None:
        """Return the coins by name; None before a complete report."""
        wallet = self._wallets[product_type]
        if not wallet.is_complete:
            return None
        return tuple(wallet.coins[coin] for coin in sorted(wallet.coins))

    def coin(self, product_type: ProductType, coin: str) -> Balance | None:
        """Return what is known of one coin, be the wallet known as a whole or not."""
        return self._wallets[product_type].coins.get(coin)

    def coins(self, product_type: ProductType) -> dict[str, Balance]:
        """Return what is known coin by coin."""
        return dict(self._wallets[product_type].coins)

    def age_s(self, product_type: ProductType, coin: str) -> float | None:
        """Return how long ago a coin was last told, seconds; None when it never was."""
        told_s = self._wallets[product_type].told_s.get(coin)
        return None if told_s is None else self._monotonic() - told_s

    def latest_ms(self, product_type: ProductType) -> int:
        """Return the exchange time of the latest report taken; 0 before the first."""
        wallet = self._wallets[product_type]
        return max((wallet.removed_ms, *wallet.times_ms.values()))

    def version(self, product_type: ProductType) -> int:
        """Return a wallet's version."""
        return self._versions.of(product_type)


def _merge(wallet: _Wallet, event: BalancesReported, now_s: float) -> bool:
    is_changed = False
    for balance in event.balances:
        known_ms = wallet.times_ms.get(balance.coin, wallet.removed_ms)
        if event.time_ms < known_ms or (balance.coin not in wallet.coins and len(wallet.coins) >= MAX_COINS):
            continue
        wallet.times_ms[balance.coin] = event.time_ms
        wallet.told_s[balance.coin] = now_s
        if wallet.coins.get(balance.coin) != balance:
            wallet.coins[balance.coin] = balance
            is_changed = True
    return is_changed


class Equities:
    """What each futures wallet is worth, as last reported."""

    def __init__(self, next_version: NextVersion) -> None:
        self._versions: Versions[ProductType] = Versions(next_version)
        self._latest: dict[ProductType, EquityReported] = {}

    def apply(self, event: EquityReported) -> bool:
        """Take a report unless a later one is known."""
        old = self._latest.get(event.product_type)
        if old is not None and (event.time_ms < old.time_ms or event == old):
            return False
        self._latest[event.product_type] = event
        self._versions.bump(event.product_type)
        return True

    def get(self, product_type: ProductType) -> EquityReported | None:
        """Return the latest report."""
        return self._latest.get(product_type)

    def version(self, product_type: ProductType) -> int:
        """Return the version of a wallet's worth."""
        return self._versions.of(product_type)
