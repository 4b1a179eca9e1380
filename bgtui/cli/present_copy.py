"""Copy trading as plain tables for people, and for CSV."""

from __future__ import annotations

from collections.abc import Sequence

from bgtui.cli.present import clock_text
from bgtui.cli.table import Table
from bgtui.domain.copytrade import FollowedTrader, Follower, ProfitShare, ProfitSummary, TrackingOrder
from bgtui.domain.value import frozen


@frozen
class CopyProfit:
    """What a leader earns by being copied."""

    summary: ProfitSummary
    days: tuple[ProfitShare, ...]
    """By coin and day, newest first."""
    paid: tuple[ProfitShare, ...]
    waiting: tuple[ProfitShare, ...]


def tracking_table(tracks: Sequence[TrackingOrder]) -> Table:
    """Return a leader's open orders."""
    columns = (
        "tracking", "instrument", "side", "leverage", "size", "entry", "take profit", "stop loss", "copied",
        "opened",
    )  # fmt: skip
    rows = [
        (
            each.tracking_no, str(each.instrument), each.side.value, each.leverage, each.open_size,
            each.open_price, each.take_profit, each.stop_loss, each.follower_count, clock_text(each.open_ms),
        )
        for each in tracks
    ]  # fmt: skip
    return Table(columns, rows)


def followers_table(followers: Sequence[Follower]) -> Table:
    """Return who follows a leader."""
    rows = [
        (each.name, each.follower_uid, each.equity, each.is_removable, clock_text(each.since_ms))
        for each in followers
    ]
    return Table(("name", "uid", "equity USDT", "removable", "since"), rows)


def traders_table(traders: Sequence[FollowedTrader]) -> Table:
    """Return whom a follower copies."""
    rows = [
        (
            each.name, each.trader_id, each.margin, each.total_profit, each.net_profit, each.follower_count,
            each.max_followers, " ".join(each.symbols), clock_text(each.since_ms),
        )
        for each in traders
    ]  # fmt: skip
    columns = ("trader", "id", "margin", "profit", "net", "followers", "seats", "symbols", "since")
    return Table(columns, rows)


def profit_table(profit: CopyProfit) -> Table:
    """Return the shares that were paid, under their sums."""
    summary = profit.summary
    sums = (("yesterday", summary.yesterday), ("waiting", summary.waiting), ("paid out", summary.total))
    title = " · ".join(f"{name} {'-' if value is None else format(value, 'f')}" for name, value in sums)
    rows = [
        (clock_text(each.time_ms), each.coin, each.amount, each.follower_name, each.profit_id)
        for each in profit.paid
    ]
    return Table(("time", "coin", "amount", "follower", "id"), rows, title)
