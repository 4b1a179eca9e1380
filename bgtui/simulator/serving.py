"""Serving an exchange with its faults, and with the relay in front where one of them needs it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_address

from bgtui.domain.clock import Clock
from bgtui.domain.error import ConfigError
from bgtui.simulator.exchange import Exchange
from bgtui.simulator.fault import FaultSet
from bgtui.simulator.relay import Relay
from bgtui.simulator.server import PRIVATE_PATH, PUBLIC_PATH, Options, Served, serve

WATCH_S = 0.02
"""How soon the relay notices that it is to refuse connections, seconds."""
LOOPBACK = "127.0.0.1"


@contextlib.asynccontextmanager
async def serve_with_faults(
    exchange: Exchange,
    clock: Clock,
    faults: FaultSet,
    *,
    host: str = LOOPBACK,
    port: int = 0,
    options: Options | None = None,
    instance_id: str = "",
) -> AsyncIterator[Served]:
    """Serve an exchange until the block ends; arguments as those of `server.serve`.

    Raises:
        ConfigError: a fault names what is not there, or a relay would let strangers in.
        OSError: the address cannot be had.
    """
    if not faults.has_relay:
        async with serve(
            exchange, clock, host=host, port=port, options=options, faults=faults, instance_id=instance_id
        ) as served:
            yield served
        return
    if not _is_loopback(host):
        # Behind the relay everybody comes from loopback, where `/sim/…` is answered.
        raise ConfigError("faults of the relay work on loopback alone", hint="leave out --host")
    async with serve(exchange, clock, options=options, faults=faults, instance_id=instance_id) as served:
        relay = Relay((LOOPBACK, served.port), faults.script)
        await relay.open(host, port)
        faults.changed = relay.review
        watch = asyncio.create_task(_watch(relay, faults))
        try:
            yield _moved(served, host, relay.port)
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
            await relay.close()


async def _watch(relay: Relay, faults: FaultSet) -> None:
    while True:
        if faults.is_refusing and not relay.is_refusing:
            await relay.refuse()
        elif relay.is_refusing and not faults.is_refusing:
            await relay.accept()
        await asyncio.sleep(WATCH_S)


def _moved(served: Served, host: str, port: int) -> Served:
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return replace(
        served,
        rest=f"http://{where}",
        ws_public=f"ws://{where}{PUBLIC_PATH}",
        ws_private=f"ws://{where}{PRIVATE_PATH}",
        port=port,
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
