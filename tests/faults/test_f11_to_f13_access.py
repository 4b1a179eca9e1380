"""F-11 to F-13: a clock that is off, a key that is refused, a right that is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from bgtui.domain.trading import TradingState
from bgtui.store.book import BookStatus
from tests.support.stage import BTC, USDT, Stage, staged


def line_of(stage: Stage) -> str:
    """Why the run is not armed."""
    assert stage.session.arming is not None
    return stage.session.arming.line


@pytest.mark.parametrize("skew", ["60s", "-60s"])
async def test_f11_a_clock_that_is_a_minute_off_at_the_start_is_told_and_blocks_sending(
    skew: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch, f"clock-skew:{skew}") as stage:
        text = await stage.sees(lambda _: "clock" in stage.message.lower())
        assert "60s" in text or "60.0s" in text
        await stage.press("t", "tab", "m")
        await stage.press("enter")
        await stage.sees(lambda _: "Clock is" in stage.text)
        assert stage.writes() == 0


@pytest.mark.parametrize("step", ["60s", "-60s"])
async def test_f11_a_clock_that_steps_while_running_is_measured_anew(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        stage.faults.add(f"clock-step:{step}")
        await stage.press("u")  # the exchange refuses the old time; the offset is measured again
        await stage.until(lambda: abs(stage.session.store.clock_offset_ms) > 50_000)
        await stage.sees(lambda _: "clock" in stage.message.lower())
        assert stage.session.store.book_status(BTC) is BookStatus.LIVE


async def test_f11_a_leap_over_a_sleep_disarms_and_asks_everything_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        stage.clock.ahead_ms += 2 * 3_600_000 + 13 * 60_000  # the wall went on, the machine did not
        await stage.sees(lambda _: "Slept 2h13m" in stage.message)
        text = await stage.sees("DISARMED")
        assert "o" in text
        await stage.live()


async def test_f12_a_key_revoked_in_the_middle_disarms_and_leaves_the_market(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        stage.faults.add("revoke-key")
        await stage.sees("DISARMED")
        text = await stage.sees("prv DOWN")
        assert "is not accepted any more" in stage.message
        assert stage.session.store.book_status(BTC) is BookStatus.LIVE
        key = stage.exchange.keys["practice"].credentials
        assert key.api_key.reveal() not in text + stage.message


async def test_f12_an_address_that_is_not_allowed_any_more_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        stage.faults.add("ip-denied")
        await stage.sees("DISARMED")
        await stage.press("u")
        await stage.sees(lambda _: "refused from this address (40018): disarmed" in line_of(stage))
        assert stage.session.store.book_status(BTC) is BookStatus.LIVE


async def test_f13_a_key_that_may_only_read_is_found_out_at_the_start_and_its_keys_are_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch, profile="watch") as stage:
        assert stage.session.desk is None
        text = await stage.sees("READ-ONLY")
        footer = text.splitlines()[-1]
        assert "b buy" not in footer
        assert "! kill" not in footer
        await stage.press("b")
        assert "this key may not trade" in stage.message
        assert stage.writes() == 0


async def test_f13_a_right_that_is_refused_disarms_and_names_the_key_by_its_label(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        stage.faults.add("no-permission:method=POST")
        await stage.press("t", "tab", "m")
        await stage.confirm()
        await stage.sees(lambda _: "40014" in stage.text)
        await stage.sees("DISARMED")
        assert "may not trade (40014): disarmed; add the right at Bitget." in line_of(stage)
        assert stage.session.arming is not None
        assert stage.session.arming.state is TradingState.DISARMED
        assert stage.session.store.positions(USDT) == ()
