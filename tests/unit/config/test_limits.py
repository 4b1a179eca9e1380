"""`[limits]` of config.toml and `BGTUI_LIMITS_…`: figures, `off`, and what the environment says otherwise."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bgtui.config.commandline import CommandLine
from bgtui.domain.error import ConfigError
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.limit import LIVE, PRACTICE, Group
from tests.support.place import Place

BTC = instrument_id(ProductType.USDT_FUTURES, "BTCUSDT")
ETH = instrument_id(ProductType.USDT_FUTURES, "ETHUSDT")
SPOT_BTC = instrument_id(ProductType.SPOT, "BTCUSDT")


@pytest.mark.parametrize(("environment", "limits"), [("sim", PRACTICE), ("demo", PRACTICE), ("live", LIVE)])
def test_what_is_not_set_is_the_environments(place: Place, environment: str, limits: object) -> None:
    assert place.load(CommandLine(environment=environment)).limits == limits


def test_live_is_limited_in_every_way_that_can_cost_an_account() -> None:
    for name in (
        "order_value",
        "position_percent",
        "leverage",
        "band_percent",
        "exposure_percent",
        "day_loss",
    ):
        assert getattr(LIVE, name) is not None, name
    assert LIVE.reduce_percent is None, "nothing is closed by itself unless somebody asked for it"


def test_a_table_of_config_toml(place: Place) -> None:
    place.toml(
        "[limits]\nmax_order_notional = 1500\nmax_leverage = 7.5\nmax_symbol_orders = 3\n"
        "max_daily_loss = 'off'\nduplicate_s = 0.5\n"
        "[limits.max_order_size]\nBTCUSDT = 0.25\n'spot:BTCUSDT' = 1\n"
        "[limits.groups]\nmajors = ['BTCUSDT', 'ETHUSDT']\n"
    )
    limits = place.load(CommandLine(environment="live")).limits
    assert (limits.order_value, limits.leverage) == (Decimal(1500), Decimal("7.5"))
    assert (limits.symbol_orders, limits.day_loss, limits.duplicate_ms) == (3, None, 500)
    assert limits.order_sizes == {BTC: Decimal("0.25"), SPOT_BTC: Decimal(1)}
    assert limits.groups == (Group("majors", frozenset({BTC, ETH})),)
    assert limits.position_percent == LIVE.position_percent


def test_variables_say_the_same_and_outrank_the_table(place: Place) -> None:
    place.toml("[limits]\nmax_leverage = 7\nmax_daily_loss = 100\n")
    limits = place.load(
        BGTUI_LIMITS_MAX_LEVERAGE="3",
        BGTUI_LIMITS_MAX_ORDER_SIZE="BTCUSDT=0.25, spot:BTCUSDT=1",
        BGTUI_LIMITS_GROUPS="majors=BTCUSDT+ETHUSDT, lone=spot:BTCUSDT",
        BGTUI_LIMITS_TYPO_PERCENT="off",
    ).limits
    assert (limits.leverage, limits.day_loss, limits.typo_percent) == (Decimal(3), Decimal(100), None)
    assert limits.order_sizes == {BTC: Decimal("0.25"), SPOT_BTC: Decimal(1)}
    assert limits.groups == (Group("majors", frozenset({BTC, ETH})), Group("lone", frozenset({SPOT_BTC})))


def test_a_profile_has_limits_of_its_own(place: Place) -> None:
    place.toml("[limits]\nmax_leverage = 7\nduplicate_s = 9\n[profiles.tight.limits]\nmax_leverage = 2\n")
    assert place.load().limits.leverage == 7
    tight = place.load(CommandLine(profile="tight")).limits
    assert (tight.leverage, tight.duplicate_ms) == (Decimal(2), 9000)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("limits = 5", "limits must be a table"),
        ("[limits]\nmax_lever = 5", r"'limits\.max_lever' is no setting"),
        ("[profiles.a.limits]\nmax_lever = 5", r"\[profiles\.a\] 'limits\.max_lever' is no setting"),
        (
            "[limits]\nmax_leverage = 0",
            r"limits\.max_leverage in .*toml: must be a number above zero, or off",
        ),
        ("[limits]\nmax_leverage = -5", "above zero"),
        ("[limits]\nmax_leverage = nan", "above zero"),
        ("[limits]\nmax_leverage = inf", "above zero"),
        ("[limits]\nmax_leverage = true", "above zero"),
        ("[limits]\nmax_leverage = 'lots'", "above zero"),
        ("[limits]\nmax_symbol_orders = 2.5", "whole number above zero"),
        ("[limits]\nmax_order_size = 5", "must be a table"),
        ("[limits.max_order_size]\n'no symbol' = 1", "not a symbol"),
        ("[limits.max_order_size]\nBTCUSDT = 'off'", "must give every symbol a number"),
        ("[limits.groups]\nmajors = []", "must name groups"),
        ("[limits.groups]\nmajors = ['bad symbol']", "not a symbol"),
    ],
)
def test_what_cannot_be_a_limit_is_refused_by_name(place: Place, text: str, says: str) -> None:
    place.toml(text)
    with pytest.raises(ConfigError, match=says) as caught:
        place.load()
    assert "\n" not in str(caught.value)


def test_a_bad_variable_is_named(place: Place) -> None:
    with pytest.raises(ConfigError, match=r"^BGTUI_LIMITS_GROUPS: must name groups"):
        place.load(BGTUI_LIMITS_GROUPS="majors")
