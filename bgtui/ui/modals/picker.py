"""Find a symbol: letters filter, tab changes the market, space pins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.fuzzy import Matcher

from bgtui.domain.instrument import MARKETS, InstrumentId
from bgtui.ui.keys import Context
from bgtui.ui.modals.line import ChoiceDock
from bgtui.ui.view import finding
from bgtui.ui.view.span import Row
from bgtui.ui.workspace import Workspace


def fuzzy(query: str, candidate: str) -> float:
    """Tell how well a candidate matches; 0 is not at all."""
    return Matcher(query).match(candidate)


class PickerDock(ChoiceDock[InstrumentId]):
    """Its answer is the instrument to show."""

    contexts: ClassVar[tuple[Context, ...]] = (Context.PICKER,)

    def __init__(self, workspace: Workspace, *, pin: Callable[[InstrumentId], None]) -> None:
        """Begin with the market that is shown."""
        super().__init__(workspace)
        shown = workspace.instrument
        self._product = shown.product_type if shown is not None else workspace.identity.product_type
        self._pin = pin

    def offered(self) -> finding.Offer:
        """Return what matches now."""
        store = self.workspace.store
        listed = store.instruments(self._product) if store is not None else None
        if listed is None and self.workspace.session is not None:
            self.workspace.session.list_instruments(self._product)
        held = finding.held_in(store, self.workspace.identity.product_types) if store is not None else ()
        return finding.offer(
            listed, self._product, self.line.text,
            pinned=self.workspace.watch_list, held=held, score=fuzzy,
        )  # fmt: skip

    def content(self, width: int, height: int) -> Sequence[Row]:
        """Return the dock."""
        store = self.workspace.store
        if store is None:
            return []
        offered = self.offered()
        at = self.hold(len(offered.found))
        return finding.picker_rows(offered, self.line, at, store, width, height)

    def takes_text(self, chord: str) -> bool:
        """Take every character but the blank, which pins."""
        return chord != "space"

    def do_picker_up(self) -> None:
        """Choose the line above."""
        self.go(-1)

    def do_picker_down(self) -> None:
        """Choose the line below."""
        self.go(1)

    def do_picker_product(self) -> None:
        """Look in the next market."""
        self._product = MARKETS[(MARKETS.index(self._product) + 1) % len(MARKETS)]
        self.at = 0
        self.draw()

    def do_picker_watch(self) -> None:
        """Pin the chosen one to the watch list, or take it off."""
        found = self.offered().found
        if found:
            self._pin(found[self.hold(len(found))].id)
            self.draw()

    def do_picker_take(self) -> None:
        """Go to the chosen one."""
        found = self.offered().found
        if found:
            self.close(found[self.hold(len(found))].id)

    def do_picker_back(self) -> None:
        """Leave."""
        self.close()
