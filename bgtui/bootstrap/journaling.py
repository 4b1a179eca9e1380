"""The journal of a run that may trade: which file, under which name, and who writes in it."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

from bgtui.config.settings import Settings, locate
from bgtui.config.venue import Environment
from bgtui.domain.account import KeyInfo
from bgtui.domain.event import Event
from bgtui.domain.journal import Origin
from bgtui.session.ids import new_instance
from bgtui.session.journal import Journal, JournalThread
from bgtui.session.journal_file import JournalFile
from bgtui.session.recovery import Run
from bgtui.session.runlock import RunLock

EMBEDDED_HOST = "embedded"


def origin_of(settings: Settings, info: KeyInfo) -> Origin:
    """Return which account of which exchange these settings lead to.

    Every simulator is an exchange of its own, told apart by when its accounts were opened.
    """
    is_sim = settings.environment is Environment.SIM
    address = urlsplit(locate(settings).rest_url)
    host = EMBEDDED_HOST if settings.is_embedded else address.netloc if is_sim else address.hostname or ""
    exchange = str(info.registered_ms) if is_sim else ""
    return Origin(settings.environment.value, host, info.user_id, exchange)


def open_journal(
    stack: AsyncExitStack,
    path: Path,
    origin: Origin,
    *,
    rng: random.Random,
    now_ms: Callable[[], int],
    apply: Callable[[Event], object],
) -> tuple[Journal, Run]:
    """Return the journal, closed with the stack, and what this run is called in it.

    Nothing is read or written yet: a journal that cannot be used stops sending, not looking.
    """
    instance = new_instance(origin.environment, rng)
    lock = RunLock(path.parent, instance)

    def open_file() -> JournalFile:
        if not lock.is_held:
            lock.take()
        file = JournalFile(path)
        file.begin(instance, origin, now_ms())
        return file

    journal = Journal(open_file, JournalThread(), apply)
    stack.callback(lock.release)
    stack.push_async_callback(journal.close)
    return journal, Run(instance, origin, lock.is_alive)
