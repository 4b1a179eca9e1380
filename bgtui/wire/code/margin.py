"""Codes of spot margin: loans, repayments and the margin account.

Page of Bitget's reference: common/error-code.
"""

from __future__ import annotations

from bgtui.wire.code.kind import Group, Kind

GROUPS = (
    Group(
        Kind.RULE,
        "choose another amount",
        {
            "50034": "the loan is below the minimum",
            "50035": "the loan is above the maximum",
            "50040": "the repayment must be above 0",
            "50042": "the repayment must be above the interest",
        },
    ),
    Group(
        Kind.FUNDS,
        "choose a smaller amount",
        {
            "50041": "the repayment is larger than the available balance",
            "50052": "the transfer would leave less than 0",
        },
    ),
    Group(
        Kind.UNTRADABLE,
        "choose another coin",
        {
            "50036": "no loan is set up for this coin",
            "50037": "this coin cannot be borrowed",
            "50059": "this coin cannot be moved",
        },
    ),
    Group(
        Kind.PERMISSION,
        "open margin trading on Bitget's site first",
        {
            "50015": "sub-accounts cannot use margin trading for now",
            "50021": "there is no margin account yet",
        },
    ),
    Group(
        Kind.RULE,
        "nothing to do",
        {"50014": "the margin account exists already"},
    ),
)
