"""What was sent ends when the exchange has reported it, whatever comes first."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import count, permutations
from typing import Any

import pytest

from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.intent import AmendOrder, CancelOrder, Intent, OrderRef, PlaceOrder
from bgtui.domain.market import Side
from bgtui.domain.order import Order, OrderStatus, OrderType, PlanStatus, TimeInForce, TriggerType
from bgtui.domain.submission import Submission, SubmissionState
from bgtui.store.submissions import Submissions
from tests.support.build import plan
from tests.support.intents import AMEND_PLAN

USDT = ProductType.USDT_FUTURES
BTC = instrument_id(USDT, "BTCUSDT")
REF = OrderRef(BTC, "1001", "simk-000001")


def order(order_id: str, client_id: str, status: OrderStatus = OrderStatus.LIVE) -> Order:
    return Order(
        BTC,
        order_id,
        client_id,
        Side.BUY,
        OrderType.LIMIT,
        TimeInForce.GTC,
        status,
        Decimal(1),
        Decimal(0),
        1,
        1,
    )


def sent(intent: Intent, name: str = "simk-000002", targets: tuple[str, ...] = ()) -> Submission:
    return Submission(name, intent, USDT, BTC, SubmissionState.SENT, 1, 1, targets=targets)


PLACE = PlaceOrder(BTC, Side.BUY, OrderType.LIMIT, Decimal(1), price=Decimal(10))
CANCEL = CancelOrder(REF)
AMEND = AmendOrder(REF, Decimal(11), Decimal(1))


@pytest.fixture
def submissions() -> Submissions:
    return Submissions(count(1).__next__)


class TestPlace:
    def test_ends_when_the_order_is_reported(self, submissions: Submissions) -> None:
        submissions.apply(sent(PLACE))
        submissions.report(order("1002", "simk-000002"))
        assert submissions.open(USDT) == ()
        assert submissions.finished(USDT)[0].state is SubmissionState.DONE

    @pytest.mark.parametrize("turns", permutations(("answer", "report")))
    def test_ends_in_any_order_of_answer_and_report(
        self, submissions: Submissions, turns: tuple[str, ...]
    ) -> None:
        first = sent(PLACE)
        submissions.apply(first)
        for turn in turns:
            if turn == "answer":
                submissions.apply(replace(first, state=SubmissionState.ACCEPTED, order_id="1002"))
            else:
                submissions.report(order("1002", "simk-000002", OrderStatus.FILLED))
        assert submissions.open(USDT) == ()

    def test_a_report_of_another_order_ends_nothing(self, submissions: Submissions) -> None:
        submissions.apply(sent(PLACE))
        assert not submissions.report(order("9", "simk-000009"))
        assert [item.state for item in submissions.open(USDT)] == [SubmissionState.SENT]

    def test_a_doubt_is_settled_by_the_report(self, submissions: Submissions) -> None:
        first = sent(PLACE)
        submissions.apply(first)
        submissions.apply(replace(first, state=SubmissionState.UNKNOWN))
        assert submissions.open(USDT)[0].state.is_doubtful
        submissions.report(order("1002", "simk-000002"))
        assert submissions.open(USDT) == ()


class TestCancel:
    @pytest.mark.parametrize("turns", permutations(("answer", "report")))
    def test_ends_in_any_order_of_answer_and_report(
        self, submissions: Submissions, turns: tuple[str, ...]
    ) -> None:
        first = sent(CANCEL, targets=("1001",))
        submissions.apply(first)
        for turn in turns:
            assert len(submissions.open(USDT)) == 1
            if turn == "answer":
                submissions.apply(replace(first, state=SubmissionState.ACCEPTED))
            else:
                submissions.report(order("1001", "simk-000001", OrderStatus.CANCELED))
        assert submissions.open(USDT) == ()

    def test_a_report_that_the_order_still_stands_ends_nothing(self, submissions: Submissions) -> None:
        submissions.apply(sent(CANCEL, targets=("1001",)))
        submissions.report(order("1001", "simk-000001"))
        assert len(submissions.open(USDT)) == 1


class TestAmend:
    def test_ends_with_the_new_order_not_with_the_old_one(self, submissions: Submissions) -> None:
        submissions.apply(sent(AMEND, targets=("1001",)))
        submissions.report(order("1001", "simk-000001", OrderStatus.CANCELED))
        assert len(submissions.open(USDT)) == 1
        submissions.report(order("1002", "simk-000002"))
        assert submissions.open(USDT) == ()


class TestAmendPlan:
    @pytest.mark.parametrize("turns", permutations(("answer", "report")))
    def test_ends_when_it_was_taken_and_shows(self, submissions: Submissions, turns: tuple[str, ...]) -> None:
        first = sent(AMEND_PLAN, targets=("p1",))
        submissions.apply(first)
        for turn in turns:
            assert len(submissions.open(USDT)) == 1
            if turn == "answer":
                submissions.apply(replace(first, state=SubmissionState.ACCEPTED))
            else:
                submissions.report(plan(trigger="95"))
        assert submissions.open(USDT) == ()
        assert submissions.finished(USDT)[0].evidence == "p1 live 10"

    def test_what_it_said_before_ends_nothing(self, submissions: Submissions) -> None:
        submissions.apply(sent(AMEND_PLAN, targets=("p1",)))
        submissions.report(plan(trigger="94"))
        assert submissions.open(USDT)[0].targets == ("p1",)

    def test_a_report_of_before_the_sending_does_not_settle_a_doubt(self, submissions: Submissions) -> None:
        """It may have said the same once before."""
        late = replace(sent(AMEND_PLAN, targets=("p1",)), sent_ms=10_000)
        submissions.apply(late)
        submissions.apply(replace(late, state=SubmissionState.UNKNOWN))
        submissions.report(plan(trigger="95", updated_ms=8_000))
        assert len(submissions.open(USDT)) == 1
        submissions.report(plan(trigger="95", updated_ms=10_001))
        assert submissions.open(USDT) == ()

    def test_ends_with_the_trigger_order(self, submissions: Submissions) -> None:
        first = sent(AMEND_PLAN, targets=("p1",))
        submissions.apply(first)
        submissions.apply(replace(first, state=SubmissionState.ACCEPTED))
        submissions.report(plan(PlanStatus.EXECUTED))
        assert submissions.open(USDT) == ()

    @pytest.mark.parametrize(
        "change",
        [
            {"size": Decimal(3)},
            {"trigger_price": Decimal(1)},
            {"trigger_type": TriggerType.LAST},
            {"execute_price": Decimal(1)},
            {"callback_ratio": Decimal(1)},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_everything_that_was_to_change_has_to_show(
        self, submissions: Submissions, change: dict[str, Any]
    ) -> None:
        first = sent(replace(AMEND_PLAN, **change), targets=("p1",))
        submissions.apply(first)
        submissions.apply(replace(first, state=SubmissionState.ACCEPTED))
        submissions.report(plan(trigger="95"))
        assert len(submissions.open(USDT)) == 1
        submissions.report(replace(plan(trigger="95"), **change))
        assert submissions.open(USDT) == ()


class TestEndings:
    @pytest.mark.parametrize("state", [SubmissionState.REJECTED, SubmissionState.NOT_SENT])
    def test_are_never_left(self, submissions: Submissions, state: SubmissionState) -> None:
        first = sent(PLACE)
        submissions.apply(first)
        submissions.apply(replace(first, state=state))
        assert not submissions.apply(first)
        assert submissions.open(USDT) == ()
        assert submissions.finished(USDT)[0].state is state

    def test_the_version_moves_only_with_a_change(self, submissions: Submissions) -> None:
        first = sent(PLACE)
        submissions.apply(first)
        version = submissions.version(USDT)
        submissions.apply(first)
        assert submissions.version(USDT) == version
