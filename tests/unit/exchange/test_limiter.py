"""The limiter in virtual time: never too much in any window, and what lowers risk first."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgtui.exchange.bucket import Bucket
from bgtui.exchange.limiter import Grant, Limiter, Priority
from bgtui.wire.endpoint import Read, Write, futures_order
from bgtui.wire.endpoint.model import Limit
from tests.support.loop import run_virtual, virtual_time


def read(name: str, count: int = 10, seconds: float = 1.0) -> Read:
    return Read(name=name, path=f"/{name}", limit=Limit(count, seconds), signed=False, doc="")


def write(name: str, count: int = 10, seconds: float = 1.0) -> Write:
    return Write(name=name, path=f"/{name}", limit=Limit(count, seconds), signed=True, doc="")


ROUTES = (read("slow", 1), read("quick", 7), write("place", 3), write("rare", 2, 10.0))


def most_in_window(times: list[float], seconds: float) -> int:
    """The most moments that any half-open window of that length holds."""
    times = sorted(times)
    return max(
        (sum(start <= each < start + seconds for each in times[index:]) for index, start in enumerate(times)),
        default=0,
    )


asks = st.lists(
    st.tuples(
        st.floats(0, 5, allow_nan=False),
        st.sampled_from(ROUTES),
        st.sampled_from(list(Priority)),
    ),
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(asks)
def test_no_window_ever_sees_more_than_its_limit(asked: list[tuple[float, Read | Write, Priority]]) -> None:
    whole = (20, 4.0)

    async def scenario() -> list[Grant]:
        limiter = Limiter(whole=whole)

        async def ask(delay: float, route: Read | Write, priority: Priority) -> Grant:
            await asyncio.sleep(delay)
            return await limiter.acquire(route, priority)

        return list(await asyncio.gather(*(ask(*each) for each in asked)))

    grants = run_virtual(scenario())
    assert len(grants) == len(asked)
    times = defaultdict(list)
    for grant in grants:
        times[grant.endpoint].append(grant.at)
    for route, moments in times.items():
        assert most_in_window(moments, route.limit.seconds) <= route.limit.count
    assert most_in_window([grant.at for grant in grants], whole[1]) <= whole[0]
    reads = [grant.at for grant in grants if grant.priority is Priority.READ]
    assert most_in_window(reads, whole[1]) <= whole[0] * 0.8
    opening = [grant.at for grant in grants if grant.priority is Priority.ORDER]
    assert most_in_window(opening, whole[1]) <= whole[0] * 0.9


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0.02, 1.0), st.floats(0, 1)), max_size=30))
def test_what_arrives_late_counts_from_when_it_may_have_arrived(
    asked: list[tuple[float, float, float]],
) -> None:
    """Some are slow on their way, as when a connection is being made; the next ones are not."""
    route, way_s = read("positions", 5), 0.02

    async def scenario() -> list[float]:
        limiter, arrivals = Limiter(), []

        async def ask(delay_s: float, took_s: float, part: float) -> None:
            await asyncio.sleep(delay_s)
            grant = await limiter.acquire(route, Priority.READ)
            arrivals.append(grant.at + way_s / 2 + part * (took_s - way_s))
            await asyncio.sleep(took_s)
            limiter.answered(grant)

        await ask(0, way_s, 0)
        await asyncio.gather(*(ask(*each) for each in asked))
        return arrivals

    assert most_in_window(run_virtual(scenario()), route.limit.seconds) <= route.limit.count


@virtual_time
async def test_a_route_that_is_always_slow_is_not_late() -> None:
    limiter, slow = Limiter(spread_s=0.1), write("place", 2)

    async def sent(route: Read | Write, took_s: float) -> None:
        grant = await limiter.acquire(route, Priority.ORDER)
        await asyncio.sleep(took_s)
        limiter.answered(grant)

    await sent(read("time"), 0.02)
    await sent(slow, 0.5)
    await asyncio.sleep(3)
    begun = asyncio.get_running_loop().time()
    for _ in range(2):
        await asyncio.gather(sent(slow, 0.5), sent(slow, 0.5))
    grant = await limiter.acquire(slow, Priority.ORDER)
    assert grant.at - begun == pytest.approx(2.2)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from([0.0, 0.3, 0.9])), min_size=1, max_size=8))
def test_cancels_wait_for_nothing_but_their_own_route(bursts: list[tuple[int, float]]) -> None:
    cancel = write("cancel", count=5)

    async def scenario() -> list[float]:
        limiter = Limiter(whole=(100, 60.0))
        flood = [
            asyncio.create_task(limiter.acquire(read(f"flood{index % 7}", 20), Priority.READ))
            for index in range(300)
        ]
        waits: list[float] = []
        for count, pause in bursts:
            await asyncio.sleep(pause)
            asked = asyncio.get_running_loop().time()
            grants = await asyncio.gather(
                *(limiter.acquire(cancel, Priority.LOWERS_RISK) for _ in range(count))
            )
            waits.extend(grant.at - asked for grant in grants)
        for task in flood:
            task.cancel()
        await asyncio.gather(*flood, return_exceptions=True)
        return waits

    # Reads leave 20 of the whole limit; cancels past those wait for it to recover, like everybody.
    waits = run_virtual(scenario())
    assert all(wait <= 1.2 for wait in waits[:20])


@virtual_time
async def test_first_come_first_served_within_a_route() -> None:
    limiter = Limiter()
    order: list[int] = []

    async def ask(index: int) -> None:
        await limiter.acquire(ROUTES[1], Priority.READ)
        order.append(index)

    await asyncio.gather(*(ask(index) for index in range(30)))
    assert order == list(range(30))


@virtual_time
async def test_a_close_overtakes_the_openings_that_wait_on_its_own_route() -> None:
    limiter = Limiter()
    place = write("place", 1)
    order: list[str] = []

    async def ask(name: str, priority: Priority) -> None:
        await limiter.acquire(place, priority)
        order.append(name)

    tasks = [asyncio.create_task(ask(f"open{index}", Priority.ORDER)) for index in range(3)]
    await asyncio.sleep(0.1)
    tasks.append(asyncio.create_task(ask("close", Priority.LOWERS_RISK)))
    await asyncio.gather(*tasks)
    assert order == ["open0", "close", "open1", "open2"]


@virtual_time
async def test_a_full_route_does_not_hold_up_another() -> None:
    limiter = Limiter()
    loop = asyncio.get_running_loop()
    await limiter.acquire(ROUTES[0], Priority.READ)
    waiting = asyncio.create_task(limiter.acquire(ROUTES[0], Priority.READ))
    await asyncio.sleep(0)
    await limiter.acquire(ROUTES[1], Priority.READ)
    assert loop.time() == 0
    await waiting
    assert loop.time() == pytest.approx(1.1)


@virtual_time
async def test_who_gives_up_leaves_the_queue_and_takes_nothing() -> None:
    limiter = Limiter()
    route = read("one", 1)
    await limiter.acquire(route, Priority.READ)
    impatient = asyncio.create_task(limiter.acquire(route, Priority.READ))
    patient = asyncio.create_task(limiter.acquire(route, Priority.READ))
    await asyncio.sleep(0.5)
    impatient.cancel()
    assert (await patient).at == pytest.approx(1.1)
    assert limiter.budget().waiting == 0


@virtual_time
async def test_a_429_silences_reads_and_neither_orders_nor_cancels() -> None:
    limiter = Limiter()
    refused = await limiter.acquire(ROUTES[1], Priority.READ)
    limiter.refused(refused)
    assert (await limiter.acquire(write("place"), Priority.ORDER)).at == 0
    assert (await limiter.acquire(write("cancel"), Priority.LOWERS_RISK)).at == 0
    assert (await limiter.acquire(read("other"), Priority.READ)).at == pytest.approx(5.0)


@virtual_time
async def test_the_pause_grows_while_it_does_not_help_and_forgets_after_a_calm_minute() -> None:
    limiter = Limiter()
    waits = []
    for _ in range(9):
        before = asyncio.get_running_loop().time()
        grant = await limiter.acquire(read("any", 100), Priority.READ)
        waits.append(round(grant.at - before))
        limiter.refused(grant)
    assert waits == [0, 5, 10, 20, 40, 80, 160, 300, 300]
    await asyncio.sleep(300 + 61)
    grant = await limiter.acquire(read("any", 100), Priority.READ)
    limiter.refused(grant)
    assert limiter.reads_wait_s() == pytest.approx(5.0)


@virtual_time
async def test_one_burst_refused_many_times_is_one_pause() -> None:
    limiter = Limiter()
    grants = [await limiter.acquire(read("many", 50), Priority.READ) for _ in range(20)]
    await asyncio.sleep(0.01)
    for grant in grants:
        limiter.refused(grant)
        await asyncio.sleep(0.01)
    assert limiter.reads_wait_s() < 5.0
    assert limiter.budget().orders_wait_s == 0
    assert limiter.budget().refusals == 20


@virtual_time
async def test_orders_wait_too_when_silent_reads_did_not_help_but_cancels_do_not() -> None:
    limiter = Limiter()
    limiter.refused(await limiter.acquire(ROUTES[1], Priority.READ))
    await asyncio.sleep(1)
    limiter.refused(await limiter.acquire(write("place"), Priority.ORDER))
    budget = limiter.budget()
    assert budget.orders_wait_s == pytest.approx(1.0)
    assert budget.reads_wait_s == pytest.approx(10.0)
    assert (await limiter.acquire(write("cancel"), Priority.LOWERS_RISK)).at == 1
    assert (await limiter.acquire(write("other"), Priority.ORDER)).at == pytest.approx(2.0)


@virtual_time
async def test_what_other_programs_used_is_not_there() -> None:
    limiter = Limiter()
    route = read("shared", 10)
    grant = await limiter.acquire(route, Priority.READ)
    limiter.report(grant, 2)
    for _ in range(2):
        assert (await limiter.acquire(route, Priority.READ)).at == 0
    assert (await limiter.acquire(route, Priority.READ)).at == pytest.approx(1.1)


@virtual_time
async def test_limits_can_be_replaced_by_name() -> None:
    limiter = Limiter(limits={"place": (1, 1.0)})
    await limiter.acquire(write("place"), Priority.ORDER)
    assert (await limiter.acquire(write("place"), Priority.ORDER)).at == pytest.approx(1.1)
    assert [(each.name, each.limit, each.seconds) for each in limiter.budget().endpoints] == [
        ("place", 1, 1.0)
    ]


@virtual_time
async def test_the_budget_says_what_is_left() -> None:
    limiter = Limiter(whole=(100, 60.0))
    for _ in range(3):
        await limiter.acquire(ROUTES[1], Priority.READ)
    budget = limiter.budget()
    assert (budget.left, budget.limit, budget.seconds) == (97, 100, 60.0)
    assert [(each.name, each.left, each.limit) for each in budget.endpoints] == [("quick", 4, 7)]


@given(st.lists(st.floats(0, 0.5), max_size=40), st.integers(1, 5))
def test_a_bucket_says_exactly_when(gaps: list[float], count: int) -> None:
    bucket = Bucket(count, 1.0)
    now = 0.0
    taken = []
    for gap in gaps:
        now = max(now + gap, bucket.ready_at(now + gap))
        assert bucket.free(now) >= 1
        bucket.take(now)
        taken.append(now)
    assert most_in_window(taken, 1.0 - 1e-9) <= count
    assert all(earlier <= later for earlier, later in pairwise(taken))


@virtual_time
async def test_a_lead_trader_is_cut_to_the_lower_limit_where_there_is_one() -> None:
    limiter = Limiter(spread_s=0.0)
    limiter.lower_for_leaders()
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for _ in range(3):
        await limiter.acquire(futures_order.PLACE_ORDER, Priority.ORDER)
    assert loop.time() - begun >= 2.0
    begun = loop.time()
    for _ in range(3):
        await limiter.acquire(futures_order.CANCEL_ORDER, Priority.LOWERS_RISK)
    assert loop.time() == begun
