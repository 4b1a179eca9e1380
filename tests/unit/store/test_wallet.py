"""What a wallet is worth now: with the PnL of its legs at their marks, else as it was told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bgtui.domain.account import Position
from bgtui.domain.event import (
    AccountReconciled,
    BalancesReported,
    Connection,
    ConnectionLost,
    ConnectionOpened,
    InstrumentsListed,
    PositionsReported,
    TickerUpdated,
)
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.market import Ticker
from bgtui.domain.order import PositionSide
from bgtui.store.store import Store
from bgtui.store.wallet import LIVE_MARK_S, SETTLE_S, TOLD_S, Wallet, wallet
from tests.support.build import BTC, ETH, USDT, D, HandClock, balance, contract, position, ticker

LEG = position("2", entry="100")
OTHER = replace(position("10", entry="50"), instrument=ETH)
TOLD = replace(balance(available="700"), equity=D(1000), unrealized_pnl=D(4))
"""Told when the mark of the leg was 102: a wallet of 996 without PnL."""


class Run:
    """An account that is followed, and what is told about it."""

    def __init__(self, *legs: Position) -> None:
        self.clock = HandClock()
        self.store = Store(self.clock)
        self.now_ms = 100
        self.store.apply(ConnectionOpened(Connection.PRIVATE, "private", 1))
        self.hold(*legs)
        self.tell()
        self.store.apply(AccountReconciled(USDT))

    def hold(self, *legs: Position) -> None:
        self.now_ms += 1
        self.store.apply(PositionsReported(USDT, legs, self.now_ms))

    def tell(self, equity: str = "1000", pnl: str = "4") -> None:
        self.now_ms += 1
        told = replace(TOLD, equity=D(equity), unrealized_pnl=D(pnl))
        self.store.apply(BalancesReported(USDT, (told,), is_complete=True, time_ms=self.now_ms))

    def mark(self, price: str, instrument: str = BTC) -> None:
        self.now_ms += 1
        self.store.apply(TickerUpdated(_marked(price, self.now_ms, instrument)))

    def look(self, after_s: float = 0.0) -> Wallet:
        self.clock.advance(after_s)
        return wallet(self.store, USDT, "USDT")


def _marked(price: str, at_ms: int, instrument: str) -> Ticker:
    found = ticker(at_ms, price, instrument)
    found.mark_text = price
    return found


def test_equity_follows_the_mark_of_every_leg() -> None:
    run = Run(LEG, OTHER)
    run.tell(pnl="34")
    run.mark("110")
    run.mark("49", ETH)

    found = run.look()

    assert (found.equity, found.unrealized, found.is_live) == (D(976), D(10), True)  # 966 and 20 - 10
    assert found.balance is not None
    assert found.balance.available == D(700)  # as told: nobody has said how it moves


def test_a_short_loses_by_a_rising_mark() -> None:
    run = Run(replace(LEG, side=PositionSide.SHORT))
    run.mark("110")

    assert run.look().equity == D(976)


def test_at_the_mark_it_was_told_with_it_is_what_was_told() -> None:
    run = Run(LEG)
    run.mark("102")

    assert (run.look().equity, run.look().is_live) == (D(1000), True)


@pytest.mark.parametrize("missing", ["never came", "grew old"])
def test_without_a_live_mark_of_every_leg_it_is_what_was_told_with_its_age(missing: str) -> None:
    run = Run(LEG, OTHER)
    run.mark("110")
    if missing == "grew old":
        run.mark("49", ETH)
        run.clock.advance(LIVE_MARK_S + 1)
        run.mark("111")

    found = run.look(TOLD_S + 1)

    assert (found.equity, found.unrealized, found.is_live) == (D(1000), D(4), False)
    assert found.told_age_s is not None
    assert found.told_age_s > TOLD_S


def test_a_lost_account_stream_leaves_what_was_told_and_its_age() -> None:
    run = Run(LEG)
    run.store.apply(ConnectionLost(Connection.PRIVATE, "private", "no pong", 1000))
    run.clock.advance(30)
    run.mark("110")

    found = run.look()

    assert (found.equity, found.is_live, found.told_age_s) == (D(1000), False, 30.0)


def test_what_is_free_says_its_age_while_legs_stand_though_equity_is_live() -> None:
    run = Run(LEG)
    run.clock.advance(TOLD_S + 5)
    run.mark("110")

    assert (run.look().is_live, run.look().told_age_s) == (True, TOLD_S + 5)


def test_a_flat_wallet_that_is_followed_does_not_age() -> None:
    found = Run().look(3600)

    assert (found.equity, found.is_live, found.told_age_s) == (D(1000), False, None)


def test_a_leg_that_changed_after_the_wallet_was_told_is_not_mixed_with_it() -> None:
    run = Run(LEG)
    run.mark("110")
    run.clock.advance(SETTLE_S + 1)
    run.hold(replace(LEG, size=D(1)))  # a part was closed: what it won is in no wallet yet
    run.mark("110")

    before = run.look()
    run.tell(equity="1016", pnl="10")
    after = run.look()

    assert (before.equity, before.is_live) == (D(1000), False)
    assert (after.equity, after.is_live) == (D(1016), True)


def test_a_leg_reported_right_after_the_wallet_that_knows_of_it_is_in_step() -> None:
    run = Run(LEG)
    run.mark("110")
    run.clock.advance(60)
    run.tell(equity="1016", pnl="10")
    run.clock.advance(0.05)
    run.hold(replace(LEG, size=D(1)))
    run.mark("110")

    assert (run.look(5).equity, run.look().is_live) == (D(1016), True)


def test_a_new_margin_or_mark_of_a_leg_is_no_fill() -> None:
    run = Run(LEG)
    run.clock.advance(60)
    run.hold(replace(LEG, margin=D(20), mark_price=D(105)))
    run.mark("110")

    assert run.look().is_live


def test_another_coin_of_the_product_type_is_another_wallet() -> None:
    run = Run(LEG, replace(OTHER, margin_coin="USDC"))
    run.mark("110")

    assert (run.look().equity, run.look().is_live) == (D(1016), True)


def test_nobody_has_said_is_not_zero() -> None:
    assert wallet(Store(HandClock()), USDT, "USDT").equity is None


@pytest.mark.parametrize(("backed_by", "is_live"), [("BTC", True), ("ETH", False)])
def test_a_coin_margined_leg_is_added_to_a_wallet_of_the_coin_that_it_earns_alone(
    backed_by: str, is_live: bool
) -> None:
    coin = ProductType.COIN_FUTURES
    rules = replace(
        contract(), id=instrument_id(coin, "BTCUSD"), margin_coins=("ETH", "BTC"), is_inverse=True
    )
    run = Run()
    run.store.apply(InstrumentsListed(coin, (rules,)))
    leg = replace(LEG, instrument=rules.id, margin_coin=backed_by)
    run.store.apply(PositionsReported(coin, (leg,), 1))
    told = replace(TOLD, product_type=coin, coin=backed_by)
    run.store.apply(BalancesReported(coin, (told,), is_complete=True, time_ms=1))
    run.store.apply(AccountReconciled(coin))
    run.mark("110", rules.id)

    assert wallet(run.store, coin, backed_by).is_live is is_live
