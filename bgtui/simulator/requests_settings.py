"""Bodies of settings to intents: the inverse of `wire.encode.position`."""

from __future__ import annotations

from bgtui.domain.instrument import ProductType
from bgtui.domain.intent import (
    AdjustMargin,
    SetAllLeverage,
    SetAutoMargin,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
)
from bgtui.domain.order import PositionMode, PositionSide
from bgtui.simulator.fields import Fields, wrong
from bgtui.simulator.request_parts import LEGS, MARGIN_MODES, POSITION_MODES, Account


def leverage(fields: Fields, account: Account) -> list[SetLeverage]:
    """Read `mix/account/set-leverage`: one figure, or one for each side, which wins.

    The long side's comes last, as it is the one that counts where both sides have the same.
    """
    product = fields.product()
    instrument = fields.instrument(product)
    coin = fields.required("marginCoin").upper()
    sides = {
        side: fields.positive_or_none(name)
        for name, side in (("shortLeverage", PositionSide.SHORT), ("longLeverage", PositionSide.LONG))
    }
    given = [SetLeverage(instrument, coin, value, side) for side, value in sides.items() if value is not None]
    if given:
        return given
    side = fields.word("holdSide", LEGS) if "holdSide" in fields else None
    if account.mode(product) is PositionMode.ONE_WAY:
        side = None
    return [SetLeverage(instrument, coin, fields.positive("leverage"), side)]


def all_leverage(fields: Fields) -> SetAllLeverage:
    """Read `mix/account/set-all-leverage`."""
    return SetAllLeverage(fields.product(), fields.positive("leverage"))


def margin_mode(fields: Fields) -> SetMarginMode:
    """Read `mix/account/set-margin-mode`."""
    instrument = fields.instrument(fields.product())
    coin = fields.required("marginCoin").upper()
    return SetMarginMode(instrument, coin, fields.word("marginMode", MARGIN_MODES))


def position_mode(fields: Fields) -> SetPositionMode:
    """Read `mix/account/set-position-mode`."""
    return SetPositionMode(fields.product(), fields.word("posMode", POSITION_MODES))


def margin(fields: Fields) -> AdjustMargin:
    """Read `mix/account/set-margin`."""
    instrument = fields.instrument(fields.product())
    coin = fields.required("marginCoin").upper()
    side = fields.word("holdSide", LEGS)
    fields.required("amount")
    amount = fields.figure("amount")
    if not amount:
        raise wrong("amount")
    return AdjustMargin(instrument, coin, side, amount)


def auto_margin(fields: Fields) -> SetAutoMargin:
    """Read `mix/account/set-auto-margin`: the margin coin says which product type is meant."""
    coin = fields.required("marginCoin").upper()
    product = {"USDT": ProductType.USDT_FUTURES, "USDC": ProductType.USDC_FUTURES}.get(
        coin, ProductType.COIN_FUTURES
    )
    switch = fields.required("autoMargin").lower()
    if switch not in ("on", "off"):
        raise wrong("autoMargin")
    return SetAutoMargin(fields.instrument(product), coin, fields.word("holdSide", LEGS), switch == "on")
