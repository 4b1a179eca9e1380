"""Planted secrets over every way a request can fail: not in the error, not in its frames, not in a log."""

from __future__ import annotations

import asyncio
import logging
import pickle
import traceback

import httpx
import pytest

from bgtui.domain.error import BgtuiError
from bgtui.wire.endpoint import futures_account, futures_order
from tests.support.loop import VirtualClock, run_virtual
from tests.unit.exchange.exchange_peer import (
    API_KEY,
    PASSPHRASE,
    SECRET,
    Answer,
    Script,
    client,
    credentials,
    failed,
)
from tests.unit.exchange.test_rest import IN_DOUBT, NOT_CARRIED_OUT, PASSING, every_http_error

SIGNATURE = "planted-signature-4e1f=="
PLANTED = (SECRET, PASSPHRASE, SIGNATURE, API_KEY)

EVERY_FAILURE: tuple[Answer, ...] = (
    *every_http_error(),
    httpx.LocalProtocolError(f"Illegal header value b'{PASSPHRASE}'"),
    ValueError("a bug below us"),
    *IN_DOUBT,
    *PASSING,
    *(answer for answer, _ in NOT_CARRIED_OUT),
    failed("40012"),
    failed("40085"),
)


class PlantedSigner:
    def sign(self, prehash: str) -> str:
        return SIGNATURE


def our_frames(error: BaseException) -> str:
    """The traceback of an error and of all it carries, with the variables of every frame of the package."""
    shown: list[str] = []
    pending: list[BaseException | None] = [error]
    while pending:
        each = pending.pop()
        if each is None:
            continue
        report = traceback.TracebackException.from_exception(each, capture_locals=True)
        shown.extend(f"{frame.name}: {frame.locals}" for frame in report.stack if "/bgtui/" in frame.filename)
        if isinstance(each, BgtuiError):
            shown.append(f"{each} {each!r} {vars(each)}")
            assert each.__cause__ is None
            assert each.__context__ is None or each.__suppress_context__
        pending += [each.__cause__, each.__context__]
    return "\n".join(shown)


@pytest.mark.parametrize("is_write", [True, False], ids=["write", "read"])
@pytest.mark.parametrize("failure", EVERY_FAILURE, ids=lambda each: f"{type(each).__name__}")
def test_no_failure_shows_a_secret(
    failure: Answer, is_write: bool, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bgtui.exchange.auth.make_signer", lambda _credentials: PlantedSigner())
    caplog.set_level(logging.DEBUG)
    script = Script(failure)

    async def scenario() -> None:
        async with client(script, key=credentials(), clock=VirtualClock()) as rest:
            if is_write:
                await rest.write(futures_order.PLACE_ORDER, {"symbol": "BTCUSDT"})
            else:
                await rest.read(futures_account.POSITIONS, {"symbol": "BTCUSDT"})

    with pytest.raises((BgtuiError, ValueError)) as caught:
        run_virtual(scenario())
    assert script.requests[0].headers["ACCESS-SIGN"] == SIGNATURE
    shown = our_frames(caught.value) + caplog.text
    assert "read" in shown or "write" in shown
    for planted in PLANTED:
        assert planted not in shown


def test_a_cancelled_write_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bgtui.exchange.auth.make_signer", lambda _credentials: PlantedSigner())

    async def never() -> httpx.Response:
        await asyncio.sleep(10_000)
        raise AssertionError

    async def scenario() -> None:
        async with client(Script(never), key=credentials(), clock=VirtualClock()) as rest:
            task = asyncio.create_task(rest.write(futures_order.PLACE_ORDER, {}))
            await asyncio.sleep(1)
            task.cancel()
            await task

    with pytest.raises(asyncio.CancelledError) as caught:
        run_virtual(scenario())
    shown = our_frames(caught.value)
    assert "write" in shown
    for planted in PLANTED:
        assert planted not in shown


async def test_the_client_and_what_it_holds_show_no_secret() -> None:
    async with client(Script(httpx.Response(200)), key=credentials()) as rest:
        shown = " ".join(
            f"{name}={value!r}" for each in (rest, rest._auth) for name, value in vars(each).items()
        )
        assert "Credentials" in shown
        for planted in PLANTED:
            assert planted not in shown
    assert SECRET.encode() not in pickle.dumps(credentials())


async def test_the_http_library_logs_no_headers(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("httpcore").setLevel(logging.DEBUG)
    async with client(Script(httpx.Response(200)), key=credentials()):
        assert logging.getLogger("httpcore").getEffectiveLevel() == logging.WARNING
        assert logging.getLogger("httpx").getEffectiveLevel() == logging.WARNING
