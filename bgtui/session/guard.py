"""Our own rules under every entry path: what the exchange would refuse, and what the person's limits do."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from bgtui.domain import planrules, question, risk, rules
from bgtui.domain.dayloss import DayFigures
from bgtui.domain.facts import Facts
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import (
    AmendOrder,
    AmendPlan,
    Intent,
    PlaceOrder,
    PlacePlan,
    instrument_of,
    product_of,
)
from bgtui.domain.limit import Limits
from bgtui.domain.order import Order, PlanOrder
from bgtui.domain.question import Question
from bgtui.domain.risk import Meant, Moment
from bgtui.domain.rules import RuleResult
from bgtui.session.exposure import recently_sent, with_account
from bgtui.session.facts import gather
from bgtui.store import topic
from bgtui.store.store import Store
from bgtui.store.topic import Kind

MAX_VOUCHED = 16
"""Confirmed orders whose unusual figures are remembered as meant."""
ASK_AGAIN_MS = 5000
SAME_MS = 50
"""For how long nothing grows so much older that it would be judged otherwise."""
_KINDS = (
    Kind.ORDERS,
    Kind.PLANS,
    Kind.POSITIONS,
    Kind.BALANCES,
    Kind.EQUITY,
    Kind.FILLS,
    Kind.SUBMISSIONS,
    Kind.FRESHNESS,
    Kind.INSTRUMENTS,
)


class Guard:
    """Judges intents by the store as it is now: forms ask while somebody types, the desk before it sends."""

    def __init__(
        self,
        store: Store,
        limits: Limits,
        *,
        now_ms: Callable[[], int],
        day: Callable[[ProductType], DayFigures | None] = lambda _: None,
        ask: Callable[[Question[Any]], None] = lambda _: None,
    ) -> None:
        """Judge by these limits.

        Args:
            store: Where the facts are.
            limits: The person's own.
            now_ms: Exchange time, Unix milliseconds.
            day: What the day has brought, as far as a product type has to tell it; None: nobody counts.
            ask: Has a question asked whose answer a rule needs.
        """
        self.limits = limits
        self._store = store
        self._now_ms = now_ms
        self._day = day
        self._ask = ask
        self._asked_ms: dict[InstrumentId, int] = {}
        self._vouched: OrderedDict[Intent, Meant] = OrderedDict()
        self._last: tuple[tuple[object, ...], tuple[RuleResult, ...]] | None = None
        """What was judged last, for a form that asks several times while it is drawn once."""

    def facts(self, instrument: InstrumentId, *, without: str = "") -> Facts | None:
        """Return what is known around an instrument, the account included; None before its rules are listed.

        ``without`` is the exchange's id of an order that counts as gone.
        """
        facts = gather(self._store, instrument)
        if facts is None:
            return None
        if facts.is_futures and (facts.position_mode is None or facts.long_leverage is None):
            self._want_settings(instrument)
        return with_account(facts, self._store, self._now_ms(), without=without)

    def results(self, intent: Intent, meant: Meant | None = None) -> tuple[RuleResult, ...]:
        """Return what every rule that concerns an intent says.

        Args:
            intent: What would be sent.
            meant: Which unusual figures the person means; what was vouched for when None.
        """
        key = (intent, meant, self._now_ms() // SAME_MS, self._version(intent))
        if self._last is None or self._last[0] != key:
            self._last = (key, self._judge(intent, meant))
        return self._last[1]

    def _judge(self, intent: Intent, meant: Meant | None) -> tuple[RuleResult, ...]:
        amended = self._amended(intent)
        instrument = instrument_of(intent)
        without = amended.order_id if amended is not None else ""
        facts = None if instrument is None else self.facts(instrument, without=without)
        found: tuple[RuleResult, ...] = ()
        if facts is not None and isinstance(intent, PlaceOrder | PlacePlan | AmendOrder):
            found = rules.check(intent, facts)
        elif facts is not None and isinstance(intent, AmendPlan) and isinstance(amended, PlanOrder):
            found = planrules.check(intent, amended, facts)
        return (*found, *risk.check(intent, facts, self.limits, self._moment(intent, amended, meant)))

    def violations(self, intent: Intent) -> tuple[str, ...]:
        """Return why an intent may not go, one line each.

        Of what only lowers exposure the exchange is the judge: a rule of its own, looked at through facts
        that may be out of date, must keep nobody in a position. But an order that is spelled for another
        position mode than the account's might do what nobody asked for. Before the mode was told, the
        exchange is the judge of that as well.
        """
        opens = risk.may_open(intent, Moment(amended=self._amended(intent)))
        is_misspelled = self._is_misspelled(intent)
        return tuple(
            _line(result)
            for result in self._judge(intent, None)
            if not result.passes
            and (is_misspelled if result.rule == rules.MODE else opens or _is_ours(result))
        )

    def vouch(self, intent: Intent, meant: Meant) -> None:
        """Take note that the person means unusual figures of an order that is confirmed now."""
        self._last = None
        self._vouched[intent] = meant
        self._vouched.move_to_end(intent)
        while len(self._vouched) > MAX_VOUCHED:
            self._vouched.popitem(last=False)

    def _version(self, intent: Intent) -> int:
        """Return a number that rises when anything changes that an intent is judged by."""
        store, product, instrument = self._store, product_of(intent), instrument_of(intent)
        found = [store.version(topic.account(kind, product)) for kind in _KINDS]
        if instrument is not None:
            found += [
                store.version(topic.ticker(instrument)),
                store.version(topic.book(instrument)),
                store.version(topic.answer(question.symbol_settings(instrument))),
            ]
        return max(found)

    def _moment(self, intent: Intent, amended: Order | PlanOrder | None, meant: Meant | None) -> Moment:
        now_ms, product = self._now_ms(), product_of(intent)
        return Moment(
            now_ms,
            recently_sent(self._store, product, now_ms),
            amended,
            self._day(product),
            self._vouched.get(intent, Meant()) if meant is None else meant,
        )

    def _amended(self, intent: Intent) -> Order | PlanOrder | None:
        """Return the order that an amend is about, while it stands."""
        if not isinstance(intent, AmendOrder | AmendPlan):
            return None
        ref, product = intent.order, intent.order.instrument.product_type
        standing: Iterable[Order | PlanOrder] = (
            self._store.open_orders(product)
            if isinstance(intent, AmendOrder)
            else self._store.open_plans(product)
        ) or ()
        mine = (order for order in standing if order.instrument == ref.instrument)
        if ref.order_id:
            return next((order for order in mine if order.order_id == ref.order_id), None)
        return next((order for order in mine if order.client_order_id == ref.client_order_id), None)

    def _is_misspelled(self, intent: Intent) -> bool:
        """Tell whether an order is spelled for another position mode than the account is known to be in."""
        if not isinstance(intent, PlaceOrder | PlacePlan) or intent.position_mode is None:
            return False
        facts = gather(self._store, intent.instrument)
        return facts is not None and facts.position_mode not in (None, intent.position_mode)

    def _want_settings(self, instrument: InstrumentId) -> None:
        now_ms = self._now_ms()
        if now_ms - self._asked_ms.get(instrument, -ASK_AGAIN_MS) >= ASK_AGAIN_MS:
            self._asked_ms[instrument] = now_ms
            self._ask(question.symbol_settings(instrument))


def _is_ours(result: RuleResult) -> bool:
    """Tell whether a rule is the person's own and not the exchange's."""
    return result.rule not in rules.NAMES


def _line(result: RuleResult) -> str:
    if result.rule == "day loss" and result.message.startswith("Locked"):
        return result.message
    return f"Refused here: {result.message}."
