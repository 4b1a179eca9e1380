"""The whole life of orders and legs by keys, against the running simulator, in both position modes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pty import BGTUI, Pty, confirm, press_until

pytestmark = pytest.mark.xdist_group("pty")

PRICE = re.compile(r"\d{2,3},\d{3}\.\d")


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Pty]:
    environ = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "s")}
    with Pty(BGTUI, size=(120, 40), environ=environ) as terminal:
        trade(terminal)
        yield terminal


def trade(terminal: Pty) -> None:
    """Show Trade, and wait for a verified book."""
    if "price" not in terminal.text().split("\n")[2]:
        terminal.press("1")
    terminal.wait_for(
        lambda text: "price" in text.splitlines()[2] and re.search(r"\d\.\d{4}", text) is not None
    )


def dock(text: str) -> str:
    """Return what stands in the dock at the right of a screen."""
    return "\n".join(line[74:].strip("│║ ") for line in text.splitlines()[2:])


def legs(terminal: Pty) -> dict[str, str]:
    """Return size and entry of the legs that Positions shows, by side."""
    found = re.findall(r"^[ ►:]([LS]) BTCUSDT +\w+ \d+x +([\d.]+) +([\d,.]+)", terminal.text(), re.MULTILINE)
    return {side: f"{size} @ {entry}" for side, size, entry in found}


def wait_legs(terminal: Pty, *sides: str) -> dict[str, str]:
    terminal.wait_for(lambda _: set(legs(terminal)) == set(sides))
    return legs(terminal)


def choose_leg(terminal: Pty, side: str) -> None:
    """Move the cursor of Positions to a leg."""
    for key in ("g", "j"):
        terminal.press(key)
        terminal.pump(0.2)
        if f"►{side} BTCUSDT" in terminal.text():
            return
    raise AssertionError(f"no {side} leg on:\n{terminal.text()}")


def set_mode(terminal: Pty, mode: str) -> None:
    """Change the position mode on Account, by the typed word."""
    terminal.press("7")
    terminal.wait_for("[7 Account]")
    terminal.press("m")
    terminal.wait_for("POSITION MODE")
    terminal.send(mode)
    terminal.wait_for("enter change")
    terminal.press("enter")
    terminal.wait_for(lambda text: mode in text.splitlines()[0])


def open_at_market(terminal: Pty, action: str, letters: str = "", *, count: int = 1) -> None:
    """Open a leg by the form: the action by its first letter, kind market."""
    terminal.press("t")
    terminal.wait_for("ORDER BTCUSDT")
    terminal.press(*letters)
    terminal.wait_for(f"►action   {action}")
    terminal.press("tab", "m")
    terminal.wait_for(lambda _text: "kind     market" in dock(terminal.text()))
    assert action in dock(confirm(terminal))
    terminal.wait_for(lambda text: f"POSITIONS {count}" in text)


def rest_amend_cancel(terminal: Pty) -> None:
    """Place a limit order far below, see it on the ladder and in Orders, amend and cancel it."""
    terminal.press("n")
    terminal.wait_for("ORDER BTCUSDT")
    terminal.send("-1%")
    price = _price(dock(confirm(terminal)))
    terminal.wait_for("ORDERS 1")
    terminal.press("g")
    terminal.wait_for("GO TO")
    terminal.send(price)
    terminal.press("enter")
    terminal.wait_for(lambda text: any("●" in row[:10] for row in text.splitlines()[3:30]))
    terminal.press("3")
    terminal.wait_for(lambda text: "[3 Orders]" in text and "● live" in text and price in text)
    terminal.press("a")
    terminal.wait_for("AMEND BTCUSDT")
    terminal.press("down", "down")
    terminal.wait_for("ticks    -2")
    confirm(terminal)
    terminal.wait_for(lambda text: "● live" in text and price not in text)
    press_until(terminal, "x", "No working orders")  # one order of mine: canceled at once


def _price(review: str) -> str:
    found = PRICE.search(review[review.index("limit") :])
    assert found is not None, review
    return found[0]


def protect(terminal: Pty, side: str) -> None:
    """Give a leg take profit and stop loss, in percent of its entry."""
    choose_leg(terminal, side)
    up = side == "L"
    terminal.press("p")
    terminal.wait_for("TP at")
    terminal.send("+3%" if up else "-3%")
    terminal.press("tab")
    terminal.send("-3%" if up else "+3%")
    terminal.wait_for("reward")
    prices = PRICE.findall(dock(confirm(terminal)))[:2]
    assert len(prices) == 2
    terminal.wait_for(lambda text: all(price in text.split("─ ")[2] for price in prices))


def close(terminal: Pty, side: str, name: str) -> None:
    choose_leg(terminal, side)
    terminal.press("f")
    terminal.wait_for(f"CLOSE {name}")
    assert f"CLOSE {name}" in dock(confirm(terminal))


def reverse(terminal: Pty, side: str, name: str) -> None:
    choose_leg(terminal, side)
    terminal.press("r")
    terminal.wait_for(f"REVERSE {name}")
    confirm(terminal)


def quit_program(terminal: Pty) -> None:
    before = terminal.modes_before
    terminal.press("q")
    assert terminal.wait_exit() == 0
    assert terminal.modes == before


def test_in_hedge_mode_each_leg_is_its_own(program: Pty) -> None:
    set_mode(program, "hedge")
    trade(program)
    open_at_market(program, "OPEN LONG")
    open_at_market(program, "OPEN SHORT", "o", count=2)
    rest_amend_cancel(program)
    program.press("2")
    both = wait_legs(program, "L", "S")
    protect(program, "L")
    # One named leg is closed; the other stays what it was.
    close(program, "S", "SHORT")
    assert wait_legs(program, "L") == {"L": both["L"]}
    reverse(program, "L", "LONG")
    wait_legs(program, "S")
    close(program, "S", "SHORT")
    program.wait_for("No legs")
    set_mode(program, "one-way")
    quit_program(program)


def test_in_one_way_mode_there_is_one_position(program: Pty) -> None:
    open_at_market(program, "BUY")
    rest_amend_cancel(program)
    program.press("2")
    wait_legs(program, "L")
    protect(program, "L")
    reverse(program, "L", "LONG")
    wait_legs(program, "S")
    close(program, "S", "SHORT")
    program.wait_for("No legs")
    quit_program(program)


def test_the_mode_is_not_changed_while_a_leg_stands(program: Pty) -> None:
    open_at_market(program, "BUY")
    program.press("7")
    program.wait_for("[7 Account]")
    program.press("m")
    program.wait_for("POSITION MODE")
    program.send("hedg")
    program.press("enter")
    program.pump(0.2)
    assert "POSITION MODE" in program.text()  # not the whole word yet
    program.send("e")
    program.press("enter")
    program.wait_for("Not now: 1 leg stands")
    assert "POSITION MODE" in program.text(), "no word passes"
    assert "one-way" in program.row(0)
