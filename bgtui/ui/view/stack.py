"""The right stack of Trade: what the account is worth, the legs, the working orders of one instrument."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import chain

from bgtui.domain.account import Position
from bgtui.domain.event import AccountPart
from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.domain.intent import AmendOrder, ClosePosition, PlaceOrder, PlacePlan
from bgtui.domain.market import Side
from bgtui.domain.order import OrderStatus, PlanKind, PositionMode, PositionSide, TimeInForce
from bgtui.domain.question import symbol_settings
from bgtui.domain.value import frozen
from bgtui.store.store import Store
from bgtui.store.wallet import wallet
from bgtui.ui.role import Role
from bgtui.ui.view import account, figure, positions
from bgtui.ui.view.act import act, act_role
from bgtui.ui.view.edge import section
from bgtui.ui.view.fitting import widest
from bgtui.ui.view.glyph import ABOUT, DOUBT, ELSEWHERE, LIVE, NONE, ON_ITS_WAY, UNKNOWN
from bgtui.ui.view.ladder_own import AT_MARKET, Mark, OwnOrder
from bgtui.ui.view.orders import source_words
from bgtui.ui.view.positions import LegView
from bgtui.ui.view.span import Row, Span, cells, crop, row, width_of
from bgtui.ui.view.working import off_ladder, own_orders

HIDDEN = "***"
_GLYPHS = {Mark.LIVE: LIVE, Mark.PLAN: LIVE, Mark.ELSEWHERE: ELSEWHERE, Mark.ON_ITS_WAY: ON_ITS_WAY,
           Mark.UNKNOWN: DOUBT}  # fmt: skip
_ROLES = {Mark.ON_ITS_WAY: Role.PENDING, Mark.UNKNOWN: Role.UNKNOWN}
_SHOWN_PLANS = (PlanKind.TRIGGER, PlanKind.TRAILING, PlanKind.SPOT_TRIGGER)
"""Plans that place orders of their own; those that protect a leg stand on its line."""


@frozen
class Worth:
    """What stands behind an instrument's orders, in its margin coin."""

    coin: str
    equity: Decimal | None
    free: Decimal | None
    is_live: bool = False
    """Whether equity goes by the marks of now."""
    told_age_s: float | None = None
    """Since what is not live was told, if it may have moved meanwhile."""


def margin_coin(rules: Instrument | None, product: ProductType) -> str:
    """Return the coin that backs an instrument."""
    if rules is not None and rules.margin_coin:
        return rules.margin_coin
    return "USDC" if product is ProductType.USDC_FUTURES else "USDT"


def worth(store: Store, product: ProductType, coin: str) -> Worth:
    """Return equity, live where it can be, and free margin of one coin; None where nobody has said."""
    known = wallet(store, product, coin)
    balance = known.balance
    if balance is None and store.balances(product) is not None:
        return Worth(coin, Decimal(0), Decimal(0))
    if balance is None:
        return Worth(coin, None, None)
    return Worth(
        coin, known.equity, account.free(balance), is_live=known.is_live, told_age_s=known.told_age_s
    )


def account_line(store: Store, rules: Instrument, width: int, *, hides_money: bool) -> Row:
    """Return equity and free margin; and the age of what is not live, once it is old.

    A wallet too large for the line loses its thousands commas, then the age, then equity: what may be spent
    stays.
    """
    if hides_money:
        return crop(row(f"eq {HIDDEN}  free {HIDDEN}"), width)
    places = 8 if rules.is_inverse else 2
    known = worth(store, rules.product_type, margin_coin(rules, rules.product_type))
    age = () if known.told_age_s is None else (Span(f" {figure.whole_age(known.told_age_s)}", Role.MUTED),)
    grouped, bare = (_worth_spans(known, places, is_grouped=is_grouped) for is_grouped in (True, False))
    return widest([(*grouped, *age), (*bare, *age), bare, bare[_FREE:], _TOO_WIDE], width)


_FREE = 2
"""Where free margin begins in the account's line."""
_TOO_WIDE = row(Span("####", Role.MUTED))
"""What stands for figures that no way of writing brings in."""


