"""What `bgtui show` can show: how each thing is asked for once, followed live, and printed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from bgtui.bootstrap.opening import Access
from bgtui.cli import present, present_copy
from bgtui.cli.present_copy import CopyProfit
from bgtui.cli.shape import shape
from bgtui.cli.table import Table
from bgtui.domain.error import ConfigError
from bgtui.domain.event import AccountPart, Connection
from bgtui.domain.feed import MarketChannel, MarketTopic
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.market import CandleInterval
from bgtui.domain.value import frozen
from bgtui.store import topic as topics
from bgtui.store.book import BookStatus, BookView
from bgtui.store.store import Store
from bgtui.store.topic import Kind, Topic

SILENT_S = 10.0
"""A ticker or a book that has not come for so long is old; a dead connection shows later."""
FILLS_BACK_MS = 24 * 3_600_000
"""How far back fills and ended orders are asked for."""


@frozen
class Query:
    """What was asked for."""

    product_type: ProductType
    instrument: InstrumentId | None
    interval: CandleInterval
    limit: int
    label: str
    """What messages call the account."""

    @property
    def named(self) -> InstrumentId:
        """The instrument, for subjects that need one."""
        if self.instrument is None:
            raise ConfigError("name a symbol, such as BTCUSDT or spot:BTCUSDT")
        return self.instrument

    def of_instrument(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the values of the instrument asked for, or of all; at most as many as asked for."""
        named = self.instrument
        return tuple(each for each in values if named is None or each.instrument == named)[: self.limit]


@frozen
class Following:
    """How a subject is read from a running session."""

    watch: Callable[[Query], tuple[MarketTopic, ...]]
    topic: Callable[[Query], Topic]
    read: Callable[[Store, Query], Any]
    """The value, or None while there is none."""
    is_stale: Callable[[Store, Query], bool]


@frozen
class Subject:
    """One thing that can be shown."""

    is_account: bool
    needs_symbol: bool
    table: Callable[[Any, Query], Table]
    fetch: Callable[[Access, Query], Awaitable[Any]] | None = None
    """Asks once by REST; None when only the stream has it."""
    following: Following | None = None
    """None when no stream carries it."""
    to_json: Callable[[Any, Query], Any] = lambda value, _: shape(value)
    as_of_ms: Callable[[Any], int | None] = lambda _: None
    """The exchange time that a value itself carries."""


def _no_topics(_query: Query) -> tuple[MarketTopic, ...]:
    return ()


def _market(*channels: MarketChannel) -> Callable[[Query], tuple[MarketTopic, ...]]:
    def watch(query: Query) -> tuple[MarketTopic, ...]:
        return tuple(
            MarketTopic(channel, query.named, query.interval if channel is MarketChannel.CANDLES else None)
            for channel in channels
        )

    return watch


def _book(store: Store, query: Query, levels: int) -> BookView:
    """Return the book; when its ticker is silent too, a stalled exchange looks like a quiet market: stale."""
    view = store.book(query.named, levels=levels)
    if view.is_live and view.age_s is not None and view.age_s > SILENT_S:
        return replace(view, status=BookStatus.STALE, reason=f"nothing came for {SILENT_S:g} s")
    return view


def _is_public_down(store: Store, _query: Query) -> bool:
    return not all(each.is_up for each in store.health().connections if each.connection is Connection.PUBLIC)


def _is_ticker_stale(store: Store, query: Query) -> bool:
    age_s = store.ticker_age_s(query.named)
    return _is_public_down(store, query) or age_s is None or age_s > SILENT_S


def _account(kind: Kind, part: AccountPart, read: Callable[[Store, Query], Any]) -> Following:
    return Following(
        watch=_no_topics,
        topic=lambda query: topics.account(kind, query.product_type),
        read=read,
        is_stale=lambda store, query: not store.freshness(query.product_type, part).is_current,
    )


