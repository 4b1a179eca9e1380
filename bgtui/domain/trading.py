"""Whether a run may send orders, and why not."""

from __future__ import annotations

from enum import StrEnum


class TradingState(StrEnum):
    """What the desk lets through; READ_ONLY means that there is none."""

    READ_ONLY = "READ-ONLY"
    DISARMED = "DISARMED"
    ARMED = "ARMED"
    LOCKED = "LOCKED"


class ReadOnlyReason(StrEnum):
    """Why a run cannot send orders, as one line for the person."""

    CHOSEN = "Read-only by setting: nothing can be sent; start without it to trade."
    LIVE = "Read-only: trading on live is not open yet; --env demo and the simulator trade."
    NO_KEY = "Read-only: no API key is set; add one: bgtui keys add"
    KEY = "Read-only: this key may not trade; add the right at Bitget and restart."
    REPLAY = "A recording: nothing can be sent."
