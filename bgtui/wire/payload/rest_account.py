"""Rows of answers about wallets, positions and settings."""

from __future__ import annotations

import msgspec

from bgtui.wire.payload.rest_row import Row


class KeyInfoRow(Row):
    """`spot/account/info`."""

    user_id: object = None
    ips: object = None
    authorities: object = None
    parent_id: object = None
    trader_type: object = None
    regis_time: object = None


class TradeRateRow(Row):
    """`common/trade-rate` and `common/all-trade-rate`."""

    symbol: object = None
    maker_fee_rate: object = None
    taker_fee_rate: object = None


class WalletTotalRow(Row):
    """`account/all-account-balance`."""

    account_type: object = None
    usdt_balance: object = None


class SpotAssetRow(Row):
    """`spot/account/assets`."""

    coin: object = None
    available: object = None
    frozen: object = None
    locked: object = None
    updated: object = msgspec.field(default=None, name="uTime")


class SpotBillRow(Row):
    """`spot/account/bills`."""

    bill_id: object = None
    coin: object = None
    group_type: object = None
    business_type: object = None
    size: object = None
    balance: object = None
    fees: object = None
    created: object = msgspec.field(default=None, name="cTime")


class FuturesAccountRow(Row):
    """`mix/account/account` and `mix/account/accounts`."""

    margin_coin: object = None
    locked: object = None
    available: object = None
    crossed_max_available: object = None
    max_transfer_out: object = None
    account_equity: object = None
    usdt_equity: object = None
    crossed_risk_rate: object = None
    unrealized_pl: object = msgspec.field(default=None, name="unrealizedPL")
    crossed_margin_leverage: object = None
    isolated_long_lever: object = None
    isolated_short_lever: object = None
    margin_mode: object = None
    pos_mode: object = None


class FuturesBillRow(Row):
    """`mix/account/bill`."""

    bill_id: object = None
    symbol: object = None
    amount: object = None
    fee: object = None
    business_type: object = None
    coin: object = None
    balance: object = None
    created: object = msgspec.field(default=None, name="cTime")


class OpenCountRow(Row):
    """`mix/account/open-count`."""

    size: object = None


class MaxOpenRow(Row):
    """`mix/account/max-open`."""

    max_open: object = None


class LiquidationPriceRow(Row):
    """`mix/account/liq-price`."""

    liq_price: object = None


class IsolatedSymbolRow(Row):
    """`mix/account/isolated-symbols`."""

    symbol: object = None
    margin_mode: object = None


class LeverageRow(Row):
    """Answers of `set-leverage` and `set-margin-mode`."""

    symbol: object = None
    margin_coin: object = None
    long_leverage: object = None
    short_leverage: object = None
    cross_margin_leverage: object = None
    margin_mode: object = None


class PositionModeRow(Row):
    """Answer of `set-position-mode`."""

    pos_mode: object = None


class PositionRow(Row):
    """`mix/position/all-position` and `single-position`."""

    margin_coin: object = None
    symbol: object = None
    hold_side: object = None
    margin_size: object = None
    available: object = None
    locked: object = None
    total: object = None
    leverage: object = None
    achieved_profits: object = None
    open_price_avg: object = None
    margin_mode: object = None
    pos_mode: object = None
    unrealized_pl: object = msgspec.field(default=None, name="unrealizedPL")
    liquidation_price: object = None
    keep_margin_rate: object = None
    mark_price: object = None
    break_even_price: object = None
    total_fee: object = None
    deducted_fee: object = None
    margin_ratio: object = None
    take_profit: object = None
    stop_loss: object = None
    auto_margin: object = None
    pos_id: object = None
    position_id: object = None
    created: object = msgspec.field(default=None, name="cTime")
    updated: object = msgspec.field(default=None, name="uTime")


class ClosedPositionRow(Row):
    """`mix/position/history-position`; its times are in lower case in live answers."""

    position_id: object = None
    margin_coin: object = None
    symbol: object = None
    hold_side: object = None
    margin_mode: object = None
    open_avg_price: object = None
    close_avg_price: object = None
    open_total_pos: object = None
    close_total_pos: object = None
    pnl: object = None
    net_profit: object = None
    total_funding: object = None
    open_fee: object = None
    close_fee: object = None
    ctime: object = None
    utime: object = None
    created: object = msgspec.field(default=None, name="cTime")
    updated: object = msgspec.field(default=None, name="uTime")


class AdlRankRow(Row):
    """`mix/position/adlRank`."""

    symbol: object = None
    margin_coin: object = None
    hold_side: object = None
    rank: object = None
    adl_rank: object = None
