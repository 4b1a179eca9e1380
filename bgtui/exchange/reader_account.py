"""What the account holds, did and is set to, by REST."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.account import (
    AdlRank,
    Balance,
    Bill,
    ClosedPosition,
    FeeRates,
    InstrumentMargin,
    KeyInfo,
    Position,
    SymbolSettings,
    WalletTotal,
)
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.order import OrderType, PositionSide
from bgtui.exchange.paging import DAY_MS, Listing, walk_between
from bgtui.exchange.reads import Reads
from bgtui.wire.decode import rest_account, rest_position
from bgtui.wire.endpoint import common, futures_account, spot_account
from bgtui.wire.query import business, product


class AccountReads(Reads):
    """Wallets, positions, ledgers, settings."""

    async def key_info(self) -> KeyInfo:
        """Return whose key it is and what it may do."""
        return rest_account.key_info(await self._source.read(spot_account.KEY_INFO))

    async def fee_rates(self, instrument: InstrumentId) -> FeeRates:
        """Return the account's own fee rates of one instrument."""
        params = {"symbol": instrument.symbol, "businessType": business(instrument.product_type)}
        return rest_account.fee_rates(await self._source.read(common.TRADE_RATE, params), instrument)

    async def all_fee_rates(self, instrument: InstrumentId) -> tuple[FeeRates, ...]:
        """Return the account's own fee rates around one instrument, which the route insists on."""
        kind = instrument.product_type
        params = {"symbol": instrument.symbol, "businessType": business(kind)}
        return rest_account.all_fee_rates(await self._source.read(common.ALL_TRADE_RATES, params), kind)

    async def wallet_totals(self) -> tuple[WalletTotal, ...]:
        """Return what each kind of account is worth in USDT."""
        return rest_account.wallet_totals(await self._source.read(common.ALL_BALANCES))

    async def balances(self, product_type: ProductType) -> tuple[Balance, ...]:
        """Return every coin of the wallet."""
        data = await self._ask_all(product_type, futures_account.ACCOUNTS, spot_account.ASSETS)
        if product_type.is_futures:
            return rest_account.futures_balances(data, product_type)
        return rest_account.spot_balances(data)

    async def balance(self, instrument: InstrumentId, margin_coin: str) -> Balance:
        """Return the margin coin of a contract."""
        data = await self._ask(instrument, futures_account.ACCOUNT, None, {"marginCoin": margin_coin})
        return rest_account.futures_balance(data, instrument.product_type)

    async def symbol_settings(self, instrument: InstrumentId, margin_coin: str) -> SymbolSettings:
        """Return modes and leverage of a contract."""
        data = await self._ask(instrument, futures_account.ACCOUNT, None, {"marginCoin": margin_coin})
        return rest_account.symbol_settings(data, instrument)

    async def isolated_symbols(self, product_type: ProductType) -> tuple[InstrumentMargin, ...]:
        """Return the contracts that are not crossed."""
        data = await self._ask_all(product_type, futures_account.ISOLATED_SYMBOLS, None)
        return rest_account.isolated_symbols(data, product_type)

    async def bills(self, product_type: ProductType, since_ms: int) -> tuple[Bill, ...]:
        """Return the ledger since a time, oldest first."""
        span = await self._since(since_ms)
        if product_type.is_futures:
            listing = Listing(
                futures_account.BILLS,
                lambda data: rest_account.futures_bills(data, product_type),
                _bill_id,
                _bill_time,
            )
            params = {"productType": product(product_type)}
            found = await walk_between(self._source, listing, params, span, 30 * DAY_MS)
        else:
            listing = Listing(spot_account.BILLS, rest_account.spot_bills, _bill_id, _bill_time, limit=500)
            found = await walk_between(self._source, listing, {}, span)
        return tuple(sorted(found, key=_bill_time))

    async def open_size(
        self, instrument: InstrumentId, margin_coin: str, margin: Decimal, price: Decimal, leverage: Decimal
    ) -> Decimal:
        """Return the size that an amount of margin would open, base coin, ignoring what is held."""
        asked = {
            "marginCoin": margin_coin,
            "openAmount": format(margin, "f"),
            "openPrice": format(price, "f"),
            "leverage": format(leverage, "f"),
        }
        return rest_account.open_count(await self._ask(instrument, futures_account.OPEN_COUNT, None, asked))

    async def max_open(
        self, instrument: InstrumentId, margin_coin: str, side: PositionSide, price: Decimal | None
    ) -> Decimal:
        """Return the largest size that can be opened now, base coin; without a price, at market."""
        asked = _planned(margin_coin, side, price)
        return rest_account.max_open(await self._ask(instrument, futures_account.MAX_OPEN, None, asked))

    async def liquidation_price(
        self,
        instrument: InstrumentId,
        margin_coin: str,
        side: PositionSide,
        size: Decimal,
        price: Decimal | None,
    ) -> Decimal | None:
        """Return where a planned position would be liquidated, None when nowhere."""
        asked = _planned(margin_coin, side, price) | {"openAmount": format(size, "f")}
        data = await self._ask(instrument, futures_account.LIQUIDATION_PRICE, None, asked)
        return rest_account.liquidation_price(data)

    async def positions(self, product_type: ProductType) -> tuple[Position, ...]:
        """Return every open leg; spot has none."""
        if not product_type.is_futures:
            return ()
        data = await self._ask_all(product_type, futures_account.POSITIONS, None)
        return rest_position.positions(data, product_type)

    async def position(self, instrument: InstrumentId, margin_coin: str) -> tuple[Position, ...]:
        """Return the open legs of one contract: none, one, or both sides."""
        data = await self._ask(instrument, futures_account.POSITION, None, {"marginCoin": margin_coin})
        return rest_position.positions(data, instrument.product_type)

    async def closed_positions(self, product_type: ProductType, since_ms: int) -> tuple[ClosedPosition, ...]:
        """Return legs closed since a time, oldest first; spot has none."""
        if not product_type.is_futures:
            return ()
        listing = Listing(
            futures_account.HISTORY_POSITIONS,
            lambda data: rest_position.closed_positions(data, product_type),
            lambda row: row.position_id,
            lambda row: row.updated_ms,
        )
        span = await self._since(since_ms)
        found = await walk_between(self._source, listing, {"productType": product(product_type)}, span)
        return tuple(sorted(found, key=lambda row: row.updated_ms))

    async def adl_ranks(self, product_type: ProductType) -> tuple[AdlRank, ...]:
        """Return how near each leg is to auto-deleveraging."""
        data = await self._ask_all(product_type, futures_account.ADL_RANKS, None)
        return rest_position.adl_ranks(data, product_type)


def _planned(margin_coin: str, side: PositionSide, price: Decimal | None) -> dict[str, str]:
    """Spell the position that a question is about."""
    asked = {"marginCoin": margin_coin, "posSide": side.value}
    if price is None:
        return asked | {"orderType": OrderType.MARKET.value}
    return asked | {"orderType": OrderType.LIMIT.value, "openPrice": format(price, "f")}


def _bill_id(bill: Bill) -> str:
    return bill.bill_id


def _bill_time(bill: Bill) -> int:
    return bill.time_ms
