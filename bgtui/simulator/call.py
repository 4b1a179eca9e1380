"""One request on its way to a handler, and the table in which handlers are listed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from bgtui.domain.instrument import InstrumentId, ProductType, instrument_id
from bgtui.domain.intent import OrderRef
from bgtui.domain.order import Order, OrderType, PlanOrder, PositionMode
from bgtui.domain.value import frozen
from bgtui.simulator.auth import Key
from bgtui.simulator.exchange import Exchange
from bgtui.simulator.fields import Fields
from bgtui.simulator.history import EVERYTHING
from bgtui.simulator.reject import Reject
from bgtui.simulator.rows import Row
from bgtui.wire.endpoint import Endpoint

BTC = instrument_id(ProductType.USDT_FUTURES, "BTCUSDT")


@frozen
class Call:
    """A request whose sender is known."""

    exchange: Exchange
    fields: Fields
    key: Key | None
    """None on routes that anybody may ask."""

    @property
    def uid(self) -> str:
        """Whose account it is about."""
        if self.key is None:
            raise Reject("40001", message="ACCESS_KEY cannot be empty")
        return self.key.uid

    @property
    def now_ms(self) -> int:
        """Exchange time, milliseconds."""
        return self.exchange.clock.now_ms()

    def instrument(self, product_type: ProductType, name: str = "symbol") -> InstrumentId:
        """Return the listed instrument that a symbol names.

        Raises:
            Reject: it is missing, or not listed.
        """
        found = self.fields.instrument(product_type, name)
        if not self.exchange.has(found):
            raise Reject("40034", found.symbol)
        return found

    def optional_instrument(self, product_type: ProductType) -> InstrumentId | None:
        """Return the instrument when one is named."""
        return self.instrument(product_type) if "symbol" in self.fields else None

    def futures(self) -> InstrumentId:
        """Return the contract that product type and symbol name."""
        return self.instrument(self.fields.product())

    def spot(self) -> InstrumentId:
        """Return the pair that the symbol names."""
        return self.instrument(ProductType.SPOT)

    def btc_price(self) -> Decimal:
        """Return what Bitcoin is worth, USDT."""
        if self.exchange.has(BTC):
            return self.exchange.market.last(BTC)
        return Decimal(100_000)

    def order_type(self, instrument: InstrumentId, order_id: str) -> OrderType:
        """Return whether the order of a fill was limit or market."""
        order = self.exchange.engine.find_order(self.uid, OrderRef(instrument, order_id))
        return order.order_type if order is not None else OrderType.MARKET

    # What a request leaves unsaid (`requests.Account`)

    def mode(self, product_type: ProductType) -> PositionMode:
        """Return the account's position mode."""
        return self.exchange.engine.position_mode(self.uid, product_type)

    def plan(self, product_type: ProductType, order_id: str, client_order_id: str) -> PlanOrder | None:
        """Return a trigger order by one of its ids."""
        engine = self.exchange.engine
        for plans in (
            engine.open_plans(self.uid, product_type, None, EVERYTHING),
            engine.plan_history(self.uid, product_type, None, EVERYTHING),
        ):
            for plan in plans:
                if plan.order_id == order_id or (client_order_id and plan.client_order_id == client_order_id):
                    return plan
        return None


Handler = Callable[[Call], object]


class Handlers:
    """Route name → what answers it."""

    def __init__(self) -> None:
        """Begin empty."""
        self.by_name: dict[str, Handler] = {}

    def answers(self, *endpoints: Endpoint) -> Callable[[Handler], Handler]:
        """Name the routes that a function answers."""

        def wrap(function: Handler) -> Handler:
            for endpoint in endpoints:
                self.by_name[endpoint.name] = function
            return function

        return wrap


def paged(rows: Sequence[Row], key: str, ids: Sequence[str]) -> Row:
    """Return a list with the cursor of its last row; an empty one is null, as Bitget has it."""
    return {key: list(rows) if rows else None, "endId": ids[-1] if ids else None}


def ids(order: Order | PlanOrder) -> Row:
    """Return both ids of an order."""
    return {"orderId": order.order_id, "clientOid": order.client_order_id}


def batch(answers: Sequence[Order | PlanOrder | Reject], asked: Sequence[tuple[str, str]] = ()) -> Row:
    """Return item by item what became of a batch; ``asked`` are the ids of the items in the request."""
    accepted: list[Row] = []
    failed: list[Row] = []
    for place, answer in enumerate(answers):
        if isinstance(answer, Reject):
            order_id, client_id = asked[place] if place < len(asked) else ("", "")
            failed.append(
                {
                    "orderId": order_id,
                    "clientOid": client_id,
                    "errorMsg": answer.message,
                    "errorCode": answer.code,
                }
            )
        else:
            accepted.append(ids(answer))
    return {"successList": accepted, "failureList": failed}
