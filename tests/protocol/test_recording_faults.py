"""Issue 2: every position of the real recording, not a sample."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import pytest

from bgtui.domain.event import BookReceived
from tests.protocol.recording_report import (
    CAPTURE,
    Fate,
    Fault,
    Outcome,
    Truth,
    Unsafe,
    chain,
    load,
    run_all,
    run_fault,
    table,
)

pytestmark = [
    pytest.mark.skipif(not CAPTURE.exists(), reason="the real recording lies beside the repository"),
    pytest.mark.xdist_group("recording-faults"),  # played in all ways once, not in every worker
]

MESSAGES = 194
INSTRUMENTS = 2


@pytest.fixture(scope="module")
def streams() -> dict[str, list[BookReceived]]:
    return load()


@pytest.fixture(scope="module")
def outcomes(streams: dict[str, list[BookReceived]]) -> list[Outcome]:
    # Whatever contradicts the naive book, or is on screen and should not be, raises in here.
    return run_all(streams)


def test_every_fault_is_played_at_every_position(outcomes: list[Outcome]) -> None:
    print("\n" + table(outcomes))  # noqa: T201 - the issue asks for the table
    for chained in (False, True):
        for fault in Fault:
            played = [one for one in outcomes if one.fault is fault and one.chained is chained]
            expected = MESSAGES - INSTRUMENTS if fault is Fault.SWAP else MESSAGES
            assert len({(one.instrument, one.position) for one in played}) == len(played) == expected


def test_with_sequence_numbers_lost_repeated_and_swapped_messages_are_noticed_at_once(
    outcomes: list[Outcome],
) -> None:
    for one in (one for one in outcomes if one.chained):
        is_snapshot = one.position == 0
        if one.fault is Fault.DUPLICATE:
            assert one.fate is Fate.IGNORED
        elif one.fault is Fault.SWAP:
            # A snapshot that comes second leaves out the update before it: the one after that does not fit.
            assert (one.fate, one.later) == (Fate.CAUGHT, 2 if is_snapshot else 0)
        elif one.fault is Fault.DROP and one.fate not in (Fate.LAST, Fate.UNSEEN):
            assert (one.fate, one.later) == (Fate.CAUGHT, 1)
        elif one.fault is Fault.CHECKSUM:
            assert (one.fate, one.later) == (Fate.CAUGHT, 0)


def test_what_the_recording_cannot_show_is_rare_and_named(outcomes: list[Outcome]) -> None:
    for chained in (False, True):
        drops = [one.fate for one in outcomes if one.fault is Fault.DROP and one.chained is chained]
        assert drops.count(Fate.LAST) == drops.count(Fate.UNSEEN) == INSTRUMENTS


def test_with_checksums_alone_nearly_every_lost_message_is_noticed_at_the_next(
    outcomes: list[Outcome],
) -> None:
    drops = [one for one in outcomes if one.fault is Fault.DROP and not one.chained]
    assert sum(one.later == 1 for one in drops) >= 0.95 * len(drops)


@pytest.mark.parametrize("fault", [Fault.DROP, Fault.PRICE, Fault.CHECKSUM])
def test_the_harness_itself_notices_a_store_that_does_not_check(
    streams: dict[str, list[BookReceived]], fault: Fault
) -> None:
    messages = next(iter(streams.values()))
    blind = [replace(message, checksum=None) for message in messages]
    truth = Truth(messages)

    def play() -> list[Outcome]:
        return [run_fault(fault, truth, blind, at, random.Random(1)) for at in range(1, len(blind))]

    with pytest.raises(Unsafe):
        play()


def test_added_sequence_numbers_chain(streams: dict[str, list[BookReceived]]) -> None:
    for messages in streams.values():
        chained = chain(messages)
        assert all(later.pseq == earlier.seq for earlier, later in pairwise(chained))
