"""Which answer is which error: examples of every kind, for reads and for writes."""

import json

import pytest

from bgtui.domain.error import (
    AuthRefused,
    BgtuiError,
    ClockSkew,
    DecodeError,
    ExchangeError,
    Maintenance,
    NetworkError,
    NotSent,
    Outage,
    OutcomeUnknown,
    PermissionRefused,
    RateLimited,
    Rejected,
    Stale,
)
from bgtui.wire.code import CODES, Kind
from bgtui.wire.code.ending import read_error, write_error
from bgtui.wire.envelope import Answer, exchange_words, is_retryable, read_answer, write_answer

NO_HEADERS: dict[str, str] = {}
HTML = b"<!DOCTYPE html><html><body>Welcome to the hotel's network</body></html>"


def body(code: object, message: object = "words", data: object = None, **more: object) -> bytes:
    return json.dumps(
        {"code": code, "msg": message, "requestTime": 1_700_000_000_123, "data": data, **more}
    ).encode()


def short(value: object) -> str:
    return str(value)[:40]


def read_failure(status: int, content: bytes) -> BgtuiError:
    with pytest.raises(BgtuiError) as caught:
        read_answer(status, content, NO_HEADERS)
    return caught.value


def write_failure(status: int, content: bytes) -> ExchangeError:
    with pytest.raises(ExchangeError) as caught:
        write_answer(status, content, NO_HEADERS)
    return caught.value


# what succeeds


@pytest.mark.parametrize("data", [None, "", "success", {"orderId": "1"}, [1, {"a": []}]])
def test_data_of_every_shape_comes_out_as_it_came(data: object) -> None:
    content = body("00000", "success", data)
    for opened in (read_answer(200, content, NO_HEADERS), write_answer(200, content, NO_HEADERS)):
        assert json.loads(bytes(opened.data)) == data
        assert opened.server_ms == 1_700_000_000_123
        assert opened.remaining is None


def test_a_success_without_data_has_none() -> None:
    opened = write_answer(200, b'{"code":"00000"}', NO_HEADERS)
    assert bytes(opened.data) == b"null"
    assert opened.server_ms is None


@pytest.mark.parametrize(
    ("request_time", "expected"),
    [
        ("1700000000123", 1_700_000_000_123),
        (1_700_000_000_123, 1_700_000_000_123),
        ("", None),
        ("soon", None),
        (None, None),
        (True, None),
        ([], None),
        (163_123_213_132, None),
        (21_312_312_312_321, None),
        (-1_700_000_000_123, None),
        (10**400, None),
    ],
    ids=short,
)
def test_the_servers_time_is_taken_only_when_it_is_one(request_time: object, expected: int | None) -> None:
    content = json.dumps({"code": "00000", "data": [], "requestTime": request_time}).encode()
    assert read_answer(200, content, NO_HEADERS).server_ms == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("9", "9"), ("", None), ("\x1b[31m", None), ("a b", None), ("9" * 41, None)]
)
def test_the_rest_of_the_limit_is_taken_only_when_it_is_plain(value: str, expected: str | None) -> None:
    assert read_answer(200, body("00000"), {"x-mbx-used-remain-limit": value}).remaining == expected


@pytest.mark.parametrize("code", ["40814", "45054"])
def test_leverage_that_is_there_already_is_done(code: str) -> None:
    opened = write_answer(400, body(code, "No change in leverage"), NO_HEADERS)
    assert isinstance(opened, Answer)
    assert bytes(opened.data) == b"null"


# refusals that are the same for reads and writes


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("40008", ClockSkew),
        ("40009", AuthRefused),
        ("40012", AuthRefused),
        ("40014", PermissionRefused),
        ("40018", PermissionRefused),
        ("40085", PermissionRefused),
        ("40081", PermissionRefused),
        ("429", RateLimited),
        ("45129", RateLimited),
        ("43012", Rejected),
        ("45110", Rejected),
        ("40109", Rejected),
        ("45055", Rejected),
        ("22002", Rejected),
        ("40808", Rejected),
        ("40774", Rejected),
        ("40829", Rejected),
        ("40309", Rejected),
        ("40923", Rejected),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_a_known_refusal(code: str, expected: type[Rejected], status: int) -> None:
    for error in (read_failure(status, body(code)), write_failure(status, body(code))):
        assert type(error) is expected
        assert isinstance(error, Rejected)
        assert error.code == code
        assert error.exchange_message == "words"
        assert error.hint == CODES[code].hint
        assert str(error) == f"Rejected {code}: {CODES[code].cause}; {CODES[code].hint}"


