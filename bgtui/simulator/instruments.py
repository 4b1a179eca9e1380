"""The simulated exchange's catalogue: which instruments it lists, by what rules, and how they behave.

Rules follow the live exchange where it publishes them (`mix/market/contracts`, `spot/public/symbols`,
`mix/market/query-position-lever`); prices and volatilities are only plausible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from bgtui.domain.instrument import Instrument, InstrumentStatus, ProductType, instrument_id
from bgtui.domain.market import FeeTier, LeverageTier
from bgtui.domain.value import frozen

USDT, USDC, COIN, SPOT = (
    ProductType.USDT_FUTURES,
    ProductType.USDC_FUTURES,
    ProductType.COIN_FUTURES,
    ProductType.SPOT,
)


@frozen
class Coin:
    """How one coin's price moves; every instrument of the coin follows it."""

    name: str
    price: float
    """Where it starts, USD."""
    volatility: float
    """Standard deviation of a year's log return."""
    market_share: float
    """Part of its variance that the whole market moves, 0 to 1."""


@frozen
class Listing:
    """One instrument with its rules and the temper of its market."""

    instrument: Instrument
    tiers: tuple[LeverageTier, ...]
    """Empty for spot."""
    coin: str
    activity: float
    """Book changes relative to a main instrument; 1 is a main instrument."""
    spread_ticks: int
    """Usual distance between best bid and best ask, in ticks."""
    order_notional: float
    """Median value of one resting order, quote currency."""
    open_interest: float
    """Around which open interest moves, base coin; 0 for spot."""
    daily_notional: float
    """Value traded in a usual day, quote currency; the history is made to this measure."""


COINS: Mapping[str, Coin] = MappingProxyType(
    {
        coin.name: coin
        for coin in (
            Coin("BTC", 92_412.6, 0.38, 0.85),
            Coin("ETH", 3_148.27, 0.52, 0.75),
            Coin("SOL", 137.914, 0.66, 0.6),
            Coin("XRP", 2.1473, 0.68, 0.5),
            Coin("DOGE", 0.15894, 0.75, 0.5),
            Coin("PEPE", 0.0000048923, 1.0, 0.4),
            Coin("LINK", 13.845, 0.7, 0.55),
            Coin("BGB", 3.9164, 0.45, 0.3),
        )
    }
)

FEE_TIERS: Mapping[bool, tuple[FeeTier, ...]] = MappingProxyType(
    {
        is_futures: tuple(
            FeeTier(level, Decimal(taker), Decimal(maker), Decimal(traded), Decimal(assets))
            for level, taker, maker, traded, assets in rows
        )
        for is_futures, rows in (
            (
                False,
                (
                    (0, "0.001", "0.001", 0, 0),
                    (1, "0.0008", "0.0004", 1_000_000, 30_000),
                    (2, "0.0006", "0.00035", 5_000_000, 60_000),
                ),
            ),
            (
                True,
                (
                    (0, "0.0006", "0.0002", 0, 0),
                    (1, "0.0004", "0.00016", 10_000_000, 30_000),
                    (2, "0.000375", "0.00014", 50_000_000, 60_000),
                ),
            ),
        )
    }
)
"""VIP levels of futures (True) and spot (False)."""

_BIG = (
    (150_000, 125),
    (1_000_000, 100),
    (3_000_000, 75),
    (10_000_000, 50),
    (30_000_000, 20),
    (90_000_000, 10),
)
_MID = ((50_000, 75), (200_000, 50), (800_000, 25), (2_500_000, 20), (8_000_000, 10), (20_000_000, 5))
_SMALL = ((25_000, 50), (100_000, 25), (500_000, 20), (1_000_000, 10), (4_000_000, 5))
_MAINTENANCE = {
    125: "0.004",
    100: "0.005",
    75: "0.0065",
    50: "0.01",
    25: "0.02",
    20: "0.025",
    10: "0.05",
    5: "0.1",
}


def small_tiers(product_type: ProductType) -> tuple[LeverageTier, ...]:
    """Return the tiers of a contract that nothing is known of; none for spot."""
    return _tiers(_SMALL) if product_type.is_futures else ()


def _tiers(rows: Sequence[tuple[int, int]]) -> tuple[LeverageTier, ...]:
    lower = Decimal(0)
    tiers: list[LeverageTier] = []
    for level, (upper, leverage) in enumerate(rows, 1):
        rate = Decimal(_MAINTENANCE[leverage])
        tiers.append(LeverageTier(level, lower, Decimal(upper), Decimal(leverage), rate))
        lower = Decimal(upper)
    return tuple(tiers)


