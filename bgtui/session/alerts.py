"""Watches the store for what a person wants to be told of, and has it told: rules in, alerts out.

One failing rule or delivery never stops another: what failed stands in its own row.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from bgtui.domain.alert import Alert, AlertKind, AlertRule, Channel, Delivery, DeliveryState, Standing
from bgtui.domain.clock import Clock
from bgtui.domain.event import (
    AlertDelivered,
    AlertFired,
    AlertRulesReported,
    AlertsSeen,
    Deleveraged,
    Event,
    FillReported,
    OrderUpdated,
    PlanOrderUpdated,
    SubmissionChanged,
)
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.judgement import AlertFacts, Firing, Memory, Verdict, instruments_of, judge
from bgtui.domain.text import clean_line
from bgtui.domain.trading import TradingState
from bgtui.domain.value import frozen
from bgtui.session.alertfacts import Happenings, gather, standing_alarms
from bgtui.session.courier import Courier
from bgtui.session.feed import surface
from bgtui.session.kill import KillSwitch
from bgtui.session.rulebook import MAX_RULES, RuleBook
from bgtui.store import topic
from bgtui.store.store import Store
from bgtui.store.topic import Kind, Topic

LOOK_S = 0.25
COLLAPSE_S = 10.0
"""What fires again within this time is counted, not told again."""
MAX_TOLD = 5
"""Alerts of one rule told within `COLLAPSE_S`; more are counted with the last of them."""
NOTICED = frozenset({FillReported, Deleveraged, SubmissionChanged, OrderUpdated, PlanOrderUpdated})
"""Events that are looked at one by one; everything else is read from the store."""
_NEEDS_LEGS = (
    AlertKind.LIQUIDATION,
    AlertKind.FUNDING_RATE,
    AlertKind.FUNDING_SOON,
    AlertKind.MARGIN_RATIO,
)
_FAULTS = (ArithmeticError, LookupError, ValueError, TypeError, AttributeError)
"""What a rule that cannot be judged raises: it is told in its row, and the others are judged."""
SAID_ELSEWHERE = frozenset(
    {AlertKind.CONNECTION, AlertKind.CLOCK, AlertKind.REJECTION, AlertKind.UNKNOWN_OUTCOME}
)
"""The message line tells of these by itself."""

Judge = Callable[[AlertRule, Memory, AlertFacts], Verdict]


@frozen
class AlertOptions:
    """How alerts are kept and told."""

    file: Path | None = None
    """Where rules are kept; None keeps them for this run."""
    command: tuple[str, ...] = ()
    """Program and arguments that are run for each alert; none when empty."""
    has_bell: bool = True
    environ: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """What the command inherits, without our own variables."""


@dataclass(slots=True)
class _Course:
    """What a rule has done in this run."""

    memory: Memory = field(default_factory=Memory)
    fired_ms: int | None = None
    count: int = 0
    fault: str = ""
    """Why it could not be judged at all."""
    failure: str = ""
    """Why its last delivery failed."""
    told_s: deque[float] = field(default_factory=lambda: deque(maxlen=MAX_TOLD))
    last: Alert | None = None


class AlertWatch:
    """The rules of this run, judged at most four times a second."""

    name = "alerts"

    def __init__(
        self,
        store: Store,
        apply: Callable[[Event], object],
        options: AlertOptions,
        *,
        clock: Clock,
        products: Sequence[ProductType],
        has_account: bool,
        carry: Callable[[frozenset[InstrumentId]], None] = lambda _: None,
        state: Callable[[], TradingState] = lambda: TradingState.READ_ONLY,
        kill: KillSwitch | None = None,
        judge_rule: Judge = judge,
    ) -> None:
        """Watch this store; nothing is read before `begin`.

        Args:
            store: The live data.
            apply: Takes the events about alerts.
            options: How they are kept and told.
            clock: Times collapsing.
            products: Product types whose account is followed.
            has_account: Whether there is a key.
            carry: Told whose tickers are needed.
            state: What the desk lets through.
            kill: The kill switch, whose run may stay without proof.
            judge_rule: Judges one rule.
        """
        self._store = store
        self._apply = apply
        self._book = RuleBook(options.file)
        self._clock = clock
        self._products = tuple(products)
        self._has_account = has_account
        self._has_bell = options.has_bell
        self._carry = carry
        self._state = state
        self._kill = kill
        self._judge = judge_rule
        self.courier = (
            Courier(options.command, self._delivered, clock=clock, environ=options.environ)
            if options.command
            else None
        )
        """What runs the command; None without one."""
        self._rules: dict[str, AlertRule] = {}
        self._courses: dict[str, _Course] = {}
        self._happenings = Happenings()
        self._recent: dict[tuple[str, str], tuple[float, Alert]] = {}
        self._owners: dict[int, str] = {}
        self._last_id = 0
        self._since_ms = 0
        self._carried: frozenset[InstrumentId] = frozenset()
        self._looked: tuple[object, ...] = ()
        self._read_problem = ""
        self._problem = ""
        self._is_dirty = False

    # What a person does

    def begin(self) -> None:
        """Read the rules; what happened before this moment is history."""
        rules, self._read_problem = self._book.read()
        self._is_dirty = self._book.is_kept_aside
        self._rules = {rule.rule_id: rule for rule in rules}
        self._since_ms = self._now_ms()
        self._report()

    def add(self, rule: AlertRule) -> str:
        """Watch one more rule; return why that cannot be."""
        if len(self._rules) >= MAX_RULES:
            return f"{MAX_RULES} rules are watched already; x deletes one."
        numbers = [int(name[1:]) for name in self._rules if name[:1] == "r" and name[1:].isdecimal()]
        name = f"r{max(numbers, default=0) + 1}"
        self._change({**self._rules, name: replace(rule, rule_id=name, is_built_in=False)})
        return ""

    def remove(self, rule_id: str) -> bool:
        """Forget a rule; tell whether it was one that can be."""
        rule = self._rules.get(rule_id)
        if rule is None or rule.is_built_in:
            return False
        self._courses.pop(rule_id, None)
        self._change({name: other for name, other in self._rules.items() if name != rule_id})
        return True

    def toggle(self, rule_id: str) -> bool | None:
        """Switch a rule on or off; return which it is now, None when there is no such rule."""
        rule = self._rules.get(rule_id)
        if rule is None:
            return None
        self._course(rule_id).memory = Memory()
        self._change({**self._rules, rule_id: replace(rule, is_on=not rule.is_on)})
        return not rule.is_on

    def see(self) -> None:
        """Take note that a person looks at what fired."""
        if self._store.unseen_alerts():
            self._apply(AlertsSeen(self._store.last_alert_id))

    def told(self, alert_id: int, channel: Channel) -> None:
        """Take note that the screen has rung or said an alert."""
        self._apply(AlertDelivered(alert_id, channel))

    # What happens

    def notice(self, event: Event) -> None:
        """Take an event of `NOTICED` that changed the store."""
        self._happenings.take(event, self._since_ms)

    async def run(self) -> None:
        """Look four times a second until canceled."""
        tasks = [] if self.courier is None else [asyncio.create_task(self.courier.run(), name="courier")]
        for task in tasks:
            task.add_done_callback(surface)
        try:
            while True:
                self.look()
                if self._is_dirty:
                    await self._save()
                await asyncio.sleep(LOOK_S)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self._is_dirty:
                self._book.write(self._rules.values())

    def look(self) -> None:
        """Judge every rule, when anything it may look at has moved or a second has passed."""
        now_s = self._clock.monotonic()
        state = self._state()
        alarms = standing_alarms(self._store, state, self._kill)
        looked = (int(now_s), alarms, self._versions())
        if looked == self._looked and not self._happenings:
            return
        self._looked = looked
        self._carry_tickers()
        facts = gather(
            self._store, self._carried, self._products, self._happenings.drain(),
            now_ms=self._now_ms(), has_account=self._has_account,
            has_desk=state is not TradingState.READ_ONLY, alarms=alarms,
        )  # fmt: skip
        self._recent = {
            key: (told_s, alert)
            for key, (told_s, alert) in self._recent.items()
            if now_s - told_s < COLLAPSE_S
        }
        for rule in tuple(self._rules.values()):
            self._judge_one(rule, facts, now_s)
        self._report()

    def _judge_one(self, rule: AlertRule, facts: AlertFacts, now_s: float) -> None:
        course = self._course(rule.rule_id)
        try:
            verdict = self._judge(rule, course.memory, facts)
        except _FAULTS as error:
            course.fault = f"cannot be judged: {type(error).__name__}"
            return
        course.fault, course.memory = "", verdict.memory
        for firing in verdict.firings:
            self._fire(rule, course, firing, facts.now_ms, now_s)
        if verdict.is_spent:
            self._rules[rule.rule_id] = replace(rule, is_on=False)
            self._is_dirty = True

    def _fire(self, rule: AlertRule, course: _Course, firing: Firing, now_ms: int, now_s: float) -> None:
        course.fired_ms = now_ms
        course.count += firing.count
        key = (rule.rule_id, firing.subject)
        told = self._recent.get(key)
        if told is None and len(course.told_s) == MAX_TOLD and now_s - course.told_s[0] < COLLAPSE_S:
            told = None if course.last is None else (now_s, course.last)
        if told is not None:
            self._repeat(course, told[1], firing, now_ms)
            return
        self._last_id += 1
        alert = Alert(
            self._last_id, rule.rule_id, rule.kind, firing.subject, clean_line(firing.text, 200), now_ms,
            now_ms, firing.count, self._deliveries(rule),
        )  # fmt: skip
        course.told_s.append(now_s)
        course.last = alert
        self._recent[key] = (now_s, alert)
        self._apply(AlertFired(alert))
        self._post(alert)

    def _repeat(self, course: _Course, alert: Alert, firing: Firing, now_ms: int) -> None:
        """Count what was told just now once more; the latest words stand."""
        current = next((one for one in self._store.alerts() if one.alert_id == alert.alert_id), alert)
        again = replace(
            current, count=current.count + firing.count, last_ms=now_ms, text=clean_line(firing.text, 200)
        )
        if course.last is not None and course.last.alert_id == again.alert_id:
            course.last = again
        self._apply(AlertFired(again))

    def _deliveries(self, rule: AlertRule) -> tuple[Delivery, ...]:
        wanted = [Delivery(Channel.LIST, DeliveryState.DONE)]
        if rule.kind not in SAID_ELSEWHERE:
            wanted.append(Delivery(Channel.MESSAGE))
        if self._has_bell:
            wanted.append(Delivery(Channel.BELL))
        if self.courier is not None and rule.runs_command:
            wanted.append(Delivery(Channel.COMMAND))
        return tuple(wanted)

    def _post(self, alert: Alert) -> None:
        if self.courier is None or not alert.pending(Channel.COMMAND):
            return
        self._owners[alert.alert_id] = alert.rule_id
        refusal = self.courier.post(alert)
        if refusal:
            self._delivered(alert.alert_id, refusal)

    def _delivered(self, alert_id: int, failure: str) -> None:
        owner = self._owners.pop(alert_id, "")
        if owner in self._courses:
            self._courses[owner].failure = failure
        self._apply(AlertDelivered(alert_id, Channel.COMMAND, failure))
        self._report()

    # What is reported

    def _report(self) -> None:
        standings = tuple(self._standing(rule) for rule in self._rules.values())
        self._apply(AlertRulesReported(standings, self._problem or self._read_problem))

    def _standing(self, rule: AlertRule) -> Standing:
        course = self._courses.get(rule.rule_id, _Course())
        problem = course.fault or course.memory.problem or course.failure
        channels = tuple(one.channel for one in self._deliveries(rule))
        return Standing(rule, course.fired_ms, course.count, problem, course.memory.reads, channels)

    def _change(self, rules: Mapping[str, AlertRule]) -> None:
        self._rules = dict(rules)
        self._is_dirty = True
        self._looked = ()
        self._report()

    async def _save(self) -> None:
        rules = tuple(self._rules.values())
        self._problem = await asyncio.to_thread(self._book.write, rules)
        self._is_dirty = rules != tuple(self._rules.values())
        self._report()

    def _course(self, rule_id: str) -> _Course:
        course = self._courses.get(rule_id)
        if course is None:
            course = self._courses[rule_id] = _Course()
        return course

    # What is looked at

    def _now_ms(self) -> int:
        return self._clock.now_ms() + self._store.clock_offset_ms

    def _carry_tickers(self) -> None:
        rules = [rule for rule in self._rules.values() if rule.is_on]
        wanted = set(instruments_of(rules))
        if self._has_account and any(rule.kind in _NEEDS_LEGS for rule in rules):
            wanted.update(self._held())
        if wanted != self._carried:
            self._carried = frozenset(wanted)
            self._carry(self._carried)

    def _held(self) -> Iterable[InstrumentId]:
        return (
            leg.instrument
            for product in self._products
            if product.is_futures
            for leg in self._store.positions(product) or ()
        )

    def _versions(self) -> tuple[int, ...]:
        store = self._store
        topics: list[Topic] = [topic.HEALTH, *(topic.ticker(name) for name in self._carried)]
        kinds = (Kind.POSITIONS, Kind.BALANCES, Kind.FRESHNESS, Kind.SUBMISSIONS)
        topics += [topic.account(kind, product) for product in self._products for kind in kinds]
        return tuple(store.version(one) for one in topics)
