"""Starting is cheap: what is not asked for is not imported."""

import subprocess
import sys

import pytest

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
