"""What goes wrong in a storm: each fault begins, lasts a while, and ends."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from bgtui.domain.error import ConfigError
from tests.support.storm_checks import BLIND_S, Checks
from tests.support.storm_life import Life
from tests.support.storm_world import BTC, Place, StormLoop

UNREADABLE = ("malformed", "not-object", "wrong-type", "nan", "huge-exponent", "deep", "binary")
"""Texts that cannot be taken for something else."""
ANY_TEXT = (*UNREADABLE, "missing-field", "empty-number", "extra-enum", "duplicate-keys", "lone-surrogate")
"""Of public channels: what is wrong there is seen in the book."""
End = Callable[[], None]
Fault = Callable[[], tuple[str, float, End] | None]
"""Begins; returns what to call it, how long it lasts and what ends it."""


def _nothing() -> None:
    """Leave it to itself."""


class Faults:
    """Everything that may go wrong, drawn by chance."""

    def __init__(
        self, place: Place, checks: Checks, rng: random.Random, lives: Callable[[], list[Life]]
    ) -> None:
        self._place = place
        self._checks = checks
        self._rng = rng
        self._lives = lives
        self.is_alone = False
        """Nobody but the programs opens anything."""
        self.kinds: tuple[tuple[Fault, int], ...] = (
            (self.rest, 12),
            (self.lost_write, 8),
            (self.streams, 12),
            (self.connections, 5),
            (self.half_open, 3),
            (self.world, 8),
            (self.network, 8),
            (self.down, 3),
            (self.slow_consumer, 2),
            (self.stall, 2),
            (self.wall_clock, 3),
            (self.leap, 1),
            (self.exchange_clock, 2),
            (self.key, 2),
            (self.disk, 5),
        )

    def draw(self) -> tuple[str, float, End] | None:
        """Begin one."""
        faults, weights = zip(*self.kinds, strict=True)
        found: tuple[str, float, End] | None = self._rng.choices(faults, weights)[0]()
        return found

    def calm(self) -> None:
        """End whatever is left."""
        self._place.faults.clear()
        self._place.disk.lag_s = 0.0
        self._place.disk.let("")
        for life in self._lives():
            life.dies_after = None
            weather = life.line.weather
            weather.lag_s = (0.004, 0.03)
            weather.is_down = weather.is_paused = False
            weather.cut_before = weather.cut_after = weather.late = 0.0
            life.thread.release()
            for socket in life.line.open_sockets():
                socket.nudge()

    # What the simulator can do by itself

    def rest(self) -> tuple[str, float, End] | None:
        share = self._rng.choice(["", "p=0.3,", "p=0.6,"])
        span = self._rng.randint(2, 8)
        return self._spec(
            self._rng.choice(
                [
                    f"429:{share}for={span}s",
                    f"status:502,{share}for={span}s",
                    f"status:503,accepted=yes,{share}for={span}s",
                    f"html:{share}for={span}s",
                    f"html:accepted=yes,{share}for={span}s",
                    f"maintenance:{share}for={span}s",
                    f"null-data:{share}for={span}s",
                    f"partial:{share}for={span}s",
                    f"garbage-answer:{self._rng.choice(UNREADABLE)},{share}for={span}s",
                    f"latency:200ms-3s,{share}for={span}s",
                    f"hostile-text:{share}for={span}s",
                    f"cancelled-spelling:{share}for={span}s",
                    f"numeric-leverage:for={span}s",
                    f"timeout-before:12s,method=GET,p=0.3,for={span}s",
                    f"timeout-after:12s,method=GET,p=0.3,for={span}s",
                    f"no-permission:{share}for={span}s",
                ]
            )
        )

    def lost_write(self) -> tuple[str, float, End] | None:
        kind = self._rng.choice(
            ["timeout-before:12s", "timeout-after:12s", "timeout-after:3s", "status:502,accepted=yes",
             "status:500,accepted=no", "html:accepted=yes", "html:accepted=no"]
        )  # fmt: skip
        return self._spec(f"{kind},method=POST,times={self._rng.randint(1, 3)},for=10s")

    def streams(self) -> tuple[str, float, End] | None:
        span = self._rng.randint(2, 8)
        public = self._rng.choice(["books", "books", "ticker", "trade", "candle"])
        private = self._rng.choice(["orders", "positions", "account", "orders-algo", "fill"])
        spec = self._rng.choice(
            [
                f"drop-frame:channel={public},p=0.3,for={span}s",
                f"duplicate-frame:p=0.5,for={span}s",
                f"duplicate-frame:channel={private},for={span}s",
                f"reorder-frames:channel={public},p=0.3,for={span}s",
                f"reorder-frames:channel=orders,p=0.5,for={span}s",
                f"frame-latency:50ms-600ms,for={span}s",
                f"gap:times={self._rng.randint(1, 2)}",
                "seq-back:times=1",
                "bad-checksum:times=1",
                f"bad-checksum:for={span}s",
                f"silent:channel=books,for={span}s",
                f"silent:channel=ticker,for={span}s",
                f"garbage-frame:{self._rng.choice(ANY_TEXT)},channel={public},p=0.3,for={span}s",
                f"garbage-frame:{self._rng.choice(UNREADABLE)},channel={private},p=0.5,for={span}s",
                f"fill-before-order:for={span}s",
                f"duplicate-fill:for={span}s",
                f"cancelled-spelling:for={span}s",
            ]
        )
        if "frame-latency" in spec or "fill-before" in spec or "reorder" in spec:
            for life in self._lives():
                self._checks.excuse(life, span + 3)
        return self._spec(spec)

    def connections(self) -> tuple[str, float, End] | None:
        span = self._rng.randint(2, 6)
        return self._spec(
            self._rng.choice(
                [
                    "disconnect",
                    "disconnect:stream=private",
                    "disconnect:stream=public",
                    f"refuse-stream:for={span}s",
                    f"refuse-stream:stream=private,for={span}s",
                    "login-refused:30007,times=2",
                    f"subscribe-refused:30001,channel=books,times=1,for={span}s",
                ]
            )
        )

    def world(self) -> tuple[str, float, End] | None:
        symbol, span = self._rng.choice(self._place.instruments), self._rng.randint(3, 9)
        foreign = [
            f"mode-change:other,for={span}s",
            f"leverage-change:{BTC}",
            f"foreign-order:{symbol}",
            f"foreign-close:{BTC}",
        ]
        spec = self._rng.choice(
            [
                *([] if self.is_alone else foreign),
                f"delist:{symbol},for={span}s",
                f"close-only:{symbol},for={span}s",
                f"halt:{symbol},for={span}s",
                f"change-tick:{symbol},for={span}s",
                f"change-step:{symbol},for={span}s",
                f"liquidate:{BTC}",
                f"adl:{BTC}",
                f"funding:{BTC}",
            ]
        )
        return self._spec(spec)

    def exchange_clock(self) -> tuple[str, float, End] | None:
        span = self._rng.choice(["-60s", "60s", "-8s", "8s", "25s"])
        return self._spec(f"clock-step:{span},for={self._rng.randint(3, 9)}s")

    def key(self) -> tuple[str, float, End] | None:
        span = self._rng.randint(2, 8)
        kinds = [f"revoke-key:for={span}s", f"ip-denied:for={span}s", "login-refused:30005,times=1"]
        return self._spec(self._rng.choice(kinds))

    def _spec(self, text: str) -> tuple[str, float, End] | None:
        text = text.replace(":,", ":")
        try:
            self._place.faults.add(text)
        except ConfigError as error:
            raise AssertionError(f"{text}: {error}") from None
        return text, 0.0, _nothing

    # What happens between and inside programs

    def half_open(self) -> tuple[str, float, End] | None:
        life = self._any_life()
        if life is None:
            return None
        is_private = self._rng.choice([True, False, None])
        for socket in life.line.open_sockets(is_private=is_private):
            socket.is_half_open = True
        self._checks.excuse(life, BLIND_S)
        return f"{life.name}: half-open ({is_private})", 0.0, _nothing

    def network(self) -> tuple[str, float, End] | None:
        life = self._any_life()
        if life is None:
            return None
        weather, deed = life.line.weather, self._rng.choice(["before", "after", "late", "lag", "cut"])
        if deed == "cut":
            for socket in life.line.open_sockets(is_private=self._rng.choice([True, False, None])):
                socket.cut()
            return f"{life.name}: sockets cut", 0.0, _nothing
        share = self._rng.choice([0.2, 0.5, 0.9])
        span = self._rng.uniform(1, 6)
        if deed == "lag":
            weather.lag_s = (0.1, 1.0)
            self._checks.excuse(life, span + 5)
        else:
            setattr(weather, {"before": "cut_before", "after": "cut_after", "late": "late"}[deed], share)

        def end() -> None:
            weather.lag_s = (0.004, 0.03)
            weather.cut_before = weather.cut_after = weather.late = 0.0

        return f"{life.name}: requests {deed} {share}", span, end

    def down(self) -> tuple[str, float, End] | None:
        life = self._any_life()
        if life is None:
            return None
        weather = life.line.weather
        weather.is_down = True
        if self._rng.random() < 0.6:
            for socket in life.line.open_sockets():
                socket.cut("network is unreachable")

        def end() -> None:
            weather.is_down = False

        return f"{life.name}: no network", self._rng.uniform(1, 8), end

    def slow_consumer(self) -> tuple[str, float, End] | None:
        life = self._any_life()
        if life is None:
            return None
        weather, span = life.line.weather, self._rng.uniform(2, 10)
        weather.is_paused = True
        # Until it reads again, and then until a pong that was due meanwhile has come or not.
        self._checks.excuse(life, span + BLIND_S)

        def end() -> None:
            weather.is_paused = False
            for socket in life.line.open_sockets():
                socket.nudge()

        return f"{life.name}: reads nothing", span, end

    def stall(self) -> tuple[str, float, End] | None:
        import asyncio

        loop: Any = asyncio.get_running_loop()
        span = self._rng.choice([1.0, 4.0, 11.0, 40.0])
        assert isinstance(loop, StormLoop)
        for life in self._lives():
            self._checks.excuse(life, span + 5)
        loop.stall(span)
        return f"everything stands still for {span:.0f}s", 0.0, _nothing

    def wall_clock(self) -> tuple[str, float, End] | None:
        life = self._any_life()
        if life is None:
            return None
        span = self._rng.choice([-60.0, 60.0, -4.0, 4.0, 15.0])
        life.clock.move_wall(span)

        def end() -> None:
            life.clock.move_wall(-span)

        return f"{life.name}: its clock steps by {span:.0f}s", self._rng.uniform(2, 10), end

    def leap(self) -> tuple[str, float, End] | None:
        life = self._any_life()
        if life is None:
            return None
        span = self._rng.choice([20.0, 400.0, 9000.0])
        for each in self._lives():
            each.clock.move_wall(span)
            for socket in each.line.open_sockets():
                socket.is_half_open = True
            self._checks.excuse(each, BLIND_S)
        self._place.clock.move_wall(span)
        return f"everybody sleeps for {span:.0f}s", 0.0, _nothing

    def disk(self) -> tuple[str, float, End] | None:
        trouble = self._rng.choice(["full", "read-only", "locked", "hangs", "slow", "very slow"])
        disk = self._place.disk
        if "slow" in trouble:
            disk.lag_s = 0.1 if trouble == "slow" else 0.6
        else:
            disk.let(trouble)

        def end() -> None:
            disk.lag_s = 0.0
            disk.let("")
            for life in self._lives():
                life.thread.release()

        return f"disk {trouble}", self._rng.uniform(1, 6), end

    def _any_life(self) -> Life | None:
        running = [life for life in self._lives() if life.is_running]
        return self._rng.choice(running) if running else None
