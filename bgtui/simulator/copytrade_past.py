"""The past of copy trading, made up: orders that ended and profit that was shared before the start."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from bgtui.domain.copytrade import ProfitShare, TrackingOrder
from bgtui.domain.instrument import Instrument, InstrumentId, ProductType, instrument_id, round_size
from bgtui.domain.order import PositionSide
from bgtui.domain.value import frozen
from bgtui.simulator.candles import DAY_MS, HOUR_MS
from bgtui.simulator.copytrade_relation import Relation
from bgtui.simulator.copytrade_track import CENT
from bgtui.simulator.money import ZERO

PAST_ORDERS = 48
PAST_DAYS = 42
SHARE_CHANCE = 0.12
"""That a follower owed a share on a day."""
FEE_RATES = {True: Decimal("0.0006"), False: Decimal("0.001")}
"""What an order of the past paid: of futures (True), of spot (False)."""


@frozen
class Script:
    """One order that the leader has open at the start; those of the past are like them."""

    symbol: str
    side: PositionSide
    size: str
    """Base coin."""
    leverage: int
    take_profit: float
    """Distance from the opening price, a fraction; zero means none."""
    stop_loss: float
    followers: int
    """Of the orders of the past: how many copied one."""


SCRIPTS: Mapping[ProductType, tuple[Script, ...]] = {
    ProductType.USDT_FUTURES: (
        Script("BTCUSDT", PositionSide.LONG, "0.05", 20, 0.06, 0.02, 11),
        Script("ETHUSDT", PositionSide.SHORT, "1.2", 10, 0.08, 0.03, 9),
        Script("SOLUSDT", PositionSide.LONG, "15.0", 10, 0.0, 0.0, 12),
        Script("SOLUSDT", PositionSide.LONG, "8.5", 10, 0.12, 0.04, 7),
        Script("XRPUSDT", PositionSide.SHORT, "900", 5, 0.0, 0.05, 4),
    ),
    ProductType.SPOT: (
        Script("BTCUSDT", PositionSide.LONG, "0.01", 1, 0.1, 0.05, 6),
        Script("ETHUSDT", PositionSide.LONG, "0.25", 1, 0.0, 0.0, 3),
        Script("BGBUSDT", PositionSide.LONG, "120", 1, 0.2, 0.1, 5),
    ),
}


class Past:
    """Makes ended orders and paid shares."""

    def __init__(
        self,
        rules: Mapping[InstrumentId, Instrument],
        last: Callable[[InstrumentId], Decimal],
        now_ms: int,
        rng: random.Random,
        ids: Callable[[], int],
    ) -> None:
        """Draw from a random source; prices lie around the last ones."""
        self._rules, self._last, self._now_ms = rules, last, now_ms
        self._random, self._ids = rng, ids

    def listed(self, product: ProductType) -> list[Script]:
        """Return the scripts whose instrument is listed."""
        return [row for row in SCRIPTS[product] if instrument_id(product, row.symbol) in self._rules]

    def orders(self, product: ProductType, ratio: Decimal) -> list[TrackingOrder]:
        """Make ended orders, oldest first; ``ratio`` is their size for one of the leader's."""
        rows = self.listed(product)
        if not rows:
            return []
        rng, now = self._random, self._now_ms
        closings = sorted(now - rng.randrange(HOUR_MS, 60 * DAY_MS) for _ in range(PAST_ORDERS))
        return [self._order(product, rng.choice(rows), closing, ratio) for closing in closings]

    def _order(self, product: ProductType, row: Script, close_ms: int, ratio: Decimal) -> TrackingOrder:
        rng = self._random
        instrument = instrument_id(product, row.symbol)
        rules = self._rules[instrument]
        side = (
            rng.choice((PositionSide.LONG, PositionSide.SHORT)) if product.is_futures else PositionSide.LONG
        )
        opened = on_tick(self._last(instrument) * fraction(rng.gauss(1.0, 0.05)), rules)
        # Wins are more frequent, losses a little larger.
        move = abs(rng.gauss(0.0, 0.02)) if rng.random() < 0.68 else -abs(rng.gauss(0.0, 0.024))
        closed = on_tick(opened * fraction(1 + (move if side is PositionSide.LONG else -move)), rules)
        size = round_size(rules, Decimal(row.size) * ratio * fraction(rng.uniform(0.4, 1.6)))
        toward = 1 if side is PositionSide.LONG else -1
        is_futures = product.is_futures
        track = TrackingOrder(
            instrument=instrument,
            tracking_no=str(self._ids()),
            side=side,
            open_order_id=str(self._ids()),
            open_price=opened,
            open_size=size,
            open_ms=close_ms - rng.randrange(20 * 60_000, 40 * HOUR_MS),
            leverage=Decimal(row.leverage) if is_futures else None,
            open_fee=-(opened * size * FEE_RATES[is_futures]).quantize(CENT),
            take_profit=away(opened, row.take_profit * toward, rules),
            stop_loss=away(opened, -row.stop_loss * toward, rules),
            margin=(opened * size / row.leverage).quantize(CENT) if is_futures else None,
            follower_count=row.followers,
        )
        by = ("profit" if move > 0 else "loss") if rng.random() < 0.4 else ""
        return _ended(track, closed, close_ms, order_id=str(self._ids()), by=by)

    def shares(self, people: Sequence[Relation]) -> list[ProfitShare]:
        """Make paid shares, oldest first: each day of some followers, at its last millisecond."""
        rng, today = self._random, self._now_ms // DAY_MS * DAY_MS
        return [
            ProfitShare(
                coin="USDT",
                amount=Decimal(rng.randrange(500, 400_000)).scaleb(-4),
                follower_name=person.name,
                time_ms=today - (back - 1) * DAY_MS - 1,
                profit_id=str(self._ids()),
                ratio=person.share_ratio,
            )
            for back in range(PAST_DAYS, 0, -1)
            for person in people
            if rng.random() < SHARE_CHANCE
        ]


def _ended(track: TrackingOrder, price: Decimal, time_ms: int, *, order_id: str, by: str) -> TrackingOrder:
    """Return the order as closed at a price, with its PnL after fees."""
    move = price - track.open_price
    pnl = (move if track.side is PositionSide.LONG else -move) * track.open_size
    close_fee = -(price * track.open_size * FEE_RATES[track.instrument.product_type.is_futures]).quantize(
        CENT
    )
    return replace(
        track,
        close_order_id=order_id,
        close_price=price,
        close_size=track.open_size,
        close_ms=time_ms,
        close_fee=close_fee,
        realized_pnl=pnl.quantize(CENT),
        net_pnl=(pnl + (track.open_fee or ZERO) + close_fee).quantize(CENT),
        is_stopped_by=by,
    )


def fraction(value: float) -> Decimal:
    """Return a random factor as a number of the money's kind, at four places."""
    return Decimal(round(value * 10_000)).scaleb(-4)


def on_tick(price: Decimal, rules: Instrument) -> Decimal:
    """Return the nearest price of an instrument, one tick at least."""
    ticks = max((price / rules.tick).to_integral_value(), Decimal(1))
    return (ticks * rules.tick).quantize(Decimal(1).scaleb(-rules.price_places))


def away(price: Decimal, distance: float, rules: Instrument) -> Decimal | None:
    """Return the price at a distance, a fraction; None for no distance."""
    return on_tick(price * fraction(1.0 + distance), rules) if distance else None
