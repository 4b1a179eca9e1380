"""Every read of the exchange as a typed method; there is no way to write through it."""

from __future__ import annotations

from bgtui.exchange.reader_account import AccountReads
from bgtui.exchange.reader_copytrade import CopyReads
from bgtui.exchange.reader_market import MarketReads
from bgtui.exchange.reader_order import OrderReads


class ReadClient(MarketReads, AccountReads, OrderReads, CopyReads):
    """All subjects over one source; implements `session.ports.AccountReader`."""
