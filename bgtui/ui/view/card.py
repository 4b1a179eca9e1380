"""What a terminal that is too small for any screen shows: a few lines of text."""

from __future__ import annotations

from collections.abc import Sequence

from bgtui.ui.role import Role
from bgtui.ui.view import figure, positions, status, streams
from bgtui.ui.view.privacy import hide
from bgtui.ui.view.span import Row, Span, crop, row
from bgtui.ui.workspace import Workspace

MIN_WIDTH, MIN_HEIGHT = 60, 15


def is_too_small(width: int, height: int) -> bool:
    """Tell whether no screen fits."""
    return width < MIN_WIDTH or height < MIN_HEIGHT


def card_rows(workspace: Workspace, width: int, height: int) -> Sequence[Row]:
    """Return the lines, the most needed first."""
    keys = row(
        Span("! kill  q quit" if workspace.can_trade else "q quit", Role.ACCENT), "  enlarge the window"
    )
    lines = [
        row(Span(f"bgtui needs {MIN_WIDTH}x{MIN_HEIGHT}, this is {width}x{height}", Role.WARN)),
        _safety(workspace),
        *_live(workspace),
    ]
    if height > 1:  # what can be done stays, however little is told
        lines = [*lines[: height - 1], keys]
    return [crop(line, width) for line in lines[:height]]


def _safety(workspace: Workspace) -> Row:
    badge, state = status.badge_span(workspace), status.state_span(workspace)
    return row(
        badge._replace(text=badge.text.rstrip()), " ",
        state._replace(text=state.text.rstrip()),
        f" {status.account_name(workspace)}  {status.mode_name(workspace)}",
    )  # fmt: skip


def _live(workspace: Workspace) -> list[Row]:
    store = workspace.store
    if store is None:
        return [row(Span(workspace.message.text, Role.MUTED))]
    return [_market(workspace), _holdings(workspace), _feeds(workspace)]


def _market(workspace: Workspace) -> Row:
    store, shown = workspace.store, workspace.instrument
    ticker = store.ticker(shown) if store is not None and shown is not None else None
    if store is None or shown is None or ticker is None:
        return row(Span(".." if shown is None else f"{shown.symbol} ..", Role.MUTED))
    rules = store.instrument(shown)
    last = figure.price(ticker.last, rules.price_places if rules is not None else 0)
    return row(f"{shown.symbol} ", Span(last, bold=True), f" {figure.signed_percent(ticker.change_24h)}")


def _holdings(workspace: Workspace) -> Row:
    store, product = workspace.store, workspace.identity.product_type
    if store is None or not workspace.identity.has_key:
        return row(Span("no key: market only", Role.MUTED))
    legs, orders = store.positions(product), store.open_orders(product)
    if legs is None or orders is None:
        return row(Span("legs ?  orders ?", Role.MUTED))
    total = status.unrealized(store, workspace)
    money = hide(figure.signed(total), is_private=workspace.is_private)
    count = len(orders) + len(store.submissions(product))
    return row(f"legs {len(legs)}  uPnL ", Span(money, positions.gain(total)), f"  orders {count}")


def _feeds(workspace: Workspace) -> Row:
    store = workspace.store
    if store is None:
        return ()
    health = store.health()
    alarm = status.kill_alarm(workspace) or streams.alarm(store, health, workspace.instrument)
    public = streams.public_word(store, health, workspace.instrument)
    private = streams.private_word(health, has_key=workspace.identity.has_key)
    quiet = alarm.text == "alerts 0"
    return row("pub ", public, "  prv ", private, *(() if quiet else (Span("  "), alarm)))
