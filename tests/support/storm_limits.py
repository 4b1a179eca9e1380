"""The person's limits in a storm, judged at the exchange: what it holds, whatever a program thought.

In a storm with limits nobody else opens anything, so that whatever is too much was opened by the program.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bgtui.domain import dayloss
from bgtui.domain.instrument import InstrumentId
from bgtui.domain.limit import Limits
from bgtui.domain.order import Effect, MarginMode, PositionMode, PositionSide
from bgtui.domain.trading import TradingState, can_only_close
from bgtui.simulator.hooks import Asked
from tests.support.storm_world import BTC, ETH, SPOT_BTC, UID, USDT, Place

MIX, PAIR = "/api/v2/mix/", "/api/v2/spot/trade/"
DRIFT = Decimal("1.04")
"""How much more what was opened may be worth by now: marks move, market orders slip."""
SPARE_S = 10.0
"""How long a loss may be over its limit before something opens all the same: reports, ledger, looks."""
MIDNIGHT_MS = 120_000
Broke = Callable[[str, str], AssertionError]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one storm's settings limit; nothing where it is empty."""

    figures: Mapping[str, float | Decimal] = field(default_factory=dict)
    """By their names in ``[limits]``."""

    def __bool__(self) -> bool:
        return bool(self.figures)

    @property
    def settings(self) -> dict[str, Decimal]:
        """What a program is started with."""
        return {f"limits_{name}": Decimal(str(value)) for name, value in self.figures.items()}


def drawn(rng: random.Random) -> Drawn:
    """Draw limits that people in a storm run into."""
    return Drawn(
        {
            "max_order_notional": rng.choice([300, 800]),
            "max_leverage": rng.choice([12, 25]),
            "max_symbol_orders": rng.choice([3, 8]),
            "max_position_percent": rng.choice([6, 15]),
            "max_exposure_percent": rng.choice([9, 25]),
            "price_band_percent": rng.choice([1, 2]),
            "max_daily_loss": rng.choice([2, 10, 500]),
        }
    )


