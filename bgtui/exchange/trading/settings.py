"""Leverage, margin mode, position mode."""

from __future__ import annotations

from functools import partial

from bgtui.domain.account import LeverageSetting
from bgtui.domain.intent import SetAllLeverage, SetLeverage, SetMarginMode, SetPositionMode
from bgtui.domain.order import PositionMode
from bgtui.exchange.trading.writes import Writes, if_any, nothing
from bgtui.wire import encode
from bgtui.wire.decode import rest_account


class SettingWrites(Writes):
    """What later orders are made with."""

    async def set_leverage(self, intent: SetLeverage) -> LeverageSetting | None:
        """Set the leverage of one instrument; None when it was already that."""
        decode = partial(rest_account.leverage_setting, product_type=intent.instrument.product_type)
        return await self._send(encode.set_leverage(intent), if_any(decode))

    async def set_all_leverage(self, intent: SetAllLeverage) -> None:
        """Set the leverage of every instrument with an open position."""
        await self._send(encode.set_all_leverage(intent), nothing)

    async def set_margin_mode(self, intent: SetMarginMode) -> LeverageSetting | None:
        """Set the margin mode of one instrument; None when it was already that."""
        decode = partial(rest_account.leverage_setting, product_type=intent.instrument.product_type)
        return await self._send(encode.set_margin_mode(intent), if_any(decode))

    async def set_position_mode(self, intent: SetPositionMode) -> PositionMode | None:
        """Set the position mode of a whole product type; None when it was already that."""
        return await self._send(encode.set_position_mode(intent), if_any(rest_account.position_mode_set))
