"""Presets and spot TP/SL orders through the routes: how they are placed, changed, listed and canceled."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.support.simulated import Bench

FUTURES = {"symbol": "BTCUSDT", "productType": "USDT-FUTURES"}
SPOT = "/api/v2/spot/trade"
MIX = "/api/v2/mix/order"


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    assert made.simulator.rest.failures == []


def _price(bench: Bench, ratio: str) -> str:
    return str((bench.last() * Decimal(ratio)).quantize(Decimal(1)))


def _place_tpsl(bench: Bench, client_id: str = "") -> Any:
    return bench.post(
        f"{SPOT}/place-order",
        {
            "symbol": "BTCUSDT",
            "side": "sell",
            "orderType": "limit",
            "force": "gtc",
            "size": "0.001",
            "price": _price(bench, "0.96"),
            "triggerPrice": _price(bench, "0.97"),
            "tpslType": "tpsl",
            "clientOid": client_id,
        },
    )


def _lists(bench: Bench, path: str, **params: str) -> list[str]:
    return [row["orderId"] for row in bench.get(f"{SPOT}/{path}", **params)["data"]]


def test_a_spot_tpsl_order_is_listed_with_the_orders(bench: Bench) -> None:
    placed = _place_tpsl(bench, "stop-1")
    assert placed["code"] == "00000", placed
    number = placed["data"]["orderId"]
    (row,) = bench.get(f"{SPOT}/unfilled-orders", tpslType="tpsl")["data"]
    assert (row["orderId"], row["clientOid"], row["tpslType"], row["status"]) == (
        number,
        "stop-1",
        "tpsl",
        "live",
    )
    assert Decimal(row["triggerPrice"]) == Decimal(_price(bench, "0.97"))
    assert _lists(bench, "unfilled-orders") == []
    assert bench.get(f"{SPOT}/current-plan-order")["data"]["orderList"] == []


def test_a_spot_tpsl_order_is_canceled_by_its_id_alone(bench: Bench) -> None:
    number = _place_tpsl(bench)["data"]["orderId"]
    wrong = bench.post(f"{SPOT}/cancel-order", {"orderId": "1", "tpslType": "tpsl"})
    assert wrong["code"] == "43001"
    done = bench.post(f"{SPOT}/cancel-order", {"orderId": number, "tpslType": "tpsl"})
    assert done["code"] == "00000"
    assert _lists(bench, "unfilled-orders", tpslType="tpsl") == []
    assert _lists(bench, "history-orders", tpslType="tpsl") == [number]
    assert bench.post(f"{SPOT}/cancel-order", {"orderId": number, "tpslType": "tpsl"})["code"] == "43026"


def test_a_batch_may_hold_spot_tpsl_orders(bench: Bench) -> None:
    stop = {"side": "sell", "orderType": "market", "size": "0.001", "triggerPrice": _price(bench, "0.97")}
    limit = {"side": "buy", "orderType": "limit", "size": "0.001", "price": _price(bench, "0.98")}
    orders = [{**stop, "tpslType": "tpsl", "clientOid": "s"}, limit, {**limit, "size": "0.000000001"}]
    answer = bench.post(f"{SPOT}/batch-orders", {"symbol": "BTCUSDT", "orderList": orders})["data"]
    (stopped, placed), (refused,) = answer["successList"], answer["failureList"]
    assert (stopped["clientOid"], refused["errorCode"]) == ("s", "40808")
    assert _lists(bench, "unfilled-orders", tpslType="tpsl") == [stopped["orderId"]]
    assert _lists(bench, "unfilled-orders") == [placed["orderId"]]


def test_an_unknown_kind_of_spot_order_is_refused(bench: Bench) -> None:
    assert bench.get(f"{SPOT}/unfilled-orders", tpslType="sometimes")["code"] == "40020"


def _preset(bench: Bench) -> str:
    body = {
        **FUTURES,
        "marginMode": "crossed",
        "marginCoin": "USDT",
        "size": "0.01",
        "side": "buy",
        "orderType": "limit",
        "price": _price(bench, "0.97"),
        "presetStopSurplusPrice": _price(bench, "1.02"),
        "presetStopLossPrice": _price(bench, "0.9"),
    }
    placed = bench.post(f"{MIX}/place-order", body)
    assert placed["code"] == "00000", placed
    return str(placed["data"]["orderId"])


def test_presets_alone_are_amended_in_place(bench: Bench) -> None:
    number = _preset(bench)
    change = {**FUTURES, "orderId": number, "newPresetStopSurplusPrice": _price(bench, "1.05")}
    answer = bench.post(f"{MIX}/modify-order", change)
    assert answer["data"]["orderId"] == number, answer
    row = bench.get(f"{MIX}/detail", **FUTURES, orderId=number)["data"]
    # A take profit without a stop loss removes the stop loss.
    assert (row["presetStopSurplusPrice"], row["presetStopLossPrice"]) == (_price(bench, "1.05"), "")


def test_an_amended_preset_on_the_wrong_side_is_refused(bench: Bench) -> None:
    number = _preset(bench)
    change = {**FUTURES, "orderId": number, "newPresetStopLossPrice": _price(bench, "0.98")}
    assert bench.post(f"{MIX}/modify-order", change)["code"] == "40834"
    assert bench.post(f"{MIX}/modify-order", {**FUTURES, "orderId": number})["code"] == "40923"


def test_an_order_is_found_by_its_id_behind_a_full_page(bench: Bench) -> None:
    first = _preset(bench)
    _preset(bench)
    answer = bench.get(f"{MIX}/orders-pending", **FUTURES, orderId=first, limit="1")
    assert [row["orderId"] for row in answer["data"]["entrustedList"]] == [first]
