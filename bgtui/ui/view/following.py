"""Followers, and the traders whom the account itself follows; names are cleaned, cut and padded by cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from bgtui.domain.copyintent import RemoveFollower
from bgtui.domain.copytrade import (
    CopyLimit,
    CopySettings,
    FollowedTrader,
    Follower,
    ProfitShare,
)
from bgtui.domain.instrument import ProductType
from bgtui.domain.roster import Move, RosterChange
from bgtui.domain.submission import SubmissionState
from bgtui.domain.text import Untrusted, clean_cell
from bgtui.store.answers import Answer
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import copyrule, figure, polled
from bgtui.ui.view.glyph import ABOUT, DOUBT, NONE, ON_ITS_WAY, UNKNOWN
from bgtui.ui.view.person import NAME_CELLS, cell_name
from bgtui.ui.view.positions import gain
from bgtui.ui.view.privacy import hide
from bgtui.ui.view.span import Row, Span, cells, row, rule
from bgtui.ui.view.table import Column, Line, Table

FOLLOWER_COLUMNS = (
    Column("name", "name", NAME_CELLS, is_text=True),
    Column("uid", "uid", 9, is_text=True),
    Column("equity", "equity", 11),
    Column("since", "since", 5),
    Column("shared", "shared 30d", 10),
    Column("removable", "removable", 9, is_text=True),
    Column("note", "note", 9, is_text=True),
)
CHANGE_COLUMNS = (
    Column("time", "seen", 8, is_text=True),
    Column("what", "what", 14, is_text=True),
    Column("name", "name", NAME_CELLS, is_text=True),
    Column("uid", "uid", 9, is_text=True),
    Column("equity", "equity", 12),
)
TRADER_COLUMNS = (
    Column("trader", "trader", NAME_CELLS, is_text=True),
    Column("since", "since", 6),
    Column("margin", "margin", 10),
    Column("profit", "profit", 10),
    Column("net", "net", 10),
    Column("seats", "seats", 8),
    Column("pairs", "pairs", 5),
)
_MOVES = {Move.JOINED: "joined", Move.LEFT: "left", Move.REMOVED: "removed by me"}
"""Who left by themselves and whom the exchange took out look alike to the API."""
_BRIEFLY = {Move.JOINED: "joined", Move.LEFT: "left", Move.REMOVED: "removed"}
_DAY_MS = 86_400_000
_UID_CELLS = 9
_FIRST = 3
"""Parts of a setting in its first line: how much an order, how much at most, with which leverage."""
_UNFUNDED_DAYS = 14
"""Days without equity after which the exchange removes a follower by itself."""


def cleaned(name: Untrusted) -> str:
    """Return a nickname fit for a cell."""
    return cell_name(name.raw)


def _short_uid(uid: str) -> str:
    """Return a uid fit for its column: its end always, since that tells people apart and is what is typed."""
    return uid if len(uid) <= _UID_CELLS else f"{uid[:4]}…{uid[-4:]}"


def is_altered(name: Untrusted) -> bool:
    """Tell whether cleaning took anything from a name but its length."""
    return clean_cell(name, 10_000) != name.raw


def shared_by_name(shares: Sequence[ProfitShare], since_ms: int) -> dict[str, Decimal]:
    """Return what each follower shared since a time, by cleaned name: the exchange names no uid there."""
    sums: dict[str, Decimal] = {}
    for share in shares:
        if share.follower_name is not None and (share.time_ms or 0) >= since_ms:
            name = cleaned(share.follower_name)
            sums[name] = sums.get(name, Decimal(0)) + share.amount
    return sums


def follower_table(
    answer: Answer[tuple[Follower, ...]],
    shares: Sequence[ProfitShare] | None,
    now_ms: int,
    *,
    is_private: bool,
    is_stale: bool,
    marks: Mapping[str, str] = MappingProxyType({}),
) -> Table:
    """Return everybody who follows now; ``marks`` says what is under way, by uid."""
    sums = None if shares is None else shared_by_name(shares, now_ms - 30 * _DAY_MS)
    lines = tuple(
        _follower_line(
            follower, sums, now_ms, is_private=is_private, mark=marks.get(follower.follower_uid, "")
        )
        for follower in answer.value or ()
    )
    return Table(FOLLOWER_COLUMNS, lines, polled.empty(answer, "Nobody follows you yet."), is_stale=is_stale)


def removal_marks(store: Store, product_type: ProductType, as_of_ms: int | None) -> dict[str, str]:
    """Return what goes on with followers who are being removed, by uid: the glyph of it."""
    marks: dict[str, str] = {}
    for item in (*store.finished_submissions(product_type), *store.submissions(product_type)):
        if not isinstance(item.intent, RemoveFollower):
            continue
        is_new = as_of_ms is None or item.changed_ms >= as_of_ms
        if item.state.is_doubtful:
            marks[item.intent.follower_uid] = DOUBT
        elif item.state.is_open or (item.state is SubmissionState.DONE and is_new):
            marks[item.intent.follower_uid] = ON_ITS_WAY
    return marks


def removed_by_me(store: Store, product_type: ProductType) -> frozenset[str]:
    """Return the uids of followers whose removal was asked for from here, and not refused."""
    return frozenset(
        item.intent.follower_uid
        for item in (*store.finished_submissions(product_type), *store.submissions(product_type))
        if isinstance(item.intent, RemoveFollower)
        and item.state not in (SubmissionState.REJECTED, SubmissionState.NOT_SENT)
    )


def _follower_line(
    follower: Follower,
    sums: dict[str, Decimal] | None,
    now_ms: int,
    *,
    is_private: bool,
    mark: str = "",
) -> Line:
    name = cleaned(follower.name)
    shared = None if sums is None else sums.get(name, Decimal(0))
    removable = UNKNOWN if follower.is_removable is None else "yes" if follower.is_removable else "no"
    days = None if follower.since_ms is None else (now_ms - follower.since_ms) // _DAY_MS
    return Line(
        follower.follower_uid,
        (
            Span(hide(name, is_private=is_private)),
            Span(hide(_short_uid(follower.follower_uid), is_private=is_private)),
            Span(hide(figure.money(follower.equity), is_private=is_private)),
            Span(UNKNOWN if days is None else f"{days}d"),
            Span(
                hide(UNKNOWN if shared is None else f"{ABOUT}{figure.signed(shared)}", is_private=is_private)
            ),
            Span(removable),
            Span(f"{mark}removing", Role.PENDING) if mark else Span(_note(follower, days), Role.WARN),
        ),
        (name.lower(), follower.follower_uid, follower.equity, days, shared, removable, None),
        f"{name} {follower.follower_uid}".lower(),
        follower,
    )


def _note(follower: Follower, days: int | None) -> str:
    """Return why a follower may copy nothing, as far as the API tells."""
    if follower.equity is not None and not follower.equity:
        near = days is not None and days >= _UNFUNDED_DAYS
        return "unfunded" if near else "at 0"
    return "cleaned" if is_altered(follower.name) else ""


def _why(follower: Follower) -> str:
    """Return the sentence behind a note."""
    if follower.equity is None:
        return "equity hidden by the follower"
    if not follower.equity:
        return f"no equity: nothing can be copied; Bitget removes after {_UNFUNDED_DAYS} days without"
    return ""


def follower_detail(
    follower: Follower | None, width: int, *, is_private: bool, shared: str = ""
) -> list[Row]:
    """Return who the follower under the cursor is, and what the exchange does not tell."""
    if follower is None:
        return []
    name = hide(cleaned(follower.name), is_private=is_private)
    uid = hide(follower.follower_uid, is_private=is_private)
    removable = "?" if follower.is_removable is None else "yes" if follower.is_removable else "no"
    equity = hide(figure.money(follower.equity), is_private=is_private)
    why = _why(follower)
    return [
        rule(row(Span(name, Role.ACCENT)), width),
        row(f" uid {uid} · following since {figure.date(follower.since_ms)} · removable: {removable}"),
        row(f" {shared} · matched by name, so ≈"),
        row(Span(f" {why}", Role.WARN)) if why else row(f" equity {equity} USDT"),
        row(Span(" not told by Bitget: their copy settings, fills, failed copies", Role.MUTED)),
    ]


def shared_words(
    follower: Follower,
    paid: Sequence[ProfitShare] | None,
    waiting: Sequence[ProfitShare] | None,
    now_ms: int,
    *,
    is_private: bool,
) -> str:
    """Return what a follower shared in a month, and what waits; by name, since shares carry no uid."""
    name = cleaned(follower.name)
    sums = None if paid is None else shared_by_name(paid, now_ms - 30 * _DAY_MS)
    left = None if waiting is None else shared_by_name(waiting, -1)
    month = UNKNOWN if sums is None else f"{ABOUT}{figure.signed(sums.get(name, Decimal(0)))}"
    soon = UNKNOWN if left is None else figure.signed(left.get(name, Decimal(0)))
    return (
        f"profit shared {hide(month, is_private=is_private)} (30d) · "
        f"{hide(soon, is_private=is_private)} waiting"
    )


def crowd_line(  # noqa: PLR0917 - what one line says
    now: int, ever: int | None, equity: str, counts: Mapping[Move, int], since: str, width: int
) -> str:
    """Return how many follow and with how much, and who came and went since when, in so many cells.

    Args:
        now: Followers.
        ever: Followers that there ever were; None where it is not told.
        equity: What follows, USDT, as it is shown.
        counts: How many came and went.
        since: When the first list was read that others are compared with.
        width: Cells. Where they are too few, words are shortened; what came last and since when stays.
    """
    all_ever = "" if ever is None else f", {ever} ever"
    long, brief = _moved(counts, _MOVES, "none came or left"), _moved(counts, _BRIEFLY, "no change")
    head, short = f" {now} now{all_ever}", f" {now} now"
    lines = (
        f"{head} · equity following {equity} USDT · {long} since {since}",
        f"{head} · equity following {equity} USDT · {brief} since {since}",
        f"{short} · equity following {equity} USDT · {brief} since {since}",
        f"{short} · equity {equity} USDT · {brief} since {since}",
    )
    return next((line for line in lines if cells(line) <= width), lines[-1])


def _moved(counts: Mapping[Move, int], names: Mapping[Move, str], nobody: str) -> str:
    return ", ".join(f"{counts[move]} {name}" for move, name in names.items() if counts.get(move)) or nobody


def change_table(
    changes: Sequence[RosterChange], now_ms: int, *, is_private: bool, since_ms: int | None = None
) -> Table:
    """Return who joined and left in this run, latest first; ``since_ms`` is as of when its first list was."""
    lines = tuple(
        Line(
            f"{change.follower.follower_uid}/{change.move}/{change.seen_ms}",
            (
                Span(figure.moment(change.seen_ms, now_ms)),
                Span(_MOVES[change.move], Role.BID if change.move is Move.JOINED else Role.ASK),
                Span(hide(cleaned(change.follower.name), is_private=is_private)),
                Span(hide(_short_uid(change.follower.follower_uid), is_private=is_private)),
                Span(hide(figure.money(change.follower.equity), is_private=is_private)),
            ),
            (change.seen_ms, change.move.value, None, None, change.follower.equity),
            cleaned(change.follower.name).lower(),
            change,
        )
        for change in reversed(changes)
    )
    since = "" if since_ms is None else f", {figure.moment(since_ms, now_ms)}"
    return Table(CHANGE_COLUMNS, lines, f"Nobody joined or left since this list was first read{since}.")


def trader_table(
    answer: Answer[tuple[FollowedTrader, ...]], now_ms: int, *, is_private: bool, is_stale: bool
) -> Table:
    """Return whom the account follows."""
    lines = tuple(_trader_line(trader, now_ms, is_private=is_private) for trader in answer.value or ())
    return Table(TRADER_COLUMNS, lines, polled.empty(answer, "You follow nobody yet."), is_stale=is_stale)


def _trader_line(trader: FollowedTrader, now_ms: int, *, is_private: bool) -> Line:
    days = None if trader.since_ms is None else (now_ms - trader.since_ms) // _DAY_MS
    count = UNKNOWN if trader.follower_count is None else str(trader.follower_count)
    seats = UNKNOWN if trader.max_followers is None else str(trader.max_followers)
    name = cleaned(trader.name)
    return Line(
        trader.trader_id,
        (
            Span(hide(name, is_private=is_private)),
            Span(UNKNOWN if days is None else f"{days}d"),
            Span(hide(figure.money(trader.margin), is_private=is_private)),
            Span(hide(figure.signed(trader.total_profit), is_private=is_private), gain(trader.total_profit)),
            Span(hide(figure.signed(trader.net_profit), is_private=is_private), gain(trader.net_profit)),
            Span(f"{count}/{seats}"),
            Span(str(len(trader.symbols))),
        ),
        (
            name.lower(),
            days,
            trader.margin,
            trader.total_profit,
            trader.net_profit,
            trader.follower_count,
            len(trader.symbols),
        ),
        f"{name} {trader.trader_id}".lower(),
        trader,
    )


def settings_rows(
    trader: FollowedTrader | None,
    answer: Answer[CopySettings],
    limits: Sequence[CopyLimit] | None,
    width: int,
    *,
    is_private: bool,
    most: int = 4,
) -> list[Row]:
    """Return how the trader under the cursor is copied, of so many instruments at most."""
    if trader is None:
        return []
    name = hide(cleaned(trader.name), is_private=is_private)
    found = answer.value
    count = 0 if found is None else len(found.details)
    part = f" · {most} of {count} symbols, enter shows all" if count > most else ""
    rows: list[Row] = [rule(row(Span(f"my settings for {name}", Role.ACCENT), part), width)]
    if found is None:
        return [*rows, row(Span(f" {polled.empty(answer, NONE)}", Role.MUTED))]
    if not found.details:
        return [*rows, row(Span(" none set", Role.MUTED))]
    for setting in found.details[:most]:
        lines = copyrule.lines(setting)
        rows.append(row(f" {setting.instrument.symbol} {' · '.join(lines[:_FIRST])}"))
        rest = lines[_FIRST:]
        limit = next((each for each in limits or () if each.instrument == setting.instrument), None)
        if limit is not None:
            span = f"{figure.plain(limit.min_size)} – {figure.plain(limit.max_size)}"
            rest.append(f"allowed now {span} an order")
        if rest:
            rows.append(row(Span(f"   {' · '.join(rest)}", Role.MUTED)))
    return rows


FIND = (
    "Bitget's v2 API shows its ranking of lead traders to brokers only: v1's",
    "traderList has no twin that an account may ask. Choose a trader on the site,",
    "copy the id from the page's address, and press v: it follows by that id.",
    "Whom you follow already stands in the first view; s sorts it by any column.",
)
"""What stands where a ranking would be."""


def find_table() -> Table:
    """Return the view that finds traders: v2 offers none, so it says what can be done."""
    lines = tuple(
        Line(str(at), (Span(text, Role.MUTED),), (), text.lower(), None) for at, text in enumerate(FIND)
    )
    return Table((Column("find", "finding a trader", 78, is_text=True, is_sortable=False),), lines)
