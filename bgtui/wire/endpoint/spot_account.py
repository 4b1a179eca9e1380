"""The spot wallet, and whose key it is."""

from __future__ import annotations

from bgtui.wire.endpoint.model import private

KEY_INFO = private("spot.key-info", "/api/v2/spot/account/info", 1, "spot/account/Get-Account-Info")
ASSETS = private("spot.assets", "/api/v2/spot/account/assets", 10, "spot/account/Get-Account-Assets")
BILLS = private("spot.bills", "/api/v2/spot/account/bills", 10, "spot/account/Get-Account-Bills")
