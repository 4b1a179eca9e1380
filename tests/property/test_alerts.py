"""Rules of alerts: nothing fires without an edge, nothing on doubt, and nothing grows with what comes."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bgtui.domain.alert import BUILT_IN, AlertKind, AlertRule, Crossing
from bgtui.domain.event import FillReported
from bgtui.domain.judgement import AlertFacts, Link, Memory, judge
from bgtui.session.alertfacts import MAX_HAPPENINGS
from bgtui.session.alerts import COLLAPSE_S, MAX_TOLD
from bgtui.session.rulebook import read_rule
from bgtui.store.alerts import MAX_ALERTS
from tests.support.build import fill
from tests.support.watching import NOW_MS, Watched, market, price_rule

PRICES = st.integers(90, 110) | st.none()
MOMENTS = st.lists(st.tuples(PRICES, st.booleans()), max_size=60)


def fired(rule: AlertRule, moments: list[AlertFacts]) -> list[int]:
    memory, counts = Memory(), []
    for facts in moments:
        verdict = judge(rule, memory, facts)
        memory = verdict.memory
        counts.append(len(verdict.firings))
    return counts


@given(MOMENTS, st.sampled_from(Crossing))
def test_a_price_fires_exactly_where_the_known_prices_cross(
    moments: list[tuple[int | None, bool]], crossing: Crossing
) -> None:
    facts = [
        market(None if price is None else str(price), is_current=is_current) for price, is_current in moments
    ]

    counts = fired(price_rule("100", crossing), facts)

    before: int | None = None
    for (price, is_current), count in zip(moments, counts, strict=True):
        if price is None or not is_current:
            assert count == 0
            continue
        is_there = price >= 100 if crossing is Crossing.ABOVE else price <= 100
        was_there = before is None or (before >= 100 if crossing is Crossing.ABOVE else before <= 100)
        assert count == int(is_there and not was_there)
        before = price


@given(st.lists(st.none() | st.floats(0, 30), max_size=60))
def test_what_lasts_fires_once_while_it_lasts(downs: list[float | None]) -> None:
    rule = AlertRule("r1", AlertKind.CONNECTION, threshold=Decimal(10))

    counts = fired(rule, [AlertFacts(NOW_MS, links=(Link("private", down),)) for down in downs])

    is_told = False
    for down, count in zip(downs, counts, strict=True):
        is_long = down is not None and down >= 10
        assert count == int(is_long and not is_told)
        is_told = (is_told or is_long) and down is not None


@given(st.lists(st.tuples(st.sampled_from(["99", "101"]), st.floats(0, 3)), max_size=80))
def test_a_rule_for_once_fires_at_most_once(moments: list[tuple[str, float]]) -> None:
    rule, memory, total = price_rule("100", repeats=False), Memory(), 0
    for price, _ in moments:
        verdict = judge(rule, memory, market(price))
        total += len(verdict.firings)
        if verdict.is_spent:
            break
        memory = verdict.memory

    assert total <= 1


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 3), st.floats(0, 4)), max_size=30))
def test_however_many_come_few_are_told_and_every_one_is_counted(
    bursts: list[tuple[int, int, float]],
) -> None:
    watched = Watched()
    number, begun_s = 0, watched.clock.monotonic()
    for size, spread, pause_s in bursts:
        for _ in range(size):
            number += 1
            order = f"o{number % (10**spread)}"
            watched.apply(FillReported(fill(f"t{number}", watched.clock.now_ms(), order_id=order)))
        watched.look(pause_s)

    alerts = watched.store.alerts()
    lasted_s = watched.clock.monotonic() - begun_s
    assert sum(alert.count for alert in alerts) == number
    assert len(alerts) <= MAX_TOLD * (lasted_s / COLLAPSE_S + 2)
    assert len(alerts) <= MAX_ALERTS
    assert len(watched.watch._happenings.drain()) <= MAX_HAPPENINGS


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
        max_leaves=8,
    ),
    st.sampled_from(["id", "kind", "instrument", "threshold", "crossing", "source", "on"]),
)
def test_no_row_of_a_file_raises(value: object, field: str) -> None:
    whole = {
        "id": "r1", "kind": "price", "instrument": "BTCUSDT", "threshold": "1", "crossing": "above",
        "source": "last", "repeats": True, "command": True, "on": True, "built_in": False,
    }  # fmt: skip

    for row in (value, {**whole, field: value}):
        rule = read_rule(row)
        assert rule is None or (rule.words.isprintable() and rule.rule_id.isprintable())


@given(st.sampled_from(BUILT_IN))
def test_without_any_fact_nothing_fires(rule: AlertRule) -> None:
    assert fired(rule, [AlertFacts(NOW_MS)] * 3) == [0, 0, 0]
