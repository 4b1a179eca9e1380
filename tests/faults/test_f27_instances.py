"""F-27: two programs on one account: the other's orders are foreign, and no id can be the other's."""

from __future__ import annotations

from pathlib import Path

import pytest

from bgtui.domain.error import JournalFailed
from bgtui.session.runlock import RunLock
from tests.pty.test_killed import environ, exchange, journal, orders_seen, send_resting_order
from tests.support.pty import BGTUI, Pty

WARNING = "Another bgtui trades this account: its orders show as E, limits apart."


@pytest.mark.xdist_group("pty")
def test_f27_a_second_program_is_warned_and_shows_the_orders_of_the_first_as_foreign(tmp_path: Path) -> None:
    with exchange(tmp_path) as found, Pty(BGTUI, environ=environ(found, tmp_path)) as first:
        send_resting_order(first)
        first.wait_for("ORDERS 1")
        with Pty(BGTUI, environ=environ(found, tmp_path)) as second:
            second.wait_for(WARNING)
            second.wait_for("ORDERS 1")
            second.press("3")
            second.wait_for(lambda text: "[3 Orders]" in text and "E api" in text.splitlines()[5])
            # What is not its own is not canceled at one stroke, as an order of its own would be.
            second.press("x")
            second.wait_for(lambda text: ("CANCEL" in text and "y SEND" in text) or "y CANCEL" in text)
            second.press("esc")
            second.wait_for(lambda text: "y SEND" not in text and "y CANCEL" not in text)
            second.press("1")
            send_resting_order(second)
            second.wait_for("ORDERS 2")
            first.wait_for("ORDERS 2")
        rows = journal(tmp_path)
        instances = [row["client_order_id"].partition("-")[0] for row in rows]
        assert len(set(instances)) == 2
        assert orders_seen(found) == 2


def test_f27_two_programs_never_bear_one_name(tmp_path: Path) -> None:
    first, second = RunLock(tmp_path, "simabc"), RunLock(tmp_path, "simabc")
    first.take()
    try:
        with pytest.raises(JournalFailed):
            second.take()
        assert first.is_alive("simabc")
        assert not second.is_held
    finally:
        first.release()
        second.release()
