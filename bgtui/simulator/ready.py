"""The one line that a simulator prints once it can be talked to: addresses, keys, which start it is.

People read it, scripts read it, and whoever starts a simulator as a child process reads it with `decode`.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from bgtui.domain.error import DecodeError
from bgtui.domain.secret import Credentials, Secret
from bgtui.domain.value import frozen
from bgtui.simulator.exchange_accounts import FOLLOWER, LEADER, PRACTICE, WATCH

_FIELD_OF = {WATCH: "read_only", LEADER: "leader", FOLLOWER: "follower"}
"""Where the line has a profile's key; the practice account's stands at the top."""


@frozen
class Ready:
    """How a running simulator is reached."""

    rest_url: str
    ws_public_url: str
    ws_private_url: str
    keys: Mapping[str, Credentials]
    """By profile."""
    instance: str
    """Tells this start from every other."""


class _Key(msgspec.Struct, frozen=True):
    api_key: str
    api_secret: str
    api_passphrase: str

    def __repr__(self) -> str:
        return "_Key(***)"


class _Line(_Key, frozen=True):
    rest: str
    ws_public: str
    ws_private: str
    read_only: _Key
    leader: _Key
    follower: _Key
    instance: str


_decode = msgspec.json.Decoder(_Line).decode


def to_wire(ready: Ready) -> dict[str, object]:
    """Return what the line says; with the keys in clear, which is its purpose."""
    return {
        "rest": ready.rest_url,
        "ws_public": ready.ws_public_url,
        "ws_private": ready.ws_private_url,
        **_parts(ready.keys[PRACTICE]),
        **{field: _parts(ready.keys[profile]) for profile, field in _FIELD_OF.items()},
        "instance": ready.instance,
    }


def decode(line: bytes) -> Ready:
    """Read the line.

    Raises:
        DecodeError: it is something else; nothing of it is quoted, since it may hold keys.
    """
    try:
        found = _decode(line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise DecodeError("that is not the line of a simulator that is ready") from None
    keys = {
        PRACTICE: _credentials(found, PRACTICE),
        **{profile: _credentials(getattr(found, field), profile) for profile, field in _FIELD_OF.items()},
    }
    return Ready(found.rest, found.ws_public, found.ws_private, keys, found.instance)


def _parts(key: Credentials) -> dict[str, str]:
    secret = key.secret or Secret("")
    return {
        "api_key": key.api_key.reveal(),
        "api_secret": secret.reveal(),
        "api_passphrase": key.passphrase.reveal(),
    }


def _credentials(key: _Key, profile: str) -> Credentials:
    return Credentials(
        api_key=Secret(key.api_key),
        passphrase=Secret(key.api_passphrase),
        secret=Secret(key.api_secret),
        label=profile,
    )
