"""Copy trading as it happens: leaders' fills become tracking orders, followers copy them a moment later.

The exchange tells every fact (`observe`) and calls when something is due (`act`); between the two nothing
happens. A leader's fill is copied 250 to 900 ms later at the market, so that copies slip as far as the market
moved. At 00:00 UTC what followers earned beyond their highest point so far is shared.
"""

from __future__ import annotations

import contextlib
import heapq
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from functools import partial

from bgtui.domain.account import Fill
from bgtui.domain.copytrade import (
    MOST_TRACKS,
    MOST_TRACKS_EACH,
    CopyLimit,
    LeadSettings,
    LeadSymbol,
    ProfitShare,
)
from bgtui.domain.event import FillReported, OrderUpdated, PositionsReported
from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.domain.intent import OrderRef
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, MarginMode, Order, PositionSide
from bgtui.domain.text import Untrusted
from bgtui.simulator.candles import DAY_MS
from bgtui.simulator.copytrade import REMOVABLE_BELOW, FollowerBook, LeaderBook
from bgtui.simulator.copytrade_floor import USDT, CopyEngine, CopyFloor, own_leverage
from bgtui.simulator.copytrade_relation import Missed, Relation
from bgtui.simulator.copytrade_size import Market, copied_leverage, copied_size, least, most, ratio_price
from bgtui.simulator.copytrade_track import CENT, Track, Tracks, whole_steps
from bgtui.simulator.fact import Fact, Private
from bgtui.simulator.money import ONE, ZERO, exact
from bgtui.simulator.reject import Reject

PRODUCTS = (ProductType.USDT_FUTURES, ProductType.SPOT)
"""Where orders can be copied."""
WATCH_MS = 250
"""How often prices are held against take profits and stop losses, exchange time."""
LAG_MS = (WATCH_MS, 900)
"""From a leader's fill to its copies, shortest and longest; no shorter than the watch, or the moment at which
a fill is noticed would depend on how the exchange is moved on."""
RETRY_MS = 1000
MAX_RETRIES = 30
MAX_TRACKS, MAX_SYMBOL_TRACKS = MOST_TRACKS, MOST_TRACKS_EACH
"""Open tracking orders of one account."""
UNFUNDED_DAYS = 14
"""After so many days without money a follower is removed."""
SHARE_RATIO = Decimal("0.1")
PAID, RECEIVED = "tracking_follow_pay", "tracking_trader_income"
"""Bills of a share, as Bitget names them."""

Key = tuple[str, ProductType]


