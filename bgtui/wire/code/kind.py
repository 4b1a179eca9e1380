"""What an API code can mean to the person at the terminal, and the rows of the code table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bgtui.domain.value import frozen


class Kind(StrEnum):
    """What to do about a code; `bgtui.wire.envelope` turns it into an error of the domain."""

    OK = "ok"
    """Done, or already so."""
    CLOCK = "clock"
    """The timestamp was refused: measure the exchange's clock again."""
    AUTH = "auth"
    """The key, its passphrase or its signature is wrong."""
    PERMISSION = "permission"
    """The key or the account may not do that."""
    ACCOUNT_KIND = "account_kind"
    """Another kind of account is needed: classic, unified, live instead of demo."""
    RATE = "rate"
    """Too fast: wait."""
    TRANSIENT = "transient"
    """A passing fault of the exchange: a read may ask again."""
    UNKNOWN_OUTCOME = "unknown_outcome"
    """After a write: it may have been carried out."""
    DUPLICATE = "duplicate"
    """Our order id was used before: the earlier attempt may stand."""
    NOT_FOUND = "not_found"
    """No such order."""
    ALREADY_FINAL = "already_final"
    """The order cannot change any more."""
    FUNDS = "funds"
    """Not enough of something."""
    NOTHING_TO_CLOSE = "nothing_to_close"
    """There is no position, or less of it than asked."""
    RULE = "rule"
    """A rule about price, size or leverage."""
    TOO_MANY = "too_many"
    """A limit on how many orders or positions may be open."""
    MODE = "mode"
    """Position mode, margin mode or leverage stands in the way."""
    TPSL = "tpsl"
    """A take-profit or stop-loss that cannot be."""
    UNTRADABLE = "untradable"
    """The symbol cannot be traded, now or at all."""
    PARAMETER = "parameter"
    """The request is malformed: a bug."""
    COPY = "copy"
    """A rule of copy trading."""
    MAINTENANCE = "maintenance"
    """The exchange is down for now."""
    FOREIGN = "foreign"
    """Belongs to a part of Bitget that bgtui does not use: no sensible answer to anything it sends."""
    UNKNOWN = "unknown"
    """Not in the table."""


@frozen
class CodeInfo:
    """One API code, in words for a trader."""

    code: str
    """As the exchange spells it: digits, compared as text."""
    kind: Kind
    """What to do about it."""
    cause: str
    """What happened and why, one line."""
    hint: str
    """What to do next, one line."""


@frozen
class Group:
    """Codes of one kind that share what to do next."""

    kind: Kind
    hint: str
    causes: Mapping[str, str]
    """Cause by code."""

    def rows(self) -> tuple[CodeInfo, ...]:
        """Return one row per code."""
        return tuple(CodeInfo(code, self.kind, cause, self.hint) for code, cause in self.causes.items())
