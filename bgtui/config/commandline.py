"""What was typed on the command line about settings; free of pydantic, so that `--help` stays cheap."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bgtui.config.paths import find_paths
from bgtui.config.venue import EMBEDDED_PROFILES, URL_FIELDS
from bgtui.domain.error import ConfigError
from bgtui.domain.value import frozen

ENV_PREFIX = "BGTUI_"
"""Of every variable that is a setting."""
_LEADS_AWAY = ("environment", "profile", *URL_FIELDS)


@frozen
class CommandLine:
    """It outranks every source, and is the only one that may allow a host."""

    profile: str | None = None
    environment: str | None = None
    read_only: bool = False
    allow_hosts: tuple[str, ...] = ()
    trade: bool = False
    """Asked to trade: lifts the read-only default of live."""
    config_file: Path | None = None
    """Instead of the one in the configuration folder; then it must exist."""

    def over(self, other: CommandLine) -> CommandLine:
        """Return both, this one winning: options may stand before and after the command's name."""
        return CommandLine(
            self.profile or other.profile,
            self.environment or other.environment,
            self.read_only or other.read_only,
            self.allow_hosts + other.allow_hosts,
            trade=self.trade or other.trade,
            config_file=self.config_file or other.config_file,
        )


def working_directory() -> Path:
    """Return the folder that the program was started in.

    Raises:
        ConfigError: it has been removed since.
    """
    try:
        return Path.cwd()
    except OSError:
        raise ConfigError("the working directory does not exist any more", hint="cd to another") from None


def is_nothing_set(typed: CommandLine, environ: Mapping[str, str], folder: Path) -> bool:
    """Tell whether the embedded simulator is meant, without reading any settings.

    True is certain: there is no place where another exchange could be set. False says nothing.
    """
    paths = find_paths(environ)
    set_names = {name.upper() for name, value in environ.items() if value}
    return (
        typed.environment in (None, "sim")
        and typed.profile in (None, *EMBEDDED_PROFILES)
        and typed.config_file is None
        and not any(ENV_PREFIX + name.upper() in set_names for name in _LEADS_AWAY)
        and not any(path.exists() for path in (folder / ".env", paths.config_file, paths.key_file))
    )
