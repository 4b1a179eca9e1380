from __future__ import annotations

from decimal import Decimal

import pytest

from bgtui.domain.instrument import ProductType
from bgtui.domain.intent import ClosePosition
from bgtui.domain.order import PositionMode, PositionSide
from bgtui.domain.text import clean_cell
from bgtui.simulator.candles import DAY_MS
from bgtui.simulator.copytrade import FollowerBook, LeaderBook
from bgtui.simulator.copytrade_names import HOSTILE
from bgtui.simulator.copytrade_script import Cast
from bgtui.simulator.copytrade_world import UNFUNDED_DAYS
from bgtui.simulator.exchange import Exchange, World
from bgtui.simulator.exchange_accounts import FOLLOWER_ACCOUNT, LEADER_ACCOUNT, PRACTICE_ACCOUNT
from tests.simulator.worlds import BTC, ETH, START_MS, run, small

LEADER, FOLLOWER = LEADER_ACCOUNT.uid, FOLLOWER_ACCOUNT.uid
PRODUCTS = (ProductType.USDT_FUTURES, ProductType.SPOT)


@pytest.fixture
def exchange() -> Exchange:
    return Exchange(World(1, START_MS))


def leading(exchange: Exchange, product: ProductType = ProductType.USDT_FUTURES) -> LeaderBook:
    book = exchange.copytrade.leading(LEADER, product)
    assert book is not None
    return book


def following(exchange: Exchange, product: ProductType = ProductType.USDT_FUTURES) -> FollowerBook:
    book = exchange.copytrade.following(FOLLOWER, product)
    assert book is not None
    return book


def test_only_the_leader_leads_and_only_the_follower_follows(exchange: Exchange) -> None:
    for product in PRODUCTS:
        assert exchange.copytrade.leading(PRACTICE_ACCOUNT.uid, product) is None
        assert exchange.copytrade.following(LEADER, product) is None
    assert exchange.copytrade.leading(LEADER, ProductType.COIN_FUTURES) is None


@pytest.mark.parametrize("product", PRODUCTS)
def test_followers_are_many_and_hostile(exchange: Exchange, product: ProductType) -> None:
    followers = leading(exchange, product).followers()
    assert len(followers) >= 12
    assert set(HOSTILE) <= {follower.name.raw for follower in followers}
    assert len({follower.follower_uid for follower in followers}) == len(followers)
    for follower in followers:
        assert "\x1b" not in clean_cell(follower.name, 20)


def test_open_orders_are_the_positions(exchange: Exchange) -> None:
    for uid, book in ((LEADER, leading(exchange)), (FOLLOWER, following(exchange))):
        sizes: dict[tuple[str, PositionSide], Decimal] = {}
        for track in book.tracks.current():
            key = (track.instrument, track.side)
            sizes[key] = sizes.get(key, Decimal(0)) + track.open_size
            assert track.open_order_id
        held = {
            (position.instrument, position.side): position.size
            for position in exchange.engine.positions(uid, ProductType.USDT_FUTURES)
        }
        assert sizes == held


def test_spot_orders_are_valued_by_the_market(exchange: Exchange) -> None:
    run(exchange, 2000)
    tracks = leading(exchange, ProductType.SPOT).tracks
    assert tracks.current()
    for track in tracks.current():
        assert track.unrealized_pnl is not None
        expected = (exchange.market.last(track.instrument) - track.open_price) * track.open_size
        # The opening price is shown on the tick, the cost is exact.
        shown = exchange.rules(track.instrument).tick * track.open_size
        assert abs(track.unrealized_pnl - expected) <= shown + Decimal("0.0001")


def test_an_order_ends_with_its_position(exchange: Exchange) -> None:
    book = leading(exchange)
    ended = len(book.tracks.history())
    exchange.engine.close_position(LEADER, ClosePosition(BTC, PositionMode.HEDGE, PositionSide.LONG))
    exchange.drain()
    assert all(track.instrument != BTC for track in book.tracks.current())
    newest = book.tracks.history()[0]
    assert len(book.tracks.history()) == ended + 1
    assert (newest.instrument, newest.close_ms) == (BTC, START_MS)
    assert newest.close_price is not None
    assert newest.net_pnl is not None


