"""Modes, leverage and isolated margin: what an account may set, and when it may not."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.account import LeverageSetting, SymbolSettings
from bgtui.domain.instrument import InstrumentId
from bgtui.domain.intent import (
    AdjustMargin,
    SetAllLeverage,
    SetAutoMargin,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
)
from bgtui.domain.order import MarginMode, PositionMode, PositionSide
from bgtui.simulator.account import Account, SymbolState
from bgtui.simulator.ledger import Ledger
from bgtui.simulator.margin import Margin
from bgtui.simulator.matching import Market
from bgtui.simulator.money import ONE, ZERO
from bgtui.simulator.positions import Leg
from bgtui.simulator.reject import Reject
from bgtui.simulator.state import State
from bgtui.simulator.trading import Trading


class Settings:
    """Changes of settings."""

    def __init__(self, state: State, ledger: Ledger, margin: Margin, trading: Trading) -> None:
        """Work on this state."""
        self._state = state
        self._ledger = ledger
        self._margin = margin
        self._trading = trading

    def of(self, account: Account, instrument: InstrumentId) -> SymbolSettings:
        """Return modes and leverage of an instrument."""
        market = self._futures(instrument)
        symbol = account.symbol(market.instrument)
        return SymbolSettings(
            instrument=instrument,
            margin_coin=market.instrument.margin_coins[0],
            margin_mode=symbol.margin_mode,
            position_mode=account.modes[instrument.product_type],
            crossed_leverage=symbol.crossed,
            isolated_long_leverage=symbol.long,
            isolated_short_leverage=symbol.short,
        )

    def set_leverage(self, account: Account, intent: SetLeverage) -> LeverageSetting:
        """Set leverage: of both sides when crossed or one-way, of one or both when isolated in hedge mode.

        Raises:
            Reject: out of range, too high for the position's size, or an open order stands in the way.
        """
        market = self._futures(intent.instrument)
        instrument, value = market.instrument, intent.leverage
        symbol = account.symbol(instrument)
        is_isolated = symbol.margin_mode is MarginMode.ISOLATED
        is_hedge = account.modes[instrument.product_type] is PositionMode.HEDGE
        sides = (
            [intent.position_side]
            if intent.position_side and is_isolated and is_hedge
            else list(PositionSide)
        )
        if all(symbol.leverage(side) == value for side in sides):
            return self._setting(market, symbol)
        largest = instrument.max_leverage or self._state.tiers(instrument)[0].max_leverage
        if not value.is_finite() or not (instrument.min_leverage or ONE) <= value <= largest:
            raise Reject("40797")
        if self._trading.orders_on(account, market):
            raise Reject("45097")
        legs = [leg for side in sides if (leg := self._margin.leg(account, instrument, side)) is not None]
        if any(value > self._state.tier(instrument, leg.cost).max_leverage for leg in legs):
            raise Reject("40797")
        self._relever(account, market, legs, value)
        if not is_isolated:
            symbol.crossed = value
        elif PositionSide.LONG in sides:
            symbol.long = value
        if is_isolated and PositionSide.SHORT in sides:
            symbol.short = value
        return self._setting(market, symbol)

    def set_all(self, account: Account, intent: SetAllLeverage) -> list[LeverageSetting]:
        """Set leverage wherever there is a position.

        Raises:
            Reject: as `set_leverage`; instruments before the refused one keep their new leverage.
        """
        held = {
            key[0]: None
            for (product, _), wallet in account.wallets.items()
            if product is intent.product_type
            for key in wallet.legs
        }
        return [
            self.set_leverage(
                account,
                SetLeverage(name, self._futures(name).instrument.margin_coins[0], intent.leverage),
            )
            for name in held
        ]

    def set_margin_mode(self, account: Account, intent: SetMarginMode) -> LeverageSetting:
        """Set an instrument's margin mode.

        Raises:
            Reject: a position, an order or a trigger order stands in the way.
        """
        market = self._futures(intent.instrument)
        symbol = account.symbol(market.instrument)
        if intent.margin_mode is not symbol.margin_mode:
            if self._trading.is_busy(account, market):
                raise Reject("45117")
            symbol.margin_mode = intent.margin_mode
        return self._setting(market, symbol)

    def set_position_mode(self, account: Account, intent: SetPositionMode) -> PositionMode:
        """Set the position mode of a product type.

        Raises:
            Reject: a position, an order or a trigger order stands in the way.
        """
        product = intent.product_type
        if not product.is_futures:
            raise Reject("40020", "productType")
        if intent.position_mode is not account.modes[product]:
            markets = [market for name, market in self._state.markets.items() if name.product_type is product]
            if any(self._trading.is_busy(account, market) for market in markets):
                raise Reject("40920")
            account.modes[product] = intent.position_mode
        return account.modes[product]

    def adjust_margin(self, account: Account, intent: AdjustMargin) -> Leg:
        """Add margin to an isolated leg or take some away, never below what opening it took.

        Raises:
            Reject: no such leg, not isolated, or the margin is not there.
        """
        leg = self._leg(account, intent.instrument, intent.position_side)
        if not leg.is_isolated:
            raise Reject("40727")
        market = self._state.markets[leg.instrument]
        wallet = account.wallet(market.instrument)
        amount = intent.amount
        if not amount.is_finite() or not amount:
            raise Reject("40020", "amount")
        if amount > 0 and amount > self._margin.free(account, wallet, MarginMode.ISOLATED):
            raise Reject("40762")
        if amount < 0 and leg.margin + amount + min(self._margin.pnl(leg), ZERO) < leg.initial_margin():
            raise Reject("40800")
        leg.margin += amount
        leg.updated_ms = self._state.now_ms
        self._touch(account, market)
        reason = "append_margin" if amount > 0 else "reduce_margin"
        self._ledger.wallet_bill(account, wallet, ZERO, reason=reason, instrument=market.instrument)
        return leg

    def set_auto_margin(self, account: Account, intent: SetAutoMargin) -> None:
        """Let a leg be topped up instead of liquidated, or not.

        Raises:
            Reject: no such leg, or not isolated.
        """
        leg = self._leg(account, intent.instrument, intent.position_side)
        if not leg.is_isolated:
            raise Reject("45102")
        leg.auto_margin = intent.is_on
        self._touch(account, self._state.markets[leg.instrument])

    def _relever(self, account: Account, market: Market, legs: list[Leg], leverage: Decimal) -> None:
        """Give open legs a new leverage; a lower one takes more margin, a higher one frees crossed margin."""
        wallet = account.wallet(market.instrument)
        before = [leg.leverage for leg in legs]
        missing = ZERO
        for leg in legs:
            old = leg.initial_margin()
            leg.leverage = leverage
            held = leg.margin if leg.is_isolated else old
            missing += max(leg.initial_margin() - held, ZERO)
        # The crossed legs' new initial margin is in `free` by now, the isolated ones' margin is not.
        isolated = any(leg.is_isolated for leg in legs)
        mode = MarginMode.ISOLATED if isolated else MarginMode.CROSSED
        free = self._margin.free(account, wallet, mode)
        if missing and free < (missing if isolated else ZERO):
            for leg, value in zip(legs, before, strict=True):
                leg.leverage = value
            raise Reject("40893")
        for leg in legs:
            if leg.is_isolated and leg.margin < leg.initial_margin():
                leg.margin = leg.initial_margin()
                self._ledger.wallet_bill(
                    account,
                    wallet,
                    ZERO,
                    reason="adjust_down_lever_append_margin",
                    instrument=market.instrument,
                )
        self._touch(account, market)

    def _leg(self, account: Account, instrument: InstrumentId, side: PositionSide) -> Leg:
        leg = self._margin.leg(account, self._futures(instrument).instrument, side)
        if leg is None:
            raise Reject("40802")
        return leg

    def _futures(self, instrument: InstrumentId) -> Market:
        market = self._state.market(instrument)
        if not market.is_futures:
            raise Reject("40020", "symbol")
        return market

    def _touch(self, account: Account, market: Market) -> None:
        instrument = market.instrument
        self._state.touch_positions(account, instrument.product_type)
        self._state.touch_wallet(account, instrument.product_type, instrument.margin_coins[0])

    @staticmethod
    def _setting(market: Market, symbol: SymbolState) -> LeverageSetting:
        is_crossed = symbol.margin_mode is MarginMode.CROSSED
        return LeverageSetting(
            instrument=market.instrument.id,
            margin_coin=market.instrument.margin_coins[0],
            margin_mode=symbol.margin_mode,
            long=symbol.crossed if is_crossed else symbol.long,
            short=symbol.crossed if is_crossed else symbol.short,
            crossed=symbol.crossed,
        )
