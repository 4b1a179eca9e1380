"""The account by REST: key, wallets, ledger, fee rates, settings."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.account import (
    Balance,
    Bill,
    FeeRates,
    InstrumentMargin,
    KeyInfo,
    LeverageSetting,
    SymbolSettings,
    WalletTotal,
)
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.order import PositionMode
from bgtui.wire.decode import word
from bgtui.wire.decode.rest_answer import Data, answers, listed, many, one, paged, stated
from bgtui.wire.decode.rest_field import (
    amount,
    amount_or_zero,
    coin,
    instrument,
    label,
    margin_mode,
    moment,
    plain,
    position_mode,
    positive,
)
from bgtui.wire.endpoint import common, futures_account, spot_account
from bgtui.wire.number import decimal, identifier, lower, millis, optional_decimal, optional_identifier
from bgtui.wire.page import Page
from bgtui.wire.payload.rest_account import (
    FuturesAccountRow,
    FuturesBillRow,
    IsolatedSymbolRow,
    KeyInfoRow,
    LeverageRow,
    LiquidationPriceRow,
    MaxOpenRow,
    OpenCountRow,
    PositionModeRow,
    SpotAssetRow,
    SpotBillRow,
    TradeRateRow,
    WalletTotalRow,
)


@answers(spot_account.KEY_INFO)
def key_info(data: Data) -> KeyInfo:
    """Return whose key it is and what it may do."""
    row = one(data, KeyInfoRow)
    authorities = row.authorities.split(",") if isinstance(row.authorities, str) else row.authorities
    ips = row.ips.split(",") if isinstance(row.ips, str) else row.ips
    return KeyInfo(
        user_id=identifier(row.user_id, "userId"),
        authorities=tuple(
            identifier(_trimmed(each), "authorities") for each in _filled(authorities, "authorities")
        ),
        is_trader=lower(row.trader_type) == "trader",
        ips=tuple(identifier(_trimmed(each), "ips") for each in _filled(ips, "ips")),
        parent_id=optional_identifier(row.parent_id, "parentId"),
        registered_ms=moment(row.regis_time, "regisTime") or 0,
    )


@answers(common.TRADE_RATE)
def fee_rates(data: Data, instrument: InstrumentId) -> FeeRates:
    """Return the account's own fee rates of one instrument."""
    row = one(data, TradeRateRow)
    return FeeRates(
        instrument, decimal(row.maker_fee_rate, "makerFeeRate"), decimal(row.taker_fee_rate, "takerFeeRate")
    )


@answers(common.ALL_TRADE_RATES)
def all_fee_rates(data: Data, product_type: ProductType) -> tuple[FeeRates, ...]:
    """Return the account's own fee rates."""
    return tuple(
        FeeRates(
            instrument(product_type, row.symbol),
            decimal(row.maker_fee_rate, "makerFeeRate"),
            decimal(row.taker_fee_rate, "takerFeeRate"),
        )
        for row in many(data, TradeRateRow)
    )


@answers(common.ALL_BALANCES)
def wallet_totals(data: Data) -> tuple[WalletTotal, ...]:
    """Return what each kind of account is worth in USDT."""
    return tuple(
        WalletTotal(
            identifier(row.account_type, "accountType").lower(), amount(row.usdt_balance, "usdtBalance")
        )
        for row in many(data, WalletTotalRow)
    )


@answers(spot_account.ASSETS)
def spot_balances(data: Data) -> tuple[Balance, ...]:
    """Return the coins of the spot wallet."""
    return tuple(
        Balance(
            product_type=ProductType.SPOT,
            coin=coin(row.coin, "coin"),
            available=amount(row.available, "available"),
            frozen=amount_or_zero(row.frozen, "frozen"),
            locked=optional_decimal(row.locked, "locked"),
            updated_ms=moment(row.updated, "uTime"),
        )
        for row in stated(data, SpotAssetRow)
    )


@answers(futures_account.ACCOUNTS)
def futures_balances(data: Data, product_type: ProductType) -> tuple[Balance, ...]:
    """Return the coins of a futures wallet."""
    return tuple(_futures_balance(row, product_type) for row in stated(data, FuturesAccountRow))


@answers(futures_account.ACCOUNT)
def futures_balance(data: Data, product_type: ProductType) -> Balance:
    """Return the margin coin that the account was asked about."""
    return _futures_balance(one(data, FuturesAccountRow), product_type)


@answers(futures_account.ACCOUNT)
def symbol_settings(data: Data, instrument: InstrumentId) -> SymbolSettings:
    """Return modes and leverage of the instrument that the account was asked about."""
    row = one(data, FuturesAccountRow)
    return SymbolSettings(
        instrument=instrument,
        margin_coin=coin(row.margin_coin, "marginCoin"),
        margin_mode=margin_mode(row.margin_mode),
        position_mode=position_mode(row.pos_mode),
        crossed_leverage=decimal(row.crossed_margin_leverage, "crossedMarginLeverage"),
        isolated_long_leverage=decimal(row.isolated_long_lever, "isolatedLongLever"),
        isolated_short_leverage=decimal(row.isolated_short_lever, "isolatedShortLever"),
    )


