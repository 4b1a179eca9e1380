"""The person's own limits, judged before anything is sent: the same functions for forms and desk.

Only what opens is judged: cancels, closes, protection and amends of closing orders pass whatever the limits
say. A limit whose facts are not known refuses what opens, and says what is missing. Every refusal is one line
with the figure, the limit and what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import ROUND_CEILING, Decimal

from bgtui.domain import dayloss, pnl
from bgtui.domain.copyintent import FollowByAmount, SetCopySettings
from bgtui.domain.dayloss import DayFigures
from bgtui.domain.exposure import Stake, stake_of, total, with_stake
from bgtui.domain.facts import Facts
from bgtui.domain.instrument import InstrumentId
from bgtui.domain.intent import (
    AdjustMargin,
    AmendOrder,
    AmendPlan,
    Intent,
    PlaceOrder,
    PlacePlan,
    ReversePosition,
    SetAllLeverage,
    SetLeverage,
)
from bgtui.domain.limit import Limits
from bgtui.domain.market import Side
from bgtui.domain.order import Order, PlanOrder, PositionMode, PositionSide
from bgtui.domain.planrules import changed
from bgtui.domain.rules import RuleResult, expected_price
from bgtui.domain.trading import TradingState, can_only_close, refusal
from bgtui.domain.value import frozen

_ZERO = Decimal(0)
_HUNDRED = Decimal(100)


@frozen
class Meant:
    """Which figures the person has said to mean: by a word, a distance, a unit, a preset or a leading `=`."""

    price: bool = False
    size: bool = False


@frozen
class Moment:
    """What surrounds an intent besides the facts of its instrument."""

    now_ms: int = 0
    """Exchange time, milliseconds."""
    sent: tuple[tuple[Intent, int], ...] = ()
    """What was sent lately and neither refused nor held back, with the time it left."""
    amended: Order | PlanOrder | None = None
    """The order that an amend is about, as the exchange last told it."""
    day: DayFigures | None = None
    """What the day has brought; None where nobody counts it."""
    meant: Meant = Meant()


@frozen
class Opening:
    """What an intent opens, in the terms that limits are made of."""

    instrument: InstrumentId
    side: PositionSide
    size: Decimal
    """The part that opens, base coin."""
    whole: Decimal
    """All of the order: in one-way mode its first part may close the other side."""
    price: Decimal | None
    """At which it is expected to fill, quote currency."""
    limit_price: Decimal | None = None
    """Typed price of an order that rests or takes."""
    band_base: Decimal | None = None
    """What that price is held against: mark, or the trigger that comes before it."""
    base_name: str = "mark"
    is_new: bool = True
    """Whether it adds an order to those that stand."""
    closed: Decimal = _ZERO
    """Base coin of the other leg that it closes first."""
    old_price: Decimal | None = None
    """Price of the order that it replaces."""
    is_no_larger: bool = False
    """Whether it leaves a standing order no larger and worth no more: no limit of size holds that up."""

    @property
    def trade_side(self) -> Side:
        """Trade direction."""
        return Side.BUY if self.side is PositionSide.LONG else Side.SELL


def check(intent: Intent, facts: Facts | None, limits: Limits, moment: Moment) -> tuple[RuleResult, ...]:
    """Return what every configured limit says about an intent; nothing about what opens nothing."""
    match intent:
        case SetLeverage() | SetAllLeverage():
            return _listed(_leverage_set("leverage", intent.leverage, limits))
        case FollowByAmount() | SetCopySettings():
            set_for = max(_leverages(intent), default=_ZERO)
            return _listed(_leverage_set("leverage", set_for, limits, way="lower it"))
        case AdjustMargin():
            return _listed(_leverage_left("leverage", intent, facts, limits))
        case _:
            pass
    if not may_open(intent, moment):
        return ()
    if facts is None:
        return (_no("facts", "the instrument's rules are not known yet; a moment"),)
    opening = opening_of(intent, facts, moment)
    if opening is None:
        return ()
    asked = [rule for rule in _RULES if not opening.is_no_larger or rule[0] not in _OF_SIZE]
    found = (judge(name, opening, intent, facts, limits, moment) for name, judge in asked)
    groups = () if opening.is_no_larger else _groups(opening, facts, limits)
    return (*(result for result in found if result is not None), *groups)


def may_open(intent: Intent, moment: Moment) -> bool:
    """Tell whether an intent can open or enlarge anything, by the table of the trading states."""
    if not isinstance(intent, PlaceOrder | PlacePlan | AmendOrder | AmendPlan | ReversePosition):
        return False
    closes = None if moment.amended is None else can_only_close(moment.amended)
    return bool(refusal(TradingState.DISARMED, intent, lambda _: closes))


def opening_of(intent: Intent, facts: Facts, moment: Moment) -> Opening | None:
    """Return what an intent opens; None where all of it closes, as far as is known."""
    match intent:
        case PlaceOrder() | PlacePlan():
            return _placed(intent, facts)
        case AmendOrder():
            return _amended(intent, facts, moment.amended)
        case AmendPlan():
            return _amended_plan(intent, facts, moment.amended)
        case ReversePosition():
            return _reversed(intent, facts)
        case _:
            return None


def _placed(intent: PlaceOrder | PlacePlan, facts: Facts) -> Opening | None:
    price = expected_price(intent, facts)
    whole = intent.size
    if intent.size_is_quote:
        whole = intent.size / price if price else _ZERO
    side = intent.position_side or pnl.side_of(intent.side)
    is_plan = isinstance(intent, PlacePlan)
    return _unless_closing(
        Opening(
            facts.rules.id,
            side,
            _opened(whole, side, facts),
            whole,
            price,
            limit_price=intent.execute_price if isinstance(intent, PlacePlan) else intent.price,
            band_base=intent.trigger_price if isinstance(intent, PlacePlan) else facts.reference,
            base_name="trigger" if is_plan else "mark",
            is_new=not is_plan,
        )
    )


def _amended(intent: AmendOrder, facts: Facts, old: Order | PlanOrder | None) -> Opening | None:
    side = PositionSide.LONG if old is None else old.position_side or pnl.side_of(old.side)
    return _unless_closing(
        Opening(
            facts.rules.id,
            side,
            _opened(intent.new_size, side, facts),
            intent.new_size,
            intent.new_price,
            limit_price=intent.new_price,
            band_base=facts.reference,
            is_new=False,
            old_price=old.price if isinstance(old, Order) else None,
            is_no_larger=isinstance(old, Order) and _is_no_larger_order(old, intent),
        )
    )


def _amended_plan(intent: AmendPlan, facts: Facts, old: Order | PlanOrder | None) -> Opening | None:
    plan = old if isinstance(old, PlanOrder) else None
    side = PositionSide.LONG if plan is None else plan.position_side or pnl.side_of(plan.side)
    whole = intent.size if intent.size is not None else plan.size if plan is not None else None
    trigger = intent.trigger_price or (plan.trigger_price if plan is not None else None)
    execute = intent.execute_price or (plan.execute_price if plan is not None else None)
    is_no_larger = plan is not None and _is_no_larger(plan, changed(plan, intent))
    if plan is not None and plan.size_is_quote and whole is not None:
        price = execute or trigger
        whole = whole / price if price else _ZERO
    return _unless_closing(
        Opening(
            facts.rules.id,
            side,
            _opened(whole or _ZERO, side, facts),
            whole or _ZERO,
            execute or trigger,
            limit_price=execute,
            band_base=trigger,
            base_name="trigger",
            is_new=False,
            old_price=plan.execute_price if plan is not None else None,
            is_no_larger=is_no_larger,
        )
    )


def _is_no_larger_order(old: Order, new: AmendOrder) -> bool:
    """Tell whether a changed order is for no more than what is left of it, in size and in value."""
    if old.price is None or old.size_is_quote:
        return False
    left = old.remaining_size
    return new.new_size <= left and new.new_size * new.new_price <= left * old.price


def _is_no_larger(old: PlanOrder, new: PlanOrder) -> bool:
    """Tell whether a changed trigger order opens no more than it would have, in size and in value."""
    before, after = (plan.execute_price or plan.trigger_price for plan in (old, new))
    if old.size is None or new.size is None or before is None or after is None:
        return False
    if new.size > old.size:
        return False
    return new.size_is_quote or new.size * after <= old.size * before


def _reversed(intent: ReversePosition, facts: Facts) -> Opening:
    leg = facts.leg(intent.position_side)
    held = leg.size if leg is not None else _ZERO
    size = intent.size if intent.size is not None else held
    side = _other(intent.position_side)
    return Opening(facts.rules.id, side, size, size, facts.reference, is_new=False, closed=min(size, held))


def _opened(size: Decimal, side: PositionSide, facts: Facts) -> Decimal:
    """Return the part of a size that opens: in one-way mode what the other side is too small for."""
    if facts.position_mode is not PositionMode.ONE_WAY or not facts.are_legs_known:
        return size
    other = facts.leg(_other(side))
    held = other.size if other is not None else _ZERO
    return max(size - max(held - facts.resting(side), _ZERO), _ZERO)


def _unless_closing(opening: Opening) -> Opening | None:
    return None if opening.whole and not opening.size else opening


def _other(side: PositionSide) -> PositionSide:
    return PositionSide.SHORT if side is PositionSide.LONG else PositionSide.LONG


# Limits


def _order_size(
    name: str, opening: Opening, _intent: Intent, facts: Facts, limits: Limits, _moment: Moment
) -> RuleResult | None:
    limit = limits.order_sizes.get(opening.instrument)
    if limit is None:
        return None
    if opening.size <= limit:
        return _yes(name)
    coin = facts.rules.base_coin
    return _no(
        name, f"{_over(opening.size, 8)} {coin} is over order size limit {_plain(limit)}; lower the size"
    )


def _order_value(
    name: str, opening: Opening, intent: Intent, facts: Facts, limits: Limits, _moment: Moment
) -> RuleResult | None:
    if limits.order_value is None:
        return None
    value = _quote_value(opening, intent)
    if value is None:
        return _missing(name, f"order limit {_plain(limits.order_value)}", "the price")
    if facts.dollars is None:
        return _missing(
            name, f"order limit {_plain(limits.order_value)}", f"what a {facts.rules.quote_coin} is worth"
        )
    dollars = value * facts.dollars
    if dollars <= limits.order_value:
        return _yes(name)
    coin = facts.rules.quote_coin if facts.dollars == 1 else "USDT"
    return _no(
        name, f"{_over(dollars)} {coin} is over order limit {_plain(limits.order_value)}; lower the size"
    )


def _quote_value(opening: Opening, intent: Intent) -> Decimal | None:
    if isinstance(intent, PlaceOrder | PlacePlan) and intent.size_is_quote:
        return intent.size
    return None if opening.price is None else opening.size * opening.price


def _leverage(
    name: str, opening: Opening, _intent: Intent, facts: Facts, limits: Limits, _moment: Moment
) -> RuleResult | None:
    if limits.leverage is None or not facts.is_futures:
        return None
    leverage = facts.leverage(opening.side)
    if leverage is None:
        return _missing(name, f"leverage limit {_plain(limits.leverage)}x", "the leverage")
    return _leverage_set(name, leverage, limits)


def _leverages(intent: FollowByAmount | SetCopySettings) -> list[Decimal]:
    """Return every leverage that copies are to be opened with, as far as it is not the leader's."""
    if isinstance(intent, FollowByAmount):
        return [] if intent.leverage is None else [Decimal(intent.leverage)]
    sides = ((each.long_leverage, each.short_leverage) for each in intent.settings)
    return [leverage for pair in sides for leverage in pair if leverage is not None]


