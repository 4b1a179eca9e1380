"""The margin ratio of a leg: at the mark of now while there is one, else as it was told."""

from __future__ import annotations

from dataclasses import replace

from bgtui.domain.event import InstrumentsListed, TickerUpdated
from bgtui.domain.order import MarginMode
from bgtui.store.store import Store
from bgtui.store.wallet import LIVE_MARK_S
from bgtui.ui.view.positions import leg_view, ratio_words
from tests.support.build import USDT, D, HandClock, contract, position, ticker

LEG = replace(
    position("2", entry="100"),
    margin_mode=MarginMode.ISOLATED,
    margin=D(20),
    margin_ratio=D("0.1"),
    mark_price=D(100),
)


def test_it_goes_by_a_mark_of_now_alone() -> None:
    clock = HandClock()
    store = Store(clock)
    store.apply(InstrumentsListed(USDT, (contract(),)))
    assert ratio_words(leg_view(store, LEG)) == "10.0%"

    marked = ticker(1)
    marked.mark_text = "95"
    store.apply(TickerUpdated(marked))
    assert ratio_words(leg_view(store, LEG)) == "≈19.0%"  # 0.1 of 20 at 95, of the 10 that are left

    clock.advance(LIVE_MARK_S + 1)
    assert ratio_words(leg_view(store, LEG)) == "10.0%", "a mark of long ago is none of now"
