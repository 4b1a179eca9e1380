"""With nothing set, every command has a simulator of its own: fresh, not shared, gone with the command."""

import json
import os
import select
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import KEY, Shell

PROFILES = ("practice", "watch", "leader", "follower")
SUBJECTS = (
    "ticker", "book", "trades", "candles", "contracts", "ticker spot:BTCUSDT", "book spot:ETHUSDT",
    "account", "positions", "orders", "orders --plans", "orders --history", "fills",
)  # fmt: skip
EVERYBODY_HAS = SUBJECTS[:8]

linux = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs /proc and pidfd_open of Linux")


def shown(shell: Shell, subject: str, *options: str) -> Any:
    ended = shell.run("show", *subject.split(), "--json", *options, timeout_s=60)
    assert ended.code == 0, ended.err
    return json.loads(ended.out)["data"]


@pytest.mark.parametrize(
    ("subject", "profile"),
    [
        *((subject, "practice") for subject in SUBJECTS),
        *((subject, profile) for profile in PROFILES[1:] for subject in ("positions", "orders --history")),
    ],
)
def test_every_subject(bare: Shell, subject: str, profile: str) -> None:
    ended = bare.run("show", *subject.split(), "--profile", profile, "--json", timeout_s=60)
    assert ended.code == 0, ended.err
    assert ended.err.startswith("sim (embedded) · 127.0.0.1:")
    assert ended.err.endswith(f"· account {profile}\n"), "it says which account it used"
    value = json.loads(ended.out)
    assert not value["stale"]
    has_traded = profile in ("leader", "follower")
    assert bool(value["data"]) is (subject in EVERYBODY_HAS or has_traded)


def test_practice_is_what_is_meant_without_a_profile(bare: Shell) -> None:
    ended = bare.run("show", "account", "--json")
    assert ended.err.endswith("· account practice\n")
    account = json.loads(ended.out)["data"]
    assert account["label"] == "practice"
    (usdt,) = account["balances"]
    assert (usdt["coin"], float(usdt["available"])) == ("USDT", 10_000)


def test_accounts_of_every_product_type(bare: Shell) -> None:
    found = {}
    for product in ("usdc-futures", "coin-futures", "spot"):
        bare.environ["BGTUI_PRODUCT_TYPE"] = product
        balances = shown(bare, "account")["balances"]
        found[product] = {balance["coin"]: float(balance["available"]) for balance in balances}
    assert found == {
        "usdc-futures": {"USDC": 1_000},
        "coin-futures": {"BTC": 0.1},
        "spot": {"USDT": 5_000, "BTC": 0.05},
    }


def test_the_leader_is_in_hedge_mode(bare: Shell) -> None:
    positions = shown(bare, "positions", "--profile", "leader")
    assert {each["position_mode"] for each in positions} == {"hedge"}
    assert {each["side"] for each in positions} == {"long", "short"}


def test_history_is_full_from_the_start(bare: Shell) -> None:
    assert len(shown(bare, "candles", "--limit", "1000")) == 1000
    assert len(shown(bare, "trades", "--limit", "100")) == 100


def test_record_works_on_it(bare: Shell) -> None:
    ended = bare.run("record", "--out", "own.jsonl", "--seconds", "2", "--private", "BTCUSDT", timeout_s=60)
    assert ended.code == 0, ended.err
    assert "account practice" in ended.err
    played = bare.run("replay", "own.jsonl", "--check", "--json")
    assert played.code == 0, played.err
    books = json.loads(played.out)["books"]
    assert books["messages"] == books["verified"] > 3


def test_a_key_that_is_set_is_not_sent_there(bare: Shell) -> None:
    ended = bare.run("show", "account", "--json", environ=KEY)
    assert ended.code == 0, ended.err
    said, where = ended.err.splitlines()
    assert "the key from BGTUI_API_KEY is not used" in said
    assert where.endswith("account practice")


def test_a_table_of_the_users_counts(bare: Shell) -> None:
    folder = Path(bare.environ["HOME"]) / ".config/bgtui"
    folder.mkdir(parents=True, mode=0o700)
    (folder / "config.toml").write_text('[profiles.leader]\nsymbols = ["ETHUSDT"]\n')
    (folder / "config.toml").chmod(0o600)
    ended = bare.run("show", "ticker", "--json", "--profile", "leader")
    assert ended.code == 0, ended.err
    assert ended.err.endswith("account leader\n")
    assert json.loads(ended.out)["data"]["instrument"] == "usdt-futures:ETHUSDT"


def test_nothing_secret_is_written(bare: Shell) -> None:
    bare.environ["BGTUI_LOG_LEVEL"] = "debug"
    ended = bare.run("record", "--out", "own.jsonl", "--seconds", "1", "--private", "BTCUSDT", timeout_s=60)
    text = ended.out + ended.err + bare.log.read_text() + (bare.folder / "own.jsonl").read_text()
    assert "bg_" not in text


def test_a_folder_of_that_name_is_not_run(bare: Shell) -> None:
    (bare.folder / "starlette.py").write_text("raise SystemExit('this was not asked for')")
    assert bare.run("show", "ticker").code == 0


# How it ends


def children(pid: int) -> list[int]:
    """Return what a process has started."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def has_ended(handle: int, timeout_s: float = 20) -> bool:
    """Wait for the end of a process that is not our own child."""
    return bool(select.select([handle], [], [], timeout_s)[0])


@linux
@pytest.mark.parametrize(
    ("signum", "code"),
    [(signal.SIGKILL, -9), (signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)],
)
def test_it_ends_with_the_command(bare: Shell, signum: int, code: int) -> None:
    with bare.start("show", "ticker", "--watch") as process:
        assert process.stdout is not None
        process.stdout.readline()
        (pid,) = children(process.pid)
        handle = os.pidfd_open(pid)
        assert not has_ended(handle, 0)
        process.send_signal(signum)
        assert process.wait(20) == code
        assert has_ended(handle)
        os.close(handle)


@linux
def test_killed_before_it_was_ready_leaves_nothing(bare: Shell) -> None:
    (bare.folder / "sitecustomize.py").write_text(
        "import sys\nif '--child' in sys.orig_argv: print('started', file=open('seen', 'w'))\n"
    )
    os.mkfifo(bare.folder / "seen")
    path = f"{bare.folder}{os.pathsep}{bare.environ['PYTHONPATH']}"
    with bare.start("show", "ticker", PYTHONPATH=path) as process:
        assert (bare.folder / "seen").read_text() == "started\n"
        (pid,) = children(process.pid)
        handle = os.pidfd_open(pid)
        process.kill()
        process.wait(20)
        assert has_ended(handle)
        os.close(handle)


@linux
def test_ctrl_c_in_the_terminal_does_not_reach_it(bare: Shell) -> None:
    with bare.start("show", "ticker", "--watch") as process:
        assert process.stdout is not None
        process.stdout.readline()
        (pid,) = children(process.pid)
        assert os.getsid(pid) == os.getpgid(pid) == pid


def test_two_of_them_never_meet(bare: Shell) -> None:
    with (
        bare.start("show", "ticker", "--watch", "--json") as one,
        bare.start("show", "ticker", "--watch", "--json") as two,
    ):
        assert one.stdout is not None
        assert two.stdout is not None
        assert one.stderr is not None
        assert two.stderr is not None
        prices = [json.loads(each.readline())["data"]["last"] for each in (one.stdout, two.stdout)]
        assert prices[0] != prices[1]
        assert one.stderr.readline() != two.stderr.readline(), "another port"
        one.kill()
        one.wait(20)
        for _ in range(2):
            assert not json.loads(two.stdout.readline())["stale"]
