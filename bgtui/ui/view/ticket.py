"""The order ticket: a frozen form, what its keys make of it, and the intent it stands for."""

from __future__ import annotations

from dataclasses import field, replace
from decimal import Decimal
from enum import StrEnum

from bgtui.domain import pnl, rules
from bgtui.domain.account import Position
from bgtui.domain.facts import Facts
from bgtui.domain.instrument import round_quote_amount
from bgtui.domain.intent import PlaceOrder, PlacePlan
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
    MarginMode,
    Order,
    OrderType,
    PlanKind,
    PositionMode,
    PositionSide,
    TimeInForce,
    TriggerType,
)
from bgtui.domain.risk import Meant
from bgtui.domain.value import frozen
from bgtui.ui.view import figure
from bgtui.ui.view.pricetext import Prices, Read, read_price, slip
from bgtui.ui.view.sizetext import read_size


class Action(StrEnum):
    """What an order is for; which of them there are follows from the account's position mode."""

    OPEN_LONG = "open long"
    CLOSE_LONG = "close long"
    OPEN_SHORT = "open short"
    CLOSE_SHORT = "close short"
    BUY = "buy"
    SELL = "sell"


class TicketKind(StrEnum):
    """Kinds of order."""

    LIMIT = "limit"
    MARKET = "market"
    TRIGGER_LIMIT = "trigger limit"
    TRIGGER_MARKET = "trigger market"
    TRAILING = "trailing"


TIMES = (TimeInForce.GTC, TimeInForce.POST_ONLY, TimeInForce.IOC, TimeInForce.FOK)
TIME_WORDS = {
    TimeInForce.GTC: "GTC",
    TimeInForce.POST_ONLY: "post-only",
    TimeInForce.IOC: "IOC",
    TimeInForce.FOK: "FOK",
}
_HEDGE = (Action.OPEN_LONG, Action.CLOSE_LONG, Action.OPEN_SHORT, Action.CLOSE_SHORT)
_ONE_WAY = (Action.BUY, Action.SELL)
_BUYS = frozenset({Action.OPEN_LONG, Action.CLOSE_SHORT, Action.BUY})
_CLOSES = frozenset({Action.CLOSE_LONG, Action.CLOSE_SHORT})


@frozen
class Ticket:
    """What the form holds; every text as it was typed."""

    action: Action
    kind: TicketKind = TicketKind.LIMIT
    time: TimeInForce = TimeInForce.GTC
    price: str = ""
    trigger: str = ""
    trigger_by: TriggerType = TriggerType.MARK
    callback: str = "0.5"
    """Percent that a trailing order trails."""
    size: str = ""
    take_profit: str = ""
    stop_loss: str = ""
    reduce: bool = False
    """One-way mode: only make the position smaller."""

    @property
    def side(self) -> Side:
        """Trade direction."""
        return Side.BUY if self.action in _BUYS else Side.SELL

    @property
    def has_limit(self) -> bool:
        """Tell whether it carries a limit price."""
        return self.kind in (TicketKind.LIMIT, TicketKind.TRIGGER_LIMIT)

    @property
    def has_trigger(self) -> bool:
        """Tell whether it waits for a price."""
        return self.kind in (TicketKind.TRIGGER_LIMIT, TicketKind.TRIGGER_MARKET, TicketKind.TRAILING)

    @property
    def closes(self) -> bool:
        """Tell whether it only makes a leg smaller."""
        return self.action in _CLOSES or self.reduce


def with_text(form: Ticket, name: str, text: str) -> Ticket:
    """Return the form with another text in one of its text fields."""
    match name:
        case "price":
            return replace(form, price=text)
        case "trigger":
            return replace(form, trigger=text)
        case "callback":
            return replace(form, callback=text)
        case "size":
            return replace(form, size=text)
        case "take_profit":
            return replace(form, take_profit=text)
        case _:
            return replace(form, stop_loss=text)


def actions(facts: Facts) -> tuple[Action, ...]:
    """Return the actions that the account's mode knows; spot and one-way buy and sell."""
    is_hedge = facts.is_futures and facts.position_mode is PositionMode.HEDGE
    return _HEDGE if is_hedge else _ONE_WAY


def kinds(facts: Facts) -> tuple[TicketKind, ...]:
    """Return the kinds of order that the instrument knows."""
    every = tuple(TicketKind)
    return every if facts.is_futures else every[:-1]


def action_for(side: Side, facts: Facts) -> Action:
    """Return what an entry key means: open the leg of that direction, or plainly buy and sell."""
    if actions(facts) is _HEDGE:
        return Action.OPEN_LONG if side is Side.BUY else Action.OPEN_SHORT
    return Action.BUY if side is Side.BUY else Action.SELL


