"""Account routes of the simulator: wallets, ledgers, legs and settings as a client reads them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from bgtui.domain.order import PositionMode
from tests.support.simulated import Bench

FUTURES = {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT"}
HUGE = "9" * 39


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    assert made.simulator.rest.failures == []


def _post(bench: Bench, path: str, **fields: str) -> Any:
    answer = bench.post(f"/api/v2/mix/{path}", {**FUTURES, **fields})
    assert answer["code"] == "00000", answer
    return answer["data"]


def _buy(bench: Bench, margin_mode: str = "crossed") -> None:
    _post(bench, "order/place-order", marginMode=margin_mode, size="0.01", side="buy", orderType="market")


def _price(bench: Bench, ratio: str) -> str:
    return str((bench.last() * Decimal(ratio)).quantize(Decimal(1)))


def test_figures_that_nothing_is_as_large_as_are_refused(bench: Bench) -> None:
    _post(bench, "account/set-margin-mode", marginMode="isolated")
    planned = {"posSide": "long", "orderType": "limit", "openPrice": HUGE, "openAmount": HUGE}
    assert bench.get("/api/v2/mix/account/liq-price", **FUTURES, **planned)["code"] == "40020"


def test_a_count_is_rounded_down_to_the_step(bench: Bench) -> None:
    asked = {"openAmount": "59999.9999999999999999", "openPrice": "60000", "leverage": "1000000000000000"}
    answer = bench.get("/api/v2/mix/account/open-count", **FUTURES, **asked)
    assert Decimal(answer["data"]["size"]) < 10**15


def test_bills_of_one_coin_fill_a_page(bench: Bench) -> None:
    body = {"symbol": "BTCUSDT", "side": "buy", "orderType": "market", "size": "100", "force": "gtc"}
    bench.post("/api/v2/spot/trade/place-order", body)
    for coin in ("BTC", "USDT"):
        (row,) = bench.get("/api/v2/spot/account/bills", coin=coin, limit="1")["data"]
        assert row["coin"] == coin
    _buy(bench)
    first = bench.get("/api/v2/mix/account/bill", **FUTURES, businessType="trans_from_exchange", limit="1")
    assert len(first["data"]["bills"]) == 1


def test_a_leg_names_what_protects_it(bench: Bench) -> None:
    _buy(bench)
    protection = {
        "holdSide": "buy",
        "stopSurplusTriggerPrice": _price(bench, "1.1"),
        "stopSurplusClientOid": "profit-1",
        "stopLossTriggerPrice": _price(bench, "0.9"),
        "stopLossClientOid": "loss-1",
    }
    profit, loss = _post(bench, "order/place-pos-tpsl", **protection)
    (leg,) = bench.get("/api/v2/mix/position/all-position", productType="USDT-FUTURES")["data"]
    assert (leg["takeProfitId"], leg["stopLossId"]) == (profit["orderId"], loss["orderId"])
    rows = bench.get("/api/v2/mix/order/orders-plan-pending", **FUTURES, planType="profit_loss")["data"]
    assert {row["clientOid"] for row in rows["entrustedList"]} == {"profit-1", "loss-1"}
    again = bench.post("/api/v2/mix/order/place-pos-tpsl", {**FUTURES, **protection})
    assert again["code"] == "45034"


def test_isolated_margin_is_told_apart(bench: Bench) -> None:
    _post(bench, "account/set-margin-mode", marginMode="isolated")
    _buy(bench, "isolated")
    (leg,) = bench.get("/api/v2/mix/position/all-position", productType="USDT-FUTURES")["data"]
    (row,) = bench.get("/api/v2/mix/account/accounts", productType="USDT-FUTURES")["data"]
    assert [Decimal(row[name]) for name in ("isolatedMargin", "crossedMargin")] == [
        Decimal(leg["marginSize"]),
        0,
    ]
    assert [Decimal(row[name]) for name in ("isolatedUnrealizedPL", "crossedUnrealizedPL")] == [
        Decimal(leg["unrealizedPL"]),
        0,
    ]
    assert Decimal(row["isolatedMaxAvailable"]) == Decimal(row["available"])


def test_the_long_sides_leverage_counts_for_a_crossed_symbol(bench: Bench) -> None:
    found = _post(bench, "account/set-leverage", leverage="5", longLeverage="7", shortLeverage="9")
    assert found["crossMarginLeverage"] == "7"


@pytest.mark.parametrize("margin_mode", ["crossed", "isolated"])
def test_leverage_of_both_sides_is_set_or_of_neither(margin_mode: str) -> None:
    bench = Bench(position_mode=PositionMode.HEDGE)
    _post(bench, "account/set-margin-mode", marginMode=margin_mode)
    body = {**FUTURES, "longLeverage": "999", "shortLeverage": "9"}
    assert bench.post("/api/v2/mix/account/set-leverage", body)["code"] == "40797"
    row = bench.get("/api/v2/mix/account/account", **FUTURES)["data"]
    assert [row[name] for name in ("crossedMarginLeverage", "isolatedShortLever")] == [20, 20]


def test_tracking_orders_are_paged_both_ways() -> None:
    bench = Bench()
    path = "/api/v2/copy/mix-trader/order-history-track"

    def numbers(**params: object) -> list[str]:
        data = bench.get(path, profile="leader", productType="USDT-FUTURES", **params)["data"]
        return [row["trackingNo"] for row in data["trackingList"]]

    newest = numbers(limit=5)
    assert newest == sorted(newest, key=int, reverse=True)
    assert numbers(limit=4, order="asc", idGreaterThan=newest[4]) == newest[3::-1]
    assert bench.get(path, profile="leader", productType="USDT-FUTURES", order="up")["code"] == "40020"
