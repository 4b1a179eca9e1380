"""The settings: every one with its type, its bounds and its default.

`bgtui.config.load.load` is the way to get one: it asks the sources, applies the rules about keys and
addresses, and turns what pydantic says into one line that never quotes a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, PlainSerializer, PlainValidator, PrivateAttr, WithJsonSchema, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from bgtui.config.alerts import AlertTable
from bgtui.config.commandline import ENV_PREFIX
from bgtui.config.keyfile import PROFILE_NAME
from bgtui.config.limits import LimitSettings, limits_of
from bgtui.config.venue import DEMO, EMBEDDED_PROFILES, LIVE, URL_FIELDS, Environment, Venue
from bgtui.domain.error import ConfigError
from bgtui.domain.instrument import InstrumentId, ProductType, parse_instrument
from bgtui.domain.limit import Limits
from bgtui.domain.secret import MASK, Credentials, Secret
from bgtui.domain.text import is_identifier

CREDENTIAL_FIELDS = ("api_key", "api_secret", "api_passphrase", "rsa_private_key_file")
SECRET_FIELDS = ("api_key", "api_secret", "api_passphrase")
EMBEDDED = "the embedded simulator"
"""Origin of addresses and key when no other was given."""

_DEFAULT_SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")


class LogLevel(StrEnum):
    """How much goes into the log file."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _to_secret(value: object) -> Secret:
    # One from the key store comes wrapped, and a person or another program may have edited that.
    value = value.reveal() if isinstance(value, Secret) else value
    if not isinstance(value, str):
        raise ValueError("must be text")  # noqa: TRY004 - pydantic counts only ValueError as a bad value
    text = value.strip()
    # Header values: anything else could not be sent, and a line break could forge a header.
    if not text.isascii() or not text.isprintable():
        raise ValueError("must be printable ASCII without line breaks")
    return Secret(text)


SecretText = Annotated[
    Secret,
    PlainValidator(_to_secret),
    PlainSerializer(lambda _secret: MASK, return_type=str),
    WithJsonSchema({"type": "string"}),
]


