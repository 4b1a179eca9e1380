"""Every key of the terminal, once: bindings, footer, help, README and the config file all read this table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from types import MappingProxyType

from bgtui.domain.error import ConfigError
from bgtui.domain.value import frozen


class Context(StrEnum):
    """Where a key is alive."""

    __hash__ = str.__hash__  # looked up at every frame: no call of Python code

    ANY = "any"
    """Everywhere outside docks."""
    LADDER = "ladder"
    TAPE = "tape"
    CHART = "chart"
    LIST = "list"
    """Every screen that is a list."""
    ORDERS = "orders"
    POSITIONS = "positions"
    LEADER = "leader"
    FOLLOWERS = "followers"
    COPY = "copy"
    ACCOUNT = "account"
    HEALTH = "health"
    ALERTS = "alerts"
    DOCK = "dock"
    """Forms."""
    ALERT = "alert"
    """The form for an alert rule, which sends nothing."""
    REVIEW = "review"
    CANCEL = "cancel"
    KILL = "kill"
    WORD = "word"
    DETAIL = "detail"
    PICKER = "picker"
    PALETTE = "palette"
    FILTER = "filter"
    """The line that narrows a list."""
    HELP = "help"
    QUIT = "quit"
    REPLAY = "replay"
    """While a recording plays: before everything else outside docks."""


class Needs(StrEnum):
    """What must be there for a key to act."""

    NOTHING = "nothing"
    DESK = "desk"
    """A run that may send orders."""


@frozen
class Key:
    """One action of one context."""

    context: Context
    chords: tuple[str, ...]
    """As people say them: ``b``, ``B``, ``pgup``, ``shift+tab``, ``ctrl+c``."""
    action: str
    """``order.cancel``: what the config file calls it; the method is ``do_order_cancel``."""
    help: str
    tier: int = 0
    """0 looks, 1 acts at once, 2 is reviewed, 3 touches many, 4 is typed."""
    label: str = ""
    """The word in the footer; empty when it is never there."""
    needs: Needs = Needs.NOTHING
    is_bindable: bool = True
    """Whether the config file may move it; `y` and the terminal's own may not."""


def _key(  # noqa: PLR0917 - a row of the table
    context: Context,
    chords: str,
    action: str,
    help_line: str,
    tier: int = 0,
    label: str = "",
    *,
    needs: Needs | None = None,
    is_bindable: bool = True,
) -> Key:
    wanted = needs if needs is not None else Needs.NOTHING if tier == 0 else Needs.DESK
    return Key(context, tuple(chords.split(" ")), action, help_line, tier, label, wanted, is_bindable)


_ANY, _LADDER, _LIST, _DOCK = Context.ANY, Context.LADDER, Context.LIST, Context.DOCK

