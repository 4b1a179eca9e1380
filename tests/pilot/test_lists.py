"""Positions, Orders, Account and Health by their keys: what each shows, and what each key does."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from bgtui.domain import question
from bgtui.domain.event import (
    AccountReconciled,
    Connection,
    ConnectionLost,
    FrameRefused,
    OrderUpdated,
    PlanOrderUpdated,
    PositionsReported,
    QuestionAnswered,
    QuestionFailed,
    SubmissionChanged,
    SubscriptionRefused,
)
from bgtui.domain.order import OrderStatus, PlanKind
from bgtui.domain.submission import SubmissionState
from bgtui.domain.text import Untrusted
from bgtui.ui.workspace import Badge, Identity
from tests.support import scene, scene_account
from tests.support.build import D
from tests.support.scene_account import SOL
from tests.support.scene_market import BTC, USDT
from tests.support.terminal import Terminal, open_terminal

HOSTILE = "\x1b]52;c;ZXZpbA==\x07evil\u202e\x9b31m"


def opened(screen: str, size: tuple[int, int] = (80, 24)) -> AbstractAsyncContextManager[Terminal]:
    return open_terminal(events=scene.events(), identity=scene.IDENTITY, screen=screen, size=size)


def cursor_row(terminal: Terminal) -> str:
    return next(row for row in terminal.rows()[3:] if row.startswith("►"))


# Positions


async def test_positions_shows_every_leg_with_its_detail() -> None:
    async with opened("positions") as terminal:
        await terminal.press("j")
        assert terminal.rows()[3:22] == [
            "─ 5 legs · sort uPnL ▼ · no filter ─────────────────────────────────────────────",
            "   symbol    mode        size     entry      mark     uPnL    ROE  liq in",
            " L ETHUSDT   crs 10x     1.50  2,612.40  2,633.18   +31.17  +8.0%   28.9%",
            "►L BTCUSDT   iso 20x   0.0500  66,910.4  67,238.9   +16.42  +9.8%    5.0%",
            " S BTCUSDT   iso 20x   0.0200  67,310.2  67,238.9    +1.43  +2.1%    4.6%",
            " L XRPUSDT   crs 5x     5,000    0.5402    0.5391    -5.50  -1.0%      --",
            " S SOLUSDT   crs 10x     40.0   158.412   159.077   -26.60  -4.2%  152.8%",
            "   total                                            +16.92",
            "",
            "─ LONG BTCUSDT  isolated 20x  hedge ────────────────────────────────────────────",
            " size         0.0500 (3,361.94 USDT)      free 0.0250, held by 1 close 0.0250",
            " entry        66,910.4                    break-even     66,990.7",
            " liquidation  63,858.6  5.0% away         margin         167.28  ratio ≈8.4%",
            " uPnL         +16.42  ROE +9.8%           if closed now  ≈+12.40 after fees",
            " realized     +0.00                       fees / funding -2.01 / -0.67",
            " TP           68,000.0 mark, whole leg    gives          ≈+50.43",
            " SL           66,000.0 mark, whole leg    gives          ≈-49.51",
            " opened       11:20:44  2:42:43 ago       ADL            0.42, 1 = first in line",
            "",
        ]
        assert "5 legs as of 14:03:2" in terminal.row(-2)


async def test_positions_gains_columns_with_the_terminal() -> None:
    async with opened("positions", (120, 40)) as terminal:
        assert terminal.row(5).split() == (
            ["symbol", "mode", "size", "entry", "mark", "uPnL", "ROE", "margin", "liq", "dist", "TP", "SL"]
        )
        await terminal.resize(200, 50)
        assert terminal.row(5).endswith("realized   funding  m.ratio")
        assert all(len(row) <= 200 for row in terminal.rows())


async def test_the_cursor_follows_its_leg_when_the_order_changes() -> None:
    async with opened("positions") as terminal:
        await terminal.press("j")
        await terminal.press("s", "S")
        assert "sort" in terminal.row(4)
        assert "L BTCUSDT" in cursor_row(terminal)


async def test_a_leg_that_closes_hands_the_cursor_to_its_neighbour() -> None:
    async with opened("positions") as terminal:
        await terminal.press("j")
        left = tuple(
            leg for leg in scene_account.positions() if not (leg.instrument == BTC and leg.side == "long")
        )
        await terminal.apply(PositionsReported(USDT, left, scene.NOW_MS), 0.3)
        assert "S BTCUSDT" in cursor_row(terminal)
        await terminal.apply(PositionsReported(USDT, (), scene.NOW_MS + 1), 0.3)
        assert "No legs. t opens a ticket." in terminal.screen_text()


async def test_without_an_instrument_on_trade_a_list_still_moves_at_once() -> None:
    nothing_pinned = replace(scene.IDENTITY, watch_list=())
    async with open_terminal(events=scene.events(), identity=nothing_pinned, screen="orders") as terminal:
        assert terminal.workspace.instrument is None
        (order,) = (each for each in terminal.store.open_orders(USDT) or () if "XRP" in each.instrument)
        assert "XRPUSDT" in terminal.screen_text()
        await terminal.apply((0.1 - terminal.clock.monotonic()) % 1.0)
        await terminal.apply(0.6)  # its turn comes twice a second
        ended = replace(order, status=OrderStatus.CANCELED, updated_ms=terminal.workspace.now_ms)
        await terminal.apply(0.1, OrderUpdated(ended))
        assert "XRPUSDT" not in terminal.screen_text()


async def test_list_keys_move_the_cursor() -> None:
    async with opened("positions") as terminal:
        await terminal.press("G")
        assert "SOLUSDT" in cursor_row(terminal)
        await terminal.press("k")
        assert "XRPUSDT" in cursor_row(terminal)
        await terminal.press("g")
        assert "ETHUSDT" in cursor_row(terminal)
        await terminal.press("pgdn")
        assert "SOLUSDT" in cursor_row(terminal)
        await terminal.press("pgup", "down")
        assert "L BTCUSDT" in cursor_row(terminal)


async def test_a_filter_is_typed_kept_and_cleared() -> None:
    async with opened("positions") as terminal:
        await terminal.press("/")
        await terminal.type("btc")
        assert "/btc" in terminal.row(-2)
        assert "2 of 5" in terminal.row(-2)
        await terminal.press("enter")
        assert 'filter "btc" 2 of 5' in terminal.row(4)
        await terminal.press("/")
        await terminal.type("zz")
        assert 'Filter "btczz" matches none of 5; esc clears it.' in terminal.row(6)
        await terminal.press("esc")
        assert "no filter" in terminal.row(4)


async def test_escape_takes_a_kept_filter_away() -> None:
    async with opened("positions") as terminal:
        await terminal.press("/")
        await terminal.type("sol")
        await terminal.press("enter", "esc")
        assert "no filter" in terminal.row(4)
        assert "[2 Pos]" in terminal.row(3)


async def test_enter_goes_to_trade_on_the_legs_symbol() -> None:
    async with opened("positions") as terminal:
        await terminal.press("G", "enter")
        assert terminal.workspace.instrument == SOL
        assert terminal.row(2).startswith(" SOLUSDT")


async def test_a_lost_account_stream_makes_the_legs_stale() -> None:
    async with opened("positions") as terminal:
        await terminal.apply(ConnectionLost(Connection.PRIVATE, "private", "no pong", 2000), 7.0)
        assert "STALE 7" in terminal.row(4)
        assert terminal.row(7).startswith(":")
        assert cursor_row(terminal)


async def test_stale_wins_over_not_known_yet() -> None:
    events = [event for event in scene.events() if not isinstance(event, AccountReconciled)]
    async with open_terminal(events=events, identity=scene.IDENTITY, screen="positions") as terminal:
        await terminal.apply(AccountReconciled(USDT), 0.3)
        await terminal.apply(ConnectionLost(Connection.PRIVATE, "private", "no pong", 2000), 7.0)
        assert terminal.row(7).startswith(":")


async def test_unknown_legs_are_not_no_legs() -> None:
    async with open_terminal(
        events=scene.market_events(), identity=scene.IDENTITY, screen="positions"
    ) as terminal:
        assert "? Legs of" in terminal.row(6)
        assert "No legs" not in terminal.screen_text()


@pytest.mark.parametrize("screen", ["positions", "orders", "account"])
async def test_without_a_key_the_screen_says_how_to_add_one(screen: str) -> None:
    identity = Identity(badge=Badge.LIVE, has_key=False, product_type=USDT, watch_list=(BTC,))
    async with open_terminal(events=scene.market_events(), identity=identity, screen=screen) as terminal:
        assert "No key: market only. Add one: bgtui keys add" in terminal.row(6)


@pytest.mark.parametrize("screen", ["positions", "orders", "account"])
async def test_privacy_hides_sizes_and_money(screen: str) -> None:
    async with opened(screen) as terminal:
        terminal.workspace.is_private = True
        terminal.app.invalidate()
        await terminal.step(1.0)
        text = "\n".join(terminal.rows()[3:])
        for figure in ("0.0500", "31.17", "12,416.92", "9,862.74", "sim1-7Q2M03"):
            assert figure not in text
        assert "***" in text


async def test_positions_asks_what_no_stream_tells() -> None:
    async with opened("positions") as terminal:
        assert question.adl_ranks(USDT) in terminal.asker.attended
        assert question.fee_rates(SOL) in terminal.asker.attended
        await terminal.press("1")
        assert question.adl_ranks(USDT) not in terminal.asker.attended


# Orders


async def test_orders_shows_what_works_and_what_is_on_its_way() -> None:
    async with opened("orders") as terminal:
        await terminal.press("j")
        assert terminal.rows()[3:21] == [
            "─ [open 9]  plan 7  history  fills · sort time ▼ ───────────────────────────────",
            " time     symbol   act  kind           price     size filled state",
            " 14:03:25 BTCUSDT  +L   limit       67,235.0   0.0200     0% ○ 1.1s",
            "►14:03:25 BTCUSDT  +L   limit po    67,238.0   0.0500     0% ● live",
            " 14:02:58 BTCUSDT  +L   limit       67,236.0   0.0500     0% ● live",
            " 14:02:57 BTCUSDT  +L   limit       67,236.0   0.0500     0% ● live",
            " 14:01:40 BTCUSDT  -L   limit       67,247.0   0.0250     0% ● live",
            " 13:58:12 BTCUSDT  +S   limit       67,249.0   0.0100     0% E phone",
            " 13:44:03 ETHUSDT  +L   limit po    2,618.00     0.50    40% ● part",
            " 13:20:51 SOLUSDT  -S   limit        154.000     40.0     0% ● live",
            " 12:02:19 XRPUSDT  -L   limit         0.5520    5,000     0% ● live",
            "",
            "─ OPEN LONG BTCUSDT 0.0500 @ 67,238.0 ──────────────────────────────────────────",
            " kind      limit, post-only · margin isolated 20x · from this program",
            " state     ● live · since 14:03:25.412 · reported by Bitget 1.6s ago",
            " ids       sim1-7Q2M03 · exchange 1213990000008861",
            " attached  TP 68,000.0 · SL 66,000.0",
            " if filled leg 0.0500 → 0.1000 · entry 66,910.4 → 67,074.2 · fee ≈0.67 maker",
        ]


async def test_an_order_in_doubt_leads_and_is_counted() -> None:
    async with opened("orders") as terminal:
        sent = scene_account.on_its_way()
        doubt = replace(sent, state=SubmissionState.UNKNOWN, message="no reply in 10 s; asking")
        await terminal.apply(SubmissionChanged(doubt), 0.3)
        assert "[open 9 ?1]" in terminal.row(4)
        assert "? UNKNOWN" in terminal.row(6)


async def test_the_row_keeps_its_cursor_when_the_exchange_reports_the_order() -> None:
    async with opened("orders") as terminal:
        assert "○" in cursor_row(terminal)
        key = terminal.app.screen.table.current.key  # type: ignore[attr-defined]
        assert key == "sim1-7Q2M04"


async def test_sub_views_turn_both_ways_and_ask_what_they_need() -> None:
    async with opened("orders", (120, 30)) as terminal:
        await terminal.press("l")
        assert "[plan 7]" in terminal.row(4)
        assert terminal.row(7) == (
            " 13:02:10 BTCUSDT   -L   TP leg    mark ≥     68,000.0     market     whole    1.1% ● live   "
            " exchange"
        )
        await terminal.press("l")
        assert "[history]" in terminal.row(4)
        assert question.order_history(USDT) in terminal.asker.attended
        await terminal.press("h", "h", "h")
        assert "[fills]" in terminal.row(4)
        assert question.fills(USDT) in terminal.asker.attended
        assert question.order_history(USDT) not in terminal.asker.attended


async def test_history_that_cannot_be_read_says_why() -> None:
    async with opened("orders") as terminal:
        await terminal.press("l", "l")
        await terminal.apply(
            QuestionAnswered(question.order_history(USDT), (), scene.NOW_MS),
            QuestionFailed(question.order_history(USDT), HOSTILE, "40014"),
            0.3,
        )
        text = terminal.screen_text()
        assert "? USDT-FUTURES" in text
        assert "\x1b" not in text
        assert "\u202e" not in text


async def test_marks_choose_the_orders_that_keys_act_on() -> None:
    async with opened("orders") as terminal:
        await terminal.press("j", "space", "j", "space", "G")
        assert "2 marked" in terminal.row(4)
        screen = terminal.app.screen
        orders, plans = screen.orders_at_cursor()  # type: ignore[attr-defined]
        assert [order.client_order_id for order in orders] == ["sim1-7Q2M03", "sim1-7Q2M02"]
        assert plans == []
        await terminal.press("k", "k", "g", "j", "space", "j", "space")
        orders, _ = screen.orders_at_cursor()  # type: ignore[attr-defined]
        assert [order.client_order_id for order in orders] == ["sim1-7Q2M02"]


async def test_what_is_on_its_way_is_no_order_to_act_on() -> None:
    async with opened("orders") as terminal:
        assert terminal.app.screen.orders_at_cursor() == ([], [])  # type: ignore[attr-defined]


async def test_enter_shows_the_whole_row_in_a_dock() -> None:
    async with opened("orders") as terminal:
        await terminal.press("j", "enter")
        assert "1213990000008861" in terminal.screen_text().replace("\n", "")
        await terminal.press("esc")
        assert terminal.app.screen.docks == []  # type: ignore[attr-defined]


# Account


async def test_account_shows_wallets_and_what_cannot_be_read() -> None:
    async with opened("account") as terminal:
        rows = terminal.rows()
        assert rows[5] == "►USDT-FUTURES  USDT     ≈12,416.92      9,862.74    2,554.18    +16.92    0.5%"
        assert " COIN-FUTURES  BTC      0.01200000    0.01200000  0.00000000     +0.00    0.0%" in rows
        assert " spot          USDT       1,820.44      1,520.44      300.00        --      --" in rows
        assert " funding       USDT              ?             ?           ?         ?       ?" in rows
        assert any(row.startswith("─ equity USDT-FUTURES, this session") for row in rows)
        assert any(row.startswith(" realized +9.77   fees -4.63 (maker ") for row in rows)
        assert "funding: unknown" in terminal.row(-2)


async def test_account_sub_views_show_costs_bills_and_modes() -> None:
    async with opened("account") as terminal:
        await terminal.press("l")
        assert "[fees and funding]" in terminal.row(4)
        assert "BTCUSDT" in terminal.row(6)
        await terminal.press("l")
        assert terminal.row(6).startswith("►10:12:40 USDT-FUTURES USDT  close_long")
        await terminal.press("l")
        assert question.symbol_settings(SOL) in terminal.asker.attended
        assert "BTCUSDT" in terminal.screen_text()
        assert any("hedge    isolated" in row for row in terminal.rows())


# Health


async def test_health_shows_streams_requests_and_the_log() -> None:
    async with opened("health") as terminal:
        rows = terminal.rows()
        assert any(row.startswith("►private      ● live") for row in rows)
        assert any(
            row.startswith(" orders         38ms   38ms       1       0    0 9 of 10/s") for row in rows
        )
        assert any(row.startswith(" clock +12 ms ± 19") for row in rows)
        assert "all connections live" in terminal.row(-2)


async def test_health_says_what_is_down_and_shows_no_foreign_escape() -> None:
    async with opened("health", (120, 40)) as terminal:
        await terminal.apply(
            ConnectionLost(Connection.PRIVATE, "private", "no pong", 2000),
            FrameRefused("private", "not JSON", Untrusted(HOSTILE)),
            SubscriptionRefused("private", "orders", "30001", Untrusted(HOSTILE), None),
            3.0,
        )
        text = terminal.screen_text()
        assert "DOWN 3.0s" in text
        assert "Account stream lost 3s ago" in terminal.row(-2)
        assert "orders refused (30001)" in text
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(text)


async def test_health_sub_views() -> None:
    async with opened("health") as terminal:
        await terminal.press("l")
        assert "[reads and writes]" in terminal.row(4)
        assert terminal.row(6).startswith("►mix/market/ticker")
        await terminal.press("l")
        assert "all routes together" in terminal.row(6)
        await terminal.press("l", "/")
        await terminal.type("public")
        await terminal.press("enter")
        assert "1 of 2" in terminal.row(4)
        assert "public-0 connected" in cursor_row(terminal)


@pytest.mark.parametrize("screen", ["positions", "orders", "account", "health"])
@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 40), (200, 50)])
async def test_every_size_is_filled_and_nothing_is_too_wide(screen: str, size: tuple[int, int]) -> None:
    async with opened(screen, size) as terminal:
        for _ in range(4):
            rows = terminal.rows()
            assert len(rows) == size[1]
            assert not any("####" in row for row in rows)
            await terminal.press("l")


# Keys that act, on what the cursor is on


@pytest.mark.parametrize(
    ("key", "title"),
    [("f", "CLOSE LONG ETHUSDT"), ("r", "REVERSE"), ("p", "TP/SL LONG ETHUSDT"), ("v", "LEVERAGE ETHUSDT")],
)
async def test_a_key_on_a_leg_opens_its_dock_and_sends_nothing(key: str, title: str) -> None:
    async with opened("positions", (120, 40)) as terminal:
        await terminal.press(key)
        assert title in terminal.screen_text()
        await terminal.press("esc")
        assert terminal.gateway is not None
        assert terminal.gateway.sent == []


async def test_margin_is_moved_on_an_isolated_leg() -> None:
    async with opened("positions", (120, 40)) as terminal:
        await terminal.press("j", "i")
        assert "MARGIN" in terminal.screen_text()


async def test_x_cancels_the_order_under_the_cursor_and_no_other() -> None:
    async with opened("orders") as terminal:
        await terminal.press("j", "x")
        assert terminal.gateway is not None
        (intent,) = terminal.gateway.intents
        assert "1213990000008861" in repr(intent)
        assert "1213990000008860" not in repr(intent)


async def test_x_with_marks_asks_first() -> None:
    async with opened("orders") as terminal:
        await terminal.press("j", "space", "j", "space", "x")
        assert terminal.gateway is not None
        assert terminal.gateway.sent == []
        assert "CANCEL" in terminal.screen_text()


async def test_what_came_after_the_count_was_drawn_is_not_canceled() -> None:
    async with opened("orders") as terminal:
        await terminal.press("w")
        assert "CANCEL" in terminal.screen_text()
        await terminal.step(0.4)
        mine = next(order for order in scene_account.orders() if order.client_order_id == "sim1-7Q2M02")
        late = replace(mine, order_id="1213990000009999", client_order_id="sim1-7Q2M09")
        terminal.session.apply(OrderUpdated(late))
        await terminal.press("y")
        assert terminal.gateway is not None
        sent = repr(terminal.gateway.intents)
        assert mine.order_id in sent
        assert late.order_id not in sent


async def test_a_opens_the_order_for_a_change() -> None:
    async with opened("orders") as terminal:
        await terminal.press("j", "a")
        assert "AMEND" in terminal.screen_text()


async def test_a_read_only_run_sends_nothing_from_any_list() -> None:
    async with open_terminal(
        events=scene.events(), identity=scene.IDENTITY, screen="orders", can_trade=False
    ) as terminal:
        await terminal.press("j", "x", "a", "w", "2", "f", "r", "p", "v", "i")
        assert terminal.app.screen.docks == []  # type: ignore[attr-defined]
        assert "close" not in terminal.row(-1)


@pytest.mark.parametrize("screen", ["positions", "orders", "account", "health"])
async def test_the_row_is_shown_as_json_and_asking_again_asks(screen: str) -> None:
    async with opened(screen, (120, 40)) as terminal:
        await terminal.press("e")
        assert '": ' in terminal.screen_text()
        await terminal.press("esc", "u")
        assert terminal.asker.asked_all == 1


@pytest.mark.parametrize("screen", ["positions", "orders", "account", "health"])
async def test_h_hides_and_shows_again(screen: str) -> None:
    async with opened(screen) as terminal:
        before = terminal.rows()[4:]
        await terminal.press("H")
        assert terminal.workspace.is_private
        await terminal.press("H")
        assert terminal.rows()[4:-2] == before[:-2]


async def test_a_lost_account_stream_makes_the_wallets_stale() -> None:
    async with opened("account") as terminal:
        await terminal.apply(ConnectionLost(Connection.PRIVATE, "private", "no pong", 2000), 7.0)
        assert "STALE 7" in terminal.row(4)
        assert terminal.row(7).startswith(":")


async def test_enter_on_a_hidden_wallet_shows_no_money() -> None:
    async with opened("account", (120, 40)) as terminal:
        await terminal.press("H", "enter")
        assert "9,862.74" not in terminal.screen_text()
        assert "9862.74" not in terminal.screen_text()


async def test_enter_on_a_connection_shows_every_field() -> None:
    async with opened("health", (120, 40)) as terminal:
        await terminal.press("enter")
        assert '"round_trip_ms": 31' in terminal.screen_text()


@pytest.mark.parametrize("screen", ["positions", "orders", "account", "health"])
async def test_enter_on_a_row_leads_somewhere_and_esc_back(screen: str) -> None:
    async with opened(screen, (120, 40)) as terminal:
        await terminal.press("enter")
        assert "[1 Trade]" in terminal.row(3) or "CHART" in terminal.row(3) or terminal.app.screen.docks  # type: ignore[attr-defined]


async def test_privacy_hides_the_return_of_a_leg_in_its_detail_too() -> None:
    async with opened("positions") as terminal:
        shown = terminal.screen_text()
        await terminal.press("H")
        await terminal.step(0.3)

        assert "ROE +" in shown
        assert "ROE +" not in terminal.screen_text()


async def test_the_detail_of_a_trailing_order_says_how_far_it_trails() -> None:
    trailing = replace(scene_account.plans()[1], kind=PlanKind.TRAILING_STOP, callback_ratio=D("1"))
    async with opened("orders") as terminal:
        await terminal.apply(PlanOrderUpdated(trailing))
        await terminal.press("l")
        await terminal.step(0.5)
        for _ in range(8):
            if "TRAILING" in terminal.screen_text():
                break
            await terminal.press("j")
            await terminal.step(0.3)

        assert "then market 1% back, size" in terminal.screen_text()
