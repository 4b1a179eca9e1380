"""The harness itself: keys reach the program, frames are stepped, the screen can be read."""

from tests.support import scene
from tests.support.terminal import open_terminal


async def test_the_program_opens_connects_and_takes_keys() -> None:
    async with open_terminal(size=(80, 24)) as terminal:
        assert terminal.row(1).startswith("[SIM]")
        assert "14:03:27" in terminal.row(1)
        await terminal.step(1.0)
        assert "14:03:28" in terminal.row(1)
        assert len(terminal.rows()) == 24


async def test_the_made_up_account_is_whole() -> None:
    async with open_terminal(events=scene.events(), identity=scene.IDENTITY, size=(120, 40)) as terminal:
        store, product = terminal.store, scene.IDENTITY.product_type
        assert store.book(scene.BTC).is_live
        assert [len(store.positions(product) or ()), len(store.open_orders(product) or ())] == [5, 8]
        assert len(store.submissions(product)) == 1
        assert store.freshness(product).is_current
        assert terminal.clock.now_ms() == scene.NOW_MS
