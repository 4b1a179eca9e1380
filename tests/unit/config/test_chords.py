"""`[keys]` of config.toml: passed on as it stands, refused when it is no table of text."""

from __future__ import annotations

import pytest

from bgtui.domain.error import ConfigError
from tests.support.place import Place


def test_a_persons_keys_are_passed_on(place: Place) -> None:
    place.toml('fps = 5\n[keys]\n"ladder.buy" = "B"\n"list.down" = ["j", "down"]\n')

    assert place.load().chords == {"ladder.buy": "B", "list.down": ["j", "down"]}


def test_without_a_table_there_are_none(place: Place) -> None:
    assert place.load().chords == {}


@pytest.mark.parametrize(
    "text", ['keys = "b"', '[keys]\n"ladder.buy" = 3', '[keys]\n"ladder.buy" = ["b", 1]']
)
def test_what_is_no_table_of_text_is_refused(place: Place, text: str) -> None:
    place.toml(text)

    with pytest.raises(ConfigError, match="keys"):
        place.load()
