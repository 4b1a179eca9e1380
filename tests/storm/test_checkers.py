"""Each invariant of the storm can fail: a program with one thing wrong is found out, and by name."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

from bgtui.config.venue import Environment
from bgtui.domain import pnl, risk
from bgtui.domain.copyintent import CopyRole
from bgtui.domain.dayloss import DayFigures
from bgtui.domain.submission import SubmissionState
from bgtui.exchange.reader import ReadClient
from bgtui.exchange.trading import TradingClient
from bgtui.session.arming import Arming
from bgtui.session.dayfile import DayFile
from bgtui.session.desk import OrderDesk
from bgtui.session.inquiry import Inquiry
from bgtui.session.kill import KillStage, KillSwitch
from bgtui.session.losses import Losses
from bgtui.session.riskwatch import RiskWatch
from bgtui.simulator.hooks import Asked
from bgtui.store.book import Books, BookStatus
from bgtui.store.log import EventLog
from bgtui.store.orders import Orders
from bgtui.store.positions import Positions
from tests.support import storm
from tests.support.storm import Plan, run_storm
from tests.support.storm_checks import Broken, Checks
from tests.support.storm_faults import Faults
from tests.support.storm_limits import Drawn
from tests.support.storm_world import Place, StormLoop

TRADES = Plan(
    environment=Environment.SIM, only=frozenset({"place", "close"}), busy=0.3, foul=0.0, limits=Drawn()
)
SEEDS = range(7000, 7006)


def found(name: str, plan: Plan = TRADES) -> None:
    """Run storms until one breaks, and see that it is this invariant."""
    outcomes = (run_storm(seed, plan) for seed in SEEDS)
    broken = next((outcome.broken for outcome in outcomes if outcome.broken), "nothing was found")
    assert broken.startswith(name), broken


@contextmanager
def spoiled(owner: Any, name: str, make: Callable[[Any], Any]) -> Iterator[None]:
    """Replace a method by what is made of it."""
    with mock.patch.object(owner, name, make(getattr(owner, name))):
        yield


def test_a_program_with_nothing_wrong_breaks_nothing() -> None:
    assert run_storm(SEEDS[0], TRADES).broken == ""


def test_a_refusal_that_comes_as_the_calm_begins_is_seen_to_by_a_person() -> None:
    def late(calm: Any) -> Any:
        def ends(self: Faults) -> None:
            calm(self)
            self._place.faults.add("login-refused:30005,times=1")
            self._place.faults.add("disconnect:stream=private")

        return ends

    with spoiled(Faults, "calm", late):
        assert run_storm(SEEDS[0], TRADES).broken == ""


def test_i1_a_desk_that_forgets_the_journal() -> None:
    async def forget(self: OrderDesk, submission: Any) -> None:
        """Record nothing."""

    with mock.patch.object(OrderDesk, "_record", forget):
        found("I-1 recorded before sent")


def test_i1_a_gateway_that_sends_twice() -> None:
    def twice(send: Any) -> Any:
        async def place(self: Any, intent: Any, name: str) -> Any:
            await send(self, intent, name)
            return await send(self, intent, name)

        return place

    with spoiled(TradingClient, "place_order", twice):
        found("I-1 recorded before sent")


def test_i1_two_orders_of_one_id() -> None:
    with looked_at() as checks:
        checks.place.ledger.by_client["simabc-ABCDEF"] = {"1": None, "2": None}
        checks.place.ledger.changes += 1
        with pytest.raises(Broken, match="I-1 at most one order: simabc-ABCDEF names 2 orders"):
            checks.i1_one_order()


def test_i1_an_order_that_no_journal_knows() -> None:
    with looked_at() as checks:
        checks.place.ledger.by_client["simabc-ABCDEF"] = {"1": None}
        checks.place.ledger.changes += 1
        with pytest.raises(Broken, match="is in no journal"):
            checks.i1_one_order()


def test_i1_a_program_that_sends_by_itself() -> None:
    with looked_at() as checks:
        life: Any = SimpleNamespace(name="first-1", is_read_only=False, session=session_in("ARMED"))
        checks.left(life, write({}))
        assert "I-1 nothing sent by itself" in str(checks.wire[0])


def test_i2_a_disarmed_program_that_opens() -> None:
    plan = replace(TRADES, environment=Environment.LIVE)
    with mock.patch.object(Arming, "permit", return_value=""):
        found("I-2 nothing opens while not armed", plan)


def test_i2_a_read_only_program_that_writes() -> None:
    with looked_at() as checks:
        life: Any = SimpleNamespace(name="second-1", is_read_only=True, session=session_in("ARMED"))
        checks.left(life, write({}))
        assert "I-2 read-only" in str(checks.wire[0])


@pytest.mark.parametrize(
    ("role", "deeds"),
    [(CopyRole.LEADER, {"lend", "switch_lead"}), (CopyRole.FOLLOWER, {"follow", "follow_by_amount"})],
)
def test_i2_a_disarmed_program_that_changes_what_is_copied(role: CopyRole, deeds: set[str]) -> None:
    plan = replace(TRADES, environment=Environment.LIVE, copying=role, only=frozenset(deeds))
    with mock.patch.object(Arming, "permit", return_value=""):
        found("I-2 nothing opens while not armed", plan)


def test_i1_a_write_that_no_storm_knows() -> None:
    with looked_at() as checks:
        life: Any = SimpleNamespace(name="first-1", instance="simabc")
        checks.arrived(life, replace(write({}), path="/api/v2/mix/order/something-new"))
        assert "something-new is a write that no storm knows" in str(checks.wire[0])


def test_i3_a_store_that_drops_reports_of_legs() -> None:
    def deaf(apply: Any) -> Any:
        return lambda self, event: apply(self, event) if event.product_type not in self._reports else False

    with spoiled(Positions, "apply", deaf):
        found("I-3 position shown is the exchange's")


def test_i4_a_book_that_misses_its_best_bid() -> None:
    def short(view: Any) -> Any:
        def shown(self: Any, *args: Any) -> Any:
            whole = view(self, *args)
            return replace(whole, bids=whole.bids[1:])

        return shown

    with spoiled(Books, "view", short):
        found("I-4 live book")


def test_i4_a_silent_book_that_stays_live() -> None:
    def hopeful(status: Any) -> Any:
        def told(self: Any, *args: Any) -> Any:
            return BookStatus.LIVE if status(self, *args) is BookStatus.STALE else status(self, *args)

        return told

    with spoiled(Books, "_status", hopeful):
        found("I-4 live book", replace(TRADES, foul=0.15))


def test_i5_a_crossed_book() -> None:
    with looked_at() as checks:
        store: Any = mock.Mock()
        store.book.return_value = SimpleNamespace(best_bid=2, best_ask=1, bids=(), asks=())
        life: Any = SimpleNamespace(name="first-1", store=store)
        with pytest.raises(Broken, match="I-5 uncrossed"):
            checks.i5_uncrossed(life)
        store.book.return_value = SimpleNamespace(best_bid=1, best_ask=2, bids=(("1", "-3"),), asks=())
        with pytest.raises(Broken, match="a size of -3"):
            checks.i5_uncrossed(life)


def test_i6_ends_without_evidence() -> None:
    with (
        mock.patch("bgtui.session.scribe.evidence_of", return_value=""),
        mock.patch("bgtui.store.submissions.evidence_of", return_value=""),
    ):
        found("I-6 evidence")


def test_i6_a_write_in_doubt_that_is_called_not_sent() -> None:
    plan = replace(TRADES, foul=0.3)

    def give_up(self: Any, submission: Any, message: str) -> None:
        self._end(submission, SubmissionState.NOT_SENT, message)

    with mock.patch.object(OrderDesk, "_doubt", give_up):
        found("I-6 evidence", plan)


@pytest.mark.parametrize("role", list(CopyRole))
def test_i6_a_change_of_copying_in_doubt_that_is_called_not_sent(role: CopyRole) -> None:
    deeds = frozenset({"lend", "switch_lead", "follow", "unfollow"})
    plan = replace(TRADES, environment=Environment.SIM, copying=role, only=deeds, busy=0.6, foul=0.3)

    def give_up(self: Any, submission: Any, message: str) -> None:
        self._end(submission, SubmissionState.NOT_SENT, message)

    with mock.patch.object(OrderDesk, "_doubt", give_up):
        found("I-6 evidence", plan)


def test_i7_pnl_that_is_a_percent_off() -> None:
    def off(unrealized: Any) -> Any:
        def shown(side: Any, size: Any, entry: Any, mark: Any, **more: Any) -> Any:
            return unrealized(side, size, entry * 101 / 100, mark, **more)

        return shown

    with spoiled(pnl, "unrealized", off):
        found("I-7 PnL")


@pytest.mark.parametrize("kind", ["control", "secret"])
def test_i8_i9_what_is_drawn(kind: str) -> None:
    secrets: list[str] = []

    def dirty(add: Any) -> Any:
        def added(self: Any, level: Any, text: str, detail: Any = None) -> None:
            add(self, level, text + ("\x1b[2J" if kind == "control" else secrets[0]), detail)

        return added

    def learn(init: Any) -> Any:
        def made(self: Checks, place: Place) -> None:
            init(self, place)
            secrets[:] = self.secrets

        return made

    with spoiled(Checks, "__init__", learn), spoiled(EventLog, "add", dirty):
        found("I-8 no control bytes" if kind == "control" else "I-9 no secret")


def test_i10_questions_that_pile_up() -> None:
    def leaks(begin: Any) -> Any:
        def begun(self: Any, submission: Any, work: Any) -> None:
            begin(self, submission, work)
            for _ in range(300):
                asyncio.get_running_loop().create_task(asyncio.sleep(1000))

        return begun

    with spoiled(Inquiry, "_begin", leaks):
        found("I-10 bounded")


def test_i11_a_store_that_drops_the_ends_of_orders() -> None:
    def deaf(apply: Any) -> Any:
        return lambda self, order: apply(self, order) if order.is_open else False

    with spoiled(Orders, "apply", deaf):
        found("I-11 converged", replace(TRADES, only=frozenset({"place", "cancel"})))


@pytest.mark.parametrize(
    ("role", "read"), [(CopyRole.LEADER, "leader_tracks"), (CopyRole.FOLLOWER, "follower_tracks")]
)
def test_i11_a_reader_that_misses_a_tracking_order(role: CopyRole, read: str) -> None:
    def blind(tracks: Any) -> Any:
        async def told(self: Any, *args: Any) -> Any:
            return (await tracks(self, *args))[1:]

        return told

    with spoiled(ReadClient, read, blind):
        found("I-11 converged", replace(TRADES, only=frozenset({"place"}), busy=0.6, copying=role))


def test_i12_a_kill_switch_that_trusts_itself() -> None:
    async def trust(self: Any, run: Any) -> None:
        run.stage = KillStage.VERIFIED

    async def idle(self: Any, run: Any, steps: Any) -> int:
        return 0

    plan = replace(TRADES, only=frozenset({"place", "plan", "kill"}))
    with mock.patch.object(KillSwitch, "_verify", trust), mock.patch.object(KillSwitch, "_send_all", idle):
        found("I-12 kill verified", plan)


@pytest.mark.parametrize(
    ("figure", "most", "rule", "told"),
    [
        ("max_order_notional", 300, "order value", "limit of order value"),
        ("max_leverage", 12, "leverage", "limit of leverage"),
        ("max_symbol_orders", 1, "order count", "limit of orders"),
        ("max_position_percent", 4, "position", "limit of position"),
        ("max_exposure_percent", 4, "exposure", "limit of exposure"),
        ("price_band_percent", 1, "price band", "limit of price band"),
    ],
)
def test_a_limit_that_nobody_judges(figure: str, most: int, rule: str, told: str) -> None:
    plan = replace(TRADES, only=frozenset({"place", "set_up"}), busy=0.6, limits=Drawn({figure: most}))
    blind = tuple((name, (lambda *_: None) if name == rule else judge) for name, judge in risk._RULES)
    with mock.patch.object(risk, "_RULES", blind):
        found(told, plan)


def test_a_day_that_nobody_counts() -> None:
    plan = replace(TRADES, busy=0.6, limits=Drawn({"max_daily_loss": 0.1}))
    with (
        mock.patch.object(Losses, "judge", return_value=None),
        mock.patch.object(Losses, "figures", return_value=DayFigures()),
    ):
        found("limit of the day's loss", plan)


def test_a_lock_that_a_restart_lifts() -> None:
    kills = mock.patch.object(storm, "MORTALITY", 0.2)
    plan = replace(TRADES, busy=0.6, limits=Drawn({"max_daily_loss": 0.1}))
    with kills, mock.patch.object(DayFile, "load", return_value=None):
        found("limit of the day's loss", plan)


def test_a_source_that_fails_and_is_begun_anew() -> None:
    with mock.patch.object(RiskWatch, "_day_alarm", side_effect=KeyError("day")):
        found("nothing escapes")


# What is looked at without a storm


@contextmanager
def looked_at() -> Iterator[Checks]:
    loop = StormLoop()
    made: list[Checks] = []

    async def make() -> None:
        made.append(Checks(Place(random.Random(1))))

    loop.run_until_complete(make())
    try:
        yield made[0]
    finally:
        made[0].place.disk.close()
        loop.close()


def session_in(state: str) -> Any:
    from bgtui.domain.trading import TradingState

    return SimpleNamespace(desk=SimpleNamespace(state=TradingState(state)))


def write(body: dict[str, str]) -> Asked:
    return Asked(
        1,
        "POST",
        "/api/v2/mix/order/place-order",
        "futures.place-order",
        True,
        "",
        json.dumps(body).encode(),
        {},
    )
