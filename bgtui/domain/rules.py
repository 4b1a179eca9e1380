"""What would make the exchange refuse an order, told before it is sent: the same functions for form and desk.

Every rule has a name and a line that says what, why and what to do. A rule whose facts are not known does not
pass silently: it warns.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from bgtui.domain import pnl
from bgtui.domain.facts import Facts
from bgtui.domain.instrument import InstrumentStatus, is_on_step
from bgtui.domain.intent import AmendOrder, PlaceOrder, PlacePlan
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, OrderType, PositionSide, TimeInForce
from bgtui.domain.value import frozen

MIN_CALLBACK, MAX_CALLBACK = Decimal("0.1"), Decimal(10)
"""Percent a trailing order may trail (bitget-wire 4.9)."""


@frozen
class RuleResult:
    """What one rule says about one intent."""

    rule: str
    passes: bool
    message: str = ""
    """Why not, and what to do; or what to mind."""


Judged = PlaceOrder | PlacePlan | AmendOrder
_OK = ""
MODE = "mode"
"""Name of the rule that compares the position mode of an order with the account's."""


def check(intent: Judged, facts: Facts) -> tuple[RuleResult, ...]:
    """Return what every rule that concerns an intent says, in the order in which the exchange would."""
    if isinstance(intent, AmendOrder):
        return tuple(_run(_AMEND_RULES, intent, facts))
    rules = _SHARED_RULES + (_FUTURES_RULES if facts.is_futures else _SPOT_RULES)
    return tuple(_run(rules, intent, facts))


def violations(results: tuple[RuleResult, ...]) -> tuple[RuleResult, ...]:
    """Return the rules that refuse."""
    return tuple(result for result in results if not result.passes)


Rule = tuple[str, Callable[..., "RuleResult | None"]]


def _run(rules: tuple[Rule, ...], intent: Judged, facts: Facts) -> list[RuleResult]:
    found = (judge(name, intent, facts) for name, judge in rules)
    return [result for result in found if result is not None]


def _tradable(name: str, intent: PlaceOrder | PlacePlan, facts: Facts) -> RuleResult:
    status = facts.rules.status
    closes = intent.effect is Effect.CLOSE
    is_open = status in (InstrumentStatus.NORMAL, InstrumentStatus.UNKNOWN)
    if is_open or (status is InstrumentStatus.CLOSE_ONLY and closes):
        return RuleResult(name, passes=True)
    return RuleResult(name, passes=False, message=f"{facts.rules.symbol} is {status.value}; choose another")


def _mode(name: str, intent: PlaceOrder | PlacePlan, facts: Facts) -> RuleResult:
    if facts.position_mode is None or facts.margin_mode is None:
        return RuleResult(name, passes=False, message="position mode not known yet; u asks the exchange")
    if intent.position_mode is not facts.position_mode:
        return RuleResult(name, passes=False, message="the account's position mode changed; review the form")
    return RuleResult(name, passes=True)


def _tick(name: str, intent: Judged, facts: Facts) -> RuleResult | None:
    price = _price(intent)
    if price is None:
        return None
    if price <= 0:
        return RuleResult(name, passes=False, message="a price is above zero")
    if not is_on_step(price, facts.rules.tick):
        return RuleResult(name, passes=False, message=f"{price:,f} is off the tick of {facts.rules.tick}")
    return RuleResult(name, passes=True)


def _price(intent: Judged) -> Decimal | None:
    if isinstance(intent, AmendOrder):
        return intent.new_price
    return intent.price if isinstance(intent, PlaceOrder) else intent.execute_price


def _size(intent: Judged) -> Decimal:
    return intent.new_size if isinstance(intent, AmendOrder) else intent.size


def _step(name: str, intent: Judged, facts: Facts) -> RuleResult:
    size, rules = _size(intent), facts.rules
    if not isinstance(intent, AmendOrder) and intent.size_is_quote:
        return RuleResult(name, passes=size > 0, message=_OK if size > 0 else "an amount is above zero")
    if size <= 0:
        return RuleResult(name, passes=False, message=f"size is 0; the smallest is {rules.min_size}")
    if size < rules.min_size and not _closes_all(intent, facts):
        return RuleResult(name, passes=False, message=f"{size} is under the smallest size {rules.min_size}")
    if not is_on_step(size, rules.size_step):
        return RuleResult(name, passes=False, message=f"{size} is off the step of {rules.size_step}")
    return RuleResult(name, passes=True)


def _closes_all(intent: Judged, facts: Facts) -> bool:
    """Tell whether an order closes a whole leg, which may be less than the smallest order."""
    if isinstance(intent, AmendOrder) or intent.effect is not Effect.CLOSE or intent.position_side is None:
        return False
    leg = facts.leg(intent.position_side)
    return leg is not None and intent.size >= leg.size


def _max_size(name: str, intent: PlaceOrder | PlacePlan, facts: Facts) -> RuleResult | None:
    if intent.size_is_quote:
        return None
    is_market = intent.order_type is OrderType.MARKET
    limit = facts.rules.max_market_size if is_market else facts.rules.max_limit_size
    if limit is None or intent.size <= limit:
        return RuleResult(name, passes=True)
    return RuleResult(
        name, passes=False, message=f"{intent.size} is over the largest order {limit}; lower it"
    )


