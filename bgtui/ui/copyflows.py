"""What a copy-trading key begins: gather, ask, send, say what became of it, and have it read back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bgtui.domain import question
from bgtui.domain.copyintent import (
    CloseScope,
    CloseTracks,
    CopyRole,
    FollowByAmount,
    LeadSwitch,
    RemoveFollower,
    SetCopySettings,
    SetLeadSwitch,
    SetLeadSymbols,
    SetTrackTpsl,
    StopTracks,
    Unfollow,
)
from bgtui.domain.copytrade import FollowedTrader, Follower, LeadSymbol, TrackingOrder
from bgtui.domain.error import BgtuiError, OutcomeUnknown, Rejected
from bgtui.domain.instrument import ProductType
from bgtui.domain.intent import Intent
from bgtui.domain.question import Question
from bgtui.session.desk import OrderDesk
from bgtui.ui.flows import REPORT_S, Stage, desk_of, not_sent
from bgtui.ui.modals.copying import CopySettingsDock, FollowDock
from bgtui.ui.modals.form import Decision, FormDock
from bgtui.ui.modals.lending import LeadSwitchDock, LeadSymbolDock
from bgtui.ui.modals.person import PersonDock
from bgtui.ui.modals.tracks import CloseTracksDock, TrackTpslDock
from bgtui.ui.role import Role
from bgtui.ui.view import figure, tracking
from bgtui.ui.view.dockframe import Body, labelled
from bgtui.ui.view.impact import tracks
from bgtui.ui.view.person import shown_name, shown_uid, typed_word
from bgtui.ui.view.privacy import hide

CLOSED_CODES = frozenset({"31007", "22002", "40894", "43065", "45082"})
"""Refusals that say: there is no such tracking order any more."""
CLOSING_CODES = frozenset({"31006", "31009", "31023", "40859"})
"""Refusals that say: it is being opened or closed at this moment."""
NOT_THERE_CODES = frozenset({"31026", "31029", "43046"})
"""Refusals that say: there is no such person."""
_DAY_MS = 86_400_000


async def close_tracks(stage: Stage, role: CopyRole, order: TrackingOrder) -> None:
    """Close an order, those of its symbol, or all."""
    await _run(stage, lambda problem: CloseTracksDock(stage.workspace, role, order, problem=problem))


async def protect_track(stage: Stage, role: CopyRole, order: TrackingOrder) -> None:
    """Set take profit and stop loss of an order."""
    await _run(stage, lambda problem: TrackTpslDock(stage.workspace, role, order, problem=problem))


async def lend(stage: Stage, symbol: LeadSymbol) -> None:
    """Change whether an instrument is lent, and its ratios."""
    await _run(stage, lambda problem: LeadSymbolDock(stage.workspace, symbol, problem=problem))


async def switch(stage: Stage, product: ProductType, chosen: LeadSwitch) -> None:
    """Turn one of a futures leader's switches."""
    await _run(stage, lambda problem: LeadSwitchDock(stage.workspace, product, chosen, problem=problem))


async def copy_settings(stage: Stage, trader: FollowedTrader) -> None:
    """Change how a trader is copied."""
    await _run(stage, lambda problem: CopySettingsDock(stage.workspace, trader, problem=problem))


async def follow(stage: Stage) -> None:
    """Follow a trader by id."""
    await _run(stage, lambda problem: FollowDock(stage.workspace, problem=problem))


async def remove_follower(stage: Stage, product: ProductType, follower: Follower) -> None:
    """Remove a follower by typed name; one who has gone meanwhile leaves nothing to do (F-29)."""
    private = stage.workspace.is_private
    name = shown_name(follower.name, is_private=private)
    if follower.is_removable is False:
        stage.say(f"{name} stays: Bitget marks this follower not removable; ask its support.", Role.WARN)
        return
    already = f"{name} had already left; nothing to do."

    def gone() -> str:
        store = stage.workspace.store
        found = None if store is None else store.answer(question.followers(product)).value
        uids = {each.follower_uid for each in found or ()}
        return "" if found is None or follower.follower_uid in uids else already

    dock = PersonDock(
        stage.workspace,
        "REMOVE FOLLOWER",
        "remove",
        lambda: _follower_lines(stage, follower),
        typed_word(follower.name, follower.follower_uid, is_private=private),
        gone,
        question.followers(product),
    )
    if await stage.asking.ask(dock) is None:
        if gone():
            stage.say(already)
        return
    await _send(stage, Decision((RemoveFollower(product, follower.follower_uid),), f"remove {name}"), already)


