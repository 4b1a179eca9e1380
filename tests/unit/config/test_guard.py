"""F-23: every way in which a file with secrets can be open to others is refused, with the cure."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bgtui.config.keyfile import KeyStore, StoredKey
from bgtui.domain.error import ConfigError
from bgtui.domain.secret import Secret
from tests.support.place import KEY, KEY_LINES, KEY_VARIABLES, PASSPHRASE, SECRET, Place, assert_no_secret

OPEN_MODES = (0o644, 0o640, 0o604, 0o660, 0o606, 0o666, 0o620, 0o602, 0o610, 0o601, 0o777)
CLOSED_MODES = (0o600, 0o400, 0o700)
PEM = "-----BEGIN PRIVATE KEY-----\nQUJDREVGR0g=\n-----END PRIVATE KEY-----\n"


def dotenv(place: Place) -> Path:
    return place.dotenv(KEY_LINES)


def config(place: Place) -> Path:
    return place.toml("".join(f"{name[6:].lower()} = '{value}'\n" for name, value in KEY_VARIABLES.items()))


def profile(place: Place) -> Path:
    return place.toml(f"[profiles.other]\napi_secret = '{SECRET}'\n")


def key_store(place: Place) -> Path:
    path = place.config / "keys.json"
    KeyStore(path).put("default", StoredKey(Secret(KEY), Secret(PASSPHRASE), Secret(SECRET)))
    return path


def pem(place: Place) -> Path:
    path = place.write(place.folder / "rsa.pem", PEM)
    place.dotenv(
        f"BGTUI_API_KEY={KEY}\nBGTUI_API_PASSPHRASE='{PASSPHRASE}'\nBGTUI_RSA_PRIVATE_KEY_FILE={path}\n"
    )
    return path


FILES = (dotenv, config, profile, key_store, pem)
Maker = Callable[[Place], Path]


@pytest.mark.parametrize("make", FILES)
@pytest.mark.parametrize("mode", OPEN_MODES, ids="{:04o}".format)
def test_open_to_others(place: Place, make: Maker, mode: int) -> None:
    path = make(place)
    path.chmod(mode)
    with pytest.raises(ConfigError) as caught:
        place.load()
    assert str(caught.value).endswith(f"run: chmod 600 {path}")
    assert f"{mode:04o}" in str(caught.value)
    assert_no_secret(str(caught.value))


@pytest.mark.parametrize("make", FILES)
@pytest.mark.parametrize("mode", CLOSED_MODES, ids="{:04o}".format)
def test_closed_to_others(place: Place, make: Maker, mode: int) -> None:
    make(place).chmod(mode)
    place.load()


@pytest.mark.parametrize("make", FILES)
@pytest.mark.parametrize("mode", [0o775, 0o757, 0o777], ids="{:04o}".format)
def test_in_a_folder_that_others_may_write_to(place: Place, make: Maker, mode: int) -> None:
    folder = make(place).parent
    folder.chmod(mode)
    with pytest.raises(ConfigError) as caught:
        place.load()
    assert str(caught.value).endswith(f"run: chmod go-w {folder}")


def test_a_sticky_folder_is_fine(place: Place) -> None:
    dotenv(place).parent.chmod(0o1777)
    place.load()


needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")


@needs_root
@pytest.mark.parametrize("make", FILES)
def test_of_another_user(place: Place, make: Maker) -> None:
    path = make(place)
    os.chown(path, 12345, -1)
    with pytest.raises(ConfigError, match=r"belongs to another user \(uid 12345\)"):
        place.load()


@needs_root
@pytest.mark.parametrize("make", FILES)
def test_a_link_to_a_file_of_another_user(place: Place, make: Maker) -> None:
    path = make(place)
    elsewhere = place.home / "elsewhere"
    path.rename(elsewhere)
    os.chown(elsewhere, 12345, -1)
    path.symlink_to(elsewhere)
    with pytest.raises(ConfigError, match="belongs to another user"):
        place.load()


@needs_root
@pytest.mark.parametrize("make", FILES)
def test_a_link_of_another_user(place: Place, make: Maker) -> None:
    path = make(place)
    elsewhere = place.home / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    os.chown(path, 12345, -1, follow_symlinks=False)
    with pytest.raises(ConfigError, match="symbolic link of another user"):
        place.load()


def test_ones_own_link_to_a_closed_file_is_fine(place: Place) -> None:
    path = dotenv(place)
    path.rename(place.home / "real.env")
    path.symlink_to(place.home / "real.env")
    place.load()


def test_ones_own_link_into_an_open_folder_is_not(place: Place) -> None:
    path = dotenv(place)
    shared = place.home / "shared"
    shared.mkdir()
    path.rename(shared / "real.env")
    path.symlink_to(shared / "real.env")
    shared.chmod(0o777)
    with pytest.raises(ConfigError, match=f"run: chmod go-w {shared}"):
        place.load()


def test_without_secrets_a_file_may_be_read_by_all(place: Place) -> None:
    place.dotenv("BGTUI_FPS=3\n", mode=0o644)
    place.toml("log_level = 'debug'\n", mode=0o644)
    assert place.load().fps == 3


@needs_root
def test_settings_of_another_user_are_refused_even_without_secrets(place: Place) -> None:
    os.chown(place.dotenv("BGTUI_FPS=3\n", mode=0o644), 12345, -1)
    with pytest.raises(ConfigError, match="belongs to another user"):
        place.load()


def test_a_pipe_does_not_hang_the_start(place: Place) -> None:
    os.mkfifo(place.folder / ".env")
    with pytest.raises(ConfigError, match="not a plain file"):
        place.load()


def test_a_folder_called_dotenv_is_no_settings_file(place: Place) -> None:
    (place.folder / ".env").mkdir()
    place.load()


@pytest.mark.parametrize("data", [b"\xff\xfe", b"x" * 2_000_000])
def test_a_file_that_is_no_text(place: Place, data: bytes) -> None:
    (place.folder / ".env").write_bytes(data)
    with pytest.raises(ConfigError, match=r"not UTF-8|no settings file"):
        place.load()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (PEM.replace("PRIVATE KEY", "CERTIFICATE"), "is not a PEM private key"),
        (PEM.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"), "is encrypted"),
        ("", "is not a PEM private key"),
    ],
)
def test_a_bad_pem_file(place: Place, text: str, says: str) -> None:
    pem(place).write_text(text)
    with pytest.raises(ConfigError, match=says):
        place.load()


def test_a_missing_pem_file(place: Place) -> None:
    pem(place).unlink()
    with pytest.raises(ConfigError, match=r"BGTUI_RSA_PRIVATE_KEY_FILE in .* there is no file"):
        place.load()


def test_a_key_signs_one_way(place: Place) -> None:
    pem(place)
    place.dotenv(KEY_LINES + f"BGTUI_RSA_PRIVATE_KEY_FILE={place.folder}/rsa.pem\n")
    with pytest.raises(ConfigError, match="both api_secret and rsa_private_key_file"):
        place.load()


def test_a_folder_in_place_of_the_settings_is_not_ignored(place: Place) -> None:
    (place.config / "config.toml").mkdir(parents=True)
    with pytest.raises(ConfigError, match="is a folder"):
        place.load()


def test_a_mark_of_the_encoding_is_no_part_of_the_text(place: Place) -> None:
    place.write(place.config / "config.toml", "\ufefffps = 3\n")
    place.dotenv("\ufeffBGTUI_SYMBOLS=ETHUSDT\n")
    assert (place.load().fps, place.load().symbols) == (3, ("ETHUSDT",))


@pytest.mark.parametrize("text", [f"fps = {'9' * 10_000}", "x = " + "[" * 100_000, "fps"])
def test_toml_that_cannot_be_read(place: Place, text: str) -> None:
    place.write(place.config / "config.toml", text)
    with pytest.raises(ConfigError, match="is not TOML"):
        place.load()


def test_a_line_of_ours_that_cannot_be_read_is_not_ignored(
    place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    place.dotenv("=== another program's ===\nBGTUI_FPS=3\n")
    assert place.load().fps == 3
    place.dotenv("BGTUI_FPS=3\nBGTUI_READ_ONLY='true\n")
    with pytest.raises(ConfigError, match="line 2 cannot be read"):
        place.load()
    assert not "".join(capfd.readouterr())


def test_a_file_of_the_system_is_not_to_be_closed_for_us(place: Place) -> None:
    path = place.write(place.folder / "passwd", "root:x:0:0\n", mode=0o644)
    place.dotenv(f"BGTUI_API_KEY=k\nBGTUI_API_PASSPHRASE=p\nBGTUI_RSA_PRIVATE_KEY_FILE={path}\n")
    with pytest.raises(ConfigError, match="is not a PEM private key") as caught:
        place.load()
    assert "chmod" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [("symbols = 5", "must be a list"), ('fps = "x"', "whole number"), ('read_only = "?"', "true or false")],
)
def test_values_are_refused_in_plain_words(place: Place, text: str, says: str) -> None:
    place.write(place.config / "config.toml", text)
    with pytest.raises(ConfigError, match=says):
        place.load()
