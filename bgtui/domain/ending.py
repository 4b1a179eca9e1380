"""Why an order or a leg ended by the exchange's doing, and not by a person's: Bitget's words, understood."""

from __future__ import annotations

from bgtui.domain.order import Forced, Order
from bgtui.domain.value import frozen


@frozen
class Ending:
    """One reason."""

    short: str
    """At most nine cells, for a column."""
    words: str
    """For a sentence: ``canceled by self-trade prevention``."""


FORCED = {
    Forced.LIQUIDATION: Ending("liq", "liquidated by Bitget"),
    Forced.PARTIAL_LIQUIDATION: Ending("part liq", "liquidated in part by Bitget"),
    Forced.AUTO_DELEVERAGE: Ending("ADL", "reduced by Bitget's auto-deleveraging"),
    Forced.OFFSET: Ending("netted", "netted by Bitget"),
    Forced.DELIVERY: Ending("delivery", "settled by Bitget at delivery"),
}
"""What the exchange did by itself."""
CANCELED = {
    "stp_cancel": Ending("STP", "canceled by self-trade prevention"),
    "self_trade_cancel": Ending("STP", "canceled by self-trade prevention"),
    "burst_cancel": Ending("liq end", "canceled by Bitget for a liquidation"),
    "adl_cancel": Ending("ADL end", "canceled by Bitget for auto-deleveraging"),
    "delivery_order_cancel": Ending("delivery", "canceled by Bitget at delivery"),
    "post_only_fill_cancel": Ending("post-only", "canceled: post-only would have traded"),
    "fok_not_full_cancel": Ending("fok end", "canceled: not filled whole at once"),
    "ioc_not_full_cancel": Ending("ioc end", "the rest canceled: not filled at once"),
    "limit_price_exceed_cancel": Ending("band end", "canceled by Bitget: outside the price band"),
    "slippage_cancel": Ending("slippage", "canceled by Bitget for slippage"),
    "delegated_risk_order_cancel": Ending("risk end", "canceled by Bitget's risk control"),
}
"""`cancelReason`: values that say more than that somebody canceled."""
BY_EXCHANGE = frozenset(
    {
        "stp_cancel", "self_trade_cancel", "burst_cancel", "adl_cancel", "delivery_order_cancel",
        "limit_price_exceed_cancel", "slippage_cancel", "delegated_risk_order_cancel",
    }
)  # fmt: skip
"""Those that nobody asked for, by order type or by key."""


def ending_of(order: Order) -> Ending | None:
    """Return why an order ended, where it was more than filled or canceled."""
    if order.forced is not None:
        return FORCED[order.forced]
    return CANCELED.get(order.cancel_reason)
