from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from typing import Self

from bgtui.domain.dayloss import day_of
from bgtui.domain.daysums import SETTLED_MS, DaySums
from bgtui.domain.error import AuthRefused, NetworkError
from bgtui.domain.event import (
    AccountPart,
    BalancesReported,
    Connection,
    ConnectionLost,
    ConnectionOpened,
    Event,
    FillReported,
    FrameRefused,
    OrderUpdated,
    PlanOrderUpdated,
    PositionsReported,
    SubscriptionAccepted,
    SubscriptionRefused,
)
from bgtui.domain.limit import Limits
from bgtui.domain.order import OrderStatus, PlanStatus
from bgtui.domain.text import Untrusted
from bgtui.session.losses import DayRecord, Losses, NoMemory
from bgtui.session.reconcile import (
    DOUBT_S,
    FILLS_OVERLAP_MS,
    FIRST_FILLS_MS,
    LOOKUP_LIMIT,
    latest_balances,
    latest_positions,
    unseen_orders,
)
from bgtui.session.session import Session
from bgtui.store.freshness import Trust
from bgtui.store.store import Store
from tests.support.build import USDT, D, balance, fill, order, plan, position
from tests.support.feed import FakeReader, FakeSource
from tests.support.loop import START_MS, VirtualClock, virtual_time

UP = ConnectionOpened(Connection.PRIVATE, "private", 1)
GRANTED = tuple(
    SubscriptionAccepted("private", f"USDT-FUTURES {part} default", None, (USDT, part))
    for part in AccountPart
)
OPENED: tuple[Event, ...] = (UP, *GRANTED)
LOST = ConnectionLost(Connection.PRIVATE, "private", "closed", 1000)


class Run:
    """A session with a private stream and a fake exchange behind REST."""

    def __init__(self, *, has_stream: bool = True, record: DayRecord | None = None) -> None:
        clock = VirtualClock()
        self.stream = FakeSource()
        self.reader = FakeReader()
        self.store = Store(clock)
        memory = NoMemory()
        memory.load = lambda: record  # type: ignore[method-assign]
        self.losses = Losses(self.store, Limits(), (USDT,), now_ms=clock.now_ms, memory=memory)
        self.session = Session(
            self.store,
            private=self.stream if has_stream else None,
            reader=self.reader,
            clock=clock,
            rng=random.Random(5),
            losses=self.losses,
        )

    async def __aenter__(self) -> Self:
        self.task = asyncio.create_task(self.session.run())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    def trust(self, part: AccountPart | None = None) -> Trust:
        return self.store.freshness(USDT, part).trust

    async def reconnect(self) -> None:
        """Lose the stream, let the exchange go on, come back."""
        self.stream.put(LOST)
        await asyncio.sleep(5)
        assert self.trust() is Trust.STALE
        self.stream.put(*OPENED)
        await asyncio.sleep(0.05)
        assert self.trust() is Trust.RECONCILING


def test_an_answer_gives_way_to_what_the_stream_told_meanwhile() -> None:
    told = PositionsReported(USDT, (), 20)
    assert latest_positions((position(),), told, told) == (position(),)
    assert latest_positions((position(),), None, told) is None
    assert latest_positions((position(),), told, PositionsReported(USDT, (), 20)) is None
    before, now = {"USDT": balance("USDT", "1")}, {"USDT": balance("USDT", "2"), "ETH": balance("ETH")}
    answer = (balance("USDT", "1"), balance("BTC"))
    assert latest_balances(answer, before, before) == answer
    assert set(latest_balances(answer, before, now)) == {balance("USDT", "2"), balance("BTC"), balance("ETH")}


def test_of_too_many_unknown_orders_the_latest_are_looked_up() -> None:
    store = Store(VirtualClock())
    store.apply(OrderUpdated(order(order_id="known")))
    count = LOOKUP_LIMIT + 10
    fills = [fill(f"t{index}", START_MS + index, order_id=f"o{index}") for index in range(count)]
    fills += [fill("t", START_MS + count, order_id="known"), fill("u", START_MS + count, order_id="o59")]
    assert [name for _, name in unseen_orders(fills, store)] == [f"o{index}" for index in range(10, count)]


