"""``[alerts]`` of config.toml: how alerts are told."""

from __future__ import annotations

from pathlib import Path

from bgtui.domain.error import ConfigError
from bgtui.domain.value import frozen

TABLE = "alerts"
MAX_ARGUMENTS = 64


@frozen
class AlertTable:
    """What the table says, or what holds without it."""

    command: tuple[str, ...] = ()
    """Program and arguments run for each alert; ``{text}`` and ``{kind}`` stand for it. Never a shell."""
    has_bell: bool = True


def read_alerts(path: Path, table: object) -> AlertTable:
    """Return what the table says; only config.toml may name a program, since it is the person's own.

    Raises:
        ConfigError: it is no such table.
    """
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: {TABLE} must be a table such as [{TABLE}]")
    for name in table:
        if name not in ("command", "bell"):
            raise ConfigError(f"{path}: [{TABLE}] {name!a} is no setting", hint="there are command and bell")
    command, bell = table.get("command", []), table.get("bell", True)
    if not isinstance(bell, bool):
        raise ConfigError(f"{path}: [{TABLE}] bell must be true or false")
    is_list = isinstance(command, list) and len(command) <= MAX_ARGUMENTS
    if not is_list or not all(isinstance(part, str) and "\0" not in part for part in command):
        raise ConfigError(
            f"{path}: [{TABLE}] command must be a list of text: a program and its arguments",
            hint='command = ["notify-send", "bgtui", "{text}"]',
        )
    if command and (not command[0].strip() or "{" in command[0]):
        raise ConfigError(f"{path}: [{TABLE}] command must begin with the name of a program")
    return AlertTable(tuple(command), bell)
