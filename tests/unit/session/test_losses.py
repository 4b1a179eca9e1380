"""The day's loss: counted from the exchange's fills and the open legs, locking until 00:00 UTC."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from bgtui.domain import question
from bgtui.domain.account import Balance, Bill, Fill, Position
from bgtui.domain.dayloss import DAY_MS, day_of
from bgtui.domain.daysums import DaySums
from bgtui.domain.event import (
    AccountPart,
    AccountReconciled,
    BalancesReported,
    ClockMeasured,
    Connection,
    ConnectionLost,
    ConnectionOpened,
    FillReported,
    InstrumentsListed,
    PositionsReported,
    QuestionAnswered,
    TickerUpdated,
    WatchChanged,
)
from bgtui.domain.feed import MarketChannel, MarketTopic
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.limit import Limits
from bgtui.domain.market import Ticker
from bgtui.domain.order import Fee, PositionSide
from bgtui.domain.question import Question
from bgtui.domain.trading import TradingState
from bgtui.session.arming import Arming, Warrant
from bgtui.session.dayfile import DayFile
from bgtui.session.losses import (
    FUNDING_MS,
    LONG_LIST,
    TROUBLE_MS,
    DayMemory,
    DayRecord,
    Losses,
    NoMemory,
)
from bgtui.store.store import Store
from tests.support.build import BTC, USDT, D, HandClock, contract, fill, position
from tests.support.intents import PLACE
from tests.support.loop import virtual_time

DAY = 1_700_006_400_000
"""2023-11-15 00:00 UTC."""
HOUR_MS = 3_600_000
LIMITS = Limits(day_loss=D(500))
COIN = ProductType.COIN_FUTURES
SHORT = PositionSide.SHORT


class Bench:
    """An account of one product type, looked at from ten in the morning on."""

    def __init__(
        self,
        limits: Limits = LIMITS,
        *,
        memory: DayMemory | None = None,
        at_ms: int = DAY + 10 * HOUR_MS,
        legs: tuple[Position, ...] | None = (),
        opened: str = "",
        mark: str = "100",
        has_wallet: bool = True,
    ) -> None:
        self.clock = HandClock(wall_ms=at_ms)
        self.store = Store(self.clock)
        self.asked: list[Question[Any]] = []
        self.locks: list[tuple[int, str]] = []
        self.store.apply(ConnectionOpened(Connection.PRIVATE, "private", 1))
        self.store.apply(WatchChanged(frozenset({MarketTopic(MarketChannel.TICKER, BTC)})))
        self.store.apply(InstrumentsListed(USDT, (contract(),)))
        self.mark(mark, opened)
        if has_wallet:
            self.tell_wallet()
        if legs is not None:
            self.hold(*legs)
            self.store.apply(AccountReconciled(USDT))
        self.losses = Losses(
            self.store,
            limits,
            (USDT, COIN, ProductType.SPOT),
            now_ms=self.clock.now_ms,
            memory=memory,
            ask=self.asked.append,
            lock=lambda until_ms, line: self.locks.append((until_ms, line)),
        )

    def tell_wallet(self) -> None:
        balance = Balance(USDT, "USDT", D(1000), D(0), equity=D(10_000))
        now_ms = self.clock.now_ms()
        self.store.apply(BalancesReported(USDT, (balance,), is_complete=True, time_ms=now_ms))

    def mark(self, mark: str, opened: str = "") -> None:
        self.store.apply(
            TickerUpdated(Ticker(BTC, self.clock.now_ms(), mark, mark_text=mark, open_utc_text=opened))
        )

    def hold(self, *legs: Position) -> None:
        self.store.apply(PositionsReported(USDT, legs, self.clock.now_ms()))

    def trade(
        self, realized: str, fee: str = "0", *, trade_id: str = "1", time_ms: int | None = None
    ) -> Fill:
        made = replace(
            fill(trade_id, self.clock.now_ms() if time_ms is None else time_ms),
            realized_pnl=D(realized),
            fees=(Fee("USDT", D(fee), fee),),
        )
        self.report(made)
        return made

    def report(self, made: Fill) -> None:
        """Tell a fill as a session does."""
        self.store.apply(FillReported(made))
        self.losses.hear(made)

    def is_locked(self) -> bool:
        return self.losses.is_locked

    @property
    def net(self) -> Decimal:
        return self.losses.figures(USDT).net


def leg(size: str, entry: str, *, age_h: int = 24, side: PositionSide = PositionSide.LONG) -> Position:
    return replace(position(size, entry=entry, side=side), created_ms=DAY + 10 * HOUR_MS - age_h * HOUR_MS)


# Counting


def test_realized_fees_funding_and_the_move_of_what_is_open_add_up() -> None:
    bench = Bench(legs=(leg("2", "90"),))
    bench.losses.judge()
    bench.trade("-30", "1.5")
    bench.trade("10", "0.5", trade_id="2")
    bench.mark("95")
    paid = Bill(USDT, "b", "USDT", D("-0.7"), None, None, "contract_settle_fee", BTC, DAY + HOUR_MS)
    bench.store.apply(QuestionAnswered(question.bills(USDT), (paid,), DAY + 10 * HOUR_MS))
    figures = bench.losses.figures(USDT)
    assert (figures.realized, figures.fees, figures.funding, figures.unrealized) == (
        D(-20), D(-2), D("-0.7"), D(-10)
    )  # fmt: skip
    assert figures.net == D("-32.7")
    assert figures.unknown == ""


def test_a_fill_counts_once_and_only_on_its_own_day() -> None:
    bench = Bench()
    made = bench.trade("-30", "1")
    bench.report(made)
    bench.trade("-500", trade_id="2", time_ms=DAY - 1)
    bench.trade("-1", trade_id="3", time_ms=DAY)
    assert bench.net == D(-32)


def test_funding_of_yesterday_and_other_bills_do_not_count() -> None:
    bench = Bench()
    rows = (("contract_settle_fee", DAY - 1), ("open_long", DAY + 1), ("contract_settle_fee", DAY))
    bills = tuple(Bill(USDT, str(at), "USDT", D(-5), None, None, kind, BTC, at) for kind, at in rows)
    bench.store.apply(QuestionAnswered(question.bills(USDT), bills, DAY + 10 * HOUR_MS))
    assert bench.net == D(-5)


@pytest.mark.parametrize(
    ("made", "opened", "start"),
    [
        (leg("2", "90", age_h=9), "97", "0"),
        (leg("2", "90", age_h=24), "97", "14"),
        (leg("2", "90", age_h=24), "", "20"),
        (leg("2", "90", age_h=24, side=SHORT), "97", "-14"),
    ],
    ids=[
        "of today: from its entry",
        "older: from where the day opened",
        "else from first sight",
        "a short one",
    ],
)
def test_where_an_open_leg_begins_to_count(made: Position, opened: str, start: str) -> None:
    bench = Bench(legs=(made,), opened=opened)
    now = D(20) if made.side is PositionSide.LONG else D(-20)
    assert bench.net == now - D(start)


def test_a_leg_closed_over_the_day_counts_from_where_the_day_began() -> None:
    bench = Bench(legs=(leg("2", "90"),), opened="95")
    bench.losses.judge()
    bench.trade("-20")
    bench.hold()
    assert bench.net == D(-30), "yesterday it was ten up"


def test_a_run_that_sees_midnight_begins_at_mark() -> None:
    bench = Bench(at_ms=DAY + DAY_MS - 1000, legs=(leg("2", "90"),), opened="50")
    bench.losses.judge()
    bench.clock.advance(2)
    bench.mark("101", "50")
    bench.losses.judge()
    bench.mark("99", "50")
    assert bench.net == D(-4)


def test_what_is_not_told_is_said_and_not_counted_as_nothing() -> None:
    assert Bench(legs=None).losses.figures(USDT).unknown == "today's fills"
    bench = Bench()
    assert bench.losses.figures(USDT).unknown == ""
    assert bench.losses.figures(COIN).unknown == "today's fills"
    bench.store.apply(ConnectionLost(Connection.PRIVATE, "private", "gone", 1000))
    bench.clock.advance(61)
    assert bench.losses.figures(USDT).unknown == "the legs (told 61s ago)"


def test_spot_has_no_day_of_its_own() -> None:
    bench = Bench()
    bench.trade("-30")
    figures = bench.losses.figures(ProductType.SPOT)
    assert (figures.net, figures.unknown) == (D(-30), "")


def test_a_coin_margined_loss_is_counted_in_dollars() -> None:
    bench = Bench()
    bench.store.apply(PositionsReported(COIN, (), DAY))
    for part in AccountPart:
        bench.store.apply(AccountReconciled(COIN, part))
    coin_btc = replace(fill("9", DAY + 1), instrument=instrument_id(COIN, "BTCUSD"), realized_pnl=D("-0.5"))
    bench.report(coin_btc)
    assert bench.losses.figures(COIN).net == D(-50)


def test_a_coin_margined_loss_is_in_its_own_coin_whatever_else_may_back_it() -> None:
    bench = Bench()
    backed = replace(
        contract(),
        id=instrument_id(COIN, "BTCUSD"),
        quote_coin="USD",
        margin_coins=("ETH", "BTC"),
        is_inverse=True,
    )
    bench.store.apply(InstrumentsListed(COIN, (backed,)))
    bench.store.apply(PositionsReported(COIN, (), DAY))
    for part in AccountPart:
        bench.store.apply(AccountReconciled(COIN, part))
    bench.report(replace(fill("9", DAY + 1), instrument=backed.id, realized_pnl=D("-0.5")))
    assert (bench.losses.figures(COIN).net, bench.losses.figures(COIN).unknown) == (D(-50), "")


def test_the_ledger_is_asked_for_funding_while_something_is_held() -> None:
    bench = Bench(legs=(leg("2", "90"),))
    bench.losses.judge()
    bench.losses.judge()
    assert bench.asked == [question.bills(USDT)]
    bench.clock.advance(FUNDING_MS / 1000)
    bench.losses.judge()
    assert len(bench.asked) == 2
    idle = Bench()
    idle.losses.judge()
    assert idle.asked == []


# Locking


@pytest.mark.parametrize(("realized", "locks"), [("-499.99", 0), ("-500", 1), ("-503.2", 1)])
def test_it_locks_at_the_limit_and_not_a_cent_before(realized: str, locks: int) -> None:
    bench = Bench()
    bench.trade(realized)
    bench.losses.judge()
    assert len(bench.locks) == locks
    assert bench.is_locked() is bool(locks)


def test_the_lock_says_until_when_and_why_and_ends_at_midnight() -> None:
    bench = Bench()
    bench.trade("-503.2")
    bench.losses.judge()
    line = "Locked until 00:00 UTC: day loss -503.20 passed -500.00; only exits pass."
    assert bench.locks == [(DAY + DAY_MS, line)]
    assert (bench.losses.until_ms, bench.losses.line) == (DAY + DAY_MS, line)
    bench.clock.advance(14 * 3600 - 0.001)
    assert bench.is_locked()
    bench.clock.advance(0.001)
    assert not bench.is_locked()
    assert (bench.losses.until_ms, bench.losses.line) == (0, "")
    bench.losses.judge()
    assert not bench.is_locked()
    assert bench.net == 0


def test_an_open_loss_locks_as_a_realized_one_does() -> None:
    bench = Bench(legs=(leg("10", "100"),))
    bench.losses.judge()
    bench.mark("50")
    bench.losses.judge()
    assert bench.is_locked()


def test_a_recovery_does_not_unlock() -> None:
    bench = Bench(legs=(leg("10", "100"),))
    bench.losses.judge()
    bench.mark("50")
    bench.losses.judge()
    bench.mark("150")
    bench.losses.judge()
    assert bench.is_locked()


def test_a_share_of_the_equity_with_which_the_day_began() -> None:
    bench = Bench(Limits(day_loss_percent=D(1)))
    bench.trade("-99.99")
    bench.losses.judge()
    assert not bench.is_locked()
    bench.trade("-0.01", trade_id="2")
    bench.losses.judge()
    assert bench.losses.line.startswith("Locked until 00:00 UTC: day loss -100.00 passed -100.00")


def test_a_wallet_that_is_told_after_the_legs_counts_for_the_day_all_the_same() -> None:
    bench = Bench(Limits(day_loss_percent=D(1)), has_wallet=False)
    bench.losses.judge()
    assert bench.losses.figures(USDT).equity is None
    bench.tell_wallet()
    bench.losses.judge()
    assert bench.losses.figures(USDT).equity == D(10_000)
    bench.trade("-100")
    bench.losses.judge()
    assert bench.is_locked()


def test_without_a_limit_nothing_locks_and_nothing_is_asked() -> None:
    bench = Bench(Limits(), legs=(leg("2", "90"),))
    bench.trade("-100000")
    bench.losses.judge()
    assert (bench.is_locked(), bench.asked) == (False, [])


# Restarting


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@virtual_time
async def test_a_lock_survives_a_restart_whatever_the_limits_say_then(tmp_path: Path) -> None:
    memory = DayFile(tmp_path, "live|api|1|")
    bench = Bench(memory=memory, legs=(leg("10", "100"),))
    bench.losses.judge()
    bench.mark("50")
    bench.losses.judge()
    memory.write(bench.losses._record)
    again = Bench(Limits(day_loss=D(5000)), memory=memory, legs=None)
    again.losses.judge()
    assert again.locks == bench.locks
    assert again.is_locked()
    again.clock.advance(14 * 3600)
    assert not again.is_locked()
    tomorrow = Bench(memory=memory, at_ms=DAY + DAY_MS + 1)
    tomorrow.losses.judge()
    assert tomorrow.locks == []


def test_the_start_of_the_open_legs_survives_a_restart(folder: Path) -> None:
    memory = DayFile(folder, "live|api|1|")
    bench = Bench(memory=memory, legs=(leg("2", "90"),))
    bench.losses.judge()
    memory.write(bench.losses._record)
    again = Bench(memory=memory, legs=(leg("2", "90"),), mark="80", opened="80")
    assert again.net == D(-40)


class CountingMemory(NoMemory):
    def __init__(self, problem: str = "") -> None:
        self.saved: list[DayRecord] = []
        self.problem = problem

    async def save(self, record: DayRecord) -> str:
        self.saved.append(record)
        return self.problem


@virtual_time
async def test_the_record_is_written_when_it_changes_and_only_then() -> None:
    memory = CountingMemory()
    bench = Bench(memory=memory)
    bench.losses.judge()
    assert await bench.losses.keep()
    assert await bench.losses.keep()
    assert len(memory.saved) == 1
    bench.trade("-600")
    bench.losses.judge()
    await bench.losses.keep()
    assert [record.locked_until_ms for record in memory.saved] == [0, DAY + DAY_MS]


@virtual_time
async def test_a_record_that_cannot_be_kept_is_tried_again_and_locks_all_the_same() -> None:
    memory = CountingMemory("Day record cannot be kept (disk full)")
    bench = Bench(memory=memory)
    bench.trade("-600")
    bench.losses.judge()
    assert not await bench.losses.keep()
    assert bench.losses.problem.startswith("Day record cannot be kept")
    assert bench.is_locked()
    memory.problem = ""
    assert await bench.losses.keep()
    assert not bench.losses.problem


# The file


SUMS = DaySums(DAY + 1, frozenset({"x 1", "x 2"}), 2001, {"USDT": D("-3.25")}, {"BGB": D("-0.1")})
RECORD = DayRecord(
    DAY,
    {USDT: D("-3.5"), COIN: D(0)},
    D("1000.25"),
    DAY + DAY_MS,
    "Locked.",
    frozenset({"a b"}),
    {USDT: SUMS},
)


def test_the_file_is_private_whole_and_this_accounts_alone(folder: Path) -> None:
    mine, other = DayFile(folder, "live|api|1|"), DayFile(folder, "live|api|2|")
    before = os.umask(0)
    assert mine.write(RECORD) == ""
    os.umask(before)
    assert stat.S_IMODE(mine.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in folder.iterdir()] == [mine.path.name]
    assert mine.load() == RECORD
    assert (other.load(), other.trouble) == (None, "")
    mine.path.rename(other.path)
    assert other.load() is None, "a file that was moved over is another account's"
    assert other.trouble == "Day record is damaged or another account's: not used"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: text[:-5],
        lambda text: "[]",
        lambda text: "null",
        lambda text: text.replace('"version": 1', '"version": 2'),
        lambda text: text.replace("-3.5", "NaN"),
        lambda text: text.replace("usdt-futures", "nowhere"),
        lambda text: text + " " * 1_000_000,
        lambda text: text.replace("-3.25", "-"),
        lambda text: text.replace('"count": 2001', '"count": 1'),
        lambda text: text.replace('["x 1", "x 2"]', "[]"),
        lambda text: "[" * 50_000,
        lambda text: text.replace(f'"day_ms": {DAY}', '"day_ms": 1e999'),
        lambda text: text.replace('"count": 2001', '"count": Infinity'),
    ],
)
def test_a_file_that_cannot_be_read_is_as_good_as_none(folder: Path, spoil: Callable[[str], str]) -> None:
    memory = DayFile(folder, "live|api|1|")
    memory.write(RECORD)
    memory.path.write_text(spoil(memory.path.read_text()))
    assert memory.load() is None
    assert memory.trouble


def test_a_market_order_over_thousands_of_prices_keeps_no_lock_from_being_read(folder: Path) -> None:
    memory = DayFile(folder, "live|api|1|")
    names = frozenset(f"usdt-futures:BTCUSDT {10**18 + each}" for each in range(3000))
    record = replace(RECORD, sums={USDT: replace(SUMS, names=names, count=3000)})
    assert memory.write(record) == ""
    assert memory.load() == record


def test_a_file_of_the_program_before_this_one_is_read_without_sums(folder: Path) -> None:
    memory = DayFile(folder, "live|api|1|")
    memory.write(RECORD)
    data = json.loads(memory.path.read_text())
    del data["sums"]
    memory.path.write_text(json.dumps(data))
    assert memory.load() == replace(RECORD, sums={})
    assert data["version"] == 1, "that program reads this one's files: it passes over what it does not know"


def test_a_second_bgtui_on_the_account_does_not_write_away_a_lock(folder: Path) -> None:
    memory = DayFile(folder, "live|api|1|")
    memory.write(RECORD)
    memory.write(replace(RECORD, locked_until_ms=0, lock_line="", equity=D(1)))
    assert memory.load() == replace(RECORD, equity=D(1))
    memory.write(DayRecord(DAY + DAY_MS))
    left = memory.load()
    assert left is not None
    assert left.locked_until_ms == 0, "yesterday's lock is over"


def test_a_lock_that_another_bgtui_writes_at_the_same_moment_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = DayFile(folder, "live|api|1|"), DayFile(folder, "live|api|1|")
    folder.mkdir()
    drafts, is_begun, is_over = iter((1, 2)), Event(), Event()
    monkeypatch.setattr("os.getpid", lambda: next(drafts))

    def sync(_handle: int) -> None:
        if not is_begun.is_set():
            is_begun.set()
            is_over.wait(0.2)  # in vain: the other waits until this one is through

    monkeypatch.setattr("os.fsync", sync)

    async def lock() -> None:
        await asyncio.to_thread(is_begun.wait)
        await other.save(RECORD)
        is_over.set()

    async def both() -> None:
        await asyncio.gather(mine.save(replace(RECORD, locked_until_ms=0, lock_line="")), lock())

    asyncio.run(both())
    left = mine.load()
    assert left is not None
    assert left.locked_until_ms == RECORD.locked_until_ms


def test_a_record_that_cannot_be_used_is_told_for_a_while(folder: Path) -> None:
    memory = DayFile(folder, "live|api|1|")
    memory.write(RECORD)
    memory.path.write_text(memory.path.read_text()[:-5])
    bench = Bench(memory=memory)
    told = "Day record is damaged or another account's: not used; today is counted anew from its fills."
    assert bench.losses.problem == told
    bench.trade("-30")
    assert bench.net == D(-30)
    bench.clock.advance(TROUBLE_MS / 1000)
    assert bench.losses.problem == ""


def test_a_record_of_a_day_to_come_is_told_once_the_clock_is_measured_and_not_used(folder: Path) -> None:
    memory = DayFile(folder, "live|api|1|")
    memory.write(replace(RECORD, day_ms=DAY + DAY_MS, locked_until_ms=DAY + 2 * DAY_MS))
    bench = Bench(memory=memory)
    bench.losses.judge()
    assert (bench.is_locked(), bench.losses.problem) == (False, "")
    bench.store.apply(ClockMeasured(0, 1))
    assert bench.losses.problem.startswith("Day record is of a day that has not begun: not used")


def test_a_clock_that_is_wrong_over_midnight_takes_nothing_from_the_day() -> None:
    bench = Bench(at_ms=DAY + DAY_MS - HOUR_MS)
    bench.trade("-400")
    bench.trade("-200", trade_id="2")
    bench.losses.judge()
    assert bench.is_locked()
    bench.clock.wall_ms += 2 * HOUR_MS
    bench.losses.judge()
    assert not bench.is_locked()
    bench.clock.wall_ms -= 2 * HOUR_MS
    bench.losses.judge()
    assert (bench.is_locked(), bench.net) == (True, D(-600))


# More fills than anybody keeps


MINUTE_MS = 60_000
MANY = LONG_LIST + 500


def busy_day(bench: Bench, fills: int = MANY) -> list[Fill]:
    """Lose a dollar a second since 00:00 UTC, and let the day be judged."""
    made = [bench.trade("-1", trade_id=str(each), time_ms=DAY + 1000 * each) for each in range(fills)]
    bench.losses.judge()
    return made


def restarted(
    bench: Bench, read: Callable[[int | None], list[Fill]], record: DayRecord | None = None
) -> Bench:
    """Start anew with what was kept; ``read`` is what the exchange lists from a moment on."""
    memory = CountingMemory()
    memory.load = lambda: record or bench.losses._record  # type: ignore[method-assign]
    again = Bench(Limits(day_loss=D(10**6)), memory=memory, legs=None)
    for each in read(again.losses.read_from_ms(USDT)):
        again.report(each)
    assert again.losses.figures(USDT).unknown == "today's fills"
    again.hold()
    again.store.apply(AccountReconciled(USDT))
    again.losses.judge()
    return again


def listed(made: list[Fill]) -> Callable[[int | None], list[Fill]]:
    return lambda from_ms: [each for each in made if each.time_ms >= (from_ms or 0)]


def test_a_day_of_more_fills_than_the_store_keeps_is_counted_whole() -> None:
    bench = Bench(Limits(day_loss=D(10**6)))
    busy_day(bench)
    assert len(bench.store.fills(USDT)) == 2000
    assert bench.net == -MANY


def test_a_restart_late_in_a_busy_day_reads_what_is_newer_than_the_record_and_has_all_of_it() -> None:
    bench = Bench(Limits(day_loss=D(10**6)))
    made = busy_day(bench)
    mark_ms = bench.losses._record.sums[USDT].until_ms
    assert made[-1].time_ms - 6 * MINUTE_MS < mark_ms <= made[-1].time_ms - 5 * MINUTE_MS
    read: list[Fill] = []

    def read_from(from_ms: int | None) -> list[Fill]:
        read.extend(listed(made)(from_ms))
        return read

    again = restarted(bench, read_from)
    assert (again.net, again.losses.figures(USDT).unknown) == (D(-MANY), "")
    assert len(read) < MANY / 2


def test_a_quiet_day_is_read_whole_and_the_exchange_is_believed() -> None:
    """What the stream had lost unseen comes to light."""
    bench = Bench(Limits(day_loss=D(10**6)))
    made = busy_day(bench, 1000)
    unseen = replace(made[0], trade_id="unseen", realized_pnl=D(-77))
    again = restarted(bench, listed([unseen, *made]))
    assert again.losses.read_from_ms(USDT) is None
    assert again.net == -1077


def test_a_list_that_begins_after_the_record_makes_the_day_unknown() -> None:
    bench = Bench(Limits(day_loss=D(10**6)))
    made = busy_day(bench)
    mark_ms = bench.losses._record.sums[USDT].until_ms
    again = restarted(bench, lambda _: [each for each in made if each.time_ms > mark_ms])
    told = again.losses.figures(USDT).unknown
    assert told == "today's fills before 00:36 UTC, which Bitget does not list,"
    again.losses.judge()
    assert again.losses._record.sums == bench.losses._record.sums, "another start may find them"


def test_sums_of_fills_that_have_not_happened_are_told_and_not_used() -> None:
    bench = Bench(Limits(day_loss=D(10**6)))
    made = busy_day(bench)
    record = bench.losses._record
    ahead = replace(record.sums[USDT], until_ms=DAY + 11 * HOUR_MS)
    again = restarted(bench, listed(made), replace(record, sums={USDT: ahead}))
    assert again.losses.problem.startswith("Day record counts fills that have not happened: not used")
    assert (again.net, again.losses.figures(USDT).unknown) == (D(-MANY), "")


def test_a_fill_that_the_stream_lost_unseen_counts_whenever_it_is_told() -> None:
    bench = Bench(Limits(day_loss=D(10**6)))
    made = busy_day(bench, 1000)
    assert bench.losses._record.sums[USDT].until_ms > made[600].time_ms
    unseen = replace(made[500], trade_id="unseen", realized_pnl=D(-77))
    for each in (unseen, *made, unseen):
        bench.losses.hear(each)
    assert bench.net == -1077
    bench.trade("-1", trade_id="later", time_ms=made[-1].time_ms + 10 * MINUTE_MS)
    bench.losses.judge()
    bench.losses.hear(unseen)
    assert bench.net == -1078
    assert bench.losses._record.sums[USDT].count == 1001


def test_sums_stand_still_while_fills_may_be_missed() -> None:
    bench = Bench(Limits(day_loss=D(10**6)))
    bench.store.apply(ConnectionLost(Connection.PRIVATE, "private", "gone", 1000))
    busy_day(bench)
    assert bench.losses._record.sums == {}
    bench.store.apply(ConnectionOpened(Connection.PRIVATE, "private", 1))
    bench.losses.judge()
    assert bench.losses._record.sums == {}
    bench.store.apply(AccountReconciled(USDT))
    bench.losses.judge()
    assert bench.losses._record.sums[USDT].count > 2000


def test_fills_of_the_next_day_that_come_before_midnight_count_for_it() -> None:
    bench = Bench(at_ms=DAY + DAY_MS - 1000)
    bench.trade("-5", time_ms=DAY + DAY_MS + 1)
    bench.trade("-3", trade_id="2")
    assert bench.net == D(-3)
    bench.clock.advance(2)
    assert bench.net == D(-5)


@pytest.mark.parametrize("line", ["", "\x1b[2J"])
def test_a_lock_without_words_that_can_be_shown_is_a_lock(folder: Path, line: str) -> None:
    memory = DayFile(folder, "live|api|1|")
    until_ms = DAY + DAY_MS
    memory.write(DayRecord(DAY, locked_until_ms=until_ms, lock_line=line))
    bench = Bench(memory=memory)
    arming = Arming(Warrant("main"), is_armed=True, now_ms=bench.clock.now_ms)
    bench.losses.judge()
    arming.lock(*bench.locks[0])
    assert arming.state is TradingState.LOCKED
    assert arming.permit(PLACE) == "Locked until 00:00 UTC by the day's loss; only exits pass."


def test_a_write_that_fails_leaves_the_old_record(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = DayFile(folder, "live|api|1|")
    memory.write(RECORD)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    problem = memory.write(replace(RECORD, locked_until_ms=0))
    assert problem.startswith("Day record cannot be kept (no space left on device)")
    assert memory.load() == RECORD
    assert [path.name for path in folder.iterdir()] == [memory.path.name]


def test_days_are_utc_days() -> None:
    assert day_of(DAY) == day_of(DAY + DAY_MS - 1) == DAY
