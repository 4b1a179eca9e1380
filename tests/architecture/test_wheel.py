"""The wheel is whole: built, installed beside the locked dependencies alone, and run from elsewhere."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.xdist_group("wheel")  # one worker builds it once


def run(*command: str | Path, cwd: Path) -> str:
    # Neither the checkout nor the user's packages may help; pip's own settings stay as they are.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """Return the executables' folder of an empty environment that got the lock and the wheel."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(folder, with_pip=False)
    bin_folder = folder / "bin"
    pip: list[str | Path] = [
        sys.executable, "-m", "pip", "--python", bin_folder / "python",
        "--disable-pip-version-check", "--no-input", "-qq",
        "install", "--no-compile", "--root-user-action=ignore",
    ]  # fmt: skip
    run(*pip, "--require-hashes", "--only-binary=:all:", "-r", ROOT / "requirements.lock", cwd=folder)
    run(*pip, "--no-deps", wheel, cwd=folder)
    return bin_folder


def test_the_installed_program_says_its_version(installed: Path, tmp_path: Path) -> None:
    from bgtui import __version__

    assert run(installed / "bgtui", "--version", cwd=tmp_path) == f"bgtui {__version__}\n"
    assert run(installed / "python", "-m", "bgtui", "--version", cwd=tmp_path) == f"bgtui {__version__}\n"


def test_the_installed_program_shows_help(installed: Path, tmp_path: Path) -> None:
    assert "Usage: bgtui" in run(installed / "bgtui", "--help", cwd=tmp_path)


def test_the_lock_satisfies_what_the_wheel_asks_for(installed: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "pip", "--python", installed / "python", "check", cwd=tmp_path)


def test_the_installed_package_carries_its_styles(installed: Path, tmp_path: Path) -> None:
    script = "import bgtui, pathlib; print(pathlib.Path(bgtui.__file__).parent)"
    package = Path(run(installed / "python", "-c", script, cwd=tmp_path).strip())
    assert not package.is_relative_to(ROOT)
    sheets = sorted(path.relative_to(ROOT / "styles") for path in (ROOT / "styles").rglob("*.tcss"))
    assert sheets
    for sheet in sheets:
        assert (package / "styles" / sheet).read_bytes() == (ROOT / "styles" / sheet).read_bytes()
    assert (package / "py.typed").exists()
