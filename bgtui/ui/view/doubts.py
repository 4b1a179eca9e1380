"""What the message line says of writes in doubt: that one is, that it was found, absent, or never sent."""

from __future__ import annotations

from collections.abc import Iterator

from bgtui.domain.submission import Submission, SubmissionState
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import figure
from bgtui.ui.view.notices import Notice


class Doubts:
    """Remembers which writes were in doubt at the last look."""

    def __init__(self) -> None:
        """Begin with none."""
        self._seen: dict[str, Submission] = {}
        self._is_told = False
        """Whether the other bgtui has been told of."""

    def look(self, store: Store, now_ms: int) -> Iterator[Notice]:
        """Say what is new since the last look; exchange time, milliseconds."""
        yield from self._others(store)
        open_ones = {item.client_order_id: item for item in store.all_submissions()}
        doubtful = {name: item for name, item in open_ones.items() if item.state.is_doubtful}
        if not doubtful and not self._seen:
            return
        yield from self._new(doubtful)
        for name, before in self._seen.items():
            if name not in open_ones:
                yield from self._settled(store, before, now_ms)
        self._seen = doubtful

    def _others(self, store: Store) -> Iterator[Notice]:
        if store.other_runs and not self._is_told:
            yield Notice("Another bgtui trades this account: its orders show as E, limits apart.", Role.WARN)
        self._is_told = bool(store.other_runs)

    def _new(self, doubtful: dict[str, Submission]) -> Iterator[Notice]:
        for name, item in doubtful.items():
            before = self._seen.get(name)
            if item.state is SubmissionState.ABSENT and (before is None or before.state is not item.state):
                text = f"Order {name} is absent: {item.asks} asks over 30s; r sends the same id again."
                yield Notice(text, Role.UNKNOWN)
        left = sum(name not in self._seen and item.is_left_over for name, item in doubtful.items())
        if left:
            writes = "1 write" if left == 1 else f"{left} writes"
            yield Notice(f"{writes} of an earlier run in doubt: asking, nothing is sent again.", Role.UNKNOWN)

    def _settled(self, store: Store, before: Submission, now_ms: int) -> Iterator[Notice]:
        name = before.client_order_id
        finished = store.finished_submissions(before.product_type)
        ended = next((item for item in finished if item.client_order_id == name), None)
        if ended is None:
            return
        if ended.state is SubmissionState.NOT_SENT:
            yield Notice(f"Order {name} was not sent: {ended.message}.", Role.PLAIN)
        elif ended.evidence:
            after = figure.age(max(now_ms - ended.sent_ms, 0) / 1000)
            words = f"Order {name} is {_standing(ended)}: found by its id after {after}; sent only once."
            yield Notice(words, Role.PLAIN)
        else:
            yield Notice(f"Order {name}: {ended.message}.", Role.PLAIN)


def _standing(ended: Submission) -> str:
    """Return in which state the report found the order."""
    parts = ended.evidence.split(" ")
    return parts[1].replace("_", " ") if len(parts) > 2 else "known"
