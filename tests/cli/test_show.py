"""`bgtui show` against a peer over real sockets: every subject, as text and as JSON, once and going on."""

import json
import signal
import stat
from typing import Any

import pytest

from tests.cli.conftest import Shell
from tests.support import tables
from tests.support.peer import Peer

SUBJECTS = [
    ("ticker", "BTCUSDT"),
    ("ticker", "spot:BTCUSDT"),
    ("book", "BTCUSDT"),
    ("book", "spot:ETHUSDT"),
    ("trades", "BTCUSDT"),
    ("trades", "spot:BTCUSDT"),
    ("candles", "BTCUSDT"),
    ("candles", "spot:BTCUSDT"),
    ("contracts",),
    ("contracts", "ethusdt"),
    ("account",),
    ("positions",),
    ("positions", "BTCUSDT"),
    ("orders",),
    ("orders", "--plans"),
    ("orders", "--history"),
    ("fills",),
]


def envelope(line: str) -> Any:
    assert line.isascii()
    value = json.loads(line)
    assert list(value) == ["data", "as_of_ms", "stale"]
    assert isinstance(value["as_of_ms"], int)
    assert isinstance(value["stale"], bool)
    return value


def floats(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(floats, value.values()))
    return any(map(floats, value)) if isinstance(value, list) else isinstance(value, float)


@pytest.mark.parametrize("subject", SUBJECTS, ids=" ".join)
def test_as_text(shell: Shell, subject: tuple[str, ...]) -> None:
    ended = shell.run("show", *subject)
    assert ended.code == 0, ended.err
    assert len(ended.out.splitlines()) >= 2
    assert "\x1b" not in ended.out
    assert ended.err.startswith("sim · 127.0.0.1:")
    assert ended.err.endswith("· account practice\n")


@pytest.mark.parametrize("subject", SUBJECTS, ids=" ".join)
def test_as_json(shell: Shell, subject: tuple[str, ...]) -> None:
    ended = shell.run("show", *subject, "--json")
    assert ended.code == 0, ended.err
    (line,) = ended.out.splitlines()
    value = envelope(line)
    assert value["data"]
    assert not value["stale"]
    assert not floats(value["data"])


def test_a_book_is_verified(shell: Shell) -> None:
    value = envelope(shell.run("show", "book", "BTCUSDT", "--json", "--limit", "5").out)
    book = value["data"]
    assert (book["status"], book["integrity"], book["verified"]) == ("live", "checksummed", True)
    assert len(book["bids"]) == len(book["asks"]) == 5
    assert float(book["bids"][0][0]) < float(book["asks"][0][0])


def test_a_book_that_nothing_verifies_is_shown_as_such(shell: Shell) -> None:
    with Peer() as peer:
        peer.sends_checksum = peer.sends_sequence = False
        ended = shell.run(
            "show", "book", "BTCUSDT", "--json", "--timeout", "1", BGTUI_WS_PUBLIC_URL=peer.ws_public_url
        )
    assert ended.code == 9
    value = envelope(ended.out)
    assert value["stale"]
    assert not value["data"]["verified"]
    assert "no verified book of usdt-futures:BTCUSDT within 1 s (live, none)" in ended.err


def test_limit(shell: Shell) -> None:
    for subject in ("trades", "candles", "contracts"):
        assert len(envelope(shell.run("show", subject, "--json", "--limit", "1").out)["data"]) == 1


WATCHED = [
    ("ticker", 3),
    ("book", 3),
    ("trades", 1),
    ("candles", 1),
    ("account", 1),
    ("positions", 1),
    ("orders", 1),
    ("fills", 1),
]


@pytest.mark.parametrize(("subject", "lines"), WATCHED)
def test_watch_prints_an_object_a_line(shell: Shell, subject: str, lines: int) -> None:
    ended = shell.run_until(lines, "show", subject, "--watch", "--json", "--every", "0.05")
    assert ended.code == 130
    values = [envelope(line) for line in ended.out.splitlines()]
    assert len(values) >= lines
    assert all(value["data"] for value in values)


@pytest.mark.parametrize(
    ("signum", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_signals(shell: Shell, signum: int, code: int) -> None:
    ended = shell.run_until(1, "show", "ticker", "--watch", signum=signum)
    assert ended.code == code
    assert len(ended.err.splitlines()) == 1, "only where it leads"


def test_a_reader_who_leaves_ends_it_quietly(shell: Shell) -> None:
    with shell.start("show", "book", "--watch", "--json", "--every", "0.01") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(20) == 141
        assert len(process.stderr.read().splitlines()) == 1


def test_a_lost_connection_is_told_and_survived(shell: Shell) -> None:
    with (
        Peer() as peer,
        shell.start(
            "show", "ticker", "--watch", "--json", "--every", "0.01", BGTUI_WS_PUBLIC_URL=peer.ws_public_url
        ) as process,
    ):
        assert process.stdout is not None
        assert envelope(process.stdout.readline())["stale"] is False
        peer.drop("public")
        seen: list[bool] = []
        while seen[-1:] != [False] or True not in seen:
            seen.append(envelope(process.stdout.readline())["stale"])
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert "lost" in err
    assert "is back" in err


def test_only_reads_were_asked(shell: Shell, peer: Peer) -> None:
    shell.run("show", "positions")
    shell.run("doctor")
    assert peer.requests
    assert not peer.writes


def test_the_key_store_is_used(shell: Shell) -> None:
    for name in ("API_KEY", "API_SECRET", "API_PASSPHRASE"):
        shell.environ.pop(f"BGTUI_{name}")
    added = shell.run(
        "keys", "add", "--profile", "main", typed=f"{tables.KEY}\n{tables.SECRET}\n{tables.PASSPHRASE}\n"
    )
    assert added.code == 0, added.err
    store = shell.folder.parent / "home/.config/bgtui/keys.json"
    assert stat.S_IMODE(store.stat().st_mode) == 0o600
    ended = shell.run("show", "positions", "--profile", "main", "--json")
    assert ended.code == 0, ended.err
    assert ended.err.endswith("account main\n")
    listed = shell.run("keys", "list")
    assert listed.out.split() == [
        "profile",
        "environment",
        "kind",
        "kept",
        "in",
        "main",
        "any",
        "hmac",
        "file",
    ]
    assert shell.run("keys", "remove", "main").code == 0
    assert "needs an API key" in shell.run("show", "positions").complaint


def test_usage(bare: Shell) -> None:
    assert bare.run("show", "nonsense").code == 2
    assert bare.run("show", "ticker", "--history").complaint.endswith(
        "belong to orders; see: bgtui show --help"
    )
    assert "leave --watch away" in bare.run("show", "contracts", "--watch", "--env", "live").complaint


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["show", "orders", "--open", "--plans"], "exclude each other"),
        (["show", "ticker", "--allow-host", "https://x.example"], "is no host"),
        (["show", "ticker", "--allow-host", ""], "is no host"),
    ],
)
def test_options_that_cannot_be_meant(bare: Shell, arguments: list[str], says: str) -> None:
    ended = bare.run(*arguments)
    assert ended.code == 2
    assert says in ended.complaint


@pytest.mark.parametrize("subject", ["positions", "orders", "account", "fills", "book", "ticker"])
def test_the_first_print_is_current(shell: Shell, subject: str) -> None:
    ended = shell.run_until(1, "show", subject, "--watch", "--json")
    assert envelope(ended.out.splitlines()[0])["stale"] is False


def test_without_a_terminal_nothing_is_asked(bare: Shell) -> None:
    ended = bare.run("keys", "add", typed="")
    assert ended.code == 2
    assert "no API key was given" in ended.complaint