def again(order: Order, facts: Facts) -> Ticket:
    """Return the ticket that places what is left of a canceled order anew."""
    is_hedge = actions(facts) is _HEDGE
    leg = order.position_side if is_hedge else None
    if leg is None:
        action = Action.BUY if order.side is Side.BUY else Action.SELL
    else:
        verb = "close" if order.effect is Effect.CLOSE else "open"
        action = Action(f"{verb} {leg.value}")
    return Ticket(
        action,
        TicketKind.LIMIT if order.price is not None else TicketKind.MARKET,
        order.time_in_force if order.time_in_force in TIMES else TimeInForce.GTC,
        price=_text(order.price, facts),
        size=format(order.remaining_size, "f"),
        take_profit=_text(order.take_profit, facts),
        stop_loss=_text(order.stop_loss, facts),
        reduce=order.reduce_only and not is_hedge,
    )


def _text(price: Decimal | None, facts: Facts) -> str:
    """Return a price as the ladder would have typed it."""
    return "" if price is None else figure.price(price, facts.rules.price_places)


def fields(ticket: Ticket, facts: Facts) -> tuple[str, ...]:
    """Return the names of the fields that this kind of order has, in their order."""
    names = ["action", "kind"]
    if ticket.kind is TicketKind.LIMIT:
        names.append("time")
    if ticket.has_trigger:
        names += ["trigger", "trigger_by"]
    if ticket.kind is TicketKind.TRAILING:
        names.append("callback")
    if ticket.has_limit:
        names.append("price")
    names.append("size")
    if not ticket.closes and ticket.kind is not TicketKind.TRAILING:
        names += ["take_profit", "stop_loss"]
    if facts.is_futures and facts.position_mode is PositionMode.ONE_WAY:
        names.append("reduce")
    return tuple(names)


def prices(facts: Facts, ticket: Ticket | None = None) -> Prices:
    """Return what the words of price fields stand for."""
    leg = None
    if ticket is not None:
        leg = facts.leg(_leg_side(ticket))
        if leg is None and facts.position_mode is PositionMode.ONE_WAY:
            leg = facts.long or facts.short  # there is one position, whichever way the order goes
    return Prices(facts.bid, facts.ask, facts.last, facts.mark, leg.entry_price if leg is not None else None)


@frozen
class Resolved:
    """The form's texts as figures, with the reasons of those that are none."""

    price: Decimal | None = None
    trigger: Decimal | None = None
    callback: Decimal | None = None
    size: Decimal | None = None
    size_is_quote: bool = False
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    expected: Decimal | None = None
    """Price at which it is expected to fill."""
    problems: tuple[str, ...] = ()
    meant: Meant = field(default_factory=Meant)
    """Which figures are no bare numbers."""


def resolve(ticket: Ticket, facts: Facts) -> Resolved:
    """Read every field of the form."""
    problems: list[str] = []
    words = prices(facts, ticket)

    def read_of(text: str, label: str, base: Decimal | None, *, is_needed: bool) -> Read:
        read = read_price(text, facts.rules, words, base=base)
        if read.problem:
            problems.append(f"{label}: {read.problem}")
        elif read.value is None and is_needed:
            problems.append(f"{label} is empty; type it, or bid, ask, +5, -0.1%")
        return read

    def price_of(text: str, label: str, base: Decimal | None, *, is_needed: bool) -> Decimal | None:
        read = read_of(text, label, base, is_needed=is_needed)
        if unusual := slip(label, read, facts.reference):
            problems.append(unusual)
        return read.value

    touch = facts.bid if ticket.side is Side.BUY else facts.ask
    trigger = price_of(ticket.trigger, "trigger", facts.last, is_needed=True) if ticket.has_trigger else None
    limit = (
        read_of(ticket.price, "price", trigger or touch, is_needed=True) if ticket.has_limit else Read(None)
    )
    price = limit.value
    expected = price if price is not None else trigger
    if expected is None:
        far = facts.ask if ticket.side is Side.BUY else facts.bid
        expected = far if far is not None else facts.reference
    has_presets = "take_profit" in fields(ticket, facts)
    take = price_of(ticket.take_profit, "TP", expected, is_needed=False) if has_presets else None
    stop = price_of(ticket.stop_loss, "SL", expected, is_needed=False) if has_presets else None
    callback = _callback(ticket, problems)
    is_quote = not facts.is_futures and ticket.kind is TicketKind.MARKET and ticket.side is Side.BUY
    amount = _size(ticket, facts, expected, stop, problems, is_quote=is_quote)
    meant = Meant(price=not limit.is_bare, size=not amount.is_bare)
    return Resolved(
        price, trigger, callback, amount.value, is_quote, take, stop, expected, tuple(problems), meant
    )


