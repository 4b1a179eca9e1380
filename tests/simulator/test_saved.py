"""`--state`: what outlives a simulator, and which files it refuses."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from bgtui.domain.error import ConfigError, ExitCode
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import (
    CancelOrder,
    ClosePosition,
    OrderRef,
    PlaceOrder,
    PlacePlan,
    PositionTpsl,
    SetLeverage,
    SetPositionMode,
)
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, OrderType, PlanKind, PositionMode, PositionSide, TriggerType
from bgtui.simulator.exchange import Exchange, World
from bgtui.simulator.exchange_accounts import PRACTICE, PRACTICE_ACCOUNT
from bgtui.simulator.reject import Reject
from bgtui.simulator.saved import SavedState, open_saved
from tests.simulator.worlds import BTC, ETH, SPOT_BTC, START_MS, listings

D = Decimal
UID = PRACTICE_ACCOUNT.uid
USDT, SPOT = ProductType.USDT_FUTURES, ProductType.SPOT

Open = Callable[..., SavedState]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Open the test's own state file; at most one is open at a time, and all are closed."""
    states: list[SavedState] = []

    def open_it(name: str = "state.db") -> SavedState:
        for state in states:
            state.close()
        states.append(open_saved(tmp_path / name))
        return states[-1]

    yield open_it
    for state in states:
        state.close()


def start(state: SavedState, seed: int = 1, start_ms: int = START_MS) -> Exchange:
    exchange = Exchange(state.world(World(seed, start_ms, rate=40.0, listings=listings(BTC, ETH, SPOT_BTC))))
    state.restore(exchange)
    return exchange


def limit(
    exchange: Exchange,
    ratio: str,
    instrument: InstrumentId = BTC,
    size: str = "0.01",
    client_id: str = "",
) -> str:
    rules = exchange.rules(instrument)
    price = (exchange.market.last(instrument) * D(ratio)).quantize(rules.tick)
    intent = PlaceOrder(instrument, Side.BUY, OrderType.LIMIT, D(size), price=price)
    return exchange.engine.place(UID, intent, client_id).order_id


def buy(exchange: Exchange, size: str = "0.02", instrument: InstrumentId = BTC) -> None:
    exchange.engine.place(UID, PlaceOrder(instrument, Side.BUY, OrderType.MARKET, D(size)))


def live_a_little(exchange: Exchange) -> None:
    """Do something of every kind."""
    engine = exchange.engine
    engine.set_leverage(UID, SetLeverage(ETH, "USDT", D(33)))
    buy(exchange)
    mark = engine.mark(BTC)
    assert mark is not None
    tick = exchange.rules(BTC).tick
    engine.position_tpsl(
        UID,
        PositionTpsl(
            BTC,
            PositionSide.LONG,
            PositionMode.ONE_WAY,
            "USDT",
            take_profit=(mark * 2).quantize(tick),
            stop_loss=(mark / 2).quantize(tick),
            trigger_type=TriggerType.MARK,
        ),
    )
    engine.place_plan(
        UID,
        PlacePlan(
            instrument=ETH,
            kind=PlanKind.TRIGGER,
            side=Side.BUY,
            order_type=OrderType.MARKET,
            size=D("0.5"),
            trigger_price=(exchange.market.last(ETH) / 2).quantize(exchange.rules(ETH).tick),
            trigger_type=TriggerType.LAST,
            position_mode=PositionMode.ONE_WAY,
        ),
        "plan-1",
    )
    limit(exchange, "0.97", client_id="kept-1")
    limit(exchange, "0.9", SPOT_BTC, "0.001", client_id="kept-2")
    gone = limit(exchange, "0.96", client_id="gone-1")
    engine.cancel(UID, CancelOrder(OrderRef(BTC, gone)))


def everything(exchange: Exchange) -> list[object]:
    """What a client could ask about the account and that no market moves."""
    engine = exchange.engine
    return [
        [
            engine.open_orders(UID, product),
            engine.order_history(UID, product),
            engine.open_plans(UID, product),
            engine.plan_history(UID, product),
            engine.fills(UID, product),
            engine.bills(UID, product),
            engine.closed_positions(UID, product),
            [
                (leg.instrument, leg.side, leg.size, leg.entry_price, leg.leverage, leg.position_id)
                for leg in engine.positions(UID, product)
            ],
            [
                (
                    balance.coin,
                    balance.frozen,
                    (balance.equity or balance.available) - (balance.unrealized_pnl or 0),
                )
                for balance in engine.balances(UID, product)
            ],
        ]
        for product in ProductType
    ] + [engine.settings(UID, each) for each in (BTC, ETH)]


