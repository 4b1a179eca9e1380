"""The trading state of a run: who may change it, what it lets through, and when a lock ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bgtui.domain.error import Refused
from bgtui.domain.event import RequestMeasured
from bgtui.domain.intent import Intent, OrderRef
from bgtui.domain.order import Order, PlanOrder
from bgtui.domain.trading import Closes, TradingState, can_only_close, refusal
from bgtui.domain.value import frozen
from bgtui.session.keytrouble import trouble_line, trouble_of
from bgtui.store.store import Store


@frozen
class Warrant:
    """Who is to be armed, for the person who arms it."""

    account: str
    """The label that has to be typed."""
    key_label: str = ""
    uid: str = ""
    """Of the account at the exchange."""
    rights: tuple[str, ...] = ()
    """What the key may do, in our words: ``read``, ``trade futures`` …"""


@frozen
class Check:
    """One thing that has to be well before a run is armed."""

    name: str
    """``clock``, ``journal`` …"""
    problem: str = ""
    """Why it is not, with the way out; empty when it is."""


class Arming:
    """DISARMED, ARMED or LOCKED; the desk asks `permit`, screens read `state`, `line` and `version`."""

    def __init__(
        self,
        warrant: Warrant,
        *,
        is_armed: bool,
        now_ms: Callable[[], int],
        closes: Closes = lambda _: None,
        checks: Callable[[], Sequence[Check]] = tuple,
        limits: Callable[[], Sequence[str]] = tuple,
        on_change: Callable[[TradingState, str], None] = lambda _state, _line: None,
    ) -> None:
        """Begin.

        Args:
            warrant: Who is armed.
            is_armed: Whether the run begins armed, and whether a lock ends so: everywhere but on live.
            now_ms: Exchange time, Unix milliseconds: a lock ends by it.
            closes: Tells whether a resting order can only reduce.
            checks: What has to be well before arming.
            limits: The risk limits in force, one line each.
            on_change: Told every change of the state, with its line.
        """
        self.warrant = warrant
        self.checks = checks
        self.limits = limits
        self.on_change = on_change
        self.version = 0
        """Raised by every change."""
        self._starts_armed = is_armed
        self._is_armed = is_armed
        self._now_ms = now_ms
        self._closes = closes
        self._until_ms = 0
        self._lock_line = ""
        self._line = "" if is_armed else self._disarmed_line()

    @property
    def state(self) -> TradingState:
        """What is let through now."""
        self._look_at_lock()
        if self._lock_line:
            return TradingState.LOCKED
        return TradingState.ARMED if self._is_armed else TradingState.DISARMED

    @property
    def line(self) -> str:
        """Why not everything is let through, for a person; empty while armed."""
        return {
            TradingState.LOCKED: self._lock_line,
            TradingState.DISARMED: self._line or self._disarmed_line(),
        }.get(self.state, "")

    @property
    def locked_until_ms(self) -> int:
        """When the lock ends, Unix milliseconds; 0 while there is none."""
        self._look_at_lock()
        return self._until_ms

    def permit(self, intent: Intent) -> str:
        """Return why an intent may not go now; empty when it may."""
        state = self.state
        reason = refusal(state, intent, self._closes)
        if not reason:
            return ""
        if state is TradingState.LOCKED:
            return self._lock_line
        return f"Disarmed: {reason}; o arms account {self.warrant.account}."

    def problems(self) -> tuple[str, ...]:
        """Return why the run cannot be armed now; empty when it can."""
        return tuple(check.problem for check in self.checks() if check.problem)

    def arm(self) -> None:
        """Let everything through.

        Raises:
            Refused: it is locked, or a check failed.
        """
        if self.state is TradingState.LOCKED:
            raise Refused(self._lock_line)
        if problems := self.problems():
            raise Refused(problems[0])
        if not self._is_armed:
            self._is_armed = True
            self._changed("")

    def disarm(self, reason: str = "") -> None:
        """Let only through what lowers exposure, until somebody arms again; a lock ends so as well.

        Args:
            reason: The line for the person; the usual one when empty.
        """
        was_armed, self._is_armed = self._is_armed, False
        line = reason or self._disarmed_line()
        if was_armed or line != self._line:
            self._changed(line)

    def notice(self, event: RequestMeasured) -> None:
        """Disarm when the exchange refuses the key itself, or its right to trade."""
        code = trouble_of(event)
        if code is not None:
            self.refuse_key(code)

    def refuse_key(self, code: str) -> None:
        """Disarm, since the key was refused with this code."""
        self.disarm(trouble_line(self.warrant.key_label, code))

    def lock(self, until_ms: int, line: str) -> None:
        """Let only through what lowers exposure until a time, whatever anybody does.

        The lock ends as it began, except that live ends disarmed; whoever disarms meanwhile is heeded.

        Args:
            until_ms: Exchange time, Unix milliseconds; a lock that ends later is kept.
            line: Why, and until when, for the person.
        """
        if until_ms <= self._now_ms():
            return
        if not self._lock_line:
            self._is_armed = self._is_armed and self._starts_armed
        is_news = line != self._lock_line
        self._until_ms = max(until_ms, self._until_ms)
        self._lock_line = line
        if is_news:
            self._changed(self._line)

    def _look_at_lock(self) -> None:
        if self._lock_line and self._now_ms() >= self._until_ms:
            self._lock_line, self._until_ms = "", 0
            self._changed("" if self._is_armed else self._disarmed_line())

    def _changed(self, line: str) -> None:
        self._line = line
        self.version += 1
        self.on_change(self.state, self.line)

    def _disarmed_line(self) -> str:
        return f"Disarmed: only what lowers risk is sent from here; o arms account {self.warrant.account}."


def closes_in(store: Store) -> Closes:
    """Return what tells from the store whether a resting order can only reduce."""

    def closes(ref: OrderRef) -> bool | None:
        product = ref.instrument.product_type
        found = _find((*(store.open_orders(product) or ()), *(store.open_plans(product) or ())), ref)
        return None if found is None else can_only_close(found)

    return closes


def _find(orders: Iterable[Order | PlanOrder], ref: OrderRef) -> Order | PlanOrder | None:
    for order in orders:
        if order.instrument != ref.instrument:
            continue
        if ref.order_id and order.order_id == ref.order_id:
            return order
        if not ref.order_id and ref.client_order_id and order.client_order_id == ref.client_order_id:
            return order
    return None
