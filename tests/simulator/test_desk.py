"""The desk as a session builds it, against the simulator over real sockets, in both position modes."""

from __future__ import annotations

import asyncio
import gc
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest

from bgtui.bootstrap.opening import open_session
from bgtui.config.commandline import CommandLine
from bgtui.config.settings import Settings
from bgtui.config.venue import Environment, Venue
from bgtui.domain.error import OutcomeUnknown, Rejected
from bgtui.domain.event import AccountPart
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.intent import (
    AmendOrder,
    AmendPlan,
    CancelOrder,
    CancelOrders,
    CancelPlans,
    ClosePosition,
    OrderRef,
    PlaceOrder,
    PlacePlan,
    PositionTpsl,
    ReversePosition,
    SetLeverage,
)
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
    MarginMode,
    Order,
    OrderType,
    PlanKind,
    PositionMode,
    PositionSide,
    TriggerType,
)
from bgtui.domain.ourid import is_of_bgtui
from bgtui.domain.trading import ReadOnlyReason
from bgtui.exchange.clock import SystemClock
from bgtui.exchange.trading import TradingClient
from bgtui.session.desk import MODE_MISMATCH, OrderDesk
from bgtui.session.session import Session
from bgtui.simulator.exchange_accounts import PRACTICE_ACCOUNT
from bgtui.simulator.fault import FaultSet
from bgtui.simulator.hooks import Answer, Asked, Faults, Hangup, NoFaults
from bgtui.simulator.server import Served
from tests.support.place import Place
from tests.support.simulated import simulated

USDT = ProductType.USDT_FUTURES
BTC = instrument_id(USDT, "BTCUSDT")
LONG, SHORT = PositionSide.LONG, PositionSide.SHORT
ONE_WAY, HEDGE = PositionMode.ONE_WAY, PositionMode.HEDGE
OPEN, CLOSE = Effect.OPEN, Effect.CLOSE
SIZE = Decimal("0.01")
JOURNAL = "journal.sqlite3"
PATIENCE_S = 10.0

both_modes = pytest.mark.parametrize("mode", list(PositionMode))


@dataclass(frozen=True, slots=True)
class Run:
    """A session that runs, and the exchange it talks to."""

    session: Session
    served: Served
    mode: PositionMode

    @property
    def desk(self) -> OrderDesk:
        assert self.session.desk is not None
        return self.session.desk

    @property
    def legs(self) -> dict[PositionSide, Decimal]:
        """Size by leg, as the store has it from the exchange."""
        return {leg.side: leg.size for leg in self.session.store.positions(USDT) or ()}

    @property
    def orders(self) -> tuple[Order, ...]:
        return self.session.store.open_orders(USDT) or ()

    @property
    def writes(self) -> list[str]:
        """Paths of the writes that the exchange has seen."""
        return [entry.path for entry in self.served.simulator.rest.log if entry.method == "POST"]

    async def until(self, predicate: Callable[[], bool]) -> None:
        await self.session.wait_for(predicate, timeout_s=PATIENCE_S)

    async def until_settled(self) -> None:
        """Wait until nothing that was sent is without its report."""
        await self.until(lambda: not self.session.store.all_submissions())

    def market(self, side: PositionSide, effect: Effect, size: Decimal = SIZE) -> PlaceOrder:
        return PlaceOrder(
            BTC,
            Side.BUY if (side is LONG) is (effect is OPEN) else Side.SELL,
            OrderType.MARKET,
            size,
            position_side=side,
            effect=effect,
            position_mode=self.mode,
            margin_mode=MarginMode.CROSSED,
            margin_coin="USDT",
        )

    def price(self, of_last: str) -> Decimal:
        """Return a price at so much of the last one, on the tick."""
        last = self.served.simulator.exchange.market.last(BTC)
        return (last * Decimal(of_last)).quantize(Decimal("0.1"))

    def limit(self, of_last: str = "0.99") -> PlaceOrder:
        return replace(self.market(LONG, OPEN), order_type=OrderType.LIMIT, price=self.price(of_last))

    async def hold(self, side: PositionSide, size: Decimal) -> None:
        """Open a leg and wait until the exchange has reported it."""
        await self.desk.submit(self.market(side, OPEN, size))
        await self.until(lambda: self.legs.get(side) == size)
        await self.until_settled()

    async def rest(self, of_last: str = "0.99") -> Order:
        """Place a limit order and wait until it rests."""
        receipt = await self.desk.submit(self.limit(of_last))
        await self.until(lambda: receipt.client_order_id in {one.client_order_id for one in self.orders})
        return next(one for one in self.orders if one.client_order_id == receipt.client_order_id)


def ref(order: Order) -> OrderRef:
    return OrderRef(order.instrument, order.order_id, order.client_order_id, order.margin_coin)


def settings_for(
    served: Served, tmp_path: Path, profile: str = "practice", *, read_only: bool = False
) -> Settings:
    settings = Place(tmp_path).load(CommandLine(read_only=read_only))
    venue = Venue(Environment.SIM, served.rest, served.ws_public, served.ws_private)
    return settings.moved_to(venue, served.simulator.exchange.keys[profile].credentials)


