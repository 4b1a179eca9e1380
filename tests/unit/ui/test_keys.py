"""The key table: what a chord may be, that none clashes, and that every action is somewhere."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import Counter
from types import ModuleType

import pytest

import bgtui.ui
from bgtui.domain.error import ConfigError
from bgtui.ui.keys import ALIVE_TOGETHER, KEYS, Context, Key, KeyTable, Needs, remapped
from bgtui.ui.view import help as help_view
from bgtui.ui.view.palette import entries
from tests.support import keytable

TERMINALS_OWN = {"ctrl+c", "ctrl+z"}
NAMED = {
    "up",
    "down",
    "left",
    "right",
    "home",
    "end",
    "pgup",
    "pgdn",
    "tab",
    "shift+tab",
    "enter",
    "esc",
    "space",
}


def _modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(bgtui.ui.__path__, "bgtui.ui.")
    return [importlib.import_module(module.name) for module in found]


def _methods() -> set[str]:
    from bgtui.cli import screening

    classes = {
        value
        for module in (*_modules(), screening)
        for value in vars(module).values()
        if isinstance(value, type) and value.__module__.startswith("bgtui.")
    }
    return {name for cls in classes for name in dir(cls) if name.startswith("do_")}


@pytest.mark.parametrize("group", ALIVE_TOGETHER, ids="+".join)
def test_no_chord_means_two_things_in_one_place(group: tuple[Context, ...]) -> None:
    chords = Counter(chord for key in KEYS if key.context in group for chord in key.chords)

    assert [chord for chord, count in chords.items() if count > 1] == []


def test_every_context_is_in_a_group_that_is_checked() -> None:
    assert {context for group in ALIVE_TOGETHER for context in group} == set(Context)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: f"{key.context}-{key.action}")
def test_a_chord_is_one_that_every_terminal_sends(key: Key) -> None:
    for chord in key.chords:
        is_character = len(chord) == 1 and chord.isascii() and chord.isprintable() and chord != " "
        assert is_character or chord in NAMED or chord in TERMINALS_OWN
        if chord.isupper() and len(chord) == 1:
            assert key.tier in (0, 2)
        if chord == "y":
            assert key.context in (Context.REVIEW, Context.CANCEL, Context.KILL, Context.QUIT)
            assert not key.is_bindable


def test_what_sends_needs_a_desk_and_what_looks_does_not() -> None:
    assert [key for key in KEYS if key.tier == 0 and key.needs is Needs.DESK] == []
    assert [key for key in KEYS if key.tier and key.needs is not Needs.DESK] == []


def test_every_action_has_a_method_somewhere() -> None:
    methods = _methods()

    missing = {key.action for key in KEYS if "do_" + key.action.replace(".", "_") not in methods}

    assert missing == set()


def test_an_action_id_can_be_written_into_a_config_file() -> None:
    assert [key.action for key in KEYS if not re.fullmatch(r"[a-z]+\.[a-z_0-9]+", key.action)] == []


@pytest.mark.parametrize("context", list(Context))
def test_help_names_every_key_of_a_place(context: Context) -> None:
    lines = help_view.lines(KeyTable(), (context,), "", can_trade=True)

    told = {line.key.action for line in lines if line.key is not None}
    wanted = {key.action for key in KEYS if key.context is context}

    # The screens share one line.
    assert {a for a in wanted if not a.startswith("screen.")} <= told
    assert any(a.startswith("screen.") for a in told) == any(a.startswith("screen.") for a in wanted)


def test_a_read_only_run_has_no_sending_key_in_its_help() -> None:
    contexts = (Context.LADDER, Context.ANY)

    lines = help_view.lines(KeyTable(), contexts, "", can_trade=False)

    assert [line for line in lines if line.key is not None and line.key.needs is Needs.DESK] == []


def test_help_shows_a_persons_own_chord() -> None:
    table = remapped({"ladder.centre": "Z"})

    lines = help_view.lines(table, (Context.LADDER,), "recentre", can_trade=True)

    assert [line.chords for line in lines if line.key is not None] == ["Z"]


def test_the_palette_offers_what_is_alive_before_the_rest() -> None:
    offered = entries(
        KeyTable(), (Context.LIST, Context.ORDERS, Context.ANY), "", can_trade=True, score=lambda _q, _c: 1.0
    )

    alive = [entry.is_alive for entry in offered]
    assert alive == sorted(alive, reverse=True)
    assert len({entry.key.action for entry in offered}) == len(offered)


@pytest.mark.parametrize(
    ("chosen", "complaint"),
    [
        ({"ladder.jump": "z"}, "no action"),
        ({"review.send": "k"}, "cannot be moved"),
        ({"ladder.buy": "y"}, "only confirms"),
        ({"ladder.buy": "f5"}, "no chord"),
        ({"ladder.buy": "ctrl+p"}, "no chord"),
        ({"ladder.buy": "s"}, "both"),
        ({"cancel.bids": "Z"}, "capitals"),
    ],
)
def test_a_chord_that_cannot_be_is_refused_in_one_line(chosen: dict[str, str], complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint) as refusal:
        remapped(chosen)

    assert "\n" not in str(refusal.value)


def test_chords_can_be_exchanged() -> None:
    table = remapped({"ladder.buy": "B", "ladder.take_ask": "b"})

    assert table.find((Context.LADDER,), "b") is not None
    assert table.find((Context.LADDER,), "b") == table.of("ladder.take_ask", (Context.LADDER,))


def test_the_page_about_keys_is_the_table() -> None:
    wanted = keytable.page()

    assert keytable.PAGE.read_text(encoding="utf-8") == wanted, "python -m tests.support.keytable"


def test_every_help_line_fits_half_a_terminal() -> None:
    assert [key.help for key in KEYS if len(key.help) > 26] == []
