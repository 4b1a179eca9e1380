"""REST of the simulator: keys, limits, envelopes, lists, and the shapes of real answers."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from bgtui.domain.secret import Secret
from bgtui.simulator import routes_foreign
from bgtui.simulator.auth import Key, Keys, check_login, check_request
from bgtui.simulator.reject import Reject
from bgtui.simulator.routes import HANDLERS, ROUTES
from bgtui.simulator.server import Options
from bgtui.wire.endpoint import READS, WRITES, Write
from tests.support.simulated import Bench

SAMPLES = Path(__file__).parents[3] / "shared" / "payloads" / "futures-rest.jsonl"
ACCOUNT = "/api/v2/mix/account/accounts"
PLACE = "/api/v2/mix/order/place-order"
USDT = "USDT-FUTURES"
ORDER = {
    "symbol": "BTCUSDT",
    "productType": USDT,
    "marginMode": "crossed",
    "marginCoin": "USDT",
    "size": "0.01",
    "side": "buy",
    "orderType": "limit",
    "price": "90000",
    "force": "gtc",
    "reduceOnly": "NO",
}


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    assert made.simulator.rest.failures == []


def test_every_route_that_the_client_knows_is_answered() -> None:
    known = {*READS, *WRITES, *(endpoint.name for endpoint in routes_foreign.ENDPOINTS)}
    assert known - set(HANDLERS) == set()
    assert set(HANDLERS) - known == set()
    assert len(ROUTES) == len(known)


# Keys and signatures

SECRET = "fake-secret-for-tests-only-0123456789"
NOW = 1_700_000_000_000
VECTORS = [
    (
        "GET",
        "/api/v2/mix/position/all-position?marginCoin=USDT&productType=USDT-FUTURES",
        b"",
        "BfHLUKudIpF8Qdygf2ZBM5r3Ju6V0WLh0FgBdEUJy1E=",
    ),
    ("GET", "/api/v2/spot/account/assets", b"", "0Dil2+Af1dtDl/lEX8wC4hExM5aYfynzsqPXl5Ct2sc="),
]


def vector_keys() -> Keys:
    return Keys([Key("key", Secret("word"), "1", Secret(SECRET))])


def headers(sign: str, **changes: str) -> dict[str, str]:
    fields = {
        "access-key": "key",
        "access-sign": sign,
        "access-timestamp": str(NOW),
        "access-passphrase": "word",
    }
    return {**fields, **changes}


@pytest.mark.parametrize(("method", "target", "body", "sign"), VECTORS)
def test_signature_vectors(method: str, target: str, body: bytes, sign: str) -> None:
    key = check_request(vector_keys(), headers(sign), method=method, target=target, body=body, now_ms=NOW)
    assert key.uid == "1"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"access-key": ""}, "40001"),
        ({"access-sign": ""}, "40003"),
        ({"access-timestamp": ""}, "40004"),
        ({"access-timestamp": "yesterday"}, "40005"),
        ({"access-passphrase": ""}, "40011"),
        ({"access-key": "other"}, "40006"),
        ({"access-passphrase": "wrong"}, "40012"),
        ({"access-sign": "AAAA"}, "40009"),
        ({"access-timestamp": str(NOW - 30_001)}, "40008"),
        ({"access-timestamp": str(NOW + 30_001)}, "40008"),
    ],
)
def test_what_is_wrong_with_a_signature_is_named(changes: dict[str, str], code: str) -> None:
    method, target, body, sign = VECTORS[0]
    asked = headers(sign) | changes
    with pytest.raises(Reject) as refusal:
        check_request(vector_keys(), asked, method=method, target=target, body=body, now_ms=NOW)
    assert refusal.value.code == code


def test_an_rsa_key_signs_too() -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    keys = Keys([Key("key", Secret("word"), "1", public_key_pem=public.decode())])
    prehash = f"{NOW}GET/api/v2/spot/account/assets".encode()
    sign = base64.b64encode(private.sign(prehash, PKCS1v15(), hashes.SHA256())).decode()
    target = "/api/v2/spot/account/assets"
    assert check_request(keys, headers(sign), method="GET", target=target, body=b"", now_ms=NOW).uid == "1"
    with pytest.raises(Reject, match="40009"):
        check_request(keys, headers(sign), method="GET", target=target + "?a=1", body=b"", now_ms=NOW)


def test_the_login_vector_in_seconds() -> None:
    login = {
        "apiKey": "key",
        "passphrase": "word",
        "timestamp": "1700000000",
        "sign": "qLFtb1r5Xc71YzlYR0CT0NtE/hFEU/JEbAQjVvlPHBc=",
    }
    assert check_login(vector_keys(), login, NOW).uid == "1"
    millis = {**login, "timestamp": str(NOW), "sign": "1NtBttNKtaCKEhYQgNQzj8w3yvBnJEdzbEiokqcnNHA="}
    assert check_login(vector_keys(), millis, NOW).uid == "1"
    for changes, code in (
        ({"apiKey": "other"}, "30011"),
        ({"passphrase": "wrong"}, "30012"),
        ({"timestamp": "soon"}, "30013"),
        ({"timestamp": "1600000000"}, "30014"),
        ({"sign": "AAAA"}, "30015"),
    ):
        with pytest.raises(Reject) as refusal:
            check_login(vector_keys(), {**login, **changes}, NOW)
        assert refusal.value.code == code


def test_a_revoked_key_is_unknown(bench: Bench) -> None:
    assert bench.get(ACCOUNT, productType=USDT)["code"] == "00000"
    bench.simulator.keys.revoked.add(bench.exchange.keys["practice"].credentials.api_key.reveal())
    assert bench.get(ACCOUNT, productType=USDT)["code"] == "40006"


def test_a_read_only_key_reads_and_never_writes(bench: Bench) -> None:
    assert bench.get(ACCOUNT, profile="watch", productType=USDT)["code"] == "00000"
    for path, route in ROUTES.items():
        if isinstance(route, Write):
            assert bench.post(path, ORDER, profile="watch")["code"] == "40014", path
    assert bench.get("/api/v2/mix/order/orders-pending", productType=USDT)["data"]["entrustedList"] is None


# Envelopes


def test_the_envelope_of_success_and_of_refusal(bench: Bench) -> None:
    answer = bench.ask("GET", "/api/v2/public/time")
    assert answer.status == 200
    assert json.loads(answer.body) == {
        "code": "00000",
        "msg": "success",
        "requestTime": bench.clock.now,
        "data": {"serverTime": str(bench.clock.now)},
    }
    refused = bench.ask("GET", "/api/v2/mix/market/ticker", "symbol=BTCUSDT")
    assert refused.status == 400
    assert json.loads(refused.body) == {
        "code": "40019",
        "msg": "Parameter productType cannot be empty",
        "requestTime": bench.clock.now,
        "data": None,
    }


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v2/mix/market/orderbook", 404, "40404"),
        ("GET", "/api/mix/v1/market/ticker", 404, "40404"),
        ("POST", "/api/v2/public/time", 404, "40404"),
        ("DELETE", PLACE, 404, "40404"),
        ("GET", ACCOUNT, 401, "40001"),
    ],
)
def test_wrong_addresses_and_missing_keys(
    bench: Bench, method: str, path: str, status: int, code: str
) -> None:
    answer = bench.ask(method, path)
    assert (answer.status, json.loads(answer.body)["code"]) == (status, code)


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"null", b'"text"'])
def test_a_body_that_is_no_object(bench: Bench, body: bytes) -> None:
    answer = bench.ask("POST", PLACE, body=body, headers=bench.signed("POST", PLACE, body=body))
    assert json.loads(answer.body)["code"] == "40017"


def test_demo_headers_are_taken(bench: Bench) -> None:
    signed = bench.signed("GET", ACCOUNT, f"productType={USDT}") | {"paptrading": "1", "locale": "zh-CN"}
    assert (
        json.loads(bench.ask("GET", ACCOUNT, f"productType={USDT}", headers=signed).body)["code"] == "00000"
    )


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("/api/v2/mix/market/ticker", {"symbol": "NOSUCH", "productType": USDT}, "40034"),
        ("/api/v2/spot/market/tickers", {"symbol": "NOSUCH"}, "40034"),
        ("/api/v2/mix/market/ticker", {"symbol": "BTCUSDT", "productType": "umcbl"}, "400172"),
        (
            "/api/v2/mix/market/candles",
            {"symbol": "BTCUSDT", "productType": USDT, "granularity": "1min"},
            "400172",
        ),
        (
            "/api/v2/spot/trade/history-orders",
            {"startTime": "1760000000000", "endTime": "1750000000000"},
            "40707",
        ),
        (
            "/api/v2/mix/order/fill-history",
            {"productType": USDT, "startTime": "1750000000000", "endTime": "1760000000000"},
            "40705",
        ),
        ("/api/v2/mix/order/orders-pending", {"productType": USDT, "limit": "none"}, "40020"),
        ("/api/v2/mix/order/orders-pending", {"productType": USDT, "idLessThan": "abc"}, "40020"),
        ("/api/v2/mix/order/detail", {"productType": USDT, "symbol": "BTCUSDT", "orderId": "1"}, "40109"),
        ("/api/v2/mix/order/detail", {"productType": USDT, "symbol": "BTCUSDT"}, "40924"),
        ("/api/v2/copy/mix-trader/order-total-detail", {}, "31001"),
    ],
)
def test_wrong_questions_get_bitgets_codes(
    bench: Bench, path: str, params: dict[str, str], code: str
) -> None:
    assert bench.get(path, **params)["code"] == code


def test_client_ids_are_used_once(bench: Bench) -> None:
    assert bench.post(PLACE, {**ORDER, "clientOid": "once"})["code"] == "00000"
    again = bench.post(PLACE, {**ORDER, "clientOid": "once"})
    assert (again["code"], again["msg"]) == ("45034", "clientOid duplicate")
    spot = {
        "symbol": "BTCUSDT",
        "side": "buy",
        "orderType": "limit",
        "force": "gtc",
        "price": "90000",
        "size": "0.001",
    }
    assert bench.post("/api/v2/spot/trade/place-order", {**spot, "clientOid": "once"})["code"] == "00000"
    assert bench.post("/api/v2/spot/trade/place-order", {**spot, "clientOid": "once"})["code"] == "43118"


# Limits


def test_each_route_has_its_own_limit() -> None:
    bench = Bench(options=Options())
    codes = [bench.ask("GET", "/api/v2/public/time").status for _ in range(21)]
    assert codes == [200] * 20 + [429]
    refused = bench.ask("GET", "/api/v2/public/time")
    assert json.loads(refused.body)["code"] == "429"
    assert refused.headers["x-mbx-used-remain-limit"] == "0"
    assert bench.ask("GET", "/api/v2/mix/market/tickers", f"productType={USDT}").status == 200
    bench.clock.now += 1000
    answer = bench.ask("GET", "/api/v2/public/time")
    assert (answer.status, answer.headers["x-mbx-used-remain-limit"]) == (200, "19")


def test_leaders_place_one_order_a_second() -> None:
    bench = Bench(options=Options())
    body = {**ORDER, "tradeSide": "open", "reduceOnly": ""}
    assert bench.post(PLACE, body, profile="leader")["code"] == "00000"
    assert bench.post(PLACE, body, profile="leader")["code"] == "429"
    assert [bench.post(PLACE, ORDER)["code"] for _ in range(3)] == ["00000"] * 3


def test_accounts_do_not_use_up_each_others_limits() -> None:
    bench = Bench(options=Options())
    for _ in range(10):
        assert bench.get(ACCOUNT, productType=USDT)["code"] == "00000"
    assert bench.get(ACCOUNT, productType=USDT)["code"] == "429"
    assert bench.get(ACCOUNT, profile="follower", productType=USDT)["code"] == "00000"


# Lists


def test_lists_are_paged_by_the_last_id(bench: Bench) -> None:
    placed = [bench.post(PLACE, {**ORDER, "size": "0.001"})["data"]["orderId"] for _ in range(5)]
    found: list[str] = []
    cursor = ""
    for _ in range(10):
        page = bench.get("/api/v2/mix/order/orders-pending", productType=USDT, limit="2", idLessThan=cursor)[
            "data"
        ]
        if not page["entrustedList"]:
            break
        found += [row["orderId"] for row in page["entrustedList"]]
        cursor = page["endId"]
    assert found == placed[::-1]


def test_a_batch_answers_item_by_item(bench: Bench) -> None:
    shared = {name: ORDER[name] for name in ("symbol", "productType", "marginMode", "marginCoin")}
    items = [
        {"size": "0.01", "price": "90000", "side": "buy", "orderType": "limit", "clientOid": "good"},
        {"size": "0.0000001", "price": "90000", "side": "buy", "orderType": "limit", "clientOid": "small"},
        {"size": "0.01", "price": "90000", "side": "up", "orderType": "limit"},
    ]
    answer = bench.post("/api/v2/mix/order/batch-place-order", {**shared, "orderList": items})
    assert answer["code"] == "00000"
    assert [row["clientOid"] for row in answer["data"]["successList"]] == ["good"]
    failures = answer["data"]["failureList"]
    assert failures[0]["clientOid"] == "small"
    assert [row["errorCode"] for row in failures] == [failures[0]["errorCode"], "40020"]
    assert (
        bench.post("/api/v2/mix/order/batch-place-order", {**shared, "orderList": items[:1] * 51})["code"]
        == "40912"
    )


def test_candles_reach_back_a_thousand_minutes(bench: Bench) -> None:
    ask = {"symbol": "BTCUSDT", "productType": USDT, "granularity": "1m", "limit": "1000"}
    rows = bench.get("/api/v2/mix/market/candles", **ask)["data"]
    times = [int(row[0]) for row in rows]
    assert len(rows) == 1000
    assert times == list(range(times[0], times[0] + 60_000 * 1000, 60_000))
    assert all(len(row) == 7 for row in rows)
    closed = bench.get("/api/v2/mix/market/history-candles", **{**ask, "limit": "5"})["data"]
    assert closed == rows[-6:-1]
    spot = bench.get("/api/v2/spot/market/candles", symbol="BTCUSDT", granularity="1min")["data"]
    assert len(spot) == 100
    assert all(len(row) == 8 for row in spot)
    since = bench.get("/api/v2/mix/market/candles", **{**ask, "startTime": str(times[10]), "limit": "3"})[
        "data"
    ]
    assert [int(row[0]) for row in since] == times[10:13]


def test_trades_reach_back_a_hundred(bench: Bench) -> None:
    rows = bench.get("/api/v2/mix/market/fills", symbol="BTCUSDT", productType=USDT)["data"]
    assert len(rows) == 100
    assert [row["ts"] for row in rows] == sorted((row["ts"] for row in rows), reverse=True)
    older = bench.get(
        "/api/v2/mix/market/fills-history", symbol="BTCUSDT", productType=USDT, idLessThan=rows[-1]["tradeId"]
    )["data"]
    assert not {row["tradeId"] for row in rows} & {row["tradeId"] for row in older}
    assert {row["side"] for row in older} <= {"Buy", "Sell"}


def test_depth_of_futures_is_in_numbers_and_merges_by_scale(bench: Bench) -> None:
    ask = {"symbol": "BTCUSDT", "productType": USDT, "limit": "5"}
    answer = bench.ask(
        "GET", "/api/v2/mix/market/merge-depth", "symbol=BTCUSDT&productType=USDT-FUTURES&limit=5"
    )
    book = json.loads(answer.body)["data"]
    assert [len(book["asks"]), len(book["bids"])] == [5, 5]
    assert all(isinstance(figure, float | int) for level in book["asks"] for figure in level)
    assert book["bids"][0][0] < book["asks"][0][0]
    merged = bench.get("/api/v2/mix/market/merge-depth", **{**ask, "precision": "scale2"})["data"]
    assert merged["isMaxPrecision"] == "NO"
    assert all(price * 10 % 100 == 0 for price, _ in merged["bids"])
    spot = bench.get("/api/v2/spot/market/orderbook", symbol="BTCUSDT", limit="150")["data"]
    assert len(spot["asks"]) == 150
    assert all(isinstance(figure, str) for level in spot["asks"] for figure in level)


# Shapes of real answers


def loaded() -> Bench:
    """An account that has a position, orders, trigger orders and a past."""
    bench = Bench()
    assert bench.post(PLACE, {**ORDER, "orderType": "market", "size": "0.02"})["code"] == "00000"
    assert (
        bench.post(PLACE, {**ORDER, "orderType": "market", "size": "0.01", "side": "sell"})["code"] == "00000"
    )
    eth = {**ORDER, "symbol": "ETHUSDT", "orderType": "market", "size": "0.5"}
    assert bench.post(PLACE, eth)["code"] == "00000"
    assert bench.post(PLACE, {**eth, "side": "sell", "reduceOnly": "YES"})["code"] == "00000"
    assert bench.post(PLACE, ORDER)["code"] == "00000"
    plan = {**ORDER, "planType": "normal_plan", "triggerPrice": "80000", "triggerType": "mark_price"}
    assert bench.post("/api/v2/mix/order/place-plan-order", plan)["code"] == "00000"
    ended = bench.post("/api/v2/mix/order/place-plan-order", plan)["data"]["orderId"]
    tpsl = {
        "symbol": "BTCUSDT",
        "productType": USDT,
        "marginCoin": "USDT",
        "planType": "pos_loss",
        "triggerPrice": "70000",
        "triggerType": "mark_price",
        "holdSide": "buy",
    }
    assert bench.post("/api/v2/mix/order/place-tpsl-order", tpsl)["code"] == "00000"
    gone = {"productType": USDT, "symbol": "BTCUSDT", "orderIdList": [{"orderId": ended}]}
    answer = bench.post("/api/v2/mix/order/cancel-plan-order", gone)
    assert answer["data"]["successList"], answer
    return bench


ASKED: dict[str, dict[str, str]] = {
    "symbol": {"symbol": "BTCUSDT"},
    "/api/v2/mix/order/orders-plan-pending": {"planType": "normal_plan"},
    "/api/v2/mix/order/orders-plan-history": {"planType": "normal_plan"},
    "/api/v2/mix/order/plan-sub-order": {"planType": "normal_plan"},
}
WITHOUT_SYMBOL = {"/api/v2/mix/position/history-position", "/api/v2/mix/market/vip-fee-rate"}


def keys(value: Any, path: str = "") -> set[str]:
    if isinstance(value, dict):
        return {f"{path}.{name}" for name in value} | {
            found for name, inner in value.items() for found in keys(inner, f"{path}.{name}")
        }
    if isinstance(value, list):
        return keys(value[0], f"{path}[]") if value else set()
    return set()


def sampled() -> list[Any]:
    if not SAMPLES.exists():
        return []
    found = [json.loads(line) for line in SAMPLES.read_text().splitlines()]
    return [sample for sample in found if sample["method"] == "GET"]


@pytest.mark.skipif(not SAMPLES.exists(), reason="the sample payloads are not beside the project")
def test_answers_have_every_field_of_the_sampled_ones() -> None:
    bench = loaded()
    history = bench.get("/api/v2/mix/order/orders-history", productType=USDT)["data"]["entrustedList"]
    plan = bench.get("/api/v2/mix/order/orders-plan-pending", productType=USDT, planType="normal_plan")
    for sample in sampled():
        path = sample["path"]
        params = {"productType": USDT, "symbol": "BTCUSDT", "marginCoin": "USDT", "granularity": "1m"}
        params |= (
            ASKED.get(path, {}) | {"orderId": history[0]["orderId"]}
            if "detail" in path
            else ASKED.get(path, {})
        )
        if path in WITHOUT_SYMBOL:
            del params["symbol"]
        if "detail" in path:
            params["symbol"] = history[0]["symbol"]
        if "sub-order" in path:
            params["planOrderId"] = plan["data"]["entrustedList"][0]["orderId"]
        answer = bench.get(path, **params)
        assert answer["code"] == "00000", (path, answer)
        wanted, given = keys(sample["response"]["data"]), keys(answer["data"])
        if not given and "sub-order" in path:
            continue
        assert wanted - given == set(), path


def test_lone_surrogates_and_hostile_names_arrive() -> None:
    bench = Bench()
    rows = bench.get("/api/v2/copy/mix-trader/config-query-followers", profile="leader", pageSize="100")[
        "data"
    ]
    names = [row["followerName"] for row in rows]
    assert any("\x1b" in name for name in names)
