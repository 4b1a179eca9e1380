"""F-20: whatever breaks, the program ends in one line with the terminal given back, and the journal whole."""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bgtui.cli import ending
from bgtui.cli.log import LogFile
from bgtui.domain.alert import Alert, AlertKind
from bgtui.domain.event import BookReceived, Event
from bgtui.domain.journal import Stage
from bgtui.domain.secret import MASK
from bgtui.session.alerts import AlertOptions
from bgtui.session.courier import Courier
from bgtui.session.inquiry import Inquiry
from bgtui.session.journal_file import read_journal
from bgtui.session.kill import KillSwitch
from bgtui.session.slumber import Slumber
from bgtui.simulator.exchange_accounts import PRACTICE
from bgtui.ui.actions.looking import Looking
from bgtui.ui.actions.safety import Safety
from bgtui.ui.announcer import Announcer
from bgtui.ui.app import BgtuiApp
from bgtui.ui.modals.ticket import TicketDock
from bgtui.ui.screens.trade import TradeScreen
from tests.pty.test_killed import environ, exchange, journal, send_resting_order
from tests.support.journal import wait_for_disk
from tests.support.pty import Pty
from tests.support.stage import Stage as Screens
from tests.support.stage import staged

PATIENCE_S = 20.0
PLACE = "/api/v2/mix/order/place-order"


class PlantedError(RuntimeError):
    """A bug."""


Act = Callable[[Screens], Awaitable[None]]


async def nothing(_stage: Screens) -> None:
    """The handler is called by itself."""


def press(*keys: str) -> Act:
    async def act(stage: Screens) -> None:
        for key in keys:  # not drawn in between: a program that is ending has no screen to draw
            stage.terminal._send(key)
            await asyncio.sleep(0)

    return act


async def lose_an_answer(stage: Screens) -> None:
    stage.faults.add(f"status:502,accepted=yes,route={PLACE}", "lost-private-push:channel=orders")
    await stage.fill_ticket("-2%")  # the same order so soon again would be a duplicate
    await press("enter")(stage)
    await stage.sees("y SEND")
    stage.clock.advance(0.4)
    await press("y")(stage)


async def fire(stage: Screens) -> None:
    assert stage.session.alerts is not None
    assert stage.session.alerts.courier is not None
    stage.session.alerts.courier.post(Alert(1, "r1", AlertKind.CLOCK, "", "clock is 3 s ahead", 0, 0, 1, ()))


@dataclass(frozen=True)
class Handler:
    """Something that the program calls, and what makes it call."""

    owner: type
    name: str
    act: Act = nothing
    at: int = 2
    """Which call breaks."""


HANDLERS = {
    "key": Handler(Looking, "do_app_refresh", press("u", "u")),
    "flow": Handler(Safety, "do_kill_open", press("!"), 1),
    "dock-draws": Handler(TicketDock, "content", press("t", "tab", "5")),
    "dock-asks": Handler(KillSwitch, "ask", press("!"), 1),
    "frame": Handler(TradeScreen, "frame", at=5),
    "announcer": Handler(Announcer, "look", at=3),
    "heartbeat": Handler(Slumber, "look"),
    "inquiry": Handler(Inquiry, "_ask", lose_an_answer, 1),
    "courier": Handler(Courier, "_deliver", fire, 1),
}


def plant(monkeypatch: pytest.MonkeyPatch, handler: Handler, words: str) -> None:
    """Have the n-th call of a handler break, with all there is to tell in its message."""
    original: Any = getattr(handler.owner, handler.name)
    calls = 0

    def count() -> None:
        nonlocal calls
        calls += 1
        if calls == handler.at:
            raise PlantedError(f"a bug that tells {words}")

    def called(self: object, *args: Any, **kwargs: Any) -> Any:
        count()
        return original(self, *args, **kwargs)

    async def awaited(self: object, *args: Any, **kwargs: Any) -> Any:
        count()
        return await original(self, *args, **kwargs)

    is_async = inspect.iscoroutinefunction(original)
    monkeypatch.setattr(handler.owner, handler.name, awaited if is_async else called)


def report(
    monkeypatch: pytest.MonkeyPatch, folder: Path, error: BaseException, secret: str
) -> tuple[int, str]:
    """End as the program does; return the exit code and what the log says."""
    log = LogFile()
    log.redactor.learn([secret])
    monkeypatch.setattr(ending, "LOG", log)
    monkeypatch.setattr(ending, "_take_signals", lambda: None)
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))

    def body() -> int:
        raise error

    try:
        return ending.guarded(body), (folder / "bgtui" / "bgtui.log").read_text()
    finally:
        log.close()


