from decimal import Decimal

import pytest

from bgtui.domain.book import MAX_LEVELS, Integrity, OrderBook, Verdict, checksum

BIDS = [("27000.0", "2.710"), ("26999.5", "1.460"), ("26999.0", "0.500")]
ASKS = [("27000.5", "8.760"), ("27001.0", "0.400")]


@pytest.mark.parametrize(
    ("bids", "asks", "expected"),
    [
        ([("43231.1", "4"), ("43231", "6")], [("43232.8", "9"), ("43232.9", "8")], -1504501796),
        ([("3366.1", "7")], [("3366.8", "9"), ("3368", "8"), ("3372", "8")], 831078360),
        (BIDS, ASKS, -1129438835),
    ],
)
def test_checksum_agrees_with_the_worked_examples(
    bids: list[tuple[str, str]], asks: list[tuple[str, str]], expected: int
) -> None:
    assert checksum(bids, asks) == expected


def test_checksum_covers_25_levels_of_real_data() -> None:
    bids = (
        "9.964:593 9.963:163 9.962:41 9.961:388 9.960:102 9.959:422 9.958:223 9.957:454 9.956:1249 "
        "9.955:514 9.954:539 9.953:580 9.952:357 9.951:764 9.950:886 9.949:720 9.948:699 9.947:781 "
        "9.946:2463 9.945:1825 9.944:473 9.943:1120 9.942:1008 9.941:1021 9.940:702 9.939:1"
    )
    asks = (
        "9.969:67 9.970:574 9.971:1473 9.972:361 9.973:520 9.974:427 9.975:906 9.976:429 9.977:1041 "
        "9.978:238 9.979:743 9.980:379 9.981:2450 9.982:437 9.983:361 9.984:504 9.985:1044 9.986:2185 "
        "9.987:491 9.988:356 9.989:1084 9.990:567 9.991:689 9.992:2713 9.993:600 9.994:1"
    )
    split = [
        [(price, size) for price, _, size in (level.partition(":") for level in side.split())]
        for side in (bids, asks)
    ]
    assert checksum(split[0], split[1]) == -1083951925


def test_update_merges_and_verifies_the_strings_as_they_came() -> None:
    book = OrderBook()
    assert book.replace(BIDS, ASKS, crc=-1129438835) is Verdict.APPLIED
    verdict = book.update([("26999.5", "0")], [("27000.5", "8.000"), ("27000.8", "1.000")], crc=-696138011)
    assert verdict is Verdict.APPLIED
    assert book.integrity is Integrity.CHECKSUMMED
    assert book.bids() == [("27000.0", "2.710"), ("26999.0", "0.500")]
    assert book.asks() == [("27000.5", "8.000"), ("27000.8", "1.000"), ("27001.0", "0.400")]
    assert (book.best_bid, book.best_ask) == (Decimal("27000.0"), Decimal("27000.5"))


def test_reprinted_numbers_are_a_mismatch_and_drop_the_levels() -> None:
    book = OrderBook()
    book.replace(BIDS, ASKS)
    assert (
        book.update([("26999.5", "0")], [("27000.5", "8"), ("27000.8", "1")], crc=-696138011)
        is Verdict.MISMATCH
    )
    assert (len(book), book.best_bid, book.has_snapshot) == (0, None, False)


@pytest.mark.parametrize("crc", [None, 0])
def test_a_message_without_checksum_is_not_a_mismatch(crc: int | None) -> None:
    book = OrderBook()
    assert book.replace(BIDS, ASKS, crc=crc) is Verdict.APPLIED
    assert book.integrity is Integrity.NONE


@pytest.mark.parametrize(
    ("seq", "pseq", "verdict", "integrity"),
    [
        (11, 10, Verdict.APPLIED, Integrity.CHAINED),
        (15, None, Verdict.APPLIED, Integrity.ORDERED),
        (15, 0, Verdict.APPLIED, Integrity.ORDERED),
        (10, 9, Verdict.DUPLICATE, Integrity.ORDERED),
        (9, 8, Verdict.GAP, Integrity.NONE),
        (12, 11, Verdict.GAP, Integrity.NONE),
        (None, None, Verdict.APPLIED, Integrity.NONE),
        (None, 10, Verdict.APPLIED, Integrity.NONE),
    ],
)
def test_continuity(seq: int | None, pseq: int | None, verdict: Verdict, integrity: Integrity) -> None:
    book = OrderBook()
    book.replace(BIDS, ASKS, seq=10)
    assert book.update([("26998.0", "1")], [], seq=seq, pseq=pseq) is verdict
    assert book.integrity is integrity
    assert (len(book) == 0) is (verdict is Verdict.GAP)


