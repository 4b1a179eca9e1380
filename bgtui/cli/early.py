"""What is begun before anything heavy is imported."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bgtui.bootstrap.child import Child
from bgtui.config.commandline import CommandLine, is_nothing_set, working_directory


@asynccontextmanager
async def started_early(typed: CommandLine) -> AsyncIterator[Child | None]:
    """Start the simulator now when it will surely be needed: it starts while the settings are being read."""
    if not is_nothing_set(typed, os.environ, working_directory()):
        yield None
        return
    async with Child() as child:
        yield child
