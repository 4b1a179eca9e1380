"""The leader's totals, profit, symbols, limits, and the detail of a tracking order."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain import question
from bgtui.domain.copyintent import LeadSwitch, SetLeadSwitch
from bgtui.domain.copytrade import (
    MOST_TRACKS,
    MOST_TRACKS_EACH,
    LeaderSummary,
    LeadSettings,
    LeadSymbol,
    ProfitShare,
    ProfitSummary,
    TrackingOrder,
)
from bgtui.domain.instrument import ProductType
from bgtui.domain.submission import SubmissionState
from bgtui.domain.text import clean_cell
from bgtui.store.answers import Answer
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import figure, polled, tracking
from bgtui.ui.view.daybars import day_bars
from bgtui.ui.view.glyph import ABOUT, NONE, UNKNOWN
from bgtui.ui.view.impact import impact
from bgtui.ui.view.person import cell_name
from bgtui.ui.view.privacy import hide
from bgtui.ui.view.span import Row, Span, row, rule
from bgtui.ui.view.table import Column, Line, Table
from bgtui.ui.workspace import Workspace

_PROFIT_COLUMNS = (
    Column("time", "time", 16, is_text=True),
    Column("coin", "coin", 6, is_text=True),
    Column("amount", "amount", 14),
    Column("follower", "follower", 20, is_text=True, gap=3),
)
_DAY_COLUMNS = (
    Column("day", "day", 10, is_text=True),
    Column("coin", "coin", 6, is_text=True),
    Column("amount", "shared", 14),
    Column("count", "shares", 6),
    Column("best", "largest", 12),
    Column("from", "from", 20, is_text=True, gap=3),
)
_SETTING_COLUMNS = (
    Column("setting", "setting", 22, is_text=True),
    Column("state", "state", 12, is_text=True),
    Column("note", "note", 38, is_text=True),
)
SWITCHES = {
    LeadSwitch.ENABLED: "can be copied",
    LeadSwitch.SHOWS_EQUITY: "total equity shown",
    LeadSwitch.SHOWS_TPSL: "TP/SL prices shown",
}
"""What each switch does while it is on."""
_DAY_MS = 86_400_000
_BARS = 6
_SYMBOL_COLUMNS = (
    Column("symbol", "symbol", 12, is_text=True),
    Column("copying", "copying", 7, is_text=True),
    Column("min", "min size", 10),
    Column("max", "max lev", 8),
    Column("TP", "TP ratio", 9),
    Column("SL", "SL ratio", 9),
)
_METER = 20


def summary_rows(
    summary: Answer[LeaderSummary], profit: Answer[ProfitSummary], *, is_private: bool
) -> list[Row]:
    """Return ROI, totals and followers, then the shares of profit."""
    found = summary.value
    shares = profit.value
    if found is None and shares is None:
        return []
    total = hide(figure.signed(found.total_pnl if found else None), is_private=is_private)
    roi = UNKNOWN if found is None or found.roi is None else f"{figure.signed(found.roi)}%"
    first = f" ROI {roi}  total {total}  win {_wins(found)}  followers {_followers(found)}"
    yesterday = hide(figure.signed(shares.yesterday if shares else None), is_private=is_private)
    waiting = hide(figure.signed(shares.waiting if shares else None), is_private=is_private)
    paid = hide(figure.signed(shares.total if shares else None), is_private=is_private)
    second = f" share: yesterday {yesterday}  waiting {waiting}  paid out {paid} USDT"
    return [row(Span(first)), row(Span(second))]


def _wins(found: LeaderSummary | None) -> str:
    if found is None or found.win_ratio is None:
        return UNKNOWN
    counts = "" if found.wins is None or found.order_count is None else f" ({found.wins}/{found.order_count})"
    return f"{figure.plain(found.win_ratio, places=1)}%{counts}"


def _followers(found: LeaderSummary | None) -> str:
    if found is None or found.current_followers is None:
        return UNKNOWN
    ever = "" if found.total_followers is None else f", {found.total_followers} ever"
    return f"{found.current_followers} now{ever}"


def profit_table(answer: Answer[tuple[ProfitShare, ...]], *, is_private: bool, is_stale: bool) -> Table:
    """Return the shares of profit that were paid."""
    lines = tuple(
        Line(
            share.profit_id or f"{share.time_ms}/{at}",
            (
                Span(figure.date(share.time_ms)),
                Span(share.coin),
                Span(hide(figure.signed(share.amount), is_private=is_private)),
                Span(_name(share, is_private=is_private)),
            ),
            (share.time_ms, share.coin, share.amount, None),
            share.coin.lower(),
            share,
        )
        for at, share in enumerate(answer.value or ())
    )
    return Table(
        _PROFIT_COLUMNS, lines, polled.empty(answer, "No share of profit was paid yet."), is_stale=is_stale
    )


def _name(share: ProfitShare, *, is_private: bool) -> str:
    if share.follower_name is None:
        return NONE
    return hide(cell_name(share.follower_name.raw), is_private=is_private)


def symbol_table(answer: Answer[tuple[LeadSymbol, ...]], *, is_stale: bool) -> Table:
    """Return what the leader lends to copying."""
    lines = tuple(
        Line(
            symbol.instrument,
            (
                Span(symbol.instrument.symbol),
                Span("on", Role.BID) if symbol.is_enabled else Span("off", Role.MUTED),
                Span(figure.plain(symbol.min_open_size)),
                Span(figure.leverage(symbol.max_leverage)),
                Span(_ratio(symbol.take_profit_ratio)),
                Span(_ratio(symbol.stop_loss_ratio)),
            ),
            (
                symbol.instrument.symbol,
                int(symbol.is_enabled),
                symbol.min_open_size,
                symbol.max_leverage,
                None,
                None,
            ),
            symbol.instrument.lower(),
            symbol,
        )
        for symbol in answer.value or ()
    )
    return Table(_SYMBOL_COLUMNS, lines, polled.empty(answer, "No symbols to lend."), is_stale=is_stale)


def _ratio(value: Decimal | None) -> str:
    return NONE if value is None else f"{figure.plain(value)}%"


def days_of(
    daily: tuple[ProfitShare, ...] | None, paid: tuple[ProfitShare, ...] | None
) -> tuple[ProfitShare, ...] | None:
    """Return what was shared by coin and day, newest first: the exchange's sums, else those of the shares."""
    if daily:
        return daily
    if paid is None:
        return daily
    sums: dict[tuple[int, str], Decimal] = {}
    for share in paid:
        day = (share.time_ms or 0) // _DAY_MS * _DAY_MS
        sums[day, share.coin] = sums.get((day, share.coin), Decimal(0)) + share.amount
    return tuple(ProfitShare(coin, amount, None, day) for (day, coin), amount in sorted(sums.items())[::-1])


