"""Whatever comes over a socket, the router answers with events it can stand for (F-15)."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from enum import Enum
from typing import Any, get_args

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bgtui.domain.event import BookBroken, BookReceived, Event, FrameRefused, FrameUnsupported
from bgtui.domain.text import Untrusted
from bgtui.wire.frame import Control, Router
from tests.support.pushes import FUTURES_ROWS, INDEX_PRICE, SPOT_ROWS, compact, push

KNOWN = (*get_args(Event), *get_args(Control))

ODD: list[Any] = [
    *(
        "",
        " ",
        "NaN",
        "Infinity",
        "-inf",
        "1e400",
        "1E-400",
        "-0",
        "0x1",
        "1_0",
        "+1",
        "1.2.3",
        ".",
        "-",
        "--1",
    ),
    *("123456789012345.678901234567890", "9" * 30, "0." + "0" * 29 + "1", "9" * 5000, "١٢٣", "null", "true"),
    *(
        "a\x1b[2J",
        "\x1b]52;c;eA==\x07",
        "x\x00y",
        "a\nb",
        "\x9b31m",
        "BTC\u202eUSDT",
        "z\u200bw",
        "\ud800",
        "x" * 500,
    ),
    *(None, True, False, 0, -1, 1, 1.5, -0.0, 1e308, 2**53 + 1, 2**64, 10**30, -(10**30)),
    *([], {}, [[]], [None], {"": None}, {"a": {"b": [1]}}, [["1", "2"]], [["1", "2", "3"]]),
    *(
        "buy",
        "open",
        "short",
        "net",
        "hedge_mode",
        "one_way_mode",
        "burst_close_long",
        "total",
        "live",
        "partial",
    ),
]
ROWS = [
    *(("USDT-FUTURES", channel, row) for channel, row in FUTURES_ROWS.items()),
    *(("COIN-FUTURES", channel, row) for channel, row in FUTURES_ROWS.items()),
    *(("SPOT", channel, row) for channel, row in SPOT_ROWS.items()),
    ("MARGIN", "index-price", INDEX_PRICE),
    ("mc", "books", FUTURES_ROWS["books"]),
    ("sp", "candle1m", FUTURES_ROWS["candle1m"]),
]
JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from(ODD)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """Take a good push and change a few places in it, keeping its shape."""
    inst_type, channel, row = draw(st.sampled_from(ROWS))
    action = draw(st.sampled_from(["snapshot", "update"]))
    frame = json.loads(compact(push(inst_type, channel, [row] * draw(st.integers(0, 3)), action=action)))
    for _ in range(draw(st.integers(0, 4))):
        _mutate(draw, frame)
    return frame


def _mutate(draw: st.DrawFn, frame: Any) -> None:
    place = frame
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key: Any = draw(st.sampled_from(keys))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or draw(st.integers(0, 3)) == 0:
            _replace(draw, place, key)
            return
        place = inner


def _replace(draw: st.DrawFn, place: Any, key: Any) -> None:
    how = draw(st.sampled_from(["odd", "any", "drop", "double", "rename"]))
    if how == "odd":
        place[key] = deepcopy(draw(st.sampled_from(ODD)))
    elif how == "any":
        place[key] = deepcopy(draw(JSON))
    elif how == "drop":
        del place[key]
    elif isinstance(place, list):
        place.append(deepcopy(place[key]))
    elif how == "rename":
        place[draw(st.text(max_size=10))] = place.pop(key)
    else:
        place[key] = [place[key], deepcopy(place[key])]


def checked(raw: bytes | str) -> list[Event | Control]:
    """Route a frame; fail on anything but known, clean values."""
    found = list(Router("fuzz").route(raw))
    for event in found:
        assert isinstance(event, KNOWN), event
        for text in _texts(event):
            assert text.isprintable(), (event, text)
    refused = [event for event in found if isinstance(event, FrameRefused)]
    if refused:
        assert len(refused) == 1
        assert all(isinstance(event, FrameRefused | BookBroken) for event in found)
    return found


def _texts(value: Any) -> Iterator[str]:
    """Yield every text of an event that may be printed as it is, and check its numbers on the way."""
    if isinstance(value, Untrusted | Enum) or value is None:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, Decimal):
        assert value.is_finite()
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _texts(getattr(value, field.name))
        _read_numbers(value)
    else:
        assert isinstance(value, int), value


def _read_numbers(value: Any) -> None:
    """Read every figure that a value makes only when it is asked for."""
    for name, member in vars(type(value)).items():
        if isinstance(member, property):
            figure = getattr(value, name)
            assert not isinstance(figure, Decimal) or figure.is_finite()


@settings(max_examples=600, deadline=None)
@given(mutated())
def test_a_push_changed_in_places(frame: Any) -> None:
    checked(json.dumps(frame, separators=(",", ":")))


@settings(max_examples=300, deadline=None)
@given(mutated(), st.data())
def test_a_push_damaged_in_its_bytes(frame: Any, data: st.DataObject) -> None:
    raw = bytearray(json.dumps(frame, separators=(",", ":")).encode(errors="replace"))
    for _ in range(data.draw(st.integers(1, 4))):
        where = data.draw(st.integers(0, len(raw) - 1))
        how = data.draw(st.sampled_from(["flip", "cut", "repeat"]))
        if how == "flip":
            raw[where] = data.draw(st.integers(0, 255))
        elif how == "cut" and where > 1:
            del raw[where:]
        else:
            raw[where:where] = raw[where : where + 40]
    checked(bytes(raw))


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
@example(b"[" * 5000)
@example('{"event":"error","code":[]}')
def test_no_frame_at_all(raw: bytes | str) -> None:
    checked(raw)


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_any_json(value: Any) -> None:
    checked(json.dumps(value))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["subscribe", "unsubscribe", "login", "error", "pong", "odd"]), JSON, JSON, JSON)
def test_any_answer(event: str, arg: Any, code: Any, message: Any) -> None:
    for frame in (
        {"event": event, "arg": arg, "code": code, "msg": message},
        {"event": event, "arg": {"instType": arg, "channel": code, "instId": message}},
    ):
        checked(json.dumps(frame))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ROWS), JSON)
def test_any_rows_under_every_channel(source: tuple[str, str, Any], data: Any) -> None:
    inst_type, channel, row = source
    frame = push(inst_type, channel, [row]) | {"data": data}
    found = checked(json.dumps(frame))
    assert not any(isinstance(event, FrameUnsupported) for event in found)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["0", "1", "61234.5", "0.010"]), st.sampled_from(ODD)), max_size=5))
def test_only_plain_levels_reach_a_book(levels: list[tuple[str, Any]]) -> None:
    row = FUTURES_ROWS["books"] | {"asks": levels}
    for event in checked(json.dumps(push("USDT-FUTURES", "books", [row]), separators=(",", ":"))):
        if isinstance(event, BookReceived):
            assert all(set(price + size) <= set("0123456789.") for price, size in (*event.asks, *event.bids))
            assert all(len(price) <= 40 and len(size) <= 40 for price, size in event.asks)
