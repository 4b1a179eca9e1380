"""The common base of rows in REST answers."""

from __future__ import annotations

import msgspec


class Row(msgspec.Struct, rename="camel"):
    """One object of an answer in wire names; fields stay untyped, since Bitget mixes texts and numbers."""