def test_an_account_outlives_its_simulator(opened: Open) -> None:
    state = opened()
    assert state.is_new
    first = start(state)
    live_a_little(first)
    before = everything(first)
    state.save(first)
    state = opened()
    assert not state.is_new
    second = start(state, seed=2, start_ms=START_MS + 60_000)
    assert everything(second) == before
    assert second.engine.position_mode(UID, USDT) is PositionMode.ONE_WAY


def test_keys_prices_and_time_go_on(opened: Open) -> None:
    state = opened()
    first = start(state)
    first.advance(START_MS + 5000)
    buy(first)
    state.save(first)
    prices = first.market.coin_prices()
    keys = {profile: key.credentials for profile, key in first.keys.items()}
    second = start(opened(), seed=99, start_ms=START_MS - 1_000_000)
    assert second.clock.now_ms() > first.clock.now_ms(), "ids come from the time and must not come twice"
    assert {profile: key.credentials for profile, key in second.keys.items()} == keys
    assert second.market.coin_prices()["BTC"] == pytest.approx(prices["BTC"], rel=0.01)


def test_restored_orders_rest_in_the_book_and_can_be_canceled(opened: Open) -> None:
    state = opened()
    first = start(state)
    order_id = limit(first, "0.98", client_id="mine")
    state.save(first)
    second = start(opened())
    [order] = second.engine.open_orders(UID, USDT)
    assert order.order_id == order_id
    bids, _ = second.engine.book(BTC)
    assert any(price == order.price and size >= order.size for price, size in bids)
    second.engine.cancel(UID, CancelOrder(OrderRef(BTC, client_order_id="mine")))
    assert not second.engine.open_orders(UID, USDT)
    [balance] = second.engine.balances(UID, USDT)
    assert balance.frozen == 0


def test_an_order_that_the_market_has_passed_trades_at_the_start(opened: Open) -> None:
    state = opened()
    first = start(state)
    order_id = limit(first, "0.999")
    state.save(first)
    state = opened()
    # The same account in a market that is five percent lower.
    world = state.world(World(3, START_MS + 1000, rate=40.0, listings=listings(BTC, ETH, SPOT_BTC)))
    lower = {coin: price * 0.97 for coin, price in world.anchors.items()}
    second = Exchange(World(3, world.start_ms, rate=40.0, listings=world.listings, anchors=lower))
    state.restore(second)
    bids, asks = second.engine.book(BTC)
    assert bids[0][0] < asks[0][0], "never crossed"
    found = second.engine.find_order(UID, OrderRef(BTC, order_id))
    assert found is not None
    assert found.filled_size == found.size


def test_a_restored_position_can_be_closed_and_money_is_conserved(opened: Open) -> None:
    state = opened()
    first = start(state)
    first.engine.set_position_mode(UID, SetPositionMode(USDT, PositionMode.HEDGE))
    for side in PositionSide:
        trade = Side.BUY if side is PositionSide.LONG else Side.SELL
        first.engine.place(
            UID,
            PlaceOrder(BTC, trade, OrderType.MARKET, D("0.02"), position_side=side, effect=Effect.OPEN),
        )
    buy(first, "0.001", SPOT_BTC)
    state.save(first)
    second = start(opened())
    assert second.engine.position_mode(UID, USDT) is PositionMode.HEDGE
    assert len(second.engine.positions(UID, USDT)) == 2
    assert_sound(second)
    second.engine.close_position(UID, ClosePosition(BTC, PositionMode.HEDGE))
    assert not second.engine.positions(UID, USDT)
    assert_sound(second)


def assert_sound(exchange: Exchange) -> None:
    """Positions net to zero and every coin came from somewhere."""
    engine = exchange.engine
    accounts = engine._state.accounts.values()
    legs = [
        leg for account in accounts for wallet in account.wallets.values() for leg in wallet.legs.values()
    ]
    for name in (BTC, ETH):
        assert sum(leg.direction * leg.size for leg in legs if leg.instrument == name) == 0
    for coin in ("USDT", "BTC"):
        held = sum(
            (
                wallet.balance
                for account in accounts
                for key, wallet in account.wallets.items()
                if key[1] == coin
            ),
            D(0),
        )
        held += sum((account.spot[coin].balance for account in accounts if coin in account.spot), D(0))
        clearing = sum(
            (
                amount
                for name, amount in engine._ledger.clearing.items()
                if coin in exchange.rules(name).margin_coins
            ),
            D(0),
        )
        assert held + engine._ledger.fees[coin] + clearing == engine._ledger.deposits[coin]


