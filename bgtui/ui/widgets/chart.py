"""The chart as a pane: candles of one instrument, scrolled back as far as the exchange remembers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from bgtui.domain.instrument import InstrumentId
from bgtui.domain.market import Candle, CandleInterval
from bgtui.domain.question import candles_before
from bgtui.store import topic
from bgtui.store.book import BookStatus
from bgtui.store.store import Store
from bgtui.store.topic import Topic
from bgtui.ui.keys import Context
from bgtui.ui.role import Role
from bgtui.ui.view import chart, edge
from bgtui.ui.view.span import Row, Span
from bgtui.ui.widgets.canvas import Canvas
from bgtui.ui.workspace import Workspace

_STEP_RATIO = 4
"""A scroll key moves by this part of the pane's width."""


class Chart(Canvas, can_focus=True):
    """Candles with the price axis at the right."""

    contexts: ClassVar[tuple[Context, ...]] = (Context.CHART,)
    period_s: ClassVar[float] = 0.5
    beats: ClassVar[bool] = True

    def __init__(self, workspace: Workspace, *, id: str | None = None) -> None:  # noqa: A002
        """Begin at the last bar."""
        super().__init__(workspace, id=id)
        self._back = 0
        """Bars left out at the right."""
        self._shown: InstrumentId | None = None
        self._past: list[Candle] = []
        """Bars older than the store's, oldest first."""
        self._key: tuple[InstrumentId, CandleInterval] | None = None

    def topics(self) -> Iterable[Topic]:
        """The series, the older bars that were asked for, and the last price."""
        shown = self.workspace.instrument
        if shown is None:
            return ()
        found = [topic.candles(shown, self.workspace.interval), topic.ticker(shown)]
        if self._asked_ms is not None:
            found.append(topic.answer(candles_before(shown, self.workspace.interval, self._asked_ms)))
        return found

    _asked_ms: int | None = None

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return title and bars behind the edge."""
        store, shown = self.workspace.store, self.workspace.instrument
        rules = store.instrument(shown) if store is not None and shown is not None else None
        interval = self.workspace.interval
        head = self._title(interval)
        is_locked = self.workspace.is_held
        if store is None or shown is None or rules is None:
            return edge.edged([head], width, height, edge.edge_glyph(is_stale=False, is_locked=is_locked))
        candles = self._candles(store, shown, interval)
        ticker = store.ticker(shown)
        is_stale = store.book_status(shown) in (BookStatus.STALE, BookStatus.REFUSED)
        seen = candles[: len(candles) - self._back] if self._back else candles
        lines = chart.chart_rows(
            seen, width - 2, height - 1, places=rules.price_places,
            last=ticker.last if ticker is not None else None, is_stale=is_stale,
        )  # fmt: skip
        lines = [(Span(" "), *line) for line in lines]
        glyph = edge.edge_glyph(is_stale=is_stale, is_locked=is_locked)
        return edge.edged([head, *lines], width, height, glyph)

    def _title(self, interval: CandleInterval) -> Row:
        line = chart.title(interval, self._back)
        return (Span(" "), Span(line[0].text.strip(), Role.ACCENT, reverse=self.has_focus), *line[1:])

    def _candles(self, store: Store, shown: InstrumentId, interval: CandleInterval) -> Sequence[Candle]:
        """Return every bar that is known, oldest first."""
        if (shown, interval) != self._key:
            self._key = (shown, interval)
            self._past, self._back, self._asked_ms = [], 0, None
        live = store.candles(shown, interval)
        if self._asked_ms is not None:
            answer = store.answer(candles_before(shown, interval, self._asked_ms)).value
            if answer:
                first_ms = self._past[0].start_ms if self._past else self._asked_ms
                self._past = [bar for bar in answer if bar.start_ms < first_ms] + self._past
                self._asked_ms = None
        if not self._past:
            return live
        first_ms = live[0].start_ms if live else self._past[-1].start_ms + 1
        return [*(bar for bar in self._past if bar.start_ms < first_ms), *live]

    # Keys

    def do_chart_shorter(self) -> None:
        """Show shorter bars."""
        self._change(-1)

    def do_chart_longer(self) -> None:
        """Show longer bars."""
        self._change(1)

    def _change(self, steps: int) -> None:
        workspace = self.workspace
        known = chart.INTERVALS
        at = known.index(workspace.interval) if workspace.interval in known else 0
        workspace.interval = known[min(max(at + steps, 0), len(known) - 1)]
        if workspace.session is not None and workspace.instrument is not None:
            workspace.session.show(workspace.instrument, workspace.interval)
        self.invalidate()

    def do_chart_earlier(self) -> None:
        """Scroll to earlier bars, asking for more where the known ones end."""
        self._scroll(max(self.size.width // _STEP_RATIO, 1))

    def do_chart_later(self) -> None:
        """Scroll to later bars."""
        self._scroll(-max(self.size.width // _STEP_RATIO, 1))

    def do_chart_now(self) -> None:
        """Go back to the last bar."""
        self._back = 0
        self.invalidate()

    def _scroll(self, bars: int) -> None:
        store, shown = self.workspace.store, self.workspace.instrument
        if store is None or shown is None:
            return
        candles = self._candles(store, shown, self.workspace.interval)
        room = max(len(candles) - self.size.width // 2, 0)
        if self._back + bars > room and candles:
            self._ask(shown, candles[0].start_ms)
        self._back = min(max(self._back + bars, 0), room)
        self.invalidate()

    def _ask(self, shown: InstrumentId, until_ms: int) -> None:
        session = self.workspace.session
        if session is None or session.asker is None or self._asked_ms is not None:
            return
        self._asked_ms = until_ms
        session.asker.ask(candles_before(shown, self.workspace.interval, until_ms))
