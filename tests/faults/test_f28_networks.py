"""F-28: somebody else answers, or nobody: nothing of it is taken for data, and the screen says so."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from bgtui.domain.event import AccountPart
from tests.support.pty import BGTUI, Pty
from tests.support.stage import USDT, staged

PAGE = b"<!DOCTYPE html><html><title>92,000.0 Welcome</title>Please sign in, price 92,000.0</html>"


class Portal(socketserver.StreamRequestHandler):
    """A network's login page: it answers whatever is asked, and calls that a success."""

    def handle(self) -> None:
        self.request.recv(65536)
        self.wfile.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(PAGE), PAGE)
        )


@contextmanager
def portal() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Portal) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def places(home: Path, rest: str, stream: str) -> dict[str, str]:
    return {
        "HOME": str(home),
        "BGTUI_ENVIRONMENT": "sim",
        "BGTUI_REST_URL": rest,
        "BGTUI_WS_PUBLIC_URL": stream,
        "BGTUI_WS_PRIVATE_URL": stream,
    }


KEY: Mapping[str, str] = {
    "BGTUI_API_KEY": "bg_0123456789",
    "BGTUI_API_SECRET": "0123456789abcdef",
    "BGTUI_API_PASSPHRASE": "12345678",
}


PLACES = {
    # address, options, what line 1 to the last say, what Health's log says
    "portal": (
        "http://127.0.0.1:{port}", "ws://127.0.0.1:{port}/v2/ws/public", (),
        "A web page answers, not Bitget: sign in to this network",
        "answered HTTP 200 with a web page instead of a WebSocket",
    ),
    "tls": (
        "https://127.0.0.1:{port}", "wss://127.0.0.1:{port}/v2/ws/public", (),
        "No secure connection to Bitget: a proxy may stand between", "TLS failed",
    ),
    "dns": (
        "https://exchange.invalid", "wss://exchange.invalid/v2/ws/public",
        ("--allow-host", "exchange.invalid"),
        "Bitget's name is not found: check the network and its DNS", "its name does not resolve",
    ),
}  # fmt: skip


@pytest.mark.xdist_group("pty")
@pytest.mark.parametrize("kind", PLACES)
def test_f28_the_screen_says_who_answered_and_shows_nothing_of_it(kind: str, tmp_path: Path) -> None:
    rest, stream, options, said, logged = PLACES[kind]
    with portal() as port:
        environ = places(tmp_path, rest.format(port=port), stream.format(port=port))
        with Pty((*BGTUI, *options), environ=environ, size=(160, 24)) as terminal:
            terminal.wait_for(said, timeout_s=40)
            text = terminal.wait_for(lambda text: "DOWN" in text and "NO FEED" in text)
            assert "92,000" not in text
            assert "BTCUSDT  .." in text, "no price is known"
            terminal.press("8")
            terminal.wait_for(logged, timeout_s=40)
            terminal.press("q")
            assert terminal.wait_exit() == 0


@pytest.mark.xdist_group("pty")
def test_f28_with_a_key_a_login_page_at_the_start_ends_with_one_line_and_8(tmp_path: Path) -> None:
    with portal() as port:
        environ = places(tmp_path, f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}/v2/ws/public")
        with Pty(BGTUI, environ={**environ, **KEY}, size=(200, 24)) as terminal:
            assert terminal.wait_exit(timeout_s=40) == 8
            said = bytes(terminal.raw).rpartition(b"\x1b[?1004l")[2].decode()
            assert said.count("\n") == 1
            assert "the answer is HTML instead of JSON" in said
            assert "a proxy or a login page may have answered" in said
            assert not any(value in said for value in KEY.values())


async def test_f28_a_login_page_in_the_middle_of_a_run_leaves_the_last_values_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        store = stage.session.store
        stage.faults.add("html", "disconnect:stream=private")
        await stage.until(lambda: not store.freshness(USDT, AccountPart.BALANCES).is_current)
        await stage.sees("A web page answers, not Bitget")
        assert "Please sign in" not in stage.text
        await stage.press("7")
        await stage.sees("10,000.00")
        stage.faults.clear()
        await stage.live()


async def test_f28_a_login_page_as_the_answer_to_an_order_is_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        stage.faults.add("html:method=POST,once", "lost-private-push:channel=orders")
        await stage.buy_resting()
        await stage.sees("UNKNOWN 1")
        assert len(stage.resting()) == 0
        assert stage.writes("/place-order") <= 1
