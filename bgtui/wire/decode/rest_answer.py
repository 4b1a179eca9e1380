"""From the raw `data` of a REST answer to rows: what every REST decoder shares.

A missing list is an empty list: Bitget sends `null`, `[]`, `""` or nothing at all, alike (bitget-wire 4.0).
But where having nothing is a statement about the account, an answer without any data is refused.
JSON fractions become `Decimal`, so that no digit is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import update_wrapper
from typing import Generic, ParamSpec, TypeVar

import msgspec

from bgtui.domain.error import DecodeError
from bgtui.wire.endpoint.model import Endpoint
from bgtui.wire.number import optional_identifier
from bgtui.wire.payload.rest_row import Row

P = ParamSpec("P")
R = TypeVar("R")
RowT = TypeVar("RowT", bound=Row)

Data = msgspec.Raw | bytes
"""The `data` of an answer, still JSON."""

_JSON = msgspec.json.Decoder(object, float_hook=Decimal)


class RestDecoder(Generic[P, R]):
    """A pure function from raw `data` to domain values, and the routes whose answers it reads."""

    def __init__(self, function: Callable[P, R], endpoints: tuple[Endpoint, ...]) -> None:
        self.endpoints = endpoints
        self._function = function
        self._route = endpoints[0].name if len(endpoints) == 1 else function.__name__.replace("_", " ")
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Decode.

        Raises:
            DecodeError: one line that names the route and the field.
        """
        try:
            return self._function(*args, **kwargs)
        except DecodeError as error:
            raise DecodeError(f"{self._route}: {error.message}") from None


def answers(*endpoints: Endpoint) -> Callable[[Callable[P, R]], RestDecoder[P, R]]:
    """Name the routes whose answers a function decodes."""

    def wrap(function: Callable[P, R]) -> RestDecoder[P, R]:
        return RestDecoder(function, endpoints)

    return wrap


def parse(data: Data) -> object:
    """Return the value itself; nothing at all is None.

    Raises:
        DecodeError: not JSON.
    """
    content = bytes(data)
    if not content:
        return None
    try:
        return _JSON.decode(content)
    except RecursionError:
        raise DecodeError("data: nested too deep") from None
    except (msgspec.MsgspecError, ArithmeticError, UnicodeError):
        raise DecodeError("data: not JSON") from None


def one(data: Data, row_type: type[RowT]) -> RowT:
    """Return the single object of an answer.

    Raises:
        DecodeError: something else.
    """
    return _row(parse(data), row_type, "data")


def first(data: Data, row_type: type[RowT]) -> RowT | None:
    """Return the object of an answer that may also come as a list of one or none.

    Raises:
        DecodeError: something else.
    """
    value = parse(data)
    if isinstance(value, list):
        value = value[0] if value else None
    return None if value is None or value == "" else _row(value, row_type, "data")


def many(data: Data, row_type: type[RowT], *keys: str) -> list[RowT]:
    """Return the rows of an answer: a list, or a list under one of some keys.

    Raises:
        DecodeError: something else.
    """
    return rows(parse(data), row_type, *keys)


def stated(data: Data, row_type: type[RowT], *keys: str) -> list[RowT]:
    """Return the rows of an answer in which having none is a statement: no leg, no coin, no order.

    An answer without any data says nothing, so it is not taken for an empty list.

    Raises:
        DecodeError: something else, or nothing at all.
    """
    return rows(_said(data), row_type, *keys)


def paged(data: Data, row_type: type[RowT], *keys: str) -> tuple[list[RowT], str | None]:
    """Return the rows of an answer and its `endId`, None when there is nothing further.

    Raises:
        DecodeError: something else, or nothing at all.
    """
    value = _said(data)
    found = rows(value, row_type, *keys)
    if not isinstance(value, dict) or not found:
        return found, None
    return found, optional_identifier(value.get("endId"), "endId") or None


def rows(value: object, row_type: type[RowT], *keys: str) -> list[RowT]:
    """Return the rows in a parsed value: itself a list, or holding one under one of some keys.

    Raises:
        DecodeError: no list of objects.
    """
    name = "data"
    if isinstance(value, dict) and keys:
        name = next((key for key in keys if value.get(key) is not None), keys[0])
        value = value.get(name)
    return [_row(item, row_type, name) for item in listed(value, name)]


def listed(value: object, name: str) -> Sequence[object]:
    """Return a list, empty when there is none.

    Raises:
        DecodeError: something that is no list.
    """
    if value is None or value == "":
        return ()
    if not isinstance(value, list):
        raise DecodeError(f"{name}: expected a list, got {type(value).__name__}")
    return value


def _said(data: Data) -> object:
    value = parse(data)
    if value is None or value == "":
        raise DecodeError("data: nothing where a list belongs")
    return value


def _row(value: object, row_type: type[RowT], name: str) -> RowT:
    if not isinstance(value, dict):
        raise DecodeError(f"{name}: expected an object, got {type(value).__name__}")
    return msgspec.convert(value, row_type)
