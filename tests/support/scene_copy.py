"""The made-up leader, followers and copied traders of the mock-ups, hostile names included."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain import question
from bgtui.domain.copytrade import (
    CoinProfit,
    CopyLimit,
    CopySetting,
    CopySettings,
    DatedAmount,
    FollowedTrader,
    Follower,
    LeaderSummary,
    LeadSettings,
    LeadSymbol,
    ProfitShare,
    ProfitSummary,
    TrackingOrder,
)
from bgtui.domain.event import Event, QuestionAnswered
from bgtui.domain.instrument import instrument_id
from bgtui.domain.order import PositionSide
from bgtui.domain.text import Untrusted
from tests.support.scene_market import BTC, DAY_MS, NOW_MS, USDT, at

D = Decimal
_DAY_MS = 86_400_000
_NAMES = {name: instrument_id(USDT, f"{name}USDT") for name in ("BTC", "ETH", "SOL", "XRP", "DOGE", "ADA")}
_SIDES = {"L": PositionSide.LONG, "S": PositionSide.SHORT}

HOSTILE = (
    "bob\x1b]52;c;ZXZpbA==\x07x",
    "[@click=app.x]free",
    "e\x1b[2Jvil\x9b31m",
    "\u202egnol_eman",
    "👩\u200d👩\u200d👧 fam",
    "z" + "\u0301" * 40,
    "a" * 10_000,
    "\ud800half",
    "[/x]\x1b]0;title",
)
"""Names that no terminal may be made to obey."""


def _amount(text: str) -> Decimal | None:
    return None if text == "-" else D(text)


_TRACKS = (
    # no coin side leverage size entry copied TP SL fee opened
    "1221307 BTC L 20 0.0500 66910.4 36 68000.0 66000.0 -2.01 11:20:44",
    "1221311 BTC S 20 0.0200 67310.2 36 - 67900.0 -0.81 12:58:02",
    "1221288 ETH L 10 1.50 2612.40 37 2700.00 2560.00 -2.35 08:31:15",
    "1221042 SOL S 10 40.0 158.412 34 151.500 163.000 -3.80 01:04:10",
    "1220819 XRP L 5 5000 0.5402 31 - - -1.62 00:41:55",
)


def _track(line: str) -> TrackingOrder:
    number, coin, side, leverage, size, entry, copied, take, stop, fee, opened = line.split()
    return TrackingOrder(
        _NAMES[coin], number, _SIDES[side], f"1213{number}8861", D(entry), D(size), at(opened),
        leverage=D(leverage), open_fee=D(fee), take_profit=_amount(take), stop_loss=_amount(stop),
        follower_count=int(copied),
    )  # fmt: skip


def _closed_track() -> TrackingOrder:
    return TrackingOrder(
        _NAMES["BTC"], "1220011", PositionSide.LONG, "12139000", D("66694.4"), D("0.0300"), at("09:20:00"),
        leverage=D(20), open_fee=D("-0.40"), close_order_id="12139001", close_price=D("67020.1"),
        close_size=D("0.0300"), close_ms=at("10:12:40"), close_fee=D("-0.40"), realized_pnl=D("9.77"),
        net_pnl=D("8.97"), is_stopped_by="profit", follower_count=35,
    )  # fmt: skip


_FOLLOWERS = (
    ("jade_moon", "8812000000004471", "24310.55", 214, True),
    ("夜航船 trading", "7719000000000025", "18002.10", 190, True),
    ("Björn K.", "9034000000007781", "9120.00", 88, True),
    (HOSTILE[0], "1207000000009314", "5040.77", 61, True),
    ("satoshi_jr_the_thirteenth", "4410000000000080", "2511.00", 45, True),
    (HOSTILE[1], "6623000000001192", "804.12", 31, False),
    ("ΔΕΛΤΑ", "5518000000006640", "612.40", 12, True),
    ("mara.eth", "3390000000002217", "55.03", 9, True),
    ("quiet_river", "2871000000005506", "0.00", 13, True),
    *((name, f"66{number:02}000000001000", "1.00", 3, True) for number, name in enumerate(HOSTILE[2:])),
)


def followers() -> tuple[Follower, ...]:
    """Return those who follow, some of them with names made to harm."""
    return tuple(
        Follower(uid, Untrusted(name), D(equity), removable, NOW_MS - days * _DAY_MS)
        for name, uid, equity, days, removable in _FOLLOWERS
    )


def _summary() -> LeaderSummary:
    month = tuple(DatedAmount(DAY_MS - day * _DAY_MS, D(day * 37 % 90 - 20)) for day in range(30, 0, -1))
    return LeaderSummary(
        D("38.41"), 336, 112, 37, D("4806.20"), 206, 130, D("61.3"), D("12416.92"), ("BTCUSDT", "ETHUSDT"),
        month[-7:], month, month[-7:], month,
    )  # fmt: skip


def _profit() -> ProfitSummary:
    return ProfitSummary(
        D("21.07"), DAY_MS - _DAY_MS, D("1204.55"), D("9.88"), (CoinProfit("USDT", D("1204.55"), DAY_MS),)
    )


def _shares(*, waiting: bool) -> tuple[ProfitShare, ...]:
    return (
        ProfitShare(
            "USDT", D("1.04" if waiting else "318.22"), Untrusted("jade_moon"), DAY_MS, "p1", D("0.1")
        ),
        ProfitShare("USDT", D("0.55" if waiting else "40.02"), Untrusted(HOSTILE[0]), DAY_MS, "p2", D("0.1")),
    )


def _days() -> tuple[ProfitShare, ...]:
    """What was shared of the last days: the newest is the sum of the shares above."""
    amounts = ("358.24", "21.07", "0.00", "88.40", "12.95")
    return tuple(
        ProfitShare("USDT", D(amount), None, DAY_MS - at * _DAY_MS) for at, amount in enumerate(amounts)
    )


def _symbols() -> tuple[LeadSymbol, ...]:
    return tuple(
        LeadSymbol(name, coin != "ADA", D("0.001"), D(50), D(40), D(20)) for coin, name in _NAMES.items()
    )


_TRADERS = (
    ("8001", "AlphaDesk", 500, 480, "1500.00", "190.87", "212.40", ("BTCUSDT", "ETHUSDT", "SOLUSDT"), 118),
    ("8002", "night.owl", 100, 77, "600.00", "16.40", "18.22", ("BTCUSDT", "ETHUSDT"), 42),
    ("8003", "tidepool", 100, 12, "250.00", "-7.31", "-7.31", ("SOLUSDT",), 9),
)


def traders() -> tuple[FollowedTrader, ...]:
    """Return whom the account follows."""
    return tuple(
        FollowedTrader(uid, Untrusted(name), seats, taken, D(margin), D(net), D(total), symbols,
                       NOW_MS - days * _DAY_MS)
        for uid, name, seats, taken, margin, net, total, symbols, days in _TRADERS
    )  # fmt: skip


_COPIES = (
    "1230150 BTC L 10 0.0110 66998.2 73.70 09:41:30 72000.0 60000.0",
    "1230177 ETH S 10 0.42 2640.10 110.88 10:15:02 - 2800.00",
    "1230203 SOL L 5 6.5 156.900 203.97 12:00:45 180.000 140.000",
    "1230219 DOGE L 5 1200 0.14610 35.06 13:31:18 - -",
)


def _copy(line: str) -> TrackingOrder:
    number, coin, side, leverage, size, entry, margin, opened, take, stop = line.split()
    return TrackingOrder(
        _NAMES[coin], number, _SIDES[side], f"1230{number}", D(entry), D(size), at(opened),
        leverage=D(leverage), take_profit=_amount(take), stop_loss=_amount(stop), trader_id="8001",
        trader_name=Untrusted("AlphaDesk"), margin=D(margin),
    )  # fmt: skip


def _copy_settings() -> CopySettings:
    setting = CopySetting(BTC, "trader", "trader", D(10), D(10), "amount", D(50), D(500), D(40), D(20))
    return CopySettings("8001", is_enabled=True, details=(setting,), trader_name=Untrusted("AlphaDesk"),
                        profit_ratio=D("0.1"), settled_in_days=7)  # fmt: skip


def events() -> list[Event]:
    """Return the answers to every question of copy trading."""
    found = (
        (question.leader_tracks(USDT), tuple(_track(line) for line in _TRACKS)),
        (question.leader_history(USDT), (_closed_track(),)),
        (question.leader_summary(USDT), _summary()),
        (question.profit_summary(USDT), _profit()),
        (question.paid_shares(USDT), _shares(waiting=False)),
        (question.waiting_shares(USDT), _shares(waiting=True)),
        (question.daily_shares(USDT), _days()),
        (question.lead_symbols(USDT), _symbols()),
        (question.lead_settings(), LeadSettings(True, True, False, D(50), _symbols()[:2])),
        (question.followers(USDT), followers()),
        (question.followed_traders(USDT), traders()),
        (question.copied_orders(USDT), tuple(_copy(line) for line in _COPIES)),
        (question.copy_history(USDT), ()),
        (question.copy_settings(USDT, "8001"), _copy_settings()),
        (question.copy_limits(USDT), (CopyLimit(BTC, D("0.0010"), D("1.2000")),)),
    )
    made: list[Event] = [QuestionAnswered(asked, value, NOW_MS - 3000) for asked, value in found]
    return made
