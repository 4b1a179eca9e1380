"""Client order ids: ours by their shape, never the same twice, and nothing that the exchange refuses."""

from __future__ import annotations

import random
import re

from hypothesis import given
from hypothesis import strategies as st

from bgtui.domain.ourid import instance_of, is_of_bgtui
from bgtui.session.ids import id_maker, new_instance

EPOCH_MS = 1_700_000_000_000
ENVIRONMENTS = ("sim", "demo", "live")


@given(
    st.sampled_from(ENVIRONMENTS),
    st.integers(EPOCH_MS + 10**10, EPOCH_MS + 30 * 365 * 86_400_000),
    st.integers(0, 2**32),
)
def test_every_id_is_short_ours_and_of_letters_that_the_exchange_takes(
    environment: str, now_ms: int, seed: int
) -> None:
    new_id = id_maker(new_instance(environment, random.Random(seed)), lambda: now_ms)
    for name in (new_id(), new_id(), new_id()):
        assert re.fullmatch(r"[0-9A-Za-z_-]{1,40}", name)
        assert name.startswith(environment[:3])
        assert is_of_bgtui(name)
        assert instance_of(name) == new_instance(environment, random.Random(seed))


def test_a_run_never_repeats_one() -> None:
    new_id = id_maker(new_instance("sim", random.Random(1)), lambda: EPOCH_MS + 10**11)
    assert len({new_id() for _ in range(10_000)}) == 10_000


def test_a_later_run_begins_after_everything_that_an_earlier_one_can_have_made() -> None:
    # The same instance letter is the worst case; the exchange takes ten orders a second.
    early = id_maker(new_instance("sim", random.Random(1)), lambda: EPOCH_MS + 10**11)
    late = id_maker(new_instance("sim", random.Random(1)), lambda: EPOCH_MS + 10**11 + 60_000)
    assert late() not in {early() for _ in range(600)}


def test_the_same_start_makes_the_same_ids() -> None:
    instance = new_instance("demo", random.Random(3))
    first, second = (id_maker(instance, lambda: EPOCH_MS + 10**11) for _ in range(2))
    assert [first() for _ in range(3)] == [second() for _ in range(3)]


def test_two_runs_of_one_millisecond_are_told_apart_by_their_instance() -> None:
    instances = [new_instance("sim", random.Random(seed)) for seed in range(20)]
    made = {id_maker(instance, lambda: EPOCH_MS + 10**11)() for instance in instances}
    assert len(made) > 1


def test_orders_from_elsewhere_are_not_ours() -> None:
    assert not any(is_of_bgtui(name) for name in ("", "t-0001", "1213999900001", "x-nXtHr5jj", "sim1-abc"))
