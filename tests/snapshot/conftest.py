"""How a picture is taken, and held against the one that was accepted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.support.picture import Picture

Compare = Callable[[Picture, tuple[int, int]], bool]


@pytest.fixture
def looks_as_before(snap_compare: Callable[..., bool], monkeypatch: pytest.MonkeyPatch) -> Compare:
    """Return what arranges a picture at a size, and tells whether it is the one that was accepted.

    Frames are stepped and at rest when they are looked at, so nobody waits for an idle processor.
    """

    async def be_idle(*_: float) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr("textual.pilot.wait_for_idle", be_idle)

    def compare(picture: Picture, size: tuple[int, int]) -> bool:
        prepared = picture.prepare()

        async def show(pilot: Pilot[Any]) -> None:
            await picture.arrange(prepared, pilot)

        return snap_compare(prepared.app, terminal_size=size, run_before=show)

    return compare
