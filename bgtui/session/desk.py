"""The only road from an intent to the exchange: checked, marked in the store, sent once, its ending named.

Nothing here is retried. What is neither known to have happened nor known not to is in doubt, stays visibly
so, and is asked about.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

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
from bgtui.domain.error import ConfigError, ExchangeError, NotSent, Refused, Rejected
from bgtui.domain.event import Event, SubmissionChanged
from bgtui.domain.instrument import ProductType
from bgtui.domain.intent import (
    AdjustMargin,
    AmendOrder,
    AmendPlan,
    BatchAnswer,
    BatchFailure,
    CancelAll,
    CancelOrder,
    CancelOrders,
    CancelPlans,
    CancelSymbol,
    ClosePosition,
    Intent,
    OrderAck,
    OrderRef,
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
    instrument_of,
    product_of,
)
from bgtui.domain.submission import Submission, SubmissionState
from bgtui.domain.trading import TradingState
from bgtui.session.ports import TradingGateway

MODE_MISMATCH = frozenset({"40773", "40774", "43075", "45020", "45021", "45109"})
"""Codes that say: the account is in another position mode than the order was spelled for."""

_MAKES_ORDER = (PlaceOrder, PlacePlan, PlaceTpsl, AmendOrder, ReversePosition)
"""Intents that bring about an order under our id: they are over when it is reported."""
_CANCELS = (CancelOrder, CancelOrders, CancelSymbol, CancelAll, CancelPlans)
"""Intents that are over when the end of every order they name is reported."""

Violations = Callable[[Intent], Sequence[str]]
"""Our own rules: lines that name the rule and the figure; none when the intent may go."""
Permit = Callable[[Intent], str]
"""Why the trading state refuses an intent; empty when it may go."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the exchange said to a write that it took."""

    client_order_id: str
    order_ids: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    """Items of a batch that were refused, one line each."""
    doubtful: int = 0
    """Items of a batch that the answer did not name."""


class OrderDesk:
    """Sends intents; the screens see what becomes of them in the store."""

    def __init__(
        self,
        gateway: TradingGateway,
        apply: Callable[[Event], object],
        *,
        now_ms: Callable[[], int],
        new_id: Callable[[], str],
        violations: Violations = lambda _: (),
        permit: Permit = lambda _: "",
        state: Callable[[], TradingState] = lambda: TradingState.ARMED,
        on_doubt: Callable[[Submission], None] = lambda _: None,
        on_accepted: Callable[[Submission], None] = lambda _: None,
        on_mode_mismatch: Callable[[ProductType], None] = lambda _: None,
    ) -> None:
        """Send through this gateway.

        Args:
            gateway: What writes to the exchange.
            apply: Takes the events that mark what was sent.
            now_ms: Exchange time, Unix milliseconds.
            new_id: Makes a client order id that was never used before.
            violations: Our own rules, asked before anything leaves.
            permit: What the trading state says, asked before anything else.
            state: The trading state that `permit` answers by.
            on_doubt: Told of every submission whose outcome is not known: it has to be settled.
            on_accepted: Told of every submission that was taken and whose report is still to come.
            on_mode_mismatch: Told when the account is in another position mode than was thought.
        """
        self._gateway = gateway
        self._apply = apply
        self._now_ms = now_ms
        self.new_id = new_id
        """Makes a client order id: a review shows the one that will be used."""
        self._violations = violations
        self._permit = permit
        self._state = state
        self._on_doubt = on_doubt
        self._on_accepted = on_accepted
        self._used: set[str] = set()
        self._on_mode_mismatch = on_mode_mismatch
        self._senders: dict[type, Callable[[Any, str], Awaitable[Any]]] = {
            PlaceOrder: gateway.place_order,
            AmendOrder: gateway.amend_order,
            PlacePlan: gateway.place_plan,
            PlaceTpsl: gateway.place_tpsl,
            ReversePosition: gateway.reverse_position,
            **{kind: _unnamed(send) for kind, send in _without_id(gateway).items()},
        }

    @property
    def state(self) -> TradingState:
        """What is let through."""
        return self._state()

    async def submit(
        self, intent: Intent, *, client_order_id: str = "", targets: Sequence[str] = ()
    ) -> Receipt:
        """Send an intent once.

        Args:
            intent: What to do.
            client_order_id: Ours; made here when empty.
            targets: Ids of the orders that a cancel or amend is about, for the rows that show it.

        Raises:
            Refused: our own rules or the spelling said no; nothing was sent.
            NotSent: not a byte left.
            Rejected: the exchange refused it.
            OutcomeUnknown: nobody knows; it is being asked about.
        """
        send = self._senders[type(intent)]
        if reason := self._permit(intent):
            raise Refused(reason)
        if lines := self._violations(intent):
            raise Refused(lines[0])
        submission = self._begin(intent, client_order_id or self.new_id(), targets)
        is_over = False
        try:
            answer = await send(intent, submission.client_order_id)
            is_over = True
        except (Refused, NotSent, ConfigError) as error:
            is_over = True
            self._end(submission, SubmissionState.NOT_SENT, str(error))
            raise
        except Rejected as error:
            is_over = True
            self._end(submission, SubmissionState.REJECTED, str(error))
            if error.code in MODE_MISMATCH:
                self._on_mode_mismatch(submission.product_type)
            raise
        except ExchangeError as error:
            is_over = True
            self._doubt(submission, error.message)
            raise
        finally:
            # Interrupted, or failed as nobody foresaw: a byte may have left.
            if not is_over:
                self._doubt(submission, "interrupted before the answer came")
        return self._accept(submission, answer)

    def _begin(self, intent: Intent, name: str, targets: Sequence[str]) -> Submission:
        """Mark in the store, before anything leaves, what is about to be sent."""
        if name in self._used:
            raise Refused(f"{name} was sent already", hint="look at what became of it")
        self._used.add(name)
        now_ms = self._now_ms()
        submission = Submission(
            name,
            intent,
            product_of(intent),
            instrument_of(intent),
            SubmissionState.SENT,
            now_ms,
            now_ms,
            targets=tuple(targets) or targets_of(intent),
        )
        self._mark(submission)
        return submission

    def _accept(self, submission: Submission, answer: Any) -> Receipt:  # noqa: ANN401 - one of the answers above
        name = submission.client_order_id
        if isinstance(answer, BatchAnswer):
            return self._accept_batch(submission, answer)
        acks = answer if isinstance(answer, tuple) else (answer,)
        ids = tuple(ack.order_id for ack in acks if isinstance(ack, OrderAck) and ack.order_id)
        makes = isinstance(submission.intent, _MAKES_ORDER)
        waits = makes or (isinstance(submission.intent, _CANCELS) and bool(submission.targets))
        order_id = ids[0] if makes and ids else ""
        self._take(submission, is_reported=not waits, order_id=order_id)
        return Receipt(name, ids)

    def _accept_batch(self, submission: Submission, answer: BatchAnswer) -> Receipt:
        refused = _names(answer.failed)
        left = tuple(name for name in submission.targets if name not in refused)
        doubtful = _unnamed_items(submission.intent, answer)
        if doubtful:
            # Taken or refused, the answer would have said; what was taken is reported, the rest is asked.
            self._doubt(replace(submission, targets=left), f"the answer does not name {doubtful} of them")
        else:
            self._take(replace(submission, targets=left), is_reported=not left)
        return Receipt(
            submission.client_order_id,
            tuple(item.order_id for item in answer.accepted if item.order_id),
            tuple(f"{item.code} {item.message}".strip() for item in answer.failed),
            doubtful,
        )

    def _take(self, submission: Submission, *, is_reported: bool, order_id: str = "") -> None:
        """Mark what the exchange took: over, or waiting for the report of what it made or ended."""
        state = SubmissionState.DONE if is_reported else SubmissionState.ACCEPTED
        taken = replace(submission, state=state, changed_ms=self._now_ms(), order_id=order_id)
        self._mark(taken)
        if not is_reported:
            self._on_accepted(taken)

    def _end(self, submission: Submission, state: SubmissionState, message: str) -> None:
        self._mark(replace(submission, state=state, changed_ms=self._now_ms(), message=message))

    def _doubt(self, submission: Submission, message: str) -> None:
        doubted = replace(
            submission, state=SubmissionState.UNKNOWN, changed_ms=self._now_ms(), message=message
        )
        self._mark(doubted)
        self._on_doubt(doubted)

    def _mark(self, submission: Submission) -> None:
        self._apply(SubmissionChanged(submission))


