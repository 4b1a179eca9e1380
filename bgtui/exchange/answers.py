"""Which read answers which question."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bgtui.domain.error import ConfigError
from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.domain.market import CandleInterval
from bgtui.domain.question import Question
from bgtui.exchange.reader import ReadClient

DAY_MS = 86_400_000
_HISTORY_MS = 7 * DAY_MS
"""How far back histories are asked for."""
_PUBLIC = frozenset({"leverage_tiers", "candles_before"})
Read = Callable[[Question[Any]], Awaitable[Any]]


class Answers:
    """Implements `bgtui.session.ports.Answering` over a `ReadClient`."""

    def __init__(
        self,
        reader: ReadClient,
        *,
        now_ms: Callable[[], int],
        rules: Callable[[InstrumentId], Instrument | None],
        has_key: bool,
    ) -> None:
        """Answer by this reader.

        Args:
            reader: What asks.
            now_ms: Exchange time, Unix milliseconds.
            rules: An instrument's rules as far as they are known.
            has_key: Whether private questions can be asked.
        """
        self._reader = reader
        self._now_ms = now_ms
        self._rules = rules
        self._has_key = has_key
        self._by_product: dict[str, Callable[[ProductType], Awaitable[Any]]] = {
            "adl_ranks": reader.adl_ranks,
            "balances": reader.balances,
            "leader_tracks": reader.leader_tracks,
            "leader_summary": reader.leader_summary,
            "profit_summary": reader.profit_summary,
            "paid_shares": reader.paid_shares,
            "waiting_shares": reader.waiting_shares,
            "lead_symbols": self._lead_symbols,
            "followers": reader.followers,
            "followed_traders": reader.followed_traders,
            "copied_orders": reader.follower_tracks,
            "copy_limits": self._copy_limits,
            "daily_shares": self._daily_shares,
        }
        self._since: dict[str, Callable[[ProductType, int], Awaitable[Any]]] = {
            "bills": reader.bills,
            "order_history": reader.order_history,
            "plan_history": reader.plan_history,
            "fills": reader.fills,
            "closed_positions": reader.closed_positions,
            "leader_history": reader.leader_history,
            "copy_history": reader.follower_history,
        }
        self._others: dict[str, Read] = {
            "key_info": lambda _: reader.key_info(),
            "wallet_totals": lambda _: reader.wallet_totals(),
            "lead_settings": lambda _: reader.lead_settings(),
            "symbol_settings": self._symbol_settings,
            "fee_rates": lambda question: reader.fee_rates(_instrument(question)),
            "leverage_tiers": lambda question: reader.leverage_tiers(_instrument(question)),
            "candles_before": self._candles_before,
            "copy_settings": lambda question: reader.copy_settings(_product(question), question.detail),
            "trader_symbols": lambda question: reader.trader_symbols(question.detail),
        }

    async def answer(self, question: Question[Any]) -> Any:  # noqa: ANN401 - the question's type says it
        """Ask the exchange.

        Raises:
            BgtuiError: whatever the read raises; ConfigError when it needs a key and there is none.
        """
        if not self._has_key and question.name not in _PUBLIC:
            raise ConfigError("No key: market only", hint="add one: bgtui keys add")
        if (by_product := self._by_product.get(question.name)) is not None:
            return await by_product(_product(question))
        if (since := self._since.get(question.name)) is not None:
            return await since(_product(question), self._now_ms() - _HISTORY_MS)
        return await self._others[question.name](question)

    async def _symbol_settings(self, question: Question[Any]) -> Any:  # noqa: ANN401
        instrument = _instrument(question)
        rules = self._rules(instrument)
        coin = (rules.margin_coin if rules is not None else "") or "USDT"
        return await self._reader.symbol_settings(instrument, coin)

    async def _candles_before(self, question: Question[Any]) -> Any:  # noqa: ANN401
        interval = CandleInterval(question.detail)
        return await self._reader.candles_before(_instrument(question), interval, question.until_ms)

    async def _lead_symbols(self, product_type: ProductType) -> Any:  # noqa: ANN401
        if product_type.is_futures:
            return await self._reader.lead_symbols(product_type)
        return (await self._reader.lead_settings()).symbols

    async def _daily_shares(self, product_type: ProductType) -> Any:  # noqa: ANN401
        if product_type.is_futures:
            return await self._reader.daily_shares()
        return (await self._reader.profit_summary(product_type)).days

    async def _copy_limits(self, product_type: ProductType) -> Any:  # noqa: ANN401
        """Spot has no such route: its limits stand in each trader's settings."""
        return await self._reader.copy_limits(product_type) if product_type.is_futures else ()


def _product(question: Question[Any]) -> ProductType:
    if question.product_type is None:
        raise TypeError(f"{question.name} needs a product type")
    return question.product_type


def _instrument(question: Question[Any]) -> InstrumentId:
    if question.instrument is None:
        raise TypeError(f"{question.name} needs an instrument")
    return question.instrument
