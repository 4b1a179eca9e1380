"""What is written reaches the terminal whole and in order, and never makes the program wait."""

from __future__ import annotations

import os
import pty
import tty
from collections.abc import Iterator

import pytest

from bgtui.ui.terminal.driver import Writer

LARGE = 400_000
"""Bytes that no terminal takes at once."""


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends of a terminal: what a person sees, and where a program writes."""
    seen, written = pty.openpty()
    tty.setraw(written)
    yield seen, written
    os.close(seen)
    os.close(written)


def read(seen: int, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += os.read(seen, count - len(data))
    return data


def test_what_the_terminal_takes_at_once_needs_no_thread(terminal: tuple[int, int]) -> None:
    seen, written = terminal
    writer = Writer(written)  # its thread was never started
    writer.write("hello")
    assert writer.pending == 0
    assert read(seen, 5) == b"hello"


def test_a_slow_terminal_gets_everything_in_order_and_nobody_waits(terminal: tuple[int, int]) -> None:
    seen, written = terminal
    writer = Writer(written)
    writer.start()
    large = "".join(f"{number:07d}\n" for number in range(LARGE // 8))
    writer.write(large)  # returns though nobody reads
    assert writer.pending > 0
    writer.write("the end")
    assert read(seen, LARGE + 7).decode() == large + "the end"
    writer.stop()
    assert writer.pending == 0


def test_what_was_taken_at_once_counts_for_how_fast_the_link_is(terminal: tuple[int, int]) -> None:
    seen, written = terminal
    writer = Writer(written)
    took: list[int] = []
    writer.took = lambda count, _seconds: took.append(count)
    writer.write("x" * LARGE)
    assert 0 < writer.pending < LARGE
    writer.start()
    read(seen, LARGE)
    writer.stop()
    assert took == [LARGE]


def test_the_shell_that_shares_the_terminal_may_still_wait_on_it(terminal: tuple[int, int]) -> None:
    _, written = terminal
    Writer(written).write("x")
    assert os.get_blocking(written)


def test_what_is_no_terminal_is_written_by_the_thread() -> None:
    seen, written = os.pipe()
    writer = Writer(written)
    writer.start()
    writer.write("hello")
    assert read(seen, 5) == b"hello"
    writer.stop()
    os.close(seen)
    os.close(written)


def test_a_terminal_that_is_gone_is_told_of() -> None:
    seen, written = pty.openpty()
    writer = Writer(written)
    gone: list[bool] = []
    writer.on_gone = lambda: gone.append(True)
    os.close(seen)
    writer.start()
    writer.write("x")
    writer.stop()
    assert gone
    assert writer.is_broken
    os.close(written)
