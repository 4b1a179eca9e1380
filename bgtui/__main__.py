"""The way in: `bgtui` and `python -m bgtui`.

`--version` is answered here, before anything heavy is imported; all else is the command line's.
"""

import sys
from collections.abc import Sequence

from bgtui import __version__


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments == ["--version"]:
        sys.stdout.write(f"bgtui {__version__}\n")
        return 0
    try:
        from bgtui.cli.main import main as run

        return run(arguments)
    except KeyboardInterrupt:  # while the modules are still being loaded
        return 130


if __name__ == "__main__":
    sys.exit(main())
