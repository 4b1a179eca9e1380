"""Texts that are wrong in one way each: what faults make of an honest answer or frame."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

BIG_FRAME = 10_000_000
BIG_ANSWER = 40_000_000
_TERMINAL = "\x1b]52;c;aGVsbG8=\x07\x1b[2J\x9b31m"
_MARKUP = "[@click=app.bell]free[/] [/x]"
_UNSEEN = "\u202e\u2066evil\u200d\u0301\u0301\ufeff"
HOSTILE = _TERMINAL + _MARKUP + _UNSEEN
"""Terminal sequences, markup, bidi and zero-width marks, in one line."""
PORTAL = (
    "<!DOCTYPE html><html><head><title>Welcome</title></head>"
    "<body>Please sign in to the network</body></html>"
)
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?", re.ASCII)
_WORDS = frozenset(
    {
        "status",
        "state",
        "planStatus",
        "side",
        "tradeSide",
        "holdSide",
        "posSide",
        "orderType",
        "force",
        "marginMode",
        "posMode",
        "planType",
        "symbolStatus",
    }
)
_NAMES = re.compile(r"msg|message|errorMsg|.*(Name|NickName|nickName|Nickname)", re.ASCII)
_KEPT = re.compile(r".*([iI]d|Oid|ts|Ts|Time|time|seq)", re.ASCII)
"""Numbers that are no amounts."""

Change = Callable[[str, str], object]
"""(key, text) → what stands there instead."""


def garbage(kind: str, text: str) -> str:
    """Return a text as it must not be; what has no JSON to spoil is cut."""
    if kind == "malformed":
        return text[: max(len(text) * 2 // 3, 1)]
    if kind == "not-object":
        return "[1,2,3]"
    if kind == "deep":
        return '{"data":' + "[" * 20_000 + "]" * 20_000 + "}"
    if kind == "binary":
        return "\x00\x01\x02" + text[: len(text) // 2] + "\ufffe"
    if kind == "duplicate-keys":
        return '{"data":{"data":1},"code":"1","arg":7,' + text[1:]
    return _spoiled(kind, text)


def _spoiled(kind: str, text: str) -> str:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return text[: len(text) // 2]
    if not isinstance(body, dict):
        return text[: len(text) // 2]
    data = body.get("data")
    if kind == "wrong-type":
        body["data"] = {"no": [1]} if isinstance(data, list) else [["no"]]
    elif kind == "missing-field":
        body["data"] = thinned(data)
    elif kind == "lone-surrogate":
        body["data"] = mapped(data, lambda _, text: text + "\ud800")
    elif kind == "extra-enum":
        body["data"] = mapped(data, lambda key, text: "quantum" if key in _WORDS else text)
    else:
        instead = _NUMBERS[kind]
        body["data"] = mapped(
            data, lambda key, text: instead if _NUMBER.fullmatch(text) and not _KEPT.fullmatch(key) else text
        )
    return json.dumps(body)


_NUMBERS = {
    "empty-number": "",
    "nan": "NaN",
    "huge-exponent": "1e400",
    "negative-zero": "-0",
    "long-decimal": "0." + "1234567890" * 5,
}


def mapped(value: object, change: Change, key: str = "") -> object:
    """Return a JSON value with every text changed; rows without keys count as the key they stand under."""
    if isinstance(value, str):
        return change(key, value)
    if isinstance(value, list):
        return [mapped(each, change, key) for each in value]
    if isinstance(value, dict):
        return {name: mapped(each, change, name) for name, each in value.items()}
    return value


def thinned(value: object) -> object:
    """Return a JSON value whose objects lack every second field."""
    if isinstance(value, list):
        return [thinned(each) for each in value]
    if isinstance(value, dict) and len(value) > 1:
        names = list(value)
        if any(isinstance(value[name], list) for name in names):
            return {name: thinned(value[name]) for name in names}
        return {name: value[name] for name in names[::2]}
    return value


def without_lists(value: object) -> object:
    """Return a JSON value with null for every list."""
    if isinstance(value, list):
        return None
    if isinstance(value, dict):
        return {name: without_lists(each) for name, each in value.items()}
    return value


def hostile(value: object) -> object:
    """Return a JSON value whose messages and names attack the terminal."""
    return mapped(value, lambda key, text: HOSTILE if _NAMES.fullmatch(key) and "Coin" not in key else text)


def respelled(value: object) -> object:
    """Return a JSON value in which canceled and cancelled have changed places."""
    other = {"canceled": "cancelled", "cancelled": "canceled"}
    return mapped(value, lambda key, text: other.get(text, text) if key in _WORDS else text)


def levered(value: object) -> object:
    """Return a JSON value whose leverages are numbers, or texts where they are numbers."""
    if isinstance(value, list):
        return [levered(each) for each in value]
    if isinstance(value, dict):
        return {name: _number(name, each) for name, each in value.items()}
    return value


def _number(name: str, value: object) -> object:
    if not ("everage" in name or "Lever" in name):
        return levered(value)
    if isinstance(value, str) and value.isdigit():
        return int(value)
    return str(value) if type(value) is int else value


def padding(size: int) -> str:
    """Return a JSON text of about so many bytes."""
    return '"' + "x" * size + '"'
