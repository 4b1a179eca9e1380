"""The made-up account of the mock-ups: five legs, nine orders, seven plans, four wallets."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain import question
from bgtui.domain.account import (
    AdlRank,
    Balance,
    Bill,
    ClosedPosition,
    FeeRates,
    Fill,
    KeyInfo,
    Liquidity,
    Position,
    SymbolSettings,
    WalletTotal,
)
from bgtui.domain.event import (
    AccountReconciled,
    BalancesReported,
    EquityReported,
    Event,
    FillReported,
    OpenOrdersListed,
    OpenPlansListed,
    PositionsReported,
    QuestionAnswered,
    SubmissionChanged,
)
from bgtui.domain.instrument import instrument_id
from bgtui.domain.intent import PlaceOrder
from bgtui.domain.market import LeverageTier, Side
from bgtui.domain.order import (
    Effect,
    Fee,
    MarginMode,
    Order,
    OrderStatus,
    OrderType,
    PlanKind,
    PlanOrder,
    PlanStatus,
    PositionMode,
    PositionSide,
    TimeInForce,
    TriggerType,
)
from bgtui.domain.submission import Submission, SubmissionState
from tests.support.scene_market import BTC, COIN, DAY_MS, NOW_MS, SPOT, USDC, USDT, at

D = Decimal
ETH, SOL, XRP = (instrument_id(USDT, name) for name in ("ETHUSDT", "SOLUSDT", "XRPUSDT"))
_NAMES = {"BTC": BTC, "ETH": ETH, "SOL": SOL, "XRP": XRP}
_SIDES = {"L": PositionSide.LONG, "S": PositionSide.SHORT}
HEDGE = PositionMode.HEDGE


def _figure(text: str) -> Decimal | None:
    return None if text == "-" else D(text)


_LEGS = (
    # coin side mode leverage size available entry margin liq TP SL break-even fee funding opened ratio
    "BTC L iso 20 0.0500 0.0250 66910.4 167.28 63858.6 68000.0 66000.0 66990.7 -2.01 -0.67 11:20:44 0.084",
    "BTC S iso 20 0.0200 0.0200 67310.2 67.31 70352.1 - 67900.0 67230.1 -0.81 +0.12 12:58:02 0.090",
    "ETH L crs 10 1.50 1.50 2612.40 391.86 1873.44 2700.00 2560.00 2615.53 -2.35 -0.40 08:31:15 -",
    "SOL S crs 10 40.0 0.0 158.412 633.65 402.118 151.500 163.000 158.222 -3.80 +0.00 01:04:10 -",
    "XRP L crs 5 5000 0 0.5402 540.20 - - - 0.5408 -1.62 +0.00 00:41:55 -",
)
_UPNL = ("16.43", "1.43", "31.17", "-26.60", "-5.50")
_MARKS = {"BTC": D("67238.9"), "ETH": D("2633.18"), "SOL": D("159.077"), "XRP": D("0.5391")}


def position(line: str, upnl: str) -> Position:
    """Return a leg from one line of the table above."""
    (coin, side, mode, leverage, size, available, entry, margin, liq, take, stop, even, fee, funding, opened,
     ratio) = line.split()  # fmt: skip
    return Position(
        instrument=_NAMES[coin], side=_SIDES[side],
        margin_mode=MarginMode.ISOLATED if mode == "iso" else MarginMode.CROSSED,
        position_mode=HEDGE, margin_coin="USDT", size=D(size), available=D(available),
        locked=D(size) - D(available), entry_price=D(entry), leverage=D(leverage), margin=D(margin),
        unrealized_pnl=D(upnl), realized_pnl=D(0), mark_price=_MARKS[coin], liquidation_price=_figure(liq),
        break_even_price=D(even), maintenance_margin_rate=D("0.004"), margin_ratio=_figure(ratio),
        funding_paid=D(funding), fees_paid=D(fee), take_profit=_figure(take), stop_loss=_figure(stop),
        auto_margin=False if mode == "iso" else None, position_id=f"77{opened.replace(':', '')}{side}",
        created_ms=at(opened), updated_ms=NOW_MS - 1200,
    )  # fmt: skip


def positions() -> tuple[Position, ...]:
    """Return the five legs."""
    return tuple(position(line, upnl) for line, upnl in zip(_LEGS, _UPNL, strict=True))


_ORDERS = (
    # time coin act force price size filled client-id exchange-id source
    "14:03:25.412 BTC +L po 67238.0 0.0500 0 sim1-7Q2M03 1213990000008861 api",
    "14:02:58 BTC +L gtc 67236.0 0.0500 0 sim1-7Q2M02 1213990000008860 api",
    "14:02:57 BTC +L gtc 67236.0 0.0500 0 sim1-7Q2M01 1213990000008859 api",
    "14:01:40 BTC -L gtc 67247.0 0.0250 0 sim1-7Q2K9X 1213990000008858 api",
    "13:58:12 BTC +S gtc 67249.0 0.0100 0 - 1213990000008857 ios",
    "13:44:03 ETH +L po 2618.00 0.50 0.20 sim1-7Q2K11 1213990000008811 api",
    "13:20:51 SOL -S gtc 154.000 40.0 0 sim1-7Q2H70 1213990000008770 api",
    "12:02:19 XRP -L gtc 0.5520 5000 0 sim1-7Q2C03 1213990000008503 api",
)
_FORCES = {"po": TimeInForce.POST_ONLY, "gtc": TimeInForce.GTC}


def order(line: str, status: OrderStatus | None = None) -> Order:
    """Return an order from one line of the table above."""
    clock, coin, act, force, price, size, filled, client, order_id, source = line.split()
    is_open, leg = act[0] == "+", _SIDES[act[1]]
    is_buy = is_open == (leg is PositionSide.LONG)
    partly = OrderStatus.PARTIALLY_FILLED if D(filled) else OrderStatus.LIVE
    preset = client == "sim1-7Q2M03"
    return Order(
        instrument=_NAMES[coin], order_id=order_id, client_order_id="" if client == "-" else client,
        side=Side.BUY if is_buy else Side.SELL, order_type=OrderType.LIMIT, time_in_force=_FORCES[force],
        status=status or partly, size=D(size), filled_size=D(filled), created_ms=at(clock),
        updated_ms=at(clock), price=D(price), average_price=D(price) if D(filled) else None,
        position_side=leg, effect=Effect.OPEN if is_open else Effect.CLOSE, reduce_only=not is_open,
        position_mode=HEDGE, margin_mode=MarginMode.ISOLATED if coin == "BTC" else MarginMode.CROSSED,
        margin_coin="USDT", leverage=D({"BTC": 20, "XRP": 5}.get(coin, 10)),
        take_profit=D("68000.0") if preset else None, stop_loss=D("66000.0") if preset else None,
        source=source,
    )  # fmt: skip


def orders() -> tuple[Order, ...]:
    """Return the orders that the exchange has named."""
    return tuple(order(line) for line in _ORDERS)


def on_its_way() -> Submission:
    """Return what was sent 1.1 s ago and nobody has answered."""
    intent = PlaceOrder(
        BTC, Side.BUY, OrderType.LIMIT, D("0.0200"), TimeInForce.GTC, D("67235.0"),
        position_side=PositionSide.LONG, effect=Effect.OPEN, position_mode=HEDGE,
        margin_mode=MarginMode.ISOLATED, margin_coin="USDT",
    )  # fmt: skip
    sent_ms = NOW_MS - 1100 + 12
    return Submission("sim1-7Q2M04", intent, USDT, BTC, SubmissionState.SENT, sent_ms, sent_ms)


_PLANS = (
    # time coin leg kind by trigger then
    "13:02:10 BTC L tp mark 68000.0 -",
    "13:02:10 BTC L sl mark 66000.0 -",
    "13:05:31 BTC S sl mark 67900.0 -",
    "12:40:07 ETH L tp mark 2700.00 -",
    "12:40:07 ETH L sl last 2560.00 2558.00",
    "09:14:55 SOL S tp mark 151.500 -",
    "09:14:55 SOL S sl mark 163.000 -",
)


def plan(line: str, number: int) -> PlanOrder:
    """Return a TP/SL order of a whole leg."""
    clock, coin, leg, kind, by, trigger, then = line.split()
    side = _SIDES[leg]
    return PlanOrder(
        instrument=_NAMES[coin], order_id=f"12139900000071{number:02}", client_order_id="",
        kind=PlanKind.POSITION_TAKE_PROFIT if kind == "tp" else PlanKind.POSITION_STOP_LOSS,
        status=PlanStatus.LIVE, side=Side.SELL if side is PositionSide.LONG else Side.BUY,
        order_type=OrderType.MARKET if then == "-" else OrderType.LIMIT,
        trigger_type=TriggerType.MARK if by == "mark" else TriggerType.LAST, trigger_price=D(trigger),
        size=None, created_ms=at(clock), updated_ms=at(clock), execute_price=_figure(then),
        position_side=side, effect=Effect.CLOSE, position_mode=HEDGE,
        margin_mode=MarginMode.ISOLATED if coin == "BTC" else MarginMode.CROSSED, margin_coin="USDT",
        source="api", is_tpsl=False,
    )  # fmt: skip


def plans() -> tuple[PlanOrder, ...]:
    """Return the seven."""
    return tuple(plan(line, number) for number, line in enumerate(_PLANS, 1))


_FILLS = (
    # time coin act price size realized fee liquidity
    "00:41:55 XRP +L 0.5402 5000 0 1.62 taker",
    "08:31:15 ETH +L 2612.40 1.50 0 0.78 maker",
    "10:12:40 BTC -L 67020.1 0.0300 9.77 0.40 maker",
    "11:20:44 BTC +L 66910.4 0.0500 0 1.02 taker",
    "12:58:02 BTC +S 67310.2 0.0200 0 0.81 taker",
)


def fills() -> tuple[Fill, ...]:
    """Return the account's trades of the day."""
    made = []
    for number, line in enumerate(_FILLS, 1):
        clock, coin, act, price, size, realized, fee, liquidity = line.split()
        leg, is_open = _SIDES[act[1]], act[0] == "+"
        is_buy = is_open == (leg is PositionSide.LONG)
        made.append(
            Fill(
                _NAMES[coin], f"8800{number}", f"121399000000{8000 + number}", f"sim1-7Q2A{number:02}",
                Side.BUY if is_buy else Side.SELL, D(price), D(size), at(clock), Liquidity(liquidity),
                quote_amount=D(price) * D(size), realized_pnl=D(realized),
                fees=(Fee("USDT", D(fee), f"-{fee}"),), position_side=leg,
                effect=Effect.OPEN if is_open else Effect.CLOSE, position_mode=HEDGE,
            )
        )  # fmt: skip
    return tuple(made)


