"""REST: from a request to an envelope, with every check that the exchange makes (wire notes 2, 3)."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import parse_qsl

import msgspec

from bgtui.domain.value import frozen
from bgtui.simulator.auth import Key, Keys, check_request
from bgtui.simulator.call import Call
from bgtui.simulator.exchange import Exchange
from bgtui.simulator.fact import Fact
from bgtui.simulator.fields import Fields
from bgtui.simulator.hooks import Answer, Asked, Faults
from bgtui.simulator.limits import Limits
from bgtui.simulator.reject import Reject
from bgtui.simulator.routes import HANDLERS, ROUTES
from bgtui.wire.endpoint import Endpoint, Write
from bgtui.wire.envelope import REMAINING_HEADER, SUCCESS

MAX_BODY = 1 << 20
MAX_PARAMETERS = 100
KEPT_REQUESTS = 20_000

_LOG = logging.getLogger(__name__)
_JSON = msgspec.json.Decoder(float_hook=Decimal)
_STATUSES = {
    **dict.fromkeys(("40001", "40002", "40003", "40006", "40009", "40011", "40012", "40037"), 401),
    **dict.fromkeys(("40014", "40018"), 403),
    "40404": 404,
    "429": 429,
    "45001": 500,
}
"""HTTP status by code; 400 for everything else."""
_MALFORMED = "Parameter verification failed"


@frozen
class Logged:
    """One request that was answered, for tests to look at."""

    number: int
    method: str
    path: str
    uid: str
    """"" when nobody was recognised."""
    is_read_only: bool
    status: int
    code: str


@dataclass(slots=True)
class _Asker:
    """Who asked, as soon as that is known."""

    key: Key | None = None


class Rest:
    """Answers requests, one after another."""

    def __init__(
        self,
        exchange: Exchange,
        keys: Keys,
        limits: Limits,
        faults: Faults,
        *,
        step: Callable[[], None],
        publish: Callable[[Sequence[Fact]], None],
    ) -> None:
        """Answer for this exchange.

        Args:
            exchange: what is asked.
            keys: who may ask.
            limits: how often.
            faults: whose clock skew applies.
            step: moves the exchange on to now.
            publish: tells what a write has changed.
        """
        self._exchange = exchange
        self._keys = keys
        self._limits = limits
        self._faults = faults
        self._step = step
        self._publish = publish
        self.log: deque[Logged] = deque(maxlen=KEPT_REQUESTS)
        """Every request, the oldest first."""
        self.failures: list[str] = []
        """Mistakes of the simulator itself: tests want this empty."""

    def answer(self, asked: Asked, address: str) -> Answer:
        """Answer one request."""
        self._step()
        asker = _Asker()
        headers: dict[str, str] = {}
        code, message, data = SUCCESS, "success", None
        try:
            data = self._do(asked, address, asker, headers)
        except Reject as refusal:
            code, message = refusal.code, refusal.message
            if code == "429":
                headers[REMAINING_HEADER] = "0"
        except Exception:  # noqa: BLE001  # a simulator that dies tells nothing: this is written down
            _LOG.exception("%s %s", asked.method, asked.path)
            self.failures.append(f"{asked.method} {asked.path}")
            code, message = "45001", "Unknown error"
        if asked.is_write:
            self._publish(self._exchange.drain())
        status = 200 if code == SUCCESS else _STATUSES.get(code, 400)
        self._note(asked, asker.key, status, code)
        return Answer(status, self._envelope(code, message, data), headers)

    def _do(self, asked: Asked, address: str, asker: _Asker, headers: dict[str, str]) -> object:
        """Check and carry out a request; tell who asked and what is left of the limit on the way.

        Raises:
            Reject: it was refused.
        """
        route = ROUTES.get(asked.path)
        if route is None or asked.method != ("POST" if isinstance(route, Write) else "GET"):
            raise Reject("40404", message="Request URL NOT FOUND")
        key = asker.key = self._recognise(asked) if route.signed else None
        headers[REMAINING_HEADER] = str(self._take(route, key, address))
        if isinstance(route, Write) and key is not None and not key.may_trade:
            kind = "spot" if route.name.startswith("spot") else "contract"
            raise Reject("40014", message=f"Incorrect permissions, need {kind} order write permissions")
        return HANDLERS[route.name](Call(self._exchange, _fields(asked, route), key))

    def _recognise(self, asked: Asked) -> Key:
        target = f"{asked.path}?{asked.query}" if asked.query else asked.path
        return check_request(
            self._keys,
            asked.headers,
            method=asked.method,
            target=target,
            body=asked.body,
            now_ms=self._now_ms(),
        )

    def _take(self, route: Endpoint, key: Key | None, address: str) -> int:
        uid = key.uid if key is not None else ""
        is_leader = bool(uid) and self._exchange.copytrade.is_leader(uid)
        return self._limits.take(route, uid, address, is_leader=is_leader)

    def _envelope(self, code: str, message: str, data: object) -> bytes:
        now_ms = self._now_ms()
        if isinstance(data, dict) and self._faults.skew_ms and "serverTime" in data:
            data = {"serverTime": str(now_ms)}
        # A nickname may hold what has no UTF-8.
        words = message.encode("utf-8", "replace").decode()
        return msgspec.json.encode({"code": code, "msg": words, "requestTime": now_ms, "data": data})

    def _now_ms(self) -> int:
        return self._exchange.clock.now_ms() + self._faults.skew_ms

    def _note(self, asked: Asked, key: Key | None, status: int, code: str) -> None:
        uid = key.uid if key is not None else ""
        is_read_only = key is not None and not key.may_trade
        path = asked.path[:200]
        self.log.append(Logged(asked.number, asked.method, path, uid, is_read_only, status, code))


def _fields(asked: Asked, route: Endpoint) -> Fields:
    """Read the query of a read, the body of a write.

    Raises:
        Reject: it cannot be read.
    """
    if not isinstance(route, Write):
        try:
            pairs = parse_qsl(asked.query, keep_blank_values=True, max_num_fields=MAX_PARAMETERS)
        except ValueError:
            raise Reject("400172", message=_MALFORMED) from None
        return Fields(dict(pairs))
    kind = _media_type(asked.headers)
    if kind and kind != "application/json":
        raise Reject("40007", message="Invalid Content_Type")
    if not asked.body:
        return Fields({})
    try:
        body = _JSON.decode(asked.body)
    except (msgspec.MsgspecError, UnicodeError, ArithmeticError, RecursionError, ValueError):
        raise Reject("40017", message=_MALFORMED) from None
    if not isinstance(body, dict):
        raise Reject("40017", message=_MALFORMED)
    return Fields(body)


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()
