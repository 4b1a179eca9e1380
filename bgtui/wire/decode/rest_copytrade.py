"""Copy trading by REST: what leaders run and earn, what followers copy; futures and spot."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.copytrade import (
    CoinProfit,
    CopyLimit,
    CopyRange,
    CopySetting,
    CopySettings,
    DatedAmount,
    FollowedTrader,
    Follower,
    LeaderSummary,
    LeadQuota,
    LeadSettings,
    LeadSymbol,
    ProfitShare,
    ProfitSummary,
    TrackingOrder,
)
from bgtui.domain.instrument import ProductType
from bgtui.domain.order import PositionSide
from bgtui.domain.text import Untrusted
from bgtui.wire.decode.rest_answer import Data, answers, listed, many, one, paged, parse, rows
from bgtui.wire.decode.rest_field import (
    amount,
    coin,
    count,
    instrument,
    label,
    leg,
    moment,
    positive,
    untrusted,
    yes_no,
)
from bgtui.wire.endpoint import copytrade
from bgtui.wire.number import identifier, millis, optional_decimal, optional_identifier
from bgtui.wire.page import Page
from bgtui.wire.payload.rest_copytrade import (
    CoinProfitRow,
    CopyLimitRow,
    CopyRangeRow,
    CopySettingRow,
    CopySettingsRow,
    DatedRow,
    FollowedTraderRow,
    FollowerRow,
    FuturesTrackRow,
    LeaderTotalsRow,
    LeadQuotaRow,
    LeadSettingsRow,
    LeadSymbolRow,
    ProfitShareRow,
    ProfitSummaryRow,
    SpotLeadSymbolRow,
    SpotTrackRow,
)

_TRACE_TYPES = {"fixed_amount": "amount", "fixed_count": "count", "fixed_size": "count", "ratio": "percent"}
"""Words of the spot pages for what the others call so."""
_LIST = "resultList"
"""Where some of these answers keep a list that others send bare."""


@answers(
    copytrade.LEADER_TRACKS, copytrade.LEADER_HISTORY, copytrade.FOLLOWER_TRACKS, copytrade.FOLLOWER_HISTORY
)
def futures_tracks(data: Data, product_type: ProductType) -> Page[TrackingOrder]:
    """Return tracking orders of a futures leader, or a follower's copies of them."""
    found, cursor = paged(data, FuturesTrackRow, "trackingList")
    return Page(tuple(_futures_track(row, product_type) for row in found), cursor)


@answers(
    copytrade.SPOT_LEADER_TRACKS,
    copytrade.SPOT_LEADER_HISTORY,
    copytrade.SPOT_FOLLOWER_TRACKS,
    copytrade.SPOT_FOLLOWER_HISTORY,
)
def spot_tracks(data: Data) -> Page[TrackingOrder]:
    """Return tracking orders of a spot leader, or a follower's copies of them."""
    found, cursor = paged(data, SpotTrackRow, "trackingList")
    return Page(tuple(_spot_track(row) for row in found), cursor)


@answers(copytrade.LEADER_TOTALS, copytrade.SPOT_LEADER_TOTALS)
def leader_summary(data: Data) -> LeaderSummary:
    """Return a leader's totals."""
    row = one(data, LeaderTotalsRow)
    return LeaderSummary(
        roi=optional_decimal(row.roi, "roi"),
        order_count=count(row.trading_order_num, "tradingOrderNum"),
        total_followers=count(row.total_follower_num, "totalFollowerNum"),
        current_followers=count(row.current_follower_num, "currentFollowerNum"),
        total_pnl=optional_decimal(row.total_pl, "totalpl"),
        wins=count(row.gain_num, "gainNum"),
        losses=count(row.loss_num, "lossNum"),
        win_ratio=optional_decimal(row.win_rate, "winRate"),
        total_equity=optional_decimal(row.total_equity, "totalEquity"),
        symbols=_symbols(row.trading_pairs_available_list, "tradingPairsAvailableList"),
        week_roi=_dated(row.last_week_roi_list, "lastWeekRoiList"),
        month_roi=_dated(row.last_month_roi_list, "lastMonthRoiList"),
        week_profit=_dated(row.last_week_profit_list, "lastWeekProfitList"),
        month_profit=_dated(row.last_month_profit_list, "lastMonthProfitList"),
    )


