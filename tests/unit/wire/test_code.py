"""The code table: complete against the sources, and fit to be read by a person."""

import re
from pathlib import Path

import pytest

from bgtui.domain.text import clean_line
from bgtui.wire.code import CODES, Kind, lookup
from bgtui.wire.code.document import page
from bgtui.wire.code.ending import read_ending, write_ending

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared"
needs_shared = pytest.mark.skipif(
    not (SHARED / "bitget-wire.md").exists(), reason="the source documents are not beside the repository"
)

# What the groups of the contract (bitget-wire.md 3.2) may be here: a code stands in several now and then,
# and is then held to be of one of them.
GROUP_KINDS = {
    "Ok, nothing to do": {Kind.OK},
    "Resync clock": {Kind.CLOCK},
    "Fix keys / permissions": {Kind.AUTH, Kind.PERMISSION},
    "Wrong account kind": {Kind.ACCOUNT_KIND},
    "Back off (rate)": {Kind.RATE},
    "Transient": {Kind.TRANSIENT, Kind.MAINTENANCE, Kind.UNKNOWN_OUTCOME},
    "Unknown outcome after a write": {Kind.UNKNOWN_OUTCOME, Kind.MAINTENANCE},
    "Duplicate clientOid": {Kind.DUPLICATE},
    "Order not found": {Kind.NOT_FOUND},
    "Cannot cancel / already final": {Kind.ALREADY_FINAL},
    "Not enough funds / size": {Kind.FUNDS},
    "Nothing to close": {Kind.NOTHING_TO_CLOSE},
    "Price / size rule": {Kind.RULE},
    "Too many open orders": {Kind.TOO_MANY},
    "Mode mismatch": {Kind.MODE},
    "TP/SL price": {Kind.TPSL},
    "Symbol not tradable now": {Kind.UNTRADABLE},
    "Bad parameters": {Kind.PARAMETER},
    "Copy trading": {Kind.COPY},
}


def spelled_out(text: str) -> set[str]:
    """Return the codes in backquotes, ranges included."""
    codes = set(re.findall(r"`(\d{3}|\d{5,6})`", text)) - {"200"}
    for first, last in re.findall(r"`(\d{5})`[–-]`(\d{5})`", text):
        codes |= {f"{number:05}" for number in range(int(first), int(last) + 1)}
    return codes


def contract() -> str:
    text = (SHARED / "bitget-wire.md").read_text(encoding="utf-8")
    return text[text.index("## 3.2") : text.index("# 4. REST endpoints")]


def contract_groups() -> dict[str, set[str]]:
    section = contract()
    rows = re.findall(r"^\| \*\*(.+?)\*\*(.*)$", section[: section.index("## 3.3")], re.MULTILINE)
    return {title: spelled_out(text) for title, text in rows}


def seed(name: str) -> str:
    (path,) = (SHARED / "seeds").glob(f"{name}_*.txt")
    return path.read_text(encoding="utf-8")


def seed_codes(name: str) -> set[str]:
    text = seed(name)
    if name == "000":
        found = re.findall(r"^\| \*\*(\d+)\*\* \|", text, re.MULTILINE)
        found += re.findall(r"error_code == '(\d+)'|\"code\": \"(\d{5,6})\"", text)
        return {code for item in found for code in ([item] if isinstance(item, str) else item) if code}
    if name == "001":
        table = text[text.index("RestAPI错误\n") :]
        return set(re.findall(r"^(\d{5,6}) \|", table, re.MULTILINE)) | set(
            re.findall(r"\| (\d{5}) \|$", table, re.MULTILINE)
        )
    if name == "002":
        return set(re.findall(r"^(\d{5,6}) .* 400\s*$", text, re.MULTILINE))
    if name == "003":
        return set(re.findall(r"^\| (\d{5}) +\|", text, re.MULTILINE))
    return set(re.findall(r'"?(?:code|errorCode)"?\s*:\s*"?(\d{5,6})', text))


@needs_shared
@pytest.mark.parametrize(
    ("name", "at_least"), [("000", 20), ("001", 650), ("002", 650), ("003", 6), ("004", 0)]
)
def test_every_code_of_a_source_document_is_listed(name: str, at_least: int) -> None:
    codes = seed_codes(name)
    assert len(codes) >= at_least, "the extraction went blind"
    assert codes - set(CODES) == set()


@needs_shared
def test_every_code_of_the_contract_is_listed() -> None:
    codes = spelled_out(contract())
    assert len(codes) > 250
    assert codes - set(CODES) == set()


