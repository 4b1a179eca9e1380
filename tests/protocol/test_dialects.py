"""Both dialects of the sources say the same: the real names, and those that source 000 uses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bgtui.domain.event import BalancesReported, FrameRefused, OrderUpdated, PositionsReported
from tests.support.pushes import FUTURES_ROWS, PRIVATE, SPOT_ROWS, TS, one, push

ORDER = {
    "orderId": "ordId",
    "clientOid": "clOrdId",
    "price": "px",
    "size": "sz",
    "orderType": "ordType",
    "force": "tif",
    "status": "state",
    "fillPrice": "fillPx",
    "baseVolume": "fillSz",
    "accBaseVolume": "accFillSz",
    "priceAvg": "avgPx",
    "tradeScope": "execType",
    "instId": "symbol",
    "leverage": "lever",
    "marginMode": "mgnMode",
    "marginCoin": "ccy",
    "cTime": "ctime",
    "uTime": "utime",
}
OLDER_ORDER = ORDER | {
    "clientOid": "clientOrderId",
    "size": "delegateCount",
    "force": "timeInForceValue",
    "status": "planStatus",
    "accBaseVolume": "filledQty",
    "priceAvg": "avgPrice",
    "tradeScope": "role",
    "posSide": "positionSide",
    "cTime": "createTime",
    "uTime": "updateTime",
}
POSITION = {
    "instId": "symbol",
    "holdSide": "posSide",
    "total": "pos",
    "available": "availPos",
    "openPriceAvg": "avgPx",
    "unrealizedPL": "upl",
    "unrealizedPLR": "uplRatio",
    "liquidationPrice": "liqPx",
    "markPrice": "markPx",
    "leverage": "lever",
    "marginMode": "mgnMode",
    "marginSize": "margin",
    "marginCoin": "ccy",
    "marginRate": "marginRatio",
    "cTime": "ctime",
    "uTime": "utime",
}
OLDER_POSITION = POSITION | {
    "holdSide": "positionSide",
    "openPriceAvg": "averageOpenPrice",
    "unrealizedPL": "unrealisedPnl",
    "liquidationPrice": "liqPrice",
}
SPOT_FILL = {**ORDER, "priceAvg": "px", "size": "fillSz"}
FUTURES_FILL = {**ORDER, "baseVolume": "fillSz", "price": "fillPx"}
ACCOUNT = {
    "marginCoin": "ccy",
    "coin": "ccy",
    "available": "availBal",
    "frozen": "frozenBal",
    "locked": "lock",
    "unrealizedPL": "upl",
    "uTime": "updateTime",
}
ALIASES = {
    "orders": [ORDER, OLDER_ORDER],
    "orders-algo": [ORDER, OLDER_ORDER],
    "positions": [POSITION, OLDER_POSITION],
    "positions-history": [POSITION, OLDER_POSITION],
    "account": [ACCOUNT, ACCOUNT | {"coin": "coinName", "marginCoin": "coinName"}],
    "equity": [ACCOUNT],
    "adl-noti": [{"symbol": "instId"}],
}
CASES = [
    (inst_type, channel, names)
    for inst_type, rows in (("USDT-FUTURES", FUTURES_ROWS), ("SPOT", SPOT_ROWS))
    for channel in rows
    if channel in PRIVATE
    for names in (
        [SPOT_FILL if inst_type == "SPOT" else FUTURES_FILL] if channel == "fill" else ALIASES[channel]
    )
]


@pytest.mark.parametrize(("inst_type", "channel", "names"), CASES)
def test_every_private_channel_means_the_same_in_both_dialects(
    inst_type: str, channel: str, names: dict[str, str]
) -> None:
    row = (SPOT_ROWS if inst_type == "SPOT" else FUTURES_ROWS)[channel]
    renamed = {names.get(name, name): value for name, value in row.items()}
    assert renamed != row
    real = one(push(inst_type, channel, [row]))
    assert not isinstance(real, FrameRefused)
    assert one(push(inst_type, channel, [renamed])) == real


def test_no_private_channel_is_left_out() -> None:
    assert {channel for _, channel, _ in CASES} == PRIVATE


def test_the_real_name_wins_over_its_alias() -> None:
    row = FUTURES_ROWS["orders"] | {"px": "1", "state": "canceled"}
    assert one(push("USDT-FUTURES", "orders", [row])) == one(
        push("USDT-FUTURES", "orders", [FUTURES_ROWS["orders"]])
    )


def test_the_samples_of_source_000() -> None:
    order: dict[str, Any] = {
        "instId": "BTCUSDT",
        "ordId": "1323503828509118464",
        "clOrdId": "32974c73-6715-4822-8c45-a98ee6f3600f",
        "px": "70000.00",
        "sz": "0.0001",
        "ordType": "limit",
        "side": "buy",
        "fillSz": "0",
        "fillPx": "0",
        "tradeId": "",
        "accFillSz": "0",
        "state": "live",
        "avgPx": "0",
        "cTime": "1641898173000",
        "uTime": "1641898173000",
        "execType": "T",
        "instType": "SPOT",
        "lever": "1",
    }
    position = {
        "instId": "BTCUSDT",
        "posSide": "long",
        "pos": "0.0001",
        "availPos": "0.0001",
        "avgPx": "107500.0",
        "upl": "-0.25",
        "margin": "10.75",
        "liqPx": "97250.0",
        "markPx": "107250.0",
        "lever": "10",
        "cTime": "1641898173000",
        "uTime": "1641898173000",
        "mgnMode": "cross",
    }
    balance = {
        "ccy": "USDT",
        "cashBal": "100.5",
        "availBal": "95.5",
        "frozenBal": "5",
        "uTime": "1641898173000",
    }
    assert isinstance(one(push("SPOT", "orders", [order])), OrderUpdated)
    assert isinstance(one(push("USDT-FUTURES", "positions", [position])), PositionsReported)
    frame = push("SPOT", "account", [balance])
    frame["arg"] = {"instType": "SPOT", "channel": "account", "ccy": "USDT"}
    assert isinstance(one(json.dumps(frame)), BalancesReported)
    assert TS
