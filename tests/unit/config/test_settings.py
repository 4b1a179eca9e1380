"""What each source may say, which one wins, and what is refused."""

import pickle
from collections.abc import Mapping

import pytest
from dotenv import dotenv_values

from bgtui.config.commandline import ENV_PREFIX, CommandLine, is_nothing_set
from bgtui.config.settings import Settings, locate
from bgtui.config.venue import Environment
from bgtui.domain.error import ConfigError
from bgtui.domain.instrument import ProductType
from bgtui.domain.secret import Secret
from tests.support.place import KEY, KEY_LINES, KEY_VARIABLES, PASSPHRASE, SECRET, Place, assert_no_secret


def test_defaults_need_no_file(place: Place) -> None:
    settings = place.load()
    assert settings.environment is Environment.SIM
    assert settings.fps == 10
    assert settings.credentials is None
    assert not settings.is_read_only
    assert settings.account_label == "practice"
    assert settings.watch_list[0] == "usdt-futures:BTCUSDT"


def test_environment_outranks_dotenv_outranks_config(place: Place) -> None:
    place.toml("fps = 5\nproduct_type = 'spot'\nlog_level = 'debug'\n")
    place.dotenv("BGTUI_FPS=6\nBGTUI_PRODUCT_TYPE=usdc-futures\n")
    settings = place.load(BGTUI_FPS="7")
    assert (settings.fps, settings.product_type, settings.log_level.value) == (
        7,
        ProductType.USDC_FUTURES,
        "debug",
    )
    assert settings.origin("fps") == "BGTUI_FPS"
    assert settings.origin("product_type") == f"BGTUI_PRODUCT_TYPE in {place.folder}/.env"
    assert settings.origin("log_level") == f"log_level in {place.config}/config.toml"
    assert settings.origin("symbols") == "default"


def test_command_line_outranks_everything(place: Place) -> None:
    place.dotenv("BGTUI_ENVIRONMENT=demo\n")
    assert place.load(CommandLine(environment="live")).environment is Environment.LIVE


def test_a_profile_lies_over_the_top_of_config(place: Place) -> None:
    place.toml("fps = 5\nlog_level = 'debug'\n[profiles.slow]\nfps = 2\n[profiles.fast]\nfps = 30\n")
    assert place.load().fps == 5
    assert place.load(CommandLine(profile="slow")).fps == 2
    fast = place.load(BGTUI_PROFILE="fast")
    assert (fast.fps, fast.log_level.value, fast.account_label) == (30, "debug", "fast")


def test_config_may_name_the_profile(place: Place) -> None:
    place.toml("profile = 'slow'\n[profiles.slow]\nfps = 2\n")
    assert place.load().fps == 2


def test_an_unknown_profile_is_an_error(place: Place) -> None:
    with pytest.raises(ConfigError, match=r"profile nobody is neither in .* nor in the key store"):
        place.load(CommandLine(profile="nobody"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("fsp = 5", "'fsp' is no setting"),
        ("[profiles.a]\nfsp = 5", r"\[profiles.a\] 'fsp' is no setting"),
        ("[profiles.a]\nprofile = 'b'", "cannot be set inside a profile"),
        ("[profiles.'a b']\n", "a profile's name"),
        ("profiles = 5", "must be tables"),
        ("fps = ", r"is not TOML \(at end of document\)|is not TOML \(at line 1, column 7\)"),
        ("allow_hosts = ['evil.example']", "'allow_hosts' is no setting"),
        ("fps = 0", "fps in .*config.toml: input should be greater than or equal to 1"),
        ("read_only = 'perhaps'", "read_only in .*config.toml: must be true or false"),
    ],
)
def test_config_errors_name_the_key(place: Place, text: str, says: str) -> None:
    place.toml(text)
    with pytest.raises(ConfigError, match=says):
        place.load()


