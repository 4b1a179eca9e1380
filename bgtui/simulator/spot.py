"""Spot orders: what they hold back, and how a fill moves coins."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from bgtui.domain.instrument import ProductType
from bgtui.domain.market import Side
from bgtui.simulator.ledger import Ledger
from bgtui.simulator.live import LiveOrder
from bgtui.simulator.matching import Market, Resting
from bgtui.simulator.money import ZERO, rounded_up
from bgtui.simulator.reject import Reject
from bgtui.simulator.state import State


class Spot:
    """Coins against coins; fees are taken from what is received."""

    def __init__(self, state: State, ledger: Ledger) -> None:
        """Work on this state."""
        self._state = state
        self._ledger = ledger

    def reserve(self, order: LiveOrder, worst: Decimal | None) -> None:
        """Hold back what an order may cost; ``worst`` is the highest price at which a market buy may trade.

        Raises:
            Reject: there is not enough.
        """
        if order.account.is_crowd:
            return
        order.hold_price = order.price if order.is_limit else (worst or ZERO)
        need = self._need(order)
        purse = order.account.purse(_paid_coin(order))
        if need > purse.available:
            raise Reject("43012")
        order.hold = need
        purse.held += need
        self._state.touch_wallet(order.account, ProductType.SPOT, purse.coin)

    def rehold(self, order: LiveOrder) -> None:
        """Hold back what the rest of an order needs, nothing when it is final."""
        need = ZERO if order.status.is_final else self._need(order)
        if need != order.hold:
            purse = order.account.purse(_paid_coin(order))
            purse.held += need - order.hold
            order.hold = need
            self._state.touch_wallet(order.account, ProductType.SPOT, purse.coin)

    def settle(self, order: Resting, size: Decimal, price: Decimal, *, is_taker: bool) -> Decimal:
        """Exchange the coins of a fill and return the fee, in the coin received."""
        account, instrument = order.account, order.market.instrument
        base, quote = account.purse(instrument.base_coin), account.purse(instrument.quote_coin)
        value = size * price
        received, amount = (base, size) if order.is_buy else (quote, value)
        paid, cost = (quote, value) if order.is_buy else (base, size)
        fee = rounded_up(amount * account.fee_rate(instrument, is_taker=is_taker))
        paid.balance -= cost
        received.balance += amount - fee
        self._ledger.fees[received.coin] += fee
        if not account.is_crowd:
            self._bill(order, paid.coin, -cost, ZERO, paid.balance)
            self._bill(order, received.coin, amount, fee, received.balance)
        return fee

    def _bill(self, order: Resting, coin: str, amount: Decimal, fee: Decimal, balance: Decimal) -> None:
        self._state.touch_wallet(order.account, ProductType.SPOT, coin)
        reason = "buy" if order.is_buy else "sell"
        self._ledger.bill(
            order.account,
            ProductType.SPOT,
            coin,
            amount,
            balance=balance,
            reason=reason,
            instrument=order.market.instrument,
            fee=fee,
        )

    @staticmethod
    def _need(order: LiveOrder) -> Decimal:
        if not order.is_buy:
            return order.remaining
        if order.intent.size_is_quote:
            return order.quote_left
        return order.remaining * order.hold_price


def affordable(market: Market, quote: Decimal, price: Decimal) -> Decimal:
    """Return how much an amount of quote currency buys at a price, in whole steps."""
    step = market.instrument.size_step
    return (quote / price / step).to_integral_value(ROUND_FLOOR) * step


def _paid_coin(order: LiveOrder) -> str:
    instrument = order.market.instrument
    return instrument.quote_coin if order.side is Side.BUY else instrument.base_coin
