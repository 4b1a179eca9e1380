"""The one widget that paints: rows of spans in, only the lines that changed out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import compress, count
from operator import is_not
from typing import ClassVar, Protocol, cast

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from bgtui.domain.instrument import InstrumentId
from bgtui.store.topic import MARKET, Topic
from bgtui.ui.keys import Context
from bgtui.ui.pens import Pens
from bgtui.ui.view.glyph import to_ascii
from bgtui.ui.view.span import EMPTY, Row, fill
from bgtui.ui.workspace import Workspace


class Painter(Protocol):
    """What a canvas needs of its app."""

    @property
    def pens(self) -> Pens:
        """The styles of the chosen theme."""

    def paint(self, widget: Widget, lines: Sequence[tuple[int, Row]], pens: Pens) -> bool:
        """Write lines of a widget at once; tell whether that was possible."""


class Canvas(Widget, inherit_bindings=False):
    """A pane that is drawn from read models, once a frame at most.

    A subclass says what it draws (`rows`), of what (`topics`), and how often that may show (`period_s`, and
    `beats` for what ages). It is painted by the line API: rows are compared with those on the screen, and
    only lines that differ are rendered and written.
    """

    DEFAULT_CSS = """
    Canvas { width: 1fr; height: 1fr; background: transparent; }
    """
    contexts: ClassVar[tuple[Context, ...]] = ()
    """Whose keys are alive while it has the focus, before those of its screen."""
    period_s: ClassVar[float] = 0.0
    """Shortest time between two looks at the store; 0 looks at every frame."""
    beats: ClassVar[bool] = False
    """Whether it shows ages or a clock, and so is drawn anew every second."""
    made: ClassVar[int] = 0
    """Canvases that came up or went so far, on any screen: whoever keeps a list looks again when it rose."""
    stirred: ClassVar[int] = 0
    """How often any canvas was to be drawn for another reason than the store."""
    is_exact: ClassVar[bool] = False
    """Whether its rows are exactly as wide as the pane, apart from empty ones."""

    def __init__(self, workspace: Workspace, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        """Draw what the workspace shows."""
        super().__init__(id=id, classes=classes)
        self.workspace = workspace
        self._rows: list[Row] = []
        self._strips: list[Strip | None] = []
        self._topics: tuple[Topic, ...] = ()
        """Of what it was drawn."""
        self._moving: list[Topic] = []
        self._moves: list[int] = []
        """What of that is the market's, and how new it was."""
        self._resting: list[Topic] = []
        self._rests: list[int] = []
        """What is not."""
        self._quiet: tuple[int, InstrumentId | None] | None = None
        """What the store counted when it looked at all of it last."""
        self._beat = -1
        self._looked_s = float("-inf")
        self._is_due = True
        self._pens: Pens | None = None

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return what to show, from the top; rows that are missing are blank."""
        raise NotImplementedError(f"{type(self).__name__} draws nothing")

    def topics(self) -> Iterable[Topic]:
        """Name the read models it is drawn from."""
        return ()

    def frame(self, now_s: float) -> None:
        """Look at the store, and draw if anything moved; what is hidden waits until it is seen.

        Args:
            now_s: The monotonic clock.
        """
        beat = int(now_s) if self.beats else 0
        is_due = self._is_due or beat != self._beat
        if not is_due and now_s - self._looked_s < self.period_s:
            return
        if self._is_due and not self.display:
            return
        if not self._has_moved(is_due=is_due) and not is_due:
            return
        if not self.display:
            self._is_due = True  # once it is seen
            return
        self._looked_s = now_s
        self._beat = beat
        self.draw()

    def _has_moved(self, *, is_due: bool) -> bool:
        """Look at the versions; at those of the market alone while the store counted nothing else."""
        store, quiet = self.workspace.store, self._quiet_now()
        if store is None:
            return False
        has_moved = False
        if is_due or quiet != self._quiet:
            self._quiet = quiet
            topics = tuple(self.topics())
            if topics != self._topics:
                self._topics = topics
                self._moving = [topic for topic in topics if topic.kind in MARKET]
                self._resting = [topic for topic in topics if topic.kind not in MARKET]
                has_moved = True
            rests = [store.version(topic) for topic in self._resting]
            has_moved |= rests != self._rests
            self._rests = rests
        moves = [store.version(topic) for topic in self._moving]
        has_moved |= moves != self._moves
        self._moves = moves
        return has_moved

    def _quiet_now(self) -> tuple[int, InstrumentId | None] | None:
        store = self.workspace.store
        return (store.quiet_changes, self.workspace.instrument) if store is not None else None

    @property
    def may_rest(self) -> bool:
        """Tell whether it has nothing to look for until a second has passed or not only the market moved."""
        return not self.display or (not self._moving and self._quiet == self._quiet_now())

    @property
    def is_asked(self) -> bool:
        """Tell whether it is to be drawn whatever the store says."""
        return self._is_due

    def invalidate(self) -> None:
        """Draw at the next frame whatever the store says: something of the UI's own has changed."""
        self._is_due = True
        Canvas.stirred += 1

    def draw(self) -> None:
        """Make the rows anew and have the lines that differ painted."""
        self._is_due = False
        width, height = self.outer_size  # nothing here has borders
        if not width or not height:
            return
        pens = cast(Painter, self.app).pens
        if pens is not self._pens or len(self._strips) != height or (self._strips and self._width != width):
            self._pens, self._width = pens, width
            self._rows = []
            self._strips = [Strip.blank(width)] * height
        made = list(self.rows(width, height)[:height])
        made += [EMPTY] * (height - len(made))
        rows, known = self._rows, len(self._rows)
        changed = list(compress(count(), map(is_not, made, rows)))
        if not self.is_exact:  # those that are remember their rows: another object is another row
            changed = [y for y in changed if made[y] != rows[y]]
        changed += range(known, height)
        self._rows = made
        if not changed:
            return
        for y in changed:
            self._strips[y] = None
        if self.is_exact:
            lines = [(y, made[y] or fill(EMPTY, width)) for y in changed]
        else:
            lines = [(y, fill(made[y], width)) for y in changed]
        if not cast(Painter, self.app).paint(self, lines, pens):
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    _width = 0

    def on_mount(self) -> None:
        """Be found by those who keep a list."""
        Canvas.made += 1
        Canvas.stirred += 1

    def on_unmount(self) -> None:
        """Leave the lists."""
        Canvas.made += 1
        Canvas.stirred += 1

    def on_show(self) -> None:
        """Be looked at again after it was hidden."""
        Canvas.stirred += 1

    def on_resize(self, _event: events.Resize) -> None:
        """Draw for the new size at once."""
        self.draw()

    def on_focus(self) -> None:
        """Show that the keys come here now."""
        self.invalidate()

    def on_blur(self) -> None:
        """Show that they do not any more."""
        self.invalidate()

    def render_line(self, y: int) -> Strip:
        """Return one line as it was drawn."""
        if y >= len(self._strips) or self._pens is None:
            return Strip.blank(self.size.width)
        strip = self._strips[y]
        if strip is None:
            strip = self._strips[y] = _strip(self._rows[y], self._width, self._pens)
        return strip

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of a region: nothing here has borders or filters that would need more work."""
        strips = [self.render_line(y) for y in range(crop.y, crop.bottom)]
        if crop.x == 0 and crop.width >= self.size.width:
            return strips
        return [strip.crop(crop.x, crop.right) for strip in strips]

    @property
    def drawn_rows(self) -> Sequence[Row]:
        """What is on the screen now, for tests and for copies."""
        return self._rows


def _strip(line: Row, width: int, pens: Pens) -> Strip:
    segments: list[Segment] = []
    for text, role, bold, reverse in fill(line, width):
        style: Style = pens.style(role, bold=bold, reverse=reverse)
        segments.append(Segment(to_ascii(text) if pens.is_ascii else text, style))
    return Strip(segments, width)
