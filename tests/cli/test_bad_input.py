"""Bad input of every kind: one line, the documented exit code, nothing lost, and no secret anywhere."""

import json
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import KEY, Shell, addresses
from tests.support import tables
from tests.support.peer import Peer

POSITIONS = "/api/v2/mix/position/all-position"
TICKER = "/api/v2/mix/market/ticker"


@pytest.fixture
def own(shell: Shell) -> Iterator[Peer]:
    """A peer that this test alone spoils."""
    with Peer() as peer:
        shell.environ |= addresses(peer)
        yield peer


WRONG_KEYS = [
    ("BGTUI_API_KEY", "40006"),
    ("BGTUI_API_SECRET", "40009"),
    ("BGTUI_API_PASSPHRASE", "40012"),
]


@pytest.mark.parametrize(("name", "code"), WRONG_KEYS)
@pytest.mark.parametrize("command", ["show positions", "show account --watch", "show orders --json"])
def test_a_wrong_key(shell: Shell, name: str, code: str, command: str) -> None:
    if command != "show positions" and name != "BGTUI_API_KEY":
        pytest.skip("one wrong part shows it")
    ended = shell.run(*command.split(), environ={name: "wrong-part-of-a-key"})
    assert ended.code == 3
    assert code in ended.complaint
    assert ended.out == ""


def test_a_picture_of_what_cannot_be_opened(shell: Shell) -> None:
    ended = shell.run("picture", "x.svg", "--trade", "--read-only")
    assert ended.code == 2
    assert "--trade contradicts --read-only" in ended.complaint


def test_a_wrong_key_on_the_stream_alone(shell: Shell, own: Peer) -> None:
    own.login_code = "30012"
    ended = shell.run("record", "--out", "x.jsonl", "--private", "BTCUSDT")
    assert ended.code == 3
    assert "30012" in ended.complaint


ANSWERS = [
    ("code", "40085", 4, "unified account"),
    ("code", "40014", 4, "40014"),
    ("code", "40037", 3, "40037"),
    ("code", "45001", 8, "45001"),
    ("code", "40034", 2, ""),
    ("code", "99999", 5, "99999"),
    ("status", 429, 5, "429"),
    ("status", 503, 8, "503"),
    ("html", None, 8, ""),
    ("drop", None, 8, ""),
]


@pytest.mark.parametrize(("kind", "value", "code", "says"), ANSWERS)
def test_an_answer_that_is_no_good(
    shell: Shell, own: Peer, kind: str, value: str | int | None, code: int, says: str
) -> None:
    own.fail(POSITIONS, kind, value, times=50)
    # Told to slow down, a read is tried again until its patience ends.
    patience = spoiled(shell, IMPATIENT) if value == 429 else {}
    ended = shell.run("show", "positions", "NOPE" if code == 2 else "BTCUSDT", "--json", environ=patience)
    assert ended.code == code, ended.err
    assert says in ended.complaint
    assert ended.out == ""


def test_data_that_is_not_what_the_reference_says(shell: Shell, own: Peer) -> None:
    own.answers[POSITIONS] = [{"symbol": "\x1b[2J"}]
    ended = shell.run("show", "positions")
    assert ended.code == 8
    assert "\x1b" not in ended.complaint


