"""Routes that our own client never asks and others ask when they start.

None of them trades: they tell a client what there is not, in the words in which Bitget would.
"""

from __future__ import annotations

from bgtui.simulator.call import Call, Handlers
from bgtui.simulator.reject import Reject
from bgtui.wire.endpoint.model import Read, per_ip, per_uid

HANDLERS = Handlers()
_answers = HANDLERS.answers

MARGIN_CURRENCIES = Read(
    name="margin.currencies",
    path="/api/v2/margin/currencies",
    limit=per_ip(10),
    signed=False,
    doc="margin/common/support-currencies",
)
UNIFIED_SETTINGS = Read(
    name="unified.settings",
    path="/api/v3/account/settings",
    limit=per_uid(20),
    signed=True,
    doc="uta/account/Get-Account-Setting",
    generation="v3",
)
ENDPOINTS = (MARGIN_CURRENCIES, UNIFIED_SETTINGS)


@_answers(MARGIN_CURRENCIES)
def _margin_currencies(_call: Call) -> object:
    """Answer which pairs can be traded on margin: none."""
    return []


@_answers(UNIFIED_SETTINGS)
def _unified_settings(_call: Call) -> object:
    """Refuse: this is how clients find out that an account is a classic one."""
    raise Reject("25245", message="Classic account does not support this operation")
