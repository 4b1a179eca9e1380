"""Everything that may go wrong with the simulated exchange, by `--fault SPEC` and by `/sim/faults`.

`fault_kind` has the table, `fault_spec` reads specs, `fault_rest`, `fault_frames` and `fault_world` act. The
same specs, the same random source and the same requests make the same faults.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from itertools import count

from bgtui.domain.clock import Clock
from bgtui.domain.error import ConfigError
from bgtui.simulator import fault_rest, fault_world
from bgtui.simulator.exchange_accounts import PRACTICE
from bgtui.simulator.fault_chance import Chance
from bgtui.simulator.fault_frames import Frame, FrameFaults
from bgtui.simulator.fault_kind import Layer
from bgtui.simulator.fault_spec import Spec, parse_spec
from bgtui.simulator.hooks import Answer, Asked, Attached, Link, Outgoing
from bgtui.simulator.reject import Reject
from bgtui.simulator.relay import GARBAGE, Ending, Script

MAX_FAULTS = 200
_SKEWS = frozenset({"clock-skew", "clock-step"})
_KEY_FAULTS = frozenset({"revoke-key", "ip-denied"})
_ONCE = frozenset({"half-open", "disconnect", *_KEY_FAULTS})
"""Faults of a moment, which are not waiting for a request or a frame."""
_LOGIN_OK = '{"event":"login","code":"0"'
_IP_REFUSED = 30005


class FaultSet:
    """The faults of one simulator; implements `hooks.Faults`."""

    def __init__(
        self, specs: Sequence[str] = (), *, clock: Clock, rng: random.Random, has_relay: bool = False
    ) -> None:
        """Set these.

        Args:
            specs: as `parse_spec` reads them.
            clock: for durations.
            rng: what chances are drawn from.
            has_relay: whether connections come through a relay even if none of these needs it.

        Raises:
            ConfigError: one of them is none.
        """
        self._clock = clock
        self._seed = rng.getrandbits(64)
        self._numbers = count(1)
        self._chances: dict[int, Chance] = {}
        self._undo: dict[int, Callable[[], None]] = {}
        self._done: set[int] = set()
        self._frames = FrameFaults()
        self._simulator: Attached | None = None
        self.changed: Callable[[], None] = lambda: None
        """Called after a fault was set: the relay looks at its connections again."""
        for chance in [self._chance(parse_spec(text)) for text in specs]:
            self._chances[chance.number] = chance
        kinds = (chance.spec.kind.layer for chance in self._chances.values())
        self.has_relay = has_relay or Layer.RELAY in kinds
        """Whether connections have to come through a relay."""

    # Setting and clearing

    def add(self, *texts: str) -> list[int]:
        """Set faults, all of them or none; return their numbers.

        Raises:
            ConfigError: one of them is none, or too many are set.
        """
        specs = [parse_spec(text) for text in texts]
        for spec in specs:
            self._check(spec)
        if len(self._chances) + len(specs) > MAX_FAULTS:
            raise ConfigError(f"more than {MAX_FAULTS} faults at once", hint="clear some first")
        chances = [self._chance(spec) for spec in specs]
        self._chances |= {chance.number: chance for chance in chances}
        self.tick()
        self.changed()
        return [chance.number for chance in chances]

    def clear(self, number: int | None = None) -> None:
        """End a fault, or all of them; what cannot be undone stays.

        Raises:
            ConfigError: there is none of this number.
        """
        if number is not None and number not in self._chances:
            raise ConfigError(f"there is no fault {number}")
        # The newest first: each undoes what it found.
        for each in sorted(self._chances, reverse=True) if number is None else [number]:
            self._end(each)
            del self._chances[each]
            self._release(self._frames.forget(each))

    def listed(self) -> list[dict[str, object]]:
        """Return the faults that are set, the oldest first."""
        now_s = self._clock.monotonic()
        return [chance.show(now_s) for chance in self._chances.values()]

    def control(self, wanted: Mapping[str, object] | None) -> object:
        """Set by ``{"add": SPEC or [SPEC…]}``, clear by ``{"clear": "all" or id}``; return what is set.

        Raises:
            ValueError: it says something else.
        """
        try:
            self._obey(wanted or {})
        except ConfigError as error:
            raise ValueError(str(error)) from None
        return {"faults": self.listed()}

    def _obey(self, wanted: Mapping[str, object]) -> None:
        if unknown := wanted.keys() - {"add", "clear"}:
            raise ValueError(f"unknown {min(map(ascii, unknown))[:40]}: use add or clear")
        cleared, added = wanted.get("clear"), wanted.get("add", [])
        texts = [added] if isinstance(added, str) else added
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise ValueError("add is a spec or a list of specs")
        if cleared == "all":
            self.clear()
        elif isinstance(cleared, int) and not isinstance(cleared, bool):
            self.clear(cleared)
        elif cleared is not None:
            raise ValueError('clear is "all" or the id of a fault')
        if texts:
            self.add(*texts)

    def _chance(self, spec: Spec) -> Chance:
        number = next(self._numbers)
        rng = random.Random(f"{self._seed} {number} {spec.text}")
        return Chance(number, spec, self._clock.monotonic(), rng)

    def _check(self, spec: Spec) -> None:
        """Refuse what this simulator cannot do.

        Raises:
            ConfigError: it cannot.
        """
        if spec.kind.layer is Layer.RELAY and not self.has_relay:
            raise ConfigError(
                f"fault {spec.text}: connections do not come through the relay",
                hint="start with --fault relay",
            )
        if self._simulator is not None:
            try:
                fault_world.check(spec, self._simulator.exchange)
            except ValueError as error:
                raise ConfigError(f"fault {spec.text}: {error}") from None

    # The server's hooks

    def attach(self, simulator: Attached) -> None:
        """Get to know the simulator.

        Raises:
            ConfigError: a fault cannot happen there.
        """
        self._simulator = simulator
        for chance in self._chances.values():
            self._check(chance.spec)

    @property
    def skew_ms(self) -> int:
        """How far the exchange's clock is off, milliseconds."""
        now_s = self._clock.monotonic()
        spans = (
            chance.spec.argument
            for chance in self._chances.values()
            if chance.name in _SKEWS and chance.is_on(now_s)
        )
        return sum(span for span in spans if isinstance(span, int))

    def tick(self) -> None:
        """Let happen what is due by itself, and end what is over."""
        if self._simulator is None:
            return
        now_s = self._clock.monotonic()
        self._release(self._frames.released(now_s))
        for chance in self._chances.values():
            if chance.spec.kind.layer is not Layer.WORLD and chance.name not in _ONCE:
                continue
            if chance.is_over(now_s):
                self._end(chance.number)
            elif chance.number not in self._done and chance.has_begun(now_s):
                self._happen(chance, self._simulator)

    def admits(self, *, is_private: bool) -> bool:
        """Tell whether a new WebSocket connection is accepted."""
        now_s = self._clock.monotonic()
        return not any(
            chance.take(now_s)
            for chance in self._chances.values()
            if chance.name == "refuse-stream" and _is_of_stream(chance, is_private=is_private)
        )

    async def before(self, asked: Asked) -> Answer | None:
        """Wait, or answer instead of the exchange.

        Raises:
            Hangup: nothing is answered.
        """
        for chance in self._meant(asked):
            answer = await fault_rest.before(chance, asked, self._clock.monotonic(), self._api_keys())
            if answer is not None:
                return answer
        return None

    async def after(self, asked: Asked, answer: Answer) -> Answer:
        """Return what is answered when the exchange has done its work.

        Raises:
            Hangup: nothing is.
        """
        for chance in self._meant(asked):
            answer = await fault_rest.after(chance, asked, answer, self._clock.monotonic())
        return answer

    def frames(self, link: Link, channel: str, text: str) -> Sequence[Outgoing]:
        """Return what is sent in the place of one frame."""
        if not self._chances:
            return (Outgoing(text),)
        frame = Frame(link, channel, self._clock.monotonic())
        found: list[Outgoing] = [Outgoing(text)]
        if text.startswith(_LOGIN_OK) and (refusal := self._refused_login(frame)):
            found = [Outgoing(refusal)]
        for chance in list(self._chances.values()):
            found = [each for out in found for each in self._frames.act(chance, frame, out)]
        return found

    # The relay

    def script(self, _number: int, path: str) -> Script | None:
        """Return what a connection of the relay goes through."""
        now_s = self._clock.monotonic()
        for chance in self._chances.values():
            if chance.name in _SCRIPTS and path.startswith(chance.spec.option("path")) and chance.take(now_s):
                return _SCRIPTS[chance.name](chance)
        return None

    @property
    def is_refusing(self) -> bool:
        """Tell whether the relay is to refuse connections."""
        now_s = self._clock.monotonic()
        return any(chance.name == "relay-refuse" and chance.is_on(now_s) for chance in self._chances.values())

    # What happens by itself

    def _happen(self, chance: Chance, simulator: Attached) -> None:
        try:
            if chance.name in _ONCE:
                undo = self._happen_to_sessions(chance, simulator)
            else:
                undo = fault_world.happen(chance.spec, simulator.exchange)
        except Reject as refusal:
            # As for anybody else, it has to wait until nothing stands in the way.
            chance.error = str(refusal)
            return
        chance.error = ""
        chance.seen += 1
        chance.taken += 1
        self._done.add(chance.number)
        self._undo[chance.number] = undo

    def _happen_to_sessions(self, chance: Chance, simulator: Attached) -> Callable[[], None]:
        profile = chance.spec.option("profile") or PRACTICE
        key = simulator.exchange.keys[profile]
        for session in list(simulator.sessions):
            link = session.link
            if chance.name in _KEY_FAULTS:
                if link.uid == key.uid:
                    session.end()
            elif not _is_of_stream(chance, is_private=link.is_private):
                continue
            elif chance.name == "half-open":
                chance.marked.add(link.number)
            else:
                session.end()
        if chance.name != "revoke-key":
            return lambda: None
        name = key.credentials.api_key.reveal()
        simulator.keys.revoked.add(name)
        return lambda: simulator.keys.revoked.discard(name)

    def _release(self, frames: list[tuple[int, str]]) -> None:
        if not frames or self._simulator is None:
            return
        sessions = {session.link.number: session for session in self._simulator.sessions}
        for number, text in frames:
            if number in sessions:
                sessions[number].release(text)

    def _end(self, number: int) -> None:
        undo = self._undo.pop(number, None)
        self._done.add(number)
        if undo is not None:
            undo()

    def _refused_login(self, frame: Frame) -> str:
        """Return the error that answers a login in place of the ok, and close the connection after it."""
        for chance in self._chances.values():
            if chance.name == "ip-denied":
                code = _IP_REFUSED if self._is_denied(chance, frame) else 0
            elif chance.name == "login-refused" and chance.take(frame.now_s):
                code = chance.spec.argument if isinstance(chance.spec.argument, int) else 30005
            else:
                code = 0
            if code:
                self._close(frame.link)
                return f'{{"event":"error","code":"{code}","msg":"login refused"}}'
        return ""

    def _is_denied(self, chance: Chance, frame: Frame) -> bool:
        if self._simulator is None or not chance.is_on(frame.now_s):
            return False
        key = self._simulator.exchange.keys[chance.spec.option("profile") or PRACTICE]
        return key.uid == frame.link.uid

    def _close(self, link: Link) -> None:
        for session in self._simulator.sessions if self._simulator is not None else ():
            if session.link.number == link.number:
                session.end()

    def _meant(self, asked: Asked) -> list[Chance]:
        return [chance for chance in self._chances.values() if fault_rest.is_meant(chance, asked)]

    def _api_keys(self) -> dict[str, str]:
        if self._simulator is None:
            return {}
        keys = self._simulator.exchange.keys
        return {profile: key.credentials.api_key.reveal() for profile, key in keys.items()}


def _is_of_stream(chance: Chance, *, is_private: bool) -> bool:
    wanted = chance.spec.option("stream")
    return not wanted or (wanted == "private") is is_private


def _number(chance: Chance) -> int:
    return chance.spec.argument if isinstance(chance.spec.argument, int) else 0


def _half_open(chance: Chance) -> Script:
    bounds = chance.spec.argument
    low, high = bounds if isinstance(bounds, tuple) else (0, 0)
    return Script(half_open_after_s=(low + (high - low) * chance.rng.random()) / 1000)


_SCRIPTS: Mapping[str, Callable[[Chance], Script]] = {
    "relay-half-open": _half_open,
    "relay-cut": lambda chance: Script(end_after=_number(chance)),
    "relay-reset": lambda chance: Script(end_after=_number(chance), ending=Ending.RESET),
    "relay-truncate": lambda chance: Script(truncate=_number(chance)),
    "relay-slow": lambda chance: Script(bytes_per_s=_number(chance)),
    "relay-garbage": lambda _: Script(garbage=GARBAGE),
}