KEYS: tuple[Key, ...] = (
    _key(_ANY, "1", "screen.trade", "Trade", label="trade"),
    _key(_ANY, "2", "screen.positions", "Positions"),
    _key(_ANY, "3", "screen.orders", "Orders"),
    _key(_ANY, "4", "screen.leader", "Leader"),
    _key(_ANY, "5", "screen.followers", "Followers"),
    _key(_ANY, "6", "screen.copy", "Copy"),
    _key(_ANY, "7", "screen.account", "Account"),
    _key(_ANY, "8", "screen.health", "Health"),
    _key(_ANY, "9", "screen.alerts", "Alerts"),
    _key(_ANY, "/", "app.find", "find a symbol, filter rows", label="find"),
    _key(_ANY, "?", "app.help", "keys of this place", label="help"),
    _key(_ANY, ":", "app.command", "palette of every action", label="palette"),
    _key(_ANY, "esc", "app.back", "one step back"),
    _key(_ANY, "q", "app.quit", "quit", label="quit"),
    _key(_ANY, "-", "app.last_view", "the view before this one"),
    _key(_ANY, "[", "history.back", "earlier view"),
    _key(_ANY, "]", "history.forward", "later view"),
    _key(_ANY, "tab", "pane.next", "next pane", label="pane"),
    _key(_ANY, "shift+tab", "pane.previous", "previous pane"),
    _key(_ANY, "!", "kill.open", "kill switch", 3, "kill"),
    _key(_ANY, "o", "arm.toggle", "arm, disarm", 4, "ARM"),
    _key(_ANY, "t", "ticket.open", "empty ticket, or the draft", 2, "ticket"),
    _key(_ANY, "z", "undo.offer", "offer to undo my last act", 2),
    _key(_ANY, "u", "app.refresh", "ask the exchange again", label="ask"),
    _key(_ANY, "e", "row.json", "this row as JSON", label="json"),
    _key(_ANY, "H", "privacy.toggle", "hide names and money", label="hide"),
    _key(_ANY, "ctrl+c", "app.exit", "leave at once", is_bindable=False),
    _key(_ANY, "ctrl+z", "app.suspend", "suspend", is_bindable=False),
    _key(_LADDER, "j down", "ladder.down", "cursor one row down"),
    _key(_LADDER, "k up", "ladder.up", "cursor one row up"),
    _key(_LADDER, "} pgdn", "ladder.page_down", "cursor ten rows down"),
    _key(_LADDER, "{ pgup", "ladder.page_up", "cursor ten rows up"),
    _key(_LADDER, "h left", "size.smaller", "smaller size preset"),
    _key(_LADDER, "l right", "size.larger", "larger size preset"),
    _key(_LADDER, "c", "ladder.centre", "recentre; again: best ask", label="centre"),
    _key(_LADDER, "g", "ladder.goto", "go to a price"),
    _key(_LADDER, "<", "ladder.finer", "group fewer ticks", label="group"),
    _key(_LADDER, ">", "ladder.coarser", "group more ticks", label="group"),
    _key(_LADDER, "d", "ladder.depth", "cumulative sizes"),
    _key(_LADDER, "enter", "ladder.inspect", "what stands here"),
    _key(_LADDER, "b", "ladder.buy", "buy limit at the cursor", 2, "buy"),
    _key(_LADDER, "s", "ladder.sell", "sell limit at the cursor", 2, "sell"),
    _key(_LADDER, "n", "ladder.join_bid", "join the best bid", 2, "join"),
    _key(_LADDER, "m", "ladder.join_ask", "join the best ask", 2, "join"),
    _key(_LADDER, "B", "ladder.take_ask", "take the best ask", 2),
    _key(_LADDER, "S", "ladder.hit_bid", "hit the best bid", 2),
    _key(_LADDER, "a", "order.amend", "amend my order here", 2),
    _key(_LADDER, "x", "order.cancel", "cancel my order here", 1, "cancel"),
    _key(_LADDER, ",", "cancel.bids", "cancel my bids", 3),
    _key(_LADDER, ".", "cancel.asks", "cancel my asks", 3),
    _key(_LADDER, "w", "cancel.symbol", "cancel all on the symbol", 3, "all"),
    _key(_LADDER, "f", "position.close", "close the position", 2, "close"),
    _key(_LADDER, "r", "position.reverse", "reverse the position", 2, "reverse"),
    _key(_LADDER, "p", "position.protect", "take profit, stop loss", 2, "TP/SL"),
    _key(_LADDER, "v", "leverage.open", "leverage and margin mode", 2, "lever"),
    _key(_LADDER, "i", "margin.adjust", "isolated margin", 2, "margin"),
    _key(Context.TAPE, "<", "tape.smaller", "show smaller trades", label="filter"),
    _key(Context.TAPE, ">", "tape.larger", "show larger trades only", label="filter"),
    _key(Context.TAPE, "space", "tape.pause", "hold the tape", label="hold"),
    _key(Context.CHART, "<", "chart.shorter", "shorter bars", label="bars"),
    _key(Context.CHART, ">", "chart.longer", "longer bars", label="bars"),
    _key(Context.CHART, "h left", "chart.earlier", "earlier bars", label="scroll"),
    _key(Context.CHART, "l right", "chart.later", "later bars", label="scroll"),
    _key(Context.CHART, "c", "chart.now", "back to the last bar", label="now"),
    _key(_LIST, "j down", "list.down", "row down"),
    _key(_LIST, "k up", "list.up", "row up"),
    _key(_LIST, "} pgdn", "list.page_down", "page down"),
    _key(_LIST, "{ pgup", "list.page_up", "page up"),
    _key(_LIST, "g home", "list.first", "first row"),
    _key(_LIST, "G end", "list.last", "last row"),
    _key(_LIST, "h left", "list.tab_left", "sub-view to the left", label="view"),
    _key(_LIST, "l right", "list.tab_right", "sub-view to the right", label="view"),
    _key(_LIST, "s", "list.sort", "next sort column", label="sort"),
    _key(_LIST, "S", "list.sort_reverse", "turn the order round"),
    _key(_LIST, "space", "list.mark", "mark the row", label="mark"),
    _key(_LIST, "enter", "list.open", "detail of the row", label="detail"),
    _key(Context.ORDERS, "a", "order.amend", "amend the order", 2, "amend"),
    _key(Context.ORDERS, "x", "order.cancel", "cancel the row, the marked", 1, "cancel"),
    _key(Context.ORDERS, "w", "cancel.symbol", "cancel all on the symbol", 3, "all"),
    _key(Context.ORDERS, "r", "order.resend", "resend if proven absent", 2),
    _key(Context.POSITIONS, "f", "position.close", "close the leg", 2, "close"),
    _key(Context.POSITIONS, "r", "position.reverse", "reverse the leg", 2, "reverse"),
    _key(Context.POSITIONS, "p", "position.protect", "take profit, stop loss", 2, "TP/SL"),
    _key(Context.POSITIONS, "v", "leverage.open", "leverage and margin mode", 2, "lever"),
    _key(Context.POSITIONS, "i", "margin.adjust", "isolated margin", 2, "margin"),
    _key(Context.POSITIONS, "w", "cancel.symbol", "cancel all on the symbol", 3),
    _key(Context.LEADER, "f", "tracked.close", "close it, its symbol, all", 3, "close"),
    _key(Context.LEADER, "p", "position.protect", "take profit, stop loss", 2, "TP/SL"),
    _key(Context.LEADER, "v", "leader.settings", "this symbol; the switches", 2, "symbol"),
    _key(Context.LEADER, "m", "copy.product", "next product type", label="market"),
    _key(Context.LEADER, "E", "leader.export", "write the shares as CSV", label="CSV"),
    _key(Context.FOLLOWERS, "x", "follower.remove", "remove, by typed name", 4, "remove"),
    _key(Context.FOLLOWERS, "m", "copy.product", "next product type", label="market"),
    _key(Context.COPY, "f", "tracked.close", "close it, its symbol, all", 3, "close"),
    _key(Context.COPY, "p", "position.protect", "take profit, stop loss", 2, "TP/SL"),
    _key(Context.COPY, "v", "leverage.open", "settings; follow a trader", 2, "settings"),
    _key(Context.COPY, "x", "trader.stop", "stop copying, typed name", 4, "stop"),
    _key(Context.COPY, "m", "copy.product", "next product type", label="market"),
    _key(Context.ACCOUNT, "m", "account.position_mode", "one-way or hedge", 4, "mode"),
    _key(Context.ALERTS, "n", "alert.new", "new local rule", label="new"),
    _key(Context.ALERTS, "x", "alert.delete", "delete the rule", label="delete"),
    _key(Context.ALERTS, "d", "alert.toggle", "rule on or off", label="on/off"),
    _key(_DOCK, "tab", "dock.next", "next field", label="field"),
    _key(_DOCK, "shift+tab", "dock.previous", "previous field"),
    _key(_DOCK, "up", "dock.more", "one tick or step more", label="step"),
    _key(_DOCK, "down", "dock.less", "one tick or step less", label="step"),
    _key(_DOCK, "pgup", "dock.more10", "ten more"),
    _key(_DOCK, "pgdn", "dock.less10", "ten less"),
    _key(_DOCK, "left", "dock.choice_back", "previous value", label="choose"),
    _key(_DOCK, "right space", "dock.choice", "next value", label="choose"),
    _key(_DOCK, "[", "dock.preset_down", "smaller size preset", label="preset"),
    _key(_DOCK, "]", "dock.preset_up", "larger size preset", label="preset"),
    _key(_DOCK, "enter", "dock.review", "check, show what is sent", 2, "review"),
    _key(_DOCK, "esc", "dock.back", "leave the form", label="close"),
    _key(_DOCK, "?", "dock.help", "help for this form", label="help"),
    _key(Context.ALERT, "tab", "dock.next", "next field", label="field"),
    _key(Context.ALERT, "shift+tab", "dock.previous", "previous field"),
    _key(Context.ALERT, "up", "dock.more", "one tick or step more", label="step"),
    _key(Context.ALERT, "down", "dock.less", "one tick or step less", label="step"),
    _key(Context.ALERT, "pgup", "dock.more10", "ten more"),
    _key(Context.ALERT, "pgdn", "dock.less10", "ten less"),
    _key(Context.ALERT, "left", "dock.choice_back", "previous value", label="choose"),
    _key(Context.ALERT, "right space", "dock.choice", "next value", label="choose"),
    _key(Context.ALERT, "enter", "alert.keep", "keep the rule", label="keep"),
    _key(Context.ALERT, "esc", "dock.back", "leave the form", label="close"),
    _key(Context.ALERT, "?", "dock.help", "help for this form", label="help"),
    _key(Context.REVIEW, "y", "review.send", "send, once", 2, "send", is_bindable=False),
    _key(Context.REVIEW, "esc", "review.back", "back to the form", label="edit"),
    _key(Context.CANCEL, "left", "cancel.scope_back", "narrower", label="scope"),
    _key(Context.CANCEL, "right", "cancel.scope", "wider", label="scope"),
    _key(Context.CANCEL, "y", "cancel.send", "cancel what is counted", 3, "cancel", is_bindable=False),
    _key(Context.CANCEL, "esc", "cancel.back", "leave", label="leave"),
    _key(Context.KILL, "c", "kill.cancel", "choose: cancel all orders", label="cancel"),
    _key(Context.KILL, "f", "kill.flatten", "choose: flatten", label="flatten"),
    _key(Context.KILL, "b", "kill.both", "choose: both", label="both"),
    _key(Context.KILL, "left right", "kill.scope", "this symbol, whole account", label="scope"),
    _key(Context.KILL, "y", "kill.send", "do it, and verify by query", 3, "send", is_bindable=False),
    _key(Context.KILL, "u", "app.refresh", "ask again by REST", label="ask"),
    _key(Context.KILL, "esc", "kill.back", "leave; what runs goes on", label="leave"),
    _key(Context.WORD, "enter", "word.accept", "when the word matches", 4),
    _key(Context.WORD, "esc", "word.back", "leave", label="leave"),
    _key(Context.DETAIL, "j down", "detail.down", "scroll down", label="scroll"),
    _key(Context.DETAIL, "k up", "detail.up", "scroll up", label="scroll"),
    _key(Context.DETAIL, "} pgdn", "detail.page_down", "page down"),
    _key(Context.DETAIL, "{ pgup", "detail.page_up", "page up"),
    _key(Context.DETAIL, "u", "app.refresh", "ask again", label="ask"),
    _key(Context.DETAIL, "r", "order.resend", "resend if proven absent", 2, "resend"),
    _key(Context.DETAIL, "d", "order.let_go", "let go if proven absent", 1, "let go"),
    _key(Context.DETAIL, "e", "row.json", "as JSON", label="json"),
    _key(Context.DETAIL, "esc", "detail.back", "leave", label="leave"),
    _key(Context.PICKER, "up", "picker.up", "row up", label="row"),
    _key(Context.PICKER, "down", "picker.down", "row down", label="row"),
    _key(Context.PICKER, "enter", "picker.take", "go", label="go"),
    _key(Context.PICKER, "tab", "picker.product", "product type", label="market"),
    _key(Context.PICKER, "space", "picker.watch", "pin to the watch list", label="pin"),
    _key(Context.PICKER, "esc", "picker.back", "leave", label="leave"),
    _key(Context.PALETTE, "up", "palette.up", "row up", label="row"),
    _key(Context.PALETTE, "down", "palette.down", "row down", label="row"),
    _key(Context.PALETTE, "enter", "palette.run", "run, as if it were pressed", label="run"),
    _key(Context.PALETTE, "esc", "palette.back", "leave", label="back"),
    _key(Context.FILTER, "up", "filter.up", "row up", label="row"),
    _key(Context.FILTER, "down", "filter.down", "row down", label="row"),
    _key(Context.FILTER, "enter", "filter.keep", "keep it, back to the rows", label="keep"),
    _key(Context.FILTER, "esc", "filter.clear", "show every row again", label="clear"),
    _key(Context.HELP, "down", "help.down", "scroll down"),
    _key(Context.HELP, "up", "help.up", "scroll up"),
    _key(Context.HELP, "enter", "help.try", "try it"),
    _key(Context.HELP, "esc ?", "help.back", "leave"),
    _key(Context.QUIT, "y", "quit.leave", "leave", label="leave", is_bindable=False),
    _key(Context.QUIT, "esc", "quit.stay", "stay", label="stay"),
    _key(Context.REPLAY, "space", "replay.pause", "hold the recording, go on", label="pause"),
    _key(Context.REPLAY, ".", "replay.step", "one frame further", label="step"),
    _key(Context.REPLAY, "+", "replay.faster", "play twice as fast", label="speed"),
    _key(Context.REPLAY, "_", "replay.slower", "play half as fast", label="speed"),
)


