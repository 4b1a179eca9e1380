"""Tracking orders of one account: what a leader opened, or what a follower copied, while it lasts and after.

Several of them may share one leg of the account. Each keeps its own cost and PnL; the sum over a leg's
tracking orders is the leg's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal

from bgtui.domain.copytrade import TrackingOrder
from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.domain.order import MarginMode, PositionSide
from bgtui.domain.text import Untrusted
from bgtui.simulator.history import MAX_ROWS
from bgtui.simulator.money import ZERO, exact, plain
from bgtui.simulator.positions import average

CENT = Decimal("0.0001")
"""Places that copy trading shows money to."""
NEVER_MS = -(10**15)


@dataclass(slots=True, eq=False)
class Track:
    """One tracking order."""

    number: str
    uid: str
    rules: Instrument
    side: PositionSide
    order_id: str
    size: Decimal
    """What was opened, base coin."""
    cost: Decimal
    """Σ size × price of what was opened, quote currency."""
    left: Decimal
    """What is still held and can be closed, base coin."""
    opened_ms: int
    open_fee: Decimal
    """USDT; zero or less."""
    leverage: Decimal | None = None
    """Futures only."""
    margin_mode: MarginMode | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    source: Track | None = None
    """A copy: the leader's tracking order."""
    trader_id: str = ""
    """A copy: the leader's uid."""
    trader_name: Untrusted | None = None
    copies: list[Track] = field(default_factory=list)
    """A leader's: those of the followers, ended ones among them."""
    closed: Decimal = ZERO
    closed_value: Decimal = ZERO
    close_fee: Decimal = ZERO
    realized: Decimal = ZERO
    """Price PnL of what is closed, USDT, exact."""
    close_order_id: str = ""
    stopped_by: str = ""
    """`profit` or `loss`, when TP or SL closed it."""
    is_closing: bool = False
    """A close is on its way; a second one is refused."""
    tpsl_changed_ms: int = NEVER_MS

    @property
    def instrument(self) -> InstrumentId:
        """What it is in."""
        return self.rules.id

    @property
    def is_copy(self) -> bool:
        """Tell whether it copies a leader's."""
        return bool(self.trader_id)

    @property
    def is_open(self) -> bool:
        """Tell whether anything of it is held."""
        return self.left > 0

    @property
    def price(self) -> Decimal:
        """The average opening price, as fine as prices are."""
        return average(self.cost, self.size, self.rules.price_places).quantize(
            Decimal(1).scaleb(-self.rules.price_places)
        )

    @property
    def net(self) -> Decimal:
        """PnL of what is closed after the fees of all of it, USDT."""
        return self.realized + self.open_fee + self.close_fee

    def unrealized(self, price: Decimal) -> Decimal:
        """Return what closing the rest at a price would earn, without fees."""
        value = price * self.left - self._cost_of(self.left)
        return value if self.side is PositionSide.LONG else -value

    def margin(self, size: Decimal | None = None) -> Decimal | None:
        """Return what opening the rest of it, or a size, took, USDT; None for spot."""
        wanted = self.left if size is None else size
        return None if self.leverage is None else self._cost_of(wanted) / self.leverage

    @exact
    def close(self, size: Decimal, price: Decimal, fee: Decimal) -> Decimal:
        """Take note that a part was closed; return its price PnL, exact."""
        size = min(size, self.left)
        value = size * price
        pnl = value - self._cost_of(size)
        if self.side is PositionSide.SHORT:
            pnl = -pnl
        self.left -= size
        self.closed += size
        self.closed_value += value
        self.close_fee -= fee
        self.realized += pnl
        return pnl

    def reported(self, last: Decimal | None = None, closed_ms: int | None = None) -> TrackingOrder:
        """Return it as the program knows tracking orders; a last price values spot that is open."""
        is_over = closed_ms is not None
        margin = self.margin(self.size if is_over else None)
        return TrackingOrder(
            instrument=self.instrument,
            tracking_no=self.number,
            side=self.side,
            open_order_id=self.order_id,
            open_price=self.price,
            open_size=plain(self.size if is_over else self.left),
            open_ms=self.opened_ms,
            leverage=self.leverage,
            open_fee=self.open_fee.quantize(CENT),
            take_profit=self.take_profit,
            stop_loss=self.stop_loss,
            follower_count=None if self.is_copy else len(self.copies),
            trader_id=self.trader_id,
            trader_name=self.trader_name,
            margin=None if margin is None else margin.quantize(CENT),
            unrealized_pnl=None if last is None or is_over else self.unrealized(last).quantize(CENT),
            close_order_id=self.close_order_id,
            close_price=self._close_price() if is_over else None,
            close_size=plain(self.closed) if is_over else None,
            close_ms=closed_ms,
            close_fee=self.close_fee.quantize(CENT) if is_over else None,
            realized_pnl=self.realized.quantize(CENT) if is_over else None,
            net_pnl=self.net.quantize(CENT) if is_over else None,
            is_stopped_by=self.stopped_by,
        )

    def _cost_of(self, size: Decimal) -> Decimal:
        # Fees of a spot purchase come out of the coins: those that came carry the whole cost.
        return self.cost * size / self.size if self.size else ZERO

    def _close_price(self) -> Decimal:
        places = Decimal(1).scaleb(-self.rules.price_places)
        return average(self.closed_value, self.closed, self.rules.price_places).quantize(places)


