"""Looking at the account once a second: the day's loss, and what single legs lose against the equity."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from decimal import Decimal

from bgtui.domain import pnl
from bgtui.domain.account import Position
from bgtui.domain.alert import Alarm, AlertKind
from bgtui.domain.error import BgtuiError, OutcomeUnknown
from bgtui.domain.event import AlarmHealed, AlarmRaised, Event, FeedFailed, FeedRecovered
from bgtui.domain.instrument import InstrumentId, ProductType, round_size
from bgtui.domain.intent import Intent, PlaceOrder
from bgtui.domain.limit import Limits
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, OrderType, PositionSide
from bgtui.domain.value import frozen
from bgtui.session.exposure import mark_of, unknown_part
from bgtui.session.losses import Losses
from bgtui.store.store import Store

LOOK_S = 1.0
CALM = Decimal("0.9")
"""Share of the threshold that a loss has to fall under before it counts as a new one when it comes back."""
_HUNDRED = Decimal(100)
RECORD = "day record"
"""What the health screen calls the file that outlives the run."""
_DAY = "day"

_log = logging.getLogger(__name__)


@frozen
class LegRisk:
    """What a leg loses against the equity of the wallet that backs it."""

    leg: Position
    loss: Decimal
    """Margin coin, above zero."""
    equity: Decimal
    """Margin coin, unrealized PnL included."""

    @property
    def percent(self) -> Decimal:
        """Loss over equity; a wallet without equity counts as lost whole."""
        return self.loss * _HUNDRED / self.equity if self.equity > 0 else _HUNDRED * _HUNDRED

    @property
    def name(self) -> str:
        """What messages call the leg."""
        return f"{self.leg.side.value.upper()} {self.leg.instrument.symbol}"


def leg_risks(store: Store, products: Iterable[ProductType]) -> tuple[LegRisk, ...]:
    """Return every leg that loses, as far as its equity is known."""
    found: list[LegRisk] = []
    for product in products:
        for leg in store.positions(product) or () if product.is_futures else ():
            equity = _equity(store, leg)
            rules = store.instrument(leg.instrument)
            is_inverse = rules.is_inverse if rules is not None else product is ProductType.COIN_FUTURES
            mark = mark_of(store, leg)
            earned = pnl.unrealized(leg.side, leg.size, leg.entry_price, mark, is_inverse=is_inverse)
            if earned < 0 and equity is not None:
                found.append(LegRisk(leg, -earned, equity))
    return tuple(found)


def _equity(store: Store, leg: Position) -> Decimal | None:
    product = leg.instrument.product_type
    balance = store.known_balances(product).get(leg.margin_coin)
    if balance is not None and balance.equity is not None:
        return balance.equity
    report = store.equity(product)
    return report.usdt_equity if report is not None and leg.margin_coin == "USDT" else None


class RiskWatch:
    """Raises and heals the alarms, and reduces a leg once where the limits say so."""

    name = "risk"

    def __init__(
        self,
        store: Store,
        limits: Limits,
        losses: Losses,
        products: Sequence[ProductType],
        *,
        send: Callable[[Intent], Awaitable[object]] | None = None,
        weigh: Callable[[frozenset[InstrumentId]], None] = lambda _: None,
    ) -> None:
        """Watch.

        Args:
            store: Where the account is.
            limits: Thresholds, and whether anything is reduced.
            losses: Counts the day.
            products: Product types that are followed.
            send: The desk; None where nothing can be sent.
            weigh: Has the mark prices of what is held told live.
        """
        self._store = store
        self._limits = limits
        self._losses = losses
        self._products = tuple(products)
        self._send = send
        self._weigh = weigh
        self._alarms: dict[tuple[AlertKind, str], Alarm] = {}
        self._said = ""
        """Which trouble with the day's record was told."""
        self._breaches: set[str] = set()
        self._told: dict[str, str] = {}
        """What became of the reduction of a leg, by its key."""

    async def events(self) -> AsyncIterator[Event]:
        """Look, say what changed, wait."""
        while True:
            for event in await self.look():
                yield event
            await asyncio.sleep(LOOK_S)

    async def look(self) -> list[Event]:
        """Look once and return what changed."""
        legs = (leg for product in self._products for leg in self._store.positions(product) or ())
        self._weigh(frozenset(leg.instrument for leg in legs))
        self._losses.judge()
        await self._losses.keep()
        found = self._kept()
        wanted = self._day_alarm()
        breached = self._breached()
        await self._forget_calm()
        for risk in breached:
            await self._reduce(risk)
            alarm = self._leg_alarm(risk)
            wanted[alarm.kind, alarm.subject] = alarm
        found += [AlarmRaised(alarm) for key, alarm in wanted.items() if self._is_news(key, alarm)]
        found += [AlarmHealed(*key) for key in self._alarms if key not in wanted]
        self._alarms = wanted
        return found

    def _kept(self) -> list[Event]:
        """Say once when the day's record cannot be kept, and once when it can again."""
        problem = self._losses.problem
        if problem == self._said:
            return []
        self._said = problem
        return [FeedFailed(RECORD, problem, None)] if problem else [FeedRecovered(RECORD)]

    def _is_news(self, key: tuple[AlertKind, str], alarm: Alarm) -> bool:
        """Tell whether an alarm stands anew, or says of a reduction what it did not say before."""
        old = self._alarms.get(key)
        return old is None or (";" in alarm.text) is not (";" in old.text)

    def _day_alarm(self) -> dict[tuple[AlertKind, str], Alarm]:
        if not self._losses.is_locked:
            return {}
        return {(AlertKind.DAY_LOSS, _DAY): Alarm(AlertKind.DAY_LOSS, _DAY, self._losses.line)}

    def _breached(self) -> list[LegRisk]:
        """Return the legs over the threshold; one that was stays so until it is well under it."""
        limit = self._limits.alarm_percent
        if limit is None:
            return []
        found = []
        for risk in leg_risks(self._store, self._products):
            stands = _key(risk.leg) in self._breaches | self._losses.reduced
            if risk.percent > limit or (stands and risk.percent >= limit * CALM):
                found.append(risk)
        self._breaches = {_key(risk.leg) for risk in found}
        return found

    def _leg_alarm(self, risk: LegRisk) -> Alarm:
        words = f"{risk.name} loses {risk.percent:.1f}% of equity"
        told = self._told.get(_key(risk.leg), "")
        return Alarm(AlertKind.POSITION_RISK, risk.name, f"{words}; {told}" if told else f"{words}.")

    # Reducing

    async def _reduce(self, risk: LegRisk) -> None:
        """Close the stated part of a leg: once for a loss, remembered before it is sent."""
        key = _key(risk.leg)
        if self._limits.reduce_percent is None or self._send is None or key in self._losses.reduced:
            return
        if unknown_part(self._store, risk.leg.instrument.product_type):
            return  # what is held may be something else by now
        intent = self._reduction(risk.leg, self._limits.reduce_percent)
        if not await self._losses.note_reduced(self._losses.reduced | {key}):
            self._told[key] = "nothing is closed: that cannot be remembered."
            return
        if intent is None:
            self._told[key] = "the part to close is too small."
            return
        try:
            await self._send(intent)
            self._told[key] = f"{intent.size:f} of it is being closed."
        except OutcomeUnknown:
            self._told[key] = f"{intent.size:f} of it may be closed: no answer came; being asked."
        except BgtuiError as error:
            _log.warning("the reduction of %s was not carried out: %s", risk.name, error)
            self._told[key] = f"not reduced: {error}"

    async def _forget_calm(self) -> None:
        """Forget the legs whose loss is known to be over: the next one is another."""
        left = frozenset(key for key in self._losses.reduced if key in self._breaches or self._is_hidden(key))
        if left != self._losses.reduced:
            self._told = {key: words for key, words in self._told.items() if key in left}
            await self._losses.note_reduced(left)

    def _is_hidden(self, key: str) -> bool:
        """Tell whether nobody can say how a leg does now."""
        product = next((each for each in self._products if key.startswith(f"{each.value}:")), None)
        if product is None or unknown_part(self._store, product):
            return True
        leg = next((leg for leg in self._store.positions(product) or () if _key(leg) == key), None)
        return leg is not None and _equity(self._store, leg) is None

    def _reduction(self, leg: Position, percent: Decimal) -> PlaceOrder | None:
        rules = self._store.instrument(leg.instrument)
        if rules is None:
            return None
        size = round_size(rules, min(leg.size * min(percent, _HUNDRED) / _HUNDRED, leg.available))
        if size < max(rules.min_size, rules.size_step):
            return None
        return PlaceOrder(
            leg.instrument,
            Side.SELL if leg.side is PositionSide.LONG else Side.BUY,
            OrderType.MARKET,
            size,
            position_side=leg.side,
            effect=Effect.CLOSE,
            position_mode=leg.position_mode,
            margin_mode=leg.margin_mode,
            margin_coin=leg.margin_coin,
        )


def _key(leg: Position) -> str:
    return f"{leg.instrument} {leg.side.value} {leg.margin_mode.value} {leg.position_id}"
