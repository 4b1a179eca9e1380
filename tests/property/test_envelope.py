"""For any status and any bytes an answer is opened, or ends as one clean line of the right class."""

import json
from collections.abc import Callable, Mapping

from hypothesis import example, given
from hypothesis import strategies as st

from bgtui.domain.error import BgtuiError, DecodeError, ExchangeError, OutcomeUnknown, Rejected
from bgtui.wire.code import CODES
from bgtui.wire.envelope import Answer, read_answer, write_answer

HOSTILE = st.text(st.characters() | st.sampled_from("\x1b\x07\x00\r\n\u202e\u200f\x9b\ud800"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | HOSTILE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(HOSTILE, inner, max_size=3),
    max_leaves=8,
)
KNOWN_CODES = st.sampled_from(sorted(CODES))
CODE_VALUES = KNOWN_CODES | KNOWN_CODES.map(int) | HOSTILE | VALUES
ENVELOPES = st.fixed_dictionaries(
    {"code": CODE_VALUES},
    optional={"msg": VALUES, "message": VALUES, "requestTime": VALUES, "data": VALUES},
).map(lambda value: json.dumps(value, ensure_ascii=True).encode())
CUT = st.tuples(ENVELOPES, st.integers(0, 200)).map(lambda pair: pair[0][: pair[1]])
BODIES = ENVELOPES | CUT | VALUES.map(lambda value: json.dumps(value).encode()) | st.binary()
STATUSES = st.integers(100, 599) | st.sampled_from([200, 400, 401, 403, 404, 429, 500, 502, 503])
HEADERS = st.dictionaries(st.just("x-mbx-used-remain-limit"), HOSTILE)


def assert_presentable(error: BgtuiError) -> None:
    texts = [str(error), repr(error.message), error.hint]
    if isinstance(error, ExchangeError):
        texts += [error.code, error.exchange_message]
    for text in texts:
        # A joiner between emoji parts is the one thing that clean text keeps and Python calls unprintable.
        assert text.replace("\u200d", "").isprintable()
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None


def ending(
    opener: Callable[[int, bytes, Mapping[str, str]], Answer],
    status: int,
    content: bytes,
    headers: dict[str, str],
) -> Answer | BgtuiError:
    try:
        return opener(status, content, headers)
    except BgtuiError as error:  # anything else escapes, and fails the test
        return error


@given(STATUSES, BODIES, HEADERS)
@example(200, b'{"code":"00000","data":' + b"[" * 100_000, {})
@example(200, b'{"code":1' + b"0" * 5000 + b"}", {})
def test_a_read_ends_in_an_answer_or_in_an_error_of_the_domain(
    status: int, content: bytes, headers: dict[str, str]
) -> None:
    end = ending(read_answer, status, content, headers)
    if isinstance(end, Answer):
        assert 200 <= status < 300
        return
    assert isinstance(end, ExchangeError | DecodeError)
    assert not isinstance(end, OutcomeUnknown)
    assert_presentable(end)


@given(STATUSES, BODIES, HEADERS)
def test_a_write_ends_in_an_answer_a_refusal_or_in_doubt(
    status: int, content: bytes, headers: dict[str, str]
) -> None:
    end = ending(write_answer, status, content, headers)
    if isinstance(end, Answer):
        assert status < 500
        return
    assert isinstance(end, Rejected | OutcomeUnknown)
    assert_presentable(end)
    if isinstance(end, Rejected):
        # Only a code of the table, in an answer that is no gateway's, says that nothing was done.
        assert end.code in CODES
        assert str(json.loads(content)["code"]) == end.code
        assert status < 500