@virtual_time
async def test_everything_is_unknown_until_rest_has_answered() -> None:
    async with Run() as run:
        run.reader.delay_s = 2
        run.reader.coins = (balance(),)
        await asyncio.sleep(1)
        assert (run.store.positions(USDT), run.store.open_orders(USDT), run.store.balances(USDT)) == (
            None,
        ) * 3
        await asyncio.sleep(2)
        assert (run.store.positions(USDT), run.store.open_orders(USDT)) == ((), ())
        assert run.store.balances(USDT) == (balance(),)
        assert run.trust() is Trust.UNKNOWN, "without the stream nothing stays current"
        run.stream.put(*OPENED)
        await asyncio.sleep(3)
        assert run.trust() is Trust.CURRENT


@virtual_time
async def test_without_a_private_stream_the_answers_alone_count() -> None:
    async with Run(has_stream=False) as run:
        await asyncio.sleep(1)
        assert run.trust() is Trust.CURRENT


@virtual_time
async def test_orders_that_ended_while_the_socket_was_down_are_found() -> None:
    async with Run() as run:
        run.stream.put(*OPENED)
        for name in ("1", "2", "3"):
            run.reader.orders[name] = order(order_id=name)
            run.stream.put(OrderUpdated(order(order_id=name)))
        await asyncio.sleep(1)
        assert run.trust() is Trust.CURRENT
        run.reader.orders["1"] = order(OrderStatus.FILLED, order_id="1", updated_ms=50, filled="2")
        run.reader.orders["2"] = order(OrderStatus.CANCELED, order_id="2", updated_ms=60)
        await run.reconnect()
        await asyncio.sleep(2)
        assert run.trust() is Trust.CURRENT
        assert [one.order_id for one in run.store.open_orders(USDT) or ()] == ["3"]
        ended = {one.order_id: one.status for one in run.store.finished_orders(USDT)}
        assert ended == {"1": OrderStatus.FILLED, "2": OrderStatus.CANCELED}
        assert run.store.missing_orders(USDT) == ()


@virtual_time
async def test_an_order_placed_and_filled_while_the_socket_was_down_is_found_through_its_fill() -> None:
    async with Run() as run:
        run.stream.put(*OPENED)
        run.reader.trades = (fill("t1", START_MS, order_id="1"),)
        await asyncio.sleep(1)
        assert run.store.order(fill("t1").instrument, "1") is None, "what is long past is not looked up"
        run.reader.orders["9"] = order(
            OrderStatus.FILLED, order_id="9", updated_ms=START_MS + 2000, filled="2"
        )
        run.reader.trades = (*run.reader.trades, fill("t2", START_MS + 2000, order_id="9"))
        await run.reconnect()
        await asyncio.sleep(2)
        assert [one.trade_id for one in run.store.fills(USDT)] == ["t2", "t1"]
        assert [one.order_id for one in run.store.finished_orders(USDT)] == ["9"]
        assert run.reader.fills_since[-1] == START_MS - FILLS_OVERLAP_MS


@virtual_time
async def test_a_fill_told_by_both_sides_is_one_fill() -> None:
    async with Run() as run:
        run.reader.trades = (fill("t1", START_MS),)
        run.stream.put(*OPENED, FillReported(fill("t1", START_MS)))
        await asyncio.sleep(1)
        assert len(run.store.fills(USDT)) == 1


@virtual_time
async def test_the_day_counts_every_fill_that_is_read_though_the_store_keeps_the_latest() -> None:
    day_ms = day_of(START_MS)
    async with Run() as run:
        lost = tuple(
            replace(fill(f"t{number}", day_ms + number), realized_pnl=D(-1)) for number in range(2300)
        )
        run.reader.trades = lost
        run.stream.put(*OPENED)
        await asyncio.sleep(1)
        assert run.reader.fills_since[0] == START_MS - FIRST_FILLS_MS
        assert len(run.store.fills(USDT)) == 2000
        assert run.losses.figures(USDT).realized == -2300


