"""How reads spell what they ask for."""

import pytest

from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.market import CandleInterval
from bgtui.wire import query

SPOT_NAMES = frozenset(
    [
        "1min",
        "3min",
        "5min",
        "15min",
        "30min",
        "1h",
        "4h",
        "6h",
        "12h",
        "1day",
        "3day",
        "1week",
        "1M",
        "6Hutc",
        "12Hutc",
        "1Dutc",
        "3Dutc",
        "1Wutc",
        "1Mutc",
    ]
)
FUTURES_NAMES = frozenset(
    [
        "1m",
        "3m",
        "5m",
        "15m",
        "30m",
        "1H",
        "2H",
        "4H",
        "6H",
        "12H",
        "1D",
        "3D",
        "1W",
        "1M",
        "6Hutc",
        "12Hutc",
        "1Dutc",
        "3Dutc",
        "1Wutc",
        "1Mutc",
    ]
)


@pytest.mark.parametrize("interval", CandleInterval)
def test_every_interval_has_a_name_that_the_exchange_knows(interval: CandleInterval) -> None:
    assert query.granularity(ProductType.SPOT, interval) in SPOT_NAMES
    assert query.granularity(ProductType.COIN_FUTURES, interval) in FUTURES_NAMES


def test_hours_differ_in_case_and_days_begin_at_midnight_utc() -> None:
    assert query.granularity(ProductType.SPOT, CandleInterval.H1) == "1h"
    assert query.granularity(ProductType.USDT_FUTURES, CandleInterval.H1) == "1H"
    assert query.granularity(ProductType.SPOT, CandleInterval.D1) == "1Dutc"
    assert query.granularity(ProductType.USDT_FUTURES, CandleInterval.MONTH) == "1Mutc"


def test_product_types_are_upper_case() -> None:
    perp = instrument_id(ProductType.USDT_FUTURES, "btcusdt")
    assert query.symbol_params(perp) == {"symbol": "BTCUSDT", "productType": "USDT-FUTURES"}
    assert query.symbol_params(instrument_id(ProductType.SPOT, "BTCUSDT")) == {"symbol": "BTCUSDT"}
    assert query.business(ProductType.SPOT) == "spot"
    assert query.business(ProductType.USDC_FUTURES) == "mix"
    with pytest.raises(ValueError, match="spot"):
        query.product(ProductType.SPOT)
