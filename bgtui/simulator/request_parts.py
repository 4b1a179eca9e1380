"""What requests of every kind share: their words, and how an order, a leg or a list is named in them."""

from __future__ import annotations

from typing import Protocol

from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import OrderRef
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
    MarginMode,
    OrderType,
    PlanOrder,
    PositionMode,
    PositionSide,
    TimeInForce,
)
from bgtui.simulator.engine import Stp
from bgtui.simulator.fields import Fields, words, wrong
from bgtui.simulator.reject import Reject
from bgtui.simulator.rows import POSITION_MODES as POSITION_MODE_WORDS
from bgtui.simulator.rows import TRIGGERS as TRIGGER_WORDS

MAX_BATCH = 50

SIDES = words(list(Side))
LEGS = words(list(PositionSide))
ORDER_TYPES = {"limit": OrderType.LIMIT, "market": OrderType.MARKET}
FORCES = {
    "gtc": TimeInForce.GTC,
    "normal": TimeInForce.GTC,
    "ioc": TimeInForce.IOC,
    "fok": TimeInForce.FOK,
    "post_only": TimeInForce.POST_ONLY,
}
MARGIN_MODES = {
    "crossed": MarginMode.CROSSED,
    "cross": MarginMode.CROSSED,
    "isolated": MarginMode.ISOLATED,
    "fixed": MarginMode.ISOLATED,
}
POSITION_MODES = {word: mode for mode, word in POSITION_MODE_WORDS.items()}
TRIGGERS = {word: trigger for trigger, word in TRIGGER_WORDS.items() if word}
STPS = words(list(Stp))
_EFFECTS = words(list(Effect))


class Account(Protocol):
    """What a request leaves unsaid."""

    def mode(self, product_type: ProductType) -> PositionMode:
        """Return the account's position mode."""

    def plan(self, product_type: ProductType, order_id: str, client_order_id: str) -> PlanOrder | None:
        """Return a trigger order by one of its ids."""


def reference(fields: Fields, instrument: InstrumentId, margin_coin: str = "") -> OrderRef:
    """Read which order is meant: the exchange's id wins over the client's.

    Raises:
        Reject: neither is given.
    """
    order_id = fields.text("orderId")
    client_id = "" if order_id else fields.text("clientOid")
    if not order_id and not client_id:
        raise Reject("40924", message="At least one of orderId and clientOid must be passed in")
    return OrderRef(instrument, order_id, client_id, margin_coin)


def direction(fields: Fields, mode: PositionMode) -> tuple[Side, PositionSide, Effect]:
    """Read trade direction, leg and effect (wire notes 6.1).

    Raises:
        Reject: the order is spelled for the other position mode.
    """
    side = fields.word("side", SIDES)
    if mode is PositionMode.HEDGE:
        if "tradeSide" not in fields:
            raise Reject("40774")
        effect = fields.word("tradeSide", _EFFECTS)
        leg = PositionSide.LONG if side is Side.BUY else PositionSide.SHORT
        return (side if effect is Effect.OPEN else side.opposite), leg, effect
    if fields.text("tradeSide").lower() == "close":
        raise Reject("40773")
    reduces = fields.text("reduceOnly").lower()
    if reduces not in ("", "yes", "no", "true", "false"):
        raise wrong("reduceOnly")
    effect = Effect.CLOSE if reduces in ("yes", "true") else Effect.OPEN
    leg = PositionSide.LONG if (side is Side.BUY) is (effect is Effect.OPEN) else PositionSide.SHORT
    return side, leg, effect


def batch_rows(fields: Fields, name: str) -> list[Fields]:
    """Read the items of a batch.

    Raises:
        Reject: there are none, or too many.
    """
    rows = fields.rows(name, MAX_BATCH)
    if not rows:
        raise Reject("40019", name)
    return rows
