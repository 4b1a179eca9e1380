"""The invariants of a storm, each a checker with a name that says what differs."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from bgtui.domain.account import Fill
from bgtui.domain.error import BgtuiError
from bgtui.domain.event import AccountPart
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.order import (
    Effect,
    MarginMode,
    OrderStatus,
    PlanStatus,
    PositionMode,
    PositionSide,
)
from bgtui.domain.ourid import is_of_bgtui
from bgtui.domain.submission import SubmissionState
from bgtui.domain.trading import TradingState
from bgtui.session.kill import KillRun
from bgtui.session.kill_reach import KillChoice, Reach
from bgtui.simulator.hooks import Answer, Asked
from bgtui.store.book import BookStatus
from bgtui.ui.view.positions import leg_view
from tests.support import storm_copying
from tests.support.storm_life import Life
from tests.support.storm_limits import LimitChecks
from tests.support.storm_world import BTC, TOP, UID, USDT, Place

MIX, PAIR = "/api/v2/mix/", "/api/v2/spot/trade/"
NAMED = {
    f"{MIX}order/place-order": "clientOid",
    f"{MIX}order/place-plan-order": "clientOid",
    f"{MIX}order/place-tpsl-order": "clientOid",
    f"{MIX}order/click-backhand": "clientOid",
    f"{MIX}order/modify-order": "newClientOid",
    f"{PAIR}place-order": "clientOid",
    f"{PAIR}place-plan-order": "clientOid",
    f"{PAIR}cancel-replace-order": "newClientOid",
}
"""Writes that make an order under an id of ours → where the id stands."""
UNNAMED = {
    f"{MIX}order/place-pos-tpsl": "PositionTpsl",
    f"{MIX}order/modify-plan-order": "AmendPlan",
    f"{MIX}order/modify-tpsl-order": "AmendPlan",
    f"{PAIR}modify-plan-order": "AmendPlan",
    f"{MIX}account/set-leverage": "SetLeverage",
    f"{MIX}account/set-all-leverage": "SetAllLeverage",
    f"{MIX}account/set-margin-mode": "SetMarginMode",
    f"{MIX}account/set-position-mode": "SetPositionMode",
    f"{MIX}account/set-margin": "AdjustMargin",
    **storm_copying.CLOSES,
    **storm_copying.OPENS,
}
"""Writes without an id that need a record as well → the kind of intent."""
FREE = {
    *(f"{MIX}order/{name}" for name in ("cancel-order", "batch-cancel-orders", "cancel-all-orders")),
    *(f"{MIX}order/{name}" for name in ("cancel-plan-order", "close-positions")),
    *(f"{PAIR}{name}" for name in ("cancel-order", "batch-cancel-order", "cancel-symbol-order")),
    *(f"{PAIR}{name}" for name in ("cancel-plan-order", "batch-cancel-plan-order")),
}
"""Writes that leave though nothing records them."""
MAKERS = ("PlaceOrder", "PlacePlan", "PlaceTpsl", "AmendOrder", "ReversePosition")
PLANS = ("PlacePlan", "PlaceTpsl")

LAG_S = 2.5
"""How long what happened may take to be shown while nothing is wrong with the connection."""
BLIND_S = 37.0
"""How long a dead connection may go unnoticed: ping, pong deadline, tick."""
SILENCE_S, MOVES_S = 3.0, 10.0


_SENT = "SELECT count(*) FROM step s JOIN intent i ON i.id = s.intent JOIN run r ON r.id = i.run WHERE "


class Broken(AssertionError):
    """An invariant does not hold."""

    def __init__(self, name: str, difference: str) -> None:
        super().__init__(f"{name}: {difference}")
        self.name = name


class Checks:
    """Looks at everything after each step, and at each write as it leaves and as it arrives."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.arrivals: defaultdict[str, int] = defaultdict(int)
        """Times that the exchange got a write under an id."""
        self.sent_by_kind: defaultdict[tuple[str, str], int] = defaultdict(int)
        """(instance, kind) → such writes that the exchange got."""
        self.done_by_kind: defaultdict[tuple[str, str], int] = defaultdict(int)
        """(instance, kind) → such writes that the exchange carried out."""
        self.acts: defaultdict[str, int] = defaultdict(int)
        """Instance → what people did there."""
        self.wire: list[Broken] = []
        """What was found on the wire, where nobody may raise."""
        self.blind_until: dict[str, float] = {}
        """Life → until when its private stream may show what is not so."""
        self.logs = Logs()
        self.empty: dict[tuple[Any, ...], float] = {}
        self._differs_since: dict[tuple[str, ProductType], float] = {}
        self._seen_books: dict[tuple[str, InstrumentId], int | None] = {}
        self._steps_read = 0
        self._last_stage: dict[str, tuple[str, str, str, str, str]] = {}
        self._verified: set[int] = set()
        self._kept: list[KillRun] = []
        """Runs that were verified, so that no other one gets their ids."""
        self._known: set[str] = set()
        self._changes = -1
        self._logged: dict[str, int] = {}
        self._held: tuple[Any, Any] = (None, None)
        credentials = place.credentials
        self.secrets = [
            secret.reveal()
            for secret in (credentials.api_key, credentials.secret, credentials.passphrase)
            if secret is not None
        ]
        self.limits = LimitChecks(place, Broken, self.now)
        self.step_checks: tuple[Callable[[Life], None], ...] = (
            self.i3_positions,
            self.i4_books,
            self.i5_uncrossed,
            self.i7_pnl,
            self.i8_i9_texts,
            self.i10_bounds,
            self.i12_kill,
        )

    def attach(self, life: Life) -> None:
        """Look at a program's writes."""
        life.on_left = self.left
        life.on_arrived = self.arrived
        life.on_answered = self.answered

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def excuse(self, life: Life, seconds: float) -> None:
        """Take note that a program cannot know better for so long."""
        until = self.now() + seconds
        self.blind_until[life.name] = max(until, self.blind_until.get(life.name, 0.0))

    def after_step(self, lives: Iterable[Life]) -> None:
        """Check everything.

        Raises:
            Broken: something does not hold.
        """
        if self.wire:
            raise self.wire[0]
        self.i1_one_order()
        if self.logs.escaped:
            raise Broken("nothing escapes", self.logs.escaped)
        lives = list(lives)
        self.limits.step(lives)
        for life in lives:
            if life.failures:
                raise Broken("nothing escapes", f"{life.name}: {life.failures[0]}")
            if life.is_running:
                for check in self.step_checks:
                    check(life)

    # Writes on the wire

    def left(self, life: Life, asked: Asked) -> None:
        """Look at a write as the program lets go of it."""
        try:
            self.i2_permitted(life, asked)
            self.i1_asked_for(life, asked)
            if raises_exposure(self.place, asked):
                self.limits.left(life.name, asked)
        except Broken as error:
            self.wire.append(error)

    def i1_asked_for(self, life: Life, asked: Asked) -> None:
        """Nothing is sent that nobody asked for, least of all by a start."""
        if not self.acts[life.name]:
            raise Broken("I-1 nothing sent by itself", f"{life.name} sent {asked.path} after its start")

    def arrived(self, life: Life, asked: Asked) -> None:
        """Look at a write as the exchange gets it."""
        try:
            self.i1_recorded(life, asked)
        except Broken as error:
            self.wire.append(error)

    def answered(self, life: Life, asked: Asked, answer: Answer) -> None:
        """Look at a write as it was carried out, or refused."""
        if answer.status != 200 or b'"code":"00000"' not in answer.body.replace(b" ", b""):
            return
        if asked.path in UNNAMED:
            self.done_by_kind[life.instance, UNNAMED[asked.path]] += 1
        try:
            if raises_exposure(self.place, asked):
                self.limits.done(life.name, asked)
        except Broken as error:
            self.wire.append(error)

    def i1_recorded(self, life: Life, asked: Asked) -> None:
        """Every write is on disk before it arrives, and arrives no oftener than it was sent."""
        body = json.loads(asked.body or b"{}")
        if asked.path in NAMED:
            name = str(body.get(NAMED[asked.path], ""))
            sent = self._count("s.stage = 'sending' AND i.client_order_id = ?", name)
            self.arrivals[name] += 1
            if not sent or self.arrivals[name] > sent:
                raise Broken(
                    "I-1 recorded before sent",
                    f"{name or 'an order without an id'} arrived {self.arrivals[name]}×, journaled {sent}×",
                )
        elif asked.path in UNNAMED:
            kind = UNNAMED[asked.path]
            key = (life.instance, kind)
            self.sent_by_kind[key] += 1
            sent = self._count("s.stage = 'sending' AND r.instance = ? AND i.kind = ?", life.instance, kind)
            if self.sent_by_kind[key] > sent:
                raise Broken(
                    "I-1 recorded before sent",
                    f"{kind} arrived {self.sent_by_kind[key]}×, journaled {sent}×",
                )
        elif asked.path not in FREE:
            raise Broken("I-1 recorded before sent", f"{asked.path} is a write that no storm knows")

    def _count(self, where: str, *args: Any) -> int:
        rows = self.place.disk.rows(
            _SENT + where,
            *args,
        )
        return int(rows[0][0]) if rows else 0

    def i1_one_order(self) -> None:
        """No id of ours names two orders, and none that was never recorded."""
        ledger = self.place.ledger
        if self._changes == ledger.changes:
            return
        self._changes = ledger.changes
        for kind, by_client in (("orders", ledger.by_client), ("plans", ledger.plans_by_client)):
            for name, ids in by_client.items():
                if len(ids) > 1 and is_of_bgtui(name):
                    raise Broken("I-1 at most one order", f"{name} names {len(ids)} {kind}: {', '.join(ids)}")
                if name not in self._known and is_of_bgtui(name):
                    self._known.add(name)
                    if not self._count("i.client_order_id = ?", name):
                        raise Broken("I-1 at most one order", f"{name} is in no journal")

    def i2_permitted(self, life: Life, asked: Asked) -> None:
        """Nothing is written while read-only, nothing that raises exposure while disarmed or locked."""
        desk = life.session.desk if life.session is not None else None
        if life.is_read_only or desk is None:
            raise Broken("I-2 read-only", f"{life.name} wrote {asked.path}")
        state = desk.state
        if state is not TradingState.ARMED and raises_exposure(self.place, asked):
            raise Broken(
                "I-2 nothing opens while not armed",
                f"{life.name} is {state} and sent {asked.path} {asked.body.decode()}",
            )

    # What is shown

    def i3_positions(self, life: Life) -> None:
        """Legs that are shown as current are the exchange's."""
        store = life.store
        key = (life.name, USDT)
        if not store.freshness(USDT, AccountPart.POSITIONS).is_current:
            self._differs_since.pop(key, None)
            return
        shown = _legs(store.positions(USDT) or ())
        there = _legs(self.place.standing(USDT)[2])
        if shown == there:
            self._differs_since.pop(key, None)
            return
        since = self._differs_since.setdefault(key, self.now())
        if self.now() - since > LAG_S and self.now() > self.blind_until.get(life.name, 0.0):
            raise Broken(
                "I-3 position shown is the exchange's",
                f"{life.name} shows {shown} for {self.now() - since:.1f}s, the exchange has {there}",
            )

    def i4_books(self, life: Life) -> None:
        """A book drawn as live is one that the exchange had, and not a silent one."""
        store = life.store
        now = self.now()
        for name in self.place.instruments:
            if store.book_status(name) is not BookStatus.LIVE:
                continue
            heard = life.line.heard
            wire = _wire_key(name)
            silent = now - heard.book.get(wire, now)
            ticking = now - heard.ticker.get(wire, float("-inf"))
            if silent > SILENCE_S + 0.3 and ticking < MOVES_S - 0.3 and heard.ticker[wire] > 0:
                raise Broken("I-4 live book", f"{life.name}: {name} is live after {silent:.1f}s of silence")
            view = store.book(name, levels=TOP)
            if self._seen_books.get((life.name, name)) == view.seq:
                continue
            self._seen_books[life.name, name] = view.seq
            self._compare_book(life, name, view)

    def _compare_book(self, life: Life, name: InstrumentId, view: Any) -> None:
        known = self.place.books.get((name, view.seq))
        if known is None:
            raise Broken("I-4 live book", f"{life.name}: the exchange never had book {view.seq} of {name}")
        mine = (tuple(view.bids), tuple(view.asks))
        odd: list[Any] = []
        for book in known:
            if mine == book:
                return
            odd = [
                pair
                for shown, there in zip(mine, book, strict=True)
                for pair in zip(shown, there, strict=False)
                if pair[0] != pair[1]
            ]
        raise Broken("I-4 live book", f"{life.name}: book {view.seq} of {name} differs: {odd[:2]}")

    def i5_uncrossed(self, life: Life) -> None:
        """No book that is drawn is crossed, or has a size below zero."""
        store = life.store
        for name in self.place.instruments:
            view = store.book(name, levels=3)
            if view.best_bid is not None and view.best_ask is not None and view.best_bid >= view.best_ask:
                raise Broken("I-5 uncrossed", f"{name}: bid {view.best_bid} against ask {view.best_ask}")
            for _, size in (*view.bids, *view.asks):
                if Decimal(size) <= 0:
                    raise Broken("I-5 uncrossed", f"{name}: a size of {size}")

    def i7_pnl(self, life: Life) -> None:
        """PnL shown is what fills and mark price give."""
        store = life.store
        if not store.freshness(USDT, AccountPart.POSITIONS).is_current:
            return
        legs = store.positions(USDT) or ()
        if not legs or _legs(legs) != _legs(self.place.standing(USDT)[2]):
            return
        held = self._replay(legs[0].position_mode)
        for leg in legs:
            if leg.margin_mode is not MarginMode.CROSSED:
                continue
            size, entry = held.get((leg.instrument, leg.side), (Decimal(0), Decimal(0)))
            view = leg_view(store, leg)
            if size != leg.size or view.mark is None or view.unrealized is None:
                continue
            sign = 1 if leg.side is PositionSide.LONG else -1
            unit = Decimal(1).scaleb(-view.money_places)
            oracle = (sign * size * (view.mark - entry)).quantize(unit, ROUND_HALF_UP)
            if abs(view.unrealized - oracle) > unit:
                raise Broken(
                    "I-7 PnL",
                    f"{leg.instrument} {leg.side} {size} from {entry} at {view.mark}: "
                    f"shown {view.unrealized}, is {oracle}",
                )

    def _replay(self, mode: PositionMode) -> Any:
        key = (len(self.place.ledger.fills), mode)
        if self._held[0] != key:
            self._held = (key, replayed(self.place.ledger.fills, mode))
        return self._held[1]

    def i8_i9_texts(self, life: Life) -> None:
        """Nothing that is drawn or kept holds control bytes or a secret."""
        store = life.store
        version = store._log.version
        if self._logged.get(life.name) == version:
            return
        self._logged[life.name] = version
        self.i8_no_controls(line.text for line in store.log()[-20:])
        self.i9_no_secret(line.text for line in store.log()[-20:])

    def i8_no_controls(self, texts: Iterable[str]) -> None:
        """No byte that a terminal obeys."""
        for text in texts:
            if bad := [char for char in text if ord(char) < 32 or 127 <= ord(char) < 160]:
                raise Broken("I-8 no control bytes", f"{bad[0]!a} in {text[:120]!a}")

    def i9_no_secret(self, texts: Iterable[str]) -> None:
        """No part of the key."""
        for text in texts:
            for secret in self.secrets:
                if secret in text:
                    raise Broken("I-9 no secret", f"in {text[:80].replace(secret, '<the secret>')!a}")

    def i10_bounds(self, life: Life) -> None:
        """Queues and tasks stay bounded."""
        store = life.store
        budget, journal = store.budget, life.shown.journal
        open_count = len(store.all_submissions())
        figures = {
            "tasks": (len(life.tasks), 150 + 2 * open_count),
            "requests under way": (life.line.waiting, 60),
            "requests held back": (budget.waiting if budget is not None else 0, 200),
            "log lines": (len(store.log()), 500),
            "journal steps that wait": (len(journal._waiting) if journal is not None else 0, 10_000),
            "changes of submissions": (len(store._submissions._changed), 500),
            "questions about outcomes": (len(life.inquiry._tasks) if life.inquiry else 0, open_count + 120),
        }
        for what, (count, most) in figures.items():
            if count > most:
                raise Broken("I-10 bounded", f"{life.name}: {count} {what}, {most} at most")

    def i12_kill(self, life: Life) -> None:
        """A kill switch is only done when there was nothing left."""
        kill = life.shown.kill
        if kill is None or kill.run is None or id(kill.run) in self._verified:
            return
        run: KillRun = kill.run
        left = self.left_of(run)
        if not left:
            self.empty[id(run),] = self.now()
        if run.is_over:
            self._verified.add(id(run))
            self._kept.append(run)
            since = self.empty.get((id(run),))
            if since is None or since < run.begun_s - 1:
                raise Broken("I-12 kill verified", f"{life.name}: {left} left, and it says done")
        elif not kill.is_alarmed:
            raise Broken("I-12 kill verified", f"{life.name}: nothing is proven and no alarm stands")

    def left_of(self, run: KillRun) -> int:
        """Return what the exchange has of what a kill switch meant, and earlier ones that it took over."""
        return sum(self.left_in(*meant) for meant in ((run.reach, run.choice), *run.owed))

    def left_in(self, reach: Reach, choice: KillChoice) -> int:
        """Return what the exchange has within reach of a kill switch."""
        count = 0
        for product in self.place.products:
            orders, plans, legs = self.place.standing(product)
            if choice.cancels:
                count += sum(reach.holds(order.instrument) for order in orders)
                count += sum(reach.holds(plan.instrument) for plan in plans)
            if choice.flattens:
                alone = choice is KillChoice.FLATTEN
                count += sum(reach.holds(leg.instrument) and (leg.available > 0 or not alone) for leg in legs)
        return count

    # The journal

    def i6_evidence(self) -> None:
        """Whatever the journal calls over is over, and says how it knows."""
        rows = self.place.disk.rows(
            "SELECT i.client_order_id, i.kind, s.stage, s.message, s.order_id, s.evidence FROM step s"
            " JOIN intent i ON i.id = s.intent WHERE s.id ="
            " (SELECT max(id) FROM step WHERE intent = i.id)"
        )
        ledger = self.place.ledger
        for name, kind, stage, message, _order_id, evidence in rows:
            made = [*ledger.by_client.get(name, ()), *ledger.plans_by_client.get(name, ())]
            if stage in ("not_sent", "rejected") and made:
                raise Broken("I-6 evidence", f"{name} is {stage} ({message}), and the exchange made {made}")
            if stage == "ended" and not self._is_proven(evidence, made, is_final=True):
                raise Broken("I-6 evidence", f"{name} ended ({message}) by {evidence!r}; made: {made}")
            if (
                stage == "done"
                and kind in MAKERS
                and not (self._is_proven(evidence, made, is_final=False) if evidence else message)
            ):
                raise Broken("I-6 evidence", f"{name} is done ({message}) by {evidence!r}; made: {made}")
            if stage in ("rejected", "not_sent") and not message:
                raise Broken("I-6 evidence", f"{name} is {stage} and says not why")
        self._i6_not_denied()

    def _i6_not_denied(self) -> None:
        """No more of a kind without ids is called not carried out than was not."""
        rows = self.place.disk.rows(
            "SELECT r.instance, i.kind, count(*),"
            " sum(s.stage IN ('rejected', 'not_sent') OR s.message LIKE 'not carried out%') FROM step s"
            " JOIN intent i ON i.id = s.intent JOIN run r ON r.id = i.run WHERE s.id ="
            " (SELECT max(id) FROM step WHERE intent = i.id) GROUP BY r.instance, i.kind"
        )
        for instance, kind, count, denied in rows:
            if (done := self.done_by_kind.get((instance, kind), 0)) > count - denied:
                told = f"{done} {kind} were carried out, {denied} of {count} are said not to have been"
                raise Broken("I-6 evidence", told)

    def _is_proven(self, evidence: str, made: list[str], *, is_final: bool) -> bool:
        order_id, _, rest = evidence.partition(" ")
        if order_id not in made:
            return False
        ledger = self.place.ledger
        found: Any = ledger.orders.get(order_id) or ledger.plans.get(order_id)
        return not is_final or not found.is_open or rest.split(" ")[0] not in _FINAL

    def i8_i9_kept(self, life: Life | None = None) -> None:
        """What is on disk and in the log is clean as well."""
        texts: list[str] = []
        for sql in ("SELECT body, targets FROM intent", "SELECT message, evidence FROM step"):
            texts += [str(value) for row in self.place.disk.rows(sql) for value in row]
        self.i8_no_controls(texts)
        self.i9_no_secret(texts)
        self.i9_no_secret(self.logs.lines)
        if life is not None and life.is_running:
            store = life.store
            words = [
                one.message for product in self.place.products for one in store.finished_submissions(product)
            ]
            words += [feed.reason for feed in store.health().failed_feeds]
            self.i8_no_controls(words)
            self.i9_no_secret(words)

    # After the storm

    def differences(self, life: Life) -> Iterator[str]:
        """Name what a program shows otherwise than the exchange has it."""
        store = life.store
        for product in self.place.products:
            orders, plans, legs = self.place.standing(product)
            yield from _differ(f"{product} orders", _orders(store.open_orders(product)), _orders(orders))
            yield from _differ(f"{product} plans", _plans(store.open_plans(product)), _plans(plans))
            if product.is_futures:
                yield from _differ(
                    f"{product} legs", _legs(store.positions(product), True), _legs(legs, True)
                )
            wallet = self.place.engine.balances(UID, product)
            yield from _differ(
                f"{product} balances", _coins(store.balances(product), product), _coins(wallet, product)
            )
            if not store.freshness(product).is_current:
                yield f"{product} is {store.freshness(product).trust}"
            for submission in store.submissions(product):
                if submission.state is not SubmissionState.ABSENT:
                    yield f"{submission.client_order_id} is {submission.state}: {submission.message}"
                elif submission.client_order_id in self.place.ledger.by_client:
                    yield f"{submission.client_order_id} is absent, and at the exchange"
        yield from self._tracks_differ(life)
        for name in (BTC,):
            if store.book_status(name) is not BookStatus.LIVE:
                yield f"book of {name} is {store.book_status(name)}"
        yield from self._open_rows(life)

    def _tracks_differ(self, life: Life) -> Iterator[str]:
        copying = self.place.copying
        if copying is None:
            return
        for product in copying.products:
            tracks = life.store.answer(copying.question(product)).value
            shown = None if tracks is None else {track.tracking_no: "open" for track in tracks}
            there = dict.fromkeys(sorted(copying.tracks(product)), "open")
            yield from _differ(f"{product} tracking orders", shown, there)

    def is_left_behind(self, life: Life) -> bool:
        """Tell whether ended runs have left something open that this one has not looked at: it asks once."""
        rows = self.place.disk.rows(
            "SELECT DISTINCT r.instance FROM step s"
            " JOIN intent i ON i.id = s.intent JOIN run r ON r.id = i.run"
            " WHERE s.id = (SELECT max(id) FROM step WHERE intent = i.id)"
            " AND s.stage IN ('recorded', 'sending', 'accepted', 'unknown')"
        )
        return any(name not in self.place.alive for (name,) in rows)

    def _open_rows(self, life: Life) -> Iterator[str]:
        rows = self.place.disk.rows(
            "SELECT i.client_order_id, s.stage, s.message FROM step s JOIN intent i ON i.id = s.intent"
            " WHERE s.id = (SELECT max(id) FROM step WHERE intent = i.id)"
            " AND s.stage IN ('recorded', 'sending', 'accepted', 'unknown')"
        )
        for name, stage, message in rows:
            yield f"the journal has {name} as {stage} {message}"