class Tracks:
    """The tracking orders of one account in one product type."""

    def __init__(self, uid: str, product_type: ProductType, last: Callable[[InstrumentId], Decimal]) -> None:
        """Begin empty; ``last`` is the last price of an instrument."""
        self.uid = uid
        self.product_type = product_type
        self._last = last
        self.open: dict[str, Track] = {}
        """By number, the oldest first."""
        self._ended: deque[TrackingOrder] = deque(maxlen=MAX_ROWS)

    def add(self, track: Track) -> None:
        """Take an order that was just opened."""
        self.open[track.number] = track

    def add_ended(self, tracks: Iterable[TrackingOrder]) -> None:
        """Take orders of the past, oldest first."""
        self._ended.extend(tracks)

    def end(self, track: Track, now_ms: int) -> None:
        """Move an order that is closed to the past."""
        if self.open.pop(track.number, None) is not None:
            self._ended.append(track.reported(closed_ms=now_ms))

    def forget(self, track: Track) -> None:
        """Let an order go without closing it."""
        self.open.pop(track.number, None)

    def current(self) -> list[TrackingOrder]:
        """Return open orders, newest first; spot ones with their unrealized PnL."""
        is_spot = self.product_type is ProductType.SPOT
        return [
            track.reported(self._last(track.instrument) if is_spot else None)
            for track in reversed(self.open.values())
        ]

    def history(self) -> list[TrackingOrder]:
        """Return ended orders, newest first."""
        return list(reversed(self._ended))

    def has_ended(self, number: str) -> bool:
        """Tell whether an order of this number has been closed."""
        return any(track.tracking_no == number for track in self._ended)

    def of_leg(self, instrument: InstrumentId, side: PositionSide | None = None) -> list[Track]:
        """Return open orders of an instrument, of one side or both, the oldest first."""
        return [
            track
            for track in self.open.values()
            if track.instrument == instrument and side in (None, track.side)
        ]

    def held(self, instrument: InstrumentId, side: PositionSide) -> Decimal:
        """Return what the open orders of a leg hold together, base coin."""
        return sum((track.left for track in self.of_leg(instrument, side)), ZERO)

    def unrealized(self) -> Decimal:
        """Return what the open orders would earn now, without fees, USDT."""
        return sum((track.unrealized(self._last(track.instrument)) for track in self.open.values()), ZERO)


def whole_steps(rules: Instrument, size: Decimal) -> Decimal:
    """Return a size in whole steps, never larger."""
    return (size / rules.size_step).to_integral_value(ROUND_FLOOR) * rules.size_step
