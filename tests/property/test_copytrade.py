"""Random leaders and followers: whatever they do, money adds up and every copy is held by its owner."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from decimal import Decimal, localcontext

import pytest

from bgtui.domain.copytrade import CopySetting
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import ClosePosition, PlaceOrder
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, OrderType, PositionMode, PositionSide
from bgtui.simulator import copytrade_following as following
from bgtui.simulator import copytrade_leading as leading
from bgtui.simulator.candles import DAY_MS
from bgtui.simulator.copytrade import LeaderBook
from bgtui.simulator.copytrade_relation import ByAmount
from bgtui.simulator.copytrade_track import Track, Tracks
from bgtui.simulator.copytrade_world import PRODUCTS
from bgtui.simulator.exchange_accounts import FOLLOWER_ACCOUNT, LEADER_ACCOUNT, PRACTICE_ACCOUNT
from bgtui.simulator.flow import TAKER
from bgtui.simulator.instruments import LISTINGS
from bgtui.simulator.money import EXACT
from bgtui.simulator.reject import Reject
from tests.simulator.worlds import BTC, ETH, SPOT_BTC, small
from tests.support.conservation import check_money, check_positions

USDT = ProductType.USDT_FUTURES
LEADER, FOLLOWER, PRACTICE = LEADER_ACCOUNT.uid, FOLLOWER_ACCOUNT.uid, PRACTICE_ACCOUNT.uid
COPIERS = (FOLLOWER, PRACTICE)
INSTRUMENTS = [each.instrument for each in LISTINGS if each.instrument.id in (BTC, ETH, SPOT_BTC)]
DEEDS = 45


class Storm:
    """One world and somebody who does anything."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.exchange = small(seed=seed, rate=4.0, speed=10.0, position_mode=PositionMode.HEDGE)
        self.house = self.exchange.copytrade
        self.deeds: list[Callable[[], object]] = [
            *[self.open] * 4,
            *[self.wait] * 4,
            *[self.close] * 2,
            self.close_copy,
            self.close_elsewhere,
            self.follow,
            self.follow_by_amount,
            self.unfollow,
            self.remove,
            self.protect,
            self.shock,
            self.end_day,
        ]

    def book(self, product: ProductType = USDT) -> LeaderBook:
        found = self.house.leading(LEADER, product)
        assert found is not None
        return found

    def name(self) -> InstrumentId:
        return self.rng.choice((BTC, BTC, ETH, SPOT_BTC))

    def size(self, name: InstrumentId) -> Decimal:
        return Decimal(self.rng.randrange(1, 60)) * (Decimal("0.01") if name == ETH else Decimal("0.001"))

    def any_track(self, uid: str) -> Track | None:
        books = (self.house.tracks(uid, product) for product in PRODUCTS)
        found = [track for tracks in books if tracks is not None for track in tracks.open.values()]
        return self.rng.choice(found) if found else None

    def open(self) -> None:
        name = self.name()
        size = self.size(name)
        side = self.rng.choice(list(PositionSide))
        if name.product_type is ProductType.SPOT:
            intent = PlaceOrder(name, Side.BUY, OrderType.MARKET, Decimal(50), size_is_quote=True)
        else:
            intent = PlaceOrder(
                name,
                Side.BUY if side is PositionSide.LONG else Side.SELL,
                OrderType.MARKET,
                size,
                position_side=side,
                effect=Effect.OPEN,
            )
        self.exchange.engine.place(LEADER, intent)

    def wait(self) -> None:
        self.exchange.advance(self.exchange.clock.now_ms() + self.rng.randrange(50, 3_000))

    def close(self) -> None:
        if (track := self.any_track(LEADER)) is not None:
            self.house.close(track)

    def close_copy(self) -> None:
        if (track := self.any_track(self.rng.choice(COPIERS))) is not None:
            self.house.close(track)

    def close_elsewhere(self) -> None:
        uid = self.rng.choice((LEADER, *COPIERS))
        side = self.rng.choice((None, *PositionSide))
        self.exchange.engine.close_position(uid, ClosePosition(BTC, PositionMode.HEDGE, side))

    def follow(self) -> None:
        name = self.name()
        kind, value = self.rng.choice((("percent", "0.7"), ("amount", "60"), ("count", "0.05")))
        setting = CopySetting(
            instrument=name,
            margin_mode=self.rng.choice(("trader", "specify")),
            leverage_mode=self.rng.choice(("trader", "specify", "position")),
            long_leverage=Decimal(7),
            short_leverage=Decimal(9),
            trace_type=kind,
            trace_value=Decimal(value),
            max_hold=self.rng.choice((None, Decimal(300))),
            take_profit_ratio=self.rng.choice((None, Decimal(3))),
            stop_loss_ratio=self.rng.choice((None, Decimal(2))),
        )
        following.follow(self.house, PRACTICE, name.product_type, LEADER, [setting], copies_new=False)

    def follow_by_amount(self) -> None:
        plan = ByAmount(Decimal(1_000), loss_limit=self.rng.choice((None, Decimal(1))))
        following.follow_by_amount(
            self.house, PRACTICE, LEADER, plan, copies_new=True, copies_open=self.rng.random() < 0.5
        )

    def unfollow(self) -> None:
        following.unfollow(self.house, PRACTICE, self.rng.choice(PRODUCTS), LEADER)

    def remove(self) -> None:
        book = self.book(self.rng.choice(PRODUCTS))
        uid = self.rng.choice(list(book.relations))
        leading.remove(self.house, LEADER, book.product_type, uid)

    def protect(self) -> None:
        if (track := self.any_track(self.rng.choice((LEADER, *COPIERS)))) is not None:
            price = self.house.floor.trigger_price(track.instrument)
            near = (price * Decimal(self.rng.choice(("1.0005", "0.9995")))).quantize(track.rules.tick)
            prices = (near, None) if self.rng.random() < 0.5 else (None, near)
            leading.set_tpsl(self.house, track, *prices)

    def shock(self) -> None:
        side = self.rng.choice(list(Side))
        self.exchange.engine.take_crowd(TAKER, self.name(), side, Decimal(30))

    def end_day(self) -> None:
        self.exchange.advance((self.exchange.clock.now_ms() // DAY_MS + 1) * DAY_MS)

    def do_something(self) -> None:
        with contextlib.suppress(Reject):
            self.rng.choice(self.deeds)()
        self.exchange.drain()

    # What must hold

    def check(self) -> None:
        engine = self.exchange.engine
        check_money(engine, INSTRUMENTS)
        check_positions(engine, INSTRUMENTS)
        with localcontext(EXACT):
            for tracks in self.everyones_tracks():
                for track in tracks.open.values():
                    assert 0 < track.left <= track.size
                    assert track.closed + track.left <= track.size
                    held = engine.held(tracks.uid, track.instrument, track.side)
                    assert tracks.held(track.instrument, track.side) <= held
            for product in PRODUCTS:
                for relation in (*self.book(product).relations.values(), *self.book(product).parted):
                    assert relation.due() >= 0
                    assert relation.water >= 0
                    assert relation.paid >= 0
                    book = self.house.follower_book(relation.uid, product)
                    for number, copy in relation.copies.items():
                        assert book.tracks.open[number] is copy
                        assert copy.trader_id == LEADER

    def everyones_tracks(self) -> list[Tracks]:
        leaders, followers = self.house._leaders.values(), self.house._followers.values()
        return [*(book.tracks for book in leaders), *(book.tracks for book in followers)]


@pytest.mark.parametrize("seed", range(5))
def test_a_storm_of_copy_trading(seed: int) -> None:
    storm = Storm(seed)
    for _ in range(DEEDS):
        storm.do_something()
        storm.check()
