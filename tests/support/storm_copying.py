"""Copy trading in a storm: the account leads or follows, and others stand on the other side."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from bgtui.domain import question
from bgtui.domain.copyintent import (
    CloseScope,
    CloseTracks,
    CopyRole,
    FollowByAmount,
    LeadSwitch,
    LeadSymbolChange,
    RemoveFollower,
    SetCopySettings,
    SetLeadSwitch,
    SetLeadSymbols,
    SetTrackTpsl,
    StopTracks,
    SymbolChange,
    Unfollow,
)
from bgtui.domain.copytrade import CopySetting, LeadSymbol, TrackingOrder
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import Intent
from bgtui.domain.order import PositionMode, PositionSide
from bgtui.domain.question import Question
from bgtui.domain.text import Untrusted
from bgtui.simulator.copytrade_names import HOSTILE
from bgtui.simulator.copytrade_relation import Relation
from bgtui.simulator.copytrade_world import SHARE_RATIO, CopyTrading
from bgtui.simulator.exchange import Exchange
from bgtui.simulator.reject import Reject
from bgtui.wire.endpoint import copytrade

TRADERS = ("8200000001", "8200000002")
"""Leaders whom the account may follow."""
COPIERS = ("8200000011", "8200000012", "8200000013")
"""Who copies the account, where it leads; the first has so little that it may be removed."""
ASKED_S = 3.0
OPENED = {"BTCUSDT": "0.002", "ETHUSDT": "0.03"}
CLOSES: dict[str, str] = {
    copytrade.LEADER_CLOSE.path: "CloseTracks",
    copytrade.FOLLOWER_CLOSE.path: "CloseTracks",
    copytrade.SPOT_LEADER_CLOSE.path: "CloseTracks",
    copytrade.SPOT_FOLLOWER_CLOSE.path: "CloseTracks",
    copytrade.SPOT_FOLLOWER_STOP.path: "StopTracks",
    copytrade.LEADER_MODIFY_TPSL.path: "SetTrackTpsl",
    copytrade.FOLLOWER_SET_TPSL.path: "SetTrackTpsl",
    copytrade.SPOT_LEADER_MODIFY_TPSL.path: "SetTrackTpsl",
    copytrade.SPOT_FOLLOWER_SET_TPSL.path: "SetTrackTpsl",
    copytrade.LEADER_REMOVE_FOLLOWER.path: "RemoveFollower",
    copytrade.SPOT_LEADER_REMOVE_FOLLOWER.path: "RemoveFollower",
    copytrade.FOLLOWER_UNFOLLOW.path: "Unfollow",
    copytrade.SPOT_FOLLOWER_UNFOLLOW.path: "Unfollow",
}
"""Writes that pass in every trading state → the kind of intent."""
OPENS: dict[str, str] = {
    copytrade.LEADER_SET_SYMBOLS.path: "SetLeadSymbols",
    copytrade.SPOT_LEADER_SET_SYMBOLS.path: "SetLeadSymbols",
    copytrade.LEADER_SET_BASE.path: "SetLeadSwitch",
    copytrade.FOLLOWER_SET_COPY.path: "SetCopySettings",
    copytrade.SPOT_FOLLOWER_SET_COPY.path: "SetCopySettings",
    copytrade.FOLLOWER_SET_AMOUNT.path: "FollowByAmount",
}
"""Writes by which more may be copied → the kind of intent."""


class Copying:
    """Who leads and who follows at the exchange of a storm, and what the others do there."""

    def __init__(
        self,
        exchange: Exchange,
        uid: str,
        role: CopyRole,
        products: Sequence[ProductType],
        rng: random.Random,
    ) -> None:
        """Give an account its role, and the others theirs."""
        self.role, self.products = role, tuple(products)
        self._exchange, self._uid, self._rng = exchange, uid, rng
        self.house: CopyTrading = exchange.copytrade
        leaders = (uid,) if role is CopyRole.LEADER else TRADERS
        others = COPIERS if role is CopyRole.LEADER else TRADERS
        for place, other in enumerate(others):
            money = Decimal(90 if place == 0 and role is CopyRole.LEADER else 4000)
            exchange.engine.open_account(
                other,
                balances={product: {"USDT": money} for product in self.products},
                position_mode=PositionMode.HEDGE,
            )
        for product in self.products:
            names = [rules.id for rules in self.house.rules.values() if rules.product_type is product]
            for place, leader in enumerate(leaders):
                symbols = [LeadSymbol(name, True, None, Decimal(50), None, None) for name in names]
                name = Untrusted(HOSTILE[place])
                self.house.appoint(leader, name, product, symbols, self.house.now_ms())
            for place, follower in enumerate(COPIERS if role is CopyRole.LEADER else (uid,)):
                self._join(leaders[0], follower, Untrusted(HOSTILE[-1 - place]), product, names)

    def _join(
        self, leader: str, follower: str, name: Untrusted, product: ProductType, names: list[InstrumentId]
    ) -> None:
        relation = Relation(leader, Untrusted(leader), follower, name, product, 0, SHARE_RATIO)
        self.house.names[follower] = name
        relation.settings = {each: how(each, "0.5") for each in names}
        self.house.join(relation)

    def act(self) -> None:
        """Let somebody whom the account follows open or close something."""
        if self.role is CopyRole.LEADER:
            return
        product, trader = self._rng.choice(self.products), self._rng.choice(TRADERS)
        book = self.house.leading(trader, product)
        if book is None:
            return
        open_ones = list(book.tracks.open.values())
        try:
            if open_ones and self._rng.random() < 0.4:
                self.house.close(self._rng.choice(open_ones))
                return
            rules = self._rng.choice([each for each in self.house.rules.values() if book.is_lent(each.id)])
            is_short = product.is_futures and self._rng.random() < 0.5
            side = PositionSide.SHORT if is_short else PositionSide.LONG
            size = Decimal(OPENED[rules.id.symbol])
            track = self.house.floor.open(trader, rules, side, size, leverage=Decimal(10))
            if track is not None:
                self.house.lead(track)
        except Reject:
            return

    def tracks(self, product: ProductType) -> frozenset[str]:
        """Return the numbers of the account's open tracking orders, as the exchange has them."""
        found = self.house.tracks(self._uid, product)
        return frozenset() if found is None else frozenset(found.open)

    def question(self, product: ProductType) -> Question[tuple[TrackingOrder, ...]]:
        """Return what asks for them."""
        if self.role is CopyRole.LEADER:
            return question.leader_tracks(product)
        return question.copied_orders(product)

    def questions(self) -> list[tuple[Question[Any], float]]:
        """Return what the screens of copy trading ask, and how often, seconds."""
        return [(self.question(product), ASKED_S) for product in self.products]