@virtual_time
async def test_after_a_restart_in_a_busy_day_fills_are_read_from_the_record_on() -> None:
    day_ms = day_of(START_MS)
    last = fill("t5000", day_ms + 600_000)
    sums = DaySums(last.time_ms, frozenset({f"{last.instrument} t5000"}), 5000, {"USDT": D(-5000)})
    async with Run(record=DayRecord(day_ms, sums={USDT: sums})) as run:
        run.reader.trades = (
            replace(last, realized_pnl=D(-3)),
            replace(fill("t5001", day_ms + 600_001), realized_pnl=D(-7)),
        )
        run.stream.put(*OPENED)
        await asyncio.sleep(1)
        assert run.reader.fills_since[0] == day_ms + 600_000 - SETTLED_MS
        assert run.losses.figures(USDT).realized == -5007


@virtual_time
async def test_trigger_orders_that_ended_are_found_in_their_history() -> None:
    async with Run() as run:
        run.stream.put(*OPENED, PlanOrderUpdated(plan()))
        run.reader.plans = (plan(),)
        await asyncio.sleep(1)
        run.reader.plans = ()
        run.reader.ended_plans = (
            plan(PlanStatus.EXECUTED, updated_ms=70),
            plan(PlanStatus.CANCELED, order_id="never seen", updated_ms=71),
        )
        await run.reconnect()
        await asyncio.sleep(2)
        assert run.store.open_plans(USDT) == ()
        assert [one.order_id for one in run.store.finished_plans(USDT)] == ["p1"]
        assert run.trust() is Trust.CURRENT


@virtual_time
async def test_a_list_that_was_asked_before_a_push_does_not_overwrite_it() -> None:
    async with Run() as run:
        run.reader.legs = (position("1"),)
        run.reader.coins = (balance("USDT", "100"), balance("BTC", "1"))
        run.reader.delay_s = 1
        run.stream.put(*OPENED)
        await asyncio.sleep(0.5)
        run.stream.put(
            PositionsReported(USDT, (position("3", updated_ms=20),), 20),
            BalancesReported(USDT, (balance("USDT", "50"),), is_complete=False, time_ms=20),
        )
        await asyncio.sleep(3)
        assert run.store.positions(USDT) == (position("3", updated_ms=20),)
        assert run.store.balances(USDT) == (balance("BTC", "1"), balance("USDT", "50"))
        assert run.trust() is Trust.CURRENT


@virtual_time
async def test_a_wrong_local_clock_does_not_stop_later_pushes() -> None:
    async with Run() as run:
        run.reader.legs = (position("1", updated_ms=15),)
        run.stream.put(*OPENED)
        await asyncio.sleep(1)
        run.stream.put(PositionsReported(USDT, (position("2", updated_ms=16),), 16))
        await asyncio.sleep(0.1)
        assert run.store.positions(USDT) == (position("2", updated_ms=16),)


@virtual_time
async def test_a_leg_that_was_closed_while_the_socket_was_down_is_gone() -> None:
    async with Run() as run:
        run.reader.legs = (position("1"),)
        run.stream.put(*OPENED, PositionsReported(USDT, (position("1"),), 20))
        await asyncio.sleep(1)
        run.reader.legs = ()
        await run.reconnect()
        assert run.store.positions(USDT) == (position("1"),), "the last known leg stays, marked stale"
        await asyncio.sleep(1)
        assert run.store.positions(USDT) == ()


@virtual_time
async def test_a_part_that_fails_stays_unknown_and_is_tried_again() -> None:
    async with Run() as run:
        run.stream.put(*OPENED)
        run.reader.fail("positions", *[NetworkError("unreachable")] * 4)
        await asyncio.sleep(0.5)
        assert run.trust(AccountPart.ORDERS) is Trust.CURRENT
        assert run.trust(AccountPart.POSITIONS) is Trust.UNKNOWN
        assert run.store.positions(USDT) is None, "a failed question is not flat"
        assert [feed.source for feed in run.store.health().failed_feeds] == ["positions of usdt-futures"]
        await asyncio.sleep(60)
        assert run.trust() is Trust.CURRENT
        assert run.store.positions(USDT) == ()
        assert run.store.health().failed_feeds == ()


