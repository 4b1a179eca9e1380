"""Merge the sources into one `Settings`, so that no key can leave for a wrong address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bgtui.config.commandline import CommandLine
from bgtui.config.guard import read_guarded, require_pem
from bgtui.config.keyfile import KeyStore, check_profile_name
from bgtui.config.paths import find_paths
from bgtui.config.settings import CREDENTIAL_FIELDS, Settings
from bgtui.config.sources import (
    ConfigFile,
    Layer,
    dotenv_layer,
    environment_layer,
    key_layer,
    read_config_file,
)
from bgtui.config.venue import EMBEDDED_PROFILES, URL_FIELDS, Environment, check_url
from bgtui.domain.error import ConfigError
from bgtui.domain.secret import Credentials, Secret

DEFAULT_PROFILE = "default"
"""Whose stored key is used when no profile is named."""

_BOOLEAN = TypeAdapter(bool)


def load(typed: CommandLine, environ: Mapping[str, str], folder: Path) -> Settings:
    """Read every source and return the settings.

    Args:
        typed: The command line.
        environ: The process's environment.
        folder: The working directory, whose `.env` is read.

    Raises:
        ConfigError: one line that names the setting and its source and quotes no value.
    """
    layers, config = _layers(typed, environ, folder)
    merged, origins = _merge(layers)
    settings = _validate(merged, origins)
    key_source = next((layer for layer in layers if layer.holds_key), None)
    if typed.trade:
        _check_trade(settings, origins)
    _check_urls(settings, layers, key_source, typed.allow_hosts)
    settings._origins = origins  # noqa: SLF001 - this module is the model's other half
    settings._credentials = _credentials(settings, key_source)  # noqa: SLF001
    if config is not None:
        settings._chords = config.chords  # noqa: SLF001
        settings._alerts = config.alerts  # noqa: SLF001
    settings._lifts_default = typed.trade and settings.environment is Environment.LIVE  # noqa: SLF001
    return settings


def _check_trade(settings: Settings, origins: Mapping[str, str]) -> None:
    """Refuse a wish to trade that contradicts another."""
    if settings.read_only:
        where = origins.get("read_only", "the settings")
        raise ConfigError(f"--trade contradicts {where}", hint="leave one of them out")


def _layers(
    typed: CommandLine, environ: Mapping[str, str], folder: Path
) -> tuple[list[Layer], ConfigFile | None]:
    """Return the sources, strongest first, and the parsed config file."""
    paths = find_paths(environ)
    layers = [_command_line_layer(typed), environment_layer(environ)]
    if (dotenv := dotenv_layer(folder / ".env")) is not None:
        layers.append(dotenv)
    config = read_config_file(typed.config_file or paths.config_file)
    if config is None and typed.config_file is not None:
        raise ConfigError(f"{typed.config_file} does not exist")
    if config is not None:
        layers.append(config.layer(None))
    profile = _first(layers, "profile")
    if profile is not None:
        check_profile_name(str(profile))
    if config is not None:
        layers[-1] = config.layer(profile)
    has_table = config is not None and profile in config.profiles
    stored = _stored_key(layers, KeyStore(paths.key_file), profile)
    if stored is not None:
        layers.append(stored)
    if (
        profile is not None
        and not has_table
        and stored is None
        and not any(layer.holds_key for layer in layers)
        and not (profile in EMBEDDED_PROFILES and _is_embedded(layers))
    ):
        raise ConfigError(
            f"profile {profile} is neither in {typed.config_file or paths.config_file} nor in the key store",
            hint=f"bgtui keys add --profile {profile}",
        )
    return layers, config


def _is_embedded(layers: Sequence[Layer]) -> bool:
    """Tell whether the sources lead to the embedded simulator; what is no environment is told later."""
    environment = _first(layers, "environment") or Environment.SIM
    return str(environment).lower() == Environment.SIM and all(
        _first(layers, name) is None for name in URL_FIELDS
    )


def _command_line_layer(typed: CommandLine) -> Layer:
    values: dict[str, Any] = {
        "profile": typed.profile,
        "environment": typed.environment,
        "read_only": typed.read_only or None,
    }
    spelled = {"profile": "--profile", "environment": "--env", "read_only": "--read-only"}
    return Layer(
        "the command line", {name: value for name, value in values.items() if value is not None}, spelled
    )


def _stored_key(layers: Sequence[Layer], store: KeyStore, profile: str | None) -> Layer | None:
    if any(layer.holds_key for layer in layers):
        return None
    if (found := key_layer(store, profile or DEFAULT_PROFILE)) is None:
        return None
    layer, key = found
    asked = _first(layers, "environment")
    if key.environment is None or asked is None or str(asked).lower() == key.environment.value:
        return layer
    if profile is None:
        return None  # the default key is for another environment: nobody asked for it by name
    raise ConfigError(
        f"the stored key of profile {profile} is for {key.environment.value}, not for the one asked for",
        hint=f"use --env {key.environment.value}, or another profile",
    )


def _first(layers: Sequence[Layer], name: str) -> Any:  # noqa: ANN401 - raw, not validated yet
    return next((layer.values[name] for layer in layers if name in layer.values), None)


def _merge(layers: Sequence[Layer]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the winning values, and where each was set.

    The API key is one thing: all its parts come from the strongest source that has any of them, so that no
    source can combine its address or half a key with the rest of another's.
    """
    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    key_source = next((layer for layer in layers if layer.holds_key), None)
    for layer in layers:
        for name, value in layer.values.items():
            if name in CREDENTIAL_FIELDS and layer is not key_source:
                continue
            if name not in merged or (name == "read_only" and _is_true(value)):
                merged[name] = value
                origins[name] = layer.origin(name)
    return merged, origins


