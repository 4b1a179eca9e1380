"""docs/copy-trading.md, from the table below: `python -m tests.support.copytable` writes it.

The table says for every copy-trading endpoint of the v1 page (source 002) where it went. Tests check that each
name in it exists.
"""

# ruff: noqa: E501 - rows are read column by column

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from bgtui.simulator.routes import HANDLERS
from bgtui.wire.endpoint import READS, WRITES, Endpoint

PAGE = Path(__file__).parents[2] / "docs" / "copy-trading.md"


class Row(NamedTuple):
    """One endpoint of v1."""

    v1: str
    """Method and path below `/api/mix/v1/trace/` or `/api/spot/v1/trace/`."""
    v2: str
    """Path below `/api/v2/copy/`."""
    client: str
    """`ReadClient` or `TradingClient` method; empty where there is none."""
    reach: str
    """Screen and action id, or command, that reaches it."""
    test: str
    """`path::name` below tests/."""
    reason: str = ""
    """Why cells are empty."""


_DECODE = "protocol/test_rest_copytrade.py::"
_ENCODE = "unit/wire/test_encode_copytrade.py::test_a_request_is_spelled_as_the_page_says"
_PILOT = "pilot/test_copying.py::"
_BROKER = (
    "v2 answers this to brokers only and its page is gone, so nothing asks it: Copy, *find* says so, and follows "
    "by id"
)