@answers(copytrade.LEADER_PROFIT, copytrade.SPOT_LEADER_PROFIT)
def profit_summary(data: Data) -> ProfitSummary:
    """Return a leader's profit share; futures and spot spell its head differently."""
    value = parse(data)
    head = value if isinstance(value, dict) else {}
    row = rows([head.get("profitSummary") or head.get("profitSummarys") or {}], ProfitSummaryRow)[0]
    coins = rows(value, CoinProfitRow, "profitHistoryList")
    return ProfitSummary(
        yesterday=optional_decimal(row.yesterday_profit, "yesterdayProfit"),
        yesterday_ms=moment(row.yesterday_time, "yesterdayTime"),
        total=optional_decimal(row.sum_profit, "sumProfit"),
        waiting=optional_decimal(row.wait_profit, "waitProfit"),
        coins=tuple(
            CoinProfit(
                coin(each.coin, "coin"),
                amount(each.profit_count, "profitCount"),
                moment(each.last_profit_time, "lastProfitTime"),
            )
            for each in coins
        ),
        days=tuple(
            ProfitShare(coin(each.coin, "coin"), amount(day.profit, "profit"), None, _day(day))
            for each in coins
            for day in rows(each.historys_by_date_list, ProfitShareRow)
        ),
    )


def _day(row: ProfitShareRow) -> int | None:
    return moment(row.profit_time, "profitTime")


@answers(
    copytrade.LEADER_PAID_SHARES,
    copytrade.LEADER_WAITING_SHARES,
    copytrade.LEADER_DAILY_SHARES,
    copytrade.SPOT_LEADER_PAID_SHARES,
    copytrade.SPOT_LEADER_WAITING_SHARES,
)
def profit_shares(data: Data) -> Page[ProfitShare]:
    """Return shares of profit, paid or waiting."""
    found, cursor = paged(data, ProfitShareRow, "profitList", _LIST)
    shares = tuple(
        ProfitShare(
            coin=coin(row.coin, "coin"),
            amount=amount(row.profit, "profit"),
            follower_name=untrusted(row.nick_name) or untrusted(row.follower_name),
            time_ms=moment(row.profit_time, "profitTime"),
            profit_id=optional_identifier(row.profit_id, "profitId"),
            ratio=optional_decimal(row.distribute_ratio, "distributeRatio"),
        )
        for row in found
    )
    return Page(shares, cursor)


@answers(copytrade.LEADER_SYMBOLS)
def lead_symbols(data: Data, product_type: ProductType) -> tuple[LeadSymbol, ...]:
    """Return which contracts a futures leader lends to copying."""
    return tuple(
        LeadSymbol(
            instrument=instrument(product_type, row.symbol),
            is_enabled=yes_no(row.open_trader) is True,
            min_open_size=optional_decimal(row.min_open_count, "minOpenCount"),
            max_leverage=optional_decimal(row.max_leverage, "maxLeverage"),
            take_profit_ratio=optional_decimal(row.stop_surplus_ratio, "stopSurplusRatio"),
            stop_loss_ratio=optional_decimal(row.stop_loss_ratio, "stopLossRatio"),
        )
        for row in many(data, LeadSymbolRow, _LIST)
    )


@answers(copytrade.SPOT_LEADER_SETTINGS)
def lead_settings(data: Data) -> LeadSettings:
    """Return a spot leader's settings."""
    row = one(data, LeadSettingsRow)
    labels = (untrusted(_label_name(each)) for each in listed(row.label_list, "labelList"))
    return LeadSettings(
        is_enabled=yes_no(row.enable),
        shows_equity=yes_no(row.show_equity),
        shows_assets=yes_no(row.show_assets_map),
        removable_below_usdt=optional_decimal(row.remove_limit_usdt, "removeLimitUsdt"),
        symbols=tuple(
            LeadSymbol(
                instrument=instrument(ProductType.SPOT, each.symbol),
                is_enabled=yes_no(each.enable) is True,
                min_open_size=optional_decimal(each.min_open_count, "minOpenCount"),
                max_leverage=None,
                take_profit_ratio=None,
                stop_loss_ratio=None,
            )
            for each in rows(row.trace_symbol_list, SpotLeadSymbolRow)
        ),
        labels=tuple(each for each in labels if each is not None),
        quotas=tuple(
            LeadQuota(
                instrument(ProductType.SPOT, each.symbol),
                optional_decimal(each.max_quote_size, "maxQuoteSize"),
                optional_decimal(each.surplus_quote_size, "surplusQuoteSize"),
            )
            for each in rows(row.spot_info_list, LeadQuotaRow)
        ),
    )


@answers(copytrade.LEADER_FOLLOWERS, copytrade.SPOT_LEADER_FOLLOWERS)
def followers(data: Data) -> tuple[Follower, ...]:
    """Return a leader's followers."""
    return tuple(
        Follower(
            follower_uid=identifier(row.follower_uid, "followerUid"),
            name=untrusted(row.follower_name) or Untrusted(""),
            equity=optional_decimal(row.account_equity, "accountEquity"),
            is_removable=yes_no(row.is_remove),
            since_ms=moment(row.follower_time, "followerTime"),
        )
        for row in many(data, FollowerRow, _LIST)
    )


