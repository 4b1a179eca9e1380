"""What happens in copy trading by itself: followers join and leave, scripted leaders open and close."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from functools import partial

from bgtui.domain.instrument import ProductType
from bgtui.simulator.copytrade import LeaderBook
from bgtui.simulator.copytrade_script import Stage
from bgtui.simulator.copytrade_track import Track
from bgtui.simulator.reject import Reject

JOIN_S, LEAVE_S, TRADE_S = 75.0, 160.0, 90.0
"""Seconds between two events of a kind, on average; of `TRADE_S`, for each scripted leader."""
MAX_JOINED = 60
"""Named followers beyond which nobody joins by itself."""
MAX_OPEN = 4
_FIRST = ("amber", "brisk", "coral", "dusty", "ember", "frosty", "gentle", "hazel", "ivory", "jade", "kind")
_SECOND = ("falcon", "otter", "maple", "river", "comet", "badger", "heron", "willow", "quartz", "moth")


class Life:
    """Keeps the stage moving, at moments of its own."""

    def __init__(self, stage: Stage, rng: random.Random, speed: float) -> None:
        """Begin; everything is ``speed`` times as frequent."""
        self._stage, self._random, self._speed = stage, rng, speed
        self._house = stage.house
        self._joined = 0
        self._again(JOIN_S, self._join)
        self._again(LEAVE_S, self._leave)
        for book in stage.others:
            self._again(TRADE_S, partial(self._trade, book))

    def _again(self, mean_s: float, deed: Callable[[], None]) -> None:
        """Do something after a random while, and again and again."""
        wait_s = self._random.expovariate(1 / mean_s) / self._speed
        due_ms = self._house.now_ms() + max(round(wait_s * 1000), 1)

        def happen() -> None:
            # What a jump of the market left out is left out.
            if self._house.now_ms() == due_ms:
                deed()
            self._again(mean_s, deed)

        self._house.at(due_ms, happen)

    def _any_leader(self) -> LeaderBook:
        is_futures = self._random.random() < 0.7
        return self._stage.leaders[ProductType.USDT_FUTURES if is_futures else ProductType.SPOT]

    def _join(self) -> None:
        if self._joined >= MAX_JOINED:
            return
        self._joined += 1
        rng = self._random
        name = f"{rng.choice(_FIRST)}_{rng.choice(_SECOND)}{rng.randrange(10, 99)}"
        self._stage.newcomer(self._any_leader(), name, self._house.now_ms())

    def _leave(self) -> None:
        book = self._any_leader()
        # Whoever has a key of the simulator's stays until told otherwise.
        known = [each for each in book.relations.values() if each.settings and each.uid.startswith("71")]
        if len(known) > MAX_JOINED // 6:
            relation = self._random.choice(known)
            copies = list(relation.copies.values())
            self._house.part(relation)
            for copy in copies:
                self._close(copy)

    def _trade(self, book: LeaderBook) -> None:
        tracks = list(book.tracks.open.values())
        if tracks and (len(tracks) >= MAX_OPEN or self._random.random() < 0.5):
            self._close(self._random.choice(tracks))
            return
        self._stage.trade(book, is_lagging=True)

    def _close(self, track: Track) -> None:
        with contextlib.suppress(Reject):
            self._house.close(track)