def _callback(ticket: Ticket, problems: list[str]) -> Decimal | None:
    if ticket.kind is not TicketKind.TRAILING:
        return None
    text = ticket.callback.strip().rstrip("%")
    if not text or not text.replace(".", "", 1).isdigit() or not text.isascii():
        problems.append("callback is a percentage, as 0.5")
        return None
    return Decimal(text)


def _size(
    ticket: Ticket,
    facts: Facts,
    expected: Decimal | None,
    stop: Decimal | None,
    problems: list[str],
    *,
    is_quote: bool,
) -> Read:
    read = read_size(
        ticket.size,
        facts.rules,
        price=expected,
        largest=largest(ticket, facts, expected),
        equity=facts.equity,
        stop=stop,
        fee_rate=facts.taker,
    )
    if read.problem:
        problems.append(f"size: {read.problem}")
        return Read(None)
    if read.value is None:
        problems.append("size is empty; type 0.05, 500u, 25% or r1%")
        return Read(None)
    if is_quote:
        if expected is None:
            problems.append("size: a market buy needs a price to count in; wait for the book")
            return Read(None)
        return Read(round_quote_amount(facts.rules, read.value * expected), is_bare=read.is_bare)
    return read


def largest(ticket: Ticket, facts: Facts, price: Decimal | None) -> Decimal | None:
    """Return the size that everything available would pay for, base coin; for closes the free leg."""
    if facts.is_futures:
        leg_side = _leg_side(ticket)
        if ticket.closes:
            leg = facts.leg(leg_side)
            return leg.available if leg is not None else (Decimal(0) if facts.are_legs_known else None)
        leverage = facts.leverage(leg_side)
        if facts.available is None or not leverage or not price:
            return None
        cost = (1 / leverage + facts.taker) * (Decimal(1) if facts.rules.is_inverse else price)
        return facts.available / cost
    if ticket.side is Side.SELL:
        return facts.base_available
    return facts.available / price if facts.available is not None and price else None


def _leg_side(ticket: Ticket) -> PositionSide:
    """Return the leg that a ticket works on."""
    is_long = (ticket.side is Side.BUY) is not ticket.closes
    return PositionSide.LONG if is_long else PositionSide.SHORT


def intent(ticket: Ticket, facts: Facts, resolved: Resolved) -> PlaceOrder | PlacePlan | None:
    """Return what the ticket stands for; None while a field cannot be read."""
    if resolved.problems or resolved.size is None:
        return None
    position_side: PositionSide | None = None
    effect: Effect | None = None
    position_mode: PositionMode | None = None
    margin_mode: MarginMode | None = None
    coin = ""
    if facts.is_futures:
        position_side, effect, position_mode, margin_mode, coin = _futures_words(ticket, facts)
    if ticket.has_trigger:
        if resolved.trigger is None:
            return None
        return PlacePlan(
            facts.rules.id,
            _plan_kind(ticket, facts),
            ticket.side,
            OrderType.LIMIT if ticket.kind is TicketKind.TRIGGER_LIMIT else OrderType.MARKET,
            resolved.size,
            resolved.trigger,
            ticket.trigger_by if facts.is_futures else TriggerType.LAST,
            execute_price=resolved.price,
            callback_ratio=resolved.callback,
            size_is_quote=resolved.size_is_quote,
            position_side=position_side,
            effect=effect,
            position_mode=position_mode,
            margin_mode=margin_mode,
            margin_coin=coin,
            take_profit=resolved.take_profit,
            stop_loss=resolved.stop_loss,
        )
    is_limit = ticket.kind is TicketKind.LIMIT
    return PlaceOrder(
        facts.rules.id,
        ticket.side,
        OrderType.LIMIT if is_limit else OrderType.MARKET,
        resolved.size,
        ticket.time if is_limit else TimeInForce.GTC,
        price=resolved.price,
        size_is_quote=resolved.size_is_quote,
        position_side=position_side,
        effect=effect,
        position_mode=position_mode,
        margin_mode=margin_mode,
        margin_coin=coin,
        take_profit=resolved.take_profit,
        stop_loss=resolved.stop_loss,
    )


