"""F-08 to F-10: answers that never come, reports in the wrong order, and an exchange that says slow down."""

from __future__ import annotations

from pathlib import Path

import pytest

from bgtui.store.book import BookStatus
from tests.support.stage import BTC, USDT, Stage, staged

PLACE = "/api/v2/mix/order/place-order"
LOST_PUSH = "lost-private-push:channel=orders,times=2"


async def hold_y(stage: Stage) -> None:
    """What a finger that stays on the keys does."""
    for _ in range(20):
        await stage.press("y", "enter", "esc")


@pytest.mark.parametrize(
    ("fault", "count"),
    [
        (f"timeout-after:30s,route={PLACE},once", 1),
        (f"timeout-before:30s,route={PLACE},once", 0),
        (f"status:502,route={PLACE},accepted=yes,once", 1),
        (f"html:route={PLACE},accepted=yes,once", 1),
    ],
)
async def test_f08_an_order_without_an_answer_is_unknown_until_it_is_found_and_is_never_sent_twice(
    fault: str, count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bgtui.session.inquiry.ABSENT_AFTER_MS", 1_000)
    monkeypatch.setattr("bgtui.session.inquiry._PAUSES_S", (0.3,))
    async with staged(tmp_path, monkeypatch) as stage:
        stage.faults.add(fault, LOST_PUSH)
        await stage.buy_resting()
        await hold_y(stage)
        await stage.until(lambda: any("UNKNOWN 1" in text for text in stage.drawn))
        if count:
            await stage.sees("ORDERS 1")
            await stage.sees(lambda text: "UNKNOWN" not in text)
            assert "sent only once" in stage.message
        else:
            await stage.sees(lambda _: "is absent" in stage.message)
            await stage.sees("UNKNOWN 1")
        assert len(stage.resting()) == count
        assert stage.taken(fault) == 1, "asked once, and never again"
        assert stage.writes(PLACE) <= 1


async def test_f09_a_fill_that_comes_before_its_order_and_before_the_answer_leaves_no_orphan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        stage.faults.add("fill-before-order:forever", f"timeout-after:30s,route={PLACE},once")
        await stage.press("t", "tab", "m")
        await stage.confirm()
        await stage.sees("LONG")
        store = stage.session.store
        await stage.until(lambda: not store.all_submissions())
        assert "UNKNOWN" not in stage.text
        (leg,) = store.positions(USDT) or ()
        assert leg.size == sum(fill.size for fill in store.fills(USDT))
        await stage.press("3", "l", "l")
        await stage.sees(lambda text: "filled" in text and "BTCUSDT" in text)
        assert stage.writes(PLACE) == 1


async def test_f10_told_to_slow_down_reads_wait_cancels_pass_and_the_market_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        await stage.buy_resting()
        await stage.sees("ORDERS 1")
        await stage.until(lambda: not stage.session.store.all_submissions())
        stage.faults.add("429:method=GET,forever", f"429:route={PLACE},forever")
        await stage.press("u")
        stage.clock.advance(3)  # the same order again at once would be taken for a slip
        await stage.fill_ticket()
        await stage.confirm()
        # A price may have the same digits: only with the form open again, filled, is it the refusal.
        await stage.sees(lambda _: "429" in stage.text and "ORDER BTCUSDT" in stage.text)
        assert stage.taken(f"429:route={PLACE},forever") == 1, "a refused order is not tried again"
        await stage.press("esc", "esc")
        await stage.press("w")
        await stage.sees("y CANCEL")
        stage.clock.advance(0.4)
        await stage.press("y")
        await stage.until(lambda: stage.resting() == [])
        assert stage.session.store.book_status(BTC) is BookStatus.LIVE
