"""What an order does to a leg: ``+S`` opens short, ``-S`` closes short; words in one-way mode."""

from __future__ import annotations

from bgtui.domain.instrument import ProductType
from bgtui.domain.intent import PlaceOrder, PlacePlan
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, Order, PlanOrder, PositionMode, PositionSide
from bgtui.ui.role import Role

Acting = Order | PlanOrder | PlaceOrder | PlacePlan


def act(order: Acting) -> str:
    """Return ``+L`` and its like in hedge mode, ``buy``, ``sell RO`` and their like otherwise."""
    if order.position_mode is PositionMode.HEDGE and order.position_side is not None:
        letter = "L" if order.position_side is PositionSide.LONG else "S"
        return ("-" if is_closing(order) else "+") + letter
    word = "buy" if order.side is Side.BUY else "sell"
    return f"{word} RO" if is_closing(order) and _is_futures(order) else word


def is_closing(order: Acting) -> bool:
    """Tell whether it can only make a leg smaller."""
    return order.effect is Effect.CLOSE or bool(getattr(order, "reduce_only", False))


def act_role(side: Side) -> Role:
    """Return the role of a trade direction."""
    return Role.BID if side is Side.BUY else Role.ASK


def _is_futures(order: Acting) -> bool:
    product: ProductType = order.instrument.product_type
    return product.is_futures
