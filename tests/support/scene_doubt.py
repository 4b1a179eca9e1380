"""A write in doubt on the made-up account: asked about, proven absent, or found after all."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from bgtui.domain.event import SubmissionChanged
from bgtui.domain.submission import Submission, SubmissionState
from bgtui.session.inquiry import Inquiry
from tests.support import scene_account
from tests.support.terminal import Terminal

DOUBT = replace(
    scene_account.on_its_way(), client_order_id="sim1-7Q2M06", state=SubmissionState.UNKNOWN, asks=2,
    message="not found ×2; asking again",
)  # fmt: skip
ABSENT = replace(
    DOUBT,
    state=SubmissionState.ABSENT,
    asks=4,
    asked_ms=DOUBT.sent_ms + 500,
    message="absent: 4 asks over 31s",
)


class FakeInquiry:
    """Says when it asks next, and what the last look before a second sending finds."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.finds = False

    def ask_now(self, client_order_id: str) -> None:
        self.asked.append(client_order_id)

    def seconds_to_ask(self, _client_order_id: str) -> float:
        return 4.0

    async def is_absent(self, _submission: Submission) -> bool:
        return not self.finds


async def become_doubtful(terminal: Terminal, submission: Submission) -> FakeInquiry:
    """Let a write be in doubt."""
    inquiry = FakeInquiry()
    terminal.session.inquiry = cast(Inquiry, inquiry)
    await terminal.apply(SubmissionChanged(replace(submission, state=SubmissionState.UNKNOWN)))
    await terminal.apply(SubmissionChanged(submission))
    await terminal.step(0.5)
    return inquiry


async def doubting(terminal: Terminal, submission: Submission) -> FakeInquiry:
    """Bring a write in doubt under the cursor of Orders."""
    inquiry = await become_doubtful(terminal, submission)
    await terminal.press("g")
    for _ in range(12):
        if any("?" in row for row in terminal.rows() if row.startswith("►")):
            return inquiry
        await terminal.press("j")
    raise AssertionError("\n".join(terminal.rows()))
