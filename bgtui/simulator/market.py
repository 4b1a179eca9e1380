"""The market as a process: fair prices, crowds, candles, mark prices and funding, moved on from outside.

Everything happens at a moment of its own and in the order of those moments, so the market is the same whether
it is moved on in one step or in a thousand: same seed, same times, same tape.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from bgtui.domain.instrument import InstrumentId
from bgtui.domain.market import Candle, CandleInterval, Side, Ticker, Trade
from bgtui.simulator.candles import MINUTE_MS, Bar, Candles, History, bucket_start
from bgtui.simulator.candles_history import MadeHistory
from bgtui.simulator.fact import Fact, LevelChanged, TradePrinted
from bgtui.simulator.flow import CrowdEngine, Flow
from bgtui.simulator.flow_book import FlowBook
from bgtui.simulator.instruments import COINS, Coin, Listing
from bgtui.simulator.market_units import Units
from bgtui.simulator.price import STEP_MS, FairPrices
from bgtui.simulator.replay import BookChange, Recorded, Recording, moved
from bgtui.simulator.replay_crowd import ReplayCrowd
from bgtui.simulator.replay_playback import Playback
from bgtui.simulator.ticker import MARK_STEP_MS, Contract, ticker

DEFAULT_RATE = 25.0
"""Book changes a second of one main instrument."""
MAX_MINOR_RATE = 60.0
"""A high rate is for the main instruments: the others never follow beyond this, times their activity."""
KEPT_TRADES = 1000
TRADES_AT_START = 200
UNKNOWN_VOLATILITY = 0.6
"""Of a coin that only a recording knows."""
MAX_GAP_MS = 10_000
"""A longer step is not gone through arrival by arrival: the market jumps over it, as over a sleep."""

_RUN_CHANCE = 0.06
_RUN_SPEED = 8.0
"""Arrivals come in runs: now and then a few follow each other so many times faster."""


class MarketEngine(CrowdEngine, Protocol):
    """The part of the engine that the market drives."""

    def set_mark(self, instrument: InstrumentId, mark: Decimal, index: Decimal) -> None:
        """Set mark and index price."""

    def settle_funding(self, instrument: InstrumentId, rate: Decimal) -> None:
        """Let longs pay shorts."""

    def drain(self) -> list[Fact]:
        """Return what happened since the last call, in order."""


class Crowd(Protocol):
    """Whoever keeps an instrument's book alive."""

    book: FlowBook
    units: Units


class Line:
    """Which prices a candle is made of (`kLineType`)."""

    MARKET = "market"
    MARK = "mark"
    INDEX = "index"


class Place:
    """Everything about one instrument's market."""

    __slots__ = (
        "candles",
        "contract",
        "crowd",
        "index_line",
        "listing",
        "mark_line",
        "run",
        "tape",
        "weight",
    )

    def __init__(
        self,
        listing: Listing,
        crowd: Crowd,
        history: History,
        *,
        close: int,
        start_ms: int,
        contract: Contract | None,
    ) -> None:
        """Begin with a history that ends at a price, units."""
        self.listing = listing
        self.crowd = crowd
        self.contract = contract
        self.candles = Candles(history, crowd.units, start_ms, close)
        self.mark_line = Candles(history, crowd.units, start_ms, close) if contract else None
        self.index_line = Candles(history, crowd.units, start_ms, close) if contract else None
        self.tape: deque[Trade] = deque(maxlen=KEPT_TRADES)
        """Oldest first."""
        self.weight = 0.0
        """Arrivals a second in the normal mood."""
        self.run = 0
        """Arrivals left of a run."""


