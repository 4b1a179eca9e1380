from decimal import Decimal

from bgtui.domain.event import (
    AccountPart,
    AccountReconciled,
    BalancesReported,
    Connection,
    ConnectionLost,
    ConnectionOpened,
    EquityReported,
    FillReported,
    OpenOrdersListed,
    OpenPlansListed,
    OrderUpdated,
    PlanOrderUpdated,
    PositionClosed,
    PositionsReported,
)
from bgtui.domain.order import OrderStatus, PlanStatus, PositionSide
from bgtui.store.closed import MAX_CLOSED
from bgtui.store.fills import MAX_FILLS
from bgtui.store.freshness import Trust
from bgtui.store.orders import MAX_FINISHED
from bgtui.store.store import Store
from bgtui.store.topic import Kind, account
from tests.support.build import BTC, SPOT, USDT, HandClock, balance, closed, fill, order, plan, position


def store_with(*events: object) -> Store:
    store = Store(HandClock())
    for event in events:
        store.apply(event)  # type: ignore[arg-type]
    return store


def ids(orders: tuple[object, ...] | None) -> list[str] | None:
    return None if orders is None else [one.order_id for one in orders]  # type: ignore[attr-defined]


def test_orders_are_unknown_until_somebody_says() -> None:
    store = Store(HandClock())
    assert store.open_orders(USDT) is None
    store.apply(OpenOrdersListed(USDT, (), 10))
    assert store.open_orders(USDT) == ()
    assert store.open_orders(SPOT) is None


def test_an_order_moves_from_open_to_finished_and_never_back() -> None:
    store = store_with(
        OrderUpdated(order()), OrderUpdated(order(OrderStatus.FILLED, updated_ms=20, filled="2"))
    )
    assert (store.open_orders(USDT), ids(store.finished_orders(USDT))) == (None, ["1"])
    assert store.apply(OrderUpdated(order(updated_ms=30))) is False
    known = store.order(BTC, "1")
    assert known is not None
    assert known.status is OrderStatus.FILLED


def test_open_orders_that_a_list_does_not_name_are_missing_and_stay_open() -> None:
    store = store_with(
        OrderUpdated(order(order_id="1", updated_ms=10)),
        OrderUpdated(order(order_id="2", updated_ms=10)),
        OrderUpdated(order(order_id="3", updated_ms=50)),
    )
    listed = OpenOrdersListed(USDT, (order(order_id="2"),), asked_ms=50)
    assert store.apply(listed) is True
    assert ids(store.missing_orders(USDT)) == ["1"], "the third was reported after the question"
    assert ids(store.open_orders(USDT)) == ["1", "2", "3"]
    assert store.apply(listed) is False


def test_a_lookup_ends_the_doubt_whether_the_order_ended_or_not() -> None:
    store = store_with(
        OrderUpdated(order(order_id="1", updated_ms=10)),
        OrderUpdated(order(order_id="2", updated_ms=10)),
        OpenOrdersListed(USDT, (), asked_ms=50),
    )
    assert store.apply(OrderUpdated(order(OrderStatus.CANCELED, order_id="1", updated_ms=20))) is True
    assert store.apply(OrderUpdated(order(order_id="2", updated_ms=10))) is True
    assert store.missing_orders(USDT) == ()
    assert (ids(store.open_orders(USDT)), ids(store.finished_orders(USDT))) == (["2"], ["1"])


def test_finished_orders_are_bounded_and_the_latest_stay() -> None:
    store = Store(HandClock())
    for number in range(MAX_FINISHED + 20):
        store.apply(OrderUpdated(order(OrderStatus.CANCELED, order_id=str(number), updated_ms=number)))
    assert len(store.finished_orders(USDT)) == MAX_FINISHED
    assert store.finished_orders(USDT)[0].updated_ms == MAX_FINISHED + 19


def test_trigger_orders_follow_the_same_rules() -> None:
    store = store_with(
        PlanOrderUpdated(plan(order_id="1")),
        PlanOrderUpdated(plan(order_id="2")),
        OpenPlansListed(USDT, (), 50),
    )
    assert ids(store.missing_plans(USDT)) == ["1", "2"]
    store.apply(PlanOrderUpdated(plan(PlanStatus.EXECUTED, order_id="1", updated_ms=20)))
    assert ids(store.missing_plans(USDT)) == ["2"]
    assert ids(store.finished_plans(USDT)) == ["1"]


def test_flat_is_an_answer_and_unknown_is_not_flat() -> None:
    store = Store(HandClock())
    assert store.positions(USDT) is None
    store.apply(PositionsReported(USDT, (), 10))
    assert store.positions(USDT) == ()
    assert store.positions(SPOT) is None


def test_a_report_replaces_every_leg_of_its_product_type_and_rows_of_size_zero_are_no_legs() -> None:
    both = (position(), position("2", side=PositionSide.SHORT))
    store = store_with(PositionsReported(USDT, both, 10))
    assert store.positions(USDT) == both
    store.apply(PositionsReported(SPOT, (), 20))
    assert store.positions(USDT) == both
    store.apply(PositionsReported(USDT, (position("0"), both[1]), 20))
    assert store.positions(USDT) == both[1:]


