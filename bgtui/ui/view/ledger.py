"""What trading cost and brought: fees and funding by instrument, the wallets' bills, modes and rates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bgtui.domain import question
from bgtui.domain.account import Bill, Fill, Liquidity
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.order import PositionMode
from bgtui.domain.text import clean_cell
from bgtui.session.losses import Losses
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import figure, worded
from bgtui.ui.view.glyph import NONE, UNKNOWN
from bgtui.ui.view.past import all_fills
from bgtui.ui.view.positions import gain
from bgtui.ui.view.privacy import hide
from bgtui.ui.view.span import Row, Span
from bgtui.ui.view.table import Column, Line, Table
from bgtui.ui.view.today import today

COSTS = (
    Column("symbol", "symbol", 14, is_text=True),
    Column("fills", "fills", 6),
    Column("value", "traded", 14),
    Column("maker", "maker", 6),
    Column("fees", "fees", 10),
    Column("funding", "funding", 10),
    Column("realized", "realized", 10),
)
BILLS = (
    Column("time", "time", 8, is_text=True),
    Column("wallet", "wallet", 12, is_text=True),
    Column("coin", "coin", 5, is_text=True),
    Column("type", "what", 18, is_text=True),
    Column("amount", "amount", 11),
    Column("fee", "fee", 8),
    Column("balance", "balance", 11),
    Column("symbol", "symbol", 14, is_text=True, from_width=120),
    Column("id", "bill", 20, is_text=True, from_width=120, is_sortable=False),
)
MODES = (
    Column("symbol", "symbol", 16, is_text=True),
    Column("position", "position", 8, is_text=True),
    Column("margin", "margin", 9, is_text=True),
    Column("long", "long", 6),
    Column("short", "short", 6),
    Column("crossed", "crossed", 8),
    Column("maker", "maker", 9),
    Column("taker", "taker", 9),
)
_DAY_MS = 86_400_000
_FUNDING = ("settle", "funding")
"""Parts of the words that Bitget names funding by."""


@dataclass(slots=True)
class Cost:
    """Sums of one instrument since 00:00 UTC, margin coin."""

    instrument: InstrumentId
    fills: int = 0
    value: Decimal = field(default_factory=Decimal)
    made: Decimal = field(default_factory=Decimal)
    """Value of what was traded as maker."""
    fees: Decimal = field(default_factory=Decimal)
    realized: Decimal = field(default_factory=Decimal)
    funding: Decimal | None = None
    """None where the ledger was not told."""


def costs(store: Store, products: Sequence[ProductType], now_ms: int) -> list[Cost]:
    """Return what each instrument cost and brought today."""
    since_ms = now_ms - now_ms % _DAY_MS
    found: dict[InstrumentId, Cost] = {}
    for fill in all_fills(store, products):
        if fill.time_ms >= since_ms:
            _add(found.setdefault(fill.instrument, Cost(fill.instrument)), fill)
    for product in products:
        bills = store.answer(question.bills(product)).value
        if bills is None:
            continue
        for cost in found.values():
            if cost.instrument.product_type is product:
                cost.funding = cost.funding or Decimal(0)
        for bill in bills:
            if is_funding(bill) and bill.instrument is not None and bill.time_ms >= since_ms:
                cost = found.setdefault(bill.instrument, Cost(bill.instrument))
                cost.funding = (cost.funding or Decimal(0)) + bill.amount
    return list(found.values())


def _add(cost: Cost, fill: Fill) -> None:
    value = fill.quote_amount if fill.quote_amount is not None else fill.price * fill.size
    cost.fills += 1
    cost.value += value
    cost.made += value if fill.liquidity is Liquidity.MAKER else Decimal(0)
    cost.fees -= sum((fee.cost for fee in fill.fees), Decimal(0))
    cost.realized += fill.realized_pnl or Decimal(0)


def is_funding(bill: Bill) -> bool:
    """Tell whether a line of the ledger is a funding payment."""
    return any(word in bill.business_type for word in _FUNDING)


def funding_today(store: Store, products: Iterable[ProductType], now_ms: int) -> Decimal | None:
    """Return what funding brought today, below zero when it was paid; None where the ledger was not told."""
    since_ms = now_ms - now_ms % _DAY_MS
    total: Decimal | None = None
    for product in products:
        bills = store.answer(question.bills(product)).value
        if bills is not None:
            total = (total or Decimal(0)) + sum(
                (bill.amount for bill in bills if is_funding(bill) and bill.time_ms >= since_ms), Decimal(0)
            )
    return total


def costs_table(
    store: Store, products: Sequence[ProductType], now_ms: int, *, hides_money: bool = False
) -> Table:
    """Return the table of fees and funding of today."""
    made = costs(store, products, now_ms)
    lines = tuple(_cost_line(cost, hides_money=hides_money) for cost in made)
    return Table(COSTS, lines, "Nothing traded and no funding since 00:00 UTC.")


def _cost_line(cost: Cost, *, hides_money: bool) -> Line:
    maker = cost.made / cost.value if cost.value else None
    money = (
        Span(figure.money(cost.value)),
        Span(figure.percent(maker, 0) if maker is not None else NONE),
        Span(figure.signed(cost.fees), gain(cost.fees)),
        Span(figure.signed(cost.funding), gain(cost.funding)),
        Span(figure.signed(cost.realized), gain(cost.realized)),
    )
    return Line(
        key=cost.instrument,
        cells=(
            Span(cost.instrument.symbol),
            Span(str(cost.fills)),
            *(span._replace(text=hide(span.text, is_private=hides_money)) for span in money),
        ),
        sort=(
            cost.instrument.symbol, cost.fills, cost.value, maker, cost.fees, cost.funding, cost.realized,
        ),
        search=cost.instrument.casefold(),
        item=cost,
    )  # fmt: skip


def bills_table(
    store: Store, products: Sequence[ProductType], now_ms: int, *, hides_money: bool = False
) -> Table:
    """Return the wallets' ledgers."""
    lines: list[Line] = []
    failed, waiting = "", False
    for product in products:
        answer = store.answer(question.bills(product))
        failed = failed or (
            f"{worded.wallet(product)}: {clean_cell(answer.error, 50)}" if answer.error else ""
        )
        waiting = waiting or not answer.is_known
        lines += [_bill_line(bill, now_ms, hides_money=hides_money) for bill in answer.value or ()]
    if failed and not lines:
        return Table(BILLS, (), f"? Bills not known: {failed}", is_known=False)
    return Table(
        BILLS, tuple(lines), ".. bills: asking the exchange" if waiting else "No bills in the last days."
    )


