"""Every switch does what it says: a scenario each, over real sockets, mostly with our own clients."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import httpx
import pytest
import websockets

from bgtui.domain.error import (
    AuthRefused,
    BgtuiError,
    ClockSkew,
    ConfigError,
    DecodeError,
    ExchangeError,
    Maintenance,
    NetworkError,
    NotSent,
    OutcomeUnknown,
    PermissionRefused,
    RateLimited,
    Rejected,
)
from bgtui.domain.event import ConnectionLost, ConnectionOpened, FeedFailed, FrameRefused, SubscriptionRefused
from bgtui.domain.instrument import InstrumentStatus
from bgtui.domain.intent import CancelOrder, OrderRef
from bgtui.domain.order import Forced, OrderStatus, PositionMode
from bgtui.domain.text import Untrusted
from bgtui.exchange.clock import SystemClock
from bgtui.exchange.patience import Patience
from bgtui.exchange.reader import ReadClient
from bgtui.exchange.trading import TradingClient
from bgtui.simulator.books import Flavour
from bgtui.simulator.exchange import Exchange, World
from bgtui.simulator.fault import FaultSet
from bgtui.simulator.fault_kind import GARBAGE, KINDS
from bgtui.simulator.fault_text import HOSTILE
from bgtui.simulator.hooks import Link
from bgtui.simulator.serving import serve_with_faults
from bgtui.store.book import BookStatus
from bgtui.wire.endpoint.futures_account import POSITIONS
from tests.simulator.faulty import QUICK, USDT, Room, of, room, until
from tests.simulator.worlds import BTC, START_MS, listings
from tests.support.simulated import HandClock

Scenario = Callable[[], Awaitable[None]]
SCENARIOS: dict[str, Scenario] = {}
PLACE = "/api/v2/mix/order/place-order"


def acts(name: str) -> Callable[[Scenario], Scenario]:
    """Name the fault that a scenario shows."""

    def keep(scenario: Scenario) -> Scenario:
        SCENARIOS[name] = scenario
        return scenario

    return keep


@pytest.mark.parametrize("name", list(KINDS))
async def test_each_fault_acts(name: str) -> None:
    async with asyncio.timeout(30):
        await SCENARIOS[name]()


def test_no_scenario_is_left_over() -> None:
    assert SCENARIOS.keys() == KINDS.keys()


# REST


async def orders(house: Room) -> int:
    """Count the orders that the exchange has taken."""
    engine = house.exchange.engine
    return len(engine.open_orders(house.uid, USDT)) + len(engine.order_history(house.uid, USDT))


@acts("latency")
async def _late_answers() -> None:
    async with room("latency:150ms-200ms,route=/api/v2/public") as house, house.rest(profile=None) as rest:
        start = time.perf_counter()
        await rest.sync_clock()
        assert time.perf_counter() - start > 0.15


@acts("timeout-before")
async def _nothing_happened() -> None:
    async with (
        room(f"timeout-before:route={PLACE}") as house,
        house.clients(patience=QUICK) as (_, _, trading),
    ):
        with pytest.raises(OutcomeUnknown):
            await trading.place_order(house.buy(ratio="0.95"), "mine-1")
        assert await orders(house) == 0


@acts("timeout-after")
async def _exactly_one_order_and_no_answer() -> None:
    async with (
        room(f"timeout-after:route={PLACE},once") as house,
        house.clients(patience=QUICK) as (_, reader, trading),
    ):
        with pytest.raises(OutcomeUnknown):
            await trading.place_order(house.buy(ratio="0.95"), "mine-1")
        assert await orders(house) == 1
        found = await reader.order(BTC, client_order_id="mine-1")
        assert found is not None
        assert found.status is OrderStatus.LIVE
        with pytest.raises(BgtuiError) as again:
            await trading.place_order(house.buy(ratio="0.95"), "mine-1")
        assert getattr(again.value, "code", "") == "45034"
        assert await orders(house) == 1


@acts("status")
async def _gateway_errors() -> None:
    async with (
        room(f"status:502,accepted=yes,route={PLACE}", "status:503,method=GET,route=/api/v2/mix") as house,
        house.clients() as (_, reader, trading),
    ):
        with pytest.raises(OutcomeUnknown):
            await trading.place_order(house.buy(ratio="0.95"), "mine-1")
        assert await orders(house) == 1
        with pytest.raises(Maintenance):
            await reader.ticker(BTC)


@acts("429")
async def _too_many_requests() -> None:
    async with room("429:method=POST") as house, house.clients() as (_, _, trading):
        with pytest.raises(RateLimited):
            await trading.place_order(house.buy(ratio="0.95"), "mine-1")
        assert await orders(house) == 0


@acts("html")
async def _captive_portal() -> None:
    specs = ("html:method=GET,route=/api/v2/mix", "html:method=POST,accepted=yes")
    async with room(*specs) as house, house.clients() as (_, reader, trading):
        with pytest.raises(NetworkError):
            await reader.positions(USDT)
        with pytest.raises(OutcomeUnknown):
            await trading.place_order(house.buy(ratio="0.95"), "mine-1")
        assert await orders(house) == 1


@acts("maintenance")
async def _maintenance() -> None:
    async with room() as house, house.clients() as (_, reader, _):
        house.faults.add("maintenance")
        with pytest.raises(Maintenance):
            await reader.positions(USDT)


async def refused_read(house: Room) -> BgtuiError | None:
    """Read the account; return how that failed."""
    async with house.clients() as (_, reader, _):
        house.exchange.engine.place(house.uid, house.buy(ratio="0.95"))
        try:
            await reader.open_orders(USDT)
            await reader.balances(USDT)
        except BgtuiError as error:
            return error
        return None


@acts("null-data")
async def _null_data() -> None:
    async with room("null-data:route=/api/v2/mix") as house, house.clients() as (rest, _, _):
        house.exchange.engine.place(house.uid, house.buy())
        data = await rest.read(POSITIONS, {"productType": "USDT-FUTURES"})
        assert bytes(data) == b"null"
        house.faults.clear()
        data = await rest.read(POSITIONS, {"productType": "USDT-FUTURES"})
        assert b"BTCUSDT" in bytes(data)


@acts("partial")
async def _partial_data() -> None:
    async with room("partial:route=/api/v2/mix") as house:
        assert isinstance(await refused_read(house), DecodeError)


@acts("null-lists")
async def _null_lists() -> None:
    async with room("null-lists:route=/api/v2/mix/order") as house, house.clients() as (_, reader, _):
        house.exchange.engine.place(house.uid, house.buy(ratio="0.95"))
        # Bitget does so for an empty list, so it reads as one.
        assert await reader.open_orders(USDT) == ()


@acts("garbage-answer")
async def _garbage_answers() -> None:
    async with room() as house:
        for kind in GARBAGE:
            house.faults.add(f"garbage-answer:{kind},route=/api/v2/mix")
            error = await refused_read(house)
            assert error is None or isinstance(error, DecodeError | NetworkError), kind
            assert house.faults.listed()[0]["taken"]
            house.faults.clear()


@acts("big-answer")
async def _big_answers() -> None:
    async with room("big-answer:route=/api/v2/mix") as house, house.clients() as (_, reader, _):
        with pytest.raises((NetworkError, DecodeError)):
            await reader.balances(USDT)


@acts("hostile-text")
async def _hostile_text() -> None:
    async with room("hostile-text") as house, house.clients() as (_, _, trading):
        with pytest.raises(Rejected) as refusal:
            await trading.place_order(house.buy("1000000"), "mine-1")
        assert str(refusal.value).isprintable()
        async with httpx.AsyncClient() as web:
            answer = await web.get(f"{house.served.rest}/api/v2/nowhere")
        assert answer.json()["msg"] == HOSTILE


@acts("cancelled-spelling")
async def _other_spelling() -> None:
    async with room("cancelled-spelling") as house, house.clients() as (_, reader, trading):
        async with house.listening("orders", is_private=True) as listener:
            ack = await trading.place_order(house.buy(ratio="0.95"), "mine-1")
            await trading.cancel_order(cancel(ack.order_id))
            await listener.next(lambda text: '"cancelled"' in text)
        found = await reader.order(BTC, order_id=ack.order_id)
        assert found is not None
        assert found.status is OrderStatus.CANCELED


def cancel(order_id: str) -> CancelOrder:
    return CancelOrder(OrderRef(BTC, order_id, margin_coin="USDT"))


@acts("numeric-leverage")
async def _numeric_leverage() -> None:
    async with room("numeric-leverage") as house, house.clients() as (_, reader, _):
        house.exchange.engine.place(house.uid, house.buy())
        [held] = await reader.positions(USDT)
        assert held.leverage == 20
        async with house.listening("orders", is_private=True) as listener:
            house.exchange.engine.place(house.uid, house.buy(ratio="0.95"))
            [push] = await listener.pushes("orders", 1)
            assert push["data"][0]["leverage"] == 20


@acts("revoke-key")
async def _revoked_key() -> None:
    async with (
        room() as house,
        house.clients() as (_, reader, _),
        house.listening(is_private=True) as listener,
    ):
        await reader.positions(USDT)
        [number] = house.faults.add("revoke-key")
        with pytest.raises(AuthRefused) as refusal:
            await reader.positions(USDT)
        assert refusal.value.code == "40006"
        with pytest.raises(websockets.ConnectionClosed):
            await listener.next(lambda _: False)
        async with house.listening(is_private=True) as second:
            assert '"30011"' in second.frames[-1]
        assert await reader.ticker(BTC), "public data stays"
        house.faults.clear(number)
        await reader.positions(USDT)


@acts("ip-denied")
async def _denied_address() -> None:
    async with (
        room() as house,
        house.clients() as (_, reader, _),
        house.listening(is_private=True) as listener,
    ):
        house.faults.add("ip-denied")
        with pytest.raises((PermissionRefused, AuthRefused)) as refusal:
            await reader.positions(USDT)
        assert refusal.value.code == "40018"
        with pytest.raises(websockets.ConnectionClosed):
            await listener.next(lambda _: False)
        async with house.listening(is_private=True) as second:
            assert '"30005"' in second.frames[-1]


@acts("no-permission")
async def _missing_permission() -> None:
    async with room("no-permission:method=POST") as house, house.clients() as (_, reader, trading):
        await reader.positions(USDT)
        with pytest.raises(PermissionRefused):
            await trading.place_order(house.buy(ratio="0.95"), "mine-1")
        assert await orders(house) == 0


@acts("clock-skew")
async def _skewed_clock() -> None:
    async with room("clock-skew:90s") as house, house.rest() as rest:
        await rest.sync_clock()
        assert rest.server_now_ms() - SystemClock().now_ms() == pytest.approx(90_000, abs=2000)
        await ReadClient(rest).positions(USDT)
    async with room("clock-skew:-60s") as house, house.clients() as (_, reader, _):
        await reader.positions(USDT)


@acts("clock-step")
async def _stepped_clock() -> None:
    twice = Patience(attempts=2)
    async with room() as house, house.clients(patience=twice) as (_, reader, trading):
        await reader.positions(USDT)
        house.faults.add("clock-step:-60s")
        with pytest.raises(ClockSkew):
            await trading.place_order(house.buy(ratio="0.95"), "mine-1")
        assert await orders(house) == 0
        house.faults.add("clock-step:200s")
        await reader.positions(USDT)


# Streams


@acts("drop-frame")
async def _dropped_frames() -> None:
    async with (
        room("drop-frame:channel=ticker,skip=1") as house,
        house.listening("ticker", "books") as listener,
    ):
        await listener.pushes("ticker", 1)
        frames = await listener.hear(0.5)
        assert not any('"channel":"ticker"' in frame for frame in frames)
        assert any('"channel":"books"' in frame for frame in frames)


@acts("silent")
async def _silent_channel() -> None:
    async with (
        room("silent:channel=books,after=300ms") as house,
        house.listening("ticker", "books") as listener,
    ):
        await listener.pushes("books", 1)
        await listener.hear(0.5)
        frames = await listener.hear(0.5)
        assert frames
        assert not any('"channel":"books"' in frame for frame in frames)


@acts("duplicate-frame")
async def _doubled_frames() -> None:
    async with room("duplicate-frame:channel=books") as house:
        async with house.listening("books") as listener:
            first, second, third, fourth = await listener.pushes("books", 4)
            assert (first, third) == (second, fourth)
        async with house.session() as (session, _):
            await until(lambda: session.store.book_totals().duplicates > 2)
            assert session.store.book_status(BTC) is BookStatus.LIVE


@acts("reorder-frames")
async def _swapped_frames() -> None:
    async with room("reorder-frames:channel=books,times=1") as house:
        async with house.listening("books") as listener:
            seqs = [int(push["data"][0]["seq"]) for push in await listener.pushes("books", 6)]
            assert sorted(seqs) != seqs
            assert sum(later < earlier for earlier, later in pairwise(seqs)) == 1
        house.faults.add("reorder-frames:channel=books,times=1,skip=2")
        async with house.session() as (session, _):
            await until(lambda: session.store.book_totals().resyncs >= 1)
            await until(lambda: session.store.book_status(BTC) is BookStatus.LIVE)


@acts("frame-latency")
async def _late_frames() -> None:
    async with room("frame-latency:200ms-400ms,channel=books") as house, house.listening("books") as listener:
        start = time.perf_counter()
        pushes = await listener.pushes("books", 8)
        assert time.perf_counter() - start > 0.2
        seqs = [int(push["data"][0]["seq"]) for push in pushes]
        assert seqs == sorted(seqs)


@acts("gap")
async def _lost_update() -> None:
    async with room("gap:skip=3", flavour=Flavour.CHAINED) as house, house.session() as (session, _):
        await until(lambda: session.store.book_totals().gaps == 1)
        await until(lambda: session.store.book_totals().resyncs == 1)
        await until(lambda: session.store.book_status(BTC) is BookStatus.LIVE)


@acts("seq-back")
async def _seq_back() -> None:
    async with room("seq-back:skip=3", flavour=Flavour.CHAINED) as house, house.session() as (session, _):
        await until(lambda: session.store.book_totals().gaps == 1)
        await until(lambda: session.store.book_status(BTC) is BookStatus.LIVE)


@acts("bad-checksum")
async def _bad_checksum() -> None:
    async with room("bad-checksum:once,skip=4") as house, house.session() as (session, _):
        await until(lambda: session.store.book_totals().mismatches == 1)
        await until(lambda: session.store.book_totals().resyncs == 1)
        await until(lambda: session.store.book_status(BTC) is BookStatus.LIVE)
        assert session.store.book_totals().mismatches == 1


async def test_a_checksum_that_is_bad_for_ever_leaves_no_levels_to_look_at() -> None:
    async with room("bad-checksum:forever") as house, house.session() as (session, events):
        await until(lambda: session.store.book_totals().mismatches >= 2)
        assert not session.store.book(BTC).bids
        assert session.store.book_status(BTC) is not BookStatus.LIVE
        await until(lambda: session.store.ticker(BTC) is not None)
        assert events


@acts("garbage-frame")
async def _garbage_frames() -> None:
    async with room() as house, house.session() as (session, events):
        await until(lambda: session.store.book_status(BTC) is BookStatus.LIVE)
        for kind in GARBAGE:
            house.faults.add(f"garbage-frame:{kind},channel=ticker,times=3")
            await until(lambda: house.faults.listed()[0]["taken"] == 3)
            house.faults.clear()
        start = len(events)
        await until(lambda: len(events) > start + 10)
        assert of(events, FrameRefused)
        assert not of(events, FeedFailed)
        assert len(of(events, ConnectionOpened)) == 1
        assert session.store.book_status(BTC) is BookStatus.LIVE


async def test_a_garbled_book_is_resubscribed() -> None:
    async with (
        room("garbage-frame:malformed,channel=books,times=1,skip=3") as house,
        house.session() as (session, events),
    ):
        await until(lambda: of(events, FrameRefused))
        await until(lambda: session.store.book_totals().resyncs == 1)
        await until(lambda: session.store.book_status(BTC) is BookStatus.LIVE)


@acts("big-frame")
async def _big_frame() -> None:
    async with room("big-frame:channel=ticker,skip=2") as house:
        async with house.session() as (session, events):
            await until(lambda: of(events, ConnectionLost))
            await until(lambda: len(of(events, ConnectionOpened)) == 2)
            await until(lambda: session.store.book_status(BTC) is BookStatus.LIVE)
        async with house.listening("ticker") as listener:
            house.faults.add("big-frame:channel=ticker")
            assert len(await listener.next(lambda text: len(text) > 9_000_000)) > 10_000_000


@acts("lost-private-push")
async def _lost_private_pushes() -> None:
    async with (
        room("lost-private-push:channel=orders") as house,
        house.listening("orders", "fill", is_private=True) as listener,
    ):
        await listener.next(lambda text: text.startswith('{"event":"subscribe"') and '"fill"' in text)
        house.exchange.engine.place(house.uid, house.buy())
        await listener.pushes("fill", 1)
        await listener.hear(0.3)
        assert not any('"action"' in frame and '"channel":"orders"' in frame for frame in listener.frames)


@acts("duplicate-fill")
async def _doubled_fills() -> None:
    async with room("duplicate-fill") as house, house.session(is_private=True) as (session, events):
        await until(lambda: len(of(events, ConnectionOpened)) == 2)
        await asyncio.sleep(0.3)
        house.exchange.engine.place(house.uid, house.buy())
        await until(lambda: session.store.fills(USDT))
        await asyncio.sleep(0.2)
        fills = house.exchange.engine.fills(house.uid, USDT)
        assert {fill.trade_id for fill in session.store.fills(USDT)} == {fill.trade_id for fill in fills}
        assert len(session.store.fills(USDT)) == len(fills)
        assert house.faults.listed()[0]["taken"]


@acts("fill-before-order")
async def _fill_first() -> None:
    async with (
        room("fill-before-order") as house,
        house.clients() as (_, _, trading),
        house.listening("orders", "fill", is_private=True) as listener,
    ):
        await listener.next(lambda text: text.startswith('{"event":"subscribe"') and '"fill"' in text)
        placing = asyncio.create_task(trading.place_order(house.buy(), "mine-1"))
        await listener.next(lambda text: '"channel":"fill"' in text and '"action"' in text)
        assert not any('"status":"live"' in frame for frame in listener.frames)
        assert not placing.done()
        await listener.next(lambda text: '"status":"live"' in text)
        assert (await placing).client_order_id == "mine-1"


@acts("half-open")
async def _half_open() -> None:
    async with room() as house, house.session() as (session, events):
        await until(lambda: session.store.book_status(BTC) is BookStatus.LIVE)
        house.faults.add("half-open")
        # The rules of the test ping every 0.4 s and wait 0.4 s for the pong.
        await until(lambda: of(events, ConnectionLost), 2.0)
        assert session.store.book(BTC).bids, "the last known levels stay"
        assert session.store.book_status(BTC) is BookStatus.STALE
        await until(lambda: session.store.book_status(BTC) is BookStatus.LIVE)


@acts("disconnect")
async def _disconnect() -> None:
    async with room() as house, house.session() as (session, events):
        await until(lambda: session.store.book_status(BTC) is BookStatus.LIVE)
        house.faults.add("disconnect:stream=public")
        await until(lambda: of(events, ConnectionLost))
        await until(lambda: len(of(events, ConnectionOpened)) == 2)
        await until(lambda: session.store.book_status(BTC) is BookStatus.LIVE)


@acts("refuse-stream")
async def _refused_streams() -> None:
    async with room("refuse-stream:stream=public,times=2") as house:
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(house.served.ws_public)
        async with house.listening(is_private=True) as listener:
            assert '"login"' in listener.frames[-1]
        async with house.session() as (session, _):
            await until(lambda: session.store.book_status(BTC) is BookStatus.LIVE)


@acts("login-refused")
async def _refused_logins() -> None:
    async with room("login-refused:30012,times=1") as house:
        async with house.listening(is_private=True) as listener:
            assert '"30012"' in listener.frames[-1]
            with pytest.raises(websockets.ConnectionClosed):
                await listener.next(lambda _: False)
        async with house.listening(is_private=True) as listener:
            assert '"code":"0"' in listener.frames[-1]


@acts("subscribe-refused")
async def _refused_subscriptions() -> None:
    async with room("subscribe-refused:channel=books") as house, house.session() as (session, events):
        await until(lambda: session.store.book_status(BTC) is BookStatus.REFUSED)
        await until(lambda: session.store.ticker(BTC) is not None)
        [refused] = of(events, SubscriptionRefused)[:1]
        assert refused.code == "30001"


# The exchange


async def status_of(house: Room) -> InstrumentStatus:
    async with house.clients(profile=None) as (_, reader, _):
        [rules] = [each for each in await reader.instruments(USDT) if each.id == BTC]
        return rules.status


async def refused_order(house: Room) -> str:
    async with house.clients() as (_, _, trading):
        with pytest.raises(Rejected) as refusal:
            await trading.place_order(house.buy(ratio="0.99"), "mine-1")
        return refusal.value.code


@acts("delist")
async def _delisted() -> None:
    async with room() as house:
        [number] = house.faults.add("delist:BTCUSDT")
        assert await status_of(house) is InstrumentStatus.OFF
        assert await refused_order(house) == "40845"
        house.faults.clear(number)
        assert await status_of(house) is InstrumentStatus.NORMAL


@acts("not-open")
async def _newly_listed() -> None:
    async with room("not-open:BTCUSDT,for=1s") as house:
        await until(lambda: house.exchange.rules(BTC).status is InstrumentStatus.LISTED)
        assert await status_of(house) is InstrumentStatus.LISTED
        assert await refused_order(house) == "43115"
        await until(lambda: house.exchange.rules(BTC).status is InstrumentStatus.NORMAL)


@acts("close-only")
async def _closing_only() -> None:
    async with room() as house:
        house.faults.add("close-only:BTCUSDT")
        assert await status_of(house) is InstrumentStatus.CLOSE_ONLY
        assert await refused_order(house) == "45119"


@acts("halt")
async def _halted() -> None:
    async with room() as house:
        house.faults.add("halt:BTCUSDT")
        assert await status_of(house) is InstrumentStatus.MAINTENANCE
        assert await refused_order(house) == "40844"


@acts("change-tick")
async def _coarser_price() -> None:
    async with room() as house, house.clients() as (_, reader, trading):
        before = house.exchange.rules(BTC).tick
        intent = house.buy(ratio="0.99")
        odd = (intent.price or Decimal(0)) // (before * 10) * (before * 10) + before
        house.faults.add("change-tick:BTCUSDT")
        [rules] = [each for each in await reader.instruments(USDT) if each.id == BTC]
        assert rules.tick == before * 10
        with pytest.raises(Rejected) as refusal:
            await trading.place_order(replace(intent, price=odd), "mine-1")
        assert refusal.value.code == "45115"
        await trading.place_order(replace(intent, price=odd - before), "mine-2")


@acts("change-step")
async def _coarser_size() -> None:
    async with room() as house, house.clients() as (_, reader, _):
        before = house.exchange.rules(BTC).size_step
        house.faults.add("change-step:BTCUSDT")
        [rules] = [each for each in await reader.instruments(USDT) if each.id == BTC]
        assert rules.size_step == before * 10


@acts("mode-change")
async def _changed_mode() -> None:
    async with room() as house, house.clients() as (_, reader, trading):
        house.exchange.engine.place(house.uid, house.buy())
        [number] = house.faults.add("mode-change:hedge")
        [shown] = house.faults.listed()
        assert "40920" in str(shown["error"]), "not under an open position"
        house.faults.add("foreign-close:BTCUSDT")
        await until(lambda: house.faults.listed()[0]["taken"] == 1)
        settings = await reader.symbol_settings(BTC, "USDT")
        assert settings.position_mode is PositionMode.HEDGE
        with pytest.raises(Rejected) as refusal:
            await trading.place_order(replace(house.buy(), position_mode=PositionMode.ONE_WAY), "mine-1")
        assert refusal.value.code == "40774"
        assert number == 1


@acts("leverage-change")
async def _changed_leverage() -> None:
    async with room("leverage-change:BTCUSDT,to=33") as house, house.clients() as (_, reader, _):
        await until(lambda: house.faults.listed()[0]["taken"])
        assert (await reader.symbol_settings(BTC, "USDT")).crossed_leverage == 33


@acts("liquidate")
async def _liquidated() -> None:
    async with room() as house, house.clients() as (_, reader, _):
        house.exchange.engine.place(house.uid, house.buy())
        async with house.listening("orders", "positions", is_private=True) as listener:
            await listener.pushes("positions", 1)
            house.faults.add("liquidate:BTCUSDT")
            await listener.next(lambda text: '"burst_sell_single"' in text)
        assert await reader.positions(USDT) == ()
        [order] = [each for each in await reader.order_history(USDT, START_MS) if each.forced]
        assert order.forced is Forced.LIQUIDATION
        [balance] = await reader.balances(USDT)
        assert Decimal(9900) < balance.available < Decimal(10_000), "a crossed leg costs its own margin alone"


@acts("adl")
async def _deleveraged() -> None:
    async with room() as house, house.clients() as (_, reader, _):
        house.exchange.engine.place(house.uid, house.buy("0.02"))
        async with house.listening("adl-noti", "orders", is_private=True) as listener:
            await listener.next(lambda text: text.startswith('{"event":"subscribe"') and '"orders"' in text)
            house.faults.add("adl:BTCUSDT")
            await listener.next(lambda text: '"channel":"adl-noti"' in text and '"action"' in text)
            assert any("dte_sys_adl_sell" in frame for frame in listener.frames)
        [held] = await reader.positions(USDT)
        assert held.size == Decimal("0.01")


@acts("funding")
async def _funding() -> None:
    async with room() as house, house.clients() as (_, reader, _):
        house.exchange.engine.place(house.uid, house.buy())
        house.faults.add("funding:BTCUSDT")
        bills = await reader.bills(USDT, START_MS)
        assert any("settle_fee" in raw(bill.business_type) and bill.amount < 0 for bill in bills)


def raw(text: str | Untrusted) -> str:
    return text.raw if isinstance(text, Untrusted) else text


@acts("foreign-order")
async def _foreign_order() -> None:
    async with room() as house, house.clients() as (_, reader, _):
        house.faults.add("foreign-order:BTCUSDT")
        [order] = await reader.open_orders(USDT)
        assert raw(order.source) == "android"


@acts("foreign-close")
async def _foreign_close() -> None:
    async with room("foreign-close:BTCUSDT") as house, house.clients() as (_, reader, _):
        await until(lambda: "22002" in str(house.faults.listed()[0]["error"]))
        house.exchange.engine.place(house.uid, house.buy())
        await until(lambda: house.faults.listed()[0]["taken"])
        assert await reader.positions(USDT) == ()


@acts("follower-removed")
async def _follower_removed() -> None:
    async with room() as house:
        uid = house.exchange.keys["leader"].uid
        book = house.exchange.copytrade.leading(uid, USDT)
        assert book is not None
        gone, *others = book.followers()
        house.faults.add("follower-removed")
        assert book.followers() == others
        assert gone not in others


# The relay


@acts("relay")
async def _through_the_relay() -> None:
    async with room("relay") as house, house.clients() as (_, reader, _), house.session() as (session, _):
        assert await reader.ticker(BTC)
        await until(lambda: session.store.book_status(BTC) is BookStatus.LIVE)


@acts("relay-half-open")
async def _relay_half_open() -> None:
    async with room("relay") as house, house.session() as (session, events):
        await until(lambda: session.store.book_status(BTC) is BookStatus.LIVE)
        house.faults.add("relay-half-open:path=/v2/ws,times=1")
        await until(lambda: of(events, ConnectionLost), 3.0)
        assert session.store.book(BTC).bids
        await until(lambda: session.store.book_status(BTC) is BookStatus.LIVE)


async def _lost_and_found(spec: str) -> None:
    async with room(spec) as house, house.session() as (session, events):
        await until(lambda: of(events, ConnectionLost))
        await until(lambda: session.store.book_status(BTC) is BookStatus.LIVE)
        assert not of(events, FrameRefused), "half a frame is no frame"


@acts("relay-cut")
async def _relay_cut() -> None:
    await _lost_and_found("relay-cut:20000,path=/v2/ws,times=1")


@acts("relay-reset")
async def _relay_reset() -> None:
    await _lost_and_found("relay-reset:20000,path=/v2/ws,times=1")


@acts("relay-truncate")
async def _relay_truncate() -> None:
    async with room("relay-truncate:5,path=/api/v2/mix") as house, house.rest() as rest:
        with pytest.raises(NetworkError):
            await ReadClient(rest).ticker(BTC)
    async with room("relay-truncate:5,path=/api/v2/mix/order") as house, house.rest() as rest:
        with pytest.raises(OutcomeUnknown):
            await TradingClient(rest).place_order(house.buy(ratio="0.95"), "mine-1")
        assert await orders(house) == 1


@acts("relay-slow")
async def _relay_slow() -> None:
    async with room("relay-slow:500") as house, httpx.AsyncClient() as web:
        start = time.perf_counter()
        await web.get(f"{house.served.rest}/api/v2/public/time")
        assert time.perf_counter() - start > 0.3


@acts("relay-refuse")
async def _relay_refuse() -> None:
    async with room("relay-refuse") as house, house.rest() as rest:
        await asyncio.sleep(0.1)
        with pytest.raises(NotSent):
            await TradingClient(rest).place_order(house.buy(ratio="0.95"), "mine-1")
        assert await orders(house) == 0
        house.faults.clear()
        await asyncio.sleep(0.1)
        await TradingClient(rest).place_order(house.buy(ratio="0.95"), "mine-1")
        assert await orders(house) == 1


@acts("relay-garbage")
async def _relay_garbage() -> None:
    async with room("relay-garbage:path=/api/v2/mix") as house, house.rest() as rest:
        with pytest.raises(ExchangeError):
            await ReadClient(rest).ticker(BTC)


# The control route, chances, and order of things


async def test_the_control_route_sets_lists_and_clears() -> None:
    async with room() as house, httpx.AsyncClient(base_url=house.served.rest) as web:
        assert (await web.get("/sim/faults")).json() == {"faults": []}
        both = await web.post("/sim/faults", json={"add": ["latency:1ms", "status:503"]})
        assert [each["spec"] for each in both.json()["faults"]] == ["latency:1ms", "status:503"]
        assert (await web.get("/api/v2/public/time")).status_code == 503
        [left] = (await web.post("/sim/faults", json={"clear": both.json()["faults"][1]["id"]})).json()[
            "faults"
        ]
        assert left["spec"] == "latency:1ms"
        assert left["taken"] == 1
        assert (await web.get("/api/v2/public/time")).status_code == 200
        assert (await web.post("/sim/faults", json={"clear": "all"})).json() == {"faults": []}


@pytest.mark.parametrize(
    "wanted",
    [
        {"add": "nope"},
        {"add": ["latency", "nope"]},
        {"add": 5},
        {"add": [5]},
        {"add": "delist:NOSUCHUSDT"},
        {"add": "relay-cut"},
        {"clear": 99},
        {"clear": True},
        {"clear": "some"},
        {"remove": 1},
        [],
        "x",
    ],
)
async def test_the_control_route_refuses_and_changes_nothing(wanted: object) -> None:
    async with room("latency:1ms") as house, httpx.AsyncClient(base_url=house.served.rest) as web:
        answer = await web.post("/sim/faults", json=wanted)
        assert answer.status_code == 400
        assert answer.json()["error"].isprintable()
        assert [each["spec"] for each in (await web.get("/sim/faults")).json()["faults"]] == ["latency:1ms"]


async def test_every_answer_names_the_instance() -> None:
    async with room(instance_id="this-one") as house, httpx.AsyncClient(base_url=house.served.rest) as web:
        for path in ("/api/v2/public/time", "/api/v2/nowhere"):
            assert (await web.get(path)).headers["x-sim-instance"] == "this-one"
        assert (await web.get("/sim/instance")).json()["instanceId"] == "this-one"


def chances(*specs: str, seed: int = 5, count: int = 60) -> list[int]:
    """Return which of so many pushes come through."""
    faults = FaultSet(specs, clock=HandClock(), rng=random.Random(seed))
    link = Link(1, is_private=False, uid="")
    text = json.dumps({"action": "update", "arg": {"channel": "ticker"}, "data": []})
    return [number for number in range(count) if faults.frames(link, "ticker", text)]


def test_the_same_seed_draws_the_same_chances() -> None:
    assert chances("drop-frame:p=0.5") == chances("drop-frame:p=0.5")
    assert chances("drop-frame:p=0.5") != chances("drop-frame:p=0.5", seed=6)
    # Another fault beside it draws from its own source.
    assert chances("drop-frame:p=0.5", "drop-frame:p=0.5,channel=books") == chances("drop-frame:p=0.5")
    assert 15 < len(chances("drop-frame:p=0.5")) < 45


def test_chances_are_counted() -> None:
    everything = list(range(60))
    assert chances("drop-frame:times=2,skip=3") == [each for each in everything if each not in (3, 4)]
    assert chances("drop-frame:every=20") == [each for each in everything if each not in (19, 39, 59)]
    assert chances("drop-frame:channel=books") == everything


def test_a_fault_begins_and_ends_by_the_clock() -> None:
    clock = HandClock()
    faults = FaultSet(["clock-skew:60s,after=5s,for=10s"], clock=clock, rng=random.Random(1))
    seen = []
    for _ in range(20):
        seen.append(faults.skew_ms)
        clock.now += 1000
    assert seen == [0] * 5 + [60_000] * 10 + [0] * 5


async def test_a_relay_is_for_loopback_alone() -> None:
    exchange = Exchange(World(1, START_MS, listings=listings(BTC)))
    faults = FaultSet(["relay"], clock=HandClock(), rng=random.Random(1))
    with pytest.raises(ConfigError, match="loopback"):
        async with serve_with_faults(exchange, HandClock(), faults, host="0.0.0.0"):  # noqa: S104
            pass
