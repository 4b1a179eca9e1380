"""One follower of one leader: how the leader is copied, what came of it, and what the leader gets of it.

The leader gets a part of what the follower earned beyond the highest point so far (the high-water mark):
after a loss nothing is due until it has been made up for.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal

from bgtui.domain.copytrade import CopySetting, CopySettings
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.order import MarginMode
from bgtui.domain.text import Untrusted
from bgtui.domain.value import frozen
from bgtui.simulator.copytrade_track import CENT, Track
from bgtui.simulator.money import ZERO

KEPT_MISSES = 200


@frozen
class Missed:
    """A leader's order that was not copied."""

    time_ms: int
    tracking_no: str
    """The leader's."""
    reason: str
    """Our word: `cap`, `margin`, `minimum`, `slippage`, `closed`, `market`."""


@frozen
class ByAmount:
    """Following by one amount (`mix-follower/copy-settings`)."""

    amount: Decimal
    """USDT put into it; against the leader's equity it says how large the copies are."""
    loss_limit: Decimal | None = None
    """USDT lost at which copying ends; None for no guard."""
    margin_mode: MarginMode | None = None
    """None: the leader's."""
    leverage: Decimal | None = None
    """None: the leader's."""


@dataclass(slots=True, eq=False)
class Relation:
    """One follower of one leader in one product type."""

    leader_uid: str
    leader_name: Untrusted
    uid: str
    """The follower's."""
    name: Untrusted
    product_type: ProductType
    since_ms: int
    share_ratio: Decimal
    """Part of the profit that the leader gets."""
    settings: dict[InstrumentId, CopySetting] = field(default_factory=dict)
    by_amount: ByAmount | None = None
    copies_new: bool = False
    """Whether instruments that the leader adds later are copied too."""
    is_active: bool = True
    """Not left and not removed; what is open of it goes on until it is closed."""
    copies: dict[str, Track] = field(default_factory=dict)
    """Open copies by number."""
    invested: Decimal = ZERO
    """Σ of what copies took so far, USDT."""
    net: Decimal = ZERO
    """Realized after fees, USDT."""
    gross: Decimal = ZERO
    """Realized before fees, USDT."""
    water: Decimal = ZERO
    """The highest `net` that has been shared."""
    paid: Decimal = ZERO
    """Shared so far, USDT."""
    unfunded_days: int = 0
    missed: deque[Missed] = field(default_factory=lambda: deque(maxlen=KEPT_MISSES))

    def due(self) -> Decimal:
        """Return what the leader would get now, USDT, rounded down."""
        above = max(self.net - self.water, ZERO)
        return (above * self.share_ratio).quantize(CENT, ROUND_FLOOR)

    def settle(self, amount: Decimal) -> None:
        """Take note of a share that was paid: the mark rises by the profit that it stands for."""
        self.water = self.net if amount == self.due() else self.water + amount / self.share_ratio
        self.paid += amount

    def held(self, instrument: InstrumentId) -> Decimal:
        """Return what the open copies of an instrument took: margin of futures, value of spot, USDT."""
        total = ZERO
        for track in self.copies.values():
            if track.instrument == instrument:
                margin = track.margin()
                total += track.price * track.left if margin is None else margin
        return total

    def reported(self, days: int) -> CopySettings:
        """Return the settings as the program knows them; ``days`` is since when the leader leads."""
        is_spot = self.product_type is ProductType.SPOT
        return CopySettings(
            trader_id=self.leader_uid,
            is_enabled=self.is_active,
            details=tuple(self.settings.values()),
            trader_name=self.leader_name,
            profit_ratio=self.share_ratio * 100 if is_spot else None,
            settled_in_days=days if is_spot else None,
        )
