from __future__ import annotations

import asyncio
import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bgtui.simulator.fields import Fields
from bgtui.simulator.routes import ROUTES
from bgtui.simulator.session import Session
from bgtui.wire.endpoint import Write
from tests.support.simulated import Bench

BENCH = Bench()
PATHS = sorted(ROUTES)
RELAXED = settings(deadline=None, max_examples=250, suppress_health_check=[HealthCheck.too_slow])


def words(text: str) -> list[str]:
    return text.split()


NAMES = st.sampled_from(
    words(
        "symbol productType marginCoin marginMode size side tradeSide orderType price force clientOid "
        "reduceOnly orderId newClientOid newSize newPrice orderIdList orderList planType triggerPrice "
        "triggerType holdSide executePrice callbackRatio rangeRate leverage longLeverage posMode amount "
        "autoMargin symbolList granularity limit startTime endTime idLessThan businessType language coin "
        "kLineType precision type pageSize pageNo traderId planOrderId openAmount openPrice posSide "
        "stpMode presetStopLossPrice stopSurplusTriggerPrice stopLossTriggerPrice stopSurplusSize "
        "newTriggerPrice batchMode"
    )
)
WORDS = st.sampled_from(
    words(
        "BTCUSDT btcusdt ETHUSDT BTCUSD BTCPERP NOSUCH USDT-FUTURES usdt-futures COIN-FUTURES USDC- "
        "FUTURES SPOT USDT BTC USDC crossed isolated cross buy sell open close long short limit market "
        "gtc ioc fok post_only YES NO normal_plan track_plan profit_plan loss_plan pos_profit pos_loss "
        "moving_plan profit_loss amount total fill_price mark_price one_way_mode hedge_mode on off 1m "
        "1min 1H 1Dutc 0 1 -1 0.001 0.01 1e400 NaN 1e5 92000 100 999999999999999999999 1760000000000 mix "
        "spot en_US step1 scale1 MARK default"
    )
)
SCALARS = st.one_of(
    WORDS,
    st.text(max_size=30),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)
BODIES = st.one_of(
    st.dictionaries(NAMES, VALUES, max_size=14).map(lambda body: json.dumps(body).encode()),
    VALUES.map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=60),
    st.just(b"[" * 5000),
    st.just(b'{"size":' + b"9" * 5000 + b"}"),
)
QUERIES = st.one_of(
    st.dictionaries(NAMES, WORDS, max_size=12).map(
        lambda params: "&".join(f"{name}={value}" for name, value in params.items())
    ),
    st.text(alphabet=st.characters(max_codepoint=255), max_size=40),
)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["access-key", "access-sign", "access-timestamp", "access-passphrase", "content-type", "paptrading"]
    ),
    st.text(alphabet=st.characters(max_codepoint=255), max_size=40),
    max_size=6,
)


def assert_bitget_shaped(content: bytes) -> str:
    envelope = json.loads(content)
    assert set(envelope) == {"code", "msg", "requestTime", "data"}
    assert isinstance(envelope["code"], str)
    assert isinstance(envelope["msg"], str)
    assert isinstance(envelope["requestTime"], int)
    assert envelope["code"] == "00000" or envelope["data"] is None
    code: str = envelope["code"]
    return code


@RELAXED
@given(st.sampled_from(PATHS), QUERIES, BODIES, st.sampled_from(["practice", "leader", "follower", "watch"]))
def test_any_signed_request_gets_a_code_of_bitgets(path: str, query: str, body: bytes, profile: str) -> None:
    method = "POST" if isinstance(ROUTES[path], Write) else "GET"
    content = body if method == "POST" else b""
    headers = BENCH.signed(method, path, query, content, profile=profile)
    answer = BENCH.ask(method, path, query, content, headers)
    code = assert_bitget_shaped(answer.body)
    assert code != "45001"
    assert answer.status < 500
    assert BENCH.simulator.rest.failures == []


@RELAXED
@given(
    st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "BREW"]),
    st.sampled_from(PATHS) | st.text(max_size=30),
    QUERIES,
    BODIES,
    HEADERS,
)
def test_any_unsigned_request_gets_a_code_of_bitgets(
    method: str, path: str, query: str, body: bytes, headers: dict[str, str]
) -> None:
    answer = BENCH.ask(method, path, query, body, headers)
    assert assert_bitget_shaped(answer.body) != "45001"
    assert answer.status < 500
    assert BENCH.simulator.rest.failures == []


