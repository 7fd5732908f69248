"""An account as one request sees it, its holds and entries, and what a change makes of it. Pure; amounts in Lümis."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from shared.contracts.credits import Operation

Kind = Literal["grant", "charge", "release", "refund", "adjust"]
HOLD_KINDS: tuple[Kind, ...] = ("charge", "release", "refund")
"""The ways in which a hold ends; at most one of charge and release per request, a refund only after a charge."""
GIVEN_KINDS: tuple[Kind, ...] = ("grant", "adjust")
"""What is not of a hold; at most one of them per request."""

REVENUE = "revenue"
GRANTS = "grants"
ADJUSTMENTS = "adjustments"
"""System accounts. They have no document, which would be the hottest of all: their balance is the sum of their legs."""

_COUNTERPART: Mapping[Kind, str] = {
    "grant": GRANTS,
    "charge": REVENUE,
    "refund": REVENUE,
    "adjust": ADJUSTMENTS,
}
_SIGN: Mapping[Kind, int] = {"grant": 1, "charge": -1, "release": 0, "refund": 1, "adjust": 1}


@dataclass(frozen=True)
class Hold:
    """A price set aside for a request; `balance` and `held` are the account's just after it was placed."""

    request_id: str
    origin: str
    operation: Operation
    amount: int
    placed_at: datetime
    expires_at: datetime
    balance: int
    held: int


@dataclass(frozen=True)
class Leg:
    """One side of an entry; the legs of an entry sum to 0."""

    account: str
    amount: int


@dataclass(frozen=True)
class Entry:
    """A finished operation, kept forever. `<request_id>:<kind>` is its id, so that it can be there only once.

    A `release` moves nothing and has no legs; it is the memory that the request is closed, as a voided transfer is.
    """

    id: str
    request_id: str
    origin: str
    user_id: str
    kind: Kind
    amount: int
    """What was granted, charged, set free or refunded: never negative. What was adjusted: up or down."""
    legs: tuple[Leg, ...]
    sequence: int
    """The account's version that this operation made: the order of the account's history."""
    balance_after: int
    held_after: int
    at: datetime
    """Never before the entry that precedes it in the account, so that a month is one stretch of sequences."""
    reason: str
    administrator: str | None = None
    """The pseudonym of who did it by hand."""
    of_free_hold: bool | None = None
    """True for the release of a hold of 0 Lümis, which looks like that of a request for which nothing was held."""

    @property
    def gave_back(self) -> bool:
        """True where something that was held, or charged, is free again, be it 0 Lümis at a price of 0."""
        return self.kind == "refund" or (self.kind == "release" and bool(self.amount or self.of_free_hold))

    @property
    def change(self) -> int:
        """What the operation added to the account's balance; negative for a charge."""
        return _SIGN[self.kind] * self.amount

    @property
    def awaits_publication(self) -> bool:
        """True where no event or call can come again to publish the result: what the sweep decided by itself."""
        return self.kind == "release" and self.reason == "expired"


@dataclass(frozen=True)
class Change:
    """One step of an account: a hold placed or closed, an entry made, or both of the latter."""

    place: Hold | None = None
    close: Hold | None = None
    entry: Entry | None = None

    @property
    def balance(self) -> int:
        """What it adds to the balance."""
        return self.entry.change if self.entry else 0

    @property
    def held(self) -> int:
        """What it adds to the sum of the open holds."""
        return (self.place.amount if self.place else 0) - (self.close.amount if self.close else 0)


@dataclass(frozen=True)
class Account:
    """An account, with only the hold and the entries of the request that looks at it."""

    user_id: str
    balance: int = 0
    held: int = 0
    version: int = 0
    """Counts the account's changes; 0 where there is no document yet."""
    open_holds: int = 0
    last_at: datetime | None = None
    """When its last entry was made."""
    hold: Hold | None = None
    entries: Mapping[Kind, Entry] = field(default_factory=dict)

    @property
    def available(self) -> int:
        """What may still be held."""
        return self.balance - self.held

    def after(self, change: Change) -> "Account":
        """The account that a change makes of this one."""
        made = {change.entry.kind: change.entry} if change.entry else {}
        return replace(
            self,
            balance=self.balance + change.balance,
            held=self.held + change.held,
            version=self.version + 1,
            open_holds=self.open_holds + bool(change.place) - bool(change.close),
            last_at=change.entry.at if change.entry else self.last_at,
            hold=change.place or (None if change.close else self.hold),
            entries={**self.entries, **made},
        )


def user_account(user_id: str) -> str:
    """A user's account in a leg; the prefix keeps it apart from the system accounts."""
    return f"user:{user_id}"


def entry_id(request_id: str, kind: Kind) -> str:
    """An operation's id."""
    return f"{request_id}:{kind}"


def legs(kind: Kind, user_id: str, amount: int) -> tuple[Leg, ...]:
    """Both sides of an operation; none for a release."""
    if kind not in _COUNTERPART:
        return ()
    change = _SIGN[kind] * amount
    return Leg(user_account(user_id), change), Leg(_COUNTERPART[kind], -change)
