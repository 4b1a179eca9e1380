"""One storm and the calm after it, from a seed: the same seed is the same storm."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal
from unittest import mock

from bgtui.config.venue import Environment
from bgtui.domain.copyintent import CopyRole
from bgtui.domain.submission import SubmissionState
from bgtui.simulator import candles_history, publisher, ticker
from bgtui.store.book import BookStatus
from tests.support.storm_checks import BLIND_S, Broken, Checks
from tests.support.storm_faults import Faults
from tests.support.storm_life import Life, register
from tests.support.storm_limits import Drawn, drawn
from tests.support.storm_people import Person, Phone
from tests.support.storm_world import BTC, TICK_S, Place, StormLoop

STORM_S = (5.0, 13.0)
LONG_S = (45.0, 70.0)
"""Long enough for an absence to be proven in the middle of it."""
LONG_SHARE = 0.04
LIMITED_SHARE = 0.4
COPY_SHARE = 0.3
"""In how many storms the account leads or follows."""
MORTALITY = 0.03
"""How often somebody's deed is a program's last: it is killed somewhere between the key and the answer."""
CALM_S = BLIND_S + 30.0 + 30.0 + 10.0
"""Silence not noticed yet, the longest backoff of a stream, that of a question, and ten seconds."""
LATE_S = 16.0
"""How long after the faults an answer may come that one of them has made: a refusal for good among them."""
KEPT_LINES = 60


@dataclass
class Outcome:
    """What became of a storm."""

    seed: int
    broken: str = ""
    """What did not hold; empty when everything did."""
    steps: int = 0
    calm_s: float = 0.0
    """How long it took until everything was as it is."""
    lines: list[str] = field(default_factory=list)
    """What happened last."""
    deeds: int = 0
    faults: int = 0
    kills: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a test wants of a storm."""

    environment: Environment | None = None
    only: frozenset[str] = frozenset()
    """Deeds of people; empty means all."""
    busy: float | None = None
    """Chance that somebody does something in one step."""
    foul: float | None = None
    """Chance that something breaks in one step."""
    copying: CopyRole | Literal["any"] | None = "any"
    """What the account is in copy trading; None is nothing."""
    limits: Drawn | None = None
    """Settings that limit what may be opened; where there are any, nobody but the programs opens anything."""


