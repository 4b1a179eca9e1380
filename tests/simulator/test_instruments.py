from __future__ import annotations

import itertools
from decimal import Decimal

import pytest

from bgtui.domain.instrument import ProductType, is_on_step
from bgtui.simulator.instruments import COINS, LISTINGS, Listing

BY_PRODUCT = {
    product: [listing for listing in LISTINGS if listing.instrument.product_type is product]
    for product in ProductType
}


def test_there_is_something_of_everything() -> None:
    assert len(BY_PRODUCT[ProductType.USDT_FUTURES]) >= 6
    assert len(BY_PRODUCT[ProductType.SPOT]) >= 4
    assert len(BY_PRODUCT[ProductType.COIN_FUTURES]) >= 1
    assert len(BY_PRODUCT[ProductType.USDC_FUTURES]) >= 1


def test_no_instrument_is_listed_twice() -> None:
    assert len({listing.instrument.id for listing in LISTINGS}) == len(LISTINGS)


def test_a_tick_that_is_no_power_of_ten_is_among_them() -> None:
    assert any(listing.instrument.tick.as_tuple().digits == (5,) for listing in LISTINGS)


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.instrument.id)
def test_rules_fit_together(listing: Listing) -> None:
    rules = listing.instrument
    assert is_on_step(rules.tick, Decimal(1).scaleb(-rules.price_places))
    assert is_on_step(rules.size_step, Decimal(1).scaleb(-rules.size_places))
    assert is_on_step(rules.min_size, rules.size_step)
    assert listing.coin in COINS
    assert rules.symbol.startswith(rules.base_coin)
    # A price must be many ticks, or the book could not move.
    assert COINS[listing.coin].price / float(rules.tick) > 5000


@pytest.mark.parametrize(
    "listing",
    [listing for listing in LISTINGS if listing.instrument.product_type.is_futures],
    ids=lambda listing: listing.instrument.id,
)
def test_tiers_are_a_gapless_ladder(listing: Listing) -> None:
    tiers = listing.tiers
    assert tiers[0].lower_notional == 0
    assert tiers[0].max_leverage == listing.instrument.max_leverage
    for lower, upper in itertools.pairwise(tiers):
        assert lower.upper_notional == upper.lower_notional
        assert lower.max_leverage > upper.max_leverage
        assert lower.maintenance_margin_rate < upper.maintenance_margin_rate
    for tier in tiers:
        # Whoever opens with the most leverage must not be liquidated at once.
        assert tier.maintenance_margin_rate + listing.instrument.taker_fee_rate < 1 / tier.max_leverage


def test_margin_coins_follow_the_product() -> None:
    for listing in LISTINGS:
        rules = listing.instrument
        coins = {
            ProductType.SPOT: (),
            ProductType.COIN_FUTURES: (rules.base_coin,),
            ProductType.USDT_FUTURES: ("USDT",),
            ProductType.USDC_FUTURES: ("USDC",),
        }[rules.product_type]
        assert rules.margin_coins == coins
        assert rules.is_inverse == (rules.product_type is ProductType.COIN_FUTURES)
