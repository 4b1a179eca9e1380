"""`a` on a row of the plan view: every kind of trigger order is changed as Bitget's route for it wants it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from bgtui.domain.error import Rejected
from bgtui.domain.event import PlanOrderUpdated, SubmissionChanged
from bgtui.domain.instrument import instrument_id
from bgtui.domain.intent import AmendPlan, CancelOrder, OrderRef, PlacePlan
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
    OrderType,
    PlanKind,
    PlanOrder,
    PlanStatus,
    PositionMode,
    PositionSide,
    TriggerType,
)
from bgtui.domain.submission import Submission, SubmissionState
from tests.support import scene_account
from tests.support.build import D
from tests.support.forms import (
    CALM_S,
    HEDGE,
    ONE_WAY,
    confirm,
    dock,
    fill,
    form,
    go,
    keys,
    opened,
    said,
    sent,
)
from tests.support.scene_market import BTC, NOW_MS, SPOT, USDT
from tests.support.terminal import Terminal

# A long leg of 0.0500 at 66,910.4; mark is 67,238.9.
TAKE = replace(scene_account.plans()[0], order_id="900", created_ms=NOW_MS, updated_ms=NOW_MS)
STOP = replace(TAKE, kind=PlanKind.POSITION_STOP_LOSS, trigger_price=D("66000.0"))
SHORT_STOP = replace(scene_account.plans()[2], execute_price=D("67910.0"))
PART = replace(TAKE, kind=PlanKind.TAKE_PROFIT, size=D("0.0200"))
TRAILING_STOP = replace(PART, kind=PlanKind.TRAILING_STOP, callback_ratio=D("1"))
ENTRY = replace(
    PART, kind=PlanKind.TRIGGER, side=Side.BUY, effect=Effect.OPEN, trigger_price=D("66500.0"),
    trigger_type=TriggerType.LAST, order_type=OrderType.LIMIT, execute_price=D("66510.0"), size=D("0.0100"),
)  # fmt: skip
TRAIL = replace(
    ENTRY, kind=PlanKind.TRAILING, order_type=OrderType.MARKET, execute_price=None, callback_ratio=D("2")
)
SPOT_BTC = instrument_id(SPOT, "BTCUSDT")
SPOT_ENTRY = replace(
    ENTRY, instrument=SPOT_BTC, kind=PlanKind.SPOT_TRIGGER, position_side=None, effect=None,
    position_mode=None, margin_mode=None, margin_coin="", size=D("0.01000"),
)  # fmt: skip


def as_in(mode: PositionMode, plan: PlanOrder) -> PlanOrder:
    """Return a plan as an account in a position mode has it."""
    if mode is HEDGE or plan.instrument.product_type is SPOT:
        return plan
    return replace(plan, position_mode=ONE_WAY, position_side=None)


@asynccontextmanager
async def amending(plan: PlanOrder, mode: PositionMode = HEDGE, **options: Any) -> AsyncIterator[Terminal]:
    """Show the plan view with this order as its newest row, under the cursor, and press `a`."""
    async with opened(mode, screen="orders", **options) as terminal:
        await terminal.apply(PlanOrderUpdated(as_in(mode, plan)))
        await keys(terminal, "l g a")
        yield terminal


def ref(plan: PlanOrder) -> OrderRef:
    return OrderRef(plan.instrument, plan.order_id, "", plan.margin_coin)


async def report(terminal: Terminal, plan: PlanOrder) -> None:
    """Have Bitget tell an order, a second later."""
    await terminal.apply(PlanOrderUpdated(replace(plan, updated_ms=NOW_MS + 1000)))


MARK, LAST = TriggerType.MARK, TriggerType.LAST
CHANGES: list[tuple[PlanOrder, dict[str, str], dict[str, Any]]] = [
    # What a TP/SL or a spot order is not told again, Bitget does not keep: all of it is sent.
    (TAKE, {"trigger": "68500"}, {"trigger_price": D("68500"), "trigger_type": MARK}),
    (STOP, {"trigger": "mark-1%"}, {"trigger_price": D("66566.5"), "trigger_type": MARK}),
    (
        replace(STOP, order_type=OrderType.LIMIT, execute_price=D("65990.0")),
        {"then": "-10"},
        {"trigger_price": D("66000.0"), "trigger_type": MARK, "execute_price": D("65989.0")},
    ),
    (
        PART,
        {"size": "0.01"},
        {"trigger_price": D("68000.0"), "trigger_type": MARK, "size": D("0.01")},
    ),
    (
        TRAILING_STOP,
        {"callback": "0.5%"},
        {
            "trigger_price": D("68000.0"),
            "trigger_type": MARK,
            "size": D("0.0200"),
            "callback_ratio": D("0.5"),
        },
    ),
    # Of a trigger order only what is new, and of a trailing one its distance in any case.
    (ENTRY, {"size": "0.005"}, {"size": D("0.005")}),
    (ENTRY, {"trigger": "66400", "then": "66420"}, {"trigger_price": D(66400), "execute_price": D(66420)}),
    (TRAIL, {"trigger": "+5"}, {"trigger_price": D("66500.5"), "callback_ratio": D("2")}),
    (
        SPOT_ENTRY,
        {"trigger": "66,000"},
        {"trigger_price": D("66000"), "execute_price": D("66510.0"), "size": D("0.01000")},
    ),
]


@pytest.mark.parametrize("mode", [HEDGE, ONE_WAY])
async def test_each_kind_is_changed_as_its_route_wants_it(mode: PositionMode) -> None:
    async with opened(mode, screen="orders") as terminal:
        for number, (plan, typed, wanted) in enumerate(CHANGES, 900):
            named = replace(plan, order_id=str(number), created_ms=NOW_MS + number)
            await terminal.apply(PlanOrderUpdated(as_in(mode, named)))
            await keys(terminal, "l g a")
            await fill(terminal, **typed)
            await confirm(terminal)

            assert sent(terminal)[-1] == AmendPlan(ref(named), plan.kind, **wanted)
            await report(terminal, replace(as_in(mode, named), status=PlanStatus.CANCELED))
            await keys(terminal, "h")


@pytest.mark.parametrize(
    ("plan", "fields"),
    [
        (TAKE, ["trigger", "by"]),
        (replace(STOP, execute_price=D("65990.0")), ["trigger", "by", "then"]),
        (PART, ["trigger", "by", "size"]),
        (TRAILING_STOP, ["trigger", "by", "callback", "size"]),
        (TRAIL, ["trigger", "by", "callback", "size"]),
        (ENTRY, ["trigger", "by", "then", "size"]),
        (SPOT_ENTRY, ["trigger", "then", "size"]),
    ],
)
async def test_the_form_has_the_fields_that_bitget_lets_change(plan: PlanOrder, fields: list[str]) -> None:
    async with amending(plan) as terminal:
        assert list(form(terminal).names()) == fields


async def test_it_tells_what_was_how_far_it_is_and_what_the_leg_gets() -> None:
    async with amending(PART) as terminal:
        await fill(terminal, trigger="67500", size="0.0100")

        text = said(terminal)

    assert "trigger 67500 was 68,000.0" in text
    assert "size 0.0100 was 0.0200" in text
    assert "fires mark ≥, +0.4%" in text
    # 0.0100 of 0.0500 at 66,910.4: 5.90 less fees of 0.06 % both ways, on a fifth of the margin of 167.28.
    assert "gives ≈+5.09 ROE +15.2%" in text


async def test_a_distance_or_a_word_says_which_price_it_stands_for() -> None:
    async with amending(PART) as terminal:
        await fill(terminal, trigger="-0.5%")
        assert "trigger -0.5% = 67,660.0" in said(terminal)
        await fill(terminal, trigger="mark+100")
        assert "trigger mark+100 = 67,248.9" in said(terminal)


async def test_a_stop_says_whether_it_comes_before_liquidation() -> None:
    async with amending(STOP) as terminal:
        await fill(terminal, trigger="63000")

        assert "SL comes AFTER liq 63,858.6" in said(terminal)


async def test_a_trailing_stop_says_what_it_gives_at_the_least_once_it_follows() -> None:
    async with amending(TRAILING_STOP) as terminal:
        # 68,000 less 1 % is 67,320: 0.0200 of it gives 8.19 less 1.61.
        assert "at least ≈+6.58" in said(terminal)


async def test_an_entry_says_what_it_is_worth_and_that_the_price_comes_from_the_other_side() -> None:
    async with amending(ENTRY) as terminal:
        await fill(terminal, trigger="68000", then="68010")

        text = said(terminal)

    assert "value 680.10 USDT" in text
    assert "fires last ≥" in text
    assert "The price comes from the other side from now on." in text


async def test_up_and_down_step_by_tick_by_step_and_by_a_tenth_of_a_percent() -> None:
    async with amending(TRAILING_STOP) as terminal:
        await keys(terminal, "up")
        for name in ("by", "callback", "size"):
            await go(terminal, name)
            await keys(terminal, "up")

        fields = form(terminal)
        found = {name: edit.text for name, edit in fields.edits.items()}

        assert found == {"trigger": "68,000.1", "callback": "1.1", "size": "0.0201"}
        assert "by last was mark" in said(terminal)


REFUSED = [
    (TAKE, {"trigger": "67000"}, "trigger: it must be above 67,238.9, or it fires now"),
    (STOP, {"trigger": "67500"}, "trigger: it must be below 67,238.9, or it fires now"),
    (TAKE, {"trigger": "68000.05"}, "68,000.05 is off the tick of 0.1"),
    (TAKE, {"trigger": "680000"}, "trigger 680,000 is 911% off 67,238.9; type =680000 to mean it"),
    (TAKE, {"trigger": "68000,5"}, "'68000,5' is no price"),
    (TAKE, {"trigger": ""}, "No trigger price"),
    (PART, {"size": "0,01"}, "'0,01' is no size; type 0.05"),
    (PART, {"size": "0.02005"}, "0.02005 is off the step of 0.0001"),
    (PART, {"size": "0"}, "size is 0"),
    (TRAIL, {"callback": "11"}, "callback 11% is outside 0.1–10%"),
    (TRAIL, {"callback": "x"}, "'x' is no callback; type 1 or 0.5, percent"),
    (SHORT_STOP, {"then": "6799"}, "limit 6,799 is 90% off 67,900.0; type =6799 to mean it"),
    (ENTRY, {"then": "80000"}, "80,000 is 20.3% over the trigger, the band is 5%"),
    (ENTRY, {}, "Nothing changes yet; up and down move the trigger by a tick."),
]


async def test_what_would_be_refused_is_said_and_not_reviewed() -> None:
    async with opened(screen="orders") as terminal:
        for number, (plan, typed, why) in enumerate(REFUSED, 900):
            named = replace(plan, order_id=str(number), created_ms=NOW_MS + number)
            await terminal.apply(PlanOrderUpdated(named))
            await keys(terminal, "l g a")
            await fill(terminal, **typed)
            await keys(terminal, "enter")

            assert why in said(terminal)
            assert "from the other side" not in said(terminal)
            assert form(terminal).frozen is None
            await keys(terminal, "esc h")
        assert sent(terminal) == []


async def test_an_unusual_price_that_is_meant_is_sent() -> None:
    async with amending(STOP) as terminal:
        await fill(terminal, trigger="=30000")
        await confirm(terminal)

        assert sent(terminal) == [AmendPlan(ref(STOP), STOP.kind, None, D(30000), TriggerType.MARK)]


async def test_more_than_the_leg_is_minded_and_may_be_sent() -> None:
    async with amending(PART) as terminal:
        await fill(terminal, size="0.06")

        assert "0.06 is more than the leg of 0.0500: it closes what is held" in said(terminal)
        await confirm(terminal)
        assert len(sent(terminal)) == 1


async def test_the_review_shows_old_and_new_side_by_side() -> None:
    async with amending(PART) as terminal:
        await fill(terminal, trigger="68100", size="0.01")
        await keys(terminal, "enter")

        text = said(terminal)

    assert "AMEND TAKE PROFIT BTCUSDT mark at 68,100.0, was 68,000.0 then market 0.0100, was 0.0200" in text


@pytest.mark.parametrize(
    ("status", "words"),
    [(PlanStatus.EXECUTED, "it fired"), (PlanStatus.CANCELED, "it was canceled"),
     (PlanStatus.EXECUTING, "it fires now")],
)  # fmt: skip
async def test_what_ended_meanwhile_says_so_and_is_not_sent(status: PlanStatus, words: str) -> None:
    async with amending(STOP) as terminal:
        await fill(terminal, trigger="66100")
        await report(terminal, replace(STOP, status=status))
        await keys(terminal, "enter")

        assert f"This order is over: {words}; esc leaves." in said(terminal)
        assert sent(terminal) == []


async def test_a_change_made_elsewhere_meanwhile_is_taken_over_and_looked_at_before_it_is_sent() -> None:
    async with amending(ENTRY) as terminal:
        await fill(terminal, size="0.005")
        await keys(terminal, "enter")
        assert form(terminal).frozen is not None
        await report(terminal, replace(ENTRY, trigger_price=D("66300.0"), execute_price=D("66310.0")))
        await terminal.step(CALM_S)
        await keys(terminal, "y")

        assert sent(terminal) == []
        assert "trigger 66,300.0 was 66,300.0" in said(terminal)
        assert "size 0.005 was 0.0100" in said(terminal)
        assert "It was changed meanwhile: look at its figures again." in said(terminal)
        await confirm(terminal)
        assert sent(terminal) == [AmendPlan(ref(ENTRY), ENTRY.kind, size=D("0.005"))]


async def test_a_refused_form_opens_again_with_what_was_put_in() -> None:
    async with amending(PART) as terminal:
        assert terminal.gateway is not None
        terminal.gateway.endings.append(Rejected("the plan order does not exist", code="43025"))
        await go(terminal, "by")
        await keys(terminal, "up")
        await fill(terminal, trigger="68200", size="0.01")
        await confirm(terminal)
        await terminal.settle()

        text = said(terminal)

    assert "the plan order does not exist" in text
    assert "trigger 68200" in text
    assert "by last was mark" in text
    assert "size 0.01 was" in text


async def test_it_is_called_live_once_bitget_shows_the_new_figures() -> None:
    async with amending(STOP) as terminal:
        await fill(terminal, trigger="66100")
        await confirm(terminal)
        assert terminal.message == "accepted: amend SL of leg BTCUSDT: mark at 66,100.0"
        await report(terminal, replace(STOP, trigger_price=D("66100.0")))

        assert terminal.message == "live: amend SL of leg BTCUSDT: mark at 66,100.0"
        assert "66,100.0" in terminal.screen_text()


async def test_an_order_that_fires_before_its_change_shows_says_so() -> None:
    async with amending(STOP) as terminal:
        await fill(terminal, trigger="66100")
        await confirm(terminal)
        await report(terminal, replace(STOP, status=PlanStatus.EXECUTED))

        assert terminal.message.startswith("It fired before it showed: amend SL of leg BTCUSDT")


async def test_undo_offers_the_old_figures() -> None:
    async with amending(STOP) as terminal:
        await fill(terminal, trigger="66100")
        await confirm(terminal)
        await report(terminal, replace(STOP, trigger_price=D("66100.0")))
        await keys(terminal, "z")

        assert "trigger 66,000.0 was 66,100.0" in said(terminal)
        await confirm(terminal)
        assert sent(terminal)[1] == AmendPlan(ref(STOP), STOP.kind, None, D("66000.0"), TriggerType.MARK)


async def test_undo_of_one_that_waits_no_more_says_so() -> None:
    async with amending(STOP) as terminal:
        await fill(terminal, trigger="66100")
        await confirm(terminal)
        await report(terminal, replace(STOP, status=PlanStatus.CANCELED))
        await keys(terminal, "z")

        assert terminal.message == "The amended trigger order does not wait any more: see Orders."


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        (replace(SPOT_ENTRY, is_tpsl=True), "Bitget has no way to change a spot TP/SL"),
        (replace(ENTRY, kind=PlanKind.UNKNOWN), "a kind of trigger order that is not known here"),
    ],
)
async def test_what_cannot_be_changed_says_why(plan: PlanOrder, why: str) -> None:
    async with amending(plan) as terminal:
        assert terminal.app.asking.docks == []
        assert why in terminal.message


async def test_one_that_bitget_has_not_named_yet_cannot_be_changed() -> None:
    placed = PlacePlan(BTC, PlanKind.TRIGGER, Side.BUY, OrderType.MARKET, D("0.01"), D("66000"), MARK)
    submission = Submission("sim1-7Q2M90", placed, USDT, BTC, SubmissionState.SENT, NOW_MS + 5, NOW_MS + 5)
    async with opened(screen="orders") as terminal:
        await terminal.apply(SubmissionChanged(submission))
        await keys(terminal, "l g a")

        assert terminal.app.asking.docks == []
        assert terminal.message.startswith("Bitget has not said yet whether it stands")


@pytest.mark.parametrize(("plan", "passes"), [(STOP, True), (PART, True), (ENTRY, False), (TRAIL, False)])
async def test_disarmed_what_only_closes_may_be_changed_and_what_opens_may_not(
    plan: PlanOrder, passes: bool
) -> None:
    async with amending(plan, is_armed=False) as terminal:
        await keys(terminal, "up enter")

        assert (form(terminal).frozen is not None) is passes
        assert ("the order to amend opens" in said(terminal)) is not passes


async def test_on_the_ladder_a_changes_the_one_plan_of_the_row() -> None:
    async with opened() as terminal:
        await keys(terminal, "g '68000' enter a")

        assert type(dock(terminal)).__name__ == "ReplanDock"
        assert "trigger 68,000.0 was 68,000.0" in said(terminal)


async def test_a_cancel_of_an_order_is_not_taken_for_a_change_of_a_plan() -> None:
    async with opened(screen="orders") as terminal:
        await keys(terminal, "g j x")
        await terminal.settle()

        (canceled,) = sent(terminal)
        assert isinstance(canceled, CancelOrder)


async def test_a_long_leg_named_by_its_side_alone_is_the_one_that_a_one_way_stop_closes() -> None:
    async with amending(STOP, ONE_WAY) as terminal:
        await fill(terminal, trigger="66100")

        # 0.0500 at 66,910.4 closed at 66,100: -40.52 less 3.99.
        assert "gives ≈-44.51" in said(terminal)
        assert "does sell RO whole leg" in said(terminal)
        assert form(terminal).leg is not None  # type: ignore[attr-defined]
        assert form(terminal).leg.side is PositionSide.LONG  # type: ignore[attr-defined]
