"""The harness itself: keys reach the program, frames are stepped, the screen can be read."""

from tests.support.terminal import open_terminal


async def test_the_program_opens_connects_and_takes_keys() -> None:
    async with open_terminal(size=(80, 24)) as terminal:
        assert terminal.row(1).startswith("[SIM]")
        assert "14:03:27" in terminal.row(1)
        await terminal.step(1.0)
        assert "14:03:28" in terminal.row(1)
        assert len(terminal.rows()) == 24
