"""The kill switch: cancel and flatten through the desk, then ask by REST until two answers find nothing.

Every write is a step that is sent once. One without an answer is not sent again: what is left of it shows in
the next asking, and only a person begins another pass. Streams play no part in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol, TypeVar

from bgtui.domain.account import Position
from bgtui.domain.clock import Clock
from bgtui.domain.error import (
    BgtuiError,
    NotSent,
    OutcomeUnknown,
    PermissionRefused,
    Refused,
    Rejected,
)
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import CancelAll, ClosePosition, Intent
from bgtui.domain.order import Order, PlanOrder
from bgtui.domain.submission import SubmissionState
from bgtui.domain.value import frozen
from bgtui.session.desk import Receipt
from bgtui.session.feed import surface
from bgtui.session.kill_reach import KillChoice, Reach, Standing, Step, cancel_steps, close_steps
from bgtui.session.ports import AccountReader
from bgtui.session.senders import MAKES_ORDER
from bgtui.store.store import Store

ALIKE = 2
"""Answers in a row that have to find nothing."""
OVERDUE_S = 10.0
"""After this the person is told that something is left, and may send again."""
ASK_EVERY_S = 1.0
ASK_LATER_S = 5.0
"""Pause between two askings once it has taken a minute."""
PATIENT_S = 60.0
ASK_WITHIN_S = 8.0
"""Longest wait for one asking."""
GONE_WITHIN_S = 3.0
"""How long legs wait for the orders that hold them to be gone."""
ANSWER_WITHIN_S = 3.0
"""How long an asking waits for the answers of what was sent."""
MOST_LINES = 200
_PACES_S: dict[type, float] = {CancelAll: 1.1, ClosePosition: 1.1}
"""Writes of a route that takes one a second; the others go five a second."""
_PACE_S = 0.2

T = TypeVar("T")


class Sending(Protocol):
    """What it sends through: the desk."""

    async def submit(
        self, intent: Intent, *, client_order_id: str = "", targets: Sequence[str] = ()
    ) -> Receipt:
        """Send once."""


class KillStage(StrEnum):
    """Where a pass stands."""

    SENDING = "sending"
    ASKING = "asking"
    VERIFIED = "verified"


@frozen
class KillLine:
    """What happened, and when."""

    time_ms: int
    """Exchange time."""
    text: str


@dataclass(slots=True)
class KillRun:
    """What was begun: one pass, or several when a person sent again."""

    reach: Reach
    choice: KillChoice
    begun_s: float
    """Monotonic."""
    stage: KillStage = KillStage.SENDING
    left: int | None = None
    """What the last complete asking found; None before the first."""
    lines: list[KillLine] = field(default_factory=list)
    ended_ms: int = 0
    """When it was verified, exchange time."""
    is_overdue: bool = False
    standing: Standing | None = None
    """The last asking."""
    said: dict[str, str] = field(default_factory=dict)
    """What was last said about each kind of thing."""
    owed: tuple[tuple[Reach, KillChoice], ...] = ()
    """What earlier passes meant beyond this one and nobody has proven: it is part of the proof."""

    @property
    def is_over(self) -> bool:
        """Tell whether it is proven that nothing is left."""
        return self.stage is KillStage.VERIFIED


class KillSwitch:
    """Asks what stands, does away with it, and does not rest before that is proven."""

    def __init__(
        self,
        desk: Sending,
        reader: AccountReader,
        store: Store,
        product_types: Iterable[ProductType],
        *,
        clock: Clock,
        now_ms: Callable[[], int],
        refresh: Callable[[], None] = lambda: None,
    ) -> None:
        """Rest.

        Args:
            desk: Takes every write.
            reader: The account by REST.
            store: What was known last, where REST does not answer.
            product_types: The whole account.
            clock: For deadlines.
            now_ms: Exchange time, Unix milliseconds.
            refresh: Has the whole account asked again for the screens, once something was done.
        """
        self._desk = desk
        self._reader = reader
        self._store = store
        self._product_types = tuple(product_types)
        self._clock = clock
        self._now_ms = now_ms
        self._refresh = refresh
        self.run: KillRun | None = None
        """What was begun last."""
        self.version = 0
        """Raised by every change."""
        self._task: asyncio.Task[None] | None = None
        self._sends: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()

    @property
    def is_alarmed(self) -> bool:
        """Tell whether something was begun that is not proven to be done."""
        return self.run is not None and not self.run.is_over

    def reach(self, instrument: InstrumentId | None = None) -> Reach:
        """Return the whole account, or one instrument."""
        if instrument is None:
            return Reach(self._product_types)
        return Reach((instrument.product_type,), instrument)

    async def ask(self, reach: Reach, choice: KillChoice = KillChoice.BOTH) -> Standing:
        """Ask by REST what stands within a reach; what is not answered is taken as last known."""
        asking = _Asking(self._reader, self._store, reach)
        found = await asking.ask(choice)
        return replace(found, asked_ms=self._now_ms(), arriving=_arriving(self._store, reach))

    def begin(self, reach: Reach, choice: KillChoice, standing: Standing) -> None:
        """Send, once, what does away with all that stands; then verify, whoever looks or leaves.

        Raises:
            Refused: a pass is still being sent.
        """
        if self.run is not None and self.run.stage is KillStage.SENDING:
            raise Refused("The kill switch is still sending.", hint="wait for its answers")
        if self._task is not None:
            self._task.cancel()
        before = self.run if self.is_alarmed else None
        self.run = KillRun(reach, choice, self._clock.monotonic())
        if before is not None:
            self.run.lines = before.lines
            meant = (*before.owed, (before.reach, before.choice))
            self.run.owed = tuple(
                each for each in meant if not (reach.covers(each[0]) and choice.covers(each[1]))
            )
        self._task = asyncio.get_running_loop().create_task(self._pass(self.run, standing), name="kill")
        self._task.add_done_callback(surface)
        self._changed()

    def ask_again(self) -> None:
        """Ask now what is left of a pass, out of turn."""
        self._wake.set()

    async def close(self) -> None:
        """Stop asking."""
        tasks = [task for task in (self._task, *self._sends) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # One pass

    async def _pass(self, run: KillRun, standing: Standing) -> None:
        try:
            if run.choice.cancels:
                await self._cancel(run, standing)
            if run.choice.flattens:
                await self._flatten(run, standing)
        finally:
            run.stage = KillStage.ASKING
            self._changed()
        self._refresh()
        await self._verify(run)
        self._refresh()

    async def _cancel(self, run: KillRun, standing: Standing) -> None:
        steps = cancel_steps(standing, run.reach)
        stuck = len(standing.plans) - sum(len(step.targets) for step in steps) + len(standing.orders)
        if stuck > 0:
            self._note(run, f"{stuck} of a kind not canceled here")
        if steps:
            self._note(run, f"sent cancel, {sum(len(step.targets) for step in steps)} ids")
            await self._send_all(run, steps)
        if run.choice.flattens:
            await self._await_gone(run)

    async def _await_gone(self, run: KillRun) -> None:
        """Ask for orders until none is left to hold a leg, for so long and no longer."""
        until_s = self._clock.monotonic() + GONE_WITHIN_S
        while True:
            standing = await self._look(run, KillChoice.CANCEL)
            if standing.is_complete and not standing.orders and not standing.plans:
                return
            if self._clock.monotonic() >= until_s:
                return
            await asyncio.sleep(ASK_EVERY_S / 2)

    async def _flatten(self, run: KillRun, standing: Standing) -> None:
        """Close what is held now: a fill may have come before the cancel."""
        now = await self._look(run, KillChoice.FLATTEN, says=False)
        legs = now if now.is_complete else standing
        steps = close_steps(legs, run.choice)
        if not steps:
            return
        self._note(run, f"sent flatten, {len(steps)}")
        taken = await self._send_all(run, steps)
        self._note(run, f"accepted {taken} of {len(steps)}")

    async def _verify(self, run: KillRun) -> None:
        alike = 0
        while alike < ALIKE:
            self._wake.clear()
            standing = await self._look(run, run.choice)
            left = standing.left(run.choice) if standing.is_complete else None
            owed = await self._look_back(run)
            left = None if left is None or owed is None else left + owed
            run.left = left if left is not None else run.left
            alike = alike + 1 if left == 0 else 0
            passed_s = self._clock.monotonic() - run.begun_s
            run.is_overdue = run.is_overdue or (alike == 0 and passed_s >= OVERDUE_S)
            self._changed()
            if alike < ALIKE:
                await self._rest(ASK_EVERY_S if passed_s < PATIENT_S else ASK_LATER_S)
        run.stage, run.ended_ms, run.is_overdue = KillStage.VERIFIED, self._now_ms(), False
        self._changed()

    async def _look_back(self, run: KillRun) -> int | None:
        """Return what is left of earlier passes that nobody has proven; None while that is not known."""
        left = 0
        for reach, choice in run.owed:
            standing = await self._ask_in_time(reach, choice)
            if not standing.is_complete:
                return None
            left += standing.left(choice)
        if run.owed:
            self._say_news(run, "owed", f"asked: {left} left of an earlier pass")
        return left

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _look(self, run: KillRun, choice: KillChoice, *, says: bool = True) -> Standing:
        """Ask, and say what is left when that is news."""
        run.standing = standing = await self._ask_in_time(run.reach, choice)
        if not standing.is_complete:
            self._say_news(run, "problem", f"not answered: {standing.problems[0]}")
        elif says:
            run.said.pop("problem", None)
            for noun, words in _found(standing, choice):
                self._say_news(run, noun, f"asked: {words}")
        return standing

    async def _ask_in_time(self, reach: Reach, choice: KillChoice) -> Standing:
        try:
            async with asyncio.timeout(ASK_WITHIN_S):
                return await self.ask(reach, choice)
        except TimeoutError:
            return Standing(self._now_ms(), problems=(f"no answer in {ASK_WITHIN_S:.0f}s",))

    # Sending

    async def _send_all(self, run: KillRun, steps: Sequence[Step]) -> int:
        """Send each step once, paced by its route; return how many were taken within a few seconds."""
        lanes: dict[type, list[Step]] = {}
        for step in steps:
            lanes.setdefault(type(step.intent), []).append(step)
        taken: list[Step] = []
        sent = [self._send_lane(run, lane, taken) for lane in lanes.values()]
        tasks = [task for lane in await asyncio.gather(*sent) for task in lane]
        waiting = {task for task in tasks if not task.done()}
        if waiting:
            await asyncio.wait(waiting, timeout=ANSWER_WITHIN_S)
        return len(taken)

    async def _send_lane(
        self, run: KillRun, steps: Sequence[Step], taken: list[Step]
    ) -> list[asyncio.Task[None]]:
        tasks = []
        for step in steps:
            task = asyncio.create_task(self._send(run, step, taken), name=f"kill {step.words}")
            self._sends.add(task)
            task.add_done_callback(self._sends.discard)
            task.add_done_callback(surface)
            tasks.append(task)
            # An answer that does not come holds up nothing but its own step.
            await asyncio.wait({task}, timeout=_PACES_S.get(type(step.intent), _PACE_S))
        return tasks

    async def _send(self, run: KillRun, step: Step, taken: list[Step]) -> None:
        try:
            receipt = await self._desk.submit(step.intent, targets=step.targets)
        except OutcomeUnknown:
            self._note(run, f"no answer: {step.words}; asking")
        except (NotSent, Refused) as error:
            self._note(run, f"not sent: {error.message}")
        except Rejected as error:
            self._note(run, f"refused {error.code}: {step.words}")
        except BgtuiError as error:
            self._note(run, f"not sent: {error.message}")
        else:
            taken.append(step)
            for failure in receipt.failures[:1]:
                self._note(run, f"{len(receipt.failures)} refused: {failure}")

    def _say_news(self, run: KillRun, noun: str, text: str) -> None:
        if run.said.get(noun) != text:
            run.said[noun] = text
            self._note(run, text)

    def _note(self, run: KillRun, text: str) -> None:
        run.lines.append(KillLine(self._now_ms(), text))
        del run.lines[:-MOST_LINES]
        self._changed()

    def _changed(self) -> None:
        self.version += 1


def _found(standing: Standing, choice: KillChoice) -> list[tuple[str, str]]:
    found = []
    if choice.cancels:
        found += [("order", len(standing.orders)), ("plan", len(standing.plans))]
    if choice.flattens:
        found.append(("leg", len(standing.closable(choice))))
    news = [(noun, _left(count, noun)) for noun, count in found]
    if standing.arriving:
        several = "" if standing.arriving == 1 else "s"
        news.append(("arriving", f"{standing.arriving} order{several} without an outcome"))
    return news


def _arriving(store: Store, reach: Reach) -> int:
    """Count the orders of ours that may stand, or come to stand, without the exchange's having said so."""
    return sum(
        isinstance(each.intent, MAKES_ORDER)
        and each.state is not SubmissionState.ABSENT
        and each.instrument is not None
        and reach.holds(each.instrument)
        for each in store.all_submissions()
    )


