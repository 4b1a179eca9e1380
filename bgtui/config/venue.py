"""Which exchange the settings lead to, and which addresses a key may be sent to."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

from bgtui.domain.error import ConfigError
from bgtui.domain.value import frozen

EXCHANGE_DOMAIN = "bitget.com"

# Nothing that two URL parsers could read differently: no user, no escapes, no backslash.
_PLAIN_URL = re.compile(r"[a-z]+://(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?(/[A-Za-z0-9._/-]*)?\Z")
_SCHEMES = {"rest_url": ("https", "http"), "ws_public_url": ("wss", "ws"), "ws_private_url": ("wss", "ws")}
URL_FIELDS = tuple(_SCHEMES)
EMBEDDED_PROFILES = ("practice", "watch", "leader", "follower")
"""Accounts of the embedded simulator; each is a profile that needs no table and no stored key."""


class Environment(StrEnum):
    """The three places that orders and keys can go to."""

    SIM = "sim"
    """A simulator on this machine."""
    DEMO = "demo"
    """Bitget's paper trading: keys of its own, no real money."""
    LIVE = "live"


@frozen
class Venue:
    """The addresses of one exchange."""

    environment: Environment
    rest_url: str
    """Scheme, host and port; no path, since the signature covers the whole path."""
    ws_public_url: str
    ws_private_url: str

    @property
    def is_demo(self) -> bool:
        """Tell whether requests carry the paper-trading header."""
        return self.environment is Environment.DEMO

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host that this venue talks to, without repeats, REST first."""
        return tuple(
            dict.fromkeys(host_of(url) for url in (self.rest_url, self.ws_public_url, self.ws_private_url))
        )


LIVE = Venue(
    Environment.LIVE,
    "https://api.bitget.com",
    "wss://ws.bitget.com/v2/ws/public",
    "wss://ws.bitget.com/v2/ws/private",
)
DEMO = Venue(
    Environment.DEMO,
    "https://api.bitget.com",
    "wss://wspap.bitget.com/v2/ws/public",
    "wss://wspap.bitget.com/v2/ws/private",
)


def host_of(url: str) -> str:
    """Return the host of a checked URL, with its port when it names one."""
    return urlsplit(url).netloc


def check_url(
    field: str, url: str, environment: Environment, allowed_hosts: Collection[str], origin: str
) -> None:
    """Refuse an address that a key must not be sent to.

    On demo and live that is everything but TLS to `bitget.com` and its subdomains; in the simulator's
    environment everything but this machine. A host typed with `--allow-host` is taken besides, without TLS
    only on this machine; the exchange itself is no simulator, typed or not.

    Raises:
        ConfigError: naming the setting by ``origin``; the address is shown only as far as it is a plain one.
    """
    secure, plain = _SCHEMES[field]
    if not _PLAIN_URL.match(url) or (parts := _split(url)) is None:
        raise ConfigError(f"{origin} is not a plain {secure}:// address")
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in (secure, plain):
        raise ConfigError(f"{origin} must begin with {secure}://, not {parts.scheme}://")
    if field == "rest_url" and parts.path not in ("", "/"):
        raise ConfigError(f"{origin} must be a scheme and a host, without the path {parts.path}")
    is_local, is_allowed = (
        _is_loopback(host),
        host in {allowed.lower().rstrip(".") for allowed in allowed_hosts},
    )
    is_exchange = host == EXCHANGE_DOMAIN or host.endswith("." + EXCHANGE_DOMAIN)
    if environment is Environment.SIM:
        if is_exchange:  # whatever is allowed: a simulator's run begins armed, and calls itself one
            raise ConfigError(
                f"{origin} leads to {host}, which is no simulator", hint="use --env demo or --env live"
            )
        if not (is_local or is_allowed):
            raise ConfigError(
                f"{origin} leads to {host}: the environment sim stays on this machine",
                hint=f"add --allow-host {host} if you mean it",
            )
        return
    if not (is_allowed or is_exchange):
        raise ConfigError(
            f"{origin} leads to {host}, which is not {EXCHANGE_DOMAIN}",
            hint=f"add --allow-host {host} if you mean it",
        )
    if parts.scheme != secure and not (is_allowed and is_local):
        raise ConfigError(f"{origin} must begin with {secure}://: a key does not travel in clear")


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for a port out of range
    except ValueError:
        return None
    return parts


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