@pytest.mark.parametrize(
    "command", ["show ticker", "show book", "show positions", "show ticker --watch", "record --out x"]
)
def test_nobody_there(shell: Shell, command: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    nobody = {
        "BGTUI_REST_URL": f"http://127.0.0.1:{port}",
        "BGTUI_WS_PUBLIC_URL": f"ws://127.0.0.1:{port}",
        "BGTUI_WS_PRIVATE_URL": f"ws://127.0.0.1:{port}",
    }
    ended = shell.run(*command.split(), timeout_s=60, environ=nobody)
    assert ended.code == 8
    assert "127.0.0.1" in ended.complaint
    assert not (shell.folder / "x").exists()


@pytest.mark.parametrize("command", ["show ticker", "show book", "show positions", "record --out x"])
def test_half_of_the_addresses(bare: Shell, command: str) -> None:
    ended = bare.run(*command.split(), BGTUI_REST_URL="http://127.0.0.1:1")
    assert ended.code == 2
    assert "not set: BGTUI_WS_PUBLIC_URL, BGTUI_WS_PRIVATE_URL" in ended.complaint
    assert not (bare.folder / "x").exists()


@pytest.mark.parametrize(
    "symbol", ["NOPE", "BTC USDT", "\x1b[2J", "x" * 41, "nowhere:BTCUSDT", "spot:", "BTC\nUSDT"]
)
def test_a_bad_symbol(shell: Shell, symbol: str) -> None:
    ended = shell.run("show", "ticker", symbol)
    assert ended.code == 2
    assert "\x1b" not in ended.complaint


Spoil = Callable[[Path], dict[str, str]]


def _urls_only(folder: Path) -> dict[str, str]:
    _write(folder / ".env", "BGTUI_REST_URL=https://evil.example\n")
    return KEY


def _urls_only_sim(folder: Path) -> dict[str, str]:
    _write(folder / ".env", "BGTUI_ENVIRONMENT=sim\nBGTUI_REST_URL=http://127.0.0.1:1\n")
    return KEY


def _evil_host(_folder: Path) -> dict[str, str]:
    return {**KEY, "BGTUI_REST_URL": "https://bitget.com.evil.example"}


def _in_clear(_folder: Path) -> dict[str, str]:
    return {**KEY, "BGTUI_REST_URL": "http://api.bitget.com"}


def _open_file(folder: Path) -> dict[str, str]:
    _write(folder / ".env", "".join(f"{name}={value}\n" for name, value in KEY.items())).chmod(0o644)
    return {}


def _open_folder(folder: Path) -> dict[str, str]:
    _write(folder / ".env", "".join(f"{name}={value}\n" for name, value in KEY.items()))
    folder.chmod(0o777)
    return {}


def _half_key(folder: Path) -> dict[str, str]:
    _write(folder / ".env", f"BGTUI_API_KEY={tables.KEY}\n")
    return {}


def _unknown_name(folder: Path) -> dict[str, str]:
    _write(folder / ".env", f"BGTUI_API_SECERT={tables.SECRET}\n")
    return {}


def _secret_in_the_wrong_place(_folder: Path) -> dict[str, str]:
    return {"BGTUI_FPS": tables.SECRET, "BGTUI_SYMBOLS": f"{tables.SECRET}:{tables.PASSPHRASE}"}


def _pem(folder: Path) -> dict[str, str]:
    path = _write(
        folder / "rsa.pem", f"-----BEGIN PRIVATE KEY-----\n{tables.SECRET}\n-----END PRIVATE KEY-----\n"
    )
    return {**KEY, "BGTUI_API_SECRET": "", "BGTUI_RSA_PRIVATE_KEY_FILE": str(path)}


HOSTILE = [
    (_urls_only, "would send a key that comes from environment to another address"),
    (_urls_only_sim, "would send a key that comes from environment to another address"),
    (_evil_host, "add --allow-host bitget.com.evil.example if you mean it"),
    (_in_clear, "a key does not travel in clear"),
    (_open_file, "run: chmod 600 "),
    (_open_folder, "run: chmod go-w "),
    (_half_key, "without api_passphrase, api_secret"),
    (_unknown_name, "'BGTUI_API_SECERT', which is no setting"),
    (_secret_in_the_wrong_place, "BGTUI_SYMBOLS: entry 1 is not a symbol"),
    (_pem, "RSA"),
]


@pytest.mark.parametrize(("spoil", "says"), HOSTILE)
def test_a_hostile_or_careless_place(bare: Shell, spoil: Spoil, says: str) -> None:
    environment = {} if spoil is _urls_only_sim else {"BGTUI_ENVIRONMENT": "live"}
    ended = bare.run("show", "positions", environ={**environment, **spoil(bare.folder)})
    assert ended.code == 2
    assert says in ended.complaint
    assert_clean(bare)


def test_allowed_host_and_keys_never_come_by_option(shell: Shell) -> None:
    assert shell.run("--allow-host", "127.0.0.1", "show", "ticker", BGTUI_ENVIRONMENT="demo").code == 0
    for option in ("--api-key", "--api-secret", "--passphrase", "--secret"):
        assert shell.run("show", "ticker", option, tables.SECRET).code == 2
        assert shell.run("keys", "add", option, tables.SECRET).code == 2
    assert_clean(shell)


def test_no_secret_is_written_anywhere(shell: Shell, own: Peer) -> None:
    """Every error path once more with the true key and a chatty log; all that was written is searched."""
    shell.environ["BGTUI_LOG_LEVEL"] = "debug"
    own.fail(POSITIONS, "html", times=9)
    own.fail(TICKER, "code", "40009", times=9)
    own.fail("/api/v2/mix/account/accounts", "code", "40012", times=9)
    for command in (
        "show positions --json",
        "show ticker",
        "show account --watch",
        "show orders --json",
        "show fills",
        "doctor",
        "doctor --json",
        "keys list --json",
        "record --out x.jsonl --seconds 0.5 --private BTCUSDT",
        "replay x.jsonl --json",
        "show nonsense",
        "--config /nonexistent show ticker",
        "--profile nobody show ticker",
    ):
        shell.run(*command.split(), timeout_s=60)
    typed = f"{tables.KEY}\n{tables.SECRET}\n{tables.PASSPHRASE}\n"
    shell.run("keys", "add", "--profile", "a", typed=typed)
    shell.run("keys", "list")
    shell.run("keys", "add", "--profile", "not a name", typed=typed)
    own.login_code = "30011"
    shell.run("record", "--out", "y.jsonl", "--private", "BTCUSDT")
    assert shell.log.exists()
    assert "Traceback" in shell.log.read_text()
    seen = "".join(shell.seen)
    assert "Traceback" not in seen
    assert_clean(shell)
    assert_no_secret((shell.folder / "x.jsonl").read_text())


IMPATIENT = """
import functools
import bgtui.exchange.patience as patience
import bgtui.exchange.rest as rest
rest.Patience = functools.partial(patience.Patience, whole_read_s=2.5)
"""
BROKEN = f"""
import bgtui.config.load as load
def broken(*arguments):
    secret = {tables.SECRET!r}
    raise RuntimeError('bug with ' + secret)
load.load = broken
"""


def spoiled(shell: Shell, code: str) -> dict[str, str]:
    """Return what makes Python run this before the command."""
    (shell.folder / "sitecustomize.py").write_text(code)
    return {"PYTHONPATH": f"{shell.folder}{os.pathsep}{shell.environ['PYTHONPATH']}"}


def test_a_bug_is_one_line_and_its_details_are_in_the_log(shell: Shell) -> None:
    ended = shell.run("show", "ticker", environ=spoiled(shell, BROKEN))
    assert ended.code == 1
    assert "this is a bug; details are in" in ended.complaint
    assert "RuntimeError" in shell.log.read_text()
    assert tables.SECRET not in ended.err


def assert_clean(shell: Shell) -> None:
    assert_no_secret("".join(shell.seen))
    if shell.log.exists():
        assert_no_secret(shell.log.read_text())


def assert_no_secret(text: str) -> None:
    for secret in (tables.KEY, tables.SECRET, tables.PASSPHRASE):
        assert secret not in text
        assert json.dumps(secret) not in text


def _write(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o600)
    return path
