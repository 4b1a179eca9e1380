"""F-18: liquidation, ADL, funding and self-trade prevention are shown as such, never as a fill of mine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bgtui.domain.event import Deleveraged, FillReported, OrderUpdated
from bgtui.domain.order import Effect, Forced, OrderStatus, PositionMode, PositionSide
from bgtui.domain.text import Untrusted
from tests.support import scene
from tests.support.build import BTC, D, fill, order
from tests.support.terminal import Terminal, open_terminal


def forced_fill(terminal: Terminal, forced: Forced, **changes: Any) -> FillReported:
    plain = fill("t900", terminal.workspace.now_ms, order_id="900900900900")
    leg = {"position_side": PositionSide.LONG, "effect": Effect.CLOSE, "position_mode": PositionMode.HEDGE}
    figures = {"price": D("63858.6"), "size": D("0.0500")}
    return FillReported(replace(plain, forced=forced, **{**leg, **figures, **changes}))


async def look(terminal: Terminal) -> None:
    assert terminal.session.alerts is not None
    terminal.clock.advance(0.3)
    terminal.session.alerts.look()
    await terminal.settle()


def top_row(terminal: Terminal) -> str:
    return next(row for row in terminal.rows()[4:] if row.startswith("►"))


@pytest.mark.parametrize(
    ("forced", "short", "words"),
    [
        (Forced.LIQUIDATION, "liq", "liquidated by Bitget"),
        (Forced.PARTIAL_LIQUIDATION, "part liq", "liquidated in part by Bitget"),
        (Forced.AUTO_DELEVERAGE, "ADL", "reduced by Bitget's auto-deleveraging"),
        (Forced.DELIVERY, "delivery", "settled by Bitget at delivery"),
        (Forced.OFFSET, "netted", "netted by Bitget"),
    ],
)
async def test_f18_a_forced_trade_is_named_in_the_list_and_is_no_order_of_mine(
    forced: Forced, short: str, words: str
) -> None:
    async with open_terminal(events=scene.events(), identity=scene.IDENTITY, screen="orders") as terminal:
        await terminal.press("l", "l", "l")
        await terminal.apply(forced_fill(terminal, forced), 0.3)
        await terminal.press("g")
        assert top_row(terminal).split()[2] == "E"
        assert f" {short} " in top_row(terminal)
        await terminal.press("enter")
        told = " ".join(row.partition("│")[2].rstrip("│ ") for row in terminal.rows()).split()
        assert f"{words}, not an order of yours" in " ".join(told)


@pytest.mark.parametrize(
    ("forced", "sentence"),
    [
        (Forced.LIQUIDATION, "Bitget liquidated LONG BTCUSDT 0.0500 @ 63,858.6; not an order of yours."),
        (
            Forced.AUTO_DELEVERAGE,
            "ADL: Bitget reduced LONG BTCUSDT 0.0500 @ 63,858.6; not an order of yours.",
        ),
    ],
)
async def test_f18_the_message_line_says_who_did_it(forced: Forced, sentence: str) -> None:
    async with open_terminal(events=scene.events(), identity=scene.IDENTITY) as terminal:
        await terminal.apply(forced_fill(terminal, forced))
        await look(terminal)
        assert terminal.message == sentence
        assert sentence in terminal.row(-2)
        await terminal.step(1.0)
        assert "alerts 1" in terminal.row(1)
        assert [alert.text for alert in terminal.store.alerts()] == [sentence]


async def test_f18_an_adl_notice_and_its_fill_are_one_alert() -> None:
    async with open_terminal(events=scene.events(), identity=scene.IDENTITY) as terminal:
        now_ms = terminal.workspace.now_ms
        await terminal.apply(
            Deleveraged(BTC, Untrusted("long"), D(1), D(1), now_ms),
            forced_fill(terminal, Forced.AUTO_DELEVERAGE),
        )
        await look(terminal)
        assert [alert.count for alert in terminal.store.alerts()] == [2]
        assert "0.0500 @ 63,858.6" in terminal.store.alerts()[0].text


@pytest.mark.parametrize(
    ("reason", "short", "words"),
    [
        ("stp_cancel", "STP", "canceled by self-trade prevention"),
        ("self_trade_cancel", "STP", "canceled by self-trade prevention"),
        ("burst_cancel", "liq end", "canceled by Bitget for a liquidation"),
        ("adl_cancel", "ADL end", "canceled by Bitget for auto-deleveraging"),
    ],
)
async def test_f18_an_order_that_the_exchange_canceled_says_why(reason: str, short: str, words: str) -> None:
    async with open_terminal(events=scene.events(), identity=scene.IDENTITY, screen="orders") as terminal:
        now_ms = terminal.workspace.now_ms
        ended = replace(
            order(OrderStatus.CANCELED, order_id="900", updated_ms=now_ms),
            cancel_reason=reason,
            created_ms=now_ms,
        )
        await terminal.apply(OrderUpdated(ended))
        await look(terminal)
        assert terminal.message == f"Order c900 BTCUSDT: {words}."
        await terminal.press("l", "l", "g")
        assert top_row(terminal).rstrip().endswith(short)
        assert words in terminal.screen_text()


async def test_f18_an_order_that_a_person_canceled_is_only_canceled() -> None:
    async with open_terminal(events=scene.events(), identity=scene.IDENTITY, screen="orders") as terminal:
        now_ms = terminal.workspace.now_ms
        ended = order(OrderStatus.CANCELED, order_id="900", updated_ms=now_ms)
        await terminal.apply(OrderUpdated(replace(ended, cancel_reason="normal_cancel")))
        await look(terminal)
        assert terminal.store.alerts() == ()
        await terminal.press("l", "l", "g")
        assert top_row(terminal).rstrip().endswith("canceled")


async def test_f18_a_funding_settlement_is_a_bill_and_no_fill() -> None:
    async with open_terminal(events=scene.events(), identity=scene.IDENTITY, screen="account") as terminal:
        while "[bills]" not in terminal.row(4):
            await terminal.press("l")
        row = next(row for row in terminal.rows() if "-0.67" in row and "funding" in row)
        assert "contract_settle_fee" not in row
        await look(terminal)
        assert terminal.store.alerts() == ()
