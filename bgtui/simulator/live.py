"""An order of a real account while it lives, and how it looks from outside."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from bgtui.domain.instrument import Instrument
from bgtui.domain.intent import PlaceOrder
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
    Fee,
    Forced,
    MarginMode,
    Order,
    OrderStatus,
    OrderType,
    PositionMode,
    PositionSide,
)
from bgtui.domain.value import frozen
from bgtui.simulator.account import Account
from bgtui.simulator.matching import Market, Resting
from bgtui.simulator.money import ONE, ZERO, plain
from bgtui.simulator.positions import average


class Stp(StrEnum):
    """Self-trade prevention (`stpMode`)."""

    NONE = "none"
    CANCEL_TAKER = "cancel_taker"
    CANCEL_MAKER = "cancel_maker"
    CANCEL_BOTH = "cancel_both"


@frozen
class NewOrder:
    """One order of a batch."""

    intent: PlaceOrder
    client_order_id: str = ""
    stp: Stp = Stp.NONE


@frozen
class Aim:
    """What a futures order works on, settled for the account's position mode."""

    position_mode: PositionMode
    margin_mode: MarginMode
    leverage: Decimal
    may_open: bool
    may_close: bool
    """One-way orders that are not reduce-only may do both: reduce, then flip."""


class LiveOrder(Resting):
    """One order of a real account; `remaining` is base coin, for a spot market buy what its money buys."""

    __slots__ = (
        "aim",
        "cancel_reason",
        "client_order_id",
        "created_ms",
        "fees",
        "filled",
        "filled_value",
        "forced",
        "hold",
        "hold_price",
        "intent",
        "open_part",
        "order_id",
        "quote_left",
        "realized",
        "size",
        "source",
        "status",
        "stp",
        "tpsl_numbers",
        "updated_ms",
    )

    def __init__(
        self,
        number: int,
        account: Account,
        market: Market,
        intent: PlaceOrder,
        client_order_id: str,
        *,
        now_ms: int,
        stp: Stp = Stp.NONE,
        source: str = "api",
        forced: Forced | None = None,
        aim: Aim | None = None,
    ) -> None:
        """Make an order that has not been matched yet."""
        size = _in_places(intent.size, market.instrument, is_quote=intent.size_is_quote)
        price = ZERO
        if intent.price is not None and intent.order_type is OrderType.LIMIT:
            price = intent.price.quantize(ONE.scaleb(-market.instrument.price_places))
        super().__init__(
            number,
            account,
            market,
            is_buy=intent.side is Side.BUY,
            price=price,
            remaining=ZERO if intent.size_is_quote else size,
        )
        self.intent = intent
        self.aim = aim
        self.order_id = str(number)
        self.client_order_id = client_order_id or self.order_id
        self.size = size
        self.quote_left = size if intent.size_is_quote else ZERO
        """Spot market buy: money not spent yet."""
        self.status = OrderStatus.LIVE
        self.filled = ZERO
        self.filled_value = ZERO
        """Σ size × price of its fills, quote currency."""
        self.fees: dict[str, Decimal] = {}
        self.realized = ZERO
        self.hold = ZERO
        """What its wallet keeps back for it."""
        self.hold_price = price
        self.open_part = ZERO
        """How much of what remains is expected to open a position; the hold is for this."""
        self.stp = stp
        self.source = source
        self.forced = forced
        self.cancel_reason = ""
        self.tpsl_numbers: list[int] = []
        """Trigger orders that its preset prices have become."""
        self.created_ms = now_ms
        self.updated_ms = now_ms

    @property
    def side(self) -> Side:
        """Trade direction."""
        return self.intent.side

    @property
    def is_limit(self) -> bool:
        """Tell whether it has a price."""
        return self.intent.order_type is OrderType.LIMIT

    @property
    def is_closing(self) -> bool:
        """Tell whether it can only close: a hedge close, or reduce-only."""
        return self.aim is not None and not self.aim.may_open

    @property
    def opens(self) -> PositionSide:
        """The leg that this trade direction opens."""
        return PositionSide.LONG if self.is_buy else PositionSide.SHORT

    @property
    def closes(self) -> PositionSide:
        """The leg that this trade direction closes."""
        return PositionSide.SHORT if self.is_buy else PositionSide.LONG

    @property
    def leg(self) -> PositionSide | None:
        """The leg it is named for: hedge mode only."""
        if self.aim is None or self.aim.position_mode is PositionMode.ONE_WAY:
            return None
        return self.opens if self.aim.may_open else self.closes

    @property
    def effect(self) -> Effect | None:
        """As the wire tells it: of every hedge order, of reduce-only ones in one-way mode."""
        if self.aim is None:
            return None
        if self.is_closing:
            return Effect.CLOSE
        return Effect.OPEN if self.aim.position_mode is PositionMode.HEDGE else None

    def shrink(self, size: Decimal) -> None:
        """Ask for less than was asked for: before matching only."""
        self.size = size
        self.remaining = size

    def to_order(self) -> Order:
        """Return it as the program knows orders."""
        instrument, intent, aim = self.market.instrument, self.intent, self.aim
        return Order(
            instrument=instrument.id,
            order_id=self.order_id,
            client_order_id=self.client_order_id,
            side=intent.side,
            order_type=intent.order_type,
            time_in_force=intent.time_in_force,
            status=self.status,
            size=self.size,
            filled_size=self.filled,
            created_ms=self.created_ms,
            updated_ms=self.updated_ms,
            price=self.price if self.is_limit else None,
            average_price=average(self.filled_value, self.filled, instrument.price_places)
            if self.filled
            else None,
            size_is_quote=intent.size_is_quote,
            position_side=self.leg,
            effect=self.effect,
            reduce_only=self.is_closing,
            position_mode=aim.position_mode if aim else None,
            margin_mode=aim.margin_mode if aim else None,
            margin_coin=instrument.margin_coins[0] if aim else "",
            leverage=aim.leverage if aim else None,
            take_profit=intent.take_profit,
            stop_loss=intent.stop_loss,
            realized_pnl=plain(self.realized) if aim else None,
            fees=tuple(charged(coin, cost) for coin, cost in self.fees.items()),
            forced=self.forced,
            source=self.source,
            cancel_reason=self.cancel_reason,
        )


def charged(coin: str, cost: Decimal) -> Fee:
    """Return a fee as the program knows it: what was paid is written as a negative number."""
    cost = plain(cost)
    return Fee(coin, abs(cost), format(-cost, "f") if cost else "0")


def _in_places(size: Decimal, instrument: Instrument, *, is_quote: bool) -> Decimal:
    if is_quote:
        places = instrument.quote_places if instrument.quote_places is not None else instrument.price_places
    else:
        places = instrument.size_places
    return size.quantize(ONE.scaleb(-places))
