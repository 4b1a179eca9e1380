"""What would make the exchange refuse a change of a trigger order, told before it is sent.

A change names only what is new, so it is judged by the order as it would stand afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from bgtui.domain import pnl
from bgtui.domain.facts import Facts
from bgtui.domain.instrument import is_on_step
from bgtui.domain.intent import AmendPlan
from bgtui.domain.market import Side
from bgtui.domain.order import OrderType, PlanKind, PlanOrder, PositionSide, TriggerType
from bgtui.domain.rules import MAX_CALLBACK, MIN_CALLBACK, RuleResult
from bgtui.domain.trading import can_only_close

TAKES = (PlanKind.TAKE_PROFIT, PlanKind.POSITION_TAKE_PROFIT)
STOPS = (PlanKind.STOP_LOSS, PlanKind.POSITION_STOP_LOSS)
WHOLE_LEG = (PlanKind.POSITION_TAKE_PROFIT, PlanKind.POSITION_STOP_LOSS)
"""Kinds that close whatever the leg is, and have no size."""
TRAILS = (PlanKind.TRAILING, PlanKind.TRAILING_STOP)


def fixed(plan: PlanOrder) -> str:
    """Return why Bitget lets nobody change a trigger order, one sentence; empty where it does."""
    if plan.is_tpsl:
        return "Bitget has no way to change a spot TP/SL: x cancels it, then place another."
    if plan.kind is PlanKind.UNKNOWN:
        return "Bitget names a kind of trigger order that is not known here: change it where it was made."
    return ""


def changed(plan: PlanOrder, intent: AmendPlan) -> PlanOrder:
    """Return a trigger order as a change wants it; what the change leaves alone stays."""
    return replace(
        plan,
        size=plan.size if intent.size is None else intent.size,
        trigger_price=plan.trigger_price if intent.trigger_price is None else intent.trigger_price,
        trigger_type=plan.trigger_type if intent.trigger_type is None else intent.trigger_type,
        execute_price=plan.execute_price if intent.execute_price is None else intent.execute_price,
        callback_ratio=plan.callback_ratio if intent.callback_ratio is None else intent.callback_ratio,
    )


def closed_side(plan: PlanOrder) -> PositionSide:
    """Return the leg that a closing order closes: what it names, else what its trade direction is against."""
    if plan.position_side is not None:
        return plan.position_side
    return PositionSide.LONG if plan.side is Side.SELL else PositionSide.SHORT


def watched(plan: PlanOrder, facts: Facts) -> Decimal | None:
    """Return the price that pulls the trigger, as it stands now."""
    return facts.last if plan.trigger_type is TriggerType.LAST else facts.reference


def check(intent: AmendPlan, plan: PlanOrder, facts: Facts) -> tuple[RuleResult, ...]:
    """Return what every rule says about a trigger order as it would be after a change."""
    new = changed(plan, intent)
    found = ((name, judge(new, facts)) for name, judge in _RULES)
    return tuple(RuleResult(name, passes, words) for name, (passes, words) in found if passes is not None)


Said = tuple[bool | None, str]
"""Whether it passes, None where the rule does not concern it; and why not, or what to mind."""
_OK: Said = (True, "")
_NONE: Said = (None, "")


def _no(words: str) -> Said:
    return False, words


def _mind(words: str) -> Said:
    return True, words


def _tick(new: PlanOrder, facts: Facts) -> Said:
    price = new.execute_price
    if price is None:
        return _NONE
    if price <= 0:
        return _no("a price is above zero")
    if not is_on_step(price, facts.rules.tick):
        return _no(f"{price:,f} is off the tick of {facts.rules.tick}")
    return _OK


def _trigger(new: PlanOrder, facts: Facts) -> Said:
    price, callback = new.trigger_price, new.callback_ratio
    if price is None or price <= 0:
        return _no("a price is above zero")
    if not is_on_step(price, facts.rules.tick):
        return _no(f"{price:,f} is off the tick of {facts.rules.tick}")
    if new.kind in TRAILS and callback is not None and not MIN_CALLBACK <= callback <= MAX_CALLBACK:
        return _no(f"callback {callback}% is outside {MIN_CALLBACK}–{MAX_CALLBACK}%")
    now = watched(new, facts)
    if now is None:
        return _mind("not compared: the price that pulls it is not known yet")
    if new.kind in (*TAKES, *STOPS):
        above = (new.kind in TAKES) is (closed_side(new) is PositionSide.LONG)
        if price == now or (price > now) is not above:
            return _no(f"it must be {'above' if above else 'below'} {now:,f}, or it fires now")
    elif price == now:
        return _no(f"it is the {new.trigger_type.value} price; it would fire at once")
    return _OK


def _size(new: PlanOrder, facts: Facts) -> Said:
    size, rules = new.size, facts.rules
    if new.kind in WHOLE_LEG or size is None:
        return _NONE
    if size <= 0:
        return _no(f"size is 0; the smallest is {rules.min_size}")
    if new.size_is_quote:
        return _OK
    leg = facts.leg(closed_side(new)) if can_only_close(new) else None
    if size < rules.min_size and not (leg is not None and size >= leg.size):
        return _no(f"{size} is under the smallest size {rules.min_size}")
    if not is_on_step(size, rules.size_step):
        return _no(f"{size} is off the step of {rules.size_step}")
    return _OK


def _max_size(new: PlanOrder, facts: Facts) -> Said:
    if new.size is None or new.size_is_quote or new.kind in WHOLE_LEG:
        return _NONE
    is_limit = new.order_type is OrderType.LIMIT
    most = facts.rules.max_limit_size if is_limit else facts.rules.max_market_size
    if most is None or new.size <= most:
        return _OK
    return _no(f"{new.size} is over the largest order {most}; lower it")


def _value(new: PlanOrder, facts: Facts) -> Said:
    price = new.execute_price or new.trigger_price
    if new.size is None or price is None or can_only_close(new):
        return _NONE
    value, coin = new.size if new.size_is_quote else new.size * price, facts.rules.quote_coin
    least = facts.rules.min_notional
    return _no(f"{value:.2f} {coin} is under the least of {least} {coin}") if value < least else _OK


def _band(new: PlanOrder, facts: Facts) -> Said:
    price, base, rules = new.execute_price, new.trigger_price, facts.rules
    if price is None or not base:
        return _NONE
    is_buy = new.side is Side.BUY
    ratio = rules.buy_band_ratio if is_buy else rules.sell_band_ratio
    beyond = (price / base - 1) * (1 if is_buy else -1)
    if ratio is None or beyond <= ratio:
        return _OK
    where = "over" if is_buy else "under"
    return _no(f"{price:,f} is {beyond * 100:.1f}% {where} the trigger, the band is {ratio * 100:.0f}%")


def _leg(new: PlanOrder, facts: Facts) -> Said:
    if not facts.is_futures or not can_only_close(new) or not facts.are_legs_known:
        return _NONE
    side = closed_side(new)
    leg = facts.leg(side)
    if leg is None or not leg.size:
        return _mind(f"no {side.value} leg to close now")
    if new.kind not in WHOLE_LEG and new.size is not None and new.size > leg.size:
        return _mind(f"{new.size} is more than the leg of {leg.size}: it closes what is held")
    return _OK


def _margin(new: PlanOrder, facts: Facts) -> Said:
    """Warn of what could not be paid for if it fired now: by then there may be more, or less."""
    price = new.execute_price or new.trigger_price
    side = new.position_side or pnl.side_of(new.side)
    leverage = facts.leverage(side)
    if not facts.is_futures or can_only_close(new) or new.size is None or price is None or not leverage:
        return _NONE
    needed = pnl.initial_margin(new.size, price, leverage, is_inverse=facts.rules.is_inverse)
    if facts.available is None or needed <= facts.available:
        return _OK
    return _mind(f"{needed:.2f} needed when it fires, {facts.available:.2f} free now")


_RULES: tuple[tuple[str, Callable[[PlanOrder, Facts], Said]], ...] = (
    ("tick", _tick),
    ("size", _size),
    ("max size", _max_size),
    ("value", _value),
    ("band", _band),
    ("trigger", _trigger),
    ("margin", _margin),
    ("leg", _leg),
)
"""Called as in `domain.rules`, so that they are known to be the exchange's."""
