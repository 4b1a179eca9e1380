"""The watch list as it was pinned: on top of the settings', and never in the way."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bgtui.cli.pins import Pins
from bgtui.domain.instrument import ProductType, instrument_id
from tests.support.build import BTC, ETH

SOL = instrument_id(ProductType.USDT_FUTURES, "SOLUSDT")


def test_what_was_pinned_and_taken_off_holds_in_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "state" / "watch.json"
    Pins(path, (BTC, ETH)).write((BTC, SOL))

    assert Pins(path, (BTC, ETH)).read() == (BTC, SOL)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_settings_changed_since_still_count(tmp_path: Path) -> None:
    path = tmp_path / "watch.json"
    Pins(path, (BTC,)).write((BTC, SOL))

    assert Pins(path, (ETH,)).read() == (ETH, SOL)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"added": 3}', '{"added": ["no symbol!", 7]}', "\xff"])
def test_a_file_that_cannot_be_used_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "watch.json"
    path.write_bytes(text.encode("latin-1"))

    assert Pins(path, (BTC,)).read() == (BTC,)


def test_a_list_is_never_empty(tmp_path: Path) -> None:
    path = tmp_path / "watch.json"
    Pins(path, (BTC,)).write(())

    assert Pins(path, (BTC,)).read() == (BTC,)


def test_where_nothing_can_be_written_nothing_breaks(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    Pins(tmp_path / "file" / "watch.json", (BTC,)).write((BTC, ETH))
