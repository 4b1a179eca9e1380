"""What has changed about a contract while a form for it is open, in one line."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.instrument import Instrument, InstrumentStatus, is_on_step

_STATUSES = {
    InstrumentStatus.NORMAL: "open again: look at the form, then go on.",
    InstrumentStatus.LISTED: "not open yet: no order is taken; wait.",
    InstrumentStatus.CLOSE_ONLY: "closing only now: no order may open; f closes.",
    InstrumentStatus.API_RESTRICTED: "closed to programs now: no order is taken; use Bitget's app.",
    InstrumentStatus.MAINTENANCE: "in maintenance now: no order is taken; wait.",
    InstrumentStatus.OFF: "removed by Bitget: no order is taken; esc leaves.",
}


def gone(symbol: str) -> str:
    """Return what is said of an instrument that is on no list."""
    return f"{symbol} is not listed any more: no order is taken; esc leaves."


def news(before: Instrument, now: Instrument | None, price: Decimal | None, size: Decimal | None) -> str:
    """Return what is new, and what does not fit any more; empty when a form need not care.

    Args:
        before: The rules that the form went by.
        now: Those that hold; None when the instrument is on the list no more.
        price: What would be sent now, quote currency; None for none.
        size: What would be sent now, base coin; None for none, or an amount in quote currency.
    """
    if now is None:
        return gone(before.symbol)
    if now.status is not before.status and now.status in _STATUSES:
        return f"{now.symbol} is {_STATUSES[now.status]}"
    heads = _heads(before, now)
    if not heads:
        return ""
    return f"{now.symbol} {', '.join(heads)}: {_advice(now, price, size)}"


def _heads(before: Instrument, now: Instrument) -> list[str]:
    figures = (
        ("tick", before.tick, now.tick),
        ("size step", before.size_step, now.size_step),
        ("smallest size", before.min_size, now.min_size),
    )
    return [f"{name} is {new:f} now, was {old:f}" for name, old, new in figures if new != old]


def _advice(now: Instrument, price: Decimal | None, size: Decimal | None) -> str:
    if price is not None and not is_on_step(price, now.tick):
        return f"{price:,f} does not fit; choose a price."
    if size is not None and (size < now.min_size or not is_on_step(size, now.size_step)):
        return f"{size:f} does not fit; choose a size."
    return "look at the figures again."
