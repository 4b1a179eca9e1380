"""Codes of copy trading, of traders and of followers.

Page of Bitget's reference: common/error-code.
"""

from __future__ import annotations

from bgtui.wire.code.kind import Group, Kind

_LIMIT_HINT = "choose a value inside the limit"

GROUPS = (
    Group(
        Kind.COPY,
        "apply as a trader on Bitget's site, or use another account",
        {
            "31001": "the account is no copy trader",
            "31025": "the account is no copy trader (any more)",
            "31039": "the trader's status was withdrawn: no reminder can be set",
            "31042": "the trader's status is suspended",
            "31043": "the trader's follower limit is above Bitget's: support must lower it",
            "40732": "the account is no copy trader",
            "40871": "the leverage does not meet what a copy trader must have",
        },
    ),
    Group(
        Kind.COPY,
        "wait, then look at the copied positions again",
        {
            "31006": "the copied order is still being placed: it cannot be closed yet",
            "31023": "copying is being ended already",
            "40733": "the copied position is closed already",
            "40743": "the copied position is being closed already",
            "40745": "the copied order is still being placed: it cannot be closed yet",
            "40859": "the copied position is being closed already",
            "40865": "the copied order is still being placed: it cannot be closed yet",
            "40894": "the copied position is closed already",
            "45106": "the copied position is closed already",
        },
    ),
    Group(
        Kind.COPY,
        "read the copied positions again",
        {
            "31009": "the copied position is in a state that does not allow this",
            "31016": "a part of the batch failed",
            "40744": "the copied position is in a state that does not allow this",
            "40857": "no such copied position",
            "40858": "the copied position is in a state that does not allow this",
            "43044": "the copied position is in a state that does not allow this",
            "43064": "the copied position is in a state that does not allow this",
            "43065": "no such copied position",
            "45081": "no such copied position",
            "45082": "no such copied position",
        },
    ),
    Group(
        Kind.COPY,
        "close it under copy trading, as one of the copied positions",
        {
            "40728": "a trader closes copied positions one by one",
            "40746": "that much can only be closed as copied positions",
            "40864": "a copied position must be closed first",
            "40866": "a trader closes copied positions one by one",
            "40867": "that much can only be closed as copied positions",
            "40868": "a trader cannot close by trigger order",
            "43017": "a trader cannot close by trigger order",
            "31045": "take-profit and stop-loss for that much are set under the copied positions",
        },
    ),
    Group(
        Kind.COPY,
        "cancel the rest of the order first",
        {
            "31011": "the order is not filled completely: cancel the rest before closing",
            "31024": "the order is not filled completely: cancel the rest before selling",
            "40852": "copying cannot end while an order is open",
            "40853": "copying cannot end while a trigger order is open",
        },
    ),
    Group(
        Kind.COPY,
        "choose another trader",
        {
            "31026": "no such user",
            "31029": "no such user",
            "31034": "the trader has as many followers as allowed",
            "31048": "the trader takes invited followers only",
            "31049": "the trader's status is not normal or was withdrawn",
            "31051": "no such trader",
            "40860": "no such trader",
            "40861": "the trader has stopped",
            "43045": "the trader has as many followers as allowed",
            "43046": "no such user",
            "43062": "no such trader, or the trader cannot be copied",
        },
    ),
    Group(
        Kind.COPY,
        "nothing to do here: Bitget's rules do not allow it",
        {
            "31031": "a trader cannot follow others",
            "31032": "nobody can follow themselves",
            "31044": "while applying as a trader nobody can be copied",
            "31046": "main and sub-accounts cannot copy each other",
            "31050": "this trader is set already",
            "43057": "main and sub-accounts cannot copy each other",
            "43063": "nobody can follow themselves",
        },
    ),
    Group(
        Kind.COPY,
        "wait some minutes, then try again",
        {
            "31047": "a removed follower must wait before following again",
            "43047": "a removed follower must wait before following again",
        },
    ),
    Group(
        Kind.COPY,
        "ask Bitget's support",
        {
            "31010": "Bitget asks this user to leave copy trading",
            "31020": "copy trading is restricted for the account",
            "31033": "the follower could not be removed",
            "43068": "the follower's state does not allow removal now",
            "43069": "a follower can be removed only when their equity is small",
        },
    ),
    Group(
        Kind.COPY,
        _LIMIT_HINT,
        {
            "31035": "the copy ratio is too small",
            "31036": "the copy ratio is too large",
            "31037": "the copy size is too small",
            "31038": "the value is above the maximum",
            "31040": "the take-profit ratio is out of range",
            "31041": "the stop-loss ratio is out of range",
            "43050": "the leverage is out of range",
            "43051": "the value is above the maximum",
            "43052": "the copy size is too small",
            "43053": "the copy ratio is too large",
            "43054": "the copy ratio is too small",
            "43055": "the stop-loss ratio is out of range",
            "43056": "the take-profit ratio is out of range",
        },
    ),
    Group(
        Kind.COPY,
        "choose another symbol",
        {
            "31019": "this symbol cannot be copied",
            "31021": "this symbol cannot be copied now",
            "31052": "the trader has not opened this symbol for copying",
            "40731": "this symbol cannot be copied",
            "40854": "this symbol cannot be copied",
        },
    ),
    Group(
        Kind.COPY,
        "raise the size to what a trader must open at least",
        {
            "13008": "a trader's order is below the trader's minimum",
            "40734": "a trader's order is below the trader's minimum",
            "40892": "a trader's order is below the trader's minimum",
        },
    ),
    Group(
        Kind.COPY,
        "leave the leverage, or end copying first",
        {
            "40869": "a trader cannot change the leverage while trading for followers",
            "40870": "the leverage is locked while copying",
            "45089": "the leverage is locked while copying",
        },
    ),
    Group(
        Kind.COPY,
        "choose a lower leverage",
        {
            "40914": "the leverage is above what a trader may use",
            "40929": "the leverage is above what a trader may use",
        },
    ),
    Group(
        Kind.COPY,
        "look at the copy settings again",
        {
            "40848": "copying cannot start while a position is open",
            "40849": "the user is copying already",
            "40850": "the balance cannot be moved while copying",
            "40851": "copying cannot end in the account's present state",
            "40855": "copying has ended already",
            "45075": "the user is copying already",
        },
    ),
    Group(
        Kind.COPY,
        "close copied positions that are not needed",
        {
            "40876": "too many copied positions",
            "40877": "too many positions follow others",
            "45091": "too many copied positions",
        },
    ),
)
