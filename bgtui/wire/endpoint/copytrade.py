"""What a copy-trading leader or follower may read and do; futures and spot."""

from __future__ import annotations

from bgtui.wire.endpoint.model import Read, per_ip, private, write

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
LEADER_MODIFY_TPSL = write(
    "copy.futures-leader-tpsl",
    "/api/v2/copy/mix-trader/order-modify-tpsl",
    5,
    "copytrading/future-copytrade/trader/Order-Modify-Tpsl",
)
LEADER_CLOSE = write(
    "copy.futures-leader-close",
    "/api/v2/copy/mix-trader/order-close-positions",
    5,
    "copytrading/future-copytrade/trader/Order-Close-Positions",
    lowers_risk=True,
)
LEADER_SET_SYMBOLS = write(
    "copy.futures-leader-set-symbols",
    "/api/v2/copy/mix-trader/config-setting-symbols",
    5,
    "copytrading/future-copytrade/trader/Config-Setting-Symbols",
)
LEADER_SET_BASE = write(
    "copy.futures-leader-set-base",
    "/api/v2/copy/mix-trader/config-settings-base",
    5,
    "copytrading/future-copytrade/trader/Config-Setting-Base",
)
LEADER_REMOVE_FOLLOWER = write(
    "copy.futures-leader-remove-follower",
    "/api/v2/copy/mix-trader/config-remove-follower",
    5,
    "copytrading/future-copytrade/trader/Config-Remove-Follower",
)
FOLLOWER_SET_COPY = write(
    "copy.futures-follower-set-copy",
    "/api/v2/copy/mix-follower/settings",
    5,
    "copytrading/future-copytrade/follower/Settings",
)
FOLLOWER_SET_AMOUNT = write(
    "copy.futures-follower-set-amount",
    "/api/v2/copy/mix-follower/copy-settings",
    1,
    "copytrading/future-copytrade/follower/Copy-Settings",
)
FOLLOWER_SET_TPSL = write(
    "copy.futures-follower-tpsl",
    "/api/v2/copy/mix-follower/setting-tpsl",
    5,
    "copytrading/future-copytrade/follower/Setting-Tpsl",
)
FOLLOWER_CLOSE = write(
    "copy.futures-follower-close",
    "/api/v2/copy/mix-follower/close-positions",
    5,
    "copytrading/future-copytrade/follower/Close-Positions",
    lowers_risk=True,
)
FOLLOWER_UNFOLLOW = write(
    "copy.futures-follower-unfollow",
    "/api/v2/copy/mix-follower/cancel-trader",
    5,
    "copytrading/future-copytrade/follower/Cancel-Trader",
    lowers_risk=True,
)
SPOT_LEADER_MODIFY_TPSL = write(
    "copy.spot-leader-tpsl",
    "/api/v2/copy/spot-trader/order-modify-tpsl",
    1,
    "copytrading/spot-copytrade/trader/Order-Modify-Tpsl",
)
SPOT_LEADER_CLOSE = write(
    "copy.spot-leader-close",
    "/api/v2/copy/spot-trader/order-close-tracking",
    1,
    "copytrading/spot-copytrade/trader/Order-Close-Tracking",
    lowers_risk=True,
)
SPOT_LEADER_SET_SYMBOLS = write(
    "copy.spot-leader-set-symbols",
    "/api/v2/copy/spot-trader/config-setting-symbols",
    1,
    "copytrading/spot-copytrade/trader/Config-Setting-Symbols",
)
SPOT_LEADER_REMOVE_FOLLOWER = write(
    "copy.spot-leader-remove-follower",
    "/api/v2/copy/spot-trader/config-remove-follower",
    1,
    "copytrading/spot-copytrade/trader/Config-Remove-Follower",
)
SPOT_FOLLOWER_SET_COPY = write(
    "copy.spot-follower-set-copy",
    "/api/v2/copy/spot-follower/settings",
    1,
    "copytrading/spot-copytrade/follower/Settings",
)
SPOT_FOLLOWER_SET_TPSL = write(
    "copy.spot-follower-tpsl",
    "/api/v2/copy/spot-follower/setting-tpsl",
    1,
    "copytrading/spot-copytrade/follower/Setting-Tpsl",
)
SPOT_FOLLOWER_CLOSE = write(
    "copy.spot-follower-close",
    "/api/v2/copy/spot-follower/order-close-tracking",
    1,
    "copytrading/spot-copytrade/follower/Order-Close-Tracking",
    lowers_risk=True,
)
SPOT_FOLLOWER_STOP = write(
    "copy.spot-follower-stop",
    "/api/v2/copy/spot-follower/stop-order",
    1,
    "copytrading/spot-copytrade/follower/Stop-Order",
)
SPOT_FOLLOWER_UNFOLLOW = write(
    "copy.spot-follower-unfollow",
    "/api/v2/copy/spot-follower/cancel-trader",
    1,
    "copytrading/spot-copytrade/follower/Cancel-Trader",
    lowers_risk=True,
)