def how(name: InstrumentId, part: str) -> CopySetting:
    """Return a rule by which so much of a leader's size is copied."""
    leverage = Decimal(10) if name.product_type.is_futures else None
    return CopySetting(
        name, "trader", "specify", leverage, leverage, "percent", Decimal(part), Decimal(500), None, None
    )


class CopyPerson:
    """What somebody at the keyboard does about copy trading."""

    def __init__(
        self,
        copying: Copying,
        store: Callable[[], Any],
        rng: random.Random,
        submit: Callable[[Intent], None],
        price: Callable[[InstrumentId, int], Decimal],
    ) -> None:
        """Sit down.

        Args:
            copying: what the account is in copy trading.
            store: what the screens are drawn from, by now.
            rng: what is chosen by.
            submit: sends an intent by the desk.
            price: so many thousandths away from the last one.
        """
        self._copying, self._store, self._rng = copying, store, rng
        self._submit, self._price = submit, price
        is_leader = copying.role is CopyRole.LEADER
        both: tuple[tuple[Callable[[], None], int], ...] = ((self.close_tracks, 14), (self.protect_track, 8))
        lead = ((self.lend, 6), (self.switch_lead, 2), (self.remove_follower, 4))
        follow = ((self.follow, 8), (self.follow_by_amount, 4), (self.unfollow, 5), (self.let_go, 5))
        self.deeds = (*both, *(lead if is_leader else follow))

    def close_tracks(self) -> None:
        product, track = self._track()
        if track is None:
            return
        scope = self._rng.choices(list(CloseScope), [8, 2, 2])[0] if product.is_futures else CloseScope.TRACKS
        numbers = (track.tracking_no,) if scope is CloseScope.TRACKS else ()
        instrument = None if scope is CloseScope.ALL else track.instrument
        self._submit(CloseTracks(self._copying.role, product, scope, instrument, numbers))

    def protect_track(self) -> None:
        _, track = self._track()
        if track is None:
            return
        is_long = track.side is PositionSide.LONG
        far = self._rng.choice([15, 30])
        take = self._price(track.instrument, far if is_long else -far)
        stop = self._rng.choice([None, Decimal(0), self._price(track.instrument, -far if is_long else far)])
        self._submit(SetTrackTpsl(self._copying.role, track.instrument, track.tracking_no, take, stop))

    def let_go(self) -> None:
        product, track = self._track()
        if track is not None and not product.is_futures:
            self._submit(StopTracks(track.instrument, (track.tracking_no,)))

    def lend(self) -> None:
        product = self._rng.choice(self._copying.products)
        kinds = list(SymbolChange) if product.is_futures else [SymbolChange.ADD, SymbolChange.DELETE]
        kind = self._rng.choice(kinds)
        ratio = Decimal(self._rng.choice([50, 100])) if product.is_futures else None
        ratio = None if kind is SymbolChange.DELETE else ratio
        self._submit(SetLeadSymbols(product, (LeadSymbolChange(self._name(product), kind, ratio, ratio),)))

    def switch_lead(self) -> None:
        switch, is_on = self._rng.choice(list(LeadSwitch)), self._rng.random() < 0.7
        self._submit(SetLeadSwitch(ProductType.USDT_FUTURES, switch, is_on=is_on))

    def remove_follower(self) -> None:
        self._submit(RemoveFollower(self._rng.choice(self._copying.products), self._rng.choice(COPIERS)))

    def follow(self) -> None:
        product = self._rng.choice(self._copying.products)
        setting = how(self._name(product), self._rng.choice(["0.2", "0.5", "1"]))
        self._submit(SetCopySettings(product, self._rng.choice(TRADERS), (setting,)))

    def follow_by_amount(self) -> None:
        is_whole = self._rng.random() < 0.5
        amount = self._rng.choice([60, 400])
        trader = self._rng.choice(TRADERS)
        self._submit(FollowByAmount(ProductType.USDT_FUTURES, trader, amount, is_whole, leverage=10))

    def unfollow(self) -> None:
        self._submit(Unfollow(self._rng.choice(self._copying.products), self._rng.choice(TRADERS)))

    def _track(self) -> tuple[ProductType, TrackingOrder | None]:
        """Pick a tracking order that the screen shows; it may be gone by now."""
        product = self._rng.choice(self._copying.products)
        found = self._store().answer(self._copying.question(product)).value
        return product, self._rng.choice(found) if found else None

    def _name(self, product: ProductType) -> InstrumentId:
        rules = self._copying.house.rules.values()
        return self._rng.choice([each.id for each in rules if each.product_type is product])