def test_an_unknown_name_in_dotenv_is_an_error_and_foreign_names_are_not(place: Place) -> None:
    place.dotenv("DATABASE_URL=postgres://elsewhere\nPASSWORD=x\n", mode=0o644)
    place.load()
    place.dotenv("BGTUI_FSP=3\n")
    with pytest.raises(ConfigError, match="'BGTUI_FSP', which is no setting"):
        place.load()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("BGTUI_FPS", "31", "less than or equal to 30"),
        ("BGTUI_FPS", "many", "a whole number"),
        ("BGTUI_ENVIRONMENT", "paper", "'sim', 'demo' or 'live'"),
        ("BGTUI_PRODUCT_TYPE", "futures", "'spot', 'usdt-futures'"),
        ("BGTUI_SYMBOLS", "BTCUSDT,bad symbol:x", "entry 3 is not a symbol"),
        ("BGTUI_LOG_FILE", "/home/me/.bashrc", "must end in .log"),
        ("BGTUI_ACCOUNT", "two words", "without spaces"),
        ("BGTUI_LOG_LEVEL", "loud", "'debug', 'info'"),
    ],
)
def test_a_bad_value_is_one_line_naming_the_variable(place: Place, name: str, value: str, says: str) -> None:
    with pytest.raises(ConfigError, match=rf"^{name}: .*{says}") as caught:
        place.load(**{name: value})
    assert "\n" not in str(caught.value)


def test_an_empty_value_is_unset(place: Place) -> None:
    assert place.load(BGTUI_FPS="", BGTUI_READ_ONLY="", BGTUI_API_KEY="").fps == 10


READ_ONLY = [
    ("sim", {}, False, False),
    ("demo", {}, False, False),
    ("demo", {}, True, True),
    ("live", {}, False, True),
    ("live", {"BGTUI_READ_ONLY": "false"}, False, True),
    ("demo", {"BGTUI_READ_ONLY": "true"}, False, True),
    ("sim", {"BGTUI_READ_ONLY": "1"}, False, True),
    ("sim", {"BGTUI_READ_ONLY": "false"}, True, True),
]


@pytest.mark.parametrize(("environment", "variables", "flag", "expected"), READ_ONLY)
def test_read_only(
    place: Place, environment: str, variables: dict[str, str], flag: bool, expected: bool
) -> None:
    typed = CommandLine(environment=environment, read_only=flag)
    assert place.load(typed, **variables).is_read_only is expected


def test_read_only_true_wins_from_the_weakest_source(place: Place) -> None:
    place.toml("read_only = true\n")
    place.dotenv("BGTUI_READ_ONLY=false\n")
    settings = place.load(BGTUI_READ_ONLY="false")
    assert settings.is_read_only
    assert settings.origin("read_only") == f"read_only in {place.config}/config.toml"


def test_a_key_is_taken_literally(place: Place) -> None:
    place.dotenv(KEY_LINES)
    credentials = place.load().credentials
    assert credentials is not None
    assert credentials.api_key == Secret(KEY)
    assert credentials.secret == Secret(SECRET)
    assert credentials.passphrase == Secret(PASSPHRASE), "a dollar sign is no variable"


@pytest.mark.parametrize("left_out", list(KEY_VARIABLES))
def test_half_a_key_is_refused(place: Place, left_out: str) -> None:
    half = {name: value for name, value in KEY_VARIABLES.items() if name != left_out}
    with pytest.raises(ConfigError, match=left_out.removeprefix(ENV_PREFIX).lower()) as caught:
        place.load(**half)
    assert_no_secret(str(caught.value))


def test_a_key_is_never_mixed_from_two_sources(place: Place) -> None:
    place.dotenv("BGTUI_API_PASSPHRASE=another\n")
    place.toml(f"api_key = '{KEY}'\napi_secret = '{SECRET}'\n")
    with pytest.raises(ConfigError, match=r"\.env has an API key without api_key, api_secret"):
        place.load()


def test_a_whole_key_of_the_environment_outranks_files(place: Place) -> None:
    place.dotenv("BGTUI_API_KEY=a\nBGTUI_API_SECRET=b\nBGTUI_API_PASSPHRASE=c\n")
    credentials = place.load(**KEY_VARIABLES).credentials
    assert credentials is not None
    assert credentials.api_key == Secret(KEY)


