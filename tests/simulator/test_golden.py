"""Trades worked by hand, section 10 of the wire notes, equal to the last digit."""

from __future__ import annotations

from bgtui.domain.event import BalancesReported, FillReported, OrderUpdated, PositionClosed, PositionsReported
from bgtui.domain.intent import AdjustMargin, SetLeverage, SetMarginMode
from bgtui.domain.order import MarginMode, OrderStatus
from bgtui.simulator.fact import Private
from tests.support.exchange_floor import BTC, BTCUSD, BUY, COIN, LONG, SELL, SHORT, USDT, D, Floor


def _isolated(floor: Floor, leverage: str = "20") -> None:
    floor.join("ann")
    floor.set_margin_mode("ann", SetMarginMode(BTC, "USDT", MarginMode.ISOLATED))
    floor.set_leverage("ann", SetLeverage(BTC, "USDT", D(leverage)))


def test_isolated_long() -> None:
    # Long 0.05 at 60000, 20x: margin 150, taker fee 1.80.
    floor = Floor()
    _isolated(floor)
    floor.quote(SELL, "60000.0", "1")
    order = floor.order("ann", BUY, "0.05")
    assert order.status is OrderStatus.FILLED
    assert order.average_price == 60000
    assert order.fees[0].text == "-1.8"
    (leg,) = floor.positions("ann", USDT)
    assert (leg.side, leg.margin, leg.entry_price, leg.fees_paid) == (LONG, D(150), D(60000), D("1.8"))
    # (60000 * 0.05 - 150) / (0.05 * (1 - 0.004 - 0.0006)) = 57263.4117...
    assert leg.liquidation_price is not None
    assert leg.liquidation_price.quantize(D("0.01")) == D("57263.41")
    assert leg.liquidation_price == (D(2850) / D("0.04977")).quantize(D("1e-16"))
    assert leg.break_even_price is not None
    assert leg.break_even_price.quantize(D("0.01")) == D("60072.04")

    floor.mark_at("61200.0")
    (leg,) = floor.positions("ann", USDT)
    assert leg.unrealized_pnl == 60
    assert leg.margin_ratio is not None
    # 14.076 / 210
    assert leg.margin_ratio.quantize(D("0.00001")) == D("0.06703")

    floor.settle_funding(BTC, D("0.0001"))
    (leg,) = floor.positions("ann", USDT)
    # 0.05 * 61200 * 0.0001, out of the leg's margin
    assert leg.funding_paid == D("-0.306")
    assert leg.margin == D("149.694")
    assert leg.break_even_price is not None
    assert leg.break_even_price.quantize(D("0.01")) == D("60078.17")

    floor.quote(BUY, "61200.0", "1")
    floor.order("ann", SELL, "0.05")
    assert floor.positions("ann", USDT) == []
    (past,) = floor.closed_positions("ann", USDT)
    assert (past.pnl, past.funding, past.open_fee, past.close_fee) == (
        D(60),
        D("-0.306"),
        D("-1.8"),
        D("-1.836"),
    )
    assert past.net_pnl == D("56.058")
    (balance,) = floor.balances("ann", USDT)
    assert balance.available == balance.equity == D("10056.058")
    assert balance.frozen == 0


def test_isolated_short_liquidation_price() -> None:
    floor = Floor()
    _isolated(floor)
    floor.quote(BUY, "60000.0", "1")
    floor.order("ann", SELL, "0.05")
    (leg,) = floor.positions("ann", USDT)
    assert leg.side is SHORT
    assert leg.liquidation_price is not None
    assert leg.liquidation_price.quantize(D("0.01")) == D("62711.53")
    assert leg.break_even_price is not None
    assert leg.break_even_price.quantize(D("0.01")) == D("59928.04")


