"""docs/copy-trading.md: nothing of source 002 is missing, and every name in it exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bgtui.cli.show import show
from bgtui.exchange.reader import ReadClient
from bgtui.exchange.trading import TradingClient
from bgtui.ui.keys import KEYS, Context
from bgtui.wire.endpoint import EXCLUDED, READS, WRITES, Write
from tests.support import copytable
from tests.support.copytable import EVERY, FUTURES, SPOT, Row

TESTS = Path(__file__).parents[1]
SOURCE = Path(__file__).parents[3] / "shared" / "seeds"
SCREENS = {"Leader": Context.LEADER, "Followers": Context.FOLLOWERS, "Copy": Context.COPY}
every_row = pytest.mark.parametrize("row", EVERY, ids=lambda row: f"{row.v1} {row.v2}")


def test_the_page_is_the_table() -> None:
    assert copytable.PAGE.read_text(encoding="utf-8") == copytable.page(), "python -m tests.support.copytable"


@every_row
def test_no_cell_is_empty_without_a_reason(row: Row) -> None:
    assert row.v1
    assert row.v2
    assert row.test
    if row.reason:
        assert f"/api/v2/copy/{row.v2}" in EXCLUDED
        assert not row.client
    else:
        assert row.client
        assert row.reach
        assert copytable.handler_of(row)


@every_row
def test_the_route_and_the_method_exist(row: Row) -> None:
    endpoint = copytable.endpoint_of(row)
    if row.reason:
        assert endpoint is None
        return
    assert endpoint is not None
    client = TradingClient if isinstance(endpoint, Write) else ReadClient
    assert callable(getattr(client, row.client))


@every_row
def test_what_reaches_it_is_a_key_of_that_screen_or_a_command(row: Row) -> None:
    screen = re.match(r"[A-Z][a-z]+", row.reach)
    for name in re.findall(r"`([^`]+)`", row.reach):
        if name.startswith("bgtui show "):
            (subject, *options) = name.split()[2:]
            argument = next(each for each in show.params if each.name == "subject")
            assert subject in argument.type.choices  # type: ignore[attr-defined]
            known = {option for each in show.params for option in each.opts}
            assert {option for option in options if option.startswith("--")} <= known
            continue
        assert screen is not None
        contexts = (SCREENS[screen[0]], Context.LIST, Context.ANY)
        assert [key for key in KEYS if key.action == name and key.context in contexts], name


@every_row
def test_the_test_exists(row: Row) -> None:
    path, _, name = row.test.partition("::")
    assert re.search(rf"def {name}\b", (TESTS / path).read_text(encoding="utf-8")), row.test


def test_every_copy_trading_route_of_the_client_is_in_the_table() -> None:
    served = {row.v2 for row in EVERY}
    routes = {each.path for each in (*READS.values(), *WRITES.values()) if "/copy/" in each.path}
    assert {path.removeprefix("/api/v2/copy/") for path in routes} <= served


@pytest.mark.skipif(not SOURCE.is_dir(), reason="the sources are not beside the repository")
def test_every_endpoint_of_the_source_is_in_the_table() -> None:
    (path,) = SOURCE.glob("002*")
    text = path.read_text(encoding="utf-8")
    futures = set(re.findall(r"/api/mix/v1/trace/([A-Za-z/]+)", text))
    spot = set(re.findall(r"/api/spot/v1/trace/([A-Za-z/]+)", text)) - {"closeTrackOrderBySymbol"}
    ours = {row.v1.split(" ", 1)[1] for row in FUTURES}
    assert futures <= ours
    mine = {row.v1.split(",")[0] for row in SPOT}
    assert spot <= mine
    assert any("getRemoveFollowerConfig" in name for name in mine)
