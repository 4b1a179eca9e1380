"""Orders as Bitget wants them spelled."""

import itertools
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgtui.domain.error import Refused
from bgtui.domain.instrument import InstrumentId, ProductType, instrument_id
from bgtui.domain.intent import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    CancelOrders,
    CancelSymbol,
    OrderRef,
    PlaceOrder,
)
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, MarginMode, OrderType, PositionMode, PositionSide, TimeInForce
from bgtui.wire import encode
from bgtui.wire.endpoint import WRITES

PERP = instrument_id(ProductType.USDT_FUTURES, "BTCUSDT")
SPOT = instrument_id(ProductType.SPOT, "BTCUSDT")
CASES = list(itertools.product(PositionMode, Effect, PositionSide))
TRADES = {
    (Effect.OPEN, PositionSide.LONG): Side.BUY,
    (Effect.CLOSE, PositionSide.LONG): Side.SELL,
    (Effect.OPEN, PositionSide.SHORT): Side.SELL,
    (Effect.CLOSE, PositionSide.SHORT): Side.BUY,
}


def futures(
    mode: PositionMode | None = PositionMode.HEDGE,
    effect: Effect | None = Effect.OPEN,
    leg: PositionSide | None = PositionSide.LONG,
    **changes: object,
) -> PlaceOrder:
    side = TRADES[effect, leg] if effect and leg else Side.BUY
    values: dict[str, object] = {
        "instrument": PERP,
        "side": side,
        "order_type": OrderType.LIMIT,
        "size": Decimal("0.01"),
        "price": Decimal("60000.5"),
        "position_side": leg,
        "effect": effect,
        "position_mode": mode,
        "margin_mode": MarginMode.ISOLATED,
        "margin_coin": "USDT",
    }
    return PlaceOrder(**{**values, **changes})  # type: ignore[arg-type]


def spot(**changes: object) -> PlaceOrder:
    values: dict[str, object] = {
        "instrument": SPOT,
        "side": Side.BUY,
        "order_type": OrderType.LIMIT,
        "size": Decimal("0.5"),
        "price": Decimal(100),
    }
    return PlaceOrder(**{**values, **changes})  # type: ignore[arg-type]


def ref(instrument: InstrumentId = PERP, order_id: str = "1", client: str = "", coin: str = "") -> OrderRef:
    return OrderRef(instrument, order_id, client, coin)


def test_a_body_is_byte_for_byte_the_one_of_the_signing_vector() -> None:
    endpoint, body = encode.place_order(futures(), "t-0001")
    assert endpoint.path == "/api/v2/mix/order/place-order"
    assert msgspec.json.encode(body) == (
        b'{"symbol":"BTCUSDT","productType":"USDT-FUTURES","marginMode":"isolated","marginCoin":"USDT",'
        b'"size":"0.01","price":"60000.5","side":"buy","tradeSide":"open","orderType":"limit","force":"gtc",'
        b'"clientOid":"t-0001"}'
    )


@pytest.mark.parametrize(("mode", "effect", "leg"), CASES)
def test_the_leg_is_named_in_the_words_of_the_position_mode(
    mode: PositionMode, effect: Effect, leg: PositionSide
) -> None:
    _, body = encode.place_order(futures(mode, effect, leg), "a")
    if mode is PositionMode.HEDGE:
        assert "reduceOnly" not in body
        assert body["tradeSide"] == effect.value
        assert body["side"] == ("buy" if leg is PositionSide.LONG else "sell")
    else:
        assert "tradeSide" not in body
        assert body["reduceOnly"] == ("YES" if effect is Effect.CLOSE else "NO")
        assert body["side"] == TRADES[effect, leg].value


def test_closing_a_hedge_long_is_buy_and_close() -> None:
    _, body = encode.place_order(futures(PositionMode.HEDGE, Effect.CLOSE, PositionSide.LONG), "a")
    assert (body["side"], body["tradeSide"]) == ("buy", "close")


@pytest.mark.parametrize(("mode", "effect", "leg"), CASES)
def test_a_side_that_contradicts_the_leg_is_refused(
    mode: PositionMode, effect: Effect, leg: PositionSide
) -> None:
    wrong = TRADES[effect, leg].opposite
    with pytest.raises(Refused, match="is to"):
        encode.place_order(futures(mode, effect, leg, side=wrong), "a")