async def crashed(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[BgtuiApp, str]:
    """Rest an order, break a handler; return what ended, and the secret of its key."""
    alerts = AlertOptions(command=("true",), has_bell=False)
    app: BgtuiApp | None = None
    secret = ""
    try:
        async with staged(tmp_path, monkeypatch, is_stepped=False, alerts=alerts) as stage:
            await stage.buy_resting()
            await stage.until(lambda: len(stage.resting()) == 1)
            found = stage.exchange.keys[PRACTICE].credentials.secret
            assert found is not None
            secret = found.reveal()
            plant(monkeypatch, HANDLERS[kind], secret)
            await HANDLERS[kind].act(stage)
            app = stage.terminal.app
            async with asyncio.timeout(PATIENCE_S):
                await app._exception_event.wait()
    except PlantedError:  # the toolkit's harness raises what ended the program
        assert app is not None
        return app, secret
    raise AssertionError("nothing broke")


@pytest.mark.parametrize("kind", HANDLERS)
async def test_f20_a_crash_in_a_handler_ends_the_program_and_leaves_the_journal_whole(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wait_for_disk(monkeypatch)
    app, secret = await crashed(kind, tmp_path, monkeypatch)
    assert isinstance(app.crash, PlantedError)
    assert app.return_code == 1

    code, log = report(monkeypatch, tmp_path, app.crash, secret)
    assert code == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "unexpected error (PlantedError), this is a bug; details are in" in said
    assert "a bug that tells" in log
    assert MASK in log
    assert "Traceback" in log
    assert secret not in log + said

    resting, *_ = read_journal(tmp_path / "state" / "journal.sqlite3")
    assert resting.last.stage in (Stage.ACCEPTED, Stage.DONE)


async def test_f20_a_crash_where_events_are_taken_is_said_and_costs_that_source_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        store = stage.session.store
        broken: list[Event] = []
        apply = store.apply

        def break_once(event: Event) -> bool:
            if isinstance(event, BookReceived) and not broken:
                broken.append(event)
                raise PlantedError("a bug that tells everything")
            return apply(event)

        monkeypatch.setattr(store, "apply", break_once)
        text = await stage.sees("PlantedError")
        assert "a bug that tells" not in text
        await stage.live()


BREAKS = {
    "output": (  # its thread writes everything where the terminal cannot be opened once more
        "from bgtui.ui.terminal import driver; driver._opened_eager = lambda _: None\n"
        "from bgtui.ui.terminal.gate import FrameGate as owner; name = 'took'"
    ),
    "frames": "from bgtui.ui.terminal.gate import FrameGate as owner; name = 'sent'",
    "keys": "from bgtui.ui.terminal.driver import TerminalDriver as owner; name = 'process_message'",
}
PROGRAM = """
import threading
BREAK
from bgtui.ui.actions.looking import Looking
original, is_due = getattr(owner, name), threading.Event()

def called(self, *args, **kwargs):
    if is_due.is_set():
        words = open("/proc/self/environ").read()
        raise RuntimeError(f"a bug that tells {words}")
    return original(self, *args, **kwargs)

setattr(owner, name, called)
Looking.do_app_refresh = lambda self: is_due.set()
from bgtui.__main__ import main
raise SystemExit(main([]))
"""
"""The program itself, with a bug that `u` wakes."""


@pytest.mark.xdist_group("pty")
@pytest.mark.parametrize("where", BREAKS)
def test_f20_a_crash_gives_the_terminal_back_with_one_line_on_it(where: str, tmp_path: Path) -> None:
    command = (sys.executable, "-c", PROGRAM.replace("BREAK", BREAKS[where]))
    with exchange(tmp_path) as found:
        with Pty(command, environ=environ(found, tmp_path)) as terminal:
            send_resting_order(terminal)
            terminal.wait_for("ORDERS 1")
            terminal.press("u")
            terminal.pump(0.2)
            terminal.press("j")
            assert terminal.wait_exit() == 1
            assert terminal.modes == terminal.modes_before
            raw = bytes(terminal.raw)
            left = raw.rfind(b"\x1b[?1049l")
            assert left > raw.rfind(b"\x1b[?1049h")
            assert raw.rfind(b"\x1b[?25h") > raw.rfind(b"\x1b[?25l")
            said = raw[left:].decode()
            assert "unexpected error (RuntimeError), this is a bug; details are in" in said
            assert "Traceback" not in raw.decode()
        key = found.keys["practice"]
        assert key.secret is not None
        log = (tmp_path / ".local/state/bgtui/bgtui.log").read_text()
        assert "a bug that tells" in log
        for secret in (key.api_key, key.secret, key.passphrase):
            assert secret.reveal() not in log + raw.decode()
        (row,) = journal(tmp_path)
        assert row["stage"] in ("accepted", "done")
