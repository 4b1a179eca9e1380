import copy
import pickle
import traceback
from dataclasses import asdict

import pytest

from bgtui.domain.secret import MASK, Credentials, Secret

PLANTED = "planted-secret-value"


def test_no_ordinary_way_shows_it() -> None:
    secret = Secret(PLANTED)
    shown = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret:>40}",
        f"{secret!r}",
        f"{secret}",
        f"{[secret]}",
    ]
    assert all(PLANTED not in text for text in shown)
    assert secret.reveal() == PLANTED


def test_a_pickle_holds_the_mask() -> None:
    data = pickle.dumps(Secret(PLANTED))
    assert PLANTED.encode() not in data
    assert pickle.loads(data).reveal() == MASK  # noqa: S301 - our own bytes


def test_a_secret_does_not_change_and_compares_by_value() -> None:
    secret = Secret(PLANTED)
    with pytest.raises(AttributeError):
        secret._value = "other"
    assert secret == Secret(PLANTED)
    assert secret != PLANTED
    assert len({secret, Secret(PLANTED)}) == 1
    assert not Secret("")


def test_credentials_hide_in_repr_and_traceback() -> None:
    credentials = Credentials(Secret(PLANTED), Secret(PLANTED), secret=Secret(PLANTED))
    assert PLANTED not in repr(credentials)
    assert PLANTED not in repr(asdict(credentials))
    try:
        raise ValueError(credentials)  # noqa: TRY301
    except ValueError as error:
        lines = traceback.TracebackException.from_exception(error, capture_locals=True).format()
        assert PLANTED not in "".join(line for line in lines if "PLANTED =" not in line)


def test_exactly_one_way_to_sign() -> None:
    one = Secret("x")
    with pytest.raises(ValueError, match="exactly one"):
        Credentials(one, one)
    with pytest.raises(ValueError, match="exactly one"):
        Credentials(one, one, secret=one, private_key_pem=one)


def test_a_copy_is_no_leak() -> None:
    assert PLANTED not in repr(copy.copy(Secret(PLANTED)))