def _maybe(query: Query, values: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    return None if values is None else query.of_instrument(values)


def _book_json(view: BookView, _query: Query) -> Any:  # noqa: ANN401 - JSON
    return {
        "instrument": str(view.instrument),
        "status": view.status.value,
        "integrity": view.integrity.value,
        "verified": view.is_live and view.integrity.is_verified,
        "bids": shape(view.bids),
        "asks": shape(view.asks),
        "seq": view.seq,
    }


def _book_text(view: BookView, _query: Query) -> Table:
    word = "verified" if view.is_live and view.integrity.is_verified else "NOT VERIFIED"
    state = f"{view.status.value}, {view.integrity.value}: {word}"
    title = f"{view.instrument}  {present.clock_text(view.time_ms)}  {state}"
    return present.book_table(view.bids, view.asks, title)


def _account_json(balances: Any, query: Query) -> Any:  # noqa: ANN401 - JSON
    return {"label": query.label, "product_type": query.product_type.value, "balances": shape(balances)}


async def _fetch_trades(access: Access, query: Query) -> Any:  # noqa: ANN401
    return (await access.reader.trades(query.named, limit=query.limit))[-query.limit :]


async def _fetch_candles(access: Access, query: Query) -> Any:  # noqa: ANN401
    return (await access.reader.candles(query.named, query.interval, limit=query.limit))[-query.limit :]


async def _fetch_balances(access: Access, query: Query) -> Any:  # noqa: ANN401
    return (await access.reader.balances(query.product_type))[: query.limit]


async def _fetch_contracts(access: Access, query: Query) -> Any:  # noqa: ANN401
    listed = await access.reader.instruments(query.product_type)
    if query.instrument is None:
        return listed[: query.limit]
    return tuple(each for each in listed if each.id == query.instrument) or _unknown(query.instrument)


def _unknown(instrument: InstrumentId) -> tuple[Any, ...]:
    raise ConfigError(f"unknown symbol {instrument}", hint="bgtui show contracts lists them")


async def _fetch_positions(access: Access, query: Query) -> Any:  # noqa: ANN401
    return query.of_instrument(await access.reader.positions(query.product_type))


async def _fetch_orders(access: Access, query: Query) -> Any:  # noqa: ANN401
    return query.of_instrument(await access.reader.open_orders(query.product_type))


async def _fetch_plans(access: Access, query: Query) -> Any:  # noqa: ANN401
    return query.of_instrument(await access.reader.open_plans(query.product_type))


async def _fetch_history(access: Access, query: Query) -> Any:  # noqa: ANN401
    since_ms = access.now_ms() - FILLS_BACK_MS
    return query.of_instrument(await access.reader.order_history(query.product_type, since_ms))


async def _fetch_fills(access: Access, query: Query) -> Any:  # noqa: ANN401
    fills = await access.reader.fills(query.product_type, access.now_ms() - FILLS_BACK_MS)
    return query.of_instrument(tuple(reversed(fills)))


async def _fetch_tracking(access: Access, query: Query) -> Any:  # noqa: ANN401
    return query.of_instrument(await access.reader.leader_tracks(query.product_type))


async def _fetch_followers(access: Access, query: Query) -> Any:  # noqa: ANN401
    return (await access.reader.followers(query.product_type))[: query.limit]


async def _fetch_traders(access: Access, query: Query) -> Any:  # noqa: ANN401
    return (await access.reader.followed_traders(query.product_type))[: query.limit]


async def _fetch_profit(access: Access, query: Query) -> CopyProfit:
    product, reader = query.product_type, access.reader
    summary = await reader.profit_summary(product)
    days = await reader.daily_shares() if product.is_futures else summary.days
    paid = (await reader.paid_shares(product))[: query.limit]
    return CopyProfit(summary, days, paid, await reader.waiting_shares(product))


SUBJECTS: Mapping[str, Subject] = {
    "tracking": Subject(
        is_account=True,
        needs_symbol=False,
        fetch=_fetch_tracking,
        table=lambda value, _: present_copy.tracking_table(value),
    ),
    "followers": Subject(
        is_account=True,
        needs_symbol=False,
        fetch=_fetch_followers,
        table=lambda value, _: present_copy.followers_table(value),
    ),
    "traders": Subject(
        is_account=True,
        needs_symbol=False,
        fetch=_fetch_traders,
        table=lambda value, _: present_copy.traders_table(value),
    ),
    "copy-profit": Subject(
        is_account=True,
        needs_symbol=False,
        fetch=_fetch_profit,
        table=lambda value, _: present_copy.profit_table(value),
    ),
    "ticker": Subject(
        is_account=False,
        needs_symbol=True,
        fetch=lambda access, query: access.reader.ticker(query.named),
        table=lambda value, _: present.ticker_table(value),
        as_of_ms=lambda ticker: ticker.time_ms,
        following=Following(
            _market(MarketChannel.TICKER),
            lambda query: topics.ticker(query.named),
            lambda store, query: store.ticker(query.named),
            _is_ticker_stale,
        ),
    ),
    "book": Subject(
        is_account=False,
        needs_symbol=True,
        table=_book_text,
        to_json=_book_json,
        as_of_ms=lambda view: view.time_ms,
        following=Following(
            # A book that is silent while its ticker moves is stale.
            _market(MarketChannel.BOOK, MarketChannel.TICKER),
            lambda query: topics.book(query.named),
            lambda store, query: _book(store, query, query.limit),
            lambda store, query: not _book(store, query, 0).is_live,
        ),
    ),
    "trades": Subject(
        is_account=False,
        needs_symbol=True,
        fetch=_fetch_trades,
        table=lambda value, _: present.trades_table(value),
        following=Following(
            _market(MarketChannel.TRADES),
            lambda query: topics.tape(query.named),
            lambda store, query: store.trades(query.named, query.limit) or None,
            _is_public_down,
        ),
    ),
    "candles": Subject(
        is_account=False,
        needs_symbol=True,
        fetch=_fetch_candles,
        table=lambda value, _: present.candles_table(value),
        following=Following(
            _market(MarketChannel.CANDLES),
            lambda query: topics.candles(query.named, query.interval),
            lambda store, query: store.candles(query.named, query.interval, query.limit) or None,
            _is_public_down,
        ),
    ),
    "contracts": Subject(
        is_account=False,
        needs_symbol=False,
        fetch=_fetch_contracts,
        table=lambda value, _: present.contracts_table(value),
    ),
    "account": Subject(
        is_account=True,
        needs_symbol=False,
        fetch=_fetch_balances,
        table=lambda value, _: present.balances_table(value),
        to_json=_account_json,
        following=_account(
            Kind.BALANCES, AccountPart.BALANCES, lambda store, query: store.balances(query.product_type)
        ),
    ),
    "positions": Subject(
        is_account=True,
        needs_symbol=False,
        fetch=_fetch_positions,
        table=lambda value, _: present.positions_table(value),
        following=_account(
            Kind.POSITIONS,
            AccountPart.POSITIONS,
            lambda store, query: _maybe(query, store.positions(query.product_type)),
        ),
    ),
    "orders": Subject(
        is_account=True,
        needs_symbol=False,
        fetch=_fetch_orders,
        table=lambda value, _: present.orders_table(value),
        following=_account(
            Kind.ORDERS,
            AccountPart.ORDERS,
            lambda store, query: _maybe(query, store.open_orders(query.product_type)),
        ),
    ),
    "plans": Subject(
        is_account=True,
        needs_symbol=False,
        fetch=_fetch_plans,
        table=lambda value, _: present.plans_table(value),
        following=_account(
            Kind.PLANS,
            AccountPart.PLANS,
            lambda store, query: _maybe(query, store.open_plans(query.product_type)),
        ),
    ),
    "history": Subject(
        is_account=True,
        needs_symbol=False,
        fetch=_fetch_history,
        table=lambda value, _: present.orders_table(value),
        following=_account(
            Kind.ORDERS,
            AccountPart.ORDERS,
            lambda store, query: query.of_instrument(store.finished_orders(query.product_type)),
        ),
    ),
    "fills": Subject(
        is_account=True,
        needs_symbol=False,
        fetch=_fetch_fills,
        table=lambda value, _: present.fills_table(value),
        following=_account(
            Kind.FILLS,
            AccountPart.FILLS,
            lambda store, query: query.of_instrument(store.fills(query.product_type)),
        ),
    ),
}
"""By name; `plans` and `history` are options of `orders`."""
