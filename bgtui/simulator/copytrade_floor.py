"""Tracking orders at work in the engine: what opens them, what closes them, and what an account holds."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from bgtui.domain.account import Balance, Fill, SymbolSettings
from bgtui.domain.instrument import Instrument, InstrumentId, ProductType, instrument_id
from bgtui.domain.intent import OrderRef, PlaceOrder, SetLeverage, SetMarginMode
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, MarginMode, Order, OrderType, PositionMode, PositionSide
from bgtui.simulator.copytrade_track import Track, whole_steps
from bgtui.simulator.history import EVERYTHING, Window
from bgtui.simulator.money import ZERO, exact
from bgtui.simulator.reject import Reject

USDT = "USDT"


class CopyEngine(Protocol):
    """The part of the engine that copy trading goes through."""

    def place(self, uid: str, intent: PlaceOrder, client_order_id: str = "") -> Order:
        """Place one order."""

    def set_leverage(self, uid: str, intent: SetLeverage) -> object:
        """Set an instrument's leverage."""

    def set_margin_mode(self, uid: str, intent: SetMarginMode) -> object:
        """Set an instrument's margin mode."""

    def settings(self, uid: str, instrument: InstrumentId) -> SymbolSettings:
        """Return leverage and margin mode of a contract."""

    def position_mode(self, uid: str, product_type: ProductType) -> PositionMode:
        """Return an account's position mode."""

    def find_order(self, uid: str, ref: OrderRef) -> Order | None:
        """Return an order, open or past."""

    def fills(
        self,
        uid: str,
        product_type: ProductType,
        instrument: InstrumentId | None = None,
        window: Window = EVERYTHING,
        order_id: str = "",
    ) -> list[Fill]:
        """Return trades of an account, newest first."""

    def held(self, uid: str, instrument: InstrumentId, side: PositionSide) -> Decimal:
        """Return the size of a leg or of a coin."""

    def balances(self, uid: str, product_type: ProductType) -> list[Balance]:
        """Return every coin of a wallet."""

    def mark(self, instrument: InstrumentId) -> Decimal | None:
        """Return the mark price."""

    def open_account(
        self,
        uid: str,
        *,
        balances: Mapping[ProductType, Mapping[str, Decimal]],
        position_mode: PositionMode = PositionMode.ONE_WAY,
    ) -> None:
        """Open an account."""

    def transfer(
        self,
        payer: str,
        payee: str,
        product_type: ProductType,
        coin: str,
        amount: Decimal,
        *,
        paid: str,
        received: str,
    ) -> None:
        """Move money between two accounts."""

    def keep_presets_elsewhere(self, is_kept: Callable[[str, InstrumentId], bool]) -> None:
        """Leave the preset prices of some accounts' orders to somebody else."""


