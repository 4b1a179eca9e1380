"""The command of an alert: given arguments and no shell, no secret, a time limit; its failure is told."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bgtui.domain.alert import Alert, AlertKind
from bgtui.session.courier import MAX_PER_MINUTE, MAX_WAITING, Courier
from tests.support.build import HandClock
from tests.support.place import ALL_SECRETS, KEY_VARIABLES


def alert(text: str = "Price: BTCUSDT last 100 is above 99.", number: int = 1) -> Alert:
    return Alert(number, "r1", AlertKind.PRICE, "s", text, 1, 1)


class Told(dict[int, str]):
    """What became of each alert."""

    def __init__(self, wanted: int = 1) -> None:
        super().__init__()
        self.wanted = wanted
        self.all = asyncio.Event()

    def report(self, alert_id: int, failure: str) -> None:
        self[alert_id] = failure
        if len(self) >= self.wanted:
            self.all.set()


def courier(
    command: Sequence[str], told: Told, limit_s: float = 10.0, environ: Mapping[str, str] | None = None
) -> Courier:
    return Courier(
        command,
        told.report,
        clock=HandClock(),
        environ={"PATH": os.defpath, **(environ or {})},
        limit_s=limit_s,
    )


async def run(
    command: Sequence[str], *alerts: Alert, limit_s: float = 10.0, environ: Mapping[str, str] | None = None
) -> Told:
    """Run a command for each alert and return what became of them."""
    told = Told(max(len(alerts), 1))
    one = courier(command, told, limit_s, environ or {})
    for item in alerts or (alert(),):
        refusal = one.post(item)
        if refusal:
            told.report(item.alert_id, refusal)
    task = asyncio.create_task(one.run())
    async with asyncio.timeout(20):
        await told.all.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return told


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-S", "-c", code, *arguments]


async def test_the_text_is_one_argument_whatever_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "out"
    hostile = "Filled: $(touch evil) ; rm -rf / `x` \x1b]52;c;AA\x07 '\"\n--flag"

    told = await run(
        python(
            "import sys; open(sys.argv[1], 'w').write(repr(sys.argv[2:]))", str(path), "{kind}", "say {text}"
        ),
        alert(hostile),
    )

    assert told == {1: ""}
    kind, text = eval(path.read_text())  # noqa: S307 - written by the command above
    assert kind == "price"
    assert text.startswith("say Filled: $(touch evil) ; rm -rf / `x`")
    assert text.isprintable()
    assert not Path("evil").exists()


async def test_no_secret_and_no_variable_of_ours_reaches_it(tmp_path: Path) -> None:
    path = tmp_path / "out"

    await run(
        python("import os, sys; open(sys.argv[1], 'w').write(repr(dict(os.environ)))", str(path)),
        environ={**KEY_VARIABLES, "bgtui_api_key": "x-lower"},
    )  # fmt: skip

    seen = path.read_text()
    assert not [secret for secret in (*ALL_SECRETS, "x-lower") if secret in seen]
    assert "BGTUI_ALERT_TEXT" in seen
    assert "BGTUI_ALERT_KIND" in seen


async def test_a_command_that_is_not_there_is_told() -> None:
    told = await run(["/nonexistent/notify"])

    assert told == {1: "/nonexistent/notify: No such file or directory"}


async def test_a_command_that_fails_is_told_with_its_words() -> None:
    told = await run(python("import sys; print('no \\x1b[2J bus'); sys.exit(3)"))

    assert told[1].endswith("exit 3: no [2J bus")
    assert "\x1b" not in told[1]


async def test_a_command_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    path = tmp_path / "pid"
    told = await run(
        python(
            "import subprocess, sys, time\n"
            "child = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(60)'])\n"
            "open(sys.argv[1], 'w').write(str(child.pid))\n"
            "time.sleep(60)",
            str(path),
        ),
        limit_s=1.5,
    )  # fmt: skip

    assert told[1].endswith("killed after 1.5s")
    pid = int(path.read_text())
    async with asyncio.timeout(5):
        while _is_running(pid):  # noqa: ASYNC110 - another process tells nobody
            await asyncio.sleep(0.01)


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def test_a_command_that_prints_megabytes_is_read_and_forgotten(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", "bgtui.session.courier")

    told = await run(python("import sys; sys.stdout.write('x' * 20_000_000)"))

    assert told == {1: ""}
    assert max(len(record.getMessage()) for record in caplog.records) < 300


async def test_one_failure_stops_no_other(tmp_path: Path) -> None:
    code = "import sys\nif 'bad' in sys.argv[1]: sys.exit(1)\nopen(sys.argv[2], 'a').write('x')"
    path = tmp_path / "out"
    texts = ("Price: bad", "Price: good", "Price: bad", "Price: good")

    told = await run(
        python(code, "{text}", str(path)),
        *(alert(text, number) for number, text in enumerate(texts, 1)),
    )  # fmt: skip

    assert [bool(told[number]) for number in (1, 2, 3, 4)] == [True, False, True, False]
    assert path.read_text() == "xx"


def test_more_than_can_be_run_is_refused_and_nothing_grows() -> None:
    told = Told()
    one = courier(["true"], told)

    refusals = [one.post(alert(number=number)) for number in range(1000)]

    assert refusals[:MAX_WAITING] == [""] * MAX_WAITING
    assert all(refusal.startswith("not run") for refusal in refusals[MAX_WAITING:])
    assert len(one._waiting) == MAX_WAITING


def test_no_more_than_so_many_commands_a_minute() -> None:
    clock = HandClock()
    one = Courier(["true"], Told().report, clock=clock, environ={})
    taken = 0
    for number in range(100):
        taken += not one.post(alert(number=number))
        one._waiting.clear()
    assert taken == MAX_PER_MINUTE
    clock.advance(61)
    assert one.post(alert()) == ""
