"""What a trading key begins: gather, ask, send, and say what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from bgtui.domain.account import Position
from bgtui.domain.error import BgtuiError, OutcomeUnknown, Refused, Rejected
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import (
    AmendOrder,
    AmendPlan,
    CancelOrder,
    CancelOrders,
    CancelPlans,
    Intent,
    OrderRef,
    PlaceOrder,
    SetPositionMode,
    product_of,
)
from bgtui.domain.order import Order, OrderStatus, PlanOrder, PlanStatus, PositionMode, TimeInForce
from bgtui.domain.planrules import fixed
from bgtui.domain.submission import Submission, SubmissionState, is_amended
from bgtui.session.desk import OrderDesk, Receipt
from bgtui.store.store import Store
from bgtui.ui import undo
from bgtui.ui.modals.amending import AmendDock
from bgtui.ui.modals.asking import Asking
from bgtui.ui.modals.canceling import CancelDock, Chosen
from bgtui.ui.modals.closing import CloseDock
from bgtui.ui.modals.doubting import DoubtDock, ResendDock
from bgtui.ui.modals.form import Decision, FormDock
from bgtui.ui.modals.leveraging import LeverageDock
from bgtui.ui.modals.margining import MarginDock
from bgtui.ui.modals.protecting import ProtectDock
from bgtui.ui.modals.replanning import ReplanDock
from bgtui.ui.modals.reversing import ReverseDock
from bgtui.ui.modals.ticket import TicketDock
from bgtui.ui.modals.word import WordDock
from bgtui.ui.role import Role
from bgtui.ui.view import figure
from bgtui.ui.view.request import CancelScope, TicketRequest
from bgtui.ui.workspace import Workspace

MAX_BATCH = 50
REPORT_S = 5.0
"""Seconds for which the message line waits for the report of an order that was taken."""


class Stage(Protocol):
    """What a flow needs of the app."""

    @property
    def workspace(self) -> Workspace:
        """What is shown."""

    def say(self, text: str, role: Role = Role.PLAIN) -> None:
        """Put a line into the message line."""

    @property
    def asking(self) -> Asking:
        """The screen that a dock opens on."""


def desk_of(stage: Stage) -> OrderDesk | None:
    """Return what sends; None in a run that may not."""
    session = stage.workspace.session
    return session.desk if session is not None else None


async def run_form(stage: Stage, make: Callable[[str], FormDock]) -> bool:
    """Ask by a form and send what was confirmed; a refused form opens again, filled, with the reason."""
    form = make("")
    while True:
        decision = await stage.asking.ask(form)
        if decision is None:
            return False
        problem = await send(stage, decision)
        if not problem:
            return True
        if stage.asking.docks:
            return False  # something else is being typed by now: the message line has said it
        refused, form = form, make(problem)
        form.resume(refused)


async def send(stage: Stage, decision: Decision) -> str:
    """Send each intent of a decision in turn; return why one of them was refused, for the form."""
    desk = desk_of(stage)
    if desk is None:
        return ""
    stage.say(f"sent: {decision.words}", Role.PENDING)
    for at, intent in enumerate(decision.intents):
        name = (decision.client_order_id if at == 0 else "") or desk.new_id()
        act = undo.act_of(intent, name, stage.workspace.store)
        try:
            receipt = await desk.submit(intent, client_order_id=name, targets=decision.targets)
        except OutcomeUnknown as error:
            _forget(stage, decision)
            stage.workspace.last_act = undo.DOUBTFUL
            await _doubt(stage, decision, intent, name, error)
            return ""
        except Rejected as error:
            stage.say(_rejected(error), Role.DANGER)
            return _rejected(error)
        except Refused as error:
            stage.say(str(error), Role.DANGER)  # our own rules and states say themselves that it was not sent
            return str(error)
        except BgtuiError as error:
            stage.say(not_sent(error), Role.DANGER)
            return not_sent(error)
        _forget(stage, decision)
        stage.workspace.last_act = undo.joined(stage.workspace.last_act, act, is_first=at == 0)
        if intent is decision.intents[-1] or receipt.failures or receipt.doubtful:
            _tell(stage, decision, receipt)
        await _follow(stage, decision, intent, receipt)
    return ""


def not_sent(error: BgtuiError) -> str:
    """Return why a write has not left, without the route and said once: the whole is in the journal."""
    return f"Not sent: {str(error).rpartition('Not sent: ')[2]}"


async def _doubt(stage: Stage, decision: Decision, intent: Intent, name: str, error: OutcomeUnknown) -> None:
    """Say that no answer told what became of a write; or, where that is known by now, what did.

    Of an order it is said a little later too, as long as nothing else has been said: one that is found before
    the next frame was never in doubt for those who watch the doubts.
    """
    store = stage.workspace.store
    if store is not None and store.submission(name) is None:
        stage.say(*_became(stage, decision, intent, name))
        return
    stage.say(f"Order {name or 'just sent'}: {error.reason}; it may stand; u asks.", Role.UNKNOWN)
    session, said = stage.workspace.session, stage.workspace.message
    if session is None or not isinstance(intent, PlaceOrder | AmendOrder):
        return
    try:
        await session.wait_for(lambda: session.store.submission(name) is None, timeout_s=REPORT_S)
    except TimeoutError:
        return  # it stays in doubt, visibly
    if stage.workspace.message is said:
        stage.say(*_became(stage, decision, intent, name))


def _became(stage: Stage, decision: Decision, intent: Intent, name: str) -> tuple[str, Role]:
    """Return what became of a write that is not open any more, as the exchange has told it."""
    store, product = stage.workspace.store, product_of(intent)
    sent, every = decision.intents.index(intent) + 1, len(decision.intents)
    taken = f"accepted: {decision.words}", Role.PLAIN
    if sent < every:
        taken = f"{decision.words}: {sent} of {every} accepted, the rest not sent; look at it", Role.WARN
    if store is None:
        return taken
    if (order := _order_named(store, product, name)) is not None:
        return _outcome(stage, decision, order), Role.WARN if _is_refused(order) else Role.PLAIN
    finished = store.finished_submissions(product)
    ended = next((item for item in finished if item.client_order_id == name), None)
    if ended is not None and ended.state is not SubmissionState.DONE:
        return f"Order {name}: {ended.message}", Role.WARN
    return taken


def _order_named(store: Store, product: ProductType, name: str) -> Order | None:
    """Return the order that has an id of ours, open or over."""
    every = (*(store.open_orders(product) or ()), *store.finished_orders(product))
    return next((order for order in every if order.client_order_id == name), None)


_OTHER_MODE = {"40774": "hedge", "40773": "one-way"}
"""Which position mode the account is in, by the code that says so."""


def _rejected(error: Rejected) -> str:
    if (mode := _OTHER_MODE.get(error.code)) is not None:
        return f"Rejected {error.code}: account is in {mode} mode now; the form is kept, review it."
    line = str(error)
    return line if line.startswith("Rejected") else f"Rejected {error.code}: {line}"


def _forget(stage: Stage, decision: Decision) -> None:
    """Drop the draft of what has been sent: the next ticket is a new one."""
    stage.workspace.drafts.pop(decision.draft, None)


def _tell(stage: Stage, decision: Decision, receipt: Receipt) -> None:
    if receipt.failures:
        stage.say(f"{decision.words}: {len(receipt.failures)} refused: {receipt.failures[0]}", Role.WARN)
    elif receipt.doubtful:
        stage.say(f"{decision.words}: {receipt.doubtful} without an answer; being asked", Role.UNKNOWN)
    else:
        stage.say(f"accepted: {decision.words}")


async def _follow(stage: Stage, decision: Decision, intent: Intent, receipt: Receipt) -> None:
    """Say what the exchange made of an order that it took: live, filled, or canceled at once."""
    session = stage.workspace.session
    if session is not None and isinstance(intent, AmendPlan):
        await _follow_plan(stage, decision, intent)
    if session is None or not isinstance(intent, PlaceOrder | AmendOrder):
        return
    product, name = product_of(intent), receipt.client_order_id

    def found() -> Order | None:
        return _order_named(session.store, product, name)

    try:
        await session.wait_for(lambda: found() is not None, timeout_s=REPORT_S)
    except TimeoutError:
        return  # it stays on its way, visibly
    order = found()
    if order is not None:
        stage.say(_outcome(stage, decision, order), Role.WARN if _is_refused(order) else Role.PLAIN)


async def _follow_plan(stage: Stage, decision: Decision, intent: AmendPlan) -> None:
    """Say that a trigger order shows its new figures, or that it ended before it could."""
    session, ref = stage.workspace.session, intent.order
    if session is None:
        return
    store, product = session.store, ref.instrument.product_type

    def found() -> PlanOrder | None:
        every = (*(store.open_plans(product) or ()), *store.finished_plans(product))
        mine = (plan for plan in every if (plan.instrument, plan.order_id) == (ref.instrument, ref.order_id))
        return next((plan for plan in mine if not plan.is_open or is_amended(plan, intent)), None)

    try:
        await session.wait_for(lambda: found() is not None, timeout_s=REPORT_S)
    except TimeoutError:
        return  # it stays on its way, visibly
    plan = found()
    if plan is None:
        return
    if plan.is_open:
        stage.say(f"live: {decision.words}")
    else:
        how = "fired" if plan.status in (PlanStatus.EXECUTED, PlanStatus.FAILED) else "was canceled"
        stage.say(f"It {how} before it showed: {decision.words}; see Orders.", Role.WARN)


def _is_refused(order: Order) -> bool:
    return order.status is OrderStatus.CANCELED and not order.filled_size


def _outcome(stage: Stage, decision: Decision, order: Order) -> str:
    if _is_refused(order):
        if order.time_in_force is TimeInForce.POST_ONLY:
            return "Canceled: post-only would have traded; n joins the bid instead."
        return f"Canceled by the exchange: {decision.words}; nothing was filled."
    if not order.filled_size:
        return f"live: {decision.words}"
    store = stage.workspace.store
    rules = store.instrument(order.instrument) if store is not None else None
    price = figure.average(order.average_price, rules.price_places if rules is not None else 2)
    whole = "" if order.status is OrderStatus.FILLED else f" {order.filled_size:f} of it"
    return f"filled{whole}: {decision.words}, average {price}"


async def look_into(stage: Stage, submission: Submission) -> None:
    """Show what is known about a write in doubt, and send it again if that is proven right and wanted."""
    if await stage.asking.ask(DoubtDock(stage.workspace, submission)):
        store = stage.workspace.store
        latest = None if store is None else store.submission(submission.client_order_id)
        await resend(stage, latest or submission)


async def resend(stage: Stage, submission: Submission) -> None:
    """Send a write again under its own id, once its absence is proven and a person has confirmed it."""
    session = stage.workspace.session
    if session is None or session.desk is None or session.inquiry is None:
        return
    if submission.state is not SubmissionState.ABSENT:
        stage.say("Not resent: absence is not proven, 3 asks over 30s; enter shows more.", Role.WARN)
        return
    decision = await stage.asking.ask(ResendDock(stage.workspace, submission))
    if decision is None:
        return
    stage.say(f"sent {decision.words}", Role.PENDING)
    try:
        receipt = await session.desk.resend(submission, session.inquiry.is_absent)
    except OutcomeUnknown as error:
        await _doubt(stage, decision, submission.intent, submission.client_order_id, error)
    except BgtuiError as error:
        stage.say(not_sent(error), Role.DANGER)
    else:
        _tell(stage, decision, receipt)
        await _follow(stage, decision, submission.intent, receipt)


async def open_ticket(stage: Stage, request: TicketRequest) -> None:
    """Ask for any kind of order."""
    await run_form(stage, lambda problem: TicketDock(stage.workspace, request, problem=problem))


async def amend(stage: Stage, order: Order) -> None:
    """Change an order."""
    await run_form(stage, lambda problem: AmendDock(stage.workspace, order, problem=problem))


async def replan(stage: Stage, plan: PlanOrder) -> None:
    """Change a trigger, trailing or TP/SL order; of one that nobody can change, say so."""
    if why := fixed(plan):
        stage.say(why, Role.MUTED)
        return
    await run_form(stage, lambda problem: ReplanDock(stage.workspace, plan, problem=problem))


async def close(stage: Stage, leg: Position) -> None:
    """Close a leg."""
    await run_form(stage, lambda problem: CloseDock(stage.workspace, leg, problem=problem))


async def reverse(stage: Stage, leg: Position) -> None:
    """Turn a leg around."""
    await run_form(stage, lambda problem: ReverseDock(stage.workspace, leg, problem=problem))


async def protect(stage: Stage, leg: Position) -> None:
    """Set take profit and stop loss of a leg."""
    await run_form(stage, lambda problem: ProtectDock(stage.workspace, leg, problem=problem))


async def margin(stage: Stage, leg: Position) -> None:
    """Add or remove isolated margin."""
    await run_form(stage, lambda problem: MarginDock(stage.workspace, leg, problem=problem))


async def leverage(stage: Stage, instrument: InstrumentId) -> None:
    """Set leverage and margin mode."""
    if await run_form(stage, lambda problem: LeverageDock(stage.workspace, instrument, problem=problem)):
        refresh(stage)


def refresh(stage: Stage) -> None:
    """Have what is polled asked again."""
    session = stage.workspace.session
    if session is not None and session.asker is not None:
        session.asker.ask_all()


async def position_mode(stage: Stage, current: PositionMode | None) -> None:
    """Change the position mode of the product type, by typed word."""
    desk = desk_of(stage)
    if desk is None:
        return
    product = stage.workspace.identity.product_type
    wanted = PositionMode.ONE_WAY if current is PositionMode.HEDGE else PositionMode.HEDGE
    word = "hedge" if wanted is PositionMode.HEDGE else "one-way"
    now = "not known" if current is None else current.value.replace("_", "-")
    lines = (
        f"product  {product.value}",
        f"mode     {now} → {word}",
        "",
        "Bitget refuses this while any leg or order stands on this product type.",
    )
    dock = WordDock(
        stage.workspace,
        title="POSITION MODE",
        lines=lines,
        word=word,
        verb="change",
        obstacle=lambda: _in_the_way(stage, product),
    )
    if await stage.asking.ask(dock) is None:
        return
    await send(stage, Decision((SetPositionMode(product, wanted),), f"position mode {word}"))
    refresh(stage)


def _in_the_way(stage: Stage, product: ProductType) -> str:
    """Say what stands on a product type, so that its position mode has to stay; empty when nothing does."""
    store = stage.workspace.store
    if store is None:
        return ""
    counts = (
        (len(store.positions(product) or ()), "leg"),
        (len(store.open_orders(product) or ()), "order"),
        (len(store.open_plans(product) or ()), "plan"),
    )
    found = [f"{count} {noun}{'s' if count > 1 else ''}" for count, noun in counts if count]
    if not found:
        return ""
    words = ", ".join(found[:-1]) + (" and " if len(found) > 1 else "") + found[-1]
    verb = "stands" if sum(count for count, _ in counts) == 1 else "stand"
    return f"Not now: {words} {verb}; close or cancel first (Bitget 40920)."


async def cancel(stage: Stage, orders: Sequence[Order], plans: Sequence[PlanOrder]) -> None:
    """Cancel what was named: one own resting order at once, everything else after a dock."""
    if not orders and not plans:
        stage.say("Nothing of mine stands here; move the cursor to an order.", Role.MUTED)
        return
    if len(orders) == 1 and not plans and not _is_foreign(stage, orders[0]):
        await _cancel_all(stage, Chosen(tuple(orders), ()))
        return
    await cancel_named(stage, orders, plans)


async def cancel_named(stage: Stage, orders: Sequence[Order], plans: Sequence[PlanOrder]) -> None:
    """Count what was named, and cancel it once confirmed."""
    first = (orders or plans)[0]
    named = Chosen(tuple(orders), tuple(plans))
    dock = CancelDock(stage.workspace, first.instrument, CancelScope.ROW, named=named)
    chosen = await stage.asking.ask(dock)
    if chosen is not None:
        await _cancel_all(stage, chosen)


def _is_foreign(stage: Stage, order: Order) -> bool:
    store = stage.workspace.store
    return store is not None and not store.is_ours(order.client_order_id)


async def cancel_scope(stage: Stage, scope: CancelScope) -> None:
    """Count my orders of a scope, and cancel them once confirmed."""
    instrument = stage.workspace.instrument
    if instrument is None:
        return
    chosen = await stage.asking.ask(CancelDock(stage.workspace, instrument, scope))
    if chosen is not None:
        await _cancel_all(stage, chosen)


async def _cancel_all(stage: Stage, chosen: Chosen) -> None:
    """Cancel by ids, batch by batch: nothing that was not counted can be hit."""
    for intent, words in _cancels(stage, chosen):
        await send(stage, Decision((intent,), words))


def _cancels(stage: Stage, chosen: Chosen) -> list[tuple[Intent, str]]:
    found: list[tuple[Intent, str]] = []
    by_instrument: dict[InstrumentId, list[Order]] = {}
    for order in chosen.orders:
        by_instrument.setdefault(order.instrument, []).append(order)
    for instrument, orders in by_instrument.items():
        if len(orders) == 1:
            found.append((CancelOrder(_ref(orders[0])), f"cancel {_words(stage, orders[0])}"))
            continue
        for at in range(0, len(orders), MAX_BATCH):
            batch = orders[at : at + MAX_BATCH]
            refs = tuple(_ref(order) for order in batch)
            found.append((CancelOrders(instrument, refs), f"cancel {len(batch)} on {instrument.symbol}"))
    for plan in chosen.plans:
        intent = CancelPlans(plan.instrument, plan.kind, (_ref(plan),), plan.margin_coin, plan.is_tpsl)
        found.append((intent, f"cancel {plan.kind.value.replace('_', ' ')} on {plan.instrument.symbol}"))
    return found


def _ref(order: Order | PlanOrder) -> OrderRef:
    return OrderRef(order.instrument, order.order_id, order.client_order_id, order.margin_coin)


def _words(stage: Stage, order: Order) -> str:
    store = stage.workspace.store
    rules = store.instrument(order.instrument) if store is not None else None
    places = rules.price_places if rules is not None else 2
    at = "market" if order.price is None else figure.price(order.price, places)
    return f"{order.side.value} {order.remaining_size:f} {order.instrument.symbol} @ {at}"
