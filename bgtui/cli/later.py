"""Modules that the first book does without: forms and the other screens, loaded when they are asked for.

Whoever imports one of them in the usual way gets an empty module, which loads itself when a name of it is
looked up; once the market is on the screen all of them are loaded one after another, so that no key waits.
"""

from __future__ import annotations

import asyncio
import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType

LATER = (
    "bgtui.ui.flows",
    "bgtui.ui.modals.amending",
    "bgtui.ui.modals.arming",
    "bgtui.ui.modals.goto",
    "bgtui.ui.modals.help",
    "bgtui.ui.modals.killing",
    "bgtui.ui.modals.leaving",
    "bgtui.ui.modals.palette",
    "bgtui.ui.modals.picker",
    "bgtui.ui.modals.replanning",
    "bgtui.ui.modals.ticket",
)
"""Imported as modules by what is there from the start, never name by name."""
QUIET_S = 1.5
"""Seconds after the session is there before anything else is loaded."""
_PAUSE_S = 0.05


class Later(ModuleType):
    """A module that loads itself when the first of its names is looked up."""

    def __getattr__(self, name: str) -> object:
        """Load, and return the name."""
        load(self)
        return getattr(self, name)


def defer(names: tuple[str, ...] = LATER) -> None:
    """Have these modules loaded at their first use; those that are there already stay as they are."""
    for name in names:
        if name in sys.modules or (spec := find_spec(name)) is None:
            continue
        module = module_from_spec(spec)
        module.__class__ = Later
        sys.modules[name] = module


def load(module: ModuleType) -> None:
    """Load a module that was deferred; any other is left alone."""
    spec = module.__spec__
    if isinstance(module, Later) and spec is not None and spec.loader is not None:
        object.__setattr__(module, "__class__", ModuleType)
        spec.loader.exec_module(module)


async def load_all(opened: asyncio.Event) -> None:
    """Load what was deferred, and every screen, once the market is on the screen."""
    from bgtui.ui.screens.registry import MODULES

    await opened.wait()
    await asyncio.sleep(QUIET_S)
    for name in (*LATER, *MODULES):
        load(import_module(name))
        await asyncio.sleep(_PAUSE_S)
