"""Secrets that cannot be printed by accident, and the credentials built from them."""

from __future__ import annotations

from dataclasses import field
from typing import NoReturn

from bgtui.domain.value import frozen

MASK = "***"


class Secret:
    """A text that shows itself as ``***`` everywhere and is opened by one named call."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Wrap a value; the caller should keep no other copy."""
        self._value = value

    def reveal(self) -> str:
        """Return the text itself: only for signing, logging in and writing the key file."""
        return self._value

    def __repr__(self) -> str:
        """Hide the value."""
        return MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        """Hide the value whatever the format asks for."""
        return MASK

    def __bool__(self) -> bool:
        """Tell whether there is a value at all."""
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        """Compare by value with another secret only."""
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        """Hash by value, so that equal secrets meet in a set."""
        return hash((Secret, self._value))

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        """Pickle as the mask: a secret never leaves the process this way."""
        return (Secret, (MASK,))

    def __setattr__(self, name: str, value: object) -> None:
        """Allow the one assignment that the constructor makes."""
        if hasattr(self, "_value"):
            self._refuse()
        object.__setattr__(self, name, value)

    def _refuse(self) -> NoReturn:
        raise AttributeError("a Secret does not change")


@frozen
class Credentials:
    """One API key: what signs requests and logs in to the private stream.

    Exactly one of ``secret`` (HMAC-SHA256) and ``private_key_pem`` (RSA) signs.
    """

    api_key: Secret
    """The key's public id; kept secret all the same, since it names an account."""
    passphrase: Secret
    """Chosen by the person who made the key; sent plain in a header."""
    secret: Secret | None = None
    """HMAC secret."""
    private_key_pem: Secret | None = None
    """RSA private key, PEM text, unencrypted."""
    label: str = field(default="main", compare=False)
    """The account's or profile's name: what messages show instead of the key."""

    def __post_init__(self) -> None:
        """Refuse a key that could sign two ways or none."""
        if (self.secret is None) == (self.private_key_pem is None):
            raise ValueError("a key signs with a secret or with an RSA private key, exactly one of them")
