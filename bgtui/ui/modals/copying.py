"""The forms of a follower: how a trader is copied, instrument by instrument, and following a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

from bgtui.domain import question
from bgtui.domain.copyintent import FollowByAmount, SetCopySettings
from bgtui.domain.copytrade import CopyLimit, CopyRange, CopySetting, CopySettings, FollowedTrader
from bgtui.domain.instrument import InstrumentId, ProductType, instrument_id
from bgtui.domain.intent import Intent
from bgtui.domain.order import MarginMode
from bgtui.domain.text import is_identifier
from bgtui.ui.modals.form import Decision, FormDock
from bgtui.ui.role import Role
from bgtui.ui.view import copyrule, figure
from bgtui.ui.view.dockframe import Body, Section, prose
from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.view.number import read_number
from bgtui.ui.view.person import shown_name, shown_uid
from bgtui.ui.view.span import Row
from bgtui.ui.workspace import Workspace

MIN_AMOUNT = 50
"""USDT a futures trader is followed with at least."""
MAX_LEVERAGE = 125
_RULES = ("amount", "percent", "count")
_LEVERAGES = ("trader", "position", "specify")
_MARGINS = ("trader", "specify")
_FIGURES = ("value", "most", "long", "short", "take", "stop")


class CopySettingsDock(FormDock):
    """How one instrument of one trader is copied; checked against what the exchange allows."""

    title: ClassVar[str] = "COPY"
    kept: ClassVar[tuple[str, ...]] = (*FormDock.kept, "symbols", "at", "rule", "leverage", "margin")

    def __init__(self, workspace: Workspace, trader: FollowedTrader, *, problem: str = "") -> None:
        """Begin with the first instrument, as it is set."""
        super().__init__(workspace, problem=problem)
        self.trader = trader
        self.product = workspace.copy_product or workspace.identity.product_type
        self.symbols = self._symbols()
        self.at = 0
        self.rule, self.leverage, self.margin = "amount", "trader", "trader"
        self._fill()

    def _symbols(self) -> tuple[InstrumentId, ...]:
        """Return the instruments that can be set: those set already, then those that the trader trades."""
        settings = self.settings
        known = [setting.instrument for setting in settings.details] if settings is not None else []
        store, names = self.workspace.store, self.trader.symbols
        if store is not None and not self.product.is_futures:
            names = (*names, *(store.answer(question.trader_symbols(self.trader.trader_id)).value or ()))
        named = [instrument_id(self.product, each) for each in names]
        return tuple(dict.fromkeys((*known, *named)))

    @property
    def settings(self) -> CopySettings | None:
        """Everything that is set for the trader; None while it is not known."""
        store = self.workspace.store
        if store is None:
            return None
        return store.answer(question.copy_settings(self.product, self.trader.trader_id)).value

    @property
    def instrument(self) -> InstrumentId | None:
        """What the form is about now."""
        return self.symbols[self.at] if self.symbols else None

    @property
    def now(self) -> CopySetting | None:
        """How the instrument is copied now."""
        settings = self.settings
        details = settings.details if settings is not None else ()
        return next((each for each in details if each.instrument == self.instrument), None)

    def _fill(self) -> None:
        """Take what is set into the fields."""
        now = self.now
        texts: dict[str, Decimal | None] = dict.fromkeys(_FIGURES)
        if now is not None:
            self.rule = now.trace_type if now.trace_type in _RULES else "amount"
            self.leverage = now.leverage_mode if now.leverage_mode in _LEVERAGES else "trader"
            self.margin = now.margin_mode if now.margin_mode in _MARGINS else "trader"
            texts |= {
                "value": now.trace_value, "most": now.max_hold, "long": now.long_leverage,
                "short": now.short_leverage, "take": now.take_profit_ratio, "stop": now.stop_loss_ratio,
            }  # fmt: skip
        self.edits = {name: LineEdit.of(_text(value)) for name, value in texts.items()}

    def heading(self) -> str:
        """Name the trader."""
        return f"{self.title} {shown_name(self.trader.name, is_private=self.workspace.is_private)}"

    def names(self) -> Sequence[str]:
        """Return the fields."""
        if not self.product.is_futures:
            return ("symbol", "rule", "value", "most", "take", "stop")
        sides = ("long", "short") if self.leverage == "specify" else ()
        return ("symbol", "rule", "value", "most", "leverage", *sides, "margin", "take", "stop")

    def label(self, name: str) -> str:
        """Return a field's name."""
        return {"value": "an order", "most": "at most", "take": "TP %", "stop": "SL %"}.get(name, name)

    def value(self, name: str) -> Row | str:
        """Return what is chosen."""
        shown = {
            "symbol": str(self.instrument.symbol) if self.instrument is not None else "none",
            "rule": {"amount": "fixed amount", "percent": "ratio", "count": "fixed size"}[self.rule],
            "leverage": {"trader": "as trader", "position": "as position", "specify": "mine"}[self.leverage],
            "margin": {"trader": "as trader", "specify": "mine"}[self.margin],
        }
        return f"◄ {shown[name]} ►"

    def hint(self, name: str) -> str:
        """Return the unit."""
        if name in ("long", "short"):
            return "x"
        if name in ("take", "stop"):
            return "% or empty"
        return copyrule.UNITS[self.rule] if name == "value" else ""

    def choose(self, name: str, steps: int) -> None:
        """Take the next value; another instrument brings its own settings."""
        if name == "symbol" and self.symbols:
            self.at = (self.at + steps) % len(self.symbols)
            self._fill()
        elif name == "rule":
            self.rule = _next(_RULES, self.rule, steps)
        elif name == "leverage":
            self.leverage = _next(_LEVERAGES, self.leverage, steps)
        elif name == "margin":
            self.margin = _next(_MARGINS, self.margin, steps)

    def step(self, name: str, steps: int) -> None:
        """Move a figure by ones."""
        number = (_number(self.edits[name].text) or Decimal(0)) + steps
        self.edits[name] = LineEdit.of(_text(max(number, Decimal(1))))

    def limit(self) -> CopyLimit | None:
        """Return smallest and largest copy of the instrument, as the exchange says (futures)."""
        store = self.workspace.store
        found = None if store is None else store.answer(question.copy_limits(self.product)).value
        return next((each for each in found or () if each.instrument == self.instrument), None)

    def range(self) -> CopyRange | None:
        """Return what may be set for the pair, as the exchange says (spot)."""
        settings = self.settings
        ranges = settings.ranges if settings is not None else ()
        return next((each for each in ranges if each.instrument == self.instrument), None)

    def mark(self) -> Decimal | None:
        """Return the price by which an amount becomes a size."""
        store, instrument = self.workspace.store, self.instrument
        ticker = None if store is None or instrument is None else store.ticker(instrument)
        return None if ticker is None else ticker.mark_price or ticker.last

    def setting(self) -> CopySetting | None:
        """Return what the fields say; None while one does not read."""
        if self.instrument is None:
            return None
        numbers = {name: _number(self.edits[name].text) for name in _FIGURES}
        return CopySetting(
            self.instrument, self.margin, self.leverage, numbers["long"], numbers["short"], self.rule,
            numbers["value"], numbers["most"], numbers["take"], numbers["stop"],
        )  # fmt: skip

    def problems(self) -> Sequence[str]:
        """Return why it cannot be sent."""
        setting = self.setting()
        if setting is None:
            return ("This trader trades nothing now that could be set.",)
        for name in self.names():
            text = self.edits[name].text.strip() if name in self.edits else ""
            if text and _number(text) is None:
                return (f"{self.label(name)}: {text[:16]} is no number",)
        found = copyrule.problems(setting, self.limit(), self.range(), self.mark())
        if not found and self._is_as_now(setting):
            return ("Nothing changes yet.",)
        return found

    def _is_as_now(self, setting: CopySetting) -> bool:
        """Tell whether nothing would change; of spot, which has no margin and no leverage, by the rest."""
        now = self.now
        if now is None or self.product.is_futures:
            return setting == now
        return setting == replace(now, margin_mode=setting.margin_mode, leverage_mode=setting.leverage_mode)

    def decision(self) -> Decision | None:
        """Return the setting of this instrument."""
        setting = self.setting()
        if setting is None or self.problems():
            return None
        intent = SetCopySettings(self.product, self.trader.trader_id, (setting,))
        return Decision((intent,), f"copy settings of {setting.instrument.symbol}: {copyrule.words(setting)}")

    def sentence(self) -> Sequence[str]:
        """Return what is sent."""
        setting = self.setting()
        if setting is None:
            return ()
        uid = shown_uid(self.trader.trader_id, is_private=self.workspace.is_private)
        return (f"COPY {setting.instrument.symbol} OF {uid}", *copyrule.lines(setting))

    def effects(self, width: int) -> Sequence[Body]:
        """Return what the exchange allows."""
        rows: list[Body] = [Section("allowed by Bitget now")]
        lines = copyrule.allowed(self.rule, self.limit(), self.range())
        rows += [row for line in lines for row in prose(line, width - 2, Role.MUTED)]
        if self.settings is None:
            rows += prose("what is set now is not known yet", width - 2, Role.WARN)
        return rows


