from __future__ import annotations

import math
import random
import statistics

from bgtui.simulator.instruments import COINS, LISTINGS
from bgtui.simulator.price import REGIMES, FairPrices
from tests.simulator.worlds import BTC, SPOT_BTC, listings


def prices(seed: int = 3, speed: float = 1.0) -> FairPrices:
    return FairPrices(COINS.values(), LISTINGS, random.Random(seed), speed=speed)


def test_the_same_seed_gives_the_same_path() -> None:
    first, second = prices(), prices()
    for _ in range(500):
        first.step()
        second.step()
    assert [first.fair(listing) for listing in LISTINGS] == [second.fair(listing) for listing in LISTINGS]


def test_instruments_of_one_coin_stay_together() -> None:
    path = prices()
    future, spot = listings(BTC, SPOT_BTC)
    for _ in range(20_000):
        path.step()
        assert abs(path.fair(future) / path.fair(spot) - 1) < 0.002


def test_coins_are_correlated() -> None:
    path = prices()
    moves: dict[str, list[float]] = {"BTC": [], "ETH": []}
    for _ in range(400):
        before = {coin: path.index(coin) for coin in moves}
        for _ in range(100):
            path.step()
        for coin, values in moves.items():
            values.append(math.log(path.index(coin) / before[coin]))
    assert statistics.correlation(moves["BTC"], moves["ETH"]) > 0.5


def test_volatility_is_what_the_coin_says_and_changes() -> None:
    path = prices()
    squares: list[float] = []
    seen = set()
    for _ in range(60_000):
        before = path.index("BTC")
        path.step()
        seen.add(path.regime.name)
        squares.append(math.log(path.index("BTC") / before) ** 2)
    yearly = math.sqrt(statistics.fmean(squares) * 10 * 365 * 24 * 3600)
    assert 0.5 < yearly / COINS["BTC"].volatility < 2.0
    assert len(seen) >= len(REGIMES) - 1


def test_a_faster_market_moves_farther() -> None:
    def distance(speed: float) -> float:
        path = prices(5, speed)
        total = 0.0
        for _ in range(5000):
            before = path.index("ETH")
            path.step()
            total += math.log(path.index("ETH") / before) ** 2
        return total

    assert distance(25.0) > 5 * distance(1.0)
