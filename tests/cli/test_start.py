"""Starting is cheap: what is not needed is not imported."""

import subprocess
import sys

import pytest

from tests.cli.conftest import Shell

HEAVY = ("pydantic", "pydantic_settings", "httpx", "websockets", "cryptography", "msgspec", "asyncio", "ssl")


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        ("['--version']", (*HEAVY, "click")),
        ("['--help']", HEAVY),
        ("['show', '--help']", HEAVY),
        ("['keys', 'add', '--help']", HEAVY),
    ],
)
def test_what_is_imported(bare: Shell, arguments: str, unwanted: tuple[str, ...]) -> None:
    code = (
        "import sys\nfrom bgtui.__main__ import main\n"
        f"assert main({arguments}) == 0\n"
        f"print([name for name in {unwanted!r} if name in sys.modules], file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], env=bare.environ, capture_output=True, text=True, check=True
    )
    assert ended.stderr.strip() == "[]"


def test_the_command_line_of_another_program_is_not_loaded(bare: Shell) -> None:
    code = "import sys, bgtui.bootstrap.opening\nprint('httpx' in sys.modules, 'pygments' in sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", code], env=bare.environ, capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "True False"


def test_the_table_of_exit_codes_is_in_the_help(bare: Shell) -> None:
    text = bare.run("--help").out
    for line in ("0  ok", "2  usage", "3  authentication", "8  network", "9  stale", "130  interrupted"):
        assert line in text


@pytest.mark.parametrize("shell_name", ["bash", "zsh", "fish"])
def test_completions(bare: Shell, shell_name: str) -> None:
    ended = bare.run("completions", shell_name)
    assert ended.code == 0
    assert "_BGTUI_COMPLETE" in ended.out
    assert ended.err == ""


@pytest.mark.parametrize(
    ("command", "code"),
    [("keys list", 0), ("journal", 0), ("replay none.jsonl", 2), ("picture none.svg x y", 2)],
)
def test_a_command_loads_all_that_it_needs(bare: Shell, command: str, code: int) -> None:
    """As do those that other tests run afresh: full disks, signals, simulators."""
    ended = bare.run(*command.split(), is_afresh=True)
    assert ended.code == code
    assert len((ended.out + ended.err).splitlines()) == 1


def test_the_screens_without_a_terminal_say_what_a_script_uses(bare: Shell) -> None:
    ended = bare.run()
    assert ended.code == 2
    assert "needs a terminal" in ended.err
    assert "bgtui show" in ended.err


def test_without_a_home_it_works_without_a_log(bare: Shell) -> None:
    ended = bare.run("doctor", HOME="/dev/null")
    assert ended.code == 0, ended.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--trade", "--env", "live", "--read-only"), "--trade contradicts --read-only"),
        (("--trade", "--read-only"), "--trade contradicts --read-only"),
    ],
)
def test_trading_that_is_not_allowed_ends_in_one_line(
    bare: Shell, arguments: tuple[str, ...], words: str
) -> None:
    ended = bare.run(*arguments, "show", "ticker")
    assert ended.code == 2
    assert ended.out == ""
    assert ended.err.count("\n") == 1
    assert words in ended.err
