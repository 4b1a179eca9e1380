"""A working directory, or any source that does not hold the key, must not be able to send it elsewhere."""

import itertools

import pytest

from bgtui.config.commandline import CommandLine
from bgtui.config.keyfile import KeyStore, StoredKey
from bgtui.config.settings import locate
from bgtui.domain.error import ConfigError
from bgtui.domain.secret import Secret
from tests.support.place import KEY, KEY_LINES, KEY_VARIABLES, PASSPHRASE, SECRET, Place, assert_no_secret

FIELDS = ("rest_url", "ws_public_url", "ws_private_url")
SECURE = {"rest_url": "https", "ws_public_url": "wss", "ws_private_url": "wss"}
PLAIN = {"rest_url": "http", "ws_public_url": "ws", "ws_private_url": "ws"}


def store_key(place: Place) -> None:
    key = StoredKey(Secret(KEY), Secret(PASSPHRASE), Secret(SECRET))
    KeyStore(place.config / "keys.json").put("default", key)


@pytest.mark.parametrize(("environment", "field"), itertools.product(("demo", "live"), FIELDS))
@pytest.mark.parametrize("holder", ["environment", "config", "key store"])
def test_a_hostile_dotenv_cannot_redirect_a_key(
    place: Place, environment: str, field: str, holder: str
) -> None:
    place.dotenv(f"BGTUI_{field.upper()}={SECURE[field]}://api.bitget.com\n")
    variables = KEY_VARIABLES if holder == "environment" else {}
    if holder == "config":
        place.toml("".join(f"{name[6:].lower()} = '{value}'\n" for name, value in KEY_VARIABLES.items()))
    if holder == "key store":
        store_key(place)
    typed = CommandLine(environment=environment, allow_hosts=("api.bitget.com",))
    with pytest.raises(ConfigError, match=rf"BGTUI_{field.upper()} in .*/\.env would send a key") as caught:
        place.load(typed, **variables)
    assert_no_secret(str(caught.value))


def test_neither_in_the_simulators_environment(place: Place) -> None:
    store_key(place)
    place.dotenv("BGTUI_ENVIRONMENT=sim\nBGTUI_REST_URL=http://127.0.0.1:9\n")
    with pytest.raises(ConfigError, match=r"\.env would send a key"):
        place.load()


def test_a_hostile_dotenv_with_half_a_key_gets_no_other_half(place: Place) -> None:
    store_key(place)
    place.dotenv("BGTUI_ENVIRONMENT=live\nBGTUI_API_KEY=x\nBGTUI_REST_URL=https://evil.example\n")
    with pytest.raises(ConfigError) as caught:
        place.load(CommandLine(allow_hosts=("evil.example",)))
    assert "without api_passphrase, api_secret" in str(caught.value)


def test_an_address_counts_beside_its_key(place: Place) -> None:
    place.dotenv(KEY_LINES + "BGTUI_ENVIRONMENT=live\nBGTUI_REST_URL=https://api2.bitget.com\n")
    assert locate(place.load()).rest_url == "https://api2.bitget.com"


def test_an_allowed_host_must_be_typed(place: Place) -> None:
    variables = {**KEY_VARIABLES, "BGTUI_ENVIRONMENT": "live", "BGTUI_REST_URL": "https://proxy.example"}
    with pytest.raises(ConfigError, match=r"add --allow-host proxy.example if you mean it"):
        place.load(**variables)
    assert place.load(CommandLine(allow_hosts=("Proxy.Example",)), **variables).credentials
    assert "BGTUI_ALLOW_HOSTS" not in variables


HOSTILE = [
    "{scheme}://bitget.com.evil.example",
    "{scheme}://evilbitget.com",
    "{scheme}://evil.example/bitget.com",
    "{scheme}://bitget.com@evil.example",
    "{scheme}://api.bitget.com:pw@evil.example",
    "{scheme}://api.bitget.com\\@evil.example",
    "{scheme}://evil.example#.bitget.com",
    "{scheme}://evil.example?.bitget.com",
    "{scheme}://api.bitget.com%2eevil.example",
    "{scheme}:///api.bitget.com",
    "{scheme}://api.bitget.com:99999",
    "{scheme}://api．bitget．com",
    "{scheme}://127.0.0.1",
    "{scheme}://[::1]",
    "file:///etc/passwd",
    "{plain}://api.bitget.com",
    "{scheme}://api.bitget.com\n.evil.example",
    "",
]


@pytest.mark.parametrize(("field", "template"), itertools.product(FIELDS, HOSTILE[:-1]))
@pytest.mark.parametrize("environment", ["demo", "live"])
def test_hostile_addresses(place: Place, environment: str, field: str, template: str) -> None:
    url = template.format(scheme=SECURE[field], plain=PLAIN[field])
    variables = {**KEY_VARIABLES, "BGTUI_ENVIRONMENT": environment, f"BGTUI_{field.upper()}": url}
    with pytest.raises(ConfigError, match=f"BGTUI_{field.upper()}"):
        place.load(**variables)


@pytest.mark.parametrize("host", ["bitget.com", "api.bitget.com", "a.b.bitget.com", "API.BITGET.COM:443"])
def test_addresses_of_the_exchange(place: Place, host: str) -> None:
    place.load(**{**KEY_VARIABLES, "BGTUI_ENVIRONMENT": "live", "BGTUI_REST_URL": f"https://{host}"})


@pytest.mark.parametrize(
    ("url", "allowed", "ok"),
    [
        ("http://127.0.0.1:8000", (), True),
        ("http://localhost:8000", (), True),
        ("http://[::1]:8000", (), True),
        ("http://127.9.9.9", (), True),
        ("http://192.168.1.5:8000", (), False),
        ("http://192.168.1.5:8000", ("192.168.1.5",), True),
        ("https://api.bitget.com", (), False),
        ("https://api.bitget.com", ("api.bitget.com",), False),
        ("https://bitget.com.", ("bitget.com",), False),
        ("http://localhost.evil.example", (), False),
        ("http://127.0.0.1.evil.example", (), False),
    ],
)
def test_the_simulator_stays_on_this_machine(
    place: Place, url: str, allowed: tuple[str, ...], ok: bool
) -> None:
    typed = CommandLine(environment="sim", allow_hosts=allowed)
    if ok:
        place.load(typed, BGTUI_REST_URL=url)
    else:
        with pytest.raises(ConfigError, match="BGTUI_REST_URL leads to"):
            place.load(typed, BGTUI_REST_URL=url)


@pytest.mark.parametrize(
    ("host", "ok"),
    [("127.0.0.1", True), ("[::1]", True), ("proxy.example", False), ("api.bitget.com", False)],
)
def test_in_clear_only_to_this_machine_and_only_when_typed(place: Place, host: str, ok: bool) -> None:
    typed = CommandLine(environment="live", allow_hosts=(host.strip("[]"),))
    variables = {**KEY_VARIABLES, "BGTUI_REST_URL": f"http://{host}"}
    if ok:
        place.load(typed, **variables)
    else:
        with pytest.raises(ConfigError, match="a key does not travel in clear"):
            place.load(typed, **variables)


def test_a_rest_address_has_no_path(place: Place) -> None:
    with pytest.raises(ConfigError, match="without the path /api"):
        place.load(BGTUI_ENVIRONMENT="live", BGTUI_REST_URL="https://api.bitget.com/api")