def test_official_sample_of_an_isolated_long() -> None:
    # all-position sample: long 0.01 at 25000, margin 9.6695050093373343, k 0.004, mark 25100.
    floor = Floor(mark="25000")
    _isolated(floor, "40")
    floor.quote(SELL, "25000.0", "1")
    floor.order("ann", BUY, "0.01")
    floor.adjust_margin("ann", AdjustMargin(BTC, "USDT", LONG, D("9.6695050093373343") - D("6.25")))
    floor.mark_at("25100.0")
    (leg,) = floor.positions("ann", USDT)
    assert leg.margin == D("9.6695050093373343")
    assert leg.unrealized_pnl == 1
    assert leg.liquidation_price == D("24144.1124161806977798")
    assert leg.margin_ratio is not None
    assert leg.margin_ratio == D("0.1082149545822005")


def test_crossed_long() -> None:
    # Long 0.05 at 60000 with an equity of 500 behind it after the fee: liquidation at 50231.06.
    floor = Floor()
    floor.join("ann", money={USDT: {"USDT": D("501.8")}})
    floor.quote(SELL, "60000.0", "1")
    floor.order("ann", BUY, "0.05")
    (leg,) = floor.positions("ann", USDT)
    assert leg.margin_mode is MarginMode.CROSSED
    assert leg.margin == 150
    assert leg.liquidation_price is not None
    assert leg.liquidation_price.quantize(D("0.01")) == D("50231.06")
    floor.settle_funding(BTC, D("-0.0001"))
    floor.mark_at("61200.0")
    # Shorts pay when the rate is below zero: 0.05 * 60000 * 0.0001 comes in.
    (balance,) = floor.balances("ann", USDT)
    assert balance.equity == D("560.3")
    assert balance.unrealized_pnl == 60
    floor.quote(BUY, "61200.0", "1")
    floor.order("ann", SELL, "0.05")
    (past,) = floor.closed_positions("ann", USDT)
    assert past.net_pnl == 60 + D("0.3") - D("1.8") - D("1.836")
    assert floor.balances("ann", USDT)[0].equity == D("501.8") + past.net_pnl


def test_funding_is_paid_and_no_private_channel_tells_of_it() -> None:
    floor = Floor()
    floor.join("ann", money={USDT: {"USDT": D("501.8")}})
    floor.quote(SELL, "60000.0", "1")
    floor.order("ann", BUY, "0.05")
    floor.drain()
    floor.settle_funding(BTC, D("0.0001"))
    assert [fact for fact in floor.drain() if isinstance(fact, Private)] == []
    assert floor.balances("ann", USDT)[0].equity == D("499.7")
    assert floor.positions("ann", USDT)[0].funding_paid == D("-0.3")


def test_official_sample_of_a_short() -> None:
    # positions-history sample: short 0.010 from 20000 to 26221: -62.21, fees 0.12 and 0.157326.
    floor = Floor(mark="20000")
    floor.join("ann")
    floor.quote(BUY, "20000.0", "1")
    floor.order("ann", SELL, "0.01")
    floor.mark_at("26221.0")
    floor.quote(SELL, "26221.0", "1")
    floor.order("ann", BUY, "0.01")
    (past,) = floor.closed_positions("ann", USDT)
    assert (past.pnl, past.open_fee, past.close_fee) == (D("-62.21"), D("-0.12"), D("-0.157326"))


def test_adds_average_and_partial_closes_keep_the_entry() -> None:
    floor = Floor()
    floor.join("ann")
    floor.quote(SELL, "60000.0", "0.03")
    floor.quote(SELL, "60500.0", "0.02")
    floor.order("ann", BUY, "0.05")
    assert floor.positions("ann", USDT)[0].entry_price == 60200
    floor.quote(BUY, "60300.0", "1")
    closing = floor.order("ann", SELL, "0.02")
    assert closing.realized_pnl == 2
    (leg,) = floor.positions("ann", USDT)
    assert (leg.entry_price, leg.size, leg.realized_pnl) == (D(60200), D("0.03"), D(2))


