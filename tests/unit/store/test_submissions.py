"""What was sent ends when the exchange has reported it, whatever comes first."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import count, permutations

import pytest

from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.intent import AmendOrder, CancelOrder, Intent, OrderRef, PlaceOrder
from bgtui.domain.market import Side
from bgtui.domain.order import Order, OrderStatus, OrderType, TimeInForce
from bgtui.domain.submission import Submission, SubmissionState
from bgtui.store.submissions import Submissions

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
