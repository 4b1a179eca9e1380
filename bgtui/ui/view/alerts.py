"""Alerts: the rules above, what fired below; when, what, delivered to, failed because."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from bgtui.domain.alert import TRAITS, Alert, AlertKind, Channel, DeliveryState, Standing
from bgtui.domain.judgement import NO_ACCOUNT, NO_CLOCK, NOT_CONNECTED, NOT_WATCHED
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import figure
from bgtui.ui.view import table as tables
from bgtui.ui.view.glyph import NONE, TIMES
from bgtui.ui.view.span import EMPTY, Row, Span, row
from bgtui.ui.view.table import Column, Line, State, Table, sized

RULES = (
    Column("on", "on", 3, is_text=True),
    Column("when", "when", 8, is_text=True),
    Column("what", "what", 36, is_text=True),
    Column("now", "now", 18, is_text=True, from_width=120),
    Column("to", "delivered to", 13, is_text=True),
    Column("why", "failed because", 15, is_text=True),
)
FIRED = (
    Column("when", "when", 8, is_text=True),
    Column("what", "what", 40, is_text=True),
    Column("to", "delivered to", 13, is_text=True),
    Column("why", "failed because", 15, is_text=True),
)
_WIDE, _WIDEST = 120, 200
_BRIEF = {
    NOT_WATCHED: "read-only run",
    NO_ACCOUNT: "no key",
    NO_CLOCK: "not measured",
    NOT_CONNECTED: "not connected",
}
LOCAL = "LOCAL: works only while bgtui runs"
"""What the page says of every rule."""
NOT_HERE = "Nothing is watched in this run."
_WORDS = {Channel.LIST: "list", Channel.BELL: "bell", Channel.MESSAGE: "line", Channel.COMMAND: "cmd"}
_HIDDEN = frozenset(
    {AlertKind.FILL, AlertKind.FORCED, AlertKind.REJECTION, AlertKind.LIQUIDATION, AlertKind.MARGIN_RATIO}
)
"""Kinds whose text tells what the account holds and does."""


def _columns(columns: tuple[Column, ...], width: int) -> tuple[Column, ...]:
    if width >= _WIDEST:
        return sized(columns, {"what": 75, "to": 14, "why": 75})
    if width >= _WIDE:
        return sized(columns, {"what": 41 if columns is RULES else 62, "to": 14, "why": 28})
    return columns


def rules_table(store: Store, width: int, now_ms: int) -> Table:
    """Return the rules, the built-in ones first."""
    standings = store.alert_rules()
    lines = tuple(_rule_line(standing, now_ms, at, width) for at, standing in enumerate(standings))
    return Table(_columns(RULES, width), lines, NOT_HERE, is_known=bool(standings))


def _brief(problem: str, width: int) -> str:
    """Return why a rule is not judged, in words for a narrow column; the detail has them all."""
    return _BRIEF.get(problem, problem) if width < _WIDE else problem


def _rule_line(standing: Standing, now_ms: int, at: int, width: int) -> Line:
    rule = standing.rule
    role = Role.PLAIN if rule.is_on else Role.MUTED
    when = figure.moment(standing.fired_ms, now_ms) if standing.fired_ms else NONE
    words = rule_words(standing)
    return Line(
        key=rule.rule_id,
        cells=(
            Span("on" if rule.is_on else "off", role),
            Span(when, role),
            Span(words, role),
            Span(standing.reads or NONE, role),
            Span(ways(standing), role),
            Span(_brief(standing.problem, width), Role.WARN),
        ),
        sort=(rule.is_on, standing.fired_ms, words, standing.reads, ways(standing), standing.problem or None),
        search=f"{rule.kind} {words} {rule.instrument or ''} {standing.problem} {at}".casefold(),
        item=standing,
    )


def rule_words(standing: Standing) -> str:
    """Return what a rule is about, and how often it fired."""
    rule = standing.rule
    once = "" if rule.repeats else ", once"
    return f"{rule.words}{once}" + (f" {TIMES}{standing.count}" if standing.count > 1 else "")


def ways(standing: Standing) -> str:
    """Return how a rule is told."""
    return _ways(standing.channels)


def _ways(channels: Sequence[Channel]) -> str:
    """Name the ways of telling; the list is where one reads this, so it is named only when it is all."""
    named = [_WORDS[channel] for channel in channels if channel is not Channel.LIST]
    return " ".join(named) or _WORDS[Channel.LIST]


def fired_table(store: Store, width: int, now_ms: int, *, hides_money: bool = False) -> Table:
    """Return what fired, whatever fired it."""
    lines = tuple(_alert_line(alert, now_ms, hides_money=hides_money) for alert in store.alerts())
    return Table(_columns(FIRED, width), lines, "Nothing has fired in this run.")


def _alert_line(alert: Alert, now_ms: int, *, hides_money: bool) -> Line:
    text = alert_text(alert, hides_money=hides_money)
    grave = Role.DANGER if alert.kind in GRAVE else Role.PLAIN
    return Line(
        key=str(alert.alert_id),
        cells=(
            Span(figure.moment(alert.last_ms, now_ms), Role.MUTED),
            Span(text, grave),
            Span(told(alert)),
            Span(alert.failure, Role.WARN),
        ),
        sort=(alert.last_ms * 1000 + alert.alert_id % 1000, text, told(alert), alert.failure or None),
        search=f"{alert.kind} {text} {alert.failure}".casefold(),
        item=alert,
    )


GRAVE = frozenset(kind for kind, traits in TRAITS.items() if traits.is_grave)
"""Kinds that are drawn as danger."""


def alert_text(alert: Alert, *, hides_money: bool = False) -> str:
    """Return what an alert says, and how often it happened in a row; money hidden where that is wanted."""
    count = ""
    if alert.count > 1:  # of an order's fills the text gives the sum: it did not happen so many times
        count = f" in {alert.count} fills" if alert.kind is AlertKind.FILL else f" {TIMES}{alert.count}"
    if hides_money and alert.kind in _HIDDEN:
        return f"{alert.kind.replace('_', ' ').capitalize()}: ***{count}"
    return f"{alert.text}{count}"


def told(alert: Alert) -> str:
    """Return how an alert was told so far."""
    return _ways([one.channel for one in alert.deliveries if one.state is DeliveryState.DONE])


def fired_block(
    store: Store, width: int, screen_width: int, height: int, now_ms: int, *, hides_money: bool
) -> list[Row]:
    """Return the latest of what fired, as it stands below the rules."""
    table = fired_table(store, screen_width, now_ms, hides_money=hides_money)
    shown = tables.windowed(tables.ordered(table, State(sort="when")), max(height - 2, 1))
    more = len(shown.lines) - max(height - 2, 1)
    words = (f"{len(shown.lines)}, l lists all",) if more > 0 else ()
    return [
        tables.title(("fired",), 0, words, width),
        *tables.table_rows(
            table, shown, width, max(height - 1, 1), screen_width=screen_width, is_focused=False
        ),
    ]


def rule_detail(standing: Standing, width: int) -> list[Row]:
    """Return everything about a rule."""
    rule = standing.rule
    lines = [
        ("rule", rule.words),
        ("state", "on" if rule.is_on else "off; d switches it on"),
        ("fires", "again, once it is over" if rule.repeats else "once, then it is off"),
        ("now", standing.reads or NONE),
        ("told by", f"list {ways(standing)}".replace("list list", "list")),
        ("fired", f"{standing.count} {TIMES} in this run" if standing.count else "not in this run"),
        ("trouble", standing.problem or NONE),
        ("kept", "comes with the program" if rule.is_built_in else "yours; x deletes it"),
        ("where", LOCAL),
    ]
    return _pairs(lines, width)


def alert_detail(alert: Alert, width: int, *, hides_money: bool = False) -> list[Row]:
    """Return everything about something that fired."""
    lines = [
        ("first", f"{figure.date(alert.first_ms)[:10]} {figure.clock(alert.first_ms)} UTC"),
        ("last", figure.clock(alert.last_ms)),
        ("what", alert_text(alert, hides_money=hides_money)),
        *((_WORDS[one.channel], one.reason or one.state.value) for one in alert.deliveries),
    ]
    return _pairs(lines, width)


def _pairs(lines: Sequence[tuple[str, str]], width: int) -> list[Row]:
    made: list[Row] = []
    for name, text in lines:
        parts = wrap(text, max(width - 11, 10)) or [""]
        made.append(row(Span(f" {name:<9}", Role.MUTED), Span(parts[0])))
        made += [row(Span(" " * 10), Span(part)) for part in parts[1:]]
    return [*made, EMPTY]


def slot(store: Store, troubles: int) -> Span:
    """Return ``alerts 2`` for the alarm slot: what nobody has seen, and lesser troubles that stand."""
    unseen = store.unseen_alerts()
    # A connection that is down is counted once: as the trouble that stands.
    counted = [alert for alert in unseen if not (troubles and alert.kind is AlertKind.CONNECTION)]
    total = troubles + len(counted)
    is_grave = any(alert.kind in GRAVE for alert in counted)
    text = f"alerts {total}" if total < 100 else "alerts 99"
    return Span(text, Role.DANGER if is_grave else Role.WARN if total else Role.PLAIN, bold=is_grave)
