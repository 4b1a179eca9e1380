"""`[alerts]` of config.toml: an argument list and a bell, from the person's own file alone."""

from __future__ import annotations

import pytest

from bgtui.config.alerts import AlertTable
from bgtui.domain.error import ConfigError
from tests.support.place import Place


def test_the_command_is_a_list_of_arguments(place: Place) -> None:
    place.toml('fps = 5\n[alerts]\ncommand = ["notify-send", "bgtui", "{text}"]\nbell = false\n')

    assert place.load().alerts == AlertTable(("notify-send", "bgtui", "{text}"), has_bell=False)


def test_without_a_table_the_bell_rings_and_nothing_is_run(place: Place) -> None:
    assert place.load().alerts == AlertTable((), has_bell=True)


@pytest.mark.parametrize(
    "text",
    [
        'alerts = "x"',
        '[alerts]\ncommand = "notify-send {text}"',
        "[alerts]\ncommand = [3]",
        '[alerts]\ncommand = [""]',
        '[alerts]\ncommand = ["{text}"]',
        '[alerts]\ncommand = ["a", "b\\u0000c"]',
        '[alerts]\nbell = "loud"',
        "[alerts]\nvolume = 11",
        '[profiles.main.alerts]\ncommand = ["x"]',
    ],
)
def test_what_is_no_such_table_is_refused_in_one_line(place: Place, text: str) -> None:
    place.toml(text)

    with pytest.raises(ConfigError, match="alerts") as refusal:
        place.load()

    assert "\n" not in str(refusal.value)


def test_the_working_directory_cannot_name_a_program(place: Place) -> None:
    place.dotenv("BGTUI_ALERTS='[\"evil\"]'\n")

    with pytest.raises(ConfigError, match="no setting"):
        place.load()


def test_a_config_file_that_others_may_write_names_no_program(place: Place) -> None:
    place.toml('[alerts]\ncommand = ["notify-send", "{text}"]\n', mode=0o666)

    with pytest.raises(ConfigError, match="chmod"):
        place.load()
