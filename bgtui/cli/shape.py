"""Domain values as JSON: domain names, decimals as text, times in integer milliseconds (docs/cli.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from bgtui.domain.secret import MASK, Secret
from bgtui.domain.text import Untrusted

# A ticker keeps the wire's texts under short names; the domain calls these two by more.
_RENAMED = {"mark_text": "mark_price", "index_text": "index_price", "base_volume_text": "base_volume"}
_TEXT = "_text"
_PLAIN_TEXT_FIELDS = frozenset({"status_text"})
"""Fields whose name ends in `_text` because they are text."""


def shape(value: object) -> Any:  # noqa: ANN401 - JSON
    """Return a domain value as what JSON knows: dict, list, str, int, bool, None.

    A decimal becomes plain digits. A field `last_text` of a market value becomes `last`: text when the
    exchange said something, null when it did not. Untrusted text is lossless: the encoder escapes it.
    """
    match value:
        case None | bool() | int():
            return value
        case Enum():
            return value.value
        case Decimal():
            return format(value, "f")
        case Secret():
            return MASK
        case Untrusted():
            return value.raw
        case str():
            return str(value)
        case Mapping():
            return {str(key): shape(item) for key, item in value.items()}
        case Sequence() | set() | frozenset():
            return [shape(item) for item in value]
    if not is_dataclass(value):
        raise TypeError(f"{type(value).__name__} has no JSON form")
    return {
        name: (getattr(value, field) or None) if is_wire_text else shape(getattr(value, field))
        for field, name, is_wire_text in _layout(value.__class__)
    }


@cache
def _layout(kind: type) -> tuple[tuple[str, str, bool], ...]:
    """Return each field of a dataclass, its name in JSON and whether it keeps a wire text."""
    rows = []
    for field in fields(kind):
        is_wire_text = field.name.endswith(_TEXT) and field.name not in _PLAIN_TEXT_FIELDS
        name = _RENAMED.get(field.name, field.name.removesuffix(_TEXT)) if is_wire_text else field.name
        rows.append((field.name, name, is_wire_text))
    return tuple(rows)
