"""Plans: what triggers, what then, and who keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.domain.intent import PlacePlan
from bgtui.domain.market import Side
from bgtui.domain.order import PlanKind, PlanOrder, TriggerType
from bgtui.domain.submission import Submission
from bgtui.domain.value import frozen
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import figure, worded
from bgtui.ui.view.act import act, act_role
from bgtui.ui.view.glyph import DOUBT, ELSEWHERE, LIVE, NONE, ON_ITS_WAY, UNKNOWN
from bgtui.ui.view.orders import columns, source_words
from bgtui.ui.view.privacy import hide
from bgtui.ui.view.span import Span
from bgtui.ui.view.table import Column, Line, Table

COLUMNS = (
    Column("time", "time", 8, is_text=True),
    Column("symbol", "symbol", 8, is_text=True),
    Column("act", "act", 4, is_text=True),
    Column("kind", "kind", 7, is_text=True),
    Column("when", "when", 6, is_text=True, is_sortable=False),
    Column("trigger", "trigger", 9),
    Column("then", "then", 9),
    Column("size", "size", 7),
    Column("away", "away", 6),
    Column("state", "state", 6, is_text=True),
    Column("kept", "kept by", 9, is_text=True, from_width=120, is_sortable=False),
    Column("exchange", "exchange", 11, is_text=True, from_width=200, is_sortable=False),
)
_WIDE_WIDTHS = {"symbol": 9, "kind": 9, "trigger": 12, "then": 10, "size": 9, "away": 7, "state": 9}
_KINDS = {
    PlanKind.TRIGGER: "trigger",
    PlanKind.SPOT_TRIGGER: "trigger",
    PlanKind.TRAILING: "trail",
    PlanKind.TRAILING_STOP: "TS part",
    PlanKind.TAKE_PROFIT: "TP part",
    PlanKind.STOP_LOSS: "SL part",
    PlanKind.POSITION_TAKE_PROFIT: "TP leg",
    PlanKind.POSITION_STOP_LOSS: "SL leg",
    PlanKind.UNKNOWN: UNKNOWN,
}
_TAKES = (PlanKind.TAKE_PROFIT, PlanKind.POSITION_TAKE_PROFIT)
_STOPS = (PlanKind.STOP_LOSS, PlanKind.POSITION_STOP_LOSS)
_ENTRIES = (PlanKind.TRIGGER, PlanKind.SPOT_TRIGGER, PlanKind.TRAILING)


@frozen
class PlanItem:
    """One row: a plan of the exchange's, or one that is on its way."""

    instrument: InstrumentId
    plan: PlanOrder | None = None
    submission: Submission | None = None
    is_missing: bool = False
    is_mine: bool = True
    """Placed by this run, or by one before it that has ended."""

    @property
    def key(self) -> str:
        """The same before and after the exchange has named it."""
        if self.plan is not None:
            return self.plan.client_order_id or self.plan.order_id
        return self.submission.client_order_id if self.submission is not None else ""


def plan_items(store: Store, products: Iterable[ProductType]) -> tuple[list[PlanItem], list[ProductType]]:
    """Return every plan that can still trigger, and the product types of which nothing is known."""
    found: list[PlanItem] = []
    unknown: list[ProductType] = []
    for product in products:
        plans = store.open_plans(product)
        if plans is None:
            unknown.append(product)
        submissions = store.submissions(product)
        missing = {plan.order_id for plan in store.missing_plans(product)}
        under_way = {target: item for item in submissions for target in item.targets}
        named = {plan.client_order_id for plan in plans or ()}
        for plan in plans or ():
            touched = under_way.get(plan.order_id) or under_way.get(plan.client_order_id)
            is_mine = store.is_ours(plan.client_order_id)
            found.append(PlanItem(plan.instrument, plan, touched, plan.order_id in missing, is_mine))
        found += [
            PlanItem(item.instrument, submission=item)
            for item in submissions
            if item.instrument is not None
            and item.client_order_id not in named
            and isinstance(item.intent, PlacePlan)
        ]
    return found, unknown


def table(
    store: Store,
    items: Sequence[PlanItem],
    unknown: Sequence[ProductType],
    now_ms: int,
    *,
    screen_width: int,
    is_stale: bool = False,
    hides_money: bool = False,
) -> Table:
    """Return the table of plans."""
    lines = tuple(plan_line(store, item, now_ms, hides_money=hides_money) for item in items)
    made = columns(lines, screen_width, COLUMNS)
    if screen_width >= 120:
        made = tuple(replace(column, width=_WIDE_WIDTHS.get(column.key, column.width)) for column in made)
    if unknown and not items:
        names = worded.wallet(unknown[0]) if len(unknown) == 1 else f"{len(unknown)} product types"
        text = f"? Plans of {names} are not known yet: the exchange has not answered."
        return Table(made, (), text, is_known=False)
    return Table(made, lines, "No plans, no TP or SL. p on a leg sets them.", is_stale=is_stale)


