"""What every screen shares: finding, palette, help, quitting, history, privacy, small terminals, notices."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bgtui.domain.event import Connection, ConnectionLost, ConnectionOpened, InstrumentsListed
from bgtui.domain.instrument import instrument_id
from bgtui.ui.keys import Context
from bgtui.ui.screens.registry import SCREENS
from bgtui.ui.workspace import Badge, Identity
from tests.support import scene, scene_market
from tests.support.build import USDT
from tests.support.terminal import Terminal, open_terminal

ETH = instrument_id(USDT, "ETHUSDT")


def scene_terminal(**given: Any) -> Any:
    return open_terminal(**{"events": scene.events(), "identity": scene.IDENTITY, **given})


async def test_line_1_says_where_how_and_how_well_at_every_size() -> None:
    async with scene_terminal(size=(80, 24)) as terminal:
        assert terminal.row(1) == (
            "[SIM]  ARMED      main     hedge    pub ● 0.1s   prv ● 1.2s   alerts 0  14:03:27"
        )
        await terminal.resize(120, 40)
        assert "rest 41ms  orders 9/10   today +5.14" in terminal.row(1)
        await terminal.resize(200, 50)
        assert "equity ≈12,416.92 free 9,862.74   cross risk 0.5%" in terminal.row(1)
        await terminal.resize(60, 15)
        assert terminal.row(1).startswith("[SIM]  ARMED")
        assert terminal.row(1).endswith("alerts 0    14:03")


async def test_a_terminal_too_small_gets_a_card_that_still_quits() -> None:
    async with scene_terminal(size=(52, 12)) as terminal:
        assert terminal.row(1) == "bgtui needs 60x15, this is 52x12"
        assert "legs 5  uPnL +16.92  orders 9" in terminal.screen_text()
        await terminal.press("/")
        assert terminal.app.asking.docks == []
        await terminal.resize(80, 24)
        assert terminal.row(1).startswith("[SIM]")


async def test_find_filters_and_shows_the_chosen_symbol() -> None:
    async with scene_terminal(size=(80, 24)) as terminal:
        await terminal.press("/", "e", "t", "h")
        assert "4 of 16" in terminal.screen_text()
        assert "close only" in terminal.screen_text()
        await terminal.press("enter")
        assert terminal.workspace.instrument == ETH
        assert terminal.row(2).lstrip().startswith("ETHUSDT")
        await terminal.press("-")
        assert terminal.workspace.instrument == scene.BTC


async def test_find_pins_and_unpins_and_the_list_is_remembered() -> None:
    kept: list[tuple[str, ...]] = []
    async with scene_terminal(size=(80, 24)) as terminal:
        terminal.workspace.remember = kept.append
        etc = instrument_id(USDT, "ETCUSDT")
        await terminal.press("/", "e", "t", "c", "space")
        assert etc in terminal.workspace.watch_list
        await terminal.press("space")
        assert etc not in terminal.workspace.watch_list
        assert [etc in pins for pins in kept] == [True, False]


async def test_find_changes_the_market_by_tab_and_leaves_by_esc() -> None:
    async with scene_terminal(size=(80, 24)) as terminal:
        await terminal.press("/", "tab")
        assert "USDC-FUTURES" in terminal.screen_text()
        assert "BTCPERP" in terminal.screen_text()
        await terminal.press("esc")
        assert terminal.app.asking.docks == []


async def test_find_begins_at_the_top_of_the_next_market() -> None:
    async with scene_terminal(size=(80, 24)) as terminal:
        await terminal.press("/", "down", "down", "tab", "tab", "tab", "tab", "enter")
        assert terminal.workspace.instrument == scene.BTC


async def test_find_takes_what_is_left_of_a_list_that_shrank_beneath_the_cursor() -> None:
    async with scene_terminal(size=(80, 24)) as terminal:
        await terminal.press("/", *("down",) * 9)
        left = tuple(each for each in terminal.store.instruments(USDT) or () if each.id == ETH)
        terminal.session.apply(InstrumentsListed(USDT, left))
        await terminal.press("enter")
        assert terminal.workspace.instrument == ETH


async def test_the_palette_runs_an_action_as_its_key_would() -> None:
    async with scene_terminal(size=(80, 24)) as terminal:
        await terminal.press(":")
        await terminal.type("hide names")
        assert "privacy.toggle" in terminal.screen_text()
        await terminal.press("enter")
        assert terminal.workspace.is_private


async def test_the_palette_refuses_what_a_read_only_run_cannot_do() -> None:
    async with scene_terminal(size=(80, 24), can_trade=False) as terminal:
        await terminal.press(":")
        await terminal.type("buy limit at")
        assert "Sends orders: this run is" in terminal.screen_text()
        await terminal.press("enter")
        assert terminal.message.startswith("Read-only")


async def test_help_lists_the_keys_of_the_place_with_own_chords() -> None:
    async with scene_terminal(size=(80, 24), keys={"ladder.centre": "Z"}) as terminal:
        await terminal.press("?")
        text = terminal.screen_text()
        assert "HELP  Trade · ladder" in text
        assert " Z         recentre" in text
        await terminal.type("reverse")
        assert "position" in terminal.screen_text()
        await terminal.press("esc")
        assert "HELP" not in terminal.screen_text()


async def test_quit_shows_what_stays_and_y_counts_only_after_a_calm_moment() -> None:
    async with scene_terminal(size=(80, 24)) as terminal:
        await terminal.press("q", "y")
        assert "QUIT" in terminal.screen_text()
        assert "orders   8  1 from elsewhere" in terminal.screen_text()
        await terminal.step(0.4)
        await terminal.press("y")
        await terminal.pilot.pause()
        assert terminal.app.return_code == 0


async def test_quit_leaves_at_once_when_nothing_rests() -> None:
    async with open_terminal(events=scene.market_events(), size=(80, 24)) as terminal:
        await terminal.press("q")
        await terminal.pilot.pause()
        assert terminal.app.return_code == 0


async def test_privacy_hides_the_account_and_its_money() -> None:
    async with scene_terminal(size=(200, 50)) as terminal:
        await terminal.press("H")
        text = terminal.screen_text()
        assert "12,416.92" not in text
        assert "9,862.74" not in text
        assert "main" not in terminal.row(1)
        await terminal.press("H")
        assert "12,416.92" in terminal.screen_text()


SECRETS = ("12,416.92", "9,862.74", "16.92", "167.28", "1,820.44", "4,806", "jade_moon", "8812", "AlphaDesk")


@pytest.mark.parametrize("name", [screen.name_id for screen in SCREENS])
async def test_privacy_hides_names_ids_and_money_on_every_screen(name: str) -> None:
    async with scene_terminal(size=(200, 50), screen=name) as terminal:
        shown = [secret for secret in SECRETS if secret in terminal.screen_text()]
        await terminal.press("H")
        assert [secret for secret in SECRETS if secret in terminal.screen_text()] == []
        assert shown  # so that there was something to hide


async def test_a_row_is_shown_as_json_in_ascii() -> None:
    async with scene_terminal(size=(200, 50)) as terminal:
        await terminal.press("e")
        assert "JSON" in terminal.screen_text()
        await terminal.press("esc")
        assert terminal.app.asking.docks == []


async def test_a_lost_stream_is_said_kept_current_and_said_to_be_over() -> None:
    async with scene_terminal(size=(80, 24)) as terminal:
        await terminal.apply(
            ConnectionLost(Connection.PUBLIC, "public-0", "no pong", 4000),
            ConnectionLost(Connection.PRIVATE, "private", "no pong", 4000),
        )
        await terminal.step(2.0)
        assert terminal.row(-2).strip().startswith("Both streams lost 2s ago (no pong); retry in 2s")
        assert "pub DOWN 2s" in terminal.row(1)
        assert "NO FEED" in terminal.row(1)
        await _come_back(terminal)
        assert terminal.message.startswith("Live again after 2.0s")


async def _come_back(terminal: Terminal) -> None:
    await terminal.apply(
        ConnectionOpened(Connection.PUBLIC, "public-0", 2),
        ConnectionOpened(Connection.PRIVATE, "private", 2),
        scene_market.book_event(200),
        *[event for event in scene.events() if type(event).__name__ == "AccountReconciled"],
    )


async def test_other_messages_are_not_overwritten_by_a_trouble_that_grows_older() -> None:
    async with scene_terminal(size=(80, 24)) as terminal:
        await terminal.apply(ConnectionLost(Connection.PRIVATE, "private", "no pong", 4000))
        terminal.app.say("sent: something")
        await terminal.step(3.0)
        assert terminal.message == "sent: something"


async def test_the_first_sentence_says_where_the_person_is() -> None:
    async with open_terminal(size=(80, 24)) as terminal:
        assert terminal.message.startswith("Simulator: nothing here is real money. b buys")
    no_key = Identity(badge=Badge.LIVE, watch_list=(scene.BTC,))
    async with open_terminal(size=(80, 24), identity=no_key, can_trade=False) as terminal:
        assert terminal.message == "No key: market only. Add one: bgtui keys add"
        assert "no key" in terminal.row(1)


async def test_keys_of_a_dock_shut_out_every_other() -> None:
    async with scene_terminal(size=(80, 24)) as terminal:
        await terminal.press("/")
        assert terminal.app.asking.alive() == (Context.PICKER,)


async def test_evidence_keeps_hostile_text_escaped() -> None:
    from bgtui.ui.view.evidence import to_json
    from tests.support.scene_copy import followers

    text = to_json(list(followers()))

    assert text.isascii()
    assert "\x1b" not in text
    assert len(json.loads(text)) == len(followers())


async def test_keys_typed_ahead_of_a_dock_that_closes_are_not_lost_in_it() -> None:
    from textual import events

    async with scene_terminal(size=(80, 24)) as terminal:
        await terminal.press("/")
        for key, character in (("enter", "\r"), ("H", "H")):
            terminal.app.post_message(events.Key(key, character))
        await terminal.settle()
        assert terminal.app.asking.docks == []
        assert terminal.workspace.is_private
