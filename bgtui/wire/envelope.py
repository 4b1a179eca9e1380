"""The REST envelope: from a status and bytes to the answer's data, or to the domain's error that it means.

Whatever is not a whole, decoded envelope is an answer of somebody else, or of nobody: a read says so and may
ask again, a write ends as `OutcomeUnknown` (docs/adr/0004-answers-to-writes.md). What a code means is the
business of `bgtui.wire.code`; nothing here looks at the exchange's wording.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from bgtui.domain.error import (
    AuthRefused,
    DecodeError,
    ExchangeError,
    Maintenance,
    NetworkError,
    NotSent,
    Outage,
    PermissionRefused,
    RateLimited,
    Rejected,
)
from bgtui.domain.text import Untrusted, clean_line, is_identifier
from bgtui.domain.value import frozen
from bgtui.wire.code import Kind, lookup
from bgtui.wire.code.ending import in_doubt, read_error, write_error

SUCCESS = "00000"
REMAINING_HEADER = "x-mbx-used-remain-limit"

_TRY_AGAIN = "try again in a moment"
_CHECK_NETWORK = "check the address in use and the network: a proxy or a login page may have answered"
_HTML = "HTML"
_MAX_WORDS = 160
"""Terminal cells of Bitget's own words that one line keeps."""


@frozen
class Answer:
    """What a request that succeeded brought back."""

    data: msgspec.Raw
    """The envelope's ``data``, not decoded: an object, a list, ``""``, ``"success"`` or ``null``."""
    server_ms: int | None
    """When the exchange answered, exchange time, milliseconds; None where it says nothing usable."""
    remaining: str | None
    """The header that counts what is left of the limit; None without one."""


class _Envelope(msgspec.Struct):
    """The outer shape; everything but the code is looked at only when it is needed."""

    code: str | int
    msg: msgspec.Raw = msgspec.Raw()
    message: msgspec.Raw = msgspec.Raw()
    requestTime: msgspec.Raw = msgspec.Raw()  # noqa: N815 - the wire's spelling
    data: msgspec.Raw = msgspec.Raw(b"null")


_DECODER = msgspec.json.Decoder(_Envelope)


def read_answer(status: int, content: bytes, headers: Mapping[str, str]) -> Answer:
    """Open the answer to a read.

    Args:
        status: HTTP status.
        content: The whole body.
        headers: The response's headers, case-insensitive or in lower case.

    Raises:
        DecodeError: JSON that is no envelope.
        NetworkError: Not an answer of the exchange, or a passing fault of it.
        Maintenance: The exchange is down for now.
        Rejected: A refusal, or its kin `RateLimited`, `AuthRefused`, `PermissionRefused`, `ClockSkew`.
    """
    try:
        envelope = _open(content)
    except (NetworkError, DecodeError) as failure:
        raise _status_error(status) or failure from None
    code, words = str(envelope.code), _words(envelope)
    if code == SUCCESS and _is_success(status):
        return _answer(envelope, headers)
    # A code that we know says more than the status; one that we do not know says less.
    says_little = code == SUCCESS or lookup(code).kind is Kind.UNKNOWN
    by_status = _status_error(status, words) if says_little else None
    if code == SUCCESS:
        raise by_status or NetworkError(f"HTTP {status} with code {code}", hint=_TRY_AGAIN)
    raise by_status or read_error(code, words)


def write_answer(status: int, content: bytes, headers: Mapping[str, str]) -> Answer:
    """Open the answer to a write; the arguments are those of `read_answer`.

    A setting that has the wanted value already counts as done; its ``data`` is ``null``.

    Raises:
        Rejected: A decoded answer whose code is known to mean *not carried out*, or one of its kin.
        OutcomeUnknown: Everything else.
    """
    try:
        envelope = _open(content)
    except (NetworkError, DecodeError) as failure:
        raise in_doubt(f"HTTP {status}, {failure.message}") from None
    code, words = str(envelope.code), _words(envelope)
    if code == SUCCESS and _is_success(status):
        return _answer(envelope, headers)
    if code == SUCCESS or not (_is_success(status) or 400 <= status < 500):
        raise in_doubt(f"HTTP {status} with code {code}", code, words)
    error = write_error(code, words)
    if error is not None:
        raise error
    return _answer(envelope, headers)


