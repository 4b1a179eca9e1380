"""Storms and the calm after them: three hundred seeds, every invariant after every step.

Each chunk is a process of its own: the order of sets of texts is part of a seed. ``make soak SEEDS=5000``
runs more of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.storm import run_storm

ROOT = Path(__file__).parents[2]
SEEDS = 300
CHUNK = 75
PATIENCE_S = 600


@pytest.mark.parametrize("first", range(1, SEEDS + 1, CHUNK))
def test_no_invariant_breaks_in_storm_or_calm(first: int) -> None:
    command = [sys.executable, "-m", "tests.storm", str(first), str(CHUNK)]
    told = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr


def test_a_seed_is_the_same_storm_again_in_any_process() -> None:
    """What is told to repeat a broken storm does repeat it: nothing but the seed decides."""
    command = [sys.executable, "-c", _TELL]
    told = [
        subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": order},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=True,
        ).stdout
        for order in ("1", "2")
    ]
    here = run_storm(AGAIN)
    assert told[0] == told[1] == f"{here.steps} {here.calm_s} {here.lines}\n"


AGAIN = 11
_TELL = f"""
from tests.support.storm import run_storm
run_storm(12)
again = run_storm({AGAIN})
print(again.steps, again.calm_s, again.lines)
"""
