"""The form for take profit and stop loss of a leg."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import ClassVar

from bgtui.domain.account import Position
from bgtui.domain.instrument import InstrumentId, is_on_step
from bgtui.domain.intent import (
    CancelPlans,
    Intent,
    OrderRef,
    PositionTpsl,
)
from bgtui.domain.order import (
    PlanKind,
    PositionSide,
    TriggerType,
)
from bgtui.ui.modals.form import Decision
from bgtui.ui.modals.leg import LegDock
from bgtui.ui.role import Role
from bgtui.ui.view import figure, triggered
from bgtui.ui.view.dockframe import Body, Section, labelled
from bgtui.ui.view.glyph import NONE
from bgtui.ui.view.leg import before_liquidation, net, taker_rate
from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.view.positions import LegView
from bgtui.ui.view.pricetext import Prices, Read, read_price, slip
from bgtui.ui.view.span import Row, Span
from bgtui.ui.view.triggered import Outcome
from bgtui.ui.workspace import Workspace


class ProtectDock(LegDock):
    """Take profit and stop loss of a whole leg; both always go together."""

    title: ClassVar[str] = "TP/SL"
    kept: ClassVar[tuple[str, ...]] = (*LegDock.kept, "trigger")

    def __init__(self, workspace: Workspace, leg: Position, *, problem: str = "") -> None:
        """Prefill what there is."""
        super().__init__(workspace, leg, problem=problem)
        shown = self.shown
        self.trigger = _trigger_of(shown)
        places = shown.places if shown is not None else 2
        take = shown.take_profit if shown is not None else None
        stop = shown.stop_loss if shown is not None else None
        self.edits = {
            "take": LineEdit.of(figure.price(take, places) if take else ""),
            "stop": LineEdit.of(figure.price(stop, places) if stop else ""),
        }
        self.had = (take, stop)

    def names(self) -> Sequence[str]:
        """Return the fields."""
        return ("take", "stop", "by")

    def label(self, name: str) -> str:
        """Return a field's name."""
        return {"take": "TP at", "stop": "SL at", "by": "by/then"}[name]

    def value(self, name: str) -> Row | str:
        """Return what pulls the trigger."""
        return f"{self.trigger.value} / market"

    def hint(self, name: str) -> str:
        """Return how far from mark it is."""
        facts, price = self.facts(), self._price(name)
        return "" if facts is None else triggered.away(price, facts.mark)

    def markets(self) -> Collection[InstrumentId]:
        """Return the leg's instrument."""
        return (self.first.instrument,)

    def hints_by_market(self) -> Collection[str]:
        """Return both prices: what they give goes by the leg's entry, only their distance by mark."""
        return ("take", "stop")

    def _read(self, name: str) -> Read:
        facts, leg = self.facts(), self.leg
        if facts is None or leg is None or name not in self.edits:
            return Read(None)
        words = Prices(facts.bid, facts.ask, facts.last, facts.mark, leg.entry_price)
        return read_price(self.edits[name].text, facts.rules, words, base=leg.entry_price)

    def _price(self, name: str) -> Decimal | None:
        return self._read(name).value

    def subject(self) -> InstrumentId | None:
        """Return the leg's instrument."""
        return self.first.instrument

    def figures(self) -> tuple[Decimal | None, Decimal | None]:
        """Return the price that does not fit, if one does not."""
        facts, both = self.facts(), (self._price("take"), self._price("stop"))
        if facts is None:
            return None, None
        fit = facts.rules.tick
        return next((price for price in both if price is not None and not is_on_step(price, fit)), None), None

    def _both(self) -> tuple[Decimal | None, Decimal | None]:
        """Return take profit and stop loss as the form stands, or as frozen for the review."""
        if self.frozen is None:
            return self._price("take"), self._price("stop")
        set_now = [each for each in self.frozen.intents if isinstance(each, PositionTpsl)]
        return (set_now[0].take_profit, set_now[0].stop_loss) if set_now else (None, None)

    def before(self, width: int) -> Sequence[Body]:
        """Return the leg."""
        shown = self.shown
        if shown is None:
            return ()
        text = f"{self.qty(shown.leg.size)} @ {self.px(shown.leg.entry_price)}"
        return [labelled("leg", text), labelled("covers", "whole leg")]

    def problems(self) -> Sequence[str]:
        """Return what is wrong with the prices."""
        if gone := self.gone():
            return gone
        shown, facts = self.shown, self.facts()
        if shown is None or facts is None:
            return ("The instrument's rules are not known yet; a moment.",)
        reference = facts.reference
        sign = 1 if shown.leg.side is PositionSide.LONG else -1
        lines: list[str] = []
        for (name, label, wanted), had in zip(
            (("take", "TP", sign), ("stop", "SL", -sign)), self.had, strict=True
        ):
            text = self.edits[name].text.strip()
            read = self._read(name)
            price = read.value
            if text and price is None:
                lines.append(f"{label}: {text[:16]} is no price; type 68000, +50 or 1%")
            elif price is not None and (price <= 0 or not is_on_step(price, facts.rules.tick)):
                lines.append(f"{label} {price} is off the tick of {facts.rules.tick}")
            elif price is not None and reference is not None and (price - reference) * wanted <= 0:
                lines.append(
                    f"{label} must be {'above' if wanted > 0 else 'below'} {reference}: it would fire now"
                )
            elif unusual := slip(label, read, reference, had):
                lines.append(unusual)
        if not lines and not self._changes():
            lines.append("Nothing is set; type a price.")
        return lines

    def _changes(self) -> bool:
        return any(price is not None for price in (self._price("take"), self._price("stop"), *self.had))

    def decision(self) -> Decision | None:
        """Return both together, or the removal of what is there."""
        leg = self.leg
        if leg is None or self.problems():
            return None
        take, stop = self._price("take"), self._price("stop")
        intents: list[Intent] = []
        if take is not None or stop is not None:
            intents.append(
                PositionTpsl(
                    leg.instrument, leg.side, leg.position_mode, leg.margin_coin, take, stop, self.trigger
                )
            )
        removed = [
            kind
            for had, now, kind in (
                (self.had[0], take, PlanKind.POSITION_TAKE_PROFIT),
                (self.had[1], stop, PlanKind.POSITION_STOP_LOSS),
            )
            if had is not None and now is None
        ]
        intents += self._removals(leg, removed)
        if not intents:
            return None
        places = self.shown.places if self.shown is not None else 2
        words = " · ".join(
            f"{label} {figure.price(price, places) if price is not None else NONE}"
            for label, price in (("TP", take), ("SL", stop))
        )
        return Decision(tuple(intents), f"protect {leg.side.value} {leg.instrument.symbol}: {words}")

    def _removals(self, leg: Position, kinds: Sequence[PlanKind]) -> list[Intent]:
        store = self.workspace.store
        plans = store.open_plans(leg.instrument.product_type) if store is not None else None
        found: list[Intent] = []
        for kind in kinds:
            refs = tuple(
                OrderRef(plan.instrument, plan.order_id, plan.client_order_id, leg.margin_coin)
                for plan in plans or ()
                if plan.instrument == leg.instrument
                and plan.kind is kind
                and plan.position_side in (leg.side, None)
            )
            if refs:
                found.append(CancelPlans(leg.instrument, kind, refs, leg.margin_coin))
        return found

    def sentence(self) -> Sequence[str]:
        """Return what is sent: prices, whatever was typed for them."""
        take, stop = self._both()
        return (
            f"PROTECT {self.first.side.upper()} {self.first.instrument.symbol}",
            f"TP {self.px(take) if take is not None else 'none'}",
            f"SL {self.px(stop) if stop is not None else 'none'}",
            f"by {self.trigger.value}, at market",
        )

    def effects(self, width: int) -> Sequence[Body]:
        """Return what each would give, reward to risk, and whether the stop comes before liquidation."""
        shown, (take, stop) = self.shown, self._both()
        if shown is None:
            return ()
        rows: list[Body] = [Section("at the trigger, after fees")]
        rows += triggered.rows(self._outcome(take), self._outcome(stop), self.cash)
        if take is None and stop is None:
            rows = [Section("rules")]
        if stop is not None and (row := before_liquidation(shown, stop)) is not None:
            rows.append(row)
        rows.append(labelled("kept by", "the exchange"))
        rows.append((Span(" an empty field removes it", Role.MUTED),))
        return rows

    def _outcome(self, price: Decimal | None) -> Outcome | None:
        """Return what closing the whole leg at a price gives."""
        store, shown = self.workspace.store, self.shown
        if price is None or store is None or shown is None:
            return None
        return Outcome(net(shown, price, taker_rate(store, shown)), shown.leg.margin)

    def choose(self, name: str, steps: int) -> None:
        """Mark or last."""
        if name == "by":
            self.trigger = TriggerType.LAST if self.trigger is TriggerType.MARK else TriggerType.MARK

    def step(self, name: str, steps: int) -> None:
        """Move a price by ticks."""
        facts, leg = self.facts(), self.leg
        if facts is None or leg is None or name not in self.edits:
            return
        start = self._price(name) or facts.reference
        if start is not None:
            moved = max(start + facts.rules.tick * steps, facts.rules.tick)
            moved = round(moved, facts.rules.price_places)
            self.edits[name] = LineEdit.of(figure.price(moved, facts.rules.price_places))


def _trigger_of(shown: LegView | None) -> TriggerType:
    """Return what pulls the trigger of what stands, the stop first: another price leaves it as it is."""
    plans = (*shown.stop_plans, *shown.take_plans) if shown is not None else ()
    known = (plan.trigger_type for plan in plans if plan.trigger_type is not TriggerType.UNKNOWN)
    return next(known, TriggerType.MARK)
