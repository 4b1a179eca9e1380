"""What an order must look like, in the order of wire notes 9.3: status, price, size, value, band."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.instrument import Instrument, InstrumentStatus, is_on_step
from bgtui.domain.intent import PlaceOrder
from bgtui.domain.market import Side
from bgtui.domain.order import OrderType, TimeInForce
from bgtui.simulator.account import Account
from bgtui.simulator.matching import Market
from bgtui.simulator.money import ONE, ZERO
from bgtui.simulator.reject import Reject

MAX_ORDERS = 200
"""Open orders of one instrument where its rules name no number."""
MAX_PRODUCT_ORDERS = 400
_WRONG_SIDE = {
    # (take profit, buy): futures, spot
    (True, True): ("40830", "43013"),
    (True, False): ("40832", "43014"),
    (False, True): ("40834", "43015"),
    (False, False): ("40836", "43016"),
}


def check_order(market: Market, intent: PlaceOrder, *, is_closing: bool, closes_all: bool) -> None:
    """Refuse an order that breaks a rule of its instrument.

    Raises:
        Reject: with the code of the first rule that it breaks.
    """
    instrument = market.instrument
    check_status(instrument, is_closing=is_closing)
    if intent.order_type is OrderType.UNKNOWN or intent.time_in_force is TimeInForce.UNKNOWN:
        raise Reject("40020", "orderType" if intent.order_type is OrderType.UNKNOWN else "force")
    if intent.order_type is OrderType.LIMIT:
        check_price(instrument, intent.price, "price")
    if intent.size_is_quote:
        _check_quote_size(market, intent)
        return
    is_market = intent.order_type is OrderType.MARKET
    check_size(instrument, intent.size, is_market=is_market, may_be_dust=is_closing and closes_all)
    if not (is_closing and closes_all):
        _check_value(market, intent.size, intent.price, intent.side)
    if intent.order_type is OrderType.LIMIT and intent.price is not None:
        check_band(market, intent.side, intent.price)


def check_status(instrument: Instrument, *, is_closing: bool) -> None:
    """Refuse what the instrument's status does not allow.

    Raises:
        Reject: it is not open, closed for opening, under maintenance or gone.
    """
    status, is_futures = instrument.status, instrument.product_type.is_futures
    if status is InstrumentStatus.LISTED:
        raise Reject("43115")
    if status is InstrumentStatus.CLOSE_ONLY and not is_closing:
        raise Reject("45119" if is_futures else "43119")
    if status is InstrumentStatus.API_RESTRICTED:
        raise Reject("22004", instrument.symbol)
    if status is InstrumentStatus.MAINTENANCE:
        raise Reject("40844")
    if status in (InstrumentStatus.OFF, InstrumentStatus.UNKNOWN):
        raise Reject("40845")


def check_price(instrument: Instrument, price: Decimal | None, name: str) -> None:
    """Refuse a price that is missing, not positive, too fine or off the tick.

    Raises:
        Reject: it is one of these.
    """
    if price is None:
        raise Reject("40019", name)
    if not price.is_finite() or price <= 0:
        raise Reject("40020", name)
    if _places(price) > instrument.price_places:
        raise Reject("40808", _scale_text(name, price, instrument.price_places))
    if not is_on_step(price, instrument.tick):
        raise Reject("45115", format(instrument.tick, "f"))


def check_size(instrument: Instrument, size: Decimal, *, is_market: bool, may_be_dust: bool = False) -> None:
    """Refuse a size that is not positive, off the step, too small (unless it is what is left) or too large.

    Raises:
        Reject: it is one of these.
    """
    is_futures = instrument.product_type.is_futures
    if not size.is_finite() or size <= 0:
        raise Reject("40020", "size")
    if _places(size) > instrument.size_places or not is_on_step(size, instrument.size_step):
        raise Reject("40808", _scale_text("size", size, instrument.size_places))
    if size < instrument.min_size and not may_be_dust:
        raise Reject("45111" if is_futures else "43006")
    largest = instrument.max_market_size if is_market else instrument.max_limit_size
    if largest and size > largest:
        raise Reject("45112" if is_futures else "43007")


def check_band(market: Market, side: Side, price: Decimal) -> None:
    """Refuse a limit price outside the band around the reference price.

    Raises:
        Reject: a buy is above it, or a sell below.
    """
    limit = band_limit(market, side)
    if limit is None:
        return
    is_futures = market.is_futures
    if side is Side.BUY and price > limit:
        raise (
            Reject("40815")
            if is_futures
            else Reject("43009", format(limit, "f"), market.instrument.quote_coin)
        )
    if side is Side.SELL and price < limit:
        raise (
            Reject("40816")
            if is_futures
            else Reject("43008", format(limit, "f"), market.instrument.quote_coin)
        )


def check_presets(market: Market, intent: PlaceOrder, *, is_closing: bool) -> None:
    """Refuse preset prices off the tick or, when it may open, on the wrong side of its price or the market's.

    Raises:
        Reject: no price of the instrument, a take profit that would lose, or a stop loss that would win.
    """
    for name, preset in (
        ("presetStopSurplusPrice", intent.take_profit),
        ("presetStopLossPrice", intent.stop_loss),
        ("presetStopSurplusExecutePrice", intent.take_profit_limit),
        ("presetStopLossExecutePrice", intent.stop_loss_limit),
    ):
        if preset is not None:
            check_price(market.instrument, preset, name)
    at = intent.price if intent.order_type is OrderType.LIMIT else (market.last or market.reference)
    if at is None or is_closing:
        return
    is_buy = intent.side is Side.BUY
    for is_profit, price in ((True, intent.take_profit), (False, intent.stop_loss)):
        if price is not None and (price == at or (price > at) is not (is_profit is is_buy)):
            raise Reject(_WRONG_SIDE[is_profit, is_buy][0 if market.is_futures else 1])


def band_limit(market: Market, side: Side) -> Decimal | None:
    """Return the worst price at which an order of a side may trade, None without reference price or band."""
    instrument, reference = market.instrument, market.reference
    ratio = instrument.buy_band_ratio if side is Side.BUY else instrument.sell_band_ratio
    if reference is None or not ratio:
        return None
    return reference * (ONE + ratio if side is Side.BUY else ONE - ratio)


def check_room(account: Account, market: Market, open_here: int, open_product: int) -> None:
    """Refuse one order more than may be open.

    Raises:
        Reject: too many on the instrument or on its product type.
    """
    if account.is_crowd:
        return
    instrument = market.instrument
    if open_here >= (instrument.max_orders or MAX_ORDERS):
        raise Reject("43005")
    largest = instrument.max_product_orders or MAX_PRODUCT_ORDERS
    if market.is_futures and open_product >= largest:
        raise Reject("45118", largest)


def _check_value(market: Market, size: Decimal, price: Decimal | None, side: Side) -> None:
    instrument = market.instrument
    if price is None:
        level = (market.asks if side is Side.BUY else market.bids).best()
        price = level.price if level is not None else market.reference
    if price is None:
        return
    value = size * price
    if value < instrument.min_notional:
        raise Reject("45110", format(instrument.min_notional, "f"))
    if instrument.max_limit_notional and value > instrument.max_limit_notional:
        raise Reject("45113")


def _check_quote_size(market: Market, intent: PlaceOrder) -> None:
    instrument = market.instrument
    if market.is_futures or intent.side is not Side.BUY or intent.order_type is not OrderType.MARKET:
        raise Reject("40020", "size")
    if not intent.size.is_finite() or intent.size <= 0:
        raise Reject("40020", "size")
    places = instrument.quote_places if instrument.quote_places is not None else instrument.price_places
    if _places(intent.size) > places:
        raise Reject("40808", _scale_text("size", intent.size, places))
    if intent.size < instrument.min_notional:
        raise Reject("45110", format(instrument.min_notional, "f"))
    if instrument.max_market_notional and intent.size > instrument.max_market_notional:
        raise Reject("45113")


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) and value != ZERO else 0


def _scale_text(name: str, value: Decimal, places: int) -> str:
    return f"{name} checkBDScale error value={format(value, 'f')} checkScale={places}"
