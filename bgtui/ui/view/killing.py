"""The kill switch on screen: what stands before it, what it has done, and the alarm until that is proven."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from bgtui.domain import pnl
from bgtui.domain.account import Position
from bgtui.domain.event import Connection
from bgtui.domain.value import frozen
from bgtui.session.kill import KillLine, KillRun, KillSwitch
from bgtui.session.kill_reach import KillChoice, Reach, Standing
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import figure, streams
from bgtui.ui.view.dockframe import Body, Section, frame, labelled, prose
from bgtui.ui.view.glyph import ABOUT, LESS, LOADING, MORE, UNKNOWN
from bgtui.ui.view.privacy import hide
from bgtui.ui.view.span import Row, Span, cells
from bgtui.ui.view.worded import count

_CHOICES = (
    (KillChoice.CANCEL, "c", "cancel orders and plans"),
    (KillChoice.FLATTEN, "f", "flatten, leaves held part"),
    (KillChoice.BOTH, "b", "both: cancel, then flatten"),
)
_VERBS = {
    KillChoice.CANCEL: "CANCEL",
    KillChoice.FLATTEN: "FLATTEN",
    KillChoice.BOTH: "CANCEL AND FLATTEN",
}
_DONE = {KillChoice.CANCEL: "CANCELED", KillChoice.FLATTEN: "FLAT", KillChoice.BOTH: "FLAT"}
_SMALL = 14
"""Rows below which only what is needed to act is shown."""
_STAMP = 12
"""Cells of a line's time."""


@frozen
class KillView:
    """What both sides of the dock are drawn from."""

    store: Store
    reach: Reach
    choice: KillChoice
    standing: Standing | None
    """None while the first asking is under way."""
    now_ms: int
    where: str
    """``[LIVE] main``."""
    is_live: bool = False
    is_private: bool = False

    @property
    def count(self) -> int:
        """How many things the choice would do away with, as last asked."""
        return 0 if self.standing is None else self.standing.left(self.choice) - self.standing.arriving

    @property
    def can_send(self) -> bool:
        """Tell whether `y` has anything to do: also where some part was not answered."""
        return self.standing is not None and (self.count > 0 or not self.standing.is_complete)


def choose_rows(view: KillView, width: int, height: int) -> list[Row]:
    """Return the dock before anything is sent."""
    facts = [*_stream_rows(view.store), *_standing_rows(view)]
    body: list[Body] = [] if height < _SMALL else list(facts)
    body.append(labelled("scope", f"{LESS} {_scope(view.reach)} {MORE}", is_current=True))
    if height >= _SMALL:
        body.append(Section("choose"))
    body += [_choice(view.choice is choice, key, words) for choice, key, words in _CHOICES]
    if height >= _SMALL:
        body.append(Section())
        if view.choice.flattens:
            body.append(labelled("now", _estimate(view)))
        body.append(labelled("dead man", "none in Bitget v2 docs", role=Role.MUTED))
        for words in view.standing.left_out if view.standing is not None else ():
            body += prose(f"left out: {words}", width - 2, Role.WARN)
    return frame(
        "KILL SWITCH", view.where, body, (_verb(view), "esc leave"), width, height,
        is_double=view.can_send, tag_role=Role.DANGER if view.is_live else Role.WARN,
    )  # fmt: skip


def run_rows(view: KillView, run: KillRun, passed_s: float, width: int, height: int) -> list[Row]:
    """Return the dock once something was sent: what happened, and what is proven."""
    ending: list[Body] = [Section("result"), *_result(view, run, passed_s, width)]
    room = max(height - 4 - len(ending), 1)
    lines: list[Row] = [row for line in run.lines for row in _line_rows(line, width - 2)]
    body: list[Body] = [*lines[-room:], *ending]
    if run.is_over:
        tag = "verified"
    else:
        tag = f"{run.left} left" if run.is_overdue and run.left is not None else "running"
    key = "y SEND AGAIN" if run.is_overdue else "u ask again"
    return frame(
        "KILL SWITCH", tag, body, ("" if run.is_over else key, "esc leave"), width, height,
        is_double=not run.is_over, tag_role=Role.WARN,
    )  # fmt: skip


def alarm(kill: KillSwitch | None) -> Span | None:
    """Return the alarm of line 1: from the sending until two answers have found nothing."""
    if kill is None or kill.run is None or kill.run.is_over:
        return None
    left = kill.run.left
    text = f"KILL {left} LEFT" if left else "KILL RUNS"
    return Span(text, Role.DANGER, bold=True, reverse=True)


def news(run: KillRun, passed_s: float) -> str:
    """Return what the message line says of a pass that is over, or that takes too long."""
    if run.is_over:
        return f"Kill switch: {_DONE[run.choice]}, verified {figure.clock(run.ended_ms)} by 2 answers alike."
    left = UNKNOWN if run.left is None else str(run.left)
    after = figure.whole_age(passed_s)
    return f"Kill switch: {left} left after {after}; asked every second; ! to send it again."


# Before


def _stream_rows(store: Store) -> list[Row]:
    health = store.health()
    public = streams.public_word(store, health, None)
    private = streams.private_word(health, has_key=True)
    return [labelled("public", (public,)), labelled("private", (private,))]


