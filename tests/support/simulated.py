"""A simulated exchange for tests: moved by hand without sockets, or served on loopback."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import itertools
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from bgtui.domain.order import PositionMode
from bgtui.exchange.clock import SystemClock
from bgtui.simulator.exchange import Exchange, World
from bgtui.simulator.hooks import Answer, Asked, Faults
from bgtui.simulator.server import Options, Served, Simulator, serve

START_MS = 1_760_000_000_000


class HandClock:
    """Moved by the test."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self.now = now_ms

    def now_ms(self) -> int:
        return self.now

    def monotonic(self) -> float:
        return self.now / 1000


class Bench:
    """A simulator without sockets: requests go straight in, time stands still unless moved."""

    def __init__(
        self,
        *,
        options: Options | None = None,
        position_mode: PositionMode = PositionMode.ONE_WAY,
        rate: float = 5.0,
        faults: Faults | None = None,
    ) -> None:
        self.clock = HandClock()
        world = World(seed=7, start_ms=START_MS, rate=rate, position_mode=position_mode)
        self.exchange = Exchange(world)
        options = options or replace(Options(), has_limits=False)
        self.simulator = Simulator(self.exchange, self.clock, options=options, faults=faults)
        self._numbers = itertools.count(1)

    def ask(
        self,
        method: str,
        path: str,
        query: str = "",
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request as it is."""
        asked = Asked(
            next(self._numbers), method, path, "", method == "POST", query, body, dict(headers or {})
        )
        return self.simulator.rest.answer(asked, "127.0.0.1")

    def signed(
        self, method: str, path: str, query: str = "", body: bytes = b"", *, profile: str = "practice"
    ) -> dict[str, str]:
        """Return the headers of a signed request."""
        key = self.exchange.keys[profile].credentials
        assert key.secret is not None
        stamp = str(self.clock.now)
        target = f"{path}?{query}" if query else path
        digest = hmac.new(
            key.secret.reveal().encode(), f"{stamp}{method}{target}".encode() + body, hashlib.sha256
        ).digest()
        return {
            "access-key": key.api_key.reveal(),
            "access-sign": base64.b64encode(digest).decode(),
            "access-timestamp": stamp,
            "access-passphrase": key.passphrase.reveal(),
            "content-type": "application/json",
        }

    def get(self, path: str, *, profile: str = "practice", **params: object) -> Any:
        """Ask a route with a signature and return the envelope."""
        query = urlencode({name: str(value) for name, value in params.items()})
        return json.loads(
            self.ask("GET", path, query, headers=self.signed("GET", path, query, profile=profile)).body
        )

    def post(self, path: str, body: object, *, profile: str = "practice") -> Any:
        """Post a body with a signature and return the envelope."""
        content = json.dumps(body, separators=(",", ":")).encode()
        headers = self.signed("POST", path, body=content, profile=profile)
        return json.loads(self.ask("POST", path, body=content, headers=headers).body)

    def last(self, symbol: str = "BTCUSDT") -> Decimal:
        """Return a contract's last price."""
        answer = self.get("/api/v2/mix/market/ticker", symbol=symbol, productType="USDT-FUTURES")
        return Decimal(answer["data"][0]["lastPr"])


@contextlib.asynccontextmanager
async def simulated(
    *,
    options: Options | None = None,
    position_mode: PositionMode = PositionMode.ONE_WAY,
    rate: float = 20.0,
    faults: Faults | None = None,
) -> AsyncIterator[Served]:
    """Serve an exchange on loopback, in real time."""
    clock = SystemClock()
    world = World(seed=7, start_ms=clock.now_ms(), rate=rate, position_mode=position_mode)
    options = options or replace(Options(), has_limits=False)
    async with serve(Exchange(world), clock, options=options, faults=faults) as served:
        yield served
        assert served.simulator.rest.failures == []
