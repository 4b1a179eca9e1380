"""What the store knows, as the facts that alert rules are judged by; what is stale is not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from bgtui.domain.account import Balance, Fill, Position
from bgtui.domain.alert import Alarm, AlertKind, figure, name_of
from bgtui.domain.dayloss import LOCKED
from bgtui.domain.ending import BY_EXCHANGE, CANCELED
from bgtui.domain.event import (
    AccountPart,
    Connection,
    Deleveraged,
    Event,
    FillReported,
    OrderUpdated,
    PlanOrderUpdated,
    SubmissionChanged,
)
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.judgement import AlertFacts, Happening, Link, Quote
from bgtui.domain.order import Forced, OrderStatus, PlanStatus
from bgtui.domain.submission import SubmissionState
from bgtui.domain.text import clean_line
from bgtui.domain.trading import TradingState
from bgtui.session.kill import KillSwitch
from bgtui.store.store import Store

FRESH_S = 5.0
"""A ticker so young is of this moment, whatever the connections do."""
QUIET_S = 60.0
"""A ticker older than this is stale even where every connection is up."""
MAX_HAPPENINGS = 200
"""Distinct ones between two looks; more are counted together."""
FORCED_WORDS = {
    Forced.LIQUIDATION: "Bitget liquidated",
    Forced.PARTIAL_LIQUIDATION: "Bitget part-liquidated",
    Forced.AUTO_DELEVERAGE: "ADL: Bitget reduced",
    Forced.OFFSET: "Bitget netted",
    Forced.DELIVERY: "Bitget delivered",
}
"""What the exchange did, before the leg that it did it to."""


def gather(
    store: Store,
    instruments: Iterable[InstrumentId],
    products: Sequence[ProductType],
    happenings: tuple[Happening, ...],
    *,
    now_ms: int,
    has_account: bool,
    has_desk: bool,
    alarms: tuple[Alarm, ...],
) -> AlertFacts:
    """Return the facts of this moment.

    Args:
        store: The live data.
        instruments: Whose market is looked at.
        products: Product types whose account is followed.
        happenings: What happened since the last look.
        now_ms: Exchange time, milliseconds.
        has_account: Whether there is a key.
        has_desk: Whether anything can be sent.
        alarms: What stands.
    """
    health = store.health()
    are_up = all(link.is_up for link in health.connections if link.connection is Connection.PUBLIC)
    followed = products if has_account else ()
    return AlertFacts(
        now_ms=now_ms,
        quotes={name: _quote(store, name, are_up=are_up) for name in instruments},
        legs={product: _legs(store, product) for product in followed if product.is_futures},
        wallets={product: _wallet(store, product) for product in followed if product.is_futures},
        leg_ages_s={
            product: age_s
            for product in followed
            if product.is_futures and (age_s := store.legs_told_age_s(product)) is not None
        },
        wallet_ages_s={
            (product, coin): age_s
            for product in followed
            if product.is_futures
            for coin in store.known_balances(product)
            if (age_s := store.balance_age_s(product, coin)) is not None
        },
        links=tuple(
            Link(link.name, None if link.is_up else link.down_age_s or 0.0) for link in health.connections
        ),
        doubtful=tuple(
            (one.client_order_id, clean_line(one.message, 80))
            for one in store.all_submissions()
            if one.state.is_doubtful
        ),
        clock_offset_ms=health.clock_offset_ms,
        alarms=alarms,
        happenings=happenings,
        has_account=has_account,
        has_desk=has_desk,
    )


def _quote(store: Store, name: InstrumentId, *, are_up: bool) -> Quote:
    ticker, age_s = store.ticker(name), store.ticker_age_s(name)
    if ticker is None or age_s is None:
        return Quote()
    return Quote(
        ticker.last,
        ticker.mark_price,
        ticker.funding_rate,
        ticker.next_funding_ms,
        is_current=age_s <= FRESH_S or (are_up and age_s <= QUIET_S),
    )


def _legs(store: Store, product: ProductType) -> tuple[Position, ...] | None:
    is_current = store.freshness(product, AccountPart.POSITIONS).is_current
    return store.positions(product) if is_current else None


def _wallet(store: Store, product: ProductType) -> tuple[Balance, ...] | None:
    is_current = store.freshness(product, AccountPart.BALANCES).is_current
    return tuple(store.known_balances(product).values()) if is_current else None


def standing_alarms(store: Store, state: TradingState, kill: KillSwitch | None) -> tuple[Alarm, ...]:
    """Return what stands: as others have raised it, and what desk and kill switch show by themselves."""
    alarms = store.alarms()
    kinds = {alarm.kind for alarm in alarms}
    if state is TradingState.LOCKED and AlertKind.DAY_LOSS not in kinds:
        alarms += (Alarm(AlertKind.DAY_LOSS, "desk", LOCKED),)
    run = None if kill is None else kill.run
    if run is not None and run.is_overdue and AlertKind.KILL not in kinds:
        left = "not known what is" if run.left is None else run.left
        text = f"Kill switch: {left} left; asked every second; ! to send it again."
        alarms += (Alarm(AlertKind.KILL, "kill switch", text),)
    return alarms


class Happenings:
    """What happened between two looks, one entry an order: bounded, whatever comes."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._fills: dict[str, list[Fill]] = {}
        self._others: dict[tuple[AlertKind, str], Happening] = {}
        self._more: dict[AlertKind, int] = {}

    def __bool__(self) -> bool:
        """Tell whether anything happened."""
        return bool(self._fills or self._others or self._more)

    def take(self, event: Event, since_ms: int) -> None:
        """Take an event that changed the store; what is older than ``since_ms`` is history."""
        match event:
            case FillReported(fill) if fill.time_ms >= since_ms:
                if fill.forced is not None:
                    self._add(_forced(fill))
                else:
                    self._fill(fill)
            case Deleveraged() if event.time_ms >= since_ms:
                self._add(_deleveraged(event))
            case SubmissionChanged(sent) if sent.state is SubmissionState.REJECTED:
                text = f"Rejected: order {sent.client_order_id}: {clean_line(sent.message, 120)}"
                self._add(Happening(AlertKind.REJECTION, sent.client_order_id, text, sent.instrument))
            case OrderUpdated(order) if (
                order.cancel_reason in BY_EXCHANGE
                and order.status is OrderStatus.CANCELED
                and order.updated_ms >= since_ms
            ):
                name = order.client_order_id or order.order_id
                text = f"Order {name} {name_of(order.instrument)}: {CANCELED[order.cancel_reason].words}."
                self._add(Happening(AlertKind.FORCED, order.order_id, text, order.instrument))
            case PlanOrderUpdated(plan) if plan.status is PlanStatus.FAILED and plan.updated_ms >= since_ms:
                text = f"Rejected: the {name_of(plan.instrument)} plan was triggered and could not be placed."
                self._add(Happening(AlertKind.REJECTION, plan.order_id, text, plan.instrument))
            case _:
                pass

    def drain(self) -> tuple[Happening, ...]:
        """Return everything since the last call."""
        if not self:
            return ()
        found = [_filled(fills) for fills in self._fills.values()]
        found += self._others.values()
        found += [
            Happening(kind, "more", f"More: {count} {kind.replace('_', ' ')} alerts at once.", count=count)
            for kind, count in self._more.items()
        ]
        self._fills, self._others, self._more = {}, {}, {}
        return tuple(found)

    def _fill(self, fill: Fill) -> None:
        fills = self._fills.get(fill.order_id)
        if fills is None:
            if len(self._fills) >= MAX_HAPPENINGS:
                self._count(AlertKind.FILL)
                return
            fills = self._fills[fill.order_id] = []
        if len(fills) < MAX_HAPPENINGS:
            fills.append(fill)
        else:
            self._count(AlertKind.FILL)

    def _add(self, happening: Happening) -> None:
        key = (happening.kind, happening.subject)
        known = self._others.get(key)
        if known is not None:
            fuller = max(known, happening, key=lambda one: len(one.text))
            self._others[key] = replace(fuller, count=known.count + happening.count)
        elif len(self._others) >= MAX_HAPPENINGS:
            self._count(happening.kind)
        else:
            self._others[key] = happening

    def _count(self, kind: AlertKind) -> None:
        self._more[kind] = self._more.get(kind, 0) + 1


