"""An account by REST that knows what the store knows, until a test says what is gone or silent."""

from __future__ import annotations

from bgtui.domain.account import Balance, Fill, Position
from bgtui.domain.error import NetworkError
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.order import Order, PlanOrder
from bgtui.store.store import Store


class StoreReader:
    """session.ports.AccountReader over a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.gone: set[str] = set()
        """Ids of orders, and legs as ``long BTCUSDT``, that the exchange does not have any more."""
        self.is_gone = False
        """Nothing stands any more at all."""
        self.is_silent = False
        """Nothing is answered."""
        self.asked = 0

    def _ask(self) -> None:
        self.asked += 1
        if self.is_silent:
            raise NetworkError("unreachable")

    async def open_orders(self, product_type: ProductType) -> tuple[Order, ...]:
        self._ask()
        found = () if self.is_gone else self._store.open_orders(product_type) or ()
        return tuple(order for order in found if order.order_id not in self.gone)

    async def open_plans(self, product_type: ProductType) -> tuple[PlanOrder, ...]:
        self._ask()
        found = () if self.is_gone else self._store.open_plans(product_type) or ()
        return tuple(plan for plan in found if plan.order_id not in self.gone)

    async def positions(self, product_type: ProductType) -> tuple[Position, ...]:
        self._ask()
        found = () if self.is_gone else self._store.positions(product_type) or ()
        return tuple(leg for leg in found if f"{leg.side} {leg.instrument.symbol}" not in self.gone)

    async def order(
        self, instrument: InstrumentId, *, order_id: str = "", client_order_id: str = ""
    ) -> Order | None:
        self._ask()
        return None

    async def plan_history(self, product_type: ProductType, since_ms: int) -> tuple[PlanOrder, ...]:
        self._ask()
        return ()

    async def balances(self, product_type: ProductType) -> tuple[Balance, ...]:
        self._ask()
        return ()

    async def fills(self, product_type: ProductType, since_ms: int) -> tuple[Fill, ...]:
        self._ask()
        return ()
