"""Alert rules and the facts to judge them by, from the few fields that a test is about."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bgtui.domain.alert import AlertKind, AlertRule, Crossing, PriceSource
from bgtui.domain.event import AccountPart, AccountReconciled, Connection, ConnectionOpened, TickerUpdated
from bgtui.domain.instrument import InstrumentId
from bgtui.domain.judgement import AlertFacts, Quote
from bgtui.domain.market import Ticker
from bgtui.session.alerts import AlertOptions, AlertWatch
from bgtui.store.store import Store
from tests.support.build import BTC, USDT, HandClock

NOW_MS = 1_700_000_000_000


def price_rule(
    at: str = "100",
    crossing: Crossing = Crossing.ABOVE,
    *,
    source: PriceSource = PriceSource.LAST,
    repeats: bool = True,
    instrument: InstrumentId = BTC,
    name: str = "r1",
) -> AlertRule:
    return AlertRule(name, AlertKind.PRICE, instrument, Decimal(at), crossing, source, repeats)


def market(last: str | None, *, is_current: bool = True, **more: Any) -> AlertFacts:
    """Facts of a moment at which BTC trades at a price."""
    quote = Quote(last=None if last is None else Decimal(last), is_current=is_current)
    return AlertFacts(NOW_MS, quotes={BTC: quote}, **more)


def ticker(last: str, time_ms: int = 1, *, mark: str = "", instrument: InstrumentId = BTC) -> TickerUpdated:
    return TickerUpdated(Ticker(instrument, time_ms, last, mark_text=mark))


class Watched:
    """A store and a watch over it, moved by hand."""

    def __init__(self, options: AlertOptions | None = None, **more: Any) -> None:
        self.clock = HandClock()
        self.store = Store(self.clock)
        self.carried: frozenset[InstrumentId] = frozenset()
        self.watch = AlertWatch(
            self.store, self.apply, options or AlertOptions(), clock=self.clock, products=(USDT,),
            has_account=True, carry=self._carry, **more,
        )  # fmt: skip
        self.watch.begin()

    def _carry(self, instruments: frozenset[InstrumentId]) -> None:
        self.carried = instruments

    def apply(self, event: Any) -> bool:
        """Take an event as the session does."""
        is_changed = self.store.apply(event)
        if is_changed:
            self.watch.notice(event)
        return is_changed

    def connect(self) -> None:
        """Bring everything up and current."""
        self.apply(ConnectionOpened(Connection.PUBLIC, "public-0", 1))
        self.apply(ConnectionOpened(Connection.PRIVATE, "private", 1))
        for part in AccountPart:
            self.apply(AccountReconciled(USDT, part))

    def look(self, after_s: float = 0.25) -> list[str]:
        """Let time pass, look, and return what is listed as fired, latest first."""
        self.clock.advance(after_s)
        self.watch.look()
        return self.texts()

    def texts(self) -> list[str]:
        return [alert.text for alert in self.store.alerts()]

    def row(self, rule_id: str) -> Any:
        return next(one for one in self.store.alert_rules() if one.rule.rule_id == rule_id)
