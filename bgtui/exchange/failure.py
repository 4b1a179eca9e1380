"""What a failed connection means: whether the request can have reached the exchange, and the line for it.

The HTTP library's own texts are not used: some of them repeat the header that they complain about.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpx

from bgtui.domain.error import ExchangeError, NetworkError, NotSent, Outage, OutcomeUnknown

NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""Failures that end a request before its first byte is sent."""

LOOK_IT_UP = "look it up by its id before doing anything else"


_Sentence = tuple[type[BaseException], str, str]

_CAUSES: tuple[_Sentence, ...] = (
    (socket.gaierror, "cannot find {host}", "check the address and this machine's name service"),
    (
        ssl.SSLCertVerificationError,
        "{host} shows a certificate that is not trusted",
        "look for a proxy or a login page in between",
    ),
    (ssl.SSLError, "no secure connection to {host}", "check the address and any proxy in between"),
    (ConnectionRefusedError, "{host} refused the connection", "check the address and port"),
)
"""What lies below the library's error, the more telling first."""

_OUTAGES: tuple[tuple[type[BaseException], Outage], ...] = (
    (socket.gaierror, Outage.NAME),
    (ssl.SSLCertVerificationError, Outage.CERTIFICATE),
    (ssl.SSLError, Outage.TLS),
)
"""Which of them concern the exchange as a whole, the more telling first."""

_NO_FAILURE = (ssl.SSLWantReadError, ssl.SSLWantWriteError)
"""How TLS says that it waits for the network."""

_KINDS: tuple[_Sentence, ...] = (
    (httpx.ConnectTimeout, "{host} could not be reached in time", "check the network"),
    (httpx.PoolTimeout, "every connection to {host} was busy", "try again in a moment"),
    (httpx.ProxyError, "the proxy did not reach {host}", "check the proxy settings"),
    (httpx.ConnectError, "cannot connect to {host}", "check the network and the address"),
    (httpx.TimeoutException, "{host} did not answer in time", "try again in a moment"),
    (TimeoutError, "{host} did not answer in time", "try again in a moment"),
    (httpx.DecodingError, "the answer of {host} could not be unpacked", "look for a proxy in between"),
)


class LastingError(NetworkError):
    """A failure that asking again cannot mend."""


def read_failure(error: Exception, host: str) -> NetworkError:
    """Return what to raise for a read that did not come back."""
    what, hint = explain(error, host)
    kind = LastingError if _is_lasting(error) else NetworkError
    return kind(what, hint=hint, outage=_outage(error))


def write_failure(error: Exception, host: str) -> ExchangeError:
    """Return what to raise for a write: not sent when that is certain, and unknown in every other case."""
    what, hint = explain(error, host)
    if isinstance(error, NEVER_LEFT):
        return NotSent(f"Not sent: {what}", hint=hint)
    return OutcomeUnknown(f"Sent, but nobody knows whether it was carried out: {what}", hint=LOOK_IT_UP)


def explain(error: Exception, host: str) -> tuple[str, str]:
    """Return what happened and what to do next, in words for a person."""
    for each in _chain(error):
        for kind, what, hint in _CAUSES:
            if isinstance(each, kind) and not isinstance(each, _NO_FAILURE):
                return what.format(host=host), hint
    for kind, what, hint in _KINDS:
        if isinstance(error, kind):
            return what.format(host=host), hint
    return f"the connection to {host} broke", "try again in a moment"


def _outage(error: BaseException) -> Outage | None:
    for each in _chain(error):
        for kind, outage in _OUTAGES:
            if isinstance(each, kind) and not isinstance(each, _NO_FAILURE):
                return outage
    return None


def _is_lasting(error: Exception) -> bool:
    # A certificate does not become valid by asking again.
    return any(isinstance(each, ssl.SSLCertVerificationError) for each in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for each in error.exceptions:
                yield from _chain(each)
        error = error.__cause__ or error.__context__