def _bill_line(bill: Bill, now_ms: int, *, hides_money: bool) -> Line:
    places = 2 if bill.coin.startswith("USD") else 8
    wallet = worded.wallet(bill.product_type)
    told = clean_cell(bill.business_type, 40)
    what = "funding" if is_funding(bill) else told
    symbol = bill.instrument.symbol if bill.instrument is not None else NONE
    texts = (
        Span(figure.signed(bill.amount, places), gain(bill.amount)),
        Span(NONE if bill.fee is None else figure.signed(bill.fee, places)),
        Span(NONE if bill.balance is None else figure.money(bill.balance, places)),
    )
    return Line(
        key=f"{wallet}/{bill.bill_id}",
        cells=(
            Span(figure.moment(bill.time_ms, now_ms), Role.MUTED),
            Span(wallet),
            Span(bill.coin),
            Span(what),
            *(span._replace(text=hide(span.text, is_private=hides_money)) for span in texts),
            Span(symbol),
            Span(hide(bill.bill_id, is_private=hides_money)),
        ),
        sort=(bill.time_ms, wallet, bill.coin, what, bill.amount, bill.fee, bill.balance, symbol),
        search=f"{wallet} {bill.coin} {what} {told} {symbol}".casefold(),
        item=bill,
    )


def modes_table(store: Store, instruments: Sequence[InstrumentId]) -> Table:
    """Return modes, leverage and fee rates of instruments."""
    return Table(MODES, tuple(_mode_line(store, name) for name in instruments), "No futures are followed.")


