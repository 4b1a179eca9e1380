"""How a read and a write end when the exchange answers with a code.

A read may be asked again, so its errors say why it failed. A write is never sent twice, so the one question
is whether it was carried out: only a code that is known to mean *no* says so, as docs/adr/0004 explains.
"""

from __future__ import annotations

from collections.abc import Mapping

from bgtui.domain.error import (
    AuthRefused,
    ClockSkew,
    ExchangeError,
    Maintenance,
    NetworkError,
    OutcomeUnknown,
    PermissionRefused,
    RateLimited,
    Rejected,
)
from bgtui.wire.code import CodeInfo, Kind, lookup

_LOOK_UP = "look it up by its id before doing anything else"

_REFUSALS: Mapping[Kind, type[Rejected]] = {
    Kind.CLOCK: ClockSkew,
    Kind.AUTH: AuthRefused,
    Kind.PERMISSION: PermissionRefused,
    Kind.ACCOUNT_KIND: PermissionRefused,
    Kind.RATE: RateLimited,
}
"""Kinds with an error of their own; the others that refuse are plain `Rejected`."""

_NOT_EXECUTED = frozenset(
    {
        *_REFUSALS,
        Kind.NOT_FOUND,
        Kind.ALREADY_FINAL,
        Kind.FUNDS,
        Kind.NOTHING_TO_CLOSE,
        Kind.RULE,
        Kind.TOO_MANY,
        Kind.MODE,
        Kind.TPSL,
        Kind.UNTRADABLE,
        Kind.PARAMETER,
        Kind.COPY,
    }
)
"""Kinds that say of a write: not carried out."""

_PASSING: Mapping[Kind, type[ExchangeError]] = {
    Kind.TRANSIENT: NetworkError,
    Kind.UNKNOWN_OUTCOME: NetworkError,
    Kind.MAINTENANCE: Maintenance,
}
"""Kinds that say of a read: ask again later."""


def read_error(code: str, words: str = "") -> ExchangeError:
    """Return what a code of a read means.

    Args:
        code: The exchange's code, checked to be plain text (`bgtui.domain.text.is_identifier`).
        words: The exchange's own words, cleaned.
    """
    row = lookup(code)
    passing = _PASSING.get(row.kind)
    if passing is not None:
        return passing(f"Answer {code}: {row.cause}", hint=row.hint, code=code, exchange_message=words)
    return _refusal(row, words)


def write_error(code: str, words: str = "") -> ExchangeError | None:
    """Return what a code of a write, or of one item of a batch, means; None when it counts as done.

    The arguments are those of `read_error`.
    """
    row = lookup(code)
    if row.kind is Kind.OK:
        return None
    if row.kind in _NOT_EXECUTED:
        return _refusal(row, words)
    return in_doubt(f"answer {code}, {_cause(row, words)}", code, words)


def in_doubt(reason: str, code: str = "", words: str = "") -> OutcomeUnknown:
    """Return the error of a write that was sent and of which nobody knows the rest."""
    message = f"Sent, but nobody knows whether it was carried out: {reason}"
    return OutcomeUnknown(message, hint=_LOOK_UP, code=code, exchange_message=words)


def read_ending(kind: Kind) -> str:
    """Return what a read with a code of this kind ends as, for the documentation."""
    if kind is Kind.OK:
        return "success with 00000, Rejected with another"
    return _PASSING.get(kind, _REFUSALS.get(kind, Rejected)).__name__


def write_ending(kind: Kind) -> str:
    """Return what a write with a code of this kind ends as, for the documentation."""
    if kind is Kind.OK:
        return "success"
    return _REFUSALS.get(kind, Rejected).__name__ if kind in _NOT_EXECUTED else OutcomeUnknown.__name__


def _refusal(row: CodeInfo, words: str) -> Rejected:
    cls = _REFUSALS.get(row.kind, Rejected)
    message = f"Rejected {row.code}: {_cause(row, words)}"
    return cls(message, code=row.code, exchange_message=words, hint=row.hint)


def _cause(row: CodeInfo, words: str) -> str:
    # Where our table has nothing that fits, Bitget's own words are all there is.
    says_nothing = row.kind in (Kind.UNKNOWN, Kind.FOREIGN)
    return f'{row.cause} (Bitget says "{words}")' if words and says_nothing else row.cause
