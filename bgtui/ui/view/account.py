"""Account: what every wallet holds; what cannot be read is ``?``, never zero."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from bgtui.domain import question
from bgtui.domain.account import Balance
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.text import clean_cell
from bgtui.domain.value import frozen
from bgtui.store.store import Store
from bgtui.store.wallet import Wallet, wallet
from bgtui.ui.view import figure, worded
from bgtui.ui.view.glyph import ABOUT, NONE, UNKNOWN
from bgtui.ui.view.positions import gain
from bgtui.ui.view.privacy import hide
from bgtui.ui.view.span import Span
from bgtui.ui.view.table import Column, Line, Table

COLUMNS = (
    Column("wallet", "wallet", 13, is_text=True),
    Column("coin", "coin", 5, is_text=True),
    Column("equity", "equity", 13),
    Column("free", "free", 13),
    Column("held", "held", 11),
    Column("uPnL", "uPnL", 9),
    Column("risk", "risk", 7),
    Column("value", "value", 13, from_width=120),
    Column("available", "available", 13, from_width=120),
    Column("transfer", "may move", 13, from_width=120),
)
_DOLLARS = ("USDT", "USDC")
_MOST_PLACES = 8
_NO_RIGHT = "40014"
"""Bitget's code for a key that lacks the right."""
_FOLLOWED = ("futures", "usdt_futures", "spot")
"""Names of wallets whose coins are told one by one."""


@frozen
class WalletItem:
    """One row: a coin of a wallet, or a wallet that nothing is known of."""

    wallet: str
    balance: Balance | None = None
    usdt: Decimal | None = None
    """What a whole wallet is worth, where that alone is told."""
    reason: str = ""
    """Why nothing is known."""
    is_barred: bool = False
    """Whether that is because the key may not read it."""
    live: Wallet | None = None
    """Of a futures coin that is followed: with the PnL of now."""


def wallet_items(store: Store, followed: Sequence[ProductType]) -> list[WalletItem]:
    """Return a row for every coin of every wallet, and one for each wallet that cannot be read."""
    found: list[WalletItem] = []
    for product in ProductType:
        name, is_live = worded.wallet(product), product in followed and product.is_futures
        if product in followed:
            known, reason, is_barred = store.balances(product), "", False
            if known is None:
                known = tuple(store.known_balances(product).values()) or None
        else:
            answer = store.answer(question.balances(product))
            known, reason, is_barred = answer.value, answer.error, answer.code == _NO_RIGHT
        if known is None:
            found.append(WalletItem(name, reason=reason, is_barred=is_barred))
        found += [
            WalletItem(name, balance, live=wallet(store, product, balance.coin) if is_live else None)
            for balance in known or ()
            if _is_worth_a_row(balance)
        ]
    return found + _others(store)


def _is_worth_a_row(balance: Balance) -> bool:
    return balance.product_type.is_futures or bool(balance.available or balance.frozen or balance.locked)


def _others(store: Store) -> list[WalletItem]:
    """Return the wallets of which only the worth is told, or not even that."""
    answer = store.answer(question.wallet_totals())
    if answer.value is None:
        return [WalletItem("funding", reason=answer.error, is_barred=answer.code == _NO_RIGHT)]
    others = [total for total in answer.value if total.wallet.lower() not in _FOLLOWED]
    found = [WalletItem(clean_cell(total.wallet, 13), usdt=total.usdt) for total in others if total.usdt]
    if not any(total.wallet.lower() == "funding" for total in answer.value):
        found.append(WalletItem("funding", is_barred=True))
    return found


def table(
    store: Store, followed: Sequence[ProductType], *, is_stale: bool = False, hides_money: bool = False
) -> Table:
    """Return the table of balances."""
    lines = tuple(_line(store, item, hides_money=hides_money) for item in wallet_items(store, followed))
    return Table(COLUMNS, lines, "No coins in any wallet.", is_stale=is_stale)