@answers(copytrade.FOLLOWER_TRADERS, copytrade.SPOT_FOLLOWER_TRADERS)
def followed_traders(data: Data) -> tuple[FollowedTrader, ...]:
    """Return the leaders whom the account follows."""
    return tuple(
        FollowedTrader(
            trader_id=identifier(row.trader_id, "traderId"),
            name=untrusted(row.trader_name) or Untrusted(""),
            max_followers=count(row.max_follow_limit, "maxFollowLimit"),
            follower_count=count(row.follow_count, "followCount"),
            margin=optional_decimal(
                _either(row.trace_total_margin_amount, row.trace_total_amount), "traceTotalAmount"
            ),
            net_profit=optional_decimal(row.trace_total_net_profit, "traceTotalNetProfit"),
            total_profit=optional_decimal(row.trace_total_profit, "traceTotalProfit"),
            symbols=_symbols(row.current_trading_pairs, "currentTradingPairs"),
            since_ms=moment(row.follower_time, "followerTime"),
        )
        for row in many(data, FollowedTraderRow, _LIST)
    )


@answers(copytrade.SPOT_FOLLOWER_SYMBOLS)
def trader_symbols(data: Data) -> tuple[str, ...]:
    """Return the spot pairs that a leader trades now."""
    value = parse(data)
    return _symbols(
        value.get("currentTradingList") if isinstance(value, dict) else value, "currentTradingList"
    )


@answers(copytrade.FOLLOWER_SETTINGS)
def copy_settings(data: Data, product_type: ProductType, trader_id: str) -> CopySettings:
    """Return how the account copies one futures leader; rows name their own product type where they do."""
    row = one(data, CopySettingsRow)
    details = rows(row.detail_list, CopySettingRow)
    return CopySettings(
        trader_id=trader_id,
        is_enabled=yes_no(row.follower_enable),
        details=tuple(_copy_setting(each, _product(each.product_type, product_type)) for each in details),
        trader_name=untrusted(row.trader_name),
    )


@answers(copytrade.SPOT_FOLLOWER_SETTINGS)
def spot_copy_settings(data: Data, trader_id: str) -> CopySettings:
    """Return how the account copies one spot leader."""
    row = one(data, CopySettingsRow)
    details = rows(row.trade_setting_list, CopySettingRow)
    return CopySettings(
        trader_id=trader_id,
        is_enabled=yes_no(row.enable),
        details=tuple(_copy_setting(each, ProductType.SPOT) for each in details),
        trader_name=untrusted(row.trader_name),
        profit_ratio=optional_decimal(row.profit_rate, "profitRate"),
        settled_in_days=count(row.settled_in_days, "settledInDays"),
        ranges=tuple(_range(each) for each in rows(row.trade_symbol_setting_list, CopyRangeRow)),
    )


def _range(row: CopyRangeRow) -> CopyRange:
    return CopyRange(
        instrument(ProductType.SPOT, row.symbol),
        _between(row.min_trace_amount, row.max_trace_amount, "TraceAmount"),
        _between(row.min_trace_size, row.max_trace_size, "TraceSize"),
        _between(row.min_trace_ration, row.max_trace_ration, "TraceRation"),
        _between(row.min_stop_surplus_ration, row.max_stop_surplus_ration, "StopSurplusRation"),
        _between(row.min_stop_loss_ration, row.max_stop_loss_ration, "StopLossRation"),
    )


def _between(least: object, most: object, name: str) -> tuple[Decimal | None, Decimal | None]:
    return optional_decimal(least, f"min{name}"), optional_decimal(most, f"max{name}")


@answers(copytrade.FOLLOWER_LIMITS)
def copy_limits(data: Data, product_type: ProductType) -> tuple[CopyLimit, ...]:
    """Return smallest and largest sizes that may be copied."""
    return tuple(
        CopyLimit(
            instrument(product_type, row.symbol),
            optional_decimal(row.min_follow_size, "minFollowSize"),
            optional_decimal(row.max_follow_size, "maxFollowSize"),
        )
        for row in many(data, CopyLimitRow, _LIST)
    )


