"""REST answers about wallets, positions and settings: exact values out."""

import json
from decimal import Decimal
from typing import Any

import pytest

from bgtui.domain.account import Balance
from bgtui.domain.error import DecodeError
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.order import MarginMode, PositionMode, PositionSide
from bgtui.wire.decode import rest_account, rest_position

USDT = ProductType.USDT_FUTURES
PERP = instrument_id(USDT, "BTCUSDT")
POSITION = {
    "marginCoin": "usdt",
    "symbol": "btcusdt",
    "holdSide": "long",
    "marginSize": "150",
    "available": "0.05",
    "locked": "0",
    "total": "0.0500",
    "leverage": "20",
    "achievedProfits": "-0.0007",
    "openPriceAvg": "60000.10",
    "marginMode": "fixed",
    "posMode": "hedge_mode",
    "unrealizedPL": "60",
    "liquidationPrice": "57263.41",
    "keepMarginRate": "0.004",
    "markPrice": "61200",
    "breakEvenPrice": "60072.04",
    "totalFee": "",
    "deductedFee": "1.8",
    "marginRatio": "0.06703",
    "autoMargin": "off",
    "takeProfit": "",
    "stopLoss": "58000",
    "cTime": "1691382137448",
    "uTime": "1691382137449",
}
ACCOUNT = {
    "marginCoin": "USDT",
    "locked": "0.3",
    "available": "100",
    "crossedMaxAvailable": "90",
    "maxTransferOut": "80",
    "accountEquity": "110",
    "usdtEquity": "110.5",
    "crossedRiskRate": "0.01",
    "unrealizedPL": "",
    "crossedMarginLeverage": 20,
    "isolatedLongLever": 10,
    "isolatedShortLever": "5",
    "marginMode": "crossed",
    "posMode": "hedge_mode",
}


def raw(value: Any) -> bytes:
    return json.dumps(value).encode()


def fields(*values: Any) -> tuple[Any, ...]:
    """Compare numbers by value: 20 equals Decimal("20")."""
    return values


def test_a_position() -> None:
    (found,) = rest_position.positions(raw([POSITION]), USDT)
    assert found.key == (PERP, PositionSide.LONG, MarginMode.ISOLATED)
    assert (found.position_mode, found.margin_coin) == (PositionMode.HEDGE, "USDT")
    assert fields(found.size, found.entry_price, found.leverage, found.margin) == (
        Decimal("0.05"),
        Decimal("60000.1"),
        20,
        150,
    )
    assert fields(found.unrealized_pnl, found.realized_pnl) == (60, Decimal("-0.0007"))
    assert (found.funding_paid, found.fees_paid) == (None, Decimal("1.8"))
    assert fields(found.take_profit, found.stop_loss, found.auto_margin) == (None, 58000, False)
    assert (found.created_ms, found.updated_ms) == (1_691_382_137_448, 1_691_382_137_449)


def test_a_hedge_account_may_hold_both_legs_and_a_closed_one_is_not_open() -> None:
    rows = [POSITION, {**POSITION, "holdSide": "short"}, {**POSITION, "total": "0"}]
    found = rest_position.positions(raw(rows), USDT)
    assert [each.side for each in found] == [PositionSide.LONG, PositionSide.SHORT]


@pytest.mark.parametrize("price", ["0", "-3.5", "", None])
def test_no_liquidation_price_is_none(price: Any) -> None:
    (found,) = rest_position.positions(raw([{**POSITION, "liquidationPrice": price}]), USDT)
    assert found.liquidation_price is None


@pytest.mark.parametrize("field", ["holdSide", "marginMode", "posMode", "total", "openPriceAvg", "symbol"])
def test_a_position_without_what_identifies_it_is_an_error_and_not_flat(field: str) -> None:
    with pytest.raises(DecodeError, match=f"positions: {field}"):
        rest_position.positions(raw([{**POSITION, field: "?? ?"}]), USDT)


@pytest.mark.parametrize(("created", "updated"), [("ctime", "utime"), ("cTime", "uTime")])
def test_a_closed_position_in_both_spellings_of_its_times(created: str, updated: str) -> None:
    row = {
        "positionId": "77",
        "marginCoin": "USDT",
        "symbol": "ETHUSDT",
        "holdSide": "long",
        "openAvgPrice": "3495.34",
        "closeAvgPrice": "3494.99",
        "marginMode": "crossed",
        "openTotalPos": "0.01",
        "closeTotalPos": "0.01",
        "pnl": "-0.0035",
        "netProfit": "-0.04544198",
        "totalFunding": "0",
        "openFee": "-0.02097204",
        "closeFee": "-0.02096994",
        created: "1719143618195",
        updated: "1719143618543",
    }
    page = rest_position.closed_positions(raw({"list": [row], "endId": "5"}), USDT)
    (found,) = page.rows
    assert page.cursor == "5"
    assert found.net_pnl == found.pnl + found.funding + found.open_fee + found.close_fee
    assert (found.position_id, found.created_ms, found.updated_ms) == (
        "77",
        1_719_143_618_195,
        1_719_143_618_543,
    )


