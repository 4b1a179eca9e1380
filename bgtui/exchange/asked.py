"""What one connection was asked to carry and what it answered, and which request comes next. Pure.

The wanted channels are given anew with every question, so there is one list of them, outside, and it survives
every connection.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from bgtui.wire.channel import Subscription

Op = Literal["subscribe", "unsubscribe"]

_MAX_DOUBLINGS = 3


@dataclass(slots=True)
class _Question:
    """A subscribe request that was not answered yet."""

    due_at: float
    """When it is asked again."""
    tries: int


class Asked:
    """The subscriptions of one connection."""

    def __init__(self, ack_s: float) -> None:
        """Take the seconds after which an unanswered request is repeated; they double each time."""
        self._ack_s = ack_s
        self._open: dict[Subscription, _Question] = {}
        self._carried: dict[Subscription, None] = {}
        self._renewing: dict[Subscription, None] = {}
        self._one_by_one = False

    def next_request(
        self, wanted: Collection[Subscription], now: float
    ) -> tuple[Op, list[Subscription]] | None:
        """Return what should be asked now, or None when everything stands as wanted."""
        if leaving := self._leaving(wanted):
            return "unsubscribe", leaving
        unasked = [each for each in wanted if each not in self._open and each not in self._carried]
        overdue = [each for each, question in self._open.items() if now >= question.due_at]
        coming = overdue + unasked
        if self._one_by_one:
            coming = coming[:1] if len(overdue) == len(self._open) else []
        return ("subscribe", coming) if coming else None

    def sent(self, op: Op, subscriptions: Iterable[Subscription], now: float) -> None:
        """Remember that a request has left."""
        for each in subscriptions:
            if op == "unsubscribe":
                self._open.pop(each, None)
                self._carried.pop(each, None)
                self._renewing.pop(each, None)
            else:
                tries = self._open[each].tries + 1 if each in self._open else 0
                self._open[each] = _Question(now + self._ack_s * 2 ** min(tries, _MAX_DOUBLINGS), tries)

    def accept(self, subscription: Subscription) -> bool:
        """Take an acknowledgement; tell whether it answers something."""
        if self._open.pop(subscription, None) is None:
            return False
        self._carried[subscription] = None
        self._one_by_one = self._one_by_one and bool(self._open)
        return True

    def refuse(self, subscription: Subscription) -> None:
        """Take a refusal."""
        self._open.pop(subscription, None)
        self._one_by_one = self._one_by_one and bool(self._open)
        self._carried.pop(subscription, None)
        self._renewing.pop(subscription, None)

    def suspect(self, now: float) -> Subscription | None:
        """Say whom a refusal without a name can only mean.

        When several requests are in flight it could be any of them: None, and from now on they are asked one
        at a time, so that the next such refusal has a name.
        """
        flying = [each for each, question in self._open.items() if question.due_at > now] or list(self._open)
        if len(flying) == 1:
            return flying[0]
        self._one_by_one = bool(flying)
        return None

    def renew(self, subscription: Subscription) -> None:
        """Drop a channel and ask for it again, which brings a new snapshot."""
        if subscription in self._carried or subscription in self._open:
            self._renewing[subscription] = None

    def _leaving(self, wanted: Collection[Subscription]) -> list[Subscription]:
        asked = [*self._open, *self._carried]
        return [each for each in asked if each in self._renewing or each not in wanted]


def encode(op: Op, subscriptions: list[Subscription], max_bytes: int) -> tuple[str, list[Subscription]]:
    """Return one request that is not too long, and the subscriptions, from the first on, that it names."""
    head, tail = f'{{"op":"{op}","args":[', "]}"
    size = len(head) + len(tail)
    parts: list[str] = []
    for each in subscriptions:
        part = json.dumps(each.arg(), separators=(",", ":"))
        size += len(part) + 1
        if parts and size > max_bytes:
            break
        parts.append(part)
    return f"{head}{','.join(parts)}{tail}", subscriptions[: len(parts)]
