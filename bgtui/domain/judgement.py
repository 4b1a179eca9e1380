"""When an alert rule fires: a pure function of the rule, what it remembers, and the facts of one moment.

A rule fires on an edge: when what it is about becomes true, for each subject (a leg, a connection) by itself.
What is not known, or is stale, is never an edge: the memory stays as it was and the rule says why it cannot
be judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from types import MappingProxyType

from bgtui.domain import pnl
from bgtui.domain.account import Balance, Position
from bgtui.domain.alert import Alarm, AlertKind, AlertRule, Crossing, PriceSource, figure, name_of
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.order import MarginMode
from bgtui.domain.value import frozen

HYSTERESIS = Decimal("0.001")
"""A price has to come back so far across its threshold, a fraction of it, before the rule is armed again."""
SLACK = Decimal("0.05")
"""The same for every other threshold."""
MAX_TOLD_S = 60.0
"""A figure that moves with the mark and was told longer ago is not judged."""
NO_ACCOUNT = "no key: no account to watch"
NO_CLOCK = "the clock is not measured yet"
NOT_CONNECTED = "not connected yet"
NOT_WATCHED = "not watched in a read-only run"
"""Why a rule is not judged where nobody could."""
MAX_SUBJECTS = 500
MAX_READS = 60


@frozen
class Quote:
    """What is known of one instrument's market."""

    last: Decimal | None = None
    mark: Decimal | None = None
    funding_rate: Decimal | None = None
    """Fraction."""
    next_funding_ms: int | None = None
    """Exchange time, milliseconds."""
    is_current: bool = False
    """Whether the figures may be taken for those of this moment."""


@frozen
class Link:
    """One connection."""

    name: str
    down_s: float | None
    """Since it was lost; None while it is up."""


@frozen
class Happening:
    """Something that happened and is over: a fill, a rejection, a forced trade."""

    kind: AlertKind
    subject: str
    text: str
    instrument: InstrumentId | None = None
    count: int = 1


@frozen
class AlertFacts:
    """Everything that rules are judged by, at one moment."""

    now_ms: int
    """Exchange time, milliseconds."""
    quotes: Mapping[InstrumentId, Quote] = field(default_factory=lambda: MappingProxyType({}))
    legs: Mapping[ProductType, tuple[Position, ...] | None] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """By product type that is followed; None while its legs are not known to be current."""
    wallets: Mapping[ProductType, tuple[Balance, ...] | None] = field(
        default_factory=lambda: MappingProxyType({})
    )
    leg_ages_s: Mapping[ProductType, float] = field(default_factory=lambda: MappingProxyType({}))
    """Since legs were told, by product type; not there where nobody knows."""
    wallet_ages_s: Mapping[tuple[ProductType, str], float] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """The same of wallets, by product type and coin."""
    links: tuple[Link, ...] = ()
    doubtful: tuple[tuple[str, str], ...] = ()
    """Client order id and message of every submission of unknown outcome."""
    clock_offset_ms: int | None = None
    """None before it was measured."""
    alarms: tuple[Alarm, ...] = ()
    """What other parts of the program say stands."""
    happenings: tuple[Happening, ...] = ()
    """Since the moment before."""
    has_account: bool = True
    has_desk: bool = True
    """Whether anything can be sent: what guards that says its alarms only then."""


@frozen
class Memory:
    """What a rule remembers between two moments."""

    armed: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    """By subject: whether it fires when it is true next."""
    problem: str = ""
    """Why the rule, or a part of it, cannot be judged."""
    reads: str = ""
    """What it looks at, as it stands."""


@frozen
class Firing:
    """A rule has something to tell."""

    subject: str
    text: str
    """One line that begins with a word."""
    count: int = 1


@frozen
class Verdict:
    """What became of one rule at one moment."""

    memory: Memory
    firings: tuple[Firing, ...] = ()
    is_spent: bool = False
    """A rule that tells once has told."""


@frozen
class Reading:
    """One subject of a rule at one moment."""

    subject: str
    is_true: bool | None
    """None: not known."""
    text: str = ""
    """What is told when it becomes true."""
    is_over: bool = False
    """Whether it is so clearly not true that the rule may be armed again."""
    reads: str = ""


@frozen
class Readings:
    """Every subject of a rule, and why some could not be read."""

    found: Sequence[Reading] = ()
    problem: str = ""
    is_complete: bool = True
    """Whether a subject that is not among them is known to be gone."""


