"""The lines that every screen has: state, market, money, tabs, message."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain import question
from bgtui.domain.instrument import ProductType
from bgtui.domain.order import PositionMode
from bgtui.domain.trading import TradingState
from bgtui.store.health import HealthView
from bgtui.store.store import Store
from bgtui.store.wallet import wallet
from bgtui.ui.role import Role
from bgtui.ui.view import account, deadprice, figure, killing, market, positions, streams, tabs
from bgtui.ui.view.fitting import Part, whole, widest
from bgtui.ui.view.glyph import ABOUT, LOADING, NONE, TIMES, UNKNOWN
from bgtui.ui.view.privacy import hide
from bgtui.ui.view.span import Row, Span, cells, crop, cut, left, row, spread
from bgtui.ui.view.today import today
from bgtui.ui.workspace import Badge, Workspace

_MODES = {PositionMode.HEDGE: "hedge", PositionMode.ONE_WAY: "one-way"}
_WIDE, _WIDEST, _NARROW = 120, 200, 80
_BADGE = 7
"""Cells of the badge and the blank behind it."""
_TODAY = 8
"""Cells of the day in the first line, which the clock ends."""
_PART = "part"
"""Before a sum over some of the day's trades: it was too busy a day for what is kept."""
_PLACE_ORDER = "place-order"
_DAY, _ORDERS, _REST, _EQUITY, _FREE, _RISK, _COST = range(1, 8)
"""What is left out of the first line where there is too little room, the last of them first."""
_ACCOUNT_SLOTS = 22
"""Cells of the account stream and the alarm, which share them when the alarm is long."""


def state_line(workspace: Workspace, width: int) -> Row:
    """Return line 1: environment, trading state, account, mode, streams, worst alarm, clock.

    From 120 columns also REST latency, order budget and the day; from 200 equity, free, risk, frames.
    """
    store = workspace.store
    health = store.health() if store is not None else None
    badge = badge_span(workspace)
    spans = [badge, Span(" " * max(_BADGE - cells(badge.text), 0)), state_span(workspace)]
    if width >= _NARROW:
        spans += [Span(left(account_name(workspace), 9)), Span(left(mode_name(workspace), 9))]
    else:
        spans[2] = spans[2]._replace(text=left(spans[2].text.rstrip(), 10))
    clock = figure.clock(workspace.now_ms)
    if store is not None and health is not None:
        spans += _streams(workspace, store, health)
        parts = [Part(tuple(spans))]
        if width >= _WIDE:
            parts += _service(workspace, store, health, width)
        if width >= _WIDEST:
            parts += _worth(workspace, store)
        if len(parts) > 1:
            spans = list(whole(parts, width - len(clock) - 1))
    used = sum(cells(span.text) for span in spans)
    shown = clock if used + len(clock) < width else clock[: len("00:00")]  # no alarm runs into it
    return spread(tuple(spans), (Span(shown),), width)


def badge_span(workspace: Workspace) -> Span:
    """Return where orders go."""
    badge = workspace.identity.badge
    is_live = badge is Badge.LIVE
    return Span(badge.value, Role.DANGER if is_live else Role.PLAIN, bold=is_live, reverse=is_live)


def state_span(workspace: Workspace) -> Span:
    """Return what the desk lets through."""
    if workspace.session is None:
        return Span(left(LOADING, 11), Role.MUTED)
    state = workspace.trading_state
    return Span(left(state.value, 11), Role.PLAIN if state is TradingState.ARMED else Role.WARN)


def account_name(workspace: Workspace) -> str:
    """Return the account's label."""
    if workspace.session is None:
        return LOADING
    name = workspace.identity.account if workspace.identity.has_key else "no key"
    return hide(name, is_private=workspace.is_private and workspace.identity.has_key)


def mode_name(workspace: Workspace) -> str:
    """Return the account's position mode in a word; empty while nobody has told."""
    mode = position_mode(workspace)
    return _MODES[mode] if mode is not None else ""


def position_mode(workspace: Workspace) -> PositionMode | None:
    """Return the account's position mode: as asked, else as its legs tell; None while nobody has told."""
    store, shown = workspace.store, workspace.instrument
    if store is None or shown is None or not shown.product_type.is_futures:
        return None
    settings = store.answer(question.symbol_settings(shown)).value
    if settings is not None:
        return settings.position_mode
    legs = store.positions(shown.product_type) or ()
    return legs[0].position_mode if legs else None


