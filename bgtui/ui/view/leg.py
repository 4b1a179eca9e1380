"""Everything about one leg: what it is worth, what protects it, what closing it now would bring."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bgtui.domain import pnl, question
from bgtui.domain.account import AdlRank, Position
from bgtui.domain.order import PlanKind, PlanOrder, PositionMode
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import deadprice, figure, lastseen, triggered
from bgtui.ui.view.act import is_closing
from bgtui.ui.view.glyph import ABOUT, NONE, UNKNOWN
from bgtui.ui.view.positions import LegView, gain, ratio_words
from bgtui.ui.view.privacy import masked
from bgtui.ui.view.span import Row, Span
from bgtui.ui.view.table import Detail, heading, pair
from bgtui.ui.view.triggered import Outcome

_DAY_S = 86_400


def leg_detail(store: Store, view: LegView, now_ms: int, *, hides_money: bool = False) -> Detail:
    """Return the block below the table."""
    leg, age_s = view.leg, deadprice.age_s(store, view.leg.instrument)
    mode = "hedge" if leg.position_mode is PositionMode.HEDGE else "one-way"
    words = [Span(f"  {leg.margin_mode} {figure.leverage(leg.leverage)}  {mode}")]
    if age_s is not None:
        words.append(Span(f"  mark {lastseen.words(age_s)}", Role.WARN))
    return Detail(
        heading(f"{leg.side.upper()} {leg.instrument.symbol}", *words),
        (
            *_worth(store, view, hides_money=hides_money, is_old=age_s is not None),
            *_earned(store, view, hides_money=hides_money, is_old=age_s is not None),
            *_guards(store, view, hides_money=hides_money),
            _opened(store, leg, now_ms),
        ),
    )


def _worth(store: Store, view: LegView, *, hides_money: bool, is_old: bool) -> list[Row]:
    leg, places = view.leg, view.places
    is_inverse = view.rules is not None and view.rules.is_inverse
    value = pnl.notional(leg.size, view.mark or leg.entry_price, is_inverse=is_inverse)
    size = masked(figure.size(leg.size, view.size_places), is_private=hides_money)
    worth = masked(figure.money(value, view.money_places), is_private=hides_money)
    liq = figure.average(leg.liquidation_price, places) if leg.liquidation_price is not None else NONE
    away = "" if view.distance is None else f"  {figure.percent(view.distance)} away"
    margin = masked(figure.money(leg.margin, view.money_places), is_private=hides_money)
    even = None if leg.break_even_price is None else round(leg.break_even_price, places)
    role = Role.STALE if is_old else Role.PLAIN
    return [
        pair(
            "size",
            Span(f"{size} ({worth} {leg.margin_coin})", role),
            "",
            _held(store, view, hides_money=hides_money),
        ),
        pair("entry", figure.average(leg.entry_price, places), "break-even", figure.average(even, places)),
        pair(
            "liquidation",
            Span(liq + away, role if away else Role.PLAIN),
            "margin",
            f"{margin}  ratio {ratio_words(view)}",
        ),
    ]


def _held(store: Store, view: LegView, *, hides_money: bool) -> str:
    leg = view.leg
    free = masked(figure.size(leg.available, view.size_places), is_private=hides_money)
    if not leg.locked:
        return f"free {free}"
    count = sum(
        order.instrument == leg.instrument
        and is_closing(order)
        and (leg.position_mode is not PositionMode.HEDGE or order.position_side in (leg.side, None))
        for order in store.open_orders(leg.instrument.product_type) or ()
    )
    held = masked(figure.size(leg.locked, view.size_places), is_private=hides_money)
    closes = f"{count} close{'s' if count > 1 else ''} " if count else "closes "
    return f"free {free}, held by {closes}{held}"


def taker_rate(store: Store, view: LegView) -> Decimal | None:
    """Return the account's own taker rate, else the instrument's; None where neither is known."""
    rates = store.answer(question.fee_rates(view.leg.instrument)).value
    if rates is not None:
        return rates.taker
    return view.rules.taker_fee_rate if view.rules is not None else None


def net(
    view: LegView, price: Decimal | None, rate: Decimal | None, size: Decimal | None = None
) -> Decimal | None:
    """Return what closing the whole leg, or so much of it, at a price brings after the fees of both ways."""
    if price is None or rate is None:
        return None
    leg = view.leg
    closed = leg.size if size is None else min(size, leg.size)
    is_inverse = view.rules is not None and view.rules.is_inverse
    gross = pnl.unrealized(leg.side, closed, leg.entry_price, price, is_inverse=is_inverse)
    fees = sum(pnl.fee(closed, at, rate, is_inverse=is_inverse) for at in (leg.entry_price, price))
    return gross - fees


def gives(store: Store, view: LegView, price: Decimal, size: Decimal | None = None) -> str:
    """Return net PnL and return on margin of a leg, or of so much of it, closed at a price."""
    leg, won = view.leg, net(view, price, taker_rate(store, view), size)
    part = Decimal(1) if size is None or not leg.size else min(size / leg.size, Decimal(1))
    outcome = Outcome(won, leg.margin * part)
    return triggered.gives(outcome, lambda amount: figure.signed(amount, view.money_places))


def before_liquidation(view: LegView, stop: Decimal) -> Row | None:
    """Return whether a stop comes before the leg is liquidated; None where no such price is known."""
    liq = view.leg.liquidation_price
    if liq is None:
        return None
    is_before = (stop - liq) * pnl.sign_of(view.leg.side) > 0
    role = Role.PLAIN if is_before else Role.DANGER
    told = figure.price(round(liq, view.places), view.places)
    return (Span(f" SL comes {'before' if is_before else 'AFTER'} liq {told}", role),)


def _money(view: LegView, value: Decimal | None, *, hides_money: bool, about: str = "") -> Span:
    text = masked(about + figure.signed(value, view.money_places), is_private=hides_money)
    return Span(text, gain(value))


def _earned(store: Store, view: LegView, *, hides_money: bool, is_old: bool) -> list[Row]:
    leg, money = view.leg, view.money_places
    now = _money(view, net(view, view.mark, taker_rate(store, view)), hides_money=hides_money, about=ABOUT)
    upnl = _money(view, view.unrealized, hides_money=hides_money)
    if is_old:
        now, upnl = (span._replace(role=Role.STALE) for span in (now, upnl))
    roe = masked(figure.roe(view.roe), is_private=hides_money)
    fees = masked(figure.signed(_paid(leg.fees_paid), money), is_private=hides_money)
    funding = masked(figure.signed(leg.funding_paid, money), is_private=hides_money)
    realized = _money(view, leg.realized_pnl, hides_money=hides_money)
    return [
        pair(
            "uPnL", upnl._replace(text=f"{upnl.text}  ROE {roe}"),
            "if closed now", now._replace(text=f"{now.text} after fees"),
        ),
        pair("realized", realized, "fees / funding", f"{fees} / {funding}"),
    ]  # fmt: skip


def _paid(value: Decimal | None) -> Decimal | None:
    """Return a fee as what it is to the account: below zero."""
    return None if value is None else -abs(value)


def _guards(store: Store, view: LegView, *, hides_money: bool) -> list[Row]:
    rate = taker_rate(store, view)
    made = []
    for name, price, plans in (
        ("TP", view.take_profit, view.take_plans),
        ("SL", view.stop_loss, view.stop_plans),
    ):
        if price is None:
            made.append(pair(name, NONE))
            continue
        gives = _money(view, net(view, price, rate), hides_money=hides_money, about=ABOUT)
        made.append(pair(name, f"{figure.price(price, view.places)}{_how(view, plans)}", "gives", gives))
    return made


def _how(view: LegView, plans: Sequence[PlanOrder]) -> str:
    """Return what pulls the trigger and how much it closes."""
    if not plans:
        return ""
    plan = plans[0]
    whole = plan.kind in (PlanKind.POSITION_TAKE_PROFIT, PlanKind.POSITION_STOP_LOSS) or plan.size is None
    part = "whole leg" if whole else figure.size(plan.size, view.size_places)
    more = f" +{len(plans) - 1}" if len(plans) > 1 else ""
    return f" {plan.trigger_type}, {part}{more}"


def _opened(store: Store, leg: Position, now_ms: int) -> Row:
    opened = UNKNOWN
    if leg.created_ms is not None:
        age_s = max(now_ms - leg.created_ms, 0) // 1000
        age = figure.duration(age_s) if age_s < _DAY_S else figure.age(age_s)
        opened = f"{figure.moment(leg.created_ms, now_ms)}  {age} ago"
    return pair("opened", opened, "ADL", _adl(store, leg))


def _adl(store: Store, leg: Position) -> str:
    ranks: tuple[AdlRank, ...] | None = store.answer(question.adl_ranks(leg.instrument.product_type)).value
    if ranks is None:
        return UNKNOWN
    mine = [rank for rank in ranks if rank.instrument == leg.instrument and rank.side in (leg.side, None)]
    return f"{mine[0].rank.normalize():f}, 1 = first in line" if mine else NONE
