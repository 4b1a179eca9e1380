"""What is known around an instrument, gathered from the store: the same for forms and for the guard."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bgtui.domain import question
from bgtui.domain.account import Balance, Position, SymbolSettings
from bgtui.domain.facts import Facts
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.market import LeverageTier
from bgtui.domain.order import MarginMode, PositionMode, PositionSide
from bgtui.store.store import Store


def gather(store: Store, shown: InstrumentId) -> Facts | None:
    """Return the facts; None while the instrument's rules are not known."""
    rules = store.instrument(shown)
    if rules is None:
        return None
    product = shown.product_type
    book = store.book(shown, levels=1)
    ticker = store.ticker(shown)
    legs = store.positions(product)
    mine = [leg for leg in legs or () if leg.instrument == shown]
    settings = store.answer(question.symbol_settings(shown)).value if product.is_futures else None
    rates = store.answer(question.fee_rates(shown)).value
    orders = store.open_orders(product)
    plans = store.open_plans(product)
    mode = settings.position_mode if settings is not None else _mode_of(legs or ())
    margin_mode = settings.margin_mode if settings is not None else _margin_of(mine)
    is_isolated = margin_mode is MarginMode.ISOLATED
    coin = settings.margin_coin if settings is not None else rules.margin_coin
    balances = store.known_balances(product)
    wallet = balances.get(coin if product.is_futures else rules.quote_coin)
    base = balances.get(rules.base_coin)
    available = None
    if wallet is not None:
        available = wallet.max_open if wallet.max_open is not None else wallet.available
    reference = ticker.mark_price or ticker.last if ticker is not None else None
    return Facts(
        rules,
        position_mode=mode,
        margin_mode=margin_mode,
        margin_coin=coin,
        long_leverage=_leverage(settings, mine, PositionSide.LONG, is_isolated=is_isolated),
        short_leverage=_leverage(settings, mine, PositionSide.SHORT, is_isolated=is_isolated),
        long=_leg(mine, PositionSide.LONG),
        short=_leg(mine, PositionSide.SHORT),
        are_legs_known=legs is not None,
        available=available,
        equity=_equity(store, product, wallet),
        base_available=base.available if base is not None else None,
        bid=book.best_bid if book.is_live else (ticker.bid if ticker is not None else None),
        ask=book.best_ask if book.is_live else (ticker.ask if ticker is not None else None),
        last=ticker.last if ticker is not None else None,
        mark=ticker.mark_price if ticker is not None else None,
        maker_rate=rates.maker if rates is not None else None,
        taker_rate=rates.taker if rates is not None else None,
        keep_rate=_keep_rate(store, shown, mine, reference),
        open_orders=None if orders is None else sum(order.instrument == shown for order in orders),
        product_orders=None if orders is None else len(orders),
        has_plans=any(plan.instrument == shown for plan in plans or ()),
        is_book_live=book.is_live,
    )


def questions(shown: InstrumentId) -> list[tuple[question.Question[Any], float]]:
    """Return what a form needs to have asked, and how often, seconds."""
    if not shown.product_type.is_futures:
        return [(question.fee_rates(shown), 600.0)]
    return [
        (question.symbol_settings(shown), 30.0),
        (question.fee_rates(shown), 600.0),
        (question.leverage_tiers(shown), 3600.0),
    ]


def _equity(store: Store, product: ProductType, wallet: Balance | None) -> Decimal | None:
    """Return the wallet's equity: its own figure, else what the account stream says in USDT."""
    if wallet is not None and wallet.equity is not None:
        return wallet.equity
    report = store.equity(product)
    is_usdt = wallet is not None and wallet.coin == "USDT"
    return report.usdt_equity if report is not None and is_usdt else None


def _leg(legs: list[Position], side: PositionSide) -> Position | None:
    return next((leg for leg in legs if leg.side is side), None)


def _mode_of(legs: Sequence[Position]) -> PositionMode | None:
    """Return the position mode that the legs of a product type tell: it is the same for all of them."""
    return legs[0].position_mode if legs else None


def _margin_of(legs: Sequence[Position]) -> MarginMode | None:
    return legs[0].margin_mode if legs else None


def _leverage(
    settings: SymbolSettings | None, legs: Sequence[Position], side: PositionSide, *, is_isolated: bool
) -> Decimal | None:
    """Return the leverage set for a side; before it was told, that of a leg which must have the same."""
    if settings is None:
        same = [leg for leg in legs if leg.side is side or leg.margin_mode is MarginMode.CROSSED]
        return same[0].leverage if same else None
    if not is_isolated:
        return settings.crossed_leverage
    is_long = side is PositionSide.LONG
    return settings.isolated_long_leverage if is_long else settings.isolated_short_leverage


def _keep_rate(
    store: Store, shown: InstrumentId, legs: list[Position], reference: Decimal | None
) -> Decimal | None:
    own = next((leg.maintenance_margin_rate for leg in legs if leg.maintenance_margin_rate), None)
    if own is not None:
        return own
    tiers: tuple[LeverageTier, ...] | None = store.answer(question.leverage_tiers(shown)).value
    if not tiers:
        return None
    value = sum((leg.size for leg in legs), Decimal(0)) * (reference or 0)
    return next(
        (tier.maintenance_margin_rate for tier in tiers if value <= tier.upper_notional),
        tiers[-1].maintenance_margin_rate,
    )
