"""The lines that every screen has: state, market, money, tabs, message."""

from __future__ import annotations

from bgtui.ui.role import Role
from bgtui.ui.view import market, tabs
from bgtui.ui.view.span import Row, Span, crop, left, row, spread
from bgtui.ui.workspace import Badge, Workspace


def state_line(workspace: Workspace, width: int) -> Row:
    """Return line 1: environment, trading state, account, mode, streams, worst alarm, clock."""
    badge = workspace.identity.badge
    role = Role.DANGER if badge is Badge.LIVE else Role.PLAIN
    state = "ARMED" if workspace.can_trade else "READ-ONLY" if workspace.session is not None else ".."
    seconds = workspace.now_ms // 1000 % 86400
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    start = row(
        Span(left(badge.value, 7), role, reverse=badge is Badge.LIVE),
        left(state, 11),
        left(workspace.identity.account or "no key", 9),
    )
    return spread(start, row(clock), width)


def market_line(workspace: Workspace, width: int) -> Row:
    """Return line 2 of Trade: symbol, last, change, mark, funding, open interest."""
    return market.market_line(workspace.store, workspace.instrument, workspace.now_ms, width)


def money_line(workspace: Workspace, width: int) -> Row:
    """Return line 2 of the other screens: equity, free, PnL, today, cross risk."""
    return crop(row(f" {workspace.identity.account}"), width)


def tab_line(current: str, width: int) -> Row:
    """Return line 3: the screens, the current one in brackets."""
    spans: list[Span] = []
    for number, (name, title) in enumerate(tabs.SCREENS, 1):
        text = f"{number} {title}"
        is_current = name == current
        spans.append(Span(f"[{text}]" if is_current else text, Role.ACCENT if is_current else Role.MUTED))
        spans.append(Span(" "))
    return crop(tuple(spans), width)


def message_line(workspace: Workspace, width: int) -> Row:
    """Return the line that says what happened, why, and what to do."""
    message = workspace.message
    count = f" ×{message.count}" if message.count > 1 else ""
    return crop(row(" ", Span(message.text, message.role), count), width)
