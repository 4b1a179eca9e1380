"""A home, a working directory and planted secrets, for tests of settings and commands."""

from pathlib import Path

from bgtui.config.commandline import CommandLine
from bgtui.config.load import load
from bgtui.config.settings import Settings

KEY = "bg_planted_key_4711"
SECRET = "planted-secret-0815-do-not-print"
PASSPHRASE = "planted-passphrase-$HOME-2342"
KEY_VARIABLES = {"BGTUI_API_KEY": KEY, "BGTUI_API_SECRET": SECRET, "BGTUI_API_PASSPHRASE": PASSPHRASE}
KEY_LINES = "".join(f"{name}='{value}'\n" for name, value in KEY_VARIABLES.items())


class Place:
    """One user's machine: folders, environment and what `load` makes of them."""

    def __init__(self, root: Path) -> None:
        self.home = root / "home"
        self.folder = root / "work"
        self.config = self.home / ".config" / "bgtui"
        for folder in (self.home, self.folder, self.config):
            folder.mkdir(parents=True, mode=0o755)
        self.config.chmod(0o700)
        self.environ = {"HOME": str(self.home)}

    def write(self, path: Path, text: str, mode: int = 0o600) -> Path:
        path.write_text(text)
        path.chmod(mode)
        return path

    def dotenv(self, text: str, mode: int = 0o600) -> Path:
        return self.write(self.folder / ".env", text, mode)

    def toml(self, text: str, mode: int = 0o600) -> Path:
        return self.write(self.config / "config.toml", text, mode)

    def load(self, typed: CommandLine | None = None, /, **variables: str) -> Settings:
        return load(typed or CommandLine(), {**self.environ, **variables}, self.folder)


ALL_SECRETS = (KEY, SECRET, PASSPHRASE)


def assert_no_secret(text: str) -> None:
    assert not [secret for secret in ALL_SECRETS if secret in text]