def _leverage_set(
    name: str, leverage: Decimal, limits: Limits, *, way: str = "lower it (v)"
) -> RuleResult | None:
    if limits.leverage is None:
        return None
    if leverage <= limits.leverage:
        return _yes(name)
    return _no(name, f"{_over(leverage)}x is over leverage limit {_plain(limits.leverage)}x; {way}")


def _leverage_left(name: str, intent: AdjustMargin, facts: Facts | None, limits: Limits) -> RuleResult | None:
    """Judge what is left of a leg's margin when some is taken away."""
    if limits.leverage is None or intent.amount >= 0:
        return None
    leg = facts.leg(intent.position_side) if facts is not None else None
    if leg is None or facts is None or facts.reference is None:
        return _missing(name, f"leverage limit {_plain(limits.leverage)}x", "the leg or its price")
    value = pnl.notional(leg.size, facts.reference, is_inverse=facts.rules.is_inverse)
    left = leg.margin + intent.amount
    if left > 0 and value / left <= limits.leverage:
        return _yes(name)
    least = value / limits.leverage
    what = f"{_over(value / left)}x" if left > 0 else "no margin"
    return _no(
        name, f"{what} is over leverage limit {_plain(limits.leverage)}x; leave {_over(least)} in the leg"
    )


def _position(
    name: str, opening: Opening, _intent: Intent, facts: Facts, limits: Limits, _moment: Moment
) -> RuleResult | None:
    def worst(stakes: tuple[Stake, ...]) -> Decimal:
        return _own(stakes, opening, facts).worst_of(opening.side)

    return _share(name, "position", limits.position_percent, worst, opening, facts)


