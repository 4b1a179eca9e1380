"""The kill switch as pure steps: what stands within its reach, what is sent about it, and what is left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from bgtui.domain.account import Position
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import CancelAll, CancelPlans, CancelSymbol, ClosePosition, Intent, OrderRef
from bgtui.domain.order import Order, PlanKind, PlanOrder
from bgtui.domain.value import frozen


class KillChoice(StrEnum):
    """What is done."""

    CANCEL = "cancel"
    """Every order and every trigger order."""
    FLATTEN = "flatten"
    """Every leg, at market; what close orders hold of a leg stays."""
    BOTH = "both"
    """Cancel, then flatten."""

    @property
    def cancels(self) -> bool:
        """Tell whether orders are cancelled."""
        return self is not KillChoice.FLATTEN

    @property
    def flattens(self) -> bool:
        """Tell whether legs are closed."""
        return self is not KillChoice.CANCEL

    def covers(self, other: KillChoice) -> bool:
        """Tell whether it does away with all that another does away with."""
        return self in (KillChoice.BOTH, other)


@frozen
class Reach:
    """Whose orders and legs are meant."""

    product_types: tuple[ProductType, ...]
    instrument: InstrumentId | None = None
    """One instrument alone; None the whole account."""

    def holds(self, instrument: InstrumentId) -> bool:
        """Tell whether an instrument is meant."""
        return instrument.product_type in self.product_types and self.instrument in (None, instrument)

    def covers(self, other: Reach) -> bool:
        """Tell whether everything that another means is meant."""
        is_whole = set(other.product_types) <= set(self.product_types)
        return is_whole and self.instrument in (None, other.instrument)


@frozen
class Standing:
    """What an asking found within a reach."""

    asked_ms: int
    """Exchange time of the answers."""
    orders: tuple[Order, ...] = ()
    plans: tuple[PlanOrder, ...] = ()
    legs: tuple[Position, ...] = ()
    problems: tuple[str, ...] = ()
    """Parts that were not answered; of those the last known values stand here."""
    left_out: tuple[str, ...] = ()
    """Parts that the key may not read: they are not in reach."""
    blind: tuple[ProductType, ...] = ()
    """Where the orders were not answered."""
    arriving: int = 0
    """Orders of ours whose outcome nobody knows yet: no answer says that they will not stand."""

    @property
    def is_complete(self) -> bool:
        """Tell whether every question was answered: only then does a nothing count."""
        return not self.problems

    def left(self, choice: KillChoice) -> int:
        """Return how many things a choice has still to do away with."""
        count = self.arriving
        if choice.cancels:
            count += len(self.orders) + len(self.plans)
        if choice.flattens:
            count += len(self.closable(choice))
        return count

    def closable(self, choice: KillChoice) -> tuple[Position, ...]:
        """Return the legs that a choice closes: without the cancel, those that are not wholly held."""
        if choice is KillChoice.FLATTEN:
            return tuple(leg for leg in self.legs if leg.available > 0)
        return self.legs


@frozen
class Step:
    """One write."""

    intent: Intent
    words: str
    targets: tuple[str, ...] = ()
    """Orders it is about, as the exchange names them."""


def cancel_steps(standing: Standing, reach: Reach) -> list[Step]:
    """Return the writes that cancel everything that stands, the least of them that the exchange offers.

    Futures know one request for a product type or an instrument; spot one for each instrument. Trigger
    orders go by instrument and kind. Where orders could not be asked they are cancelled unseen, except that
    spot has no request for instruments that nobody names.
    """
    steps: list[Step] = []
    for product_type in reach.product_types:
        orders = [order for order in standing.orders if order.instrument.product_type is product_type]
        steps += _order_steps(product_type, orders, reach, is_blind=product_type in standing.blind)
    groups: dict[tuple[InstrumentId, PlanKind], list[PlanOrder]] = {}
    for plan in standing.plans:
        if plan.is_tpsl:
            ref = OrderRef(plan.instrument, plan.order_id, plan.client_order_id)
            cancel = CancelPlans(plan.instrument, plan.kind, (ref,), is_tpsl=True)
            steps.append(Step(cancel, f"spot TP/SL of {plan.instrument.symbol}", _ids([plan])))
        elif plan.kind is not PlanKind.UNKNOWN:
            groups.setdefault((plan.instrument, plan.kind), []).append(plan)
    for (instrument, kind), plans in groups.items():
        coin = plans[0].margin_coin if instrument.product_type.is_futures else ""
        words = f"{kind.value.replace('_', ' ')} of {instrument.symbol}"
        steps.append(Step(CancelPlans(instrument, kind, margin_coin=coin), words, _ids(plans)))
    return steps


def _order_steps(
    product_type: ProductType, orders: Sequence[Order], reach: Reach, *, is_blind: bool
) -> list[Step]:
    if reach.instrument is not None:
        if not orders and not is_blind:
            return []
        return [Step(CancelSymbol(reach.instrument), f"orders of {reach.instrument.symbol}", _ids(orders))]
    if product_type.is_futures:
        if not orders and not is_blind:
            return []
        return [Step(CancelAll(product_type), f"orders of {product_type.value}", _ids(orders))]
    by_instrument: dict[InstrumentId, list[Order]] = {}
    for order in orders:
        by_instrument.setdefault(order.instrument, []).append(order)
    return [
        Step(CancelSymbol(instrument), f"spot orders of {instrument.symbol}", _ids(mine))
        for instrument, mine in by_instrument.items()
    ]


def close_steps(standing: Standing, choice: KillChoice) -> list[Step]:
    """Return the writes that close the legs at market, one for each leg; spot balances are never sold."""
    return [
        Step(
            ClosePosition(leg.instrument, leg.position_mode, leg.side),
            f"{leg.side.value} {leg.instrument.symbol}",
        )
        for leg in standing.closable(choice)
    ]


def _ids(orders: Iterable[Order | PlanOrder]) -> tuple[str, ...]:
    return tuple(order.order_id or order.client_order_id for order in orders)
