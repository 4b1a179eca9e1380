"""A form: fields that are edited, what they would do, and a review in which `y` sends."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import ClassVar

from bgtui.domain.instrument import Instrument, InstrumentId
from bgtui.domain.intent import Intent
from bgtui.domain.text import clean_line
from bgtui.domain.value import frozen
from bgtui.ui.keys import Context
from bgtui.ui.modals.dock import Dock
from bgtui.ui.role import Role
from bgtui.ui.view import contract, deadprice, lastseen
from bgtui.ui.view.confirm import ConfirmGate
from bgtui.ui.view.dockframe import Body, Section, frame, labelled, prose, whole
from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.view.span import Row, Span
from bgtui.ui.workspace import Badge, Workspace

_MOST_VALUES = 20
"""Of a choice field."""
_FRAME_ROWS = 4
_UNCHANGED = "Nothing changes yet"
"""How a form says that it has still to be filled in: that is no fault."""
_MISSING = "Something is missing; see the fields."
_FREE = "Nothing is in its way any more: enter reviews."
_EXPIRED = "esc, then review again"
_NO_SEND = ("review.send",)
_STEPS, _CHOICES = ("dock.more", "dock.less"), ("dock.choice_back", "dock.choice")
_PRESETS = ("dock.preset_down", "dock.preset_up")


@frozen
class Decision:
    """What a person has confirmed."""

    intents: tuple[Intent, ...]
    words: str
    """``open long 0.0500 @ 67,238.0``, for the message line."""
    client_order_id: str = ""
    """The id that the review showed, for the first intent."""
    targets: tuple[str, ...] = ()
    draft: str = ""
    """Which draft is no longer needed once this was sent."""


class FormDock(Dock[Decision]):
    """A form and its review; the ladder beside it stays live."""

    contexts: ClassVar[tuple[Context, ...]] = (Context.DOCK,)
    title: ClassVar[str] = ""
    verbs: ClassVar[tuple[str, str]] = ("enter review", "esc close")
    """What the last line says while it is edited."""
    kept: ClassVar[tuple[str, ...]] = ("edits", "field", "rules_seen")
    """What a person has put in: a form that was refused opens again with it."""

    free_fields: ClassVar[frozenset[str]] = frozenset()
    """Text fields that are neither figures nor words of the market."""

    def __init__(self, workspace: Workspace, *, problem: str = "") -> None:
        """Begin editing; ``problem`` says why an earlier try was refused."""
        super().__init__(workspace)
        self.edits: dict[str, LineEdit] = {}
        self.field = ""
        self.problem = clean_line(problem)  # it may quote the exchange
        self.asked = False
        """Whether a review was asked for since the last edit, and could not be: says why while it cannot."""
        self.frozen: Decision | None = None
        """Set while it is reviewed."""
        self.gate: ConfirmGate | None = None
        self.touched = False
        self.rules_seen: Instrument | None = None
        """What the figures went by when it was last drawn."""

    def resume(self, refused: FormDock) -> None:
        """Begin where an earlier form of the same kind was when it was refused."""
        for name in self.kept:
            setattr(self, name, getattr(refused, name))

    # What a form says

    @abstractmethod
    def names(self) -> Sequence[str]:
        """Return the fields, in order."""

    @abstractmethod
    def value(self, name: str) -> Row | str:
        """Return what a field shows when it is no text field."""

    @abstractmethod
    def decision(self) -> Decision | None:
        """Return what would be sent; None while it cannot be."""

    @abstractmethod
    def problems(self) -> Sequence[str]:
        """Return why it cannot be sent, and what to mind; the first is shown."""

    @abstractmethod
    def effects(self, width: int) -> Sequence[Body]:
        """Return what it would do, for form and review."""

    @abstractmethod
    def sentence(self) -> Sequence[str]:
        """Return the lines that say exactly what will be sent."""

    def subject(self) -> InstrumentId | None:
        """Return the instrument whose rules the figures must fit; None where there is none."""
        return None

    def figures(self) -> tuple[Decimal | None, Decimal | None]:
        """Return price, quote currency, and size, base coin, as they would be sent now."""
        return None, None

    def markets(self) -> Collection[InstrumentId]:
        """Return the instruments by whose price of now some of its figures go."""
        return ()

    def by_market(self) -> Collection[str]:
        """Return the labels of the lines of its effects that go by the price of now."""
        return ()

    def hints_by_market(self) -> Collection[str]:
        """Return the fields whose hints go by the price of now."""
        return ()

    def label(self, name: str) -> str:
        """Return a field's name as shown."""
        return name.replace("_", " ")

    def hint(self, name: str) -> str:
        """Return what stands behind a text field."""
        return ""

    def heading(self) -> str:
        """Return the dock's title."""
        return self.title

    def tag(self) -> str:
        """Return what stands at the right of the title."""
        return ""

    def before(self, width: int) -> Sequence[Body]:
        """Return rows above the fields."""
        return ()

    def choose(self, name: str, steps: int) -> None:
        """Take the next or previous value of a choice field."""

    def step(self, name: str, steps: int) -> None:
        """Move a number field by ticks or steps."""

    def preset(self, steps: int) -> None:
        """Take the next or previous size preset."""

    def first_letter(self, name: str, letter: str) -> bool:
        """Choose the next value that begins with a letter; tell whether there is one."""
        first = _plain(self.value(name))
        for _ in range(_MOST_VALUES):
            self.choose(name, 1)
            shown = _plain(self.value(name))
            if shown.lower().startswith(letter):
                return True
            if shown == first:
                break
        return False

    # Drawing

    def content(self, width: int, height: int) -> Sequence[Row]:
        """Return the form or its review."""
        self._heed_rules()
        return self._review(width, height) if self.frozen is not None else self._form(width, height)

    def _form(self, width: int, height: int) -> Sequence[Row]:
        body: list[Body] = list(self.before(width))
        names = self._stand()
        for name in names:
            is_current = name == self.field
            edit = self.edits.get(name)
            if edit is None:
                shown: Row | str = self.value(name)
            else:
                shown = (*edit.rows(is_focused=is_current), *self._tail(name, edit, is_current=is_current))
            body.append(labelled(self.label(name), shown, is_current=is_current))
        current = len(body) - len(names) + (names.index(self.field) if names else 0)
        shown_rows = _fitting(body, self._effects(width), self._problem_rows(width), current, height)
        return frame(self.heading(), self.tag(), shown_rows, self.verbs, width, height)

    def _effects(self, width: int) -> list[Body]:
        """Return its effects; under a price that is not live any more their age, and what goes by it dim."""
        age_s = self._price_age_s()
        if age_s is None:
            return list(self.effects(width))
        return [lastseen.age_row(age_s), *lastseen.dimmed(self.effects(width), self.by_market())]

    def _price_age_s(self) -> float | None:
        """Return how old the oldest price is that its figures go by, seconds; None while all are live."""
        store = self.workspace.store
        ages = [] if store is None else [deadprice.age_s(store, each) for each in self.markets()]
        return max((age for age in ages if age is not None), default=None)

    def _stand(self) -> list[str]:
        """Stand on a field that there is; return all of them."""
        names = list(self.names())
        if self.field not in names:
            self.field = names[0] if names else ""
        return names

    def _tail(self, name: str, edit: LineEdit, *, is_current: bool) -> Row:
        """Return what stands behind a text, in the same cell whether the caret is there or not."""
        hint = self.hint(name)
        has_caret = is_current and edit.caret == len(edit.text)
        is_old = bool(hint) and name in self.hints_by_market() and self._price_age_s() is not None
        role = Role.STALE if is_old else Role.MUTED
        return (Span(f"{' ' if has_caret else '  '}{hint}", role),) if hint else ()

    def _problem_rows(self, width: int) -> Sequence[Body]:
        lines = [line for line in (self.problem, *self._obstacles(), *self.problems()) if line]
        if not lines:
            return ()
        is_refused = self.problem or self.decision() is None or self._obstacles() not in {(), (_FREE,)}
        role = Role.DANGER if is_refused else Role.WARN
        if lines[0] == _FREE or (lines[0].startswith(_UNCHANGED) and not self.asked):
            role = Role.MUTED
        return [Section(), *prose(lines[0], width, role)]

    def _obstacles(self) -> Sequence[str]:
        """Return why the review that was asked for cannot be, as things stand now."""
        if not self.asked:
            return ()
        decision = self.decision()
        if decision is not None:
            return (self._held(decision) or _FREE,)
        return () if any(self.problems()) else (_MISSING,)

    def _review(self, width: int, height: int) -> Sequence[Row]:
        identity = self.workspace.identity
        is_live = identity.badge is Badge.LIVE
        where: Row = (
            Span(" "),
            Span(identity.badge.value, Role.DANGER if is_live else Role.WARN, reverse=is_live),
            Span(f"  {identity.account}"),
        )
        body: list[Body] = [where]
        for at, line in enumerate(self.sentence()):
            body += whole(line, width, bold=at == 0)
        end: list[Body] = []
        if self.frozen is not None and self.frozen.client_order_id:
            end.append(labelled("id", self.frozen.client_order_id))
        left = self.gate.seconds_left(self.workspace.clock.monotonic()) if self.gate is not None else 0
        if left is not None:
            end.append(labelled("expires", f"in {left}s") if left else labelled("expired", _EXPIRED))
        body = _fitting(body, self._effects(width), end, 0, height)
        send = "" if left == 0 else "y SEND"
        return frame("REVIEW", self.tag(), body, (send, "esc edit"), width, height, is_double=True)

    def _heed_rules(self) -> None:
        """Say when the contract's rules have changed under the form; what was frozen went by the old ones."""
        subject, store = self.subject(), self.workspace.store
        if subject is None or store is None:
            return
        before, now = self.rules_seen, store.instrument(subject)
        if now == before:
            return
        self.rules_seen = now
        if before is None:
            return
        if line := contract.news(before, now, *self.figures()):
            self.frozen = self.gate = None
            self.problem = clean_line(line)
            self.workspace.say(self.problem, Role.WARN)

    # Keys

    def alive_contexts(self) -> tuple[Context, ...]:
        """Return whose keys are alive: the form's, or the review's alone."""
        return (Context.REVIEW,) if self.frozen is not None else (Context.DOCK,)

    def idle(self) -> Collection[str]:
        """Return what neither the field nor the form has any use for."""
        if self.gate is not None:
            return _NO_SEND if self.gate.is_expired(self.workspace.clock.monotonic()) else ()
        kind, names = type(self), self.names()
        found = [] if len(names) > 1 else ["dock.next"]
        is_text = self.field in self.edits
        if not is_text or kind.step is FormDock.step:
            found += _STEPS
        if is_text or not names or kind.choose is FormDock.choose:
            found += _CHOICES
        if kind.preset is FormDock.preset:
            found += _PRESETS
        return found

    def key_pressed(self, chord: str) -> None:
        """Have `y` wait after any other key; a form that was touched forgets why it was refused.

        A key may come before the form was first drawn: it is typed into the first field all the same.
        """
        self._stand()
        if self.gate is not None and chord != "y":
            self.gate.key(self.workspace.clock.monotonic())
        if chord not in ("enter", "esc"):
            self._touch()

    def _touch(self) -> None:
        """Forget why it was refused: it is another form now."""
        self.problem, self.asked = "", False

    def takes_text(self, chord: str) -> bool:
        """Take letters into text and choice fields, save those that are keys of a form."""
        if self.frozen is not None:
            return False
        if chord == "space":
            return self.field in self.edits
        if self.workspace.keys.kill(chord) is not None and not chord.isalnum():
            return False
        return self.workspace.keys.find((Context.DOCK,), chord) is None

    def type_text(self, text: str) -> None:
        """Type into the focused text field, or choose by first letter."""
        edit = self.edits.get(self.field)
        if edit is not None:
            if text == "y" and (edit.is_offered or not edit.text) and self.field not in self.free_fields:
                return  # for a review that there is not: it is no figure, and leaves the one that stands
            self.edits[self.field] = edit.insert(text)
            self.changed(self.field)
        else:
            self.first_letter(self.field, text.lower())
        self.draw()

    def edit(self, chord: str) -> bool:
        """Edit the focused text field; arrows up and down are steps, not edits."""
        edit = self.edits.get(self.field)
        if self.frozen is not None or edit is None:
            return False
        edited = edit.press(chord)
        if edited is None:
            return False
        self.edits[self.field] = edited
        self.changed(self.field)
        self.draw()
        return True

    def paste(self, text: str) -> None:
        """Paste into a text field; nothing else takes a paste, and no review does."""
        self._stand()
        edit = self.edits.get(self.field)
        if self.frozen is None and edit is not None:
            self._touch()
            self.edits[self.field] = edit.insert(text)
            self.changed(self.field)
            self.draw()
        elif self.gate is not None:
            self.gate.key(self.workspace.clock.monotonic())

    def changed(self, name: str) -> None:
        """Take note that a text field was edited."""

    def do_dock_next(self) -> None:
        """Go to the next field."""
        self._go(1)

    def do_dock_previous(self) -> None:
        """Go to the previous field."""
        self._go(-1)

    def _go(self, steps: int) -> None:
        names = list(self.names())
        at = names.index(self.field) if self.field in names else 0
        self.field = names[(at + steps) % len(names)] if names else ""
        if (edit := self.edits.get(self.field)) is not None:
            self.edits[self.field] = LineEdit.of(edit.text)
        self.draw()

    def do_dock_more(self) -> None:
        """One tick or step more."""
        self._step(1)

    def do_dock_less(self) -> None:
        """One tick or step less."""
        self._step(-1)

    def do_dock_more10(self) -> None:
        """Ten more."""
        self._step(10)

    def do_dock_less10(self) -> None:
        """Ten less."""
        self._step(-10)

    def _step(self, steps: int) -> None:
        if self.field in self.edits:
            self.step(self.field, steps)
        else:
            self.choose(self.field, 1 if steps > 0 else -1)
        self.draw()

    def do_dock_choice(self) -> None:
        """Take the next value."""
        self.choose(self.field, 1)
        self.draw()

    def do_dock_choice_back(self) -> None:
        """Take the previous value."""
        self.choose(self.field, -1)
        self.draw()

    def do_dock_preset_up(self) -> None:
        """Take the larger size preset."""
        self.preset(1)
        self.draw()

    def do_dock_preset_down(self) -> None:
        """Take the smaller size preset."""
        self.preset(-1)
        self.draw()

    def do_dock_review(self) -> None:
        """Freeze what would be sent and show it; a form that cannot be sent says why."""
        decision = self.decision()
        self.problem = ""
        if decision is None or self._held(decision):
            self.asked = True
        else:
            self.frozen = decision
            self.gate = ConfirmGate(self.workspace.clock.monotonic())
        self.draw()

    def _held(self, decision: Decision) -> str:
        """Return why the trading state would not let it through: no review of what the desk will refuse."""
        session = self.workspace.session
        if session is None or session.arming is None:
            return ""
        reasons = (session.arming.permit(intent) for intent in decision.intents)
        return next((reason for reason in reasons if reason), "")

    def do_dock_back(self) -> None:
        """Leave; a ticket keeps its draft."""
        self.close()

    def step_aside(self) -> bool:
        """Go back to editing: a review would go by what stood before the kill switch."""
        self.do_review_back()
        return True

    def do_review_back(self) -> None:
        """Back to editing; nothing was sent."""
        self.frozen = self.gate = None
        self.draw()

    def do_review_send(self) -> None:
        """Send, once."""
        self._heed_rules()
        if self.gate is not None and self.gate.confirm(self.workspace.clock.monotonic()):
            self.close(self.frozen)
        else:
            self.draw()


def _plain(shown: Row | str) -> str:
    return shown if isinstance(shown, str) else "".join(span.text for span in shown)


def _fitting(
    first: Sequence[Body], middle: Sequence[Body], last: Sequence[Body], current: int, height: int
) -> list[Body]:
    """Return what fits into a frame: of its three parts the middle gives way, and ``current`` is in sight."""
    room = max(height - _FRAME_ROWS, 1)
    last = last[-max(room - 1, 0) :] if len(last) >= room else last
    left = room - len(last)
    top = min(max(current - left + 1, 0), max(len(first) - left, 0))
    seen = first[top : top + left]
    return [*seen, *middle[: left - len(seen)], *last]
