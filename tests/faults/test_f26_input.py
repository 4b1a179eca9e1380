"""F-26: pastes, held keys, an unwanted mouse, keys in pieces: one order for each review and `y`."""

from __future__ import annotations

import os
import select
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgtui.ui.terminal.pastes import BURST, Pastes
from tests.pty.test_killed import environ, exchange, orders_seen
from tests.support.pty import BGTUI, Pty

PASTED = b"as said yesterday: y\rq!t\r" * 40_000
"""A megabyte."""
REPEAT_S = 0.02
"""What a held key repeats at."""


def flood(terminal: Pty, data: bytes) -> None:
    """Write as much as there is, reading what comes meanwhile: a full terminal takes nothing more."""
    os.set_blocking(terminal._master, False)
    view = memoryview(data)
    while view:
        _, writable, _ = select.select([], [terminal._master], [], 0.05)
        if writable:
            view = view[os.write(terminal._master, view[:4096]) :]
        terminal.take(0)
    os.set_blocking(terminal._master, True)


def hold(terminal: Pty, keys: str, seconds: float) -> None:
    """Hold keys down together, fifty times a second."""
    for _ in range(round(seconds / REPEAT_S)):
        terminal.send(keys)
        terminal.pump(REPEAT_S)


def review_again(terminal: Pty) -> None:
    """Go back to the form and review it: a review is good for some seconds only."""
    terminal.press("esc")
    terminal.wait_for("enter review")
    terminal.press("enter")
    terminal.wait_for("y SEND")
    terminal.pump(0.45)
    assert "expired" not in terminal.text()


def is_alive(terminal: Pty) -> bool:
    """Tell whether keys are still taken, by opening and closing the help."""
    terminal.press("?")
    terminal.wait_for("HELP")
    terminal.press("esc")
    terminal.wait_for(lambda text: "HELP" not in text)
    return terminal.process.poll() is None


@pytest.mark.xdist_group("pty")
def test_f26_however_keys_come_one_review_and_one_y_are_one_order(tmp_path: Path) -> None:
    with exchange(tmp_path) as found, Pty(BGTUI, environ=environ(found, tmp_path)) as terminal:
        terminal.wait_for(lambda text: "ORDERS 0" in text and ("▌" in text or "█" in text))
        # Held together, no key ever comes after the calm that a review wants.
        terminal.press("n")
        terminal.wait_for("ORDER BTCUSDT")
        terminal.press(*["pgdn"] * 60)
        hold(terminal, "\r", 0.5)
        terminal.wait_for("y SEND")
        hold(terminal, "\rty", 1.0)
        assert "y SEND" in terminal.text()
        assert orders_seen(found) == 0
        # A paste is not typed, with brackets around it or without.
        review_again(terminal)
        flood(terminal, b"\x1b[200~" + PASTED + b"\x1b[201~")
        terminal.settle()
        review_again(terminal)
        flood(terminal, PASTED)
        terminal.settle()
        assert "y SEND" in terminal.text()
        assert "quit" not in terminal.text().lower()
        assert orders_seen(found) == 0
        review_again(terminal)
        terminal.send("yes")  # a short one without brackets
        terminal.settle()
        assert "y SEND" in terminal.text()
        assert orders_seen(found) == 0
        review_again(terminal)
        # A mouse that was never asked for, and the key of an arrow in two pieces: neither is `esc`.
        flood(terminal, b"\x1b[<0;50;5M\x1b[<0;50;5m\x1b[<64;50;5M" * 3000)
        for piece in ("\x1b", "[A", "\x1b[", "B"):
            terminal.send(piece)
            terminal.pump(0.03)
        terminal.settle()
        assert "y SEND" in terminal.text()
        assert orders_seen(found) == 0
        # `y` held down sends what was reviewed, once, and nothing after it.
        review_again(terminal)
        hold(terminal, "y", 1.0)
        terminal.wait_for("ORDERS 1")
        hold(terminal, "y", 0.3)
        assert orders_seen(found) == 1
        terminal.press("esc")
        assert is_alive(terminal)
        assert orders_seen(found) == 1
        assert "ORDERS 1" in terminal.text()


class TestPastes:
    def test_f26_so_much_at_once_is_a_paste_and_so_is_what_follows_it_at_once(self) -> None:
        pastes = Pastes()
        assert list(pastes.feed("y" * BURST, 0.0)) == [(True, "y" * BURST)]
        assert list(pastes.feed("y\r", 0.04)) == [(True, "y\r")]
        assert list(pastes.feed("y", 0.2)) == [(False, "y")]

    def test_f26_what_is_typed_ahead_is_keys(self) -> None:
        pastes = Pastes()
        for at in range(20):
            assert list(pastes.feed("practice\r", at * 0.01)) == [(False, "practice\r")]
        arrows = "\x1b[A" * 100
        assert list(pastes.feed(arrows, 1.0)) == [(False, arrows)]

    @given(st.lists(st.integers(1, 300), max_size=8), st.text("y\r[2\x1b", max_size=400))
    def test_f26_a_paste_in_brackets_comes_whole_wherever_reads_cut_it(
        self, cuts: list[int], pasted: str
    ) -> None:
        text = pasted + "\x1b[201~"
        pastes, at, found = Pastes(), 0, list[tuple[bool, str]]()
        found += pastes.feed("\x1b[200~", 0.0)
        for cut in [*cuts, len(text)]:
            part, at = text[at : at + cut], at + cut
            found += pastes.feed(part, 0.0)
        found += pastes.feed("q", 0.0)
        assert found == [(True, pasted), (False, "q")]

    def test_f26_a_bracket_that_never_closes_does_not_make_the_program_deaf(self) -> None:
        pastes = Pastes()
        assert not list(pastes.feed("\x1b[200~abc", 0.0))
        assert not list(pastes.tick(0.5))
        assert list(pastes.tick(1.5)) == [(True, "abc")]
        assert list(pastes.feed("q", 1.6)) == [(False, "q")]
