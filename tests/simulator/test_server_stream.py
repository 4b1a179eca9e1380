"""WebSocket of the simulator: what it acknowledges, refuses, tells, and when it hangs up."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bgtui.domain.book import Integrity, OrderBook, Verdict
from bgtui.domain.event import BookReceived
from bgtui.domain.instrument import ProductType
from bgtui.domain.order import PositionMode
from bgtui.simulator.books import Flavour
from bgtui.simulator.call import BTC
from bgtui.simulator.publisher import Publisher, Rhythm
from bgtui.simulator.server import Options
from bgtui.simulator.session import Cuts, Session
from bgtui.simulator.topics import read
from bgtui.wire.frame import Router
from tests.support.simulated import Bench, simulated

USDT = "USDT-FUTURES"
PLACE = "/api/v2/mix/order/place-order"
MARKET_ORDER = {
    "symbol": "BTCUSDT",
    "productType": USDT,
    "marginMode": "crossed",
    "marginCoin": "USDT",
    "size": "0.01",
    "side": "buy",
    "orderType": "market",
}


class Talk:
    """One connection without a socket."""

    def __init__(
        self, bench: Bench, *, is_private: bool = False, cuts: Cuts | None = None, profile: str = ""
    ) -> None:
        self.bench = bench
        simulator = bench.simulator
        self.session = Session(
            1,
            bench.exchange,
            simulator.publisher,
            keys=simulator.keys,
            faults=simulator.faults,
            monotonic=bench.clock.monotonic,
            is_private=is_private,
            cuts=cuts or simulator.options.cuts,
        )
        if profile:
            self.say({"op": "login", "args": [login(bench, profile)]})
            assert self.heard() == [{"event": "login", "code": "0", "msg": ""}]

    def say(self, message: object) -> None:
        self.bench.clock.now += 150
        self.bench.simulator.step()
        self.session.hear(message if isinstance(message, str) else json.dumps(message))

    def subscribe(self, *args: dict[str, str]) -> list[Any]:
        self.say({"op": "subscribe", "args": list(args)})
        return self.heard()

    def heard(self) -> list[Any]:
        frames = [frame if frame == "pong" else json.loads(frame) for frame in self.session.waiting]
        self.session.waiting.clear()
        return frames


def login(bench: Bench, profile: str) -> dict[str, str]:
    key = bench.exchange.keys[profile].credentials
    assert key.secret is not None
    stamp = str(bench.clock.now // 1000)
    digest = hmac.new(key.secret.reveal().encode(), f"{stamp}GET/user/verify".encode(), hashlib.sha256)
    return {
        "apiKey": key.api_key.reveal(),
        "passphrase": key.passphrase.reveal(),
        "timestamp": stamp,
        "sign": base64.b64encode(digest.digest()).decode(),
    }


def public(channel: str, symbol: str = "BTCUSDT", kind: str = USDT) -> dict[str, str]:
    return {"instType": kind, "channel": channel, "instId": symbol}


# What is acknowledged and refused


async def test_each_argument_is_acknowledged_and_then_told() -> None:
    talk = Talk(Bench())
    frames = talk.subscribe(public("ticker"), public("trade", kind="SPOT"))
    assert [frame.get("event", frame.get("action")) for frame in frames] == [
        "subscribe",
        "snapshot",
        "subscribe",
        "snapshot",
    ]
    assert frames[0]["arg"] == frames[1]["arg"] == public("ticker")
    assert isinstance(frames[1]["ts"], int)
    assert isinstance(frames[1]["data"][0]["ts"], str)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", 30002),
        ("[]", 30002),
        ("x" * 5000, 30002),
        ({"op": "dance", "args": []}, 30003),
        ({"op": "login", "args": [{}]}, 30003),
        ({"op": "subscribe"}, 30016),
        ({"op": "subscribe", "args": []}, 30016),
        ({"op": "subscribe", "args": ["ticker"]}, 30016),
        ({"op": "subscribe", "args": [public("books50")]}, 30001),
        ({"op": "subscribe", "args": [public("ticker", "NOSUCH")]}, 30001),
        ({"op": "subscribe", "args": [public("ticker", "default")]}, 30001),
        ({"op": "subscribe", "args": [public("ticker", kind="mc")]}, 30001),
        ({"op": "subscribe", "args": [public("candle7m")]}, 30001),
        ({"op": "subscribe", "args": [public("orders", "default")]}, 30004),
    ],
)
async def test_what_cannot_be_is_refused_with_its_code(message: object, code: int) -> None:
    talk = Talk(Bench())
    talk.say(message)
    (frame,) = talk.heard()
    assert (frame["event"], frame["code"]) == ("error", code)
    assert not talk.session.is_over


async def test_private_channels_want_a_login() -> None:
    talk = Talk(Bench(), is_private=True)
    (frame,) = talk.subscribe(public("orders", "default"))
    assert (frame["code"], frame["msg"]) == (30004, "User needs to log in")


async def test_a_refused_login_ends_the_connection() -> None:
    bench = Bench()
    talk = Talk(bench, is_private=True)
    talk.say({"op": "login", "args": [{**login(bench, "practice"), "sign": "AAAA"}]})
    (frame,) = talk.heard()
    assert (frame["event"], frame["code"]) == ("error", "30015")
    assert talk.session.is_over


async def test_ping_is_text_and_its_answer_too() -> None:
    talk = Talk(Bench())
    talk.say("ping")
    assert talk.heard() == ["pong"]


async def test_more_than_ten_messages_a_second_end_the_connection() -> None:
    bench = Bench()
    talk = Talk(bench)
    for _ in range(10):
        talk.session.hear("ping")
    assert talk.heard() == ["pong"] * 10
    talk.session.hear("ping")
    assert [frame["code"] for frame in talk.heard()] == [30007]
    assert talk.session.is_over


async def test_silence_and_age_end_the_connection() -> None:
    bench = Bench()
    talk = Talk(bench)
    bench.clock.now += 119_000
    assert talk.session.quiet_for() == pytest.approx(1.0)
    talk.session.hear("ping")
    assert talk.session.quiet_for() == pytest.approx(120.0)
    bench.clock.now += 119_000
    talk.say({"op": "subscribe", "args": [public("ticker")]})
    bench.clock.now += 1_000
    assert talk.session.quiet_for() <= 0
    old = Talk(bench, cuts=replace(Cuts(), idle_s=1e9))
    bench.clock.now += 86_400_000
    assert old.session.quiet_for() <= 0
    ageless = Talk(bench, cuts=replace(Cuts(), idle_s=1e9, lifetime_s=None))
    bench.clock.now += 86_400_000
    assert ageless.session.quiet_for() > 0


async def test_channels_and_requests_are_counted() -> None:
    talk = Talk(Bench(), cuts=replace(Cuts(), channels=2, subscribe_requests=3))

    def events(*args: dict[str, str]) -> list[Any]:
        return [frame.get("code", frame["event"]) for frame in talk.subscribe(*args) if "event" in frame]

    assert events(public("ticker"), public("trade"), public("books1")) == ["subscribe", "subscribe", 30006]
    assert events(public("books1")) == [30006]
    talk.say({"op": "unsubscribe", "args": [public("ticker")]})
    assert {"event": "unsubscribe", "arg": public("ticker")} in talk.heard()
    assert events(public("books1")) == ["subscribe"]
    assert events(public("books5")) == [30006]


async def test_a_slow_reader_is_cut() -> None:
    bench = Bench()
    talk = Talk(bench, cuts=replace(Cuts(), backlog=20))
    talk.subscribe(public("trade"))
    for number in range(30):
        talk.session.push(str(number), "trade")
    assert talk.session.is_over
    assert len(talk.session.waiting) == 0


async def test_an_unsubscribed_channel_is_silent() -> None:
    bench = Bench(rate=200)
    talk = Talk(bench)
    talk.subscribe(public("books"))
    talk.say({"op": "unsubscribe", "args": [public("books")]})
    talk.heard()
    for _ in range(20):
        bench.clock.now += 100
        bench.simulator.step()
        bench.simulator.publisher.tick()
    assert talk.heard() == []


# Public channels


def live(bench: Bench, talk: Talk, seconds: float) -> list[Any]:
    for _ in range(int(seconds * 100)):
        bench.clock.now += 10
        bench.simulator.step()
        bench.simulator.publisher.tick()
    return talk.heard()


@pytest.mark.parametrize("period", [0.0, 0.15])
@pytest.mark.parametrize(
    ("flavour", "integrity"),
    [
        (Flavour.CHECKSUM, Integrity.CHECKSUMMED),
        (Flavour.SEQUENCED, Integrity.CHECKSUMMED),
        (Flavour.CHAINED, Integrity.CHAINED),
    ],
)
async def test_books_hold_together_in_every_flavour(
    flavour: Flavour, integrity: Integrity, period: float
) -> None:
    rhythm = Rhythm(futures_books=period, spot_books=period)
    bench = Bench(options=Options(flavour=flavour, rhythm=rhythm, has_limits=False), rate=300)
    talk = Talk(bench)
    frames = talk.subscribe(public("books"))[1:] + live(bench, talk, 3)
    book, router = OrderBook(), Router("test")
    counted = 0
    for frame in frames:
        fields = set(frame["data"][0])
        assert ("checksum" in fields) is (flavour is not Flavour.CHAINED)
        assert ("seq" in fields) is (flavour is not Flavour.CHECKSUM)
        assert ("pseq" in fields) is (flavour is Flavour.CHAINED)
        (event,) = router.route(json.dumps(frame))
        assert isinstance(event, BookReceived)
        merge = book.replace if event.is_snapshot else book.update
        assert merge(event.bids, event.asks, event.seq, event.pseq, event.checksum) is Verdict.APPLIED
        counted += not event.is_snapshot
    assert book.integrity is integrity
    assert counted >= (100 if not period else 15)
    bench.exchange.drain()
    bids, asks = bench.exchange.engine.book(BTC)
    if not period:
        assert [(Decimal(price), Decimal(size)) for price, size in book.bids()] == bids
        assert [(Decimal(price), Decimal(size)) for price, size in book.asks()] == asks


async def test_a_second_listener_joins_without_a_seam() -> None:
    bench = Bench(rate=300)
    first, second = Talk(bench), Talk(bench)
    books = []
    frames = {first: first.subscribe(public("books"))[1:]}
    live_frames = live(bench, first, 0.4)
    frames[first] += live_frames
    frames[second] = second.subscribe(public("books"))[1:]
    frames[first] += live(bench, first, 1)
    frames[second] += second.heard()
    for talk in (first, second):
        book, router = OrderBook(), Router("test")
        for frame in frames[talk]:
            (event,) = router.route(json.dumps(frame))
            assert isinstance(event, BookReceived)
            merge = book.replace if event.is_snapshot else book.update
            assert merge(event.bids, event.asks, event.seq, event.pseq, event.checksum) is Verdict.APPLIED
        books.append((book.bids(), book.asks(), book.seq))
    assert books[0] == books[1]


@pytest.mark.parametrize(("channel", "depth"), [("books1", 1), ("books5", 5), ("books15", 15)])
async def test_snapshot_channels(channel: str, depth: int) -> None:
    bench = Bench(rate=300)
    talk = Talk(bench)
    frames = talk.subscribe(public(channel))[1:] + live(bench, talk, 2)
    assert len(frames) > 5
    for frame in frames:
        (row,) = frame["data"]
        assert frame["action"] == "snapshot"
        assert (len(row["asks"]), len(row["bids"]), row["checksum"]) == (depth, depth, 0)


async def test_trades_come_newest_first_and_once() -> None:
    bench = Bench(rate=300)
    talk = Talk(bench)
    frames = talk.subscribe(public("trade"))[1:] + live(bench, talk, 5)
    assert [frame["action"] for frame in frames] == ["snapshot"] + ["update"] * (len(frames) - 1)
    assert len(frames[0]["data"]) == 50
    ids = [int(row["tradeId"]) for frame in frames for row in reversed(frame["data"])]
    assert len(ids) > 50
    assert ids == sorted(set(ids))


async def test_candles_begin_with_history_and_go_on_with_the_open_bar() -> None:
    bench = Bench(rate=300)
    talk = Talk(bench)
    frames = talk.subscribe(public("candle1m"))[1:] + live(bench, talk, 5)
    assert frames[0]["action"] == "snapshot"
    assert len(frames[0]["data"]) == 500
    starts = [int(row[0]) for row in frames[0]["data"]]
    assert starts == sorted(starts)
    assert 1 <= len(frames) - 1 <= 6
    for frame in frames[1:]:
        assert frame["action"] == "update"
        assert [len(row) for row in frame["data"]] == [8]


async def test_tickers_and_index_prices_go_on() -> None:
    bench = Bench(rate=300)
    talk = Talk(bench)
    args = (public("ticker"), public("ticker", kind="SPOT"), public("index-price", "default", "MARGIN"))
    frames = [frame for frame in talk.subscribe(*args) if "action" in frame] + live(bench, talk, 3)
    kinds = {(frame["arg"]["instType"], frame["arg"]["channel"]) for frame in frames}
    assert kinds == {(USDT, "ticker"), ("SPOT", "ticker"), ("MARGIN", "index-price")}
    counted = [frame for frame in frames if frame["arg"] == public("ticker")]
    assert 5 <= len(counted) <= 12


async def test_an_auction_is_acknowledged_and_silent() -> None:
    bench = Bench(rate=100)
    talk = Talk(bench)
    frames = talk.subscribe(public("auction", kind="SPOT")) + live(bench, talk, 1)
    assert frames == [{"event": "subscribe", "arg": public("auction", kind="SPOT")}]


# Private channels

PRIVATE = [
    public("orders", "default"),
    public("fill", "default"),
    public("positions", "default"),
    public("positions-history", "default"),
    public("orders-algo", "default"),
    public("equity", "default"),
    {"instType": USDT, "channel": "account", "coin": "default"},
]


async def test_positions_and_account_are_told_first_and_nothing_else() -> None:
    talk = Talk(Bench(), is_private=True, profile="leader")
    frames = [frame for frame in talk.subscribe(*PRIVATE) if "action" in frame]
    assert [frame["arg"]["channel"] for frame in frames] == ["positions", "account"]
    assert len(frames[0]["data"]) == 4
    assert frames[1]["data"][0]["marginCoin"] == "USDT"
    flat = Talk(Bench(), is_private=True, profile="practice")
    assert flat.subscribe(public("positions", "default"))[1]["data"] == []


async def test_a_market_order_is_told_on_every_channel() -> None:
    bench = Bench()
    talk = Talk(bench, is_private=True, profile="practice")
    talk.subscribe(*PRIVATE)
    placed = bench.post(PLACE, {**MARKET_ORDER, "clientOid": "mine"})
    assert placed["code"] == "00000"
    frames = talk.heard()
    by_channel: dict[str, list[Any]] = {}
    for frame in frames:
        by_channel.setdefault(frame["arg"]["channel"], []).append(frame)
    last = by_channel["orders"][-1]["data"][0]
    assert (last["status"], last["clientOid"], last["posSide"]) == ("filled", "mine", "net")
    assert (last["tradeSide"], last["reduceOnly"], last["price"]) == ("buy_single", "no", "0")
    fills = [frame["data"][0] for frame in by_channel["fill"]]
    assert sum(Decimal(fill["baseVolume"]) for fill in fills) == Decimal("0.01")
    assert fills[-1]["orderType"] == "market"
    assert last["tradeId"] == fills[-1]["tradeId"]
    assert last["baseVolume"] == fills[-1]["baseVolume"]
    assert last["accBaseVolume"] == "0.0100"
    first = by_channel["orders"][0]["data"][0]
    assert (first["status"], "tradeId" in first) == ("live", False)
    (held,) = by_channel["positions"][-1]["data"]
    assert by_channel["positions"][-1]["action"] == "snapshot"
    assert (held["instId"], held["holdSide"], held["leverage"]) == ("BTCUSDT", "long", 20)
    assert Decimal(by_channel["account"][-1]["data"][0]["available"]) < 10_000
    assert by_channel["equity"]

    closing = {**MARKET_ORDER, "side": "sell", "reduceOnly": "YES"}
    assert bench.post(PLACE, closing)["code"] == "00000"
    frames = talk.heard()
    ended = [frame["data"] for frame in frames if frame["arg"]["channel"] == "positions"][-1]
    assert ended == []
    (past,) = [frame["data"] for frame in frames if frame["arg"]["channel"] == "positions-history"]
    assert (past[0]["openSize"], past[0]["marginMode"]) == ("0.01", "crossed")


async def test_other_accounts_and_other_symbols_hear_nothing() -> None:
    bench = Bench()
    other = Talk(bench, is_private=True, profile="follower")
    other.subscribe(public("orders", "default"))
    eth = Talk(bench, is_private=True, profile="practice")
    eth.subscribe(public("orders", "ETHUSDT"), public("orders", "default", "SPOT"))
    watch = Talk(bench, is_private=True, profile="watch")
    watch.subscribe(public("orders", "default"))
    for talk in (other, eth, watch):
        talk.heard()
    assert bench.post(PLACE, MARKET_ORDER)["code"] == "00000"
    assert other.heard() == []
    assert eth.heard() == []
    assert watch.heard()


async def test_hedge_pushes_name_the_leg_and_fills_the_direction() -> None:
    bench = Bench(position_mode=PositionMode.HEDGE)
    talk = Talk(bench, is_private=True, profile="practice")
    talk.subscribe(public("orders", "default"), public("fill", "default"))
    assert bench.post(PLACE, {**MARKET_ORDER, "tradeSide": "open"})["code"] == "00000"
    talk.heard()
    assert bench.post(PLACE, {**MARKET_ORDER, "tradeSide": "close"})["code"] == "00000"
    frames = talk.heard()
    orders = [frame["data"][0] for frame in frames if frame["arg"]["channel"] == "orders"]
    fills = [frame["data"][0] for frame in frames if frame["arg"]["channel"] == "fill"]
    assert {(row["side"], row["tradeSide"], row["posSide"]) for row in orders} == {("buy", "close", "long")}
    assert {(row["side"], row["tradeSide"]) for row in fills} == {("sell", "close")}


async def test_trigger_orders_are_told_in_the_streams_words() -> None:
    bench = Bench()
    talk = Talk(bench, is_private=True, profile="practice")
    talk.subscribe(public("orders-algo", "default"))
    plan = {**MARKET_ORDER, "planType": "normal_plan", "triggerPrice": "80000", "triggerType": "mark_price"}
    placed = bench.post("/api/v2/mix/order/place-plan-order", plan)["data"]["orderId"]
    (frame,) = talk.heard()
    row = frame["data"][0]
    assert (row["planType"], row["status"], row["enterPointSource"]) == ("pl", "live", "api")
    assert row["price"] == row["triggerPrice"]
    body = {"productType": USDT, "symbol": "BTCUSDT", "orderIdList": [{"orderId": placed}]}
    bench.post("/api/v2/mix/order/cancel-plan-order", body)
    (frame,) = talk.heard()
    assert frame["data"][0]["status"] == "cancelled"


async def test_spot_orders_are_told_with_newsize() -> None:
    bench = Bench()
    talk = Talk(bench, is_private=True, profile="practice")
    talk.subscribe(
        public("orders", "default", "SPOT"), {"instType": "SPOT", "channel": "account", "coin": "default"}
    )
    body = {
        "symbol": "BTCUSDT",
        "side": "buy",
        "orderType": "limit",
        "force": "gtc",
        "price": "90000",
        "size": "0.001",
    }
    placed = bench.post("/api/v2/spot/trade/place-order", body)["data"]["orderId"]
    frames = [frame for frame in talk.heard() if frame["arg"]["channel"] == "orders"]
    row = frames[0]["data"][0]
    assert Decimal(row["newSize"]) == Decimal("0.001")
    assert Decimal(row["size"]) == Decimal(90)
    bench.post("/api/v2/spot/trade/cancel-order", {"symbol": "BTCUSDT", "orderId": placed})
    frames = talk.heard()
    assert [frame["data"][0]["status"] for frame in frames if frame["arg"]["channel"] == "orders"] == [
        "cancelled"
    ]


async def test_a_closed_connection_is_forgotten() -> None:
    bench = Bench(rate=100)
    publisher: Publisher = bench.simulator.publisher
    talk = Talk(bench)
    talk.subscribe(public("books"), public("trade"), public("books5"))
    talk.session.close()
    assert publisher._stations == {}
    assert publisher._books == {}
    assert publisher._trade_stations == {}
    live(bench, talk, 1)


def test_a_topic_keeps_what_was_asked_for() -> None:
    topic = read(Bench().exchange, {"instType": "usdt-futures", "channel": "ticker", "instId": "btcusdt"})
    assert json.loads(topic.arg) == {"instType": "usdt-futures", "channel": "ticker", "instId": "btcusdt"}
    assert topic.product_type is ProductType.USDT_FUTURES


# Shapes of real pushes

SAMPLES = Path(__file__).parents[3] / "shared" / "payloads" / "futures-ws.jsonl"


@pytest.mark.skipif(not SAMPLES.exists(), reason="the sample payloads are not beside the project")
async def test_pushes_have_every_field_of_the_sampled_ones() -> None:
    bench = Bench(rate=100)
    told: dict[str, dict[str, Any]] = {}
    listener = Talk(bench)
    account = Talk(bench, is_private=True, profile="practice")
    names = ("ticker", "trade", "books5", "candle12H")
    frames = listener.subscribe(*(public(name) for name in names))
    frames += account.subscribe(*PRIVATE)
    plan = {**MARKET_ORDER, "planType": "normal_plan", "triggerPrice": "80000", "triggerType": "mark_price"}
    for path, body in (
        ("/api/v2/mix/order/place-plan-order", plan),
        (PLACE, MARKET_ORDER),
        (PLACE, {**MARKET_ORDER, "side": "sell", "reduceOnly": "YES"}),
    ):
        assert bench.post(path, body)["code"] == "00000"
        frames += account.heard()
    for frame in frames:
        if frame.get("data"):
            told[frame["arg"]["channel"]] = frame
    told["positions"] = next(
        frame for frame in frames if frame.get("data") and frame["arg"]["channel"] == "positions"
    )
    for line in SAMPLES.read_text().splitlines():
        (sample,) = json.loads(line)["pushed"]
        ours = told[sample["arg"]["channel"]]
        assert set(sample) == set(ours)
        wanted, given = sample["data"][0], ours["data"][0]
        if isinstance(wanted, list):
            assert len(given) == len(wanted)
            continue
        assert set(wanted) - set(given) == set(), sample["arg"]
        for name in wanted:
            assert type(given[name]) is type(wanted[name]), (sample["arg"], name)


# Over sockets


@contextlib.asynccontextmanager
async def connected(url: str) -> AsyncIterator[ClientConnection]:
    async with connect(url, compression=None, proxy=None, ping_interval=None) as socket:
        yield socket


async def test_one_port_serves_streams_and_requests() -> None:
    async with simulated() as served:
        async with connected(served.ws_public) as socket:
            await socket.send("ping")
            assert await socket.recv() == "pong"
            await socket.send(json.dumps({"op": "subscribe", "args": [public("books")]}))
            assert json.loads(await socket.recv())["event"] == "subscribe"
            assert json.loads(await socket.recv())["action"] == "snapshot"
            assert json.loads(await socket.recv())["action"] == "update"
        async with connected(served.ws_private) as socket:
            await socket.send("ping")
            assert await socket.recv() == "pong"


async def test_a_cut_connection_is_closed() -> None:
    async with simulated() as served, connected(served.ws_public) as socket:
        for _ in range(11):
            await socket.send("ping")
        frames = [frame async for frame in socket]
        assert frames[:10] == ["pong"] * 10
        assert json.loads(frames[10])["code"] == 30007
        assert served.simulator.options.cuts.messages == 10


async def test_silent_connections_are_closed() -> None:
    options = Options(cuts=replace(Cuts(), idle_s=0.2), has_limits=False)
    async with simulated(options=options) as served, connected(served.ws_public) as socket:
        with pytest.raises(ConnectionClosed):
            await socket.recv()
