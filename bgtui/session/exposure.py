"""What the account has at stake, gathered from the store: legs, what would open more, what is on its way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from bgtui.domain import pnl
from bgtui.domain.account import Position
from bgtui.domain.event import AccountPart
from bgtui.domain.exposure import Stake
from bgtui.domain.facts import Facts
from bgtui.domain.instrument import InstrumentId, ProductType, instrument_id
from bgtui.domain.intent import AmendOrder, AmendPlan, Intent, PlaceOrder, PlacePlan, ReversePosition
from bgtui.domain.order import Effect, Order, PlanOrder, PositionMode, PositionSide
from bgtui.domain.preset import presets
from bgtui.domain.submission import Submission, SubmissionState
from bgtui.domain.trading import can_only_close
from bgtui.domain.value import frozen
from bgtui.store.freshness import Trust
from bgtui.store.store import Store

MAX_AGE_S = 60.0
"""What was told longer ago and may have changed since counts as not known."""
REPORT_MS = 5000
"""For how long a fill counts by itself while no report of the legs has followed it."""
DUPLICATE_WINDOW_MS = 60_000
_DOLLARS = ("USD", "USDT", "USDC")
_ZERO = Decimal(0)
_PARTS = {
    AccountPart.POSITIONS: "the legs",
    AccountPart.ORDERS: "the open orders",
    AccountPart.PLANS: "the trigger orders",
}
_COUNTED = (SubmissionState.SENT, SubmissionState.ACCEPTED, SubmissionState.UNKNOWN)
"""Submissions that may stand at the exchange without its having said so."""


@frozen
class Pending:
    """Something that would open more of a leg."""

    instrument: InstrumentId
    side: PositionSide
    size: Decimal
    """Base coin."""
    price: Decimal | None
    """Quote currency; None at market."""


def with_account(facts: Facts, store: Store, now_ms: int, *, without: str = "") -> Facts:
    """Return the facts with all that the limits of the account are judged by.

    Args:
        facts: Of one instrument.
        store: Where the account is.
        now_ms: Exchange time, milliseconds.
        without: Id, the exchange's, of an order that counts as gone: the one that is replaced.
    """
    shown, product = facts.rules.id, facts.rules.product_type
    standing, finished = store.open_orders(product) or (), store.finished_orders(product)
    sent = [item for item in store.submissions(product) if item.state in _COUNTED]
    opening = [pending for item in sent for pending in _sent(item, store)]
    facts = replace(
        facts,
        sent_orders=sum(item.instrument == shown for item in opening),
        product_sent_orders=len(opening),
        dollars=dollars(store, facts.rules.quote_coin),
        usual_size=usual_size(facts, standing, finished),
    )
    if not facts.is_futures:
        return facts
    told_ms = _told_ms(store, product, now_ms)
    pending = [
        *opening,
        *_resting((order for order in standing if order.order_id != without), finished, told_ms),
        *_waiting(plan for plan in store.open_plans(product) or () if plan.order_id != without),
    ]
    mine = [item for item in pending if item.instrument == shown]
    stakes, unknown = _stakes(store, facts, pending)
    return replace(
        facts,
        long_resting=_sum(mine, PositionSide.LONG),
        short_resting=_sum(mine, PositionSide.SHORT),
        stakes=stakes,
        unknown=unknown,
    )


def _sum(pending: Iterable[Pending], side: PositionSide) -> Decimal:
    return sum((item.size for item in pending if item.side is side), _ZERO)


def recently_sent(store: Store, product: ProductType, now_ms: int) -> tuple[tuple[Intent, int], ...]:
    """Return what was sent in the last minute and may have been carried out, with the time it left."""
    found = (*store.submissions(product), *store.finished_submissions(product))
    kept = (*_COUNTED, SubmissionState.DONE)
    return tuple(
        (item.intent, item.sent_ms)
        for item in found
        if item.state in kept and now_ms - item.sent_ms <= DUPLICATE_WINDOW_MS
    )


def dollars(store: Store, coin: str) -> Decimal | None:
    """Return what a coin is worth in dollars: by a price that is known, None without."""
    if coin in _DOLLARS:
        return Decimal(1)
    for product in (ProductType.SPOT, ProductType.USDT_FUTURES):
        ticker = store.ticker(instrument_id(product, f"{coin}USDT"))
        if ticker is not None and ticker.last is not None:
            return ticker.last
    return None


def usual_size(facts: Facts, standing: Iterable[Order], finished: Iterable[Order]) -> Decimal | None:
    """Return the largest size that is usual here: of orders that stand or were filled, and of the presets."""
    shown = facts.rules.id
    sizes = [
        order.size
        for order in (*standing, *(order for order in finished if order.filled_size))
        if order.instrument == shown and not order.size_is_quote
    ]
    if facts.reference is not None or facts.rules.is_inverse:
        sizes += presets(facts.rules, facts.reference)
    return max(sizes, default=None)


def unknown_part(store: Store, product: ProductType) -> str:
    """Return what of the account is not known, or was told too long ago; empty when all is well."""
    for part, name in _PARTS.items():
        fresh = store.freshness(product, part)
        if part is AccountPart.POSITIONS and store.positions(product) is None:
            return name
        if part is not AccountPart.POSITIONS and fresh.trust is Trust.UNKNOWN:
            return name
        if fresh.trust is Trust.STALE and fresh.age_s is not None and fresh.age_s > MAX_AGE_S:
            return f"{name} (told {fresh.age_s:.0f}s ago)"
    return ""


def _stakes(store: Store, facts: Facts, pending: Iterable[Pending]) -> tuple[tuple[Stake, ...] | None, str]:
    """Return the stakes of the wallet that backs an instrument, or what keeps them from being known."""
    product = facts.rules.product_type
    if unknown := unknown_part(store, product):
        return None, unknown
    is_net = facts.position_mode is PositionMode.ONE_WAY
    found: dict[InstrumentId, Stake] = {}
    for leg in store.positions(product) or ():
        if not _is_of_wallet(store, leg.instrument, facts):
            continue
        value = _value(store, leg.instrument, leg.size, mark_of(store, leg))
        if value is None:
            return None, f"what {leg.instrument.symbol} is worth"
        stake = found.get(leg.instrument, Stake(leg.instrument, is_net=is_net))
        is_long = leg.side is PositionSide.LONG
        found[leg.instrument] = replace(stake, long=value) if is_long else replace(stake, short=value)
    sums: dict[tuple[InstrumentId, PositionSide], Decimal] = {}
    for item in pending:
        if not _is_of_wallet(store, item.instrument, facts):
            continue
        price = item.price if item.price is not None else _price(store, item.instrument)
        value = _value(store, item.instrument, item.size, price)
        if value is None:
            return None, f"what {item.instrument.symbol} is worth"
        key = (item.instrument, item.side)
        sums[key] = sums.get(key, _ZERO) + value
    for (instrument, side), value in sums.items():
        found[instrument] = found.get(instrument, Stake(instrument, is_net=is_net)).opening(side, value)
    return tuple(found.values()), ""


def _is_of_wallet(store: Store, instrument: InstrumentId, facts: Facts) -> bool:
    """Tell whether an instrument is backed by the same coin; only coin-margined contracts differ in that."""
    if facts.rules.product_type is not ProductType.COIN_FUTURES or instrument == facts.rules.id:
        return True
    rules = store.instrument(instrument)
    coin = facts.margin_coin or facts.rules.margin_coin
    return rules is None or coin in rules.margin_coins


def _value(store: Store, instrument: InstrumentId, size: Decimal, price: Decimal | None) -> Decimal | None:
    """Return what a size is worth in the margin coin."""
    rules = store.instrument(instrument)
    is_inverse = rules.is_inverse if rules is not None else False
    if rules is None and instrument.product_type is ProductType.COIN_FUTURES:
        return None
    if is_inverse:
        return pnl.notional(size, _ZERO, is_inverse=True)
    return None if price is None else pnl.notional(size, price)


def mark_of(store: Store, leg: Position) -> Decimal:
    """Return the price that a leg is valued at: mark, as told live or with the leg, else its entry."""
    ticker = store.ticker(leg.instrument)
    live = ticker.mark_price if ticker is not None else None
    return live or leg.mark_price or leg.entry_price


def _price(store: Store, instrument: InstrumentId) -> Decimal | None:
    ticker = store.ticker(instrument)
    return None if ticker is None else ticker.mark_price or ticker.last


# What would open


def _sent(submission: Submission, store: Store) -> Iterator[Pending]:
    """Yield what a submission may have brought about that nobody has reported."""
    match submission.intent:
        case PlaceOrder() | PlacePlan() as intent:
            is_futures = intent.instrument.product_type.is_futures
            if intent.effect is Effect.CLOSE or (not is_futures and intent.side.value == "sell"):
                return
            price = intent.price if isinstance(intent, PlaceOrder) else intent.trigger_price
            size = _ZERO if intent.size_is_quote else intent.size
            side = intent.position_side or pnl.side_of(intent.side)
            yield Pending(intent.instrument, side, size, price)
        case AmendOrder() as intent:
            old = store.order(intent.order.instrument, intent.order.order_id)
            if old is None or can_only_close(old):
                return
            # Both may stand for a moment: the old one is counted where it rests.
            side = old.position_side or pnl.side_of(old.side)
            yield Pending(old.instrument, side, intent.new_size, intent.new_price)
        case AmendPlan() as intent:
            plans = store.open_plans(submission.product_type) or ()
            yield from (_grown(plan, intent) for plan in plans if _is_amended(plan, intent))
        case ReversePosition() as intent:
            is_long = intent.position_side is PositionSide.LONG
            other = PositionSide.SHORT if is_long else PositionSide.LONG
            yield Pending(intent.instrument, other, intent.size or _ZERO, None)
        case _:
            return


def _is_amended(plan: PlanOrder, intent: AmendPlan) -> bool:
    ref = intent.order
    name = plan.order_id if ref.order_id else plan.client_order_id
    is_named = plan.instrument == ref.instrument and name == (ref.order_id or ref.client_order_id)
    return is_named and not can_only_close(plan)


def _grown(plan: PlanOrder, intent: AmendPlan) -> Pending:
    """Return by how much a trigger order is to be larger: as it is, it is counted where it waits."""
    side = plan.position_side or pnl.side_of(plan.side)
    more = max((intent.size or _ZERO) - (plan.size or _ZERO), _ZERO)
    price = intent.execute_price or plan.execute_price or intent.trigger_price or plan.trigger_price
    return Pending(plan.instrument, side, more, price)


def _told_ms(store: Store, product: ProductType, now_ms: int) -> int:
    """Return up to when the fills are in the legs."""
    report = store.positions_report(product)
    return max(report.time_ms if report is not None else 0, now_ms - REPORT_MS)


def _resting(standing: Iterable[Order], finished: Iterable[Order], told_ms: int) -> Iterator[Pending]:
    """Yield what rests to open, and fills that no report of the legs has followed yet."""
    for order in standing:
        if not can_only_close(order):
            side = order.position_side or pnl.side_of(order.side)
            yield Pending(order.instrument, side, order.remaining_size, order.price)
            yield from _filled(order, told_ms)
    for order in finished:
        if order.updated_ms <= told_ms:
            break  # latest first
        if not can_only_close(order):
            yield from _filled(order, told_ms)


def _filled(order: Order, told_ms: int) -> Iterator[Pending]:
    if order.filled_size and order.updated_ms > told_ms:
        side = order.position_side or pnl.side_of(order.side)
        yield Pending(order.instrument, side, order.filled_size, order.average_price or order.price)


def _waiting(plans: Iterable[PlanOrder]) -> Iterator[Pending]:
    """Yield the trigger orders that would open."""
    for plan in plans:
        if plan.size is not None and not can_only_close(plan):
            side = plan.position_side or pnl.side_of(plan.side)
            yield Pending(plan.instrument, side, plan.size, plan.execute_price or plan.trigger_price)
