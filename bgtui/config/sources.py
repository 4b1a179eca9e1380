"""Where settings come from: environment, `.env`, config.toml, key store; each is one layer of raw values."""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

from dotenv.parser import parse_stream
from pydantic_settings import EnvSettingsSource, InitSettingsSource
from pydantic_settings.sources.utils import parse_env_vars

from bgtui.config.alerts import TABLE as ALERT_TABLE
from bgtui.config.alerts import AlertTable, read_alerts
from bgtui.config.commandline import ENV_PREFIX
from bgtui.config.guard import GuardedFile, read_guarded
from bgtui.config.keyfile import KeyStore, StoredKey, check_profile_name
from bgtui.config.limits import PREFIX
from bgtui.config.settings import CREDENTIAL_FIELDS, SECRET_FIELDS, Settings
from bgtui.domain.error import ConfigError
from bgtui.domain.value import frozen

PROFILES = "profiles"
KEYS = "keys"
LIMITS = "limits"


@frozen
class Layer:
    """What one source says: raw values by field."""

    name: str
    """For messages: a path, or `environment`."""
    values: Mapping[str, Any] = field(repr=False)
    spelled: Mapping[str, str] = field(default_factory=dict)
    """How the source spells a field, where that is not the field's own name."""
    is_working_directory: bool = False
    """Whoever controls the folder the program was started in controls this source."""

    @property
    def holds_key(self) -> bool:
        """Tell whether it says anything about the API key."""
        return any(name in self.values for name in CREDENTIAL_FIELDS)

    def origin(self, name: str) -> str:
        """Say where a field was set."""
        spelled = self.spelled.get(name, name)
        return spelled if self.name == "environment" else f"{spelled} in {self.name}"


