"""The watch list as the person has pinned it: what was added to the settings' own, and what was taken off."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bgtui.domain.instrument import InstrumentId, ProductType, parse_instrument

MAX_PINS = 50
_MAX_BYTES = 64_000


class Pins:
    """One small file; a run without it, or with one that cannot be used, has the settings' list."""

    def __init__(self, path: Path, base: Sequence[InstrumentId]) -> None:
        """Stand on the settings' list."""
        self._path = path
        self._base = tuple(base)

    def read(self) -> tuple[InstrumentId, ...]:
        """Return the watch list: never empty, since the first of it is shown."""
        data = self._load()
        added, removed = _instruments(data.get("added")), set(_instruments(data.get("removed")))
        found = dict.fromkeys((*self._base, *added))
        return tuple(name for name in found if name not in removed)[:MAX_PINS] or self._base

    def write(self, pins: tuple[InstrumentId, ...]) -> None:
        """Remember how the list differs from the settings'; where that cannot be kept, it is not."""
        data = {
            "added": [name for name in pins if name not in self._base],
            "removed": [name for name in self._base if name not in pins],
        }
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = self._path.with_suffix(".new")
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(data, stream)
            draft.replace(self._path)
        except OSError:
            return

    def _load(self) -> dict[str, Any]:
        try:
            text = self._path.read_bytes()[:_MAX_BYTES].decode()
            data = json.loads(text)
        except (OSError, ValueError, RecursionError):
            return {}
        return data if isinstance(data, dict) else {}


def _instruments(names: object) -> list[InstrumentId]:
    found = []
    for name in names if isinstance(names, list) else ():
        try:
            found.append(parse_instrument(name, ProductType.USDT_FUTURES))
        except (ValueError, AttributeError):
            continue
    return found