FUTURES = (
    Row("GET currentTrack", "mix-trader/order-current-track", "leader_tracks",
        "Leader: `screen.leader` · `bgtui show tracking`", _DECODE + "test_a_leaders_open_track"),
    Row("GET historyTrack", "mix-trader/order-history-track", "leader_history",
        "Leader, history: `screen.leader`", _DECODE + "test_a_followers_closed_copy_in_both_spellings"),
    Row("POST closeTrackOrder", "mix-trader/order-close-positions", "close_tracks",
        "Leader: `tracked.close`",
        _PILOT + "test_f_closes_the_order_its_symbol_or_all_after_saying_whom_it_takes_along"),
    Row("POST closeTrackOrderBySymbol", "mix-trader/order-close-positions", "close_tracks",
        "Leader: `tracked.close`, scope symbol",
        _PILOT + "test_f_closes_the_order_its_symbol_or_all_after_saying_whom_it_takes_along"),
    Row("POST modifyTPSL", "mix-trader/order-modify-tpsl", "set_track_tpsl",
        "Leader: `position.protect`", _PILOT + "test_p_sends_what_changed_and_nothing_else"),
    Row("GET traderDetail", "mix-trader/order-total-detail", "leader_summary",
        "Leader, first lines: `screen.leader`", _DECODE + "test_a_leaders_totals"),
    Row("GET summary", "mix-trader/profit-history-summarys", "profit_summary",
        "Leader, first lines: `screen.leader` · `bgtui show copy-profit`",
        _DECODE + "test_a_profit_summary_in_both_spellings"),
    Row("GET profitSettleTokenIdGroup", "mix-trader/profit-history-summarys", "profit_summary",
        "Leader, profit, by coin: `screen.leader`", _DECODE + "test_a_profit_summary_in_both_spellings"),
    Row("GET profitDateList", "mix-trader/profit-history-details", "paid_shares",
        "Leader, profit, a day: `list.open` · `leader.export` · `bgtui show copy-profit --csv`",
        _PILOT + "test_e_writes_the_shares_as_csv_that_no_spreadsheet_runs"),
    Row("GET waitProfitDateList", "mix-trader/profit-details", "waiting_shares",
        "Followers, waiting share: `screen.followers`", _DECODE + "test_profit_shares_bare_or_paged"),
    Row("GET profitDateGroupList", "mix-trader/profits-group-coin-date", "daily_shares",
        "Leader, profit: `screen.leader`",
        _PILOT + "test_profit_is_shown_by_day_and_coin_and_a_day_opens_into_its_shares"),
    Row("GET traderSymbols", "mix-trader/config-query-symbols", "lead_symbols",
        "Leader, symbols: `screen.leader`", _DECODE + "test_what_a_futures_leader_lends"),
    Row("POST queryTraderTpslRatioConfig", "mix-trader/config-query-symbols", "lead_symbols",
        "Leader, symbols: `screen.leader`", _DECODE + "test_what_a_futures_leader_lends"),
    Row("POST setUpCopySymbols", "mix-trader/config-setting-symbols", "set_lead_symbols",
        "Leader: `leader.settings`", _PILOT + "test_v_takes_a_symbol_off_and_changes_its_ratios"),
    Row("POST traderUpdateTpslRatioConfig", "mix-trader/config-setting-symbols", "set_lead_symbols",
        "Leader: `leader.settings`, ratios", _PILOT + "test_v_takes_a_symbol_off_and_changes_its_ratios"),
    Row("POST traderUpdateConfig", "mix-trader/config-settings-base", "set_lead_switch",
        "Leader, settings: `leader.settings`",
        _PILOT + "test_the_switches_are_turned_and_what_was_set_here_is_known"),
    Row("GET/POST myFollowerList", "mix-trader/config-query-followers", "followers",
        "Followers: `screen.followers` · `bgtui show followers`",
        "unit/exchange/test_reader.py::test_followers_are_read_by_page_number"),
    Row("POST removeFollower", "mix-trader/config-remove-follower", "remove_follower",
        "Followers: `follower.remove`",
        _PILOT + "test_x_removes_a_follower_by_typed_name_and_they_leave_as_removed_by_me"),
    Row("GET followerOrder", "mix-follower/query-current-orders", "follower_tracks",
        "Copy, copied: `screen.copy`", _DECODE + "test_a_followers_closed_copy_in_both_spellings"),
    Row("GET followerHistoryOrders", "mix-follower/query-history-orders", "follower_history",
        "Copy, history: `screen.copy`", _DECODE + "test_a_followers_closed_copy_in_both_spellings"),
    Row("POST followerCloseByTrackingNo", "mix-follower/close-positions", "close_tracks",
        "Copy, copied: `tracked.close`", _PILOT + "test_a_copy_is_closed_as_the_followers"),
    Row("POST followerCloseByAll", "mix-follower/close-positions", "close_tracks",
        "Copy, copied: `tracked.close`, scope all", _ENCODE),
    Row("POST followerSetTpsl", "mix-follower/setting-tpsl", "set_track_tpsl",
        "Copy, copied: `position.protect`", _PILOT + "test_p_on_a_copy_is_the_followers"),
    Row("POST followerSetBatchTraceConfig", "mix-follower/settings", "set_copy_settings",
        "Copy: `leverage.open`", _PILOT + "test_v_checks_a_setting_against_what_bitget_allows"),
    Row("GET queryTraceConfig", "mix-follower/query-settings", "copy_settings",
        "Copy, below the traders: `screen.copy`", _DECODE + "test_a_followers_settings_for_a_futures_leader"),
    Row("GET public/getFollowerConfig", "mix-follower/query-quantity-limit", "copy_limits",
        "Copy, in the settings form: `leverage.open`", _DECODE + "test_limits_and_pairs"),
    Row("POST cancelCopyTrader", "mix-follower/cancel-trader", "unfollow",
        "Copy: `trader.stop`", _PILOT + "test_x_stops_copying_by_typed_name"),
    Row("GET/POST myTraderList", "mix-follower/query-traders", "followed_traders",
        "Copy: `screen.copy` · `bgtui show traders`",
        _DECODE + "test_followers_and_leaders_bare_or_wrapped"),
    Row("GET traderList", "mix-broker/query-traders", "", "",
        _PILOT + "test_find_says_what_v2_lacks_and_follows_by_id", _BROKER),
    Row("GET/POST report/order/historyList", "mix-broker/query-history-traces", "", "",
        "unit/wire/test_endpoint.py::test_nothing_excluded_is_listed_and_each_exclusion_has_a_reason", _BROKER),
    Row("GET/POST report/order/currentList", "mix-broker/query-current-traces", "", "",
        "unit/wire/test_endpoint.py::test_nothing_excluded_is_listed_and_each_exclusion_has_a_reason", _BROKER),
)  # fmt: skip