def _plan_kind(ticket: Ticket, facts: Facts) -> PlanKind:
    if ticket.kind is TicketKind.TRAILING:
        return PlanKind.TRAILING
    return PlanKind.TRIGGER if facts.is_futures else PlanKind.SPOT_TRIGGER


def _futures_words(
    ticket: Ticket, facts: Facts
) -> tuple[PositionSide, Effect, PositionMode | None, MarginMode | None, str]:
    effect = Effect.CLOSE if ticket.closes else Effect.OPEN
    return _leg_side(ticket), effect, facts.position_mode, facts.margin_mode, facts.margin_coin


@frozen
class Preview:
    """What the order would do, as far as it can be known."""

    leg_before: Decimal | None = None
    leg_after: Decimal | None = None
    leg_name: str = ""
    other_name: str = ""
    other: Decimal | None = None
    """Hedge: size of the other leg, which stays as it is."""
    entry_before: Decimal | None = None
    entry_after: Decimal | None = None
    liquidation_after: Decimal | None = None
    is_liquidation_known: bool = False
    """Whether no liquidation price means that there is none."""
    is_approximate: bool = True
    distance: Decimal | None = None
    value: Decimal | None = None
    fee: Decimal | None = None
    is_maker: bool = False
    margin: Decimal | None = None
    results: tuple[rules.RuleResult, ...] = ()

    @property
    def passed(self) -> int:
        """How many rules pass."""
        return sum(result.passes for result in self.results)


def preview(
    order: PlaceOrder | PlacePlan,
    facts: Facts,
    expected: Decimal | None,
    results: tuple[rules.RuleResult, ...] | None = None,
) -> Preview:
    """Return what an order would do if it filled whole at the expected price.

    ``results`` is what the rules say; those of the exchange alone when None.
    """
    results = rules.check(order, facts) if results is None else results
    value = rules.order_value(order, facts)
    is_maker = isinstance(order, PlaceOrder) and _rests(order, facts)
    rate = facts.maker if is_maker else facts.taker
    cost = None
    if expected is not None:
        size = order.size / expected if order.size_is_quote else order.size
        cost = pnl.fee(size, expected, rate, is_inverse=facts.rules.is_inverse)
    base = Preview(value=value, fee=cost, is_maker=is_maker, results=results)
    if not facts.is_futures or order.position_side is None or expected is None:
        return base
    return _leg_preview(base, order, facts, expected)


def _rests(order: PlaceOrder, facts: Facts) -> bool:
    if order.order_type is OrderType.MARKET or order.price is None:
        return False
    if order.time_in_force is TimeInForce.POST_ONLY:
        return True
    touch = facts.ask if order.side is Side.BUY else facts.bid
    if touch is None or order.time_in_force in (TimeInForce.IOC, TimeInForce.FOK):
        return False
    return order.price < touch if order.side is Side.BUY else order.price > touch


def _leg_preview(base: Preview, order: PlaceOrder | PlacePlan, facts: Facts, expected: Decimal) -> Preview:
    side = order.position_side
    if side is None:
        return base
    held = facts.leg(side)
    before = pnl.Leg(side, held.size, held.entry_price, held.margin) if held is not None else None
    leverage = facts.leverage(side) or (held.leverage if held is not None else None)
    if order.effect is Effect.CLOSE:
        after = pnl.after_close(before, min(order.size, before.size)) if before is not None else None
    else:
        opened = rules.opened_size(order, facts)
        after = before
        if opened and leverage:
            after = pnl.after_open(
                before, side, opened, expected, leverage, is_inverse=facts.rules.is_inverse
            )
    liquidation = _liquidation(after, facts)
    reference = facts.reference or expected
    other_side = PositionSide.SHORT if side is PositionSide.LONG else PositionSide.LONG
    other = facts.leg(other_side)
    is_hedge = facts.position_mode is PositionMode.HEDGE
    return replace(
        base,
        leg_name=side.value,
        leg_before=held.size if held is not None else Decimal(0) if facts.are_legs_known else None,
        leg_after=after.size if after is not None else None,
        other_name=other_side.value if is_hedge else "",
        other=(other.size if other is not None else Decimal(0)) if is_hedge else None,
        entry_before=held.entry_price if held is not None else None,
        entry_after=after.entry if after is not None and after.size else None,
        liquidation_after=liquidation.price if liquidation is not None else None,
        is_liquidation_known=_can_liquidate(facts),
        is_approximate=liquidation.is_approximate if liquidation is not None else True,
        distance=pnl.distance(reference, liquidation.price) if liquidation is not None else None,
        margin=rules.margin_needed(order, facts) if order.effect is not Effect.CLOSE else None,
    )


