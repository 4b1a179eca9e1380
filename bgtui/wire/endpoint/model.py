"""What describes one REST route: where it is, how often it may be asked, whether it can change anything."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from bgtui.domain.value import frozen


class Scope(StrEnum):
    """Whom a rate limit counts."""

    IP = "ip"
    UID = "uid"


@frozen
class Limit:
    """So many requests in so many seconds, counted for each endpoint by itself."""

    count: int
    seconds: float = 1.0
    scope: Scope = Scope.UID


def per_ip(count: int) -> Limit:
    """Return a limit of so many requests a second from one address."""
    return Limit(count, scope=Scope.IP)


def per_uid(count: int) -> Limit:
    """Return a limit of so many requests a second of one account."""
    return Limit(count, scope=Scope.UID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One REST route of Bitget."""

    name: str
    """What the program calls it: family and subject, ``spot.tickers``."""
    path: str
    """Path without host and query."""
    limit: Limit
    signed: bool
    """Whether the request carries the key."""
    doc: str
    """Page of Bitget's reference, below ``https://www.bitget.com/api-doc/``."""
    generation: str = "v2"
    in_demo: bool = True
    """False where Bitget says that a demo key cannot ask it; True promises nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Endpoint):
    """A GET: changes nothing, may be asked again."""

    @property
    def method(self) -> Literal["GET"]:
        """The HTTP verb."""
        return "GET"


@dataclass(frozen=True, slots=True, kw_only=True)
class Write(Endpoint):
    """A POST: changes something, is sent once."""

    lowers_risk: bool = False
    """Cancels and closes: these may use the share of the budget that is kept back for them."""
    elite: Limit | None = None
    """The lower limit of lead traders, where they have one."""

    @property
    def method(self) -> Literal["POST"]:
        """The HTTP verb."""
        return "POST"


def public(name: str, path: str, limit: int, doc: str) -> Read:
    """Describe a GET that anybody may ask, limited by address."""
    return Read(name=name, path=path, limit=per_ip(limit), signed=False, doc=doc)


def private(name: str, path: str, limit: int, doc: str, *, in_demo: bool = True) -> Read:
    """Describe a GET about the account, limited by account."""
    return Read(name=name, path=path, limit=per_uid(limit), signed=True, doc=doc, in_demo=in_demo)


def write(
    name: str, path: str, limit: int, doc: str, *, lowers_risk: bool = False, elite: int | None = None
) -> Write:
    """Describe a POST, limited by account; `elite` is the limit of lead traders where that is lower."""
    lower = None if elite is None else per_uid(elite)
    return Write(
        name=name, path=path, limit=per_uid(limit), signed=True, doc=doc, lowers_risk=lowers_risk, elite=lower
    )
