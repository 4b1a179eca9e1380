"""Wallets, positions, ledgers and settings as rows (wire notes 4.4, 4.6, 4.7, 7.6, 7.8)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bgtui.domain.account import (
    Balance,
    Bill,
    ClosedPosition,
    LeverageSetting,
    Position,
    SymbolSettings,
)
from bgtui.domain.event import Deleveraged
from bgtui.domain.order import MarginMode, PositionMode
from bgtui.simulator.rows import Row, margin_mode, number, position_mode, time

_ZERO = Decimal(0)


def futures_account(balance: Balance, legs: Sequence[Position], btc_price: Decimal) -> Row:
    """Write a row of `accounts`; ``legs`` are the open ones, the price is Bitcoin's in USDT."""
    worth = balance.usdt_equity or _ZERO
    isolated = sum((leg.unrealized_pnl or _ZERO for leg in _isolated(balance, legs)), _ZERO)
    return {
        "marginCoin": balance.coin,
        "locked": number(balance.frozen),
        "available": number(balance.available),
        "crossedMaxAvailable": number(balance.max_open),
        "isolatedMaxAvailable": number(max(balance.available, _ZERO)),
        "maxTransferOut": number(balance.max_transfer_out),
        "accountEquity": number(balance.equity),
        "usdtEquity": number(balance.usdt_equity),
        "btcEquity": number(round(worth / btc_price, 12)),
        "crossedRiskRate": number(balance.cross_risk_ratio),
        "unrealizedPL": number(balance.unrealized_pnl, ""),
        "coupon": "0",
        "crossedUnrealizedPL": number((balance.unrealized_pnl or _ZERO) - isolated),
        "isolatedUnrealizedPL": number(isolated),
        "assetMode": "single",
    }


def futures_account_in_list(balance: Balance, legs: Sequence[Position], btc_price: Decimal) -> Row:
    """Write a row of `accounts`, with what the multi-asset mode would show."""
    own = [leg for leg in legs if leg.margin_coin == balance.coin]
    margin = sum((leg.margin or _ZERO for leg in own), _ZERO)
    isolated = sum((leg.margin or _ZERO for leg in _isolated(balance, legs)), _ZERO)
    return {
        **futures_account(balance, legs, btc_price),
        "unionTotalMargin": "0",
        "unionAvailable": "0",
        "unionMm": "0",
        "isolatedMargin": number(isolated),
        "crossedMargin": number(margin - isolated),
        "assetList": [
            {
                "coin": balance.coin,
                "balance": number(balance.equity),
                "available": number(balance.available),
            }
        ],
    }


def symbol_account(
    balance: Balance, legs: Sequence[Position], settings: SymbolSettings, btc_price: Decimal
) -> Row:
    """Write the answer of `account`; live answers have the three levers as numbers."""
    return {
        **futures_account(balance, legs, btc_price),
        "crossedMarginLeverage": _lever(settings.crossed_leverage),
        "isolatedLongLever": _lever(settings.isolated_long_leverage),
        "isolatedShortLever": _lever(settings.isolated_short_leverage),
        "marginMode": margin_mode(settings.margin_mode),
        "posMode": position_mode(settings.position_mode),
    }


def _isolated(balance: Balance, legs: Sequence[Position]) -> list[Position]:
    return [leg for leg in legs if leg.margin_coin == balance.coin and leg.margin_mode is MarginMode.ISOLATED]


def futures_account_push(balance: Balance) -> Row:
    """Write a row of the futures `account` channel."""
    return {
        "marginCoin": balance.coin,
        "frozen": number(balance.frozen),
        "available": number(balance.available),
        "maxOpenPosAvailable": number(balance.max_open),
        "maxTransferOut": number(balance.max_transfer_out),
        "equity": number(balance.equity),
        "usdtEquity": number(balance.usdt_equity),
        "crossedRiskRate": number(balance.cross_risk_ratio),
        "unrealizedPL": number(balance.unrealized_pnl),
        "unionTotalMargin": "0",
        "unionAvailable": "0",
        "unionMm": "0",
        "assetsMode": "single",
    }


