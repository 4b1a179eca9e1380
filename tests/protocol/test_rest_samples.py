"""REST decoders against sample answers of a public client, and against anything at all."""

import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bgtui.wire.decode
from bgtui.domain.error import DecodeError
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.wire.decode.rest_answer import RestDecoder
from bgtui.wire.endpoint import READS, WRITES
from bgtui.wire.page import Page

SAMPLES = Path(__file__).parents[3] / "shared" / "payloads" / "futures-rest.jsonl"
INSTRUMENT = instrument_id(ProductType.USDT_FUTURES, "BTCUSDT")

UNREAD = {
    "common.announcements": "nothing in the program shows announcements yet",
    "spot.coins": "networks and fees of deposits and withdrawals, which the program does not make",
    "futures.discount-rates": "multi-asset mode, which classic accounts can no longer enter",
    "futures.exchange-rates": "multi-asset mode, which classic accounts can no longer enter",
    "futures.union-interest-rates": "multi-asset mode, which classic accounts can no longer enter",
    "futures.interest-history": "multi-asset mode, which classic accounts can no longer enter",
}
SAYS_NOTHING = {
    "spot.cancel-symbol": "repeats the symbol; the orders themselves are looked up afterwards",
    "futures.set-all-leverage": "one word",
    "futures.adjust-margin": "an empty text",
    "futures.set-auto-margin": "one word",
}


def every_decoder() -> list[RestDecoder[..., Any]]:
    modules = [
        importlib.import_module(f"bgtui.wire.decode.{each.name}")
        for each in pkgutil.iter_modules(bgtui.wire.decode.__path__)
        if each.name.startswith("rest_")
    ]
    found = {id(value): value for module in modules for value in vars(module).values()}
    return [value for value in found.values() if isinstance(value, RestDecoder)]


DECODERS = every_decoder()
BY_NAME: Mapping[str, list[RestDecoder[..., Any]]] = {
    name: [decoder for decoder in DECODERS if name in {each.name for each in decoder.endpoints}]
    for name in (*READS, *WRITES)
}


def call(
    decoder: RestDecoder[..., Any], data: bytes, product_type: ProductType = ProductType.USDT_FUTURES
) -> Any:
    given = {"product_type": product_type, "instrument": INSTRUMENT, "trader_id": "t1"}
    names = [name for name in inspect.signature(decoder).parameters if name != "data"]
    return decoder(msgspec.Raw(data), **{name: given[name] for name in names})


def samples() -> list[tuple[str, str, bytes]]:
    if not SAMPLES.is_file():
        return []
    lines = [json.loads(line) for line in SAMPLES.read_text(encoding="utf-8").splitlines()]
    return [(each["method"], each["path"], json.dumps(each["response"]["data"]).encode()) for each in lines]


@pytest.mark.skipif(not SAMPLES.is_file(), reason="the sample answers are not beside the repository")
@pytest.mark.parametrize(("method", "path", "data"), samples())
def test_every_sample_of_a_known_route_decodes(method: str, path: str, data: bytes) -> None:
    table = READS if method == "GET" else WRITES
    name = next(each.name for each in table.values() if each.path == path)
    decoders = BY_NAME[name]
    assert decoders or name in UNREAD or name in SAYS_NOTHING
    for decoder in decoders:
        value = call(decoder, data)
        assert value is not None
        if isinstance(value, Page):
            assert value.rows
        elif isinstance(value, tuple):
            assert value


def test_every_read_has_a_decoder_or_a_reason_for_none() -> None:
    assert {name for name in READS if not BY_NAME[name]} == set(UNREAD)
    assert {name for name in WRITES if not BY_NAME[name]} == set(SAYS_NOTHING)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(
        ["", "0", "-1", "1.5", "1700000000000", "buy", "live", "BTCUSDT", "1e99", "\x1b[2J", "a:b"]
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=12,
)


def keyed(row_names: list[str]) -> st.SearchStrategy[Any]:
    """Objects with the names that decoders look for, so that the search gets past the first field."""
    rows = st.dictionaries(st.sampled_from(row_names), JSON, max_size=len(row_names))
    lists = [
        "entrustedList",
        "fillList",
        "orderList",
        "bills",
        "list",
        "trackingList",
        "successList",
        "endId",
    ]
    wrapped = st.dictionaries(st.sampled_from(lists), st.lists(rows, max_size=2) | JSON, max_size=4)
    return rows | st.lists(rows, max_size=3) | wrapped


def wire_names() -> list[str]:
    names: set[str] = set()
    for each in pkgutil.iter_modules(importlib.import_module("bgtui.wire.payload").__path__):
        module = importlib.import_module(f"bgtui.wire.payload.{each.name}")
        for value in vars(module).values():
            if each.name.startswith("rest_") and inspect.isclass(value) and issubclass(value, msgspec.Struct):
                names |= {field.encode_name for field in msgspec.structs.fields(value)}
    return sorted(names)


