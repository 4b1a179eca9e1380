"""What all parts of the engine share: books, accounts, open orders, and the facts not handed out yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from bgtui.domain.clock import Clock
from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.domain.market import LeverageTier
from bgtui.domain.order import PositionSide
from bgtui.simulator.account import Account
from bgtui.simulator.fact import AccountEvent, Fact, Private
from bgtui.simulator.live import LiveOrder
from bgtui.simulator.matching import Market, Resting
from bgtui.simulator.reject import Reject

INSURANCE = "insurance"
"""The account that takes over liquidated legs and pays what a bankrupt one cannot."""
_ALL = LeverageTier(1, Decimal(0), Decimal("1e30"), Decimal(125), Decimal("0.004"))


class State:
    """The engine's memory."""

    def __init__(
        self,
        instruments: Iterable[Instrument],
        tiers: Mapping[InstrumentId, Sequence[LeverageTier]],
        clock: Clock,
        ids: Callable[[], int],
    ) -> None:
        """Open empty books."""
        self.facts: list[Fact] = []
        self.markets = {instrument.id: Market(instrument, self.facts) for instrument in instruments}
        self._tiers = tiers
        self._clock = clock
        self.next_number = ids
        self.accounts: dict[str, Account] = {}
        self.insurance = self.accounts[INSURANCE] = Account(INSURANCE, is_crowd=True)
        self.orders: dict[int, LiveOrder] = {}
        """Open orders of real accounts."""
        self.crowd: dict[int, Resting] = {}
        """Resting orders of the crowd's fast lane."""
        self.moved_positions: dict[tuple[str, ProductType], None] = {}
        """Accounts whose positions are to be reported."""
        self.moved_wallets: dict[tuple[str, ProductType, str], None] = {}
        self.shrunk: dict[tuple[str, InstrumentId, PositionSide], None] = {}
        """Legs that became smaller: closing orders may be too large now."""
        self.exposed: dict[tuple[str, ProductType, str], None] = {}
        """Futures wallets whose health is to be checked."""
        self.traded: dict[InstrumentId, None] = {}
        """Instruments whose last price moved."""

    @property
    def now_ms(self) -> int:
        """Exchange time, milliseconds."""
        return self._clock.now_ms()

    def next_id(self) -> str:
        """Return a fresh id."""
        return str(self.next_number())

    def market(self, instrument: InstrumentId) -> Market:
        """Return an instrument's market.

        Raises:
            Reject: there is no such instrument.
        """
        market = self.markets.get(instrument)
        if market is None:
            raise Reject("40034", instrument.symbol)
        return market

    def account(self, uid: str) -> Account:
        """Return an account; a uid that was never opened is a mistake of the caller."""
        return self.accounts[uid]

    def tiers(self, instrument: Instrument) -> Sequence[LeverageTier]:
        """Return an instrument's leverage tiers, one for everything where none were given."""
        return self._tiers.get(instrument.id) or (_ALL,)

    def tier(self, instrument: Instrument, value: Decimal) -> LeverageTier:
        """Return the tier of a position value, quote currency; the last one for anything above."""
        tiers = self.tiers(instrument)
        return next((tier for tier in tiers if value <= tier.upper_notional), tiers[-1])

    def tell(self, account: Account, event: AccountEvent) -> None:
        """Report something to an account; the crowd does not listen."""
        if not account.is_crowd:
            self.facts.append(Private(account.uid, event))

    def touch_positions(self, account: Account, product_type: ProductType) -> None:
        """Note that an account's positions are to be reported."""
        if not account.is_crowd:
            self.moved_positions[account.uid, product_type] = None

    def touch_wallet(self, account: Account, product_type: ProductType, coin: str) -> None:
        """Note that an account's wallet is to be reported, and checked when it is a futures one."""
        if account.is_crowd:
            return
        self.moved_wallets[account.uid, product_type, coin] = None
        self.expose(account, product_type, coin)

    def expose(self, account: Account, product_type: ProductType, coin: str) -> None:
        """Note that a wallet is to be checked when it is a futures one, though no channel reports it."""
        if product_type.is_futures and not account.is_crowd:
            self.exposed[account.uid, product_type, coin] = None