class CopyFloor:
    """Places the orders behind tracking orders and reads what came of them."""

    def __init__(
        self,
        engine: CopyEngine,
        rules: Mapping[InstrumentId, Instrument],
        last: Callable[[InstrumentId], Decimal],
        ids: Callable[[], int],
    ) -> None:
        """Trade in this engine.

        Args:
            engine: where everybody's positions are.
            rules: instruments by id.
            last: last price of an instrument.
            ids: tracking numbers, ever larger.
        """
        self.engine = engine
        self._rules = rules
        self._last = last
        self._ids = ids
        self.own_orders: set[str] = set()
        """Orders placed here that have not been reported yet: what they did is known."""

    # Opening

    def open(
        self,
        uid: str,
        rules: Instrument,
        side: PositionSide,
        size: Decimal,
        *,
        leverage: Decimal,
        margin_mode: MarginMode | None = None,
    ) -> Track | None:
        """Open at market; return the tracking order, None when nobody would trade.

        Args:
            uid: whose account.
            rules: of the instrument.
            side: long or short; spot is long.
            size: base coin.
            leverage: of futures; where an open order stands in the way, what is set stays.
            margin_mode: of futures; None leaves what is set.

        Raises:
            Reject: the engine refused the order.
        """
        is_futures = rules.product_type.is_futures
        if is_futures:
            self._prepare(uid, rules, side, leverage, margin_mode)
            intent = self._futures_order(uid, rules, side, size, Effect.OPEN)
        else:
            quote = (size * self._last(rules.id)).quantize(_quote_step(rules))
            intent = PlaceOrder(rules.id, Side.BUY, OrderType.MARKET, quote, size_is_quote=True)
        order = self._place(uid, intent)
        fills = self._fills(uid, order)
        return self.track(uid, rules, side, order, fills) if fills else None

    def _prepare(
        self,
        uid: str,
        rules: Instrument,
        side: PositionSide,
        leverage: Decimal,
        margin_mode: MarginMode | None,
    ) -> None:
        """Set margin mode and leverage, unless a position or an order of the account forbids it."""
        settings = self.engine.settings(uid, rules.id)
        coin = rules.margin_coins[0]
        if margin_mode not in (None, settings.margin_mode):
            with contextlib.suppress(Reject):
                self.engine.set_margin_mode(
                    uid, SetMarginMode(rules.id, coin, margin_mode or settings.margin_mode)
                )
            settings = self.engine.settings(uid, rules.id)
        is_isolated = settings.margin_mode is MarginMode.ISOLATED
        if own_leverage(settings, side) != leverage:
            leg = side if is_isolated else None
            with contextlib.suppress(Reject):
                self.engine.set_leverage(uid, SetLeverage(rules.id, coin, leverage, leg))

    @exact
    def track(
        self, uid: str, rules: Instrument, side: PositionSide, order: Order, fills: Sequence[Fill]
    ) -> Track:
        """Return the tracking order of an order's fills."""
        size = sum((fill.size for fill in fills), ZERO)
        cost = sum((fill.size * fill.price for fill in fills), ZERO)
        fees = [fee for fill in fills for fee in fill.fees]
        is_futures = rules.product_type.is_futures
        paid = sum((fee.cost for fee in fees if is_futures or fee.coin == rules.base_coin), ZERO)
        return Track(
            number=str(self._ids()),
            uid=uid,
            rules=rules,
            side=side,
            order_id=order.order_id,
            size=size,
            cost=cost,
            left=size if is_futures else whole_steps(rules, size - paid),
            opened_ms=fills[0].time_ms,
            open_fee=-(paid if is_futures else paid * cost / size),
            leverage=(order.leverage or self._leverage(uid, rules, side)) if is_futures else None,
            margin_mode=order.margin_mode,
        )

    def _leverage(self, uid: str, rules: Instrument, side: PositionSide) -> Decimal:
        return own_leverage(self.engine.settings(uid, rules.id), side)

    # Closing

    def close(self, track: Track, size: Decimal | None = None) -> Order:
        """Close at market, all or a part of what is left; the track takes note of what was filled.

        Raises:
            Reject: the engine refused the order.
        """
        wanted = track.left if size is None else min(size, track.left)
        rules, is_futures = track.rules, track.rules.product_type.is_futures
        if rules.max_market_size:
            wanted = min(wanted, rules.max_market_size)
        if is_futures:
            intent = self._futures_order(track.uid, rules, track.side, wanted, Effect.CLOSE)
        else:
            intent = PlaceOrder(rules.id, Side.SELL, OrderType.MARKET, wanted)
        order = self._place(track.uid, intent)
        for fill in self._fills(track.uid, order):
            track.close(fill.size, fill.price, sum((fee.cost for fee in fill.fees), ZERO))
        if order.filled_size:
            track.close_order_id = order.order_id
        return order

    def _futures_order(
        self, uid: str, rules: Instrument, side: PositionSide, size: Decimal, effect: Effect
    ) -> PlaceOrder:
        buys = (side is PositionSide.LONG) is (effect is Effect.OPEN)
        return PlaceOrder(
            rules.id,
            Side.BUY if buys else Side.SELL,
            OrderType.MARKET,
            size,
            position_side=side,
            effect=effect,
            position_mode=self.engine.position_mode(uid, rules.product_type),
            margin_coin=rules.margin_coins[0],
        )

    def _place(self, uid: str, intent: PlaceOrder) -> Order:
        order = self.engine.place(uid, intent)
        self.own_orders.add(order.order_id)
        return order

    def _fills(self, uid: str, order: Order) -> list[Fill]:
        """Return an order's fills, the oldest first."""
        instrument = order.instrument
        found = self.engine.fills(uid, instrument.product_type, instrument, order_id=order.order_id)
        return found[::-1]

    # Prices and worth

    def trigger_price(self, instrument: InstrumentId) -> Decimal:
        """Return the price that TP/SL look at: mark of futures, last of spot."""
        mark = self.engine.mark(instrument) if instrument.product_type.is_futures else None
        return self._last(instrument) if mark is None else mark

    def worth(self, uid: str, product_type: ProductType) -> Decimal:
        """Return what a wallet is worth, USDT."""
        total = ZERO
        for balance in self.engine.balances(uid, product_type):
            if balance.coin == USDT:
                total += balance.equity if balance.equity is not None else balance.available + balance.frozen
            elif (instrument := instrument_id(product_type, f"{balance.coin}USDT")) in self._rules:
                total += (balance.available + balance.frozen) * self._last(instrument)
        return total

    def available(self, uid: str, product_type: ProductType) -> Decimal:
        """Return the USDT that an account could pay now."""
        found = (each.available for each in self.engine.balances(uid, product_type) if each.coin == USDT)
        return max(next(found, ZERO), ZERO)


def own_leverage(settings: SymbolSettings, side: PositionSide) -> Decimal:
    """Return the leverage that a new leg would get."""
    if settings.margin_mode is MarginMode.CROSSED:
        return settings.crossed_leverage
    is_long = side is PositionSide.LONG
    return settings.isolated_long_leverage if is_long else settings.isolated_short_leverage


def _quote_step(rules: Instrument) -> Decimal:
    return Decimal(1).scaleb(-min(rules.quote_places or rules.price_places, 4))
