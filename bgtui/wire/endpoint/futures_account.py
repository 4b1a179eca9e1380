"""The futures wallet, its settings and its positions."""

from __future__ import annotations

from bgtui.wire.endpoint.model import private, write

ACCOUNT = private("futures.account", "/api/v2/mix/account/account", 10, "contract/account/Get-Single-Account")
ACCOUNTS = private(
    "futures.accounts", "/api/v2/mix/account/accounts", 10, "contract/account/Get-Account-List"
)
BILLS = private("futures.bills", "/api/v2/mix/account/bill", 10, "contract/account/Get-Account-Bill")
SET_LEVERAGE = write(
    "futures.set-leverage", "/api/v2/mix/account/set-leverage", 5, "contract/account/Change-Leverage"
)
SET_ALL_LEVERAGE = write(
    "futures.set-all-leverage",
    "/api/v2/mix/account/set-all-leverage",
    5,
    "contract/account/Change-All-Leverage",
)
SET_MARGIN_MODE = write(
    "futures.set-margin-mode", "/api/v2/mix/account/set-margin-mode", 5, "contract/account/Change-Margin-Mode"
)
SET_POSITION_MODE = write(
    "futures.set-position-mode",
    "/api/v2/mix/account/set-position-mode",
    5,
    "contract/account/Change-Hold-Mode",
)
ADJUST_MARGIN = write(
    "futures.adjust-margin", "/api/v2/mix/account/set-margin", 5, "contract/account/Change-Margin"
)
SET_AUTO_MARGIN = write(
    "futures.set-auto-margin", "/api/v2/mix/account/set-auto-margin", 5, "contract/account/Set-Auto-Margin"
)
OPEN_COUNT = private(
    "futures.open-count", "/api/v2/mix/account/open-count", 10, "contract/account/Est-Open-Count"
)
MAX_OPEN = private("futures.max-open", "/api/v2/mix/account/max-open", 20, "contract/account/Get-Max-Open")
LIQUIDATION_PRICE = private(
    "futures.liquidation-price", "/api/v2/mix/account/liq-price", 20, "contract/account/Get-Liq-Price"
)
ISOLATED_SYMBOLS = private(
    "futures.isolated-symbols",
    "/api/v2/mix/account/isolated-symbols",
    10,
    "contract/account/Get-Isolated-Symbols",
)
INTEREST_HISTORY = private(
    "futures.interest-history",
    "/api/v2/mix/account/interest-history",
    5,
    "contract/account/Get-Interest-History",
)
POSITIONS = private(
    "futures.positions", "/api/v2/mix/position/all-position", 5, "contract/position/get-all-position"
)
POSITION = private(
    "futures.position", "/api/v2/mix/position/single-position", 10, "contract/position/get-single-position"
)
HISTORY_POSITIONS = private(
    "futures.history-positions",
    "/api/v2/mix/position/history-position",
    20,
    "contract/position/Get-History-Position",
)
ADL_RANKS = private("futures.adl-ranks", "/api/v2/mix/position/adlRank", 5, "contract/position/Get-Adl-Rank")
