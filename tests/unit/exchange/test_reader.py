"""Typed reads: every route reached, lists read to their end, spans cut as the routes want them."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from bgtui.domain.error import AuthRefused, DecodeError, Refused, Rejected
from bgtui.domain.instrument import InstrumentId, ProductType, instrument_id
from bgtui.domain.market import CandleInterval, PriceKind
from bgtui.domain.order import OrderStatus, PlanKind, PositionSide
from bgtui.exchange.paging import DAY_MS, HISTORY_MS, MAX_PAGES, windows
from bgtui.exchange.reader import ReadClient
from bgtui.exchange.reads import AHEAD_MS
from bgtui.session.ports import AccountReader
from bgtui.wire.code.ending import read_error
from bgtui.wire.endpoint import READS, Read, copytrade, futures_account, futures_order, spot_order

NOW_MS = 1_700_000_000_000
FUTURES = ProductType.USDT_FUTURES
BTC = instrument_id(FUTURES, "BTCUSDT")
SPOT_BTC = instrument_id(ProductType.SPOT, "BTCUSDT")

WITHOUT_DOMAIN_VALUE = {
    "common.announcements",
    "spot.coins",
    "futures.interest-history",
    "futures.discount-rates",
    "futures.exchange-rates",
    "futures.union-interest-rates",
}
"""Described for completeness; no screen or command shows what they answer."""

Asked = tuple[Read, dict[str, str]]


class Scripted:
    """A source that answers by a function and keeps what it was asked."""

    def __init__(self, answer: Callable[[Read, dict[str, str]], Any], *, is_demo: bool = False) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self.is_demo = is_demo

    async def exchange_now_ms(self) -> int:
        return NOW_MS

    async def read(self, endpoint: Read, params: Mapping[str, str] | None = None) -> msgspec.Raw:
        assert isinstance(endpoint, Read)
        asked = dict(params or {})
        self.asked.append((endpoint, asked))
        answer = self.answer(endpoint, asked)
        if isinstance(answer, Exception):
            raise answer
        return msgspec.Raw(json.dumps(answer).encode())


SAMPLES: dict[str, Any] = {
    "interval": CandleInterval.H1,
    "end_ms": NOW_MS,
    "start_ms": NOW_MS - DAY_MS,
    "since_ms": NOW_MS - DAY_MS,
    "margin_coin": "USDT",
    "margin": Decimal(10),
    "price": Decimal(100),
    "leverage": Decimal(5),
    "side": PositionSide.LONG,
    "size": Decimal(1),
    "order_id": "1",
    "kind": PlanKind.TRIGGER,
    "trader_id": "7",
}


async def call(reader: ReadClient, name: str, product_type: ProductType, **more: Any) -> None:
    """Call a method with sample arguments; an empty answer may be none."""
    method = getattr(reader, name)
    samples = SAMPLES | {"product_type": product_type, "instrument": instrument_id(product_type, "BTCUSDT")}
    wanted = inspect.signature(method).parameters
    arguments = {each: samples[each] for each in wanted if each in samples and each != "price"}
    if "price" in wanted and name != "candles_before":
        arguments["price"] = SAMPLES["price"]
    with suppress(DecodeError, Refused):
        await method(**arguments, **more)


METHODS = [
    name
    for name, _ in inspect.getmembers(ReadClient, inspect.iscoroutinefunction)
    if not name.startswith("_")
]


async def test_every_read_is_reached_by_a_method() -> None:
    reached = set()
    for name in METHODS:
        for product_type in (FUTURES, ProductType.SPOT):
            source = Scripted(lambda _endpoint, _asked: [])
            await call(ReadClient(source), name, product_type)
            reached |= {endpoint.name for endpoint, _ in source.asked}
    source = Scripted(lambda _endpoint, _asked: [])
    for price in PriceKind:
        await call(ReadClient(source), "candles_before", FUTURES, price=price)
    await ReadClient(source).fills(FUTURES, NOW_MS - 30 * DAY_MS)
    reached |= {endpoint.name for endpoint, _ in source.asked}
    assert set(READS) - reached == WITHOUT_DOMAIN_VALUE


async def test_a_parameter_is_safe_to_sign_and_a_product_type_upper_case() -> None:
    for name in METHODS:
        for product_type in ProductType:
            source = Scripted(lambda _endpoint, _asked: None)
            await call(ReadClient(source), name, product_type)
            for _, asked in source.asked:
                assert all(
                    value and value.replace("_", "").replace(".", "").replace("-", "").isalnum()
                    for value in asked.values()
                )
                assert asked.get("productType", "X").isupper()


def test_it_is_an_account_reader() -> None:
    reader: AccountReader = ReadClient(Scripted(lambda _endpoint, _asked: None))
    assert not hasattr(reader, "write")


def futures_row(number: int, **more: str) -> dict[str, str]:
    return {
        "symbol": "BTCUSDT",
        "size": "1",
        "orderId": str(number),
        "clientOid": f"c{number}",
        "baseVolume": "0",
        "price": "100",
        "priceAvg": "",
        "status": "live",
        "side": "buy",
        "force": "gtc",
        "posSide": "long",
        "marginCoin": "USDT",
        "marginMode": "crossed",
        "tradeSide": "open",
        "posMode": "hedge_mode",
        "orderType": "limit",
        "cTime": str(NOW_MS - number),
        "uTime": str(NOW_MS - number),
        **more,
    }


def cut(rows: list[dict[str, str]], asked: dict[str, str], key: str = "orderId") -> list[dict[str, str]]:
    """A page as the exchange cuts it: rows after the cursor, at most so many."""
    if "idLessThan" in asked:
        ids = [row[key] for row in rows]
        rows = rows[ids.index(asked["idLessThan"]) + 1 :]
    return rows[: int(asked["limit"])]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250, 300])
async def test_open_orders_are_read_to_the_last_page(count: int) -> None:
    rows = [futures_row(number) for number in range(count)]

    def answer(_endpoint: Read, asked: dict[str, str]) -> Any:
        page = cut(rows, asked)
        return {"entrustedList": page or None, "endId": page[-1]["orderId"] if page else None}

    orders = await ReadClient(Scripted(answer)).open_orders(FUTURES)
    assert [order.order_id for order in orders] == [str(number) for number in range(count)]


@pytest.mark.parametrize("count", [0, 100, 230])
async def test_open_spot_orders_page_by_the_last_row(count: int) -> None:
    rows = [
        {
            "symbol": "BTCUSDT",
            "orderId": str(number),
            "clientOid": "",
            "size": "1",
            "orderType": "limit",
            "side": "buy",
            "status": "live",
            "priceAvg": "100",
            "baseVolume": "0",
            "cTime": str(NOW_MS),
            "uTime": str(NOW_MS),
        }
        for number in range(count)
    ]
    source = Scripted(lambda _endpoint, asked: cut(rows, asked))
    orders = await ReadClient(source).open_orders(ProductType.SPOT)
    assert len(orders) == count
    assert orders == () or orders[0].price == Decimal(100)


async def test_a_list_that_never_ends_is_an_error_not_an_answer() -> None:
    def answer(_endpoint: Read, asked: dict[str, str]) -> Any:
        first = int(asked.get("idLessThan", "0"))
        return {"entrustedList": [futures_row(first + 1)], "endId": str(first + 1)}

    source = Scripted(answer)
    with pytest.raises(DecodeError, match="goes on after"):
        await ReadClient(source).open_orders(FUTURES)
    assert len(source.asked) == MAX_PAGES


async def test_a_full_page_that_comes_again_is_an_error_not_half_an_answer() -> None:
    page = {"entrustedList": [futures_row(number) for number in range(100)], "endId": "99"}
    with pytest.raises(DecodeError, match="came again"):
        await ReadClient(Scripted(lambda _endpoint, _asked: page)).open_orders(FUTURES)


async def test_a_short_page_that_comes_again_is_the_whole_list() -> None:
    page = {"entrustedList": [futures_row(number) for number in range(3)], "endId": "2"}
    assert len(await ReadClient(Scripted(lambda _endpoint, _asked: page)).open_orders(FUTURES)) == 3


async def test_where_times_beat_cursors_an_earlier_end_leads_on() -> None:
    rows = [futures_row(number, status="filled", baseVolume="1") for number in range(250)]

    def answer(_endpoint: Read, asked: dict[str, str]) -> Any:
        inside = [row for row in rows if int(row["cTime"]) <= int(asked["endTime"])][:100]
        return {"entrustedList": inside, "endId": inside[-1]["orderId"]}

    orders = await ReadClient(Scripted(answer)).order_history(FUTURES, NOW_MS - DAY_MS)
    assert [order.order_id for order in orders] == [str(number) for number in reversed(range(250))]
    assert orders[0].status is OrderStatus.FILLED


async def test_open_plans_of_futures_are_three_questions() -> None:
    source = Scripted(lambda _endpoint, _asked: {"entrustedList": None, "endId": None})
    assert await ReadClient(source).open_plans(FUTURES) == ()
    assert sorted(asked["planType"] for _, asked in source.asked) == [
        "normal_plan",
        "profit_loss",
        "track_plan",
    ]


async def test_old_fills_are_asked_in_weeks_and_recent_ones_on_their_own_route() -> None:
    source = Scripted(lambda _endpoint, _asked: {"fillList": None, "endId": None})
    await ReadClient(source).fills(FUTURES, NOW_MS - 20 * DAY_MS)
    assert [endpoint for endpoint, _ in source.asked] == [futures_order.FILLS] + [
        futures_order.HISTORY_FILLS
    ] * 2
    spans = [(int(asked["startTime"]), int(asked["endTime"])) for _, asked in source.asked]
    assert all(end - start <= 7 * DAY_MS for start, end in spans)
    assert spans[0][1] == NOW_MS + AHEAD_MS
    assert spans[-1][0] == NOW_MS - 20 * DAY_MS
    assert all(later[0] == earlier[1] for later, earlier in pairwise(spans))


async def test_demo_trading_asks_for_fills_where_it_has_them() -> None:
    source = Scripted(lambda _endpoint, _asked: {"fillList": None, "endId": None}, is_demo=True)
    await ReadClient(source).fills(FUTURES, NOW_MS - 20 * DAY_MS)
    assert {endpoint for endpoint, _ in source.asked} == {futures_order.FILLS}


async def test_fills_come_oldest_first_and_once() -> None:
    def answer(_endpoint: Read, asked: dict[str, str]) -> Any:
        fills = [
            {
                "tradeId": str(number),
                "symbol": "BTCUSDT",
                "orderId": "1",
                "price": "100",
                "baseVolume": "1",
                "side": "buy",
                "tradeSide": "open",
                "posMode": "hedge_mode",
                "tradeScope": "taker",
                "cTime": str(NOW_MS - number * DAY_MS),
            }
            for number in range(20)
        ]
        start, end = int(asked["startTime"]), int(asked["endTime"])
        inside = [row for row in fills if start <= int(row["cTime"]) <= end]
        page = cut(inside, asked, "tradeId")
        return {"fillList": page, "endId": page[-1]["tradeId"] if page else None}

    fills = await ReadClient(Scripted(answer)).fills(FUTURES, NOW_MS - 19 * DAY_MS)
    assert [fill.trade_id for fill in fills] == [str(number) for number in reversed(range(20))]


async def test_futures_bills_are_asked_by_the_month_and_no_further_back_than_kept() -> None:
    source = Scripted(lambda _endpoint, _asked: {"bills": None, "endId": None})
    await ReadClient(source).bills(FUTURES, 0)
    spans = [(int(asked["startTime"]), int(asked["endTime"])) for _, asked in source.asked]
    assert all(end - start <= 30 * DAY_MS for start, end in spans)
    assert spans[-1][0] == NOW_MS - HISTORY_MS


async def test_a_trigger_that_rested_for_months_and_ended_now_is_found() -> None:
    row = {
        **futures_row(1),
        "planType": "normal_plan",
        "planStatus": "executed",
        "triggerPrice": "90",
        "triggerType": "mark_price",
        "cTime": str(NOW_MS - 60 * DAY_MS),
        "uTime": str(NOW_MS - 5),
    }
    old = {**row, "orderId": "2", "uTime": str(NOW_MS - 50 * DAY_MS)}

    def answer(_endpoint: Read, asked: dict[str, str]) -> Any:
        inside = int(asked["startTime"]) <= int(row["cTime"]) and asked["planType"] == "normal_plan"
        return {"entrustedList": [row, old] if inside and "idLessThan" not in asked else [], "endId": "2"}

    plans = await ReadClient(Scripted(answer)).plan_history(FUTURES, NOW_MS - DAY_MS)
    assert [plan.order_id for plan in plans] == ["1"]


@pytest.mark.parametrize("instrument", [BTC, SPOT_BTC])
@pytest.mark.parametrize("answer", [read_error("40109"), read_error("43001"), None, []])
async def test_an_order_that_the_exchange_does_not_know_is_none(
    instrument: InstrumentId, answer: Any
) -> None:
    source = Scripted(lambda _endpoint, _asked: answer)
    assert await ReadClient(source).order(instrument, client_order_id="a") is None
    assert source.asked[0][1]["clientOid"] == "a"


async def test_a_failure_to_look_is_not_an_absence() -> None:
    for error in (read_error("40009"), read_error("40017"), read_error("99999")):
        with pytest.raises((Rejected, AuthRefused)):
            await ReadClient(Scripted(lambda _e, _a, error=error: error)).order(BTC, order_id="1")  # type: ignore[misc]


async def test_a_lookup_names_the_order_one_way() -> None:
    source = Scripted(lambda _endpoint, _asked: None)
    await ReadClient(source).order(BTC, order_id="1", client_order_id="a")
    assert source.asked == [
        (futures_order.ORDER, {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "orderId": "1"})
    ]
    with pytest.raises(Refused):
        await ReadClient(source).order(BTC)


async def test_spot_has_no_positions_and_is_not_asked() -> None:
    source = Scripted(lambda _endpoint, _asked: None)
    reader = ReadClient(source)
    assert await reader.positions(ProductType.SPOT) == ()
    assert await reader.closed_positions(ProductType.SPOT, 0) == ()
    assert source.asked == []


async def test_what_a_market_does_not_have_is_refused_not_guessed() -> None:
    source = Scripted(lambda _endpoint, _asked: None)
    with pytest.raises(Refused):
        await ReadClient(source).candles_before(SPOT_BTC, CandleInterval.H1, NOW_MS, price=PriceKind.MARK)
    with pytest.raises(Refused):
        await ReadClient(source).funding_rates(ProductType.SPOT)
    with pytest.raises(Refused):
        await ReadClient(source).auction(BTC)
    assert source.asked == []


async def test_followers_are_read_by_page_number() -> None:
    rows = [
        {"followerUid": str(number), "followerName": "n", "accountEquity": "1", "isRemove": "YES"}
        for number in range(230)
    ]

    def answer(_endpoint: Read, asked: dict[str, str]) -> Any:
        size = int(asked["pageSize"])
        start = (int(asked["pageNo"]) - 1) * size
        return rows[start : start + size]

    source = Scripted(answer)
    followers = await ReadClient(source).followers(FUTURES)
    assert [each.follower_uid for each in followers] == [row["followerUid"] for row in rows]
    assert [endpoint for endpoint, _ in source.asked] == [copytrade.LEADER_FOLLOWERS] * 3


async def test_a_numbered_page_that_comes_again_is_an_error() -> None:
    rows = [
        {"followerUid": str(number), "followerName": "n", "accountEquity": "1", "isRemove": "YES"}
        for number in range(100)
    ]
    with pytest.raises(DecodeError, match="came again"):
        await ReadClient(Scripted(lambda _endpoint, _asked: rows)).followers(FUTURES)


async def test_a_plan_order_is_asked_by_its_family() -> None:
    source = Scripted(lambda _endpoint, _asked: [])
    reader = ReadClient(source)
    for kind in (PlanKind.TRIGGER, PlanKind.TRAILING, PlanKind.STOP_LOSS):
        await reader.plan_sub_orders(FUTURES, kind, "1")
    await reader.plan_sub_orders(ProductType.SPOT, PlanKind.SPOT_TRIGGER, "1")
    assert [asked.get("planType") for _, asked in source.asked] == [
        "normal_plan",
        "track_plan",
        "profit_loss",
        None,
    ]
    assert source.asked[-1][0] is spot_order.PLAN_SUB_ORDERS


async def test_a_planned_position_at_market_has_no_price() -> None:
    source = Scripted(lambda _endpoint, _asked: {"maxOpen": "1.5"})
    reader = ReadClient(source)
    assert await reader.max_open(BTC, "USDT", PositionSide.SHORT, None) == Decimal("1.5")
    await reader.max_open(BTC, "USDT", PositionSide.SHORT, Decimal("1E+3"))
    assert source.asked == [
        (
            futures_account.MAX_OPEN,
            {
                "symbol": "BTCUSDT",
                "productType": "USDT-FUTURES",
                "marginCoin": "USDT",
                "posSide": "short",
                "orderType": "market",
            },
        ),
        (
            futures_account.MAX_OPEN,
            {
                "symbol": "BTCUSDT",
                "productType": "USDT-FUTURES",
                "marginCoin": "USDT",
                "posSide": "short",
                "orderType": "limit",
                "openPrice": "1000",
            },
        ),
    ]


def test_windows_cover_a_span_without_hole_or_overlap() -> None:
    spans = list(windows(100, 1_000, 250))
    assert spans == [(750, 1_000), (500, 750), (250, 500), (100, 250)]
    assert list(windows(0, 250, 250)) == [(0, 250)]
