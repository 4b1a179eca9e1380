"""Rewrite a recording of the old v1 stream into v2 frames, so that every reader is fed what is sent now.

Books and candles keep their shape apart from the instrument type; tickers get their new field names, trades
become objects. Values are never touched, so checksums stay true.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

_INST_TYPES = {"mc": "USDT-FUTURES", "sp": "SPOT"}
_TICKER_NAMES = {
    "instId": "instId",
    "last": "lastPr",
    "bestBid": "bidPr",
    "bestAsk": "askPr",
    "high24h": "high24h",
    "low24h": "low24h",
    "priceChangePercent": "change24h",
    "capitalRate": "fundingRate",
    "markPrice": "markPrice",
    "indexPrice": "indexPrice",
    "holding": "holdingAmount",
    "baseVolume": "baseVolume",
    "quoteVolume": "quoteVolume",
}


def find_capture() -> Path | None:
    """Return the recording that lies beside the project, if it does."""
    path = Path(__file__).resolve().parents[2] / "shared" / "capture" / "futures-2022-04-07.jsonl.gz"
    return path if path.is_file() else None


def frames_v2(path: Path) -> dict[str, list[bytes]]:
    """Return the recording's data frames in v2 form, by channel name."""
    frames: dict[str, list[bytes]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            frame = json.loads(json.loads(line)["raw"])
            if "action" in frame:
                channel = frame["arg"]["channel"]
                frames.setdefault(channel, []).append(_compact(rewrite(frame, number)))
    return frames


def rewrite(frame: dict[str, Any], number: int) -> dict[str, Any]:
    """Return one v1 data frame in v2 form; ``number`` makes the trade ids that v1 did not send."""
    arg = frame["arg"]
    channel, symbol = arg["channel"], arg["instId"]
    rows = frame["data"]
    time_ms = 1649290077000 + number
    if channel == "trade":
        rows = [
            {"ts": ts, "price": price, "size": size, "side": side, "tradeId": f"{number:06d}{index:03d}"}
            for index, (ts, price, size, side) in enumerate(rows)
        ]
    elif channel == "ticker":
        rows = [_ticker(row, symbol) for row in rows]
    elif channel.startswith("candle"):
        rows = [[*row, "0", "0"] for row in rows]
    return {
        "action": frame["action"],
        "arg": {"instType": _INST_TYPES[arg["instType"]], "channel": channel, "instId": symbol},
        "data": rows,
        "ts": time_ms,
    }


def _ticker(row: dict[str, Any], symbol: str) -> dict[str, Any]:
    ticker = {new: str(row[old]) for old, new in _TICKER_NAMES.items()}
    ticker |= {"symbol": symbol, "symbolType": "1", "bidSz": "1", "askSz": "1", "open24h": ticker["lastPr"]}
    return ticker | {
        "nextFundingTime": str(row["nextSettleTime"]),
        "openUtc": ticker["lastPr"],
        "deliveryPrice": "0",
        "ts": str(row["systemTime"]),
    }


def _compact(frame: dict[str, Any]) -> bytes:
    return json.dumps(frame, separators=(",", ":")).encode()
