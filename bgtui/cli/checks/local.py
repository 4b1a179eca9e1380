"""What can be said about this machine without a connection: files, terminal, locale."""

from __future__ import annotations

import codecs
import locale
import os
import shutil
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from bgtui.cli.checks.check import Check, State
from bgtui.config.guard import read_guarded
from bgtui.config.paths import Paths
from bgtui.config.settings import EMBEDDED, SECRET_FIELDS, Settings
from bgtui.config.venue import EXCHANGE_DOMAIN, Environment, Venue
from bgtui.domain.error import BgtuiError

_SMALLEST = (80, 24)
"""Columns and lines that every screen fits into."""
_SHARED_FOLDER = 0o077


def check_settings(settings: Settings) -> Check:
    """Say which sources made the settings."""
    sources = sorted({origin.partition(" in ")[2] or "environment" for origin in settings.origins.values()})
    sources = [each for each in sources if each != EMBEDDED]
    where = ", ".join(sources) if sources else "defaults only"
    mode = "read-only" if settings.is_read_only else "may trade"
    return Check("settings", State.OK, f"environment {settings.environment.value}, {mode}, from {where}")


def check_key_source(settings: Settings) -> Check:
    """Say whether there is a key and where it is; the environment of a process is easy to read for others."""
    if settings.credentials is None:
        return Check("key", State.OK, "no API key set: market data only (bgtui keys add stores one)")
    origin = settings.origin("api_key")
    label = f"account {settings.account_label}, key from {origin.partition(' in ')[2] or 'the environment'}"
    if any(
        settings.origin(name).startswith("BGTUI_") and " in " not in settings.origin(name)
        for name in SECRET_FIELDS
    ):
        return Check(
            "key", State.WARN, f"{label}: child processes inherit it", "bgtui keys add keeps it in a file"
        )
    return Check("key", State.OK, label)


def check_files(paths: Paths, folder: Path) -> Check:
    """Say which settings files exist, with their modes."""
    found = []
    for path in (folder / ".env", paths.config_file, paths.key_file):
        try:
            file = read_guarded(path)
        except BgtuiError as error:
            return Check("files", State.FAIL, error.message, error.hint, error.exit_code)
        if file is not None:
            found.append(f"{path} ({file.mode:04o})")
    return Check("files", State.OK, ", ".join(found) or "no settings file")


def check_hosts(venue: Venue, *, is_embedded: bool = False) -> Check:
    """Say which hosts are talked to; on demo and live anything but the exchange's own is worth a look."""
    hosts = ", ".join(venue.hosts)
    foreign = [
        host for host in venue.hosts if not f".{host.partition(':')[0]}".endswith(f".{EXCHANGE_DOMAIN}")
    ]
    if is_embedded:
        return Check(
            "hosts", State.OK, f"{hosts}: the embedded simulator, started for this and gone after it"
        )
    if venue.environment is not Environment.SIM and foreign:
        return Check(
            "hosts",
            State.WARN,
            f"{hosts}; not Bitget's: {', '.join(foreign)}",
            "drop --allow-host unless meant",
        )
    return Check("hosts", State.OK, hosts)


def check_folders(paths: Paths) -> Check:
    """Look at the folders of settings and state: closed to others, and writable."""
    for folder in (paths.config_file.parent, paths.log_file.parent):
        existing = next(each for each in (folder, *folder.parents, Path("/")) if each.exists())
        if not existing.is_dir():
            fix = f"move {existing} away, or set another place"
            return Check("folders", State.WARN, f"{existing} is a file where a folder must be", fix)
        if not os.access(existing, os.W_OK):
            return Check(
                "folders", State.WARN, f"{existing} cannot be written to", f"mkdir -p -m 700 {folder}"
            )
        if existing == folder and (mode := stat.S_IMODE(folder.stat().st_mode)) & _SHARED_FOLDER:
            return Check(
                "folders", State.WARN, f"{folder} is open to others ({mode:04o})", f"chmod 700 {folder}"
            )
    return Check("folders", State.OK, f"{paths.config_file.parent}, {paths.log_file.parent}")


def check_terminal(environ: Mapping[str, str], *, is_terminal: bool) -> Check:
    """Look at size and colours of the terminal."""
    if not is_terminal:
        return Check("terminal", State.OK, "not a terminal: plain text, no colour")
    columns, lines = shutil.get_terminal_size()
    term = environ.get("TERM", "")
    detail = f"{columns}x{lines}, TERM={term or 'unset'}, {_colours(environ)}"
    if term in ("", "dumb"):
        return Check(
            "terminal", State.WARN, detail, "set TERM to what the terminal is, such as xterm-256color"
        )
    if columns < _SMALLEST[0] or lines < _SMALLEST[1]:
        return Check("terminal", State.WARN, detail, f"make it at least {_SMALLEST[0]}x{_SMALLEST[1]}")
    return Check("terminal", State.OK, detail)


def check_locale(environ: Mapping[str, str]) -> Check:
    """Look at the character encoding."""
    encoding = locale.getencoding()
    name = next((environ[each] for each in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(each)), "unset")
    if codecs.lookup(encoding).name != "utf-8":
        return Check("locale", State.WARN, f"{name} ({encoding})", "export LANG=C.UTF-8")
    return Check("locale", State.OK, f"{name} ({encoding})")


def check_multiplexer(environ: Mapping[str, str]) -> Check:
    """Say whether the terminal is inside tmux or screen."""
    if environ.get("TMUX"):
        term = environ.get("TERM", "")
        if not term.startswith(("tmux", "screen")):
            return Check(
                "multiplexer",
                State.WARN,
                f"tmux with TERM={term}",
                "set -g default-terminal tmux-256color in tmux.conf",
            )
        return Check("multiplexer", State.OK, "tmux")
    return Check("multiplexer", State.OK, "screen" if environ.get("STY") else "none")


def settings_checks(settings: Settings, paths: Paths, folder: Path) -> Sequence[Check]:
    """Make every check of settings that could be read."""
    return (check_settings(settings), check_key_source(settings), check_files(paths, folder))


def environment_checks(paths: Paths, environ: Mapping[str, str], *, is_terminal: bool) -> Sequence[Check]:
    """Make every check that needs no settings."""
    return (
        check_folders(paths),
        check_terminal(environ, is_terminal=is_terminal),
        check_locale(environ),
        check_multiplexer(environ),
    )


def _colours(environ: Mapping[str, str]) -> str:
    if environ.get("NO_COLOR"):
        return "colours off (NO_COLOR)"
    if environ.get("COLORTERM") in ("truecolor", "24bit"):
        return "16 million colours"
    return "256 colours" if "256color" in environ.get("TERM", "") else "8 or 16 colours"
