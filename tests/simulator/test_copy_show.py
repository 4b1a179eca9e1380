"""`bgtui show` of copy trading, against the simulator over real sockets."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from bgtui.cli.showing import Showing
from bgtui.domain.error import ExitCode, Rejected
from bgtui.domain.instrument import ProductType
from bgtui.domain.market import CandleInterval
from tests.simulator.test_desk import settings_for
from tests.support.simulated import simulated

SUBJECTS = {
    "tracking": ("leader", "tracking_no"),
    "followers": ("leader", "follower_uid"),
    "traders": ("follower", "trader_id"),
    "copy-profit": ("leader", "summary"),
}


async def shown(
    tmp_path: Path, subject: str, profile: str, *, product: ProductType | None = None, **how: Any
) -> int:
    async with simulated() as served:
        settings = settings_for(served, tmp_path, profile)
        options = {"as_json": False, "timeout_s": 5.0, "product_type": product, **how}
        return await Showing(settings, subject, None, CandleInterval.M1, None, **options).once()


@pytest.mark.parametrize("product", [None, ProductType.SPOT], ids=str)
@pytest.mark.parametrize("subject", SUBJECTS)
async def test_as_json(
    subject: str, product: ProductType | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profile, field = SUBJECTS[subject]
    assert await shown(tmp_path, subject, profile, product=product, as_json=True) == ExitCode.OK
    out = capsys.readouterr().out
    assert out.isascii()
    answer = json.loads(out)
    assert list(answer) == ["data", "as_of_ms", "stale"]
    data = answer["data"]
    assert data
    assert field in (data if isinstance(data, dict) else data[0])


@pytest.mark.parametrize("subject", SUBJECTS)
async def test_as_text_and_as_csv(subject: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile, _ = SUBJECTS[subject]
    await shown(tmp_path, subject, profile)
    text = capsys.readouterr().out
    assert len(text.splitlines()) >= 2
    (tmp_path / "again").mkdir()
    await shown(tmp_path / "again", subject, profile, as_csv=True)
    out = capsys.readouterr().out
    header, *rows = csv.reader(out.splitlines())
    assert rows
    assert all(len(row) == len(header) for row in rows)
    for harmful in ("\x1b", "\x07", "\x9b", "\u202e", "\x00"):
        assert harmful not in text
        assert harmful not in out


async def test_who_leads_nobody_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="31001"):
        await shown(tmp_path, "followers", "practice")
