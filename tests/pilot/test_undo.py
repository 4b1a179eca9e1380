"""`z`: the inverse of the last act is offered, its price stated, and nothing is done before `y`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bgtui.domain.error import OutcomeUnknown
from bgtui.domain.event import OrderUpdated
from bgtui.domain.intent import AmendOrder, CancelOrder, CancelOrders, PlaceOrder
from bgtui.domain.order import OrderStatus
from tests.support import scene_account
from tests.support.build import D
from tests.support.forms import CALM_S, HEDGE, confirm, keys, opened, said, sent
from tests.support.terminal import Terminal

FIRST = scene_account.orders()[0]


async def cancel_first(terminal: Terminal) -> None:
    """Cancel the order under the cursor of Orders, and let the exchange report its end."""
    await terminal.press("j", "x")
    await terminal.settle()
    await report(terminal, OrderStatus.CANCELED)


async def report(terminal: Terminal, status: OrderStatus, **changes: Any) -> None:
    """Let the exchange report the end of every order that a cancel has named."""
    names = {
        ref.order_id
        for intent in sent(terminal)
        if isinstance(intent, CancelOrder | CancelOrders)
        for ref in (intent.orders if isinstance(intent, CancelOrders) else (intent.order,))
    }
    for old in scene_account.orders():
        if old.order_id in names:
            ended = replace(old, status=status, updated_ms=old.updated_ms + 1, **changes)
            await terminal.apply(OrderUpdated(ended))


async def test_nothing_to_undo_says_so() -> None:
    async with opened() as terminal:
        await terminal.press("z")
        assert terminal.message == "Nothing was sent from here yet: nothing to undo."
        assert sent(terminal) == []


async def test_what_was_placed_is_offered_for_cancel() -> None:
    async with opened() as terminal:
        await keys(terminal, "t")
        await keys(terminal, "tab tab tab '=67000'")
        await confirm(terminal)
        await terminal.settle()
        (placed,) = sent(terminal)
        assert isinstance(placed, PlaceOrder)
        assert terminal.gateway is not None
        name = terminal.gateway.sent[0][1]
        resting = replace(
            FIRST, order_id="777", client_order_id=name, price=D("67000"), status=OrderStatus.LIVE
        )
        await terminal.apply(OrderUpdated(resting))
        await terminal.press("z")
        assert "CANCEL" in said(terminal)
        assert "it may fill before" in terminal.message
        assert len(sent(terminal)) == 1
        await terminal.step(0.4)
        await terminal.press("y")
        await terminal.settle()
        canceled = sent(terminal)[1]
        assert isinstance(canceled, CancelOrder)
        assert canceled.order.order_id == "777"


async def test_what_is_in_doubt_is_not_passed_over_for_what_was_sent_before_it() -> None:
    async with opened(screen="orders") as terminal:
        await cancel_first(terminal)
        assert terminal.gateway is not None
        terminal.gateway.endings.append(OutcomeUnknown("no answer"))
        await terminal.press("j", "j", "x")
        await terminal.settle()
        await terminal.press("z")
        assert terminal.message == "What was sent last got no answer: see Orders; nothing to undo from here."
        assert not terminal.app.asking.docks


async def test_what_was_placed_and_filled_is_past_undoing() -> None:
    async with opened() as terminal:
        await keys(terminal, "t tab tab tab '=67000'")
        await confirm(terminal)
        await terminal.settle()
        await terminal.press("z")
        assert terminal.message == "What was placed does not rest any more: see Orders."


async def test_what_was_canceled_is_offered_anew_with_its_terms() -> None:
    async with opened(screen="orders") as terminal:
        await cancel_first(terminal)
        (canceled,) = sent(terminal)
        assert isinstance(canceled, CancelOrder)
        old = next(order for order in scene_account.orders() if order.order_id == canceled.order.order_id)
        await terminal.press("z")
        assert "its place in the queue is lost" in terminal.message
        await confirm(terminal)
        await terminal.settle()
        placed = sent(terminal)[1]
        assert isinstance(placed, PlaceOrder)
        assert (placed.instrument, placed.side, placed.price, placed.size) == (
            old.instrument, old.side, old.price, old.remaining_size,
        )  # fmt: skip
        assert (placed.position_side, placed.effect, placed.position_mode) == (
            old.position_side, old.effect, HEDGE,
        )  # fmt: skip


async def test_what_was_filled_before_its_cancel_is_not_offered_anew() -> None:
    async with opened(screen="orders") as terminal:
        await terminal.press("j", "x")
        await terminal.settle()
        await terminal.press("z")
        assert terminal.message == "Its end is not reported yet: see Orders, then z again."
        await report(terminal, OrderStatus.FILLED)
        await terminal.press("z")
        assert terminal.message == "It was filled before its cancel: nothing to place anew."
        assert not terminal.app.asking.docks


async def test_of_what_was_filled_in_part_only_the_rest_is_offered_anew() -> None:
    async with opened(screen="orders") as terminal:
        await terminal.press("j", "x")
        await terminal.settle()
        (canceled,) = sent(terminal)
        assert isinstance(canceled, CancelOrder)
        old = next(order for order in scene_account.orders() if order.order_id == canceled.order.order_id)
        filled = old.filled_size + (old.size - old.filled_size) / 2
        await report(terminal, OrderStatus.CANCELED, filled_size=filled)
        await terminal.press("z")
        await confirm(terminal)
        await terminal.settle()
        placed = sent(terminal)[1]
        assert isinstance(placed, PlaceOrder)
        assert placed.size == old.size - filled < old.remaining_size


async def test_several_canceled_together_are_offered_one_by_one() -> None:
    async with opened(screen="orders") as terminal:
        await keys(terminal, "j space j space x")
        await terminal.step(0.4)
        await terminal.press("y")
        await terminal.settle()
        count = sum(
            len(intent.orders) if isinstance(intent, CancelOrders) else 1 for intent in sent(terminal)
        )
        assert count == 2
        await report(terminal, OrderStatus.CANCELED)
        await terminal.press("z")
        await confirm(terminal)
        await terminal.settle()
        assert isinstance(sent(terminal)[-1], PlaceOrder)
        await terminal.press("esc")
        await terminal.settle()
        assert sum(isinstance(intent, PlaceOrder) for intent in sent(terminal)) == 1


async def test_an_amend_is_offered_back_to_what_it_was() -> None:
    async with opened(screen="orders") as terminal:
        await keys(terminal, "j j a up up")
        await confirm(terminal)
        await terminal.settle()
        (amended,) = sent(terminal)
        assert isinstance(amended, AmendOrder)
        old = next(order for order in scene_account.orders() if order.order_id == amended.order.order_id)
        assert terminal.gateway is not None
        name = terminal.gateway.sent[0][1]
        new = replace(
            old, order_id="778", client_order_id=name, price=amended.new_price, updated_ms=old.updated_ms + 1
        )
        await terminal.apply(
            OrderUpdated(replace(old, status=OrderStatus.CANCELED, updated_ms=old.updated_ms + 1)),
            OrderUpdated(new),
        )
        await terminal.press("z")
        assert "its place in the queue is lost" in terminal.message
        await confirm(terminal)
        await terminal.settle()
        back = sent(terminal)[1]
        assert isinstance(back, AmendOrder)
        assert (back.order.order_id, back.new_price, back.new_size) == ("778", old.price, old.remaining_size)


async def test_a_close_has_no_inverse() -> None:
    async with opened(screen="positions") as terminal:
        await keys(terminal, "f")
        await confirm(terminal)
        await terminal.settle()
        assert len(sent(terminal)) == 1
        await terminal.press("z")
        await terminal.settle()
        assert len(sent(terminal)) == 1


async def test_several_that_were_canceled_are_counted_as_they_are_offered() -> None:
    async with opened(screen="orders") as terminal:
        await keys(terminal, "j space j space x")
        await terminal.step(CALM_S)
        await terminal.press("y")
        await terminal.settle()
        await report(terminal, OrderStatus.CANCELED)
        await terminal.press("z")
        first = terminal.message
        await terminal.press("escape")
        assert first == "Undo: 1 of 2 placed anew, its place in the queue is lost."
