"""The alert rules between two runs: one small private file, written whole or not at all."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from bgtui.domain.alert import BUILT_IN, TRAITS, AlertKind, AlertRule, Crossing, PriceSource
from bgtui.domain.instrument import ProductType, parse_instrument
from bgtui.domain.text import is_identifier

MAX_RULES = 200
_MAX_BYTES = 256_000
_VERSION = 1


class RuleBook:
    """Reads and writes the rules; None for a path keeps them for this run only."""

    def __init__(self, path: Path | None) -> None:
        """Keep them in this file."""
        self._path = path
        self._writing = threading.Lock()
        self.is_kept_aside = False
        """Whether the file was broken and now has a second name: it may be written anew."""

    def read(self) -> tuple[tuple[AlertRule, ...], str]:
        """Return the rules, the built-in ones first, and what was wrong with the file, one line.

        A file that cannot be read as rules is kept aside under another name: it is never overwritten.
        """
        if self._path is None:
            return BUILT_IN, ""
        try:
            with self._path.open("rb") as stream:
                text = stream.read(_MAX_BYTES + 1)
        except FileNotFoundError:
            return BUILT_IN, ""
        except OSError as error:
            return BUILT_IN, f"Alert rules cannot be read ({error.strerror}): only the built-in ones work."
        found, broken = _rules(text)
        problem = self._keep_aside(broken) if broken else ""
        return _merged(found), problem

    def write(self, rules: Iterable[AlertRule]) -> str:
        """Keep the rules for the next run; return why that failed, one line, or nothing."""
        if self._path is None:
            return ""
        with self._writing:
            return self._write(self._path, rules)

    def _write(self, path: Path, rules: Iterable[AlertRule]) -> str:
        data = {"version": _VERSION, "rules": [_to_json(rule) for rule in rules]}
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = path.with_suffix(".new")
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                os.fchmod(stream.fileno(), 0o600)
                json.dump(data, stream, indent=1)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(path)
        except OSError as error:
            return f"Alert rules cannot be kept ({error.strerror}): they last until you quit."
        return ""

    def _keep_aside(self, broken: str) -> str:
        if self._path is None:
            return ""
        for number in range(1, 1000):
            aside = self._path.with_name(f"{self._path.stem}.broken-{number}.json")
            if not aside.exists():
                break
        else:
            return f"Alert rules: {broken}; too many kept aside, this one is left as it is."
        try:
            # A link and no copy: whatever happens now, one of both names has the whole file.
            os.link(self._path, aside)
            self.is_kept_aside = True
        except OSError as error:
            return f"Alert rules: {broken}; it could not be kept aside ({error.strerror})."
        return f"Alert rules: {broken}; the file is kept as {aside.name}."


def _rules(text: bytes) -> tuple[list[AlertRule], str]:
    """Return the rules of a file's text, and what is wrong with it."""
    if len(text) > _MAX_BYTES:
        return [], "the file is far too long"
    try:
        data = json.loads(text.decode())
        listed = data["rules"]
        if data["version"] != _VERSION or not isinstance(listed, list):
            return [], "the file is of another version"
    except (ValueError, RecursionError, LookupError, TypeError):
        return [], "the file cannot be read"
    found: list[AlertRule] = []
    for row in listed[:MAX_RULES]:
        rule = read_rule(row)
        if rule is not None and all(rule.rule_id != other.rule_id for other in found):
            found.append(rule)
    missing = len(listed) - len(found)
    return found, f"{missing} of {len(listed)} cannot be read" if missing else ""


def _merged(found: Iterable[AlertRule]) -> tuple[AlertRule, ...]:
    """Return the built-in rules as the person has set them, then the person's own."""
    own = {rule.rule_id: rule for rule in found}
    built_in = []
    for rule in BUILT_IN:
        kept = own.pop(rule.rule_id, None)
        built_in.append(kept if kept is not None and kept.kind is rule.kind and kept.is_built_in else rule)
    return (*built_in, *(rule for rule in own.values() if not rule.is_built_in))


def _to_json(rule: AlertRule) -> dict[str, Any]:
    return {
        "id": rule.rule_id,
        "kind": rule.kind.value,
        "instrument": rule.instrument,
        "threshold": None if rule.threshold is None else format(rule.threshold, "f"),
        "crossing": rule.crossing.value,
        "source": rule.source.value,
        "repeats": rule.repeats,
        "command": rule.runs_command,
        "on": rule.is_on,
        "built_in": rule.is_built_in,
    }


def read_rule(row: object) -> AlertRule | None:
    """Return the rule that a row of the file describes; None when it describes none."""
    if not isinstance(row, Mapping):
        return None
    try:
        rule = AlertRule(
            rule_id=str(row["id"]),
            kind=AlertKind(row["kind"]),
            instrument=None
            if row["instrument"] is None
            else parse_instrument(row["instrument"], ProductType.USDT_FUTURES),
            threshold=_threshold(row["threshold"]),
            crossing=Crossing(row["crossing"]),
            source=PriceSource(row["source"]),
            repeats=row["repeats"] is True,
            runs_command=row["command"] is True,
            is_on=row["on"] is True,
            is_built_in=row["built_in"] is True,
        )
    except (LookupError, ValueError, TypeError, AttributeError, ArithmeticError):
        return None
    return rule if _is_whole(rule) else None


def _threshold(value: object) -> Decimal | None:
    """Return a threshold: a plain decimal above zero, in few enough digits to be written.

    Raises:
        ValueError: it is none.
    """
    if value is None:
        return None
    number = Decimal(str(value)[:40])
    if not number.is_finite() or number <= 0 or abs(number.adjusted()) > 20:
        raise ValueError("no threshold")
    return number


def _is_whole(rule: AlertRule) -> bool:
    traits = TRAITS[rule.kind]
    return (
        is_identifier(rule.rule_id)
        and (rule.instrument is not None or not traits.needs_instrument)
        and (rule.threshold is not None or not traits.unit)
    )