@needs_shared
def test_the_table_lists_nothing_that_no_source_has() -> None:
    sources = spelled_out(contract()).union(*(seed_codes(f"00{number}") for number in range(5)))
    assert set(CODES) - sources == set()


@needs_shared
def test_kinds_agree_with_the_groups_of_the_contract() -> None:
    groups = contract_groups()
    assert len(groups) == len(GROUP_KINDS)
    allowed: dict[str, set[Kind]] = {}
    for title, codes in groups.items():
        (kinds,) = (kinds for start, kinds in GROUP_KINDS.items() if title.startswith(start))
        for code in codes:
            allowed.setdefault(code, set()).update(kinds)
    wrong = {code: CODES[code].kind for code, kinds in allowed.items() if CODES[code].kind not in kinds}
    assert wrong == {}


@needs_shared
def test_what_leaves_a_write_open_in_the_contract_leaves_it_open_here() -> None:
    groups = contract_groups()
    open_ended = next(codes for title, codes in groups.items() if title.startswith("Unknown outcome"))
    duplicates = next(codes for title, codes in groups.items() if title.startswith("Duplicate"))
    # 40404 and 429 are told apart by their own groups; everything here must stay in doubt.
    assert len(open_ended) >= 10
    for code in open_ended | duplicates:
        assert write_ending(lookup(code).kind) == "OutcomeUnknown", code


def test_every_row_is_one_clean_line_for_a_person() -> None:
    for code, row in CODES.items():
        assert row.code == code
        assert re.fullmatch(r"\d{3}|\d{5,6}", code)
        for text in (row.cause, row.hint):
            assert text
            assert text == clean_line(text)
            assert text.isascii()
            assert "|" not in text
            assert not text.endswith((".", "!", ";"))
            assert not re.search(r"\{\d\}|%s", text), "a placeholder of Bitget's text"
            assert len(text) <= 100, code
        assert row.kind is not Kind.UNKNOWN
        assert row.cause[0].islower() or row.cause.startswith(("Bitget", "P2P")), code


def test_every_kind_but_unknown_is_used_and_every_section_of_the_page_is_filled() -> None:
    assert {row.kind for row in CODES.values()} == set(Kind) - {Kind.UNKNOWN}
    text = page()
    for kind in set(Kind) - {Kind.UNKNOWN}:
        assert f"(`{kind}`)" in text
    assert all(f"| `{code}` |" in text for code in CODES)


def test_every_kind_has_an_ending() -> None:
    for kind in Kind:
        assert read_ending(kind)
        assert write_ending(kind)


def test_a_code_that_is_not_listed_says_so() -> None:
    row = lookup("47119")
    assert (row.code, row.kind) == ("47119", Kind.UNKNOWN)
    assert row.cause
    assert row.hint


@pytest.mark.parametrize(
    ("code", "kind", "word"),
    [
        ("43025", Kind.NOT_FOUND, "trigger order"),
        ("43026", Kind.ALREADY_FINAL, "trigger order"),
        ("43027", Kind.RULE, "minimum"),
        ("43028", Kind.RULE, "tick"),
        ("43011", Kind.PARAMETER, "parameter"),
        ("40001", Kind.AUTH, "no API key"),
        ("40002", Kind.AUTH, "signature"),
        ("40006", Kind.AUTH, "API key"),
        ("40008", Kind.CLOCK, "timestamp"),
        ("40010", Kind.UNKNOWN_OUTCOME, "timed out"),
        ("50001", Kind.MODE, "cross"),
        ("40762", Kind.FUNDS, "open"),
        ("400172", Kind.PARAMETER, "parameters"),
        ("60004", Kind.FOREIGN, "P2P"),
        ("40708", Kind.DUPLICATE, "id of ours"),
        ("45068", Kind.NOTHING_TO_CLOSE, "no position"),
        ("30001", Kind.UNTRADABLE, "channel"),
        ("13008", Kind.COPY, "minimum"),
    ],
)
def test_where_the_source_documents_are_wrong_the_contract_counts(code: str, kind: Kind, word: str) -> None:
    row = lookup(code)
    assert row.kind is kind
    assert word in row.cause


def test_a_unified_account_is_told_what_works_today() -> None:
    row = lookup("40085")
    assert row.kind is Kind.ACCOUNT_KIND
    assert "unified account" in row.cause
    assert "classic account" in row.hint
    assert "works today" in row.hint


def test_the_page_in_docs_is_made_from_the_table() -> None:
    written = (ROOT / "docs" / "error-codes.md").read_text(encoding="utf-8")
    assert written == page(), "run: python -m bgtui.wire.code > docs/error-codes.md"
