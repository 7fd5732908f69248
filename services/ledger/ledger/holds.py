"""The rules of holds, grants and adjustments: what an operation changes, given what its request did before. Pure.

    (unknown) ──hold──► held ──settle──► charged ──abandon──► refunded
        │                └──release, abandon, expire──► released
        └──release, abandon──► released (nothing was held; a hold that comes later is refused)

Modelled on TigerBeetle's two-phase transfers: hold = pending, settle = posted, release = voided. Every rule returns the
Change to make, or None where the request is past that step: then the first result stands, and a repeat reports it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from ledger.accounts import Account, Change, Entry, Hold, Kind, entry_id, legs
from shared.contracts.credits import Operation
from shared.errors import Refused

ReleaseReason = Literal["unreadable", "abandoned", "refused"]


@dataclass(frozen=True)
class Step:
    """Which request asks for a change, and when."""

    request_id: str
    origin: str
    at: datetime
    is_priced: bool = True
    """False where nothing is ever held for such a request, so that no later hold has to be kept out."""


@dataclass(frozen=True)
class Gift:
    """What is added to an account by hand, or taken away: Lümis, why, and the pseudonym of who does it."""

    amount: int
    reason: str
    administrator: str | None = None


@dataclass(frozen=True)
class Terms:
    """What a hold costs (Lümis), how long it lasts, and how many an account may have open."""

    prices: Mapping[Operation, int]
    hold_time: timedelta
    max_open: int
    """Bounds an account's document."""


def place(account: Account, step: Step, operation: Operation, terms: Terms) -> Change | None:
    """Set the operation's price aside.

    Raises:
        Refused: `INSUFFICIENT_LUMIS`, `HOLD_CLOSED` (the request was already charged or released: it would be read
            for nothing), `TOO_MANY_OPEN_HOLDS`.
    """
    if account.hold is not None:
        return None
    if account.entries:
        raise Refused("HOLD_CLOSED", "La solicitud ya fue cobrada o cancelada.", {"ended_by": sorted(account.entries)})
    price = terms.prices[operation]
    if account.available < price:
        raise Refused(
            "INSUFFICIENT_LUMIS",
            f"Saldo insuficiente de Lümis. Necesitas {price} Lümis.",
            {"price": price, "available": account.available},
        )
    if account.open_holds >= terms.max_open:
        raise Refused("TOO_MANY_OPEN_HOLDS", "Demasiadas solicitudes en curso.", {"open": account.open_holds})
    hold = Hold(
        request_id=step.request_id,
        origin=step.origin,
        operation=operation,
        amount=price,
        placed_at=step.at,
        expires_at=step.at + terms.hold_time,
        balance=account.balance,
        held=account.held + price,
    )
    return Change(place=hold)


def settle(account: Account, step: Step) -> Change | None:
    """Charge what is held. Nothing where it was released first: a late reading is free."""
    if account.hold is None:
        return None
    return _close(account, step, "charge", account.hold.operation)


def release(account: Account, step: Step, reason: ReleaseReason) -> Change | None:
    """Give a hold back; where none was placed yet, close the request, so that none is placed later."""
    if account.hold is None and (account.entries or not step.is_priced):
        return None
    return _close(account, step, "release", reason)


def abandon(account: Account, step: Step) -> Change | None:
    """Give a hold back, or the charge where it was settled first: the client was told that it cost nothing."""
    charge = account.entries.get("charge")
    if charge is None:
        return release(account, step, "abandoned")
    if "refund" in account.entries:
        return None
    return Change(entry=_entry(account, step, "refund", charge.amount, "abandoned"))


def expire(account: Account, step: Step) -> Change | None:
    """Give back a hold that is older than its time."""
    if account.hold is None or account.hold.expires_at > step.at:
        return None
    return _close(account, step, "release", "expired")


def grant(account: Account, step: Step, gift: Gift) -> Change | None:
    """Add Lümis, once per request.

    Raises:
        Refused: `REQUEST_REUSED`.
    """
    if _is_repeat(account, "grant", gift):
        return None
    return Change(entry=_given(account, step, "grant", gift))


def adjust(account: Account, step: Step, gift: Gift) -> Change | None:
    """Add Lümis or take available ones away, once per request.

    Raises:
        Refused: `REQUEST_REUSED`; `INSUFFICIENT_LUMIS` with `{"available"}`.
    """
    if _is_repeat(account, "adjust", gift):
        return None
    if account.available + gift.amount < 0:
        raise Refused(
            "INSUFFICIENT_LUMIS",
            f"El ajuste supera el saldo disponible de {account.available} Lümis.",
            {"available": account.available},
        )
    return Change(entry=_given(account, step, "adjust", gift))


def _is_repeat(account: Account, kind: Kind, gift: Gift) -> bool:
    done = next(iter(account.entries.values()), None)
    if done is None:
        return False
    if (done.kind, done.amount, done.reason) != (kind, gift.amount, gift.reason):
        raise Refused("REQUEST_REUSED", "La solicitud ya se usó para otra operación.", {"done": done.kind})
    return True


def _given(account: Account, step: Step, kind: Kind, gift: Gift) -> Entry:
    return replace(_entry(account, step, kind, gift.amount, gift.reason), administrator=gift.administrator)


def _close(account: Account, step: Step, kind: Kind, reason: str) -> Change:
    hold = account.hold
    entry = _entry(account, step, kind, hold.amount if hold else 0, reason)
    if kind == "release" and hold is not None and hold.amount == 0:
        entry = replace(entry, of_free_hold=True)
    return Change(close=hold, entry=entry)


def _entry(account: Account, step: Step, kind: Kind, amount: int, reason: str) -> Entry:
    both = legs(kind, account.user_id, amount)
    return Entry(
        id=entry_id(step.request_id, kind),
        request_id=step.request_id,
        origin=step.origin,
        user_id=account.user_id,
        kind=kind,
        amount=amount,
        legs=both,
        sequence=account.version + 1,
        balance_after=account.balance + (both[0].amount if both else 0),
        held_after=account.held - (amount if kind in {"charge", "release"} else 0),
        at=max(step.at, account.last_at or step.at),
        reason=reason,
    )
