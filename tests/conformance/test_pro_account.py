"""ccxt.pro follows the account by WebSocket."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from ccxt.base.errors import AuthenticationError

from tests.conformance.calls import exercises
from tests.conformance.floor import BTC, SPOT, Floor

pytestmark = [
    pytest.mark.xdist_group("conformance-pro"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("clean"),
]

PATIENCE_S = 60
SWAP = {"type": "swap", "instType": "USDT-FUTURES"}


async def best(client: Any, symbol: str = BTC) -> tuple[float, float, float]:
    book = await client.fetch_order_book(symbol, 5)
    return book["bids"][0][0], book["asks"][0][0], book["asks"][0][1]


async def until(watch: Callable[[], Awaitable[Any]], is_it: Callable[[Any], bool], first: Any) -> Any:
    """Watch on until it says what is waited for; ``first`` is a watch that runs already."""
    async with asyncio.timeout(PATIENCE_S):
        found = await first
        while not is_it(found):
            found = await watch()
    return found


async def begun(floor: Floor, channel: str, watch: Awaitable[Any]) -> asyncio.Task[Any]:
    """Start to watch, and return once the exchange tells."""
    task = asyncio.ensure_future(watch)
    await floor.heard(channel)
    return task


@exercises("watch_orders", "swap, one-way", "open, partly filled, closed: price, amount, remaining, average")
async def test_an_order_of_its_own(pro: Any, practice: Any, other: Any, floor: Floor) -> None:
    first = await begun(floor, "orders", pro.watch_orders(BTC))
    bid, ask, size = await best(practice)
    resting = await practice.create_order(BTC, "limit", "buy", 0.01, round(bid * 0.98, 1))
    (order,) = await until(lambda: pro.watch_orders(BTC), bool, first)
    assert (order["id"], order["status"], order["side"]) == (resting["id"], "open", "buy")
    assert (order["price"], order["amount"], order["remaining"]) == (round(bid * 0.98, 1), 0.01, 0.01)
    await practice.cancel_order(resting["id"], BTC)
    watch = asyncio.ensure_future(pro.watch_orders(BTC))
    (order,) = await until(
        lambda: pro.watch_orders(BTC), lambda orders: orders[-1]["status"] != "open", watch
    )
    assert (order["id"], order["status"]) == (resting["id"], "canceled")

    watch = asyncio.ensure_future(pro.watch_orders(BTC))
    crossing = await practice.create_order(BTC, "limit", "buy", round(size + 0.01, 4), ask)
    (order,) = await until(
        lambda: pro.watch_orders(BTC), lambda orders: orders[-1]["remaining"] == 0.01, watch
    )
    assert (order["id"], order["status"], order["average"]) == (crossing["id"], "open", ask)
    watch = asyncio.ensure_future(pro.watch_orders(BTC))
    await other.create_order(BTC, "market", "sell", 0.01, None, {"hedged": True})
    (order,) = await until(lambda: pro.watch_orders(BTC), lambda orders: orders[-1]["remaining"] == 0, watch)
    assert (order["id"], order["status"]) == (crossing["id"], "closed")
    assert order["fee"]["currency"] == "USDT"


@exercises("watch_orders", "swap, trigger", "waits, then canceled, with its trigger price")
async def test_a_trigger_order(pro: Any, practice: Any, floor: Floor) -> None:
    def watch() -> Any:
        return pro.watch_orders(BTC, None, None, {"trigger": True})

    first = await begun(floor, "orders-algo", watch())
    bid, _, _ = await best(practice)
    trigger = round(bid * 0.95, 1)
    made = await practice.create_order(BTC, "market", "buy", 0.01, None, {"triggerPrice": trigger})
    (plan,) = await until(watch, bool, first)
    assert (plan["id"], plan["status"], plan["triggerPrice"], plan["amount"]) == (
        made["id"],
        "open",
        trigger,
        0.01,
    )
    second = asyncio.ensure_future(watch())
    await practice.cancel_order(made["id"], BTC, {"trigger": True})
    (plan,) = await until(watch, lambda plans: plans[-1]["status"] != "open", second)
    assert (plan["id"], plan["status"]) == (made["id"], "canceled")


@exercises("watch_my_trades", "swap, hedge", "trade direction, size, price, fee, taker; of both legs")
@exercises("watch_positions", "swap, hedge", "both legs; one shrinks and the other does not; empty when flat")
async def test_fills_and_legs(pro: Any, practice: Any, floor: Floor) -> None:
    await practice.set_position_mode(True, BTC)
    trades_first = await begun(floor, "fill", pro.watch_my_trades(BTC))
    legs_first = await begun(floor, "positions", pro.watch_positions([BTC]))
    _, ask, _ = await best(practice)
    made = await practice.create_order(BTC, "market", "buy", 0.02, None, {"hedged": True})
    (trade,) = await until(lambda: pro.watch_my_trades(BTC), bool, trades_first)
    assert (trade["order"], trade["side"], trade["amount"], trade["price"]) == (made["id"], "buy", 0.02, ask)
    assert (trade["takerOrMaker"], trade["fee"]["currency"]) == ("taker", "USDT")
    assert trade["fee"]["cost"] == pytest.approx(ask * 0.02 * 0.0006)

    def sizes(positions: Any) -> dict[str, float]:
        return {each["side"]: each["contracts"] for each in positions if each["symbol"] == BTC}

    async def legs(wanted: dict[str, float], first: Any) -> Any:
        return await until(lambda: pro.watch_positions([BTC]), lambda found: sizes(found) == wanted, first)

    (leg,) = await legs({"long": 0.02}, legs_first)
    assert (leg["entryPrice"], leg["hedged"], leg["marginMode"], leg["leverage"]) == (ask, True, "cross", 20)
    watch = asyncio.ensure_future(pro.watch_positions([BTC]))
    await practice.create_order(BTC, "market", "sell", 0.03, None, {"hedged": True})
    await legs({"long": 0.02, "short": 0.03}, watch)
    trades = asyncio.ensure_future(pro.watch_my_trades(BTC))
    watch = asyncio.ensure_future(pro.watch_positions([BTC]))
    closing = await practice.create_order(
        BTC, "market", "sell", 0.015, None, {"hedged": True, "reduceOnly": True}
    )
    # A fill says which way was traded, also when it closes the long leg.
    found = await until(
        lambda: pro.watch_my_trades(BTC), lambda each: each[-1]["order"] == closing["id"], trades
    )
    assert (found[-1]["side"], found[-1]["amount"]) == ("sell", 0.015)
    await legs({"long": 0.005, "short": 0.03}, watch)
    watch = asyncio.ensure_future(pro.watch_positions([BTC]))
    await practice.close_all_positions({"productType": "USDT-FUTURES"})
    await legs({}, watch)


@exercises("watch_balance", "swap", "as it is, then with what an order holds")
async def test_the_futures_balance(pro: Any, practice: Any, floor: Floor) -> None:
    now = await asyncio.wait_for(pro.watch_balance(SWAP), PATIENCE_S)
    rest = await practice.fetch_balance({"type": "swap", "productType": "USDT-FUTURES"})
    assert now["USDT"]["total"] == pytest.approx(rest["USDT"]["total"], abs=1)
    watch = asyncio.ensure_future(pro.watch_balance(SWAP))
    bid, _, _ = await best(practice)
    await practice.create_order(BTC, "limit", "buy", 0.1, round(bid * 0.98, 1))
    held = await until(lambda: pro.watch_balance(SWAP), lambda balance: balance["USDT"]["used"] > 0, watch)
    assert held["USDT"]["used"] == pytest.approx(bid * 0.98 * 0.1 / 20, rel=0.05)


@exercises("watch_orders", "spot", "open, filled")
@exercises("watch_my_trades", "spot", "price, size, side, fee in the coin it gets")
@exercises("watch_balance", "spot", "the coin arrives, less the fee")
async def test_spot(pro: Any, practice: Any, floor: Floor) -> None:
    spot = {"type": "spot"}
    before = await asyncio.wait_for(pro.watch_balance(spot), PATIENCE_S)
    had = before["BTC"]["free"]
    orders = await begun(floor, "orders", pro.watch_orders(SPOT))
    trades = await begun(floor, "fill", pro.watch_my_trades(SPOT))
    balance = asyncio.ensure_future(pro.watch_balance(spot))
    _, ask, _ = await best(practice, SPOT)
    made = await practice.create_order(SPOT, "limit", "buy", 0.001, ask)
    found = await until(lambda: pro.watch_orders(SPOT), lambda each: each[-1]["status"] == "closed", orders)
    order = found[-1]
    assert (order["id"], order["amount"], order["average"], order["remaining"]) == (made["id"], 0.001, ask, 0)
    (trade,) = await until(lambda: pro.watch_my_trades(SPOT), bool, trades)
    assert (trade["order"], trade["side"], trade["amount"], trade["price"]) == (made["id"], "buy", 0.001, ask)
    assert (trade["fee"]["currency"], trade["fee"]["cost"]) == ("BTC", pytest.approx(0.000001))
    after = await until(lambda: pro.watch_balance(spot), lambda each: each["BTC"]["free"] > had, balance)
    assert after["BTC"]["free"] == pytest.approx(had + 0.001 - 0.000001)


@exercises("watch_balance", "swap", "AuthenticationError with a wrong secret")
async def test_a_wrong_key(pro: Any) -> None:
    pro.plain.secret = pro.plain.secret[::-1]
    with pytest.raises(AuthenticationError):
        async with asyncio.timeout(PATIENCE_S):
            await pro.watch_balance(SWAP)
