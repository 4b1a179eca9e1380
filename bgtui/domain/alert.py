"""Alerts: what a person wants to be told of, what was told, and how it was delivered.

Rules are local: they are judged by this program and work only while it runs. They move no money.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from enum import StrEnum

from bgtui.domain.instrument import InstrumentId
from bgtui.domain.value import frozen


class AlertKind(StrEnum):
    """What a rule is about."""

    __hash__ = str.__hash__  # looked up at every event: no call of Python code

    PRICE = "price"
    FUNDING_RATE = "funding_rate"
    FUNDING_SOON = "funding_soon"
    LIQUIDATION = "liquidation_distance"
    MARGIN_RATIO = "margin_ratio"
    FILL = "fill"
    REJECTION = "rejection"
    FORCED = "forced"
    """The exchange itself traded: liquidation, auto-deleveraging."""
    UNKNOWN_OUTCOME = "unknown_outcome"
    CONNECTION = "connection"
    CLOCK = "clock"
    POSITION_RISK = "position_risk"
    """A leg's loss against its margin, as the risk monitor says."""
    DAY_LOSS = "day_loss"
    """The desk is locked until the next UTC day."""
    KILL = "kill_switch"
    """The kill switch ran and what it did is not verified."""


@frozen
class Traits:
    """What all rules of a kind have in common."""

    words: str
    """How a person calls it."""
    needs_instrument: bool = False
    may_name_instrument: bool = False
    """Whether a rule may be about one instrument; without one it is about all that are held."""
    unit: str = ""
    """Of the threshold: empty when the kind has none. ``price``, ``%``, ``s``, ``min``."""
    usual: Decimal | None = None
    """Threshold that a new rule begins with."""
    is_event: bool = False
    """It happens and is over; anything else lasts and fires when it begins."""
    fires_at_once: bool = False
    """A condition that is true when it is first judged fires too: nobody was told of it yet."""
    is_grave: bool = False


TRAITS = {
    AlertKind.PRICE: Traits("price", needs_instrument=True, may_name_instrument=True, unit="price"),
    AlertKind.FUNDING_RATE: Traits(
        "funding over", may_name_instrument=True, unit="%", usual=Decimal("0.05"), fires_at_once=True
    ),
    AlertKind.FUNDING_SOON: Traits(
        "funding due", may_name_instrument=True, unit="min", usual=Decimal(10), fires_at_once=True
    ),
    AlertKind.LIQUIDATION: Traits(
        "liquidation near", may_name_instrument=True, unit="%", usual=Decimal(5), fires_at_once=True,
        is_grave=True,
    ),
    AlertKind.MARGIN_RATIO: Traits(
        "margin ratio over", unit="%", usual=Decimal(50), fires_at_once=True, is_grave=True
    ),
    AlertKind.FILL: Traits("fill", may_name_instrument=True, is_event=True),
    AlertKind.REJECTION: Traits("rejection", may_name_instrument=True, is_event=True),
    AlertKind.FORCED: Traits("forced trade", may_name_instrument=True, is_event=True, is_grave=True),
    AlertKind.UNKNOWN_OUTCOME: Traits("outcome unknown", fires_at_once=True, is_grave=True),
    AlertKind.CONNECTION: Traits("connection lost", unit="s", usual=Decimal(10), fires_at_once=True),
    AlertKind.CLOCK: Traits("clock skew", unit="s", usual=Decimal(1), fires_at_once=True),
    AlertKind.POSITION_RISK: Traits("position risk", fires_at_once=True, is_grave=True),
    AlertKind.DAY_LOSS: Traits("day-loss lock", fires_at_once=True, is_grave=True),
    AlertKind.KILL: Traits("kill switch not verified", fires_at_once=True, is_grave=True),
}  # fmt: skip


class Crossing(StrEnum):
    """Which way a price has to cross."""

    ABOVE = "above"
    BELOW = "below"


class PriceSource(StrEnum):
    """Which price is watched."""

    LAST = "last"
    MARK = "mark"


