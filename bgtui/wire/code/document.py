"""The code table as the page docs/error-codes.md."""

from __future__ import annotations

from bgtui.wire.code import CODES
from bgtui.wire.code.ending import read_ending, write_ending
from bgtui.wire.code.kind import CodeInfo, Kind

_HEAD = """\
# Error codes

Every code that Bitget's documents list, in bgtui's words. This page is made from the table in
`bgtui/wire/code/`: change it there, then run `python -m bgtui.wire.code > docs/error-codes.md`.

"Read" and "write" say how a question and an order end. A write that ends as `OutcomeUnknown` may have been
carried out: it is looked up, never sent again ([ADR 0004](adr/0004-answers-to-writes.md)). A code that is not
here ends a read as `Rejected` and a write as `OutcomeUnknown`.
"""

_TITLES = {
    Kind.OK: "Done",
    Kind.CLOCK: "Clock",
    Kind.AUTH: "Key and signature",
    Kind.PERMISSION: "Permission",
    Kind.ACCOUNT_KIND: "Kind of account",
    Kind.RATE: "Too fast",
    Kind.TRANSIENT: "Passing faults",
    Kind.UNKNOWN_OUTCOME: "Faults with an unknown outcome",
    Kind.DUPLICATE: "Order id used before",
    Kind.NOT_FOUND: "No such order",
    Kind.ALREADY_FINAL: "Order cannot change any more",
    Kind.FUNDS: "Not enough funds",
    Kind.NOTHING_TO_CLOSE: "Nothing to close",
    Kind.RULE: "Price, size and leverage rules",
    Kind.TOO_MANY: "Too many open",
    Kind.MODE: "Position mode, margin mode, leverage",
    Kind.TPSL: "Take-profit and stop-loss",
    Kind.UNTRADABLE: "Symbol not tradable",
    Kind.PARAMETER: "Malformed request",
    Kind.COPY: "Copy trading",
    Kind.MAINTENANCE: "Maintenance",
    Kind.FOREIGN: "Parts of Bitget that bgtui does not use",
}


def page() -> str:
    """Return the whole page, Markdown."""
    sections = (_section(kind, [row for row in CODES.values() if row.kind is kind]) for kind in _TITLES)
    return "\n".join([_HEAD, *sections])


def _section(kind: Kind, rows: list[CodeInfo]) -> str:
    lines = [
        f"## {_TITLES[kind]} (`{kind}`)",
        "",
        f"Read: {read_ending(kind)}. Write: {write_ending(kind)}.",
        "",
        "| Code | What happened | What to do |",
        "| --- | --- | --- |",
        *(f"| `{row.code}` | {row.cause} | {row.hint} |" for row in rows),
        "",
    ]
    return "\n".join(lines)
