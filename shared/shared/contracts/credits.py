"""Credits (Lümis, whole numbers): calls to the ledger and the events that it publishes."""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from shared.contracts.message import Call, Contract, Event, Origin, RequestId

Operation = Literal["upload", "retry", "extract"]
"""What is paid for; the ledger's price table says how much."""


class Balance(Contract):
    """An account's state in Lümis. `available` = `balance` - `held`."""

    user_id: str
    balance: int
    held: int
    available: int


class HoldPlaced(Contract):
    """Answer of HoldCredits: the price is set aside."""

    price: int
    balance: Balance


class HoldCredits(Call[HoldPlaced]):
    """Set the price of an operation aside for a request. Asking twice for one request holds once.

    Refused with `INSUFFICIENT_LUMIS` and details `{"price", "available"}`.
    """

    NAME: ClassVar[str] = "ledger.hold-credits.v1"
    ANSWER: ClassVar[type[Contract]] = HoldPlaced

    request_id: RequestId
    origin: Origin
    user_id: str
    operation: Operation


class HoldReleased(Contract):
    """Answer of ReleaseHold: what is free again; 0 where nothing was held any more."""

    released: int


class ReleaseHold(Call[HoldReleased]):
    """Give a hold back before anything was published for its request (the gateway's rate limit, or a failed save)."""

    NAME: ClassVar[str] = "ledger.release-hold.v1"
    ANSWER: ClassVar[type[Contract]] = HoldReleased

    request_id: RequestId
    origin: Origin
    user_id: str


class ReadBalance(Call[Balance]):
    """An account's balance; 0 for a user who was never seen."""

    NAME: ClassVar[str] = "ledger.read-balance.v1"
    ANSWER: ClassVar[type[Contract]] = Balance

    user_id: str


class GrantCredits(Call[Balance]):
    """Add Lümis to an account (sign-up gift, purchase, goodwill). `request_id` makes a repeat harmless.

    Refused with `REQUEST_REUSED` where the request was for another amount or reason, or an adjustment.
    """

    NAME: ClassVar[str] = "ledger.grant-credits.v1"
    ANSWER: ClassVar[type[Contract]] = Balance

    request_id: RequestId
    origin: Origin
    user_id: str
    amount: int = Field(gt=0, le=1_000_000_000)
    reason: str = Field(min_length=1, max_length=200)
    administrator: str | None = None
    """Who does it by hand; kept with the entry as a pseudonym."""


class Movement(Contract):
    """One change of an account's balance, in Lümis; `amount` is negative for a charge."""

    id: str
    request_id: RequestId
    kind: Literal["grant", "charge", "refund", "adjust"]
    amount: int
    balance_after: int
    at: datetime
    reason: str
    administrator: str | None = None
    """The pseudonym of who did it by hand; not for the user's eyes."""


class Movements(Contract):
    """Answer of ListMovements, newest first; `next_cursor` is None on the last page."""

    movements: tuple[Movement, ...]
    next_cursor: str | None = None


class ListMovements(Call[Movements]):
    """An account's history, paged."""

    NAME: ClassVar[str] = "ledger.list-movements.v1"
    ANSWER: ClassVar[type[Contract]] = Movements

    user_id: str
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = None


class AdjustCredits(Call[Balance]):
    """Correct an account by an administrator's hand, up or down; never below what is available.

    `request_id` makes a repeat harmless. Refused with `INSUFFICIENT_LUMIS` and details `{"available"}`, and with
    `REQUEST_REUSED` where the request was for another amount or reason, or a grant.
    """

    NAME: ClassVar[str] = "ledger.adjust-credits.v1"
    ANSWER: ClassVar[type[Contract]] = Balance

    request_id: RequestId
    origin: Origin
    user_id: str
    amount: int = Field(ge=-1_000_000_000, le=1_000_000_000)
    """Added to the balance; not 0."""
    reason: str = Field(min_length=1, max_length=200)
    administrator: str = Field(min_length=1)
    """Who does it; kept with the entry as a pseudonym."""

    @field_validator("amount")
    @classmethod
    def _changes_something(cls, amount: int) -> int:
        if amount == 0:
            raise ValueError("an adjustment of 0 changes nothing")
        return amount


