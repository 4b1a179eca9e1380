"""What the screens write for other programs: new files, for their owner alone."""

from __future__ import annotations

import os
from pathlib import Path

from bgtui.domain.error import ConfigError


class Saving:
    """Writes into one folder; a file that is there is never replaced."""

    def __init__(self, folder: Path) -> None:
        """Write here; the folder is made when it is needed."""
        self._folder = folder

    def __call__(self, name: str, text: str) -> str:
        """Write a text and return where it is.

        Raises:
            ConfigError: it cannot be written.
        """
        path = self._folder / Path(name).name
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(text)
        except FileExistsError:
            raise ConfigError(f"{path} is there already") from None
        except OSError as error:
            raise ConfigError(f"{path} cannot be written: {error.strerror}") from None
        return str(path)
