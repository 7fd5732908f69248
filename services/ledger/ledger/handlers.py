"""What the ledger does when it is called, and when a document was reconciled, unreadable or abandoned."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from ledger import events, holds, metrics
from ledger.accounts import Entry
from ledger.batch import Outcome, Rule
from ledger.deps import Deps
from shared.bus import Reply
from shared.contracts.credits import (
    Balance,
    CreditsReleased,
    GrantCredits,
    HoldCredits,
    HoldPlaced,
    HoldReleased,
    ListMovements,
    Movement,
    Movements,
    ReadBalance,
    ReleaseHold,
)
from shared.contracts.documents import DocumentAbandoned, DocumentReconciled, DocumentUnreadable
from shared.contracts.message import Event
from shared.errors import Refused


async def hold_credits(call: HoldCredits, deps: Deps) -> Reply:
    """Set the operation's price aside.

    Raises:
        Refused: `INSUFFICIENT_LUMIS` with `{"price", "available"}`; `HOLD_CLOSED`, `TOO_MANY_OPEN_HOLDS`.
    """
    step = _step(call, deps)
    try:
        outcome = await deps.store.change(
            call.user_id,
            call.request_id,
            lambda account: holds.place(account, step, call.operation, deps.terms),
        )
    except Refused:
        metrics.OPERATIONS.labels(operation="hold", outcome="refused").inc()
        raise
    metrics.count("hold", changed=outcome.changed)
    hold = outcome.account.hold
    if hold is None:  # the rule places it, finds it or refuses
        raise AssertionError("no hold was placed")
    answer = HoldPlaced(price=hold.amount, balance=events.balance(call.user_id, hold.balance, hold.held))
    return Reply(answer, (events.held(call.user_id, hold),))


async def release_hold(call: ReleaseHold, deps: Deps) -> Reply:
    """Give a hold back. A repeat answers what the first gave back; 0 where there was none, or it had ended."""
    step = _step(call, deps)
    outcome = await _change("release", call, deps, lambda account: holds.release(account, step, "refused"))
    freed = _released(outcome, "refused")
    answer = HoldReleased(released=sum(event.amount for event in freed))
    return Reply(answer, tuple(freed))


async def grant_credits(call: GrantCredits, deps: Deps) -> Reply:
    """Add Lümis to an account, which it makes if need be. A repeat answers as the first did."""
    step = _step(call, deps)
    outcome = await deps.store.change(
        call.user_id,
        call.request_id,
        lambda account: holds.grant(account, step, call.amount, call.reason),
        kinds=("grant",),
    )
    metrics.count("grant", changed=outcome.changed)
    entry = outcome.account.entries["grant"]
    return Reply(events.balance(entry.user_id, entry.balance_after, entry.held_after), (events.granted(entry),))


async def read_balance(call: ReadBalance, deps: Deps) -> Reply:
    """An account's balance; 0 for a user who was never seen."""
    account = await deps.store.account(call.user_id)
    answer: Balance = events.balance(account.user_id, account.balance, account.held)
    return Reply(answer)


async def list_movements(call: ListMovements, deps: Deps) -> Reply:
    """A page of an account's history, newest first.

    Raises:
        Refused: `INVALID_CURSOR`.
    """
    before = None if call.cursor is None else _sequence(call.cursor)
    entries = await deps.store.movements(call.user_id, call.limit + 1, before)
    page = entries[: call.limit]
    more = len(entries) > len(page)
    return Reply(
        Movements(
            movements=tuple(_movement(entry) for entry in page),
            next_cursor=_cursor(page[-1].sequence) if more else None,
        )
    )


async def settle_credits(event: DocumentReconciled, deps: Deps) -> list[Event]:
    """Charge what is held; nothing where it was given back before: a late reading is free."""
    step = _step(event, deps)
    outcome = await _change("settle", event, deps, lambda account: holds.settle(account, step))
    charge = outcome.account.entries.get("charge")
    return [events.settled(charge)] if charge else []


async def release_unreadable(event: DocumentUnreadable, deps: Deps) -> list[Event]:
    """Give the hold back: nothing was read."""
    step = _step(event, deps)
    outcome = await _change("release", event, deps, lambda account: holds.release(account, step, "unreadable"))
    return [*_released(outcome, "unreadable")]


async def give_back_abandoned(event: DocumentAbandoned, deps: Deps) -> list[Event]:
    """Give the hold back, or the charge where the reading came first: the client was told that it cost nothing."""
    step = _step(event, deps)
    outcome = await _change("abandon", event, deps, lambda account: holds.abandon(account, step))
    return [*_released(outcome, "abandoned")]


def _step(message: HoldCredits | ReleaseHold | GrantCredits | Event, deps: Deps) -> holds.Step:
    return holds.Step(message.request_id, message.origin, deps.now())


async def _change(
    operation: str,
    message: ReleaseHold | DocumentReconciled | DocumentUnreadable | DocumentAbandoned,
    deps: Deps,
    rule: Rule,
) -> Outcome:
    outcome = await deps.store.change(message.user_id, message.request_id, rule)
    metrics.count(operation, changed=outcome.changed)
    return outcome


def _released(outcome: Outcome, reason: holds.ReleaseReason) -> list[CreditsReleased]:
    """What was given back for that reason, now or before; nothing where there was nothing to give."""
    entries = outcome.account.entries
    given = [entry for kind in ("release", "refund") if (entry := entries.get(kind))]
    return [events.released(entry) for entry in given if entry.reason == reason and entry.amount]


def _movement(entry: Entry) -> Movement:
    return Movement.model_validate(
        {
            "id": entry.id,
            "request_id": entry.request_id,
            "kind": entry.kind,
            "amount": entry.change,
            "balance_after": entry.balance_after,
            "at": entry.at,
            "reason": entry.reason,
        }
    )


def _cursor(sequence: int) -> str:
    return urlsafe_b64encode(str(sequence).encode()).decode().rstrip("=")


def _sequence(cursor: str) -> int:
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        if text.isdecimal() and len(text) <= len(str(2**53)):
            return int(text)
    except ValueError:
        pass
    raise Refused("INVALID_CURSOR", "El cursor no es válido.")
