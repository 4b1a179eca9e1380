"""`--trade`: what it may ask for, and what it contradicts."""

from __future__ import annotations

import pytest

from bgtui.config.commandline import CommandLine
from bgtui.domain.error import ConfigError, ExitCode
from tests.support.place import KEY_VARIABLES, Place, assert_no_secret

TRADE = CommandLine(trade=True)


@pytest.mark.parametrize("environment", ["sim", "demo"])
def test_where_trading_is_the_default_it_changes_nothing(place: Place, environment: str) -> None:
    typed = CommandLine(environment=environment)
    asked, unasked = place.load(TRADE.over(typed), **KEY_VARIABLES), place.load(typed, **KEY_VARIABLES)
    assert asked == unasked
    assert not asked.is_read_only


def test_it_opens_live_which_is_read_only_without_it(place: Place) -> None:
    live = CommandLine(environment="live")
    assert place.load(live, **KEY_VARIABLES).is_read_only
    assert not place.load(TRADE.over(live), **KEY_VARIABLES).is_read_only


@pytest.mark.parametrize("spelled", ["false", "0", "no"])
def test_no_file_and_no_variable_lifts_the_default_of_live(place: Place, spelled: str) -> None:
    place.toml("read_only = false\n")
    place.dotenv(f"BGTUI_READ_ONLY={spelled}\n")
    typed = CommandLine(environment="live")
    assert place.load(typed, BGTUI_READ_ONLY=spelled, **KEY_VARIABLES).is_read_only


@pytest.mark.parametrize("environment", ["sim", "demo", "live"])
@pytest.mark.parametrize("source", ["flag", "variable", ".env", "config.toml"])
def test_read_only_from_any_source_contradicts_it(place: Place, source: str, environment: str) -> None:
    variables = dict(KEY_VARIABLES)
    if source == "config.toml":
        place.toml("read_only = true\n")
    elif source == ".env":
        place.dotenv("BGTUI_READ_ONLY=true\n")
    elif source == "variable":
        variables["BGTUI_READ_ONLY"] = "1"
    typed = CommandLine(environment=environment, trade=True, read_only=source == "flag")
    with pytest.raises(ConfigError, match="--trade contradicts") as refused:
        place.load(typed, **variables)
    assert refused.value.exit_code is ExitCode.USAGE
    assert "\n" not in str(refused.value)
    assert_no_secret(str(refused.value))


def test_true_wins_over_a_false_that_stands_higher(place: Place) -> None:
    place.toml("read_only = true\n")
    assert place.load(BGTUI_READ_ONLY="false").is_read_only
    with pytest.raises(ConfigError, match=r"--trade contradicts read_only in .*config\.toml"):
        place.load(TRADE, BGTUI_READ_ONLY="false")


def test_it_may_stand_before_or_after_a_command() -> None:
    assert TRADE.over(CommandLine()).trade
    assert CommandLine().over(TRADE).trade