class _VariablesSource(EnvSettingsSource):
    """pydantic-settings' reader of variables, over variables that were passed in."""

    def __init__(self, variables: Mapping[str, str | None]) -> None:
        self._variables = variables
        super().__init__(Settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return parse_env_vars(
            self._variables, self.case_sensitive, self.env_ignore_empty, self.env_parse_none_str
        )


def environment_layer(environ: Mapping[str, str]) -> Layer:
    """Read the `BGTUI_` variables of the process."""
    return Layer("environment", _VariablesSource(environ)(), _variable_names())


def dotenv_layer(path: Path) -> Layer | None:
    """Read a `.env` file; None when there is none or it says nothing to this program.

    Raises:
        ConfigError: an unknown `BGTUI_` name, a file of another user, or secrets that others can read.
    """
    file = read_guarded(path)
    if file is None:
        return None
    ours = _read_variables(file)
    if not ours:
        return None
    names = _variable_names()
    known = set(names.values())
    if unknown := sorted(name for name in ours if name.upper() not in known):
        raise ConfigError(
            f"{path} sets {unknown[0]!a}, which is no setting", hint=".env.example lists them all"
        )
    layer = Layer(str(path), _VariablesSource(ours)(), names, is_working_directory=True)
    _check_file(file, layer.values)
    return layer


@frozen
class ConfigFile:
    """A parsed config.toml."""

    file: GuardedFile
    top: Mapping[str, Any] = field(repr=False)
    profiles: Mapping[str, Mapping[str, Any]] = field(repr=False)
    chords: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    """The table ``[keys]``: chords of the terminal by action id."""
    alerts: AlertTable = field(default_factory=AlertTable)
    """The table ``[alerts]``."""

    def layer(self, profile: str | None) -> Layer:
        """Return the top-level settings, with the named profile's over them."""
        values = {**self.top, **self.profiles.get(profile or "", {})}
        source = InitSettingsSource(Settings, values)
        return Layer(str(self.file.path), source(), _table_names())


def read_config_file(path: Path) -> ConfigFile | None:
    """Read config.toml; None when there is none.

    Raises:
        ConfigError: not TOML, an unknown key, or secrets in a file that others can read.
    """
    file = read_guarded(path)
    if file is None:
        return None
    try:
        data = tomllib.loads(file.text)
    except (ValueError, RecursionError) as error:  # ValueError: TOMLDecodeError, and a number of absurd size
        # Position only: the message may quote the line, and the line may be a secret.
        place = re.search(r" \(at [^()]*\)$", str(error))
        raise ConfigError(f"{path} is not TOML{place[0] if place else ''}") from None
    chords = _read_chords(path, data.pop(KEYS, {}))
    alerts = read_alerts(path, data.pop(ALERT_TABLE, {}))
    if alerts.command:
        file.require_unwritable()
    profiles = data.pop(PROFILES, {})
    if not isinstance(profiles, dict) or not all(isinstance(table, dict) for table in profiles.values()):
        raise ConfigError(f"{path}: {PROFILES} must be tables such as [{PROFILES}.main]")
    data = _flat(path, data)
    profiles = {name: _flat(path, table) for name, table in profiles.items()}
    _check_names(path, data, "")
    for name, table in profiles.items():
        check_profile_name(name)
        _check_names(path, table, f"[{PROFILES}.{name}] ")
    for table in (data, *profiles.values()):
        _check_file(file, table)
    return ConfigFile(file, data, profiles, chords, alerts)


def _flat(path: Path, table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table with what stands in ``[limits]`` under the names that the settings have."""
    flat = dict(table)
    limits = flat.pop(LIMITS, {})
    if not isinstance(limits, dict):
        raise ConfigError(f"{path}: {LIMITS} must be a table such as [{LIMITS}]")
    return {**flat, **{f"{PREFIX}{name}": value for name, value in limits.items()}}


def _table_names() -> dict[str, str]:
    """Return how config.toml spells what stands in a table of its own."""
    names = (name for name in Settings.model_fields if name.startswith(PREFIX))
    return {name: f"{LIMITS}.{name.removeprefix(PREFIX)}" for name in names}


def _read_chords(path: Path, table: object) -> dict[str, str | Sequence[str]]:
    """Check the shape alone: which actions and chords there are is the terminal's to say."""
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: {KEYS} must be a table such as [{KEYS}]")
    for action, chords in table.items():
        listed = chords if isinstance(chords, list) else [chords]
        if not all(isinstance(chord, str) for chord in listed):
            raise ConfigError(
                f"{path}: [{KEYS}] {action!a} must be text, or a list of it", hint='"ladder.buy" = "b"'
            )
    return dict(table)


def key_layer(store: KeyStore, name: str) -> tuple[Layer, StoredKey] | None:
    """Return the stored key of a profile as a layer, and the key; None when there is none.

    Raises:
        ConfigError: the key store is refused.
    """
    key = store.open_key(name)
    if key is None:
        return None
    values: dict[str, Any] = {"api_key": key.api_key, "api_passphrase": key.api_passphrase}
    if key.api_secret is not None:
        values["api_secret"] = key.api_secret
    if key.rsa_private_key_file:
        values["rsa_private_key_file"] = key.rsa_private_key_file
    if key.environment is not None:
        values["environment"] = key.environment.value
    return Layer(str(store.path), values), key


def _read_variables(file: GuardedFile) -> dict[str, str | None]:
    """Read what a `.env` says to this program; a line for another program may be whatever it likes.

    Raises:
        ConfigError: a line that sets something here cannot be read; ignored, it might be `read_only`.
    """
    ours: dict[str, str | None] = {}
    # The parser alone: values are not interpolated, as a passphrase may hold a dollar sign.
    for binding in parse_stream(io.StringIO(file.text)):
        if binding.error and ENV_PREFIX in binding.original.string.upper():
            raise ConfigError(
                f"{file.path}: line {binding.original.line} cannot be read", hint="look for a quote left open"
            )
        if binding.key is not None and binding.key.upper().startswith(ENV_PREFIX):
            ours[binding.key] = binding.value
    return ours


def _variable_names() -> dict[str, str]:
    return {name: ENV_PREFIX + name.upper() for name in Settings.model_fields}


def _check_names(path: Path, table: Mapping[str, Any], where: str) -> None:
    for name in table:
        if name not in Settings.model_fields:
            shown = name.replace(PREFIX, f"{LIMITS}.", 1) if name.startswith(PREFIX) else name
            raise ConfigError(
                f"{path}: {where}{shown!a} is no setting", hint="docs/configuration.md lists them all"
            )
    if where and "profile" in table:
        raise ConfigError(f"{path}: {where}'profile' cannot be set inside a profile")


def _check_file(file: GuardedFile, values: Mapping[str, Any]) -> None:
    if any(name in values for name in SECRET_FIELDS):
        file.require_private()
    else:
        file.require_own()
