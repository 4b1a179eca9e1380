"""When a rule fires: on an edge, once, and never on what is stale or not known."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bgtui.domain.alert import BUILT_IN, TRAITS, Alarm, AlertKind, AlertRule, Crossing, PriceSource
from bgtui.domain.instrument import ProductType, instrument_id, parse_instrument
from bgtui.domain.judgement import AlertFacts, Happening, Link, Memory, Quote, Verdict, judge
from bgtui.domain.order import MarginMode, PositionSide
from tests.support.build import BTC, SPOT_BTC, USDT, balance, position
from tests.support.watching import NOW_MS, market, price_rule

D = Decimal


def told(rule: AlertRule, *moments: AlertFacts) -> list[int]:
    """Return how many alerts each moment fires, one after the other."""
    memory, counts = Memory(), []
    for facts in moments:
        verdict = judge(rule, memory, facts)
        memory = verdict.memory
        counts.append(len(verdict.firings))
    return counts


def last(rule: AlertRule, facts: AlertFacts) -> Verdict:
    return judge(rule, Memory(), facts)


def test_a_price_fires_when_it_crosses_and_not_again_while_it_stays() -> None:
    moments = [market(price) for price in ("99", "99.9", "100", "105", "101")]

    assert told(price_rule("100"), *moments) == [0, 0, 1, 0, 0]


def test_a_price_below_fires_downwards_only() -> None:
    moments = [market(price) for price in ("99", "101", "100", "99")]

    assert told(price_rule("100", Crossing.BELOW), *moments) == [0, 0, 1, 0]


def test_a_price_that_is_there_already_has_crossed_nothing() -> None:
    assert told(price_rule("100"), market("120"), market("121")) == [0, 0]
    assert told(price_rule("100"), market("120"), market("99"), market("120")) == [0, 0, 1]


def test_it_is_armed_again_only_beyond_the_hysteresis() -> None:
    back = [market(price) for price in ("99", "100", "99.95", "100")]
    far = [market(price) for price in ("99", "100", "99.9", "100")]

    assert told(price_rule("100"), *back) == [0, 1, 0, 0]
    assert told(price_rule("100"), *far) == [0, 1, 0, 1]


def test_a_stale_or_unknown_price_fires_nothing_and_says_so() -> None:
    stale = market("150", is_current=False)

    assert told(price_rule("100"), market("99"), stale, market(None), market("99")) == [0, 0, 0, 0]
    assert "stale" in last(price_rule("100"), stale).memory.problem
    assert "not known" in last(price_rule("100"), market(None)).memory.problem
    assert last(price_rule("100"), market("99")).memory.problem == ""


def test_what_crossed_while_it_was_stale_is_told_when_it_is_known() -> None:
    assert told(price_rule("100"), market("99"), market("99", is_current=False), market("101")) == [0, 0, 1]


def test_a_rule_for_once_is_spent() -> None:
    rule = price_rule("100", repeats=False)
    memory = judge(rule, Memory(), market("99")).memory

    assert judge(rule, memory, market("101")).is_spent
    assert not judge(rule, memory, market("99")).is_spent


def test_a_rule_that_is_off_does_nothing() -> None:
    assert told(replace(price_rule("100"), is_on=False), market("99"), market("101")) == [0, 0]


def test_mark_and_last_are_different_prices() -> None:
    facts = AlertFacts(NOW_MS, quotes={BTC: Quote(last=D(99), mark=D(101), is_current=True)})
    rule = price_rule("100", source=PriceSource.MARK)

    assert last(rule, facts).memory.reads == "101"
    assert last(price_rule("100"), facts).memory.reads == "99"
    assert "spot has no mark" in last(replace(rule, instrument=SPOT_BTC), facts).memory.problem


def leg(liquidation: str | None = "90", ratio: str | None = None) -> AlertFacts:
    held = replace(
        position(),
        liquidation_price=None if liquidation is None else D(liquidation),
        margin_ratio=None if ratio is None else D(ratio),
    )
    quote = Quote(last=D(100), mark=D(100), is_current=True)
    return AlertFacts(
        NOW_MS, quotes={BTC: quote}, legs={USDT: (held,)}, wallets={USDT: ()}, leg_ages_s={USDT: 1.0},
    )  # fmt: skip


NEAR = AlertRule("r1", AlertKind.LIQUIDATION, None, D(5))


def test_a_leg_near_its_liquidation_is_told_at_once() -> None:
    assert told(NEAR, leg("96"), leg("96")) == [1, 0]
    assert told(NEAR, leg("90"), leg("96"), leg("94.5"), leg("96")) == [0, 1, 0, 1]
    assert "LONG BTCUSDT is 4.0% from 96" in last(NEAR, leg("96")).firings[0].text


def test_a_leg_without_a_liquidation_price_is_near_to_nothing() -> None:
    assert told(NEAR, leg(None)) == [0]
    assert last(NEAR, leg(None)).memory.problem == ""


def test_legs_that_are_not_current_or_a_stale_mark_are_no_distance() -> None:
    unknown = AlertFacts(NOW_MS, legs={USDT: None})
    stale = replace(leg("96"), quotes={BTC: Quote(mark=D(100), is_current=False)})

    assert told(NEAR, unknown, stale) == [0, 0]
    assert "not current" in last(NEAR, unknown).memory.problem
    assert "not current" in last(NEAR, stale).memory.problem


def test_a_leg_that_was_told_is_not_told_again_after_an_outage() -> None:
    assert told(NEAR, leg("96"), AlertFacts(NOW_MS, legs={USDT: None}), leg("96")) == [1, 0, 0]


def test_each_leg_fires_by_itself() -> None:
    both = leg("96")
    short = replace(position(side=PositionSide.SHORT), liquidation_price=D(103))
    facts = replace(both, legs={USDT: ((both.legs[USDT] or ())[0], short)})

    assert told(NEAR, both, facts) == [1, 1]


RATIO = AlertRule("r1", AlertKind.MARGIN_RATIO, None, D(50))


def wallet(risk: str | None, age_s: float = 1.0, facts: AlertFacts | None = None) -> AlertFacts:
    """Facts of a wallet that says how much of it is used up, and how long ago it did; over a crossed leg."""
    coin = replace(balance(), cross_risk_ratio=None if risk is None else D(risk))
    return replace(facts or leg(), wallets={USDT: (coin,)}, wallet_ages_s={(USDT, "USDT"): age_s})


def isolated(mark: str | None, *, told_age_s: float = 3600.0, is_current: bool = True) -> AlertFacts:
    """Facts of 1 BTC long from 100 with 10 behind it, told at a mark of 100 and a ratio of 10 %."""
    held = replace(
        position(), margin_mode=MarginMode.ISOLATED, mark_price=D(100), margin_ratio=D("0.1"), margin=D(10)
    )
    quote = Quote(mark=None if mark is None else D(mark), is_current=is_current)
    return replace(leg(), quotes={BTC: quote}, legs={USDT: (held,)}, leg_ages_s={USDT: told_age_s})


def test_margin_ratio_is_of_legs_and_of_wallets() -> None:
    assert told(RATIO, leg(ratio="0.4"), leg(ratio="0.5")) == [0, 1]
    assert told(RATIO, wallet("0.4"), wallet("0.6")) == [0, 1]
    assert "100% is liquidation" in last(RATIO, leg(ratio="0.5")).firings[0].text


def test_the_ratio_of_an_isolated_leg_goes_by_the_mark_of_now() -> None:
    # At 92 the margin left is 2 of 10: 0.1 x 0.92 x 10 / 2. At 91.65: 0.555; at 96: 0.24.
    moments = [isolated(mark) for mark in ("100", "92", "91.65", "96", "91")]
    assert told(RATIO, *moments) == [0, 0, 1, 0, 1]
    assert last(RATIO, isolated("92")).memory.reads == "46.0%"
    assert last(RATIO, isolated("91.65")).firings[0].text == (
        "Margin: LONG BTCUSDT has a margin ratio of about 55.5%, over 50.0%; 100% is liquidation."
    )
    assert last(RATIO, isolated("80")).memory.reads == "100.0%"


def test_a_leg_of_a_coin_margined_contract_is_judged_as_told_alone() -> None:
    facts = isolated("91", told_age_s=1.0)
    held = replace((facts.legs[USDT] or ())[0], instrument=instrument_id(ProductType.COIN_FUTURES, "BTCUSD"))
    coin = ProductType.COIN_FUTURES
    facts = replace(
        facts, quotes={held.instrument: facts.quotes[BTC]}, legs={coin: (held,)}, wallets={coin: ()}
    )

    assert last(RATIO, replace(facts, leg_ages_s={coin: 1.0})).memory.reads == "10.0%"
    assert (
        "BTCUSD was told over 60s ago" in last(RATIO, replace(facts, leg_ages_s={coin: 61.0})).memory.problem
    )


def test_a_leg_whose_mark_is_old_is_judged_as_told_while_that_is_young() -> None:
    high = isolated("91", told_age_s=20.0, is_current=False)
    assert last(RATIO, high).memory.reads == "10.0%"
    for mark in ("91", None):
        old = isolated(mark, told_age_s=61.0, is_current=False)
        assert told(RATIO, isolated("100"), old) == [0, 0]
        assert last(RATIO, old).memory.problem == "margin ratio of LONG BTCUSDT was told over 60s ago"
    unsaid = replace(isolated("91"), leg_ages_s={}, quotes={})
    assert "LONG BTCUSDT was told over 60s ago" in last(RATIO, unsaid).memory.problem


def test_what_grew_old_neither_fires_nor_arms_the_rule_again() -> None:
    moments = [
        isolated("91"),
        isolated("99", told_age_s=61, is_current=False),
        isolated("91"),
        isolated("99"),
    ]

    assert told(RATIO, *moments, isolated("91")) == [1, 0, 0, 0, 1]


def test_the_risk_of_a_wallet_that_was_told_long_ago_is_not_judged_while_crossed_legs_stand() -> None:
    assert told(RATIO, wallet("0.4"), wallet("0.6", 61.0), wallet("0.6")) == [0, 0, 1]
    assert (
        last(RATIO, wallet("0.6", 61.0)).memory.problem == "margin ratio of USDT wallet was told over 60s ago"
    )
    assert last(RATIO, wallet("0.6", 61.0)).memory.reads == ""
    unknown = wallet("0.6", 61.0, replace(leg(), legs={USDT: None}))
    assert last(RATIO, unknown).firings == ()
    still = wallet("0.6", 3600.0, isolated("100"))
    assert last(RATIO, still).memory.problem == ""
    assert len(last(RATIO, still).firings) == 1, "no mark moves it"


def test_a_crossed_leg_is_told_once_with_its_wallet() -> None:
    facts = wallet("0.6", facts=leg(ratio="0.6"))

    assert [firing.subject for firing in last(RATIO, facts).firings] == ["usdt-futures/USDT"]
    assert len(last(RATIO, wallet(None, facts=leg(ratio="0.6"))).firings) == 1
    assert "is not told" in last(RATIO, wallet(None)).memory.problem


def funding(rate: str | None = "0.001", in_minutes: int = 30) -> AlertFacts:
    quote = Quote(
        funding_rate=None if rate is None else D(rate), next_funding_ms=NOW_MS + in_minutes * 60_000,
        is_current=True,
    )  # fmt: skip
    return AlertFacts(NOW_MS, quotes={BTC: quote})


def test_funding_over_a_rate_either_way() -> None:
    rule = AlertRule("r1", AlertKind.FUNDING_RATE, BTC, D("0.05"))

    assert told(rule, funding("0.0001"), funding("-0.0005"), funding("-0.0006")) == [0, 1, 0]
    assert "shorts pay longs" in last(rule, funding("-0.0005")).firings[0].text
    assert told(rule, funding(None)) == [0]


def test_funding_soon_fires_once_a_settlement() -> None:
    rule = AlertRule("r1", AlertKind.FUNDING_SOON, BTC, D(10))
    times = (30, 10, 5, 0, 480, 10)

    assert told(rule, *(funding(in_minutes=left) for left in times)) == [0, 1, 0, 0, 0, 1]


def links(down_s: float | None) -> AlertFacts:
    return AlertFacts(NOW_MS, links=(Link("private", down_s),))


def test_a_lost_connection_is_told_after_its_time_and_once() -> None:
    rule = AlertRule("r1", AlertKind.CONNECTION, threshold=D(10))

    assert told(rule, links(None), links(3.0), links(10.0), links(60.0), links(None), links(10.0)) == (
        [0, 0, 1, 0, 0, 1]
    )


def test_clock_skew_is_told_once_it_is_measured() -> None:
    rule = AlertRule("r1", AlertKind.CLOCK, threshold=D(1))

    assert told(rule, AlertFacts(NOW_MS), AlertFacts(NOW_MS, clock_offset_ms=-3100)) == [0, 1]
    assert last(rule, AlertFacts(NOW_MS)).memory.problem == "the clock is not measured yet"


@pytest.mark.parametrize("kind", [AlertKind.POSITION_RISK, AlertKind.DAY_LOSS, AlertKind.KILL])
def test_what_another_part_says_stands_is_told_until_it_is_mended(kind: AlertKind) -> None:
    rule = AlertRule("r1", kind)
    stands = AlertFacts(NOW_MS, alarms=(Alarm(kind, "a", "Words of the other part."),))

    assert told(rule, AlertFacts(NOW_MS), stands, stands, AlertFacts(NOW_MS), stands) == [0, 1, 0, 0, 1]
    assert last(rule, stands).firings[0].text == "Words of the other part."


def test_an_order_of_unknown_outcome_is_told_once() -> None:
    rule = AlertRule("r1", AlertKind.UNKNOWN_OUTCOME)
    doubt = AlertFacts(NOW_MS, doubtful=(("sim1-1", "no reply in 10 s"),))

    assert told(rule, doubt, doubt, AlertFacts(NOW_MS), doubt) == [1, 0, 0, 1]


def test_what_happens_is_told_each_time_to_the_rules_of_its_kind_and_place() -> None:
    fill = Happening(AlertKind.FILL, "1", "Filled: buy 1 BTCUSDT @ 100", BTC)
    facts = AlertFacts(NOW_MS, happenings=(fill,))
    elsewhere = AlertRule("r1", AlertKind.FILL, parse_instrument("ETHUSDT", USDT))

    assert told(AlertRule("r1", AlertKind.FILL), facts, facts) == [1, 1]
    assert told(AlertRule("r1", AlertKind.FILL, BTC), facts) == [1]
    assert told(elsewhere, facts) == [0]
    assert told(AlertRule("r1", AlertKind.REJECTION), facts) == [0]


def test_without_a_key_a_rule_about_the_account_says_so() -> None:
    facts = AlertFacts(NOW_MS, has_account=False)

    assert "no key" in last(AlertRule("r1", AlertKind.FILL), facts).memory.problem
    assert "no key" in last(NEAR, facts).memory.problem


def test_what_is_built_in_is_on_and_says_what_it_is() -> None:
    assert all(rule.is_on and rule.is_built_in and rule.words for rule in BUILT_IN)
    assert {rule.kind for rule in BUILT_IN} >= {
        AlertKind.FILL,
        AlertKind.REJECTION,
        AlertKind.CONNECTION,
        AlertKind.UNKNOWN_OUTCOME,
        AlertKind.FORCED,
    }
    assert all((rule.threshold is not None) == bool(TRAITS[rule.kind].unit) for rule in BUILT_IN)
