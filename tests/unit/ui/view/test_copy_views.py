"""What the copy-trading views work out: rules against limits, whom to type, what a close does, bars."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from bgtui.domain import question
from bgtui.domain.copyintent import CloseScope, CopyRole
from bgtui.domain.copytrade import CopyLimit, CopyRange, CopySetting, ProfitShare, TrackingOrder
from bgtui.domain.event import QuestionAnswered
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.order import PositionSide
from bgtui.domain.text import Untrusted, cell_width
from bgtui.store.store import Store
from bgtui.ui.view import copyrule, leading, tracking
from bgtui.ui.view.daybars import day_bars
from bgtui.ui.view.impact import impact, meant, tracks
from bgtui.ui.view.person import cell_name, shown_uid, typed_word
from tests.support import scene
from tests.support.build import HandClock
from tests.support.scene_market import BTC, NOW_MS, USDT

D = Decimal
SPOT_BTC = instrument_id(ProductType.SPOT, "BTCUSDT")
RULE = CopySetting(BTC, "trader", "trader", None, None, "amount", D(100), D(500), D(40), D(20))
LIMIT = CopyLimit(BTC, D("0.001"), D("1.2"))
MARK = D(67_000)


def stored() -> Store:
    store = Store(HandClock(wall_ms=NOW_MS))
    for event in scene.events():
        if not isinstance(event, float):
            store.apply(event)
    return store


# Rules


def problems(
    setting: CopySetting, limit: CopyLimit | None = LIMIT, span: CopyRange | None = None
) -> list[str]:
    return copyrule.problems(setting, limit, span, MARK)


def test_a_rule_inside_every_limit_has_no_problem() -> None:
    assert problems(RULE) == []
    assert problems(replace(RULE, trace_type="percent", trace_value=D(5))) == []
    assert problems(RULE, limit=None) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"trace_value": None}, "an order is missing"),
        ({"trace_value": D(10)}, "under 0.001 that Bitget allows"),
        ({"trace_value": D(100_000), "max_hold": D(200_000)}, "over 1.2 that Bitget allows"),
        ({"trace_type": "count", "trace_value": D("0.0005")}, "under 0.001"),
        ({"max_hold": D(50)}, "at most is less than one order"),
        ({"take_profit_ratio": D(401)}, "TP is a whole percent"),
        ({"stop_loss_ratio": D("1.5")}, "SL is a whole percent"),
        ({"leverage_mode": "specify", "long_leverage": D(126), "short_leverage": D(5)}, "long leverage"),
        ({"leverage_mode": "specify", "long_leverage": D(5)}, "short leverage"),
    ],
)
def test_a_rule_outside_a_limit_says_which(change: dict[str, Any], words: str) -> None:
    found = problems(replace(RULE, **change))
    assert any(words in line for line in found), found


def test_a_spot_rule_is_held_against_its_own_range() -> None:
    span = CopyRange(SPOT_BTC, amount=(D(10), D(50)), take_profit=(D(1), D(30)), stop_loss=(None, D(90)))
    found = copyrule.problems(replace(RULE, instrument=SPOT_BTC), None, span, MARK)
    assert found == [
        "an order 100 is outside 10 – 50 that Bitget allows",
        "TP 40 is outside 1 – 30 that Bitget allows",
    ]


def test_a_spot_rule_needs_what_may_be_held() -> None:
    found = copyrule.problems(replace(RULE, instrument=SPOT_BTC, max_hold=None), None, None, MARK)
    assert found == ["at most is missing; type a number above zero"]


# Who is meant


@pytest.mark.parametrize(
    ("name", "is_private", "word"),
    [
        ("jade_moon", False, "jade_moon"),
        ("jade_moon", True, "4471"),
        ("a" * 20, False, "a" * 20),
        ("a" * 21, False, "4471"),
        ("Björn", False, "4471"),
        ("bob\x1b[2J", False, "4471"),
        (" bob", False, "4471"),
        ("", False, "4471"),
        ("   ", False, "4471"),
    ],
)
def test_a_name_serves_only_as_it_is_shown(name: str, *, is_private: bool, word: str) -> None:
    prompt, typed = typed_word(Untrusted(name), "8812000000004471", is_private=is_private)
    assert typed == word
    assert (typed in prompt) is (word != "4471")


@given(st.text(max_size=40))
def test_what_has_to_be_typed_can_be_typed(name: str) -> None:
    _, word = typed_word(Untrusted(name), "8812000000004471", is_private=False)
    assert word.isascii()
    assert word.isprintable()
    assert 0 < len(word) <= 20


@pytest.mark.parametrize(
    "raw",
    ["\U0001f468\U0001f3fd\u200d\U0001f680 crew", "\u3164\u3164", "a\uffa0b", "\u115f\u1160", "\U0001f3ff"],
)
def test_a_name_is_as_wide_for_the_table_as_for_the_terminal(raw: str) -> None:
    name = cell_name(raw)
    assert cell_width(name) == cell_len(name)
    assert name.strip()


def test_a_hidden_uid_keeps_its_end() -> None:
    assert shown_uid("8812000000004471", is_private=True) == "…4471"
    assert shown_uid("8812000000004471", is_private=False) == "8812…4471"


# Closing


def test_a_close_takes_what_its_scope_says_and_adds_fees_and_copies() -> None:
    store = stored()
    every = tracks(store, CopyRole.LEADER, USDT).value or ()
    order = next(each for each in every if each.tracking_no == "1221307")
    assert [each.tracking_no for each in meant(every, CloseScope.TRACKS, order)] == ["1221307"]
    both = meant(every, CloseScope.INSTRUMENT, order)
    assert {each.instrument for each in both} == {BTC}
    assert len(meant(every, CloseScope.ALL, order)) == len(every)
    found = impact(store, both)
    assert (found.copies, found.coin) == (72, "USDT")
    assert found.earned is not None
    assert found.net is not None
    assert found.net < found.earned


def test_what_nobody_has_told_is_not_counted_as_none() -> None:
    store = stored()
    order = (tracks(store, CopyRole.LEADER, USDT).value or ())[0]
    assert impact(store, (replace(order, follower_count=None),)).copies is None


@given(
    st.lists(
        st.tuples(st.sampled_from(list(PositionSide)), st.integers(1, 500), st.integers(50_000, 80_000)),
        max_size=30,
    )
)
def test_the_total_of_groups_is_the_total_of_the_orders(rows: list[tuple[PositionSide, int, int]]) -> None:
    store = STORE
    orders = [
        TrackingOrder(BTC, str(at), side, "1", D(price), D(size).scaleb(-3), NOW_MS)
        for at, (side, size, price) in enumerate(rows)
    ]
    one_by_one = tracking.total(tracking.live_pnl(store, order) for order in orders)
    assert tracking.total_of(store, tracking.groups(orders)) == one_by_one


STORE = stored()


def test_an_order_without_a_price_makes_the_total_unknown() -> None:
    unknown = TrackingOrder(instrument_id(USDT, "NOONEUSDT"), "1", PositionSide.LONG, "1", D(1), D(1), NOW_MS)
    assert tracking.total_of(STORE, tracking.groups([unknown])) is None


# Profit


def test_days_fall_back_to_the_shares_where_bitget_sums_none() -> None:
    shares = tuple(ProfitShare("USDT", D(amount), None, NOW_MS - ago) for amount, ago in ((1, 5), (2, 9)))
    (day,) = leading.days_of((), shares) or ()
    assert (day.coin, day.amount) == ("USDT", D(3))
    assert leading.days_of(None, None) is None


def test_bars_stand_on_zero_and_keep_to_their_height() -> None:
    rows = day_bars([D(4), D(-2), D(0)], 7, 40)
    assert len(rows) == 7
    lines = ["".join(span.text for span in row) for row in rows]
    zero = next(at for at, line in enumerate(lines) if "─" in line)
    assert all(line[1] == "█" for line in lines[:zero])
    assert any(line[3:4] in "█▀" for line in lines[zero + 1 :] if len(line) > 3)


@given(st.lists(st.decimals(-1000, 1000, places=2), max_size=60), st.integers(0, 12), st.integers(0, 90))
def test_bars_never_leave_their_place(values: list[Decimal], height: int, width: int) -> None:
    rows = day_bars(values, height, width)
    assert len(rows) <= max(height, 0)
    assert all(sum(len(span.text) for span in row) <= max(width, 0) for row in rows)


def test_an_answer_replaced_is_read_again() -> None:
    store = stored()
    store.apply(QuestionAnswered(question.leader_tracks(USDT), (), NOW_MS))
    assert tracks(store, CopyRole.LEADER, USDT).value == ()
