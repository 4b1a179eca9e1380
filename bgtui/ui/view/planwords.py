"""A trigger order in words: what it does, which of its figures can be changed, what a change makes of it."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.facts import Facts
from bgtui.domain.instrument import Instrument
from bgtui.domain.intent import AmendPlan
from bgtui.domain.order import PlanKind, PlanOrder
from bgtui.domain.planrules import TRAILS, WHOLE_LEG, changed, watched
from bgtui.ui.view import figure
from bgtui.ui.view.act import act
from bgtui.ui.view.glyph import NONE, UNKNOWN
from bgtui.ui.view.plans import when_words

NAMES = {
    PlanKind.TRIGGER: "trigger",
    PlanKind.SPOT_TRIGGER: "trigger",
    PlanKind.TRAILING: "trailing",
    PlanKind.TRAILING_STOP: "trailing stop",
    PlanKind.TAKE_PROFIT: "take profit",
    PlanKind.STOP_LOSS: "stop loss",
    PlanKind.POSITION_TAKE_PROFIT: "TP of leg",
    PlanKind.POSITION_STOP_LOSS: "SL of leg",
    PlanKind.UNKNOWN: "unknown kind",
}
_REWRITTEN = (
    PlanKind.TAKE_PROFIT,
    PlanKind.STOP_LOSS,
    PlanKind.POSITION_TAKE_PROFIT,
    PlanKind.POSITION_STOP_LOSS,
    PlanKind.TRAILING_STOP,
    PlanKind.SPOT_TRIGGER,
)
"""Kinds whose route takes every figure again: what it is not told, it does not keep."""


def fields(plan: PlanOrder) -> tuple[str, ...]:
    """Return the fields that Bitget's route for this kind can change."""
    found = ["trigger"]
    if plan.kind is not PlanKind.SPOT_TRIGGER:
        found.append("by")
    if plan.execute_price is not None:
        found.append("then")
    if plan.kind in TRAILS:
        found.append("callback")
    if plan.kind not in WHOLE_LEG:
        found.append("size")
    return tuple(found)


def told(intent: AmendPlan, plan: PlanOrder) -> AmendPlan:
    """Return a change as the route of its kind wants it: all figures, or the new ones only.

    Args:
        intent: Every figure that the form has.
        plan: The order as it stands.
    """
    if plan.kind in _REWRITTEN:
        return intent
    by = None if intent.trigger_type is plan.trigger_type else intent.trigger_type
    is_same = intent.trigger_price == plan.trigger_price and by is None
    return AmendPlan(
        intent.order,
        intent.kind,
        size=None if intent.size == plan.size else intent.size,
        # Which price pulls it is only taken along with the price itself.
        trigger_price=None if is_same else intent.trigger_price,
        trigger_type=by,
        execute_price=None if intent.execute_price == plan.execute_price else intent.execute_price,
        # A trailing order's distance is required, changed or not.
        callback_ratio=intent.callback_ratio,
    )


def figures(plan: PlanOrder) -> tuple[object, ...]:
    """Return all of an order that can be changed."""
    return plan.size, plan.trigger_price, plan.trigger_type, plan.execute_price, plan.callback_ratio


def is_change(intent: AmendPlan, plan: PlanOrder) -> bool:
    """Tell whether a trigger order would be another than it is."""
    return figures(changed(plan, intent)) != figures(plan)


def heading(plan: PlanOrder, rules: Instrument | None) -> str:
    """Return ``-L whole``: what the order does once it fires, and how much of it."""
    return f"{act(plan)} {size_words(plan, rules)}"


def size_words(plan: PlanOrder, rules: Instrument | None) -> str:
    """Return ``0.0500``, ``500 USDT`` or ``whole leg``."""
    if plan.kind in WHOLE_LEG or plan.size is None:
        return "whole leg"
    if plan.size_is_quote:
        return f"{plan.size.normalize():f} {rules.quote_coin if rules is not None else 'quote'}"
    return figure.size(plan.size, rules.size_places if rules is not None else 4)


def sentences(plan: PlanOrder, rules: Instrument | None) -> tuple[str, ...]:
    """Return ``by mark at 66,000.0``, ``then market``, ``size 0.0500``: all that can be changed."""
    places = rules.price_places if rules is not None else 2
    trigger = NONE if plan.trigger_price is None else figure.price(plan.trigger_price, places)
    then = "market" if plan.execute_price is None else f"limit {figure.price(plan.execute_price, places)}"
    if plan.kind in TRAILS:
        then = f"{percent(plan.callback_ratio)} back"
    return (f"{plan.trigger_type.value} at {trigger}", f"then {then}", size_words(plan, rules))


def percent(callback: Decimal | None) -> str:
    """Return a trailing distance as written."""
    return UNKNOWN if callback is None else f"{callback.normalize():f}%"


def news(old: PlanOrder, new: PlanOrder, rules: Instrument | None) -> str:
    """Return ``mark at 66,100.0, then market``: what is new of a changed order."""
    pairs = zip(sentences(old, rules), sentences(new, rules), strict=True)
    return ", ".join(now for before, now in pairs if before != now)


def away(plan: PlanOrder, facts: Facts) -> str:
    """Return ``mark ≤, -1.8%``: from which side the price comes, and how far it has to go."""
    now = watched(plan, facts)
    when = when_words(plan, now)
    if now is None or not now or plan.trigger_price is None:
        return when
    return f"{when}, {figure.signed_percent(plan.trigger_price / now - 1, 1)}"


def least(plan: PlanOrder) -> Decimal | None:
    """Return where a trailing stop closes at the worst once its trigger is reached; None for another kind."""
    if plan.kind is not PlanKind.TRAILING_STOP or plan.trigger_price is None or plan.callback_ratio is None:
        return None
    back = plan.callback_ratio / 100 * (-1 if plan.side.value == "sell" else 1)
    return plan.trigger_price * (1 + back)
