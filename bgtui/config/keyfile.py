"""The key store: API keys added by `bgtui keys add`, one JSON file that only this user can read."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bgtui.config.guard import GuardedFile, read_guarded
from bgtui.config.venue import Environment
from bgtui.domain.error import ConfigError
from bgtui.domain.secret import Secret
from bgtui.domain.value import frozen

PROFILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}\Z")
KEYRING_SERVICE = "bgtui"

_SECRET_FIELDS = ("api_key", "api_secret", "api_passphrase")
_KNOWN_FIELDS = frozenset((*_SECRET_FIELDS, "rsa_private_key_file", "environment", "keyring"))


@frozen
class StoredKey:
    """One entry of the key store."""

    api_key: Secret
    api_passphrase: Secret
    api_secret: Secret | None = None
    rsa_private_key_file: str = ""
    """Absolute path; set instead of the secret for an RSA key."""
    environment: Environment | None = None
    """Where the key is valid; None means that it was not said."""
    in_keyring: bool = False
    """The secrets are in the desktop's keyring, not in the file."""

    @property
    def kind(self) -> str:
        """How it signs, for people."""
        return "RSA" if self.rsa_private_key_file else "HMAC"


def check_profile_name(name: str) -> str:
    """Return the name if it can name a profile.

    Raises:
        ConfigError: it cannot.
    """
    if not PROFILE_NAME.match(name):
        raise ConfigError(
            "a profile's name is 1 to 32 letters, digits, - and _, beginning with a letter or digit"
        )
    return name


