"""What a copy-trading leader or follower may read; futures and spot."""

from __future__ import annotations

from bgtui.wire.endpoint.model import Read, per_ip, private

LEADER_TRACKS = private(
    "copy.futures-leader-tracks",
    "/api/v2/copy/mix-trader/order-current-track",
    5,
    "copytrading/future-copytrade/trader/Order-Current-Track",
)
LEADER_HISTORY = private(
    "copy.futures-leader-history",
    "/api/v2/copy/mix-trader/order-history-track",
    5,
    "copytrading/future-copytrade/trader/Order-History-Track",
)
LEADER_TOTALS = private(
    "copy.futures-leader-totals",
    "/api/v2/copy/mix-trader/order-total-detail",
    5,
    "copytrading/future-copytrade/trader/Order-Total-Detail",
)
LEADER_PROFIT = private(
    "copy.futures-leader-profit",
    "/api/v2/copy/mix-trader/profit-history-summarys",
    5,
    "copytrading/future-copytrade/trader/Profit-History-Summarys",
)
LEADER_PAID_SHARES = private(
    "copy.futures-leader-paid-shares",
    "/api/v2/copy/mix-trader/profit-history-details",
    5,
    "copytrading/future-copytrade/trader/Profit-History-Details",
)
LEADER_WAITING_SHARES = private(
    "copy.futures-leader-waiting-shares",
    "/api/v2/copy/mix-trader/profit-details",
    5,
    "copytrading/future-copytrade/trader/Profit-Details",
)
LEADER_DAILY_SHARES = private(
    "copy.futures-leader-daily-shares",
    "/api/v2/copy/mix-trader/profits-group-coin-date",
    5,
    "copytrading/future-copytrade/trader/Profits-Group-Coin-Date",
)
LEADER_SYMBOLS = private(
    "copy.futures-leader-symbols",
    "/api/v2/copy/mix-trader/config-query-symbols",
    5,
    "copytrading/future-copytrade/trader/Trader-Get-Config-Query-Symbols",
)
LEADER_FOLLOWERS = private(
    "copy.futures-leader-followers",
    "/api/v2/copy/mix-trader/config-query-followers",
    5,
    "copytrading/future-copytrade/trader/Config-Query-Followers",
)
FOLLOWER_TRACKS = private(
    "copy.futures-follower-tracks",
    "/api/v2/copy/mix-follower/query-current-orders",
    5,
    "copytrading/future-copytrade/follower/Query-Current-Orders",
)
FOLLOWER_HISTORY = private(
    "copy.futures-follower-history",
    "/api/v2/copy/mix-follower/query-history-orders",
    5,
    "copytrading/future-copytrade/follower/Query-History-Orders",
)
FOLLOWER_SETTINGS = private(
    "copy.futures-follower-settings",
    "/api/v2/copy/mix-follower/query-settings",
    5,
    "copytrading/future-copytrade/follower/Query-Settings",
)
FOLLOWER_TRADERS = private(
    "copy.futures-follower-traders",
    "/api/v2/copy/mix-follower/query-traders",
    5,
    "copytrading/future-copytrade/follower/Query-Traders",
)
# Counted by address, yet asked with the key like the rest of its family.
FOLLOWER_LIMITS = Read(
    name="copy.futures-follower-limits",
    path="/api/v2/copy/mix-follower/query-quantity-limit",
    limit=per_ip(10),
    signed=True,
    doc="copytrading/future-copytrade/follower/Query-Quantity-Limit",
)
SPOT_LEADER_TRACKS = private(
    "copy.spot-leader-tracks",
    "/api/v2/copy/spot-trader/order-current-track",
    10,
    "copytrading/spot-copytrade/trader/Order-Current-Track",
)
SPOT_LEADER_HISTORY = private(
    "copy.spot-leader-history",
    "/api/v2/copy/spot-trader/order-history-track",
    5,
    "copytrading/spot-copytrade/trader/Order-History-Track",
)
SPOT_LEADER_TOTALS = private(
    "copy.spot-leader-totals",
    "/api/v2/copy/spot-trader/order-total-detail",
    5,
    "copytrading/spot-copytrade/trader/Order-Total-Detail",
)
SPOT_LEADER_PROFIT = private(
    "copy.spot-leader-profit",
    "/api/v2/copy/spot-trader/profit-summarys",
    5,
    "copytrading/spot-copytrade/trader/Profit-Summarys",
)
SPOT_LEADER_WAITING_SHARES = private(
    "copy.spot-leader-waiting-shares",
    "/api/v2/copy/spot-trader/profit-details",
    5,
    "copytrading/spot-copytrade/trader/Profit-Details",
)
SPOT_LEADER_PAID_SHARES = private(
    "copy.spot-leader-paid-shares",
    "/api/v2/copy/spot-trader/profit-history-details",
    5,
    "copytrading/spot-copytrade/trader/Profit-History-Details",
)
SPOT_LEADER_SETTINGS = private(
    "copy.spot-leader-settings",
    "/api/v2/copy/spot-trader/config-query-settings",
    5,
    "copytrading/spot-copytrade/trader/Config-Query-Settings",
)
SPOT_LEADER_FOLLOWERS = private(
    "copy.spot-leader-followers",
    "/api/v2/copy/spot-trader/config-query-followers",
    10,
    "copytrading/spot-copytrade/trader/Config-Query-Followers",
)
SPOT_FOLLOWER_TRACKS = private(
    "copy.spot-follower-tracks",
    "/api/v2/copy/spot-follower/query-current-orders",
    5,
    "copytrading/spot-copytrade/follower/Query-Current-Orders",
)
SPOT_FOLLOWER_HISTORY = private(
    "copy.spot-follower-history",
    "/api/v2/copy/spot-follower/query-history-orders",
    5,
    "copytrading/spot-copytrade/follower/Query-History-Orders",
)
SPOT_FOLLOWER_TRADERS = private(
    "copy.spot-follower-traders",
    "/api/v2/copy/spot-follower/query-traders",
    5,
    "copytrading/spot-copytrade/follower/Query-Traders",
)
SPOT_FOLLOWER_SYMBOLS = private(
    "copy.spot-follower-symbols",
    "/api/v2/copy/spot-follower/query-trader-symbols",
    10,
    "copytrading/spot-copytrade/follower/Query-Trader-Symbols",
)
SPOT_FOLLOWER_SETTINGS = private(
    "copy.spot-follower-settings",
    "/api/v2/copy/spot-follower/query-settings",
    5,
    "copytrading/spot-copytrade/follower/Query-Settings",
)
