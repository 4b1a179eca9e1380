"""The forms of a leader's settings: one instrument lent to copying, and the switches of the account."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from bgtui.domain import question
from bgtui.domain.copyintent import (
    LeadSwitch,
    LeadSymbolChange,
    SetLeadSwitch,
    SetLeadSymbols,
    SymbolChange,
)
from bgtui.domain.copytrade import MAX_RATIO, LeadSymbol
from bgtui.domain.instrument import ProductType
from bgtui.ui.modals.form import Decision, FormDock
from bgtui.ui.role import Role
from bgtui.ui.view import figure
from bgtui.ui.view.dockframe import Body, Section, labelled, prose
from bgtui.ui.view.glyph import NONE
from bgtui.ui.view.leading import SWITCHES
from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.view.number import read_number
from bgtui.ui.view.span import Row
from bgtui.ui.workspace import Workspace


class LeadSymbolDock(FormDock):
    """Whether an instrument may be copied, and on futures where copies take profit and stop."""

    title: ClassVar[str] = "LEND"
    kept: ClassVar[tuple[str, ...]] = (*FormDock.kept, "is_on")

    def __init__(self, workspace: Workspace, symbol: LeadSymbol, *, problem: str = "") -> None:
        """Prefill what is set."""
        super().__init__(workspace, problem=problem)
        self.first = symbol
        self.is_on = symbol.is_enabled
        if self.has_ratios:
            self.edits = {
                "take": LineEdit.of(_text(symbol.take_profit_ratio)),
                "stop": LineEdit.of(_text(symbol.stop_loss_ratio)),
            }

    @property
    def has_ratios(self) -> bool:
        """Tell whether there are TP/SL ratios: on futures."""
        return self.first.instrument.product_type.is_futures

    @property
    def symbol(self) -> LeadSymbol:
        """The instrument's settings as they are now known."""
        store = self.workspace.store
        product = self.first.instrument.product_type
        found = None if store is None else store.answer(question.lead_symbols(product)).value
        return next((each for each in found or () if each.instrument == self.first.instrument), self.first)

    def heading(self) -> str:
        """Name the instrument."""
        return f"{self.title} {self.first.instrument.symbol}"

    def names(self) -> Sequence[str]:
        """Return the fields."""
        return ("copying", "take", "stop") if self.has_ratios and self.is_on else ("copying",)

    def label(self, name: str) -> str:
        """Return a field's name."""
        return {"copying": "copying", "take": "TP ratio", "stop": "SL ratio"}[name]

    def value(self, name: str) -> Row | str:
        """Return whether it is lent."""
        return f"◄ {'on' if self.is_on else 'off'} ►"

    def hint(self, name: str) -> str:
        """Return the unit; of no ratio, that there is none."""
        return "%" if name in self.edits and self.edits[name].text else "none"

    def choose(self, name: str, steps: int) -> None:
        """On or off."""
        self.is_on = not self.is_on

    def step(self, name: str, steps: int) -> None:
        """Move a ratio by whole percents."""
        number = min(max((self._ratio(name) or Decimal(0)) + steps, Decimal(1)), Decimal(MAX_RATIO))
        self.edits[name] = LineEdit.of(_text(number))

    def _ratio(self, name: str) -> Decimal | None:
        text = self.edits[name].text.strip().rstrip("%") if name in self.edits else ""
        number = read_number(text.strip())
        return Decimal("NaN") if text and number is None else number

    def problems(self) -> Sequence[str]:
        """Return why it cannot be sent."""
        for name in self.names()[1:]:
            ratio = self._ratio(name)
            is_whole = ratio is not None and ratio.is_finite() and ratio == ratio.to_integral_value()
            if ratio is not None and not (is_whole and 1 <= ratio <= MAX_RATIO):
                return (f"{self.label(name)} is a whole percent from 1 to {MAX_RATIO}, or empty for none",)
        return () if self._change() is not None else ("Nothing changes yet.",)

    def _change(self) -> LeadSymbolChange | None:
        now, name = self.symbol, self.first.instrument
        if not self.is_on:
            return LeadSymbolChange(name, SymbolChange.DELETE) if now.is_enabled else None
        take, stop = self._ratio("take"), self._ratio("stop")
        if not now.is_enabled:
            return LeadSymbolChange(name, SymbolChange.ADD, take, stop)
        if (take, stop) == (now.take_profit_ratio, now.stop_loss_ratio) or not self.has_ratios:
            return None
        return LeadSymbolChange(name, SymbolChange.UPDATE, take, stop)

    def decision(self) -> Decision | None:
        """Return the change."""
        if self.problems():
            return None
        change = self._change()
        if change is None:
            return None
        intent = SetLeadSymbols(self.first.instrument.product_type, (change,))
        return Decision((intent,), f"copying of {self.first.instrument.symbol}: {self._words()}")

    def _words(self) -> str:
        if not self.is_on:
            return "off"
        if not self.has_ratios:
            return "on"
        return f"on, TP {_said(self._ratio('take'))} SL {_said(self._ratio('stop'))}"

    def sentence(self) -> Sequence[str]:
        """Return what is sent."""
        return (f"COPYING OF {self.first.instrument.symbol}", self._words())

    def effects(self, width: int) -> Sequence[Body]:
        """Return what the exchange allows, and whom it touches."""
        now = self.symbol
        rows: list[Body] = [Section("now")]
        rows.append(labelled("copying", "on" if now.is_enabled else "off"))
        if self.has_ratios:
            ratios = f"TP {_said(now.take_profit_ratio)} SL {_said(now.stop_loss_ratio)}"
            rows.append(labelled("ratios", ratios))
            rows.append(labelled("most", f"{figure.leverage(now.max_leverage)} leverage"))
        rows.append(labelled("least", f"{figure.plain(now.min_open_size)} an order"))
        rows += prose("orders already open stay tracked", width - 2, Role.MUTED)
        return rows


