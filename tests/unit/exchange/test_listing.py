"""Which instruments there are: asked at the start, again on demand, and never missed in between."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import cast

import pytest

from bgtui.domain.event import Event, InstrumentsListed
from bgtui.domain.instrument import Instrument, ProductType
from bgtui.exchange.listing import Listing
from bgtui.exchange.reader import ReadClient
from tests.support.loop import virtual_time

USDT, SPOT = ProductType.USDT_FUTURES, ProductType.SPOT


class Lists:
    """Answers with empty lists, and may do something while it is asked."""

    def __init__(self) -> None:
        self.asked: list[ProductType] = []
        self.meanwhile: list[Callable[[], None]] = []

    async def instruments(self, product_type: ProductType) -> tuple[Instrument, ...]:
        self.asked.append(product_type)
        if self.meanwhile:
            self.meanwhile.pop()()
        return ()


@pytest.fixture
def lists() -> Lists:
    return Lists()


def reported(listing: Listing) -> aclosing[AsyncGenerator[Event, None]]:
    return aclosing(cast("AsyncGenerator[Event, None]", listing.events()))


@virtual_time
async def test_what_is_renewed_is_listed_again_out_of_turn(lists: Lists) -> None:
    listing = Listing(cast(ReadClient, lists), [USDT, SPOT])
    async with reported(listing) as events:
        seen = [await anext(events), await anext(events)]
        assert seen == [InstrumentsListed(USDT, ()), InstrumentsListed(SPOT, ())]
        listing.renew(USDT)
        listing.renew(USDT)
        assert await anext(events) == InstrumentsListed(USDT, ())
    assert lists.asked == [USDT, SPOT, USDT], "twice at once is once"


@virtual_time
async def test_a_change_while_the_list_is_on_its_way_has_it_asked_again(lists: Lists) -> None:
    listing = Listing(cast(ReadClient, lists), [USDT])
    lists.meanwhile.append(lambda: listing.renew(USDT))
    async with reported(listing) as events:
        await anext(events)
        await anext(events)
    assert lists.asked == [USDT, USDT]
