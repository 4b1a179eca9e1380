"""The `bgtui` command and its subcommands."""

from collections.abc import Sequence

import click

from bgtui import __version__


@click.group(name="bgtui")
@click.version_option(__version__, message="%(prog)s %(version)s")
def bgtui() -> None:
    """Watch and trade the Bitget exchange from the terminal."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        code = bgtui.main(args=None if argv is None else list(argv), prog_name="bgtui", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    return code if isinstance(code, int) else 0