def _follower_lines(stage: Stage, follower: Follower) -> Sequence[Body | str]:
    workspace = stage.workspace
    private = workspace.is_private
    since = "?" if follower.since_ms is None else f"{(workspace.now_ms - follower.since_ms) // _DAY_MS} days"
    equity = hide(figure.money(follower.equity), is_private=private)
    return (
        labelled("name", shown_name(follower.name, is_private=private)),
        labelled("uid", shown_uid(follower.follower_uid, is_private=private)),
        labelled("equity", f"{equity} USDT"),
        labelled("since", since),
        "Their copies: not told by Bitget. No undo from here.",
    )


async def stop_trader(stage: Stage, product: ProductType, trader: FollowedTrader) -> None:
    """Stop copying a trader by typed name."""
    private = stage.workspace.is_private
    name = shown_name(trader.name, is_private=private)
    already = f"{name} is not copied any more; nothing to do."

    def gone() -> str:
        store = stage.workspace.store
        found = None if store is None else store.answer(question.followed_traders(product)).value
        ids = {each.trader_id for each in found or ()}
        return "" if found is None or trader.trader_id in ids else already

    dock = PersonDock(
        stage.workspace,
        "STOP COPYING",
        "stop",
        lambda: _trader_lines(stage, product, trader),
        typed_word(trader.name, trader.trader_id, is_private=private),
        gone,
        question.followed_traders(product),
    )
    if await stage.asking.ask(dock) is None:
        if gone():
            stage.say(already)
        return
    await _send(stage, Decision((Unfollow(product, trader.trader_id),), f"stop copying {name}"), already)


def _trader_lines(stage: Stage, product: ProductType, trader: FollowedTrader) -> Sequence[Body | str]:
    workspace = stage.workspace
    private, store = workspace.is_private, workspace.store
    copies = [] if store is None else tracks(store, CopyRole.FOLLOWER, product).value or ()
    mine = tracking.copies_of(copies, trader)
    return (
        labelled("name", shown_name(trader.name, is_private=private)),
        labelled("uid", shown_uid(trader.trader_id, is_private=private)),
        labelled("margin", f"{hide(figure.money(trader.margin), is_private=private)} USDT"),
        labelled("net", hide(figure.signed(trader.net_profit), is_private=private)),
        labelled("open", f"{len(mine)} {'copy' if len(mine) == 1 else 'copies'}"),
        "Open copies stay open: they end with the trader's orders, or by f. No undo from here.",
    )


# Sending


async def _run(stage: Stage, make: Callable[[str], FormDock]) -> None:
    """Ask by a form and send what was confirmed; a refused form opens again, filled, with the reason."""
    form = make("")
    while True:
        decision = await stage.asking.ask(form)
        if decision is None:
            return
        problem = await _send(stage, decision, "")
        if not problem or stage.asking.docks:
            return  # sent, or something else is being typed by now: the message line has said it
        refused, form = form, make(problem)
        form.resume(refused)


async def _send(stage: Stage, decision: Decision, already: str) -> str:
    """Send each intent in turn; return why one was refused, for the form.

    Args:
        stage: Where it is said.
        decision: What was confirmed.
        already: What is said when the person it is about had gone.
    """
    desk = desk_of(stage)
    if desk is None:
        return ""
    stage.say(f"sent: {decision.words}", Role.PENDING)
    for intent in decision.intents:
        problem = await _send_one(stage, desk, decision, intent, already)
        _hurry(stage, intent)
        if problem is None:
            return ""
        if problem:
            return problem
    stage.say(f"accepted: {decision.words}")
    await _await_end(stage, decision)
    return ""


async def _send_one(
    stage: Stage, desk: OrderDesk, decision: Decision, intent: Intent, already: str
) -> str | None:
    """Send one intent; return a refusal for the form, "" when it was taken, None when all has been said."""
    targets = getattr(intent, "tracking_nos", ()) or decision.targets
    try:
        await desk.submit(intent, targets=targets)
    except OutcomeUnknown as error:
        stage.say(f"{decision.words}: {error.reason}; it may be done; asking; u asks now.", Role.UNKNOWN)
        return None
    except Rejected as error:
        if words := _harmless(intent, error.code, already):
            stage.say(words)
            return None if len(decision.intents) == 1 else ""
        line = str(error)
        line = line if line.startswith("Rejected") or not error.code else f"Rejected {error.code}: {line}"
        stage.say(line, Role.DANGER)
        return line
    except BgtuiError as error:
        stage.say(not_sent(error), Role.DANGER)
        return not_sent(error)
    return ""


