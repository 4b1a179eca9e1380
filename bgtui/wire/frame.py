"""From a frame to events: the one place where WebSocket text enters, and no input makes it raise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from bgtui.domain.error import DecodeError
from bgtui.domain.event import BookBroken, Event, FrameRefused, FrameUnsupported
from bgtui.domain.text import Untrusted, clean_line
from bgtui.domain.value import frozen
from bgtui.wire.channel import Decode, Subscription, resolve, subscription
from bgtui.wire.decode.origin import Origin
from bgtui.wire.payload.frame import Arg, Frame, Reply

MAX_FRAME = 16 * 1024 * 1024
"""Bytes; the largest real frame, a snapshot of candles, has about 70 kB."""
MAX_ROUTES = 4096
"""Topics remembered; one connection carries at most 1000."""
SAMPLE = 200
"""Characters of a refused frame that are kept."""


@frozen
class Pong:
    """Answer to a ping."""


@frozen
class LoggedIn:
    """The private stream accepted the key."""


@frozen
class LoginFailed:
    """The private stream refused the key; the exchange closes the connection."""

    code: str
    message: Untrusted


@frozen
class Subscribed:
    """One channel was acknowledged."""

    subscription: Subscription


@frozen
class Unsubscribed:
    """One channel ended, as asked."""

    subscription: Subscription


@frozen
class Failed:
    """The exchange refused an operation of ours."""

    subscription: Subscription | None
    """None when it did not say which."""
    code: str
    message: Untrusted


Control = Pong | LoggedIn | LoginFailed | Subscribed | Unsubscribed | Failed

_ACTIONS = frozenset({"snapshot", "update"})
_LOGIN_CODES = frozenset({"30005", "30011", "30012", "30013", "30014", "30015"})
"""Codes of section 3.3 of the wire notes that only a login can earn."""
_UNREADABLE = (
    DecodeError,
    msgspec.MsgspecError,
    ValueError,
    LookupError,
    ArithmeticError,
    RecursionError,
)
"""All that a decoder may raise: `ValueError` covers broken UTF-8, `LookupError` a word that no table has,
`ArithmeticError` absurd numbers."""

_frame = msgspec.json.Decoder(Frame).decode
_arg = msgspec.json.Decoder(Arg).decode
_reply = msgspec.json.Decoder(Reply).decode
_find_arg = re.compile(rb'"arg"\s*:\s*(\{[^{}]{0,1000}\})').search


_Route = tuple[Decode, Origin]


class _Routes(dict[bytes, _Route | None]):
    """Topics by the very bytes that name them, which every push repeats; a new one is looked up once."""

    def __missing__(self, arg: bytes) -> _Route | None:
        if len(self) >= MAX_ROUTES:
            self.clear()
        route = self[arg] = _route(arg)
        return route


class Router:
    """Turns the frames of one connection into events and controls."""

    def __init__(self, name: str) -> None:
        """Name the connection, for the events that count its bad frames."""
        self._name = name
        self._routes = _Routes()

    def route(self, raw: bytes | str) -> Sequence[Event | Control]:
        """Read one frame; never raises.

        A frame that cannot be read comes out as `FrameRefused`, with `BookBroken` when it was part of a
        book; one of a channel that the program does not know as `FrameUnsupported`.
        """
        if not 4 < len(raw) <= MAX_FRAME:
            return (
                (Pong(),) if raw in (b"pong", "pong") else self._refuse(raw, f"a frame of {len(raw)} bytes")
            )
        try:
            frame = _frame(raw)
            if frame.action not in _ACTIONS:
                return self._reply(raw, frame)
            route = self._routes[bytes(frame.arg)]
            if route is None:
                return self._unsupported(frame)
            decode, origin = route
            return decode(origin, frame)
        except _UNREADABLE as error:
            return self._refuse(raw, _reason(error))

    def _unsupported(self, frame: Frame) -> Sequence[Event]:
        arg = _arg(frame.arg)
        topic = f"{arg.inst_type} {arg.channel}"
        return (FrameUnsupported(self._name, Untrusted(topic[:SAMPLE])),)

    def _reply(self, raw: bytes | str, frame: Frame) -> Sequence[Event | Control]:
        if frame.event is None:
            raise DecodeError("neither a push nor an answer")
        reply = _reply(raw)
        code = "" if reply.code is None else clean_line(str(reply.code), 40)
        message = Untrusted(reply.msg or "")
        match reply.event:
            case "pong":
                return (Pong(),)
            case "login":
                return (LoggedIn(),) if code in ("", "0", "00000") else (LoginFailed(code, message),)
            case "subscribe":
                return (Subscribed(subscription(reply.arg or Arg())),)
            case "unsubscribe":
                return (Unsubscribed(subscription(reply.arg or Arg())),)
            case "error" if code in _LOGIN_CODES and reply.arg is None:
                return (LoginFailed(code, message),)
            case "error":
                named = None if reply.arg is None else subscription(reply.arg)
                return (Failed(named, code, message),)
            case _:
                return (FrameUnsupported(self._name, Untrusted(reply.event[:SAMPLE])),)

    def _refuse(self, raw: bytes | str, reason: str) -> Sequence[Event]:
        refused = FrameRefused(self._name, reason, Untrusted(_text(raw)))
        origin = _salvage(raw)
        if origin is None or origin.depth is None or origin.instrument is None:
            return (refused,)
        return (refused, BookBroken(origin.instrument, origin.depth))


@lru_cache(maxsize=MAX_ROUTES)
def _route(arg: bytes) -> _Route | None:
    """Find what reads the pushes of a topic."""
    found = resolve(_arg(arg))
    return None if found is None else (found[0].decode, found[1])


def _salvage(raw: bytes | str) -> Origin | None:
    """Find out which topic an unreadable frame belonged to: what it said is missing from that topic now."""
    edges = raw if len(raw) <= 4096 else raw[:2048] + raw[-2048:]  # type: ignore[operator]  # one kind or the other
    found = _find_arg(edges.encode(errors="replace") if isinstance(edges, str) else edges)
    if found is None:
        return None
    try:
        route = _route(found[1])
    except _UNREADABLE:
        return None
    return None if route is None else route[1]


def _text(raw: bytes | str) -> str:
    start = raw[:SAMPLE]
    return start if isinstance(start, str) else start.decode(errors="replace")


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeError):
        return "not UTF-8 text"
    return clean_line(str(error) or "the rows cannot be read", SAMPLE)
