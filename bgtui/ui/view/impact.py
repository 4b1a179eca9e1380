"""What closing tracking orders would do: how many, whose copies go with them, what is left after fees."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bgtui.domain import pnl, question
from bgtui.domain.copyintent import CloseScope, CopyRole
from bgtui.domain.copytrade import TrackingOrder
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.value import frozen
from bgtui.store.answers import Answer
from bgtui.store.store import Store
from bgtui.ui.view import tracking


@frozen
class Impact:
    """A close at the mark price of this moment."""

    orders: tuple[TrackingOrder, ...]
    copies: int | None
    """Of a leader's orders; None where the exchange has not said how many copy one of them."""
    earned: Decimal | None
    """Before fees; None without a mark price, or in coins that cannot be added."""
    fees: Decimal | None
    """Of opening and of closing, below zero."""
    coin: str

    @property
    def net(self) -> Decimal | None:
        """What is left after fees."""
        return None if self.earned is None or self.fees is None else self.earned + self.fees


def tracks(store: Store, role: CopyRole, product_type: ProductType) -> Answer[tuple[TrackingOrder, ...]]:
    """Return the open orders of a side: a leader's own, or a follower's copies."""
    is_leader = role is CopyRole.LEADER
    ask = question.leader_tracks if is_leader else question.copied_orders
    return store.answer(ask(product_type))


def meant(
    every: Sequence[TrackingOrder], scope: CloseScope, order: TrackingOrder
) -> tuple[TrackingOrder, ...]:
    """Return the orders that a close from this row takes."""
    if scope is CloseScope.ALL:
        return tuple(every)
    if scope is CloseScope.INSTRUMENT:
        return tuple(each for each in every if each.instrument == order.instrument)
    return tuple(each for each in every if each.tracking_no == order.tracking_no)


def impact(store: Store, orders: Sequence[TrackingOrder]) -> Impact:
    """Return what closing these would do now."""
    coins = {_coin(store, order.instrument) for order in orders}
    counts = [order.follower_count for order in orders]
    can_add = len(coins) <= 1
    return Impact(
        tuple(orders),
        None if None in counts else sum(count or 0 for count in counts),
        tracking.total(tracking.live_pnl(store, order) for order in orders) if can_add else None,
        tracking.total(_fees(store, order) for order in orders) if can_add else None,
        coins.pop() if len(coins) == 1 else "",
    )


def net_at(store: Store, order: TrackingOrder, price: Decimal) -> Decimal | None:
    """Return what closing an order at a price brings after the fees of both ways; None where not known."""
    rules, fees = store.instrument(order.instrument), _fees_at(store, order, price)
    if rules is None or fees is None:
        return None
    size, entry = order.open_size, order.open_price
    return pnl.unrealized(order.side, size, entry, price, is_inverse=rules.is_inverse) + fees


def margin_of(order: TrackingOrder) -> Decimal | None:
    """Return what backs an order, as told or as it was tied up; None on spot and where it is not known."""
    if not order.instrument.product_type.is_futures or order.margin:
        return order.margin
    is_inverse = order.instrument.product_type is ProductType.COIN_FUTURES
    leverage = order.leverage or Decimal(0)
    return pnl.initial_margin(order.open_size, order.open_price, leverage, is_inverse=is_inverse) or None


def _fees(store: Store, order: TrackingOrder) -> Decimal | None:
    mark = tracking.price_of(store, order)
    return None if mark is None else _fees_at(store, order, mark)


def _fees_at(store: Store, order: TrackingOrder, price: Decimal) -> Decimal | None:
    """Return the fees of opening, as told if they were, and of closing at a price; below zero."""
    rules = store.instrument(order.instrument)
    if rules is None:
        return None
    rates = store.answer(question.fee_rates(order.instrument)).value
    rate = rates.taker if rates is not None else rules.taker_fee_rate
    opening, closing = (
        pnl.fee(order.open_size, at, rate, is_inverse=rules.is_inverse) for at in (order.open_price, price)
    )
    return -(opening if order.open_fee is None else abs(order.open_fee)) - closing


def _coin(store: Store, instrument: InstrumentId) -> str:
    rules = store.instrument(instrument)
    if rules is None:
        return ""
    return rules.base_coin if rules.is_inverse else rules.quote_coin