def _harmless(intent: Intent, code: str, already: str) -> str:
    """Return the one line for a refusal that says what was wanted is so already; empty for any other."""
    match intent:
        case CloseTracks() | StopTracks() | SetTrackTpsl():
            numbers = getattr(intent, "tracking_nos", ()) or (getattr(intent, "tracking_no", ""),)
            name = tracking.short_number(numbers[0]) if numbers[0] else "It"
            if code in CLOSED_CODES:
                return f"{name} was closed already; nothing to do."
            if code in CLOSING_CODES and not isinstance(intent, SetTrackTpsl):
                return f"{name} is being closed already; nothing to do."
        case RemoveFollower() | Unfollow():
            return already if code in NOT_THERE_CODES else ""
        case _:
            return ""
    return ""


def _hurry(stage: Stage, intent: Intent) -> None:
    """Have what a write changes read back at once, and often for a while."""
    session = stage.workspace.session
    if session is not None and session.asker is not None:
        session.asker.hurry(*changed_by(intent))


def changed_by(intent: Intent) -> tuple[Question[Any], ...]:
    """Return the questions whose answers a write changes."""
    match intent:
        case CloseTracks(role=role, product_type=product) if role is CopyRole.LEADER:
            return (
                question.leader_tracks(product),
                question.leader_history(product),
                question.leader_summary(product),
            )
        case SetTrackTpsl(role=role) if role is CopyRole.LEADER:
            return (question.leader_tracks(intent.product_type),)
        case CloseTracks() | StopTracks():
            return (question.copied_orders(intent.product_type), question.copy_history(intent.product_type))
        case SetTrackTpsl():
            return (question.copied_orders(intent.product_type),)
        case SetLeadSymbols(product_type=product):
            return (question.lead_symbols(product), question.lead_settings())
        case SetLeadSwitch():
            return (question.lead_settings(),)
        case RemoveFollower(product_type=product):
            return (question.followers(product), question.leader_summary(product))
        case SetCopySettings(product_type=product, trader_id=trader):
            return (question.copy_settings(product, trader), question.followed_traders(product))
        case FollowByAmount(product_type=product) | Unfollow(product_type=product):
            return (question.followed_traders(product), question.copied_orders(product))
        case _:
            return ()


async def _await_end(stage: Stage, decision: Decision) -> None:
    """Say that what was closed or removed is gone, once the exchange shows it so."""
    session, intent = stage.workspace.session, decision.intents[-1]
    if session is None:
        return
    asked = changed_by(intent)
    if not asked or not isinstance(intent, CloseTracks | StopTracks | RemoveFollower | Unfollow):
        return

    def is_over() -> bool:
        return not _left(stage, asked[0], decision)

    try:
        await session.wait_for(is_over, timeout_s=REPORT_S)
    except TimeoutError:
        return  # the row stays marked, visibly
    stage.say(f"done: {decision.words}{_outcome(stage, intent, decision)}")


def _left(stage: Stage, asked: Question[Any], decision: Decision) -> int:
    """Return how many of those that were to go are still in the answer."""
    store = stage.workspace.store
    found = None if store is None else store.answer(asked).value
    if found is None:
        return 1
    intent = decision.intents[-1]
    match intent:
        case RemoveFollower():
            return sum(each.follower_uid == intent.follower_uid for each in found)
        case Unfollow():
            return sum(each.trader_id == intent.trader_id for each in found)
        case _:
            names = set(decision.targets)
            return sum(each.tracking_no in names for each in found)


def _outcome(stage: Stage, intent: Intent, decision: Decision) -> str:
    """Return what a close has realized, when its history is known already."""
    store = stage.workspace.store
    if store is None or not isinstance(intent, CloseTracks) or intent.scope is not CloseScope.TRACKS:
        return ""
    ask = question.leader_history if intent.role is CopyRole.LEADER else question.copy_history
    ended = store.answer(ask(intent.product_type)).value or ()
    found = next((each for each in ended if each.tracking_no in decision.targets), None)
    if found is None or found.net_pnl is None:
        return ""
    return f", net {hide(figure.signed(found.net_pnl), is_private=stage.workspace.is_private)}"