class Market:
    """Every instrument's market, over one engine."""

    def __init__(
        self,
        listings: Iterable[Listing],
        engine: MarketEngine,
        *,
        rng: random.Random,
        ids: Callable[[], int],
        start_ms: int,
        tell_time: Callable[[int], None],
        speed: float = 1.0,
        rate: float = DEFAULT_RATE,
        coins: Mapping[str, Coin] = COINS,
        anchors: Mapping[str, float] | None = None,
        recording: Recording | None = None,
    ) -> None:
        """Make the past, fill the books and stand at the start.

        Args:
            listings: the instruments that the crowd trades.
            engine: where their books are; the crowd's accounts exist already.
            rng: source of everything random.
            ids: numbers of the trades of the past, ever larger.
            start_ms: exchange time.
            tell_time: is told each moment before something happens at it, milliseconds.
            speed: how many times faster the market lives than the exchange's clock.
            rate: book changes a second of a main instrument, before `speed`.
            coins: how prices move.
            anchors: starting prices other than the coins' own, USD.
            recording: replaces the crowd in its instruments, whose coins then start at its prices.
        """
        self._engine = engine
        self._tell_time = tell_time
        self._speed = speed
        self.now_ms = start_ms
        self._facts: list[Fact] = []
        recorded = recording.instruments if recording else {}
        listed = [listing for listing in listings if listing.instrument.id not in recorded]
        played = [found.listing for found in recorded.values()]
        self._prices = FairPrices(
            _all_coins(coins, recorded).values(),
            [*listed, *played],
            _child(rng),
            anchors={**(anchors or {}), **_anchors(recorded)},
            speed=speed,
        )
        self._random = _child(rng)
        self._past_seed = rng.getrandbits(64)
        self._next_step = start_ms // STEP_MS * STEP_MS + STEP_MS
        self._next_mark = start_ms // MARK_STEP_MS * MARK_STEP_MS + MARK_STEP_MS
        self._places: dict[InstrumentId, Place] = {}
        self._flows: list[tuple[Place, Flow]] = []
        self._crowds: dict[InstrumentId, ReplayCrowd] = {}
        self._arrivals: list[tuple[float, int]] = []
        self._playback = Playback(recording, start_ms, speed) if recording and recording.events else None
        for listing in listed:
            self._open(listing, coins[listing.coin], rng, ids)
        for found in recorded.values():
            self._open_recorded(found, rng, ids)
        for number, (place, _) in enumerate(self._flows):
            rated = rate if place.listing.activity >= 1 else min(rate, MAX_MINOR_RATE)
            place.weight = rated * place.listing.activity * speed
            if place.weight > 0:
                self._arrivals.append((start_ms + self._gap(place), number))
        heapq.heapify(self._arrivals)
        self._set_marks(is_first=True)
        self._collect()
        self._facts.clear()

    def _open(self, listing: Listing, coin: Coin, rng: random.Random, ids: Callable[[], int]) -> None:
        fair = self._prices.fair(listing)
        flow = Flow(listing, self._engine, price=fair, rng=_child(rng), refresh=self._collect)
        close = flow.units.nearest_price(fair)
        history = MadeHistory(
            listing, coin.volatility, price=close, start_ms=self.now_ms, rng=self._past_of(listing)
        )
        place = Place(
            listing,
            flow,
            history,
            close=close,
            start_ms=self.now_ms,
            contract=self._contract(listing, rng),
        )
        self._places[listing.instrument.id] = place
        self._flows.append((place, flow))
        self._make_trades(place, history.last, ids)
        flow.seed(fair)
        flow.print_first()

    def _open_recorded(self, found: Recorded, rng: random.Random, ids: Callable[[], int]) -> None:
        listing = found.listing
        crowd = ReplayCrowd(listing, self._engine, self._collect)
        middle = crowd.units.nearest_price(found.price)
        bars = moved(found.past_bars, bucket_start(CandleInterval.M1, self.now_ms))
        history = MadeHistory(
            listing,
            UNKNOWN_VOLATILITY,
            price=middle,
            start_ms=self.now_ms,
            rng=self._past_of(listing),
            known=bars,
        )
        close = bars[-1].close if bars else middle
        contract = self._contract(listing, rng)
        place = Place(listing, crowd, history, close=close, start_ms=self.now_ms, contract=contract)
        self._places[listing.instrument.id] = place
        self._crowds[listing.instrument.id] = crowd
        self._make_trades(place, history.last, ids)
        past = self._playback.past(found.past_trades, ids) if self._playback else []
        place.tape.extend(past[:-1])
        crowd.open(found.opening)
        crowd.print_first(past[-1] if past else None)

    def _contract(self, listing: Listing, rng: random.Random) -> Contract | None:
        if not listing.instrument.product_type.is_futures:
            return None
        return Contract(listing, self._prices.index(listing.coin), self.now_ms, _child(rng))

    def _past_of(self, listing: Listing) -> random.Random:
        # Instruments of one coin share its past.
        return random.Random(f"{self._past_seed} {listing.coin}")

    def _make_trades(self, place: Place, bars: Sequence[Bar], ids: Callable[[], int]) -> None:
        """Print the last trades of the past, inside the last minutes' bars."""
        rng = self._random
        times = sorted(rng.randrange(bars[0].start_ms, self.now_ms) for _ in range(TRADES_AT_START))
        for time_ms in times:
            place.tape.append(_past_trade(place, bars, time_ms, ids, rng))
        # What was traded last is where the book opens.
        place.tape[-1].price_text = place.crowd.units.price_text(bars[-1].close)

    # Moving on

    def advance(self, to_ms: int) -> None:
        """Let everything happen that is due up to a moment; earlier moments change nothing.

        A step of more than `MAX_GAP_MS` is jumped over: prices move once, funding is settled, nobody trades.
        """
        self.observe()
        if to_ms - self.now_ms > MAX_GAP_MS:
            self._jump(to_ms)
        while True:
            arrival = self._arrivals[0][0] if self._arrivals else float("inf")
            played = self._playback.next_ms if self._playback else float("inf")
            due = min(arrival, played, self._next_step, self._next_mark)
            if due > to_ms:
                break
            self._be_at(int(due))
            if due == self._next_step:
                self._prices.step()
                self._next_step += STEP_MS
            elif due == self._next_mark:
                self._next_mark += MARK_STEP_MS
                self._set_marks()
                self._settle()
                self._collect()
            elif due == played:
                self._play()
            else:
                self._arrive(arrival)
        self._be_at(to_ms)

    def drain(self) -> list[Fact]:
        """Return the engine's facts since the last call, in order, those of users among them."""
        self.observe()
        facts, self._facts = self._facts, []
        return facts

    def observe(self) -> None:
        """Take note of what users did to the books; whoever called the engine may leave it to `drain`."""
        self._collect()

    def _be_at(self, now_ms: int) -> None:
        if now_ms > self.now_ms:
            self.now_ms = now_ms
            self._tell_time(now_ms)

    def _arrive(self, time: float) -> None:
        number = self._arrivals[0][1]
        place, flow = self._flows[number]
        flow.act(self._prices.fair(place.listing))
        self._collect()
        heapq.heapreplace(self._arrivals, (time + self._gap(place), number))

    def _play(self) -> None:
        if self._playback is None:
            return
        event = self._playback.next()
        crowd = self._crowds[event.instrument]
        match event.what:
            case BookChange():
                crowd.change(event.what)
            case Trade():
                crowd.trade(event.what)
            case Ticker():
                if (contract := self._places[event.instrument].contract) is not None:
                    contract.tell(event.what)
        self._collect()

    def _gap(self, place: Place) -> float:
        """Draw the milliseconds to an instrument's next arrival."""
        rng = self._random
        gap = rng.expovariate(place.weight * self._prices.regime.activity) * 1000.0
        if place.run:
            place.run -= 1
            return gap / _RUN_SPEED
        if rng.random() < _RUN_CHANCE:
            place.run = rng.randrange(3, 12)
        # The pause after it makes up for a run, so that the mean stays.
        return gap * 1.4

    def _jump(self, to_ms: int) -> None:
        steps = max((to_ms - self._next_step) // STEP_MS, 1)
        self._prices.skip(steps)
        self._next_step += steps * STEP_MS
        marks = max((to_ms - self._next_mark) // MARK_STEP_MS, 0)
        self._next_mark += marks * MARK_STEP_MS
        skipped = to_ms - self.now_ms
        self._arrivals = [(time + skipped, number) for time, number in self._arrivals]
        heapq.heapify(self._arrivals)
        if self._playback is not None:
            self._playback.wait(skipped)

    def _set_marks(self, *, is_first: bool = False) -> None:
        for name, place in self._places.items():
            contract = place.contract
            if contract is None or place.mark_line is None or place.index_line is None:
                continue
            units, mid = place.crowd.units, place.crowd.book.mid()
            middle = None if mid is None else mid / 10**units.price_places
            before = contract.rates
            if not contract.is_told:
                # Nothing but its own book says what a replayed instrument is worth, until its ticker does.
                own = middle if name in self._crowds else None
                contract.step(own or self._prices.index(place.listing.coin), middle)
            rates = contract.rates
            if rates != before or is_first or contract.is_told:
                self._engine.set_mark(contract.id, rates.mark, rates.index)
            place.mark_line.trade(self.now_ms, units.price_units(rates.mark), 0)
            place.index_line.trade(self.now_ms, units.price_units(rates.index), 0)

    def _settle(self) -> None:
        for place in self._places.values():
            contract = place.contract
            while contract is not None and contract.next_funding_ms <= self.now_ms:
                self._engine.settle_funding(contract.id, contract.settled().rate)

    def _collect(self) -> None:
        for fact in self._engine.drain():
            if type(fact) is LevelChanged:
                place = self._places[fact.instrument]
                book, units = place.crowd.book, place.crowd.units
                side = book.bids if fact.side is Side.BUY else book.asks
                side.set_level(units.price_units(fact.price), units.size_units(fact.size))
            elif type(fact) is TradePrinted:
                self._print(self._places[fact.instrument], fact.trade)
            self._facts.append(fact)

    def _print(self, place: Place, trade: Trade) -> None:
        units = place.crowd.units
        size = units.size_units(trade.size)
        place.tape.append(trade)
        place.candles.trade(trade.time_ms, units.price_units(trade.price), size)
        if place.contract is not None:
            place.contract.traded(size)

    # Questions

    def instruments(self) -> tuple[InstrumentId, ...]:
        """Return what is traded here."""
        return tuple(self._places)

    def listings(self) -> list[Listing]:
        """Return what is traded here, with its rules."""
        return [place.listing for place in self._places.values()]

    def last(self, instrument: InstrumentId) -> Decimal:
        """Return the last traded price, quote currency."""
        place = self._places[instrument]
        return place.crowd.units.price(place.candles.close)

    def place(self, instrument: InstrumentId) -> Place:
        """Return one instrument's market.

        Raises:
            KeyError: it is not traded here.
        """
        return self._places[instrument]

    def coin_prices(self) -> dict[str, float]:
        """Return what every coin is worth in the random process, USD."""
        return {place.listing.coin: self._prices.index(place.listing.coin) for place in self._places.values()}

    def ticker(self, instrument: InstrumentId) -> Ticker:
        """Return the latest figures."""
        place = self._places[instrument]
        candles = place.candles
        candles.roll(self.now_ms)
        return ticker(
            instrument,
            self.now_ms,
            place.crowd.units,
            book=place.crowd.book,
            day=candles.day(),
            utc_open=candles.utc_open(),
            contract=place.contract,
        )

    def trades(self, instrument: InstrumentId, limit: int = KEPT_TRADES) -> list[Trade]:
        """Return the last trades, newest first."""
        tape = self._places[instrument].tape
        newest = [tape[index] for index in range(max(len(tape) - limit, 0), len(tape))]
        newest.reverse()
        return newest

    def candles(
        self,
        instrument: InstrumentId,
        interval: CandleInterval,
        limit: int | None = None,
        before_ms: int | None = None,
        line: str = Line.MARKET,
    ) -> list[Candle]:
        """Return the newest bars, oldest first, the open one last."""
        place = self._places[instrument]
        chosen = {Line.MARK: place.mark_line, Line.INDEX: place.index_line}.get(line) or place.candles
        chosen.roll(self.now_ms)
        found = chosen.candles(interval, limit, before_ms)
        if line != Line.MARKET:
            for candle in found:
                candle.base_volume_text = candle.quote_volume_text = "0"
        return found

    def candle(self, instrument: InstrumentId, interval: CandleInterval) -> Candle:
        """Return the open bar."""
        place = self._places[instrument]
        place.candles.roll(self.now_ms)
        return place.candles.current(interval)


def _all_coins(coins: Mapping[str, Coin], recorded: Mapping[InstrumentId, Recorded]) -> dict[str, Coin]:
    """Return the coins and those that only the recording knows."""
    found = dict(coins)
    for one in recorded.values():
        found.setdefault(one.listing.coin, Coin(one.listing.coin, one.price, UNKNOWN_VOLATILITY, 0.5))
    return found


def _anchors(recorded: Mapping[InstrumentId, Recorded]) -> dict[str, float]:
    return {found.listing.coin: found.price for found in recorded.values()}


def _child(rng: random.Random) -> random.Random:
    """Return a random source of its own: what one part draws does not shift another's."""
    return random.Random(rng.getrandbits(64))


def _past_trade(
    place: Place, bars: Sequence[Bar], time_ms: int, ids: Callable[[], int], rng: random.Random
) -> Trade:
    units = place.crowd.units
    bar = bars[min((time_ms - bars[0].start_ms) // MINUTE_MS, len(bars) - 1)]
    price = bar.low + round(rng.random() * (bar.high - bar.low) / units.tick) * units.tick
    usual = place.listing.order_notional / units.float_price(bar.close)
    size = units.nearest_size(usual * rng.lognormvariate(-0.5, 1.0))
    side = Side.BUY if rng.random() < 0.5 else Side.SELL
    return Trade(str(ids()), units.price_text(price), units.size_text(size), side, time_ms)
