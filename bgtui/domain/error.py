"""Every failure the program names, in one tree.

Each error is one line for a person: what happened, why, what to do next. The exit code of a command is a
property of its class, so no caller keeps a table of its own.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """How a command ends; docs/cli.md lists them."""

    OK = 0
    BUG = 1
    USAGE = 2
    AUTHENTICATION = 3
    PERMISSION = 4
    REJECTED = 5
    REFUSED = 6
    OUTCOME_UNKNOWN = 7
    NETWORK = 8
    DEGRADED = 9


class Outage(StrEnum):
    """Why nobody at the exchange answers at all, where that is known: not this question's own failure."""

    MAINTENANCE = "maintenance"
    """It says so by code."""
    UNAVAILABLE = "unavailable"
    """HTTP 503."""
    WEB_PAGE = "web page"
    """HTML came in place of an answer: a login page, a proxy."""
    NAME = "name"
    """Its name is not found."""
    CERTIFICATE = "certificate"
    """Who answers cannot prove to be the exchange."""
    TLS = "tls"
    """No secure connection came about."""


class BgtuiError(Exception):
    """Root of the tree: ``str()`` is the line for the person, safe to print; details belong in the log."""

    exit_code: ClassVar[ExitCode] = ExitCode.BUG

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Say what happened and why; the hint says what to do next."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Return the whole line."""
        return f"{self.message}; {self.hint}" if self.hint else self.message


class ConfigError(BgtuiError):
    """Settings, files or arguments that cannot be used."""

    exit_code = ExitCode.USAGE


class DecodeError(BgtuiError):
    """A peer sent something that is not what its documentation says."""

    exit_code = ExitCode.NETWORK


class FileDecodeError(DecodeError):
    """A file does not hold what it should."""

    exit_code = ExitCode.USAGE


class Refused(BgtuiError):
    """Our own rules refused; nothing was sent."""

    exit_code = ExitCode.REFUSED


class JournalFailed(Refused):
    """The journal cannot be written: without a record nothing is sent."""

    def __init__(self, message: str, *, hint: str = "", reason: str = "") -> None:
        """Keep the reason by itself: ``disk full``."""
        super().__init__(message, hint=hint)
        self.reason = reason


class ExchangeError(BgtuiError):
    """Something went wrong between us and the exchange."""

    exit_code = ExitCode.NETWORK
    outage: Outage | None = None
    """Set where the whole exchange cannot be reached, whatever is asked."""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        code: str = "",
        exchange_message: str = "",
        outage: Outage | None = None,
    ) -> None:
        """Keep Bitget's code and its own words (cleaned for one line) where an answer had any."""
        super().__init__(message, hint=hint)
        self.code = code
        self.exchange_message = exchange_message
        if outage is not None:
            self.outage = outage


class NotSent(ExchangeError):
    """The connection failed before a byte left: nothing happened at the exchange."""


class NetworkError(ExchangeError):
    """A read failed on the way: unreachable, timed out, or not an answer of the exchange."""


class Maintenance(ExchangeError):
    """The exchange says that it is down for now."""

    outage = Outage.MAINTENANCE


class OutcomeUnknown(ExchangeError):
    """A write was sent and nobody knows whether it was carried out: look it up, never send it again."""

    exit_code = ExitCode.OUTCOME_UNKNOWN

    @property
    def reason(self) -> str:
        """What came in place of an answer, without the words that every such error begins with."""
        return self.message.rpartition("whether it was carried out: ")[2]


class Rejected(ExchangeError):
    """The exchange decoded the request and refused it: it was not carried out."""

    exit_code = ExitCode.REJECTED

    def __init__(self, message: str, *, code: str, exchange_message: str = "", hint: str = "") -> None:
        """Keep Bitget's code, which a refusal always has, and its own words (cleaned for one line)."""
        super().__init__(message, hint=hint, code=code, exchange_message=exchange_message)


class RateLimited(Rejected):
    """Too many requests (HTTP 429)."""


class AuthRefused(Rejected):
    """The key, its passphrase or its signature was refused."""

    exit_code = ExitCode.AUTHENTICATION


class PermissionRefused(Rejected):
    """The key may not do that."""

    exit_code = ExitCode.PERMISSION


class ClockSkew(Rejected):
    """The timestamp was refused."""

    exit_code = ExitCode.AUTHENTICATION


class StreamError(BgtuiError):
    """A WebSocket connection cannot be trusted any more."""

    exit_code = ExitCode.DEGRADED


class Stale(StreamError):
    """Nothing came for too long."""


class LoginRefused(StreamError):
    """The private stream's login was refused."""

    exit_code = ExitCode.AUTHENTICATION

    def __init__(self, message: str, *, code: str = "", hint: str = "") -> None:
        """Keep the code."""
        super().__init__(message, hint=hint)
        self.code = code