SPOT = (
    Row("order/orderCurrentList", "spot-trader/order-current-track", "leader_tracks",
        "Leader: `copy.product` · `bgtui show tracking --product spot`", _DECODE + "test_spot_tracks_are_long"),
    Row("order/orderCurrentList, a follower's", "spot-follower/query-current-orders", "follower_tracks",
        "Copy, copied: `copy.product`", _PILOT + "test_a_spot_copy_is_sold_or_let_go"),
    Row("order/orderHistoryList", "spot-trader/order-history-track", "leader_history",
        "Leader, history: `copy.product`", _DECODE + "test_spot_tracks_are_long"),
    Row("order/orderHistoryList, a follower's", "spot-follower/query-history-orders", "follower_history",
        "Copy, history: `copy.product`", _DECODE + "test_spot_tracks_are_long"),
    Row("order/closeTrackingOrder", "spot-trader/order-close-tracking", "close_tracks",
        "Leader: `tracked.close`", _ENCODE),
    Row("order/closeTrackingOrder, a follower's", "spot-follower/order-close-tracking", "close_tracks",
        "Copy, copied: `tracked.close`", _ENCODE),
    Row("order/updateTpsl", "spot-trader/order-modify-tpsl", "set_track_tpsl",
        "Leader: `position.protect`", _ENCODE),
    Row("order/updateTpsl, a follower's", "spot-follower/setting-tpsl", "set_track_tpsl",
        "Copy, copied: `position.protect`", _ENCODE),
    Row("order/followerEndOrder", "spot-follower/stop-order", "stop_tracks",
        "Copy, copied: `tracked.close`, keep the coins", _PILOT + "test_a_spot_copy_is_sold_or_let_go"),
    Row("order/spotInfoList", "spot-trader/config-query-settings", "lead_settings",
        "Leader, settings: `copy.product`", _DECODE + "test_a_spot_leaders_quotas_and_daily_shares"),
    Row("config/getTraderSettings", "spot-trader/config-query-settings", "lead_settings",
        "Leader, settings: `copy.product`",
        _PILOT + "test_spot_settings_are_read_and_said_to_be_changed_elsewhere"),
    Row("config/getFollowerSettings", "spot-follower/query-settings", "copy_settings",
        "Copy, below the traders: `copy.product`", _DECODE + "test_what_a_spot_follower_may_set"),
    Row("config/setFollowerConfig", "spot-follower/settings", "set_copy_settings",
        "Copy: `leverage.open`", _ENCODE),
    Row("config/setProductCode", "spot-trader/config-setting-symbols", "set_lead_symbols",
        "Leader: `leader.settings`", _ENCODE),
    Row("/api/spot/v1/config/getRemoveFollowerConfig", "spot-trader/config-query-settings", "lead_settings",
        "Leader, settings: `copy.product`",
        _PILOT + "test_spot_settings_are_read_and_said_to_be_changed_elsewhere"),
    Row("removeFollower", "spot-trader/config-remove-follower", "remove_follower",
        "Followers: `follower.remove`", _ENCODE),
    Row("user/myTraders", "spot-follower/query-traders", "followed_traders",
        "Copy: `copy.product` · `bgtui show traders --product spot`",
        _DECODE + "test_followers_and_leaders_bare_or_wrapped"),
    Row("user/myFollowers", "spot-trader/config-query-followers", "followers",
        "Followers: `copy.product` · `bgtui show followers --product spot`",
        _DECODE + "test_followers_and_leaders_bare_or_wrapped"),
    Row("user/removeTrader", "spot-follower/cancel-trader", "unfollow", "Copy: `trader.stop`", _ENCODE),
    Row("user/getTraderInfo", "spot-trader/order-total-detail", "leader_summary",
        "Leader, first lines: `copy.product`", _DECODE + "test_a_leaders_totals"),
    Row("profit/totalProfitInfo", "spot-trader/profit-summarys", "profit_summary",
        "Leader, first lines: `copy.product`", _DECODE + "test_a_profit_summary_in_both_spellings"),
    Row("profit/totalProfitList", "spot-trader/profit-summarys", "profit_summary",
        "Leader, profit, by coin: `copy.product`", _DECODE + "test_a_profit_summary_in_both_spellings"),
    Row("profit/profitHisList", "spot-trader/profit-summarys", "profit_summary",
        "Leader, profit: `copy.product`", _DECODE + "test_a_spot_leaders_quotas_and_daily_shares"),
    Row("profit/profitHisDetailList", "spot-trader/profit-history-details", "paid_shares",
        "Leader, profit, a day: `list.open` · `bgtui show copy-profit --product spot --csv`",
        _DECODE + "test_profit_shares_bare_or_paged"),
    Row("profit/waitProfitDetailList", "spot-trader/profit-details", "waiting_shares",
        "Followers, waiting share: `copy.product`", _DECODE + "test_profit_shares_bare_or_paged"),
)  # fmt: skip

NEW = (
    Row("none", "mix-follower/copy-settings", "follow_by_amount", "Copy, find: `leverage.open`",
        _PILOT + "test_find_says_what_v2_lacks_and_follows_by_id"),
    Row("none", "spot-follower/query-trader-symbols", "trader_symbols",
        "Copy, in the settings form: `leverage.open`", _DECODE + "test_limits_and_pairs"),
    Row("none", "mix-trader/create-copy-api", "", "",
        "unit/wire/test_endpoint.py::test_a_dashboard_has_no_route_to",
        "it makes an API key: a dashboard never does"),
)  # fmt: skip
"""What v2 has and v1 had not."""

