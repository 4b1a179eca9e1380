"""Rows of copy-trading answers (bitget-wire 4.11)."""

from __future__ import annotations

import msgspec

from bgtui.wire.payload.rest_row import Row


class FuturesTrackRow(Row):
    """Tracking orders of futures leaders and followers."""

    tracking_no: object = None
    symbol: object = None
    pos_side: object = None
    open_order_id: object = None
    open_leverage: object = None
    open_price_avg: object = None
    open_avg_price: object = None
    open_time: object = None
    open_size: object = None
    preset_stop_surplus_price: object = None
    preset_stop_loss_price: object = None
    open_fee: object = None
    follow_count: object = None
    trader_id: object = None
    trader_name: object = None
    open_margin_sz: object = None
    close_order_id: object = None
    close_avg_price: object = None
    close_price_avg: object = None
    close_size: object = None
    close_time: object = None
    close_fee: object = None
    stop_type: object = None
    achieved_pl: object = msgspec.field(default=None, name="achievedPL")
    net_profit: object = None


class SpotTrackRow(Row):
    """Tracking orders of spot leaders and followers."""

    tracking_no: object = None
    order_id: object = None
    symbol: object = None
    buy_fill_size: object = None
    fill_size: object = None
    buy_price: object = None
    buy_time: object = None
    buy_fee: object = None
    unrealized_pl: object = msgspec.field(default=None, name="unrealizedPL")
    stop_surplus_price: object = None
    stop_loss_price: object = None
    follow_count: object = None
    trader_id: object = None
    trader_name: object = None
    sell_price: object = None
    sell_time: object = None
    sell_fee: object = None
    achieved_pl: object = msgspec.field(default=None, name="achievedPL")
    net_profit: object = None


class LeaderTotalsRow(Row):
    """`order-total-detail`."""

    roi: object = None
    trading_order_num: object = None
    total_follower_num: object = None
    current_follower_num: object = None
    total_pl: object = msgspec.field(default=None, name="totalpl")
    gain_num: object = None
    loss_num: object = None
    win_rate: object = None
    total_equity: object = None
    trading_pairs_available_list: object = None
    last_week_roi_list: object = None
    last_month_roi_list: object = None
    last_week_profit_list: object = None
    last_month_profit_list: object = None


class DatedRow(Row):
    """One point of a leader's lists."""

    rate: object = None
    amount: object = None
    ctime: object = None
    created: object = msgspec.field(default=None, name="cTime")


class ProfitSummaryRow(Row):
    """The head of `profit-history-summarys` and `profit-summarys`."""

    yesterday_profit: object = None
    yesterday_time: object = None
    sum_profit: object = None
    wait_profit: object = None


class CoinProfitRow(Row):
    """One coin of the profit summary."""

    coin: object = None
    profit_count: object = None
    last_profit_time: object = None
    historys_by_date_list: object = None


class ProfitShareRow(Row):
    """`profit-history-details`, `profit-details` and `profits-group-coin-date`."""

    profit_id: object = None
    coin: object = None
    profit: object = None
    nick_name: object = None
    follower_name: object = None
    profit_time: object = None
    distribute_ratio: object = None


class LeadSymbolRow(Row):
    """`config-query-symbols`."""

    symbol: object = None
    open_trader: object = None
    min_open_count: object = None
    max_leverage: object = None
    stop_surplus_ratio: object = None
    stop_loss_ratio: object = None


class SpotLeadSymbolRow(Row):
    """One entry of `traceSymbolList`."""

    enable: object = None
    symbol: object = None
    min_open_count: object = None


class LeadSettingsRow(Row):
    """`spot-trader/config-query-settings`."""

    remove_limit_usdt: object = None
    spot_info_list: object = None
    label_list: object = None
    enable: object = None
    show_assets_map: object = None
    show_equity: object = None
    trace_symbol_list: object = None


class LeadQuotaRow(Row):
    """One entry of `spotInfoList`."""

    symbol: object = None
    max_quote_size: object = None
    surplus_quote_size: object = None


class FollowerRow(Row):
    """`config-query-followers`."""

    account_equity: object = None
    is_remove: object = None
    follower_name: object = None
    follower_uid: object = None
    follower_time: object = None


class FollowedTraderRow(Row):
    """`query-traders`."""

    trader_id: object = None
    trader_name: object = None
    max_follow_limit: object = None
    follow_count: object = None
    trace_total_margin_amount: object = None
    trace_total_amount: object = None
    trace_total_net_profit: object = None
    trace_total_profit: object = None
    current_trading_pairs: object = None
    follower_time: object = None


class CopySettingsRow(Row):
    """`mix-follower/query-settings` and `spot-follower/query-settings`."""

    follower_enable: object = None
    enable: object = None
    detail_list: object = None
    trade_setting_list: object = None
    trade_symbol_setting_list: object = None
    trader_name: object = None
    profit_rate: object = None
    settled_in_days: object = None


class CopySettingRow(Row):
    """One instrument of a follower's settings."""

    symbol: object = None
    product_type: object = None
    margin_type: object = None
    lever_type: object = None
    long_leverage: object = None
    short_leverage: object = None
    trace_type: object = None
    trace_value: object = None
    max_hold_size: object = None
    max_trace_amount: object = None
    stop_surplus_ratio: object = None
    stop_surplus_ration: object = None
    stop_loss_ratio: object = None
    stop_loss_ration: object = None


class CopyRangeRow(Row):
    """One entry of `tradeSymbolSettingList`."""

    symbol: object = None
    min_trace_amount: object = None
    max_trace_amount: object = None
    min_trace_size: object = None
    max_trace_size: object = None
    min_trace_ration: object = None
    max_trace_ration: object = None
    min_stop_surplus_ration: object = None
    max_stop_surplus_ration: object = None
    min_stop_loss_ration: object = None
    max_stop_loss_ration: object = None


class CopyLimitRow(Row):
    """`query-quantity-limit`."""

    symbol: object = None
    min_follow_size: object = None
    max_follow_size: object = None


class ClosedTrackRow(Row):
    """`mix-trader/order-close-positions`."""

    tracking_no: object = None
    symbol: object = None
    product_type: object = None
