"""Scripted copy trading: one leader with followers, and one follower with leaders, in futures and in spot.

What is open at the start is traded in the engine; the past, the other followers and the shared profit are
made up from the random source.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from bgtui.domain.copytrade import (
    CopyLimit,
    CopySetting,
    CopySettings,
    FollowedTrader,
    Follower,
    LeadSettings,
    LeadSymbol,
    ProfitShare,
    TrackingOrder,
)
from bgtui.domain.instrument import Instrument, InstrumentId, ProductType, instrument_id, round_size
from bgtui.domain.intent import PlaceOrder, SetLeverage
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, MarginMode, Order, OrderType, PositionMode, PositionSide
from bgtui.domain.text import Untrusted
from bgtui.simulator.candles import DAY_MS, HOUR_MS
from bgtui.simulator.copytrade import CENT, FEE_RATES, FollowerBook, Holdings, LeaderBook, Tracks, end
from bgtui.simulator.copytrade_names import FOLLOWERS, LEADER, OTHER_LEADERS

PAST_ORDERS = 48
SHARE_RATIO = Decimal("0.1")
"""Part of a follower's profit that the leader gets."""
COPY_RATIO = Decimal("0.2")
"""The follower's size for one of the leader's."""

_ZERO = Decimal(0)


class CopyEngine(Holdings, Protocol):
    """The part of the engine that leader and follower trade through."""

    def place(self, uid: str, intent: PlaceOrder, client_order_id: str = "") -> Order:
        """Place one order."""

    def set_leverage(self, uid: str, intent: SetLeverage) -> object:
        """Set an instrument's leverage."""


@dataclass(frozen=True, slots=True)
class Script:
    """One order that the leader has open at the start."""

    symbol: str
    side: PositionSide
    size: str
    """Base coin."""
    leverage: int
    take_profit: float
    """Distance from the opening price, a fraction; zero means none."""
    stop_loss: float
    followers: int


FUTURES_SCRIPT = (
    Script("BTCUSDT", PositionSide.LONG, "0.05", 20, 0.06, 0.02, 11),
    Script("ETHUSDT", PositionSide.SHORT, "1.2", 10, 0.08, 0.03, 9),
    Script("SOLUSDT", PositionSide.LONG, "15.0", 10, 0.0, 0.0, 12),
    Script("SOLUSDT", PositionSide.LONG, "8.5", 10, 0.12, 0.04, 7),
    Script("XRPUSDT", PositionSide.SHORT, "900", 5, 0.0, 0.05, 4),
)
SPOT_SCRIPT = (
    Script("BTCUSDT", PositionSide.LONG, "0.01", 1, 0.1, 0.05, 6),
    Script("ETHUSDT", PositionSide.LONG, "0.25", 1, 0.0, 0.0, 3),
    Script("BGBUSDT", PositionSide.LONG, "120", 1, 0.2, 0.1, 5),
)


