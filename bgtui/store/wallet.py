"""What a futures wallet is worth at this moment: what was told, carried on by the marks of its legs."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain import pnl
from bgtui.domain.account import Balance, Position
from bgtui.domain.event import AccountPart
from bgtui.domain.instrument import ProductType
from bgtui.domain.value import frozen
from bgtui.store.store import Store

LIVE_MARK_S = 10.0
"""A mark that came longer ago is not live."""
SETTLE_S = 2.0
"""Wallet and legs are told apart: a change of the legs this long after a report of the wallet is in it."""
TOLD_S = 10.0
"""What was told longer ago and has no live figure says how old it is."""


@frozen
class Wallet:
    """One coin of a futures wallet, for drawing.

    Equity is what the exchange last told, less the PnL that was in it, plus the PnL of the same legs at their
    marks of now. What is free and the crossed risk are as told: the exchange does not say how it gets them.
    Orders are judged by what was told alone (`bgtui.session.facts`), which is in step with what is free.
    """

    balance: Balance | None
    """As told; None where nobody has said."""
    equity: Decimal | None
    """Margin coin."""
    unrealized: Decimal | None
    """PnL that is in the equity, margin coin."""
    is_live: bool
    """Whether these two go by the marks of now: a figure that was worked out here."""
    told_age_s: float | None = None
    """Since the rest was told, or all where nothing is live, if it may have moved meanwhile; else None."""


def wallet(store: Store, product_type: ProductType, coin: str) -> Wallet:
    """Return a coin of a futures wallet as it is now, as far as it can be known."""
    balance = store.known_balances(product_type).get(coin)
    if balance is None:
        return Wallet(None, None, None, is_live=False)
    legs = [leg for leg in store.positions(product_type) or () if leg.margin_coin == coin]
    is_current = _is_current(store, product_type)
    told, in_it, now = balance.equity, balance.unrealized_pnl, None
    if is_current and legs and _is_in_step(store, product_type, coin):
        now = _live(store, legs)
    age_s = _moving_age_s(store, product_type, coin, has_legs=bool(legs) or not is_current)
    if told is None or in_it is None or now is None:
        return Wallet(balance, told, in_it, is_live=False, told_age_s=age_s)
    return Wallet(balance, told - in_it + now, now, is_live=True, told_age_s=age_s)


def _is_current(store: Store, product_type: ProductType) -> bool:
    parts = (AccountPart.BALANCES, AccountPart.POSITIONS)
    is_told = all(store.freshness(product_type, part).is_current for part in parts)
    return is_told and store.positions(product_type) is not None


def _is_in_step(store: Store, product_type: ProductType, coin: str) -> bool:
    """Tell whether the wallet was told for the legs that are known: no fill lies between the two."""
    told_s, legs_s = store.balance_age_s(product_type, coin), store.legs_age_s(product_type)
    return told_s is not None and (legs_s is None or told_s <= legs_s + SETTLE_S)


def _moving_age_s(store: Store, product_type: ProductType, coin: str, *, has_legs: bool) -> float | None:
    age_s = store.balance_age_s(product_type, coin)
    return age_s if has_legs and age_s is not None and age_s > TOLD_S else None


def _live(store: Store, legs: list[Position]) -> Decimal | None:
    """Return the PnL of all these legs at their marks; None where one of them has no live mark."""
    total = Decimal(0)
    for leg in legs:
        earned = _earned(store, leg)
        if earned is None:
            return None
        total += earned
    return total


def _earned(store: Store, leg: Position) -> Decimal | None:
    ticker, age_s = store.ticker(leg.instrument), store.ticker_age_s(leg.instrument)
    rules = store.instrument(leg.instrument)
    is_inverse = rules is not None and rules.is_inverse
    is_unknown = rules is None and leg.instrument.product_type is ProductType.COIN_FUTURES
    if rules is not None and is_inverse and leg.margin_coin != rules.margin_coin:
        return None  # it earns in another coin than the wallet's
    if ticker is None or ticker.mark_price is None or age_s is None or age_s > LIVE_MARK_S or is_unknown:
        return None
    return pnl.unrealized(leg.side, leg.size, leg.entry_price, ticker.mark_price, is_inverse=is_inverse)
