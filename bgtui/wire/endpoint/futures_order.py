"""Futures orders, fills, trigger and TP/SL orders."""

from __future__ import annotations

from bgtui.wire.endpoint.model import private, write

# Lead traders are cut to one a second here, in the batch, in the reversal, and in the same two of spot.
PLACE_ORDER = write(
    "futures.place-order", "/api/v2/mix/order/place-order", 10, "contract/trade/Place-Order", elite=1
)
BATCH_PLACE = write(
    "futures.batch-place",
    "/api/v2/mix/order/batch-place-order",
    5,
    "contract/trade/Batch-Place-Orders",
    elite=1,
)
MODIFY_ORDER = write(
    "futures.modify-order", "/api/v2/mix/order/modify-order", 10, "contract/trade/Modify-Order"
)
CANCEL_ORDER = write(
    "futures.cancel-order",
    "/api/v2/mix/order/cancel-order",
    10,
    "contract/trade/Cancel-Order",
    lowers_risk=True,
)
BATCH_CANCEL = write(
    "futures.batch-cancel",
    "/api/v2/mix/order/batch-cancel-orders",
    10,
    "contract/trade/Batch-Cancel-Orders",
    lowers_risk=True,
)
# The page says 10 a second; clients in the field were cut above 1.
CANCEL_ALL = write(
    "futures.cancel-all",
    "/api/v2/mix/order/cancel-all-orders",
    1,
    "contract/trade/Cancel-All-Orders",
    lowers_risk=True,
)
CLOSE_POSITIONS = write(
    "futures.close-positions",
    "/api/v2/mix/order/close-positions",
    1,
    "contract/trade/Flash-Close-Position",
    lowers_risk=True,
)
REVERSE_POSITION = write(
    "futures.reverse-position", "/api/v2/mix/order/click-backhand", 10, "contract/trade/Reversal", elite=1
)
ORDER = private("futures.order", "/api/v2/mix/order/detail", 10, "contract/trade/Get-Order-Details")
OPEN_ORDERS = private(
    "futures.open-orders", "/api/v2/mix/order/orders-pending", 10, "contract/trade/Get-Orders-Pending"
)
HISTORY_ORDERS = private(
    "futures.history-orders", "/api/v2/mix/order/orders-history", 10, "contract/trade/Get-Orders-History"
)
FILLS = private("futures.fills", "/api/v2/mix/order/fills", 10, "contract/trade/Get-Order-Fills")
HISTORY_FILLS = private(
    "futures.history-fills",
    "/api/v2/mix/order/fill-history",
    10,
    "contract/trade/Get-Fill-History",
    in_demo=False,
)
PLACE_PLAN = write(
    "futures.place-plan", "/api/v2/mix/order/place-plan-order", 10, "contract/plan/Place-Plan-Order"
)
PLACE_TPSL = write(
    "futures.place-tpsl", "/api/v2/mix/order/place-tpsl-order", 10, "contract/plan/Place-Tpsl-Order"
)
PLACE_POSITION_TPSL = write(
    "futures.place-position-tpsl",
    "/api/v2/mix/order/place-pos-tpsl",
    10,
    "contract/plan/Place-Pos-Tpsl-Order",
)
MODIFY_TPSL = write(
    "futures.modify-tpsl", "/api/v2/mix/order/modify-tpsl-order", 10, "contract/plan/Modify-Tpsl-Order"
)
MODIFY_PLAN = write(
    "futures.modify-plan", "/api/v2/mix/order/modify-plan-order", 10, "contract/plan/Modify-Plan-Order"
)
CANCEL_PLANS = write(
    "futures.cancel-plans",
    "/api/v2/mix/order/cancel-plan-order",
    10,
    "contract/plan/Cancel-Plan-Order",
    lowers_risk=True,
)
OPEN_PLANS = private(
    "futures.open-plans", "/api/v2/mix/order/orders-plan-pending", 10, "contract/plan/get-orders-plan-pending"
)
HISTORY_PLANS = private(
    "futures.history-plans", "/api/v2/mix/order/orders-plan-history", 10, "contract/plan/orders-plan-history"
)
PLAN_SUB_ORDERS = private(
    "futures.plan-sub-orders", "/api/v2/mix/order/plan-sub-order", 10, "contract/plan/Plan-Sub-Order"
)
