"""A small exchange for tests: four instruments, a clock driven by hand, short ways to place orders."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import count

from bgtui.domain.instrument import Instrument, InstrumentId, InstrumentStatus, ProductType, instrument_id
from bgtui.domain.intent import PlaceOrder
from bgtui.domain.market import LeverageTier, Side
from bgtui.domain.order import (
    Effect,
    MarginMode,
    Order,
    OrderType,
    PositionMode,
    PositionSide,
    TimeInForce,
)
from bgtui.simulator.engine import Engine, Stp

D = Decimal
USDT, COIN, SPOT = ProductType.USDT_FUTURES, ProductType.COIN_FUTURES, ProductType.SPOT
BTC = instrument_id(USDT, "BTCUSDT")
ETH = instrument_id(USDT, "ETHUSDT")
BTCUSD = instrument_id(COIN, "BTCUSD")
SPOT_BTC = instrument_id(SPOT, "BTCUSDT")
BUY, SELL = Side.BUY, Side.SELL
LONG, SHORT = PositionSide.LONG, PositionSide.SHORT
OPEN, CLOSE = Effect.OPEN, Effect.CLOSE
CROWD = "crowd"


class HandClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.ms = 1_700_000_000_000

    def now_ms(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self.ms / 1000


def _instrument(
    name: InstrumentId,
    base: str,
    quote: str,
    margin: tuple[str, ...],
    *,
    is_inverse: bool = False,
    min_notional: str = "5",
) -> Instrument:
    is_spot = not margin
    return Instrument(
        id=name,
        base_coin=base,
        quote_coin=quote,
        margin_coins=margin,
        price_places=1,
        tick=D("0.1"),
        size_places=4,
        size_step=D("0.0001"),
        min_size=D(0) if is_spot else D("0.0001"),
        min_notional=D(min_notional),
        maker_fee_rate=D("0.001") if is_spot else D("0.0002"),
        taker_fee_rate=D("0.001") if is_spot else D("0.0006"),
        status=InstrumentStatus.NORMAL,
        is_inverse=is_inverse,
        quote_places=8 if is_spot else None,
        max_limit_size=D(1000),
        max_market_size=D(500),
        min_leverage=D(1),
        max_leverage=D(125),
        buy_band_ratio=D("0.05"),
        sell_band_ratio=D("0.05"),
    )


INSTRUMENTS = (
    _instrument(BTC, "BTC", "USDT", ("USDT",)),
    _instrument(ETH, "ETH", "USDT", ("USDT",)),
    _instrument(BTCUSD, "BTC", "USD", ("BTC",), is_inverse=True),
    _instrument(SPOT_BTC, "BTC", "USDT", (), min_notional="1"),
)
TIERS = (
    LeverageTier(1, D(0), D(50_000), D(125), D("0.004")),
    LeverageTier(2, D(50_000), D(200_000), D(100), D("0.005")),
    LeverageTier(3, D(200_000), D(5_000_000), D(50), D("0.01")),
)
MONEY: Mapping[ProductType, Mapping[str, D]] = {
    USDT: {"USDT": D(10_000)},
    COIN: {"BTC": D("0.5")},
    SPOT: {"USDT": D(5_000), "BTC": D("0.05")},
}


class Floor(Engine):
    """An engine with a crowd, a clock, and short ways to call it."""

    def __init__(self, *, mark: str | None = "60000") -> None:
        self.clock = HandClock()
        tiers = {instrument.id: TIERS for instrument in INSTRUMENTS}
        super().__init__(INSTRUMENTS, tiers, clock=self.clock, ids=count(1000).__next__)
        self.open_account(CROWD, balances={}, is_crowd=True)
        if mark is not None:
            for name in (BTC, ETH, BTCUSD):
                self.set_mark(name, D(mark), D(mark))

    def join(
        self,
        uid: str,
        mode: PositionMode = PositionMode.ONE_WAY,
        money: Mapping[ProductType, Mapping[str, D]] = MONEY,
    ) -> None:
        """Open an account with some money in every wallet."""
        self.open_account(uid, balances=money, position_mode=mode)

    def quote(self, side: Side, price: str, size: str, instrument: InstrumentId = BTC) -> int | None:
        """Let the crowd offer something."""
        return self.add_crowd_limit(CROWD, instrument, side, D(price), D(size))

    def order(
        self,
        uid: str,
        side: Side,
        size: str,
        price: str | None = None,
        *,
        instrument: InstrumentId = BTC,
        leg: PositionSide | None = None,
        effect: Effect | None = None,
        force: TimeInForce = TimeInForce.GTC,
        client_id: str = "",
        stp: Stp = Stp.NONE,
        margin: MarginMode | None = None,
        take_profit: str | None = None,
        stop_loss: str | None = None,
        mode: PositionMode | None = None,
        is_quote: bool = False,
    ) -> Order:
        """Place an order: limit with a price, market without."""
        intent = PlaceOrder(
            instrument=instrument,
            side=side,
            order_type=OrderType.MARKET if price is None else OrderType.LIMIT,
            size=D(size),
            time_in_force=force,
            price=None if price is None else D(price),
            size_is_quote=is_quote,
            position_side=leg,
            effect=effect,
            position_mode=mode,
            margin_mode=margin,
            take_profit=None if take_profit is None else D(take_profit),
            stop_loss=None if stop_loss is None else D(stop_loss),
        )
        return self.place(uid, intent, client_id, stp=stp)

    def mark_at(self, price: str, instrument: InstrumentId = BTC) -> None:
        """Move the mark price."""
        self.set_mark(instrument, D(price), D(price))
