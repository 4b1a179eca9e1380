"""The live state of one run: events in, immutable values out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, TypeVar, cast

from bgtui.domain.account import Balance, ClosedPosition, Fill, Position
from bgtui.domain.alert import Alarm, Alert, Standing
from bgtui.domain.book import Verdict
from bgtui.domain.budget import Budget
from bgtui.domain.clock import Clock
from bgtui.domain.event import (
    AccountPart,
    AccountReconciled,
    AlarmHealed,
    AlarmRaised,
    AlertDelivered,
    AlertFired,
    AlertRulesReported,
    AlertsSeen,
    AuctionUpdated,
    BalancesReported,
    BookBroken,
    BookDepth,
    BookReceived,
    BudgetMeasured,
    CandlesUpdated,
    ClockMeasured,
    Connection,
    ConnectionLost,
    ConnectionMeasured,
    ConnectionOpened,
    Deleveraged,
    EquityReported,
    Event,
    FeedFailed,
    FeedRecovered,
    FillReported,
    FrameRefused,
    FrameUnsupported,
    IndexPriceUpdated,
    InstancesClaimed,
    InstrumentsListed,
    OpenOrdersListed,
    OpenPlansListed,
    OrderUpdated,
    PlanOrderUpdated,
    PositionClosed,
    PositionsReported,
    QuestionAnswered,
    QuestionAsked,
    QuestionFailed,
    RequestMeasured,
    SubmissionChanged,
    SubscriptionAccepted,
    SubscriptionRefused,
    TickerUpdated,
    TradesPrinted,
    WatchChanged,
)
from bgtui.domain.feed import MarketChannel
from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.domain.market import Candle, CandleInterval, Ticker, Trade
from bgtui.domain.order import Order, PlanOrder, advance, advance_plan
from bgtui.domain.ourid import instance_of, is_of_bgtui
from bgtui.domain.question import Question
from bgtui.domain.submission import Submission
from bgtui.store.alerts import Alerts
from bgtui.store.answers import Answer, Answers
from bgtui.store.balances import Balances, Equities
from bgtui.store.book import BookCounters, BookKey, Books, BookStatus, BookView
from bgtui.store.candles import CandleSeries
from bgtui.store.closed import ClosedPositions
from bgtui.store.fills import Fills
from bgtui.store.freshness import AccountFreshness, Freshness
from bgtui.store.health import Health, HealthView
from bgtui.store.instruments import Instruments
from bgtui.store.log import EventLog, Level, LogLine
from bgtui.store.orders import Orders
from bgtui.store.positions import Positions
from bgtui.store.reference import References
from bgtui.store.submissions import Submissions
from bgtui.store.tape import Tapes
from bgtui.store.ticker import Tickers
from bgtui.store.topic import Kind, Topic
from bgtui.store.worth import Sample, Worths

T = TypeVar("T")
_DEPTHS = {
    MarketChannel.BOOK: BookDepth.FULL,
    MarketChannel.BOOK_1: BookDepth.ONE,
    MarketChannel.BOOK_5: BookDepth.FIVE,
    MarketChannel.BOOK_15: BookDepth.FIFTEEN,
}


class Store:
    """Every read model of a run.

    It never calls out: `version` of a topic rises when what it stands for truly changed, and whoever draws
    compares. What time alone changes (a book going stale) shows after `recheck`.
    """

    def __init__(self, clock: Clock) -> None:
        """Begin empty; the clock tells how old things are."""
        next_version = count(1).__next__
        self.quiet_changes = 0
        """How often anything but the market changed: who shows nothing of it need look only then."""

        def next_quiet() -> int:
            self.quiet_changes += 1
            return next_version()

        self._tickers = Tickers(clock, next_version)
        self._health = Health(clock, next_quiet)
        self._books = Books(clock, next_version, self._tickers.seen_s, self._health.heard_s)
        self._tapes = Tapes(next_version)
        self._candles = CandleSeries(next_version)
        self._instruments = Instruments(next_quiet)
        self._references = References(next_version)
        self._orders: Orders[Order] = Orders(next_quiet, advance)
        self._plans: Orders[PlanOrder] = Orders(next_quiet, advance_plan)
        self._positions = Positions(clock, next_quiet)
        self._closed = ClosedPositions(next_quiet)
        self._balances = Balances(clock, next_quiet)
        self._equities = Equities(next_quiet)
        self._worths = Worths()
        self._fills = Fills(next_quiet)
        self._submissions = Submissions(next_quiet)
        self._ours: frozenset[str] = frozenset()
        self._others: frozenset[str] = frozenset()
        self._budget: Budget | None = None
        self._answers = Answers(clock, next_quiet)
        self._freshness = AccountFreshness(clock, next_quiet)
        self._log = EventLog(clock, next_quiet)
        self._alerts = Alerts(next_quiet)
        self._clock = clock
        self._handlers: dict[type, Callable[[Any], bool]] = {
            BookReceived: self._books.receive,
            TradesPrinted: self._tapes.apply,
            TickerUpdated: self._tickers.apply,
            CandlesUpdated: self._candles.apply,
            BookBroken: self._books.break_off,
            IndexPriceUpdated: self._references.apply_index,
            AuctionUpdated: self._references.apply_auction,
            InstrumentsListed: self._instruments.apply,
            OrderUpdated: self._on_order,
            PlanOrderUpdated: self._on_plan,
            SubmissionChanged: self._on_submission,
            InstancesClaimed: self._on_claim,
            BudgetMeasured: self._on_budget,
            QuestionAsked: self._answers.ask,
            QuestionAnswered: self._answers.answer,
            QuestionFailed: self._answers.fail,
            FillReported: self._fills.apply,
            PositionsReported: self._positions.apply,
            PositionClosed: self._closed.apply,
            BalancesReported: self._on_balances,
            EquityReported: self._equities.apply,
            Deleveraged: self._on_deleveraged,
            OpenOrdersListed: self._on_orders_listed,
            OpenPlansListed: self._on_plans_listed,
            AccountReconciled: self._freshness.reconcile,
            WatchChanged: self._on_watch_changed,
            ConnectionOpened: self._on_opened,
            ConnectionLost: self._on_lost,
            ConnectionMeasured: self._health.measure,
            SubscriptionAccepted: self._on_accepted,
            SubscriptionRefused: self._on_refused,
            FrameRefused: self._on_frame_refused,
            FrameUnsupported: lambda _: self._health.skip_frame(),
            FeedFailed: self._on_feed_failed,
            FeedRecovered: self._on_feed_recovered,
            ClockMeasured: self._health.measure_clock,
            RequestMeasured: self._health.measure_request,
            AlertRulesReported: self._alerts.report,
            AlertFired: self._alerts.fire,
            AlertDelivered: self._alerts.deliver,
            AlertsSeen: self._alerts.see,
            AlarmRaised: self._on_alarm,
            AlarmHealed: self._alerts.heal,
        }
        self._versions: dict[Kind, Callable[[Topic], int]] = {
            Kind.BOOK: lambda topic: self._books.version((_instrument(topic), _depth(topic))),
            Kind.TAPE: lambda topic: self._tapes.version(_instrument(topic)),
            Kind.TICKER: lambda topic: self._tickers.version(_instrument(topic)),
            Kind.CANDLES: lambda topic: self._candles.version((_instrument(topic), _interval(topic))),
            Kind.AUCTION: lambda topic: self._references.version("auction", topic.key),
            Kind.INDEX: lambda topic: self._references.version("index", topic.key),
            Kind.INSTRUMENTS: lambda topic: self._instruments.version(_product(topic)),
            Kind.ORDERS: lambda topic: self._orders.version(_product(topic)),
            Kind.PLANS: lambda topic: self._plans.version(_product(topic)),
            Kind.POSITIONS: lambda topic: self._positions.version(_product(topic)),
            Kind.CLOSED_POSITIONS: lambda topic: self._closed.version(_product(topic)),
            Kind.BALANCES: lambda topic: self._balances.version(_product(topic)),
            Kind.EQUITY: lambda topic: self._equities.version(_product(topic)),
            Kind.FILLS: lambda topic: self._fills.version(_product(topic)),
            Kind.SUBMISSIONS: lambda topic: self._submissions.version(_product(topic)),
            Kind.FRESHNESS: lambda topic: self._freshness.version(_product(topic)),
            Kind.ANSWER: lambda topic: self._answers.version(_question(topic)),
            Kind.HEALTH: lambda _: self._health.version,
            Kind.LINES: lambda _: self._health.lines_version,
            Kind.LOG: lambda _: self._log.version,
            Kind.ALERTS: lambda _: self._alerts.version,
        }

    def apply(self, event: Event) -> bool:
        """Take one event; tell whether a read model truly changed."""
        return self._handlers[type(event)](event)

    def recheck(self) -> bool:
        """Raise the versions of what changed by the passing of time alone; cheap enough for every frame."""
        return self._books.recheck()

    def version(self, topic: Topic) -> int:
        """Return a number that rises when the topic's read model changed; 0 while there is none."""
        return self._versions[topic.kind](topic)

    # Market

    def book(
        self, instrument: InstrumentId, depth: BookDepth = BookDepth.FULL, *, levels: int | None = None
    ) -> BookView:
        """Return the book as it may be shown at this moment, at most so many levels a side."""
        return self._books.view(instrument, depth, levels)

    def book_status(self, instrument: InstrumentId, depth: BookDepth = BookDepth.FULL) -> BookStatus:
        """Return what the book may be taken for, without its levels."""
        return self._books.status((instrument, depth))

    def book_totals(self) -> BookCounters:
        """Return what became of all book messages of this run."""
        return self._books.totals()

    def take_fallen_books(self) -> dict[BookKey, Verdict]:
        """Return the books that fell since the last call, and why."""
        fallen = self._books.fallen
        if fallen:
            self._books.fallen = {}
        return fallen

    def trades(self, instrument: InstrumentId, limit: int | None = None) -> tuple[Trade, ...]:
        """Return the latest public trades, oldest first."""
        return self._tapes.get(instrument, limit)

    def trades_after(self, instrument: InstrumentId, trade_id: str) -> tuple[Trade, ...]:
        """Return the public trades after a known one, oldest first; all when it is not kept any more.

        Costs as much as there are new ones: a busy tape is looked at in every frame.
        """
        return self._tapes.after(instrument, trade_id)

    def ticker(self, instrument: InstrumentId) -> Ticker | None:
        """Return the latest figures of an instrument."""
        return self._tickers.get(instrument)

    def ticker_age_s(self, instrument: InstrumentId) -> float | None:
        """Return how long ago a ticker last came, seconds."""
        seen_s = self._tickers.seen_s(instrument)
        return None if seen_s is None else self._clock.monotonic() - seen_s

    def candles(
        self, instrument: InstrumentId, interval: CandleInterval, limit: int | None = None
    ) -> tuple[Candle, ...]:
        """Return the latest bars, oldest first."""
        return self._candles.get((instrument, interval), limit)

    def instrument(self, instrument: InstrumentId) -> Instrument | None:
        """Return an instrument's rules."""
        return self._instruments.get(instrument)

    def instruments(self, product_type: ProductType) -> tuple[Instrument, ...] | None:
        """Return a product type's instruments; None before the list came."""
        return self._instruments.all(product_type)

    def index_price(self, symbol: str) -> IndexPriceUpdated | None:
        """Return a margin pair's index price."""
        return self._references.index(symbol)

    def auction(self, instrument: InstrumentId) -> AuctionUpdated | None:
        """Return a spot pair's opening auction."""
        return self._references.auction(instrument)

    # Account

    def open_orders(self, product_type: ProductType) -> tuple[Order, ...] | None:
        """Return the orders that rest, oldest first; None while nothing is known."""
        return self._orders.open(product_type)

    def finished_orders(self, product_type: ProductType) -> tuple[Order, ...]:
        """Return the orders that ended lately, latest first."""
        return self._orders.finished(product_type)

    def missing_orders(self, product_type: ProductType) -> tuple[Order, ...]:
        """Return open orders that the exchange's last list did not name: each must be looked up."""
        return self._orders.missing(product_type)

    def order(self, instrument: InstrumentId, order_id: str) -> Order | None:
        """Return one order by the exchange's id."""
        return self._orders.get(instrument, order_id)

    def last_order_ms(self, product_type: ProductType) -> int:
        """Return the exchange time of the latest report of an open order; 0 when there is none."""
        return self._orders.latest_ms(product_type)

    def open_plans(self, product_type: ProductType) -> tuple[PlanOrder, ...] | None:
        """Return the trigger orders that can still trigger; None while nothing is known."""
        return self._plans.open(product_type)

    def finished_plans(self, product_type: ProductType) -> tuple[PlanOrder, ...]:
        """Return the trigger orders that ended lately, latest first."""
        return self._plans.finished(product_type)

    def missing_plans(self, product_type: ProductType) -> tuple[PlanOrder, ...]:
        """Return open trigger orders that the exchange's last list did not name."""
        return self._plans.missing(product_type)

    def last_plan_ms(self, product_type: ProductType) -> int:
        """Return the exchange time of the latest report of an open trigger order; 0 when there is none."""
        return self._plans.latest_ms(product_type)

    def positions(self, product_type: ProductType) -> tuple[Position, ...] | None:
        """Return the open legs; empty means flat, None means that the exchange has not said."""
        return self._positions.get(product_type)

    def positions_report(self, product_type: ProductType) -> PositionsReported | None:
        """Return the report that counts: another object after each one that was taken."""
        return self._positions.report(product_type)

    def closed_positions(self, product_type: ProductType) -> tuple[ClosedPosition, ...]:
        """Return the legs closed lately, latest first."""
        return self._closed.get(product_type)

    def balances(self, product_type: ProductType) -> tuple[Balance, ...] | None:
        """Return a wallet's coins; None before the exchange named them all."""
        return self._balances.get(product_type)

    def known_balances(self, product_type: ProductType) -> dict[str, Balance]:
        """Return what is known coin by coin, be it the whole wallet or not."""
        return self._balances.coins(product_type)

    def last_balance_ms(self, product_type: ProductType) -> int:
        """Return the exchange time of the latest report of a wallet; 0 before the first."""
        return self._balances.latest_ms(product_type)

    def balance_age_s(self, product_type: ProductType, coin: str) -> float | None:
        """Return how long ago a coin of a wallet was told, seconds; None when it never was."""
        return self._balances.age_s(product_type, coin)

    def legs_age_s(self, product_type: ProductType) -> float | None:
        """Return how long ago a leg was seen to open, grow, shrink or close, seconds; None when none was."""
        return self._positions.age_s(product_type)

    def legs_told_age_s(self, product_type: ProductType) -> float | None:
        """Return how long ago a product type's legs were told, changed or not, seconds; None when never."""
        return self._positions.told_age_s(product_type)

    def equity(self, product_type: ProductType) -> EquityReported | None:
        """Return what a futures wallet is worth."""
        return self._equities.get(product_type)

    def worth_samples(self, product_type: ProductType, coin: str) -> tuple[Sample, ...]:
        """Return what a futures wallet's coin was worth over this run, oldest first."""
        return self._worths.get(product_type, coin)

    def fills(self, product_type: ProductType) -> tuple[Fill, ...]:
        """Return the account's trades, latest first."""
        return self._fills.get(product_type)

    def dropped_fill_ms(self, product_type: ProductType) -> int | None:
        """Return the exchange time of the latest fill that is not kept any more; None while all are."""
        return self._fills.dropped_ms(product_type)

    def has_fill(self, fill: Fill) -> bool:
        """Tell whether a fill is known."""
        return self._fills.has(fill)

    def last_fill_ms(self, product_type: ProductType) -> int | None:
        """Return the exchange time of the latest fill."""
        return self._fills.last_ms(product_type)

    def freshness(self, product_type: ProductType, part: AccountPart | None = None) -> Freshness:
        """Return how far an account pane can be trusted: one part, or the worst of all."""
        return self._freshness.get(product_type, part)

    def submissions(self, product_type: ProductType) -> tuple[Submission, ...]:
        """Return what was sent and is not reported yet, oldest first."""
        return self._submissions.open(product_type)

    def all_submissions(self) -> tuple[Submission, ...]:
        """Return what was sent and is not reported yet, of every product type."""
        return self._submissions.all_open()

    def finished_submissions(self, product_type: ProductType) -> tuple[Submission, ...]:
        """Return what was sent and has ended, latest first."""
        return self._submissions.finished(product_type)

    def take_submissions(self) -> tuple[Submission, ...]:
        """Return every state that a submission took since the last call, in order, for who records them."""
        return self._submissions.take_changed()

    def submission(self, client_order_id: str) -> Submission | None:
        """Return one submission that is open."""
        return self._submissions.get(client_order_id)

    def is_ours(self, client_order_id: str) -> bool:
        """Tell whether an order was placed by this run, or by one before it that has ended.

        Before anybody has said which runs those are, any run of bgtui counts.
        """
        if not is_of_bgtui(client_order_id):
            return False
        return not self._ours or instance_of(client_order_id) in self._ours

    @property
    def other_runs(self) -> frozenset[str]:
        """Runs of bgtui on the same account that are going on beside this one, by the heads of their ids."""
        return self._others

    def answer(self, question: Question[T]) -> Answer[T]:
        """Return what is known about a polled question."""
        return self._answers.get(question)

    # The run itself

    @property
    def budget(self) -> Budget | None:
        """What is left of the exchange's request limits; None before it was measured."""
        return self._budget

    @property
    def clock_offset_ms(self) -> int:
        """What to add to this machine's clock to get the exchange's."""
        return self._health.clock_offset_ms

    def market_streams(self) -> tuple[int, int]:
        """Return how many connections of the market are up, and how many there are."""
        return self._health.count(Connection.PUBLIC)

    def health(self) -> HealthView:
        """Return how connections, requests and clock are doing."""
        totals = self._books.totals()
        return self._health.view(totals.mismatches, totals.gaps, totals.resyncs)

    def log(self) -> tuple[LogLine, ...]:
        """Return what happened, oldest first."""
        return self._log.lines()

    def alert_rules(self) -> tuple[Standing, ...]:
        """Return the alert rules and how they do; none while nothing watches."""
        return self._alerts.standings()

    @property
    def alert_problem(self) -> str:
        """Why the alert rules cannot be kept for the next run, or could not be read; one line, or none."""
        return self._alerts.problem

    def alerts(self) -> tuple[Alert, ...]:
        """Return what fired lately, latest first."""
        return self._alerts.fired()

    def unseen_alerts(self) -> tuple[Alert, ...]:
        """Return what fired and nobody has looked at, latest first."""
        return self._alerts.unseen()

    def alarms(self) -> tuple[Alarm, ...]:
        """Return what stands until it is mended, oldest first."""
        return self._alerts.alarms()

    @property
    def last_alert_id(self) -> int:
        """The latest alert's id; 0 before the first."""
        return self._alerts.last_id

    def _on_alarm(self, event: AlarmRaised) -> bool:
        is_changed = self._alerts.raise_alarm(event)
        if is_changed:
            self._log.add(Level.WARNING, event.alarm.text)
        return is_changed

    def _on_order(self, event: OrderUpdated) -> bool:
        is_changed = self._orders.apply(event.order)
        return self._submissions.report(event.order) or is_changed

    def _on_plan(self, event: PlanOrderUpdated) -> bool:
        is_changed = self._plans.apply(event.plan)
        return self._submissions.report(event.plan) or is_changed

    def _on_balances(self, event: BalancesReported) -> bool:
        self._worths.apply(event)
        return self._balances.apply(event)

    def _on_budget(self, event: BudgetMeasured) -> bool:
        is_changed = event.budget != self._budget
        self._budget = event.budget
        return is_changed

    def _on_claim(self, event: InstancesClaimed) -> bool:
        is_news = (self._ours, self._others) != (event.ours, event.others)
        self._ours, self._others = event.ours, event.others
        if is_news:
            self._orders.renew()
            self._plans.renew()
        return is_news

    def _on_submission(self, event: SubmissionChanged) -> bool:
        new = event.submission
        old = self._submissions.get(new.client_order_id)
        is_changed = self._submissions.apply(new)
        if is_changed and old is not None and old.state.is_doubtful and not new.state.is_open:
            self._log.add(Level.INFO, f"{new.client_order_id} is settled: {new.message}")
        return is_changed

    def _on_orders_listed(self, event: OpenOrdersListed) -> bool:
        is_changed = self._orders.list_open(event.product_type, event.orders, event.asked_ms)
        for order in event.orders:
            is_changed |= self._submissions.report(order)
        return is_changed

    def _on_plans_listed(self, event: OpenPlansListed) -> bool:
        is_changed = self._plans.list_open(event.product_type, event.plans, event.asked_ms)
        for plan in event.plans:
            is_changed |= self._submissions.report(plan)
        return is_changed

    def _on_watch_changed(self, event: WatchChanged) -> bool:
        topics = event.topics
        is_changed = self._books.watch(
            frozenset(
                (topic.instrument, _DEPTHS[topic.channel]) for topic in topics if topic.channel in _DEPTHS
            )
        )
        is_changed |= self._tickers.watch(_watched(topics, MarketChannel.TICKER))
        is_changed |= self._tapes.watch(_watched(topics, MarketChannel.TRADES))
        is_changed |= self._candles.watch(
            frozenset((topic.instrument, topic.interval) for topic in topics if topic.interval is not None)
        )
        return is_changed

    def _on_opened(self, event: ConnectionOpened) -> bool:
        self._health.open(event)
        self._log.add(Level.INFO, f"{event.name} connected")
        if event.connection is Connection.PRIVATE:
            self._freshness.open_stream()
        return True

    def _on_lost(self, event: ConnectionLost) -> bool:
        self._health.lose(event)
        self._log.add(Level.WARNING, f"{event.name} lost: {event.reason}")
        self._lose(event.connection, event.name, event.reason)
        return True

    def _on_accepted(self, event: SubscriptionAccepted) -> bool:
        if event.covers is not None:
            self._freshness.accept(event.covers)
        return self._books.accept(event)

    def _on_refused(self, event: SubscriptionRefused) -> bool:
        self._log.add(Level.WARNING, f"{event.channel} refused ({event.code})", event.message)
        self._books.refuse(event)
        if event.covers is not None:
            self._freshness.refuse(event.covers)
        return True

    def _on_frame_refused(self, event: FrameRefused) -> bool:
        self._log.add(Level.WARNING, f"{event.name}: {event.reason}", event.sample)
        if self._health.is_private(event.name):
            self._freshness.doubt()
        return self._health.refuse_frame()

    def _on_feed_failed(self, event: FeedFailed) -> bool:
        self._log.add(Level.ERROR, f"{event.source} failed: {event.reason}")
        # The source is gone and with it its connections, whether or not it had time to say so.
        for name, kind in self._health.names_under(event.source):
            lost = ConnectionLost(kind, name, event.reason, event.retry_in_ms)
            self._health.lose(lost)
            self._lose(kind, name, event.reason)
        return self._health.fail_feed(event)

    def _on_feed_recovered(self, event: FeedRecovered) -> bool:
        is_changed = self._health.recover_feed(event)
        if is_changed:
            self._log.add(Level.INFO, f"{event.source} delivers again")
        return is_changed

    def _on_deleveraged(self, event: Deleveraged) -> bool:
        self._log.add(Level.WARNING, f"{event.instrument}: reduced by auto-deleveraging", event.side)
        return True

    def _lose(self, kind: Connection, name: str, reason: str) -> None:
        if kind is Connection.PRIVATE:
            self._freshness.lose_stream()
        else:
            self._books.lose(name, reason)


def _watched(topics: frozenset[Any], channel: MarketChannel) -> frozenset[InstrumentId]:
    return frozenset(topic.instrument for topic in topics if topic.channel is channel)


def _product(topic: Topic) -> ProductType:
    return _PRODUCTS[topic.key]


_PRODUCTS = {product.value: product for product in ProductType}


def _instrument(topic: Topic) -> InstrumentId:
    return cast(InstrumentId, topic.key)


def _depth(topic: Topic) -> BookDepth:
    return topic.detail if isinstance(topic.detail, BookDepth) else BookDepth.FULL


def _interval(topic: Topic) -> CandleInterval:
    if not isinstance(topic.detail, CandleInterval):
        raise TypeError("a candle topic names its interval")
    return topic.detail


def _question(topic: Topic) -> Question[Any]:
    if not isinstance(topic.detail, Question):
        raise TypeError("the topic of an answer names its question")
    return topic.detail
