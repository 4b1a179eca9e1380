"""Alert rules, what fired, and what stands until it is mended."""

from __future__ import annotations

from collections import OrderedDict

from bgtui.domain.alert import Alarm, Alert, AlertKind, Standing
from bgtui.domain.event import (
    AlarmHealed,
    AlarmRaised,
    AlertDelivered,
    AlertFired,
    AlertRulesReported,
    AlertsSeen,
)
from bgtui.store.version import NextVersion

MAX_ALERTS = 200
"""What fired lately; older ones are forgotten."""
MAX_ALARMS = 200


class Alerts:
    """Bounded; an alert that is reported again takes its own place."""

    def __init__(self, next_version: NextVersion) -> None:
        self._next = next_version
        self._standings: tuple[Standing, ...] = ()
        self.problem = ""
        """Why the rules cannot be kept, or could not be read."""
        self._fired: OrderedDict[int, Alert] = OrderedDict()
        self._alarms: OrderedDict[tuple[AlertKind, str], Alarm] = OrderedDict()
        self._seen_id = 0
        self.version = 0

    def report(self, event: AlertRulesReported) -> bool:
        """Take the rules as they do now."""
        if event.standings == self._standings and event.problem == self.problem:
            return False
        self._standings, self.problem = event.standings, event.problem
        return self._bump()

    def fire(self, event: AlertFired) -> bool:
        """Take what fired, or fired once more."""
        alert = event.alert
        if self._fired.get(alert.alert_id) == alert:
            return False
        self._fired[alert.alert_id] = alert
        self._fired.move_to_end(alert.alert_id)
        if len(self._fired) > MAX_ALERTS:
            self._fired.popitem(last=False)
        return self._bump()

    def deliver(self, event: AlertDelivered) -> bool:
        """Take what became of one delivery."""
        alert = self._fired.get(event.alert_id)
        if alert is None:
            return False
        new = alert.delivered(event.channel, event.failure)
        self._fired[alert.alert_id] = new
        return new != alert and self._bump()

    def see(self, event: AlertsSeen) -> bool:
        """Take note that a person has seen everything up to an alert."""
        if event.alert_id <= self._seen_id:
            return False
        self._seen_id = event.alert_id
        return self._bump()

    def raise_alarm(self, event: AlarmRaised) -> bool:
        """Take something that stands from now on."""
        alarm = event.alarm
        key = (alarm.kind, alarm.subject)
        if self._alarms.get(key) == alarm:
            return False
        self._alarms[key] = alarm
        if len(self._alarms) > MAX_ALARMS:
            self._alarms.popitem(last=False)
        return self._bump()

    def heal(self, event: AlarmHealed) -> bool:
        """Take note that it stands no more."""
        return self._alarms.pop((event.kind, event.subject), None) is not None and self._bump()

    def standings(self) -> tuple[Standing, ...]:
        """Return the rules and how they do."""
        return self._standings

    def fired(self) -> tuple[Alert, ...]:
        """Return what fired, latest first."""
        return tuple(reversed(self._fired.values()))

    def alarms(self) -> tuple[Alarm, ...]:
        """Return what stands, oldest first."""
        return tuple(self._alarms.values())

    def unseen(self) -> tuple[Alert, ...]:
        """Return what fired and nobody has seen, latest first."""
        return tuple(alert for alert in self.fired() if alert.alert_id > self._seen_id)

    @property
    def last_id(self) -> int:
        """The latest alert's id; 0 before the first."""
        return max(self._fired, default=0)

    def _bump(self) -> bool:
        self.version = self._next()
        return True
