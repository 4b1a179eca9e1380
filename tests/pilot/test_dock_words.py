"""Small words of the docks: one name for one thing, and nothing said twice."""

from __future__ import annotations

from bgtui.domain import question
from bgtui.domain.event import QuestionAnswered
from tests.support.build import USDT
from tests.support.forms import fill, form, keys, opened, said
from tests.support.terminal import NOON_MS


async def test_the_person_whom_one_stops_copying_is_named_by_the_uid_as_everywhere() -> None:
    async with opened(screen="copy") as terminal:
        await keys(terminal, "x")

        assert "uid" in said(terminal).split()
        assert "id" not in said(terminal).split()


async def test_the_last_order_of_all_is_one_order() -> None:
    async with opened(screen="leader") as terminal:
        asked = question.leader_tracks(USDT)
        first = (terminal.store.answer(asked).value or ())[0]
        await terminal.apply(QuestionAnswered(asked, (first,), NOON_MS + 5000))
        await terminal.step(1.0)
        await keys(terminal, "f right right enter")

        assert "CLOSE 1 TRACKING ORDER" in said(terminal)
        assert "ORDERS" not in said(terminal)
        assert "ALL" not in said(terminal)


async def test_an_amended_size_has_the_decimals_of_the_size_that_it_was() -> None:
    async with opened(screen="orders") as terminal:
        await keys(terminal, "g j a tab up")
        new, was = form(terminal).edits["amount"].text, form(terminal).hint("amount").removeprefix("was ")

        assert len(new.partition(".")[2]) == len(was.partition(".")[2]) == 4


async def test_a_number_that_is_meant_is_not_said_again_behind_itself() -> None:
    async with opened(screen="trade") as terminal:
        await keys(terminal, "t")
        await fill(terminal, size="=0.005", price="=67000")

        assert "= 0.005" not in form(terminal).hint("size")
        assert "67,000" not in form(terminal).hint("price")


async def test_a_close_of_so_many_coins_does_not_say_them_twice() -> None:
    async with opened(screen="positions") as terminal:
        await keys(terminal, "j f")
        assert form(terminal).hint("amount").startswith("= ")
        await fill(terminal, amount="0.005")

        assert not form(terminal).hint("amount")
