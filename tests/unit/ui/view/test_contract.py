"""What a form says when a contract's rules change under it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bgtui.domain.instrument import Instrument, InstrumentStatus
from bgtui.domain.text import clean_line
from bgtui.ui.view.contract import news
from tests.support.build import D
from tests.support.scene_market import BTC, instruments

RULES: Instrument = next(
    rules for event in instruments() for rules in getattr(event, "instruments", ()) if rules.id == BTC
)


@pytest.mark.parametrize(
    ("price", "size", "says"),
    [
        ("67238.2", "0.01", "BTCUSDT tick is 0.5 now, was 0.1: 67,238.2 does not fit; choose a price."),
        ("67238.5", "0.01", "BTCUSDT tick is 0.5 now, was 0.1: look at the figures again."),
        (None, None, "BTCUSDT tick is 0.5 now, was 0.1: look at the figures again."),
    ],
)
def test_a_tick_that_changed_names_the_price_that_does_not_fit(
    price: str | None, size: str | None, says: str
) -> None:
    now = replace(RULES, tick=D("0.5"))
    told = news(RULES, now, Decimal(price) if price else None, Decimal(size) if size else None)
    assert told == says
    assert told == clean_line(told, 78), "it fits into the message line"


def test_a_size_step_that_changed_names_the_size_that_does_not_fit() -> None:
    now = replace(RULES, size_step=RULES.size_step * 10)
    step = f"{RULES.size_step * 10:f} now, was {RULES.size_step:f}"
    size = RULES.size_step * 15
    assert news(RULES, now, None, size) == (
        f"BTCUSDT size step is {step}: {size:f} does not fit; choose a size."
    )
    grown = replace(RULES, min_size=D("1"))
    assert "smallest size is 1 now" in news(RULES, grown, None, size)
    assert "does not fit" in news(RULES, grown, None, size)


@pytest.mark.parametrize(
    "status",
    [each for each in InstrumentStatus if each not in (InstrumentStatus.UNKNOWN, InstrumentStatus.NORMAL)],
)
def test_a_symbol_that_stopped_trading_says_what_it_is_and_what_to_do(status: InstrumentStatus) -> None:
    told = news(RULES, replace(RULES, status=status), None, None)
    assert told.startswith("BTCUSDT is ")
    assert told.count(";") == 1, "what to do stands last"
    assert told == clean_line(told, 78)


def test_a_symbol_that_is_on_no_list_is_gone() -> None:
    assert news(RULES, None, None, None) == ("BTCUSDT is not listed any more: no order is taken; esc leaves.")


def test_what_no_form_goes_by_is_no_news() -> None:
    assert news(RULES, replace(RULES, maker_fee_rate=D("0.1")), None, None) == ""
