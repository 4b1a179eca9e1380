"""Who pays whom: every amount leaves one purse and enters another, and nothing else changes a balance.

Four purses belong to the exchange. *fees* takes trading fees. *clearing* pays and takes realized PnL, a
purse for each instrument: for linear contracts it holds just what the open positions have yet to settle; for
inverse ones, whose PnL turns into coin at the price of each close, `claims` keeps the same sum in quote
currency. *deposits* counts what came from outside. The insurance fund is an account like another.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from bgtui.domain.account import Bill
from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.simulator.account import Account, SpotWallet, Wallet
from bgtui.simulator.money import ZERO, plain
from bgtui.simulator.state import State


class Ledger:
    """The exchange's own purses and the bills of everybody's."""

    def __init__(self, state: State) -> None:
        """Begin with nothing."""
        self._state = state
        self.fees: defaultdict[str, Decimal] = defaultdict(Decimal)
        """By coin."""
        self.clearing: defaultdict[InstrumentId, Decimal] = defaultdict(Decimal)
        """Margin coin."""
        self.claims: defaultdict[InstrumentId, Decimal] = defaultdict(Decimal)
        """Quote currency: PnL realized so far, all accounts together."""
        self.deposits: defaultdict[str, Decimal] = defaultdict(Decimal)
        """By coin."""

    def deposit(self, account: Account, product_type: ProductType, coin: str, amount: Decimal) -> None:
        """Bring money in from outside."""
        self.deposits[coin] += amount
        if product_type is ProductType.SPOT:
            account.purse(coin).balance += amount
            balance = account.purse(coin).balance
        else:
            account.wallet_of(product_type, coin).balance += amount
            balance = account.wallet_of(product_type, coin).balance
        self._state.touch_wallet(account, product_type, coin)
        self.bill(account, product_type, coin, amount, balance=balance, reason="trans_from_exchange")

    def realize(self, wallet: Wallet, instrument: Instrument, coin_pnl: Decimal, quote_pnl: Decimal) -> None:
        """Pay or take the PnL of a close."""
        wallet.balance += coin_pnl
        self.clearing[instrument.id] -= coin_pnl
        self.claims[instrument.id] += quote_pnl

    def charge(self, wallet: Wallet, fee: Decimal) -> None:
        """Take a trading fee; below zero it is a rebate."""
        wallet.balance -= fee
        self.fees[wallet.coin] += fee

    def insure(
        self,
        account: Account,
        wallet: Wallet,
        amount: Decimal,
        reason: str,
        instrument: Instrument | None,
        *,
        is_reported: bool = True,
    ) -> None:
        """Pay an amount out of the insurance fund, or into it when below zero; channels may tell of it."""
        if not amount:
            return
        wallet.balance += amount
        self._state.insurance.wallet_of(wallet.product_type, wallet.coin).balance -= amount
        touch = self._state.touch_wallet if is_reported else self._state.expose
        touch(account, wallet.product_type, wallet.coin)
        self.wallet_bill(account, wallet, amount, reason=reason, instrument=instrument)

    def transfer(
        self,
        payer: Account,
        payee: Account,
        product_type: ProductType,
        coin: str,
        amount: Decimal,
        *,
        paid: str,
        received: str,
    ) -> None:
        """Move an amount from one account's wallet to another's; ``paid`` and ``received`` name the bills."""
        for account, change, reason in ((payer, -amount, paid), (payee, amount, received)):
            if product_type.is_futures:
                purse: Wallet | SpotWallet = account.wallet_of(product_type, coin)
            else:
                purse = account.purse(coin)
            purse.balance += change
            self._state.touch_wallet(account, product_type, coin)
            self.bill(account, product_type, coin, change, balance=purse.balance, reason=reason)

    def wallet_bill(
        self,
        account: Account,
        wallet: Wallet,
        amount: Decimal,
        *,
        reason: str,
        instrument: Instrument | None = None,
        fee: Decimal = ZERO,
    ) -> None:
        """Write a line of a futures wallet: what came in, what it cost, what is there now."""
        self.bill(
            account,
            wallet.product_type,
            wallet.coin,
            amount,
            balance=wallet.balance,
            reason=reason,
            instrument=instrument,
            fee=fee,
        )

    def bill(
        self,
        account: Account,
        product_type: ProductType,
        coin: str,
        amount: Decimal,
        *,
        balance: Decimal,
        reason: str,
        instrument: Instrument | None = None,
        fee: Decimal = ZERO,
    ) -> None:
        """Write a line; ``fee`` is what was paid, the line shows it below zero."""
        if account.is_crowd:
            return
        now_ms, bill_id = self._state.now_ms, self._state.next_id()
        account.past[product_type].bills.append(
            bill_id,
            now_ms,
            Bill(
                product_type=product_type,
                bill_id=bill_id,
                coin=coin,
                amount=plain(amount),
                balance=plain(balance),
                fee=plain(-fee),
                business_type=reason,
                instrument=instrument.id if instrument is not None else None,
                time_ms=now_ms,
            ),
        )
