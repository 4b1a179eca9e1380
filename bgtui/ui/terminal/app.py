"""The program as the terminal sees it: cell diffs out, one line when it breaks, old modes at the end.

This is the one module that knows how the toolkit hands a painted screen over (`App._display`, the two kinds
of `CompositorUpdate`) and how it ends; both are private to it, and tests replay them against an emulator.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from rich.segment import Segment
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

from bgtui.domain.clock import Clock
from bgtui.ui.meter import TerminalMeter
from bgtui.ui.pens import Pens
from bgtui.ui.terminal.cells import CellScreen, PenBox
from bgtui.ui.terminal.driver import TerminalDriver
from bgtui.ui.terminal.gate import FrameGate
from bgtui.ui.view.span import Row

T = TypeVar("T")
_logger = logging.getLogger(__name__)
_LOOP_FRAMES = 2
"""How deep the callback itself stands: below the loop's own call of it."""


class TerminalApp(App[T], Generic[T], inherit_bindings=False):
    """Writes only cells that changed; never shows a traceback."""

    def __init__(self, *, clock: Clock, max_kbps: float | None = None, is_plain: bool = False) -> None:
        """Begin with a blank screen.

        Args:
            clock: Times frames and keys.
            max_kbps: Most the terminal is sent, kilobytes a second; None measures the link.
            is_plain: Write as the toolkit does, without cell diffs: for comparisons.
        """
        super().__init__(driver_class=TerminalDriver)
        self.meter = TerminalMeter()
        self.gate = FrameGate(max_kbps)
        self.crash: BaseException | None = None
        """What broke the program."""
        self._monotonic = clock.monotonic
        self._cells = CellScreen(0, 0)
        self._is_plain = is_plain
        self._painted: list[str] = []
        """What was painted and is written at the end of this turn of the loop."""
        self._pen_box: PenBox | None = None
        self._open_places: dict[Widget, tuple[int, int] | None] = {}
        self._placed: object = None
        """The toolkit's layout that the places belong to."""

    @property
    def pending(self) -> int:
        """Bytes that the terminal has not taken."""
        driver = self._driver
        return driver.pending if isinstance(driver, TerminalDriver) else 0

    def _display(self, screen: Screen[Any], renderable: Any) -> None:  # noqa: ANN401 - the toolkit's signature
        driver = self._driver
        if self._is_plain or not isinstance(driver, TerminalDriver):
            super()._display(screen, renderable)
            return
        is_held = bool(self._batch_count) or not self._running or self._closed
        if renderable is None or is_held or screen is not self.screen:
            return
        width, height = self.size
        if (self._cells.width, self._cells.height) != (width, height):
            self._cells.resize(width, height)
            self._painted.clear()
        self._painted.append(self._cells.update(_strips(renderable)))
        self.write_painted()

    def paint(self, widget: Widget, lines: Sequence[tuple[int, Row]], pens: Pens) -> bool:
        """Write some lines of a widget at once, past the toolkit's compositor, where that is possible.

        The compositor makes every line of the frame anew and cuts it into pieces; for a pane that nothing
        lies over, the lines themselves are all there is to know. It asks the widget again whenever it paints.

        Args:
            widget: Whose lines they are; it would show the same ones to the toolkit.
            lines: Row within the widget, and the line, exactly as wide as the widget.
            pens: What the meanings look like.

        Returns:
            Whether they were taken; when not, the widget has to be refreshed.
        """
        place = self._place(widget)
        if place is None:
            return False
        if self._pen_box is None or self._pen_box.pens is not pens:
            self._pen_box = PenBox(pens)
        if not self._painted:
            asyncio.get_running_loop().call_soon(self.write_painted)
        x, y = place
        self._painted.append("")  # not empty any more: the end of the turn is waited for
        return self._cells.put(y, x, lines, self._pen_box, self._painted)

    def _place(self, widget: Widget) -> tuple[int, int] | None:
        """Return where a widget stands on the terminal; None where it cannot be written to directly."""
        if self._is_plain or not isinstance(self._driver, TerminalDriver) or self._batch_count:
            return None
        screen = self.screen
        size = self.size
        is_known = (self._cells.width, self._cells.height) == (size.width, size.height)
        if not is_known or not self._running or self._closed or screen._layout_required:  # noqa: SLF001
            return None
        layout = screen._compositor.visible_widgets  # noqa: SLF001 - another object after each layout
        if layout is not self._placed:
            self._placed = layout
            self._open_places.clear()
        if widget not in self._open_places:
            self._open_places[widget] = _open_place(widget, layout, size.region)
        return self._open_places[widget]

    def write_painted(self) -> None:
        """Write what was painted, without waiting for the end of this turn of the loop."""
        text = "".join(self._painted)
        self._painted.clear()
        driver = self._driver
        if text and isinstance(driver, TerminalDriver):
            driver.write(text)
            self.gate.sent(len(text))
            self.meter.wrote(len(text), self._monotonic())

    def _build_driver(self, headless: bool, inline: bool, mouse: bool, size: Any) -> Any:  # noqa: ANN401, FBT001
        driver = super()._build_driver(headless, inline, mouse, size)
        if isinstance(driver, TerminalDriver):
            driver.took = self._took
            driver.on_hang_up = self._hang_up
            driver.on_break = self._thread_broke
        return driver

    def _took(self, count: int, seconds: float) -> None:
        self.gate.took(count, seconds, self._monotonic())

    def _hang_up(self) -> None:
        self.call_later(self.exit, None, 129)

    def forget_screen(self) -> None:
        """Write everything anew: somebody else has written on the terminal."""
        self._cells.resize(*self.size)
        self._painted.clear()
        self.screen.refresh(layout=True)

    def _set_pointer_shape(self, shape: str) -> None:
        """Leave the mouse pointer alone."""

    # Endings

    def catch_strays(self) -> None:
        """End when anything of ours breaks where nobody waits for it: it must not be missing unnoticed."""
        asyncio.get_running_loop().set_exception_handler(self._take_stray)

    def _take_stray(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        is_going = self._running and not self._exit
        if isinstance(error, Exception) and is_ours(error) and is_going:
            self._handle_exception(error)
        else:
            loop.default_exception_handler(context)

    def _thread_broke(self, error: Exception) -> None:
        self.call_later(self._handle_exception, error)

    def _handle_exception(self, error: Exception) -> None:
        if self.crash is None:
            self.crash = error
            _logger.critical("the terminal broke", exc_info=error)
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()

    def panic(self, *_renderables: Any) -> None:  # noqa: ANN401 - the toolkit's signature
        """End: what broke is in the log, and one line says so."""
        if self.crash is None:
            self.crash = RuntimeError("the toolkit gave up")
        self._return_code = 1
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        self._exit_renderables.clear()


def is_ours(error: BaseException) -> bool:
    """Tell whether an error came up in code of ours that the loop called, and not in the network's."""
    frame = error.__traceback__
    for _ in range(_LOOP_FRAMES):
        if frame is None:
            return False
        if str(frame.tb_frame.f_globals.get("__name__", "")).partition(".")[0] == "bgtui":
            return True
        frame = frame.tb_next
    return False


def _open_place(
    widget: Widget, layout: Mapping[Widget, tuple[Region, Region]], screen: Region
) -> tuple[int, int] | None:
    """Return where a widget stands if all of it is seen: the layout names those on top first."""
    if widget not in layout:
        return None
    region, clip = layout[widget]
    if not clip.contains_region(region) or not screen.contains_region(region):
        return None
    for other, (above, its_clip) in layout.items():
        if other is widget:
            return region.x, region.y
        if above.intersection(its_clip).overlaps(region):
            return None
    return None


def _strips(update: object) -> Iterator[tuple[int, int, Sequence[Segment]]]:
    """Return what an update of the toolkit's compositor shows, strip by strip."""
    if isinstance(update, LayoutUpdate):
        x = update.region.x
        for y, line in enumerate(update.strips, update.region.y):
            column = x
            for strip in line:
                yield y, column, strip._segments  # noqa: SLF001 - a list that is never changed
                column += strip.cell_length
    elif isinstance(update, ChopsUpdate):
        for y, x1, x2 in update.spans:
            line_chops = update.chops[y]
            for end, (column, chop) in zip(update.chop_ends[y], line_chops.items(), strict=False):
                if chop is not None and column <= x2 and end > x1:
                    yield y, column, chop._segments  # noqa: SLF001