def reversal(leg: Position, facts: Facts) -> Preview:
    """Return what turning a leg around at market would do to the other leg.

    Two fills are paid for, the close and the opening, both as taker at the far side of the book. The margin
    is what the new leg ties up, opening fee included; what the close sets free is not set against it.
    """
    is_long = leg.side is PositionSide.LONG
    side = PositionSide.SHORT if is_long else PositionSide.LONG
    touch = facts.bid if is_long else facts.ask
    price = touch if touch is not None else facts.reference
    held, leverage, is_inverse = facts.leg(side), facts.leverage(side), facts.rules.is_inverse
    base = Preview(
        leg_name=side.value,
        leg_before=held.size if held is not None else Decimal(0),
        leg_after=leg.size + (held.size if held is not None else Decimal(0)),
        entry_before=held.entry_price if held is not None else None,
    )
    if price is None:
        return base
    cost = pnl.fee(leg.size, price, facts.taker, is_inverse=is_inverse)
    base = replace(base, fee=2 * cost, value=pnl.notional(leg.size, price, is_inverse=is_inverse))
    if not leverage:
        return base
    before = pnl.Leg(side, held.size, held.entry_price, held.margin) if held is not None else None
    after = pnl.after_open(before, side, leg.size, price, leverage, is_inverse=is_inverse)
    liquidation = _liquidation(after, facts)
    reference = facts.reference or price
    return replace(
        base,
        entry_after=after.entry,
        liquidation_after=liquidation.price if liquidation is not None else None,
        is_liquidation_known=_can_liquidate(facts),
        is_approximate=liquidation.is_approximate if liquidation is not None else True,
        distance=pnl.distance(reference, liquidation.price) if liquidation is not None else None,
        margin=pnl.initial_margin(leg.size, price, leverage, is_inverse=is_inverse) + cost,
    )


def _can_liquidate(facts: Facts) -> bool:
    """Tell whether everything is known that a liquidation price is made of."""
    is_backed = facts.margin_mode is MarginMode.ISOLATED or facts.equity is not None
    return facts.keep_rate is not None and facts.margin_mode is not None and is_backed


def _liquidation(leg: pnl.Leg | None, facts: Facts) -> pnl.Liquidation | None:
    if leg is None or not leg.size or facts.keep_rate is None or facts.margin_mode is None:
        return None
    backing = None
    if facts.margin_mode.value == "crossed":
        if facts.equity is None:
            return None
        backing = facts.equity
    return pnl.liquidation(
        leg,
        keep_rate=facts.keep_rate,
        fee_rate=facts.taker,
        backing=backing,
        is_inverse=facts.rules.is_inverse,
    )


def sentence(order: PlaceOrder | PlacePlan, facts: Facts) -> tuple[str, ...]:
    """Return the lines that say exactly what will be sent."""
    places, size_places = facts.rules.price_places, facts.rules.size_places
    unit = f" {facts.rules.quote_coin}" if order.size_is_quote else ""
    first = f"{action_words(order).upper()} {figure.size(order.size, size_places)}{unit} {facts.rules.symbol}"
    lines = [first]
    if isinstance(order, PlacePlan):
        by = "mark" if order.trigger_type is TriggerType.MARK else "last"
        lines.append(f"when {by} reaches {figure.price(order.trigger_price, places)}")
        if order.callback_ratio is not None:
            lines.append(f"then trailing by {order.callback_ratio:f}%, at market")
        elif order.execute_price is not None:
            lines.append(f"then limit {figure.price(order.execute_price, places)}")
        else:
            lines.append("then market")
    elif order.price is not None:
        lines.append(f"limit {figure.price(order.price, places)} {TIME_WORDS[order.time_in_force]}")
    else:
        lines.append("market")
    if order.margin_mode is not None and order.position_side is not None:
        lines.append(f"{order.margin_mode.value} {figure.leverage(facts.leverage(order.position_side))}")
    guards = [
        f"{label} {figure.price(value, places)}"
        for label, value in (("TP", order.take_profit), ("SL", order.stop_loss))
        if value is not None
    ]
    if guards:
        lines.append(" · ".join(guards))
    return tuple(lines)


def action_words(order: PlaceOrder | PlacePlan) -> str:
    """Return ``open long``, or in one-way mode and on spot ``buy``, ``sell RO``."""
    if order.position_mode is PositionMode.HEDGE and order.position_side and order.effect:
        return f"{order.effect.value} {order.position_side.value}"
    suffix = " RO" if order.effect is Effect.CLOSE else ""
    return f"{order.side.value}{suffix}"