def _value(name: str, intent: PlaceOrder | PlacePlan, facts: Facts) -> RuleResult:
    value = order_value(intent, facts)
    if value is None:
        return RuleResult(name, passes=True, message="value not known: no price yet")
    least = facts.rules.min_notional
    if value < least and intent.effect is not Effect.CLOSE:
        coin = facts.rules.quote_coin
        return RuleResult(
            name, passes=False, message=f"{value:.2f} {coin} is under the least of {least} {coin}"
        )
    return RuleResult(name, passes=True)


def order_value(intent: PlaceOrder | PlacePlan, facts: Facts) -> Decimal | None:
    """Return what an order is worth, quote currency; market orders at the touch."""
    if intent.size_is_quote:
        return intent.size
    price = expected_price(intent, facts)
    return None if price is None else intent.size * price


def expected_price(intent: PlaceOrder | PlacePlan, facts: Facts) -> Decimal | None:
    """Return the price at which an order is expected to fill."""
    if isinstance(intent, PlacePlan):
        return intent.execute_price if intent.execute_price is not None else intent.trigger_price
    if intent.price is not None:
        return intent.price
    touch = facts.ask if intent.side is Side.BUY else facts.bid
    return touch if touch is not None else facts.reference


def _band(name: str, intent: PlaceOrder | PlacePlan, facts: Facts) -> RuleResult | None:
    price = _price(intent)
    base = facts.reference if isinstance(intent, PlaceOrder) else intent.trigger_price
    if price is None:
        return None
    if base is None:
        return RuleResult(name, passes=True, message="price band not checked: no mark price")
    rules = facts.rules
    if intent.side is Side.BUY and rules.buy_band_ratio is not None:
        most = base * (1 + rules.buy_band_ratio)
        if price > most:
            over = (price / base - 1) * 100
            return RuleResult(
                name,
                passes=False,
                message=f"{price:,f} is {over:.1f}% over mark, the band is {rules.buy_band_ratio * 100:.0f}%",
            )
    if intent.side is Side.SELL and rules.sell_band_ratio is not None:
        least = base * (1 - rules.sell_band_ratio)
        if price < least:
            under = (1 - price / base) * 100
            return RuleResult(
                name,
                passes=False,
                message=f"{price:,f} is {under:.1f}% under mark,"
                f" the band is {rules.sell_band_ratio * 100:.0f}%",
            )
    return RuleResult(name, passes=True)


def _post_only(name: str, intent: PlaceOrder | PlacePlan, facts: Facts) -> RuleResult | None:
    if not isinstance(intent, PlaceOrder) or intent.time_in_force is not TimeInForce.POST_ONLY:
        return None
    if intent.price is None:
        return None
    touch = facts.ask if intent.side is Side.BUY else facts.bid
    if touch is None:
        return RuleResult(name, passes=True, message="post-only not checked: no live book")
    crosses = intent.price >= touch if intent.side is Side.BUY else intent.price <= touch
    if crosses:
        return RuleResult(
            name, passes=False, message=f"post-only would trade at {touch:,f}; n, m join the touch"
        )
    return RuleResult(name, passes=True)


def _orders(name: str, intent: PlaceOrder | PlacePlan, facts: Facts) -> RuleResult:
    if intent.effect is Effect.CLOSE:
        return RuleResult(name, passes=True)
    for count, limit, what in (
        (facts.open_orders, facts.rules.max_orders, facts.rules.symbol),
        (facts.product_orders, facts.rules.max_product_orders, facts.rules.product_type.value),
    ):
        if count is not None and limit is not None and count >= limit:
            return RuleResult(name, passes=False, message=f"{count} of {limit} orders on {what}; cancel some")
    return RuleResult(name, passes=True)


def _margin(name: str, intent: PlaceOrder | PlacePlan, facts: Facts) -> RuleResult | None:
    if intent.effect is Effect.CLOSE:
        return None
    needed = margin_needed(intent, facts)
    if needed is None or facts.available is None:
        return RuleResult(name, passes=True, message="margin not checked: balance or leverage not known")
    if needed > facts.available:
        text = f"margin {needed:.2f} needed, {facts.available:.2f} free; lower size or leverage"
        return RuleResult(name, passes=False, message=text)
    return RuleResult(name, passes=True)


def margin_needed(intent: PlaceOrder | PlacePlan, facts: Facts) -> Decimal | None:
    """Return what an opening order ties up, fee included, margin coin; None where it cannot be known."""
    price = expected_price(intent, facts)
    side = intent.position_side or pnl.side_of(intent.side)
    leverage = facts.leverage(side)
    if price is None or not leverage:
        return None
    is_inverse = facts.rules.is_inverse
    opened = opened_size(intent, facts)
    held = pnl.initial_margin(opened, price, leverage, is_inverse=is_inverse)
    return held + pnl.fee(opened, price, facts.taker, is_inverse=is_inverse)


