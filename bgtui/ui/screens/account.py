"""Account: wallets, equity over the run, what trading cost, the ledger, the modes."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, ClassVar, cast

from bgtui.domain import question
from bgtui.domain.event import AccountPart
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.question import Question
from bgtui.store import topic
from bgtui.store.store import Store
from bgtui.store.topic import Kind, Topic
from bgtui.store.wallet import wallet
from bgtui.store.worth import Sample
from bgtui.ui import flows
from bgtui.ui.keys import Context
from bgtui.ui.role import Role
from bgtui.ui.screens.listing import ListScreen
from bgtui.ui.view import account, evidence, footer, ledger, polled, positions, status, worded, worthline
from bgtui.ui.view.glyph import ABOUT
from bgtui.ui.view.span import Row, Span
from bgtui.ui.view.table import Detail, Line, State, Table, heading
from bgtui.ui.widgets.table import LiveTable, as_of
from bgtui.ui.workspace import Workspace

BALANCES, COSTS, BILLS, MODES = range(4)
_BILLS_S, _BALANCES_S, _MODES_S, _RATES_S = 30.0, 20.0, 30.0, 600.0
_MOST_MODES = 20
"""Instruments whose modes are asked: each costs a request."""


def _instruments(workspace: Workspace) -> list[InstrumentId]:
    """Return the futures whose modes are worth knowing: shown, held, watched."""
    store = workspace.store
    found: list[InstrumentId] = [] if workspace.instrument is None else [workspace.instrument]
    if store is not None:
        for product in workspace.identity.product_types:
            found += [leg.instrument for leg in store.positions(product) or ()]
    found += workspace.watch_list
    return [name for name in dict.fromkeys(found) if name.product_type.is_futures][:_MOST_MODES]


def _questions(workspace: Workspace, view_index: int) -> list[tuple[Question[Any], float]]:
    followed = workspace.identity.product_types
    if view_index == MODES:
        names = _instruments(workspace)
        return [(question.symbol_settings(name), _MODES_S) for name in names] + [
            (question.fee_rates(name), _RATES_S) for name in names
        ]
    found: list[tuple[Question[Any], float]] = [(question.bills(product), _BILLS_S) for product in followed]
    if view_index == BALANCES:
        found.append((question.wallet_totals(), _BALANCES_S))
        found += [
            (question.balances(product), _BALANCES_S) for product in ProductType if product not in followed
        ]
    return found


class AccountTable(LiveTable):
    """The four sub-views."""

    def names(self) -> Sequence[str]:
        """Return the sub-views."""
        return ("balances", "fees and funding", "bills", "modes")

    def topics(self) -> Iterable[Topic]:
        """Wallets, trades, and whatever was asked."""
        workspace = self.workspace
        kinds = (Kind.BALANCES, Kind.EQUITY, Kind.FILLS, Kind.FRESHNESS, Kind.POSITIONS)
        products, store = workspace.identity.product_types, workspace.store
        found = [topic.account(kind, product) for product in products for kind in kinds]
        if store is not None:
            legs = (leg for product in products for leg in store.positions(product) or ())
            found += [topic.ticker(leg.instrument) for leg in legs]
        return found + [topic.answer(asked) for asked, _ in _questions(workspace, self.view_index)]

    def words(self) -> Sequence[Span | str]:
        """Return how old the wallets are when they are not current."""
        store = self.workspace.store
        if store is None or self.view_index != BALANCES or not self.workspace.identity.has_key:
            return ()
        fresh = positions.freshness(store, self.workspace.identity.product_types, AccountPart.BALANCES)
        return (Span(positions.freshness_words(fresh), Role.WARN),)

    def first_state(self, view_index: int) -> State:
        """Most valuable first, latest first."""
        if view_index == MODES:
            return State(sort="symbol", is_descending=False)
        return State(sort=("value", "value", "time")[view_index])

    def table(self) -> Table:
        """Return the rows of the sub-view."""
        workspace = self.workspace
        store, hides = workspace.store, workspace.is_private
        if store is None or not workspace.identity.has_key:
            return Table(account.COLUMNS, (), worded.NO_KEY)
        followed, now_ms = workspace.identity.product_types, workspace.now_ms
        if self.view_index == COSTS:
            return ledger.costs_table(store, followed, now_ms, hides_money=hides)
        if self.view_index == BILLS:
            return ledger.bills_table(store, followed, now_ms, hides_money=hides)
        if self.view_index == MODES:
            return ledger.modes_table(store, _instruments(workspace))
        fresh = positions.freshness(store, followed, AccountPart.BALANCES)
        return account.table(store, followed, is_stale=positions.is_stale(fresh), hides_money=hides)

    def opened(self, width: int, line: Line) -> Sequence[Row]:
        """Return every field of the row, unless they are hidden."""
        if self.workspace.is_private:
            return super().opened(width, line)
        return evidence.wrapped(evidence.to_json(line.item), width)

    def below(self, width: int, line: Line | None) -> Sequence[Row]:
        """Return the equity of the run, and what the day brought."""
        workspace = self.workspace
        store, hides = workspace.store, workspace.is_private
        if store is None or not workspace.identity.has_key or self.view_index in (BILLS, MODES):
            return ()
        followed = workspace.identity.product_types
        losses = workspace.session.losses if workspace.session is not None else None
        shown, now_ms = workspace.instrument, workspace.now_ms
        day = ledger.today_rows(store, followed, shown, now_ms, hides_money=hides, losses=losses)
        made = Detail(heading("today"), tuple(day)).rows(width)
        if self.view_index == BALANCES:
            return [*self._worth(width, line), *made]
        return made

    def _worth(self, width: int, line: Line | None) -> list[Row]:
        store, product = self.workspace.store, self.workspace.identity.product_type
        if store is None:
            return []
        balance = line.item.balance if line is not None else None
        if balance is None or not balance.product_type.is_futures:
            coins = store.known_balances(product)
            balance = next(iter(coins.values()), None)
        if balance is None:
            return []
        samples = store.worth_samples(balance.product_type, balance.coin)
        known = wallet(store, balance.product_type, balance.coin)
        now = Sample(self.workspace.now_ms, known.equity) if known.is_live and known.equity else None
        return worthline.worth_detail(
            samples, worded.wallet(balance.product_type), width,
            places=account.coin_places(balance), hides_money=self.workspace.is_private, now=now,
        ).rows(width)  # fmt: skip

    def turned(self) -> None:
        """Ask what the sub-view needs."""
        app: Any = self.app
        app.attend()


class AccountScreen(ListScreen):
    """What the account is worth."""

    name_id = "account"
    contexts: ClassVar[tuple[Context, ...]] = (Context.ACCOUNT,)
    footers: ClassVar[Sequence[footer.Wanted]] = (
        ("list.tab_left", "list.tab_right"), "account.position_mode", "list.sort", "app.find",
        "privacy.toggle", "app.refresh", "app.command",
    )  # fmt: skip
    table_type: ClassVar[type[LiveTable]] = AccountTable

    def questions(self) -> list[tuple[Question[Any], float]]:
        """Return what no stream tells about the sub-view."""
        if not self.workspace.identity.has_key or not self.query(LiveTable):
            return []
        return _questions(self.workspace, self.table.view_index)

    def _as_of(self, store: Store) -> Row:
        """Return when the wallet under the cursor was told, where a stream or a question tells it."""
        balance = self.table.item.balance if self.table.item is not None else None
        age_s = None if balance is None else store.balance_age_s(balance.product_type, balance.coin)
        if balance is None or age_s is None:
            return ()
        at_ms = self.workspace.now_ms - round(age_s * 1000)
        name = f"{worded.wallet(balance.product_type)} {balance.coin}"
        return as_of(f"{name} as of {worded.clock(at_ms)} · {ABOUT} with the PnL of now")

    def do_account_position_mode(self) -> Coroutine[Any, Any, None]:
        """Change between one-way and hedge, by typed word."""
        return flows.position_mode(cast(Any, self.app), status.position_mode(self.workspace))

    def standing(self) -> Row:
        """Return which wallet cannot be read, else how old the wallets are."""
        workspace = self.workspace
        store = workspace.store
        if store is None or not workspace.identity.has_key:
            return ()
        followed = workspace.identity.product_types
        if self.table.view_index == BALANCES:
            if words := account.unreadable(account.wallet_items(store, followed)):
                return as_of(words)
            return self._as_of(store)
        if self.table.view_index == MODES:
            return as_of("m changes one-way or hedge; v on a leg its leverage")
        bills = polled.oldest(store.answer(question.bills(product)) for product in followed)
        return as_of(f"since 00:00 UTC; {polled.as_of(bills, 'bills', _BILLS_S)}")
