"""The key store: what goes in comes out, and only for its owner."""

import json
import stat
from pathlib import Path

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend

from bgtui.config.commandline import CommandLine
from bgtui.config.keyfile import KeyStore, StoredKey
from bgtui.config.venue import Environment
from bgtui.domain.error import ConfigError
from bgtui.domain.secret import Secret
from tests.support.place import KEY, PASSPHRASE, SECRET, Place, assert_no_secret

STORED = StoredKey(Secret(KEY), Secret(PASSPHRASE), Secret(SECRET))


@pytest.fixture
def store(place: Place) -> KeyStore:
    return KeyStore(place.config / "keys.json")


def test_modes(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "new" / "keys.json")
    store.put("main", STORED)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700
    assert [path.name for path in store.path.parent.iterdir()] == ["keys.json"]


@given(text=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
def test_what_goes_in_comes_out(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    store = KeyStore(tmp_path_factory.mktemp("keys") / "keys.json")
    key = StoredKey(Secret(text), Secret(text[::-1]), Secret(text * 2), environment=Environment.DEMO)
    store.put("a", key)
    assert store.load() == {"a": key}


def test_several_keys_and_removal(store: KeyStore) -> None:
    store.put("a", STORED)
    store.put("b", StoredKey(Secret("k"), Secret("p"), rsa_private_key_file="/x.pem"))
    store.remove("a")
    assert list(store.load()) == ["b"]
    with pytest.raises(ConfigError, match="no key is stored for profile 'a'"):
        store.remove("a")


@pytest.mark.parametrize("name", ["", "a b", "../a", "x" * 33, "-a", "a\n", "ä"])
def test_names(store: KeyStore, name: str) -> None:
    with pytest.raises(ConfigError, match="a profile's name"):
        store.put(name, STORED)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "5", "{", '{"a": 5}', '{"a": {"api_key": 5}}', '{"a": {"x": "y"}}', '{"a b": {}}', "[" * 9999],
)
def test_a_damaged_store_is_refused_without_quoting_it(store: KeyStore, text: str) -> None:
    store.path.write_text(text)
    store.path.chmod(0o600)
    if text == "[]":
        assert store.load() == {}
        return
    with pytest.raises(ConfigError, match="is not a key store"):
        store.load()


def test_a_failed_write_leaves_the_old_store(store: KeyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put("a", STORED)
    before = store.path.read_text()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ConfigError, match="cannot be written: No space left on device"):
        store.put("b", STORED)
    assert store.path.read_text() == before
    assert [path.name for path in store.path.parent.iterdir()] == ["keys.json"]


def test_the_stored_key_is_used(place: Place, store: KeyStore) -> None:
    store.put("default", STORED)
    store.put("second", StoredKey(Secret("k2"), Secret("p2"), Secret("s2"), environment=Environment.LIVE))
    first = place.load(CommandLine(environment="demo")).credentials
    assert first is not None
    assert first.secret == Secret(SECRET)
    settings = place.load(CommandLine(profile="second"))
    assert settings.environment is Environment.LIVE
    assert settings.credentials is not None
    assert settings.credentials.label == "second"


def test_a_key_for_one_environment_is_not_used_in_another(place: Place, store: KeyStore) -> None:
    store.put("default", StoredKey(Secret("k"), Secret("p"), Secret("s"), environment=Environment.LIVE))
    store.put("named", StoredKey(Secret("k"), Secret("p"), Secret("s"), environment=Environment.LIVE))
    assert place.load(CommandLine(environment="demo")).credentials is None
    with pytest.raises(ConfigError, match="the stored key of profile named is for live"):
        place.load(CommandLine(profile="named", environment="demo"))


class DictKeyring(KeyringBackend):
    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


def test_keyring(place: Place, store: KeyStore) -> None:
    before = keyring.get_keyring()
    backend = DictKeyring()
    keyring.set_keyring(backend)
    try:
        store.put("default", StoredKey(Secret(KEY), Secret(PASSPHRASE), Secret(SECRET), in_keyring=True))
        assert_no_secret(store.path.read_text())
        assert json.loads(store.path.read_text()) == {"default": {"keyring": True}}
        credentials = place.load().credentials
        assert credentials is not None
        assert credentials.secret == Secret(SECRET)
        store.remove("default")
        assert not backend.entries
    finally:
        keyring.set_keyring(before)


@pytest.mark.parametrize("odd", ["line\nbreak", "ünïcode"])
def test_a_stored_key_that_could_forge_a_header_is_refused_without_quoting_it(
    place: Place, store: KeyStore, odd: str
) -> None:
    store.put("default", StoredKey(Secret(KEY), Secret(PASSPHRASE + odd), Secret(SECRET)))
    with pytest.raises(ConfigError, match=r"api_passphrase.* printable ASCII") as caught:
        place.load()
    assert_no_secret(str(caught.value))
