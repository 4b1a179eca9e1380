"""The program's own clients against the simulator, over real sockets; and the simulator's own doors."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from decimal import Decimal

import httpx
import pytest

from bgtui.domain.account import KeyInfo
from bgtui.domain.book import Integrity
from bgtui.domain.error import NotSent, OutcomeUnknown, PermissionRefused, Rejected
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.intent import (
    AdjustMargin,
    AmendOrder,
    AmendPlan,
    CancelAll,
    CancelOrder,
    CancelPlans,
    CancelSymbol,
    ClosePosition,
    OrderRef,
    PlaceOrder,
    PlacePlan,
    PlaceTpsl,
    PositionTpsl,
    ReversePosition,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
)
from bgtui.domain.market import CandleInterval, PriceKind, Side
from bgtui.domain.order import (
    Effect,
    MarginMode,
    OrderStatus,
    OrderType,
    PlanKind,
    PositionMode,
    PositionSide,
    TriggerType,
)
from bgtui.exchange.clock import SystemClock
from bgtui.exchange.reader import ReadClient
from bgtui.exchange.rest import RestClient
from bgtui.exchange.trading import TradingClient
from bgtui.simulator.hooks import Answer, Asked, Hangup, Link, NoFaults, Outgoing
from bgtui.simulator.server import Served
from tests.support.simulated import simulated

USDT = ProductType.USDT_FUTURES
BTC = instrument_id(USDT, "BTCUSDT")
SPOT_BTC = instrument_id(ProductType.SPOT, "BTCUSDT")
LONG, SHORT = PositionSide.LONG, PositionSide.SHORT
DAY_MS = 86_400_000


def client(served: Served, profile: str = "practice") -> RestClient:
    key = served.simulator.exchange.keys[profile].credentials
    return RestClient(served.rest, credentials=key, clock=SystemClock(), rng=random.Random(1))


def order(mode: PositionMode, leg: PositionSide = LONG, effect: Effect = Effect.OPEN) -> PlaceOrder:
    buys = (leg is LONG) is (effect is Effect.OPEN)
    return PlaceOrder(
        BTC,
        Side.BUY if buys else Side.SELL,
        OrderType.MARKET,
        Decimal("0.01"),
        position_side=leg,
        effect=effect,
        position_mode=mode,
        margin_mode=MarginMode.CROSSED,
        margin_coin="USDT",
    )


async def test_every_read_of_the_client_is_answered() -> None:
    async with simulated() as served, client(served) as rest:
        reads = ReadClient(rest)
        since = SystemClock().now_ms() - DAY_MS
        for product in ProductType:
            await reads.balances(product)
            await reads.bills(product, since)
            await reads.positions(product)
            await reads.closed_positions(product, since)
            assert await reads.tickers(product)
        for instrument in (BTC, SPOT_BTC):
            assert len(await reads.candles(instrument, CandleInterval.M1, limit=200)) == 200
            assert (await reads.depth(instrument)).bids
        info = await reads.key_info()
        assert isinstance(info, KeyInfo)
        assert "coow" in info.authorities
        assert not info.is_trader
        assert (await reads.fee_rates(BTC)).taker == Decimal("0.0006")
        assert await reads.wallet_totals()
        assert (await reads.symbol_settings(BTC, "USDT")).position_mode is PositionMode.ONE_WAY
        assert await reads.max_open(BTC, "USDT", LONG, None) > 0
        assert served.simulator.rest.failures == []


@pytest.mark.parametrize("mode", list(PositionMode))
async def test_a_day_of_trading_in_both_modes(mode: PositionMode) -> None:
    async with simulated(position_mode=mode) as served, client(served) as rest:
        reads, writes = ReadClient(rest), TradingClient(rest)
        ticker = await reads.ticker(BTC)
        assert ticker is not None
        last = ticker.last or Decimal(0)
        low, high = (
            (last * Decimal("0.99")).quantize(Decimal("0.1")),
            (last * Decimal("1.02")).quantize(Decimal("0.1")),
        )
        await writes.set_leverage(SetLeverage(BTC, "USDT", Decimal(10)))
        opened = await writes.place_order(order(mode), "open-1")
        found = await reads.order(BTC, order_id=opened.order_id)
        assert found is not None
        assert found.status is OrderStatus.FILLED
        (held,) = await reads.positions(USDT)
        assert (held.side, held.size, held.leverage) == (LONG, Decimal("0.01"), Decimal(10))

        await writes.place_position_tpsl(PositionTpsl(BTC, LONG, mode, "USDT", high, low))
        stop = await writes.place_tpsl(
            PlaceTpsl(BTC, PlanKind.STOP_LOSS, LONG, mode, "USDT", low, TriggerType.MARK, Decimal("0.005")),
            "sl-1",
        )
        await writes.amend_plan(
            AmendPlan(
                OrderRef(BTC, stop.order_id, margin_coin="USDT"),
                PlanKind.STOP_LOSS,
                Decimal("0.004"),
                low - 10,
                TriggerType.MARK,
            )
        )
        plan = PlacePlan(
            BTC,
            PlanKind.TRIGGER,
            Side.BUY,
            OrderType.MARKET,
            Decimal("0.01"),
            low,
            TriggerType.LAST,
            position_side=LONG,
            effect=Effect.OPEN,
            position_mode=mode,
            margin_mode=MarginMode.CROSSED,
            margin_coin="USDT",
        )
        placed = await writes.place_plan(plan, "plan-1")
        await writes.amend_plan(
            AmendPlan(OrderRef(BTC, placed.order_id), PlanKind.TRIGGER, trigger_price=low - 5)
        )
        assert len(await reads.open_plans(USDT)) == 4
        for kind in (PlanKind.TRIGGER, PlanKind.STOP_LOSS, PlanKind.POSITION_STOP_LOSS):
            assert (await writes.cancel_plans(CancelPlans(BTC, kind, margin_coin="USDT"))).failed == ()
        assert [each.kind for each in await reads.open_plans(USDT)] == [PlanKind.POSITION_TAKE_PROFIT]

        limit = PlaceOrder(
            BTC,
            Side.BUY,
            OrderType.LIMIT,
            Decimal("0.01"),
            price=low,
            position_side=LONG,
            effect=Effect.OPEN,
            position_mode=mode,
            margin_mode=MarginMode.CROSSED,
            margin_coin="USDT",
        )
        batch = await writes.place_orders([(limit, "limit-1"), (limit, "limit-2"), (limit, "limit-3")])
        assert [ack.client_order_id for ack in batch.accepted] == ["limit-1", "limit-2", "limit-3"]
        amended = await writes.amend_order(
            AmendOrder(OrderRef(BTC, client_order_id="limit-1"), low - 10, Decimal("0.02")), "limit-4"
        )
        assert amended.client_order_id == "limit-4"
        await writes.cancel_order(CancelOrder(OrderRef(BTC, client_order_id="limit-2", margin_coin="USDT")))
        with pytest.raises(Rejected) as refused:
            await writes.cancel_order(CancelOrder(OrderRef(BTC, client_order_id="limit-2")))
        assert refused.value.code
        assert {each.client_order_id for each in await reads.open_orders(USDT)} == {"limit-3", "limit-4"}
        with pytest.raises(Rejected):
            await writes.set_position_mode(
                SetPositionMode(
                    USDT, PositionMode.HEDGE if mode is PositionMode.ONE_WAY else PositionMode.ONE_WAY
                )
            )
        await writes.cancel_symbol(CancelSymbol(BTC, "USDT"))
        assert (await writes.cancel_all(CancelAll(USDT, "USDT"))).failed == ()

        size = Decimal("0.01") if mode is PositionMode.HEDGE else None
        await writes.reverse_position(ReversePosition(BTC, LONG, mode, "USDT", size), "turn-1")
        assert [(leg.side, leg.size) for leg in await reads.positions(USDT)] == [(SHORT, Decimal("0.01"))]
        assert (await writes.close_position(ClosePosition(BTC, mode, SHORT))).failed == ()
        assert await reads.positions(USDT) == ()
        since = SystemClock().now_ms() - DAY_MS
        assert len(await reads.closed_positions(USDT, since)) == 2
        assert len(await reads.fills(USDT, since)) >= 3
        await writes.set_margin_mode(SetMarginMode(BTC, "USDT", MarginMode.ISOLATED))
        with pytest.raises(Rejected):
            await writes.adjust_margin(AdjustMargin(BTC, "USDT", LONG, Decimal(5)))


async def test_a_read_only_key_is_refused_as_the_client_expects() -> None:
    async with simulated() as served, client(served, "watch") as rest:
        assert await ReadClient(rest).balances(USDT)
        with pytest.raises(PermissionRefused):
            await TradingClient(rest).place_order(order(PositionMode.ONE_WAY), "x")
        assert not [
            entry for entry in served.simulator.rest.log if entry.status == 200 and entry.method == "POST"
        ]


async def test_leader_and_follower_read_their_books() -> None:
    async with simulated() as served:
        since = SystemClock().now_ms() - 80 * DAY_MS
        async with client(served, "leader") as rest:
            reads = ReadClient(rest)
            for product in (USDT, ProductType.SPOT):
                assert await reads.leader_tracks(product)
                assert await reads.leader_history(product, since)
                assert await reads.followers(product)
                assert (await reads.leader_summary(product)).order_count
                assert (await reads.profit_summary(product)).coins
                assert await reads.paid_shares(product)
                assert await reads.waiting_shares(product)
            assert await reads.lead_symbols(USDT)
            assert await reads.daily_shares()
            assert (await reads.lead_settings()).is_enabled
        async with client(served, "follower") as rest:
            reads = ReadClient(rest)
            for product in (USDT, ProductType.SPOT):
                assert await reads.follower_tracks(product)
                assert await reads.follower_history(product, since)
                for leader in await reads.followed_traders(product):
                    assert (await reads.copy_settings(product, leader.trader_id)).details
            assert await reads.copy_limits(USDT)
            leader = (await reads.followed_traders(ProductType.SPOT))[0]
            assert await reads.trader_symbols(leader.trader_id)


# The simulator's own doors


async def test_the_request_log_and_the_instance_are_told_on_loopback() -> None:
    async with simulated() as served, httpx.AsyncClient(base_url=served.rest, trust_env=False) as web:
        await web.get("/api/v2/public/time")
        instance = (await web.get("/sim/instance")).json()
        assert instance["instanceId"] == served.simulator.instance_id
        (entry,) = (await web.get("/sim/requests")).json()
        assert (entry["method"], entry["path"], entry["code"]) == ("GET", "/api/v2/public/time", "00000")
        assert (await web.get("/sim/requests", params={"since": entry["number"]})).json() == []
        assert (await web.get("/sim/faults")).json() == {}
        assert (await web.post("/sim/faults", json={"latency": 1})).status_code == 400
        assert (await web.get("/sim/nothing")).status_code == 404
    async with simulated() as other:
        assert other.simulator.instance_id != instance["instanceId"]


class Broken(NoFaults):
    """Hangs up on orders after they were taken, and before on others."""

    skew_ms = 3_000

    async def before(self, asked: Asked) -> Answer | None:
        if asked.path.endswith("/cancel-order"):
            raise Hangup
        return None

    async def after(self, asked: Asked, answer: Answer) -> Answer:
        if asked.is_write:
            raise Hangup
        return answer

    def frames(self, link: Link, channel: str, text: str) -> Sequence[Outgoing]:
        return [Outgoing(text), Outgoing(text, delay_s=0.01)]


async def test_a_lost_answer_leaves_the_order_standing() -> None:
    async with simulated(faults=Broken()) as served, client(served) as rest:
        reads, writes = ReadClient(rest), TradingClient(rest)
        with pytest.raises((OutcomeUnknown, NotSent)):
            await writes.place_order(order(PositionMode.ONE_WAY), "lost")
        assert [leg.size for leg in await reads.positions(USDT)] == [Decimal("0.01")]
        before = len(served.simulator.rest.log)
        with pytest.raises((OutcomeUnknown, NotSent)):
            await writes.cancel_order(CancelOrder(OrderRef(BTC, client_order_id="lost")))
        assert [entry.path for entry in list(served.simulator.rest.log)[before:]] == []
        skew = int((await rest.exchange_now_ms()) - SystemClock().now_ms())
        assert 2_000 < skew < 4_000


async def test_two_simulators_live_side_by_side() -> None:
    async with simulated() as one, simulated() as other:
        assert one.port != other.port
        async with client(one) as rest, client(other) as another:
            times = await asyncio.gather(rest.exchange_now_ms(), another.exchange_now_ms())
    assert abs(times[0] - times[1]) < 5000
    assert Integrity.CHECKSUMMED.is_verified
    assert PriceKind.TRADED