class Storm:
    """One."""

    def __init__(self, seed: int, plan: Plan) -> None:
        """Draw everything from the seed, except what the plan names."""
        self.outcome = Outcome(seed)
        self.rng = random.Random(seed)
        self.plan = plan
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        self.lives: list[Life] = []
        self.people: list[Person] = []
        self._ends: list[tuple[float, int, str, Callable[[], None]]] = []
        self._births: list[tuple[float, str]] = []
        self._born = 0
        self._tick_s = TICK_S

    def note(self, line: str) -> None:
        """Remember what happened."""
        self.lines.append(f"{self._now():7.2f} {line}")

    async def run(self) -> None:
        """Storm, calm, look."""
        chance = random.Random(f"copying {self.outcome.seed}")
        role = chance.choice(list(CopyRole)) if chance.random() < COPY_SHARE else None
        if self.plan.copying != "any":
            role = self.plan.copying
        self.place = Place(random.Random(self.rng.getrandbits(64)), role)
        self.checks = Checks(self.place)
        self.faults = Faults(self.place, self.checks, random.Random(self.rng.getrandbits(64)), self._living)
        self.phone = Phone(self.place, random.Random(self.rng.getrandbits(64)), self.note)
        environment = self.rng.choices([Environment.SIM, Environment.LIVE], [3, 1])[0]
        self.environment = self.plan.environment or environment
        limits = drawn(self.rng) if self.rng.random() < LIMITED_SHARE else Drawn()
        self.limits = limits if self.plan.limits is None else self.plan.limits
        self.faults.is_alone = bool(self.limits)
        # In a storm with limits nobody else opens anything.
        self.is_copied = role is CopyRole.FOLLOWER and not self.limits
        log = logging.getLogger()
        log.addHandler(self.checks.logs)
        try:
            self._bear("first")
            await self._storm()
            await self._calm()
        finally:
            log.removeHandler(self.checks.logs)
            self.outcome.lines = list(self.lines)
            for life in self.lives:
                life.kill("the end")
                await life.buried()
            self.place.disk.close()

    # The storm

    async def _storm(self) -> None:
        span = LONG_S if self.rng.random() < LONG_SHARE else STORM_S
        steps = int(self.rng.uniform(*span) / TICK_S)
        busy, foul = self.rng.choice([0.15, 0.35, 0.6]), self.rng.choice([0.03, 0.07, 0.15])
        busy = busy if self.plan.busy is None else self.plan.busy
        foul = foul if self.plan.foul is None else self.plan.foul
        for _ in range(self.rng.randrange(8)):
            self.phone.act()
        for _ in range(14):
            await self._step()
        for _ in range(steps):
            self._chance(busy, self._person_acts)
            self._chance(0.0 if self.limits else busy / 6, self.phone.act)
            self._chance(foul, self._fault)
            if self.is_copied and self.place.copying is not None:
                self._chance(busy / 4, self.place.copying.act)
            self._chance(0.004, self._kill_soon)
            self._chance(0.005, self._second)
            self._settle_due()
            await self._step()

    def _chance(self, share: float, deed: Callable[[], None]) -> None:
        if self.rng.random() < share:
            deed()

    def _person_acts(self) -> None:
        person = self.rng.choice(self.people)
        if person.life.is_running:
            self.checks.acts[person.life.name] += 1
            self.outcome.deeds += 1
            if self.rng.random() < MORTALITY and person.life.dies_after is None:
                person.life.dies_after = self.rng.randrange(14)
            person.act()

    def _fault(self) -> None:
        begun = self.faults.draw()
        if begun is None:
            return
        name, span, end = begun
        self.outcome.faults += 1
        self.note(f"fault: {name}" + (f" for {span:.1f}s" if span else ""))
        if span:
            self._ends.append((self._now() + span, self.outcome.faults, name, end))

    def _kill_soon(self) -> None:
        running = [life for life in self.lives if life.is_running and life.dies_after is None]
        if running:
            life = self.rng.choice(running)
            life.dies_after = self.rng.choice([0, 1, 2, 3, 5, 8, 20, 40])
            self.note(f"{life.name}: will be killed in {life.dies_after} points")

    def _second(self) -> None:
        if len(self._living()) < 2:
            self._bear("second")

    def _settle_due(self) -> None:
        now = self._now()
        for item in [item for item in self._ends if item[0] <= now]:
            self._ends.remove(item)
            self.note(f"ends: {item[2]}")
            item[3]()
        for born in [born for born in self._births if born[0] <= now]:
            self._births.remove(born)
            self._bear(born[1])

    async def _step(self) -> None:
        self.outcome.steps += 1
        self.place.tick()
        await asyncio.sleep(self._tick_s)
        self._bury_dead()
        self.checks.after_step(self._living())
        if self.outcome.steps % 50 == 0:
            self.checks.i6_evidence()
            self.checks.i8_i9_kept()

    def _bury_dead(self) -> None:
        for life in self.lives:
            if life.is_dead and not life.name.startswith("†"):
                self.note(f"{life.name}: killed at {life.died_at}")
                self.outcome.kills += 1
                role = life.name.split("-")[0]
                life.name = f"†{life.name}"
                if role == "first":
                    self._births.append((self._now() + self.rng.uniform(0.2, 4.0), role))

    def _bear(self, role: str) -> None:
        self._born += 1
        life = Life(
            self.place,
            random.Random(self.rng.getrandbits(64)),
            environment=self.environment,
            is_read_only=role == "second" and (self.rng.random() < 0.3 or bool(self.limits)),
            name=f"{role}-{self._born}",
            limits=self.limits.settings,
        )
        if self.rng.random() < 0.1:
            life.clock.move_wall(skew := self.rng.choice([-60.0, 60.0, -3.0, 3.0]))
            self._ends.append(
                (
                    self._now() + 8,
                    -self._born,
                    f"{life.name}: clock set right",
                    lambda: life.clock.move_wall(-skew),
                )
            )
        self.checks.attach(life)
        if self.limits:
            self.checks.limits.limits = life.settings().limits
        self.lives.append(life)
        rng = random.Random(self.rng.getrandbits(64))
        self.people.append(Person(life, rng, self.note, self.plan.only))
        self.people = [person for person in self.people if not person.life.is_dead]
        self.note(f"{life.name}: starts on {life.environment}" + (" read-only" if life.is_read_only else ""))
        life.start()

    def _living(self) -> list[Life]:
        return [life for life in self.lives if not life.is_dead]

    # The calm

    async def _calm(self) -> None:
        self.note("calm")
        self._tick_s = 2 * TICK_S
        for _, _, _, end in self._ends:
            end()
        self._ends.clear()
        self.faults.calm()
        await self._look_after()
        if self.place.copying is not None:
            for life in self._living():
                if life.session is not None and life.session.asker is not None:
                    life.do(life.session.asker.ask_all)
        await self._converge()
        if self._resend_absent():
            await self._converge()
        self.checks.i6_evidence()
        for life in self._living():
            self.checks.i8_i9_kept(life)
            self._look_at_kill(life)

    async def _look_after(self) -> None:
        """Start anew what waits for a person, and what should look at the work that the dead have left."""
        for life in self._living():
            if life.name.startswith("second") or self._waits_for_person(life) or self.rng.random() < 0.15:
                await self._end(life)
        for life in self._living():
            if self.checks.is_left_behind(life):
                await self._end(life)
        self._bury_dead()
        self._births.clear()
        if not self._living():
            self._bear("first")

    def _resend_absent(self) -> bool:
        """Let people send again what is proven absent; tell whether there was anything."""
        absent = [
            person
            for person in self.people
            if person.life.is_running
            and any(one.state is SubmissionState.ABSENT for one in person.life.store.all_submissions())
        ]
        for person in absent:
            self.checks.acts[person.life.name] += 1
            person.resend()
        return bool(absent)

    async def _converge(self) -> None:
        """Wait until everything is shown as it is.

        Raises:
            Broken: it is not, after the last deadline and ten seconds.
        """
        begun = self._now()
        longest_s = CALM_S + self._reads_wait()
        while True:
            for _ in range(3):
                await self._step()
            self.outcome.calm_s = self._now() - begun
            if self.outcome.calm_s < LATE_S and any(map(self._waits_for_person, self._living())):
                await self._look_after()
            different = [line for life in self._living() for line in self._differences(life)]
            if not different:
                return
            if self.outcome.calm_s > longest_s:
                told = "; ".join(different[:4])
                raise Broken("I-11 converged", f"after {self.outcome.calm_s:.0f}s: {told}")

    async def _end(self, life: Life) -> None:
        life.kill("the person")
        await life.buried()

    def _differences(self, life: Life) -> list[str]:
        if not life.is_running:
            return [f"{life.name} has not started"]
        found = list(self.checks.differences(life))
        kill = life.session.kill if life.session is not None else None
        run = kill.run if kill is not None else None
        if run is not None and not run.is_over and not self.checks.left_of(run):
            found.append(f"{life.name}: the kill switch does not see that nothing is left")
        return found

    def _waits_for_person(self, life: Life) -> bool:
        """Tell whether something ended for good, as a refused key does."""
        if not life.is_running:
            return False
        store = life.store
        health = store.health()
        is_refused = store.book_status(BTC) is BookStatus.REFUSED
        return is_refused or any(feed.retry_in_ms is None for feed in health.failed_feeds)

    def _reads_wait(self) -> float:
        """Return how much longer reads wait after the exchange said that it was too much."""
        waits = [0.0]
        for life in self._living():
            if life.is_running:
                budget = life.session.store.budget  # type: ignore[union-attr]
                waits.append(budget.reads_wait_s if budget is not None else 0.0)
        return max(waits)

    def _look_at_kill(self, life: Life) -> None:
        kill = life.session.kill if life.session is not None else None
        if kill is not None and kill.run is not None and not kill.run.is_over:
            left = self.checks.left_of(kill.run)
            if not kill.is_alarmed:
                raise Broken("I-12 kill verified", f"{life.name}: {left} left, and no alarm stands")

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def run_storm(seed: int, plan: Plan | None = None) -> Outcome:
    """Run one storm; the outcome says what did not hold."""
    storm = Storm(seed, plan or Plan())
    loop = StormLoop()
    loop.limit(3600)
    register(loop)
    asyncio.set_event_loop(loop)
    errors: list[str] = []
    loop.set_exception_handler(lambda _loop, context: errors.append(_told(context)))
    try:
        # What a chart is drawn from costs a fifth of a storm, and no invariant looks at it.
        with (
            mock.patch.multiple(publisher, RECENT_CANDLES=20, RECENT_TRADES=10),
            mock.patch.object(candles_history, "MINUTES", 60),
            mock.patch.object(ticker, "PAST_FUNDINGS", 3),
        ):
            loop.run_until_complete(storm.run())
        _look_at_errors(errors, storm.place.simulator.rest.failures)
    except Exception as error:
        told = str(error) if isinstance(error, AssertionError) else f"{type(error).__name__}: {error}"
        storm.outcome.broken = f"{told} (seed {seed}, step {storm.outcome.steps}, {loop.time():.2f}s)"
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.run_until_complete(loop.shutdown_asyncgens())
        asyncio.set_event_loop(None)
        loop.close()
    return storm.outcome


def _look_at_errors(escaped: list[str], failures: Sequence[object]) -> None:
    if escaped:
        raise Broken("nothing escapes", escaped[0])
    if failures:
        raise Broken("the simulator holds", str(failures[0]))


def _told(context: dict[str, object]) -> str:
    error = context.get("exception")
    return f"{context.get('message')}: {type(error).__name__} {error}"
