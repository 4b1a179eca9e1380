"""Faults of the streams: what becomes of one frame on its way out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from bgtui.domain.value import frozen
from bgtui.simulator import fault_text
from bgtui.simulator.fault_chance import Chance
from bgtui.simulator.fault_rest import LATE_S
from bgtui.simulator.hooks import Link, Outgoing

HOLD_S = 1.0
"""How long a push waits for the one that is to overtake it; then it is sent: late, and never lost."""
EPSILON_S = 0.0001
"""Between frames that are due at the same moment, so that their order stays."""


@frozen
class Frame:
    """One frame on its way."""

    link: Link
    channel: str
    """"" for control frames."""
    now_s: float


Act = Callable[[Chance, Frame, Outgoing], Sequence[Outgoing]]


class FrameFaults:
    """What faults remember between frames."""

    def __init__(self) -> None:
        """Begin with nothing held back."""
        self._held: dict[tuple[int, int, str], tuple[Outgoing, float]] = {}
        """(fault, connection, argument) → the frame that waits to come second, and since when."""
        self._due: dict[tuple[int, int], float] = {}
        """(fault, connection) → when its last delayed frame is due."""

    def forget(self, number: int) -> list[tuple[int, str]]:
        """Return what a fault held back, as `released` does, and forget it."""
        self._due = {key: due for key, due in self._due.items() if key[0] != number}
        return self._take_held([key for key in self._held if key[0] == number])

    def released(self, now_s: float) -> list[tuple[int, str]]:
        """Return the frames that nothing has overtaken in time, each with the number of its connection."""
        return self._take_held([key for key, (_, since_s) in self._held.items() if now_s - since_s >= HOLD_S])

    def _take_held(self, keys: list[tuple[int, int, str]]) -> list[tuple[int, str]]:
        return [(key[1], self._held.pop(key)[0].text) for key in keys]

    def act(self, chance: Chance, frame: Frame, out: Outgoing) -> Sequence[Outgoing]:
        """Let one fault act on one frame."""
        if chance.name == "reorder-frames":
            return self._reorder(chance, frame, out)
        if chance.name == "frame-latency":
            return (self._late(chance, frame, out),)
        act = _ACTS.get(chance.name)
        return (out,) if act is None else act(chance, frame, out)

    def _reorder(self, chance: Chance, frame: Frame, out: Outgoing) -> Sequence[Outgoing]:
        # A snapshot that comes late would only be a lost snapshot.
        is_first = frame.channel.startswith("books") and out.text.startswith('{"action":"snapshot"')
        if not _is_meant(chance, frame, out) or is_first:
            return (out,)
        key = (chance.number, frame.link.number, _argument(out.text))
        held = self._held.pop(key, None)
        if held is not None:
            return (out, held[0])
        if chance.take(frame.now_s):
            self._held[key] = (out, frame.now_s)
            return ()
        return (out,)

    def _late(self, chance: Chance, frame: Frame, out: Outgoing) -> Outgoing:
        if not _is_meant(chance, frame, out) or not chance.take(frame.now_s):
            return out
        bounds = chance.spec.argument
        low, high = bounds if isinstance(bounds, tuple) else (0, 0)
        key = (chance.number, frame.link.number)
        delay_s = (low + (high - low) * chance.rng.random()) / 1000
        due_s = max(self._due.get(key, 0.0) + EPSILON_S, frame.now_s + delay_s)
        self._due[key] = due_s
        return replace(out, delay_s=out.delay_s + due_s - frame.now_s)


def _is_meant(chance: Chance, frame: Frame, out: Outgoing, default: str = "") -> bool:
    """Tell whether a push is one that a fault names."""
    wanted = chance.spec.option("channel") or default
    if not frame.channel or (wanted and wanted != frame.channel and not _is_candle(wanted, frame.channel)):
        return False
    symbol = chance.spec.option("symbol").upper()
    return not symbol or f'"{symbol}"' in out.text


def _is_candle(wanted: str, channel: str) -> bool:
    return wanted == "candle" and channel.startswith("candle")


def _argument(text: str) -> str:
    start = text.find('"arg":')
    return text[start : text.find("}", start)]


def _dropped(chance: Chance, frame: Frame, out: Outgoing) -> Sequence[Outgoing]:
    return () if _is_meant(chance, frame, out) and chance.take(frame.now_s) else (out,)


def _lost_private(chance: Chance, frame: Frame, out: Outgoing) -> Sequence[Outgoing]:
    return _dropped(chance, frame, out) if frame.link.is_private else (out,)


def _gap(chance: Chance, frame: Frame, out: Outgoing) -> Sequence[Outgoing]:
    is_update = out.text.startswith('{"action":"update"')
    if is_update and _is_meant(chance, frame, out, "books") and chance.take(frame.now_s):
        return ()
    return (out,)


def _doubled(chance: Chance, frame: Frame, out: Outgoing) -> Sequence[Outgoing]:
    return (out, out) if _is_meant(chance, frame, out) and chance.take(frame.now_s) else (out,)


def _doubled_fill(chance: Chance, frame: Frame, out: Outgoing) -> Sequence[Outgoing]:
    is_fill = frame.channel == "fill" or (frame.channel == "orders" and '"tradeId"' in out.text)
    return (out, out) if is_fill and chance.take(frame.now_s) else (out,)


def _fill_first(chance: Chance, frame: Frame, out: Outgoing) -> Sequence[Outgoing]:
    is_live = frame.channel == "orders" and '"status":"live"' in out.text
    return (replace(out, delay_s=LATE_S),) if is_live and chance.take(frame.now_s) else (out,)


def _seq_back(chance: Chance, frame: Frame, out: Outgoing) -> Sequence[Outgoing]:
    def change(row: dict[str, Any]) -> bool:
        seq = row.get("seq")
        if seq is None or not chance.take(frame.now_s):
            return False
        row["seq"] = type(seq)(int(seq) - 1000)
        return True

    is_update = out.text.startswith('{"action":"update"')
    return _changed_book(chance, frame, out, change) if is_update else (out,)


def _bad_checksum(chance: Chance, frame: Frame, out: Outgoing) -> Sequence[Outgoing]:
    def change(row: dict[str, Any]) -> bool:
        if not row.get("checksum") or not chance.take(frame.now_s):
            return False
        row["checksum"] ^= 1
        return True

    return _changed_book(chance, frame, out, change)


def _changed_book(
    chance: Chance, frame: Frame, out: Outgoing, change: Callable[[dict[str, Any]], bool]
) -> Sequence[Outgoing]:
    if not _is_meant(chance, frame, out, "books"):
        return (out,)
    body = _read(out.text)
    is_changed = body is not None and isinstance(body["data"], list) and change(body["data"][0])
    return (replace(out, text=_dump(body)),) if is_changed else (out,)


def _read(text: str) -> dict[str, Any] | None:
    """Return a push; None where another fault has been there before."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) and "data" in body else None


