"""Health: every stream, every class of requests, what is left of the limits, and what happened."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bgtui.domain.budget import Budget
from bgtui.domain.text import clean_line
from bgtui.store.health import CANCELS, ORDERS, READS, ConnectionHealth, HealthView, RouteHealth
from bgtui.store.log import Level, LogLine
from bgtui.ui.meter import Cost
from bgtui.ui.role import Role
from bgtui.ui.view import figure
from bgtui.ui.view.glyph import LIVE, NONE, TIMES, UNKNOWN
from bgtui.ui.view.span import Row, Span, left, right, row
from bgtui.ui.view.table import Column, Detail, Line, Table, heading

CONNECTIONS = (
    Column("stream", "stream", 12, is_text=True),
    Column("state", "state", 12, is_text=True),
    Column("last", "last", 5),
    Column("rate", "msg/s", 6),
    Column("pong", "pong", 6),
    Column("opens", "opens", 6),
    Column("up", "up", 9),
    Column("cut", "cut in", 8),
    Column("messages", "messages", 11, from_width=120),
    Column("bytes", "bytes", 9, from_width=120),
    Column("reason", "why", 60, is_text=True, from_width=120, is_sortable=False),
)
ROUTES = (
    Column("route", "route", 34, is_text=True),
    Column("p50", "p50", 7),
    Column("p99", "p99", 7),
    Column("ok", "ok", 7),
    Column("failed", "failed", 6),
    Column("limited", "429", 5),
    Column("last", "last", 7, is_text=True, is_sortable=False),
)
_WIDE_ROUTE = 60
LIMITS = (
    Column("route", "route", 34, is_text=True),
    Column("left", "left", 5),
    Column("limit", "of", 5),
    Column("seconds", "each", 5),
    Column("waiting", "waiting", 7),
    Column("bar", "", 14, is_text=True, is_sortable=False, gap=2),
)
LOG = (
    Column("time", "time", 8, is_text=True),
    Column("level", "level", 7, is_text=True),
    Column("text", "what", 53, is_text=True),
    Column("count", "", 5, is_sortable=False),
)
_DAY_S = 86_400
"""Bitget cuts every connection after so long."""
_BAR = 12
_LEVELS = {Level.INFO: Role.PLAIN, Level.WARNING: Role.WARN, Level.ERROR: Role.DANGER}
_ORDER_ROUTES = {ORDERS: "place-order", CANCELS: "cancel-order"}


def connections_table(health: HealthView) -> Table:
    """Return the table of streams."""
    lines = tuple(_connection_line(connection) for connection in health.connections)
    return Table(CONNECTIONS, lines, ".. connecting")


def _connection_line(connection: ConnectionHealth) -> Line:
    state, role = f"{LIVE} live", Role.PLAIN
    if not connection.is_up:
        state, role = f"DOWN {figure.age(connection.down_age_s)}", Role.DANGER
    pong = NONE if connection.round_trip_ms is None else f"{connection.round_trip_ms}ms"
    up_s = connection.up_age_s
    return Line(
        key=connection.name,
        cells=(
            Span(connection.name),
            Span(state, role),
            Span(figure.age(connection.last_message_age_s)),
            Span(rate(connection.messages_per_s)),
            Span(pong),
            Span(str(connection.opened)),
            Span(NONE if up_s is None else figure.duration(int(up_s))),
            Span(NONE if up_s is None else figure.duration(max(_DAY_S - int(up_s), 0)).rpartition(":")[0]),
            Span(f"{connection.messages:,}"),
            Span(figure.short(Decimal(connection.bytes))),
            Span(_why(connection), Role.WARN),
        ),
        sort=(
            connection.name, state, _tenths(connection.last_message_age_s),
            _tenths(connection.messages_per_s),
            connection.round_trip_ms, connection.opened, _tenths(up_s), _tenths(up_s), connection.messages,
            connection.bytes,
        ),
        search=f"{connection.name} {connection.connection} {state}".casefold(),
        item=connection,
    )  # fmt: skip


def _why(connection: ConnectionHealth) -> str:
    if connection.is_up:
        return ""
    retry = (
        "" if connection.retry_in_ms is None else f"; retry in {figure.age(connection.retry_in_ms / 1000)}"
    )
    return clean_line(f"{connection.reason}{retry}", 60)


def _tenths(value: float | None) -> int | None:
    return None if value is None else round(value * 10)


def rate(per_s: float) -> str:
    """Return messages a second."""
    return f"{per_s:.1f}" if per_s < 10 else f"{per_s:.0f}"


def routes_table(health: HealthView, screen_width: int) -> Table:
    """Return the table of routes that were used."""
    columns = _routed(ROUTES, screen_width)
    return Table(columns, tuple(_route_line(route) for route in health.routes), "Nothing was asked yet.")


def _routed(columns: tuple[Column, ...], screen_width: int) -> tuple[Column, ...]:
    if screen_width < 120:
        return columns
    first = columns[0]
    return (Column(first.key, first.title, _WIDE_ROUTE, is_text=True), *columns[1:])


def _route_line(route: RouteHealth) -> Line:
    name = route.name.removeprefix("/api/v2/")
    return Line(
        key=route.name,
        cells=(
            Span(name),
            *_latencies(route),
            Span(f"{route.ok:,}"),
            Span(f"{route.failed:,}", Role.WARN if route.failed else Role.PLAIN),
            Span(f"{route.limited:,}", Role.WARN if route.limited else Role.PLAIN),
            Span(route.last_outcome),
        ),
        sort=(name, route.p50_ms, route.p99_ms, route.ok, route.failed, route.limited),
        search=f"{name} {route.last_outcome}".casefold(),
        item=route,
    )


def _latencies(route: RouteHealth) -> tuple[Span, Span]:
    values = (route.p50_ms, route.p99_ms)
    first, second = (Span(NONE if value is None else f"{value}ms") for value in values)
    return first, second


def limits_table(budget: Budget | None, screen_width: int) -> Table:
    """Return the table of limits: the routes nearest to theirs first."""
    columns = _routed(LIMITS, screen_width)
    if budget is None:
        return Table(columns, (), "? Limits were not measured yet.", is_known=False)
    whole = _limit_line("all routes together", budget.left, budget.limit, budget.seconds, budget.waiting)
    lines = [_limit_line(one.name, one.left, one.limit, one.seconds, one.waiting) for one in budget.endpoints]
    return Table(columns, (whole, *lines))


def _limit_line(route: str, remaining: int, limit: int, seconds: float, waiting: int) -> Line:
    name = route.removeprefix("/api/v2/")
    role = Role.WARN if waiting or not remaining else Role.PLAIN
    return Line(
        key=route,
        cells=(
            Span(name), Span(f"{remaining:,}", role), Span(f"{limit:,}"), Span(f"{seconds:g}s"),
            Span(str(waiting), role), Span(bar(remaining, limit)),
        ),
        sort=(name, remaining, limit, round(seconds * 10), waiting),
        search=name.casefold(),
        item={"route": route, "left": remaining, "limit": limit, "waiting": waiting},
    )  # fmt: skip


def bar(remaining: int, limit: int) -> str:
    """Return what is left of a limit, in twelve cells; a limit that is not whole never looks whole."""
    if not limit:
        return "░" * _BAR
    full = min(remaining * _BAR // limit, _BAR)
    return "█" * full + "░" * (_BAR - full)


def log_table(lines: Sequence[LogLine], now_ms: int, screen_width: int) -> Table:
    """Return the table of what happened."""
    width = max(53, screen_width - 27)
    columns = (*LOG[:2], Column("text", "what", width, is_text=True), LOG[3])
    return Table(
        columns,
        tuple(_log_line(line, at, now_ms) for at, line in enumerate(lines)),
        "Nothing happened yet.",
    )


def log_text(line: LogLine) -> str:
    """Return a line of the log with the exchange's own words, cleaned."""
    detail = f": {clean_line(line.detail, 200)}" if line.detail else ""
    return clean_line(line.text, 200) + detail


