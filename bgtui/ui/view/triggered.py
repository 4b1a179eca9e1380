"""What take profit and stop loss give when they are triggered: the lines of every form about them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from bgtui.domain import pnl
from bgtui.domain.value import frozen
from bgtui.ui.view import figure
from bgtui.ui.view.dockframe import Body, labelled
from bgtui.ui.view.glyph import ABOUT, UNKNOWN


@frozen
class Outcome:
    """A close at the price of one of the two."""

    net: Decimal | None
    """After the fees of both ways, margin coin; None where it is not known."""
    margin: Decimal | None = None
    """What backs it, margin coin; None where there is none, as on spot."""


def away(price: Decimal | None, mark: Decimal | None) -> str:
    """Return how far a price is from mark; empty where either is not known."""
    return figure.signed_percent(price / mark - 1, 1) if price is not None and mark else ""


def rows(take: Outcome | None, stop: Outcome | None, cash: Callable[[Decimal], str]) -> list[Body]:
    """Return what each gives, and reward to risk where one wins and the other loses.

    Args:
        take: At the take profit; None without one.
        stop: At the stop loss; None without one.
        cash: Writes signed money.
    """
    found: list[Body] = [
        labelled(f"{label} gives", gives(outcome, cash))
        for label, outcome in (("TP", take), ("SL", stop))
        if outcome is not None
    ]
    won, lost = (None if outcome is None else outcome.net for outcome in (take, stop))
    if won is not None and lost is not None and won > 0 > lost:
        found.append(labelled("reward", f"{won / -lost:.2f} to 1"))
    return found


def gives(outcome: Outcome, cash: Callable[[Decimal], str]) -> str:
    """Return PnL and return on margin, as Positions tells them."""
    if outcome.net is None:
        return UNKNOWN
    text = f"{ABOUT}{cash(outcome.net)}"
    if outcome.margin is None:
        return text
    return f"{text}  ROE {figure.roe(pnl.return_on_margin(outcome.net, outcome.margin))}"
