"""The fair-price process: what every instrument is worth at a moment, and how nervous the market is.

Each coin follows one path, so its spot, perpetual and coin-margined instruments stay together; all coins
share a market factor. Volatility changes by regimes, and prices rest between moves, as real ones do. Pure
numbers from the random source that was passed in; no money is counted here.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from bgtui.domain.value import frozen
from bgtui.simulator.instruments import Coin, Listing

STEP_MS = 100
"""Grid on which fair prices move."""

_YEAR_MS = 365 * 24 * 3600 * 1000
_STEP_DEVIATION = math.sqrt(STEP_MS / _YEAR_MS)
_PULL = 2e-7
"""Part of the distance to the starting price that one step takes back: days, not minutes."""
_BASIS_PULL = 0.002
_BASIS_DEVIATION = 6e-6


@frozen
class Regime:
    """One mood of the market."""

    name: str
    volatility: float
    """Multiple of the coin's own."""
    activity: float
    """Multiple of the usual rate of events."""
    mean_ms: float
    """How long it lasts on average."""
    move_chance: float
    """Part of the steps in which a coin moves at all."""


REGIMES = (
    Regime("calm", 0.55, 0.7, 90_000, 0.1),
    Regime("normal", 1.0, 1.0, 60_000, 0.16),
    Regime("busy", 1.9, 1.6, 25_000, 0.25),
    Regime("storm", 4.0, 2.2, 7_000, 0.45),
)
_FOLLOWS = ((1, 1, 1, 2), (0, 0, 0, 2, 2), (0, 1, 1, 1, 3), (2, 2, 1))
"""Which regime comes after which, each with the same chance."""


class Regimes:
    """The market's changing mood."""

    __slots__ = ("_left_ms", "_random", "current")

    def __init__(self, rng: random.Random) -> None:
        """Begin in the normal mood."""
        self._random = rng
        self.current = REGIMES[1]
        self._left_ms = rng.expovariate(1 / self.current.mean_ms)

    def step(self, elapsed_ms: float) -> Regime:
        """Let time pass and return the mood."""
        self._left_ms -= elapsed_ms
        if self._left_ms <= 0:
            self.current = REGIMES[self._random.choice(_FOLLOWS[REGIMES.index(self.current)])]
            self._left_ms = self._random.expovariate(1 / self.current.mean_ms)
        return self.current


@dataclass(slots=True)
class _Path:
    coin: Coin
    anchor: float
    drift: float = 0.0
    """Log distance to the anchor."""
    price: float = field(init=False)

    def __post_init__(self) -> None:
        self.price = self.anchor


class FairPrices:
    """Fair prices of all coins, and of each instrument with its small basis."""

    def __init__(
        self,
        coins: Iterable[Coin],
        listings: Iterable[Listing],
        rng: random.Random,
        *,
        anchors: dict[str, float] | None = None,
        speed: float = 1.0,
    ) -> None:
        """Begin at the coins' starting prices, or at the anchors given by coin, USD.

        Args:
            coins: what moves.
            listings: what follows it.
            rng: source of every move.
            anchors: other starting prices.
            speed: how many times faster the market lives than the exchange's clock.
        """
        anchors = anchors or {}
        self._random = rng
        self._speed = speed
        self._paths = {coin.name: _Path(coin, anchors.get(coin.name, coin.price)) for coin in coins}
        self._basis = {
            listing.instrument.id: 0.0 for listing in listings if listing.instrument.product_type.is_futures
        }
        self._regimes = Regimes(rng)
        self.regime = self._regimes.current

    def step(self) -> None:
        """Move on by one `STEP_MS`."""
        rng = self._random
        gauss = rng.gauss
        self.regime = regime = self._regimes.step(STEP_MS * self._speed)
        scale = _STEP_DEVIATION * regime.volatility * math.sqrt(self._speed / regime.move_chance)
        is_market_moving = rng.random() < regime.move_chance
        market = gauss(0.0, 1.0) if is_market_moving else 0.0
        for path in self._paths.values():
            coin = path.coin
            move = market * math.sqrt(coin.market_share)
            if rng.random() < regime.move_chance:
                move += gauss(0.0, 1.0) * math.sqrt(1.0 - coin.market_share)
            if move:
                path.drift += scale * coin.volatility * move
            path.drift *= 1.0 - _PULL * self._speed
            path.price = path.anchor * math.exp(path.drift)
        if is_market_moving:
            for name, basis in self._basis.items():
                self._basis[name] = basis * (1.0 - _BASIS_PULL) + gauss(0.0, _BASIS_DEVIATION)

    def skip(self, steps: int) -> None:
        """Jump over many steps at once, as one move of the same spread: the machine slept."""
        scale = _STEP_DEVIATION * math.sqrt(steps * self._speed)
        market = self._random.gauss(0.0, 1.0)
        for path in self._paths.values():
            share = path.coin.market_share
            own = self._random.gauss(0.0, 1.0)
            path.drift += (
                scale * path.coin.volatility * (market * math.sqrt(share) + own * math.sqrt(1 - share))
            )
            path.price = path.anchor * math.exp(path.drift)

    def index(self, coin: str) -> float:
        """Return what a coin is worth, USD."""
        return self._paths[coin].price

    def fair(self, listing: Listing) -> float:
        """Return around what its book stands, quote currency."""
        return self._paths[listing.coin].price * (1.0 + self._basis.get(listing.instrument.id, 0.0))