@asynccontextmanager
async def running(
    tmp_path: Path, mode: PositionMode = ONE_WAY, faults: Faults | None = None
) -> AsyncIterator[Run]:
    async with (
        simulated(position_mode=mode, faults=faults) as served,
        open_session(settings_for(served, tmp_path), journal=tmp_path / JOURNAL, products=(USDT,)) as session,
    ):
        task = asyncio.create_task(session.run())
        try:
            run = Run(session, served, mode)
            await run.until(lambda: session.store.freshness(USDT, AccountPart.POSITIONS).is_current)
            yield run
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


# The leg that is named is the leg that moves


@pytest.mark.parametrize("side", [LONG, SHORT])
@pytest.mark.parametrize("effect", [OPEN, CLOSE])
@both_modes
async def test_the_named_leg_moves_and_the_other_does_not(
    mode: PositionMode, effect: Effect, side: PositionSide, tmp_path: Path
) -> None:
    other = SHORT if side is LONG else LONG
    async with running(tmp_path, mode) as run:
        await run.hold(side, 3 * SIZE)
        if mode is HEDGE:
            await run.hold(other, 2 * SIZE)
        before = run.legs
        await run.desk.submit(run.market(side, effect))
        moved = before[side] + (SIZE if effect is OPEN else -SIZE)
        await run.until(lambda: run.legs[side] == moved)
        await run.until_settled()
        assert run.legs == {**before, side: moved}
        engine = run.served.simulator.exchange.engine
        held = engine.positions(PRACTICE_ACCOUNT.uid, USDT)
        assert {leg.side: leg.size for leg in held} == run.legs, "and so it is at the exchange"


@pytest.mark.parametrize("side", [LONG, SHORT])
@both_modes
async def test_closing_a_leg_that_is_not_held_opens_nothing(
    mode: PositionMode, side: PositionSide, tmp_path: Path
) -> None:
    other = SHORT if side is LONG else LONG
    async with running(tmp_path, mode) as run:
        await run.hold(other, 2 * SIZE)
        with pytest.raises(Rejected):
            await run.desk.submit(run.market(side, CLOSE))
        assert run.legs == {other: 2 * SIZE}
        (ended,) = (
            one for one in run.session.store.finished_submissions(USDT) if one.message.startswith("Rejected")
        )
        assert ended.intent == run.market(side, CLOSE)


@both_modes
async def test_a_close_and_a_reverse_of_a_whole_leg(mode: PositionMode, tmp_path: Path) -> None:
    async with running(tmp_path, mode) as run:
        await run.hold(LONG, SIZE)
        size = SIZE if mode is HEDGE else None
        await run.desk.submit(ReversePosition(BTC, LONG, mode, "USDT", size))
        await run.until(lambda: run.legs == {SHORT: SIZE})
        await run.desk.submit(ClosePosition(BTC, mode, SHORT))
        await run.until(lambda: run.legs == {})
        await run.until_settled()


# The life of an order


@both_modes
async def test_an_order_is_placed_amended_and_canceled(mode: PositionMode, tmp_path: Path) -> None:
    async with running(tmp_path, mode) as run:
        placed = await run.rest()
        assert is_of_bgtui(placed.client_order_id)
        price = run.price("0.98")
        receipt = await run.desk.submit(AmendOrder(ref(placed), price, 2 * SIZE, mode))
        await run.until(lambda: [one.client_order_id for one in run.orders] == [receipt.client_order_id])
        (amended,) = run.orders
        assert (amended.price, amended.size) == (price, 2 * SIZE)
        await run.until_settled()
        await run.desk.submit(CancelOrder(ref(amended)))
        await run.until(lambda: not run.orders)
        await run.until_settled()


@both_modes
async def test_several_are_canceled_at_once(mode: PositionMode, tmp_path: Path) -> None:
    async with running(tmp_path, mode) as run:
        placed = [await run.rest(of_last) for of_last in ("0.99", "0.98", "0.97")]
        receipt = await run.desk.submit(CancelOrders(BTC, tuple(ref(one) for one in placed[:2])))
        assert (len(receipt.order_ids), receipt.failures, receipt.doubtful) == (2, (), 0)
        await run.until(lambda: [one.order_id for one in run.orders] == [placed[2].order_id])
        await run.until_settled()


@both_modes
async def test_a_leg_is_protected_and_bared_again(mode: PositionMode, tmp_path: Path) -> None:
    async with running(tmp_path, mode) as run:
        await run.hold(LONG, SIZE)
        high, low = run.price("1.05"), run.price("0.95")
        await run.desk.submit(PositionTpsl(BTC, LONG, mode, "USDT", high, low))

        def plans() -> dict[PlanKind, str]:
            return {one.kind: one.order_id for one in run.session.store.open_plans(USDT) or ()}

        kinds = {PlanKind.POSITION_TAKE_PROFIT, PlanKind.POSITION_STOP_LOSS}
        await run.until(lambda: set(plans()) == kinds)
        for kind, order_id in plans().items():
            await run.desk.submit(CancelPlans(BTC, kind, (OrderRef(BTC, order_id, margin_coin="USDT"),)))
        await run.until(lambda: not plans())
        await run.until_settled()


