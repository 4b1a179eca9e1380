"""The form that changes a resting order: on this exchange a cancel and a new order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import ClassVar

from bgtui.domain.facts import Facts
from bgtui.domain.instrument import InstrumentId
from bgtui.domain.intent import AmendOrder, OrderRef
from bgtui.domain.market import Side
from bgtui.domain.order import Order
from bgtui.domain.risk import Meant
from bgtui.domain.rules import violations
from bgtui.session.facts import gather
from bgtui.ui.modals import judging
from bgtui.ui.modals.form import Decision, FormDock
from bgtui.ui.role import Role
from bgtui.ui.view import figure, ticket
from bgtui.ui.view.dockframe import Body, Section, labelled, prose
from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.view.number import read_number
from bgtui.ui.view.pricetext import MEANT, Read, read_price
from bgtui.ui.view.span import Row
from bgtui.ui.workspace import Workspace


class AmendDock(FormDock):
    """New price and size of one order."""

    title: ClassVar[str] = "AMEND"

    def __init__(
        self,
        workspace: Workspace,
        order: Order,
        *,
        problem: str = "",
        price: Decimal | None = None,
        size: Decimal | None = None,
    ) -> None:
        """Prefill what the order has, or what it is to have."""
        super().__init__(workspace, problem=problem)
        self.first = order
        facts = self.facts()
        places = facts.rules.price_places if facts is not None else 2
        self.edits = {
            "price": LineEdit.of(figure.price(price or order.price, places)),
            "amount": LineEdit.of(self._size_text(size or order.remaining_size)),
        }
        self._new_id = ""

    def _size_text(self, size: Decimal) -> str:
        """Return a size with the contract's decimals."""
        facts = self.facts()
        return format(size, "f") if facts is None else figure.size(size, facts.rules.size_places)

    @property
    def order(self) -> Order | None:
        """The order as it is now; None once it is over."""
        store = self.workspace.store
        found = store.order(self.first.instrument, self.first.order_id) if store is not None else None
        return found if found is not None and found.is_open else None

    def facts(self) -> Facts | None:
        """Return what is known around it."""
        store = self.workspace.store
        return None if store is None else gather(store, self.first.instrument)

    def subject(self) -> InstrumentId | None:
        """Return the order's instrument."""
        return self.first.instrument

    def markets(self) -> Collection[InstrumentId]:
        """Return the order's instrument: its price is held against the mark."""
        return (self.first.instrument,)

    def by_market(self) -> Collection[str]:
        """Return the rules: how far a price may be from the mark is one of them."""
        return ("rules",)

    def figures(self) -> tuple[Decimal | None, Decimal | None]:
        """Return the new price and size."""
        return self.new_price(), self.new_size()

    def names(self) -> Sequence[str]:
        """Return the fields."""
        return ("price", "amount")

    def label(self, name: str) -> str:
        """Return a field's name."""
        return "size" if name == "amount" else name

    def value(self, name: str) -> Row | str:
        """Return nothing: both are text."""
        return ""

    def heading(self) -> str:
        """Name the order."""
        return f"AMEND {self.first.instrument.symbol}"

    def tag(self) -> str:
        """Say what kind it is."""
        return f"{self.first.side.value} {ticket.TIME_WORDS.get(self.first.time_in_force, 'limit')}"

    def before(self, width: int) -> Sequence[Body]:
        """Return which order it is."""
        return [labelled("order", self.first.client_order_id or figure.short_id(self.first.order_id))]

    def hint(self, name: str) -> str:
        """Return what it was before."""
        facts = self.facts()
        if facts is None:
            return ""
        if name == "price":
            return f"was {figure.price(self.first.price, facts.rules.price_places)}"
        return f"was {figure.size(self.first.remaining_size, facts.rules.size_places)}"

    def new_price(self) -> Decimal | None:
        """Return the price typed."""
        return self._read_price().value

    def _read_price(self) -> Read:
        facts = self.facts()
        if facts is None:
            return Read(None)
        return read_price(self.edits["price"].text, facts.rules, ticket.prices(facts), base=self.first.price)

    def _meant(self) -> Meant:
        """Return which figures are no bare numbers."""
        is_size_meant = self.edits["amount"].text.strip().startswith(MEANT)
        return Meant(price=not self._read_price().is_bare, size=is_size_meant)

    def new_size(self) -> Decimal | None:
        """Return the size typed, base coin."""
        return read_number(self.edits["amount"].text.strip().removeprefix(MEANT).lstrip())

    def intent(self) -> AmendOrder | None:
        """Return the change as the form stands, or as it was frozen for the review."""
        if self.frozen is not None:
            return next((each for each in self.frozen.intents if isinstance(each, AmendOrder)), None)
        price, size = self.new_price(), self.new_size()
        if price is None or size is None:
            return None
        ref = OrderRef(
            self.first.instrument, self.first.order_id, self.first.client_order_id, self.first.margin_coin
        )
        return AmendOrder(ref, price, size, self.first.position_mode)

    def problems(self) -> Sequence[str]:
        """Return why it cannot be sent."""
        order, facts, intent = self.order, self.facts(), self.intent()
        if order is None:
            return ("This order is over: filled or canceled meanwhile; esc leaves.",)
        if order.filled_size:
            return ("Partly filled: only untouched orders are amended; x cancels, then place the rest.",)
        if intent is None or facts is None:
            return (self._unread(),)
        lines = judging.lines(judging.judge(self.workspace, intent, facts, self._meant()))
        if not lines and intent.new_price == order.price and intent.new_size == order.size:
            lines.append("Nothing changes yet; up and down move the price by a tick.")
        return lines

    def _unread(self) -> str:
        """Return what cannot be read, and how it is written."""
        if self.new_price() is None:
            return self._read_price().problem or "No price: type 67238, bid, +5 or -0.1%."
        return f"{self.edits['amount'].text.strip()[:16]!a} is no size; type 0.05"

    def decision(self) -> Decision | None:
        """Return the change when every rule lets it pass."""
        order, facts, intent = self.order, self.facts(), self.intent()
        if order is None or order.filled_size or facts is None or intent is None:
            return None
        is_same = intent.new_price == order.price and intent.new_size == order.size
        if is_same or violations(judging.judge(self.workspace, intent, facts, self._meant())):
            return None
        desk = self.workspace.session.desk if self.workspace.session is not None else None
        if not self._new_id and desk is not None:
            self._new_id = desk.new_id()
        price = figure.price(intent.new_price, facts.rules.price_places)
        new = f"{self._size_text(intent.new_size)} @ {price}"
        words = f"amend {order.side.value} {order.instrument.symbol} to {new}"
        return Decision((intent,), words, self._new_id, (order.order_id,))

    def sentence(self) -> Sequence[str]:
        """Return old and new side by side."""
        facts, intent = self.facts(), self.intent()
        if facts is None or intent is None:
            return ()
        places, size_places = facts.rules.price_places, facts.rules.size_places
        left = figure.size(self.first.remaining_size, size_places)
        old = f"{left} @ {figure.price(self.first.price, places)}"
        new = f"{figure.size(intent.new_size, size_places)} @ {figure.price(intent.new_price, places)}"
        side = "BUY" if self.first.side is Side.BUY else "SELL"
        return (f"AMEND {side} {self.first.instrument.symbol}", f"from {old}", f"to   {new}")

    def effects(self, width: int) -> Sequence[Body]:
        """Return what Bitget does with it."""
        facts, intent = self.facts(), self.intent()
        rows: list[Body] = [Section("what happens")]
        text = "Bitget cancels this order and makes a new one: its place in the queue is lost."
        rows += prose(text, width - 2, Role.MUTED)
        if facts is not None and intent is not None:
            if self.first.price is not None:
                ticks = int((intent.new_price - self.first.price) / facts.rules.tick)
                rows.append(labelled("ticks", f"{ticks:+,}"))
            rows.append(
                labelled(
                    "value", f"{figure.money(intent.new_price * intent.new_size)} {facts.rules.quote_coin}"
                )
            )
            rows.append(judging.rules_row(judging.judge(self.workspace, intent, facts, self._meant())))
        if self.first.take_profit is not None or self.first.stop_loss is not None:
            rows.append(labelled("TP/SL", "re-read afterwards"))
        return rows

    def step(self, name: str, steps: int) -> None:
        """Move the price by ticks, the size by its step."""
        facts = self.facts()
        if facts is None:
            return
        if name == "price":
            start = self.new_price() or self.first.price
            if start is not None:
                moved = max(start + facts.rules.tick * steps, facts.rules.tick)
                self.edits[name] = LineEdit.of(figure.price(moved, facts.rules.price_places))
        else:
            size = (self.new_size() or Decimal(0)) + facts.rules.size_step * steps
            self.edits[name] = LineEdit.of(self._size_text(max(size, facts.rules.size_step)))

    def do_dock_review(self) -> None:
        """Review; an id is used for one try only."""
        self._new_id = ""
        super().do_dock_review()
        if self.frozen is not None:
            judging.vouch(self.workspace, self.frozen.intents[0], self._meant())
