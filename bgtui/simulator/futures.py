"""Futures orders: what they aim at, what they hold back, and how a fill moves legs and money."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from bgtui.domain.account import ClosedPosition
from bgtui.domain.event import PositionClosed
from bgtui.domain.intent import PlaceOrder
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, Forced, MarginMode, PositionMode, PositionSide
from bgtui.simulator.account import Account, Wallet
from bgtui.simulator.ledger import Ledger
from bgtui.simulator.live import Aim, LiveOrder
from bgtui.simulator.margin import Margin
from bgtui.simulator.matching import Market, Resting
from bgtui.simulator.money import ZERO, plain, rounded_up
from bgtui.simulator.positions import Leg, average, initial_margin, value_in_coin
from bgtui.simulator.reject import Reject
from bgtui.simulator.state import State


class Futures:
    """Legs, margin and PnL of orders and fills."""

    def __init__(self, state: State, ledger: Ledger, margin: Margin) -> None:
        """Work on this state."""
        self._state = state
        self._ledger = ledger
        self._margin = margin
        self.leg_closed: Callable[[Account, Market, PositionSide], None] = lambda *_: None
        """Called when a leg is gone: its trigger orders go with it."""

    # Before matching

    def aim(self, account: Account, market: Market, intent: PlaceOrder, mode: MarginMode) -> Aim:
        """Settle what an order may do in the account's position mode (wire notes 6.1).

        Raises:
            Reject: it is spelled for the other position mode.
        """
        held = account.modes[market.instrument.product_type]
        effect = intent.effect
        if held is PositionMode.HEDGE:
            if intent.position_mode is PositionMode.ONE_WAY or (
                effect is None and intent.position_side is None
            ):
                raise Reject("40774")
            effect = effect or self._implied_effect(intent)
            may_open, may_close = effect is Effect.OPEN, effect is Effect.CLOSE
        else:
            if intent.position_mode is PositionMode.HEDGE and effect is Effect.CLOSE:
                raise Reject("40773")
            may_open, may_close = effect is not Effect.CLOSE, True
        opens = PositionSide.LONG if intent.side is Side.BUY else PositionSide.SHORT
        symbol = account.symbol(market.instrument)
        side = opens if may_open else _other(opens)
        leverage = (
            symbol.crossed
            if mode is MarginMode.CROSSED
            else (symbol.long if side is PositionSide.LONG else symbol.short)
        )
        return Aim(held, mode, leverage, may_open, may_close)

    @staticmethod
    def _implied_effect(intent: PlaceOrder) -> Effect:
        is_long = intent.position_side is PositionSide.LONG
        return Effect.OPEN if is_long is (intent.side is Side.BUY) else Effect.CLOSE

    def closable(self, order: Resting, side: PositionSide) -> Decimal:
        """Return the size of the leg that an order can close."""
        leg = self._margin.leg(order.account, order.market.instrument, side)
        return leg.size if leg is not None else ZERO

    def closable_by(self, account: Account, market: Market, side: Side) -> Decimal:
        """Return the size of the leg that a trade direction closes."""
        closes = PositionSide.SHORT if side is Side.BUY else PositionSide.LONG
        leg = self._margin.leg(account, market.instrument, closes)
        return leg.size if leg is not None else ZERO

    def opening_part(self, order: LiveOrder, closing_elsewhere: Decimal) -> Decimal:
        """Return how much of an order would open: all but what reduces the opposite leg first."""
        if order.aim is None or not order.aim.may_open:
            return ZERO
        if not order.aim.may_close:
            return order.remaining
        free = max(self.closable(order, order.closes) - closing_elsewhere, ZERO)
        return max(order.remaining - free, ZERO)

    def check_tier(self, order: LiveOrder, waiting_value: Decimal) -> None:
        """Refuse a position too large for its leverage.

        Raises:
            Reject: the tier of the new position's value does not allow that leverage.
        """
        market, aim = order.market, order.aim
        if order.account.is_crowd or aim is None or not order.open_part:
            return
        leg = self._margin.leg(order.account, market.instrument, order.opens)
        value = (leg.cost if leg is not None else ZERO) + waiting_value + order.open_part * order.hold_price
        tier = self._state.tier(market.instrument, value)
        if value > tier.upper_notional or aim.leverage > tier.max_leverage:
            raise Reject("40921")

    def reserve(self, order: LiveOrder, extra: Decimal) -> None:
        """Hold back margin and fee of what an order may open; ``extra`` is what its closing part sets free.

        Raises:
            Reject: there is not enough.
        """
        if order.account.is_crowd or order.aim is None or not order.open_part:
            return
        wallet = order.account.wallet(order.market.instrument)
        need = self._need(order, order.open_part)
        if need > self._margin.free(order.account, wallet, order.aim.margin_mode) + extra:
            raise Reject("40762")
        order.hold = need
        wallet.held += need
        self._touch(order)

    def rehold(self, order: LiveOrder) -> None:
        """Hold back what the rest of an order needs, nothing when it is final."""
        order.open_part = ZERO if order.status.is_final else min(order.open_part, order.remaining)
        need = self._need(order, order.open_part)
        if need != order.hold:
            order.account.wallet(order.market.instrument).held += need - order.hold
            order.hold = need
            self._touch(order)

    def _need(self, order: LiveOrder, size: Decimal) -> Decimal:
        if not size or order.aim is None or order.account.is_crowd:
            return ZERO
        instrument = order.market.instrument
        unit = self._margin.unit_cost(order.account, instrument, order.aim.leverage)
        return rounded_up(value_in_coin(size, order.hold_price, is_inverse=instrument.is_inverse) * unit)

    # At a fill

    def fillable(self, order: Resting, size: Decimal) -> Decimal:
        """Return how much of a trade an order can take: a closing one no more than its leg.

        What it did not expect to open, it must be able to pay; when it cannot, it takes nothing.
        """
        if not isinstance(order, LiveOrder) or order.account.is_crowd or order.aim is None:
            return size
        aim = order.aim
        closable = self.closable(order, order.closes) if aim.may_close else ZERO
        if not aim.may_open:
            return min(size, closable)
        unexpected = size - closable - order.open_part
        if unexpected > 0:
            wallet = order.account.wallet(order.market.instrument)
            if self._need(order, unexpected) > self._margin.free(order.account, wallet, aim.margin_mode):
                return ZERO
        return size

    def settle(
        self, order: Resting, size: Decimal, price: Decimal, *, is_taker: bool
    ) -> tuple[Decimal, Decimal]:
        """Move legs and money of a fill; return its PnL and its fee, margin coin."""
        account, market = order.account, order.market
        instrument = market.instrument
        wallet = account.wallet(instrument)
        aim = order.aim if isinstance(order, LiveOrder) else None
        opens = PositionSide.LONG if order.is_buy else PositionSide.SHORT
        closing = opening = ZERO
        if aim is None or aim.may_close:
            leg = wallet.legs.get((instrument.id, _other(opens)))
            if leg is not None:
                closing = min(size, leg.size)
        opening = size - closing
        rate = account.fee_rate(instrument, is_taker=is_taker)
        realized = fees = ZERO
        if closing:
            fee = rounded_up(value_in_coin(closing, price, is_inverse=market.is_inverse) * rate)
            realized = self._close(
                account, wallet, market, side=_other(opens), size=closing, price=price, fee=fee
            )
            fees += fee
        if opening:
            fee = rounded_up(value_in_coin(opening, price, is_inverse=market.is_inverse) * rate)
            self._open(account, wallet, market, side=opens, size=opening, price=price, fee=fee, aim=aim)
            fees += fee
        if isinstance(order, LiveOrder) and not account.is_crowd:
            reason = _business(order, is_closing=bool(closing))
            self._ledger.wallet_bill(
                account, wallet, realized, reason=reason, instrument=instrument, fee=fees
            )
        return realized, fees

    def _open(
        self,
        account: Account,
        wallet: Wallet,
        market: Market,
        *,
        side: PositionSide,
        size: Decimal,
        price: Decimal,
        fee: Decimal,
        aim: Aim | None,
    ) -> None:
        instrument = market.instrument
        leg = wallet.legs.get((instrument.id, side))
        if leg is None:
            mode, leverage = (aim.margin_mode, aim.leverage) if aim else (MarginMode.CROSSED, Decimal(1))
            number = "" if account.is_crowd else self._state.next_id()
            leg = Leg(
                number, instrument, side, margin_mode=mode, leverage=leverage, now_ms=self._state.now_ms
            )
            wallet.legs[instrument.id, side] = leg
            market.open_legs[account.uid] = account
        leg.increase(size, price)
        if account.is_crowd:
            return
        if leg.is_isolated:
            leg.margin += initial_margin(size, size * price, leg.leverage, is_inverse=leg.is_inverse)
        leg.open_fee -= fee
        leg.updated_ms = self._state.now_ms
        self._ledger.charge(wallet, fee)
        self._touch_leg(account, wallet)

    def _close(
        self,
        account: Account,
        wallet: Wallet,
        market: Market,
        *,
        side: PositionSide,
        size: Decimal,
        price: Decimal,
        fee: Decimal,
    ) -> Decimal:
        instrument = market.instrument
        leg = wallet.legs[instrument.id, side]
        released = leg.release(size)
        coin_pnl, quote_pnl = leg.decrease(size, price)
        self._ledger.realize(wallet, instrument, coin_pnl, quote_pnl)
        if account.is_crowd:
            if not leg.size:
                self._drop(account, wallet, market, side)
            return coin_pnl
        self._ledger.charge(wallet, fee)
        leg.close_fee -= fee
        leg.updated_ms = self._state.now_ms
        if leg.is_isolated:
            # A loss beyond the margin of the closed part is the rest of the leg's, before it is the wallet's.
            kept = leg.margin - released
            leg.margin = kept - min(max(-(released + coin_pnl - fee), ZERO), kept)
        self._touch_leg(account, wallet)
        self._state.shrunk[account.uid, instrument.id, side] = None
        if not leg.size:
            self._drop(account, wallet, market, side)
            self._tell_closed(account, market, leg)
        return coin_pnl

    def _drop(self, account: Account, wallet: Wallet, market: Market, side: PositionSide) -> None:
        del wallet.legs[market.instrument.id, side]
        if (market.instrument.id, _other(side)) not in wallet.legs:
            market.open_legs.pop(account.uid, None)

    def _tell_closed(self, account: Account, market: Market, leg: Leg) -> None:
        instrument = market.instrument
        pnl, funding, opened, closed = leg.realized, leg.funding, leg.open_fee, leg.close_fee
        past = ClosedPosition(
            instrument=instrument.id,
            position_id=leg.position_id,
            side=leg.side,
            margin_mode=leg.margin_mode,
            margin_coin=instrument.margin_coins[0],
            entry_price=average(leg.opened_value, leg.opened_size, instrument.price_places),
            exit_price=average(leg.closed_value, leg.closed_size, instrument.price_places),
            opened_size=plain(leg.opened_size),
            closed_size=plain(leg.closed_size),
            pnl=plain(pnl),
            funding=plain(funding),
            open_fee=plain(opened),
            close_fee=plain(closed),
            net_pnl=plain(pnl + funding + opened + closed),
            created_ms=leg.created_ms,
            updated_ms=leg.updated_ms,
        )
        account.past[instrument.product_type].positions.append(leg.position_id, leg.updated_ms, past)
        self._state.tell(account, PositionClosed(past))
        self.leg_closed(account, market, leg.side)

    def _touch(self, order: LiveOrder) -> None:
        instrument = order.market.instrument
        self._state.touch_wallet(order.account, instrument.product_type, instrument.margin_coins[0])

    def _touch_leg(self, account: Account, wallet: Wallet) -> None:
        self._state.touch_positions(account, wallet.product_type)
        self._state.touch_wallet(account, wallet.product_type, wallet.coin)


def _other(side: PositionSide) -> PositionSide:
    return PositionSide.SHORT if side is PositionSide.LONG else PositionSide.LONG


def _business(order: LiveOrder, *, is_closing: bool) -> str:
    """Return the bill's `businessType` (wire notes 4.6)."""
    is_burst = order.forced is Forced.LIQUIDATION
    is_deleveraged = order.forced is Forced.AUTO_DELEVERAGE
    if order.aim is not None and order.aim.position_mode is PositionMode.HEDGE:
        leg = order.closes if is_closing else order.opens
        prefix = "force_" if is_burst else "adl_" if is_deleveraged else ""
        return f"{prefix}{'close' if is_closing else 'open'}_{leg.value}"
    if is_deleveraged:
        return f"adl_{order.side.value}_in_single_side_mode"
    return f"{'burst_' if is_burst else ''}{order.side.value}"
