"""Who leads and who follows at the start: one leader with followers, one follower with leaders.

Everybody has an account in the engine, and what is open at the start is traded there. Only what ended before
the start is made up (`copytrade_past`).
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from itertools import count

from bgtui.domain.copytrade import CopySetting, LeadSymbol, TrackingOrder
from bgtui.domain.instrument import Instrument, InstrumentId, ProductType, instrument_id
from bgtui.domain.order import PositionMode, PositionSide
from bgtui.domain.text import Untrusted
from bgtui.domain.value import frozen
from bgtui.simulator.candles import DAY_MS
from bgtui.simulator.copytrade import LeaderBook
from bgtui.simulator.copytrade_names import FOLLOWER, FOLLOWERS, LEADER, OTHER_LEADERS
from bgtui.simulator.copytrade_past import Past, Script, away, fraction
from bgtui.simulator.copytrade_relation import Relation
from bgtui.simulator.copytrade_size import AMOUNT, COUNT, MIN_RATIO, PERCENT, least
from bgtui.simulator.copytrade_track import Track, whole_steps
from bgtui.simulator.copytrade_world import PRODUCTS, SHARE_RATIO, CopyTrading
from bgtui.simulator.money import ONE, ZERO
from bgtui.simulator.reject import Reject

COPY_RATIO = Decimal("0.2")
"""The follower's size for one of the leader's."""
SMALL = Decimal(12)
"""Value of one of the many tracking orders of a large world, USDT."""
POOR = {5: ZERO, 11: Decimal("42.17")}
"""What some of the named followers have: nothing, and so little that they may be removed; by place."""
GONE = 9
"""Followers who came and went before the start."""


@frozen
class Cast:
    """How many there are."""

    followers: int = len(FOLLOWERS)
    """Of the leader's futures; those beyond the named ones copy nothing."""
    tracking: int = 0
    """Futures tracking orders that the leader has open at least."""
    untouched: frozenset[InstrumentId] = frozenset()
    """Instruments whose books scripted leaders leave alone, such as recorded ones."""


