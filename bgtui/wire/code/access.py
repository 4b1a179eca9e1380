"""Codes about the key, the clock, the account and the service itself.

Page of Bitget's reference: common/error-code. Where documents disagree, the current official meaning counts.
"""

from __future__ import annotations

from bgtui.wire.code.kind import Group, Kind

_CLOCK_HINT = "bgtui has to measure Bitget's clock again; if it stays, set this machine's clock"
_KEY_HINT = "check key, secret and passphrase, or store the key again with bgtui keys add"
_SUPPORT_HINT = "ask Bitget's support; no setting of bgtui changes it"

GROUPS = (
    Group(
        Kind.OK,
        "nothing to do",
        {
            "00000": "done",
            "40814": "the leverage already has that value",
            "45054": "the leverage already has that value",
        },
    ),
    Group(
        Kind.CLOCK,
        _CLOCK_HINT,
        {
            "40004": "the request's timestamp was too old",
            "40005": "the request's timestamp is not valid",
            "40008": "the request's timestamp was over 30 s away from Bitget's time",
            "40078": "the request came later than its receive window allows",
            "40079": "the receive window must be under 60 s",
            "40911": "the request's timestamp was too old",
        },
    ),
    Group(
        Kind.AUTH,
        _KEY_HINT,
        {
            "40001": "the request carried no API key",
            "40002": "the request carried no signature",
            "40003": "the request carried no signature",
            "40006": "Bitget does not know this API key",
            "40009": "the signature does not match the key: wrong secret",
            "40011": "the request carried no passphrase",
            "40012": "the API key or its passphrase is wrong",
            "40036": "the passphrase is wrong",
            "40037": "this API key does not exist (any more)",
            "40041": "this API key does not exist (any more)",
        },
    ),
    Group(
        Kind.PERMISSION,
        "add the right to the key on Bitget's API page",
        {
            "40014": "the key lacks the right for this",
            "40040": "the key's rights are set up wrongly",
        },
    ),
    Group(
        Kind.PERMISSION,
        "add this machine's address to the key on Bitget's API page",
        {
            "22010": "the key must be bound to an address before it may do this",
            "40018": "the key may not be used from this address",
            "40038": "the key may not be used from this address",
        },
    ),
    Group(
        Kind.PERMISSION,
        _SUPPORT_HINT,
        {
            "40000": "Bitget does not serve this region: positions cannot be opened",
            "40013": "the account's state is not normal",
            "40022": "this business is restricted for the account",
            "40023": "this business is restricted for the account",
            "40024": "the account is frozen",
            "40025": "this business is restricted for the account",
            "40026": "the account is disabled",
            "40031": "the account was closed and cannot be used again",
            "40062": "orders are restricted for this account by regulation",
            "40199": "elite (copy) traders may not use this call",
            "40301": "this call is not open to the account yet",
            "40710": "the account is not in a normal state",
            "40752": "this business is switched off for the account",
            "40753": "trading by API is switched off for the account",
            "40760": "the account is not in a normal state",
            "40916": "this business is restricted for the account",
            "45107": "opening positions by API is restricted for the account",
            "45108": "closing positions by API is restricted for the account",
            "50012": "the account is suspended or closed",
            "50013": "the account is suspended or closed",
            "50019": "the account may not trade",
            "50023": "the account is suspended for unusual activity",
            "50064": "the account is frozen for now",
        },
    ),
    Group(
        Kind.PERMISSION,
        "finish identity verification on Bitget's site",
        {
            "40035": "identity verification (KYC) is required first",
            "40100": "identity verification is required from this address",
            "40101": "identity verification (KYC) is required first",
            "40103": "Bitget does not serve the country or region this address is in",
            "40104": "the account is not verified for this",
            "40111": "identity or region keeps the account from doing this",
        },
    ),
    Group(
        Kind.PERMISSION,
        "bind a phone or an authenticator on Bitget's site",
        {"40016": "the account has neither a phone nor an authenticator bound"},
    ),
    Group(
        Kind.PERMISSION,
        "use a key of the main account",
        {
            "40030": "the sub-account lacks the right for this",
            "40048": "the key must belong to the main account",
            "40061": "sub-accounts have no access to this",
            "40068": "sub-accounts have no access to this",
        },
    ),
    Group(
        Kind.ACCOUNT_KIND,
        "use a key of a classic account: that is what works today",
        {"40085": "the key belongs to a unified account, which bgtui does not speak yet"},
    ),
    Group(
        Kind.ACCOUNT_KIND,
        "nothing in bgtui asks for that; please report it",
        {"25245": "a call of unified accounts was made with the key of a classic account"},
    ),
    Group(
        Kind.ACCOUNT_KIND,
        "use a live key, or the simulator",
        {
            "22030": "demo trading does not offer this",
            "40081": "demo trading does not offer this",
            "40105": "demo trading does not offer this",
            "40110": "demo trading does not offer this",
        },
    ),
    Group(
        Kind.RATE,
        "wait a moment; cancels go first",
        {
            "429": "too many requests",
            "22035": "demo trading opens positions more slowly than that",
            "40047": "this call was made too often",
            "40918": "elite traders may not open positions that often",
            "43036": "a trader's take-profit and stop-loss may change once in 300 ms",
            "45129": "the same order may be canceled once a second",
            "70228": "this was asked too often",
        },
    ),
    Group(
        Kind.TRANSIENT,
        "try again in a moment",
        {
            "19000": "Bitget had a passing fault",
            "31027": "Bitget could not carry it out just now",
            "40400": "Bitget's check of the account's state failed just now",
            "40842": "Bitget takes no such change just now",
            "40846": "Bitget's check of the account's state failed just now",
            "50010": "Bitget had an error that it does not name",
            "80002": "Bitget had a passing fault",
        },
    ),
    Group(
        Kind.UNKNOWN_OUTCOME,
        "look it up before doing anything else",
        {
            "40010": "the request timed out inside Bitget",
            "40776": "creating the order failed inside Bitget",
            "40777": "canceling the order failed inside Bitget",
            "40856": "Bitget found its data inconsistent",
            "40908": "two operations on the same thing collided inside Bitget",
            "40910": "the operation timed out inside Bitget",
            "42013": "the transfer failed inside Bitget",
            "43002": "placing the order failed inside Bitget",
            "43003": "placing the order failed inside Bitget",
            "43059": "the operation failed inside Bitget",
            "43066": "the operation failed inside Bitget",
            "45023": "creating the order failed inside Bitget",
            "45024": "canceling the order failed inside Bitget",
            "49040": "Bitget had an error that it does not name",
            "50031": "Bitget had an internal error",
        },
    ),
    Group(
        Kind.UNKNOWN_OUTCOME,
        "look the order and the position up before doing anything else",
        {
            "40764": "matching found less left of the order than was traded",
            "40765": "matching found less left of the position than was traded",
            "40766": "matching found the opening order smaller than the trade",
            "40767": "matching found no position for the opening trade",
            "45011": "matching found less left of the order than was traded",
            "45012": "matching found less left of the position than was traded",
            "45013": "matching found the opening order smaller than the trade",
            "45014": "matching found no position for the opening trade",
        },
    ),
    Group(
        Kind.MAINTENANCE,
        "wait: maintenance is usually over within minutes",
        {
            "40015": "Bitget has a system fault, as it does during a release",
            "40200": "Bitget is upgrading its servers",
            "40725": "a service inside Bitget does not answer, as it happens during a release",
            "45001": "Bitget is in maintenance, or had an error that it does not name",
        },
    ),
)
