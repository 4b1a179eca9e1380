"""What an account pane says of its age."""

from __future__ import annotations

import pytest

from bgtui.store.freshness import Freshness, Trust
from bgtui.ui.view.positions import freshness_words, is_stale


@pytest.mark.parametrize(
    ("trust", "age_s", "says"),
    [
        (Trust.CURRENT, 0.0, ""),
        (Trust.UNKNOWN, None, "SYNC"),
        (Trust.RECONCILING, 0.4, "asking"),
        (Trust.RECONCILING, None, "asking"),
        (Trust.RECONCILING, 14.0, "STALE 14s"),
        (Trust.STALE, 0.4, "STALE 0s"),
        (Trust.STALE, 7.0, "STALE 7s"),
    ],
)
def test_what_is_asked_for_long_without_an_answer_is_stale(
    trust: Trust, age_s: float | None, says: str
) -> None:
    fresh = Freshness(trust, age_s)
    assert freshness_words(fresh) == says
    assert is_stale(fresh) == says.startswith("STALE")
