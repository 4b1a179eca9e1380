"""A small dock that asks for a price the ladder goes to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import ClassVar

from bgtui.domain.instrument import Instrument
from bgtui.ui.keys import Context
from bgtui.ui.modals.line import LineDock
from bgtui.ui.role import Role
from bgtui.ui.view import figure
from bgtui.ui.view.dockframe import frame
from bgtui.ui.view.pricetext import Prices, Read, read_price
from bgtui.ui.view.span import Row, Span
from bgtui.ui.workspace import Workspace


class GotoDock(LineDock[Decimal]):
    """Answers with a price."""

    contexts: ClassVar[tuple[Context, ...]] = (Context.PICKER,)

    def __init__(self, workspace: Workspace, rules: Instrument, prices: Callable[[], Prices]) -> None:
        """Ask for a price of this instrument; ``prices`` tells what the words stand for."""
        super().__init__(workspace)
        self._rules = rules
        self._prices = prices

    def content(self, width: int, height: int) -> Sequence[Row]:
        """Return the dock."""
        read = self._read()
        places = self._rules.price_places
        if read.problem:
            answer = Span(f" {read.problem}", Role.WARN)
        elif read.value is None:
            answer = Span(" 67238, bid, ask, mark, +50, -1%", Role.MUTED)
        else:
            answer = Span(f" row of {figure.price(read.value, places)}", Role.MUTED)
        body = [
            (Span("►", Role.ACCENT), Span("price    ", Role.ACCENT), *self.line.rows(is_focused=True)),
            (answer,),
        ]
        keys = ("enter go" if read.value is not None else "", "esc leave")
        return frame(f"GO TO {self._rules.symbol}", "", body, keys, width, height)

    def _read(self) -> Read:
        return read_price(self.line.text, self._rules, self._prices())

    def do_picker_take(self) -> None:
        """Go there, when it is a price."""
        read = self._read()
        if read.value is not None and read.value > 0:
            self.close(read.value)

    def do_picker_back(self) -> None:
        """Leave."""
        self.close()