@virtual_time
async def test_a_refused_key_is_not_tried_again_before_the_next_connection() -> None:
    async with Run() as run:
        run.stream.put(*OPENED)
        await asyncio.sleep(0)
        run.reader.fail("balances", *[AuthRefused("no", code="40006")] * 2)
        await asyncio.sleep(300)
        asked = run.reader.calls["balances"]
        assert run.trust(AccountPart.BALANCES) is Trust.UNKNOWN
        assert run.store.health().failed_feeds[0].retry_in_ms is None
        run.stream.put(LOST, *OPENED)
        await asyncio.sleep(1)
        assert run.reader.calls["balances"] == asked + 1


@virtual_time
async def test_an_order_that_the_exchange_does_not_know_stays_in_doubt() -> None:
    async with Run() as run:
        run.stream.put(*OPENED, OrderUpdated(order(order_id="7")))
        await asyncio.sleep(120)
        assert [one.order_id for one in run.store.missing_orders(USDT)] == ["7"]
        assert [one.order_id for one in run.store.open_orders(USDT) or ()] == ["7"]
        assert 3 <= run.reader.calls["order"] <= 10
        run.reader.orders["7"] = order(OrderStatus.CANCELED, order_id="7", updated_ms=90)
        await run.reconnect()
        await asyncio.sleep(2)
        assert run.store.missing_orders(USDT) == ()


@virtual_time
async def test_a_new_connection_begins_everything_again() -> None:
    async with Run() as run:
        run.reader.delay_s = 10
        run.stream.put(*OPENED)
        await asyncio.sleep(5)
        run.stream.put(LOST, *OPENED)
        await asyncio.sleep(6)
        assert run.trust() is Trust.UNKNOWN, "the first round was given up"
        await asyncio.sleep(6)
        assert run.trust() is Trust.CURRENT


@virtual_time
async def test_events_go_on_while_a_round_runs() -> None:
    async with Run() as run:
        run.reader.delay_s = 5
        run.reader.orders["1"] = order(order_id="1")
        run.stream.put(*OPENED)
        await asyncio.sleep(1)
        run.stream.put(OrderUpdated(order(OrderStatus.FILLED, order_id="1", updated_ms=99, filled="2")))
        await asyncio.sleep(20)
        assert run.store.open_orders(USDT) == (), "the list knew the order as open, the stream knows better"


@virtual_time
async def test_a_stream_that_dies_by_a_bug_makes_the_account_stale() -> None:
    async with Run() as run:
        run.stream.put(*OPENED)
        await asyncio.sleep(1)
        assert run.trust() is Trust.CURRENT
        run.stream.put(RuntimeError("bug"))
        await asyncio.sleep(0.01)
        assert run.trust() is Trust.STALE


@virtual_time
async def test_a_bug_in_the_reader_is_reported_and_the_round_begins_again() -> None:
    async with Run() as run:
        run.stream.put(*OPENED)
        await asyncio.sleep(0)
        run.reader.coins = (replace(balance(), coin=None),)  # type: ignore[arg-type]
        run.reader.orders["x"] = None  # type: ignore[assignment]
        await asyncio.sleep(0.5)
        assert "reconcile" in [feed.source for feed in run.store.health().failed_feeds]
        del run.reader.orders["x"]
        run.reader.coins = ()
        await asyncio.sleep(10)
        assert run.trust() is Trust.CURRENT


