"""Intents as the journal keeps them: plain JSON that another version, or a person, can read."""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from bgtui.domain.error import FileDecodeError
from bgtui.domain.instrument import InstrumentId, ProductType, parse_instrument
from bgtui.domain.intent import Intent

_KINDS: dict[str, type[Intent]] = {kind.__name__: kind for kind in get_args(Intent)}


def kind_of(intent: Intent) -> str:
    """Return the name under which an intent is kept."""
    return type(intent).__name__


def encode_intent(intent: Intent) -> str:
    """Return an intent as JSON: decimals as strings, nothing left out."""
    return msgspec.json.encode(intent, enc_hook=_plain).decode()


def decode_intent(kind: str, text: str) -> Intent:
    """Return the intent behind a row.

    Raises:
        FileDecodeError: the row is of no kind that this version knows, or does not read as one.
    """
    wanted = _KINDS.get(kind)
    if wanted is None:
        raise FileDecodeError(f"the journal holds a write of unknown kind {kind[:40]!a}")
    try:
        return msgspec.json.decode(text, type=wanted, dec_hook=_own)
    except (msgspec.DecodeError, ValueError) as error:
        raise FileDecodeError(f"the journal holds a {kind} that cannot be read") from error


def _plain(value: Any) -> Any:  # noqa: ANN401 - msgspec's hook
    if isinstance(value, InstrumentId):
        return str.__str__(value)
    raise TypeError(f"{type(value).__name__} has no place in the journal")


def _own(kind: type, value: Any) -> Any:  # noqa: ANN401 - msgspec's hook
    if kind is InstrumentId and isinstance(value, str):
        return parse_instrument(value, ProductType.USDT_FUTURES)
    raise TypeError(f"{kind.__name__} has no place in the journal")
