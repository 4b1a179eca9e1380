"""The first book is drawn when it comes, however seldom frames are."""

from __future__ import annotations

from bgtui.domain.event import Event
from bgtui.ui.display import Display
from bgtui.ui.screens.base import BaseScreen
from tests.support import scene
from tests.support.terminal import Prepared, prepare


def shown(prepared: Prepared) -> str:
    screen = prepared.app.screen
    assert isinstance(screen, BaseScreen)
    rows = (row for pane in screen.canvases() if pane.display for row in pane.drawn_rows)
    return "\n".join("".join(span.text for span in row) for row in rows)


async def test_the_first_book_waits_for_no_beat() -> None:
    prepared = prepare(identity=scene.IDENTITY, display=Display(fps=1))
    async with prepared.app.run_test(size=(120, 40)) as pilot:
        await prepared.app.opened.wait()
        await pilot.pause()
        assert "67,241" not in shown(prepared)
        for event in scene.events():
            if isinstance(event, Event):
                prepared.session.apply(event)
        await pilot.pause()
        assert "67,241" in shown(prepared)
