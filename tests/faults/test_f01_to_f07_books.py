"""F-01 to F-07: what goes wrong with the market stream, and what the ladder says while it lasts."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest

from bgtui.store.book import BookStatus
from tests.support.stage import BTC, USDT, Stage, staged

TAPE_FROM = Decimal("0.01")
"""What the tape shows from on, until somebody chooses otherwise."""
OUTAGE = "refuse-stream:stream=public"


def has_levels(text: str) -> bool:
    """Tell whether the ladder shows sizes."""
    return any("█" in line or "▌" in line for line in text.splitlines()[3:22])


async def fallen(stage: Stage, fault: str) -> str:
    """Have a fault act once; return the frame that was drawn when the book fell.

    A stream that happens to begin anew brings a snapshot, which hides what went before it: then once more.
    """
    for _ in range(5):
        stage.faults.add(fault)
        with suppress(TimeoutError):
            await stage.session.wait_for(lambda: any("RESYNC" in text for text in stage.drawn), timeout_s=4.0)
            break
    return next(text for text in stage.drawn if "RESYNC" in text)


async def back_to_live(stage: Stage) -> None:
    stage.faults.clear()
    await stage.live()
    await stage.sees(has_levels)


@pytest.mark.parametrize("fault", ["disconnect:stream=public", "relay-cut:2000,path=/v2/ws/public"])
async def test_f01_a_dropped_stream_keeps_the_last_book_dim_with_its_age_until_a_new_snapshot(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch, "relay") as stage:
        stage.faults.add(OUTAGE, fault)
        text = await stage.sees("STALE")
        assert "pub DOWN" in text or "NO FEED" in text
        assert has_levels(text), "the last book stays"
        assert stage.session.store.book_status(BTC) is BookStatus.STALE
        text = await stage.sees(lambda text: "STALE 1s" in text or "STALE 2s" in text)
        assert ":" in text, "the dim edge"
        await stage.press("b")
        assert "Ladder is stale" in stage.message
        await back_to_live(stage)
        assert "STALE" not in stage.text


async def test_f02_a_backward_sequence_is_never_drawn_and_asks_for_a_new_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        assert not has_levels(await fallen(stage, "seq-back:once,channel=books"))
        await back_to_live(stage)
        stage.faults.add("reorder-frames:channel=books,times=20", "duplicate-frame:channel=books,times=20")
        await stage.live()
        await stage.press("8")
        text = await stage.sees("[8 Health]")
        assert "resync" in text.lower()


async def test_f03_what_is_told_twice_counts_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with staged(tmp_path, monkeypatch, "duplicate-fill:forever", "duplicate-frame:forever") as stage:
        await stage.press("t", "tab", "m")
        await stage.confirm()
        await stage.sees("LONG")
        store = stage.session.store
        await stage.until(lambda: bool(store.fills(USDT)) and not store.all_submissions())
        (leg,) = store.positions(USDT) or ()
        fills = store.fills(USDT)
        assert len({fill.trade_id for fill in fills}) == len(fills)
        assert sum(fill.size for fill in fills) == leg.size
        assert leg.size == stage.exchange.engine.positions(stage.uid, USDT)[0].size
        await stage.press("3", "l", "l", "l")
        rows = [line for line in stage.text.splitlines()[5:15] if "BTCUSDT" in line and "─" not in line]
        assert len(rows) == len(fills)


async def test_f04_after_a_gap_the_levels_are_gone_and_resync_is_shown_at_the_next_draw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        text = await fallen(stage, "gap:once,channel=books")
        assert not has_levels(text)
        assert "SYNC" in text.splitlines()[0]
        await back_to_live(stage)


async def test_f05_one_wrong_checksum_costs_one_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        text = await fallen(stage, "bad-checksum:once,channel=books")
        assert not has_levels(text), "a book that failed is not shown"
        await back_to_live(stage)


async def test_f05_wrong_checksums_for_ever_say_why_and_block_the_ladder_but_no_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        stage.faults.add("bad-checksum:forever,channel=books")
        await stage.sees("RESYNC")
        await stage.sees(lambda _: "check" in stage.message)
        await stage.press("b")
        assert stage.terminal.app.asking.docks == []
        assert "ladder entry waits" in stage.message or "t opens a form" in stage.message
        await stage.press("t")
        await stage.sees("ORDER BTCUSDT")
        await stage.press("esc")
        await back_to_live(stage)


async def test_f06_a_half_open_connection_is_dead_by_the_pong_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        stage.faults.add(OUTAGE, "half-open:stream=public")
        await stage.sees(lambda text: "pub DOWN" in text or "NO FEED" in text)
        await stage.sees("STALE")
        assert any("pong" in line.text for line in stage.session.store.log())
        await back_to_live(stage)


async def test_f07_a_screen_that_stood_still_shows_the_newest_book_and_nothing_piled_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch, rate=200.0) as stage:
        store = stage.session.store
        before = stage.text
        seen = store.book_totals().verified
        # No frame is drawn while the feed goes on.
        await stage.session.wait_for(lambda: store.book_totals().verified > seen + 30, timeout_s=20)
        await stage.terminal.settle()
        assert stage.text != before, "drawn by itself"
        # One frame, and at once what it is compared with: the feed does not wait.
        stage.terminal.app.invalidate()
        stage.terminal.app.tick()
        ticker = store.ticker(BTC)
        newest = next(trade for trade in reversed(store.trades(BTC)) if trade.size >= TAPE_FROM)
        assert ticker is not None
        assert f"{ticker.last:,}" in stage.terminal.row(2), "the newest price"
        assert f"{newest.price:,}" in stage.text, "the newest trade"
        assert len(store.trades(BTC)) <= 2000