_FINAL = {
    *(status.value for status in OrderStatus if status.is_final),
    *(status.value for status in PlanStatus),
}


class Logs(logging.Handler):
    """Keeps what the program logs."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []
        self.escaped = ""
        """What a source raised that is no error of ours: it was begun anew, and is a bug all the same."""
        formatter = logging.Formatter("%(levelname)s %(name)s: %(message)s")
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not isinstance(error, BgtuiError):
            self.escaped = self.escaped or f"{record.getMessage()}: {type(error).__name__}: {error}"


def raises_exposure(place: Place, asked: Asked) -> bool:
    """Tell by the bytes on the wire whether a write may raise exposure."""
    body = json.loads(asked.body or b"{}")
    path = asked.path
    if path in (f"{MIX}order/place-order", f"{MIX}order/place-plan-order"):
        is_close = body.get("tradeSide") == "close" or str(body.get("reduceOnly", "")).upper() == "YES"
        return not is_close
    if path in (f"{PAIR}place-order", f"{PAIR}place-plan-order"):
        return bool(body.get("side") == "buy")
    if path in (f"{MIX}order/modify-order", f"{PAIR}cancel-replace-order"):
        order = place.ledger.orders.get(str(body.get("orderId", "")))
        if order is None:
            return False
        if not order.instrument.product_type.is_futures:
            return order.side.value == "buy"
        return not (order.reduce_only or order.effect is Effect.CLOSE)
    if path == f"{MIX}order/modify-plan-order":
        plan = place.ledger.plans.get(str(body.get("orderId", "")))
        return plan is not None and plan.effect is not Effect.CLOSE
    if path in storm_copying.OPENS:
        return True
    if path == f"{MIX}account/set-margin":
        return Decimal(str(body.get("amount", "0"))) < 0
    return path in (
        f"{MIX}order/click-backhand",
        f"{MIX}account/set-leverage",
        f"{MIX}account/set-all-leverage",
        f"{MIX}account/set-margin-mode",
        f"{MIX}account/set-position-mode",
    )


def replayed(
    fills: Iterable[Fill], mode: PositionMode
) -> dict[tuple[InstrumentId, PositionSide], tuple[Decimal, Decimal]]:
    """Return size and average entry of each leg, from the fills alone."""
    held: dict[tuple[InstrumentId, PositionSide], tuple[Decimal, Decimal]] = {}
    for fill in fills:
        if not fill.instrument.product_type.is_futures:
            continue
        is_buy = fill.side.value == "buy"
        with_it = PositionSide.LONG if is_buy else PositionSide.SHORT
        against = PositionSide.SHORT if is_buy else PositionSide.LONG
        left = fill.size
        closes = fill.effect is Effect.CLOSE or (fill.position_mode or mode) is PositionMode.ONE_WAY
        other = held.get((fill.instrument, against))
        if closes and other is not None:
            taken = min(left, other[0])
            left -= taken
            held[fill.instrument, against] = (other[0] - taken, other[1])
            if other[0] == taken:
                del held[fill.instrument, against]
        if left and fill.effect is not Effect.CLOSE:
            size, entry = held.get((fill.instrument, with_it), (Decimal(0), Decimal(0)))
            held[fill.instrument, with_it] = (
                size + left,
                (size * entry + left * fill.price) / (size + left),
            )
    return held


def _wire_key(name: InstrumentId) -> tuple[str, str]:
    return name.product_type.value.upper(), name.symbol


def _legs(legs: Iterable[Any] | None, is_exact: bool = False) -> Any:
    if legs is None:
        return None
    return {
        f"{leg.instrument} {leg.side} {leg.margin_mode}": (
            (leg.size, leg.entry_price, leg.available) if is_exact else (leg.size, leg.entry_price)
        )
        for leg in legs
        if leg.size
    }


def _orders(orders: Iterable[Any] | None) -> Any:
    if orders is None:
        return None
    return {one.order_id: (one.status.value, one.price, one.size, one.filled_size) for one in orders}


def _plans(plans: Iterable[Any] | None) -> Any:
    if plans is None:
        return None
    return {one.order_id: (one.kind.value, one.trigger_price, one.size) for one in plans}


def _coins(balances: Iterable[Any] | None, product: ProductType) -> Any:
    if balances is None:
        return None
    return {
        one.coin: (one.frozen, None if product.is_futures else one.available)
        for one in balances
        if one.available or one.frozen
    }


def _differ(what: str, shown: Any, there: Any) -> Iterator[str]:
    if shown == there:
        return
    if shown is None:
        yield f"{what}: nothing is known"
        return
    odd = {
        key: (shown.get(key), there.get(key)) for key in (*shown, *there) if shown.get(key) != there.get(key)
    }
    yield f"{what}: (shown, exchange) {odd}"
