"""The exchange without its sockets: accounts, books, orders, positions and money, as one pure object.

Time and ids come from outside and nothing is random, so the same calls give the same facts. Whatever changes is
told as facts that `Engine.drain` hands out; whoever owns the engine drains it after every batch of calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bgtui.domain.account import (
    Balance,
    Bill,
    ClosedPosition,
    FeeRates,
    Fill,
    LeverageSetting,
    Position,
    SymbolSettings,
)
from bgtui.domain.clock import Clock
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
from bgtui.domain.order import Order, PlanOrder, PositionMode, PositionSide
from bgtui.simulator.fact import Fact
from bgtui.simulator.history import EVERYTHING, Window
from bgtui.simulator.reject import Reject


class Stp(StrEnum):
    """Self-trade prevention (`stpMode`)."""

    NONE = "none"
    CANCEL_TAKER = "cancel_taker"
    CANCEL_MAKER = "cancel_maker"
    CANCEL_BOTH = "cancel_both"


@dataclass(frozen=True, slots=True)
class NewOrder:
    """One order of a batch."""

    intent: PlaceOrder
    client_order_id: str = ""
    stp: Stp = Stp.NONE


class Engine:
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
        raise NotImplementedError

    # Accounts

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
        raise NotImplementedError

    def deposit(self, uid: str, product_type: ProductType, coin: str, amount: Decimal) -> None:
        """Bring money into a wallet from outside."""
        raise NotImplementedError

    # The crowd's fast lane: the same books, no values built

    def add_crowd_limit(
        self, uid: str, instrument: InstrumentId, side: Side, price: Decimal, size: Decimal
    ) -> int | None:
        """Place a limit order for a crowd account and return its number, None when nothing of it rests.

        Price and size must fit the instrument's tick and step: they are not checked.
        """
        raise NotImplementedError

    def cancel_crowd(self, number: int) -> bool:
        """Cancel a crowd order; False when it is gone already."""
        raise NotImplementedError

    def take_crowd(self, uid: str, instrument: InstrumentId, side: Side, size: Decimal) -> Decimal:
        """Trade at market for a crowd account, whatever the price; return the size that was filled."""
        raise NotImplementedError

    # Orders

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
        raise NotImplementedError

    def place_many(self, uid: str, orders: Sequence[NewOrder]) -> list[Order | Reject]:
        """Place orders one after the other; each answer stands in its order's place."""
        raise NotImplementedError

    def amend(self, uid: str, intent: AmendOrder, new_client_order_id: str = "") -> Order:
        """Cancel an untouched limit order and place it anew; return the new one.

        Raises:
            Reject: not found, not untouched, or the new order would be refused: the old one stays.
        """
        raise NotImplementedError

    def cancel(self, uid: str, intent: CancelOrder) -> Order:
        """Cancel one order.

        Raises:
            Reject: not found, or final already.
        """
        raise NotImplementedError

    def cancel_many(self, uid: str, intent: CancelOrders) -> list[Order | Reject]:
        """Cancel the named orders; each answer stands in its order's place."""
        raise NotImplementedError

    def cancel_symbol(self, uid: str, intent: CancelSymbol) -> list[Order]:
        """Cancel every order of one instrument."""
        raise NotImplementedError

    def cancel_all(self, uid: str, intent: CancelAll) -> list[Order]:
        """Cancel every order of a product type."""
        raise NotImplementedError

    # Trigger orders

    def place_plan(self, uid: str, intent: PlacePlan, client_order_id: str = "") -> PlanOrder:
        """Place a trigger, trailing or spot trigger order.

        Raises:
            Reject: it was refused.
        """
        raise NotImplementedError

    def place_tpsl(self, uid: str, intent: PlaceTpsl, client_order_id: str = "") -> PlanOrder:
        """Protect a leg with one take-profit, stop-loss or trailing stop.

        Raises:
            Reject: no such leg, the price is on the wrong side, or the leg has one for its whole size already.
        """
        raise NotImplementedError

    def position_tpsl(self, uid: str, intent: PositionTpsl) -> list[PlanOrder]:
        """Set take profit and stop loss of a whole leg; what was set before is replaced.

        Raises:
            Reject: no such leg, or a price is on the wrong side.
        """
        raise NotImplementedError

    def amend_plan(self, uid: str, intent: AmendPlan) -> PlanOrder:
        """Change a trigger order in place.

        Raises:
            Reject: not found, final already, or the new values are refused.
        """
        raise NotImplementedError

    def cancel_plans(self, uid: str, intent: CancelPlans) -> list[PlanOrder | Reject]:
        """Cancel the named trigger orders, or all of the kind when none is named."""
        raise NotImplementedError

    # Positions

    def close_position(self, uid: str, intent: ClosePosition) -> list[Order]:
        """Close one leg, or both of an instrument, at market.

        Raises:
            Reject: there is nothing to close.
        """
        raise NotImplementedError

    def reverse(self, uid: str, intent: ReversePosition, client_order_id: str = "") -> Order:
        """Turn a leg around at market; return the order that opens the other side.

        Raises:
            Reject: no such leg, or the other side cannot be paid for.
        """
        raise NotImplementedError

    # Settings

    def set_leverage(self, uid: str, intent: SetLeverage) -> LeverageSetting:
        """Set an instrument's leverage: of both sides when crossed, of one or both when isolated.

        Raises:
            Reject: out of range, or an open order or too little margin stands in the way.
        """
        raise NotImplementedError

    def set_all_leverage(self, uid: str, intent: SetAllLeverage) -> list[LeverageSetting]:
        """Set the leverage of every instrument of a product type that has a position.

        Raises:
            Reject: as `set_leverage`; instruments before the refused one keep their new leverage.
        """
        raise NotImplementedError

    def set_margin_mode(self, uid: str, intent: SetMarginMode) -> LeverageSetting:
        """Set an instrument's margin mode.

        Raises:
            Reject: a position or an order stands in the way.
        """
        raise NotImplementedError

    def set_position_mode(self, uid: str, intent: SetPositionMode) -> PositionMode:
        """Set the position mode of a product type.

        Raises:
            Reject: a position or an order stands in the way.
        """
        raise NotImplementedError

    def adjust_margin(self, uid: str, intent: AdjustMargin) -> Position:
        """Add margin to an isolated leg, or take some away.

        Raises:
            Reject: the leg is crossed or does not exist, or the margin is not there.
        """
        raise NotImplementedError

    def set_auto_margin(self, uid: str, intent: SetAutoMargin) -> None:
        """Let an isolated leg be topped up instead of liquidated, or not.

        Raises:
            Reject: the leg is crossed or does not exist.
        """
        raise NotImplementedError

    # The market around the books

    def set_mark(self, instrument: InstrumentId, mark: Decimal, index: Decimal) -> None:
        """Set mark and index price; triggers and liquidations follow from them."""
        raise NotImplementedError

    def settle_funding(self, instrument: InstrumentId, rate: Decimal) -> None:
        """Let longs pay shorts (or shorts longs, below zero) this fraction of their value at the mark price."""
        raise NotImplementedError

    def drain(self) -> list[Fact]:
        """Return what happened since the last call, in order."""
        raise NotImplementedError

    # Questions; lists are newest first

    def instrument(self, instrument: InstrumentId) -> Instrument:
        """Return an instrument's rules."""
        raise NotImplementedError

    def tiers(self, instrument: InstrumentId) -> Sequence[LeverageTier]:
        """Return an instrument's leverage tiers."""
        raise NotImplementedError

    def book(
        self, instrument: InstrumentId, depth: int | None = None
    ) -> tuple[list[tuple[Decimal, Decimal]], list[tuple[Decimal, Decimal]]]:
        """Return bids and asks, best first, as (price, size)."""
        raise NotImplementedError

    def best(self, instrument: InstrumentId) -> tuple[Decimal | None, Decimal | None]:
        """Return best bid and best ask."""
        raise NotImplementedError

    def last(self, instrument: InstrumentId) -> Decimal | None:
        """Return the last traded price."""
        raise NotImplementedError

    def mark(self, instrument: InstrumentId) -> Decimal | None:
        """Return the mark price."""
        raise NotImplementedError

    def open_interest(self, instrument: InstrumentId) -> Decimal:
        """Return the size of all long legs, base coin."""
        raise NotImplementedError

    def position_mode(self, uid: str, product_type: ProductType) -> PositionMode:
        """Return an account's position mode."""
        raise NotImplementedError

    def open_orders(
        self,
        uid: str,
        product_type: ProductType,
        instrument: InstrumentId | None = None,
        window: Window = EVERYTHING,
    ) -> list[Order]:
        """Return resting orders."""
        raise NotImplementedError

    def find_order(self, uid: str, ref: OrderRef) -> Order | None:
        """Return an order, open or past, by the exchange's id or by the client's."""
        raise NotImplementedError

    def order_history(
        self,
        uid: str,
        product_type: ProductType,
        instrument: InstrumentId | None = None,
        window: Window = EVERYTHING,
    ) -> list[Order]:
        """Return orders that have ended."""
        raise NotImplementedError

    def open_plans(
        self,
        uid: str,
        product_type: ProductType,
        instrument: InstrumentId | None = None,
        window: Window = EVERYTHING,
    ) -> list[PlanOrder]:
        """Return trigger orders that wait."""
        raise NotImplementedError

    def find_plan(self, uid: str, ref: OrderRef) -> PlanOrder | None:
        """Return a trigger order, waiting or past."""
        raise NotImplementedError

    def plan_history(
        self,
        uid: str,
        product_type: ProductType,
        instrument: InstrumentId | None = None,
        window: Window = EVERYTHING,
    ) -> list[PlanOrder]:
        """Return trigger orders that have ended."""
        raise NotImplementedError

    def fills(
        self,
        uid: str,
        product_type: ProductType,
        instrument: InstrumentId | None = None,
        window: Window = EVERYTHING,
        order_id: str = "",
    ) -> list[Fill]:
        """Return trades of the account."""
        raise NotImplementedError

    def bills(self, uid: str, product_type: ProductType, window: Window = EVERYTHING) -> list[Bill]:
        """Return the lines of a wallet's ledger."""
        raise NotImplementedError

    def positions(
        self, uid: str, product_type: ProductType, instrument: InstrumentId | None = None
    ) -> list[Position]:
        """Return open legs."""
        raise NotImplementedError

    def closed_positions(
        self,
        uid: str,
        product_type: ProductType,
        instrument: InstrumentId | None = None,
        window: Window = EVERYTHING,
    ) -> list[ClosedPosition]:
        """Return legs of the past."""
        raise NotImplementedError

    def balances(self, uid: str, product_type: ProductType) -> list[Balance]:
        """Return every coin of a wallet."""
        raise NotImplementedError

    def settings(self, uid: str, instrument: InstrumentId) -> SymbolSettings:
        """Return modes and leverage of an instrument."""
        raise NotImplementedError

    def fee_rates(self, uid: str, instrument: InstrumentId) -> FeeRates:
        """Return what the account pays."""
        raise NotImplementedError

    def max_open(
        self, uid: str, instrument: InstrumentId, side: PositionSide, price: Decimal | None = None
    ) -> Decimal:
        """Return the largest size that could be opened now, base coin; at market when no price is given."""
        raise NotImplementedError

    def estimate_liquidation(
        self,
        uid: str,
        instrument: InstrumentId,
        side: PositionSide,
        size: Decimal,
        price: Decimal | None = None,
    ) -> Decimal | None:
        """Return where a leg would be liquidated if it were opened now; None when nowhere."""
        raise NotImplementedError
