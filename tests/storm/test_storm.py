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
