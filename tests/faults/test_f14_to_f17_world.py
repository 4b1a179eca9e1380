"""F-14 to F-17: half an exchange, words that are none, and rules that change under an open form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bgtui.domain.order import PositionMode
from bgtui.session.facts import questions
from bgtui.simulator.fault_kind import GARBAGE
from bgtui.store.book import BookStatus
from tests.support.stage import BTC, USDT, Stage, staged

FIGURES = {"negative-zero", "long-decimal"}
"""Garbage that is a figure after all: it may be believed until the next answer."""
PLACE = "/api/v2/mix/order/place-order"
EQUITY = re.compile(r"USDT-FUTURES +USDT +9,9\d\d\.\d\d")
"""What is left of 10,000 after the fee of one order."""


async def open_leg(stage: Stage) -> None:
    """Buy at market by keys, and wait until nothing is on its way any more."""
    await stage.press("t", "tab", "m")
    await stage.confirm()
    await stage.sees("LONG")
    await stage.until(lambda: not stage.session.store.all_submissions())


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("maintenance:method=GET", "Bitget is in maintenance (45001): last values kept as stale;"),
        ("status:503,method=GET", "Bitget is not available (503): last values kept as stale;"),
        ("null-data", "of usdt-futures failed ("),
        ("partial", "of usdt-futures failed ("),
    ],
)
async def test_f14_an_exchange_that_answers_nothing_of_use_makes_panes_stale_and_never_shows_zeros(
    fault: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bgtui.ui.view.positions._LATE_S", 0.2)
    async with staged(tmp_path, monkeypatch) as stage:
        await open_leg(stage)
        stage.faults.add(fault, "disconnect:stream=private")
        await stage.sees(lambda text: says in stage.message and "prv ●" in text)
        await stage.press("2")
        text = await stage.sees(lambda text: re.search(r"STALE \d", text) is not None)
        assert re.search(r"L(ONG)? +BTCUSDT .*0\.0100", text), "the leg is not taken for closed"
        assert "No legs" not in text
        await stage.press("7")
        await stage.sees(lambda text: EQUITY.search(text) is not None)
        await stage.press("1")
        text = await stage.sees("LONG")
        assert stage.session.store.book_status(BTC) is BookStatus.LIVE, "the market is another matter"
        stage.faults.clear()
        await stage.live()
        await stage.press("2")
        await stage.sees(lambda text: "STALE" not in text and "0.0100" in text)


def reads_like_a_market(text: str) -> bool:
    """Tell whether nothing of what came has been drawn as a figure."""
    words = re.sub(r"[^a-z0-9+]", " ", text.lower()).split()
    return not any(word in {"nan", "inf", "infinity"} or re.fullmatch(r"\d+e\+?\d+", word) for word in words)


async def test_f15_frames_that_make_no_sense_are_counted_and_never_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        store = stage.session.store
        for kind in GARBAGE:
            spec = f"garbage-frame:{kind},channel=ticker,times=2"
            stage.faults.add(spec)
            text = await stage.sees(lambda _, spec=spec: stage.taken(spec) == 2)  # type: ignore[misc]
            await stage.terminal.settle()
            assert reads_like_a_market(stage.text), kind
            assert "9" in text
        await stage.press("8")
        unread = await stage.sees(lambda text: re.search(r"frames [1-9]\d* unreadable", text) is not None)
        assert f"frames {store.health().decode_errors} unreadable" in unread
        await stage.press("1")
        stage.faults.clear()
        await stage.live()
        assert store.health().decode_errors >= len(GARBAGE) // 2


@pytest.mark.parametrize("kind", ["malformed", "nan", "huge-exponent", "empty-number"])
async def test_f15_a_book_of_no_figures_is_dropped_and_comes_back(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        stage.faults.add(f"garbage-frame:{kind},channel=books,once")
        await stage.until(lambda: any("RESYNC" in text for text in stage.drawn))
        dropped = next(text for text in stage.drawn if "RESYNC" in text)
        assert "▌" not in dropped, "no level is drawn of a book that failed"
        assert "█" not in dropped
        assert reads_like_a_market(dropped)
        await stage.live()
        await stage.sees(lambda text: "▌" in text or "█" in text)


async def told_anew(stage: Stage) -> None:
    """Have the legs asked again, and wait: an answer on its way is dealt with before the next question."""

    def asked() -> int:
        return sum(entry.path.endswith("/position/all-position") for entry in stage.served.simulator.rest.log)

    def is_true() -> bool:
        told = stage.session.store.positions(USDT) or ()
        real = stage.exchange.engine.positions(stage.uid, USDT)
        return [(leg.side, leg.size) for leg in told] == [(leg.side, leg.size) for leg in real]

    before = asked()
    stage.session.refresh_account()
    await stage.sees(lambda _: asked() > before and is_true())
    await stage.sees("LONG")


async def test_f15_answers_that_make_no_sense_leave_what_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bgtui.session.reconcile.DOUBT_S", 0.05)
    monkeypatch.setattr("bgtui.session.reconcile.MAX_RETRY_S", 0.1)
    async with staged(tmp_path, monkeypatch) as stage:
        await open_leg(stage)
        for kind in GARBAGE:
            await stage.sees("LONG")
            times = 1 if kind in FIGURES else 2  # a second figure could come unlooked for
            spec = f"garbage-answer:{kind},route=/api/v2/mix/position/all-position,times={times}"
            stage.faults.add(spec)
            stage.session.refresh_account()
            await stage.sees(lambda _, spec=spec: stage.taken(spec) >= 1)  # type: ignore[misc]
            await stage.terminal.settle()
            assert kind in FIGURES or "LONG" in stage.text, kind
            assert "-0.0000" not in stage.text, kind
            assert reads_like_a_market(stage.text), kind
            stage.faults.clear()
            if kind in FIGURES:
                await told_anew(stage)
        stage.session.refresh_account()
        await stage.live()
        (leg,) = stage.session.store.positions(USDT) or ()
        (real,) = stage.exchange.engine.positions(stage.uid, USDT)
        assert (leg.side, leg.size) == (real.side, real.size), "no figure of what was garbage was taken"


async def test_f15_a_word_that_nobody_knows_is_told_and_ends_no_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        await stage.buy_resting()
        await stage.until(lambda: not stage.session.store.all_submissions())
        stage.faults.add("garbage-answer:extra-enum,route=/api/v2/mix/order/orders-pending")
        await stage.press("3")
        stage.session.refresh_account()
        await stage.sees(lambda _: "orders of usdt-futures failed (" in stage.message)
        assert "● live" in stage.text, "the order that is known stays"
        stage.faults.clear()
        stage.session.refresh_account()
        await stage.live()
        await stage.sees("● live")


async def test_f15_a_frame_of_ten_megabytes_costs_a_connection_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        stage.faults.add("big-frame:once,channel=books")
        store = stage.session.store
        await stage.until(lambda: any("public" in line.text and "lost" in line.text for line in store.log()))
        await stage.live()
        assert any("STALE" in text for text in stage.drawn), "the last book, dim, with its age"
        await stage.press("8")
        await stage.sees(lambda text: "public-0 lost" in text)


async def test_f16_a_tick_that_changes_under_an_open_form_is_told_and_nothing_is_rounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        await stage.press("t")
        await stage.sees("ORDER BTCUSDT")
        await stage.press("tab", "tab", "tab")
        await stage.terminal.type("91234.1")
        stage.faults.add("change-tick:BTCUSDT")
        await stage.confirm()
        says = "BTCUSDT tick is 1.0 now, was 0.1: 91,234.1 does not fit; choose a price."
        text = await stage.sees(lambda _: stage.message == says)
        text = await stage.sees("does not fit;")
        assert "ORDER BTCUSDT" in text
        assert "91234.1" in text, "as it was typed"
        assert stage.resting() == [], "no rounding behind the back"
        await stage.press("backspace", "backspace", "up")  # by the new tick
        await stage.confirm()
        await stage.sees("ORDERS 1")
        (order,) = stage.resting()
        assert str(order.price) in {"91235", "91235.0"}


async def test_f16_a_symbol_that_is_removed_under_an_open_form_takes_nothing_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        await stage.fill_ticket()
        stage.faults.add("delist:BTCUSDT")
        await stage.confirm()
        await stage.sees(
            lambda _: stage.message.startswith("BTCUSDT is removed by Bitget: no order is taken")
        )
        assert "ORDER BTCUSDT" in stage.text
        await stage.press("enter")
        assert "y SEND" not in stage.text
        assert stage.resting() == []
        assert stage.writes(PLACE) == 1


async def test_f17_a_position_mode_changed_elsewhere_keeps_the_form_and_reads_the_mode_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        await stage.fill_ticket()
        stage.faults.add("mode-change:hedge")
        await stage.confirm()
        says = "Rejected 40774: account is in hedge mode now; the form is kept, review it."
        await stage.sees(lambda _: stage.message == says)
        text = await stage.sees(lambda text: "ORDER BTCUSDT ────────── hedge" in text and "OPEN LONG" in text)
        assert "-1%" in text, "the form stays filled"
        assert stage.resting() == []
        assert stage.exchange.engine.position_mode(stage.uid, USDT) is PositionMode.HEDGE
        await stage.confirm()
        await stage.sees("ORDERS 1")
        assert stage.writes(PLACE) == 2


def margin_in(text: str) -> float:
    """Return what the form says that the order binds, USDT."""
    found = re.search(r"margin +([\d,]+\.\d\d)", text)
    return float(found[1].replace(",", "")) if found else 0.0


async def test_f17_a_leverage_changed_elsewhere_is_shown_in_the_open_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bgtui.ui.app.questions", lambda shown: [(each, 0.2) for each, _ in questions(shown)])
    async with staged(tmp_path, monkeypatch) as stage:
        await stage.fill_ticket()
        await stage.sees(lambda text: 0 < margin_in(text) < 60)  # of 20x
        stage.faults.add("leverage-change:BTCUSDT")
        text = await stage.sees(lambda text: margin_in(text) > 100)  # of 7x
        assert "ORDER BTCUSDT" in text
        assert "-1%" in text
