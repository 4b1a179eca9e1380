"""A row's value as JSON: plain ASCII, nothing lost, nothing that a terminal would obey."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from bgtui.domain.secret import Secret
from bgtui.domain.text import Untrusted

_FLAWS = {"\x7f": "\\u007f"}


def to_json(value: object) -> str:
    """Return the value as indented JSON; figures stay text, so that no digit is lost."""
    text = json.dumps(_plain(value), indent=2, ensure_ascii=True)
    for char, escape in _FLAWS.items():
        text = text.replace(char, escape)
    return text


def _plain(value: object) -> Any:  # noqa: ANN401 - one line a type
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Untrusted):
        return value.raw
    if isinstance(value, Secret):
        return "***"
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [_plain(item) for item in value]
    return str(value)
