"""Codes of the WebSocket: they share their number space with REST.

Page of Bitget's reference: common/error-code (WebSocket).
"""

from __future__ import annotations

from bgtui.wire.code.kind import Group, Kind

_KEY_HINT = "check key, secret and passphrase, or store the key again with bgtui keys add"

GROUPS = (
    Group(
        Kind.UNTRADABLE,
        "check the symbol with bgtui show contracts",
        {"30001": "no such channel or symbol (on REST: the price does not fit its smallest change)"},
    ),
    Group(
        Kind.PARAMETER,
        "nothing to do here: please report it, with the log",
        {
            "30002": "the stream took the message for no valid request",
            "30003": "the stream does not know the operation",
            "30016": "the stream refused a parameter",
            "50033": "no such stream topic",
        },
    ),
    Group(
        Kind.AUTH,
        _KEY_HINT,
        {
            "30004": "the stream wants a login first",
            "30005": "the stream refused the login",
            "30011": "the stream does not know this API key",
            "30012": "the stream refused the passphrase",
            "30015": "the stream refused the signature: wrong secret",
        },
    ),
    Group(
        Kind.RATE,
        "wait a moment; bgtui connects again by itself",
        {
            "30006": "too many messages to the stream",
            "30007": "over the stream's limit: Bitget closed the connection",
        },
    ),
    Group(
        Kind.CLOCK,
        "bgtui has to measure Bitget's clock again; if it stays, set this machine's clock",
        {
            "30013": "the login's timestamp is not valid",
            "30014": "the login's timestamp was too old",
        },
    ),
)
