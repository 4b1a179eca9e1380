"""What holds of an engine whatever happens on it: money is neither made nor lost, positions net to zero."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Context, Decimal, localcontext

from bgtui.domain.instrument import Instrument
from bgtui.simulator.engine import Engine

EXACT = Context(prec=80)


def check_money(engine: Engine, instruments: Iterable[Instrument]) -> None:
    """What is in all purses together is what came from outside, to the last digit."""
    ledger = engine._ledger
    with localcontext(EXACT):
        total: defaultdict[str, Decimal] = defaultdict(Decimal)
        for account in engine._state.accounts.values():
            for (_, coin), wallet in account.wallets.items():
                total[coin] += wallet.balance
            for coin, purse in account.spot.items():
                total[coin] += purse.balance
        for coin, fee in ledger.fees.items():
            total[coin] += fee
        for instrument in instruments:
            if instrument.margin_coins:
                total[instrument.margin_coins[0]] += ledger.clearing[instrument.id]
        for coin, amount in ledger.deposits.items():
            assert total[coin] == amount, coin
        assert all(not amount for coin, amount in total.items() if coin not in ledger.deposits)


def check_positions(engine: Engine, instruments: Iterable[Instrument]) -> None:
    """Longs are as large as shorts, and what is not realized yet is what clearing holds."""
    ledger = engine._ledger
    with localcontext(EXACT):
        for instrument in instruments:
            held = [
                leg
                for account in engine._state.accounts.values()
                for wallet in account.wallets.values()
                for leg in wallet.legs.values()
                if leg.instrument == instrument.id
            ]
            assert all(leg.size > 0 for leg in held)
            assert sum(leg.direction * leg.size for leg in held) == 0
            cost = sum(leg.direction * leg.cost for leg in held)
            # PnL against entry sums to it at any mark.
            assert cost == ledger.claims[instrument.id]
            if not instrument.is_inverse:
                assert ledger.clearing[instrument.id] == -cost
