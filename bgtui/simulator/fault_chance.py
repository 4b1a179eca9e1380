"""A fault that is set: which of its chances it takes."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from bgtui.simulator.fault_spec import Spec


@dataclass(slots=True)
class Chance:
    """One fault and what has become of it so far."""

    number: int
    spec: Spec
    set_s: float
    """When it was set, monotonic seconds."""
    rng: random.Random
    """Its own, so that what one fault draws does not shift another's."""
    seen: int = 0
    """Chances it had."""
    taken: int = 0
    error: str = ""
    """Why it could not happen yet, where something stood in its way."""
    marked: set[object] = field(default_factory=set)
    """What it has hit: connections that stay silent, subscriptions that stay refused."""

    @property
    def name(self) -> str:
        """What it is."""
        return self.spec.kind.name

    def has_begun(self, now_s: float) -> bool:
        """Tell whether its ``after`` is over."""
        return now_s >= self.set_s + self.spec.when.after_ms / 1000

    def is_over(self, now_s: float) -> bool:
        """Tell whether its ``for`` is over."""
        when = self.spec.when
        return when.for_ms is not None and now_s >= self.set_s + (when.after_ms + when.for_ms) / 1000

    def is_on(self, now_s: float) -> bool:
        """Tell whether it may act now."""
        return self.has_begun(now_s) and not self.is_over(now_s)

    def take(self, now_s: float) -> bool:
        """Give it a chance; tell whether it takes it."""
        when = self.spec.when
        if not self.is_on(now_s) or (when.times is not None and self.taken >= when.times):
            return False
        self.seen += 1
        counted = self.seen - when.skip
        if counted <= 0 or counted % when.every:
            return False
        if when.probability < 1 and self.rng.random() >= when.probability:
            return False
        self.taken += 1
        return True

    def show(self, now_s: float) -> dict[str, object]:
        """Return it as the control route shows it."""
        return {
            "id": self.number,
            "spec": self.spec.text,
            "isOn": self.is_on(now_s),
            "seen": self.seen,
            "taken": self.taken,
            "error": self.error,
        }
