"""What the screens share and the exchange knows nothing of: what is shown, how, and what was last said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bgtui.domain.clock import Clock
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.market import CandleInterval
from bgtui.domain.question import Question
from bgtui.domain.text import clean_line
from bgtui.domain.trading import TradingState
from bgtui.domain.value import frozen
from bgtui.session.session import Session
from bgtui.store.store import Store
from bgtui.ui.display import Display
from bgtui.ui.history import History
from bgtui.ui.keys import KeyTable
from bgtui.ui.meter import TerminalMeter
from bgtui.ui.role import Role
from bgtui.ui.traded import Flows
from bgtui.ui.undo import Act

GROUPS = (1, 2, 5, 10, 25, 50, 100)
"""Ticks in one row of the ladder."""


class Badge(StrEnum):
    """Where orders go, as the first cells of the screen say it."""

    LOADING = ".."
    SIM = "[SIM]"
    DEMO = "[DEMO]"
    LIVE = "[LIVE]"
    REPLAY = "[TAPE]"


@frozen
class Identity:
    """Who and where: known once the settings are read."""

    badge: Badge = Badge.LOADING
    account: str = ""
    has_key: bool = False
    product_type: ProductType = ProductType.USDT_FUTURES
    watch_list: tuple[InstrumentId, ...] = ()
    product_types: tuple[ProductType, ...] = (ProductType.USDT_FUTURES,)
    """Whose accounts are followed."""
    host: str = ""


@frozen
class Message:
    """The message line: what happened, why, what to do."""

    text: str
    role: Role = Role.PLAIN
    count: int = 1
    """How often it was said in a row."""


@dataclass(slots=True)
class InstrumentView:
    """How one instrument was last looked at."""

    group_index: int | None = None
    """Place in `GROUPS`; None until the ladder has chosen one for the price."""
    cursor_text: str = ""
    """Price under the cursor; empty follows the touch."""
    preset_index: int = 1
    tape_filter_text: str = ""
    """Smallest trade shown, base coin; empty means the instrument's own default."""


@dataclass(slots=True)
class Workspace:
    """State that belongs to the screens."""

    clock: Clock
    display: Display
    keys: KeyTable = field(default_factory=KeyTable)
    session: Session | None = None
    """None until the program has connected."""
    identity: Identity = field(default_factory=Identity)
    instrument: InstrumentId | None = None
    """What Trade shows."""
    interval: CandleInterval = CandleInterval.M5
    views: dict[InstrumentId, InstrumentView] = field(default_factory=dict)
    watch_list: list[InstrumentId] = field(default_factory=list)
    remember: Callable[[tuple[InstrumentId, ...]], None] | None = None
    """Keeps the watch list for the next run."""
    history: History = field(default_factory=History)
    """Where the person has been."""
    message: Message = field(default_factory=lambda: Message("connecting", Role.MUTED))
    is_private: bool = False
    """Whether names and money are hidden."""
    flows: Flows = field(default_factory=Flows)
    """What has traded on that instrument since it is shown, by price."""
    meter: TerminalMeter = field(default_factory=TerminalMeter)
    """What the screen costs."""
    drafts: dict[str, object] = field(default_factory=dict)
    """Forms left behind, by what they are about."""
    last_act: Act | None = None
    """What was sent last, for the offer of its inverse."""
    copy_product: ProductType | None = None
    """Whose copy trading is shown; None means the product type of the run."""
    copy_background: dict[Question[Any], float] = field(default_factory=dict)
    """What of copy trading stays asked when its screen is left, and how often, seconds."""
    save: Callable[[str, str], str] | None = None
    """Writes a file of this name and text, and returns where it is; None in a run that writes none."""

    @property
    def store(self) -> Store | None:
        """The live data; None until connected."""
        return None if self.session is None else self.session.store

    @property
    def can_trade(self) -> bool:
        """Tell whether anything can be sent at all."""
        return self.session is not None and self.session.desk is not None

    @property
    def trading_state(self) -> TradingState:
        """What the desk lets through now."""
        desk = self.session.desk if self.session is not None else None
        return desk.state if desk is not None else TradingState.READ_ONLY

    @property
    def is_held(self) -> bool:
        """Tell whether not everything may be sent: edges are doubled."""
        return self.session is not None and self.trading_state is not TradingState.ARMED

    @property
    def now_ms(self) -> int:
        """Exchange time as far as it is known, Unix milliseconds."""
        offset_ms = self.store.clock_offset_ms if self.store is not None else 0
        return self.clock.now_ms() + offset_ms

    def view(self, instrument: InstrumentId) -> InstrumentView:
        """Return how an instrument is looked at; grouping and cursor stay as they were left."""
        view = self.views.get(instrument)
        if view is None:
            view = self.views[instrument] = InstrumentView()
        return view

    def say(self, text: str, role: Role = Role.PLAIN) -> None:
        """Put a line into the message line; the same line again is counted."""
        text = clean_line(text)  # an error may quote the exchange
        last = self.message
        count = last.count + 1 if last.text == text and last.role is role else 1
        self.message = Message(text, role, count)
