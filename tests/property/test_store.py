"""Rules of the store: order of arrival and repetition do not matter, and nothing grows without bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bgtui.domain.event import (
    BalancesReported,
    BookDepth,
    CandlesUpdated,
    Event,
    FillReported,
    InstrumentsListed,
    OpenOrdersListed,
    OpenPlansListed,
    OrderUpdated,
    PlanOrderUpdated,
    PositionClosed,
    PositionsReported,
    TickerUpdated,
    TradesPrinted,
)
from bgtui.domain.market import CandleInterval
from bgtui.domain.order import Order, OrderStatus, PlanStatus
from bgtui.store.store import Store
from bgtui.store.tape import TAPE_LENGTH
from bgtui.store.topic import Kind, Topic, account, candles, tape
from bgtui.store.topic import book as book_topic
from bgtui.store.topic import ticker as ticker_topic
from tests.support.build import (
    BTC,
    USDT,
    HandClock,
    balance,
    book,
    candle,
    closed,
    contract,
    fill,
    order,
    plan,
    position,
    ticker,
    trade,
)


@st.composite
def order_lives(draw: st.DrawFn, order_id: str) -> list[Order]:
    """One order's reports as the stream sends them: time, state and filled size never go back."""
    reports = [order(order_id=order_id, updated_ms=10)]
    filled, time_ms = Decimal(0), 10
    for _ in range(draw(st.integers(0, 3))):
        time_ms += draw(st.integers(0, 5))
        filled += draw(st.sampled_from([Decimal("0.1"), Decimal("0.5")]))
        reports.append(
            replace(
                order(OrderStatus.PARTIALLY_FILLED, order_id=order_id, updated_ms=time_ms),
                filled_size=filled,
                average_price=100 + filled,
            )
        )
    ending = draw(st.sampled_from([None, OrderStatus.FILLED, OrderStatus.CANCELED]))
    if ending is OrderStatus.FILLED:
        reports.append(
            replace(
                order(ending, order_id=order_id, updated_ms=time_ms + 1),
                filled_size=Decimal(2),
                average_price=Decimal(101),
            )
        )
    elif ending is OrderStatus.CANCELED:
        told = draw(st.sampled_from([Decimal(0), filled]))
        reports.append(replace(order(ending, order_id=order_id, updated_ms=time_ms + 1), filled_size=told))
    return reports


def orders_of(store: Store) -> tuple[Any, Any]:
    return store.open_orders(USDT), store.finished_orders(USDT)


@given(order_lives("1"), order_lives("2"), st.data())
def test_any_arrival_of_order_events_ends_in_the_same_state(
    first: list[Order], second: list[Order], data: st.DataObject
) -> None:
    reports = first + second
    in_order, shuffled = Store(HandClock()), Store(HandClock())
    for report in reports:
        in_order.apply(OrderUpdated(report))
    repeated = reports + data.draw(st.lists(st.sampled_from(reports), max_size=5))
    for report in data.draw(st.permutations(repeated)):
        shuffled.apply(OrderUpdated(report))
    assert orders_of(shuffled) == orders_of(in_order)


small = st.integers(1, 6)
times = st.integers(1, 30)
order_events = st.builds(
    lambda name, ms, status: OrderUpdated(order(status, order_id=str(name), updated_ms=ms)),
    small,
    times,
    st.sampled_from(list(OrderStatus)),
)
plan_events = st.builds(
    lambda name, ms, status: PlanOrderUpdated(plan(status, order_id=str(name), updated_ms=ms)),
    small,
    times,
    st.sampled_from(list(PlanStatus)),
)
events: st.SearchStrategy[Event] = st.one_of(
    order_events,
    plan_events,
    st.builds(
        lambda names, ms: OpenOrdersListed(USDT, tuple(order(order_id=str(name)) for name in names), ms),
        st.sets(small),
        times,
    ),
    st.builds(
        lambda names, ms: OpenPlansListed(USDT, tuple(plan(order_id=str(name)) for name in names), ms),
        st.sets(small),
        times,
    ),
    st.builds(lambda name, ms: FillReported(fill(str(name), ms)), small, times),
    st.builds(lambda name, ms: PositionClosed(closed(str(name), ms)), small, times),
    st.builds(lambda size, ms: PositionsReported(USDT, (position(str(size)),), ms), st.integers(0, 3), times),
    st.builds(
        lambda coins, is_complete, ms: BalancesReported(
            USDT, tuple(balance(coin, str(ms)) for coin in sorted(coins)), is_complete, ms
        ),
        st.sets(st.sampled_from(["USDT", "BTC", "ETH"])),
        st.booleans(),
        times,
    ),
    st.builds(lambda ms, last: TickerUpdated(ticker(ms, str(last))), times, small),
    st.builds(
        lambda ids, is_snapshot: TradesPrinted(BTC, is_snapshot, [trade(str(ms), ms) for ms in sorted(ids)]),
        st.sets(times, max_size=5),
        st.booleans(),
    ),
    st.builds(
        lambda starts, is_snapshot, close: CandlesUpdated(
            BTC, CandleInterval.M1, is_snapshot, [candle(ms, str(close)) for ms in sorted(starts)]
        ),
        st.sets(times, max_size=5),
        st.booleans(),
        small,
    ),
    st.builds(
        lambda seq, is_snapshot, depth: book(seq=seq, is_snapshot=is_snapshot, depth=depth),
        st.one_of(st.none(), times),
        st.booleans(),
        st.sampled_from(list(BookDepth)),
    ),
    st.builds(lambda tick: InstrumentsListed(USDT, (contract(tick=tick),)), st.sampled_from(["0.1", "0.01"])),
)

