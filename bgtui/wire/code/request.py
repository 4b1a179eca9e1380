"""Codes about the request itself: what was sent is malformed, out of range or used before."""

from __future__ import annotations

from bgtui.wire.code.kind import Group, Kind

_BUG_HINT = "nothing to do here: please report it, with the log"

GROUPS = (
    Group(
        Kind.PARAMETER,
        _BUG_HINT,
        {
            "00171": "Bitget's check of the parameters failed",
            "00172": "Bitget's check of the parameters failed",
            "40007": "the request's content type is not JSON",
            "40017": "Bitget's check of the parameters failed",
            "400172": "Bitget's check of the parameters failed",
            "40019": "a parameter is empty",
            "40020": "a parameter is wrong",
            "40053": "a parameter is out of its range",
            "40057": "a parameter is not spelled as it must be",
            "40058": "a parameter lists more than it may",
            "40059": "a parameter is larger than it may be",
            "40064": "a parameter is missing or wrong",
            "40067": "a parameter is missing or wrong",
            "40402": "the order id is not spelled as it must be",
            "40404": "Bitget has no such address",
            "40408": "a range is wrong",
            "40409": "a format is wrong",
            "40407": "the direction asked for is not the trigger order's",
            "40724": "a parameter is empty",
            "40779": "the order carries the wrong order type",
            "40811": "a parameter is missing",
            "40812": "a condition of the call is not met",
            "40813": "a parameter is empty",
            "40913": "one of several parameters must be given",
            "40924": "neither the exchange's order id nor ours was given",
            "40925": "price and size must be given together",
            "41002": "a parameter is missing or wrong",
            "41100": "Bitget refused the request's parameters",
            "41101": "a parameter is wrong",
            "41102": "a parameter is wrong",
            "41103": "a parameter is wrong, or does not fit its step",
            "43011": "a parameter does not fit Bitget's rule",
            "43048": "the symbol is missing",
            "43058": "Bitget's check of the parameters failed",
            "43060": "the sort order is missing",
            "43061": "the sort field is missing",
            "43111": "a parameter is wrong",
            "43123": "a parameter is wrong",
            "45026": "the order carries the wrong order type",
            "48001": "Bitget's check of the parameters failed",
            "48002": "a parameter is missing",
            "50011": "Bitget's check of the parameters failed",
            "50061": "a parameter is wrong",
            "22003": "a change of price or size needs a new order id of ours",
            "31002": "a condition of the call is not met",
            "31003": "a parameter is empty",
            "31028": "Bitget's check of the parameters failed",
            "31030": "the symbol is missing",
        },
    ),
    Group(
        Kind.PARAMETER,
        "use the contract's tick and step; in Bitget's release hours try again later",
        {"40808": "Bitget's check failed, mostly for too many decimals in price or size"},
    ),
    Group(
        Kind.PARAMETER,
        "use an order id of at most 40 letters, digits, - and _",
        {
            "40304": "our order id is longer than 50 characters",
            "40305": "our order id is longer than 64 characters or holds odd ones",
        },
    ),
    Group(
        Kind.PARAMETER,
        "send fewer at once",
        {
            "40306": "too many orders in one batch (50 at most)",
            "40912": "too many cancels in one batch (50 at most)",
        },
    ),
    Group(
        Kind.PARAMETER,
        "ask for less at once",
        {
            "40303": "at most 20,000 rows can be asked for",
            "43067": "more rows were asked for than can be loaded at once",
        },
    ),
    Group(
        Kind.PARAMETER,
        "choose another time range",
        {
            "00001": "start and end are more than 366 days apart",
            "20001": "the start must lie before the end",
            "40704": "only the last three months can be asked for",
            "40705": "start and end are more than 90 days apart",
            "40707": "the start lies after the end",
            "40902": "a time in the future was asked for",
            "42072": "the time range is not allowed",
            "43130": "the time range is not allowed",
        },
    ),
    Group(
        Kind.DUPLICATE,
        "look the id up: an earlier attempt may stand",
        {
            "25212": "an order with this id of ours exists already",
            "40708": "an order with this id of ours exists already, or a parameter is wrong",
            "40786": "an order with this id of ours exists already",
            "43118": "an order with this id of ours exists already",
            "45034": "an order with this id of ours exists already",
            "50060": "an order with this id of ours exists already",
        },
    ),
    Group(
        Kind.PARAMETER,
        "ask for something else",
        {"40054": "Bitget has no data for that"},
    ),
)