class FollowDock(FormDock):
    """Follow a trader whose id is known from Bitget's site: v2 lists traders to brokers only."""

    title: ClassVar[str] = "FOLLOW A TRADER"
    kept: ClassVar[tuple[str, ...]] = (*FormDock.kept, "copies_open", "copies_new", "margin")

    def __init__(self, workspace: Workspace, *, problem: str = "") -> None:
        """Begin empty."""
        super().__init__(workspace, problem=problem)
        self.product: ProductType = workspace.copy_product or workspace.identity.product_type
        self.copies_open, self.copies_new, self.margin = False, True, ""
        names = (
            ("trader", "amount", "loss", "leverage")
            if self.product.is_futures
            else ("trader", "pair", "amount", "most")
        )
        self.edits = {name: LineEdit() for name in names}

    def names(self) -> Sequence[str]:
        """Return the fields."""
        if self.product.is_futures:
            return ("trader", "amount", "loss", "leverage", "margin", "open now", "new ones")
        return ("trader", "pair", "amount", "most")

    def label(self, name: str) -> str:
        """Return a field's name."""
        return {"loss": "stop at", "most": "at most"}.get(name, name)

    def value(self, name: str) -> Row | str:
        """Return what is chosen."""
        if name == "margin":
            return f"◄ {self.margin or 'as trader'} ►"
        is_on = self.copies_open if name == "open now" else self.copies_new
        return f"◄ {'copy' if is_on else 'leave'} ►"

    def hint(self, name: str) -> str:
        """Return the unit."""
        if name == "loss":
            return "USDT lost, or empty"
        if name == "leverage":
            return "x, empty: as trader"
        return {"amount": "USDT", "most": "USDT", "pair": "BTCUSDT"}.get(name, "")

    def choose(self, name: str, steps: int) -> None:
        """Take the next value."""
        if name == "margin":
            self.margin = _next(("", "crossed", "isolated"), self.margin, steps)
        elif name == "open now":
            self.copies_open = not self.copies_open
        elif name == "new ones":
            self.copies_new = not self.copies_new

    def step(self, name: str, steps: int) -> None:
        """Move a figure by ones."""
        if name not in ("trader", "pair"):
            number = (_number(self.edits[name].text) or Decimal(0)) + steps
            self.edits[name] = LineEdit.of(_text(max(number, Decimal(1))))

    def _trader(self) -> str:
        return self.edits["trader"].text.strip()

    def _whole(self, name: str) -> int | None:
        number = _number(self.edits[name].text)
        return int(number) if number is not None and number == number.to_integral_value() else None

    def problems(self) -> Sequence[str]:
        """Return why it cannot be sent."""
        trader = self._trader()
        if not trader:
            return ("Type the trader's id; it stands in the address of the page on Bitget's site.",)
        if not (trader.isascii() and trader.isalnum()):
            return ("A trader's id has letters and digits only.",)
        return self._futures_problems() if self.product.is_futures else self._spot_problems()

    def _futures_problems(self) -> Sequence[str]:
        amount = self._whole("amount")
        if amount is None or amount < MIN_AMOUNT:
            return (f"amount is a whole number of at least {MIN_AMOUNT} USDT",)
        if self.edits["loss"].text.strip() and not self._whole("loss"):
            return ("stop at is a whole number above zero, or empty",)
        leverage = self._whole("leverage")
        if self.edits["leverage"].text.strip() and not (leverage and leverage <= MAX_LEVERAGE):
            return (f"leverage is a whole number from 1 to {MAX_LEVERAGE}, or empty",)
        return ()

    def _spot_problems(self) -> Sequence[str]:
        pair = self.edits["pair"].text.strip().upper()
        if not is_identifier(pair):
            return ("pair is a symbol, such as BTCUSDT",)
        if not _number(self.edits["amount"].text) or not _number(self.edits["most"].text):
            return ("amount and at most are numbers above zero",)
        return ()

    def _intent(self) -> Intent:
        if self.product.is_futures:
            return FollowByAmount(
                self.product,
                self._trader(),
                self._whole("amount") or 0,
                self.copies_open,
                self.copies_new,
                self._whole("loss"),
                MarginMode(self.margin) if self.margin else None,
                self._whole("leverage"),
            )
        pair = instrument_id(self.product, self.edits["pair"].text.strip().upper())
        amount, most = _number(self.edits["amount"].text), _number(self.edits["most"].text)
        setting = CopySetting(pair, "trader", "trader", None, None, "amount", amount, most, None, None)
        return SetCopySettings(self.product, self._trader(), (setting,))

    def decision(self) -> Decision | None:
        """Return the request."""
        if self.problems():
            return None
        return Decision((self._intent(),), f"follow {self._trader()} with {self.edits['amount'].text} USDT")

    def sentence(self) -> Sequence[str]:
        """Return what is sent."""
        amount = self.edits["amount"].text
        if not self.product.is_futures:
            return (f"FOLLOW {self._trader()}", f"{self.edits['pair'].text.upper()}: {amount} USDT an order")
        loss, leverage = (self.edits[name].text.strip() for name in ("loss", "leverage"))
        return (
            f"FOLLOW {self._trader()}",
            f"with {amount} USDT in all",
            f"ends at a loss of {loss} USDT" if loss else "no loss limit",
            f"leverage {f'{leverage}x' if leverage else 'as trader'}",
            f"margin {self.margin or 'as trader'}",
            f"what is open: {'copied' if self.copies_open else 'left'}",
            f"new symbols: {'copied' if self.copies_new else 'left'}",
        )

    def effects(self, width: int) -> Sequence[Body]:
        """Return what cannot be known before."""
        line = "Bitget lists traders to brokers only: who this id is cannot be shown before."
        return [Section("mind"), *prose(line, width - 2, Role.WARN)]


def _next(values: Sequence[str], now: str, steps: int) -> str:
    return values[(values.index(now) + steps) % len(values)]


def _number(text: str) -> Decimal | None:
    """Return a number above zero as typed; None for anything else."""
    return read_number(text.strip().rstrip("%x")) or None


def _text(value: Decimal | None) -> str:
    return "" if value is None else figure.plain(value.normalize(), grouped=False)