def shares_of(day: ProfitShare, paid: tuple[ProfitShare, ...]) -> list[ProfitShare]:
    """Return the shares behind a day's sum."""
    number = (day.time_ms or 0) // _DAY_MS
    return [share for share in paid if share.coin == day.coin and (share.time_ms or 0) // _DAY_MS == number]


def day_table(
    daily: Answer[tuple[ProfitShare, ...]],
    paid: Answer[tuple[ProfitShare, ...]],
    *,
    is_private: bool,
    is_stale: bool,
) -> Table:
    """Return the profit by coin and day, with the largest share of each."""
    days = days_of(daily.value, paid.value)
    lines = tuple(_day_line(day, paid.value or (), is_private=is_private) for day in days or ())
    empty = polled.empty(daily, "No share of profit was paid yet.")
    return Table(_DAY_COLUMNS, lines, empty, is_stale=is_stale)


def _day_line(day: ProfitShare, paid: tuple[ProfitShare, ...], *, is_private: bool) -> Line:
    shares = shares_of(day, paid)
    best = max(shares, key=lambda share: share.amount, default=None)
    name = NONE if best is None else _name(best, is_private=is_private)
    return Line(
        f"{day.time_ms}/{day.coin}",
        (
            Span(figure.date(day.time_ms)[:10]),
            Span(day.coin),
            Span(hide(figure.signed(day.amount), is_private=is_private)),
            Span(str(len(shares)) if shares else UNKNOWN),
            Span(hide(figure.signed(best.amount), is_private=is_private) if best else UNKNOWN),
            Span(name),
        ),
        (day.time_ms, day.coin, day.amount, len(shares), best.amount if best else None, None),
        f"{figure.date(day.time_ms)} {day.coin}".lower(),
        day,
    )


def profit_rows(
    summary: Answer[LeaderSummary], profit: Answer[ProfitSummary], width: int, *, is_private: bool
) -> list[Row]:
    """Return what was shared by coin, and the leader's own profit of a month as a chart."""
    rows: list[Row] = []
    if profit.value is not None and profit.value.coins:
        rows.append(rule(row(Span("shared so far, by coin", Role.ACCENT)), width))
        for each in profit.value.coins[:3]:
            amount = hide(figure.signed(each.amount, 4), is_private=is_private)
            last = NONE if each.last_ms is None else figure.date(each.last_ms)
            rows.append(row(f" {each.coin:<8} {amount:>16}   last {last}"))
    points = summary.value.month_profit if summary.value is not None else ()
    if points and not is_private:
        total = sum((point.value for point in points), Decimal(0))
        head = f"my own profit, {len(points)} days: {figure.signed(total)} USDT"
        rows.append(rule(row(Span(head, Role.ACCENT)), width))
        rows += day_bars([point.value for point in points], _BARS, width)
    return rows


def share_rows(day: ProfitShare, paid: tuple[ProfitShare, ...], *, is_private: bool) -> list[Row]:
    """Return who shared how much of a day, the largest first."""
    shares = sorted(shares_of(day, paid), key=lambda share: share.amount, reverse=True)
    head = row(Span(f" {figure.date(day.time_ms)[:10]} {day.coin}", Role.ACCENT))
    if not shares:
        return [head, row(Span(" not told by Bitget for this day any more", Role.MUTED))]
    return [
        head,
        *(
            row(f" {hide(figure.signed(share.amount, 4), is_private=is_private):>14}  ",
                _name(share, is_private=is_private))
            for share in shares
        ),
    ]  # fmt: skip


def settings_table(
    store: Store,
    product_type: ProductType,
    settings: Answer[LeadSettings],
    now_ms: int,
    *,
    is_stale: bool,
) -> Table:
    """Return the switches of a leader: what v2 tells of them, and which it can turn."""
    lines = _futures_switches(store, product_type, now_ms) if product_type.is_futures else _spot(settings)
    empty = polled.empty(settings, "") if not product_type.is_futures else ""
    return Table(_SETTING_COLUMNS, tuple(lines), empty, is_stale=is_stale)


def _futures_switches(store: Store, product_type: ProductType, now_ms: int) -> list[Line]:
    """Return the switches; v2 has no request that reads them, so only what this run has set is known."""
    turned: dict[LeadSwitch, tuple[bool, int]] = {}
    for item in reversed(store.finished_submissions(product_type)):
        if isinstance(item.intent, SetLeadSwitch) and item.state is SubmissionState.DONE:
            turned[item.intent.switch] = (item.intent.is_on, item.changed_ms)
    lines = []
    for switch, name in SWITCHES.items():
        is_on, at_ms = turned.get(switch, (None, None))
        state = UNKNOWN if is_on is None else "on" if is_on else "off"
        note = (
            "v turns it; the API does not tell it" if at_ms is None else f"set {figure.moment(at_ms, now_ms)}"
        )
        lines.append(_setting(name, state, note, switch))
    return lines


def _spot(settings: Answer[LeadSettings]) -> list[Line]:
    found = settings.value
    if found is None:
        return []
    site = "changed on the site: v2 cannot"
    lines = [
        _setting("can be copied", _word(found.is_enabled), site),
        _setting("total equity shown", _word(found.shows_equity), site),
        _setting("composition shown", _word(found.shows_assets), site),
    ]
    limit = figure.plain(found.removable_below_usdt)
    lines.append(_setting("removable below", f"{limit} USDT", "followers with less can be removed"))
    if found.labels:
        labels = ", ".join(clean_cell(label, 12) for label in found.labels)
        lines.append(_setting("labels", clean_cell(labels, 12), clean_cell(labels, 40)))
    for quota in found.quotas:
        note = f"of {figure.plain(quota.most)} quote coin may still be led with"
        lines.append(_setting(f"{quota.instrument.symbol} left", figure.plain(quota.left), note))
    return lines


def _word(value: bool | None) -> str:  # noqa: FBT001 - what is said is the switch itself
    return UNKNOWN if value is None else "on" if value else "off"


def _setting(name: str, state: str, note: str, item: object = None) -> Line:
    return Line(
        name, (Span(name), Span(state), Span(note, Role.MUTED)), (name, state, None), name, item or name
    )


def detail_rows(store: Store, order: TrackingOrder | None, workspace: Workspace, width: int) -> list[Row]:
    """Return the order under the cursor, what closing it would do, and the limits."""
    rows: list[Row] = []
    if order is not None:
        rows += _order_rows(store, order, workspace, width)
    rows.append(rule(row("limits"), width))
    rows += _limits(store, workspace)
    rows += _tracked(store, order, workspace)
    return rows


def _order_rows(store: Store, order: TrackingOrder, workspace: Workspace, width: int) -> list[Row]:
    hides = workspace.is_private
    head = f"{order.side.value.upper()} {order.instrument.symbol} {tracking.short_number(order.tracking_no)}"
    opened = figure.moment(order.open_ms, workspace.now_ms)
    count = UNKNOWN if order.follower_count is None else str(order.follower_count)
    of = _of_followers(store, order)
    fee = hide(figure.signed(None if order.open_fee is None else -abs(order.open_fee)), is_private=hides)
    found = impact(store, (order,))
    net = hide(f"{ABOUT}{figure.signed(found.net)}", is_private=hides)
    return [
        rule(row(Span(head, Role.ACCENT)), width),
        row(f" opened {opened} · lead order {figure.short_id(order.open_order_id)}"
            f" · fee {fee} · copied by {count}{of}"),
        row(Span(f" a close now: {count} copies close at market too; {net} for you after fees", Role.MUTED)),
    ]  # fmt: skip


def _of_followers(store: Store, order: TrackingOrder) -> str:
    summary = store.answer(question.leader_summary(order.instrument.product_type)).value
    return "" if summary is None or summary.current_followers is None else f" of {summary.current_followers}"


def _limits(store: Store, workspace: Workspace) -> list[Row]:
    product = workspace.copy_product or workspace.identity.product_type
    shown = workspace.instrument
    if shown is not None and shown.product_type is not product:
        shown = None
    orders = store.open_orders(product)
    rules = store.instrument(shown) if shown is not None else None
    rows: list[Row] = []
    if shown is not None:
        mine = None if orders is None else sum(order.instrument == shown for order in orders)
        rows.append(_meter(f"{shown.symbol} orders", mine, rules.max_orders if rules else None))
    total = None if orders is None else len(orders)
    rows.append(_meter("product orders", total, rules.max_product_orders if rules else None))
    rates = (_order_rate(store, product), _read_rate(store))
    return [
        row(*line, Span(f"  {rates[at]}", Role.MUTED)) if at < len(rates) else line
        for at, line in enumerate(rows)
    ]


def _tracked(store: Store, order: TrackingOrder | None, workspace: Workspace) -> list[Row]:
    """Return how many of the tracking orders that a futures leader may have are open."""
    product = workspace.copy_product or workspace.identity.product_type
    if not product.is_futures:
        return []
    found = store.answer(question.leader_tracks(product)).value
    meter = _meter("tracking orders", None if found is None else len(found), MOST_TRACKS)
    if order is None or found is None:
        return [meter]
    mine = sum(each.instrument == order.instrument for each in found)
    words = f"  {order.instrument.symbol} {mine} of {MOST_TRACKS_EACH}"
    return [row(*meter, Span(words, Role.MUTED))]


def _order_rate(store: Store, product: ProductType) -> str:
    """Return how many orders a second may be placed: lead traders have less than others."""
    name = "futures.place-order" if product.is_futures else "spot.place-order"
    budget = store.budget
    found = next((each for each in budget.endpoints if each.name == name), None) if budget else None
    if found is None:
        return "order rate 1/s, 0 waiting"
    return f"order rate {found.limit / found.seconds:g}/s, {found.waiting} waiting"


def _read_rate(store: Store) -> str:
    """Return what the polling of this desk takes of its routes' limit, at its busiest."""
    budget = store.budget
    reads = [each for each in budget.endpoints if each.name.startswith("copy.")] if budget else []
    if not reads:
        return ""
    busiest = min(reads, key=lambda each: each.left - each.limit)
    return f"copy reads {busiest.limit / busiest.seconds:g}/s, {busiest.limit - busiest.left} used"


def _meter(label: str, count: int | None, limit: int | None) -> Row:
    if count is None or not limit:
        known = f"{UNKNOWN if count is None else count} of {UNKNOWN if limit is None else limit}"
        return row(f" {label:<16} {known:<10} ", " " * _METER)
    filled = min(_METER, (count * _METER + limit - 1) // limit)
    bar = "█" * filled + "░" * (_METER - filled)
    return row(f" {label:<16} {count:>3} of {limit:<4} ", Span(bar, Role.ACCENT))
