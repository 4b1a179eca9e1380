"""What became of a write that nobody answered: asked by every way there is, and never sent again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

import pytest

from bgtui.domain.error import NetworkError
from bgtui.domain.event import OrderUpdated, PlanOrderUpdated, SubmissionChanged
from bgtui.domain.intent import (
    AdjustMargin,
    CancelAll,
    CancelPlans,
    CancelSymbol,
    ClosePosition,
    Intent,
    SetLeverage,
    SetPositionMode,
    instrument_of,
    product_of,
)
from bgtui.domain.order import Order, OrderStatus, PlanKind, PlanOrder, PlanStatus
from bgtui.domain.submission import Submission, SubmissionState
from bgtui.session.inquiry import ABSENT_AFTER_MS, LOOK_S, REPORT_S, Inquiry
from bgtui.session.senders import targets_of
from bgtui.store.store import Store
from tests.support import intents
from tests.support.build import BTC, USDT, D, fill, order, plan
from tests.support.feed import LookupReader as Exchange
from tests.support.intents import (
    AMEND,
    AMEND_PLAN,
    CANCEL,
    CANCEL_PLAN,
    CANCEL_TWO,
    LONG,
    ONE_WAY,
    PLACE,
    PLACE_PLAN,
    REVERSE,
    TPSL,
)
from tests.support.loop import VirtualClock, virtual_time

NAME = "simk-NEW001"
State = SubmissionState


class Bench:
    """A submission in doubt, and who asks about it."""

    def __init__(self, intent: Intent, state: SubmissionState = State.UNKNOWN) -> None:
        self.clock = VirtualClock()
        self.store = Store(self.clock)
        self.exchange = Exchange()
        self.refreshed = 0
        self.inquiry = Inquiry(
            self.exchange, self.store, self.store.apply, now_ms=self.clock.now_ms, refresh=self._refresh
        )
        now_ms = self.clock.now_ms()
        self.submission = Submission(
            NAME, intent, product_of(intent), instrument_of(intent), state, now_ms, now_ms,
            targets=targets_of(intent),
        )  # fmt: skip
        self.store.apply(SubmissionChanged(self.submission))

    def _refresh(self) -> None:
        self.refreshed += 1

    @property
    def state(self) -> SubmissionState:
        return self.now.state

    @property
    def now(self) -> Submission:
        (found,) = (*self.store.submissions(USDT), *self.store.finished_submissions(USDT))
        return found

    @property
    def is_over(self) -> bool:
        return not self.store.submissions(USDT)

    @property
    def log(self) -> str:
        return " ".join(line.text for line in self.store.log())


@asynccontextmanager
async def doubt(intent: Intent) -> AsyncIterator[Bench]:
    bench = Bench(intent)
    bench.inquiry.settle(bench.submission)
    try:
        yield bench
    finally:
        await bench.inquiry.close()


def ours(number: str = "9", status: OrderStatus = OrderStatus.LIVE) -> Order:
    return replace(order(status, order_id=number), client_order_id=NAME)


def our_plan(status: PlanStatus = PlanStatus.LIVE, **changes: str) -> PlanOrder:
    return replace(plan(status, updated_ms=VirtualClock().now_ms() + 1, **changes), client_order_id=NAME)


class TestFound:
    """One sighting is enough, by whichever way."""

    @pytest.mark.parametrize("intent", [PLACE, REVERSE, AMEND], ids=intents.name_of)
    @pytest.mark.parametrize("status", [OrderStatus.LIVE, OrderStatus.FILLED, OrderStatus.CANCELED])
    @virtual_time
    async def test_by_our_id(self, intent: Intent, status: OrderStatus) -> None:
        async with doubt(intent) as bench:
            bench.exchange.has(ours(status=status))
            await asyncio.sleep(2)
            assert bench.is_over
            assert bench.now.order_id == "9"
            known = bench.store.order(BTC, "9")
            assert known is not None
            assert known.status is status

    @virtual_time
    async def test_among_the_open_orders(self) -> None:
        async with doubt(PLACE) as bench:
            bench.exchange.knows_our_ids = False
            bench.exchange.has(ours())
            await asyncio.sleep(2)
            assert bench.is_over

    @virtual_time
    async def test_behind_a_fill(self) -> None:
        async with doubt(PLACE) as bench:
            bench.exchange.knows_our_ids = False
            # Gone from the open orders, and known by no id of ours: the fill alone names it.
            bench.exchange.has(replace(ours(status=OrderStatus.FILLED), client_order_id=""))
            trade = replace(fill("t1", bench.clock.now_ms(), order_id="9"), client_order_id=NAME)
            bench.exchange.trades = (trade,)
            await asyncio.sleep(2)
            assert bench.store.has_fill(trade)
            known = bench.store.order(BTC, "9")
            assert known is not None
            assert bench.is_over

    @virtual_time
    async def test_by_the_stream_before_anybody_asked(self) -> None:
        async with doubt(PLACE) as bench:
            bench.store.apply(OrderUpdated(ours()))
            await asyncio.sleep(600)
            assert bench.is_over
            assert bench.exchange.calls["order"] == 0

    @pytest.mark.parametrize("intent", [PLACE_PLAN, TPSL], ids=intents.name_of)
    @pytest.mark.parametrize("has_ended", [False, True])
    @virtual_time
    async def test_a_trigger_order_that_waits_or_has_fired(self, intent: Intent, has_ended: bool) -> None:
        async with doubt(intent) as bench:
            if has_ended:
                bench.exchange.ended_plans = (replace(our_plan(PlanStatus.EXECUTED)),)
            else:
                bench.exchange.plans = (our_plan(),)
            await asyncio.sleep(2)
            assert bench.is_over

    @virtual_time
    async def test_late_even_after_it_was_believed_absent(self) -> None:
        async with doubt(PLACE) as bench:
            await asyncio.sleep(60)
            assert bench.state is State.ABSENT
            bench.exchange.has(ours())
            await asyncio.sleep(120)
            assert bench.is_over


class TestNotFound:
    """Evidence, not proof."""

    @pytest.mark.parametrize("intent", [PLACE, REVERSE, AMEND, PLACE_PLAN, TPSL, CANCEL], ids=intents.name_of)
    @virtual_time
    async def test_is_believed_after_three_asks_over_half_a_minute_and_stays_on_show(
        self, intent: Intent
    ) -> None:
        async with doubt(intent) as bench:
            await asyncio.sleep(ABSENT_AFTER_MS / 1000 - 1)
            before = bench.now
            assert (before.state, before.asks >= 3) == (State.UNKNOWN, True)
            assert before.message.startswith("not found")
            await asyncio.sleep(5)
            assert bench.state is State.ABSENT
            assert bench.now.message.startswith(f"absent: {bench.now.asks} asks over 3")
            await asyncio.sleep(3600)
            assert [item.state for item in bench.store.submissions(USDT)] == [State.ABSENT]

    @virtual_time
    async def test_an_ask_that_failed_is_none(self) -> None:
        async with doubt(PLACE) as bench:
            bench.exchange.fail("order", *[NetworkError("unreachable")] * 1000)
            await asyncio.sleep(600)
            assert (bench.now.state, bench.now.asks) == (State.UNKNOWN, 0)
            assert bench.now.message == "no answer yet: unreachable"

    @virtual_time
    async def test_silence_of_the_exchange_does_not_put_the_proof_off(self) -> None:
        """Found by the storm: after some failed asks, the next ones came minutes apart."""
        async with doubt(PLACE) as bench:
            bench.exchange.fail("order", *[NetworkError("unreachable")] * 9)
            await asyncio.sleep(140)
            assert bench.now.state is State.ABSENT

    @virtual_time
    async def test_asking_slows_down(self) -> None:
        async with doubt(PLACE) as bench:
            await asyncio.sleep(3600)
            assert bench.exchange.calls["order"] < 25


class TestAmend:
    """A cancel and a new order under one name: either, both or neither may stand."""

    @virtual_time
    async def test_both_alive_are_both_shown(self) -> None:
        async with doubt(AMEND) as bench:
            bench.exchange.has(order(order_id="1"), ours())
            await asyncio.sleep(2)
            assert bench.is_over
            assert [one.order_id for one in bench.store.open_orders(USDT) or ()] == ["1", "9"]

    @virtual_time
    async def test_both_gone_is_absent_and_the_old_one_is_told_gone(self) -> None:
        async with doubt(AMEND) as bench:
            bench.exchange.has(order(OrderStatus.CANCELED, order_id="1"))
            await asyncio.sleep(60)
            assert bench.state is State.ABSENT
            assert [one.order_id for one in bench.store.finished_orders(USDT)] == ["1"]

    @virtual_time
    async def test_a_fill_that_came_first_settles_it(self) -> None:
        async with doubt(AMEND) as bench:
            bench.exchange.has(order(OrderStatus.FILLED, order_id="1", filled="2"))
            await asyncio.sleep(2)
            assert (bench.now.state, bench.now.message) == (State.DONE, "the old order was filled first")
            assert f"{NAME} is settled: the old order was filled first" in bench.log

    @virtual_time
    async def test_an_old_order_that_goes_on_standing_was_not_changed(self) -> None:
        async with doubt(AMEND) as bench:
            bench.exchange.has(order(order_id="1"))
            await asyncio.sleep(20)
            assert bench.state is State.UNKNOWN, "the new one is made a moment later"
            await asyncio.sleep(30)
            assert (bench.now.state, bench.now.message) == (
                State.DONE,
                "not carried out: the old order stands",
            )


class TestCancel:
    """It happened when the order is seen to have ended."""

    @pytest.mark.parametrize("status", [OrderStatus.CANCELED, OrderStatus.FILLED])
    @virtual_time
    async def test_one_that_ended(self, status: OrderStatus) -> None:
        async with doubt(CANCEL) as bench:
            bench.exchange.has(order(status, order_id="1", filled="2"))
            await asyncio.sleep(2)
            assert bench.is_over
            assert [one.status for one in bench.store.finished_orders(USDT)] == [status]

    @virtual_time
    async def test_one_that_goes_on_standing_is_told(self) -> None:
        async with doubt(CANCEL) as bench:
            bench.exchange.has(order(order_id="1"))
            await asyncio.sleep(20)
            assert bench.state is State.UNKNOWN
            await asyncio.sleep(30)
            assert (bench.now.state, bench.now.message) == (State.DONE, "not carried out: 1 still stands")

    @virtual_time
    async def test_of_several_each_is_looked_up(self) -> None:
        async with doubt(CANCEL_TWO) as bench:
            bench.exchange.has(
                order(OrderStatus.CANCELED, order_id="1"), order(OrderStatus.CANCELED, order_id="2")
            )
            await asyncio.sleep(2)
            assert bench.is_over
            assert {one.order_id for one in bench.store.finished_orders(USDT)} == {"1", "2"}

    @virtual_time
    async def test_by_our_id_alone(self) -> None:
        ref = replace(CANCEL.order, order_id="")
        async with doubt(replace(CANCEL, order=ref)) as bench:
            ended = order(OrderStatus.CANCELED, order_id="1")
            bench.exchange.has(replace(ended, client_order_id=ref.client_order_id))
            await asyncio.sleep(2)
            assert bench.is_over

    @pytest.mark.parametrize("intent", [CancelAll(USDT), CancelSymbol(BTC)], ids=intents.name_of)
    @virtual_time
    async def test_of_all_that_nobody_could_name_none_may_stand(self, intent: Intent) -> None:
        """The kill switch cancels unseen where orders could not be asked."""
        async with doubt(intent) as bench:
            bench.exchange.has(order(order_id="1"))
            await asyncio.sleep(20)
            assert bench.state is State.UNKNOWN
            bench.exchange.orders.clear()
            await asyncio.sleep(16)
            assert (bench.now.state, bench.now.message) == (State.DONE, "canceled")

    @pytest.mark.parametrize("intent", [CANCEL, CancelAll(USDT)], ids=intents.name_of)
    @virtual_time
    async def test_what_was_reported_before_the_answer_was_lost_needs_no_other_gone(
        self, intent: Intent
    ) -> None:
        async with doubt(intent) as bench:
            bench.store.apply(SubmissionChanged(replace(bench.submission, targets=())))
            bench.exchange.has(replace(order(order_id="later"), created_ms=bench.submission.sent_ms + 1))
            await asyncio.sleep(2)
            assert (bench.now.state, bench.now.message) == (State.DONE, "canceled")

    @virtual_time
    async def test_a_trigger_order_that_ended(self) -> None:
        async with doubt(CANCEL_PLAN) as bench:
            bench.exchange.ended_plans = (our_plan(PlanStatus.CANCELED),)
            await asyncio.sleep(2)
            assert bench.is_over

    @virtual_time
    async def test_all_trigger_orders_of_a_kind_when_none_is_left(self) -> None:
        async with doubt(CancelPlans(BTC, PlanKind.TRIGGER)) as bench:
            bench.exchange.plans = (our_plan(),)
            await asyncio.sleep(5)
            assert bench.state is State.UNKNOWN
            bench.exchange.plans = ()
            await asyncio.sleep(10)
            assert bench.is_over


class TestChangedTrigger:
    """An amended trigger order shows whether it was amended."""

    @pytest.mark.parametrize(
        ("price", "late_ms", "words", "is_shown"),
        [
            ("95", 1, "", True),
            ("90", -60_000, "not carried out: see what it says", False),
            ("90", 1, "changed again since: see what it says", False),
        ],
    )
    @virtual_time
    async def test_by_what_it_says(self, price: str, late_ms: int, words: str, is_shown: bool) -> None:
        async with doubt(AMEND_PLAN) as bench:
            updated_ms = bench.clock.now_ms() + late_ms
            bench.exchange.plans = (plan(trigger=price, updated_ms=updated_ms),)
            await asyncio.sleep(60)
            assert (bench.now.state, bench.now.message) == (State.DONE, words)
            assert bench.now.evidence.startswith("p1 live") is is_shown
            (known,) = bench.store.open_plans(USDT) or ()
            assert known.trigger_price == Decimal(price)

    @virtual_time
    async def test_one_that_ended_as_it_was(self) -> None:
        async with doubt(AMEND_PLAN) as bench:
            bench.exchange.ended_plans = (replace(our_plan(PlanStatus.EXECUTED), client_order_id=""),)
            await asyncio.sleep(2)
            assert bench.is_over
            assert bench.now.evidence.startswith("p1 executed")

    @virtual_time
    async def test_one_that_nobody_finds_stays_in_doubt(self) -> None:
        async with doubt(AMEND_PLAN) as bench:
            await asyncio.sleep(60)
            assert bench.state is State.ABSENT


@pytest.mark.parametrize(
    "intent",
    [
        ClosePosition(BTC, ONE_WAY),
        SetLeverage(BTC, "USDT", D(10)),
        SetPositionMode(USDT, ONE_WAY),
        AdjustMargin(BTC, "USDT", LONG, D(5)),
    ],
    ids=intents.name_of,
)
@virtual_time
async def test_what_makes_no_order_is_settled_by_reading_the_account_again(intent: Intent) -> None:
    async with doubt(intent) as bench:
        await asyncio.sleep(20)
        assert bench.state is State.UNKNOWN
        assert bench.refreshed >= 3
        await asyncio.sleep(30)
        assert (bench.now.state, bench.now.message) == (
            State.DONE,
            "no answer came; account and settings were read again",
        )


class TestSentAgain:
    """A person had it sent again while the asking about the first attempt goes on."""

    @asynccontextmanager
    async def _absent(self) -> AsyncIterator[Bench]:
        async with doubt(PLACE) as bench:
            await asyncio.sleep(130)
            assert bench.state is State.ABSENT
            yield bench

    @staticmethod
    def _again(bench: Bench, state: SubmissionState) -> Submission:
        now_ms = bench.clock.now_ms()
        again = replace(
            bench.now, state=State.SENT, attempt=2, sent_ms=now_ms, changed_ms=now_ms, asks=0, asked_ms=0
        )
        bench.store.apply(SubmissionChanged(again))
        bench.store.apply(SubmissionChanged(replace(again, state=state)))
        return bench.now

    @virtual_time
    async def test_a_second_doubt_is_asked_about_from_the_beginning(self) -> None:
        async with self._absent() as bench:
            asked = bench.exchange.calls["order"]
            bench.inquiry.settle(self._again(bench, State.UNKNOWN))
            await asyncio.sleep(2.5)
            assert bench.exchange.calls["order"] == asked + 2
            assert (bench.state, bench.now.asks) == (State.UNKNOWN, 2)

    @virtual_time
    async def test_a_second_attempt_that_was_taken_is_watched(self) -> None:
        async with self._absent() as bench:
            bench.inquiry.watch(self._again(bench, State.ACCEPTED))
            bench.exchange.has(ours())
            await asyncio.sleep(REPORT_S + 1)
            assert bench.is_over

    @virtual_time
    async def test_an_ask_about_the_first_says_nothing_about_the_second(self) -> None:
        async with self._absent() as bench:
            bench.exchange.delay_s = 5.0
            bench.exchange.fail("order")
            bench.inquiry.ask_now(NAME)
            await asyncio.sleep(1)
            self._again(bench, State.SENT)
            await asyncio.sleep(10)
            assert bench.state is State.SENT


class TestTakenAndNotReported:
    """The exchange took it, and the stream is silent."""

    @virtual_time
    async def test_it_is_asked_about(self) -> None:
        bench = Bench(PLACE, State.ACCEPTED)
        bench.exchange.has(ours())
        bench.inquiry.watch(bench.submission)
        await asyncio.sleep(REPORT_S - 1)
        assert bench.state is State.ACCEPTED
        await asyncio.sleep(3)
        assert bench.is_over
        await bench.inquiry.close()

    @virtual_time
    async def test_one_that_never_shows_does_not_look_accepted_for_ever(self) -> None:
        bench = Bench(AMEND, State.ACCEPTED)
        bench.exchange.has(order(OrderStatus.CANCELED, order_id="1"))
        bench.inquiry.watch(bench.submission)
        await asyncio.sleep(60)
        assert bench.state is State.ABSENT
        await bench.inquiry.close()

    @virtual_time
    async def test_a_changed_trigger_order_is_looked_for_before_it_is_doubted(self) -> None:
        """No stream tells how far a trailing order stays behind."""
        far = replace(AMEND_PLAN, kind=PlanKind.TRAILING, trigger_price=None, callback_ratio=D(2))
        bench = Bench(far, State.ACCEPTED)
        shown = replace(our_plan(), client_order_id="")
        bench.exchange.plans = (replace(shown, callback_ratio=D(2)),)
        bench.inquiry.watch(bench.submission)
        bench.store.apply(PlanOrderUpdated(shown))
        await asyncio.sleep(LOOK_S - 0.1)
        assert len(bench.store.submissions(USDT)) == 1
        await asyncio.sleep(1)
        assert bench.is_over
        assert not any("not reported" in each.message for each in bench.store.take_submissions())
        await bench.inquiry.close()

    @virtual_time
    async def test_a_change_of_a_trigger_order_that_does_not_show_is_doubted(self) -> None:
        bench = Bench(AMEND_PLAN, State.ACCEPTED)
        bench.exchange.plans = (plan(trigger="90"),)
        bench.inquiry.watch(bench.submission)
        await asyncio.sleep(REPORT_S + 0.2)
        assert (bench.now.state, bench.now.message) == (State.UNKNOWN, "taken, and not reported for 5s")
        await asyncio.sleep(60)
        assert (bench.now.state, bench.now.message) == (State.DONE, "not carried out: see what it says")
        await bench.inquiry.close()

    @virtual_time
    async def test_a_report_in_time_asks_nothing(self) -> None:
        bench = Bench(PLACE, State.ACCEPTED)
        bench.inquiry.watch(bench.submission)
        bench.store.apply(OrderUpdated(ours()))
        await asyncio.sleep(60)
        assert bench.exchange.calls["order"] == 0
