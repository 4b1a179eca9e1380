"""Facts as the store knows them, and what a leg tells before the settings were asked."""

from __future__ import annotations

from dataclasses import replace

from bgtui.domain import question
from bgtui.domain.account import SymbolSettings
from bgtui.domain.event import Event, InstrumentsListed, PositionsReported, QuestionAnswered
from bgtui.domain.order import MarginMode, PositionMode
from bgtui.session.facts import gather, questions
from bgtui.store.store import Store
from tests.support.build import BTC, ETH, SPOT_BTC, USDT, D, HandClock, contract, position


def store_with(*events: Event) -> Store:
    store = Store(HandClock())
    for event in (InstrumentsListed(USDT, (contract(), contract("ETHUSDT"))), *events):
        store.apply(event)
    return store


def test_without_rules_there_are_no_facts() -> None:
    assert gather(Store(HandClock()), BTC) is None


def test_what_nobody_told_is_none() -> None:
    facts = gather(store_with(), BTC)
    assert facts is not None
    assert (facts.position_mode, facts.margin_mode, facts.long_leverage, facts.equity) == (None,) * 4
    assert not facts.are_legs_known
    assert facts.margin_coin == "USDT"


def test_any_leg_tells_the_position_mode_but_only_its_own_tells_leverage() -> None:
    store = store_with(PositionsReported(USDT, (replace(position(), instrument=ETH),), 1))
    facts = gather(store, BTC)
    assert facts is not None
    assert (facts.position_mode, facts.margin_mode, facts.long_leverage) == (PositionMode.HEDGE, None, None)


def test_a_crossed_leg_tells_the_leverage_of_both_sides_an_isolated_one_its_own() -> None:
    facts = gather(store_with(PositionsReported(USDT, (position(),), 1)), BTC)
    assert facts is not None
    assert (facts.long_leverage, facts.short_leverage) == (D(10), D(10))
    isolated = replace(position(), margin_mode=MarginMode.ISOLATED)
    facts = gather(store_with(PositionsReported(USDT, (isolated,), 1)), BTC)
    assert facts is not None
    assert (facts.long_leverage, facts.short_leverage) == (D(10), None)


def test_settings_outrank_what_legs_tell() -> None:
    settings = SymbolSettings(BTC, "USDT", MarginMode.ISOLATED, PositionMode.ONE_WAY, D(3), D(4), D(5))
    store = store_with(
        PositionsReported(USDT, (position(),), 1),
        QuestionAnswered(question.symbol_settings(BTC), settings, 1),
    )
    facts = gather(store, BTC)
    assert facts is not None
    assert (facts.position_mode, facts.long_leverage, facts.short_leverage) == (
        PositionMode.ONE_WAY,
        D(4),
        D(5),
    )


def test_a_form_has_asked_what_its_rules_need() -> None:
    assert question.symbol_settings(BTC) in {asked for asked, _ in questions(BTC)}
    assert [asked for asked, _ in questions(SPOT_BTC)] == [question.fee_rates(SPOT_BTC)]
