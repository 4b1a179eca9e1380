"""How much of a leader's order a follower copies, at what leverage, and where the copy's TP/SL lie: pure."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.copytrade import CopySetting
from bgtui.domain.instrument import Instrument, round_trigger_price
from bgtui.domain.order import PositionSide
from bgtui.domain.value import frozen
from bgtui.simulator.copytrade_relation import Relation
from bgtui.simulator.copytrade_track import Track, whole_steps
from bgtui.simulator.money import ONE, exact

MAX_SLIP = Decimal("0.01")
"""A copy is left out when the price has moved further than this fraction since the leader's."""
MIN_RATIO, MAX_RATIO = Decimal("0.1"), Decimal(20)
"""Of `percent`: the copy's size for one of the leader's."""
MIN_AMOUNT, MAX_AMOUNT = Decimal(5), Decimal(20_000)
"""Of `amount`, USDT."""
MAX_COPY = 10_000_000
"""Steps of the largest copy where the instrument names no largest order."""
PERCENT, AMOUNT, COUNT = "percent", "amount", "count"


@frozen
class Market:
    """What copying an order depends on beside the settings."""

    price: Decimal
    leader_equity: Decimal
    """USDT."""
    leverage: Decimal
    """Of the copy; 1 for spot."""


@exact
def copied_size(relation: Relation, source: Track, market: Market) -> Decimal | str:
    """Return how much to copy, or the reason why nothing is (`Missed.reason`)."""
    rules, price = source.rules, market.price
    if abs(price - source.price) > source.price * MAX_SLIP:
        return "slippage"
    wanted = _wanted(relation, source, market)
    if wanted is None:
        return "settings"
    setting = relation.settings.get(source.instrument)
    if setting is not None and setting.max_hold is not None:
        room = (setting.max_hold - relation.held(source.instrument)) * market.leverage / price
        if room <= 0:
            return "cap"
        wanted = min(wanted, room)
    size = whole_steps(rules, min(wanted, most(rules)))
    if size < least(rules) or size * price < rules.min_notional:
        return "minimum"
    return size


def _wanted(relation: Relation, source: Track, market: Market) -> Decimal | None:
    if relation.by_amount is not None:
        return source.size * relation.by_amount.amount / max(market.leader_equity, ONE)
    setting = relation.settings.get(source.instrument)
    if setting is None or setting.trace_value is None:
        return None
    match setting.trace_type:
        case "percent":
            return source.size * setting.trace_value
        case "amount":
            return setting.trace_value * market.leverage / market.price
        case _:
            return setting.trace_value


def copied_leverage(relation: Relation, source: Track, own: Decimal) -> Decimal:
    """Return the leverage of a copy; ``own`` is what the follower's account has set."""
    theirs = source.leverage or ONE
    if relation.by_amount is not None:
        wanted = relation.by_amount.leverage or theirs
    else:
        setting = relation.settings.get(source.instrument)
        wanted = theirs if setting is None else _by_setting(setting, source.side, theirs, own)
    limit = source.rules.max_leverage
    return wanted if limit is None else min(wanted, limit)


def _by_setting(setting: CopySetting, side: PositionSide, theirs: Decimal, own: Decimal) -> Decimal:
    if setting.leverage_mode == "specify":
        chosen = setting.long_leverage if side is PositionSide.LONG else setting.short_leverage
        return chosen or theirs
    return own if setting.leverage_mode == "position" else theirs


def ratio_price(track: Track, ratio: Decimal | None, *, is_profit: bool) -> Decimal | None:
    """Return where a return of so many percent on the margin (spot: on the price) lies; None for nowhere."""
    if ratio is None:
        return None
    distance = ratio / 100 / (track.leverage or ONE)
    is_up = is_profit is (track.side is PositionSide.LONG)
    price = track.price * (ONE + distance if is_up else ONE - distance)
    return round_trigger_price(track.rules, price) if price > 0 else None


def least(rules: Instrument) -> Decimal:
    """Return the smallest copy, base coin."""
    return rules.min_size or rules.size_step


def most(rules: Instrument) -> Decimal:
    """Return the largest copy, base coin."""
    return rules.max_market_size or rules.size_step * MAX_COPY
