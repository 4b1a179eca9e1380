"""How a copy-trading write that nobody answered is settled: by reading again, never by sending again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bgtui.domain import question
from bgtui.domain.copyintent import (
    CloseScope,
    CloseTracks,
    CopyRole,
    LeadSwitch,
    LeadSymbolChange,
    RemoveFollower,
    SetLeadSwitch,
    SetLeadSymbols,
    SetTrackTpsl,
    StopTracks,
    SymbolChange,
)
from bgtui.domain.copytrade import (
    CopySettings,
    FollowedTrader,
    Follower,
    LeadSettings,
    LeadSymbol,
    TrackingOrder,
)
from bgtui.domain.event import QuestionAnswered
from bgtui.domain.intent import Intent
from bgtui.domain.order import PositionSide
from bgtui.domain.submission import Submission, SubmissionState
from bgtui.domain.text import Untrusted
from bgtui.session.copyinquiry import CopyAsks
from tests.support import intents
from tests.support.build import BTC, ETH, USDT, D

SENT_MS = 1_000_000
TRACK = TrackingOrder(BTC, "77", PositionSide.LONG, "1", D(100), D(1), SENT_MS - 5)
LATER = replace(TRACK, tracking_no="79", open_ms=SENT_MS + 5)
ELSEWHERE = replace(TRACK, tracking_no="80", instrument=ETH)
SYMBOL = LeadSymbol(BTC, True, None, None, D(40), D(20))
FOLLOWER = Follower("901", Untrusted("jade"), None, True, None)
TRADER = FollowedTrader("801", Untrusted("desk"), None, None, None, None, None, (), None)


class Reader:
    """session.copyinquiry.CopyReader that answers as the test has set it."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers

    def __getattr__(self, name: str) -> Any:
        async def answer(*_: Any) -> Any:
            return self.answers[name]

        return answer


async def settle(intent: Intent, *, is_long: bool = False, **answers: Any) -> tuple[str | None, list[Any]]:
    applied: list[Any] = []
    asks = CopyAsks(Reader(**answers), applied.append, now_ms=lambda: SENT_MS, is_long=lambda *_: is_long)
    submission = Submission("sim1-1", intent, USDT, BTC, SubmissionState.UNKNOWN, SENT_MS, SENT_MS)
    return await asks.by_intent()[type(intent)](submission, intent), applied


CASES: list[tuple[Intent, str, Any, Any, str]] = [
    # The intent, what is read, as it is when it was carried out, as it is when not, and what is said.
    (intents.CLOSE_TRACK, "leader_tracks", (), (TRACK,), "closed"),
    (intents.STOP_TRACK, "follower_tracks", (), (replace(TRACK, tracking_no="78"),), "let go"),
    (
        intents.TRACK_TPSL,
        "leader_tracks",
        (replace(TRACK, take_profit=D(110), stop_loss=D(80)),),
        (TRACK,),
        "set",
    ),
    (intents.LEND, "lead_symbols", (SYMBOL,), (replace(SYMBOL, is_enabled=False),), "set"),
    (intents.REMOVE_FOLLOWER, "followers", (), (FOLLOWER,), "removed"),
    (
        intents.SET_COPY,
        "copy_settings",
        CopySettings("801", True, (intents.COPY_SETTING,)),
        CopySettings("801", True, ()),
        "set",
    ),
    (intents.BY_AMOUNT, "followed_traders", (TRADER,), (), "following"),
    (intents.UNFOLLOW, "followed_traders", (), (TRADER,), "not followed any more"),
]


@pytest.mark.parametrize(("intent", "read", "done", "not_done", "words"), CASES, ids=intents.name_of_case)
async def test_what_shows_settles_it(intent: Intent, read: str, done: Any, not_done: Any, words: str) -> None:
    assert (await settle(intent, **{read: done}))[0] == words
    assert (await settle(intent, **{read: not_done}))[0] is None
    given_up, _ = await settle(intent, is_long=True, **{read: not_done})
    assert given_up is not None
    is_final = isinstance(intent, CloseTracks | StopTracks | RemoveFollower)
    assert given_up.startswith("not carried out" if is_final else "not in force")


async def test_what_was_read_is_shown_as_well() -> None:
    _, applied = await settle(intents.CLOSE_TRACK, leader_tracks=(TRACK,))
    assert applied == [QuestionAnswered(question.leader_tracks(USDT), (TRACK,), SENT_MS)]


@pytest.mark.parametrize(
    ("scope", "instrument", "left", "is_over"),
    [
        (CloseScope.INSTRUMENT, BTC, (ELSEWHERE, LATER), True),
        (CloseScope.INSTRUMENT, BTC, (TRACK,), False),
        (CloseScope.ALL, None, (LATER,), True),
        (CloseScope.ALL, None, (ELSEWHERE,), False),
    ],
)
async def test_what_was_opened_after_a_close_was_not_meant(
    scope: CloseScope, instrument: Any, left: Any, is_over: bool
) -> None:
    intent = CloseTracks(CopyRole.LEADER, USDT, scope, instrument)
    words, _ = await settle(intent, leader_tracks=left)
    assert (words == "closed") is is_over


async def test_a_removed_price_is_one_that_does_not_show_any_more() -> None:
    intent = SetTrackTpsl(CopyRole.LEADER, BTC, "77", take_profit=D(0))
    assert (await settle(intent, leader_tracks=(TRACK,)))[0] == "set"
    standing = replace(TRACK, take_profit=D(110))
    assert (await settle(intent, leader_tracks=(standing,)))[0] is None
    assert (await settle(intent, leader_tracks=()))[0] == "the order is closed"


async def test_ratios_have_to_show_as_they_were_set() -> None:
    update = SetLeadSymbols(USDT, (LeadSymbolChange(BTC, SymbolChange.UPDATE, D(40), D(10)),))
    assert (await settle(update, lead_symbols=(SYMBOL,)))[0] is None
    shown = replace(SYMBOL, stop_loss_ratio=D(10))
    assert (await settle(update, lead_symbols=(shown,)))[0] == "set"
    spot = replace(update, product_type=intents.SPOT_BTC.product_type)
    assert (await settle(spot, lead_settings=LeadSettings(True, True, True, None, (shown,))))[0] == "set"


async def test_a_switch_that_nothing_reads_says_so() -> None:
    words, _ = await settle(SetLeadSwitch(USDT, LeadSwitch.ENABLED, is_on=True))
    assert words is not None
    assert "look on its site" in words
