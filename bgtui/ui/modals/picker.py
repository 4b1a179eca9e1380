"""Find a symbol: letters filter, tab changes the market, space pins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.fuzzy import Matcher

from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.ui.keys import Context
from bgtui.ui.modals.dock import Dock
from bgtui.ui.view import finding
from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.view.span import Row
from bgtui.ui.workspace import Workspace

_PRODUCTS = (
    ProductType.USDT_FUTURES,
    ProductType.USDC_FUTURES,
    ProductType.COIN_FUTURES,
    ProductType.SPOT,
)


def fuzzy(query: str, candidate: str) -> float:
    """Tell how well a candidate matches; 0 is not at all."""
    return Matcher(query).match(candidate)


class PickerDock(Dock[InstrumentId]):
    """Its answer is the instrument to show."""

    contexts: ClassVar[tuple[Context, ...]] = (Context.PICKER,)

    def __init__(self, workspace: Workspace, *, pin: Callable[[InstrumentId], None]) -> None:
        """Begin with the market that is shown."""
        super().__init__(workspace)
        shown = workspace.instrument
        self._product = shown.product_type if shown is not None else workspace.identity.product_type
        self._line = LineEdit()
        self._at = 0
        self._pin = pin

    def offered(self) -> finding.Offer:
        """Return what matches now."""
        store = self.workspace.store
        listed = store.instruments(self._product) if store is not None else None
        if listed is None and self.workspace.session is not None:
            self.workspace.session.list_instruments(self._product)
        held = finding.held_in(store, self.workspace.identity.product_types) if store is not None else ()
        return finding.offer(
            listed, self._product, self._line.text,
            pinned=self.workspace.watch_list, held=held, score=fuzzy,
        )  # fmt: skip

    def content(self, width: int, height: int) -> Sequence[Row]:
        """Return the dock."""
        store = self.workspace.store
        if store is None:
            return []
        offered = self.offered()
        self._at = min(self._at, max(len(offered.found) - 1, 0))
        return finding.picker_rows(offered, self._line, self._at, store, width, height)

    def takes_text(self, chord: str) -> bool:
        """Take every character but the blank, which pins."""
        return chord != "space"

    def type_text(self, text: str) -> None:
        """Narrow what is offered."""
        self._set(self._line.insert(text))

    def paste(self, text: str) -> None:
        """Narrow what is offered."""
        self._set(self._line.insert(text))

    def edit(self, chord: str) -> bool:
        """Edit the line."""
        edited = self._line.press(chord)
        if edited is not None:
            self._set(edited)
        return edited is not None

    def _set(self, edited: LineEdit) -> None:
        if edited.text != self._line.text:
            self._at = 0
        self._line = edited
        self.draw()

    def do_picker_up(self) -> None:
        """Choose the line above."""
        self._at = max(self._at - 1, 0)
        self.draw()

    def do_picker_down(self) -> None:
        """Choose the line below."""
        self._at += 1
        self.draw()

    def do_picker_product(self) -> None:
        """Look in the next market."""
        self._product = _PRODUCTS[(_PRODUCTS.index(self._product) + 1) % len(_PRODUCTS)]
        self._at = 0
        self.draw()

    def do_picker_watch(self) -> None:
        """Pin the chosen one to the watch list, or take it off."""
        found = self.offered().found
        if found:
            self._pin(found[self._at].id)
            self.draw()

    def do_picker_take(self) -> None:
        """Go to the chosen one."""
        found = self.offered().found
        if found:
            self.close(found[self._at].id)

    def do_picker_back(self) -> None:
        """Leave."""
        self.close()
