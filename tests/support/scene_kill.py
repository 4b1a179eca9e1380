"""The kill switch on the made-up account, some way into its work."""

from __future__ import annotations

from bgtui.session.kill import KillLine, KillRun, KillStage
from bgtui.session.kill_reach import KillChoice, Standing
from tests.support import scene
from tests.support.terminal import Terminal

_SENT = ("sent cancel, 15 ids", "asked: 0 orders", "asked: 0 plans", "sent flatten, 5")


def _begin(terminal: Terminal, passed_s: float, *said: str) -> KillRun:
    """Put a pass into the kill switch that has said these lines, and is asking."""
    kill = terminal.session.kill
    assert kill is not None
    begun_ms = terminal.clock.now_ms() - round(passed_s * 1000)
    lines = [KillLine(begun_ms + 400 * at, words) for at, words in enumerate((*_SENT, *said))]
    kill.run = KillRun(
        kill.reach(), KillChoice.BOTH, terminal.clock.monotonic() - passed_s, KillStage.ASKING, 1, lines
    )
    return kill.run


async def run(terminal: Terminal) -> None:
    """Two seconds in: the closes were taken, nothing has been asked since."""
    _begin(terminal, 2.0, "accepted 5 of 5").stage = KillStage.SENDING
    await terminal.settle()


async def fall_short(terminal: Terminal) -> None:
    """Twelve seconds in: one leg is left, and a person has to know."""
    run = _begin(terminal, 12.0, "accepted 4 of 5")
    now_ms = terminal.clock.now_ms()
    run.lines.append(KillLine(now_ms - 400, "asked: 1 leg left"))
    run.is_overdue = True
    run.standing = Standing(now_ms, legs=(terminal.store.positions(scene.BTC.product_type) or ())[:1])
    await terminal.settle()


async def be_proven(terminal: Terminal) -> None:
    """Six seconds in: two answers have found nothing."""
    run = _begin(terminal, 6.0, "accepted 5 of 5", "asked: 0 legs", "asked: 0 legs")
    run.stage, run.left = KillStage.VERIFIED, 0
    run.ended_ms = terminal.clock.now_ms()
    run.standing = Standing(run.ended_ms)
    await terminal.settle()
