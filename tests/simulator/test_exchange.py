from __future__ import annotations

from decimal import Decimal

import pytest

from bgtui.domain.instrument import ProductType
from bgtui.domain.order import PositionMode
from bgtui.simulator.exchange import Exchange, World
from bgtui.simulator.exchange_accounts import FOLLOWER, LEADER, PRACTICE, PRACTICE_ACCOUNT, WATCH
from tests.simulator.worlds import BTC, START_MS, lines, listings, run, small


def test_the_practice_account_is_flat_and_owns_what_was_promised() -> None:
    engine = small().engine
    owned = {
        (product, balance.coin): balance.available
        for product in ProductType
        for balance in engine.balances(PRACTICE_ACCOUNT.uid, product)
        if balance.available
    }
    assert owned == {
        (ProductType.USDT_FUTURES, "USDT"): Decimal(10_000),
        (ProductType.USDC_FUTURES, "USDC"): Decimal(1_000),
        (ProductType.COIN_FUTURES, "BTC"): Decimal("0.1"),
        (ProductType.SPOT, "USDT"): Decimal(5_000),
        (ProductType.SPOT, "BTC"): Decimal("0.05"),
    }
    assert not any(
        engine.positions(PRACTICE_ACCOUNT.uid, product) for product in ProductType if product.is_futures
    )


def test_the_position_mode_is_the_practice_accounts() -> None:
    world = World(1, START_MS, listings=listings(BTC), position_mode=PositionMode.HEDGE)
    for exchange, mode in ((small(), PositionMode.ONE_WAY), (Exchange(world), PositionMode.HEDGE)):
        found = exchange.engine.position_mode(PRACTICE_ACCOUNT.uid, ProductType.USDT_FUTURES)
        assert found is mode
        lead = exchange.engine.position_mode(exchange.keys[LEADER].uid, ProductType.USDT_FUTURES)
        assert lead is PositionMode.HEDGE


def test_every_profile_has_a_key_of_its_own() -> None:
    keys = small().keys
    assert set(keys) == {PRACTICE, WATCH, LEADER, FOLLOWER}
    assert len({key.credentials.api_key for key in keys.values()}) == 4
    assert keys[WATCH].uid == keys[PRACTICE].uid
    assert [profile for profile, key in keys.items() if key.is_read_only] == [WATCH]
    assert "***" in repr(keys[PRACTICE])


def test_ids_grow_from_one_world_to_the_next() -> None:
    first = small()
    later = Exchange(World(1, START_MS + 1000, listings=listings(BTC)))
    assert first.next_id() < first.next_id() < later.next_id()


@pytest.mark.parametrize(
    ("speed", "rate"), [(0.0, 1.0), (-1.0, 1.0), (1.0, -1.0), (float("nan"), 1.0), (1.0, 1e9)]
)
def test_a_market_that_cannot_run_is_refused(speed: float, rate: float) -> None:
    with pytest.raises(ValueError, match="speed must"):
        World(1, START_MS, speed=speed, rate=rate)


def test_a_world_can_go_on_where_another_ended() -> None:
    first = small()
    run(first, 3000)
    prices = first.market.coin_prices()
    later = Exchange(World(2, first.clock.now_ms(), listings=listings(BTC), anchors=prices))
    assert abs(later.market.last(BTC) / first.market.last(BTC) - 1) < Decimal("0.001")


def test_a_market_may_stand_still() -> None:
    exchange = small(rate=0.0)
    before = exchange.book(BTC)
    assert not lines(run(exchange, 5000))
    assert exchange.book(BTC).bids == before.bids


def test_questions_about_contracts_are_answered() -> None:
    exchange = small()
    assert [rules.id for rules in exchange.instruments(ProductType.SPOT)] == ["spot:BTCUSDT"]
    assert exchange.tiers(BTC)
    assert exchange.fee_tiers(ProductType.SPOT)[0].taker == Decimal("0.001")
    assert exchange.open_interest(BTC).size > 0
    limit = exchange.open_interest_limit(BTC)
    assert limit.notional == exchange.tiers(BTC)[-1].upper_notional
    assert len(exchange.book(BTC, 5).bids) == 5
    assert len(exchange.tickers(ProductType.USDT_FUTURES)) == 2
