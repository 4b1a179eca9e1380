"""What a futures wallet is worth, what of it is free, and how near its legs are to liquidation."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.instrument import Instrument
from bgtui.domain.order import MarginMode, PositionSide
from bgtui.domain.value import frozen
from bgtui.simulator.account import Account, Wallet
from bgtui.simulator.money import ONE, ZERO
from bgtui.simulator.positions import Leg, liquidation_price, maintenance, pnl, value_in_coin
from bgtui.simulator.state import State


@frozen
class Crossed:
    """The crossed part of a wallet: what backs its crossed legs together."""

    equity: Decimal
    """Balance that no isolated leg owns, plus PnL of the crossed legs."""
    pnl: Decimal
    initial: Decimal
    maintenance: Decimal

    @property
    def ratio(self) -> Decimal | None:
        """Maintenance / equity: liquidation at 1; None when nothing is left to divide by."""
        if not self.maintenance:
            return ZERO
        return self.maintenance / self.equity if self.equity > 0 else None

    @property
    def is_lost(self) -> bool:
        """Tell whether the legs must go."""
        return self.maintenance > 0 and self.maintenance >= self.equity


class Margin:
    """Arithmetic over wallets; changes nothing."""

    def __init__(self, state: State) -> None:
        """Look at this state."""
        self._state = state

    def mark(self, leg: Leg) -> Decimal:
        """Return the price that a leg is valued at: mark, else last, else what it cost."""
        reference = self._state.markets[leg.instrument].reference
        return reference if reference is not None else leg.cost / leg.size

    def keep_rate(self, leg: Leg, mark: Decimal | None = None) -> Decimal:
        """Return the maintenance rate of a leg's tier, the whole value at one rate (wire notes 10.6)."""
        instrument = self._state.markets[leg.instrument].instrument
        price = self.mark(leg) if mark is None else mark
        return self._state.tier(instrument, leg.size * price).maintenance_margin_rate

    def rate(self, account: Account, leg: Leg) -> Decimal:
        """Return maintenance rate plus taker fee rate."""
        return self.keep_rate(leg) + self.fee_rate(account, leg)

    def fee_rate(self, account: Account, leg: Leg) -> Decimal:
        """Return the taker fee rate that closing a leg would cost."""
        return account.fee_rate(self._state.markets[leg.instrument].instrument, is_taker=True)

    def maintenance(self, account: Account, leg: Leg) -> Decimal:
        """Return the maintenance margin of a leg, closing fee included."""
        return maintenance(leg.size, self.mark(leg), self.rate(account, leg), is_inverse=leg.is_inverse)

    def pnl(self, leg: Leg) -> Decimal:
        """Return the unrealized PnL of a leg at its mark price."""
        return leg.unrealized(self.mark(leg))

    def isolated(self, wallet: Wallet) -> Decimal:
        """Return what isolated legs own of a wallet."""
        return sum((leg.margin for leg in wallet.legs.values() if leg.is_isolated), ZERO)

    def crossed(self, account: Account, wallet: Wallet) -> Crossed:
        """Return the crossed part of a wallet."""
        shown = initial = kept = own = ZERO
        for leg in wallet.legs.values():
            if leg.is_isolated:
                own += leg.margin
            else:
                shown += self.pnl(leg)
                initial += leg.initial_margin()
                kept += self.maintenance(account, leg)
        return Crossed(wallet.balance - own + shown, shown, initial, kept)

    def free(self, account: Account, wallet: Wallet, mode: MarginMode) -> Decimal:
        """Return what may back a new order or position; profit not realized yet backs crossed ones only."""
        crossed = self.crossed(account, wallet)
        usable = crossed.equity if mode is MarginMode.CROSSED else crossed.equity - max(crossed.pnl, ZERO)
        return usable - crossed.initial - wallet.held

    def equity(self, wallet: Wallet) -> Decimal:
        """Return balance plus the PnL of every leg."""
        return wallet.balance + sum((self.pnl(leg) for leg in wallet.legs.values()), ZERO)

    def is_lost(self, account: Account, leg: Leg) -> bool:
        """Tell whether an isolated leg must go: margin ratio 1 or above."""
        return self.maintenance(account, leg) >= leg.margin + self.pnl(leg)

    def backing(self, account: Account, wallet: Wallet, leg: Leg) -> Decimal:
        """Return what stands behind one leg: M of the formulas of wire notes 10.1."""
        if leg.is_isolated:
            return leg.margin
        crossed = self.crossed(account, wallet)
        others = crossed.maintenance - self.maintenance(account, leg)
        return crossed.equity - self.pnl(leg) - others

    def liquidation_price(self, account: Account, wallet: Wallet, leg: Leg) -> Decimal | None:
        """Return where a leg is liquidated if nothing else moves, not rounded."""
        return liquidation_price(
            leg.direction,
            leg.size,
            leg.cost,
            self.backing(account, wallet, leg),
            self.rate(account, leg),
            is_inverse=leg.is_inverse,
        )

    def ratio(self, account: Account, wallet: Wallet, leg: Leg) -> Decimal | None:
        """Return the margin ratio of a leg: of its own margin, or of everything crossed."""
        if not leg.is_isolated:
            return self.crossed(account, wallet).ratio
        worth = leg.margin + self.pnl(leg)
        return self.maintenance(account, leg) / worth if worth > 0 else None

    def freed(self, account: Account, leg: Leg, size: Decimal, price: Decimal) -> Decimal:
        """Return what closing a part of a leg at a price adds to what is free; a profit does not count."""
        part = size / leg.size
        realized = pnl(leg.direction, size, leg.cost * part, price, is_inverse=leg.is_inverse)
        counted = ZERO if leg.is_isolated else self.pnl(leg) * part
        fee = value_in_coin(size, price, is_inverse=leg.is_inverse) * self.fee_rate(account, leg)
        return leg.backing() * part + min(realized - counted, ZERO) - fee

    def unit_cost(self, account: Account, instrument: Instrument, leverage: Decimal) -> Decimal:
        """Return what opening costs for each unit of value: margin and taker fee."""
        return ONE / leverage + account.fee_rate(instrument, is_taker=True)

    def leg(self, account: Account, instrument: Instrument, side: PositionSide) -> Leg | None:
        """Return an open leg."""
        return account.wallet(instrument).legs.get((instrument.id, side))