class LeadSwitchDock(FormDock):
    """One switch of a futures leader; how it stands now, no request of v2 tells."""

    title: ClassVar[str] = "LEADER SWITCH"
    kept: ClassVar[tuple[str, ...]] = (*FormDock.kept, "switch", "is_on")

    def __init__(
        self, workspace: Workspace, product_type: ProductType, switch: LeadSwitch, *, problem: str = ""
    ) -> None:
        """Begin with off: whoever opens this mostly wants less to be seen.

        The cursor stands on the turn: the row has chosen the switch, and an arrow key must not change it.
        """
        super().__init__(workspace, problem=problem)
        self.field = "turn"
        self.product_type = product_type
        self.switch = switch
        self.is_on = False

    def names(self) -> Sequence[str]:
        """Return the fields."""
        return ("switch", "turn")

    def value(self, name: str) -> Row | str:
        """Return what is chosen."""
        if name == "switch":
            return f"◄ {SWITCHES[self.switch]} ►"
        return f"◄ {'on' if self.is_on else 'off'} ►"

    def choose(self, name: str, steps: int) -> None:
        """Take another switch, or turn it."""
        if name == "turn":
            self.is_on = not self.is_on
            return
        every = list(LeadSwitch)
        self.switch = every[(every.index(self.switch) + steps) % len(every)]

    def problems(self) -> Sequence[str]:
        """Return why it cannot be sent: spot has no request for it."""
        if self.product_type.is_futures:
            return ()
        return ("Spot has no request for this: it is switched on Bitget's site.",)

    def decision(self) -> Decision | None:
        """Return the change."""
        if self.problems():
            return None
        words = f"{SWITCHES[self.switch]}: {'on' if self.is_on else 'off'}"
        return Decision((SetLeadSwitch(self.product_type, self.switch, self.is_on),), words)

    def sentence(self) -> Sequence[str]:
        """Return what is sent."""
        return (SWITCHES[self.switch].upper(), "on" if self.is_on else "off")

    def effects(self, width: int) -> Sequence[Body]:
        """Return what is not known, and what follows."""
        lines = ["How it stands now is not told by Bitget's API."]
        if self.switch is LeadSwitch.ENABLED and not self.is_on:
            lines.append("Off: nobody can copy this account; open copies stay.")
        return [Section("mind"), *(row for line in lines for row in prose(line, width - 2, Role.MUTED))]


def _text(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _said(value: Decimal | None) -> str:
    return NONE if value is None else f"{_text(value)}%"