@frozen
class AlertRule:
    """One thing to be told of."""

    rule_id: str
    kind: AlertKind
    instrument: InstrumentId | None = None
    """None: every one that the kind can be about."""
    threshold: Decimal | None = None
    """In the kind's unit; a percentage is written as people do: 5 is five percent."""
    crossing: Crossing = Crossing.ABOVE
    source: PriceSource = PriceSource.LAST
    repeats: bool = True
    """Whether it is armed again once what it told of is over; else it is switched off."""
    runs_command: bool = True
    """Whether the configured command is run."""
    is_on: bool = True
    is_built_in: bool = False
    """Comes with the program: it can be switched off, not deleted."""

    @property
    def traits(self) -> Traits:
        """What its kind is like."""
        return TRAITS[self.kind]

    @property
    def words(self) -> str:
        """Say what it is about: ``BTCUSDT last above 70,000``."""
        limit = "" if self.threshold is None else figure(self.threshold)
        place = name_of(self.instrument) if self.instrument is not None else ""
        match self.kind:
            case AlertKind.PRICE:
                said = f"{place} {self.source} {self.crossing} {limit}"
            case AlertKind.LIQUIDATION:
                said = f"{place or 'any leg'} within {limit}% of liquidation"
            case AlertKind.FUNDING_RATE:
                said = f"{place or 'any leg'} funding over {limit}%"
            case AlertKind.FUNDING_SOON:
                said = f"{place or 'any leg'} funding due in {limit} min"
            case AlertKind.MARGIN_RATIO:
                said = f"margin ratio over {limit}%"
            case AlertKind.CONNECTION | AlertKind.CLOCK:
                said = (
                    f"{self.traits.words} {'for' if self.kind is AlertKind.CONNECTION else 'over'} {limit}s"
                )
            case AlertKind.FILL | AlertKind.REJECTION | AlertKind.FORCED:
                said = f"{self.traits.words}, {place or 'any symbol'}"
            case _:
                said = self.traits.words
        return said


class Channel(StrEnum):
    """How a person is told."""

    LIST = "list"
    BELL = "bell"
    MESSAGE = "line"
    COMMAND = "command"


class DeliveryState(StrEnum):
    """What became of one way of telling."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@frozen
class Delivery:
    """One way of telling one alert."""

    channel: Channel
    state: DeliveryState = DeliveryState.PENDING
    reason: str = ""
    """Why it failed; one line."""


@frozen
class Alert:
    """Something that was told, once or several times in a row."""

    alert_id: int
    """Grows from 1 in each run."""
    rule_id: str
    kind: AlertKind
    subject: str
    """What of the rule's it is about: a leg, an order, a connection."""
    text: str
    """One line of ours that begins with a word, never with a dash."""
    first_ms: int
    """Exchange time, milliseconds."""
    last_ms: int
    count: int = 1
    """How often it happened in a row; told once."""
    deliveries: tuple[Delivery, ...] = (Delivery(Channel.LIST, DeliveryState.DONE),)

    def pending(self, channel: Channel) -> bool:
        """Tell whether it is still to be told this way."""
        return any(one.channel is channel and one.state is DeliveryState.PENDING for one in self.deliveries)

    def delivered(self, channel: Channel, failure: str = "") -> Alert:
        """Return the alert with the ending of one delivery."""
        state = DeliveryState.FAILED if failure else DeliveryState.DONE
        return replace(
            self,
            deliveries=tuple(
                Delivery(channel, state, failure) if one.channel is channel else one
                for one in self.deliveries
            ),
        )

    @property
    def failure(self) -> str:
        """Why a delivery failed; empty when none did."""
        return next((one.reason for one in self.deliveries if one.state is DeliveryState.FAILED), "")


@frozen
class Standing:
    """A rule and how it does."""

    rule: AlertRule
    fired_ms: int | None = None
    """When it last fired, exchange time; None while it has not in this run."""
    count: int = 0
    """How often it has fired in this run."""
    problem: str = ""
    """Why it cannot be judged now, or why its last delivery failed."""
    reads: str = ""
    """What it looks at, as it stands."""
    channels: tuple[Channel, ...] = (Channel.LIST,)
    """How it is told when it fires."""


@frozen
class Alarm:
    """Something that stands until it is mended, as another part of the program says it."""

    kind: AlertKind
    subject: str
    text: str
    """One line of ours."""


def name_of(instrument: InstrumentId) -> str:
    """Return an instrument as people call it; spot says so."""
    return instrument.symbol if instrument.product_type.is_futures else f"{instrument.symbol} spot"


def figure(value: Decimal) -> str:
    """Return a figure with its own decimals and commas, never an exponent."""
    return format(value, ",f")


BUILT_IN: tuple[AlertRule, ...] = (
    AlertRule("fill", AlertKind.FILL, is_built_in=True),
    AlertRule("rejection", AlertKind.REJECTION, is_built_in=True),
    AlertRule("forced", AlertKind.FORCED, is_built_in=True),
    AlertRule("unknown", AlertKind.UNKNOWN_OUTCOME, is_built_in=True),
    AlertRule("connection", AlertKind.CONNECTION, threshold=Decimal(10), is_built_in=True),
    AlertRule("risk", AlertKind.POSITION_RISK, is_built_in=True),
    AlertRule("day-loss", AlertKind.DAY_LOSS, is_built_in=True),
    AlertRule("kill", AlertKind.KILL, is_built_in=True),
    AlertRule("clock", AlertKind.CLOCK, threshold=Decimal(1), is_built_in=True),
)
"""What is watched without anybody asking."""
