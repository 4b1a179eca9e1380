"""Copy trading as rows (wire notes 4.11)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from bgtui.domain.copytrade import (
    CopyLimit,
    CopySetting,
    CopySettings,
    DatedAmount,
    FollowedTrader,
    Follower,
    LeaderSummary,
    LeadSettings,
    LeadSymbol,
    ProfitShare,
    ProfitSummary,
    TrackingOrder,
)
from bgtui.domain.instrument import Instrument
from bgtui.domain.text import Untrusted
from bgtui.simulator import copytrade_size as size
from bgtui.simulator.rows import Row, number, product, time


def futures_track(track: TrackingOrder) -> Row:
    """Write a row of the futures tracking lists, of leader and follower, current and past."""
    row: Row = {
        "trackingNo": track.tracking_no,
        "symbol": track.instrument.symbol,
        "posSide": track.side.value,
        "openOrderId": track.open_order_id,
        "openLeverage": number(track.leverage, ""),
        "openPriceAvg": number(track.open_price),
        "openTime": time(track.open_ms),
        "openSize": number(track.open_size),
        "presetStopSurplusPrice": number(track.take_profit, ""),
        "presetStopLossPrice": number(track.stop_loss, ""),
        "openFee": number(track.open_fee, ""),
        "openMarginSz": number(track.margin, ""),
        "productType": product(track.instrument),
        "cTime": time(track.open_ms),
    }
    if track.follower_count is not None:
        row["followCount"] = str(track.follower_count)
    return row | _copied_from(track) | _ending(track)


def spot_track(track: TrackingOrder) -> Row:
    """Write a row of the spot tracking lists."""
    row: Row = {
        "trackingNo": track.tracking_no,
        "orderId": track.open_order_id,
        "symbol": track.instrument.symbol,
        "buyPrice": number(track.open_price),
        "buyTime": time(track.open_ms),
        "buyFee": number(track.open_fee, ""),
        "stopSurplusPrice": number(track.take_profit, ""),
        "stopLossPrice": number(track.stop_loss, ""),
    }
    if track.follower_count is not None:
        row["followCount"] = str(track.follower_count)
    if track.close_ms is None:
        value = track.open_price * track.open_size
        pnl = track.unrealized_pnl
        row |= {
            "buyFillSize": number(track.open_size),
            "buyDelegateSize": number(track.open_size),
            "unrealizedPL": number(pnl, ""),
            "unrealizedPLR": number(round(pnl * 100 / value, 2)) if pnl is not None and value else "",
        }
    else:
        row |= {
            "fillSize": number(track.close_size),
            "sellPrice": number(track.close_price),
            "sellTime": time(track.close_ms),
            "sellFee": number(track.close_fee, ""),
            "achievedPL": number(track.realized_pnl, ""),
            "achievedPLR": _return(track.realized_pnl, track.open_price * track.open_size),
            "netProfit": number(track.net_pnl, ""),
        }
    return row | _copied_from(track)


def summary(totals: LeaderSummary) -> Row:
    """Write the answer of `order-total-detail`."""
    return {
        "roi": number(totals.roi, ""),
        "tradingOrderNum": _count(totals.order_count),
        "totalFollowerNum": _count(totals.total_followers),
        "currentFollowerNum": _count(totals.current_followers),
        "totalpl": number(totals.total_pnl, ""),
        "gainNum": _count(totals.wins),
        "lossNum": _count(totals.losses),
        "winRate": number(totals.win_ratio, ""),
        "totalEquity": number(totals.total_equity, ""),
        "tradingPairsAvailableList": list(totals.symbols),
        "lastWeekRoiList": _dated(totals.week_roi, "rate"),
        "lastMonthRoiList": _dated(totals.month_roi, "rate"),
        "lastWeekProfitList": _dated(totals.week_profit, "amount"),
        "lastMonthProfitList": _dated(totals.month_profit, "amount"),
    }


def profit_summary(profit: ProfitSummary, days: Sequence[ProfitShare], head: str) -> Row:
    """Write the answer of the profit summary; futures and spot name its head differently."""
    return {
        head: {
            "yesterdayProfit": number(profit.yesterday, ""),
            "yesterdayTime": time(profit.yesterday_ms),
            "sumProfit": number(profit.total, ""),
            "waitProfit": number(profit.waiting, ""),
        },
        "profitHistoryList": [
            {
                "coin": each.coin,
                "profitCount": number(each.amount),
                "lastProfitTime": time(each.last_ms),
                "historysByDateList": [
                    {"profit": number(day.amount), "profitTime": time(day.time_ms)}
                    for day in days
                    if day.coin == each.coin
                ],
            }
            for each in profit.coins
        ],
    }


def share(profit: ProfitShare, name_key: str) -> Row:
    """Write one share of profit, paid or waiting."""
    row: Row = {"coin": profit.coin, "profit": number(profit.amount)}
    if profit.profit_id:
        row["profitId"] = profit.profit_id
    if profit.follower_name is not None:
        row[name_key] = safe(profit.follower_name)
    if profit.time_ms is not None:
        row["profitTime"] = time(profit.time_ms)
    if profit.ratio is not None:
        row["distributeRatio"] = number(profit.ratio)
    return row


def lead_symbol(symbol: LeadSymbol) -> Row:
    """Write a row of `config-query-symbols`."""
    return {
        "symbol": symbol.instrument.symbol,
        "openTrader": "YES" if symbol.is_enabled else "NO",
        "minOpenCount": number(symbol.min_open_size, ""),
        "maxLeverage": number(symbol.max_leverage, ""),
        "stopSurplusRatio": number(symbol.take_profit_ratio, ""),
        "stopLossRatio": number(symbol.stop_loss_ratio, ""),
    }


def lead_settings(settings: LeadSettings) -> Row:
    """Write the answer of `spot-trader/config-query-settings`."""
    return {
        "removeLimitUsdt": number(settings.removable_below_usdt, ""),
        "spotInfoList": [
            {"maxQuoteSize": "100000", "surplusQuoteSize": "90000", "symbol": each.instrument.symbol}
            for each in settings.symbols
        ],
        "labelList": [
            {"labelId": str(number_), "name": safe(each)} for number_, each in enumerate(settings.labels)
        ],
        "enable": _yes(settings.is_enabled),
        "showAssetsMap": _yes(settings.shows_assets),
        "showEquity": _yes(settings.shows_equity),
        "traceSymbolList": [
            {
                "enable": _yes(each.is_enabled),
                "symbol": each.instrument.symbol,
                "minOpenCount": number(each.min_open_size, ""),
            }
            for each in settings.symbols
        ],
    }


def follower(person: Follower) -> Row:
    """Write a row of `config-query-followers`."""
    return {
        "accountEquity": number(person.equity, ""),
        "isRemove": _yes(person.is_removable),
        "followerHeadPic": "",
        "followerName": safe(person.name),
        "followerUid": person.follower_uid,
        "followerTime": time(person.since_ms),
    }


def trader(leader: FollowedTrader, *, is_futures: bool) -> Row:
    """Write a row of `query-traders`."""
    return {
        "certificationType": "0",
        "traderId": leader.trader_id,
        "traderName": safe(leader.name),
        "maxFollowLimit": _count(leader.max_followers),
        "bgbMaxFollowLimit": "0",
        "followCount": _count(leader.follower_count),
        "bgbFollowCount": "0",
        "traceTotalMarginAmount" if is_futures else "traceTotalAmount": number(leader.margin, ""),
        "traceTotalNetProfit": number(leader.net_profit, ""),
        "traceTotalProfit": number(leader.total_profit, ""),
        "currentTradingPairs": list(leader.symbols),
        "followerTime": time(leader.since_ms),
    }


def futures_settings(settings: CopySettings) -> Row:
    """Write the answer of `mix-follower/query-settings`."""
    return {
        "followerEnable": "YES" if settings.is_enabled else "NO",
        "traderName": _name(settings.trader_name),
        "detailList": [
            {
                **_setting(each),
                "productType": product(each.instrument),
                "marginType": each.margin_mode,
                "marginCoin": "USDT",
                "leverType": each.leverage_mode,
                "longLeverage": number(each.long_leverage, ""),
                "shortLeverage": number(each.short_leverage, ""),
                "stopSurplusRatio": number(each.take_profit_ratio, ""),
                "stopLossRatio": number(each.stop_loss_ratio, ""),
            }
            for each in settings.details
        ],
    }


def spot_settings(settings: CopySettings) -> Row:
    """Write the answer of `spot-follower/query-settings`, with its ``Ration`` spellings."""
    return {
        "enable": "YES" if settings.is_enabled else "NO",
        "profitRate": number(settings.profit_ratio, ""),
        "settledInDays": _count(settings.settled_in_days),
        "traderHeadPic": "",
        "traderName": _name(settings.trader_name),
        "tradeSettingList": [
            {
                **_setting(each),
                "stopSurplusRation": number(each.take_profit_ratio, ""),
                "stopLossRation": number(each.stop_loss_ratio, ""),
            }
            for each in settings.details
        ],
    }


def spot_range(rules: Instrument) -> Row:
    """Write what a follower may choose for one pair, with the page's ``Ration`` spellings."""
    return {
        "symbol": rules.symbol,
        "minTraceAmount": number(size.MIN_AMOUNT),
        "maxTraceAmount": number(size.MAX_AMOUNT),
        "maxTraceAmountSystem": number(size.MAX_AMOUNT),
        "minTraceSize": number(size.least(rules)),
        "maxTraceSize": number(size.most(rules)),
        "minTraceRation": number(size.MIN_RATIO),
        "maxTraceRation": number(size.MAX_RATIO),
        "minStopLossRation": "1",
        "maxStopLossRation": "400",
        "minStopSurplusRation": "1",
        "maxStopSurplusRation": "400",
        "sliderMaxStopLossRatio": "90",
        "sliderMaxStopSurplusRatio": "400",
    }


