"""What the snapshot tests take pictures of: a state of the terminal, and how to get there."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from textual.pilot import Pilot

from bgtui.ui import modals
from bgtui.ui.modals.dock import Dock
from bgtui.ui.modals.form import FormDock
from tests.support import scene
from tests.support.forms import keys
from tests.support.terminal import Prepared, Terminal, prepare

SIZES = ((80, 24), (120, 40), (200, 50))
"""Columns and rows that every picture is taken at."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One state: a screen of the made-up account, what happens there, and the keys that are pressed."""

    screen: str
    keys: str = ""
    """As `tests.support.forms.keys` takes them."""
    dock: type[Dock[Any]] | None = None
    """What is open then, on top."""
    is_review: bool = False
    """Whether that is a form under review."""
    begin: Callable[[Terminal], Awaitable[None]] | None = None
    """What happens before the keys."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Of `tests.support.terminal.prepare`."""

    def prepare(self) -> Prepared:
        """Return the program that it is taken of."""
        return prepare(**{"events": scene.events(), "identity": scene.IDENTITY, **self.options})

    async def arrange(self, prepared: Prepared, pilot: Pilot[Any]) -> Terminal:
        """Bring the program there, and check that it has arrived."""
        terminal = await prepared.load(pilot, self.screen)
        if self.begin is not None:
            await self.begin(terminal)
        await keys(terminal, self.keys)
        await terminal.settle()
        top = terminal.app.asking.docks[-1] if terminal.app.asking.docks else None
        assert type(top) is (self.dock or type(None)), (top, terminal.screen_text())
        assert getattr(top, "frozen", None) is None or self.is_review, terminal.screen_text()
        assert not self.is_review or getattr(top, "frozen", None) is not None, terminal.screen_text()
        return terminal


def dock_types() -> set[type[Dock[Any]]]:
    """Return every kind of dock that the program has, save those that others are made of."""
    for module in pkgutil.iter_modules(modals.__path__):
        importlib.import_module(f"{modals.__name__}.{module.name}")
    found: set[type[Dock[Any]]] = set()
    queue: list[type[Dock[Any]]] = [Dock]
    while queue:
        kind = queue.pop()
        below = [each for each in kind.__subclasses__() if each.__module__.startswith("bgtui.")]
        queue += below
        if not below:
            found.add(kind)
    return found


def form_types() -> set[type[Dock[Any]]]:
    """Return every form that ends in a review."""
    return {kind for kind in dock_types() if issubclass(kind, FormDock)}