def is_retryable(error: BaseException) -> bool:
    """Tell whether a read that failed so may be asked again after a wait.

    `ClockSkew` is not among them, since waiting does not help: the client measures the exchange's clock, then
    asks once more. No write is ever sent again, whatever its error.
    """
    return isinstance(error, NetworkError | NotSent | Maintenance | RateLimited)


def exchange_words(text: str) -> str:
    """Return the exchange's own words, fit for one line: of an envelope or of one item of a batch."""
    return clean_line(Untrusted(text), _MAX_WORDS)


def _open(content: bytes) -> _Envelope:
    try:
        # msgspec leaves the text of `data` unchecked, so that its decoder would be the first to trip over it.
        content.decode()
        envelope = _DECODER.decode(content)
    except msgspec.ValidationError:
        raise DecodeError(
            "the answer is JSON, but not in the shape of Bitget's", hint=_CHECK_NETWORK
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        nature = _nature(content)
        raise NetworkError(
            f"the answer is {nature} instead of JSON",
            hint=_CHECK_NETWORK,
            outage=Outage.WEB_PAGE if nature == _HTML else None,
        ) from None
    if not is_identifier(str(envelope.code)):
        raise DecodeError("the answer's code is none that Bitget could have given", hint=_CHECK_NETWORK)
    return envelope


def _nature(content: bytes) -> str:
    start = content[:256].lstrip()
    if not start:
        return "empty"
    return _HTML if start.startswith(b"<") else "broken or plain text"


def _status_error(status: int, words: str = "") -> ExchangeError | None:
    """Return what the HTTP status says by itself, for a read without a code that we know."""
    if status == 401:
        return _status_refusal(
            AuthRefused, status, "the key was not accepted", "check key and passphrase", words
        )
    if status == 403:
        hint = "add this address to the key at Bitget, or check the network: a proxy may have refused it"
        return _status_refusal(PermissionRefused, status, "access is refused from this address", hint, words)
    if status == 404:
        hint = "check the address in use: bgtui doctor shows it"
        return _status_refusal(Rejected, status, "no such address at the exchange", hint, words)
    if status == 429:
        return _status_refusal(
            RateLimited, status, "too many requests", "wait a moment; cancels go first", words
        )
    if status == 503:
        return Maintenance(
            "Bitget is not available now (HTTP 503)",
            hint=_TRY_AGAIN,
            exchange_message=words,
            outage=Outage.UNAVAILABLE,
        )
    if status >= 500:
        return NetworkError(
            f"Bitget's gateway failed (HTTP {status})", hint=_TRY_AGAIN, exchange_message=words
        )
    return None


def _status_refusal(cls: type[Rejected], status: int, cause: str, hint: str, words: str) -> Rejected:
    return cls(f"Rejected, HTTP {status}: {cause}", code=str(status), exchange_message=words, hint=hint)


def _answer(envelope: _Envelope, headers: Mapping[str, str]) -> Answer:
    remaining = headers.get(REMAINING_HEADER, "")
    return Answer(
        data=envelope.data,
        server_ms=_server_ms(envelope.requestTime),
        remaining=remaining if is_identifier(remaining) else None,
    )


def _server_ms(raw: msgspec.Raw) -> int | None:
    # A number as a rule, a text now and then; one that is no time of our days fails no answer.
    try:
        value = msgspec.json.decode(raw, type=int, strict=False)
    except msgspec.DecodeError:
        return None
    return value if 10**12 <= value < 10**13 else None


def _words(envelope: _Envelope) -> str:
    for raw in (envelope.msg, envelope.message):
        try:
            text = msgspec.json.decode(raw, type=str)
        except msgspec.DecodeError:
            continue
        if text:
            return exchange_words(text)
    return ""


def _is_success(status: int) -> bool:
    return 200 <= status < 300