class Settings(LimitSettings, BaseSettings):
    """One run's settings, merged and checked; immutable."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        arbitrary_types_allowed=True,
        validate_default=True,
    )

    profile: str | None = Field(
        default=None,
        description="Named profile: a table of config.toml, a stored key, an account of the simulator.",
    )
    environment: Environment = Field(
        default=Environment.SIM, description="Where orders and keys go: sim, demo or live."
    )
    account: str | None = Field(
        default=None, description="What messages call the account; the profile's name otherwise."
    )
    api_key: SecretText | None = Field(default=None, description="API key.")
    api_secret: SecretText | None = Field(default=None, description="Secret of an HMAC key.")
    api_passphrase: SecretText | None = Field(
        default=None, description="Passphrase chosen when the key was made."
    )
    rsa_private_key_file: Path | None = Field(
        default=None, description="PEM file of an RSA key, instead of the secret."
    )
    read_only: bool | None = Field(
        default=None, description="Never write; unset means false on sim and demo, true on live."
    )
    rest_url: str | None = Field(default=None, description="REST address, scheme and host.")
    ws_public_url: str | None = Field(default=None, description="Address of the public stream.")
    ws_private_url: str | None = Field(default=None, description="Address of the private stream.")
    product_type: ProductType = Field(
        default=ProductType.USDT_FUTURES,
        description="What a bare symbol means: usdt-futures, usdc-futures, coin-futures, spot.",
    )
    symbols: Annotated[tuple[str, ...], NoDecode] = Field(
        default=_DEFAULT_SYMBOLS, description="Watch list, separated by commas; the first is shown first."
    )
    fps: int = Field(default=10, ge=1, le=30, description="Screen updates per second, 1 to 30.")
    log_file: Path | None = Field(
        default=None, description="Log file, ending in .log; in the state folder otherwise."
    )
    log_level: LogLevel = Field(default=LogLevel.INFO, description="debug, info, warning or error.")

    _origins: Mapping[str, str] = PrivateAttr(default_factory=dict)
    _credentials: Credentials | None = PrivateAttr(default=None)
    _chords: Mapping[str, str | Sequence[str]] = PrivateAttr(default_factory=dict)
    _alerts: AlertTable = PrivateAttr(default_factory=AlertTable)
    _lifts_default: bool = PrivateAttr(default=False)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings passes them by name
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read nothing by itself: what one source may say depends on the others, so `load` asks them."""
        return (init_settings,)

    @field_validator("profile")
    @classmethod
    def _check_profile(cls, value: str | None) -> str | None:
        if value is not None and not PROFILE_NAME.match(value):
            raise ValueError("must be 1 to 32 letters, digits, - and _")
        return value

    @field_validator("account")
    @classmethod
    def _check_account(cls, value: str | None) -> str | None:
        if value is not None and not is_identifier(value):
            raise ValueError("must be printable ASCII without spaces, at most 40 characters")
        return value

    @field_validator("symbols", mode="before")
    @classmethod
    def _split_symbols(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("symbols")
    @classmethod
    def _check_symbols(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for index, symbol in enumerate(value, 1):
            try:
                parse_instrument(symbol, ProductType.USDT_FUTURES)
            except ValueError:
                raise ValueError(f"entry {index} is not a symbol such as BTCUSDT or spot:BTCUSDT") from None
        return value

    @field_validator("log_file")
    @classmethod
    def _check_log_file(cls, value: Path | None) -> Path | None:
        # A settings file in a working directory must not make the program append to ~/.bashrc.
        if value is not None and value.suffix != ".log":
            raise ValueError("must end in .log")
        return value

    @property
    def is_read_only(self) -> bool:
        """Tell whether this run may not write: live may not unless asked on the command line."""
        is_live = self.environment is Environment.LIVE
        return bool(self.read_only) or (is_live and not self._lifts_default)

    @property
    def credentials(self) -> Credentials | None:
        """The API key, complete and checked; None when none is set."""
        return self._credentials

    @property
    def account_label(self) -> str:
        """What messages call the account."""
        return self.account or self.profile or ("practice" if self.environment is Environment.SIM else "main")

    @property
    def needs_simulator(self) -> bool:
        """Tell whether nothing leads anywhere yet: sim without an address means a simulator of our own."""
        return self.environment is Environment.SIM and all(getattr(self, name) is None for name in URL_FIELDS)

    @property
    def embedded_account(self) -> str:
        """Which account of the embedded simulator is meant: the profile's when it is named so."""
        return self.profile if self.profile is not None and self.profile in EMBEDDED_PROFILES else "practice"

    @property
    def is_embedded(self) -> bool:
        """Tell whether these lead to the embedded simulator: `moved_to` made them."""
        return self.origin("rest_url").endswith(EMBEDDED)

    def moved_to(self, venue: Venue, credentials: Credentials) -> Settings:
        """Return settings that lead to an embedded simulator, with its account instead of any other."""
        urls = {name: getattr(venue, name) for name in URL_FIELDS}
        no_key = dict.fromkeys(CREDENTIAL_FIELDS)
        moved = self.model_copy(update={**urls, **no_key, "account": self.account or credentials.label})
        origins = {name: f"{name} in {EMBEDDED}" for name in (*URL_FIELDS, *CREDENTIAL_FIELDS)}
        moved._origins = {**self._origins, **origins}  # noqa: SLF001 - a copy of this very class
        moved._credentials = credentials  # noqa: SLF001
        return moved

    @property
    def watch_list(self) -> tuple[InstrumentId, ...]:
        """The instruments to watch, in order, without repeats."""
        return tuple(dict.fromkeys(parse_instrument(symbol, self.product_type) for symbol in self.symbols))

    @property
    def limits(self) -> Limits:
        """The risk limits in force: what is set, else the environment's own."""
        return limits_of(self, self.environment, self.product_type)

    def origin(self, field: str) -> str:
        """Say where a setting was made, for messages: ``BGTUI_FPS in /home/me/.env``, or ``default``."""
        return self._origins.get(field, "default")

    @property
    def chords(self) -> Mapping[str, str | Sequence[str]]:
        """The person's own keys, by action id: ``[keys]`` of config.toml."""
        return self._chords

    @property
    def alerts(self) -> AlertTable:
        """How alerts are told: ``[alerts]`` of config.toml."""
        return self._alerts

    @property
    def origins(self) -> Mapping[str, str]:
        """Where each setting that is not a default was made."""
        return self._origins


def locate(settings: Settings) -> Venue:
    """Return the exchange that the settings lead to.

    Raises:
        ConfigError: in environment sim while not every address is set; `bootstrap.settle` sets them when
            none is.
    """
    given = {field: value for field in URL_FIELDS if (value := getattr(settings, field)) is not None}
    if settings.environment is Environment.SIM:
        if missing := [ENV_PREFIX + field.upper() for field in URL_FIELDS if field not in given]:
            raise ConfigError(
                f"sim needs a simulator's three addresses, or none; not set: {', '.join(missing)}",
                hint="bgtui sim prints them; without any of them a simulator is started",
            )
        return Venue(Environment.SIM, **_plain(given))
    known = LIVE if settings.environment is Environment.LIVE else DEMO
    return Venue(
        settings.environment, **{**{field: getattr(known, field) for field in URL_FIELDS}, **_plain(given)}
    )


def _plain(urls: Mapping[str, Any]) -> dict[str, str]:
    return {field: str(url).rstrip("/") for field, url in urls.items()}
