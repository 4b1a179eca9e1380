"""What a wallet was worth over the run: one figure a report, thinned out as the run grows long."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from bgtui.domain.event import BalancesReported
from bgtui.domain.instrument import ProductType

MAX_SAMPLES = 2048
"""Samples kept a coin; when there are more, every second of the older half goes."""


class Sample(NamedTuple):
    """Equity at one moment."""

    time_ms: int
    """Exchange time of the report, milliseconds."""
    equity: Decimal
    """Coin of the wallet."""


class Worths:
    """Equity of every futures coin over time."""

    def __init__(self) -> None:
        self._samples: dict[tuple[ProductType, str], list[Sample]] = {}

    def apply(self, event: BalancesReported) -> None:
        """Take the equities of a report; one that is not newer than the last tells nothing."""
        for balance in event.balances:
            if balance.equity is None:
                continue
            samples = self._samples.setdefault((event.product_type, balance.coin), [])
            if samples and event.time_ms <= samples[-1].time_ms:
                continue
            samples.append(Sample(event.time_ms, balance.equity))
            if len(samples) > MAX_SAMPLES:
                half = MAX_SAMPLES // 2
                samples[1:half] = samples[2:half:2]

    def get(self, product_type: ProductType, coin: str) -> tuple[Sample, ...]:
        """Return the samples, oldest first."""
        return tuple(self._samples.get((product_type, coin), ()))
