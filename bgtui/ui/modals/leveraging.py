"""The form for leverage and margin mode of one instrument."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from bgtui.domain.facts import Facts
from bgtui.domain.instrument import InstrumentId
from bgtui.domain.intent import Intent, SetLeverage, SetMarginMode
from bgtui.domain.order import MarginMode, PositionMode, PositionSide
from bgtui.session.facts import gather
from bgtui.ui.modals import judging
from bgtui.ui.modals.form import Decision, FormDock
from bgtui.ui.role import Role
from bgtui.ui.view import figure
from bgtui.ui.view.dockframe import Body, Section, labelled, prose
from bgtui.ui.view.glyph import ABOUT
from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.view.number import read_number
from bgtui.ui.view.span import Row
from bgtui.ui.workspace import Workspace


class LeverageDock(FormDock):
    """Leverage of both sides, or of the instrument; margin mode unless it is locked."""

    title: ClassVar[str] = "LEVERAGE"
    kept: ClassVar[tuple[str, ...]] = (*FormDock.kept, "mode")

    def __init__(self, workspace: Workspace, instrument: InstrumentId, *, problem: str = "") -> None:
        """Prefill what is set."""
        super().__init__(workspace, problem=problem)
        self.instrument = instrument
        facts = self.facts()
        self.mode = facts.margin_mode if facts is not None else None
        long = facts.long_leverage if facts is not None else None
        short = facts.short_leverage if facts is not None else None
        self.edits = {
            "long": LineEdit.of(f"{long.normalize():f}" if long is not None else ""),
            "short": LineEdit.of(f"{short.normalize():f}" if short is not None else ""),
        }

    def facts(self) -> Facts | None:
        """Return what is known around it."""
        store = self.workspace.store
        return None if store is None else gather(store, self.instrument)

    def _has_sides(self) -> bool:
        facts = self.facts()
        is_hedge = facts is not None and facts.position_mode is PositionMode.HEDGE
        return is_hedge and self.mode is MarginMode.ISOLATED

    def names(self) -> Sequence[str]:
        """Return the fields."""
        return ("margin", "long", "short") if self._has_sides() else ("margin", "long")

    def label(self, name: str) -> str:
        """Return a field's name."""
        return "leverage" if name == "long" and not self._has_sides() else name

    def value(self, name: str) -> Row | str:
        """Return the margin mode."""
        mode = self.mode.value if self.mode is not None else "?"
        return f"{mode}  (locked)" if self.lock_reason() else mode

    def hint(self, name: str) -> str:
        """Return what was set."""
        facts = self.facts()
        if facts is None:
            return ""
        old = facts.long_leverage if name == "long" else facts.short_leverage
        return f"was {figure.leverage(old)}"

    def heading(self) -> str:
        """Name the instrument."""
        return f"LEVERAGE {self.instrument.symbol}"

    def tag(self) -> str:
        """Name the position mode."""
        facts = self.facts()
        if facts is None or facts.position_mode is None:
            return "mode ?"
        return "hedge" if facts.position_mode is PositionMode.HEDGE else "one-way"

    def lock_reason(self) -> str:
        """Say why the margin mode cannot be changed; empty when it can."""
        facts = self.facts()
        if facts is None:
            return "not known yet"
        legs = sum(leg is not None for leg in (facts.long, facts.short))
        orders = facts.open_orders or 0
        if legs or orders:
            words = f"{_counted(legs, 'leg')} and {_counted(orders, 'order')}"
            return f"locked: {words} on this symbol (Bitget 45117)"
        return ""

    def _number(self, name: str) -> Decimal | None:
        return read_number(self.edits[name].text.strip().rstrip("x")) or None

    def problems(self) -> Sequence[str]:
        """Return why it cannot be sent."""
        facts = self.facts()
        if facts is None or facts.margin_mode is None or facts.position_mode is None:
            return ("The account's modes are not known yet; u asks the exchange.",)
        least = facts.rules.min_leverage or Decimal(1)
        most = facts.rules.max_leverage or Decimal(125)
        for name in self.names()[1:]:
            number = self._number(name)
            if number is None or number != number.to_integral_value():
                return (f"{self.label(name)} is a whole number, as 20",)
            if not least <= number <= most:
                return (f"{number}x is outside {least}x – {most}x",)
        intents = self._intents()
        if not intents:
            return ("Nothing changes yet.",)
        results = (judging.judge(self.workspace, intent, facts) for intent in intents)
        return judging.lines(tuple(result for each in results for result in each if not result.passes))

    def _intents(self) -> list[Intent]:
        facts = self.facts()
        found: list[Intent] = []
        if facts is None or self.mode is None:
            return found
        if self.mode is not facts.margin_mode:
            found.append(SetMarginMode(self.instrument, facts.margin_coin, self.mode))
        sides: tuple[tuple[str, PositionSide | None, Decimal | None], ...]
        if self._has_sides():
            sides = (
                ("long", PositionSide.LONG, facts.long_leverage),
                ("short", PositionSide.SHORT, facts.short_leverage),
            )
        else:
            sides = (("long", None, facts.long_leverage),)
        for name, side, old in sides:
            number = self._number(name)
            if number is not None and (number != old or self.mode is not facts.margin_mode):
                found.append(SetLeverage(self.instrument, facts.margin_coin, number, side))
        return found

    def decision(self) -> Decision | None:
        """Return what changes."""
        if self.problems():
            return None
        return Decision(tuple(self._intents()), f"set {self.instrument.symbol}: {self._words()}")

    def _words(self) -> str:
        mode = self.mode.value if self.mode is not None else "?"
        texts = {name: f"{self.edits[name].text.strip().rstrip('x')}x" for name in self.names()[1:]}
        if len(texts) == 1:
            return f"{mode} {texts['long']}"
        return ", ".join((mode, *(f"{name} {text}" for name, text in texts.items())))

    def sentence(self) -> Sequence[str]:
        """Return what is sent."""
        return (f"SET LEVERAGE {self.instrument.symbol}", self._words())

    def effects(self, width: int) -> Sequence[Body]:
        """Return the range, and what the legs' margin becomes."""
        facts = self.facts()
        if facts is None:
            return ()
        least, most = figure.leverage(facts.rules.min_leverage), figure.leverage(facts.rules.max_leverage)
        rows: list[Body] = [labelled("allowed", f"{least} – {most}"), Section("margin of the legs")]
        for name, leg in (("long", facts.long), ("short", facts.short)):
            number = self._number(name if self._has_sides() else "long")
            if leg is not None and number:
                after = leg.size * leg.entry_price / number
                change = f"{figure.money(leg.margin)} → {ABOUT}{figure.money(after)}"
                rows.append(labelled(name, change))
        if reason := self.lock_reason():
            rows += [Section(), *prose(f"The margin mode is {reason}.", width, Role.MUTED)]
        return rows

    def choose(self, name: str, steps: int) -> None:
        """Crossed or isolated, unless that is locked."""
        if name == "margin" and not self.lock_reason():
            is_isolated = self.mode is MarginMode.ISOLATED
            self.mode = MarginMode.CROSSED if is_isolated else MarginMode.ISOLATED

    def step(self, name: str, steps: int) -> None:
        """Move the leverage by ones."""
        number = (self._number(name) or Decimal(0)) + steps
        facts = self.facts()
        most = facts.rules.max_leverage if facts is not None and facts.rules.max_leverage else Decimal(125)
        self.edits[name] = LineEdit.of(f"{min(max(number, Decimal(1)), most):f}")


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