def copy_limit(limit: CopyLimit) -> Row:
    """Write a row of `query-quantity-limit`."""
    return {
        "maxFollowSize": number(limit.max_size, ""),
        "minFollowSize": number(limit.min_size, ""),
        "symbol": limit.instrument.symbol,
    }


def safe(text: Untrusted) -> str:
    """Return a nickname as JSON can carry it: a lone surrogate has no UTF-8."""
    return text.raw.encode("utf-8", "replace").decode("utf-8")


def _name(text: Untrusted | None) -> str:
    return "" if text is None else safe(text)


def _setting(setting: CopySetting) -> Row:
    return {
        "symbol": setting.instrument.symbol,
        "traceType": setting.trace_type,
        "traceValue": number(setting.trace_value, ""),
        "maxHoldSize": number(setting.max_hold, ""),
    }


def _copied_from(track: TrackingOrder) -> Row:
    if not track.trader_id:
        return {}
    return {"traderId": track.trader_id, "traderName": _name(track.trader_name)}


def _ending(track: TrackingOrder) -> Row:
    if track.close_ms is None:
        return {}
    return {
        "closeOrderId": track.close_order_id,
        "openAvgPrice": number(track.open_price),
        "closeAvgPrice": number(track.close_price, ""),
        "closePriceAvg": number(track.close_price, ""),
        "closeSize": number(track.close_size, ""),
        "closeTime": time(track.close_ms),
        "closeFee": number(track.close_fee, ""),
        "stopType": track.is_stopped_by,
        "achievedPL": number(track.realized_pnl, ""),
        "netProfit": number(track.net_pnl, ""),
        "profitRate": _return(track.net_pnl, track.margin),
    }


def _return(pnl: Decimal | None, base: Decimal | None) -> str:
    """Write a return in percent, "" where it cannot be told."""
    return "" if pnl is None or not base else number(round(pnl * 100 / base, 2))


def _dated(points: Iterable[DatedAmount], key: str) -> list[Row]:
    return [{key: number(point.value), "ctime": time(point.time_ms)} for point in points]


def _count(value: int | None) -> str:
    return "" if value is None else str(value)


def _yes(value: bool | None) -> str:  # noqa: FBT001  # what is written is the switch itself
    return "YES" if value else "NO"
