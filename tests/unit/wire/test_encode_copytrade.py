"""Copy-trading writes as Bitget wants them spelled, and what is never sent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bgtui.domain.copyintent import (
    CloseScope,
    CloseTracks,
    CopyRole,
    FollowByAmount,
    LeadSwitch,
    LeadSymbolChange,
    RemoveFollower,
    SetCopySettings,
    SetLeadSwitch,
    SetLeadSymbols,
    SetTrackTpsl,
    StopTracks,
    SymbolChange,
    Unfollow,
)
from bgtui.domain.copytrade import CopySetting
from bgtui.domain.error import Refused
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.order import MarginMode, PositionSide
from bgtui.wire import encode

D = Decimal
USDT, SPOT, COIN = ProductType.USDT_FUTURES, ProductType.SPOT, ProductType.COIN_FUTURES
BTC = instrument_id(USDT, "BTCUSDT")
BTC_SPOT = instrument_id(SPOT, "BTCUSDT")
LEADER, FOLLOWER = CopyRole.LEADER, CopyRole.FOLLOWER
ONE, SYMBOL, ALL = CloseScope.TRACKS, CloseScope.INSTRUMENT, CloseScope.ALL
SETTING = CopySetting(BTC, "trader", "trader", None, None, "amount", D(50), D(500), D(40), D(20))

BODIES: list[tuple[Any, str, dict[str, Any]]] = [
    (
        encode.close_tracks(CloseTracks(LEADER, USDT, ONE, BTC, ("77",))),
        "mix-trader/order-close-positions",
        {"productType": "USDT-FUTURES", "trackingNo": "77", "symbol": "BTCUSDT"},
    ),
    (
        encode.close_tracks(CloseTracks(LEADER, USDT, SYMBOL, BTC)),
        "mix-trader/order-close-positions",
        {"productType": "USDT-FUTURES", "symbol": "BTCUSDT"},
    ),
    (
        encode.close_tracks(CloseTracks(LEADER, USDT, ALL)),
        "mix-trader/order-close-positions",
        {"productType": "USDT-FUTURES"},
    ),
    (
        encode.close_tracks(
            CloseTracks(FOLLOWER, USDT, ONE, BTC, ("77",), PositionSide.SHORT, MarginMode.CROSSED, "usdt")
        ),
        "mix-follower/close-positions",
        {
            "productType": "USDT-FUTURES",
            "trackingNo": "77",
            "symbol": "BTCUSDT",
            "marginCoin": "USDT",
            "marginMode": "cross",
            "holdSide": "short",
        },
    ),
    (
        encode.close_tracks(CloseTracks(LEADER, SPOT, ONE, BTC_SPOT, ("1", "2"))),
        "spot-trader/order-close-tracking",
        {"trackingNoList": ["1", "2"], "symbol": "BTCUSDT"},
    ),
    (
        encode.close_tracks(CloseTracks(FOLLOWER, SPOT, ONE, BTC_SPOT, ("1",))),
        "spot-follower/order-close-tracking",
        {"trackingNoList": ["1"], "symbol": "BTCUSDT"},
    ),
    (
        encode.stop_tracks(StopTracks(BTC_SPOT, ("1", "2"))),
        "spot-follower/stop-order",
        {"trackingNoList": ["1", "2"]},
    ),
    (
        encode.set_track_tpsl(SetTrackTpsl(LEADER, BTC, "77", D("68000.0"), D(0))),
        "mix-trader/order-modify-tpsl",
        {
            "trackingNo": "77",
            "productType": "USDT-FUTURES",
            "stopSurplusPrice": "68000.0",
            "stopLossPrice": "0",
        },
    ),
    (
        encode.set_track_tpsl(SetTrackTpsl(FOLLOWER, BTC, "77", stop_loss=D(60000))),
        "mix-follower/setting-tpsl",
        {
            "trackingNo": "77",
            "productType": "USDT-FUTURES",
            "symbol": "BTCUSDT",
            "stopLossPrice": "60000",
        },
    ),
    (
        encode.set_track_tpsl(SetTrackTpsl(LEADER, BTC_SPOT, "77", D(68000))),
        "spot-trader/order-modify-tpsl",
        {"trackingNo": "77", "stopSurplusPrice": "68000"},
    ),
    (
        encode.set_track_tpsl(SetTrackTpsl(FOLLOWER, BTC_SPOT, "77", D(68000), D(60000))),
        "spot-follower/setting-tpsl",
        {"trackingNo": "77", "stopSurplusPrice": "68000", "stopLossPrice": "60000"},
    ),
    (
        encode.set_lead_symbols(
            SetLeadSymbols(
                USDT,
                (
                    LeadSymbolChange(BTC, SymbolChange.UPDATE, D("40"), D("20.0")),
                    LeadSymbolChange(BTC, SymbolChange.DELETE, D(1)),
                ),
            )
        ),
        "mix-trader/config-setting-symbols",
        {
            "settingList": [
                {
                    "symbol": "BTCUSDT",
                    "productType": "USDT-FUTURES",
                    "settingType": "UPDATE",
                    "stopSurplusRatio": "40",
                    "stopLossRatio": "20",
                },
                {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "settingType": "DELETE"},
            ]
        },
    ),
    (
        encode.set_lead_symbols(SetLeadSymbols(SPOT, (LeadSymbolChange(BTC_SPOT, SymbolChange.ADD),))),
        "spot-trader/config-setting-symbols",
        {"symbolList": ["BTCUSDT"], "settingType": "add"},
    ),
    (
        encode.set_lead_switch(SetLeadSwitch(USDT, LeadSwitch.SHOWS_EQUITY, is_on=False)),
        "mix-trader/config-settings-base",
        {"showTotalEquity": "NO"},
    ),
    (
        encode.remove_follower(RemoveFollower(USDT, "901")),
        "mix-trader/config-remove-follower",
        {"followerUid": "901"},
    ),
    (
        encode.remove_follower(RemoveFollower(SPOT, "a1b2")),
        "spot-trader/config-remove-follower",
        {"followerUid": "a1b2"},
    ),
    (
        encode.set_copy_settings(
            SetCopySettings(
                USDT,
                "801",
                (replace(SETTING, leverage_mode="specify", long_leverage=D(10), short_leverage=D(5)),),
                copies_new_symbols=True,
                is_basic=True,
            )
        ),
        "mix-follower/settings",
        {
            "traderId": "801",
            "autoCopy": "on",
            "mode": "basic",
            "settings": [
                {
                    "symbol": "BTCUSDT",
                    "productType": "USDT-FUTURES",
                    "marginType": "trader",
                    "marginCoin": "USDT",
                    "leverType": "specify",
                    "longLeverage": "10",
                    "shortLeverage": "5",
                    "traceType": "amount",
                    "traceValue": "50",
                    "maxHoldSize": "500",
                    "stopSurplusRatio": "40",
                    "stopLossRatio": "20",
                }
            ],
        },
    ),
    (
        encode.set_copy_settings(SetCopySettings(SPOT, "801", (replace(SETTING, instrument=BTC_SPOT),))),
        "spot-follower/settings",
        {
            "traderId": "801",
            "mode": "advanced",
            "settings": [
                {
                    "symbol": "BTCUSDT",
                    "traceType": "amount",
                    "traceValue": "50",
                    "maxHoldSize": "500",
                    "stopSurplusRatio": "40",
                    "stopLossRatio": "20",
                }
            ],
        },
    ),
    (
        encode.follow_by_amount(
            FollowByAmount(USDT, "801", 100, loss_limit=30, margin_mode=MarginMode.CROSSED, leverage=20)
        ),
        "mix-follower/copy-settings",
        {
            "traderId": "801",
            "copyAmount": "100",
            "copyAllPostions": "no",
            "autoCopy": "on",
            "equityGuardian": "on",
            "equityGuardianMode": "amount",
            "equity": "30",
            "marginMode": "crossed_margin",
            "leverage": "fixed_leverage",
            "multiple": "20",
        },
    ),
    (encode.unfollow(Unfollow(USDT, "801")), "mix-follower/cancel-trader", {"traderId": "801"}),
    (encode.unfollow(Unfollow(SPOT, "801")), "spot-follower/cancel-trader", {"traderId": "801"}),
]


@pytest.mark.parametrize(
    ("request_", "path", "body"), BODIES, ids=lambda each: each if isinstance(each, str) else ""
)
def test_a_request_is_spelled_as_the_page_says(request_: Any, path: str, body: dict[str, Any]) -> None:
    endpoint, found = request_
    assert endpoint.path == f"/api/v2/copy/{path}"
    assert found == body
    assert list(found) == list(body)


def test_an_inverse_copy_is_margined_in_its_base_coin() -> None:
    setting = replace(SETTING, instrument=instrument_id(COIN, "BTCUSD"))
    _, body = encode.set_copy_settings(SetCopySettings(COIN, "801", (setting,)))
    assert body["settings"][0]["marginCoin"] == "BTC"  # type: ignore[index]


@pytest.mark.parametrize(
    "intent",
    [
        CloseTracks(LEADER, USDT, ONE, BTC),  # no number: the exchange would read it as all of the symbol
        CloseTracks(LEADER, USDT, ONE, BTC, ("",)),
        CloseTracks(LEADER, USDT, ONE, None, ("77",)),
        CloseTracks(LEADER, USDT, SYMBOL),  # no symbol: it would close everything
        CloseTracks(LEADER, USDT, SYMBOL, BTC, ("77",)),
        CloseTracks(LEADER, USDT, ALL, BTC),
        CloseTracks(LEADER, USDT, ONE, BTC_SPOT, ("77",)),
        CloseTracks(LEADER, USDT, ONE, BTC, ("1", "2")),
        CloseTracks(LEADER, SPOT, ALL),
        CloseTracks(LEADER, SPOT, SYMBOL, BTC_SPOT),
        CloseTracks(LEADER, SPOT, ONE, BTC_SPOT, tuple(str(number) for number in range(51))),
        CloseTracks(LEADER, SPOT, ONE, BTC_SPOT, ("1", "1")),
    ],
)
def test_a_close_that_says_less_than_it_means_is_refused(intent: CloseTracks) -> None:
    with pytest.raises(Refused):
        encode.close_tracks(intent)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: encode.stop_tracks(StopTracks(BTC, ("1",))), "without closing"),
        (lambda: encode.set_track_tpsl(SetTrackTpsl(LEADER, BTC, "77")), "nothing would change"),
        (lambda: encode.set_track_tpsl(SetTrackTpsl(LEADER, BTC, "", D(1))), "which tracking order"),
        (lambda: encode.set_track_tpsl(SetTrackTpsl(LEADER, BTC, "7", D(-1))), "below zero"),
        (lambda: encode.set_lead_symbols(SetLeadSymbols(USDT, ())), "1 to 50"),
        (
            lambda: encode.set_lead_symbols(
                SetLeadSymbols(USDT, (LeadSymbolChange(BTC, SymbolChange.UPDATE, D(401)),))
            ),
            "1 to 400",
        ),
        (
            lambda: encode.set_lead_symbols(
                SetLeadSymbols(USDT, (LeadSymbolChange(BTC, SymbolChange.ADD, D("1.5")),))
            ),
            "whole percent",
        ),
        (
            lambda: encode.set_lead_symbols(
                SetLeadSymbols(SPOT, (LeadSymbolChange(BTC_SPOT, SymbolChange.UPDATE, D(4)),))
            ),
            "no ratios",
        ),
        (
            lambda: encode.set_lead_symbols(
                SetLeadSymbols(USDT, (LeadSymbolChange(BTC_SPOT, SymbolChange.ADD),))
            ),
            "one product type",
        ),
        (
            lambda: encode.set_lead_switch(SetLeadSwitch(SPOT, LeadSwitch.ENABLED, is_on=True)),
            "on the site",
        ),
        (lambda: encode.remove_follower(RemoveFollower(USDT, "")), "which follower"),
        (lambda: encode.unfollow(Unfollow(USDT, "a b")), "which trader"),
        (lambda: encode.set_copy_settings(SetCopySettings(USDT, "801", ())), "1 to 10"),
        (lambda: encode.set_copy_settings(SetCopySettings(USDT, "801", (SETTING,) * 11)), "1 to 10"),
        (lambda: encode.set_copy_settings(SetCopySettings(SPOT, "801", (SETTING,))), "one kind"),
        (
            lambda: encode.set_copy_settings(
                SetCopySettings(USDT, "801", (replace(SETTING, trace_value=None),))
            ),
            "above zero",
        ),
        (
            lambda: encode.set_copy_settings(
                SetCopySettings(USDT, "801", (replace(SETTING, trace_type="guess"),))
            ),
            "percent, amount or count",
        ),
        (
            lambda: encode.set_copy_settings(
                SetCopySettings(USDT, "801", (replace(SETTING, leverage_mode=""),))
            ),
            "not known",
        ),
        (
            lambda: encode.set_copy_settings(
                SetCopySettings(SPOT, "8", (replace(SETTING, instrument=BTC_SPOT, max_hold=None),))
            ),
            "most that may be held",
        ),
        (lambda: encode.follow_by_amount(FollowByAmount(USDT, "801", 49)), "at least 50"),
        (lambda: encode.follow_by_amount(FollowByAmount(USDT, "801", 50, leverage=126)), "1 to 125"),
        (lambda: encode.follow_by_amount(FollowByAmount(USDT, "801", 50, loss_limit=0)), "above zero"),
        (lambda: encode.follow_by_amount(FollowByAmount(SPOT, "801", 50)), "instrument by instrument"),
    ],
)
def test_what_the_exchange_would_misread_is_refused_in_a_sentence(call: Any, words: str) -> None:
    with pytest.raises(Refused, match=words):
        call()