ANYTHING = JSON | keyed(wire_names())


def settle(decoder: RestDecoder[..., Any], data: bytes, product_type: ProductType) -> None:
    try:
        call(decoder, data, product_type)
    except DecodeError as error:
        text = str(error)
        assert text.isprintable()
        assert len(text) < 400


@given(st.sampled_from(DECODERS), ANYTHING, st.sampled_from(list(ProductType)))
def test_any_json_gives_values_or_a_decode_error(
    decoder: RestDecoder[..., Any], value: Any, product_type: ProductType
) -> None:
    settle(decoder, json.dumps(value).encode(), product_type)


@given(st.sampled_from(DECODERS), st.binary(max_size=40))
def test_any_bytes_give_values_or_a_decode_error(decoder: RestDecoder[..., Any], data: bytes) -> None:
    settle(decoder, data, ProductType.USDT_FUTURES)


@pytest.mark.skipif(not SAMPLES.is_file(), reason="the sample answers are not beside the repository")
@given(st.data())
def test_a_sample_with_one_strange_field_gives_values_or_a_decode_error(data: st.DataObject) -> None:
    method, path, content = data.draw(st.sampled_from(samples()))
    table = READS if method == "GET" else WRITES
    value = json.loads(content)
    spots = list(_spots(value))
    if spots:
        data.draw(st.sampled_from(spots))(data.draw(JSON))
    for decoder in BY_NAME[next(each.name for each in table.values() if each.path == path)]:
        settle(decoder, json.dumps(value).encode(), ProductType.USDT_FUTURES)


def _spots(value: Any) -> list[Callable[[Any], None]]:
    if isinstance(value, dict):
        here = [lambda new, key=key: value.__setitem__(key, new) for key in value]
        return here + [spot for inner in value.values() for spot in _spots(inner)]
    if isinstance(value, list):
        here = [lambda new, index=index: value.__setitem__(index, new) for index in range(len(value))]
        return here + [spot for inner in value for spot in _spots(inner)]
    return []


@pytest.mark.parametrize(
    "data",
    [b"[" * 5000, b'{"a":' * 5000, b'{"asks": [[1e99999999999999999999, 1]]}', b"\xff", b'"\xff"', b"{"],
)
@pytest.mark.parametrize("decoder", DECODERS, ids=lambda each: each.__name__)
def test_hostile_bytes_give_a_decode_error(decoder: RestDecoder[..., Any], data: bytes) -> None:
    settle(decoder, data, ProductType.SPOT)


LISTS = [decoder for decoder in DECODERS if "tuple" in str(decoder.__annotations__["return"])]
PAGES = [decoder for decoder in DECODERS if "Page" in str(decoder.__annotations__["return"])]


STATEMENTS = {
    route: BY_NAME[route][0]
    for route in (
        "futures.positions",
        "futures.position",
        "futures.accounts",
        "futures.open-orders",
        "futures.open-plans",
        "futures.fills",
        "spot.assets",
        "spot.open-orders",
    )
}


@pytest.mark.parametrize("data", [b"", b"null", b"[]", b'""'])
@pytest.mark.parametrize(
    "decoder",
    [each for each in LISTS if each not in STATEMENTS.values()],
    ids=lambda each: each.__name__,
)
def test_no_list_is_an_empty_list(decoder: RestDecoder[..., Any], data: bytes) -> None:
    assert call(decoder, data) == ()


@pytest.mark.parametrize("data", [b"[]", b"{}", b'{"entrustedList":null,"endId":"5"}'])
@pytest.mark.parametrize("decoder", PAGES, ids=lambda each: each.__name__)
def test_no_page_is_an_empty_page(decoder: RestDecoder[..., Any], data: bytes) -> None:
    try:
        assert call(decoder, data) == Page((), None)
    except DecodeError:
        # Lists that never come inside an object refuse one.
        assert data.startswith(b"{")


@pytest.mark.parametrize("data", [b"", b"null", b'""'])
@pytest.mark.parametrize("route", STATEMENTS)
def test_an_answer_without_data_does_not_say_that_the_account_is_flat(route: str, data: bytes) -> None:
    with pytest.raises(DecodeError, match="nothing where a list belongs"):
        call(STATEMENTS[route], data)


def test_an_error_names_the_route_and_the_field_in_one_line() -> None:
    (decoder,) = BY_NAME["futures.adl-ranks"]
    with pytest.raises(
        DecodeError, match=r"^futures\.adl-ranks: symbol: expected an identifier, got '\\x1b\[2J'$"
    ):
        call(decoder, b'[{"symbol":"\\u001b[2J"}]')