def balances() -> list[Event]:
    """Return the four wallets."""
    usdt = Balance(
        USDT, "USDT", D("9862.74"), D("2554.18"), equity=D("12416.92"), usdt_equity=D("12416.92"),
        unrealized_pnl=D("16.92"), max_open=D("9862.74"), max_transfer_out=D("9800.00"),
        cross_risk_ratio=D("0.005"), updated_ms=NOW_MS - 1200,
    )  # fmt: skip
    usdc = Balance(USDC, "USDC", D("250.00"), D(0), equity=D("250.00"), usdt_equity=D("250.00"),
                   unrealized_pnl=D(0), cross_risk_ratio=D(0))  # fmt: skip
    coin = Balance(COIN, "BTC", D("0.01200000"), D(0), equity=D("0.01200000"), usdt_equity=D("806.90"),
                   unrealized_pnl=D(0), cross_risk_ratio=D(0))  # fmt: skip
    spot = (
        Balance(SPOT, "USDT", D("1520.44"), D("300.00"), locked=D(0)),
        Balance(SPOT, "BTC", D("0.05310000"), D(0), locked=D(0)),
        Balance(SPOT, "BGB", D("112.4000"), D(0), locked=D(0)),
    )
    stamp_ms = NOW_MS - 1200
    return [
        BalancesReported(USDT, (usdt,), is_complete=True, time_ms=stamp_ms),
        BalancesReported(USDC, (usdc,), is_complete=True, time_ms=stamp_ms),
        BalancesReported(COIN, (coin,), is_complete=True, time_ms=stamp_ms),
        BalancesReported(SPOT, spot, is_complete=True, time_ms=stamp_ms),
        EquityReported(USDT, D("12416.92"), D("0.1846"), D("16.92"), stamp_ms),
    ]