class KeyStore:
    """Reads and rewrites the file as a whole."""

    def __init__(self, path: Path) -> None:
        """Use this file; it need not exist."""
        self.path = path

    def read_file(self) -> GuardedFile | None:
        """Return the file as it lies on disk, unchecked; None when there is none."""
        return read_guarded(self.path)

    def load(self) -> dict[str, StoredKey]:
        """Return every key by its profile's name; those in the keyring without secrets (see `open_key`).

        Raises:
            ConfigError: the file is open to others, or is not a key store.
        """
        file = self.read_file()
        if file is None:
            return {}
        file.require_private()
        try:
            entries = json.loads(file.text)
            return {check_profile_name(name): _entry(fields) for name, fields in dict(entries).items()}
        except (ValueError, TypeError, KeyError, RecursionError, ConfigError):
            # The parser's own words could quote a secret.
            raise ConfigError(
                f"{self.path} is not a key store", hint="move it away and add the keys again"
            ) from None

    def open_key(self, name: str) -> StoredKey | None:
        """Return one key with its secrets, from the keyring where they are there; None when not stored.

        Raises:
            ConfigError: the file is refused, or the keyring does not answer.
        """
        key = self.load().get(name)
        return _from_keyring(name, key) if key is not None and key.in_keyring else key

    def put(self, name: str, key: StoredKey) -> None:
        """Add or replace a key.

        Raises:
            ConfigError: the name is no profile name, or the file cannot be read or written.
        """
        check_profile_name(name)
        with self._alone():
            entries = self.load()
            if key.in_keyring:
                _to_keyring(name, key)
            entries[name] = key
            self._write(entries)

    def remove(self, name: str) -> None:
        """Forget a key.

        Raises:
            ConfigError: there is none of that name.
        """
        with self._alone():
            entries = self.load()
            if name not in entries:
                raise ConfigError(
                    f"no key is stored for profile {name!a}", hint="bgtui keys list shows the names"
                )
            if entries.pop(name).in_keyring:
                _delete_from_keyring(name)
            self._write(entries)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder while the file is read and replaced: two at once would lose one's key."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise ConfigError(f"{self.path} cannot be written: {error.strerror}") from None
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _write(self, entries: Mapping[str, StoredKey]) -> None:
        text = json.dumps({name: _fields(key) for name, key in sorted(entries.items())}, indent=2) + "\n"
        try:
            write_private(self.path, text)
        except OSError as error:
            raise ConfigError(f"{self.path} cannot be written: {error.strerror}") from None


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 so that a reader sees the old text or the new, whole.

    Raises:
        OSError: from the file system.
    """
    # A link to a file elsewhere stays a link: what it leads to is replaced.
    target = path.resolve()
    scratch = target.with_name(f".{target.name}.{os.getpid()}.new")
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            os.fchmod(handle, 0o600)  # whatever the umask said
            stream.write(text)
            stream.flush()
            os.fsync(handle)
        scratch.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            scratch.unlink()
        raise


def _entry(fields: object) -> StoredKey:
    if not isinstance(fields, dict):
        raise TypeError
    if not fields.keys() <= _KNOWN_FIELDS or not all(
        isinstance(value, str | bool) for value in fields.values()
    ):
        raise ValueError
    environment = fields.get("environment")
    secret = str(fields.get("api_secret", ""))
    return StoredKey(
        api_key=Secret(str(fields.get("api_key", ""))),
        api_passphrase=Secret(str(fields.get("api_passphrase", ""))),
        api_secret=Secret(secret) if secret else None,
        rsa_private_key_file=str(fields.get("rsa_private_key_file", "")),
        environment=Environment(str(environment)) if environment else None,
        in_keyring=fields.get("keyring") is True,
    )


def _fields(key: StoredKey) -> dict[str, str | bool]:
    fields: dict[str, str | bool] = {}
    if key.environment is not None:
        fields["environment"] = key.environment.value
    if key.rsa_private_key_file:
        fields["rsa_private_key_file"] = key.rsa_private_key_file
    if key.in_keyring:
        return fields | {"keyring": True}
    return fields | _secrets(key)


def _secrets(key: StoredKey) -> dict[str, str]:
    secrets = {"api_key": key.api_key.reveal(), "api_passphrase": key.api_passphrase.reveal()}
    if key.api_secret is not None:
        secrets["api_secret"] = key.api_secret.reveal()
    return secrets


def _to_keyring(name: str, key: StoredKey) -> None:
    with _keyring_errors():
        import keyring  # noqa: PLC0415 - an optional package

        keyring.set_password(KEYRING_SERVICE, name, json.dumps(_secrets(key)))


def _from_keyring(name: str, key: StoredKey) -> StoredKey:
    with _keyring_errors():
        import keyring  # noqa: PLC0415 - an optional package

        stored = keyring.get_password(KEYRING_SERVICE, name)
    if stored is None:
        raise ConfigError(
            f"the keyring holds no key for profile {name}", hint=f"bgtui keys add --profile {name}"
        )
    try:
        opened = _entry(json.loads(stored))
    except (ValueError, TypeError):
        raise ConfigError(f"the keyring's entry for profile {name} is not a key") from None
    return StoredKey(
        opened.api_key,
        opened.api_passphrase,
        opened.api_secret,
        key.rsa_private_key_file,
        key.environment,
        in_keyring=True,
    )


def _delete_from_keyring(name: str) -> None:
    with _keyring_errors():
        import keyring.errors  # noqa: PLC0415 - an optional package

        with contextlib.suppress(keyring.errors.PasswordDeleteError):
            keyring.delete_password(KEYRING_SERVICE, name)


@contextlib.contextmanager
def _keyring_errors() -> Iterator[None]:
    try:
        import keyring.errors  # noqa: PLC0415 - an optional package
    except ImportError:
        raise ConfigError(
            "the keyring package is not installed",
            hint="pip install 'bgtui[keyring]', or add the key without --keyring",
        ) from None
    try:
        yield
    except keyring.errors.KeyringError as error:
        # Only the kind of failure: a backend's message may quote what it was given.
        raise ConfigError(
            f"the keyring refused ({type(error).__name__})",
            hint="without --keyring a file keeps it that only you can read",
        ) from None
