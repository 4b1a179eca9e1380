"""Quitting: what stays on the exchange when the program is gone."""

from __future__ import annotations

from bgtui.domain.instrument import ProductType
from bgtui.domain.value import frozen
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view.dockframe import Body, frame, labelled, prose
from bgtui.ui.view.glyph import UNKNOWN
from bgtui.ui.view.span import Row


@frozen
class Left:
    """What would be left behind."""

    orders: int | None
    """None: the exchange has not said."""
    plans: int | None
    legs: int | None
    foreign: int
    """Of the orders: placed by something else."""
    on_their_way: int
    doubtful: int

    @property
    def is_nothing(self) -> bool:
        """Tell whether nothing rests and nothing is in doubt: legs alone need no question."""
        return not (self.orders or self.plans or self.on_their_way or self.doubtful)


def left_behind(store: Store, products: tuple[ProductType, ...]) -> Left:
    """Count what rests on the exchange."""
    orders = plans = legs = foreign = 0
    is_known = [True, True, True]
    for product in products:
        listed, triggers = store.open_orders(product), store.open_plans(product)
        held = store.positions(product) if product.is_futures else ()
        is_known = [is_known[0] and listed is not None, is_known[1] and triggers is not None,
                    is_known[2] and held is not None]  # fmt: skip
        orders += len(listed or ())
        foreign += sum(not store.is_ours(order.client_order_id) for order in listed or ())
        plans += len(triggers or ())
        legs += len(held or ())
    open_ones = store.all_submissions()
    doubtful = sum(submission.state.is_doubtful for submission in open_ones)
    return Left(
        orders if is_known[0] else None,
        plans if is_known[1] else None,
        legs if is_known[2] else None,
        foreign,
        len(open_ones) - doubtful,
        doubtful,
    )


def quit_rows(left: Left, where: str, width: int, height: int, *, is_alarmed: bool = False) -> list[Row]:
    """Return the dock; ``is_alarmed`` says that a kill switch is not proven done."""
    body: list[Body] = [
        labelled("orders", _count(left.orders, f"{left.foreign} from elsewhere" if left.foreign else "")),
        labelled("plans", _count(left.plans, "triggers, TP/SL")),
        labelled("legs", _count(left.legs)),
    ]
    if left.on_their_way:
        body.append(labelled("sent", f"{left.on_their_way} without an answer", role=Role.PENDING))
    if left.doubtful:
        body.append(labelled("UNKNOWN", f"{left.doubtful} in doubt", role=Role.UNKNOWN))
    text = "They stay on the exchange, and can trade while bgtui is off."
    if left.doubtful:
        text += " Nobody asks about what is in doubt until the next start."
    body += prose(text, width - 2)
    if is_alarmed:
        words = "The kill switch is not verified: nobody asks any more once bgtui is off."
        body += prose(words, width - 2, Role.DANGER)
    return frame("QUIT", where, body, ("y LEAVE", "esc stay"), width, height, is_double=True)


def _count(count: int | None, note: str = "") -> str:
    if count is None:
        return f"{UNKNOWN} not told yet"
    return f"{count}{f'  {note}' if count and note else ''}"
