"""What a POST answers: acknowledgements, and batches item by item."""

from __future__ import annotations

from bgtui.domain.error import DecodeError
from bgtui.domain.intent import BatchAnswer, BatchFailure, OrderAck
from bgtui.domain.text import clean_line
from bgtui.wire.decode.rest_answer import Data, answers, listed, many, one, parse, rows
from bgtui.wire.decode.rest_field import label
from bgtui.wire.endpoint import copytrade, futures_order, spot_order
from bgtui.wire.number import client_id, identifier, lower, optional_identifier
from bgtui.wire.payload.rest_copytrade import ClosedTrackRow
from bgtui.wire.payload.rest_order import AckRow, BatchFailureRow, PositionTpslAckRow


@answers(
    spot_order.PLACE_ORDER,
    spot_order.CANCEL_ORDER,
    spot_order.PLACE_PLAN,
    spot_order.MODIFY_PLAN,
    futures_order.PLACE_ORDER,
    futures_order.MODIFY_ORDER,
    futures_order.CANCEL_ORDER,
    futures_order.REVERSE_POSITION,
    futures_order.PLACE_PLAN,
    futures_order.PLACE_TPSL,
    futures_order.MODIFY_TPSL,
    futures_order.MODIFY_PLAN,
)
def order_ack(data: Data) -> OrderAck:
    """Return the ids of the order that the exchange took; its own may be missing."""
    return _ack(one(data, AckRow))


@answers(futures_order.PLACE_POSITION_TPSL)
def position_tpsl_acks(data: Data) -> tuple[OrderAck, ...]:
    """Return the ids of the take profit and the stop loss that were set."""
    return tuple(
        OrderAck(
            optional_identifier(row.order_id, "orderId"),
            client_id(row.stop_surplus_client_oid) or client_id(row.stop_loss_client_oid),
        )
        for row in many(data, PositionTpslAckRow)
    )


@answers(
    spot_order.BATCH_PLACE,
    spot_order.BATCH_CANCEL,
    spot_order.BATCH_CANCEL_PLANS,
    futures_order.BATCH_PLACE,
    futures_order.BATCH_CANCEL,
    futures_order.CANCEL_ALL,
    futures_order.CLOSE_POSITIONS,
    futures_order.CANCEL_PLANS,
)
def batch_answer(data: Data) -> BatchAnswer:
    """Return item by item what a batch did: the envelope says success even when every item failed."""
    value = parse(data)
    if isinstance(value, list):
        raise DecodeError("data: expected an object, got list")
    return BatchAnswer(
        tuple(_ack(row) for row in rows(value, AckRow, "successList")),
        tuple(_failure(row) for row in rows(value, BatchFailureRow, "failureList")),
    )


@answers(spot_order.REPLACE_ORDER, spot_order.BATCH_REPLACE)
def replace_answer(data: Data) -> BatchAnswer:
    """Return what became of one or many replacements of spot orders."""
    value = parse(data)
    found = rows([value] if isinstance(value, dict) else value, AckRow)
    failed = [row for row in found if lower(row.success) != "success"]
    return BatchAnswer(
        tuple(_ack(row) for row in found if lower(row.success) == "success"),
        tuple(
            BatchFailure(
                optional_identifier(row.order_id, "orderId"), client_id(row.client_oid), "", _line(row.msg)
            )
            for row in failed
        ),
    )


@answers(spot_order.CANCEL_PLAN)
def is_canceled(data: Data) -> bool:
    """Tell whether a spot trigger order was canceled."""
    return lower(one(data, AckRow).result) == "success"


@answers(
    copytrade.LEADER_MODIFY_TPSL,
    copytrade.LEADER_SET_SYMBOLS,
    copytrade.LEADER_SET_BASE,
    copytrade.LEADER_REMOVE_FOLLOWER,
    copytrade.FOLLOWER_SET_COPY,
    copytrade.FOLLOWER_SET_AMOUNT,
    copytrade.FOLLOWER_SET_TPSL,
    copytrade.FOLLOWER_UNFOLLOW,
    copytrade.SPOT_LEADER_MODIFY_TPSL,
    copytrade.SPOT_LEADER_CLOSE,
    copytrade.SPOT_LEADER_SET_SYMBOLS,
    copytrade.SPOT_LEADER_REMOVE_FOLLOWER,
    copytrade.SPOT_FOLLOWER_SET_COPY,
    copytrade.SPOT_FOLLOWER_SET_TPSL,
    copytrade.SPOT_FOLLOWER_CLOSE,
    copytrade.SPOT_FOLLOWER_STOP,
    copytrade.SPOT_FOLLOWER_UNFOLLOW,
)
def is_copy_done(data: Data) -> bool:
    """Tell whether a copy-trading request was carried out; its answer says so, or says nothing at all."""
    value = parse(data)
    word = lower(value) if isinstance(value, str) else value
    if word in (None, "", "success", "true", True) or (isinstance(word, dict | list) and not word):
        return True
    if word in ("fail", "failure", "false", False):
        return False
    raise DecodeError(f"data: expected success or fail, got {type(value).__name__}")


@answers(copytrade.LEADER_CLOSE)
def closed_tracks(data: Data) -> tuple[str, ...]:
    """Return the numbers of the tracking orders that are being closed."""
    return tuple(identifier(row.tracking_no, "trackingNo") for row in many(data, ClosedTrackRow))


@answers(copytrade.FOLLOWER_CLOSE)
def close_order_ids(data: Data) -> tuple[OrderAck, ...]:
    """Return the ids of the orders that close a follower's copies."""
    value = parse(data)
    found = value.get("orderIdList") if isinstance(value, dict) else value
    return tuple(OrderAck(identifier(each, "orderIdList"), "") for each in listed(found, "orderIdList"))


def _ack(row: AckRow) -> OrderAck:
    return OrderAck(optional_identifier(row.order_id, "orderId"), client_id(row.client_oid))


def _failure(row: BatchFailureRow) -> BatchFailure:
    code = row.error_code
    return BatchFailure(
        optional_identifier(row.order_id, "orderId"),
        client_id(row.client_oid),
        str(code) if isinstance(code, int) else label(code),
        _line(row.error_msg),
    )


def _line(value: object) -> str:
    return clean_line(value) if isinstance(value, str) else ""
