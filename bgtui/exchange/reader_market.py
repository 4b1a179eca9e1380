"""Market data by REST."""

from __future__ import annotations

from bgtui.domain.event import AuctionUpdated
from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.domain.market import (
    Candle,
    CandleInterval,
    DepthSnapshot,
    FeeTier,
    FundingRate,
    FundingTime,
    LeverageTier,
    OpenInterest,
    OpenInterestLimit,
    PriceKind,
    SymbolPrice,
    Ticker,
    Trade,
)
from bgtui.exchange.reads import Reads
from bgtui.wire.decode import rest_instrument, rest_market
from bgtui.wire.endpoint import common, futures_market, spot_market
from bgtui.wire.query import granularity

_PRICE_CANDLES = {
    PriceKind.TRADED: futures_market.HISTORY_CANDLES,
    PriceKind.MARK: futures_market.HISTORY_MARK_CANDLES,
    PriceKind.INDEX: futures_market.HISTORY_INDEX_CANDLES,
}


class MarketReads(Reads):
    """Everything that needs no key."""

    async def server_time(self) -> int:
        """Return the exchange's clock, Unix milliseconds."""
        return rest_market.server_time(await self._source.read(common.SERVER_TIME))

    async def instruments(self, product_type: ProductType) -> tuple[Instrument, ...]:
        """Return every instrument of a product type with its rules."""
        data = await self._ask_all(product_type, futures_market.CONTRACTS, spot_market.SYMBOLS)
        if product_type.is_futures:
            return rest_instrument.contracts(data, product_type)
        return rest_instrument.symbols(data)

    async def tickers(self, product_type: ProductType) -> tuple[Ticker, ...]:
        """Return the tickers of a whole product type."""
        data = await self._ask_all(product_type, futures_market.TICKERS, spot_market.TICKERS)
        return rest_market.tickers(data, product_type)

    async def ticker(self, instrument: InstrumentId) -> Ticker | None:
        """Return one ticker, None when the exchange has none of it."""
        data = await self._ask(instrument, futures_market.TICKER, spot_market.TICKERS)
        found = rest_market.tickers(data, instrument.product_type)
        return next((each for each in found if each.instrument == instrument), None)

    async def depth(self, instrument: InstrumentId, limit: int = 150) -> DepthSnapshot:
        """Return the book once, for looking only; futures offer at most "max" levels, unmerged."""
        if instrument.product_type.is_futures:
            return await self.merged_depth(instrument, limit="max")
        asked = {"type": "step0", "limit": str(limit)}
        return rest_market.depth(await self._ask(instrument, None, spot_market.ORDER_BOOK, asked), instrument)

    async def merged_depth(
        self, instrument: InstrumentId, *, precision: str = "scale0", limit: str = "100"
    ) -> DepthSnapshot:
        """Return the book once, levels merged by a scale; ``scale0`` merges nothing, "max" is every level."""
        data = await self._ask(
            instrument,
            futures_market.MERGED_DEPTH,
            spot_market.MERGED_DEPTH,
            {"precision": precision, "limit": limit},
        )
        return rest_market.depth(data, instrument)

    async def candles(
        self, instrument: InstrumentId, interval: CandleInterval, *, limit: int = 200
    ) -> tuple[Candle, ...]:
        """Return the latest candles, oldest first, the open one included; at most 1000."""
        kind = instrument.product_type
        asked = {"granularity": granularity(kind, interval), "limit": str(limit)}
        data = await self._ask(instrument, futures_market.CANDLES, spot_market.CANDLES, asked)
        return rest_market.candles(data, kind)

    async def candles_before(
        self,
        instrument: InstrumentId,
        interval: CandleInterval,
        end_ms: int,
        *,
        limit: int = 200,
        price: PriceKind = PriceKind.TRADED,
    ) -> tuple[Candle, ...]:
        """Return finished candles before a time, oldest first, at most 200; spot has those of trades only."""
        kind = instrument.product_type
        asked = {"granularity": granularity(kind, interval), "limit": str(limit), "endTime": str(end_ms)}
        spot = spot_market.HISTORY_CANDLES if price is PriceKind.TRADED else None
        data = await self._ask(instrument, _PRICE_CANDLES[price], spot, asked)
        return rest_market.candles(data, kind)

    async def trades(self, instrument: InstrumentId, *, limit: int = 100) -> tuple[Trade, ...]:
        """Return the latest public trades, oldest first."""
        data = await self._ask(instrument, futures_market.TRADES, spot_market.TRADES, {"limit": str(limit)})
        return rest_market.trades(data)

    async def trades_between(
        self, instrument: InstrumentId, start_ms: int, end_ms: int, *, limit: int = 1000
    ) -> tuple[Trade, ...]:
        """Return public trades of a span of at most 7 days, oldest first; the newest ones of too many."""
        asked = {"startTime": str(start_ms), "endTime": str(end_ms), "limit": str(limit)}
        data = await self._ask(instrument, futures_market.HISTORY_TRADES, spot_market.HISTORY_TRADES, asked)
        return rest_market.trades(data)

    async def open_interest(self, instrument: InstrumentId) -> OpenInterest | None:
        """Return all open positions of a contract."""
        data = await self._ask(instrument, futures_market.OPEN_INTEREST, None)
        found = rest_market.open_interest(data, instrument.product_type)
        return next((each for each in found if each.instrument == instrument), None)

    async def open_interest_limits(self, product_type: ProductType) -> tuple[OpenInterestLimit, ...]:
        """Return how much one account may hold of each contract."""
        data = await self._ask_all(product_type, futures_market.OPEN_INTEREST_LIMIT, None)
        return rest_market.open_interest_limits(data, product_type)

    async def funding_time(self, instrument: InstrumentId) -> FundingTime | None:
        """Return when funding is settled next."""
        data = await self._ask(instrument, futures_market.FUNDING_TIME, None)
        found = rest_market.funding_times(data, instrument.product_type)
        return next((each for each in found if each.instrument == instrument), None)

    async def funding_rates(self, product_type: ProductType) -> tuple[FundingRate, ...]:
        """Return the current funding rate of every contract of a product type."""
        data = await self._ask_all(product_type, futures_market.FUNDING_RATE, None)
        return rest_market.funding_rates(data, product_type)

    async def funding_history(self, instrument: InstrumentId, *, limit: int = 100) -> tuple[FundingRate, ...]:
        """Return the latest settled funding rates, newest first, at most 100."""
        asked = {"pageNo": "1", "pageSize": str(limit)}
        data = await self._ask(instrument, futures_market.FUNDING_HISTORY, None, asked)
        return rest_market.funding_history(data, instrument.product_type)

    async def symbol_price(self, instrument: InstrumentId) -> SymbolPrice | None:
        """Return last, index and mark price of a contract."""
        data = await self._ask(instrument, futures_market.SYMBOL_PRICE, None)
        found = rest_market.symbol_prices(data, instrument.product_type)
        return next((each for each in found if each.instrument == instrument), None)

    async def leverage_tiers(self, instrument: InstrumentId) -> tuple[LeverageTier, ...]:
        """Return the position-size table of a contract, smallest positions first."""
        data = await self._ask(instrument, futures_market.LEVERAGE_TIERS, None)
        return rest_market.leverage_tiers(data)

    async def fee_tiers(self, product_type: ProductType) -> tuple[FeeTier, ...]:
        """Return the fee rates of each VIP level."""
        route = futures_market.VIP_FEE_RATES if product_type.is_futures else spot_market.VIP_FEE_RATES
        return rest_market.fee_tiers(await self._source.read(route))

    async def auction(self, instrument: InstrumentId) -> AuctionUpdated | None:
        """Return the opening auction of a spot pair, None when it has none."""
        data = await self._ask(instrument, None, spot_market.AUCTION)
        return rest_market.auction(data, instrument)