def test_inverse_isolated_long() -> None:
    # Long 1 BTC at 60000, closed at 61200: 1 * (1 - 60000/61200) BTC, fees 0.0006 BTC each way.
    floor = Floor()
    floor.join("ann")
    floor.set_margin_mode("ann", SetMarginMode(BTCUSD, "BTC", MarginMode.ISOLATED))
    floor.quote(SELL, "60000.0", "5", BTCUSD)
    floor.order("ann", BUY, "1", instrument=BTCUSD)
    (leg,) = floor.positions("ann", COIN)
    assert (leg.margin_coin, leg.margin, leg.entry_price) == ("BTC", D("0.05"), D(60000))
    # (k + f) * s = M + s * (1 - e/m)  =>  m = 60000 / (1 + 0.05 - 0.0056) with tier 2's k = 0.005
    assert leg.liquidation_price == (D(60000) / D("1.0444")).quantize(D("1e-16"))
    floor.mark_at("61200.0", BTCUSD)
    assert floor.positions("ann", COIN)[0].unrealized_pnl == D("0.0196078431372549")
    floor.settle_funding(BTCUSD, D("0.0001"))
    floor.quote(BUY, "61200.0", "5", BTCUSD)
    floor.order("ann", SELL, "1", instrument=BTCUSD)
    (past,) = floor.closed_positions("ann", COIN)
    assert past.pnl == D("0.0196078431372549")
    assert (past.funding, past.open_fee, past.close_fee) == (D("-0.0001"), D("-0.0006"), D("-0.0006"))
    assert floor.balances("ann", COIN)[0].equity == D("0.5183078431372549")


def test_inverse_crossed_short() -> None:
    floor = Floor()
    floor.join("ann")
    floor.quote(BUY, "60000.0", "5", BTCUSD)
    floor.order("ann", SELL, "1", instrument=BTCUSD)
    (leg,) = floor.positions("ann", COIN)
    # 60000 / (1 * (1 + 0.0056) - 0.4994), the equity after the fee
    assert leg.liquidation_price == (D(60000) / (D("1.0056") - D("0.4994"))).quantize(D("1e-16"))
    floor.mark_at("58800.0", BTCUSD)
    floor.quote(SELL, "58800.0", "5", BTCUSD)
    order = floor.order("ann", BUY, "1", instrument=BTCUSD)
    # A short earns what the long of 10.5 loses: 60000/58800 less one.
    assert order.realized_pnl == D("0.0204081632653061")


def test_isolated_liquidation_costs_the_margin_and_nothing_else() -> None:
    floor = Floor()
    _isolated(floor)
    floor.quote(SELL, "60000.0", "0.05")
    floor.order("ann", BUY, "0.05")
    floor.mark_at("57263.5")
    assert len(floor.positions("ann", USDT)) == 1
    floor.drain()
    floor.mark_at("57263.4")
    assert floor.positions("ann", USDT) == []
    # 10000 - 1.8 opening fee - 150 margin
    assert floor.balances("ann", USDT)[0].equity == D("9848.2")
    events = [fact.event for fact in floor.drain() if isinstance(fact, Private)]
    (fill,) = (event.fill for event in events if isinstance(event, FillReported))
    assert fill.forced is not None
    # Bankruptcy: 2850 / (0.05 * 0.9994) = 57034.22, on the tick
    assert fill.price == D("57034.2")
    assert any(isinstance(event, PositionClosed) for event in events)
    assert [event.positions for event in events if isinstance(event, PositionsReported)] == [()]
    assert any(isinstance(event, BalancesReported) for event in events)
    assert any(isinstance(event, OrderUpdated) and event.order.forced for event in events)


def test_crossed_liquidation_leaves_nothing_and_owes_nothing() -> None:
    floor = Floor()
    floor.join("ann", money={USDT: {"USDT": D("501.8")}})
    floor.quote(SELL, "60000.0", "1")
    floor.order("ann", BUY, "0.05")
    floor.order("ann", BUY, "0.001", "58000.0")
    floor.mark_at("50000.0")
    assert floor.positions("ann", USDT) == []
    assert floor.open_orders("ann", USDT) == []
    (balance,) = floor.balances("ann", USDT)
    assert (balance.equity, balance.frozen, balance.available) == (D(0), D(0), D(0))
    (order,) = [row for row in floor.order_history("ann", USDT) if row.price == 58000]
    assert order.cancel_reason == "burst_cancel"
