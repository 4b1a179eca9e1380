"""What a fault is called: ``name[:item,item…]``, read strictly.

    latency:50ms
    drop-frame:p=0.01,channel=books
    bad-checksum:once
    timeout-after:route=/api/v2/mix/order/place-order,times=1
    delist:usdt-futures:BTCUSDT,after=5s

An item is ``key=value``, or one of the words ``once`` and ``forever``, or the one argument of the kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from difflib import get_close_matches

from bgtui.domain.error import ConfigError
from bgtui.domain.instrument import InstrumentId, ProductType, parse_instrument
from bgtui.domain.value import frozen
from bgtui.simulator.fault_kind import KINDS, Argument, Kind

MAX_CHARS = 400
_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
_DURATION = re.compile(r"(-?)(\d{1,7})(ms|s|m|h)", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
_PATH = re.compile(r"/?[A-Za-z0-9_./-]{1,120}", re.ASCII)
_MANY = 1_000_000_000


@frozen
class When:
    """Which of the chances that a fault gets it takes."""

    probability: float = 1.0
    times: int | None = None
    """How often at most; None is for ever."""
    skip: int = 0
    """Chances let pass first."""
    every: int = 1
    """Of the others, only each n-th."""
    after_ms: int = 0
    """How long after it was set it begins, milliseconds."""
    for_ms: int | None = None
    """How long it lasts from then on, milliseconds."""


@frozen
class Spec:
    """One fault as it was asked for."""

    text: str
    kind: Kind
    when: When
    argument: Value
    """As the kind's argument says; None where it takes none."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Where it acts: selectors that the kind knows."""

    def option(self, name: str) -> str:
        """Return a selector, empty when it was not named."""
        return self.options.get(name, "")


Value = None | int | str | InstrumentId | tuple[int, int]
"""A whole number, a duration in milliseconds, a word, an instrument, or a range of durations."""


def parse_spec(text: str) -> Spec:
    """Read one fault.

    Raises:
        ConfigError: it is not one; the line says what is wrong and what there is.
    """
    shown = ascii(text[:60])
    if len(text) > MAX_CHARS:
        raise ConfigError(f"fault {shown} is longer than {MAX_CHARS} characters")
    name, colon, rest = text.partition(":")
    kind = KINDS.get(name)
    if kind is None:
        near = get_close_matches(name, KINDS, n=3, cutoff=0.5)
        meant = f"did you mean {' or '.join(near)}? " if near else ""
        raise ConfigError(f"unknown fault {shown}", hint=f"{meant}docs/simulator.md lists them")
    items = rest.split(",") if colon else []
    try:
        return _read(text, kind, items)
    except ValueError as error:
        raise ConfigError(f"fault {shown}: {error}", hint=f"{kind.usage()}") from None


def duration(text: str) -> int:
    """Read ``50ms``, ``5s``, ``2m``, ``1h``, also below zero; return milliseconds.

    Raises:
        ValueError: it is not one.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:40]!a} is no duration such as 50ms, 5s, 2m")
    sign, count, unit = found.groups()
    return int(count) * _UNITS[unit] * (-1 if sign else 1)


def _read(text: str, kind: Kind, items: list[str]) -> Spec:
    argument: str | None = None
    options: dict[str, str] = {}
    for item in items:
        key, equals, value = item.partition("=")
        if not equals and item in ("once", "forever"):
            key, value = "times", "1" if item == "once" else str(_MANY)
        elif not equals:
            if argument is not None or kind.argument is Argument.NONE:
                raise ValueError(f"{item[:40]!a} is one word too many")
            argument = item
            continue
        if key in options:
            raise ValueError(f"{key} is named twice")
        options[key] = value
    when = _when(options, kind)
    for key, value in options.items():
        _check_option(kind, key, value)
    return Spec(text, kind, when, _argument(kind, argument), options)


def _when(options: dict[str, str], kind: Kind) -> When:
    """Take what belongs to the time out of the options."""
    times = options.pop("times", None)
    lasting = options.pop("for", None)
    when = When(
        probability=_probability(options.pop("p", "1")),
        times=kind.times if times is None else _count("times", times),
        skip=_count("skip", options.pop("skip", "0"), least=0),
        every=_count("every", options.pop("every", "1")),
        after_ms=_span("after", options.pop("after", "0ms")),
        for_ms=None if lasting is None else _span("for", lasting),
    )
    return (
        when
        if when.times != _MANY
        else When(when.probability, None, when.skip, when.every, when.after_ms, when.for_ms)
    )


def _check_option(kind: Kind, key: str, value: str) -> None:
    if key not in kind.options:
        raise ValueError(f"it knows no {key[:40]!a}")
    words = kind.options[key]
    if words:
        if value not in words:
            raise ValueError(f"{key} is one of {', '.join(words)}")
    elif not _PATH.fullmatch(value):
        raise ValueError(f"{key}={value[:40]!a} is no name")


def _argument(kind: Kind, text: str | None) -> Value:
    if text is None:
        if kind.argument is not Argument.NONE and kind.default is None:
            raise ValueError("its argument is missing")
        return kind.default
    match kind.argument:
        case Argument.COUNT:
            return _count("it", text)
        case Argument.STATUS:
            return _status(text)
        case Argument.DURATION:
            return duration(text)
        case Argument.RANGE:
            return _range(text)
        case Argument.INSTRUMENT:
            return parse_instrument(text, ProductType.USDT_FUTURES)
        case _:
            return _word(kind, text)


def _word(kind: Kind, text: str) -> str:
    if kind.words and text not in kind.words:
        raise ValueError(f"{text[:40]!a} is none of {', '.join(kind.words)}")
    if not _WORD.fullmatch(text):
        raise ValueError(f"{text[:40]!a} is no word")
    return text


def _range(text: str) -> tuple[int, int]:
    low, dash, high = text.partition("-")
    bounds = (_span("it", low), _span("it", high if dash else low))
    if bounds[0] > bounds[1]:
        raise ValueError(f"{text[:40]!a} runs backwards")
    return bounds


def _span(name: str, text: str) -> int:
    span = duration(text)
    if span < 0:
        raise ValueError(f"{name} cannot be below zero")
    return span


def _status(text: str) -> int:
    status = _count("a status", text)
    if not 200 <= status <= 599:
        raise ValueError("a status lies between 200 and 599")
    return status


def _count(name: str, text: str, *, least: int = 1) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and least <= int(text) <= _MANY):
        raise ValueError(f"{name} is a whole number from {least}")
    return int(text)


def _probability(text: str) -> float:
    if not re.fullmatch(r"0?\.\d{1,6}|[01](\.0*)?", text, re.ASCII) or not 0 < float(text) <= 1:
        raise ValueError("p lies above 0 and is at most 1")
    return float(text)
