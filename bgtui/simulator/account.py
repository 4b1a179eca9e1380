"""What the exchange keeps about one account: modes, purses, legs, open orders and the past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bgtui.domain.account import Bill, ClosedPosition, Fill
from bgtui.domain.instrument import FUTURES, Instrument, InstrumentId, ProductType
from bgtui.domain.order import MarginMode, Order, PlanOrder, PositionMode, PositionSide
from bgtui.simulator.history import History
from bgtui.simulator.money import ZERO
from bgtui.simulator.positions import Leg

DEFAULT_LEVERAGE = Decimal(20)
MAX_CLIENT_IDS = 20_000
"""Client ids remembered, to refuse a second use."""

LegKey = tuple[InstrumentId, PositionSide]
FeeSchedule = Mapping[ProductType, tuple[Decimal, Decimal]]
"""(maker, taker) fractions by product type."""


@dataclass(slots=True)
class Wallet:
    """One margin coin of one futures product type."""

    product_type: ProductType
    coin: str
    balance: Decimal = ZERO
    """All of it: what backs isolated legs included, unrealized PnL not."""
    held: Decimal = ZERO
    """By open orders: margin and fee they will need."""
    legs: dict[LegKey, Leg] = field(default_factory=dict)


@dataclass(slots=True)
class SpotWallet:
    """One coin of the spot account."""

    coin: str
    balance: Decimal = ZERO
    """All of it."""
    held: Decimal = ZERO
    """By open orders."""

    @property
    def available(self) -> Decimal:
        """What a new order may use."""
        return self.balance - self.held


@dataclass(slots=True)
class SymbolState:
    """One account's settings of one contract."""

    margin_mode: MarginMode = MarginMode.CROSSED
    crossed: Decimal = DEFAULT_LEVERAGE
    long: Decimal = DEFAULT_LEVERAGE
    short: Decimal = DEFAULT_LEVERAGE

    def leverage(self, side: PositionSide) -> Decimal:
        """Return the leverage of a new leg."""
        if self.margin_mode is MarginMode.CROSSED:
            return self.crossed
        return self.long if side is PositionSide.LONG else self.short


@dataclass(slots=True)
class Past:
    """What has ended, of one product type."""

    orders: History[Order] = field(default_factory=History)
    plans: History[PlanOrder] = field(default_factory=History)
    fills: History[Fill] = field(default_factory=History)
    bills: History[Bill] = field(default_factory=History)
    positions: History[ClosedPosition] = field(default_factory=History)


class Account:
    """One account; a crowd account is the rest of the market, or the insurance fund."""

    __slots__ = (
        "_fees",
        "client_ids",
        "is_crowd",
        "modes",
        "order_numbers",
        "past",
        "plan_client_ids",
        "spot",
        "symbols",
        "uid",
        "wallets",
    )

    def __init__(
        self,
        uid: str,
        *,
        position_mode: PositionMode = PositionMode.ONE_WAY,
        is_crowd: bool = False,
        fees: FeeSchedule | None = None,
    ) -> None:
        """Open it without money."""
        self.uid = uid
        self.is_crowd = is_crowd
        self.modes = dict.fromkeys(FUTURES, position_mode)
        self.symbols: dict[InstrumentId, SymbolState] = {}
        self.wallets: dict[tuple[ProductType, str], Wallet] = {}
        self.spot: dict[str, SpotWallet] = {}
        self.past = {product: Past() for product in ProductType}
        self.order_numbers: dict[int, None] = {}
        """Open orders, the oldest first."""
        self.client_ids: dict[tuple[bool, str], int] = {}
        """(is futures, client id) → order number."""
        self.plan_client_ids: dict[str, int] = {}
        self._fees = fees or {}

    def fee_rate(self, instrument: Instrument, *, is_taker: bool) -> Decimal:
        """Return the fraction of a trade's value that it pays; below zero is a rebate."""
        if self.is_crowd:
            return ZERO
        own = self._fees.get(instrument.product_type)
        if own is not None:
            return own[is_taker]
        return instrument.taker_fee_rate if is_taker else instrument.maker_fee_rate

    def wallet(self, instrument: Instrument) -> Wallet:
        """Return the futures purse that backs an instrument."""
        return self.wallet_of(instrument.product_type, instrument.margin_coins[0])

    def wallet_of(self, product_type: ProductType, coin: str) -> Wallet:
        """Return a futures purse, a new empty one when there is none."""
        key = (product_type, coin)
        wallet = self.wallets.get(key)
        if wallet is None:
            wallet = self.wallets[key] = Wallet(product_type, coin)
        return wallet

    def purse(self, coin: str) -> SpotWallet:
        """Return a spot purse, a new empty one when there is none."""
        purse = self.spot.get(coin)
        if purse is None:
            purse = self.spot[coin] = SpotWallet(coin)
        return purse

    def symbol(self, instrument: Instrument) -> SymbolState:
        """Return the settings of a contract."""
        state = self.symbols.get(instrument.id)
        if state is None:
            limit = instrument.max_leverage
            start = DEFAULT_LEVERAGE if limit is None else min(DEFAULT_LEVERAGE, limit)
            state = self.symbols[instrument.id] = SymbolState(crossed=start, long=start, short=start)
        return state

    def remember_client_id(self, client_order_id: str, number: int, *, is_futures: bool) -> None:
        """Keep a client id, so that a second use is refused."""
        self.client_ids[is_futures, client_order_id] = number
        if len(self.client_ids) > MAX_CLIENT_IDS:
            del self.client_ids[next(iter(self.client_ids))]

    def remember_plan_id(self, client_order_id: str, number: int) -> None:
        """Keep a trigger order's client id."""
        self.plan_client_ids[client_order_id] = number
        if len(self.plan_client_ids) > MAX_CLIENT_IDS:
            del self.plan_client_ids[next(iter(self.plan_client_ids))]
