"""The import contracts of pyproject.toml hold, and so do the rules that import-linter cannot say."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "bgtui"
SOURCES = sorted(PACKAGE.rglob("*.py"))
CHECKED = sorted(path for top in ("bgtui", "tests", "benchmarks") for path in (ROOT / top).rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)  # relative ones are banned


def test_contracts_of_pyproject_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run(
        [linter, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("path", sorted((PACKAGE / "domain").rglob("*.py")), ids=name)
def test_domain_imports_only_itself_and_the_standard_library(path: Path) -> None:
    foreign = {
        module
        for module in imported(ast.parse(path.read_text()))
        if module.partition(".")[0] not in sys.stdlib_module_names
        and not f"{module}.".startswith("bgtui.domain.")
    }
    assert not foreign


def test_only_bootstrap_imports_what_can_write() -> None:
    writers = PACKAGE / "exchange" / "trading"
    importers = {
        path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for path in SOURCES
        if not path.is_relative_to(writers)
        and any(
            f"{module}.".startswith("bgtui.exchange.trading.")
            for module in imported(ast.parse(path.read_text()))
        )
    }
    assert importers <= {"bootstrap"}


def test_nothing_is_imported_for_type_checking_alone() -> None:
    flag = "TYPE" + "_CHECKING"
    assert [name(path) for path in CHECKED if flag in path.read_text()] == []


def test_every_folder_of_the_package_is_a_package() -> None:
    folders = {path.parent for path in SOURCES}
    assert [name(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_module_opens_with_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))
