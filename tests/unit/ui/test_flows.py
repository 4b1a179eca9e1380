"""What the message line says of a decision whose reply was lost, once the exchange has told."""

from types import SimpleNamespace
from typing import Any

from bgtui.domain.intent import CancelOrder, OrderRef
from bgtui.store.store import Store
from bgtui.ui import flows
from bgtui.ui.modals.form import Decision
from bgtui.ui.role import Role
from tests.support.build import BTC, HandClock

FIRST, SECOND = CancelOrder(OrderRef(BTC, "1")), CancelOrder(OrderRef(BTC, "2"))


def test_a_decision_of_several_writes_is_not_called_accepted_when_the_rest_was_not_sent() -> None:
    stage: Any = SimpleNamespace(workspace=SimpleNamespace(store=Store(HandClock())))
    decision = Decision((FIRST, SECOND), "TP and SL")
    assert flows._became(stage, decision, FIRST, "x") == (
        "TP and SL: 1 of 2 accepted, the rest not sent; look at it",
        Role.WARN,
    )
    assert flows._became(stage, decision, SECOND, "x") == ("accepted: TP and SL", Role.PLAIN)
