"""Faults of REST: late, lost, refused and spoiled answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import msgspec

from bgtui.simulator import fault_text
from bgtui.simulator.fault_chance import Chance
from bgtui.simulator.hooks import Answer, Asked, Hangup
from bgtui.simulator.routes import ROUTES

_REFUSALS: Mapping[str, tuple[int, str, str]] = MappingProxyType(
    {
        "429": (429, "429", "Too Many Requests"),
        "maintenance": (500, "45001", "System maintenance, please try again later"),
        "ip-denied": (403, "40018", "Invalid IP"),
        "no-permission": (403, "40014", "Incorrect permissions"),
    }
)
"""Fault → HTTP status, code, message."""
_OF_KEYS = frozenset({"ip-denied", "no-permission"})
"""Only of signed requests."""


def is_meant(chance: Chance, asked: Asked) -> bool:
    """Tell whether a request is one that a fault names."""
    route, method = chance.spec.option("route"), chance.spec.option("method")
    if method and method != asked.method:
        return False
    return not route or route == asked.name or asked.path.startswith(route)


async def before(chance: Chance, asked: Asked, now_s: float, api_keys: Mapping[str, str]) -> Answer | None:
    """Let one fault act before the exchange does; return what is answered in its place.

    Raises:
        Hangup: nothing is answered.
    """
    name = chance.name
    if name in _OF_KEYS and not _is_signed_by(chance, asked, api_keys):
        return None
    if name in ("status", "html") and chance.spec.option("accepted") == "yes":
        return None
    if name not in _BEFORE or not chance.take(now_s):
        return None
    if name == "latency":
        low, high = _range(chance)
        await asyncio.sleep((low + (high - low) * chance.rng.random()) / 1000)
        return None
    if name == "timeout-before":
        await _hold(chance)
    return _instead(chance)


async def after(chance: Chance, asked: Asked, answer: Answer, now_s: float) -> Answer:
    """Let one fault act on an answer.

    Raises:
        Hangup: it is lost.
    """
    name = chance.name
    if name == "fill-before-order":
        if asked.is_write and asked.path.endswith("/place-order") and chance.is_on(now_s):
            await asyncio.sleep(LATE_S)
        return answer
    if name == "timeout-after" and chance.take(now_s):
        await _hold(chance)
    if name in ("status", "html") and chance.spec.option("accepted") == "yes" and chance.take(now_s):
        return _instead(chance) or answer
    change = CHANGES.get(name)
    if change is None or (name in _READS_ONLY and (asked.is_write or answer.status != 200)):
        return answer
    return replace(answer, body=change(chance, answer.body)) if chance.take(now_s) else answer


LATE_S = 0.4
"""How late an answer, and the push of a live order, come after the order's fill."""
_BEFORE = frozenset({"latency", "timeout-before", "status", "html", *_REFUSALS})


def _instead(chance: Chance) -> Answer | None:
    if chance.name == "status":
        status = chance.spec.argument
        page = f"<html><head><title>{status}</title></head><body>{status}</body></html>"
        return Answer(int(status) if isinstance(status, int) else 500, page.encode(), media_type="text/html")
    if chance.name == "html":
        return Answer(200, fault_text.PORTAL.encode(), media_type="text/html")
    status, code, message = _REFUSALS[chance.name]
    body = {"code": code, "msg": message, "requestTime": 0, "data": None}
    return Answer(status, msgspec.json.encode(body))


async def _hold(chance: Chance) -> None:
    span = chance.spec.argument
    await asyncio.sleep(span / 1000 if isinstance(span, int) else 60)
    raise Hangup


def _range(chance: Chance) -> tuple[int, int]:
    found = chance.spec.argument
    return found if isinstance(found, tuple) else (0, 0)


def _is_signed_by(chance: Chance, asked: Asked, api_keys: Mapping[str, str]) -> bool:
    route = ROUTES.get(asked.path)
    if route is None or not route.signed:
        return False
    profile = chance.spec.option("profile")
    return not profile or asked.headers.get("access-key", "") == api_keys.get(profile)


# What becomes of an answer's body


def _data(change: Callable[[Any], Any]) -> Callable[[Chance, bytes], bytes]:
    return _body(lambda found: {**found, "data": change(found.get("data"))})


def _body(change: Callable[[dict[str, Any]], object]) -> Callable[[Chance, bytes], bytes]:
    def apply(_: Chance, body: bytes) -> bytes:
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            return body  # another fault has been there before
        if not isinstance(found, dict):
            return body
        return json.dumps(change(found)).encode("utf-8", "surrogatepass")

    return apply


def _garbage(chance: Chance, body: bytes) -> bytes:
    kind = str(chance.spec.argument)
    if kind == "binary":
        return b"\xff\xfe\x00\x80" + body
    return fault_text.garbage(kind, body.decode()).encode("utf-8", "surrogatepass")


def _big(_: Chance, body: bytes) -> bytes:
    return body[:-1] + b',"pad":' + fault_text.padding(fault_text.BIG_ANSWER).encode() + b"}"


CHANGES: Mapping[str, Callable[[Chance, bytes], bytes]] = MappingProxyType(
    {
        "null-data": _data(lambda _: None),
        "partial": _data(fault_text.thinned),
        "null-lists": _data(fault_text.without_lists),
        "cancelled-spelling": _data(fault_text.respelled),
        "numeric-leverage": _data(fault_text.levered),
        "garbage-answer": _garbage,
        "big-answer": _big,
        "hostile-text": _body(fault_text.hostile),
    }
)
_READS_ONLY = frozenset({"null-data", "partial", "null-lists", "garbage-answer", "big-answer"})