class LimitChecks:
    """Looks at what the exchange holds after each write that opens, and at days that were locked."""

    def __init__(self, place: Place, broke: Broke, now: Callable[[], float]) -> None:
        """Judge nothing before `limits` are set.

        Args:
            place: where.
            broke: makes what is raised, of a name and a difference.
            now: loop seconds.
        """
        self.limits: Limits | None = None
        self._place = place
        self._broke = broke
        self._now = now
        self._over_since: float | None = None
        self._locked_until_ms = 0
        self._may_close: set[int] = set()
        """Requests that may do nothing but close a leg, as those of one-way mode do which face one."""
        self._smaller: set[int] = set()
        """Changes that leave an order no larger and worth no more: no limit of what is at stake is theirs."""

    # As it leaves

    def left(self, name: str, asked: Asked) -> None:
        """Look at a write that raises exposure as a program lets go of it.

        Raises:
            AssertionError: the day has lost too much for that.
        """
        if self.limits is None:
            return
        body = json.loads(asked.body or b"{}")
        instrument = _instrument(asked.path, body)
        if self._is_smaller(body):
            self._smaller.add(asked.number)
        if instrument is not None and self._faces_leg(instrument, str(body.get("side", ""))):
            self._may_close.add(asked.number)
            return
        since = self._over_since
        if since is not None and self._now() - since > SPARE_S:
            raise self._broke(
                "limit of the day's loss",
                f"{name} sent {asked.path} {self._now() - since:.0f}s after {self._net():.2f} was lost",
            )

    def step(self, lives: Iterable[Any]) -> None:
        """Follow the day.

        Raises:
            AssertionError: a day that was locked is not any more.
        """
        limits = self.limits
        if limits is None or limits.day_loss is None:
            return
        is_over = self._net() < -limits.day_loss * Decimal("1.1") - 1
        self._over_since = (self._over_since or self._now()) if is_over else None
        now_ms = self._place.clock.now_ms()
        for life in lives:
            arming = life.session.arming if life.is_running else None
            if arming is None:
                continue
            if arming.state is TradingState.LOCKED:
                if not self._locked_until_ms:
                    self._locked_until_ms = dayloss.day_of(now_ms) + dayloss.DAY_MS
            elif now_ms + MIDNIGHT_MS < self._locked_until_ms and life.knows_the_time:
                raise self._broke("limit of the day's loss", f"{life.name} is {arming.state} on a locked day")

    def _net(self) -> Decimal:
        """Return what the day has brought at the exchange; what was paid for funding is left out."""
        total = Decimal(0)
        for fill in self._place.ledger.fills:
            if fill.instrument.product_type is USDT:
                total += fill.realized_pnl or 0
                total -= sum((fee.cost for fee in fill.fees), Decimal(0))
        return total + sum((leg.unrealized_pnl or 0 for leg in self._place.standing(USDT)[2]), Decimal(0))

    # As it was carried out

    def done(self, name: str, asked: Asked) -> None:
        """Look at what stands after a write that raises exposure was taken.

        Raises:
            AssertionError: more than what is allowed.
        """
        if self.limits is None:
            return
        body = json.loads(asked.body or b"{}")
        instrument = _instrument(asked.path, body)
        if asked.path in (f"{MIX}account/set-leverage", f"{MIX}account/set-all-leverage"):
            self._no_more(name, "leverage", Decimal(str(body["leverage"])), self.limits.leverage)
        elif instrument is not None:
            may_close = asked.number in self._may_close or asked.number in self._smaller
            self._order(name, asked.path, body, instrument, may_close=may_close)
            if instrument.product_type is USDT and not may_close:
                self._account(name, instrument, self._side(body))

    def _order(
        self, name: str, path: str, body: dict[str, Any], instrument: InstrumentId, *, may_close: bool
    ) -> None:
        limits = self.limits or Limits()
        price = Decimal(str(body.get("price") or body.get("newPrice") or 0))
        size = Decimal(str(body.get("size") or body.get("newSize") or 0))
        if price and size and not may_close:
            self._no_more(name, "order value", price * size, limits.order_value)
        mark = self._mark(instrument)
        is_plain = path in (f"{MIX}order/place-order", f"{PAIR}place-order")
        if price and is_plain and not may_close and limits.band_percent is not None:
            beyond = (price - mark) if body.get("side") == "buy" else (mark - price)
            # A program's mark may be some seconds old, and that of the exchange has moved.
            self._no_more(name, "price band", beyond * 100 / mark - 1, limits.band_percent)

    def _faces_leg(self, instrument: InstrumentId, side: str) -> bool:
        against = PositionSide.SHORT if side == "buy" else PositionSide.LONG
        legs = self._place.standing(USDT)[2] if instrument.product_type is USDT else []
        is_net = self._mode() is PositionMode.ONE_WAY
        # An amend does not say its side.
        return is_net and any(
            leg.instrument == instrument and (not side or leg.side is against) for leg in legs
        )

    def _is_smaller(self, body: dict[str, Any]) -> bool:
        """Tell whether a change leaves what it changes no larger and worth no more."""
        old_id, ledger = str(body.get("orderId", "")), self._place.ledger
        size: Decimal | None = None
        price: Decimal | None = None
        if (order := ledger.orders.get(old_id)) is not None:
            size, price = order.remaining_size, order.price
        elif (plan := ledger.plans.get(old_id)) is not None:
            size, price = plan.size, plan.execute_price or plan.trigger_price
        new_size = Decimal(str(body.get("newSize") or size or 0))
        new_price = Decimal(str(body.get("newPrice") or body.get("newTriggerPrice") or price or 0))
        return bool(size and price and new_size <= size and new_size * new_price <= size * price)

    def _side(self, body: dict[str, Any]) -> int:
        """Return which of both sides a write opens: 0 is long."""
        order_id = str(body.get("orderId", ""))
        ledger = self._place.ledger
        old = ledger.orders.get(order_id) or ledger.plans.get(order_id)
        return int((body.get("side") or (old.side.value if old else "buy")) != "buy")

    def _account(self, name: str, instrument: InstrumentId, side: int) -> None:
        limits, place = self.limits or Limits(), self._place
        settings = place.engine.settings(UID, instrument)
        if settings.margin_mode is MarginMode.CROSSED:
            self._no_more(name, "leverage", settings.crossed_leverage, limits.leverage)
        orders = [each for each in place.standing(USDT)[0] if not can_only_close(each)]
        count = sum(order.instrument == instrument for order in orders)
        self._no_more(name, "orders", Decimal(count), Decimal(limits.symbol_orders or 0) or None)
        worst = {each: self._worst(each) for each in (BTC, ETH)}
        equity = sum((each.equity or 0 for each in place.engine.balances(UID, USDT)), Decimal(0))
        for what, value, percent in (
            ("position", worst[instrument][side], limits.position_percent),
            ("exposure", sum(self._outcome(pair) for pair in worst.values()), limits.exposure_percent),
        ):
            if percent is not None:
                self._no_more(name, what, Decimal(value), percent * equity / 100 * DRIFT)

    def _worst(self, instrument: InstrumentId) -> tuple[Decimal, Decimal]:
        """Return what each side could come to if all that opens more of it were filled."""
        orders, plans, legs = self._place.standing(USDT)
        mark = self._mark(instrument)
        sides = []
        for side in PositionSide.LONG, PositionSide.SHORT:
            held = Decimal(0)
            for leg in legs:
                if leg.instrument == instrument and leg.side is side:
                    held += leg.size
                elif leg.instrument == instrument and self._mode() is PositionMode.ONE_WAY:
                    held -= leg.size
            value = held * mark
            for order in orders:
                if _opens(order, instrument, side):
                    value += order.remaining_size * (order.price or mark)
            for plan in plans:
                if _opens(plan, instrument, side) and plan.size is not None:
                    value += plan.size * (plan.execute_price or plan.trigger_price or mark)
            sides.append(max(value, Decimal(0)))
        return sides[0], sides[1]

    def _outcome(self, sides: tuple[Decimal, Decimal]) -> Decimal:
        return max(sides) if self._mode() is PositionMode.ONE_WAY else sum(sides, Decimal(0))

    def _mode(self) -> PositionMode:
        mode: PositionMode = self._place.engine.position_mode(UID, USDT)
        return mode

    def _mark(self, instrument: InstrumentId) -> Decimal:
        place = self._place
        return Decimal(place.engine.mark(instrument) or place.exchange.market.last(instrument))

    def _no_more(self, name: str, what: str, value: Decimal, limit: Decimal | None) -> None:
        if limit is not None and value > limit:
            raise self._broke(f"limit of {what}", f"{name}: {value:.4f} at the exchange, {limit:.4f} allowed")


def _instrument(path: str, body: dict[str, Any]) -> InstrumentId | None:
    """Return what a write that makes an order is about; None for every other."""
    if "order" not in path:
        return None
    names = (SPOT_BTC,) if path.startswith(PAIR) else (BTC, ETH)
    return next((name for name in names if name.symbol == body.get("symbol")), None)


def _opens(order: Any, instrument: InstrumentId, side: PositionSide) -> bool:
    is_long = order.side.value == "buy"
    opens = order.position_side or (PositionSide.LONG if is_long else PositionSide.SHORT)
    if order.effect is Effect.CLOSE:
        return False
    return order.instrument == instrument and opens is side and not can_only_close(order)
