"""Taking one account out of an engine as plain records, and putting it into another engine.

A restored account's legs face those of a crowd account of its own, so that positions still net to zero. Its
resting orders go back into the book; one that the market has passed in the meantime trades at once, as any
order would that arrives now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from decimal import Decimal

from bgtui.domain.account import Bill, ClosedPosition, Fill
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import PlaceOrder
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
    Forced,
    MarginMode,
    Order,
    OrderStatus,
    OrderType,
    PlanKind,
    PlanOrder,
    PlanStatus,
    PositionMode,
    PositionSide,
    TriggerType,
)
from bgtui.domain.value import frozen
from bgtui.simulator.account import Account, Past, SymbolState
from bgtui.simulator.ledger import Ledger
from bgtui.simulator.live import Aim, LiveOrder, Stp
from bgtui.simulator.matching import Market
from bgtui.simulator.money import ONE, ZERO
from bgtui.simulator.plan import LivePlan
from bgtui.simulator.plans import Plans
from bgtui.simulator.positions import Leg
from bgtui.simulator.state import State
from bgtui.simulator.trading import Trading

PastValue = Order | PlanOrder | Fill | Bill | ClosedPosition
PAST_KINDS: Mapping[str, type[PastValue]] = {
    "orders": Order,
    "plans": PlanOrder,
    "fills": Fill,
    "bills": Bill,
    "positions": ClosedPosition,
}
"""Lists of the past, named as in `Past`."""
PastKey = tuple[ProductType, str]
"""(product type, name of the list)."""


@frozen
class LegRecord:
    """One leg, as in `Leg`."""

    instrument: InstrumentId
    side: PositionSide
    position_id: str
    margin_mode: MarginMode
    leverage: Decimal
    size: Decimal
    cost: Decimal
    margin: Decimal
    realized: Decimal
    funding: Decimal
    open_fee: Decimal
    close_fee: Decimal
    opened_size: Decimal
    opened_value: Decimal
    closed_size: Decimal
    closed_value: Decimal
    auto_margin: bool
    created_ms: int
    updated_ms: int


_AT_BIRTH = frozenset({"instrument", "side", "position_id", "margin_mode", "leverage", "created_ms"})
_LEG_FIELDS = tuple(each.name for each in fields(LegRecord) if each.name not in _AT_BIRTH)
"""What a new leg does not have from the start."""


@frozen
class OrderRecord:
    """One open order, as in `LiveOrder`."""

    number: int
    intent: PlaceOrder
    aim: Aim | None
    client_order_id: str
    size: Decimal
    remaining: Decimal
    quote_left: Decimal
    status: OrderStatus
    filled: Decimal
    filled_value: Decimal
    fees: dict[str, Decimal]
    realized: Decimal
    hold: Decimal
    hold_price: Decimal
    open_part: Decimal
    stp: Stp
    source: str
    forced: Forced | None
    tpsl_numbers: list[int]
    created_ms: int
    updated_ms: int


_ORDER_FIELDS = tuple(
    each.name
    for each in fields(OrderRecord)
    if each.name
    not in {"number", "intent", "aim", "client_order_id", "stp", "source", "forced", "created_ms"}
)


@frozen
class PlanRecord:
    """One waiting trigger order, as in `LivePlan`."""

    number: int
    instrument: InstrumentId
    kind: PlanKind
    client_order_id: str
    side: Side
    order_type: OrderType
    trigger_type: TriggerType
    trigger_price: Decimal
    fires_above: bool
    size: Decimal | None
    created_ms: int
    updated_ms: int
    execute_price: Decimal | None
    size_is_quote: bool
    callback_ratio: Decimal | None
    leg: PositionSide | None
    position_side: PositionSide | None
    effect: Effect | None
    position_mode: PositionMode | None
    margin_mode: MarginMode | None
    take_profit: Decimal | None
    stop_loss: Decimal | None
    status: PlanStatus
    execute_order_id: str
    source: str
    peak: Decimal | None
    is_tpsl: bool = False
    rival: int = 0


_PLAN_FIELDS = tuple(each.name for each in fields(PlanRecord) if each.name != "instrument")


@frozen
class AccountRecord:
    """One account but for its past."""

    uid: str
    modes: dict[ProductType, PositionMode]
    symbols: tuple[tuple[InstrumentId, SymbolState], ...]
    futures: tuple[tuple[ProductType, str, Decimal], ...]
    """(product type, coin, balance)."""
    spot: dict[str, Decimal]
    legs: tuple[LegRecord, ...]
    orders: tuple[OrderRecord, ...]
    plans: tuple[PlanRecord, ...]

    def instruments(self) -> set[InstrumentId]:
        """Return what must be listed to put it back."""
        return {
            *(leg.instrument for leg in self.legs),
            *(order.intent.instrument for order in self.orders),
            *(plan.instrument for plan in self.plans),
        }


@frozen
class PastRecord:
    """One row of the past."""

    product_type: ProductType
    kind: str
    row_id: str
    time_ms: int
    value: PastValue


@frozen
class ClientIdRecord:
    """A client id that may not be used again."""

    area: str
    """`SPOT`, `FUTURES` or `PLAN`: each has ids of its own."""
    name: str
    number: int


SPOT, FUTURES, PLAN = "spot", "futures", "plan"


class Keeping:
    """Takes accounts out and puts them in."""

    def __init__(self, state: State, ledger: Ledger, trading: Trading, plans: Plans) -> None:
        """Work on this state."""
        self._state = state
        self._ledger = ledger
        self._trading = trading
        self._plans = plans

    # Taking out

    def record(self, account: Account) -> AccountRecord:
        """Return an account as it stands."""
        return AccountRecord(
            uid=account.uid,
            modes=dict(account.modes),
            symbols=tuple(account.symbols.items()),
            futures=tuple((*key, wallet.balance) for key, wallet in account.wallets.items()),
            spot={coin: purse.balance for coin, purse in account.spot.items()},
            legs=tuple(_leg(leg) for wallet in account.wallets.values() for leg in wallet.legs.values()),
            orders=tuple(_order(self._state.orders[number]) for number in account.order_numbers),
            plans=tuple(
                _plan(plan) for product in ProductType for plan in self._plans.waiting(account, product)
            ),
        )

    @staticmethod
    def past(account: Account, after: Mapping[PastKey, str]) -> list[PastRecord]:
        """Return the rows of the past that came after the ones with these ids, oldest first."""
        return [
            PastRecord(product, kind, row_id, time_ms, value)
            for product, past in account.past.items()
            for kind in PAST_KINDS
            for row_id, time_ms, value in getattr(past, kind).after(after.get((product, kind), ""))
        ]

    @staticmethod
    def client_ids(account: Account, after: int) -> list[ClientIdRecord]:
        """Return the client ids of orders with larger numbers, oldest first."""
        found = []
        for (is_futures, name), number in reversed(account.client_ids.items()):
            if number <= after:
                break
            found.append(ClientIdRecord(FUTURES if is_futures else SPOT, name, number))
        for name, number in reversed(account.plan_client_ids.items()):
            if number <= after:
                break
            found.append(ClientIdRecord(PLAN, name, number))
        found.reverse()
        return found

    # Putting in

    def restore(
        self,
        account: Account,
        record: AccountRecord,
        past: Iterable[PastRecord],
        client_ids: Iterable[ClientIdRecord],
    ) -> None:
        """Make a freshly opened account what a record says.

        Raises:
            ValueError: it is in use, or an instrument of the record is not listed; nothing has changed.
        """
        if account.order_numbers or any(wallet.legs for wallet in account.wallets.values()):
            raise ValueError(f"account {account.uid} is in use")
        if missing := sorted(record.instruments() - self._state.markets.keys()):
            raise ValueError(f"it holds {', '.join(missing)}, not listed here")
        self._restore_past(account, past, client_ids)
        self._restore_money(account, record)
        account.modes = dict(record.modes)
        account.symbols = dict(record.symbols)
        facing = self._facing(account)
        for leg in record.legs:
            self._restore_leg(account, facing, leg)
        for plan in record.plans:
            self._plans.resume(self._live_plan(account, plan))
        for order in record.orders:
            self._hold(account, order)
        for order in record.orders:
            live = self._state.orders.get(order.number)
            # What an earlier one traded may have ended it.
            if live is not None:
                self._trading.run(live)
        for product_type, coin in account.wallets:
            self._state.touch_wallet(account, product_type, coin)

    @staticmethod
    def _restore_past(
        account: Account, past: Iterable[PastRecord], client_ids: Iterable[ClientIdRecord]
    ) -> None:
        account.past = {product: Past() for product in ProductType}
        for row in past:
            getattr(account.past[row.product_type], row.kind).append(row.row_id, row.time_ms, row.value)
        for known in client_ids:
            if known.area == PLAN:
                account.remember_plan_id(known.name, known.number)
            else:
                account.remember_client_id(known.name, known.number, is_futures=known.area == FUTURES)

    def _restore_money(self, account: Account, record: AccountRecord) -> None:
        """Replace what the account was opened with; to the ledger the difference came from outside."""
        deposits = self._ledger.deposits
        for wallet in account.wallets.values():
            deposits[wallet.coin] -= wallet.balance
            wallet.balance = ZERO
        for purse in account.spot.values():
            deposits[purse.coin] -= purse.balance
            purse.balance = ZERO
        for product_type, coin, balance in record.futures:
            account.wallet_of(product_type, coin).balance = balance
            deposits[coin] += balance
        for coin, balance in record.spot.items():
            account.purse(coin).balance = balance
            deposits[coin] += balance

    def _facing(self, account: Account) -> Account:
        uid = f"facing-{account.uid}"
        return self._state.accounts.setdefault(uid, Account(uid, is_crowd=True))

    def _restore_leg(self, account: Account, facing: Account, record: LegRecord) -> None:
        market = self._state.market(record.instrument)
        leg = _new_leg(market, record, record.side, record.position_id)
        for name in _LEG_FIELDS:
            setattr(leg, name, getattr(record, name))
        self._place_leg(account, market, leg)
        other = PositionSide.SHORT if record.side is PositionSide.LONG else PositionSide.LONG
        opposite = _new_leg(market, record, other, "")
        opposite.size, opposite.cost = record.size, record.cost
        self._place_leg(facing, market, opposite)
        self._state.touch_positions(account, market.instrument.product_type)

    @staticmethod
    def _place_leg(account: Account, market: Market, leg: Leg) -> None:
        account.wallet(market.instrument).legs[leg.instrument, leg.side] = leg
        market.open_legs[account.uid] = account

    def _hold(self, account: Account, record: OrderRecord) -> None:
        market = self._state.market(record.intent.instrument)
        order = LiveOrder(
            record.number,
            account,
            market,
            record.intent,
            record.client_order_id,
            now_ms=record.created_ms,
            stp=record.stp,
            source=record.source,
            forced=record.forced,
            aim=record.aim,
        )
        for name in _ORDER_FIELDS:
            setattr(order, name, getattr(record, name))
        if market.is_futures:
            account.wallet(market.instrument).held += order.hold
        else:
            instrument = market.instrument
            account.purse(instrument.quote_coin if order.is_buy else instrument.base_coin).held += order.hold
        account.order_numbers[order.number] = None
        self._state.orders[order.number] = order

    def _live_plan(self, account: Account, record: PlanRecord) -> LivePlan:
        return LivePlan(
            account=account,
            market=self._state.market(record.instrument),
            **{name: getattr(record, name) for name in _PLAN_FIELDS},
        )


def _new_leg(market: Market, record: LegRecord, side: PositionSide, position_id: str) -> Leg:
    return Leg(
        position_id,
        market.instrument,
        side,
        margin_mode=record.margin_mode if position_id else MarginMode.CROSSED,
        leverage=record.leverage if position_id else ONE,
        now_ms=record.created_ms,
    )


def _leg(leg: Leg) -> LegRecord:
    return LegRecord(**{each.name: getattr(leg, each.name) for each in fields(LegRecord)})


def _order(order: LiveOrder) -> OrderRecord:
    return OrderRecord(**{each.name: getattr(order, each.name) for each in fields(OrderRecord)})


def _plan(plan: LivePlan) -> PlanRecord:
    return PlanRecord(
        instrument=plan.market.instrument.id, **{name: getattr(plan, name) for name in _PLAN_FIELDS}
    )