def _line(store: Store, item: WalletItem, *, hides_money: bool) -> Line:
    balance = item.balance
    if balance is None:
        return _unknown_line(item, hides_money=hides_money)
    places = coin_places(balance)
    is_live = item.live is not None and item.live.is_live
    about = ABOUT if is_live else ""
    equity, unrealized = (
        equity_of(item),
        balance.unrealized_pnl if item.live is None else item.live.unrealized,
    )
    held = balance.frozen + (balance.locked or 0)
    if balance.product_type.is_futures and balance.equity is not None:
        held = max(balance.equity - free(balance), Decimal(0))  # both as told together
    value = usdt_value(store, balance, equity)
    figures = [
        about + figure.money(equity, places),
        *(figure.money(amount, places) for amount in (free(balance), held)),
    ]
    upnl, risk = NONE, NONE
    if balance.product_type.is_futures:
        upnl_places = 2 if balance.coin in _DOLLARS or not unrealized else places
        upnl = figure.signed(unrealized, upnl_places)
        risk = figure.percent(balance.cross_risk_ratio)
    more = [balance.available, balance.max_transfer_out]
    role = gain(unrealized)
    texts = [*(Span(text) for text in figures), Span(upnl, role)]
    return Line(
        key=f"{item.wallet}/{balance.coin}",
        cells=(
            Span(item.wallet), Span(balance.coin),
            *(span._replace(text=hide(span.text, is_private=hides_money)) for span in texts),
            Span(risk),
            Span(hide(_value_words(balance, value, is_live=is_live), is_private=hides_money)),
            *(Span(hide(NONE if amount is None else figure.money(amount, places), is_private=hides_money))
              for amount in more),
        ),
        sort=(item.wallet, balance.coin, equity, free(balance), held, unrealized,
              balance.cross_risk_ratio, value, *more),
        search=f"{item.wallet} {balance.coin}".casefold(),
        item=item,
    )  # fmt: skip


def free(balance: Balance) -> Decimal:
    """Return what may back new orders, as tickets go by it."""
    return balance.max_open if balance.max_open is not None else balance.available


def equity_of(item: WalletItem) -> Decimal | None:
    """Return what a coin of a wallet comes to, in that coin: with the PnL of now where it can be."""
    balance = item.balance
    if balance is None:
        return None
    if item.live is not None:
        return item.live.equity
    if balance.equity is None and not balance.product_type.is_futures:
        return balance.available + balance.frozen + (balance.locked or 0)
    return balance.equity


def _value_words(balance: Balance, value: Decimal | None, *, is_live: bool) -> str:
    """Return a value in USDT, marked where it is worked out here."""
    if value is None:
        return UNKNOWN
    is_told = not is_live and (balance.usdt_equity is not None or balance.coin == "USDT")
    return ("" if is_told else ABOUT) + figure.money(value)


def _unknown_line(item: WalletItem, *, hides_money: bool) -> Line:
    worth = UNKNOWN if item.usdt is None else hide(figure.money(item.usdt), is_private=hides_money)
    return Line(
        key=item.wallet,
        cells=(
            Span(item.wallet), Span(UNKNOWN if item.wallet.endswith("FUTURES") else "USDT"), Span(worth),
            *(Span(UNKNOWN) for _ in range(4)), Span(worth), Span(UNKNOWN), Span(UNKNOWN),
        ),
        sort=(item.wallet, None, item.usdt, None, None, None, None, item.usdt),
        search=item.wallet.casefold(),
        item=item,
    )  # fmt: skip


def coin_places(balance: Balance) -> int:
    """Return the decimals that a coin is shown with: 2 of dollars, else those that it came with."""
    if balance.coin in _DOLLARS:
        return 2
    exponent = balance.available.as_tuple().exponent
    own = -exponent if isinstance(exponent, int) and exponent < 0 else 2
    return _MOST_PLACES if balance.product_type.is_futures else min(max(own, 2), _MOST_PLACES)


def usdt_value(store: Store, balance: Balance, equity: Decimal | None) -> Decimal | None:
    """Return what a coin is worth in USDT: as told, else by the spot or the futures price that is known."""
    if balance.usdt_equity is not None:
        if balance.equity and equity is not None:
            return balance.usdt_equity * equity / balance.equity  # at the price that it was told with
        return balance.usdt_equity
    if equity is None or balance.coin == "USDT":
        return equity
    for product in (ProductType.SPOT, ProductType.USDT_FUTURES):
        ticker = store.ticker(instrument_id(product, f"{balance.coin}USDT"))
        if ticker is not None and ticker.last is not None:
            return equity * ticker.last
    return None


def unreadable(items: Iterable[WalletItem]) -> str:
    """Return why the first wallet that cannot be read cannot, and what to do; one that fails goes first."""
    unknown = [item for item in items if item.balance is None and item.usdt is None]
    unknown.sort(key=lambda item: not (item.is_barred or item.reason))
    return f"{unknown[0].wallet}: unknown{_why(unknown[0])}" if unknown else ""


def _why(item: WalletItem) -> str:
    if item.is_barred:
        return ", the key may not read this wallet; add the right and restart"
    if item.reason:
        return f": {clean_cell(item.reason, 40).rstrip()}; u asks again"
    return " so far, asking the exchange"
