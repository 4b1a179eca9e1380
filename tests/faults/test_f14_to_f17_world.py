"""F-14 to F-17: half an exchange, words that are none, and rules that change under an open form."""

from __future__ import annotations

from pathlib import Path

import pytest

from bgtui.domain.event import AccountPart
from bgtui.domain.order import PositionMode
from bgtui.store.book import BookStatus
from tests.support.stage import BTC, USDT, staged


@pytest.mark.parametrize("fault", ["maintenance:method=GET", "null-data", "partial", "status:503,method=GET"])
async def test_f14_an_exchange_that_answers_nothing_of_use_degrades_panes_and_never_shows_zeros(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        before = stage.session.store.known_balances(USDT)
        assert before
        stage.faults.add(fault, "disconnect:stream=private")
        store = stage.session.store
        await stage.until(lambda: not store.freshness(USDT, AccountPart.BALANCES).is_current)
        await stage.press("7")
        await stage.sees("[7 Account]")
        assert "10,000.00" in stage.text, "the last values stay"
        assert store.book_status(BTC) is BookStatus.LIVE, "the market is another matter"
        stage.faults.clear()
        await stage.live()


@pytest.mark.parametrize(
    "kind",
    ["malformed", "wrong-type", "missing-field", "extra-enum", "empty-number", "nan", "huge-exponent",
     "negative-zero", "long-decimal", "deep", "duplicate-keys"],
)  # fmt: skip
async def test_f15_frames_that_make_no_sense_never_get_past_the_boundary(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        stage.faults.add(f"garbage-frame:{kind},times=6")
        await stage.press("u")
        for _ in range(10):
            await stage.terminal.settle()
        assert "nan" not in stage.text.lower().replace("finan", "")
        assert "e+" not in stage.text.lower()
        stage.faults.clear()
        await stage.live()
        await stage.sees(lambda text: "▌" in text or "█" in text)


async def test_f15_a_frame_of_ten_megabytes_costs_a_connection_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        stage.faults.add("big-frame:once,channel=books")
        store = stage.session.store
        await stage.until(lambda: any("public" in line.text and "lost" in line.text for line in store.log()))
        await stage.live()


async def test_f16_a_tick_that_changes_under_an_open_form_is_told_and_nothing_is_rounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        await stage.press("n")
        await stage.sees("ORDER BTCUSDT")
        await stage.press(*["down"] * 3)
        typed = stage.text
        stage.faults.add("change-tick:BTCUSDT")
        await stage.press("enter")
        await stage.sees("y SEND")
        stage.clock.advance(0.4)
        await stage.press("y")
        text = await stage.sees(lambda text: "tick" in text.lower() or "tick" in stage.message.lower())
        assert "ORDER BTCUSDT" in text or "REVIEW" in text, typed
        assert stage.resting() == [], "no rounding behind the back"


async def test_f17_a_position_mode_changed_elsewhere_keeps_the_form_and_reads_the_mode_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        await stage.fill_ticket()
        stage.faults.add("mode-change:hedge")
        await stage.confirm()
        text = await stage.sees(lambda text: "hedge" in text)
        assert "ORDER BTCUSDT" in text, "the form is kept"
        assert stage.resting() == []
        assert stage.exchange.engine.position_mode(stage.uid, USDT) is PositionMode.HEDGE
        await stage.sees(lambda text: "open long" in text.lower() or "open short" in text.lower())


async def test_f17_a_leverage_changed_elsewhere_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        await stage.press("v")
        await stage.sees("LEVERAGE")
        stage.faults.add("leverage-change:BTCUSDT")
        await stage.press("esc")
        await stage.press("u", "v")
        await stage.sees("7x")
