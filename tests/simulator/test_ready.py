"""The line that a simulator prints when it is ready."""

import json
import random

import pytest

from bgtui.config.venue import EMBEDDED_PROFILES
from bgtui.domain.error import DecodeError
from bgtui.simulator.exchange_accounts import make_keys
from bgtui.simulator.ready import Ready, decode, to_wire

KEYS = {name: key.credentials for name, key in make_keys(random.Random(7)).items()}
READY = Ready(
    "http://127.0.0.1:1", "ws://127.0.0.1:1/v2/ws/public", "ws://127.0.0.1:1/v2/ws/private", KEYS, "i-1"
)


def test_it_has_the_documented_names() -> None:
    line = to_wire(READY)
    key = ["api_key", "api_secret", "api_passphrase"]
    assert list(line) == [
        *("rest", "ws_public", "ws_private"), *key, *("read_only", "leader", "follower"), "instance",
    ]  # fmt: skip
    for name in ("read_only", "leader", "follower"):
        part = line[name]
        assert isinstance(part, dict)
        assert list(part) == key
        assert all(part.values())


def test_what_is_written_is_what_is_read() -> None:
    found = decode(json.dumps(to_wire(READY)).encode())
    assert found == READY
    assert {name: key.label for name, key in found.keys.items()} == {name: name for name in KEYS}


def test_every_account_has_a_key_of_its_own() -> None:
    assert tuple(KEYS) == EMBEDDED_PROFILES
    assert len({key.api_key for key in KEYS.values()}) == len(KEYS)


@pytest.mark.parametrize(
    "line",
    [b"", b"\n", b"{}", b"[1]", b"\xff", b"hello", b'{"rest": 1}', json.dumps(to_wire(READY)).encode()[:-3]],
)
def test_anything_else_is_refused_without_quoting_it(line: bytes) -> None:
    with pytest.raises(DecodeError, match=r"^that is not the line of a simulator that is ready$"):
        decode(line)


def test_nothing_of_it_shows_a_secret() -> None:
    assert not [
        secret for key in KEYS.values() if key.secret and (secret := key.secret.reveal()) in repr(READY)
    ]
