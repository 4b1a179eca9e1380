"""The kill switch against the simulator over real sockets: every kind of order, answers that are lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest

from bgtui.bootstrap.opening import open_session
from bgtui.config.commandline import CommandLine
from bgtui.config.venue import Environment, Venue
from bgtui.domain.instrument import InstrumentId, ProductType, instrument_id
from bgtui.domain.intent import PlaceOrder, PlacePlan, PlaceTpsl, PositionTpsl
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
    MarginMode,
    OrderType,
    PlanKind,
    PositionMode,
    PositionSide,
    TriggerType,
)
from bgtui.session.kill import KillStage, KillSwitch
from bgtui.session.kill_reach import KillChoice
from bgtui.session.session import Session
from bgtui.simulator.exchange_accounts import PRACTICE_ACCOUNT
from bgtui.simulator.history import EVERYTHING
from bgtui.simulator.hooks import Answer, Asked, Hangup, NoFaults
from bgtui.simulator.server import Served
from tests.support.place import Place
from tests.support.simulated import simulated

USDT, SPOT = ProductType.USDT_FUTURES, ProductType.SPOT
BTC, ETH = instrument_id(USDT, "BTCUSDT"), instrument_id(USDT, "ETHUSDT")
COIN = instrument_id(ProductType.COIN_FUTURES, "BTCUSD")
SPOT_BTC, SPOT_ETH = instrument_id(SPOT, "BTCUSDT"), instrument_id(SPOT, "ETHUSDT")
LONG, SHORT = PositionSide.LONG, PositionSide.SHORT
ONE_WAY, HEDGE = PositionMode.ONE_WAY, PositionMode.HEDGE
PATIENCE_S = 20.0
UID = PRACTICE_ACCOUNT.uid
CANCEL_ALL, CLOSE = "/api/v2/mix/order/cancel-all-orders", "/api/v2/mix/order/close-positions"


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask more often than a person would care for."""
    monkeypatch.setattr("bgtui.session.kill.ASK_EVERY_S", 0.3)
    monkeypatch.setattr("bgtui.session.kill._PACES_S", {})


