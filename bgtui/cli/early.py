"""What is begun before anything heavy is imported."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bgtui.bootstrap.child import Child
from bgtui.config.commandline import CommandLine, is_nothing_set, working_directory
from bgtui.domain.error import ConfigError


@asynccontextmanager
async def started_early(typed: CommandLine) -> AsyncIterator[Child | None]:
    """Start the simulator now when it will surely be needed: it starts while the settings are being read."""
    if not _is_certain(typed):
        yield None
        return
    async with Child() as child:
        yield child


def _is_certain(typed: CommandLine) -> bool:
    """Tell whether no other exchange can be set; what cannot be looked at is told when settings are read."""
    try:
        return is_nothing_set(typed, os.environ, working_directory())
    except (ConfigError, OSError):
        return False
