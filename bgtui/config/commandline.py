"""What was typed on the command line about settings; free of pydantic, so that `--help` stays cheap."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CommandLine:
    """It outranks every source, and is the only one that may allow a host."""

    profile: str | None = None
    environment: str | None = None
    read_only: bool = False
    allow_hosts: tuple[str, ...] = ()
    config_file: Path | None = None
    """Instead of the one in the configuration folder; then it must exist."""

    def over(self, other: CommandLine) -> CommandLine:
        """Return both, this one winning: options may stand before and after the command's name."""
        return CommandLine(
            self.profile or other.profile,
            self.environment or other.environment,
            self.read_only or other.read_only,
            self.allow_hosts + other.allow_hosts,
            self.config_file or other.config_file,
        )
