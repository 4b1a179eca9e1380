"""How an instrument is copied: in words, and against what the exchange allows."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.copytrade import MAX_LEVERAGE, MAX_RATIO, CopyLimit, CopyRange, CopySetting
from bgtui.ui.view import figure
from bgtui.ui.view.glyph import ABOUT

UNITS = {"percent": "x theirs", "amount": "quote", "count": "base"}
"""Of what is copied: `percent` is Bitget's word for how many times the trader's own size."""

Span = tuple[Decimal | None, Decimal | None]


def words(setting: CopySetting) -> str:
    """Return a setting in one line."""
    return " · ".join(lines(setting))


def lines(setting: CopySetting) -> list[str]:
    """Return a setting line by line."""
    made = [f"per order {figure.plain(setting.trace_value)} {UNITS.get(setting.trace_type, '')}".rstrip()]
    if setting.max_hold is not None:
        made.append(f"most held {figure.plain(setting.max_hold)}")
    if setting.instrument.product_type.is_futures:
        made.append(_leverage(setting))
        made.append("margin as trader" if setting.margin_mode == "trader" else "margin mine")
    guards = [
        f"{name} {figure.plain(ratio)}%"
        for name, ratio in (("TP", setting.take_profit_ratio), ("SL", setting.stop_loss_ratio))
        if ratio is not None
    ]
    return [*made, " ".join(guards)] if guards else made


def _leverage(setting: CopySetting) -> str:
    if setting.leverage_mode != "specify":
        return f"leverage as {setting.leverage_mode}"
    long, short = figure.leverage(setting.long_leverage), figure.leverage(setting.short_leverage)
    return f"leverage {long} long, {short} short"


def problems(
    setting: CopySetting, limit: CopyLimit | None, span: CopyRange | None, mark: Decimal | None
) -> list[str]:
    """Return why the exchange would refuse a setting, as far as it has said what it allows.

    Args:
        setting: What is wanted.
        limit: Smallest and largest copy, base coin (futures).
        span: What may be set (spot).
        mark: Price by which an amount becomes a size.
    """
    found = [
        _need("an order", setting.trace_value),
        _need("at most", setting.max_hold) if not setting.instrument.product_type.is_futures else "",
        *(_ratio(name, ratio) for name, ratio in _guards(setting)),
        *_leverages(setting),
    ]
    if not any(found) and setting.trace_value is not None:
        found.append(_of_limit(setting, limit, mark))
        if span is not None:
            found += _of_range(setting, span)
        if setting.max_hold is not None and setting.trace_type == "amount":
            is_more = setting.max_hold < setting.trace_value
            found.append("at most is less than one order" if is_more else "")
    return [line for line in found if line]


def _guards(setting: CopySetting) -> tuple[tuple[str, Decimal | None], ...]:
    return (("TP", setting.take_profit_ratio), ("SL", setting.stop_loss_ratio))


def _need(name: str, value: Decimal | None) -> str:
    return f"{name} is missing; type a number above zero" if value is None else ""


def _ratio(name: str, ratio: Decimal | None) -> str:
    if ratio is None or (ratio == ratio.to_integral_value() and 1 <= ratio <= MAX_RATIO):
        return ""
    return f"{name} is a whole percent from 1 to {MAX_RATIO}, or empty"


def _leverages(setting: CopySetting) -> list[str]:
    if setting.leverage_mode != "specify":
        return []
    wanted = (("long", setting.long_leverage), ("short", setting.short_leverage))
    return [
        "" if value is not None and 1 <= value <= MAX_LEVERAGE else f"{name} leverage is 1 to {MAX_LEVERAGE}"
        for name, value in wanted
    ]


def _of_limit(setting: CopySetting, limit: CopyLimit | None, mark: Decimal | None) -> str:
    """Return why one copy would be too small or too large, in base coin."""
    value = setting.trace_value
    if limit is None or value is None or setting.trace_type == "percent":
        return ""
    size, about = value, ""
    if setting.trace_type == "amount":
        if not mark:
            return ""
        size, about = value / mark, ABOUT
    least, most = limit.min_size, limit.max_size
    if least is not None and size < least:
        return f"an order is {about}{_short(size)}, under {figure.plain(least)} that Bitget allows"
    if most is not None and size > most:
        return f"an order is {about}{_short(size)}, over {figure.plain(most)} that Bitget allows"
    return ""


def _of_range(setting: CopySetting, span: CopyRange) -> list[str]:
    by_rule = {"amount": span.amount, "count": span.count, "percent": span.percent}
    return [
        _outside("an order", setting.trace_value, by_rule.get(setting.trace_type, (None, None))),
        _outside("TP", setting.take_profit_ratio, span.take_profit),
        _outside("SL", setting.stop_loss_ratio, span.stop_loss),
    ]


def _outside(name: str, value: Decimal | None, span: Span) -> str:
    least, most = span
    is_out = value is not None and (
        (least is not None and value < least) or (most is not None and value > most)
    )
    return f"{name} {figure.plain(value)} is outside {_between(span)} that Bitget allows" if is_out else ""


def allowed(rule: str, limit: CopyLimit | None, span: CopyRange | None) -> list[str]:
    """Return what the exchange allows, line by line."""
    made = []
    if limit is not None:
        made.append(f"one copy {figure.plain(limit.min_size)} – {figure.plain(limit.max_size)} base")
    if span is not None:
        by_rule = {"amount": span.amount, "count": span.count, "percent": span.percent}
        made.append(f"an order {_between(by_rule.get(rule, (None, None)))} {UNITS.get(rule, '')}".rstrip())
        made.append(f"TP {_between(span.take_profit)} %, SL {_between(span.stop_loss)} %")
    return made or ["not told yet: Bitget judges it when it is sent"]


def _between(span: Span) -> str:
    least, most = span
    return f"{figure.plain(least)} – {figure.plain(most)}"


def _short(size: Decimal) -> str:
    return figure.plain(size, places=6)
