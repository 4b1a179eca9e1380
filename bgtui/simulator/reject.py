"""How the simulator says no: Bitget's code and Bitget's own words.

Page of Bitget's reference: common/error-code.
"""

from __future__ import annotations

MESSAGES = {
    "22002": "No position to close",
    "22004": "This symbol {0} not support API trade",
    "31001": "The user is not a trader",
    "31002": "Condition {0} is not satisfied",
    "31004": "Take profit price must be > current price",
    "31005": "Stop loss price must be < current price",
    "31007": "Order does not exist",
    "31009": "Tracking order status error",
    "31019": "Support trading currency pair does not exist",
    "31023": "Ending order processing",
    "31029": "User is not existed",
    "31031": "You're log in as trader,can not follow trade",
    "31032": "Can not follow trade with yourself",
    "31034": "This trader's no. of follower has reached limit, please select other trader",
    "31035": "Follow order ratio can not less than{0}",
    "31036": "Follow order ratio can not greater than{0}",
    "31037": "Follow order count can not less than{0}",
    "31038": "Exceeds max. limit",
    "31040": "T/P ratio must between {0}%-{1}%",
    "31041": "S/L ratio must between {0}%-{1}%",
    "31047": (
        "No copying is allowed within {0} minutes after the copier has been removed. Please try again later."
    ),
    "31049": "The trader's status is abnormal or has been revoked, and cannot be viewed at this time!",
    "31051": "traderUserId error",
    "31052": "Cannot set trading symbol that have not been opened by traders.",
    "40017": "Parameter verification failed {0}",
    "40019": "Parameter {0} cannot be empty",
    "40020": "Parameter {0} error",
    "40034": "Parameter {0} does not exist",
    "40109": "The data of the order cannot be found, please confirm the order number",
    "40199": "Traders are prohibited from calling the API",
    "40727": "Cross margin not support margin adjustment",
    "40728": "You're log in as trader, please close position for current copy trade orders",
    "40731": "This product does not support copy trading",
    "40746": (
        "The current maximum number of positions that can be closed is {0}, if you exceed the "
        "number, please go to the current order to close the position"
    ),
    "40762": "The order amount exceeds the balance",
    "40773": "Closed positions can only occur in two-way positions.",
    "40774": "The order type for unilateral position must also be the unilateral position type.",
    "40778": "Coin pair {0} does not support {1} currency as margin",
    "40797": "Exceeded the maximum settable leverage",
    "40800": "Insufficient amount of margin",
    "40802": "Position is zero and direct margin call is not allowed",
    "40808": "Parameter verification exception {0}",
    "40815": "The order price is higher than the highest bid price",
    "40816": "The order price is lower than the lowest selling price",
    "40823": "The transaction or reasonable marked price does not exist",
    "40830": "The take profit price of the long position should be greater than the current price",
    "40832": "The take profit price of short positions should be less than the current price",
    "40834": "The stop loss price of the long position should be less than the current price",
    "40836": "The stop loss price of the short position should be greater than the current price",
    "40837": "There is no position in this position, so stop-profit and stop-loss orders cannot be made",
    "40844": "This contract is under temporary maintenance",
    "40845": "This contract has been removed",
    "40854": "This product does not support copy trading",
    "40858": "Error tracking order status",
    "40859": "This order is being closed and cannot be closed again",
    "40860": "The trader does not exist and cannot be set to follow",
    "40861": "The trader has been disabled and cannot be set to follow",
    "40889": "The plan order of this contract has reached the upper limit",
    "40892": "Failed to place the order, the minimum number of positions opened by the trader is {0}",
    "40893": "Unable to update the leverage factor of this position, there is not enough margin!",
    "40894": "The documentary closing has been processed",
    "40914": "Trader the maximum leverage can use is {0}",
    "40920": "Position or order exists, the position mode cannot be switched",
    "40921": "The order size cannot exceed the maximum size of the positionLevel",
    "40922": "Only work order modifications are allowed",
    "40923": "Order size and price have not changed",
    "43001": "The order does not exist",
    "43005": "Exceed the maximum number of orders",
    "43006": "The order quantity is less than the minimum transaction quantity",
    "43007": "The order quantity is greater than the maximum transaction quantity",
    "43008": "The current order price cannot be less than {0}{1}",
    "43009": "The current order price exceeds the limit {0}{1}",
    "43011": "The parameter does not meet the specification {0}",
    "43012": "Insufficient balance",
    "43013": "Take profit price needs> current price",
    "43014": "Take profit price needs to be <current price",
    "43015": "Stop loss price needs to be <current price",
    "43016": "Stop loss price needs to be> current price",
    "43017": "You are currently a trader and currently do not support liquidation through planned orders",
    "43020": "Stop profit and stop loss order does not exist",
    "43021": "The stop-profit and stop-loss order has been closed",
    "43025": "Plan order does not exist",
    "43026": "The planned order has been closed",
    "43030": "Take profit order already existed",
    "43031": "Stop loss order already existed",
    "43036": "Trader modify tpsl can only be operated once within 300ms",
    "43045": "The trader is ful",
    "43046": "User does not exist",
    "43047": (
        "Followers are not allowed to follow again within {0} minutes after being removed, "
        "please try again later!"
    ),
    "43050": "Leverage exceeds the effective range",
    "43051": "Maximum limit exceeded",
    "43052": "Follow order count can not less than {0}",
    "43053": "The copy ratio cannot exceed {0}",
    "43054": "The copy ratio cannot be less than {0}",
    "43055": "The take loss ratio must be between {0}-{1}",
    "43056": "The take profit ratio must be between {0}-{1}",
    "43062": "not to follow",
    "43063": "Can not follow trade with yourself",
    "43065": "Tracking No does not exist",
    "43069": "A follower account can only be removed when its equity is lower than {0} USDT",
    "43115": (
        "The current trading pair is opening soon, "
        "please refer to the official announcement for the opening time"
    ),
    "43118": "clientOrderId duplicate",
    "43119": "Trading is not open",
    "45034": "clientOid duplicate",
    "45055": "The current order status cannot be cancelled",
    "45082": "Copy trade number error",
    "45089": "You are currently copy trading, leverage cannot be changed",
    "45091": "Too many tracking orders",
    "45097": "There is currently an order or a limit order, and the leverage cannot be adjusted",
    "45102": "In the full position mode, the automatic margin call cannot be adjusted",
    "45110": "less than the minimum amount {0} USDT",
    "45111": "less than the minimum order quantity",
    "45112": "more than the maximum order quantity",
    "45113": "Maximum order value limit triggered",
    "45115": "The price you enter should be a multiple of {0}",
    "45117": "Currently holding positions or orders, the margin mode cannot be adjusted",
    "45118": (
        "Reached the upper limit of the order of transactions "
        "(the current number of order + the current number of orders) {0}"
    ),
    "45119": "This symbol does not support position opening operation",
}
"""Code → message; ``{0}`` and ``{1}`` are filled in by whoever rejects."""


class Reject(Exception):
    """A request that was understood and not carried out; nothing has changed."""

    def __init__(self, code: str, *details: object, message: str = "") -> None:
        """Say no with a code of the table, or with words of the caller's own."""
        self.code = code
        self.message = message or MESSAGES[code].format(*details)
        super().__init__(f"{code} {self.message}")
