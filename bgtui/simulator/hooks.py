"""Where faults plug into the server: around each request, on each frame, in its clock.

`NoFaults` is the honest exchange; `simulator.fault` implements the rest of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from typing import Protocol

from bgtui.domain.value import frozen
from bgtui.simulator.auth import Keys
from bgtui.simulator.exchange import Exchange


@frozen
class Asked:
    """One REST request, as it came."""

    number: int
    """Counted from 1."""
    method: str
    path: str
    name: str
    """Of the route, "" when there is none."""
    is_write: bool
    query: str
    body: bytes
    headers: Mapping[str, str]


@frozen
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"


@frozen
class Outgoing:
    """One frame to send, now or later."""

    text: str
    delay_s: float = 0.0


@frozen
class Link:
    """Which WebSocket connection a frame belongs to."""

    number: int
    is_private: bool
    uid: str
    """"" before the login."""


class Hangup(Exception):
    """Raised by a fault: close the connection without an answer."""


class Connected(Protocol):
    """One WebSocket connection, as far as a fault can reach it."""

    @property
    def link(self) -> Link:
        """Which one."""

    def end(self) -> None:
        """Close it."""

    def release(self, text: str) -> None:
        """Send a frame that a fault held back."""


class Attached(Protocol):
    """The simulator, as far as a fault can reach it."""

    @property
    def exchange(self) -> Exchange:
        """What is served."""

    @property
    def keys(self) -> Keys:
        """Who may ask."""

    @property
    def sessions(self) -> Collection[Connected]:
        """Open WebSocket connections."""


class Faults(Protocol):
    """What may go wrong; every method may be called at any time, on the event loop."""

    @property
    def skew_ms(self) -> int:
        """How far the exchange's clock is ahead of the true one, milliseconds."""

    def attach(self, simulator: Attached) -> None:
        """Get to know the simulator, before it is served."""

    def tick(self) -> None:
        """Do what is due; called a hundred times a second."""

    def admits(self, *, is_private: bool) -> bool:
        """Tell whether a new WebSocket connection is accepted."""

    async def before(self, asked: Asked) -> Answer | None:
        """Wait, or answer instead of the exchange, which then does nothing.

        Raises:
            Hangup: the connection is closed without an answer.
        """

    async def after(self, asked: Asked, answer: Answer) -> Answer:
        """Return what is answered when the exchange has done its work.

        Raises:
            Hangup: the connection is closed without an answer.
        """

    def frames(self, link: Link, channel: str, text: str) -> Sequence[Outgoing]:
        """Return what is sent in the place of one frame; ``channel`` is "" for control frames."""

    def control(self, wanted: Mapping[str, object] | None) -> object:
        """Return the switches, after setting the wanted ones.

        Raises:
            ValueError: no such switch, or no such position of it.
        """


class NoFaults:
    """Nothing goes wrong."""

    skew_ms = 0

    def attach(self, simulator: Attached) -> None:
        """Leave the simulator alone."""

    def tick(self) -> None:
        """Do nothing."""

    def admits(self, *, is_private: bool) -> bool:  # noqa: ARG002  # the protocol's
        """Accept every connection."""
        return True

    async def before(self, asked: Asked) -> Answer | None:  # noqa: ARG002  # the protocol's
        """Let the exchange answer."""
        return None

    async def after(self, asked: Asked, answer: Answer) -> Answer:  # noqa: ARG002  # the protocol's
        """Answer as the exchange did."""
        return answer

    def frames(self, link: Link, channel: str, text: str) -> Sequence[Outgoing]:  # noqa: ARG002
        """Send the frame."""
        return (Outgoing(text),)

    def control(self, wanted: Mapping[str, object] | None) -> object:
        """Say that there are no switches.

        Raises:
            ValueError: one was to be set.
        """
        if wanted:
            raise ValueError("this simulator has no faults")
        return {}