class CopyTrading:
    """Every leader, every follower, and what is on its way between them."""

    def __init__(
        self,
        *,
        engine: CopyEngine,
        rules: Mapping[InstrumentId, Instrument],
        last: Callable[[InstrumentId], Decimal],
        now_ms: Callable[[], int],
        rng: random.Random,
        ids: Callable[[], int],
    ) -> None:
        """Begin with nobody.

        Args:
            engine: where everybody's positions are.
            rules: instruments by id.
            last: last price of an instrument.
            now_ms: exchange time.
            rng: source of the lag.
            ids: tracking numbers, ever larger.
        """
        self.engine, self.rules, self.last, self.now_ms = engine, rules, last, now_ms
        self.floor = CopyFloor(engine, rules, last, ids)
        self.names: dict[str, Untrusted] = {}
        """Nicknames by uid."""
        self._random, self._ids = rng, ids
        self._leaders: dict[Key, LeaderBook] = {}
        self._followers: dict[Key, FollowerBook] = {}
        self._watched: set[str] = set()
        self._guarded: dict[str, Track] = {}
        self._limited: list[Relation] = []
        self._relations: dict[str, Relation] = {}
        """By the number of an open copy."""
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0
        self._next_watch = now_ms() // WATCH_MS * WATCH_MS + WATCH_MS
        self.at(_midnight(now_ms()), self._end_day)
        engine.keep_presets_elsewhere(self.is_lent)

    # Who is who

    def leading(self, uid: str, product_type: ProductType) -> LeaderBook | None:
        """Return an account's book as a leader; None when it is none."""
        return self._leaders.get((uid, product_type))

    def following(self, uid: str, product_type: ProductType) -> FollowerBook | None:
        """Return an account's book as a follower; None when it never followed."""
        return self._followers.get((uid, product_type))

    def is_leader(self, uid: str) -> bool:
        """Tell whether an account leads."""
        return any((uid, product) in self._leaders for product in PRODUCTS)

    def is_lent(self, uid: str, instrument: InstrumentId) -> bool:
        """Tell whether an account's orders on an instrument are copied."""
        book = self._leaders.get((uid, instrument.product_type))
        return book is not None and book.is_lent(instrument)

    def tracks(self, uid: str, product_type: ProductType) -> Tracks | None:
        """Return an account's tracking orders, as a leader or as a follower."""
        book = self.leading(uid, product_type) or self.following(uid, product_type)
        return book.tracks if book is not None else None

    def appoint(
        self,
        uid: str,
        name: Untrusted,
        product_type: ProductType,
        symbols: Iterable[LeadSymbol],
        since_ms: int,
    ) -> LeaderBook:
        """Make an account a leader of a product type."""
        self.names[uid] = name
        self._watched.add(uid)
        book = self._leaders[uid, product_type] = LeaderBook(
            uid=uid,
            name=name,
            product_type=product_type,
            tracks=Tracks(uid, product_type, self.last),
            worth=self.floor.worth,
            now_ms=self.now_ms,
            symbols_by_id={symbol.instrument: symbol for symbol in symbols},
            base=LeadSettings(
                is_enabled=True,
                shows_equity=True,
                shows_assets=False,
                removable_below_usdt=REMOVABLE_BELOW,
                labels=(Untrusted("swing"), Untrusted("low leverage")),
            ),
            since_ms=since_ms,
        )
        return book

    def follower_book(self, uid: str, product_type: ProductType) -> FollowerBook:
        """Return an account's book as a follower, a new one when there is none."""
        book = self._followers.get((uid, product_type))
        if book is None:
            self._watched.add(uid)
            book = self._followers[uid, product_type] = FollowerBook(
                uid=uid,
                tracks=Tracks(uid, product_type, self.last),
                leader=lambda leader: self.leading(leader, product_type),
                now_ms=self.now_ms,
                copy_limits=self.limits(product_type),
            )
        return book

    def limits(self, product_type: ProductType) -> list[CopyLimit]:
        """Return how much of each instrument may be copied."""
        return [
            CopyLimit(rules.id, least(rules), most(rules))
            for rules in self.rules.values()
            if rules.product_type is product_type
        ]

    def join(self, relation: Relation) -> None:
        """Let somebody follow from now on."""
        product = relation.product_type
        leader = self._leaders[relation.leader_uid, product]
        leader.relations[relation.uid] = relation
        leader.ever += 1
        self.follower_book(relation.uid, product).relations[relation.leader_uid] = relation
        self.limit_losses(relation)

    def limit_losses(self, relation: Relation) -> None:
        """Look after the loss limit of a following by amount, if it has one."""
        plan = relation.by_amount
        if plan is not None and plan.loss_limit is not None and relation not in self._limited:
            self._limited.append(relation)

    def part(self, relation: Relation) -> None:
        """Let somebody follow no longer; open copies go on until they are closed."""
        relation.is_active = False
        product = relation.product_type
        leader = self._leaders[relation.leader_uid, product]
        if leader.relations.pop(relation.uid, None) is not None:
            leader.parted.append(relation)
        self.follower_book(relation.uid, product).relations.pop(relation.leader_uid, None)

    # Time

    @property
    def next_ms(self) -> int:
        """When `act` is to be called next, exchange time."""
        return min(self._due[0][0], self._next_watch)

    def at(self, due_ms: int, deed: Callable[[], None]) -> None:
        """Let something happen at a moment."""
        self._count += 1
        heapq.heappush(self._due, (due_ms, self._count, deed))

    def after(self, delay_ms: int, deed: Callable[[], None]) -> None:
        """Let something happen after a while."""
        self.at(self.now_ms() + delay_ms, deed)

    def lag_ms(self) -> int:
        """Draw how long a copy takes."""
        return self._random.randint(*LAG_MS)

    @exact
    def act(self) -> None:
        """Do the first thing that is due by now."""
        now = self.now_ms()
        if self._due[0][0] <= now:
            heapq.heappop(self._due)[2]()
        elif self._next_watch <= now:
            # After a jump the moments in between are left out.
            self._next_watch = now // WATCH_MS * WATCH_MS + WATCH_MS
            self._watch()

    # What the exchange tells

    @exact
    def observe(self, facts: Sequence[Fact]) -> None:
        """Take note of what happened, in order."""
        opened: dict[tuple[str, str, int], list[Fill]] = {}
        touched: dict[Key, dict[InstrumentId, Decimal]] = {}
        for fact in facts:
            if type(fact) is not Private or fact.uid not in self._watched:
                continue
            event = fact.event
            if isinstance(event, FillReported):
                fill = event.fill
                if fill.order_id in self.floor.own_orders:
                    continue
                if self._opens(fact.uid, fill):
                    opened.setdefault((fact.uid, fill.order_id, fill.time_ms), []).append(fill)
                else:
                    prices = touched.setdefault((fact.uid, fill.instrument.product_type), {})
                    prices[fill.instrument] = fill.price
            elif isinstance(event, PositionsReported):
                touched.setdefault((fact.uid, event.product_type), {})
            elif isinstance(event, OrderUpdated) and event.order.status.is_final:
                self.floor.own_orders.discard(event.order.order_id)
        for (uid, order_id, _), fills in opened.items():
            self._lead(uid, order_id, fills)
        for (uid, product), prices in touched.items():
            self._reconcile(uid, product, prices)

    def _opens(self, uid: str, fill: Fill) -> bool:
        if not self.is_lent(uid, fill.instrument):
            return False
        if fill.instrument.product_type.is_futures:
            return fill.effect is Effect.OPEN
        return fill.side is Side.BUY

    def _lead(self, uid: str, order_id: str, fills: Sequence[Fill]) -> None:
        """Make a tracking order of what one order of a leader filled at one moment."""
        first = fills[0]
        order = self.engine.find_order(uid, OrderRef(first.instrument, order_id))
        rules = self.rules[first.instrument]
        if order is None:
            return
        side = first.position_side or PositionSide.LONG
        track = self.floor.track(uid, rules, side, order, fills)
        if track.left:
            self._preset(track, order)
            self.lead(track)

    def _preset(self, track: Track, order: Order) -> None:
        """Give a leader's tracking order the prices of its order, else those of the leader's ratios."""
        symbol = self._leaders[track.uid, track.instrument.product_type].symbols_by_id[track.instrument]
        track.take_profit = order.take_profit or ratio_price(track, symbol.take_profit_ratio, is_profit=True)
        track.stop_loss = order.stop_loss or ratio_price(track, symbol.stop_loss_ratio, is_profit=False)

    def lead(self, track: Track) -> None:
        """Take a leader's tracking order and let it be copied."""
        book = self._leaders[track.uid, track.instrument.product_type]
        book.tracks.add(track)
        self.guard(track)
        for relation in list(book.relations.values()):
            if track.instrument in relation.settings:
                self.copy_later(relation, track)

    def copy_later(self, relation: Relation, source: Track) -> None:
        """Let a leader's tracking order be copied after the usual lag."""
        self.after(self.lag_ms(), partial(self.copy, relation, source))

    @exact
    def _reconcile(self, uid: str, product: ProductType, prices: Mapping[InstrumentId, Decimal]) -> None:
        """Close tracking orders, the oldest first, whose position or coins somebody else closed."""
        tracks = self.tracks(uid, product)
        if tracks is None:
            return
        for instrument, side in {(track.instrument, track.side): None for track in tracks.open.values()}:
            missing = tracks.held(instrument, side) - self.engine.held(uid, instrument, side)
            price = prices.get(instrument) or self.last(instrument)
            for track in tracks.of_leg(instrument, side):
                if missing <= 0:
                    break
                size, before = min(track.left, missing), track.left
                track.close(size, price, size * price * track.rules.taker_fee_rate)
                missing -= size
                self.settle_close(track, before)

    # Copying

    @exact
    def copy(self, relation: Relation, source: Track) -> None:
        """Copy a leader's tracking order for one follower, or note why not."""
        if not relation.is_active:
            return
        found = self._copy(relation, source) if source.is_open else "closed"
        if isinstance(found, str):
            relation.missed.append(Missed(self.now_ms(), source.number, found))

    def _copy(self, relation: Relation, source: Track) -> Track | str:
        book = self.follower_book(relation.uid, relation.product_type)
        rules, leverage = source.rules, ONE
        if len(book.tracks.open) >= MAX_TRACKS:
            return "cap"
        if rules.product_type.is_futures:
            own = own_leverage(self.engine.settings(relation.uid, rules.id), source.side)
            leverage = copied_leverage(relation, source, own)
        leader = self._leaders[relation.leader_uid, relation.product_type]
        equity = leader.equity() if relation.by_amount is not None else ZERO
        size = copied_size(relation, source, Market(self.last(rules.id), equity, leverage))
        if isinstance(size, str):
            return size
        try:
            track = self.floor.open(
                relation.uid,
                rules,
                source.side,
                size,
                leverage=leverage,
                margin_mode=self._margin_mode(relation, source),
            )
        except Reject as refusal:
            return "margin" if refusal.code in ("40762", "43012") else "market"
        if track is None or not track.left:
            return "market"
        self._take_copy(relation, source, track)
        return track

    @staticmethod
    def _margin_mode(relation: Relation, source: Track) -> MarginMode | None:
        if relation.by_amount is not None:
            return relation.by_amount.margin_mode or source.margin_mode
        setting = relation.settings.get(source.instrument)
        return source.margin_mode if setting is None or setting.margin_mode == "trader" else None

    def _take_copy(self, relation: Relation, source: Track, track: Track) -> None:
        track.source = source
        track.trader_id, track.trader_name = relation.leader_uid, relation.leader_name
        self._relations[track.number] = relation
        setting = relation.settings.get(track.instrument)
        if setting is not None:
            track.take_profit = ratio_price(track, setting.take_profit_ratio, is_profit=True)
            track.stop_loss = ratio_price(track, setting.stop_loss_ratio, is_profit=False)
        source.copies.append(track)
        relation.copies[track.number] = track
        margin = track.margin()
        relation.invested += track.cost if margin is None else margin
        self.follower_book(relation.uid, relation.product_type).tracks.add(track)
        self.guard(track)

    # Closing

    @exact
    def close(self, track: Track, by: str = "") -> str:
        """Close a tracking order at market and return the order's id; its copies follow.

        What the market does not take at once is tried again every second.

        Raises:
            Reject: it is being closed already, or the engine refused the order.
        """
        if track.is_closing:
            raise Reject("40859" if track.instrument.product_type.is_futures else "31023")
        order = self._close(track, by)
        if track.is_open:
            track.is_closing = True
            self.after(RETRY_MS, partial(self._retry, track, by, MAX_RETRIES))
        return order.order_id

    def _close(self, track: Track, by: str, size: Decimal | None = None) -> Order:
        before = track.left
        order = self.floor.close(track, size)
        if track.left < before:
            track.stopped_by = by
            self.settle_close(track, before)
        return order

    def _retry(self, track: Track, by: str, tries: int) -> None:
        if not track.is_open:
            return
        with contextlib.suppress(Reject):
            self._close(track, by)
        if tries and track.is_open:
            self.after(RETRY_MS, partial(self._retry, track, by, tries - 1))
        else:
            track.is_closing = False

    def settle_close(self, track: Track, before: Decimal) -> None:
        """Act on a track of which a part was closed, ``before`` being what was left of it until then."""
        if not track.is_open:
            self._retire(track)
        if not track.is_copy:
            part = ONE if not track.is_open else (before - track.left) / before
            for copy in track.copies:
                if copy.is_open:
                    self.after(self.lag_ms(), partial(self._close_copy, copy, part, MAX_RETRIES))

    def _close_copy(self, copy: Track, part: Decimal, tries: int) -> None:
        if not copy.is_open or copy.is_closing:
            return
        size = copy.left if part == ONE else whole_steps(copy.rules, copy.left * part)
        if not size:
            return
        with contextlib.suppress(Reject):
            self._close(copy, "", size)
        if tries and part == ONE and copy.is_open:
            self.after(RETRY_MS, partial(self._close_copy, copy, part, tries - 1))

    def _retire(self, track: Track) -> None:
        product = track.instrument.product_type
        tracks = self.tracks(track.uid, product)
        if tracks is not None:
            tracks.end(track, self.now_ms())
        self._guarded.pop(track.number, None)
        relation = self._relations.pop(track.number, None)
        if relation is not None:
            relation.copies.pop(track.number, None)
            relation.net += track.net
            relation.gross += track.realized

    def release(self, track: Track) -> None:
        """Let a copy go without closing it: what it holds stays the follower's own."""
        tracks = self.tracks(track.uid, track.instrument.product_type)
        if tracks is not None:
            tracks.forget(track)
        self._guarded.pop(track.number, None)
        relation = self._relations.pop(track.number, None)
        if relation is not None:
            relation.copies.pop(track.number, None)
        if track.source is not None:
            track.source.copies.remove(track)

    # Take profit, stop loss, loss limits

    def guard(self, track: Track) -> None:
        """Hold prices against a track's take profit and stop loss, if it has any."""
        if track.take_profit is None and track.stop_loss is None:
            self._guarded.pop(track.number, None)
        else:
            self._guarded[track.number] = track

    def _watch(self) -> None:
        prices: dict[InstrumentId, Decimal] = {}
        for track in list(self._guarded.values()):
            name = track.instrument
            price = prices.get(name)
            if price is None:
                price = prices[name] = self.floor.trigger_price(name)
            by = _reached(track, price)
            if by and track.is_open and not track.is_closing:
                try:
                    self.close(track, by)
                except Reject:
                    # Not tradable now: the price is looked at again.
                    continue
        for relation in list(self._limited):
            self._check_limit(relation)

    def _check_limit(self, relation: Relation) -> None:
        limit = relation.by_amount.loss_limit if relation.by_amount is not None else None
        if limit is None or not relation.is_active:
            self._limited.remove(relation)
            return
        open_pnl = sum(
            (
                copy.unrealized(self.last(copy.instrument)) + copy.open_fee
                for copy in relation.copies.values()
            ),
            ZERO,
        )
        if relation.net + open_pnl <= -limit:
            self.part(relation)
            for copy in list(relation.copies.values()):
                self._close_copy(copy, ONE, MAX_RETRIES)

    # Sharing the profit

    def _end_day(self) -> None:
        now = self.now_ms()
        self.at(_midnight(now), self._end_day)
        stamp_ms = now // DAY_MS * DAY_MS - 1
        for book in self._leaders.values():
            for relation in (*book.relations.values(), *book.parted):
                self._share(book, relation, stamp_ms)
            book.parted = [each for each in book.parted if each.copies or each.due()]
            for relation in list(book.relations.values()):
                self._check_funds(relation)

    def _share(self, book: LeaderBook, relation: Relation, stamp_ms: int) -> None:
        """Pay what is due, as far as the follower has it; the rest stays due."""
        due = relation.due()
        if not due:
            return
        product = relation.product_type
        amount = min(due, self.floor.available(relation.uid, product).quantize(CENT, ROUND_FLOOR))
        if not amount:
            return
        self.engine.transfer(relation.uid, book.uid, product, USDT, amount, paid=PAID, received=RECEIVED)
        relation.settle(amount)
        share = ProfitShare(
            USDT, amount, relation.name, stamp_ms, profit_id=str(self._ids()), ratio=relation.share_ratio
        )
        book.shares.append(share)

    def _check_funds(self, relation: Relation) -> None:
        has_money = self.floor.worth(relation.uid, relation.product_type) > 0
        relation.unfunded_days = 0 if has_money else relation.unfunded_days + 1
        if relation.unfunded_days >= UNFUNDED_DAYS:
            self.part(relation)


def _midnight(now_ms: int) -> int:
    """Return the next 00:00 UTC."""
    return now_ms // DAY_MS * DAY_MS + DAY_MS


def _reached(track: Track, price: Decimal) -> str:
    """Return `profit` or `loss` when a price reaches the take profit or the stop loss, "" otherwise."""
    is_long = track.side is PositionSide.LONG
    for limit, by, is_above in (
        (track.take_profit, "profit", is_long),
        (track.stop_loss, "loss", not is_long),
    ):
        if limit is not None and (price >= limit if is_above else price <= limit):
            return by
    return ""
