"""Routes that belong to no market: the clock, announcements, fee rates, the worth of all wallets."""

from __future__ import annotations

from bgtui.wire.endpoint.model import private, public

SERVER_TIME = public("common.server-time", "/api/v2/public/time", 20, "common/public/Get-Server-Time")
ANNOUNCEMENTS = public(
    "common.announcements", "/api/v2/public/annoucements", 20, "common/notice/Get-All-Notices"
)
TRADE_RATE = private("common.trade-rate", "/api/v2/common/trade-rate", 10, "common/public/Get-Trade-Rate")
ALL_TRADE_RATES = private(
    "common.all-trade-rates", "/api/v2/common/all-trade-rate", 10, "common/public/Get-All-Trade-Rate"
)
ALL_BALANCES = private(
    "common.all-balances", "/api/v2/account/all-account-balance", 1, "common/account/All-Account-Balance"
)
