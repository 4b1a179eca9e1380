"""The REST client over a scripted transport: exact bytes, what is asked again, what is never sent twice."""

from __future__ import annotations

import asyncio
import inspect
import json
import ssl
from collections import deque
from collections.abc import Iterator

import httpx
import pytest

from bgtui.domain.error import (
    AuthRefused,
    ClockSkew,
    ConfigError,
    DecodeError,
    ExchangeError,
    Maintenance,
    NetworkError,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Rejected,
)
from bgtui.domain.event import ClockMeasured, Event, RequestMeasured
from bgtui.domain.lastlook import looking
from bgtui.exchange.failure import NEVER_LEFT
from bgtui.exchange.limiter import Limiter
from bgtui.exchange.rest import _trust
from bgtui.wire.endpoint import futures_account, futures_market, futures_order, spot_account
from tests.support.loop import VirtualClock, virtual_time
from tests.unit.exchange.exchange_peer import (
    API_KEY,
    NOW_MS,
    PASSPHRASE,
    Answer,
    Script,
    client,
    credentials,
    failed,
    ok,
)

POSITIONS = futures_account.POSITIONS
PLACE = futures_order.PLACE_ORDER
TICKERS = futures_market.TICKERS
BODY = {
    "symbol": "BTCUSDT",
    "productType": "USDT-FUTURES",
    "marginMode": "isolated",
    "marginCoin": "USDT",
    "size": "0.01",
    "price": "60000.5",
    "side": "buy",
    "tradeSide": "open",
    "orderType": "limit",
    "force": "gtc",
    "clientOid": "t-0001",
}


def signature(request: httpx.Request) -> str:
    return request.headers["ACCESS-SIGN"]


async def test_a_get_is_signed_over_the_very_query_it_sends() -> None:
    script = Script(ok([]))
    async with client(script, key=credentials()) as rest:
        data = await rest.read(POSITIONS, {"productType": "USDT-FUTURES", "marginCoin": "USDT"})
    assert bytes(data) == b"[]"
    (request,) = script.requests
    assert request.method == "GET"
    assert request.url.query == b"marginCoin=USDT&productType=USDT-FUTURES"
    assert signature(request) == "BfHLUKudIpF8Qdygf2ZBM5r3Ju6V0WLh0FgBdEUJy1E="
    assert request.content == b""
    assert request.headers["ACCESS-KEY"] == API_KEY
    assert request.headers["ACCESS-PASSPHRASE"] == PASSPHRASE
    assert request.headers["ACCESS-TIMESTAMP"] == str(NOW_MS)
    assert request.headers["locale"] == "en-US"
    assert "paptrading" not in request.headers


async def test_a_get_without_query_is_signed_without_question_mark() -> None:
    script = Script(ok([]))
    async with client(script, key=credentials()) as rest:
        await rest.read(spot_account.ASSETS)
    (request,) = script.requests
    assert str(request.url) == "https://api.bitget.com/api/v2/spot/account/assets"
    assert signature(request) == "0Dil2+Af1dtDl/lEX8wC4hExM5aYfynzsqPXl5Ct2sc="


async def test_a_post_is_signed_over_the_very_bytes_it_sends() -> None:
    script = Script(ok({"orderId": "1", "clientOid": "t-0001"}))
    async with client(script, key=credentials()) as rest:
        await rest.write(PLACE, BODY)
    (request,) = script.requests
    assert request.method == "POST"
    assert request.content == json.dumps(BODY, separators=(",", ":")).encode()
    assert len(request.content) == 212
    assert request.headers["Content-Type"] == "application/json"
    assert signature(request) == "qqYsLvsihf3RKYPlP4RYcvLBRiNd8ly6to05iwXfBxo="


async def test_a_public_read_carries_no_key_and_asks_no_clock() -> None:
    script = Script(ok([]))
    async with client(script, key=credentials()) as rest:
        await rest.read(TICKERS, {"productType": "USDT-FUTURES"})
    assert not [name for name in script.requests[0].headers if name.lower().startswith("access-")]
    assert script.clock_requests == 0


