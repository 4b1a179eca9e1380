"""Signatures: the prehash of a REST request and of a WebSocket login, signed with HMAC-SHA256 or RSA.

Pages of Bitget's reference: common/signature, common/websocket-intro. Nothing here reads a clock.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any, Protocol

from bgtui.domain.error import ConfigError
from bgtui.domain.secret import Credentials, Secret

LOCALE = "en-US"
"""Language of Bitget's messages; it changes nothing else."""

_LOGIN_PATH = "/user/verify"
_MAKE_KEY = "make one with: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048"


class Signer(Protocol):
    """What turns a prehash into the text of the ``ACCESS-SIGN`` header."""

    def sign(self, prehash: str) -> str:
        """Return the signature, base64."""


class HmacSigner:
    """HMAC-SHA256 with the key's secret."""

    __slots__ = ("_secret",)

    def __init__(self, secret: Secret) -> None:
        """Keep the secret wrapped: an object that is printed or logged shows nothing."""
        self._secret = secret

    def sign(self, prehash: str) -> str:
        """Return the signature, base64."""
        key = self._secret.reveal().encode()
        return base64.b64encode(hmac.new(key, prehash.encode(), hashlib.sha256).digest()).decode()


class RsaSigner:
    """RSASSA-PKCS1-v1_5 with SHA-256, with the key's RSA half."""

    __slots__ = ("_key",)

    def __init__(self, private_key_pem: Secret) -> None:
        """Read the PEM text.

        Raises:
            ConfigError: No PEM, encrypted, or another kind of key; the error holds nothing of it.
        """
        self._key = _rsa_key(private_key_pem)

    def sign(self, prehash: str) -> str:
        """Return the signature, base64."""
        from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - few keys need any of it
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415

        return base64.b64encode(self._key.sign(prehash.encode(), PKCS1v15(), hashes.SHA256())).decode()


def make_signer(credentials: Credentials) -> Signer:
    """Return the signer that fits the key.

    Raises:
        ConfigError: The RSA private key cannot be used.
    """
    if credentials.private_key_pem is not None:
        return RsaSigner(credentials.private_key_pem)
    if not credentials.secret:
        raise ConfigError("the API key has no secret", hint="store the key again with bgtui keys add")
    return HmacSigner(credentials.secret)


def rest_prehash(timestamp_ms: int, method: str, path: str, query: str, body: bytes) -> str:
    """Return what a REST signature is made over.

    Args:
        timestamp_ms: Exchange time, Unix milliseconds; the ``ACCESS-TIMESTAMP`` header carries the same text.
        method: ``GET`` or ``POST``.
        path: From ``/api`` on, without the host.
        query: The very text behind the ``?`` of the URL, or "".
        body: The very bytes of the body, UTF-8; empty for a GET.
    """
    tail = f"?{query}" if query else ""
    return f"{timestamp_ms}{method.upper()}{path}{tail}{body.decode()}"


def login_prehash(timestamp_s: int) -> str:
    """Return what a WebSocket login signature is made over: Unix seconds, unlike REST."""
    return f"{timestamp_s}GET{_LOGIN_PATH}"


def rest_headers(
    credentials: Credentials,
    signer: Signer,
    *,
    timestamp_ms: int,
    method: str,
    path: str,
    query: str,
    body: bytes,
) -> dict[str, str]:
    """Return the headers of one signed request; the arguments are those of `rest_prehash`."""
    return {
        "ACCESS-KEY": credentials.api_key.reveal(),
        "ACCESS-SIGN": signer.sign(rest_prehash(timestamp_ms, method, path, query, body)),
        "ACCESS-TIMESTAMP": str(timestamp_ms),
        "ACCESS-PASSPHRASE": credentials.passphrase.reveal(),
        "Content-Type": "application/json",
        "locale": LOCALE,
    }


def login_message(credentials: Credentials, signer: Signer, *, timestamp_s: int) -> str:
    """Return the JSON text of the WebSocket login.

    Args:
        credentials: The key to log in with.
        signer: Its signer.
        timestamp_s: Exchange time, Unix seconds; the exchange takes it for 30 s.
    """
    arguments = {
        "apiKey": credentials.api_key.reveal(),
        "passphrase": credentials.passphrase.reveal(),
        "timestamp": str(timestamp_s),
        "sign": signer.sign(login_prehash(timestamp_s)),
    }
    return json.dumps({"op": "login", "args": [arguments]}, separators=(",", ":"))


class _PrivateKey(Protocol):
    """What is used of an RSA key."""

    def sign(self, data: bytes, padding: Any, algorithm: Any) -> bytes: ...  # noqa: ANN401 - the library's


def _rsa_key(private_key_pem: Secret) -> _PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - few keys need any of it
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    # Every error is raised from None: what the library says may quote the input.
    try:
        key = load_pem_private_key(private_key_pem.reveal().encode(), password=None)
    except TypeError:
        raise ConfigError(
            "the RSA private key is encrypted, which bgtui cannot open",
            hint="decrypt it with: openssl pkey -in KEY -out PLAIN",
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise ConfigError(
            "the RSA private key cannot be read: it is no PEM private key", hint=_MAKE_KEY
        ) from None
    if not isinstance(key, RSAPrivateKey):
        raise ConfigError("the private key is not an RSA key, the only kind Bitget takes", hint=_MAKE_KEY)
    return key
