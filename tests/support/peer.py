"""A minimal Bitget on loopback, over real sockets, for tests that need one; not the product's simulator.

    with Peer() as peer:
        ...  # peer.rest_url, peer.ws_public_url, peer.ws_private_url, peer.credentials()
        assert not peer.writes

It runs on a thread of its own, so that the program under test may be a coroutine, a command or another
process. What it says follows Bitget's v2 reference; signatures and checksums are computed here and not by the
product's code.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from bgtui.domain.secret import Credentials, Secret
from tests.support import tables

Json = dict[str, Any]
Arg = tuple[str, str, str]
"""instType, channel, and instId or coin."""


@dataclass
class Asked:
    """One REST request that came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str


@dataclass
class Failure:
    """How the next request to a path goes wrong."""

    kind: str
    """``status``, ``html``, ``code``, ``delay``, ``drop``."""
    value: Any = None


class Trouble(Exception):
    """A refusal in Bitget's envelope."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@dataclass(eq=False)
class Session:
    """One WebSocket client."""

    kind: str
    socket: WebSocket
    args: dict[Arg, Json] = field(default_factory=dict)
    received: list[str] = field(default_factory=list)
    outgoing: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)
    times: deque[float] = field(default_factory=lambda: deque(maxlen=10))
    logged_in: bool = False
    is_deaf: bool = False
    """Half-open: reads nothing, says nothing, stays connected."""

    def say(self, message: Json | str) -> None:
        if not self.is_deaf:
            self.outgoing.put_nowait(message if isinstance(message, str) else json.dumps(message))


class Peer:
    """The exchange; use it as a context manager."""

    def __init__(self, *, tick_s: float = 0.05, clock_offset_ms: int = 0) -> None:
        self.requests: list[Asked] = []
        self.sessions: list[Session] = []
        self.everybody: list[Session] = []
        """Sessions ever opened, gone ones too."""
        self.refused: set[tuple[str, str]] = set()
        """(channel, symbol) that subscribing to is refused with 30001."""
        self.login_code = ""
        """When set, every login is refused with it."""
        self.book_fault = ""
        """``gap``, ``checksum`` or ``garbage``: what becomes of the next book update."""
        self.sends_checksum = True
        self.sends_sequence = True
        self.clock_offset_ms = clock_offset_ms
        self.answers: dict[str, Any] = {}
        """Path -> data that replaces the static answer."""
        self.tick_s = tick_s
        self._failures: dict[str, deque[Failure]] = defaultdict(deque)
        self._books = {
            (inst, symbol): tables.Book(price, seed=len(inst))
            for inst in ("SPOT", tables.FUTURES)
            for symbol, price in tables.PRICES.items()
        }
        self._loop = asyncio.new_event_loop()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._thread = threading.Thread(target=self._run, name="peer", daemon=True)
        self._ready = threading.Event()

    # -- what tests use

    @property
    def rest_url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def ws_public_url(self) -> str:
        return f"ws://127.0.0.1:{self._port}/v2/ws/public"

    @property
    def ws_private_url(self) -> str:
        return f"ws://127.0.0.1:{self._port}/v2/ws/private"

    @property
    def writes(self) -> list[Asked]:
        """Requests that could have changed something."""
        return [asked for asked in self.requests if asked.method != "GET"]

    @staticmethod
    def credentials() -> Credentials:
        return Credentials(Secret(tables.KEY), Secret(tables.PASSPHRASE), Secret(tables.SECRET))

    def fail(self, path: str, kind: str, value: Any = None, *, times: int = 1) -> None:
        """Let the next requests to a path go wrong; ``*`` is any path.

        Kinds: ``status`` (an HTTP status, no known code), ``html`` (200 and a page), ``code`` (an API
        code), ``delay`` (seconds, then the true answer), ``drop`` (the connection breaks within the answer).
        """
        self._failures[path].extend([Failure(kind, value)] * times)

    def drop(self, kind: str = "public", code: int = 1012) -> None:
        """Close every WebSocket of a kind."""
        self._call(lambda: self._end_all(kind, code))

    def deafen(self, kind: str = "public") -> None:
        """Make every WebSocket of a kind half-open."""
        self._call(lambda: self._deafen_all(kind))

    def push(self, arg: Json, data: list[Any], *, action: str = "snapshot", kind: str = "private") -> None:
        """Push rows to whoever subscribed to exactly this arg."""
        self._call(lambda: self._push(_arg(arg), data, action, kind))

    # -- life

    def __enter__(self) -> Self:
        self._socket.bind(("127.0.0.1", 0))
        self._port = self._socket.getsockname()[1]
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the peer did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        app = Starlette(
            routes=[
                Route("/{path:path}", self._rest, methods=["GET", "POST"]),
                WebSocketRoute("/v2/ws/{kind}", self._stream),
            ]
        )
        config = uvicorn.Config(
            app, ws="websockets-sansio", ws_per_message_deflate=False, lifespan="off", log_config=None,
            log_level="critical", access_log=False, timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        ticking = asyncio.create_task(self._tick())
        serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        while not self._server.started and not serving.done():  # noqa: ASYNC110 - uvicorn offers no event
            await asyncio.sleep(0.005)
        self._ready.set()
        while not self._server.should_exit:  # noqa: ASYNC110 - set by the test's thread
            await asyncio.sleep(0.02)
        for session in list(self.sessions):
            self._end(session, 1001)
        await serving
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking

    def _call(self, action: Callable[[], object]) -> None:
        done = threading.Event()

        def run() -> None:
            action()
            done.set()

        self._loop.call_soon_threadsafe(run)
        if not done.wait(5):
            raise RuntimeError("the peer hangs")

    def _of(self, kind: str) -> list[Session]:
        return [session for session in self.sessions if session.kind == kind]

    def _now_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self.clock_offset_ms  # noqa: TID251 - the exchange's own clock

    # -- REST

    async def _rest(self, request: Request) -> Response:
        body = (await request.body()).decode()
        path = request.url.path
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Asked(request.method, path, dict(request.query_params), headers, body)
        self.requests.append(asked)
        failures = self._failures[path] or self._failures["*"]
        if failures and (answer := await self._broken(failures.popleft())) is not None:
            return answer
        try:
            data = self._answer(asked, request.url.query)
        except Trouble as trouble:
            return self._envelope(trouble.code, trouble.message, None, trouble.status)
        return self._envelope("00000", "success", data)

    async def _broken(self, failure: Failure) -> Response | None:
        match failure.kind:
            case "status":
                return self._envelope(str(failure.value), "scripted", None, failure.value)
            case "html":
                return HTMLResponse("<html><body>Sign in to the hotel's network</body></html>")
            case "code":
                return self._envelope(failure.value, "scripted", None, 400)
            case "drop":
                return StreamingResponse(
                    _half(), headers={"content-length": "1000"}, media_type="application/json"
                )
            case _:
                await asyncio.sleep(failure.value)
                return None

    def _envelope(self, code: str, message: str, data: Any, status: int = 200) -> Response:
        content = {"code": code, "msg": message, "requestTime": self._now_ms(), "data": data}
        return JSONResponse(content, status, headers={"x-mbx-used-remain-limit": "9"})

    def _answer(self, asked: Asked, query: str) -> Any:
        """Return the data of one request, or raise the refusal."""
        if asked.path == "/api/v2/public/time":
            return {"serverTime": str(self._now_ms())}
        is_public = "/market/" in asked.path or "/public/" in asked.path
        if not is_public:
            self._check_signature(asked, query)
        if asked.path in self.answers:
            return self.answers[asked.path]
        if asked.method == "POST":
            return {"orderId": "1", "clientOid": json.loads(asked.body or "{}").get("clientOid", "")}
        if asked.path.startswith("/api/v2/mix/") and not asked.query.get("productType"):
            raise Trouble("400172", "Parameter verification failed")
        answer = (_market if is_public else _account)(asked.path, asked.query, self._books)
        if answer is None:
            raise Trouble("40404", "Request URL NOT FOUND", 404)
        return answer

    def _check_signature(self, asked: Asked, query: str) -> None:
        key, sign, stamp, phrase = (
            asked.headers.get(f"access-{name}", "") for name in ("key", "sign", "timestamp", "passphrase")
        )
        for value, code in ((key, "40001"), (sign, "40002"), (phrase, "40011")):
            if not value:
                raise Trouble(code, "header cannot be empty")
        if not stamp.isdigit():
            raise Trouble("40005", "Invalid ACCESS_TIMESTAMP")
        if abs(int(stamp) - self._now_ms()) > 30_000:
            raise Trouble("40008", "Request timestamp expired")
        if key != tables.KEY:
            raise Trouble("40006", "Invalid ACCESS_KEY")
        text = f"{stamp}{asked.method}{asked.path}{'?' + query if query else ''}{asked.body}"
        if sign != _sign(text):
            raise Trouble("40009", "sign signature error")
        if phrase != tables.PASSPHRASE:
            raise Trouble("40012", "apikey/password is incorrect")

    # -- WebSocket

    async def _stream(self, websocket: WebSocket) -> None:
        await websocket.accept()
        session = Session(websocket.path_params["kind"], websocket)
        self.sessions.append(session)
        self.everybody.append(session)
        writing = asyncio.create_task(_write(session))
        try:
            while True:
                self._hear(session, await websocket.receive_text())
        except WebSocketDisconnect:
            pass
        finally:
            with suppress(ValueError):
                self.sessions.remove(session)
            session.outgoing.put_nowait(None)
            await writing

    def _hear(self, session: Session, text: str) -> None:
        session.received.append(text)
        if session.is_deaf:
            return
        now = self._loop.time()
        if len(session.times) == 10 and now - session.times[0] < 1:
            session.say({"event": "error", "code": 30007, "msg": "request over limit, connection close"})
            self._end(session, 1008)
            return
        session.times.append(now)
        if text == "ping":
            session.say("pong")
        elif len(text.encode()) > 4096:
            session.say({"event": "error", "code": 30002, "msg": "Illegal request"})
        else:
            message = json.loads(text)
            for arg in message["args"]:
                self._operate(session, message["op"], arg)

    def _operate(self, session: Session, op: str, arg: Json) -> None:
        if op == "login":
            self._login(session, arg)
        elif op == "unsubscribe":
            session.args.pop(_arg(arg), None)
            session.say({"event": "unsubscribe", "arg": arg})
        elif session.kind == "private" and not session.logged_in:
            session.say({"event": "error", "arg": arg, "code": 30004, "msg": "User needs to log in"})
        elif not self._exists(session.kind, arg):
            words = ",".join(f"{name}:{value}" for name, value in arg.items())
            session.say({"event": "error", "arg": arg, "code": 30001, "msg": f"{words} doesn't exist"})
        else:
            session.args[_arg(arg)] = arg
            session.say({"event": "subscribe", "arg": arg})
            self._first_push(session, arg)

    def _login(self, session: Session, arg: Json) -> None:
        fresh = abs(int(arg["timestamp"]) - self._now_ms() // 1000) <= 30
        code = self.login_code
        if not code and not fresh:
            code = "30014"
        if not code and arg["apiKey"] != tables.KEY:
            code = "30011"
        if not code and arg["passphrase"] != tables.PASSPHRASE:
            code = "30012"
        if not code and arg["sign"] != _sign(f"{arg['timestamp']}GET/user/verify"):
            code = "30015"
        if code:
            session.say({"event": "error", "code": code, "msg": "login failed"})
            self._end(session, 1008)
        else:
            session.logged_in = True
            session.say({"event": "login", "code": 0, "msg": ""})

    def _exists(self, kind: str, arg: Json) -> bool:
        inst, channel, name = _arg(arg)
        if (channel, name) in self.refused:
            return False
        if kind == "private":
            return channel in tables.PRIVATE_CHANNELS
        known = channel in ("ticker", "trade", "books", "books1", "books5", "books15") or channel.startswith(
            "candle"
        )
        return known and (inst, name) in self._books

    def _first_push(self, session: Session, arg: Json) -> None:
        inst, channel, symbol = _arg(arg)
        rows: list[Any] | None = None
        if session.kind == "private":
            rows = _private_rows(inst, channel)
        elif channel == "trade":
            rows = [_without_symbol(row) for row in tables.trades(symbol, tables.PRICES[symbol])]
        elif channel.startswith("candle"):
            rows = tables.candles(tables.PRICES[symbol], 8)
        elif channel.startswith("books"):
            depth = int(channel[5:]) if channel != "books" else None
            rows = [self._dress(self._books[inst, symbol].snapshot(depth), channel)]
        else:
            rows = [tables.push_ticker(symbol, tables.PRICES[symbol], is_futures=inst != "SPOT")]
        if rows is not None:
            session.say({"action": "snapshot", "arg": arg, "data": rows, "ts": self._now_ms()})

    async def _tick(self) -> None:
        """Move every market a little, for ever."""
        count = 0
        while True:
            await asyncio.sleep(self.tick_s)
            count += 1
            for (inst, symbol), book in self._books.items():
                self._move(inst, symbol, book, count)

    def _move(self, inst: str, symbol: str, book: tables.Book, count: int) -> None:
        last = tables.PRICES[symbol] + count % 7
        key = (inst, "books", symbol)
        update = self._dress(book.step(), "books")
        if self.book_fault and any(key in session.args for session in self.sessions):
            update = self._spoil(update, book)
        self._push(key, [update], "update")
        for depth in (1, 5, 15):
            self._push((inst, f"books{depth}", symbol), [self._dress(book.snapshot(depth), "books1")])
        if count % 2 == 0:
            self._push(
                (inst, "ticker", symbol), [tables.push_ticker(symbol, last, is_futures=inst != "SPOT")]
            )
        if count % 3 == 0:
            row = {"ts": str(self._now_ms()), "price": f"{last:.1f}", "size": "0.002", "side": "buy"}
            self._push((inst, "trade", symbol), [row | {"tradeId": str(1000 + count)}], "update")

    def _dress(self, message: Json, channel: str) -> Json:
        """Leave out what this peer does not send."""
        message = dict(message)
        if channel != "books":
            message["checksum"] = 0
            del message["pseq"]
        if not self.sends_checksum:
            message.pop("checksum", None)
        if not self.sends_sequence:
            message.pop("pseq", None)
            del message["seq"]
        return message

    def _spoil(self, update: Json, book: tables.Book) -> Json:
        fault, self.book_fault = self.book_fault, ""
        match fault:
            case "gap":
                return self._dress(book.step(), "books")
            case "checksum":
                return update | {"checksum": 12345}
            case _:
                return update | {"bids": [["60000.0"]]}

    def _push(self, key: Arg, data: list[Any], action: str = "snapshot", kind: str = "public") -> None:
        for session in self.sessions:
            if session.kind == kind and key in session.args:
                session.say({"action": action, "arg": session.args[key], "data": data, "ts": self._now_ms()})

    def _end_all(self, kind: str, code: int) -> None:
        for session in self._of(kind):
            self._end(session, code)

    def _deafen_all(self, kind: str) -> None:
        for session in self._of(kind):
            session.is_deaf = True

    def _end(self, session: Session, code: int) -> None:
        with suppress(ValueError):
            self.sessions.remove(session)
        session.outgoing.put_nowait(f"close {code}")


async def _write(session: Session) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        while (text := await session.outgoing.get()) is not None:
            if text.startswith("close "):
                await session.socket.close(int(text[6:]))
                return
            await session.socket.send_text(text)


async def _half() -> AsyncIterator[bytes]:
    yield b'{"code":"00000","data":'


def _sign(text: str) -> str:
    return base64.b64encode(hmac.digest(tables.SECRET.encode(), text.encode(), hashlib.sha256)).decode()


def _arg(arg: Json) -> Arg:
    return arg["instType"], arg["channel"], arg.get("instId") or arg.get("coin") or "default"


def _without_symbol(row: Json) -> Json:
    return {name: value for name, value in row.items() if name != "symbol"}


def _private_rows(inst: str, channel: str) -> list[Json] | None:
    """What a private channel says first; None for silence."""
    if channel == "positions":
        return [tables.PUSH_POSITION] if inst == tables.FUTURES else []
    if channel == "account":
        if inst == "SPOT":
            return tables.SPOT_ASSETS
        return [tables.PUSH_FUTURES_ACCOUNT] if inst == tables.FUTURES else []
    return None


def _market(path: str, query: dict[str, str], books: dict[tuple[str, str], tables.Book]) -> Any:
    """Answers of the public routes; None for a path that is not there."""
    is_futures = path.startswith("/api/v2/mix/")
    inst = query.get("productType", "").upper() if is_futures else "SPOT"
    symbols = [symbol for kind, symbol in books if kind == inst]
    symbol = query.get("symbol", "").upper()
    if symbol and symbol not in symbols:
        raise Trouble("40034", f"Parameter {symbol} does not exist")
    wanted = [symbol] if symbol else symbols
    last = tables.PRICES.get(symbol, 0.0)
    match path.rpartition("/")[2]:
        case "contracts":
            return [tables.contract(name) for name in wanted]
        case "symbols":
            return [tables.spot_symbol(name) for name in wanted]
        case "ticker" | "tickers":
            return [tables.ticker(name, tables.PRICES[name], is_futures=is_futures) for name in wanted]
        case "candles" | "history-candles":
            return tables.candles(last, 7 if is_futures else 8, min(int(query.get("limit", "5")), 100))
        case "fills" | "fills-history":
            return tables.trades(symbol, last)
        case "merge-depth" | "orderbook":
            book = books[inst, symbol].snapshot(15)
            number: Callable[[str], Any] = float if is_futures else str
            rows = {side: [[number(text) for text in row] for row in book[side]] for side in ("asks", "bids")}
            return rows | {"ts": book["ts"], "scale": "0.1", "precision": "scale0", "isMaxPrecision": "NO"}
        case "current-fund-rate":
            return [{"symbol": symbol, "fundingRate": "0.0001", "fundingRateInterval": "8"}]
        case _:
            return None


def _account(path: str, query: dict[str, str], _books: object) -> Any:
    """Answers of the private routes; None for a path that is not there."""
    is_usdt = query.get("productType", "").upper() == tables.FUTURES
    rows: dict[str, Any] = {
        "/api/v2/mix/account/account": tables.ACCOUNT_OF_SYMBOL,
        "/api/v2/mix/account/accounts": [tables.FUTURES_ACCOUNT] if is_usdt else [],
        "/api/v2/mix/position/all-position": [tables.POSITION] if is_usdt else [],
        "/api/v2/mix/position/single-position": [tables.POSITION] if is_usdt else [],
        "/api/v2/mix/position/history-position": {"list": [], "endId": ""},
        "/api/v2/mix/order/orders-pending": _page("entrustedList", [tables.ORDER], query, shown=is_usdt),
        "/api/v2/mix/order/orders-history": _page(
            "entrustedList", [tables.FILLED_ORDER], query, shown=is_usdt
        ),
        "/api/v2/mix/order/detail": tables.ORDER,
        "/api/v2/mix/order/fills": _page("fillList", [tables.FILL], query, shown=is_usdt),
        "/api/v2/mix/order/fill-history": _page("fillList", [tables.FILL], query, shown=is_usdt),
        "/api/v2/mix/order/orders-plan-pending": _page(
            "entrustedList", [tables.PLAN], query, shown=is_usdt and query.get("planType") == "profit_loss"
        ),
        "/api/v2/mix/order/orders-plan-history": {"entrustedList": None, "endId": None},
        "/api/v2/spot/account/info": tables.ACCOUNT_INFO,
        "/api/v2/spot/account/assets": tables.SPOT_ASSETS,
        "/api/v2/spot/trade/unfilled-orders": [] if query.get("idLessThan") else [tables.SPOT_OPEN],
        "/api/v2/spot/trade/history-orders": [] if query.get("idLessThan") else [tables.SPOT_DONE],
        "/api/v2/spot/trade/orderInfo": [tables.SPOT_DONE],
        "/api/v2/spot/trade/fills": [] if query.get("idLessThan") else [tables.SPOT_FILL],
        "/api/v2/spot/trade/current-plan-order": {"nextFlag": False, "idLessThan": "", "orderList": []},
        "/api/v2/spot/trade/history-plan-order": {"nextFlag": False, "idLessThan": "", "orderList": []},
    }
    return rows.get(path)


def _page(name: str, rows: list[Json], query: dict[str, str], *, shown: bool) -> Json:
    """One page of a cursor list: everything on the first, nothing on the next."""
    if not shown or query.get("idLessThan"):
        return {name: None, "endId": ""}
    return {name: rows, "endId": rows[-1].get("tradeId", rows[-1]["orderId"])}
