"""The desk: every intent leaves once, is marked before it leaves, and its ending is named."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, count
from typing import get_args

import pytest

from bgtui.domain.error import (
    ConfigError,
    ExchangeError,
    JournalFailed,
    Maintenance,
    NetworkError,
    NotSent,
    OutcomeUnknown,
    PermissionRefused,
    Refused,
    Rejected,
)
from bgtui.domain.event import Event, OrderUpdated, PlanOrderUpdated, SubmissionChanged
from bgtui.domain.instrument import ProductType
from bgtui.domain.intent import BatchAnswer, BatchFailure, Intent, OrderAck
from bgtui.domain.journal import Stage
from bgtui.domain.lastlook import last_look
from bgtui.domain.order import OrderStatus, PlanStatus
from bgtui.domain.submission import Submission, SubmissionState
from bgtui.domain.trading import TradingState
from bgtui.session.desk import MODE_MISMATCH, OTHER_RULES, OrderDesk, Receipt
from bgtui.session.senders import WAY_OUT
from bgtui.store.store import Store
from bgtui.wire.code import CODES, lookup
from tests.support import intents
from tests.support.build import USDT, HandClock, order, plan
from tests.support.gateway import FakeGateway
from tests.support.intents import (
    AMEND,
    AMEND_PLAN,
    CANCEL,
    CANCEL_PLAN,
    CANCEL_TWO,
    EVERY,
    PLACE,
    PLACE_PLAN,
    REVERSE,
    TPSL,
)
from tests.support.journal import MemoryJournal
from tests.support.loop import virtual_time

State = SubmissionState
every_intent = pytest.mark.parametrize("intent", EVERY, ids=intents.name_of)


class Bench:
    """A desk over a fake gateway and a real store."""

    def __init__(self, *, rules: tuple[str, ...] = ()) -> None:
        self.clock = HandClock(wall_ms=1_000)
        self.lines = list(rules)
        self.judge: Callable[[], list[str]] = lambda: self.lines
        self.store = Store(self.clock)
        self.gateway = FakeGateway()
        self.journal = MemoryJournal()
        self.doubted: list[Submission] = []
        self.accepted: list[Submission] = []
        self.mismatches: list[ProductType] = []
        self.renewed: list[ProductType] = []
        numbers: Iterator[int] = count(1)
        self.desk = OrderDesk(
            self.gateway,  # type: ignore[arg-type]  # it answers to every name
            self._apply,
            self.journal,
            now_ms=self.clock.now_ms,
            new_id=lambda: f"simk-NEW{next(numbers):03}",
            violations=lambda _: self.judge(),
            on_doubt=self.doubted.append,
            on_accepted=self.accepted.append,
            on_mode_mismatch=self.mismatches.append,
            on_other_rules=self.renewed.append,
        )

    def _apply(self, event: Event) -> bool:
        return self.store.apply(event)

    @property
    def open(self) -> tuple[Submission, ...]:
        return (*self.store.submissions(USDT), *self.store.submissions(ProductType.SPOT))

    @property
    def last(self) -> Submission:
        """The one that ended last, or is still open."""
        ended = (self.store.finished_submissions(each) for each in (USDT, ProductType.SPOT))
        return (*self.open, *chain.from_iterable(ended))[0]

    async def end_with(self, intent: Intent, ending: object) -> None:
        self.gateway.endings.append(ending)
        await self.desk.submit(intent)


def test_there_is_a_case_for_every_intent() -> None:
    assert {type(intent) for intent in EVERY} == set(get_args(Intent))


@every_intent
@virtual_time
async def test_it_is_marked_before_it_leaves_and_sent_once(intent: Intent) -> None:
    bench = Bench()
    bench.gateway.hold()
    sending = asyncio.create_task(bench.desk.submit(intent))
    await asyncio.sleep(0)
    (mark,) = bench.open
    assert (mark.state, mark.intent, mark.sent_ms) == (State.SENT, intent, 1_000)
    bench.gateway.release()
    receipt = await sending
    assert bench.gateway.intents == [intent]
    assert receipt.client_order_id == mark.client_order_id == "simk-NEW001"
    assert receipt.failures == ()
    assert bench.last.state in (State.ACCEPTED, State.DONE)
    assert bench.doubted == []


@every_intent
@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Refused("cannot be spelled"), State.NOT_SENT),
        (NotSent("Not sent: no route"), State.NOT_SENT),
        (ConfigError("no key"), State.NOT_SENT),
        (Rejected("Rejected 43012: no funds", code="43012", hint="lower the size"), State.REJECTED),
        (PermissionRefused("Rejected 40014: no right", code="40014"), State.REJECTED),
        (OutcomeUnknown("no answer"), State.UNKNOWN),
        (Maintenance("down"), State.UNKNOWN),
        (ExchangeError("something else"), State.UNKNOWN),
    ],
    ids=lambda value: value.value if isinstance(value, State) else type(value).__name__,
)
@virtual_time
async def test_every_ending_is_named_and_nothing_is_sent_again(
    intent: Intent, error: Exception, state: SubmissionState
) -> None:
    bench = Bench()
    with pytest.raises(type(error)):
        await bench.end_with(intent, error)
    await asyncio.sleep(3600)
    assert bench.gateway.intents == [intent]
    assert bench.last.state is state
    assert bench.last.message
    assert (len(bench.open), len(bench.doubted)) == ((1, 1) if state is State.UNKNOWN else (0, 0))


@every_intent
@virtual_time
async def test_what_is_interrupted_is_in_doubt(intent: Intent) -> None:
    bench = Bench()
    bench.gateway.hold()
    sending = asyncio.create_task(bench.desk.submit(intent))
    await asyncio.sleep(0)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert [item.state for item in bench.open] == [State.UNKNOWN]
    assert len(bench.doubted) == len(bench.gateway.sent) == 1


@virtual_time
async def test_a_failure_that_nobody_foresaw_is_in_doubt_too() -> None:
    bench = Bench()
    with pytest.raises(RuntimeError):
        await bench.end_with(PLACE, RuntimeError("a bug below"))
    assert bench.last.state is State.UNKNOWN
    assert "a bug below" not in bench.last.message


@virtual_time
async def test_a_rejection_keeps_code_cause_and_hint() -> None:
    bench = Bench()
    with pytest.raises(Rejected):
        await bench.end_with(PLACE, Rejected("Rejected 43012: no funds", code="43012", hint="lower the size"))
    assert bench.last.message == "Rejected 43012: no funds; lower the size"


@virtual_time
async def test_our_own_rules_are_asked_first_and_leave_no_trace() -> None:
    bench = Bench(rules=("0.1 is under the smallest size 1",))
    with pytest.raises(Refused, match="under the smallest size"):
        await bench.desk.submit(PLACE)
    assert bench.gateway.sent == []
    assert bench.open == bench.store.finished_submissions(USDT) == ()


@virtual_time
async def test_one_id_is_sent_once_whatever_became_of_it() -> None:
    bench = Bench()
    bench.gateway.endings.append(OutcomeUnknown("no answer"))
    with pytest.raises(OutcomeUnknown):
        await bench.desk.submit(PLACE, client_order_id="simk-MINE")
    with pytest.raises(Refused, match="simk-MINE was sent already"):
        await bench.desk.submit(PLACE, client_order_id="simk-MINE")
    assert bench.gateway.sent == [(PLACE, "simk-MINE")]


@pytest.mark.parametrize("code", sorted(MODE_MISMATCH))
@virtual_time
async def test_a_mode_mismatch_has_the_mode_read_again(code: str) -> None:
    bench = Bench()
    with pytest.raises(Rejected):
        await bench.end_with(PLACE, Rejected("funds", code="43012"))
    assert bench.mismatches == []
    with pytest.raises(Rejected):
        await bench.end_with(PLACE, Rejected("hedge", code=code))
    assert bench.mismatches == [USDT]


@pytest.mark.parametrize("code", sorted(OTHER_RULES))
@virtual_time
async def test_a_price_off_a_tick_that_was_right_before_has_the_rules_listed_again(code: str) -> None:
    bench = Bench()
    with pytest.raises(Rejected):
        await bench.end_with(PLACE, Rejected("funds", code="43012"))
    assert bench.renewed == []
    with pytest.raises(Rejected):
        await bench.end_with(PLACE, Rejected("tick", code=code))
    assert bench.renewed == [USDT]
    assert bench.mismatches == []


def test_every_code_of_other_rules_is_known() -> None:
    said = {code: CODES[code].cause for code in OTHER_RULES}
    words = ("tick", "step", "minimum", "decimals", "symbol", "parameter")
    assert [code for code, text in said.items() if not any(word in text for word in words)] == []


def test_every_code_of_a_mode_mismatch_is_known() -> None:
    hint = lookup("40774").hint
    # A market maker's account has no mode to read again.
    assert {info.code for info in CODES.values() if info.hint == hint} - {"40775"} == MODE_MISMATCH


@virtual_time
async def test_a_cancel_does_not_wait_for_an_order_that_is_on_its_way() -> None:
    bench = Bench()
    bench.gateway.hold()
    tasks = [asyncio.create_task(bench.desk.submit(intent)) for intent in (PLACE, CANCEL)]
    await asyncio.sleep(0)
    assert bench.gateway.intents == [PLACE, CANCEL]
    bench.gateway.release()
    await asyncio.gather(*tasks)


@virtual_time
async def test_the_desk_is_armed() -> None:
    assert Bench().desk.state is TradingState.ARMED


class TestReports:
    """What the exchange took is over when it reports it."""

    @pytest.mark.parametrize("intent", [PLACE, AMEND, REVERSE], ids=intents.name_of)
    @virtual_time
    async def test_an_order_is_over_when_it_is_reported_by_our_id(self, intent: Intent) -> None:
        bench = Bench()
        await bench.desk.submit(intent)
        assert [item.state for item in bench.open] == [State.ACCEPTED]
        assert bench.accepted == list(bench.open)
        bench.store.apply(OrderUpdated(replace(order(order_id="9"), client_order_id="simk-NEW001")))
        assert bench.open == ()

    @pytest.mark.parametrize("intent", [PLACE_PLAN, TPSL], ids=intents.name_of)
    @virtual_time
    async def test_a_trigger_order_likewise(self, intent: Intent) -> None:
        bench = Bench()
        await bench.desk.submit(intent)
        assert [item.state for item in bench.open] == [State.ACCEPTED]
        bench.store.apply(PlanOrderUpdated(replace(plan(), client_order_id="simk-NEW001")))
        assert bench.open == ()

    @virtual_time
    async def test_a_changed_trigger_order_is_over_when_it_says_what_was_wanted(self) -> None:
        bench = Bench()
        await bench.desk.submit(AMEND_PLAN)
        assert [item.state for item in bench.open] == [State.ACCEPTED]
        assert bench.accepted == list(bench.open)
        bench.store.apply(PlanOrderUpdated(plan(trigger="94")))
        assert [item.state for item in bench.open] == [State.ACCEPTED], "it still says the old price"
        bench.store.apply(PlanOrderUpdated(plan(trigger="95", updated_ms=21)))
        assert bench.open == ()

    @virtual_time
    async def test_the_fill_may_come_before_the_answer(self) -> None:
        bench = Bench()
        bench.gateway.hold()
        sending = asyncio.create_task(bench.desk.submit(PLACE))
        await asyncio.sleep(0)
        filled = order(OrderStatus.FILLED, order_id="9", filled="2")
        bench.store.apply(OrderUpdated(replace(filled, client_order_id="simk-NEW001")))
        assert bench.open == ()
        bench.gateway.release()
        await sending
        assert bench.open == ()

    @virtual_time
    async def test_a_cancel_is_over_when_its_order_ended(self) -> None:
        bench = Bench()
        await bench.desk.submit(CANCEL)
        bench.store.apply(OrderUpdated(order(order_id="1")))
        assert [item.state for item in bench.open] == [State.ACCEPTED], "it still stands"
        bench.store.apply(OrderUpdated(order(OrderStatus.CANCELED, order_id="1")))
        assert bench.open == ()

    @virtual_time
    async def test_an_empty_answer_to_the_cancel_of_a_trigger_order_proves_nothing(self) -> None:
        bench = Bench()
        await bench.end_with(CANCEL_PLAN, BatchAnswer((), ()))
        assert [item.state for item in bench.open] == [State.ACCEPTED]
        bench.store.apply(PlanOrderUpdated(plan(PlanStatus.CANCELED, updated_ms=20)))
        assert bench.open == ()


class TestBatch:
    """A batch says item by item what it did."""

    @virtual_time
    async def test_what_was_refused_is_told_and_not_waited_for(self) -> None:
        bench = Bench()
        failed = BatchFailure("2", "", "40768", "no such order")
        bench.gateway.endings.append(BatchAnswer((OrderAck("1", ""),), (failed,)))
        receipt = await bench.desk.submit(CANCEL_TWO)
        assert (receipt.failures, receipt.doubtful) == (("40768 no such order",), 0)
        assert [(item.state, item.targets) for item in bench.open] == [(State.ACCEPTED, ("1",))]

    @virtual_time
    async def test_what_the_answer_does_not_name_is_in_doubt(self) -> None:
        bench = Bench()
        bench.gateway.endings.append(BatchAnswer((OrderAck("1", ""),), ()))
        receipt = await bench.desk.submit(CANCEL_TWO)
        assert receipt.doubtful == 1
        assert [(item.state, item.targets) for item in bench.open] == [(State.UNKNOWN, ("1", "2"))]
        assert bench.doubted == list(bench.open)

    @virtual_time
    async def test_when_all_is_refused_nothing_is_waited_for(self) -> None:
        bench = Bench()
        failed = tuple(BatchFailure(number, "", "40768", "no such order") for number in ("1", "2"))
        bench.gateway.endings.append(BatchAnswer((), failed))
        await bench.desk.submit(CANCEL_TWO)
        assert bench.open == ()


class TestJournal:
    """Recorded before it leaves, or not sent."""

    @every_intent
    @virtual_time
    async def test_it_is_on_disk_before_a_byte_leaves(self, intent: Intent) -> None:
        bench = Bench()
        bench.gateway.hold()
        sending = asyncio.create_task(bench.desk.submit(intent))
        await asyncio.sleep(0)
        (entry,) = bench.journal.entries
        assert (entry.intent, entry.client_order_id) == (intent, "simk-NEW001")
        assert bench.journal.stages("simk-NEW001") == [Stage.SENDING]
        assert len(bench.gateway.sent) == 1
        bench.gateway.release()
        await sending

    @every_intent
    @virtual_time
    async def test_without_a_record_only_the_way_out_is_open(self, intent: Intent) -> None:
        bench = Bench()
        bench.journal.failure = JournalFailed("Journal cannot be written (disk full): sending stopped")
        if isinstance(intent, WAY_OUT):
            await bench.desk.submit(intent)
            assert bench.gateway.intents == [intent]
            return
        with pytest.raises(JournalFailed, match="sending stopped"):
            await bench.desk.submit(intent)
        assert bench.gateway.sent == []
        assert bench.open == ()

    @virtual_time
    async def test_the_same_id_may_be_tried_again_when_it_could_not_be_recorded(self) -> None:
        bench = Bench()
        bench.journal.failure = JournalFailed("Journal cannot be written (disk full): sending stopped")
        with pytest.raises(JournalFailed):
            await bench.desk.submit(PLACE, client_order_id="simk-MINE")
        bench.journal.failure = None
        await bench.desk.submit(PLACE, client_order_id="simk-MINE")
        assert bench.gateway.sent == [(PLACE, "simk-MINE")]

    @virtual_time
    async def test_rules_are_asked_again_once_the_disk_has_answered(self) -> None:
        bench = Bench()
        bench.journal.on_record = lambda: bench.lines.append("disarmed meanwhile")
        with pytest.raises(Refused, match="disarmed meanwhile"):
            await bench.desk.submit(PLACE)
        assert bench.gateway.sent == []
        assert bench.journal.stages("simk-NEW001") == [Stage.NOT_SENT]

    @virtual_time
    async def test_what_was_given_up_before_it_left_is_recorded_as_not_sent(self) -> None:
        bench = Bench()
        bench.journal.hold_send()
        sending = asyncio.create_task(bench.desk.submit(PLACE))
        await asyncio.sleep(0)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert bench.gateway.sent == []
        assert bench.journal.stages("simk-NEW001") == [Stage.NOT_SENT]

    @virtual_time
    @pytest.mark.parametrize("intent", [PLACE, CANCEL], ids=intents.name_of)
    async def test_a_journal_that_fails_at_the_last_step_says_what_happened(self, intent: Intent) -> None:
        """The record is there: it must not look as if something might have left, nor as if nothing had."""
        bench = Bench()
        bench.journal.on_record = lambda: setattr(bench.journal, "failure", JournalFailed("too late"))
        if intent is PLACE:
            with pytest.raises(JournalFailed):
                await bench.desk.submit(intent)
            assert bench.journal.stages("simk-NEW001") == [Stage.NOT_SENT]
        else:
            await bench.desk.submit(intent)
            assert bench.gateway.intents == [intent]
            assert bench.journal.stages("simk-NEW001")[-1] is Stage.SENDING


class TestResend:
    """Only a person, only after proven absence, only with the same id."""

    async def _absent(self, bench: Bench, intent: Intent = PLACE) -> Submission:
        with pytest.raises(OutcomeUnknown):
            await bench.end_with(intent, OutcomeUnknown("no answer"))
        absent = replace(bench.last, state=State.ABSENT, asks=4, asked_ms=500)
        bench.store.apply(SubmissionChanged(absent))
        return absent

    @virtual_time
    async def test_it_goes_out_again_under_its_id(self) -> None:
        bench = Bench()
        absent = await self._absent(bench)
        await bench.desk.resend(absent, _still_absent)
        assert bench.gateway.sent == [(PLACE, "simk-NEW001")] * 2
        assert len(bench.journal.entries) == 1, "one intent"
        assert bench.journal.stages("simk-NEW001") == [Stage.SENDING, Stage.SENDING]
        assert (bench.last.state, bench.last.attempt) == (State.ACCEPTED, 2)

    @virtual_time
    async def test_or_a_person_lets_it_go_and_nothing_is_sent(self) -> None:
        bench = Bench()
        absent = await self._absent(bench)
        bench.desk.let_go(absent)
        assert bench.store.submission("simk-NEW001") is None
        assert bench.store.all_submissions() == ()
        with pytest.raises(Refused):
            await bench.desk.resend(absent, _still_absent)
        assert len(bench.gateway.sent) == 1

    @virtual_time
    async def test_what_is_not_proven_absent_is_not_let_go(self) -> None:
        bench = Bench()
        with pytest.raises(OutcomeUnknown):
            await bench.end_with(PLACE, OutcomeUnknown("no answer"))
        with pytest.raises(Refused, match="not proven absent"):
            bench.desk.let_go(bench.last)
        assert bench.last.state is State.UNKNOWN

    @virtual_time
    async def test_not_before_it_is_proven_absent(self) -> None:
        bench = Bench()
        with pytest.raises(OutcomeUnknown):
            await bench.end_with(PLACE, OutcomeUnknown("no answer"))
        with pytest.raises(Refused, match="not proven absent"):
            await bench.desk.resend(bench.last, _still_absent)
        assert len(bench.gateway.sent) == 1

    @virtual_time
    async def test_not_when_the_last_look_finds_it(self) -> None:
        bench = Bench()
        absent = await self._absent(bench)
        with pytest.raises(Refused, match="found just now"):
            await bench.desk.resend(absent, _found)
        assert len(bench.gateway.sent) == 1

    @virtual_time
    async def test_not_when_nobody_answers_the_last_look(self) -> None:
        bench = Bench()
        absent = await self._absent(bench)
        with pytest.raises(NetworkError):
            await bench.desk.resend(absent, _unanswered)
        assert len(bench.gateway.sent) == 1

    @virtual_time
    async def test_not_what_makes_no_order(self) -> None:
        bench = Bench()
        absent = await self._absent(bench, CANCEL)
        with pytest.raises(Refused, match="only an order"):
            await bench.desk.resend(absent, _still_absent)

    @virtual_time
    async def test_it_can_be_in_doubt_again(self) -> None:
        bench = Bench()
        absent = await self._absent(bench)
        bench.gateway.endings.append(OutcomeUnknown("that id exists already"))
        with pytest.raises(OutcomeUnknown):
            await bench.desk.resend(absent, _still_absent)
        assert (bench.last.state, bench.last.attempt, bench.last.asks) == (State.UNKNOWN, 2, 0)
        assert bench.doubted[-1].attempt == 2

    @virtual_time
    async def test_two_who_ask_at_once_send_it_once(self) -> None:
        """Nothing has changed on screen while the first waits for the last look."""
        bench = Bench()
        absent = await self._absent(bench)
        ends = await asyncio.gather(
            *(bench.desk.resend(absent, _slowly_absent) for _ in range(2)), return_exceptions=True
        )
        assert bench.gateway.sent == [(PLACE, "simk-NEW001")] * 2
        assert [type(end) for end in ends] == [Receipt, Refused]

    @virtual_time
    async def test_not_what_the_stream_reports_while_the_journal_works(self) -> None:
        bench = Bench()
        absent = await self._absent(bench)
        bench.journal.hold_send()
        sending = asyncio.create_task(bench.desk.resend(absent, _still_absent))
        await asyncio.sleep(1)
        bench.store.apply(OrderUpdated(replace(order(), client_order_id="simk-NEW001")))
        bench.journal.release_send()
        with pytest.raises(Refused, match="found just now"):
            await sending
        assert len(bench.gateway.sent) == 1
        assert bench.journal.stages("simk-NEW001")[-1] is Stage.DONE

    @virtual_time
    async def test_it_may_be_tried_again_when_the_journal_failed(self) -> None:
        bench = Bench()
        absent = await self._absent(bench)
        bench.journal.failure = JournalFailed("disk full")
        with pytest.raises(JournalFailed):
            await bench.desk.resend(absent, _still_absent)
        assert bench.journal.stages("simk-NEW001")[-1] is Stage.ABSENT
        bench.journal.failure = None
        await bench.desk.resend(absent, _still_absent)
        assert len(bench.gateway.sent) == 2


async def _still_absent(_: Submission) -> bool:
    return True


async def _slowly_absent(_: Submission) -> bool:
    await asyncio.sleep(5)
    return True


async def _found(_: Submission) -> bool:
    return False


async def _unanswered(_: Submission) -> bool:
    raise NetworkError("no route")


@virtual_time
async def test_what_waits_to_leave_is_permitted_once_more() -> None:
    bench = Bench()
    reasons = iter(["", "", "Disarmed: this order opens"])
    desk = OrderDesk(
        _LetsGo(),  # type: ignore[arg-type]  # it has the one call that is made
        bench.store.apply,
        bench.journal,
        now_ms=bench.clock.now_ms,
        new_id=lambda: "simk-NEW001",
        permit=lambda _: next(reasons),
    )
    with pytest.raises(Refused, match="Disarmed"):
        await desk.submit(PLACE)
    assert bench.last.state is State.NOT_SENT


class _LetsGo(FakeGateway):
    """A gateway that looks before it lets go, as the real one does."""

    async def _take(self, intent: Intent, client_order_id: str = "") -> object:
        last_look()
        return await super()._take(intent, client_order_id)


class TestTurns:
    """What keeps to a limit alone may not pass it together."""

    @virtual_time
    async def test_a_second_order_is_judged_once_the_first_is_marked(self) -> None:
        bench = Bench()
        bench.judge = lambda: ["one is enough"] if bench.open else []
        bench.gateway.hold()
        first, second = (asyncio.create_task(bench.desk.submit(PLACE)) for _ in range(2))
        await asyncio.sleep(0.01)
        bench.gateway.release()
        await first
        with pytest.raises(Refused, match="one is enough"):
            await second
        assert len(bench.gateway.sent) == 1

    @virtual_time
    async def test_the_way_out_waits_for_nobody(self) -> None:
        bench = Bench()
        bench.journal.hold_send()
        opening = asyncio.create_task(bench.desk.submit(PLACE))
        await asyncio.sleep(0)
        bench.journal.release_send()
        closing = asyncio.create_task(bench.desk.submit(CANCEL))
        await asyncio.gather(opening, closing)
        assert {type(intent) for intent in bench.gateway.intents} == {type(PLACE), type(CANCEL)}
