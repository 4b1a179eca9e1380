"""What the rules say about an intent while it is typed: the guard's own words, where there is one."""

from __future__ import annotations

from bgtui.domain import planrules, rules
from bgtui.domain.facts import Facts
from bgtui.domain.intent import AmendOrder, AmendPlan, Intent, PlaceOrder, PlacePlan
from bgtui.domain.order import PlanOrder
from bgtui.domain.risk import Meant
from bgtui.domain.rules import RuleResult
from bgtui.ui.role import Role
from bgtui.ui.view.dockframe import labelled
from bgtui.ui.view.span import Row, Span
from bgtui.ui.workspace import Workspace


def judge(
    workspace: Workspace,
    intent: Intent,
    facts: Facts | None,
    meant: Meant | None = None,
    *,
    plan: PlanOrder | None = None,
) -> tuple[RuleResult, ...]:
    """Return what every rule says: those of the desk, or without one those of the exchange alone.

    ``plan`` is the trigger order that a change is about.
    """
    guard = workspace.session.guard if workspace.session is not None else None
    if guard is not None:
        return guard.results(intent, meant)
    if facts is not None and plan is not None and isinstance(intent, AmendPlan):
        return planrules.check(intent, plan, facts)
    if facts is None or not isinstance(intent, PlaceOrder | PlacePlan | AmendOrder):
        return ()
    return rules.check(intent, facts)


def vouch(workspace: Workspace, intent: Intent, meant: Meant) -> None:
    """Have the guard know which unusual figures of an order the person means."""
    if workspace.session is not None and workspace.session.guard is not None:
        workspace.session.guard.vouch(intent, meant)


def lines(results: tuple[RuleResult, ...]) -> list[str]:
    """Return what refuses, then what has to be minded, one line each."""
    worst = sorted((result for result in results if result.message), key=lambda result: result.passes)
    return [f"{result.rule}: {result.message}" for result in worst]


def rules_row(results: tuple[RuleResult, ...]) -> Row:
    """Return how many rules pass."""
    passed = sum(result.passes for result in results)
    role = Role.PLAIN if passed == len(results) else Role.DANGER
    return labelled("rules", (Span(f"{passed} of {len(results)} pass", role),))