async def test_demo_says_so_on_every_request_but_the_clock() -> None:
    script = Script(ok([]))
    async with client(script, key=credentials(), is_demo=True) as rest:
        await rest.read(POSITIONS)
        await rest.read(TICKERS)
        await rest.write(PLACE, BODY)
    assert [request.headers["paptrading"] for request in script.requests] == ["1", "1", "1"]
    assert script.clock_requests == 5


async def test_a_query_is_sent_as_it_was_signed_even_with_strange_characters() -> None:
    script = Script(ok([]))
    async with client(script, key=credentials()) as rest:
        await rest.read(POSITIONS, {"marginCoin": "$ A+#&ü/é"})
    assert script.requests[0].url.raw_path.endswith(b"?marginCoin=%24%20A%2B%23%26%C3%BC%2F%C3%A9")


@virtual_time
async def test_the_timestamp_is_the_exchanges_not_ours() -> None:
    clock = VirtualClock()
    script = Script(ok([]), server_ms=NOW_MS + 12_345)
    seen: list[Event] = []
    async with client(script, key=credentials(), clock=clock, observe=seen.append) as rest:
        await rest.read(POSITIONS)
        assert rest.server_now_ms() == NOW_MS + 12_345
    assert script.requests[0].headers["ACCESS-TIMESTAMP"] == str(NOW_MS + 12_345)
    assert [each for each in seen if isinstance(each, ClockMeasured)] == [ClockMeasured(12_345, 0)]


PASSING = (
    httpx.ConnectError("refused"),
    httpx.ReadTimeout("slow"),
    httpx.RemoteProtocolError("closed"),
    httpx.Response(502, content=b"<html>bad gateway</html>"),
    httpx.Response(503, content=b""),
    httpx.Response(200, content=b"<html>log in to this network</html>"),
    failed("45001"),
    failed("40015"),
)


@pytest.mark.parametrize("answer", PASSING, ids=repr)
@virtual_time
async def test_a_read_is_asked_again_after_a_growing_wait_with_jitter(answer: Answer) -> None:
    script = Script(answer, answer, answer, ok(["here"]))
    async with client(script, clock=VirtualClock()) as rest:
        assert bytes(await rest.read(TICKERS)) == b'["here"]'
    first, second, third = (
        later - earlier for earlier, later in zip(script.times, script.times[1:], strict=False)
    )
    assert 0.125 <= first <= 0.25
    assert 0.25 <= second <= 0.5
    assert 0.5 <= third <= 1.0


@pytest.mark.parametrize("answer", PASSING, ids=repr)
@virtual_time
async def test_a_read_gives_up_with_the_last_failure(answer: Answer) -> None:
    script = Script(answer)
    async with client(script, clock=VirtualClock()) as rest:
        with pytest.raises((NetworkError, Maintenance)) as caught:
            await rest.read(TICKERS)
    assert len(script.requests) == 4
    assert str(caught.value).startswith(f"{TICKERS.path}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (failed("40017"), Rejected),
        (failed("40009"), AuthRefused),
        (failed("99999"), Rejected),
        (httpx.Response(302, headers={"location": "https://elsewhere.example/"}, content=b"{}"), DecodeError),
        (httpx.Response(200, content=b'{"answer": 42}'), DecodeError),
        (httpx.Response(404, content=b""), Rejected),
    ],
)
@virtual_time
async def test_a_read_is_not_asked_again_where_that_cannot_help(
    answer: Answer, error: type[Exception]
) -> None:
    script = Script(answer)
    async with client(script, clock=VirtualClock()) as rest:
        with pytest.raises(error):
            await rest.read(TICKERS)
    assert len(script.requests) == 1


@virtual_time
async def test_a_page_of_a_captive_portal_is_never_data() -> None:
    script = Script(httpx.Response(200, content=b"<!DOCTYPE html><title>Hotel</title>"))
    async with client(script, clock=VirtualClock()) as rest:
        with pytest.raises(NetworkError, match="HTML instead of JSON"):
            await rest.read(TICKERS)


@virtual_time
async def test_after_a_429_reads_wait_five_seconds_and_an_order_does_not() -> None:
    script = Script(failed("429", status=429), ok([]), ok([]))
    async with client(script, key=credentials(), clock=VirtualClock()) as rest:
        asked = asyncio.create_task(rest.read(TICKERS))
        await asyncio.sleep(1)
        await rest.write(PLACE, BODY)
        await asked
    assert [request.method for request in script.requests] == ["GET", "POST", "GET"]
    assert script.times == [0.0, 1.0, pytest.approx(5.0)]