TOPICS: Sequence[Topic] = (
    *(book_topic(BTC, depth) for depth in BookDepth),
    tape(BTC),
    ticker_topic(BTC),
    candles(BTC, CandleInterval.M1),
    *(
        account(kind, USDT)
        for kind in (
            Kind.ORDERS,
            Kind.PLANS,
            Kind.POSITIONS,
            Kind.CLOSED_POSITIONS,
            Kind.BALANCES,
            Kind.FILLS,
            Kind.INSTRUMENTS,
        )
    ),
)


def picture(store: Store) -> list[Any]:
    """All that a reader can see, the counters of repetitions aside."""
    books = [store.book(BTC, depth) for depth in BookDepth]
    return [
        *((view.status, view.bids, view.asks, view.seq) for view in books),
        store.trades(BTC),
        store.ticker(BTC),
        store.candles(BTC, CandleInterval.M1),
        store.open_orders(USDT),
        store.finished_orders(USDT),
        store.missing_orders(USDT),
        store.open_plans(USDT),
        store.finished_plans(USDT),
        store.missing_plans(USDT),
        store.positions(USDT),
        store.closed_positions(USDT),
        store.balances(USDT),
        store.known_balances(USDT),
        store.fills(USDT),
        store.instruments(USDT),
    ]


@settings(max_examples=60)
@given(st.lists(events, max_size=20))
def test_an_event_applied_twice_changes_nothing_the_second_time(event_list: list[Event]) -> None:
    once, twice = Store(HandClock()), Store(HandClock())
    for event in event_list:
        once.apply(event)
        twice.apply(event)
        before = picture(twice)
        versions = [twice.version(topic) for topic in TOPICS]
        assert twice.apply(event) is False
        assert picture(twice) == before
        assert [twice.version(topic) for topic in TOPICS] == versions
    assert picture(once) == picture(twice)


@settings(max_examples=60)
@given(st.lists(events, max_size=20))
def test_versions_rise_exactly_when_apply_says_so(event_list: list[Event]) -> None:
    store = Store(HandClock())
    for event in event_list:
        before = [store.version(topic) for topic in TOPICS]
        seen = picture(store)
        is_changed = store.apply(event)
        after = [store.version(topic) for topic in TOPICS]
        assert is_changed is (before != after)
        assert all(new >= old for old, new in zip(before, after, strict=True))
        if picture(store) != seen:
            assert is_changed


@given(st.permutations(range(12)), st.lists(st.integers(0, 11), max_size=6))
def test_fills_end_in_the_same_list_whatever_their_arrival(arrival: list[int], again: list[int]) -> None:
    store = Store(HandClock())
    for number in [*arrival, *again]:
        store.apply(FillReported(fill(str(number), number)))
    assert [one.trade_id for one in store.fills(USDT)] == [str(number) for number in range(11, -1, -1)]


@given(st.permutations(range(40)))
def test_the_tape_is_in_order_of_time_whatever_the_arrival(arrival: list[int]) -> None:
    store = Store(HandClock())
    for number in arrival:
        store.apply(TradesPrinted(BTC, is_snapshot=False, trades=[trade(str(number), number)]))
    assert [one.time_ms for one in store.trades(BTC)] == list(range(40))
    assert len(store.trades(BTC)) <= TAPE_LENGTH