def _mode_line(store: Store, name: InstrumentId) -> Line:
    settings = store.answer(question.symbol_settings(name)).value
    rates = store.answer(question.fee_rates(name)).value
    if settings is None:
        texts = [UNKNOWN] * 5
    else:
        texts = [
            "hedge" if settings.position_mode is PositionMode.HEDGE else "one-way",
            settings.margin_mode.value,
            figure.leverage(settings.isolated_long_leverage),
            figure.leverage(settings.isolated_short_leverage),
            figure.leverage(settings.crossed_leverage),
        ]
    texts += [
        UNKNOWN if rate is None else figure.percent(rate, 4)
        for rate in ((rates.maker, rates.taker) if rates is not None else (None, None))
    ]
    return Line(
        key=name,
        cells=(Span(name.symbol), *(Span(text) for text in texts)),
        sort=(name.symbol, *texts),
        search=name.casefold(),
        item=settings,
    )


def today_rows(
    store: Store, products: Sequence[ProductType], shown: InstrumentId | None, now_ms: int,
    *, hides_money: bool = False, losses: Losses | None = None,
) -> list[Row]:  # fmt: skip
    """Return what the day brought and cost, and by which modes and rates."""
    made = costs(store, products, now_ms)
    realized, fees, part = _brought(store, products, made, now_ms, losses)
    value = sum((cost.value for cost in made), Decimal(0))
    maker = sum((cost.made for cost in made), Decimal(0)) / value if value else None
    funding = funding_today(store, products, now_ms)
    spans: list[Span] = []
    for name, amount in (("realized", realized), ("fees", fees), ("funding", funding)):
        text = hide(figure.signed(amount), is_private=hides_money)
        spans += [Span(f" {name} ", Role.MUTED), Span(text, gain(amount))]
        if name == "fees" and maker is not None:
            spans.append(Span(f" (maker {figure.percent(maker, 0)})", Role.MUTED))
        spans.append(Span("  "))
    if part:
        spans.append(Span(f" {part}", Role.WARN))
    return [tuple(spans), _rates_row(store, shown)]


def _brought(
    store: Store, products: Sequence[ProductType], made: Sequence[Cost], now_ms: int, losses: Losses | None
) -> tuple[Decimal, Decimal, str]:
    """Return realized PnL, fees, and of which part of the day's trades they are.

    What the run has counted goes before what is kept of the trades.
    """
    realized = fees = Decimal(0)
    part = ""
    for product in products:
        told = today(store, product, now_ms, losses)
        part = part or ("" if told is None else told.part)
        if told is not None and losses is not None and losses.counts(product):
            realized, fees = realized + told.realized, fees + told.fees
            continue
        mine = [cost for cost in made if cost.instrument.product_type is product]
        realized += sum((cost.realized for cost in mine), Decimal(0))
        fees += sum((cost.fees for cost in mine), Decimal(0))
    return realized, fees, part


def _rates_row(store: Store, shown: InstrumentId | None) -> Row:
    if shown is None:
        return ()
    settings = store.answer(question.symbol_settings(shown)).value
    rates = store.answer(question.fee_rates(shown)).value
    mode = UNKNOWN
    if settings is not None:
        mode = "hedge" if settings.position_mode is PositionMode.HEDGE else "one-way"
    maker = figure.percent(rates.maker, 4) if rates is not None else UNKNOWN
    taker = figure.percent(rates.taker, 4) if rates is not None else UNKNOWN
    mode_text = f" mode {mode} · " if shown.product_type.is_futures else " "
    return (Span(f"{mode_text}fees of {shown.symbol}: maker {maker} taker {taker}"),)
