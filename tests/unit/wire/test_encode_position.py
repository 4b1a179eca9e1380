"""Positions and their settings as Bitget wants them spelled."""

from decimal import Decimal

import pytest

from bgtui.domain.error import Refused
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.intent import (
    AdjustMargin,
    ClosePosition,
    ReversePosition,
    SetAllLeverage,
    SetAutoMargin,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
)
from bgtui.domain.order import MarginMode, PositionMode, PositionSide
from bgtui.wire import encode
from bgtui.wire.encode import Request

PERP = instrument_id(ProductType.USDT_FUTURES, "BTCUSDT")
SPOT = instrument_id(ProductType.SPOT, "BTCUSDT")
NAMES = {"symbol": "BTCUSDT", "productType": "USDT-FUTURES"}
LONG, SHORT = PositionSide.LONG, PositionSide.SHORT
HEDGE, ONE_WAY = PositionMode.HEDGE, PositionMode.ONE_WAY


@pytest.mark.parametrize(
    ("mode", "side", "extra"),
    [
        (HEDGE, LONG, {"holdSide": "long"}),
        (HEDGE, None, {}),
        (ONE_WAY, LONG, {}),
        (ONE_WAY, None, {}),
    ],
)
def test_closing_names_the_leg_in_hedge_mode_only(
    mode: PositionMode, side: PositionSide | None, extra: dict[str, str]
) -> None:
    endpoint, body = encode.close_position(ClosePosition(PERP, mode, side))
    assert endpoint.name == "futures.close-positions"
    assert body == {**NAMES, **extra}


@pytest.mark.parametrize(
    ("mode", "leg", "side"),
    [(ONE_WAY, LONG, "sell"), (ONE_WAY, SHORT, "buy"), (HEDGE, LONG, "buy"), (HEDGE, SHORT, "sell")],
)
def test_reversing_by_mode(mode: PositionMode, leg: PositionSide, side: str) -> None:
    _, body = encode.reverse_position(ReversePosition(PERP, leg, mode, "USDT", Decimal(1)), "a")
    assert body["side"] == side
    assert ("tradeSide" in body) is (mode is HEDGE)


def test_reversing_a_hedge_leg_takes_a_size() -> None:
    with pytest.raises(Refused, match="size"):
        encode.reverse_position(ReversePosition(PERP, LONG, HEDGE, "USDT"), "a")
    assert "size" not in encode.reverse_position(ReversePosition(PERP, LONG, ONE_WAY, "USDT"), "a")[1]


@pytest.mark.parametrize(
    ("request_", "name", "body"),
    [
        (
            encode.set_leverage(SetLeverage(PERP, "USDT", Decimal(20))),
            "futures.set-leverage",
            {**NAMES, "marginCoin": "USDT", "leverage": "20"},
        ),
        (
            encode.set_leverage(SetLeverage(PERP, "USDT", Decimal(20), SHORT)),
            "futures.set-leverage",
            {**NAMES, "marginCoin": "USDT", "leverage": "20", "holdSide": "short"},
        ),
        (
            encode.set_all_leverage(SetAllLeverage(ProductType.USDC_FUTURES, Decimal(5))),
            "futures.set-all-leverage",
            {"productType": "USDC-FUTURES", "leverage": "5"},
        ),
        (
            encode.set_margin_mode(SetMarginMode(PERP, "usdt", MarginMode.CROSSED)),
            "futures.set-margin-mode",
            {**NAMES, "marginCoin": "USDT", "marginMode": "crossed"},
        ),
        (
            encode.set_position_mode(SetPositionMode(ProductType.USDT_FUTURES, HEDGE)),
            "futures.set-position-mode",
            {"productType": "USDT-FUTURES", "posMode": "hedge_mode"},
        ),
        (
            encode.adjust_margin(AdjustMargin(PERP, "USDT", LONG, Decimal("-1.50"))),
            "futures.adjust-margin",
            {**NAMES, "marginCoin": "USDT", "holdSide": "long", "amount": "-1.50"},
        ),
        (
            encode.set_auto_margin(SetAutoMargin(PERP, "USDT", LONG, is_on=True)),
            "futures.set-auto-margin",
            {"symbol": "BTCUSDT", "autoMargin": "on", "marginCoin": "USDT", "holdSide": "long"},
        ),
    ],
)
def test_settings(request_: Request, name: str, body: dict[str, str]) -> None:
    endpoint, found = request_
    assert (endpoint.name, found) == (name, body)


def test_spot_has_no_positions_or_settings() -> None:
    with pytest.raises(Refused, match="futures only"):
        encode.close_position(ClosePosition(SPOT, HEDGE))
    with pytest.raises(Refused, match="futures only"):
        encode.set_auto_margin(SetAutoMargin(SPOT, "USDT", LONG, is_on=False))
    with pytest.raises(Refused, match="futures only"):
        encode.set_position_mode(SetPositionMode(ProductType.SPOT, HEDGE))


@pytest.mark.parametrize("amount", ["0", "NaN", "Infinity"])
def test_no_margin_is_not_sent(amount: str) -> None:
    with pytest.raises(Refused):
        encode.adjust_margin(AdjustMargin(PERP, "USDT", LONG, Decimal(amount)))


def test_no_leverage_is_not_sent() -> None:
    with pytest.raises(Refused, match="above zero"):
        encode.set_leverage(SetLeverage(PERP, "USDT", Decimal(0)))
