"""The first steps of a command that needs settings: read them, open the log, say where it leads."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bgtui.bootstrap.child import Child
from bgtui.bootstrap.embedded import settle
from bgtui.cli.log import LOG
from bgtui.cli.output import say
from bgtui.config.commandline import CommandLine, working_directory
from bgtui.config.load import load
from bgtui.config.paths import find_paths
from bgtui.config.settings import Settings
from bgtui.config.venue import Venue
from bgtui.domain.secret import Credentials


def start(typed: CommandLine) -> Settings:
    """Read the settings and open the log, which learns the secrets before anything else can.

    Raises:
        ConfigError: the settings cannot be used.
    """
    settings = load(typed, os.environ, working_directory())
    if settings.credentials is not None:
        LOG.redactor.learn(_secrets(settings.credentials))
    LOG.open(settings.log_file or find_paths(os.environ).log_file, settings.log_level.value)
    return settings


@asynccontextmanager
async def settled(settings: Settings, started: Child | None = None) -> AsyncIterator[Settings]:
    """Yield settings that lead to an exchange: where nothing is set, to a simulator for the block alone.

    Raises:
        NetworkError: the simulator did not start.
    """
    async with settle(settings, started) as found:
        if found.is_embedded and found.credentials is not None:
            LOG.redactor.learn(_secrets(found.credentials))
            if settings.credentials is not None:
                source = settings.origin("api_key").rpartition(" in ")[2]
                say(f"the key from {source} is not used: the simulator has keys of its own; see --env")
        yield found


def announce(settings: Settings, venue: Venue) -> None:
    """Say on stderr which environment, host and account are used."""
    key = f"account {settings.account_label}" if settings.credentials is not None else "no key"
    kind = f"{venue.environment.value}{' (embedded)' if settings.is_embedded else ''}"
    say(f"{kind} · {', '.join(venue.hosts)} · {key}")


def _secrets(credentials: Credentials) -> list[str]:
    parts = (credentials.api_key, credentials.passphrase, credentials.secret, credentials.private_key_pem)
    return [part.reveal() for part in parts if part is not None]
