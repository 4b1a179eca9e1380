"""Forms about a leg: what they say a person would get, pay and tie up."""

from __future__ import annotations

from textual import events

from bgtui.domain.order import TriggerType
from tests.support.forms import confirm, fill, form, keys, opened, said, sent


async def test_tp_and_sl_say_how_far_from_mark_they_are_and_what_each_gives() -> None:
    async with opened(screen="positions") as terminal:
        await keys(terminal, "j p")

        text = said(terminal)

    # 0.05 at 66,910.4, margin 167.28, fees of 0.06 % both ways; mark is 67,238.9.
    assert "TP at 68,000.0 +1.1% SL at 66,000.0 -1.8%" in text
    assert "TP gives ≈+50.43 ROE +30.1% SL gives ≈-49.51 ROE -29.6%" in text
    assert "reward 1.02 to 1" in text


async def test_the_review_of_tp_and_sl_says_what_is_frozen_gives() -> None:
    async with opened(screen="positions") as terminal:
        await keys(terminal, "j p")
        await fill(terminal, take="67500", stop="")
        await keys(terminal, "enter")

        text = said(terminal)

    assert "REVIEW" in text
    assert "TP gives ≈+25.45 ROE +15.2%" in text  # 29.48 less 4.03
    assert "SL gives" not in text
    assert "reward" not in text


async def test_a_stop_that_locks_a_gain_in_has_no_reward_to_risk() -> None:
    async with opened(screen="positions") as terminal:
        await keys(terminal, "j p")
        await fill(terminal, stop="67100")

        text = said(terminal)

    assert "SL gives ≈+5.46" in text
    assert "reward" not in text


async def test_a_reversal_says_what_it_costs_and_what_the_new_leg_ties_up() -> None:
    async with opened(screen="positions") as terminal:
        await keys(terminal, "r")

        text = said(terminal)
        await confirm(terminal)

        # 1.50 sold twice at 2,633.42: 0.06 % of 3,950.13 each time; 10x leverage, the opening fee included.
        assert "long 1.50 → 0 short 0.00 → 1.50" in text
        assert "margin 397.38 of 9,862.74" in text
        assert "fee ≈4.74 taker ×2" in text
        assert len(sent(terminal)) == 1


async def test_a_key_that_comes_before_the_form_is_drawn_is_typed_into_its_first_field() -> None:
    async with opened(screen="positions") as terminal:
        await keys(terminal, "j")
        for key, character in (("p", "p"), ("plus", "+"), ("3", "3"), ("percent_sign", "%")):
            terminal.app.post_message(events.Key(key, character))
        for _ in range(3):
            await terminal.settle()

        assert form(terminal).edits["take"].text == "+3%"


async def test_what_pulls_the_trigger_of_the_stop_stays_when_a_price_is_changed() -> None:
    async with opened(screen="positions") as terminal:
        await keys(terminal, "p")  # ETH, whose stop is by last
        await fill(terminal, stop="2570")
        of_eth = said(terminal)
        await confirm(terminal)
        await keys(terminal, "j p")
        of_btc = said(terminal)

        assert "by/then last / market" in of_eth
        assert [getattr(intent, "trigger_type", None) for intent in sent(terminal)] == [TriggerType.LAST]
        assert "by/then mark / market" in of_btc


async def test_a_reversal_says_that_the_guards_of_the_leg_end_with_it() -> None:
    async with opened(screen="positions") as terminal:
        await keys(terminal, "r")
        guarded = said(terminal)
        await keys(terminal, "escape j j j r")
        bare = said(terminal)

    assert "TP and SL end with the long; p sets new for the short." in guarded
    assert "end with" not in bare
