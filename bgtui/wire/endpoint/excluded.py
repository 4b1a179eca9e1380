"""Routes of the same families that the program leaves out on purpose, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping

_MOVES_FUNDS = "moves money or lists such moves between wallets; the program does not ask for that yet"
_SUB_ACCOUNT = "other accounts than the one whose key this is"
_UNION = "switches, converts or limits the multi-asset mode, which classic accounts can no longer enter"
_OTHER_WALLET = "a wallet that is neither spot nor futures; its worth is in the total of all wallets"

EXCLUDED: Mapping[str, str] = {
    "/api/v2/account/funding-assets": _OTHER_WALLET,
    "/api/v2/account/bot-assets": _OTHER_WALLET,
    "/api/v2/spot/account/subaccount-assets": _SUB_ACCOUNT,
    "/api/v2/spot/account/transferRecords": _MOVES_FUNDS,
    "/api/v2/spot/wallet/transfer-coin-info": _MOVES_FUNDS,
    "/api/v2/spot/wallet/transfer": _MOVES_FUNDS,
    "/api/v2/spot/wallet/withdrawal-records": _MOVES_FUNDS,
    "/api/v2/spot/wallet/deposit-records": _MOVES_FUNDS,
    "/api/v2/spot/wallet/withdrawal": "a dashboard never withdraws",
    "/api/v2/spot/account/upgrade": "turns the account into a unified one, which cannot be undone from here",
    "/api/v2/spot/account/upgrade-status": "belongs to the upgrade, which is never asked for",
    "/api/v2/mix/account/set-asset-mode": _UNION,
    "/api/v2/mix/account/sub-account-assets": _SUB_ACCOUNT,
    "/api/v2/mix/account/union-config": _UNION,
    "/api/v2/mix/account/switch-union-usdt": _UNION,
    "/api/v2/mix/account/transfer-limits": _UNION,
    "/api/v2/mix/account/union-convert": _UNION,
    "/api/v2/copy/mix-trader/create-copy-api": "makes a key; a dashboard never does",
    "/api/v2/copy/mix-broker/query-traders": "its parameters and answer have no public page any more",
    "/api/v2/copy/mix-broker/query-history-traces": "its parameters and answer have no public page any more",
    "/api/v2/copy/mix-broker/query-current-traces": "its parameters and answer have no public page any more",
}
"""Path to reason. One whole family is absent, not asked for yet: margin (`/api/v2/margin/…`)."""
