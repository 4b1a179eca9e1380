"""Stakes: what an instrument could come to, in both position modes."""

from __future__ import annotations

import pytest

from bgtui.domain.exposure import Stake, stake_of, total, with_stake
from bgtui.domain.order import PositionSide
from tests.support.build import BTC, ETH, D

LONG, SHORT = PositionSide.LONG, PositionSide.SHORT


@pytest.mark.parametrize(
    ("held", "resting", "long", "short", "worst"),
    [
        (("0", "0"), ("0", "0"), "0", "0", "0"),
        (("5", "0"), ("2", "0"), "7", "0", "7"),
        (("5", "3"), ("2", "1"), "7", "4", "11"),
    ],
)
def test_hedge_legs_add_up(
    held: tuple[str, str], resting: tuple[str, str], long: str, short: str, worst: str
) -> None:
    stake = Stake(BTC, D(held[0]), D(held[1]), D(resting[0]), D(resting[1]))
    assert (stake.worst_of(LONG), stake.worst_of(SHORT), stake.worst) == (D(long), D(short), D(worst))


@pytest.mark.parametrize(
    ("held", "resting", "long", "short", "worst"),
    [
        (("5", "0"), ("0", "3"), "5", "0", "5"),
        (("5", "0"), ("0", "5"), "5", "0", "5"),
        (("5", "0"), ("0", "12"), "5", "7", "7"),
        (("5", "0"), ("2", "3"), "7", "0", "7"),
        (("0", "5"), ("12", "1"), "7", "6", "7"),
    ],
)
def test_one_way_sides_are_alternatives(
    held: tuple[str, str], resting: tuple[str, str], long: str, short: str, worst: str
) -> None:
    stake = Stake(BTC, D(held[0]), D(held[1]), D(resting[0]), D(resting[1]), is_net=True)
    assert (stake.worst_of(LONG), stake.worst_of(SHORT), stake.worst) == (D(long), D(short), D(worst))


def test_opening_and_closing_move_their_own_side() -> None:
    stake = Stake(BTC, D(5), D(3))
    assert stake.opening(LONG, D(2)) == Stake(BTC, D(5), D(3), D(2))
    assert stake.opening(SHORT, D(2)) == Stake(BTC, D(5), D(3), D(0), D(2))
    assert stake.closing(LONG, D(9)) == Stake(BTC, D(0), D(3))
    assert stake.closing(SHORT, D(1)) == Stake(BTC, D(5), D(2))


def test_a_total_is_of_all_or_of_some() -> None:
    stakes = (Stake(BTC, D(5)), Stake(ETH, D(3)))
    assert (total(stakes), total(stakes, frozenset({ETH})), total(())) == (D(8), D(3), D(0))
    changed = with_stake(stakes, Stake(ETH, D(1)))
    assert total(changed) == 6
    assert stake_of(changed, ETH, is_net=False).long == 1
    assert stake_of((), ETH, is_net=True) == Stake(ETH, is_net=True)