def judge(rule: AlertRule, memory: Memory, facts: AlertFacts) -> Verdict:
    """Return what a rule does at this moment.

    Args:
        rule: What to be told of; one that is off does nothing.
        memory: What the last judgement left.
        facts: This moment.
    """
    if not rule.is_on:
        return Verdict(Memory())
    if rule.traits.is_event:
        return _judge_events(rule, memory, facts)
    readings = _READERS[rule.kind](rule, facts)
    armed: dict[str, bool] = {}
    firings: list[Firing] = []
    for reading in readings.found[:MAX_SUBJECTS]:
        before = memory.armed.get(reading.subject)
        fires, after = _edge(before, reading, fires_at_once=rule.traits.fires_at_once)
        if after is not None:
            armed[reading.subject] = after
        if fires:
            firings.append(Firing(reading.subject, reading.text))
    if not readings.is_complete:
        armed = dict(list({**memory.armed, **armed}.items())[-MAX_SUBJECTS:])
    told = tuple(firings) if rule.repeats else tuple(firings[:1])
    reads = ", ".join(reading.reads for reading in readings.found if reading.reads)[:MAX_READS]
    return Verdict(Memory(armed, readings.problem, reads), told, is_spent=bool(told) and not rule.repeats)


def _edge(before: bool | None, reading: Reading, *, fires_at_once: bool) -> tuple[bool, bool | None]:  # noqa: FBT001
    """Return whether a subject fires, and whether it is armed from now on; None when that was never known."""
    if reading.is_true is None:
        return False, before
    if reading.is_true:
        return (before is True or (before is None and fires_at_once)), False
    return False, True if before is not False else reading.is_over


def _judge_events(rule: AlertRule, memory: Memory, facts: AlertFacts) -> Verdict:
    mine = [
        happening
        for happening in facts.happenings
        if happening.kind is rule.kind and rule.instrument in (None, happening.instrument)
    ]
    firings = tuple(Firing(one.subject, one.text, one.count) for one in mine)
    told = firings if rule.repeats else firings[:1]
    problem = "" if facts.has_account else NO_ACCOUNT
    return Verdict(Memory({}, problem, memory.reads), told, is_spent=bool(told) and not rule.repeats)


def _price(rule: AlertRule, facts: AlertFacts) -> Readings:
    place, limit = rule.instrument, rule.threshold
    if place is None or limit is None:
        return Readings(problem="the rule names no price", is_complete=False)
    quote = facts.quotes.get(place, Quote())
    if rule.source is PriceSource.MARK and not place.product_type.is_futures:
        return Readings(problem="spot has no mark price", is_complete=False)
    price = quote.last if rule.source is PriceSource.LAST else quote.mark
    if price is None or not quote.is_current:
        return _unread(f"{name_of(place)} price is {'not known' if price is None else 'stale'}")
    is_above = rule.crossing is Crossing.ABOVE
    is_true = price >= limit if is_above else price <= limit
    back = limit * (1 - HYSTERESIS) if is_above else limit * (1 + HYSTERESIS)
    text = f"Price: {name_of(place)} {rule.source} {figure(price)} is {rule.crossing} {figure(limit)}."
    is_over = price <= back if is_above else price >= back
    return Readings([Reading(place, is_true, text, is_over, figure(price))])


def _unread(problem: str) -> Readings:
    return Readings(problem=problem, is_complete=False)


def _held(rule: AlertRule, facts: AlertFacts) -> tuple[list[Position], str]:
    """Return the legs that a rule is about, and why some are missing."""
    if not facts.has_account:
        return [], NO_ACCOUNT
    products = [
        product
        for product in facts.legs
        if product.is_futures and (rule.instrument is None or rule.instrument.product_type is product)
    ]
    unknown = [product for product in products if facts.legs[product] is None]
    legs = [
        leg
        for product in products
        for leg in facts.legs[product] or ()
        if rule.instrument in (None, leg.instrument)
    ]
    return legs, f"legs of {unknown[0]} are not current" if unknown else ""


def _leg_name(leg: Position) -> str:
    return f"{leg.side.upper()} {name_of(leg.instrument)}"


def _liquidation(rule: AlertRule, facts: AlertFacts) -> Readings:
    legs, problem = _held(rule, facts)
    limit = (rule.threshold or Decimal(0)) / 100
    is_complete = not problem
    found = []
    for leg in legs:
        if leg.liquidation_price is None:
            continue  # the exchange names none: nothing to be near to
        quote = facts.quotes.get(leg.instrument, Quote())
        distance = (
            pnl.distance(quote.mark, leg.liquidation_price) if quote.mark and quote.is_current else None
        )
        if distance is None:
            problem = problem or f"mark of {name_of(leg.instrument)} is not current"
        found.append(_leg_reading(leg, distance, limit))
    return Readings(found, problem, is_complete=is_complete)


