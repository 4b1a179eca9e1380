"""ccxt trades futures by REST, in one-way and in hedge mode."""

from __future__ import annotations

from typing import Any

import ccxt.async_support
import pytest
from ccxt.base.errors import (
    AuthenticationError,
    InsufficientFunds,
    InvalidOrder,
    OrderNotFound,
    PermissionDenied,
)

from tests.conformance.calls import Watched, exercises
from tests.conformance.floor import BTC, COIN, ETH, USDC, Floor, connect

pytestmark = [
    pytest.mark.xdist_group("conformance-futures"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("clean"),
]

HEDGED = {"hedged": True}


async def best(client: Any, symbol: str = BTC) -> tuple[float, float, float]:
    """Best bid, best ask and its size."""
    book = await client.fetch_order_book(symbol, 5)
    return book["bids"][0][0], book["asks"][0][0], book["asks"][0][1]


@exercises(
    "fetch_balance", "swap", "10,000 USDT at the start; free, used and total add up while an order is open"
)
async def test_balance(rest: Any) -> None:
    before = await rest.fetch_balance({"type": "swap", "productType": "USDT-FUTURES"})
    total = before["USDT"]["total"]
    assert total == pytest.approx(10_000, abs=50)
    bid, _, _ = await best(rest.plain)
    await rest.plain.create_order(BTC, "limit", "buy", 0.01, bid * 0.99)
    after = await rest.fetch_balance({"type": "swap", "productType": "USDT-FUTURES"})
    assert after["USDT"]["total"] == pytest.approx(total, abs=0.01)
    held = before["USDT"]["free"] - after["USDT"]["free"]
    assert held == pytest.approx(bid * 0.99 * 0.01 / 20, rel=0.05)
    coin = await rest.fetch_balance({"type": "swap", "productType": "COIN-FUTURES"})
    assert coin["BTC"]["total"] == pytest.approx(0.1)


@exercises("set_leverage", "swap", "the new figure is read back")
@exercises("fetch_leverage", "swap", "leverage and margin mode of the contract")
@exercises("set_margin_mode", "swap", "isolated and back")
@exercises("fetch_margin_mode", "swap", "what was set")
@exercises("set_position_mode", "swap", "hedge and back")
async def test_settings(rest: Any, floor: Floor) -> None:
    await rest.set_leverage(7, ETH)
    leverage = await rest.fetch_leverage(ETH)
    assert (leverage["longLeverage"], leverage["shortLeverage"], leverage["marginMode"]) == (7, 7, "cross")
    await rest.set_margin_mode("isolated", ETH)
    assert (await rest.fetch_margin_mode(ETH))["marginMode"] == "isolated"
    await rest.set_margin_mode("cross", ETH)
    assert (await rest.fetch_margin_mode(ETH))["marginMode"] == "cross"
    answer = await rest.set_position_mode(True, None, {"productType": "USDT-FUTURES"})
    assert answer["data"]["posMode"] == "hedge_mode"
    answer = await rest.set_position_mode(False, BTC)
    assert answer["data"]["posMode"] == "one_way_mode"


@exercises("create_order", "swap, one-way", "limit: rests with its price, size, side and client id")
@exercises("fetch_order", "swap", "by id: open with nothing filled; canceled afterwards")
@exercises("fetch_open_orders", "swap", "the one that rests")
@exercises("cancel_order", "swap", "gone from the open ones")
@exercises("fetch_canceled_orders", "swap", "there it is")
async def test_a_limit_order_and_its_end(rest: Any) -> None:
    bid, _, _ = await best(rest.plain)
    price = round(bid * 0.98, 1)
    made = await rest.create_order(BTC, "limit", "buy", 0.02, price, {"clientOrderId": "ccxt-limit-1"})
    assert made["clientOrderId"] == "ccxt-limit-1"
    order = await rest.fetch_order(made["id"], BTC)
    assert (order["status"], order["side"], order["type"]) == ("open", "buy", "limit")
    assert (order["price"], order["amount"], order["filled"], order["remaining"]) == (price, 0.02, 0, 0.02)
    assert (order["reduceOnly"], order["timeInForce"]) == (False, "GTC")
    assert [each["id"] for each in await rest.fetch_open_orders(BTC)] == [made["id"]]
    assert (await rest.cancel_order(made["id"], BTC))["id"] == made["id"]
    assert await rest.fetch_open_orders(BTC) == []
    assert (await rest.fetch_order(made["id"], BTC))["status"] == "canceled"
    assert made["id"] in {each["id"] for each in await rest.fetch_canceled_orders(BTC)}


@exercises("create_order", "swap, one-way", "market: filled at the best ask, fee taken")
@exercises("fetch_order", "swap", "filled, with its average price and fee")
@exercises("fetch_closed_orders", "swap", "the filled one")
@exercises("fetch_my_trades", "swap", "price, size, side, taker, fee: as the order says")
@exercises("fetch_positions", "swap, one-way", "long: contracts, entry, leverage, margin mode")
@exercises("fetch_position", "swap, one-way", "the same one")
@exercises("fetch_positions_history", "swap", "what was opened and closed, with its profit")
@exercises("close_position", "swap, one-way", "flat afterwards")
@exercises("fetch_ledger", "swap", "a bill for the buy and one for the sell")
async def test_a_market_order_its_trades_and_its_position(rest: Any, floor: Floor) -> None:
    since = floor.now_ms()
    _, ask, _ = await best(rest.plain)
    made = await rest.create_order(BTC, "market", "buy", 0.01)
    order = await rest.fetch_order(made["id"], BTC)
    assert (order["status"], order["filled"], order["average"]) == ("closed", 0.01, ask)
    assert order["fee"]["cost"] == pytest.approx(ask * 0.01 * 0.0006)
    assert made["id"] in {each["id"] for each in await rest.fetch_closed_orders(BTC)}
    (trade,) = [each for each in await rest.fetch_my_trades(BTC) if each["order"] == made["id"]]
    assert (trade["side"], trade["amount"], trade["price"], trade["takerOrMaker"]) == (
        "buy",
        0.01,
        ask,
        "taker",
    )
    assert abs(trade["fee"]["cost"]) == pytest.approx(ask * 0.01 * 0.0006)
    assert trade["fee"]["currency"] == "USDT"
    (position,) = await rest.fetch_positions([BTC])
    assert (position["side"], position["contracts"], position["entryPrice"]) == ("long", 0.01, ask)
    assert (position["hedged"], position["marginMode"], position["leverage"]) == (False, "cross", 20)
    assert (await rest.fetch_position(BTC))["contracts"] == 0.01
    closing = await rest.close_position(BTC)
    assert (await rest.plain.fetch_order(closing["id"], BTC))["side"] == "sell"
    assert await rest.fetch_positions([BTC]) == []
    (past, *_) = await rest.fetch_positions_history([BTC])
    assert (past["side"], past["entryPrice"]) == ("long", ask)
    bills = await rest.fetch_ledger("USDT", since, None, {"type": "swap", "productType": "USDT-FUTURES"})
    assert {each["info"]["businessType"] for each in bills} == {"buy", "sell"}


@exercises(
    "create_order", "swap, one-way", "limit across the spread: partly filled, the rest is the best bid"
)
@exercises(
    "fetch_order", "swap", "partly filled: open, with filled and remaining; closed once somebody sold into it"
)
async def test_a_partial_fill(rest: Any, other: Any) -> None:
    _, ask, size = await best(rest.plain)
    made = await rest.create_order(BTC, "limit", "buy", round(size + 0.01, 4), ask)
    order = await rest.fetch_order(made["id"], BTC)
    assert (order["status"], order["filled"], order["remaining"]) == ("open", size, 0.01)
    assert (await best(rest.plain))[0] == ask
    await other.create_order(BTC, "market", "sell", 0.01, None, HEDGED)
    order = await rest.fetch_order(made["id"], BTC)
    assert (order["status"], order["remaining"]) == ("closed", 0)
    (position,) = await rest.plain.fetch_positions([BTC])
    assert position["contracts"] == pytest.approx(size + 0.01)


@exercises("create_order", "swap", "post-only: rests; one that would trade is canceled by the exchange")
async def test_post_only(rest: Any) -> None:
    bid, ask, _ = await best(rest.plain)
    made = await rest.create_order(BTC, "limit", "buy", 0.01, bid, {"postOnly": True})
    order = await rest.plain.fetch_order(made["id"], BTC)
    assert (order["status"], order["postOnly"], order["timeInForce"]) == ("open", True, "PO")
    crossing = await rest.create_order(BTC, "limit", "buy", 0.01, ask, {"postOnly": True})
    order = await rest.plain.fetch_order(crossing["id"], BTC)
    assert (order["status"], order["filled"]) == ("canceled", 0)


@pytest.mark.parametrize("word", ["IOC", "FOK"])
@exercises("create_order", "swap", "IOC fills what it can, FOK all or nothing; neither rests")
async def test_immediate_orders(rest: Any, word: str) -> None:
    _, ask, size = await best(rest.plain)
    made = await rest.create_order(BTC, "limit", "buy", round(size + 0.01, 4), ask, {"timeInForce": word})
    order = await rest.plain.fetch_order(made["id"], BTC)
    assert (order["status"], order["timeInForce"]) == ("canceled", word)
    assert order["filled"] == (size if word == "IOC" else 0)
    assert await rest.plain.fetch_open_orders(BTC) == []


@exercises("create_order", "swap, one-way", "reduce-only: closes, never flips, refused when flat")
async def test_reduce_only(rest: Any) -> None:
    await rest.plain.create_order(BTC, "market", "buy", 0.02)
    made = await rest.create_order(BTC, "market", "sell", 0.01, None, {"reduceOnly": True})
    order = await rest.plain.fetch_order(made["id"], BTC)
    assert (order["status"], order["side"], order["reduceOnly"]) == ("closed", "sell", True)
    (position,) = await rest.plain.fetch_positions([BTC])
    assert (position["side"], position["contracts"]) == ("long", 0.01)
    await rest.create_order(BTC, "market", "sell", 0.05, None, {"reduceOnly": True})
    assert await rest.plain.fetch_positions([BTC]) == []
    with pytest.raises(Exception, match="22002"):
        await rest.create_order(BTC, "market", "sell", 0.01, None, {"reduceOnly": True})


@exercises(
    "create_order", "swap, hedge", "open long and short, close a part of one leg: the other is untouched"
)
@exercises("fetch_positions", "swap, hedge", "two legs with their own size and entry")
@exercises("fetch_order", "swap, hedge", "a closing order shows as sell of the long leg, reduce-only")
@exercises("fetch_my_trades", "swap, hedge", "open and close of the leg")
@exercises("close_position", "swap, hedge", "only the named leg")
@exercises("close_all_positions", "swap, hedge", "flat afterwards")
async def test_hedge_legs(rest: Any) -> None:
    await rest.plain.set_position_mode(True, BTC)
    await rest.create_order(BTC, "market", "buy", 0.02, None, HEDGED)
    await rest.create_order(BTC, "market", "sell", 0.03, None, HEDGED)
    legs = {each["side"]: each for each in await rest.fetch_positions([BTC])}
    assert {side: (leg["contracts"], leg["hedged"]) for side, leg in legs.items()} == {
        "long": (0.02, True),
        "short": (0.03, True),
    }
    made = await rest.create_order(BTC, "market", "sell", 0.005, None, {**HEDGED, "reduceOnly": True})
    order = await rest.fetch_order(made["id"], BTC)
    assert (order["status"], order["side"], order["reduceOnly"], order["filled"]) == (
        "closed",
        "sell",
        True,
        0.005,
    )
    (trade,) = [each for each in await rest.fetch_my_trades(BTC) if each["order"] == made["id"]]
    assert (trade["amount"], trade["info"]["tradeSide"], trade["info"]["side"]) == (0.005, "close", "buy")
    after = {each["side"]: each for each in await rest.fetch_positions([BTC])}
    assert (after["long"]["contracts"], after["short"]["contracts"]) == (0.015, 0.03)
    assert after["short"]["entryPrice"] == legs["short"]["entryPrice"]
    await rest.close_position(BTC, "short")
    (left,) = await rest.fetch_positions([BTC])
    assert (left["side"], left["contracts"]) == ("long", 0.015)
    await rest.close_all_positions({"productType": "USDT-FUTURES"})
    assert await rest.fetch_positions([BTC]) == []


@exercises("edit_order", "swap", "new price and size; the old id ends, the new one rests")
async def test_edit(rest: Any) -> None:
    bid, _, _ = await best(rest.plain)
    made = await rest.plain.create_order(BTC, "limit", "buy", 0.01, round(bid * 0.98, 1))
    price = round(bid * 0.97, 1)
    await rest.edit_order(made["id"], BTC, "limit", "buy", 0.03, price)
    (order,) = await rest.plain.fetch_open_orders(BTC)
    assert (order["price"], order["amount"], order["side"]) == (price, 0.03, "buy")


@exercises("create_orders", "swap", "a batch; each with its own id")
@exercises("cancel_orders", "swap", "the named ones")
@exercises("cancel_all_orders", "swap", "of that symbol, no other")
@exercises("fetch_canceled_and_closed_orders", "swap", "all of them")
async def test_batches(rest: Any) -> None:
    bid, _, _ = await best(rest.plain)
    eth, _, _ = await best(rest.plain, ETH)
    kept = await rest.plain.create_order(ETH, "limit", "buy", 0.1, round(eth * 0.98, 2))
    made = await rest.create_orders(
        [
            {
                "symbol": BTC,
                "type": "limit",
                "side": "buy",
                "amount": 0.01,
                "price": round(bid * (0.98 - i / 1000), 1),
            }
            for i in range(4)
        ]
    )
    names = [each["id"] for each in made]
    assert len(set(names)) == 4
    gone = await rest.cancel_orders(names[:2], BTC)
    assert {each["id"] for each in gone} == set(names[:2])
    assert {each["id"] for each in await rest.plain.fetch_open_orders(BTC)} == set(names[2:])
    gone = await rest.cancel_all_orders(BTC)
    assert {each["id"] for each in gone} == set(names[2:])
    assert await rest.plain.fetch_open_orders(BTC) == []
    assert [each["id"] for each in await rest.plain.fetch_open_orders(ETH)] == [kept["id"]]
    ended = await rest.fetch_canceled_and_closed_orders(BTC, limit=50)
    assert set(names) <= {each["id"] for each in ended if each["status"] == "canceled"}


@exercises("add_margin", "swap, isolated", "more margin on the leg")
@exercises("reduce_margin", "swap, isolated", "less again")
async def test_isolated_margin(rest: Any) -> None:
    await rest.plain.set_margin_mode("isolated", ETH)
    await rest.plain.create_order(ETH, "market", "buy", 0.5, None, {"marginMode": "isolated"})
    (position,) = await rest.plain.fetch_positions([ETH])
    assert position["marginMode"] == "isolated"
    before = position["initialMargin"]
    await rest.add_margin(ETH, 20, {"holdSide": "long"})
    (position,) = await rest.plain.fetch_positions([ETH])
    assert position["initialMargin"] == pytest.approx(before + 20)
    await rest.reduce_margin(ETH, -15, {"holdSide": "long"})
    (position,) = await rest.plain.fetch_positions([ETH])
    assert position["initialMargin"] == pytest.approx(before + 5)
    assert position["liquidationPrice"] < position["entryPrice"]


@pytest.mark.parametrize(("symbol", "product"), [(USDC, "USDC-FUTURES"), (COIN, "COIN-FUTURES")])
@exercises("create_order", "swap (USDC, coin)", "market order: filled")
@exercises("fetch_positions", "swap (USDC, coin)", "its position, in its own margin coin")
async def test_other_margin_coins(rest: Any, symbol: str, product: str) -> None:
    made = await rest.create_order(symbol, "market", "sell", 0.002)
    assert (await rest.plain.fetch_order(made["id"], symbol))["status"] == "closed"
    (position,) = await rest.fetch_positions([symbol])
    assert (position["side"], position["contracts"]) == ("short", 0.002)


@exercises(
    "create_order",
    "swap",
    "refusals: too little money, below the smallest value, wrong position mode, client id used twice",
)
@exercises("cancel_order", "swap", "an unknown id is OrderNotFound")
async def test_refusals(rest: Any) -> None:
    bid, _, _ = await best(rest.plain)
    with pytest.raises(InsufficientFunds, match="40762"):
        await rest.create_order(BTC, "limit", "buy", 100, round(bid * 0.98, 1))
    with pytest.raises(InvalidOrder, match="45110"):
        await rest.create_order("XRP/USDT:USDT", "limit", "buy", 1, 2.1)
    await rest.create_order(BTC, "limit", "buy", 0.01, round(bid * 0.98, 1), {"clientOrderId": "twice"})
    with pytest.raises(Exception, match="45034"):
        await rest.create_order(BTC, "limit", "buy", 0.01, round(bid * 0.98, 1), {"clientOrderId": "twice"})
    with pytest.raises(OrderNotFound):
        await rest.cancel_order("1234567890123456789", BTC)
    await rest.plain.cancel_all_orders(BTC)
    await rest.plain.set_position_mode(True, BTC)
    with pytest.raises(InvalidOrder, match="40774"):
        await rest.create_order(BTC, "limit", "buy", 0.01, round(bid * 0.98, 1))


@exercises("fetch_balance", "swap", "AuthenticationError for a wrong secret, passphrase or key")
@exercises("create_order", "swap", "PermissionDenied for a read-only key, which may read")
async def test_keys(floor: Floor, made: set[str]) -> None:
    swap = {"type": "swap", "productType": "USDT-FUTURES"}
    plain = await connect(ccxt.async_support.bitget, floor)
    client = Watched(plain, made)
    for name in ("secret", "password", "apiKey"):
        right = getattr(plain, name)
        setattr(plain, name, right[::-1])
        with pytest.raises(AuthenticationError):
            await client.fetch_balance(swap)
        setattr(plain, name, right)
    assert (await client.fetch_balance(swap))["USDT"]["total"] > 0
    await plain.close()
    plain = await connect(ccxt.async_support.bitget, floor, profile="watch")
    client = Watched(plain, made)
    assert (await client.fetch_balance(swap))["USDT"]["total"] > 0
    with pytest.raises(PermissionDenied):
        await client.create_order(BTC, "market", "buy", 0.01)
    await plain.close()