def _worth_spans(known: Worth, places: int, *, is_grouped: bool) -> Row:
    equity, free = (
        figure.plain(amount, places=places, grouped=is_grouped) for amount in (known.equity, known.free)
    )
    about = ABOUT if known.is_live else ""
    return row(Span("eq ", Role.MUTED), about + equity, Span("  free ", Role.MUTED), free)


def spot_lines(store: Store, rules: Instrument, width: int, *, hides_money: bool) -> list[Row]:
    """Return what a spot pair's two coins hold: free, and held by orders, where there is room for both."""
    lines: list[Row] = []
    for coin, places in ((rules.base_coin, rules.size_places), (rules.quote_coin, 2)):
        balance = store.known_balances(ProductType.SPOT).get(coin)
        if balance is None and store.balances(ProductType.SPOT) is None:
            free = held = UNKNOWN
        else:
            free = figure.size(balance.available if balance else Decimal(0), places)
            held = figure.size(balance.frozen if balance else Decimal(0), places)
        if hides_money:
            free = held = HIDDEN
        name = coin[:6].ljust(6)
        line = row(Span(name, Role.ACCENT), free, Span("  held ", Role.MUTED), held)
        start = line[:2]
        lines.append(widest([line, _ungrouped(line), start, _ungrouped(start), _TOO_WIDE], width))
    return lines


def position_mode(store: Store, shown: InstrumentId) -> PositionMode | None:
    """Return the account's mode where legs or settings tell it."""
    for leg in store.positions(shown.product_type) or ():
        return leg.position_mode
    settings = store.answer(symbol_settings(shown)).value
    return settings.position_mode if settings is not None else None


def leg_lines(store: Store, shown: InstrumentId, width: int, *, hides_money: bool) -> list[Row]:
    """Return three lines a leg; a flat side keeps one.

    Figures too wide for a line lose their thousands commas; then the least of them go as a whole.
    """
    legs = store.positions(shown.product_type)
    if legs is None:
        return [row("legs ", Span(UNKNOWN, Role.UNKNOWN))]
    mine = [leg for leg in legs if leg.instrument == shown]
    if position_mode(store, shown) is not PositionMode.HEDGE:
        if not mine:
            return [row(Span("leg ", Role.MUTED), NONE)]
        return [line for leg in mine for line in _leg(store, leg, width, hides_money=hides_money)]
    lines: list[Row] = []
    for side in PositionSide:
        held = [leg for leg in mine if leg.side is side]
        if not held:
            lines.append(row(_side(side), NONE))
        for leg in held:
            lines += _leg(store, leg, width, hides_money=hides_money)
    return lines


def _side(side: PositionSide) -> Span:
    return Span(side.upper().ljust(6), Role.BID if side is PositionSide.LONG else Role.ASK)


def _leg(store: Store, leg: Position, width: int, *, hides_money: bool) -> list[Row]:
    view = positions.leg_view(store, leg)
    ways = (_heads(view, hides_money=hides_money), _earns(view, hides_money=hides_money), _protection(view))
    return [widest(chain(lines, (_TOO_WIDE,)), width) for lines in ways]


def _ungrouped(line: Row) -> Row:
    """Return a line whose figures have no thousands commas."""
    return tuple(span._replace(text=span.text.replace(",", "")) for span in line)


def _both(*lines: Row) -> Iterator[Row]:
    """Return each line with its thousands commas, and then without."""
    for line in lines:
        yield line
        yield _ungrouped(line)


def _heads(view: LegView, *, hides_money: bool) -> Iterator[Row]:
    """Return side, size, entry and mode; without the mode, then without the entry."""
    leg = view.leg
    size = HIDDEN if hides_money else figure.size(leg.size, view.size_places)
    entry = f" @ {figure.average(leg.entry_price, view.places)}"
    side, mode = _side(leg.side), f" {positions.mode_words(leg)}"
    return _both(row(side, size + entry + mode), row(side, size + entry), row(side, size), row(side, "####"))


