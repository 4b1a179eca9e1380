"""What a screen writes for other programs."""

from __future__ import annotations

from collections.abc import Iterable

from bgtui.domain.copytrade import ProfitShare
from bgtui.domain.csvtext import to_csv

COLUMNS = ("time_ms", "coin", "amount", "follower", "ratio", "profit_id")


def shares_csv(shares: Iterable[ProfitShare]) -> str:
    """Return shares of profit: times in Unix milliseconds, ratios as the exchange says them."""
    return to_csv(
        COLUMNS,
        (
            (each.time_ms, each.coin, each.amount, each.follower_name, each.ratio, each.profit_id)
            for each in shares
        ),
    )