def _streams(workspace: Workspace, store: Store, health: HealthView) -> list[Span]:
    shown = workspace.instrument
    public = streams.public_word(store, health, shown)
    private = streams.private_word(health, has_key=workspace.identity.has_key)
    alarm = streams.alarm(store, health, shown)
    kill = kill_alarm(workspace)
    if kill is not None:
        room = _ACCOUNT_SLOTS - cells(kill.text)
        return [
            Span("pub ", Role.MUTED), public._replace(text=left(public.text, 9)),
            private._replace(text=left(private.text, room)), kill,
        ]  # fmt: skip
    return [
        Span("pub ", Role.MUTED), public._replace(text=left(public.text, 9)),
        Span("prv ", Role.MUTED), private._replace(text=left(private.text, 9)),
        alarm, Span(" " * max(9 - cells(alarm.text), 0)),
    ]  # fmt: skip


def kill_alarm(workspace: Workspace) -> Span | None:
    """Return the alarm of a kill switch that is not proven done: it goes before every other."""
    return killing.alarm(workspace.session.kill) if workspace.session is not None else None


def _service(workspace: Workspace, store: Store, health: HealthView, width: int) -> list[Part]:
    latency = health.requests.p50_ms
    rest = NONE if latency is None else f"{latency}ms"
    net = _today(workspace, store, _TODAY if width < _WIDEST else _TODAY + len(_PART))
    return [
        _slotted(" rest ", rest, 6, _REST), _slotted("orders ", _order_budget(store), 7, _ORDERS),
        _slotted("today ", net.text, _TODAY, _DAY, net.role),
    ]  # fmt: skip


def _slotted(word: str, text: str, width: int, rank: int, role: Role = Role.PLAIN) -> Part:
    """Return a figure in its slot behind a word, to be left out whole where there is no room for it."""
    return Part((Span(word, Role.MUTED), Span(_slot(text, width), role)), rank)


def _order_budget(store: Store) -> str:
    budget = store.budget
    for endpoint in budget.endpoints if budget is not None else ():
        if endpoint.name.rpartition("/")[2] == _PLACE_ORDER:
            return f"{endpoint.left}/{endpoint.limit}"
    return NONE


def _today(workspace: Workspace, store: Store, room: int = 20) -> Span:
    """Return what the day has brought, in so many cells; of a part of its trades no bare figure is shown."""
    losses = workspace.session.losses if workspace.session is not None else None
    sums = today(store, workspace.identity.product_type, workspace.now_ms, losses)
    if sums is None:
        return Span(UNKNOWN if workspace.identity.has_key else NONE)
    texts = [hide(figure.signed(sums.net, places), is_private=workspace.is_private) for places in (2, 0)]
    ways = [f"{_PART} {text}" for text in texts] if sums.part else texts
    fitting = next((way for way in ways if cells(way) <= room), _PART if sums.part else texts[-1])
    return Span(fitting, positions.gain(sums.net))


def _worth(workspace: Workspace, store: Store) -> list[Part]:
    figures = _Wallet(workspace, store)
    told = f"  told {figures.age}" if figures.age else ""
    return [
        _slotted(" equity ", figures.equity, 11, _EQUITY), _slotted("free ", figures.free, 11, _FREE),
        _slotted("cross risk ", figures.risk, 7, _RISK),
        Part((Span(_cost(workspace), Role.MUTED),), _COST), Part((Span(told, Role.MUTED),), _EQUITY),
    ]  # fmt: skip


def _slot(text: str, width: int) -> str:
    """Return a figure in its slot; one that fills it has a blank behind it, and moves what follows."""
    return left(text, max(width, cells(text) + 1))


def _cost(workspace: Workspace) -> str:
    cost = workspace.meter.cost(workspace.clock.monotonic())
    return f"{cost.bytes_per_s / 1000:.1f} kB/s {workspace.display.fps} fps"


