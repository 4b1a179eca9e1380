"""The dock that arms: who, with which rights and limits, what was checked, and the label to type."""

from __future__ import annotations

from collections.abc import Sequence

from bgtui.domain.value import frozen
from bgtui.session.arming import Check, Warrant
from bgtui.ui.role import Role
from bgtui.ui.view.dockframe import Body, Section, frame, labelled, prose
from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.view.privacy import hide
from bgtui.ui.view.span import Row, Span, cells

_MOST_LIMITS = 4
_UID_DIGITS = 4
_FRAME = 4
"""Cells that a dock takes from a line of its own."""


@frozen
class ArmView:
    """What the dock is drawn from."""

    warrant: Warrant
    where: str
    """``[LIVE]``."""
    mode: str
    """Of the positions; empty while nobody has told."""
    limits: Sequence[str]
    """The limits in force, one line each."""
    checks: Sequence[Check]
    line: LineEdit
    is_live: bool = False
    is_private: bool = False


def word(warrant: Warrant, width: int, *, is_private: bool) -> tuple[str, str]:
    """Return what has to be typed and what asks for it.

    A label that cannot be read whole cannot be typed: then the last digits of the account's number.
    """
    label = warrant.account
    is_readable = label.isascii() and cells(label) <= width - _FRAME and not is_private
    if is_readable or not warrant.uid:
        return label, "type the account label:"
    return warrant.uid[-_UID_DIGITS:], "type the last four digits of the uid"


def arm_rows(view: ArmView, width: int, height: int) -> list[Row]:
    """Return the dock."""
    wanted, prompt = word(view.warrant, width, is_private=view.is_private)
    account = hide(view.warrant.account, is_private=view.is_private)
    body: list[Body] = [
        labelled("account", account),
        labelled("key", f'"{hide(view.warrant.key_label, is_private=view.is_private)}"'),
        labelled("rights", ", ".join(("read", *view.warrant.rights))),
    ]
    if view.mode:
        body.append(labelled("mode", view.mode))
    body += [labelled("limits", line) for line in view.limits[:_MOST_LIMITS] or ("none of size or loss",)]
    body += _checks(view.checks, width)
    problems = [check.problem for check in view.checks if check.problem]
    body.append(Section())
    matches = not problems and view.line.text == wanted
    if problems:
        body += prose(problems[0], width - 2, Role.DANGER)
    else:
        is_number = wanted != view.warrant.account
        body += _prompt(prompt, "" if is_number else wanted, width)
        body.append((Span(" > ", Role.ACCENT), *view.line.rows(is_focused=True)))
    return frame(
        "ARM LIVE TRADING" if view.is_live else "ARM TRADING", view.where, body,
        ("enter arm" if matches else "", "esc leave"), width, height,
        is_double=matches, tag_role=Role.DANGER if view.is_live else Role.WARN,
    )  # fmt: skip


def _prompt(prompt: str, wanted: str, width: int) -> list[Row]:
    name = Span(wanted, Role.WARN, bold=True)
    if cells(prompt) + cells(wanted) + 2 <= width - 2:
        return [(Span(f" {prompt} "), name)]
    return [*prose(prompt, width - 2), *([(Span(" "), name)] if wanted else [])]


def _checks(checks: Sequence[Check], width: int) -> list[Row]:
    words = [f"{check.name} {'FAILED' if check.problem else 'ok'}" for check in checks]
    if not words:
        return []
    role = Role.DANGER if any(check.problem for check in checks) else Role.PLAIN
    text = ", ".join(words)
    if cells(text) + 10 <= width - 2:
        return [labelled("checks", text, role=role)]
    return [labelled("checks" if at == 0 else "", part, role=role) for at, part in enumerate(words)]
