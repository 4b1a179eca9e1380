"""ccxt's trigger, trailing and take-profit or stop-loss orders on futures."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.calls import exercises
from tests.conformance.floor import BTC, Floor

pytestmark = [
    pytest.mark.xdist_group("conformance-futures"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("clean"),
]

TRIGGER = {"trigger": True}
TPSL = {"trigger": True, "planType": "profit_loss"}


async def last(client: Any) -> float:
    return float((await client.fetch_ticker(BTC))["last"])


@exercises("create_order", "swap, trigger", "limit with a trigger price: waits")
@exercises("fetch_open_orders", "swap, trigger", "its trigger price, price, size and side")
@exercises("edit_order", "swap, trigger", "another trigger price and size")
@exercises("cancel_order", "swap, trigger", "gone")
@exercises("fetch_canceled_orders", "swap, trigger", "there it is")
async def test_a_trigger_order(rest: Any) -> None:
    price = await last(rest.plain)
    trigger, limit = round(price * 0.95, 1), round(price * 0.945, 1)
    made = await rest.create_order(BTC, "limit", "buy", 0.01, limit, {"triggerPrice": trigger})
    (plan,) = await rest.fetch_open_orders(BTC, params=TRIGGER)
    assert (plan["id"], plan["status"], plan["side"]) == (made["id"], "open", "buy")
    assert (plan["triggerPrice"], plan["price"], plan["amount"]) == (trigger, limit, 0.01)
    assert await rest.fetch_open_orders(BTC) == []
    moved = round(price * 0.94, 1)
    await rest.edit_order(
        made["id"], BTC, "limit", "buy", 0.02, round(price * 0.935, 1), {"triggerPrice": moved}
    )
    (plan,) = await rest.fetch_open_orders(BTC, params=TRIGGER)
    assert (plan["triggerPrice"], plan["amount"]) == (moved, 0.02)
    assert (await rest.cancel_order(plan["id"], BTC, TRIGGER))["id"] == plan["id"]
    assert await rest.fetch_open_orders(BTC, params=TRIGGER) == []
    ended = await rest.fetch_canceled_orders(BTC, params=TRIGGER)
    assert plan["id"] in {each["id"] for each in ended}


@exercises("create_trigger_order", "swap", "market, by the last price: fires when somebody trades through it")
@exercises("fetch_positions", "swap", "the position it opened")
async def test_a_trigger_order_fires(rest: Any, other: Any, floor: Floor) -> None:
    book = await rest.plain.fetch_order_book(BTC, 5)
    level = book["asks"][1][0]
    await rest.create_trigger_order(BTC, "market", "buy", 0.01, None, level, {"triggerType": "fill_price"})
    assert await rest.fetch_positions([BTC]) == []
    through = round(book["asks"][0][1] + book["asks"][1][1] / 2, 4)
    await other.create_order(BTC, "market", "buy", through, None, {"hedged": True})
    (position,) = await rest.fetch_positions([BTC])
    assert (position["side"], position["contracts"]) == ("long", 0.01)
    assert await rest.plain.fetch_open_orders(BTC, params=TRIGGER) == []


@exercises("create_stop_loss_order", "swap, one-way", "closes the whole leg when it fires; listed")
@exercises("create_take_profit_order", "swap, one-way", "the same above the price")
@exercises("fetch_open_orders", "swap, TP/SL", "both, as sells")
@exercises("edit_order", "swap, TP/SL", "another trigger price")
@exercises("cancel_all_orders", "swap, TP/SL", "both gone, the position stays")
async def test_stop_loss_and_take_profit(rest: Any) -> None:
    await rest.plain.create_order(BTC, "market", "buy", 0.02)
    price = await last(rest.plain)
    loss, profit = round(price * 0.95, 1), round(price * 1.05, 1)
    first = await rest.create_stop_loss_order(BTC, "market", "sell", 0.02, None, loss)
    second = await rest.create_take_profit_order(BTC, "market", "sell", 0.02, None, profit)
    plans = {each["id"]: each for each in await rest.fetch_open_orders(BTC, params=TPSL)}
    assert {name: (plan["triggerPrice"], plan["side"]) for name, plan in plans.items()} == {
        first["id"]: (loss, "sell"),
        second["id"]: (profit, "sell"),
    }
    assert {plan["info"]["planType"] for plan in plans.values()} == {"pos_loss", "pos_profit"}
    moved = round(price * 0.94, 1)
    await rest.edit_order(first["id"], BTC, "market", "sell", 0.02, None, {"stopLossPrice": moved})
    plans = {each["id"]: each for each in await rest.fetch_open_orders(BTC, params=TPSL)}
    assert plans[first["id"]]["triggerPrice"] == moved
    await rest.cancel_all_orders(BTC, TPSL)
    assert await rest.fetch_open_orders(BTC, params=TPSL) == []
    assert len(await rest.plain.fetch_positions([BTC])) == 1


@exercises(
    "create_order_with_take_profit_and_stop_loss",
    "swap, hedge",
    "presets become TP/SL orders of the leg once it fills",
)
async def test_presets(rest: Any) -> None:
    await rest.plain.set_position_mode(True, BTC)
    price = await last(rest.plain)
    loss, profit = round(price * 0.95, 1), round(price * 1.05, 1)
    await rest.create_order_with_take_profit_and_stop_loss(
        BTC, "market", "buy", 0.02, None, profit, loss, {"hedged": True}
    )
    plans = await rest.plain.fetch_open_orders(BTC, params=TPSL)
    assert {each["triggerPrice"] for each in plans} == {loss, profit}
    assert {each["info"]["posSide"] for each in plans} == {"long"}


@exercises(
    "create_order", "swap, hedge, TP/SL", "a stop by the last price fires: the leg is closed, the other stays"
)
async def test_a_stop_loss_fires(rest: Any, other: Any) -> None:
    await rest.plain.set_position_mode(True, BTC)
    await rest.plain.create_order(BTC, "market", "buy", 0.01, None, {"hedged": True})
    await rest.plain.create_order(BTC, "market", "sell", 0.01, None, {"hedged": True})
    book = await rest.plain.fetch_order_book(BTC, 5)
    await rest.create_order(
        BTC,
        "market",
        "sell",
        0.01,
        None,
        {"hedged": True, "stopLossPrice": book["bids"][1][0], "triggerType": "fill_price"},
    )
    through = round(book["bids"][0][1] + book["bids"][1][1] / 2, 4)
    await other.create_order(BTC, "market", "sell", through, None, {"hedged": True})
    (left,) = await rest.plain.fetch_positions([BTC])
    assert (left["side"], left["contracts"]) == ("short", 0.01)


@exercises("create_trailing_percent_order", "swap", "waits with its callback ratio")
@exercises("fetch_open_orders", "swap, trailing", "it is listed")
@exercises("cancel_order", "swap, trailing", "gone")
async def test_a_trailing_order(rest: Any) -> None:
    price = await last(rest.plain)
    made = await rest.create_trailing_percent_order(
        BTC, "market", "buy", 0.01, None, 1, round(price * 0.97, 1)
    )
    (plan,) = await rest.fetch_open_orders(BTC, params={"trailing": True})
    assert (plan["id"], plan["triggerPrice"], plan["info"]["callbackRatio"]) == (
        made["id"],
        round(price * 0.97, 1),
        "1",
    )
    await rest.cancel_order(made["id"], BTC, {"trailing": True})
    assert await rest.fetch_open_orders(BTC, params={"trailing": True}) == []
