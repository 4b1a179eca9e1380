"""How figures are written: fixed decimals, commas, signs, ages; never an exponent, never rounded to fit.

Whatever is not known is ``?``, which no figure ever is.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache

from bgtui.ui.view.glyph import NONE, UNKNOWN

_SHORT = ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "k"))
_UNITS = tuple(Decimal(1).scaleb(-places) for places in range(13))
"""The last digit that is shown, by decimals."""
_LADDER_PLACES = (4, 3, 2, 1)
"""Decimals of a size on the ladder, by its digits before the point."""
_ROE_LIMIT = Decimal("9.999")
_EXACT = Context(prec=60)
_DAY_MS = 86_400_000
_REMEMBERED = 4096
"""Texts of figures kept: most of a frame's figures were in the last one."""


def plain(value: Decimal | None, *, places: int | None = None, grouped: bool = True) -> str:
    """Return a figure with so many decimals, or with its own."""
    if value is None:
        return UNKNOWN
    if places is not None:
        value = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN, context=_EXACT)
    value = value or value.copy_abs()  # no minus before a zero
    return format(value, ",f" if grouped else "f")


@lru_cache(_REMEMBERED)
def price(value: Decimal | None, places: int) -> str:
    """Return a price with the contract's decimals; one that has more keeps them all."""
    if value is None:
        return UNKNOWN
    exponent = value.normalize().as_tuple().exponent
    own = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return plain(value, places=max(places, own))


def average(value: Decimal | None, places: int) -> str:
    """Return a computed price (an average, a liquidation price) on the contract's decimals."""
    return plain(value, places=places)


def size(value: Decimal | None, places: int) -> str:
    """Return a size exactly, with at least the contract's decimals."""
    return price(value, places)


def ladder_size(value: Decimal | None) -> str:
    """Return a size in at most six cells: four decimals below 10, three below 100, then fewer, then k, M."""
    if value is None:
        return UNKNOWN
    digits = max(value.adjusted(), 0)
    if digits >= len(_LADDER_PLACES):
        return short(value)
    return str(value.quantize(_UNITS[_LADDER_PLACES[digits]], ROUND_DOWN))  # one row in two is new each frame


def short(value: Decimal | None) -> str:
    """Return a count of three figures: ``48.2k``, ``1.93B``; for volumes, never for an order or a balance."""
    if value is None:
        return UNKNOWN
    for unit, letter in _SHORT:
        if abs(value) >= unit:
            return _three(value / unit) + letter
    return _three(value)


def _three(value: Decimal) -> str:
    places = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return format(value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN), "f")


def money(value: Decimal | None, places: int = 2) -> str:
    """Return an amount of money."""
    return plain(value, places=places)


def signed(value: Decimal | None, places: int = 2) -> str:
    """Return money with its sign, ``+0.00`` at zero: PnL, funding, fees.

    A loss that is too small for the decimals is ``-0.00``: it never has the sign of a gain.
    """
    if value is None:
        return UNKNOWN
    return f"{'-' if value and value.is_signed() else '+'}{plain(value.copy_abs(), places=places)}"


def percent(ratio: Decimal | None, places: int = 1) -> str:
    """Return a fraction as a percentage without a sign."""
    return UNKNOWN if ratio is None else f"{plain(ratio * 100, places=places)}%"


def signed_percent(ratio: Decimal | None, places: int = 2) -> str:
    """Return a fraction as a percentage with its sign: 2 places for changes, 4 for funding."""
    return UNKNOWN if ratio is None else f"{signed(ratio * 100, places)}%"


def roe(ratio: Decimal | None) -> str:
    """Return a return on margin; beyond 999.9 % as a multiple."""
    if ratio is None:
        return UNKNOWN
    return f"{signed(ratio, 1)}x" if abs(ratio) > _ROE_LIMIT else signed_percent(ratio, 1)


def ticks(count: int | None) -> str:
    """Return a distance in ticks."""
    return UNKNOWN if count is None else f"{count:,}t"


def leverage(value: Decimal | None) -> str:
    """Return a leverage: ``20x``."""
    return UNKNOWN if value is None else f"{format(value.normalize(), 'f')}x"


def clock(time_ms: int | None) -> str:
    """Return the time of day, UTC."""
    if time_ms is None:
        return UNKNOWN
    seconds = time_ms // 1000 % 86_400
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def clock_ms(time_ms: int | None) -> str:
    """Return the time of day with its milliseconds."""
    return UNKNOWN if time_ms is None else f"{clock(time_ms)}.{time_ms % 1000:03}"


def moment(time_ms: int | None, now_ms: int) -> str:
    """Return the time of day when it was today, else the day: ``Nov 18``."""
    if time_ms is None:
        return UNKNOWN
    if time_ms // _DAY_MS == now_ms // _DAY_MS:
        return clock(time_ms)
    when = datetime.fromtimestamp(time_ms / 1000, UTC)
    return f"{_MONTHS[when.month - 1]} {when.day:02}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def date(time_ms: int | None) -> str:
    """Return a day and time: ``2026-04-20 09:12``."""
    if time_ms is None:
        return UNKNOWN
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def age(seconds: float | None) -> str:
    """Return how old something is: ``0.1s``, ``41s``, ``7m``, ``2h13m``, ``214d``."""
    if seconds is None:
        return UNKNOWN
    seconds = max(seconds, 0.0)
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m"
    if whole < 86_400:
        return f"{whole // 3600}h{whole // 60 % 60:02}m"
    return f"{whole // 86_400}d"


def whole_age(seconds: float) -> str:
    """Return how old something is in whole units, for narrow headers: ``7s``, ``41s``, ``7m``."""
    return f"{int(max(seconds, 0.0))}s" if seconds < 60 else age(seconds)


def countdown(milliseconds: int | None) -> str:
    """Return the time that is left: ``1:56:33``, ``47s`` in the last minute."""
    if milliseconds is None:
        return UNKNOWN
    whole = max(milliseconds, 0) // 1000
    if whole < 60:
        return f"{whole}s"
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def duration(seconds: int) -> str:
    """Return how long something lasted: ``2:42:43``."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def short_id(text: str) -> str:
    """Return an exchange's id: its first and last four characters."""
    if not text:
        return NONE
    return text if len(text) <= 11 else f"{text[:4]}…{text[-4:]}"


def fitted(text: str, width: int) -> str:
    """Return a figure in so many cells: without commas where it is too wide, else ``####``."""
    if len(text) <= width:
        return text.rjust(width)
    bare = text.replace(",", "")
    return bare.rjust(width) if len(bare) <= width else "#" * width


def fitted_size(value: Decimal | None, places: int, width: int) -> str:
    """Return a size in so many cells of a table, dropping decimals before commas."""
    if value is None:
        return UNKNOWN.rjust(width)
    is_grouped = value.adjusted() >= 3
    for kept in range(places, -1, -1):
        shown = value.quantize(_UNITS[kept] if kept < len(_UNITS) else Decimal(1).scaleb(-kept), ROUND_DOWN)
        # Up to six decimals a text without commas has no exponent, and is told in half the time.
        text = str(shown) if kept <= 6 and not is_grouped else format(shown, ",f" if is_grouped else "f")
        if len(text) <= width:
            return text.rjust(width)
    return fitted(format(value.quantize(Decimal(1), rounding=ROUND_DOWN), ",f"), width)