def plan_line(store: Store, item: PlanItem, now_ms: int, *, hides_money: bool = False) -> Line:
    """Return the table row of a plan."""
    rules = store.instrument(item.instrument)
    places = rules.price_places if rules is not None else 2
    found: PlanOrder | PlacePlan | None = item.plan
    if found is None and item.submission is not None and isinstance(item.submission.intent, PlacePlan):
        found = item.submission.intent
    if found is None:
        return Line(item.key, (Span(UNKNOWN),), item=item)
    mark = _reference(store, item.instrument, found.trigger_type)
    trigger = found.trigger_price
    away = abs(trigger - mark) / mark if trigger is not None and mark else None
    state, role = _state(item, now_ms)
    born_ms = item.plan.created_ms if item.plan is not None else _sent_ms(item)
    size = found.size
    word = act(found)
    return Line(
        key=item.key,
        cells=(
            Span(figure.moment(born_ms, now_ms), Role.MUTED),
            Span(item.instrument.symbol),
            Span(word, act_role(found.side)),
            Span(_KINDS[found.kind]),
            Span(when_words(found, mark)),
            Span(NONE if trigger is None else figure.price(trigger, places)),
            Span(_then(found, places)),
            Span(hide(_size(rules, size), is_private=hides_money)),
            Span(UNKNOWN if away is None else figure.percent(away)),
            Span(state, role, reverse=role is Role.UNKNOWN),
            Span("exchange"),
            Span(figure.short_id(item.plan.order_id if item.plan is not None else "")),
        ),
        sort=(
            born_ms, item.instrument.symbol, word, _KINDS[found.kind], None, trigger,
            found.execute_price, size, away, state,
        ),
        search=f"{item.instrument} {word} {_KINDS[found.kind]} {state} {item.key}".casefold(),
        item=item,
    )  # fmt: skip


def _sent_ms(item: PlanItem) -> int:
    return item.submission.sent_ms if item.submission is not None else 0


def _size(rules: Instrument | None, size: Decimal | None) -> str:
    if size is None:
        return "whole"
    return figure.fitted_size(size, rules.size_places if rules is not None else 4, 7).strip()


def _reference(store: Store, instrument: InstrumentId, by: TriggerType) -> Decimal | None:
    """Return the price that pulls the trigger, as it stands now."""
    ticker = store.ticker(instrument)
    if ticker is None:
        return None
    return ticker.last if by is TriggerType.LAST else ticker.mark_price or ticker.last


def when_words(plan: PlanOrder | PlacePlan, reference: Decimal | None) -> str:
    """Return ``mark ≥``: which price, and from which side it comes."""
    by = UNKNOWN if plan.trigger_type is TriggerType.UNKNOWN else plan.trigger_type.value
    is_sell = plan.side is Side.SELL
    if plan.kind in _TAKES:
        return f"{by} {'≥' if is_sell else '≤'}"
    if plan.kind in _STOPS:
        return f"{by} {'≤' if is_sell else '≥'}"
    if reference is None or plan.trigger_price is None:
        return f"{by} {UNKNOWN}"
    return f"{by} {'≥' if plan.trigger_price > reference else '≤'}"


def _then(plan: PlanOrder | PlacePlan, places: int) -> str:
    if plan.callback_ratio is not None:
        return f"{plan.callback_ratio.normalize():f}% back"
    return "market" if plan.execute_price is None else figure.price(plan.execute_price, places)


def _state(item: PlanItem, now_ms: int) -> tuple[str, Role]:
    submission, plan = item.submission, item.plan
    if submission is not None and submission.state.is_doubtful:
        return f"{DOUBT} UNKN", Role.UNKNOWN
    if item.is_missing:
        return f"{DOUBT} miss", Role.UNKNOWN
    if submission is not None:
        return f"{ON_ITS_WAY} {figure.age(max(now_ms - submission.sent_ms, 0) / 1000)}", Role.PENDING
    if plan is not None and plan.kind in _ENTRIES and not item.is_mine:
        return f"{ELSEWHERE} {source_words(plan.source)}", Role.PLAIN
    return f"{LIVE} live", Role.OWN
