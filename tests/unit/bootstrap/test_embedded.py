"""The simulator's process as its parent sees it; a short script stands for the simulator."""

import asyncio
import json
import os
import random
import select
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from bgtui.bootstrap.child import COMMAND, Child, child_environ
from bgtui.bootstrap.embedded import settle
from bgtui.config.commandline import CommandLine
from bgtui.config.settings import locate
from bgtui.config.venue import EMBEDDED_PROFILES
from bgtui.domain.error import ConfigError, DecodeError, NetworkError
from bgtui.simulator.exchange_accounts import make_keys
from bgtui.simulator.ready import Ready, decode, to_wire
from tests.support.place import KEY, KEY_VARIABLES, Place

READY = Ready(
    "http://127.0.0.1:1",
    "ws://127.0.0.1:1/v2/ws/public",
    "ws://127.0.0.1:1/v2/ws/private",
    {name: key.credentials for name, key in make_keys(random.Random(7)).items()},
    "one",
)
LINE = json.dumps(to_wire(READY))
UNTIL_STDIN_CLOSES = "import sys; print(sys.argv[1], flush=True); sys.stdin.read()"


def child(code: str, ready_s: float = 20) -> Child:
    return Child((sys.executable, "-S", "-c", code, LINE), ready_s=ready_s)


def has_ended(pid: int, timeout_s: float = 0) -> bool:
    """Tell whether a process has ended, waiting for it without asking again and again."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], timeout_s)[0])
    finally:
        os.close(handle)


linux = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs pidfd_open of Linux")


@linux
async def test_it_lives_as_long_as_the_block() -> None:
    async with child(UNTIL_STDIN_CLOSES) as running:
        assert decode(await running.line()) == READY
        pid = running.pid
        assert not has_ended(pid)
        assert os.getsid(pid) == pid, "Ctrl-C in the terminal does not reach it"
    assert has_ended(pid)


async def test_one_that_ends_instead_says_why() -> None:
    async with child(
        "import sys; print('first', file=sys.stderr); sys.exit('bgtui: no \\x1b[2J room')"
    ) as running:
        with pytest.raises(NetworkError, match=r"did not start: no \[2J room$"):
            await running.line()


async def test_one_that_ends_without_a_word() -> None:
    async with child("") as running:
        with pytest.raises(NetworkError, match=r"did not start: it said nothing$"):
            await running.line()


@linux
async def test_one_that_is_never_ready() -> None:
    async with child("import sys; sys.stdin.read()", ready_s=0.05) as running:
        with pytest.raises(NetworkError, match=r"not ready within 0.05 s"):
            await running.line()
        pid = running.pid
    assert has_ended(pid)


async def test_what_it_says_on_stderr_never_holds_it_up() -> None:
    talk = "import sys; sys.stderr.write('x' * 1_000_000); "
    async with child(talk + UNTIL_STDIN_CLOSES) as running:
        assert decode(await running.line()) == READY


@linux
async def test_canceling_ends_it_too() -> None:
    pids: list[int] = []
    is_ready = asyncio.Event()

    async def run() -> None:
        async with child(UNTIL_STDIN_CLOSES) as running:
            await running.line()
            pids.append(running.pid)
            is_ready.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(run())
    await is_ready.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert has_ended(pids[0])


@linux
@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_its_parent(signum: int) -> None:
    code = f"""
        import asyncio, sys
        from bgtui.bootstrap.child import Child
        async def run():
            async with Child((sys.executable, "-S", "-c", {UNTIL_STDIN_CLOSES!r}, sys.argv[1])) as child:
                await child.line()
                print(child.pid, flush=True)
                await asyncio.Event().wait()
        asyncio.run(run())
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), LINE], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert not has_ended(pid)
        parent.send_signal(signum)
        parent.wait(20)
    assert has_ended(pid, timeout_s=20)


def test_the_child_gets_no_setting_of_ours() -> None:
    environ = child_environ({**KEY_VARIABLES, "BGTUI_FPS": "5", "PATH": "/bin", "HOME": "/home/me"})
    assert {name: environ[name] for name in environ if name != "PYTHONPATH"} == {
        "PATH": "/bin",
        "HOME": "/home/me",
    }


def test_the_working_directory_is_not_searched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "bgtui.py").write_text("print('not meant')")
    monkeypatch.chdir(tmp_path)
    run = subprocess.run(
        [*COMMAND[:4], "--version"], env=child_environ(os.environ), capture_output=True, text=True, check=True
    )
    assert run.stdout.startswith("bgtui ")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


async def test_settings_that_lead_somewhere_start_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Child, "__init__", None)
    for settings in (
        place.load(CommandLine(environment="live")),
        place.load(CommandLine(environment="demo")),
        place.load(BGTUI_REST_URL="http://127.0.0.1:1"),
    ):
        async with settle(settings) as settled:
            assert settled is settings
            assert not settled.is_embedded


@pytest.mark.parametrize("profile", [None, *EMBEDDED_PROFILES])
async def test_settings_of_the_embedded_simulator(
    place: Place, monkeypatch: pytest.MonkeyPatch, profile: str | None
) -> None:
    monkeypatch.setattr("bgtui.bootstrap.embedded.Child", lambda: child(UNTIL_STDIN_CLOSES))
    settings = place.load(CommandLine(profile=profile), BGTUI_FPS="7")
    async with settle(settings) as settled:
        assert settled.is_embedded
        assert settled.fps == 7
        assert locate(settled).rest_url == READY.rest_url
        assert settled.credentials == READY.keys[profile or "practice"]
        assert settled.account_label == (profile or "practice")
        async with settle(settled) as again:
            assert again is settled, "one is enough"
    assert settings.needs_simulator
    assert settings.credentials is None


async def test_one_that_says_something_else(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = "print('Welcome!', flush=True); import sys; sys.stdin.read()"
    monkeypatch.setattr("bgtui.bootstrap.embedded.Child", lambda: child(talk))
    with pytest.raises(DecodeError, match=r"^that is not the line of a simulator"):
        async with settle(place.load(CommandLine())):
            pass


async def test_a_key_of_the_user_is_not_used_there(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bgtui.bootstrap.embedded.Child", lambda: child(UNTIL_STDIN_CLOSES))
    async with settle(place.load(CommandLine(profile="leader"), **KEY_VARIABLES)) as settled:
        assert settled.credentials == READY.keys["leader"]
        assert settled.api_key is None
        assert KEY not in repr(settled)
        assert settled.origin("api_key") == "api_key in the embedded simulator"


def test_a_profile_of_that_name_may_be_the_users(place: Place) -> None:
    place.toml('[profiles.leader]\nenvironment = "live"\nfps = 3\n[profiles.watch]\nfps = 4\n')
    own = place.load(CommandLine(profile="leader"))
    assert not own.needs_simulator
    half = place.load(CommandLine(profile="watch"))
    assert (half.needs_simulator, half.embedded_account, half.fps) == (True, "watch", 4)


@pytest.mark.parametrize(
    "variables",
    [{"BGTUI_ENVIRONMENT": "live"}, {"BGTUI_REST_URL": "http://127.0.0.1:1"}, {"BGTUI_PROFILE": "other"}],
)
def test_elsewhere_a_profile_must_exist(place: Place, variables: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"is neither in .* nor in the key store"):
        place.load(**{"BGTUI_PROFILE": "leader", **variables})