@virtual_time
async def test_a_429_that_is_a_web_page_leaves_the_write_in_doubt_and_slows_reads_down() -> None:
    script = Script(httpx.Response(429, content=b"<html>slow down</html>"), ok([]))
    async with client(script, key=credentials(), clock=VirtualClock()) as rest:
        with pytest.raises(OutcomeUnknown):
            await rest.write(PLACE, BODY)
        await rest.read(TICKERS)
    assert script.times == [0.0, pytest.approx(5.0)]


@virtual_time
async def test_a_read_that_would_wait_too_long_says_why() -> None:
    script = Script(failed("429", status=429))
    async with client(script, clock=VirtualClock()) as rest:
        for _ in range(2):
            with pytest.raises(RateLimited):
                await rest.read(TICKERS)
        asked = len(script.requests)
        with pytest.raises(RateLimited, match=r"slow down .* reads wait \d+s, cancels go first"):
            await rest.read(TICKERS)
    assert len(script.requests) == asked


@virtual_time
async def test_a_refused_timestamp_measures_the_clock_and_asks_a_read_once_more() -> None:
    script = Script(failed("40008"), ok([]))
    async with client(script, key=credentials(), clock=VirtualClock()) as rest:
        await rest.read(POSITIONS)
    assert (len(script.requests), script.clock_requests) == (2, 10)

    script = Script(failed("40008"))
    async with client(script, key=credentials(), clock=VirtualClock()) as rest:
        with pytest.raises(ClockSkew):
            await rest.read(POSITIONS)
    assert len(script.requests) == 2


@virtual_time
async def test_a_refused_timestamp_does_not_send_a_write_again_but_the_next_one_is_right() -> None:
    script = Script(failed("40008"), ok({}))
    async with client(script, key=credentials(), clock=VirtualClock()) as rest:
        with pytest.raises(ClockSkew):
            await rest.write(PLACE, BODY)
        assert len(script.requests) == 1
        script.server_ms += 5_000
        await rest.write(PLACE, BODY)
    assert script.requests[1].headers["ACCESS-TIMESTAMP"] == str(NOW_MS + 5_000)


@virtual_time
async def test_a_clock_24_seconds_off_sends_no_write_and_reads_on() -> None:
    script = Script(ok([]), server_ms=NOW_MS + 24_000)
    async with client(script, key=credentials(), clock=VirtualClock()) as rest:
        with pytest.raises(ClockSkew, match="timedatectl set-ntp true"):
            await rest.write(PLACE, BODY)
        assert script.requests == []
        await rest.read(POSITIONS)
    assert [request.method for request in script.requests] == ["GET"]


def every_http_error() -> Iterator[Exception]:
    """One of each error the HTTP library can raise, and of the system's."""

    def leaves(kind: type[Exception]) -> Iterator[type[Exception]]:
        for child in kind.__subclasses__():
            yield child
            yield from leaves(child)

    for kind in leaves(httpx.HTTPError):
        if kind is httpx.HTTPStatusError:
            yield kind("no", request=httpx.Request("POST", "https://x"), response=httpx.Response(500))
        else:
            yield kind("no")
    yield from (OSError("no"), ConnectionResetError("no"), BrokenPipeError("no"), TimeoutError("no"))


