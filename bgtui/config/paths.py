"""Where the program keeps its files, by the XDG base directory rules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bgtui.domain.value import frozen

_APP = "bgtui"


@frozen
class Paths:
    """Every file that the program reads or writes on its own account."""

    config_file: Path
    key_file: Path
    log_file: Path
    pins_file: Path
    journal_file: Path
    alerts_file: Path
    export_dir: Path
    """Where the screens write CSV."""


def find_paths(environ: Mapping[str, str]) -> Paths:
    """Return the paths for this environment; relative XDG values are ignored, as the specification asks."""
    config = _base(environ, "XDG_CONFIG_HOME", ".config") / _APP
    state = _base(environ, "XDG_STATE_HOME", ".local/state") / _APP
    return Paths(
        config_file=config / "config.toml",
        key_file=config / "keys.json",
        log_file=state / "bgtui.log",
        pins_file=state / "watch.json",
        journal_file=state / "journal.sqlite3",
        alerts_file=state / "alerts.json",
        export_dir=state / "exports",
    )


def _base(environ: Mapping[str, str], variable: str, fallback: str) -> Path:
    given = environ.get(variable, "")
    if given.startswith("/"):
        return Path(given)
    home = environ.get("HOME", "")
    return (Path(home) if home.startswith("/") else _home_of_user()) / fallback


def _home_of_user() -> Path:
    try:
        return Path("~").expanduser()
    except RuntimeError:  # neither HOME nor an entry in the user database
        return Path("/nonexistent")