def _log_line(line: LogLine, number: int, now_ms: int) -> Line:
    text = log_text(line)
    return Line(
        key=f"{line.first_ms}/{text}",
        cells=(
            Span(figure.moment(line.last_ms, now_ms), Role.MUTED),
            Span(line.level.value, _LEVELS[line.level]),
            Span(text),
            Span(f"{TIMES}{line.count}" if line.count > 1 else ""),
        ),
        sort=(line.last_ms * 1000 + number, line.level.value, text, line.count),
        search=f"{line.level} {text}".casefold(),
        item=line,
    )


def rest_detail(health: HealthView, budget: Budget | None, cost: Cost, fps: int) -> Detail:
    """Return the block about requests, clock, books and screen."""
    head = " class           p50    p99      ok  failed  429 budget"
    lines: list[Row] = [row(Span(head, Role.MUTED))]
    named = {route.name: route for route in health.classes}
    lines += [_class_row(name, named.get(name), budget) for name in (ORDERS, CANCELS, READS)]
    lines += [_clock_row(health), _books_row(health), _screen_row(cost, fps)]
    return Detail(heading("rest"), tuple(lines))


def _class_row(name: str, route: RouteHealth | None, budget: Budget | None) -> Row:
    known = route or RouteHealth(name, 0, 0, 0, None, None, "")
    p50, p99 = _latencies(known)
    text, gauge = _budget_words(name, budget)
    return row(
        Span(f" {left(name, 12)}"),
        right(p50.text, 7), right(p99.text, 7), right(f"{known.ok:,}", 8),
        Span(right(str(known.failed), 8), Role.WARN if known.failed else Role.PLAIN),
        Span(right(str(known.limited), 5), Role.WARN if known.limited else Role.PLAIN),
        f" {left(text, 14)} ", gauge,
    )  # fmt: skip


