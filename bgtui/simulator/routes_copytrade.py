"""Copy trading: what leaders and followers may read (wire notes 4.11)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from bgtui.domain.copytrade import ProfitShare, TrackingOrder
from bgtui.domain.instrument import ProductType
from bgtui.simulator import rows_copytrade as rows
from bgtui.simulator.call import Call, Handlers
from bgtui.simulator.copytrade import FollowerBook, LeaderBook
from bgtui.simulator.fields import wrong
from bgtui.simulator.history import is_before
from bgtui.simulator.reject import Reject
from bgtui.simulator.rows import Row
from bgtui.wire.endpoint import copytrade

T = TypeVar("T")

HANDLERS = Handlers()
_answers = HANDLERS.answers
_USDT, _SPOT = ProductType.USDT_FUTURES, ProductType.SPOT


def _leading(call: Call, product: ProductType) -> LeaderBook:
    """Return the leader's book.

    Raises:
        Reject: the account leads nobody.
    """
    if not call.exchange.copytrade.is_leader(call.uid):
        raise Reject("31001")
    book = call.exchange.copytrade.leading(call.uid, product)
    if book is None:
        raise Reject("40020", "productType")
    return book


def _following(call: Call, product: ProductType) -> FollowerBook | None:
    return call.exchange.copytrade.following(call.uid, product)


# Tracking orders


@_answers(copytrade.LEADER_TRACKS)
def _leader_tracks(call: Call) -> object:
    product = call.fields.product()
    if product is not _USDT:
        return _tracks(call, (), rows.futures_track, 50)
    return _tracks(call, _leading(call, product).tracks.current(), rows.futures_track, 50)


@_answers(copytrade.LEADER_HISTORY)
def _leader_history(call: Call) -> object:
    product = call.fields.product()
    found = _leading(call, product).tracks.history() if product is _USDT else []
    return _tracks(call, found, rows.futures_track, 100)


@_answers(copytrade.SPOT_LEADER_TRACKS)
def _spot_leader_tracks(call: Call) -> object:
    return _tracks(call, _leading(call, _SPOT).tracks.current(), rows.spot_track, 50)


@_answers(copytrade.SPOT_LEADER_HISTORY)
def _spot_leader_history(call: Call) -> object:
    return _tracks(call, _leading(call, _SPOT).tracks.history(), rows.spot_track, 50)


@_answers(copytrade.FOLLOWER_TRACKS)
def _follower_tracks(call: Call) -> object:
    book = _following(call, call.fields.product())
    return _tracks(call, book.tracks.current() if book else [], rows.futures_track, 100)


@_answers(copytrade.FOLLOWER_HISTORY)
def _follower_history(call: Call) -> object:
    book = _following(call, call.fields.product())
    return _tracks(call, book.tracks.history() if book else [], rows.futures_track, 100)


@_answers(copytrade.SPOT_FOLLOWER_TRACKS)
def _spot_follower_tracks(call: Call) -> object:
    book = _following(call, _SPOT)
    return _tracks(call, book.tracks.current() if book else [], rows.spot_track, 50)


@_answers(copytrade.SPOT_FOLLOWER_HISTORY)
def _spot_follower_history(call: Call) -> object:
    book = _following(call, _SPOT)
    return _tracks(call, book.tracks.history() if book else [], rows.spot_track, 50)


def _tracks(
    call: Call, found: Sequence[TrackingOrder], write: Callable[[TrackingOrder], Row], most: int
) -> Row:
    """Return a page of tracking orders, newest number first unless ``order`` says otherwise."""
    window = call.fields.window(20, most)
    order = call.fields.text("order").lower()
    if order not in ("", "asc", "desc"):
        raise wrong("order")
    after_id = call.fields.text("idGreaterThan")
    symbol, trader = call.fields.text("symbol").upper(), call.fields.text("traderId")
    shown = [
        track
        for track in sorted(found, key=_age, reverse=order != "asc")
        if symbol in ("", track.instrument.symbol)
        and trader in ("", track.trader_id)
        and (not window.before_id or is_before(track.tracking_no, window.before_id))
        and (not after_id or is_before(after_id, track.tracking_no))
        and (window.since_ms is None or track.open_ms >= window.since_ms)
        and (window.until_ms is None or track.open_ms <= window.until_ms)
    ][: window.limit]
    return {
        "trackingList": [write(track) for track in shown],
        "endId": shown[-1].tracking_no if shown else None,
    }


def _age(track: TrackingOrder) -> tuple[int, str]:
    return len(track.tracking_no), track.tracking_no


# What a leader earns


@_answers(copytrade.LEADER_TOTALS)
def _totals(call: Call) -> object:
    return rows.summary(_leading(call, _USDT).summary())


@_answers(copytrade.SPOT_LEADER_TOTALS)
def _spot_totals(call: Call) -> object:
    return rows.summary(_leading(call, _SPOT).summary())


@_answers(copytrade.LEADER_PROFIT)
def _profit(call: Call) -> object:
    book = _leading(call, _USDT)
    return rows.profit_summary(book.profit_summary(), book.daily_shares(), "profitSummary")


@_answers(copytrade.SPOT_LEADER_PROFIT)
def _spot_profit(call: Call) -> object:
    book = _leading(call, _SPOT)
    return rows.profit_summary(book.profit_summary(), book.daily_shares(), "profitSummarys")


@_answers(copytrade.LEADER_PAID_SHARES)
def _paid_shares(call: Call) -> object:
    return _paid(call, _USDT, "nickName")


@_answers(copytrade.SPOT_LEADER_PAID_SHARES)
def _spot_paid_shares(call: Call) -> object:
    return _paid(call, _SPOT, "followerName")


def _paid(call: Call, product: ProductType, name_key: str) -> object:
    window = call.fields.window(20, 100)
    coin = call.fields.text("coin").upper()
    shown = [
        share
        for share in _leading(call, product).paid_shares()
        if coin in ("", share.coin)
        and (not window.before_id or is_before(share.profit_id, window.before_id))
        and (window.since_ms is None or (share.time_ms or 0) >= window.since_ms)
        and (window.until_ms is None or (share.time_ms or 0) <= window.until_ms)
    ][: window.limit]
    return {
        "profitList": [rows.share(share, name_key) for share in shown],
        "endId": shown[-1].profit_id if shown else None,
    }


@_answers(copytrade.LEADER_WAITING_SHARES)
def _waiting_shares(call: Call) -> object:
    found = _of_coin(call, _leading(call, _USDT).waiting_shares())
    return [rows.share(share, "nickName") for share in _numbered(call, found, 100)]


@_answers(copytrade.SPOT_LEADER_WAITING_SHARES)
def _spot_waiting_shares(call: Call) -> object:
    found = _of_coin(call, _leading(call, _SPOT).waiting_shares())
    return [rows.share(share, "followerName") for share in _numbered(call, found, 100)]


def _of_coin(call: Call, shares: Sequence[ProfitShare]) -> list[ProfitShare]:
    coin = call.fields.text("coin").upper()
    return [share for share in shares if coin in ("", share.coin)]


@_answers(copytrade.LEADER_DAILY_SHARES)
def _daily_shares(call: Call) -> object:
    found = _leading(call, _USDT).daily_shares()
    return [rows.share(share, "nickName") for share in _numbered(call, found, 50)]


# Settings and people


@_answers(copytrade.LEADER_SYMBOLS)
def _symbols(call: Call) -> object:
    product = call.fields.product()
    found = _leading(call, product).symbols() if product is _USDT else []
    return [rows.lead_symbol(symbol) for symbol in found]


@_answers(copytrade.SPOT_LEADER_SETTINGS)
def _spot_settings(call: Call) -> object:
    return rows.lead_settings(_leading(call, _SPOT).settings())


@_answers(copytrade.LEADER_FOLLOWERS)
def _followers(call: Call) -> object:
    return _people(call, _leading(call, _USDT), 100)


@_answers(copytrade.SPOT_LEADER_FOLLOWERS)
def _spot_followers(call: Call) -> object:
    return _people(call, _leading(call, _SPOT), 1000)


def _people(call: Call, book: LeaderBook, most: int) -> list[Row]:
    """Return a page of followers; what each is worth is reckoned for the page alone."""
    since, until = call.fields.span()
    found = [
        relation
        for relation in book.everybody()
        if (since is None or relation.since_ms >= since) and (until is None or relation.since_ms <= until)
    ]
    return [rows.follower(book.follower(relation)) for relation in _numbered(call, found, most)]


@_answers(copytrade.FOLLOWER_TRADERS)
def _traders(call: Call) -> object:
    book = _following(call, _USDT)
    return [
        rows.trader(each, is_futures=True) for each in _numbered(call, book.traders() if book else [], 50)
    ]


@_answers(copytrade.SPOT_FOLLOWER_TRADERS)
def _spot_traders(call: Call) -> object:
    book = _following(call, _SPOT)
    return [
        rows.trader(each, is_futures=False) for each in _numbered(call, book.traders() if book else [], 50)
    ]


@_answers(copytrade.FOLLOWER_SETTINGS)
def _copy_settings(call: Call) -> object:
    book = _following(call, _USDT)
    found = book.settings(call.fields.required("traderId")) if book else None
    if found is None:
        return {"followerEnable": "NO", "detailList": []}
    return rows.futures_settings(found)


@_answers(copytrade.SPOT_FOLLOWER_SETTINGS)
def _spot_copy_settings(call: Call) -> object:
    book = _following(call, _SPOT)
    trader_id = call.fields.required("traderId")
    found = book.settings(trader_id) if book else None
    leader = call.exchange.copytrade.leading(trader_id, _SPOT)
    lent = [each for each in (leader.symbols() if leader else []) if each.is_enabled]
    ranges = [rows.spot_range(call.exchange.rules(each.instrument)) for each in lent]
    if found is None:
        return {"enable": "NO", "tradeSettingList": [], "tradeSymbolSettingList": ranges}
    return rows.spot_settings(found) | {"tradeSymbolSettingList": ranges}


@_answers(copytrade.FOLLOWER_LIMITS)
def _limits(call: Call) -> object:
    product = call.fields.product()
    symbol = call.fields.text("symbol").upper()
    found = call.exchange.copytrade.limits(product) if product is _USDT else []
    return [rows.copy_limit(limit) for limit in found if symbol in ("", limit.instrument.symbol)]


@_answers(copytrade.SPOT_FOLLOWER_SYMBOLS)
def _trader_symbols(call: Call) -> object:
    leader = call.exchange.copytrade.leading(call.fields.required("traderId"), _SPOT)
    found = [each.instrument.symbol for each in (leader.symbols() if leader else []) if each.is_enabled]
    return {"currentTradingList": found}


def _numbered(call: Call, found: Sequence[T], most: int) -> Sequence[T]:
    size = call.fields.integer("pageSize", 20, 1, most)
    skipped = (call.fields.integer("pageNo", 1, 1, 100_000) - 1) * size
    return found[skipped : skipped + size]
