"""How accounts look from outside: positions, balances and what could still be opened."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from bgtui.domain.account import Balance, Position
from bgtui.domain.instrument import ProductType
from bgtui.domain.order import MarginMode, PlanKind, PositionSide
from bgtui.simulator.account import Account, Wallet
from bgtui.simulator.margin import Margin
from bgtui.simulator.matching import Market
from bgtui.simulator.money import EXACT, ONE, ZERO, plain, rounded
from bgtui.simulator.plans import Plans
from bgtui.simulator.positions import Leg, break_even_price, initial_margin, liquidation_price
from bgtui.simulator.state import State
from bgtui.simulator.trading import Trading


class Report:
    """Answers; changes nothing."""

    def __init__(self, state: State, margin: Margin, trading: Trading, plans: Plans) -> None:
        """Look at this state."""
        self._state = state
        self._margin = margin
        self._trading = trading
        self._plans = plans

    def positions(self, account: Account, product_type: ProductType) -> tuple[Position, ...]:
        """Return the open legs of a product type, the newest first."""
        found = [
            self.position(account, wallet, leg)
            for wallet in self._wallets(account, product_type)
            for leg in wallet.legs.values()
        ]
        return tuple(reversed(found))

    def position(self, account: Account, wallet: Wallet, leg: Leg) -> Position:
        """Return one leg."""
        market = self._state.markets[leg.instrument]
        instrument, mark = market.instrument, self._margin.mark(leg)
        locked = sum((order.remaining for order in self._trading.closers(account, market, leg.side)), ZERO)
        ratio = self._margin.ratio(account, wallet, leg)
        liquidation = self._margin.liquidation_price(account, wallet, leg)
        fee_rate = self._margin.fee_rate(account, leg)
        even = break_even_price(
            leg.direction, leg.size, leg.cost, fee_rate, -leg.funding, is_inverse=leg.is_inverse
        )
        return Position(
            instrument=leg.instrument,
            side=leg.side,
            margin_mode=leg.margin_mode,
            position_mode=account.modes[instrument.product_type],
            margin_coin=wallet.coin,
            size=leg.size,
            available=leg.size - locked,
            locked=locked,
            entry_price=leg.entry_price(instrument.price_places),
            leverage=leg.leverage,
            margin=plain(leg.backing()),
            unrealized_pnl=plain(rounded(self._margin.pnl(leg))),
            realized_pnl=plain(leg.realized),
            mark_price=mark if market.reference is not None else None,
            liquidation_price=None if liquidation is None else plain(rounded(liquidation)),
            break_even_price=None if even is None else plain(rounded(even)),
            maintenance_margin_rate=self._margin.keep_rate(leg),
            margin_ratio=None if ratio is None else plain(rounded(ratio)),
            funding_paid=plain(leg.funding),
            fees_paid=plain(-(leg.open_fee + leg.close_fee)),
            take_profit=self._protection(account, market, leg.side, PlanKind.POSITION_TAKE_PROFIT),
            stop_loss=self._protection(account, market, leg.side, PlanKind.POSITION_STOP_LOSS),
            auto_margin=leg.auto_margin,
            position_id=leg.position_id,
            created_ms=leg.created_ms,
            updated_ms=leg.updated_ms,
        )

    def balances(self, account: Account, product_type: ProductType) -> list[Balance]:
        """Return every coin of a wallet."""
        if product_type is ProductType.SPOT:
            return [self.balance(account, product_type, coin) for coin in account.spot]
        return [
            self.balance(account, product_type, wallet.coin)
            for wallet in self._wallets(account, product_type)
        ]

    def balance(self, account: Account, product_type: ProductType, coin: str) -> Balance:
        """Return one coin of a wallet."""
        now_ms = self._state.now_ms
        if product_type is ProductType.SPOT:
            purse = account.purse(coin)
            return Balance(
                product_type,
                coin,
                available=plain(purse.available),
                frozen=plain(purse.held),
                locked=ZERO,
                updated_ms=now_ms,
            )
        wallet = account.wallet_of(product_type, coin)
        crossed = self._margin.crossed(account, wallet)
        free = self._margin.free(account, wallet, MarginMode.ISOLATED)
        equity = self._margin.equity(wallet)
        ratio = crossed.ratio
        return Balance(
            product_type,
            coin,
            available=plain(rounded(free)),
            frozen=plain(wallet.held),
            equity=plain(rounded(equity)),
            usdt_equity=plain(rounded(equity * self._coin_price(coin))),
            unrealized_pnl=plain(rounded(equity - wallet.balance)),
            max_open=plain(rounded(max(self._margin.free(account, wallet, MarginMode.CROSSED), ZERO))),
            max_transfer_out=plain(rounded(max(free, ZERO))),
            cross_risk_ratio=None if ratio is None else plain(rounded(ratio)),
            updated_ms=now_ms,
        )

    def max_open(
        self, account: Account, market: Market, side: PositionSide, price: Decimal | None
    ) -> Decimal:
        """Return the largest size that the free margin and the leverage's tier allow now."""
        instrument = market.instrument
        symbol = account.symbol(instrument)
        leverage = symbol.leverage(side)
        at = price or self._market_price(market, side)
        if not at:
            return ZERO
        free = max(self._margin.free(account, account.wallet(instrument), symbol.margin_mode), ZERO)
        unit = self._margin.unit_cost(account, instrument, leverage) * (ONE if market.is_inverse else at)
        tiers = [tier for tier in self._state.tiers(instrument) if tier.max_leverage >= leverage]
        leg = self._margin.leg(account, instrument, side)
        room = (tiers[-1].upper_notional if tiers else ZERO) - (leg.cost if leg is not None else ZERO)
        size = min(free / unit, max(room, ZERO) / at)
        return plain(
            (size / instrument.size_step).to_integral_value(ROUND_FLOOR, EXACT) * instrument.size_step
        )

    def estimate_liquidation(
        self, account: Account, market: Market, side: PositionSide, size: Decimal, price: Decimal | None
    ) -> Decimal | None:
        """Return where a new leg would be liquidated, joined to nothing that is held on the instrument."""
        instrument = market.instrument
        symbol = account.symbol(instrument)
        at = price or self._market_price(market, side)
        if not at or size <= 0:
            return None
        rate = self._state.tier(instrument, size * at).maintenance_margin_rate
        rate += account.fee_rate(instrument, is_taker=True)
        if symbol.margin_mode is MarginMode.ISOLATED:
            backing = initial_margin(size, size * at, symbol.leverage(side), is_inverse=market.is_inverse)
        else:
            crossed = self._margin.crossed(account, account.wallet(instrument))
            backing = crossed.equity - crossed.maintenance
        direction = ONE if side is PositionSide.LONG else -ONE
        found = liquidation_price(direction, size, size * at, backing, rate, is_inverse=market.is_inverse)
        return None if found is None else plain(rounded(found))

    def _wallets(self, account: Account, product_type: ProductType) -> list[Wallet]:
        return [wallet for (product, _), wallet in account.wallets.items() if product is product_type]

    def _protection(
        self, account: Account, market: Market, side: PositionSide, kind: PlanKind
    ) -> Decimal | None:
        plan = self._plans.of_leg(account, market, side, kind)
        return plan.trigger_price if plan is not None else None

    def _coin_price(self, coin: str) -> Decimal:
        """Return what a margin coin is worth in USDT: 1 for dollars, else the inverse contract's price."""
        for market in self._state.markets.values():
            if market.is_inverse and market.instrument.base_coin == coin and market.reference is not None:
                return market.reference
        return ONE

    @staticmethod
    def _market_price(market: Market, side: PositionSide) -> Decimal | None:
        level = (market.asks if side is PositionSide.LONG else market.bids).best()
        return level.price if level is not None else market.reference