def _earns(view: LegView, *, hides_money: bool) -> Iterator[Row]:
    """Return PnL, return, liquidation and its distance; without the return, then the distance, then PnL."""
    amount = HIDDEN if hides_money else figure.signed(view.unrealized, view.money_places)
    role = view.tone(positions.gain(view.unrealized))
    liq, away, near = NONE, "", False
    if view.leg.liquidation_price is not None:
        liq = figure.average(view.leg.liquidation_price, view.places)
        away = f" {figure.percent(view.distance)}"
        near = view.distance is not None and view.distance <= positions.NEAR_LIQUIDATION
    tone = Role.DANGER if near else Role.PLAIN
    full, short = Span(f" {amount} {figure.roe(view.roe)}", role), Span(f" {amount}", role)
    word, price, distance = Span("  liq ", Role.MUTED), Span(liq, tone), Span(away, view.tone(tone))
    return _both(
        (full, word, price, distance), (short, word, price, distance), (short, word, price),
        (word, price, distance), (word, price),
    )  # fmt: skip


def _protection(view: LegView) -> Iterator[Row]:
    """Return take-profit and stop-loss; the stop alone, where there is no room for both."""
    take = figure.price(view.take_profit, view.places) if view.take_profit is not None else NONE
    stop = figure.price(view.stop_loss, view.places) if view.stop_loss is not None else NONE
    width = max(len(take), len(figure.average(view.leg.entry_price, view.places)))
    start, end = Span(" TP ", Role.MUTED), row(Span("  SL ", Role.MUTED), stop)
    yield (start, Span(take.ljust(width)), *end)
    yield from _both((start, Span(take), *end), end)


def listed_orders(store: Store, shown: InstrumentId) -> list[OwnOrder]:
    """Return the working orders of an instrument, and the plans that place orders of their own."""
    resting = own_orders(store, shown)
    return [
        *(order for order in resting if order.plan is None or order.plan.kind in _SHOWN_PLANS),
        *off_ladder(store, shown),
    ]


def price_words(order: OwnOrder, rules: Instrument) -> str:
    """Return the price of an order, or that it goes at the market."""
    return AT_MARKET if order.tag == AT_MARKET else figure.price(order.price, rules.price_places)


def nearest(orders: Sequence[OwnOrder], market: Decimal | None, room: int) -> list[OwnOrder]:
    """Return the orders nearest the market that fit, in the ladder's order: highest price first."""
    if market is not None and len(orders) > room:
        doubt_first = sorted(
            orders, key=lambda order: (order.mark < Mark.ON_ITS_WAY, abs(order.price - market))
        )
        orders = doubt_first[: max(room, 0)]
    return sorted(orders[: max(room, 0)], key=lambda order: -order.price)


def orders_title(orders: Sequence[OwnOrder], *, words: str = "", is_known: bool = True) -> Row:
    """Return ``ORDERS 6 · 1 on its way``."""
    if not is_known:
        return row(Span("ORDERS ", Role.ACCENT), Span(UNKNOWN, Role.UNKNOWN))
    spans = [Span("ORDERS", Role.ACCENT), Span(f" {len(orders)}")]
    pending = sum(order.mark is Mark.ON_ITS_WAY for order in orders)
    doubtful = sum(order.mark is Mark.UNKNOWN for order in orders)
    if doubtful:
        spans.append(Span(f" · {doubtful} UNKNOWN", Role.UNKNOWN))
    elif pending:
        spans.append(Span(f" · {pending} {ON_ITS_WAY if words else 'on its way'}", Role.PENDING))
    if words:
        spans.append(Span(f" · {words}", Role.WARN))
    return tuple(spans)


def verb_cells(store: Store, orders: Sequence[OwnOrder]) -> int:
    """Return how wide the column is that says what orders do."""
    return max((cells(verb(store, order)) for order in orders), default=2) + 1