def _dump(body: object) -> str:
    return json.dumps(body, separators=(",", ":"))


def _garbled(chance: Chance, frame: Frame, out: Outgoing) -> Sequence[Outgoing]:
    if not _is_meant(chance, frame, out) or not chance.take(frame.now_s):
        return (out,)
    text = fault_text.garbage(str(chance.spec.argument), out.text)
    # A frame of text cannot hold half a character.
    return (replace(out, text=text.encode("utf-8", "replace").decode()),)


def _big(chance: Chance, frame: Frame, out: Outgoing) -> Sequence[Outgoing]:
    if not _is_meant(chance, frame, out) or not chance.take(frame.now_s):
        return (out,)
    pad = fault_text.padding(fault_text.BIG_FRAME)
    return (out, replace(out, text=f'{{"action":"update",{_argument(out.text)}}},"data":[{pad}]}}'))


def _respelled(change: Callable[[Any], Any]) -> Act:
    def act(chance: Chance, frame: Frame, out: Outgoing) -> Sequence[Outgoing]:
        if not frame.link.is_private or not frame.channel or not chance.is_on(frame.now_s):
            return (out,)
        body = _read(out.text)
        if body is None:
            return (out,)
        body["data"] = change(body["data"])
        return (replace(out, text=_dump(body)),)

    return act


def _silent_link(chance: Chance, frame: Frame, out: Outgoing) -> Sequence[Outgoing]:
    return () if frame.link.number in chance.marked else (out,)


def _refused_topic(chance: Chance, frame: Frame, out: Outgoing) -> Sequence[Outgoing]:
    """Answer a subscription with an error, and push nothing of it."""
    key = (frame.link.number, _argument(out.text))
    if frame.channel:
        return () if key in chance.marked else (out,)
    if not out.text.startswith('{"event":"subscribe"'):
        return (out,)
    channel, symbol = chance.spec.option("channel"), chance.spec.option("symbol")
    if (channel and f'"{channel}"' not in out.text) or (symbol and f'"{symbol.upper()}"' not in out.text):
        return (out,)
    if not chance.take(frame.now_s):
        chance.marked.discard(key)
        return (out,)
    chance.marked.add(key)
    body = json.loads(out.text)
    error = {"event": "error", "arg": body["arg"], "code": chance.spec.argument, "msg": "refused"}
    return (replace(out, text=_dump(error)),)


_ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "drop-frame": _dropped,
        "silent": _dropped,
        "lost-private-push": _lost_private,
        "gap": _gap,
        "duplicate-frame": _doubled,
        "duplicate-fill": _doubled_fill,
        "fill-before-order": _fill_first,
        "seq-back": _seq_back,
        "bad-checksum": _bad_checksum,
        "garbage-frame": _garbled,
        "big-frame": _big,
        "cancelled-spelling": _respelled(fault_text.respelled),
        "numeric-leverage": _respelled(fault_text.levered),
        "half-open": _silent_link,
        "subscribe-refused": _refused_topic,
    }
)