def test_an_older_report_of_positions_changes_nothing() -> None:
    store = store_with(PositionsReported(USDT, (position("2"),), 20))
    version = store.version(account(Kind.POSITIONS, USDT))
    assert store.apply(PositionsReported(USDT, (), 10)) is False
    assert store.version(account(Kind.POSITIONS, USDT)) == version
    assert store.positions(USDT) == (position("2"),)


def test_balances_merge_by_coin_and_a_complete_report_removes() -> None:
    store = store_with(BalancesReported(USDT, (balance("BTC"),), is_complete=False, time_ms=10))
    assert store.balances(USDT) is None, "a part is not the wallet"
    assert "BTC" in store.known_balances(USDT)
    store.apply(BalancesReported(USDT, (balance("USDT"), balance("ETH")), is_complete=True, time_ms=20))
    assert store.balances(USDT) == (balance("ETH"), balance("USDT"))
    store.apply(BalancesReported(USDT, (balance("USDT", "7"),), is_complete=False, time_ms=30))
    assert store.balances(USDT) == (balance("ETH"), balance("USDT", "7"))


def test_an_older_report_of_balances_neither_changes_nor_brings_back() -> None:
    store = store_with(BalancesReported(USDT, (balance("USDT", "7"),), is_complete=True, time_ms=20))
    assert (
        store.apply(BalancesReported(USDT, (balance("USDT"), balance("BTC")), is_complete=True, time_ms=10))
        is False
    )
    assert store.balances(USDT) == (balance("USDT", "7"),)


def test_equity_keeps_the_latest() -> None:
    late, early = (EquityReported(USDT, Decimal(ms), None, None, ms) for ms in (20, 10))
    store = store_with(late)
    assert store.apply(early) is False
    assert store.equity(USDT) == late


def test_fills_are_bounded_and_the_latest_stay() -> None:
    store = Store(HandClock())
    for number in range(MAX_FILLS + 5):
        store.apply(FillReported(fill(str(number), number)))
    assert store.apply(FillReported(fill("old", 0))) is False
    fills = store.fills(USDT)
    assert (len(fills), fills[0].time_ms, store.last_fill_ms(USDT)) == (
        MAX_FILLS,
        MAX_FILLS + 4,
        MAX_FILLS + 4,
    )
    assert store.apply(FillReported(fill(str(MAX_FILLS)))) is False


def test_closed_legs_are_kept_once_and_bounded() -> None:
    store = Store(HandClock())
    assert store.apply(PositionClosed(closed("1"))) is True
    assert store.apply(PositionClosed(closed("1"))) is False
    for number in range(MAX_CLOSED + 5):
        store.apply(PositionClosed(closed(f"n{number}", 100 + number)))
    legs = store.closed_positions(USDT)
    assert (len(legs), legs[0].updated_ms) == (MAX_CLOSED, 104 + MAX_CLOSED)


def opened(name: str = "private") -> ConnectionOpened:
    return ConnectionOpened(Connection.PRIVATE, name, 1)


def lost(name: str = "private") -> ConnectionLost:
    return ConnectionLost(Connection.PRIVATE, name, "closed", 1000)


def test_the_account_is_unknown_then_current_then_stale_then_current_again() -> None:
    clock = HandClock()
    store = Store(clock)

    def trust() -> Trust:
        return store.freshness(USDT).trust

    seen = [trust()]
    for event in (opened(), AccountReconciled(USDT), lost(), opened(), AccountReconciled(USDT)):
        store.apply(event)
        seen.append(trust())
    assert seen == [
        Trust.UNKNOWN,
        Trust.UNKNOWN,
        Trust.CURRENT,
        Trust.STALE,
        Trust.RECONCILING,
        Trust.CURRENT,
    ]
    assert store.freshness(SPOT).trust is Trust.UNKNOWN


def test_the_age_counts_from_the_moment_the_stream_was_lost() -> None:
    clock = HandClock()
    store = Store(clock)
    store.apply(opened())
    store.apply(AccountReconciled(USDT))
    clock.advance(100)
    assert store.freshness(USDT).age_s == 0.0
    store.apply(lost())
    clock.advance(7)
    assert store.freshness(USDT).age_s == 7.0
    store.apply(opened())
    clock.advance(1)
    assert store.freshness(USDT).age_s == 8.0


def test_a_stream_that_opens_anew_puts_in_question_what_was_current() -> None:
    store = store_with(opened(), AccountReconciled(USDT), opened())
    assert store.freshness(USDT).trust is Trust.RECONCILING


def test_without_a_stream_an_answer_ages_at_once() -> None:
    clock = HandClock()
    store = Store(clock)
    store.apply(AccountReconciled(USDT))
    clock.advance(5)
    freshness = store.freshness(USDT)
    assert (freshness.is_current, freshness.age_s) == (True, 5.0)


def test_parts_are_trusted_one_by_one_and_the_whole_is_as_good_as_the_worst() -> None:
    store = store_with(opened(), AccountReconciled(USDT, AccountPart.ORDERS))
    assert store.freshness(USDT, AccountPart.ORDERS).is_current
    assert store.freshness(USDT).trust is Trust.UNKNOWN
    version = store.version(account(Kind.FRESHNESS, USDT))
    for part in AccountPart:
        store.apply(AccountReconciled(USDT, part))
    assert store.freshness(USDT).is_current
    assert store.version(account(Kind.FRESHNESS, USDT)) > version
