"""``python -m tests.storm SEED [COUNT]``: run storms; one that breaks is told with how to repeat it."""

from __future__ import annotations

import os
import sys
import time

if os.environ.get("PYTHONHASHSEED") != "0":
    # Sets of texts have another order in every process; a seed is to be the same storm in all of them.
    os.execve(  # noqa: S606 - ourselves
        sys.executable,
        [sys.executable, "-m", "tests.storm", *sys.argv[1:]],
        {**os.environ, "PYTHONHASHSEED": "0"},
    )

from tests.support.storm import run_storm


def main() -> int:
    """Run the storms that the command line names."""
    first = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    broken = 0
    began = time.process_time()
    totals = [0, 0, 0, 0]
    longest = 0.0
    for seed in range(first, first + count):
        outcome = run_storm(seed)
        totals = [
            sum(pair)
            for pair in zip(
                totals, (outcome.steps, outcome.deeds, outcome.faults, outcome.kills), strict=True
            )
        ]
        longest = max(longest, outcome.calm_s)
        if outcome.broken:
            broken += 1
            sys.stdout.write(f"seed {seed}: {outcome.broken}\n")
            if count == 1:
                sys.stdout.write("".join(f"    {line}\n" for line in outcome.lines))
            sys.stdout.write(f"    again: {os.path.relpath(sys.executable)} -m tests.storm {seed}\n")
            sys.stdout.flush()
    steps, deeds, faults, kills = totals
    sys.stdout.write(
        f"{count} storms, {broken} broken: {steps} steps, {deeds} deeds, {faults} faults, {kills} kills; "
        f"longest calm {longest:.1f}s; {time.process_time() - began:.1f}s of CPU\n"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
