"""Codes about positions: modes, leverage, margin, take-profit and stop-loss.

Page of Bitget's reference: common/error-code.
"""

from __future__ import annotations

from bgtui.wire.code.kind import Group, Kind

_MODE_HINT = "read the position mode again and review the form"
_BLOCKED_HINT = "close the position and cancel the orders first"
_SIDE_HINT = "move the price to the right side"

GROUPS = (
    Group(
        Kind.MODE,
        _MODE_HINT,
        {
            "40773": "the account is in one-way mode, a separate close exists only in hedge mode",
            "40774": "the account is in hedge mode, the order is spelled for one-way mode",
            "40775": "a market maker's account works in one-way mode only",
            "43075": "the order does not fit the account's position mode",
            "45020": "the account is in one-way mode, a separate close exists only in hedge mode",
            "45021": "the account is in hedge mode, the order is spelled for one-way mode",
            "45109": "the account is in hedge mode",
        },
    ),
    Group(
        Kind.MODE,
        _BLOCKED_HINT,
        {
            "40729": "the mode cannot change while a position or an order is open",
            "40730": "the leverage cannot change while an order is open",
            "40862": "an open order stands in the way",
            "40863": "a trigger order stands in the way",
            "40872": "the mode cannot change while a position or an order is open",
            "40881": "the leverage cannot change while an order is open",
            "40920": "the position mode cannot change while a position or an order is open",
            "45097": "the leverage cannot change while an order is open",
            "45117": "the margin mode cannot change while a position or an order is open",
        },
    ),
    Group(
        Kind.MODE,
        "choose isolated margin, or another symbol",
        {
            "22005": "this contract has no cross margin",
            "40716": "this contract has no cross margin",
            "50001": "this coin has no cross margin",
            "50004": "this symbol has no cross margin",
        },
    ),
    Group(
        Kind.MODE,
        "choose cross margin, or another symbol",
        {
            "50002": "this symbol has no isolated margin",
            "50003": "this coin has no isolated margin",
        },
    ),
    Group(
        Kind.MODE,
        "change the margin mode first",
        {
            "22011": "cross margin has no automatic margin top-up",
            "40726": "cross margin has no automatic margin top-up",
            "40727": "cross margin takes no margin adjustment",
            "40874": "cross margin has no automatic margin top-up",
            "40875": "cross margin takes no margin adjustment",
            "40882": "a copy trader cannot change to cross margin",
            "40883": "isolated margin cannot be chosen while several coins are margin",
            "40884": "isolated margin cannot be chosen in one-way mode",
            "40885": "one-way mode cannot be chosen with isolated margin",
            "40886": "cross margin has no automatic margin top-up",
            "45098": "a copy trader cannot change to cross margin",
            "45099": "isolated margin cannot be chosen while several coins are margin",
            "45100": "isolated margin cannot be chosen in one-way mode",
            "45101": "one-way mode cannot be chosen with isolated margin",
            "45102": "cross margin has no automatic margin top-up",
        },
    ),
    Group(
        Kind.MODE,
        "use one-way mode, or leave the bonus out",
        {
            "40747": "a bonus cannot be used in hedge mode",
            "40827": "a bonus cannot be used in hedge mode",
        },
    ),
    Group(
        Kind.RULE,
        "choose a leverage inside the contract's range",
        {
            "40783": "there is no such leverage tier",
            "40796": "the leverage is out of range",
            "40797": "the leverage is above the maximum",
            "45044": "the leverage is out of range",
            "45045": "the leverage is above the maximum",
        },
    ),
    Group(
        Kind.RULE,
        "choose another amount",
        {
            "40713": "more margin than can be taken out",
            "40799": "the amount is below the minimum that can be moved",
            "40801": "more margin than can be taken out",
            "40803": "the margin added for a lower leverage is wrong",
            "45047": "the margin added for a lower leverage is wrong",
        },
    ),
    Group(
        Kind.NOTHING_TO_CLOSE,
        "open a position first",
        {
            "40709": "there is no position for automatic margin top-up",
            "40714": "there is no position to add margin to",
            "40802": "there is no position to add margin to",
            "40838": "there is no position for automatic margin top-up",
        },
    ),
    Group(
        Kind.UNTRADABLE,
        "add margin by hand",
        {"40839": "automatic margin top-up is suspended on this contract"},
    ),
    Group(
        Kind.UNTRADABLE,
        "wait until Bitget has finished, then look at the positions again",
        {
            "40771": "no closing order is taken while positions are netted",
            "40879": "funds cannot move while Bitget handles the account's risk",
            "40880": "leverage cannot change while Bitget handles the account's risk",
            "40907": "transfers wait for the settlement to end",
            "40909": "a transfer is under way",
            "45009": "the account is at risk: no trades for now",
            "45018": "no closing order is taken while positions are netted",
            "50022": "the account is being liquidated",
            "50066": "the position is being closed",
        },
    ),
    Group(
        Kind.TPSL,
        _SIDE_HINT,
        {
            "31004": "take-profit must lie above the current price",
            "31005": "stop-loss must lie below the current price",
            "40735": "a long's take-profit must lie above its entry price",
            "40736": "a long's take-profit must lie above the current price",
            "40737": "a short's take-profit must lie below its entry price",
            "40738": "a short's take-profit must lie below the current price",
            "40739": "a long's stop-loss must lie below its entry price",
            "40740": "a long's stop-loss must lie below the current price",
            "40741": "a short's stop-loss must lie above its entry price",
            "40742": "a short's stop-loss must lie above the current price",
            "40810": "the trigger price is wrong",
            "40829": "a long's take-profit must lie above its entry price",
            "40830": "a long's take-profit must lie above the current price",
            "40831": "a short's take-profit must lie below its entry price",
            "40832": "a short's take-profit must lie below the current price",
            "40833": "a long's stop-loss must lie below its entry price",
            "40834": "a long's stop-loss must lie below the current price",
            "40835": "a short's stop-loss must lie above its entry price",
            "40836": "a short's stop-loss must lie above the current price",
            "40895": "the preset price does not fit the order's or execution price",
            "40915": "a long's take-profit must lie above the mark price",
            "40917": "a long's stop-loss must lie below the mark price",
            "43013": "take-profit must lie above the current price",
            "43014": "take-profit must lie below the current price",
            "43015": "stop-loss must lie below the current price",
            "43016": "stop-loss must lie above the current price",
            "43034": "the trigger price must not lie above the market",
            "43035": "the trigger price must not lie below the market",
            "45052": "the trigger price is wrong",
            "45060": "a long's take-profit must lie above the current price",
            "45061": "a short's take-profit must lie below the current price",
            "45062": "a long's stop-loss must lie below the current price",
            "45063": "a short's stop-loss must lie above the current price",
            "45064": "a long's take-profit must lie above the order's price",
            "45065": "a short's take-profit must lie below the order's price",
            "45066": "a long's stop-loss must lie below the order's price",
            "45067": "a short's stop-loss must lie above the order's price",
            "45122": "a short's stop-loss must lie above the mark price",
        },
    ),
    Group(
        Kind.TPSL,
        "change or cancel the one that is there",
        {
            "43022": "the order's take-profit or stop-loss did not trigger",
            "43024": "the order carries a take-profit or stop-loss already",
            "43030": "there is a take-profit already",
            "43031": "there is a stop-loss already",
            "45127": "the position's bracket allows no other take-profit or stop-loss",
            "45128": "the position's bracket allows no change of its size",
        },
    ),
    Group(
        Kind.TPSL,
        "choose a value inside the limit",
        {
            "31012": "the trailing distance is too large",
            "31013": "the trailing distance is too small",
            "31014": "the take-profit ratio is too large",
            "31015": "the stop-loss ratio is too small",
            "31053": "the execution price is too far from the trigger price",
            "43032": "the trailing distance is too small",
        },
    ),
)
