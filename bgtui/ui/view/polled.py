"""What a pane says about an answer that was asked for: how old, why not, or not yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bgtui.store.answers import Answer
from bgtui.ui.role import Role
from bgtui.ui.view import figure
from bgtui.ui.view.span import Span

NOT_A_LEADER = "31001"
_STALE_AFTER = 3.0
"""Times its interval after which an answer counts as stale."""


def words(answer: Answer[Any], interval_s: float) -> list[Span]:
    """Return what stands in a title: nothing while the answer is young."""
    if answer.error:
        return [Span(f"STALE {figure.age(answer.age_s)}" if answer.is_known else "?", Role.WARN)]
    if not answer.is_known:
        return [Span("asking", Role.MUTED)]
    if answer.age_s is not None and answer.age_s > interval_s * _STALE_AFTER:
        return [Span(f"STALE {figure.age(answer.age_s)}", Role.WARN)]
    return []


def empty(answer: Answer[Any], nothing: str) -> str:
    """Return the sentence for a table without rows: unknown is not empty."""
    if answer.is_known:
        return nothing
    if answer.code == NOT_A_LEADER:
        return "This account is not a lead trader (31001); 6 shows the follower side."
    return f"? {answer.error}" if answer.error else "asking the exchange .."


def is_stale(answer: Answer[Any], interval_s: float) -> bool:
    """Tell whether the rows must be drawn as stale."""
    if not answer.is_known:
        return False
    return bool(answer.error) or (answer.age_s is not None and answer.age_s > interval_s * _STALE_AFTER)


def oldest(answers: Iterable[Answer[Any]]) -> Answer[Any]:
    """Return the answer asked for first, of rows made from several; one never answered counts last."""
    return min(answers, key=lambda answer: (answer.as_of_ms is None, answer.as_of_ms or 0))


def as_of(answer: Answer[Any], what: str, interval_s: float) -> str:
    """Return ``tracking orders as of 14:03:24 (asked every 3s)``."""
    if answer.as_of_ms is None:
        return f"{what}: {answer.error or 'asking the exchange'}"
    return f"{what} as of {figure.clock(answer.as_of_ms)} (asked every {interval_s:g}s)"
