"""Alerts by their keys: rules made, switched and deleted; what fired is listed, said, rung and counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import pytest

from bgtui.domain.alert import AlertKind, Channel
from bgtui.domain.event import AlertDelivered, AlertRulesReported, Connection, ConnectionLost, FillReported
from bgtui.domain.order import Forced
from bgtui.store.store import Store
from bgtui.ui.role import Role
from tests.support import scene
from tests.support.build import ETH, fill
from tests.support.terminal import Terminal, open_terminal
from tests.support.watching import ticker


def opened(
    screen: str = "alerts", size: tuple[int, int] = (80, 24), *, can_trade: bool = True
) -> AbstractAsyncContextManager[Terminal]:
    return open_terminal(
        events=scene.events(), identity=scene.IDENTITY, screen=screen, size=size, can_trade=can_trade
    )


async def look(terminal: Terminal, after_s: float = 1.0) -> None:
    assert terminal.session.alerts is not None
    terminal.clock.advance(after_s)
    terminal.session.alerts.look()
    await terminal.settle()


def rules(store: Store) -> list[str]:
    return [one.rule.words for one in store.alert_rules() if not one.rule.is_built_in]


def cursor_row(terminal: Terminal) -> str:
    return next(row for row in terminal.rows()[3:] if row.startswith("►"))


def filled(terminal: Terminal, number: int = 1, *, order: str = "77") -> FillReported:
    return FillReported(fill(f"t{number}", terminal.workspace.now_ms, order_id=order))


async def test_the_page_says_that_its_rules_are_local() -> None:
    async with opened("trade") as terminal:
        await terminal.press("9")
        assert terminal.row(3).endswith("[9 Alerts]")
        assert "LOCAL" in terminal.row(4)
        assert terminal.row(5).split() == ["on", "when", "what", "delivered", "to", "failed", "because"]
        assert terminal.row(-2) == (
            " LOCAL: works only while bgtui runs; what is stale or not known fires nothing"
        )
        assert "Nothing has fired in this run." in terminal.screen_text()


async def test_n_asks_for_a_rule_and_enter_keeps_it() -> None:
    async with opened() as terminal:
        await terminal.press("n")
        assert "NEW ALERT" in terminal.screen_text()
        assert "67,241.5" in terminal.screen_text()
        await terminal.type("67,500")
        await terminal.press("enter")
        assert rules(terminal.store) == ["BTCUSDT last above 67,500"]
        assert terminal.message == "Watched: BTCUSDT last above 67,500."
        assert "67,500, once" in cursor_row(terminal)


async def test_every_field_of_the_form_is_reached_by_keys() -> None:
    async with opened() as terminal:
        await terminal.press("n", "shift+tab", "space", "shift+tab", "right", "shift+tab")
        await terminal.press(*["backspace"] * 7)
        await terminal.type("eth")
        await terminal.type("usdt")
        await terminal.press("tab", "tab", "tab")
        await terminal.type("mark-1%")
        await terminal.press("tab", "left", "enter")
        assert rules(terminal.store) == ["ETHUSDT mark below 2,606.85"]
        assert terminal.store.alert_rules()[-1].rule.repeats
        assert terminal.store.alert_rules()[-1].rule.instrument == ETH


async def test_a_kind_is_chosen_by_its_first_letter_and_brings_its_usual_threshold() -> None:
    async with opened() as terminal:
        await terminal.press("n", "shift+tab", "shift+tab", "shift+tab", "shift+tab")
        await terminal.press("l", "tab", "tab", "up", "up", "pgdn", "enter")
        assert rules(terminal.store) == ["any leg within 4.2% of liquidation"]
        await terminal.press(
            "n", "shift+tab", "shift+tab", "shift+tab", "shift+tab", "m", "tab", "pgup", "down"
        )
        await terminal.press("enter")
        assert rules(terminal.store)[-1] == "margin ratio over 50.9%"


async def test_a_price_moves_by_ticks() -> None:
    async with opened() as terminal:
        await terminal.press("n", "up", "pgup", "down", "enter")
        assert rules(terminal.store) == ["BTCUSDT last above 67,242.5"]


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [("", "Type a price"), ("x", "no price"), ("0", "above 0"), ("+1.5", "whole ticks")],
)
async def test_a_form_that_is_not_whole_says_why(typed: str, complaint: str) -> None:
    async with opened(size=(120, 40)) as terminal:
        await terminal.press("n")
        await terminal.type(typed)
        await terminal.press("enter")
        assert complaint in terminal.screen_text()
        await terminal.press("esc")
        assert rules(terminal.store) == []
        assert not terminal.app.asking.docks


async def test_a_symbol_that_bitget_does_not_list_is_refused() -> None:
    async with opened(size=(120, 40)) as terminal:
        await terminal.press("n", "shift+tab", "shift+tab", "shift+tab", "end")
        await terminal.type("X")
        assert "lists no usdt-futures:BTCUSDTX" in terminal.screen_text()
        await terminal.press("enter", "?")
        assert "HELP" in terminal.screen_text().upper()


async def test_a_rule_is_switched_off_and_on_and_deleted() -> None:
    async with opened() as terminal:
        await terminal.press("n", "up", "enter")
        await terminal.press("d")
        assert cursor_row(terminal).startswith("►off")
        assert terminal.message == "Switched off: BTCUSDT last above 67,241.6."
        await terminal.press("d")
        assert cursor_row(terminal).startswith("►on")
        await terminal.press("x")
        assert rules(terminal.store) == []
        assert terminal.message == "Deleted: BTCUSDT last above 67,241.6; n makes a new one."


async def test_a_built_in_rule_stays() -> None:
    async with opened() as terminal:
        await terminal.press("g", "x")
        assert "comes with the program" in terminal.message
        assert len(terminal.store.alert_rules()) == 9


async def test_what_fires_is_listed_said_counted_and_seen() -> None:
    async with opened("trade") as terminal:
        assert "alerts 0 " in terminal.row(1)
        await terminal.apply(filled(terminal))
        await look(terminal)
        assert terminal.message == "Filled: buy 1 BTCUSDT @ 100"
        assert "alerts 1 " in terminal.row(1)
        await terminal.press("9")
        await terminal.step(0.1)
        assert "alerts 0 " in terminal.row(1)
        assert "line bell" in next(row for row in terminal.rows() if "Filled:" in row)
        await terminal.press("l")
        assert "[fired 1]" in terminal.row(4)
        assert "Filled: buy 1 BTCUSDT @ 100" in cursor_row(terminal)
        await terminal.press("enter")
        assert "line     done" in terminal.screen_text()


async def test_a_rule_can_be_switched_off_from_what_it_fired() -> None:
    async with opened() as terminal:
        await terminal.apply(filled(terminal))
        await look(terminal)
        await terminal.press("l", "x")
        assert "h shows the rules" in terminal.message
        await terminal.press("d")
        assert terminal.message == "Switched off: fill, any symbol."


async def test_the_bell_rings_once_for_many_and_waits_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened("trade") as terminal:
        rung: list[float] = []
        monkeypatch.setattr(terminal.app._crier, "_ring", lambda: rung.append(terminal.clock.monotonic()))
        for number in range(4):
            await terminal.apply(filled(terminal, number, order=str(number)))
        await look(terminal)
        assert len(rung) == 1
        await terminal.apply(filled(terminal, 9, order="9"))
        await look(terminal, 0.3)
        assert len(rung) == 1
        await terminal.step(1.0)
        assert len(rung) == 2
        assert not any(alert.pending(Channel.BELL) for alert in terminal.store.alerts())


async def test_what_the_message_line_says_by_itself_is_not_said_twice() -> None:
    async with opened("trade") as terminal:
        await terminal.apply(ConnectionLost(Connection.PRIVATE, "private", "no pong", 60_000))
        await look(terminal, 11)
        assert terminal.store.alerts()[0].kind is AlertKind.CONNECTION
        assert terminal.message.startswith("Account stream lost")
        assert "alerts 2 " in terminal.row(1), "the stream that is down, and the book that is silent as well"


async def test_a_forced_trade_is_a_warning_and_no_fill() -> None:
    async with opened("trade") as terminal:
        event = filled(terminal)
        await terminal.apply(FillReported(replace(event.fill, forced=Forced.LIQUIDATION)))
        await look(terminal)
        assert terminal.message == "Bitget liquidated BTCUSDT 1 @ 100; not an order of yours."


async def test_a_failed_delivery_stands_in_the_row() -> None:
    async with opened() as terminal:
        await terminal.apply(filled(terminal))
        await look(terminal)
        alert = terminal.store.alerts()[0]
        await terminal.apply(AlertDelivered(alert.alert_id, Channel.BELL, "notify: exit 3"), 0.3)
        assert "notify: exit 3" in next(row for row in terminal.rows() if "Filled:" in row)


async def test_a_rule_that_cannot_be_judged_says_so_in_its_row() -> None:
    async with opened(size=(120, 40)) as terminal:
        await terminal.press("n", "up", "enter")
        await look(terminal, 100)
        assert "is stale" in cursor_row(terminal)


async def test_alerts_work_in_a_read_only_run() -> None:
    async with opened(can_trade=False) as terminal:
        await terminal.press("n", "up", "enter")
        assert rules(terminal.store) == ["BTCUSDT last above 67,241.6"]
        await look(terminal)
        await terminal.apply(ticker("67241.6", scene.NOW_MS + 1))
        await look(terminal)
        assert terminal.store.alerts()[0].text == "Price: BTCUSDT last 67,241.6 is above 67,241.6."
        await terminal.press("d", "x")
        assert rules(terminal.store) == []


async def test_a_file_that_is_broken_is_told_where_the_rules_stand() -> None:
    async with opened() as terminal:
        problem = "Alert rules: the file cannot be read; the file is kept as alerts.broken-1.json."
        await terminal.apply(AlertRulesReported(terminal.store.alert_rules(), problem), 0.3)
        assert "LOCAL · file trouble" in terminal.row(4)
        assert terminal.message == problem
        assert terminal.workspace.message.role is Role.WARN


async def test_hidden_money_is_hidden_here_too() -> None:
    async with opened() as terminal:
        await terminal.apply(filled(terminal))
        await look(terminal)
        await terminal.press("H")
        assert "Fill: ***" in terminal.screen_text()
        assert "@ 100" not in terminal.screen_text()


async def test_rows_are_filtered_sorted_and_shown_as_json() -> None:
    async with opened() as terminal:
        await terminal.press("/")
        await terminal.type("clock")
        await terminal.press("enter")
        assert "clock skew over 1s" in cursor_row(terminal)
        await terminal.press("e")
        assert '"kind": "clock"' in terminal.screen_text()
        await terminal.press("esc", "esc", "s", "s", "s", "S")
        assert "sort what ▲" in terminal.row(4)
        assert "clock skew" in terminal.row(6)


async def test_the_palette_makes_a_rule_and_offers_no_key_of_the_form() -> None:
    async with opened() as terminal:
        await terminal.press(":")
        await terminal.type("field")
        assert "next field" not in terminal.screen_text()
        await terminal.press(*["backspace"] * 5)
        await terminal.type("local")
        await terminal.press("enter")
        assert "NEW ALERT" in terminal.screen_text()


async def test_the_page_fits_every_size() -> None:
    async with opened() as terminal:
        await terminal.apply(filled(terminal))
        await look(terminal)
        for width, height in ((60, 15), (80, 24), (120, 40), (200, 50)):
            await terminal.resize(width, height)
            assert all(len(row) <= width for row in terminal.rows())
            assert "fill, any symbol" in terminal.screen_text()


@asynccontextmanager
async def unwatched() -> AsyncIterator[Terminal]:
    async with opened() as terminal:
        terminal.session.alerts = None
        yield terminal


async def test_a_run_without_a_watch_says_so() -> None:
    async with unwatched() as terminal:
        await terminal.press("n", "d", "x")
        assert terminal.message == "Nothing is watched in this run."