def equity_push(worth: Decimal, unrealized: Decimal, btc_price: Decimal) -> Row:
    """Write the row of the `equity` channel."""
    return {
        "btcEquity": number(round(worth / btc_price, 12)),
        "usdtEquity": number(worth),
        "unrealizedPL": number(unrealized),
        "unionTotalMargin": "0",
        "unionAvailable": "0",
        "unionMm": "0",
    }


def spot_asset(balance: Balance) -> Row:
    """Write a row of `assets` and of the spot `account` channel."""
    return {
        "coin": balance.coin,
        "available": number(balance.available),
        "frozen": number(balance.frozen),
        "locked": number(balance.locked),
        "limitAvailable": "0",
        "uTime": time(balance.updated_ms),
    }


def position(held: Position) -> Row:
    """Write a row of `all-position` and `single-position`."""
    return {
        "marginCoin": held.margin_coin,
        "symbol": held.instrument.symbol,
        "holdSide": held.side.value,
        "openDelegateSize": "0",
        "marginSize": number(held.margin),
        "available": number(held.available),
        "locked": number(held.locked),
        "total": number(held.size),
        "leverage": number(held.leverage),
        "achievedProfits": number(held.realized_pnl),
        "openPriceAvg": number(held.entry_price),
        "marginMode": margin_mode(held.margin_mode),
        "posMode": position_mode(held.position_mode),
        "unrealizedPL": number(held.unrealized_pnl),
        "liquidationPrice": number(held.liquidation_price),
        "keepMarginRate": number(held.maintenance_margin_rate),
        "markPrice": number(held.mark_price, ""),
        "breakEvenPrice": number(held.break_even_price, ""),
        "totalFee": number(held.funding_paid, ""),
        "deductedFee": number(held.fees_paid),
        "marginRatio": number(held.margin_ratio),
        "takeProfit": number(held.take_profit, ""),
        "stopLoss": number(held.stop_loss, ""),
        "takeProfitId": "",
        "stopLossId": "",
        "assetMode": "single",
        "autoMargin": "on" if held.auto_margin else "off",
        "posId": held.position_id,
        "cTime": time(held.created_ms),
        "uTime": time(held.updated_ms),
    }


def position_push(held: Position) -> Row:
    """Write a row of the `positions` channel, whose leverage is a number."""
    ratio = _ZERO
    if held.unrealized_pnl is not None and held.margin:
        ratio = round(held.unrealized_pnl / held.margin, 12)
    return {
        "posId": held.position_id,
        "instId": held.instrument.symbol,
        "marginCoin": held.margin_coin,
        "marginSize": number(held.margin),
        "marginMode": margin_mode(held.margin_mode),
        "holdSide": held.side.value,
        "posMode": position_mode(held.position_mode),
        "total": number(held.size),
        "available": number(held.available),
        "frozen": number(held.locked),
        "openPriceAvg": number(held.entry_price),
        "leverage": _lever(held.leverage),
        "achievedProfits": number(held.realized_pnl),
        "unrealizedPL": number(held.unrealized_pnl),
        "unrealizedPLR": number(ratio),
        "liquidationPrice": number(held.liquidation_price),
        "keepMarginRate": number(held.maintenance_margin_rate),
        "marginRate": number(held.margin_ratio),
        "breakEvenPrice": number(held.break_even_price, ""),
        "totalFee": number(held.funding_paid, ""),
        "deductedFee": number(held.fees_paid),
        "markPrice": number(held.mark_price, ""),
        "takeProfit": number(held.take_profit, ""),
        "stopLoss": number(held.stop_loss, ""),
        "assetMode": "single",
        "autoMargin": "on" if held.auto_margin else "off",
        "cTime": time(held.created_ms),
        "uTime": time(held.updated_ms),
    }