class Prices(Contract):
    """What operations cost, in Lümis."""

    upload: int = Field(ge=0, le=1_000_000)
    retry: int = Field(ge=0, le=1_000_000)
    extract: int = Field(default=1, ge=0, le=1_000_000)
    """A document through the Extract API."""


class ReadPrices(Call[Prices]):
    """The prices in force."""

    NAME: ClassVar[str] = "ledger.read-prices.v1"
    ANSWER: ClassVar[type[Contract]] = Prices


class SetPrices(Call[Prices]):
    """Set the prices for holds that are placed from now on; open holds keep theirs. Survives restarts."""

    NAME: ClassVar[str] = "ledger.set-prices.v1"
    ANSWER: ClassVar[type[Contract]] = Prices

    prices: Prices
    administrator: str = Field(min_length=1)
    """Who sets them; kept with the prices as a pseudonym."""


class Statement(Contract):
    """Answer of ReadStatement: a month's movements, oldest first, with the balances around them."""

    opening_balance: int
    closing_balance: int
    movements: tuple[Movement, ...]
    next_cursor: str | None = None
    """Not None: more movements follow; ask again with it. The balances are the month's on every page."""


class ReadStatement(Call[Statement]):
    """A user's movements of one calendar month, times in UTC. Refused with `INVALID_CURSOR`."""

    NAME: ClassVar[str] = "ledger.read-statement.v1"
    ANSWER: ClassVar[type[Contract]] = Statement

    user_id: str
    year: int = Field(ge=2020, le=2200)
    month: int = Field(ge=1, le=12)
    limit: int = Field(default=500, ge=1, le=1000)
    """Movements of a page."""
    cursor: str | None = None


class AccountsChecked(Contract):
    """Answer of CheckAccounts: what is wrong with the accounts that were looked at."""

    checked: int
    """Accounts looked at for this answer."""
    total: int
    """Accounts that there are, about."""
    violations: tuple[str, ...]
    """A sentence each; users are named by their pseudonyms."""
    next_after: str | None = None
    """Not None: more accounts follow; ask again with it as `after`."""


class CheckAccounts(Call[AccountsChecked]):
    """Hold accounts to the ledger's invariants, in the order of their ids, for about as long as is asked for."""

    NAME: ClassVar[str] = "ledger.check-accounts.v1"
    ANSWER: ClassVar[type[Contract]] = AccountsChecked

    after: str | None = None
    """Begin behind this account; None begins with the first, and looks for entries without an account."""
    seconds: float = Field(default=2.0, ge=0, le=10)
    """Answer after the account that is looked at when this has passed, so that no answer is waited for in vain."""


class CreditsHeld(Event):
    """ledger: a price is set aside."""

    NAME: ClassVar[str] = "credits.held.v1"

    user_id: str
    amount: int
    available: int


class CreditsSettled(Event):
    """ledger: a held price was charged."""

    NAME: ClassVar[str] = "credits.settled.v1"

    user_id: str
    amount: int
    balance: int


class CreditsReleased(Event):
    """ledger: a hold was given back, or a charge refunded (`refund`)."""

    NAME: ClassVar[str] = "credits.released.v1"

    user_id: str
    amount: int
    balance: int
    reason: Literal["unreadable", "abandoned", "refused", "expired"]
    refund: bool = False


class CreditsGranted(Event):
    """ledger: Lümis were added to an account."""

    NAME: ClassVar[str] = "credits.granted.v1"

    user_id: str
    amount: int
    balance: int
    reason: str


class CreditsAdjusted(Event):
    """ledger: an administrator corrected an account; `amount` may be negative."""

    NAME: ClassVar[str] = "credits.adjusted.v1"

    user_id: str
    amount: int
    balance: int
    reason: str
