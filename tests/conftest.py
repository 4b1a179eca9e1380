"""What all tests share: how hypothesis looks for examples, and how long a test may take."""

import faulthandler
import gc
import os
import signal
from collections.abc import Generator
from types import FrameType

import pytest
from hypothesis import HealthCheck, settings

PATIENCE_S = float(os.environ.get("BGTUI_TEST_PATIENCE_S", "600"))
"""How long one test may take, seconds; 0 waits for ever. Far above what any needs, so that none can hang."""
_AGAIN_S = 5.0

settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("search", deadline=None, derandomize=False, max_examples=5000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Gather the tests without looking for garbage: there are thousands, and all of them stay to the end.

    They are left out of every later look, which would else cost more than what it finds.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """End a test that waits for something that never comes, and show where every thread of it stood.

    An event loop hands what is raised in one of its callbacks to its handler and goes on, so it is raised
    again until it meets what waits.
    """
    if not hasattr(signal, "SIGALRM") or PATIENCE_S <= 0:
        return (yield)

    def give_up(_number: int, _frame: FrameType | None) -> None:
        faulthandler.dump_traceback()
        pytest.fail(f"{item.nodeid} was still running after {PATIENCE_S:g}s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE_S, _AGAIN_S)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