def test_a_unified_account_is_told_plainly() -> None:
    assert str(read_failure(400, body("40085"))) == (
        "Rejected 40085: the key belongs to a unified account, which bgtui does not speak yet; "
        "use a key of a classic account: that is what works today"
    )


def test_a_code_that_is_a_number_is_the_same_code() -> None:
    error = write_failure(400, body(43012))
    assert isinstance(error, Rejected)
    assert error.code == "43012"


def test_the_words_may_be_spelled_message() -> None:
    content = b'{"code":"43012","message":"Insufficient balance","msg":null,"data":null}'
    error = write_failure(400, content)
    assert error.exchange_message == "Insufficient balance"


@pytest.mark.parametrize("message", [None, 5, {"a": 1}, ["x"], True])
def test_words_of_a_wrong_type_do_not_hide_the_code(message: object) -> None:
    error = write_failure(400, body("43012", message))
    assert type(error) is Rejected
    assert error.exchange_message == ""


def test_hostile_words_are_cleaned() -> None:
    error = read_failure(400, body("47119", "\x1b[2J\x1b]0;x\x07evil\u202egnp\r\nsecond " + "long " * 200))
    assert isinstance(error, Rejected)
    for text in (str(error), error.exchange_message):
        assert text.isprintable()
        assert "\u202e" not in text
    assert len(error.exchange_message) <= 160


# reads


@pytest.mark.parametrize("code", ["45001", "40725", "40015", "40200"])
def test_a_read_in_maintenance_says_so(code: str) -> None:
    error = read_failure(400, body(code))
    assert isinstance(error, Maintenance)
    assert error.code == code
    assert is_retryable(error)


@pytest.mark.parametrize("code", ["40010", "40910", "40908", "43059", "49040", "45023", "40846", "80002"])
def test_a_read_after_a_passing_fault_may_ask_again(code: str) -> None:
    error = read_failure(400, body(code))
    assert type(error) is NetworkError
    assert error.code == code
    assert is_retryable(error)


def test_a_read_with_a_code_that_is_new_is_rejected_with_bitgets_words() -> None:
    error = read_failure(400, body("47119", "Something new"))
    assert type(error) is Rejected
    assert error.code == "47119"
    assert 'Bitget says "Something new"' in str(error)


@pytest.mark.parametrize(
    ("status", "content", "expected"),
    [
        (200, HTML, NetworkError),
        (200, b"", NetworkError),
        (200, b"pong", NetworkError),
        (200, body("00000", data=[1, 2, 3])[:-4], NetworkError),
        (200, b'{"code":"00000","data":"\xff"}', NetworkError),
        (200, b'{"code":"00000","data":' + b"[" * 100_000, NetworkError),
        (200, b"[]", DecodeError),
        (200, b'"00000"', DecodeError),
        (200, b"null", DecodeError),
        (200, b"{}", DecodeError),
        (200, b'{"code":null}', DecodeError),
        (200, b'{"code":["00000"]}', DecodeError),
        (200, b'{"code":0.0}', DecodeError),
        (200, b'{"code":""}', DecodeError),
        (200, b'{"code":"00000\\u0000"}', DecodeError),
        (200, b'{"code":' + b"1" * 5000 + b"}", DecodeError),
        (204, b"", NetworkError),
        (302, HTML, NetworkError),
        (302, body("00000"), NetworkError),
        (400, body("00000"), NetworkError),
        (400, HTML, NetworkError),
        (401, HTML, AuthRefused),
        (401, body("47119"), AuthRefused),
        (403, HTML, PermissionRefused),
        (404, HTML, Rejected),
        (404, body("40404"), Rejected),
        (429, b"Too Many Requests", RateLimited),
        (429, body("429"), RateLimited),
        (429, body("00000"), RateLimited),
        (500, HTML, NetworkError),
        (502, HTML, NetworkError),
        (502, body("43012"), Rejected),
        (502, body("00000"), NetworkError),
        (503, b"", Maintenance),
        (504, b"", NetworkError),
    ],
    ids=short,
)
def test_a_read_by_status_and_body(status: int, content: bytes, expected: type[BgtuiError]) -> None:
    error = read_failure(status, content)
    assert type(error) is expected
    assert error.hint
    assert "\n" not in str(error)