def order_line(store: Store, order: OwnOrder, rules: Instrument, now_ms: int, width: int,
               *, verb_width: int = 3, hides_money: bool) -> Row:  # fmt: skip
    """Return one working order: what it does, its state, price, what is left, and a word about it."""
    size = HIDDEN if hides_money else figure.size(order.size, rules.size_places)
    note, role = _note(store, order, now_ms)
    name = Span(verb(store, order).ljust(verb_width), act_role(order.side))
    glyph = Span(_GLYPHS[order.mark], _ROLES.get(order.mark, Role.OWN))
    start = widest(chain(_priced((name, glyph), price_words(order, rules), size), (_TOO_WIDE,)), width)
    room = width - width_of(start)
    return crop((*start, Span(f" {note}", role)) if room > 1 else start, width)


def _priced(start: Row, price: str, size: str) -> Iterator[Row]:
    """Return price and size in their columns; then closer, without thousands commas, without the size."""
    yield (*start, Span(f" {price.rjust(8)}  {size.rjust(6)}"))
    yield from _both((*start, Span(f" {price} {size}")))
    yield (*start, Span(f" {price} ####"))


def verb(store: Store, order: OwnOrder) -> str:
    """Return what an order does, be it reported or still on its way."""
    if order.order is not None:
        return act(order.order)
    if order.plan is not None:
        return act(order.plan)
    submission = store.submission(order.client_order_id)
    intent = submission.intent if submission is not None else None
    if isinstance(intent, PlaceOrder | PlacePlan):
        return act(intent)
    if isinstance(intent, ClosePosition) and intent.position_side is not None:
        return "-L" if intent.position_side is PositionSide.LONG else "-S"
    if isinstance(intent, AmendOrder):
        old = store.order(intent.order.instrument, intent.order.order_id)
        if old is not None:
            return act(old)
    return "buy" if order.side is Side.BUY else "sell"


def _note(store: Store, order: OwnOrder, now_ms: int) -> tuple[str, Role]:
    if order.mark is Mark.UNKNOWN:
        return "UNKNOWN", Role.UNKNOWN
    if order.mark is Mark.ON_ITS_WAY:
        submission = store.submission(order.client_order_id)
        return (figure.age((now_ms - submission.sent_ms) / 1000) if submission else "", Role.PENDING)
    if order.plan is not None:
        return order.tag, Role.MUTED
    exchange = order.order
    if exchange is None:
        return "", Role.MUTED
    if exchange.status is OrderStatus.PARTIALLY_FILLED:
        return f"{figure.percent(exchange.filled_size / exchange.size, 0)} filled", Role.MUTED
    if order.mark is Mark.ELSEWHERE:
        return source_words(exchange.source), Role.MUTED
    return ("post" if exchange.time_in_force is TimeInForce.POST_ONLY else ""), Role.MUTED


def stack_rows(store: Store, rules: Instrument, now_ms: int, width: int, height: int,
               *, hides_money: bool = False) -> list[Row]:  # fmt: skip
    """Return account, legs and orders of one instrument.

    Args:
        store: The live data.
        rules: The instrument.
        now_ms: Exchange time.
        width: Cells, the edge included.
        height: Rows.
        hides_money: Whether names and money are hidden.
    """
    shown, product = rules.id, rules.product_type
    if product.is_futures:
        lines = [account_line(store, rules, width - 1, hides_money=hides_money)]
        lines += leg_lines(store, shown, width - 1, hides_money=hides_money)
    else:
        lines = spot_lines(store, rules, width - 1, hides_money=hides_money)
    orders = listed_orders(store, shown)
    is_known = store.open_orders(product) is not None or bool(orders)
    age = positions.freshness_words(store.freshness(product, AccountPart.ORDERS))
    lines = lines[: height - 2]
    lines.append(section(orders_title(orders, words=age, is_known=is_known), width))
    if is_known and not orders:
        lines.append(row(Span("none: b and s place one", Role.MUTED)))
    ticker = store.ticker(shown)
    fitting = nearest(orders, ticker.last if ticker is not None else None, height - len(lines))
    lines += [
        order_line(
            store, order, rules, now_ms, width - 1,
            verb_width=verb_cells(store, fitting), hides_money=hides_money,
        )
        for order in fitting
    ]  # fmt: skip
    return lines