def _exposure(
    name: str, opening: Opening, _intent: Intent, facts: Facts, limits: Limits, _moment: Moment
) -> RuleResult | None:
    return _share(name, "exposure", limits.exposure_percent, total, opening, facts)


def _groups(opening: Opening, facts: Facts, limits: Limits) -> Iterable[RuleResult]:
    for group in limits.groups:
        if opening.instrument in group.instruments:
            members = group.instruments
            result = _share(
                "group",
                f"group {group.name}",
                limits.group_percent,
                lambda stakes, members=members: total(stakes, members),  # type: ignore[misc]
                opening,
                facts,
            )
            if result is not None:
                yield result


def _share(  # noqa: PLR0917 - three callers, all above
    name: str,
    what: str,
    limit: Decimal | None,
    measure: Callable[[tuple[Stake, ...]], Decimal],
    opening: Opening,
    facts: Facts,
) -> RuleResult | None:
    """Judge a value after the order against a share of the equity; what does not grow passes."""
    if limit is None or not facts.is_futures:
        return None
    told = f"{what} limit {_plain(limit)}%"
    if facts.stakes is None:
        return _missing(name, told, facts.unknown or "what is held")
    if opening.price is None:
        return _missing(name, told, "the price")
    before, after = measure(facts.stakes), measure(_after(facts.stakes, opening, facts))
    if after <= before:
        return _yes(name)
    if facts.equity is None:
        return _missing(name, told, "the equity")
    if after * _HUNDRED <= limit * facts.equity:
        return _yes(name)
    if facts.equity <= 0:
        return _no(name, f"{told} of no equity: nothing can be opened")
    percent = _percent(after * _HUNDRED / facts.equity, limit)
    return _no(name, f"{what} {percent} of equity is over {_plain(limit)}%; lower the size")


