"""Channels as data: what is subscribed, and how."""

from __future__ import annotations

import pytest

from bgtui.domain.error import ConfigError
from bgtui.domain.event import AccountPart
from bgtui.domain.feed import MarketChannel, MarketTopic
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.market import CandleInterval
from bgtui.wire.channel import (
    CANDLE,
    CHANNELS,
    Family,
    Subscription,
    market_subscription,
    private_subscriptions,
    resolve,
)
from bgtui.wire.payload.frame import Arg

BTC = instrument_id(ProductType.USDT_FUTURES, "BTCUSDT")
SPOT_BTC = instrument_id(ProductType.SPOT, "BTCUSDT")


@pytest.mark.parametrize(
    ("interval", "name"),
    [
        (CandleInterval.M1, "candle1m"),
        (CandleInterval.M3, "candle3m"),
        (CandleInterval.M30, "candle30m"),
        (CandleInterval.H1, "candle1H"),
        (CandleInterval.H4, "candle4H"),
        (CandleInterval.H6, "candle6Hutc"),
        (CandleInterval.H12, "candle12Hutc"),
        (CandleInterval.D1, "candle1Dutc"),
        (CandleInterval.D3, "candle3Dutc"),
        (CandleInterval.W1, "candle1Wutc"),
        (CandleInterval.MONTH, "candle1Mutc"),
    ],
)
@pytest.mark.parametrize("instrument", [BTC, SPOT_BTC])
def test_candles_are_asked_for_in_utc(interval: CandleInterval, name: str, instrument: str) -> None:
    chosen = SPOT_BTC if instrument == SPOT_BTC else BTC
    asked = market_subscription(MarketTopic(MarketChannel.CANDLES, chosen, interval))
    assert asked.channel == name


@pytest.mark.parametrize("interval", CandleInterval)
def test_what_is_asked_for_is_what_is_read(interval: CandleInterval) -> None:
    asked = market_subscription(MarketTopic(MarketChannel.CANDLES, BTC, interval))
    found = resolve(Arg(asked.inst_type, asked.channel, asked.value))
    assert found is not None
    assert (found[1].interval, found[1].instrument) == (interval, BTC)


@pytest.mark.parametrize("channel", [each for each in MarketChannel if each is not MarketChannel.CANDLES])
def test_every_public_topic_has_a_decoder(channel: MarketChannel) -> None:
    asked = market_subscription(MarketTopic(channel, SPOT_BTC))
    assert asked.arg() == {"instType": "SPOT", "channel": asked.channel, "instId": "BTCUSDT"}
    assert asked.instrument == SPOT_BTC
    found = resolve(Arg(asked.inst_type, asked.channel, asked.value))
    assert found is not None
    assert not found[0].private


def test_futures_have_no_auction() -> None:
    with pytest.raises(ConfigError, match="auction"):
        market_subscription(MarketTopic(MarketChannel.AUCTION, BTC))
    with pytest.raises(ConfigError, match="interval"):
        market_subscription(MarketTopic(MarketChannel.CANDLES, BTC))


def test_futures_channels_of_an_account() -> None:
    asked = private_subscriptions(ProductType.USDC_FUTURES)
    assert {each.channel for each in asked} == {
        *("orders", "orders-algo", "positions", "positions-history", "account", "fill", "equity", "adl-noti")
    }
    assert Subscription("USDC-FUTURES", "account", "coin").arg() in [each.arg() for each in asked]
    assert {each.inst_type for each in asked} == {"USDC-FUTURES"}


def test_spot_channels_of_an_account() -> None:
    asked = private_subscriptions(ProductType.SPOT)
    assert {each.describe() for each in asked} == {
        *("SPOT orders default", "SPOT orders-algo default", "SPOT account default", "SPOT fill default")
    }
    assert all(each.instrument is None for each in asked)


def test_a_futures_argument_is_upper_case() -> None:
    asked = market_subscription(MarketTopic(MarketChannel.BOOK, BTC))
    assert asked.describe() == "USDT-FUTURES books BTCUSDT"


def test_every_channel_names_its_page_and_its_family() -> None:
    for (family, name), channel in CHANNELS.items():
        assert (family, name) == (channel.family, channel.name)
        assert channel.doc
        root = "contract/" if family is Family.FUTURES else "spot/"
        assert family is Family.MARGIN or channel.doc.startswith(f"{root}websocket/")
        assert channel.private == ("/private/" in channel.doc)
    assert (Family.SPOT, CANDLE) in CHANNELS


@pytest.mark.parametrize("product_type", list(ProductType))
def test_every_part_of_an_account_has_one_channel_that_tells_of_it(product_type: ProductType) -> None:
    covered = [each.covers for each in private_subscriptions(product_type) if each.covers is not None]
    parts = [part for part in AccountPart if product_type.is_futures or part is not AccountPart.POSITIONS]
    assert sorted(covered) == sorted((product_type, part) for part in parts)


def test_a_channel_of_one_instrument_covers_no_account() -> None:
    assert Subscription("USDT-FUTURES", "orders", "instId", "BTCUSDT").covers is None
    assert Subscription("USDT-FUTURES", "ticker", "instId", "BTCUSDT").covers is None