def _standing_rows(view: KillView) -> list[Row]:
    standing = view.standing
    if standing is None:
        return [labelled(name, LOADING, role=Role.MUTED) for name in ("REST", "orders", "legs")]
    p50_ms = view.store.health().requests.p50_ms
    latency = "" if p50_ms is None else f" {p50_ms}ms"
    asked = figure.whole_age(max(view.now_ms - standing.asked_ms, 0) / 1000)
    rest = f"ok{latency}, asked {asked} ago"
    rows = [
        labelled("REST", rest)
        if standing.is_complete
        else labelled("REST", f"no {standing.problems[0]}", role=Role.DANGER),
        labelled("orders", f"{len(standing.orders)}, plans {len(standing.plans)}"),
        labelled("legs", _legs(view, standing)),
    ]
    if held := [leg for leg in standing.legs if leg.locked]:
        size = figure.plain(held[0].locked) if len(held) == 1 else f"{len(held)} legs"
        rows.append(labelled("held", f"{size} by close orders"))
    return rows


def _legs(view: KillView, standing: Standing) -> str:
    if not standing.legs:
        return "0"
    values = [_value(view.store, leg) for leg in standing.legs]
    known = [value for value in values if value is not None]
    text = figure.money(sum(known, Decimal(0)), 0) if len(known) == len(values) else UNKNOWN
    return f"{len(standing.legs)}, value {hide(text, is_private=view.is_private)} USDT"


def _estimate(view: KillView) -> str:
    if view.standing is None:
        return LOADING
    results = [_result_of(view.store, leg) for leg in view.standing.closable(view.choice)]
    known = [result for result in results if result is not None]
    if len(known) < len(results):
        return f"{UNKNOWN} a price or fee is not known"
    text = hide(figure.signed(sum(known, Decimal(0))), is_private=view.is_private)
    return f"{ABOUT}{text} after fees"


def _mark(store: Store, leg: Position) -> Decimal | None:
    ticker = store.ticker(leg.instrument)
    return (ticker.mark_price if ticker is not None else None) or leg.mark_price


def _value(store: Store, leg: Position) -> Decimal | None:
    mark = _mark(store, leg)
    return None if mark is None else leg.size * mark


def _result_of(store: Store, leg: Position) -> Decimal | None:
    """Return what closing a leg at mark would bring, dollars, after the taker fee."""
    mark, rules = _mark(store, leg), store.instrument(leg.instrument)
    if mark is None or rules is None:
        return None
    gained = pnl.unrealized(leg.side, leg.size, leg.entry_price, mark, is_inverse=rules.is_inverse)
    fee = pnl.fee(leg.size, mark, rules.taker_fee_rate, is_inverse=rules.is_inverse)
    return (gained - fee) * (mark if rules.is_inverse else 1)


def _scope(reach: Reach) -> str:
    return "account" if reach.instrument is None else reach.instrument.symbol


def _choice(is_chosen: bool, key: str, words: str) -> Row:  # noqa: FBT001 - a mark, drawn
    return (
        Span("[x]" if is_chosen else "   ", Role.ACCENT, bold=is_chosen),
        Span(f"{key} ", Role.ACCENT),
        Span(words),
    )


def _verb(view: KillView) -> str:
    if view.standing is None:
        return "asking by REST"
    return f"y {_VERBS[view.choice]}" if view.can_send else "nothing stands"


# After


def _line_rows(line: KillLine, width: int) -> list[Row]:
    stamp = f" {figure.clock(line.time_ms)}.{line.time_ms % 1000 // 100} "
    rows: list[Row] = []
    for part in _wrapped(line.text, max(width - _STAMP, 8)):
        rows.append((Span(stamp if not rows else " " * _STAMP, Role.MUTED), Span(part)))
    return rows


def _wrapped(text: str, width: int) -> Iterable[str]:
    line = ""
    for word in text.split():
        if line and cells(line) + 1 + cells(word) > width:
            yield line
            line = ""
        line = f"{line} {word}".strip()
    yield line


def _result(view: KillView, run: KillRun, passed_s: float, width: int) -> Sequence[Row]:
    width -= 2
    rows: list[Row] = []
    if run.is_over:
        words = f"{_DONE[run.choice]}: verified {figure.clock(run.ended_ms)} by REST, 2 answers alike"
        rows += prose(words, width)
    elif run.is_overdue:
        left = UNKNOWN if run.left is None else str(run.left)
        words = f"{left} left after {figure.whole_age(passed_s)}; asked every second"
        rows += prose(words, width, Role.DANGER)
    if run.standing is not None:
        for words in run.standing.left_out[:2]:
            rows += prose(f"left out: {words}", width, Role.WARN)
    down_s = streams.longest_down_s(
        [one for kind in Connection for one in streams.of_kind(view.store.health(), kind)]
    )
    if down_s is not None:
        rows += prose(f"streams still DOWN {figure.age(down_s)}", width, Role.WARN)
    doubtful = sum(item.state.is_doubtful for item in view.store.all_submissions())
    if doubtful:
        words = f"{count(doubtful, 'write')} in doubt: what they made may yet appear"
        rows += prose(words, width, Role.UNKNOWN)
    if not run.is_over:
        rows += prose("The alarm stays until a query finds nothing.", width, Role.MUTED)
    return rows