def test_html_is_named() -> None:
    assert "HTML instead of JSON" in str(read_failure(200, HTML))


@pytest.mark.parametrize(
    ("status", "content", "outage"),
    [
        (500, body("45001"), Outage.MAINTENANCE),
        (503, b"", Outage.UNAVAILABLE),
        (503, HTML, Outage.UNAVAILABLE),
        (200, HTML, Outage.WEB_PAGE),
        (200, b"plain", None),
        (502, HTML, None),
        (400, body("43012"), None),
    ],
    ids=short,
)
def test_what_keeps_the_whole_exchange_away_is_a_fact_of_its_own(
    status: int, content: bytes, outage: Outage | None
) -> None:
    error = read_failure(status, content)
    assert isinstance(error, ExchangeError)
    assert error.outage is outage


# writes


@pytest.mark.parametrize(
    "code",
    [
        *("40010", "40910", "40015", "40725", "45001", "43059", "40908", "50031", "49040", "45023", "45024"),
        *("40200", "40846", "31027", "19000", "80002"),
        *("45034", "43118", "50060", "40786", "40708", "25212"),
        *("60004", "49021", "47119"),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_a_write_with_such_a_code_may_have_been_carried_out(code: str, status: int) -> None:
    error = write_failure(status, body(code))
    assert type(error) is OutcomeUnknown
    assert error.code == code
    assert error.exchange_message == "words"
    assert code in str(error)
    assert not is_retryable(error)


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (200, HTML),
        (200, b""),
        (200, body("00000", data={"orderId": "1"})[:-3]),
        (200, b"[]"),
        (200, b'{"code":null}'),
        (200, b'{"code":"00000","data":"\xff"}'),
        (200, b'{"code":"43012\\u0000"}'),
        (200, b'{"code":"043012"}'),
        (200, body(0)),
        (302, body("43012")),
        (302, HTML),
        (400, body("00000")),
        (400, HTML),
        (401, HTML),
        (403, HTML),
        (404, HTML),
        (429, b"Too Many Requests"),
        (429, body("00000")),
        (500, body("43012")),
        (502, HTML),
        (503, b""),
        (504, body("00000")),
    ],
    ids=short,
)
def test_a_write_without_a_clear_no_is_in_doubt(status: int, content: bytes) -> None:
    error = write_failure(status, content)
    assert type(error) is OutcomeUnknown
    assert "look it up" in str(error)


def test_every_known_code_ends_a_write_as_its_kind_says() -> None:
    in_doubt = {
        Kind.TRANSIENT,
        Kind.UNKNOWN_OUTCOME,
        Kind.DUPLICATE,
        Kind.MAINTENANCE,
        Kind.FOREIGN,
        Kind.UNKNOWN,
    }
    for code, row in CODES.items():
        error = write_error(code)
        if row.kind is Kind.OK:
            assert error is None
        elif row.kind in in_doubt:
            assert isinstance(error, OutcomeUnknown), code
        else:
            assert isinstance(error, Rejected), code
        assert not isinstance(read_error(code), OutcomeUnknown)


# retries and words


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NetworkError("x"), True),
        (NotSent("x"), True),
        (Maintenance("x"), True),
        (RateLimited("x", code="429"), True),
        (ClockSkew("x", code="40008"), False),
        (Rejected("x", code="43012"), False),
        (AuthRefused("x", code="40012"), False),
        (DecodeError("x"), False),
        (OutcomeUnknown("x"), False),
        (Stale("x"), False),
        (ValueError("x"), False),
    ],
)
def test_what_a_read_may_ask_again_after(error: Exception, expected: bool) -> None:
    assert is_retryable(error) is expected


def test_words_are_one_line() -> None:
    assert exchange_words(" a\n\x1b[1mb\t c ") == "a [1mb c"
