"""Copy trading as a leader and a follower see it: open orders, ended orders, people, profit and settings.

What is open is real: leader and follower hold these orders' positions and coins in the engine, so prices and
PnL are the market's. Every total is the sum of the rows below it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from bgtui.domain.account import Balance, Position
from bgtui.domain.copytrade import (
    CoinProfit,
    CopyLimit,
    CopySettings,
    DatedAmount,
    FollowedTrader,
    Follower,
    LeaderSummary,
    LeadSettings,
    LeadSymbol,
    ProfitShare,
    ProfitSummary,
    TrackingOrder,
)
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.order import PositionSide
from bgtui.simulator.candles import DAY_MS

FEE_RATES = {True: Decimal("0.0006"), False: Decimal("0.001")}
"""What an ended order paid: of futures (True), of spot (False)."""
CENT = Decimal("0.0001")
"""Places that copy trading rounds money to."""

_ZERO = Decimal(0)


class Holdings(Protocol):
    """The part of the engine that says what an account still holds."""

    def positions(self, uid: str, product_type: ProductType) -> list[Position]:
        """Return open legs."""

    def balances(self, uid: str, product_type: ProductType) -> list[Balance]:
        """Return every coin of a wallet."""


class Tracks:
    """The tracking orders of one account in one product type."""

    def __init__(
        self,
        uid: str,
        product_type: ProductType,
        *,
        engine: Holdings,
        last: Callable[[InstrumentId], Decimal],
        now_ms: Callable[[], int],
    ) -> None:
        """Begin empty.

        Args:
            uid: whose orders.
            product_type: USDT futures or spot.
            engine: where they are held.
            last: last price of an instrument.
            now_ms: exchange time.
        """
        self.uid = uid
        self.product_type = product_type
        self._engine = engine
        self._last = last
        self._now_ms = now_ms
        self._open: list[TrackingOrder] = []
        self._ended: list[TrackingOrder] = []

    def add_open(self, track: TrackingOrder) -> None:
        """Take an order that was just placed."""
        self._open.append(track)

    def add_ended(self, tracks: Sequence[TrackingOrder]) -> None:
        """Take orders of the past, oldest first."""
        self._ended.extend(tracks)

    def current(self) -> list[TrackingOrder]:
        """Return open orders, newest first; those whose position or coins are gone have ended."""
        self._end_those_gone()
        is_spot = self.product_type is ProductType.SPOT
        newest = reversed(self._open)
        return [self._valued(track) for track in newest] if is_spot else list(newest)

    def history(self) -> list[TrackingOrder]:
        """Return ended orders, newest first."""
        self._end_those_gone()
        return list(reversed(self._ended))

    def unrealized(self) -> Decimal:
        """Return what the open orders would earn now, without fees, USDT."""
        return sum((_pnl(track, self._last(track.instrument)) for track in self.current()), _ZERO)

    def _valued(self, track: TrackingOrder) -> TrackingOrder:
        return replace(track, unrealized_pnl=_pnl(track, self._last(track.instrument)).quantize(CENT))

    def _end_those_gone(self) -> None:
        held = self._held()
        still_open: list[TrackingOrder] = []
        for track in self._open:
            key = _key(track)
            left = held.get(key, _ZERO)
            # Fees of a spot purchase are taken from the coins that came.
            if left >= track.open_size * Decimal("0.99"):
                held[key] = max(left - track.open_size, _ZERO)
                still_open.append(track)
            else:
                self._ended.append(end(track, self._last(track.instrument), self._now_ms()))
        self._open = still_open

    def _held(self) -> dict[tuple[str, PositionSide], Decimal]:
        if self.product_type is ProductType.SPOT:
            return {
                (f"{balance.coin}USDT", PositionSide.LONG): balance.available + balance.frozen
                for balance in self._engine.balances(self.uid, self.product_type)
            }
        return {
            (position.instrument.symbol, position.side): position.size
            for position in self._engine.positions(self.uid, self.product_type)
        }


def _key(track: TrackingOrder) -> tuple[str, PositionSide]:
    return (track.instrument.symbol, track.side)


def _pnl(track: TrackingOrder, price: Decimal) -> Decimal:
    move = price - track.open_price
    return (move if track.side is PositionSide.LONG else -move) * track.open_size


def end(
    track: TrackingOrder, price: Decimal, time_ms: int, *, order_id: str = "", by: str = ""
) -> TrackingOrder:
    """Return the order as closed at a price, with its PnL after fees."""
    fee_rate = FEE_RATES[track.instrument.product_type.is_futures]
    pnl = _pnl(track, price)
    close_fee = -(price * track.open_size * fee_rate).quantize(CENT)
    open_fee = track.open_fee or _ZERO
    return replace(
        track,
        close_order_id=order_id,
        close_price=price,
        close_size=track.open_size,
        close_ms=time_ms,
        close_fee=close_fee,
        realized_pnl=pnl.quantize(CENT),
        net_pnl=(pnl + open_fee + close_fee).quantize(CENT),
        unrealized_pnl=None,
        is_stopped_by=by,
    )


@dataclass(slots=True)
class LeaderBook:
    """All that a leader sees of one product type."""

    tracks: Tracks
    equity: Callable[[], Decimal]
    """Worth of the account, USDT."""
    now_ms: Callable[[], int]
    people: list[Follower]
    lead_symbols: list[LeadSymbol]
    shares: list[ProfitShare]
    """Paid, oldest first."""
    waiting: list[ProfitShare]
    """Not yet paid."""
    base: LeadSettings

    def followers(self) -> list[Follower]:
        """Return everybody who follows, newest first."""
        return list(self.people)

    def symbols(self) -> list[LeadSymbol]:
        """Return what may be copied."""
        return list(self.lead_symbols)

    def settings(self) -> LeadSettings:
        """Return the leader's own settings."""
        return replace(self.base, symbols=tuple(self.lead_symbols))

    def paid_shares(self) -> list[ProfitShare]:
        """Return profit that was shared, newest first."""
        return list(reversed(self.shares))

    def waiting_shares(self) -> list[ProfitShare]:
        """Return profit that will be shared at the end of the week."""
        return list(self.waiting)

    def daily_shares(self) -> list[ProfitShare]:
        """Return shared profit by coin and day, newest first."""
        days: dict[tuple[str, int], Decimal] = {}
        for share in self.paid_shares():
            day = (share.coin, (share.time_ms or 0) // DAY_MS * DAY_MS)
            days[day] = days.get(day, _ZERO) + share.amount
        return [ProfitShare(coin, amount, None, day_ms) for (coin, day_ms), amount in days.items()]

    def profit_summary(self) -> ProfitSummary:
        """Return the sums of the shares."""
        yesterday = self.now_ms() // DAY_MS * DAY_MS - DAY_MS
        coins: dict[str, CoinProfit] = {}
        for share in self.shares:
            known = coins.get(share.coin)
            total = (known.amount if known else _ZERO) + share.amount
            coins[share.coin] = CoinProfit(share.coin, total, share.time_ms)
        return ProfitSummary(
            yesterday=sum(
                (
                    share.amount
                    for share in self.shares
                    if (share.time_ms or 0) // DAY_MS * DAY_MS == yesterday
                ),
                _ZERO,
            ),
            yesterday_ms=yesterday,
            total=sum((share.amount for share in self.shares), _ZERO),
            waiting=sum((share.amount for share in self.waiting), _ZERO),
            coins=tuple(coins.values()),
        )

    def summary(self) -> LeaderSummary:
        """Return the leader's totals, from the ended orders and the account."""
        ended = self.tracks.history()
        wins = sum(1 for track in ended if (track.net_pnl or _ZERO) > 0)
        total = sum((track.net_pnl or _ZERO for track in ended), _ZERO)
        equity = self.equity()
        week, month = self._daily_profit(7), self._daily_profit(30)
        base = max(equity - total, Decimal(1))
        return LeaderSummary(
            roi=(total / base * 100).quantize(Decimal("0.01")),
            order_count=len(ended),
            total_followers=len(self.people) + 9,
            current_followers=len(self.people),
            total_pnl=total,
            wins=wins,
            losses=len(ended) - wins,
            win_ratio=(Decimal(wins) / max(len(ended), 1) * 100).quantize(Decimal("0.01")),
            total_equity=equity.quantize(CENT),
            symbols=tuple(symbol.instrument.symbol for symbol in self.lead_symbols if symbol.is_enabled),
            week_roi=_ratios(week, base),
            month_roi=_ratios(month, base),
            week_profit=week,
            month_profit=month,
        )

    def _daily_profit(self, days: int) -> tuple[DatedAmount, ...]:
        today = self.now_ms() // DAY_MS * DAY_MS
        sums = {today - back * DAY_MS: _ZERO for back in range(days, 0, -1)}
        for track in self.tracks.history():
            day = (track.close_ms or 0) // DAY_MS * DAY_MS
            if day in sums:
                sums[day] += track.net_pnl or _ZERO
        return tuple(DatedAmount(day, value) for day, value in sums.items())


def _ratios(profits: tuple[DatedAmount, ...], base: Decimal) -> tuple[DatedAmount, ...]:
    return tuple(
        # Adding zero turns a rounded -0.00 into 0.00.
        DatedAmount(point.time_ms, (point.value / base * 100).quantize(Decimal("0.01")) + 0)
        for point in profits
    )


@dataclass(slots=True)
class FollowerBook:
    """All that a follower sees of one product type."""

    tracks: Tracks
    leaders: list[FollowedTrader]
    copy_settings: dict[str, CopySettings]
    """By the leader's id."""
    copy_limits: list[CopyLimit]

    def traders(self) -> list[FollowedTrader]:
        """Return whom the account follows."""
        return list(self.leaders)

    def settings(self, trader_id: str) -> CopySettings | None:
        """Return how one leader is copied; None when the account does not follow that one."""
        return self.copy_settings.get(trader_id)

    def limits(self) -> list[CopyLimit]:
        """Return how much of each instrument may be copied."""
        return list(self.copy_limits)