@pytest.mark.parametrize("product", PRODUCTS)
def test_totals_are_the_sums_of_the_rows(exchange: Exchange, product: ProductType) -> None:
    book = leading(exchange, product)
    history, summary, profit = book.tracks.history(), book.summary(), book.profit_summary()
    assert len(history) >= 40
    assert summary.order_count == len(history) == (summary.wins or 0) + (summary.losses or 0)
    assert summary.total_pnl == sum(track.net_pnl or 0 for track in history)
    assert summary.current_followers == len(book.followers())
    assert profit.total == sum(share.amount for share in book.paid_shares())
    assert profit.total == sum(coin.amount for coin in profit.coins)
    assert profit.total == sum(share.amount for share in book.daily_shares())
    assert profit.waiting == sum(share.amount for share in book.waiting_shares())
    assert len(summary.week_profit) == 7
    assert len(summary.month_profit) == 30


@pytest.mark.parametrize("product", PRODUCTS)
def test_ended_orders_add_up(exchange: Exchange, product: ProductType) -> None:
    for book in (leading(exchange, product), following(exchange, product)):
        history = book.tracks.history()
        assert [track.close_ms for track in history] == sorted(
            (track.close_ms or 0 for track in history), reverse=True
        )
        for track in history:
            assert track.close_ms is not None
            assert track.open_ms < track.close_ms <= START_MS
            fees = (track.open_fee or Decimal(0)) + (track.close_fee or Decimal(0))
            assert abs((track.realized_pnl or 0) + fees - (track.net_pnl or 0)) <= Decimal("0.0002")
            assert fees < 0


@pytest.mark.parametrize("product", PRODUCTS)
def test_the_follower_knows_whom_and_how_it_copies(exchange: Exchange, product: ProductType) -> None:
    book = following(exchange, product)
    traders = book.traders()
    assert LEADER in {trader.trader_id for trader in traders}
    assert len(traders) >= 3
    for trader in traders:
        settings = book.settings(trader.trader_id)
        assert settings is not None
        assert {detail.instrument.symbol for detail in settings.details} == set(trader.symbols)
    assert book.settings("1") is None
    names = {trader.trader_id for trader in traders}
    assert {track.trader_id for track in (*book.tracks.current(), *book.tracks.history())} <= names
    assert {limit.instrument for limit in book.limits()} == {
        rules.id for rules in exchange.instruments(product)
    }


def test_the_same_seed_tells_the_same_story() -> None:
    first, second = (Exchange(World(9, START_MS)) for _ in range(2))
    for product in PRODUCTS:
        one, other = leading(first, product), leading(second, product)
        assert one.tracks.history() == other.tracks.history()
        assert one.tracks.current() == other.tracks.current()
        assert one.followers() == other.followers()
        assert one.paid_shares() == other.paid_shares()


def test_followers_come_and_go_and_leaders_trade_by_themselves() -> None:
    exchange = small(rate=1.0, speed=20.0)
    people = set(leading(exchange).relations)
    copied = set(following(exchange).tracks.open)
    run(exchange, 15_000)
    assert set(leading(exchange).relations) - people
    assert set(following(exchange).tracks.open) - copied


def test_nothing_moves_by_itself_in_a_market_that_stands_still() -> None:
    exchange = small(rate=0.0, speed=20.0)
    people = set(leading(exchange).relations)
    run(exchange, 15_000)
    assert set(leading(exchange).relations) == people


def test_the_same_steps_or_others_make_the_same_copies() -> None:
    stories = []
    for step_ms in (37, 4_900):
        exchange = small(rate=5.0, speed=5.0)
        run(exchange, 12_000, step_ms)
        books = [following(exchange, product) for product in PRODUCTS]
        stories.append([(book.tracks.current(), book.tracks.history()) for book in books])
    assert stories[0] == stories[1]


def test_a_large_world_has_as_many_as_were_asked_for() -> None:
    cast = Cast(followers=400, tracking=60)
    exchange = small(rate=0.0, cast=cast)
    book = leading(exchange)
    assert len(book.followers()) == 401  # and the account of the profile `follower`
    assert len(book.tracks.current()) == 60
    assert book.summary().current_followers == 401
    assert {track.instrument for track in book.tracks.current()} == {BTC, ETH}


def test_who_has_no_money_for_two_weeks_is_let_go() -> None:
    exchange = small(rate=0.0)
    book = leading(exchange)
    relation = next(each for each in book.everybody() if not book.worth(each.uid, each.product_type))
    for _ in range(UNFUNDED_DAYS):
        assert relation.uid in book.relations
        exchange.advance(exchange.clock.now_ms() + DAY_MS)
    assert relation.uid not in book.relations