def closed_position(held: ClosedPosition, mode: PositionMode) -> Row:
    """Write a row of `history-position`, whose times are in lower case."""
    return {
        "positionId": held.position_id,
        "marginCoin": held.margin_coin,
        "symbol": held.instrument.symbol,
        "holdSide": held.side.value,
        "posMode": position_mode(mode),
        "openAvgPrice": number(held.entry_price),
        "closeAvgPrice": number(held.exit_price),
        "marginMode": margin_mode(held.margin_mode),
        "openTotalPos": number(held.opened_size),
        "closeTotalPos": number(held.closed_size),
        "pnl": number(held.pnl),
        "netProfit": number(held.net_pnl),
        "totalFunding": number(held.funding),
        "openFee": number(held.open_fee),
        "closeFee": number(held.close_fee),
        "ctime": time(held.created_ms),
        "utime": time(held.updated_ms),
    }


def closed_position_push(held: ClosedPosition, mode: PositionMode) -> Row:
    """Write a row of the `positions-history` channel, which calls isolated fixed."""
    return {
        "posId": held.position_id,
        "instId": held.instrument.symbol,
        "marginCoin": held.margin_coin,
        "marginMode": "fixed" if held.margin_mode is MarginMode.ISOLATED else "crossed",
        "holdSide": held.side.value,
        "posMode": position_mode(mode),
        "openPriceAvg": number(held.entry_price),
        "closePriceAvg": number(held.exit_price),
        "openSize": number(held.opened_size),
        "closeSize": number(held.closed_size),
        "achievedProfits": number(held.pnl),
        "settleFee": number(held.funding),
        "openFee": number(held.open_fee),
        "closeFee": number(held.close_fee),
        "cTime": time(held.created_ms),
        "uTime": time(held.updated_ms),
    }


def deleveraged_push(event: Deleveraged) -> Row:
    """Write a row of the `adl-noti` channel."""
    return {
        "symbol": event.instrument.symbol,
        "side": event.side.raw,
        "status": "triggered",
        "price": number(event.price),
        "amount": number(event.amount),
        "ts": time(event.time_ms),
    }


def futures_bill(bill: Bill) -> Row:
    """Write a row of `mix/account/bill`."""
    return {
        "billId": bill.bill_id,
        "symbol": bill.instrument.symbol if bill.instrument is not None else "",
        "amount": number(bill.amount),
        "fee": number(bill.fee),
        "feeByCoupon": "",
        "businessType": bill.business_type,
        "coin": bill.coin,
        "balance": number(bill.balance, ""),
        "cTime": time(bill.time_ms),
    }


def spot_bill(bill: Bill) -> Row:
    """Write a row of `spot/account/bills`."""
    return {
        "cTime": time(bill.time_ms),
        "coin": bill.coin,
        "groupType": "transaction",
        "businessType": bill.business_type,
        "size": number(bill.amount),
        "balance": number(bill.balance, ""),
        "fees": number(bill.fee),
        "billId": bill.bill_id,
    }


def leverage_set(setting: LeverageSetting) -> Row:
    """Write the answer of `set-leverage`."""
    return {
        "symbol": setting.instrument.symbol,
        "marginCoin": setting.margin_coin,
        "longLeverage": number(setting.long, ""),
        "shortLeverage": number(setting.short, ""),
        "crossMarginLeverage": number(setting.crossed, ""),
        "marginMode": margin_mode(setting.margin_mode),
    }


def margin_mode_set(setting: LeverageSetting) -> Row:
    """Write the answer of `set-margin-mode`."""
    row = leverage_set(setting)
    del row["crossMarginLeverage"]
    return row


def _lever(value: Decimal) -> object:
    """Write leverage as a number."""
    return int(value) if value == value.to_integral_value() else number(value)
