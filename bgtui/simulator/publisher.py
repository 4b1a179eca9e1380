"""Facts to frames: what everybody who listens is told, and when (wire notes 7.4 to 7.8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest
from typing import Protocol

import msgspec

from bgtui.domain.account import Fill
from bgtui.domain.event import (
    BalancesReported,
    Deleveraged,
    FillReported,
    OrderUpdated,
    PlanOrderUpdated,
    PositionClosed,
    PositionsReported,
)
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.market import Trade
from bgtui.domain.order import Order, OrderType
from bgtui.domain.value import frozen
from bgtui.simulator import rows_account, rows_market, rows_order, rows_plan
from bgtui.simulator.books import BookFeed, Flavour
from bgtui.simulator.call import BTC
from bgtui.simulator.exchange import Exchange
from bgtui.simulator.fact import AccountEvent, Fact, LevelChanged, Private, TradePrinted
from bgtui.simulator.rows import Row
from bgtui.simulator.topics import Topic

RECENT_TRADES = 50
RECENT_CANDLES = 500
_ZERO = Decimal(0)
_DEPTHS = {"books1": 1, "books5": 5, "books15": 15}


@frozen
class Rhythm:
    """How often each public channel speaks, seconds; zero for books means with every change."""

    futures_books: float = 0.15
    spot_books: float = 0.2
    futures_touch: float = 0.1
    """`books1`."""
    spot_touch: float = 0.06
    futures_ticker: float = 0.3
    spot_ticker: float = 0.2
    candle: float = 1.0


class Listener(Protocol):
    """One connection that has subscribed to topics."""

    @property
    def uid(self) -> str:
        """Whose account it is logged in to, "" when to none."""

    @property
    def topics(self) -> Iterable[Topic]:
        """What it listens to."""

    def push(self, frame: str, channel: str) -> None:
        """Send a frame."""


@dataclass(slots=True)
class _Station:
    """Everybody who listens to one public topic, and what they were told last."""

    topic: Topic
    period_s: float
    due_s: float
    listeners: list[Listener] = field(default_factory=list)
    told: object = None
    version: int = -1


class Publisher:
    """Tells."""

    def __init__(
        self,
        exchange: Exchange,
        monotonic: Callable[[], float],
        *,
        rhythm: Rhythm | None = None,
        flavour: Flavour = Flavour.SEQUENCED,
    ) -> None:
        """Begin without listeners.

        Args:
            exchange: whose facts these are.
            monotonic: seconds, for the rhythm.
            rhythm: how often public channels speak.
            flavour: integrity of the books.
        """
        self._exchange = exchange
        self._monotonic = monotonic
        self._rhythm = rhythm or Rhythm()
        self._flavour = flavour
        self._books: dict[InstrumentId, BookFeed] = {}
        self._book_stations: dict[InstrumentId, list[_Station]] = {}
        self._stations: dict[Topic, _Station] = {}
        self._trades: dict[InstrumentId, list[Trade]] = {}
        self._trade_stations: dict[InstrumentId, list[_Station]] = {}
        self._accounts: dict[str, list[Listener]] = {}
        self._fill: Fill | None = None
        """What was just told of, until the order it belongs to is."""
        self.sent_books = 0
        """Book updates pushed, for measuring."""

    # Who listens

    def join(self, listener: Listener) -> None:
        """Take a connection that has logged in."""
        self._accounts.setdefault(listener.uid, []).append(listener)

    def leave(self, listener: Listener, topics: Iterable[Topic]) -> None:
        """Forget a connection."""
        for topic in list(topics):
            self.drop(listener, topic)
        joined = self._accounts.get(listener.uid, [])
        if listener in joined:
            joined.remove(listener)

    def add(self, listener: Listener, topic: Topic) -> None:
        """Let a connection listen to a topic, beginning with what the exchange sends first."""
        if topic.channel.private:
            self._greet(listener, topic)
            return
        station = self._stations.get(topic)
        if station is None:
            station = self._open(topic)
        self._flush(topic)
        self._catch_up(listener, topic)
        station.listeners.append(listener)

    def drop(self, listener: Listener, topic: Topic) -> None:
        """Let a connection listen no more."""
        station = self._stations.get(topic)
        if station is None or listener not in station.listeners:
            return
        station.listeners.remove(listener)
        if station.listeners:
            return
        del self._stations[topic]
        instrument = topic.instrument
        if instrument is None:
            return
        by_instrument = {"trade": self._trade_stations, "books": self._book_stations}.get(topic.name)
        if by_instrument is not None:
            by_instrument[instrument].remove(station)
            if not by_instrument[instrument]:
                del by_instrument[instrument]
        if topic.name.startswith("books") and not any(
            each.instrument == instrument and each.name.startswith("books") for each in self._stations
        ):
            self._books.pop(instrument, None)

    def _open(self, topic: Topic) -> _Station:
        period = self._period(topic)
        station = self._stations[topic] = _Station(topic, period, self._monotonic() + period)
        instrument = topic.instrument
        if instrument is None:
            return station
        by_instrument = {"trade": self._trade_stations, "books": self._book_stations}.get(topic.name)
        if by_instrument is not None:
            by_instrument.setdefault(instrument, []).append(station)
        if topic.name.startswith("books") and instrument not in self._books:
            bids, asks = self._exchange.engine.book(instrument)
            self._books[instrument] = BookFeed(bids, asks, self._exchange.next_id(), self._flavour)
        return station

    def _period(self, topic: Topic) -> float:
        rhythm, is_futures = self._rhythm, topic.product_type.is_futures
        if topic.name == "ticker":
            return rhythm.futures_ticker if is_futures else rhythm.spot_ticker
        if topic.name == "books1":
            return rhythm.futures_touch if is_futures else rhythm.spot_touch
        if topic.name.startswith("books"):
            return rhythm.futures_books if is_futures else rhythm.spot_books
        return rhythm.candle

    # First frames

    def _catch_up(self, listener: Listener, topic: Topic) -> None:
        """Send what a new listener of a public topic gets first."""
        instrument, now_ms = topic.instrument, self._exchange.clock.now_ms()
        if instrument is None:
            self._push_index(listener, topic)
            return
        rows: str | None = None
        if topic.name == "books":
            rows = self._books[instrument].snapshot(now_ms)
        elif topic.name in _DEPTHS:
            rows = self._books[instrument].top(_DEPTHS[topic.name], now_ms)
        elif topic.name == "ticker":
            rows = _encode([rows_market.ticker_push(self._exchange.ticker(instrument))])
        elif topic.name == "trade":
            recent = self._exchange.trades(instrument, RECENT_TRADES)
            rows = _encode([rows_market.trade_push(trade) for trade in recent])
        elif topic.interval is not None:
            bars = self._exchange.candles(instrument, topic.interval, RECENT_CANDLES)
            rows = _encode([rows_market.candle_push(bar) for bar in bars])
        if rows is not None:
            listener.push(_frame("snapshot", topic.arg, rows, now_ms), topic.name)

    def _push_index(self, listener: Listener, topic: Topic) -> None:
        rows: list[Row] = []
        now_ms = self._exchange.clock.now_ms()
        for rules in self._exchange.instruments(ProductType.USDT_FUTURES):
            price = self._exchange.symbol_price(rules.id)
            rows.append(
                {
                    "symbol": rules.symbol,
                    "baseCoin": rules.base_coin,
                    "quoteCoin": rules.quote_coin,
                    "indexPrice": format(price.index or _ZERO, "f"),
                    "ts": str(now_ms),
                }
            )
        listener.push(_frame("snapshot", topic.arg, _encode(rows), now_ms), topic.name)

    def _greet(self, listener: Listener, topic: Topic) -> None:
        """Send what a new listener of a private topic gets first: positions and balances, nothing else."""
        engine, uid, product = self._exchange.engine, listener.uid, topic.product_type
        if topic.name == "positions":
            held = engine.positions(uid, product)
            self._tell(listener, topic, [rows_account.position_push(each) for each in held])
        elif topic.name == "account":
            balances = engine.balances(uid, product)
            write = rows_account.futures_account_push if product.is_futures else rows_account.spot_asset
            rows = [write(each) for each in balances if topic.coin in ("", each.coin)]
            self._tell(listener, topic, rows)

    # Facts

    def publish(self, facts: Sequence[Fact]) -> None:
        """Tell what happened."""
        every_change = not self._rhythm.futures_books
        told: list[Private] = []
        for fact in facts:
            if type(fact) is LevelChanged:
                book = self._books.get(fact.instrument)
                if book is not None:
                    book.change(fact.side, fact.price, fact.size)
                    if every_change:
                        self._push_books(fact.instrument)
            elif type(fact) is TradePrinted:
                if fact.instrument in self._trade_stations:
                    self._trades.setdefault(fact.instrument, []).append(fact.trade)
            elif isinstance(fact, Private):
                told.append(fact)
        if told:
            self._tell_accounts(told)
        self._push_trades()

    def _tell_accounts(self, told: Sequence[Private]) -> None:
        """Tell what happened to accounts; a fill is followed by the order that it changed."""
        for fact, after in zip_longest(told, told[1:]):
            event = fact.event
            if isinstance(event, FillReported):
                order = after.event.order if after and isinstance(after.event, OrderUpdated) else None
                self._tell_fill(fact.uid, event.fill, order.order_type if order else OrderType.MARKET)
            elif isinstance(event, OrderUpdated):
                self._tell_order(fact.uid, event.order, self._last_fill(event.order))
            else:
                self._tell_event(fact.uid, event)
            self._fill = event.fill if isinstance(event, FillReported) else None

    def _last_fill(self, order: Order) -> Fill | None:
        fill = self._fill
        return fill if fill is not None and fill.order_id == order.order_id else None

    def _tell_fill(self, uid: str, fill: Fill, order_type: OrderType) -> None:
        is_futures = fill.instrument.product_type.is_futures
        write = rows_order.futures_fill_push if is_futures else rows_order.spot_fill_push
        self._tell_all(
            uid, "fill", fill.instrument.product_type, fill.instrument, lambda: [write(fill, order_type)]
        )

    def _tell_order(self, uid: str, order: Order, fill: Fill | None) -> None:
        is_futures = order.instrument.product_type.is_futures
        write = rows_order.futures_order_push if is_futures else rows_order.spot_order_push
        product = order.instrument.product_type
        self._tell_all(uid, "orders", product, order.instrument, lambda: [write(order, fill)])

    def _tell_event(self, uid: str, event: AccountEvent) -> None:
        match event:
            case PlanOrderUpdated(plan):
                product = plan.instrument.product_type
                write = rows_plan.futures_plan_push if product.is_futures else rows_plan.spot_plan_push
                self._tell_all(uid, "orders-algo", product, plan.instrument, lambda: [write(plan)])
            case PositionsReported(product, held):
                self._tell_all(
                    uid,
                    "positions",
                    product,
                    None,
                    lambda: [rows_account.position_push(each) for each in held],
                )
            case PositionClosed(closed):
                product = closed.instrument.product_type
                mode = self._exchange.engine.position_mode(uid, product)
                self._tell_all(
                    uid,
                    "positions-history",
                    product,
                    None,
                    lambda: [rows_account.closed_position_push(closed, mode)],
                )
            case BalancesReported():
                self._tell_balances(uid, event)
            case Deleveraged():
                product = event.instrument.product_type
                rows = [rows_account.deleveraged_push(event)]
                self._tell_all(uid, "adl-noti", product, None, lambda: rows, action="update")
            case _:
                pass

    def _tell_balances(self, uid: str, event: BalancesReported) -> None:
        product = event.product_type
        for listener in self._accounts.get(uid, ()):
            for topic in listener.topics:
                if topic.product_type is not product:
                    continue
                if topic.name == "account":
                    write = (
                        rows_account.futures_account_push if product.is_futures else rows_account.spot_asset
                    )
                    rows = [write(each) for each in event.balances if topic.coin in ("", each.coin)]
                    if rows:
                        self._tell(listener, topic, rows)
                elif topic.name == "equity":
                    self._tell(listener, topic, [self._equity(uid, product)])

    def _equity(self, uid: str, product: ProductType) -> Row:
        balances = self._exchange.engine.balances(uid, product)
        worth = sum((each.usdt_equity or _ZERO for each in balances), _ZERO)
        unrealized = sum((each.unrealized_pnl or _ZERO for each in balances), _ZERO)
        has_btc = self._exchange.has(BTC)
        price = self._exchange.market.last(BTC) if has_btc else Decimal(100_000)
        return rows_account.equity_push(worth, unrealized, price)

    def _tell_all(
        self,
        uid: str,
        channel: str,
        product: ProductType,
        instrument: InstrumentId | None,
        write: Callable[[], list[Row]],
        *,
        action: str = "snapshot",
    ) -> None:
        rows: list[Row] | None = None
        for listener in self._accounts.get(uid, ()):
            for topic in listener.topics:
                if (
                    topic.name == channel
                    and topic.product_type is product
                    and topic.instrument in (None, instrument)
                ):
                    rows = write() if rows is None else rows
                    self._tell(listener, topic, rows, action)

    def _tell(self, listener: Listener, topic: Topic, rows: list[Row], action: str = "snapshot") -> None:
        now_ms = self._exchange.clock.now_ms()
        listener.push(_frame(action, topic.arg, _encode(rows), now_ms), topic.name)

    # Public rhythm

    def tick(self) -> None:
        """Tell what is due."""
        now_s = self._monotonic()
        for station in list(self._stations.values()):
            if station.due_s > now_s or not station.listeners:
                continue
            # A late tick does not make the next ones early.
            station.due_s = max(station.due_s + station.period_s, now_s)
            self._speak(station)

    def _speak(self, station: _Station) -> None:
        topic = station.topic
        instrument = topic.instrument
        if instrument is None:
            for listener in station.listeners:
                self._push_index(listener, topic)
        elif topic.name == "books":
            self._push_books(instrument)
        elif topic.name in _DEPTHS:
            self._flush(topic)
            book = self._books[instrument]
            if station.version != book.seq:
                station.version = book.seq
                now_ms = self._exchange.clock.now_ms()
                self._broadcast(station, "snapshot", book.top(_DEPTHS[topic.name], now_ms))
        elif topic.name == "ticker":
            ticker = self._exchange.ticker(instrument)
            row = rows_market.ticker_push(ticker)
            known = {**row, "ts": ""}
            if station.told != known:
                station.told = known
                self._broadcast(station, "snapshot", _encode([row]))
        elif topic.interval is not None:
            bar = rows_market.candle_push(self._exchange.candle(instrument, topic.interval))
            if station.told != bar:
                station.told = bar
                self._broadcast(station, "update", _encode([bar]))

    def _flush(self, topic: Topic) -> None:
        """Tell the pending changes of a book, so that what comes next is exactly what was told."""
        if topic.instrument is not None and topic.instrument in self._books:
            self._push_books(topic.instrument)

    def _push_books(self, instrument: InstrumentId) -> None:
        book = self._books.get(instrument)
        if book is None or not book.is_changed:
            return
        now_ms = self._exchange.clock.now_ms()
        rows = book.update(now_ms)
        if rows is None:
            book.restart(*self._exchange.engine.book(instrument))
            rows, action = book.snapshot(now_ms), "snapshot"
        else:
            action = "update"
        for station in self._book_stations.get(instrument, ()):
            self._broadcast(station, action, rows)
            self.sent_books += len(station.listeners)

    def _push_trades(self) -> None:
        for instrument, trades in self._trades.items():
            # Newest first, as the exchange has them.
            rows = _encode([rows_market.trade_push(trade) for trade in reversed(trades)])
            for station in self._trade_stations.get(instrument, ()):
                self._broadcast(station, "update", rows)
        self._trades.clear()

    def _broadcast(self, station: _Station, action: str, rows: str) -> None:
        frame = _frame(action, station.topic.arg, rows, self._exchange.clock.now_ms())
        for listener in station.listeners:
            listener.push(frame, station.topic.name)


def _encode(rows: object) -> str:
    return msgspec.json.encode(rows).decode()


def _frame(action: str, arg: str, rows: str, now_ms: int) -> str:
    return f'{{"action":"{action}","arg":{arg},"data":{rows},"ts":{now_ms}}}'
