"""Control frames, and frames that are none."""

from __future__ import annotations

from typing import Any

import pytest

from bgtui.domain.event import FrameRefused, FrameUnsupported
from bgtui.domain.text import Untrusted
from bgtui.wire.channel import Subscription
from bgtui.wire.frame import (
    MAX_FRAME,
    MAX_ROUTES,
    Failed,
    LoggedIn,
    LoginFailed,
    Pong,
    Router,
    Subscribed,
    Unsubscribed,
)
from tests.support.pushes import TRADE, compact, one, push

BOOKS = {"instType": "USDT-FUTURES", "channel": "books", "instId": "BTCUSDT"}
SUBSCRIPTION = Subscription("USDT-FUTURES", "books", "instId", "BTCUSDT")


@pytest.mark.parametrize("raw", ["pong", b"pong", '{"event":"pong","ts":1641898173000}'])
def test_pong_comes_as_text(raw: str | bytes) -> None:
    assert one(raw) == Pong()


@pytest.mark.parametrize("code", [0, "0", "00000", None])
def test_login_answers_with_code_zero(code: Any) -> None:
    assert one({"event": "login", "code": code, "msg": ""}) == LoggedIn()


@pytest.mark.parametrize(
    "frame",
    [
        {"event": "error", "code": "30005", "msg": "login\nfailed"},
        {"event": "error", "code": 30005, "msg": "login\nfailed"},
        {"event": "login", "code": "30005", "msg": "login\nfailed"},
    ],
)
def test_a_refused_login_keeps_code_and_words(frame: dict[str, Any]) -> None:
    assert one(frame) == LoginFailed("30005", Untrusted("login\nfailed"))


def test_acknowledgements_name_the_subscription() -> None:
    assert one({"event": "subscribe", "arg": BOOKS}) == Subscribed(SUBSCRIPTION)
    assert one({"event": "unsubscribe", "arg": BOOKS}) == Unsubscribed(SUBSCRIPTION)
    account = {"instType": "SPOT", "channel": "account", "coin": "default"}
    assert one({"event": "subscribe", "arg": account}) == Subscribed(Subscription("SPOT", "account", "coin"))
    equity = {"instType": "USDT-FUTURES", "channel": "equity"}
    assert one({"event": "subscribe", "arg": equity}) == Subscribed(Subscription("USDT-FUTURES", "equity"))


def test_errors_name_the_subscription_when_they_do() -> None:
    message = "channel:books does not exist"
    assert one({"event": "error", "code": 30001, "msg": message, "arg": BOOKS}) == Failed(
        SUBSCRIPTION, "30001", Untrusted(message)
    )
    assert one({"event": "error", "code": "30002", "msg": None}) == Failed(None, "30002", Untrusted(""))


def test_an_error_that_names_a_channel_is_no_refused_login() -> None:
    frame = {"event": "error", "code": "30005", "msg": "", "arg": BOOKS}
    assert isinstance(one(frame), Failed)


def test_an_unknown_event_is_counted() -> None:
    assert one({"event": "maintenance"}) == FrameUnsupported("test", Untrusted("maintenance"))


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "p",
        "ping",
        "null",
        "12345",
        '"text"',
        "[]",
        "{}",
        "{}    ",
        '{"event":"subscribe"}',
        '{"event":5}',
        '{"event":"subscribe","arg":{"instType":"a b","channel":"c"}}',
        '{"event":"subscribe","arg":{"instType":"SPOT","channel":"c\\u001b[2J"}}',
        '{"action":"update"}',
        '{"action":"update","arg":null,"data":[]}',
        '{"action":"update","arg":{"instType":"SPOT","channel":"trade","instId":"BTCUSDT"}}',
        '{"action":"delete","arg":{"instType":"SPOT","channel":"trade","instId":"BTCUSDT"},"data":[]}',
        '{"action":"update","arg":{"instType":"SPOT","channel":"trade","instId":"default"},"data":[]}',
        '{"action":"update","arg":{"instType":"SPOT","channel":"trade","instId":"BTC USDT"},"data":[]}',
        '{"action":"update","arg":{"instType":"SPOT","channel":"trade","instId":5},"data":[]}',
        "[" * 100_000,
        '{"event":' * 50_000,
        '{"action":"update","arg":' + "[" * 50_000,
        '{"a":"\ud800"}',
        b'{"action":"update","arg":{"instType":"SPOT","channel":"orders"},"data":[{"instId":"\xff"}]}',
        b"\xff\xfe\x00",
        "<html><body>502 Bad Gateway</body></html>",
        " " * 100,
        "\x00" * 100,
    ],
)
def test_what_is_no_frame_is_refused_in_one_line(raw: str | bytes) -> None:
    event = one(raw)
    assert isinstance(event, FrameRefused)
    assert event.reason
    assert event.reason.isprintable()
    assert len(event.sample.raw) <= 200


def test_deep_nesting_in_the_rows_is_refused() -> None:
    frame = compact(push("USDT-FUTURES", "orders", [])).replace(b"[]", b'[{"feeDetail":' + b"[" * 100_000)
    assert isinstance(one(frame), FrameRefused)


def test_deep_nesting_in_a_text_is_no_fee() -> None:
    frame = compact(push("USDT-FUTURES", "orders", [{"feeDetail": "[" * 100_000}]))
    assert isinstance(one(frame), FrameRefused)


def test_a_frame_beyond_the_cap_is_not_even_looked_at() -> None:
    event = one(b" " * (MAX_FRAME + 1))
    assert isinstance(event, FrameRefused)
    assert str(MAX_FRAME + 1) in event.reason


def test_the_last_of_two_equal_keys_counts() -> None:
    raw = compact(push("SPOT", "trade", [TRADE])).replace(
        b'"price":"61234.5"', b'"price":"NaN","price":"61234.5"'
    )
    assert one(raw) == one(push("SPOT", "trade", [TRADE]))


def test_topics_are_remembered_up_to_a_bound() -> None:
    router = Router("test")
    for number in range(MAX_ROUTES + 10):
        router.route(compact(push("SPOT", "trade", [TRADE], value=f"COIN{number}USDT")))
    assert len(router._routes) <= MAX_ROUTES