def _budget_words(name: str, budget: Budget | None) -> tuple[str, str]:
    if budget is None:
        return UNKNOWN, ""
    if name == READS:
        return f"{budget.left} of {budget.limit}/{_per(budget.seconds)}", bar(budget.left, budget.limit)
    for one in budget.endpoints:
        if one.name.rpartition("/")[2] == _ORDER_ROUTES[name]:
            return f"{one.left} of {one.limit}/{_per(one.seconds)}", bar(one.left, one.limit)
    return NONE, ""


def _per(seconds: float) -> str:
    return {1.0: "s", 60.0: "m"}.get(seconds, f"{seconds:g}s")


def _clock_row(health: HealthView) -> Row:
    if health.clock_offset_ms is None:
        return row(Span(f" clock {UNKNOWN}, not measured yet", Role.WARN))
    half = "" if health.clock_round_trip_ms is None else f" ± {health.clock_round_trip_ms // 2}"
    return row(f" clock {health.clock_offset_ms:+d} ms{half} against Bitget's")


def _books_row(health: HealthView) -> Row:
    is_bad = bool(health.checksum_failures or health.gaps)
    text = (
        f" books {health.gaps} gaps, {health.checksum_failures} failed checks, {health.resyncs} resyncs"
        f" · frames {health.decode_errors} unreadable, {health.unsupported} unread"
    )
    return row(Span(text, Role.WARN if is_bad or health.decode_errors else Role.PLAIN))


def _screen_row(cost: Cost, fps: int) -> Row:
    kilobytes = cost.bytes_per_s / 1000
    text = f" screen {kilobytes:.1f} kB/s, {cost.frames_per_s:.0f} of {fps} fps, {cost.skipped} skipped"
    if cost.key_p50_ms is not None and cost.key_p99_ms is not None:
        text += f"   key to paint {cost.key_p50_ms:.0f} ms p50, {cost.key_p99_ms:.0f} ms p99"
    return row(text)


def log_detail(lines: Sequence[LogLine], now_ms: int, count: int) -> Detail:
    """Return the block of the last lines, the latest first."""
    made = [
        row(
            Span(f" {figure.moment(line.last_ms, now_ms)} ", Role.MUTED),
            Span(log_text(line), _LEVELS[line.level]),
            Span(f" {TIMES}{line.count}" if line.count > 1 else "", Role.MUTED),
        )
        for line in reversed(lines[-count:])
    ]
    return Detail(heading("log"), tuple(made) or (row(Span(" Nothing happened yet.", Role.MUTED)),))


def verdict(health: HealthView) -> str:
    """Return the one sentence: all is well, or what is not."""
    if not health.connections:
        return "connecting"
    down = [connection for connection in health.connections if not connection.is_up]
    if down:
        worst = down[0]
        return f"{worst.name} lost {figure.age(worst.down_age_s)} ago: {clean_line(worst.reason, 40)}"
    if health.failed_feeds:
        failed = health.failed_feeds[0]
        return f"{failed.source} failed: {clean_line(failed.reason, 50)}"
    return "all connections live"
