"""An order of unknown outcome: what is known, how often was asked, when the next ask is."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bgtui.domain import rules
from bgtui.domain.facts import Facts
from bgtui.domain.intent import AmendOrder, AmendPlan, PlaceOrder, PlacePlan
from bgtui.domain.submission import Submission, SubmissionState
from bgtui.session.inquiry import ABSENT_AFTER_MS, ASKS_FOR_ABSENCE
from bgtui.ui.role import Role
from bgtui.ui.view import figure
from bgtui.ui.view.dockframe import Body, Section, labelled, prose, spelled
from bgtui.ui.view.glyph import ABOUT
from bgtui.ui.view.span import Row, Span

_WAYS = (("detail", "not found"), ("open", "not listed"), ("fills", "none"))


def doubt_rows(
    submission: Submission, facts: Facts | None, now_ms: int, next_ask_s: float | None, width: int
) -> Sequence[Body]:
    """Return everything that is known about a write whose outcome is not.

    Args:
        submission: The write.
        facts: What is known around its instrument, for the margin it would tie up.
        now_ms: Exchange time, milliseconds.
        next_ask_s: Seconds until the next question; None when none is planned.
        width: Cells.
    """
    age = figure.age(max(now_ms - submission.sent_ms, 0) / 1000)
    body: list[Body] = [
        (Span(f" {words_of(submission)}", bold=True),),
        labelled("id", submission.client_order_id),
        labelled("sent", f"{figure.clock_ms(submission.sent_ms)}, {age} ago"),
        Section("evidence"),
    ]
    body += [labelled(name, f"{words} ×{submission.asks}") for name, words in _WAYS if submission.asks]
    if submission.message:
        body += prose(submission.message, width - 2, Role.MUTED)
    if next_ask_s is not None:
        body.append(labelled("next ask", f"in {figure.age(max(next_ask_s, 0))}"))
    held = _held(submission, facts)
    if held is not None:
        body.append(labelled("held", f"{ABOUT}{figure.money(held, 2)} as if open"))
    body.append(Section())
    body += _proof(submission, now_ms, width)
    return body


def words_of(submission: Submission) -> str:
    """Return in words what a write was to do."""
    match submission.intent:
        case PlaceOrder() as placed:
            at = "market" if placed.price is None else format(placed.price, ",f")
            return f"{_deed(placed)} {placed.size:f} @ {at}"
        case PlacePlan() as plan:
            return f"{_deed(plan)} {plan.size:f} when {plan.trigger_price:,f}"
        case AmendOrder() as amend:
            return f"AMEND to {amend.new_size:f} @ {amend.new_price:,f}"
        case AmendPlan() as change:
            name = change.kind.value.replace("_", " ").upper()
            to = "" if change.trigger_price is None else f" to {change.trigger_price:,f}"
            return f"AMEND {name}{to}"
        case intent:
            name = type(intent).__name__
            words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
            return words.strip()


def _deed(intent: PlaceOrder | PlacePlan) -> str:
    if intent.position_side is None or intent.effect is None:
        return intent.side.value.upper()
    return f"{intent.effect.value} {intent.position_side.value}".upper()


def _held(submission: Submission, facts: Facts | None) -> Decimal | None:
    intent = submission.intent
    if facts is None or not facts.is_futures or not isinstance(intent, PlaceOrder | PlacePlan):
        return None
    return rules.margin_needed(intent, facts) or None


def _proof(submission: Submission, now_ms: int, width: int) -> list[Row]:
    """Return how far the proof of absence is."""
    if submission.state is SubmissionState.ABSENT:
        return spelled("absent", "proven: r sends the same id again, d lets it go", width)
    asks = max(ASKS_FOR_ABSENCE - submission.asks, 0)
    since_ms = now_ms - submission.asked_ms if submission.asked_ms else 0
    seconds = max(ABSENT_AFTER_MS - since_ms, 0) / 1000
    count = "1 ask" if asks == 1 else f"{asks} asks"
    return spelled("absent", f"not proven: {count}, {figure.age(seconds)} left", width)
