"""Small words that several screens share."""

from __future__ import annotations

from bgtui.domain.instrument import ProductType
from bgtui.ui.view import figure

NO_KEY = "No key: market only. Add one: bgtui keys add"

clock = figure.clock


def wallet(product: ProductType) -> str:
    """Return a wallet's name: ``USDT-FUTURES``, ``spot``."""
    return product.value.upper() if product.is_futures else product.value.lower()


def count(number: int, noun: str) -> str:
    """Return ``1 leg``, ``5 legs``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def ago(now_ms: int, then_ms: int) -> str:
    """Return how long ago something was."""
    return figure.age(max(now_ms - then_ms, 0) / 1000)