def _futures_track(row: FuturesTrackRow, product_type: ProductType) -> TrackingOrder:
    return TrackingOrder(
        instrument=instrument(product_type, row.symbol),
        tracking_no=identifier(row.tracking_no, "trackingNo"),
        side=leg(row.pos_side, "posSide"),
        open_order_id=optional_identifier(row.open_order_id, "openOrderId"),
        open_price=amount(_either(row.open_price_avg, row.open_avg_price), "openPriceAvg"),
        open_size=amount(row.open_size, "openSize"),
        open_ms=millis(row.open_time, "openTime"),
        leverage=optional_decimal(row.open_leverage, "openLeverage"),
        open_fee=optional_decimal(row.open_fee, "openFee"),
        take_profit=positive(row.preset_stop_surplus_price, "presetStopSurplusPrice"),
        stop_loss=positive(row.preset_stop_loss_price, "presetStopLossPrice"),
        follower_count=count(row.follow_count, "followCount"),
        trader_id=optional_identifier(row.trader_id, "traderId"),
        trader_name=untrusted(row.trader_name),
        margin=optional_decimal(row.open_margin_sz, "openMarginSz"),
        close_order_id=optional_identifier(row.close_order_id, "closeOrderId"),
        close_price=positive(_either(row.close_avg_price, row.close_price_avg), "closeAvgPrice"),
        close_size=positive(row.close_size, "closeSize"),
        close_ms=moment(row.close_time, "closeTime"),
        close_fee=optional_decimal(row.close_fee, "closeFee"),
        realized_pnl=optional_decimal(row.achieved_pl, "achievedPL"),
        net_pnl=optional_decimal(row.net_profit, "netProfit"),
        is_stopped_by=label(row.stop_type),
    )


def _spot_track(row: SpotTrackRow) -> TrackingOrder:
    return TrackingOrder(
        instrument=instrument(ProductType.SPOT, row.symbol),
        tracking_no=identifier(row.tracking_no, "trackingNo"),
        side=PositionSide.LONG,
        open_order_id=optional_identifier(row.order_id, "orderId"),
        open_price=amount(row.buy_price, "buyPrice"),
        open_size=amount(_either(row.buy_fill_size, row.fill_size), "buyFillSize"),
        open_ms=millis(row.buy_time, "buyTime"),
        open_fee=optional_decimal(row.buy_fee, "buyFee"),
        take_profit=positive(row.stop_surplus_price, "stopSurplusPrice"),
        stop_loss=positive(row.stop_loss_price, "stopLossPrice"),
        follower_count=count(row.follow_count, "followCount"),
        trader_id=optional_identifier(row.trader_id, "traderId"),
        trader_name=untrusted(row.trader_name),
        unrealized_pnl=optional_decimal(row.unrealized_pl, "unrealizedPL"),
        close_price=positive(row.sell_price, "sellPrice"),
        close_size=positive(row.fill_size, "fillSize"),
        close_ms=moment(row.sell_time, "sellTime"),
        close_fee=optional_decimal(row.sell_fee, "sellFee"),
        realized_pnl=optional_decimal(row.achieved_pl, "achievedPL"),
        net_pnl=optional_decimal(row.net_profit, "netProfit"),
    )


def _copy_setting(row: CopySettingRow, product_type: ProductType) -> CopySetting:
    return CopySetting(
        instrument=instrument(product_type, row.symbol),
        margin_mode=label(row.margin_type),
        leverage_mode=label(row.lever_type),
        long_leverage=positive(row.long_leverage, "longLeverage"),
        short_leverage=positive(row.short_leverage, "shortLeverage"),
        trace_type=_TRACE_TYPES.get(label(row.trace_type), label(row.trace_type)),
        trace_value=optional_decimal(row.trace_value, "traceValue"),
        max_hold=optional_decimal(_either(row.max_hold_size, row.max_trace_amount), "maxHoldSize"),
        take_profit_ratio=optional_decimal(
            _either(row.stop_surplus_ratio, row.stop_surplus_ration), "stopSurplusRatio"
        ),
        stop_loss_ratio=optional_decimal(_either(row.stop_loss_ratio, row.stop_loss_ration), "stopLossRatio"),
    )


def _dated(value: object, field: str) -> tuple[DatedAmount, ...]:
    return tuple(
        DatedAmount(
            millis(_either(row.ctime, row.created), "ctime"), amount(_either(row.rate, row.amount), field)
        )
        for row in rows(value, DatedRow)
    )


def _symbols(value: object, field: str) -> tuple[str, ...]:
    return tuple(identifier(each, field).upper() for each in listed(value, field))


def _label_name(value: object) -> object:
    return value.get("name") if isinstance(value, dict) else value


def _product(value: object, default: ProductType) -> ProductType:
    """Return the product type that a row names, which may be another than the one asked for."""
    named = label(value)
    return next((product for product in ProductType if product.value == named), default)


def _either(value: object, other: object) -> object:
    return value if value not in (None, "") else other
