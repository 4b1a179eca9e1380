"""What can be asked of the engine: books, orders, positions, balances, the past; nothing changes by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import TypeVar

from bgtui.domain.account import (
    Balance,
    Bill,
    ClosedPosition,
    FeeRates,
    Fill,
    Position,
    SymbolSettings,
)
from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.domain.intent import OrderRef
from bgtui.domain.market import LeverageTier
from bgtui.domain.order import Order, PlanOrder, PositionMode, PositionSide
from bgtui.simulator.account import Account
from bgtui.simulator.history import EVERYTHING, Window, is_before, is_within
from bgtui.simulator.margin import Margin
from bgtui.simulator.money import ZERO, exact
from bgtui.simulator.plans import Plans
from bgtui.simulator.report import Report
from bgtui.simulator.settings import Settings
from bgtui.simulator.state import State
from bgtui.simulator.trading import Trading

T = TypeVar("T")


class Questions:
    """The half of the engine that answers; lists are newest first."""

    _state: State
    _margin: Margin
    _trading: Trading
    _plans: Plans
    _settings: Settings
    _report: Report

    def instrument(self, instrument: InstrumentId) -> Instrument:
        """Return an instrument's rules."""
        return self._state.market(instrument).instrument

    def tiers(self, instrument: InstrumentId) -> Sequence[LeverageTier]:
        """Return an instrument's leverage tiers."""
        return self._state.tiers(self.instrument(instrument))

    def book(
        self, instrument: InstrumentId, depth: int | None = None
    ) -> tuple[list[tuple[Decimal, Decimal]], list[tuple[Decimal, Decimal]]]:
        """Return bids and asks, best first, as (price, size)."""
        market = self._state.market(instrument)
        return market.bids.levels(depth), market.asks.levels(depth)

    def best(self, instrument: InstrumentId) -> tuple[Decimal | None, Decimal | None]:
        """Return best bid and best ask."""
        market = self._state.market(instrument)
        bid, ask = market.bids.best(), market.asks.best()
        return (bid.price if bid is not None else None), (ask.price if ask is not None else None)

    def last(self, instrument: InstrumentId) -> Decimal | None:
        """Return the last traded price."""
        return self._state.market(instrument).last

    def mark(self, instrument: InstrumentId) -> Decimal | None:
        """Return the mark price."""
        return self._state.market(instrument).mark

    @exact
    def open_interest(self, instrument: InstrumentId) -> Decimal:
        """Return the size of all long legs, base coin."""
        market = self._state.market(instrument)
        legs = (
            self._margin.leg(account, market.instrument, PositionSide.LONG)
            for account in market.open_legs.values()
        )
        return sum((leg.size for leg in legs if leg is not None), ZERO)

    def position_mode(self, uid: str, product_type: ProductType) -> PositionMode:
        """Return an account's position mode."""
        return self._account(uid).modes[product_type]

    def open_orders(
        self,
        uid: str,
        product_type: ProductType,
        instrument: InstrumentId | None = None,
        window: Window = EVERYTHING,
    ) -> list[Order]:
        """Return resting orders."""
        orders = reversed(self._trading.orders_of(self._account(uid), product_type))
        rows = (
            order.to_order()
            for order in orders
            if instrument is None or order.market.instrument.id == instrument
        )
        return _cut((row for row in rows if _is_in(row.order_id, row.created_ms, window)), window)

    def find_order(self, uid: str, ref: OrderRef) -> Order | None:
        """Return an order, open or past, by the exchange's id or by the client's."""
        account = self._account(uid)
        number = self._order_number(account, ref)
        live = self._state.orders.get(number)
        if live is not None:
            found: Order | None = live.to_order() if live.account is account else None
        else:
            found = account.past[ref.instrument.product_type].orders.find(str(number))
        return found if found is not None and found.instrument == ref.instrument else None

    def order_history(
        self,
        uid: str,
        product_type: ProductType,
        instrument: InstrumentId | None = None,
        window: Window = EVERYTHING,
    ) -> list[Order]:
        """Return orders that have ended."""
        rows = self._account(uid).past[product_type].orders.newest_first(window)
        return _cut((row for row in rows if instrument is None or row.instrument == instrument), window)

    def open_plans(
        self,
        uid: str,
        product_type: ProductType,
        instrument: InstrumentId | None = None,
        window: Window = EVERYTHING,
    ) -> list[PlanOrder]:
        """Return trigger orders that wait."""
        plans = reversed(self._plans.waiting(self._account(uid), product_type))
        rows = (
            plan.to_plan() for plan in plans if instrument is None or plan.market.instrument.id == instrument
        )
        return _cut((row for row in rows if _is_in(row.order_id, row.created_ms, window)), window)

    def plan_history(
        self,
        uid: str,
        product_type: ProductType,
        instrument: InstrumentId | None = None,
        window: Window = EVERYTHING,
    ) -> list[PlanOrder]:
        """Return trigger orders that have ended."""
        rows = self._account(uid).past[product_type].plans.newest_first(window)
        return _cut((row for row in rows if instrument is None or row.instrument == instrument), window)

    def fills(
        self,
        uid: str,
        product_type: ProductType,
        instrument: InstrumentId | None = None,
        window: Window = EVERYTHING,
        order_id: str = "",
    ) -> list[Fill]:
        """Return trades of the account."""
        rows = self._account(uid).past[product_type].fills.newest_first(window)
        return _cut(
            (
                row
                for row in rows
                if (instrument is None or row.instrument == instrument)
                and (not order_id or row.order_id == order_id)
            ),
            window,
        )

    def bills(self, uid: str, product_type: ProductType, window: Window = EVERYTHING) -> list[Bill]:
        """Return the lines of a wallet's ledger."""
        return _cut(self._account(uid).past[product_type].bills.newest_first(window), window)

    @exact
    def positions(
        self, uid: str, product_type: ProductType, instrument: InstrumentId | None = None
    ) -> list[Position]:
        """Return open legs."""
        found = self._report.positions(self._account(uid), product_type)
        return [position for position in found if instrument is None or position.instrument == instrument]

    def held(self, uid: str, instrument: InstrumentId, side: PositionSide) -> Decimal:
        """Return the size of a leg, or all that is there of a spot pair's base coin."""
        market, account = self._state.market(instrument), self._account(uid)
        if not market.is_futures:
            return account.purse(market.instrument.base_coin).balance
        leg = self._margin.leg(account, market.instrument, side)
        return ZERO if leg is None else leg.size

    def closed_positions(
        self,
        uid: str,
        product_type: ProductType,
        instrument: InstrumentId | None = None,
        window: Window = EVERYTHING,
    ) -> list[ClosedPosition]:
        """Return legs of the past."""
        rows = self._account(uid).past[product_type].positions.newest_first(window)
        return _cut((row for row in rows if instrument is None or row.instrument == instrument), window)

    @exact
    def balances(self, uid: str, product_type: ProductType) -> list[Balance]:
        """Return every coin of a wallet."""
        return self._report.balances(self._account(uid), product_type)

    def settings(self, uid: str, instrument: InstrumentId) -> SymbolSettings:
        """Return modes and leverage of an instrument."""
        return self._settings.of(self._account(uid), instrument)

    def fee_rates(self, uid: str, instrument: InstrumentId) -> FeeRates:
        """Return what the account pays."""
        account, rules = self._account(uid), self.instrument(instrument)
        maker, taker = (account.fee_rate(rules, is_taker=is_taker) for is_taker in (False, True))
        return FeeRates(instrument, maker, taker)

    @exact
    def max_open(
        self, uid: str, instrument: InstrumentId, side: PositionSide, price: Decimal | None = None
    ) -> Decimal:
        """Return the largest size that could be opened now, base coin; at market when no price is given."""
        return self._report.max_open(self._account(uid), self._state.market(instrument), side, price)

    @exact
    def estimate_liquidation(
        self,
        uid: str,
        instrument: InstrumentId,
        side: PositionSide,
        size: Decimal,
        price: Decimal | None = None,
    ) -> Decimal | None:
        """Return where a leg would be liquidated if it were opened now; None when nowhere."""
        market = self._state.market(instrument)
        return self._report.estimate_liquidation(self._account(uid), market, side, size, price)

    # Looking up

    def _account(self, uid: str) -> Account:
        return self._state.account(uid)

    def _order_number(self, account: Account, ref: OrderRef) -> int:
        if ref.order_id:
            return int(ref.order_id) if ref.order_id.isdecimal() else -1
        return account.client_ids.get((ref.instrument.product_type.is_futures, ref.client_order_id), -1)


def _is_in(row_id: str, time_ms: int, window: Window) -> bool:
    return is_within(time_ms, window) and (not window.before_id or is_before(row_id, window.before_id))


def _cut(rows: Iterator[T], window: Window) -> list[T]:
    return list(islice(rows, window.limit))
