"""The order in which the picker offers symbols."""

from __future__ import annotations

from dataclasses import replace

from bgtui.domain.instrument import Instrument, InstrumentStatus
from bgtui.ui.modals.picker import fuzzy
from bgtui.ui.view.finding import Offer, offer
from tests.support.build import BTC, ETH, USDT, contract

LISTED = tuple(contract(f"{coin}USDT") for coin in ("METH", "ETHFI", "SOL", "ETHW", "ETH", "BTC", "ETC"))
CLOSED = replace(contract("ETHOLDUSDT"), status=InstrumentStatus.CLOSE_ONLY)


def symbols(
    query: str, *, listed: tuple[Instrument, ...] | None = LISTED, pinned: tuple[str, ...] = ()
) -> list[str]:
    offered: Offer = offer(listed, USDT, query, pinned=pinned, held=(), score=fuzzy)  # type: ignore[arg-type]
    return [instrument.symbol for instrument in offered.found]


def test_without_a_query_what_is_pinned_and_held_comes_first() -> None:
    found = offer(LISTED, USDT, "", pinned={BTC}, held={ETH}, score=fuzzy).found

    assert {instrument.id for instrument in found[:2]} == {BTC, ETH}
    assert len(found) == len(LISTED)


def test_a_symbol_that_begins_so_beats_one_that_only_contains_it() -> None:
    found = symbols("eth")

    assert found[-1] == "METHUSDT"
    assert found[0] == "ETHUSDT"


def test_letters_need_not_stand_together() -> None:
    assert symbols("bcu") == ["BTCUSDT"]


def test_what_can_only_be_closed_comes_last_even_when_pinned() -> None:
    found = symbols("eth", listed=(CLOSED, *LISTED), pinned=(CLOSED.id,))

    assert found[-1] == "ETHOLDUSDT"


def test_what_matches_nothing_offers_nothing_and_an_unknown_list_is_not_empty() -> None:
    assert symbols("zzz") == []
    assert offer(None, USDT, "", pinned=(), held=(), score=fuzzy).total is None
