"""The dock that cancels several orders: it counts them, and names what it will not touch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import ClassVar

from bgtui.domain.instrument import InstrumentId
from bgtui.domain.market import Side
from bgtui.domain.order import Order, PlanOrder
from bgtui.domain.value import frozen
from bgtui.ui.keys import Context
from bgtui.ui.modals.dock import Dock
from bgtui.ui.role import Role
from bgtui.ui.view import figure, worded
from bgtui.ui.view.act import act, act_role
from bgtui.ui.view.confirm import ConfirmGate
from bgtui.ui.view.dockframe import Body, Section, frame, labelled
from bgtui.ui.view.orders import source_words
from bgtui.ui.view.request import CancelScope
from bgtui.ui.view.span import Row, Span
from bgtui.ui.workspace import Badge, Workspace

_SCOPES = (CancelScope.BIDS, CancelScope.ASKS, CancelScope.SYMBOL, CancelScope.PRODUCT)


@frozen
class Chosen:
    """What is canceled."""

    orders: tuple[Order, ...]
    plans: tuple[PlanOrder, ...]


class CancelDock(Dock[Chosen]):
    """What is going to be canceled, by action; `y` does it."""

    contexts: ClassVar[tuple[Context, ...]] = (Context.CANCEL,)

    def __init__(
        self,
        workspace: Workspace,
        instrument: InstrumentId,
        scope: CancelScope,
        *,
        named: Chosen | None = None,
    ) -> None:
        """Count within this scope; ``named`` is what stands under the cursor."""
        super().__init__(workspace)
        self.instrument = instrument
        self.scope = scope
        self.named = named
        self.with_plans = False
        self.with_foreign = False
        self.gate = ConfirmGate(workspace.clock.monotonic(), expires_s=None)
        self._counted: frozenset[str] = frozenset()
        """Order ids of what the dock has shown last."""

    def chosen(self) -> Chosen:
        """Return what is within the scope now."""
        orders, plans = self._within()
        kept = tuple(order for order in orders if self.with_foreign or self.named or self._is_mine(order))
        takes_plans = self.with_plans or self.named is not None
        return Chosen(kept, tuple(plans) if takes_plans else ())

    def _within(self) -> tuple[list[Order], list[PlanOrder]]:
        store = self.workspace.store
        if store is None:
            return [], []
        product = self.instrument.product_type
        orders = list(store.open_orders(product) or ())
        plans = list(store.open_plans(product) or ())
        if self.named is not None:
            ids = {order.order_id for order in self.named.orders}
            ids |= {plan.order_id for plan in self.named.plans}
            return (
                [order for order in orders if order.order_id in ids],
                [plan for plan in plans if plan.order_id in ids],
            )
        if self.scope is not CancelScope.PRODUCT:
            orders = [order for order in orders if order.instrument == self.instrument]
            plans = [plan for plan in plans if plan.instrument == self.instrument]
        side = {CancelScope.BIDS: Side.BUY, CancelScope.ASKS: Side.SELL}.get(self.scope)
        if side is not None:
            orders = [order for order in orders if order.side is side]
            plans = [plan for plan in plans if plan.side is side]
        return orders, plans

    def content(self, width: int, height: int) -> Sequence[Row]:
        """Return the dock."""
        chosen = self.chosen()
        self._counted = frozenset(order.order_id for order in chosen.orders)
        self._counted |= {plan.order_id for plan in chosen.plans}
        orders, plans = self._within()
        body: list[Body] = [labelled("scope", self._scope_words(), is_current=True)]
        if extra := self._extra_words():
            body.append(labelled("with", extra))
        body += _counted(chosen.orders, "order")
        body += _counted(chosen.plans, "plan")
        left_orders = [order for order in orders if order not in chosen.orders]
        left_plans = [] if chosen.plans else plans
        others = self._others(orders)
        if left_orders or left_plans or others:
            body.append(Section("not touched"))
            body += _counted(left_orders, _origin(left_orders))
            if left_plans:
                verb = "stays" if len(left_plans) == 1 else "stay"
                body.append(labelled("plans", f"{len(left_plans)} {verb}: TP/SL, trigger"))
            if others:
                body.append(labelled("others", f"{others} on other symbols"))
        body.append(Section())
        count = len(chosen.orders) + len(chosen.plans)
        body.append(labelled("sends", f"{count} id{'s' if count > 1 else ''}" if count else "nothing"))
        body.append(labelled("then", "asked until gone"))
        identity = self.workspace.identity
        is_live = identity.badge is Badge.LIVE
        return frame(
            "CANCEL",
            f"{identity.badge.value} {identity.account}".strip(),
            body,
            (f"y CANCEL {count}" if count else "nothing to cancel", "esc leave"),
            width,
            height,
            is_double=bool(count),
            tag_role=Role.DANGER if is_live else Role.WARN,
        )

    def _scope_words(self) -> str:
        if self.named is not None:
            return "what was chosen"
        if self.scope is CancelScope.PRODUCT:
            return f"◄ {worded.wallet(self.instrument.product_type)}, mine ►"
        return f"◄ {self.instrument.symbol}, {self.scope.value} ►"

    def _extra_words(self) -> str:
        extra = ("plans" if self.with_plans else "", "from elsewhere" if self.with_foreign else "")
        return ", ".join(word for word in extra if word) if self.named is None else ""

    def _others(self, orders: Sequence[Order]) -> int:
        store = self.workspace.store
        every = store.open_orders(self.instrument.product_type) if store is not None else None
        return sum(order.instrument != self.instrument and order not in orders for order in every or ())

    def idle(self) -> Collection[str]:
        """Return the scope where it is given, and the send where there is nothing to cancel."""
        chosen = self.chosen()
        send = () if chosen.orders or chosen.plans else ("cancel.send",)
        return send if self.named is None else (*send, "cancel.scope", "cancel.scope_back")

    def key_pressed(self, chord: str) -> None:
        """Have `y` wait after any other key."""
        if chord != "y":
            self.gate.key(self.workspace.clock.monotonic())

    def do_cancel_scope(self) -> None:
        """Widen: with plans, with what is from elsewhere, then the next scope."""
        self._turn(1)

    def do_cancel_scope_back(self) -> None:
        """Narrow."""
        self._turn(-1)

    def _turn(self, steps: int) -> None:
        if self.named is not None:
            return
        extras = ((False, False), (True, False), (True, True))
        at, extra = _SCOPES.index(self.scope), extras.index((self.with_plans, self.with_foreign)) + steps
        if not 0 <= extra < len(extras):
            if not 0 <= at + steps < len(_SCOPES):
                return
            at, extra = at + steps, 0  # a narrower scope begins with what is mine: nothing joins on the way
        self.scope, (self.with_plans, self.with_foreign) = _SCOPES[at], extras[extra]
        self.draw()

    def do_cancel_send(self) -> None:
        """Cancel what is counted, once: not what came after the count was drawn."""
        now = self.chosen()
        orders = tuple(order for order in now.orders if order.order_id in self._counted)
        plans = tuple(plan for plan in now.plans if plan.order_id in self._counted)
        chosen = Chosen(orders, plans)
        if (chosen.orders or chosen.plans) and self.gate.confirm(self.workspace.clock.monotonic()):
            self.close(chosen)

    def _is_mine(self, order: Order) -> bool:
        store = self.workspace.store
        return store is None or store.is_ours(order.client_order_id)

    def do_cancel_back(self) -> None:
        """Leave."""
        self.close()


def _counted(items: Sequence[Order | PlanOrder], noun: str) -> list[Row]:
    """Return one line for each action: how many, and how much where they are of one instrument."""
    counts: Counter[str] = Counter()
    sums: dict[str, Decimal] = {}
    spans: dict[str, Span] = {}
    for item in items:
        name = act(item)
        counts[name] += 1
        size = item.remaining_size if isinstance(item, Order) else item.size
        sums[name] = sums.get(name, Decimal(0)) + (size or Decimal(0))
        spans[name] = Span(f"{name:<9}", act_role(item.side))
    adds_up = len({item.instrument for item in items}) == 1
    rows: list[Row] = []
    for name in sorted(counts):
        several = "s" if counts[name] > 1 and noun in ("order", "plan") else ""
        much = f" {figure.plain(sums[name])}" if adds_up and sums[name] else ""
        rows.append((Span(" "), spans[name], Span(f"{counts[name]} {noun}{several}{much}")))
    return rows


def _origin(orders: Sequence[Order]) -> str:
    """Return where orders that are not touched come from."""
    sources = {source_words(order.source) for order in orders}
    return f"from {sources.pop()}" if len(sources) == 1 and "elsewhere" not in sources else "elsewhere"
