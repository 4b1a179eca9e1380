"""Every fault there is: what it is called, where it acts, what may be said about it, and what it stands for.

One table, from which the parser, the list in docs/simulator.md and the tests are made. The ids are those of
the program's fault list (F-01 to F-30).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from types import MappingProxyType

from bgtui.domain.value import frozen


class Layer(StrEnum):
    """Where a fault acts."""

    REST = "REST"
    STREAM = "stream"
    WORLD = "exchange"
    RELAY = "relay"


class Argument(StrEnum):
    """What stands after the colon of a spec."""

    NONE = ""
    COUNT = "N"
    STATUS = "STATUS"
    DURATION = "DURATION"
    RANGE = "DURATION[-DURATION]"
    WORD = "WORD"
    INSTRUMENT = "SYMBOL"


@frozen
class Kind:
    """One kind of fault."""

    name: str
    layer: Layer
    doc: str
    """What it does, one line."""
    ids: tuple[str, ...] = ()
    """Faults of the program's list that it makes."""
    argument: Argument = Argument.NONE
    default: int | str | tuple[int, int] | None = None
    """Of the argument; None where it must be named."""
    words: tuple[str, ...] = ()
    """What the argument may be, where it is a word."""
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Selectors, and what each may be; nothing means any name."""
    times: int | None = None
    """How often it happens unless ``times`` says so; None is for ever."""

    def usage(self) -> str:
        """Return how it is written."""
        argument = f"[{self.argument}]" if self.default is not None else str(self.argument)
        if self.words:
            argument = f"{'|'.join(self.words)}"
        items = [argument] if argument else []
        items += [f"{key}={'|'.join(words) or '…'}" for key, words in self.options.items()]
        return f"{self.name}:{','.join([*items, 'p= times= skip= every= after= for='])}"


PROFILES = ("practice", "watch", "leader", "follower")
GARBAGE = (
    "malformed",
    "not-object",
    "wrong-type",
    "missing-field",
    "extra-enum",
    "empty-number",
    "nan",
    "huge-exponent",
    "negative-zero",
    "long-decimal",
    "deep",
    "duplicate-keys",
    "binary",
    "lone-surrogate",
)
"""Kinds of unreadable text (F-15)."""

_ROUTE: Mapping[str, tuple[str, ...]] = {"route": (), "method": ("GET", "POST")}
_ACCEPTED: Mapping[str, tuple[str, ...]] = {**_ROUTE, "accepted": ("no", "yes")}
_CHANNEL: Mapping[str, tuple[str, ...]] = {"channel": (), "symbol": ()}
_STREAM: Mapping[str, tuple[str, ...]] = {"stream": ("public", "private")}
_PROFILE: Mapping[str, tuple[str, ...]] = {"profile": PROFILES}
_PATH: Mapping[str, tuple[str, ...]] = {"path": ()}


def _rest(name: str, doc: str, *ids: str, **more: object) -> Kind:
    return Kind(name, Layer.REST, doc, ids, **{"options": _ROUTE, **more})  # type: ignore[arg-type]


def _frame(name: str, doc: str, *ids: str, **more: object) -> Kind:
    return Kind(name, Layer.STREAM, doc, ids, **{"options": _CHANNEL, **more})  # type: ignore[arg-type]


def _world(name: str, doc: str, *ids: str, **more: object) -> Kind:
    return Kind(name, Layer.WORLD, doc, ids, **{"times": 1, **more})  # type: ignore[arg-type]


def _relay(name: str, doc: str, *ids: str, **more: object) -> Kind:
    return Kind(name, Layer.RELAY, doc, ids, **{"options": _PATH, **more})  # type: ignore[arg-type]


_MINUTE = 60_000
_TABLE = (
    _rest("latency", "answers come late", argument=Argument.RANGE, default=(50, 50)),
    _rest(
        "timeout-before",
        "the request is not carried out, and no answer comes for so long",
        "F-08",
        argument=Argument.DURATION,
        default=_MINUTE,
    ),
    _rest(
        "timeout-after",
        "the request is carried out, and no answer comes for so long",
        "F-08",
        "F-09",
        argument=Argument.DURATION,
        default=_MINUTE,
    ),
    _rest(
        "status",
        "an HTML error page with this status; accepted=yes: after the request was carried out",
        "F-08",
        "F-10",
        "F-14",
        argument=Argument.STATUS,
        options=_ACCEPTED,
    ),
    _rest("429", "too many requests, in Bitget's words", "F-10"),
    _rest("html", "a captive portal's page with status 200 instead of an answer", "F-28", options=_ACCEPTED),
    _rest("maintenance", "every request is answered with code 45001", "F-14"),
    _rest("null-data", "answers of reads say 00000 and carry data null", "F-14"),
    _rest("partial", "answers of reads lack every second field", "F-14"),
    _rest("null-lists", "lists inside answers of reads are null", "F-14", "F-15"),
    _rest(
        "garbage-answer",
        "answers of reads are unreadable in one way",
        "F-15",
        argument=Argument.WORD,
        words=GARBAGE,
    ),
    _rest("big-answer", "answers of reads are 40 MB of valid JSON", "F-15"),
    _rest("hostile-text", "messages and nicknames carry control bytes, markup and bidi marks", "F-19"),
    _rest("cancelled-spelling", "canceled and cancelled change places, also in frames", "F-15"),
    _rest("numeric-leverage", "leverage is a number, also in frames", "F-15"),
    Kind(
        "revoke-key",
        Layer.REST,
        "the key is unknown from now on (40006), and its streams are closed",
        ("F-12",),
        options=_PROFILE,
        times=1,
    ),
    Kind(
        "ip-denied",
        Layer.REST,
        "the key may not be used from here (40018), and its streams are closed",
        ("F-12",),
        options={**_ROUTE, **_PROFILE},
    ),
    Kind(
        "no-permission",
        Layer.REST,
        "the key may not do that (40014): every signed route, or the named ones",
        ("F-12", "F-13"),
        options={**_ROUTE, **_PROFILE},
    ),
    Kind(
        "clock-skew",
        Layer.REST,
        "the exchange's clock is off by so much",
        ("F-11",),
        Argument.DURATION,
    ),
    Kind(
        "clock-step",
        Layer.REST,
        "the exchange's clock steps by so much (with after=, in the middle of a run)",
        ("F-11",),
        Argument.DURATION,
    ),
    _frame("drop-frame", "pushes are lost", "F-01", "F-04"),
    _frame("duplicate-frame", "pushes come twice", "F-03"),
    _frame("reorder-frames", "two neighbouring pushes of a channel change places", "F-02"),
    _frame("frame-latency", "pushes come late, in order", argument=Argument.RANGE, default=(200, 200)),
    Kind(
        "gap",
        Layer.STREAM,
        "a book update is lost",
        ("F-04",),
        options={**_CHANNEL},
        times=1,
    ),
    Kind(
        "seq-back", Layer.STREAM, "a book update's seq jumps backwards", ("F-02",), options=_CHANNEL, times=1
    ),
    Kind("bad-checksum", Layer.STREAM, "a book's checksum is wrong", ("F-05",), options=_CHANNEL),
    _frame("silent", "pushes of a channel stop while the connection lives", "F-06"),
    _frame(
        "garbage-frame",
        "a push is unreadable in one way",
        "F-15",
        argument=Argument.WORD,
        words=GARBAGE,
    ),
    _frame("big-frame", "a push is followed by a frame of 10 MB", "F-15", times=1),
    Kind(
        "lost-private-push", Layer.STREAM, "pushes of private channels are lost", ("F-09",), options=_CHANNEL
    ),
    Kind("duplicate-fill", Layer.STREAM, "fills and filled orders are pushed twice", ("F-03",)),
    Kind(
        "fill-before-order",
        Layer.STREAM,
        "an order's fill is pushed before the order, and both before the answer",
        ("F-09",),
    ),
    Kind(
        "half-open",
        Layer.STREAM,
        "open connections say nothing any more, pongs included, and stay open",
        ("F-06",),
        options=_STREAM,
        times=1,
    ),
    Kind(
        "disconnect",
        Layer.STREAM,
        "open connections are closed at once",
        ("F-01",),
        options=_STREAM,
        times=1,
    ),
    Kind(
        "refuse-stream",
        Layer.STREAM,
        "new connections are refused",
        ("F-14",),
        options=_STREAM,
    ),
    Kind(
        "login-refused",
        Layer.STREAM,
        "logins are refused with this code",
        ("F-12",),
        Argument.COUNT,
        30005,
        options=_PROFILE,
    ),
    Kind(
        "subscribe-refused",
        Layer.STREAM,
        "subscriptions are refused with this code",
        ("F-13",),
        Argument.COUNT,
        30001,
        options=_CHANNEL,
    ),
    _world(
        "delist", "the symbol is removed: no order is taken any more", "F-16", argument=Argument.INSTRUMENT
    ),
    _world(
        "not-open", "the symbol is new and opens when the fault ends", "F-16", argument=Argument.INSTRUMENT
    ),
    _world("close-only", "the symbol takes closing orders only", "F-16", argument=Argument.INSTRUMENT),
    _world("halt", "the symbol is under maintenance", "F-14", "F-16", argument=Argument.INSTRUMENT),
    _world(
        "change-tick", "the symbol's price step is ten times larger", "F-16", argument=Argument.INSTRUMENT
    ),
    _world("change-step", "the symbol's size step is ten times larger", "F-16", argument=Argument.INSTRUMENT),
    _world(
        "mode-change",
        "the position mode is changed from elsewhere, as soon as nothing stands in the way",
        "F-17",
        argument=Argument.WORD,
        default="other",
        words=("other", "one-way", "hedge"),
        options=_PROFILE,
    ),
    _world(
        "leverage-change",
        "the leverage is changed from elsewhere to 7, or to what to= says",
        "F-17",
        argument=Argument.INSTRUMENT,
        options={**_PROFILE, "to": ()},
    ),
    _world(
        "liquidate",
        "the symbol's legs are liquidated",
        "F-18",
        argument=Argument.INSTRUMENT,
        options=_PROFILE,
    ),
    _world(
        "adl",
        "half of the symbol's legs is taken by auto-deleveraging",
        "F-18",
        argument=Argument.INSTRUMENT,
        options=_PROFILE,
    ),
    _world("funding", "funding of 0.1 % is settled now", "F-18", argument=Argument.INSTRUMENT),
    _world(
        "foreign-order",
        "an order that this program did not send rests at the exchange",
        "F-27",
        argument=Argument.INSTRUMENT,
        options=_PROFILE,
    ),
    _world(
        "foreign-close",
        "the symbol's legs are closed from elsewhere, copy positions among them",
        "F-29",
        argument=Argument.INSTRUMENT,
        options=_PROFILE,
    ),
    _world("follower-removed", "the leader's first follower is gone", "F-29"),
    Kind(
        "relay", Layer.RELAY, "nothing yet; connections come through the relay, whose faults can be set later"
    ),
    _relay(
        "relay-half-open",
        "nothing is passed on any more; the socket stays open",
        "F-06",
        argument=Argument.RANGE,
        default=(0, 0),
    ),
    _relay(
        "relay-cut",
        "the connection ends after so many bytes from the exchange, in the middle of a frame",
        "F-01",
        argument=Argument.COUNT,
        default=2000,
    ),
    _relay(
        "relay-reset",
        "the connection is reset (RST) after so many bytes from the exchange",
        "F-01",
        argument=Argument.COUNT,
        default=1,
    ),
    _relay(
        "relay-truncate",
        "so many bytes are missing at the end of an HTTP answer",
        "F-08",
        "F-14",
        argument=Argument.COUNT,
        default=10,
    ),
    _relay("relay-slow", "so many bytes a second come through", argument=Argument.COUNT, default=2000),
    _relay("relay-refuse", "new connections are closed before a byte is read", "F-28"),
    _relay("relay-garbage", "something that is not HTTP answers", "F-28"),
)

KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _TABLE})

OWN = MappingProxyType(
    {
        "F-07": "the program's own slowness; `--rate` and `--speed` make the feed fast enough to show it",
        "F-20": "a crash inside the program",
        "F-21": "the program killed between two steps",
        "F-22": "the program's disk",
        "F-23": "modes of the program's files",
        "F-24": "signals to the program",
        "F-25": "the terminal",
        "F-26": "the keyboard",
        "F-30": "recordings: `--replay`",
    }
)
"""Faults of the list that the exchange cannot cause, and what does."""
