"""The kill switch without an exchange: what it sends, and what it takes for proof."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bgtui.domain.error import (
    AuthRefused,
    BgtuiError,
    NetworkError,
    NotSent,
    OutcomeUnknown,
    PermissionRefused,
    Refused,
    Rejected,
)
from bgtui.domain.event import OpenOrdersListed, SubmissionChanged
from bgtui.domain.instrument import InstrumentId, ProductType, instrument_id
from bgtui.domain.intent import CancelAll, CancelPlans, CancelSymbol, ClosePosition, Intent
from bgtui.domain.order import Order, PlanKind, PlanOrder, PositionSide
from bgtui.domain.submission import Submission, SubmissionState
from bgtui.session.desk import Receipt
from bgtui.session.kill import OVERDUE_S, KillStage, KillSwitch
from bgtui.session.kill_reach import KillChoice, Reach, Standing, cancel_steps, close_steps
from bgtui.store.store import Store
from tests.support.build import BTC, ETH, USDT, D, order, plan, position
from tests.support.intents import PLACE
from tests.support.loop import VirtualClock, virtual_time

SPOT = ProductType.SPOT
SPOT_BTC = instrument_id(SPOT, "BTCUSDT")
EVERYTHING = Reach((USDT, SPOT))


class Exchange:
    """Reader and desk in one: what is sent takes effect, unless the test says how it ends."""

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.plans: list[PlanOrder] = []
        self.legs: list[Any] = []
        self.sent: list[Intent] = []
        self.sent_at: list[float] = []
        self.errors: dict[ProductType, BgtuiError] = {}
        """What every question about a product type ends with."""
        self.endings: dict[type, BgtuiError] = {}
        """What writes of a kind end with."""
        self.is_obeying = True
        self.hangs = False

    def _answer(self, product: ProductType, found: Sequence[Any]) -> tuple[Any, ...]:
        if product in self.errors:
            raise self.errors[product]
        return tuple(one for one in found if one.instrument.product_type is product)

    async def open_orders(self, product_type: ProductType) -> tuple[Order, ...]:
        return self._answer(product_type, self.orders)

    async def open_plans(self, product_type: ProductType) -> tuple[PlanOrder, ...]:
        return self._answer(product_type, self.plans)

    async def positions(self, product_type: ProductType) -> tuple[Any, ...]:
        return self._answer(product_type, self.legs)

    async def submit(
        self, intent: Intent, *, client_order_id: str = "", targets: Sequence[str] = ()
    ) -> Receipt:
        self.sent.append(intent)
        self.sent_at.append(asyncio.get_running_loop().time())
        if self.hangs:
            await asyncio.sleep(15)
            raise OutcomeUnknown("no reply")
        if self.is_obeying:
            self._obey(intent)
        if type(intent) in self.endings:
            raise self.endings[type(intent)]
        return Receipt("sim1-1")

    def _obey(self, intent: Intent) -> None:
        match intent:
            case CancelAll():
                self.orders = [
                    one for one in self.orders if one.instrument.product_type is not intent.product_type
                ]
            case CancelSymbol():
                self.orders = [one for one in self.orders if one.instrument != intent.instrument]
            case CancelPlans():
                key = (intent.instrument, intent.kind)
                self.plans = [one for one in self.plans if (one.instrument, one.kind) != key]
            case ClosePosition():
                leg = (intent.instrument, intent.position_side)
                self.legs = [one for one in self.legs if (one.instrument, one.side) != leg]
            case _:
                raise AssertionError(f"the kill switch sends no {type(intent).__name__}")

    @property
    def kinds(self) -> list[type]:
        return [type(intent) for intent in self.sent]


class Bench:
    """A kill switch over such an exchange."""

    def __init__(self, products: tuple[ProductType, ...] = (USDT, SPOT)) -> None:
        self.clock = VirtualClock()
        self.store = Store(self.clock)
        self.exchange = Exchange()
        self.refreshed = 0
        reader: Any = self.exchange
        self.kill = KillSwitch(
            self.exchange, reader, self.store, products,
            clock=self.clock, now_ms=self.clock.now_ms, refresh=self._refresh,
        )  # fmt: skip

    def _refresh(self) -> None:
        self.refreshed += 1

    async def begin(
        self, choice: KillChoice = KillChoice.BOTH, instrument: InstrumentId | None = None
    ) -> None:
        reach = self.kill.reach(instrument)
        self.kill.begin(reach, choice, await self.kill.ask(reach, choice))

    async def verified(self, within_s: float = 60.0) -> bool:
        for _ in range(round(within_s * 10)):
            if not self.kill.is_alarmed:
                return True
            await asyncio.sleep(0.1)
        return False

    @property
    def said(self) -> list[str]:
        assert self.kill.run is not None
        return [line.text for line in self.kill.run.lines]


def spot(made: Any) -> Any:
    return replace(made, instrument=SPOT_BTC)


# What is sent


def test_orders_go_by_product_or_instrument_and_plans_by_kind() -> None:
    standing = Standing(
        0,
        (order(), replace(order(), order_id="2", instrument=ETH), spot(order())),
        (plan(), replace(plan(), order_id="p2"), replace(plan(), kind=PlanKind.STOP_LOSS)),
    )
    steps = cancel_steps(standing, EVERYTHING)
    assert [type(step.intent) for step in steps] == [CancelAll, CancelSymbol, CancelPlans, CancelPlans]
    assert len(steps[0].targets) == 2
    assert steps[1].intent == CancelSymbol(SPOT_BTC)
    narrow = cancel_steps(Standing(0, (order(),)), Reach((USDT,), BTC))
    assert [step.intent for step in narrow] == [CancelSymbol(BTC)]


def test_what_could_not_be_asked_is_cancelled_unseen_and_what_does_not_stand_is_not() -> None:
    assert cancel_steps(Standing(0), EVERYTHING) == []
    unseen = Standing(0, problems=("orders",), blind=(USDT, SPOT))
    assert [step.intent for step in cancel_steps(unseen, EVERYTHING)] == [CancelAll(USDT)]
    assert [step.intent for step in cancel_steps(unseen, Reach((SPOT,), SPOT_BTC))] == [
        CancelSymbol(SPOT_BTC)
    ]


def test_each_leg_is_closed_by_name_and_held_ones_only_after_a_cancel() -> None:
    held = replace(position(), available=D(0), locked=position().size)
    short = replace(position(), side=PositionSide.SHORT)
    standing = Standing(0, legs=(held, short))
    assert [step.words for step in close_steps(standing, KillChoice.BOTH)] == [
        "long BTCUSDT",
        "short BTCUSDT",
    ]
    assert [step.words for step in close_steps(standing, KillChoice.FLATTEN)] == ["short BTCUSDT"]
    assert standing.left(KillChoice.FLATTEN) == 1


def test_a_kind_that_cannot_be_spelled_counts_as_left() -> None:
    standing = Standing(0, plans=(replace(plan(), kind=PlanKind.UNKNOWN),))
    assert cancel_steps(standing, EVERYTHING) == []
    assert standing.left(KillChoice.CANCEL) == 1


@virtual_time
async def test_writes_of_a_slow_route_are_paced_and_wait_for_no_answer() -> None:
    bench = Bench()
    bench.exchange.legs = [
        replace(position(), instrument=instrument_id(USDT, f"{coin}USDT")) for coin in ("BTC", "ETH", "SOL")
    ]
    bench.exchange.hangs = True
    await bench.begin(KillChoice.FLATTEN)
    await asyncio.sleep(6)
    gaps = [round(b - a, 1) for a, b in zip(bench.exchange.sent_at, bench.exchange.sent_at[1:], strict=False)]
    assert gaps == [1.1, 1.1]
    await bench.kill.close()


# What is proof


@virtual_time
async def test_two_answers_in_a_row_that_find_nothing_are_proof_and_one_is_not() -> None:
    bench = Bench()
    bench.exchange.legs = [position()]
    await bench.begin(KillChoice.FLATTEN)
    while bench.kill.run is not None and bench.kill.run.left is None:  # noqa: ASYNC110 - virtual time
        await asyncio.sleep(0.01)
    assert bench.kill.is_alarmed, "one answer found nothing"
    bench.exchange.legs = [position()]  # a fill that was late
    await asyncio.sleep(3)
    assert bench.kill.run is not None
    assert (bench.kill.run.left, bench.kill.is_alarmed) == (1, True)
    bench.exchange.legs = []
    assert await bench.verified()
    assert bench.refreshed == 2


@virtual_time
async def test_orders_that_fill_before_their_cancel_leave_a_leg_that_is_closed_too() -> None:
    bench = Bench()
    bench.exchange.orders = [order()]
    reach = bench.kill.reach()
    standing = await bench.kill.ask(reach)
    bench.exchange.legs = [position()]  # filled since the dock asked
    bench.kill.begin(reach, KillChoice.BOTH, standing)
    assert await bench.verified()
    assert ClosePosition in bench.exchange.kinds


@pytest.mark.parametrize(
    "error",
    [
        OutcomeUnknown("no reply"),
        NotSent("held back"),
        Rejected("no order to cancel", code="22001"),
        Refused("Journal cannot be written"),
        NetworkError("odd"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_however_a_write_ends_it_is_not_sent_again_by_itself(error: BgtuiError) -> None:
    @virtual_time
    async def scenario() -> None:
        bench = Bench()
        bench.exchange.orders, bench.exchange.legs = [order()], [position()]
        bench.exchange.is_obeying = False
        bench.exchange.endings = {CancelAll: error, ClosePosition: error}
        await bench.begin()
        assert not await bench.verified(90)
        assert sorted(kind.__name__ for kind in bench.exchange.kinds) == ["CancelAll", "ClosePosition"]
        run = bench.kill.run
        assert run is not None
        assert (run.left, run.is_overdue, run.stage) == (2, True, KillStage.ASKING)
        bench.exchange.is_obeying, bench.exchange.endings = True, {}
        assert run.standing is not None
        bench.kill.begin(run.reach, run.choice, run.standing)
        assert await bench.verified()
        assert len(bench.exchange.sent) == 4

    scenario()


@virtual_time
async def test_it_is_overdue_after_ten_seconds_and_asks_less_often_after_a_minute() -> None:
    bench = Bench()
    bench.exchange.legs, bench.exchange.is_obeying = [position()], False
    await bench.begin()
    run = bench.kill.run
    assert run is not None
    found = []
    for seconds in (OVERDUE_S - 2, 4):
        await asyncio.sleep(seconds)
        found.append(run.is_overdue)
    assert found == [False, True]
    await asyncio.sleep(60)
    bench.exchange.legs = []
    await asyncio.sleep(2)
    bench.kill.ask_again()
    assert await bench.verified(7)


@virtual_time
async def test_a_revoked_key_proves_nothing() -> None:
    bench = Bench()
    bench.exchange.legs = [position()]
    await bench.begin()
    refused = AuthRefused("the key is gone", code="40006")
    bench.exchange.errors = dict.fromkeys(ProductType, refused)
    bench.exchange.legs = []
    assert not await bench.verified(30)
    assert any(line.startswith("not answered") for line in bench.said)
    await bench.kill.close()


@virtual_time
async def test_what_the_key_may_never_read_is_left_out_by_name() -> None:
    bench = Bench()
    bench.exchange.legs = [position()]
    bench.exchange.errors = {SPOT: PermissionRefused("no right", code="40014")}
    standing = await bench.kill.ask(bench.kill.reach())
    assert standing.is_complete
    assert standing.left_out == ("orders of spot: no right",)
    await bench.begin()
    assert await bench.verified()


@virtual_time
async def test_what_was_readable_once_is_not_left_out() -> None:
    bench = Bench()
    bench.store.apply(OpenOrdersListed(SPOT, (spot(order()),), 1))
    bench.exchange.errors = {SPOT: PermissionRefused("no right", code="40014")}
    standing = await bench.kill.ask(bench.kill.reach())
    assert not standing.is_complete
    assert len(standing.orders) == 1, "the last known stands for it"


@virtual_time
async def test_a_key_that_may_read_nothing_proves_nothing() -> None:
    bench = Bench()
    bench.exchange.errors = dict.fromkeys(ProductType, PermissionRefused("no right", code="40014"))
    assert not (await bench.kill.ask(bench.kill.reach())).is_complete


@virtual_time
async def test_nothing_begins_while_a_pass_is_still_sent() -> None:
    bench = Bench()
    bench.exchange.legs, bench.exchange.hangs = [position()], True
    await bench.begin()
    await asyncio.sleep(0.5)
    with pytest.raises(Refused, match="still sending"):
        await bench.begin()
    await bench.kill.close()


@virtual_time
async def test_cancel_alone_does_not_ask_for_legs_nor_flatten_for_orders() -> None:
    bench = Bench()
    bench.exchange.orders, bench.exchange.legs = [order()], [position()]
    await bench.begin(KillChoice.CANCEL)
    assert await bench.verified()
    assert bench.exchange.kinds == [CancelAll]
    bench.exchange.orders = [order()]
    await bench.begin(KillChoice.FLATTEN)
    assert await bench.verified()
    assert bench.exchange.kinds == [CancelAll, ClosePosition]


@virtual_time
async def test_a_narrow_pass_does_not_end_the_alarm_of_a_wide_one() -> None:
    bench = Bench()
    eth = replace(position(), instrument=ETH)
    bench.exchange.legs = [position(), eth]
    bench.exchange.is_obeying = False
    await bench.begin()
    await asyncio.sleep(OVERDUE_S + 5)
    bench.exchange.is_obeying = True
    await bench.begin(instrument=BTC)
    await asyncio.sleep(OVERDUE_S)
    assert bench.exchange.legs == [eth]
    assert bench.kill.is_alarmed, "nobody has proven that the rest of the account is flat"
    assert bench.kill.run is not None
    assert bench.kill.run.left == 1
    assert "asked: 1 left of an earlier pass" in bench.said
    bench.exchange.legs = []
    assert await bench.verified()


@virtual_time
async def test_a_wide_pass_takes_the_place_of_a_narrow_one() -> None:
    bench = Bench()
    bench.exchange.legs = [position()]
    bench.exchange.is_obeying = False
    await bench.begin(KillChoice.FLATTEN, BTC)
    await asyncio.sleep(OVERDUE_S)
    bench.exchange.is_obeying = True
    await bench.begin()
    assert bench.kill.run is not None
    assert bench.kill.run.owed == ()
    assert await bench.verified()


@pytest.mark.parametrize("state", [SubmissionState.SENT, SubmissionState.ACCEPTED, SubmissionState.UNKNOWN])
@virtual_time
async def test_nothing_is_proven_while_an_order_may_still_arrive(state: SubmissionState) -> None:
    """Two answers that find nothing say nothing of what the exchange has not taken up yet."""
    bench = Bench()
    bench.exchange.legs = [position()]
    sent = Submission("sim1-9", PLACE, USDT, BTC, state, 1, 1)
    bench.store.apply(SubmissionChanged(sent))
    await bench.begin()
    await asyncio.sleep(OVERDUE_S)
    assert bench.exchange.legs == []
    assert bench.kill.is_alarmed
    assert "asked: 1 order without an outcome" in bench.said
    bench.store.apply(SubmissionChanged(replace(sent, state=SubmissionState.ABSENT)))
    assert await bench.verified()


@virtual_time
async def test_an_order_in_doubt_elsewhere_holds_up_nothing() -> None:
    bench = Bench()
    bench.exchange.legs = [position()]
    sent = Submission("sim1-9", PLACE, USDT, ETH, SubmissionState.UNKNOWN, 1, 1)
    bench.store.apply(SubmissionChanged(sent))
    await bench.begin(instrument=BTC)
    assert await bench.verified()