@frozen
class KeyTable:
    """The table with a person's own chords in place."""

    keys: tuple[Key, ...] = KEYS
    _by_chord: Mapping[tuple[Context, str], Key] = field(init=False)
    _by_action: Mapping[tuple[Context, str], Key] = field(init=False)

    def __post_init__(self) -> None:
        """Index the chords."""
        found = {(key.context, chord): key for key in self.keys for chord in key.chords}
        object.__setattr__(self, "_by_chord", MappingProxyType(found))
        named = {(key.context, key.action): key for key in reversed(self.keys)}
        object.__setattr__(self, "_by_action", MappingProxyType(named))

    def find(self, contexts: Iterable[Context], chord: str) -> Key | None:
        """Return what a chord does where these contexts are alive, the nearest first."""
        for context in contexts:
            key = self._by_chord.get((context, chord))
            if key is not None:
                return key
        return None

    def kill(self, chord: str) -> Key | None:
        """Return the kill switch when this is its chord: it is alive in docks as well."""
        key = self._by_chord.get((Context.ANY, chord))
        return key if key is not None and key.action == "kill.open" else None

    def of(self, action: str, contexts: Sequence[Context] = tuple(Context)) -> Key | None:
        """Return the key of an action, in the first of these contexts that has it."""
        for context in contexts:
            key = self._by_action.get((context, action))
            if key is not None:
                return key
        return None

    def alive(self, contexts: Iterable[Context]) -> tuple[Key, ...]:
        """Return every key of these contexts, in the table's order."""
        wanted = set(contexts)
        return tuple(key for key in self.keys if key.context in wanted)