def _own(stakes: tuple[Stake, ...], opening: Opening, facts: Facts) -> Stake:
    is_net = facts.position_mode is PositionMode.ONE_WAY
    return stake_of(stakes, opening.instrument, is_net=is_net)


def _after(stakes: tuple[Stake, ...], opening: Opening, facts: Facts) -> tuple[Stake, ...]:
    """Return the stakes as they would be with the opening's order standing, or its reversal carried out."""
    price = opening.price or _ZERO
    own = _own(stakes, opening, facts)
    is_inverse = facts.rules.is_inverse
    if opening.closed:
        value = pnl.notional(opening.closed, price, is_inverse=is_inverse)
        own = own.closing(_other(opening.side), value)
    value = pnl.notional(opening.whole, price, is_inverse=is_inverse)
    return with_stake(stakes, own.opening(opening.side, value))


def _orders(
    name: str, opening: Opening, _intent: Intent, facts: Facts, limits: Limits, _moment: Moment
) -> RuleResult | None:
    if not opening.is_new or (limits.symbol_orders is None and limits.product_orders is None):
        return None
    for count, sent, limit, what in (
        (facts.open_orders, facts.sent_orders, limits.symbol_orders, facts.rules.symbol),
        (
            facts.product_orders,
            facts.product_sent_orders,
            limits.product_orders,
            facts.rules.product_type.value,
        ),
    ):
        if limit is None:
            continue
        if count is None:
            return _missing(name, f"{limit} orders on {what}", "how many stand")
        if count + sent >= limit:
            return _no(name, f"{count + sent} orders on {what}, the limit is {limit}; cancel some")
    return _yes(name)


def _band(
    name: str, opening: Opening, _intent: Intent, _facts: Facts, limits: Limits, _moment: Moment
) -> RuleResult | None:
    price, base, limit = opening.limit_price, opening.band_base, limits.band_percent
    if price is None or limit is None:
        return None
    if not base:
        return _missing(name, f"price band {_plain(limit)}%", "the mark price")
    beyond = (price - base) if opening.trade_side is Side.BUY else (base - price)
    if beyond * _HUNDRED <= limit * base:
        return _yes(name)
    side = "over" if opening.trade_side is Side.BUY else "under"
    percent = _percent(beyond * _HUNDRED / base, limit)
    return _no(
        name,
        f"{price:,f} is {percent} {side} {opening.base_name}, the band is {_plain(limit)}%; check the price",
    )


def _typed_price(
    name: str, opening: Opening, _intent: Intent, _facts: Facts, limits: Limits, moment: Moment
) -> RuleResult | None:
    price, limit, mark = opening.limit_price, limits.typo_percent, opening.band_base
    if price is None or limit is None or moment.meant.price:
        return None
    if not mark:
        return RuleResult(name, passes=True, message="price not compared: no mark price yet")
    away = abs(price - mark)
    if away * _HUNDRED <= limit * mark or _is_near(price, opening.old_price, limit):
        return _yes(name)
    percent = _percent(away * _HUNDRED / mark, limit)
    limit_text = _plain(limit)
    return _no(
        name,
        f"{price:,f} is {percent} off {opening.base_name}, past {limit_text}%; type ={price:f} to mean it",
    )