def _leg_reading(leg: Position, distance: Decimal | None, limit: Decimal) -> Reading:
    subject = "/".join(str(part) for part in leg.key)
    if distance is None:
        return Reading(subject, None)
    far = f"{distance * 100:.1f}%"
    price = figure(leg.liquidation_price or Decimal(0))
    text = f"Liquidation: {_leg_name(leg)} is {far} from {price}; f closes, i adds margin."
    return Reading(subject, distance <= limit, text, distance >= limit * (1 + SLACK), far)


def _places(rule: AlertRule, facts: AlertFacts) -> tuple[list[InstrumentId], str]:
    """Return the instruments whose funding a rule is about: its own, else those with a leg."""
    if rule.instrument is not None:
        return [rule.instrument], ""
    legs, problem = _held(rule, facts)
    return sorted({leg.instrument for leg in legs}), problem


def _funding_rate(rule: AlertRule, facts: AlertFacts) -> Readings:
    limit = (rule.threshold or Decimal(0)) / 100

    def read(place: InstrumentId, quote: Quote) -> Reading:
        rate = quote.funding_rate
        if rate is None:
            return Reading(place, None)
        said = f"{rate * 100:+.4f}%"
        payer = "longs pay shorts" if rate > 0 else "shorts pay longs"
        text = f"Funding: {name_of(place)} {said} is over {figure(limit * 100)}%; {payer}."
        return Reading(place, abs(rate) >= limit, text, abs(rate) <= limit * (1 - SLACK), said)

    return _quoted(rule, facts, read, "funding rate")


