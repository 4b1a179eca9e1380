"""Copy trading as a leader and a follower see it: orders, people, profit and settings of one product type.

Everything here is read from what `copytrade_world` keeps; every total is the sum of the
rows below it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

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
)
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.text import Untrusted
from bgtui.simulator.candles import DAY_MS
from bgtui.simulator.copytrade_relation import Relation
from bgtui.simulator.copytrade_track import CENT, Tracks
from bgtui.simulator.money import ZERO

REMOVABLE_BELOW = Decimal(100)
"""A follower may be removed while the account is worth less, USDT."""
MAX_FOLLOWERS = 500
"""Seats of a leader; a world that is described with more has more."""


@dataclass(slots=True)
class LeaderBook:
    """All that a leader has in one product type."""

    uid: str
    name: Untrusted
    product_type: ProductType
    tracks: Tracks
    worth: Callable[[str, ProductType], Decimal]
    """What an account is worth, USDT."""
    now_ms: Callable[[], int]
    symbols_by_id: dict[InstrumentId, LeadSymbol]
    base: LeadSettings
    since_ms: int
    seats: int = MAX_FOLLOWERS
    ever: int = 0
    """Followers there have been."""
    relations: dict[str, Relation] = field(default_factory=dict)
    """Those who follow, by uid, the first who came first."""
    parted: list[Relation] = field(default_factory=list)
    """Those who left and are not settled yet."""
    unseen: int = 0
    """Followers elsewhere, whom this exchange does not play."""
    removed_ms: dict[str, int] = field(default_factory=dict)
    """Uid → when that follower was removed."""
    shares: list[ProfitShare] = field(default_factory=list)
    """Paid, oldest first."""
    switches: dict[str, bool] = field(default_factory=dict)
    """What `config-settings-base` has set, by its names."""

    # People

    def everybody(self) -> list[Relation]:
        """Return everybody who follows, newest first."""
        return list(reversed(self.relations.values()))

    def follower(self, relation: Relation) -> Follower:
        """Return what the leader is told of a follower."""
        equity = self.worth(relation.uid, self.product_type).quantize(CENT)
        return Follower(
            follower_uid=relation.uid,
            name=relation.name,
            equity=equity,
            is_removable=equity < REMOVABLE_BELOW,
            since_ms=relation.since_ms,
        )

    def followers(self) -> list[Follower]:
        """Return what the leader is told of everybody, newest first."""
        return [self.follower(relation) for relation in self.everybody()]

    # Settings

    def symbols(self) -> list[LeadSymbol]:
        """Return what may be copied."""
        return list(self.symbols_by_id.values())

    def is_lent(self, instrument: InstrumentId) -> bool:
        """Tell whether orders of an instrument are copied now."""
        known = self.symbols_by_id.get(instrument)
        return known is not None and known.is_enabled and self.base.is_enabled is not False

    def settings(self) -> LeadSettings:
        """Return the leader's own settings."""
        return replace(self.base, symbols=tuple(self.symbols_by_id.values()))

    # Profit

    def paid_shares(self) -> list[ProfitShare]:
        """Return profit that was shared, newest first."""
        return list(reversed(self.shares))

    def waiting_shares(self) -> list[ProfitShare]:
        """Return profit that will be shared when the day ends."""
        return [
            ProfitShare("USDT", due, relation.name, None, ratio=relation.share_ratio)
            for relation in (*self.relations.values(), *self.parted)
            if (due := relation.due())
        ]

    def daily_shares(self) -> list[ProfitShare]:
        """Return shared profit by coin and day, newest first."""
        days: dict[tuple[str, int], Decimal] = {}
        for share in self.paid_shares():
            day = (share.coin, (share.time_ms or 0) // DAY_MS * DAY_MS)
            days[day] = days.get(day, ZERO) + share.amount
        return [ProfitShare(coin, amount, None, day_ms) for (coin, day_ms), amount in days.items()]

    def profit_summary(self) -> ProfitSummary:
        """Return the sums of the shares."""
        yesterday = self.now_ms() // DAY_MS * DAY_MS - DAY_MS
        coins: dict[str, CoinProfit] = {}
        for share in self.shares:
            known = coins.get(share.coin)
            total = (known.amount if known else ZERO) + share.amount
            coins[share.coin] = CoinProfit(share.coin, total, share.time_ms)
        of_yesterday = [
            share.amount for share in self.shares if (share.time_ms or 0) // DAY_MS * DAY_MS == yesterday
        ]
        return ProfitSummary(
            yesterday=sum(of_yesterday, ZERO),
            yesterday_ms=yesterday,
            total=sum((share.amount for share in self.shares), ZERO),
            waiting=sum((share.amount for share in self.waiting_shares()), ZERO),
            coins=tuple(coins.values()),
        )

    # Totals

    def equity(self) -> Decimal:
        """Return what the account is worth, USDT."""
        return self.worth(self.uid, self.product_type)

    def summary(self) -> LeaderSummary:
        """Return the leader's totals, from the ended orders and the account."""
        ended = self.tracks.history()
        wins = sum(1 for track in ended if (track.net_pnl or ZERO) > 0)
        total = sum((track.net_pnl or ZERO for track in ended), ZERO)
        equity = self.equity()
        week, month = self._daily_profit(7), self._daily_profit(30)
        base = max(equity - total, Decimal(1))
        return LeaderSummary(
            roi=(total / base * 100).quantize(Decimal("0.01")),
            order_count=len(ended),
            total_followers=self.ever,
            current_followers=len(self.relations),
            total_pnl=total,
            wins=wins,
            losses=len(ended) - wins,
            win_ratio=(Decimal(wins) / max(len(ended), 1) * 100).quantize(Decimal("0.01")),
            total_equity=equity.quantize(CENT),
            symbols=tuple(symbol.instrument.symbol for symbol in self.symbols() if symbol.is_enabled),
            week_roi=_ratios(week, base),
            month_roi=_ratios(month, base),
            week_profit=week,
            month_profit=month,
        )

    def _daily_profit(self, days: int) -> tuple[DatedAmount, ...]:
        today = self.now_ms() // DAY_MS * DAY_MS
        sums = {today - back * DAY_MS: ZERO for back in range(days, 0, -1)}
        for track in self.tracks.history():
            day = (track.close_ms or 0) // DAY_MS * DAY_MS
            if day in sums:
                sums[day] += track.net_pnl or ZERO
        return tuple(DatedAmount(day, value) for day, value in sums.items())


def _ratios(profits: tuple[DatedAmount, ...], base: Decimal) -> tuple[DatedAmount, ...]:
    return tuple(
        # Adding zero turns a rounded -0.00 into 0.00.
        DatedAmount(point.time_ms, (point.value / base * 100).quantize(Decimal("0.01")) + 0)
        for point in profits
    )


@dataclass(slots=True)
class FollowerBook:
    """All that a follower has in one product type."""

    uid: str
    tracks: Tracks
    leader: Callable[[str], LeaderBook | None]
    """A leader's book by uid."""
    now_ms: Callable[[], int]
    copy_limits: list[CopyLimit]
    relations: dict[str, Relation] = field(default_factory=dict)
    """By the leader's id, the first first."""

    def traders(self) -> list[FollowedTrader]:
        """Return whom the account follows, the newest first."""
        return [
            trader
            for relation in reversed(self.relations.values())
            if (trader := self._trader(relation)) is not None
        ]

    def settings(self, trader_id: str) -> CopySettings | None:
        """Return how one leader is copied; None when the account does not follow that one."""
        relation, leader = self.relations.get(trader_id), self.leader(trader_id)
        if relation is None or leader is None:
            return None
        return relation.reported((self.now_ms() - leader.since_ms) // DAY_MS)

    def limits(self) -> list[CopyLimit]:
        """Return how much of each instrument may be copied."""
        return list(self.copy_limits)

    def _trader(self, relation: Relation) -> FollowedTrader | None:
        leader = self.leader(relation.leader_uid)
        if leader is None:
            return None
        return FollowedTrader(
            trader_id=relation.leader_uid,
            name=relation.leader_name,
            max_followers=leader.seats,
            follower_count=len(leader.relations) + leader.unseen,
            margin=relation.invested.quantize(CENT),
            net_profit=relation.net.quantize(CENT),
            total_profit=relation.gross.quantize(CENT),
            symbols=tuple(each.instrument.symbol for each in leader.symbols() if each.is_enabled),
            since_ms=relation.since_ms,
        )
