"""What all writers share: send one request, and take its answer for no more than it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

import msgspec

from bgtui.domain.error import DecodeError, OutcomeUnknown
from bgtui.exchange.failure import LOOK_IT_UP
from bgtui.wire.encode import Request
from bgtui.wire.endpoint import Write

T = TypeVar("T")


class Sink(Protocol):
    """What writes need of a client: `RestClient.write`."""

    async def write(
        self, endpoint: Write, body: Mapping[str, object], *, lowers_risk: bool | None = None
    ) -> msgspec.Raw:
        """Send once."""


class Writes:
    """Sends to one client; the subjects derive from it."""

    def __init__(self, sink: Sink) -> None:
        """Take the client to send with."""
        self._sink = sink

    async def _send(
        self, request: Request, decode: Callable[[msgspec.Raw], T], *, lowers_risk: bool | None = None
    ) -> T:
        """Send a request and return its decoded answer.

        Raises:
            OutcomeUnknown: The answer says success, and cannot be read.
        """
        endpoint, body = request
        data = await self._sink.write(endpoint, body, lowers_risk=lowers_risk)
        try:
            return decode(data)
        except DecodeError as error:
            reason = error.message
        raise OutcomeUnknown(f"Sent, but nobody knows whether it was carried out: {reason}", hint=LOOK_IT_UP)


def nothing(_data: msgspec.Raw) -> None:
    """Read an answer that says no more than that it was done."""


def if_any(decode: Callable[[msgspec.Raw], T]) -> Callable[[msgspec.Raw], T | None]:
    """Read an answer that is empty when the setting was already so."""

    def read(data: msgspec.Raw) -> T | None:
        return None if bytes(data) in (b"", b"null", b'""') else decode(data)

    return read
