"""What an earlier run left open is asked about and shown first thing; nothing is ever sent for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bgtui.domain.error import JournalFailed
from bgtui.domain.event import InstancesClaimed
from bgtui.domain.intent import Intent, SetLeverage, instrument_of, product_of
from bgtui.domain.journal import Entry, Origin, Stage, Step
from bgtui.domain.order import OrderStatus, PlanStatus
from bgtui.domain.submission import SubmissionState
from bgtui.session.inquiry import Inquiry
from bgtui.session.journal import Journal, JournalThread
from bgtui.session.journal_file import JournalFile, read_steps
from bgtui.session.recovery import Recovery, Run
from bgtui.session.scribe import Scribe
from bgtui.store.store import Store
from tests.support.build import BTC, USDT, D, order, plan
from tests.support.feed import LookupReader as Exchange
from tests.support.intents import AMEND, CANCEL, PLACE, PLACE_PLAN
from tests.support.loop import VirtualClock, virtual_time

HERE = Origin("sim", "embedded", "1000001", "17")
OLD, NEW = "simold", "simnew"
NAME = f"{OLD}-1Z7Q2M03"
State = SubmissionState


class Bench:
    """A journal that an earlier run left, and the run after it."""

    def __init__(self, path: Path, *, alive: frozenset[str] = frozenset()) -> None:
        self.path = path / "journal.sqlite3"
        self.clock = VirtualClock()
        self.store = Store(self.clock)
        self.exchange = Exchange()
        self.journal = Journal(self._open, JournalThread())
        self.inquiry = Inquiry(self.exchange, self.store, self._apply, now_ms=self.clock.now_ms)
        self.scribe = Scribe(self.journal, self.store, self.clock.now_ms)
        self.recovery = Recovery(
            self.journal,
            Run(NEW, HERE, lambda instance: instance in alive | {NEW}),
            self.exchange,
            self.inquiry,
            self.scribe,
            now_ms=self.clock.now_ms,
        )

    def _open(self) -> JournalFile:
        file = JournalFile(self.path)
        file.begin(NEW, HERE, 2)
        return file

    def _apply(self, event: object) -> object:
        changed = self.store.apply(event)  # type: ignore[arg-type]
        self.scribe.observe(event)  # type: ignore[arg-type]
        return changed

    def left(
        self,
        stage: Stage,
        intent: Intent = PLACE,
        *,
        origin: Origin = HERE,
        age_ms: int = 60_000,
    ) -> None:
        """Write what the earlier run had come to when it ended."""
        now_ms = self.clock.now_ms() - age_ms
        file = JournalFile(self.path)
        file.begin(OLD, origin, 1)
        file.record(Entry(NAME, intent, product_of(intent), instrument_of(intent), (), now_ms))
        if stage is not Stage.RECORDED:
            file.add([Step(NAME, stage, now_ms)])
        file.close()

    async def start(self) -> None:
        """Do what a session does with a source."""
        async for event in self.recovery.events():
            self._apply(event)

    async def stages(self, name: str = NAME) -> list[Stage]:
        await self.journal.runs()  # behind everything that waits
        return [step.stage for step in read_steps(self.path, name)]

    @property
    def doubts(self) -> list[str]:
        return [item.client_order_id for item in self.store.submissions(USDT) if item.state.is_doubtful]


@asynccontextmanager
async def restarted(path: Path, stage: Stage, intent: Intent = PLACE, **left: object) -> AsyncIterator[Bench]:
    bench = Bench(path)
    bench.left(stage, intent, **left)  # type: ignore[arg-type]
    try:
        yield bench
    finally:
        await bench.inquiry.close()
        await bench.journal.close()


OPEN = [stage for stage in Stage if stage.is_open]


@pytest.mark.parametrize("stage", OPEN)
@virtual_time
async def test_what_was_left_open_is_in_doubt_at_once_and_found(tmp_path: Path, stage: Stage) -> None:
    async with restarted(tmp_path, stage) as bench:
        bench.exchange.has(replace(order(order_id="9"), client_order_id=NAME))
        await bench.start()
        assert bench.doubts == [NAME]
        await asyncio.sleep(2)
        assert bench.doubts == []
        assert (await bench.stages())[-1] is Stage.DONE


@virtual_time
async def test_what_was_recorded_and_never_sent_says_so_after_one_look(tmp_path: Path) -> None:
    async with restarted(tmp_path, Stage.RECORDED) as bench:
        await bench.start()
        await asyncio.sleep(2)
        assert bench.doubts == []
        (ended,) = bench.store.finished_submissions(USDT)
        assert (ended.state, ended.message) == (State.NOT_SENT, "recorded, never sent")
        assert (await bench.stages())[-1] is Stage.NOT_SENT


@virtual_time
async def test_what_may_have_left_is_asked_about_for_half_a_minute(
    tmp_path: Path,
) -> None:
    async with restarted(tmp_path, Stage.SENDING) as bench:
        await bench.start()
        await asyncio.sleep(25)
        assert bench.store.submissions(USDT)[0].state is State.UNKNOWN
        await asyncio.sleep(25)
        assert bench.store.submissions(USDT)[0].state is State.ABSENT
        assert bench.exchange.calls["order"] >= 3


@pytest.mark.parametrize("stage", [Stage.REJECTED, Stage.NOT_SENT, Stage.ENDED, Stage.GONE])
@virtual_time
async def test_what_had_ended_is_not_asked_about(tmp_path: Path, stage: Stage) -> None:
    async with restarted(tmp_path, stage) as bench:
        await bench.start()
        await asyncio.sleep(60)
        assert bench.doubts == []
        assert bench.exchange.calls["order"] == 0


@virtual_time
async def test_a_setting_that_never_left_is_closed_without_asking(tmp_path: Path) -> None:
    async with restarted(tmp_path, Stage.RECORDED, SetLeverage(BTC, "USDT", D(10))) as bench:
        await bench.start()
        assert bench.doubts == []
        assert (await bench.stages())[-1] is Stage.NOT_SENT


@pytest.mark.parametrize("intent", [AMEND, CANCEL])
@virtual_time
async def test_amends_and_cancels_are_asked_about_too(tmp_path: Path, intent: Intent) -> None:
    async with restarted(tmp_path, Stage.SENDING, intent) as bench:
        await bench.start()
        assert bench.doubts == [NAME]


class TestOrdersThatStood:
    """How they ended while nobody looked is evidence that the journal keeps."""

    @virtual_time
    async def test_an_order(self, tmp_path: Path) -> None:
        async with restarted(tmp_path, Stage.DONE) as bench:
            bench.exchange.has(
                replace(order(OrderStatus.FILLED, order_id="9", filled="2"), client_order_id=NAME)
            )
            await bench.start()
            assert await bench.stages() == [Stage.RECORDED, Stage.DONE, Stage.ENDED]
            last = read_steps(bench.path, NAME)[-1]
            assert (last.message, last.order_id) == ("filled", "9")
            assert last.evidence.startswith("9 filled ")

    @virtual_time
    async def test_a_trigger_order(self, tmp_path: Path) -> None:
        async with restarted(tmp_path, Stage.DONE, PLACE_PLAN) as bench:
            ended = plan(PlanStatus.EXECUTED, updated_ms=bench.clock.now_ms())
            bench.exchange.ended_plans = (replace(ended, client_order_id=NAME),)
            await bench.start()
            assert (await bench.stages())[-1] is Stage.ENDED

    @virtual_time
    async def test_one_that_still_rests_is_followed_to_its_end(self, tmp_path: Path) -> None:
        async with restarted(tmp_path, Stage.DONE) as bench:
            resting = replace(order(order_id="9"), client_order_id=NAME)
            bench.exchange.has(resting)
            await bench.start()
            assert (await bench.stages())[-1] is Stage.DONE
            bench.exchange.has(replace(resting, status=OrderStatus.CANCELED))
            await bench.start()
            assert (await bench.stages())[-1] is Stage.ENDED

    @virtual_time
    async def test_old_ones_are_left_alone(self, tmp_path: Path) -> None:
        async with restarted(tmp_path, Stage.DONE, age_ms=40 * 86_400_000) as bench:
            await bench.start()
            assert bench.exchange.calls["order"] == 0


class TestOtherRuns:
    @virtual_time
    async def test_another_simulator_s_leftovers_are_closed_as_gone(self, tmp_path: Path) -> None:
        async with restarted(tmp_path, Stage.SENDING, origin=replace(HERE, exchange="16")) as bench:
            await bench.start()
            assert bench.doubts == []
            assert bench.exchange.calls["order"] == 0
            assert await bench.stages() == [Stage.RECORDED, Stage.SENDING, Stage.GONE]

    @pytest.mark.parametrize(
        "origin",
        [
            Origin("live", "api.bitget.com", "1000001"),
            replace(HERE, account="1000002"),
            replace(HERE, host="127.0.0.1:9999", exchange="3"),
        ],
    )
    @virtual_time
    async def test_another_account_s_leftovers_wait_for_its_own_run(
        self, tmp_path: Path, origin: Origin
    ) -> None:
        async with restarted(tmp_path, Stage.SENDING, origin=origin) as bench:
            await bench.start()
            await asyncio.sleep(60)
            assert bench.doubts == []
            assert await bench.stages() == [Stage.RECORDED, Stage.SENDING]

    @virtual_time
    async def test_a_run_that_is_going_on_looks_after_its_own(self, tmp_path: Path) -> None:
        bench = Bench(tmp_path, alive=frozenset({OLD}))
        bench.left(Stage.SENDING)
        await bench.start()
        assert bench.doubts == []
        assert bench.store.other_runs == {OLD}
        assert not bench.store.is_ours(NAME), "its orders come from elsewhere"
        assert bench.store.is_ours(f"{NEW}-1Z7Q2M03")
        await bench.journal.close()

    @virtual_time
    async def test_orders_of_ended_runs_are_ours(self, tmp_path: Path) -> None:
        async with restarted(tmp_path, Stage.ENDED) as bench:
            events = [event async for event in bench.recovery.events()]
            assert InstancesClaimed(frozenset({OLD, NEW})) in events


@virtual_time
async def test_a_journal_that_cannot_be_read_is_no_clean_slate(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite3").mkdir()
    bench = Bench(tmp_path)
    with pytest.raises(JournalFailed):
        await bench.start()
    await bench.journal.close()