def opened_size(intent: PlaceOrder | PlacePlan, facts: Facts) -> Decimal:
    """Return how much of an order opens: in one-way mode what exceeds the opposite position."""
    if intent.position_side is None or intent.effect is Effect.CLOSE:
        return Decimal(0) if intent.effect is Effect.CLOSE else intent.size
    opposite = PositionSide.SHORT if intent.position_side is PositionSide.LONG else PositionSide.LONG
    other = facts.leg(opposite)
    if facts.position_mode is not None and facts.position_mode.value == "one_way" and other is not None:
        return max(intent.size - other.size, Decimal(0))
    return intent.size


def _closes_leg(name: str, intent: PlaceOrder | PlacePlan, facts: Facts) -> RuleResult | None:
    if intent.effect is not Effect.CLOSE or intent.position_side is None:
        return None
    leg = facts.leg(intent.position_side)
    if not facts.are_legs_known:
        return RuleResult(name, passes=True, message="legs not known yet: the exchange decides")
    if leg is None or not leg.size:
        return RuleResult(name, passes=False, message=f"no {intent.position_side.value} leg to close")
    if intent.size > leg.size:
        return RuleResult(name, passes=False, message=f"{intent.size} is more than the leg of {leg.size}")
    if intent.size > leg.available and isinstance(intent, PlaceOrder):
        text = f"{leg.available} is free, {leg.locked} is held by closes; cancel those"
        return RuleResult(name, passes=False, message=text)
    return RuleResult(name, passes=True)


def _presets(name: str, intent: PlaceOrder | PlacePlan, facts: Facts) -> RuleResult | None:
    take, stop = intent.take_profit, intent.stop_loss
    if take is None and stop is None:
        return None
    if intent.effect is Effect.CLOSE:
        return RuleResult(name, passes=False, message="a closing order takes no TP/SL; clear them")
    price = expected_price(intent, facts)
    if price is None:
        return RuleResult(name, passes=True, message="TP/SL not checked: no price yet")
    sign = 1 if intent.side is Side.BUY else -1
    for label, value, wanted in (("TP", take, sign), ("SL", stop, -sign)):
        if value is None:
            continue
        if not is_on_step(value, facts.rules.tick):
            return RuleResult(name, passes=False, message=f"{label} {value} is off the tick")
        if (value - price) * wanted <= 0:
            side = "above" if wanted > 0 else "below"
            return RuleResult(name, passes=False, message=f"{label} {value:,f} must be {side} {price:,f}")
    return RuleResult(name, passes=True)


def _trigger(name: str, intent: PlaceOrder | PlacePlan, facts: Facts) -> RuleResult | None:
    if not isinstance(intent, PlacePlan):
        return None
    if intent.trigger_price <= 0 or not is_on_step(intent.trigger_price, facts.rules.tick):
        return RuleResult(name, passes=False, message=f"trigger {intent.trigger_price} is off the tick")
    if facts.last is not None and intent.trigger_price == facts.last:
        return RuleResult(name, passes=False, message="the trigger is the last price; it would fire at once")
    if intent.callback_ratio is not None and not MIN_CALLBACK <= intent.callback_ratio <= MAX_CALLBACK:
        text = f"callback {intent.callback_ratio}% is outside {MIN_CALLBACK}–{MAX_CALLBACK}%"
        return RuleResult(name, passes=False, message=text)
    return RuleResult(name, passes=True)


def _spot_balance(name: str, intent: PlaceOrder | PlacePlan, facts: Facts) -> RuleResult:
    if intent.side is Side.SELL:
        needed, free, coin = intent.size, facts.base_available, facts.rules.base_coin
    else:
        value = order_value(intent, facts)
        if value is None:
            return RuleResult(name, passes=True, message="balance not checked: no price yet")
        needed, free, coin = value, facts.available, facts.rules.quote_coin
    if free is None:
        return RuleResult(name, passes=True, message="balance not known: the exchange decides")
    if needed > free:
        return RuleResult(
            name, passes=False, message=f"{needed:,f} {coin} needed, {free:,f} free; lower the size"
        )
    return RuleResult(name, passes=True)


_SHARED_RULES: tuple[Rule, ...] = (
    ("tradable", _tradable),
    ("tick", _tick),
    ("size", _step),
    ("max size", _max_size),
    ("value", _value),
    ("band", _band),
    ("post-only", _post_only),
    ("trigger", _trigger),
    ("orders", _orders),
)
_FUTURES_RULES: tuple[Rule, ...] = (
    (MODE, _mode),
    ("margin", _margin),
    ("leg", _closes_leg),
    ("TP/SL", _presets),
)
_SPOT_RULES: tuple[Rule, ...] = (("balance", _spot_balance),)
_AMEND_RULES: tuple[Rule, ...] = (("tick", _tick), ("size", _step))

NAMES = frozenset(name for name, _ in (*_SHARED_RULES, *_FUTURES_RULES, *_SPOT_RULES, *_AMEND_RULES))
"""What the rules are called."""