class CopyTrading:
    """The books of the one leader and of the one follower; other accounts have none."""

    def __init__(
        self,
        leader_uid: str,
        follower_uid: str,
        *,
        engine: CopyEngine,
        rules: Mapping[InstrumentId, Instrument],
        last: Callable[[InstrumentId], Decimal],
        now_ms: Callable[[], int],
        rng: random.Random,
        ids: Callable[[], int],
    ) -> None:
        """Make up the past; `open` then opens what is open now.

        Args:
            leader_uid: whose account leads; hedge mode.
            follower_uid: whose account follows it; hedge mode.
            engine: where both hold their positions.
            rules: instruments by id; those of the scripts that are missing are left out.
            last: last price of an instrument.
            now_ms: exchange time.
            rng: source of the past.
            ids: tracking numbers, ever larger.
        """
        self._engine, self._rules, self._last, self._now_ms = engine, rules, last, now_ms
        self._random, self._ids = rng, ids
        self._leader, self._follower = leader_uid, follower_uid
        self._leading = {
            product: self._lead(product) for product in (ProductType.USDT_FUTURES, ProductType.SPOT)
        }
        self._following = {product: self._follow(product) for product in self._leading}

    def leading(self, uid: str, product_type: ProductType) -> LeaderBook | None:
        """Return an account's book as a leader; None when it is none."""
        return self._leading.get(product_type) if uid == self._leader else None

    def following(self, uid: str, product_type: ProductType) -> FollowerBook | None:
        """Return an account's book as a follower; None when it follows nobody."""
        return self._following.get(product_type) if uid == self._follower else None

    def is_leader(self, uid: str) -> bool:
        """Tell whether an account leads."""
        return uid == self._leader

    def open(self) -> None:
        """Open what leader and follower hold at the start, at market.

        Raises:
            Reject: the engine refused one of the orders.
        """
        for product, script in ((ProductType.USDT_FUTURES, FUTURES_SCRIPT), (ProductType.SPOT, SPOT_SCRIPT)):
            for row in script:
                instrument = instrument_id(product, row.symbol)
                if instrument in self._rules:
                    self._open_one(instrument, row)

    def _open_one(self, instrument: InstrumentId, row: Script) -> None:
        rules = self._rules[instrument]
        size = round_size(rules, Decimal(row.size))
        lead = self._track(self._leader, instrument, row, size)
        self._leading[instrument.product_type].tracks.add_open(replace(lead, follower_count=row.followers))
        copied = round_size(rules, size * COPY_RATIO)
        copy = self._track(self._follower, instrument, row, copied)
        self._following[instrument.product_type].tracks.add_open(
            replace(copy, trader_id=self._leader, trader_name=Untrusted(LEADER))
        )

    def _track(self, uid: str, instrument: InstrumentId, row: Script, size: Decimal) -> TrackingOrder:
        order = self._engine.place(uid, self._order(uid, instrument, row, size))
        price = order.average_price or self._last(instrument)
        return self._tracking(
            instrument, row, size=size, price=price, time_ms=self._now_ms(), order_id=order.order_id
        )

    def _order(self, uid: str, instrument: InstrumentId, row: Script, size: Decimal) -> PlaceOrder:
        is_long = row.side is PositionSide.LONG
        if not instrument.product_type.is_futures:
            rules = self._rules[instrument]
            # A market purchase counts in quote currency; one percent more, or the last step may be missing.
            quote = (size * self._last(instrument) * Decimal("1.01")).quantize(
                Decimal(1).scaleb(-min(rules.quote_places or rules.price_places, 4))
            )
            return PlaceOrder(instrument, Side.BUY, OrderType.MARKET, quote, size_is_quote=True)
        self._engine.set_leverage(uid, SetLeverage(instrument, "USDT", Decimal(row.leverage)))
        return PlaceOrder(
            instrument,
            Side.BUY if is_long else Side.SELL,
            OrderType.MARKET,
            size,
            position_side=row.side,
            effect=Effect.OPEN,
            position_mode=PositionMode.HEDGE,
            margin_mode=MarginMode.CROSSED,
            margin_coin="USDT",
        )

    def _tracking(
        self,
        instrument: InstrumentId,
        row: Script,
        *,
        size: Decimal,
        price: Decimal,
        time_ms: int,
        order_id: str,
    ) -> TrackingOrder:
        rules = self._rules[instrument]
        toward = 1 if row.side is PositionSide.LONG else -1
        is_futures = instrument.product_type.is_futures
        fee = (price * size * FEE_RATES[is_futures]).quantize(CENT)
        return TrackingOrder(
            instrument=instrument,
            tracking_no=str(self._ids()),
            side=row.side,
            open_order_id=order_id,
            open_price=_on_tick(price, rules),
            open_size=size,
            open_ms=time_ms,
            leverage=Decimal(row.leverage) if is_futures else None,
            open_fee=-fee,
            take_profit=_away(price, row.take_profit * toward, rules),
            stop_loss=_away(price, -row.stop_loss * toward, rules),
            margin=(price * size / row.leverage).quantize(CENT) if is_futures else None,
        )

    # The past

    def _lead(self, product: ProductType) -> LeaderBook:
        tracks = Tracks(self._leader, product, engine=self._engine, last=self._last, now_ms=self._now_ms)
        tracks.add_ended(self._past(product, Decimal(1)))
        people = self._people()
        paid, waiting = self._make_shares(people)
        return LeaderBook(
            tracks=tracks,
            equity=lambda: self._equity(product),
            now_ms=self._now_ms,
            people=people,
            lead_symbols=self._lead_symbols(product),
            shares=paid,
            waiting=waiting,
            base=LeadSettings(
                is_enabled=True,
                shows_equity=True,
                shows_assets=False,
                removable_below_usdt=Decimal(50),
                labels=(Untrusted("swing"), Untrusted("low leverage")),
            ),
        )

    def _equity(self, product: ProductType) -> Decimal:
        total = _ZERO
        for balance in self._engine.balances(self._leader, product):
            if balance.coin == "USDT":
                total += balance.equity if balance.equity is not None else balance.available + balance.frozen
            elif (instrument := instrument_id(product, f"{balance.coin}USDT")) in self._rules:
                total += (balance.available + balance.frozen) * self._last(instrument)
        return total

    def _past(self, product: ProductType, ratio: Decimal) -> list[TrackingOrder]:
        """Make ended orders, oldest first."""
        script = FUTURES_SCRIPT if product.is_futures else SPOT_SCRIPT
        rows = [row for row in script if instrument_id(product, row.symbol) in self._rules]
        if not rows:
            return []
        rng = self._random
        now = self._now_ms()
        closings = sorted(now - rng.randrange(HOUR_MS, 60 * DAY_MS) for _ in range(PAST_ORDERS))
        return [self._past_one(product, rng.choice(rows), closing, ratio) for closing in closings]

    def _past_one(self, product: ProductType, row: Script, close_ms: int, ratio: Decimal) -> TrackingOrder:
        rng = self._random
        instrument = instrument_id(product, row.symbol)
        rules = self._rules[instrument]
        side = (
            rng.choice((PositionSide.LONG, PositionSide.SHORT)) if product.is_futures else PositionSide.LONG
        )
        now_price = self._last(instrument)
        opened = _on_tick(now_price * _ratio(rng.gauss(1.0, 0.05)), rules)
        # Wins are more frequent, losses a little larger.
        move = abs(rng.gauss(0.0, 0.02)) if rng.random() < 0.68 else -abs(rng.gauss(0.0, 0.024))
        closed = _on_tick(opened * _ratio(1 + (move if side is PositionSide.LONG else -move)), rules)
        size = round_size(rules, Decimal(row.size) * ratio * _ratio(rng.uniform(0.4, 1.6)))
        open_ms = close_ms - rng.randrange(20 * 60_000, 40 * HOUR_MS)
        track = self._tracking(
            instrument,
            replace(row, side=side),
            size=size,
            price=opened,
            time_ms=open_ms,
            order_id=str(self._ids()),
        )
        track = replace(track, follower_count=row.followers)
        by = ("profit" if move > 0 else "loss") if rng.random() < 0.4 else ""
        return end(track, closed, close_ms, order_id=str(self._ids()), by=by)

    def _people(self) -> list[Follower]:
        rng, now = self._random, self._now_ms()
        since = sorted((now - rng.randrange(DAY_MS, 200 * DAY_MS) for _ in FOLLOWERS), reverse=True)
        return [
            Follower(
                follower_uid=str(7_100_000_000 + rng.randrange(10**9)),
                name=Untrusted(name),
                equity=Decimal(rng.randrange(2_000, 2_500_000)).scaleb(-2),
                is_removable=place % 5 != 1,
                since_ms=time_ms,
            )
            for place, (name, time_ms) in enumerate(zip(FOLLOWERS, since, strict=True))
        ]

    def _make_shares(self, people: Sequence[Follower]) -> tuple[list[ProfitShare], list[ProfitShare]]:
        rng, today = self._random, self._now_ms() // DAY_MS * DAY_MS
        paid = [
            self._share(person, today - back * DAY_MS + 8 * HOUR_MS + place * 1000)
            for back in range(42, 0, -1)
            for place, person in enumerate(people)
            if (back % 7 == 1 and rng.random() < 0.7)
        ]
        return paid, [self._share(person, None) for person in people if rng.random() < 0.6]

    def _share(self, person: Follower, time_ms: int | None) -> ProfitShare:
        return ProfitShare(
            coin="USDT",
            amount=Decimal(self._random.randrange(500, 400_000)).scaleb(-4),
            follower_name=person.name,
            time_ms=time_ms,
            profit_id=str(self._ids()) if time_ms else "",
            ratio=SHARE_RATIO,
        )

    def _lead_symbols(self, product: ProductType) -> list[LeadSymbol]:
        return [
            LeadSymbol(
                instrument=rules.id,
                is_enabled=place != 4,
                min_open_size=rules.min_size or rules.size_step,
                max_leverage=rules.max_leverage,
                take_profit_ratio=Decimal(100) if place % 2 else None,
                stop_loss_ratio=Decimal(50) if place % 3 else None,
            )
            for place, rules in enumerate(self._of(product))
        ]

    def _follow(self, product: ProductType) -> FollowerBook:
        tracks = Tracks(self._follower, product, engine=self._engine, last=self._last, now_ms=self._now_ms)
        traders = self._traders(product)
        past = self._past(product, COPY_RATIO)
        tracks.add_ended([self._by_somebody(track, traders) for track in past])
        limits = [
            CopyLimit(rules.id, rules.min_size or rules.size_step, _most(rules))
            for rules in self._of(product)
        ]
        return FollowerBook(
            tracks=tracks,
            leaders=traders,
            copy_settings={trader.trader_id: self._settings(product, trader) for trader in traders},
            copy_limits=limits,
        )

    def _by_somebody(self, track: TrackingOrder, traders: Sequence[FollowedTrader]) -> TrackingOrder:
        trader = traders[0] if self._random.random() < 0.7 else self._random.choice(traders[1:])
        return replace(track, trader_id=trader.trader_id, trader_name=trader.name, follower_count=None)

    def _traders(self, product: ProductType) -> list[FollowedTrader]:
        rng, now = self._random, self._now_ms()
        symbols = tuple(rules.symbol for rules in self._of(product))
        uids = [self._leader, *(str(5_200_000_000 + rng.randrange(10**9)) for _ in OTHER_LEADERS)]
        return [
            FollowedTrader(
                trader_id=uid,
                name=Untrusted(name),
                max_followers=500,
                follower_count=len(FOLLOWERS) if uid == self._leader else rng.randrange(3, 500),
                margin=Decimal(rng.randrange(20_000, 150_000)).scaleb(-2),
                net_profit=(profit := Decimal(rng.randrange(-20_000, 60_000)).scaleb(-2)),
                total_profit=profit + Decimal(rng.randrange(500, 4_000)).scaleb(-2),
                symbols=symbols[: rng.randrange(1, len(symbols) + 1)] if symbols else (),
                since_ms=now - rng.randrange(2 * DAY_MS, 120 * DAY_MS),
            )
            for uid, name in zip(uids, (LEADER, *OTHER_LEADERS), strict=True)
        ]

    def _settings(self, product: ProductType, trader: FollowedTrader) -> CopySettings:
        details = tuple(
            CopySetting(
                instrument=instrument_id(product, symbol),
                margin_mode="trader" if place % 2 else "specify",
                leverage_mode=("trader", "specify", "position")[place % 3],
                long_leverage=Decimal(10) if product.is_futures else None,
                short_leverage=Decimal(10) if product.is_futures else None,
                trace_type=("percent", "amount", "count")[place % 3],
                trace_value=(Decimal(20), Decimal(100), Decimal(1))[place % 3],
                max_hold=Decimal(2_000),
                take_profit_ratio=Decimal(100) if place % 2 else None,
                stop_loss_ratio=Decimal(30),
            )
            for place, symbol in enumerate(trader.symbols)
        )
        return CopySettings(
            trader_id=trader.trader_id,
            is_enabled=True,
            details=details,
            trader_name=trader.name,
            profit_ratio=SHARE_RATIO * 100,
            settled_in_days=7,
        )

    def _of(self, product: ProductType) -> list[Instrument]:
        return [rules for rules in self._rules.values() if rules.product_type is product]


def _ratio(value: float) -> Decimal:
    """Return a random factor as a number of the money's kind, at four places."""
    return Decimal(round(value * 10_000)).scaleb(-4)


def _on_tick(price: Decimal, rules: Instrument) -> Decimal:
    ticks = max((price / rules.tick).to_integral_value(), Decimal(1))
    return (ticks * rules.tick).quantize(Decimal(1).scaleb(-rules.price_places))


def _away(price: Decimal, distance: float, rules: Instrument) -> Decimal | None:
    return _on_tick(price * _ratio(1.0 + distance), rules) if distance else None


def _most(rules: Instrument) -> Decimal:
    return rules.max_market_size or rules.size_step * 10_000_000
