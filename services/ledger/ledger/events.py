"""The ledger's events, made of what was recorded when it happened: a repeat makes the same ones. Pure."""

from ledger.accounts import Entry, Hold
from shared.contracts.credits import (
    Balance,
    CreditsAdjusted,
    CreditsGranted,
    CreditsHeld,
    CreditsReleased,
    CreditsSettled,
)


def held(user_id: str, hold: Hold) -> CreditsHeld:
    """A price was set aside."""
    return CreditsHeld(
        request_id=hold.request_id,
        origin=hold.origin,
        user_id=user_id,
        amount=hold.amount,
        available=hold.balance - hold.held,
    )


def settled(charge: Entry) -> CreditsSettled:
    """A held price was charged."""
    return CreditsSettled(
        request_id=charge.request_id,
        origin=charge.origin,
        user_id=charge.user_id,
        amount=charge.amount,
        balance=charge.balance_after,
    )


def released(entry: Entry) -> CreditsReleased:
    """A hold was given back, or a charge refunded."""
    return CreditsReleased.model_validate(
        {
            "request_id": entry.request_id,
            "origin": entry.origin,
            "user_id": entry.user_id,
            "amount": entry.amount,
            "balance": entry.balance_after,
            "reason": entry.reason,
            "refund": entry.kind == "refund",
        }
    )


def granted(grant: Entry) -> CreditsGranted:
    """Lümis were added."""
    return CreditsGranted(
        request_id=grant.request_id,
        origin=grant.origin,
        user_id=grant.user_id,
        amount=grant.amount,
        balance=grant.balance_after,
        reason=grant.reason,
    )


def adjusted(entry: Entry) -> CreditsAdjusted:
    """An account was corrected."""
    return CreditsAdjusted(
        request_id=entry.request_id,
        origin=entry.origin,
        user_id=entry.user_id,
        amount=entry.amount,
        balance=entry.balance_after,
        reason=entry.reason,
    )


def balance(user_id: str, total: int, held_lumis: int) -> Balance:
    """An account's state as callers see it."""
    return Balance(user_id=user_id, balance=total, held=held_lumis, available=total - held_lumis)
