"""`bgtui doctor`: what is wrong, what mends it, and an exit code that says which kind it is."""

import json
import os
from typing import Any

import pytest

from tests.cli.conftest import Shell, addresses
from tests.support.peer import Peer

NAMES = [
    "settings",
    "key",
    "files",
    "folders",
    "terminal",
    "locale",
    "multiplexer",
    "hosts",
    "rest",
    "clock",
    "key accepted",
    "account",
    "position mode",
    "public stream",
    "private stream",
]
MACHINE = ("terminal", "locale", "multiplexer", "folders")
"""They say what is where the tests run."""


def report(shell: Shell, code: int, **variables: str) -> dict[str, Any]:
    ended = shell.run("doctor", "--json", environ=variables)
    assert ended.code == code, ended.out + ended.err
    found = json.loads(ended.out)
    assert found["ok"] is (code == 0)
    assert (ended.err == "") is (code == 0)
    if code:
        assert ended.complaint.startswith("bgtui: doctor: failed: ")
    return {check["name"]: check for check in found["checks"]}


def test_all_is_well(shell: Shell) -> None:
    checks = report(shell, 0)
    assert list(checks) == NAMES
    assert not [name for name, check in checks.items() if check["state"] == "fail"]
    assert checks["hosts"]["detail"].startswith("127.0.0.1:")
    assert checks["account"]["state"] == "ok"
    assert "hedge" in checks["position mode"]["detail"]


def test_as_text(shell: Shell) -> None:
    ended = shell.run("doctor")
    assert ended.code == 0
    assert ended.out.startswith("ok    settings ")


@pytest.mark.parametrize(
    ("profile", "mode", "may_trade"),
    [("practice", "one_way", True), ("watch", "one_way", False), ("leader", "hedge", True)],
)
def test_the_embedded_simulator(bare: Shell, profile: str, mode: str, may_trade: bool) -> None:
    checks = report(bare, 0, BGTUI_PROFILE=profile)
    assert list(checks) == NAMES
    assert {check["state"] for name, check in checks.items() if name not in MACHINE} == {"ok"}
    assert "embedded simulator" in checks["hosts"]["detail"]
    assert f"account {profile}" in checks["key"]["detail"]
    assert checks["position mode"]["detail"].startswith(mode)
    assert ("trade futures" in checks["key accepted"]["detail"]) is may_trade


def test_a_simulator_that_does_not_start(bare: Shell) -> None:
    (bare.folder / "sitecustomize.py").write_text(
        "import os, sys\n"
        "if '--child' in sys.orig_argv:\n"
        "    os.write(2, b'bgtui: no room for it')\n"
        "    os._exit(2)\n"
    )
    path = f"{bare.folder}{os.pathsep}{bare.environ['PYTHONPATH']}"
    checks = report(bare, 8, PYTHONPATH=path)
    assert checks["connections"]["detail"] == "the embedded simulator did not start: no room for it"
    ended = bare.run("show", "ticker", PYTHONPATH=path)
    assert ended.code == 8
    assert "no room for it" in ended.complaint


def test_some_addresses_missing(bare: Shell) -> None:
    assert (
        "BGTUI_WS_PUBLIC_URL" in report(bare, 2, BGTUI_REST_URL="http://127.0.0.1:1")["connections"]["detail"]
    )


def test_settings_that_cannot_be_read(bare: Shell) -> None:
    checks = report(bare, 2, BGTUI_FPS="99")
    assert checks["settings"]["state"] == "fail"
    assert "BGTUI_FPS" in checks["settings"]["detail"]
    assert checks["connections"]["state"] == "skipped"


def test_without_a_key(shell: Shell) -> None:
    checks = report(shell, 0, BGTUI_API_KEY="", BGTUI_API_SECRET="", BGTUI_API_PASSPHRASE="")
    assert checks["private stream"]["state"] == "skipped"
    assert checks["public stream"]["state"] == "ok"


@pytest.mark.parametrize("name", ["BGTUI_API_KEY", "BGTUI_API_SECRET", "BGTUI_API_PASSPHRASE"])
def test_a_key_that_is_refused(shell: Shell, name: str) -> None:
    checks = report(shell, 3, **{name: "wrong-0123456789"})
    assert checks["key accepted"]["state"] == checks["private stream"]["state"] == "fail"
    assert checks["key accepted"]["fix"]


def test_an_account_of_the_other_kind(bare: Shell, shell: Shell) -> None:
    with Peer() as peer:
        for path in (
            "/api/v2/mix/account/accounts",
            "/api/v2/mix/account/account",
            "/api/v2/spot/account/info",
        ):
            peer.fail(path, "code", "40085", times=9)
        checks = report(shell, 4, **addresses(peer))
    assert "unified account" in checks["account"]["detail"]
    assert "classic" in checks["account"]["fix"]


@pytest.mark.parametrize(("offset_ms", "state"), [(3_000, "warn"), (-3_000, "warn"), (60_000, "fail")])
def test_a_wrong_clock(shell: Shell, offset_ms: int, state: str) -> None:
    with Peer(clock_offset_ms=offset_ms) as peer:
        checks = report(shell, 9 if state == "fail" else 0, **addresses(peer))
    assert checks["clock"]["state"] == state
    assert "timedatectl" in checks["clock"]["fix"]


def test_nobody_there(shell: Shell) -> None:
    nobody = {"BGTUI_REST_URL": "http://127.0.0.1:1", "BGTUI_WS_PUBLIC_URL": "ws://127.0.0.1:1"}
    checks = report(shell, 8, **nobody)
    assert checks["rest"]["state"] == checks["public stream"]["state"] == "fail"
    assert checks["account"]["state"] == "skipped"