EVERY = (*FUTURES, *SPOT, *NEW)

_HEAD = """# Copy trading

Generated by `python -m tests.support.copytable` from the table in that file; tests check every name below.

Bitget's v1 is switched off. Each of its copy-trading requests is served by v2; three are not, and for those the
last column says why. Screens: `4` Leader, `5` Followers, `6` Copy; `m` turns each of them to the next product
type, since futures and spot have routes of their own. [keys.md](keys.md) has the chords of the action ids.

## What is sent, and when

- Every write goes through the desk: recorded, marked, sent once. When no answer comes, nothing is sent again; the
  lists are read until they show what happened.
- Closing says first how many copies it takes along and what is left after fees. A close names its scope in words,
  because Bitget reads a missing name as everything.
- Removing a follower and leaving a trader are typed: the name, or the last four characters of the uid where the
  name is cut, cleaned, foreign or hidden.
- Disarmed and locked runs still close copies, set take profit and stop loss and remove followers; they refuse to
  follow and to change settings. A read-only run shows all of it and sends none of it.
- Leaving a trader closes nothing: open copies end with the trader's orders, or are closed here.
- How much is copied: an amount in quote coin, a size in base coin, or how many times the trader's own size, which
  Bitget's API calls `percent`.
- Somebody who has gone meanwhile, or an order that is closed already, is one line: nothing to do.

## What is read, and how often

| what | while it is seen | on its screen, not seen | elsewhere |
|---|---|---|---|
| tracking orders | 3 s | 12 s | 30 s |
| copied orders | 5 s | 20 s | 30 s |
| followers | 30 s | 30 s | 90 s |
| profit, totals | 30 s | 30 s | not |
| history, shares | 60 s | 240 s | not |
| symbols, settings, limits | 300 s | 1,200 s | not |

After a write, and after a fill on the account's stream, what it changes is asked at once and every second for ten
seconds. After an HTTP 429 the interval doubles, up to sixteen times, and comes back as answers come. PnL moves with
the mark prices of the stream in between; an order whose leg the account's stream has ended is shown as closed at
once. Limits are Bitget's own, a route by itself (5 a second for most); orders of lead traders are cut to one a
second, which the client keeps to once the account says that it is one.

## What v2 does not tell

- A ranking of lead traders: brokers only. Copy, *find* takes an id from Bitget's site.
- How a futures leader's switches stand: they can be turned, not read. The screen shows what this run has set.
- A spot leader's switches can be read, not turned.
- Why a copy failed, a follower's settings and fills. A follower without equity is marked: Bitget removes after 14
  days without. Who left by themselves and whom Bitget took out look alike; *removed by me* is told apart.
- Whose share of profit it was, but by nickname: so sums by follower are marked as about.
"""
_TABLE = "| v1 | v2 | client | simulator | reached by | test |\n|---|---|---|---|---|---|\n"


def endpoint_of(row: Row) -> Endpoint | None:
    """Return the route that serves a row; None where none is asked."""
    path = f"/api/v2/copy/{row.v2}"
    return next((each for each in (*READS.values(), *WRITES.values()) if each.path == path), None)


def handler_of(row: Row) -> str:
    """Return which function of the simulator answers a row: ``module.function``."""
    endpoint = endpoint_of(row)
    found = HANDLERS.get(endpoint.name) if endpoint is not None else None
    return "" if found is None else f"{found.__module__.rpartition('.')[2]}.{found.__name__}"


def page() -> str:
    """Return the page as it should be."""
    parts = [_HEAD]
    for title, rows in (
        ("Futures: `/api/mix/v1/trace/…` → `/api/v2/copy/…`", FUTURES),
        ("Spot: `/api/spot/v1/trace/…`, all POST → `/api/v2/copy/…`", SPOT),
        ("Only in v2", NEW),
    ):
        parts.append(f"\n## {title}\n\n{_TABLE}" + "".join(_line(row) for row in rows))
    return "".join(parts)


def _line(row: Row) -> str:
    endpoint = endpoint_of(row)
    method = endpoint.method if endpoint is not None else ""  # type: ignore[attr-defined]
    test = f"`{row.test.rpartition('::')[2]}`"
    if row.reason:
        return f"| `{row.v1}` | `{row.v2}` | – | – | {row.reason} | {test} |\n"
    v1 = "–" if row.v1 == "none" else f"`{row.v1}`"
    return f"| {v1} | {method} `{row.v2}` | `{row.client}` | `{handler_of(row)}` | {row.reach} | {test} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
