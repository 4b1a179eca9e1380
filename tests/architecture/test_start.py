"""Starting is cheap: what is not asked for is not imported."""

import subprocess
import sys

import pytest

from bgtui.ui.screens.registry import NAMES

HEAVY = {"asyncio", "click", "cryptography", "httpx", "msgspec", "pydantic", "ssl", "textual", "websockets"}


def imported_by(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sys.modules, file=sys.stderr)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {module.partition(".")[0] for module in run.stderr.split()}


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
    script = f"{start}\nimport sys\nprint(*sys.modules, file=sys.stderr)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(run.stderr.split())
    assert not loaded & {f"bgtui.ui.screens.{name}" for name in NAMES if name != "trade"}
    assert not loaded & {"bgtui.ui.modals.form", "bgtui.ui.view.ticket", "bgtui.ui.copyflows"}


def test_what_was_deferred_loads_itself_when_it_is_used() -> None:
    code = (
        "from bgtui.cli.later import LATER, defer, load; defer(); from importlib import import_module\n"
        "from bgtui.ui import flows; from bgtui.ui.modals import ticket\n"
        "assert ticket.TicketDock.__name__ == 'TicketDock' and flows.open_ticket.__name__ == 'open_ticket'\n"
        "[load(import_module(name)) for name in LATER]\n"
        "assert all(type(import_module(name)).__name__ == 'module' for name in LATER)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
