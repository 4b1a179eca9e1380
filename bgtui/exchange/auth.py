"""Sign a request at the last moment, inside the HTTP library: no argument of ours holds the headers."""

from __future__ import annotations

from collections.abc import Callable, Generator

import httpx

from bgtui.domain.secret import Credentials
from bgtui.wire.sign import make_signer, rest_headers


class KeyAuth(httpx.Auth):
    """Adds the key's headers over the very bytes that are about to leave."""

    requires_request_body = True

    def __init__(self, credentials: Credentials, now_ms: Callable[[], int]) -> None:
        """Take the key and the exchange's time, milliseconds."""
        self._credentials = credentials
        self._signer = make_signer(credentials)
        self._now_ms = now_ms

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign and send, once: no answer makes it send again."""
        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        # Nothing here keeps the headers in a name: a traceback that prints variables must not find them.
        request.headers.update(
            rest_headers(
                self._credentials,
                self._signer,
                timestamp_ms=self._now_ms(),
                method=request.method,
                path=path,
                query=query,
                body=request.content,
            )
        )
        yield request
