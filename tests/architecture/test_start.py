"""Starting is cheap: what is not asked for is not imported."""

import subprocess
import sys

import pytest

from bgtui.cli.main import COMMANDS
from bgtui.ui.screens.registry import NAMES

HEAVY = {"asyncio", "click", "cryptography", "httpx", "msgspec", "pydantic", "ssl", "textual", "websockets"}


def imported_modules(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sys.modules, file=sys.stderr)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(run.stderr.split())


def imported_by(code: str) -> set[str]:
    return {module.partition(".")[0] for module in imported_modules(code)}


def test_version_imports_nothing_heavy() -> None:
    assert not imported_by("from bgtui.__main__ import main; main(['--version'])") & HEAVY


def test_help_imports_click_alone() -> None:
    assert imported_by("from bgtui.__main__ import main; main(['--help'])") & HEAVY <= {"click"}


@pytest.mark.parametrize("arguments", [["--version"], ["--help"]])
def test_python_m_works(arguments: list[str]) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "bgtui", *arguments], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0
    assert run.stdout
    assert not run.stderr


def test_forms_and_other_screens_wait_for_the_first_book() -> None:
    start = "from bgtui.cli.later import defer; defer(); import bgtui.ui.app, bgtui.ui.screens.trade"
    loaded = imported_modules(start)
    assert not loaded & {f"bgtui.ui.screens.{name}" for name in NAMES if name != "trade"}
    assert not loaded & {"bgtui.ui.modals.form", "bgtui.ui.view.ticket", "bgtui.ui.copyflows"}


FIRST_BOOK = """
from bgtui.cli.main import main
from bgtui.cli.tui import run_tui
from bgtui.cli.early import started_early
from bgtui.cli.later import defer
defer()
import bgtui.ui.app, bgtui.ui.screens.trade
from bgtui.cli.start import start
import bgtui.bootstrap.opening, bgtui.exchange.websocket
"""
"""Everything that stands between the command and the first verified book."""
MOST_MODULES = 980
"""A few more than there are: whoever needs another library at the start has to say so here."""


def test_the_first_book_loads_no_more_than_it_needs() -> None:
    loaded = imported_modules(FIRST_BOOK)
    assert len(loaded) <= MOST_MODULES
    assert not {module.partition(".")[0] for module in loaded} & {"cryptography", "starlette", "uvicorn"}
    assert {module for module in loaded if module.startswith("bgtui.simulator.")} == {
        "bgtui.simulator.ready",
        "bgtui.simulator.exchange_accounts",
    }
    # Of the commands, only what the terminal itself is made of.
    assert not loaded & {f"bgtui.cli.{name}" for name in COMMANDS}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_loaded_when_it_is_asked_for(name: str) -> None:
    loaded = imported_modules(f"from bgtui.cli.main import main; main(['{name}', '--help'])")
    assert {other for other in COMMANDS if f"bgtui.cli.{other}" in loaded} <= {name}


def test_the_simulator_loads_neither_screens_nor_settings_nor_rsa() -> None:
    loaded = imported_modules("import bgtui.cli.simulating")
    assert not loaded & {"cryptography", "httpx", "pydantic", "textual"}


def test_the_simulator_starts_before_anything_heavy_is_loaded() -> None:
    loaded = imported_by("from bgtui.cli.tui import run_tui; from bgtui.cli.early import started_early")
    assert not loaded & HEAVY - {"asyncio", "click", "ssl"}


def test_what_was_deferred_loads_itself_when_it_is_used() -> None:
    code = (
        "from bgtui.cli.later import LATER, defer, load; defer(); from importlib import import_module\n"
        "from bgtui.ui import flows; from bgtui.ui.modals import ticket\n"
        "assert ticket.TicketDock.__name__ == 'TicketDock' and flows.open_ticket.__name__ == 'open_ticket'\n"
        "[load(import_module(name)) for name in LATER]\n"
        "assert all(type(import_module(name)).__name__ == 'module' for name in LATER)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