def finished_orders() -> tuple[Order, ...]:
    """Return orders of the day that have ended."""
    lines = (
        "12:58:01 BTC +S gtc 67310.2 0.0200 0.0200 sim1-7Q2A05 1213990000008005 api",
        "11:20:43 BTC +L gtc 66910.4 0.0500 0.0500 sim1-7Q2A04 1213990000008004 api",
        "10:40:12 ETH +L po 2601.00 0.50 0 sim1-7Q2A3X 1213990000007991 api",
    )
    return (
        order(lines[0], OrderStatus.FILLED),
        order(lines[1], OrderStatus.FILLED),
        order(lines[2], OrderStatus.CANCELED),
    )


def closed_positions() -> tuple[ClosedPosition, ...]:
    """Return one leg of the past."""
    return (
        ClosedPosition(BTC, "771012L", PositionSide.LONG, MarginMode.ISOLATED, "USDT", D("66694.4"),
                       D("67020.1"), D("0.0300"), D("0.0300"), D("9.77"), D("-0.28"), D("-0.40"), D("-0.40"),
                       D("8.69"), at("09:20:00"), at("10:12:40")),
    )  # fmt: skip


def _bills() -> tuple[Bill, ...]:
    return (
        Bill(USDT, "b3", "USDT", D("-0.67"), D("12400.49"), D(0), "contract_settle_fee", BTC, at("08:00:00")),
        Bill(
            USDT, "b2", "USDT", D("-0.28"), D("12401.16"), D(0), "contract_settle_fee", BTC, DAY_MS + 60_000
        ),
        Bill(USDT, "b1", "USDT", D("9.77"), D("12401.44"), D("-0.40"), "close_long", BTC, at("10:12:40")),
    )


