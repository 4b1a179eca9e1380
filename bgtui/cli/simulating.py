"""One run of `bgtui sim`."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import os
import random
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from bgtui.bootstrap.heap import set_for_feed
from bgtui.cli.log import LOG
from bgtui.cli.output import say, write_json
from bgtui.config.paths import find_paths
from bgtui.domain.error import ConfigError, ExitCode, FileDecodeError
from bgtui.domain.order import PositionMode
from bgtui.domain.value import frozen
from bgtui.exchange.clock import SystemClock
from bgtui.simulator.books import Flavour
from bgtui.simulator.copytrade_script import Cast
from bgtui.simulator.exchange import Exchange, World
from bgtui.simulator.fault import FaultSet
from bgtui.simulator.market import DEFAULT_RATE
from bgtui.simulator.ready import Ready, to_wire
from bgtui.simulator.replay import Recording, load
from bgtui.simulator.server import Options, Served
from bgtui.simulator.serving import serve_with_faults
from bgtui.wire.capture import read

_LOOPBACK = "127.0.0.1"
_SEED_BITS = 32


@frozen
class Wanted:
    """What was asked for on the command line."""

    host: str | None
    port: int
    seed: int | None
    speed: float
    rate: float | None
    replay: Path | None
    faults: Sequence[str]
    state: Path | None
    position_mode: PositionMode
    flavour: Flavour
    is_child: bool
    """Started by a parent, with which it ends."""
    followers: int | None = None
    """Of the lead trader; None: as many as have names."""
    tracking: int | None = None
    """Futures tracking orders of the lead trader at the start, at least; None: the usual ones."""


async def simulate(wanted: Wanted) -> int:
    """Serve until canceled; a child, until its parent has gone.

    Raises:
        ConfigError: a file, a fault or an address that cannot be used.
        FileDecodeError: the recording is none, or damaged.
    """
    LOG.open(find_paths(os.environ).log_file)
    try:
        async with AsyncExitStack() as stack:
            await _simulate(wanted, stack)
    except ExceptionGroup as group:
        # The server's tasks pass on in a group what ended the block.
        if len(group.exceptions) == 1:
            raise group.exceptions[0] from None
        raise
    return ExitCode.OK


async def _simulate(wanted: Wanted, stack: AsyncExitStack) -> None:
    clock, instance = SystemClock(), secrets.token_hex(8)
    seed = secrets.randbits(_SEED_BITS) if wanted.seed is None else wanted.seed
    faults = FaultSet(wanted.faults, clock=clock, rng=random.Random(seed))
    world = World(
        seed=seed,
        start_ms=clock.now_ms(),
        speed=wanted.speed,
        rate=DEFAULT_RATE if wanted.rate is None else wanted.rate,
        position_mode=wanted.position_mode,
        recording=None if wanted.replay is None else load_recording(wanted.replay),
        cast=_cast(wanted),
    )
    keeping = None
    if wanted.state is None:
        exchange = Exchange(world)
    else:
        from bgtui.simulator.saved import open_saved

        saved = stack.enter_context(contextlib.closing(open_saved(wanted.state)))
        exchange = Exchange(saved.world(world))
        saved.restore(exchange)
        saved.begin(instance, exchange.clock.now_ms())
        keeping = saved.keep
    served = await stack.enter_async_context(_serving(wanted, exchange, clock, faults, instance))
    if wanted.seed is None and not wanted.is_child:
        say(f"--seed {seed} makes this market again")
    keys = {profile: key.credentials for profile, key in exchange.keys.items()}
    ready = Ready(served.rest, served.ws_public, served.ws_private, keys, instance)
    _hide(ready)
    set_for_feed()
    write_json(to_wire(ready))
    ending = _closing(sys.stdin.fileno()) if wanted.is_child else asyncio.Event().wait()
    await _first([ending] if keeping is None else [ending, keeping(exchange)])


@contextlib.asynccontextmanager
async def _serving(
    wanted: Wanted, exchange: Exchange, clock: SystemClock, faults: FaultSet, instance: str
) -> AsyncIterator[Served]:
    host, options = wanted.host or _LOOPBACK, Options(flavour=wanted.flavour)
    serving = serve_with_faults(
        exchange, clock, faults, host=host, port=wanted.port, options=options, instance_id=instance
    )
    async with AsyncExitStack() as stack:
        try:
            served = await stack.enter_async_context(serving)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise ConfigError(
                    f"port {wanted.port} of {host} is in use", hint="--port 0 takes one that is free"
                ) from None
            raise ConfigError(
                f"{host}, port {wanted.port}, cannot be listened on: {error.strerror}"
            ) from None
        if not _is_loopback(host):
            reach = "whoever reaches it can use it; without --host nobody else can"
            say(f"warning: this listens on {host}: {reach}")
        yield served


def _cast(wanted: Wanted) -> Cast:
    usual = Cast()
    return Cast(
        usual.followers if wanted.followers is None else wanted.followers,
        usual.tracking if wanted.tracking is None else wanted.tracking,
    )


def load_recording(path: Path) -> Recording:
    """Read a recording that is to be the market.

    Raises:
        ConfigError: it cannot be opened.
        FileDecodeError: it is none, is damaged, or holds no whole book.
    """
    try:
        with path.open("rb") as stream:
            recording = load(read(stream))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
    except FileDecodeError as error:
        raise FileDecodeError(f"{path}: {error.message}") from None
    if not recording.instruments:
        raise FileDecodeError(f"{path} holds no whole order book, so it cannot be a market")
    return recording


def _hide(ready: Ready) -> None:
    for key in ready.keys.values():
        LOG.redactor.learn(part.reveal() for part in (key.api_key, key.passphrase, key.secret) if part)


def _is_loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


async def _first(jobs: Sequence[Awaitable[object]]) -> None:
    """Wait until the first ends, then end the others.

    Raises:
        Exception: what ended any of them.
    """
    tasks = [asyncio.ensure_future(job) for job in jobs]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _closing(handle: int) -> None:
    """Wait until the other end of a pipe is closed: by hand, or because who held it has ended."""
    loop, closed = asyncio.get_running_loop(), asyncio.Event()

    def look() -> None:
        with contextlib.suppress(OSError):
            if os.read(handle, 4096):
                return
        loop.remove_reader(handle)
        closed.set()

    loop.add_reader(handle, look)
    await closed.wait()
