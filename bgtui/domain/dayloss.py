"""What a UTC day has brought and when it locks: realized, fees, funding, and the change of what is open."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from bgtui.domain.limit import Limits
from bgtui.domain.value import frozen

DAY_MS = 86_400_000
NEAR = Decimal("0.8")
"""Share of the limit from which on the loss is worth a word."""
LOCKED = "Locked until 00:00 UTC by the day's loss; only exits pass."
"""What a locked day says where its figures are not known."""
_CENT = Decimal("0.01")


@frozen
class DayFigures:
    """The sums since 00:00 UTC, dollars; below zero is lost."""

    realized: Decimal = Decimal(0)
    """Price PnL of what was closed, before fees."""
    fees: Decimal = Decimal(0)
    funding: Decimal | None = None
    """None where the exchange has not told; it counts as nothing then."""
    unrealized: Decimal = Decimal(0)
    """How the open legs have moved since the day began, or since it was first looked at."""
    equity: Decimal | None = None
    """What all followed futures wallets were worth when the day was first looked at."""
    unknown: str = ""
    """What keeps the sum from being known, in a few words."""

    @property
    def net(self) -> Decimal:
        """What the day has brought."""
        return self.realized + self.fees + (self.funding or Decimal(0)) + self.unrealized


def has_limit(limits: Limits) -> bool:
    """Tell whether a day's loss is limited at all."""
    return limits.day_loss is not None or limits.day_loss_percent is not None


def allowed_loss(figures: DayFigures, limits: Limits) -> Decimal | None:
    """Return the loss at which the day locks, dollars, above zero; None where it cannot be told."""
    found = [] if limits.day_loss is None else [limits.day_loss]
    if limits.day_loss_percent is not None:
        if figures.equity is None:
            return None
        found.append(figures.equity * limits.day_loss_percent / 100)
    return min(found, default=None)


def is_over(figures: DayFigures, limits: Limits) -> bool:
    """Tell whether the day has lost what it may; a day that is not known has not."""
    allowed = allowed_loss(figures, limits)
    return not figures.unknown and allowed is not None and figures.net <= -allowed


def day_of(now_ms: int) -> int:
    """Return when the UTC day began, milliseconds."""
    return now_ms - now_ms % DAY_MS


def clock(time_ms: int) -> str:
    """Return hour and minute of a moment, UTC."""
    minutes = time_ms % DAY_MS // 60_000
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def lock_line(loss: Decimal, limit: Decimal) -> str:
    """Return the line of a locked day; both figures below zero, dollars."""
    return f"Locked until 00:00 UTC: day loss {money(loss)} passed {money(limit)}; only exits pass."


def money(value: Decimal) -> str:
    """Return dollars with two decimals, rounded towards the loss."""
    return f"{value.quantize(_CENT, ROUND_FLOOR):,.2f}"
