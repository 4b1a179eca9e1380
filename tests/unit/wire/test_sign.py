"""Signatures against the worked vectors, and RSA against its public half."""

import base64
import json
import traceback

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from bgtui.domain.error import ConfigError
from bgtui.domain.secret import Credentials, Secret
from bgtui.wire.sign import login_message, login_prehash, make_signer, rest_headers, rest_prehash

SECRET = "fake-secret-for-tests-only-0123456789"
HMAC_KEY = Credentials(Secret("planted-api-key"), Secret("planted-passphrase"), secret=Secret(SECRET))
NOW_MS = 1_700_000_000_000
ORDER = (
    b'{"symbol":"BTCUSDT","productType":"USDT-FUTURES","marginMode":"isolated","marginCoin":"USDT",'
    b'"size":"0.01","price":"60000.5","side":"buy","tradeSide":"open","orderType":"limit","force":"gtc",'
    b'"clientOid":"t-0001"}'
)
VECTORS = [
    pytest.param(
        "GET",
        "/api/v2/mix/position/all-position",
        "marginCoin=USDT&productType=USDT-FUTURES",
        b"",
        "BfHLUKudIpF8Qdygf2ZBM5r3Ju6V0WLh0FgBdEUJy1E=",
        id="get with query",
    ),
    pytest.param(
        "GET",
        "/api/v2/spot/account/assets",
        "",
        b"",
        "0Dil2+Af1dtDl/lEX8wC4hExM5aYfynzsqPXl5Ct2sc=",
        id="get without query",
    ),
    pytest.param(
        "POST",
        "/api/v2/mix/order/place-order",
        "",
        ORDER,
        "qqYsLvsihf3RKYPlP4RYcvLBRiNd8ly6to05iwXfBxo=",
        id="post",
    ),
]


def pem_of(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    encryption: serialization.KeySerializationEncryption | None = None,
) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        encryption or serialization.NoEncryption(),
    ).decode()


@pytest.fixture(scope="module")
def rsa_pair() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def rsa_credentials(pem: str) -> Credentials:
    return Credentials(Secret("planted-api-key"), Secret("planted-passphrase"), private_key_pem=Secret(pem))


@pytest.mark.parametrize(("method", "path", "query", "body", "expected"), VECTORS)
def test_rest_vector(method: str, path: str, query: str, body: bytes, expected: str) -> None:
    headers = rest_headers(
        HMAC_KEY,
        make_signer(HMAC_KEY),
        timestamp_ms=NOW_MS,
        method=method,
        path=path,
        query=query,
        body=body,
    )
    assert headers == {
        "ACCESS-KEY": "planted-api-key",
        "ACCESS-SIGN": expected,
        "ACCESS-TIMESTAMP": "1700000000000",
        "ACCESS-PASSPHRASE": "planted-passphrase",
        "Content-Type": "application/json",
        "locale": "en-US",
    }


def test_the_prehash_is_the_text_that_the_vectors_show() -> None:
    assert len(ORDER) == 212
    with_query = rest_prehash(
        NOW_MS, "get", "/api/v2/mix/position/all-position", "marginCoin=USDT&productType=USDT-FUTURES", b""
    )
    assert with_query == (
        "1700000000000GET/api/v2/mix/position/all-position?marginCoin=USDT&productType=USDT-FUTURES"
    )
    assert rest_prehash(NOW_MS, "POST", "/api/v2/mix/order/place-order", "", ORDER).endswith(
        'POST/api/v2/mix/order/place-order{"symbol"' + ORDER.decode()[len('{"symbol"') :]
    )


def test_login_vector_is_in_seconds() -> None:
    signer = make_signer(HMAC_KEY)
    assert login_prehash(1_700_000_000) == "1700000000GET/user/verify"
    message = json.loads(login_message(HMAC_KEY, signer, timestamp_s=1_700_000_000))
    assert message == {
        "op": "login",
        "args": [
            {
                "apiKey": "planted-api-key",
                "passphrase": "planted-passphrase",
                "timestamp": "1700000000",
                "sign": "qLFtb1r5Xc71YzlYR0CT0NtE/hFEU/JEbAQjVvlPHBc=",
            }
        ],
    }
    # The same prehash in milliseconds, which a peer may also meet.
    assert signer.sign(login_prehash(NOW_MS)) == "1NtBttNKtaCKEhYQgNQzj8w3yvBnJEdzbEiokqcnNHA="


def test_rsa_signatures_are_verified_by_the_public_half(rsa_pair: rsa.RSAPrivateKey) -> None:
    credentials = rsa_credentials(pem_of(rsa_pair))
    signer = make_signer(credentials)
    headers = rest_headers(
        credentials, signer, timestamp_ms=NOW_MS, method="POST", path="/api/v2/x", query="", body=ORDER
    )
    message = json.loads(login_message(credentials, signer, timestamp_s=1_700_000_000))
    signed = {
        f"1700000000000POST/api/v2/x{ORDER.decode()}": headers["ACCESS-SIGN"],
        "1700000000GET/user/verify": message["args"][0]["sign"],
    }
    for prehash, signature in signed.items():
        # verify() raises InvalidSignature.
        rsa_pair.public_key().verify(
            base64.b64decode(signature, validate=True), prehash.encode(), PKCS1v15(), hashes.SHA256()
        )


def test_traditional_pem_and_stray_blanks_are_read(rsa_pair: rsa.RSAPrivateKey) -> None:
    pem = rsa_pair.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()
    modern = make_signer(rsa_credentials(pem_of(rsa_pair)))
    assert make_signer(rsa_credentials(f"\n{pem}\n\n")).sign("x") == modern.sign("x")


def unusable_keys() -> dict[str, tuple[str, str]]:
    pair = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    good = pem_of(pair)
    lines = good.splitlines()
    return {
        "not a pem": ("planted-not-a-pem-0123456789", "no PEM private key"),
        "empty": ("", "no PEM private key"),
        "cut in the middle": ("\n".join([*lines[:6], lines[-1]]), "no PEM private key"),
        "no end": ("\n".join(lines[:-1]), "no PEM private key"),
        "bytes changed": (good.replace(lines[5], lines[5][::-1]), ""),
        "public half": (
            pair.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode(),
            "no PEM private key",
        ),
        "encrypted": (pem_of(pair, serialization.BestAvailableEncryption(b"planted-password")), "encrypted"),
        "elliptic": (pem_of(ec.generate_private_key(ec.SECP256R1())), "not an RSA key"),
    }


UNUSABLE = unusable_keys()


@pytest.mark.parametrize("name", UNUSABLE)
def test_an_unusable_key_is_one_line_without_a_trace_of_it(name: str) -> None:
    pem, expected = UNUSABLE[name]
    with pytest.raises(ConfigError) as caught:
        make_signer(rsa_credentials(pem))
    error = caught.value
    assert expected in str(error)
    assert "\n" not in str(error)
    assert error.hint
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    shown = "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))
    for line in pem.splitlines():
        if len(line) > 12:
            assert line not in shown


def test_an_empty_secret_is_a_configuration_error() -> None:
    empty = Credentials(Secret("k"), Secret("p"), secret=Secret(""))
    with pytest.raises(ConfigError, match="no secret"):
        make_signer(empty)


def test_signers_show_nothing(rsa_pair: rsa.RSAPrivateKey) -> None:
    signer = make_signer(HMAC_KEY)
    assert SECRET not in repr(signer)
    assert not hasattr(signer, "__dict__")
    assert "BEGIN" not in repr(make_signer(rsa_credentials(pem_of(rsa_pair))))