@pytest.mark.parametrize("value", ["line\nbreak", "tab\there", "ünïcode", "\x1b[2J"])
def test_a_secret_that_could_forge_a_header_is_refused_without_quoting_it(place: Place, value: str) -> None:
    with pytest.raises(ConfigError, match="BGTUI_API_SECRET: must be printable ASCII") as caught:
        place.load(**{**KEY_VARIABLES, "BGTUI_API_SECRET": SECRET + value})
    assert_no_secret(str(caught.value))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_secret_of_the_wrong_type_is_not_quoted(place: Place) -> None:
    place.toml("api_secret = [471147114711]\n")
    with pytest.raises(ConfigError) as caught:
        place.load()
    assert "4711" not in str(caught.value)


def test_a_toml_error_does_not_quote_the_line(place: Place) -> None:
    place.toml(f"api_secret = {SECRET}\n")
    with pytest.raises(ConfigError) as caught:
        place.load()
    assert_no_secret(str(caught.value))


def test_settings_never_show_a_secret(place: Place) -> None:
    settings = place.load(**KEY_VARIABLES)
    shown = (
        repr(settings),
        str(settings),
        f"{settings}",
        repr(settings.model_dump()),
        repr(settings.model_dump(mode="json")),
        settings.model_dump_json(),
        repr(settings.credentials),
        repr(vars(settings)),
        pickle.dumps(settings.credentials).decode("latin-1"),
        repr(dict(settings.origins)),
    )
    for text in shown:
        assert_no_secret(text)


def test_sim_needs_all_addresses_or_none(place: Place) -> None:
    assert place.load().needs_simulator
    settings = place.load(BGTUI_REST_URL="http://127.0.0.1:1")
    assert not settings.needs_simulator
    with pytest.raises(ConfigError, match=r"not set: BGTUI_WS_PUBLIC_URL, BGTUI_WS_PRIVATE_URL;.*bgtui sim"):
        locate(settings)


def test_venues(place: Place) -> None:
    live = locate(place.load(CommandLine(environment="live")))
    demo = locate(place.load(CommandLine(environment="demo")))
    assert (live.is_demo, demo.is_demo) == (False, True)
    assert live.hosts == ("api.bitget.com", "ws.bitget.com")
    assert demo.hosts == ("api.bitget.com", "wspap.bitget.com")


def test_the_example_names_every_setting_and_nothing_else(pytestconfig: pytest.Config) -> None:
    path = pytestconfig.rootpath / ".env.example"
    text = path.read_text()
    names = {ENV_PREFIX + name.upper() for name in Settings.model_fields}
    assert set(dotenv_values(path)) == names
    for name, field in Settings.model_fields.items():
        assert field.description
        assert f"# {field.description}\n{ENV_PREFIX}{name.upper()}=" in text or name == "api_key"


def test_the_example_holds_the_defaults(place: Place, pytestconfig: pytest.Config) -> None:
    before = place.load()
    place.dotenv((pytestconfig.rootpath / ".env.example").read_text())
    assert place.load().model_dump() == before.model_dump()


def test_nothing_set_is_certain_without_reading_anything(place: Place) -> None:
    def guess(variables: Mapping[str, str] | None = None, typed: CommandLine | None = None) -> bool:
        environ = {**place.environ, **(variables or {})}
        return is_nothing_set(typed or CommandLine(), environ, place.folder)

    assert guess()
    assert guess({"BGTUI_FPS": "5"}, CommandLine(environment="sim", profile="watch", read_only=True))
    assert guess({"BGTUI_ENVIRONMENT": ""})
    for typed in (
        CommandLine(environment="live"),
        CommandLine(profile="mine"),
        CommandLine(config_file=place.folder / "other.toml"),
    ):
        assert not guess(typed=typed)
    for name in ("BGTUI_ENVIRONMENT", "bgtui_environment", "BGTUI_PROFILE", "BGTUI_WS_PUBLIC_URL"):
        assert not guess({name: "x"})
    for path in (place.folder / ".env", place.config / "config.toml", place.config / "keys.json"):
        path.touch()
        assert not guess()
        path.unlink()
    assert guess()