@virtual_time
async def test_an_answer_counts_only_when_it_was_asked_after_its_channel_was_granted() -> None:
    async with Run() as run:
        run.reader.orders["1"] = order(order_id="1")
        run.stream.put(UP)
        await asyncio.sleep(20)
        assert [one.order_id for one in run.store.open_orders(USDT) or ()] == ["1"]
        assert run.trust(AccountPart.ORDERS) is Trust.UNKNOWN, "nobody tells yet what becomes of it"
        run.reader.orders["1"] = order(OrderStatus.CANCELED, order_id="1", updated_ms=60)
        run.stream.put(*GRANTED)
        await asyncio.sleep(2)
        assert run.store.open_orders(USDT) == ()
        assert run.trust() is Trust.CURRENT


@virtual_time
async def test_granted_at_once_a_connection_costs_one_question_a_part() -> None:
    async with Run() as run:
        await asyncio.sleep(1)
        before = run.reader.calls.copy()
        run.stream.put(UP)
        await asyncio.sleep(0.2)
        run.stream.put(*GRANTED)
        await asyncio.sleep(5)
        assert run.trust() is Trust.CURRENT
        assert set((run.reader.calls - before).values()) == {1}


@virtual_time
async def test_a_part_whose_channel_is_refused_is_known_and_grows_old() -> None:
    async with Run() as run:
        refusal = SubscriptionRefused(
            "private",
            "USDT-FUTURES orders default",
            "30001",
            Untrusted("no"),
            None,
            (USDT, AccountPart.ORDERS),
        )
        run.stream.put(UP, *GRANTED[1:], refusal)
        await asyncio.sleep(10)
        assert run.trust(AccountPart.POSITIONS) is Trust.CURRENT
        freshness = run.store.freshness(USDT, AccountPart.ORDERS)
        assert freshness.trust is Trust.STALE
        assert freshness.age_s is not None
        assert freshness.age_s > 5
        run.stream.put(LOST, UP, *GRANTED[1:])
        await asyncio.sleep(10)
        assert run.trust() is Trust.STALE, "the stream does not ask again for what was refused"


@virtual_time
async def test_a_private_frame_that_cannot_be_read_makes_the_account_asked_again() -> None:
    async with Run() as run:
        run.stream.put(*OPENED)
        run.reader.orders["1"] = order(order_id="1")
        await asyncio.sleep(1)
        assert run.trust() is Trust.CURRENT
        run.reader.orders["1"] = order(OrderStatus.CANCELED, order_id="1", updated_ms=60)
        asked = run.reader.calls["open_orders"]
        for _ in range(20):
            run.stream.put(FrameRefused("private", "size: expected a decimal number", Untrusted("{")))
        await asyncio.sleep(0.1)
        assert run.trust() is Trust.RECONCILING
        await asyncio.sleep(DOUBT_S + 2)
        assert run.trust() is Trust.CURRENT
        assert run.store.open_orders(USDT) == ()
        assert run.reader.calls["open_orders"] == asked + 1, "many bad frames are one reason to ask"


@virtual_time
async def test_a_fill_told_after_an_outage_does_not_hide_those_of_the_outage() -> None:
    async with Run() as run:
        run.stream.put(*OPENED, FillReported(fill("before", START_MS)))
        await asyncio.sleep(1)
        run.stream.put(LOST)
        await asyncio.sleep(3600)
        missed, later = fill("missed", START_MS + 600_000), fill("later", START_MS + 3_600_000)
        run.reader.trades = (missed, later)
        # The stream tells the latest fill before REST is asked about the hour that it missed.
        run.stream.put(UP, FillReported(later), *GRANTED)
        await asyncio.sleep(5)
        assert [one.trade_id for one in run.store.fills(USDT)] == ["later", "missed", "before"]


@virtual_time
async def test_orders_behind_missed_fills_are_looked_up_though_the_first_try_fails() -> None:
    async with Run() as run:
        run.stream.put(*OPENED)
        await asyncio.sleep(1)
        run.reader.orders["9"] = order(OrderStatus.FILLED, order_id="9", updated_ms=START_MS, filled="2")
        run.reader.trades = (fill("t", START_MS + 2000, order_id="9"),)
        run.reader.fail("order")
        await run.reconnect()
        await asyncio.sleep(10)
        assert [one.order_id for one in run.store.finished_orders(USDT)] == ["9"]
