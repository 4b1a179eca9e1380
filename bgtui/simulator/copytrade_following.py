"""What a follower may ask for: following by rules or by one amount, and leaving; with every refusal."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bgtui.domain.copytrade import CopySetting
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.text import Untrusted
from bgtui.simulator.copytrade import LeaderBook
from bgtui.simulator.copytrade_leading import check_ratio, no
from bgtui.simulator.copytrade_relation import ByAmount, Relation
from bgtui.simulator.copytrade_size import (
    AMOUNT,
    MAX_AMOUNT,
    MAX_RATIO,
    MIN_AMOUNT,
    MIN_RATIO,
    PERCENT,
    least,
    most,
)
from bgtui.simulator.copytrade_track import Track
from bgtui.simulator.copytrade_world import SHARE_RATIO, CopyTrading
from bgtui.simulator.money import ONE
from bgtui.simulator.reject import Reject

REMOVED_MINUTES = 30
"""For which a removed follower cannot follow again."""
MIN_COPY_AMOUNT = Decimal(50)
"""USDT that a leader is followed with at least (`copy-settings`)."""


def follow(
    house: CopyTrading,
    uid: str,
    product: ProductType,
    trader_id: str,
    settings: Sequence[CopySetting],
    *,
    copies_new: bool,
) -> Relation:
    """Follow a leader, or change how: settings of other instruments stay as they were.

    Raises:
        Reject: who, what or how cannot be copied; nothing has changed.
    """
    book = _leader(house, uid, product, trader_id)
    for setting in settings:
        _check(house, book, setting)
    relation = book.relations.get(uid) or _join(house, book, uid)
    relation.by_amount = None
    relation.copies_new = copies_new
    relation.settings.update({setting.instrument: setting for setting in settings})
    return relation


def follow_by_amount(
    house: CopyTrading,
    uid: str,
    trader_id: str,
    plan: ByAmount,
    *,
    copies_new: bool,
    copies_open: bool,
) -> Relation:
    """Follow a futures leader by one amount, or change it.

    Raises:
        Reject: who cannot be followed, or an amount or leverage out of range.
    """
    product = ProductType.USDT_FUTURES
    book = _leader(house, uid, product, trader_id)
    if plan.amount < MIN_COPY_AMOUNT or plan.amount != plan.amount.to_integral_value():
        raise Reject("43052", MIN_COPY_AMOUNT)
    is_new = uid not in book.relations
    lent = [each.instrument for each in book.symbols() if each.is_enabled]
    relation = book.relations.get(uid) or _join(house, book, uid, plan)
    relation.by_amount = plan
    relation.copies_new = copies_new
    relation.settings = {each: _of_amount(each, plan, book) for each in lent}
    house.limit_losses(relation)
    if is_new and copies_open:
        for track in list(book.tracks.open.values()):
            house.copy_later(relation, track)
    return relation


def _of_amount(instrument: InstrumentId, plan: ByAmount, book: LeaderBook) -> CopySetting:
    """Return how an amount looks among the settings: a share of the leader's size."""
    share = (plan.amount / max(book.equity(), ONE)).quantize(Decimal("0.0001"))
    return CopySetting(
        instrument=instrument,
        margin_mode="trader" if plan.margin_mode is None else "specify",
        leverage_mode="trader" if plan.leverage is None else "specify",
        long_leverage=plan.leverage,
        short_leverage=plan.leverage,
        trace_type=PERCENT,
        trace_value=share,
        max_hold=plan.amount,
        take_profit_ratio=None,
        stop_loss_ratio=None,
    )


def unfollow(house: CopyTrading, uid: str, product: ProductType, trader_id: str) -> None:
    """Stop copying a leader; what is open goes on until it is closed.

    Raises:
        Reject: the account does not follow that one.
    """
    book = house.following(uid, product)
    relation = book.relations.get(trader_id) if book is not None else None
    if relation is None:
        raise no(product, "43062", "31051")
    house.part(relation)


def release(house: CopyTrading, tracks: Sequence[Track]) -> None:
    """End the copying of orders without selling."""
    for track in tracks:
        house.release(track)


def _leader(house: CopyTrading, uid: str, product: ProductType, trader_id: str) -> LeaderBook:
    """Return the book of a leader whom the account may follow.

    Raises:
        Reject: it may not.
    """
    if uid == trader_id:
        raise no(product, "43063", "31032")
    if house.is_leader(uid):
        raise Reject("31031")
    book = house.leading(trader_id, product)
    if book is None:
        raise no(product, "40860", "31051")
    if book.base.is_enabled is False:
        raise no(product, "40861", "31049")
    if uid in book.relations:
        return book
    removed_ms = book.removed_ms.get(uid)
    if removed_ms is not None and house.now_ms() - removed_ms < REMOVED_MINUTES * 60_000:
        raise no(product, "43047", "31047", REMOVED_MINUTES)
    if len(book.relations) + book.unseen >= book.seats:
        raise no(product, "43045", "31034")
    return book


def _join(house: CopyTrading, book: LeaderBook, uid: str, plan: ByAmount | None = None) -> Relation:
    relation = Relation(
        leader_uid=book.uid,
        leader_name=book.name,
        uid=uid,
        name=house.names.setdefault(uid, Untrusted(f"user {uid[-4:]}")),
        product_type=book.product_type,
        since_ms=house.now_ms(),
        share_ratio=SHARE_RATIO,
        by_amount=plan,
    )
    house.join(relation)
    return relation


def _check(house: CopyTrading, book: LeaderBook, setting: CopySetting) -> None:
    product = book.product_type
    if setting.instrument.product_type is not product:
        raise Reject("40731")
    if setting.instrument not in house.rules:
        raise no(product, "40854", "31019")
    if not book.is_lent(setting.instrument):
        raise Reject("31052")
    _check_value(house, product, setting)
    if setting.leverage_mode == "specify" and product.is_futures:
        _check_leverage(house, setting)
    for is_profit, ratio in ((True, setting.take_profit_ratio), (False, setting.stop_loss_ratio)):
        if ratio is not None:
            if ratio != ratio.to_integral_value():
                raise Reject("40020", "stopSurplusRatio" if is_profit else "stopLossRatio")
            check_ratio(product, ratio, is_profit=is_profit, minimum=1)


def _check_leverage(house: CopyTrading, setting: CopySetting) -> None:
    limit = house.rules[setting.instrument].max_leverage
    for name, leverage in (
        ("longLeverage", setting.long_leverage),
        ("shortLeverage", setting.short_leverage),
    ):
        if leverage is None:
            raise Reject("40019", name)
        if not 1 <= leverage <= (limit or leverage):
            raise Reject("43050")


def _check_value(house: CopyTrading, product: ProductType, setting: CopySetting) -> None:
    """Refuse a copied size out of range.

    Raises:
        Reject: missing, too small or too large.
    """
    value = setting.trace_value
    if value is None:
        raise Reject("40019", "traceValue")
    if setting.trace_type == PERCENT:
        if value < MIN_RATIO:
            raise no(product, "43054", "31035", MIN_RATIO)
        if value > MAX_RATIO:
            raise no(product, "43053", "31036", MAX_RATIO)
        return
    rules = house.rules[setting.instrument]
    is_amount = setting.trace_type == AMOUNT
    low, high = (MIN_AMOUNT, MAX_AMOUNT) if is_amount else (least(rules), most(rules))
    if value < low:
        raise no(product, "43052", "31037", low)
    if value > high:
        raise no(product, "43051", "31038")
