"""What the views of Orders, Account and Health say about what is odd, unknown or hostile."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bgtui.domain import question
from bgtui.domain.account import WalletTotal
from bgtui.domain.budget import Budget
from bgtui.domain.event import (
    BalancesReported,
    Connection,
    ConnectionLost,
    ConnectionOpened,
    Event,
    OpenOrdersListed,
    OrderUpdated,
    QuestionAnswered,
    QuestionFailed,
    RequestMeasured,
)
from bgtui.domain.market import Side
from bgtui.domain.order import Order, OrderStatus, OrderType, PositionMode, TimeInForce
from bgtui.store.store import Store
from bgtui.store.worth import MAX_SAMPLES, Sample
from bgtui.ui.view import account, health, ledger, orders, plans, table, worthline
from bgtui.ui.view.span import Row
from tests.support import scene_account
from tests.support.build import BTC, SPOT, USDT, HandClock, balance

D = Decimal
NOW_MS = 1_795_269_807_000


def loaded(*events: Event) -> Store:
    store = Store(HandClock(wall_ms=NOW_MS))
    for event in events:
        store.apply(event)
    return store


def text(line: Row) -> str:
    return "".join(span.text for span in line).rstrip()


def rows(made: table.Table, width: int = 80) -> list[str]:
    shown = table.arrange(made, table.State(), 20)
    return [text(line) for line in table.table_rows(made, shown, width, 22, screen_width=width)]


def order(**more: object) -> Order:
    base = Order(
        BTC, "12139900001", "sim1-7Q2M01", Side.SELL, OrderType.LIMIT, TimeInForce.GTC, OrderStatus.LIVE,
        D("0.05"), D(0), NOW_MS - 1000, NOW_MS - 1000, price=D("67000"), position_mode=PositionMode.ONE_WAY,
    )  # fmt: skip
    return replace(base, **more)  # type: ignore[arg-type]


def test_one_way_words_widen_their_column_and_nothing_is_cut() -> None:
    store = loaded(OpenOrdersListed(USDT, (order(reduce_only=True),), NOW_MS))
    items, unknown = orders.order_items(store, (USDT,))
    lines = rows(orders.table(store, items, unknown, NOW_MS, screen_width=80))
    assert "sell RO limit" in lines[1]
    assert len(lines[1]) <= 80


def test_an_order_that_the_list_does_not_name_is_in_doubt() -> None:
    store = loaded(OrderUpdated(order()), OpenOrdersListed(USDT, (), NOW_MS))
    items, _ = orders.order_items(store, (USDT,))
    assert items[0].is_doubtful
    assert orders.state_words(items[0], NOW_MS)[0] == "? missing"
    assert orders.title(items) == "open 1 ?1"


def test_unknown_orders_are_not_no_orders() -> None:
    store = loaded()
    items, unknown = orders.order_items(store, (USDT,))
    assert unknown == [USDT]
    lines = rows(orders.table(store, items, unknown, NOW_MS, screen_width=80))
    assert lines[1].startswith(" ? Orders of USDT-FUTURES are not known yet")


def test_the_place_of_an_order_is_cleaned() -> None:
    seen = orders.OrderItem(BTC, order(client_order_id="", source="\x1b[2Jweb"), is_mine=False)
    assert orders.state_words(seen, NOW_MS)[0] == "E [2Jweb"


@pytest.mark.parametrize(("number", "words"), [(0, "mark ≥"), (1, "mark ≤"), (4, "last ≤"), (6, "mark ≥")])
def test_a_plan_says_from_which_side_its_price_comes(number: int, words: str) -> None:
    assert plans.when_words(scene_account.plans()[number], None) == words


def test_a_wallet_nobody_told_of_is_unknown_and_not_empty() -> None:
    store = loaded(BalancesReported(USDT, (balance(),), is_complete=True, time_ms=1))
    items = account.wallet_items(store, (USDT,))
    assert {item.wallet for item in items if item.balance is None} == {
        "COIN-FUTURES",
        "USDC-FUTURES",
        "spot",
        "funding",
    }
    assert account.unreadable(items).endswith("unknown so far, asking the exchange")


def test_a_wallet_that_the_key_may_not_read_says_what_to_do() -> None:
    barred = "unknown, the key may not read this wallet; add the right and restart"
    left_out = loaded(QuestionAnswered(question.wallet_totals(), (WalletTotal("spot", D(1)),), NOW_MS))
    assert account.unreadable(account.wallet_items(left_out, ())) == f"funding: {barred}"
    refused = loaded(QuestionFailed(question.balances(SPOT), "the key lacks the right for this", "40014"))
    assert account.unreadable(account.wallet_items(refused, ())) == f"spot: {barred}"


def test_a_wallet_that_could_not_be_asked_says_why_and_how_to_ask_again() -> None:
    store = loaded(QuestionFailed(question.wallet_totals(), "Bitget did not answer in 10s", ""))
    words = "funding: unknown: Bitget did not answer in 10s; u asks again"
    assert account.unreadable(account.wallet_items(store, ())) == words


def test_a_wallet_of_which_only_the_worth_is_told_shows_that() -> None:
    totals = (WalletTotal("funding", D("12.5")), WalletTotal("spot", D(1)), WalletTotal("bots", D(0)))
    store = loaded(QuestionAnswered(question.wallet_totals(), totals, NOW_MS))
    found = [item for item in account.wallet_items(store, ()) if item.wallet == "funding"]
    assert [item.usdt for item in found] == [D("12.5")]


def test_the_line_of_equity_spans_low_to_high() -> None:
    samples = [Sample(at * 1000, D(value)) for at, value in enumerate((100, 90, 120, 110))]
    heights = worthline.levels(samples, 8)
    assert (min(heights), max(heights)) == (1, 8)
    assert worthline.bar_rows([1, 2, 8], 4) == ["  █", "  █", "  █", "▄██"]
    detail = worthline.worth_detail(samples, "USDT-FUTURES", 80)
    assert "90.00 – 120.00" in text(detail.title)
    assert text(detail.lines[2]).endswith("change    +10.00")
    assert "worst     -10.00 at 00:00" in text(detail.lines[3])


def test_equity_is_kept_bounded_from_first_to_last() -> None:
    store = loaded()
    for at in range(MAX_SAMPLES * 3):
        store.apply(
            BalancesReported(USDT, (replace(balance(), equity=D(at)),), is_complete=False, time_ms=at + 1)
        )
    samples = store.worth_samples(USDT, "USDT")
    assert len(samples) <= MAX_SAMPLES
    assert (samples[0].equity, samples[-1].equity) == (D(0), D(MAX_SAMPLES * 3 - 1))
    assert [sample.time_ms for sample in samples] == sorted({sample.time_ms for sample in samples})


def test_costs_of_the_day_by_instrument() -> None:
    store = loaded(*scene_account.events())
    found = {cost.instrument: cost for cost in ledger.costs(store, (USDT, SPOT), NOW_MS)}
    cost = found[BTC]
    assert (cost.fills, cost.fees, cost.funding, cost.realized) == (3, D("-2.23"), D("-0.95"), D("9.77"))
    assert ledger.funding_today(loaded(), (USDT,), NOW_MS) is None


def test_requests_are_counted_by_class_and_route() -> None:
    place, cancel = "/api/v2/mix/order/place-order", "/api/v2/mix/order/cancel-order"
    store = loaded(
        RequestMeasured(place, is_write=True, latency_ms=30, outcome="ok"),
        RequestMeasured(cancel, is_write=True, latency_ms=20, outcome="RateLimited"),
        RequestMeasured("/api/v2/public/time", is_write=False, latency_ms=5, outcome="NetworkError"),
    )
    classes = {one.name: (one.ok, one.failed, one.limited) for one in store.health().classes}
    assert classes == {"orders": (1, 0, 0), "cancels": (0, 0, 1), "reads": (0, 1, 0)}
    assert "mix/order/cancel-order" in "\n".join(rows(health.routes_table(store.health(), 80)))


def test_a_bar_is_whole_only_when_nothing_is_used() -> None:
    assert health.bar(10, 10) == "█" * 12
    assert health.bar(5999, 6000) == "█" * 11 + "░"
    assert health.bar(0, 10) == "░" * 12
    assert rows(health.limits_table(None, 80))[1] == " ? Limits were not measured yet."
    budget = Budget(5, 6000, 60.0, 3, 0.0, 0.0, 0, ())
    assert rows(health.limits_table(budget, 80))[1].split()[:6] == [
        "►all",
        "routes",
        "together",
        "5",
        "6,000",
        "60s",
    ]


def test_the_verdict_names_what_is_down() -> None:
    store = loaded(ConnectionOpened(Connection.PUBLIC, "public-0", 1))
    assert health.verdict(store.health()) == "all connections live"
    store.apply(ConnectionLost(Connection.PUBLIC, "public-0", "no\x1b[31m pong", 1000))
    assert health.verdict(store.health()) == "public-0 lost 0.0s ago: no[31m pong"
