"""The language of `--fault`: what it reads, what it refuses, and the table behind it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgtui.domain.error import ConfigError
from bgtui.simulator.fault_kind import KINDS, OWN
from bgtui.simulator.fault_spec import When, parse_spec
from tests.simulator.worlds import BTC, SPOT_BTC

DOCS = Path(__file__).parents[2] / "docs" / "simulator.md"
ALL_IDS = {f"F-{number:02d}" for number in range(1, 31)}


@pytest.mark.parametrize(
    ("text", "argument", "options", "when"),
    [
        ("latency", (50, 50), {}, When()),
        ("latency:80ms", (80, 80), {}, When()),
        ("latency:50ms-2s,method=POST", (50, 2000), {"method": "POST"}, When()),
        ("drop-frame:p=0.01,channel=books", None, {"channel": "books"}, When(probability=0.01)),
        ("duplicate-frame", None, {}, When()),
        ("gap:channel=books,every=100", None, {"channel": "books"}, When(every=100, times=1)),
        ("bad-checksum:once", None, {}, When(times=1)),
        ("bad-checksum:forever", None, {}, When()),
        ("gap:forever", None, {}, When()),
        ("half-open:after=5s", None, {}, When(times=1, after_ms=5000)),
        (
            "timeout-after:route=/api/v2/mix/order/place-order,times=1",
            60_000,
            {"route": "/api/v2/mix/order/place-order"},
            When(times=1),
        ),
        ("timeout-before:200ms", 200, {}, When()),
        ("status:503,for=2m,skip=3", 503, {}, When(for_ms=120_000, skip=3)),
        ("clock-skew:-60s", -60_000, {}, When()),
        ("delist:BTCUSDT", BTC, {}, When(times=1)),
        ("delist:spot:btcusdt,after=1h", SPOT_BTC, {}, When(times=1, after_ms=3_600_000)),
        ("garbage-frame:nan", "nan", {}, When()),
        ("mode-change", "other", {}, When(times=1)),
        ("leverage-change:BTCUSDT,to=50", BTC, {"to": "50"}, When(times=1)),
        ("login-refused:30012", 30012, {}, When()),
        ("relay-cut:100,path=/v2/ws/private", 100, {"path": "/v2/ws/private"}, When()),
    ],
)
def test_a_spec_is_read(text: str, argument: object, options: dict[str, str], when: When) -> None:
    spec = parse_spec(text)
    assert (spec.argument, dict(spec.options), spec.when) == (argument, options, when)
    assert spec.text == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nope",
        "latency:",
        "latency:50",
        "latency:50ms,60ms",
        "latency:2s-1s",
        "latency:-5ms",
        "latency:p=0",
        "latency:p=1.5",
        "latency:p=nan",
        "latency:times=0",
        "latency:times=-1",
        "latency:times=1,times=2",
        "latency:once,forever",
        "latency:channel=books",
        "latency:method=PUT",
        "latency:route=",
        "latency:route=/a b",
        "drop-frame:books",
        "status",
        "status:99",
        "status:banana",
        "status:503,accepted=perhaps",
        "clock-skew",
        "clock-skew:soon",
        "delist",
        "delist:",
        "delist:no such thing",
        "delist:moon:BTCUSDT",
        "garbage-frame:surprise",
        "mode-change:sideways",
        "half-open:after=-5s",
        "half-open:stream=both",
        "relay-cut:0",
        "relay-cut:٣",
        "LATENCY:50ms",
        " latency",
        "latency:50ms ",
        "latency:50ms,",
        "latency;50ms",
        "latency:" + "9" * 500,
        "\x1b[2Jlatency",
    ],
)
def test_what_is_no_spec_is_refused_in_one_clean_line(text: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        parse_spec(text)
    assert str(refusal.value).isprintable()


SPECS = st.sampled_from(list(KINDS)).flatmap(
    lambda name: st.text(max_size=30).map(lambda rest: f"{name}:{rest}")
)


@given(st.text(max_size=60) | SPECS)
def test_nothing_but_a_refusal_comes_of_any_text(text: str) -> None:
    refusal = ""
    try:
        parse_spec(text)
    except ConfigError as error:
        refusal = str(error)
    assert not refusal or refusal.isprintable()


def test_every_fault_of_the_list_has_a_switch_or_is_the_programs_own() -> None:
    switched = {each for kind in KINDS.values() for each in kind.ids}
    assert switched | set(OWN) == ALL_IDS
    assert not switched & set(OWN)


def test_the_manual_lists_every_fault_and_every_id() -> None:
    text = DOCS.read_text()
    section = text[text.index("## Faults") :]
    rows = dict(re.findall(r"^\| (F-\d\d) \| (.+?) \|", section, re.MULTILINE))
    assert rows.keys() == ALL_IDS
    for name, cell in rows.items():
        named = set(re.findall(r"`([a-z0-9-]+)[^`]*`", cell))
        wanted = {kind.name for kind in KINDS.values() if name in kind.ids}
        assert named == wanted if wanted else named <= {"--rate", "--speed", "--replay"}, name
    for kind in KINDS.values():
        assert f"| `{kind.name}" in section, kind.name
