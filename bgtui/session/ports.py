"""What a session needs from outside, as protocols: one adapter per API generation implements each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any, Protocol

from bgtui.domain.account import Balance, Fill, Position
from bgtui.domain.copyintent import (
    CloseTracks,
    FollowByAmount,
    RemoveFollower,
    SetCopySettings,
    SetLeadSwitch,
    SetLeadSymbols,
    SetTrackTpsl,
    StopTracks,
    Unfollow,
)
from bgtui.domain.event import Event
from bgtui.domain.feed import MarketTopic
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import (
    AdjustMargin,
    AmendOrder,
    AmendPlan,
    BatchAnswer,
    CancelAll,
    CancelOrder,
    CancelOrders,
    CancelPlans,
    CancelSymbol,
    ClosePosition,
    OrderAck,
    PlaceOrder,
    PlacePlan,
    PlaceTpsl,
    PositionTpsl,
    ReversePosition,
    SetAllLeverage,
    SetAutoMargin,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
)
from bgtui.domain.journal import Entry, Step
from bgtui.domain.order import Order, PlanOrder
from bgtui.domain.question import Question


class EventSource(Protocol):
    """Anything that reports events until it is closed."""

    @property
    def name(self) -> str:
        """What messages call it."""

    def events(self) -> AsyncIterator[Event]:
        """Report events as they happen; reconnects by itself, raises only what it cannot mend."""


class MarketFeed(EventSource, Protocol):
    """The public stream: what it carries can be changed while it runs."""

    def watch(self, topics: Iterable[MarketTopic]) -> None:
        """Carry exactly these topics from now on: subscribe what is new, drop what is not wanted any more."""

    def renew(self, topic: MarketTopic) -> None:
        """Unsubscribe and subscribe one topic, which brings a new snapshot."""

    def reconnect(self, topic: MarketTopic, reason: str) -> None:
        """Replace the connection that carries the topic."""


class AccountReader(Protocol):
    """The account by REST: what a stream that was down has missed."""

    async def open_orders(self, product_type: ProductType) -> tuple[Order, ...]:
        """Return every open order."""

    async def open_plans(self, product_type: ProductType) -> tuple[PlanOrder, ...]:
        """Return every open trigger, trailing and TP/SL order."""

    async def order(
        self, instrument: InstrumentId, *, order_id: str = "", client_order_id: str = ""
    ) -> Order | None:
        """Look one order up by the exchange's id or ours; None when the exchange does not know it."""

    async def plan_history(self, product_type: ProductType, since_ms: int) -> tuple[PlanOrder, ...]:
        """Return trigger orders that ended since then."""

    async def positions(self, product_type: ProductType) -> tuple[Position, ...]:
        """Return every open leg; spot has none."""

    async def balances(self, product_type: ProductType) -> tuple[Balance, ...]:
        """Return every coin of the wallet."""

    async def fills(self, product_type: ProductType, since_ms: int) -> tuple[Fill, ...]:
        """Return fills since then, oldest first."""


class Answering(Protocol):
    """Whatever answers polled questions."""

    async def answer(self, question: Question[Any]) -> Any:  # noqa: ANN401 - the question's type says it
        """Return the answer, or raise a `BgtuiError`."""


class Record(Protocol):
    """Where a write is put down before it leaves, and what became of it afterwards."""

    async def record(self, entry: Entry) -> None:
        """Put a write on disk; raises `JournalFailed` where that fails or takes too long."""

    async def send(self, client_order_id: str, at_ms: int) -> None:
        """Note that a recorded write is about to leave; raises `JournalFailed`."""

    def note(self, step: Step) -> None:
        """Note what became of a write, without waiting."""


class TradingGateway(Protocol):
    """Every write of an account; each method sends exactly one request, once.

    Each may raise `Refused` (it cannot be spelled), `NotSent`, `Rejected` and its kin, or `OutcomeUnknown`.
    """

    async def place_order(self, intent: PlaceOrder, client_order_id: str) -> OrderAck:
        """Place one order."""

    async def amend_order(self, intent: AmendOrder, new_client_order_id: str) -> OrderAck:
        """Replace a resting order by another."""

    async def cancel_order(self, intent: CancelOrder) -> OrderAck:
        """Cancel one order."""

    async def cancel_orders(self, intent: CancelOrders) -> BatchAnswer:
        """Cancel several orders of one instrument."""

    async def cancel_symbol(self, intent: CancelSymbol) -> BatchAnswer | None:
        """Cancel every order of one instrument."""

    async def cancel_all(self, intent: CancelAll) -> BatchAnswer:
        """Cancel every order of a product type."""

    async def place_plan(self, intent: PlacePlan, client_order_id: str) -> OrderAck:
        """Place a trigger or trailing order."""

    async def place_tpsl(self, intent: PlaceTpsl, client_order_id: str) -> OrderAck:
        """Protect a leg by one order."""

    async def place_position_tpsl(self, intent: PositionTpsl) -> tuple[OrderAck, ...]:
        """Set take profit and stop loss of a leg together."""

    async def amend_plan(self, intent: AmendPlan) -> OrderAck:
        """Change a trigger order."""

    async def cancel_plans(self, intent: CancelPlans) -> BatchAnswer:
        """Cancel trigger orders of one kind."""

    async def close_position(self, intent: ClosePosition) -> BatchAnswer:
        """Close a leg at market."""

    async def reverse_position(self, intent: ReversePosition, client_order_id: str) -> OrderAck:
        """Turn a leg around."""

    async def set_leverage(self, intent: SetLeverage) -> object:
        """Set the leverage of an instrument."""

    async def set_all_leverage(self, intent: SetAllLeverage) -> object:
        """Set the leverage of all instruments."""

    async def set_margin_mode(self, intent: SetMarginMode) -> object:
        """Set the margin mode of an instrument."""

    async def set_position_mode(self, intent: SetPositionMode) -> object:
        """Set the position mode of a product type."""

    async def adjust_margin(self, intent: AdjustMargin) -> None:
        """Add or remove isolated margin."""

    async def set_auto_margin(self, intent: SetAutoMargin) -> None:
        """Let the exchange top up a leg, or not."""

    async def close_tracks(self, intent: CloseTracks) -> object:
        """Close tracking orders or copies at market."""

    async def stop_tracks(self, intent: StopTracks) -> object:
        """End the copying of spot orders without selling."""

    async def set_track_tpsl(self, intent: SetTrackTpsl) -> object:
        """Set take profit and stop loss of a tracking order or copy."""

    async def set_lead_symbols(self, intent: SetLeadSymbols) -> object:
        """Change which instruments a leader lends."""

    async def set_lead_switch(self, intent: SetLeadSwitch) -> object:
        """Turn one of a leader's switches."""

    async def remove_follower(self, intent: RemoveFollower) -> object:
        """Stop a follower from copying."""

    async def set_copy_settings(self, intent: SetCopySettings) -> object:
        """Follow a leader, or change how."""

    async def follow_by_amount(self, intent: FollowByAmount) -> object:
        """Follow a leader by one amount."""

    async def unfollow(self, intent: Unfollow) -> object:
        """Stop copying a leader."""
