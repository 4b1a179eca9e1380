"""A value as JSON in plain ASCII, nothing lost and nothing a terminal would obey."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

from bgtui.domain.secret import MASK, Secret
from bgtui.domain.text import Untrusted
from bgtui.ui.view.span import Row, Span


def to_json(value: Any) -> str:  # noqa: ANN401 - any value of the domain
    """Return the value, indented; figures keep the digits they came with."""
    return json.dumps(_plain(value), ensure_ascii=True, indent=1).replace("\x7f", "\\u007f")


def _plain(value: Any) -> Any:  # noqa: ANN401
    match value:
        case Untrusted():
            return value.raw
        case Secret():
            return MASK
        case Decimal():
            return format(value, "f")
        case dict():
            return {str(name): _plain(item) for name, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in value]
        case bool() | int() | float() | None:
            return value
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        case _:
            return str(value)


def wrapped(text: str, width: int) -> list[Row]:
    """Return the lines of a text, those too long broken."""
    room = max(width - 1, 1)
    return [
        (Span(f" {line[at : at + room]}"),)
        for line in text.splitlines()
        for at in range(0, max(len(line), 1), room)
    ]
