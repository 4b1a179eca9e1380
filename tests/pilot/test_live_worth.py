"""Equity that moves with the mark, beside a PnL that does; and the age of what does not."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from bgtui.domain import question
from bgtui.domain.account import WalletTotal
from bgtui.domain.alert import AlertKind, AlertRule
from bgtui.domain.event import BalancesReported, PositionsReported, QuestionAnswered, TickerUpdated
from bgtui.domain.instrument import InstrumentId
from bgtui.domain.order import MarginMode
from tests.support import scene
from tests.support.build import USDT, D
from tests.support.scene_market import BTC
from tests.support.terminal import NOON_MS, Terminal, open_terminal


def opened(screen: str, size: tuple[int, int] = (80, 24)) -> AbstractAsyncContextManager[Terminal]:
    return open_terminal(events=scene.events(), identity=scene.IDENTITY, screen=screen, size=size)


async def mark(terminal: Terminal, price: str, instrument: InstrumentId = BTC, after_s: float = 1.0) -> None:
    """Let a second pass and a mark come."""
    terminal.clock.advance(after_s)
    old = terminal.store.ticker(instrument)
    assert old is not None
    new = replace(old, time_ms=old.time_ms + 1, mark_text=price)
    await terminal.apply(TickerUpdated(new))
    await terminal.step(0.5)


async def renew(terminal: Terminal) -> None:
    """Have every leg's ticker come again."""
    for leg in terminal.store.positions(USDT) or ():
        old = terminal.store.ticker(leg.instrument)
        assert old is not None
        await terminal.apply(TickerUpdated(replace(old, time_ms=old.time_ms + 1)))


async def test_equity_and_pnl_move_together_on_every_screen() -> None:
    async with opened("positions") as terminal:
        assert "equity ≈12,416.92 free 9,862.74  uPnL +16.92 " in terminal.row(2)

        await mark(terminal, "67338.9")  # 0.05 long and 0.02 short: +3.00

        assert "equity ≈12,419.92 free 9,862.74  uPnL +19.92 " in terminal.row(2)
        await terminal.press("7")
        assert terminal.row(6).split()[2:] == ["≈12,419.92", "9,862.74", "2,554.18", "+19.92", "0.5%"]
        assert "now       ≈12,419.92" in terminal.screen_text()
        await terminal.press("1")
        assert "eq ≈12,419.92  free 9,862.74" in terminal.screen_text()


async def test_what_was_told_says_its_age_once_it_is_old() -> None:
    async with opened("positions") as terminal:
        assert "told" not in terminal.row(2)
        terminal.clock.advance(40)
        await renew(terminal)
        await terminal.step(0.5)

        assert terminal.row(2).startswith(" equity ≈12,416.92 ")
        assert terminal.row(2).endswith("risk 0.5% 41s ago")
        await terminal.resize(120, 40)
        assert terminal.row(2).endswith("cross risk 0.5%  told 41s ago")
        await terminal.press("1")
        await terminal.resize(80, 24)
        assert "eq ≈12,416.92  free 9,862.74 41s" in terminal.screen_text()
        await terminal.resize(200, 50)
        assert "fps  told 41s " in terminal.row(1)


async def test_without_marks_equity_is_as_told_and_says_so() -> None:
    async with opened("positions") as terminal:
        await terminal.step(60.0)

        assert terminal.row(2).startswith(" equity 12,416.92  free 9,862.74  ")
        assert terminal.row(2).endswith("risk 0.5% 1m ago")


async def test_the_margin_ratio_of_an_isolated_leg_moves_with_the_mark() -> None:
    async with opened("positions", (200, 50)) as terminal:
        await terminal.press("j")
        legs = terminal.store.positions(USDT) or ()
        assert terminal.screen_text().count("≈8.4%") == 2

        await mark(terminal, "64400")

        # 8.4 % at 67,238.9 with 167.28 + 16.43; 41.76 are left.
        assert terminal.screen_text().count("≈35.4%") == 2
        crossed = tuple(replace(leg, margin_mode=MarginMode.CROSSED) for leg in legs)
        await terminal.apply(PositionsReported(USDT, crossed, NOON_MS + 10_000))
        await terminal.step(1)
        assert "≈35.4%" not in terminal.screen_text()


async def test_account_says_when_the_wallet_under_the_cursor_was_told() -> None:
    async with opened("account") as terminal:
        await terminal.apply(
            QuestionAnswered(question.wallet_totals(), (WalletTotal("funding", D(1)),), NOON_MS)
        )
        await terminal.step(60.0)

        standing = "".join(span.text for span in terminal.app.asking.standing())
        assert "USDT-FUTURES USDT as of 14:03:2" in standing, "what the message line says without news"


async def test_what_is_free_is_the_same_everywhere() -> None:
    async with opened("account", (120, 40)) as terminal:
        old = terminal.store.known_balances(USDT)["USDT"]
        new = replace(old, available=D("9000"), max_open=D("8765.43"))
        await terminal.apply(BalancesReported(USDT, (new,), is_complete=True, time_ms=NOON_MS + 1))
        await terminal.step(0.5)

        assert "free 8,765.43" in terminal.row(2)
        assert terminal.row(6).split()[3:5] == ["8,765.43", "3,651.49"]  # and held
        assert "9,000.00" in terminal.row(6)
        await terminal.press("1")
        await terminal.resize(80, 24)
        assert "free 8,765.43" in terminal.screen_text()


async def test_a_wallet_of_millions_is_never_cut_on_trade() -> None:
    async with opened("trade") as terminal:
        old = terminal.store.known_balances(USDT)["USDT"]
        new = replace(old, equity=D("12345678.90"), max_open=D("11222333.44"), unrealized_pnl=D("16.915"))
        await terminal.apply(BalancesReported(USDT, (new,), is_complete=True, time_ms=NOON_MS + 1))
        await terminal.step(0.5)

        assert "eq ≈12345678.91  free 11222333.44" in terminal.screen_text()


async def test_an_alert_on_the_margin_ratio_fires_as_the_mark_moves() -> None:
    async with opened("positions") as terminal:
        watch = terminal.session.alerts
        assert watch is not None
        watch.add(AlertRule("", AlertKind.MARGIN_RATIO, None, D(50)))
        watch.look()
        assert terminal.store.alerts() == ()

        await mark(terminal, "64100")  # 26.76 of the margin are left
        watch.look()
        await terminal.settle()

        assert terminal.message.startswith("Margin: LONG BTCUSDT has a margin ratio of about 55.0%")
        await terminal.step(70)
        watch.look()
        row = next(one for one in terminal.store.alert_rules() if not one.rule.is_built_in)
        assert row.problem == "margin ratio of LONG BTCUSDT was told over 60s ago"
