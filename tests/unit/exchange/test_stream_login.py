"""Logging in, and what a refused login means."""

from __future__ import annotations

import asyncio

import pytest

from bgtui.domain.error import LoginRefused
from bgtui.domain.event import (
    ConnectionLost,
    ConnectionOpened,
    SubscriptionAccepted,
)
from tests.support.loop import VirtualClock, run_virtual, virtual_time
from tests.support.reader import Reader
from tests.support.sockets import FakeVenue
from tests.support.streams import make_private


@virtual_time
async def test_it_logs_in_first_and_subscribes_only_then() -> None:
    venue = FakeVenue(latency_s=0.2)
    async with Reader(make_private(venue)) as reader:
        await reader.until(SubscriptionAccepted)
        (login_at, login), (subscribe_at, subscribe) = venue.last.sent[:2]
        assert "login" in login
        assert "subscribe" in subscribe
        assert subscribe_at - login_at == pytest.approx(0.2)


@virtual_time
async def test_every_connection_logs_in_anew_with_the_time_of_that_moment() -> None:
    venue = FakeVenue()
    clock = VirtualClock()
    stream = make_private(
        venue, clock=clock, login=lambda: f'{{"op":"login","args":[{{"timestamp":{clock.now_ms()}}}]}}'
    )
    async with Reader(stream) as reader:
        await reader.until(SubscriptionAccepted)
        await asyncio.sleep(1000)
        venue.last.drop()
        await reader.until(SubscriptionAccepted, 2)
        first, second = (socket.requests[0]["args"][0]["timestamp"] for socket in venue.sockets)
        assert second - first >= 1_000_000


@pytest.mark.parametrize("code", ["30005", "30011", "30012", "30015"])
def test_a_wrong_key_ends_the_stream(code: str) -> None:
    async def scenario() -> None:
        venue = FakeVenue()
        venue.login_codes.append(code)
        async with Reader(make_private(venue)) as reader:
            error = await reader.ended(within_s=5)
            assert isinstance(error, LoginRefused)
            assert error.code == code
            assert "\n" not in str(error)
            assert [each.retry_in_ms for each in reader.of(ConnectionLost)] == [None]
            assert reader.of(ConnectionOpened) == []
            assert venue.last.is_closed
            assert len(venue.dialed_at) == 1

    run_virtual(scenario())


@pytest.mark.parametrize("code", ["30013", "30014"])
def test_a_wrong_clock_is_measured_again_and_the_login_tried_again(code: str) -> None:
    async def scenario() -> None:
        venue = FakeVenue()
        venue.login_codes.append(code)
        measured = []

        async def resync() -> None:
            measured.append(asyncio.get_running_loop().time())

        async with Reader(make_private(venue, resync=resync)) as reader:
            await reader.until(SubscriptionAccepted, within_s=10)
            assert len(measured) == 1
            assert code in reader.of(ConnectionLost)[0].reason
            assert venue.sockets[0].is_closed

    run_virtual(scenario())


@virtual_time
async def test_a_login_that_fails_for_an_unknown_reason_is_tried_a_few_times() -> None:
    venue = FakeVenue()
    venue.login_codes.extend(["39999"] * 5)
    async with Reader(make_private(venue)) as reader:
        assert isinstance(await reader.ended(), LoginRefused)
        assert len(venue.dialed_at) == 3


@virtual_time
async def test_a_login_without_answer_is_given_up() -> None:
    venue = FakeVenue()
    stream = make_private(venue, login=lambda: "ping")
    venue.answers_pings = False
    async with Reader(stream) as reader:
        lost = await reader.until(ConnectionLost, within_s=11)
        assert "no answer to the login" in lost.reason
        assert venue.sockets[0].is_closed


@virtual_time
async def test_a_forgotten_login_is_made_again() -> None:
    venue = FakeVenue()
    async with Reader(make_private(venue)) as reader:
        await reader.until(SubscriptionAccepted)
        venue.last.push({"event": "error", "code": 30004, "msg": "User needs to log in"})
        await reader.until(SubscriptionAccepted, 2, within_s=5)
        assert [request["op"] for request in venue.last.requests] == ["login", "subscribe"]


@virtual_time
async def test_a_stream_that_ended_by_its_key_can_be_started_again() -> None:
    venue = FakeVenue()
    venue.login_codes.append("30005")
    stream = make_private(venue)
    async with Reader(stream) as reader:
        await reader.ended()
    async with Reader(stream) as reader:
        await reader.until(SubscriptionAccepted, within_s=5)


@virtual_time
async def test_after_a_sleep_the_clock_is_measured_before_the_login() -> None:
    venue = FakeVenue()
    clock = VirtualClock()
    is_right = True

    async def resync() -> None:
        nonlocal is_right
        is_right = True

    def login() -> str:
        # What the exchange says of an old time need not tell it from a wrong key.
        venue.login_codes.extend([] if is_right else ["30005"])
        return '{"op":"login","args":[{}]}'

    async with Reader(make_private(venue, clock=clock, login=login, resync=resync)) as reader:
        await reader.until(SubscriptionAccepted)
        is_right = False
        clock.move_wall(7200)
        await reader.until(SubscriptionAccepted, 2, within_s=30)
        assert len(venue.dialed_at) == 2
