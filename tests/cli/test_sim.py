"""`bgtui sim`: its ready line, its options, how it ends; and a client on what it printed."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.conftest import Shell

DEMO = Path(__file__).resolve().parents[1] / "data" / "demo.jsonl.gz"
KEY_NAMES = ["api_key", "api_secret", "api_passphrase"]


def ready(process: "subprocess.Popen[str]") -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.isascii()
    found: dict[str, Any] = json.loads(line)
    return found


def variables(line: dict[str, Any], key: dict[str, str] | None = None) -> dict[str, str]:
    """How bgtui is told to use it."""
    return {
        "BGTUI_REST_URL": line["rest"],
        "BGTUI_WS_PUBLIC_URL": line["ws_public"],
        "BGTUI_WS_PRIVATE_URL": line["ws_private"],
        **{f"BGTUI_{name.upper()}": (key or line)[name] for name in KEY_NAMES},
    }


@pytest.mark.parametrize(
    ("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_one_line_when_ready_and_a_clean_end(bare: Shell, signum: int, code: int) -> None:
    with bare.start("sim") as process:
        line = ready(process)
        accounts = ["read_only", "leader", "follower"]
        assert list(line) == ["rest", "ws_public", "ws_private", *KEY_NAMES, *accounts, "instance"]
        for part in accounts:
            assert list(line[part]) == KEY_NAMES
        port = int(line["rest"].rpartition(":")[2])
        assert line["rest"] == f"http://127.0.0.1:{port}"
        assert line["ws_public"].startswith(f"ws://127.0.0.1:{port}/")
        assert line["instance"]
        with httpx.Client(base_url=line["rest"], trust_env=False) as client:
            assert client.get("/api/v2/public/time").json()["code"] == "00000", "it answers at once"
        process.send_signal(signum)
        out, err = process.communicate(timeout=20)
    assert process.returncode == code
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "--seed" in err


def test_every_key_of_the_line_opens_its_account(bare: Shell) -> None:
    with bare.start("sim", "--position-mode", "hedge", "--seed", "5") as process:
        line = ready(process)
        assert process.stderr is not None
        for key, may_trade in ((None, True), ("read_only", False), ("leader", True), ("follower", True)):
            ended = bare.run("doctor", "--json", environ=variables(line, line[key] if key else None))
            assert ended.code == 0, ended.out
            checks = {check["name"]: check for check in json.loads(ended.out)["checks"]}
            assert ("trade futures" in checks["key accepted"]["detail"]) is may_trade
            assert checks["position mode"]["detail"].startswith("hedge")
        process.terminate()
        assert process.communicate(timeout=20)[1] == "", "a seed that was typed needs no telling"
    with bare.start("sim", "--seed", "5") as process:
        again = ready(process)
    assert again["api_secret"] == line["api_secret"]
    assert again["instance"] != line["instance"]


def test_a_port_that_is_taken(bare: Shell) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = bare.run("sim", "--port", str(port))
    assert ended.code == 2
    assert f"port {port} of 127.0.0.1 is in use" in ended.complaint
    assert ended.out == ""


def test_another_address_is_warned_about(bare: Shell) -> None:
    with bare.start("sim", "--host", "0.0.0.0", "--seed", "1") as process:  # noqa: S104 - that is the point
        assert ready(process)["rest"].startswith("http://0.0.0.0:")
        process.terminate()
        assert "warning: this listens on 0.0.0.0" in process.communicate(timeout=20)[1]


BAD = [
    (["--replay", "nowhere.jsonl"], "nowhere.jsonl cannot be read"),
    (["--replay", "junk"], "junk: line 1"),
    (["--replay", "empty"], "holds no whole order book"),
    (["--host", "192.0.2.1"], "192.0.2.1, port 0, cannot be listened on"),
    (["--host", "no such host"], "cannot be listened on"),
    (["--port", "70000"], "70000"),
    (["--speed", "0"], "speed"),
    (["--speed", "nan"], "speed"),
    (["--rate", "-1"], "rate"),
    (["--rate", "inf"], "rate"),
    (["--seed", "-1"], "seed"),
    (["--position-mode", "both"], "position-mode"),
    (["--book-integrity", "none"], "book-integrity"),
    (["--fault", "gremlins"], "gremlins"),
    (["--state", "/dev/null/x"], "/dev/null/x"),
    (["--state", "junk"], "junk"),
]


@pytest.mark.parametrize(("arguments", "says"), BAD, ids=[" ".join(each[0]) for each in BAD])
def test_what_cannot_be_is_one_line_and_exit_2(bare: Shell, arguments: list[str], says: str) -> None:
    (bare.folder / "junk").write_bytes(b"junk\n" * 100)
    (bare.folder / "empty").write_text('{"t":1,"conn":"public","raw":"pong"}\n')
    ended = bare.run("sim", *arguments)
    assert ended.code == 2, ended.err
    assert says in ended.complaint
    assert ended.out == ""
    assert (bare.folder / "junk").read_bytes() == b"junk\n" * 100


@pytest.mark.parametrize(
    ("flavour", "integrity"),
    [("checksum", "checksummed"), ("sequenced", "checksummed"), ("chained", "chained")],
)
def test_book_integrity(bare: Shell, flavour: str, integrity: str) -> None:
    with bare.start("sim", "--book-integrity", flavour, "--speed", "3", "--rate", "50") as process:
        ended = bare.run("show", "book", "--json", environ=variables(ready(process)))
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["data"]["integrity"] == integrity


def test_a_recording_as_the_market(bare: Shell) -> None:
    with bare.start("sim", "--replay", str(DEMO)) as process:
        ended = bare.run("show", "book", "BTCUSDT", "--json", environ=variables(ready(process)))
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["data"]["verified"]


def test_state_is_kept_and_not_shared(bare: Shell) -> None:
    with bare.start("sim", "--state", "kept.db") as process:
        first = ready(process)
        ended = bare.run("sim", "--state", "kept.db")
        assert ended.code == 2
        assert "kept.db is in use" in ended.complaint
        process.terminate()
        assert process.wait(20) == 143
    with bare.start("sim", "--state", "kept.db") as process:
        second = ready(process)
    assert second["api_key"] == first["api_key"]
    assert second["instance"] != first["instance"]


def test_a_reader_who_has_left(bare: Shell) -> None:
    with bare.start("sim") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(20) == 141


def test_only_a_child_ends_with_its_stdin(bare: Shell) -> None:
    command = [sys.executable, "-m", "bgtui", "sim"]
    with subprocess.Popen(
        [*command, "--child"],
        cwd=bare.folder,
        env=bare.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"words are no end\n")
        process.stdin.flush()
        assert process.stdout.readline()
        process.stdin.close()
        assert process.wait(20) == 0
    with bare.start("sim") as process:  # its stdin is at its end from the start
        line = ready(process)
        with httpx.Client(base_url=line["rest"], trust_env=False) as client:
            assert client.get("/api/v2/public/time").status_code == 200


def test_it_imports_no_client(bare: Shell) -> None:
    code = (
        "import sys\nfrom bgtui.cli import simulating\n"
        "print(sorted({'pydantic', 'httpx', 'textual', 'bgtui.exchange.rest'} & set(sys.modules)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], env=bare.environ, capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "[]"
