"""Style sheets that are parsed once in a test run: every program that a test opens has the same."""

from __future__ import annotations

from typing import Any

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation

_RULES: dict[tuple[Any, ...], list[RuleSet]] = {}
_parse = Stylesheet._parse_rules


def share() -> None:
    """Let every style sheet have the rules that an equal one was parsed to.

    Textual shares them in the same way within one program, but for each time that its theme is set.
    """
    Stylesheet._parse_rules = _parse_once  # type: ignore[method-assign, assignment]


def _parse_once(
    sheet: Stylesheet,
    css: str,
    read_from: CSSLocation,
    is_default_rules: bool = False,
    tie_breaker: int = 0,
    scope: str = "",
) -> list[RuleSet]:
    variables = frozenset(sheet._variables.items())
    key = (variables, css, read_from, is_default_rules, tie_breaker, scope)
    rules = _RULES.get(key)
    if rules is None:
        rules = _RULES[key] = _parse(sheet, css, read_from, is_default_rules, tie_breaker, scope)
    return rules
