"""The made-up account in either position mode; one-way has one leg an instrument, and orders without legs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bgtui.domain.account import Position, SymbolSettings
from bgtui.domain.event import (
    Event,
    OpenOrdersListed,
    OpenPlansListed,
    PositionsReported,
    QuestionAnswered,
    SubmissionChanged,
)
from bgtui.domain.intent import PlaceOrder
from bgtui.domain.order import Effect, Order, PlanOrder, PositionMode, PositionSide
from bgtui.domain.submission import Submission
from tests.support import scene
from tests.support.scene_market import BTC

ONE_WAY = PositionMode.ONE_WAY


def events(mode: PositionMode) -> list[Event | float]:
    """Return the whole made-up account in a position mode."""
    return scene.events() if mode is PositionMode.HEDGE else list(_one_way(scene.events()))


def _one_way(found: Iterable[Event | float]) -> Iterator[Event | float]:
    for event in found:
        match event:
            case PositionsReported():
                legs = tuple(_leg(leg) for leg in event.positions if not _is_second(leg))
                yield replace(event, positions=legs)
            case OpenOrdersListed():
                yield replace(event, orders=tuple(_order(order) for order in event.orders))
            case OpenPlansListed():
                plans = tuple(_plan(plan) for plan in event.plans if not _is_second(plan))
                yield replace(event, plans=plans)
            case SubmissionChanged():
                yield SubmissionChanged(_submission(event.submission))
            case QuestionAnswered(value=SymbolSettings() as settings):
                yield replace(event, value=replace(settings, position_mode=ONE_WAY))
            case _:
                yield event


def _is_second(item: Position | PlanOrder) -> bool:
    side = item.side if isinstance(item, Position) else item.position_side
    return item.instrument == BTC and side is PositionSide.SHORT


def _leg(leg: Position) -> Position:
    return replace(leg, position_mode=ONE_WAY)


def _order(order: Order) -> Order:
    effect = Effect.CLOSE if order.effect is Effect.CLOSE else None
    return replace(order, position_mode=ONE_WAY, position_side=None, effect=effect)


def _plan(plan: PlanOrder) -> PlanOrder:
    return replace(plan, position_mode=ONE_WAY, position_side=None)


def _submission(sent: Submission) -> Submission:
    if not isinstance(sent.intent, PlaceOrder):
        return sent
    return replace(sent, intent=replace(sent.intent, position_mode=ONE_WAY))