def _futures(
    product: ProductType,
    symbol: str,
    coin: str,
    *,
    price: tuple[int, str],
    size: tuple[int, str],
    tiers: Sequence[tuple[int, int]],
    temper: tuple[float, int, float, float, float],
    interval_hours: int = 8,
    band: str = "0.05",
    max_size: str,
) -> Listing:
    is_inverse = product is COIN
    quote = {USDT: "USDT", USDC: "USDC", COIN: "USD"}[product]
    instrument = Instrument(
        id=instrument_id(product, symbol),
        base_coin=coin,
        quote_coin=quote,
        margin_coins=(coin if is_inverse else quote,),
        price_places=price[0],
        tick=Decimal(price[1]),
        size_places=size[0],
        size_step=Decimal(size[1]),
        min_size=Decimal(size[1]),
        min_notional=Decimal(5),
        maker_fee_rate=Decimal("0.0002"),
        taker_fee_rate=Decimal("0.0006"),
        status=InstrumentStatus.NORMAL,
        is_inverse=is_inverse,
        max_limit_size=Decimal(max_size),
        max_market_size=Decimal(max_size) / 5,
        min_leverage=Decimal(1),
        max_leverage=Decimal(tiers[0][1]),
        buy_band_ratio=Decimal(band),
        sell_band_ratio=Decimal(band),
        max_orders=200,
        max_product_orders=400,
        funding_interval_hours=interval_hours,
    )
    return Listing(instrument, _tiers(tiers), coin, *temper)


def _spot(
    base: str,
    price_places: int,
    size_places: int,
    temper: tuple[float, int, float, float],
    *,
    band: str = "0.05",
) -> Listing:
    step = Decimal(1).scaleb(-size_places)
    activity, spread, notional, daily = temper
    instrument = Instrument(
        id=instrument_id(SPOT, f"{base}USDT"),
        base_coin=base,
        quote_coin="USDT",
        margin_coins=(),
        price_places=price_places,
        tick=Decimal(1).scaleb(-price_places),
        size_places=size_places,
        size_step=step,
        min_size=Decimal(0),
        min_notional=Decimal(1),
        maker_fee_rate=Decimal("0.001"),
        taker_fee_rate=Decimal("0.001"),
        status=InstrumentStatus.NORMAL,
        quote_places=price_places + size_places,
        max_limit_notional=Decimal(10_000_000),
        max_market_notional=Decimal(1_000_000),
        buy_band_ratio=Decimal(band),
        sell_band_ratio=Decimal(band),
        max_orders=200,
        max_product_orders=500,
    )
    return Listing(instrument, (), base, activity, spread, notional, 0.0, daily)


# Temper of a contract: activity, spread in ticks, median order value, open interest (base coin), daily value.
LISTINGS: tuple[Listing, ...] = (
    _futures(
        USDT,
        "BTCUSDT",
        "BTC",
        price=(1, "0.1"),
        size=(4, "0.0001"),
        tiers=_BIG,
        temper=(1.0, 1, 6e3, 48_210, 6.1e9),
        max_size="1200",
    ),
    _futures(
        USDT,
        "ETHUSDT",
        "ETH",
        price=(2, "0.01"),
        size=(2, "0.01"),
        tiers=_BIG,
        temper=(1.0, 1, 4e3, 871_400, 4.2e9),
        max_size="20000",
    ),
    _futures(
        USDT,
        "SOLUSDT",
        "SOL",
        price=(3, "0.001"),
        size=(1, "0.1"),
        tiers=_MID,
        temper=(0.5, 2, 1.5e3, 3_940_000, 9e8),
        max_size="90000",
    ),
    _futures(
        USDT,
        "XRPUSDT",
        "XRP",
        price=(4, "0.0001"),
        size=(0, "1"),
        tiers=_MID,
        temper=(0.4, 1, 1.2e3, 131_000_000, 5e8),
        max_size="4000000",
    ),
    _futures(
        USDT,
        "DOGEUSDT",
        "DOGE",
        price=(5, "0.00001"),
        size=(0, "1"),
        tiers=_MID,
        temper=(0.3, 1, 900, 810_000_000, 2.4e8),
        max_size="30000000",
    ),
    _futures(
        USDT,
        "PEPEUSDT",
        "PEPE",
        price=(10, "0.0000000001"),
        size=(0, "1000"),
        tiers=_SMALL,
        temper=(0.2, 3, 500, 6.2e12, 9e7),
        interval_hours=4,
        band="0.1",
        max_size="200000000000",
    ),
    # Its last price digit moves in fives: a tick that is no power of ten.
    _futures(
        USDT,
        "LINKUSDT",
        "LINK",
        price=(4, "0.0005"),
        size=(1, "0.1"),
        tiers=_SMALL,
        temper=(0.2, 2, 600, 4_100_000, 8e7),
        interval_hours=4,
        max_size="200000",
    ),
    _futures(
        COIN,
        "BTCUSD",
        "BTC",
        price=(1, "0.1"),
        size=(3, "0.001"),
        tiers=_BIG,
        temper=(0.15, 5, 3e3, 2_310, 1.2e8),
        max_size="400",
    ),
    _futures(
        USDC,
        "BTCPERP",
        "BTC",
        price=(1, "0.1"),
        size=(4, "0.0001"),
        tiers=_BIG,
        temper=(0.15, 5, 2e3, 410, 4e7),
        max_size="200",
    ),
    _spot("BTC", 2, 6, (0.5, 2, 3e3, 7e8)),
    _spot("ETH", 2, 4, (0.3, 1, 2e3, 4e8)),
    _spot("SOL", 2, 4, (0.2, 1, 900, 9e7)),
    _spot("BGB", 4, 4, (0.15, 2, 400, 1.1e7), band="0.1"),
)
