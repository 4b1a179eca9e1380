"""Spot orders, fills and trigger orders."""

from __future__ import annotations

from bgtui.wire.endpoint.model import private, write

PLACE_ORDER = write(
    "spot.place-order", "/api/v2/spot/trade/place-order", 10, "spot/trade/Place-Order", elite=1
)
BATCH_PLACE = write(
    "spot.batch-place", "/api/v2/spot/trade/batch-orders", 5, "spot/trade/Batch-Place-Orders", elite=1
)
CANCEL_ORDER = write(
    "spot.cancel-order", "/api/v2/spot/trade/cancel-order", 10, "spot/trade/Cancel-Order", lowers_risk=True
)
BATCH_CANCEL = write(
    "spot.batch-cancel",
    "/api/v2/spot/trade/batch-cancel-order",
    10,
    "spot/trade/Batch-Cancel-Orders",
    lowers_risk=True,
)
CANCEL_SYMBOL = write(
    "spot.cancel-symbol",
    "/api/v2/spot/trade/cancel-symbol-order",
    5,
    "spot/trade/Cancel-Symbol-Orders",
    lowers_risk=True,
)
REPLACE_ORDER = write(
    "spot.replace-order", "/api/v2/spot/trade/cancel-replace-order", 5, "spot/trade/Cancel-Replace-Order"
)
BATCH_REPLACE = write(
    "spot.batch-replace",
    "/api/v2/spot/trade/batch-cancel-replace-order",
    5,
    "spot/trade/Batch-Cancel-Replace-Order",
)
ORDER = private("spot.order", "/api/v2/spot/trade/orderInfo", 20, "spot/trade/Get-Order-Info")
OPEN_ORDERS = private(
    "spot.open-orders", "/api/v2/spot/trade/unfilled-orders", 20, "spot/trade/Get-Unfilled-Orders"
)
HISTORY_ORDERS = private(
    "spot.history-orders", "/api/v2/spot/trade/history-orders", 20, "spot/trade/Get-History-Orders"
)
FILLS = private("spot.fills", "/api/v2/spot/trade/fills", 10, "spot/trade/Get-Fills")
PLACE_PLAN = write("spot.place-plan", "/api/v2/spot/trade/place-plan-order", 20, "spot/plan/Place-Plan-Order")
MODIFY_PLAN = write(
    "spot.modify-plan", "/api/v2/spot/trade/modify-plan-order", 20, "spot/plan/Modify-Plan-Order"
)
CANCEL_PLAN = write(
    "spot.cancel-plan",
    "/api/v2/spot/trade/cancel-plan-order",
    20,
    "spot/plan/Cancel-Plan-Order",
    lowers_risk=True,
)
BATCH_CANCEL_PLANS = write(
    "spot.batch-cancel-plans",
    "/api/v2/spot/trade/batch-cancel-plan-order",
    5,
    "spot/plan/Batch-Cancel-Plan-Order",
    lowers_risk=True,
)
OPEN_PLANS = private(
    "spot.open-plans", "/api/v2/spot/trade/current-plan-order", 20, "spot/plan/Get-Current-Plan-Order"
)
HISTORY_PLANS = private(
    "spot.history-plans", "/api/v2/spot/trade/history-plan-order", 20, "spot/plan/Get-History-Plan-Order"
)
PLAN_SUB_ORDERS = private(
    "spot.plan-sub-orders", "/api/v2/spot/trade/plan-sub-order", 20, "spot/plan/Get-Plan-Sub-Order"
)