async def test_leverage_is_set(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.desk.submit(SetLeverage(BTC, "USDT", Decimal(7)))
        await run.hold(LONG, SIZE)
        (leg,) = run.session.store.positions(USDT) or ()
        assert leg.leverage == 7


async def test_a_mode_changed_from_elsewhere_is_told_by_the_rejection(tmp_path: Path) -> None:
    async with running(tmp_path, HEDGE) as run:
        stale = replace(run.market(LONG, OPEN), position_mode=ONE_WAY)
        with pytest.raises(Rejected) as refused:
            await run.desk.submit(stale)
        assert refused.value.code in MODE_MISMATCH
        assert "hedge" in str(refused.value)
        assert run.legs == {}


class LosesAnswers(NoFaults):
    """Carries an order out, and hangs up instead of saying so."""

    def __init__(self) -> None:
        self.left = 1

    async def after(self, asked: Asked, answer: Answer) -> Answer:
        if asked.method == "POST" and self.left:
            self.left -= 1
            raise Hangup
        return answer


@both_modes
async def test_an_answer_that_is_lost_ends_in_one_order(mode: PositionMode, tmp_path: Path) -> None:
    async with running(tmp_path, mode, LosesAnswers()) as run:
        with pytest.raises(OutcomeUnknown):
            await run.desk.submit(run.limit())
        await run.until_settled()
        await run.until(lambda: len(run.orders) == 1)
        assert len(run.writes) == 1


CHANGED = "/api/v2/mix/order/modify-plan-order"


@pytest.mark.parametrize("is_told", [True, False], ids=["stream tells", "stream silent"])
async def test_a_change_of_a_trigger_order_whose_answer_is_lost_is_found(
    is_told: bool, tmp_path: Path
) -> None:
    faults = FaultSet(clock=SystemClock(), rng=random.Random(1))
    async with running(tmp_path, faults=faults) as run:
        far, near = run.price("0.8"), run.price("0.9")
        trigger = PlacePlan(
            BTC, PlanKind.TRIGGER, Side.BUY, OrderType.MARKET, SIZE, far, TriggerType.LAST,
            position_side=LONG, effect=OPEN, position_mode=ONE_WAY,
            margin_mode=MarginMode.CROSSED, margin_coin="USDT",
        )  # fmt: skip
        await run.desk.submit(trigger)
        await run.until_settled()
        (placed,) = run.session.store.open_plans(USDT) or ()
        faults.add(f"status:502,accepted=yes,route={CHANGED},once")
        if not is_told:
            faults.add("lost-private-push:channel=orders-algo,forever")
        name = OrderRef(BTC, placed.order_id, margin_coin="USDT")
        with pytest.raises(OutcomeUnknown):
            await run.desk.submit(AmendPlan(name, PlanKind.TRIGGER, trigger_price=near))
        await run.until_settled()
        (shown,) = run.session.store.open_plans(USDT) or ()
        assert (shown.order_id, shown.trigger_price) == (placed.order_id, near)
        assert run.writes.count(CHANGED) == 1
        ended = next(iter(run.session.store.finished_submissions(USDT)))
        assert isinstance(ended.intent, AmendPlan)
        assert ended.evidence == f"{placed.order_id} live {shown.updated_ms}"


# What may not trade cannot


def trading_clients() -> list[TradingClient]:
    gc.collect()
    return [each for each in gc.get_objects() if isinstance(each, TradingClient)]


@pytest.mark.parametrize(
    ("profile", "read_only", "may_trade", "reason"),
    [
        ("practice", True, True, ReadOnlyReason.CHOSEN),
        ("practice", False, False, ReadOnlyReason.CHOSEN),
        ("watch", False, True, ReadOnlyReason.KEY),
    ],
)
async def test_a_read_only_run_has_nothing_that_could_write(
    profile: str,
    read_only: bool,
    may_trade: bool,
    reason: ReadOnlyReason,
    tmp_path: Path,
) -> None:
    async with simulated() as served:
        settings = settings_for(served, tmp_path, profile, read_only=read_only)
        async with open_session(settings, journal=tmp_path / JOURNAL if may_trade else None) as session:
            assert (session.desk, session.read_only_reason) == (None, reason)
            assert trading_clients() == []


async def test_a_run_that_may_trade_has_one_client(tmp_path: Path) -> None:
    async with simulated() as served:
        async with open_session(settings_for(served, tmp_path), journal=tmp_path / JOURNAL) as session:
            assert session.desk is not None
            assert session.read_only_reason is None
            assert len(trading_clients()) == 1
        del session
        async with asyncio.timeout(5):
            while trading_clients():  # noqa: ASYNC110 - threads let go of what they hold without telling
                await asyncio.sleep(0.02)
