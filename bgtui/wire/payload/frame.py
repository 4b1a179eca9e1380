"""The outside of a WebSocket frame: enough of it to route the rest, which stays undecoded bytes."""

from __future__ import annotations

import msgspec


class Frame(msgspec.Struct, gc=False):
    """A push, or a control frame, with its topic and rows still raw."""

    action: str | None = None
    """``snapshot`` or ``update`` on a push, absent otherwise."""
    event: str | None = None
    """``subscribe``, ``login``, ``error`` … on a control frame, absent otherwise."""
    arg: msgspec.Raw = msgspec.Raw()  # immutable
    data: msgspec.Raw = msgspec.Raw()
    ts: int | str | None = None
    """When the exchange sent it, milliseconds."""


class Arg(msgspec.Struct, gc=False, rename="camel"):
    """The topic of a subscription, an acknowledgement or a push."""

    inst_type: str | None = None
    channel: str | None = None
    inst_id: str | None = None
    coin: str | None = None
    ccy: str | None = None
    """What source 000 calls `coin`."""


class Reply(msgspec.Struct, gc=False):
    """Answer to an operation of ours."""

    event: str
    arg: Arg | None = None
    code: int | str | None = None
    msg: str | None = None