PLAUSIBLE = st.fixed_dictionaries(
    {
        "symbol": st.sampled_from(["BTCUSDT", "ETHUSDT"]),
        "productType": st.just("USDT-FUTURES"),
        "marginCoin": st.just("USDT"),
        "marginMode": st.sampled_from(["crossed", "isolated"]),
        "size": st.sampled_from(["0.001", "0.01", "1", "0.00001", "1000000", "0"]),
        "side": st.sampled_from(["buy", "sell"]),
        "orderType": st.sampled_from(["limit", "market"]),
        "force": st.sampled_from(["gtc", "ioc", "fok", "post_only"]),
        "price": st.sampled_from(["92000", "92412.6", "95000", "1", "92000.05", "3148.3"]),
        "triggerPrice": st.sampled_from(["91000", "94000", "3000", "0.1"]),
        "triggerType": st.sampled_from(["fill_price", "mark_price"]),
        "planType": st.sampled_from(["normal_plan", "track_plan", "pos_loss", "loss_plan", "profit_plan"]),
        "holdSide": st.sampled_from(["buy", "sell", "long"]),
        "callbackRatio": st.sampled_from(["1", "20"]),
        "leverage": st.sampled_from(["5", "125", "200"]),
        "amount": st.sampled_from(["10", "-10"]),
        "autoMargin": st.just("on"),
        "reduceOnly": st.sampled_from(["YES", "NO", "no"]),
        "presetStopLossPrice": st.sampled_from(["", "80000"]),
        "stopLossTriggerPrice": st.sampled_from(["", "80000", "2000"]),
        "rangeRate": st.just("1"),
    }
)


@settings(RELAXED, max_examples=400)
@given(st.sampled_from([path for path in PATHS if isinstance(ROUTES[path], Write)]), PLAUSIBLE)
def test_any_plausible_write_is_taken_or_refused_in_bitgets_words(path: str, body: dict[str, str]) -> None:
    content = json.dumps(body).encode()
    answer = BENCH.ask("POST", path, body=content, headers=BENCH.signed("POST", path, body=content))
    assert assert_bitget_shaped(answer.body) != "45001"
    assert BENCH.simulator.rest.failures == []
    BENCH.clock.now += 100


ARGS = st.fixed_dictionaries(
    {},
    optional={
        "instType": st.sampled_from(["USDT-FUTURES", "SPOT", "MARGIN", "usdt-futures", "mc", ""]) | SCALARS,
        "channel": st.sampled_from(
            words(
                "ticker trade books books1 books5 books15 books50 candle1m candle1Dutc candle{interval} "
                "candle orders positions account fill equity orders-algo positions-history adl-noti "
                "index-price auction"
            )
        )
        | SCALARS,
        "instId": st.sampled_from(["BTCUSDT", "default", "NOSUCH"]) | SCALARS,
        "coin": st.sampled_from(["default", "USDT"]) | SCALARS,
    },
)
MESSAGES = st.one_of(
    st.text(max_size=40),
    st.just("ping"),
    st.fixed_dictionaries(
        {
            "op": st.sampled_from(["subscribe", "unsubscribe", "login", "trade"]) | SCALARS,
            "args": st.lists(ARGS | SCALARS, max_size=4) | SCALARS,
        }
    ).map(json.dumps),
    VALUES.map(json.dumps),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(MESSAGES, max_size=8), st.booleans(), st.booleans())
def test_any_text_on_a_stream_is_answered_or_ends_it(
    messages: list[str], is_private: bool, is_logged_in: bool
) -> None:
    async def talk() -> None:
        simulator = BENCH.simulator
        session = Session(
            1,
            BENCH.exchange,
            simulator.publisher,
            keys=simulator.keys,
            faults=simulator.faults,
            monotonic=BENCH.clock.monotonic,
            is_private=is_private,
            cuts=simulator.options.cuts,
        )
        if is_private and is_logged_in:
            session._key = simulator.keys.all()[0]
            simulator.publisher.join(session)
        for message in messages:
            BENCH.clock.now += 500
            simulator.step()
            simulator.publisher.tick()
            session.hear(message)
        for frame in session.waiting:
            assert frame == "pong" or isinstance(json.loads(frame), dict)
        session.close()

    asyncio.run(talk())


def test_a_number_in_a_body_is_read_exactly() -> None:
    assert Fields({"size": 10**30}).text("size") == "1" + "0" * 30