class Stage:
    """Puts everybody in place."""

    def __init__(
        self,
        house: CopyTrading,
        leader_uid: str,
        follower_uid: str,
        *,
        cast: Cast,
        rng: random.Random,
        ids: Callable[[], int],
    ) -> None:
        """Appoint leaders, let followers join, make up the past; `open` then trades.

        Args:
            house: where they meet.
            leader_uid: whose account leads; hedge mode.
            follower_uid: whose account follows; hedge mode.
            cast: how many there are.
            rng: source of everything made up.
            ids: order and tracking numbers of the past, ever larger.
        """
        self.house, self._random = house, rng
        self._past = Past(house.rules, house.last, house.now_ms(), rng, ids)
        self._uids = count(7_100_000_000 + rng.randrange(10**6) * 100)
        self._cast = cast
        self.leaders = {product: self._lead(leader_uid, LEADER, product) for product in PRODUCTS}
        self.others = [book for name in OTHER_LEADERS for book in self._other(name)]
        for product in PRODUCTS:
            self._follow_all(follower_uid, product)
            self._gather(product)

    # Leaders

    def _lead(self, uid: str, name: str, product: ProductType) -> LeaderBook:
        house = self.house
        symbols = self._lead_symbols(product)
        since = house.now_ms() - self._random.randrange(220, 400) * DAY_MS
        book = house.appoint(uid, Untrusted(name), product, symbols, since)
        book.ever = GONE
        if product.is_futures:
            book.seats = max(book.seats, self._cast.followers + 100)
        return book

    def _other(self, name: str) -> list[LeaderBook]:
        uid = str(next(self._uids))
        money = {product: {"USDT": Decimal(30_000)} for product in PRODUCTS}
        self.house.engine.open_account(uid, balances=money, position_mode=PositionMode.HEDGE)
        books = [self._lead(uid, name, product) for product in PRODUCTS]
        for book in books:
            book.unseen = self._random.randrange(3, 400)
        return books

    def _lead_symbols(self, product: ProductType) -> list[LeadSymbol]:
        return [
            LeadSymbol(
                instrument=rules.id,
                is_enabled=place != 4,
                min_open_size=least(rules),
                max_leverage=_lead_leverage(rules),
                take_profit_ratio=Decimal(100) if place % 2 and product.is_futures else None,
                stop_loss_ratio=Decimal(50) if place % 3 and product.is_futures else None,
            )
            for place, rules in enumerate(self._of(product))
        ]

    # Followers

    def _gather(self, product: ProductType) -> None:
        """Let the named followers join, and in a large world many more."""
        book, now = self.leaders[product], self.house.now_ms()
        wanted = self._cast.followers if product.is_futures else len(FOLLOWERS)
        since = sorted(now - self._random.randrange(DAY_MS, 200 * DAY_MS) for _ in range(wanted))
        people: list[Relation] = []
        for place, since_ms in enumerate(since):
            if place < wanted - len(FOLLOWERS):
                self.newcomer(book, f"seat {place:04d}", since_ms, copies=False)
            else:
                name = FOLLOWERS[place - max(wanted - len(FOLLOWERS), 0)]
                people.append(self.newcomer(book, name, since_ms, money=POOR.get(len(people))))
        book.shares = self._past.shares(people)
        for relation in people:
            # What was earned earlier today is not shared yet.
            if self._random.random() < 0.6:
                relation.net = relation.gross = Decimal(self._random.randrange(500, 90_000)).scaleb(-3)

    def newcomer(
        self,
        book: LeaderBook,
        name: str,
        since_ms: int,
        *,
        money: Decimal | None = None,
        copies: bool = True,
    ) -> Relation:
        """Open an account and let it follow a leader; one that copies nothing has no settings."""
        rng, product = self._random, book.product_type
        uid = str(next(self._uids))
        drawn = Decimal(rng.randrange(2_000, 1_500_000)).scaleb(-2)
        money = drawn if money is None else money
        self.house.engine.open_account(
            uid, balances={product: {"USDT": money}}, position_mode=PositionMode.HEDGE
        )
        relation = Relation(
            leader_uid=book.uid,
            leader_name=book.name,
            uid=uid,
            name=Untrusted(name),
            product_type=product,
            since_ms=since_ms,
            share_ratio=SHARE_RATIO,
        )
        self.house.names[uid] = relation.name
        if copies:
            chosen = [each for each in book.symbols() if each.is_enabled and rng.random() < 0.45]
            relation.settings = {each.instrument: self._rule(each) for each in chosen}
        self.house.join(relation)
        return relation

    def _rule(self, symbol: LeadSymbol) -> CopySetting:
        """Make up how one instrument is copied."""
        rng, product = self._random, symbol.instrument.product_type
        kind = rng.choice((PERCENT, PERCENT, AMOUNT, COUNT))
        rules = self.house.rules[symbol.instrument]
        value = {
            PERCENT: max(fraction(rng.uniform(0.05, 0.5)), MIN_RATIO),
            AMOUNT: Decimal(rng.randrange(10, 90)),
            COUNT: self._worth(rules, Decimal(rng.randrange(15, 60))),
        }[kind]
        return CopySetting(
            instrument=symbol.instrument,
            margin_mode=rng.choice(("trader", "trader", "specify")),
            leverage_mode=rng.choice(("trader", "trader", "specify", "position")),
            long_leverage=Decimal(rng.choice((5, 10, 20))) if product.is_futures else None,
            short_leverage=Decimal(rng.choice((5, 10, 20))) if product.is_futures else None,
            trace_type=kind,
            trace_value=value,
            max_hold=Decimal(rng.choice((150, 400, 2_000))),
            take_profit_ratio=Decimal(150) if rng.random() < 0.3 else None,
            stop_loss_ratio=Decimal(60) if rng.random() < 0.3 else None,
        )

    # The follower who follows all leaders

    def _follow_all(self, uid: str, product: ProductType) -> None:
        house, now = self.house, self.house.now_ms()
        name = house.names[uid] = Untrusted(FOLLOWER)
        books = [self.leaders[product], *(book for book in self.others if book.product_type is product)]
        relations = []
        for book in books:
            relation = Relation(
                leader_uid=book.uid,
                leader_name=book.name,
                uid=uid,
                name=name,
                product_type=product,
                since_ms=now - self._random.randrange(2 * DAY_MS, 120 * DAY_MS),
                share_ratio=SHARE_RATIO,
            )
            lent = [each.instrument for each in book.symbols() if each.is_enabled]
            relation.settings = {each: self._own_rule(each, place) for place, each in enumerate(lent)}
            house.join(relation)
            relations.append(relation)
        ended = [self._by_somebody(track, relations) for track in self._past.orders(product, COPY_RATIO)]
        house.follower_book(uid, product).tracks.add_ended(ended)
        self.leaders[product].tracks.add_ended(self._past.orders(product, ONE))

    def _own_rule(self, instrument: InstrumentId, place: int) -> CopySetting:
        rules, is_futures = self.house.rules[instrument], instrument.product_type.is_futures
        return CopySetting(
            instrument=instrument,
            margin_mode="trader" if place % 2 else "specify",
            leverage_mode=("trader", "specify", "position")[place % 3],
            long_leverage=Decimal(10) if is_futures else None,
            short_leverage=Decimal(10) if is_futures else None,
            trace_type=(PERCENT, AMOUNT, COUNT)[place % 3],
            trace_value=(COPY_RATIO, Decimal(60), self._worth(rules, Decimal(200)))[place % 3],
            max_hold=Decimal(1_500 if is_futures else 900),
            take_profit_ratio=Decimal(100) if place % 2 else None,
            stop_loss_ratio=Decimal(80),
        )

    def _by_somebody(self, track: TrackingOrder, relations: Sequence[Relation]) -> TrackingOrder:
        rng = self._random
        relation = relations[0] if rng.random() < 0.7 else rng.choice(relations[1:])
        net, gross = track.net_pnl or ZERO, track.realized_pnl or ZERO
        relation.net += net
        relation.gross += gross
        # What was earned has been shared.
        relation.water = max(relation.water, relation.net)
        relation.invested += track.margin or track.open_price * track.open_size
        return replace(
            track, trader_id=relation.leader_uid, trader_name=relation.leader_name, follower_count=None
        )

    # What is open

    def open(self) -> None:
        """Open what leaders and followers hold at the start, at market."""
        for product, book in self.leaders.items():
            for row in self._past.listed(product):
                self._open_one(book, row)
        self._open_many(self.leaders[PRODUCTS[0]])
        for book in self.others:
            for _ in range(2):
                self.trade(book)

    def _open_one(self, book: LeaderBook, row: Script) -> None:
        rules = self.house.rules[instrument_id(book.product_type, row.symbol)]
        track = self._opened(book, rules, row.side, Decimal(row.size), Decimal(row.leverage))
        if track is None:
            return
        toward = 1 if row.side is PositionSide.LONG else -1
        track.take_profit = away(track.price, row.take_profit * toward, rules)
        track.stop_loss = away(track.price, -row.stop_loss * toward, rules)
        self._copied(book, track)

    def _open_many(self, book: LeaderBook) -> None:
        """Open small orders until there are as many as the world is to have."""
        lent = self._tradable(book)
        for place in range(max(self._cast.tracking - len(book.tracks.open), 0) if lent else 0):
            rules = lent[place % len(lent)]
            side = PositionSide.SHORT if place // len(lent) % 2 else PositionSide.LONG
            track = self._opened(book, rules, side, self._worth(rules, SMALL), Decimal(20))
            if track is not None:
                book.tracks.add(track)

    def trade(self, book: LeaderBook, *, is_lagging: bool = False) -> None:
        """Let a scripted leader open something small; it is copied at once, or as late as others are."""
        rng = self._random
        lent = self._tradable(book)
        if not lent:
            return
        rules = rng.choice(lent)
        is_futures = book.product_type.is_futures
        side = PositionSide.SHORT if is_futures and rng.random() < 0.5 else PositionSide.LONG
        size = self._worth(rules, Decimal(rng.randrange(300, 2_000)))
        track = self._opened(book, rules, side, size, Decimal(10))
        if track is not None:
            track.take_profit = away(track.price, 0.02 if side is PositionSide.LONG else -0.02, rules)
            (self.house.lead if is_lagging else partial(self._copied, book))(track)

    def _tradable(self, book: LeaderBook) -> list[Instrument]:
        return [
            self.house.rules[each.instrument]
            for each in book.symbols()
            if each.is_enabled and each.instrument not in self._cast.untouched
        ]

    def _opened(
        self, book: LeaderBook, rules: Instrument, side: PositionSide, size: Decimal, leverage: Decimal
    ) -> Track | None:
        leverage = min(leverage, rules.max_leverage or leverage)
        with contextlib.suppress(Reject):
            return self.house.floor.open(
                book.uid, rules, side, max(whole_steps(rules, size), least(rules)), leverage=leverage
            )
        return None

    def _copied(self, book: LeaderBook, track: Track) -> None:
        """Take a tracking order and copy it at once: it is one of the start."""
        book.tracks.add(track)
        self.house.guard(track)
        for relation in list(book.relations.values()):
            if track.instrument in relation.settings:
                self.house.copy(relation, track)

    def _worth(self, rules: Instrument, value: Decimal) -> Decimal:
        """Return the size of a value, USDT, in whole steps and not below the least."""
        size = whole_steps(rules, value / self.house.last(rules.id) + rules.size_step)
        return max(size, least(rules))

    def _of(self, product: ProductType) -> list[Instrument]:
        return [rules for rules in self.house.rules.values() if rules.product_type is product]


def _lead_leverage(rules: Instrument) -> Decimal | None:
    """Return the highest leverage of a leader: half of what others may use, and 20 at least."""
    limit = rules.max_leverage
    return None if limit is None else max(limit // 2, min(limit, Decimal(20)))