class _Wallet:
    """The futures wallet in words; unknown is ``?``, and no key is no wallet."""

    def __init__(self, workspace: Workspace, store: Store) -> None:
        product = workspace.identity.product_type
        self._workspace = workspace
        self._unknown = UNKNOWN if workspace.identity.has_key else NONE
        known = wallet(store, product, wallet_coin(store, product))
        balance, report = known.balance, store.equity(product)
        self._places = 2 if balance is None else account.coin_places(balance)
        equity = known.equity
        if equity is None and report is not None:
            equity = report.usdt_equity
        self.equity = self._money(equity, ABOUT if known.is_live else "")
        self.free = self._money(None if balance is None else account.free(balance))
        ratio = balance.cross_risk_ratio if balance is not None else None
        self.risk = self._unknown if ratio is None else figure.percent(ratio)
        self.unrealized = unrealized(store, workspace)
        self.age = "" if known.told_age_s is None else figure.whole_age(known.told_age_s)
        """Of what is not live, once it is old."""

    def _money(self, value: Decimal | None, about: str = "") -> str:
        if value is None:
            return self._unknown
        return hide(about + figure.money(value, self._places), is_private=self._workspace.is_private)

    def signed(self, value: Decimal | None) -> Span:
        """Return money with its sign."""
        if value is None:
            return Span(self._unknown)
        text = hide(figure.signed(value, self._places), is_private=self._workspace.is_private)
        return Span(text, positions.gain(value))


def wallet_coin(store: Store, product: ProductType) -> str:
    """Return the coin whose wallet is told of where there is room for one."""
    coins = store.known_balances(product)
    return next(iter(coins), "USDT") if "USDT" not in coins else "USDT"


def unrealized(store: Store, workspace: Workspace) -> Decimal | None:
    """Return the live PnL of every leg of the wallet's coin; None while any of them is not known."""
    product = workspace.identity.product_type
    if not product.is_futures:
        return None
    legs = positions.leg_views(store, (product,))
    if legs is None:
        return None
    coin = wallet_coin(store, product)
    return positions.total_unrealized(view for view in legs if view.leg.margin_coin == coin)


def _is_a_mark_dead(store: Store, workspace: Workspace) -> bool:
    legs = store.positions(workspace.identity.product_type) or ()
    return any(deadprice.age_s(store, leg.instrument) is not None for leg in legs)


def market_line(workspace: Workspace, width: int) -> Row:
    """Return line 2 of Trade: symbol, last, change, mark, funding, open interest."""
    return market.market_line(workspace.store, workspace.instrument, workspace.now_ms, width)


def money_line(workspace: Workspace, width: int) -> Row:
    """Return line 2 of the other screens: equity, free, PnL, today, cross risk."""
    store = workspace.store
    if store is None:
        return row(" ", Span(LOADING, Role.MUTED))
    figures = _Wallet(workspace, store)
    pnl, net = figures.signed(figures.unrealized), _today(workspace, store)
    if _is_a_mark_dead(store, workspace):
        pnl = pnl._replace(role=Role.STALE)
    parts: list[Row] = [
        (Span(" equity ", Role.MUTED), Span(_slot(figures.equity, 11))),
        (Span("free ", Role.MUTED), Span(_slot(figures.free, 10))),
        (Span("uPnL ", Role.MUTED), pnl._replace(text=_slot(pnl.text, 9))),
        (Span("today ", Role.MUTED), net._replace(text=_slot(net.text, 8))),
    ]
    counts = range(len(parts), 0, -1)
    lines = [tuple(span for part in parts[:count] for span in part) for count in counts]
    ages = [(Span(f" {figures.age}", Role.MUTED),)] if figures.age else []
    ways = [(*lines[0], *risk) for risk in _risks(figures)]
    ways += [(*line, *age) for age in ages for line in lines]
    return widest([*ways, *lines], width)


def _risks(figures: _Wallet) -> list[Row]:
    """Return the crossed risk and, once it may have moved, how old it is: in more and in fewer words."""
    ages = (f"  told {figures.age} ago", f" {figures.age} ago", f" {figures.age}") if figures.age else ("",)
    return [
        (Span(word, Role.MUTED), Span(figures.risk), Span(age, Role.MUTED))
        for age in ages
        for word in ("cross risk ", "risk ")
    ]


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
    """Return the line that says what happened, why, and what to do; what is repeated is counted."""
    message = workspace.message
    count = f" {TIMES}{message.count}" if message.count > 1 else ""
    text = cut(message.text, max(width - 2 - cells(count), 0)).rstrip()
    return crop((Span(" "), Span(text, message.role), Span(count, Role.MUTED)), width)
