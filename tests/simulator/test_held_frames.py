"""A push that waits to be overtaken is late, and never lost."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest

from bgtui.simulator.fault import FaultSet
from bgtui.simulator.fault_frames import HOLD_S
from bgtui.simulator.hooks import Link, Outgoing
from tests.support.build import HandClock

LINK = Link(7, is_private=True, uid="1")
FIRST = '{"arg":{"channel":"orders"},"data":[1]}'
SECOND = '{"arg":{"channel":"orders"},"data":[2]}'


class Room:
    """Faults over one connection."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.sent: list[str] = []
        self.faults = FaultSet(["reorder-frames:channel=orders"], clock=self.clock, rng=random.Random(1))
        session = SimpleNamespace(link=LINK, release=self.sent.append, end=lambda: None)
        simulator: Any = SimpleNamespace(exchange=None, keys=None, sessions=[session])
        self.faults.attach(simulator)

    def push(self, text: str) -> list[Outgoing]:
        return list(self.faults.frames(LINK, "orders", text))


def test_the_next_push_overtakes_it() -> None:
    room = Room()
    assert room.push(FIRST) == []
    assert [out.text for out in room.push(SECOND)] == [SECOND, FIRST]
    room.clock.advance(HOLD_S)
    room.faults.tick()
    assert room.sent == []


def test_without_a_next_one_it_is_sent_late() -> None:
    room = Room()
    room.push(FIRST)
    room.clock.advance(HOLD_S / 2)
    room.faults.tick()
    assert room.sent == []
    room.clock.advance(HOLD_S / 2)
    room.faults.tick()
    room.faults.tick()
    assert room.sent == [FIRST]


@pytest.mark.parametrize("number", [1, None])
def test_the_end_of_the_fault_sends_it(number: int | None) -> None:
    room = Room()
    room.push(FIRST)
    room.faults.clear(number)
    assert room.sent == [FIRST]
