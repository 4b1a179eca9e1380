"""Who is asking: keys, the signature of a request, the login of a stream (wire notes 2 and 7.2)."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable, Mapping

from bgtui.domain.secret import Secret
from bgtui.domain.value import frozen
from bgtui.simulator import exchange_accounts
from bgtui.simulator.reject import Reject

WINDOW_MS = 30_000
"""How far a request's clock may be from the exchange's, either way."""
READ_AUTHORITIES = ("coor", "stor", "cpor")
WRITE_AUTHORITIES = ("coow", "stow", "cpow")

_MILLIS_FROM = 10**12


@frozen
class Key:
    """One API key of one account; it signs with a secret or with an RSA key whose public half is known."""

    api_key: str
    passphrase: Secret
    uid: str
    secret: Secret | None = None
    public_key_pem: str = ""
    may_trade: bool = True

    @property
    def authorities(self) -> tuple[str, ...]:
        """What it may do, in Bitget's words."""
        return READ_AUTHORITIES + (WRITE_AUTHORITIES if self.may_trade else ())


def built_in(key: exchange_accounts.Key) -> Key:
    """Return the key of a built-in account."""
    credentials = key.credentials
    return Key(
        credentials.api_key.reveal(),
        credentials.passphrase,
        key.uid,
        credentials.secret,
        may_trade=not key.is_read_only,
    )


class Keys:
    """Every key that the exchange knows."""

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        """Know these."""
        self._keys = {key.api_key: key for key in keys}
        self.revoked: set[str] = set()
        """Keys that were taken back: unknown from then on."""

    def add(self, key: Key) -> None:
        """Know another key."""
        self._keys[key.api_key] = key

    def find(self, api_key: str) -> Key | None:
        """Return a key that is valid."""
        return None if api_key in self.revoked else self._keys.get(api_key)

    def all(self) -> tuple[Key, ...]:
        """Return every key, taken back or not."""
        return tuple(self._keys.values())


def check_request(
    keys: Keys, headers: Mapping[str, str], *, method: str, target: str, body: bytes, now_ms: int
) -> Key:
    """Return whose request it is.

    Args:
        keys: the keys there are.
        headers: by lower-case name.
        method: GET or POST.
        target: path with the query as it stands on the URL.
        body: the very bytes.
        now_ms: exchange time.

    Raises:
        Reject: a header is missing, the clock is off, or key, passphrase or signature are wrong.
    """
    name = headers.get("access-key", "")
    sign, stamp = headers.get("access-sign", ""), headers.get("access-timestamp", "")
    passphrase = headers.get("access-passphrase", "")
    if not name:
        raise Reject("40001", message="ACCESS_KEY cannot be empty")
    if not sign:
        raise Reject("40003", message="Signature cannot be empty")
    if not stamp:
        raise Reject("40004", message="Request timestamp expired")
    if not passphrase:
        raise Reject("40011", message="ACCESS_PASSPHRASE cannot be empty")
    if not (stamp.isascii() and stamp.isdigit() and 10 <= len(stamp) <= 16):
        raise Reject("40005", message="Invalid ACCESS_TIMESTAMP")
    if abs(int(stamp) - now_ms) > WINDOW_MS:
        raise Reject("40008", message="Request timestamp expired")
    key = keys.find(name)
    if key is None:
        raise Reject("40006", message="Invalid ACCESS_KEY")
    if not hmac.compare_digest(key.passphrase.reveal().encode(), passphrase.encode()):
        raise Reject("40012", message="apikey/password is incorrect")
    prehash = f"{stamp}{method}{target}".encode() + body
    if not is_signed(key, prehash, sign):
        raise Reject("40009", message="sign signature error")
    return key


def check_login(keys: Keys, arguments: Mapping[str, object], now_ms: int) -> Key:
    """Return whose login it is; its clock is in seconds, milliseconds are taken as well.

    Raises:
        Reject: with a code of the stream.
    """
    texts = {name: arguments.get(name) for name in ("apiKey", "passphrase", "timestamp", "sign")}
    name, passphrase, stamp, sign = (
        str(value) if isinstance(value, str | int) else "" for value in texts.values()
    )
    key = keys.find(name)
    if key is None:
        raise Reject("30011", message="Invalid ACCESS_KEY")
    if not hmac.compare_digest(key.passphrase.reveal().encode(), passphrase.encode("utf-8", "replace")):
        raise Reject("30012", message="Invalid ACCESS_PASSPHRASE")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 16):
        raise Reject("30013", message="Invalid ACCESS_TIMESTAMP")
    moment = int(stamp)
    if abs((moment if moment >= _MILLIS_FROM else moment * 1000) - now_ms) > WINDOW_MS:
        raise Reject("30014", message="Request timestamp expired")
    if not is_signed(key, f"{stamp}GET/user/verify".encode(), sign):
        raise Reject("30015", message="Invalid signature")
    return key


def is_signed(key: Key, prehash: bytes, sign: str) -> bool:
    """Tell whether a signature is the key's."""
    if key.secret is not None:
        # Over bytes, since a body may be no text at all.
        wanted = base64.b64encode(hmac.digest(key.secret.reveal().encode(), prehash, "sha256"))
        return hmac.compare_digest(wanted, sign.encode("utf-8", "replace"))
    return _is_signed_by_rsa(key.public_key_pem, prehash, sign)


def _is_signed_by_rsa(public_key_pem: str, prehash: bytes, sign: str) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415 - few keys need it
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415

    try:
        public = load_pem_public_key(public_key_pem.encode())
        if not isinstance(public, RSAPublicKey):
            return False
        public.verify(base64.b64decode(sign, validate=True), prehash, PKCS1v15(), hashes.SHA256())
    except (ValueError, binascii.Error, UnsupportedAlgorithm, InvalidSignature):
        return False
    return True
