"""The result of one check."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from bgtui.domain.error import BgtuiError, ExitCode
from bgtui.domain.value import frozen


class State(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARN = "warn"
    """Works, but not as well as it could."""
    FAIL = "fail"
    SKIPPED = "skipped"


@frozen
class Check:
    """One line of the report."""

    name: str
    state: State
    detail: str
    """Safe to print."""
    fix: str = ""
    """What to do about it; empty when nothing is wrong."""
    exit_code: ExitCode = ExitCode.DEGRADED
    """What the failure would be on its own; only a failed check's counts."""


def failed(name: str, error: BgtuiError) -> Check:
    """Return the check that an error ended."""
    return Check(name, State.FAIL, error.message, error.hint, error.exit_code)


def skipped(name: str, why: str) -> Check:
    """Return a check that could not be made."""
    return Check(name, State.SKIPPED, why)


def exit_code(checks: Sequence[Check]) -> ExitCode:
    """Return 0 when nothing failed, the failures' own code when they agree on one, otherwise 9."""
    codes = {check.exit_code for check in checks if check.state is State.FAIL}
    if not codes:
        return ExitCode.OK
    return codes.pop() if len(codes) == 1 else ExitCode.DEGRADED
