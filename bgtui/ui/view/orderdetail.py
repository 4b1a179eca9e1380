"""Everything about one order: what it is, where it stands, its ids, what filling it does."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain import pnl, question
from bgtui.domain.account import Fill, Position
from bgtui.domain.ending import FORCED, ending_of
from bgtui.domain.instrument import Instrument
from bgtui.domain.order import Order, OrderType, PlanOrder, PositionMode, PositionSide, TimeInForce
from bgtui.domain.planrules import TRAILS
from bgtui.domain.pnl import Leg
from bgtui.domain.text import clean_cell
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import figure, planwords
from bgtui.ui.view.act import act_role, is_closing
from bgtui.ui.view.glyph import ABOUT, NONE
from bgtui.ui.view.orders import OrderItem, doing, kind_words, known_words, source_words, state_words, terms
from bgtui.ui.view.past import fill_act
from bgtui.ui.view.plans import PlanItem
from bgtui.ui.view.privacy import hide
from bgtui.ui.view.span import Row, Span, row
from bgtui.ui.view.table import Detail, heading

_VERBS = {"+L": "OPEN LONG", "-L": "CLOSE LONG", "+S": "OPEN SHORT", "-S": "CLOSE SHORT"}
_FORCES = {
    TimeInForce.POST_ONLY: "post-only", TimeInForce.GTC: "GTC", TimeInForce.IOC: "IOC",
    TimeInForce.FOK: "FOK", TimeInForce.UNKNOWN: "?",
}  # fmt: skip
_LABEL = 10


def labelled(name: str, *text: Span | str) -> Row:
    """Return a row of the block."""
    return row(Span(f" {name:<{_LABEL}}", Role.MUTED), *text)


def order_detail(store: Store, item: OrderItem, now_ms: int, *, hides_money: bool = False) -> Detail:
    """Return the block below the table of orders."""
    rules = store.instrument(item.instrument)
    word, side = doing(store, item)
    price, size = terms(item)
    at = "market" if price is None else _price(rules, price)
    amount = hide(_size(rules, size), is_private=hides_money)
    verb = _VERBS.get(word, word.upper())
    state, role = state_words(item, now_ms)
    if item.order is not None and not item.order.is_open:
        state, role = str(item.order.status), Role.PLAIN
    lines = [
        labelled("kind", _kind(item)),
        labelled("state", Span(state, role), f" · {_since(item, now_ms)}"),
        labelled("ids", hide(_ids(item), is_private=hides_money)),
    ]
    if item.order is not None:
        lines.append(labelled("attached", _attached(item.order, rules)))
        if item.order.is_open:
            lines.append(labelled("if filled", _if_filled(store, item.order, rules, hides_money=hides_money)))
    title = (Span(f"{verb} ", act_role(side)), Span(f"{item.instrument.symbol} {amount} @ {at}", Role.ACCENT))
    return Detail(title, tuple(lines))


def _price(rules: Instrument | None, price: Decimal) -> str:
    return figure.price(price, rules.price_places if rules is not None else 2)


def _size(rules: Instrument | None, size: Decimal | None) -> str:
    if size is None:
        return "whole"
    return figure.size(size, rules.size_places if rules is not None else 4)


def _kind(item: OrderItem) -> str:
    order = item.order
    if order is None:
        return f"{kind_words(item)} · from this program"
    force = f", {_FORCES[order.time_in_force]}" if order.order_type is OrderType.LIMIT else ""
    reduce = ", reduce-only" if order.reduce_only else ""
    margin = ""
    if order.margin_mode is not None:
        margin = f" · margin {order.margin_mode}"
        margin += f" {figure.leverage(order.leverage)}" if order.leverage is not None else ""
    seen = OrderItem(item.instrument, order, is_mine=item.is_mine)
    return f"{order.order_type}{force}{reduce}{margin} · {known_words(seen, 0)}"


def _since(item: OrderItem, now_ms: int) -> str:
    order = item.order
    if order is None or item.submission is not None or item.is_missing:
        return known_words(item, now_ms)
    if not order.is_open:
        ending = ending_of(order)
        said = ending.words if ending is not None else clean_cell(order.cancel_reason, 30)
        why = f" · {said}" if said else ""
        return f"at {figure.clock_ms(order.updated_ms)}{why}"
    reported = figure.age(max(now_ms - order.updated_ms, 0) / 1000)
    return f"since {figure.clock_ms(order.created_ms)} · reported by Bitget {reported} ago"


def _ids(item: OrderItem) -> str:
    if item.order is not None:
        return f"{item.order.client_order_id or NONE} · exchange {item.order.order_id}"
    submission = item.submission
    if submission is None:
        return NONE
    return f"{submission.client_order_id} · exchange {submission.order_id or NONE}"


def _attached(order: Order, rules: Instrument | None) -> str:
    parts = [
        f"{name} {_price(rules, price)}"
        for name, price in (("TP", order.take_profit), ("SL", order.stop_loss))
        if price is not None
    ]
    return " · ".join(parts) if parts else NONE


def _if_filled(store: Store, order: Order, rules: Instrument | None, *, hides_money: bool) -> str:
    left = order.remaining_size
    price = order.price
    if price is None or order.size_is_quote:
        return "? at what price the market fills it is not known"
    fee = _fee(store, order, left, price, rules)
    if not order.instrument.product_type.is_futures:
        return fee
    leg = _leg(store, order)
    side = leg.side if leg is not None else _opens(order)
    before = leg.size if leg is not None else Decimal(0)
    if leg is not None and (is_closing(order) or _is_against(order, leg)):
        after = pnl.after_close(Leg(leg.side, leg.size, leg.entry_price, leg.margin), min(left, leg.size))
        moved = f"leg {_size(rules, before)} → {_size(rules, after.size)}"
        return f"{hide(moved, is_private=hides_money)} · {fee}"
    known = None if leg is None else Leg(leg.side, leg.size, leg.entry_price, leg.margin)
    leverage = order.leverage or (leg.leverage if leg is not None else Decimal(1))
    is_inverse = rules is not None and rules.is_inverse
    after = pnl.after_open(known, side, left, price, leverage, is_inverse=is_inverse)
    moved = f"leg {_size(rules, before)} → {_size(rules, after.size)}"
    places = rules.price_places if rules is not None else 2
    entry = figure.price(round(after.entry, places), places)
    was = f"{figure.average(leg.entry_price, places)} → " if leg is not None else ""
    return f"{hide(moved, is_private=hides_money)} · entry {was}{entry} · {fee}"


def _leg(store: Store, order: Order) -> Position | None:
    wanted = order.position_side if order.position_mode is PositionMode.HEDGE else None
    for leg in store.positions(order.instrument.product_type) or ():
        if leg.instrument == order.instrument and wanted in (None, leg.side):
            return leg
    return None


def _opens(order: Order) -> PositionSide:
    if order.position_mode is PositionMode.HEDGE and order.position_side is not None:
        return order.position_side
    return pnl.side_of(order.side)


def _is_against(order: Order, leg: Position) -> bool:
    return order.position_mode is not PositionMode.HEDGE and pnl.side_of(order.side) is not leg.side


def _fee(store: Store, order: Order, size: Decimal, price: Decimal, rules: Instrument | None) -> str:
    rates = store.answer(question.fee_rates(order.instrument)).value
    rate = rates.maker if rates is not None else (rules.maker_fee_rate if rules is not None else None)
    if rate is None:
        return "fee ?"
    is_inverse = rules is not None and rules.is_inverse
    fee = pnl.fee(size, price, rate, is_inverse=is_inverse)
    return f"fee {ABOUT}{figure.money(fee, 8 if is_inverse else 2)} maker"


def plan_detail(store: Store, item: PlanItem, *, hides_money: bool = False) -> Detail:
    """Return the block below the table of plans."""
    plan = item.plan
    if plan is None:
        submission = item.submission
        words = submission.message or "sent, no answer yet" if submission is not None else ""
        return Detail(heading(f"PLAN {item.instrument.symbol}"), (labelled("state", words),))
    rules = store.instrument(item.instrument)
    then = "market" if plan.execute_price is None else f"limit {_price(rules, plan.execute_price)}"
    if plan.kind in TRAILS:
        then = f"market {planwords.percent(plan.callback_ratio)} back"
    size = hide(_size(rules, plan.size), is_private=hides_money)
    trigger = NONE if plan.trigger_price is None else _price(rules, plan.trigger_price)
    title = heading(f"{plan.kind.replace('_', ' ').upper()} {item.instrument.symbol}")
    return Detail(
        title,
        (
            labelled("when", f"{plan.trigger_type} reaches {trigger}, then {then}, size {size}"),
            labelled("state", f"{plan.status} since {figure.clock_ms(plan.created_ms)} · {_from(plan)}"),
            labelled("ids", hide(f"{plan.client_order_id or NONE} · exchange {plan.order_id}",
                                 is_private=hides_money)),
            labelled("kept by", "exchange = works while bgtui is off"),
        ),
    )  # fmt: skip


def _from(plan: PlanOrder) -> str:
    return f"from {source_words(plan.source)}"


def fill_detail(fill: Fill, *, hides_money: bool = False) -> Detail:
    """Return the block below the table of trades."""
    fees = " · ".join(f"{figure.plain(-fee.cost)} {fee.coin}" for fee in fill.fees) or NONE
    forced = f" · {FORCED[fill.forced].words}, not an order of yours" if fill.forced is not None else ""
    return Detail(
        heading(f"FILL {fill_act(fill)} {fill.instrument.symbol}"),
        (
            labelled("time", f"{figure.date(fill.time_ms)} · {figure.clock_ms(fill.time_ms)}{forced}"),
            labelled("fee", hide(fees, is_private=hides_money), f" · as {fill.liquidity}"),
            labelled("ids", hide(f"{fill.client_order_id or NONE} · order {fill.order_id} · trade "
                                 f"{fill.trade_id}", is_private=hides_money)),
        ),
    )  # fmt: skip