def _filled(fills: Sequence[Fill]) -> Happening:
    """Return what one order filled: the sum, at its average price."""
    first = fills[0]
    size = sum((fill.size for fill in fills), Decimal(0))
    price = first.price if len(fills) == 1 else _average(fills, size)
    leg = f" {first.effect} {first.position_side}" if first.effect and first.position_side else ""
    text = f"Filled:{leg or f' {first.side}'} {figure(size)} {name_of(first.instrument)} @ {figure(price)}"
    return Happening(AlertKind.FILL, first.order_id, text, first.instrument, len(fills))


def _average(fills: Sequence[Fill], size: Decimal) -> Decimal:
    """Return the average price on the first one's decimals; the first where there are too many digits."""
    like = fills[0].price
    exponent = like.as_tuple().exponent
    try:
        value = sum((fill.size * fill.price for fill in fills), Decimal(0)) / size
        return value.quantize(Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0))
    except ArithmeticError:
        return like


def _deleveraged(event: Deleveraged) -> Happening:
    """Return what the exchange's notice says; the fill that comes with it is the same alert."""
    size = f" {figure(event.amount)}" if event.amount is not None else ""
    price = f" @ {figure(event.price)}" if event.price is not None else ""
    place = f"{name_of(event.instrument)}{size}{price}"
    text = f"{FORCED_WORDS[Forced.AUTO_DELEVERAGE]} {place}; not an order of yours."
    subject = f"{Forced.AUTO_DELEVERAGE}/{event.instrument}"
    return Happening(AlertKind.FORCED, subject, text, event.instrument)


def _forced(fill: Fill) -> Happening:
    forced = fill.forced or Forced.LIQUIDATION
    side = f"{fill.position_side.upper()} " if fill.position_side is not None else ""
    place = f"{side}{name_of(fill.instrument)} {figure(fill.size)} @ {figure(fill.price)}"
    text = f"{FORCED_WORDS[forced]} {place}; not an order of yours."
    return Happening(AlertKind.FORCED, f"{forced}/{fill.instrument}", text, fill.instrument)
