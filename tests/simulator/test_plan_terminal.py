"""Trigger, trailing and TP/SL orders changed on the screens, against the simulator over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest

from bgtui.bootstrap.opening import open_session
from bgtui.domain.intent import Intent, PlacePlan, PlaceTpsl, PositionTpsl
from bgtui.domain.market import Side
from bgtui.domain.order import MarginMode, OrderType, PlanKind, PlanOrder, PositionMode, TriggerType
from bgtui.exchange.clock import SystemClock
from bgtui.ui.app import BgtuiApp, Opened
from bgtui.ui.display import Display
from bgtui.ui.workspace import Badge, Identity
from tests.simulator.test_desk import BTC, LONG, OPEN, SIZE, USDT, Run, settings_for
from tests.support.forms import fill
from tests.support.journal import wait_for_disk
from tests.support.simulated import simulated
from tests.support.terminal import Terminal

PLAN_ROUTE = "/api/v2/mix/order/modify-plan-order"
TPSL_ROUTE = "/api/v2/mix/order/modify-tpsl-order"


class PatientClock(SystemClock):
    """The machine's time, whose seconds without a key pass by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.calm_s = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.calm_s


@dataclass(frozen=True, slots=True)
class Screens:
    """The program on an exchange of its own."""

    terminal: Terminal
    run: Run
    clock: PatientClock

    def waiting(self, order_id: str) -> PlanOrder:
        """Return a trigger order as the screens have it from the exchange."""
        plans = self.run.session.store.open_plans(USDT) or ()
        return next(plan for plan in plans if plan.order_id == order_id)

    async def place(self, intent: Intent) -> PlanOrder:
        """Have an order wait, and return it as the exchange has told it."""
        before = {plan.order_id for plan in self.run.session.store.open_plans(USDT) or ()}

        def new() -> list[PlanOrder]:
            plans = self.run.session.store.open_plans(USDT) or ()
            return [plan for plan in plans if plan.order_id not in before]

        await self.run.desk.submit(intent)
        await self.run.until(lambda: bool(new()))
        await self.run.until_settled()
        return new()[0]

    async def change(self, plan: PlanOrder, **texts: str) -> PlanOrder:
        """Change it by keys, and return it once its row shows that it has changed."""
        terminal = self.terminal
        await terminal.press("3", "l", "/")
        await terminal.type(plan.client_order_id or plan.order_id)
        await terminal.press("enter", "g", "a")
        await fill(terminal, **texts)
        await terminal.press("enter")
        self.clock.calm_s += 1
        await terminal.press("y")
        await self.run.until_settled()
        await self.run.until(lambda: terminal.message.startswith("live: amend "))
        await terminal.press("esc", "h")
        return self.waiting(plan.order_id)


@asynccontextmanager
async def screens(
    mode: PositionMode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Screens]:
    clock = PatientClock()
    monkeypatch.setattr("bgtui.bootstrap.opening.SystemClock", lambda: clock)
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(simulated(position_mode=mode))
        opened = []

        @asynccontextmanager
        async def connect() -> AsyncIterator[Opened]:
            settings = settings_for(served, tmp_path)
            async with open_session(settings, journal=tmp_path / "j.sqlite3", products=(USDT,)) as session:
                opened.append(session)
                yield Opened(session, Identity(Badge.SIM, "practice", True, USDT, (BTC,), (USDT,)))

        app = BgtuiApp(Display(is_stepped=True), connect, clock=clock)
        pilot = await stack.enter_async_context(app.run_test(size=(120, 40)))
        await app.opened.wait()
        terminal = Terminal(app, pilot, clock, opened[0], None, None)  # type: ignore[arg-type]
        yield Screens(terminal, Run(opened[0], served, mode), clock)
        assert served.simulator.rest.failures == []


@pytest.mark.parametrize("mode", list(PositionMode))
async def test_every_kind_shows_its_new_figures(
    mode: PositionMode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_for_disk(monkeypatch)
    async with screens(mode, tmp_path, monkeypatch) as shown:
        run = shown.run
        await run.until(lambda: run.session.store.positions(USDT) is not None)
        await run.hold(LONG, 2 * SIZE)
        low, lower, high, higher = (run.price(of) for of in ("0.9", "0.88", "1.1", "1.12"))
        entry = PlacePlan(
            BTC, PlanKind.TRIGGER, Side.BUY, OrderType.LIMIT, SIZE, low, TriggerType.LAST, low,
            position_side=LONG, effect=OPEN, position_mode=mode, margin_mode=MarginMode.CROSSED,
            margin_coin="USDT",
        )  # fmt: skip
        trail = replace(
            entry, kind=PlanKind.TRAILING, order_type=OrderType.MARKET, execute_price=None,
            callback_ratio=Decimal(1),
        )  # fmt: skip
        leg = (BTC, LONG, mode, "USDT")

        placed = await shown.place(entry)
        changed = await shown.change(placed, trigger=str(lower), then=str(lower), size="0.02")
        assert (changed.trigger_price, changed.execute_price, changed.size) == (lower, lower, Decimal("0.02"))

        placed = await shown.place(trail)
        changed = await shown.change(placed, callback="2.5")
        assert changed.trigger_price == low

        placed = await shown.place(PositionTpsl(*leg, stop_loss=low))
        changed = await shown.change(placed, trigger="-1%")
        assert changed.trigger_price is not None
        assert changed.trigger_price < low
        assert (changed.kind, changed.trigger_type) == (PlanKind.POSITION_STOP_LOSS, placed.trigger_type)

        part = PlaceTpsl(
            BTC, PlanKind.TAKE_PROFIT, LONG, mode, "USDT", high, TriggerType.MARK, SIZE, high
        )  # fmt: skip
        placed = await shown.place(part)
        changed = await shown.change(placed, trigger=str(higher), size="0.015")
        assert (changed.trigger_price, changed.size) == (higher, Decimal("0.015"))
        assert changed.execute_price == high

        assert run.writes.count(PLAN_ROUTE) == 2
        assert run.writes.count(TPSL_ROUTE) == 2
