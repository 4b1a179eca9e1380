"""What each trading state lets through, for every kind of intent there is."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.intent import AdjustMargin, CancelAll, ClosePosition, Intent, SetAutoMargin
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, PlanKind, PositionMode
from bgtui.domain.trading import TPSL_KINDS, TradingState, can_only_close, is_listed, refusal
from tests.support import intents
from tests.support.build import BTC, USDT, D, order, plan

STOPPED = (TradingState.DISARMED, TradingState.LOCKED)
both = pytest.mark.parametrize("state", STOPPED)
CLOSING = replace(intents.PLACE, effect=Effect.CLOSE)
OPENING = replace(intents.PLACE, effect=Effect.OPEN)
SPOT = instrument_id(ProductType.SPOT, "BTCUSDT")
ALWAYS: tuple[Intent, ...] = (
    intents.CANCEL,
    intents.CANCEL_TWO,
    *(one for one in intents.EVERY if type(one).__name__ in ("CancelSymbol", "CancelAll", "PositionTpsl")),
    intents.CANCEL_PLAN,
    intents.TPSL,
    ClosePosition(BTC, PositionMode.HEDGE),
    CLOSING,
    replace(intents.PLACE_PLAN, effect=Effect.CLOSE),
    AdjustMargin(BTC, "USDT", intents.LONG, D(5)),
    SetAutoMargin(BTC, "USDT", intents.LONG, is_on=True),
    intents.CLOSE_TRACK,
    intents.STOP_TRACK,
    intents.TRACK_TPSL,
    intents.REMOVE_FOLLOWER,
    intents.UNFOLLOW,
)
NEVER: tuple[Intent, ...] = (
    OPENING,
    intents.PLACE,
    intents.PLACE_PLAN,
    replace(intents.PLACE_PLAN, effect=Effect.OPEN),
    intents.REVERSE,
    *(one for one in intents.EVERY if type(one).__name__ in ("SetLeverage", "SetAllLeverage")),
    *(one for one in intents.EVERY if type(one).__name__ in ("SetMarginMode", "SetPositionMode")),
    AdjustMargin(BTC, "USDT", intents.LONG, D(-5)),
    SetAutoMargin(BTC, "USDT", intents.LONG, is_on=False),
    intents.LEND,
    intents.LEAD_SWITCH,
    intents.SET_COPY,
    intents.BY_AMOUNT,
)


def nobody_knows(_ref: object) -> None:
    return None


def test_every_kind_of_intent_has_a_row_and_an_example_here() -> None:
    kinds = {kind for part in get_args(Intent) for kind in (get_args(part) or (part,))}
    assert {kind for kind in kinds if not is_listed(kind)} == set()
    amends = {type(intents.AMEND), type(intents.AMEND_PLAN)}
    assert kinds == {type(one) for one in (*ALWAYS, *NEVER)} | amends


@both
@pytest.mark.parametrize("intent", ALWAYS, ids=lambda one: type(one).__name__)
def test_what_lowers_exposure_always_passes(intent: Intent, state: TradingState) -> None:
    assert refusal(state, intent, nobody_knows) == ""


@both
@pytest.mark.parametrize("intent", NEVER, ids=lambda one: type(one).__name__)
def test_what_raises_it_is_refused_with_a_reason(intent: Intent, state: TradingState) -> None:
    assert refusal(state, intent, nobody_knows)


@pytest.mark.parametrize("intent", [*ALWAYS, *NEVER, intents.AMEND], ids=lambda one: type(one).__name__)
def test_armed_lets_everything_through_and_read_only_nothing(intent: Intent) -> None:
    assert refusal(TradingState.ARMED, intent, nobody_knows) == ""
    assert refusal(TradingState.READ_ONLY, intent, nobody_knows)


@both
@pytest.mark.parametrize("intent", [intents.AMEND, intents.AMEND_PLAN])
def test_an_amend_passes_only_for_an_order_known_to_close(intent: Intent, state: TradingState) -> None:
    assert refusal(state, intent, lambda _: True) == ""
    assert "opens" in refusal(state, intent, lambda _: False)
    assert "not known" in refusal(state, intent, nobody_knows)


@both
@pytest.mark.parametrize("kind", sorted(TPSL_KINDS))
def test_tpsl_of_a_leg_may_be_moved_without_being_looked_up(kind: PlanKind, state: TradingState) -> None:
    assert refusal(state, replace(intents.AMEND_PLAN, kind=kind), nobody_knows) == ""


@both
def test_a_protection_of_a_kind_that_could_open_is_no_protection(state: TradingState) -> None:
    assert refusal(state, replace(intents.TPSL, kind=PlanKind.TRIGGER), nobody_knows)


@both
@pytest.mark.parametrize("pair", ["BTCUSDT", "ETHUSDC"])
def test_spot_may_be_sold_for_cash_and_not_bought(pair: str, state: TradingState) -> None:
    spot = instrument_id(ProductType.SPOT, pair)
    for intent in (intents.PLACE, replace(intents.PLACE_PLAN, kind=PlanKind.SPOT_TRIGGER)):
        assert refusal(state, replace(intent, instrument=spot, side=Side.SELL), nobody_knows) == ""
        assert refusal(state, replace(intent, instrument=spot, side=Side.BUY), nobody_knows)


@both
def test_a_spot_sale_for_another_coin_buys_that_one(state: TradingState) -> None:
    pair = instrument_id(ProductType.SPOT, "ETHBTC")
    assert refusal(state, replace(intents.PLACE, instrument=pair, side=Side.SELL), nobody_knows)


def test_a_kind_that_nobody_has_listed_is_refused() -> None:
    class Novelty:
        pass

    assert refusal(TradingState.LOCKED, Novelty(), nobody_knows)  # type: ignore[arg-type]
    assert not is_listed(Novelty)


@pytest.mark.parametrize(
    ("mode", "effect", "reduce_only", "closes"),
    [
        (PositionMode.ONE_WAY, None, True, True),
        (PositionMode.ONE_WAY, None, False, False),
        # In one-way mode the side of a leg says nothing: a close without reduce-only may turn the leg.
        (PositionMode.ONE_WAY, Effect.CLOSE, False, False),
        (PositionMode.HEDGE, Effect.CLOSE, False, True),
        (PositionMode.HEDGE, Effect.OPEN, False, False),
        (None, None, False, False),
    ],
)
def test_which_resting_order_can_only_close(
    mode: PositionMode | None, effect: Effect | None, reduce_only: bool, closes: bool
) -> None:
    resting = replace(order(), position_mode=mode, effect=effect, reduce_only=reduce_only)
    assert can_only_close(resting) is closes


@pytest.mark.parametrize("kind", sorted(PlanKind))
def test_which_trigger_order_can_only_close(kind: PlanKind) -> None:
    opening = replace(plan(), kind=kind, effect=Effect.OPEN, position_mode=PositionMode.HEDGE)
    assert can_only_close(opening) is (kind in TPSL_KINDS)
    assert can_only_close(replace(opening, effect=Effect.CLOSE))


def test_the_kill_switch_is_made_of_what_always_passes() -> None:
    parts = {type(intents.CANCEL_PLAN), ClosePosition, CancelAll, type(intents.CANCEL_TWO)}
    assert parts <= {type(one) for one in ALWAYS}
    assert instrument_id(USDT, "BTCUSDT") == BTC