ALIVE_TOGETHER: tuple[tuple[Context, ...], ...] = (
    (Context.ANY, Context.LADDER),
    (Context.ANY, Context.TAPE),
    (Context.ANY, Context.CHART),
    *(
        (Context.ANY, Context.LIST, context)
        for context in (
            Context.ORDERS, Context.POSITIONS, Context.LEADER, Context.FOLLOWERS,
            Context.COPY, Context.ACCOUNT, Context.HEALTH, Context.ALERTS,
        )
    ),
    (Context.DOCK,), (Context.ALERT,),
    (Context.REVIEW,), (Context.CANCEL,), (Context.KILL,), (Context.WORD,), (Context.DETAIL,),
    (Context.PICKER,), (Context.PALETTE,), (Context.FILTER,), (Context.HELP,), (Context.QUIT,),
    (Context.ANY, Context.REPLAY),
)  # fmt: skip
"""Contexts that share the keyboard: no chord may mean two things in one of these groups."""

_NAMED = frozenset({"up", "down", "left", "right", "home", "end", "pgup", "pgdn", "tab", "shift+tab", "enter",
                    "esc", "space", "backspace", "delete"})  # fmt: skip


def remapped(chosen: Mapping[str, str | Sequence[str]], keys: tuple[Key, ...] = KEYS) -> KeyTable:
    """Return the table with the chords that a config file's ``[keys]`` chooses, by action id.

    Raises:
        ConfigError: an unknown action, one that cannot be moved, a chord that no terminal sends the same way
            everywhere, or one that would mean two things at once.
    """
    known = {key.action: key for key in keys}
    new: dict[str, tuple[str, ...]] = {}
    for action, value in chosen.items():
        if action not in known:
            raise ConfigError(
                f"[keys] {action!a} is no action", hint="bgtui shows the ids in the palette, key :"
            )
        if not known[action].is_bindable:
            raise ConfigError(f"[keys] {action} cannot be moved")
        chords = tuple(value.split()) if isinstance(value, str) else tuple(value)
        for chord in chords:
            _check_chord(action, chord, known[action].tier)
        new[action] = chords
    table = tuple(_moved(key, new[key.action]) if key.action in new else key for key in keys)
    _check_clashes(table)
    return KeyTable(table)


def _moved(key: Key, chords: tuple[str, ...]) -> Key:
    return Key(key.context, chords, key.action, key.help, key.tier, key.label, key.needs, key.is_bindable)


def _check_chord(action: str, chord: str, tier: int) -> None:
    if chord in _NAMED:
        return
    if len(chord) != 1 or not chord.isascii() or not chord.isprintable() or chord == " ":
        raise ConfigError(
            f"[keys] {action}: {chord[:20]!a} is no chord",
            hint="one printable character, or " + ", ".join(sorted(_NAMED)),
        )
    if chord == "y":
        raise ConfigError(f"[keys] {action}: y only confirms", hint="choose another character")
    if chord.isupper() and tier not in (0, 2):
        raise ConfigError(f"[keys] {action}: capitals are for tiers 0 and 2", hint="choose another character")


def _check_clashes(table: tuple[Key, ...]) -> None:
    for group in ALIVE_TOGETHER:
        seen: dict[str, str] = {}
        for key in table:
            if key.context not in group:
                continue
            for chord in key.chords:
                other = seen.setdefault(chord, key.action)
                if other != key.action:
                    raise ConfigError(
                        f"[keys] {chord} would mean both {other} and {key.action}",
                        hint="give one of them another chord",
                    )
