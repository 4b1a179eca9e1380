"""The docks of an order of unknown outcome: its evidence, and sending it again once its absence is proven."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from bgtui.domain.error import Refused
from bgtui.domain.facts import Facts
from bgtui.domain.submission import Submission, SubmissionState
from bgtui.session.facts import gather
from bgtui.ui.keys import Context
from bgtui.ui.modals.dock import Dock
from bgtui.ui.modals.form import Decision, FormDock
from bgtui.ui.role import Role
from bgtui.ui.view.confirm import ConfirmGate
from bgtui.ui.view.dockframe import Body, Section, frame, labelled, prose
from bgtui.ui.view.doubt import doubt_rows, words_of
from bgtui.ui.view.span import Row, Span
from bgtui.ui.workspace import Workspace

_NOT_PROVEN = "Its absence is not proven yet: 3 asks over 30s; u asks now."


class DoubtDock(Dock[bool]):
    """What is known about it, drawn anew as it is asked; answers True when it is to be sent again."""

    contexts: ClassVar[tuple[Context, ...]] = (Context.DETAIL,)

    def __init__(self, workspace: Workspace, submission: Submission) -> None:
        """Show this write, as the store has it from now on."""
        super().__init__(workspace)
        self._first = submission
        self._problem = ""

    @property
    def submission(self) -> Submission:
        """The write as it stands."""
        store = self.workspace.store
        found = None if store is None else store.submission(self._first.client_order_id)
        return self._first if found is None else found

    @property
    def is_settled(self) -> bool:
        """Tell whether its outcome has become known."""
        store = self.workspace.store
        return store is not None and store.submission(self._first.client_order_id) is None

    def content(self, width: int, height: int) -> Sequence[Row]:
        """Return the dock."""
        symbol = self._first.instrument.symbol if self._first.instrument is not None else ""
        body = list(self._settled(width) if self.is_settled else self._open(width))
        if self._problem:
            body += [Section(), *prose(self._problem, width - 2, Role.WARN)]
        return frame("? UNKNOWN ORDER", symbol, body, ("u ask  r resend  d let go", "esc"), width, height)

    def _settled(self, width: int) -> Sequence[Body]:
        words: Body = (Span(f" {words_of(self._first)}", bold=True),)
        told = prose("Settled: see Orders for what became of it.", width - 2)
        return [words, labelled("id", self._first.client_order_id), Section(), *told]

    def _open(self, width: int) -> Sequence[Body]:
        now_ms = self.workspace.now_ms
        return doubt_rows(self.submission, self._facts(), now_ms, self._next(), width - 2)

    def _facts(self) -> Facts | None:
        store, instrument = self.workspace.store, self._first.instrument
        return None if store is None or instrument is None else gather(store, instrument)

    def _next(self) -> float | None:
        session = self.workspace.session
        inquiry = None if session is None else session.inquiry
        return None if inquiry is None else inquiry.seconds_to_ask(self._first.client_order_id)

    def idle(self) -> Collection[str]:
        """Return what has to wait for the proof that it is absent."""
        is_proven = self.submission.state is SubmissionState.ABSENT and not self.is_settled
        return () if is_proven else ("order.resend", "order.let_go")

    def do_app_refresh(self) -> None:
        """Ask at once."""
        session = self.workspace.session
        if session is not None and session.inquiry is not None:
            session.inquiry.ask_now(self._first.client_order_id)
        self.draw()

    def do_order_resend(self) -> None:
        """Send it again under its id, once its absence is proven."""
        if self.submission.state is SubmissionState.ABSENT and not self.is_settled:
            self.close(value=True)
            return
        self._problem = _NOT_PROVEN
        self.draw()

    def do_order_let_go(self) -> None:
        """Stop minding it, once its absence is proven; nothing is sent."""
        desk = self.workspace.session.desk if self.workspace.session is not None else None
        if desk is None or self.is_settled:
            return
        try:
            desk.let_go(self.submission)
        except Refused:
            self._problem = _NOT_PROVEN
        self.draw()

    def do_detail_back(self) -> None:
        """Leave; the asking goes on."""
        self.close()


class ResendDock(FormDock):
    """The review of a second sending: the same order under the same id."""

    title: ClassVar[str] = "SEND AGAIN"

    def __init__(self, workspace: Workspace, submission: Submission) -> None:
        """Show the review at once: there is nothing to fill in."""
        super().__init__(workspace)
        self._submission = submission
        self.frozen = self.decision()
        self.gate = ConfirmGate(workspace.clock.monotonic())

    def names(self) -> Sequence[str]:
        """Return no field."""
        return ()

    def value(self, name: str) -> Row | str:
        """Return nothing."""
        return ""

    def problems(self) -> Sequence[str]:
        """Return nothing to mind."""
        return ()

    def decision(self) -> Decision:
        """Return the same order under the same id."""
        item = self._submission
        return Decision((item.intent,), f"again: {words_of(item).lower()}", item.client_order_id)

    def sentence(self) -> Sequence[str]:
        """Return what is sent."""
        symbol = self._submission.instrument.symbol if self._submission.instrument is not None else ""
        return (f"SEND AGAIN {symbol}", words_of(self._submission))

    def effects(self, width: int) -> Sequence[Body]:
        """Return why it cannot stand twice."""
        words = (
            "It is asked for once more before anything leaves. Should the first one turn up after all, Bitget"
            " refuses the second for its id."
        )
        return [Section("why it stands once"), *prose(words, width - 2, Role.MUTED)]

    def do_review_back(self) -> None:
        """Leave; nothing was sent."""
        self.close()