def _is_true(value: object) -> bool:
    """Tell whether a raw value says read-only: true from any source wins everywhere."""
    try:
        return _BOOLEAN.validate_python(value)
    except ValidationError:
        return False


_WORDS = {
    "tuple_type": "must be a list",
    "string_type": "must be text",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number, a smaller one",
    "int_from_float": "must be a whole number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
}
"""pydantic's words are for programmers."""


def _validate(merged: Mapping[str, Any], origins: Mapping[str, str]) -> Settings:
    try:
        return Settings(**merged)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        reason = _WORDS.get(first["type"]) or first["msg"].removeprefix("Value error, ")
    # Outside the handler, so that nothing that holds the value travels along.
    raise ConfigError(f"{origins.get(name, name)}: {reason[:1].lower()}{reason[1:]}")


def _check_urls(
    settings: Settings, layers: Sequence[Layer], key_source: Layer | None, allowed: Sequence[str]
) -> None:
    for name in URL_FIELDS:
        source = next((layer for layer in layers if name in layer.values), None)
        if source is None:
            continue
        origin = source.origin(name)
        if (
            key_source is not None
            and source is not key_source
            and (settings.environment is not Environment.SIM or source.is_working_directory)
        ):
            raise ConfigError(
                f"{origin} would send a key that comes from {key_source.name} to another address",
                hint="set the address where the key is, or remove it",
            )
        check_url(name, str(getattr(settings, name)), settings.environment, allowed, origin)


def _credentials(settings: Settings, source: Layer | None) -> Credentials | None:
    if source is None:
        return None
    signs = [name for name in ("api_secret", "rsa_private_key_file") if _is_set(settings, name)]
    missing = [name for name in ("api_key", "api_passphrase") if not _is_set(settings, name)]
    if not signs:
        missing.append("api_secret")
    if missing:
        raise ConfigError(
            f"{source.name} has an API key without {', '.join(missing)}",
            hint="a key is taken whole from one source",
        )
    if len(signs) > 1:
        raise ConfigError(
            f"{source.name} has both api_secret and rsa_private_key_file", hint="keep the one that signs"
        )
    pem = _read_pem(settings.rsa_private_key_file, source) if settings.rsa_private_key_file else None
    return Credentials(
        api_key=settings.api_key or Secret(""),
        passphrase=settings.api_passphrase or Secret(""),
        secret=settings.api_secret if pem is None else None,
        private_key_pem=pem,
        label=settings.account_label,
    )


def _is_set(settings: Settings, name: str) -> bool:
    return bool(getattr(settings, name))


def _read_pem(path: Path, source: Layer) -> Secret:
    path = path.expanduser()
    file = read_guarded(path)
    if file is None:
        raise ConfigError(f"{source.origin('rsa_private_key_file')}: there is no file {path}")
    require_pem(file)
    return Secret(file.text)