def _funding_soon(rule: AlertRule, facts: AlertFacts) -> Readings:
    limit_ms = int((rule.threshold or Decimal(0)) * 60_000)

    def read(place: InstrumentId, quote: Quote) -> Reading:
        if quote.next_funding_ms is None:
            return Reading(place, None)
        left_ms = quote.next_funding_ms - facts.now_ms
        if left_ms <= 0:
            return Reading(place, None)  # settled, and the next one is not told yet
        minutes = -(-left_ms // 60_000)
        text = f"Funding: {name_of(place)} is settled in {minutes} min; the rate is {_rate(quote)}."
        return Reading(place, left_ms <= limit_ms, text, left_ms > limit_ms, f"{minutes} min")

    return _quoted(rule, facts, read, "next funding")


def _rate(quote: Quote) -> str:
    return "not known" if quote.funding_rate is None else f"{quote.funding_rate * 100:+.4f}%"


def _quoted(
    rule: AlertRule, facts: AlertFacts, read: Callable[[InstrumentId, Quote], Reading], what: str
) -> Readings:
    places, problem = _places(rule, facts)
    is_complete = not problem
    found = []
    for place in places:
        quote = facts.quotes.get(place, Quote())
        reading = read(place, quote) if quote.is_current else Reading(place, None)
        if reading.is_true is None:
            problem = problem or f"{what} of {name_of(place)} is not known"
        found.append(reading)
    return Readings(found, problem, is_complete=is_complete)


def _margin_ratio(rule: AlertRule, facts: AlertFacts) -> Readings:
    """Read the wallets' crossed risk and the legs' own ratios; that of a crossed leg is its wallet's."""
    legs, problem = _held(rule, facts)
    is_complete = not problem
    limit = (rule.threshold or Decimal(0)) / 100
    found: list[Reading] = []
    for leg in legs:
        if leg.margin_mode is MarginMode.CROSSED and _tells_risk(leg, facts):
            continue
        ratio, is_live = _leg_ratio(leg, facts)
        name = _leg_name(leg)
        if ratio is None:
            problem = problem or f"margin ratio of {name} {_why_not(leg)}"
        found.append(_ratio("/".join(str(part) for part in leg.key), name, ratio, limit, is_live=is_live))
    for product, coins in facts.wallets.items():
        if coins is None:
            problem, is_complete = problem or f"wallet of {product} is not current", False
            continue
        for coin in coins:
            if coin.cross_risk_ratio is None:
                continue
            told = coin.cross_risk_ratio if _is_wallet_current(product, coin.coin, facts) else None
            name = f"{coin.coin} wallet"
            if told is None:
                problem = problem or f"margin ratio of {name} {_OLD}"
            found.append(_ratio(f"{product}/{coin.coin}", name, told, limit))
    return Readings(found, problem, is_complete=is_complete)


_OLD = f"was told over {MAX_TOLD_S:.0f}s ago"


def _tells_risk(leg: Position, facts: AlertFacts) -> bool:
    """Tell whether the wallet that backs a leg says how much of it is used up."""
    coins = facts.wallets.get(leg.instrument.product_type) or ()
    return any(coin.coin == leg.margin_coin and coin.cross_risk_ratio is not None for coin in coins)


def _leg_ratio(leg: Position, facts: AlertFacts) -> tuple[Decimal | None, bool]:
    """Return a leg's ratio at the mark of now, or as told a moment ago; and whether it is the former."""
    product, quote = leg.instrument.product_type, facts.quotes.get(leg.instrument, Quote())
    mark = quote.mark if quote.is_current else None
    live = pnl.live_margin_ratio(leg, mark, is_inverse=product is ProductType.COIN_FUTURES)
    if live is not None:
        return live, True
    age_s = facts.leg_ages_s.get(product)
    is_young = age_s is not None and age_s <= MAX_TOLD_S
    return (leg.margin_ratio if is_young else None), False


def _why_not(leg: Position) -> str:
    return "is not told" if leg.margin_ratio is None else _OLD


def _is_wallet_current(product: ProductType, coin: str, facts: AlertFacts) -> bool:
    """Tell whether a wallet's risk is that of now: told a moment ago, or with no crossed leg to move it."""
    age_s = facts.wallet_ages_s.get((product, coin))
    if age_s is not None and age_s <= MAX_TOLD_S:
        return True
    legs = facts.legs.get(product)
    return legs is not None and not any(
        leg.margin_mode is MarginMode.CROSSED and leg.margin_coin == coin for leg in legs
    )


def _ratio(
    subject: str, name: str, ratio: Decimal | None, limit: Decimal, *, is_live: bool = False
) -> Reading:
    if ratio is None:
        return Reading(subject, None)
    said = f"{ratio * 100:.1f}%"
    about = "about " if is_live else ""
    over = f"over {figure(limit * 100)}%; 100% is liquidation."
    text = f"Margin: {name} has a margin ratio of {about}{said}, {over}"
    return Reading(subject, ratio >= limit, text, ratio <= limit * (1 - SLACK), said)


def _connection(rule: AlertRule, facts: AlertFacts) -> Readings:
    limit_s = float(rule.threshold or 0)
    found = []
    for link in facts.links:
        is_true = link.down_s is not None and link.down_s >= limit_s
        text = f"Connection: {link.name} has been down for {int(link.down_s or 0)}s; it is dialed again."
        is_up = link.down_s is None
        found.append(Reading(link.name, is_true, text, is_up, "" if is_up else f"{link.name} down"))
    return Readings(found, "" if found else NOT_CONNECTED, is_complete=bool(found))


def _unknown_outcome(_rule: AlertRule, facts: AlertFacts) -> Readings:
    found = [
        Reading(name, is_true=True, text=f"Unknown: order {name}: {said or 'no answer'}", reads=name)
        for name, said in facts.doubtful
    ]
    return Readings(found, "" if facts.has_account else NO_ACCOUNT)


def _clock(rule: AlertRule, facts: AlertFacts) -> Readings:
    if facts.clock_offset_ms is None:
        return _unread(NO_CLOCK)
    off_s = Decimal(abs(facts.clock_offset_ms)) / 1000
    limit = rule.threshold or Decimal(0)
    text = f"Clock: {off_s:.1f}s off Bitget's; corrected here; fix: timedatectl set-ntp true"
    is_over = off_s <= limit * (1 - SLACK)
    return Readings([Reading("clock", off_s >= limit, text, is_over, f"{off_s:.1f}s")])


def _standing(rule: AlertRule, facts: AlertFacts) -> Readings:
    """Read what another part of the program says: it stands, or it is not there, or nobody looks."""
    found = [
        Reading(alarm.subject, is_true=True, text=alarm.text, reads=alarm.subject)
        for alarm in facts.alarms
        if alarm.kind is rule.kind
    ]
    return Readings(found, "" if facts.has_desk or found else NOT_WATCHED)


_READERS: Mapping[AlertKind, Callable[[AlertRule, AlertFacts], Readings]] = {
    AlertKind.PRICE: _price,
    AlertKind.FUNDING_RATE: _funding_rate,
    AlertKind.FUNDING_SOON: _funding_soon,
    AlertKind.LIQUIDATION: _liquidation,
    AlertKind.MARGIN_RATIO: _margin_ratio,
    AlertKind.UNKNOWN_OUTCOME: _unknown_outcome,
    AlertKind.CONNECTION: _connection,
    AlertKind.CLOCK: _clock,
    AlertKind.POSITION_RISK: _standing,
    AlertKind.DAY_LOSS: _standing,
    AlertKind.KILL: _standing,
}


def instruments_of(rules: Iterable[AlertRule]) -> frozenset[InstrumentId]:
    """Name the instruments whose market the rules look at by themselves."""
    about = (AlertKind.PRICE, AlertKind.FUNDING_RATE, AlertKind.FUNDING_SOON, AlertKind.LIQUIDATION)
    return frozenset(
        rule.instrument for rule in rules if rule.is_on and rule.kind in about and rule.instrument is not None
    )
