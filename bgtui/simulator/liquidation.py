"""Legs whose margin is used up: taken over by the insurance fund at their bankruptcy price.

The account loses exactly what backed the leg: its own margin when isolated, everything crossed when crossed.
The fund pays or keeps what the rounding of the price to the tick leaves over, carries the leg on, and sells
it into the book as far as the price band lets it. It may go below zero: it stands for the whole exchange.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from bgtui.domain.event import Deleveraged
from bgtui.domain.instrument import Instrument, ProductType
from bgtui.domain.intent import PlaceOrder
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, Forced, OrderType, PositionSide
from bgtui.domain.text import Untrusted
from bgtui.simulator import rules
from bgtui.simulator.account import Account, Wallet
from bgtui.simulator.futures import Futures
from bgtui.simulator.ledger import Ledger
from bgtui.simulator.live import Aim, LiveOrder
from bgtui.simulator.margin import Margin
from bgtui.simulator.matcher import Matcher
from bgtui.simulator.matching import Market, Resting
from bgtui.simulator.money import EXACT, ZERO
from bgtui.simulator.positions import Leg, liquidation_price
from bgtui.simulator.state import State
from bgtui.simulator.trading import Trading

_BURST = "burst_cancel"


class Liquidation:
    """Watches wallets, and takes over what cannot be kept."""

    def __init__(
        self,
        state: State,
        ledger: Ledger,
        margin: Margin,
        *,
        futures: Futures,
        trading: Trading,
        matcher: Matcher,
    ) -> None:
        """Work on this state."""
        self._state = state
        self._ledger = ledger
        self._margin = margin
        self._futures = futures
        self._trading = trading
        self._matcher = matcher

    def check(self, account: Account, product_type: ProductType, coin: str) -> None:
        """Liquidate what must go in one wallet, and cover what it owes then."""
        wallet = account.wallet_of(product_type, coin)
        for leg in [leg for leg in wallet.legs.values() if leg.is_isolated]:
            if self._margin.is_lost(account, leg) and not self._is_topped_up(account, wallet, leg):
                self._take_isolated(account, wallet, leg)
        if self._margin.crossed(account, wallet).is_lost:
            self._take_crossed(account, wallet)
        self._cover(account, wallet)

    def force(self, account: Account, market: Market) -> bool:
        """Liquidate an account's legs on one instrument, whatever they are worth; False when there are none.

        A crossed leg costs its initial margin, not everything that backs it.
        """
        wallet = account.wallet(market.instrument)
        legs = self._legs(wallet, market)
        for leg in legs:
            for order in self._trading.closers(account, market, leg.side):
                self._trading.end(order, _BURST)
            if leg.is_isolated:
                self._take_isolated(account, wallet, leg)
            else:
                self._take_over(account, leg, leg.backing())
        return bool(legs)

    def deleverage(self, account: Account, market: Market, ratio: Decimal) -> bool:
        """Take a part of an account's legs on one instrument at the mark price; False when there are none."""
        instrument = market.instrument
        legs = self._legs(account.wallet(instrument), market)
        for leg in legs:
            step = instrument.size_step
            size = min(max(leg.size * ratio // step * step, step), leg.size)
            price = _on_tick(instrument, self._margin.mark(leg))
            order = self._reduce(account, market, leg, size=size, price=price, forced=Forced.AUTO_DELEVERAGE)
            side = Untrusted(order.side.value)
            self._state.tell(account, Deleveraged(instrument.id, side, price, size, self._state.now_ms))
        return bool(legs)

    @staticmethod
    def _legs(wallet: Wallet, market: Market) -> list[Leg]:
        return [leg for leg in wallet.legs.values() if leg.instrument == market.instrument.id]

    def unload(self, market: Market) -> bool:
        """Sell what the fund took over as far as the book takes it; tell whether anything was sold."""
        fund = self._state.insurance
        sold = False
        for side in PositionSide:
            leg = self._margin.leg(fund, market.instrument, side)
            if leg is not None:
                is_buy = side is PositionSide.SHORT
                limit = rules.band_limit(market, Side.BUY if is_buy else Side.SELL)
                sold = bool(self._matcher.take(fund, market, leg.size, limit, is_buy=is_buy)) or sold
        return sold

    def _is_topped_up(self, account: Account, wallet: Wallet, leg: Leg) -> bool:
        if not leg.auto_margin:
            return False
        amount = min(self._margin.free(account, wallet, leg.margin_mode), leg.initial_margin())
        if amount <= 0:
            return False
        leg.margin += amount
        instrument = self._state.markets[leg.instrument].instrument
        self._ledger.wallet_bill(account, wallet, ZERO, reason="auto_append_margin", instrument=instrument)
        self._state.touch_positions(account, wallet.product_type)
        self._state.touch_wallet(account, wallet.product_type, wallet.coin)
        return not self._margin.is_lost(account, leg)

    def _take_isolated(self, account: Account, wallet: Wallet, leg: Leg) -> None:
        market = self._state.markets[leg.instrument]
        for order in self._trading.closers(account, market, leg.side):
            self._trading.end(order, _BURST)
        before, backing = wallet.balance, leg.margin
        self._take_over(account, leg, backing)
        self._ledger.insure(
            account, wallet, before - backing - wallet.balance, _reason(leg.side), market.instrument
        )

    def _take_crossed(self, account: Account, wallet: Wallet) -> None:
        for order in self._trading.orders_of(account, wallet.product_type):
            if order.market.instrument.margin_coins[0] == wallet.coin:
                self._trading.end(order, _BURST)
        crossed = self._margin.crossed(account, wallet)
        legs = [leg for leg in wallet.legs.values() if not leg.is_isolated]
        # Each leg gets the part of the equity that its maintenance margin is of all of it.
        shares = [
            crossed.equity * self._margin.maintenance(account, leg) / crossed.maintenance
            - self._margin.pnl(leg)
            for leg in legs
        ]
        for leg, share in zip(legs, shares, strict=True):
            self._take_over(account, leg, share)
        left = wallet.balance - self._margin.isolated(wallet)
        instrument = self._state.markets[legs[-1].instrument].instrument
        self._ledger.insure(account, wallet, -left, _reason(legs[-1].side), instrument)

    def _take_over(self, account: Account, leg: Leg, backing: Decimal) -> None:
        """Let the fund buy or sell a leg at the price where its backing just pays the closing fee."""
        market = self._state.markets[leg.instrument]
        instrument = market.instrument
        rate = self._margin.fee_rate(account, leg)
        exact = liquidation_price(leg.direction, leg.size, leg.cost, backing, rate, is_inverse=leg.is_inverse)
        price = instrument.tick if exact is None else _on_tick(instrument, exact)
        self._reduce(account, market, leg, size=leg.size, price=price, forced=Forced.LIQUIDATION)

    def _reduce(
        self, account: Account, market: Market, leg: Leg, *, size: Decimal, price: Decimal, forced: Forced
    ) -> LiveOrder:
        """Let the fund take a part of a leg, or all of it, at a price."""
        is_long = leg.side is PositionSide.LONG
        order = self._forced(
            account, market, leg, Side.SELL if is_long else Side.BUY, size=size, forced=forced
        )
        fund = Resting(
            self._state.next_number(),
            self._state.insurance,
            market,
            is_buy=is_long,
            price=price,
            remaining=size,
        )
        order.remaining -= size
        self._futures.settle(fund, size, price, is_taker=False)
        self._matcher.settle(order, size, price, self._state.next_id(), is_taker=True)
        self._state.traded[leg.instrument] = None
        return order

    def _forced(
        self, account: Account, market: Market, leg: Leg, side: Side, *, size: Decimal, forced: Forced
    ) -> LiveOrder:
        mode = account.modes[market.instrument.product_type]
        intent = PlaceOrder(
            instrument=leg.instrument,
            side=side,
            order_type=OrderType.MARKET,
            size=size,
            position_side=leg.side,
            effect=Effect.CLOSE,
            position_mode=mode,
        )
        order = LiveOrder(
            self._state.next_number(),
            account,
            market,
            intent,
            "",
            now_ms=self._state.now_ms,
            source="sys",
            forced=forced,
            aim=Aim(mode, leg.margin_mode, leg.leverage, may_open=False, may_close=True),
        )
        self._state.orders[order.number] = order
        account.order_numbers[order.number] = None
        return order

    def _cover(self, account: Account, wallet: Wallet) -> None:
        """Bring a wallet that owes back to zero when nothing crossed is left that could still pay."""
        left = wallet.balance - self._margin.isolated(wallet)
        if left >= 0 or any(not leg.is_isolated for leg in wallet.legs.values()):
            return
        for order in self._trading.orders_of(account, wallet.product_type):
            if order.market.instrument.margin_coins[0] == wallet.coin and order.hold:
                self._trading.end(order, _BURST)
        self._ledger.insure(account, wallet, -left, "risk_captital_user_transfer", None)


def _on_tick(instrument: Instrument, exact: Decimal) -> Decimal:
    """Return the nearest price of the instrument, never zero."""
    tick = instrument.tick
    price = max(tick, (exact / tick).to_integral_value(ROUND_HALF_EVEN) * tick)
    return price.quantize(Decimal(1).scaleb(-instrument.price_places), context=EXACT)


def _reason(side: PositionSide) -> str:
    return f"burst_{side.value}_loss_query"
