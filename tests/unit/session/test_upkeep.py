"""What is asked again while legs stand: the risk that moves with the marks, and the wallet after funding."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

from bgtui.domain.account import Position
from bgtui.domain.error import AuthRefused, NetworkError
from bgtui.domain.event import AccountPart, TickerUpdated
from bgtui.domain.market import Ticker
from bgtui.domain.order import MarginMode
from bgtui.session.upkeep import FUNDED_S, REFUSED_S, RENEW_S
from bgtui.store.freshness import Trust
from tests.support.build import BTC, ETH, USDT, D, balance, position
from tests.support.loop import START_MS, virtual_time
from tests.unit.session.test_reconcile import LOST, OPENED, Run

WALLET = replace(balance(), equity=D(1000), cross_risk_ratio=D("0.2"))
ISOLATED = replace(
    position(), margin_mode=MarginMode.ISOLATED, mark_price=D(100), margin_ratio=D("0.1"), updated_ms=10
)


async def begin(run: Run, *legs: Position) -> Counter[str]:
    """Bring the account up with these legs; return what was asked until then, once all is quiet."""
    run.reader.legs, run.reader.coins = legs, (WALLET,)
    run.stream.put(*OPENED)
    await asyncio.sleep(5)
    assert run.trust() is Trust.CURRENT
    return Counter(run.reader.calls)


def funding(at_ms: int, time_ms: int = 1) -> TickerUpdated:
    return TickerUpdated(Ticker(BTC, time_ms, "100", mark_text="100", next_funding_ms=at_ms))


@virtual_time
async def test_the_risk_of_a_wallet_is_asked_again_while_a_crossed_leg_stands() -> None:
    async with Run() as run:
        before = await begin(run, position())
        run.reader.coins = (replace(WALLET, cross_risk_ratio=D("0.7")),)
        await asyncio.sleep(RENEW_S + 2)

        assert run.store.known_balances(USDT)["USDT"].cross_risk_ratio == D("0.7")
        await asyncio.sleep(10 * RENEW_S)
        asked = run.reader.calls - before
        assert asked.keys() == {"balances"}, "nothing else is old"
        assert 9 <= asked["balances"] <= 11
        assert (run.store.balance_age_s(USDT, "USDT") or 0) < RENEW_S + 2


@virtual_time
async def test_nothing_is_asked_again_without_legs_or_for_a_leg_that_is_worked_out_here() -> None:
    for legs in ((), (ISOLATED,)):
        async with Run() as run:
            before = await begin(run, *legs)
            await asyncio.sleep(300)
            assert run.reader.calls == before


@virtual_time
async def test_a_leg_whose_ratio_is_told_alone_is_asked_again() -> None:
    for leg, wallet in (
        (replace(ISOLATED, mark_price=None), WALLET),
        (position(), replace(WALLET, cross_risk_ratio=None)),
    ):
        async with Run() as run:
            await begin(run, leg)
            run.reader.coins = (wallet,)
            await asyncio.sleep(RENEW_S + 2)
            before = Counter(run.reader.calls)
            await asyncio.sleep(RENEW_S + 2)
            assert (run.reader.calls - before)["positions"] == 1


@virtual_time
async def test_after_a_funding_time_wallet_and_legs_are_asked_once() -> None:
    async with Run() as run:
        before = await begin(run, ISOLATED, replace(ISOLATED, instrument=ETH))
        due_s = 100.0
        run.session.apply(funding(START_MS + 100_000))
        await asyncio.sleep(10)
        run.session.apply(TickerUpdated(replace(funding(START_MS + 100_000).ticker, instrument=ETH)))
        run.reader.coins = (replace(WALLET, equity=D("999.7")),)
        run.reader.legs = (replace(ISOLATED, funding_paid=D("-0.3")), replace(ISOLATED, instrument=ETH))
        await asyncio.sleep(due_s - asyncio.get_running_loop().time() + FUNDED_S[0] - 0.5)
        assert run.reader.calls == before

        run.session.apply(funding(START_MS + 100_000 + 8 * 3_600_000, 2))
        await asyncio.sleep(FUNDED_S[1] - FUNDED_S[0] + 2)
        assert run.store.known_balances(USDT)["USDT"].equity == D("999.7")
        assert (run.store.positions(USDT) or ())[0].funding_paid == D("-0.3")
        await asyncio.sleep(300)
        assert run.reader.calls - before == Counter(balances=1, positions=1)


@virtual_time
async def test_a_ticker_that_is_ahead_of_our_clock_does_not_hide_a_funding_time() -> None:
    async with Run() as run:
        before = await begin(run, ISOLATED)
        run.session.apply(funding(START_MS + 60_000))
        await asyncio.sleep(53)
        run.session.apply(funding(START_MS + 60_000 + 3_600_000, 2))
        await asyncio.sleep(20)
        assert run.reader.calls - before == Counter(balances=1, positions=1)


@virtual_time
async def test_funding_that_is_settled_while_the_stream_is_away_is_asked_once_it_is_back() -> None:
    async with Run() as run:
        await begin(run, ISOLATED)
        run.session.apply(funding(START_MS + 60_000))
        await asyncio.sleep(50)
        run.stream.put(LOST)
        await asyncio.sleep(60)
        before = Counter(run.reader.calls)
        run.stream.put(*OPENED)
        await asyncio.sleep(20)
        asked = run.reader.calls - before
        assert (asked["balances"], asked["positions"], asked["fills"]) == (2, 2, 1)


@virtual_time
async def test_a_wallet_that_cannot_be_asked_is_tried_again_with_patience() -> None:
    async with Run() as run:
        before = await begin(run, position())
        run.reader.fail("balances", *[NetworkError("unreachable")] * 3)
        await asyncio.sleep(RENEW_S + 15)
        assert (run.reader.calls - before)["balances"] == 4
        assert run.store.health().failed_feeds == ()
        assert run.trust(AccountPart.BALANCES) is Trust.CURRENT


@virtual_time
async def test_a_refusal_is_asked_again_only_once_a_minute() -> None:
    async with Run() as run:
        before = await begin(run, position())
        run.reader.fail("balances", *[AuthRefused("refused", code="40014")] * 9)
        await asyncio.sleep(RENEW_S + 3 * REFUSED_S)
        assert 3 <= (run.reader.calls - before)["balances"] <= 4