NOT_CARRIED_OUT = (
    (failed("43012"), Rejected),
    (failed("40017"), Rejected),
    (failed("40008"), ClockSkew),
    (failed("40009"), AuthRefused),
    (failed("429", status=429), RateLimited),
)
IN_DOUBT = (
    httpx.Response(200, content=b"<html>portal</html>"),
    httpx.Response(200, content=b""),
    httpx.Response(200, content=b'{"code":"000'),
    httpx.Response(200, content=b"[1, 2]"),
    httpx.Response(200, headers={"content-encoding": "gzip"}, content=b""),
    httpx.Response(302, headers={"location": "https://elsewhere.example/"}, content=b""),
    httpx.Response(307, headers={"location": "https://elsewhere.example/"}, content=b""),
    httpx.Response(404, content=b"gone"),
    httpx.Response(500, content=b""),
    httpx.Response(502, content=b"<html>bad gateway</html>"),
    httpx.Response(503, content=b""),
    httpx.Response(504, content=b""),
    failed("40010"),
    failed("45001"),
    failed("40015"),
    failed("40786"),
    failed("43118"),
    failed("47119"),
    failed("43012", status=500),
)
WRITE_FAILURES = (
    *((error, NotSent if isinstance(error, NEVER_LEFT) else OutcomeUnknown) for error in every_http_error()),
    *((answer, OutcomeUnknown) for answer in IN_DOUBT),
    *NOT_CARRIED_OUT,
)


def _name(value: object) -> str:
    if isinstance(value, httpx.Response):
        return f"{value.status_code}-{value.content[:40]!r}"
    return value.__name__ if inspect.isclass(value) else type(value).__name__


@pytest.mark.parametrize("endpoint", [PLACE, futures_order.CANCEL_ORDER], ids=lambda each: each.name)
@pytest.mark.parametrize(("failure", "expected"), WRITE_FAILURES, ids=_name)
@virtual_time
async def test_no_write_is_ever_sent_twice(
    failure: Answer, expected: type[ExchangeError], endpoint: object
) -> None:
    script = Script(failure)
    async with client(script, key=credentials(), clock=VirtualClock()) as rest:
        with pytest.raises(expected) as caught:
            await rest.write(endpoint, BODY)  # type: ignore[arg-type]
    assert type(caught.value) is expected
    assert len(script.requests) == 1
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__


@virtual_time
async def test_a_write_that_never_ends_is_unknown_in_the_end_and_sent_once() -> None:
    async def never() -> httpx.Response:
        await asyncio.sleep(10_000)
        raise AssertionError

    script = Script(never)
    async with client(script, key=credentials(), clock=VirtualClock()) as rest:
        with pytest.raises(OutcomeUnknown, match="did not answer in time"):
            await rest.write(PLACE, BODY)
    assert len(script.requests) == 1


@virtual_time
async def test_cancelling_a_write_in_flight_raises_through() -> None:
    async def never() -> httpx.Response:
        await asyncio.sleep(10_000)
        raise AssertionError

    script = Script(never)
    seen: list[Event] = []
    async with client(script, key=credentials(), clock=VirtualClock(), observe=seen.append) as rest:
        task = asyncio.create_task(rest.write(PLACE, BODY))
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert len(script.requests) == 1
    assert seen[-1] == RequestMeasured(PLACE.path, is_write=True, latency_ms=1000, outcome="CancelledError")


@virtual_time
async def test_without_the_exchanges_clock_a_write_is_not_sent() -> None:
    script = Script(ok({}))
    script.clock_answer = httpx.ConnectError("refused")
    async with client(script, key=credentials(), clock=VirtualClock()) as rest:
        with pytest.raises(NotSent, match="clock could not be asked"):
            await rest.write(PLACE, BODY)
    assert script.requests == []


@virtual_time
async def test_a_write_that_our_own_limits_hold_back_too_long_is_not_sent() -> None:
    script = Script(ok({}))
    limiter = Limiter(limits={PLACE.name: (1, 60.0)})
    async with client(script, key=credentials(), clock=VirtualClock(), limiter=limiter) as rest:
        await rest.write(PLACE, BODY)
        with pytest.raises(NotSent, match="held back"):
            await rest.write(PLACE, BODY)
    assert len(script.requests) == 1


@virtual_time
async def test_a_write_that_was_held_back_is_looked_at_once_more() -> None:
    """Found by the storm: what was allowed while armed left seconds after somebody had disarmed."""
    script = Script(ok({}))
    limiter = Limiter(limits={PLACE.name: (1, 5.0)})
    reasons = deque(["", "Disarmed"])

    def look() -> None:
        if reason := reasons.popleft():
            raise Refused(reason)

    async with client(script, key=credentials(), clock=VirtualClock(), limiter=limiter) as rest:
        with looking(look):
            await rest.write(PLACE, BODY)
            with pytest.raises(Refused, match="Disarmed"):
                await rest.write(PLACE, BODY)
        await rest.write(PLACE, BODY)
    assert len(script.requests) == 2