@answers(spot_account.BILLS)
def spot_bills(data: Data) -> Page[Bill]:
    """Return the spot ledger; the last row's id is the cursor."""
    bills = tuple(
        Bill(
            product_type=ProductType.SPOT,
            bill_id=identifier(row.bill_id, "billId"),
            coin=coin(row.coin, "coin"),
            amount=amount(row.size, "size"),
            balance=optional_decimal(row.balance, "balance"),
            fee=optional_decimal(row.fees, "fees"),
            business_type=label(row.business_type) or label(row.group_type),
            instrument=None,
            time_ms=millis(row.created, "cTime"),
        )
        for row in many(data, SpotBillRow)
    )
    return Page(bills, bills[-1].bill_id if bills else None)


@answers(futures_account.BILLS)
def futures_bills(data: Data, product_type: ProductType) -> Page[Bill]:
    """Return a futures ledger."""
    rows, cursor = paged(data, FuturesBillRow, "bills")
    bills = tuple(
        Bill(
            product_type=product_type,
            bill_id=identifier(row.bill_id, "billId"),
            coin=coin(row.coin, "coin"),
            amount=amount(row.amount, "amount"),
            balance=optional_decimal(row.balance, "balance"),
            fee=optional_decimal(row.fee, "fee"),
            business_type=label(row.business_type),
            instrument=instrument(product_type, row.symbol) if row.symbol not in (None, "") else None,
            time_ms=millis(row.created, "cTime"),
        )
        for row in rows
    )
    return Page(bills, cursor)


@answers(futures_account.OPEN_COUNT)
def open_count(data: Data) -> Decimal:
    """Return the size that an amount of margin would open, base coin, ignoring what is held."""
    return amount(one(data, OpenCountRow).size, "size")


@answers(futures_account.MAX_OPEN)
def max_open(data: Data) -> Decimal:
    """Return the largest size that can be opened now, base coin."""
    return amount(one(data, MaxOpenRow).max_open, "maxOpen")


@answers(futures_account.LIQUIDATION_PRICE)
def liquidation_price(data: Data) -> Decimal | None:
    """Return where a planned position would be liquidated, None when nowhere."""
    return positive(one(data, LiquidationPriceRow).liq_price, "liqPrice")


@answers(futures_account.ISOLATED_SYMBOLS)
def isolated_symbols(data: Data, product_type: ProductType) -> tuple[InstrumentMargin, ...]:
    """Return the instruments that are not crossed."""
    return tuple(
        InstrumentMargin(instrument(product_type, row.symbol), margin_mode(row.margin_mode))
        for row in many(data, IsolatedSymbolRow)
    )


@answers(futures_account.SET_LEVERAGE, futures_account.SET_MARGIN_MODE)
def leverage_setting(data: Data, product_type: ProductType) -> LeverageSetting:
    """Return what leverage or margin mode the exchange says it has set."""
    row = one(data, LeverageRow)
    return LeverageSetting(
        instrument=instrument(product_type, row.symbol),
        margin_coin=coin(row.margin_coin, "marginCoin"),
        margin_mode=word.margin_mode(row.margin_mode),
        long=positive(row.long_leverage, "longLeverage"),
        short=positive(row.short_leverage, "shortLeverage"),
        crossed=positive(row.cross_margin_leverage, "crossMarginLeverage"),
    )


@answers(futures_account.SET_POSITION_MODE)
def position_mode_set(data: Data) -> PositionMode:
    """Return the position mode that the exchange says it has set."""
    return position_mode(one(data, PositionModeRow).pos_mode)


def _futures_balance(row: FuturesAccountRow, product_type: ProductType) -> Balance:
    return Balance(
        product_type=product_type,
        coin=coin(row.margin_coin, "marginCoin"),
        available=plain(decimal(row.available, "available")),
        frozen=amount_or_zero(row.locked, "locked"),
        equity=optional_decimal(row.account_equity, "accountEquity"),
        usdt_equity=optional_decimal(row.usdt_equity, "usdtEquity"),
        unrealized_pnl=optional_decimal(row.unrealized_pl, "unrealizedPL"),
        max_open=optional_decimal(row.crossed_max_available, "crossedMaxAvailable"),
        max_transfer_out=optional_decimal(row.max_transfer_out, "maxTransferOut"),
        cross_risk_ratio=optional_decimal(row.crossed_risk_rate, "crossedRiskRate"),
    )


def _filled(value: object, field: str) -> list[object]:
    return [each for each in listed(value, field) if _trimmed(each) not in (None, "")]


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value
