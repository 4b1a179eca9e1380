"""What judges intents and counts the day, built for one account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bgtui.config.settings import Settings
from bgtui.domain.instrument import ProductType
from bgtui.domain.journal import Origin
from bgtui.domain.question import Question
from bgtui.session.dayfile import DayFile
from bgtui.session.guard import Guard
from bgtui.session.losses import Losses, NoMemory
from bgtui.store.store import Store


def build_guard(
    settings: Settings,
    store: Store,
    products: Sequence[ProductType],
    origin: Origin,
    folder: Path,
    *,
    now_ms: Callable[[], int],
    ask: Callable[[Question[Any]], None],
    lock: Callable[[int, str], None],
) -> tuple[Guard, Losses]:
    """Return what judges every intent, and what counts the day and locks.

    Args:
        settings: Whose limits hold.
        store: Where the account is.
        products: Product types that are followed.
        origin: Which account of which exchange it is: whose day is remembered.
        folder: The program's state folder.
        now_ms: Exchange time, Unix milliseconds.
        ask: Has a question asked.
        lock: Locks until a time, with a line for the person.
    """
    names = (origin.environment, origin.host, origin.account, origin.exchange)
    # An embedded simulator ends with the run, and its account with it.
    memory = NoMemory() if settings.is_embedded else DayFile(folder, "|".join(names))
    losses = Losses(store, settings.limits, products, now_ms=now_ms, memory=memory, ask=ask, lock=lock)
    losses.judge()
    guard = Guard(store, settings.limits, now_ms=now_ms, day=losses.figures, ask=ask)
    return guard, losses
