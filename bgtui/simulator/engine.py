"""The exchange without its sockets: accounts, books, orders, positions and money, as one pure object.

Time and ids come from outside and nothing is random, so the same calls give the same facts. What changes is
told as facts that `Engine.drain` hands out; whoever owns the engine drains it after every batch of calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import ParamSpec

from bgtui.domain.account import (
    Balance,
    LeverageSetting,
    Position,
)
from bgtui.domain.clock import Clock
from bgtui.domain.event import BalancesReported, PositionsReported
from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.domain.intent import (
    AdjustMargin,
    AmendOrder,
    AmendPlan,
    CancelAll,
    CancelOrder,
    CancelOrders,
    CancelPlans,
    CancelSymbol,
    ClosePosition,
    OrderRef,
    PlaceOrder,
    PlacePlan,
    PlaceTpsl,
    PositionTpsl,
    ReversePosition,
    SetAllLeverage,
    SetAutoMargin,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
)
from bgtui.domain.market import LeverageTier, Side
from bgtui.domain.order import Order, PlanOrder, PositionMode
from bgtui.simulator.account import Account
from bgtui.simulator.closing import Closing
from bgtui.simulator.fact import Fact
from bgtui.simulator.funding import Funding
from bgtui.simulator.futures import Futures
from bgtui.simulator.history import EVERYTHING, Window
from bgtui.simulator.keeping import AccountRecord, ClientIdRecord, Keeping, PastKey, PastRecord
from bgtui.simulator.ledger import Ledger
from bgtui.simulator.liquidation import Liquidation
from bgtui.simulator.live import LiveOrder, NewOrder, Stp
from bgtui.simulator.margin import Margin
from bgtui.simulator.matcher import Matcher
from bgtui.simulator.matching import Market
from bgtui.simulator.money import exact
from bgtui.simulator.plan import LivePlan
from bgtui.simulator.plans import Plans
from bgtui.simulator.presets import Presets
from bgtui.simulator.questions import Questions
from bgtui.simulator.reject import Reject
from bgtui.simulator.report import Report
from bgtui.simulator.settings import Settings
from bgtui.simulator.spot import Spot
from bgtui.simulator.state import INSURANCE, State
from bgtui.simulator.trading import Trading

__all__ = ["EVERYTHING", "INSURANCE", "Engine", "NewOrder", "Reject", "Stp", "Window"]

P = ParamSpec("P")
MAX_ROUNDS = 1000
"""Rounds of triggers and liquidations that one call may set off; more is a mistake of the engine."""


class Engine(Questions):
    """Every account and every book of the simulated exchange."""

    def __init__(
        self,
        instruments: Iterable[Instrument],
        tiers: Mapping[InstrumentId, Sequence[LeverageTier]],
        *,
        clock: Clock,
        ids: Callable[[], int],
    ) -> None:
        """Open the books of these instruments; ``ids`` returns ever larger numbers."""
        self._state = State(instruments, tiers, clock, ids)
        self._ledger = Ledger(self._state)
        self._margin = Margin(self._state)
        self._futures = Futures(self._state, self._ledger, self._margin)
        self._spot = Spot(self._state, self._ledger)
        self._trading = Trading(self._state, self._futures, self._spot, self._margin)
        self._matcher = Matcher(self._state, self._trading, self._futures, self._spot)
        self._closing = Closing(self._state, self._trading, self._margin)
        self._plans = Plans(self._state, self._trading, self._closing, self._margin)
        self._liquidation = Liquidation(
            self._state,
            self._ledger,
            self._margin,
            futures=self._futures,
            trading=self._trading,
            matcher=self._matcher,
        )
        self._funding = Funding(self._state, self._ledger, self._margin)
        self._settings = Settings(self._state, self._ledger, self._margin, self._trading)
        self._report = Report(self._state, self._margin, self._trading, self._plans)
        self._keeping = Keeping(self._state, self._ledger, self._trading, self._plans)
        self._presets = Presets(self._state, self._plans)
        self._matcher.opened = self._presets.filled
        self._futures.leg_closed = self._plans.leg_closed

    # Accounts

    @exact
    def open_account(
        self,
        uid: str,
        *,
        balances: Mapping[ProductType, Mapping[str, Decimal]],
        position_mode: PositionMode = PositionMode.ONE_WAY,
        is_crowd: bool = False,
        fees: Mapping[ProductType, tuple[Decimal, Decimal]] | None = None,
    ) -> None:
        """Open an account; ``fees`` are (maker, taker) fractions where they differ from the instruments' own.

        A crowd account stands for the rest of the market: no margin, no fees, no facts, never liquidated; it
        carries positions all the same, so that everything nets to zero.
        """
        if uid in self._state.accounts:
            raise ValueError(f"account {uid} is open already")
        account = Account(uid, position_mode=position_mode, is_crowd=is_crowd, fees=fees)
        self._state.accounts[uid] = account
        for product_type, coins in balances.items():
            for coin, amount in coins.items():
                self._ledger.deposit(account, product_type, coin, amount)

    @exact
    def deposit(self, uid: str, product_type: ProductType, coin: str, amount: Decimal) -> None:
        """Bring money into a wallet from outside."""
        self._ledger.deposit(self._account(uid), product_type, coin, amount)

    @exact
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
        """Move money between two accounts; ``paid`` and ``received`` are the bills' `businessType`.

        Raises:
            Reject: the payer has less than that available.
        """
        account = self._account(payer)
        if amount > self._report.balance(account, product_type, coin).available:
            raise Reject("43012")
        self._ledger.transfer(
            account, self._account(payee), product_type, coin, amount, paid=paid, received=received
        )
        self._settle_up()

    def keep_presets_elsewhere(self, is_kept: Callable[[str, InstrumentId], bool]) -> None:
        """Leave the preset prices of some accounts' orders to somebody else: no TP/SL orders come of them."""
        self._presets.is_kept_elsewhere = is_kept

    def record_account(self, uid: str) -> AccountRecord:
        """Return an account as it stands, but for its past."""
        return self._keeping.record(self._account(uid))

    def past_after(self, uid: str, marks: Mapping[PastKey, str]) -> list[PastRecord]:
        """Return the rows of an account's past that came after the ones with these ids, oldest first."""
        return self._keeping.past(self._account(uid), marks)

    def client_ids_after(self, uid: str, number: int) -> list[ClientIdRecord]:
        """Return the client ids of an account's orders with larger numbers, oldest first."""
        return self._keeping.client_ids(self._account(uid), number)

    @exact
    def restore_account(
        self,
        record: AccountRecord,
        past: Iterable[PastRecord],
        client_ids: Iterable[ClientIdRecord],
    ) -> None:
        """Make a freshly opened account what an earlier engine recorded; open orders go back into the books.

        Raises:
            ValueError: the account has been used, or an instrument of the record is not listed.
        """
        self._keeping.restore(self._account(record.uid), record, past, client_ids)
        self._settle_up()

    # The crowd's fast lane: the same books, no values built

    @exact
    def add_crowd_limit(
        self, uid: str, instrument: InstrumentId, side: Side, price: Decimal, size: Decimal
    ) -> int | None:
        """Place a limit order for a crowd account and return its number, None when nothing of it rests.

        Price and size must fit the instrument's tick and step: they are not checked.
        """
        market = self._state.market(instrument)
        account = self._state.accounts[uid]
        number = self._matcher.add_crowd(account, market, price, size, is_buy=side is Side.BUY)
        self._settle_up()
        return number

    def cancel_crowd(self, number: int) -> bool:
        """Cancel a crowd order; False when it is gone already."""
        return self._matcher.cancel_crowd(number)

    @exact
    def take_crowd(self, uid: str, instrument: InstrumentId, side: Side, size: Decimal) -> Decimal:
        """Trade at market for a crowd account, whatever the price; return the size that was filled."""
        market = self._state.market(instrument)
        filled = self._matcher.take(self._account(uid), market, size, None, is_buy=side is Side.BUY)
        self._settle_up()
        return filled

    # Orders

    @exact
    def place(
        self,
        uid: str,
        intent: PlaceOrder,
        client_order_id: str = "",
        *,
        stp: Stp = Stp.NONE,
        source: str = "api",
    ) -> Order:
        """Place one order and return it as it stands after matching.

        Raises:
            Reject: it was refused, and nothing has changed.
        """
        order = self._trading.place(self._account(uid), intent, client_order_id, stp=stp, source=source)
        self._settle_up()
        return order.to_order()

    @exact
    def amend(self, uid: str, intent: AmendOrder, new_client_order_id: str = "") -> Order:
        """Cancel an untouched limit order and place it anew; return the new one.

        Raises:
            Reject: not found, not untouched, or the new order would be refused: the old one stays.
        """
        old = self._open_order(self._account(uid), intent.order)
        order = self._trading.amend(old, intent.new_price, intent.new_size, new_client_order_id)
        self._settle_up()
        return order.to_order()

    @exact
    def amend_presets(
        self, uid: str, ref: OrderRef, take_profit: Decimal | None, stop_loss: Decimal | None
    ) -> Order:
        """Replace the preset prices of an untouched limit order; None removes one.

        Raises:
            Reject: not found, not untouched, or a price on the wrong side.
        """
        order = self._open_order(self._account(uid), ref)
        self._trading.set_presets(order, take_profit, stop_loss)
        return order.to_order()

    @exact
    def cancel(self, uid: str, intent: CancelOrder) -> Order:
        """Cancel one order.

        Raises:
            Reject: not found, or final already.
        """
        order = self._open_order(self._account(uid), intent.order)
        self._trading.end(order, "normal_cancel")
        self._settle_up()
        return order.to_order()

    def cancel_many(self, uid: str, intent: CancelOrders) -> list[Order | Reject]:
        """Cancel the named orders; each answer stands in its order's place."""
        return [self._answer(self.cancel, uid, CancelOrder(ref)) for ref in intent.orders]

    @exact
    def cancel_symbol(self, uid: str, intent: CancelSymbol) -> list[Order]:
        """Cancel every order of one instrument."""
        market = self._state.market(intent.instrument)
        return self._cancel_each(self._trading.orders_on(self._account(uid), market))

    @exact
    def cancel_all(self, uid: str, intent: CancelAll) -> list[Order]:
        """Cancel every order of a product type."""
        return self._cancel_each(self._trading.orders_of(self._account(uid), intent.product_type))

    # Trigger orders

    @exact
    def place_plan(
        self, uid: str, intent: PlacePlan, client_order_id: str = "", *, is_tpsl: bool = False
    ) -> PlanOrder:
        """Place a trigger, trailing or spot trigger order; a spot one may be a TP/SL order.

        Raises:
            Reject: it was refused.
        """
        plan = self._plans.place(self._account(uid), intent, client_order_id, is_tpsl=is_tpsl)
        self._settle_up()
        return plan.to_plan()

    @exact
    def place_tpsl(self, uid: str, intent: PlaceTpsl, client_order_id: str = "") -> PlanOrder:
        """Protect a leg with one take-profit, stop-loss or trailing stop.

        Raises:
            Reject: no such leg, the price is on the wrong side, or the whole leg has one already.
        """
        plan = self._plans.place_tpsl(self._account(uid), intent, client_order_id)
        self._settle_up()
        return plan.to_plan()

    @exact
    def position_tpsl(
        self, uid: str, intent: PositionTpsl, take_profit_id: str = "", stop_loss_id: str = ""
    ) -> list[PlanOrder]:
        """Set take profit and stop loss of a whole leg; what was set before is replaced.

        Raises:
            Reject: no such leg, a price is on the wrong side, or a client id was used before.
        """
        plans = self._plans.set_position(self._account(uid), intent, take_profit_id, stop_loss_id)
        self._settle_up()
        return [plan.to_plan() for plan in plans]

    @exact
    def amend_plan(self, uid: str, intent: AmendPlan) -> PlanOrder:
        """Change a trigger order in place.

        Raises:
            Reject: not found, final already, or the new values are refused.
        """
        plan = self._plans.amend(self._account(uid), intent)
        self._settle_up()
        return plan.to_plan()

    @exact
    def cancel_plans(self, uid: str, intent: CancelPlans) -> list[PlanOrder | Reject]:
        """Cancel the named trigger orders, or all of the kind when none is named."""
        answers = self._plans.cancel(self._account(uid), intent)
        return [plan.to_plan() if isinstance(plan, LivePlan) else plan for plan in answers]

    # Positions

    @exact
    def close_position(self, uid: str, intent: ClosePosition) -> list[Order]:
        """Close one leg, or both of an instrument, at market.

        Raises:
            Reject: there is nothing to close.
        """
        orders = self._closing.close(self._account(uid), intent)
        self._settle_up()
        return [order.to_order() for order in orders]

    @exact
    def reverse(self, uid: str, intent: ReversePosition, client_order_id: str = "") -> Order:
        """Turn a leg around at market; return the order that opens the other side.

        Raises:
            Reject: no such leg, or the other side cannot be paid for.
        """
        order = self._closing.reverse(self._account(uid), intent, client_order_id)
        self._settle_up()
        return order.to_order()

    # Settings

    @exact
    def set_leverage(self, uid: str, intent: SetLeverage) -> LeverageSetting:
        """Set an instrument's leverage: of both sides when crossed, of one or both when isolated.

        Raises:
            Reject: out of range, or an open order or too little margin stands in the way.
        """
        return self._settings.set_leverage(self._account(uid), intent)

    @exact
    def set_all_leverage(self, uid: str, intent: SetAllLeverage) -> list[LeverageSetting]:
        """Set the leverage of every instrument of a product type that has a position.

        Raises:
            Reject: as `set_leverage`; instruments before the refused one keep their new leverage.
        """
        return self._settings.set_all(self._account(uid), intent)

    @exact
    def set_margin_mode(self, uid: str, intent: SetMarginMode) -> LeverageSetting:
        """Set an instrument's margin mode.

        Raises:
            Reject: a position or an order stands in the way.
        """
        return self._settings.set_margin_mode(self._account(uid), intent)

    @exact
    def set_position_mode(self, uid: str, intent: SetPositionMode) -> PositionMode:
        """Set the position mode of a product type.

        Raises:
            Reject: a position or an order stands in the way.
        """
        return self._settings.set_position_mode(self._account(uid), intent)

    @exact
    def adjust_margin(self, uid: str, intent: AdjustMargin) -> Position:
        """Add margin to an isolated leg, or take some away.

        Raises:
            Reject: the leg is crossed or does not exist, or the margin is not there.
        """
        account = self._account(uid)
        leg = self._settings.adjust_margin(account, intent)
        return self._report.position(account, account.wallet(self.instrument(leg.instrument)), leg)

    @exact
    def set_auto_margin(self, uid: str, intent: SetAutoMargin) -> None:
        """Let an isolated leg be topped up instead of liquidated, or not.

        Raises:
            Reject: the leg is crossed or does not exist.
        """
        self._settings.set_auto_margin(self._account(uid), intent)

    # The market around the books

    @exact
    def set_mark(self, instrument: InstrumentId, mark: Decimal, index: Decimal) -> None:
        """Set mark and index price; triggers and liquidations follow from them."""
        market = self._state.market(instrument)
        market.mark, market.index = mark, index
        self._state.traded[instrument] = None
        self._expose(market)
        self._settle_up()

    @exact
    def settle_funding(self, instrument: InstrumentId, rate: Decimal) -> None:
        """Let longs pay shorts (below zero: shorts longs) this fraction of their value at the mark price."""
        market = self._state.market(instrument)
        self._funding.settle(market, rate)
        self._expose(market)
        self._settle_up()

    @exact
    def liquidate(self, uid: str, instrument: InstrumentId) -> None:
        """Liquidate an account's legs on an instrument, whatever they are worth.

        Raises:
            Reject: there are none.
        """
        if not self._liquidation.force(self._account(uid), self._state.market(instrument)):
            raise Reject("22002")
        self._settle_up()

    @exact
    def deleverage(self, uid: str, instrument: InstrumentId, ratio: Decimal) -> None:
        """Take a part of an account's legs on an instrument at the mark price, as auto-deleveraging does.

        Raises:
            Reject: there are none.
        """
        if not self._liquidation.deleverage(self._account(uid), self._state.market(instrument), ratio):
            raise Reject("22002")
        self._settle_up()

    def change_rules(self, instrument: Instrument) -> None:
        """Give an instrument new rules; orders that rest already stay as they are."""
        self._state.market(instrument.id).instrument = instrument

    @exact
    def drain(self) -> list[Fact]:
        """Return what happened since the last call, in order."""
        state = self._state
        for uid, product_type in state.moved_positions:
            account = state.accounts[uid]
            positions = self._report.positions(account, product_type)
            state.tell(account, PositionsReported(product_type, positions, state.now_ms))
        state.moved_positions.clear()
        wallets: dict[tuple[str, ProductType], list[Balance]] = {}
        for uid, product_type, coin in state.moved_wallets:
            balance = self._report.balance(state.accounts[uid], product_type, coin)
            wallets.setdefault((uid, product_type), []).append(balance)
        state.moved_wallets.clear()
        for (uid, product_type), balances in wallets.items():
            event = BalancesReported(product_type, tuple(balances), is_complete=False, time_ms=state.now_ms)
            state.tell(state.accounts[uid], event)
        facts = state.facts.copy()
        # The books hold on to this very list.
        state.facts.clear()
        return facts

    # What follows from a call

    def _settle_up(self) -> None:
        """Trim, trigger and liquidate until nothing moves any more."""
        state = self._state
        for _ in range(MAX_ROUNDS):
            if not (state.traded or state.shrunk or state.exposed):
                return
            self._trim()
            self._trigger()
            if not state.traded:
                self._check_wallets()
        raise AssertionError("the engine does not come to rest")

    def _trim(self) -> None:
        state = self._state
        shrunk = list(state.shrunk)
        state.shrunk.clear()
        for uid, instrument, side in shrunk:
            self._trading.trim(state.accounts[uid], state.markets[instrument], side)

    def _trigger(self) -> None:
        state = self._state
        traded = list(state.traded)
        state.traded.clear()
        for instrument in traded:
            market = state.markets[instrument]
            if self._plans.has_waiting(market):
                self._plans.check(market)
            if INSURANCE in market.open_legs:
                self._liquidation.unload(market)

    def _check_wallets(self) -> None:
        state = self._state
        exposed = list(state.exposed)
        state.exposed.clear()
        for uid, product_type, coin in exposed:
            self._liquidation.check(state.accounts[uid], product_type, coin)

    def _expose(self, market: Market) -> None:
        instrument = market.instrument
        for account in market.open_legs.values():
            if not account.is_crowd:
                key = (account.uid, instrument.product_type, instrument.margin_coins[0])
                self._state.exposed[key] = None

    # Looking up

    def _open_order(self, account: Account, ref: OrderRef) -> LiveOrder:
        is_futures = ref.instrument.product_type.is_futures
        order = self._state.orders.get(self._order_number(account, ref))
        if order is not None and order.account is account and order.market.instrument.id == ref.instrument:
            return order
        if is_futures and self.find_order(account.uid, ref) is not None:
            raise Reject("45055")
        raise Reject("40109" if is_futures else "43001")

    def _cancel_each(self, orders: list[LiveOrder]) -> list[Order]:
        for order in orders:
            self._trading.end(order, "normal_cancel")
        self._settle_up()
        return [order.to_order() for order in orders]

    @staticmethod
    def _answer(call: Callable[P, Order], *args: P.args, **kwargs: P.kwargs) -> Order | Reject:
        try:
            return call(*args, **kwargs)
        except Reject as refusal:
            return refusal