@virtual_time
async def test_a_closing_order_goes_before_the_opening_ones_that_wait() -> None:
    script = Script(ok({}))
    limiter = Limiter(limits={PLACE.name: (1, 1.0)})
    async with (
        client(script, key=credentials(), clock=VirtualClock(), limiter=limiter) as rest,
        asyncio.TaskGroup() as tasks,
    ):
        for size in ("1", "2", "3"):
            tasks.create_task(rest.write(PLACE, {"size": size}))
        await asyncio.sleep(0.5)
        tasks.create_task(rest.write(PLACE, {"size": "close"}, lowers_risk=True))
    sizes = [json.loads(request.content)["size"] for request in script.requests]
    assert sizes == ["1", "close", "2", "3"]


@virtual_time
async def test_every_request_is_measured() -> None:
    async def slow() -> httpx.Response:
        await asyncio.sleep(0.25)
        return ok([])

    seen: list[Event] = []
    script = Script(failed("45001"), slow, failed("43012"))
    async with client(script, key=credentials(), clock=VirtualClock(), observe=seen.append) as rest:
        await rest.read(TICKERS)
        with pytest.raises(Rejected):
            await rest.write(PLACE, BODY)
    measured = [
        each for each in seen if isinstance(each, RequestMeasured) and not each.route.endswith("/time")
    ]
    assert measured == [
        RequestMeasured(TICKERS.path, is_write=False, latency_ms=0, outcome="Maintenance", code="45001"),
        RequestMeasured(TICKERS.path, is_write=False, latency_ms=250, outcome="ok"),
        RequestMeasured(PLACE.path, is_write=True, latency_ms=0, outcome="Rejected", code="43012"),
    ]


@virtual_time
async def test_what_the_exchange_says_is_left_counts() -> None:
    script = Script(ok([], headers={"x-mbx-used-remain-limit": "3"}))
    async with client(script, clock=VirtualClock()) as rest:
        await rest.read(TICKERS)
        (route,) = rest.budget().endpoints
    assert (route.left, route.limit) == (3, 20)


async def test_a_signed_route_without_a_key_says_what_to_do() -> None:
    script = Script(ok([]))
    async with client(script) as rest:
        with pytest.raises(ConfigError, match="bgtui keys add"):
            await rest.read(POSITIONS)
        with pytest.raises(ConfigError, match="bgtui keys add"):
            await rest.write(PLACE, BODY)
    assert script.requests == []


async def test_a_route_that_demo_lacks_is_not_asked() -> None:
    script = Script(ok([]))
    async with client(script, key=credentials(), is_demo=True) as rest:
        with pytest.raises(Refused, match="demo trading does not have"):
            await rest.read(futures_order.HISTORY_FILLS)
    assert script.requests == []


async def test_reads_take_reads_and_writes_take_writes() -> None:
    async with client(Script(ok([])), key=credentials()) as rest:
        with pytest.raises(TypeError):
            await rest.read(PLACE)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            await rest.write(POSITIONS, {})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url",
    [
        "api.bitget.com",
        "ftp://api.bitget.com",
        "https://",
        "https://api.bitget.com/v2",
        "https://api.bitget.com/?a=1",
        "https://user:word@api.bitget.com",
        "https://api.bitget.com:port",
        "",
    ],
)
def test_an_address_that_is_more_or_less_than_a_host_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="REST address") as caught:
        client(None, url=url)
    assert "word" not in str(caught.value)


def test_proxies_of_the_environment_do_not_count_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert client(None)._http._mounts == {}


def test_an_address_with_tls_is_checked_against_authorities_and_one_without_trusts_nobody() -> None:
    assert _trust(httpx.URL("https://api.bitget.com"), use_proxy=False) is True
    assert _trust(httpx.URL("http://127.0.0.1:1"), use_proxy=True) is True
    trust = _trust(httpx.URL("http://127.0.0.1:1"), use_proxy=False)
    assert isinstance(trust, ssl.SSLContext)
    assert trust.verify_mode is ssl.CERT_REQUIRED
    assert not trust.get_ca_certs()
