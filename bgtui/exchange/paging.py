"""Walk lists that the exchange hands out in pages: by cursor, by page number, by windows of time.

A list is complete or it is an error: an account read as flat because a page was missing is the worst answer
there is. So a walk ends only where the exchange says that there is no more; a page that comes again is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, Protocol, TypeVar

import msgspec

from bgtui.domain.error import DecodeError
from bgtui.domain.value import frozen
from bgtui.wire.endpoint import Read
from bgtui.wire.page import Page

RowT = TypeVar("RowT")

MAX_PAGES = 500
"""Longer than 90 days of any account's history; a list that goes on is one that never ends."""

DAY_MS = 86_400_000
HISTORY_MS = 90 * DAY_MS
"""How far back the exchange keeps lists (bitget-wire 4.0)."""


class Source(Protocol):
    """What reads need of a client: `RestClient` without its writes."""

    @property
    def is_demo(self) -> bool:
        """Whether requests go to demo trading."""

    async def exchange_now_ms(self) -> int:
        """Return exchange time, Unix milliseconds, asked for if it is not known."""

    async def read(self, endpoint: Read, params: Mapping[str, str] | None = None) -> msgspec.Raw:
        """Ask one route."""


@frozen
class Listing(Generic[RowT]):
    """One list: where it is, how its pages are read, and what tells its rows apart."""

    endpoint: Read
    decode: Callable[[msgspec.Raw], Page[RowT]]
    key: Callable[[RowT], str]
    time_ms: Callable[[RowT], int] | None = None
    """The time that `startTime` and `endTime` are about."""
    limit: int = 100
    """Rows asked for at once."""


async def walk(source: Source, listing: Listing[RowT], params: Mapping[str, str]) -> list[RowT]:
    """Return every row of a list, as the exchange orders them.

    Raises:
        DecodeError: The list cannot be read to its end.
    """
    rows: dict[str, RowT] = {}
    asked: dict[str, str] | None = {**params, "limit": str(listing.limit)}
    for _ in range(MAX_PAGES):
        if asked is None:
            return list(rows.values())
        page = listing.decode(await source.read(listing.endpoint, asked))
        fresh = {key: row for row in page.rows if (key := listing.key(row)) not in rows}
        rows |= fresh
        asked = _further(listing, asked, page, has_fresh=bool(fresh))
    raise DecodeError(f"{listing.endpoint.path}: the list goes on after {MAX_PAGES} pages")


async def walk_between(
    source: Source,
    listing: Listing[RowT],
    params: Mapping[str, str],
    span: tuple[int, int],
    window_ms: int = HISTORY_MS,
) -> list[RowT]:
    """Return every row between two times, milliseconds, asking for no longer window than the route allows.

    Raises:
        DecodeError: The list cannot be read to its end.
    """
    rows: dict[str, RowT] = {}
    for start_ms, end_ms in windows(*span, window_ms):
        times = {"startTime": str(start_ms), "endTime": str(end_ms)}
        for row in await walk(source, listing, {**params, **times}):
            rows[listing.key(row)] = row
    return list(rows.values())


async def walk_numbered(
    source: Source,
    endpoint: Read,
    decode: Callable[[msgspec.Raw], tuple[RowT, ...]],
    params: Mapping[str, str],
    size: int,
) -> list[RowT]:
    """Return every row of a list whose pages are numbered.

    Raises:
        DecodeError: The list cannot be read to its end.
    """
    rows: list[RowT] = []
    before: tuple[RowT, ...] = ()
    for number in range(1, MAX_PAGES + 1):
        asked = {**params, "pageNo": str(number), "pageSize": str(size)}
        page = decode(await source.read(endpoint, asked))
        if page and page == before:
            raise DecodeError(f"{endpoint.path}: the same page came again, the list is not complete")
        rows.extend(page)
        if len(page) < size:
            return rows
        before = page
    raise DecodeError(f"{endpoint.path}: the list goes on after {MAX_PAGES} pages")


def windows(start_ms: int, end_ms: int, window_ms: int) -> Iterator[tuple[int, int]]:
    """Cut a span of time into windows, the latest first; an end is the next one's beginning."""
    while end_ms - start_ms > window_ms:
        yield end_ms - window_ms, end_ms
        end_ms -= window_ms
    yield start_ms, end_ms


def _further(
    listing: Listing[RowT], asked: Mapping[str, str], page: Page[RowT], *, has_fresh: bool
) -> dict[str, str] | None:
    """Return what to ask next, None at the end of the list."""
    if page.cursor is None or not page.rows:
        return None
    if has_fresh or asked.get("idLessThan") != page.cursor:
        return {**asked, "idLessThan": page.cursor}
    if len(page.rows) < listing.limit:
        return None
    # The exchange puts times before cursors: a full page that came again asks for an earlier end.
    if listing.time_ms is not None and "endTime" in asked:
        oldest = str(min(map(listing.time_ms, page.rows)))
        if oldest != asked["endTime"]:
            return {**asked, "endTime": oldest}
    raise DecodeError(f"{listing.endpoint.path}: the same page came again, the list is not complete")