def test_the_queue_of_deleveraging_in_both_spellings() -> None:
    rows = [
        {"symbol": "BTCUSDT", "marginCoin": "USDT", "holdSide": "short", "rank": "0.9", "adlRank": "3"},
        {"symbol": "BTCUSDT", "marginCoin": "USDT", "adlRank": "0.0009"},
    ]
    found = rest_position.adl_ranks(raw(rows), USDT)
    assert [(each.side, each.rank) for each in found] == [
        (PositionSide.SHORT, Decimal("0.9")),
        (None, Decimal("0.0009")),
    ]


def test_settings_take_leverage_as_number_and_as_text() -> None:
    found = rest_account.symbol_settings(raw(ACCOUNT), PERP)
    assert fields(found.crossed_leverage, found.isolated_long_leverage, found.isolated_short_leverage) == (
        20,
        10,
        5,
    )
    assert (found.margin_mode, found.position_mode) == (MarginMode.CROSSED, PositionMode.HEDGE)


def test_a_futures_wallet() -> None:
    (found,) = rest_account.futures_balances(raw([ACCOUNT]), USDT)
    assert found == rest_account.futures_balance(raw(ACCOUNT), USDT)
    assert found == Balance(
        USDT,
        "USDT",
        available=Decimal(100),
        frozen=Decimal("0.3"),
        equity=Decimal(110),
        usdt_equity=Decimal("110.5"),
        max_open=Decimal(90),
        max_transfer_out=Decimal(80),
        cross_risk_ratio=Decimal("0.01"),
    )


def test_a_spot_wallet_keeps_frozen_and_locked_apart() -> None:
    row = {
        "coin": "usdt",
        "available": "10.500000",
        "frozen": "1",
        "locked": "2",
        "limitAvailable": "0",
        "uTime": "1622697148",
    }
    (found,) = rest_account.spot_balances(raw([row]))
    assert fields(found.coin, str(found.available), found.frozen, found.locked) == ("USDT", "10.5", 1, 2)
    assert found.updated_ms == 1_622_697_148_000


def test_ledgers_have_cursors() -> None:
    bill = {
        "billId": "9",
        "coin": "USDT",
        "businessType": "buy",
        "size": "-1",
        "balance": "5",
        "fees": "",
        "cTime": "1695715200654",
    }
    page = rest_account.spot_bills(raw([{**bill, "billId": "10"}, bill]))
    assert fields(page.cursor, page.rows[1].amount, page.rows[1].fee) == ("9", -1, None)
    bill = {
        "billId": "1",
        "symbol": "",
        "amount": "-0.004992",
        "fee": "0",
        "businessType": "contract_settle_fee",
        "coin": "USDT",
        "balance": "232.21",
        "cTime": "1695715200654",
    }
    futures = rest_account.futures_bills(raw({"bills": [bill], "endId": ""}), USDT)
    assert (futures.cursor, futures.rows[0].business_type, futures.rows[0].instrument) == (
        None,
        "contract_settle_fee",
        None,
    )


def test_whose_key_it_is() -> None:
    row = {
        "userId": "100",
        "ips": "10.0.0.1, 10.0.0.2",
        "authorities": ["coor", "stor"],
        "parentId": 7,
        "traderType": "trader",
    }
    found = rest_account.key_info(raw(row))
    assert (found.authorities, found.ips, found.is_trader, found.parent_id) == (
        ("coor", "stor"),
        ("10.0.0.1", "10.0.0.2"),
        True,
        "7",
    )
    empty = rest_account.key_info(raw({"userId": 100, "ips": "", "authorities": None}))
    assert (empty.user_id, empty.ips, empty.authorities, empty.is_trader) == ("100", (), (), False)


def test_fee_rates_and_totals() -> None:
    rates = {"makerFeeRate": "0.0002", "takerFeeRate": "0.0006"}
    assert rest_account.fee_rates(raw(rates), PERP).taker == Decimal("0.0006")
    assert rest_account.all_fee_rates(raw([{**rates, "symbol": "BTCUSDT"}]), USDT)[0].instrument == PERP
    (total,) = rest_account.wallet_totals(raw([{"accountType": "spot", "usdtBalance": "1.50"}]))
    assert (total.wallet, total.usdt) == ("spot", Decimal("1.5"))


def test_what_settings_answer() -> None:
    row = {
        "symbol": "BTCUSDT",
        "marginCoin": "USDT",
        "longLeverage": "25",
        "shortLeverage": "20",
        "crossMarginLeverage": "",
        "marginMode": "isolated",
    }
    found = rest_account.leverage_setting(raw(row), USDT)
    assert fields(found.long, found.short, found.crossed, found.margin_mode) == (
        25,
        20,
        None,
        MarginMode.ISOLATED,
    )
    assert rest_account.position_mode_set(raw({"posMode": "one_way_mode"})) is PositionMode.ONE_WAY


def test_sizes_and_prices_of_what_is_planned() -> None:
    assert rest_account.max_open(raw({"maxOpen": "1.230"})) == Decimal("1.23")
    assert rest_account.open_count(raw({"size": "2"})) == 2
    assert rest_account.liquidation_price(raw({"liqPrice": "-5"})) is None
    (isolated,) = rest_account.isolated_symbols(raw([{"symbol": "BTCUSDT", "marginMode": "isolated"}]), USDT)
    assert isolated.margin_mode is MarginMode.ISOLATED


def test_a_leg_below_zero_is_not_read_as_flat() -> None:
    with pytest.raises(DecodeError, match="total"):
        rest_position.positions(raw([{**POSITION, "total": "-0.05"}]), USDT)
