"""`bgtui keys`: store an API key, list them, forget one; never from options, which anybody can see."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from bgtui.cli.options import Task, settings_options
from bgtui.cli.output import say, write_json, write_line
from bgtui.cli.table import Table, render
from bgtui.config.commandline import CommandLine
from bgtui.config.guard import read_guarded, require_pem
from bgtui.config.keyfile import KeyStore, StoredKey, check_profile_name
from bgtui.config.paths import find_paths
from bgtui.config.venue import Environment
from bgtui.domain.error import ConfigError
from bgtui.domain.secret import Secret

DEFAULT_NAME = "default"
_MAX_LINE = 1_000


@click.group()
def keys() -> None:
    """Store API keys where only you can read them."""


@keys.command("add")
@settings_options
@click.option(
    "--rsa", is_flag=True, help="An RSA key: the second line is the path of its PEM file, not a secret."
)
@click.option(
    "--keyring", is_flag=True, help="Keep the secrets in the desktop's keyring instead of the file."
)
def add(typed: CommandLine, *, rsa: bool, keyring: bool) -> Task:
    """Store a key for --profile (or as the default one).

    Asks on the terminal without echo, or reads three lines from stdin: key, secret (with --rsa the path of
    the PEM file), passphrase. --env says where the key is valid, so that it is never used elsewhere.
    """

    def run() -> int:
        name = check_profile_name(typed.profile or DEFAULT_NAME)
        api_key, second, passphrase = _read_three(
            "path of the RSA key file" if rsa else "API secret", hide=not rsa
        )
        key = StoredKey(
            api_key=Secret(api_key),
            api_passphrase=Secret(passphrase),
            api_secret=None if rsa else Secret(second),
            rsa_private_key_file=_pem_path(second) if rsa else "",
            environment=Environment(typed.environment) if typed.environment else None,
            in_keyring=keyring,
        )
        store = _store()
        verb = "replaced" if name in store.load() else "stored"
        store.put(name, key)
        say(f"key {verb} for profile {name} in {'the keyring' if keyring else store.path}")
        return 0

    return run


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_keys(*, as_json: bool) -> Task:
    """List the stored keys by name; never a key itself."""

    def run() -> int:
        rows = [
            {
                "profile": name,
                "environment": key.environment.value if key.environment else None,
                "kind": key.kind.lower(),
                "place": "keyring" if key.in_keyring else "file",
            }
            for name, key in sorted(_store().load().items())
        ]
        if as_json:
            write_json({"keys": rows})
        elif not rows:
            say("no key is stored; bgtui keys add stores one")
        else:
            cells = [[row["profile"], row["environment"] or "any", row["kind"], row["place"]] for row in rows]
            for line in render(Table(("profile", "environment", "kind", "kept in"), cells)):
                write_line(line)
        return 0

    return run


@keys.command("remove")
@click.argument("name")
def remove(name: str) -> Task:
    """Forget the key of profile NAME."""

    def run() -> int:
        _store().remove(name)
        say(f"key of profile {name} removed; it stays valid at Bitget until you delete it there")
        return 0

    return run


def _store() -> KeyStore:
    return KeyStore(find_paths(os.environ).key_file)


def _read_three(second: str, *, hide: bool) -> tuple[str, str, str]:
    labels = ("API key", second, "passphrase")
    if sys.stdin is not None and sys.stdin.isatty():
        texts = [click.prompt(label, hide_input=hide or label != second, err=True) for label in labels]
    else:
        # Not one read of everything: a pipe that stays open after three lines must not hang.
        texts = [sys.stdin.readline(_MAX_LINE) if sys.stdin is not None else "" for _ in labels]
    for label, text in zip(labels, texts, strict=True):
        if len(text) >= _MAX_LINE:
            raise ConfigError(f"the {label} is longer than {_MAX_LINE} characters", hint="paste it alone")
        if not text.strip():
            raise ConfigError(
                f"no {label} was given", hint=f"type it, or send three lines on stdin: {', '.join(labels)}"
            )
        if not text.strip().isprintable() or not text.isascii():
            raise ConfigError(f"the {label} is not printable ASCII")
    return texts[0].strip(), texts[1].strip(), texts[2].strip()


def _pem_path(text: str) -> str:
    path = Path(text).expanduser().absolute()
    file = read_guarded(path)
    if file is None:
        raise ConfigError("there is no RSA key file at the path given")
    require_pem(file)
    return str(path)