def answers() -> list[Event]:
    """Return what was asked about the account."""
    asked_ms = NOW_MS - 3000
    tiers = (
        LeverageTier(1, D(0), D(50_000), D(125), D("0.004")),
        LeverageTier(2, D(50_000), D(250_000), D(100), D("0.005")),
        LeverageTier(3, D(250_000), D(1_000_000), D(50), D("0.01")),
    )
    found = (
        (question.key_info(), KeyInfo("8812000044", ("contract_trade", "spot_trade", "readonly"),
                                      is_trader=True, ips=("203.0.113.7",))),
        (question.symbol_settings(BTC), SymbolSettings(BTC, "USDT", MarginMode.ISOLATED, HEDGE, D(20), D(20),
                                                       D(20))),
        (question.symbol_settings(ETH), SymbolSettings(ETH, "USDT", MarginMode.CROSSED, HEDGE, D(10), D(10),
                                                       D(10))),
        (question.fee_rates(BTC), FeeRates(BTC, D("0.0002"), D("0.0006"))),
        (question.leverage_tiers(BTC), tiers),
        (question.adl_ranks(USDT), (AdlRank(BTC, "USDT", PositionSide.LONG, D("0.42")),)),
        (question.wallet_totals(), (WalletTotal("futures", D("13473.82")),
                                    WalletTotal("spot", D("5391.92")))),
        (question.bills(USDT), _bills()),
        (question.order_history(USDT), finished_orders()),
        (question.fills(USDT), tuple(reversed(fills()))),
        (question.closed_positions(USDT), closed_positions()),
    )  # fmt: skip
    made: list[Event] = [QuestionAnswered(asked, value, asked_ms) for asked, value in found]
    return made


def events() -> list[Event]:
    """Return everything that is the account's own, save what is on its way."""
    asked_ms = NOW_MS - 1300
    return [
        *balances(),
        PositionsReported(USDT, positions(), NOW_MS - 1200),
        *(PositionsReported(product, (), NOW_MS - 1200) for product in (USDC, COIN)),
        OpenOrdersListed(USDT, orders(), asked_ms),
        *(OpenOrdersListed(product, (), asked_ms) for product in (USDC, COIN, SPOT)),
        OpenPlansListed(USDT, plans(), asked_ms),
        *(OpenPlansListed(product, (), asked_ms) for product in (USDC, COIN, SPOT)),
        *(FillReported(fill) for fill in fills()),
        *answers(),
        *(AccountReconciled(product) for product in (USDT, USDC, COIN, SPOT)),
    ]


def sent() -> list[Event]:
    """Return what is on its way."""
    return [SubmissionChanged(on_its_way())]
