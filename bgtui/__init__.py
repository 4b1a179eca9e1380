"""A terminal for the Bitget exchange: live market, account and orders, from the keyboard."""

__version__ = "0.1.0"