def _is_near(price: Decimal, old: Decimal | None, limit: Decimal) -> bool:
    return old is not None and abs(price - old) * _HUNDRED <= limit * old


def _typed_size(
    name: str, opening: Opening, _intent: Intent, facts: Facts, limits: Limits, moment: Moment
) -> RuleResult | None:
    usual, limit = facts.usual_size, limits.typo_times
    if limit is None or moment.meant.size:
        return None
    if not usual:
        return RuleResult(name, passes=True, message="size not compared: none is usual here yet")
    if opening.size <= limit * usual:
        return _yes(name)
    times = _over(opening.size / usual, 0)
    size = f"{opening.size.normalize():f}"
    told = f"{times} times the usual {_plain(usual, 8)}, past {_plain(limit)}"
    return _no(name, f"{size} is {told}; type ={size} to mean it")


def _day(
    name: str, _opening: Opening, _intent: Intent, _facts: Facts, limits: Limits, moment: Moment
) -> RuleResult | None:
    if moment.day is None or not dayloss.has_limit(limits):
        return None
    allowed = dayloss.allowed_loss(moment.day, limits)
    if moment.day.unknown or allowed is None:
        told = "day loss limit" if allowed is None else f"day loss limit {dayloss.money(-allowed)}"
        return _missing(name, told, moment.day.unknown or "the equity")
    if dayloss.is_over(moment.day, limits):
        return _no(name, dayloss.lock_line(moment.day.net, -allowed))
    if moment.day.net <= -allowed * dayloss.NEAR:
        text = f"day loss {dayloss.money(moment.day.net)} is near the lock at {dayloss.money(-allowed)}"
        return RuleResult(name, passes=True, message=text)
    return _yes(name)


def _duplicate(
    name: str, _opening: Opening, intent: Intent, _facts: Facts, limits: Limits, moment: Moment
) -> RuleResult | None:
    if not limits.duplicate_ms:
        return None
    ages = [moment.now_ms - sent_ms for sent, sent_ms in moment.sent if sent == intent]
    age_ms = min((age for age in ages if age >= 0), default=limits.duplicate_ms)
    if age_ms >= limits.duplicate_ms:
        return _yes(name)
    limit = _plain(Decimal(limits.duplicate_ms) / 1000)
    return _no(name, f"the same order left {age_ms / 1000:.1f}s ago, {limit}s must lie between; wait")


Rule = Callable[[str, Opening, Intent, Facts, Limits, Moment], RuleResult | None]
_RULES: tuple[tuple[str, Rule], ...] = (
    ("day loss", _day),
    ("order size", _order_size),
    ("order value", _order_value),
    ("leverage", _leverage),
    ("position", _position),
    ("exposure", _exposure),
    ("order count", _orders),
    ("price band", _band),
    ("typed price", _typed_price),
    ("typed size", _typed_size),
    ("duplicate", _duplicate),
)
_OF_SIZE = frozenset(
    {"order size", "order value", "leverage", "position", "exposure", "order count", "typed size"}
)
"""Limits of how much is at stake."""


def _listed(result: RuleResult | None) -> tuple[RuleResult, ...]:
    return () if result is None else (result,)


def _yes(name: str) -> RuleResult:
    return RuleResult(name, passes=True)


def _no(name: str, message: str) -> RuleResult:
    return RuleResult(name, passes=False, message=message)


def _missing(name: str, limit: str, what: str) -> RuleResult:
    return _no(name, f"{limit} is unchecked: {what} not known; u asks")


def _plain(value: Decimal, places: int = 2) -> str:
    """Return a figure without needless decimals."""
    rounded = round(value, places)
    text = f"{rounded:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _over(value: Decimal, places: int = 2) -> str:
    """Return a figure that is over a limit, never so rounded that it seems to meet it."""
    return _plain(value.quantize(Decimal(1).scaleb(-places), ROUND_CEILING), places)


def _percent(value: Decimal, limit: Decimal) -> str:
    """Return a percentage that is over a limit, with the decimals that tell it from the limit."""
    rounded = round(value, 1)
    if rounded <= limit:
        rounded = value.quantize(Decimal("0.1"), ROUND_CEILING)
    return f"{rounded:,.1f}%"