def test_a_market_order_carries_neither_price_nor_force() -> None:
    _, body = encode.place_order(futures(order_type=OrderType.MARKET, price=None), "a")
    assert "price" not in body
    assert "force" not in body
    _, body = encode.place_order(spot(order_type=OrderType.MARKET, price=None, size_is_quote=True), "a")
    assert "price" not in body
    assert body["force"] == "gtc"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"order_type": OrderType.MARKET}, "market order has no price"),
        ({"price": None}, "needs a price"),
        ({"price": Decimal(0)}, "above zero"),
        ({"size": Decimal(0)}, "above zero"),
        ({"size": Decimal(-1)}, "above zero"),
        ({"size": Decimal("NaN")}, "above zero"),
        ({"size_is_quote": True}, "base coin"),
        ({"position_mode": None}, "position mode is not known"),
        ({"position_side": None}, "names its leg"),
        ({"effect": None}, "names its leg"),
        ({"margin_mode": None}, "margin mode is not known"),
        ({"margin_coin": ""}, "margin coin is missing"),
        ({"order_type": OrderType.UNKNOWN}, "limit or market"),
        ({"time_in_force": TimeInForce.UNKNOWN}, "rests as"),
        (
            {"order_type": OrderType.MARKET, "price": None, "time_in_force": TimeInForce.POST_ONLY},
            "post only",
        ),
        ({"stop_loss_limit": Decimal(1)}, "no trigger price"),
        ({"effect": Effect.CLOSE, "side": Side.SELL, "stop_loss": Decimal(1)}, "nothing to protect"),
    ],
)
def test_an_impossible_futures_order_is_refused(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        encode.place_order(futures(**changes), "a")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"size_is_quote": True}, "quote currency"),
        ({"order_type": OrderType.MARKET, "price": None}, "quote currency"),
        ({"position_side": PositionSide.LONG}, "no leg"),
        ({"effect": Effect.OPEN}, "no leg"),
    ],
)
def test_an_impossible_spot_order_is_refused(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        encode.place_order(spot(**changes), "a")


@pytest.mark.parametrize("own_id", ["", "a" * 41, "a b", "a#b", "é", "a\n"])
def test_a_client_order_id_that_could_not_be_signed_is_refused(own_id: str) -> None:
    with pytest.raises(Refused, match="client order id"):
        encode.place_order(futures(), own_id)


def test_presets_are_named_as_each_market_names_them() -> None:
    levels = {"take_profit": Decimal(3), "take_profit_limit": Decimal(4), "stop_loss": Decimal(1)}
    _, body = encode.place_order(futures(**levels), "a")  # type: ignore[arg-type]
    assert (body["presetStopSurplusPrice"], body["presetStopSurplusExecutePrice"]) == ("3", "4")
    assert body["presetStopLossPrice"] == "1"
    assert "presetStopLossExecutePrice" not in body
    _, body = encode.place_order(spot(**levels), "a")
    assert (body["presetTakeProfitPrice"], body["executeTakeProfitPrice"]) == ("3", "4")
    assert body["presetStopLossPrice"] == "1"


@given(size=st.decimals(min_value=Decimal("1e-20"), max_value=Decimal("1e20"), allow_nan=False))
def test_numbers_are_plain_and_exact(size: Decimal) -> None:
    _, body = encode.place_order(futures(size=size), "a")
    text = body["size"]
    assert isinstance(text, str)
    assert text.replace(".", "", 1).isdigit()
    assert Decimal(text) == size


def test_given_places_are_kept() -> None:
    _, body = encode.place_order(futures(size=Decimal("1.500"), price=Decimal("1E+3")), "a")
    assert (body["size"], body["price"]) == ("1.500", "1000")


@given(
    st.sampled_from(list(PositionMode)),
    st.sampled_from(list(Effect)),
    st.sampled_from(list(PositionSide)),
    st.sampled_from(list(MarginMode)),
    st.sampled_from([each for each in TimeInForce if each is not TimeInForce.UNKNOWN]),
)
def test_every_body_is_text_and_names_the_margin_mode(
    mode: PositionMode, effect: Effect, leg: PositionSide, margin: MarginMode, force: TimeInForce
) -> None:
    _, body = encode.place_order(futures(mode, effect, leg, margin_mode=margin, time_in_force=force), "a")
    assert all(isinstance(value, str) for value in body.values())
    assert body["marginMode"] in ("crossed", "isolated")
    assert ("tradeSide" in body) is not ("reduceOnly" in body)


def test_a_spot_market_buy_is_sized_in_quote_currency() -> None:
    intent = spot(order_type=OrderType.MARKET, price=None, size=Decimal("10.5"), size_is_quote=True)
    endpoint, body = encode.place_order(intent, "a")
    assert endpoint is WRITES["spot.place-order"]
    assert body == {
        "symbol": "BTCUSDT",
        "side": "buy",
        "orderType": "market",
        "force": "gtc",
        "size": "10.5",
        "clientOid": "a",
    }


def test_a_batch_says_once_what_its_orders_share() -> None:
    orders = [(futures(), "a"), (futures(leg=PositionSide.SHORT), "b")]
    endpoint, body = encode.place_orders(orders)
    assert endpoint is WRITES["futures.batch-place"]
    assert list(body) == ["symbol", "productType", "marginMode", "marginCoin", "orderList"]
    rows = body["orderList"]
    assert isinstance(rows, list)
    assert [row["clientOid"] for row in rows] == ["a", "b"]
    assert "symbol" not in rows[0]
    _, body = encode.place_orders([(spot(), "a")])
    assert body["symbol"] == "BTCUSDT"


def test_a_batch_of_unlike_orders_is_refused() -> None:
    with pytest.raises(Refused, match="not all of"):
        encode.place_orders([(futures(), "a"), (spot(), "b")])
    with pytest.raises(Refused, match="different margin modes"):
        encode.place_orders([(futures(), "a"), (futures(margin_mode=MarginMode.CROSSED), "b")])
    with pytest.raises(Refused, match="1 to 50"):
        encode.place_orders([])
    with pytest.raises(Refused, match="1 to 50"):
        encode.place_orders([(futures(), f"a{each}") for each in range(51)])


def test_amending_names_the_new_order() -> None:
    endpoint, body = encode.amend_order(AmendOrder(ref(), Decimal(61000), Decimal("0.02")), "new")
    assert endpoint is WRITES["futures.modify-order"]
    assert body == {
        "symbol": "BTCUSDT",
        "productType": "USDT-FUTURES",
        "orderId": "1",
        "newClientOid": "new",
        "newSize": "0.02",
        "newPrice": "61000",
    }
    endpoint, body = encode.amend_order(AmendOrder(ref(SPOT), Decimal(2), Decimal(3)), "new")
    assert endpoint is WRITES["spot.replace-order"]
    assert body == {"symbol": "BTCUSDT", "price": "2", "size": "3", "orderId": "1", "newClientOid": "new"}


def test_amending_under_the_same_id_is_refused() -> None:
    with pytest.raises(Refused, match="of its own"):
        encode.amend_order(AmendOrder(ref(order_id="", client="a"), Decimal(1), Decimal(1)), "a")


def test_the_exchanges_id_wins_over_ours() -> None:
    _, body = encode.cancel_order(CancelOrder(ref(client="mine", coin="usdt")))
    assert body == {
        "symbol": "BTCUSDT",
        "productType": "USDT-FUTURES",
        "marginCoin": "USDT",
        "orderId": "1",
    }
    endpoint, body = encode.cancel_order(CancelOrder(ref(SPOT, order_id="", client="mine")))
    assert endpoint is WRITES["spot.cancel-order"]
    assert body == {"symbol": "BTCUSDT", "clientOid": "mine"}
    with pytest.raises(Refused, match="neither"):
        encode.cancel_order(CancelOrder(ref(order_id="")))


def test_cancelling_several_orders_names_each() -> None:
    _, body = encode.cancel_orders(CancelOrders(PERP, (ref(), ref(order_id="2"))))
    assert body["orderIdList"] == [{"orderId": "1"}, {"orderId": "2"}]
    _, body = encode.cancel_orders(CancelOrders(SPOT, (ref(SPOT, "", "a"), ref(SPOT, "2", "b"))))
    assert body["orderList"] == [
        {"clientOid": "a", "symbol": "BTCUSDT"},
        {"clientOid": "b", "symbol": "BTCUSDT"},
    ]


def test_cancelling_no_order_does_not_become_cancelling_all() -> None:
    with pytest.raises(Refused, match="no order is named"):
        encode.cancel_orders(CancelOrders(PERP, ()))


@pytest.mark.parametrize(
    "orders",
    [
        (ref(SPOT),),
        (ref(), ref(order_id="", client="a")),
        tuple(ref(order_id=str(each)) for each in range(51)),
    ],
)
def test_a_list_that_cannot_be_cancelled_at_once_is_refused(orders: tuple[OrderRef, ...]) -> None:
    with pytest.raises(Refused):
        encode.cancel_orders(CancelOrders(PERP, orders))


def test_cancelling_a_symbol_and_a_product_type() -> None:
    endpoint, body = encode.cancel_symbol(CancelSymbol(PERP, "usdt"))
    assert endpoint is WRITES["futures.batch-cancel"]
    assert body == {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT"}
    assert encode.cancel_symbol(CancelSymbol(SPOT))[1] == {"symbol": "BTCUSDT"}
    endpoint, body = encode.cancel_all(CancelAll(ProductType.COIN_FUTURES))
    assert endpoint is WRITES["futures.cancel-all"]
    assert body == {"productType": "COIN-FUTURES"}
    with pytest.raises(Refused, match="one instrument at a time"):
        encode.cancel_all(CancelAll(ProductType.SPOT))