def _names(items: Iterable[OrderAck | BatchFailure]) -> set[str]:
    return {name for item in items for name in (item.order_id, item.client_order_id) if name}


def _unnamed_items(intent: Intent, answer: BatchAnswer) -> int:
    """Return how many of the orders of a batch its answer names neither as taken nor as refused.

    The answer to a cancel of trigger orders may be empty, which says nothing either way.
    """
    if not isinstance(intent, CancelOrders):
        return 0
    named = _names(answer.accepted) | _names(answer.failed)
    return sum(named.isdisjoint((ref.order_id, ref.client_order_id)) for ref in intent.orders)


def _without_id(gateway: TradingGateway) -> dict[type, Callable[[Any], Awaitable[Any]]]:
    """Return what sends the intents that make no order of their own."""
    return {
        CancelOrder: gateway.cancel_order,
        CancelOrders: gateway.cancel_orders,
        CancelSymbol: gateway.cancel_symbol,
        CancelAll: gateway.cancel_all,
        PositionTpsl: gateway.place_position_tpsl,
        AmendPlan: gateway.amend_plan,
        CancelPlans: gateway.cancel_plans,
        ClosePosition: gateway.close_position,
        SetLeverage: gateway.set_leverage,
        SetAllLeverage: gateway.set_all_leverage,
        SetMarginMode: gateway.set_margin_mode,
        SetPositionMode: gateway.set_position_mode,
        AdjustMargin: gateway.adjust_margin,
        SetAutoMargin: gateway.set_auto_margin,
        CloseTracks: gateway.close_tracks,
        StopTracks: gateway.stop_tracks,
        SetTrackTpsl: gateway.set_track_tpsl,
        SetLeadSymbols: gateway.set_lead_symbols,
        SetLeadSwitch: gateway.set_lead_switch,
        RemoveFollower: gateway.remove_follower,
        SetCopySettings: gateway.set_copy_settings,
        FollowByAmount: gateway.follow_by_amount,
        Unfollow: gateway.unfollow,
    }


def _unnamed(send: Callable[[Any], Awaitable[Any]]) -> Callable[[Any, str], Awaitable[Any]]:
    return lambda intent, _name: send(intent)


def targets_of(intent: Intent) -> tuple[str, ...]:
    """Return the ids of the orders that an intent names, which show its mark until it is over."""
    refs: tuple[OrderRef, ...]
    match intent:
        case CancelOrder() | AmendOrder() | AmendPlan():
            refs = (intent.order,)
        case CancelOrders() | CancelPlans():
            refs = intent.orders
        case _:
            return ()
    return tuple(ref.order_id or ref.client_order_id for ref in refs)