def _left(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}{' left' if count else ''}"


class _Asking:
    """One round of questions."""

    def __init__(self, reader: AccountReader, store: Store, reach: Reach) -> None:
        self._reader = reader
        self._store = store
        self._reach = reach
        self._problems: list[str] = []
        self._forbidden: dict[ProductType, list[str]] = {}
        self._answered: set[ProductType] = set()
        self._blind: list[ProductType] = []

    async def ask(self, choice: KillChoice) -> Standing:
        """Ask every part that the choice is about."""
        products = self._reach.product_types
        orders, plans, legs = await asyncio.gather(
            asyncio.gather(*(self._orders(product) for product in products if choice.cancels)),
            asyncio.gather(*(self._plans(product) for product in products if choice.cancels)),
            asyncio.gather(
                *(self._legs(product) for product in products if choice.flattens and product.is_futures)
            ),
        )
        holds = self._reach.holds
        left_out = self._left_out()
        return Standing(
            0,
            tuple(order for part in orders for order in part if holds(order.instrument)),
            tuple(plan for part in plans for plan in part if holds(plan.instrument)),
            tuple(leg for part in legs for leg in part if holds(leg.instrument) and leg.size),
            tuple(self._problems),
            left_out,
            tuple(self._blind),
        )

    def _left_out(self) -> tuple[str, ...]:
        """Return the product types that the key may not read at all, and of which nothing was ever known.

        Any other refusal is an answer that is missing: what was readable once may still hold something.
        """
        left_out = []
        for product, refusals in self._forbidden.items():
            is_known = self._store.open_orders(product) is not None
            if product in self._answered or is_known or not self._answered:
                self._problems += refusals
            else:
                left_out.append(refusals[0])
        return tuple(left_out)

    async def _orders(self, product: ProductType) -> tuple[Order, ...]:
        known = self._store.open_orders(product) or ()
        found = await self._part(product, "orders", self._reader.open_orders(product))
        if found is None:
            self._blind.append(product)
        return tuple(known) if found is None else found

    async def _plans(self, product: ProductType) -> tuple[PlanOrder, ...]:
        found = await self._part(product, "plans", self._reader.open_plans(product))
        return tuple(self._store.open_plans(product) or ()) if found is None else found

    async def _legs(self, product: ProductType) -> tuple[Position, ...]:
        found = await self._part(product, "legs", self._reader.positions(product))
        return tuple(self._store.positions(product) or ()) if found is None else found

    async def _part(
        self, product: ProductType, noun: str, asked: Awaitable[tuple[T, ...]]
    ) -> tuple[T, ...] | None:
        """Return an answer; None when there was none."""
        what = f"{noun} of {product.value}"
        try:
            answer = await asked
        except PermissionRefused as error:
            self._forbidden.setdefault(product, []).append(f"{what}: {error.message}")
            return None
        except BgtuiError as error:
            self._problems.append(f"{what}: {error.message}")
            return None
        self._answered.add(product)
        return answer
