"""Every API code that the sources list: what it means, in words for a trader, and what to do next.

Data and a lookup; `bgtui.wire.envelope` decides which error a code becomes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from bgtui.wire.code import access, copytrade, foreign, margin, order, position, request, stream
from bgtui.wire.code.kind import CodeInfo, Group, Kind

__all__ = ["CODES", "CodeInfo", "Group", "Kind", "lookup"]


def _table(groups: Iterable[Group]) -> Mapping[str, CodeInfo]:
    table: dict[str, CodeInfo] = {}
    for row in (row for group in groups for row in group.rows()):
        if row.code in table:
            raise ValueError(f"code {row.code} stands in two groups")
        table[row.code] = row
    return MappingProxyType(dict(sorted(table.items())))


CODES = _table(
    group
    for family in (access, request, order, position, margin, copytrade, stream, foreign)
    for group in family.GROUPS
)
"""Row by code, in the order of the codes as text."""


def lookup(code: str) -> CodeInfo:
    """Return the row of a code; a code that is not in the table comes back as `Kind.UNKNOWN`."""
    row = CODES.get(code)
    if row is not None:
        return row
    return CodeInfo(
        code, Kind.UNKNOWN, "bgtui does not know this code", "read Bitget's own words, or its reference"
    )