def test_client_ids_stay_used(opened: Open) -> None:
    state = opened()
    first = start(state)
    limit(first, "0.9", client_id="once")
    state.save(first)
    second = start(opened())
    with pytest.raises(Reject, match="45034"):
        limit(second, "0.9", client_id="once")


def test_only_what_is_new_is_written(opened: Open) -> None:
    state = opened()
    exchange = start(state)
    state.save(exchange)
    assert state.capture(exchange) is None
    buy(exchange)
    capture = state.capture(exchange)
    assert capture is not None
    assert {row.kind for _, row, _ in capture.past} == {"orders", "fills", "bills"}
    state.write(capture)
    assert state.capture(exchange) is None
    buy(exchange)
    state.save(exchange)
    restored = start(opened())
    assert len(restored.engine.fills(UID, USDT)) == len(exchange.engine.fills(UID, USDT))


def test_starts_are_listed_with_their_instances(opened: Open) -> None:
    state = opened()
    state.begin("one", 1)
    state.begin("two", 2)
    assert [start.instance for start in opened().starts()] == ["one", "two"]


async def test_keeping_saves_when_it_ends(opened: Open) -> None:
    state = opened()
    exchange = start(state)
    task = asyncio.create_task(state.keep(exchange))
    await asyncio.sleep(0)
    buy(exchange)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert start(opened()).engine.positions(UID, USDT)


def test_a_file_that_is_in_use_is_refused_in_one_line(opened: Open, tmp_path: Path) -> None:
    opened()
    code = (
        "import sys, pathlib\n"
        "from bgtui.domain.error import ConfigError\n"
        "from bgtui.simulator.saved import open_saved\n"
        "try:\n"
        "    open_saved(pathlib.Path(sys.argv[1]))\n"
        "except ConfigError as error:\n"
        "    print(error)\n"
        "    sys.exit(int(error.exit_code))\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "state.db")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert found.returncode == int(ExitCode.USAGE), found.stderr
    assert "in use by another simulator" in found.stdout
    assert found.stdout.count("\n") == 1


def _foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()


def _text(path: Path) -> None:
    path.write_text("dear diary\n" * 100)


def _newer(path: Path) -> None:
    open_saved(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def _cut(path: Path) -> None:
    open_saved(path).close()
    path.write_bytes(path.read_bytes()[:9000])


def _scribbled(path: Path) -> None:
    open_saved(path).close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)


@pytest.mark.parametrize("make", [_foreign, _text, _newer, _cut, _scribbled])
def test_a_foreign_or_damaged_file_is_refused_and_left_as_it_is(
    make: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "state.db"
    make(path)
    before = path.read_bytes()
    with pytest.raises(ConfigError) as refusal:
        open_saved(path)
    assert "\n" not in str(refusal.value)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["state.db"]


def test_a_damaged_record_is_refused(opened: Open, tmp_path: Path) -> None:
    state = opened()
    state.save(start(state))
    state.close()
    with sqlite3.connect(tmp_path / "state.db") as connection:
        connection.execute("UPDATE account SET record = ?", (b'{"uid":1}',))
    connection.close()
    with pytest.raises(ConfigError, match="damaged"):
        start(opened())


def test_an_account_that_does_not_fit_the_market_is_refused(opened: Open) -> None:
    state = opened()
    first = start(state)
    buy(first, "0.5", ETH)
    state.save(first)
    state = opened()
    with pytest.raises(ConfigError, match="ETHUSDT, not listed here"):
        state.restore(Exchange(World(1, START_MS + 1000, rate=40.0, listings=listings(BTC))))


def test_no_directory_is_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        open_saved(tmp_path / "missing" / "state.db")


def test_the_file_is_for_its_owner_alone(opened: Open, tmp_path: Path) -> None:
    state = opened()
    state.save(start(state))
    assert (tmp_path / "state.db").stat().st_mode & 0o777 == 0o600
    assert PRACTICE in start(opened()).keys
