"""An exchange that a test scripts: every request is kept, every answer is the test's."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from bgtui.domain.clock import Clock
from bgtui.domain.event import Event
from bgtui.domain.secret import Credentials, Secret
from bgtui.exchange.limiter import Limiter
from bgtui.exchange.patience import Patience
from bgtui.exchange.rest import RestClient

URL = "https://api.bitget.com"
NOW_MS = 1_700_000_000_000
API_KEY = "planted-api-key-5c1d"
SECRET = "fake-secret-for-tests-only-0123456789"
PASSPHRASE = "planted-passphrase-77ab"

Answer = httpx.Response | Exception | Callable[[], Any]


class StillClock:
    """A clock that stands still, as signatures with known answers want it."""

    def now_ms(self) -> int:
        return NOW_MS

    def monotonic(self) -> float:
        return 0.0


def credentials() -> Credentials:
    return Credentials(api_key=Secret(API_KEY), passphrase=Secret(PASSPHRASE), secret=Secret(SECRET))


def ok(data: Any, *, headers: Mapping[str, str] | None = None) -> httpx.Response:
    content = json.dumps({"code": "00000", "msg": "success", "requestTime": NOW_MS, "data": data})
    return httpx.Response(200, content=content.encode(), headers=dict(headers or {}))


def failed(code: str, message: str = "no", status: int = 400) -> httpx.Response:
    content = json.dumps({"code": code, "msg": message, "requestTime": NOW_MS, "data": None})
    return httpx.Response(status, content=content.encode())


class Script(httpx.AsyncBaseTransport):
    """Answers the clock by itself, everything else from the script; the last answer repeats."""

    def __init__(self, *answers: Answer, server_ms: int = NOW_MS) -> None:
        self.answers = list(answers)
        self.server_ms = server_ms
        self.requests: list[httpx.Request] = []
        self.times: list[float] = []
        self.clock_requests = 0
        self.clock_answer: Answer | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/v2/public/time":
            self.clock_requests += 1
            assert "paptrading" not in request.headers
            assert "access-sign" not in request.headers
            return await _play(self.clock_answer or ok({"serverTime": str(self.server_ms)}))
        self.requests.append(request)
        self.times.append(asyncio.get_running_loop().time())
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return await _play(answer)


async def _play(answer: Answer) -> httpx.Response:
    if isinstance(answer, Exception):
        raise answer
    if isinstance(answer, httpx.Response):
        # A response can be read once; a script may repeat it.
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
    response: httpx.Response = await answer()
    return response


def client(
    transport: httpx.AsyncBaseTransport | None,
    *,
    clock: Clock | None = None,
    key: Credentials | None = None,
    url: str = URL,
    is_demo: bool = False,
    observe: Callable[[Event], None] | None = None,
    patience: Patience | None = None,
    limiter: Limiter | None = None,
) -> RestClient:
    return RestClient(
        url,
        credentials=key,
        clock=clock or StillClock(),
        rng=random.Random(7),
        transport=transport,
        is_demo=is_demo,
        observe=observe,
        patience=patience,
        limiter=limiter,
    )