@dataclass
class Desk:
    """A kill switch whose session does not run: every stream is down."""

    session: Session
    served: Served
    mode: PositionMode

    @property
    def kill(self) -> KillSwitch:
        assert self.session.kill is not None
        return self.session.kill

    @property
    def writes(self) -> list[str]:
        return [entry.path for entry in self.served.simulator.rest.log if entry.method == "POST"]

    def standing(self, product: ProductType) -> tuple[int, int, int]:
        """Orders, trigger orders and legs at the exchange itself."""
        engine = self.served.simulator.exchange.engine
        return (
            len(engine.open_orders(UID, product, None, EVERYTHING)),
            len(engine.open_plans(UID, product, None, EVERYTHING)),
            len(engine.positions(UID, product)) if product.is_futures else 0,
        )

    @property
    def left(self) -> dict[str, tuple[int, int, int]]:
        found = {product.value: self.standing(product) for product in ProductType}
        return {name: counts for name, counts in found.items() if any(counts)}

    def price(self, instrument: InstrumentId, ratio: str) -> Decimal:
        market = self.served.simulator.exchange.market
        return (market.last(instrument) * Decimal(ratio)).quantize(Decimal("0.1"))

    def rest(self, instrument: InstrumentId, ratio: str = "0.97", size: str = "0.01") -> None:
        """Place a bid far from the market."""
        self._place(instrument, Side.BUY, OrderType.LIMIT, size, LONG, self.price(instrument, ratio))

    def hold(self, instrument: InstrumentId, side: PositionSide, size: str = "0.02") -> None:
        """Open a leg at market."""
        self._place(instrument, Side.BUY if side is LONG else Side.SELL, OrderType.MARKET, size, side, None)

    def _place(
        self, instrument: InstrumentId, side: Side, kind: OrderType, size: str,
        leg: PositionSide, price: Decimal | None, effect: Effect = Effect.OPEN,
    ) -> None:  # fmt: skip
        is_futures = instrument.product_type.is_futures
        coin = "BTC" if instrument == COIN else "USDT"
        futures = {
            "position_side": leg, "effect": effect, "position_mode": self.mode,
            "margin_mode": MarginMode.CROSSED, "margin_coin": coin,
        }  # fmt: skip
        intent = PlaceOrder(
            instrument,
            side,
            kind,
            Decimal(size),
            price=price,
            **(futures if is_futures else {}),  # type: ignore[arg-type]
        )
        self.served.simulator.exchange.engine.place(UID, intent)

    def hold_back(self, size: str) -> None:
        """Rest an order that closes part of the long leg, which it holds."""
        price = self.price(BTC, "1.03")
        self._place(BTC, Side.SELL, OrderType.LIMIT, size, LONG, price, Effect.CLOSE)

    def protect(self) -> None:
        """Set take profit and stop loss of the long leg, a partial one, and a trailing stop."""
        engine = self.served.simulator.exchange.engine
        high, low = self.price(BTC, "1.05"), self.price(BTC, "0.95")
        engine.position_tpsl(UID, PositionTpsl(BTC, LONG, self.mode, "USDT", high, low))
        part = PlaceTpsl(
            BTC, PlanKind.STOP_LOSS, LONG, self.mode, "USDT", low, TriggerType.MARK, Decimal("0.01")
        )
        engine.place_tpsl(UID, part)
        engine.place_tpsl(
            UID,
            replace(part, kind=PlanKind.TRAILING_STOP, trigger_price=high, callback_ratio=Decimal(1)),
        )

    def wait_for_price(self, instrument: InstrumentId, kind: PlanKind, *, is_tpsl: bool = False) -> None:
        """Place a trigger order that opens; on spot also a TP/SL order, as the phone does."""
        is_futures = instrument.product_type.is_futures
        futures = {
            "position_side": LONG, "effect": Effect.OPEN, "position_mode": self.mode,
            "margin_mode": MarginMode.CROSSED, "margin_coin": "USDT",
        }  # fmt: skip
        plan = PlacePlan(
            instrument, kind, Side.BUY, OrderType.MARKET, Decimal("0.01") if is_futures else Decimal(50),
            self.price(instrument, "0.9"), TriggerType.LAST,
            callback_ratio=Decimal(1) if kind is PlanKind.TRAILING else None,
            size_is_quote=not is_futures, **(futures if is_futures else {}),  # type: ignore[arg-type]
        )  # fmt: skip
        self.served.simulator.exchange.engine.place_plan(UID, plan, is_tpsl=is_tpsl)

    def fill(self) -> None:
        """Put one of everything onto the account."""
        self.hold(BTC, LONG)
        self.hold(ETH, LONG, "0.1")
        if self.mode is HEDGE:
            self.hold(BTC, SHORT, "0.03")
        self.protect()
        for ratio in ("0.97", "0.96"):
            self.rest(BTC, ratio)
        self.rest(ETH, size="0.1")
        self.hold_back("0.005")
        for kind in (PlanKind.TRIGGER, PlanKind.TRAILING):
            self.wait_for_price(BTC, kind)
        self.rest(SPOT_BTC, size="0.001")
        self.rest(SPOT_ETH, size="0.02")
        self.wait_for_price(SPOT_BTC, PlanKind.SPOT_TRIGGER)
        self.wait_for_price(SPOT_BTC, PlanKind.SPOT_TRIGGER, is_tpsl=True)

    async def begin(self, choice: KillChoice, instrument: InstrumentId | None = None) -> None:
        reach = self.kill.reach(instrument)
        self.kill.begin(reach, choice, await self.kill.ask(reach, choice))

    async def until(self, predicate: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not predicate():  # noqa: ASYNC110 - the exchange is asked, nobody tells
                await asyncio.sleep(0.02)

    async def until_verified(self) -> None:
        await self.until(lambda: not self.kill.is_alarmed)

    @property
    def said(self) -> list[str]:
        assert self.kill.run is not None
        return [line.text for line in self.kill.run.lines]


@asynccontextmanager
async def desk(
    tmp_path: Path, mode: PositionMode = ONE_WAY, faults: NoFaults | None = None
) -> AsyncIterator[Desk]:
    async with simulated(position_mode=mode, faults=faults, rate=1.0) as served:
        venue = Venue(Environment.SIM, served.rest, served.ws_public, served.ws_private)
        credentials = served.simulator.exchange.keys["practice"].credentials
        settings = Place(tmp_path).load(CommandLine()).moved_to(venue, credentials)
        products = tuple(ProductType)
        async with open_session(settings, journal=tmp_path / "journal.sqlite3", products=products) as session:
            yield Desk(session, served, mode)


both_modes = pytest.mark.parametrize("mode", list(PositionMode))


@both_modes
async def test_everything_of_every_product_is_gone_with_the_streams_down(
    mode: PositionMode, tmp_path: Path
) -> None:
    async with desk(tmp_path, mode) as run:
        run.fill()
        spot = run.served.simulator.exchange.engine
        coins = {one.coin: one.available + one.frozen for one in spot.balances(UID, SPOT)}
        assert set(run.left) == {USDT.value, SPOT.value}
        await run.begin(KillChoice.BOTH)
        assert run.kill.is_alarmed
        await run.until_verified()
        assert run.left == {}
        assert run.kill.run is not None
        assert (run.kill.run.left, run.kill.run.stage) == (0, KillStage.VERIFIED)
        after = {one.coin: one.available + one.frozen for one in spot.balances(UID, SPOT)}
        assert after == coins, "spot balances are never sold"
        assert run.writes.count(CANCEL_ALL) == 1, "one product type had futures orders"
        assert run.writes.count(CLOSE) == (3 if mode is HEDGE else 2), "one for each leg"
        assert f"accepted {run.writes.count(CLOSE)} of {run.writes.count(CLOSE)}" in run.said


async def test_one_symbol_leaves_the_others_alone(tmp_path: Path) -> None:
    async with desk(tmp_path, HEDGE) as run:
        run.fill()
        await run.begin(KillChoice.BOTH, BTC)
        await run.until_verified()
        orders, plans, legs = run.standing(USDT)
        assert (orders, plans, legs) == (1, 0, 1), "ETH keeps its order and its leg"
        assert run.standing(SPOT) == (2, 2, 0)


async def test_cancel_alone_keeps_the_legs(tmp_path: Path) -> None:
    async with desk(tmp_path, HEDGE) as run:
        run.fill()
        await run.begin(KillChoice.CANCEL)
        await run.until_verified()
        assert run.left == {USDT.value: (0, 0, 3)}
        assert CLOSE not in run.writes


async def test_flatten_alone_leaves_what_close_orders_hold(tmp_path: Path) -> None:
    async with desk(tmp_path, HEDGE) as run:
        run.hold(BTC, LONG)
        run.hold_back("0.005")
        reach = run.kill.reach()
        standing = await run.kill.ask(reach)
        assert [leg.locked for leg in standing.legs] == [Decimal("0.005")]
        await run.begin(KillChoice.FLATTEN)
        await run.until_verified()
        legs = run.served.simulator.exchange.engine.positions(UID, USDT)
        assert [leg for leg in legs if leg.available] == []


class LosesAnswers(NoFaults):
    """Carries writes out, and hangs up instead of saying so."""

    async def after(self, asked: Asked, answer: Answer) -> Answer:
        if asked.method == "POST":
            raise Hangup
        return answer


async def test_answers_that_are_lost_are_asked_about_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    async with desk(tmp_path, HEDGE, LosesAnswers()) as run:
        run.hold(BTC, LONG)
        run.hold(BTC, SHORT)
        run.rest(BTC)
        await run.begin(KillChoice.BOTH)
        await run.until_verified()
        assert run.left == {}
        assert (run.writes.count(CANCEL_ALL), run.writes.count(CLOSE)) == (1, 2)
        assert any(line.startswith("no answer") for line in run.said)


class Swallows(NoFaults):
    """Answers that a close was done, and does nothing; until it is told to stop."""

    def __init__(self) -> None:
        self.is_on = True
        self.count = 0

    async def before(self, asked: Asked) -> Answer | None:
        self.count += asked.path == CLOSE
        if self.is_on and asked.path == CLOSE:
            body = (
                b'{"code":"00000","msg":"success","requestTime":1,"data":{"successList":[],"failureList":[]}}'
            )
            return Answer(200, body)
        return None


async def test_the_alarm_stays_until_a_query_finds_nothing_and_a_person_sends_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bgtui.session.kill.OVERDUE_S", 1.5)
    faults = Swallows()
    async with desk(tmp_path, ONE_WAY, faults) as run:
        run.hold(BTC, LONG)
        await run.begin(KillChoice.BOTH)
        await run.until(lambda: run.kill.run is not None and run.kill.run.is_overdue)
        assert run.kill.run is not None
        assert (run.kill.run.left, run.kill.is_alarmed) == (1, True)
        assert faults.count == 1, "nothing is sent again by itself"
        faults.is_on = False
        await run.begin(KillChoice.BOTH)
        await run.until_verified()
        assert run.left == {}
        assert faults.count == 2


class Silent(NoFaults):
    """Answers no question about legs."""

    def __init__(self) -> None:
        self.is_on = True

    async def before(self, asked: Asked) -> Answer | None:
        if self.is_on and "position" in asked.path and asked.method == "GET":
            raise Hangup
        return None


async def test_what_cannot_be_asked_is_never_called_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bgtui.session.kill.ASK_WITHIN_S", 1.0)
    faults = Silent()
    async with desk(tmp_path, ONE_WAY, faults) as run:
        run.rest(BTC)
        reach = run.kill.reach(BTC)
        faults.is_on = False
        standing = await run.kill.ask(reach)
        faults.is_on = True
        run.kill.begin(reach, KillChoice.BOTH, standing)
        await run.until(lambda: run.standing(USDT)[0] == 0)
        await run.until(lambda: any(line.startswith("not answered") for line in run.said))
        assert run.kill.is_alarmed
        faults.is_on = False
        run.kill.ask_again()
        await run.until_verified()
        assert run.left == {}