def test_a_predecessor_that_could_not_be_compared_proves_nothing() -> None:
    book = OrderBook()
    book.replace(BIDS, ASKS)
    assert book.update([], [("27002", "1")], seq=8, pseq=7) is Verdict.APPLIED
    seen = [book.integrity]
    assert book.update([], [("27003", "1")], seq=9, pseq=8) is Verdict.APPLIED
    assert [*seen, book.integrity] == [Integrity.ORDERED, Integrity.CHAINED]


def test_updates_wait_for_a_snapshot_before_the_first_and_after_a_failure() -> None:
    book = OrderBook()
    assert book.update(BIDS, ASKS, seq=1) is Verdict.WAITING
    book.replace(BIDS, ASKS, seq=2)
    assert book.update([], [], seq=1) is Verdict.GAP
    assert book.update(BIDS, ASKS, seq=3) is Verdict.WAITING
    assert book.replace(BIDS, ASKS, seq=1) is Verdict.APPLIED


def test_a_suspended_book_keeps_its_levels_and_takes_no_update() -> None:
    book = OrderBook()
    book.replace(BIDS, ASKS, seq=1)
    book.suspend()
    assert book.update([], [("27000.5", "0")], seq=2, pseq=1) is Verdict.WAITING
    assert book.bids() == BIDS


def test_crossed_and_touching_books_fall() -> None:
    for price in ("27000.5", "27000.6"):
        book = OrderBook()
        book.replace(BIDS, ASKS)
        assert book.update([(price, "1")], []) is Verdict.CROSSED
        assert len(book) == 0


def test_a_crossing_level_whose_removal_comes_in_the_same_message_is_fine() -> None:
    book = OrderBook()
    book.replace(BIDS, ASKS)
    assert book.update([("27000.6", "1")], [("27000.5", "0.000")]) is Verdict.APPLIED
    assert book.best_bid == Decimal("27000.6")


@pytest.mark.parametrize(
    "level",
    [
        ("0", "1"),
        ("-1", "1"),
        ("nan", "1"),
        ("inf", "1"),
        ("1", "nan"),
        ("1", "-1"),
        ("1", "inf"),
        ("", "1"),
        ("1", ""),
        ("x", "1"),
        ("1e400", "1"),
        ("12345678.90123456", "1"),
        ("1", "1e15"),
    ],
)
@pytest.mark.parametrize("rows", [1, 30])
def test_what_is_no_level_breaks_the_book(level: tuple[str, str], rows: int) -> None:
    fine = [(str(1000 + row), "1") for row in range(rows - 1)]
    book = OrderBook()
    book.replace([], [("2000", "1")])
    assert book.update([], [*fine, level]) is Verdict.MALFORMED
    assert len(book) == 0
    assert book.replace([], [*fine, level]) is Verdict.MALFORMED
    assert not book.has_snapshot


@pytest.mark.parametrize("rows", [1, 30])
def test_the_same_price_spelled_twice_is_one_level(rows: int) -> None:
    book = OrderBook()
    book.replace([], [("0.0151", "1"), ("0.02", "1")])
    more = [(str(10 + row), "1") for row in range(rows - 1)]
    book.update([], [*more, ("0.01510", "2")])
    assert book.asks(2) == [("0.01510", "2"), ("0.02", "1")]
    book.update([], [*more, ("0.015100", "0.00")])
    assert book.asks(1) == [("0.02", "1")]


def test_the_book_is_bounded() -> None:
    book = OrderBook()
    assert book.replace([], [(str(n), "1") for n in range(1, MAX_LEVELS + 2)]) is Verdict.MALFORMED
    assert book.replace([], [(str(n), "1") for n in range(1, MAX_LEVELS + 1)]) is Verdict.APPLIED
    assert book.update([], [("9000", "1")]) is Verdict.MALFORMED


def test_a_change_below_the_top_25_needs_no_new_checksum_but_one_that_moves_up_does() -> None:
    asks = [(str(100 + n), "1") for n in range(27)]
    book = OrderBook()
    crc = checksum([], asks)
    assert book.replace([], asks, crc=crc) is Verdict.APPLIED
    assert book.update([], [("126", "5")], crc=crc) is Verdict.APPLIED
    moved = checksum([], [*asks[1:26], ("126", "5")])
    assert book.update([], [("100", "0")], crc=crc) is Verdict.MISMATCH
    book.replace([], [*asks[:26], ("126", "5")])
    assert book.update([], [("100", "0")], crc=moved) is Verdict.APPLIED


def test_a_copy_goes_its_own_way() -> None:
    book = OrderBook()
    book.replace(BIDS, ASKS, seq=1)
    twin = book.copy()
    twin.update([("26999.0", "0")], [], seq=2)
    assert (book.seq, twin.seq) == (1, 2)
    assert len(twin) == len(book) - 1
