"""Make `demo.jsonl.gz` anew, the recording that `make run` plays: bgtui records the peer of `tests/support`.

.venv/bin/python -m tests.data.make_demo
"""

import os
import sys
from pathlib import Path

from bgtui.__main__ import main
from tests.support.peer import Peer

OUT = Path(__file__).with_name("demo.jsonl.gz")


def make() -> int:
    """Record for some seconds and return the exit code."""
    with Peer(tick_s=0.1) as peer:
        os.environ |= {
            "BGTUI_ENVIRONMENT": "sim",
            "BGTUI_REST_URL": peer.rest_url,
            "BGTUI_WS_PUBLIC_URL": peer.ws_public_url,
            "BGTUI_WS_PRIVATE_URL": peer.ws_private_url,
        }
        return main(["record", "--out", str(OUT), "--force", "--seconds", "12", "BTCUSDT", "spot:ETHUSDT"])


if __name__ == "__main__":
    sys.exit(make())
