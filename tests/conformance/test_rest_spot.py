"""ccxt trades spot by REST."""

from __future__ import annotations

from typing import Any

import pytest
from ccxt.base.errors import InsufficientFunds, OrderNotFound

from tests.conformance.calls import exercises
from tests.conformance.floor import SPOT

pytestmark = [
    pytest.mark.xdist_group("conformance-books"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("clean"),
]


async def best(client: Any) -> tuple[float, float]:
    book = await client.fetch_order_book(SPOT, 5)
    return book["bids"][0][0], book["asks"][0][0]


@exercises("fetch_balance", "spot", "free and used of each coin; an order moves money from one to the other")
@exercises("create_order", "spot", "limit: rests with its price and size")
@exercises("fetch_order", "spot", "open; canceled afterwards")
@exercises("fetch_open_orders", "spot", "the one that rests")
@exercises("edit_order", "spot", "new price and size")
@exercises("cancel_order", "spot", "gone, the money is free again")
@exercises("fetch_canceled_orders", "spot", "there it is")
async def test_a_limit_order_and_its_end(rest: Any) -> None:
    before = await rest.fetch_balance({"type": "spot"})
    assert before["USDT"]["free"] > 1000
    bid, _ = await best(rest.plain)
    price = round(bid * 0.98, 2)
    made = await rest.create_order(SPOT, "limit", "buy", 0.001, price, {"clientOrderId": "ccxt-spot-1"})
    order = await rest.fetch_order(made["id"], SPOT)
    assert (order["status"], order["side"], order["type"], order["clientOrderId"]) == (
        "open",
        "buy",
        "limit",
        "ccxt-spot-1",
    )
    assert (order["price"], order["amount"], order["filled"]) == (price, 0.001, 0)
    held = await rest.fetch_balance({"type": "spot"})
    assert held["USDT"]["used"] == pytest.approx(price * 0.001)
    assert held["USDT"]["free"] == pytest.approx(before["USDT"]["free"] - price * 0.001)
    (opened,) = await rest.fetch_open_orders(SPOT)
    assert (opened["id"], opened["price"], opened["amount"]) == (made["id"], price, 0.001)
    await rest.edit_order(made["id"], SPOT, "limit", "buy", 0.002, round(bid * 0.97, 2))
    (edited,) = await rest.fetch_open_orders(SPOT)
    assert (edited["price"], edited["amount"]) == (round(bid * 0.97, 2), 0.002)
    await rest.cancel_order(edited["id"], SPOT)
    assert await rest.fetch_open_orders(SPOT) == []
    assert (await rest.fetch_order(edited["id"], SPOT))["status"] == "canceled"
    assert edited["id"] in {each["id"] for each in await rest.fetch_canceled_orders(SPOT)}
    assert (await rest.fetch_balance({"type": "spot"}))["USDT"]["free"] == before["USDT"]["free"]


@exercises(
    "create_order", "spot", "market buy by its cost, market sell by its size: filled at the best price"
)
@exercises("fetch_order", "spot", "filled, with average, cost and fee")
@exercises("fetch_closed_orders", "spot", "both")
@exercises("fetch_my_trades", "spot", "price, size, side, taker; a buy pays its fee in the coin it gets")
async def test_market_orders(rest: Any) -> None:
    bid, ask = await best(rest.plain)
    bought = await rest.create_order(SPOT, "market", "buy", 0.001, ask)
    order = await rest.fetch_order(bought["id"], SPOT)
    assert (order["status"], order["side"], order["average"]) == ("closed", "buy", ask)
    assert order["cost"] == pytest.approx(ask * 0.001, rel=0.01)
    assert order["filled"] == pytest.approx(0.001, rel=0.01)
    assert (order["fee"]["currency"], order["fee"]["cost"]) == ("BTC", pytest.approx(order["filled"] * 0.001))
    sold = await rest.create_order(SPOT, "market", "sell", 0.001)
    order = await rest.fetch_order(sold["id"], SPOT)
    assert (order["status"], order["filled"], order["average"]) == ("closed", 0.001, bid)
    assert {bought["id"], sold["id"]} <= {each["id"] for each in await rest.fetch_closed_orders(SPOT)}
    trades = {each["order"]: each for each in await rest.fetch_my_trades(SPOT)}
    assert (trades[bought["id"]]["side"], trades[bought["id"]]["price"]) == ("buy", ask)
    assert trades[bought["id"]]["fee"]["currency"] == "BTC"
    assert (trades[sold["id"]]["amount"], trades[sold["id"]]["takerOrMaker"]) == (0.001, "taker")
    assert trades[sold["id"]]["fee"]["currency"] == "USDT"


@exercises("create_orders", "spot", "a batch")
@exercises("cancel_orders", "spot", "the named ones")
@exercises("cancel_all_orders", "spot", "none left")
@exercises("create_order", "spot", "post-only: rests, or is canceled by the exchange")
async def test_batches(rest: Any) -> None:
    bid, ask = await best(rest.plain)
    made = await rest.create_orders(
        [
            {
                "symbol": SPOT,
                "type": "limit",
                "side": "buy",
                "amount": 0.001,
                "price": round(bid * (0.98 - i / 1000), 2),
            }
            for i in range(3)
        ]
    )
    names = [each["id"] for each in made]
    assert {each["id"] for each in await rest.plain.fetch_open_orders(SPOT)} == set(names)
    gone = await rest.cancel_orders(names[:2], SPOT)
    assert {each["id"] for each in gone} == set(names[:2])
    crossing = await rest.create_order(SPOT, "limit", "buy", 0.001, ask, {"postOnly": True})
    assert (await rest.plain.fetch_order(crossing["id"], SPOT))["status"] == "canceled"
    await rest.cancel_all_orders(SPOT)
    assert await rest.plain.fetch_open_orders(SPOT) == []


@exercises("create_order", "spot, trigger", "waits")
@exercises("fetch_open_orders", "spot, trigger", "trigger price and price")
@exercises("edit_order", "spot, trigger", "another trigger price")
@exercises("cancel_order", "spot, trigger", "gone")
async def test_a_trigger_order(rest: Any) -> None:
    bid, _ = await best(rest.plain)
    trigger, price = round(bid * 0.95, 2), round(bid * 0.94, 2)
    made = await rest.create_order(SPOT, "limit", "buy", 0.001, price, {"triggerPrice": trigger})
    (plan,) = await rest.fetch_open_orders(SPOT, params={"trigger": True})
    assert (plan["id"], plan["triggerPrice"], plan["price"]) == (made["id"], trigger, price)
    moved = round(bid * 0.93, 2)
    await rest.edit_order(
        made["id"], SPOT, "limit", "buy", 0.001, round(bid * 0.92, 2), {"triggerPrice": moved}
    )
    (plan,) = await rest.fetch_open_orders(SPOT, params={"trigger": True})
    assert plan["triggerPrice"] == moved
    await rest.cancel_order(plan["id"], SPOT, {"trigger": True})
    assert await rest.fetch_open_orders(SPOT, params={"trigger": True}) == []


@exercises("create_order", "spot", "InsufficientFunds")
@exercises("cancel_order", "spot", "an unknown id is OrderNotFound")
async def test_refusals(rest: Any) -> None:
    bid, _ = await best(rest.plain)
    with pytest.raises(InsufficientFunds, match="43012"):
        await rest.create_order(SPOT, "limit", "buy", 5, round(bid * 0.98, 2))
    with pytest.raises(OrderNotFound):
        await rest.cancel_order("1234567890123456789", SPOT)
